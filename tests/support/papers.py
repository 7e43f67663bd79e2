"""Reports as a person types them in Word: the sections and tables of the specimen, in variations."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table

from support.paths import EXAMPLE
from xlperf import load_document

FINALIZED = load_document(EXAMPLE / "finalized.json")
TITLE = "苏州市市级预算部门（单位）整体支出预算绩效自评报告"
HEADINGS = {
    "unit": "预算部门名称", "duties": "年度履职目标完成情况", "profile": "部门（单位）概况",
    "goals": "部门（单位）整体支出绩效实现情况", "problems": "部门（单位）整体支出绩效中存在问题及改进措施",
    "application": "绩效自评结果拟应用和公开情况", "budget": "预算信息", "tasks": "年度重点任务", "indicators": "部门整体自评表",
}  # fmt: skip
BUDGET = (
    "本年度预算资金（万元）",
    "年初预算数（万元）",
    "上年度结转及当年预算追加追减数(万元）",
    "调整预算数（万元）",
    "实际支出数（万元）",
    "执行率（%)",
)
TASKS = ("对应部门主要职责", "任务名称", "主要内容", "完成情况")
INDICATORS = ("类别", "指标名称", "指标目标值", "指标完成值", "完成值来源", "偏差情况", "原因分析")
NUMERALS = "一二三四五六七八九十"
NUMBERINGS: dict[str, Callable[[int], str]] = {
    "chinese": lambda n: f"{NUMERALS[n - 1]}、", "digits": lambda n: f"{n}、", "points": lambda n: f" {n}. ",
    "brackets": lambda n: f"（{NUMERALS[n - 1]}）", "half": lambda n: f"({n})", "none": lambda n: "",
}  # fmt: skip


@dataclass(frozen=True)
class Typing:
    """How somebody types: numbering, order of columns, sections left out, what else stands in the document."""

    numbering: str = "chinese"
    styled: bool = False  # headings in a heading style
    colon: str = "："
    shuffled: int = 0  # the seed by which the columns stand in another order
    omitted: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()  # paragraphs before the title, and behind the last section if that is a table
    extra_column: str = ""
    merged: bool = True
    run_together: bool = False  # a goal in one paragraph
    split_runs: bool = False
    side_label: bool = False  # the merged cell beside the indicators


def write_paper(document: Mapping, path: Path, typing: Typing = Typing()) -> Path:
    """Type a finalized document (its computed fields filled) as a report."""
    paper = docx.Document()
    for text in typing.extra:
        paper.add_paragraph(text)
    paper.add_paragraph(TITLE)
    paper.add_paragraph(f"（{document['fiscal_year']}年度）")
    sections = [key for key in HEADINGS if key not in typing.omitted]
    for number, key in enumerate(sections, 1):
        _section(paper, document, key, number, typing)
    for text in typing.extra if sections and sections[-1] in ("budget", "tasks", "indicators") else ():
        paper.add_paragraph(text)
    paper.save(path)
    return path


def _section(paper: Document, document: Mapping, key: str, number: int, typing: Typing) -> None:
    heading = NUMBERINGS[typing.numbering](number) + HEADINGS[key]
    style = "Heading 1" if typing.styled else None
    narrative = document["narrative"]
    if key == "unit":
        _type(paper, f"{heading}{typing.colon}{document['cover']['unit']}", typing)
        return
    paper.add_paragraph(heading, style)
    if key in ("duties", "profile", "application"):
        _type(paper, narrative.get(key, "无"), typing)
    elif key == "problems":
        _type(paper, "整体支出绩效中存在的问题", typing)
        _type(paper, narrative.get("problems", "无"), typing)
        _type(paper, "针对整体支出绩效中存在问题的改进措施", typing)
        _type(paper, narrative.get("measures", "无"), typing)
    elif key == "goals":
        _type(paper, narrative.get("overview", "无"), typing)
        for at, goal in enumerate(document.get("goals", ()), 1):
            parts = (f"{at}.对年度绩效目标{at}的分析", f"预期目标{typing.colon}{goal.get('expected', '')}",
                     f"完成情况{typing.colon}{goal.get('actual', '')}")  # fmt: skip
            for text in ["".join(parts)] if typing.run_together else parts:
                _type(paper, text, typing)
    elif key == "budget":
        parts = document["budget"]
        rows = [
            parts["total"] | {"name": "预算总金额"},
            parts["basic"] | {"name": "基本支出"},
            parts["project"] | {"name": "项目支出"},
        ]
        keys = ("name", "initial", "adjustment", "adjusted", "spent", "rate")
        cells = [[_shown(row, name) for name in keys] for row in [*rows, *parts.get("items", ())]]
        _table(paper, BUDGET, cells, typing)
    elif key == "tasks":
        cells = [[row.get(name, "") for name in ("duty", "task", "content", "completion")] for row in document.get("tasks", ())]
        _merge(_table(paper, TASKS, cells, typing), TASKS, "对应部门主要职责", typing)
    else:
        keys = ("category", "name", "target_text", "actual_text", "source", "deviation_text", "reason")
        cells = [[row.get(name, "") for name in keys] for row in document["indicators"]]
        _merge(_table(paper, INDICATORS, cells, typing), INDICATORS, "类别", typing)


def _shown(row: Mapping, key: str) -> str:
    value = row.get(key, "")
    if key == "rate" and value != "":
        return f"{value:.2%}"
    return value if isinstance(value, str) else f"{value:.6f}".rstrip("0").rstrip(".")


def _type(paper: Document, text: str, typing: Typing) -> None:
    for line in text.split("\n"):
        paragraph = paper.add_paragraph()
        step = 3 if typing.split_runs else max(1, len(line))
        for at in range(0, len(line), step):
            paragraph.add_run(line[at : at + step]).bold = typing.split_runs and at % 2 == 0


def _order(headings: Sequence[str], typing: Typing) -> list[int]:
    order = list(range(len(headings)))
    if typing.shuffled:
        random.Random(typing.shuffled).shuffle(order)
    return order


def _table(paper: Document, headings: Sequence[str], rows: Iterable[Sequence[str]], typing: Typing) -> Table:
    order, rows = _order(headings, typing), list(rows)
    extra = [typing.extra_column] if typing.extra_column else []
    table = paper.add_table(1 + len(rows), len(headings) + len(extra))
    for cell, text in zip(table.rows[0].cells, [headings[at] for at in order] + extra, strict=True):
        cell.text = text
    for number, row in enumerate(rows, 1):
        for cell, text in zip(
            table.rows[number].cells, [row[at] for at in order] + [f"{text}{number}" for text in extra], strict=True
        ):
            cell.text = text
    return table


def _merge(table: Table, headings: Sequence[str], heading: str, typing: Typing) -> None:
    """Merge the cells of a column that say the same as the one above, as people do."""
    if not typing.merged:
        return
    column = [headings[at] for at in _order(headings, typing)].index(heading)
    cells = [row.cells[column] for row in table.rows]
    first = 1
    for at in range(2, len(cells) + 1):
        if at == len(cells) or cells[at].text not in ("", cells[first].text):
            for cell in cells[first + 1 : at]:
                cell.text = ""
            if at - first > 1:
                text = cells[first].text
                cells[first].merge(cells[at - 1]).text = text
            first = at


def beside_evidence(result) -> list:
    """The findings of an import behind the one that tells first as what it was read, which is always there."""
    first, *others = result.findings
    assert (first["code"], first["severity"]) == ("XL428", "info")
    assert "XL428" not in {finding["code"] for finding in others}
    return others


def wrap(element, name: str):
    """Put an element into a new one of that name (a tracked change, a content control) and return the new one."""
    outer = OxmlElement(name)
    if name in ("w:ins", "w:del"):
        outer.set(qn("w:id"), "1")
        outer.set(qn("w:author"), "某人")
    element.addprevious(outer)
    outer.append(element)
    return outer


def add_list(paper, *levels: tuple[str, str] | str, overrides: dict[int, int] | None = None, like: str = "") -> str:
    """Define a list, each level by its format and text (or by all its XML), and return its number; `like` another, of its definition."""
    root = paper.part.numbering_part.element
    if not like:
        like = str(9000 + len(root))
        inner = "".join(f'<w:lvl w:ilvl="{at}">' + (level if isinstance(level, str) else
                        f'<w:start w:val="1"/><w:numFmt w:val="{level[0]}"/><w:lvlText w:val="{level[1]}"/>') + "</w:lvl>"
                        for at, level in enumerate(levels))  # fmt: skip
        root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{like}">{inner}</w:abstractNum>'))
    key = str(5000 + len(root))
    starts = "".join(
        f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for at, start in (overrides or {}).items()
    )
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{key}"><w:abstractNumId w:val="{like}"/>{starts}</w:num>'))
    return key


def number(paragraph, key: str, level: int = 0) -> None:
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{key}"/></w:numPr>')
    )
