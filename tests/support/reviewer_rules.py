"""Changes of a document in which nothing is found, each with what a reviewer's rules then find: presets, bounds, reasons, sections.

It goes on from `cross_rules`, whose builders it uses: what was handed out, what the things allow, sums among rows, figures in texts.
"""

from __future__ import annotations

from support.cross_rules import AT, Change, Document, Spots, both, duty, give, more_goals, narrative

DECIDED = "decision.{}.{}".format
PROCESS = "process.{}.{}".format


def items(*rows: tuple[str, float, float, float]) -> Change:
    """Further budget items: name, initial, adjustment, spent."""

    def change(document: Document) -> None:
        for name, initial, adjustment, spent in rows:
            document["budget"]["items"].append({"name": name, "initial": initial, "adjustment": adjustment, "spent": spent})

    return change


def unused(count: int) -> Change:
    """So many of the preset rows of a process are called not applicable, computed ones apart."""

    def change(document: Document) -> None:
        rows = [
            row for row in document["indicators"] if row["category"] == "过程" and row["name"] not in ("预算调整率", "预算执行率")
        ]
        for row in rows[:count]:
            row.update(applies="不适用", reason=f"本单位没有{row['name']}所指的业务")
            row.pop("actual", None)

    return change


def duties(kind: str, target: str) -> Change:
    """Every indicator of the unit's own duties has a word for its target."""

    def change(document: Document) -> None:
        for row in document["indicators"]:
            if row["category"] == "履职":
                row.update(kind=kind, target=target, actual=target)
                for name in ("operator", "unit", "reason"):
                    row.pop(name, None)

    return change


def reasons(text: str, count: int) -> Change:
    """One reason in so many rows that have one."""

    def change(document: Document) -> None:
        for row in [row for row in document["indicators"] if row.get("reason")][:count]:
            row["reason"] = text

    return change


def without_source(count: int) -> Change:
    def change(document: Document) -> None:
        for row in document["indicators"][:count]:
            row.pop("source", None)

    return change


def task(number: int, completion: str) -> Change:
    return lambda document: document["tasks"][number - 1].update(completion=completion)


def add_to(section: str, text: str) -> Change:
    return lambda document: document["narrative"].update({section: document["narrative"][section] + text})


SUBTOTAL = (("公务接待费", 1.1, 0, 1.1), ("车辆运行费", 2.85, 0, 2.8), ("车辆购置费", 1.93, 0, 1.93))
EVERY_REASON: Spots = (
    *(PROCESS(row, "reason") for row in (17, 19, 20, 21, 24)),
    *(AT(row, "reason") for row in (0, 3, 4, 6, 7, 8, 9, 11)),
)
LAST = "duties.12.{}".format  # the first row that is added to the twelve of the duties
REVIEWED: dict[str, tuple[Change, set[tuple[str, Spots]]]] = {
    # what was handed out
    "a preset target lowered": (give("绩效管理覆盖率", target=95), {("SZ208", (PROCESS(3, "target"),)), ("SZ201", (PROCESS(3, "reason"),))}),
    "a preset operator turned": (give("在职人员控制率", operator="<="), {("SZ208", (PROCESS(13, "operator"),))}),
    "a preset word changed": (give("工作计划制定健全性", target="基本健全", actual="基本健全"), {("SZ208", (DECIDED(0, "target"),))}),
    "a preset number made a word": (give("政府采购执行率", kind="定性", operator=None, target="完成", unit=None, actual="完成"),
                                    {("SZ208", (PROCESS(23, "kind"), PROCESS(23, "target")))}),
    "a preset word with a full stop": (give("工作计划制定健全性", target="健全。", actual="健全"), set()),
    "a computed row not applicable": (give("预算执行率", applies="不适用"), {("SZ209", (PROCESS(21, "applies"),))}),
    "half of the preset rows not applicable": (unused(12), set()),
    "most of the preset rows not applicable": (unused(13), {("SZ210", tuple(PROCESS(row, "applies") for row in range(13)))}),
    "duties without a number": (both(duties("定性", "完成"), lambda d: d["goals"].clear(), narrative(duties="2022年，各项任务均已办结。", overview="各项目标已经实现。")),
                                {("SZ211", tuple(AT(row, "target") for row in range(12)))}),
    "duties without a number, in words of their own": (
        both(duties("定性", "走访到位"), lambda d: d["goals"].clear(), narrative(duties="2022年，各项任务均已办结。", overview="各项目标已经实现。")),
        {("SZ211", tuple(AT(row, "target") for row in range(12)))}),
    # what the things allow
    "more than all are satisfied": (give("服务企业满意度", actual=120, reason="满意的企业多于预期"), {("SZ212", ("satisfaction.0.actual",))}),
    "a target above all": (give("服务企业满意度", target=110, operator="<=", reason="目标按往年确定"),
                           {("SZ212", ("satisfaction.0.target",)), ("SZ214", ("satisfaction.0.operator",))}),
    "more than the revenue planned": (give("非税收入预算完成率", actual=120, reason="租金收入增加"), set()),
    "satisfaction grew by more than all": (both(duty("满意度提升率", 110, 120, "%"), more_goals("满意度提升。", "满意度提升。")), set()),
    "half a company": (both(duty("走访企业", 20, 20.5), more_goals("走访企业20家。", "走访企业20.5家。")), {("SZ213", (LAST("actual"),))}),
    "an average of companies": (both(duty("平均每月走访企业", 20, 20.5), more_goals("平均每月走访企业20家。", "平均每月走访企业20.5家。")), set()),
    "ten thousands of people": (both(duty("服务群众", 1.2, 1.35, "万人次"), more_goals("服务群众1.2万人次。", "服务群众1.35万人次。")), set()),
    "a floor under accidents": (both(duty("安全事故起数", 3, 3, "起", reason=None), more_goals("安全事故3起。", "安全事故3起。")), {("SZ214", (LAST("operator"),))}),
    "a ceiling over accidents": (both(duty("安全事故起数", 3, 0, "起", "<=", reason=None), more_goals("安全事故不超过3起。", "安全事故0起。")), set()),
    "a floor under exercises for accidents": (both(duty("事故演练", 3, 3, "场", reason=None), more_goals("事故演练3场。", "事故演练3场。")), set()),
    "a floor under complaints dealt with": (both(duty("投诉办结率", 95, 96, "%"), more_goals("投诉及时办结。", "投诉及时办结。")), set()),
    "a ceiling over the dissatisfied": (both(duty("群众不满意率", 5, 3, "%", "<=", reason=None), more_goals("群众不满意率不超过5%。", "群众不满意率3%。")), set()),
    "a ceiling that is kept": (give("公用经费控制率", actual=92.5), set()),
    "a ceiling that is passed": (give("公用经费控制率", actual=102.5), {("SZ201", (PROCESS(22, "reason"),))}),
    "a growth rate far above a small one": (both(duty("服务收入增长率", 3, 5, "%"), more_goals("服务收入增长3%。", "服务收入增长5%。")), set()),
    "a share thirty points above": (both(duty("服务收入增长率", 3, 33, "%"), more_goals("服务收入增长3%。", "服务收入增长33%。")), {("SZ202", (LAST("actual"),))}),
    "signed before the year was over": (lambda d: d["cover"].update(prepared_on="2022-12-30"), {("XL243", ("cover.0.prepared_on",))}),
    "signed on its last day": (lambda d: d["cover"].update(prepared_on="2022-12-31"), set()),
    "a word and a full stop": (give("预算管理制度健全性", actual="健全。"), set()),
    "another word": (give("预算管理制度健全性", actual="较健全。"), {("SZ201", (PROCESS(1, "reason"),))}),
    # reasons
    "less explained by more": (give("非税收入预算完成率", reason="超额完成工作任务"), {("SZ216", (PROCESS(24, "reason"),))}),
    "less explained by less": (give("非税收入预算完成率", reason="支出超出预期，收入减少"), set()),
    "more explained by less": (give("技术经纪人培训", reason="场地停用，没有完成"), {("SZ216", (AT(3, "reason"),))}),
    "more explained by a low target": (give("技术经纪人培训", reason="年初目标偏低，报名增加"), set()),
    "one reason in most rows": (reasons("按台账统计", 8), set()),
    "one reason in every row": (reasons("按台账统计", 99), {("SZ217", EVERY_REASON)}),
    "one reason in rows that do not apply": (lambda d: [row.update(applies="不适用", reason="本单位无此项业务") for row in d["indicators"][:6]], {
        ("SZ210", tuple(DECIDED(row, "applies") for row in range(6)))}),
    "a source missing here and there": (without_source(20), set()),
    "a source missing in most rows": (without_source(30), {("SZ218", (*(DECIDED(row, "source") for row in range(6)), *(PROCESS(row, "source") for row in range(24))))}),
    # sums among rows
    "a total that is named": (items(*SUBTOTAL, ("“三公”经费合计", 5.88, 0, 5.83)), {("SZ106", ("items.8.name",))}),
    "a total of numbered rows": (items(("合计(1-3)", 0, 0.01, 0)), {("SZ106", ("items.5.name",))}),
    "a part of a row": (items(("其中：培训费", 0, 0.01, 0)), {("SZ106", ("items.5.name",))}),
    "a total by another name": (items(*SUBTOTAL, ("公务支出", 5.88, 0, 5.83)), {("SZ109", ("items.8.name",))}),
    "a total before its rows": (items(("公务支出", 5.88, 0, 5.83), *SUBTOTAL), {("SZ109", ("items.5.name",))}),
    "round figures that happen to add up": (items(("印刷费", 1, 0, 1), ("会务费", 2, 0, 2), ("租车费", 3, 0, 3)), set()),
    "a figure like the one above": (items(("印刷费", 1.27, 0, 1.27), ("会务费", 1.27, 0, 1.27)), set()),
    "a figure like one above nothing": (items(("印刷费", 1.27, 0, 1.27), ("会务费", 0, 0.01, 0), ("租车费", 1.28, 0, 1.27)), set()),
    # figures in texts
    "a figure of section two": (add_to("duties", "培训技术经纪人7场，全市技术合同成交额968.78亿元。"), set()),
    "a wrong figure of section two": (narrative(duties="2022年，登记技术合同6750项，成交额968.78亿元。"), {("SZ311", ("narrative.0.duties", AT(6, "actual")))}),
    "a wrong figure of section four": (narrative(overview="科技镇长团各类会议召开9场，其余目标均已实现。"), {("SZ311", ("narrative.0.overview", AT(9, "actual")))}),
    "a wrong figure of a task": (task(3, "登记的技术合同有6750项，成交额为688.78亿元。"), {("SZ311", ("tasks.2.completion", AT(6, "actual")))}),
    "a part of the figure": (narrative(overview="科技镇长团各类会议召开6场，其中科技镇长团线上会议2场。"), set()),
    "last year's figure": (narrative(overview="上年科技镇长团各类会议召开4场。"), set()),
    "a figure rounded": (narrative(overview="全市技术合同成交额近869亿元。"), set()),
    "a figure of another thing": (narrative(overview="科技合作项目签约9项，科技招商活动办了9场。"), set()),
    "a share of a goal that is not the table's": (more_goals("服务企业满意度达到95%。", "服务企业满意度97%。"), {("SZ311", ("goals.10.actual", "satisfaction.0.actual"))}),
    "the budget told wrongly": (narrative(overview="调整后的预算为672.17万元，实际支出603.04万元。"), {("SZ312", ("narrative.0.overview",))}),
    "the budget told rightly": (narrative(overview="调整后的预算为627.17万元，实际支出603.04万元，预算执行率96.15%。"), set()),
    "the budget told roughly": (narrative(overview="实际支出约600万元，年初预算542.4万元。"), set()),
    "the budget of a year before": (narrative(overview="上年实际支出588.12万元。"), set()),
    "a rate told wrongly": (narrative(overview="全年预算执行率98.2%。"), {("SZ312", ("narrative.0.overview",)), ("SZ311", ("narrative.0.overview", PROCESS(21, "actual")))}),
    # sections
    "problems that are achievements": (narrative(problems="本年度各项工作推进有力，平台建设取得明显成效，服务企业数量持续增长，得到社会各界好评。"), {("SZ313", ("narrative.0.problems",))}),
    "a problem in one clause": (narrative(problems="本年度各项工作推进有力，平台建设取得成效，只是个别指标的目标值定得偏低，今后改进。"), set()),
    "no problem at all": (both(narrative(problems="暂无问题"), give("非税收入预算完成率", actual=100, reason=None)), set()),
    "more problems than measures": (narrative(problems="一是预算编制不够细；二是培训不足；三是进度偏慢。", measures="（一）细化预算编制。\n（二）加强培训。"),
                                    {("SZ314", ("narrative.0.measures", "narrative.0.problems"))}),
    "a measure for each problem": (narrative(problems="1.预算编制不够细。2.培训不足。", measures="1.细化编制。一是逐项测算，二是按季核对。2.加强培训。"), set()),
    "measures that are not numbered": (narrative(problems="一是预算编制不够细；二是培训不足。", measures="细化预算编制，并加强培训。"), set()),
    "the profile of another unit": (narrative(profile="苏州市检验检测中心是公益一类事业单位，内设五个科室。"), {("SZ315", ("narrative.0.profile",))}),
    "the profile by a short name": (narrative(profile="市生产力促进中心是公益一类事业单位，内设五个科室。"), set()),
    "a profile that begins with the superior": (narrative(profile="苏州市科学技术局下属的公益一类事业单位，内设五个科室。"), set()),
    "a profile without a name": (narrative(profile="本单位是公益一类事业单位，内设五个科室。"), set()),
}  # fmt: skip
