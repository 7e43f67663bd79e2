"""What a Word document or a text may hold besides its text, and what is refused before anything opens it."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from support.foreign_papers import REFUSED
from support.libreoffice import convert
from support.papers import FINALIZED, HEADINGS, Typing, add_list, beside_evidence, number, wrap, write_paper
from support.paths import EXAMPLE
from support.surgery import rewrite
from support.sweeps import examples
from xlperf import UnreadableError, UsageError, XlperfError, fill_workbook, finalize, import_document, load_document
from xlperf.importing.papers.page import Grid, Line
from xlperf.importing.papers.source_file import read_source_file
from xlperf.importing.papers.text_reader import read_text

pytestmark = pytest.mark.slow

TYPED = load_document(EXAMPLE / "document.json")
SHORT = Typing(omitted=tuple(key for key in HEADINGS if key not in ("unit", "profile", "goals", "budget")))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_paper(FINALIZED, tmp_path_factory.mktemp("short") / "自评报告.docx", SHORT)


def changed(path: Path, target: Path, change: Callable[[docx.document.Document], object]) -> Path:
    paper = docx.Document(path)
    change(paper)
    paper.save(target)
    return target


def paragraph_of(paper: docx.document.Document, begin: str):
    return next(paragraph for paragraph in paper.paragraphs if paragraph.text.startswith(begin))


def leftovers(path: Path) -> list[tuple[str, str]]:
    document = import_document(path, form="suzhou-department").document
    return [(left["place"], left["text"]) for left in document.get("leftovers", ())]


# --- what else stands in a Word document ---------------------------------------------------------------------


def test_tracked_changes_are_read_as_accepted_and_deleted_text_is_left_over(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        paragraph = paragraph_of(paper, "完成情况：各类科技镇长团会议")
        wrap(paragraph.add_run("另办论坛3场。")._r, "w:ins")
        deleted = paragraph.add_run("（初稿）")._r
        deleted.find(deleted.tag.replace("}r", "}t")).tag = deleted.tag.replace("}r", "}delText")
        wrap(deleted, "w:del")

    path = changed(short, tmp_path / "a.docx", change)
    result = import_document(path)
    assert result.document["goals"][0]["actual"].endswith("另办论坛3场。")
    assert [text for _, text in leftovers(path)] == ["（初稿）"]
    assert [(f["code"], f["severity"], f["found"]) for f in result.findings if f["code"] == "XL425"] == [
        ("XL425", "info", "2 处修订")
    ]


def test_content_controls_links_and_fields_are_text(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        paragraph = paragraph_of(paper, "二、")._p.getnext()
        outer = wrap(paragraph, "w:sdtContent")
        wrap(outer, "w:sdt")
        text = parse_xml(
            f'<w:hyperlink {nsdecls("w")}><w:r><w:t>链接</w:t></w:r><w:fldSimple w:instr="DATE"><w:r><w:t>域</w:t></w:r></w:fldSimple>'
            '<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:noBreakHyphen/><w:tab/><w:sym w:font="S" w:char="2265"/></w:r></w:hyperlink>'
        )  # fmt: skip
        paragraph.append(text)

    profile = import_document(changed(short, tmp_path / "a.docx", change)).document["narrative"]["profile"]
    first, *others = TYPED["narrative"]["profile"].split("\n")
    assert profile == "\n".join([f"{first}链接域-\t≥", *others])


def test_comments_notes_headers_and_text_boxes_are_left_over(short: Path, tmp_path: Path) -> None:
    box = (
        '<w:r {0} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent><mc:Choice Requires="wps">'
        "<w:drawing><w:txbxContent><w:p><w:r><w:t>框中的话</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        "<w:txbxContent><w:p><w:r><w:t>框中的话</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )

    def change(paper) -> None:
        paper.add_comment(paper.paragraphs[0].runs, text="数字请再核对", author="某人")
        paper.sections[0].header.paragraphs[0].text = "内部资料"
        footer = paper.sections[0].footer.paragraphs[0]
        footer.add_run("第")
        footer._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
        paper.paragraphs[0]._p.append(parse_xml(box.format(nsdecls("w"))))

    found = leftovers(changed(short, tmp_path / "a.docx", change))
    assert sorted(found) == [("批注第 1 段", "数字请再核对"), ("文本框 1", "框中的话"), ("页眉页脚第 1 段", "内部资料")]


IN_WORD = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
DRAWINGS = {
    "picture": ("<w:drawing><a:graphic><a:graphicData><a:blip/></a:graphicData></a:graphic></w:drawing>", "［图片］"),
    "picture of an old Word": ("<w:pict><v:shape><v:imagedata/></v:shape></w:pict>", "［图片］"),
    "chart": ("<w:drawing><a:graphic><a:graphicData><a:chart/></a:graphicData></a:graphic></w:drawing>", "［图表］"),
    "diagram": ("<w:drawing><a:graphic><a:graphicData><a:relIds/></a:graphicData></a:graphic></w:drawing>", "［示意图］"),
    "embedded workbook": ("<w:object><v:shape><v:imagedata/></v:shape><o:OLEObject/></w:object>", "［嵌入的对象］"),
    "shape": ("<w:pict><v:rect/></w:pict>", "［图形］"),
}


@pytest.mark.parametrize(("drawing", "shown"), DRAWINGS.values(), ids=DRAWINGS)
def test_a_table_pasted_as_a_picture_or_an_object_is_told_with_its_place(
    short: Path, tmp_path: Path, drawing: str, shown: str
) -> None:
    def change(paper) -> None:
        table = paper.tables[0]._tbl
        table.addprevious(parse_xml(f"<w:p {nsdecls('w')} {IN_WORD}><w:r>{drawing}</w:r></w:p>"))
        table.getparent().remove(table)

    path = changed(short, tmp_path / "a.docx", change)
    before = {f["message"] for f in import_document(short).findings}
    told = [
        (f["code"], f["message"], f["found"], f["cells"]) for f in import_document(path).findings if f["message"] not in before
    ]
    ((place, text),) = leftovers(path)
    assert (place.startswith("第 "), text) == (True, shown)
    assert [(code, found, cells) for code, _, found, cells in told if code == "XL421"] == [("XL421", shown, [place])]
    assert [message for code, message, *_ in told if code == "XL423"] == ["原件中没有找到“七、预算信息”"]


def test_a_picture_in_a_cell_in_the_header_and_beside_a_text_box(short: Path, tmp_path: Path) -> None:
    picture = parse_xml(f"<w:r {nsdecls('w')} {IN_WORD}><w:pict><v:shape><v:imagedata/></v:shape></w:pict></w:r>")
    box = parse_xml(f"<w:r {nsdecls('w')} {IN_WORD}><w:pict><v:group><v:shape><v:imagedata/></v:shape><v:shape><v:textbox><w:txbxContent>"
                    "<w:p><w:r><w:t>框中的话</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></v:group></w:pict></w:r>")  # fmt: skip

    def change(paper) -> None:
        paper.tables[0].cell(1, 5).paragraphs[0]._p.append(copy.deepcopy(picture))
        paper.sections[0].header.paragraphs[0]._p.append(copy.deepcopy(picture))
        paper.paragraphs[0]._p.append(box)

    assert sorted(leftovers(changed(short, tmp_path / "a.docx", change))) == [
        ("文本框 1", "框中的话"), ("第 1 段", "［图片］"), ("表 1 第 2 行第 6 格", "［图片］"), ("页眉页脚第 1 段", "［图片］")]  # fmt: skip


@pytest.mark.parametrize("text", ["无", "", "详见附件。"])
def test_the_heading_of_a_table_is_no_table(short: Path, tmp_path: Path, text: str) -> None:
    """It is missing unless the paper has its header or says that there is nothing."""

    def change(paper) -> None:
        table = paper.tables[0]._tbl
        table.addprevious(paper.add_paragraph(text)._p)
        table.getparent().remove(table)

    def missing(path: Path) -> set[str]:
        return {f["message"] for f in import_document(path).findings if f["code"] == "XL423"}

    found = missing(changed(short, tmp_path / "a.docx", change)) - missing(short)
    assert found == ({"原件中没有找到“七、预算信息”"} if text != "无" else set())


def contents_by_style(paper, entries: list) -> None:
    style = paper.styles.add_style("toc 1", 1)
    for entry in entries:
        entry.style = style


def contents_in_a_control(paper, entries: list) -> None:
    holder = wrap(entries[0]._p, "w:sdtContent")
    for entry in entries[1:]:
        holder.append(entry._p)
    control = wrap(holder, "w:sdt")
    control.insert(
        0,
        parse_xml(
            f'<w:sdtPr {nsdecls("w")}><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        ),
    )


def contents_as_a_field(paper, entries: list) -> None:
    run = "<w:r {}>{}</w:r>"
    for at, content in enumerate(
        (
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText> TOC \\o "1-3" \\h </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
        )
    ):
        entries[0]._p.insert(at, parse_xml(run.format(nsdecls("w"), content)))
    for content in (
        '<w:fldChar w:fldCharType="begin"/>',
        "<w:instrText> PAGEREF a </w:instrText>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        entries[0]._p.append(parse_xml(run.format(nsdecls("w"), content)))
    entries[-1]._p.append(parse_xml(run.format(nsdecls("w"), '<w:fldChar w:fldCharType="end"/>')))


@pytest.mark.parametrize("mark", [contents_by_style, contents_in_a_control, contents_as_a_field])
def test_a_table_of_contents_is_passed_by(short: Path, tmp_path: Path, mark: Callable) -> None:
    def change(paper) -> None:
        headings = [p.text.partition("：")[0] for p in paper.paragraphs if p.text[1:2] == "、"]
        first = paper.paragraphs[2]
        mark(paper, [first.insert_paragraph_before(f"{text}\t{number}") for number, text in enumerate(headings, 1)])

    result, plain = import_document(changed(short, tmp_path / "a.docx", change)), import_document(short)
    assert result.unit == plain.unit == TYPED["cover"]["unit"]
    assert (result.document, result.findings) == (plain.document, plain.findings)


def test_a_field_of_contents_that_never_ends_hides_nothing(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        for at, content in enumerate(('<w:fldChar w:fldCharType="begin"/>', "<w:instrText>TOC</w:instrText>")):
            paper.paragraphs[0]._p.insert(at, parse_xml(f"<w:r {nsdecls('w')}>{content}</w:r>"))

    assert import_document(changed(short, tmp_path / "a.docx", change)).document == import_document(short).document


# --- numbers that Word gives by itself -----------------------------------------------------------------------


def definition(paper, key: str) -> str:
    number = next(n for n in paper.part.numbering_part.element if n.get(f"{W}numId") == key)
    return number[0].get(f"{W}val")


def read_as(tmp_path: Path, change: Callable) -> list[str]:
    paper = docx.Document()
    change(paper)
    paper.save(tmp_path / "a.docx")
    return [item.text for item in read_source_file(tmp_path / "a.docx").page.items if isinstance(item, Line)]


@pytest.mark.parametrize(("form", "text", "shown"), [
    ("decimal", "%1.", ["1.", "2.", "3."]), ("decimal", "%1、", ["1、", "2、", "3、"]), ("decimal", "（%1）", ["（1）", "（2）", "（3）"]),
    ("decimal", "%1", ["1 ", "2 ", "3 "]), ("chineseCounting", "%1、", ["一、", "二、", "三、"]),
    ("chineseCountingThousand", "（%1）", ["（一）", "（二）", "（三）"]), ("japaneseCounting", "第%1部分", ["第一部分 ", "第二部分 ", "第三部分 "]),
    ("ideographTraditional", "%1、", ["甲、", "乙、", "丙、"]), ("chineseLegalSimplified", "%1、", ["壹、", "贰、", "叁、"]),
    ("upperLetter", "%1.", ["A.", "B.", "C."]), ("lowerLetter", "%1)", ["a)", "b)", "c)"]), ("upperRoman", "%1.", ["I.", "II.", "III."]),
    ("lowerRoman", "%1.", ["i.", "ii.", "iii."]), ("decimalEnclosedCircleChinese", "%1", ["① ", "② ", "③ "]),
    ("decimalZero", "%1.", ["01.", "02.", "03."]), ("bullet", "\uf0b7", ["• ", "• ", "• "]), ("bullet", "●", ["● ", "● ", "● "]),
    ("none", "", ["", "", ""]),
])  # fmt: skip
def test_a_number_is_read_as_it_is_seen(tmp_path: Path, form: str, text: str, shown: list[str]) -> None:
    def change(paper) -> None:
        key = add_list(paper, (form, text))
        for _ in shown:
            number(paper.add_paragraph("甲"), key)

    assert read_as(tmp_path, change) == [f"{sign}甲" for sign in shown]


@pytest.mark.parametrize(
    ("count", "shown"), [(10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (105, "一百零五"), (110, "一百一十")]
)
def test_numbers_in_words(tmp_path: Path, count: int, shown: str) -> None:
    def change(paper) -> None:
        number(paper.add_paragraph("甲"), add_list(paper, ("chineseCountingThousand", "%1、"), overrides={0: count}))

    assert read_as(tmp_path, change) == [f"{shown}、甲"]


def test_levels_starts_and_lists_that_go_on(tmp_path: Path) -> None:
    """A level starts again below the next one above it; lists of one definition go on, until one says where it starts."""

    def change(paper) -> None:
        legal = '<w:start w:val="3"/><w:numFmt w:val="decimal"/><w:isLgl/><w:suff w:val="space"/><w:lvlText w:val="%1.%2.%3"/>'
        never = '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlRestart w:val="0"/><w:suff w:val="nothing"/><w:lvlText w:val="%4"/>'
        first = add_list(paper, ("chineseCounting", "%1、"), ("decimal", "%2."), legal, never)
        second = add_list(paper, like=definition(paper, first))
        third = add_list(paper, like=definition(paper, first), overrides={0: 7})
        for key, level in [(first, 0), (first, 1), (first, 1), (first, 2), (first, 2), (first, 3), (second, 0), (second, 1), (second, 2), (first, 3),
                           (third, 0), (third, 0), (first, 0)]:  # fmt: skip
            number(paper.add_paragraph("x"), key, level)

    assert read_as(tmp_path, change) == [
        "一、x",
        "1.x",
        "2.x",
        "1.2.3 x",
        "1.2.4 x",
        "1x",
        "二、x",
        "1.x",
        "2.1.3 x",
        "2x",
        "七、x",
        "八、x",
        "九、x",
    ]


def test_numbers_by_style_and_none(tmp_path: Path) -> None:
    def change(paper) -> None:
        paper.add_paragraph("甲", "List Number")
        paper.styles.add_style("自定", 1).base_style = paper.styles["List Number"]
        paper.add_paragraph("乙", "自定")
        number(paper.add_paragraph("丙", "List Number"), "0")
        paper.add_paragraph("", "List Number")
        paper.add_paragraph("丁", "List Number")

    assert read_as(tmp_path, change) == ["1.甲", "2.乙", "丙", "", "4.丁"]


def test_a_list_in_a_text_keeps_its_numbers(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        heading = paragraph_of(paper, "三、")
        for text in ("加强项目管理。", "完善内控制度。"):
            heading.insert_paragraph_before(text, "List Number")

    profile = import_document(changed(short, tmp_path / "a.docx", change)).document["narrative"]["profile"]
    assert profile == f"{TYPED['narrative']['profile']}\n1.加强项目管理。\n2.完善内控制度。"


@pytest.mark.parametrize(("form", "text"), [("chineseCounting", "%1、"), ("decimal", "%1."), ("decimal", "%1"), ("decimal", "%1)"),
                                            ("chineseCountingThousand", "第%1部分"), ("bullet", "●"), ("hebrew1", "%1")])  # fmt: skip
def test_headings_and_rows_with_numbers_of_any_form_are_found(tmp_path: Path, form: str, text: str) -> None:
    path = write_paper(FINALIZED, tmp_path / "a.docx", Typing(numbering="none", styled=True))

    def change(paper) -> None:
        key, inner = add_list(paper, (form, text)), add_list(paper, (form, text))
        for paragraph in paper.paragraphs:
            if paragraph.style.name == "Heading 1" or paragraph.text.startswith("预算部门名称"):
                number(paragraph, key)
            elif paragraph.text.startswith(("预期目标", "完成情况")) or "对年度绩效目标" in paragraph.text:
                number(paragraph, inner)
        for row in paper.tables[0].rows[1:4]:
            number(row.cells[0].paragraphs[0], inner)

    plain, result = import_document(path), import_document(changed(path, tmp_path / "b.docx", change))
    assert result.document == plain.document
    assert [f for f in result.findings if f["code"] != "XL426"] == plain.findings


def test_a_number_of_an_unknown_format_is_told(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        number(paragraph_of(paper, "三、").insert_paragraph_before("甲"), add_list(paper, ("hebrew1", "%1.")))

    path = changed(short, tmp_path / "a.docx", change)
    told = [
        (f["code"], f["severity"], f["found"], len(f["cells"])) for f in import_document(path).findings if f["code"] == "XL426"
    ]
    assert told == [("XL426", "info", "1 段", 1)]
    assert import_document(path).document["narrative"]["profile"].endswith("\n甲")


def test_a_table_within_a_table_stands_behind_it(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        outer = paper.tables[0]
        outer._tbl.addprevious(OxmlElement("w:p"))
        frame = paper.add_table(1, 1)
        frame.cell(0, 0)._tc.insert(1, outer._tbl)

    result = import_document(changed(short, tmp_path / "a.docx", change))
    assert result.document["budget"] == TYPED["budget"]


def test_cells_merged_sideways_and_rows_in_content_controls(short: Path, tmp_path: Path) -> None:
    def change(paper) -> None:
        table = paper.tables[0]
        row = table.add_row()
        row.cells[0].merge(row.cells[5]).text = "注：金额以万元计。"
        wrap(wrap(table.rows[4]._tr, "w:sdtContent"), "w:sdt")

    path = changed(short, tmp_path / "a.docx", change)
    assert import_document(path).document["budget"] == TYPED["budget"]
    assert leftovers(path) == [("表 1 第 10 行第 1 格", "注：金额以万元计。")]


def test_labels_and_values_and_several_tables_in_one_word_table(tmp_path: Path) -> None:
    """The way of the forms that are one big table: labels beside values, two tables below one another, two header rows."""
    paper = docx.Document()
    paper.add_paragraph("苏州市市级预算部门（单位）整体支出预算绩效自评报告")
    paper.add_paragraph("（2022年度）")
    rows = [
        ["预算部门名称", "某局", "", "主管部门", "市政府", ""],
        ["填报人", "李四", "", "联系电话", "0512-1", ""],
        ["预算资金", "年初预算数（元）", "实际支出数（元）", "执行率", "", ""],
        ["合计", "3000000", "2400000", "80%", "", ""],
        ["基本支出", "1000000", "800000", "80.00%", "", ""],
        ["项目支出", "2000000", "1600000", "79%", "", ""],
        ["绿化", "2000000", "1,600,000", "80%", "", ""],
        ["类别", "指标名称", "指标目标值", "", "完成值", "原因"],
        ["", "", "性质", "目标值", "", ""],
        ["满意度指标", "居民满意度", "定量", "≥90%", "95", "好于预期"],
        ["履职", "植树", "定量", "不少于500棵", "五百", ""],
        ["", "宣传", "定性", "及时", "及时", ""],
        ["存在问题", "", "", "", "", ""],
        ["绿化率不高。", "", "", "", "", ""],
    ]
    table = paper.add_table(len(rows), 6)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for row, first, last in ((0, 1, 2), (0, 4, 5), (1, 1, 2), (1, 4, 5), (7, 2, 3), (12, 0, 5), (13, 0, 5)):
        table.cell(row, first).merge(table.cell(row, last))
    for column in (0, 1, 4, 5):
        table.cell(7, column).merge(table.cell(8, column))
    paper.save(tmp_path / "a.docx")
    result = import_document(tmp_path / "a.docx")
    document = result.document
    assert document["cover"] == {"unit": "某局", "supervisor": "市政府", "prepared_by": "李四", "phone": "0512-1"}
    assert document["budget"] == {
        "basic": {"initial": 100, "spent": 80},
        "items": [{"name": "绿化", "initial": 200, "spent": 160}],
    }
    shown = [row for row in document["indicators"] if row["category"] in ("满意度", "履职")]
    assert shown == [
        {
            "category": "满意度",
            "name": "居民满意度",
            "kind": "定量",
            "operator": ">=",
            "target": 90,
            "unit": "%",
            "actual": 95,
            "reason": "好于预期",
        },
        {"category": "履职", "name": "植树", "kind": "定量", "operator": ">=", "target": 500, "unit": "棵", "actual": "五百"},
        {"category": "履职", "name": "宣传", "kind": "定性", "target": "及时", "actual": "及时"},
    ]
    assert document["narrative"] == {"problems": "绿化率不高。"}
    assert [left["text"] for left in document["leftovers"]] == ["执行率（%）: 79%"]
    differing = [(f["cells"], f["found"], f["expected"]) for f in result.findings if f["code"] == "XL422"]
    assert differing == [(["表 1 第 6 行第 4 格"], "79%", "80%")]


@pytest.mark.libreoffice
def test_saved_by_libreoffice(tmp_path: Path) -> None:
    """A report typed by hand, and our own."""
    fill_workbook(TYPED, output=tmp_path / "a.xlsx")
    report = next(path for path in finalize(tmp_path / "a.xlsx", output=tmp_path / "out").outputs if path.suffix == ".docx")
    papers = [write_paper(FINALIZED, tmp_path / "a.docx"), report]
    for path, saved in zip(papers, convert(papers, tmp_path / "saved", "docx"), strict=True):
        assert saved.read_bytes() != path.read_bytes()
        assert import_document(saved).document == import_document(path).document
        assert beside_evidence(import_document(saved)) == []


# --- texts ---------------------------------------------------------------------------------------------------


CELLS = st.text(st.sampled_from("甲乙丙AB12%=.，"), min_size=0, max_size=6)
TEXTS = st.lists(st.text(st.sampled_from("子丑寅卯"), min_size=1, max_size=8), min_size=1, max_size=3)


@given(
    st.integers(2, 6).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=6)),
    TEXTS,
    TEXTS,
)
def test_a_dump_is_read_as_the_tables_it_was_made_of(rows: list[list[str]], before: list[str], behind: list[str]) -> None:
    """Cells begin with a tab, each on its line, rows end with a blank line, tables with another."""
    dump = (
        "\n".join(before)
        + "\n\n"
        + "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows)
        + "\n"
        + "\n".join(behind)
    )
    items = [item for item in read_text(dump).items if isinstance(item, Grid) or item.text.strip()]
    assert [[[cell.text for cell in row] for row in item.rows] for item in items if isinstance(item, Grid)] == [rows]
    assert [item.text for item in items if isinstance(item, Line)] == before + behind
    lines = "\n".join("\t".join(row) for row in rows)
    if len(rows[0]) > 2 and all(len("".join(row)) > len(row[0]) > 0 for row in rows):
        (grid,) = (item for item in read_text(f"前\n{lines}\n后").items if isinstance(item, Grid))
        assert [[cell.text for cell in row] for row in grid.rows] == rows


def test_a_cell_of_several_paragraphs_whose_last_is_blank() -> None:
    dump = "八、任务\n\n\t\n职责\n\n\t任务\n\t内容\n\n\t甲\n\t乙\n乙二\n\t丙\n\n\n\n九、表"
    grid = read_text(dump).items[2]
    assert [[cell.text for cell in row] for row in grid.rows] == [["职责", "任务", "内容"], ["甲", "乙\n乙二", "丙"]]
    assert [cell.place.number for row in grid.rows for cell in row] == [4, 6, 7, 9, 10, 12]


@pytest.mark.parametrize(
    "line", ["\ta\n", "\ta\n\nb\n", "a\tb\tc\n\n", " " * 40, "1.对年度绩效目标1的分析 ", "（（(", "\t", "预期目标", "\n"]
)
def test_long_texts_cost_no_more_than_their_length(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text("四、部门（单位）整体支出绩效实现情况\n" + line * (60_000 // len(line)), "utf-8")
    start = time.process_time()
    import_document(tmp_path / "a.txt", form="suzhou-department")
    assert time.process_time() - start < 10  # squares of it would be minutes


def test_paragraphs_indented_with_a_tab_are_no_table() -> None:
    assert [item.text for item in read_text("\t第一段。\n\t第二段。\n\n三").items] == ["\t第一段。", "\t第二段。", "", "三"]


# --- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_paper_is_refused_with_a_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(UnreadableError) as error:
        import_document(tmp_path / "a.docx")
    assert error.value.code == code
    assert str(error.value).startswith(f"{code} ")


def test_what_is_no_workbook_under_the_name_of_one_is_refused_as_validate_does(tmp_path: Path) -> None:
    for name, content, code in (("a.xlsx", b"hi", "XL101"), ("b.xls", b"<html><table>", "XL109"), ("c.xlsx", b"a,b", "XL108")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError) as error:
            import_document(tmp_path / name, form="national-project")
        assert error.value.code == code


def test_a_paper_that_has_nothing_of_the_form_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("某局的一封信", "utf-8")
    with pytest.raises(UnreadableError) as error:
        import_document(tmp_path / "a.txt", form="national-project", year=2023)
    assert error.value.code == "XL443"


def part(old: str, new: str, name: str = "word/document.xml") -> Callable[[str, bytes], bytes]:
    return lambda part, content: content.replace(old.encode(), new.encode(), 1) if part == name else content


DAMAGED = {
    "DOCTYPE": (part("<w:document", '<!DOCTYPE x [<!ENTITY a "b">]><w:document'), "XL444", "DOCTYPE"),
    "not well-formed": (part("</w:body>", ""), "XL444", "损坏"),
    "no body": (lambda n, c: re.sub(rb"<w:body>.*</w:body>", b"", c, flags=re.S) if n == "word/document.xml" else c, "XL444", "document.xml"),
    "too deep": (part("<w:body>", "<w:body>" + "<w:ins>" * 2000 + "</w:ins>" * 2000), "XL444", "depth"),
    "deep for lxml": (part("<w:body>", "<w:body>" + "<w:ins>" * 400 + "</w:ins>" * 400), "XL444", "XMLSyntaxError"),
    "too many tags": (part("<w:body>", "<w:body>" + "".join(f'<w:p a="{at * 7919:x}"/>' for at in range(410_000))), "XL444", "过大"),
    "a bomb": (lambda n, c: bytes(300 * 2**20) if n == "docProps/thumbnail.jpeg" else c, "XL444", "异常"),
    "Strict": (part("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"),
               "XL440", "Strict"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code", "says"), DAMAGED.values(), ids=DAMAGED)
def test_a_word_document_that_is_damaged_or_a_trap(short: Path, tmp_path: Path, change: Callable, code: str, says: str) -> None:
    with pytest.raises(UnreadableError) as error:
        import_document(rewrite(short, tmp_path / "a.docx", change))
    assert error.value.code == code
    assert says in str(error.value)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.docx", tmp_path):
        with pytest.raises(UsageError) as error:
            import_document(path)
        assert error.value.key == "cannot_open"


def test_deeply_nested_elements_and_tables_are_read(short: Path, tmp_path: Path) -> None:
    table = "<w:tbl><w:tr><w:tc>{}<w:p/></w:tc></w:tr></w:tbl>"
    text = "<w:p><w:r><w:t>最里面</w:t></w:r></w:p>"
    for _ in range(60):
        text = table.format(text)
    path = rewrite(short, tmp_path / "a.docx", part("<w:body>", "<w:body>" + "<w:ins>" * 40 + text + "</w:ins>" * 40))
    assert [text for _, text in leftovers(path)] == ["最里面"]


@settings(max_examples=examples(150, usual=40))
@given(st.data())
def test_no_change_of_bytes_gives_a_traceback(short: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(short.read_bytes())
    inside = data.draw(
        st.sampled_from(["word/document.xml", "word/styles.xml", "[Content_Types].xml", "word/_rels/document.xml.rels", None])
    )
    target = tmp_path_factory.mktemp("mutant") / "a.docx"

    def mutate(raw: bytes) -> bytes:
        raw = bytearray(raw)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(raw) - 1))
            length = data.draw(st.sampled_from([0, 1, 1, 1, 30]))
            raw[at : at + length] = data.draw(
                st.sampled_from([b"", b"\0", b"<", b">", b"/", b'"', b"9", b"w:", b"\xff", b"99999999999"])
            )
        return bytes(raw)

    if inside:
        rewrite(short, target, lambda name, raw: mutate(raw) if name == inside else raw)
    else:
        target.write_bytes(mutate(content))
    try:
        assert isinstance(import_document(target, form="suzhou-department").document, dict)
    except XlperfError as error:
        assert str(error)


@settings(max_examples=examples(100, usual=40))
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_text_gives_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(content)
    try:
        read_source_file(path)
        import_document(path, form="suzhou-department")
    except XlperfError as error:
        assert str(error)
