"""The forms of Chongqing and Hubei: one-fault changes of their examples, with what is found of each, and their figures by hand.

    change, expected = FAULTS["hubei-project-goals"]["goals of 79 points"]

Where a fault is found stands as block, number of the row and field, since cells move with the layout of a page.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from support.faults import Change
from support.paths import EXAMPLES
from support.scored import both, put, set_in
from xlperf.forms.loader import find_form

HOMES = {
    "chongqing-department": EXAMPLES / "chongqing-department-2022",
    "hubei-project-goals": EXAMPLES / "hubei-project-goals-2021",
}
Fault = tuple[Change, set[tuple[str, tuple[str, ...]]]]


def document(key: str) -> dict[str, Any]:
    return dict(json.loads((HOMES[key] / "document.json").read_text("utf-8")))


def in_goal(indicator: str, /, **values: object) -> Change:
    """Change an indicator of any goal."""

    def change(doc: dict) -> None:
        (row,) = (row for goal in doc["goals"] for row in goal["indicators"] if row["name"] == indicator)
        row |= values

    return change


def of_goal(number: int, **values: object) -> Change:
    return lambda doc: doc["goals"][number - 1].update(values)


CHONGQING: dict[str, Fault] = {
    "the unit blank": (put("cover.unit", None), {("XL201", ("cover 0 unit",))}),
    "nobody to call": (put("cover.phone", None), {("XL207", ("cover 0 phone",))}),
    "spent beyond the budget": (put("funds.executed", 1352.76), {("CQ101", ("funds 0 executed",))}),
    "less than 90 % spent": (put("funds.executed", 1217.3), {("CQ102", ("funds 0 rate",))}),
    "90 % spent": (put("funds.executed", 1217.48), set()),
    "the budget up by 30 %": (both(put("funds.initial", 1000), put("funds.budget", 1300)), {("CQ103", ("funds 0 budget",))}),
    "missed without a reason": (set_in("治理河道长度", reason=None), {("CQ201", ("indicators 1 reason",))}),
    "missed, a dash": (set_in("治理河道长度", reason="——"), {("CQ202", ("indicators 1 reason",))}),
    "partly reached, 80 %": (set_in("水利工程管护机制", judged=0.8), {("CQ203", ("indicators 11 judged",))}),
    "partly reached, 60 %": (set_in("水利工程管护机制", judged=0.6), set()),
    "38 % beyond without a reason": (set_in("新增节水灌溉面积", reason=None), {("CQ204", ("indicators 7 reason",))}),
    "38 % beyond, three letters": (set_in("新增节水灌溉面积", reason="增加了"), {("CQ204", ("indicators 7 reason",))}),
    "30 % beyond": (set_in("新增节水灌溉面积", actual=780, reason=None), set()),
    "two of one name": (set_in("治理水土流失面积", name="新增节水灌溉面积"), {("CQ205", ("indicators 7 name", "indicators 8 name"))}),
    "a quantity with a grade": (set_in("项目按期完工率", grade="达成年度指标"), {("CQ206", ("indicators 4 grade", "indicators 4 judged"))}),
    "a floor of 0": (set_in("整治山坪塘", initial_value=0), {("CQ207", ("indicators 0 initial_value", "indicators 0 adjusted_value"))}),
    "a share of 120 %": (set_in("农村自来水普及率", name="自来水覆盖率", actual=101), {("CQ208", ("indicators 2 actual",))}),
    "a floor under accidents": (set_in("防汛责任事故", operator=">=", initial_value=1, actual=1), {("CQ209", ("indicators 9 operator",))}),
    "weights of 99": (set_in("整治山坪塘", weight=9), {("CQ301", ("scoring 0 weights",))}),
    "no core indicator": (lambda doc: [row.update(core="否") for row in doc["indicators"]], {("CQ302", ("scoring 0 weights",))}),
    "a placeholder": (set_in("治理水土流失面积", name="指标2"), {("CQ401", ("indicators 8 name",))}),
    "a target adjusted away": (set_in("治理河道长度", adjusted_value=None), set()),
}  # fmt: skip
HUBEI: dict[str, Fault] = {
    "the project blank": (put("project.name", None), {("XL201", ("project 0 name",))}),
    "no kind": (put("kind.category", None), {("XL201", ("kind 0 category",))}),
    "no date": (put("project.prepared_on", None), {("XL207", ("project 0 prepared_on",))}),
    "spent beyond the budget": (put("funds.executed", 680.01), {("HB101", ("funds 0 executed",))}),
    "less than 90 % spent": (put("funds.executed", 611), {("HB102", ("funds 0 rate",))}),
    "partly reached, 80 %": (in_goal("管网巡护机制", judged=3.2), {("HB201", ("indicators_2 2 judged",))}),
    "partly reached, half": (in_goal("管网巡护机制", judged=2), set()),
    "more than its points": (in_goal("水质信息公开", judged=10.01), {("HB201", ("indicators_2 1 judged",))}),
    "a quantity with a grade": (in_goal("用户满意度", grade="达成预期指标"), {("HB202", ("indicators_2 3 grade", "indicators_2 3 judged"))}),
    "two of one name in a goal": (in_goal("管网漏损率", name="施工工期"), {("HB203", ("indicators_1 2 name", "indicators_1 3 name"))}),
    "one name in two goals": (in_goal("新增水质监测点", name="施工工期"), set()),
    "more than all are satisfied": (in_goal("用户满意度", actual=101), {("HB204", ("indicators_2 3 actual",))}),
    "a ceiling over satisfaction": (in_goal("用户满意度", operator="<=", target=97), {("HB205", ("indicators_2 3 operator",))}),
    "a floor of 0": (in_goal("改造管网长度", target=0), {("HB207", ("indicators_1 0 target",))}),
    "a goal of other points": (both(of_goal(1, points=49), of_goal(2, points=31)),
                               {("HB301", ("overview_1 0 points", "overview_2 0 points"))}),
    "goals of 79 points": (both(of_goal(1, points=49), in_goal("停水抢修次数", weight=6)), {("HB302", ("total 0 points",))}),
    "nothing said of what was missed": (put("conclusion.reasons", None), {("HB303", ("scoring 0 sum",)), ("HB304", ("total 0 far",))}),
    "no reason": (put("conclusion.reasons", "无"), {("HB303", ("scoring 0 sum",))}),
    "no measures": (put("conclusion.measures", None), {("XL201", ("conclusion 0 measures",))}),
    "a placeholder": (in_goal("施工工期", name="指标2"), {("HB401", ("indicators_1 2 name",))}),
    "the second goal left blank": (lambda doc: doc["goals"].pop(), {("HB302", ("total 0 points",))}),
}  # fmt: skip
FAULTS = {"chongqing-department": CHONGQING, "hubei-project-goals": HUBEI}

# By place in the document: what the README of the example computes by hand.
BY_HAND: dict[str, dict[str, object]] = {
    "chongqing-department": {
        "funds.rate": 0.9487, "funds.rate_score": 9.49, "scoring.points": 86.88, "scoring.weights": 100, "scoring.taken_off": 0,
        "scoring.cap": 100, "scoring.total": 96.37, "scoring.grade": "优", "cover.total": 96.37,
        **{f"indicators.{row}.score": score for row, score in enumerate((10, 9.6, 10, 7.8, 8, 5.1, 6, 8, 4, 4, 5.7, 2.8, 5.88))},
        "indicators.1.coefficient": 0.96, "indicators.3.coefficient": 0.975, "indicators.5.coefficient": 0.85, "indicators.12.coefficient": 0.98,
    },
    "hubei-project-goals": {
        "funds.rate": 0.9005, "funds.execution_score": 18.01, "goals.0.overview.score": 47.12, "goals.1.overview.score": 27.6,
        "goals.1.overview.far": 1, "scoring.goals_score": 74.72, "scoring.cap": 100, "scoring.total": 92.73, "scoring.grade": "优",
        "conclusion.total": 92.73, **{f"goals.0.indicators.{row}.score": score for row, score in enumerate((14.25, 10, 7.62, 10, 5.25))},
    },
}  # fmt: skip

CAPS = [[0.9, 100], [0.8, 89], [0.7, 79], [0.6, 69], [59]]
CAPPED: dict[str, list[tuple[Change, dict[str, object]]]] = {  # with CAPS and 2 points for 30 % beyond without a word
    "chongqing-department": [
        (put("funds.executed", 1136.31), {"funds.rate": 0.84, "scoring.sum": 95.28, "scoring.cap": 89, "scoring.total": 89, "scoring.grade": "良"}),
        (set_in("新增节水灌溉面积", reason=None), {"scoring.points": 84.88, "scoring.taken_off": 2, "scoring.total": 94.37}),
        (put("funds.executed", 0), {"scoring.sum": 86.88, "scoring.cap": 59, "scoring.total": 59, "scoring.grade": "差"}),
    ],
    "hubei-project-goals": [
        (put("funds.executed", 476), {"funds.rate": 0.7, "scoring.sum": 88.72, "scoring.cap": 79, "scoring.total": 79, "scoring.grade": "中"}),
        (put("conclusion.reasons", None), {"goals.1.overview.taken_off": 2, "scoring.goals_score": 72.72, "scoring.total": 90.73}),
    ],
}  # fmt: skip


def with_caps(key: str, templates: Path) -> Path:
    """A folder of forms that has this one as a bureau has it whose notice asks for the usual caps."""
    source = find_form(key)
    definition = yaml.safe_load((source / "form.yaml").read_text("utf-8"))
    definition["parameters"] |= {"total_cap": CAPS, "over_points": 2}
    folder = templates / key / definition["revision"]
    shutil.copytree(source, folder)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return templates
