"""The JSON Schema (draft 2020-12) of a form's document, generated from the form.

    >>> build_schema(form)["properties"]["cover"]["required"]
    ['unit']

Blanks are absent or null. A condition such as `T(kind) = "quantitative"` becomes if/then. Computed fields are `readOnly`.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlperf.errors import FormulaError
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Field
from xlperf.formula.nodes import Call, IsBlank, Literal, Name, Node, Operation, names_in

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def build_schema(form: Form) -> dict:
    """Return the schema of that form's document."""
    schema = {
        "$schema": DRAFT,
        "$id": f"{form.key}-{form.revision}.schema.json",
        "title": form.title,
        "type": "object",
        "required": ["form", "revision"],
        "properties": {"form": {"const": form.key}, "revision": {"const": form.revision}},
    }
    for block in form.blocks.values():
        if block.key != GUIDE:
            _add(schema, form, block)
    return schema


def _add(schema: dict, form: Form, block: Block) -> None:
    fragment = _fragment(form, block)
    for key in block.path[:-1]:
        _require(schema, key, fragment)
        schema = schema["properties"].setdefault(key, {"type": "object", "properties": {}})
    if not block.path:
        schema["properties"].update(fragment["properties"])
        schema["required"] += fragment.get("required", [])
    elif block.shape == "list" and block.path[-1] in schema["properties"]:
        _widen(schema["properties"][block.path[-1]]["items"], fragment["items"])
    else:
        schema["properties"].setdefault(block.path[-1], fragment)
        _require(schema, block.path[-1], fragment)


def _require(schema: dict, key: str, fragment: Mapping) -> None:
    """An object with required fields is required itself."""
    if fragment.get("required") and key not in schema.setdefault("required", []):
        schema["required"].append(key)


def _widen(items: dict, more: Mapping) -> None:
    """Another block of the same list: its constants are further values of the same fields."""
    for key, known in items["properties"].items():
        values = known.get("enum", []) + more["properties"][key].get("enum", [])
        if "enum" in known and "enum" in more["properties"][key]:
            known["enum"] = list(dict.fromkeys(values))


def _fragment(form: Form, block: Block) -> dict:
    if block.shape == "mapping":
        texts = {row.key: {"type": ["string", "null"], "title": row.values.get("title", row.key)} for row in block.rows}
        return {"type": "object", "title": block.label, "properties": texts}
    if block.shape == "keyed":
        rows = {
            row.key: {**_object(form, block, index), "title": str(row.values.get(block.row_name, row.key))}
            for index, row in enumerate(block.rows)
        }
        return {"type": "object", "title": block.label, "properties": rows}
    item = _object(form, block, len(block.rows))
    title = form.tables[block.table].label if block.table else block.label
    return {"type": "array", "title": title, "items": {**item, "title": title}} if block.shape == "list" else item


def _object(form: Form, block: Block, index: int) -> dict:
    """The schema of one row: unconditional requirements as `required`, conditional ones as if/then."""
    schema: dict = {"type": "object", "title": block.label, "properties": {}}
    required, conditions = [], []
    for known in block.document_fields:
        schema["properties"][known.key] = _property(form, block, index, known)
        needed = form.required(block, index, known) if not known.given else bool(known.required)
        if needed is True:
            required.append(known.key)
        elif needed is not False:
            conditions.append({"if": _asked(form, block, known, needed), "then": _filled(known.key)})
        for other, lists in known.choices_by.items():
            for value, offered in lists.items():
                chosen = {"properties": {other: {"const": value}}, "required": [other]}
                conditions.append({"if": chosen, "then": {"properties": {known.key: {"enum": [*offered, None]}}}})
        if known.number_when is not None:
            number, text = _number(known, False, known.formula is None), {"type": ["string", "null"]}
            numeric = _condition(known.number_when)
            decided = [_filled(name) for name in sorted(set(names_in(known.number_when)))]
            conditions.append({"if": numeric, "then": {"properties": {known.key: number}}})
            conditions.append({"if": {"allOf": [*decided, {"not": numeric}]}, "then": {"properties": {known.key: text}}})
    if required:
        schema["required"] = required
    if conditions:
        schema["allOf"] = conditions
    return schema


def _property(form: Form, block: Block, index: int, known: Field) -> dict:
    schema: dict = {"title": known.label}
    if known.help:
        schema["description"] = known.help
    computed = form.formula(block, index, known.key) is not None
    required = form.required(block, index, known) is True
    if computed:
        schema["readOnly"] = True
    if known.key in block.constants:
        schema["enum"] = [block.constants[known.key]]
    elif known.choices:
        schema["enum"] = [*known.choices] if required else [*known.choices, None]
    elif known.type == "value":
        schema["type"] = ["number", "string", "null"]
    elif known.type == "date":
        schema |= {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    elif known.kind.value == "number":
        schema |= _number(known, required or (known.given and known.required is True), not computed)
    else:
        schema["type"] = "string" if required else ["string", "null"]
    if known.max_length and not computed and known.type != "value":
        schema["maxLength"] = known.max_length
    return schema


def _number(known: Field, required: bool, bounded: bool) -> dict:
    kind = "integer" if known.type in ("year", "count") else "number"
    bounds = {"minimum": known.minimum, "maximum": known.maximum} if bounded else {}
    return {"type": kind if required else [kind, "null"], **{k: v for k, v in bounds.items() if v is not None}}


def _condition(tree: Node) -> dict:
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
    raise FormulaError(f"a condition must compare a field with a text, not {tree}")


def _asked(form: Form, block: Block, known: Field, needed: Node) -> dict:
    """The condition of a requirement; preset rows in which the field is computed are not asked for it."""
    siblings = [b for b in form.blocks.values() if b.path == block.path and b.row_name]
    computed = [
        row.values[b.row_name]
        for b in siblings
        for index, row in enumerate(b.rows)
        if form.formula(b, index, known.key) is not None
    ]
    if not computed:
        return _condition(needed)
    named = {"properties": {block.row_name: {"enum": computed}}, "required": [block.row_name]}
    return {"allOf": [_condition(needed), {"not": named}]}


def _filled(key: str) -> dict:
    return {"properties": {key: {"not": {"type": "null"}}}, "required": [key]}


def _key(tree: Node) -> str:
    match tree:
        case Name(key=key) | Call(function="T", arguments=(Name(key=key),)):
            return key
    raise FormulaError(f"a condition must compare a field with a text, not {tree}")
