"""How many copies of what a form repeats each unit of a roster gets.

    form_of_unit(form, unit, asked={"goal": 3})      # the form with as many goals as the line of the unit says, else three

A column of the roster has the label of the repeat as its heading, or its key; a line where it is blank says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_headings import heading_key, shown
from xlperf.forms.form import Form
from xlperf.forms.loader import with_copies
from xlperf.forms.repeats import Counts
from xlperf.messages import sentence

LONGEST = 3  # digits of a number of copies


def form_of_unit(form: Form, unit: Unit, asked: Counts) -> Form:
    """The form with as many copies as the line of a unit says; else as many as are asked for of all units."""
    return with_copies(form, {**asked, **{key: count for key, count, _ in _counts(form, unit) if count is not None}})


def with_all_copies(form: Form) -> Form:
    """The form with as many copies as there may be."""
    return with_copies(form, {key: repeat.most for key, repeat in form.repeats.items()})


def is_count(form: Form, heading: str) -> bool:
    """Whether a column says how many copies a unit gets."""
    return heading_key(heading) in _headings(form)


def wrong_counts(form: Form, unit: Unit) -> Iterator[str]:
    """Yield what is no number of copies that the form allows."""
    for key, count, heading in _counts(form, unit):
        repeat = form.repeats[key]
        if count is None:
            found, expected = unit.line.cells[heading], f"{repeat.least}\u2026{repeat.most}"
            facts = {"place": unit.line.place, "heading": heading, "found": shown(found), "expected": expected}
            yield sentence("roster_misfit", facts)


def _counts(form: Form, unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    """Yield what is repeated, how often a unit says (None where that cannot be), and the heading of the column."""
    for heading, value in unit.line.cells.items():
        key = _headings(form).get(heading_key(heading))
        if key is not None and value is not None and str(value).strip():
            text = shown(value).strip()
            count = int(text) if text.isdecimal() and len(text) <= LONGEST else None
            yield key, count if count is not None and form.repeats[key].fitting(count) == count else None, heading


@lru_cache(maxsize=16)
def _headings(form: Form) -> Mapping[str, str]:
    """What a column may be called, as headings are compared, and what is repeated so often."""
    return {heading_key(name): key for key, repeat in form.repeats.items() for name in (key, repeat.label)}
