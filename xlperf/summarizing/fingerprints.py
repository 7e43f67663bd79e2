"""What stays in memory of a workbook to compare others with: a few numbers per paragraph and set of figures.

    fingerprints = Fingerprints()
    for owner, workbook in enumerate(workbooks):
        fingerprints.add(workbook.form, owner, prints_of(workbook))
    shared = find_shared(fingerprints)

A paragraph is cut into shingles of a few letters each. The smallest hashes of its shingles are its sketch; nearly equal
paragraphs share some of them. What more than a certain share of the units wrote is a common phrase and is ignored, as are
the words of the form. So time and memory grow with the number of workbooks, not with the number of pairs. (The library
datasketch does the same, but needs numpy, which is far larger than these few lines.)
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

from xlperf.checking.rule_inputs import TEXTS
from xlperf.checking.sentences.grammar import SENTENCE_ENDS
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import RULES
from xlperf.forms.summary import OVER
from xlperf.formula.operands import as_decimal, as_text
from xlperf.summarizing.figures import Achievement
from xlperf.values.printing import as_percent

PARAGRAPH_ENDS = re.compile(r"\n+|[ \u3000]{2,}")  # text pasted from Word separates paragraphs with spaces
NO_LETTERS = re.compile(r"[\W\d_]+")
SHINGLE, SKETCH = 5, 6  # letters of a shingle; hashes per paragraph
SHORTEST_SENTENCE = 6
FIGURES, DIGITS = 4, 3  # that many different figures of that many digits are not equal by chance
FAR = 3.5  # modified z-score of an outlier (Iglewicz and Hoaglin 1993)
ENDS = 3  # numbers that `Fingerprints.ends` has of each workbook
LEAST_FIGURES = 20  # over-fulfilled indicators that are needed to tell an outlier
PARTS = 8  # hashes are sorted in that many parts, to save memory


class FilledWorkbook(NamedTuple):
    """One workbook as its fingerprints are taken."""

    form: Form
    unit: str  # its name as written
    rows: Rows
    typed: Sequence[tuple[Spot, object]]  # its filled input cells
    judged: Sequence[Achievement]  # its indicators
    cell: Callable[[Spot], str]


class Paragraph(NamedTuple):
    spot: Spot
    text: str


class Prints(NamedTuple):
    """The fingerprints of one workbook, and where what they are of stands: lists, as JSON has them."""

    sketches: list[int]  # SKETCH hashes per paragraph
    paragraphs: list[list[str]]  # cell and text of each
    sentences: list[int]  # hashes
    figure_sets: list[int]  # hashes
    tables: list[list[str]]  # of each set of figures a longer hash, which no other set has, and its first cell
    excess: list[float]  # log(1 + deviation) of its over-fulfilled indicators
    over_fulfilled: list[list[str]]  # cell and name of each, with its deviation


def prints_of(workbook: FilledWorkbook) -> Prints:
    """Return the fingerprints of a workbook."""
    unit = letters(workbook.unit)
    sketches: list[int] = []
    written: set[int] = set()
    listed = list(paragraphs(workbook))
    for paragraph in listed:
        sketches += sketch_of(letters(paragraph.text, unit))
        written.update(map(hash_of, sentences(paragraph.text, unit)))
    tables, indicators = list(figure_sets(workbook)), list(over_fulfilled(workbook))
    return Prints(
        sketches=sketches,
        paragraphs=[[workbook.cell(paragraph.spot), paragraph.text] for paragraph in listed],
        sentences=sorted(written),
        figure_sets=[hash_of(figures) for figures, _ in tables],
        tables=[[own_hash_of(figures), workbook.cell(spots[0])] for figures, spots in tables],
        excess=[math.log1p(indicator.deviation) for indicator in indicators],
        over_fulfilled=[[workbook.cell(indicator.spot), _told(workbook, indicator)] for indicator in indicators],
    )


def _told(workbook: FilledWorkbook, indicator: OverFulfilled) -> str:
    """The name of an indicator, else its cell, with its deviation in percent."""
    name = indicator.row.get(workbook.form.blocks[indicator.spot.block].row_name or "") or workbook.cell(indicator.spot)
    return f"{name} {as_percent(indicator.deviation)}"


class Fingerprints:
    """The fingerprints of all workbooks, in the order in which they are added."""

    def __init__(self) -> None:
        self.sketches = array("I")  # SKETCH hashes per paragraph
        self.writers = array("I")  # the owner of each paragraph
        self.sentences = array("Q")  # hash << 32 | owner
        self.figure_sets = array("Q")  # the same
        self.excess = array("d")  # log(1 + deviation) of over-fulfilled indicators
        self.ends = array("L")  # where the paragraphs, sets of figures and excesses of each workbook end
        self.owners: set[int] = set()
        self.printed: dict[Form, set[int]] = {}  # hashes of the sentences of the form

    def add(self, form: Form, owner: int, prints: Prints) -> None:
        """Add those of one workbook, which is of that form and of that owner."""
        self.owners.add(owner)
        if form not in self.printed:
            self.printed[form] = {hash_of(part) for text in texts_in(form.definition) for part in sentences(text)}
        self.sketches.extend(prints.sketches)
        self.writers.extend([owner] * (len(prints.sketches) // SKETCH))
        self.sentences.extend(sentence << 32 | owner for sentence in prints.sentences)
        self.figure_sets.extend(figures << 32 | owner for figures in prints.figure_sets)
        self.excess.extend(prints.excess)
        self.ends.extend((len(self.writers), len(self.figure_sets), len(self.excess)))

    def reassign(self, owners: Mapping[int, int]) -> None:
        """Give what those owners wrote to others."""
        low = (1 << 32) - 1
        self.owners = {owners.get(owner, owner) for owner in self.owners}
        self.writers = array("I", (owners.get(writer, writer) for writer in self.writers))
        for packed in (self.sentences, self.figure_sets):
            for at, pair in enumerate(packed):
                if (owner := pair & low) in owners:
                    packed[at] = pair ^ owner | owners[owner]

    def shingles(self) -> Iterator[int]:
        """The hashes of all sketches, each with the owner of its paragraph: `hash << 32 | owner`."""
        return (shingle << 32 | self.writers[at // SKETCH] for at, shingle in enumerate(self.sketches))


class Shared(NamedTuple):
    """What several units have in common: suspicious, or so common that it does not matter."""

    sketches: array[int]  # of every paragraph, SKETCH hashes each
    shingles: set[int]  # of several units, but not of many
    common: set[int]  # sentences of many units, or of the form
    figure_sets: set[int]
    middle: float  # the median of `Fingerprints.excess`
    spread: float  # a robust estimate of the standard deviation; 0 if there are too few figures
    ends: Sequence[int] = ()  # of the paragraphs of each workbook
    touched: frozenset[int] = frozenset()  # the workbooks in which something of that stands, or a figure far from the others
    far: frozenset[int] = frozenset()  # those with such a figure

    def is_far(self, excess: float) -> bool:
        """Whether an indicator is over-fulfilled far beyond what all units report."""
        return self.spread > 0 and (excess - self.middle) / self.spread > FAR


def find_shared(fingerprints: Fingerprints) -> Shared:
    """Find what units have in common; with several forms the strictest limit decides what is common."""
    rules = [form.summary.copies for form in fingerprints.printed]
    limit = min((max(rule["few"], rule["common"] * len(fingerprints.owners)) for rule in rules), default=0)
    sentence_owners = count_owners(lambda: fingerprints.sentences)
    figure_owners = count_owners(lambda: fingerprints.figure_sets)
    middle, spread = _middle_and_spread(fingerprints.excess)
    shared = Shared(
        sketches=fingerprints.sketches,
        shingles={shingle for shingle, count in count_owners(fingerprints.shingles) if shingle and 1 < count <= limit},
        common={sentence for sentence, count in sentence_owners if count > limit}.union(*fingerprints.printed.values()),
        figure_sets={figures for figures, count in figure_owners if count > 1},  # equal to the cent
        middle=middle,
        spread=spread,
    )
    touched, far = _touched_and_far(fingerprints, shared)
    return shared._replace(ends=fingerprints.ends[::ENDS], touched=touched, far=far)


def _touched_and_far(fingerprints: Fingerprints, shared: Shared) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the workbooks that have to be looked at again, and of those with a figure far from the others."""
    ends, touched, far = fingerprints.ends, set(), set()
    paragraphs_from = figures_from = excess_from = 0
    for number in range(len(ends) // ENDS):
        paragraphs_to, figures_to, excess_to = ends[number * ENDS : (number + 1) * ENDS]
        if any(map(shared.is_far, fingerprints.excess[excess_from:excess_to])):
            far.add(number)
        elif not shared.shingles.isdisjoint(fingerprints.sketches[paragraphs_from * SKETCH : paragraphs_to * SKETCH]) or any(
            pair >> 32 in shared.figure_sets for pair in fingerprints.figure_sets[figures_from:figures_to]
        ):
            touched.add(number)
        paragraphs_from, figures_from, excess_from = paragraphs_to, figures_to, excess_to
    return frozenset(touched | far), frozenset(far)


def count_owners(pairs: Callable[[], Iterable[int]]) -> Iterator[tuple[int, int]]:
    """Yield every hash of the pairs `hash << 32 | owner` with its number of owners."""
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


def _middle_and_spread(excess: Sequence[float]) -> tuple[float, float]:
    """The median, and the scale of the modified z-score (Iglewicz and Hoaglin 1993)."""
    middle = median(excess) if excess else 0.0
    if len(excess) < LEAST_FIGURES:
        return middle, 0.0
    distances = array("d", (abs(value - middle) for value in excess))
    return middle, median(distances) / 0.6745 or 1.2533 * fmean(distances)


# --- texts -------------------------------------------------------------------------------------------------------


def paragraphs(workbook: FilledWorkbook) -> Iterator[Paragraph]:
    """Every paragraph that somebody wrote and that is long enough to be compared."""
    shortest = workbook.form.summary.copies["shortest"]
    for spot, value in workbook.typed:
        field = workbook.form.blocks[spot.block].fields[spot.field]
        if isinstance(value, str) and len(value) >= shortest and spot.block != RULES and field.type in TEXTS:
            yield from (Paragraph(spot, part) for part in PARAGRAPH_ENDS.split(value) if len(part) >= shortest)


def texts_in(value: object) -> Iterator[str]:
    """Every text in a definition."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def letters(text: str, unit: str = "") -> str:
    """The letters of a text, without digits, spaces, punctuation and the name of the unit."""
    found = NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).lower())
    return found.replace(unit, "") if unit else found


def sentences(text: str, unit: str = "") -> Iterator[str]:
    """The letters of every sentence that is long enough."""
    return (found for part in SENTENCE_ENDS.split(text) if len(found := letters(part, unit)) >= SHORTEST_SENTENCE)


def own_letters(text: str, unit: str, common: set[int]) -> str:
    """The letters of a paragraph without its common sentences."""
    return "".join(sentence for sentence in sentences(text, unit) if hash_of(sentence) not in common)


def hash_of(text: str) -> int:
    """A 32-bit hash, the same on every machine."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def own_hash_of(text: str) -> str:
    """A hash that no other text has."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def sketch_of(text: str) -> list[int]:
    """The smallest hashes of the shingles of a text; texts with mostly the same shingles share most of these."""
    raw = text.encode("utf-16-le", "surrogatepass")
    least = nsmallest(SKETCH, {crc32(raw[at : at + 2 * SHINGLE]) for at in range(0, len(raw) - 2 * SHINGLE + 2, 2)})
    return least + [0] * (SKETCH - len(least))


# --- figures -----------------------------------------------------------------------------------------------------


class OverFulfilled(NamedTuple):
    """An over-fulfilled indicator with a numeric deviation; a ratio: 0.5 is 50% above target."""

    spot: Spot  # of the actual value
    row: Mapping[str, object]
    deviation: float


def figure_sets(workbook: FilledWorkbook) -> Iterator[tuple[str, list[Spot]]]:
    """Yield for each table its typed figures as one text, and their cells; only sets that are not equal by chance."""
    tables: dict[str, list[tuple[Spot, str]]] = {}
    for spot, value in workbook.typed:
        if isinstance(value, int | float) and not isinstance(value, bool) and (table := workbook.form.blocks[spot.block].table):
            tables.setdefault(table, []).append((spot, as_text(as_decimal(value))))
    for table, typed in tables.items():
        telling = {text for _, text in typed if len(text.strip("-").replace(".", "").strip("0")) >= DIGITS}
        if len(telling) >= FIGURES:
            yield f"{table} {[(*spot, text) for spot, text in sorted(typed)]}", [spot for spot, _ in typed]


def over_fulfilled(workbook: FilledWorkbook) -> Iterator[OverFulfilled]:
    """The over-fulfilled indicators of a workbook with a deviation above -1, which has a logarithm."""
    asked = workbook.form.summary.indicators
    if asked is None:
        return
    for block, index, row, state in workbook.judged:
        deviation = row.get(asked.deviation)
        if state == OVER and isinstance(deviation, int | float) and deviation > -1:
            yield OverFulfilled(Spot(block, index, asked.actual), row, deviation)
