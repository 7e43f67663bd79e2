"""A crowd of workbooks, all different, made fast: values are changed in the zipped XML of a few that were really filled in.

    crowd = make_crowd(Path("收到"), 5000, faulty=0.02, hostile=0.005)
    crowd["00/00017.xlsx"]      # what has to be found in it: codes with cells; None for a hostile file

Unit, code, texts and amounts differ from workbook to workbook; sums and rates are as a spreadsheet program would have left
them. Each workbook is a few parts appended to a copy of the zip that holds all the others.
"""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from support.example import document
from support.faults import pairs
from support.filled import lay_filled
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.surgery import part_of

MARK = "苏州市〇〇〇〇〇单位"
CODE = "990990"
PARAGRAPH = "某某某某某某段落{}"
CHARACTERS = "科学技术研究开发服务企业成果转化培训推广检测平台建设管理项目资金绩效目标任务完成质量时效成本社会经济生态效益满意度制度落实组织实施监督评价改进措施问题原因分析预算执行支出收入编制人员资产采购合同"
GUIDE, BUDGET, TEXTS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet4.xml", "xl/sharedStrings.xml"
MONEY = re.compile(rb'(<c r="[C-F]\d+"(?: s="\d+")?>(?:<f>[^<]*</f>)?<v>)(-?[\d.]+)(</v>)')  # no text, which has a type
FAULTS = ("basic spending blank", "item 1 spends more than it has", "operator unknown", "actual is no number: '四'", "actual may be two: '4-5'",
          "date may be two: '2023-02-30'", "a ratio for a percent", "a negative spending", "five decimals", "a row of noughts",
          "reason of 预算执行率 missing", "unit of 固定资产利用率 blank", "blank actual of 固定资产利用率", "goal 1 without its completion",
          "task 1 without a name", "a placeholder as a name", "percent '100%'", "cover without phone", "low execution", "unit blank")  # fmt: skip
TOLD = "SZ312"  # that the text tells other figures than the table: the texts are replaced
Expected = dict[str, set | None]


class Base:
    """One workbook that was filled in: the zip without the parts that change, and those parts."""

    def __init__(self, path: Path) -> None:
        rest = BytesIO()
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(rest, "w", zipfile.ZIP_DEFLATED) as copy:
            self.parts = {name: source.read(name) for name in (GUIDE, BUDGET, TEXTS)}
            for name in source.namelist():
                if name not in self.parts:
                    copy.writestr(name, source.read(name))
        self.rest = rest.getvalue()

    def write(self, path: Path, number: int, unit: str | None = None, code: str | None = None) -> None:
        """The workbook of one unit."""
        chosen, factor = random.Random(number), 1 + number / 100
        texts = {MARK: unit or f"苏州市{number:05}单位", CODE: code or f"{number:06}"}
        texts |= {PARAGRAPH.format(i): "".join(chosen.choices(CHARACTERS, k=120)) for i in range(7)}
        path.write_bytes(self.rest)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for name, content in self.parts.items():
                if name == BUDGET:
                    content = MONEY.sub(
                        lambda found: found[1] + b"%.10g" % round(float(found[2]) * factor, 4) + found[3], content
                    )
                for old, new in texts.items():
                    content = content.replace(old.encode(), new.encode())
                package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def plain_document() -> dict:
    """The example with texts that are to be replaced."""
    doc = document()
    doc["cover"] |= {"unit": MARK, "unit_code": CODE}
    doc["narrative"] = {key: PARAGRAPH.format(i) for i, key in enumerate(doc["narrative"])}
    return doc


def make_crowd(folder: Path, count: int, faulty: float = 0.02, hostile: float = 0.005, hostiles: Sequence[str] = ()) -> Expected:
    """Write so many files into folders of a hundred; return by path what has to be found in each.

    `hostiles` come first among the hostile ones, in however small a crowd.
    """
    expected: Expected = {}
    with_fault, without_sense = round(count * faulty), max(round(count * hostile), len(hostiles))
    places = random.Random(count).sample(range(count), with_fault + without_sense)
    kinds = dict(
        zip(
            places,
            [*_cycle(FAULTS, with_fault), *_cycle([*hostiles, *sorted(BUILDERS.keys() - set(hostiles))], without_sense)],
            strict=True,
        )
    )
    bases: dict[str | None, Base] = {}
    for number in range(count):
        path, kind = folder / f"{number // 100:02}" / f"{number:05}.xlsx", kinds.get(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.relative_to(folder).as_posix()
        if kind in BUILDERS:
            BUILDERS[kind](path)
            expected[name] = None
            continue
        if kind not in bases:
            bases[kind] = make_base(kind, folder)
        bases[kind].write(path, number)
        expected[name] = {(code, place) for code, place in pairs(MATRIX[kind][1]) if code != TOLD} if kind else set()
    return expected


def _cycle(names: tuple[str, ...] | list[str], count: int) -> Iterator[str]:
    return (names[i % len(names)] for i in range(count))


def make_base(fault: str | None, folder: Path) -> Base:
    doc = plain_document()
    if fault:
        MATRIX[fault][0](doc)
    path = folder / "base.xlsx"
    lay_filled(doc, path, date="2023-03-01")
    assert part_of(path, "预算信息") == BUDGET
    base = Base(path)
    path.unlink()
    return base


def found_in(findings: list[dict] | tuple) -> set:
    return pairs({(finding["code"], tuple(finding["cells"])) for finding in findings})
