"""What a check goes by: the parameters of its rule, the rows in use, the texts people wrote; and the finding it yields.

rule.words("phrases")                # a list that may be absent
given(form, rule, "block", form.blocks)  # a name the check cannot do without, or FormError with its place
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from xlperf.errors import FormError
from xlperf.forms.document import Rows, Spot, inputs_of, is_empty
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Rule
from xlperf.formula.operands import as_decimal
from xlperf.reporting.finding import Finding

TEXTS = ("text", "value")  # field types in which people write
Fact = Mapping[str, object]


def found_at(rule: Rule, spots: Sequence[Spot], facts: Sequence[Fact]) -> Iterator[Finding]:
    """The one finding of a rule, none where there is no place to show."""
    if spots:
        yield Finding(rule.code, rule.severity, tuple(dict.fromkeys(spots)), {"rows": tuple(facts)})


def given(form: Form, rule: Rule, name: str, known: Iterable[str] | None = None) -> object:
    """A parameter that the check cannot do without, of the names it may be.

    Raises:
        FormError: it is absent or names nothing.
    """
    value = rule.parameters.get(name)
    if value is None or (known is not None and value not in known):
        reason = f"rules.{rule.code}.parameters.{name}: the check {rule.check!r} needs one of {', '.join(known or ('…',))}"
        raise FormError("form_shape", path=form.directory / "form.yaml", reason=reason)
    return value


def rows_used(form: Form, rows: Rows, key: str) -> Iterator[tuple[int, Mapping]]:
    """The rows of a block that hold something."""
    block = form.blocks[key]
    return ((index, row) for index, row in enumerate(rows.get(key, ())) if not is_empty(form, block, index, row))


def blocks_of(form: Form, rule: Rule) -> tuple[str, ...]:
    """The blocks of the table that the rule is about."""
    return form.tables[given(form, rule, "table", form.tables)].blocks


def number_of(value: object) -> Decimal | None:
    """A number as a decimal, None for anything else."""
    number = as_decimal(value)
    return number if isinstance(number, Decimal) else None


def texts_at(rows: Rows, fields: Iterable[str]) -> Iterator[tuple[Spot, str]]:
    """Every filled cell of those columns, written `block.field`."""
    for name in fields:
        key, _, field = name.partition(".")
        for index, row in enumerate(rows.get(key, ())):
            if isinstance(row.get(field), str):
                yield Spot(key, index, field), row[field]


def texts_of(form: Form, rows: Rows, rule: Rule) -> Iterator[tuple[Spot, str]]:
    """Every text people wrote, those of the exempt columns apart."""
    exempt = set(rule.words("exempt"))
    for spot, value in inputs_of(form, rows):
        written = spot.block != RULES and form.blocks[spot.block].fields[spot.field].type in TEXTS
        if written and isinstance(value, str) and f"{spot.block}.{spot.field}" not in exempt:
            yield spot, value
