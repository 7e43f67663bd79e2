"""What amounts count in, said once for a form or for a column: yuan or wan yuan (10,000 yuan), in the words of the form.

    with_money_units(definition, path)    # {key: spent, label: Spent, type: money} becomes {label: Spent (yuan), digits: 2, …}

The unit stands in the title that people see, from which reading, findings and reports take it as they take one that was
written there; the decimals follow from it. A row of a keyed block says for itself what it counts, so there only a column that
names its unit has one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlperf.forms.definition import Raw, quoted, refuse, sections_of, wrong

MONEY = "money"  # the type of amounts, and the key of their unit
FILE = Path(__file__).parents[2] / "catalogues" / "money.toml"
IN_BRACKETS = re.compile(r"[(\uff08]([^()\uff08\uff09]*)[)\uff09]\s*$")


@lru_cache(maxsize=1)
def money_units() -> Mapping[str, Any]:
    """The units of money with their decimals, and how a title is written with its unit."""
    return tomllib.loads(FILE.read_text("utf-8"))


def with_money_units(definition: Raw, path: Path) -> Raw:
    """The definition with the unit in the titles of its amounts, and their decimals; the same one where no unit is named.

    Raises:
        FormError: a title names another unit.
    """
    usual = definition.get(MONEY)
    amounts = [
        (place, field, field.get(MONEY) or (usual if may_be_usual else None))
        for place, field, may_be_usual in _amounts(definition)
    ]
    named = {place: (field, unit) for place, field, unit in amounts if unit}
    if not named:
        return definition
    changed = {place: _with_unit(field, unit, place, path) for place, (field, unit) in named.items()}
    return {
        **definition,
        "sheets": [_sheet(sheet, f"sheets[{number}]", changed) for number, sheet in enumerate(definition["sheets"])],
    }


def _amounts(definition: Raw) -> Iterator[tuple[str, Raw, bool]]:
    """Yield place and definition of every column or single field of amounts, and whether the unit of the form is its own."""
    for place, section in sections_of(definition):
        is_keyed = any(block.get("keyed") for block in section.get("blocks", ()))
        for part in ("items", "columns"):
            for number, field in enumerate(section.get(part, ())):
                if field["type"] == MONEY:
                    yield f"{place}.{part}[{number}]", field, not is_keyed


def _with_unit(field: Raw, unit: str, place: str, path: Path) -> Raw:
    """A column or single field that counts in a unit."""
    units = money_units()
    written = IN_BRACKETS.search(field["label"])
    if written and written[1] in units["decimals"] and written[1] != unit:
        refuse(path, *wrong(f"{place}.label", "money_title", found=quoted(field["label"]), title=written[1], unit=unit))
    label = (
        field["label"] if written and written[1] == unit else units["titles"]["with_unit"].format(title=field["label"], unit=unit)
    )
    return {"digits": units["decimals"][unit], **field, "label": label, MONEY: unit}


def _sheet(sheet: Raw, place: str, changed: Mapping[str, Raw]) -> Raw:
    sections = []
    for below, section in enumerate(sheet["sections"]):
        parts = {
            part: [
                changed.get(f"{place}.sections[{below}].{part}[{number}]", field) for number, field in enumerate(section[part])
            ]
            for part in ("items", "columns")
            if part in section
        }
        sections.append({**section, **parts})
    return {**sheet, "sections": sections}
