"""What the program needs of every form, told where a drawing lacks it: year, name of the unit, the sheet of checks.

missing_needs(context, drawn, definition)     # [Fault("Budget!B4", "need_elsewhere", {"found": "fields_2.unit", ...})]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.recognition.context import Context
from xlperf.drawing.recognition.sections import FieldsDrawn, GuideDrawn, SheetDrawn, TableDrawn
from xlperf.drawing.words import word
from xlperf.forms.definition import UNIT, YEAR, sections_of

NEEDED = {"year": YEAR, "unit": UNIT, "subject": ""}  # by what the sheet about the form may call otherwise


def missing_needs(context: Context, drawn: Sequence[SheetDrawn], definition: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is missing, each at the cell that comes nearest to it."""
    cells = {}  # the labels of single fields by their names
    for _, section in sections_of(definition):
        for item in section.get("items", ()):
            cells[f"{section['fields']}.{item['key']}"] = context.origin(item) or ""
    for part, usual in NEEDED.items():
        name = str(definition.get(part, usual))
        if not name or name in cells:
            continue
        fields, _, key = name.partition(".")
        facts: dict[str, Any] = {"fields": fields, "key": key, "what": word(f"need_{part}"), "about": word("sheet_of_about")}
        alike = next((other for other in cells if other.rpartition(".")[2] == key), None)
        if part in definition:
            yield fault(context.names.get(part, ""), "need_named", found=name, known=word("between").join(cells))
        elif alike is not None:
            yield fault(cells[alike], "need_elsewhere", found=alike.rpartition(".")[0], **facts)
        else:
            yield fault(_first_field(drawn), "need_year" if part == "year" else "need_unit", **facts)
    if not any("checks" in section for _, section in sections_of(definition)):
        yield fault(next(iter(context.book.sheets), ""), "need_checks")


def _first_field(drawn: Sequence[SheetDrawn]) -> str:
    """The first label of a single field that is not the program's own, else the first sheet that is drawn."""
    own = [each for each in drawn if not any(isinstance(section, GuideDrawn) for section in each.sections)]
    for each in own or drawn:
        for section in each.sections:
            if isinstance(section, FieldsDrawn) and section.items:
                return section.items[0].label.name
            if isinstance(section, TableDrawn):
                return section.columns[0].header.name
    return next((each.sheet.title for each in own or drawn), "")
