"""Word documents as PDF, by the LibreOffice of this computer.

    write_pdfs([Path("report.docx"), Path("summary.docx")])     # -> [Path("report.pdf"), Path("summary.pdf")]

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
from pathlib import Path

from xlperf.errors import UsageError, reason_of
from xlperf.files import write_atomically

SECONDS, SECONDS_PER_FILE = 90, 30
NAMES = ("soffice", "libreoffice")
PLACES = {
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
        profile = (folder / "profile").as_uri()
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--norestore",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            *map(str, copies),
        ]
        said = _run(command, SECONDS + SECONDS_PER_FILE * len(files))
        return list(_taken(files, copies, said))


def find_libreoffice() -> str:
    """The program to call.

    Raises:
        UsageError: LibreOffice is not installed, or not where it usually is.
    """
    usual = [os.path.expandvars(place) for place in PLACES.get(sys.platform, ())]
    found = next(filter(None, [*map(shutil.which, NAMES), *(place for place in usual if os.path.isfile(place))]), None)
    if not found:
        raise UsageError("no_libreoffice")
    return found


def _taken(files: Sequence[Path], copies: Sequence[Path], said: str) -> Iterator[Path]:
    for file, copy in zip(files, copies, strict=True):
        made, target = copy.with_suffix(".pdf"), file.with_suffix(".pdf")
        if not made.exists():
            raise UsageError("no_pdf", path=file, reason=" ".join(said.split())[-300:])
        write_atomically(target, lambda path, made=made: shutil.copyfile(made, path))
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
        return process.communicate(timeout=seconds)[0]
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise UsageError("libreoffice_slow", seconds=round(seconds)) from None
        raise


def _end(process: subprocess.Popen) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
