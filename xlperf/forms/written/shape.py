"""The shape of a definition: held against its JSON Schema, what is violated in words.

    check_shape(definition, path)  # keys, types and limits, against schemas/form.schema.json

What jsonschema says is never shown: each keyword has a sentence of the catalogue. A description of the schema that is quoted
stands in the reader's language in schemas/form.schema.zh.toml, from which the reference of form.yaml is made too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlperf.files import shipped
from xlperf.forms.definition import Complaint, Raw, full_width_signs, named, no_choice, no_key, quoted, refuse, wrong
from xlperf.messages import as_called, current_language, sentence

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

Facts = tuple[str, Mapping[str, object]]  # the key of a sentence without its `wrong_`, and its arguments


@lru_cache
def read_schema(name: str) -> Raw:
    """One of the schemas that definitions are held against: `form`, or `checks` for the parameters of checks."""
    schema: Raw = json.loads((shipped("schemas") / f"{name}.schema.json").read_text("utf-8"))
    return schema


@lru_cache
def _validator(name: str) -> Draft202012Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(read_schema(name))


@lru_cache
def read_descriptions(language: str) -> Mapping[str, str]:
    """What the descriptions of the schemas are in another language, by the English ones."""
    import tomllib

    path = shipped("schemas") / f"form.schema.{language}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def violations_of(name: str, value: object) -> Iterator[Complaint]:
    """Yield the place in a value and what is wrong there, held against that schema; the likeliest cause first."""
    yield from map(_complaint, sorted(map(_violation, _validator(name).iter_errors(value)), key=_rank))


def check_shape(definition: object, path: Path) -> None:
    """Hold a definition against schemas/form.schema.json.

    Raises:
        FormError: a key is misspelt, missing or out of place, or a value is of the wrong kind.
    """
    for place, reason in violations_of("form", definition):
        refuse(path, place, reason)


class _Violation(NamedTuple):
    """What jsonschema found: the keyword that is violated, what it asks for, by what, and where."""

    keyword: str
    asked: Any
    found: Any
    schema: Raw
    parts: list[str | int]
    is_of_key: bool  # a key is wrong, not what stands under it

    @property
    def description(self) -> str | None:
        """What the schema says of what should stand there, in the reader's language; None if it does not say it."""
        said = self.schema.get("description")
        if said is not None and as_called(said) != said:
            return as_called(said)
        told = said if said is None or current_language() == "en" else read_descriptions(current_language()).get(said)
        return told and told.rstrip(".\u3002")


def _violation(error: ValidationError) -> _Violation:
    return _Violation(
        keyword=str(error.validator),
        asked=error.validator_value,
        found=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        parts=list(error.absolute_path),
        is_of_key="propertyNames" in error.absolute_schema_path,
    )


def _rank(violation: _Violation) -> int:
    """A misspelt key or type comes first: it is the cause of its neighbours' errors."""
    return {"additionalProperties": 0, "enum": 1}.get(violation.keyword, 3 if violation.is_of_key else 2)


def _complaint(violation: _Violation) -> Complaint:
    keyword, parts, found = violation.keyword, violation.parts, violation.found
    if keyword == "additionalProperties":
        allowed = violation.schema.get("properties", {})
        stray = next(key for key in found if key not in allowed)
        owner = ".".join(part for part in parts if isinstance(part, str))
        return no_key(_place([*parts, stray]), owner, stray, allowed)
    if keyword == "enum":
        return _place(parts), no_choice(found, map(as_called, violation.asked))
    if violation.is_of_key:
        return _wrong([*parts, found], _of_key(violation))
    return _wrong(parts, REASONS.get(keyword, _described)(violation))


def _wrong(parts: Iterable[str | int], facts: Facts) -> Complaint:
    return wrong(_place(parts), facts[0], **facts[1])


def _place(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


# --- what a keyword asks for, in words -------------------------------------------------------------------------


def _of_key(violation: _Violation) -> Facts:
    if signs := full_width_signs(violation.found):
        return "half_width", {"found": quoted(violation.found), "signs": signs}
    return ("beside", {}) if violation.keyword == "not" else _described(violation)


def _described(violation: _Violation) -> Facts:
    """What should stand there, as the schema describes it."""
    if isinstance(violation.found, str) and (signs := full_width_signs(violation.found)) and violation.keyword == "pattern":
        return "half_width", {"found": quoted(violation.found), "signs": signs}
    if violation.description is None:
        return "otherwise", {"found": quoted(violation.found)}
    is_shown = isinstance(violation.found, str)
    return ("described" if is_shown else "lacking"), {"found": quoted(violation.found), "description": violation.description}


def _type(violation: _Violation) -> Facts:
    found, kinds = violation.found, [violation.asked] if isinstance(violation.asked, str) else violation.asked
    if isinstance(found, str) and "object" in kinds and (signs := full_width_signs(found)):
        return "half_width", {"found": quoted(found), "signs": signs}
    expected = sentence("wrong_or", {}).join(sentence(f"json_{kind}", {}) for kind in kinds)
    is_to_quote = "string" in kinds and not isinstance(found, str | list | Mapping) and found is not None
    facts = {"found": quoted(found), "kind": sentence(f"json_{_type_of(found)}", {}), "expected": expected}
    return ("type_quotes" if is_to_quote else "type"), facts


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case Mapping():
            return "object"
    return "date"


def _required(violation: _Violation) -> Facts:
    return "required", {"key": quoted(as_called(next(key for key in violation.asked if key not in violation.found)))}


def _dependent(violation: _Violation) -> Facts:
    for key, others in violation.asked.items():
        for other in others if key in violation.found else ():
            if other not in violation.found:
                return "dependent", {"key": quoted(as_called(other)), "other": quoted(as_called(key))}
    return _described(violation)


def _one_of(violation: _Violation) -> Facts:
    """Branches are told apart by a key that each requires."""
    keys = [key for branch in violation.asked for key in branch.get("required", ())[:1]]
    return violation.keyword.lower(), {"known": named(map(as_called, keys))}


def _bound(violation: _Violation) -> Facts:
    return violation.keyword.lower(), {"found": quoted(violation.found), "asked": violation.asked}


def _length(violation: _Violation) -> Facts:
    count = len(violation.found)
    key = "empty" if count == 0 else violation.keyword.lower()
    return key, {"found": quoted(violation.found), "count": count, "asked": violation.asked}


def _unique(violation: _Violation) -> Facts:
    return "uniqueitems", {"found": quoted(next(x for at, x in enumerate(violation.found) if x in violation.found[:at]))}


REASONS: Mapping[str, Callable[[_Violation], Facts]] = {
    "type": _type,
    "required": _required,
    "dependentRequired": _dependent,
    "oneOf": _one_of,
    "anyOf": _one_of,
    "const": lambda violation: ("const", {"found": quoted(violation.found), "asked": quoted(violation.asked)}),
    "uniqueItems": _unique,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _bound),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _length),
}
