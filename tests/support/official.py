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

HOMES = {"national-transfer": EXAMPLES / "national-transfer-2021"}
Fault = tuple[Change, set[tuple[str, tuple[str, ...]]]]


def document(key: str) -> dict[str, Any]:
    return dict(json.loads((HOMES[key] / "document.json").read_text("utf-8")))


ALWAYS = {"national-transfer": {("ZY102", ("total 0 rate",))}}  # what is found in the example
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
FAULTS = {"national-transfer": TRANSFER}

# By place in the document: what the README of the example computes by hand.
HUNDREDTHS: dict[str, dict[str, object]] = {
    "national-transfer": {
        "funds.total.budget": 3120, "funds.total.executed": 2688, "funds.total.rate": 0.8615, "funds.central.rate": 0.86,
        "funds.local.rate": 0.88, "funds.other.rate": 0.8, "indicators.7.deviation": 0.3667, "indicators.7.shortfall": 0,
        **{f"indicators.{row}.shortfall": int(row in (1, 5, 9, 10)) for row in range(14)},
    },
}  # fmt: skip
