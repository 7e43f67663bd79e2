"""Amounts of money that the texts of a form name, and how exactly they do.

written = amounts_written(form, rows, base="yuan")
[amount.text for amount in written if amount.is_about(Decimal(520_000_000))]      # ["52000 wan yuan"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.document import Rows, inputs_of
from xlperf.forms.form import Form
from xlperf.forms.model import RULES
from xlperf.values.notation import spellings_of

MOST = 500  # amounts that are looked at
TEXTS = ("text",)  # types of fields in which people write
NUMBER = r"(?<![\d.,])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?)"
GAP = r"\s{0,2}"
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF0C: ","}


class WrittenAmount(NamedTuple):
    """An amount in a text, in the smallest unit of money, and the half of what its last digit is worth."""

    size: Decimal
    half: Decimal
    digits: int  # that were printed, leading and final zeros apart
    text: str

    def is_about(self, size: Decimal) -> bool:
        """Whether it is that amount, as it was rounded."""
        return abs(self.size - size) <= self.half


def amounts_written(form: Form, rows: Rows, *, base: str) -> list[WrittenAmount]:
    """The amounts in all texts that people wrote, in units of `base`, in their order."""
    pattern, powers = _pattern(form, base), dict(spellings_of(form).powers)
    found: list[WrittenAmount] = []
    for spot, value in inputs_of(form, rows):
        if spot.block == RULES or not isinstance(value, str) or form.blocks[spot.block].fields[spot.field].type not in TEXTS:
            continue
        for match in pattern.finditer(value.translate(FULL_WIDTH)):
            found.append(_amount(match, powers.get(match["power"] or "", Decimal(1))))
            if len(found) == MOST:
                return found
    return found


def _amount(match: re.Match[str], power: Decimal) -> WrittenAmount:
    digits = match["number"].replace(",", "")
    step = Decimal(1).scaleb(-len(digits.partition(".")[2])) * power
    return WrittenAmount(
        size=Decimal(digits) * power, half=step / 2, digits=len(digits.replace(".", "").strip("0")), text=match[0].strip()
    )


@lru_cache(maxsize=16)
def _pattern(form: Form, base: str) -> re.Pattern[str]:
    """A number with a word that multiplies it, perhaps, and a name of the unit of money."""
    spellings = spellings_of(form)
    names = {base, *(name for name, known in spellings.unit_names.items() if known == base)}
    powers = _one_of(word for word, _ in spellings.powers)
    return re.compile(f"{NUMBER}{GAP}(?P<power>{powers})?{GAP}{_one_of(names)}")


def _one_of(words: Iterable[str]) -> str:
    """A pattern of any of those words, the longest first; of none it never matches."""
    listed = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, listed))})" if listed else "(?!)"
