"""The options that describe a round, one by one or all at once by --round FILE; what is said on the command line counts more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlperf.cli.options import FILE, Decorated, words
from xlperf.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from xlperf.distributing.round_file import Round
    from xlperf.summarizing.board.former import FormerYears

ANNOUNCED = ("title", "document", "office", "deadline", "hand_in", "contact")  # those of workbook.announcement
round_option = click.option("--round", "round_file", type=FILE, metavar="FILE", help=words("round"))

Value = TypeVar("Value")


def announcement_options(command: Decorated) -> Decorated:
    """Every field of an announcement as an option."""
    for name in reversed(ANNOUNCED):
        metavar = "YYYY-MM-DD" if name == "deadline" else "TEXT"
        command = click.option(f"--{name.replace('_', '-')}", name, metavar=metavar, help=words(name))(command)
    return command


def asked_round(round_file: Path | None, given: Mapping[str, Any]) -> Round:
    """The round of a command line: what the file says, and what the options say of it instead.

    Args:
        given: the values of options by the names of the fields of a round and of its announcement; None where not given.
    """
    from dataclasses import replace

    from xlperf.distributing.round_file import Round, read_round
    from xlperf.files import stamp

    said = {name: value for name, value in given.items() if value not in (None, ())}
    if "deadline" in said:
        said["deadline"] = stamp(said["deadline"])
    found = read_round(round_file) if round_file else Round()
    announcement = replace(found.announcement, **{name: said.pop(name) for name in ANNOUNCED if name in said})
    return replace(found, announcement=announcement, **said)


def former_years(round_: Round) -> FormerYears | None:
    """What the units of the round reported in former years, None where it names none."""
    if not round_.former:
        return None
    from xlperf.over_years.former_years import read_former_years

    return read_former_years(round_.former, templates=round_.templates)


def needed(value: Value | None, name: str, option: str) -> Value:
    """A value that a command cannot do without.

    Raises:
        UsageError: neither the file nor the command line says it.
    """
    if not value:
        raise UsageError("round_lacks", name=words(f"round_{name}"), option=option)
    return value
