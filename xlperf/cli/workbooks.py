"""The commands that take one paper at a time: fill, read, judge, finalize, report, migrate, compare; they import late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlperf.cli.options import (
    FILE,
    FORMAT_NAMES,
    Command,
    date_option,
    file_argument,
    form_option,
    output_option,
    password_option,
    rows_option,
    spare_rows,
    templates_option,
    unexplained_option,
    words,
    year_option,
)
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from xlperf.reporting.result import Result


@click.command(cls=Command, help=words("fill"))
@click.argument("document", type=FILE)
@output_option
@rows_option
@date_option
@password_option
@templates_option
def fill(
    document: Path, output: Path | None, rows: tuple[str, ...], date: str | None, password: str, templates: Path | None
) -> ExitCode:
    from xlperf.files import unused
    from xlperf.reporting.formats import as_text
    from xlperf.workflow.documents import load_document
    from xlperf.workflow.fill import fill_workbook

    content = load_document(document)
    path = output or unused(document.with_suffix(".xlsx"))
    spare = spare_rows(rows, form=str(content["form"]), year=content.get("fiscal_year"), templates=templates)
    result = fill_workbook(content, output=path, rows=spare, date=date, password=password, templates=templates)
    if result.findings:
        click.echo(as_text([result]), err=True)
    key = "written" if result.outputs else "nothing_filled"
    click.echo(sentence(key, {"path": path}), err=True)
    return result.exit_code


@click.command("import", cls=Command, help=words("import"))
@file_argument
@output_option
@form_option
@year_option
@templates_option
def import_(file: Path, output: Path | None, form: str | None, year: int | None, templates: Path | None) -> ExitCode:
    import json
    from dataclasses import replace

    from xlperf.files import keep_apart, write_atomically
    from xlperf.importing.importer import import_document
    from xlperf.reporting.formats import as_text

    if output:
        keep_apart(output, file)
    result = import_document(file, form=form, year=year, templates=templates)
    text = json.dumps(result.document, ensure_ascii=False, indent=2)
    if output:
        write_atomically(output, lambda path: path.write_text(f"{text}\n", "utf-8", newline="\n"))
    else:
        click.echo(text)
    evidence, *findings = result.findings
    click.echo(sentence("read_as", evidence), err=True)
    click.echo(as_text([replace(result, findings=findings)]), err=True)
    return result.exit_code


@click.command(cls=Command, help=words("read"))
@file_argument
@templates_option
def read(file: Path, templates: Path | None) -> ExitCode:
    import json

    from xlperf.workflow.process import read_workbook

    click.echo(json.dumps(read_workbook(file, templates=templates), ensure_ascii=False, indent=2))
    return ExitCode.OK


@click.command(cls=Command, help=words("validate"))
@click.argument("files", type=FILE, nargs=-1, required=True)
@form_option
@year_option
@click.option("--format", "format_", type=click.Choice(FORMAT_NAMES), default="text", help=words("format"))
@click.option("--annotate", type=FILE, metavar="DIR", help=words("annotate"))
@unexplained_option
@templates_option
def validate(files: tuple[Path, ...], format_: str, annotate: Path | None, **asked: Any) -> ExitCode:
    from xlperf.reporting.formats import FORMATS
    from xlperf.workflow.validate import validate as validate_file

    results = [validate_file(file, annotated=annotate, **asked) for file in files]
    if text := FORMATS[format_](results):
        click.echo(text)
    for result in results if annotate else ():
        key = "written" if result.outputs else "not_annotated"
        click.echo(sentence(key, {"path": result.outputs[0] if result.outputs else result.file}), err=True)
    return max(result.exit_code for result in results)


@click.command(cls=Command, help=words("finalize"))
@file_argument
@click.option("-o", "--output", type=FILE, metavar="DIR", help=words("directory"))
@form_option
@year_option
@date_option
@click.option("--no-report", "report", is_flag=True, flag_value=False, default=True, help=words("without_report"))
@unexplained_option
@templates_option
def finalize(file: Path, **asked: Any) -> ExitCode:
    from xlperf.workflow.finalize import finalize as finalize_file

    return _told(finalize_file(file, **asked))


@click.command(cls=Command, help=words("review"))
@file_argument
@click.option("-o", "--output", type=FILE, metavar="DIR", help=words("directory"))
@date_option
@password_option
@unexplained_option
@templates_option
def review(file: Path, **asked: Any) -> ExitCode:
    from xlperf.reviewing.review import write_review

    return _told(write_review(file, **asked))


def _told(result: Result) -> ExitCode:
    """Print what was found in a workbook, and beside it what was written."""
    from xlperf.reporting.formats import as_text

    click.echo(as_text([result]))
    for path in result.outputs:
        click.echo(sentence("written", {"path": path}), err=True)
    if not result.outputs:
        click.echo(words("nothing_written"), err=True)
    return result.exit_code


@click.command(cls=Command, help=words("migrate"))
@file_argument
@year_option
@output_option
@date_option
@password_option
@templates_option
def migrate(
    file: Path, year: int | None, output: Path | None, date: str | None, password: str, templates: Path | None
) -> ExitCode:
    from xlperf.revisions.migrate import migrate_workbook

    return tell_written(migrate_workbook(file, output=output, year=year, date=date, password=password, templates=templates))


@click.command(cls=Command, help=words("diff"))
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help=words("format"))
@templates_option
def diff(before: str, after: str, format_: str, templates: Path | None) -> ExitCode:
    from xlperf.cli.output import CHANGES
    from xlperf.reporting.formats import as_text
    from xlperf.revisions.compare_forms import compare_forms, names_form
    from xlperf.revisions.compare_papers import compare_sources
    from xlperf.revisions.source import read_source

    if names_form(before) and names_form(after):
        changes = compare_forms(before, after, templates=templates)
    else:
        sources = [read_source(path, templates=templates) for path in (before, after)]
        changes = compare_sources(*sources, templates=templates)
        for source in sources:
            if source.report_findings:
                click.echo(as_text([source.report_result()]), err=True)
    click.echo(CHANGES[format_](changes))
    return ExitCode.OK


@click.command(cls=Command, help=words("report"))
@file_argument
@output_option
@click.option("--public", is_flag=True, help=words("public"))
@click.option("--pdf", is_flag=True, help=words("pdf"))
@date_option
@unexplained_option
@templates_option
def report(file: Path, **asked: Any) -> ExitCode:
    from xlperf.reporting.formats import as_text
    from xlperf.workflow.report import write_report

    result = write_report(file, **asked)
    click.echo(as_text([result]), err=True)
    for path in result.outputs:
        click.echo(sentence("written" if result.status == "passed" else "written_draft", {"path": path}), err=True)
    return result.exit_code


def tell_written(result: Result) -> ExitCode:
    """Say on standard error what was found in the file that was read, and what was made of it."""
    from xlperf.reporting.formats import as_text

    if result.findings:
        click.echo(as_text([result]), err=True)
    for path in result.outputs:
        click.echo(sentence("written", {"path": path}), err=True)
    if not result.outputs:
        click.echo(words("nothing_filled"), err=True)
    return result.exit_code
