"""official.yaml as a file: found, checked and read.

    official = official_sheet(form)     # None: the form has none
    official.title, len(official.lines)

It stands beside form.yaml, not in it: a form that was issued keeps its form.yaml, for workbooks say from which one they are
written, and gets an official sheet all the same. A stage after the department has one of its own, as it has a Word template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from xlperf.forms.definition import Complaint, Raw, or_rather, quoted, refuse, wrong
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, USED, Block
from xlperf.forms.written.shape import violations_of
from xlperf.forms.written.yaml_file import read_definition

FILE, STAGE_FILE = "official.yaml", "official-{stage}.yaml"
NAME = re.compile(r"\{([a-z][\w.]*)([^{}]*)\}")  # a field, and what stands behind it where it is not blank
WHOLE = ("heading", "text")  # lines of one text over the whole width
INVISIBLE = {GUIDE, RULES}


class Shown(NamedTuple):
    """The content of a field within a text, and what follows it unless it is blank."""

    name: str  # as formulas name it
    after: str


class OfficialCell(NamedTuple):
    """One cell of a line: texts and fields."""

    pieces: tuple[str | Shown, ...]
    left: int  # its first column, from 0
    over: int  # the columns that it goes over
    alike: bool  # one cell for neighbours below one another that say the same
    align: str  # "": as its content asks for


class OfficialLine(NamedTuple):
    """One line, or one for each row of a table."""

    kind: str  # heading, text or row
    cells: tuple[OfficialCell, ...]
    table: str  # "" of a single line
    side: int  # the number of the label on its left that it stands beside, -1 without one
    height: float | None


class OfficialSheet(NamedTuple):
    """An official sheet as it is declared."""

    title: str  # on its tab
    landscape: bool
    widths: tuple[float, ...]
    lines: tuple[OfficialLine, ...]
    sides: tuple[OfficialCell, ...]  # the labels on the left, each over all of its lines


def official_file(form: Form) -> Path | None:
    """The file of the official sheet at the stage of a form, that of an earlier stage where it has none; None without one."""
    keys = [stage.key for stage in form.stages[: form.stage_number]]
    names = [*(STAGE_FILE.format(stage=key) for key in reversed(keys)), FILE]
    return next((path for name in names if (path := form.directory / name).is_file()), None)


def official_sheet(form: Form) -> OfficialSheet | None:
    """The official sheet of a form, None if it has none.

    Raises:
        FormError: its file is not written as one, or names what the form has not.
    """
    return _read(form)


@lru_cache(maxsize=64)
def _read(form: Form) -> OfficialSheet | None:
    path = official_file(form)
    if path is None:
        return None
    written, _ = read_definition(path)
    for place, reason in violations_of("official", written):
        refuse(path, place, reason)
    for place, reason in _faults(form, written):
        refuse(path, place, reason)
    return _sheet_of(written)


# --- what it declares ----------------------------------------------------------------------------------------


def _sheet_of(written: Raw) -> OfficialSheet:
    sides, lines = [], []
    for _, line, side in _lines(written):
        if "side" in line:
            sides.append(OfficialCell(pieces_of(line["side"]), 0, line.get("over", 1), False, "center"))
        else:
            lines.append(_line_of(line, side, sides[side] if side >= 0 else None, len(written["widths"])))
    return OfficialSheet(
        title=written["title"],
        landscape=written.get("landscape", False),
        widths=tuple(written["widths"]),
        lines=tuple(lines),
        sides=tuple(sides),
    )


def _lines(written: Raw) -> Iterator[tuple[str, Raw, int]]:
    """Yield place, line and the number of the label beside it, -1 without one; a label stands before its lines."""
    count = 0
    for number, line in enumerate(written["lines"]):
        yield f"lines[{number}]", line, -1
        if "side" in line:
            yield from ((f"lines[{number}].lines[{at}]", below, count) for at, below in enumerate(line["lines"]))
            count += 1


def _line_of(line: Raw, side: int, label: OfficialCell | None, width: int) -> OfficialLine:
    height, left = line.get("height"), label.over if label else 0
    kind = next(kind for kind in (*WHOLE, "row") if kind in line)
    if kind in WHOLE:
        cells = [OfficialCell(pieces_of(line[kind]), left, width - left, False, line.get("align", "center"))]
    else:
        cells = []
        for raw in line["row"]:
            cell = raw if isinstance(raw, Mapping) else {"text": raw}
            over = cell.get("over", 1)
            cells.append(OfficialCell(pieces_of(cell["text"]), left, over, cell.get("alike", False), cell.get("align", "")))
            left += over
    return OfficialLine(kind, tuple(cells), line.get("each", ""), side, height)


def pieces_of(text: str | int | float) -> tuple[str | Shown, ...]:
    """A text with names of fields in braces, taken apart.

    >>> pieces_of("({cover.unit})"), pieces_of("{grade: }")
    (('(', Shown(name='cover.unit', after=''), ')'), (Shown(name='grade', after=': '),))
    """
    pieces: list[str | Shown] = []
    end = 0
    for found in NAME.finditer(str(text)):
        pieces += [str(text)[end : found.start()], Shown(found[1], found[2])]
        end = found.end()
    return tuple(piece for piece in (*pieces, str(text)[end:]) if piece != "")


# --- what is wrong with it -----------------------------------------------------------------------------------


def _faults(form: Form, written: Raw) -> Iterator[Complaint]:
    """Yield what no schema can say: names of fields and tables, widths, a title that is taken."""
    titles = [sheet.title.casefold() for sheet in form.sheets]
    if written["title"].casefold() in titles:
        yield wrong(
            "title", "twice", found=quoted(written["title"]), other=f"sheets[{titles.index(written['title'].casefold())}]"
        )
    sides = [line for _, line, _ in _lines(written) if "side" in line]
    for place, line, side in _lines(written):
        if "side" in line:
            yield from _wrong_names(form, None, f"{place}.side", line["side"])
            continue
        blocks = blocks_of_table(form, line["each"]) if "each" in line else []
        if "each" in line and not blocks:
            tables = [table.written for table in form.tables.values() if not INVISIBLE & set(table.blocks)]
            yield wrong(f"{place}.each", "table", found=quoted(line["each"]), rather=or_rather(line["each"], tables))
            continue
        home = blocks[0].key if blocks else None
        for kind in WHOLE:
            yield from _wrong_names(form, home, f"{place}.{kind}", line.get(kind, ""))
        taken = sides[side].get("over", 1) if side >= 0 else 0
        for number, raw in enumerate(line.get("row", ())):
            cell = raw if isinstance(raw, Mapping) else {"text": raw}
            taken += cell.get("over", 1)
            yield from _wrong_names(form, home, f"{place}.row[{number}]", cell["text"])
        if "row" in line and taken != len(written["widths"]):
            yield wrong(f"{place}.row", "official_width", found=taken, needed=len(written["widths"]))


def _wrong_names(form: Form, home: str | None, place: str, text: str | int | float) -> Iterator[Complaint]:
    for piece in pieces_of(text):
        if isinstance(piece, str):
            if "{" in piece or "}" in piece:
                yield wrong(place, "official_brace", found=quoted(piece))
        elif not _is_cell(form, home, piece.name):
            yield wrong(place, "official_name", found=quoted(piece.name), rather=or_rather(piece.name, list(_names(form, home))))


def _is_cell(form: Form, home: str | None, name: str) -> bool:
    target = form.find_target(home, name)
    return target is not None and target.reach in ("row", "cell") and not INVISIBLE & set(target.blocks)


def _names(form: Form, home: str | None) -> Iterator[str]:
    """Yield the names that stand for one cell: the columns of the table that is gone through, then single cells."""
    if home is not None:
        yield from (key for key in form.blocks[home].fields if not key.startswith("_"))
    for block in form.blocks.values():
        if block.key not in INVISIBLE:
            owners = [block.key] if block.shape == "object" else [f"{block.key}.{row.key}" for row in block.rows]
            yield from (f"{owner}.{key}" for owner in owners for key in block.fields if not key.startswith("_") and key != USED)


def blocks_of_table(form: Form, key: str) -> list[Block]:
    """The blocks of a table, of all copies of it, as form.yaml calls it; none where there is no such table."""
    tables = [table for table in form.tables.values() if table.written == key and not INVISIBLE & set(table.blocks)]
    return [form.blocks[block] for table in tables for block in table.blocks]
