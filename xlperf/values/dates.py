"""Dates in the spellings people use, as ISO texts.

    >>> from xlperf.values.notation import spellings_of
    >>> known = spellings_of(form)
    >>> dates_of(known, "2023.3.1"), dates_of(known, "3/1/2023"), dates_of(known, "3/1")
    (('2023-03-01',), ('2023-03-01', '2023-01-03'), ())
    >>> dates_of(known, "2023.3"), dates_of(known, "2023-02-30")
    (('2023-03-01 … 2023-03-31',), ('2023-02-01 … 2023-02-28',))

One date is certain; two dates, or the span where one lies that lacks its day or is none, are a question; none is no date.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Iterator

from xlperf.text import fold
from xlperf.values.notation import LONGEST, Spellings
from xlperf.values.numerals import read_numeral

FIRST_DAY = datetime.date(1899, 12, 30)
SERIALS = (18_264, 73_051)  # 1950 to 2099: other numbers in a date cell are no dates
YEARS = (1900, 2099)
SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?", re.ASCII)
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})\D?", re.ASCII)
SHORT_YEAR = re.compile(r"(\d{2})(\D)(\d{1,2})(\D)(\d{1,2})\D?", re.ASCII)
INCOMPLETE = re.compile(r"((?:19|20)\d{2})(?:\D(\d{1,2})\D?|(\d{2})|\D?)", re.ASCII)


def dates_of(known: Spellings, text: str) -> tuple[str, ...]:
    """Return every date that a text may mean, the likelier first."""
    folded = fold(text)
    if len(folded) > LONGEST:
        return ()
    parts = TIME.sub("", _with_digits(known, folded))
    return tuple(dict.fromkeys(_dates(re.sub(r"(?<=\D) | (?=\D)", "", parts))))


def _dates(text: str) -> Iterator[str]:
    if (match := SERIAL.fullmatch(text)) and SERIALS[0] <= int(match[1]) < SERIALS[1]:
        yield (FIRST_DAY + datetime.timedelta(days=int(match[1]))).isoformat()
    elif match := DATE.fullmatch(text) or DIGITS.fullmatch(text):
        year, month, _ = match.groups()
        yield from tuple(_date(*match.groups())) or _span(int(year), int(month) if 1 <= int(month) <= 12 else 0)
    elif match := DAY_FIRST.fullmatch(text):
        one, two, year = match.groups()
        yield from (*_date(year, one, two), *_date(year, two, one))
    elif match := SHORT_YEAR.fullmatch(text):
        one, first, two, second, three = match.groups()
        yield from _date(f"20{one}", two, three)
        if first == second and len(three) == 2:  # other signs between the parts name them
            yield from (*_date(f"20{three}", two, one), *_date(f"20{three}", one, two))
    elif match := INCOMPLETE.fullmatch(text):
        yield from _span(int(match[1]), int(match[2] or match[3] or 0))


def _date(year: str, month: str, day: str) -> Iterator[str]:
    try:
        yield datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return


def _span(year: int, month: int) -> Iterator[str]:
    """The first and the last day that an incomplete date leaves open."""
    if month <= 12 and YEARS[0] <= year <= YEARS[1]:
        yield f"{year}-{month or 1:02}-01 \u2026 {year}-{month or 12:02}-{monthrange(year, month or 12)[1]}"


def _with_digits(known: Spellings, text: str) -> str:
    """A text whose numerals are digits: up to 99, or digit by digit."""
    if not known.numerals:
        return text
    return re.sub(f"[{''.join(map(re.escape, known.numerals))}]+", lambda match: read_numeral(match[0], known.numerals), text)


def as_date(value: object) -> datetime.date | None:
    """An ISO date that Excel can hold, None for anything else."""
    try:
        date = datetime.date.fromisoformat(str(value))
    except ValueError:
        return None
    return date if date.year >= 1900 and date.isoformat() == value else None
