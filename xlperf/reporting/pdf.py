"""Word documents as PDF, and workbooks computed anew, by the LibreOffice of this computer.

    write_pdfs([Path("report.docx"), Path("summary.docx")])     # -> [Path("report.pdf"), Path("summary.pdf")]
    convert_anew([Path("filled.xlsx")], Path("computed"))       # -> [Path("computed/0.xlsx")]

One LibreOffice for all files of a call, with a profile of its own (two on one profile wait for each other, or worse), copies
under plain names, and a time limit after which it is ended with everything it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from xlperf.errors import UsageError, reason_of
from xlperf.files import write_atomically

SECONDS, SECONDS_PER_FILE = 90, 30  # after which LibreOffice is ended
LONGEST_REASON = 300  # characters of what LibreOffice said
NAMES = ("soffice", "libreoffice")
COMPUTE_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""  # not only what was changed, whoever has written the file
PLACES = {  # where it usually is
    "win32": [rf"%{root}%\LibreOffice\program\soffice.com" for root in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")],
    "darwin": ["/Applications/LibreOffice.app/Contents/MacOS/soffice"],
}


def write_pdfs(files: Sequence[Path]) -> list[Path]:
    """Write each document as PDF beside it and return their paths.

    Raises:
        UsageError: there is no LibreOffice, it takes too long, or it cannot convert a file.
    """
    program = find_libreoffice()
    with tempfile.TemporaryDirectory(prefix="xlperf-pdf-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        copies = [folder / f"{number}{file.suffix}" for number, file in enumerate(files, 1)]
        for file, copy in zip(files, copies, strict=True):
            shutil.copyfile(file, copy)
        said = _convert(program, copies, "pdf", profile=folder / "profile", output=folder)
        return list(_take(copies, files, said))


def convert_anew(files: Sequence[Path], directory: Path) -> list[Path]:
    """Let every formula of workbooks be computed, save them in that folder and return their paths.

    Raises:
        UsageError: there is no LibreOffice, it takes too long, or it cannot convert a file.
    """
    program = find_libreoffice()
    settings = directory / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(COMPUTE_ALWAYS, "utf-8")
    copies = [directory / "given" / f"{number}.xlsx" for number, _ in enumerate(files)]
    copies[0].parent.mkdir()
    for file, copy in zip(files, copies, strict=True):
        shutil.copyfile(file, copy)
    said = _convert(program, copies, "xlsx", profile=directory / "profile", output=directory)
    made = [directory / copy.name for copy in copies]
    if missing := next((file for file, path in zip(files, made, strict=True) if not path.exists()), None):
        raise UsageError("no_pdf", path=missing, reason=" ".join(said.split())[-LONGEST_REASON:])
    return made


def _convert(program: str, files: Sequence[Path], to: str, *, profile: Path, output: Path) -> str:
    """Convert files with a profile of their own; what LibreOffice said."""
    options = ["--headless", "--norestore", "--convert-to", to, "--outdir", str(output)]
    command = [program, f"-env:UserInstallation={profile.as_uri()}", *options, *map(str, files)]
    return _run(command, SECONDS + SECONDS_PER_FILE * len(files))


def find_libreoffice() -> str:
    """The program to call.

    Raises:
        UsageError: LibreOffice is not installed, or not where it usually is.
    """
    usual = [os.path.expandvars(place) for place in PLACES.get(sys.platform, ())]
    found = [*filter(None, map(shutil.which, NAMES)), *filter(os.path.isfile, usual)]
    if not found:
        raise UsageError("no_libreoffice")
    return found[0]


def _take(copies: Sequence[Path], files: Sequence[Path], said: str) -> Iterator[Path]:
    """Put the PDF of each copy beside the file that it was copied from, and yield its path."""
    for copy, file in zip(copies, files, strict=True):
        made, target = copy.with_suffix(".pdf"), file.with_suffix(".pdf")
        if not made.exists():
            raise UsageError("no_pdf", path=file, reason=" ".join(said.split())[-LONGEST_REASON:])
        write_atomically(target, partial(shutil.copyfile, made))
        yield target


def _run(command: list[str], seconds: float) -> str:
    """What the program said; it is ended, with all that it started, when its time is over."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError("libreoffice_failed", program=command[0], reason=reason_of(error)) from None
    try:
        said, _ = process.communicate(timeout=seconds)
        return said
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise UsageError("libreoffice_slow", seconds=round(seconds)) from None
        raise


def _end(process: subprocess.Popen[str]) -> None:
    """End a process with everything it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
