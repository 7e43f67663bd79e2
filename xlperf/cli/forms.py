"""The commands that tell what forms there are and what is in one, and begin a new one; they import what they need when called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, form_argument, templates_option, words, year_option
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command, help=words("forms"))
@templates_option
def forms(templates: Path | None) -> ExitCode:
    from xlperf.cli.output import forms_as_text
    from xlperf.forms.catalog import list_forms

    click.echo(forms_as_text(list_forms(templates=templates)))
    return ExitCode.OK


@click.command(cls=Command, help=words("schema"))
@form_argument
@year_option
@templates_option
def schema(form: str, year: int | None, templates: Path | None) -> ExitCode:
    from xlperf.cli.output import schema_as_text
    from xlperf.forms.loader import find_form, load_form
    from xlperf.forms.schema import build_schema

    click.echo(schema_as_text(build_schema(load_form(find_form(form, year=year, templates=templates)))), nl=False)
    return ExitCode.OK


@click.command(cls=Command, help=words("explain"))
@form_argument
@click.argument("field")
@year_option
@templates_option
def explain(form: str, field: str, year: int | None, templates: Path | None) -> ExitCode:
    from xlperf.cli.output import explained_as_text, rule_as_text
    from xlperf.forms.catalog import CODE, explain_field, explain_rule

    if CODE.fullmatch(field):
        click.echo(rule_as_text(explain_rule(form, field, year=year, templates=templates)))
    else:
        click.echo(explained_as_text(explain_field(form, field, year=year, templates=templates)))
    return ExitCode.OK


@click.command("new-form", cls=Command, help=words("new_form"))
@click.argument("directory", type=FILE)
def new_form(directory: Path) -> ExitCode:
    from xlperf.forms.catalog import new_form as write_form

    click.echo(sentence("written", {"path": write_form(directory)}), err=True)
    return ExitCode.OK
