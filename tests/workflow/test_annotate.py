"""The workbook that goes back: the same data, every problem marked and listed; corrected and read again it is clean."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from support.example import document, indicator
from support.excel_limits import LITERAL, depth, utf16
from support.libreoffice import convert
from support.matrix import FAULTS
from support.surgery import rewrite, type_into
from support.sweeps import every
from support.xml_parts import MAIN, trees
from xlperf import UnreadableError, UsageError, annotate, fill_workbook, read_workbook, validate
from xlperf.workbook.styles import COLOURS

pytestmark = pytest.mark.slow

# What a hand can do to the example, and what mends it, by the cells of the annotated workbook.
TYPED = {"基本信息!C5": None, "预算信息!F7": "约2.6万", "自评表!K53": None, "自评表!E61": "约", "绩效目标!D13": None,
         "自评表!F61": "４", "基本信息!C10": "三月一日", "自评表!I60": 'A"b\n' * 120}  # fmt: skip
MENDED = {"基本信息!C5": document()["cover"]["unit"], "预算信息!F7": 2.64, "自评表!K53": indicator(document(), "集聚仪器资源")["reason"],
          "自评表!E61": "=", "绩效目标!D13": document()["goals"][3]["actual"], "自评表!F61": 4, "基本信息!C10": "2023-03-01"}  # fmt: skip


def said(path: Path) -> set[tuple]:
    return {(f["code"], f["severity"], tuple(f["cells"]), f["found"], f["expected"], f.get("explanation"))
            for f in validate(path).findings}  # fmt: skip


def visible(path: Path, book: openpyxl.Workbook) -> set[str]:
    """The cells of findings that are not in a hidden column, and of which somebody has to do something."""
    shown = {sheet.title: [c for c in "ABCDEFGHIJKLMNO" if not sheet.column_dimensions[c].hidden] for sheet in book.worksheets}
    places = {tuple(cell.partition("!")[::2]) for f in validate(path).findings if f["severity"] != "info" for cell in f["cells"]}
    return {f"{title}!{cell}" for title, cell in places if cell.rstrip("0123456789") in shown[title]}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clean") / "clean.xlsx"
    fill_workbook(document(), output=path)
    return path


@pytest.fixture(scope="module")
def submitted(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return type_into(clean, tmp_path_factory.mktemp("submitted") / "乙 单位.xlsx", TYPED)


@pytest.fixture(scope="module")
def annotated(submitted: Path) -> Path:
    return annotate(submitted, output=submitted.parent / "退回")


@pytest.fixture(scope="module")
def book(annotated: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(annotated)


def test_it_is_named_after_the_submission_which_stays_as_it_was(submitted: Path, annotated: Path) -> None:
    assert annotated == submitted.parent / "退回" / "乙 单位-问题.xlsx"
    before = submitted.read_bytes()
    annotate(submitted, output=submitted.parent / "退回")
    assert submitted.read_bytes() == before and list(annotated.parent.iterdir()) == [annotated]


@pytest.mark.parametrize("name", every(1, list(FAULTS), usual=5))
def test_reading_it_again_finds_the_same(tmp_path: Path, name: str) -> None:
    doc = document()
    FAULTS[name][0](doc)
    path = tmp_path / "fault.xlsx"
    fill_workbook(doc, output=path)
    again = annotate(path, output=tmp_path / "out")
    assert said(again) == said(path)
    assert read_workbook(again) == read_workbook(path)


def test_what_a_hand_typed_stands_there_as_typed(submitted: Path, annotated: Path, book: openpyxl.Workbook) -> None:
    assert book["预算信息"]["F7"].value == "约2.6万" and book["自评表"]["F61"].value == "４"
    assert book["自评表"]["E61"].value == "约" and book["基本信息"]["C10"].value == "三月一日"
    gone = {"XL301", "XL237"}  # formulas are formulas again
    assert {entry for entry in said(submitted) if entry[0] not in gone} == said(annotated)


def test_corrected_and_read_again_it_is_clean(clean: Path, annotated: Path, tmp_path: Path) -> None:
    result = validate(type_into(annotated, tmp_path / "改好.xlsx", MENDED))
    assert result.status == "passed", [(f["code"], f["cells"]) for f in result.findings if f["severity"] == "error"]
    assert {f["code"] for f in result.findings} - {"XL301", "XL302"} == {f["code"] for f in validate(clean).findings}


@pytest.mark.libreoffice
def test_saved_by_libreoffice_it_gives_the_same(annotated: Path, tmp_path: Path) -> None:
    (saved,) = convert([annotated], tmp_path)
    errors = lambda path: {entry for entry in said(path) if entry[1] == "error"}  # noqa: E731
    assert errors(saved) == errors(annotated)
    corrected = validate(type_into(saved, tmp_path / "改好.xlsx", MENDED))
    assert corrected.status == "passed" and "XL241" not in {f["code"] for f in corrected.findings}


def test_every_problem_is_listed_with_a_link_to_each_place(submitted: Path, annotated: Path, book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    assert (sheet.title, book.active.title) == ("问题清单", "问题清单")
    assert [sheet.cell(5, column).value for column in range(2, 9)] == [
        "类别",
        "编号",
        "位置",
        "问题",
        "填报内容",
        "填报要求",
        "修改方法",
    ]
    findings = validate(submitted).findings
    codes = [sheet.cell(row, 3).value for row in range(6, sheet.max_row + 1) if sheet.cell(row, 3).value]
    assert codes == [f["code"] for f in findings]
    shown = openpyxl.load_workbook(annotated, data_only=True).worksheets[0]
    places: dict[str, list[str]] = {}
    for row in range(6, sheet.max_row + 1):
        name = re.match(r'=HYPERLINK\("#(problem_\d+_\d+)"', sheet.cell(row, 4).value)[1]
        title, _, area = book.defined_names[name].attr_text.replace("$", "").replace("'", "").partition("!")
        assert shown.cell(row, 4).value == f"{title}!{area}"
        number = int(name.split("_")[1]) - 1
        cells = book[title][area]
        places.setdefault(number, []).extend(
            f"{title}!{line[0].coordinate}" for line in (cells if isinstance(cells, tuple) else ((cells,),))
        )
    assert [places[number] for number in range(len(findings))] == [f["cells"] for f in findings]


def test_cells_at_fault_are_coloured_and_say_what_to_do(submitted: Path, book: openpyxl.Workbook) -> None:
    worst: dict[str, str] = {}
    for finding in validate(submitted).findings:
        for cell in finding["cells"]:
            worst.setdefault(cell, finding["severity"])
    marked = {
        f"{sheet.title}!{cell.coordinate}": cell
        for sheet in book.worksheets[1:]
        for line in sheet.iter_rows()
        for cell in line
        if cell.comment
    }
    assert set(marked) == visible(submitted, book)
    for place, cell in marked.items():
        assert cell.fill.fgColor.rgb == "FF" + COLOURS[worst[place]][1:], place
    text = marked["预算信息!F7"].comment.text
    assert all(words in text for words in ("错误 XL202", "填报内容：约2.6万", "填报要求：数字", "修改方法："))
    assert "救" not in marked["自评表!H52"].comment.text and "技术经纪人培训" in marked["自评表!H52"].comment.text
    assert "培育技术经纪人" not in marked["自评表!H52"].comment.text  # each cell hears only of its own row


def test_it_can_be_filled_in_like_the_template(clean: Path, book: openpyxl.Workbook) -> None:
    filled = openpyxl.load_workbook(clean)
    for sheet in filled.worksheets[:-1]:
        mine = book[sheet.title]
        assert mine.protection.sheet and mine.max_row == sheet.max_row
        for line in sheet.iter_rows():
            for cell in line:
                other = mine[cell.coordinate]
                assert (cell.protection.locked, cell.data_type == "f") == (other.protection.locked, other.data_type == "f"), cell
        assert {(str(v.sqref), v.formula1) for v in sheet.data_validations.dataValidation} == {
            (str(v.sqref), v.formula1) for v in mine.data_validations.dataValidation}  # fmt: skip


@pytest.mark.libreoffice
def test_no_unchanged_cell_counts_as_changed_and_every_changed_one_does(submitted: Path, annotated: Path, tmp_path: Path) -> None:
    """The conditions behind the colours, computed by another engine from helper cells."""
    book = openpyxl.load_workbook(annotated)
    conditions = {}
    for sheet in book.worksheets[1:]:
        for area in list(sheet.conditional_formatting):
            for rule in area.rules:
                if rule.type == "expression" and rule.formula[0].startswith("NOT("):
                    conditions[f"{sheet.title}!{str(area.sqref).partition(':')[0]}"] = rule.formula[0]
    assert set(conditions) == visible(submitted, book)
    for place, formula in conditions.items():
        title, _, cell = place.partition("!")
        book[title].cell(book[title][cell].row, 40 + book[title][cell].column).value = "=" + formula
    locked = {place: book[place.partition("!")[0]][place.partition("!")[2]].protection.locked for place in conditions}
    book.save(tmp_path / "same.xlsx")
    for place in MENDED:
        title, _, cell = place.partition("!")
        book[title][cell].value = MENDED[place]
    book.save(tmp_path / "mended.xlsx")
    for path in convert([tmp_path / "same.xlsx", tmp_path / "mended.xlsx"], tmp_path / "out"):
        values = openpyxl.load_workbook(path, data_only=True)
        for place in conditions:
            title, _, cell = place.partition("!")
            shown = values[title].cell(values[title][cell].row, 40 + values[title][cell].column).value
            changed = path.stem == "mended" and (place in MENDED or (None if locked[place] else False))
            assert changed is None or shown is changed, (path.stem, place)


def test_no_limit_of_excel_is_broken(tmp_path: Path) -> None:
    doc = document()
    for row in doc["indicators"]:
        row["source"] = '长"\n' * 300
    doc["budget"]["items"][0]["name"] = '"' * 101
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    for part, tree in trees(annotate(tmp_path / "t.xlsx", output=tmp_path / "out")).items():
        for formula in [*tree.iter(f"{MAIN}f"), *tree.iter(f"{MAIN}definedName"), *tree.iter(f"{MAIN}formula")]:
            assert utf16(formula.text) <= 8192 and depth(formula.text or "") <= 64, part
            assert all(utf16(text) <= 255 for text in LITERAL.findall(formula.text or "")), formula.text
        assert all(utf16(text.text) <= 32767 for text in tree.iter(f"{MAIN}t"))
        assert all(float(row.get("ht", 0)) <= 409 for row in tree.iter(f"{MAIN}row"))


def test_the_same_input_gives_the_same_bytes(submitted: Path, tmp_path: Path) -> None:
    one, two = (annotate(submitted, output=tmp_path / name) for name in "ab")
    assert one.read_bytes() == two.read_bytes()


def test_a_clean_file_says_so(clean: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(annotate(clean, output=tmp_path)).worksheets[0]
    assert sheet["B2"].value == "问题清单" and "错误 0 条" in sheet["B3"].value


def test_what_stood_beside_the_tables_is_named_with_its_old_place(clean: Path, tmp_path: Path) -> None:
    stray = b'<c r="AZ10" t="inlineStr"><is><t>\xe5\xa4\x87\xe6\xb3\xa8</t></is></c></row>'
    path = rewrite(clean, tmp_path / "t.xlsx", lambda name, content: re.sub(
        rb'(<row r="10".*?)</row>', lambda m: m[1] + stray, content, count=1, flags=re.DOTALL) if "sheet6" in name else content)  # fmt: skip
    assert "XL236" in {f["code"] for f in validate(path).findings}
    sheet = openpyxl.load_workbook(annotate(path, output=tmp_path / "out")).worksheets[0]
    (row,) = [row for row in sheet.iter_rows(min_row=6) if row[2].value == "XL236"]
    assert row[3].value == "原文件 自评表!AZ10" and row[5].value == "备注"


def test_an_explanation_stays_and_is_shown(tmp_path: Path) -> None:
    doc = document() | {"explanations": {"SZ202": "目标按上年数确定"}}
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    path = annotate(tmp_path / "t.xlsx", output=tmp_path / "out")
    assert {f.get("explanation") for f in validate(path).findings if f["code"] == "SZ202"} == {"目标按上年数确定"}
    book = openpyxl.load_workbook(path)
    assert any("说明：目标按上年数确定" in str(cell.value) for cell in book.worksheets[0]["E"])
    assert "说明：目标按上年数确定" in book["自评表"]["H52"].comment.text


def test_an_unreadable_file_is_not_annotated(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    with pytest.raises(UnreadableError):
        annotate(tmp_path / "x.xlsx", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_department_corrected_is_never_overwritten(submitted: Path, tmp_path: Path) -> None:
    first = annotate(submitted, output=tmp_path)
    type_into(first, tmp_path / "corrected.xlsx", MENDED)
    (tmp_path / "corrected.xlsx").replace(first)
    before = first.read_bytes()
    with pytest.raises(UsageError, match="改名"):
        annotate(submitted, output=tmp_path)
    assert first.read_bytes() == before


def test_a_full_table_keeps_some_spare_rows(tmp_path: Path) -> None:
    doc = document()
    doc["goals"] += [{"expected": f"目标{n}", "actual": "完成"} for n in range(60)]
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    path = annotate(tmp_path / "t.xlsx", output=tmp_path / "out")
    assert len(read_workbook(path)["goals"]) == len(doc["goals"])
    assert openpyxl.load_workbook(path)["绩效目标"].max_row > openpyxl.load_workbook(tmp_path / "t.xlsx")["绩效目标"].max_row
    assert indicator(read_workbook(path), "技术经纪人培训") == indicator(read_workbook(tmp_path / "t.xlsx"), "技术经纪人培训")
