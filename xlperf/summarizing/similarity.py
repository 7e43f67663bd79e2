"""What workbooks of different units should not have in common: paragraphs and sets of figures; and outliers among figures.

    for path, finding in compare(find_shared(fingerprints), workbooks):
        …                                   # ("a/first.xlsx", {"code": "XL550", …})

The fingerprints are looked at once more, one workbook at a time, in the order in which they were taken; those that have nothing
in common with others are passed over. Paragraphs with similar fingerprints are compared letter by letter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.messages import clauses, listing
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.fingerprints import (
    SKETCH,
    Prints,
    Shared,
    letters,
    own_letters,
)
from xlperf.summarizing.submissions import MOST_LISTED, comparison_finding
from xlperf.values.printing import as_percent

LEADERS = 4  # paragraphs per shingle that a further one is compared with
EXCERPT = 30  # characters


class ComparedWorkbook(NamedTuple):
    """One workbook as it is compared."""

    form: Form
    owner: int
    path: str
    unit: str  # its name as written
    prints: Prints
    counts: bool = True  # False: superseded, it leaves fingerprints but is not compared


class Place(NamedTuple):
    """The place of a paragraph or a set of figures."""

    owner: int
    path: str
    unit: str
    cell: str
    excerpt: str


def compare(shared: Shared, workbooks: Iterable[ComparedWorkbook | None]) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding.

    Args:
        shared: what is in common.
        workbooks: those of the fingerprints, in the same order; one that is not among `shared.touched` may be None.
    """
    copies, equal_figures = CopiedParagraphs(shared), EqualFigures(shared)
    for workbook, end in zip(workbooks, shared.ends, strict=True):
        if workbook is None:
            copies.seen = end
            continue
        copies.add(workbook)
        if workbook.counts:
            equal_figures.add(workbook)
            yield from _outliers(shared, workbook)
    yield from _in_common("XL550", copies.groups.values())
    yield from _in_common("XL551", equal_figures.groups.values())


class CopiedParagraphs:
    """Groups of nearly equal paragraphs; the first of a group is its leader."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.seen = 0  # number of paragraphs so far; they are in the order of the sketches
        self.groups: dict[int, list[Place]] = {}  # number of the leader -> places
        self.leaders: dict[int, list[int]] = {}  # shingle -> numbers of the leaders that contain it
        self.letters: dict[int, str] = {}  # number of the leader -> places

    def add(self, workbook: ComparedWorkbook) -> None:
        """Put every paragraph of the workbook into its group; those of a superseded workbook are only counted."""
        unit, rules = letters(workbook.unit), workbook.form.summary.copies
        for cell, text in workbook.prints.paragraphs:
            number = self.seen
            self.seen += 1
            shingles = self._shared_shingles(number) if workbook.counts else []
            own = own_letters(text, unit, self.shared.common) if shingles else ""
            if len(own) >= rules["shortest"]:
                leader = self._find_leader(own, shingles, rules["alike"])
                if leader is None:
                    leader = number
                    self._make_leader(number, own, shingles)
                self.groups.setdefault(leader, []).append(_place(workbook, cell, text))

    def _shared_shingles(self, number: int) -> list[int]:
        sketch = self.shared.sketches[number * SKETCH : (number + 1) * SKETCH]
        return [shingle for shingle in dict.fromkeys(sketch) if shingle in self.shared.shingles]

    def _find_leader(self, own: str, shingles: Sequence[int], alike: float) -> int | None:
        from rapidfuzz.distance import Indel

        candidates = dict.fromkeys(number for shingle in shingles for number in self.leaders.get(shingle, ()))
        for number in candidates:
            if Indel.normalized_similarity(own, self.letters[number], score_cutoff=alike) > 0:
                return number
        return None

    def _make_leader(self, number: int, own: str, shingles: Sequence[int]) -> None:
        self.letters[number] = own
        for shingle in shingles:
            numbers = self.leaders.setdefault(shingle, [])
            if len(numbers) < LEADERS:
                numbers.append(number)


class EqualFigures:
    """Sets of figures that are equal to the cent, each with its places."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.groups: dict[str, list[Place]] = {}

    def add(self, workbook: ComparedWorkbook) -> None:
        for figures, (own, cell) in zip(workbook.prints.figure_sets, workbook.prints.tables, strict=True):
            if figures in self.shared.figure_sets:
                self.groups.setdefault(own, []).append(_place(workbook, cell))


def _place(workbook: ComparedWorkbook, cell: str, text: str = "") -> Place:
    line = " ".join(text.split())
    excerpt = line if len(line) <= EXCERPT else line[:EXCERPT] + "…"
    return Place(workbook.owner, workbook.path, workbook.unit, cell, excerpt)


def _in_common(code: str, groups: Iterable[Sequence[Place]]) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield one finding per pair of files, with the cells of both."""
    found: dict[tuple[str, str], list[tuple[Place, Place, int]]] = {}
    for group in groups:
        others = len({place.owner for place in group}) - 1
        for place in group if others else ():
            twin = next(other for other in group if other.owner != place.owner)
            found.setdefault((place.path, twin.path), []).append((place, twin, others))
    for (path, other), pairs in found.items():
        first, first_twin, _ = pairs[0]
        cells_there = dict.fromkeys(twin.cell for _, twin, _ in pairs)
        facts = {
            "unit": first_twin.unit,
            "file": other,
            "count": max(count for *_, count in pairs),
            "text": first.excerpt,
            "there": listing(list(cells_there)[:MOST_LISTED]),
        }
        cells = dict.fromkeys(place.cell for place, _, _ in pairs)
        yield path, comparison_finding(code, "warning", tuple(cells), **facts)


def _outliers(shared: Shared, workbook: ComparedWorkbook) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield one finding with the indicators that are over-fulfilled far beyond what all units report."""
    indicators = zip(workbook.prints.excess, workbook.prints.over_fulfilled, strict=True)
    far = [told for excess, told in indicators if shared.is_far(excess)]
    cells, names = [cell for cell, _ in far], [name for _, name in far]
    if names:
        usual = as_percent(math.expm1(shared.middle))
        facts = {"text": clauses(names[:MOST_LISTED]), "count": len(names), "expected": usual}
        yield workbook.path, comparison_finding("XL552", "info", tuple(cells), **facts)
