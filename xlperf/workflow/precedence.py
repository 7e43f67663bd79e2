"""Which finding silences which: a cause is reported once.

    findings = list(without_repeats(reading, findings))

The table PRECEDENCE says it by code: what is left out where another finding has said it. Three more silences stand where alone
they can be decided, because what they leave out never becomes a finding:

- `checks.check`: of several faults of one value (characters, schema, limits) only the first is found. Rules and comparisons do
  not see cells that are blank, at fault or unreadable: they would judge what is not there.
- `shown_values.compare_shown`: a computed cell that differs only because another one does, or because the sheet could not
  compute with a value that was normalised.
- `block_rows`: the cells of a free row in which nobody typed anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from xlperf.forms.document import Spot
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding

UNREAD = ("XL217", "XL218")  # a formula without a value
ALTERED = "XL246"  # what an earlier stage filled in is not as it was
BLANKS = ("XL201", "XL207")  # a blank that is asked for, or advised against
GONE = ("XL114", "XL231", "XL232")  # a sheet, a row or a column that is not there

Scope = Callable[[Reading, Spot, Set[Spot]], bool]


def at_that_cell(reading: Reading, spot: Spot, reported: Set[Spot]) -> bool:
    """The other finding is about the same cell."""
    return spot in reported


def where_no_cell_is(reading: Reading, spot: Spot, reported: Set[Spot]) -> bool:
    """The cell is not in the file, and another finding says that something is missing."""
    return spot not in reading.cells


def in_that_workbook(reading: Reading, spot: Spot, reported: Set[Spot]) -> bool:
    """The other finding is about anything in the workbook."""
    return True


@dataclass(frozen=True)
class Precedence:
    """One silence: a finding of that code is left out of cells where one of the others is reported."""

    code: str | None  # None: any rule of the form
    by: tuple[str, ...]
    scope: Scope


PRECEDENCE = (
    Precedence("XL201", UNREAD, at_that_cell),  # blank: a formula stands there, without a value
    Precedence("XL207", UNREAD, at_that_cell),
    Precedence("XL201", GONE, where_no_cell_is),  # blank: the row or column was deleted
    Precedence(None, GONE, where_no_cell_is),
    Precedence("XL202", ("XL209",), at_that_cell),  # of the wrong type: it was asked what is meant
    Precedence("XL201", (ALTERED,), at_that_cell),  # blank: it was filled in before
    Precedence("XL202", (ALTERED,), at_that_cell),
    Precedence("XL209", (ALTERED,), at_that_cell),
    Precedence("XL207", (ALTERED,), at_that_cell),
    Precedence("XL210", BLANKS, at_that_cell),  # a dash was read as blank: the blank is reported
    Precedence("XL237", ("XL301",), at_that_cell),  # a lost formula: its wrong figure is reported
    Precedence("XL243", ("XL242",), in_that_workbook),  # a date far from the fiscal year: the year is wrong
)


def unreadable_cells(findings: Iterable[Finding]) -> set[Spot]:
    """The cells of which no more is to be said: nobody can read them, or they are not as an earlier stage filled them in."""
    return {spot for finding in findings if finding.code in (*UNREAD, ALTERED) for spot in finding.spots}


def without_repeats(reading: Reading, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings without the cells of which others have said it, and without those that have no cell left."""
    findings = list(findings)
    reported: dict[str, set[Spot]] = {}
    for finding in findings:
        reported.setdefault(finding.code, set()).update(finding.spots)
    for finding in findings:
        spots = tuple(spot for spot in finding.spots if not _is_silenced(reading, finding.code, spot, reported))
        if spots or not finding.spots:
            yield replace(finding, spots=spots)


def _is_silenced(reading: Reading, code: str, spot: Spot, reported: Mapping[str, Set[Spot]]) -> bool:
    return any(
        other in reported and precedence.scope(reading, spot, reported[other])
        for precedence in PRECEDENCE
        if precedence.code == code or (precedence.code is None and code in reading.form.rules)
        for other in precedence.by
    )
