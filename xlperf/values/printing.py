"""How a value prints in a finding, a deviation as 0.34%; what a formula of `form.yaml` makes a text prints as it says.

>>> visible(" 4\\u200b"), typed_text(True), typed_text(12.0)
('" 4<U+200B>"', 'TRUE', '12')
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from xlperf.forms.model import Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import INVISIBLE

UNSEEN = re.compile(rf"{INVISIBLE.pattern}|[\t\n\x0b\x0c\u00a0\u2000-\u200a\u202f]")
MOST_SHOWN = 60  # characters
ELLIPSIS = "\u2026"


def visible(raw: object) -> str:
    """What was typed, spaces at its ends in quotes, invisible characters by their numbers."""
    text = typed_text(raw)
    text = f'"{text}"' if text != text.strip(" \u3000") else text
    text = UNSEEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + ELLIPSIS


def briefly(value: object) -> str:
    """What was found where the form has a say: its first characters."""
    text = str(value)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + ELLIPSIS


def as_printed(field: Field | None, value: object) -> object:
    """A number as its field shows it, a ratio as a percentage; a choice as cells show it; a truth value as Excel shows it."""
    if isinstance(value, bool):
        return typed_text(value)
    if not field or not isinstance(value, int | float):
        return field.as_shown(value) if field else value
    number = as_decimal(value)
    return as_percent(number) if field.type == "ratio" else as_text(number)


def as_percent(ratio: Decimal | float) -> str:
    """A ratio as it is told.

    >>> as_percent(0.5)
    '50.00%'
    """
    return as_text(as_decimal(ratio), "0.00%")


def typed_text(raw: object) -> str:
    """What a cell holds, as a text."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, int | float):
        return as_text(as_decimal(raw))
    if isinstance(raw, datetime.datetime) and raw.time() == datetime.time():
        return raw.date().isoformat()
    if isinstance(raw, datetime.date | datetime.datetime | datetime.time):
        return raw.isoformat()
    return str(raw)
