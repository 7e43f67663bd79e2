"""What people really type, read through the real file: what becomes of it, and which finding it gets and no other.

Many cells are typed into few workbooks: every row of a table below is one row of the workbook, and what is found at its
cells is compared with what stands beside it.
"""

from __future__ import annotations

import copy
import datetime
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.documents import random_document
from support.filled import lay_filled
from support.hostile import write_prefixed
from support.paths import EXAMPLE
from support.surgery import part_of, percent_style, rewrite, type_styled
from support.sweeps import every, examples, seeds
from xlperf import fill_workbook, finalize, read_workbook, validate
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.errors import FormError
from xlperf.forms.document import Spot, rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form
from xlperf.messages import sentence
from xlperf.reading.reader import read_cells
from xlperf.reporting.finding import Finding
from xlperf.values.cells import read_value
from xlperf.values.remarks import CellError, Remark
from xlperf.values.rows import read_row
from xlperf.workflow.check_form import check_form

VALUE_CODES = ("XL201", "XL202", "XL203", "XL204", "XL205", "XL206", "XL207", "XL209", "XL210", "XL215", "XL216", "XL217",
               "XL218", "XL220")  # fmt: skip
DATE = "2023-01-05"
ROW = {
    "name": "指标",
    "kind": "定量",
    "operator": "=",
    "target": 3,
    "unit": "件",
    "actual": 3,
    "source": "台账",
    "reason": "年中调整",
}


class Percent(NamedTuple):
    """A number in a cell of percent format."""

    shown: float


class Row(NamedTuple):
    """What is typed into one row, what is read, and the findings at its cells: code and column."""

    typed: Mapping[str, object]
    read: Mapping[str, object]
    codes: Iterable[tuple[str, str]]


def document() -> dict:
    return json.loads((EXAMPLE / "document.json").read_text("utf-8"))


def type_all(path: Path, target: Path, cells: Mapping[str, object]) -> Path:
    """Type values into many cells at once ("自评表!H12": 7)."""
    style = percent_style(path)
    return type_styled(
        path,
        target,
        {place: (value.shown, style) if isinstance(value, Percent) else (value, None) for place, value in cells.items()},
    )


def through_file(
    folder: Path, doc: dict, block: str, rows: list[Row], first: int = 0
) -> list[tuple[Mapping, set[tuple[str, str]]]]:
    """Fill the document, type the rows into that block, and return of each row its values and the findings at its cells."""
    lay_filled(doc, folder / "filled.xlsx", date=DATE)
    places = read_cells(folder / "filled.xlsx").places
    cells = {
        places[Spot(block, first + number, key)]: value for number, row in enumerate(rows) for key, value in row.typed.items()
    }
    path = type_all(folder / "filled.xlsx", folder / "typed.xlsx", cells)
    reading, found = read_cells(path), validate(path).findings
    at = {place: (spot.index - first, spot.field) for spot, place in reading.places.items() if spot.block == block}
    result = [(values, set()) for values in reading.rows[block][first : first + len(rows)]]
    for finding in found:
        for place in finding["cells"]:
            if place in at and 0 <= at[place][0] < len(rows):
                number, key = at[place]
                if finding["code"] in VALUE_CODES:
                    result[number][1].add((finding["code"], key))
    return result


def assert_read(folder: Path, doc: dict, block: str, rows: list[Row], first: int = 0) -> None:
    wrong = []
    for row, (values, codes) in zip(rows, through_file(folder, doc, block, rows, first), strict=True):
        read = {key: values.get(key) for key in row.read}
        if read != dict(row.read) or codes != set(row.codes) or any(type(read[k]) is bool for k in read):
            wrong.append(f"{dict(row.typed)}: {read} {sorted(codes)}, expected {dict(row.read)} {sorted(row.codes)}")
    assert not wrong, "\n".join(wrong)


def with_indicators(count: int, **values: object) -> dict:
    doc = document()
    doc["indicators"] = [row for row in doc["indicators"] if row["category"] != "履职"]
    doc["indicators"] += [{"category": "履职", **ROW, **values, "name": f"指标{number}"} for number in range(count)]
    return doc


# --- targets with operator and unit --------------------------------------------------------------------------

# Typed into target, operator and unit (None: blank); read as operator, target, unit; the code at the target.
TARGETS = [
    (">=10500家", None, None, ">=", 10500, "家", "XL210"),
    ("不少于15场", None, None, ">=", 15, "场", "XL210"),
    ("不低于200项", None, None, ">=", 200, "项", "XL210"),
    ("超2000家", None, None, ">=", 2000, "家", "XL210"),
    ("≥96.00％", None, None, ">=", 96, "%", "XL210"),
    ("≧ 96", None, "%", ">=", 96, "%", "XL210"),
    ("﹦5场 ", None, None, "=", 5, "场", "XL210"),
    ("＝１００％", None, None, "=", 100, "%", "XL210"),
    ("控制在3场以内", None, None, "<=", 3, "场", "XL210"),
    ("控制在5%内", None, None, "<=", 5, "%", "XL210"),
    ("不超过3起", None, "起", "<=", 3, "起", "XL210"),
    ("300人以上", None, None, ">=", 300, "人", "XL210"),
    ("300人", ">=", None, ">=", 300, "人", "XL210"),
    (">=300", ">=", "人", ">=", 300, "人", "XL210"),
    ("大于等于 1,500 家", "≧", "家", ">=", 1500, "家", "XL210"),
    ("百分之九十", None, None, None, "百分之九十", None, "XL202"),
    ("百分之90", None, None, None, 90, "%", "XL210"),
    ("660亿元", ">=", "亿元", ">=", 660, "亿元", "XL210"),
    ("660亿元", ">=", None, ">=", 660, "亿元", "XL210"),
    ("660亿元", ">=", "万元", ">=", 6600000, "万元", "XL210"),
    ("2.48万项", ">=", "项", ">=", 24800, "项", "XL210"),
    ("5.8万台套", None, "台套", None, 58000, "台套", "XL210"),
    (Percent(0.96), ">=", None, ">=", 96, "%", "XL210"),
    (Percent(1.0), "=", "%", "=", 100, "%", None),
    ("100", "=", "%", "=", 100, "%", "XL210"),
    ("≥15场", "=", "场", "=", "≥15场", "场", "XL209"),
    (">=15场", ">=", "家", ">=", ">=15场", "家", "XL209"),
    ("290%", None, "%", None, "290%", "%", "XL209"),
    ("290%", None, None, None, "290%", "%", "XL209"),
    ("290%", ">=", "%", ">=", 290, "%", "XL210"),
    ("190%", None, "%", None, 190, "%", "XL210"),
    ("15-20场", ">=", "场", ">=", "15-20场", "场", "XL209"),
    ("15～20场", ">=", None, ">=", "15～20场", "场", "XL209"),
    ("5万", ">=", "万元", ">=", "5万", "万元", "XL209"),
    ("约80家", ">=", "家", ">=", "约80家", "家", "XL202"),
    ("80家左右", ">=", "家", ">=", "80家左右", "家", "XL202"),
    ("健全", ">=", "家", ">=", "健全", "家", "XL202"),
    ("≥≤5家", None, "家", None, "≥≤5家", "家", "XL202"),
]


@pytest.mark.slow
def test_a_target_typed_with_operator_and_unit_is_taken_apart(tmp_path: Path) -> None:
    rows = []
    for typed, operator, unit, op, target, word, code in TARGETS:
        blank = {("XL201", key) for key, value in (("operator", op), ("unit", word)) if value is None}
        other = {("XL210", "operator")} if operator == "≧" else set()
        rows.append(Row({"operator": operator, "target": typed, "unit": unit, "actual": 3.0}, {"operator": op, "target": target, "unit": word},
                        {(code, "target")} - {(None, "target")} | blank | other))  # fmt: skip
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


# --- actuals -------------------------------------------------------------------------------------------------

# Typed into the actual beside that unit and a target of 100; the number read; the code.
ACTUALS = [
    ("11372家", "家", 11372, "XL210"),
    ("11372（家）", "家", 11372, "XL210"),
    ("12 种", "种", 12, "XL210"),
    ("2.48万项", "项", 24800, "XL210"),
    ("5.8万台套", "台套", 58000, "XL210"),
    ("5.8万", "台套", 58000, "XL210"),
    ("3千家", "家", 3000, "XL210"),
    ("58200", "台套", 58200, "XL210"),
    ("5万元", "万元", 5, "XL210"),
    ("50000元", "万元", 5, "XL210"),
    ("868.78亿元", "亿元", 868.78, "XL210"),
    ("868.78亿元", "万元", 8687800, "XL210"),
    ("8687800万元", "亿元", 868.78, "XL210"),
    ("人民币5万", "万元", 5, "XL210"),
    ("96％", "%", 96, "XL210"),
    ("96.00%", "%", 96, "XL210"),
    ("﹪96", "%", "﹪96", "XL202"),
    ("百分之96", "%", 96, "XL210"),
    ("96百分比", "%", 96, "XL210"),
    ("5‰", "%", 0.5, "XL210"),
    ("5%", "‰", 50, "XL210"),
    (Percent(0.9603), "%", 96.03, None),
    (Percent(0.005), "%", 0.5, None),
    (Percent(0.005), "‰", 5, None),
    ("１２３．５", "家", 123.5, "XL210"),
    ("1,234", "家", 1234, "XL210"),
    ("1，234.5", "家", 1234.5, "XL210"),
    ("12 345", "家", 12345, "XL210"),
    ("1O5", "家", 105, "XL210"),
    ("1ＯＯ", "家", 100, "XL210"),
    ("96。5", "%", 96.5, "XL210"),
    ("−3.5", "%", -3.5, "XL210"),
    ("负3.5", "%", -3.5, "XL210"),
    ("\u200b12\ufeff", "家", 12, "XL210"),
    ("\u00a012\u00a0", "家", 12, "XL210"),
    ("1\u200d2\u00ad", "家", 12, "XL210"),
    ("\t12\n", "家", 12, "XL210"),
    ("12。", "家", 12, "XL210"),
    ("0起", "起", 0, "XL210"),
    ("0起", "项", 0, "XL210"),
    ("=7", "场", 7, "XL210"),
    ("1.5e3", "家", 1500, "XL210"),
    ("５公里", "米", 5000, "XL210"),
    ("5.2万吨", "吨", 52000, "XL210"),
    ("52000吨", "万吨", 5.2, "XL210"),
    ("3万公里", "公里", 30000, "XL210"),
    ("2万", "公里", 20000, "XL210"),
    ("2万", "公顷", 20000, "XL210"),
    ("2万", "万吨", "2万", "XL209"),
    ("5千米", "公里", 5, "XL210"),
    ("5千克", "公斤", 5, "XL210"),
    ("5千克", "克", 5000, "XL210"),
    (0.0, "家", 0, None),
    (7.0, "家", 7, None),
    ("1,23", "家", "1,23", "XL209"),
    ("0,96", "%", "0,96", "XL209"),
    ("1,2345", "家", "1,2345", "XL209"),
    ("5万", "万元", "5万", "XL209"),
    ("¥50000", "万元", "¥50000", "XL209"),
    ("(3.2)", "%", "(3.2)", "XL209"),
    ("—3.2", "%", "—3.2", "XL209"),
    ("96%", "家", "96%", "XL209"),
    ("96家", "%", "96家", "XL209"),
    ("210%", "%", 210, "XL210"),
    ("290%", "%", 290, "XL210"),
    ("11372户", "家", "11372户", "XL209"),
    ("15至20场", "场", "15至20场", "XL209"),
    (Percent(0.96), "家", "96%", "XL209"),
    (Percent(16.0), "场", "1600%", "XL209"),
    (0.96, "%", 0.96, "XL215"),
    (1.0, "%", 1, "XL215"),
    ("0.96", "%", 0.96, "XL210 XL215"),
    ("0.96%", "%", 0.96, "XL210"),
    (1.6, "%", 1.6, None),
    ("超2000家", "家", "超2000家", "XL202"),
    ("10²", "家", "10²", "XL202"),
    ("①", "家", "①", "XL202"),
    ("5l", "家", "5l", "XL202"),
    ("四场", "场", "四场", "XL202"),
    ("4（含1场线上）", "场", "4（含1场线上）", "XL202"),
    ("1、2", "场", "1、2", "XL202"),
    ("１２３４５６７８９０１２３４５６", "家", 1234567890123460, "XL204 XL210"),
]
UNSEEN = "\u200b"
BLANKS = ("—", "——", "-", "－", "/", "／", "无", "暂无", "……", "…", "N/A", UNSEEN, "\u3000—\u3000", "无。")


@pytest.mark.slow
def test_an_actual_is_read_in_the_unit_of_its_row(tmp_path: Path) -> None:
    rows = [Row({"operator": ">=", "target": 100.0, "unit": unit, "actual": typed}, {"actual": read},
                {(one, "actual") for one in (code or "").split()}) for typed, unit, read, code in ACTUALS]  # fmt: skip
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "read"), every(1, [
    ('0.00"%"', 88), (r"0.00\%", 88), ('0.00_%;[红色%]-0.00"%"', 88), ("0.00*%", 88), ("General", 88), ("0.00%", 8800), ('"约"0.00%', 8800),
], usual=2))  # fmt: skip
def test_a_percent_sign_that_a_format_only_shows_multiplies_nothing(tmp_path: Path, code: str, read: float) -> None:
    lay_filled(with_indicators(1, unit="%", target=100, actual=88), tmp_path / "a.xlsx", date=DATE)
    spot = Spot("duties", 0, "actual")
    title, _, cell = read_cells(tmp_path / "a.xlsx").places[spot].rpartition("!")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book[title][cell].number_format = code
    book.save(tmp_path / "b.xlsx")
    write_prefixed(tmp_path / "b.xlsx", tmp_path / "prefixed.xlsx")
    for name in ("b.xlsx", "prefixed.xlsx"):
        assert read_cells(tmp_path / name).rows["duties"][0]["actual"] == read


CODES = [
    ("000000", 1001, "001001", None), ("00", 1001, "1001", None), ("General", 1001, "1001", "zeros_lost"), ("0", 1001, "1001", "zeros_lost"),
    ("0000.00", 1001, "1001", "zeros_lost"), ('"JS"000000', 1001, "JS001001", None), ("00-0000;@", 1001, "00-1001", None),
    (r"000\ 000_ ", 1001, "001 001", None), ("General", 115109230084380000, "115109230084380000", "digits_lost"),
    ("000000000000000000", 115109230084380000, "115109230084380000", "digits_lost"), ("0.00E+00", 123200000, "123200000", "power_lost"),
    ("##0.0E+0", 123200000, "123200000", "power_lost"), ("General", 10.5, "10.5", "zeros_lost"),
    ("yyyy\\-m", datetime.date(2023, 3, 1), "2023-03-01", "date_lost"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("code", "typed", "read", "lost"), every(1, CODES, usual=2))
def test_a_code_that_became_a_number_is_read_as_its_cell_shows_it_and_told_if_something_is_gone(
    tmp_path: Path, code: str, typed: object, read: str, lost: str | None
) -> None:
    lay_filled(document(), tmp_path / "a.xlsx", date=DATE)
    spot = Spot("cover", 0, "unit_code")
    title, _, cell = read_cells(tmp_path / "a.xlsx").places[spot].rpartition("!")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book[title][cell].value, book[title][cell].number_format = typed, code
    book.save(tmp_path / "b.xlsx")
    reading = read_cells(tmp_path / "b.xlsx")
    assert reading.rows["cover"][0]["unit_code"] == read
    told = [
        (finding.code, finding.severity, finding.arguments.get("reason")) for finding in reading.findings if spot in finding.spots
    ]
    severity = "info" if lost == "zeros_lost" else "error"
    assert told == ([("XL220", severity, sentence(lost, {}))] if lost else [])


@pytest.mark.slow
def test_blank_signs_are_blanks_where_no_free_text_stands(tmp_path: Path) -> None:
    """In numbers, choices and units; not in sources and reasons."""
    blank = {("XL201", key) for key in ("operator", "target", "unit", "actual")}
    keys = ("operator", "target", "unit", "actual", "source")
    rows = [
        Row(dict.fromkeys(keys, sign), {**dict.fromkeys(keys[:4]), "source": sign}, blank) for sign in BLANKS if sign != UNSEEN
    ]
    rows.append(Row(dict.fromkeys(keys, UNSEEN), dict.fromkeys(keys), blank | {("XL210", "source")}))
    rows.append(Row({"target": "0", "actual": "0"}, {"target": 0, "actual": 0}, {("XL210", "target"), ("XL210", "actual")}))
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


@pytest.mark.slow
def test_the_unit_of_an_actual_fills_a_blank_one(tmp_path: Path) -> None:
    rows = [
        Row({"operator": ">=", "target": 300.0, "unit": None, "actual": "843人"}, {"target": 300, "unit": "人", "actual": 843}, {("XL210", "actual")}),
        Row({"operator": "=", "target": 100.0, "unit": None, "actual": Percent(0.96)}, {"unit": "%", "actual": 96}, {("XL210", "actual")}),
        Row({"operator": None, "target": ">=660亿元", "unit": None, "actual": "8687800万元"},
            {"operator": ">=", "target": 660, "unit": "亿元", "actual": 868.78}, {("XL210", "target"), ("XL210", "actual")}),
        Row({"operator": None, "target": ">=10500家", "unit": None, "actual": "96%"},
            {"target": 10500, "unit": "家", "actual": "96%"}, {("XL210", "target"), ("XL209", "actual")}),
    ]  # fmt: skip
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


@pytest.mark.parametrize(("operator", "target", "actual", "asked"), [
    (">=", 100.0, 0.96, True), ("=", 10.0, 1.5, True), ("<=", 100.0, 0.96, True), ("<=", 10.0, 0.08, True),
    ("<=", 20.0, 0.35, True), ("<=", 20.0, 0.4, True), ("<=", 20.0, 0.41, False), (">=", 5.0, 0.06, True), (">=", 5.0, 0.025, True), (">=", 5.0, 0.024, False),
    ("<=", 1.0, 0.02, True), ("<=", 1.0, 0.8, False), ("<=", 0.5, 0.4, False), ("<=", 3.0, 0.5, False), (">=", -5.0, 0.05, False),
    ("<=", 10.0, 0.5, False), (">=", 9.0, 0.9, False), ("=", 0.0, 0.5, False), (">=", 100.0, -0.5, False), (">=", 100.0, 0.0, False),
])  # fmt: skip
def test_a_ratio_in_a_percent_cell_is_asked_about(form: Form, operator: str, target: float, actual: float, asked: bool) -> None:
    """Where a hundred times as much is about the target, and far below 10 and more; not 0.5% against at most 10%: it is honest."""
    typed = {**ROW, "operator": operator, "target": target, "unit": "%", "actual": actual}
    row, remarks = read_row(form, form.blocks["duties"], 0, given={}, typed=typed)
    assert row["actual"] == actual
    assert [(key, remark.code, remark.severity) for key, remark in remarks] == [("actual", "XL215", "warning")] * asked
    for _, remark in remarks:
        assert remark.expected == f"{actual:g} % / {actual * 100:g} %"


@pytest.mark.parametrize(("values", "asked"), [
    ({}, ("target", "actual")), ({"operator": "="}, ("target", "actual")), ({"target": 1.0, "actual": 1.0}, ("target", "actual")),
    ({"target": 0.5, "actual": 0.5}, ("target", "actual")), ({"operator": "<="}, ()), ({"operator": "<"}, ()), ({"target": 0.4}, ()), ({"actual": 1.01}, ()),
    ({"actual": 0.3}, ()), ({"unit": "‰"}, ()), ({"name": "工业增加值增长率"}, ()), ({"target": "≥0.95%", "operator": None}, ()), ({"target": 95.0}, ("actual",)),
])  # fmt: skip
def test_ratios_in_both_cells_are_asked_about(form: Form, values: dict, asked: tuple) -> None:
    """A share of at least 0.95 percent that reached 0.96: hardly; a ceiling or a growth rate may be so low."""
    typed = {**ROW, "name": "服务对象满意率", "operator": ">=", "target": 0.95, "unit": "%", "actual": 0.96, **values}
    name = typed.pop("name")
    _, remarks = read_row(form, form.blocks["duties"], 0, given={"name": name}, typed=typed)
    assert tuple(key for key, remark in remarks if remark.code == "XL215") == asked


@pytest.mark.slow
def test_qualitative_rows_are_free_text(tmp_path: Path) -> None:
    typed = (">=10500家", "无", "５０％", "290%", "暂无")
    rows = [Row({"kind": "定性", "operator": None, "unit": None, "target": text, "actual": text}, {"target": text, "actual": text}, set())
            for text in typed]  # fmt: skip
    unseen = Row(
        {"kind": "定性", "operator": None, "unit": None, "target": "健全", "actual": "\u200b健全"},
        {"actual": "健全"},
        {("XL210", "actual")},
    )
    assert_read(tmp_path, with_indicators(len(rows) + 1), "duties", [*rows, unseen])


DASHES = ("—", "/", "－", "——", "……", " / ", "―")


@pytest.mark.slow
def test_a_dash_is_nothing_where_words_are_needed(form: Form, tmp_path: Path) -> None:
    """And where they are wanted; a word for nothing stays, a dash where nothing is asked for too. No word for nothing is a code."""
    kind = {"kind": "定性", "operator": None, "unit": None}
    blank = {("XL201", key) for key in ("target", "actual")}
    rows = [
        Row({**kind, "target": sign, "actual": sign, "source": sign}, {"target": None, "actual": None, "source": sign}, blank)
        for sign in DASHES
    ]
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)
    for applies, read in (("不适用", "—"), ("适用", None)):
        row, _ = read_row(form, form.blocks["process"], 0, given={}, typed={"actual": "—", "kind": "定性", "applies": applies})
        assert row.get("actual") == read
    doc = document()
    doc["tasks"] = [
        {"duty": "/", "task": f"任务{number}", "content": "内容", "completion": sign}
        for number, sign in enumerate((*DASHES, "无"))
    ]
    rows = [Row({}, {"duty": "/", "completion": None}, {("XL201", "completion")}) for _ in DASHES]
    assert_read(tmp_path, doc, "tasks", [*rows, Row({}, {"completion": "无"}, set())])
    for sign in ("-", "无"):
        typed = {"unit": "-", "supervisor": "/", "unit_code": sign, "phone": sign}
        codes = {("XL201", "unit"), *(("XL207", key) for key in ("supervisor", "unit_code", "phone"))}
        assert_read(tmp_path, document(), "cover", [Row(typed, dict.fromkeys(typed), codes)])


@pytest.mark.slow
def test_a_percentage_of_a_qualitative_row_is_the_text_that_its_cell_shows(tmp_path: Path) -> None:
    kind = {"kind": "定性", "operator": None, "unit": None}
    rows = [Row({**kind, "target": Percent(1.0), "actual": Percent(0.955)}, {"target": "100%", "actual": "95.5%"}, {("XL210", "target"), ("XL210", "actual")}),
            Row({**kind, "target": 1.0, "actual": 0.955}, {"target": "1", "actual": "0.955"}, set())]  # fmt: skip
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


def test_a_line_break_of_word_is_a_line_break(form: Form) -> None:
    """Pasted from Word, Shift+Enter is a vertical tab, which no cell shows."""
    field = form.blocks["narrative"].fields["problems"]
    value, remark = read_value(form, field, "一是预算编制不够细。\x0b二是意识不强。\x0c")
    assert value == "一是预算编制不够细。\n二是意识不强。\n"
    assert (remark.code, remark.severity) == ("XL210", "info")
    assert (remark.found, remark.expected) == (
        "预算编制不够细。<U+000B>二是意识不强。<U+000C>",
        "预算编制不够细。<U+000A>二是意识不强。<U+000A>",
    )


@pytest.mark.parametrize(
    "block_field", ["items.spent", "indicators.actual", "tasks.completion", "cover.prepared_on", "indicators.kind"]
)
def test_an_error_value_is_nothing_to_read(form: Form, block_field: str) -> None:
    block, name = block_field.split(".")
    field = form.blocks["duties" if block == "indicators" else block].fields[name]
    value, remark = read_value(form, field, CellError("#DIV/0!"))
    assert value is None and remark == Remark("XL217", "error", "#DIV/0!", reason="failed_formula")
    typed, _ = read_value(form, form.blocks["tasks"].fields["completion"], "#DIV/0!")
    assert typed == "#DIV/0!"  # a text that somebody typed


# --- units, operators, choices, codes ------------------------------------------------------------------------

UNITS = [
    ("％", "%"), ("﹪", "%"), ("百分比", "%"), ("%(百分比)", "%"), ("%（百分比）", "%"), (" 家 ", "家"), ("（家）", "家"), ("万 元", "万元"),
    ("家\u200b", "家"), ("㎡", "平方米"), ("台 套", "台套"), ("千分比", "‰"), ("台（套）", "台套"), ("台/套", "台套"), ("家（户）", "家"),
]  # fmt: skip
OPERATORS = [
    ("≧", ">="), ("＞＝", ">="), ("不少于", ">="), ("不低于", ">="), ("大于等于", ">="), ("以上", ">="), ("> =", ">="),
    ("≦", "<="), ("不超过", "<="), ("控制在…内", "<="), ("控制在……以内", "<="), ("＝", "="), ("﹦", "="), ("等于", "="),
    ("＞", ">"), ("超", ">="), ("超过", ">="), ("═", "="), ("⩵", "="), ("＞═", ">="), ("⪖", ">="), ("<═", "<="), ("〈", "<"), ("大于", ">"), ("＜", "<"), ("\u200b>=\u00a0", ">="),
]  # fmt: skip


@pytest.mark.slow
def test_units_and_operators_are_read_in_their_spellings(tmp_path: Path) -> None:
    rows = [Row({"unit": typed}, {"unit": read}, {("XL210", "unit")}) for typed, read in UNITS]
    rows += [Row({"unit": unit}, {"unit": unit}, set()) for unit in ("家（次）", "家/年", "m³")]
    rows += [Row({"operator": typed}, {"operator": read}, {("XL210", "operator")}) for typed, read in OPERATORS]
    rows += [Row({"operator": shown}, {"operator": read}, set()) for shown, read in (("≥", ">="), ("≤", "<="))]
    rows += [Row({"operator": "约"}, {"operator": "约"}, {("XL203", "operator")}),
             Row({"kind": " 定量\u200b"}, {"kind": "定量"}, {("XL210", "kind")})]  # fmt: skip
    assert_read(tmp_path, with_indicators(len(rows)), "duties", rows)


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    rows = [
        Row(
            {"unit_code": "０３２０１８\u200b", "phone": 5126500000.0},
            {"unit_code": "032018", "phone": "5126500000"},
            {("XL210", "unit_code"), ("XL220", "phone")},
        )
    ]
    assert_read(tmp_path, document(), "cover", rows)


# --- money ---------------------------------------------------------------------------------------------------

MONEY = [
    ("2.64", 2.64, "XL210"), ("2.64万元", 2.64, "XL210"), ("26400元", 2.64, "XL210"), ("￥26400元", 2.64, "XL210"), (".8", 0.8, "XL210"),
    ("1,234.5", 1234.5, "XL210"), ("１，２３４．５", 1234.5, "XL210"), ("0.5亿元", 5000, "XL210"), ("2.64 万", "2.64 万", "XL209"),
    ("1,23", "1,23", "XL209"), ("￥2.64", "￥2.64", "XL209"), ("（3.2）", "（3.2）", "XL209"), ("－3.25", -3.25, "XL210"), ("—", None, "XL210"),
    ("暂无", None, "XL210"), ("0", 0, "XL210"), ("3.2%", "3.2%", "XL209"), ("约三万", "约三万", "XL202"), ("2.64（预算）", "2.64（预算）", "XL202"),
    ("12.3456789", 12.3456789, "XL206 XL210"), ("5亿", 50000, "XL210"), (2.64, 2.64, None), ("5人", "5人", "XL209"),
]  # fmt: skip


@pytest.mark.slow
def test_money_is_read_in_the_unit_of_its_label(tmp_path: Path) -> None:
    doc = document()
    doc["budget"]["items"] = [{"name": f"项目{n}", "initial": 60000, "adjustment": 1, "spent": 30000} for n in range(len(MONEY))]
    rows = [Row({"adjustment": typed}, {"adjustment": read}, {(one, "adjustment") for one in (code or "").split()})
            for typed, read, code in MONEY]  # fmt: skip
    assert_read(tmp_path, doc, "items", rows)


def test_a_limit_does_not_say_whether_a_minus_was_meant(tmp_path: Path) -> None:
    """Spending is nought or more, and yet (3.25) may be a slip of the sign or only an ornament; -3.25 is an error."""
    typed = [("▲3.25", "▲3.25", "XL209"), ("(3.25)", "(3.25)", "XL209"), ("（3.25）", "（3.25）", "XL209"), ("—3.25", "—3.25", "XL209"), ("△3", "△3", "XL209"),
             ("-3.25", -3.25, "XL204 XL210"), ("(0)", 0, "XL210"), ("2.64-2.65", "2.64-2.65", "XL209")]  # fmt: skip
    doc = document()
    doc["budget"]["items"] = [{"name": f"项目{n}", "initial": 60, "spent": 30} for n in range(len(typed))]
    assert_read(
        tmp_path,
        doc,
        "items",
        [Row({"spent": text}, {"spent": read}, {(one, "spent") for one in code.split()}) for text, read, code in typed],
    )


def test_base_data_are_read_in_the_unit_of_the_label_beside_them(form: Form, tmp_path: Path) -> None:
    keys = [row.key for row in form.blocks["base_data"].rows]
    doc = document()
    doc["base_data"] = {key: {"part": 1, "base": 1} for key in keys}
    typed = {"staff_control": ("51人", 51, "55名", 55), "payment_progress": (Percent(0.96), 96, "100%", 100),
             "carryover": ("24.93万元", 24.93, "627.17", 627.17), "coverage": ("11个", 11, "1,100", 1100)}  # fmt: skip
    rows = []
    for key in keys:
        part, number, base, other = typed.get(key, (1.0, 1, 1.0, 1))
        codes = {("XL210", name) for name, text in (("part", part), ("base", base)) if isinstance(text, str)}
        rows.append(Row({"part": part, "base": base}, {"part": number, "base": other}, codes))
    assert_read(tmp_path, doc, "base_data", rows)


def test_dashes_in_spare_rows_are_nothing(tmp_path: Path) -> None:
    doc = document()
    places = read_cells(EXAMPLE / "filled.xlsx").places
    spare = len(doc["budget"]["items"])
    title, cell = places[Spot("items", spare - 1, "spent")].split("!")
    below = [f"{title}!{column}{int(cell[1:]) + line}" for line in (1, 2) for column in "CDF"]
    path = type_all(EXAMPLE / "filled.xlsx", tmp_path / "t.xlsx", dict.fromkeys(below, "—"))
    assert read_workbook(path) == read_workbook(EXAMPLE / "filled.xlsx")
    assert not {f["code"] for f in validate(path).findings} & {"XL209", "XL210"}


# --- dates ---------------------------------------------------------------------------------------------------

MARCH, YEAR = "2023-03-01 … 2023-03-31", "2023-01-01 … 2023-12-31"
DATES = [
    ("2023-03-01", "2023-03-01", None, ""), ("2023年3月1日", "2023-03-01", "XL210", ""), ("2023/3/1", "2023-03-01", "XL210", ""),
    ("2023.03.01", "2023-03-01", "XL210", ""), ("20230301", "2023-03-01", "XL210", ""), ("2023-3-1", "2023-03-01", "XL210", ""),
    ("２０２３-０３-０１", "2023-03-01", "XL210", ""), ("2023年 3月 1日", "2023-03-01", "XL210", ""), ("2023年3月1号", "2023-03-01", "XL210", ""),
    ("二〇二三年十二月三十一日", "2023-12-31", "XL210", ""), ("二○二三年三月十日", "2023-03-10", "XL210", ""),
    ("2023-03-01 00:00:00", "2023-03-01", "XL210", ""), ("\u200b2023-03-01\u00a0", "2023-03-01", "XL210", ""), ("23年3月1日", "2023-03-01", "XL210", ""),
    (44986.0, "2023-03-01", "XL210", ""), ("44986", "2023-03-01", "XL210", ""), (20230301.0, "2023-03-01", "XL210", ""),
    ("13/3/2023", "2023-03-13", "XL210", ""), ("3/1/2023", "3/1/2023", "XL209", "2023-03-01 / 2023-01-03"),
    ("2023年3月", "2023年3月", "XL209", MARCH), ("2023-3", "2023-3", "XL209", MARCH), (2023.3, "2023.3", "XL209", MARCH),
    (202303.0, "202303", "XL209", MARCH), (2023.0, "2023", "XL209", YEAR), ("2023年", "2023年", "XL209", YEAR),
    ("23.12.11", "23.12.11", "XL209", "2023-12-11 / 2011-12-23"), ("2023-02-30", "2023-02-30", "XL209", "2023-02-01 … 2023-02-28"),
    ("2023年13月1日", "2023年13月1日", "XL209", YEAR), ("20230431", "20230431", "XL209", "2023-04-01 … 2023-04-30"), ("2023-13", "2023-13", None, ""),
    ("三月一日", "三月一日", None, ""), ("2023年3月1日至5日", "2023年3月1日至5日", None, ""), (7.0, "7", None, ""), ("—", None, "XL210", ""), ("暂无", None, "XL210", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "read", "code", "expected"), DATES)
def test_dates_are_read_or_asked_about(form: Form, typed: object, read: str, code: str | None, expected: str) -> None:
    value, remark = read_value(form, form.blocks["cover"].fields["prepared_on"], typed)
    assert (value, remark and remark.code) == (read, code)
    assert not expected or remark.expected == expected


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "read", "codes"), [
    ("2023年3月", "2023年3月", {("XL209", "prepared_on")}), ("2023-02-30", "2023-02-30", {("XL209", "prepared_on")}), ("三月一日", "三月一日", {("XL202", "prepared_on")}),
    (44986.0, "2023-03-01", set()), ("44986", "2023-03-01", {("XL210", "prepared_on")}), ("……", None, {("XL207", "prepared_on")}),
])  # fmt: skip
def test_dates_through_the_file(tmp_path: Path, typed: object, read: str, codes: set) -> None:
    """A number in the cell of the template has its date format: it is a date, and silent."""
    assert_read(tmp_path, document(), "cover", [Row({"prepared_on": typed}, {"prepared_on": read}, codes)])


# --- what is told --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_findings_show_before_and_after_or_both_readings(tmp_path: Path) -> None:
    doc = with_indicators(6)
    assert fill_workbook(doc, output=tmp_path / "a.xlsx").outputs
    places = read_cells(tmp_path / "a.xlsx").places
    typed = [("12 种", "种"), (" 7 ", "场"), ("7", "场"), ("7\u200b", "场"), ("5万", "万元"), ("96%", "家")]
    cells = {
        places[Spot("duties", n, key)]: value
        for n, (actual, unit) in enumerate(typed)
        for key, value in (("actual", actual), ("unit", unit))
    }
    found = validate(type_all(tmp_path / "a.xlsx", tmp_path / "b.xlsx", cells)).findings
    told = {f["cells"][0]: f for f in found if f["code"] in ("XL209", "XL210")}
    shown = [
        tuple(told[places[Spot("duties", n, "actual")]][key] for key in ("severity", "found", "expected"))
        for n in range(len(typed))
    ]
    assert shown == [
        ("info", "12 种", "12 | 种"), ("info", '" 7 "', "7"), ("info", "'7", "7"), ("info", "7<U+200B>", "7"),
        ("error", "5万", "5 万元 / 50000 万元"), ("error", "96%", "96 % / 96 家"),
    ]  # fmt: skip


def test_a_blank_that_is_told_shows_what_stands_there(tmp_path: Path) -> None:
    """A formula that another program saved without its result too; one in a cell that may stay blank would be lost."""
    book = openpyxl.load_workbook(EXAMPLE / "filled.xlsx")
    cells = {
        "预算信息!C5": "无",
        "预算信息!F7": "=2+0.63",
        "预算信息!D8": '=IF(1>0,"<",2)',
        "自评表!H61": "——",
        "自评表!G61": "/",
        "基本信息!C5": None,
        "基本信息!C9": "-",
    }
    for place, value in cells.items():
        title, _, cell = place.partition("!")
        book[title][cell] = value
    book.save(tmp_path / "t.xlsx")
    told = {place: (f["code"], f["found"], "0" in f["fix"]) for f in validate(tmp_path / "t.xlsx").findings for place in f["cells"]
            if place in cells and f["code"] in VALUE_CODES}  # fmt: skip
    assert told == {
        "预算信息!C5": ("XL201", "无", True), "自评表!H61": ("XL201", "——", True), "自评表!G61": ("XL201", "/", False), "基本信息!C5": ("XL201", "空白", False),
        "预算信息!F7": ("XL218", "=2+0.63", False), "预算信息!D8": ("XL218", '=IF(1>0,"<",2)', False), "基本信息!C9": ("XL207", "-、空白", False),
    }  # fmt: skip


def test_only_an_amount_out_of_range_is_told_its_unit(tmp_path: Path) -> None:
    """What a number counts in is asked of its label: staff are no money."""
    doc = document()
    doc["budget"]["items"][0].update(spent=-1)
    doc["base_data"] = {"asset_use": {"part": -2, "base": 5}, "staff_control": {"part": -3, "base": 50}}
    next(row for row in doc["indicators"] if row["kind"] == "定量")["target"] = 1e12
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    told = {f["found"]: f["fix"] for f in validate(tmp_path / "t.xlsx").findings if f["code"] == "XL204"}
    money, plain = "请核对，应为 0 至 9999999.999999，单位为万元。", "请核对，应为 {}；只填数字，不带单位。"
    assert told == {
        "-1": money,
        "-2": money,
        "-3": plain.format("0 至 9999999.999999"),
        "1000000000000": plain.format("-99999999999 至 99999999999"),
    }


def test_a_formula_of_an_empty_text_has_a_result(tmp_path: Path) -> None:
    """LibreOffice and Excel save it so, and a row of such formulas holds nothing."""
    part = part_of(EXAMPLE / "filled.xlsx", "预算信息")

    def change(name: str, content: bytes) -> bytes:
        blank = rb'<c r="D8"\1 t="str"><f>IF(1,"","")</f><v></v></c>'
        return re.sub(rb'<c r="D8"([^>]*)>.*?</c>', blank, content) if name == part else content

    path = rewrite(EXAMPLE / "filled.xlsx", tmp_path / "t.xlsx", change)
    assert "<v></v>" in zipfile.ZipFile(path).read(part).decode() and "XL218" not in {f["code"] for f in validate(path).findings}


@pytest.mark.slow
def test_a_warning_of_values_does_not_block_and_travels(tmp_path: Path) -> None:
    doc = with_indicators(1, operator=">=", target=100, unit="%", actual=0.96)
    assert fill_workbook(doc, output=tmp_path / "a.xlsx").outputs
    warned = lambda path: [(f["code"], f["found"]) for f in validate(path).findings if f["code"] == "XL215"]  # noqa: E731
    assert warned(tmp_path / "a.xlsx") == [("XL215", "0.96")]
    result = finalize(tmp_path / "a.xlsx", output=tmp_path / "out")
    assert [f["code"] for f in result.findings if f["severity"] == "error"] == []
    assert warned(next(path for path in result.outputs if path.suffix == ".xlsx")) == [("XL215", "0.96")]


@pytest.mark.slow
def test_a_question_blocks_and_is_the_only_finding_of_its_cell(tmp_path: Path) -> None:
    doc = with_indicators(1)
    assert fill_workbook(doc, output=tmp_path / "a.xlsx").outputs
    place = read_cells(tmp_path / "a.xlsx").places[Spot("duties", 0, "actual")]
    path = type_all(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {place: "1,23"})
    assert [f["code"] for f in validate(path).findings if place in f["cells"]] == ["XL209"]
    assert not finalize(path, output=tmp_path / "out").outputs


@pytest.mark.slow
def test_a_sheet_that_could_not_compute_is_no_witness(tmp_path: Path) -> None:
    """What was normalised, or is asked about, has stale results beside it: none of them is a finding of its own."""
    doc = with_indicators(9, operator="=", unit="件")
    doc["indicators"][-1] |= {"unit": "%", "target": 90, "actual": 80}
    typed = [
        ("actual", "3件"),
        ("actual", "7件"),
        ("actual", "1,23"),
        ("target", "≥5件"),
        ("unit", " 件"),
        ("operator", "等于"),
        ("target", "＝5"),
    ]
    assert fill_workbook(doc, output=tmp_path / "a.xlsx").outputs
    places = read_cells(tmp_path / "a.xlsx").places
    cells = {places[Spot("duties", n, key)]: value for n, (key, value) in enumerate(typed)}
    cells[places[Spot("duties", 8, "actual")]] = Percent(0.9)
    apart = {
        places[Spot("duties", len(typed), key)]: value for key, value in (("operator", None), ("unit", None), ("target", ">=5件"))
    }
    found = validate(type_all(tmp_path / "a.xlsx", tmp_path / "b.xlsx", cells | apart)).findings
    assert not [f for f in found if f["code"] in ("XL201", "XL301", "XL302")]


# --- amounts in the wrong unit -------------------------------------------------------------------------------


def asked(form: Form, doc: dict) -> list[tuple[str, str]]:
    return [(f"{f.spots[0].block}[{f.spots[0].index}].{f.spots[0].field}", f.arguments["expected"])
            for f in unlikely_amounts(form, rows_of(form, doc)[0])]  # fmt: skip


def item(doc: dict, number: int) -> dict:
    return doc["budget"]["items"][number]


AMOUNTS = {
    "the example": (lambda d: None, []),
    "spent in 元 beside the budget": (lambda d: item(d, 0).update(spent=26400), [("items[0].spent", "26400 元 = 2.64 万元")]),
    "nearly": (lambda d: item(d, 0).update(spent=26350.5), [("items[0].spent", "26350.5 元 = 2.63505 万元")]),
    "a whole row in 元": (lambda d: item(d, 0).update(initial=26400, spent=26400),
                         [("items[0].initial", "26400 元 = 2.64 万元"), ("items[0].spent", "26400 元 = 2.64 万元")]),
    "an adjustment in 元": (lambda d: item(d, 1).update(adjustment=-32000), [("items[1].adjustment", "-32000 元 = -3.2 万元")]),
    "basic spending in 元": (lambda d: d["budget"]["basic"].update(spent=5773000), [("basic.spent", "5773000 元 = 577.3 万元")]),
    "all of basic spending in 元": (lambda d: d["budget"]["basic"].update(initial=5165700, adjustment=848500, spent=5773000),
                                    [("basic.initial", "5165700 元 = 516.57 万元"), ("basic.adjustment", "848500 元 = 84.85 万元"),
                                     ("basic.spent", "5773000 元 = 577.3 万元")]),
    "decimals that 元 has not": (lambda d: item(d, 0).update(initial=26400.123456, spent=26400), []),
    "a large basic spending": (lambda d: d["budget"]["basic"].update(initial=51657, spent=51650), []),
    "a small item": (lambda d: item(d, 0).update(initial=0.1, spent=0.1), []),
    "little spent of much": (lambda d: d["budget"]["basic"].update(initial=545.57, adjustment=None, spent=0.1), []),
    "a small adjustment of much": (lambda d: d["budget"]["basic"].update(initial=60000, adjustment=3.25, spent=59990), []),
    "base data, of which a text says 627.17万元": (lambda d: d.update(base_data={"carryover": {"part": 24.93, "base": 6271700}}),
                                                [("base_data[7].base", "6271700 元 = 627.17 万元")]),
    "base data ten thousand times": (lambda d: d.update(base_data={"three_public_change": {"part": 2.5, "base": 26000}}),
                                     [("base_data[6].base", "26000 元 = 2.6 万元")]),
    "counts are no amounts": (lambda d: d.update(base_data={"staff_control": {"part": 2, "base": 20000}}), []),
    "an actual in 万元 beside a target in 亿元": (
        lambda d: next(row for row in d["indicators"] if row["name"] == "全市技术合同成交额").update(actual=8687800),
        [("duties[7].actual", "8687800 万元 = 868.78 亿元")]),
}  # fmt: skip


@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts_in_the_wrong_unit_are_asked_about(form: Form, name: str) -> None:
    change, expected = AMOUNTS[name]
    doc = document()
    change(doc)
    assert [(place.replace("basic[0]", "basic"), readings) for place, readings in asked(form, doc)] == expected


def test_an_amount_in_the_wrong_unit_through_the_file(form: Form, tmp_path: Path) -> None:
    doc = document()
    item(doc, 0).update(spent=26400)
    assert fill_workbook(doc, output=tmp_path / "a.xlsx").outputs
    reading = read_cells(tmp_path / "a.xlsx")
    (finding,) = unlikely_amounts(form, reading.rows)
    assert finding == Finding(
        "XL216",
        "query",
        (Spot("items", 0, "spent"),),
        {"found": "26400", "unit": "万元", "small": "元", "hint": "约为同一行其他数的一万倍", "expected": "26400 元 = 2.64 万元"},
    )


def test_honest_spreads_are_silent(form: Form) -> None:
    """Units from one with small items to one with hundreds of millions, items over four orders of magnitude, one a thousandth of it."""
    for seed in seeds(300, usual=100):
        random = Random(seed)
        doc = document()
        large = 10 ** random.uniform(2, 4.7)
        doc["budget"]["basic"] = {
            "initial": round(large, 2),
            "adjustment": round(large * random.uniform(-0.2, 0.2), 2),
            "spent": round(large * 0.9, 2),
        }
        amounts = [round(10 ** random.uniform(-0.5, 3.5), random.choice([0, 2, 4])) for _ in range(random.randint(4, 20))]
        amounts[0] = max(amounts[0], round(large / 1_000, 2))  # where all of them are smaller, nobody could tell
        doc["budget"]["items"] = [{"name": f"项目{n}", "initial": amount, "spent": round(amount * random.uniform(0.3, 1), 2)}
                                  for n, amount in enumerate(amounts)]  # fmt: skip
        assert asked(form, doc) == [], seed


def test_nothing_in_a_document_is_changed_and_only_the_ambiguous_is_asked_about(form: Form) -> None:
    """Generated documents as their cells hold them: every value comes back, free texts and wild figures alike."""
    for seed in seeds(300, usual=60):
        rows, _ = rows_of(form, random_document(form, seed))
        for key in (
            "items",
            "basic",
            "goals",
            "tasks",
            "decision",
            "process",
            "benefits",
            "satisfaction",
            "duties",
            "base_data",
            "narrative",
        ):
            block = form.blocks[key]
            for index, row in enumerate(rows[key]):
                typed = {name: float(value) if isinstance(value, int) else value for name, value in row.items()
                         if form.is_input(block, index, block.fields[name])}  # fmt: skip
                read, remarks = read_row(form, block, index, given={}, typed=typed)
                assert read == typed, (seed, key, index)
                for name, remark in remarks:
                    assert (name, remark.code, row["unit"]) == ("actual", "XL215", "%")
                    assert 0 < row["actual"] <= 1.5 and (row["target"] >= 10 or 0.5 <= row["actual"] * 100 / row["target"] <= 2)
        for finding in unlikely_amounts(form, rows):
            for spot in finding.spots:
                number = rows[spot.block][spot.index][spot.field]
                assert abs(number) >= 1000 and round(number, 2) == number, (seed, finding)


# --- the spellings are data ----------------------------------------------------------------------------------


def test_a_form_without_spellings_reads_plain_numbers(form: Form) -> None:
    bare = replace(form, spellings={}, digest="without spellings")
    money = form.blocks["items"].fields["spent"]
    for typed, read in (("１２.5", 12.5), ("1,234", 1234), ("2.64万元", "2.64万元"), ("—", "—"), (3.0, 3)):
        assert read_value(bare, money, typed)[0] == read
    row, remarks = read_row(bare, form.blocks["duties"], 0, given={}, typed={**ROW, "target": "5场", "actual": 5.0})
    assert (row["target"], row["actual"], remarks) == ("5场", 5, [])


@pytest.mark.slow
@pytest.mark.parametrize(("change", "place"), [
    (lambda s: s["numbers"]["columns"].update(unit="units"), "spellings.numbers.columns.unit"),
    (lambda s: s["numbers"]["columns"].update(target="kind"), "spellings.numbers.columns.target"),
    (lambda s: s["numbers"].update(power={"百": 100}), "spellings.numbers.power"),
    (lambda s: s["numbers"]["powers"].update(百=0), "spellings.numbers.powers"),
    (lambda s: s["numbers"]["scales"].update(里={"米": 500, "尺": 1500}), "spellings.numbers.scales"),
])  # fmt: skip
def test_wrong_spellings_stop_the_form(form: Form, tmp_path: Path, change, place: str) -> None:
    import yaml

    definition = copy.deepcopy(dict(form.definition))
    change(definition["spellings"])
    folder = tmp_path / form.key / form.revision
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    with pytest.raises(FormError, match=place.replace(".", r"\.")):
        check_form(folder)


TRICKY = st.text(
    st.sampled_from("0123456789.,，。%％‰万亿元家场年月日二〇三十≥<=-—()（）…¥/eEO oＯ１\u200b\u00a0\n+~至不少于超以内控制在"),
    max_size=14,
)


@given(text=TRICKY, unit=st.sampled_from(["", "%", "家", "万元", "‰", "万"]), operator=st.sampled_from(["", "=", ">="]))
@settings(max_examples=examples(1500, usual=300))
def test_no_text_gives_a_traceback(form: Form, text: str, unit: str, operator: str) -> None:
    """And what comes back is a number, a text or nothing; what is normalised is stable when it is read again.

    A percent typed with its sign is certain; the number that it is read as bears none, and may be asked about.
    """
    duties, cover = form.blocks["duties"], form.blocks["cover"]
    typed = {**ROW, "operator": operator, "unit": unit, "target": text, "actual": text}
    row, remarks = read_row(form, duties, 0, given={}, typed=typed)
    again, told = read_row(
        form, duties, 0, given={}, typed={key: float(v) if isinstance(v, int) else v for key, v in row.items()}
    )
    assert again == row
    asked = {"XL215"} if re.search("[%％‰]", text) else set()
    assert {remark.code for _, remark in told} <= ({remark.code for _, remark in remarks} | asked) - {"XL210"}
    date, _ = read_value(form, cover.fields["prepared_on"], text)
    assert read_value(form, cover.fields["prepared_on"], date)[0] == date
    for field in (
        form.blocks["items"].fields["spent"],
        cover.fields["unit_code"],
        duties.fields["kind"],
        duties.fields["operator"],
    ):
        assert isinstance(read_value(form, field, text)[0], int | float | str | None)


def test_a_hostile_text_in_a_number_takes_no_time(form: Form) -> None:
    money = form.blocks["items"].fields["spent"]
    for text in (
        "1" * 32_767,
        "1," * 16_000,
        " " * 16_000 + "1" + " " * 16_000,
        "(" * 32_000,
        "O" * 32_000,
        "不超过" * 10_000,
        "-" * 32_000,
    ):
        value, remark = read_value(form, money, text)
        assert value in (text, 1) and (remark is None or remark.code == "XL210")
    assert zipfile.is_zipfile(EXAMPLE / "filled.xlsx") and load_form(form.directory).key == form.key
