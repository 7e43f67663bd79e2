"""The cmd.exe of Wine, which runs .bat files, with stand-ins for Explorer and for Python (`stand_in.c`).

    office = make_office(folder, "F(1) a&b", python="beside", fits="python")
    drop(office, "validate", ["C:\\\\甲&乙.xlsx"]).line

Wine's cmd is not that of Windows: it expands `%` in names of folders and `!` in values once more, and does not know CMDCMDLINE.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from support.paths import SUPPORT

COMPILER = "x86_64-w64-mingw32-gcc"
CMD = r"C:\windows\system32\cmd.exe"
SECONDS = 120
QUIET = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=d", "LC_ALL": "C.UTF-8"}
AVAILABLE = bool(os.environ.get("CI") or (shutil.which("wine") and shutil.which(COMPILER)))  # in CI they are a must


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a .bat file did."""

    code: int
    printed: bytes
    told: dict[str, str] = field(default_factory=dict)  # what Python was told: its command line, the variables


@cache
def stand_in(folder: Path) -> Path:
    """The program that stands for Python and Explorer."""
    target = folder / "stand_in.exe"
    subprocess.run([COMPILER, "-municode", "-O1", "-s", "-o", target, SUPPORT / "stand_in.c"], check=True, timeout=SECONDS)
    return target


@cache
def prefix(folder: Path) -> Path:
    """The folder in which Wine keeps its Windows."""
    target = folder / "wine"
    environment = {**os.environ, **QUIET, "WINEPREFIX": str(target)}
    subprocess.run(["wine", "wineboot", "-i"], env=environment, capture_output=True, check=False, timeout=SECONDS)
    return target


def as_windows(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def explorers_line(bat: Path, files: list[str]) -> str:
    """How Explorer starts a .bat file on which files are dropped: only names with a blank are put in quotes."""
    words = (f'"{file}"' if " " in file else file for file in files)
    return f'{CMD} /c ""{as_windows(bat)}" {" ".join(words)}"'


def drop(work: Path, bat: Path, files: list[str], *, code: int = 0, fits: str = "", path: Path | None = None) -> Outcome:
    """Drop files on a .bat file.

    Args:
        work: where Wine, the stand-in and what it writes are; the working folder too.
        code: the exit code of Python.
        fits: the Pythons whose version suits, by the name of their folder or by the version that `py` is asked for.
        path: the folder that is searched for programs.
    """
    line, record = work / "line.txt", work / "record.txt"
    line.write_text(explorers_line(bat, files), "utf-8")
    record.unlink(missing_ok=True)
    environment = {
        **os.environ, **QUIET, "WINEPREFIX": str(prefix(work)), "WINEPATH": as_windows(path or work / "nothing"),
        "STAND_IN_LINE": as_windows(line), "STAND_IN_RECORD": as_windows(record), "STAND_IN_CODE": str(code), "STAND_IN_FITS": fits,
        "PYTHONPATH": "somewhere else",
    }  # fmt: skip
    command = ["wine", str(stand_in(work))]
    done = subprocess.run(
        command, env=environment, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
    )
    told = record.read_text("utf-8").splitlines() if record.exists() else []
    return Outcome(code=done.returncode, printed=done.stdout, told=dict(line.split("=", 1) for line in told))
