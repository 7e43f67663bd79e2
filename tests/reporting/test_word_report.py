"""The report: its sections and layout read back by python-docx, every figure compared with the workbook read by openpyxl."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from support.documents import SMALL_TABLES, complete_document, random_document
from support.paths import EXAMPLE, REPOSITORY
from support.surgery import type_into
from support.sweeps import seeds
from xlperf import check_form, explain_field, fill_workbook, finalize, load_document, load_form, write_report
from xlperf.errors import FormError, UsageError
from xlperf.forms.form import Form
from xlperf.reporting.word_report import has_report, sample_context

pytestmark = pytest.mark.slow

NAME = "苏州市生产力促进中心-2022-自评报告"
SHIPPED = sorted((REPOSITORY / "templates").glob("*/*/report.docx"))
EXAMPLES = sorted((REPOSITORY / "examples").glob("*/filled.xlsx"))
HEADINGS = [
    "一、预算部门名称：苏州市生产力促进中心", "二、年度履职目标完成情况", "三、部门（单位）概况", "四、部门（单位）整体支出绩效实现情况",
    "五、部门（单位）整体支出绩效中存在问题及改进措施", "六、绩效自评结果拟应用和公开情况", "七、预算信息", "八、年度重点任务", "九、部门整体自评表",
]  # fmt: skip
ANNEX = "附：提醒事项及说明"
BUDGET, TASKS, INDICATORS = range(3)  # the tables of the report, in order
COLUMNS = {  # sheet of the workbook and, by column of the report, the key of the workbook's column
    BUDGET: ("预算信息", ("name", "initial", "adjustment", "adjusted", "spent", "rate")),
    TASKS: ("重点任务", ("duty", "task", "content", "completion")),
    INDICATORS: ("自评表", (None, "category", "name", "target_text", "actual_text", "source", "deviation_text", "reason")),
}
FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")


@pytest.fixture(scope="module")
def finalized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finalized")
    assert finalize(EXAMPLE / "filled.xlsx", output=folder, date="2023-03-01").outputs
    return folder


@pytest.fixture(scope="module")
def report(finalized: Path):
    return Document(finalized / f"{NAME}.docx")


def headings(document, style: str = "Heading 1") -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == style]


def table_texts(table) -> list[list[str]]:
    """The rows under the header."""
    return [[cell.text for cell in row.cells] for row in table.rows[1:]]


def all_text(document) -> str:
    parts = [document.element.body, *(e._element for s in document.sections for e in (s.header, s.footer, s.even_page_header))]
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for part in parts for p in part.iter(qn("w:p")))


# --- the workbook, as printed --------------------------------------------------------------------------------


def printed(cell) -> str:
    """What Excel prints in a cell, of the formats there are: general, percents, points and money."""
    value = cell.value
    if value is None or isinstance(value, str):
        return (value or "").replace("_x005F_x", "_x")  # how Excel keeps a text like _x0041_ in a formula's cell
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    number = Decimal(format(value, ".15g"))
    if cell.number_format == "0.00%":
        return f"{number * 100:.2f}%"
    if cell.number_format in ("0.00", "#,##0.00", "#,##0.00????"):
        decimals = max(2, -number.normalize().as_tuple().exponent)
        return f"{number:,.{decimals}f}"
    return format(number.normalize(), "f")


def printed_rows(book, title: str, keys: tuple[str | None, ...]) -> Iterator[list[str]]:
    """The rows of a table that people see, by the hidden keys of row 1 and column A."""
    sheet = book[title]
    columns = {key: cell.column for cell in sheet[1] for key in str(cell.value or "").split()}
    for row in sheet.iter_rows(min_row=2):
        if row[0].value and not str(row[0].value).startswith("#"):
            texts = ["" if key is None else printed(sheet.cell(row[0].row, columns[key])) for key in keys]
            if any(text for key, text in zip(keys, texts, strict=True) if key != "category"):  # a spare row brings its category
                yield texts


def expected_rows(book, table: int) -> list[list[str]]:
    """The rows of a workbook as the report has them: cells that are joined say what the first of them says."""
    rows = list(printed_rows(book, *COLUMNS[table])) or [["无"] * len(COLUMNS[table][1])]
    if table == TASKS:
        for above, row in pairwise(rows):
            row[0] = row[0] or above[0]
    elif table == INDICATORS:
        rows = [["分解目标", *row[1:]] for row in rows]
    return rows


def compare(docx: Path, xlsx: Path) -> int:
    """Compare the tables of a report with the workbook, both ways; return how many figures were compared."""
    document, book = Document(docx), openpyxl.load_workbook(xlsx, data_only=True)
    count = 0
    for number in COLUMNS:
        shown, wanted = table_texts(document.tables[number]), expected_rows(book, number)
        assert shown == wanted, (docx.name, COLUMNS[number][0])
        in_report = {figure for row in shown for text in row for figure in FIGURE.findall(text)}
        in_book = {figure for row in wanted for text in row for figure in FIGURE.findall(text)}
        assert in_report == in_book
        count += sum(len(FIGURE.findall(text)) for row in shown for text in row)
    return count


def test_every_figure_of_the_tables_is_the_workbooks_and_the_other_way_round(finalized: Path) -> None:
    assert compare(finalized / f"{NAME}.docx", finalized / "苏州市生产力促进中心-2022-定稿.xlsx") > 150


def test_figures_and_texts_of_generated_documents_agree_too(form: Form, tmp_path: Path) -> None:
    count, generated = 0, seeds(12, usual=4)
    for seed in generated:
        book, paper = tmp_path / f"{seed}.xlsx", tmp_path / f"{seed}.docx"
        assert fill_workbook(random_document(form, seed), output=book, rows=SMALL_TABLES).outputs, seed
        write_report(book, output=paper)
        count += compare(paper, book)
    assert count > 125 * len(generated)


@pytest.mark.parametrize("filled", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_figure_in_a_table_of_any_form_stands_in_its_workbook(filled: Path, tmp_path: Path) -> None:
    outputs = {path.suffix: path for path in finalize(filled, output=tmp_path).outputs}
    book = openpyxl.load_workbook(outputs[".xlsx"], data_only=True)
    in_book = {figure for sheet in book for row in sheet for cell in row for figure in FIGURE.findall(printed(cell))}
    tables = Document(outputs[".docx"]).tables
    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    in_report = {figure for row in rows for text in row for figure in FIGURE.findall(without_dates(text))}
    assert len(in_report) > 30 and in_report - in_book == set()


def without_dates(text: str) -> str:
    return re.sub(r"\d+年\d+月\d+日", "", text)


# --- sections ------------------------------------------------------------------------------------------------


def test_the_nine_sections_stand_in_order(report) -> None:
    assert headings(report) == [*HEADINGS, ANNEX]
    assert headings(report, "Heading 2") == ["（一）整体支出绩效中存在的问题", "（二）针对整体支出绩效中存在问题的改进措施"]
    assert [p.text for p in report.paragraphs[:2]] == ["苏州市市级预算部门（单位）\n整体支出预算绩效自评报告", "（2022年度）"]


def test_narrative_stands_under_its_heading_line_by_line(report) -> None:
    document = load_document(EXAMPLE / "document.json")
    paragraphs = [p.text for p in report.paragraphs]
    for key, heading in (("duties", HEADINGS[1]), ("profile", HEADINGS[2]), ("overview", HEADINGS[3]), ("application", HEADINGS[5]),
                         ("problems", headings(report, "Heading 2")[0]), ("measures", headings(report, "Heading 2")[1])):  # fmt: skip
        lines = document["narrative"][key].split("\n")
        start = paragraphs.index(heading) + 1
        assert paragraphs[start : start + len(lines)] == lines


def test_every_goal_is_analysed(report) -> None:
    document = load_document(EXAMPLE / "document.json")
    wanted = [text for n, goal in enumerate(document["goals"], 1) for text in
              (f"{n}.对年度绩效目标{n}的分析", f"预期目标：{goal['expected']}", f"完成情况：{goal['actual']}")]  # fmt: skip
    paragraphs = [p.text for p in report.paragraphs]
    start = paragraphs.index(wanted[0])
    assert paragraphs[start : start + len(wanted)] == wanted


def test_signatures_stamp_and_date(report) -> None:
    left, right = report.tables[INDICATORS + 1].rows[0].cells
    assert left.text.split("\n") == ["主管部门：苏州市科学技术局", "单位代码：032018", "填报人：张三", "联系电话：0512-65000000"]
    assert right.text.split("\n") == ["单位负责人（签字）：", "审核人（签字）：", "单位（盖章）：", "2023年3月1日"]


def test_warnings_and_what_the_unit_says_to_them(tmp_path: Path) -> None:
    document = load_document(EXAMPLE / "document.json") | {"explanations": {"SZ202": "年初目标偏低，\n下年调整。"}}
    (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
    (path,) = write_report(tmp_path / "d.json").outputs
    rows = {code: (title, text) for code, title, text in table_texts(Document(path).tables[-1])}
    assert rows == {"SZ202": ("超额完成幅度小于30%", "年初目标偏低，\n下年调整。")}
    (line,) = [p.text for p in Document(path).paragraphs if p.text.startswith("没有写明原因的提醒：")]
    assert re.findall(r"[SX][ZL]\d{3}", line) == ["XL207", "SZ301", "SZ302", "SZ303", "SZ304", "SZ305", "SZ306", "SZ307", "SZ308"]


# --- layout --------------------------------------------------------------------------------------------------


def fonts_of(style) -> dict[str, str]:
    fonts = style.element.rPr.rFonts
    return {key.rpartition("}")[2]: value for key, value in fonts.attrib.items()}


@pytest.mark.parametrize(("style", "font", "size", "line", "indent"), [
    ("Normal", "仿宋_GB2312", 16, 30, 200), ("Title", "方正小标宋简体", 22, 36, 0), ("Heading 1", "黑体", 16, 30, 200),
    ("Heading 2", "楷体_GB2312", 16, 30, 200), ("表头", "黑体", 10.5, 16, 0), ("表格文字", "仿宋_GB2312", 10.5, 16, 0),
])  # fmt: skip
def test_fonts_sizes_and_spacing_of_an_official_paper(
    report, style: str, font: str, size: float, line: float, indent: int
) -> None:
    known = report.styles[style]
    assert fonts_of(known) == {
        "ascii": "Times New Roman",
        "hAnsi": "Times New Roman",
        "cs": "Times New Roman",
        "eastAsia": font,
        "hint": "eastAsia",
    }
    assert known.font.size == Pt(size) and known.font.bold is False
    assert known.paragraph_format.line_spacing == Pt(line)
    spacing = known.element.pPr.find(qn("w:spacing"))
    assert spacing.get(qn("w:lineRule")) == "exact"
    assert known.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == str(indent)


def test_every_paragraph_has_a_style_of_ours_and_no_font_of_its_own(report) -> None:
    known = {
        "Normal",
        "Title",
        "Heading 1",
        "Heading 2",
        "目标标题",
        "报告年度",
        "签章",
        "表头",
        "表格文字",
        "表格居中",
        "表格数字",
    }
    cells = [p for table in report.tables for row in table.rows for cell in row.cells for p in cell.paragraphs]
    assert {p.style.name for p in [*report.paragraphs, *cells]} == known
    own = {p.text for p in report.paragraphs for run in p.runs if run._r.rPr is not None and run._r.rPr.rFonts is not None}
    assert own == {HEADINGS[0]}  # the unit's name in the heading, in the font of the body


def test_a4_with_official_margins_and_tables_on_their_side(report) -> None:
    sizes = [(s.orientation, round(s.page_width.mm), round(s.page_height.mm)) for s in report.sections]
    assert sizes == [(WD_ORIENT.PORTRAIT, 210, 297), (WD_ORIENT.LANDSCAPE, 297, 210)]
    margins = [[round(m.mm) for m in (s.top_margin, s.bottom_margin, s.left_margin, s.right_margin)] for s in report.sections]
    assert margins == [[37, 35, 28, 26], [28, 26, 35, 37]]


def test_page_numbers_stand_outside(report) -> None:
    section = report.sections[0]
    assert report.settings.odd_and_even_pages_header_footer
    for footer, align in ((section.footer, 2), (section.even_page_footer, 0)):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —" and paragraph.alignment == align
        assert [e.text for e in paragraph._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert all(s.footer.is_linked_to_previous for s in list(report.sections)[1:])


def test_tables_fit_repeat_their_header_and_never_split_a_row(report) -> None:
    for table in (report.tables[n] for n in (BUDGET, TASKS, INDICATORS)):
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert sum(widths) <= round(Mm(297 - 35 - 37).twips) + len(widths)
        assert table._tbl.tblPr.find(qn("w:tblLayout")).get(qn("w:type")) == "fixed"
        repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert repeated == [True] + [False] * (len(table.rows) - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def joined(table, column: int) -> list[tuple[str, int]]:
    """The cells of a column with how many rows each spans."""
    spans: list[tuple[str, int]] = []
    for row in table.rows[1:]:
        cell = row._tr.findall(qn("w:tc"))[column]
        merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        text = "".join(t.text or "" for t in cell.iter(qn("w:t")))
        if merge is not None and merge.get(qn("w:val")) == "continue":
            assert text == ""
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        else:
            spans.append((text, 1))
    return spans


def test_duties_and_categories_are_joined_cells(report) -> None:
    assert joined(report.tables[INDICATORS], 0) == [("分解目标", 54)]
    assert joined(report.tables[INDICATORS], 1) == [("决策", 6), ("过程", 25), ("效益", 8), ("满意度", 1), ("履职", 14)]
    assert joined(report.tables[TASKS], 0) == [
        ("负责产学研合作", 2),
        ("负责成果转化", 2),
        ("负责创新创业服务", 1),
        ("负责高企管理服务", 2),
        ("负责研发公共服务", 3),
    ]
    assert [span for _, span in joined(report.tables[INDICATORS], 2)] == [1] * 54


def test_fonts_are_named_not_embedded(finalized: Path) -> None:
    with zipfile.ZipFile(finalized / f"{NAME}.docx") as package:
        assert not [name for name in package.namelist() if "/fonts/" in name or name.endswith((".odttf", ".jpeg", ".png"))]
        assert {item.date_time for item in package.infolist()} == {(1980, 1, 31, 0, 0, 0)}


# --- blank, long and hostile ---------------------------------------------------------------------------------


def test_an_empty_document_gives_a_draft_with_every_section(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('{"form": "suzhou-department", "fiscal_year": 2022}', "utf-8")
    result = write_report(tmp_path / "d.json")
    assert result.exit_code == 1 and [path.name for path in result.outputs] == ["2022-自评报告-草稿.docx"]
    document = Document(result.outputs[0])
    assert headings(document) == ["一、预算部门名称：", *HEADINGS[1:], ANNEX]
    texts = [p.text for p in document.paragraphs]
    for heading in (HEADINGS[1], HEADINGS[2], HEADINGS[3], HEADINGS[5], *headings(document, "Heading 2")):
        assert texts[texts.index(heading) + 1] == "无"
    assert "对年度绩效目标" not in "\n".join(texts)
    assert [row[0] for row in table_texts(document.tables[BUDGET])] == ["预算总金额", "基本支出", "项目支出"]
    assert table_texts(document.tables[TASKS]) == [["无"] * 4]  # one cell across
    assert len(table_texts(document.tables[INDICATORS])) == 31  # the preset indicators
    assert "None" not in all_text(document)


def test_two_hundred_rows_and_the_longest_texts(form: Form, tmp_path: Path) -> None:
    document = complete_document(form)
    document["tasks"] = [
        {"duty": f"职责{n // 20}", "task": f"任务{n}", "content": "内容 & <b>\n" * 3, "completion": "完成" * 600}
        for n in range(200)
    ]
    document["goals"] = [{"expected": f"{n}场", "actual": "{{ goals }} {% endfor %}"} for n in range(200)]
    document["budget"]["items"] = [{"name": f"项目{n}", "initial": 1, "spent": 0.5} for n in range(200)]
    assert fill_workbook(document, output=tmp_path / "a.xlsx").outputs
    result = write_report(tmp_path / "a.xlsx", output=tmp_path / "a.docx")
    assert result.outputs
    assert compare(tmp_path / "a.docx", tmp_path / "a.xlsx") > 1000
    made = Document(tmp_path / "a.docx")
    assert joined(made.tables[TASKS], 0) == [(f"职责{n}", 20) for n in range(10)]
    assert [p.text for p in made.paragraphs if p.text.startswith("完成情况：")] == ["完成情况：{{ goals }} {% endfor %}"] * 200


# --- drafts, publication, files ------------------------------------------------------------------------------


def test_with_an_error_it_is_a_draft_on_every_page(tmp_path: Path) -> None:
    book = type_into(EXAMPLE / "filled.xlsx", tmp_path / "错.xlsx", {"基本信息!C5": None})
    before = book.read_bytes()
    result = write_report(book)
    assert (result.status, result.exit_code) == ("returned", 1)
    assert [path.name for path in result.outputs] == ["2022-自评报告-草稿.docx"]
    assert "XL201" in {finding["code"] for finding in result.findings} and book.read_bytes() == before
    document = Document(result.outputs[0])
    first = document.sections[0]
    for header in (first.header, first.even_page_header):
        assert header.paragraphs[0].text == "草稿（有错误，未定稿，不得报送）"
        assert str(header.paragraphs[0].style.font.color.rgb) == "C00000"
    assert all(s.header.is_linked_to_previous and not s.different_first_page_header_footer for s in list(document.sections)[1:])


def test_without_errors_nothing_says_draft(report) -> None:
    assert "草稿" not in all_text(report)


def test_finalize_never_writes_a_draft(tmp_path: Path) -> None:
    book = type_into(EXAMPLE / "filled.xlsx", tmp_path / "错.xlsx", {"基本信息!C5": None})
    assert not finalize(book, output=tmp_path / "out").outputs and not (tmp_path / "out").exists()


def test_what_is_private_is_not_published(tmp_path: Path) -> None:
    document = load_document(EXAMPLE / "document.json") | {"explanations": {"SZ202": "内部说明"}}
    document["cover"] |= {"prepared_by": "填表的人", "phone": "0512-99999999"}
    (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
    (path,) = write_report(tmp_path / "d.json", public=True).outputs
    assert path.name == f"{NAME}-公开.docx"
    public, whole = (
        all_text(Document(path)),
        all_text(Document(write_report(tmp_path / "d.json", output=tmp_path / "w.docx").outputs[0])),
    )
    for text in ("填表的人", "0512-99999999", "填报人", "联系电话", "内部说明", ANNEX, "SZ202"):
        assert text in whole and text not in public, text
    assert headings(Document(path)) == HEADINGS


def test_a_template_that_forgets_what_is_private_still_shows_nothing(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    document = Document(folder / "report.docx")
    document.paragraphs[3].text = "{{ cover.phone }}|{{ cover.prepared_by }}|{{ base_data.coverage.part }}|{{ cover.unit_code }}"
    document.save(folder / "report.docx")
    given = load_document(EXAMPLE / "document.json") | {"base_data": {"coverage": {"part": 7, "base": 7}}}
    (tmp_path / "d.json").write_text(json.dumps(given), "utf-8")
    said = [
        Document(write_report(tmp_path / "d.json", output=tmp_path / "p.docx", public=public, templates=tmp_path).outputs[0])
        .paragraphs[3]
        .text
        for public in (True, False)
    ]
    assert said == ["|||032018", "0512-65000000|张三|7|032018"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, finalized: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "xlperf",
        "report",
        str(EXAMPLE / "filled.xlsx"),
        "-o",
        str(tmp_path / "a.docx"),
        "--date",
        "2023-03-01",
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "a.docx").read_bytes() == (finalized / f"{NAME}.docx").read_bytes()


def test_a_finalized_workbook_gives_the_report_that_was_finalized_with_it(tmp_path: Path, finalized: Path) -> None:
    write_report(finalized / "苏州市生产力促进中心-2022-定稿.xlsx", output=tmp_path / "a.docx", date="2023-03-01")
    assert (tmp_path / "a.docx").read_bytes() == (finalized / f"{NAME}.docx").read_bytes()


def test_a_name_of_ours_never_replaces_a_file_and_the_submission_least(tmp_path: Path) -> None:
    book = tmp_path / "a.xlsx"
    shutil.copyfile(EXAMPLE / "filled.xlsx", book)
    (path,) = write_report(book).outputs
    path.write_bytes(b"edited by hand")
    with pytest.raises(UsageError, match="已经存在"):
        write_report(book)
    with pytest.raises(UsageError, match="覆盖"):
        write_report(book, output=book)
    assert path.read_bytes() == b"edited by hand" and book.read_bytes() == (EXAMPLE / "filled.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["报告.pdf", "r.xlsx", "报告", "a.docx.bak"])
def test_a_report_is_written_under_the_ending_of_a_word_document_only(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_report(EXAMPLE / "filled.xlsx", output=tmp_path / name)
    assert caught.value.key == "report_ending" and not list(tmp_path.iterdir())
    assert write_report(EXAMPLE / "document.json", output=tmp_path / "a.DOCX").outputs == (tmp_path / "a.DOCX",)


def test_the_command_tells_findings_apart_from_results(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xlperf", "report", str(EXAMPLE / "document.json"), "-o", str(tmp_path / "a.docx")]
    outcome = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert (outcome.returncode, outcome.stdout) == (0, "") and "SZ202" in outcome.stderr and "a.docx" in outcome.stderr


# --- forms of one's own --------------------------------------------------------------------------------------


def copy_of(form: Form, root: Path) -> Path:
    return Path(shutil.copytree(form.directory, root / form.key / form.revision))


@pytest.mark.parametrize("template", SHIPPED, ids=lambda path: path.parent.parent.name)
def test_the_shipped_template_is_right_and_the_script_makes_it(template: Path, tmp_path: Path) -> None:
    check_form(template.parent)
    made = tmp_path / template.relative_to(REPOSITORY)
    made.parent.mkdir(parents=True)
    subprocess.run([sys.executable, REPOSITORY / "docs" / "make_report.py", made], check=True)
    assert parts_of(made) == parts_of(template), "run: python docs/make_report.py TEMPLATE"


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_wrong_name_in_word_is_told_before_a_report_is_written(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    document = Document(folder / "report.docx")
    document.paragraphs[1].text = "{{ form.yearline }}"
    document.tables[INDICATORS].rows[2].cells[3].text = "{{ row.target_txt }}"
    document.save(folder / "report.docx")
    report = partial(write_report, EXAMPLE / "filled.xlsx", output=tmp_path / "a.docx", templates=tmp_path)
    for use in (partial(check_form, folder), report):
        with pytest.raises(FormError) as caught:
            use()
        said = str(caught.value)
        assert "report.docx" in said and "正文段落“{{ form.yearline }}”" in said and "form.year_line" in said
        assert "正文第 3 个表格第 3 行第 4 格“{{ row.target_txt }}”" in said and "row.target_text" in said
    assert not (tmp_path / "a.docx").exists()


def test_a_template_without_the_mark_of_a_draft_is_refused(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    document = Document(folder / "report.docx")
    document.sections[0].even_page_header.paragraphs[0].text = ""
    document.save(folder / "report.docx")
    with pytest.raises(FormError, match=r"form\.draft"):
        check_form(folder)


def test_a_form_without_a_template_has_no_report_and_is_finalized_all_the_same(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    (folder / "report.docx").unlink()
    assert not has_report(load_form(folder))
    with pytest.raises(UsageError, match=r"report\.docx"):
        write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "a.docx", templates=tmp_path)
    outputs = finalize(EXAMPLE / "filled.xlsx", output=tmp_path / "out", templates=tmp_path).outputs
    assert [path.suffix for path in outputs] == [".xlsx", ".json"]


def without_report(folder: Path) -> str:
    """The text of a form.yaml without its section `report`."""
    return re.sub(r"(?m)^report:.*\n(?:  .*\n)+", "", (folder / "form.yaml").read_text("utf-8"), count=1)


def test_a_template_without_words_in_the_form_is_refused(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    (folder / "form.yaml").write_text(without_report(folder), "utf-8")
    with pytest.raises(FormError, match=r"report\.docx"):
        check_form(folder)


def test_a_shipped_form_loads_without_the_word_libraries() -> None:
    script = "import sys; from xlperf import *; import xlperf; xlperf.load_form(xlperf.find_form('suzhou-department')); print([m for m in ('docx', 'docxtpl', 'jinja2', 'lxml') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def leaves(value: object, path: str = "") -> Iterator[str]:
    """The names of what can be printed, those in a list by the list's name."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        yield from leaves(value[0], path)
    else:
        yield path


def test_what_a_template_names_is_what_explain_explains(form: Form) -> None:
    names = [name for name in leaves(sample_context(form)) if name.split(".")[0] not in ("form", "explanations", "unexplained")]
    assert {
        "fiscal_year",
        "cover.unit",
        "budget.total.initial",
        "goals.number",
        "indicators.target_text",
        "base_data.coverage.ratio",
    } < set(names)
    for name in names:
        assert explain_field(form.key, name)["label"], name


def test_the_command_that_checks_forms_checks_the_template_too(form: Form, tmp_path: Path) -> None:
    folder = copy_of(form, tmp_path)
    command = [sys.executable, "-m", "xlperf", "check-form", str(folder)]
    document = Document(folder / "report.docx")
    document.paragraphs[1].text = "{{ form.yearline }}"
    document.save(folder / "report.docx")
    outcome = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert outcome.returncode == 2 and "report.docx" in outcome.stderr and "form.yearline" in outcome.stderr
    (folder / "form.yaml").write_text(without_report(folder), "utf-8")
    outcome = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert outcome.returncode == 2 and "report.docx" in outcome.stderr
