"""The errors that JSON Schema finds in a document, as findings at cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlperf.forms.document import Rows, Spot, document_of, prefixes
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.forms.schema import build_schema
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import catalogue, current_language, fill, listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of, slip
from xlperf.values.notation import spellings_of
from xlperf.values.printing import briefly
from xlperf.values.units import label_unit

CODES = {
    "required": "XL201",
    "type": "XL202",
    "pattern": "XL202",
    "format": "XL202",
    "enum": "XL203",
    "minimum": "XL204",
    "maximum": "XL204",
}


@lru_cache(maxsize=16)
def _validator(form: Form):
    import jsonschema

    dates = jsonschema.FormatChecker(["date"])
    return jsonschema.Draft202012Validator(build_schema(form), format_checker=dates)


def schema_findings(form: Form, rows: Rows) -> Iterator[Finding]:
    """Translate the errors of the schema into findings at cells."""
    origins = prefixes(form, rows)
    seen: set[tuple[str, Spot]] = set()
    for error in _validator(form).iter_errors(document_of(form, rows)):
        code = CODES.get(error.validator)
        for spot in _spots_of_error(form, error, origins) if code else ():
            block = form.blocks[spot.block]
            known = block.fields[spot.field]
            if not form.is_input(block, spot.index, known) and not known.given:
                continue
            cause = "XL201" if code == "XL203" and error.instance is None else code
            if (cause, spot) not in seen:
                seen.add((cause, spot))
                place = form, block, spot.index, known
                hint = _counted_in(*place) if code == "XL204" else _hint(*place, error)
                arguments = {"found": briefly(error.instance), "expected": _expected(known, error), "hint": hint}
                yield Finding(cause, "error", (spot,), told_blank() if cause == "XL201" else arguments)


def _spots_of_error(form: Form, error, origins: Mapping) -> Iterator[Spot]:
    path = tuple(error.absolute_path)
    if error.validator == "required":
        origin = origins.get(path)
        missing = [key for key in error.validator_value if key not in error.instance]
    else:
        origin, missing = origins.get(path[:-1]), [path[-1]] if path else []
        if origin is None and path[:-1] and path[:-1][-1] == "explanations":
            return
    if origin is not None:
        yield from (Spot(*origin, key) for key in missing if isinstance(key, str) and key in form.blocks[origin[0]].fields)


def told_blank() -> dict[str, object]:
    return {"found": sentence("blank", {})}


def wanted_of(known: Field) -> str:
    """What a field takes, in words: its choices, its limits, else what kind of value."""
    words = catalogue(current_language())["types"]
    if known.choices:
        return listing(known.choices)
    low, high = (as_text(as_decimal(x)) if x is not None else None for x in (known.minimum, known.maximum))
    if low or high:
        return fill(words["between" if low and high else "least" if low else "most"], {"low": low, "high": high})
    return words.get(known.type) or words["number" if known.kind is Kind.NUMBER else "string"]


def _counted_in(form: Form, block: Block, index: int, known: Field) -> str:
    """What a number out of range counts in, as its label says: money, things; else it takes no unit."""
    unit = label_unit(spellings_of(form), block, index, known)
    return sentence("in_unit" if unit else "in_no_unit", {"unit": unit})


def _hint(form: Form, block: Block, index: int, known: Field, error) -> str:
    """What a wrong text was meant for: a choice it nearly is, one beside another value, or one of another open column."""
    value, near = error.instance, slip(error.instance, known.choices)
    if near and error.validator == "enum" and near not in error.validator_value:
        homes = {other: [said for said, choices in lists.items() if near in choices] for other, lists in known.choices_by.items()}
        return "".join(
            sentence("belongs_to", {"found": value, "column": block.fields[other].label, "near": listing(said)})
            for other, said in homes.items()
        )
    if near:
        return sentence("perhaps", {"found": value, "near": near})
    letters = letters_of(value)
    others = (f for f in block.fields.values() if f is not known and form.is_input(block, index, f)) if letters else ()
    home = next((f for f in others if letters in map(letters_of, f.choices)), None)
    return sentence("belongs", {"found": value, "near": home.label}) if home else ""


def _expected(known: Field, error) -> str:
    words = catalogue(current_language())["types"]
    if error.validator == "enum":
        return listing(choice for choice in error.validator_value if choice is not None)
    if error.validator in ("minimum", "maximum"):
        return wanted_of(known)
    if known.type == "date":
        return words["date"]
    wanted = error.validator_value
    return words[next((kind for kind in ("number", "integer") if kind in wanted), "string")]
