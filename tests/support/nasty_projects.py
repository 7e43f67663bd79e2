"""The same of a form of which a unit files several: a list with a line for each project, and boards that say which is still owed.

desk = ProjectDesk(folder)
desk.send(0)
collect([desk.inbox], output=desk.out, roster=desk.roster, form=PROJECT_FORM, year=PROJECT_YEAR)
assert lines_of_board() == board_of("项目0")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support.paths import EXAMPLES
from support.rosters import written
from support.surgery import rewrite, type_into
from xlperf import decide

PROJECT_FORM, PROJECT_YEAR = "national-project", 2022
EXAMPLE = EXAMPLES / "national-project-2022" / "filled.xlsx"
UNIT, PROJECT, PERSON = "江州市中小企业服务中心", "中小企业数字化培训服务", "周宁"  # of the example
FAULTY = "项目资金!E6"  # an amount
SCAN = b"%PDF-1.7 a scan"


class Workbook(NamedTuple):
    """One that arrives: its project, who filled it in, whether an amount is none."""

    project: str
    person: str = PERSON
    is_faulty: bool = False


class Filer(NamedTuple):
    """A unit with its projects on the list, and what of it arrives in each round: a workbook, None for a scan."""

    name: str
    odd: str
    projects: tuple[str, ...]
    sent: tuple[Mapping[str, Workbook | None], ...]


FILERS = (
    Filer("甲子中心", "both at once", ("甲项目一期", "甲项目二期"), ({"甲一.xlsx": Workbook("甲项目一期"), "甲二.xlsx": Workbook("甲项目二期")},)),
    Filer("乙丑中心", "one after the other", ("乙项目一期", "乙项目二期"), ({"乙一.xlsx": Workbook("乙项目一期")}, {"乙二.xlsx": Workbook("乙项目二期")})),
    Filer("丙寅中心", "another name than on the list", ("丙项目一期",), ({"丙.xlsx": Workbook("丙项目一其")}, {"丙改.xlsx": Workbook("丙项目一期")})),
    Filer("丁卯中心", "a scan of the second", ("丁项目一期", "丁项目二期"),
          ({"丁卯中心/1.xlsx": Workbook("丁项目一期"), "丁卯中心/丁项目二期.pdf": None}, {"丁卯中心/2.xlsx": Workbook("丁项目二期")})),
    Filer("戊辰中心", "let off and no longer", ("戊项目一期", "戊项目二期"),
          ({}, {}, {"戊.xlsx": Workbook("戊项目一期", is_faulty=True)}, {"戊改.xlsx": Workbook("戊项目一期"), "戊二.xlsx": Workbook("戊项目二期")})),
    Filer("己巳中心", "the same project twice, differently", ("己项目一期",), ({"己.xlsx": Workbook("己项目一期"), "己又.xlsx": Workbook("己项目一期", "李明")},)),
)  # fmt: skip
PROJECT_DECISIONS: tuple[tuple[Mapping[str, Any], ...], ...] = (
    ({"unit": "戊辰中心", "kind": "exempt", "reason": "资金已收回"},), ({"unit": "戊辰中心", "kind": "exempt", "undo": True},), (), (),
)  # fmt: skip


class ProjectDesk:
    """The folder of the bureau: a list with a line for each project, inbox, collection."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inbox, self.out = folder, folder / "项目收到", folder / "项目汇集"
        self.inbox.mkdir()
        lines = [
            f"{filer.name},{201 + at},市甲委,{project},{filer.name[:2]}科"
            for at, filer in enumerate(FILERS)
            for project in filer.projects
        ]
        self.roster = written(folder / "项目名单.csv", "单位名称,单位代码,主管部门,项目名称,联系人\n" + "\n".join(lines) + "\n")

    def send(self, at: int) -> None:
        """Put into the inbox what arrives in that round."""
        for filer in FILERS:
            for name, book in filer.sent[at].items() if at < len(filer.sent) else ():
                path = self.inbox / name
                assert not path.exists(), path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self._made(filer.name, book) if book else SCAN)

    def decide(self, at: int) -> None:
        """Take the decisions that the bureau takes after that round."""
        for decision in PROJECT_DECISIONS[at]:
            decide(self.out, by="张三", **decision)

    def _made(self, unit: str, book: Workbook) -> bytes:
        words: Sequence[tuple[str, str]] = ((UNIT, unit), (PROJECT, book.project), (PERSON, book.person))

        def changed(part: str, content: bytes) -> bytes:
            for old, new in words:
                content = content.replace(old.encode(), new.encode())
            return content

        path = rewrite(EXAMPLE, self.folder / "project.xlsx", changed)
        return (type_into(path, self.folder / "faulty.xlsx", {FAULTY: "待定"}) if book.is_faulty else path).read_bytes()
