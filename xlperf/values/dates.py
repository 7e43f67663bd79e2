"""Dates in the spellings people use, as ISO texts.

    >>> from xlperf.values.notation import spellings_of
    >>> spellings = spellings_of(form)
    >>> dates_of(spellings, "2023.3.1"), dates_of(spellings, "3/1/2023"), dates_of(spellings, "3/1")
    (('2023-03-01',), ('2023-03-01', '2023-01-03'), ())
    >>> dates_of(spellings, "2023.3"), dates_of(spellings, "2023-02-30")
    (('2023-03-01 … 2023-03-31',), ('2023-02-01 … 2023-02-28',))

One date is certain. Two dates are a question, and so is the span of days that is left open where the day is missing or does
not exist. None is no date.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Callable, Iterator

from xlperf.formula.dates import day_of
from xlperf.text import fold
from xlperf.values.notation import LONGEST, Spellings
from xlperf.values.numerals import read_numeral

FIRST_DAY = datetime.date(1899, 12, 30)  # day 0 of Excel's serial numbers
SERIALS = (18_264, 73_051)  # 1950 to 2099: other numbers in a date cell are no dates
YEARS = (1900, 2099)
CENTURY = "20"  # of a year with two digits
LAST_MONTH = 12
TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
SPACE_BESIDE_SIGN = re.compile(r"(?<=\D) | (?=\D)")


def dates_of(spellings: Spellings, text: str) -> tuple[str, ...]:
    """Return every date that a text may mean, the likelier first: an ISO date, or the first and last day of an open span."""
    folded = fold(text)
    if len(folded) > LONGEST:
        return ()
    parts = SPACE_BESIDE_SIGN.sub("", TIME.sub("", _with_digits(spellings, folded)))
    for pattern, read in READERS:
        if match := pattern.fullmatch(parts):
            return tuple(dict.fromkeys(read(match)))
    return ()


def as_date(value: object) -> datetime.date | None:
    """The date of an ISO text, if all programs hold it as the same day; None for anything else."""
    return datetime.date.fromisoformat(value) if isinstance(value, str) and day_of(value) is not None else None


def _with_digits(spellings: Spellings, text: str) -> str:
    """A text whose numerals are digits: up to 99, or digit by digit."""
    if not spellings.numerals:
        return text
    letters = "".join(map(re.escape, spellings.numerals))
    return re.sub(f"[{letters}]+", lambda match: read_numeral(match[0], spellings.numerals), text)


# --- the spellings of a date ---------------------------------------------------------------------------------


def _serial(match: re.Match[str]) -> Iterator[str]:
    """The day that Excel keeps as a number."""
    if SERIALS[0] <= int(match[1]) < SERIALS[1]:
        yield (FIRST_DAY + datetime.timedelta(days=int(match[1]))).isoformat()


def _year_first(match: re.Match[str]) -> Iterator[str]:
    """A full date; a day that does not exist leaves its month open, a month that does not exist the year."""
    year, month, day = match.groups()
    date = tuple(_date(year, month, day))
    yield from date or _span(int(year), int(month) if 1 <= int(month) <= LAST_MONTH else 0)


def _year_last(match: re.Match[str]) -> Iterator[str]:
    first, second, year = match.groups()
    yield from _date(year, first, second)
    yield from _date(year, second, first)


def _short_year(match: re.Match[str]) -> Iterator[str]:
    """A year of two digits; where one sign stands between the parts, it may come last too: other signs name the parts."""
    first, sign, second, other_sign, third = match.groups()
    yield from _date(CENTURY + first, second, third)
    if sign == other_sign and len(third) == 2:
        yield from _date(CENTURY + third, second, first)
        yield from _date(CENTURY + third, first, second)


def _without_day(match: re.Match[str]) -> Iterator[str]:
    return _span(int(match[1]), int(match[2] or match[3] or 0))


READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]]], ...] = (
    (re.compile(r"(\d{5})(\.\d+)?", re.ASCII), _serial),
    (re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?", re.ASCII), _year_first),
    (re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII), _year_first),
    (re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})\D?", re.ASCII), _year_last),
    (re.compile(r"(\d{2})(\D)(\d{1,2})(\D)(\d{1,2})\D?", re.ASCII), _short_year),
    (re.compile(r"((?:19|20)\d{2})(?:\D(\d{1,2})\D?|(\d{2})|\D?)", re.ASCII), _without_day),
)


def _date(year: str, month: str, day: str) -> Iterator[str]:
    """The ISO date of those parts, if there is such a day."""
    try:
        yield datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return


def _span(year: int, month: int) -> Iterator[str]:
    """The first and the last day that an incomplete date leaves open; month 0 leaves the year open."""
    if month <= LAST_MONTH and YEARS[0] <= year <= YEARS[1]:
        first, last = month or 1, month or LAST_MONTH
        yield f"{year}-{first:02}-01 \u2026 {year}-{last:02}-{monthrange(year, last)[1]}"
