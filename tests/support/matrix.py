"""One-fault changes of the example's document, each with the codes and cells that it adds to what is always found."""

from __future__ import annotations

from collections.abc import Callable

from support.example import document, indicator


def without(target: dict, key: str) -> None:
    del target[key]


# Each change makes one fault in the document of the example: the expected codes and cells stand beside it.
FAULTS = {
    "unit blank": (lambda d: without(d["cover"], "unit"), {("XL201", ("基本信息!C5",))}),
    "section two blank": (lambda d: without(d["narrative"], "duties"), {("XL201", ("基本信息!B17",))}),
    "section three blank": (lambda d: without(d["narrative"], "profile"), {("XL201", ("基本信息!B24",))}),
    "section four blank": (lambda d: without(d["narrative"], "overview"), {("XL201", ("绩效目标!B4",))}),
    "problems blank": (lambda d: without(d["narrative"], "problems"), {("XL201", ("基本信息!B31",))}),
    "measures blank": (lambda d: without(d["narrative"], "measures"), {("XL201", ("基本信息!B37",))}),
    "section six blank": (lambda d: without(d["narrative"], "application"), {("XL201", ("基本信息!B44",))}),
    "goal without completion": (lambda d: without(d["goals"][3], "actual"), {("XL201", ("绩效目标!D13",))}),
    "task without completion": (lambda d: without(d["tasks"][9], "completion"), {("XL201", ("重点任务!E13",))}),
    "basic spending blank": (lambda d: without(d["budget"]["basic"], "spent"),
                             {("XL201", ("预算信息!F5",))}),
    "item without a name": (lambda d: without(d["budget"]["items"][0], "name"), {("XL201", ("预算信息!B7",))}),
    "item spent blank": (lambda d: d["budget"]["items"][1].pop("spent"), {("XL201", ("预算信息!F8",))}),
    "negative initial": (lambda d: d["budget"]["items"][0].update(initial=-2.64, adjustment=5.28), {("XL204", ("预算信息!C7",))}),
    "seven decimals": (lambda d: d["budget"]["items"][0].update(spent=2.6300001), {("XL206", ("预算信息!F7",))}),
    "spent above budget": (lambda d: d["budget"]["items"][4].update(spent=4.69), {("SZ101", ("预算信息!F11",)), ("SZ312", ("绩效目标!B4",))}),
    "indicator name blank": (lambda d: without(indicator(d, "科技合作交流活动"), "name"), {("XL201", ("自评表!C61",))}),
    "indicator kind blank": (lambda d: without(indicator(d, "科技合作交流活动"), "kind"), {("XL201", ("自评表!D61",))}),
    "operator blank": (lambda d: without(indicator(d, "科技合作交流活动"), "operator"), {("XL201", ("自评表!E61",))}),
    "target blank": (lambda d: without(indicator(d, "科技合作交流活动"), "target"), {("XL201", ("自评表!F61",))}),
    "indicator unit blank": (lambda d: without(indicator(d, "科技合作交流活动"), "unit"), {("XL201", ("自评表!G61",))}),
    "actual blank": (lambda d: without(indicator(d, "各团服务保障工作"), "actual"), {("XL201", ("自评表!H55",))}),
    "operator unknown": (lambda d: indicator(d, "科技合作交流活动").update(operator="约"), {("XL203", ("自评表!E61",))}),
    "kind unknown": (lambda d: indicator(d, "科技合作交流活动").update(kind="定数"), {("XL203", ("自评表!D61",))}),
    "actual is text": (lambda d: indicator(d, "科技合作交流活动").update(actual="四场"), {("XL202", ("自评表!H61",))}),
    "money is text": (lambda d: d["budget"]["basic"].update(adjustment="约八十"), {("XL202", ("预算信息!D5",))}),
    "date is text": (lambda d: d["cover"].update(prepared_on="三月一日"), {("XL202", ("基本信息!C10",))}),
    "reason missing": (lambda d: without(indicator(d, "集聚仪器资源"), "reason"), {("SZ201", ("自评表!K53",))}),
    "reason missing at a hundredth of a percent": (
        lambda d: indicator(d, "高企年度发展情况报表统计").update(actual=10501, reason=None),
        {("SZ201", ("自评表!K49",)), ("SZ304", ("绩效目标!D16", "自评表!H49"))}),
    "qualitative target missed": (lambda d: indicator(d, "各团服务保障工作").update(actual="基本满意"), {("SZ201", ("自评表!K55",))}),
    "not applicable without a reason": (lambda d: indicator(d, "政府采购执行率").update(applies="不适用", actual=None),
                                        {("SZ201", ("自评表!K34",))}),
    "base data contradict": (lambda d: d.update(base_data={"staff_control": {"part": 51, "base": 55}}), {("SZ203", ("自评表!H24",))}),
    "text too long": (lambda d: indicator(d, "科技合作交流活动").update(source="长" * 501), {("XL205", ("自评表!I61",))}),
    "length in UTF-16": (lambda d: indicator(d, "科技合作交流活动").update(source="𠮷" * 251), {("XL205", ("自评表!I61",))}),
}  # fmt: skip


ROWS = {row["name"]: 5 + index for index, row in enumerate(document()["indicators"][:31])}  # preset rows, as they stand
COMPUTED = ("预算调整率", "预算执行率")
FREE = {"优化营商环境": 36, "企业研发周期": 38, "企业技术进步": 39, "服务企业满意度": 48}
LAST = "科技合作交流活动"  # row 61: =4场, 4场
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


IN_TEXT = ("SZ312", ("绩效目标!B4",))  # the overview tells the figures of the budget as they were


def read_as(*cells: str) -> set:
    """What is normalised, and nothing else."""
    return {("XL210", cells)}


MATRIX: dict[str, tuple[Callable, set]] = dict(FAULTS)
# --- blanks and junk ---
MATRIX |= {f"blank actual of {name}": (blank_actual(name), {("XL201", (f"自评表!H{row}",))})
           for name, row in (ROWS | FREE).items() if name not in COMPUTED}  # fmt: skip
MATRIX |= {f"blank target of {name}": (set_in(name, target=None), {("XL201", (f"自评表!F{row}",))})
           for name, row in list(ROWS.items())[:6]}  # fmt: skip
MATRIX |= {f"reason of {name} missing": (set_in(name, reason=None), {("SZ201", (f"自评表!K{row}",))})
           for name, row in (("预算调整率", 31), ("预算执行率", 32), ("非税收入预算完成率", 35), ("技术经纪人培训", 52), ("培育技术经纪人", 54),
                             ("全市技术合同成交额", 56), ("受理成果转化项目", 57), ("组织形式多样的产学研活动", 58),
                             ("科技镇长团各类会议", 59), ("高新技术企业的受理", 62))}  # fmt: skip
MATRIX |= {f"reason is {junk!r}": (set_in("集聚仪器资源", reason=junk), {(code, ("自评表!K53",))})
           for code, words in (("SZ201", ("0", "无", "同上", "   ")),
                               ("SZ215", ("超额", "增办")),
                               ("SZ204", ("——", "略", "/", "－", "0%", "无。", "12345", "见上。", "无偏差", "哈哈哈哈")))
           for junk in words}  # fmt: skip
MATRIX |= {f"goal {number + 1} without its completion": (blank("goals", number, "actual"), {("XL201", (f"绩效目标!D{10 + number}",))})
           for number in (0, 2, 8, 9)}  # fmt: skip
MATRIX |= {f"task {number + 1} without a name": (blank("tasks", number, "task"), {("XL201", (f"重点任务!C{4 + number}",))})
           for number in range(0, 10, 2)}  # fmt: skip
MATRIX |= {f"cover without {key}": (lambda d, key=key: d["cover"].pop(key), {("XL207", (f"基本信息!C{row}",))})
           for row, key in enumerate(("unit_code", "supervisor", "prepared_by", "phone", "prepared_on"), 6)}  # fmt: skip
MATRIX |= {f"actual is {nothing!r}": (set_in(LAST, actual=nothing), {("XL201", ("自评表!H61",))})
           for nothing in ("—", "无", "/", "……", "暂无")}  # fmt: skip
MATRIX |= {
    "an actual nobody can see": (set_in("企业技术进步", actual="\u200b"), {("XL201", ("自评表!H39",))}),
    "a unit of spaces": (cover(unit=" \u3000"), {("XL201", ("基本信息!C5",))}),
    "spending is a word for nothing": (item(1, spent="无"), {("XL201", ("预算信息!F8",))}),
    "a completion is a slash": (lambda d: d["tasks"][1].update(completion="/"), {("XL201", ("重点任务!E5",))}),
    "not applicable, reason is a dash": (set_in("政府采购执行率", applies="不适用", actual=None, reason="—"), {("SZ204", ("自评表!K34",))}),
}  # fmt: skip
# --- spellings ---
MATRIX |= {f"operator {typed!r}": (set_in(LAST, operator=typed), read_as("自评表!E61"))
           for typed in ("≧", "不低于", "＝", " 不少于 ", "大于等于", "≦", "不超过")}  # fmt: skip
MATRIX |= {
    f"operator {typed!r} of {name}": (set_in(name, operator=typed), {("XL203", (f"自评表!E{row}",))})
    for typed, name, row in (("~", "政府采购执行率", 34), ("≈", ASSETS, 19), ("左右", "在职人员控制率", 24), ("2", LAST, 61))
}
MATRIX |= {f"actual {typed!r}": (set_in(LAST, actual=typed), read_as("自评表!H61"))
           for typed in ("4场", "４", "4\u00a0场", " 4 ", "4.0", "４．０", "=4场")}  # fmt: skip
MATRIX |= {f"target {typed!r}": (set_in(LAST, target=typed), read_as("自评表!F61")) for typed in ("4场", "=4", "４场")}
MATRIX |= {
    f"percent {typed!r}": (set_in(ASSETS, actual=typed), read_as("自评表!H19")) for typed in ("100%", "100％", "100.00%", "1000‰")
}
MATRIX |= {f"unit {typed!r}": (set_in(ASSETS, unit=typed), read_as("自评表!G19")) for typed in ("％", "百分比")}
MATRIX |= {f"date {typed!r}": (cover(prepared_on=typed), read_as("基本信息!C10"))
           for typed in ("2023年3月1日", "2023.3.1", "20230301", "2023/3/1", "二〇二三年三月一日")}  # fmt: skip
MATRIX |= {
    "operator in the target's cell": (set_in(LAST, operator=None, target=">=4场"), read_as("自评表!F61")),
    "everything in the target's cell": (set_in(LAST, operator=None, unit=None, target="=4场"), read_as("自评表!F61")),
    "money as full-width text": (item(0, initial="２.64"), read_as("预算信息!C7")),
    "money with its unit": (item(0, initial="2.64万元"), read_as("预算信息!C7")),
    "percentages of a quality": (set_in("优化营商环境", target="100%", actual="100%"), set()),
    "money in yuan, said so": (item(0, initial="26400元"), read_as("预算信息!C7")),
    "an adjustment of a dash": (item(0, adjustment="—"), read_as("预算信息!D7")),
    "a code in full width": (cover(unit_code="００１２３"), read_as("基本信息!C6")),
    "an invisible character in a grade": (lambda d: d["indicators"][0].update(actual="健\u200b全"), read_as("自评表!H5")),
    "a kind with a space": (set_in(LAST, kind="定 量"), read_as("自评表!D61")),
    "ten thousand yuan for 亿元": (set_in("全市技术合同成交额", actual="8687800万元"), read_as("自评表!H56")),
    "a letter for a nought": (set_in(LAST, target=10, actual="1O"), read_as("自评表!H61")),
}  # fmt: skip
# --- what may mean two things, what means nothing ---
MATRIX |= {f"actual may be two: {typed!r}": (set_in(LAST, actual=typed), {("XL209", ("自评表!H61",))})
           for typed in ("4-5", "1,23", "4家", "4%", "(4)")}  # fmt: skip
MATRIX |= {f"date may be two: {typed!r}": (cover(prepared_on=typed), {("XL209", ("基本信息!C10",))})
           for typed in ("03/04/2023", "2023年3月", "2023-02-30")}  # fmt: skip
MATRIX |= {
    f"actual is no number: {typed!r}": (set_in(LAST, actual=typed), {("XL202", ("自评表!H61",))})
    for typed in ("四", "约4", "若干")
}
MATRIX |= {
    "two operators": (set_in(LAST, target="≥4"), {("XL209", ("自评表!F61",))}),
    "a ratio for a percent": (set_in(ASSETS, actual=0.96, reason=REASON), {("XL215", ("自评表!H19",))}),
    "one for a hundred percent": (set_in(ASSETS, actual=1, reason=REASON), {("XL215", ("自评表!H19",))}),
    "the budget of 基本支出 blank": (lambda d: d["budget"]["basic"].pop("initial"), {("XL201", ("预算信息!C5",))}),
    "a grade with a full stop": (set_in("工作计划制定健全性", actual="健全。"), set()),
    "a brand of words for a unit": (set_in("集聚仪器资源", actual="58200台（套）"), read_as("自评表!H53")),
    "an amount as text in another unit": (set_in("全市技术合同成交额", actual="8687800"),
                                          {("XL210", ("自评表!H56",)), ("XL216", ("自评表!H56",)), ("SZ304", ("绩效目标!D12", "自评表!H56")),
                                           ("SZ311", ("基本信息!B17", "绩效目标!B4", "重点任务!E6", "自评表!H56"))}),
    "an item in yuan": (item(0, initial=26400, spent=26400), {("XL216", ("预算信息!C7", "预算信息!F7"))}),
    "a spending that may be negative": (item(0, spent="▲2.64"), {("XL209", ("预算信息!F7",))}),
    "a negative spending": (item(0, spent=-1), {("XL204", ("预算信息!F7",))}),
    "five decimals": (set_in(LAST, target=4.00001), {("XL206", ("自评表!F61",))}),
    "another word than offered": (set_in("政府采购执行率", applies="是"), {("XL203", ("自评表!L34",))}),
    "a grade misspelt": (set_in("工作计划制定健全性", actual="建全"), {("SZ201", ("自评表!K5",))}),
}  # fmt: skip
MATRIX |= {
    f"unit of {name} blank": (set_in(name, unit=None), {("XL201", (f"自评表!G{row}",))})
    for name, row in (("绩效管理覆盖率", 14), (ASSETS, 19), ("在职人员控制率", 24), ("政府采购执行率", 34))
}
# --- rules ---
MATRIX |= {
    f"item {number + 1} spends more than it has": (item(number, spent=spent), {("SZ101", (f"预算信息!F{7 + number}",)), IN_TEXT})
    for number, spent in ((0, 2.65), (2, 16.82), (3, 0.83))
}
MATRIX |= {
    "low execution": (lambda d: d["budget"]["basic"].update(spent=500), {("SZ102", ("预算信息!G4", "预算信息!G5")), IN_TEXT}),
    "a large adjustment": (lambda d: d["budget"]["basic"].update(adjustment=-160, spent=356.57), {("SZ103", ("预算信息!D5",)), IN_TEXT}),
    "a total among the items": (lambda d: d["budget"]["items"].append({"name": "合 计", "initial": 29, "adjustment": -3.25, "spent": 24.94}),
                                {("SZ105", ("预算信息!B12",)), IN_TEXT}),
    "a row of noughts": (item(1, initial=0, adjustment=None, spent=0), {("SZ104", ("预算信息!F8",)), IN_TEXT}),
    "an item twice": (lambda d: d["budget"]["items"].append({"name": "体检  经费", "adjustment": 0.01, "spent": 0}), {("SZ108", ("预算信息!B11", "预算信息!B12")), IN_TEXT}),
    "two indicators of one name": (set_in(LAST, name="科技镇长团各类会议"), {("SZ205", ("自评表!C59", "自评表!C61"))}),
    "over-fulfilled by half": (set_in(LAST, actual=6, reason="各处室加办活动"), {("SZ202", ("自评表!H61",))}),
    "a target missed": (set_in("高企年度发展情况报表统计", actual=10000, reason=None),
                        {("SZ201", ("自评表!K49",)), ("SZ304", ("绩效目标!D16", "自评表!H49"))}),
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
                                 {("SZ206", ("自评表!C48",))}),
    "no goals at all": (lambda d: d.update(goals=[]), {("SZ307", tuple(f"自评表!C{row}" for row in (49, 52, 53, 56, 57, 58, 59, 62)))}),
}  # fmt: skip
