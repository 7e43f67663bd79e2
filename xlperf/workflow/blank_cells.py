"""What stands in a cell that a finding would call blank: a dash, a word for nothing, what could not be understood.

Where a number is asked for, a word for nothing means 0.

findings = list(with_what_was_typed(reading, rows, findings))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from xlperf.forms.document import Rows, Spot
from xlperf.formula.nodes import Kind
from xlperf.messages import listing, sentence
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import PLACE, Finding
from xlperf.values.printing import visible
from xlperf.values.rows import is_numeric

BLANKS = ("XL201", "XL207")  # a blank that is required, or advised against


def with_what_was_typed(reading: Reading, rows: Rows, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, those that speak of blank cells with what stands there."""
    for finding in findings:
        told = finding.arguments.get("rows")
        if finding.code not in BLANKS and not isinstance(told, tuple):
            yield finding
            continue
        if isinstance(told, tuple):
            yield replace(finding, arguments={"rows": tuple(_filled(reading, facts) for facts in told)})
            continue
        shown = [_typed(reading, spot) for spot in finding.spots]
        yield _with_words(reading, rows, finding, shown) if any(shown) else finding


def _filled(reading: Reading, facts: Mapping[str, object]) -> Mapping[str, object]:
    """The facts of a row with what was typed into its cells and could not be understood: they are not blank."""
    spot = facts.get(PLACE)
    if not isinstance(spot, Spot):
        return facts
    fields = (name for name in reading.form.blocks[spot.block].fields if facts.get(name) is None)
    stands = {name: _typed(reading, spot._replace(field=name)) for name in fields}
    return {**facts, **{name: text for name, text in stands.items() if text}}


def _typed(reading: Reading, spot: Spot) -> str:
    """What stands in a cell that was read, before anything was made of it."""
    raw = reading.cells.shown(spot) if spot in reading.cells else None
    return visible(raw) if str(raw or "").strip() else ""


def _with_words(reading: Reading, rows: Rows, finding: Finding, shown: Iterable[str]) -> Finding:
    words = dict.fromkeys(text or sentence("blank", {}) for text in shown)
    spot = finding.spots[0]
    field = reading.form.blocks[spot.block].fields[spot.field]
    is_number = field.kind is Kind.NUMBER or is_numeric(field, rows[spot.block][spot.index], None)
    hint = sentence("nought", {}) if is_number and finding.code == "XL201" else ""
    return replace(finding, arguments={**finding.arguments, "found": listing(words), "hint": hint})
