"""What the names in the formulas of a form mean, and the formulas parsed by it.

>>> form.target("items", "spent"), form.target("items", "total.spent").reach
(Target(reach='row', blocks=('items',), row=None, field='spent'), 'cell')
>>> form.kind("items", "budget.spent"), form.kind("items", "no_such_field")
(<Kind.NUMBERS: 'numbers'>, None)

A name is a field of the same row (`spent`), a single cell (`total.spent`, `base_data.staff.figure`), a whole column of a
block or a table (`budget.spent`) or a parameter (`parameters.low_rate`). Of what is repeated it means the own copy, in a formula
that stands in one, and elsewhere a column of all copies.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, NamedTuple

from xlperf.errors import FormulaError
from xlperf.forms.definition import named
from xlperf.forms.field_types import TYPES
from xlperf.forms.model import ABOVE, GUIDE, RULES, Block, Condition, Copy, Field, Reach, Repeat, Rule, Table
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation, compared_texts
from xlperf.formula.operands import as_decimal, normal_text
from xlperf.formula.outcomes import texts_of
from xlperf.formula.parsing.parser import About, KindOf, parse
from xlperf.formula.parsing.steps import Steps
from xlperf.formula.rounding import decimals_of
from xlperf.messages import sentence

PARAMETERS = "parameters"
SEVERAL = ("list", "keyed")  # shapes of blocks that have rows above one another
COLUMN_KINDS = {
    Kind.NUMBER: Kind.NUMBERS,
    Kind.CHOICE: Kind.CHOICES,
    Kind.TEXT: Kind.TEXTS,
    Kind.VALUE: Kind.VALUES,
    Kind.DATE: Kind.DATES,
}  # of a cell: of a whole column of them

Parameter = float | Steps
ChoicesOf = Callable[[str], Collection[str]]  # of a name; none where anything may stand


class Target(NamedTuple):
    """What a name means: a field of its own row or of the row above, one cell elsewhere, a whole column, or a parameter."""

    reach: Reach
    blocks: tuple[str, ...]  # in which it stands: one, those of a table for a column, none for a parameter
    row: str | None  # the preset row of a cell elsewhere
    field: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Scope:
    """The parts of a form that its formulas name."""

    blocks: Mapping[str, Block]
    tables: Mapping[str, Table]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    spellings: Mapping[str, Any] = field(default_factory=dict)  # other ways to type choices and numbers
    repeats: Mapping[str, Repeat] = field(default_factory=dict)

    @cached_property
    def lookup_steps(self) -> dict[str, Steps]:
        return lookup_steps(self.parameters)

    @cached_property
    def _trees(self) -> dict[tuple[object, ...], Node]:
        """The formulas that were parsed, and what was made of them; the rows of a block have mostly the same ones."""
        return {}

    @cached_property
    def _targets(self) -> dict[tuple[str | None, str], Target | None]:
        return {}

    def find_target(self, block: str | None, name: str) -> Target | None:
        """What a name means in a formula of that block (None: in one of no block), None where it means nothing."""
        key = (block, name)
        if key not in self._targets:
            self._targets[key] = self._meaning(block, name)
        return self._targets[key]

    def target(self, block: str | None, name: str) -> Target:
        """What a name means in a formula that was parsed, where every name means something."""
        target = self.find_target(block, name)
        assert target is not None, f"{block}: {name}"
        return target

    def _meaning(self, block: str | None, name: str) -> Target | None:
        *owner, key = name.split(".")
        if not owner:
            return Target("row", (block,), None, key) if block and key in self.blocks[block].fields else None
        if owner == [PARAMETERS]:
            return Target("parameter", (), None, key) if key in self.parameters else None
        blocks = tuple(block for each in self.owners(block, owner[0]) for block in self._blocks_of(each))
        if owner == [ABOVE] and not blocks:
            has_rows = block and self.blocks[block].shape in SEVERAL
            return Target("above", (block,), None, key) if has_rows and block and key in self.blocks[block].fields else None
        if not blocks or key not in self.blocks[blocks[0]].fields:
            return None
        if len(owner) == 1:
            is_of_all = owner[0] not in self.blocks and self.copy_seen(block, owner[0]) is None
            single = len(blocks) == 1 and self.blocks[blocks[0]].shape == "object" and not is_of_all
            return Target("cell" if single else "column", blocks, None, key)
        home = self._home_of_row(block, blocks, owner[1])
        return Target("cell", (home,), owner[1], key) if home and len(owner) == 2 else None

    def _home_of_row(self, block: str | None, blocks: tuple[str, ...], row: str) -> str | None:
        """Which of those blocks has the preset row, of copies the own one; None where none has it, or several copies."""
        own = self.blocks[block].copy if block is not None and block in self.blocks else None
        having = [key for key in blocks if row in self.blocks[key].row_keys()]
        having = [key for key in having if own and self.blocks[key].copy == own] or having
        return having[0] if having and (len(having) == 1 or self.blocks[having[0]].copy is None) else None

    def owners(self, block: str | None, name: str) -> tuple[str, ...]:
        """The blocks or tables that a name before a dot means in a formula of that block: one, or all copies of one."""
        if name in self.blocks or name in self.tables or name not in self.copies:
            return (name,)
        copy = self.copy_seen(block, name)
        return self.copies[name] if copy is None else (f"{name}_{copy.number}",)

    def copy_seen(self, block: str | None, name: str) -> Copy | None:
        """The copy of what is repeated that a formula of that block sees: its own, None where it sees all of them."""
        copies = self.copies.get(name, ())
        own = self.blocks[block].copy if block is not None and block in self.blocks else None
        return own if own and f"{name}_{own.number}" in copies and self._repeat_of(copies[0]) == own.repeat else None

    def _repeat_of(self, key: str) -> str | None:
        copy = self.blocks[key].copy if key in self.blocks else self.tables[key].copy
        return copy.repeat if copy else None

    @cached_property
    def copies(self) -> dict[str, tuple[str, ...]]:
        """The keys of all copies of a block or a table, by its key in form.yaml."""
        found: dict[str, list[str]] = {}
        for part in self.blocks.values():
            if part.copy:
                found.setdefault(part.written, []).append(part.key)
        for table in self.tables.values():
            if table.copy and table.written not in found:
                found[table.written] = [other.key for other in self.tables.values() if other.written == table.written]
        return {key: tuple(keys) for key, keys in found.items()}

    def tables_called(self, key: str) -> tuple[Table, ...]:
        """The table that form.yaml gives that key, all copies of one that is repeated; none where there is none."""
        return tuple(table for table in self.tables.values() if table.written == key)

    def blocks_called(self, key: str) -> tuple[Block, ...]:
        """The same of blocks."""
        return tuple(block for block in self.blocks.values() if block.written == key)

    def blocks_in(self, table: str) -> tuple[str, ...]:
        """The keys of the blocks of a table, of all its copies."""
        return tuple(key for each in self.tables_called(table) for key in each.blocks)

    def table_of_block(self, block: Block) -> Table | None:
        """The table that a block stands in."""
        return self.tables.get(block.table or "")

    def _blocks_of(self, owner: str) -> tuple[str, ...]:
        """The blocks that a name before a dot means: one block, those of a table, or none."""
        if owner in self.blocks:
            return (owner,)
        return self.tables[owner].blocks if owner in self.tables else ()

    def field(self, target: Target) -> Field:
        """The field that is no parameter's."""
        return self.blocks[target.blocks[0]].fields[target.field]

    def index(self, target: Target) -> int:
        """The row of its block in which a single cell stands."""
        return self.blocks[target.blocks[0]].rows_by_key[target.row] if target.row is not None else 0

    def parameter(self, key: str) -> Decimal:
        """The figure of a parameter; those that are steps stand in LOOKUP alone."""
        value = self.parameters[key]
        assert isinstance(value, int | float), key
        return as_decimal(value)

    def kind(self, block: str | None, name: str) -> Kind | None:
        """The kind of what a name means, None where it means nothing that a formula could see."""
        target = self.find_target(block, name)
        if target is None or name in self.lookup_steps:
            return None
        if target.reach == "parameter":
            return Kind.NUMBER
        kind = kind_in_formulas(self.field(target).type)
        return COLUMN_KINDS.get(kind) if kind and target.reach == "column" else kind

    def about(self, block: str | None, name: str) -> About:
        """What formulas have to know of a name besides its kind."""
        target = self.target(block, name)
        if target.reach == "parameter":
            return About(decimals_of(self.parameter(target.field)))
        field = self.field(target)
        choices = field.choices if kind_in_formulas(field.type) is Kind.CHOICE and target.reach != "column" else ()
        return About(field.decimals, choices, typed=field.kind in (Kind.NUMBER, Kind.DATE) and self._is_typed(target))

    def _is_typed(self, target: Target) -> bool:
        """Whether people type into every cell that a name means."""
        return self.field(target).in_document and not any(is_computed(self.blocks[key], target.field) for key in target.blocks)

    def choices(self, block: str | None, name: str) -> Collection[str]:
        """The choices of the field that a name means; none where anything may stand."""
        target = self.target(block, name)
        if not target.blocks:
            return ()
        field = self.field(target)
        return field.choices or (self._computed_texts(target) if field.type == "text" and not field.hidden else ())

    def _computed_texts(self, target: Target) -> Collection[str]:
        """The texts that the formulas of a field can come to; none where any may, or somebody types into one of its cells."""
        key = (target.blocks, target.field)
        if key not in self._outcomes:
            self._outcomes[key] = ()  # of a formula that asks for itself nothing is known
            found: set[str] = set()
            for block in target.blocks:
                for source in sources_of(self.blocks[block], target.field):
                    try:
                        texts = texts_of(self.parse(source, block=block, place=block)) if source is not None else None
                    except FormulaError:  # which is told at its own place
                        texts = None
                    if texts is None:
                        return ()
                    found |= texts
            self._outcomes[key] = tuple(sorted(found))
        return self._outcomes[key]

    @cached_property
    def _outcomes(self) -> dict[tuple[object, ...], Collection[str]]:
        return {}

    def parse(self, source: str, *, block: str, place: str, digits: int | None = None) -> Node:
        """The tree of a formula of that block; `place` says where it stands if it cannot be right.

        Args:
            digits: the decimals that its value may have at most.

        Raises:
            FormulaError: it does not parse, names what is not there, or compares a choice with a text that is none.
        """

        def make() -> Node:
            names = Names(partial(self.kind, block), partial(self.choices, block), partial(self.about, block), self.lookup_steps)
            return parse_formula(source, names, place=place, digits=digits)

        return self.once((block, source, digits), make)

    def once(self, key: tuple[object, ...], make: Callable[[], Node]) -> Node:
        """The tree that was made under that key before, else the one that is made now."""
        if key not in self._trees:
            self._trees[key] = make()
        return self._trees[key]

    def parse_test(self, source: str, *, block: str, place: str) -> Node:
        """The tree of a formula of that block that is true or false.

        Raises:
            FormulaError: as `parse`, or it is no test.
        """
        return _checked_test(self.parse(source, block=block, place=place), source, place)


def is_computed(block: Block, key: str) -> bool:
    """Whether a field of a block has a formula, in one of its rows at least."""
    if block.key in (RULES, GUIDE) or block.fields[key].formula is not None:
        return True
    return any(key in formulas for formulas in (block.formulas, *(row.formulas for row in block.rows)))


def sources_of(block: Block, key: str) -> Iterator[str | None]:
    """Yield the formula of a field in every kind of row of a block, None where it is typed."""
    of_block = block.formulas.get(key, block.fields[key].formula)
    yield from (row.formulas.get(key, of_block) for row in block.rows)
    if not block.rows or block.spare:
        yield of_block


def lookup_steps(parameters: Mapping[str, Parameter]) -> dict[str, Steps]:
    """The parameters that LOOKUP goes down, by the name that formulas give them."""
    return {f"{PARAMETERS}.{key}": value for key, value in parameters.items() if not isinstance(value, int | float)}


def kind_in_formulas(type_: str) -> Kind | None:
    """The kind of a field of that type, None where it is shown only: there is no value that a formula could see."""
    return TYPES[type_].kind if TYPES[type_].json is not None else None


class Names(NamedTuple):
    """What the names in a formula are."""

    kind_of: KindOf
    choices_of: ChoicesOf
    about: Callable[[str], About]
    steps: Mapping[str, Steps]


def parse_formula(source: str, names: Names, *, place: str, digits: int | None = None) -> Node:
    """The tree of a formula; of an empty one, of the text that shows nothing.

    Args:
        names: what its names are.
        digits: the decimals that its value may have at most.

    Raises:
        FormulaError: it does not parse, names what is not there, or compares a choice with a text that is none.
    """
    try:
        tree = parse(source or '""', names.kind_of, names.steps, about=names.about, digits=digits)
    except FormulaError as error:
        raise FormulaError(f"{place}: {error}") from None
    for name, text in compared_texts(tree):
        choices = names.choices_of(name)
        if choices and text not in choices and normal_text(text) not in map(normal_text, choices):
            facts = {"place": place, "name": name, "text": text, "choices": named(choices)}
            raise FormulaError(sentence("formula_is_never", facts))
    return tree


def parse_condition(source: str, row: Names, *, place: str, in_schema: bool) -> Condition:
    """A condition on the fields of one row, given what these are.

    Raises:
        FormulaError: it does not parse, is no test, or looks beyond its row; one that stands `in_schema` says more than JSON
            Schema can.
    """

    def kind_of(name: str) -> Kind | None:
        if "." in name:
            raise FormulaError(sentence("formula_beyond", {"source": source}))
        return row.kind_of(name)

    tree = parse_formula(source, row._replace(kind_of=kind_of), place=place)
    _checked_test(tree, source, place)
    if in_schema and not is_sayable(tree):
        raise FormulaError(sentence("formula_more", {"place": place, "source": source}))
    return Condition(source, tree)


def _checked_test(tree: Node, source: str, place: str) -> Node:
    if tree.kind is not Kind.BOOLEAN:
        raise FormulaError(sentence("formula_no_test", {"place": place, "source": source}))
    return tree


def is_sayable(tree: Node) -> bool:
    """Whether JSON Schema can say a test too, and no blank can make it blank; other requirements are checked apart."""
    match tree:
        case Operation(operator="=" | "<>", left=Call("T", kind=Kind.CHOICE), right=Literal()) | IsBlank(operand=Name()):
            return True
        case Call("AND" | "OR" | "NOT", arguments):
            return all(is_sayable(argument) for argument in arguments)
    return False
