"""What the workbooks of several units have in common that they should not: paragraphs, sets of figures; and figures far out.

    traces = Traces()
    for book in workbooks:                                      # once to leave traces
        traces.add(book)
    for path, finding in compare(settle(traces), workbooks):    # once more, knowing what is shared
        ...

No two workbooks are ever held at once, no pair of all is looked at: a paragraph leaves the smallest few hashes of its runs
of letters, and near-identical ones share some of them. Those that more than a share of the units leave are common phrases,
as are sentences in that many workbooks and the form's own words; they never count. So time and memory grow with the number
of workbooks. What is alike by its traces is then held against one another, letter by letter.
"""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from heapq import nsmallest
from statistics import fmean, median
from typing import NamedTuple
from zlib import crc32

from xlperf.checking.quantities import SENTENCE_ENDS
from xlperf.checking.rule_inputs import TEXTS
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import RULES
from xlperf.forms.summary import OVER
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import clauses, listing
from xlperf.summarizing.submissions import MOST_LISTED, across

PARAGRAPH_ENDS = re.compile(r"\n+|[ \u3000]{2,}")  # text pasted from Word keeps its paragraphs apart by spaces
NO_LETTERS = re.compile(r"[\W\d_]+")
RUN, KEPT = 5, 6  # letters of a run; hashes kept of a paragraph
SHORTEST_SENTENCE = 6
LEADERS = 4  # paragraphs of one hash that a further one is held against
FIGURES, DIGITS = 4, 3  # so many different figures of so many digits make a set that is nobody else's by chance
FAR = 3.5  # modified z-score (Iglewicz and Hoaglin 1993)
LEAST_FIGURES = 20  # over-fulfilled indicators from which on one can be far out
PARTS = 8  # what is sorted is sorted in so many parts, to stay small
EXCERPT = 30


class Workbook(NamedTuple):
    """One workbook as it is compared."""

    form: Form
    owner: int
    path: str
    unit: str  # as it is named
    rows: Rows
    typed: Sequence[tuple[Spot, object]]  # its filled input cells
    judged: Sequence[tuple[str, int, Mapping, str]]  # its indicators, see `achievements`
    cell: Callable[[Spot], str]
    counts: bool = True  # one that another submission has replaced leaves traces and is not looked at again


class Paragraph(NamedTuple):
    spot: Spot
    text: str


class Place(NamedTuple):
    """Where a paragraph or a set of figures stands."""

    owner: int
    path: str
    unit: str
    cell: str
    excerpt: str


class Traces:
    """What the workbooks leave in memory, a few numbers each."""

    def __init__(self) -> None:
        self.sketches = array("I")  # KEPT hashes per paragraph, in the order of the workbooks
        self.writers = array("I")  # the owner of each paragraph
        self.sentences = array("Q")  # hash << 32 | owner
        self.sets = array("Q")
        self.excess = array("d")  # log of 1 + deviation, of what is over-fulfilled
        self.owners: set[int] = set()
        self.printed: dict[Form, set[int]] = {}  # the sentences of the form itself

    def add(self, book: Workbook) -> None:
        """Take the traces of one workbook."""
        form, unit, said = book.form, letters(book.unit), set()
        self.owners.add(book.owner)
        if form not in self.printed:
            self.printed[form] = {hash_of(said) for text in strings(form.definition) for said in sentences(text)}
        for paragraph in paragraphs(book):
            self.sketches.extend(sketch_of(letters(paragraph.text, unit)))
            self.writers.append(book.owner)
            said.update(hash_of(sentence) for sentence in sentences(paragraph.text, unit))
        self.sentences.extend(sentence << 32 | book.owner for sentence in said)
        self.sets.extend(hash_of(figures) << 32 | book.owner for figures, _ in figure_sets(book))
        self.excess.extend(math.log1p(row[form.summary.indicators.deviation]) for _, _, row in over_fulfilled(book))

    def runs(self) -> Iterator[int]:
        """The hashes of all paragraphs, each with who wrote it: `hash << 32 | owner`."""
        return (run << 32 | self.writers[at // KEPT] for at, run in enumerate(self.sketches))


class Shared(NamedTuple):
    """What more than one unit left: worth looking at, or so common that it is nobody's own."""

    sketches: array
    runs: set[int]
    common: set[int]
    sets: set[int]
    middle: float
    spread: float  # 0 where too few figures tell


def settle(traces: Traces) -> Shared:
    """Say what is shared, from the traces of all workbooks; of several forms the most cautious says what is common."""
    limits = [max(form.summary.copies["few"], form.summary.copies["common"] * len(traces.owners)) for form in traces.printed]
    limit = min(limits, default=0)
    runs = {run for run, count in counted(traces.runs) if run and 1 < count <= limit}
    common = {sentence for sentence, count in counted(lambda: traces.sentences) if count > limit}.union(*traces.printed.values())
    sets = {figures for figures, count in counted(lambda: traces.sets) if count > 1}  # to the cent: no form suggests them
    middle = median(traces.excess) if traces.excess else 0.0
    distances = array("d", (abs(x - middle) for x in traces.excess))
    spread = (median(distances) / 0.6745 or 1.2533 * fmean(distances)) if len(distances) >= LEAST_FIGURES else 0.0
    return Shared(traces.sketches, runs, common, sets, middle, spread)


def counted(pairs: Callable[[], Iterable[int]]) -> Iterator[tuple[int, int]]:
    """Yield every hash of pairs `hash << 32 | owner` with the number of owners that left it."""
    for part in range(PARTS):
        previous, last, count = None, None, 0
        for pair in sorted(pair for pair in pairs() if (pair >> 32) % PARTS == part):
            if pair == last:
                continue
            last = pair
            if pair >> 32 != previous:
                if previous is not None:
                    yield previous, count
                previous, count = pair >> 32, 0
            count += 1
        if previous is not None:
            yield previous, count


# --- what is compared ------------------------------------------------------------------------------------------


def paragraphs(book: Workbook) -> Iterator[Paragraph]:
    """Every paragraph people wrote that is long enough to be somebody's own."""
    shortest = book.form.summary.copies["shortest"]
    for spot, value in book.typed:
        known = book.form.blocks[spot.block].fields[spot.field]
        if isinstance(value, str) and len(value) >= shortest and spot.block != RULES and known.type in TEXTS:
            yield from (Paragraph(spot, part) for part in PARAGRAPH_ENDS.split(value) if len(part) >= shortest)


def strings(value: object) -> Iterator[str]:
    """Every text in a definition."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from strings(part)


def letters(text: str, unit: str = "") -> str:
    """The letters of a text: no digits, spaces and punctuation, and not the name of the unit itself."""
    found = NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).lower())
    return found.replace(unit, "") if unit else found


def sentences(text: str, unit: str = "") -> Iterator[str]:
    """The letters of every sentence."""
    return (said for part in SENTENCE_ENDS.split(text) if len(said := letters(part, unit)) >= SHORTEST_SENTENCE)


def own_letters(text: str, unit: str, common: set[int]) -> str:
    """The letters of a paragraph without its common sentences."""
    return "".join(said for said in sentences(text, unit) if hash_of(said) not in common)


def hash_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def sketch_of(text: str) -> list[int]:
    """The smallest hashes of the runs of letters of a text; texts that share most of their runs share most of these."""
    raw = text.encode("utf-16-le", "surrogatepass")
    least = nsmallest(KEPT, {crc32(raw[at : at + 2 * RUN]) for at in range(0, len(raw) - 2 * RUN + 2, 2)})
    return least + [0] * (KEPT - len(least))


def figure_sets(book: Workbook) -> Iterator[tuple[str, list[Spot]]]:
    """Yield per table the typed figures as one text, and their cells; only sets that no two units have by chance."""
    tables: dict[str, list[tuple[Spot, str]]] = {}
    for spot, value in book.typed:
        if isinstance(value, int | float) and not isinstance(value, bool) and (table := book.form.blocks[spot.block].table):
            tables.setdefault(table, []).append((spot, as_text(as_decimal(value))))
    for table, typed in tables.items():
        if len({text for _, text in typed if len(text.strip("-").replace(".", "").strip("0")) >= DIGITS}) >= FIGURES:
            yield f"{table} {[(*spot, text) for spot, text in sorted(typed)]}", [spot for spot, _ in typed]


def over_fulfilled(book: Workbook) -> Iterator[tuple[str, int, Mapping]]:
    """The indicators of a workbook that are over-fulfilled by a figure; from -1 down it has no logarithm."""
    for block, index, row, state in book.judged:
        deviation = row.get(book.form.summary.indicators.deviation)
        if state == OVER and isinstance(deviation, int | float) and deviation > -1:
            yield block, index, row


# --- findings --------------------------------------------------------------------------------------------------


def compare(shared: Shared, workbooks: Iterable[Workbook]) -> Iterator[tuple[str, dict]]:
    """Yield path and finding of what units have in common, from the same workbooks in the same order."""
    at = 0
    leaders: dict[int, list[int]] = {}  # run: numbers of the paragraphs it is held against
    held: dict[int, str] = {}  # number: own letters
    groups: dict[int, list[Place]] = {}
    sets: dict[str, list[Place]] = {}
    for book in workbooks:
        form, unit = book.form, letters(book.unit)
        copies = form.summary.copies
        for paragraph in paragraphs(book):
            runs = [run for run in dict.fromkeys(shared.sketches[at * KEPT : (at + 1) * KEPT]) if run in shared.runs]
            number, at = at, at + 1
            if not book.counts:
                continue
            own = own_letters(paragraph.text, unit, shared.common) if runs else ""
            if len(own) < copies["shortest"]:
                continue
            place = Place(book.owner, book.path, book.unit, book.cell(paragraph.spot), _short(paragraph.text))
            leader = _leader(own, dict.fromkeys(n for run in runs for n in leaders.get(run, ())), held, copies["alike"])
            if leader is None:
                leader, held[number] = number, own
                for run in runs:
                    if len(known := leaders.setdefault(run, [])) < LEADERS:
                        known.append(number)
            groups.setdefault(leader, []).append(place)
        for figures, spots in figure_sets(book) if book.counts else ():
            if hash_of(figures) in shared.sets:
                sets.setdefault(figures, []).append(Place(book.owner, book.path, book.unit, book.cell(spots[0]), ""))
        if book.counts:
            yield from _far_out(shared, book)
    yield from _alike("XL550", groups.values())
    yield from _alike("XL551", sets.values())


def _leader(own: str, numbers: Iterable[int], held: Mapping[int, str], alike: float) -> int | None:
    from rapidfuzz.distance import Indel

    return next((n for n in numbers if Indel.normalized_similarity(own, held[n], score_cutoff=alike) > 0), None)


def _alike(code: str, groups: Iterable[list[Place]]) -> Iterator[tuple[str, dict]]:
    """One finding per file and other file, with the cells of both."""
    found: dict[tuple[str, str], list[tuple[Place, Place, int]]] = {}
    for group in groups:
        count = len({place.owner for place in group}) - 1
        for place in group if count else ():
            twin = next(other for other in group if other.owner != place.owner)
            found.setdefault((place.path, twin.path), []).append((place, twin, count))
    for (path, other), pairs in found.items():
        cells = dict.fromkeys(place.cell for place, _, _ in pairs)
        there = dict.fromkeys(twin.cell for _, twin, _ in pairs)
        facts = {
            "unit": pairs[0][1].unit,
            "file": other,
            "count": max(count for *_, count in pairs),
            "text": pairs[0][0].excerpt,
            "there": listing(list(there)[:MOST_LISTED]),
        }
        yield path, across(code, "warning", tuple(cells), **facts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + "…"


def _far_out(shared: Shared, book: Workbook) -> Iterator[tuple[str, dict]]:
    """The indicators over-fulfilled far beyond what all units report."""
    if not shared.spread:
        return
    asked = book.form.summary.indicators
    cells, told = [], []
    for block, index, row in over_fulfilled(book):
        if (math.log1p(row[asked.deviation]) - shared.middle) / shared.spread > FAR:
            cells.append(book.cell(Spot(block, index, asked.actual)))
            name = row.get(book.form.tables[asked.table].row_name) or cells[-1]
            told.append(f"{name} {as_text(as_decimal(row[asked.deviation]), '0.00%')}")
    if told:
        middle = as_text(as_decimal(math.expm1(shared.middle)), "0.00%")
        yield book.path, across("XL552", "info", tuple(cells), text=clauses(told[:MOST_LISTED]), count=len(told), expected=middle)
