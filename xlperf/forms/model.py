"""What a form is made of: field, row, block, table, sheet, rule, and what a name in a formula means.

A *block* is a run of rows with the same columns and one place in the document: `budget.items` is a list of objects,
`budget.total` one object, `base_data` an object of objects. The single fields of a sheet (the cover) are a block of
one row whose fields stand below one another. A *table* is what the reader sees: one or more blocks under one header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from xlperf.formula.nodes import SCALARS, WORDS, Kind, Node

HELPERS = ("_used", "_missing", "_wanted")
RULES = "rules"  # the block behind the checks sheet: one row per rule
GUIDE = "guide"  # the block behind the guide sheet: the count of blanks


Severity = Literal["error", "warning", "info"]  # must be corrected; should be corrected or explained; nothing to do
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")  # the worst first


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
    "points": Type(Kind.NUMBER, "number", "General", 2),
    "ratio": Type(Kind.NUMBER, "number", "0.00%", 4),
    "value": Type(Kind.VALUE, "value", "General", 4),
    "label": Type(Kind.TEXT, None),
    "serial": Type(Kind.TEXT, None),
    "link": Type(Kind.TEXT, None),
    "reference": Type(Kind.TEXT, None),
}
YEARS = (1950, 2200)  # between which fiscal years lie, as those that --year takes
LIMITS = {"money": (-9_999_999.999999, 9_999_999.999999), "year": YEARS}  # sums of thousands keep six decimals in 15 digits
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
    choices_by: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # another field: its value: the choices
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    digits: int | None = None
    help: str = ""
    spellings: str = ""
    only: tuple[str, ...] = ()
    given: bool = False
    hidden: bool = False
    private: bool = False  # left out of what is published
    merged: bool = False  # shown once for all rows of a block
    group: str = ""
    timely: bool = False  # a date soon after the fiscal year
    carry: bool = False  # next year's template has it from this year's document
    last: str = ""  # a reference shows what this column held last year
    width: float = 0
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

    @property
    def visible(self) -> list[Field]:
        """The columns every workbook shows, one per width of the sheet: references come and go."""
        return [column for column in self.columns if not column.hidden and not column.last]


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
    private: bool  # left out of what is published
    sections: tuple[Table | Fields | Lines | Guide, ...]


@dataclass(frozen=True)
class Rule:
    """A row of the checks sheet: a `test` of every row of a table, a `check` in Python, or a `builtin` of the engine's."""

    code: str
    title: str
    why: str
    severity: Severity
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
    misspelt: Mapping[str, object] = field(default_factory=dict)  # a row may fail for a slip in this text
    message: str = ""  # what is wrong, where `title` says what is wanted
    found: str = ""
    expected: str = ""
    fix: str = ""

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list, empty where the form has none."""
        return tuple(self.parameters.get(name, ()))

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


def find_target(blocks: Mapping, tables: Mapping, parameters: Mapping, block: str | None, name: str) -> Target | None:
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
