"""What a second run says has changed."""

from __future__ import annotations

import pytest

from xlperf.collecting.changes import describe_changes
from xlperf.distributing.naming import Naming


def entry(
    path: str, unit: str | None, status: str = "passed", sha256: str | None = None, errors: int = 0, received: str = "2023-03-01"
) -> dict:
    """An entry of run.json."""
    return {"path": path, "unit": unit, "status": status, "sha256": sha256 or path, "errors": errors, "received": received,
            "form": "suzhou-department", "year": 2022, "size": 1}  # fmt: skip


BEFORE = [
    entry("a.xlsx", "甲局"),
    entry("b.xlsx", "苏州市乙局", "returned", errors=3),
    entry("c.xlsx", None, "unreadable", errors=1),
]


@pytest.mark.parametrize(("now", "said"), [
    (BEFORE, ["与上次相比没有变化。"]),
    ([*reversed(BEFORE), entry("copy/a.xlsx", "甲局", sha256="a.xlsx")], ["收到的文件有变化，计入的没有变化。"]),
    ([*BEFORE, entry("d.xlsx", "丁局")], ["新收到 1 份：丁局"]),
    ([*BEFORE, entry("d.xlsx", "乙局", received="2023-03-02")], ["改正后通过 1 份：乙局"]),
    ([*BEFORE, entry("d.xlsx", "市乙局", "returned", errors=1, received="2023-03-02")], ["重新报送 1 份：市乙局（错误 3 → 1）"]),
    ([*BEFORE, entry("d.xlsx", "甲局", "returned", errors=1, received="2023-03-02"), entry("e.xlsx", "甲局", "returned", errors=1, received="2023-03-03")],
     ["通过之后又报来有错误的 1 份，已发退回通知：甲局（仍以 a.xlsx 为准）"]),
    ([*BEFORE, entry("d.xlsx", "甲局", "returned", errors=1, received="2022-03-02")], ["收到的文件有变化，计入的没有变化。"]),
    (BEFORE[1:], ["上次有、这次没有 1 份：甲局"]),
    ([entry("a.xlsx", "甲局", "returned", errors=2), *BEFORE[1:]], ["由通过变为未通过 1 份：甲局"]),
    ([*BEFORE[:2], entry("c.xlsx", "丙局", sha256="mended")], ["新收到 1 份：丙局", "上次有、这次没有 1 份：c.xlsx"]),
    ([*BEFORE, *(entry(f"{n}.xlsx", f"第{n}局") for n in range(7))], ["新收到 7 份：第0局、第1局、第2局、第3局、第4局…"]),
])  # fmt: skip
def test_changes_are_told_unit_by_unit(now: list[dict], said: list[str]) -> None:
    assert list(describe_changes(BEFORE, now, Naming(("苏州市", "市")))) == said
