"""The official forms that have one page and an example each: one-fault changes of the examples, with what is found of each.

    form, document, faults = "national-transfer", document("national-transfer"), FAULTS["national-transfer"]

Where a fault is found stands as block, number of the row and field, since cells move with the layout of the page.
"""

from __future__ import annotations

import json
from typing import Any

from support.faults import Change
from support.paths import EXAMPLES
from support.scored import both, put, set_in

HOMES = {"national-transfer": EXAMPLES / "national-transfer-2021", "hunan-department": EXAMPLES / "hunan-department-2022"}
Fault = tuple[Change, set[tuple[str, tuple[str, ...]]]]


def document(key: str) -> dict[str, Any]:
    return dict(json.loads((HOMES[key] / "document.json").read_text("utf-8")))


ALWAYS = {
    "national-transfer": {("ZY102", ("total 0 rate",))},
    "hunan-department": {("HN103", ("spending 9 final",))},
}  # what is found in the example
TRANSFER: dict[str, Fault] = {
    "the name of the transfer blank": (put("transfer.name", None), {("XL201", ("transfer 0 name",))}),
    "nothing said of audits": (put("notes.text", None), {("XL201", ("notes 0 text",))}),
    "no problem found by audits": (put("notes.text", "无"), set()),
    "no date": (put("filing.prepared_on", None), {("XL207", ("filing 0 prepared_on",))}),
    "spent beyond the budget": (put("funds.central.executed", 2400.5), {("ZY101", ("central 0 executed",))}),
    "spent without a budget": (put("funds.other.budget", None), {("ZY101", ("other 0 executed",))}),
    "nothing from the centre": (both(put("funds.central.budget", 0), put("funds.central.executed", 0)), {("ZY103", ("central 0 budget",))}),
    "in yuan": (put("funds.local.executed", 5280000), {("ZY101", ("local 0 executed",)), ("XL216", ("local 0 executed",))}),
    "missed without a reason": (set_in("新建机耕路里程", reason=None), {("ZY201", ("output 1 reason",))}),
    "missed for nothing": (set_in("新建机耕路里程", reason="无"), {("ZY201", ("output 1 reason",))}),
    "missed, a dash": (set_in("新建机耕路里程", reason="——"), {("ZY202", ("output 1 reason",))}),
    "above a ceiling without a reason": (set_in("工程款审批天数", reason=None), {("ZY201", ("output 5 reason",))}),
    "at a bound that is to be passed, without a reason": (set_in("节水灌溉面积", reason=None), {("ZY201", ("benefits 2 reason",))}),
    "a quality of 79.99 without a reason": (set_in("工程档案", actual=79.99), {("ZY201", ("benefits 4 reason",))}),
    "a quality of 80": (set_in("工程档案", actual=80), set()),
    "a quality of 100.01": (set_in("工程档案", actual=100.01), {("ZY204", ("benefits 4 actual",))}),
    "a quality in words": (set_in("工程档案", actual="已完成"), {("XL202", ("benefits 4 actual",))}),
    "a third beyond without a reason": (set_in("新增粮食产能", reason=None), {("ZY203", ("benefits 0 reason",))}),
    "a third beyond, three letters": (set_in("新增粮食产能", reason="增产了"), {("ZY203", ("benefits 0 reason",))}),
    "30 % beyond exactly": (set_in("受益农户", actual=1560), set()),
    "two of one name": (set_in("受益农户", name="节水灌溉面积"), {("ZY205", ("benefits 1 name", "benefits 2 name"))}),
    "no satisfaction": (lambda doc: doc.update(indicators=[row for row in doc["indicators"] if row["level1"] != "满意度指标"]),
                        {("ZY206", ("satisfaction 0 name",))}),
    "more than all are satisfied": (set_in("项目区农户满意度", actual=101), {("ZY207", ("satisfaction 0 actual",))}),
    "a floor under complaints": (set_in("有效投诉件数", operator=">=", target=0), {("ZY208", ("satisfaction 1 operator",))}),
    "a placeholder": (set_in("配套泵站", name="指标2"), {("ZY401", ("output 2 name",))}),
    "no operator": (set_in("配套泵站", operator=None), {("XL201", ("output 2 operator",))}),
    "operator, number and unit in one cell": (set_in("配套泵站", operator=None, unit=None, target="≥8座"),
                                              {("XL201", ("output 2 operator",))}),
}  # fmt: skip
HUNAN: dict[str, Fault] = {
    "no budget code": (put("cover.unit_code", None), {("XL207", ("cover 0 unit_code",))}),
    "no posts": (put("staff.posts", None), {("XL201", ("staff 0 posts",))}),
    "half a person": (put("staff.employed", 48.5), {("XL202", ("staff 0 employed",))}),
    "running costs below their parts": (put("spending.office.budget", 1000000), {("HN101", ("spending 9 budget", "spending 9 final"))}),
    "projects below their parts": (put("spending.tasks.final", 3600000), {("HN102", ("spending 6 budget", "spending 6 final"))}),
    "bought beyond the budget": (put("spending.procurement.final", 450000.01), {("HN103", ("spending 9 final", "spending 13 final"))}),
    "in wan yuan": (both(put("spending.whole.budget", 1286), put("spending.whole.final", 1401.74)), {("HN104", ("spending 14 budget",))}),
    "key projects above all projects": (put("extra.key_projects", 5640000.01), {("HN105", ("extra 0 key_projects",))}),
    "more assets in use than there are": (put("extra.assets_in_use", 9000000.01), {("HN106", ("extra 0 assets_in_use",))}),
    "more done than planned": (put("extra.done", 25), {("HN107", ("extra 0 done", "extra 0 on_time", "extra 0 up_to_standard", "extra 0 settled"))}),
    "a score above its points": (put("scores.social.score", 5.01), {("HN201", ("scores 19 score",))}),
    "a score of three decimals": (put("scores.social.score", 4.999), {("XL206", ("scores 19 score",))}),
    "a score blank": (put("scores.social.score", None), {("XL201", ("scores 19 score",))}),
    "points off without a reason": (put("scores.records.reason", None), {("HN202", ("scores 10 reason",))}),
    "points off by the figures without a reason": (put("scores.staff.reason", None), {("HN202", ("scores 0 reason",))}),
    "points off, the same as above": (put("scores.records.reason", "同上"), {("HN202", ("scores 10 reason",))}),
    "points off, dashes": (put("scores.records.reason", "——"), {("HN203", ("scores 10 reason",))}),
    "a placeholder": (put("scores.records.reason", "XX水库的资产没有补登。"), {("HN401", ("scores 10 reason",))}),
    "full marks": (lambda doc: full_marks(doc), {("HN204", ("result 0 total",))}),
}  # fmt: skip


def full_marks(doc: dict[str, Any]) -> None:
    """Everything within its bounds, and full points where somebody judges."""
    doc["staff"]["employed"] = doc["staff"]["posts"]
    doc["spending"]["kept"]["final"] = 80000
    doc["spending"]["whole"]["final"] = doc["spending"]["whole"]["budget"]
    doc["extra"] |= {
        "key_projects": 5640000,
        "closing": 0,
        "assets_in_use": 9000000,
        "done": 24,
        "on_time": 24,
        "up_to_standard": 24,
    }
    doc["scores"] |= {key: {"score": points} for key, points in JUDGED.items()}


JUDGED = {"payment": 3, "rules_of_money": 3, "lawful": 6, "disclosed": 3, "records": 3, "rules_of_assets": 3, "safe": 4, "economic": 5,
          "social": 5, "ecological": 5, "satisfied": 5}  # fmt: skip
FAULTS = {"national-transfer": TRANSFER, "hunan-department": HUNAN}

# By place in the document: what the README of the example computes by hand.
HUNDREDTHS: dict[str, dict[str, object]] = {
    "national-transfer": {
        "funds.total.budget": 3120, "funds.total.executed": 2688, "funds.total.rate": 0.8615, "funds.central.rate": 0.86,
        "funds.local.rate": 0.88, "funds.other.rate": 0.8, "indicators.7.deviation": 0.3667, "indicators.7.shortfall": 0,
        **{f"indicators.{row}.shortfall": int(row in (1, 5, 9, 10)) for row in range(14)},
    },
    "hunan-department": {
        "staff.rate": 1.0208, "spending.three.last": 117650.5, "spending.three.budget": 125000, "spending.three.final": 118806.4,
        "scores.change.measured": 0.0098, "scores.focus.measured": 0.84, "scores.adjusted.measured": 0.09, "scores.control.measured": 0.9505,
        **{f"scores.{key}.score": score for key, score in {
            "staff": 3.96, "change": 4.51, "focus": 4, "adjusted": 2, "surplus": 2, "control": 6, "in_use": 2.85, "done": 7.67,
            "on_time": 5.5, "quality": 5.75, "settled": 5}.items()},
        "result.total": 90.74, "result.grade": "优",
    },
}  # fmt: skip

# Of the table of scores of Hunan: the row, what is changed, what it measures, its score at the bounds of its steps.
STEPS: list[tuple[str, dict[str, object], float | None, float]] = [
    *(("staff", {"staff.posts": 48, "staff.employed": count}, rate, score)
      for count, rate, score in ((47, 0.9792, 5), (48, 1, 5), (49, 1.0208, 3.96), (53, 1.1042, 0), (60, 1.25, 0))),
    ("staff", {"staff.posts": 0, "staff.employed": 0}, 0, 5),
    ("staff", {"staff.posts": 0, "staff.employed": 3}, 2, 0),
    *(("change", {"spending.kept.last": 80000, "spending.reception.last": 20000, "spending.kept.final": 80000,
                  "spending.reception.final": amount}, rate, score)
      for amount, rate, score in ((15000, -0.05, 5), (20000, 0, 5), (20010, 0.0001, 5), (21000, 0.01, 4.5), (30000, 0.1, 0))),
    ("change", {"spending.kept.last": 0, "spending.reception.last": 0}, 1, 0),
    *(("focus", {"spending.projects.final": 6000000, "extra.key_projects": amount}, rate, score)
      for amount, rate, score in ((5400000, 0.9, 5), (5399400, 0.8999, 4), (4800000, 0.8, 4), (4200000, 0.7, 3), (3600000, 0.6, 2), (3599000, 0.5998, 0))),
    *(("adjusted", {"spending.whole.budget": 10000000, "spending.whole.final": amount}, rate, score)
      for amount, rate, score in ((10000000, 0, 3), (10001000, 0.0001, 2), (11000000, 0.1, 2), (11001000, 0.1001, 1), (12000000, 0.2, 1),
                                  (13000000, 0.3, 0.5), (13001000, 0.3001, 0), (9000000, 0.1, 2), (6900000, 0.31, 0))),
    *(("surplus", {"extra.closing": closing, "extra.opening": 100}, None, score) for closing, score in ((0, 3), (100, 2), (100.01, 0))),
    *(("control", {"spending.kept.budget": 100000, "spending.reception.budget": 0, "spending.kept.final": amount,
                   "spending.reception.final": 0}, rate, score)
      for amount, rate, score in ((99999, 1, 6), (100000, 1, 6), (101500, 1.015, 4.5), (106000, 1.06, 0), (120000, 1.2, 0))),
    *(("in_use", {"extra.assets": 3, "extra.assets_in_use": used}, rate, score) for used, rate, score in ((3, 1, 3), (1, 0.3333, 1), (0, 0, 0))),
    *(("settled", {"extra.ordered": ordered, "extra.settled": settled}, rate, score)
      for ordered, settled, rate, score in ((0, 0, 1, 5), (3, 2, 0.6667, 3.33), (7, 0, 0, 0))),
]  # fmt: skip
