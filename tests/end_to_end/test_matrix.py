"""The matrix: one-fault workbooks made from the example by small named mutations, each with the exact codes and cells.

One in sixteen, in a soak every second one, is opened and saved by LibreOffice before it is read. What is asserted is everything
the reading says: the warnings of the clean example, less those that the fault silences (SILENCED), and those of the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from support.example import ALWAYS, document
from support.faults import Pairs, faulty_books, pairs
from support.libreoffice import ALWAYS as RECALCULATED
from support.libreoffice import NEVER, convert
from support.matrix import LAST, MATRIX, read_as
from support.paths import FILLED
from support.surgery import save_alike
from support.sweeps import every
from xlperf import finalize, find_form, load_form, validate

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]


# --- what a hand does to the sheets: openpyxl makes it, LibreOffice computes and saves it ---


def type_cell(title: str, cell: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book[title].__setitem__(cell, value)


def rename_and_reorder(book: openpyxl.Workbook) -> None:
    book["预算信息"].title = "2022预算"
    book.move_sheet("自评表", -3)


def spaced_names(book: openpyxl.Workbook) -> None:
    for row, name in ((14, "绩效管理覆盖率（%）"), (24, "在职人员 控制率"), (29, '"三公经费"变动率')):
        book["自评表"][f"C{row}"] = name


def dashes(book: openpyxl.Workbook) -> None:
    for row in (40, 41, 64):
        for column in "CDEFGHIK":
            book["自评表"][f"{column}{row}"] = "—"
    book["预算信息"]["B12"] = "无"


HANDS: dict[str, tuple[Callable[[openpyxl.Workbook], object], set]] = {
    "a heading retyped": (type_cell("预算信息", "C3", "年初"), {("XL233", ("预算信息!C3",))}),
    "two duties merged": (lambda book: book["重点任务"].merge_cells("B4:B5"), {("XL234", ("重点任务!B4:B5",))}),
    "a row hidden": (lambda book: setattr(book["自评表"].row_dimensions[20], "hidden", True), {("XL235", ("自评表!B20",))}),
    "data below the table": (type_cell("重点任务", "C60", "表外"), {("XL236", ("重点任务!C60",))}),
    "a remark beside a heading": (type_cell("绩效目标", "H2", "注：目标3已批准调整"), {("XL236", ("绩效目标!H2",))}),
    "data beside the table": (type_cell("重点任务", "J3", "旁边"), {("XL236", ("重点任务!J3",))}),
    "protection removed": (lambda book: setattr(book["自评表"].protection, "sheet", False), {("XL238", ())}),
    "a sheet of one's own": (lambda book: book.create_sheet("我的表").__setitem__("A1", "草稿"), {("XL241", ())}),
    "a preset name edited": (type_cell("自评表", "C24", "在职人员控制情况"), {("XL211", ("自评表!C24",))}),
    "a formula replaced, the same value": (type_cell("预算信息", "G5", 0.9599), {("XL237", ("预算信息!G5",))}),
    "a formula replaced, another value": (type_cell("预算信息", "G5", 0.98), {("XL301", ("预算信息!G5",))}),
    "a percent as text over a formula, the same": (type_cell("预算信息", "G5", "95.99%"), {("XL237", ("预算信息!G5",))}),
    "a total typed over, and what follows from it": (type_cell("预算信息", "C4", 545.6), {("XL301", ("预算信息!C4",))}),
    "a formula that fails": (type_cell("预算信息", "G5", "=1/0"), {("XL301", ("预算信息!G5",))}),
    "an actual that is an error": (type_cell("自评表", "H52", "=1/0"), {("XL217", ("自评表!H52",))}),
    "a text that is an error": (type_cell("重点任务", "E13", "=没有的名称"), {("XL217", ("重点任务!E13",))}),
    "a preset name spaced and quoted": (spaced_names, set()),
    "spare rows of dashes": (dashes, set()),
    "a note in a hidden column": (type_cell("重点任务", "F5", "√"), {("XL236", ("重点任务!F5",))}),
    "a line break of Word": (type_cell("基本信息", "B37", "一是细化预算。_x000B_二是加强培训。"), read_as("基本信息!B37")),
    "a sheet without its mark": (lambda book: book["重点任务"].delete_rows(1), {("XL114", ()), ("XL241", ())}),
    "another unit than issued to": (type_cell("基本信息", "C5", "另一个单位"), {("XL240", ("基本信息!C5",)), ("SZ315", ("基本信息!B24",))}),
    "another year than issued for": (type_cell("基本信息", "C3", 2023),
                                     {("XL242", ("基本信息!C3",)), ("SZ403", ("基本信息!B17", "绩效目标!B4", "绩效目标!D10", "重点任务!E4"))}),
}  # fmt: skip

# What the clean example says and a fault silences, by code: its operand is blank, wrong or another now.
AGAINST_BUDGET = ("SZ301", "SZ302")  # 结转结余率 and 支付进度符合率 against the execution rate
WITHOUT_GOAL = ("SZ307!自评表!C61",)  # the row at fault was one of those that no goal mentions
SILENCED: dict[str, tuple[str, ...]] = {
    "goal without completion": ("SZ304",),
    "goal 9 without its completion": ("SZ308!绩效目标!D18",),
    "no goals at all": ("SZ304", "SZ305", "SZ306", "SZ308!绩效目标!D18"),
    "blank actual of 支付进度符合率": ("SZ302",),
    "blank actual of “三公经费”变动率": ("SZ303",),
    "blank actual of 结转结余率": ("SZ301",),
    "a row of noughts": ("SZ303",),
    "an item in yuan": (*AGAINST_BUDGET, "SZ308"),
    "an actual that is an error": ("SZ202!自评表!H52",),
    "a sheet without its mark": ("XL207", "SZ308!重点任务!E12"),
    **dict.fromkeys(("basic spending blank", "item spent blank", "negative initial", "seven decimals", "money is text", "a negative spending", "a spending that may be negative",
                     "spending is a word for nothing", "a large adjustment", "the budget of 基本支出 blank"), AGAINST_BUDGET),
    **dict.fromkeys(("indicator name blank", "operator blank", "target blank", "indicator unit blank", "operator unknown", "kind unknown",
                     f"operator '2' of {LAST}", "two operators", "five decimals", "two indicators of one name"), WITHOUT_GOAL),
}  # fmt: skip


def expected(name: str, new: set) -> Pairs:
    gone = SILENCED.get(name, ())
    return {pair for pair in pairs(ALWAYS) if pair[0] not in gone and "!".join(map(str, pair)) not in gone} | pairs(new)


def said(findings: list[dict]) -> Pairs:
    return pairs({(f["code"], tuple(f["cells"])) for f in findings})


CHANGED, DONE_BY_HAND = every(1, list(MATRIX), usual=8), every(1, list(HANDS), usual=5)
NAMES = [*CHANGED, *DONE_BY_HAND]
TO_BE_FINALIZED = frozenset(every(1, NAMES, usual=5))


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The faulty workbooks by name."""
    folder = tmp_path_factory.mktemp("matrix")
    paths = faulty_books(folder, document(), {name: MATRIX[name][0] for name in CHANGED})
    touched = {}
    for number, name in enumerate(DONE_BY_HAND):
        book = openpyxl.load_workbook(FILLED)
        change, _ = HANDS[name]
        change(book)
        touched[name] = folder / f"hand{number}.xlsx"
        save_alike(book, touched[name])
    saved = convert(touched.values(), folder / "hands", recalculate=RECALCULATED)  # openpyxl left formulas without their results
    return paths | dict(zip(touched, saved, strict=True))


def test_the_matrix_is_large() -> None:
    assert len({*MATRIX, *HANDS}) == len(MATRIX) + len(HANDS) >= 200
    assert SILENCED.keys() <= {*MATRIX, *HANDS}


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_codes_and_cells_of_the_fault(workbooks: dict[str, Path], tmp_path: Path, name: str) -> None:
    """And what has no error and no query can be finalized (one in five is, in a soak all): then there is none either, and the same warnings."""
    path, wanted = workbooks[name], expected(name, (MATRIX | HANDS)[name][1])
    if name not in TO_BE_FINALIZED:
        result = validate(path)
        assert said(result.findings) == wanted
        assert (result.status == "passed") == all(f["severity"] not in ("error", "query") for f in result.findings)
        return
    result = finalize(path, output=tmp_path, date="2023-03-02", report=False)  # the report has tests of its own
    assert said(result.findings) == wanted
    passes = all(f["severity"] not in ("error", "query") for f in result.findings)  # nothing is explained here
    assert bool(result.outputs) == (result.status == "passed") == passes
    if result.outputs:
        again = validate(result.outputs[0])
        assert again.status == "passed" and warnings_of(again.findings) == warnings_of(result.findings)


def test_many_of_them_have_warnings_only() -> None:
    """So that what finalizing keeps is asserted often: errors are all but the codes of the form's warnings and the infos."""
    harmless = {"XL207", "XL210", "XL211", "XL215", "XL216", "XL233", "XL234", "XL235", "XL236", "XL237", "XL238", "XL240", "XL241", "XL242", "XL301",
                *(code for code, rule in load_form(find_form("suzhou-department")).rules.items() if rule.severity != "error")}  # fmt: skip
    assert sum({code for code, _ in new} <= harmless for _, new in (MATRIX | HANDS).values()) >= 70


def test_the_clean_example_saved_by_libreoffice_has_no_new_finding(tmp_path: Path) -> None:
    (saved,) = convert([FILLED], tmp_path, recalculate=NEVER)
    result = validate(saved)
    assert said(result.findings) == pairs(ALWAYS) and result.status == "passed"


def warnings_of(findings: list[dict]) -> list[tuple]:
    return sorted(
        (f["code"], len(f["cells"]), str(f["field"]), f["message"], f["found"], f["expected"])
        for f in findings
        if f["severity"] == "warning"
    )
