"""The command that writes templates, one or one for each unit of a roster; it imports what it needs when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlperf.cli.options import (
    FILE,
    YEAR,
    Command,
    copies_option,
    counts_of_copies,
    date_option,
    output_option,
    password_option,
    rows_option,
    spare_rows,
    templates_option,
    words,
)
from xlperf.cli.rounds import announcement_options, asked_round, needed, round_option
from xlperf.cli.workbooks import tell_written
from xlperf.errors import ExitCode, UsageError
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command, help=words("template"))
@click.argument("form", required=False)
@click.option("--year", type=YEAR, metavar="YEAR", help=words("year"))
@click.option("--unit", metavar="NAME", default="", help=words("unit"))
@click.option("--from", "last", type=FILE, metavar="LAST", help=words("last"))
@click.option("--roster", type=FILE, metavar="UNITS", help=words("roster"))
@click.option("--history", type=FILE, metavar="JSON", help=words("history_handed"))
@click.option("--jobs", type=click.IntRange(1), metavar="N", help=words("jobs"))
@output_option
@round_option
@announcement_options
@rows_option
@copies_option
@date_option
@password_option
@templates_option
def template(
    round_file: Path | None,
    unit: str,
    last: Path | None,
    history: Path | None,
    jobs: int | None,
    output: Path | None,
    rows: tuple[str, ...],
    copies: tuple[str, ...],
    date: str | None,
    password: str,
    **asked: Any,
) -> ExitCode:
    round_ = asked_round(round_file, asked)
    form, year = needed(round_.form, "form", "FORM"), needed(round_.year, "year", "--year")
    templates, announcement = round_.templates, None if round_.announcement.is_blank else round_.announcement
    shared: dict[str, Any] = {"year": year, "date": date, "rows": spare_rows(rows, form=form, year=year, templates=templates)}
    shared["copies"] = counts_of_copies(copies)
    shared |= {"password": password, "templates": templates, "announcement": announcement}
    if round_.roster and not (unit and not asked["roster"]):
        if output is None or unit:
            raise UsageError("roster_alone")
        return distribute(form, roster=round_.roster, last=last, history=history, output=output, jobs=jobs, **shared)
    if history:
        raise UsageError("history_needs_roster")
    from xlperf.files import unused
    from xlperf.workflow.template import default_name, write_template

    path = output or unused(default_name(form, year=year, unit=unit, templates=templates))
    if last:
        from xlperf.revisions.next_year import write_next_template

        return tell_written(write_next_template(form, last=last, output=path, unit=unit, **shared))
    write_template(form, output=path, unit=unit, **shared)
    click.echo(sentence("written", {"path": path}), err=True)
    return ExitCode.OK


def distribute(form: str, **asked: Any) -> ExitCode:
    """Make one workbook per unit of a roster and say what was made; takes what `write_templates` takes."""
    from xlperf.distributing.distribute import write_templates
    from xlperf.progress import progress

    with progress(words("handing_out")) as tell:
        done = write_templates(form, tell=tell, **asked)
    for remark in done.remarks:
        click.echo(remark, err=True)
    for key, paths in (("left_changed", done.changed), ("left_orphaned", done.orphaned)):
        for path in paths:
            click.echo(sentence(key, {"path": path}), err=True)
    click.echo(sentence("handed_out", {"written": done.written, "kept": done.kept, "path": done.manifest}), err=True)
    return ExitCode.OK
