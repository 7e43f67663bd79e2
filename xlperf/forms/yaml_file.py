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
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.forms.model import CONDITIONS
from xlperf.messages import sentence
from xlperf.text import nearest

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
SYNTAX = re.compile(r"\bline (\d+), column \d+")
CIRCLE = re.compile(r"\bcircle: ([\w.]+)")

Complaint = tuple[str, str]
YEAR, UNIT = "identity.fiscal_year", "cover.unit"  # single fields that the program itself fills in or prints
TYPED = "numbers"  # among the spellings: how people type numbers
ROW_WORDS = ("key", "formulas")  # what a preset row says besides the contents of its columns


def shipped(name: str) -> Path:
    """The folder `templates` or `schemas` that travels with xlperf: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent.parent
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


def located(error: FormError) -> str:
    """The sentence of the error, after file and line."""
    path = error.arguments["path"]
    line = line_of(path.read_text("utf-8", "replace"), str(error.arguments.get("reason", "")))
    return sentence("at_line", {"path": path, "line": line, "text": error}) if line else str(error)


def line_of(text: str, reason: str) -> int | None:
    """The line a complaint is about, None where it names no place."""
    if match := SYNTAX.search(reason):
        return int(match[1])
    try:
        root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return None
    circle = CIRCLE.search(reason)
    place = circle[1] if circle else reason.partition(": ")[0]
    return (_walk(root, place) or _formula(root, place.split("."), reason)) if root else None


def _walk(root: yaml.Node, place: str) -> int | None:
    """The line of the deepest part of a path that exists; None if not even its first does."""
    node, line = root, None
    for number, name in STEP.findall(place):
        key, node = _child(node, int(number) if number else name)
        if node is None:
            break
        line = (key or node).start_mark.line + 1
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Key and value of a part of a node."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == step), (None, None))


def _formula(root: yaml.Node, parts: list[str], reason: str) -> int | None:
    """The line of a formula or condition named by block, row and field, or by rule; rather one whose text is quoted."""
    found = [node for mapping in _mappings(root) for node in _named(mapping, parts)]
    quoted = [node for node in found if node.value and str(node.value) in reason]
    best = next(iter(quoted or found), None)
    return best.start_mark.line + 1 if best else None


def _named(mapping: yaml.MappingNode, parts: list[str]) -> Iterator[yaml.Node]:
    known = {key.value: value for key, value in mapping.value if isinstance(key.value, str)}
    name = getattr(known.get("key") or known.get("code"), "value", None)
    if name is None:
        return
    *owners, last = parts
    if name in owners and isinstance(known.get("formulas"), yaml.MappingNode):
        yield from (value for key, value in known["formulas"].value if key.value == last)
    if name == last and "formula" in known:
        yield known["formula"]
    if owners and name == owners[-1] and last in (*CONDITIONS, "test") and last in known:
        yield known[last]


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for below in child if isinstance(child, tuple) else (child,):
            yield from _mappings(below)
