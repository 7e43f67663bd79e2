"""The commands that draw a form in Excel and read it back; they import what they need when they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, form_argument, output_option, templates_option, words, year_option
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command("draw-form", cls=Command, help=words("draw_form"))
@form_argument
@year_option
@output_option
@templates_option
def draw_form(form: str, year: int | None, output: Path | None, templates: Path | None) -> ExitCode:
    from xlperf.drawing.draw import draw_form as draw

    click.echo(sentence("written", {"path": draw(form, year=year, templates=templates, output=output)}), err=True)
    return ExitCode.OK


@click.command("read-form", cls=Command, help=words("read_form"))
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=FILE, metavar="DIRECTORY", required=True, help=words("drawing_folder"))
def read_form(file: Path, output: Path) -> ExitCode:
    from xlperf.drawing.read import lost_settings
    from xlperf.drawing.read import read_form as read

    path = read(file, output=output)
    for remark in lost_settings(file):
        click.echo(remark, err=True)
    click.echo(sentence("written", {"path": path}), err=True)
    return ExitCode.OK
