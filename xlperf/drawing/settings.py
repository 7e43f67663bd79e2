"""The sheets behind those of a form: its rules, its parameters, what it is about, and all that has no place in a drawing.

    RULE_COLUMNS        # what a rule says, by the columns of its sheet
    draw_rules(sheet, canvas, definition)

Each sheet is a list with a header; the words of the headers stand in the catalogues.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlperf.addresses import cell_name, quoted
from xlperf.drawing.canvas import Canvas, note_at
from xlperf.drawing.residue import NOTHING, Remain
from xlperf.drawing.words import word
from xlperf.forms.definition import Raw
from xlperf.forms.document import Spot
from xlperf.forms.model import BASES
from xlperf.forms.written.yaml_text import yaml_of
from xlperf.workbook.book import Worksheet

RULE_COLUMNS = {  # by their names in form.yaml: how their cells are written, and how wide they are
    "code": ("text", 9), "title": ("text", 30), "severity": ("severity", 9), "table": ("text", 13), "blocks": ("list", 16),
    "test": ("formula", 46), "cells": ("list", 16), "message": ("text", 28), "found": ("text", 34), "expected": ("text", 28),
    "fix": ("text", 40), "why": ("text", 34), "basis": ("basis", 9), "basis_text": ("text", 30), "basis_clause": ("text", 30),
    "basis_verified": ("flag", 9), "basis_note": ("text", 20), "rows": ("list", 16), "except": ("list", 16),
    "builtin": ("text", 10), "check": ("text", 16), "parameters": ("yaml", 50),
}  # fmt: skip
NEEDED_COLUMNS = ("code", "title", "test")  # without which there are no rules to read
ABOUT = (
    "form", "revision", "first_year", "title", "year_line", "file_name", "finalized_name", "annotated_name", "unexplained",
    "unit", "subject", "font", "heading_font", "size",
)  # fmt: skip
STYLE = ("font", "heading_font", "size")
BETWEEN = " | "


def start(canvas: Canvas, sheet: Worksheet, kind: str, headers: Sequence[str], widths: Sequence[float]) -> None:
    """The header of such a sheet, and what kind of sheet it is."""
    for column, (header, width) in enumerate(zip(headers, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, canvas.writer.format("header"))
    note_at(sheet, 0, 0, {"settings": kind})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def write(canvas: Canvas, sheet: Worksheet, row: int, column: int, value: Any, style: str = "input") -> None:
    """A value as a number or a text, nothing where there is none."""
    form = canvas.writer.format(style, align="left")
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value), form)


def draw_rules(canvas: Canvas, sheet: Worksheet, definition: Raw) -> None:
    """A row for each rule; its test in addresses of the first row that it tests."""
    headers = [word(f"rule_{name}") for name in RULE_COLUMNS]
    start(canvas, sheet, "rules", headers, [width for _, width in RULE_COLUMNS.values()])
    for row, rule in enumerate(definition["rules"], 1):
        flat = _flat(rule)
        for column, (name, (kind, _)) in enumerate(RULE_COLUMNS.items()):
            value = flat.get(name)
            if kind == "formula" and value and (drawn := _test(canvas, rule, sheet.title)):
                sheet.write_formula(row, column, drawn, canvas.writer.format("input", align="left"), "")
            else:
                write(canvas, sheet, row, column, _written(kind, value))


def _flat(rule: Raw) -> dict[str, Any]:
    """A rule with the parts of its basis beside the others."""
    basis = rule.get("basis", {})
    kind = next((name for name in BASES if name in basis), None)
    parts = {
        "basis": kind,
        "basis_text": basis.get(kind),
        **{f"basis_{n}": basis[n] for n in ("clause", "verified", "note") if n in basis},
    }
    return {**rule, **parts}


def _written(kind: str, value: Any) -> Any:
    """A property of a rule as its cell has it; None for one that has to stand elsewhere."""
    if value is None:
        return None
    if kind == "list":
        return BETWEEN.join(value)
    if kind in ("severity", "basis"):
        return word(f"{kind}_{value}")
    if kind == "flag":
        return word("yes" if value else "no")
    return yaml_of(value) if kind == "yaml" else value


def _test(canvas: Canvas, rule: Raw, title: str) -> str | None:
    """The test of a rule in addresses of the first row of the first block that it tests; None of one that tests no rows."""
    table = canvas.form.tables.get(rule.get("table", ""))
    if table is None:
        return None
    block = (rule.get("blocks") or table.blocks)[0]
    return canvas.names.drawn(rule["test"], Spot(block, 0, next(iter(canvas.form.blocks[block].fields))), title)


def parameter_cells(definition: Raw, title: str) -> dict[str, str]:
    """Where each parameter stands: its figure, or the steps of it with their results."""
    cells, row = {}, 1
    for key, value in definition.get("parameters", {}).items():
        count = len(value) if isinstance(value, list) else 1
        first, last = cell_name(row, 1, True), cell_name(row + count - 1, 2, True)
        cells[key] = f"{quoted(title)}!{first}:{last}" if isinstance(value, list) else f"{quoted(title)}!{first}"
        row += count
    return cells


def draw_parameters(canvas: Canvas, sheet: Worksheet, definition: Raw) -> None:
    """A row for each figure, and one for each step."""
    start(canvas, sheet, "parameters", [word(f"parameter_{name}") for name in ("key", "value", "result")], (26, 18, 30))
    row = 1
    for key, value in definition.get("parameters", {}).items():
        steps = value if isinstance(value, list) else [[value]]
        for number, step in enumerate(steps):
            write(canvas, sheet, row, 0, key if number == 0 else None, "label")
            bound, result = (
                (None, step[0]) if isinstance(value, list) and len(step) == 1 else (step[0], step[1] if len(step) > 1 else None)
            )
            write(canvas, sheet, row, 1, bound)
            write(canvas, sheet, row, 2, result)
            row += 1


def draw_about(canvas: Canvas, sheet: Worksheet, definition: Raw) -> None:
    """What the form is called, and the paragraphs of its guide."""
    start(canvas, sheet, "about", [word(f"about_{name}") for name in ("what", "value", "more", "unless")], (22, 60, 60, 14))
    said = {**definition, **definition["style"]}
    rows: list[tuple[str, Any, Any, Any]] = [(key, said.get(key), None, None) for key in ABOUT]
    rows += [("opening", line["label"], line["text"], line.get("unless")) for line in definition.get("opening", ())]
    rows += [("guide", text, None, None) for text in definition["guide"]]
    for row, (key, *values) in enumerate(rows, 1):
        write(canvas, sheet, row, 0, word(f"about_{key}"), "label")
        for column, value in enumerate(values, 1):
            write(canvas, sheet, row, column, value)


def draw_remains(canvas: Canvas, sheet: Worksheet, remains: Sequence[Remain]) -> None:
    """A row for each part that the drawing cannot show: where it stands, what it says, what was drawn in its place."""
    start(canvas, sheet, "others", [word(f"other_{name}") for name in ("path", "value", "drawn")], (60, 70, 40))
    for row, remain in enumerate(remains, 1):
        write(canvas, sheet, row, 0, remain.path, "label")
        write(canvas, sheet, row, 1, None if remain.value is NOTHING else yaml_of(remain.value))
        write(canvas, sheet, row, 2, None if remain.drawn is NOTHING else yaml_of(remain.drawn), "locked")


def draw_choices(canvas: Canvas, sheet: Worksheet, lists: dict[tuple[str, str], Raw]) -> None:
    """The lists that are too long for a limit, a column each; where they stand is kept for the limits."""
    headers = [column["label"] for column in lists.values()]
    start(canvas, sheet, "choices", headers, [24] * len(headers))
    for at, (name, column) in enumerate(lists.items()):
        for row, choice in enumerate(column["choices"], 1):
            write(canvas, sheet, row, at, choice)
        last = cell_name(len(column["choices"]), at, True)
        canvas.lists[name] = f"{quoted(sheet.title)}!{cell_name(1, at, True)}:{last}"
