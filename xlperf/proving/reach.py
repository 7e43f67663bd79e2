"""Which rules a form's documents reach: each is to fire once, and once to look and stay silent.

reached = Reached()
reached.look(form, rows)
reached.never_fired(form), reached.never_silent(form)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from xlperf.checking.checks import check
from xlperf.forms.compute import compute
from xlperf.forms.document import Row, Rows, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.live.form_tests import is_of_form
from xlperf.forms.model import GUIDE, RULES, Block, Field, Rule
from xlperf.formula.nodes import Kind, Literal, nodes_of
from xlperf.proving.documents import as_field, bounds_of, choices_in, choose_from_columns
from xlperf.values.rows import is_numeric

DOCUMENTS, PATIENCE = 80, 8  # that are drawn in search of rules nothing has reached; of them in a row that reach nothing new
BLANK, PLAIN, OF_FORM = 0.06, 0.3, 0.5  # how many cells stay blank, hold a plain text, hold a text of the form
SIZES = (1, 10, 100, 10_000)


@dataclass(frozen=True)
class Reached:
    """The codes of the rules that fired, and of those that looked at something and stayed silent."""

    fired: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def look(self, form: Form, rows: Rows) -> set[str]:
        """See what a document's rows reach; the codes that fired in it."""
        computed = compute(form, rows)
        return self.see(form, computed, {finding.code for finding in check(form, computed)})

    def see(self, form: Form, computed: Rows, codes: set[str]) -> set[str]:
        """The same of rows that are computed already, and in which those rules fired."""
        self.fired.update(codes)
        self.silent.update(code for code, rule in form.rules.items() if code not in codes and _has_looked(form, rule, computed))
        return codes

    def never_fired(self, form: Form) -> list[str]:
        """The form's own rules that nothing has set off."""
        return [rule.code for rule in own_rules(form) if rule.code not in self.fired]

    def never_silent(self, form: Form) -> list[str]:
        """The form's own rules that found fault with whatever they looked at."""
        return [rule.code for rule in own_rules(form) if rule.code in self.fired and rule.code not in self.silent]

    def is_whole(self, form: Form) -> bool:
        """Whether every rule has done both."""
        return not self.never_fired(form) and not self.never_silent(form)


def own_rules(form: Form) -> Iterator[Rule]:
    """Yield the rules that the form brings itself."""
    return (rule for rule in form.rules.values() if rule.builtin is None)


def _has_looked(form: Form, rule: Rule, computed: Rows) -> bool:
    """Whether a rule that tests rows had one to test; of a check in Python, whether there was anything."""
    if is_of_form(rule):
        told = next(row for row, preset in zip(computed[RULES], form.blocks[RULES].rows, strict=True) if preset.key == rule.code)
        return told.get("count") == 0 and told.get("state") != form.words["waiting"]
    if rule.test is None or rule.table is None:
        return any(row for key, listed in computed.items() if key not in (GUIDE, RULES) for row in listed)
    column = f"_{rule.code}"
    return any(row.get(column) == 0 for key in form.blocks_in(rule.table) for row in computed[key])


def search(form: Form, reached: Reached) -> None:
    """Draw documents until every rule is reached, or they lead no further; the same ones each time."""
    pool, idle = Pool(form), 0
    for number in range(DOCUMENTS):
        if reached.is_whole(form) or idle == PATIENCE:
            return
        document = document_of(form, pool.rows(Random(number))) | {"fiscal_year": form.first_year}
        before = len(reached.fired) + len(reached.silent)
        reached.look(form, rows_of(form, document)[0])
        idle = idle + 1 if len(reached.fired) + len(reached.silent) == before else 0


class Pool:
    """What is worth putting into cells: the figures and texts of the form's formulas and rules, and what goes with them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        figures, texts = _literals(form)
        steps = [number for value in form.parameters.values() for number in _numbers_in(value)]
        self.figures: Sequence[Decimal] = sorted({*figures, *steps, Decimal(0), Decimal(1), Decimal(100)})
        words = (word for rule in form.rules.values() for word in _texts_in(rule.parameters))
        self.texts: Sequence[str] = sorted({*texts, *words} - {""})

    def rows(self, random: Random) -> Rows:
        """The rows of a document: sometimes all of its figures are alike, so that sums are equal."""
        same, known = random.random() < 0.15, [Decimal(random.choice((0, 1, 50, 100)))]
        rows: Rows = {
            key: []
            if key in (GUIDE, RULES)
            else [self._row(block, index, random, known, same) for index in self._indexes(block, random)]
            for key, block in self.form.blocks.items()
        }
        choose_from_columns(self.form, rows, lambda listed, number: random.choice(listed) if listed else None)
        return rows

    def _indexes(self, block: Block, random: Random) -> range:
        free = random.choice((0, 1, 1, 2, 3, 6)) if block.shape == "list" and block.spare else 0
        free = min(free, block.spare) if block.fixed else free
        return range(1 if block.shape == "object" else len(block.rows) + free)

    def _row(self, block: Block, index: int, random: Random, known: list[Decimal], same: bool) -> Row:
        preset = block.row(index)
        row: Row = {**block.constants, **({k: v for k, v in preset.values.items() if k in block.fields} if preset else {})}
        inputs = [field for field in block.fields.values() if self.form.is_input(block, index, field)]
        blank = random.choice((0, 0, BLANK, 0.5))
        for field_ in sorted(inputs, key=lambda field: (not field.choices, bool(field.number_when))):
            if random.random() >= blank and (field_.key not in row or random.random() < PLAIN):
                row[field_.key] = self._value(field_, row, random, known, same)
        return row

    def _value(self, field: Field, row: Row, random: Random, known: list[Decimal], same: bool) -> Any:
        if field.choices:
            return random.choice(choices_in(field, row))
        if field.type == "date":
            return f"{self.form.first_year + random.choice((-9, 0, 0, 1, 1, 9))}-{random.randint(1, 12):02}-15"
        if field.kind is Kind.NUMBER or (field.type == "value" and is_numeric(field, row, None)):
            return as_field(field, self._number(field, random, known, same))
        return self._text(field, random)

    def _number(self, field: Field, random: Random, known: list[Decimal], same: bool) -> float:
        low, high = bounds_of(field)
        if same:
            return min(max(low, float(known[0])), high)
        one, figure = random.choice(known), random.choice(self.figures)
        near = (
            one,
            one + 1,
            one - 1,
            one * 2,
            one / 2,
            figure,
            figure + 1,
            figure - 1,
            one * figure,
            sum(known[-3:], Decimal(0)),
        )
        fresh = Decimal(random.randrange(1000)) * random.choice(SIZES) / 100
        number = min(max(low, float(random.choice((*near, fresh, fresh)))), high)
        known.append(Decimal(format(number, ".10g")))
        return number

    def _text(self, field: Field, random: Random) -> str:
        chance, texts = random.random(), self.texts or (field.label,)
        if chance < PLAIN:
            return f"{field.label}{random.randrange(3)}"[: field.max_length]
        if chance < OF_FORM:
            return random.choice(texts)[: field.max_length]
        parts = (random.choice((*texts, field.label, str(random.randrange(200)), "; ")) for _ in range(random.randint(1, 8)))
        return "".join(parts)[: field.max_length]


def _literals(form: Form) -> tuple[set[Decimal], set[str]]:
    """The numbers and the texts that stand in the formulas of a form."""
    trees = {id(tree): tree for tree in form.formulas.values()}.values()
    values = {node.value for tree in trees for node in nodes_of(tree) if isinstance(node, Literal)}
    return {value for value in values if isinstance(value, Decimal)}, {value for value in values if isinstance(value, str)}


def _numbers_in(value: object) -> Iterator[Decimal]:
    if isinstance(value, int | float):
        yield Decimal(str(value))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from (number for part in value for number in _numbers_in(part))


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for part in value.values() for text in _texts_in(part))
    elif isinstance(value, Iterable):
        yield from (text for part in value for text in _texts_in(part))
