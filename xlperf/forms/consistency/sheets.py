"""The room on the sheets of a form definition: widths, where columns stand, which of them are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlperf.forms.definition import Complaint, Raw, own_columns, quoted, tables_of, wrong

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
            own = _positions(columns)
            visible = sum(position is not None for position in own.values())
            needed = max([visible, *(width for kind, width in WIDTHS.items() if kind in section)])
            if needed > len(sheet["widths"]):
                yield wrong(f"sheets[{number}].widths", "widths", found=len(sheet["widths"]), section=place, needed=needed)
            for key, position in own.items():
                if key in positions and (position is None or positions[key] != position):
                    yield wrong(f"{place}.columns", "other_column", column=quoted(key))
            positions |= own


def _positions(columns: Iterable[Raw]) -> dict[str, int | None]:
    """Where the columns of a table stand, from 0: None for hidden ones; those of last year's figures come and go."""
    visible = [column["key"] for column in columns if not column.get("hidden") and "last" not in column]
    hidden = [column["key"] for column in columns if column.get("hidden")]
    return {key: position for position, key in enumerate(visible)} | dict.fromkeys(hidden)


def unprinted_first(definition: Raw) -> Iterator[Complaint]:
    """Columns that are not printed stand behind those that are, and at least one is."""
    for place, table in tables_of(definition).values():
        printed = [c.get("printed", True) for c in own_columns(table) if not c.get("hidden")]
        if not printed[0] or printed != sorted(printed, reverse=True):
            yield wrong(f"{place}.columns", "printed")
