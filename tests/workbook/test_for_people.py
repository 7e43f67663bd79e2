"""What a workbook does for the people who type and sign: rows that grow, boxes that tell what they print, signs, figures."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from support.example import document, indicator
from support.libreoffice import ALWAYS, convert
from support.printing import pages
from support.surgery import type_into
from support.xml_parts import MAIN, trees
from xlperf import fill_workbook, finalize, read_workbook, validate, write_template
from xlperf.forms.form import Form
from xlperf.forms.model import SEVERITIES

DUTIES = "基本信息!B17"  # a long text
NOTE = "基本信息!D16"  # beside its heading
GROWING = re.compile(r"(goals|items|tasks|decision|process|benefits|satisfaction|duties|base_data|rules)\.")


def filled(folder: Path, doc: dict, name: str = "filled.xlsx") -> Path:
    assert fill_workbook(doc, output=folder / name).outputs
    return folder / name


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template("suzhou-department", year=2022, output=tmp_path_factory.mktemp("blank") / "blank.xlsx")


def rows_by_key(path: Path) -> dict[str, dict[str, str]]:
    """The attributes of every row that has a hidden key, over all sheets."""
    found = {}
    for name, tree in trees(path).items():
        if name.startswith("xl/worksheets/"):
            strings = [item.text for item in trees(path)["xl/sharedStrings.xml"].iter(f"{MAIN}t")]
            for row in tree.iter(f"{MAIN}row"):
                key = row.find(f"{MAIN}c[@r='A{row.get('r')}']/{MAIN}v")
                if key is not None:
                    found[strings[int(key.text)]] = dict(row.attrib)
    return found


# --- rows and boxes ------------------------------------------------------------------------------------------


def test_rows_of_tables_are_as_high_as_excel_makes_them(template: Path) -> None:
    """A row with a height of its own would stay as it is, whatever is typed into it."""
    rows = rows_by_key(template)
    growing = {key for key in rows if GROWING.match(key)}
    assert len(growing) > 150 and not [key for key in growing if "customHeight" in rows[key]]
    assert all("customHeight" in rows[f"narrative.{key}"] for key in ("duties", "profile", "overview"))


def test_a_row_is_written_as_high_as_its_longest_text(tmp_path: Path) -> None:
    doc = document()
    doc["tasks"][0]["completion"] = "完成情况。" * 100
    heights = {key: float(row["ht"]) for key, row in rows_by_key(filled(tmp_path, doc)).items() if "ht" in row}
    assert heights["tasks.1"] > 200 and heights["tasks.15"] <= 24


def note_of(path: Path) -> object:
    title, _, cell = NOTE.partition("!")
    return openpyxl.load_workbook(path, data_only=True)[title][cell].value


TEXTS = {  # what is typed into the box: what the note says
    "短短一句。": "已填 5 字",
    "": "",
    "履职。" * 400: "已填 1200 字，本栏约印 {} 字，其余印在自评报告中",
    "一行\n" * 40: "已填 120 字，本栏约印 {} 字，其余印在自评报告中",
}
SIGNS = ("≥", ">=")


@pytest.fixture(scope="module")
def recalculated(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workbooks into which something was typed, by what it is, as LibreOffice computes and saves them."""
    folder = tmp_path_factory.mktemp("typed")
    typed = {text: type_into(template, folder / f"{number}.xlsx", {DUTIES: text}) for number, text in enumerate(TEXTS)}
    example = filled(folder, document())
    typed |= {sign: type_into(example, folder / f"sign {number}.xlsx", {"自评表!E49": sign}) for number, sign in enumerate(SIGNS)}
    return dict(zip(typed, convert(typed.values(), folder / "saved", recalculate=ALWAYS), strict=True))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_box_tells_while_people_type_how_much_of_it_is_printed(recalculated: dict[str, Path], text: str) -> None:
    shown = str(note_of(recalculated[text]) or "")
    printed = re.findall(r"约印 (\d+) 字", shown)
    assert shown == TEXTS[text].format(*printed)
    assert all(0 < int(number) < len(text) and int(number) % 10 == 0 for number in printed)


def test_what_the_box_has_grown_for_is_printed_whole(tmp_path: Path) -> None:
    doc = document()
    doc["narrative"]["duties"] = "履职目标。\n" + "中心承担的各项任务均已完成。" * 200
    path = filled(tmp_path, doc)
    assert note_of(path) == f"已填 {len(doc['narrative']['duties'])} 字"
    result = finalize(path, output=tmp_path / "out")
    assert note_of(result.outputs[0]) is None


def test_a_note_beside_a_box_is_nothing_that_people_typed(tmp_path: Path) -> None:
    doc = document()
    doc["narrative"]["duties"] = "中心承担的各项任务均已完成。" * 600
    path = filled(tmp_path, doc)
    assert "约印" in str(note_of(path)) or "已填" in str(note_of(path))
    assert "XL236" not in {finding["code"] for finding in validate(path).findings}
    typed = type_into(path, tmp_path / "typed.xlsx", {NOTE: "另附说明两页"})
    assert ("XL236", [NOTE]) in [(finding["code"], finding["cells"]) for finding in validate(typed).findings]


# --- signs and figures ---------------------------------------------------------------------------------------


def test_operators_are_written_and_offered_as_signs(tmp_path: Path, template: Path) -> None:
    book = openpyxl.load_workbook(filled(tmp_path, document()))
    assert [book["自评表"][f"E{row}"].value for row in (33, 49, 52)] == ["≤", "≥", "="]
    offered = [book["xlperf"][f"E{row}"].value for row in range(1, 6)]
    assert offered == ["=", "≥", "≤", ">", "<"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.slow
@pytest.mark.libreoffice
def test_an_operator_means_the_same_whichever_way_it_is_typed(recalculated: dict[str, Path], sign: str) -> None:
    """The document has one spelling, nothing is said of either, and the sheet computes what we compute."""
    path = recalculated[sign]
    assert indicator(read_workbook(path), "高企年度发展情况报表统计")["operator"] == ">="
    assert not [finding for finding in validate(path).findings if "自评表!E49" in finding["cells"]]
    sheet = openpyxl.load_workbook(path, data_only=True)["自评表"]
    assert [sheet[f"{column}49"].value for column in "EJN"] == [sign, "8.30%", "≥10500家"]


def test_findings_offer_the_signs(tmp_path: Path) -> None:
    doc = document()
    indicator(doc, "高企年度发展情况报表统计")["operator"] = "差不多"
    (finding,) = [f for f in validate(filled(tmp_path, doc)).findings if f["code"] == "XL203"]
    assert finding["expected"] == "=、≥、≤、>、<"


def formats(sheet: Sheet, *cells: str) -> list[str]:
    return [sheet[cell].number_format for cell in cells]


def test_money_has_its_thousands_apart_and_its_points_below_each_other(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert set(formats(book["预算信息"], "C4", "D5", "E6", "F8")) == {"#,##0.00????"}
    assert formats(book["基础数据"], "D5", "F5", "G5") == ["General", "General", "0.00"]  # things in one row, money in another
    assert {book["预算信息"][cell].alignment.horizontal for cell in ("C4", "D5", "E6", "F8", "G4")} == {"right"}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_large_targets_are_shown_with_their_thousands_apart_and_years_are_not(tmp_path: Path) -> None:
    doc = document()
    indicator(doc, "集聚仪器资源").update(target=234567.25, actual=2022)
    indicator(doc, "受理成果转化项目").update(target=3000000000)
    (pdf,) = convert([filled(tmp_path, doc)], tmp_path / "printed", to="pdf")
    words = {word for page in pages(pdf) for word in page.words}
    assert {"234,567.25", "2022", "10,500"} <= words and not {"234567.25", "2,022"} & words


# --- columns and states --------------------------------------------------------------------------------------


def test_what_is_not_printed_stands_behind_the_print_area_and_can_be_seen(template: Path, form: Form) -> None:
    sheet = openpyxl.load_workbook(template)["自评表"]
    last = re.search(r"\$([A-Z]+)\$\d+$", sheet.print_area)[1]
    behind = [key for key, field in form.blocks["process"].fields.items() if not field.printed]
    places = {cell.value: cell.column_letter for cell in sheet[1]}
    assert behind == ["reference", "target_text", "actual_text"] and last == places["applies"]
    assert all(places[key] > last and not sheet.column_dimensions[places[key]].hidden for key in behind)


def test_a_finalized_check_sheet_says_what_was_explained(tmp_path: Path) -> None:
    doc = document() | {"explanations": {"SZ202": "目标按上年数确定", "SZ301": "额度年末收回"}}
    result = finalize(filled(tmp_path, doc), output=tmp_path / "out")
    sheet = openpyxl.load_workbook(result.outputs[0])["校验"]
    states = {sheet.cell(row, 2).value: sheet.cell(row, 5).value for row in range(4, sheet.max_row)}
    assert (states["SZ202"], states["SZ301"], states["SZ302"], states["SZ101"]) == ("已说明", "已说明", "不通过", "通过")


def test_rules_stand_under_the_headings_of_their_groups(template: Path, form: Form) -> None:
    sheet = openpyxl.load_workbook(template).worksheets[0]
    groups: dict[str, list[str]] = {}
    words = {form.words.get(severity) for severity in SEVERITIES}
    for row in range(1, sheet.max_row + 1):
        name, title = sheet.cell(row, 2).value, sheet.cell(row, 3).value
        if name in form.rule_groups:
            groups[name] = []
        elif name and name in words and groups:
            groups[next(reversed(groups))].append(title)
    assert groups == {heading: [rule.title for rule in rules] for heading, rules in form.grouped_rules()}
    assert list(groups) == list(form.rule_groups) and sum(map(len, groups.values())) == len(form.rules)
