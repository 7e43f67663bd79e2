"""A form definition as it is written: the file, its shape, and the walk through its parts.

    definition, digest = read_definition(Path("templates/my-form/2022/form.yaml"))
    check_shape(definition, path)       # keys, types and limits, against schemas/form.schema.json
    for place, table, block in blocks_of(definition): ...

Whatever is wrong raises FormError with the file, the path inside it and what was expected there. A complaint is a pair
of place and reason; what no schema can say is checked by `consistency`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.nearest import nearest

Complaint = tuple[str, str]
YEAR, UNIT = "identity.fiscal_year", "cover.unit"  # single fields that the program itself fills in or prints
TYPED = "numbers"  # among the spellings: how people type numbers
ROW_WORDS = ("key", "formulas")  # what a preset row says besides the contents of its columns


def shipped(name: str) -> Path:
    """The folder `templates` or `schemas` that travels with xlperf: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


# --- the file ------------------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML in which every key is a text and stands once; of two equal keys YAML itself silently takes the last."""

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict:
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, _ in node.value:
                if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                    raise yaml.constructor.ConstructorError(None, None, "a key is a text; put it in quotes", key.start_mark)
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_definition(path: Path) -> tuple[object, str]:
    """Return what a form.yaml says and the SHA-256 of the file.

    Raises:
        UsageError: it cannot be opened.
        FormError: it is not YAML.
    """
    try:
        raw = path.read_bytes()
        return yaml.load(raw, _Loader), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2023-02-31 is no date
        raise FormError("form_syntax", path=path, reason=" ".join(str(error).split())) from None


# --- the shape -----------------------------------------------------------------------------------------------


@lru_cache
def _validator():
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8")))


def check_shape(definition: object, path: Path) -> None:
    """Hold a definition against schemas/form.schema.json.

    Raises:
        FormError: a key is misspelt, missing or out of place, or a value is of the wrong kind.
    """
    errors = sorted(_validator().iter_errors(definition), key=_rank)
    if errors:
        refuse(path, *_complaint(errors[0]))


def _rank(error) -> int:
    """A misspelt key or type comes first: it is the cause of its neighbours' errors."""
    return {"additionalProperties": 0, "enum": 1}.get(error.validator, 3 if "propertyNames" in error.absolute_schema_path else 2)


def _complaint(error) -> Complaint:
    parts = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        stray = next(key for key in error.instance if key not in known)
        return _place([*parts, stray]), f"there is no such key{or_rather(stray, known)}"
    if error.validator == "enum":
        known = ", ".join(str(value) for value in error.validator_value)
        return _place(parts), f"{error.instance!r} is not one of {known}{or_rather(error.instance, error.validator_value)}"
    if error.validator == "oneOf":
        known = ", ".join(branch["required"][0] for branch in error.validator_value)
        return _place(parts), f"exactly one of {known} must stand here"
    if "propertyNames" in error.absolute_schema_path:
        reason = "does not go with the keys beside it" if error.validator == "not" else error.schema["description"]
        return _place([*parts, error.instance]), reason
    if error.validator in ("pattern", "not", "contains") and "description" in error.schema:
        shown = f"{error.instance!r} is wrong here. " if isinstance(error.instance, str) else ""
        return _place(parts), shown + error.schema["description"]
    return _place(parts), error.message if len(error.message) <= 300 else f"…{error.message[-300:]}"


def _place(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def or_rather(name: object, known: Iterable[str]) -> str:
    best = nearest(name, known)
    return f"; did you mean {best!r}?" if best else ""


def refuse(path: Path, place: str, reason: str) -> None:
    raise FormError("form_shape", path=path, reason=f"{place}: {reason}" if place else reason)


# --- the parts -----------------------------------------------------------------------------------------------


def sections_of(definition: Mapping) -> Iterator[tuple[str, Mapping]]:
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            yield f"sheets[{number}].sections[{below}]", section


def tables_of(definition: Mapping) -> dict[str, tuple[str, Mapping]]:
    return {section["table"]: (place, section) for place, section in sections_of(definition) if "table" in section}


def blocks_of(definition: Mapping) -> Iterator[tuple[str, Mapping, Mapping]]:
    """Yield place, table and block."""
    for place, section in sections_of(definition):
        for number, block in enumerate(section.get("blocks", ())):
            yield f"{place}.blocks[{number}]", section, block


def keys_of(things: Iterable[Mapping]) -> list[str]:
    return [thing["key"] for thing in things]


def own_columns(table: Mapping) -> list[Mapping]:
    """The columns of a table, those of last year's figures apart."""
    return [column for column in table["columns"] if "last" not in column]


def is_list(block: Mapping) -> bool:
    return "spare" in block or ("rows" in block and not block.get("keyed"))


def offered(column: Mapping) -> Iterator[str]:
    return (choice for lists in column.get("choices_by", {}).values() for offered in lists.values() for choice in offered)
