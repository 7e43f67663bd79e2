"""The commands of a round: begin one, collect what came in, show its status, remind; they import what they need when called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlperf.cli.options import (
    FILE,
    Command,
    database_option,
    date_option,
    form_option,
    templates_option,
    unexplained_option,
    words,
    year_option,
)
from xlperf.cli.rounds import announcement_options, asked_round, former_years, needed, round_option
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command, help=words("collect"))
@click.argument("inboxes", metavar="[INBOX]...", type=FILE, nargs=-1)
@click.option("-o", "--output", type=FILE, metavar="DIR", help=words("collection"))
@click.option("--roster", type=FILE, metavar="UNITS", help=words("expected_units"))
@click.option("--jobs", type=click.IntRange(1, 512), metavar="N", help=words("jobs"))
@click.option("--cluster", metavar="ADDRESS", help=words("cluster"))
@click.option("--no-finalize", "finalize_", is_flag=True, flag_value=False, default=True, help=words("no_finalize"))
@database_option
@form_option
@year_option
@date_option
@unexplained_option
@click.option("--reports", multiple=True, type=click.Choice(["word", "pdf"]), help=words("reports"))
@templates_option
@round_option
@announcement_options
@click.option("--reviews", multiple=True, type=FILE, metavar="INBOX", help=words("reviews"))
@click.option("--former", multiple=True, type=FILE, metavar="COLLECTION", help=words("former"))
@click.option("--quiet", is_flag=True, help=words("quiet"))
def collect(
    round_file: Path | None,
    finalize_: bool,
    jobs: int | None,
    cluster: str | None,
    database: str | None,
    date: str | None,
    quiet: bool,
    **asked: Any,
) -> ExitCode:
    from xlperf.collecting.collect import collect as collect_inboxes
    from xlperf.collecting.status import status_as_text

    round_ = asked_round(round_file, asked)
    status = collect_inboxes(
        needed(round_.inboxes, "inbox", "INBOX"),
        form=round_.form,
        year=round_.year,
        templates=round_.templates,
        output=needed(round_.output, "output", "-o"),
        date=date,
        roster=round_.roster,
        announcement=round_.announcement,
        former=former_years(round_),
        jobs=jobs,
        cluster=cluster,
        finalize=finalize_,
        unexplained=round_.unexplained,
        reports=round_.reports,
        reviews=round_.reviews,
        review_deadlines=round_.review_deadlines,
        database=database,
        quiet=quiet,
    )
    click.echo(status_as_text(status))
    return status.exit_code


@click.command(cls=Command, help=words("status"))
@click.argument("collection", type=FILE, required=False)
@round_option
@database_option
def status(collection: Path | None, round_file: Path | None, database: str | None) -> ExitCode:
    from xlperf.collecting.status import find_status, status_as_text

    folder = needed(asked_round(round_file, {"output": collection}).output, "collection", "COLLECTION")
    click.echo(status_as_text(find_status(folder, database=database)))
    return ExitCode.OK


@click.command(cls=Command, help=words("remind"))
@click.argument("collection", type=FILE, required=False)
@click.option("-o", "--output", "letters", type=FILE, metavar="DIR", required=True, help=words("letters"))
@round_option
@announcement_options
@date_option
@database_option
@templates_option
def remind(
    collection: Path | None, letters: Path, round_file: Path | None, date: str | None, database: str | None, **asked: Any
) -> ExitCode:
    from xlperf.collecting.remind import remind as write_letters

    round_ = asked_round(round_file, {"output": collection, **asked})
    folder = needed(round_.output, "collection", "COLLECTION")
    done = write_letters(
        folder,
        templates=round_.templates,
        output=letters,
        date=date,
        announcement=round_.announcement,
        database=database,
    )
    click.echo(sentence("reminded" if done.units else "nothing_owed", {"count": done.units, "path": letters}), err=True)
    return ExitCode.OK


@click.command("new-round", cls=Command, help=words("new_round"))
@click.argument("file", type=FILE)
def new_round(file: Path) -> ExitCode:
    from xlperf.distributing.round_file import new_round as write_round

    click.echo(sentence("written", {"path": write_round(file)}), err=True)
    return ExitCode.OK
