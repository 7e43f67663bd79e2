"""What commands have in common: their options and arguments, and the value of --rows."""

from __future__ import annotations

from pathlib import Path

import click

from xlperf.errors import UsageError
from xlperf.messages import listing, sentence


def words(key: str) -> str:
    return sentence(key, {})


FILE = click.Path(path_type=Path)
templates_option = click.option("--templates", type=FILE, help=words("templates"))
year_option = click.option("--year", type=click.IntRange(1950, 2200), help=words("year"))
date_option = click.option("--date", metavar="YYYY-MM-DD", help=words("date"))
password_option = click.option("--password", default="", help=words("password"))
rows_option = click.option("--rows", multiple=True, metavar="TABLE=N", help=words("rows"))
database_option = click.option("--database", metavar="URL", help=words("database"))
output_option = click.option("-o", "--output", type=FILE, help=words("output"))
form_argument = click.argument("form")
file_argument = click.argument("file", type=FILE)
WRONG = (
    (click.MissingParameter, "missing_argument"),
    (click.NoSuchOption, "no_such_option"),
    (click.BadParameter, "bad_argument"),
)
FORMAT_NAMES = ["text", "json", "jsonl", "csv", "html"]  # the keys of formats.FORMATS, which --help need not import


def spare_rows(asked: tuple[str, ...], form: str, year: object, templates: Path | None) -> dict[str, int] | None:
    """The value of --rows, checked against the blocks of the form that have spare rows."""
    if not asked:
        return None
    from xlperf.forms.loader import find_form, load_form

    known = load_form(find_form(form, year=year if isinstance(year, int) else None, templates=templates))
    tables = [block.key for block in known.blocks.values() if block.spare and not block.fixed]
    counts = {}
    for item in asked:
        table, _, number = item.partition("=")
        if table not in tables or not number.isdecimal() or not 1 <= int(number) <= 5000:
            raise UsageError("bad_rows", value=item, known=listing(tables))
        counts[table] = int(number)
    return counts


def told(error: click.ClickException) -> str:
    """What is wrong with a command line, in the language of the messages; click's own words say it more exactly."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    name = parameter.get_error_hint(context) if parameter else getattr(error, "option_name", None)
    near = " / ".join(getattr(error, "possibilities", None) or ())
    reason = error.message.rstrip(".") + (f": {near}?" if near else "")
    key = next((key for kind, key in WRONG if isinstance(error, kind)), "bad_command")
    command = context.command_path if context else "xlperf"
    return sentence(key, {"name": f"{name} ({near}?)" if near else name, "reason": reason, "command": command})
