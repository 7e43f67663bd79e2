"""Rules of single fields and of the whole form: they fire, stay silent, wait and are in doubt, alike in Python and in the workbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.extended_form import own_form, written_form
from support.live_verdicts import told
from support.surgery import type_into
from xlperf import annotate, draw_form, explain_rule, fill_workbook, finalize, prove_form, read_form, validate, write_template
from xlperf.errors import FormError
from xlperf.forms.loader import load_form
from xlperf.forms.written.yaml_file import located
from xlperf.reporting.pdf import convert_anew

ITEMS = [
    {"key": "staff", "label": "在编人数", "type": "count"},
    {"key": "limit", "label": "限额（万元）", "type": "money"},
    {"key": "begun", "label": "开始日期", "type": "date"},
    {"key": "ended", "label": "结束日期", "type": "date"},
    {"key": "reason", "label": "超额原因", "type": "text", "max_length": 100},
]
RULES = [
    {"code": "FR101", "title": "有在编人员", "fields": "cover", "test": "staff > 0"},
    {"code": "FR102", "title": "日期先后有序", "fields": "cover", "test": "开始日期 <= 结束日期", "cells": ["ended", "begun"], "severity": "warning",
     "found": "{begun} 至 {ended}", "expected": "{label}不早于开始日期"},
    {"code": "FR103", "title": "支出合计不超过限额", "test": "SUM(items.spent) <= cover.limit"},
    {"code": "FR104", "title": "超额写明原因", "fields": "cover", "test": 'IF(SUM(items.spent) > limit, reason <> "", TRUE)', "cells": ["reason"]},
    {"code": "FR105", "title": "合计与明细相符", "test": "total.planned = SUM(items.planned)", "severity": "query"},
    {"code": "FR106", "title": "人均不超过2万元", "fields": "cover", "test": "SUM(items.spent) / staff <= 2", "cells": ["staff", "limit"]},
]  # fmt: skip


def ruled_form() -> dict[str, Any]:
    definition = own_form()
    definition["sheets"][0]["sections"][1]["items"] += ITEMS
    table = definition["sheets"][1]["sections"][0]
    table |= {"table": "entries", "blocks": [{"key": "total", "path": "total"}, *table["blocks"]]}
    definition["rules"] = RULES
    return definition | {"checks": {"XL207": False}}


def written(definition: dict[str, Any], folder: Path) -> Path:
    return written_form(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), folder)


def document(cover: dict[str, Any], spent: list[float], total: float | None = None) -> dict[str, Any]:
    rows = [{"name": f"项目{at}", "planned": 10, "spent": number} for at, number in enumerate(spent)]
    filled: dict[str, Any] = {
        "form": "mini",
        "revision": "2024",
        "fiscal_year": 2024,
        "cover": {"unit": "甲单位"} | cover,
        "items": rows,
    }
    return filled | ({"total": {"planned": total}} if total is not None else {})


RIGHT = {"staff": 5, "limit": 9, "begun": "2024-01-01", "ended": "2024-12-31"}
CASES: dict[str, tuple[dict[str, Any], list[float], float | None, dict[str, list[str]], set[str]]] = {
    # what is filled in, the rules at fault with their cells, the rules that wait
    "all is right": (RIGHT, [4, 5], 20, {}, set()),
    "nothing": ({}, [], None, {}, {"FR101", "FR102", "FR103", "FR104", "FR105", "FR106"}),
    "no staff": (RIGHT | {"staff": 0}, [4], 10, {"FR101": ["基本信息!C6"]}, {"FR106"}),
    "a date before the other": (RIGHT | {"ended": "2023-12-31"}, [4], 10, {"FR102": ["基本信息!C9", "基本信息!C8"]}, set()),
    "over the limit": (RIGHT, [4, 5.000001], 20, {"FR103": ["基本信息!C7"], "FR104": ["基本信息!C10"]}, set()),
    "over the limit, with a reason": (RIGHT | {"reason": "追加"}, [10], 10, {"FR103": ["基本信息!C7"]}, set()),
    "a total that is another": (RIGHT, [4, 5], 19.5, {"FR105": ["项目!C3"]}, set()),
    "much a head": (RIGHT | {"limit": 99}, [10.01], 10, {"FR106": ["基本信息!C6", "基本信息!C7"]}, set()),
    "a limit that is blank": ({key: value for key, value in RIGHT.items() if key != "limit"}, [4], 10, {}, {"FR103", "FR104"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.libreoffice
def test_they_fire_stay_silent_and_wait_alike_in_python_and_in_the_workbook(tmp_path: Path) -> None:
    folder = written(ruled_form(), tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    books = []
    for number, (cover, spent, total, *_) in enumerate(CASES.values()):
        fill_workbook(document(cover, spent, total), path := tmp_path / f"{number}.xlsx", templates=templates)
        books.append(path)
    (tmp_path / "computed").mkdir()
    for name, path, shown in zip(CASES, books, convert_anew(books, tmp_path / "computed"), strict=True):
        *_, at_fault, waiting = CASES[name]
        findings = {f["code"]: f["cells"] for f in validate(path, templates=templates).findings if f["code"].startswith("FR")}
        assert findings == at_fault, name
        states = {code: state for code, state in told(form, shown).items() if code.startswith("FR")}
        words = {code: "failed" if code in at_fault else "waiting" if code in waiting else "passed" for code in states}
        assert states == {code: (form.words[word], int(word == "failed")) for code, word in words.items()}, name
        assert told(form, shown) == told(form, path), name


@pytest.mark.slow
@pytest.mark.libreoffice
def test_what_was_filled_in_oddly_is_in_doubt_until_it_is_read(tmp_path: Path) -> None:
    folder = written(ruled_form(), tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    fill_workbook(document(RIGHT, [4, 5], 20), tmp_path / "a.xlsx", templates=templates)
    type_into(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {"基本信息!C7": "８"})
    type_into(tmp_path / "a.xlsx", tmp_path / "c.xlsx", {"项目!D4": "8万元"})
    (tmp_path / "computed").mkdir()
    single, row = convert_anew([tmp_path / "b.xlsx", tmp_path / "c.xlsx"], tmp_path / "computed")
    doubtful, passed = form.words["doubtful"], form.words["passed"]
    states = {code: state for code, (state, _) in told(form, single).items()}
    assert (states["FR101"], states["FR103"], states["FR104"], states["FR106"]) == (passed, doubtful, doubtful, passed)
    states = {code: state for code, (state, _) in told(form, row).items()}
    assert (states["FR101"], states["FR103"], states["FR106"]) == (passed, doubtful, doubtful)
    found = {finding["code"] for finding in validate(tmp_path / "b.xlsx", templates=templates).findings}
    assert {"FR103", "FR104"} <= found  # 9 is spent of 8


@pytest.mark.slow
def test_a_finding_says_what_stands_in_the_cells_and_is_marked_there(tmp_path: Path) -> None:
    folder = written(ruled_form(), tmp_path / "forms")
    templates = folder.parent.parent
    cover = RIGHT | {"ended": "2023-12-31"}
    fill_workbook(document(cover, [4, 6], 20), tmp_path / "a.xlsx", templates=templates)
    findings = {finding["code"]: finding for finding in validate(tmp_path / "a.xlsx", templates=templates).findings}
    assert findings["FR102"]["found"] == "2024-01-01 至 2023-12-31" and findings["FR102"]["expected"] == "结束日期不早于开始日期"
    assert findings["FR103"]["found"] == "限额（万元） 9" and findings["FR103"]["severity"] == "error"
    annotate(tmp_path / "a.xlsx", output=tmp_path / "back", date="2025-01-01", templates=templates)
    (back,) = (tmp_path / "back").glob("*.xlsx")
    assert "支出合计不超过限额" in openpyxl.load_workbook(back)["基本信息"]["C7"].comment.text
    assert explain_rule("mini", "FR101", year=2024, templates=templates)["test"] == "cover.staff > 0"


@pytest.mark.slow
def test_their_cells_turn_red_while_people_type(tmp_path: Path) -> None:
    """On whatever sheet: the colour looks at a name, and the name at what the rule counts."""
    forms = written(ruled_form(), tmp_path).parents[1]
    path = write_template("mini", year=2024, templates=forms, output=tmp_path / "blank.xlsx", date="2024-03-01")
    book = openpyxl.load_workbook(path)
    found: dict[str, list[tuple[str, str]]] = {}
    for sheet in book:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                if "failed_" in (rule.formula or [""])[0]:
                    cell = f"{sheet.title}!{area.sqref}"
                    found.setdefault(cell, []).append((rule.formula[0], rule.dxf.fill.bgColor.rgb))
    red, amber, orange = (found[cell][0][1] for cell in ("基本信息!C6", "基本信息!C9", "项目!C3"))
    assert len({red, amber, orange}) == 3
    assert found == {
        "基本信息!C6": [("failed_FR101=1", red), ("failed_FR106=1", red)],
        "基本信息!C9": [("failed_FR102=1", amber)],
        "基本信息!C8": [("failed_FR102=1", amber)],
        "基本信息!C7": [("failed_FR103=1", red), ("failed_FR106=1", red)],
        "基本信息!C10": [("failed_FR104=1", red)],
        "项目!C3": [("failed_FR105=1", orange)],
    }
    checks = book["校验"]
    codes = {checks.cell(row, 2).value: row for row in range(1, checks.max_row + 1)}
    for code in ("FR101", "FR103", "FR106"):
        sheet, _, cell = book.defined_names[f"failed_{code}"].attr_text.partition("!")
        assert (sheet.strip("'"), cell) == ("校验", f"$F${codes[code]}")
        assert "IFERROR" in checks[cell.replace("$", "")].value


def test_a_finalized_workbook_shows_their_results(tmp_path: Path) -> None:
    folder = written(ruled_form(), tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    fill_workbook(document({key: RIGHT[key] for key in ("staff", "limit")}, [4], 10), tmp_path / "a.xlsx", templates=templates)
    finalize(tmp_path / "a.xlsx", output=tmp_path / "final", date="2025-01-01", templates=templates)
    (book,) = (tmp_path / "final").glob("*.xlsx")
    states = {code: state for code, (state, _) in told(form, book).items() if code.startswith("FR")}
    assert states["FR102"] == form.words["waiting"] and states["FR103"] == form.words["passed"]


@pytest.mark.slow
def test_every_command_survives_them(tmp_path: Path) -> None:
    proof = prove_form(written(ruled_form(), tmp_path))
    assert [*map(str, proof.faults)] == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown block": ({"fields": "covr", "test": "staff > 0"}, r"rules\[0\].fields: there is no 'covr'; did you mean 'cover'"),
    "a table as fields": ({"fields": "entries", "test": "spent > 0"}, r"rules\[0\].fields: there is no 'entries' among identity, cover"),
    "a table beside": ({"fields": "cover", "table": "entries", "test": "staff > 0"}, r"rules\[0\].table: does not go with"),
    "rows without a table": ({"fields": "cover", "rows": ["a"], "test": "staff > 0"}, r"rules\[0\]: 'table' is needed beside 'rows'"),
    "an unknown field": ({"fields": "cover", "test": "staf > 0"}, r"FR101.test: .*staf"),
    "a key of a table in a test of the form": ({"test": "spent > N(支出)"}, r"rules\[0\]: .*names without their block: spent, '支出'; write table: with one of entries, or fields: with one of identity, cover"),
    "an unknown cell": ({"fields": "cover", "test": "staff > 0", "cells": ["stff"]}, r"rules\[0\].cells\[0\]: there is no 'stff'; did you mean 'staff'"),
    "a column as a cell": ({"test": "cover.staff > 0", "cells": ["items.spent"]}, r"rules\[0\].cells\[0\]: there is no 'items.spent'"),
    "a number": ({"test": "cover.staff + 1"}, r"FR101.test: .*cover.staff \+ 1"),
    "a filler that is none": ({"test": "cover.staff > 0", "found": "{cover_stff}"}, r"rules\[0\].found: nothing fills {cover_stff}"),
    "fields of a check": ({"check": "years", "fields": "cover", "why": "x", "severity": "info", "found": "x", "expected": "x", "fix": "x"}, r"rules\[0\]: 'test' is a required key"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_refused_by_line(name: str, tmp_path: Path, in_english: None) -> None:
    rule, said = REFUSED[name]
    folder = written(ruled_form() | {"rules": [{"code": "FR101", "title": "有在编人员"} | rule]}, tmp_path)
    with pytest.raises(FormError) as caught:
        load_form(folder)
    told_line = located(caught.value)
    assert re.search(said, told_line), told_line
    line = int(re.search(r", line (\d+): ", told_line)[1])
    text = (folder / "form.yaml").read_text("utf-8").splitlines()
    assert line > text.index("rules:"), told_line


@pytest.mark.slow
def test_a_form_with_such_rules_is_drawn_and_read_as_it_was(tmp_path: Path) -> None:
    folder = written(ruled_form(), tmp_path / "forms")
    drawn = draw_form("mini", templates=folder.parent.parent, output=tmp_path / "drawn.xlsx")
    read = load_form(read_form(drawn, output=tmp_path / "read" / "mini" / "2024").parent)
    assert read.definition == load_form(folder).definition


@pytest.mark.slow
def test_what_was_issued_is_known_when_it_comes_back(tmp_path: Path) -> None:
    """What a form hands out in preset rows, changed and unchanged; the workbook leaves it to the intake."""
    definition = own_form() | {"checks": {"XL207": False}}
    rows = [{"key": "one", "name": "甲", "planned": 5}, {"key": "two", "name": "乙", "planned": 8}]
    definition["sheets"][1]["sections"][0] |= {"table": "entries", "blocks": [{"key": "items", "rows": rows}]}
    texts = {
        "why": "下发的数不改。",
        "severity": "query",
        "found": "{name}：{before} 改为 {now}",
        "expected": "不改",
        "fix": "改回。",
    }
    parameters = {"table": "entries", "fields": ["planned"]}
    definition["rules"] = [
        {"code": "FR101", "title": "下发的预算数没有改动", "check": "changed_presets", "parameters": parameters} | texts
    ]
    folder = written(definition, tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    for name, planned, expected in (("same", 5, []), ("changed", 6, [(["项目!C3"], "甲：5 改为 6")])):
        filled = document({}, []) | {
            "items": [{"name": "甲", "planned": planned, "spent": 1}, {"name": "乙", "planned": 8, "spent": 2}]
        }
        fill_workbook(filled, path := tmp_path / f"{name}.xlsx", templates=templates)
        findings = [each for each in validate(path, templates=templates).findings if each["code"] == "FR101"]
        assert [(each["cells"], each["found"]) for each in findings] == expected
        assert told(form, path)["FR101"] == (form.words["after"], "")
