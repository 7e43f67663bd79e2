"""round.yaml: one file that describes a round, for every command that has to do with it.

    round_ = read_round("round.yaml")
    round_.form, round_.year, round_.announcement.deadline, round_.roster, round_.inboxes

Its shape is in `schemas/round.schema.json`. Paths in it are relative to the folder in which it lies.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xlperf.errors import UsageError
from xlperf.files import StrPath, make_folder, shipped, write_atomically
from xlperf.forms.model import Unexplained
from xlperf.forms.written.shape import violations_of
from xlperf.forms.written.yaml_file import read_definition
from xlperf.workbook.announcement import NOTHING, Announcement

SCHEMA, EXAMPLE = "round", "new-round.yaml"
MOST_REPORTED = 20  # mistakes


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round: what is asked of whom, what is announced of it, where things lie; None where the file says nothing.

    Example:
        >>> round_ = read_round(new_round("rounds/round.yaml"))
        >>> round_.year, round_.announcement.deadline, round_.roster.name, round_.unexplained
        (2022, '2023-03-31', 'units.xlsx', None)
    """

    form: str | None = None  # its key
    year: int | None = None
    templates: Path | None = None  # the folder of a bureau's own forms
    announcement: Announcement = NOTHING
    roster: Path | None = None
    inboxes: tuple[Path, ...] = ()
    output: Path | None = None  # the folder of the collection
    former: tuple[Path, ...] = ()  # the folders of collections of former years
    unexplained: Unexplained | None = None
    reviews: tuple[Path, ...] = ()  # where workbooks of the stages after the department lie
    review_deadlines: Mapping[str, str] = field(default_factory=dict)  # ISO dates by the keys of stages
    reports: tuple[str, ...] = ()  # kinds of reports that are taken beside workbooks: word, pdf


def new_round(path: StrPath) -> Path:
    """Write a round.yaml to start from, with comments, and return its path.

    Args:
        path: the file to write.

    Raises:
        UsageError: there is such a file already, or it cannot be written.

    Example:
        >>> new_round("spring/round.yaml").as_posix()
        'spring/round.yaml'
    """
    target = Path(path)
    if target.exists():
        raise UsageError("round_is_there", path=path)
    text = (shipped("templates") / EXAMPLE).read_text("utf-8")
    make_folder(target.parent)
    write_atomically(target, lambda new: new.write_text(text, "utf-8", newline="\n"))
    return target


def read_round(path: StrPath) -> Round:
    """Return what a round.yaml says.

    Raises:
        UsageError: it cannot be opened, a key is misspelt, or a value is of the wrong kind: all of that, by place.
        FormError: it is not YAML.

    Example:
        >>> read_round(new_round("autumn/round.yaml")).output.as_posix()
        'autumn/collection'
    """
    file = Path(path)
    definition, _ = read_definition(file)
    given = _as_texts(definition or {}) if isinstance(definition, Mapping | None) else definition
    mistakes = [f"{place or file.name}: {reason}" for place, reason in violations_of(SCHEMA, given)]
    if not mistakes:
        days = {"deadline": given.get("deadline"), **_review_days(given)}
        mistakes = [f"{place}: {day!r}; 2023-03-31" for place, day in days.items() if not _is_date(day)]
    if mistakes:
        raise UsageError("bad_round", path=path, count=len(mistakes), reasons="\n".join(mistakes[:MOST_REPORTED]))
    return _round(given, file.parent)


def _as_texts(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says, a date that YAML made of a text as text again; what is left blank is not said."""
    said = {key: value for key, value in definition.items() if value is not None}
    return {key: _as_text(value) for key, value in said.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_text(below) for key, below in value.items()}
    return value.isoformat() if isinstance(value, datetime.date) else value


def _review_days(given: Mapping[str, Any]) -> dict[str, str]:
    """The last days of the stages, by their places in the file."""
    deadlines = given.get("reviews", {}).get("deadlines", {})
    return {f"reviews.deadlines.{stage}": day for stage, day in deadlines.items()}


def _is_date(text: str | None) -> bool:
    try:
        return text is None or bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _round(given: Mapping[str, Any], folder: Path) -> Round:
    paths = {key: folder / given[key] for key in ("templates", "roster", "output") if key in given}
    announced = {field.name: given[field.name].strip() for field in fields(Announcement) if field.name in given}
    return Round(
        form=given.get("form"),
        year=given.get("year"),
        announcement=Announcement(**announced),
        inboxes=tuple(folder / inbox for inbox in given.get("inboxes", ())),
        reviews=tuple(folder / inbox for inbox in given.get("reviews", {}).get("inboxes", ())),
        review_deadlines=dict(given.get("reviews", {}).get("deadlines", {})),
        former=tuple(folder / collection for collection in given.get("former", ())),
        unexplained=given.get("unexplained"),
        reports=tuple(given.get("reports", ())),
        **paths,
    )
