"""The matrix: one-fault workbooks made from the example by small named mutations, each with the exact codes and cells.

Every second one is opened and saved by LibreOffice before it is read. What is asserted is everything the reading says:
the warnings of the clean example, less those that the fault silences (SILENCED), and those of the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from faults import Pairs, faulty_books, pairs
from libreoffice import ALWAYS as RECALCULATED
from libreoffice import NEVER, convert
from test_findings import ALWAYS, FAULTS, FILLED, document, indicator

import xlperf.workflow.process
from xlperf import finalize, find_form, load_form, validate

pytestmark = pytest.mark.libreoffice
ROWS = {row["name"]: 5 + index for index, row in enumerate(document()["indicators"][:31])}  # preset rows, as they stand
COMPUTED = ("预算调整率", "预算执行率")
FREE = {"优化营商环境": 36, "企业研发周期": 38, "企业技术进步": 39, "服务企业满意度": 66}
LAST = "科技合作交流活动"  # row 79: =4场, 4场
ASSETS = "固定资产利用率"  # row 19: =100%, 100%
REASON = "统计口径按上级要求作了调整"


def blank_actual(name: str) -> Callable[[dict], None]:
    return lambda d: indicator(d, name).pop("actual")


def blank(table: str, number: int, key: str) -> Callable[[dict], None]:
    return lambda d: d[table][number].pop(key)


def set_in(row: str, **values: object) -> Callable[[dict], None]:
    return lambda d: indicator(d, row).update(values)


def cover(**values: object) -> Callable[[dict], None]:
    return lambda d: d["cover"].update(values)


def item(number: int, **values: object) -> Callable[[dict], None]:
    return lambda d: d["budget"]["items"][number].update(values)


def narrative(**values: str) -> Callable[[dict], None]:
    return lambda d: d["narrative"].update(values)


def read_as(*cells: str) -> set:
    """What is normalised, and nothing else."""
    return {("XL210", cells)}


MATRIX: dict[str, tuple[Callable, set]] = dict(FAULTS)
# --- blanks and junk ---
MATRIX |= {f"blank actual of {name}": (blank_actual(name), {("XL201", (f"自评表!H{row}",))})
           for name, row in (ROWS | FREE).items() if name not in COMPUTED}  # fmt: skip
MATRIX |= {f"blank target of {name}": (set_in(name, target=None), {("XL201", (f"自评表!F{row}",))})
           for name, row in list(ROWS.items())[:6]}  # fmt: skip
MATRIX |= {f"reason of {name} missing": (set_in(name, reason=None), {("SZ201", (f"自评表!L{row}",))})
           for name, row in (("预算调整率", 31), ("预算执行率", 32), ("非税收入预算完成率", 35), ("技术经纪人培训", 70), ("培育技术经纪人", 72),
                             ("全市技术合同成交额", 74), ("受理成果转化项目", 75), ("组织形式多样的产学研活动", 76),
                             ("科技镇长团各类会议", 77), ("高新技术企业的受理", 80))}  # fmt: skip
MATRIX |= {f"reason is {junk!r}": (set_in("集聚仪器资源", reason=junk), {(code, ("自评表!L71",))})
           for code, words in (("SZ201", ("0", "无", "同上", "   ")),
                               ("SZ204", ("——", "略", "/", "－", "0%", "无。", "超额", "12345", "见上。", "无偏差", "哈哈哈哈")))
           for junk in words}  # fmt: skip
MATRIX |= {f"goal {number + 1} without its completion": (blank("goals", number, "actual"), {("XL201", (f"绩效目标!D{10 + number}",))})
           for number in (0, 2, 8, 9)}  # fmt: skip
MATRIX |= {f"task {number + 1} without a name": (blank("tasks", number, "task"), {("XL201", (f"重点任务!C{4 + number}",))})
           for number in range(0, 10, 2)}  # fmt: skip
MATRIX |= {f"cover without {key}": (lambda d, key=key: d["cover"].pop(key), {("XL207", (f"基本信息!C{row}",))})
           for row, key in enumerate(("unit_code", "supervisor", "prepared_by", "phone", "prepared_on"), 6)}  # fmt: skip
MATRIX |= {f"actual is {nothing!r}": (set_in(LAST, actual=nothing), {("XL201", ("自评表!H79",))})
           for nothing in ("—", "无", "/", "……", "暂无")}  # fmt: skip
MATRIX |= {
    "an actual nobody can see": (set_in("企业技术进步", actual="\u200b"), {("XL201", ("自评表!H39",))}),
    "a unit of spaces": (cover(unit=" \u3000"), {("XL201", ("基本信息!C5",))}),
    "spending is a word for nothing": (item(1, spent="无"), {("XL201", ("预算信息!F8",))}),
    "a completion is a slash": (lambda d: d["tasks"][1].update(completion="/"), {("XL201", ("重点任务!E5",))}),
    "not applicable, reason is a dash": (set_in("政府采购执行率", applies="不适用", actual=None, reason="—"), {("SZ204", ("自评表!L34",))}),
}  # fmt: skip
# --- spellings ---
MATRIX |= {f"operator {typed!r}": (set_in(LAST, operator=typed), read_as("自评表!E79"))
           for typed in ("≥", "≧", "不低于", "＝", " 不少于 ", "大于等于", "≤", "不超过")}  # fmt: skip
MATRIX |= {
    f"operator {typed!r} of {name}": (set_in(name, operator=typed), {("XL203", (f"自评表!E{row}",))})
    for typed, name, row in (("~", "政府采购执行率", 34), ("≈", ASSETS, 19), ("左右", "在职人员控制率", 24), ("2", LAST, 79))
}
MATRIX |= {f"actual {typed!r}": (set_in(LAST, actual=typed), read_as("自评表!H79"))
           for typed in ("4场", "４", "4\u00a0场", " 4 ", "4.0", "４．０", "=4场")}  # fmt: skip
MATRIX |= {f"target {typed!r}": (set_in(LAST, target=typed), read_as("自评表!F79")) for typed in ("4场", "=4", "４场")}
MATRIX |= {f"percent {typed!r}": (set_in(ASSETS, actual=typed), read_as("自评表!H19")) for typed in ("100%", "100％", "100.00%", "1000‰")}
MATRIX |= {f"unit {typed!r}": (set_in(ASSETS, unit=typed), read_as("自评表!G19")) for typed in ("％", "百分比")}
MATRIX |= {f"date {typed!r}": (cover(prepared_on=typed), read_as("基本信息!C10"))
           for typed in ("2023年3月1日", "2023.3.1", "20230301", "2023/3/1", "二〇二三年三月一日")}  # fmt: skip
MATRIX |= {
    "operator in the target's cell": (set_in(LAST, operator=None, target=">=4场"), read_as("自评表!F79")),
    "everything in the target's cell": (set_in(LAST, operator=None, unit=None, target="=4场"), read_as("自评表!F79")),
    "money as full-width text": (item(0, initial="２.64"), read_as("预算信息!C7")),
    "money with its unit": (item(0, initial="2.64万元"), read_as("预算信息!C7")),
    "percentages of a quality": (lambda d: d["indicators"][0].update(target="100%", actual="100%"), set()),
    "money in yuan, said so": (item(0, initial="26400元"), read_as("预算信息!C7")),
    "an adjustment of a dash": (item(0, adjustment="—"), read_as("预算信息!D7")),
    "a code in full width": (cover(unit_code="００１２３"), read_as("基本信息!C6")),
    "an invisible character in a grade": (lambda d: d["indicators"][0].update(actual="健\u200b全"), read_as("自评表!H5")),
    "a kind with a space": (set_in(LAST, kind="定 量"), read_as("自评表!D79")),
    "ten thousand yuan for 亿元": (set_in("全市技术合同成交额", actual="8687800万元"), read_as("自评表!H74")),
    "a letter for a nought": (set_in(LAST, target=10, actual="1O"), read_as("自评表!H79")),
}  # fmt: skip
# --- what may mean two things, what means nothing ---
MATRIX |= {f"actual may be two: {typed!r}": (set_in(LAST, actual=typed), {("XL209", ("自评表!H79",))})
           for typed in ("4-5", "1,23", "4家", "4%", "(4)")}  # fmt: skip
MATRIX |= {f"date may be two: {typed!r}": (cover(prepared_on=typed), {("XL209", ("基本信息!C10",))})
           for typed in ("03/04/2023", "2023年3月", "2023-02-30")}  # fmt: skip
MATRIX |= {f"actual is no number: {typed!r}": (set_in(LAST, actual=typed), {("XL202", ("自评表!H79",))}) for typed in ("四", "约4", "若干")}
MATRIX |= {
    "two operators": (set_in(LAST, target="≥4"), {("XL209", ("自评表!F79",))}),
    "a ratio for a percent": (set_in(ASSETS, actual=0.96, reason=REASON), {("XL215", ("自评表!H19",))}),
    "one for a hundred percent": (set_in(ASSETS, actual=1, reason=REASON), {("XL215", ("自评表!H19",))}),
    "the budget of 基本支出 blank": (lambda d: d["budget"]["basic"].pop("initial"), {("XL201", ("预算信息!C5",))}),
    "a grade with a full stop": (set_in("工作计划制定健全性", actual="健全。"), {("SZ201", ("自评表!L5",))}),
    "a brand of words for a unit": (set_in("集聚仪器资源", actual="58200台（套）"), read_as("自评表!H71")),
    "an amount as text in another unit": (set_in("全市技术合同成交额", actual="8687800"),
                                          {("XL210", ("自评表!H74",)), ("XL216", ("自评表!H74",)), ("SZ304", ("绩效目标!D12", "自评表!H74"))}),
    "an item in yuan": (item(0, initial=26400, spent=26400), {("XL216", ("预算信息!C7", "预算信息!F7"))}),
    "a spending that may be negative": (item(0, spent="▲2.64"), {("XL209", ("预算信息!F7",))}),
    "a negative spending": (item(0, spent=-1), {("XL204", ("预算信息!F7",))}),
    "five decimals": (set_in(LAST, target=4.00001), {("XL206", ("自评表!F79",))}),
    "another word than offered": (set_in("政府采购执行率", applies="是"), {("XL203", ("自评表!M34",))}),
    "a grade misspelt": (set_in("工作计划制定健全性", actual="建全"), {("SZ201", ("自评表!L5",))}),
}  # fmt: skip
MATRIX |= {
    f"unit of {name} blank": (set_in(name, unit=None), {("XL201", (f"自评表!G{row}",))})
    for name, row in (("绩效管理覆盖率", 14), (ASSETS, 19), ("在职人员控制率", 24), ("政府采购执行率", 34))
}
# --- rules ---
MATRIX |= {
    f"item {number + 1} spends more than it has": (item(number, spent=spent), {("SZ101", (f"预算信息!F{7 + number}",))})
    for number, spent in ((0, 2.65), (2, 16.82), (3, 0.83))
}
MATRIX |= {
    "low execution": (lambda d: d["budget"]["basic"].update(spent=500), {("SZ102", ("预算信息!G4", "预算信息!G5"))}),
    "a large adjustment": (lambda d: d["budget"]["basic"].update(adjustment=-160, spent=356.57), {("SZ103", ("预算信息!D5",))}),
    "a total among the items": (lambda d: d["budget"]["items"].append({"name": "合 计", "initial": 29, "adjustment": -3.25, "spent": 24.94}),
                                {("SZ105", ("预算信息!B12",))}),
    "a row of noughts": (item(1, initial=0, adjustment=None, spent=0), {("SZ104", ("预算信息!F8",))}),
    "an item twice": (lambda d: d["budget"]["items"].append({"name": "体检  经费", "adjustment": 0.01, "spent": 0}), {("SZ108", ("预算信息!B11", "预算信息!B12"))}),
    "two indicators of one name": (set_in(LAST, name="科技镇长团各类会议"), {("SZ205", ("自评表!C77", "自评表!C79"))}),
    "over-fulfilled by half": (set_in(LAST, actual=6, reason="各处室加办活动"), {("SZ202", ("自评表!H79",))}),
    "a target missed": (set_in("高企年度发展情况报表统计", actual=10000, reason=None),
                        {("SZ201", ("自评表!L67",)), ("SZ304", ("绩效目标!D16", "自评表!H67"))}),
    "a placeholder as a name": (set_in("企业技术进步", name="指标1"), {("SZ402", ("自评表!C39",))}),
    "a grade left to choose": (set_in("企业技术进步", target="好坏", actual="好坏"), {("SZ402", ("自评表!F39", "自评表!H39"))}),
    "XX in a goal": (lambda d: d["goals"][9].update(expected="平台建设与运行XX"), {("SZ402", ("绩效目标!C19",))}),
    "dots in a task": (lambda d: d["tasks"][9].update(completion="平台建设与运行……"), {("SZ402", ("重点任务!E13",))}),
    "a task left unnamed": (lambda d: d["tasks"][0].update(task="任务1"), {("SZ402", ("重点任务!C4",))}),
    "a bookmark in the text": (narrative(application="[bookmark: _GoBack]结果用于改进管理，按要求公开。"), {("SZ402", ("基本信息!B44",))}),
    "a prompt left in place": (narrative(measures="请填写内容"), {("SZ401", ("基本信息!B37",))}),
    "last year's year": (narrative(application="2021年度自评结果用于改进管理，按要求公开。"), {("SZ403", ("基本信息!B44",))}),
    "no problems beside a low rate": (narrative(problems="暂无问题"), {("SZ309", ("基本信息!B31", "自评表!H35"))}),
    "a category without a row": (lambda d: d.update(indicators=[r for r in d["indicators"] if r["category"] != "满意度"]),
                                 {("SZ206", ("自评表!C66",))}),
    "no goals at all": (lambda d: d.update(goals=[]), {("SZ307", tuple(f"自评表!C{row}" for row in (67, 70, 71, 74, 75, 76, 77, 80)))}),
}  # fmt: skip

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
    for row in (40, 41, 82):
        for column in "CDEFGHJL":
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
    "an actual that is an error": (type_cell("自评表", "H70", "=1/0"), {("XL217", ("自评表!H70",))}),
    "a text that is an error": (type_cell("重点任务", "E13", "=没有的名称"), {("XL217", ("重点任务!E13",))}),
    "a preset name spaced and quoted": (spaced_names, set()),
    "spare rows of dashes": (dashes, set()),
    "a note in a hidden column": (type_cell("重点任务", "F5", "√"), {("XL236", ("重点任务!F5",))}),
    "a line break of Word": (type_cell("基本信息", "B37", "一是细化预算。_x000B_二是加强培训。"), read_as("基本信息!B37")),
    "a sheet without its mark": (lambda book: book["重点任务"].delete_rows(1), {("XL114", ()), ("XL241", ())}),
    "another unit than issued to": (type_cell("基本信息", "C5", "另一个单位"), {("XL240", ("基本信息!C5",))}),
    "another year than issued for": (type_cell("基本信息", "C3", 2023),
                                     {("XL242", ("基本信息!C3",)), ("SZ403", ("基本信息!B17", "绩效目标!B4", "绩效目标!D10", "重点任务!E4"))}),
}  # fmt: skip

# What the clean example says and a fault silences, by code: its operand is blank, wrong or another now.
AGAINST_BUDGET = ("SZ301", "SZ302")  # 结转结余率 and 支付进度符合率 against the execution rate
WITHOUT_GOAL = ("SZ307!自评表!C79",)  # the row at fault was one of those that no goal mentions
SILENCED: dict[str, tuple[str, ...]] = {
    "goal without completion": ("SZ304",),
    "goal 9 without its completion": ("SZ308!绩效目标!D18",),
    "no goals at all": ("SZ304", "SZ305", "SZ306", "SZ308!绩效目标!D18"),
    "blank actual of 支付进度符合率": ("SZ302",),
    "blank actual of “三公经费”变动率": ("SZ303",),
    "blank actual of 结转结余率": ("SZ301",),
    "a row of noughts": ("SZ303",),
    "an item in yuan": (*AGAINST_BUDGET, "SZ308"),
    "an actual that is an error": ("SZ202!自评表!H70",),
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


NAMES = [*MATRIX, *HANDS]
PARTS = 2  # the workbooks are made in as many parts as there are processes
PART = {name: number * PARTS // len(NAMES) for number, name in enumerate(NAMES)}


def group(part: int) -> pytest.MarkDecorator:
    return pytest.mark.xdist_group(f"matrix {part}")


@pytest.fixture(scope="session")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The faulty workbooks by name, a part at a time; every second one saved by LibreOffice."""
    made: dict[str, Path] = {}

    def workbook(name: str) -> Path:
        if name not in made:
            made.update(make(PART[name], tmp_path_factory.mktemp("matrix")))
        return made[name]

    return workbook


def make(part: int, folder: Path) -> dict[str, Path]:
    names = [name for name in NAMES if PART[name] == part]
    paths = faulty_books(folder, document(), {name: MATRIX[name][0] for name in names if name in MATRIX})
    touched = {}
    for name in (name for name in names if name in HANDS):
        book = openpyxl.load_workbook(FILLED)
        HANDS[name][0](book)
        touched[name] = folder / f"hand{len(touched)}.xlsx"
        book.save(touched[name])
    if touched:  # openpyxl left the formulas without their results
        paths |= dict(zip(touched, convert(touched.values(), folder / "hands", recalculate=RECALCULATED), strict=True))
    return paths


def test_the_matrix_is_large() -> None:
    assert len(NAMES) == len(MATRIX) + len(HANDS) >= 200
    assert SILENCED.keys() <= set(NAMES)


@pytest.mark.parametrize("name", [pytest.param(name, marks=group(PART[name])) for name in NAMES])
def test_exactly_the_codes_and_cells_of_the_fault(workbooks: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                  name: str) -> None:  # fmt: skip
    """And what has no error is finalized; the result has none either, and exactly the submission's warnings."""
    monkeypatch.setattr(xlperf.workflow.process, "has_report", lambda form: False)  # the Word report has tests of its own
    path, wanted = workbooks(name), expected(name, (MATRIX | HANDS)[name][1])
    result = finalize(path, output=tmp_path, date="2023-03-02")
    assert said(result.findings) == wanted
    assert bool(result.outputs) == (result.status == "passed") == all(f["severity"] != "error" for f in result.findings)
    if result.outputs:
        again = validate(result.outputs[0])
        assert again.status == "passed" and warnings_of(again.findings) == warnings_of(result.findings)


def test_many_of_them_have_warnings_only() -> None:
    """So that what finalizing keeps is asserted often: errors are all but the codes of the form's warnings and the infos."""
    harmless = {"XL207", "XL210", "XL211", "XL215", "XL216", "XL233", "XL234", "XL235", "XL236", "XL237", "XL238", "XL240", "XL241", "XL242", "XL301",
                *(code for code, rule in load_form(find_form("suzhou-department")).rules.items() if rule.severity != "error")}  # fmt: skip
    assert sum({code for code, _ in new} <= harmless for _, new in (MATRIX | HANDS).values()) >= 70


@group(0)
def test_the_clean_example_saved_by_libreoffice_has_no_new_finding(tmp_path: Path) -> None:
    (saved,) = convert([FILLED], tmp_path, recalculate=NEVER)
    result = validate(saved)
    assert said(result.findings) == pairs(ALWAYS) and result.status == "passed"


def warnings_of(findings: list[dict]) -> list[tuple]:
    return sorted((f["code"], len(f["cells"]), str(f["field"]), f["message"], f["found"], f["expected"]) for f in findings if f["severity"] == "warning")
