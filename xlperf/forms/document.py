"""Between the document, the JSON value people exchange, and its rows, the same facts block by block.

    >>> rows, _ = rows_of(form, {"goals": [{"expected": "4 courses", "actual": "6 courses"}]})
    >>> rows["goals"]
    [{'expected': '4 courses', 'actual': '6 courses'}]
    >>> document_of(form, rows)["goals"]
    [{'expected': '4 courses', 'actual': '6 courses'}]

Reading, computing, checking and writing all work on rows (`{block: [{field: value}]}`, plain JSON values); a *spot* names
one cell of them, wherever it stands in a workbook. Several blocks may share one list of the document (the five categories of the
indicators do): an item goes to the block whose constants it has, to a preset row by its name, else to a free row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xlperf.forms.definition import path_in_words
from xlperf.forms.field_types import YEARS
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Condition, Copy, Field
from xlperf.forms.repeats import blocks_by_copy, path_in, places_of_copies
from xlperf.formula.operands import normal_text
from xlperf.text import fold, letters_of

Row = dict[str, Any]  # field: value, a plain JSON value
Rows = dict[str, list[Row]]  # block: its rows
Document = Mapping[str, Any]
Stray = tuple[str, object]  # path in the document, and the value there that no field takes
UNIT_CODE = "unit_code"  # the key of the field for the code of the unit, beside its name
IMPORTED = "imported"  # from what kind of report a finalized document was read; it travels with it and is skipped
WAIVED = "waived"  # what the bureau let stand in a finalized document; it travels with it and is skipped
STAGE = "stage"  # at which stage after the department a document was filled in
REVIEWED = "reviewed"  # the SHA-256 of the submission of which that stage was; it travels with it and is skipped
LEFTOVERS = "leftovers"  # what an import found no field for; it travels with the document and is skipped


class Spot(NamedTuple):
    """One field of one row of one block."""

    block: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a spot for
    field: str


# --- what a filled form is of --------------------------------------------------------------------------------


def unit_spot(form: Form) -> Spot:
    """The field that names the unit the workbook is of."""
    block, _, field = form.unit.partition(".")
    return Spot(block, 0, field)


def code_spot(form: Form) -> Spot:
    """The field for the code of the unit, beside its name; of a field that is not there where the form asks for none."""
    return unit_spot(form)._replace(field=UNIT_CODE)


def subject_spot(form: Form) -> Spot:
    """The field that names what the workbook is about, where a unit files several; of no block where it files one."""
    block, _, field = form.subject.partition(".")
    return Spot(block, 0, field)


def text_at(rows: Rows, spot: Spot) -> str:
    """What stands in a single field, "" where it is blank."""
    return str((rows.get(spot.block) or [{}])[0].get(spot.field) or "")


def year_of(rows: Rows) -> int | None:
    """The fiscal year, None where there stands none that could be one."""
    year = (rows.get("identity") or [{}])[0].get("fiscal_year")
    return year if isinstance(year, int) and YEARS[0] <= year <= YEARS[1] else None


def file_name_parts(form: Form, rows: Rows) -> list[str]:
    """What tells a filled form from others: the unit, what it is about where a unit files several, the year."""
    spots = (unit_spot(form), subject_spot(form), Spot("identity", 0, "fiscal_year"))
    return [text for spot in spots if (text := text_at(rows, spot))]


# --- from the document to its rows ---------------------------------------------------------------------------


def rows_of(form: Form, document: Document) -> tuple[Rows, list[Stray]]:
    """Return the rows of a document, preset rows included, and what of it has no place."""
    rows: Rows = {block.key: _preset_rows(block) for block in form.blocks.values() if block.key != GUIDE}
    strays: list[Stray] = []
    taken = {"form", "revision", LEFTOVERS, WAIVED, IMPORTED, *((STAGE, REVIEWED) if form.stage else ())}
    for path, blocks in form.blocks_by_path.items():
        value, where = _value_at(document, path), path_in_words(path)
        taken.update(map(str, path[:1]))
        if value is None:
            continue
        if blocks[0].shape == "list":
            strays += _place_items(form, blocks, value, rows, where) if isinstance(value, list) else [(where, value)]
        elif not isinstance(value, Mapping):
            strays += [] if blocks[0].copy and isinstance(path[-1], int) else [(where, value)]  # a whole copy is told of below
        else:
            strays += _place_object(blocks[0], value, rows, where)
            taken.update(blocks[0].fields if not path else ())
    strays += [(key, value) for key, value in document.items() if key not in taken and value is not None]
    return rows, [*strays, *_copies_too_many(form, document)]


def _copies_too_many(form: Form, document: Document) -> Iterator[Stray]:
    """Yield what of a list of copies the form has no copies for, and what is no list of them."""
    for key, repeat in form.repeats.items():
        listed = _value_at(document, repeat.path)
        if isinstance(listed, list):
            inside = _keys_in_copy(form, key)
            for number, item in enumerate(listed):
                path: tuple[str | int, ...] = (*repeat.path, number)
                if number >= form.counts[key] or not isinstance(item, Mapping | None):
                    yield path_in_words(path), item
                    continue
                for name, value in (item or {}).items():
                    if name not in inside and value is not None:
                        yield path_in_words((*path, name)), value
        elif listed is not None:
            yield path_in_words(repeat.path), listed


def _keys_in_copy(form: Form, repeat: str) -> set[str | int]:
    """What may stand in one copy of a document; a single field of its own top is told of with its block."""
    depth, known = len(form.repeats[repeat].path) + 1, set[str | int]()
    for block in blocks_by_copy(form).get(Copy(repeat, 1), ()):
        known.update(block.path[depth : depth + 1] or block.fields)
    return known


def _preset_rows(block: Block) -> list[Row]:
    """The rows that stand in a blank template, with what stands in them."""
    if block.shape == "object":
        return [dict(block.constants)]
    return [{**block.constants, **{k: v for k, v in row.values.items() if k in block.fields}} for row in block.rows]


def _value_at(document: Document, path: tuple[str | int, ...]) -> object:
    value: object = document
    for key in path:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _place_object(block: Block, value: Document, rows: Rows, where: str) -> Iterator[Stray]:
    """Put an object of the document into the rows of its block; yield what has no place."""
    places = {row.key: index for index, row in enumerate(block.rows)}
    for key, item in value.items():
        path = f"{where}.{key}" if where else key
        if block.shape == "mapping" and key in places:
            rows[block.key][places[key]]["explanation"] = item
        elif block.shape == "keyed" and key in places and isinstance(item, Mapping):
            yield from _fill_row(block, rows[block.key][places[key]], item, path)
        elif block.shape == "object" and key in block.fields:
            rows[block.key][0][key] = item
        elif where and item is not None and not isinstance(item, Mapping | list) and not isinstance(block.path[-1], int):
            yield path, item


def _place_items(form: Form, blocks: Sequence[Block], items: Sequence[object], rows: Rows, where: str) -> Iterator[Stray]:
    """Put the items of a list into the rows of the blocks that share it; yield what has no place."""
    taken: set[tuple[str, int]] = set()
    block_of = _block_finder(blocks)
    for number, item in enumerate(items):
        path = f"{where}[{number}]"
        block = block_of(item)
        if block is None or not isinstance(item, Mapping):
            yield path, item
            continue
        row: Row = dict(block.constants)
        index = preset_index(block, item.get(block.row_name)) if block.row_name else None
        yield from _fill_row(block, row, item, path)
        if index is not None and (block.key, index) not in taken:
            taken.add((block.key, index))
            rows[block.key][index] = row
        elif not is_empty(form, block, len(block.rows), row):
            rows[block.key].append(row)


def _block_finder(blocks: Sequence[Block]) -> Callable[[object], Block | None]:
    """Return the function that finds the block whose constants an item has; what stands in many items is compared once."""
    keys = tuple(dict.fromkeys(key for block in blocks for key in block.constants))
    known: dict[tuple[object, ...], Block | None] = {}

    def block_of(item: object) -> Block | None:
        if not isinstance(item, Mapping):
            return None
        standing = tuple(text if isinstance(text := item.get(key), str) else None for key in keys)
        if standing not in known:
            known[standing] = next((block for block in blocks if _belongs(block, item)), None)
        return known[standing]

    return block_of


def _belongs(block: Block, item: Document) -> bool:
    """Whether an item of a list has the constants of that block."""
    return all(_is_same_text(item.get(key), value) for key, value in block.constants.items())


def _is_same_text(one: object, other: object) -> bool:
    return isinstance(one, str) and isinstance(other, str) and (one == other or normal_text(one) == normal_text(other))


def preset_index(block: Block, name: object) -> int | None:
    """The place of the preset row of that name, however it is spaced and punctuated; None if no row is called so."""
    letters = letters_of(name) if isinstance(name, str) and block.rows else ""
    return block.rows_by_letters.get(letters) if letters else None


def _fill_row(block: Block, row: Row, item: Document, where: str) -> Iterator[Stray]:
    """Put the values of an object into a row; yield those that have no field."""
    for key, value in item.items():
        if key in block.fields and block.fields[key].in_document:
            row[key] = value
        elif value is not None:
            yield f"{where}.{key}", value


# --- from the rows to the document ---------------------------------------------------------------------------


def document_of(form: Form, rows: Rows, *, numbered: bool = False) -> dict[str, Any]:
    """Return the document of those rows; empty free rows and blank values are absent.

    Args:
        numbered: keep copies that count as none, so that those after them keep their numbers.
    """
    document: dict[str, Any] = {"form": form.key, "revision": form.revision, **({STAGE: form.stage} if form.stage else {})}
    places = places_of_copies(form, rows, numbered=numbered)
    for blocks in form.blocks_by_path.values():
        for block in blocks:
            path = path_in(block, places)
            for index, row in enumerate(rows.get(block.key, ()) if path is not None else ()):
                _put_row(document, block, path or (), index, row)
    return document


def _put_row(document: dict[str, Any], block: Block, path: tuple[str | int, ...], index: int, row: Row) -> None:
    values = {field.key: row[field.key] for field in block.document_fields if row.get(field.key) is not None}
    if not path:
        document.update(values)
        return
    home: Any = document
    for key, below in zip(path, (*path[1:], None), strict=True):
        empty: Any = [] if isinstance(below, int) or (below is None and block.shape == "list") else {}
        if isinstance(key, int):
            home.extend({} for _ in range(len(home), key + 1))
            home = home[key]
        else:
            home = home.setdefault(key, empty)
    match block.shape:
        case "list":
            if block.row(index) or values.keys() - block.constants.keys():
                home.append(values)
        case "mapping":
            if block.key == RULES and values.get("explanation") is not None:
                home[block.rows[index].key] = values["explanation"]
        case "keyed":
            if values:
                home[block.rows[index].key] = values
        case "object":
            home.update(values)


def rows_by_path(form: Form, rows: Rows) -> dict[tuple[str | int, ...], tuple[str, int]]:
    """Return where each object of the document comes from: its JSON path to (block, index)."""
    origins: dict[tuple[str | int, ...], tuple[str, int]] = {}
    places = places_of_copies(form, rows)
    for blocks in form.blocks_by_path.values():
        count, path = 0, path_in(blocks[0], places)
        for block in blocks if path is not None else ():
            assert path is not None
            for index, row in enumerate(rows.get(block.key, ())):
                if block.shape == "list" and not is_empty(form, block, index, row):
                    origins[(*path, count)] = (block.key, index)
                    count += 1
                elif block.shape == "keyed":
                    origins[(*path, block.rows[index].key)] = (block.key, index)
                elif block.shape == "object":
                    origins[path] = (block.key, index)
    return origins


def path_namer(form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names a spot by its path in the document: `indicators[3].target`."""
    names = {}
    for path, origin in rows_by_path(form, rows).items():
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        names[origin] = text.lstrip(".")
    return lambda spot: ".".join(filter(None, (names.get((spot.block, spot.index), spot.block), spot.field)))


def row_namer(form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names the row of a spot as its table does, "" for the name itself and where there is none."""

    def name(spot: Spot) -> str:
        block, listed = form.blocks[spot.block], rows.get(spot.block, ())
        row_name = block.row_name if block.table else None
        if not row_name or spot.field == row_name or spot.index >= len(listed):
            return ""
        return str(listed[spot.index].get(row_name) or "").strip()

    return name


def texts_in_column(form: Form, rows: Rows, block: str, name: str) -> dict[str, str]:
    """The texts that stand in the column of that name, as they stand there, by what they are compared as.

    >>> texts_in_column(form, {"items": [{"name": " A  1"}, {}]}, "items", "items.name")
    {'a 1': ' A  1'}
    """
    target = form.target(block, name)
    found: dict[str, str] = {}
    for text in (row.get(target.field) for key in target.blocks for row in rows.get(key, ())):
        if isinstance(text, str) and (compared := as_compared(text)):
            found.setdefault(compared, text)
    return found


def source_in_words(form: Form, block: str, name: str) -> dict[str, str]:
    """The table and the column of that name, as people know them."""
    target = form.target(block, name)
    source = form.blocks[target.blocks[0]]
    return {"table": form.tables[source.table or ""].label, "column": form.field(target).label}


def as_compared(text: str) -> str:
    """A text as it is looked for in another column: however it is spaced, in small letters, full-width signs as plain ones."""
    return normal_text(fold(text))


# --- what is said of a cell in its row -----------------------------------------------------------------------


def is_empty(form: Form, block: Block, index: int, row: Mapping[str, object]) -> bool:
    """Whether a free row holds nothing that was typed; a preset row is never empty."""
    if block.row(index) or block.shape == "object":
        return False
    return not any(row.get(key) not in (None, "") for key in form.inputs(block, index))


def is_required(form: Form, block: Block, index: int, field: Field, row: Mapping[str, object]) -> bool:
    """Whether a blank cell of that row is an error."""
    return _holds(form.required(block, index, field), row)


def is_wanted(field: Field, row: Mapping[str, object]) -> bool:
    """Whether a blank cell of that row is a warning."""
    return _holds(field.wanted, row)


def _holds(asked: Condition | bool, row: Mapping[str, object]) -> bool:
    return asked.holds(row) if isinstance(asked, Condition) else asked


def inputs_of(form: Form, rows: Rows) -> Iterator[tuple[Spot, object]]:
    """Yield every filled input cell with its value."""
    for key, listed in rows.items():
        block = form.blocks[key]
        for index, row in enumerate(listed):
            inputs = form.inputs(block, index)
            yield from ((Spot(key, index, name), value) for name, value in row.items() if value is not None and name in inputs)
