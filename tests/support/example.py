"""The example of the first form: its document, and everything that is found in it."""

from __future__ import annotations

import json
from pathlib import Path

from support.faults import Pairs, pairs, said
from support.paths import EXAMPLE

ALWAYS = {
    ("SZ202", ("自评表!H52", "自评表!H54", "自评表!H56", "自评表!H57", "自评表!H59")),
    ("SZ301", ("自评表!H30",)),
    ("SZ302", ("自评表!H28",)),
    ("SZ303", ("自评表!H29", "预算信息!F8")),
    ("SZ304", ("绩效目标!D13", "自评表!H57")),
    ("SZ305", ("绩效目标!D17",)),
    ("SZ306", ("绩效目标!D17",)),
    ("SZ307", ("自评表!C54", "自评表!C61")),
    ("SZ308", ("绩效目标!D18", "重点任务!E12")),
    ("XL207", tuple(f"重点任务!D{row}" for row in range(4, 14))),
}


def document() -> dict:
    return json.loads((EXAMPLE / "document.json").read_text("utf-8"))


def found(path: Path) -> Pairs:
    """What is new against the clean example."""
    return said(path) - pairs(ALWAYS)


def indicator(doc: dict, name: str) -> dict:
    return next(row for row in doc["indicators"] if row["name"] == name)
