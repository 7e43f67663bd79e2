"""Check what no schema can say about a form definition: that its parts agree, and that what must stand once does.

    check_names(definition, path)

Every check yields complaints in the order of the file, and the first one is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from xlperf.forms.definition import (
    ROW_WORDS,
    UNIT,
    YEAR,
    Complaint,
    Raw,
    blocks_of,
    choices_of,
    is_list,
    keys_of,
    named,
    no_choice,
    or_rather,
    own_columns,
    path_of,
    quoted,
    refuse,
    sections_of,
    tables_of,
    wrong,
)
from xlperf.forms.model import MONEY_DIGITS, TEN_THOUSANDTH, limits_of_type
from xlperf.forms.references import unknown_names
from xlperf.formula.operands import normal_text
from xlperf.formula.parsing.steps import bound_of, in_order
from xlperf.messages import sentence

BESIDE = re.compile(r"\b[a-z]\w*\.[a-z]\w*")  # a cell elsewhere, as a test names it
BETWEEN_CHOICES = re.compile("(?<=.)[\uff0c\u3001\uff1b](?=.)")  # signs with which people tell choices apart
NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")  # field types whose cells hold numbers only
WIDTHS = {"guide": 4, "lines": 3, "fields": 2}  # columns that a kind of section is printed over
LONGEST_VALIDATION = 255  # characters of a formula behind a dropdown, Excel's limit
TAKEN = ("form", "revision", "explanations", "leftovers", "waived", "imported")  # the program's own keys at the top of a document


def check_names(definition: Raw, path: Path) -> None:
    """Check what no schema can say about a definition whose shape is right.

    Raises:
        FormError: a name names nothing, a key stands twice, or two parts contradict each other.
    """
    for check in CHECKS:
        for place, reason in check(definition):
            refuse(path, place, reason)
    check_folder(definition, path)


def check_folder(definition: Raw, path: Path) -> None:
    """The folders in which a definition lies are called like its form and its revision.

    Raises:
        FormError: one is not.
    """
    for key, folder in zip(("revision", "form"), path.absolute().parents, strict=False):
        if str(definition[key]) != folder.name:
            refuse(path, *wrong(key, "folder", found=quoted(str(definition[key])), folder=quoted(folder.name)))


# --- what must stand once ------------------------------------------------------------------------------------


def _duplicates(definition: Raw) -> Iterator[Complaint]:
    """What must be unique stands once."""
    seen: dict[tuple[str, ...], str] = {}
    for what, place in _unique(definition):
        if what in seen:
            yield wrong(place, "twice" if len(what) > 1 else "section_twice", found=quoted(what[-1]), other=seen[what])
        seen[what] = place


def _unique(definition: Raw) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what must be unique within its scope, and where it stands."""
    for number, sheet in enumerate(definition["sheets"]):
        yield ("sheet", sheet["key"]), f"sheets[{number}].key"
        yield ("title", sheet["title"].casefold()), f"sheets[{number}].title"
    singles: dict[str, str] = {}
    for place, section in sections_of(definition):
        yield from _unique_in_section(place, section)
        if "fields" in section:
            singles.setdefault(section["fields"], f"{place}.fields")
    yield from ((("block", key), place) for key, place in singles.items())
    for place, table, block in blocks_of(definition):
        yield ("block", block["key"]), f"{place}.key"
        for number, row in enumerate(block.get("rows", ())):
            yield ("row", table["table"], row["key"]), f"{place}.rows[{number}].key"
            if isinstance(name := row.get(table.get("row_name")), str):
                yield ("name", block["key"], normal_text(name)), f"{place}.rows[{number}].{table['row_name']}"
    for number, rule in enumerate(definition["rules"]):
        yield ("rule", rule["code"]), f"rules[{number}].code"


def _unique_in_section(place: str, section: Raw) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from (((kind,), place) for kind in ("guide", "checks") if kind in section)
    for number, item in enumerate(section.get("items", ())):
        yield ("field", section["fields"], item["key"]), f"{place}.items[{number}].key"
    for number, column in enumerate(section.get("columns", ())):
        yield ("column", place, column["key"]), f"{place}.columns[{number}].key"
    if "table" in section:
        yield ("table", section["table"]), f"{place}.table"
        if keys_of(section["blocks"]) != [section["table"]]:  # a table of one block may be called like it
            yield ("block", section["table"]), f"{place}.table"


# --- sentences and contents ----------------------------------------------------------------------------------


class _Sentence(NamedTuple):
    """A text with braces, and what there will be to fill them."""

    place: str
    text: str
    fillers: Sequence[str] | None  # None: whatever the check in Python knows, which is a plain name


def _placeholders(definition: Raw) -> Iterator[Complaint]:
    """The braces of a sentence name what will be there to fill them."""
    for place, text, fillers in _sentences(definition):
        try:
            parts = [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]
        except ValueError:
            yield wrong(place, "brace", found=quoted(text))
            continue
        for name, form, conversion in parts:
            if not name.isidentifier() if fillers is None else name not in fillers:
                rather = or_rather(name, fillers or ())
                known = sentence("wrong_filler_known", {"known": named(fillers)}) if fillers and not rather else ""
                yield wrong(place, "filler", name=name, rather=rather or known)
            elif form or conversion:
                yield wrong(place, "filler_format", name=name)


def _sentences(definition: Raw) -> Iterator[_Sentence]:
    yield _Sentence("year_line", definition["year_line"], ["year"])
    for number, line in enumerate(definition.get("opening", ())):
        yield _Sentence(f"opening[{number}].text", line["text"], ["year", "next"])
    for word, fillers in {"typed": ["typed"], "typed_beyond": ["typed", "printed"], "length_error": ["most"]}.items():
        yield _Sentence(f"words.{word}", definition["words"].get(word, ""), fillers)
    if "report" in definition:
        yield _Sentence("report.date", definition["report"]["date"], ["year", "month", "day"])
    tables = tables_of(definition)
    several = {"parameters", *tables, *(block["key"] for _, _, block in blocks_of(definition) if is_list(block))}
    for number, rule in enumerate(definition["rules"]):
        if "test" in rule:
            _, table = tables[rule["table"]]
            beside = [name.replace(".", "_") for name in BESIDE.findall(rule["test"]) if name.partition(".")[0] not in several]
            money = [f"{column['key']}{TEN_THOUSANDTH}" for column in table["columns"] if column["type"] == "money"]
            yield _Sentence(f"rules[{number}].found", rule["found"], [*keys_of(table["columns"]), *money, *beside])
            yield _Sentence(f"rules[{number}].expected", rule["expected"], ["label"])
        if "check" in rule:
            yield from (_Sentence(f"rules[{number}].{part}", rule[part], None) for part in ("found", "expected"))
    for block, beginnings in definition.get("paper", {}).get("entries", {}).items():
        yield from (_Sentence(f"paper.entries.{block}", text, ["number"]) for text in beginnings)


def _contents(definition: Raw) -> Iterator[Complaint]:
    """What stands in a template from the start is what its column takes, and preset rows can be found again."""
    for place, table, block in blocks_of(definition):
        columns = {column["key"]: column for column in table["columns"]}
        rows = [(f"{place}.rows[{number}]", row) for number, row in enumerate(block.get("rows", ()))]
        if rows and not block.get("keyed"):
            yield from _unnamed_rows(place, table, rows)
        for here, values in [(f"{place}.constants", block.get("constants", {})), *rows]:
            for key in values.keys() - set(ROW_WORDS):
                if reason := _misfit(columns[key], values[key]):
                    yield f"{here}.{key}", reason
        for here, row in rows:
            yield from (
                wrong(f"{here}.{key}", "constant_again", column=quoted(key))
                for key in row.keys() & block.get("constants", {}).keys()
            )
        if not block.get("keyed") and (labels := [c["key"] for c in columns.values() if c["type"] == "label"]):
            yield wrong(place, "label", column=quoted(labels[0]))


def _unnamed_rows(place: str, table: Raw, rows: Iterable[tuple[str, Raw]]) -> Iterator[Complaint]:
    """Preset rows of a list that have no name by which they could be found."""
    if "row_name" not in table:
        yield wrong(f"{place}.rows", "no_row_name")
    for here, row in rows:
        if not isinstance(row.get(table["row_name"]), str):
            yield wrong(here, "unnamed_row", column=quoted(table["row_name"]))


def _misfit(column: Raw, value: object) -> str | None:
    """Why a value cannot stand in a column, None where it can."""
    kind, choices = column["type"], choices_of(column)
    if kind == "choice":
        return None if value in choices else no_choice(value, choices)
    if kind == "value" or isinstance(value, str) != (kind in NUMBERS):
        return None
    expected = sentence("json_number" if kind in NUMBERS else "json_string", {})
    return sentence("wrong_content", {"found": quoted(value), "type": kind, "expected": expected})


def _one_choice(definition: Raw) -> Iterator[Complaint]:
    """Choices are told apart by half-width commas: a full-width one leaves a single choice with all of them in it."""
    for place, section in sections_of(definition):
        for number, column in enumerate(section.get("columns", ())):
            match column.get("choices"):
                case [str() as only] if signs := "".join(dict.fromkeys(BETWEEN_CHOICES.findall(only))):
                    yield wrong(f"{place}.columns[{number}].choices", "one_choice", found=quoted(only), signs=signs)


def _shown(definition: Raw) -> Iterator[Complaint]:
    """What a cell shows for a choice is no other choice of the column, and stands for one alone."""
    for place, table in tables_of(definition).values():
        for number, column in enumerate(table["columns"]):
            shown, choices = column.get("shown", {}), choices_of(column)
            here = f"{place}.columns[{number}].shown"
            yield from (wrong(f"{here}.{choice}", "shown", known=named(choices)) for choice in shown if choice not in choices)
            texts = [*shown.values(), *choices]
            if twice := next((text for text in shown.values() if texts.count(text) > 1), None):
                yield wrong(here, "shown_twice", found=quoted(twice))


def _limits(definition: Raw) -> Iterator[Complaint]:
    """No smallest number is larger than the largest, and neither has more digits than a sum of amounts keeps."""
    for place, section in sections_of(definition):
        for part in ("items", "columns"):
            for number, field in enumerate(section.get(part, ())):
                if field.get("minimum", float("-inf")) > field.get("maximum", float("inf")):
                    limits = {"minimum": field["minimum"], "maximum": field["maximum"]}
                    yield wrong(f"{place}.{part}[{number}].minimum", "limits", **limits)
                yield from _large_amounts(f"{place}.{part}[{number}]", field)


def _large_amounts(place: str, field: Raw) -> Iterator[Complaint]:
    """The limits of an amount beyond what its digits leave before the point."""
    if field["type"] == "money":
        _, largest = limits_of_type("money", field.get("digits"))
        for bound in ("minimum", "maximum"):
            if abs(field.get(bound, 0)) > (largest or 0):
                yield wrong(f"{place}.{bound}", "large", found=field[bound], largest=largest, digits=MONEY_DIGITS)


def _dropdowns(definition: Raw) -> Iterator[Complaint]:
    """The formula that picks a dropdown by another cell is one that Excel takes."""
    for place, table in tables_of(definition).values():
        for number, column in enumerate(table["columns"]):
            for lists in column.get("choices_by", {}).values():
                name = f"list_{table['table']}_{column['key']}_00"
                formula = "".join(f'IF(AA99999="{value}",{name},)' for value in lists) + name
                here = f"{place}.columns[{number}].choices_by"
                if quoting := next((value for value in lists if '"' in value), None):
                    yield wrong(here, "dropdown_quote", found=quoting)
                elif len(formula) > LONGEST_VALIDATION:
                    yield wrong(here, "dropdown_long", found=len(formula), most=LONGEST_VALIDATION)


def _steps(definition: Raw) -> Iterator[Complaint]:
    """Steps go down or up, and all lead to a number or all to a text."""
    for key, steps in definition.get("parameters", {}).items():
        if not isinstance(steps, list):
            continue
        *upper, lowest = steps
        bounds = [bound_of(pair[0]) for pair in upper]
        if len(lowest) != 1 or any(len(pair) != 2 for pair in upper):
            yield wrong(f"parameters.{key}", "steps_pairs")
        elif None in bounds:
            yield wrong(f"parameters.{key}", "steps_bound", found=quoted(upper[bounds.index(None)][0]))
        elif not in_order([bound for bound in bounds if bound is not None]):
            yield wrong(f"parameters.{key}", "steps_order")
        elif len({isinstance(step[-1], str) for step in steps}) > 1:
            yield wrong(f"parameters.{key}", "steps_results")


# --- room on the sheet ---------------------------------------------------------------------------------------


def _room(definition: Raw) -> Iterator[Complaint]:
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


def _printed_first(definition: Raw) -> Iterator[Complaint]:
    """Columns that are not printed stand behind those that are, and at least one is."""
    for place, table in tables_of(definition).values():
        printed = [c.get("printed", True) for c in own_columns(table) if not c.get("hidden")]
        if not printed[0] or printed != sorted(printed, reverse=True):
            yield wrong(f"{place}.columns", "printed")


# --- place in the document -------------------------------------------------------------------------------------


class _Home(NamedTuple):
    """Where something stands in the document: a block, the single fields of a section, or one field at the top."""

    place: str
    owner: str  # the table, or the block of single fields
    path: tuple[str, ...]
    block: Raw


def _homes(definition: Raw) -> Iterator[_Home]:
    """Yield every place in the document; a field at its top has one of its own."""
    for place, section in sections_of(definition):
        if "fields" in section:
            path = path_of(section.get("path", section["fields"]))
            yield _Home(f"{place}.fields", section["fields"], path, {})
            for number, item in enumerate(section["items"] if not path else ()):
                yield _Home(f"{place}.items[{number}]", section["fields"], (item["key"],), {})
    for place, table, block in blocks_of(definition):
        yield _Home(place, table["table"], path_of(block.get("path", block["key"])), block)


def _paths(definition: Raw) -> Iterator[Complaint]:
    """Every block has a place of its own in the document, or shares a list with blocks told apart by constants."""
    taken: dict[tuple[str, ...], _Home] = {}
    for home in _homes(definition):
        if home.path and home.path[0] in TAKEN:
            yield wrong(home.place, "own_path", found=quoted(home.path[0]))
        for other in taken.values():
            if home.path == other.path:
                if home.owner != other.owner or not _are_apart(home.block, other.block):
                    yield wrong(home.place, "path_taken", path=quoted(".".join(home.path)), other=other.place)
            elif _is_inside(home.path, other.path) or _is_inside(other.path, home.path):
                yield wrong(home.place, "path_crosses", path=quoted(".".join(home.path)), other=other.place)
        taken.setdefault(home.path, home)


def _is_inside(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a path goes on from another; everything is inside the top, and that is no fault."""
    return bool(other) and path[: len(other)] == other


def _are_apart(block: Raw, other: Raw) -> bool:
    """Whether two blocks may have one path: sections of single fields, or lists with different constants."""
    if not block or not other:
        return True
    mine, theirs = block.get("constants", {}), other.get("constants", {})
    different = any(normal_text(mine[key]) != normal_text(theirs[key]) for key in mine.keys() & theirs.keys())
    return is_list(block) and is_list(other) and different


def _needs(definition: Raw) -> Iterator[Complaint]:
    """What the program itself needs is there, and sections of one block agree on its path."""
    paths: dict[str, _Home] = {}
    for home in _homes(definition):
        if home.place.endswith(".fields") and paths.setdefault(home.owner, home).path != home.path:
            yield wrong(home.place, "path_differs", other=paths[home.owner].place)
    keys: dict[str, set[str]] = {}
    for _, section in sections_of(definition):
        if "fields" in section:
            keys.setdefault(section["fields"], set()).update(keys_of(section["items"]))
    needed = {"sheets": YEAR, "unit": definition.get("unit", UNIT), "subject": definition.get("subject", YEAR)}
    for place, name in needed.items():
        block, _, key = name.partition(".")
        if key not in keys.get(block, ()) or (name == YEAR and paths[block].path):
            what = "field_at_top" if name == YEAR else "field_needed"
            yield wrong(place if place in definition else "sheets", what, field=quoted(key), fields=quoted(block))
    if not any("checks" in section for _, section in sections_of(definition)):
        yield wrong("sheets", "no_checks")


CHECKS: tuple[Callable[[Raw], Iterator[Complaint]], ...] = (
    _one_choice,
    _duplicates,
    unknown_names,
    _placeholders,
    _contents,
    _shown,
    _limits,
    _dropdowns,
    _steps,
    _room,
    _printed_first,
    _paths,
    _needs,
)
