"""Benchmarks as ratios of processor time taken in one run (`make bench-short`): machines are shared and noisy, seconds mean nothing.

In-process: our commands against `openpyxl.load_workbook` of the same file, the two in turn. Whole processes: a first check, and
`xlperf --help` against `python -c "import click"`. Growth: the exponent of a power of the size. The first argument says how many
templates one and two processes make, 2000 shows the growth in units best.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ["XLPERF_LANG"] = "zh"

from benchmarks.growth import fitted_exponent, large_workbook
from support.example import document
from support.paths import EXAMPLE, FILLED, REPOSITORY, TESTS

RUNS = 15
FORMER = TESTS / "former"  # workbooks that an earlier version wrote
UNITS = 200  # templates that one and two processes make
ROWS = (300, 600, 1_200, 1_800)  # of one table
FIRST = "suzhou-department"
PROJECTS = ("national-project-2022", "sichuan-project-2023")
Action = Callable[[], object]


class Measured(NamedTuple):
    """One line: what was measured, and the bar for it."""

    what: str
    value: float
    bar: str


def seconds_of(action: Action) -> float:
    """The processor time of an action, that of the processes it waits for included."""
    start = processor_time()
    action()
    return processor_time() - start


def processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def wall_of(action: Action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ratio(ours: Action, theirs: Action, runs: int = RUNS, timer: Callable[[Action], float] = seconds_of) -> float:
    """The median of our time over theirs, pair by pair, after one warm-up of each."""
    ours(), theirs()
    return statistics.median(timer(ours) / timer(theirs) for _ in range(runs))


def process(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True)


def python(script: str) -> Action:
    return partial(process, sys.executable, "-c", script)


def peak(script: str) -> float:
    """The MiB that a process takes at most, above those of one that only imports what validate needs.

    The kernel's own count is read: what `getrusage` says of a child begins with what its parent held.
    """
    told = [
        subprocess.run(
            [sys.executable, "-c", f"import xlperf.workflow.validate\n{what}\nprint(open('/proc/self/status').read())"],
            check=True, capture_output=True, text=True,
        ).stdout
        for what in (script, "")
    ]  # fmt: skip
    whole, start = (int(text.partition("VmHWM:")[2].split()[0]) / 1024 for text in told)
    return whole - start


# --- what is measured ----------------------------------------------------------------------------------------


def commands(folder: Path) -> Iterator[Measured]:
    """Yield our commands over a load of the same file."""
    import openpyxl

    import xlperf

    load = partial(openpyxl.load_workbook, FILLED)
    yield Measured("validate / load_workbook: department", ratio(partial(xlperf.validate, FILLED), load), "at most 0.5")
    for name in PROJECTS:
        path = REPOSITORY / "examples" / name / "filled.xlsx"
        measured = ratio(partial(xlperf.validate, path), partial(openpyxl.load_workbook, path))
        yield Measured(f"validate / load_workbook: {name}", measured, "at most 0.4")
    # What openpyxl needs for our present workbook has grown with its formulas; of the former one it says more about us.
    for path in sorted(FORMER.glob("*-filled.xlsx")):
        measured = ratio(partial(xlperf.validate, path), partial(openpyxl.load_workbook, path))
        yield Measured(f"the same, former workbook: {path.stem[:-7]}", measured, "at most 0.5")
    faulty = with_errors(folder / "faulty.xlsx")
    yield Measured(
        "validate with 20 errors / without",
        ratio(partial(xlperf.validate, faulty), partial(xlperf.validate, FILLED)),
        "at most 1.3",
    )
    yield Measured("finalize / load_workbook", ratio(partial(xlperf.finalize, FILLED, output=folder), load), "at most 1.7")
    blank = folder / "blank.xlsx"
    template = partial(xlperf.write_template, FIRST, year=2022, output=blank)
    template()
    yield Measured("template / load_workbook of it", ratio(template, partial(openpyxl.load_workbook, blank)), "at most 0.9")


def with_errors(path: Path) -> Path:
    """The example with twenty cells in error."""
    import xlperf

    doc = copy.deepcopy(document())
    for row in [row for row in doc["indicators"] if row.get("kind") == "定量" and "actual" in row][-10:]:
        row["actual"] = "四"
    for task in doc["tasks"]:
        task.pop("task", None), task.pop("completion", None)
    assert xlperf.fill_workbook(doc, output=path).outputs
    cells = [cell for finding in xlperf.validate(path).findings if finding["severity"] == "error" for cell in finding["cells"]]
    assert len(set(cells)) >= 20, cells
    return path


def starts() -> Iterator[Measured]:
    """Yield whole processes over others, most of which is what they import."""
    script = Path(sys.executable).parent / "xlperf"
    xlperf = [str(script)] if script.exists() else [sys.executable, "-m", "xlperf"]
    load = python(f"import openpyxl; openpyxl.load_workbook({str(FILLED)!r})")
    yield Measured(
        "xlperf validate / python -c load_workbook",
        ratio(partial(process, *xlperf, "validate", str(FILLED)), load),
        "at most 1.7",
    )
    for argument in ("--help", "no-such-command"):
        measured = ratio(partial(process, *xlperf, argument), python("import click"))
        yield Measured(f"xlperf {argument} / python -c 'import click'", measured, "at most 1.3")


def growth(folder: Path) -> Iterator[Measured]:
    """Yield what many rows cost."""
    import openpyxl

    import xlperf

    paths = {rows: large_workbook(folder / f"{rows}.xlsx", rows=rows) for rows in ROWS}
    seconds = {rows: min(seconds_of(partial(xlperf.validate, path)) for _ in range(3)) for rows, path in paths.items()}
    load = partial(openpyxl.load_workbook, paths[ROWS[-1]])
    yield Measured(
        f"validate / load_workbook: {ROWS[-1]} rows",
        ratio(partial(xlperf.validate, paths[ROWS[-1]]), load, runs=3),
        "at most 1.5",
    )
    yield Measured(f"exponent of growth, {ROWS[0]} to {ROWS[-1]} rows", fitted_exponent(seconds), "at most 1.1")
    for what, path, bar in (("", FILLED, 50), (f" of {ROWS[-1]} rows", paths[ROWS[-1]], 100)):
        yield Measured(f"memory of validate{what}, MiB", peak(f"xlperf.validate({str(path)!r})"), f"at most {bar}")


def distribution(folder: Path, units: int) -> Iterator[Measured]:
    """Yield what the templates of many units cost: with two processes, and a tenth of the units."""
    seconds = {
        (count, jobs): wall_of(partial(templates, folder, count, jobs))
        for count, jobs in ((units, 1), (units, 2), (units // 10, 1))
    }
    yield Measured(f"{units} templates: one process / two", seconds[units, 1] / seconds[units, 2], "at least 1.6")
    grown = fitted_exponent({units: seconds[units, 1], units // 10: seconds[units // 10, 1]})
    yield Measured(f"exponent of growth, {units // 10} to {units} units", grown, "at most 1.1")


def templates(folder: Path, units: int, jobs: int) -> None:
    from xlperf import write_templates

    roster = folder / f"{units}.csv"
    roster.write_text("unit,code\n" + "".join(f"Unit {number:05d},{number:05d}\n" for number in range(units)), "utf-8")
    write_templates(FIRST, year=2022, roster=roster, output=folder / f"{units}-{jobs}", jobs=jobs)


def in_the_page(folder: Path) -> Iterator[Measured]:
    """Yield how much longer a workbook takes in Chromium, its sheets drawn, than the command's function takes in-process."""
    import xlperf
    from support.browser import check, chromium, opened, written_page

    with chromium() as browser, opened(browser, written_page(folder)) as page:
        measured = ratio(partial(check, page, FILLED), partial(xlperf.validate, FILLED), timer=wall_of)
    yield Measured("validate in the page / in-process", measured, "at most 4")


def main(units: int) -> None:
    assert json.loads((EXAMPLE / "document.json").read_text("utf-8"))["form"] == FIRST
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for measure in (commands(folder), starts(), growth(folder), in_the_page(folder), distribution(folder, units)):
            for what, value, bar in measure:
                print(f"{what:52} {value:6.2f}   (wanted: {bar})", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else UNITS)
