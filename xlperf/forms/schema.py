"""The JSON Schema (draft 2020-12) of a form's document, generated from the form.

    >>> build_schema(form)["properties"]["cover"]["required"]
    ['unit']

Blanks are absent or null. A condition such as `T(kind) = "quantitative"` becomes if/then. Computed fields are `readOnly`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlperf.errors import FormulaError
from xlperf.forms.document import REVIEWED, STAGE
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Condition, Field
from xlperf.forms.scope import is_sayable
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.messages import sentence

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def build_schema(form: Form) -> Schema:
    """Return the JSON Schema (draft 2020-12) of that form's document: what every key holds, with its label as title.

    Amounts are numbers in the unit that the label of their field names (ten thousand yuan in most forms), rates are ratios
    (0.96 is 96%), dates are ISO dates. What the form computes is `readOnly`.

    Example:
        >>> schema = build_schema(form)
        >>> schema["required"][:2], schema["properties"]["form"] == {"const": form.key}
        (['form', 'revision'], True)
    """
    schema: Schema = {
        "$schema": DRAFT,
        "$id": f"{form.key}-{form.revision}.schema.json",
        "title": form.title,
        "type": "object",
        "required": ["form", "revision"],
        "properties": {"form": {"const": form.key}, "revision": {"const": form.revision}},
    }
    if form.stage:
        schema["properties"] |= {STAGE: {"const": form.stage}, REVIEWED: {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
    for block in form.blocks.values():
        if block.key != GUIDE:
            _add_block(schema, form, block)
    return schema


# --- blocks --------------------------------------------------------------------------------------------------


def _add_block(schema: Schema, form: Form, block: Block) -> None:
    """Put the schema of a block where its path leads, with the objects on the way."""
    part = _block(form, block)
    if not block.path:
        schema["properties"].update(part["properties"])
        schema["required"] += part.get("required", [])
        return
    *above, last = block.path
    for key, below in zip(above, block.path[1:], strict=True):
        if isinstance(key, int):
            schema = schema["items"]
            continue
        _require(schema, key, part)
        empty = _copies(form, block) if isinstance(below, int) else {"type": "object", "properties": {}}
        schema = schema["properties"].setdefault(key, empty)
    if isinstance(last, int):
        if last == 0:
            _join(schema["items"], part)
        return
    if block.shape == "list" and last in schema["properties"]:
        _widen(schema["properties"][last]["items"], part["items"])
    else:
        schema["properties"].setdefault(last, part)
        _require(schema, last, part)


def _copies(form: Form, block: Block) -> Schema:
    """The list of copies in which a block stands."""
    assert block.copy is not None
    repeat = form.repeats[block.copy.repeat]
    items: Schema = {"type": "object", "properties": {}}
    return {"type": "array", "title": repeat.label, "minItems": repeat.least, "maxItems": repeat.most, "items": items}


def _join(schema: Schema, part: Schema) -> None:
    """Put the fields of a block where they stand beside other blocks."""
    schema["properties"].update(part["properties"])
    for key in ("required", "allOf"):
        if key in part:
            schema[key] = [*schema.get(key, ()), *part[key]]


def _require(schema: Schema, key: str, part: Mapping[str, Any]) -> None:
    """An object with required fields is required itself."""
    if part.get("required") and key not in schema.setdefault("required", []):
        schema["required"].append(key)


def _widen(items: Schema, more: Schema) -> None:
    """Another block of the same list: its constants are further values of the same fields."""
    for key, mine in items["properties"].items():
        if "enum" in mine and "enum" in more["properties"][key]:
            mine["enum"] = list(dict.fromkeys(mine["enum"] + more["properties"][key]["enum"]))


def _block(form: Form, block: Block) -> Schema:
    match block.shape:
        case "mapping":
            texts = {row.key: {"type": ["string", "null"], "title": row.values.get("title", row.key)} for row in block.rows}
            return {"type": "object", "title": block.label, "properties": texts}
        case "keyed":
            titles = {row.key: str(row.values.get(block.row_name or "", row.key)) for row in block.rows}
            rows = {key: _row(form, block, index, title) for index, (key, title) in enumerate(titles.items())}
            return {"type": "object", "title": block.label, "properties": rows}
        case "list":
            title = form.tables[block.table].label if block.table else block.label
            return {"type": "array", "title": title, "items": _row(form, block, len(block.rows), title)}
        case "object":
            return _row(form, block, len(block.rows), block.label)


def _row(form: Form, block: Block, index: int, title: str) -> Schema:
    """The schema of one row: unconditional requirements as `required`, conditional ones as if/then."""
    schema: Schema = {"type": "object", "title": title, "properties": {}}
    required: list[str] = []
    conditions: list[Schema] = []
    for field in block.document_fields:
        schema["properties"][field.key] = _field(form, block, index, field)
        needed = bool(field.required) if field.given else form.required(block, index, field)
        if needed is True:
            required.append(field.key)
        elif isinstance(needed, Condition) and is_sayable(needed.tree):  # others are checked apart
            conditions.append({"if": _asked(form, block, field, needed), "then": _filled(field.key)})
        conditions += _dependent_choices(field)
        conditions += _dependent_types(field)
    if required:
        schema["required"] = required
    if conditions:
        schema["allOf"] = conditions
    return schema


# --- fields --------------------------------------------------------------------------------------------------


def _field(form: Form, block: Block, index: int, field: Field) -> Schema:
    computed = form.formula(block, index, field.key) is not None
    required = form.required(block, index, field) is True
    schema: Schema = {"title": field.label}
    if field.help:
        schema["description"] = field.help
    if computed:
        schema["readOnly"] = True
    if field.choices_from:
        schema["$comment"] = f"one of {field.choices_from}"  # which no schema can hold it to
    if field.key in block.constants:
        schema["enum"] = [block.constants[field.key]]
    elif field.choices:
        schema["enum"] = [*field.choices] if required else [*field.choices, None]
    elif field.type == "value":
        schema["type"] = ["number", "string", "null"]
    elif field.type == "date":
        schema |= {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    elif field.kind is Kind.NUMBER:
        schema |= _number(field, required=required or (field.given and field.required is True), bounded=not computed)
    else:
        schema["type"] = "string" if required else ["string", "null"]
    if field.max_length and not computed and field.type != "value":
        schema["maxLength"] = field.max_length
    return schema


def _number(field: Field, *, required: bool, bounded: bool) -> Schema:
    kind = "integer" if field.type in ("year", "count") else "number"
    bounds = {"minimum": field.minimum, "maximum": field.maximum} if bounded else {}
    return {"type": kind if required else [kind, "null"], **{k: v for k, v in bounds.items() if v is not None}}


def _dependent_choices(field: Field) -> Iterator[Schema]:
    """The choices of a field that depend on what stands in another."""
    for other, lists in field.choices_by.items():
        for value, choices in lists.items():
            chosen = {"properties": {other: {"const": value}}, "required": [other]}
            yield {"if": chosen, "then": {"properties": {field.key: {"enum": [*choices, None]}}}}


def _dependent_types(field: Field) -> Iterator[Schema]:
    """A `value` is a number under its condition, else a text; while what decides is blank, either."""
    if field.number_when is None:
        return
    numeric, decided = _condition(field.number_when.tree), [_filled(name) for name in sorted(field.number_when.names)]
    number, text = _number(field, required=False, bounded=True), {"type": ["string", "null"]}
    yield {"if": numeric, "then": {"properties": {field.key: number}}}
    yield {"if": {"allOf": [*decided, {"not": numeric}]}, "then": {"properties": {field.key: text}}}


# --- conditions ----------------------------------------------------------------------------------------------


def _condition(tree: Node) -> Schema:
    """A test as a schema. Only what JSON Schema can say: equality with a text, blankness, AND, OR, NOT.

    Raises:
        FormulaError: the condition of a required field uses more than that.
    """
    match tree:
        case Operation(operator="=" | "<>" as operator, left=left, right=Literal(value=str() as text)):
            key = _key(left)
            same = {"properties": {key: {"const": text}}, "required": [key]}
            return same if operator == "=" else {"not": same}
        case IsBlank(operand=Name(key=key), wanted=wanted):
            return {"not": _filled(key)} if wanted else _filled(key)
        case Call(function="AND", arguments=parts):
            return {"allOf": [_condition(part) for part in parts]}
        case Call(function="OR", arguments=parts):
            return {"anyOf": [_condition(part) for part in parts]}
        case Call(function="NOT", arguments=(part,)):
            return {"not": _condition(part)}
    raise FormulaError(sentence("wrong_condition", {}))


def _asked(form: Form, block: Block, field: Field, needed: Condition) -> Schema:
    """The condition of a requirement; preset rows in which the field is computed are not asked for it."""
    siblings = [other for other in form.blocks.values() if other.path == block.path and other.row_name]
    computed = [
        row.values[other.row_name]
        for other in siblings
        for index, row in enumerate(other.rows)
        if other.row_name and form.formula(other, index, field.key) is not None
    ]
    asked = _condition(needed.tree)
    if not computed:
        return asked
    named = {"properties": {block.row_name: {"enum": computed}}, "required": [block.row_name]}
    return {"allOf": [asked, {"not": named}]}


def _filled(key: str) -> Schema:
    return {"properties": {key: {"not": {"type": "null"}}}, "required": [key]}


def _key(tree: Node) -> str:
    match tree:
        case Name(key=key) | Call(function="T", arguments=(Name(key=key),)):
            return key
    raise FormulaError(sentence("wrong_condition", {}))
