"""A form in which every ready check is used once, and rows that each check finds fault with, or only just does not.

definition = ready_form()          # rules RC101 and so on, in the order of READY
CASES["RC101"]                     # ([rows at fault], [rows that are right])
"""

from __future__ import annotations

from typing import Any

from support.extended_form import own_form

COLUMNS = [
    {"key": "name", "label": "名称", "type": "text", "max_length": 50},
    {"key": "planned", "label": "预算数（万元）", "type": "money", "minimum": 0},
    {"key": "spent", "label": "支出数（万元）", "type": "money", "minimum": 0},
    {"key": "part", "label": "其中：财政（万元）", "type": "money"},
    {"key": "other", "label": "其中：其他（万元）", "type": "money"},
    {"key": "rate", "label": "执行率", "type": "ratio"},
    {"key": "points", "label": "得分", "type": "points"},
    {"key": "reason", "label": "原因", "type": "text", "max_length": 200},
    {"key": "kind", "label": "性质", "type": "choice", "choices": ["定量", "定性"]},
    {"key": "judged", "label": "评分", "type": "points"},
    {"key": "begun", "label": "开始日期", "type": "date"},
    {"key": "ended", "label": "完成日期", "type": "date"},
]
USED: dict[str, tuple[str, dict[str, Any]]] = {
    "RC101": ("not_over", {"amount": "points", "most": 100}),
    "RC102": ("at_least", {"amount": "得分", "least": "parameters.least"}),
    "RC103": ("within", {"amount": "judged", "least": 60, "most": 80.5}),
    "RC104": ("equals", {"amount": "part", "other": "cover.limit"}),
    "RC105": ("budget_not_over", {"spent": "支出数", "budget": "预算数"}),
    "RC106": ("sum_of_parts", {"total": "planned", "parts": ["part", "其中：其他"]}),
    "RC107": ("sum_of_rows", {"total": "spent", "rows": "items.spent"}),
    "RC108": ("rate_is", {"rate": "rate", "part": "spent", "whole": "planned"}),
    "RC109": ("rate_not_below", {"rate": "执行率", "least": "parameters.low_rate"}),
    "RC110": ("changed_little", {"amount": "spent", "before": "planned", "share": 0.3}),
    "RC111": ("reason_if_below", {"amount": "points", "least": "judged", "reason": "reason"}),
    "RC112": ("reason_if_over", {"amount": "rate", "most": 1.2, "reason": "reason"}),
    "RC113": ("reason_if_deviates", {"actual": "spent", "expected": "planned", "share": 0.2, "reason": "原因"}),
    "RC114": ("blank_unless", {"cell": "judged", "choice": "性质", "is": "定性"}),
    "RC115": ("unique", {"column": "name"}),
    "RC116": ("in_order", {"first": "begun", "last": "ended"}),
    "RC117": ("within_year", {"date": "ended"}),
    "RC118": ("capped", {"points": "评分", "cap": "points"}),
}
Rows = list[dict[str, Any]]
LIMIT = 12.5  # in the cell elsewhere
CASES: dict[str, tuple[Rows, Rows]] = {
    "RC101": ([{"points": 100.01}], [{"points": 100}, {"points": -1}]),
    "RC102": ([{"points": 4.99}], [{"points": 5}]),
    "RC103": ([{"judged": 59.99}, {"judged": 80.51}], [{"judged": 60}, {"judged": 80.5}]),
    "RC104": ([{"part": 12.4}], [{"part": LIMIT}]),
    "RC105": ([{"spent": 3.000001, "planned": 3}, {"spent": 1}], [{"spent": 3, "planned": 3}, {"spent": 0}]),
    "RC106": ([{"planned": 3, "part": 1, "other": 2.1}, {"part": 1}, {"planned": 2, "part": 3}], [{"planned": 0.3, "part": 0.1, "other": 0.2}, {"planned": 9}]),
    "RC108": ([{"rate": 0.3334, "spent": 1, "planned": 3}, {"rate": 0.5, "spent": 0, "planned": 0}], [{"rate": 0.3333, "spent": 1, "planned": 3}, {"rate": 0, "spent": 0, "planned": 0}]),
    "RC109": ([{"rate": 0.8999}], [{"rate": 0.9}]),
    "RC110": ([{"spent": 1.3, "planned": 1}, {"spent": 0.7, "planned": 1}, {"spent": 1, "planned": 0}], [{"spent": 1.29, "planned": 1}, {"spent": 0, "planned": 0}]),
    "RC111": ([{"points": 8, "judged": 9}], [{"points": 8, "judged": 9, "reason": "天气"}, {"points": 9, "judged": 9}]),
    "RC112": ([{"rate": 1.21}], [{"rate": 1.2}, {"rate": 2, "reason": "追加"}]),
    "RC113": ([{"spent": 1.21, "planned": 1}, {"spent": 1, "planned": 0}], [{"spent": 1.2, "planned": 1}, {"spent": 2, "planned": 1, "reason": "追加"}, {"spent": 0, "planned": 0}]),
    "RC114": ([{"kind": "定量", "judged": 70}, {"judged": 71}], [{"kind": "定性", "judged": 72}, {"kind": "定量"}]),
    "RC115": ([{"name": "甲"}, {"name": " 甲"}], [{"name": "乙"}, {"points": 6}, {"points": 7}]),
    "RC116": ([{"begun": "2024-03-02", "ended": "2024-03-01"}], [{"begun": "2024-03-01", "ended": "2024-03-01"}, {"begun": "2024-03-01"}]),
    "RC117": ([{"ended": "2023-12-31"}, {"ended": "2025-01-01"}], [{"ended": "2024-01-01"}, {"ended": "2024-12-31"}]),
    "RC118": ([{"judged": 89.01, "points": 89}], [{"judged": 89, "points": 89}, {"judged": 89.01}]),
}  # fmt: skip


def ready_form() -> dict[str, Any]:
    """The form, in which a total row stands above the rows and a limit on the cover."""
    definition = own_form()
    definition["parameters"] |= {"least": 5}
    definition["sheets"][0]["sections"][1]["items"].append({"key": "limit", "label": "限额", "type": "money"})
    table = {"table": "entries", "label": "项目", "row_name": "name", "columns": COLUMNS}
    table["blocks"] = [{"key": "total", "path": "total"}, {"key": "items", "path": "items", "spare": 30}]
    definition["sheets"][1] |= {"widths": [20] + [10] * 11, "sections": [table]}
    definition["rules"] = [
        {"code": code, "use": name, "table": "entries", "blocks": ["total"] if code == "RC107" else ["items"], "with": given}
        for code, (name, given) in USED.items()
    ]
    definition |= {"checks": {"XL216": False, "XL215": False}}
    return definition


def document(rows: Rows, total: float | None = None) -> dict[str, Any]:
    cover = {"unit": "甲单位", "prepared_by": "张三", "limit": LIMIT}
    filled: dict[str, Any] = {"form": "mini", "revision": "2024", "fiscal_year": 2024, "cover": cover, "items": rows}
    return filled | ({"total": {"spent": total}} if total is not None else {})
