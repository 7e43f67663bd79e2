"""What was filled in under an older revision of a form, in the rows of a newer one.

    migrate_workbook(Path("2022-filled.xlsx"), Path("2023-filled.xlsx"), 2023)
    migrated = migrate(revisions(old, new, templates), rows)
    migrated.rows, migrated.strays          # what has no place in the newer revision is listed, never dropped

Everything goes by key: blocks, preset rows, columns. What the newer revision calls otherwise it says under `renamed`, an
old name to a new one: a block (`items`), a column or single field (`tasks.duty`, `narrative.profile`), a preset row
(`process.training`) or a rule (`rules.SZ101`). A choice is found among the spellings of the newer revision. Between two
revisions lie all those that were published between them, one step each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlperf.errors import FormError, UsageError
from xlperf.files import StrPath, keep_apart, unused, write_atomically
from xlperf.forms.document import Rows, Spot, document_of, preset_index, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import with_spare
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import GUIDE, Block, Field
from xlperf.formula.operands import normal_text
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.reporting.formats import as_csv
from xlperf.reporting.result import Result
from xlperf.revisions.source import read_source
from xlperf.values.cells import read_value
from xlperf.workflow.template import Issued, write_rows


@dataclass(frozen=True)
class Migrated:
    """Rows of the newer revision, and of each filled cell where it stood; `strays` stood where there is no place now."""

    form: Form
    rows: Rows
    origins: Mapping[Spot, Spot]
    strays: Mapping[Spot, object]


def revisions(old: Form, new: Form, templates: Path | None = None) -> list[Form]:
    """Return the revisions of a form from one to another, both included.

    Raises:
        UsageError: they are two forms, or the second is the older one.
    """
    if old.key != new.key:
        raise UsageError("other_form", found=old.key, expected=new.key)
    if old.revision == new.revision:
        return [new]
    if new.first_year <= old.first_year:
        raise UsageError("older_revision", found=old.revision, expected=new.revision)
    known = {form.revision: form for form in map(load_form, form_directories(templates)) if form.key == old.key}
    between = [form for form in known.values() if old.first_year < form.first_year < new.first_year]
    return [old, *sorted(between, key=lambda form: form.first_year), new]


def migrate(forms: Sequence[Form], rows: Rows) -> Migrated:
    """Take rows of the first of those revisions to the last of them.

    Raises:
        FormError: a revision renames what its predecessor does not have.
    """
    filled = {
        Spot(key, index, name): value
        for key, listed in rows.items()
        for index, row in enumerate(listed)
        for name, value in row.items()
        if value is not None
    }
    migrated = Migrated(forms[0], rows, {spot: spot for spot in filled}, {})
    for new in forms[1:]:
        step = _step(migrated.form, new, migrated.rows, migrated.origins)
        origins = {spot: migrated.origins[before] for spot, before in step.origins.items()}
        strays = {migrated.origins[spot]: value for spot, value in step.strays.items()}
        migrated = Migrated(new, step.rows, origins, {**migrated.strays, **strays})
    return migrated


def describe_migration(old: Form, migrated: Migrated) -> Iterator[Finding]:
    """Yield the findings of a migration, at the places in the older revision."""
    for spot, value in migrated.strays.items():
        yield Finding("XL450", "warning", (spot,), {"found": value, "expected": migrated.form.revision})
    for spot, before in migrated.origins.items():
        known = migrated.form.blocks[spot.block].fields[spot.field]
        value = migrated.rows[spot.block][spot.index][spot.field]
        if known.choices and value not in known.choices and value in old.blocks[before.block].fields[before.field].choices:
            yield Finding("XL451", "warning", (before,), {"found": value, "expected": listing(known.choices)})
    asked = list(_newly_required(old, migrated)) if migrated.form is not old else []
    if asked:
        yield Finding("XL452", "info", (), {"found": listing(asked), "expected": migrated.form.revision})


def _newly_required(old: Form, migrated: Migrated) -> Iterator[str]:
    """Yield the labels of what the newer revision asks for and the older one had no place for."""
    came = {(spot.block, spot.field) for spot in migrated.origins}
    for block in migrated.form.blocks.values():
        before = old.blocks.get(block.key)
        for known in block.fields.values():
            free = len(block.rows) if block.shape == "list" else 0
            asked = migrated.form.required(block, free, known) is not False
            if asked and (block.key, known.key) not in came and (before is None or known.key not in before.fields):
                yield known.label


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

    Args:
        output: the new workbook; by default one of our naming beside the old, which is never replaced.
        year: the fiscal year of the new workbook, which says its revision; by default the year of the old one.

    Raises:
        UsageError: no such file, no revision that new, or the workbook cannot be written.
        UnreadableError: there is no workbook of ours in it.
    """
    source = read_source(path, templates=templates)
    year = year or source.fiscal_year or source.form.first_year
    new = load_form(find_form(source.form.key, year=year, templates=templates))
    target = Path(output) if output else unused(source.path.with_name(f"{source.path.stem}-{new.revision}.xlsx"))
    keep_apart(target, source.path)
    if source.unfit:
        return source.returned()
    migrated = migrate(revisions(source.form, new, templates), source.rows)
    migrated.rows["identity"][0]["fiscal_year"] = year
    write_rows(new, migrated.rows, target, Issued(year, source.unit, with_spare(new, migrated.rows), date, password))
    told = [f for f in source.findings if (f.severity != "info" and f.code != "XL131") or f.code == "XL241"]  # other sheets
    findings = source.described([*told, *describe_migration(source.form, migrated)])
    strays = target.with_name(f"{target.stem}-{sentence('migration_list', {})}.csv")
    result = Result(
        file=str(path),
        status="passed",
        findings=findings,
        form=new.key,
        revision=new.revision,
        year=year,
        unit=source.unit,
        document=document_of(new, migrated.rows),
        outputs=(target, strays),
    )
    write_atomically(strays, lambda part: part.write_text(as_csv([result]) + "\n", "utf-8", newline="\n"))
    return result


# --- from one revision to the next ---------------------------------------------------------------------------


def _step(old: Form, new: Form, rows: Rows, filled: Collection[Spot]) -> Migrated:
    """Take rows one revision further; what is not among the filled cells is the older form's own."""
    renamed = dict(_renamed(old, new))
    result, origins, strays = rows_of(new, {})[0], {}, {}
    taken: set[tuple[str, int | None]] = set()
    for key, listed in rows.items():
        block = old.blocks[key]
        for index, row in enumerate(listed):
            places: dict[str, int | None] = {}
            for before, value in _moving(old, block, index, row, filled):
                home, field = _home(new, renamed, block, before.field)
                if home and home.key not in places:
                    places[home.key] = _place(renamed, block, index, row, home, result[home.key], taken)
                    taken.add((home.key, places[home.key]))
                spot = Spot(home.key, places[home.key], field) if home and places[home.key] is not None else None
                if spot and _takes(new, spot):
                    _put(new, result, spot, value)
                    origins |= {spot: before} if value is not None else {}
                elif value is not None and not block.fields[before.field].last and not _same(spot, result, value):
                    strays[before] = value
    return Migrated(new, result, origins, strays)


def _moving(form: Form, block: Block, index: int, row: Mapping, filled: Collection[Spot]) -> Iterator[tuple[Spot, object]]:
    """Yield the cells of a row that hold more than the form itself, and preset ones that were deleted (None)."""
    preset = block.row(index)
    for name, known in block.fields.items():
        spot, value = Spot(block.key, index, name), row.get(name)
        if _holds(form, block, index, known) and (spot in filled or (value is None and preset and name in preset.values)):
            yield spot, value


def _holds(form: Form, block: Block, index: int, known: Field) -> bool:
    given = known.given and known.key not in block.constants
    return bool(known.last) or given or form.is_input(block, index, known)


def _takes(form: Form, spot: Spot) -> bool:
    block = form.blocks[spot.block]
    return spot.field in block.fields and _holds(form, block, spot.index, block.fields[spot.field])


def _put(form: Form, rows: Rows, spot: Spot, value: object) -> None:
    """Put a value where it belongs; a deleted preset stays deleted, a choice is spelt as the newer revision spells it."""
    known, row = form.blocks[spot.block].fields[spot.field], rows[spot.block][spot.index]
    row.pop(spot.field, None)
    if value is not None:
        row[spot.field] = read_value(form, known, value)[0] if known.choices else value


def _same(spot: Spot | None, rows: Rows, value: object) -> bool:
    """Whether a text stands in that cell already: the name of a row that is preset now."""
    there = rows[spot.block][spot.index].get(spot.field) if spot else None
    return isinstance(value, str) and isinstance(there, str) and normal_text(value) == normal_text(there)


def _home(form: Form, renamed: Mapping[str, str], block: Block, name: str) -> tuple[Block | None, str]:
    """The block and the key of a field in the newer revision."""
    home = renamed.get(block.key, block.key)
    target = renamed.get(f"{block.key}.{name}") or renamed.get(f"{block.table}.{name}")
    if target:
        owner, _, name = target.partition(".")
        home = home if owner in form.tables and home in form.tables[owner].blocks else owner
    return form.blocks.get(home), name


def _place(
    renamed: Mapping[str, str], block: Block, index: int, row: Mapping, home: Block, rows: list[dict], taken: set[tuple[str, int]]
) -> int | None:
    """The row of the newer revision for one of the older: by key, by name, else a free one; None if there is none."""
    if home.shape == "object":
        return 0 if block.shape == "object" else None
    if preset := block.row(index):
        wanted = renamed.get(f"{block.key}.{preset.key}") or renamed.get(f"{block.table}.{preset.key}") or preset.key
        by_key = next((n for n, known in enumerate(home.rows) if known.key == wanted.rpartition(".")[2]), None)
        if by_key is not None:
            return by_key
    by_name = preset_index(home, row.get(block.row_name)) if home.shape == "list" and home.row_name else None
    if by_name is not None and (home.key, by_name) not in taken:
        return by_name
    if home.shape != "list" or not home.spare or (home.fixed and len(rows) >= len(home.rows) + home.spare):
        return None
    rows.append(dict(home.constants))
    return len(rows) - 1


def _renamed(old: Form, new: Form) -> Iterator[tuple[str, str]]:
    """Yield the renames of a revision, each of which must name something of its predecessor."""
    for before, after in new.definition.get("renamed", {}).items():
        owner, _, name = before.partition(".")
        blocks = [old.blocks[key] for key in (old.tables[owner].blocks if owner in old.tables else (owner,)) if key in old.blocks]
        known = {name for block in blocks for name in (*block.fields, *(row.key for row in block.rows))}
        if not blocks or owner == GUIDE or (name and name not in known):
            reason = f"renamed.{before}: revision {old.revision} has nothing of that name"
            raise FormError("form_shape", path=new.directory / "form.yaml", reason=reason)
        yield before, after
