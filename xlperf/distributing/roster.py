"""The units a bureau sends a form to, as its own list names them; its headings: `roster_headings`, its lines: `roster_sheets`.

    for unit in read_roster("units.xlsx"):
        unit.name, unit.code, unit.supervisor

Name, code and supervisor are known by their headings, in any language of the catalogues; what other columns say is kept
by heading (`prefill` finds the fields of a form in it). Further sheets of a workbook have several lines per unit, each with
its code or name. Where a unit files several papers, a line is one of them, and a column tells them apart: the paper's
`subject`. Titles above the headings, lines of totals and the columns that bureaus keep for themselves are skipped; what is
merged counts for all its lines. Everything that is wrong with the file is reported at once, by sheet and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.roster_headings import (
    COLUMNS,
    CONTACTS,
    columns_among,
    heading_key,
    keys_for,
    known_columns,
    meanings_of,
    shown,
    words_for,
)
from xlperf.distributing.roster_sheets import Line, Sheet, read_sheets
from xlperf.errors import UsageError
from xlperf.files import StrPath
from xlperf.messages import listing, sentence
from xlperf.text import most_like

IDENTIFYING = ("code", "name")  # of these one names the unit of a line; the code first
MOST_REPORTED = 50  # complaints
MOST_NEAR = 3  # names that are suggested
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)  # a long code that Excel took for a number, saved as text
DASH = "\u2014"  # printed for a blank cell


@dataclass(frozen=True)
class Unit:
    """One unit of a roster, or one paper of it.

    Example:
        >>> unit = read_roster("units.csv")[0]
        >>> unit.name, unit.line.number, unit.line.cells
        ('Bureau A', 2, {})
    """

    name: str
    code: str  # "" where there is none
    supervisor: str  # "" where there is none
    line: Line  # where it stands, with what its other columns say
    rows: tuple[Line, ...] = ()  # its lines on further sheets
    subject: str = ""  # what the paper is about, where a unit files several
    papers: tuple[str, ...] = ()  # of a unit that stands for all its papers: what each of them is about


class Contact(NamedTuple):
    """Whom to ask at a unit, and who is in charge of it at the bureau; "" where the roster does not say."""

    person: str
    phone: str
    mail: str
    office: str

    @property
    def caller(self) -> str:
        """The person with the number to call."""
        return " ".join(filter(None, (self.person, self.phone)))


class Roster(NamedTuple):
    """The units of a roster, and what of it was skipped, in words."""

    units: tuple[Unit, ...]
    remarks: tuple[str, ...]


def read_roster(path: StrPath) -> tuple[Unit, ...]:
    """Return the units in a list, a CSV file or a workbook, in its order.

    Raises:
        UsageError: it cannot be opened, or something in it is wrong: all of that, each with sheet and line.

    Example:
        >>> [(unit.name, unit.code) for unit in read_roster("units.csv")]
        [('Bureau A', '101'), ('Bureau B', '102')]
    """
    return take_roster(path).units


def take_roster(path: StrPath, *, subject: Sequence[str] = ()) -> Roster:
    """Return the units in that file, and what of it was skipped.

    Args:
        subject: the headings of the column that tells apart several papers of one unit, its label first; none where a unit
            files one.

    Raises:
        UsageError: as `read_roster`.
    """
    first, *further = read_sheets(Path(path))
    columns = known_columns(first.headings, subject)
    units, totals = _units_and_totals(first.lines, columns)
    rows = _rows_of_units(further, units, subject)
    complaints = [complaint for sheet in (first, *further) for complaint in sheet.complaints]
    complaints += _wrong_list(first, columns, units, subject)
    complaints += rows.complaints
    refuse(Path(path), complaints)
    return Roster(
        units=tuple(replace(unit, rows=tuple(rows.lines.get(number, ()))) for number, unit in enumerate(units)),
        remarks=tuple(sentence("roster_total", {"place": line.place}) for line in (*totals, *rows.totals)),
    )


def refuse(path: Path, complaints: Sequence[str]) -> None:
    """Refuse a roster with all that is wrong with it, if anything is.

    Raises:
        UsageError: something is.
    """
    if complaints:
        reasons = [*complaints[:MOST_REPORTED], *(["\u2026"] if len(complaints) > MOST_REPORTED else [])]
        raise UsageError("bad_roster", path=path, count=len(complaints), reasons="\n".join(reasons))


def contact_of(unit: Unit) -> Contact:
    """Whom to ask at a unit, as the roster says."""
    named = columns_among(unit.line.cells, meanings_of(CONTACTS))
    said = {column: shown(unit.line.cells[heading]) for column, heading in named.items()}
    return Contact(*("" if said.get(column, "") in words_for("nothing") else said.get(column, "") for column in CONTACTS))


# --- units ---------------------------------------------------------------------------------------------------


def _units_and_totals(lines: Iterable[Line], columns: Mapping[str, str]) -> tuple[list[Unit], list[Line]]:
    """The units of those lines, and the lines that are none: totals, with a count or without, and who signed the list."""
    units, totals = [], []
    for line in lines:
        unit = _unit(line, columns)
        if _is_total(line, unit) or _is_signature(line):
            totals.append(line)
        else:
            units.append(unit)
    return units, totals


def _unit(line: Line, columns: Mapping[str, str]) -> Unit:
    """The unit of a line; a word for nothing in one of the known columns is a blank."""
    texts = {column: shown(line.cells[heading]) for column, heading in columns.items()}
    said = {column: "" if text in words_for("nothing") else text for column, text in texts.items()}
    taken = [columns[column] for column in COLUMNS if column in columns]
    return Unit(
        name=said.get("name", ""),
        code=said.get("code", ""),
        supervisor=said.get("supervisor", ""),
        line=line._replace(cells={heading: value for heading, value in line.cells.items() if heading not in taken}),
        subject=said.get("subject", ""),
    )


def _is_total(line: Line, unit: Unit) -> bool:
    """Whether a line is called a total where the name stands or first in it; without a code, anywhere."""
    texts = (_first_text(line), unit.name) if unit.code else map(shown, line.cells.values())
    return any(re.sub(r"\d+", "", heading_key(text)) in keys_for("totals") for text in texts)


def _is_signature(line: Line) -> bool:
    """Whether a line begins with the words before a signature and a colon."""
    words = "|".join(map(re.escape, words_for("footers")))
    return re.match(rf"(?:{words}) ?:", _first_text(line), re.IGNORECASE) is not None


def _first_text(line: Line) -> str:
    """What stands in the first cell of a line that is not blank."""
    return next(filter(None, map(shown, line.cells.values())), "")


def _wrong_list(first: Sheet, columns: Mapping[str, str], units: Sequence[Unit], subject: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the list of units on the first sheet."""
    known = listing(words_for("name"))
    if first.headings and "name" not in columns:
        yield sentence("roster_no_name_column", {"found": listing(first.headings), "known": known})
    elif not units:
        yield sentence("roster_no_units", {"known": known})
    else:
        yield from _wrong_units(units, next(iter(subject), ""))


def _wrong_units(units: Iterable[Unit], subject: str) -> Iterator[str]:
    """Yield lines without a name, codes that stand twice, names that stand twice with no code to tell them apart.

    Where there may be several papers of one unit, these stand twice only with one subject, or a code with two names.
    """
    seen: dict[tuple[str, ...], Unit] = {}
    for unit in units:
        place = unit.line.place
        if SCIENTIFIC.fullmatch(unit.code):
            yield sentence("roster_code_worn", {"place": place, "found": unit.code})
        if not unit.name:
            yield sentence("roster_no_name", {"place": place})
        key = ("code", unit.code) if unit.code else ("name", unit.name)
        same_paper, same_key = seen.get((*key, unit.subject)), seen.get(key)
        if same_paper and subject and same_paper.name == unit.name:
            yield _paper_twice(unit, same_paper, subject)
        elif same_paper or (same_key and same_key.name != unit.name):
            other = same_paper or same_key
            facts = {"place": place, "found": key[1], "other": other.line.place if other else ""}
            yield sentence(f"roster_same_{key[0]}", facts)
        if key[1]:
            seen.setdefault(key, unit)
            seen.setdefault((*key, unit.subject), unit)


def _paper_twice(unit: Unit, other: Unit, subject: str) -> str:
    """The sentence about a paper that stands twice."""
    facts = {"found": unit.name, "other": other.line.place, "subject": subject, "paper": unit.subject}
    return sentence("roster_same_paper" if unit.subject else "roster_same_subject", {"place": unit.line.place, **facts})


# --- further sheets ------------------------------------------------------------------------------------------


class FurtherRows(NamedTuple):
    """What further sheets say: the lines of each unit by its index, and what they have besides."""

    lines: dict[int, list[Line]]
    complaints: list[str]
    totals: list[Line]


def _rows_of_units(sheets: Iterable[Sheet], units: Sequence[Unit], subject: Sequence[str]) -> FurtherRows:
    """Find the unit of every line of the further sheets."""
    numbers = _numbers_by_name(units)
    found = FurtherRows(lines={}, complaints=[], totals=[])
    for sheet in sheets:
        columns = known_columns(sheet.headings, subject)
        if sheet.lines and not columns.keys() & set(IDENTIFYING):
            known = listing((listing(words_for("code")), listing(words_for("name"))))
            found.complaints.append(sentence("roster_no_unit_column", {"sheet": sheet.title, "known": known}))
            continue
        named, totals = _units_and_totals(sheet.lines, columns)
        found.totals.extend(totals)
        for unit in named:
            kind = "code" if unit.code else "name"
            of_name = numbers[kind].get(unit.code or unit.name, []) if unit.code or unit.name else []
            matching = [number for number in of_name if unit.subject in ("", units[number].subject)]
            if len(matching) == 1:
                cells = {heading: value for heading, value in unit.line.cells.items() if heading != columns.get("subject")}
                found.lines.setdefault(matching[0], []).append(unit.line._replace(cells=cells))
            else:
                found.complaints.append(_no_such_unit(unit, numbers[kind], subject if of_name else ()))
    return found


def _numbers_by_name(units: Iterable[Unit]) -> dict[str, dict[str, list[int]]]:
    """The indexes of the units, by code and by name."""
    numbers: dict[str, dict[str, list[int]]] = {kind: {} for kind in IDENTIFYING}
    for number, unit in enumerate(units):
        for kind in IDENTIFYING:
            numbers[kind].setdefault(getattr(unit, kind), []).append(number)
    return numbers


def _no_such_unit(unit: Unit, numbers: Mapping[str, Sequence[int]], subject: Sequence[str]) -> str:
    """The sentence about a line whose unit is not on the first sheet, or has several papers there and none of its `subject`."""
    found = unit.code or unit.name or DASH
    single = [name for name, listed in numbers.items() if name and len(listed) == 1]
    facts = {"place": unit.line.place, "found": found, "near": listing(most_like(found, single, MOST_NEAR))}
    key = "roster_no_such_subject" if subject else "roster_no_such_unit"
    return sentence(key, {**facts, "subject": next(iter(subject), "")})
