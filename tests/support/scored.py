"""The scored forms: their examples, and one-fault changes of these with the codes and cells of each."""

from __future__ import annotations

import json
from typing import NamedTuple

from support.faults import Change
from support.paths import REPOSITORY

EXAMPLES = {"national-project": REPOSITORY / "examples" / "national-project-2022",
            "sichuan-project": REPOSITORY / "examples" / "sichuan-project-2023"}  # fmt: skip
REASON = "统计口径按上级要求作了调整"


def document(key: str) -> dict:
    return json.loads((EXAMPLES[key] / "document.json").read_text("utf-8"))


class Matrix(NamedTuple):
    """The faults of one form, each with what it adds to the findings of the clean example and what it silences."""

    always: set
    faults: dict[str, tuple[Change, set]]
    silenced: dict[str, tuple[str, ...]]


def set_in(name: str, /, **values: object) -> Change:
    """Change one indicator; None takes a value away."""

    def change(doc: dict) -> None:
        row = next(row for row in doc["indicators"] if row["name"] == name)
        row.update(values)
        for key in [key for key, value in row.items() if value is None]:
            del row[key]

    return change


def put(path: str, value: object) -> Change:
    """Set what stands at a path of the document; None takes it away."""

    def change(doc: dict) -> None:
        *way, last = path.split(".")
        for key in way:
            doc = doc.setdefault(key, {})
        doc[last] = value
        if value is None:
            del doc[last]

    return change


def swap(path: str, old: str, new: str) -> Change:
    """Put other words for some that stand at a path of the document."""

    def change(doc: dict) -> None:
        *way, last = path.split(".")
        for key in way:
            doc = doc[key]
        assert old in doc[last]
        doc[last] = doc[last].replace(old, new)

    return change


def add(path: str, text: str) -> Change:
    """Add a sentence to what stands at a path of the document."""

    def change(doc: dict) -> None:
        *way, last = path.split(".")
        for key in way:
            doc = doc.setdefault(key, {})
        doc[last] = doc.get(last, "") + text

    return change


def both(*changes: Change) -> Change:
    return lambda doc: [change(doc) for change in changes]


def one_reason(doc: dict) -> None:
    for row in doc["indicators"]:
        row |= {"reason": REASON} if row.get("reason") else {}


def reasons_at(*rows: int) -> tuple[str, ...]:
    return tuple(f"绩效指标!N{row}" for row in rows)


def at_their_targets(doc: dict) -> None:
    doc["objective"]["actual"] = doc["objective"]["expected"]
    for row in doc["indicators"]:
        row |= {"actual": row["target"]} if row["kind"] == "定量" else {"grade": "达成年度指标", "judged": row["weight"]}


def all_is_spent(doc: dict) -> None:
    for row in doc["funds"].values():
        row |= {"executed": row["budget"]} if "budget" in row else {}


def in_yuan(doc: dict) -> None:
    for row in doc["funds"].values():
        row.update({key: round(value * 10000, 2) for key, value in row.items() if key != "reason"})


def without_budget(doc: dict) -> None:
    doc["funds"] = {"fiscal": {"initial": 0, "budget": 0, "executed": 0}}


NATIONAL = Matrix(
    {("NP102", ("项目资金!G4",)), ("NP207", ("绩效指标!G27",))},
    {
        "project name blank": (put("project.name", None), {("XL201", ("项目信息!C5",))}),
        "unit blank": (put("project.unit", None), {("XL201", ("项目信息!C7",))}),
        "phone blank": (put("project.phone", None), {("XL207", ("项目信息!C9",))}),
        "goal without its completion": (put("objective.actual", None), {("XL201", ("项目信息!B17",))}),
        "date in doubt": (put("project.prepared_on", "03/04/2023"), {("XL209", ("项目信息!C10",))}),
        "fiscal execution blank": (put("funds.fiscal.executed", None), {("XL201", ("项目资金!E5",))}),
        "budget without execution": (put("funds.other.budget", 0.5), {("XL201", ("项目资金!E7",))}),
        "execution above budget": (put("funds.carryover.executed", 3.3), {("NP101", ("项目资金!E6",))}),
        "execution without budget": (put("funds.other.executed", 0.2), {("NP101", ("项目资金!E7",))}),
        "everything in yuan": (in_yuan, {("NP105", ("项目资金!D4",))}),
        "no budget": (without_budget, {("NP104", ("项目资金!D4",))}),
        "everything at its target": (lambda d: (at_their_targets(d), all_is_spent(d)), {("NP212", ("得分汇总!F20",))}),
        "everything at its target beside a low rate": (at_their_targets, {("NP301", ("得分汇总!F20",))}),
        "a prompt left in place": (put("conclusion.notes", "请填写内容"), {("NP401", ("项目信息!B22",))}),
        "money with its unit": (put("funds.fiscal.executed", "35.04万元"), {("XL210", ("项目资金!E5",))}),
        "money in words": (put("funds.fiscal.executed", "约35"), {("XL202", ("项目资金!E5",))}),
        "a large adjustment": (put("funds.fiscal.initial", 20), {("NP103", ("项目资金!D4",))}),
        "level 2 blank": (set_in("专题培训场次", level2=None), {("XL201", ("绩效指标!C5",))}),
        "level 2 of another level 1": (set_in("专题培训场次", level2="社会效益指标"), {("XL203", ("绩效指标!C5",))}),
        "name blank": (set_in("专题培训场次", name=None), {("XL201", ("绩效指标!D5",))}),
        "kind blank": (set_in("专题培训场次", kind=None), {("XL201", ("绩效指标!E5",))}),
        "operator blank": (set_in("专题培训场次", operator=None), {("XL201", ("绩效指标!F5",))}),
        "operator spelt out": (set_in("专题培训场次", operator="不低于"), {("XL210", ("绩效指标!F5",))}),
        "target blank": (set_in("专题培训场次", target=None), {("XL201", ("绩效指标!G5",))}),
        "unit of an indicator blank": (set_in("专题培训场次", unit=None), {("XL201", ("绩效指标!H5",))}),
        "actual blank": (set_in("专题培训场次", actual=None), {("XL201", ("绩效指标!I5",))}),
        "actual with another unit": (set_in("专题培训场次", actual="12家"), {("XL209", ("绩效指标!I5",))}),
        "a ratio for a percent": (set_in("参训企业满意度", actual=0.968, reason=REASON), {("XL215", ("绩效指标!I33",))}),
        "grade blank": (set_in("带动就业", grade=None), {("XL201", ("绩效指标!J25",))}),
        "grade misspelt": (set_in("带动就业", grade="部分达成"), {("XL203", ("绩效指标!J25",))}),
        "judgement blank": (set_in("带动就业", judged=None), {("XL201", ("绩效指标!L25",))}),
        "judged too high for the grade": (set_in("带动就业", judged=6.5), {("NP203", ("绩效指标!L25",))}),
        "judged too low for the grade": (set_in("教材适用性", judged=3.9), {("NP203", ("绩效指标!L12",))}),
        "judged above the weight": (set_in("教材适用性", judged=5.5), {("NP204", ("绩效指标!L12",))}),
        "weight blank": (set_in("专题培训场次", weight=None), {("XL201", ("绩效指标!K5",))}),
        "weight of three decimals": (set_in("专题培训场次", weight=6.001), {("XL206", ("绩效指标!K5",))}),
        "weights of 99": (set_in("专题培训场次", weight=5), {("NP210", ("得分汇总!E20",)), ("NP211", ("得分汇总!E8",))}),
        "weight moved between levels": (lambda d: (set_in("专题培训场次", weight=5)(d), set_in("参训企业满意度", weight=7)(d)),
                                        {("NP211", ("得分汇总!E8", "得分汇总!E18"))}),
        "a shortfall without a reason": (set_in("参训企业数", reason=None), {("NP201", ("绩效指标!N6",))}),
        "a shortfall of which nothing is said": (set_in("参训企业数", reason="无"), {("NP201", ("绩效指标!N6",))}),
        "a reason of a dash": (set_in("参训企业数", reason="——"), {("NP202", ("绩效指标!N6",))}),
        "beyond the target without a reason": (set_in("参训企业新增产值", reason=None), {("NP205", ("绩效指标!N23",))}),
        "beyond the target, a dash for a reason": (set_in("参训企业新增产值", reason="—"), {("NP205", ("绩效指标!N23",))}),
        "beyond the target, nothing for a reason": (set_in("参训企业新增产值", reason="无"), {("NP205", ("绩效指标!N23",))}),
        "beyond the target, dashes for a reason": (set_in("参训企业新增产值", reason="————"), {("NP213", ("绩效指标!N23",))}),
        "beyond the target, a reason of four letters": (set_in("参训企业新增产值", reason="订单增加"), set()),
        "a number that was judged": (set_in("专题培训场次", judged=6), {("NP206", ("绩效指标!J5", "绩效指标!L5"))}),
        "a number that was graded": (set_in("专题培训场次", grade="达成年度指标"), {("NP206", ("绩效指标!J5", "绩效指标!L5"))}),
        "two of one name": (set_in("参训企业数", name="专题培训场次"), {("NP208", ("绩效指标!D5", "绩效指标!D6"))}),
        "a placeholder for a name": (set_in("专题培训场次", name="指标1"), {("NP402", ("绩效指标!D5",))}),
        "last year's year": (put("objective.actual", "2021年度举办培训12场。"), {("NP403", ("项目信息!B17",))}),
        "no satisfaction at all": (lambda d: d.update(indicators=[r for r in d["indicators"] if r["level1"] != "满意度指标"]),
                                   {("NP209", ("绩效指标!D33",)), ("NP210", ("得分汇总!E20",)), ("NP211", ("得分汇总!E18",))}),
        # what a reviewer asks
        "an actual in words, and weights of 99": (both(set_in("专题培训场次", actual="约12"), set_in("入企诊断企业数", weight=3)),
                                                  {("XL202", ("绩效指标!I5",)), ("NP210", ("得分汇总!E20",)), ("NP211", ("得分汇总!E8",))}),
        "level 2 blank, and weights of 99": (both(set_in("专题培训场次", level2=None), set_in("入企诊断企业数", weight=3)),
                                             {("XL201", ("绩效指标!C5",)), ("NP210", ("得分汇总!E20",))}),
        "more than all are satisfied": (both(set_in("参训企业满意度", actual=120, reason=REASON), swap("objective.actual", "96.8%", "120%")),
                                        {("NP214", ("绩效指标!I33",))}),
        "half a company": (set_in("参训企业数", actual=285.5), {("NP215", ("绩效指标!I6",))}),
        "an average of companies": (set_in("参训企业数", name="平均每场参训企业数", actual=285.5), set()),
        "a floor under complaints": (set_in("有效投诉件数", operator=">=", actual=3), {("NP216", ("绩效指标!F34",))}),
        "a reason of three letters": (set_in("编印典型案例数", reason="缺授权"), {("NP217", ("绩效指标!N8",))}),
        "less explained by more": (set_in("参训企业数", reason="超额完成工作任务"), {("NP218", ("绩效指标!N6",))}),
        "one reason in every row": (one_reason, {("NP219", reasons_at(6, 8, 11, 12, 13, 14, 16, 23, 24, 25, 28))}),
        "a small growth rate surpassed": (set_in("参训企业平均利润增长率", actual=5, reason=None), set()),
        "a growth rate thirty points above": (set_in("参训企业平均利润增长率", actual=34, reason=None), {("NP205", ("绩效指标!N24",))}),
        "another figure expected than the target": (swap("objective.expected", "案例20个", "案例25个"), {("NP302", ("项目信息!B12", "绩效指标!G8"))}),
        "another figure reported than the actual": (swap("objective.actual", "案例18个", "案例28个"), {("NP302", ("项目信息!B17", "绩效指标!I8"))}),
        "a shortfall without a word": (both(add("objective.expected", "发放资料500份。"), put("objective.actual", "全年举办专题培训12场，发放资料400份。")),
                                       {("NP303", ("项目信息!B17",))}),
        "a figure without an answer": (add("objective.expected", "发放资料500份。"), {("NP304", ("项目信息!B17",))}),
        "a ceiling that is kept": (both(add("objective.expected", "投诉不超过3件。"), add("objective.actual", "投诉2件。")), set()),
        "the funds told wrongly": (add("conclusion.notes", "全年预算数34.2万元，全年执行数37.24万元。"), {("NP305", ("项目信息!B22",))}),
        "the funds told rightly": (add("conclusion.notes", "全年预算数43.2万元，全年执行数37.24万元，预算执行率86.2%。"), set()),
        "a share that is not the table's": (swap("objective.actual", "96.8%", "98.6%"), {("NP306", ("项目信息!B17", "绩效指标!I33"))}),
        "the name of a level for a name": (set_in("专题培训场次", name="数量指标"), {("NP402", ("绩效指标!D5",))}),
    },
    dict.fromkeys(("fiscal execution blank", "budget without execution", "money in words", "no budget", "everything at its target"), ("NP102",)),
)  # fmt: skip
SICHUAN = Matrix(
    {("SC207", ("绩效指标!G21",))},
    {
        "project name blank": (put("project.name", None), {("XL201", ("项目信息!C5",))}),
        "supervisor blank": (put("project.supervisor", None), {("XL201", ("项目信息!C6",))}),
        "date blank": (put("project.prepared_on", None), {("XL207", ("项目信息!C10",))}),
        "date ten years early": (put("project.prepared_on", "2014-02-26"), {("XL243", ("项目信息!C10",))}),
        "goal blank": (put("objective.expected", None), {("XL201", ("项目信息!B12",))}),
        "fiscal budget blank": (put("funds.fiscal.budget", None), {("XL201", ("项目资金!D5",))}),
        "budget without execution": (put("funds.special.budget", 0.5), {("XL201", ("项目资金!E6",))}),
        "execution above budget": (put("funds.own.executed", 3.3), {("SC101", ("项目资金!E7",))}),
        "a low rate and an adjustment without a reason": (put("funds.total.reason", None), {("SC102", ("项目资金!I4",)), ("SC103", ("项目资金!I4",))}),
        "a low rate of which nothing is said": (lambda d: (put("funds.total.reason", "无")(d), put("funds.fiscal.initial", 43.2)(d)),
                                                {("SC102", ("项目资金!I4",))}),
        "an adjustment of which nothing is said": (lambda d: (put("funds.total.reason", None)(d), put("funds.fiscal.executed", 38)(d)),
                                                   {("SC103", ("项目资金!I4",))}),
        "a slash for a reason": (put("funds.total.reason", "/"), {("SC105", ("项目资金!I4",)), ("SC106", ("项目资金!I4",))}),
        "dashes for two reasons": (put("funds.total.reason", "————"), {("SC105", ("项目资金!I4",)), ("SC106", ("项目资金!I4",))}),
        "an adjustment, the same as above": (lambda d: (put("funds.total.reason", "同上同上")(d), put("funds.fiscal.executed", 38)(d)),
                                             {("SC106", ("项目资金!I4",))}),
        "a reason of four letters": (put("funds.total.reason", "资金结转"), set()),
        "everything in yuan": (in_yuan, {("SC107", ("项目资金!D4",))}),
        "no budget": (without_budget, {("SC104", ("项目资金!D4",))}),
        "everything at its target": (lambda d: (at_their_targets(d), all_is_spent(d)), {("SC212", ("得分汇总!F24",))}),
        "everything at its target beside a low rate": (at_their_targets, {("SC301", ("得分汇总!F24",))}),
        "money with another unit": (put("funds.fiscal.executed", "350400元"), {("XL210", ("项目资金!E5",))}),
        "level 1 blank": (set_in("养护里程", level1=None), {("XL201", ("绩效指标!B5",))}),
        "level 1 misspelt": (set_in("养护里程", level1="产出指针"), {("XL203", ("绩效指标!B5",))}),
        "level 2 blank": (set_in("养护里程", level2=None), {("XL201", ("绩效指标!C5",))}),
        "level 2 of another level 1": (set_in("养护里程", level2="经济成本指标"), {("XL203", ("绩效指标!C5",))}),
        "name blank": (set_in("养护里程", name=None), {("XL201", ("绩效指标!D5",))}),
        "operator blank": (set_in("养护里程", operator=None), {("XL201", ("绩效指标!F5",))}),
        "operator as a word": (set_in("养护里程", operator="不少于"), {("XL210", ("绩效指标!F5",))}),
        "target with its unit": (set_in("养护里程", target="120公里"), {("XL210", ("绩效指标!G5",))}),
        "target blank": (set_in("养护里程", target=None), {("XL201", ("绩效指标!G5",))}),
        "unit blank": (set_in("养护里程", unit=None), {("XL201", ("绩效指标!H5",))}),
        "actual in words": (set_in("养护里程", actual="约126"), {("XL202", ("绩效指标!I5",))}),
        "a ratio for a percent": (set_in("沿线群众满意度", actual=0.934, reason=REASON), {("XL215", ("绩效指标!I23",))}),
        "grade blank": (set_in("群众出行条件", grade=None), {("XL201", ("绩效指标!J19",))}),
        "judged too high for the grade": (set_in("群众出行条件", judged=4), {("SC203", ("绩效指标!L19",))}),
        "judged too low for the grade": (set_in("施工扬尘控制", judged=3.19), {("SC203", ("绩效指标!L16",))}),
        "judged above the weight": (set_in("施工扬尘控制", judged=4.01), {("SC204", ("绩效指标!L16",))}),
        "weight blank": (set_in("养护里程", weight=None), {("XL201", ("绩效指标!K5",))}),
        "weights of 101": (set_in("养护里程", weight=11), {("SC210", ("得分汇总!E24",))}),
        "a shortfall without a reason": (set_in("修复路面面积", reason=None), {("SC201", ("绩效指标!N6",))}),
        "a reason of a dash": (set_in("修复路面面积", reason="——"), {("SC202", ("绩效指标!N6",))}),
        "beyond 130% without a note": (set_in("沿线农产品运输量", reason=None), {("SC205", ("绩效指标!N17",))}),
        "beyond 130%, a slash for a note": (set_in("沿线农产品运输量", reason="/"), {("SC205", ("绩效指标!N17",))}),
        "beyond 130%, dashes for a note": (set_in("沿线农产品运输量", reason="————"), {("SC213", ("绩效指标!N17",))}),
        "a number that was judged": (set_in("养护里程", judged=10), {("SC206", ("绩效指标!J5", "绩效指标!L5"))}),
        "two of one name": (set_in("改造危桥", name="养护里程"), {("SC208", ("绩效指标!D5", "绩效指标!D7"))}),
        "no satisfaction at all": (lambda d: d.update(indicators=[r for r in d["indicators"] if r["level1"] != "满意度指标"]),
                                   {("SC209", ("得分汇总!E17",)), ("SC210", ("得分汇总!E24",))}),
        "a conclusion of 201 letters": (put("conclusion.assessment", "总" * 201), {("XL205", ("评价结论!B4",))}),
        "problems blank": (put("conclusion.problems", None), {("XL201", ("评价结论!B8",))}),
        "no problems beside a low rate": (lambda d: (put("conclusion.problems", "暂无问题")(d), put("funds.fiscal.executed", 30)(d)),
                                          {("SC302", ("评价结论!B8", "项目资金!F4"))}),
        "no problems beside a low satisfaction": (lambda d: (put("conclusion.problems", "暂无问题")(d), set_in("沿线群众满意度", actual=79.9, reason=REASON)(d),
                                                             swap("objective.actual", "93.4%", "79.9%")(d)),
                                                  {("SC302", ("评价结论!B8", "绩效指标!I23"))}),
        "a prompt left in place": (put("conclusion.measures", "请填写内容"), {("SC401", ("评价结论!B12",))}),
        "a placeholder for a name": (set_in("养护里程", name="指标1"), {("SC402", ("绩效指标!D5",))}),
        "last year's year": (put("objective.actual", "2022年度养护公路126公里。"), {("SC403", ("项目信息!B17",))}),
        # what a reviewer asks
        "an actual in words, and weights of 101": (both(set_in("改造危桥", actual="约3"), set_in("养护里程", weight=11)),
                                                   {("XL202", ("绩效指标!I7",)), ("SC210", ("得分汇总!E24",))}),
        "more than all are satisfied": (both(set_in("沿线群众满意度", actual=120, reason=REASON), swap("objective.actual", "93.4%", "120%")),
                                        {("SC214", ("绩效指标!I23",))}),
        "half a bridge": (both(set_in("改造危桥", actual=2.5, reason=REASON), swap("objective.actual", "3座", "2.5座")), {("SC215", ("绩效指标!I7",))}),
        "a floor under complaints": (set_in("有效投诉件数", operator=">=", actual=3), {("SC216", ("绩效指标!F24",))}),
        "a reason of three letters": (set_in("增设标志牌", reason="缺电杆"), {("SC217", ("绩效指标!N8",))}),
        "three letters on the funds": (put("funds.total.reason", "追加款"), set()),
        "less explained by more": (set_in("修复路面面积", reason="超额完成工作任务"), {("SC218", ("绩效指标!N6",))}),
        "one reason in every row": (one_reason, {("SC219", reasons_at(6, 8, 11, 12, 13, 15, 16, 17, 18, 19, 22))}),
        "another figure expected than the target": (swap("objective.expected", "改造危桥3座", "改造危桥4座"), {("SC303", ("项目信息!B12", "绩效指标!G7"))}),
        "a shortfall without a word": (both(add("objective.expected", "植树500株。"), put("objective.actual", "全年养护农村公路126公里，植树400株。")),
                                       {("SC304", ("项目信息!B17",))}),
        "a figure without an answer": (add("objective.expected", "植树500株。"), {("SC305", ("项目信息!B17",))}),
        "the funds told wrongly": (put("conclusion.assessment", "项目总体完成，调整后预算34.2万元。"), {("SC306", ("评价结论!B4",))}),
        "a share that is not the table's": (swap("objective.actual", "93.4%", "98.4%"), {("SC309", ("项目信息!B17", "绩效指标!I23"))}),
        "a figure that is not the table's": (put("conclusion.assessment", "修复路面面积8600平方米。"), {("SC309", ("评价结论!B4", "绩效指标!I6"))}),
        "problems that are achievements": (put("conclusion.problems", "项目推进有力，养护里程持续增加，道路通行条件明显改善，得到沿线群众普遍好评和充分肯定。"),
                                           {("SC307", ("评价结论!B8",))}),
        "more problems than measures": (put("conclusion.measures", "一是按雨季倒排工期。"), {("SC308", ("评价结论!B12", "评价结论!B8"))}),
        "the name of a level for a name": (set_in("养护里程", name="数量指标"), {("SC402", ("绩效指标!D5",))}),
    },
    {},
)  # fmt: skip
MATRICES = {"national-project": NATIONAL, "sichuan-project": SICHUAN}
