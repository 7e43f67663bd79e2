"""What people type, as values: numbers as text, dates in several spellings, operators in many.

    >>> as_number("１,234.50")
    1234.5
    >>> as_date_text("2023年3月1日")
    '2023-03-01'

What is safe to normalise is normalised, and the caller is told before and after; what is not understood stays as it
was typed, so that the schema can say what was expected.
"""

from __future__ import annotations

import datetime
import re
import unicodedata

from .compute import plain
from .expression import Kind, as_decimal, as_text
from .form import Form
from .parts import Field

NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?", re.ASCII)
DATE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*|(\d{4})(\d{2})(\d{2})", re.ASCII)
FIRST_DAY = datetime.date(1899, 12, 30)
Note = dict[str, object]


def read_value(form: Form, field: Field, raw: object, numeric: bool, percent_format: bool) -> tuple[object, Note | None]:
    """Return the value of a cell and, where it was normalised, what was found and what it became.

    Args:
        form: for the spellings it declares.
        field: the field the cell belongs to.
        raw: what the reader found: text, float, bool, date or None.
        numeric: for a `value` field, whether its row is a quantitative one.
        percent_format: whether the cell shows a percent, so that 0.9603 means 96.03 of unit %.
    """
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None, None
    if field.type == "date":
        return _noted(raw, as_date_text(raw))
    if field.kind is Kind.NUMBER or numeric:
        return _number(raw, percent_format)
    if field.type == "choice":
        return _noted(raw, _choice(form, field, raw))
    return _text(raw), None


def _noted(raw: object, value: object) -> tuple[object, Note | None]:
    changed = isinstance(raw, str) and raw != value
    return value, {"found": raw, "expected": value} if changed else None


def _number(raw: object, percent_format: bool) -> tuple[object, Note | None]:
    if isinstance(raw, bool):
        return _text(raw), None
    if isinstance(raw, int | float):
        number = as_decimal(raw)
        return plain(number * 100 if percent_format else number), None
    number = as_number(raw) if isinstance(raw, str) else None
    return _noted(raw, number) if number is not None else (_text(raw), None)


def as_number(text: str) -> float | int | None:
    """The number a text stands for, None if it is not plainly one."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded or not NUMBER.fullmatch(folded) or not any(c.isdigit() for c in folded):
        return None
    return plain(as_decimal(float(folded.replace(",", ""))))


def as_date_text(raw: object) -> object:
    """The ISO date of a cell, or what was typed if that is no date."""
    if isinstance(raw, datetime.datetime):
        return raw.date().isoformat()
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    if isinstance(raw, float) and 1 <= raw < 2_958_466:
        return (FIRST_DAY + datetime.timedelta(days=int(raw))).isoformat()
    match = DATE.fullmatch(unicodedata.normalize("NFKC", str(raw)).strip())
    if match:
        try:
            return datetime.date(*(int(part) for part in match.groups() if part)).isoformat()
        except ValueError:
            pass
    return _text(raw)


def _choice(form: Form, field: Field, raw: object) -> str:
    text = _text(raw)
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    spellings = form.spellings.get(field.spellings, {}) if field.spellings else {}
    for choice in field.choices:
        if folded == choice or text.strip() in spellings.get(choice, ()) or folded in spellings.get(choice, ()):
            return choice
    return text


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, int | float):
        return as_text(as_decimal(raw))
    if isinstance(raw, datetime.date | datetime.datetime | datetime.time):
        return raw.isoformat()
    return str(raw)
