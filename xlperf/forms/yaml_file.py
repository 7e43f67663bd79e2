"""form.yaml as a file: read, held against its JSON Schema, and the line that a complaint is about.

    definition, digest = read_definition(Path("templates/my-form/2022/form.yaml"))
    check_shape(definition, path)  # keys, types and limits, against schemas/form.schema.json
    located(error)  # "form.yaml:12: rules[3].cells: there is no 'raeson'; did you mean 'reason'?"

What no schema can say is checked by `consistency`. Lines are looked up in the text only once something is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.files import shipped
from xlperf.forms.definition import Complaint, Raw, or_rather, refuse
from xlperf.forms.model import CONDITIONS
from xlperf.messages import sentence

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError
    from yaml import SafeLoader as FastLoader
else:
    FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one written in C, where there is one

PATH_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
SYNTAX = re.compile(r"\bline (\d+), column \d+")
CIRCLE = re.compile(r"^[^:]*: ([\w.]+) \u2192 ")
MOST_NODES = 200_000  # keys and values of a form; the largest of ours has some 6,000
LONGEST_NUMBER = 40  # characters; 15 digits count
LONGEST_REASON = 300  # characters of an error of jsonschema's own, which quotes what it found

# --- the file ------------------------------------------------------------------------------------------------


class _Loader(FastLoader):
    """YAML in which every key is a text and stands once; of two equal keys YAML itself silently takes the last.

    12:30 is a text: as YAML 1.1 has it, it would be a number to the base 60, which a long one takes minutes to become.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, _ in node.value:
                if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                    raise yaml.constructor.ConstructorError(None, None, "a key is a text; put it in quotes", key.start_mark)
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> object:
        """A number of digits; anything with a colon in it as it is written."""
        if ":" in node.value:
            return node.value
        if len(node.value) > LONGEST_NUMBER:
            reason = f"a number of {len(node.value):,} characters"
            raise yaml.constructor.ConstructorError(None, None, reason, node.start_mark)
        of_type = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        return of_type(node)


for kind in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{kind}", _Loader.construct_number)


def read_definition(path: Path) -> tuple[Any, str]:
    """Return what a form.yaml says, of whatever shape, and the SHA-256 of the file.

    Raises:
        UsageError: it cannot be opened.
        FormError: it is not YAML, or too large once every alias is written out.
    """
    try:
        content = path.read_bytes()
        return _parsed(content), hashlib.sha256(content).hexdigest()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2023-02-31 is no date
        raise FormError("form_syntax", path=path, reason=" ".join(str(error).split())) from None


def _parsed(content: bytes) -> Any:
    """What a text in YAML says.

    Raises:
        YAMLError, ValueError, RecursionError: it is none, or a few aliases of aliases would make gigabytes of it.
    """
    loader = _Loader(content)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _written_out(node, {}) > MOST_NODES:
            raise yaml.constructor.ConstructorError(
                None, None, f"more than {MOST_NODES:,} values, aliases counted", node.start_mark
            )
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _written_out(node: yaml.Node, counted: dict[int, int]) -> int:
    """How many values there are below a node with every alias written out; a node that is within itself has no end."""
    if id(node) not in counted:
        counted[id(node)] = MOST_NODES + 1  # until it is counted
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        below = [part for pair in pairs for part in pair] or (node.value if isinstance(node, yaml.SequenceNode) else ())
        counted[id(node)] = min(MOST_NODES + 1, 1 + sum(_written_out(part, counted) for part in below))
    return counted[id(node)]


# --- the shape -----------------------------------------------------------------------------------------------


@lru_cache
def read_schema(name: str) -> Raw:
    """One of the schemas that definitions are held against: `form`, or `checks` for the parameters of checks."""
    schema: Raw = json.loads((shipped("schemas") / f"{name}.schema.json").read_text("utf-8"))
    return schema


@lru_cache
def _validator(name: str) -> Draft202012Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(read_schema(name))


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
    message: str


def _violation(error: ValidationError) -> _Violation:
    return _Violation(
        keyword=str(error.validator),
        asked=error.validator_value,
        found=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        parts=list(error.absolute_path),
        is_of_key="propertyNames" in error.absolute_schema_path,
        message=error.message,
    )


def _rank(violation: _Violation) -> int:
    """A misspelt key or type comes first: it is the cause of its neighbours' errors."""
    return {"additionalProperties": 0, "enum": 1}.get(violation.keyword, 3 if violation.is_of_key else 2)


def _complaint(violation: _Violation) -> Complaint:
    keyword, asked, found, schema, parts, is_of_key, message = violation
    if keyword == "additionalProperties":
        allowed = schema.get("properties", {})
        stray = next(key for key in found if key not in allowed)
        return _place([*parts, stray]), f"there is no such key{or_rather(stray, allowed)}"
    if keyword == "enum":
        return _place(parts), f"{found!r} is not one of {', '.join(map(str, asked))}{or_rather(found, asked)}"
    if keyword == "oneOf":
        return _place(parts), f"exactly one of {', '.join(branch['required'][0] for branch in asked)} must stand here"
    if is_of_key:
        reason = "does not go with the keys beside it" if keyword == "not" else schema["description"]
        return _place([*parts, found]), reason
    if keyword in ("pattern", "not", "contains") and "description" in schema:
        shown = f"{found!r} is wrong here. " if isinstance(found, str) else ""
        return _place(parts), f"{shown}{schema['description']}"
    return _place(parts), message if len(message) <= LONGEST_REASON else f"…{message[-LONGEST_REASON:]}"


def _place(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


# --- the line ------------------------------------------------------------------------------------------------


def located(error: FormError) -> str:
    """The sentence of the error, after file and line."""
    path = error.arguments["path"]
    assert isinstance(path, Path)
    line = line_of(path.read_text("utf-8", "replace"), str(error.arguments.get("reason", "")))
    return sentence("at_line", {"path": path, "line": line, "text": error}) if line else str(error)


def line_of(text: str, reason: str) -> int | None:
    """The line of a form.yaml that the reason of a complaint is about, None where it names no place."""
    if match := SYNTAX.search(reason):
        return int(match[1])
    try:
        root = yaml.compose(text, FastLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if root is None:
        return None
    circle = CIRCLE.search(reason)
    place = circle[1] if circle else reason.partition(": ")[0]
    return _line_of_path(root, place) or _line_of_formula(root, place.split("."), reason)


def _line_of_path(root: yaml.Node, place: str) -> int | None:
    """The line of the deepest part of a path that exists; None if not even its first does."""
    node, line = root, None
    for number, name in PATH_PART.findall(place):
        found = _child(node, int(number) if number else name)
        if found is None:
            break
        head, node = found
        line = _line(head)
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """A part of a node with what stands first of it: its key in a mapping, itself in a list."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == step), None)


def _line_of_formula(root: yaml.Node, parts: Sequence[str], reason: str) -> int | None:
    """The line of a formula or condition named by block, row and field, or by rule; rather one whose text is quoted."""
    found = [node for mapping in _mappings(root) for node in _named(mapping, parts)]
    quoted = [node for node in found if node.value and str(node.value) in reason]
    best = next(iter(quoted or found), None)
    return _line(best) if best else None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _named(mapping: yaml.MappingNode, parts: Sequence[str]) -> Iterator[yaml.Node]:
    """Yield the formulas and conditions of a mapping that has the name of the field, row or rule."""
    values = {key.value: value for key, value in mapping.value if isinstance(key.value, str)}
    name = getattr(values.get("key") or values.get("code"), "value", None)
    if name is None:
        return
    *owners, last = parts
    if name in owners and isinstance(values.get("formulas"), yaml.MappingNode):
        yield from (value for key, value in values["formulas"].value if key.value == last)
    if name == last and "formula" in values:
        yield values["formula"]
    if owners and name == owners[-1] and last in (*CONDITIONS, "test") and last in values:
        yield values[last]


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for below in child if isinstance(child, tuple) else (child,):
            yield from _mappings(below)
