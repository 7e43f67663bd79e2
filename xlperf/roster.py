"""The units a bureau sends a form to, as its own list names them: a CSV file or a workbook.

    for unit in read_roster(Path("units.xlsx")):
        unit.name, unit.code, unit.supervisor

Name, code and supervisor are known by their headings, in any language of the catalogues; what other columns say is kept
by heading (`allotment` finds the fields of a form in it). Further sheets of a workbook have several lines per unit, told
by a column with its code or name. A code keeps the zeros in front of it, be they text or the cell's number format.
Everything that is wrong with the file is told at once, by sheet and line.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from .errors import UsageError, reason_of
from .expression import as_decimal, as_text
from .messages import LANGUAGES, catalogue, listing, sentence
from .nearest import most_like
from .spelling import PERCENT, fold

OWN = ("name", "code", "supervisor")  # the columns that every roster may have
ENCODINGS = ("utf-8-sig", "gb18030")
TEXT_FORMULA = re.compile(r'="([^"]*)"')  # how a CSV file keeps Excel from making a number of a code
MOST_BLANK = 1_000  # blank lines in a row after which a sheet has ended: a stray cell far below costs nothing
MOST_COLUMNS = 500
MOST_TOLD = 50


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
    """One unit; `line` is where it stands, with what its other columns say, `rows` are its lines in further sheets."""

    name: str
    code: str
    supervisor: str
    line: Line
    rows: tuple[Line, ...] = ()


def read_roster(path: Path) -> tuple[Unit, ...]:
    """Return the units in that file, in its order.

    Raises:
        UsageError: it cannot be opened, or something in it is wrong: all of that, each with sheet and line.
    """
    complaints: list[str] = []
    first, *others = _sheets(Path(path), complaints)
    own = own_columns(first)
    if "name" not in own:
        found = listing(first[0].cells) if first else "\u2014"
        complaints.append(sentence("roster_no_name_column", {"found": found, "known": _known("name")}))
    units = [_unit(line, own) for line in first]
    if "name" in own:
        complaints += _wrong_units(units)
    units = _with_rows(units, others, complaints)
    refuse(path, complaints)
    return tuple(units)


def refuse(path: Path, complaints: Sequence[str]) -> None:
    """Raise UsageError with all that is wrong with a roster, if anything is."""
    if complaints:
        told = [*complaints[:MOST_TOLD], *(["\u2026"] if len(complaints) > MOST_TOLD else [])]
        raise UsageError("bad_roster", path=path, count=len(complaints), reasons="\n".join(told))


# --- units ---------------------------------------------------------------------------------------------------


def own_columns(lines: Sequence[Line]) -> dict[str, str]:
    """The headings that mean name, code and supervisor, by these; every line has the same headings."""
    headings = lines[0].cells if lines else ()
    found: dict[str, str] = {}
    for heading in headings:
        for key in OWN:
            if folded(heading) in map(folded, (key, *_words(key))):
                found.setdefault(key, heading)
    return found


def _words(key: str) -> Iterator[str]:
    """Every heading that means one of the program's own columns."""
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
    known = {key: shown(line.cells[heading]) for key, heading in own.items()}
    cells = {heading: value for heading, value in line.cells.items() if heading not in own.values()}
    return Unit(known.get("name", ""), known.get("code", ""), known.get("supervisor", ""), line._replace(cells=cells))


def _wrong_units(units: Iterable[Unit]) -> Iterator[str]:
    """Lines without a name, codes that stand twice, names that stand twice with no code to tell them apart."""
    seen: dict[tuple[str, str], Line] = {}
    for unit in units:
        key = ("code", unit.code) if unit.code else ("name", unit.name)
        if not unit.name:
            yield sentence("roster_no_name", {"place": unit.line.place})
        if key[1] and key in seen:
            yield sentence(f"roster_same_{key[0]}", {"place": unit.line.place, "found": key[1], "other": seen[key].place})
        seen.setdefault(key, unit.line)


def _with_rows(units: list[Unit], sheets: Iterable[Sequence[Line]], complaints: list[str]) -> list[Unit]:
    """Give every unit its lines of the further sheets."""
    codes = {unit.code: number for number, unit in enumerate(units) if unit.code}
    counted = Counter(unit.name for unit in units)
    names = {unit.name: number for number, unit in enumerate(units) if counted[unit.name] == 1}
    rows: dict[int, list[Line]] = {}
    for lines in filter(None, sheets):
        own = own_columns(lines)
        if not own.keys() & {"name", "code"}:
            known = listing((_known("code"), _known("name")))
            complaints.append(sentence("roster_no_unit_column", {"sheet": lines[0].sheet, "known": known}))
            continue
        for line in lines:
            unit = _unit(line, own)
            number = codes.get(unit.code) if unit.code else names.get(unit.name)
            if number is None:
                found = unit.code or unit.name or "\u2014"
                near = listing(most_like(found, codes if unit.code else names, 3))
                complaints.append(sentence("roster_no_such_unit", {"place": line.place, "found": found, "near": near}))
            else:
                rows.setdefault(number, []).append(unit.line)
    return [replace(unit, rows=tuple(rows.get(number, ()))) for number, unit in enumerate(units)]


# --- the file ------------------------------------------------------------------------------------------------


def _sheets(path: Path, complaints: list[str]) -> list[list[Line]]:
    """The lines of every sheet, the first sheet first; a CSV file is one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    grids = _grids_of_workbook(path, content) if content.startswith(b"PK") else [("", _grid_of_text(path, content))]
    return [list(_lines(title, grid, complaints)) for title, grid in grids]


def _lines(title: str, grid: Iterable[tuple[int, list]], complaints: list[str]) -> Iterator[Line]:
    """Yield the lines below the headings, which are the first line that is not blank."""
    headings: dict[int, str] = {}
    for number, cells in grid:
        if not headings:
            headings = {column: shown(cell) for column, cell in enumerate(cells) if shown(cell)}
            twice = [heading for heading, count in Counter(headings.values()).items() if count > 1]
            place = Line(title, number, {}).place
            complaints += [sentence("roster_same_column", {"place": place, "found": text, "other": text}) for text in twice]
            continue
        line = {heading: cells[column] if column < len(cells) else None for column, heading in headings.items()}
        beside = [shown(cell) for column, cell in enumerate(cells) if shown(cell) and column not in headings]
        if beside:
            place = Line(title, number, {}).place
            complaints.append(sentence("roster_no_heading", {"place": place, "found": listing(beside)}))
        if any(value is not None for value in line.values()):
            yield Line(title, number, line)


def _grid_of_text(path: Path, content: bytes) -> Iterator[tuple[int, list]]:
    """Yield number and cells of every line of a CSV file, whatever of , ; and tab divides it."""
    text = _decoded(path, content)
    first = next(filter(str.strip, text.splitlines()), "")
    divider = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    before = 0
    for cells in reader:  # a quoted text may run over several lines: a record is named by its first
        number, before = before + 1, reader.line_num
        values = [TEXT_FORMULA.sub(r"\1", cell).strip() or None for cell in cells]
        if any(values):
            yield number, values


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError("roster_kind", path=path)


def _grids_of_workbook(path: Path, content: bytes) -> list[tuple[str, Iterator[tuple[int, list]]]]:
    """Return title and lines of every visible sheet."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise UsageError("roster_kind", path=path) from None
    return [(sheet.title, _grid_of_sheet(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _grid_of_sheet(sheet) -> Iterator[tuple[int, list]]:
    sheet.reset_dimensions()
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        values = [_value(cell) for cell in cells]
        filled = any(value is not None for value in values)
        blank = 0 if filled else blank + 1
        if filled:
            yield number, values
        elif blank > MOST_BLANK:
            return


def _value(cell) -> object:
    """What a cell shows, as far as it matters here: the zeros before a code, the percent behind a rate."""
    value = cell.value
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if re.fullmatch("0{2,}", cell.number_format) and float(value).is_integer():
            return f"{int(value):0{len(cell.number_format)}d}"
        if PERCENT in cell.number_format:
            return as_text(as_decimal(value) * 100) + PERCENT
    return value
