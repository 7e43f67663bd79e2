"""What commands have in common: their options and arguments, the value of --rows, and click's own words in our language."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlperf.errors import UsageError
from xlperf.messages import CATALOGUES, current_language, listing, sentence

if TYPE_CHECKING:
    from pathlib import Path

Decorated = TypeVar("Decorated", bound=Callable[..., object])
Decorator = Callable[[Decorated], Decorated]


def words(key: str) -> str:
    """A sentence that takes no arguments."""
    return sentence(key, {})


def speak_our_language() -> None:
    """Let click say its own sentences (usage, wrong options) in the language of the messages; its English is built in."""
    language = current_language()
    if language != "en":
        os.environ["LANGUAGE"] = language
        gettext.bindtextdomain("click", CATALOGUES)
    gettext.textdomain("messages" if language == "en" else "click")


class Command(click.Command):
    """A command whose usage line is in the language of the messages."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [words("usage_options"), *(piece for piece in super().collect_usage_pieces(ctx) if piece != self.options_metavar)]


class Group(click.Group):
    """The commands of xlperf; without one, the help is printed."""

    command_class = Command

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [words("usage_options"), words("usage_command")]


class FilePath(click.Path):
    """A path; what paths are made of is imported when there is one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from pathlib import Path

        return Path(os.fsdecode(super().convert(value, param, ctx)))


FILE = FilePath()
YEAR = click.IntRange(1950, 2200)
templates_option = click.option("--templates", type=FILE, metavar="DIR", help=words("templates"))
form_option = click.option("--form", metavar="FORM", help=words("form"))
year_option = click.option("--year", type=YEAR, metavar="YEAR", help=words("year"))
date_option = click.option("--date", metavar="YYYY-MM-DD", help=words("date"))
password_option = click.option("--password", metavar="WORD", default="", help=words("password"))
rows_option = click.option("--rows", multiple=True, metavar="TABLE=N", help=words("rows"))
copies_option = click.option("--copies", multiple=True, metavar="KEY=N", help=words("copies"))
database_option = click.option("--database", metavar="URL", help=words("database"))
UNEXPLAINED = ["pass", "return"]  # those of forms.model, which --help need not import
unexplained_option = click.option("--unexplained", type=click.Choice(UNEXPLAINED), help=words("unexplained"))
output_option = click.option("-o", "--output", type=FILE, metavar="FILE", help=words("output"))
form_argument = click.argument("form")
file_argument = click.argument("file", type=FILE)
WRONG = (
    (click.MissingParameter, "missing_argument"),
    (click.NoSuchOption, "no_such_option"),
    (click.BadParameter, "bad_argument"),
)
FORMAT_NAMES = ["text", "json", "jsonl", "csv", "html"]  # the keys of formats.FORMATS, which --help need not import


def spare_rows(asked: tuple[str, ...], *, form: str, year: object, templates: Path | None) -> dict[str, int] | None:
    """The value of --rows, checked against the blocks of the form that have spare rows.

    Raises:
        UsageError: no such block, or no number of rows from 1 to 5000.
    """
    if not asked:
        return None
    from xlperf.forms.loader import find_form, load_form

    found = load_form(find_form(form, year=year if isinstance(year, int) else None, templates=templates))
    tables = [block.key for block in found.blocks.values() if block.spare and not block.fixed]
    counts = {}
    for item in asked:
        table, _, number = item.partition("=")
        if table not in tables or not number.isdecimal() or not 1 <= int(number) <= 5000:
            raise UsageError("bad_rows", value=item, known=listing(tables))
        counts[table] = int(number)
    return counts


def counts_of_copies(asked: tuple[str, ...]) -> dict[str, int]:
    """The value of --copies; whether the form has such copies is asked where they are made.

    Raises:
        UsageError: it is no key and number.
    """
    counts = {}
    for item in asked:
        key, _, number = item.partition("=")
        if not key or not (number.isascii() and number.isdecimal()):
            raise UsageError("bad_copies", value=item, known=words("copies_example"))
        counts[key] = int(number[:9])
    return counts


def explain_mistake(error: click.ClickException) -> str:
    """What is wrong with a command line, and where to look up how it is written."""
    context: click.Context | None = getattr(error, "ctx", None)
    parameter: click.Parameter | None = getattr(error, "param", None)
    name = parameter.get_error_hint(context) if parameter else getattr(error, "option_name", None)
    near = " / ".join(getattr(error, "possibilities", None) or ())
    reason = error.message.rstrip(".") + (f": {near}?" if near else "")
    key = next((key for kind, key in WRONG if isinstance(error, kind)), "bad_command")
    command = context.command_path if context else "xlperf"
    return sentence(key, {"name": f"{name} ({near}?)" if near else name, "reason": reason, "command": command})
