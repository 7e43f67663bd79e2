"""Changes of a document in which nothing is found, each with what the rules across rows and tables then find."""

from __future__ import annotations

from collections.abc import Callable

Document = dict
Change = Callable[[Document], object]
Spots = tuple[str, ...]


def indicator(document: Document, name: str) -> dict:
    return next(row for row in document["indicators"] if row["name"] == name)


def give(name: str, /, **values: object) -> Change:
    return lambda document: indicator(document, name).update(values)


def goal(number: int, **texts: str) -> Change:
    return lambda document: document["goals"][number - 1].update(texts)


def item(number: int, **values: object) -> Change:
    return lambda document: document["budget"]["items"][number].update(values)


def narrative(**texts: str) -> Change:
    return lambda document: document["narrative"].update(texts)


def both(*changes: Change) -> Change:
    return lambda document: [change(document) for change in changes]


def more_goals(expected: str, actual: str) -> Change:
    return lambda document: document["goals"].append({"expected": expected, "actual": actual})


def in_yuan(document: Document) -> None:
    """Every amount of the budget ten thousand times what it was, with goals of no amount."""
    for row in (document["budget"]["basic"], *document["budget"]["items"]):
        row.update({key: round(row[key] * 10000, 2) for key in ("initial", "adjustment", "spent") if row.get(key) is not None})


def small(document: Document) -> None:
    """Every amount of the budget a tenth of what it was."""
    for row in (document["budget"]["basic"], *document["budget"]["items"]):
        row.update({key: round(row[key] / 10, 2) for key in ("initial", "adjustment", "spent") if row.get(key) is not None})


def duty(name: str, target: float, actual: float, unit: str = "家", operator: str = ">=", **values: object) -> Change:
    row = {"category": "履职", "name": name, "kind": "定量", "operator": operator, "target": target, "unit": unit, "actual": actual,
           "source": "业务台账", "reason": "按实际办理数量统计"}  # fmt: skip
    return lambda document: document["indicators"].append(row | values)


AT = "duties.{}.{}".format
TOTALS = (
    "合计：",
    "项目支出小计",
    "支出合计",
    "合计（万元）",
    "其中：项目支出",
    "本年支出合计（单位：万元）",
    "【总计】",
    "项目资金总额",
    "合计数",
)
ITEMS = (
    "会计审计费",
    "项目支出绩效评价费",
    "合计时监测",
    "总额预付补助",
    "支出管理系统",
    "小计量器具检定",
    "项目",
    "经费",
    "累计投入奖励",
)
RULES: dict[str, tuple[Change, set[tuple[str, Spots]]]] = {
    # budget
    "spent above adjusted": (item(4, spent=4.69), {("SZ101", ("items.4.spent",))}),
    "spent equal to adjusted": (item(4, spent=4.68), set()),
    "spent without any budget": (lambda d: d["budget"]["items"].append({"name": "会议费", "spent": 0.5}), {("SZ101", ("items.5.spent",))}),
    "neither budget nor spending": (lambda d: d["budget"]["items"].append({"name": "会议费", "spent": 0}), {("SZ104", ("items.5.spent",))}),
    "basic spending without its budget": (lambda d: d["budget"]["basic"].pop("initial"), {("XL201", ("basic.0.initial",))}),
    "an all-zero row": (lambda d: d["budget"]["items"].append({"name": "会议费", "initial": 0, "spent": 0}), {("SZ104", ("items.5.spent",))}),
    "nothing spent of something": (lambda d: d["budget"]["items"].append({"name": "会议费", "initial": 0.01, "spent": 0}), set()),
    "added and not spent": (lambda d: d["budget"]["items"].append({"name": "会议费", "adjustment": 0.01, "spent": 0}), set()),
    "negative initial": (item(4, initial=-4.68, adjustment=9.36), {("XL204", ("items.4.initial",))}),
    "an item without a name": (item(4, name=None), {("XL201", ("items.4.name",))}),
    # the unit of the whole table
    "a whole table in yuan": (in_yuan, {("SZ107", ("total.0.adjusted",))}),
    "a table in yuan of a small unit": (both(small, in_yuan), {("SZ107", ("total.0.adjusted",))}),
    "a table in yuan, with cents": (both(in_yuan, item(0, initial=26400.25, spent=26400.25)), {("SZ107", ("total.0.adjusted",))}),
    "a large budget counted in wan yuan": (both(in_yuan, item(0, initial=26400.123, spent=26400.123)), set()),
    # totals among the items
    "a total": (lambda d: d["budget"]["items"].append({"name": "合 计", "initial": 0, "spent": 0, "adjustment": 0.01}), {("SZ105", ("items.5.name",))}),
    "a total in brackets": (lambda d: d["budget"]["items"].append({"name": "小计（项目）", "spent": 0, "adjustment": 0.01}), {("SZ106", ("items.5.name",))}),
    "no total": (lambda d: d["budget"]["items"].extend({"name": name, "adjustment": 0.01, "spent": 0} for name in ITEMS), set()),
    "an item twice": (lambda d: d["budget"]["items"].append({"name": f'“{d["budget"]["items"][4]["name"]} ”', "adjustment": 0.01, "spent": 0}),
                      {("SZ108", ("items.4.name", "items.5.name"))}),
    "an item that begins alike": (lambda d: d["budget"]["items"].append({"name": f'{d["budget"]["items"][4]["name"]}（二期）', "adjustment": 0.01, "spent": 0}), set()),
    # reasons
    "no reason": (give("技术经纪人培训", reason=None), {("SZ201", (AT(3, "reason"),))}),
    "reason of one character": (give("技术经纪人培训", reason="无"), {("SZ201", (AT(3, "reason"),))}),
    "reason of dashes": (give("技术经纪人培训", reason="——"), {("SZ204", (AT(3, "reason"),))}),
    "reason of many dashes": (give("技术经纪人培训", reason="————————"), {("SZ204", (AT(3, "reason"),))}),
    "reason of nothing and spaces": (give("技术经纪人培训", reason="  无 \u3000 "), {("SZ201", (AT(3, "reason"),))}),
    "reason of three characters": (give("技术经纪人培训", reason="超额了"), {("SZ215", (AT(3, "reason"),))}),
    **{f"reason that a task is not there: {reason}": (give("结转结余率", applies="不适用", actual=None, reason=reason), set())
       for reason in ("无此项任务", "没有此项任务", "本项无任务", "无该项情况", "本单位无此项")},
    "reason like that above": (give("技术经纪人培训", reason="同上"), {("SZ201", (AT(3, "reason"),))}),
    "reason of a zero": (give("技术经纪人培训", reason="0"), {("SZ201", (AT(3, "reason"),))}),
    "reason repeated": (give("技术经纪人培训", reason="同上同上"), {("SZ204", (AT(3, "reason"),))}),
    "reason of zeros": (give("技术经纪人培训", reason="0.0000"), {("SZ204", (AT(3, "reason"),))}),
    **{f"reason that says {reason}": (give("技术经纪人培训", reason=reason), {("SZ204", (AT(3, "reason"),))})
       for reason in ("同第3行", "详见上行说明", "暂无原因说明", "没有什么原因", "无需说明", "见备注说明", "test", "详见附件", "详见附件1", "详见自评报告", "见上条说明",
                      "待补充说明", "按实际情况填写", "工作需要", "客观原因", "因故未完成", "符合要求", "已完成目标任务", "asdf",
                      "理由同上", "情况同上", "同上一条", "同第三行", "见附件三", "原因分析", "偏差原因", "没有完成", "未完成任务", "未达到预期", "本项不适用", "如上所述")},
    "two rows, two faults": (both(give("技术经纪人培训", reason=None), give("集聚仪器资源", reason="同上。。。")),
                             {("SZ201", (AT(3, "reason"),)), ("SZ204", (AT(4, "reason"),))}),
    **{f"reason that says more than {reason}": (give("技术经纪人培训", reason=f"{reason}{more}"), set())
       for reason, more in (("工作需要", "，增办两期"), ("因故未完成", "的两期增办到线上"), ("客观原因", "：场地停用"), ("详见附件", "，为台风所致"))},
    "a reason of four characters": (give("技术经纪人培训", reason="年中增办"), set()),
    "a reason that begins with a junk word": (give("技术经纪人培训", reason="无法按原计划办理"), set()),
    "dashes where no reason is needed": (give("各团服务保障工作", reason="————"), set()),
    "the target missed without a reason": (give("高新技术企业的受理", actual=1990, reason="略"),
                                           {("SZ204", (AT(11, "reason"),)), ("SZ304", ("goals.5.actual", AT(11, "actual"))),
                                            ("SZ311", ("narrative.0.overview", AT(11, "actual")))}),
    "not applicable for no reason": (give("政府采购执行率", applies="不适用", actual=None, reason="无"), {("SZ201", ("process.23.reason",))}),
    "not applicable for a reason": (give("政府采购执行率", applies="不适用", actual=None, reason="本年无政府采购"), set()),
    "more than: met exactly is missed": (both(duty("走访企业", 20, 20, operator=">", reason=None), more_goals("走访企业20家。", "走访企业20家。")),
                                         {("SZ201", (AT(12, "reason"),))}),
    "less than: met exactly is missed": (both(duty("投诉处理", 20, 20, "件", "<", reason=None), more_goals("投诉处理少于20件。", "投诉处理20件。")),
                                         {("SZ201", (AT(12, "reason"),))}),
    "at least: met exactly is met": (both(duty("走访企业", 20, 20, reason=None), more_goals("走访企业20家。", "走访企业20家。")), set()),
    # over-fulfilment
    "over-fulfilled by 30%": (both(duty("走访企业", 100, 130), more_goals("走访企业100家。", "走访企业130家。")), {("SZ202", (AT(12, "actual"),))}),
    "over-fulfilled by less": (both(duty("走访企业", 100, 129), more_goals("走访企业100家。", "走访企业129家。")), set()),
    "zero target": (both(duty("安全事故", 0, 0, "起", "="), more_goals("安全事故0起。", "安全事故0起。")), set()),
    "far below a ceiling": (both(duty("安全事故", 10, 1, "起", "<="), more_goals("安全事故不超过10起。", "安全事故1起。")), set()),
    # duplicates, categories, sources
    "a duplicate": (both(duty("走访企业", 20, 20), duty("走访企业", 30, 30), more_goals("走访企业20家，走访企业30家。", "走访企业20家，走访企业30家。")),
                    {("SZ205", (AT(12, "name"), AT(13, "name")))}),
    "a duplicate spelt with spaces": (both(duty("走访企业", 20, 20), duty("“走访 企业”", 30, 30), more_goals("走访企业20家，走访企业30家。", "走访企业20家和30家。")),
                                      {("SZ205", (AT(12, "name"), AT(13, "name")))}),
    "the same name in another category": (duty("服务企业满意度", 100, 100, "%", reason=None), set()),
    "names that differ by a number": (both(duty("走访企业一", 20, 20), duty("走访企业二", 30, 30), more_goals("走访企业20家，再走访企业30家。", "走访企业20家，再走访企业30家。")), set()),
    "names that differ by how a sign is written": (both(duty("惠企率≥95%", 20, 20, reason=None), duty("惠企率>=95%", 20, 20, reason=None), more_goals("惠企率≥95%共20家。", "惠企率≥95%共20家。")),
                                                   {("SZ205", (AT(12, "name"), AT(13, "name")))}),
    "names that differ by a sign": (both(duty("培育AA级企业", 20, 20, reason=None), duty("培育AA+级企业", 30, 30, reason=None),
                                         more_goals("培育AA级企业20家，培育AA+级企业30家。", "培育AA级企业20家，培育AA+级企业30家。")), set()),
    "a preset row repeated": (lambda d: d["indicators"].append(dict(indicator(d, "政府采购执行率"))), {("SZ205", ("process.23.name", "process.25.name"))}),
    "a category without a row": (lambda d: d.update(indicators=[row for row in d["indicators"] if row["category"] != "效益"]),
                                 {("SZ206", ("benefits.0.name",))}),
    "two categories without a row": (lambda d: d.update(indicators=[row for row in d["indicators"] if row["category"] not in ("效益", "满意度")]),
                                     {("SZ206", ("benefits.0.name", "satisfaction.0.name"))}),
    "a category with one row": (lambda d: d.update(indicators=[row for row in d["indicators"] if row["category"] != "效益" or row["name"] == "企业研发成本"]), set()),
    # across tables
    "carryover of nothing": (give("结转结余率", actual=0, reason=None), {("SZ301", ("process.19.actual",))}),
    "carryover off by more than rounding": (give("结转结余率", actual=4.5), {("SZ301", ("process.19.actual",))}),
    "carryover rounded to a whole percent": (give("结转结余率", actual=4), set()),
    "carryover not applicable": (give("结转结余率", applies="不适用", actual=None, reason="资金年末全部收回"), set()),
    "everything on schedule": (give("支付进度符合率", actual=100, reason=None), {("SZ302", ("process.17.actual",))}),
    "progress rounded": (give("支付进度符合率", actual=96), set()),
    "progress not filled in": (give("支付进度符合率", actual=None), {("XL201", ("process.17.actual",))}),
    "spending not filled in": (lambda d: d["budget"]["basic"].pop("spent"), {("XL201", ("basic.0.spent",))}),
    "travel adjusted": (item(1, initial=4, adjustment=-3.2, spent=0.8), {("SZ303", ("process.18.actual", "items.1.spent"))}),
    "travel not spent": (item(1, spent=0.6), {("SZ303", ("process.18.actual", "items.1.spent"))}),
    "travel changed and said so": (both(item(1, spent=0.6), give("“三公经费”变动率", actual=-20, reason="出国任务减少")), set()),
    "travel changed, the two years given": (both(item(1, spent=0.6), lambda d: d.update(base_data={"three_public_change": {"part": 5, "base": 5}})), set()),
    "another item changed": (item(2, spent=16.8), set()),
    "no problems and a low rate": (both(narrative(problems="暂无问题。"), give("非税收入预算完成率", actual=79.99)),
                                   {("SZ309", ("narrative.0.problems", "process.24.actual"))}),
    "no problems, in one word": (narrative(problems="无"), {("SZ309", ("narrative.0.problems", "process.24.actual"))}),
    **{f"no problems: {said}": (both(narrative(problems=said), give("非税收入预算完成率", actual=79.99)),
                                {("SZ309", ("narrative.0.problems", "process.24.actual"))})
       for said in ("没有发现明显问题。", "总体运行良好，未发现存在问题。", "不存在突出问题", "无存在问题")},
    "no problems and good rates": (both(narrative(problems="暂无问题"), give("非税收入预算完成率", actual=80)), set()),
    "problems told": (narrative(problems="预算编制不够细，未发现问题的原因是日常检查少，下一步要加强检查并逐项整改到位，提高收入预算编制的准确性。"), set()),
    # goals against indicators
    "a figure that contradicts": (goal(1, actual="科技镇长团各类会议开了7场。"), {("SZ304", ("goals.0.actual", AT(9, "actual")))}),
    "a target that contradicts": (goal(1, expected="召开科技镇长团各类会议8场。"), {("SZ304", ("goals.0.expected", AT(9, "target")))}),
    "the promise's own words stand at another figure": (
        goal(4, expected="技术转移体系建设项目不低于240项。", actual="备案科技成果转化项目292项，立项技术转移体系建设项目256项。"),
        {("SZ304", ("goals.3.actual", AT(7, "actual")))}),
    "another figure beside the right one": (goal(4, actual="科技成果转化项目292项完成备案，其中重点项目12项。"), set()),
    "what was due is no result": (goal(7, actual="高企年度发展情况报表的统计调查，应统11472家，完成11372家。"), set()),
    "a rounded figure": (goal(8, actual="仪器5.8万台套，原值合计420亿元。"), set()),
    "a rounded amount": (goal(3, actual="成交额为869亿元。"), set()),
    "an amount rounded wrongly": (goal(3, actual="成交额为868亿元。"), {("SZ304", ("goals.2.actual", AT(6, "actual")))}),
    "more than so many": (goal(6, actual="推荐到省认定机构的企业超2000家。"), set()),
    "a synonym of the unit": (goal(6, actual="推荐到省认定机构的企业有2086户。"), set()),
    "the sum of two parts": (goal(5, actual="培训办了线上3场、线下4场。"), set()),
    "a difference beside the figure": (goal(2, actual="产学研对接活动合计办成16场，比预期多1场。"), set()),
    "full-width digits": (goal(2, actual="产学研对接活动合计办成１６场。"), set()),
    "an ordinal is no figure": (goal(1, actual="科技镇长团各类会议开了6场，第27、28场为线上会议。"), set()),
    # promised against reported
    "a shortfall": (more_goals("走访社区200个。", "走访社区190个。"), {("SZ305", ("goals.10.actual",))}),
    "a shortfall of a percentage": (more_goals("学员满意度达到95%。", "学员满意度93%。"), {("SZ305", ("goals.10.actual",))}),
    "another percentage": (more_goals("学员满意度达到95%。", "参训人数增长12.5%，学员满意度97%。"), set()),
    "a shortfall with its cause": (more_goals("编印手册5000册。", "因印刷延期，发放4600册。"), set()),
    "a cause behind a percentage": (more_goals("培训覆盖率达到95%以上。", "培训覆盖率为94.6%，因疫情两场取消。"), set()),
    "a cause within the sentence": (more_goals("走访社区200个。", "走访社区190个因台风推迟到次年。"), set()),
    "under an influence": (more_goals("走访社区200个。", "受人员变动影响，走访社区190个。"), set()),
    "brought about": (more_goals("走访社区200个。", "走访社区190个，主要是社区合并导致。"), set()),
    "a consequence is no cause": (more_goals("走访社区200个。", "走访社区190个，居民因此受益，影响不断扩大。"), {("SZ305", ("goals.10.actual",))}),
    "an idiom is no cause": (more_goals("走访社区200个。", "因地制宜走访社区190个，因户施策帮扶因病致贫家庭，找准原因。"), {("SZ305", ("goals.10.actual",))}),
    "whom it is done for is no cause": (more_goals("走访企业200家。", "走访受洪水影响的企业190家，受理诉求，受到好评，消除可能导致的风险。"), {("SZ305", ("goals.10.actual",))}),
    "a shortfall of ten thousands": (more_goals("服务居民1万人次。", "服务居民5200人次。"), {("SZ305", ("goals.10.actual",))}),
    "a shortfall of hundred millions": (more_goals("争取上级资金2亿元。", "争取上级资金1.6亿元。"), {("SZ305", ("goals.10.actual",))}),
    "a small shortfall of ten thousands": (more_goals("服务居民1万人次。", "服务居民9990人次。"), {("SZ305", ("goals.10.actual",))}),
    "a shortfall behind a rough figure": (more_goals("发布信息24900条。", "发布信息2万条。"), {("SZ305", ("goals.10.actual",))}),
    "ten thousands reported roughly": (more_goals("服务居民10200人次。", "服务居民1万人次。"), set()),
    "ten thousands reached": (more_goals("服务居民1万人次。", "服务居民10020人次。"), set()),
    "an indicator in hundred millions that contradicts": (
        both(duty("争取上级资金", 2, 2, "亿元", reason=None), more_goals("争取上级资金2亿元。", "争取上级资金1.6亿元。")),
        {("SZ304", ("goals.10.actual", AT(12, "actual")))}),
    "an indicator in hundred millions, rounded": (
        both(duty("争取上级资金", 2, 2, "亿元", reason=None), more_goals("争取上级资金2亿元。", "争取上级资金1.98亿元。")), set()),
    "a shortfall that is admitted": (more_goals("走访社区200个。", "走访社区190个，由于疫情未达到预期。"), set()),
    "a shortfall that the indicators report": (both(duty("走访社区", 200, 190, "个"), more_goals("走访社区200个。", "走访社区190个。")), set()),
    "lowered to so much": (more_goals("服务对象投诉率降至3%，印刷能耗降低到80吨。", "服务对象投诉率降至2.1%，印刷能耗降低到75吨。"), set()),
    "years that an indicator counts in": (both(duty("档案保管年限", 10, 10, "年", reason=None), more_goals(
        "档案保管年限不少于10年，2022年举办宣讲15场。", "档案保管年限达到10年，全年举办宣讲16场。")), set()),
    "promised at most": (more_goals("投诉不超过10件。", "投诉3件。"), set()),
    "promised in parts": (more_goals("举办宣讲20场。", "线上宣讲12场，线下宣讲9场。"), set()),
    "a part beside the whole": (more_goals("举办宣讲20场。", "举办宣讲21场，其中线上5场。"), set()),
    "printed with less precision": (more_goals("发布信息24800条。", "发布信息2.48万条。"), set()),
    "a promise without a word": (more_goals("走访社区20个，发布信息300条。", "走访社区21个。"), {("SZ306", ("goals.10.actual",))}),
    "a promise answered in words": (more_goals("举办宣讲3场。", "三场宣讲全部办结。"), set()),
    "one thing promised and done": (more_goals("建设服务平台1个。", "服务平台已经建成。"), set()),
    "a percentage answered in words": (more_goals("按时完成率100%。", "各项工作按时完成。"), set()),
    "so many a month": (more_goals("每月走访社区20个。", "走访工作有序开展。"), set()),
    "a time limit": (more_goals("3个月内建成平台，2022年12月前投入使用。", "平台已经建成并投入使用。"), set()),
    "one figure for two promises": (more_goals("走访社区20个，走访园区10个。", "走访社区和园区共32个。"), set()),
    "carried by an indicator": (both(duty("走访社区", 20, 20, "个", reason=None), more_goals("走访社区20个。", "走访工作全部完成。")), set()),
    # indicators without a goal
    "an indicator no goal mentions": (duty("培育技术经纪人", 300, 310, "人"), {("SZ307", (AT(12, "name"),))}),
    "an indicator named without its figure": (both(duty("走访社区居民", 20, 20, "户"), more_goals("走访社区居民。", "走访工作有序开展。")), set()),
    "an indicator in percent": (duty("培育技术经纪人", 100, 100, "%", reason=None), set()),
    "an indicator in words": (duty("培育技术经纪人", None, None, kind="定性") and give("科技镇长团宣传、管理", target="有序", actual="有序"), set()),
    # amounts
    "an amount of another budget": (more_goals("兑现补助资金。", "兑现补助30万元。"), {("SZ308", ("goals.10.actual",))}),
    "an amount within the project spending": (more_goals("兑现补助资金。", "兑现补助25.75万元。"), set()),
    "an amount that is no spending": (more_goals("促进成果转化。", "实现合同成交额3000万元，带动企业销售5000万元。"), set()),
    "amounts of the unit's own budget": (more_goals("按时执行预算。", "调整预算627.17万元，实际支出603.04万元，其中基本支出约577万元，追加84.85万元。"), set()),
    "an amount near one of the unit's own budget": (more_goals("按时执行预算。", "兑现补助628万元。"), {("SZ308", ("goals.10.actual",))}),
    "what staff and offices cost": (more_goals("按时执行预算。", "人员经费448.6万元，发放工资300万元，公用经费128.7万元，基本支出合计577万元。"), set()),
    "an amount in the narrative": (narrative(duties="2022年兑现补助1748.4493万元。"), set()),
    # texts
    "a prompt left in a cell": (narrative(problems="写明自评中发现的问题；逐条列出。"), {("SZ401", ("narrative.0.problems",))}),
    "a prompt before the text": (give("各团服务保障工作", source="写明能证明完成值的材料。服务记录"), {("SZ401", (AT(5, "source"),))}),
    "words of a prompt": (narrative(problems="自评中发现的问题已经逐条列出，原因在于预算编制不够细。"), set()),
    "placeholder in a name": (give("各团服务保障工作", name="指标1"), {("SZ402", (AT(5, "name"),))}),
    "placeholder in a line": (goal(10, actual="指标2：\n平台有序运行。"), {("SZ402", ("goals.9.actual",))}),
    "XX": (goal(10, actual="与XX平台接通。"), {("SZ402", ("goals.9.actual",))}),
    "20XX": (goal(10, actual="20XX年与省平台接通。"), {("SZ402", ("goals.9.actual",))}),
    "ellipsis": (goal(10, actual="平台有序运行，……"), {("SZ402", ("goals.9.actual",))}),
    "good or bad": (give("各团服务保障工作", target="好坏", actual="好坏"), {("SZ402", (AT(5, "target"), AT(5, "actual")))}),
    "a bookmark": (narrative(duties="[bookmark: _GoBack]各项任务均已完成。"), {("SZ402", ("narrative.0.duties",))}),
    "the name of a bookmark": (narrative(duties="_GoBack 各项任务均已完成。"), {("SZ402", ("narrative.0.duties",))}),
    "so many indicators": (goal(10, actual="年度绩效指标54项全部完成。"), set()),
    "good or bad in a sentence": (narrative(problems="服务好坏由企业评价，样本还不够多。"), set()),
    "ellipsis in a quotation": (narrative(problems="企业反映“平台好用，……还要更快”，响应速度有待提高。"), set()),
    "letters": (goal(10, actual="平台采用XXL-JOB调度，与5G、APEC等系统接通。"), set()),
    "last year": (narrative(duties="2021年，各项任务均已完成。"), {("SZ403", ("narrative.0.duties",))}),
    "last year in wide digits": (narrative(duties="２０２１年，各项任务均已完成。"), {("SZ403", ("narrative.0.duties",))}),
    "what began in other years": (goal(10, actual="2021年立项的3个课题本年全部结题；2020年购置的设备已报废，平台2019年上线运行。"), set()),
    "what is done each year for the last": (goal(10, actual="完成2021年度项目绩效评价12个，开展2021年度部门整体支出绩效自评，2021年度年报按时报送。"), set()),
    "last year in a goal": (goal(10, expected="2021年有序运行平台。"), {("SZ403", ("goals.9.expected",))}),
    "this year": (narrative(duties="2022年，各项任务均已完成，2022年度目标全部实现。"), set()),
    "a range": (narrative(duties="2018-2021年连年获奖；2020年、2021年两年的任务和2021年9月至2022年8月的任务均已完成。"), set()),
    "history": (narrative(duties="中心成立于1984年8月，平台自2019年起运行，服务数量比2021年增长一成。"), set()),
    "the profile": (narrative(profile="2016年，中心有职工30人。"), set()),
    "a title": (narrative(measures="按照《关于做好2021年部门决算工作的通知》执行。"), set()),
    "plans for next year": (narrative(measures="2023年全面推开项目绩效评价。"), set()),
    "plans to the end of a period": (narrative(duties="到2025年建成服务体系的任务已经分解。"), set()),
    "publication next year": (goal(10, actual="平台有序运行，年度报告于2023年6月公开。"), set()),
    "next year in a report": (goal(10, actual="2023年平台有序运行。"), {("SZ403", ("goals.9.actual",))}),
}  # fmt: skip
