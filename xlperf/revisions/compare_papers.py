"""What changed between two papers of a unit: documents, workbooks or reports, of one revision of a form or of two.

    for change in compare_papers("first.xlsx", "second.xlsx"):
        change.kind, change.place, change.before, change.after, change.cells

Only what people fill in is compared, and what of a report has no field; what is computed follows. Rows of lists are matched by
what they hold, never by their place: equal rows, then rows of one name, then the most alike. Papers of two revisions are compared
in the newer one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from xlperf.files import StrPath
from xlperf.forms.document import LEFTOVERS, Rows, Spot, is_empty, path_namer
from xlperf.forms.form import Form
from xlperf.forms.loader import with_copies
from xlperf.forms.model import GUIDE, Block, Field
from xlperf.formula.operands import normal_text
from xlperf.importing.paper_form import paper_form_of
from xlperf.revisions.change import Change, kind_of, place_name
from xlperf.revisions.migrate import Migrated, migrate, revisions
from xlperf.revisions.source import Source, read_source

ALIKE = 60.0  # per cent: rows as alike as this in name or contents are one row that was changed
LONGEST_NAME = 24
Row = Mapping[str, object]


def compare_papers(before: StrPath, after: StrPath, *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one paper of a unit to another; papers of two years are compared under the newer revision.

    Args:
        before: a workbook, a document (.json) or a report; it is never changed.
        after: another, of the same form.
        templates: the folder of a bureau's own forms.

    Args:
        before: a document (.json), a workbook or a report; it is never changed.
        after: another one, of the same form; of the same revision or not.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: no such file, or papers of two forms.
        UnreadableError: one is neither a document, nor a workbook of ours, nor a report.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> text = f'{{"form": "{form.key}", "fiscal_year": 2022, "cover": {{"phone": "%s"}}}}'
        >>> with TemporaryDirectory() as folder:
        ...     first, second = Path(folder, "first.json"), Path(folder, "second.json")
        ...     _ = first.write_text(text % "2000", "utf-8"), second.write_text(text % "2001", "utf-8")
        ...     (change,) = compare_papers(first, second)
        >>> change.kind, change.field, change.before, change.after
        ('changed', 'cover.phone', '2000', '2001')
    """
    first, second = (read_source(path, templates=templates) for path in (before, after))
    return compare_sources(first, second, templates=templates)


def compare_sources(before: Source, after: Source, *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one source to another; what has no field in either is compared as it stands.

    Raises:
        UsageError: they are of two forms.
    """
    newest = max((before.form, after.form), key=lambda form: (form.first_year, form.stage_number))
    counts = (before.form.counts, after.form.counts)
    newest = with_copies(newest, {key: max(each.get(key, 1) for each in counts) for key in newest.repeats})
    sides = [_Side(source, migrate(revisions(source.form, newest, templates), source.rows)) for source in (before, after)]
    return [*_field_changes(newest, *sides), *_lost_values(*sides), *_leftover_changes(before, after)]


@dataclass(frozen=True)
class _Side:
    """One of the two papers, with its rows in the newer revision."""

    source: Source
    migrated: Migrated

    @property
    def rows(self) -> Rows:
        return self.migrated.rows

    @cached_property
    def path_of(self) -> Callable[[Spot], str]:
        return path_namer(self.migrated.form, self.rows)

    def row(self, block: Block, index: int | None) -> Row:
        """A row of it, one without values where there is none."""
        return {} if index is None else self.rows[block.key][index]

    def said(self, block: Block, index: int, key: str) -> object:
        """What a cell says: where it is blank and its column says the same as above (`paper.carried`), what stands above."""
        rows = self.rows[block.key][: index + 1]
        if key not in paper_form_of(self.migrated.form).carried:
            return rows[-1].get(key)
        return next((row[key] for row in reversed(rows) if row.get(key) is not None), None)

    def cell(self, spot: Spot | None) -> str:
        """The cell in which something stands, "" where there is none; that of a blank is known in papers of this revision."""
        if spot is None:
            return ""
        is_of_this_revision = self.source.form is self.migrated.form
        origin = self.migrated.origins.get(spot) or (spot if is_of_this_revision else None)
        return self.source.places.get(origin, "") if origin else ""


# --- fields --------------------------------------------------------------------------------------------------


def _field_changes(form: Form, before: _Side, after: _Side) -> Iterator[Change]:
    """Yield the changes of all rows: cell by cell, or of a whole row where the other paper has none."""
    for key, block in form.blocks.items():
        if key == GUIDE:
            continue
        for pair in matched_rows(form, block, before.rows.get(key, []), after.rows.get(key, [])):
            columns = [column for column in block.fields.values() if any(_is_compared(form, block, at, column) for at in pair)]
            if pair.before is not None and pair.after is not None:
                for column in columns:
                    yield from _cell_change(block, column, (before, pair.before), (after, pair.after))
            elif columns:
                yield _row_change(block, columns, (before, pair.before), (after, pair.after))


def _is_compared(form: Form, block: Block, index: int | None, column: Field) -> bool:
    """Whether people fill that cell in, or the bureau gives it."""
    if index is None:
        return False
    is_given = column.given and column.key not in block.constants and form.formula(block, index, column.key) is None
    return is_given or form.is_input(block, index, column)


def _cell_change(block: Block, column: Field, before: tuple[_Side, int], after: tuple[_Side, int]) -> Iterator[Change]:
    (old, old_index), (new, new_index), key = before, after, column.key
    values = old.row(block, old_index).get(key), new.row(block, new_index).get(key)
    if values[0] == values[1] or old.said(block, old_index, key) == new.said(block, new_index, key):
        return
    spot = Spot(block.key, new_index, key)
    yield Change(
        kind=kind_of(*values),
        place=place_of(new.migrated.form, new.rows, spot),
        field=new.path_of(spot),
        before=values[0],
        after=values[1],
        cells=(old.cell(Spot(block.key, old_index, key)), new.cell(spot)),
    )


def _row_change(
    block: Block, columns: Sequence[Field], before: tuple[_Side, int | None], after: tuple[_Side, int | None]
) -> Change:
    """A row that only one of the papers has, as an object by the labels of its columns."""

    def values(side: _Side, index: int | None) -> dict[str, object] | None:
        row = side.row(block, index)
        return {column.label: row[column.key] for column in columns if row.get(column.key) is not None} or None

    def name_spot(index: int | None) -> Spot | None:
        return None if index is None else Spot(block.key, index, name_field(block))

    old_spot, new_spot = name_spot(before[1]), name_spot(after[1])
    side, spot = (after[0], new_spot) if new_spot else (before[0], old_spot)
    assert spot is not None, "one of the papers has the row"
    return Change(
        kind="added" if new_spot else "removed",
        place=place_of(side.migrated.form, side.rows, spot, whole=True),
        field=side.path_of(spot).rpartition(".")[0],
        before=values(*before),
        after=values(*after),
        cells=(before[0].cell(old_spot), after[0].cell(new_spot)),
    )


# --- what has no field ---------------------------------------------------------------------------------------


def _lost_values(before: _Side, after: _Side) -> Iterator[Change]:
    """What the older paper holds and the newer revision has no place for."""
    for side in (before, after):
        source = side.source
        path_of = path_namer(source.form, source.rows)
        for spot, value in side.migrated.strays.items():
            cell = source.places.get(spot, "")
            yield Change(
                kind="removed" if side is before else "added",
                place=place_of(source.form, source.rows, spot),
                field=path_of(spot),
                before=value if side is before else None,
                after=None if side is before else value,
                cells=(cell, "") if side is before else ("", cell),
            )


def _leftover_changes(before: Source, after: Source) -> Iterator[Change]:
    """What one report says and the other does not, where the form has no field for it."""
    old, new = (Counter(normal_text(piece.text) for piece in source.leftovers) for source in (before, after))
    for source, more in ((before, old - new), (after, new - old)):
        for piece in source.leftovers:
            text = normal_text(piece.text)
            if not more[text]:
                continue
            more[text] -= 1
            values = (piece.text, None) if source is before else (None, piece.text)
            yield Change(kind=kind_of(*values), place=str(piece.place), field=LEFTOVERS, before=values[0], after=values[1])


# --- places --------------------------------------------------------------------------------------------------


def place_of(form: Form, rows: Rows, spot: Spot, *, whole: bool = False) -> str:
    """A cell in the form's words: sheet, row and column; of a whole row without the column."""
    block, label = form.blocks[spot.block], form.blocks[spot.block].fields[spot.field].label
    if not block.table:
        return label
    sheet = next(sheet.title for sheet in form.sheets if form.tables[block.table] in sheet.sections)
    kind = block.label if block.constants and block.shape == "list" else ""
    return place_name((sheet, kind, row_title(block, spot.index, rows[spot.block][spot.index]), "" if whole else label))


def row_title(block: Block, index: int, row: Row) -> str:
    """What a row is called: by its name, else by its number."""
    preset = block.row(index)
    preset_name = preset.values.get(block.row_name) if preset and block.row_name else None
    text = " ".join(str(row.get(name_field(block)) or preset_name or index + 1).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "\u2026"


def name_field(block: Block) -> str:
    """The column by which a row is known: the table's own, else its first required text, else its first column."""
    if block.row_name and block.row_name in block.fields:
        return block.row_name
    texts = [column.key for column in block.document_fields if column.required is True and column.type == "text"]
    return next(iter([*texts, *(column.key for column in block.document_fields)]))


# --- rows ----------------------------------------------------------------------------------------------------


class RowPair(NamedTuple):
    """Two rows that are one, by their places in the two papers; None where a paper has no such row."""

    before: int | None
    after: int | None


Free = Mapping[int, Row]  # rows that belong to no preset one, by their places


def matched_rows(form: Form, block: Block, before: Sequence[Row], after: Sequence[Row]) -> Iterator[RowPair]:
    """Yield the rows of two papers in pairs: preset rows by their place, free ones by what they hold."""
    preset = len(block.rows) if block.shape != "object" else 1
    yield from (RowPair(index, index) for index in range(min(preset, len(before), len(after))))
    old, new = _free_rows(form, block, before, preset), _free_rows(form, block, after, preset)
    pairs: dict[int, int] = {}
    for match in (_equal_rows, _rows_of_one_name, _alike_rows):
        pairs |= match(form, block, _without(old, pairs.keys()), _without(new, pairs.values()))
    yield from (RowPair(index, pairs.get(index)) for index in old)
    yield from (RowPair(None, index) for index in _without(new, pairs.values()))


def _free_rows(form: Form, block: Block, rows: Sequence[Row], first: int) -> Free:
    return {index: row for index, row in enumerate(rows) if index >= first and not is_empty(form, block, index, row)}


def _without(rows: Free, taken: Container[int]) -> Free:
    return {index: row for index, row in rows.items() if index not in taken}


def _equal_rows(form: Form, block: Block, old: Free, new: Free) -> dict[int, int]:
    return _same_by(lambda row: _typed(form, block, row), old, new)


def _rows_of_one_name(form: Form, block: Block, old: Free, new: Free) -> dict[int, int]:
    return _same_by(lambda row: _name(block, row), old, new)


def _same_by(key_of: Callable[[Row], object], old: Free, new: Free) -> dict[int, int]:
    """Each old row with the first new one that has the same key and is not taken yet."""
    keys = {index: key_of(row) for index, row in new.items()}
    pairs: dict[int, int] = {}
    for index, row in old.items():
        wanted = key_of(row)
        found = next((number for number, key in keys.items() if key == wanted), None)
        if found is not None:
            pairs[index] = found
            del keys[found]
    return pairs


def _alike_rows(form: Form, block: Block, old: Free, new: Free) -> dict[int, int]:
    """The most alike rows in pairs, the likeliest pair first."""
    likeness = ((_likeness(form, block, old[index], new[number]), index, number) for index, number in product(old, new))
    alike = [pair for pair in likeness if pair[0] >= ALIKE]
    pairs: dict[int, int] = {}
    for _, index, number in sorted(alike, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if index not in pairs and number not in pairs.values():
            pairs[index] = number
    return pairs


def _likeness(form: Form, block: Block, row: Row, other: Row) -> float:
    """How alike two rows are, in per cent: their names, or all that was typed."""
    from rapidfuzz.fuzz import ratio

    texts = ("\n".join(map(str, _typed(form, block, each).values())) for each in (row, other))
    return max(ratio(_name(block, row), _name(block, other)), ratio(*texts))


def _typed(form: Form, block: Block, row: Row) -> dict[str, object]:
    """What people filled in of a free row."""
    inputs = form.inputs(block, len(block.rows))
    return {key: row[key] for key in block.fields if key in row and key in inputs}


def _name(block: Block, row: Row) -> str:
    return normal_text(str(row.get(name_field(block)) or ""))
