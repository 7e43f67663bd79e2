"""Between the document, the JSON value people exchange, and its rows, the same facts block by block.

    >>> rows, _ = rows_of(form, {"goals": [{"expected": "4 courses", "actual": "6 courses"}]})
    >>> rows["goals"]
    [{'expected': '4 courses', 'actual': '6 courses'}]
    >>> document_of(form, rows)["goals"]
    [{'expected': '4 courses', 'actual': '6 courses'}]

Reading, computing, checking and writing all work on rows (`{block: [{field: value}]}`); a *spot* names one cell of
them, wherever it stands in a workbook. Several blocks may share one list of the document (the five categories of the
indicators do): an item goes to the block whose constants it has, to a preset row by its name, else to a free row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, YEARS, Block, Field
from xlperf.forms.yaml_file import UNIT
from xlperf.formula.evaluator import evaluate
from xlperf.formula.operands import normal_text
from xlperf.text import letters_of

Rows = dict[str, list[dict]]
LEFTOVERS = "leftovers"  # what an import found no field for; it travels with the document and is passed by


class Spot(NamedTuple):
    """One field of one row of one block."""

    block: str
    index: int
    field: str


def unit_spot(form: Form) -> Spot:
    """The field that names the unit the workbook is of."""
    block, _, field = form.definition.get("unit", UNIT).partition(".")
    return Spot(block, 0, field)


def subject_spot(form: Form) -> Spot:
    """The field that names what the workbook is about, where a unit files several; of no block where it files one."""
    block, _, field = form.definition.get("subject", "").partition(".")
    return Spot(block, 0, field)


def named(rows: Rows, spot: Spot) -> str:
    """What stands in a field of single ones, "" where it is blank."""
    return str((rows.get(spot.block) or [{}])[0].get(spot.field) or "")


def year_of(rows: Rows) -> int | None:
    """The fiscal year, None where there stands none that could be one."""
    year = (rows.get("identity") or [{}])[0].get("fiscal_year")
    return year if isinstance(year, int) and YEARS[0] <= year <= YEARS[1] else None


def whose(form: Form, rows: Rows) -> list[str]:
    """What tells a filled form from others in a file name: the unit, what it is about where a unit files several, the year."""
    spots = (unit_spot(form), subject_spot(form), Spot("identity", 0, "fiscal_year"))
    return [name for spot in spots if (name := named(rows, spot))]


def rows_of(form: Form, document: Mapping) -> tuple[Rows, list[tuple[str, object]]]:
    """Return the rows of a document, preset rows included, and what of it has no place (path, value)."""
    rows: Rows = {block.key: _preset_rows(form, block) for block in form.blocks.values() if block.key != GUIDE}
    strays: list[tuple[str, object]] = []
    known = {"form", "revision", LEFTOVERS}
    for paths, blocks in _by_path(form).items():
        value, known = _at(document, paths), known | ({paths[0]} if paths else set())
        where = ".".join(paths)
        if blocks[0].shape == "list":
            if isinstance(value, list):
                strays += _place_items(form, blocks, value, rows, where)
            elif value is not None:
                strays.append((where, value))
        elif value is not None and not isinstance(value, Mapping):
            strays.append((where, value))
        elif value:
            strays += _place_object(blocks[0], value, rows, where)
            known |= set(blocks[0].fields) if not paths else set()
    strays += [(key, value) for key, value in document.items() if key not in known and value is not None]
    return rows, strays


def document_of(form: Form, rows: Rows) -> dict:
    """Return the document of those rows; empty free rows and blank values are absent."""
    document: dict = {"form": form.key, "revision": form.revision}
    for paths, blocks in _by_path(form).items():
        for block in blocks:
            for index, row in enumerate(rows.get(block.key, ())):
                _put(document, paths, block, index, row)
    return document


def prefixes(form: Form, rows: Rows) -> dict[tuple, tuple[str, int]]:
    """Return where each object of the document comes from: its JSON path to (block, index)."""
    origin: dict[tuple, tuple[str, int]] = {}
    for paths, blocks in _by_path(form).items():
        count = 0
        for block in blocks:
            for index, row in enumerate(rows.get(block.key, ())):
                if block.shape == "list":
                    if not is_empty(form, block, index, row):
                        origin[(*paths, count)] = (block.key, index)
                        count += 1
                elif block.shape == "keyed":
                    origin[(*paths, block.rows[index].key)] = (block.key, index)
                elif block.shape == "object":
                    origin[paths] = (block.key, index)
    return origin


def path_namer(form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names a spot by its path in the document: `indicators[3].target`."""
    names = {}
    for path, origin in prefixes(form, rows).items():
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


def is_empty(form: Form, block: Block, index: int, row: Mapping) -> bool:
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


def _holds(asked: object, row: Mapping[str, object]) -> bool:
    return asked if isinstance(asked, bool) else evaluate(asked, row.get) is True


def inputs_of(form: Form, rows: Rows) -> Iterator[tuple[Spot, object]]:
    """Yield every filled input cell with its value."""
    for key, block_rows in rows.items():
        block = form.blocks[key]
        for index, row in enumerate(block_rows):
            inputs = form.inputs(block, index)
            yield from ((Spot(key, index, name), value) for name, value in row.items() if value is not None and name in inputs)


def _by_path(form: Form) -> dict[tuple[str, ...], list[Block]]:
    found: dict[tuple[str, ...], list[Block]] = {}
    for block in form.blocks.values():
        if block.key != GUIDE:
            found.setdefault(block.path, []).append(block)
    return found


def _preset_rows(form: Form, block: Block) -> list[dict]:
    if block.shape == "object":
        return [dict(block.constants)]
    preset = [{**block.constants, **{k: v for k, v in row.values.items() if k in block.fields}} for row in block.rows]
    return preset


def _at(document: Mapping, paths: tuple[str, ...]) -> object:
    value: object = document
    for key in paths:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _place_object(block: Block, value: Mapping, rows: Rows, where: str) -> Iterator[tuple[str, object]]:
    places = {row.key: index for index, row in enumerate(block.rows)}
    for key, item in value.items():
        path = f"{where}.{key}" if where else key
        if block.shape == "mapping" and key in places:
            rows[block.key][places[key]]["explanation"] = item
        elif block.shape == "keyed" and key in places and isinstance(item, Mapping):
            yield from _update(block, rows[block.key][places[key]], item, path)
        elif block.shape == "object" and key in block.fields:
            rows[block.key][0][key] = item
        elif where and item is not None and not isinstance(item, Mapping | list):
            yield path, item


def _place_items(form: Form, blocks: list[Block], items: list, rows: Rows, where: str) -> Iterator[tuple[str, object]]:
    taken: set[tuple[str, int]] = set()
    for number, item in enumerate(items):
        path = f"{where}[{number}]"
        block = next((block for block in blocks if isinstance(item, Mapping) and _belongs(block, item)), None)
        if block is None:
            yield path, item
            continue
        row = dict(block.constants)
        index = preset_index(block, item.get(block.row_name)) if block.row_name else None
        yield from _update(block, row, item, path)
        if index is not None and (block.key, index) not in taken:
            taken.add((block.key, index))
            rows[block.key][index] = row
        elif not is_empty(form, block, len(block.rows), row):
            rows[block.key].append(row)


def _belongs(block: Block, item: Mapping) -> bool:
    return all(_same(item.get(key), value) for key, value in block.constants.items())


def preset_index(block: Block, name: object) -> int | None:
    """The preset row of that name, however it is spaced and punctuated; None if no row is called so."""
    letters = letters_of(name) if isinstance(name, str) else ""
    presets = (_preset_letters(str(row.values.get(block.row_name))) for row in block.rows)
    return next((index for index, preset in enumerate(presets) if letters and preset == letters), None)


_preset_letters = lru_cache(maxsize=1024)(letters_of)  # the same few hundred names for every row of every file


def _same(one: object, other: object) -> bool:
    return isinstance(one, str) and isinstance(other, str) and (one == other or normal_text(one) == normal_text(other))


def _update(block: Block, row: dict, item: Mapping, where: str) -> Iterator[tuple[str, object]]:
    for key, value in item.items():
        if key in block.fields and block.fields[key].in_document:
            row[key] = value
        elif value is not None:
            yield f"{where}.{key}", value


def _put(document: dict, paths: tuple[str, ...], block: Block, index: int, row: Mapping) -> None:
    values = {f.key: row[f.key] for f in block.document_fields if row.get(f.key) is not None}
    target = document
    for key in paths[:-1]:
        target = target.setdefault(key, {})
    if not paths:
        document.update(values)
    elif block.shape == "list":
        items = target.setdefault(paths[-1], [])
        typed = set(values) - set(block.constants)
        if block.row(index) or typed:
            items.append(values)
    elif block.shape == "mapping":
        texts = target.setdefault(paths[-1], {})
        if values.get("explanation") is not None and block.key == RULES:
            texts[block.rows[index].key] = values["explanation"]
    elif block.shape == "keyed":
        entries = target.setdefault(paths[-1], {})
        if set(values):
            entries[block.rows[index].key] = values
    else:
        target.setdefault(paths[-1], {}).update(values)
