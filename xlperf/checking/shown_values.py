"""The submitted file as a witness: what its computed cells show, against what their inputs give.

    findings = list(compare_shown(form, compute(form, rows), shown))       # XL301 differs, XL302 was never calculated

Never trusted, only compared: the figures that count are computed anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from xlperf.forms.compute import by_column, follows
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, TYPES, Field
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.reporting.finding import Finding
from xlperf.values.printing import as_printed, briefly

PERCENTAGE = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{1,15})?)\s*[%\uff05]\s*", re.ASCII)


def compare_shown(
    form: Form, rows: Rows, shown: Mapping[Spot, object], normalised: Iterable[Spot] = (), living: Collection[Spot] = ()
) -> Iterator[Finding]:
    """Yield what the submitted cells show differently from what their inputs give.

    A difference is a warning, silent where an operand was normalised (the sheet could not read it), an info where the
    cell was never calculated. A cell that still holds its formula (`living`) and only follows another that differs is not
    told again.
    """
    changed, differing = by_column(normalised), {}
    for spot, raw in shown.items():
        block = form.blocks[spot.block]
        known = block.fields[spot.field]
        if not known.in_document or block.key == RULES or spot.index >= len(rows[spot.block]):
            continue
        value = rows[spot.block][spot.index].get(spot.field)
        if not _agree(known, raw, value) and not follows(form, block, spot, changed):
            differing[spot] = (known, raw, value)
    replaced = by_column(differing.keys() - set(living))
    for spot, (known, raw, value) in differing.items():
        if spot in living and follows(form, form.blocks[spot.block], spot, replaced):
            continue
        if raw is None or raw == "":
            yield Finding("XL302", "info", (spot,))
        else:
            texts = [briefly(as_printed(known, x)) if x is not None else None for x in (raw, value)]
            yield Finding("XL301", "warning", (spot,), {"found": texts[0], "expected": texts[1]})


def _agree(known: Field, raw: object, value: object) -> bool:
    if value is None or value == "":
        return raw is None or str(raw).strip() == ""
    if known.kind is Kind.TEXT:
        text = as_text(as_decimal(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else str(raw)
        same_rate = isinstance(value, str) and PERCENTAGE.fullmatch(value) and _rate(raw) == _rate(value)
        return bool(same_rate) or normal_text(text) == normal_text(str(value))
    if isinstance(raw, str) and PERCENTAGE.fullmatch(raw):
        raw = _rate(raw) if known.type == "ratio" else Decimal(PERCENTAGE.fullmatch(raw)[1])
    number, other = as_decimal(raw), as_decimal(value)
    if isinstance(raw, bool) or not isinstance(number, Decimal) or not isinstance(other, Decimal):
        return str(raw) == str(value)
    digits = TYPES[known.type].digits
    return number == other or (digits is not None and round_half_up(number, digits) == round_half_up(other, digits))


def _rate(shown: object) -> Decimal | None:
    """The number that a cell shows as a percentage, typed as a text or with a percent format."""
    match = PERCENTAGE.fullmatch(shown) if isinstance(shown, str) else None
    return Decimal(match[1]) / 100 if match else as_decimal(shown) if isinstance(shown, float) else None
