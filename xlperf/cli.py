"""One command per verb: load, call, print. Results go to stdout, talk to stderr; what a command needs it imports."""

from __future__ import annotations

from pathlib import Path

import click

from . import __version__
from .errors import ExitCode, UsageError
from .messages import LANGUAGES, sentence


def words(key: str) -> str:
    return sentence(key, {})


FILE = click.Path(path_type=Path)
templates_option = click.option("--templates", type=FILE, help=words("templates"))
year_option = click.option("--year", type=click.IntRange(1950, 2200), help=words("year"))
date_option = click.option("--date", metavar="YYYY-MM-DD", help=words("date"))
password_option = click.option("--password", default="", help=words("password"))
rows_option = click.option("--rows", multiple=True, metavar="TABLE=N", help=words("rows"))
output_option = click.option("-o", "--output", type=FILE, help=words("output"))
form_argument = click.argument("form")
file_argument = click.argument("file", type=FILE)
FORMAT_NAMES = ["text", "json", "jsonl", "csv", "html"]  # the keys of formats.FORMATS, which --help need not import
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(help=words("xlperf"), context_settings=CONTEXT)
@click.option("--lang", type=click.Choice(LANGUAGES), help=words("lang"), expose_value=False)
@click.version_option(__version__, "-V", "--version", prog_name="xlperf", help=words("version"))
def cli() -> None:
    pass


@cli.command(help=words("forms"))
@templates_option
def forms(templates: Path | None) -> ExitCode:
    from .catalog import list_forms
    from .formats import forms_as_text

    click.echo(forms_as_text(list_forms(templates)))
    return ExitCode.OK


@cli.command(help=words("template"))
@form_argument
@click.option("--year", type=click.IntRange(1950, 2200), required=True, help=words("year"))
@click.option("--unit", default="", help=words("unit"))
@output_option
@rows_option
@date_option
@password_option
@templates_option
def template(form: str, year: int, unit: str, output: Path | None, rows: tuple[str, ...], date: str | None,
             password: str, templates: Path | None) -> ExitCode:  # fmt: skip
    from .files import unused
    from .template import default_name, write_template

    path = output or unused(default_name(form, year, unit, templates))
    write_template(form, year, path, unit, spare_rows(rows, form, year, templates), date, password, templates)
    click.echo(sentence("written", {"path": path}), err=True)
    return ExitCode.OK


@cli.command(help=words("fill"))
@click.argument("document", type=FILE)
@output_option
@rows_option
@date_option
@password_option
@templates_option
def fill(document: Path, output: Path | None, rows: tuple[str, ...], date: str | None, password: str,
         templates: Path | None) -> ExitCode:  # fmt: skip
    from .files import unused
    from .formats import as_text
    from .template import fill_workbook, load_document

    content = load_document(document)
    path = output or unused(document.with_suffix(".xlsx"))
    spare = spare_rows(rows, str(content["form"]), content.get("fiscal_year"), templates)
    result = fill_workbook(content, path, spare, date, password, templates)
    if result.findings:
        click.echo(as_text([result]), err=True)
    key = "written" if result.outputs else "nothing_filled"
    click.echo(sentence(key, {"path": path}), err=True)
    return result.exit_code


@cli.command(help=words("read"))
@file_argument
@templates_option
def read(file: Path, templates: Path | None) -> ExitCode:
    import json

    from .process import read_workbook

    click.echo(json.dumps(read_workbook(file, templates), ensure_ascii=False, indent=2))
    return ExitCode.OK


@cli.command(help=words("validate"))
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--form", help=words("form"))
@year_option
@click.option("--format", "format_", type=click.Choice(FORMAT_NAMES), default="text", help=words("format"))
@click.option("--annotate", type=FILE, metavar="DIR", help=words("annotate"))
@templates_option
def validate(files: tuple[Path, ...], form: str | None, year: int | None, format_: str, annotate: Path | None,
             templates: Path | None) -> ExitCode:  # fmt: skip
    from .formats import FORMATS
    from .process import validate as validate_file

    results = [validate_file(file, form, year, templates, annotate) for file in files]
    if text := FORMATS[format_](results):
        click.echo(text)
    for result in results if annotate else ():
        key = "written" if result.outputs else "not_annotated"
        click.echo(sentence(key, {"path": result.outputs[0] if result.outputs else result.file}), err=True)
    return max(result.exit_code for result in results)


@cli.command(help=words("finalize"))
@file_argument
@click.option("-o", "--output", type=FILE, help=words("directory"))
@click.option("--form", help=words("form"))
@year_option
@date_option
@templates_option
def finalize(file: Path, output: Path | None, form: str | None, year: int | None, date: str | None,
             templates: Path | None) -> ExitCode:  # fmt: skip
    from .formats import as_text
    from .process import finalize as finalize_file

    result = finalize_file(file, output, date, form, year, templates)
    click.echo(as_text([result]))
    for path in result.outputs:
        click.echo(sentence("written", {"path": path}), err=True)
    if not result.outputs:
        click.echo(words("nothing_written"), err=True)
    return result.exit_code


@cli.command(help=words("schema"))
@form_argument
@year_option
@templates_option
def schema(form: str, year: int | None, templates: Path | None) -> ExitCode:
    from .form import find_form, load_form
    from .formats import schema_as_text
    from .schema import build_schema

    click.echo(schema_as_text(build_schema(load_form(find_form(form, year, templates=templates)))), nl=False)
    return ExitCode.OK


@cli.command(help=words("explain"))
@form_argument
@click.argument("field")
@year_option
@templates_option
def explain(form: str, field: str, year: int | None, templates: Path | None) -> ExitCode:
    from .catalog import explain_field
    from .formats import explained_as_text

    click.echo(explained_as_text(explain_field(form, field, year, templates)))
    return ExitCode.OK


@cli.command("check-form", help=words("check_form"))
@click.argument("directory", type=FILE)
def check_form(directory: Path) -> ExitCode:
    from .catalog import count_parts
    from .errors import FormError
    from .form import check_form as check
    from .position import located

    try:
        form = check(directory.parent if directory.name == "form.yaml" else directory)
    except FormError as error:
        click.echo(located(error), err=True)
        return error.exit_code
    click.echo(sentence("form_is_right", count_parts(form)))
    return ExitCode.OK


def spare_rows(asked: tuple[str, ...], form: str, year: object, templates: Path | None) -> dict[str, int] | None:
    """The value of --rows, checked against the blocks of the form that have spare rows."""
    if not asked:
        return None
    from .form import find_form, load_form

    known = load_form(find_form(form, year if isinstance(year, int) else None, templates=templates))
    tables = [block.key for block in known.blocks.values() if block.spare and not block.fixed]
    counts = {}
    for item in asked:
        table, _, number = item.partition("=")
        if table not in tables or not number.isdecimal() or not 1 <= int(number) <= 5000:
            raise UsageError("bad_rows", value=item, known="、".join(tables))
        counts[table] = int(number)
    return counts
