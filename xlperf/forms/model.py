"""What a form is made of: field, preset row, block, table, sheet and rule.

A *block* is a run of rows with the same columns and one place in the document: `budget.items` is a list of objects,
`budget.total` one object, `base_data` an object of objects. The single fields of a sheet (the cover) are a block of
one row whose fields stand below one another. A *table* is what the reader sees: one or more blocks under one header.

    >>> form.blocks["items"].path, form.blocks["items"].shape, form.blocks["items"].fields["rate"].formula
    (('budget', 'items'), 'list', 'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from xlperf.forms.field_types import TYPES, decimals_of_type, money_format
from xlperf.formula.cells_and_columns import Formula
from xlperf.formula.evaluator import compile_formula
from xlperf.formula.nodes import SCALARS, WORDS, Kind, Node, names_in
from xlperf.text import letters_of

USED = "_used"  # the hidden column that says whether something stands in a row
HELPERS = (USED, "_missing", "_wanted", "_doubt")  # hidden columns of every table; names of the form's own begin with a letter
RULES = "rules"  # the block behind the checks sheet: one row per rule
GUIDE = "guide"  # the block behind the guide sheet: the count of blanks


Severity = Literal["error", "query", "warning", "info"]  # to correct; to correct or explain; worth a look; nothing to do
SEVERITIES: tuple[Severity, ...] = ("error", "query", "warning", "info")  # the worst first
EXPLAINED: tuple[Severity, ...] = ("query", "warning")  # to which a unit may say something in the checks sheet
Unexplained = Literal["pass", "return"]  # what becomes of a workbook with warnings to which the unit says nothing
UNEXPLAINED: tuple[Unexplained, ...] = ("pass", "return")


TEN_THOUSANDTH = "_ten_thousandth"  # ends the name by which a sentence of a rule tells an amount as if it were typed in yuan
GIVES = {  # by the kind of a field: the kinds that its formula may be of
    Kind.NUMBER: (Kind.NUMBER,),
    Kind.TEXT: WORDS,
    Kind.CHOICE: WORDS,
    Kind.VALUE: SCALARS,
    Kind.DATE: (Kind.DATE,),
}
CONDITIONS = ("required", "wanted", "number_when", "percent_when")  # attributes of a field, and keys of its definition


@dataclass(frozen=True)
class Condition:
    """A test of other fields of the same row, as the form writes it and as a tree."""

    text: str
    tree: Node

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The keys of the fields that it looks at, in order."""
        return tuple(dict.fromkeys(names_in(self.tree)))

    def holds(self, row: Mapping[str, object]) -> bool:
        """Whether it holds in that row; not where a field that it needs is blank."""
        return self.test(row.get, {}) is True

    @cached_property
    def test(self) -> Formula:
        """The tree as a function: it is asked for most cells of every file."""
        return compile_formula(self.tree)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a block, or one single field."""

    key: str
    label: str
    type: str
    former_labels: tuple[str, ...] = ()  # headers that it had in workbooks written before
    required: Condition | bool = False  # blank is an error
    wanted: Condition | bool = False  # blank is a warning
    formula: str | None = None  # as the form writes it
    number_when: Condition | None = None  # when a `value` is a number
    percent_when: Condition | None = None  # when a number of percent format means percent
    choices: tuple[str, ...] = ()
    choices_by: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # another field: its value: the choices
    choices_from: str = ""  # the column whose texts are the choices: "register.code"
    shown: Mapping[str, str] = field(default_factory=dict)  # of choices: how cells and people write them
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    digits: int | None = None
    money: str = ""  # what an amount counts in, where its definition says it
    help: str = ""
    spellings: str = ""  # the table of other ways to type its choices
    only: tuple[str, ...] = ()  # the blocks of its table in which it is filled in
    given: bool = False  # filled in before the workbook is handed out
    locked: bool = False  # filled in at a stage before this one, see `forms.stages`
    hidden: bool = False
    printed: bool = True  # False: a column that helps on the screen, behind those that are printed
    private: bool = False  # left out of what is published
    merged: bool = False  # shown once for all rows of a block
    group: str = ""
    timely: bool = False  # a date soon after the fiscal year
    carry: bool = False  # next year's template has it from this year's document
    last: str = ""  # a reference shows what this column held last year
    width: float = 0
    rows: int = 1
    height: float = 0
    span: int = 1  # widths of the sheet that a column goes over
    spans: tuple[int, int] | None = None  # widths that the label and the cell of a single field go over
    beside: bool = False  # a single field on the line of the one before

    @cached_property
    def kind(self) -> Kind:
        return TYPES[self.type].kind

    @property
    def decimals(self) -> int | None:
        """The decimals that its numbers have at most, and those that its formula is rounded to."""
        return decimals_of_type(self.type, self.digits)

    @cached_property
    def in_document(self) -> bool:
        return TYPES[self.type].json is not None and not self.key.startswith("_")

    def as_shown(self, value: object) -> object:
        """A value as a cell shows it: the sign of mathematics for a choice that documents and formulas write `>=`."""
        return self.shown.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True)
class PresetRow:
    """A row that is there from the start: what stands in it, and the formulas that are its own."""

    key: str
    values: Mapping[str, object]
    formulas: Mapping[str, str]


class Repeat(NamedTuple):
    """What stands in a workbook as often as the unit needs it: goals, projects; sheets, sections and blocks may be repeated."""

    key: str
    title: str  # of one copy; {number} is its number
    label: str  # what there is a number of, as a roster asks for it
    path: tuple[str, ...]  # of the list in the document
    least: int  # copies that count even if nothing stands in them
    most: int
    usual: int  # where nobody says how many

    def fitting(self, count: int) -> int:
        """The count, or the nearest one that a workbook may have."""
        return max(self.least, min(self.most, count))


class Copy(NamedTuple):
    """One copy of what is repeated."""

    repeat: str
    number: int  # from 1

    @property
    def used(self) -> str:
        """The hidden field, in the block of the guide, that says whether something stands in the copy."""
        return f"_{self.repeat}_{self.number}"

    def counting(self, what: str) -> str:
        """The hidden field, in the same block, that counts something in the copy: cells that are `missing`, in `doubt`."""
        return f"{self.used}_{what}"


def as_written(key: str, copy: Copy | None) -> str:
    """The key that form.yaml has for a block or table, which all its copies share."""
    return key.removesuffix(f"_{copy.number}") if copy else key


COUNTED_IN_COPIES = ("missing", "wanted", "doubt")  # by helper columns in tables, and by the guide's own in each copy
Shape = Literal["object", "list", "keyed", "mapping"]  # in the document; a mapping has one text per row key
Reach = Literal["row", "above", "cell", "column", "parameter"]  # of a name in a formula; a parameter is no cell
ABOVE = "above"  # before the name of a column: in the row before, the nearest one above in which something stands


@dataclass(frozen=True, kw_only=True)
class Block:
    """A run of rows with one place in the document; see the module's first page."""

    key: str
    path: tuple[str | int, ...]
    shape: Shape
    label: str
    fields: Mapping[str, Field]
    table: str | None = None
    rows: tuple[PresetRow, ...] = ()
    spare: int = 0  # free rows of a blank template
    fixed: bool = False  # it takes no more rows than it has
    constants: Mapping[str, object] = field(default_factory=dict)  # what stands in each of its rows
    formulas: Mapping[str, str] = field(default_factory=dict)
    require: tuple[str, ...] | None = None  # the required fields, where they are others than the columns say
    row_name: str | None = None  # the field that names a row
    copy: Copy | None = None  # which copy of a repeated block it is

    @property
    def written(self) -> str:
        """Its key in form.yaml, which all copies share."""
        return as_written(self.key, self.copy)

    @cached_property
    def rows_by_letters(self) -> dict[str, int]:
        """The places of the preset rows by the letters of their names, of equal ones the first."""
        names = [letters_of(row.values.get(self.row_name or "")) for row in self.rows]
        return {letters: index for index, letters in reversed([*enumerate(names)])}

    @cached_property
    def rows_by_key(self) -> dict[str, int]:
        """The places of the preset rows by their keys."""
        return {row.key: index for index, row in enumerate(self.rows)}

    def row(self, index: int) -> PresetRow | None:
        """The preset row at that place, None for a free row."""
        return self.rows[index] if index < len(self.rows) else None

    def merges(self, field: Field) -> bool:
        """Whether cells of a column are merged: those of what is constant, and preset neighbours of keyed rows that are alike."""
        if not field.merged or field.key in self.constants:
            return field.merged
        return self.shape == "keyed" and not self.takes_typing(self.rows[0], field)

    def number_format(self, field: Field) -> str:
        """How the cells of a field show numbers; in a keyed block each row counts in a unit of its own, some of them things."""
        if field.type == "money" and field.money:
            return money_format(field.decimals or 0)
        return "General" if field.type == "money" and self.shape == "keyed" else TYPES[field.type].number_format

    def takes_typing(self, row: PresetRow | None, field: Field) -> bool:
        """Whether people type into that field of a preset row (None: of a free one), if it is not computed."""
        if not field.in_document or field.given or field.key in self.constants:
            return False
        return not (row and field.key == self.row_name) and (not field.only or self.written in field.only)

    def row_keys(self) -> tuple[str | None, ...]:
        """The keys of the preset rows, and None for free rows (a list takes rows beyond its preset ones)."""
        free = (None,) if self.shape in ("list", "object") else ()
        return tuple(row.key for row in self.rows) + free

    @cached_property
    def document_fields(self) -> tuple[Field, ...]:
        hidden = self.constants if self.shape == "object" else ()
        return tuple(field for field in self.fields.values() if field.in_document and field.key not in hidden)


class Side(NamedTuple):
    """The label on the left of a section, one cell over all its lines."""

    label: str
    span: int = 1  # widths of the sheet that it goes over
    upright: bool = False  # its letters stand below one another


class Table(NamedTuple):
    """A section of a sheet: blocks under one header."""

    key: str
    label: str
    blocks: tuple[str, ...]
    columns: tuple[Field, ...]
    row_name: str | None
    row_height: float | None
    freeze: int  # how many columns stay in sight on the left
    bare: bool = False  # no heading stands above it
    side: Side | None = None
    heading_height: float = 26
    header_heights: tuple[float, ...] = ()  # of each row of its header, in points
    touching: bool = False  # nothing stands between it and what follows
    copy: Copy | None = None  # which copy of a repeated table it is

    @property
    def written(self) -> str:
        """Its key in form.yaml, which all copies share."""
        return as_written(self.key, self.copy)

    @property
    def visible(self) -> list[Field]:
        """The columns every workbook shows, each over its widths of the sheet: references come and go."""
        return [column for column in self.columns if not column.hidden and not column.last]

    @property
    def inset(self) -> int:
        """The widths of the sheet that stand before its first column."""
        return self.side.span if self.side else 0

    @property
    def starts(self) -> dict[int, Field]:
        """The columns by the width of the sheet at which each begins, from 0."""
        visible = self.visible
        return dict(zip(accumulate((column.span for column in visible), initial=self.inset), visible, strict=False))


class Fields(NamedTuple):
    """A section of a sheet: single fields below one another."""

    block: str
    heading: str | None
    keys: tuple[str, ...]
    side: Side | None = None
    heading_height: float = 26

    @property
    def inset(self) -> int:
        """The widths of the sheet that stand before its labels."""
        return self.side.span if self.side else 0


class Lines(NamedTuple):
    """A section of a sheet: lines to be signed or stamped."""

    texts: tuple[str, ...]
    height: float = 28


class Guide(NamedTuple):
    """A section of a sheet: the program's own first page."""


Section = Table | Fields | Lines | Guide


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet of the workbook with its sections from top to bottom."""

    key: str
    title: str
    heading: str | None
    landscape: bool
    widths: tuple[float, ...]
    private: bool  # left out of what is published
    sections: tuple[Section, ...]
    looks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # how cells look otherwise, by place; see `forms.looks`
    heading_height: float = 34
    print: Mapping[str, Any] = field(default_factory=dict)  # how it is printed, where not as usual


BASES: tuple[Literal["document", "sample", "experience"], ...] = ("document", "sample", "experience")


class Basis(NamedTuple):
    """What a rule rests on: a clause of a document, what a published sample shows, or experience."""

    kind: Literal["document", "sample", "experience"]
    text: str  # of a document its title
    clause: str = ""
    verified: bool = True  # whether somebody has read that clause; what is not read says so
    note: str = ""  # what of the rule goes beyond that


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row of the checks sheet: a `test` of every row of a table, a `check` in Python, or a `builtin` of the program's."""

    code: str
    title: str
    why: str
    severity: Severity
    basis: Basis | None = None
    builtin: str | None = None
    table: str | None = None
    blocks: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    test: str | None = None
    check: str | None = None  # a check in Python, where the language cannot say it
    locked: bool = False  # of a stage before this one, which explained it
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    misspelt: Mapping[str, Any] = field(default_factory=dict)  # a row may fail for a slip in this text
    message: str = ""  # what is wrong, where `title` says what is wanted
    found: str = ""
    expected: str = ""
    fix: str = ""

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list, empty where the form has none."""
        return tuple(self.parameters.get(name, ()))

    def tests(self, block: Block, table: Table | None, row: str | None) -> bool:
        """Whether the rule tests rows of that kind, in whichever copy."""
        if self.test is None or table is None or self.table != table.written:
            return False
        if self.blocks and block.written not in self.blocks:
            return False
        return row not in self.exempt and (not self.rows or row in self.rows)


class Cells(NamedTuple):
    """The cells of one field in one kind of row: a preset row of a block, or (None) its free rows; they have one formula."""

    block: str
    row: str | None
    field: str
