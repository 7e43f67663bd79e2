"""The errors that JSON Schema finds in a document, as findings at cells.

findings = list(schema_errors(form, rows))      # XL201 blank, XL202 not understood, XL203 no choice, XL204 out of range
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xlperf.checking.schema_gate import doubted
from xlperf.forms.document import Rows, Spot, document_of, rows_by_path
from xlperf.forms.form import Form
from xlperf.forms.model import Field
from xlperf.forms.schema import build_schema
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import catalogue, current_language, fill, listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of, slip
from xlperf.values.notation import spellings_of
from xlperf.values.printing import briefly
from xlperf.values.units import label_unit, unit_of

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

CODES = {
    "required": "XL201",
    "type": "XL202",
    "pattern": "XL202",
    "format": "XL202",
    "enum": "XL203",
    "minimum": "XL204",
    "maximum": "XL204",
}
Origins = Mapping[tuple[str | int, ...], tuple[str, int]]  # path of an object of the document: block and index of its row


class SchemaError(NamedTuple):
    """What the schema finds wrong: the keyword that is broken, what it wants, what there is, and the path to it."""

    keyword: str
    wanted: Any
    found: Any
    path: tuple[str | int, ...]


def _errors(form: Form, document: Mapping[str, Any]) -> Iterator[SchemaError]:
    left = doubted(form, document)
    if left is None:
        return
    for error in _validator(form).iter_errors(left.document):
        yield SchemaError(
            keyword=str(error.validator),
            wanted=error.validator_value,
            found=error.instance,
            path=left.path(tuple(error.absolute_path)),
        )


@lru_cache(maxsize=16)
def _validator(form: Form) -> Draft202012Validator:
    import jsonschema

    dates = jsonschema.FormatChecker(["date"])
    return jsonschema.Draft202012Validator(build_schema(form), format_checker=dates)


def schema_errors(form: Form, rows: Rows) -> Iterator[Finding]:
    """Yield the errors of the schema as findings at cells, one per cell and cause."""
    origins: Origins = rows_by_path(form, rows)
    seen: set[tuple[str, Spot]] = set()
    for error in _errors(form, document_of(form, rows)):
        code = _code_of(error)
        for spot in _spots_of(form, error, origins) if code else ():
            if (code, spot) not in seen and _is_filled_in(form, spot):
                seen.add((code, spot))
                yield Finding(code, "error", (spot,), _facts(form, spot, code, error))


def _code_of(error: SchemaError) -> str:
    """The code of an error, "" for one that is no cell's; nothing where one of several choices stands is a blank."""
    if error.keyword == "enum" and error.found is None:
        return CODES["required"]
    return CODES.get(error.keyword, "")


def _spots_of(form: Form, error: SchemaError, origins: Origins) -> Iterator[Spot]:
    """Yield the cells an error is about: those that are missing in an object, or the one that is wrong."""
    if error.keyword == "required":
        keys, home = [key for key in error.wanted if key not in error.found], error.path
    else:
        keys, home = list(error.path[-1:]), error.path[:-1]
    if home not in origins:
        return
    block, index = origins[home]
    yield from (Spot(block, index, key) for key in keys if isinstance(key, str) and key in form.blocks[block].fields)


def _is_filled_in(form: Form, spot: Spot) -> bool:
    """Whether a cell is filled in, by people or before it is handed out."""
    block = form.blocks[spot.block]
    field = block.fields[spot.field]
    return form.is_input(block, spot.index, field) or field.given


def _facts(form: Form, spot: Spot, code: str, error: SchemaError) -> dict[str, object]:
    """What the sentences of a finding need."""
    if code == "XL201":
        return found_blank()
    hint = _unit_hint(form, spot, error.found) if code == "XL204" else _word_hint(form, spot, error)
    return {"found": briefly(error.found), "expected": _expected(form, spot, error), "hint": hint}


def found_blank() -> dict[str, object]:
    """The facts of a finding at a blank cell."""
    return {"found": sentence("blank", {})}


# --- what was expected ---------------------------------------------------------------------------------------


def expected_of(field: Field) -> str:
    """What a field takes, in words: its choices, its limits, else what kind of value."""
    words: Mapping[str, str] = catalogue(current_language())["types"]
    if field.choices:
        return listing(map(field.as_shown, field.choices))
    low, high = (as_text(as_decimal(limit)) if limit is not None else None for limit in (field.minimum, field.maximum))
    if low or high:
        return fill(words["between" if low and high else "least" if low else "most"], {"low": low, "high": high})
    return words.get(field.type) or words["number" if field.kind is Kind.NUMBER else "string"]


def _expected(form: Form, spot: Spot, error: SchemaError) -> str:
    """What the schema expects where it found an error, in words."""
    field = form.blocks[spot.block].fields[spot.field]
    words: Mapping[str, str] = catalogue(current_language())["types"]
    if error.keyword == "enum":
        return listing(field.as_shown(choice) for choice in error.wanted if choice is not None)
    if error.keyword in ("minimum", "maximum"):
        return expected_of(field)
    if field.type == "date":
        return words["date"]
    return words[next((kind for kind in ("number", "integer") if kind in error.wanted), "string")]


# --- hints ---------------------------------------------------------------------------------------------------


def _unit_hint(form: Form, spot: Spot, found: object) -> str:
    """What a number out of range counts in, as its label says: money, things; else it takes no unit.

    An amount that would be in range if it had been typed in yuan is said in both units.
    """
    block, spellings = form.blocks[spot.block], spellings_of(form)
    field = block.fields[spot.field]
    word = label_unit(spellings, block, spot.index, field)
    if not word:
        return sentence("in_no_unit", {})
    unit = unit_of(spellings, word)
    if field.type == "money" and isinstance(found, int | float) and unit.base and unit.factor > 1:
        other = as_decimal(found) / unit.factor
        if field.maximum is not None and abs(other) <= as_decimal(field.maximum) < abs(as_decimal(found)):
            facts = {"found": as_text(as_decimal(found)), "small": unit.base, "other": as_text(other), "unit": word}
            return sentence("in_unit_not", facts)
    return sentence("in_unit", {"unit": word})


def _word_hint(form: Form, spot: Spot, error: SchemaError) -> str:
    """What a wrong word was probably meant for: a choice that it nearly is, or a choice of another column; else ""."""
    typed = error.found
    near = slip(typed, form.blocks[spot.block].fields[spot.field].choices)
    if near and error.keyword == "enum" and near not in error.wanted:
        return _choice_elsewhere(form, spot, typed, near)
    if near:
        return sentence("perhaps", {"found": typed, "near": near})
    column = _column_of_choice(form, spot, typed)
    return sentence("belongs", {"found": typed, "near": column.label}) if column else ""


def _choice_elsewhere(form: Form, spot: Spot, typed: object, near: str) -> str:
    """Beside which values of another column a choice may stand, where it may not stand beside the one that is there."""
    fields = form.blocks[spot.block].fields
    hints = []
    for other, choices_beside in fields[spot.field].choices_by.items():
        values = [value for value, choices in choices_beside.items() if near in choices]
        hints.append(sentence("belongs_to", {"found": typed, "column": fields[other].label, "near": listing(values)}))
    return "".join(hints)


def _column_of_choice(form: Form, spot: Spot, typed: object) -> Field | None:
    """The other column of the row that has a typed word among its choices."""
    block, letters = form.blocks[spot.block], letters_of(typed)
    if not letters:
        return None
    others = (field for field in block.fields.values() if field.key != spot.field and form.is_input(block, spot.index, field))
    return next((field for field in others if letters in map(letters_of, field.choices)), None)
