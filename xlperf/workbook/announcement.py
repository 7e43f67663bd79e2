"""What a bureau announces of a round: what is asked for and by which document, until when, how it is handed in, whom to ask.

    text = dump_lines(announced_lines(Announcement(deadline="2023-03-31", contact="Zhang San, 65200000")))
    announced_form(form, text).opening      # what the guide page opens with then

The lines travel in the hidden sheet of a workbook, so that an annotated or finalized one opens with them too, and whoever
reads it knows that they are ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form, OpeningLine
from xlperf.messages import sentence

LONGEST = 500  # characters of a text
MOST = 12  # lines


class AnnouncedLine(NamedTuple):
    """One line that is printed of a round."""

    label: str
    text: str
    name: str = ""  # of the field of the announcement; "" in workbooks of an earlier version


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What is printed of a round; "" where nothing is said.

    Example:
        >>> from xlperf import Announcement
        >>> Announcement(deadline="2023-03-31").is_blank, Announcement().is_blank
        (False, True)
    """

    title: str = ""  # of the round
    document: str = ""  # the number of the notice
    office: str = ""  # who issues it
    deadline: str = ""  # ISO date
    hand_in: str = ""  # where and how
    contact: str = ""  # whom to ask

    @property
    def is_blank(self) -> bool:
        """Whether nothing is announced."""
        return self == Announcement()

    def is_over(self, day: str) -> bool:
        """Whether the deadline has passed on that ISO date; it is the last day on which to hand in."""
        return bool(self.deadline) and day > self.deadline

    @property
    def long_deadline(self) -> str:
        """The deadline as people write a date, "" where there is none."""
        return long_date(self.deadline) if self.deadline else ""


NOTHING = Announcement()


def long_date(date: str) -> str:
    """An ISO date as people write it."""
    year, month, day = date.split("-")
    return sentence("long_date", {"year": year, "month": int(month), "day": int(day)})


def announced_lines(announcement: Announcement) -> list[AnnouncedLine]:
    """The lines that are printed."""
    said = {field.name: getattr(announcement, field.name) for field in fields(Announcement)}
    said["deadline"] = announcement.long_deadline
    return [AnnouncedLine(sentence(f"announced_{name}", {}), text, name) for name, text in said.items() if text]


def dump_lines(lines: Sequence[AnnouncedLine]) -> str:
    """The lines as the hidden sheet keeps them, "" where there are none."""
    return json.dumps(lines, ensure_ascii=False) if lines else ""


def load_lines(text: str) -> list[AnnouncedLine]:
    """What `dump_lines` wrote; what cannot be that is passed over."""
    try:
        listed = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return list(_fitting(listed))[:MOST] if isinstance(listed, list) else []


def _fitting(listed: Sequence[object]) -> Iterator[AnnouncedLine]:
    for line in listed:
        if (
            isinstance(line, list)
            and len(line) in (2, 3)
            and all(isinstance(part, str) and 0 < len(part) <= LONGEST for part in line)
        ):
            yield AnnouncedLine(*line)


@lru_cache(maxsize=16)
def announced_form(form: Form, text: str) -> Form:
    """The form whose guide page opens with those lines behind what is to be done; it is kept, as layouts are kept by form.

    What the form itself says of the same (by when, whom to ask) gives way to them: a fact stands in one place.
    """
    lines = load_lines(text)
    announced = [OpeningLine(line.label, line.text.replace("{", "{{").replace("}", "}}")) for line in lines]
    names = {line.name for line in lines if line.name}
    own = [line for line in form.opening[1:] if line.unless not in names]
    return replace(form, opening=(*form.opening[:1], *announced, *own)) if lines else form
