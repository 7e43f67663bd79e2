"""Documents made up from a form alone: what may stand in every cell, at its usual, its smallest, its largest and its worst.

    >>> [drawn.name for drawn in drawn_documents(form)]
    ['empty', 'smallest', 'full', 'extreme', 'faulty']

Nothing in them is random, so that a form is proved the same way each time. Texts are made of the labels of the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xlperf.forms.document import Row, Rows, document_of, is_required, texts_in_column
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field
from xlperf.formula.nodes import Kind
from xlperf.values.rows import is_numeric

LONGEST = 2_000  # letters of a made-up text whose field sets no limit
MOST_ROWS = 12  # of one block: more say nothing new
FAR = "2099-12-31"
NOWHERE = "9"  # ends a text that stands in no column

Value = Callable[[Field, int], Any]  # what stands in a field of a row of that number
FromColumn = Callable[[Sequence[str], int], str | None]  # of the texts of another column, the one that a row of that number has


class Drawn(NamedTuple):
    """A document that was made up, by the name of its kind."""

    name: str
    document: Mapping[str, Any]


class Taste(NamedTuple):
    """How a document is filled: how many free rows a block has, which of its fields, and with what."""

    name: str
    rows: Callable[[Block], int]
    is_filled: Callable[[Form, Block, int, Field, Row], bool]
    number: Value
    text: Value
    date: Callable[[Form], str]
    choice: Callable[[tuple[str, ...]], str]
    from_column: FromColumn = lambda listed, number: listed[number % len(listed)] if listed else None


def drawn_documents(form: Form) -> Iterator[Drawn]:
    """Yield the documents, the emptiest first."""
    for taste in TASTES:
        yield Drawn(taste.name, drawn_document(form, taste))


def drawn_document(form: Form, taste: Taste) -> dict[str, Any]:
    """The document of that taste."""
    rows = {key: _rows_of(form, block, taste) for key, block in form.blocks.items()}
    choose_from_columns(form, rows, taste.from_column)
    return document_with_year(form, rows)


def document_with_year(form: Form, rows: Rows) -> dict[str, Any]:
    """The document of those rows, of the first year of the form."""
    return {**document_of(form, {key: listed for key, listed in rows.items() if key != GUIDE}), "fiscal_year": form.first_year}


def _rows_of(form: Form, block: Block, taste: Taste) -> list[Row]:
    if block.key in (GUIDE, RULES):
        return [{} for _ in block.rows]
    free = taste.rows(block) if block.shape == "list" and block.spare else 0
    count = 1 if block.shape == "object" else len(block.rows) + free
    return [_row(form, block, index, taste) for index in range(count)]


def _row(form: Form, block: Block, index: int, taste: Taste) -> Row:
    """A row, filled from its choices on: what else is asked for depends on them."""
    preset = block.row(index)
    row: Row = {**block.constants, **({k: v for k, v in preset.values.items() if k in block.fields} if preset else {})}
    inputs = [field for field in block.fields.values() if form.is_input(block, index, field)]
    for field in sorted(inputs, key=lambda field: (not field.choices, bool(field.number_when))):
        if field.key not in row and taste.is_filled(form, block, index, field, row):
            row[field.key] = value_of(form, field, row, index, taste)
    return row


def value_of(form: Form, field: Field, row: Row, number: int, taste: Taste) -> Any:
    """What a field holds in a row, given what stands in its row already."""
    if field.choices:
        return taste.choice(choices_in(field, row))
    if field.type == "date":
        return taste.date(form)
    if field.kind is Kind.NUMBER or (field.type == "value" and is_numeric(field, row, None)):
        return taste.number(field, number)
    return taste.text(field, number)


def choices_in(field: Field, row: Row) -> tuple[str, ...]:
    """The choices of a field in that row; all of them where what they depend on says nothing."""
    lists = [by[str(row[other])] for other, by in field.choices_by.items() if str(row.get(other)) in by]
    return tuple(lists[0]) if lists else field.choices


def choose_from_columns(form: Form, rows: Rows, choose: FromColumn) -> None:
    """Put texts of the columns that fields take theirs from into those fields, where something was made up for them."""
    for block, field in _by_source(form):
        listed = [*texts_in_column(form, rows, block.key, field.choices_from).values()]
        for index, row in enumerate(rows[block.key]):
            if row.get(field.key) is not None and form.is_input(block, index, field):
                row[field.key] = choose(listed, index)


def _by_source(form: Form) -> list[tuple[Block, Field]]:
    """The fields that take their texts from another column, each after those that it takes from."""
    found = [(block, field) for block in form.blocks.values() for field in block.fields.values() if field.choices_from]
    return sorted(found, key=lambda each: _steps_back(form, *each))


def _steps_back(form: Form, block: Block, field: Field) -> int:
    """Through how many columns a field takes its texts; they run in no circle."""
    if not field.choices_from:
        return 0
    target = form.target(block.key, field.choices_from)
    return 1 + _steps_back(form, form.blocks[target.blocks[0]], form.field(target))


# --- tastes --------------------------------------------------------------------------------------------------


def bounds_of(field: Field) -> tuple[float, float]:
    """The smallest and the largest number of a field."""
    largest = {"count": 999_999.0, "percentage": 100.0, "points": 100.0, "ratio": 1.0}.get(field.type, 9_999_999.0)
    minimum = 0.0 if field.minimum is None else field.minimum
    return minimum, max(minimum, largest) if field.maximum is None else field.maximum


def as_field(field: Field, number: float) -> float | int:
    """A number with no more decimals than the field takes."""
    digits = field.decimals or 0
    return round(number) if digits == 0 else round(number, digits)


def _usual_number(field: Field, number: int) -> float | int:
    low, high = bounds_of(field)
    return as_field(field, min(max(low, 10 + number), high))


def _usual_text(field: Field, number: int) -> str:
    limit = field.max_length or LONGEST
    text = f"{number + 1:04}" if field.type == "code" else f"{field.label}{number + 1}"
    return text if len(text) <= limit else (str(number + 1) if limit < len(field.label) else text[:limit])


def _longest_text(field: Field, number: int) -> str:
    """As many letters as fit, of which the last ones tell the row."""
    limit, tail = min(field.max_length or LONGEST, LONGEST), str(number + 1)
    return ("X" * limit)[: max(limit - len(tail), 0)] + tail[-limit:]


def _too_much(field: Field, number: int) -> Any:
    """A number beyond the bounds of its field, then a text where a number belongs."""
    beyond = bounds_of(field)[1] + 1
    return (beyond, bounds_of(field)[0] - 1, "X", 0.1234567)[number % 4]


def _all(form: Form, block: Block, index: int, field: Field, row: Row) -> bool:
    return True


def _required(form: Form, block: Block, index: int, field: Field, row: Row) -> bool:
    return is_required(form, block, index, field, row)


def _year_end(form: Form) -> str:
    return f"{form.first_year + 1}-03-01"


TASTES = (
    Taste("empty", lambda block: 0, lambda *about: False, _usual_number, _usual_text, _year_end, lambda listed: listed[0]),
    Taste(
        "smallest",
        lambda block: 1,
        _required,
        lambda field, number: as_field(field, bounds_of(field)[0]),
        lambda field, number: _usual_text(field, number),
        _year_end,
        lambda listed: listed[0],
    ),
    Taste(
        "full", lambda block: min(block.spare, MOST_ROWS), _all, _usual_number, _usual_text, _year_end, lambda listed: listed[0]
    ),
    Taste(
        "extreme",
        lambda block: min(block.spare if block.fixed else block.spare + 3, MOST_ROWS),
        _all,
        lambda field, number: as_field(field, bounds_of(field)[1]),
        _longest_text,
        lambda form: FAR,
        lambda listed: listed[-1],
    ),
    Taste(
        "faulty",
        lambda block: 4 if not block.fixed else min(block.spare, 4),
        _all,
        _too_much,
        lambda field, number: "=1+1" if number % 2 else "x" * (min(field.max_length or LONGEST, LONGEST) + 1),
        lambda form: "2023-02-30",
        lambda listed: listed[0] + "x",
        lambda listed, number: "-".join((*listed[-1:], NOWHERE)) if number == 0 or not listed else listed[number % len(listed)],
    ),
)
