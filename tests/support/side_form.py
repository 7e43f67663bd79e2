"""A form whose sheet is one page with labels on the left of its sections, as the official table of a performance goal has them.

definition = side_form()             # of the form `mini`, with a sheet more: `page`
document = page_document()           # the document of `page_form` is one of it too
"""

from __future__ import annotations

import copy
from typing import Any

from support.page_form import AIMS, HEAD, MONEY, RESULTS, page_form

SIDES: dict[str, dict[str, Any]] = {
    "head": {"label": "基本情况", "upright": True},
    "money": {"label": "项目资金（万元）", "span": 2},
    "aims": {"label": "年度总体目标"},
    "results": {"label": "绩效指标", "upright": True},
}


def side_form() -> dict[str, Any]:
    """The page of `page_form` with a label on the left of each section."""
    definition = page_form()
    page = definition["sheets"][-2]
    page["widths"] = [5, 8, *page["widths"]]
    parts = copy.deepcopy([HEAD, MONEY, AIMS, RESULTS])
    for part in parts:
        key = part.get("table") or part["fields"]
        part["side"] = {**SIDES[key]}
    money, _, results = parts[1:]
    money["label"] = SIDES["money"]["label"]  # what is on the left says it
    for column in results["columns"][-1:]:
        column["span"] = 2
    page["sections"] = [*parts, {"lines": ["项目负责人（签字）："]}]
    return definition
