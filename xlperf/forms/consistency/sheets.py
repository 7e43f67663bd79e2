"""The room on the sheets of a form definition: widths, where columns stand, which of them are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from xlperf.forms.definition import Complaint, Raw, own_columns, quoted, sections_of, tables_of, wrong
from xlperf.messages import as_called

WIDTHS = {"guide": 4, "lines": 3, "fields": 2}  # columns that a kind of section is printed over


def narrow_sheets(definition: Raw) -> Iterator[Complaint]:
    """A sheet is wide enough for its sections, and its tables agree on where a column stands."""
    for number, sheet in enumerate(definition["sheets"]):
        single = any("fields" in section for section in sheet["sections"])
        positions: dict[str, int | None] = {"text": 0, "value": 1} if single else {}
        for below, section in enumerate(sheet["sections"]):
            place = f"sheets[{number}].sections[{below}]"
            columns = section.get("columns", ())
            if len(sheet["sections"]) > 1 and any("last" in column for column in columns):
                yield wrong(f"{place}.columns", "last_beside")
            inset = section.get("side", {}).get("span", 1) if "side" in section else 0
            own = _positions(columns, inset)
            spans = (c.get("span", 1) for c in columns if not c.get("hidden") and "last" not in c)
            kinds = (width for kind, width in WIDTHS.items() if kind in section)
            needed = inset + max([sum(spans), *_widths_of_items(section), *kinds])
            if needed > len(sheet["widths"]):
                yield wrong(f"sheets[{number}].widths", "widths", found=len(sheet["widths"]), section=place, needed=needed)
            for key, position in own.items():
                if key in positions and (position is None or positions[key] != position):
                    yield wrong(f"{place}.columns", "other_column", column=quoted(key))
            positions |= own


def _positions(columns: Iterable[Raw], inset: int) -> dict[str, int | None]:
    """Where the columns of a table stand, from 0, behind the widths of a label on its left.

    Hidden ones stand nowhere (None); those of last year's figures come and go.
    """
    visible = [column for column in columns if not column.get("hidden") and "last" not in column]
    hidden = [column["key"] for column in columns if column.get("hidden")]
    starts = accumulate((column.get("span", 1) for column in visible), initial=inset)
    return {column["key"]: start for column, start in zip(visible, starts, strict=False)} | dict.fromkeys(hidden)


def _widths_of_items(section: Raw) -> Iterator[int]:
    """Yield how many widths each line of single fields takes."""
    taken = 0
    for item in section.get("items", ()):
        label, value = item.get("spans", (1, 1))
        taken = (taken if item.get("beside") else 0) + label + value
        yield taken


def beside_nothing(definition: Raw) -> Iterator[Complaint]:
    """A field that stands beside another has one on its left, which is no long text below its label."""
    for place, section in sections_of(definition):
        before: Raw | None = None
        for number, item in enumerate(section.get("items", ())):
            if item.get("beside") and (before is None or before.get("rows", 1) > 1):
                yield wrong(f"{place}.items[{number}].beside", "beside_nothing")
            for name in ("beside", "spans"):
                if item.get(name) and item.get("rows", 1) > 1:
                    yield wrong(f"{place}.items[{number}].{name}", "beside_box", found=quoted(as_called(name)), rows=item["rows"])
            before = item


def side_of_box(definition: Raw) -> Iterator[Complaint]:
    """A long text below its label has no other label on its left."""
    for place, section in sections_of(definition):
        for number, item in enumerate(section.get("items", ())):
            if "side" in section and item.get("rows", 1) > 1:
                yield wrong(f"{place}.items[{number}].rows", "side_of_box", rows=item["rows"])


def unprinted_first(definition: Raw) -> Iterator[Complaint]:
    """Columns that are not printed stand behind those that are, and at least one is."""
    for place, table in tables_of(definition).values():
        printed = [c.get("printed", True) for c in own_columns(table) if not c.get("hidden")]
        if not printed[0] or printed != sorted(printed, reverse=True):
            yield wrong(f"{place}.columns", "printed")
