"""Which finding silences which: a cause is told once, and a blank is told with what was typed in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlperf.forms.document import Rows
from xlperf.formula.nodes import Kind
from xlperf.messages import listing, sentence
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding
from xlperf.values.printing import visible
from xlperf.values.rows import is_numeric

UNREAD = ("XL217", "XL218")  # a formula without a value
# What is not said of a cell of which another was: the blank of a formula without a value, the type of a cell that is asked
# about, that a dash was read as a blank where a blank is told, a lost formula beside its wrong figure.
BLANKS = ("XL201", "XL207")
TOLD = {**dict.fromkeys(BLANKS, UNREAD), "XL202": ("XL209",), "XL210": BLANKS, "XL237": ("XL301",)}


def without_repeats(reading: Reading, findings: list[Finding]) -> Iterator[Finding]:
    """Leave out what another finding has said (TOLD), blanks of a row or column that is gone, dates far from a wrong year."""
    other_year = any(finding.code == "XL242" for finding in findings)
    gone = any(finding.code in ("XL114", "XL231", "XL232") for finding in findings)
    told = {code: {spot for f in findings if f.code in others for spot in f.spots} for code, others in TOLD.items()}
    for finding in findings:
        if finding.code == "XL243" and other_year:
            continue
        spots = finding.spots
        if finding.code == "XL201" and gone:
            spots = tuple(spot for spot in spots if spot in reading.cells)
        if finding.code in TOLD:
            spots = tuple(spot for spot in spots if spot not in told[finding.code])
        if spots or not finding.spots:
            yield replace(finding, spots=spots)


def with_what_was_typed(reading: Reading, rows: Rows, findings: list[Finding]) -> Iterator[Finding]:
    """Of a blank that is told, what stands in the cell: a dash, a word for nothing; where a number is asked for, that means 0."""
    typed = reading.typed() if any(finding.code in BLANKS for finding in findings) else {}
    for finding in findings:
        shown = [visible(raw) if str(raw := typed.get(spot) or "").strip() else "" for spot in finding.spots]
        if finding.code not in BLANKS or not any(shown):
            yield finding
            continue
        words = dict.fromkeys(text or sentence("blank", {}) for text in shown)
        spot = finding.spots[0]
        field = reading.form.blocks[spot.block].fields[spot.field]
        number = field.kind is Kind.NUMBER or is_numeric(field, rows[spot.block][spot.index], None)
        told = {"found": listing(words), "hint": sentence("nought", {}) if number and finding.code == "XL201" else ""}
        yield replace(finding, arguments={**finding.arguments, **told})
