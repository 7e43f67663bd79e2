"""What a form is: sheets, tables, fields, rules, read from `templates/<form>/<revision>/form.yaml`.

    >>> form = load_form(find_form("suzhou-department", 2022))
    >>> form.blocks["items"].fields["rate"].label
    '执行率（%）'

A *block* is a run of rows with the same columns and one place in the document: `budget.items` is a list of
objects, `budget.total` one object, `base_data` an object of objects. The single fields of a sheet (the cover) are a
block of one row whose fields stand below one another. A *table* is what the reader sees: one or more blocks under one
header. Loading adds the hidden helper columns: `_used`, `_missing`, `_wanted`, and one `_CODE` per row rule; so every
figure in the workbook, ours or the form's, is a formula of the one language, computed in the one order `form.steps`.

A definition that cannot be right raises FormError with the file and the path; it is never reported as bad data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from .definition import check_names, check_shape, compared, read_definition, sayable, shipped
from .errors import FormError, FormulaError, UsageError
from .expression import SCALARS, WORDS, Kind, Literal, Node, names, parse

HELPERS = ("_used", "_missing", "_wanted")
RULES = "rules"  # the block behind the checks sheet: one row per rule
GUIDE = "guide"  # the block behind the guide sheet: the count of blanks


class Type(NamedTuple):
    """What a field type means everywhere: kind in formulas, type in JSON, number format in the workbook."""

    kind: Kind
    json: str | None  # None: shown only, not part of the document
    number_format: str = "General"
    digits: int | None = None


TYPES = {
    "text": Type(Kind.TEXT, "string", "@"),
    "code": Type(Kind.TEXT, "string", "@"),
    "choice": Type(Kind.CHOICE, "string", "@"),
    "date": Type(Kind.TEXT, "string", "yyyy-mm-dd"),
    "year": Type(Kind.NUMBER, "integer", "0"),
    "count": Type(Kind.NUMBER, "integer", "0"),
    "money": Type(Kind.NUMBER, "number", "General", 6),
    "percentage": Type(Kind.NUMBER, "number", "General", 2),
    "ratio": Type(Kind.NUMBER, "number", "0.00%", 4),
    "value": Type(Kind.VALUE, "value", "General", 4),
    "label": Type(Kind.TEXT, None),
    "serial": Type(Kind.TEXT, None),
    "link": Type(Kind.TEXT, None),
}
LIMITS = {"money": (-9_999_999.999999, 9_999_999.999999)}  # sums of thousands of them keep six decimals in 15 digits
GIVES = {Kind.NUMBER: (Kind.NUMBER,), Kind.TEXT: WORDS, Kind.CHOICE: WORDS, Kind.VALUE: SCALARS}  # field: its formula's kinds
CONDITIONS = ("required", "wanted", "number_when", "percent_when")


@dataclass(frozen=True)
class Field:
    """One column of a block, or one single field; conditions are trees, True or False."""

    key: str
    label: str
    type: str
    required: Node | bool = False
    wanted: Node | bool = False
    formula: Node | None = None
    source: str | None = None  # the formula as the form writes it
    number_when: Node | None = None
    percent_when: Node | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    digits: int | None = None
    help: str = ""
    spellings: str = ""
    only: tuple[str, ...] = ()
    given: bool = False
    hidden: bool = False
    group: str = ""
    rows: int = 1
    height: float = 0

    @property
    def kind(self) -> Kind:
        return TYPES[self.type].kind

    @property
    def in_document(self) -> bool:
        return TYPES[self.type].json is not None and not self.key.startswith("_")


@dataclass(frozen=True)
class Row:
    """A preset row: what stands in it from the start, and the formulas that are its own."""

    key: str
    values: Mapping[str, object]
    formulas: Mapping[str, str]


@dataclass(frozen=True)
class Block:
    """A run of rows with one place in the document; see the module's first page."""

    key: str
    path: tuple[str, ...]
    shape: str  # "object", "list", "keyed" or "mapping" (one text per row key)
    label: str
    fields: Mapping[str, Field]
    table: str | None = None
    rows: tuple[Row, ...] = ()
    spare: int = 0
    fixed: bool = False
    constants: Mapping[str, object] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    require: tuple[str, ...] | None = None
    row_name: str | None = None

    def row(self, index: int) -> Row | None:
        """The preset row at that place, None for a free row."""
        return self.rows[index] if index < len(self.rows) else None

    def row_kinds(self) -> tuple[str | None, ...]:
        """The keys of the preset rows, and None for free rows (a list takes rows beyond its preset ones)."""
        free = (None,) if self.shape in ("list", "object") else ()
        return tuple(row.key for row in self.rows) + free

    @property
    def document_fields(self) -> list[Field]:
        hidden = self.constants if self.shape == "object" else ()
        return [f for f in self.fields.values() if f.in_document and f.key not in hidden]


class Table(NamedTuple):
    key: str
    label: str
    blocks: tuple[str, ...]
    columns: tuple[Field, ...]
    row_name: str | None
    row_height: float | None
    freeze: int


class Fields(NamedTuple):
    block: str
    heading: str | None
    keys: tuple[str, ...]


class Lines(NamedTuple):
    texts: tuple[str, ...]


class Guide(NamedTuple):
    """The engine's own first page."""


@dataclass(frozen=True)
class Sheet:
    key: str
    title: str
    heading: str | None
    landscape: bool
    widths: tuple[float, ...]
    sections: tuple[Table | Fields | Lines | Guide, ...]


@dataclass(frozen=True)
class Rule:
    """A row of the checks sheet: a `test` of every row of a table, a `check` in Python, or a `builtin` of the engine's."""

    code: str
    title: str
    why: str
    severity: str
    builtin: str | None = None
    table: str | None = None
    optional: bool = False  # its inputs may stay blank: nothing to compare counts as passed
    blocks: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    test: str | None = None
    check: str | None = None  # a check in Python, where the language cannot say it
    parameters: Mapping[str, object] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    message: str = ""  # what is wrong, where `title` says what is wanted
    found: str = ""
    expected: str = ""
    fix: str = ""

    def tests(self, block: str, table: str | None, row: str | None) -> bool:
        """Whether the rule tests rows of that kind."""
        if self.test is None or self.table != table or (self.blocks and block not in self.blocks):
            return False
        return row not in self.exempt and (not self.rows or row in self.rows)


class Target(NamedTuple):
    """What a name in a formula means: a cell of this row, one cell elsewhere, a whole column, or a parameter."""

    scope: str  # "row", "cell", "column", "parameter"
    blocks: tuple[str, ...]
    row: str | None
    field: str


class Step(NamedTuple):
    """One computed cell, or one computed column of a block's free rows."""

    block: str
    row: str | None
    field: str


@dataclass(frozen=True, repr=False)
class Form:
    """A form definition, ready to use."""

    key: str
    revision: str
    first_year: int
    digest: str
    directory: Path
    definition: Mapping[str, object]
    sheets: tuple[Sheet, ...]
    blocks: Mapping[str, Block]
    tables: Mapping[str, Table]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, float]
    formulas: Mapping[Step, Node]
    steps: tuple[Step, ...]

    def __getattr__(self, name: str) -> object:
        """The texts of the form: title, words, guide, style, spellings …"""
        try:
            return self.definition[name]
        except KeyError:
            raise AttributeError(name) from None

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Form {self.key} {self.revision}>"

    def formula(self, block: Block, index: int, key: str) -> Node | None:
        """The formula of one cell, None where people type."""
        row = block.row(index)
        return self.formulas.get(Step(block.key, row.key if row else None, key))

    def is_input(self, block: Block, index: int, field: Field) -> bool:
        """Whether people type into that cell."""
        row = block.row(index)
        if not TYPES[field.type].json or field.given or field.key in block.constants or field.key.startswith("_"):
            return False
        if (row and field.key == block.row_name) or (field.only and block.key not in field.only):
            return False
        if block.key == RULES:
            return field.key == "explanation" and self.rules[row.key].severity == "warning"
        return self.formula(block, index, field.key) is None

    def required(self, block: Block, index: int, field: Field) -> Node | bool:
        """The condition under which a blank cell is an error, once its row is used."""
        if not self.is_input(block, index, field):
            return False
        return field.key in block.require if block.require is not None else field.required

    def target(self, block: str | None, name: str) -> Target | None:
        """What a name means to a formula of that block."""
        return _target(self.blocks, self.tables, self.parameters, block, name)


def _target(blocks: Mapping, tables: Mapping, parameters: Mapping, block: str | None, name: str) -> Target | None:
    *owner, key = name.split(".")
    if not owner:
        return Target("row", (block,), None, key) if block and key in blocks[block].fields else None
    if owner == ["parameters"]:
        return Target("parameter", (), None, key) if key in parameters else None
    keys = (owner[0],) if owner[0] in blocks else tables[owner[0]].blocks if owner[0] in tables else ()
    if not keys or key not in blocks[keys[0]].fields:
        return None
    if len(owner) == 1:
        single = len(keys) == 1 and blocks[keys[0]].shape == "object"
        return Target("cell" if single else "column", keys, None, key)
    home = [k for k in keys if any(row.key == owner[1] for row in blocks[k].rows)]
    return Target("cell", (home[0],), owner[1], key) if home and len(owner) == 2 else None


# --- loading -------------------------------------------------------------------------------------------------


def form_directories(extra: Path | None = None) -> Iterator[Path]:
    """Yield every folder that holds a form.yaml: a bureau's own first, then those that travel with xlperf."""
    for root in ([extra] if extra else []) + [shipped("templates")]:
        yield from sorted(path.parent for path in root.glob("*/*/form.yaml"))


def find_form(key: str, year: int | None = None, revision: str | None = None, templates: Path | None = None) -> Path:
    """Return the folder of the revision that serves that fiscal year (the newest where none is named).

    Raises:
        UsageError: there is no such form, or no revision that old.
    """
    folders = list(form_directories(templates))
    known = [folder for folder in folders if folder.parent.name == key]
    if not known:
        raise UsageError("no_such_form", form=key, known="、".join(sorted({f.parent.name for f in folders})))
    if revision is not None:
        fitting = [folder for folder in known if folder.name == revision]
    else:
        fitting = [folder for folder in known if year is None or load_form(folder).first_year <= year]
    if not fitting:
        wanted = revision if revision is not None else year
        raise UsageError("no_such_revision", form=key, wanted=wanted, known="、".join(f.name for f in known))
    return max(fitting, key=lambda folder: load_form(folder).first_year)


@lru_cache(maxsize=16)
def load_form(directory: Path) -> Form:
    """Return the form defined in that folder.

    The forms that travel with xlperf are of the right shape (a test calls `check_form`), so only others pay for jsonschema.

    Raises:
        FormError: the definition cannot be right; the text names the file, the place in it and what is wrong.
    """
    return _load(directory, directory.resolve().is_relative_to(shipped("templates").resolve()))


def check_form(directory: Path) -> Form:
    """Return the form defined in that folder, its whole definition checked wherever it comes from.

    Raises:
        FormError: as `load_form`.
    """
    return _load(directory, False)


def _load(directory: Path, trusted: bool) -> Form:
    path = directory / "form.yaml"
    definition, digest = read_definition(path)
    if not trusted:
        check_shape(definition, path)
    try:
        check_names(definition, path)
        return _build(definition, directory, digest)
    except FormulaError as error:
        raise FormError("form_formula", path=path, reason=str(error)) from None
    except RecursionError:
        raise FormError("form_formula", path=path, reason="a formula is nested too deeply") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        check_shape(definition, path)  # says where, if it is the form's fault
        raise


def _build(definition: dict, directory: Path, digest: str) -> Form:
    blocks: dict[str, Block] = {}
    tables: dict[str, Table] = {}
    rules = {raw["code"]: _rule(raw) for raw in definition["rules"]}
    sheets = tuple(_sheet(raw, blocks, tables, rules) for raw in definition["sheets"])
    blocks[GUIDE] = Block(GUIDE, (GUIDE,), "object", "", {"missing": Field("missing", "", "count")})
    _add_helpers(blocks, tables, rules)
    parameters = definition.get("parameters", {})
    # Conditions and tests are parsed before the helper formulas made of them, so that a mistake is named by its own place.
    conditioned = {key: _with_conditions(block, blocks, tables, parameters) for key, block in blocks.items()}
    for rule in rules.values():
        for key in tables[rule.table].blocks if rule.test else ():
            _test(rule.test, blocks[key], blocks, tables, parameters, f"{rule.code}.test")
    formulas = dict(_formulas(definition, blocks, tables, rules, parameters))
    blocks = conditioned
    steps = _order(formulas, blocks, tables, parameters)
    return Form(
        definition["form"], str(definition["revision"]), definition["first_year"], digest, directory, definition,
        sheets, blocks, tables, rules, parameters, formulas, steps,
    )  # fmt: skip


def _rule(raw: dict) -> Rule:
    lists = {key: tuple(raw.get(name, ())) for key, name in
             (("blocks", "blocks"), ("exempt", "except"), ("rows", "rows"), ("cells", "cells"))}  # fmt: skip
    return Rule(**{key: value for key, value in raw.items() if key not in ("blocks", "except", "rows", "cells")}, **lists)


def _field(raw: dict) -> Field:
    known = dict(raw)
    known["source"] = known.pop("formula", None)
    for name in ("choices", "only"):
        known[name] = tuple(known.get(name, ()))
    low, high = LIMITS.get(known["type"], (None, None))
    known.setdefault("minimum", low)
    known.setdefault("maximum", high)
    known.setdefault("digits", TYPES[known["type"]].digits)
    return Field(**known)


def _sheet(raw: dict, blocks: dict, tables: dict, rules: dict) -> Sheet:
    sections = tuple(_section(section, blocks, tables, rules) for section in raw["sections"])
    widths = tuple(raw["widths"])
    return Sheet(raw["key"], raw["title"], raw.get("heading"), raw.get("landscape", False), widths, sections)


def _section(raw: dict, blocks: dict, tables: dict, rules: dict) -> Table | Fields | Lines | Guide:
    if "guide" in raw:
        return Guide()
    if "lines" in raw:
        return Lines(tuple(raw["lines"]))
    if "fields" in raw:
        items = {item["key"]: _field(item) for item in raw["items"]}
        key, path = raw["fields"], tuple(filter(None, raw.get("path", raw["fields"]).split(".")))
        before = blocks[key].fields if key in blocks else {}
        blocks[key] = Block(key, path, "object", raw.get("heading") or "", {**before, **items})
        return Fields(key, raw.get("heading"), tuple(items))
    columns = tuple(_field(column) for column in raw["columns"])
    if "checks" in raw:
        raw = {"table": RULES, "row_name": "code", "row_height": 30, "blocks": [_rules_block(rules)]} | raw
    for block in raw["blocks"]:
        _block(block, raw, columns, blocks)
    keys = tuple(block["key"] for block in raw["blocks"])
    table = Table(raw["table"], raw.get("label", ""), keys, columns, raw.get("row_name"), raw.get("row_height"),
                  raw.get("freeze", 0))  # fmt: skip
    tables[table.key] = table
    return table


def _rules_block(rules: Mapping[str, Rule]) -> dict:
    rows = [{"key": rule.code, "code": rule.code, "title": rule.title} for rule in rules.values()]
    return {"key": RULES, "path": "explanations", "mapping": True, "rows": rows}


def _block(raw: dict, table: dict, columns: tuple[Field, ...], blocks: dict) -> None:
    rows = []
    for row in raw.get("rows", ()):
        values = {key: value for key, value in row.items() if key not in ("key", "formulas")}
        rows.append(Row(row["key"], values, row.get("formulas", {})))
    listed = bool(raw.get("spare")) or (rows and not raw.get("keyed") and not raw.get("mapping"))
    shape = "keyed" if raw.get("keyed") else "mapping" if raw.get("mapping") else "list" if listed else "object"
    blocks[raw["key"]] = Block(
        raw["key"], tuple(raw.get("path", raw["key"]).split(".")), shape, raw.get("label", ""),
        {column.key: column for column in columns}, table["table"], tuple(rows), raw.get("spare", 0),
        raw.get("fixed", False), raw.get("constants", {}), raw.get("formulas", {}),
        tuple(raw["require"]) if "require" in raw else None, table.get("row_name"),
    )  # fmt: skip


def _add_helpers(blocks: dict[str, Block], tables: Mapping[str, Table], rules: Mapping[str, Rule]) -> None:
    for key, block in blocks.items():
        if block.table and block.table != RULES:
            own = [rule.code for rule in rules.values() if rule.test and rule.table == block.table]
            helpers = [*HELPERS, *(f"_{code}" for code in own)]
            blocks[key] = replace(block, fields={**block.fields, **{h: Field(h, h, "count", hidden=True) for h in helpers}})


def _parsed(source: str, block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping, place: str) -> Node:
    """The tree of a formula of that block; `place` says where it stands if it cannot be right."""

    def kind_of(name: str) -> Kind | None:
        target = _target(blocks, tables, parameters, block.key, name)
        if target is None or target.scope == "parameter":
            return Kind.NUMBER if target else None
        known = blocks[target.blocks[0]].fields[target.field]
        if TYPES[known.type].json is None:  # shown only: no value that a formula could see
            return None
        return known.kind if target.scope != "column" else Kind.NUMBERS if known.kind is Kind.NUMBER else None

    try:
        tree = parse(source, kind_of) if source else Literal("")
    except FormulaError as error:
        raise FormulaError(f"{place}: {error}") from None
    for name, text in compared(tree):
        target = _target(blocks, tables, parameters, block.key, name)
        choices = blocks[target.blocks[0]].fields[target.field].choices if target.blocks else ()
        if choices and text not in choices:
            raise FormulaError(f"{place}: {name} is never {text!r}; its choices are {', '.join(choices)}")
    return tree


def _test(source: str, block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping, place: str) -> Node:
    tree = _parsed(source, block, blocks, tables, parameters, place)
    if tree.kind is not Kind.BOOLEAN:
        raise FormulaError(f"{place}: {source!r} is not a test")
    return tree


def _formulas(definition: dict, blocks: Mapping, tables: Mapping, rules: Mapping,
              parameters: Mapping) -> Iterator[tuple[Step, Node]]:  # fmt: skip
    """Yield the tree of every computed cell, the helpers' included."""
    for block in blocks.values():
        for row in block.row_kinds():
            for key, source in _sources(definition, block, row, rules, blocks):
                place = ".".join(filter(None, (block.key, row, key)))
                tree = _parsed(source, block, blocks, tables, parameters, place)
                kind = block.fields[key].kind
                if tree != Literal("") and tree.kind not in GIVES[kind]:
                    raise FormulaError(f"{place}: {source!r} gives {tree.kind.value}, the field holds {kind.value}")
                yield Step(block.key, row, key), tree


def _sources(definition: dict, block: Block, row_key: str | None, rules: Mapping, blocks: Mapping) -> Iterator[tuple[str, str]]:
    """Yield field and formula text for one kind of row: the form's formulas, then the helpers that follow from it."""
    words = definition["words"]
    if block.key == GUIDE:
        yield "missing", _count_of("missing", blocks)
        return
    if block.key == RULES:
        yield from _rule_sources(rules[row_key], blocks, words)
        return
    row = next((row for row in block.rows if row.key == row_key), None)
    own = {**block.formulas, **(row.formulas if row else {})}
    computed = {f.key: own.get(f.key, f.source) for f in block.fields.values() if f.source is not None or f.key in own}
    yield from ((key, computed.get(key, source)) for key, source in {**computed, **own}.items())
    if not block.table:
        return
    inputs = [f for f in block.fields.values()
              if f.in_document and f.key not in computed and f.key not in block.constants and not f.given
              and not (row and f.key == block.row_name) and not (f.only and block.key not in f.only)]  # fmt: skip
    always = row is not None or block.shape == "object"
    blank = ", ".join(f'{f.key} = ""' for f in inputs)
    yield "_used", "1" if always else f"IF(AND({blank}), 0, 1)"
    for helper, name in (("_missing", "required"), ("_wanted", "wanted")):
        conditions = [(f.key, _condition(block, f, name)) for f in inputs]
        parts = [_blank_if(key, condition) for key, condition in conditions if condition is not False]
        yield helper, f"IF(_used = 1, {' + '.join(parts)}, 0)" if parts else "0"
    for rule in rules.values():
        if rule.tests(block.key, block.table, row_key):
            yield f"_{rule.code}", f'IF(_used = 1, IF({rule.test}, 0, 1), "")'


def _condition(block: Block, field: Field, name: str) -> str | bool:
    if name == "required" and block.require is not None:
        return field.key in block.require
    return getattr(field, name)


def _blank_if(key: str, condition: str | bool) -> str:
    blank = f'IF({key} = "", 1, 0)'
    return blank if condition is True else f"IF({condition}, {blank}, 0)"


def _count_of(what: str, blocks: Mapping[str, Block]) -> str:
    """The formula that counts blank cells of the whole workbook; what is `missing` or `wanted`."""
    tables = dict.fromkeys(block.table for block in blocks.values() if block.table and block.table != RULES)
    parts = [f"SUM({', '.join(f'{table}._{what}' for table in tables)})"] if tables else []
    name = {"missing": "required", "wanted": "wanted"}[what]
    for block in blocks.values():
        if not block.table:
            parts += [f'IF({block.key}.{f.key} = "", 1, 0)' for f in block.fields.values() if getattr(f, name)]
    return " + ".join(parts) or "0"


def _rule_sources(rule: Rule, blocks: Mapping, words: Mapping) -> Iterator[tuple[str, str]]:
    passed, failed, waiting, after = (words[key] for key in ("passed", "failed", "waiting", "after"))
    if rule.builtin == "intake" or rule.check:
        yield from (("count", ""), ("state", f'"{after}"'))
    elif rule.builtin:
        yield "count", _count_of(rule.builtin, blocks)
        yield "state", f'IF(count > 0, "{waiting}", "{passed}")'
    else:
        column = f"{rule.table}._{rule.code}"
        yield "count", f"SUM({column})"
        idle = passed if rule.optional else waiting
        yield "state", f'IF(count > 0, "{failed}", IF(COUNT({column}) = 0, "{idle}", "{passed}"))'


def _with_conditions(block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping) -> Block:
    """The block with the conditions of its fields parsed."""
    fields = {}
    for key, known in block.fields.items():
        trees = {}
        for name in CONDITIONS:
            if isinstance(source := getattr(known, name), str):
                place = f"{block.key}.{key}.{name}"
                trees[name] = _test(source, block, blocks, tables, parameters, place)
                if any("." in other for other in names(trees[name])):
                    raise FormulaError(f"{place}: {source!r} looks beyond its own row")
                if name != "percent_when" and not sayable(trees[name]):
                    raise FormulaError(f'{place}: {source!r} is more than T(choice) = "text", blankness, AND, OR and NOT')
        fields[key] = replace(known, **trees) if trees else known
    return replace(block, fields=fields)


def _order(formulas: Mapping[Step, Node], blocks: Mapping, tables: Mapping, parameters: Mapping) -> tuple[Step, ...]:
    """The computed cells, each after what it needs."""
    graph = TopologicalSorter()
    for step, tree in formulas.items():
        graph.add(step)
        for name in set(names(tree)):
            target = _target(blocks, tables, parameters, step.block, name)
            if target.scope == "row":
                needed = [Step(step.block, step.row, target.field)]
            elif target.scope == "column":
                needed = [Step(key, row, target.field) for key in target.blocks for row in blocks[key].row_kinds()]
            else:
                needed = [Step(key, target.row, target.field) for key in target.blocks]
            graph.add(step, *(other for other in needed if other in formulas))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        circle = " → ".join(".".join(filter(None, step)) for step in error.args[1])
        raise FormulaError(f"the formulas run in a circle: {circle}") from None
