"""What a check goes by: the parameters of its rule, the rows in use, the texts people wrote; and the finding it yields.

    words_of(rule, "phrases")                # a list that may be absent
    given(form, rule, "block", form.blocks)  # a name the check cannot do without, or FormError with its place
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from xlperf.errors import FormError
from xlperf.forms.document import Rows, Spot, inputs_of, is_empty
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Rule
from xlperf.formula.parser import as_decimal
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of
from xlperf.values.notation import spellings_of

LONGEST_FILLER = 20  # characters; of a longer text nobody asks what it says
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


def words_of(rule: Rule, name: str) -> tuple[str, ...]:
    """A parameter that is a list, empty where the form has none."""
    return tuple(rule.parameters.get(name, ()))


def rows_used(form: Form, rows: Rows, key: str) -> Iterator[tuple[int, Mapping]]:
    """The rows of a block that hold something."""
    block = form.blocks[key]
    return ((index, row) for index, row in enumerate(rows.get(key, ())) if not is_empty(form, block, index, row))


def blocks_of(form: Form, rule: Rule) -> tuple[str, ...]:
    """The blocks of the table that the rule is about."""
    return form.tables[given(form, rule, "table", form.tables)].blocks


@lru_cache(maxsize=16)
def _empty_words(form: Form) -> frozenset[str]:
    """The letters of every word that the form knows for nothing: typed for a blank, in place of words, as a reason."""
    known = spellings_of(form)
    reasons = (words_of(rule, "words") for rule in form.rules.values() if rule.check == "empty_reasons")
    return frozenset(letters_of(word) for words in (known.blanks, known.fillers, *reasons) for word in words)


@lru_cache(maxsize=16)
def _fillers(form: Form) -> tuple[re.Pattern, frozenset[str]]:
    """What says nothing in place of words (with the number of an annex, perhaps), and the words for nothing."""
    known = spellings_of(form)
    words = "|".join(sorted(filter(None, map(letters_of, known.fillers)), key=len, reverse=True))
    return re.compile(rf"(?:{words})\d{{0,3}}" if words else r"(?!)"), frozenset(filter(None, map(letters_of, known.blanks)))


def is_filler(form: Form, text: str, short: bool) -> bool:
    """Whether a text stands in place of the words that are asked for; a word for nothing does so where they are short."""
    if len(text) > LONGEST_FILLER:
        return False
    (filler, nothing), letters = _fillers(form), letters_of(text)
    return filler.fullmatch(letters) is not None or (short and letters in nothing)


def explanation_of(form: Form, text: object) -> str:
    """An explanation, "" for one that says nothing: a dash, a word for nothing, a word that only points elsewhere."""
    letters = letters_of(text or "")
    return "" if not letters or letters in _empty_words(form) or is_filler(form, str(text), True) else str(text)


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
    exempt = set(words_of(rule, "exempt"))
    for spot, value in inputs_of(form, rows):
        written = spot.block != RULES and form.blocks[spot.block].fields[spot.field].type in TEXTS
        if written and isinstance(value, str) and f"{spot.block}.{spot.field}" not in exempt:
            yield spot, value
