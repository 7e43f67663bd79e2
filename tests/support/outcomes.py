"""Outcomes of a collection without workbooks: documents of the form with the figures and texts a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from random import Random

from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.loader import find_form, load_form
from xlperf.summarizing.outcome import Outcome

FORM = load_form(find_form("suzhou-department", year=2022))
LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 2_000)]
STANDARD = "认真贯彻落实《中华人民共和国预算法》及其实施条例，树牢过紧日子思想，压减一般性支出。"


def finding(code: str, severity: str = "error", **parts: object) -> dict:
    known = {"code": code, "severity": severity, "cells": ["自评表!K12"], "field": "indicators[0].reason", "label": "原因分析",
             "message": f"问题 {code}", "found": "空白", "expected": "写明原因", "fix": "补写原因"}  # fmt: skip
    return known | parts


def document(unit: str, code: str | None = None, basic: Sequence[float] = (100, 0, 90), narrative: Mapping[str, str] | None = None,
             indicators: Sequence[Mapping] = (), **parts: object) -> dict:  # fmt: skip
    """A computed document; `basic` is initial, adjustment and spent."""
    raw = {
        "form": FORM.key, "revision": FORM.revision, "fiscal_year": 2022,
        "cover": {"unit": unit, "unit_code": code, "supervisor": "市科技局"}, "narrative": dict(narrative or {}),
        "budget": {"basic": dict(zip(("initial", "adjustment", "spent"), basic, strict=True))}, "indicators": list(indicators),
    }  # fmt: skip
    rows, strays = rows_of(FORM, raw | parts)
    assert not strays, strays
    return document_of(FORM, compute(FORM, rows))


def indicator(name: str, target: float, actual: float, operator: str = ">=", **parts: object) -> dict:
    return {
        "category": "履职",
        "name": name,
        "kind": "定量",
        "operator": operator,
        "target": target,
        "unit": "家",
        "actual": actual,
    } | parts


def outcome(path: str, unit: str, code: str | None = None, status: str = "passed", received: str = "2023-03-01T09:00:00+08:00",
            findings: Sequence[Mapping] = (), outputs: Sequence[str] = (), content: bytes | None = None, **parts: object) -> Outcome:  # fmt: skip
    """The outcome of a workbook with those contents; its bytes are its path unless others are given."""
    raw = content if content is not None else path.encode()
    return Outcome(path=path, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), received=received, status=status, form=FORM.key,
                   revision=FORM.revision, year=2022, unit=unit, unit_code=code, findings=tuple(findings),
                   document=document(unit, code, **parts), rows=60, seconds=0.1, outputs=tuple(outputs))  # fmt: skip


def unreadable(path: str) -> Outcome:
    bad = finding(
        "XL103", cells=[], field=None, label=None, message="文件已损坏", expected="完整的 .xlsx 文件", fix="请重新发送。"
    )
    return Outcome(path=path, sha256=hashlib.sha256(path.encode()).hexdigest(), size=len(path.encode()), received="2023-03-01T09:00:00+08:00",
                   status="unreadable", findings=(bad,))  # fmt: skip


def prose(seed: object, letters: int = 120) -> str:
    """So many letters that nobody else writes, in sentences."""
    random, text = Random(str(seed)), ""
    while len(text) < letters:
        text += "".join(random.choices(LETTERS, k=random.randint(8, 20))) + random.choice("，，。")
    return text.rstrip("，。") + "。"


def unit(name: str, code: str = "", supervisor: str = "") -> Unit:
    """A unit of a roster."""
    return Unit(name, code, supervisor, Line("", 1, {}))


def items(*spent: float) -> dict:
    return {"budget": {"basic": {"initial": 516.57, "adjustment": 84.85, "spent": 577.3},
                       "items": [{"name": f"项目{n}", "initial": value, "spent": value} for n, value in enumerate(spent)]}}  # fmt: skip
