"""The template of a year, made from what a unit filled in the year before.

    write_next_template("my-form", year=2023, last="2022-final.xlsx", output="2023-form.xlsx")

The form says what is carried over (`carry: true` on a field): who the unit is, its goals, tasks, indicators with their
targets and units. Everything else is blank again. A column of the type `reference` shows, beside what is carried over, what
another column held last year (`last: actual`); it is locked, no input and no part of the document, stands in a workbook only
where there is something to show, and travels with it: reading keeps it, so annotated and finalized workbooks show it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath, keep_apart
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot, rows_of, text_at, unit_spot
from xlperf.forms.layout import spare_rows
from xlperf.forms.loader import find_form, load_form, with_copies
from xlperf.forms.model import Block
from xlperf.forms.repeats import checked_counts
from xlperf.reporting.finding import Finding
from xlperf.reporting.result import Result
from xlperf.revisions.migrate import Migrated, describe_migration, migrate, revisions
from xlperf.revisions.source import Source, read_source
from xlperf.workbook.announcement import Announcement, announced_lines, dump_lines
from xlperf.workflow.template import Issued, write_rows


def write_next_template(
    form: str,
    *,
    year: int,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    last: StrPath,
    unit: str = "",
    rows: Mapping[str, int] | None = None,
    password: str = "",
    announcement: Announcement | None = None,
    copies: Mapping[str, int] | None = None,
) -> Result:
    """Write the template of a fiscal year from last year's document, workbook or report; the findings say what found no place.

    Nothing is written of a document that holds what no workbook can.

    Unit, goals, tasks and indicators with their targets are carried over; last year's actuals stand beside the targets.

    Args:
        form: the key of the form.
        year: the fiscal year of the template; it says the revision.
        templates: the folder of a bureau's own forms.
        output: the workbook to write.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.
        last: last year's document (.json), workbook or report; it is never changed.
        unit: the unit's name, where it is another one than last year.
        rows: spare rows per block where the form's own number is not enough, for example {"goals": 50}.
        password: protects the sheets; a deterrent, never security.
        announcement: what is announced of the round, printed on the guide page.
        copies: how many copies there are of what the form repeats, for example {"goal": 3}; by default as many as last year.

    Raises:
        UsageError: no such form, year or file, a paper of another form or a newer revision, or the file cannot be written.
        UnreadableError: `last` is neither a document, nor a workbook of ours, nor a report that can be understood.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from xlperf import read_workbook
        >>> with TemporaryDirectory() as folder:
        ...     last, new = Path(folder, "2022.json"), Path(folder, "2023.xlsx")
        ...     _ = last.write_text(f'{{"form": "{form.key}", "fiscal_year": 2022, "cover": {{"unit": "Bureau"}}}}', "utf-8")
        ...     _ = write_next_template(form.key, year=2023, last=last, output=new)
        ...     read_workbook(new)["cover"], read_workbook(new)["fiscal_year"]
        ({'unit': 'Bureau'}, 2023)
    """
    path = Path(output)
    new = load_form(find_form(form, year=year, templates=templates))
    source = read_source(last, templates=templates, form=form, year=year - 1)
    new = with_copies(new, {**source.form.counts, **checked_counts(new, copies or {})})
    keep_apart(path, source.path)
    if source.fiscal_year and source.fiscal_year >= year:
        raise UsageError("not_last_year", path=source.path, found=source.fiscal_year, year=year)
    if source.is_unfit:
        return source.returned()
    migrated = migrate(revisions(source.form, new, templates), source.rows)
    carried = carry_over(source, migrated)
    carried["identity"][0]["fiscal_year"] = year
    spot = unit_spot(new)
    if unit:
        carried[spot.block][0][spot.field] = unit
    spare = {**spare_rows(new, carried), **(rows or {})}
    issued = Issued(
        year=year,
        unit=text_at(carried, spot),
        spare=spare,
        date=date,
        password=password,
        announced=dump_lines(announced_lines(announcement)) if announcement else "",
        is_blank=True,
    )
    write_rows(new, carried, path, issued)
    return Result(
        file=str(source.path),
        status="passed",
        findings=source.described([*_older_findings(source, year), *_lost_findings(source, migrated)]),
        form=new.key,
        revision=new.revision,
        year=year,
        unit=issued.unit,
        outputs=(path,),
    )


def carry_over(source: Source, migrated: Migrated) -> Rows:
    """Return the rows of a template that begins where last year's paper ended."""
    form = migrated.form
    result, before = rows_of(form, {})[0], compute(form, migrated.rows)
    for key, listed in before.items():
        for index, row in enumerate(listed if key in result else ()):
            block = form.blocks[key]
            values = dict(_carried(source, migrated, block, index=index, row=row))
            if index < len(result[key]):
                result[key][index] |= values
            elif any(block.fields[name].carry for name in values):
                result[key].append({**block.constants, **values})
    return result


def _carried(
    source: Source, migrated: Migrated, block: Block, *, index: int, row: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield what of a row is carried over, and what it shows of last year."""
    for name, column in block.fields.items():
        before = migrated.origins.get(Spot(block.key, index, name))
        if column.carry and row.get(name) is not None and not _was_preset(source, before):
            yield name, row[name]
        elif column.last and row.get(column.last) is not None:
            yield name, row[column.last]


def _was_preset(source: Source, spot: Spot | None) -> bool:
    """Whether a cell still held what last year's form had put there: then this year's form says what stands there."""
    if spot is None:
        return False
    preset = source.form.blocks[spot.block].row(spot.index)
    return preset is not None and preset.values.get(spot.field) == source.rows[spot.block][spot.index][spot.field]


def _older_findings(source: Source, year: int) -> Iterator[Finding]:
    """Yield that a source is older than last year's: the column of last year's figures shows those of another year."""
    if source.fiscal_year and source.fiscal_year < year - 1:
        yield Finding("XL453", "warning", (), {"found": source.fiscal_year, "expected": year - 1})


def _lost_findings(source: Source, migrated: Migrated) -> Iterator[Finding]:
    """Yield what would have been carried over and has no place in this year's form, or is no choice there."""
    for finding in describe_migration(source.form, migrated):
        if any(source.form.blocks[spot.block].fields[spot.field].carry for spot in finding.spots):
            yield finding
