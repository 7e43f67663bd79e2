"""The row above: rules that hold a row against the one before, alike in Python, in the workbook and in LibreOffice."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from support.extended_form import own_form, written_form
from support.gnumeric import recalculate
from support.live_verdicts import told
from support.surgery import type_into
from support.sweeps import seeds
from xlperf import draw_form, explain_rule, fill_workbook, prove_form, read_form, validate
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.loader import load_form
from xlperf.forms.written.yaml_file import located
from xlperf.formula.doubles import DOUBLES
from xlperf.reporting.pdf import convert_anew

COLUMNS = [
    {"key": "name", "label": "月份", "type": "text", "max_length": 20},
    {"key": "opening", "label": "期初数", "type": "money"},
    {"key": "added", "label": "增加", "type": "money"},
    {"key": "taken", "label": "减少", "type": "money"},
    {
        "key": "closing",
        "label": "期末数（万元）",
        "type": "money",
        "formula": "ROUND(ROUND(opening + N(added), 6) - N(taken), 6)",
    },
    {"key": "day", "label": "日期", "type": "date"},
    {"key": "kind", "label": "性质", "type": "choice", "choices": ["上", "下"]},
    {"key": "before", "label": "上行月份", "type": "text", "formula": '"" & above.name'},
    {"key": "rise", "label": "增长", "type": "money", "formula": 'IF(N(above.opening) = 0, "", opening - above.opening)'},
]
RULES = [
    {"code": "RA101", "title": "期初等于上行期末", "table": "entries", "blocks": ["items"], "test": "期初数 = above.期末数"},
    {"code": "RA102", "title": "日期不早于上行", "table": "entries", "blocks": ["items"], "test": "day >= above.day", "severity": "warning",
     "found": "{day}，上行 {above_day}"},
    {"code": "RA103", "title": "首行期初为 10", "table": "entries", "blocks": ["items"], "test": 'IF(above.name = "", opening = 10, TRUE)'},
    {"code": "RA104", "title": "性质与上行不同", "table": "entries", "blocks": ["items"], "test": 'IF(T(above.kind) = "上", T(kind) <> "上", TRUE)'},
]  # fmt: skip
OWN = [rule["code"] for rule in RULES]
Rows = list[dict[str, Any]]
FIRST_ROW = 5  # of the rows that people add; two others stand above them


def balances_form() -> dict[str, Any]:
    definition = own_form()
    preset = {"key": "fixed", "path": "fixed", "rows": [{"key": "one", "name": "固定一"}, {"key": "two", "name": "固定二"}]}
    blocks = [preset, {"key": "items", "path": "items", "spare": 6}]
    table = {"table": "entries", "label": "收支", "row_name": "name", "columns": COLUMNS, "blocks": blocks}
    definition["sheets"][1] |= {"widths": [14] * 9, "sections": [table]}
    return definition | {"rules": RULES, "checks": {"XL207": False}}


def written(definition: dict[str, Any], folder: Path) -> Path:
    return written_form(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), folder)


def row(name: str, opening: float, *, added: float = 0, day: str | None = None, kind: str | None = None) -> dict[str, Any]:
    given = {"name": name, "opening": opening, "added": added, "day": day, "kind": kind}
    return {key: value for key, value in given.items() if value is not None}


def document(rows: Rows) -> dict[str, Any]:
    fixed = [{"name": "固定一", "opening": 99, "kind": "上"}, {"name": "固定二", "opening": 1, "day": "2099-01-01", "kind": "上"}]
    return {"form": "mini", "revision": "2024", "fiscal_year": 2024, "cover": {"unit": "甲单位"}, "fixed": fixed, "items": rows}


CASES: dict[str, tuple[Rows, dict[str, set[int]]]] = {
    # the rows, and by rule those at fault, from 0; what stands in the other block is above nothing
    "in order": ([row("一", 10, added=2), row("二", 12, added=0.3), row("三", 12.3)], {}),
    "a break": ([row("一", 10, added=2), row("二", 12.000001, added=1), row("三", 13.000001)], {"RA101": {1}}),
    "breaks in two rows": ([row("一", 10), row("二", 11), row("三", 12)], {"RA101": {1, 2}}),
    "a first row that is another": ([row("一", 11), row("二", 11)], {"RA103": {0}}),
    "dates": ([row("一", 10, day="2024-02-01"), row("二", 10, day="2024-01-31"), row("三", 10, day="2024-01-31")], {"RA102": {1}}),
    "a date that is blank": ([row("一", 10, day="2024-02-01"), row("二", 10), row("三", 10, day="2024-01-01")], {}),
    "choices": ([row("一", 10, kind="上"), row("二", 10, kind="上"), row("三", 10, kind="下"), row("四", 10, kind="上")], {"RA104": {1}}),
    "an opening that is blank above": ([{"name": "一", "added": 1}, row("二", 11)], {}),
    "one row": ([row("一", 10)], {}),
    "none": ([], {}),
}  # fmt: skip


def at_fault(path: Path, templates: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for finding in validate(path, templates=templates).findings:
        if finding["code"].startswith("RA"):
            rows = {int(re.findall(r"\d+", cell)[-1]) - FIRST_ROW for cell in finding["cells"]}
            found.setdefault(finding["code"], set()).update(rows)
    return found


@pytest.mark.slow
@pytest.mark.libreoffice
def test_they_fire_and_stay_silent_alike_in_python_and_in_the_workbook(tmp_path: Path) -> None:
    folder = written(balances_form(), tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    books = []
    for number, (rows, _) in enumerate(CASES.values()):
        fill_workbook(document(rows), path := tmp_path / f"{number}.xlsx", templates=templates)
        books.append(path)
    gap = tmp_path / "gap.xlsx"  # a blank row between the second and the third, which moves two rows down
    cells = {f"项目!{column}{FIRST_ROW + 2}": None for column in "BCDE"}
    type_into(books[1], gap, cells | {"项目!B8": "三", "项目!C8": 13, "项目!D8": 0})
    (tmp_path / "computed").mkdir()
    computed = convert_anew([*books, gap], tmp_path / "computed")
    for path, shown, (name, (_, expected)) in zip(books, computed, CASES.items(), strict=False):
        assert at_fault(path, templates) == expected, name
        verdicts = told(form, shown)
        counts = {
            code: count for code, (state, count) in verdicts.items() if code.startswith("RA") and state == form.words["failed"]
        }
        assert counts == {code: len(rows) for code, rows in expected.items()}, name
        assert verdicts == told(form, path), name
    assert at_fault(gap, templates) == {"RA101": {1, 3}}
    assert told(form, computed[-1])["RA101"] == (form.words["failed"], 2)


@pytest.mark.slow
@pytest.mark.gnumeric
def test_gnumeric_counts_the_same(tmp_path: Path) -> None:
    """Every state is in doubt there, for Gnumeric cannot tell which cells have formulas; what is counted is the same."""
    folder = written(balances_form(), tmp_path / "forms")
    form, books = load_form(folder), []
    for name in ("in order", "breaks in two rows", "choices", "none"):
        fill_workbook(document(CASES[name][0]), path := tmp_path / f"{name}.xlsx", templates=folder.parent.parent)
        books.append(path)
    (tmp_path / "computed").mkdir()
    for path, shown in zip(books, recalculate(books, tmp_path / "computed"), strict=True):
        ours, theirs = ({code: count for code, (_, count) in told(form, book).items() if code in OWN} for book in (path, shown))
        assert theirs == ours and len(ours) == 4


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_command_survives_and_libreoffice_computes_every_cell_the_same(tmp_path: Path) -> None:
    assert [*map(str, prove_form(written(balances_form(), tmp_path), full=True).faults)] == []


@pytest.mark.parametrize("seed", seeds(300, usual=20))
def test_it_is_the_nearest_row_above_in_which_something_stands(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    form = load_form(written(balances_form(), tmp_path))
    filled = [
        row(f"第{at}", random.choice((10, 10, 12.5, 0.1)), added=random.choice((0, 2.5, 0.2)))
        for at in range(random.randint(0, 6))
    ]
    rows, _ = rows_of(form, document(filled))
    blank = random.randint(0, len(rows["items"]))
    rows["items"].insert(blank, {})
    plain, doubles = compute(form, rows)["items"], compute(form, rows, numbers=DOUBLES)["items"]
    used = [index for index in range(len(rows["items"])) if index != blank]
    for place, index in enumerate(used):
        above = plain[used[place - 1]] if place else {}
        assert plain[index].get("before") == above.get("name")
        if place:
            assert plain[index]["_RA101"] == int(plain[index]["opening"] != above["closing"])
            assert plain[index]["rise"] == pytest.approx(plain[index]["opening"] - above["opening"], abs=1e-6)
        assert dict(plain[index]) == doubles[index]
    assert plain[blank].get("before") is None if blank < len(plain) else True


@pytest.mark.slow
def test_a_finding_says_what_stands_in_both_rows(tmp_path: Path) -> None:
    folder = written(balances_form(), tmp_path / "forms")
    templates = folder.parent.parent
    fill_workbook(
        document([row("一", 10, added=2, day="2024-02-01"), row("二", 13, day="2024-01-31")]),
        tmp_path / "a.xlsx",
        templates=templates,
    )
    findings = validate(tmp_path / "a.xlsx", templates=templates).findings
    found = {finding["code"]: finding["found"] for finding in findings if finding["code"] != "XL207"}
    assert found == {"RA101": "期初数 13；上一行期末数（万元） 12", "RA102": "2024-01-31，上行 2024-02-01"}
    assert explain_rule("mini", "RA101", year=2024, templates=templates)["test"] == "opening = above.closing"


@pytest.mark.slow
def test_what_is_wrong_in_a_row_is_not_told_of_the_next(tmp_path: Path) -> None:
    folder = written(balances_form(), tmp_path / "forms")
    templates = folder.parent.parent
    fill_workbook(document([row("一", 10), row("二", 10)]), tmp_path / "a.xlsx", templates=templates)
    type_into(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {f"项目!C{FIRST_ROW}": "约十"})
    codes = {finding["code"] for finding in validate(tmp_path / "b.xlsx", templates=templates).findings}
    assert "XL202" in codes and not {code for code in codes if code.startswith("RA")}


@pytest.mark.slow
def test_a_form_with_such_rules_is_drawn_and_read_as_it_was(tmp_path: Path) -> None:
    folder = written(balances_form(), tmp_path / "forms")
    drawn = draw_form("mini", templates=folder.parent.parent, output=tmp_path / "drawn.xlsx")
    read = load_form(read_form(drawn, output=tmp_path / "read" / "mini" / "2024").parent)
    assert read.rules == load_form(folder).rules and read.formulas == load_form(folder).formulas


REFUSED = {
    "an unknown column": ("opening = above.closng", "RA101.test: .*above.closng"),
    "a text": ("opening = above.name", "RA101.test: "),
    "two above": ("opening = above.above.closing", "RA101.test: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_there_is_refused(name: str, tmp_path: Path, in_english: None) -> None:
    test, said = REFUSED[name]
    with pytest.raises(FormError) as caught:
        load_form(written(balances_form() | {"rules": [RULES[0] | {"test": test}]}, tmp_path))
    assert re.search(said, located(caught.value)) and ", line " in located(caught.value)


def test_a_figure_that_follows_from_its_own_row_above_is_refused_as_a_circle(tmp_path: Path, in_english: None) -> None:
    definition = balances_form()
    definition["sheets"][1]["sections"][0]["columns"][1] = COLUMNS[1] | {"formula": "above.closing"}
    with pytest.raises(FormError, match="circle"):
        load_form(written(definition, tmp_path))


def test_a_single_row_has_none_above(tmp_path: Path, in_english: None) -> None:
    definition = balances_form()
    definition["sheets"][1]["sections"][0]["blocks"] = [{"key": "items"}]
    with pytest.raises(FormError, match=r"above\.closing"):
        load_form(written(definition, tmp_path))
