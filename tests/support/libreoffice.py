"""LibreOffice as an independent referee: many files per call, its own profile, formulas computed anew where that is asked.

What it answers to the same bytes is the same, and is kept (`answers`).
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from support.answers import answer_of, keep, take
from support.paths import UNO_EDIT

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{recalculate}</value></prop></item>
</oor:items>
"""
ALWAYS, NEVER = 0, 1
SECONDS_PER_FILE = 30


def convert(files: Iterable[Path], directory: Path, to: str = "xlsx", recalculate: int = ALWAYS) -> list[Path]:
    """Open the files in LibreOffice and save them in `directory`; one process for all that it has not answered before."""
    directory.mkdir(parents=True, exist_ok=True)
    saved = {Path(file): directory / Path(file).with_suffix(f".{to}").name for file in files}
    answers = {file: answer_of("libreoffice", version(), PROFILE, to, recalculate, file.read_bytes(), to=to) for file in saved}
    unknown = [file for file, answer in answers.items() if not answer.exists()]
    if unknown:
        ask(unknown, directory, to, recalculate)
    for file, answer in answers.items():
        keep(saved[file], answer) if file in unknown else take(answer, saved[file])
    return list(saved.values())


def ask(files: Sequence[Path], directory: Path, to: str, recalculate: int) -> None:
    with tempfile.TemporaryDirectory(prefix="xlperf-profile-") as profile:
        settings = Path(profile) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(PROFILE.format(recalculate=recalculate), "utf-8")
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--convert-to", to,
                   "--outdir", str(directory), *map(str, files)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120 + SECONDS_PER_FILE * len(files))


def edit(edits: Iterable[tuple[str, Path, Path]]) -> None:
    """Let LibreOffice edit workbooks as a hand does: the name of an edit of uno_edit.py, the source, the target."""
    edits = list(edits)
    answers = {
        target: answer_of("libreoffice", version(), UNO_EDIT.read_bytes(), name, source.read_bytes())
        for name, source, target in edits
    }
    unknown = [(name, source, target) for name, source, target in edits if not answers[target].exists()]
    if unknown:
        with tempfile.TemporaryDirectory(prefix="xlperf-profile-") as profile:
            jobs = [str(word) for job in unknown for word in job]
            subprocess.run(
                ["/usr/bin/python3", str(UNO_EDIT), profile, *jobs], check=True, timeout=120 + SECONDS_PER_FILE * len(unknown)
            )
    asked = {target for _, _, target in unknown}
    for target, answer in answers.items():
        keep(target, answer) if target in asked else take(answer, target)


@cache
def version() -> str:
    return subprocess.run(["soffice", "--version"], check=True, capture_output=True, text=True, timeout=60).stdout
