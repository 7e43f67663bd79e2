"""Whether a workbook is the one that was issued: to this unit, for this year, of the form that was asked for, in force today.

findings = list(compare_with_issued(reading, form="my-form", year=2023))
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.files import StrPath
from xlperf.forms.document import Spot, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.messages import sentence
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding
from xlperf.text import unit_key


def compare_with_issued(
    reading: Reading, *, form: str | None = None, year: int | None = None, templates: StrPath | None = None
) -> Iterator[Finding]:
    """Yield what tells a workbook from the one that was issued, and from what was asked for.

    Args:
        form: the key of the form that was asked for, None for any.
        year: the fiscal year that was asked for, None for any.
        templates: the folder of a bureau's own forms, which knows newer revisions.
    """
    yield from _not_as_asked(reading, form, year, templates)
    yield from _other_unit(reading)
    yield from _other_year(reading)
    yield from _outdated(reading, templates)


def _not_as_asked(reading: Reading, form: str | None, year: int | None, templates: StrPath | None) -> Iterator[Finding]:
    """A workbook of another form or year than was asked for, as people call them."""
    found, asked = (reading.form.key, reading.fiscal_year), (form, year)
    if any(wanted is not None and stands != wanted for stands, wanted in zip(found, asked, strict=True)):
        wanted_form = load_form(find_form(form, templates=templates)) if form else None
        said = _form_and_year(reading.form, reading.fiscal_year), _form_and_year(wanted_form, year)
        yield Finding("XL111", "error", (), dict(zip(("found", "expected"), said, strict=True)))


def _form_and_year(form: Form | None, year: int | None) -> str:
    """The title of a form and a fiscal year, of what is known of them."""
    key = "of_fiscal_year" if form is None else "form_titled" if year is None else "form_and_year"
    return sentence(key, {"title": form.title if form else "", "year": year})


def _other_unit(reading: Reading) -> Iterator[Finding]:
    """The workbook was issued to one unit and filled in by another."""
    spot, prefixes = unit_spot(reading.form), reading.form.summary.unit_prefixes
    issued, unit = reading.identity.get("unit", ""), text_at(reading.rows, spot)
    if issued and unit and unit_key(issued, prefixes) != unit_key(unit, prefixes):
        yield Finding("XL240", "warning", (spot,), {"found": unit, "expected": issued})


def _other_year(reading: Reading) -> Iterator[Finding]:
    """The workbook was issued for one fiscal year, and another stands in it."""
    issued, year = reading.issued_year, reading.fiscal_year
    if issued and year and issued != year:
        yield Finding("XL242", "warning", (Spot("identity", 0, "fiscal_year"),), {"found": year, "expected": issued})


def _outdated(reading: Reading, templates: StrPath | None) -> Iterator[Finding]:
    """A workbook of an older revision than the one in force in its fiscal year."""
    year, form = reading.fiscal_year, reading.form
    if year is None or year < form.first_year:
        return
    current = find_form(form.key, year=year, templates=templates).name
    if current != form.revision:
        yield Finding("XL131", "warning", (), {"found": form.revision, "expected": current, "year": year})
