"""Forms written with the standard: a whole definition without what the standard says already, and a form as a bureau writes one.

shortened(definition)["guide"]      # {"fill_in": …, "paragraphs": […]}; the standard says the rest
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from support.paths import TEMPLATES

STANDARD = yaml.safe_load((TEMPLATES / "standard.yaml").read_text("utf-8"))
OWN = """\
extends: standard
form: mini
revision: "2024"
first_year: 2024
title: 项目支出自评表
parameters: {low_rate: 0.9}
sheets:
  - key: cover
    title: 基本信息
    heading: 项目支出自评表
    widths: [24, 26, 24]
    sections:
      - fields: identity
        path: ""
        items: [{key: fiscal_year, label: 预算年度, type: year, given: true, required: true}]
      - fields: cover
        items:
          - {key: unit, label: 单位名称, type: text, carry: true, required: true, max_length: 100}
          - {key: prepared_by, label: 填报人, type: text, wanted: true, max_length: 50}
  - key: items
    title: 项目
    widths: [34, 18, 18, 14, 30]
    sections:
      - table: items
        label: 项目支出情况
        row_name: name
        blocks: [{key: items, spare: 20, require: [name, planned, spent]}]
        columns:
          - {key: name, label: 项目名称, type: text, carry: true, max_length: 100}
          - {key: planned, label: 预算数（万元）, type: money, minimum: 0}
          - {key: spent, label: 支出数（万元）, type: money, minimum: 0}
          - {key: rate, label: 执行率, type: ratio, formula: 'IF(planned = 0, 0, ROUND(spent / planned, 4))'}
          - {key: reason, label: 原因, type: text, max_length: 200}
rules:
  - {code: AA101, use: budget_not_over, table: items, with: {spent: 支出数, budget: 预算数}}
  - {code: AA102, use: reason_if_below, table: items, with: {amount: 执行率, least: parameters.low_rate, reason: 原因}}
  - {code: AA103, use: unique, table: items, with: {column: 项目名称}, severity: query}
checks: {XL216: false, XL207: {why: 填报人缺少时须说明。}}
guide: [执行率 = 支出数 ÷ 预算数。]
words: {end: （完）}
"""


def own_form() -> dict[str, Any]:
    """A form as a bureau writes one: 40 lines."""
    definition: dict[str, Any] = yaml.safe_load(OWN)
    return definition


def written_form(text: str, folder: Path, *, key: str = "mini", revision: str = "2024") -> Path:
    home = folder / key / revision
    home.mkdir(parents=True)
    (home / "form.yaml").write_text(text, "utf-8")
    return home


def shortened(whole: dict[str, Any]) -> dict[str, Any]:
    """That definition written with the standard: what both say is left out, whatever differs stays."""
    own = {"extends": "standard"}
    own |= {key: value for key, value in whole.items() if key not in ("sheets", "rules", "guide") and value != STANDARD.get(key)}
    own |= {key: _left(own[key], STANDARD[key]) for key in ("words", "style") if key in own}
    own |= {"report": _left(whole["report"], STANDARD["report"])} if "report" in whole else {}
    if "numbers" in whole.get("spellings", {}):
        numbers = _left(whole["spellings"]["numbers"], STANDARD["spellings"]["numbers"])
        own["spellings"] = {**whole["spellings"], "numbers": numbers}
    own["sheets"] = [sheet for sheet in map(_left_of_sheet, whole["sheets"]) if len(sheet) > 1]
    checks = {rule["code"]: rule for part in ("before", "after") for rule in STANDARD["rules"][part]}
    own["rules"] = [rule for rule in whole["rules"] if rule["code"] not in checks]
    theirs = {rule["code"]: rule for rule in whole["rules"] if rule["code"] in checks}
    changes = {code: _left(theirs[code], check) if code in theirs else False for code, check in checks.items()}
    own |= {"checks": left} if (left := {code: change for code, change in changes.items() if change != {}}) else {}
    first, *between, last = [re.sub(r"^\d+\. ", "", paragraph) for paragraph in whole["guide"]]
    texts = {"fill_in": first, "hand_in": last}
    own["guide"] = {**{key: text for key, text in texts.items() if text != STANDARD["guide"][key]}, "paragraphs": between}
    return own


def _left(own: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    assert theirs.keys() <= own.keys(), theirs.keys() - own.keys()  # what the standard says cannot be left out one by one
    return {key: value for key, value in own.items() if value != theirs.get(key)}


def _left_of_sheet(sheet: dict[str, Any]) -> dict[str, Any]:
    theirs = next((other for other in STANDARD["sheets"] if other["key"] == sheet["key"]), {})
    return {key: value for key, value in sheet.items() if key == "key" or value != theirs.get(key)}
