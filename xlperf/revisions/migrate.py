"""What was filled in under an older revision of a form, in the rows of a newer one.

    migrate_workbook("2022-filled.xlsx", year=2023)
    migrated = migrate(revisions(old, new, templates), rows)
    migrated.rows, migrated.strays          # what has no place in the newer revision is listed, never dropped

Everything goes by key: blocks, preset rows, columns. What the newer revision calls otherwise it says under `renamed`, an
old name to a new one: a block (`items`), a column or single field (`tasks.duty`, `narrative.profile`), a preset row
(`process.training`) or a rule (`rules.SZ101`). A choice is found among the spellings of the newer revision. Between two
revisions lie all those that were published between them, one step each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath, keep_apart, unused, written_together
from xlperf.forms.definition import refuse, wrong
from xlperf.forms.document import Rows, Spot, document_of, preset_index, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import spare_rows
from xlperf.forms.loader import find_form, form_directories, load_form, with_copies
from xlperf.forms.model import GUIDE, Block, Field
from xlperf.formula.operands import normal_text
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.reporting.formats import as_csv
from xlperf.reporting.result import Result
from xlperf.revisions.source import Source, read_source
from xlperf.values.cells import read_value
from xlperf.workflow.template import Issued, write_rows

OTHER_SHEETS, OTHER_YEAR = "XL241", "XL131"  # findings of a workbook: what of it no new workbook holds; its year is not this one
Row = Mapping[str, object]


@dataclass(frozen=True)
class Migrated:
    """Rows of the newer revision, and of each filled cell where it stood; `strays` stood where there is no place now."""

    form: Form
    rows: Rows
    origins: Mapping[Spot, Spot]
    strays: Mapping[Spot, object]


def revisions(old: Form, new: Form, templates: StrPath | None = None) -> list[Form]:
    """Return the revisions of a form from one to another, both included.

    Raises:
        UsageError: they are two forms, or the second is the older one.
    """
    if old.key != new.key:
        raise UsageError("other_form", found=old.key, expected=new.key)
    if old.revision == new.revision:
        return [new] if (old.stage, old.counts) == (new.stage, new.counts) else [old, new]
    if new.first_year <= old.first_year:
        raise UsageError("older_revision", found=old.revision, expected=new.revision)
    published = {form.revision: form for form in map(load_form, form_directories(templates)) if form.key == old.key}
    between = [with_copies(form, old.counts) for form in published.values() if old.first_year < form.first_year < new.first_year]
    return [old, *sorted(between, key=lambda form: form.first_year), new]


def migrate(forms: Sequence[Form], rows: Rows) -> Migrated:
    """Take rows of the first of those revisions to the last of them.

    Raises:
        FormError: a revision renames what its predecessor does not have.
    """
    filled = [
        Spot(key, index, name)
        for key, listed in rows.items()
        for index, row in enumerate(listed)
        for name, value in row.items()
        if value is not None
    ]
    migrated = Migrated(forms[0], rows, {spot: spot for spot in filled}, {})
    for new in forms[1:]:
        step = _one_step(migrated.form, new, migrated.rows, migrated.origins)
        origins = {spot: migrated.origins[before] for spot, before in step.origins.items()}
        strays = {migrated.origins[spot]: value for spot, value in step.strays.items()}
        migrated = Migrated(new, step.rows, origins, {**migrated.strays, **strays})
    return migrated


def describe_migration(old: Form, migrated: Migrated) -> Iterator[Finding]:
    """Yield the findings of a migration, at the places in the older revision."""
    for spot, value in migrated.strays.items():
        yield Finding("XL450", "warning", (spot,), {"found": value, "expected": migrated.form.revision})
    for spot, before in migrated.origins.items():
        field, was = migrated.form.blocks[spot.block].fields[spot.field], old.blocks[before.block].fields[before.field]
        value = migrated.rows[spot.block][spot.index][spot.field]
        if field.choices and value not in field.choices and value in was.choices:
            facts = {"found": was.as_shown(value), "expected": listing(map(field.as_shown, field.choices))}
            yield Finding("XL451", "warning", (before,), facts)
    asked = list(_newly_required(old, migrated)) if migrated.form is not old else []
    if asked:
        yield Finding("XL452", "info", (), {"found": listing(asked), "expected": migrated.form.revision})


def _newly_required(old: Form, migrated: Migrated) -> Iterator[str]:
    """Yield the labels of what the newer revision asks for and the older one had no place for."""
    moved = {(spot.block, spot.field) for spot in migrated.origins}
    for block in migrated.form.blocks.values():
        before = old.blocks.get(block.key)
        free = len(block.rows) if block.shape == "list" else 0
        for column in block.fields.values():
            is_new = (block.key, column.key) not in moved and (before is None or column.key not in before.fields)
            if is_new and migrated.form.required(block, free, column) is not False:
                yield column.label


def migrate_workbook(
    path: StrPath,
    *,
    year: int | None = None,
    templates: StrPath | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    password: str = "",
) -> Result:
    """Write what was filled in under an older revision as a workbook of the newer one, and beside it what found no place.

    What found no place stands in the findings and in a CSV file; both files are written or neither.

    Args:
        path: a workbook, a document (.json) or a report of an older revision; it is never changed.
        year: the fiscal year of the new workbook, which says its revision; by default the year of the old one.
        templates: the folder of a bureau's own forms.
        output: the new workbook; by default one of our naming beside the old, which is never replaced.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.
        password: protects the sheets; a deterrent, never security.

    Raises:
        UsageError: no such file, no revision that new, or the workbook cannot be written.
        UnreadableError: there is no workbook of ours in it.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from xlperf import read_workbook
        >>> with TemporaryDirectory() as folder:
        ...     old, new = Path(folder, "2022.json"), Path(folder, "2023.xlsx")
        ...     _ = old.write_text(f'{{"form": "{form.key}", "fiscal_year": 2022, "cover": {{"unit": "Bureau"}}}}', "utf-8")
        ...     result = migrate_workbook(old, year=2023, output=new)
        ...     read_workbook(new)["cover"], [path.suffix for path in result.outputs]
        ({'unit': 'Bureau'}, ['.xlsx', '.csv'])
    """
    source = read_source(path, templates=templates)
    year = year or source.fiscal_year or source.form.first_year
    new = with_copies(load_form(find_form(source.form.key, year=year, templates=templates)), source.form.counts)
    target = Path(output) if output else unused(source.path.with_name(f"{source.path.stem}-{new.revision}.xlsx"))
    keep_apart(target, source.path)
    if source.is_unfit:
        return source.returned()
    migrated = migrate(revisions(source.form, new, templates), source.rows)
    migrated.rows["identity"][0]["fiscal_year"] = year
    strays = target.with_name(f"{target.stem}-{sentence('migration_list', {})}.csv")
    result = Result(
        file=str(source.path),
        status="passed",
        findings=source.described([*_kept_findings(source), *describe_migration(source.form, migrated)]),
        form=new.key,
        revision=new.revision,
        year=year,
        unit=source.unit,
        document=document_of(new, migrated.rows),
        outputs=(target, strays),
    )
    spare = spare_rows(new, migrated.rows)
    issued = Issued(year=year, unit=source.unit, spare=spare, date=date, password=password)
    with written_together(target.parent) as folder:
        write_rows(new, migrated.rows, folder / target.name, issued)
        (folder / strays.name).write_text(as_csv([result]) + "\n", "utf-8", newline="\n")
    return result


def _kept_findings(source: Source) -> Iterator[Finding]:
    """Yield what was found in the older workbook and is still to be told."""
    for finding in source.findings:
        if finding.code == OTHER_SHEETS or (finding.severity != "info" and finding.code != OTHER_YEAR):
            yield finding


# --- from one revision to the next ---------------------------------------------------------------------------


def _one_step(old: Form, new: Form, rows: Rows, filled: Collection[Spot]) -> Migrated:
    """Take rows one revision further; what is not among the filled cells is the older form's own."""
    renamed = dict(_renamed(old, new)) if old.revision != new.revision else {}
    step = _Step(new, renamed, rows_of(new, {})[0])
    for key, listed in rows.items():
        block = old.blocks[key]
        for index, row in enumerate(listed):
            step.move_row(block, index, row, cells=dict(_moving(old, block, index, row, filled=filled)))
    return Migrated(new, step.rows, step.origins, step.strays)


def _renamed(old: Form, new: Form) -> Iterator[tuple[str, str]]:
    """Yield the renames of a revision, each of which must name something of its predecessor; none between its stages."""
    for before, after in _of_all_copies(old, new) if old.revision != new.revision else ():
        owner, _, name = before.partition(".")
        keys = old.tables[owner].blocks if owner in old.tables else (owner,)
        blocks = [old.blocks[key] for key in keys if key in old.blocks]
        names = {name for block in blocks for name in (*block.fields, *(row.key for row in block.rows))}
        if not blocks or owner == GUIDE or (name and name not in names):
            refuse(new.directory / "form.yaml", *wrong(f"renamed.{before}", "renamed", revision=old.revision))
        yield before, after


def _of_all_copies(old: Form, new: Form) -> Iterator[tuple[str, str]]:
    """Yield the renames of a revision, those of what is repeated for each copy."""
    for before, after in new.renamed.items():
        (owner, dot, name), (home, _, to) = before.partition("."), after.partition(".")
        if owner not in old.copies or home not in new.copies:
            yield before, after
            continue
        for was, now in zip(old.copies[owner], new.copies[home], strict=False):
            yield was + dot + name, now + dot + to


def _moving(form: Form, block: Block, index: int, row: Row, *, filled: Collection[Spot]) -> Iterator[tuple[Spot, object]]:
    """Yield the cells of a row that hold more than the form itself, and preset ones that were deleted (None)."""
    preset = block.row(index)
    for name, column in block.fields.items():
        spot, value = Spot(block.key, index, name), row.get(name)
        is_deleted = value is None and preset is not None and name in preset.values
        if _is_filled_in(form, block, index, column) and (spot in filled or is_deleted):
            yield spot, value


def _is_filled_in(form: Form, block: Block, index: int, column: Field) -> bool:
    """Whether a cell holds what people fill in, what the bureau gives, or what last year's workbook held."""
    is_given = column.given and column.key not in block.constants
    return bool(column.last) or is_given or form.is_input(block, index, column)


@dataclass
class _Step:
    """Rows on their way from one revision to the next."""

    form: Form  # of the newer revision
    renamed: Mapping[str, str]
    rows: Rows  # of the newer revision
    origins: dict[Spot, Spot] = field(default_factory=dict)
    strays: dict[Spot, object] = field(default_factory=dict)
    taken: set[tuple[str, int]] = field(default_factory=set)  # rows of the newer revision

    def move_row(self, block: Block, index: int, row: Row, *, cells: Mapping[Spot, object]) -> None:
        """Move the cells of a row to their fields, all that go to one block into one row there."""
        homes: dict[str, int | None] = {}
        for before, value in cells.items():
            home, name = self.home_of(block, before.field)
            if home and home.key not in homes:
                homes[home.key] = self.take_row(home, block, index, row)
            number = homes[home.key] if home else None
            spot = Spot(home.key, number, name) if home and number is not None else None
            if spot and self.has_field(spot):
                self.put(spot, value)
                if value is not None:
                    self.origins[spot] = before
            elif value is not None and not block.fields[before.field].last and not (spot and self.says(spot, value)):
                self.strays[before] = value

    def home_of(self, block: Block, name: str) -> tuple[Block | None, str]:
        """The block and the key of a field in the newer revision."""
        home = self.renamed.get(block.key, block.key)
        target = self.renamed.get(f"{block.key}.{name}") or self.renamed.get(f"{block.table}.{name}")
        if target:
            owner, _, name = target.partition(".")
            is_own_table = owner in self.form.tables and home in self.form.tables[owner].blocks
            home = home if is_own_table else owner
        return self.form.blocks.get(home), name

    def take_row(self, home: Block, block: Block, index: int, row: Row) -> int | None:
        """The row of the newer revision for one of the older: by key, by name, else a free one; None if there is none."""
        if home.shape == "object":
            return 0 if block.shape == "object" else None
        number = self.row_by_key(home, block, index)
        if number is None and home.shape == "list":
            number = self.row_by_name(home, row.get(block.row_name or ""))
            number = self.new_row(home) if number is None else number
        if number is not None:
            self.taken.add((home.key, number))
        return number

    def row_by_key(self, home: Block, block: Block, index: int) -> int | None:
        preset = block.row(index)
        if preset is None:
            return None
        renamed = self.renamed.get(f"{block.key}.{preset.key}") or self.renamed.get(f"{block.table}.{preset.key}")
        key = (renamed or preset.key).rpartition(".")[2]
        return next((number for number, other in enumerate(home.rows) if other.key == key), None)

    def row_by_name(self, home: Block, name: object) -> int | None:
        number = preset_index(home, name) if home.row_name else None
        return None if number is None or (home.key, number) in self.taken else number

    def new_row(self, home: Block) -> int | None:
        """A row more, as far as the block takes one."""
        rows = self.rows[home.key]
        if not home.spare or (home.fixed and len(rows) >= len(home.rows) + home.spare):
            return None
        rows.append(dict(home.constants))
        return len(rows) - 1

    def has_field(self, spot: Spot) -> bool:
        """Whether the newer revision has that field, and people fill it in."""
        block = self.form.blocks[spot.block]
        return spot.field in block.fields and _is_filled_in(self.form, block, spot.index, block.fields[spot.field])

    def put(self, spot: Spot, value: object) -> None:
        """Put a value where it belongs; a deleted preset stays deleted, a choice is spelt as the newer revision spells it."""
        column, row = self.form.blocks[spot.block].fields[spot.field], self.rows[spot.block][spot.index]
        row.pop(spot.field, None)
        if value is not None:
            row[spot.field] = read_value(self.form, column, value)[0] if column.choices else value

    def says(self, spot: Spot, value: object) -> bool:
        """Whether a text stands in that cell already: the name of a row that is preset now."""
        there = self.rows[spot.block][spot.index].get(spot.field)
        return isinstance(value, str) and isinstance(there, str) and normal_text(value) == normal_text(there)
