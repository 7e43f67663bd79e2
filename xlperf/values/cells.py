"""One typed cell as a value: a number, a date, a choice or a text, in the many spellings people use.

    >>> money = form.blocks["items"].fields["spent"]
    >>> value, remark = read_value(form, money, "1,234.50")
    >>> value, remark.code, remark.expected
    (1234.5, 'XL210', '1234.5')

Three things can be said of a cell. What is safe to normalise is normalised, with an info that shows before and after
(XL210). What may mean two things is asked about with both readings and stays as it was typed, so that nothing is computed
from a guess (XL209, an error). What is not understood stays as it was typed too: the schema says what was expected.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from xlperf.forms.form import Form
from xlperf.forms.model import Field
from xlperf.formula.nodes import Kind
from xlperf.text import INVISIBLE, fold
from xlperf.values.blanks import is_blank
from xlperf.values.dates import dates_of
from xlperf.values.notation import GAP, Spellings, bare, choice_patterns, spellings_of
from xlperf.values.numbers import FigureCell, read_figure
from xlperf.values.printing import typed_text, visible
from xlperf.values.remarks import CellError, MistakenCode, Remark, normalised, question
from xlperf.values.units import unit_of

LINE_ENDS = re.compile("\r\n|\r")
SOFT_BREAK = re.compile("[\x0b\x0c]")  # a line break of Word's, pasted
AROUND = 8  # characters that are shown around it
ISO_LENGTH = 10  # of one date; a span of days is longer
NO_WORDS = ("date", "choice", "code")  # types of fields in which a word for nothing is a blank

Value = tuple[object, Remark | None]  # of a cell: what it holds, and what is reported about it


def read_value(
    form: Form, field: Field, raw: object, *, is_number: bool = False, shows_percent: bool = False, unit: str = ""
) -> Value:
    """Return the value of a cell and, where it was normalised or is ambiguous, the remark that says so.

    Args:
        form: for the spellings it declares.
        field: the field the cell belongs to.
        raw: what the reader found: text, float, bool, date or None.
        is_number: for a `value` field, whether its row is a quantitative one.
        shows_percent: whether the cell shows a percent, so that 0.9603 means 96.03 of unit %.
        unit: what the numbers of the cell count in, as its row or its label says.
    """
    if isinstance(raw, CellError):
        reason = raw.reason if raw.code == CellError.code else ""
        return None, Remark(code=raw.code, severity="error", found=visible(raw), reason=reason)
    if isinstance(raw, str):
        raw = LINE_ENDS.sub("\n", raw) if LINE_ENDS.search(raw) else raw
        if not raw.strip():
            return None, None
    if raw is None:
        return None, None
    spellings = spellings_of(form)
    if isinstance(raw, str) and not without_invisible(raw).strip():
        return None, normalised(raw, spellings.blank)
    if field.kind is Kind.NUMBER or is_number:
        cell = FigureCell(field, unit=unit_of(spellings, unit) if unit else None, shows_percent=shows_percent)
        figure = read_figure(spellings, cell, raw)
        return figure.value, figure.remark
    if field.type in NO_WORDS and isinstance(raw, str) and is_blank(spellings, raw):
        return None, normalised(raw, spellings.blank)
    return READERS.get(field.type, _read_text)(form, field, raw)


def without_invisible(text: str) -> str:
    """A text without the characters that nobody sees, which do not count in a comparison."""
    return INVISIBLE.sub("", text)


def read_unit(spellings: Spellings, raw: object) -> Value:
    """Return a unit under its own name; an unknown one only loses its spaces."""
    text = typed_text(raw)
    if is_blank(spellings, text):
        return None, normalised(raw, spellings.blank) if text.strip() else None
    folded = bare(text)
    if folded in spellings.unit_names or folded in spellings.units:
        return _with_remark(raw, spellings.unit_names.get(folded, folded))
    return _with_remark(raw, re.sub(r"\s", "", without_invisible(text)))


def _with_remark(raw: object, value: str) -> Value:
    """A value, with a remark where it is not what was typed."""
    return value, normalised(raw, value) if isinstance(raw, str) and raw != value else None


# --- by type of field ----------------------------------------------------------------------------------------


def _read_date(form: Form, field: Field, raw: object) -> Value:
    """The ISO date; one whose parts may be read in two ways, or that lacks the day, is asked about."""
    if isinstance(raw, datetime.datetime):
        return raw.date().isoformat(), None
    if isinstance(raw, datetime.date):
        return raw.isoformat(), None
    text = typed_text(raw)
    is_typed = isinstance(raw, str | int | float) and not isinstance(raw, bool)
    dates = dates_of(spellings_of(form), text) if is_typed else ()
    if len(dates) == 1 and len(dates[0]) == ISO_LENGTH:
        return dates[0], normalised(raw, dates[0]) if dates[0] != raw else None
    return text, question(raw, dates) if dates else None


def _read_choice(form: Form, field: Field, raw: object) -> Value:
    """The choice that is spelled so; any other text as it is."""
    text = typed_text(raw)
    folded = bare(text).replace(GAP, "")
    shown = {bare(sign): choice for choice, sign in field.shown.items()}
    patterns = choice_patterns(form, field.spellings, field.choices)
    choice = shown.get(folded) or next((pattern.says for pattern in patterns if pattern.head + pattern.tail == folded), text)
    return (choice, None) if raw == field.as_shown(choice) else _with_remark(raw, choice)


def _read_code(form: Form, field: Field, raw: object) -> Value:
    """A code as a text: the zeros in front of it stay."""
    if isinstance(raw, MistakenCode):
        return str(raw), Remark(code="XL220", severity=raw.severity, found=visible(raw), reason=raw.lost)
    return _with_remark(raw, fold(typed_text(raw)))


def _read_quality(form: Form, field: Field, raw: object) -> Value:
    """The words that stand where no number is wanted."""
    return _with_remark(raw, without_invisible(typed_text(raw)))


def _read_text(form: Form, field: Field, raw: object) -> Value:
    """A text as it is but for line breaks of Word's; the remark shows what stands around the first of them."""
    text = typed_text(raw)
    found = SOFT_BREAK.search(text)
    if found is None:
        return text, None
    around = text[max(0, found.start() - AROUND) : found.start() + AROUND + 1]
    return SOFT_BREAK.sub("\n", text), normalised(around, visible(SOFT_BREAK.sub("\n", around)))


READERS: dict[str, Callable[[Form, Field, object], Value]] = {
    "date": _read_date,
    "choice": _read_choice,
    "code": _read_code,
    "value": _read_quality,
}
