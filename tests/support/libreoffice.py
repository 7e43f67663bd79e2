"""LibreOffice as an independent referee: many files per call, its own profile, formulas always computed anew."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{recalculate}</value></prop></item>
</oor:items>
"""
ALWAYS, NEVER = 0, 1
SECONDS_PER_FILE = 30


def convert(files: Iterable[Path], directory: Path, to: str = "xlsx", recalculate: int = ALWAYS) -> list[Path]:
    """Open the files in LibreOffice and save them in `directory`; one process for all of them."""
    files = [Path(file) for file in files]
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xlperf-profile-") as profile:
        settings = Path(profile) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(PROFILE.format(recalculate=recalculate), "utf-8")
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--convert-to", to,
                   "--outdir", str(directory), *map(str, files)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120 + SECONDS_PER_FILE * len(files))
    saved = [directory / file.with_suffix(f".{to}").name for file in files]
    missing = [path.name for path in saved if not path.exists()]
    assert not missing, f"LibreOffice did not write {missing}"
    return saved
