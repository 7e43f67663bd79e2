"""What changed between two papers of a unit: documents, workbooks or reports, of one revision of a form or of two.

    for change in compare_papers(Path("first.xlsx"), Path("second.xlsx")):
        change.kind, change.place, change.before, change.after, change.cells

Only what people fill in is compared, and what of a report has no field; what is computed follows. Rows of lists are matched by
what they hold, never by their place: equal rows, then rows of one name, then the most alike. Papers of two revisions are compared
in the newer one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from xlperf.files import StrPath
from xlperf.forms.document import LEFTOVERS, Rows, Spot, is_empty, path_namer
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Field
from xlperf.formula.operands import normal_text
from xlperf.revisions.migrate import Migrated, migrate, revisions
from xlperf.revisions.source import Source, read_source

ALIKE = 60.0  # per cent: rows as alike as this in name or contents are one row that was changed
LONGEST_NAME = 24
BETWEEN = " \u203a "  # between the parts of a place


@dataclass(frozen=True)
class Change:
    """One difference; the values are those of the paper, of a whole row an object by the labels of its columns."""

    kind: str  # added, removed, changed
    place: str  # in the form's words
    field: str  # path in the document or the definition
    before: object = None
    after: object = None
    cells: tuple[str, str] = ("", "")  # where it stands in the one and in the other, as far as there are cells

    def as_object(self) -> dict:
        """The object that `diff --format json` prints."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items()}


def compare_papers(before: StrPath, after: StrPath, *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one paper of a unit to another.

    Raises:
        UsageError: no such file, or papers of two forms.
        UnreadableError: one is neither a document, nor a workbook of ours, nor a report.
    """
    return compare_sources([read_source(path, templates=templates) for path in (before, after)], templates=templates)


def compare_sources(sources: Sequence[Source], *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one of two sources to the other; what has no field in either is compared as it stands."""
    newest = max((source.form for source in sources), key=lambda form: form.first_year)
    one, other = (migrate(revisions(source.form, newest, templates), source.rows) for source in sources)
    return [*_changes(newest, one, other, sources), *_lost(one, other, sources), *_left(*sources)]


def _left(one: Source, other: Source) -> Iterator[Change]:
    """What one report says and the other does not, where the form has no field for it."""
    texts = [Counter(normal_text(left["text"]) for left in source.leftovers) for source in (one, other)]
    for kind, source, more in (("removed", one, texts[0] - texts[1]), ("added", other, texts[1] - texts[0])):
        for left in source.leftovers:
            text = normal_text(left["text"])
            if more[text]:
                more[text] -= 1
                values = (left["text"], None) if kind == "removed" else (None, left["text"])
                yield Change(kind, str(left.get("place", "")), LEFTOVERS, *values)


def _changes(form: Form, one: Migrated, other: Migrated, sources: Sequence[Source]) -> Iterator[Change]:
    for key, block in form.blocks.items():
        if key != GUIDE:
            for before, after in matched(form, block, one.rows.get(key, []), other.rows.get(key, [])):
                yield from _of_row(form, block, (one, other), (before, after), sources)


def _lost(one: Migrated, other: Migrated, sources: Sequence[Source]) -> Iterator[Change]:
    """What the older paper holds and the newer revision has no place for."""
    for migrated, source, side in ((one, sources[0], 0), (other, sources[1], 1)):
        for spot, value in migrated.strays.items():
            place, path = place_of(source.form, source.rows, spot), path_namer(source.form, source.rows)(spot)
            cell = source.places.get(spot, "")
            if side == 0:
                yield Change("removed", place, path, value, None, (cell, ""))
            else:
                yield Change("added", place, path, None, value, ("", cell))


def _of_row(
    form: Form, block: Block, sides: tuple[Migrated, Migrated], indexes: tuple[int | None, int | None], sources: Sequence[Source]
) -> Iterator[Change]:
    """Yield the changes of one row: cell by cell, or the whole where the other side has none."""
    rows = [side.rows[block.key][index] if index is not None else {} for side, index in zip(sides, indexes, strict=True)]
    keys = [known.key for known in block.fields.values() if any(_compared(form, block, index, known) for index in indexes)]
    if None not in indexes:
        for key in keys:
            before, after = (row.get(key) for row in rows)
            said = [_said(form, block, side, index, key) for side, index in zip(sides, indexes, strict=True)]
            if before != after and said[0] != said[1]:
                kind = "added" if before is None else "removed" if after is None else "changed"
                yield _change(form, kind, sides, [Spot(block.key, index, key) for index in indexes], (before, after), sources)
    elif keys:
        number = indexes.index(None)
        values = [{block.fields[key].label: row[key] for key in keys if row.get(key) is not None} or None for row in rows]
        spots = [Spot(block.key, index, name_field(block)) if index is not None else None for index in indexes]
        yield _change(form, "added" if number == 0 else "removed", sides, spots, values, sources, whole=True)


def _said(form: Form, block: Block, side: Migrated, index: int, key: str) -> object:
    """What a cell says: where it is blank and its column says the same as above (`paper.carried`), what stands above."""
    rows = side.rows[block.key][: index + 1]
    if key not in form.definition.get("paper", {}).get("carried", ()):
        return rows[-1].get(key)
    return next((row[key] for row in reversed(rows) if row.get(key) is not None), None)


def _compared(form: Form, block: Block, index: int | None, known: Field) -> bool:
    """Whether people fill that cell in, or the bureau gives it."""
    if index is None or form.is_input(block, index, known):
        return index is not None
    return known.given and known.key not in block.constants and form.formula(block, index, known.key) is None


def _change(
    form: Form,
    kind: str,
    sides: Sequence[Migrated],
    spots: Sequence[Spot | None],
    values: Sequence[object],
    sources: Sequence[Source],
    whole: bool = False,
) -> Change:
    cells = tuple(_cell(form, *triple) for triple in zip(sides, sources, spots, strict=True))
    number = 1 if spots[1] else 0
    place = place_of(form, sides[number].rows, spots[number], whole)
    path = path_namer(form, sides[number].rows)(spots[number])
    return Change(kind, place, path.rpartition(".")[0] if whole else path, values[0], values[1], cells)


def _cell(form: Form, side: Migrated, source: Source, spot: Spot | None) -> str:
    """Where something stands in its paper, "" where there is no such cell; a blank one is known in papers of this revision."""
    origin = side.origins.get(spot) or (spot if source.form is form else None)
    return source.places.get(origin, "")


# --- places --------------------------------------------------------------------------------------------------


def place_of(form: Form, rows: Rows, spot: Spot, whole: bool = False) -> str:
    """A cell in the form's words: sheet, row and column; of a whole row without the column."""
    block, label = form.blocks[spot.block], form.blocks[spot.block].fields[spot.field].label
    if not block.table:
        return label
    sheet = next(sheet.title for sheet in form.sheets if form.tables[block.table] in sheet.sections)
    kind = block.label if block.constants and block.shape == "list" else ""
    parts = (sheet, kind, row_title(block, spot.index, rows[spot.block][spot.index]), "" if whole else label)
    return BETWEEN.join(filter(None, parts))


def row_title(block: Block, index: int, row: Mapping) -> str:
    """What a row is called: by its name, else by its number."""
    preset = block.row(index)
    text = row.get(name_field(block)) or (preset and preset.values.get(block.row_name)) or f"{index + 1}"
    text = " ".join(str(text).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "\u2026"


def name_field(block: Block) -> str:
    """The column by which a row is known: the table's own, else its first required text, else its first column."""
    texts = [known.key for known in block.document_fields if known.required is True and known.type == "text"]
    own = block.row_name if block.row_name in block.fields else None
    return own or next(iter([*texts, *(known.key for known in block.document_fields)]))


# --- rows ----------------------------------------------------------------------------------------------------


def matched(form: Form, block: Block, before: list[dict], after: list[dict]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pairs of rows that are one, None where there is no other; preset rows by key, free ones by what they hold."""
    fixed = len(block.rows) if block.shape != "object" else 1
    yield from ((index, index) for index in range(min(fixed, len(before), len(after))))
    left = [index for index in range(fixed, len(before)) if not is_empty(form, block, index, before[index])]
    right = [index for index in range(fixed, len(after)) if not is_empty(form, block, index, after[index])]
    pairs: dict[int, int] = {}
    for key in (lambda row: _typed(form, block, row), lambda row: _name(block, row)):
        for index in (index for index in left if index not in pairs and key(before[index])):
            free = (number for number in right if number not in pairs.values())
            found = next((number for number in free if key(before[index]) == key(after[number])), None)
            pairs |= {index: found} if found is not None else {}
    apart = product((i for i in left if i not in pairs), (n for n in right if n not in pairs.values()))
    scores = sorted((-_likeness(form, block, before[i], after[n]), i, n) for i, n in apart)
    for score, index, number in scores:
        if -score >= ALIKE and index not in pairs and number not in pairs.values():
            pairs[index] = number
    yield from ((index, pairs.get(index)) for index in left)
    yield from ((None, number) for number in right if number not in pairs.values())


def _typed(form: Form, block: Block, row: Mapping) -> dict[str, object]:
    """What people filled in of a free row."""
    return {key: row[key] for key, known in block.fields.items() if key in row and form.is_input(block, len(block.rows), known)}


def _name(block: Block, row: Mapping) -> str:
    return normal_text(str(row.get(name_field(block)) or ""))


def _likeness(form: Form, block: Block, one: Mapping, other: Mapping) -> float:
    """How alike two rows are, in per cent: their names, or all that was typed."""
    from rapidfuzz.fuzz import ratio

    texts = ["\n".join(map(str, _typed(form, block, row).values())) for row in (one, other)]
    return max(ratio(_name(block, one), _name(block, other)), ratio(*texts))
