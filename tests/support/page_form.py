"""A form whose sheet is one page as bureaus print it: fields beside one another, tables of their own columns below one another.

definition = page_form()             # of the form `mini`, with a sheet more: `page`
document = page_document()
"""

from __future__ import annotations

from typing import Any

import yaml

from support.base_form import base_form

HEAD = {"fields": "head", "items": [
    {"key": "project", "label": "项目名称", "type": "text", "required": True, "max_length": 200},
    {"key": "office", "label": "主管部门", "type": "text", "spans": [1, 3], "max_length": 60},
    {"key": "doer", "label": "实施单位", "type": "text", "beside": True, "max_length": 60},
    {"key": "nature", "label": "项目类别", "type": "text", "max_length": 20},
    {"key": "phone", "label": "联系电话", "type": "code", "beside": True, "wanted": True, "max_length": 20},
    {"key": "day", "label": "填报日期", "type": "date", "beside": True, "spans": [2, 2]},
]}  # fmt: skip
MONEY = {
    "table": "money", "label": "项目资金（万元）", "row_name": "source", "bare": True,
    "blocks": [
        {"key": "all_money", "constants": {"source": "年度资金总额"},
         "formulas": {"adjusted": "SUM(parts.adjusted)", "done": "SUM(parts.done)"}},
        {"key": "parts", "keyed": True, "rows": [{"key": "fiscal", "source": "其中：财政拨款"}, {"key": "other", "source": "其他资金"}]},
    ],
    "columns": [
        {"key": "source", "label": "项目资金（万元）", "type": "text", "given": True, "span": 2, "max_length": 40},
        {"key": "adjusted", "label": "全年预算数", "type": "money", "span": 2, "minimum": 0},
        {"key": "done", "label": "全年执行数", "type": "money", "span": 2, "minimum": 0},
        {"key": "share", "label": "执行率", "type": "ratio", "formula": 'IF(adjusted = 0, "", ROUND(done / adjusted, 4))'},
        {"key": "marks", "label": "得分", "type": "points", "formula": "ROUND(MIN(1, N(share)) * 10, 2)"},
    ],
}  # fmt: skip
AIMS = {"fields": "aims", "items": [
    {"key": "plan", "label": "年度总体目标：预期目标", "type": "text", "spans": [1, 3], "height": 90, "required": True, "max_length": 1000},
    {"key": "real", "label": "实际完成情况", "type": "text", "beside": True, "height": 90, "max_length": 1000},
]}  # fmt: skip
RESULTS = {
    "table": "results", "label": "绩效指标", "row_name": "title", "bare": True,
    "blocks": [{"key": "made", "path": "results", "constants": {"level": "产出指标"}, "spare": 3},
               {"key": "gained", "path": "results", "constants": {"level": "效益指标"}, "spare": 2}],
    "columns": [
        {"key": "level", "label": "一级指标", "type": "text", "given": True, "merged": True, "max_length": 20},
        {"key": "title", "label": "三级指标", "type": "text", "span": 2, "required": True, "max_length": 60},
        {"key": "wish", "label": "年度指标值", "type": "text", "group": "年度", "max_length": 60},
        {"key": "truth", "label": "实际完成值", "type": "text", "group": "年度", "span": 2, "max_length": 60},
        {"key": "got", "label": "得分", "type": "points"},
        {"key": "cause", "label": "偏差原因", "type": "text", "max_length": 300},
    ],
}  # fmt: skip
PAGE = {
    "key": "page", "title": "一页自评表", "heading": "项目支出绩效自评表", "widths": [12, 10, 10, 12, 10, 10, 10, 12],
    "sections": [HEAD, MONEY, AIMS, RESULTS, {"lines": ["项目负责人（签字）："]}],
}  # fmt: skip


def page_form() -> dict[str, Any]:
    definition = base_form()
    definition["sheets"].insert(-1, yaml.safe_load(yaml.safe_dump(PAGE, allow_unicode=True)))
    return definition


def page_document() -> dict[str, Any]:
    return {
        "form": "mini", "fiscal_year": 2022, "cover": {"unit": "甲单位"},
        "indicators": [{"category": "过程", "name": "制度健全性", "kind": "定性", "target": "健全", "actual": "健全"}],
        "head": {"project": "示范项目", "office": "财政局", "doer": "中心", "nature": "一般", "phone": "0512-1", "day": "2023-01-05"},
        "parts": {"fiscal": {"adjusted": 10, "done": 9}, "other": {"adjusted": 2, "done": 2}},
        "aims": {"plan": "建成三个示范点。" * 20, "real": "全部建成。" * 15},
        "results": [
            {"level": "产出指标", "title": "示范点", "wish": "3个", "truth": "3个", "got": 10},
            {"level": "产出指标", "title": "培训人次数，含线上与线下", "wish": "300人次", "truth": "310人次", "got": 10},
            {"level": "效益指标", "title": "满意度", "wish": "90%", "truth": "95%", "got": 9, "cause": "略"},
        ],
    }  # fmt: skip
