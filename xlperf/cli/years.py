"""The command that compares years; it imports what it needs when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, date_option, templates_option, words
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command("history", cls=Command, help=words("history"))
@click.argument("collections", metavar="COLLECTION...", type=FILE, nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, metavar="PATH", required=True, help=words("history_workbook"))
@click.option("--json", "with_json", is_flag=True, help=words("history_json"))
@templates_option
@date_option
def history(collections: tuple[Path, ...], output: Path, with_json: bool, templates: Path | None, date: str | None) -> ExitCode:
    from xlperf.over_years.history import write_history

    found = write_history(collections, templates=templates, output=output, with_json=with_json, date=date)
    for remark in found.remarks:
        click.echo(remark, err=True)
    counts = {"units": len(found.units), "years": len(found.years), "flags": sum(len(unit.flags) for unit in found.units)}
    click.echo(sentence("history_done", counts), err=True)
    for path in (output, *([output.with_suffix(".json")] if with_json else [])):
        click.echo(sentence("written", {"path": path}), err=True)
    return ExitCode.OK
