"""What stands in a cell that is reported as blank: a dash, a word for nothing; where a number is asked for, that means 0.

findings = list(with_what_was_typed(reading, rows, findings))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlperf.forms.document import Rows, Spot
from xlperf.formula.nodes import Kind
from xlperf.messages import listing, sentence
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding
from xlperf.values.printing import visible
from xlperf.values.rows import is_numeric

BLANKS = ("XL201", "XL207")  # a blank that is required, or advised against


def with_what_was_typed(reading: Reading, rows: Rows, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, those of blank cells with what stands there."""
    typed: dict[Spot, object] | None = None
    for finding in findings:
        if finding.code not in BLANKS:
            yield finding
            continue
        if typed is None:
            typed = reading.typed()
        shown = [_shown(typed.get(spot)) for spot in finding.spots]
        yield _with_words(reading, rows, finding, shown) if any(shown) else finding


def _shown(raw: object) -> str:
    return visible(raw) if str(raw or "").strip() else ""


def _with_words(reading: Reading, rows: Rows, finding: Finding, shown: Iterable[str]) -> Finding:
    words = dict.fromkeys(text or sentence("blank", {}) for text in shown)
    spot = finding.spots[0]
    field = reading.form.blocks[spot.block].fields[spot.field]
    is_number = field.kind is Kind.NUMBER or is_numeric(field, rows[spot.block][spot.index], None)
    hint = sentence("nought", {}) if is_number and finding.code == "XL201" else ""
    return replace(finding, arguments={**finding.arguments, "found": listing(words), "hint": hint})
