"""A worker keeps nothing of a workbook it has done: the thousandth leaves as much behind as the tenth."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest

from support.paths import EXAMPLES
from support.sweeps import every
from xlperf import write_template
from xlperf.collecting.worker import Task, WorkOptions, work_on
from xlperf.workers.process import Limits

pytestmark = pytest.mark.slow

OPTIONS = WorkOptions("zh", "2023-03-01")
WARM, MORE = 2, 3
MOST = 20 * 1024  # bytes per workbook: what fills caches that have an end; a formula tree for each cell was 45 KB


@pytest.mark.parametrize("example", every(1, ["national-project-2022", "shengchanli-2022", "blank"], usual=2))
def test_a_worker_keeps_nothing_of_what_it_has_done(example: str, tmp_path: Path) -> None:
    """Of a workbook that passes, is finalized and reported, and of one that is returned with its cells marked."""
    path = (
        write_template("suzhou-department", output=tmp_path / "blank.xlsx", year=2022)
        if example == "blank"
        else EXAMPLES / example / "filled.xlsx"
    )
    task = Task("k", path.name, path.name, "0" * 64, path.read_bytes())
    expected = "returned" if example == "blank" else "passed"
    for _ in range(WARM):
        assert work_on(task, OPTIONS, Limits()).outcome.status == expected
    tracemalloc.start()
    try:
        work_on(task, OPTIONS, Limits())
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(MORE):
            work_on(task, OPTIONS, Limits())
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / MORE < MOST
