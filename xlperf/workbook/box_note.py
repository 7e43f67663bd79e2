"""Beside a long text, live: how many characters stand in its box, and how many of them it prints.

    write_box_note(writer, sheet, page, line, lines)

A box is merged over several rows, and no spreadsheet makes merged cells grow. What does not fit into it is not printed, and
nobody sees that on the screen. The count goes by full-width letters; a line break takes half a line, a line one at least.
"""

from __future__ import annotations

import re

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot
from xlperf.forms.sheet_lines import Line, Page
from xlperf.values.box_notes import note_words
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter
from xlperf.workbook.styles import lines_needed, units_per_line

PLACEHOLDER = re.compile(r"\{(typed|printed)\}")


def first_of_note(page: Page) -> int:
    """The first column of the note: it takes the right half of the heading, or the last column."""
    half = page.width(1, page.last_printed) / 2
    return next((at for at in range(2, page.last_printed) if page.width(at, page.last_printed) <= half), page.last_printed)


def box_lines(value: object, width: float) -> int:
    """How many lines the box of a text must have, so that the text fits and the note says so."""
    text, letters = str(value or ""), units_per_line(width) // 2
    counted = _units(text) + text.count("\n") * (letters // 2)
    return max(lines_needed(text, width), -(-counted // letters))


def write_box_note(writer: CellWriter, sheet: Worksheet, page: Page, line: Line, lines: int) -> None:
    """Write the note above the box of a long text, which has room for so many lines."""
    letters = units_per_line(page.width(1, page.last_printed)) // 2
    text = writer.value(Spot(line.block, 0, line.field))
    formula, shown = _formula(writer, line, letters, lines), _shown(writer, text, letters, lines)
    row, first, last, style = line.row - 1, first_of_note(page), page.last_printed, writer.format("note_right")
    if first < last:
        sheet.merge_range(row, first, row, last, "", style)
    if not writer.finalized:
        sheet.write_formula(row, first, formula, style, shown)
    elif shown and _printed(str(text), letters, lines) is not None:
        sheet.write_string(row, first, shown, style)
    else:
        sheet.write_blank(row, first, None, style)


def _shown(writer: CellWriter, value: object, letters: int, lines: int) -> str:
    """What the note says of a text."""
    text = str(value or "")
    whole, beyond = note_words(writer.form)
    printed = _printed(text, letters, lines)
    if not text:
        return ""
    return whole.format(typed=_units(text)) if printed is None else beyond.format(typed=_units(text), printed=printed)


def _printed(text: str, letters: int, lines: int) -> int | None:
    """About how many characters of a text are printed, None where all are."""
    breaks, length = text.count("\n"), _units(text)
    needed = max(breaks + 1, (length + breaks * (letters // 2)) / letters)
    return None if needed <= lines else int(length * lines / needed / 10) * 10


def _units(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2


def _formula(writer: CellWriter, line: Line, letters: int, lines: int) -> str:
    """The same, for what people type."""
    _, row, column = writer.layout.spots[Spot(line.block, 0, line.field)]
    cell = cell_name(row, column)
    breaks = f'(LEN({cell})-LEN(SUBSTITUTE({cell},CHAR(10),"")))'
    needed = f"MAX({breaks}+1,(LEN({cell})+{breaks}*{letters // 2})/{letters})"
    parts = {"typed": f"LEN({cell})", "printed": f"INT(LEN({cell})*{lines}/{needed}/10)*10"}
    whole, beyond = (_joined(words, parts) for words in note_words(writer.form))
    return f'=IF(LEN({cell})=0,"",IF({needed}<={lines},{whole},{beyond}))'


def _joined(words: str, parts: dict[str, str]) -> str:
    """A sentence as an Excel expression, with expressions in its places."""
    pieces = (parts[piece] if number % 2 else f'"{piece}"' for number, piece in enumerate(PLACEHOLDER.split(words)))
    return "&".join(piece for piece in pieces if piece != '""')
