"""A form whose contracts name the items of its budget and the codes of its offices, and documents of it.

folder = chosen_forms(tmp_path)                     # templates: mini/2022/form.yaml in it
document({"item": "养护", "office": "012"})
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from support.base_form import base_form

CONTRACTS = {
    "table": "contracts", "label": "合同", "row_name": "number", "blocks": [{"key": "contracts", "spare": 4}],
    "columns": [
        {"key": "number", "label": "合同号", "type": "code", "max_length": 20},
        {"key": "item", "label": "所属项目", "type": "text", "required": True, "choices_from": "items.name"},
        {"key": "office", "label": "科室", "type": "code", "choices_from": "预算科室.代码"},
        {"key": "amount", "label": "金额", "type": "money", "formula": "VLOOKUP(item, items.name, items.spent)"},
    ],
}  # fmt: skip
OFFICES = {
    "table": "offices", "label": "预算科室", "row_name": "code",
    "blocks": [{"key": "offices", "keyed": True, "rows": [{"key": "one", "code": "001"}, {"key": "two", "code": "012"}]}],
    "columns": [{"key": "code", "label": "代码", "type": "code", "given": True, "max_length": 10},
                {"key": "head", "label": "负责人", "type": "text", "max_length": 20}],
}  # fmt: skip
SHEETS = [
    {"key": "contracts", "title": "合同", "widths": [14, 20, 10, 12], "sections": [CONTRACTS]},
    {"key": "offices", "title": "科室", "widths": [10, 20], "sections": [OFFICES]},
]
ITEMS = [{"name": "养护", "planned": 5, "spent": 4}, {"name": "道路 A1", "planned": 3, "spent": 3}]


def chosen_form(sheets: Sequence[Any] = SHEETS, **more: Any) -> dict[str, Any]:
    definition = base_form() | more
    definition["sheets"][2]["sections"][0]["columns"][0]["max_length"] = 60
    definition["sheets"][-1:-1] = yaml.safe_load(yaml.safe_dump(list(sheets)))
    definition["rules"].append({"code": "XL202", "builtin": "intake", "title": "填写符合格式", "why": "x", "severity": "error"})
    return definition


def written(definition: dict[str, Any], place: Path) -> Path:
    folder = place / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def document(*contracts: dict[str, Any], items: Sequence[dict[str, Any]] = ITEMS) -> dict[str, Any]:
    return {
        "form": "mini",
        "revision": "2022",
        "fiscal_year": 2022,
        "cover": {"unit": "甲单位"},
        "budget": {"items": list(items)},
        "contracts": [{"number": f"H{at}", **contract} for at, contract in enumerate(contracts)],
    }
