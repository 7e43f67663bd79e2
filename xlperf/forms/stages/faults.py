"""What no schema can say of the stages of a definition: that each has a key of its own, and that what names one names one there.

check_stages(definition, path)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlperf.forms.definition import Complaint, Raw, or_rather, quoted, refuse, sections_of, wrong
from xlperf.forms.stages.definition import DEPARTMENT, adds_width, stage_keys


def check_stages(definition: Raw, path: Path) -> None:
    """Check the stages of a definition whose shape is right.

    Raises:
        FormError: two are called alike, a part names none of them, or a column of one has no width.
    """
    for place, reason in stage_faults(definition):
        refuse(path, place, reason)


def stage_faults(definition: Raw) -> Iterator[Complaint]:
    """Yield what is wrong with the stages of a definition whose shape is right."""
    yield from _twice(definition)
    yield from _unknown(definition)
    yield from _without_width(definition)


def _twice(definition: Raw) -> Iterator[Complaint]:
    keys = stage_keys(definition)
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield wrong(f"stages[{number}].key", "stage_twice", found=quoted(key))


def _unknown(definition: Raw) -> Iterator[Complaint]:
    """Parts of a stage that there is not."""
    keys = stage_keys(definition)
    for place, part in _parts_of(definition):
        stage = part.get("stage")
        if stage is not None and stage not in keys:
            yield wrong(f"{place}.stage", "stage", found=quoted(stage), rather=or_rather(stage, keys))


def _without_width(definition: Raw) -> Iterator[Complaint]:
    """Visible columns of a stage: the widths of their sheet are those of the department's workbook."""
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            owner = section.get("stage", sheet.get("stage", DEPARTMENT))
            for at, column in enumerate(section.get("columns", ())):
                if adds_width(column, owner) and not column.get("hidden") and "width" not in column:
                    place = f"sheets[{number}].sections[{below}].columns[{at}]"
                    yield wrong(place, "stage_width", column=quoted(column["key"]))


def _columns_of(definition: Raw) -> Iterator[tuple[str, Raw]]:
    for place, section in sections_of(definition):
        yield from ((f"{place}.columns[{number}]", column) for number, column in enumerate(section.get("columns", ())))


def _parts_of(definition: Raw) -> Iterator[tuple[str, Raw]]:
    """Every part that may name a stage, with its place."""
    yield from ((f"sheets[{number}]", sheet) for number, sheet in enumerate(definition["sheets"]))
    for place, section in sections_of(definition):
        yield place, section
        yield from ((f"{place}.items[{number}]", item) for number, item in enumerate(section.get("items", ())))
    yield from _columns_of(definition)
    yield from ((f"rules[{number}]", rule) for number, rule in enumerate(definition["rules"]))
    yield from ((f"tests[{number}]", test) for number, test in enumerate(definition.get("tests", ())))
    figures = definition.get("summary", {}).get("figures", ())
    yield from ((f"summary.figures[{number}]", figure) for number, figure in enumerate(figures))
