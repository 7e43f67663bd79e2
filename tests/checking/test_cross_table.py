"""The rules of the form across rows, tables and sentences: what each finds, and the near misses it leaves alone."""

from __future__ import annotations

import copy
import json
import re
import time
from dataclasses import replace

import pytest

from support.cross_rules import AT, RULES, TOTALS, Document, Spots, both, duty, give, goal, indicator, item, narrative
from support.documents import random_document
from support.paths import EXAMPLE, SPECIMEN
from support.reviewer_rules import REVIEWED
from support.sweeps import seeds
from xlperf.checking.checks import check
from xlperf.checking.rule_checks import CHECKS, WITH_ISSUED
from xlperf.checking.sentences.grammar import Grammar, make_grammar
from xlperf.checking.sentences.quantities import Quantity, agrees, same
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding, gather

# Specimen 3.4: c, d, e, i, j, k, o, r; the over-fulfilled rows; the ten blank 主要内容. l, m, p, s are silent.
EXPECTED = {
    ("SZ202", tuple(f"duties.{row}.actual" for row in (3, 5, 7, 8, 10))),
    ("SZ301", ("process.19.actual",)),
    ("SZ302", ("process.17.actual",)),
    ("SZ303", ("process.18.actual", "items.1.spent")),
    ("SZ304", ("goals.3.actual", "duties.8.actual")),
    ("SZ305", ("goals.7.actual",)),
    ("SZ306", ("goals.7.actual",)),
    ("SZ307", ("duties.5.name", "duties.12.name")),
    ("SZ308", ("goals.8.actual", "tasks.8.completion")),
    ("XL207", tuple(f"tasks.{row}.content" for row in range(10))),
}
SENTENCES = {
    "SZ301": "结转结余率：完成值 0%；预算总金额执行率 96.03%，其余没有支出",
    "SZ302": "支付进度符合率：完成值 100%；预算总金额执行率 96.03%",
    "SZ304": "目标 4 写“256项”，指标“受理成果转化项目”为 292项",
    "SZ305": "目标 8：预期 24900项，完成 24800项",
    "SZ306": "目标 8：预期 18000项，完成情况中没有相应的数字",
    "SZ307": "培育技术经纪人（300人）：绩效目标中没有提到；科技合作交流活动（4场）：绩效目标中没有提到",
}
OVER_FULFILLED = ("40.00%", "181.00%", "31.63%", "46.00%", "50.00%")


# --- helpers -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form(find_form("suzhou-department", year=2022))


def example() -> Document:
    return json.loads((EXAMPLE / "document.json").read_text("utf-8"))


def findings(form: Form, document: Document) -> list[Finding]:
    rows, strays = rows_of(form, document)
    assert strays == []
    return gather(check(form, compute(form, rows)), form)


def found(form: Form, document: Document) -> set[tuple[str, Spots]]:
    return {(f.code, tuple(f"{s.block}.{s.index}.{s.field}" for s in f.spots)) for f in findings(form, document)}


def sentence(form: Form, document: Document, code: str) -> dict:
    (finding,) = (f for f in findings(form, document) if f.code == code)
    return describe(finding, form)


@pytest.fixture(scope="session")
def quiet(form: Form) -> Document:
    """The example with everything mended that is found in it: no finding at all."""
    document = example()
    for task in document["tasks"]:
        task["content"] = "按年度计划组织实施"
    for name, target in (
        ("技术经纪人培训", 6),
        ("全市技术合同成交额", 800),
        ("科技镇长团各类会议", 5),
        ("受理成果转化项目", 240),
    ):
        indicator(document, name)["target"] = target
    give("结转结余率", actual=3.97, reason="部分支出结转下年使用")(document)
    give("支付进度符合率", actual=96.03, reason="人员经费支出少于预算")(document)
    item(1, initial=0.8, adjustment=None, spent=0.8)(document)
    document["indicators"] = [row for row in document["indicators"] if row["name"] not in ("培育技术经纪人", "科技合作交流活动")]
    texts = {0: ("召开科技镇长团各类会议5场。", "科技镇长团各类会议开了6场。"), 2: ("技术合同成交额做到800亿元。", "成交额为868.78亿元。"),
             3: ("科技成果转化项目不低于240项。", "科技成果转化项目292项完成备案。"), 4: ("技术经纪人培训全年办6场。", "培训办了7场。"),
             7: ("平台汇集研发资源达58000台套。", "仪器58200台套，原值合计420亿元。"), 8: ("两类补助兑现单位100家。", "兑现到474家企业，另有11家管理单位。")}  # fmt: skip
    for number, (expected, actual) in texts.items():
        document["goals"][number] = {"expected": expected, "actual": actual}
    document["tasks"][8]["completion"] = "用户费用补助兑现到474家企业。"
    overview = document["narrative"]["overview"]
    document["narrative"]["overview"] = overview.rpartition("\n")[0]  # the last paragraph tells figures of the budget
    give("结转结余率", actual=round(100 * (1 - (577.3 + 25.74) / (601.42 + 25.75)), 2))(document)
    give("支付进度符合率", actual=round(100 * (577.3 + 25.74) / (601.42 + 25.75), 2))(document)
    assert found(form, document) == set()
    return document


# --- the specimen --------------------------------------------------------------------------------------------


def test_the_example_has_exactly_the_findings_of_the_specimen(form: Form) -> None:
    assert found(form, example()) == EXPECTED
    assert {finding.severity for finding in findings(form, example())} == {"warning"}


@pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not beside the repository")
def test_the_specimen_itself_has_exactly_these_findings(form: Form) -> None:
    document = specimen()
    assert (len(document["goals"]), len(document["tasks"]), len(document["indicators"])) == (10, 10, 54)
    assert found(form, document) == EXPECTED
    assert {finding.severity for finding in findings(form, document)} == {"warning"}


@pytest.mark.parametrize("code", SENTENCES)
def test_the_findings_say_what_is_wrong_in_the_words_of_the_form(form: Form, code: str) -> None:
    assert sentence(form, example(), code)["found"] == SENTENCES[code]


def test_the_over_fulfilled_rows_are_one_finding(form: Form) -> None:
    shown = sentence(form, example(), "SZ202")["found"]
    assert re.findall(r"偏差 ([0-9.]+%)", shown) == list(OVER_FULFILLED)


def specimen() -> Document:
    """The report of 2022 as a document: its sections, its tables, the cover filled; the word processor's bookmark stripped."""
    text = re.sub(r"\[bookmark[^\]]*\]", "", SPECIMEN.read_text("utf-8"))
    heads = [r"二、年度履职目标完成情况：", r"三、部门（单位）概况", r"四、部门（单位）整体支出绩效实现情况", r"五、部门（单位）整体支出绩效中存在问题及改进措施",
             r"六、绩效自评结果拟应用和公开情况", r" 7、 预算信息", r"8、 年度重点任务", r"9、 部门整体自评表"]  # fmt: skip
    parts = [part.strip("\n") for part in re.split("|".join(map(re.escape, heads)), text)[1:]]
    duties, profile, results, problems, application, budget, tasks, indicators = parts
    overview = results[: results.index("1.对年度绩效目标1")]
    goals = re.findall(r"的分析\s*预期目标：(.*?)\s*完成情况：(.*?)\s*(?=[0-9]+\.对年度|\Z)", results, re.DOTALL)
    problem, measure = problems.split("针对整体支出绩效中存在问题的改进措施")
    rows = [row for row in map(cells, budget.split("\n\n")) if len(row) == 6]
    document = {
        "form": "suzhou-department", "revision": "2022", "fiscal_year": 2022, "cover": example()["cover"],
        "narrative": {"duties": duties.strip(), "profile": profile.strip(), "overview": overview.strip(), "problems": problem.strip(),
                      "measures": measure.strip(), "application": application.strip()},
        "goals": [{"expected": expected, "actual": actual} for expected, actual in goals],
        "budget": {"basic": money(rows[2]), "items": [{"name": row[0]} | money(row) for row in rows[4:]]},
        "tasks": [{"duty": row[0], "task": row[1], "content": row[2], "completion": row[3]} for row in map(cells, tasks.split("\n\n"))
                  if len(row) == 4 and row[1] != "任务名称"],
        "indicators": [],
    }  # fmt: skip
    category = ""
    for row in map(cells, indicators.split("\n\n")[1:]):
        if len(row) == 8:
            category = row[1] or category
            document["indicators"].append({"category": category} | printed(row[2:]))
    return json.loads(json.dumps(document), object_hook=lambda d: {k: v for k, v in d.items() if v not in ("", None)})


def cells(row: str) -> list[str]:
    return [cell.strip(" \u00a0\t\n") for cell in ("\n" + row.lstrip("\n")).split("\n\t")[not row.lstrip("\n")[:1].strip() :]]


def money(row: list[str]) -> dict:
    values = zip(("initial", "adjustment", "spent"), (row[1], row[2], row[4]), strict=True)
    return {key: float(value) for key, value in values if value}


def printed(row: list[str]) -> dict:
    """Name, target, actual, source, deviation, reason as printed."""
    name, target, actual, source, _, reason = row
    number = re.fullmatch(r"(>=|<=|=)([0-9.]+)(\D+)", target)
    values = {"name": name, "kind": "定性", "target": target, "actual": actual}
    if number:
        values |= {"kind": "定量", "operator": number[1], "target": float(number[2]), "unit": number[3]}
        values["actual"] = None if name in ("预算执行率", "预算调整率") else float(actual.removesuffix(number[3]))
    return values | {"source": source, "reason": reason}


# --- every rule, what it finds and what it leaves ------------------------------------------------------------


@pytest.mark.parametrize("case", RULES)
def test_a_rule_finds_what_is_wrong_and_nothing_else(form: Form, quiet: Document, case: str) -> None:
    change, expected = RULES[case]
    document = copy.deepcopy(quiet)
    change(document)
    assert found(form, document) == expected


@pytest.mark.parametrize("case", REVIEWED)
def test_a_reviewers_rule_finds_what_is_wrong_and_nothing_else(form: Form, quiet: Document, case: str) -> None:
    change, expected = REVIEWED[case]
    document = copy.deepcopy(quiet)
    change(document)
    assert found(form, document) == expected


def test_a_turned_limit_is_told_with_the_sign_that_its_cell_shows(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet)
    change, _ = REVIEWED["a floor under accidents"]
    change(document)
    assert sentence(form, document, "SZ214")["found"] == "安全事故起数：比较符 ≥，目标值 3起"


@pytest.mark.parametrize("name", TOTALS)
def test_a_total_among_the_items_is_found_however_it_is_written(form: Form, quiet: Document, name: str) -> None:
    document = copy.deepcopy(quiet)
    document["budget"]["items"].append({"name": name, "initial": 0, "adjustment": 0.01, "spent": 0})
    assert found(form, document) == {("SZ106", ("items.5.name",))}


def test_one_source_in_more_than_half_of_the_rows_is_an_info(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet)
    rows = document["indicators"]
    for row in rows[: len(rows) // 2]:
        row["source"] = "年终总结"
    assert found(form, document) == set()
    rows[-1]["source"] = "年终总结 "
    (finding,) = findings(form, document)
    assert (finding.code, finding.severity, len(finding.spots)) == ("SZ207", "info", len(rows) // 2 + 1)
    assert sentence(form, document, "SZ207")["found"] == "“年终总结”出现在 52 行中的 27 行"


def test_deviations_all_zero_are_an_info(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet)
    document["goals"] = []
    for row in document["indicators"]:
        if "actual" in row:
            row["actual"] = row["target"]
    document["indicators"] = [row for row in document["indicators"] if row["category"] != "履职" or row["kind"] == "定性"]
    document["budget"] = {"basic": {"initial": 100, "spent": 100}}
    (finding,) = findings(form, document)
    assert (finding.code, finding.severity) == ("SZ310", "info")
    give("各团服务保障工作", actual="基本满意", reason="个别团反映联系不够")(document)
    assert found(form, document) == set()
    give("各团服务保障工作", actual="满意")(document)
    give("非税收入预算完成率", actual=99.99)(document)
    assert found(form, document) == set()


def test_no_problems_beside_low_spending(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet)
    both(
        narrative(problems="暂无问题"), give("非税收入预算完成率", actual=100), lambda d: d["budget"]["basic"].update(spent=400)
    )(document)
    (finding,) = (f for f in findings(form, document) if f.code == "SZ309")
    assert [(spot.block, spot.field) for spot in finding.spots] == [("narrative", "problems"), ("total", "rate"), ("basic", "rate"),
                                                                    ("process", "actual")]  # fmt: skip
    assert sentence(form, document, "SZ309")["found"] == "预算总金额 67.88%；基本支出 66.51%；预算执行率 67.88%"


def test_an_empty_document_asks_for_what_is_missing_and_little_else(form: Form) -> None:
    codes = {finding.code for finding in findings(form, {"form": form.key, "revision": form.revision, "fiscal_year": 2022})}
    assert codes == {"XL201", "XL207", "SZ206"}


def test_what_is_wrong_already_silences_the_checks(form: Form, quiet: Document) -> None:
    """A text too long for its cell is one finding, whatever else stands in it."""
    document = copy.deepcopy(quiet)
    goal(10, actual="XX" + "长" * 5000)(document)
    assert found(form, document) == {("XL205", ("goals.9.actual",))}


@pytest.mark.slow
def test_no_document_makes_a_rule_fail(form: Form) -> None:
    for seed in seeds(200, usual=50):
        rows = compute(form, rows_of(form, random_document(form, seed))[0])
        for finding in gather(check(form, rows), form):
            assert describe(finding, form)["message"]
            assert all(spot.block in form.blocks for spot in finding.spots)


HOSTILE = {
    "figures": "走访企业20家，" * 600, "digits": "1" * 5000, "digits apart": "1 " * 2500, "spaces": "1" + " " * 4998 + "家",
    "quotation marks": "“" * 5000, "crosses": "×" * 5000, "crosses and a letter": "X" * 4999 + "a", "years": "2021年至" * 800,
    "brackets": "[bookmark" * 550, "dots": "." * 5000, "ordinals": "第1、" * 1200, "no punctuation": "走访企业" * 1000 + "20家" * 200,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(form: Form, text: str) -> None:
    document = example()
    document["goals"] = [{"expected": text[:5000], "actual": text[:4999]} for _ in range(30)]
    rows = compute(form, rows_of(form, document)[0])
    start = time.process_time()
    for rule in form.rules.values():
        if rule.check:
            list(CHECKS[rule.check](form, rows, rule) if rule.check in CHECKS else ())
    assert time.process_time() - start < 5


def test_a_long_reason_of_junk_words_does_not_take_long(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet)
    give("技术经纪人培训", reason="无原因" * 600 + "好")(document)
    assert found(form, document) == set()
    give("技术经纪人培训", reason="无原因" * 600)(document)
    assert found(form, document) == {("SZ204", (AT(3, "reason"),))}


# Goals as other departments write them: (expected, actual), and the indicators that go with them: (name, target, actual, unit).
OTHER_GOALS = (
    ("举办大型文化活动20场次以上，惠及群众10万人次。", "全年举办大型文化活动26场次，惠及群众12.5万人次。"),
    ("新建、改扩建学校12所，新增学位1.5万个。", "新建、改扩建学校13所，新增学位1.62万个。"),
    ("垃圾分类小区全覆盖，分类准确率达90%。", "垃圾分类小区实现全覆盖，准确率92%。"),
    ("免费婚检8000对。", "全年婚检8245对。"),
    ("化解信访积案30件，初次信访办结率100%。", "化解积案32件，办结率100%。"),
    ("老旧小区改造30个，惠及居民5000户。", "改造30个小区（其中2021年结转8个），惠及5236户。"),
    ("争取上级资金2亿元。", "争取上级资金2.3亿元。"),
    ("发放创业担保贷款5000万元。", "发放贷款6120万元，扶持创业1200人。"),
    ("培训学员300人次；考核合格率95%以上。", "培训学员312人次，合格率98%。"),
    ("完成3大类15项指标，5A级景区2家，12345热线办结率99%。", "3大类15项指标全部完成，新增5A级景区2家，热线办结率99.5%。"),
    ("第三产业增加值增长5%以上，4月底前完成普查。", "第三产业增加值增长6.2%，普查工作按期完成。"),
    ("10个项目验收，5个项目开工。", "10个项目全部通过验收，5个项目按期开工建设。"),
    ("新增就业1万人，登记失业率控制在4%以内。", "新增就业10562人，登记失业率3.1%。"),
    ("送戏下乡不少于100场，送书10000册。", "送戏下乡118场（含线上直播12场），送书1.2万册。"),
    ("对50家重点企业开展走访，形成调研报告3篇。", "走访重点企业58家，形成专题报告4篇，其中1篇获市领导批示。"),
    ("开展政策宣讲，覆盖企业200家以上。", "举办宣讲会12场，参会企业近300家、人员500余人。"),
    ("每季度召开1次联席会议，全年不少于4次。", "全年召开联席会议5次。"),
    ("建设1个中心、2个平台、3个基地。", "1个中心、2个平台、3个基地全部建成并投入使用。"),
)
OTHER_DUTIES = (
    ("大型文化活动场次", 20, 26, "场次"), ("惠及群众人数", 10, 12.5, "万人次"), ("新改扩建学校数", 12, 13, "所"), ("新增学位", 15000, 16200, "个"),
    ("免费婚检人数", 8000, 8245, "对"), ("化解信访积案", 30, 32, "件"), ("老旧小区改造", 30, 30, "个"), ("争取上级资金", 2, 2.3, "亿元"),
    ("发放创业担保贷款", 5000, 6120, "万元"), ("培训学员", 300, 312, "人次"), ("新增5A级景区", 2, 2, "家"), ("项目验收数", 10, 10, "个"),
    ("新增就业人数", 10000, 10562, "人"), ("送戏下乡", 100, 118, "场"), ("走访重点企业", 50, 58, "家"), ("宣讲覆盖企业", 200, 298, "家"),
    ("联席会议", 4, 5, "次"), ("基地建设", 3, 3, "个"), ("调研报告", 3, 4, "篇"),
)  # fmt: skip


def test_goals_of_other_departments_are_left_alone(form: Form, quiet: Document) -> None:
    document = copy.deepcopy(quiet) | {"goals": [{"expected": expected, "actual": actual} for expected, actual in OTHER_GOALS]}
    document["indicators"] = [row for row in document["indicators"] if row["category"] != "履职"]
    for name, target, actual, unit in OTHER_DUTIES:
        duty(name, target, actual, unit, reason=f"{name}按台账统计")(document)
    assert {code for code, _ in found(form, document)} == {"SZ202"}
    goal(9, actual="培训学员290人次，合格率93%。")(document)
    goal(18, actual="1个中心建成。")(document)
    assert {code for code, _ in found(form, document)} == {"SZ202", "SZ304", "SZ305", "SZ306"}


# --- the form's own mistakes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [("SZ205", "table"), ("SZ303", "row"), ("SZ304", "goals"), ("SZ305", "cause"), ("SZ308", "unit"), ("SZ403", "year")],
)
def test_a_check_without_a_parameter_it_needs_is_a_mistake_of_the_form(form: Form, code: str, name: str) -> None:
    rule = form.rules[code]
    rows = compute(form, rows_of(form, example())[0])
    for value in ({}, {name: "nothing"}) if name in ("table", "row", "goals") else ({},):
        broken = replace(rule, parameters={key: known for key, known in rule.parameters.items() if key != name} | value)
        with pytest.raises(FormError, match=rf"rules\.{code}\.parameters\.{name}"):
            list(CHECKS[rule.check](form, rows, broken))


def test_every_check_of_the_form_is_known(form: Form) -> None:
    assert {rule.check for rule in form.rules.values() if rule.check} == CHECKS.keys() | WITH_ISSUED.keys()
    assert list(CHECKS) == sorted(CHECKS)


# --- quantities ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def grammar(form: Form) -> Grammar:
    return make_grammar(form.rules["SZ304"].parameters, ["亿元", "家（户）"])


QUANTITIES: dict[str, list[tuple[str, str, str]]] = {
    "走访企业256家": [("256", "家", "")],
    "5.8万台套": [("58000", "台套", "")],
    "成交额868.78亿元，": [("86878000000", "元", "")],
    "补助1,748.4493万元": [("17484493", "元", "")],
    "超400条、近20场、约3.6万人次": [("400", "条", "least"), ("20", "场", "near"), ("36000", "人次", "about")],
    "400余条，100多万元，3万余人": [("400", "条", "least"), ("1000000", "元", "least"), ("30000", "人", "least")],
    "20场以上，10个以内，5家左右": [("20", "场", "least"), ("10", "个", "most"), ("5", "家", "about")],
    "不低于95％，不超过３次，至少8场": [("95", "%", "least"), ("3", "次", "most"), ("8", "场", "least")],
    "比预期多1场，同比38.9%，超额2项": [],
    "第27、28期，第3批": [],
    "每月2次，每家企业补助5万元": [],
    "3个月、5个工作日、4个方面": [],
    "2022年12月31日，A4纸，5G，5部门": [],
    "由4场增加到6场": [("4", "场", ""), ("6", "场", "")],
    "同比增长38.9%，提高2个百分点": [("38.9", "%", ""), ("2", "个百分点", "")],
    "家（户）": [],
    "20家（户）": [("20", "家（户）", "")],
    "1.2.3家": [],
    "": [],
}


@pytest.mark.parametrize("text", QUANTITIES)
def test_quantities_are_read_as_people_write_them(grammar: Grammar, text: str) -> None:
    read = [(format(q.value.normalize(), "f"), q.unit, q.bound) for q in grammar.quantities(text)]
    assert read == QUANTITIES[text]


@pytest.mark.parametrize(("text", "low", "high"), [
    ("10-15家", 10, 15), ("3至5场", 3, 5), ("3场至5场", 3, 5), ("8—10期", 8, 10), ("15~20场", 15, 20), ("5至3场", 3, 3), ("5场", 5, 5),
    ("1.5至2万人次", 15000, 20000),
])  # fmt: skip
def test_a_range_has_two_ends(grammar: Grammar, text: str, low: int, high: int) -> None:
    (quantity,) = grammar.quantities(text)
    assert (quantity.low, quantity.value) == (low, high)


MEANT = {
    "进入全省前10名": ("#", "", ""), "位列全市第3位": ("#", "", ""), "居全省前三名": ("#", "", ""),
    "增长6%": ("%", "rise", ""), "减少12件": ("件", "fall", ""), "提高0.5个百分点": ("个百分点", "rise", ""), "降低到12件": ("件", "", ""),
    "累计达到236家": ("家", "", "total"), "新增规上企业12家": ("家", "", "new"), "全年累计服务20家": ("家", "", "new"),
    "（其中2021年结转8个）": ("个", "", "part"), "应统企业20家": ("家", "", "due"), "上年走访20家": ("家", "", "past"), "三年建设90个": ("个", "", "span"),
    "含金量高的奖项3个": ("个", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", MEANT)
def test_what_a_number_is_of_is_understood(grammar: Grammar, text: str) -> None:
    (quantity,) = grammar.quantities(text)
    assert (quantity.unit, quantity.move, quantity.scope) == MEANT[text]


def test_what_was_before_is_no_result(grammar: Grammar) -> None:
    read = grammar.quantities("技术经纪人培训由5场增加到7场")
    assert [(int(q.value), q.scope, q.clause) for q in read] == [
        (5, "past", "技术经纪人培训由 增加到"),
        (7, "", "技术经纪人培训增加到"),
    ]


def test_a_quantity_belongs_to_its_clause(grammar: Grammar) -> None:
    read = grammar.quantities("入统企业数11472家，其中11372家完成填报；仪器58200台套、原值420亿元，843名技术经纪人")
    assert [q.clause for q in read] == ["入统企业数", "其中 完成填报", "仪器", "原值", "技术经纪人"]


@pytest.mark.parametrize(("one", "other", "equal", "true"), [
    ("5.8万台套", "58200台套", True, True), ("5.8万台套", "58600台套", False, False), ("2.48万项", "24800项", True, True),
    ("2.48万项", "24900项", False, False), ("868.8亿元", "868.78亿元", True, True), ("868亿元", "868.78亿元", False, False),
    ("超2000家", "2086家", False, True), ("超2100家", "2086家", False, False), ("近2100家", "2086家", False, True),
    ("近2000家", "2086家", False, False), ("约2000家", "2086家", False, True), ("约1000家", "2086家", False, False),
    ("10以内", "3家", False, False),
    ("1万人次", "5200人次", False, False), ("1万人次", "10562人次", True, True), ("2亿元", "1.6亿元", False, False), ("2亿元", "1.98亿元", True, True),
])  # fmt: skip
def test_figures_are_compared_as_printed(grammar: Grammar, one: str, other: str, equal: bool, true: bool) -> None:
    said, counted = (read[0] if (read := grammar.quantities(text)) else None for text in (one, other))
    if not said:
        assert not equal and not true  # no unit, no quantity
        return
    assert isinstance(counted, Quantity)
    assert (same(said, counted), agrees(said, counted)) == (equal, true)
