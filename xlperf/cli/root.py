"""The command `xlperf` itself: it knows how its commands are called, and defines them when one is asked for.

`xlperf --help` and a mistyped command need no more than the names, so that they are there at once: the options of twenty commands
take as long to define as click takes to be imported.
"""

from __future__ import annotations

import os
import sys

import click

from xlperf import __version__
from xlperf.cli.options import Group, words
from xlperf.messages import LANGUAGES

# Every command; what it is for is the help text of its name.
NAMES = (
    "forms", "template", "fill", "import", "read", "validate", "finalize", "review", "collect", "status", "remind", "decide",
    "verify", "package", "history", "migrate", "diff", "report", "page", "serve", "addin", "schema", "explain", "new-round",
    "new-form", "check-form", "draw-form", "read-form",
)  # fmt: skip
WIDEST, NARROWEST, USUAL = 110, 50, 80  # columns of a help text, and of a terminal that does not tell
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": WIDEST}


def help_of(name: str) -> str:
    """What a command is for."""
    return words(name.replace("-", "_"))


def columns() -> int:
    """How wide a help text may be: as click has it, without all that the standard library imports to find the same."""
    told = os.environ.get("COLUMNS", "")
    try:
        wide = int(told) if told.isdecimal() and int(told) else os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # no terminal
        wide = USUAL
    return max(min(wide or USUAL, WIDEST) - 2, NARROWEST)


class Root(Group):
    """The commands of xlperf, listed by their names alone."""

    def get_help(self, ctx: click.Context) -> str:
        ctx.terminal_width = ctx.terminal_width or columns()
        return super().get_help(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in NAMES:
            import xlperf.cli.commands  # noqa: F401  # which adds them all
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        listed = Group(commands={name: click.Command(name, help=help_of(name)) for name in NAMES})
        listed.format_commands(ctx, formatter)


@click.group(cls=Root, help=words("xlperf"), context_settings=CONTEXT, invoke_without_command=True)
@click.option("--lang", type=click.Choice(LANGUAGES), help=words("lang"), expose_value=False)
@click.version_option(__version__, "-V", "--version", prog_name="xlperf", help=words("version"))
@click.pass_context
def cli(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
