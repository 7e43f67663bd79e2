"""Collections at size (`make bench-collect`): ratios and growths, each taken in one run, and every fault found.

    PYTHONPATH=tests python -m benchmarks.bench_collect [COUNT]        # 5000; takes about 40 minutes on two processors, 500 about five

Machines are shared and noisy: what is compared is measured in turn (A B A B) and of each the best is taken.
"""

from __future__ import annotations

import compileall
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ["XLPERF_LANG"] = "zh"
os.environ["SOURCE_DATE_EPOCH"] = "1672876800"

import xlperf
from benchmarks.growth import fitted_exponent
from support.collection_runs import count_done, exports, outcomes_of, start
from support.crowd import Expected, found_in, make_crowd
from support.databases import SERVER, schema_of_its_own

PAIRS = 3
KILLS = 20
FEWEST = 500  # workbooks over which two processes are compared with one: what starts them counts for nothing then
# Of all hostile files those that ask most of the parent. They are in every crowd, so that a growth is one with the number of files.
HEAVIEST = ("crowded", "every_cell_wrong", "blank_rows")


def collect_in_process(inbox: Path, out: Path, jobs: int, *options: str) -> tuple[float, dict[str, float]]:
    """Collect in a process of its own; seconds, and the MiB that the parent and its largest worker took at most."""
    command = [sys.executable, "-m", "xlperf", "collect", str(inbox), "-o", str(out), "--jobs", str(jobs), "--quiet", *options]
    begin, most = time.monotonic(), {"parent": 0.0, "worker": 0.0}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        most["parent"] = max(most["parent"], _peak(process.pid))
        most["worker"] = max(most["worker"], *map(_peak, _children(process.pid)), 0)
        time.sleep(0.2)
    assert (out / "run.json").exists(), process.returncode
    return time.monotonic() - begin, most


def parent_seconds(inbox: Path, out: Path) -> tuple[float, float]:
    """What a collection costs its parent, in seconds of the processor: at first, and again with nothing new."""
    script = f"import time, xlperf; xlperf.collect([{str(inbox)!r}], output={str(out)!r}, jobs=2); print(time.process_time())"
    first, again = (
        float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout) for _ in range(2)
    )
    return first, again


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, IndexError):  # it has just ended
        return 0.0


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def fresh(folder: Path, name: str) -> Path:
    shutil.rmtree(folder / name, ignore_errors=True)
    return folder / name


# --- what is measured ----------------------------------------------------------------------------------------


def throughput(inbox: Path, folder: Path) -> float:
    """The throughput of two processes over that of one."""
    seconds = {1: [], 2: []}
    for _ in range(PAIRS):
        for jobs in seconds:
            seconds[jobs].append(collect_in_process(inbox, fresh(folder, "out"), jobs)[0])
    return min(seconds[1]) / min(seconds[2])


def against_openpyxl(inbox: Path, folder: Path) -> float:
    """Validation alone over openpyxl.load_workbook of the same files in as many processes."""
    paths = sorted(inbox.rglob("*.xlsx"))
    ours, theirs = [], []
    for _ in range(PAIRS):
        ours.append(collect_in_process(inbox, fresh(folder, "out"), 2, "--no-finalize")[0])
        begin = time.monotonic()
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            list(pool.map(_load, paths))
        theirs.append(time.monotonic() - begin)
    return min(ours) / min(theirs)


def _load(path: Path) -> None:
    import openpyxl

    openpyxl.load_workbook(path)


def killed(inbox: Path, folder: Path) -> int:
    """How many of so many collections, each killed at a random moment and run again, gave the same exports."""
    whole, chosen = fresh(folder, "whole"), random.Random(20)
    seconds, _ = collect_in_process(inbox, whole, 2)
    wanted, same = exports(whole), 0
    for _ in range(KILLS):
        out = fresh(folder, "killed")
        process = start(inbox, out)
        time.sleep(chosen.random() * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        print(f"  killed with {count_done(out)} outcomes", flush=True)
        collect_in_process(inbox, out, 2)
        same += exports(out) == wanted
    return same


def judged(out: Path, expected: Expected) -> dict[str, int]:
    """Faults that were missed, files that were lost, hostile files that were not survived."""
    outcomes = {outcome.path: found_in(outcome.findings) for outcome in outcomes_of(out)}
    return {
        "faults missed": sum(not (wanted or set()) <= outcomes.get(path, set()) for path, wanted in expected.items()),
        "files lost": len(expected.keys() - outcomes.keys()),
        "hostile not survived": sum(code.startswith("XL50") for found in outcomes.values() for code, _ in found),
    }


def on_store(inboxes: dict[int, Path], folder: Path, *options: str) -> tuple[dict[int, float], dict[int, float]]:
    """Seconds, and the MiB that the parent took at most, by the number of files, with that store."""
    taken = {size: collect_in_process(inbox, fresh(folder, f"store{size}"), 2, *options) for size, inbox in inboxes.items()}
    return {size: seconds for size, (seconds, _) in taken.items()}, {size: most["parent"] for size, (_, most) in taken.items()}


def stores(inboxes: dict[int, Path], folder: Path) -> None:
    """What a collection takes with our own file and, where there is a server, with PostgreSQL."""
    small, large = sorted(inboxes)
    seconds, memory = on_store(inboxes, folder)
    say(f"memory of the parent at {large} over at {small} files, SQLite", memory[large] / memory[small], "at most 1.2")
    if not SERVER:
        print("  no PostgreSQL: XLPERF_TEST_DATABASE is not set")
        return
    theirs: dict[int, float] = {}
    for size, inbox in inboxes.items():
        with schema_of_its_own() as url:
            took, most = on_store({size: inbox}, folder, "--database", url)
            theirs |= most
    say(f"memory of the parent at {large} over at {small} files, PostgreSQL", theirs[large] / theirs[small], "at most 1.2")
    say(f"{size} files with PostgreSQL over with SQLite", took[size] / seconds[size], "told, no bar")


def say(what: str, value: float, wanted: str) -> None:
    print(f"{what:62} {value:8.2f}   (wanted: {wanted})", flush=True)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compileall.compile_dir(Path(xlperf.__file__).parent, quiet=1)  # as an installed program is, whatever the environment says
        begin = time.monotonic()
        crowds = {size: make_crowd(folder / f"in{size}", size, hostiles=HEAVIEST) for size in (count, count // 10)}
        make_crowd(folder / "clean", max(count // 10, FEWEST), 0, 0), make_crowd(folder / "few", 30, 0.1, 0.07)
        print(f"{count} + {count // 10} workbooks made in {time.monotonic() - begin:.0f} s", flush=True)
        say("2 processes over 1, throughput", throughput(folder / "clean", folder), "at least 1.75")
        say("--no-finalize over load_workbook, 2 processes each", against_openpyxl(folder / "clean", folder), "at most 0.8")
        say(f"exports the same after SIGKILL, of {KILLS}", killed(folder / "few", folder), str(KILLS))
        some = {size: folder / f"some{size}" for size in (30, 300)}
        for size, inbox in some.items():
            make_crowd(inbox, size, hostile=0)
        stores(some, folder)
        seconds, memory = {}, {}
        for size, expected in sorted(crowds.items()):
            out = fresh(folder, "out")
            seconds[size], memory[size] = collect_in_process(folder / f"in{size}", out, 2)
            print(f"  {size}: {seconds[size]:.0f} s, {memory[size]}, {judged(out, expected)}", flush=True)
            size_of = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
            print(f"  {size}: {size_of / 2**20:.0f} MiB in OUT, {json.dumps(_statuses(out))}", flush=True)
        small, large = sorted(crowds)
        say(f"seconds per workbook at {large} over at {small}", seconds[large] / large / (seconds[small] / small), "at most 1.15")
        say(f"memory of the parent at {large} over at {small}", memory[large]["parent"] / memory[small]["parent"], "at most 1.2")
        say(f"exponent of growth, {small} to {large} workbooks", fitted_exponent(seconds), "at most 1.1")
        again = {size: parent_seconds(folder / f"in{size}", folder / f"again{size}") for size in (small,)}
        say("processor of the parent per workbook, ms; first run", again[small][0] * 1000 / small, "at most 6")
        say("the same of a run with nothing new", again[small][1] * 1000 / small, "at most 2")
        say("memory of a worker, MiB", max(memory[large]["worker"], memory[small]["worker"]), "at most 200")
        say("faults missed, files lost, hostile files not survived", sum(judged(out, crowds[large]).values()), "0")


def _statuses(out: Path) -> dict[str, int]:
    files = json.loads((out / "run.json").read_text("utf-8"))["files"]
    return {status: sum(entry["status"] == status for entry in files) for status in ("passed", "returned", "unreadable")}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
