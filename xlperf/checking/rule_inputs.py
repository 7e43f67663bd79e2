"""What a check in Python goes by: the parameters of its rule, the rows in use, the texts people wrote; and what it yields.

def check_blank_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    column = needed(form, rule, "field")                       # a parameter the check cannot do without, or FormError
    for key in blocks_of(form, rule):                          # the blocks of the table that the rule is about
        for index, row in rows_used(form, rows, key):          # the rows in which something stands
            if not row.get(column):
                yield Failure((Spot(key, index, column),), row)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, NoReturn

from xlperf.forms.definition import named, quoted, refuse, wrong
from xlperf.forms.document import Rows, Spot, inputs_of, is_empty
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Rule
from xlperf.reporting.finding import PLACE, Finding

TEXTS = ("text", "value")  # field types in which people write

Facts = Mapping[str, object]  # what the rule's `found` needs, by the names in its braces


class Failure(NamedTuple):
    """One thing that fails a rule: the cells to point at, and the facts to tell of it."""

    spots: tuple[Spot, ...]
    facts: Facts


Check = Callable[[Form, Rows, Rule], Iterator[Failure]]  # the form, its computed rows, the rule with its parameters
CheckOfIssued = Callable[[Form, Rows, Rule, Rows], Iterator[Failure]]  # and the preset rows as they were handed out


def finding_of(rule: Rule, failures: Iterable[Failure]) -> Finding | None:
    """The one finding of a rule with all cells and all facts; None where nothing fails it."""
    found = tuple(failures)
    spots = dict.fromkeys(spot for failure in found for spot in failure.spots)
    facts = tuple({**failure.facts, PLACE: failure.spots[0]} for failure in found)
    return Finding(rule.code, rule.severity, tuple(spots), {"rows": facts}) if spots else None


# --- parameters ----------------------------------------------------------------------------------------------


def needed(form: Form, rule: Rule, name: str, among: Iterable[str] | None = None) -> str:
    """A parameter that the check cannot do without, and that has to be one of those names.

    Raises:
        FormError: it is absent or names nothing.
    """
    value = rule.parameters.get(name)
    if value is None or (among is not None and value not in tuple(among)):
        _refuse(form, rule, name, among)
    return str(value)


def blocks_named(form: Form, rule: Rule, name: str) -> tuple[str, ...]:
    """The blocks that a parameter lists, one at least.

    Raises:
        FormError: it lists none, or one that is none.
    """
    listed = rule.words(name)
    if not listed or not form.blocks.keys() >= set(listed):
        _refuse(form, rule, name, form.blocks)
    return listed


def _refuse(form: Form, rule: Rule, name: str, among: Iterable[str] | None) -> NoReturn:
    place = f"rules.{rule.code}.parameters.{name}"
    refuse(form.directory / "form.yaml", *wrong(place, "parameter", check=quoted(rule.check), known=named(among or ("\u2026",))))


def blocks_of(form: Form, rule: Rule) -> tuple[str, ...]:
    """The blocks of the table that the rule is about, its parameter `table`."""
    return form.blocks_in(needed(form, rule, "table", _tables(form)))


def name_column(form: Form, rule: Rule) -> str:
    """The column that names the rows of the table that the rule is about."""
    return form.tables_called(needed(form, rule, "table", _tables(form)))[0].row_name or ""


def _tables(form: Form) -> dict[str, None]:
    """The tables as form.yaml calls them."""
    return dict.fromkeys(table.written for table in form.tables.values())


# --- rows and texts ------------------------------------------------------------------------------------------


def rows_used(form: Form, rows: Rows, key: str) -> Iterator[tuple[int, Facts]]:
    """Yield the rows of a block that hold something, each with its index."""
    block = form.blocks[key]
    return ((index, row) for index, row in enumerate(rows.get(key, ())) if not is_empty(form, block, index, row))


def rows_failing(form: Form, rows: Rows, rule: Rule, key: str) -> Iterator[tuple[int, Facts]]:
    """Yield the rows of a block that fail by the rule's own helper column, the one that the checks sheet counts."""
    return ((index, row) for index, row in rows_used(form, rows, key) if row.get(f"_{rule.code}") == 1)


def texts_at(rows: Rows, fields: Iterable[str]) -> Iterator[tuple[Spot, str]]:
    """Yield every filled cell of those columns, written `block.field`."""
    for name in fields:
        key, _, field = name.partition(".")
        for index, row in enumerate(rows.get(key, ())):
            if isinstance(row.get(field), str):
                yield Spot(key, index, field), row[field]


def texts_written(form: Form, rows: Rows, rule: Rule) -> Iterator[tuple[Spot, str]]:
    """Yield every text that people wrote, those of the columns in the rule's parameter `exempt` apart."""
    exempt = set(rule.words("exempt"))
    for spot, value in inputs_of(form, rows):
        is_written = spot.block != RULES and form.blocks[spot.block].fields[spot.field].type in TEXTS
        if is_written and isinstance(value, str) and f"{spot.block}.{spot.field}" not in exempt:
            yield spot, value
