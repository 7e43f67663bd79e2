"""The units a bureau sends a form to, as its own list names them: a CSV file or a workbook.

    for unit in read_roster(Path("units.xlsx")):
        unit.name, unit.code, unit.supervisor

Name, code and supervisor are known by their headings, in any language of the catalogues; what other columns say is kept
by heading (`allotment` finds the fields of a form in it). Further sheets of a workbook have several lines per unit, told
by a column with its code or name. Where a unit files several papers, a line is one of them: `subject` are the headings of
the column that tells them apart. Titles above the headings, lines of totals and the columns that bureaus keep for themselves
are passed by, what is merged counts for all its lines. Everything that is wrong with the file is told at once, by sheet and
line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.roster_file import Grid, Uncomputed, read_grids
from xlperf.errors import UsageError
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import LANGUAGES, catalogue, listing, sentence
from xlperf.text import fold, most_like

OWN = ("name", "code", "supervisor")  # the columns that every roster may have
MOST_TOLD = 50
WORN = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)  # a long code that Excel took for a number, saved as text
MOST_TITLES = 10  # lines among which the headings are looked for


class Line(NamedTuple):
    """One line of a roster: what stands in it by heading, None where it is blank."""

    sheet: str  # "" in a CSV file
    number: int  # as a spreadsheet program shows it
    cells: Mapping[str, object]

    @property
    def place(self) -> str:
        return sentence("roster_sheet_line" if self.sheet else "roster_line", {"sheet": self.sheet, "line": self.number})


@dataclass(frozen=True)
class Unit:
    """One unit, or one paper of it; `line` is where it stands, with what its other columns say, `rows` are its further lines."""

    name: str
    code: str
    supervisor: str
    line: Line
    rows: tuple[Line, ...] = ()
    subject: str = ""  # what the paper is about, where a unit files several


class Sheet(NamedTuple):
    """What stands below the headings of one sheet."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]


class Roster(NamedTuple):
    """The units of a roster, and what of it was passed by, in words."""

    units: tuple[Unit, ...]
    remarks: tuple[str, ...]


def read_roster(path: Path) -> tuple[Unit, ...]:
    """Return the units in that file, in its order.

    Raises:
        UsageError: it cannot be opened, or something in it is wrong: all of that, each with sheet and line.
    """
    return take_roster(path).units


def take_roster(path: Path, subject: Sequence[str] = ()) -> Roster:
    """Return the units in that file, of a form whose papers of one unit are told apart by a column with one of those headings.

    Raises:
        UsageError: as `read_roster`.
    """
    complaints: list[str] = []
    first, *others = _sheets(Path(path), complaints)
    own = own_columns(first.headings, subject)
    units, totals = _parted(first.lines, own)
    if first.headings and "name" not in own:
        complaints.append(sentence("roster_no_name_column", {"found": listing(first.headings), "known": _known("name")}))
    elif not units:
        complaints.append(sentence("roster_no_units", {"known": _known("name")}))
    else:
        complaints += _wrong_units(units, next(iter(subject), ""))
    units = _with_rows(units, others, subject, complaints, totals)
    refuse(path, complaints)
    return Roster(tuple(units), tuple(sentence("roster_total", {"place": line.place}) for line in totals))


def refuse(path: Path, complaints: Sequence[str]) -> None:
    """Raise UsageError with all that is wrong with a roster, if anything is."""
    if complaints:
        told = [*complaints[:MOST_TOLD], *(["\u2026"] if len(complaints) > MOST_TOLD else [])]
        raise UsageError("bad_roster", path=path, count=len(complaints), reasons="\n".join(told))


# --- units ---------------------------------------------------------------------------------------------------


def own_columns(headings: Iterable[str], subject: Sequence[str] = ()) -> dict[str, str]:
    """The headings that mean name, code, supervisor and subject, by these."""
    meant = dict.fromkeys(map(folded, subject), "subject") | {folded(word): key for key in OWN for word in (key, *_words(key))}
    found: dict[str, str] = {}
    for heading in headings:
        if key := meant.get(folded(heading)):
            found.setdefault(key, heading)
    return found


def is_passed_by(heading: str) -> bool:
    """Whether a column is one of those that bureaus keep for themselves."""
    return folded(heading) in map(folded, _words("passed_by"))


def _words(key: str) -> Iterator[str]:
    """Every word for something that the program knows in a roster."""
    for language in LANGUAGES:
        yield from catalogue(language)["roster"][key].split("|")


def _known(key: str) -> str:
    return listing(_words(key))


def folded(text: object) -> str:
    """A heading as it is compared: letters and digits only, so that brackets, spaces and dashes do not matter."""
    return re.sub(r"[\W_]+", "", fold(str(text)).lower())


def shown(value: object) -> str:
    """What stands in a cell as people read it there."""
    return "" if value is None else as_text(as_decimal(value)) if isinstance(value, int | float) else fold(str(value))


def _unit(line: Line, own: Mapping[str, str]) -> Unit:
    nothing = frozenset(_words("nothing"))
    known = {key: text if (text := shown(line.cells[heading])) not in nothing else "" for key, heading in own.items()}
    cells = {heading: value for heading, value in line.cells.items() if heading not in (own.get(key) for key in OWN)}
    return Unit(*(known.get(key, "") for key in OWN), line._replace(cells=cells), subject=known.get("subject", ""))


def _parted(lines: Iterable[Line], own: Mapping[str, str]) -> tuple[list[Unit], list[Line]]:
    """The units of those lines, and the lines that are none: totals, with a count or without, and who signed the list.

    A total is called so where the name stands or first in its line; without a code, anywhere. A signature begins its line.
    """
    totals = frozenset(map(folded, _words("totals")))
    footers = re.compile(rf"(?:{'|'.join(map(re.escape, _words('footers')))}) ?:", re.IGNORECASE)
    units, summed = [], []
    for line in lines:
        unit = _unit(line, own)
        texts = {re.sub(r"\d+", "", folded(shown(value))) for value in line.cells.values()}
        first = next(filter(None, map(shown, line.cells.values())), "")
        heads = {re.sub(r"\d+", "", folded(text)) for text in (first, unit.name)}
        if not totals.isdisjoint(heads if unit.code else texts) or footers.match(first):
            summed.append(line)
        else:
            units.append(unit)
    return units, summed


def _wrong_units(units: Iterable[Unit], subject: str) -> Iterator[str]:
    """Lines without a name, codes that stand twice, names that stand twice with no code to tell them apart.

    Where there may be several papers of one unit, these stand twice only with one subject, or a code with two names.
    """
    seen: dict[tuple[str, ...], Unit] = {}
    for unit in units:
        key = ("code", unit.code) if unit.code else ("name", unit.name)
        if WORN.fullmatch(unit.code):
            yield sentence("roster_code_worn", {"place": unit.line.place, "found": unit.code})
        if not unit.name:
            yield sentence("roster_no_name", {"place": unit.line.place})
        other, namesake = seen.get((*key, unit.subject)), seen.get(key)
        if other and subject and other.name == unit.name:
            facts = {"found": unit.name, "other": other.line.place, "subject": subject, "paper": unit.subject}
            yield sentence("roster_same_paper" if unit.subject else "roster_same_subject", {"place": unit.line.place, **facts})
        elif other := other or (namesake if namesake and namesake.name != unit.name else None):
            yield sentence(f"roster_same_{key[0]}", {"place": unit.line.place, "found": key[1], "other": other.line.place})
        if key[1]:
            seen.setdefault(key, unit)
            seen.setdefault((*key, unit.subject), unit)


def _with_rows(
    units: list[Unit], sheets: Iterable[Sheet], subject: Sequence[str], complaints: list[str], totals: list[Line]
) -> list[Unit]:
    """Give every unit its lines of the further sheets."""
    known: dict[str, dict[str, list[int]]] = {"code": {}, "name": {}}
    for number, unit in enumerate(units):
        for key, numbers in known.items():
            numbers.setdefault(getattr(unit, key), []).append(number)
    rows: dict[int, list[Line]] = {}
    for sheet in sheets:
        own = own_columns(sheet.headings, subject)
        if sheet.lines and not own.keys() & {"name", "code"}:
            headings = listing((_known("code"), _known("name")))
            complaints.append(sentence("roster_no_unit_column", {"sheet": sheet.title, "known": headings}))
            continue
        meant, summed = _parted(sheet.lines, own)
        totals += summed
        for unit in meant:
            key = "code" if unit.code else "name"
            found = getattr(unit, key)
            told = known[key].get(found, ()) if found else ()
            numbers = [number for number in told if unit.subject in ("", units[number].subject)]
            if len(numbers) == 1:
                cells = {heading: value for heading, value in unit.line.cells.items() if heading != own.get("subject")}
                rows.setdefault(numbers[0], []).append(unit.line._replace(cells=cells))
                continue
            single = [name for name, listed in known[key].items() if name and len(listed) == 1]
            near = listing(most_like(found or "\u2014", single, 3))
            facts = {"place": unit.line.place, "found": found or "\u2014", "near": near, "subject": next(iter(subject), "")}
            complaints.append(sentence("roster_no_such_subject" if subject and told else "roster_no_such_unit", facts))
    return [replace(unit, rows=tuple(rows.get(number, ()))) for number, unit in enumerate(units)]


# --- the file ------------------------------------------------------------------------------------------------


def _sheets(path: Path, complaints: list[str]) -> list[Sheet]:
    """Every sheet, the first sheet first."""
    return [_sheet(grid, {"code", "name"} if number else {"name"}, complaints) for number, grid in enumerate(read_grids(path))]


def _sheet(grid: Grid, wanted: set[str], complaints: list[str]) -> Sheet:
    """Part a sheet into its headings and the lines below them."""
    lines = list(grid.lines)
    at = _headings_at([[text for text in map(shown, cells) if text] for _, cells in lines[:MOST_TITLES]], wanted)
    for number, cells in lines[at : at + 1]:
        headings = {column: shown(cell) for column, cell in enumerate(cells) if shown(cell)}
        twice = [heading for heading, count in Counter(headings.values()).items() if count > 1]
        place = Line(grid.title, number, {}).place
        complaints += [sentence("roster_same_column", {"place": place, "found": text, "other": text}) for text in twice]
        below = _merged_filled(lines[at + 1 :], [span for span in grid.merged if span[0] > number])
        return Sheet(grid.title, tuple(headings.values()), tuple(_lines(grid.title, headings, below, complaints)))
    return Sheet(grid.title, (), ())


def _headings_at(lines: Sequence[Sequence[str]], wanted: set[str]) -> int:
    """Which line has the headings: the first that has one of those, below titles alone in their lines or at least shorter."""
    for at, texts in enumerate(lines):
        if own_columns(texts).keys() & wanted and all(len(above) < max(2, len(texts)) for above in lines[:at]):
            return at
    return 0


def _merged_filled(lines: Sequence[tuple[int, list]], merged: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, list]]:
    """Yield the lines, a text that was merged downwards in every one of its own; of whom a merged amount is nobody can tell."""
    rows = {number: list(cells) for number, cells in lines}
    for first, last, column in merged:
        value = rows[first][column] if first in rows and column < len(rows[first]) else None
        for number in range(first + 1, min(last, max(rows, default=0)) + 1) if isinstance(value, str) else ():
            if cells := rows.get(number):
                cells += [None] * (column + 1 - len(cells))
                cells[column] = value
    yield from rows.items()


def _lines(title: str, headings: Mapping[int, str], lines: Iterable[tuple[int, list]], complaints: list[str]) -> Iterator[Line]:
    """Yield the lines below the headings in which anything stands that counts."""
    counted = {heading for heading in headings.values() if not is_passed_by(heading)}
    same = frozenset(_words("as_above"))
    for number, cells in lines:
        line = {heading: cells[column] if column < len(cells) else None for column, heading in headings.items()}
        place = Line(title, number, {}).place
        beside = [shown(cell) for column, cell in enumerate(cells) if shown(cell) and column not in headings]
        if beside:
            complaints.append(sentence("roster_no_heading", {"place": place, "found": listing(beside)}))
        filled = [value for heading, value in line.items() if value is not None and heading in counted]
        pointing = [
            (heading, text)
            for heading, text in zip(line, map(shown, line.values()), strict=True)
            if heading in counted and text.lower() in same
        ]
        complaints += [sentence("roster_as_above", {"place": place, "heading": name, "found": text}) for name, text in pointing]
        bare = [value for value in filled if isinstance(value, Uncomputed)]
        complaints += [sentence("roster_not_computed", {"place": place, "cell": cell}) for cell in bare]
        if filled:
            yield Line(title, number, line)
