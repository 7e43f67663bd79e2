"""What the computed cells of a submitted file show, against what their inputs give.

findings = list(compare_shown(form, compute(form, rows), shown))       # XL301 differs, XL302 was never calculated

What a file shows is never trusted, only compared: the figures that count are computed anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from xlperf.forms.compute import Followers
from xlperf.forms.document import Rows, Spot
from xlperf.forms.field_types import TYPES
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Field
from xlperf.formula.dates import day_of, iso_of
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.values.numbers import HUNDRED, number_of
from xlperf.values.printing import ELLIPSIS, as_printed, briefly

PERCENTAGE = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{1,15})?)\s*[%\uff05]\s*", re.ASCII)


MOST_ALONE = 3  # differences that are told one by one


class Difference(NamedTuple):
    """A computed cell that shows something else than its inputs give."""

    field: Field
    shown: object
    computed: object


def compare_shown(
    form: Form,
    rows: Rows,
    shown: Mapping[Spot, object],
    *,
    normalised: Iterable[Spot] = (),
    with_formula: Collection[Spot] = (),
) -> Iterator[Finding]:
    """Yield what the submitted cells show differently from what their inputs give.

    A difference is a warning, silent where an operand was normalised (the sheet could not read it), an info where the cell
    was never calculated. A cell that only follows another that differs is silent too.

    Args:
        shown: what each computed cell shows, None where it was never calculated.
        normalised: the cells whose text was read as something else.
        with_formula: the computed cells that still hold their formula.
    """
    differences = _differences(form, rows, shown, Followers(form, normalised))
    replaced = Followers(form, differences.keys() - set(with_formula))
    told = {spot: difference for spot, difference in differences.items() if spot not in with_formula or spot not in replaced}
    yield from (Finding("XL302", "info", (spot,)) for spot, difference in told.items() if _is_nothing(difference.shown))
    wrong = {spot: difference for spot, difference in told.items() if not _is_nothing(difference.shown)}
    for is_kept in (True, False):
        yield from _wrong({spot: each for spot, each in wrong.items() if (spot in with_formula) is is_kept}, is_kept=is_kept)


def _wrong(differences: Mapping[Spot, Difference], *, is_kept: bool) -> Iterator[Finding]:
    """Yield what is wrong in computed cells; many of them have one cause.

    Args:
        is_kept: whether the cells still hold a formula: then another program wrote their results, or the formula was changed.
    """
    found = {spot: _printed(each.field, each.shown) for spot, each in differences.items()}
    expected = {spot: _printed(each.field, each.computed) for spot, each in differences.items()}
    if len(differences) <= MOST_ALONE:
        for spot in differences:
            yield Finding("XL301", "warning", (spot,), {"found": found[spot], "expected": expected[spot]})
        return
    arguments = {
        "label": sentence("computed_cells", {"count": len(differences)}),
        "found": _first(found.values()),
        "expected": _first(expected.values()),
        "hint": sentence("not_recalculated" if is_kept else "typed_over", {}),
    }
    yield Finding("XL301", "warning", tuple(differences), arguments)


def _first(values: Iterable[str | None]) -> str:
    """The first of the values in words."""
    return listing([*(value or sentence("blank", {}) for value in islice(values, MOST_ALONE)), ELLIPSIS])


def _differences(form: Form, rows: Rows, shown: Mapping[Spot, object], normalised: Followers) -> dict[Spot, Difference]:
    """The cells that differ and follow from no cell that was normalised."""
    found = {}
    for spot, raw in shown.items():
        block = form.blocks[spot.block]
        field = block.fields[spot.field]
        if not field.in_document or block.key == RULES or spot.index >= len(rows[spot.block]):
            continue
        value = rows[spot.block][spot.index].get(spot.field)
        if not _agree(form, field, raw, value) and spot not in normalised:
            found[spot] = Difference(field, raw, value)
    return found


def _printed(field: Field, value: object) -> str | None:
    return None if value is None else briefly(as_printed(field, value))


def _is_nothing(value: object) -> bool:
    return value is None or value == ""


# --- comparing -----------------------------------------------------------------------------------------------


def _agree(form: Form, field: Field, raw: object, value: object) -> bool:
    """Whether a cell shows the value that was computed."""
    if _is_nothing(value):
        return raw is None or str(raw).strip() == ""
    if field.kind is Kind.DATE:
        return _text_of_date(raw) == value
    if field.kind is Kind.TEXT:
        return _agree_as_texts(form, raw, value)
    return _agree_as_numbers(field, raw, value)


def _agree_as_texts(form: Form, raw: object, value: object) -> bool:
    """Whether two texts are the same; a percentage may be shown as a number, a sign as a workbook of before has it."""
    if isinstance(value, str) and PERCENTAGE.fullmatch(value) and _rate(raw) == _rate(value):
        return True
    return _without_signs(form, normal_text(_text_of(raw))) == _without_signs(form, normal_text(str(value)))


def _text_of_date(raw: object) -> str:
    """A date that a cell shows, as an ISO date; a number as the date of that day."""
    day = day_of(raw)
    if day is not None:
        return iso_of(day)
    return raw.date().isoformat() if isinstance(raw, datetime) else str(raw)


def _without_signs(form: Form, text: str) -> str:
    """A text with the choices that cells show otherwise as documents write them."""
    for shown, choice in _signs(form):
        text = text.replace(shown, choice)
    return text


@lru_cache(maxsize=16)
def _signs(form: Form) -> tuple[tuple[str, str], ...]:
    """What cells show for choices, with what documents write for them."""
    fields = (field for table in form.tables.values() for field in table.columns)
    return tuple({shown: choice for field in fields for choice, shown in field.shown.items()}.items())


def _text_of(raw: object) -> str:
    """What a cell shows as a text; a number as Excel writes it."""
    return as_text(as_decimal(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else str(raw)


def _agree_as_numbers(field: Field, raw: object, value: object) -> bool:
    """Whether two numbers are the same in as many decimals as the field has."""
    match = PERCENTAGE.fullmatch(raw) if isinstance(raw, str) else None
    if match:
        number: Decimal | None = Decimal(match[1]) / HUNDRED if field.type == "ratio" else Decimal(match[1])
    else:
        number = number_of(raw)
    computed = number_of(value)
    if number is None or computed is None:
        return str(raw) == str(value)
    digits = TYPES[field.type].digits
    if number == computed or digits is None:
        return number == computed
    return round_half_up(number, Decimal(digits)) == round_half_up(computed, Decimal(digits))


def _rate(shown: object) -> Decimal | None:
    """The number that a cell shows as a percentage, typed as a text or with a percent format."""
    if isinstance(shown, str):
        match = PERCENTAGE.fullmatch(shown)
        return Decimal(match[1]) / HUNDRED if match else None
    return number_of(shown) if isinstance(shown, float) else None
