"""One command per verb: load, call, print. Results go to stdout, talk to stderr; what a command needs it imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlperf.cli.addin import addin
from xlperf.cli.check_form import check_form
from xlperf.cli.decisions import decide, package, verify
from xlperf.cli.options import (
    FILE,
    FORMAT_NAMES,
    YEAR,
    database_option,
    date_option,
    file_argument,
    form_argument,
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
from xlperf.cli.root import cli
from xlperf.cli.rounds import announcement_options, asked_round, former_years, needed, round_option
from xlperf.cli.serve import serve
from xlperf.cli.years import history as compare_years
from xlperf.errors import ExitCode, UsageError
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from xlperf.reporting.result import Result


@cli.command(help=words("forms"))
@templates_option
def forms(templates: Path | None) -> ExitCode:
    from xlperf.cli.output import forms_as_text
    from xlperf.forms.catalog import list_forms

    click.echo(forms_as_text(list_forms(templates=templates)))
    return ExitCode.OK


@cli.command(help=words("template"))
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
    date: str | None,
    password: str,
    **asked: Any,
) -> ExitCode:
    round_ = asked_round(round_file, asked)
    form, year = needed(round_.form, "form", "FORM"), needed(round_.year, "year", "--year")
    templates, announcement = round_.templates, None if round_.announcement.is_blank else round_.announcement
    shared: dict[str, Any] = {"year": year, "date": date, "rows": spare_rows(rows, form=form, year=year, templates=templates)}
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


@cli.command(help=words("fill"))
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


@cli.command("import", help=words("import"))
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


@cli.command(help=words("read"))
@file_argument
@templates_option
def read(file: Path, templates: Path | None) -> ExitCode:
    import json

    from xlperf.workflow.process import read_workbook

    click.echo(json.dumps(read_workbook(file, templates=templates), ensure_ascii=False, indent=2))
    return ExitCode.OK


@cli.command(help=words("validate"))
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


@cli.command(help=words("finalize"))
@file_argument
@click.option("-o", "--output", type=FILE, metavar="DIR", help=words("directory"))
@form_option
@year_option
@date_option
@click.option("--no-report", "report", is_flag=True, flag_value=False, default=True, help=words("without_report"))
@unexplained_option
@templates_option
def finalize(file: Path, **asked: Any) -> ExitCode:
    from xlperf.reporting.formats import as_text
    from xlperf.workflow.finalize import finalize as finalize_file

    result = finalize_file(file, **asked)
    click.echo(as_text([result]))
    for path in result.outputs:
        click.echo(sentence("written", {"path": path}), err=True)
    if not result.outputs:
        click.echo(words("nothing_written"), err=True)
    return result.exit_code


@cli.command(help=words("collect"))
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
        database=database,
        quiet=quiet,
    )
    click.echo(status_as_text(status))
    return status.exit_code


@cli.command(help=words("status"))
@click.argument("collection", type=FILE, required=False)
@round_option
@database_option
def status(collection: Path | None, round_file: Path | None, database: str | None) -> ExitCode:
    from xlperf.collecting.status import find_status, status_as_text

    folder = needed(asked_round(round_file, {"output": collection}).output, "collection", "COLLECTION")
    click.echo(status_as_text(find_status(folder, database=database)))
    return ExitCode.OK


@cli.command(help=words("remind"))
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


cli.add_command(decide)
cli.add_command(verify)
cli.add_command(package)
cli.add_command(compare_years)


@cli.command(help=words("migrate"))
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


@cli.command(help=words("diff"))
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


@cli.command(help=words("report"))
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


@cli.command(help=words("page"))
@click.argument("forms", metavar="[FORM]...", nargs=-1)
@output_option
@click.option("--assets", type=FILE, metavar="DIR", help=words("assets"))
@templates_option
def page(forms: tuple[str, ...], output: Path | None, assets: Path | None, templates: Path | None) -> ExitCode:
    from pathlib import Path

    from xlperf.files import unused
    from xlperf.page.page_file import write_page

    def tell(file: str) -> None:
        click.echo(sentence("fetching", {"file": file}), err=True)

    path = output or unused(Path(words("page_name")))
    click.echo(
        sentence("written", {"path": write_page(forms, output=path, templates=templates, assets=assets, tell=tell)}), err=True
    )
    return ExitCode.OK


cli.add_command(serve)
cli.add_command(addin)


@cli.command(help=words("schema"))
@form_argument
@year_option
@templates_option
def schema(form: str, year: int | None, templates: Path | None) -> ExitCode:
    from xlperf.cli.output import schema_as_text
    from xlperf.forms.loader import find_form, load_form
    from xlperf.forms.schema import build_schema

    click.echo(schema_as_text(build_schema(load_form(find_form(form, year=year, templates=templates)))), nl=False)
    return ExitCode.OK


@cli.command(help=words("explain"))
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


@cli.command("new-round", help=words("new_round"))
@click.argument("file", type=FILE)
def new_round(file: Path) -> ExitCode:
    from xlperf.distributing.round_file import new_round as write_round

    click.echo(sentence("written", {"path": write_round(file)}), err=True)
    return ExitCode.OK


@cli.command("new-form", help=words("new_form"))
@click.argument("directory", type=FILE)
def new_form(directory: Path) -> ExitCode:
    from xlperf.forms.catalog import new_form as write_form

    click.echo(sentence("written", {"path": write_form(directory)}), err=True)
    return ExitCode.OK


cli.add_command(check_form)


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
