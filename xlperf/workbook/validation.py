"""What lives in the workbook while people fill it in: dropdowns, limits, and colours that come and go.

All of it is help, never assurance: pasting wipes it, and the reader checks everything again.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot
from xlperf.forms.layout import Page
from xlperf.forms.model import RULES, Block, Field, Table
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.workbook.cell_writer import Canvas, checked
from xlperf.workbook.styles import shortened


def enliven(canvas: Canvas, page: Page, sheet, table: Table) -> None:
    """Dropdowns, limits and live colours of one table, a range per block and column."""
    for key in table.blocks:
        block = canvas.form.blocks[key]
        count = canvas.layout.counts[key]
        for field in (f for f in block.fields.values() if not f.hidden):
            kinds = {canvas.form.is_input(block, index, field): index for index in reversed(range(count))}
            if True not in kinds or not canvas.layout.spots.get(Spot(key, 0, field.key)):
                continue
            first, last = Spot(key, kinds[True], field.key), Spot(key, count - 1, field.key)
            colour(canvas, sheet, block, field, first, last)
            if not canvas.issue.finalized:
                name = offered(canvas, f"list_{table.key}_{field.key}", block, field, first)
                restrict(canvas, sheet, name, block, field, first, last)
        colour_rules(canvas, sheet, block, table, count)
    if table.key == RULES:
        colour_states(canvas, sheet)


def offered(canvas: Canvas, name: str, block: Block, field: Field, spot: Spot) -> str:
    """The defined name of a dropdown's list, or the IF that picks it by what stands in another cell of the row."""
    picked = name
    for other, lists in field.choices_by.items():
        for number, value in reversed([*enumerate(lists, 1)]):
            if other in block.constants:
                picked = f"{name}_{number}" if block.constants[other] == value else picked
            else:
                _, row, column = canvas.layout.spots[spot._replace(field=other)]
                picked = f'IF({cell_name(row, column)}="{value}",{name}_{number},{picked})'
    return picked


def colour(canvas: Canvas, sheet, block: Block, field: Field, first: Spot, last: Spot) -> None:
    """Blank cells that are required turn orange as soon as their row is used."""
    required = canvas.form.required(block, first.index, field)
    if required is False:
        return
    tests: list[Node] = [Operation("=", Name("_used", Kind.NUMBER), Literal(Decimal(1)), Kind.BOOLEAN, Kind.NUMBER)]
    tests += [required] if not isinstance(required, bool) else []
    tests.append(IsBlank(Name(field.key, field.kind), True))
    formula = "=" + canvas.formula(first, Call("AND", tuple(tests), Kind.BOOLEAN), "FALSE")
    checked(
        sheet.conditional_format(
            *canvas.rectangle(first, last), {"type": "formula", "criteria": formula, "format": canvas.book_format("required")}
        )
    )


def colour_rules(canvas: Canvas, sheet, block: Block, table: Table, count: int) -> None:
    for rule in canvas.form.rules.values():
        if rule.table != table.key or f"_{rule.code}" not in block.fields:
            continue
        if rule.blocks and block.key not in rule.blocks:
            continue
        for key in rule.cells:
            first, last = Spot(block.key, 0, key), Spot(block.key, count - 1, key)
            _, row, column = canvas.layout.spots[first._replace(field=f"_{rule.code}")]
            checked(
                sheet.conditional_format(
                    *canvas.rectangle(first, last),
                    {
                        "type": "formula",
                        "criteria": f"={cell_name(row, column)}=1",
                        "format": canvas.book_format("error" if rule.severity == "error" else "warning"),
                    },
                )
            )


def colour_states(canvas: Canvas, sheet) -> None:
    words, count = canvas.form.words, canvas.layout.counts[RULES]
    first, last = Spot(RULES, 0, "state"), Spot(RULES, count - 1, "state")
    _, row, severity = canvas.layout.spots[first._replace(field="severity")]
    state = canvas.layout.spots[first][2]
    failed = f'=AND({cell_name(row, state)}="{words["failed"]}",{cell_name(row, severity)}="{words["warning"]}")'
    checked(
        sheet.conditional_format(
            *canvas.rectangle(first, last),
            {"type": "formula", "criteria": failed, "format": canvas.book_format("warning"), "stop_if_true": True},
        )
    )
    for word, colour in ((words["failed"], "error"), (words["waiting"], "required"), (words["passed"], "passed")):
        checked(
            sheet.conditional_format(
                *canvas.rectangle(first, last),
                {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": canvas.book_format(colour)},
            )
        )


def restrict(canvas: Canvas, sheet, list_name: str, block: Block, field: Field, first: Spot, last: Spot) -> None:
    """The data validation of a column: help, never assurance (pasting wipes it)."""
    words = canvas.form.words
    options = {
        "input_title": shortened(field.label, 32),
        "input_message": shortened(field.help, 255),
        "error_title": words["input_error"],
        "ignore_blank": True,
    }
    _, row, column = canvas.layout.spots[first]
    cell = cell_name(row, column)
    rule = RESTRICTIONS.get(field.type, lambda *_: {"validate": "any"})(canvas, cell, first, field, list_name)
    if rule["validate"] == "any" and not field.help:
        return
    if not field.help:
        del options["input_title"], options["input_message"]
    checked(sheet.data_validation(*canvas.rectangle(first, last), {**options, **rule}))


# --- data validations, by field type -------------------------------------------------------------------------


def _choice(canvas: Canvas, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {"validate": "list", "source": f"={list_name}", "error_message": canvas.form.words["choose"]}


def _money(canvas: Canvas, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": field.minimum,
        "maximum": field.maximum,
        "error_message": canvas.form.words["number_error"],
    }


def _value(canvas: Canvas, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    test = canvas.formula(spot, field.number_when, "FALSE")
    return {
        "validate": "custom",
        "value": f"=IF({test},ISNUMBER({cell}),TRUE)",
        "error_message": canvas.form.words["number_error"],
    }


def _text(canvas: Canvas, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    if not field.max_length:
        return {"validate": "any"}
    return {"validate": "length", "criteria": "<=", "value": field.max_length, "error_message": canvas.form.words["length_error"]}


def _date(canvas: Canvas, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {
        "validate": "date",
        "criteria": ">=",
        "value": datetime.date(2000, 1, 1),
        "error_message": canvas.form.words["date_error"],
    }


RESTRICTIONS = {
    "choice": _choice,
    "money": _money,
    "points": _money,
    "value": _value,
    "text": _text,
    "code": _text,
    "date": _date,
}
