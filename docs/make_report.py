"""Make the Word template of a form's report, once; from then on people edit it in Word.

    python docs/make_report.py templates/suzhou-department/2022/report.docx
    python docs/make_report.py templates/sichuan-project/2023/report-review.docx      # of a stage after the department

Layout as GB/T 9704 has it: A4, margins 37, 35, 28 and 26 mm, title in 2号 小标宋, level-one headings in 三号 黑体, body in 三号
仿宋_GB2312 with 30 points between lines and two characters of indent, figures in Times New Roman, page numbers outside. Fonts
are named, not embedded. The first half is for any form; for another one copy the second half, `suzhou_department`.
"""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import yaml
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from docx.shared import Mm, Pt, RGBColor

from xlperf.reporting.word_package import write_package

TITLE, HEADING, SUBHEADING, BODY, FIGURES = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "Times New Roman"
# font: what stands in for it, charset, family, pitch
FONTS = {
    TITLE: ("华文中宋", "86", "auto", "variable"),
    HEADING: ("SimHei", "86", "modern", "fixed"),
    SUBHEADING: ("楷体", "86", "modern", "fixed"),
    BODY: ("仿宋", "86", "modern", "fixed"),
    FIGURES: ("", "00", "roman", "variable"),
}
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)  # 二号 三号 四号 五号
LINE = Pt(30)
RED = RGBColor(0xC0, 0, 0)
TEMPLATES = Path(__file__).parents[1] / "templates"
MADE = datetime.datetime(2023, 1, 5)
NEEDLESS = {"thumbnail", "extended-properties", "stylesWithEffects", "numbering", "customXml", "webSettings", "fontTable"}
KEPT = {"Normal", "Title", "Heading 1", "Heading 2", "Header", "Footer", "Default Paragraph Font", "Normal Table", "Table Grid"}

IN_TABLES = Pt(1.5)  # above and below a line in a table

# style: font, size, line spacing, alignment, indent of the first line in characters
STYLES = {
    "Normal": (BODY, SIZE_3, LINE, ALIGN.JUSTIFY, 2),
    "Title": (TITLE, SIZE_2, Pt(36), ALIGN.CENTER, 0),
    "Heading 1": (HEADING, SIZE_3, LINE, ALIGN.LEFT, 2),
    "Heading 2": (SUBHEADING, SIZE_3, LINE, ALIGN.LEFT, 2),
    "目标标题": (BODY, SIZE_3, LINE, ALIGN.LEFT, 2),
    "报告年度": (SUBHEADING, SIZE_3, LINE, ALIGN.CENTER, 0),
    "草稿标记": (HEADING, SIZE_3, Pt(20), ALIGN.CENTER, 0),
    "页码": (BODY, SIZE_4, Pt(18), ALIGN.RIGHT, 0),
    "签章": (BODY, SIZE_4, Pt(26), ALIGN.LEFT, 0),
    "表头": (HEADING, SIZE_5, Pt(16), ALIGN.CENTER, 0),
    "表格文字": (BODY, SIZE_5, Pt(16), ALIGN.LEFT, 0),
    "表格居中": (BODY, SIZE_5, Pt(16), ALIGN.CENTER, 0),
    "表格数字": (BODY, SIZE_5, Pt(16), ALIGN.RIGHT, 0),
}
HEADINGS = ("Heading 1", "Heading 2", "目标标题", "表头")  # on one page with what follows
TEXT, CENTRED, NUMBER = "表格文字", "表格居中", "表格数字"


# --- for any form --------------------------------------------------------------------------------------------


def new_document(title: str):
    """A document with the styles, the first page set up, page numbers and the mark of a draft; no text yet."""
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = "xlperf"
    document.core_properties.created = document.core_properties.modified = MADE
    document.core_properties.last_modified_by, document.core_properties.comments = "xlperf", ""
    strip(document)
    for name, style in STYLES.items():
        set_style(document, name, *style)
    for name in HEADINGS:
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["草稿标记"].font.color.rgb = RED
    set_section(document.sections[0], landscape=False)
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        replace(header.paragraphs[0], "{% if form.draft %}{{ form.draft }}（有错误，未定稿，不得报送）{% endif %}", "草稿标记")
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        number_page(footer.paragraphs[0], align)
    return document


def new_letter(title: str, purpose: str, kind: str, addressee: str):
    """A document that is no draft, with the heading of a letter to a unit."""
    document = new_document(title)
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].text = ""  # the report's mark of a draft
    heading = document.add_paragraph(f"{purpose}{{% if fiscal_year %}}{{{{ fiscal_year }}}}年度{{% endif %}}", "Title")
    heading.add_run().add_break()
    heading.add_run(f"预算绩效自评材料的{kind}")
    document.add_paragraph(f"{addressee}：").paragraph_format.first_line_indent = 0
    return document


def strip(document) -> None:
    """Leave out what the library's own template brings along: parts, styles, theme fonts, the layout of an older Word."""
    for style in list(document.styles.element.findall(qn("w:style"))):
        if style.find(qn("w:name")).get(qn("w:val")) not in {*KEPT, *(name.lower() for name in KEPT)}:
            document.styles.element.remove(style)
    for link in list(document.styles.element.iter(qn("w:link"))):  # to a style that is gone
        link.getparent().remove(link)
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    set_fonts(defaults, BODY)
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    for relations in (document.part.package.rels, document.part.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.rpartition("/")[2] in NEEDLESS:
                del relations[key]
    settings = document.settings.element
    zoom = settings.find(qn("w:zoom"))
    zoom.attrib.clear()
    zoom.set(qn("w:percent"), "100")  # the schema wants it, the library's template has none
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    compatible = settings.find(qn("w:compat"))
    compatible.clear()
    setting = OxmlElement("w:compatSetting")
    for key, value in (("name", "compatibilityMode"), ("uri", "http://schemas.microsoft.com/office/word"), ("val", "15")):
        setting.set(qn(f"w:{key}"), value)
    compatible.append(setting)


def set_style(document, name: str, font: str, size: Pt, line: Pt, align, indent: int) -> None:
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name != "Normal":
        style.base_style = styles["Normal"]
    for border in style.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    set_fonts(style.element.get_or_add_rPr(), font)
    style.font.size, style.font.bold, style.font.color.rgb = size, False, RGBColor(0, 0, 0)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
    form.space_before = form.space_after = IN_TABLES if size == SIZE_5 else Pt(0)
    form.alignment = align
    form.first_line_indent = size * indent
    form._element.get_or_add_pPr().find(qn("w:ind")).set(qn("w:firstLineChars"), str(indent * 100))


def set_fonts(properties, font: str) -> None:
    """Chinese in that font, letters and figures in FIGURES; no theme may overrule them."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    # The hint: quotation marks and dashes, which both scripts have, are Chinese.
    for key, name in (("hint", "eastAsia"), ("ascii", FIGURES), ("hAnsi", FIGURES), ("eastAsia", font), ("cs", FIGURES)):
        fonts.set(qn(f"w:{key}"), name)
    for tag in ("w:spacing", "w:kern", "w:szCs", "w:bCs"):
        for stray in properties.findall(qn(tag)):
            properties.remove(stray)


def set_section(section, landscape: bool) -> None:
    """A4 with the margins of an official paper; a page laid on its side is bound at its top."""
    margins = (28, 26, 35, 37) if landscape else (37, 35, 28, 26)  # top, bottom, left, right
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
    section.header_distance, section.footer_distance = (Mm(14), Mm(16)) if landscape else (Mm(20), Mm(25))


def number_page(paragraph, align) -> None:
    """— 1 —, one character from the outer edge."""
    replace(paragraph, "", "页码")
    paragraph.alignment = align
    edge = "right_indent" if align == ALIGN.RIGHT else "left_indent"
    setattr(paragraph.paragraph_format, edge, SIZE_4)
    run = paragraph.add_run("— ")
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run(text if kind == "text" else "")
        if kind == "text":
            continue
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)
    paragraph.add_run(" —")


def replace(paragraph, text: str, style: str) -> None:
    paragraph.text, paragraph.style = text, style


def add_texts(place, *texts: str, style: str = "Normal") -> None:
    """Add a paragraph per text to the document or to a cell."""
    for text in texts:
        place.add_paragraph(text, style)


def add_table(document, widths: Sequence[float], header: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str],
              border: bool = True):  # fmt: skip
    """A table of fixed widths (mm). A row of one text is a tag for the rows below it, or spans the table."""
    table = document.add_table(0, len(widths), "Table Grid" if border else "Normal Table")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    set_table(table, widths)
    for number, texts in enumerate([header, *rows] if header else rows):
        row = table.add_row()
        switch(row, "w:cantSplit")
        if header and number == 0:
            switch(row, "w:tblHeader")
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width, cell.vertical_alignment = Mm(width), VERTICAL.CENTER
        whole = row.cells[0].merge(row.cells[-1]) if len(texts) == 1 else None
        for cell, text, style in zip([whole] if whole else row.cells, texts, [CENTRED] if whole else styles, strict=True):
            replace(cell.paragraphs[0], text, "表头" if header and number == 0 else style)
    return table


def set_table(table, widths: Sequence[float]) -> None:
    """Total width, columns, and 1 mm between text and border."""
    properties = table._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    if width is None:
        width = OxmlElement("w:tblW")
        properties.append(width)
    width.set(qn("w:type"), "dxa")
    width.set(qn("w:w"), str(sum(Mm(part).twips for part in widths)))
    for column, part in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(Mm(part).twips))
    margins = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        margin = OxmlElement(f"w:{edge}")
        margin.set(qn("w:w"), str(Mm(1).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = properties.find(qn("w:tblLook"))
    properties.insert(len(properties) if look is None else list(properties).index(look), margins)


def switch(row, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))


def for_each(loop: str, *row: str) -> list[Sequence[str]]:
    """The rows of a table that repeat one row; the form's word for none where there is nothing to repeat."""
    return [(f"{{%tr for {loop} %}}",), row, ("{%tr else %}",), ("{{ form.none }}",), ("{%tr endfor %}",)]


def save(document, path: Path) -> None:
    """Write the document, the same bytes each time."""
    content = io.BytesIO()
    document.save(content)
    with zipfile.ZipFile(content) as package:
        write_package(path, with_font_table({name: package.read(name) for name in package.namelist()}))


def with_font_table(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of a package with a table of the fonts that we name, and by what each is replaced where it is missing."""
    fonts = "".join(
        f'<w:font w:name="{name}">{alternative}<w:charset w:val="{charset}"/><w:family w:val="{family}"/>'
        f'<w:pitch w:val="{pitch}"/></w:font>'
        for name, (instead, charset, family, pitch) in FONTS.items()
        for alternative in [f'<w:altName w:val="{instead}"/>' if instead else ""]
    )
    table = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{nsmap["w"]}">{fonts}</w:fonts>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"
    entry = f'<Override PartName="/word/fontTable.xml" ContentType="{kind}"/>'
    relation = f'<Relationship Id="rIdFonts" Type="{nsmap["r"]}/fontTable" Target="fontTable.xml"/>'
    added = {"[Content_Types].xml": (entry, "</Types>"), "word/_rels/document.xml.rels": (relation, "</Relationships>")}
    changed = {name: parts[name].replace(end.encode(), f"{text}{end}".encode()) for name, (text, end) in added.items()}
    return parts | changed | {"word/fontTable.xml": table.encode()}


# --- 苏州市市级预算部门（单位）整体支出预算绩效自评 -------------------------------------------------------------------


def suzhou_department():
    document = new_document("{{ cover.unit }}{{ form.title }}报告{{ form.year_line }}")
    title = document.add_paragraph("苏州市市级预算部门（单位）", "Title")
    title.add_run().add_break()
    title.add_run("整体支出预算绩效自评报告")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    document.add_paragraph("", "报告年度")
    unit = document.add_paragraph("一、预算部门名称：", "Heading 1")
    set_fonts(unit.add_run("{{ cover.unit }}")._element.get_or_add_rPr(), BODY)
    for heading, name in (("二、年度履职目标完成情况", "duties"), ("三、部门（单位）概况", "profile")):
        document.add_paragraph(heading, "Heading 1")
        document.add_paragraph(f"{{{{ narrative.{name} }}}}")
    document.add_paragraph("四、部门（单位）整体支出绩效实现情况", "Heading 1")
    add_texts(document, "{{ narrative.overview }}", "{%p for goal in goals %}")
    document.add_paragraph("{{ goal.number }}.对年度绩效目标{{ goal.number }}的分析", "目标标题")
    add_texts(document, "预期目标：{{ goal.expected }}", "完成情况：{{ goal.actual }}", "{%p endfor %}")
    document.add_paragraph("五、部门（单位）整体支出绩效中存在问题及改进措施", "Heading 1")
    halves = {"problems": "（一）整体支出绩效中存在的问题", "measures": "（二）针对整体支出绩效中存在问题的改进措施"}
    for name, heading in halves.items():
        document.add_paragraph(heading, "Heading 2")
        document.add_paragraph(f"{{{{ narrative.{name} }}}}")
    document.add_paragraph("六、绩效自评结果拟应用和公开情况", "Heading 1")
    document.add_paragraph("{{ narrative.application }}")

    set_section(document.add_section(WD_SECTION.NEW_PAGE), landscape=True)
    document.add_paragraph("七、预算信息", "Heading 1")
    columns = ("name", "initial", "adjustment", "adjusted", "spent", "rate")
    rows = [("预算总金额", *cells("budget.total", columns[1:])), ("基本支出", *cells("budget.basic", columns[1:])),
            ("项目支出", *cells("budget.project", columns[1:])),
            ("{%tr for item in budget.items %}",), cells("item", columns), ("{%tr endfor %}",)]  # fmt: skip
    header = ("本年度预算资金（万元）", "年初预算数（万元）", "上年度结转及当年预算追加追减数（万元）", "调整预算数（万元）",
              "实际支出数（万元）", "执行率（%）")  # fmt: skip
    add_table(document, (51, 36, 40, 36, 36, 26), header, rows, (TEXT, *[NUMBER] * 5))

    document.add_paragraph("八、年度重点任务", "Heading 1")
    header = ("对应部门主要职责", "任务名称", "主要内容", "完成情况")
    row = ("{{ task.duty|merged }}", "{{ task.task }}", "{{ task.content }}", "{{ task.completion }}")
    add_table(document, (40, 45, 50, 90), header, for_each("task in tasks", *row), (TEXT,) * 4)

    document.add_paragraph("九、部门整体自评表", "Heading 1").paragraph_format.page_break_before = True
    header = ("", "类别", "指标名称", "指标目标值", "指标完成值", "完成值来源", "偏差情况", "原因分析")
    row = ("{{ '分解目标'|merged }}", "{{ row.category|merged }}",
           *cells("row", ("name", "target_text", "actual_text", "source", "deviation_text", "reason")))  # fmt: skip
    add_table(document, (9, 16, 44, 27, 27, 37, 19, 46), header, for_each("row in indicators", *row),
              (CENTRED, CENTRED, TEXT, CENTRED, CENTRED, TEXT, CENTRED, TEXT))  # fmt: skip

    document.add_paragraph("", TEXT)
    signatures = add_table(document, (112, 113), (), [("主管部门：{{ cover.supervisor }}", "{%p for line in form.lines %}")],
                           ("签章", "签章"), border=False)  # fmt: skip
    left, right = signatures.rows[0].cells
    left.vertical_alignment = right.vertical_alignment = VERTICAL.TOP
    add_texts(left, "单位代码：{{ cover.unit_code }}", "{%p if not form.public %}", "填报人：{{ cover.prepared_by }}",
              "联系电话：{{ cover.phone }}", "{%p endif %}", style="签章")  # fmt: skip
    add_texts(right, "{{ line }}", "{%p endfor %}", "{{ cover.prepared_on }}", style="签章")
    add_appendix(document)
    return document


def add_appendix(document, widths: Sequence[float] = (25, 80, 120)) -> None:
    """What was asked and what the unit says to it, below the signatures; in one sentence, what it says nothing to."""
    add_texts(document, "{%p if explanations or unexplained %}", style=TEXT)
    document.add_paragraph("附：提醒事项及说明", "Heading 1")
    add_texts(document, "{%p if explanations %}", style=TEXT)
    add_table(document, widths, ("编号", "校验项", "说明"),
              for_each("row in explanations", *cells("row", ("code", "title", "text"))), (CENTRED, TEXT, TEXT))  # fmt: skip
    add_texts(document, "{%p endif %}", "{%p if unexplained %}", "{{ unexplained }}", "{%p endif %}", "{%p endif %}", style=TEXT)


def cells(owner: str, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{{{{ {owner}.{column} }}}}" for column in columns)


def graded(value: str) -> str:
    """What was achieved, of a quality behind its grade, as the official table has it; once where both are one."""
    return (f"{{% if row.kind == '定性' and row.grade and row.grade != row.{value} %}}{{{{ row.grade }}}}"
            f"{{% if row.{value} %}}：{{% endif %}}{{% endif %}}{{{{ row.{value} }}}}")  # fmt: skip


# --- 项目支出绩效自评表 ------------------------------------------------------------------------------------------------


def project_report(funds: Sequence, indicators: Sequence, texts: Sequence[tuple[str, str]], after: Sequence = ()):
    """The report of one project.

    Args:
        funds: widths, header, rows and styles of the fund table.
        indicators: widths, header, columns and styles of the indicator table.
        texts: headings of the texts behind the tables, with the fields below them.
        after: of the stages after the department a heading, and widths, rows and styles of a table each.
    """
    document = new_document("{{ project.name }}{{ form.title }}{{ form.year_line }}")
    set_section(document.sections[0], landscape=True)
    document.add_paragraph("{{ form.title }}", "Title")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    rows = [("项目名称", "{{ project.name }}", "主管部门", "{{ project.supervisor }}"),
            ("实施单位", "{{ project.unit }}", "填报日期", "{{ project.prepared_on }}"),
            ("{%tr if not form.public %}",), ("填报人", "{{ project.prepared_by }}", "联系电话", "{{ project.phone }}"),
            ("{%tr endif %}",)]  # fmt: skip
    add_table(document, (30, 90, 30, 75), (), rows, (CENTRED, TEXT, CENTRED, TEXT))
    document.add_paragraph("", TEXT)
    goals = [("年度总体目标：预期目标", "{{ objective.expected }}"), ("年度总体目标：实际完成情况", "{{ objective.actual }}")]
    add_table(document, (40, 185), (), goals, (CENTRED, TEXT))
    document.add_paragraph("项目资金", "Heading 1")
    add_table(document, *funds)
    document.add_paragraph("绩效指标", "Heading 1")
    widths, header, columns, styles = indicators
    merged = tuple(f"{{{{ row.{column}|merged }}}}" for column in columns[:2])
    texts_of = {f"{{{{ row.{value} }}}}": graded(value) for value in ("actual", "actual_text")}
    shown = (texts_of.get(cell, cell) for cell in cells("row", columns[2:]))
    add_table(document, widths, header, for_each("row in indicators", *merged, *shown), styles)
    document.add_paragraph("得分汇总", "Heading 1")
    add_table(document, (56, 57, 56, 56), (), [("总分", "{{ score.total }}", "等级", "{{ score.grade }}")], (CENTRED,) * 4)
    for heading, name in texts:
        document.add_paragraph(heading, "Heading 1")
        document.add_paragraph(f"{{{{ {name} }}}}")
    for heading, widths, rows, styles in after:
        document.add_paragraph(heading, "Heading 1")
        add_table(document, widths, (), rows, styles)
    add_texts(document, "", "{%p for line in form.lines %}", "{{ line }}", "{%p endfor %}", style="签章")
    add_appendix(document)
    return document


def national_project():
    header = ("资金来源", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）", "分值", "执行率", "得分")
    names = {"total": "年度资金总额", "fiscal": "其中：当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}
    figures = ("initial", "budget", "executed", "weight", "rate", "score")
    funds = ((51, 36, 36, 36, 22, 22, 22), header, [(name, *cells(f"funds.{key}", figures)) for key, name in names.items()],
             (TEXT, *[NUMBER] * 3, *[CENTRED] * 3))  # fmt: skip
    header = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
    columns = ("level1", "level2", "name", "target_text", "actual_text", "weight", "score", "reason")
    indicators = ((20, 26, 42, 30, 30, 13, 13, 51), header, columns, (CENTRED, CENTRED, TEXT, *[CENTRED] * 4, TEXT))
    return project_report(funds, indicators, [("其他需要说明的问题", "conclusion.notes")])


# --- 四川省部门预算项目支出绩效自评表 ----------------------------------------------------------------------------------


def sichuan_project(*stages: str):
    header = ("资金来源", "年初预算（万元）", "调整后预算数（万元）", "预算执行数（万元）", "预算执行率", "权重", "得分", "原因")
    names = {"total": "总额", "fiscal": "其中：财政资金", "special": "财政专户管理资金", "own": "单位资金", "other": "其他资金"}
    figures = ("initial", "budget", "executed", "rate", "weight", "score", "reason")
    funds = ((41, 26, 30, 28, 24, 14, 14, 48), header, [(name, *cells(f"funds.{key}", figures)) for key, name in names.items()],
             (TEXT, *[NUMBER] * 3, *[CENTRED] * 3, TEXT))  # fmt: skip
    header = ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "完成值", "权重", "得分", "未完成原因分析")
    columns = ("level1", "level2", "name", "property_text", "target", "unit", "actual", "weight", "score", "reason")
    indicators = ((18, 25, 36, 14, 26, 16, 26, 12, 12, 40), header, columns, (CENTRED, CENTRED, TEXT, *[CENTRED] * 6, TEXT))
    texts = [("评价结论", "conclusion.assessment"), ("存在问题", "conclusion.problems"), ("改进措施", "conclusion.measures")]
    if not stages:
        return project_report(funds, indicators, texts)
    header = (*header[:6], "自评完成值", "权重", "自评得分", "未完成原因分析", "复核完成值", "复核得分", "偏离度", "复核意见")
    columns = (*columns, "rechecked", "rescore", "difference", "remark")
    widths = (15, 19, 25, 11, 19, 12, 18, 10, 11, 24, 16, 11, 14, 20)
    indicators = (widths, header, columns, (CENTRED, CENTRED, TEXT, *[CENTRED] * 6, TEXT, *[CENTRED] * 3, TEXT))
    table, styles = (40, 72, 40, 73), (CENTRED, TEXT, CENTRED, TEXT)
    review = [("自评总分", "{{ verdict.self_total }}", "复核总分", "{{ verdict.review_total }}"),
              ("偏离度", "{{ verdict.total_difference }}", "复核等级", "{{ verdict.review_grade }}"),
              ("复核单位", "{{ reviewer.organization }}", "复核人、复核日期", "{{ reviewer.name }}　{{ reviewer.day }}"),
              ("复核总体意见", "{{ verdict.overall }}", "", "")]  # fmt: skip
    approval = [("审定得分", "{{ verdict.approved }}", "审定等级", "{{ verdict.approved_grade }}"),
                ("审定意见", "{{ verdict.approval_remark }}", "审定人、审定日期",
                 "{{ approver.name }}　{{ approver.day }}")]  # fmt: skip
    after = {"review": ("复核", table, review, styles), "approval": ("审定", table, approval, styles)}
    return project_report(funds, indicators, texts, [after[stage] for stage in stages])


# --- a table of one grid, as official forms of one page are printed ------------------------------------------------------


def add_grid(
    document, widths: Sequence[float], rows: Sequence[Sequence[tuple]], heights: Mapping[int, float] = MappingProxyType({})
):
    """A table in whose rows each cell goes over several columns.

    Args:
        widths: of the columns, in mm.
        rows: their cells from left to right: a text, over how many columns it goes (one), its style (centred).
        heights: least heights of rows by their number, in mm.
    """
    table = document.add_table(0, len(widths), "Table Grid")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    set_table(table, widths)
    for number, cells_of_row in enumerate(rows):
        row = table.add_row()
        switch(row, "w:cantSplit")
        if number in heights:
            row.height, row.height_rule = Mm(heights[number]), WD_ROW_HEIGHT_RULE.AT_LEAST
        at = 0
        for text, columns, style in ((*cell, *(1, CENTRED)[len(cell) - 1 :]) for cell in cells_of_row):
            cell = row.cells[at].merge(row.cells[at + columns - 1])
            cell.width, cell.vertical_alignment = Mm(sum(widths[at : at + columns])), VERTICAL.CENTER
            replace(cell.paragraphs[0], text, style)
            at += columns
    return table


def narrow(section) -> None:
    """The margins of a form that is meant for one page."""
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(22), Mm(22), Mm(20), Mm(20)
    section.header_distance, section.footer_distance = Mm(12), Mm(12)


def joined(text: str) -> tuple[str]:
    """A cell that is one with that above it, where that says the same."""
    return (f"{{{{ {text}|merged }}}}",)


def sections_of(form: str) -> list[dict]:
    """The sections of all sheets, as form.yaml has them."""
    definition = yaml.safe_load((TEMPLATES / form / "form.yaml").read_text("utf-8"))
    return [section for sheet in definition["sheets"] for section in sheet["sections"]]


def preset_rows(form: str, block: str) -> list[dict]:
    """The rows of a block of preset rows, as form.yaml has them."""
    (rows,) = (found["rows"] for section in sections_of(form) for found in section.get("blocks", ()) if found["key"] == block)
    return list(rows)


def add_signatures(document, block: str) -> None:
    """Who filled the form in, where it is not published; what is signed; the day."""
    private = f"填报人：{{{{ {block}.prepared_by }}}}　　联系电话：{{{{ {block}.phone }}}}"
    add_texts(document, "", "{%p if not form.public %}", private, "{%p endif %}", "{%p for line in form.lines %}", "{{ line }}",
              "{%p endfor %}", f"{{{{ {block}.prepared_on }}}}", style="签章")  # fmt: skip


# --- 中央对地方转移支付区域（项目）绩效目标自评表 ------------------------------------------------------------------------------


def national_transfer():
    document = new_document("{{ transfer.unit }}{{ form.title }}{{ form.year_line }}")
    narrow(document.sections[0])
    title = document.add_paragraph("中央对地方转移支付", "Title")
    title.add_run().add_break()
    title.add_run("区域（项目）绩效目标自评表")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    document.add_paragraph("", TEXT)
    funds, goal, table = joined("'资金投入情况（万元）'"), joined("'总体目标完成情况'"), joined("'绩效指标'")
    names = {"total": "年度资金总额：", "central": "其中：中央补助", "local": "地方资金", "other": "其他资金"}
    amounts = (
        (name, 2, TEXT, *(f"{{{{ funds.{key}.{column} }}}}" for column in ("budget", "executed", "rate")))
        for key, name in names.items()
    )
    rows = [
        [("转移支付（项目）名称", 2), ("{{ transfer.name }}", 5)],
        [("中央主管部门", 2), ("{{ transfer.ministry }}", 5)],
        [("地方主管部门", 2), ("{{ transfer.local }}", 2), ("资金使用单位",), ("{{ transfer.unit }}", 2)],
        [funds, ("", 2), ("全年预算数（A）",), ("全年执行数（B）", 2), ("预算执行率（B/A）",)],
        *([funds, (name, span, style), (budget, 1, NUMBER), (executed, 2, NUMBER), (rate,)]
          for name, span, style, budget, executed, rate in amounts),
        [goal, ("总体目标", 3), ("全年实际完成情况", 3)],
        [goal, ("{{ objective.expected }}", 3, TEXT), ("{{ objective.achieved }}", 3, TEXT)],
        [table, *((name,) for name in ("一级指标", "二级指标", "三级指标", "指标值", "全年实际完成值", "未完成原因和改进措施"))],
        [("{%tr for row in indicators %}", 7)],
        [table, joined("row.level1"), joined("row.level2"), ("{{ row.name }}", 1, TEXT), ("{{ row.target_text }}",),
         ("{{ row.actual_text }}",), ("{{ row.reason }}", 1, TEXT)],
        [("{%tr endfor %}", 7)],
        [("说明",), ("{{ notes.text }}", 6, TEXT)],
    ]  # fmt: skip
    add_grid(document, (14, 19, 22, 35, 23, 21, 36), rows, heights={9: 40, 14: 20})
    add_texts(document, "注：1. 其他资金指与中央补助、地方资金共同投入同一项目的自有资金、社会资金，以及以前年度的结转结余资金。",
              "2. 全年执行数按国库集中支付制度的要求填列。",
              "3. 定性指标分全部或基本达成、部分达成并具有一定效果、未达成且效果较差三档，完成比例分别为 100%–80%（含）、"
              "80%–60%（含）、60%–0。", style=TEXT)  # fmt: skip
    add_signatures(document, "filing")
    add_appendix(document, (20, 60, 90))
    return document


# --- 湖南 部门整体支出绩效自评 --------------------------------------------------------------------------------------------


def hunan_department():
    document = new_document("{{ cover.unit }}{{ form.title }}{{ form.year_line }}")
    narrow(document.sections[0])
    document.add_paragraph("部门整体支出绩效评价基础数据表", "Title")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    document.add_paragraph("填报单位：{{ cover.unit }}　　预算编码：{{ cover.unit_code }}　　单位：元", "签章")
    items = {row["key"]: row["item"] for row in preset_rows("hunan-department/2018", "spending")}
    staff = joined("'财政供养人员情况（人）'")
    rows = [[staff, ("编制数",), ("本年实际在职人数",), ("控制率",)],
            [staff, ("{{ staff.posts }}",), ("{{ staff.employed }}",), ("{{ staff.rate }}",)],
            [("经费控制情况（元）",), ("上年决算数",), ("本年预算数",), ("本年决算数",)],
            *([(name, 1, TEXT), *((f"{{{{ spending.{key}.{column} }}}}", 1, NUMBER) for column in ("last", "budget", "final"))]
              for key, name in items.items())]  # fmt: skip
    add_grid(document, (65, 35, 35, 35), rows)
    add_texts(document, "注：预算调整行，本年预算数为年初预算，本年决算数为调整后的预算。", style=TEXT)

    set_section(section := document.add_section(WD_SECTION.NEW_PAGE), landscape=True)
    narrow(section)
    document.add_paragraph("部门整体支出绩效评价评分表", "Title")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    header = ("一级指标", "二级指标", "三级指标", "评分标准", "分值", "自评得分", "扣分原因和其他说明")
    rows = [
        (*joined(f"'{row['level1']}'"), *joined(f"'{row['level2']}'"), row["name"], row["standard"], str(row["points"]),
         *cells(f"scores.{row['key']}", ("score", "reason")))
        for row in preset_rows("hunan-department/2018", "scores")
    ]  # fmt: skip
    add_table(document, (22, 22, 36, 92, 12, 16, 57), header, rows, (CENTRED, CENTRED, TEXT, TEXT, CENTRED, CENTRED, TEXT))
    add_table(document, (64, 65, 64, 64), (), [("总分", "{{ result.total }}", "等级", "{{ result.grade }}")], (CENTRED,) * 4)
    document.add_paragraph("附：评分所需的其他数据", "Heading 1")
    extra = [
        (item["label"], f"{{{{ extra.{item['key']} }}}}")
        for section in sections_of("hunan-department/2018")
        if section.get("fields") == "extra"
        for item in section["items"]
    ]
    add_table(document, (130, 127), (), extra, (TEXT, NUMBER))
    add_signatures(document, "cover")
    add_appendix(document)
    return document


# --- 重庆市部门整体绩效自评表 -----------------------------------------------------------------------------------------------


def chongqing_department():
    document = new_document("{{ cover.unit }}{{ form.title }}{{ form.year_line }}")
    set_section(document.sections[0], landscape=True)
    narrow(document.sections[0])
    document.add_paragraph("部门整体绩效自评表", "Title")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    widths = (12, 40, 17, 14, 20, 20, 20, 18, 14, 14, 14, 54)
    (funds,), (goal,), (table,) = map(joined, ("'部门支出预算数（万元）'", "'当年整体绩效目标'", "'绩效指标'"))
    private = "{%% if not form.public %%}{{ cover.%s }}{%% endif %%}"
    rows = [
        [("部门（单位）名称", 2), ("{{ cover.unit }}", 4), ("联系人",), (private % "contact", 2),
         ("联系电话",), (private % "phone", 2)],
        [("自评总分（分）", 2), ("{{ cover.total }}", 10)],
        [(funds, 2), ("年初预算数", 2), ("全年（调整）预算数", 2), ("全年执行数", 2),
         ("执行率",), ("执行率权重",), ("执行率得分", 2)],
        [(funds, 2), ("{{ funds.initial }}", 2), ("{{ funds.budget }}", 2), ("{{ funds.executed }}", 2),
         ("{{ funds.rate }}",), ("{{ funds.rate_weight }}",), ("{{ funds.rate_score }}", 2)],
        [(goal,), ("年初绩效目标", 3), ("全年（调整）绩效目标", 4), ("目标实际完成情况", 4)],
        [(goal,), ("{{ objective.expected }}", 3, TEXT), ("{{ objective.revised }}", 4, TEXT),
         ("{{ objective.achieved }}", 4, TEXT)],
        [(table,), *[(title,) for title in ("指标名称", "计量单位", "指标性质", "年初指标值", "调整指标值", "全年完成值",
         "得分系数", "指标权重", "指标得分", "是否核心指标", "说明")]],
        [("{%tr for row in indicators %}", 12)],
        [(table,), ("{{ row.name }}", 1, TEXT), *[(cell,) for cell in cells("row", (
         "unit", "operator", "initial_value", "adjusted_value", "actual", "coefficient", "weight", "score",
          "core"))], ("{{ row.reason }}", 1, TEXT)],
        [("{%tr endfor %}", 12)],
    ]  # fmt: skip
    add_grid(document, widths, rows, heights={5: 30})
    add_texts(
        document, "", "{%p for line in form.lines %}", "{{ line }}", "{%p endfor %}", "{{ filing.prepared_on }}", style="签章"
    )
    add_appendix(document)
    return document


# --- 湖北省项目自评表 ----------------------------------------------------------------------------------------------------


def hubei_project_goals():
    document = new_document("{{ project.name }}{{ form.title }}{{ form.year_line }}")
    narrow(document.sections[0])
    document.add_paragraph("项目自评表", "Title")
    document.add_paragraph("{{ form.year_line }}", "报告年度")
    line = document.add_paragraph("单位名称：{{ project.filed_by }}　　　　填报日期：{{ project.prepared_on }}", TEXT)
    line.paragraph_format.space_before = Pt(6)
    widths = (14, 22, 27, 39, 27, 24, 17)
    (funds,) = joined("'预算执行情况（万元）（20分）'")
    rows = [
        [("项目名称", 2), ("{{ project.name }}", 5)],
        [("主管部门", 2), ("{{ project.supervisor }}", 2), ("项目实施单位",), ("{{ project.unit }}", 2)],
        [("项目类别", 2), ("{{ kind.category }}", 5)],
        [("项目属性", 2), ("{{ kind.attribute }}", 5)],
        [("项目类型", 2), ("{{ kind.type }}", 5)],
        [(funds, 2), ("",), ("预算数（A）",), ("执行数（B）",), ("执行率（B/A）",),
         ("得分（20分×执行率）",)],
        [(funds, 2), ("年度财政资金总额",), ("{{ funds.budget }}",), ("{{ funds.executed }}",),
         ("{{ funds.rate }}",), ("{{ funds.execution_score }}",)],
        [("{%tr for goal in goals %}", 7)],
        [("{{ goal.copy }}（{{ goal.points }}分）", 2), ("{{ goal.goal }}", 5, TEXT)],
        [(title,) for title in ("分值", "一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分")],
        [("{%tr for row in goal.indicators %}", 7)],
        [("{{ row.weight }}",), ("{{ row.level1|merged }}",), ("{{ row.level2|merged }}",), ("{{ row.name }}", 1, TEXT),
         ("{{ row.target_text }}",), ("{{ row.actual_text }}",), ("{{ row.score }}",)],
        [("{%tr endfor %}", 7)],
        [("{%tr endfor %}", 7)],
        [("总分", 2), ("{{ conclusion.total }}", 5)],
        [("偏差大或目标未完成原因分析", 2), ("{{ conclusion.reasons }}", 5, TEXT)],
        [("改进措施及结果应用方案", 2), ("{{ conclusion.measures }}", 5, TEXT)],
    ]  # fmt: skip
    add_grid(document, widths, rows, heights={15: 24, 16: 24})
    add_texts(document, "备注：1. 预算数为调整后的财政资金总额，含上年结余结转；执行数为资金使用单位的财政资金实际支出数。",
              "2. 定量指标由几处汇总的，先汇总再计分。正向指标得分 = 分值 × B ÷ A，反向指标得分 = 分值 × A ÷ B，不超过分值。",
              "3. 定性指标分达成、部分达成、未达成三档，得分值的 100%–80%、80%–50%、50%–0。", style=TEXT)  # fmt: skip
    add_texts(document, "", "{%p if not form.public %}", "填报人：{{ filing.prepared_by }}　　联系电话：{{ filing.phone }}",
              "{%p endif %}", "{%p for line in form.lines %}", "{{ line }}", "{%p endfor %}", style="签章")  # fmt: skip
    add_appendix(document, (20, 60, 90))
    return document


# The folder of the form, and the file in it: what makes the template.
FORMS = {
    ("suzhou-department", "report"): suzhou_department,
    ("national-project", "report"): national_project,
    ("chongqing-department", "report"): chongqing_department,
    ("hubei-project-goals", "report"): hubei_project_goals,
    ("sichuan-project", "report"): sichuan_project,
    ("sichuan-project", "report-review"): lambda: sichuan_project("review"),
    ("national-transfer", "report"): national_transfer,
    ("hunan-department", "report"): hunan_department,
    ("sichuan-project", "report-approval"): lambda: sichuan_project("review", "approval"),
}

if __name__ == "__main__":
    target = Path(sys.argv[1])
    save(FORMS[target.absolute().parent.parent.name, target.stem](), target)
