"""What other programs need for the same workbook (`make bench-peers`): one file, one run, processor time, each program in turn.

    PYTHONPATH=tests python -m benchmarks.bench_peers       # writes peers.json, of which the docs make their table

Each program does what it is for and no more, in a process of its own: it imports, does its work once to be warm, then so often
that a median says something. A program that is not installed is left out of the run and keeps its last figures.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from support.paths import TESTS

# Of 4,312 cells; of what is written today some would compute for many minutes.
FILLED = TESTS / "former" / "suzhou-department-filled.xlsx"
FIGURES = Path(__file__).with_name("peers.json")
SLOW, LONGEST = 2.0, 900  # seconds of one call from which on one is enough, and after which nobody waits
RUNS = 7


class Peer(NamedTuple):
    """One program: the package it is in, what is run once, and what is measured with `path` being the workbook."""

    package: str
    before: str
    work: str


PEERS = {
    "calamine": Peer("python-calamine", "from python_calamine import CalamineWorkbook",
                     "book = CalamineWorkbook.from_path(path); [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]"),
    "pandas": Peer("pandas", "import pandas", "pandas.read_excel(path, sheet_name=None, header=None, engine='calamine')"),
    "openpyxl": Peer("openpyxl", "import openpyxl", "openpyxl.load_workbook(path)"),
    "formualizer": Peer("formualizer", "import formualizer", "formualizer.load_workbook(path).evaluate_all()"),
    "ironcalc": Peer("ironcalc", "import ironcalc", "ironcalc.load_from_xlsx(path, 'en', 'UTC', 'en').evaluate()"),
    "flatten-tool": Peer("flattentool", "import flattentool, tempfile",
                         "flattentool.unflatten(path, input_format='xlsx', output_name=tempfile.mkdtemp() + '/out.json', "
                         "root_list_path='rows', default_configuration='ignorecolumns')"),
    "frictionless": Peer("frictionless", "import frictionless, os; from frictionless.formats import ExcelControl",
                         "[frictionless.Resource(path=os.path.basename(path), control=ExcelControl(sheet=number)).validate().stats "
                         "for number in range(1, sheets + 1)]"),
    "formulas": Peer("formulas", "import formulas", "formulas.ExcelModel().loads(path).finish().calculate()"),
    "xlperf": Peer("xlperf", "import xlperf", "xlperf.validate(path)"),
}  # fmt: skip
SCRIPT = """
import json, sys, time, warnings, zipfile
warnings.simplefilter("ignore")
path = sys.argv[1]
sheets = sum(name.startswith("xl/worksheets/sheet") for name in zipfile.ZipFile(path).namelist())
{before}
taken = []
while len(taken) < {runs} + 1:
    start = time.process_time()
    {work}
    taken.append(time.process_time() - start)
    if taken[-1] > {slow}:
        break
print(json.dumps(taken[1:] or taken), file=sys.stderr)
"""


def seconds_of(peer: Peer, path: Path) -> float | None:
    """The median of a program's processor time, None where it is not installed or gives up."""
    script = SCRIPT.format(before=peer.before, work=peer.work, runs=RUNS, slow=SLOW)
    try:
        outcome = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=LONGEST, cwd=path.parent
        )
        return statistics.median(json.loads(outcome.stderr.splitlines()[-1]))
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None


def version_of(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def main() -> None:
    os.environ["XLPERF_LANG"] = "zh"
    figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "filled.xlsx")
        path.write_bytes(FILLED.read_bytes())
        for name, peer in PEERS.items():
            begin, seconds = time.monotonic(), seconds_of(peer, path)
            if seconds is not None:
                figures[name] = {"version": version_of(peer.package), "ms": float(f"{seconds * 1000:.3g}")}
                FIGURES.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
            told = figures[name] if seconds is not None else "not run"
            print(f"{name:14} {told} {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
