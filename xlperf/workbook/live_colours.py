"""When a colour comes and goes while people type: required and blank, a rule that fails; which colour it is: `styles`.

    colour_where(writer, sheet, writer.rectangle(spot, spot), "D3>100", "warning")

So do the thousands separators of a large number. They look at their own sheet only, or at a cell that has a name: Excel 2007 and
old WPS refuse other sheets. They help, and assure nothing: pasting wipes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot
from xlperf.forms.field_types import YEARS
from xlperf.forms.live.form_tests import is_of_form
from xlperf.forms.model import EXPLAINED, RULES, Block, Condition, Field, Rule, Table
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.messages import sentence
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter, Rectangle
from xlperf.workbook.rule_links import FAILED

MIXED = ("value", "reference")  # types of columns that hold words or numbers
LEAST, MOST_WHOLE, MOST = 1_000, 1_000_000_000, 1_000_000  # what is larger would show ### in a column of its width
USED = Operation("=", Name("_used", Kind.NUMBER), Literal(Decimal(1)), Kind.BOOLEAN, Kind.NUMBER)  # something stands in the row


def colour_where(
    writer: CellWriter, sheet: Worksheet, cells: Rectangle, condition: str, colour: str, *, only: bool = False
) -> None:
    """Give cells a colour while an Excel condition holds, written for the first of them; of two colours the earlier one shows.

    Args:
        only: whether no later colour is looked at where this one shows.
    """
    options = {"type": "formula", "criteria": f"={condition}", "format": writer.palette.colour(colour)}
    sheet.conditional_format(*cells, options | ({"stop_if_true": True} if only else {}))


def colour_equal(writer: CellWriter, sheet: Worksheet, cells: Rectangle, value: int | str, colour: str) -> None:
    """Give cells a colour while that stands in them: a number, or a text as an Excel literal."""
    options = {"type": "cell", "criteria": "==", "value": value, "format": writer.palette.colour(colour)}
    sheet.conditional_format(*cells, options)


def colour_table(writer: CellWriter, sheet: Worksheet, table: Table) -> None:
    """Colour the blanks and the failing rows of a table; on the checks sheet the states of the rules too."""
    for key in table.blocks:
        block = writer.form.blocks[key]
        for field in block.fields.values():
            typed = writer.typed_cells(block, field)
            if typed:
                _colour_blanks(writer, sheet, field, *typed)
        for rule in writer.form.rules.values():
            of_block = not rule.blocks or block.written in rule.blocks
            if rule.table == table.written and f"_{rule.code}" in block.fields and of_block:
                _colour_failing(writer, sheet, block, rule)
    if table.key == RULES:
        _colour_states(writer, sheet)


def colour_form_rules(writer: CellWriter, sheet: Worksheet) -> None:
    """Colour the cells of rules that test single fields or the whole form, while what such a rule counts on its sheet says so."""
    form, spots = writer.form, writer.layout.spots
    for rule in filter(is_of_form, form.rules.values()):
        for name in rule.cells:
            target = form.target(RULES, name)
            spot = Spot(target.blocks[0], form.index(target), target.field)
            if spot in spots and spots[spot][0] == sheet.title:
                colour_where(writer, sheet, writer.rectangle(spot, spot), f"{FAILED}_{rule.code}=1", _colour_of(writer, rule))


def _colour_of(writer: CellWriter, rule: Rule) -> str:
    return writer.form.severity_of(rule) if rule.severity != "info" else "warning"


def colour_blank_field(writer: CellWriter, sheet: Worksheet, spot: Spot) -> None:
    """Colour a single field while it is blank, if it is required."""
    block, field = writer.block_and_field(spot)
    if field.required:
        blank = writer.formula(spot, _blank(field.key, field.kind), "FALSE")
        if block.copy and block.copy.number > writer.form.repeats[block.copy.repeat].least:  # a blank copy asks for nothing
            blank = f"AND({blank},COUNTA({','.join(_single_cells_beside(writer, spot))})>0)"
        colour_where(writer, sheet, writer.rectangle(spot, spot), blank, "required")


def _single_cells_beside(writer: CellWriter, spot: Spot) -> Iterator[str]:
    """Yield the cells of the same copy and sheet into which single fields are typed."""
    title, own = writer.layout.spots[spot][0], writer.form.blocks[spot.block].copy
    for key, block in writer.form.blocks.items():
        for field in block.fields.values() if block.copy == own and not block.table else ():
            beside = Spot(key, 0, field.key)
            if beside in writer.layout.spots and writer.form.is_input(block, 0, field):
                other, row, column = writer.layout.spots[beside]
                if other == title:
                    yield cell_name(row, column, True)


def _colour_blanks(writer: CellWriter, sheet: Worksheet, field: Field, first: Spot, last: Spot) -> None:
    """Colour the blank cells of a column that are required, as soon as something stands in their row."""
    block, _ = writer.block_and_field(first)
    required = writer.form.required(block, first.index, field)
    if required is False:
        return
    tree = _blank_in_used_row(field.key, field.kind, required.tree if isinstance(required, Condition) else None)
    condition = writer.formula(first, tree, "FALSE")
    colour_where(writer, sheet, writer.rectangle(first, last), condition, "required")


@lru_cache(maxsize=1024)
def _blank_in_used_row(key: str, kind: Kind, condition: Node | None) -> Node:
    """Whether a column is blank where something stands in its row and that condition holds; the same tree in every workbook."""
    tests = (USED, *([condition] if condition is not None else []), _blank(key, kind))
    return Call("AND", tests, Kind.BOOLEAN)


@lru_cache(maxsize=1024)
def _blank(key: str, kind: Kind) -> Node:
    """Whether a cell is blank; the same tree in every workbook, see `CellWriter.formula`."""
    return IsBlank(Name(key, kind), True)


def _colour_failing(writer: CellWriter, sheet: Worksheet, block: Block, rule: Rule) -> None:
    """Colour the cells of a rule in every row whose hidden status says that it fails."""
    for key in rule.cells:
        first, last = Spot(block.key, 0, key), Spot(block.key, writer.layout.counts[block.key] - 1, key)
        _, row, column = writer.layout.spots[first._replace(field=f"_{rule.code}")]
        colour_where(writer, sheet, writer.rectangle(first, last), f"{cell_name(row, column)}=1", _colour_of(writer, rule))


def _colour_states(writer: CellWriter, sheet: Worksheet) -> None:
    """Colour the state of every rule; one that failed by its severity."""
    words = writer.form.words
    first, last = Spot(RULES, 0, "state"), Spot(RULES, writer.layout.counts[RULES] - 1, "state")
    state, severity = (cell_name(*writer.layout.spots[first._replace(field=key)][1:]) for key in ("state", "severity"))
    cells = writer.rectangle(first, last)
    for kind in EXPLAINED:
        word = words.get(kind) or sentence(kind, {})
        colour_where(writer, sheet, cells, f'AND({state}="{words["failed"]}",{severity}="{word}")', kind, only=True)
    explained = words.get("explained") or sentence("state_explained", {})
    states = {
        words["failed"]: "error",
        words["waiting"]: "required",
        words["doubtful"]: "warning",
        words["passed"]: "passed",
        explained: "passed",
    }
    for word, colour in states.items():
        colour_equal(writer, sheet, cells, f'"{word}"', colour)


# --- figures as people read them -----------------------------------------------------------------------------


def separate_thousands(writer: CellWriter, sheet: Worksheet, table: Table) -> None:
    """Show large numbers with their thousands apart where a column holds words and numbers, and one format cannot say it.

    A target is a word in one row, a year in another, and 58,000 in the third: a whole number is shown without a point, and one
    that may be a year as it is.
    """
    for key in table.blocks:
        block = writer.form.blocks[key]
        for field in block.fields.values():
            first, last = (Spot(key, index, field.key) for index in (0, writer.layout.counts[key] - 1))
            mixed = field.type in MIXED or (field.type == "money" and block.number_format(field) == "General")
            if mixed and not field.hidden and first in writer.layout.spots:
                _, row, column = writer.layout.spots[first]
                cell = cell_name(row, column)
                for condition, pattern in live_patterns(cell):
                    options = {"type": "formula", "criteria": f"={condition}", "format": writer.palette.pattern(pattern)}
                    sheet.conditional_format(*writer.rectangle(first, last), options)


def live_patterns(cell: str) -> Iterator[tuple[str, str]]:
    """Yield conditions on what stands in a cell, each with the number format that it asks for; the first one counts."""
    size, whole = f"ABS(N({cell}))", f"INT(N({cell}))=N({cell})"
    year = f"AND(N({cell})>={YEARS[0]},N({cell})<={YEARS[1]})"
    yield f"AND(ISNUMBER({cell}),{size}>={LEAST},{size}<{MOST_WHOLE},{whole},NOT({year}))", "#,##0"
    yield f"AND(ISNUMBER({cell}),{size}>={LEAST},{size}<{MOST},NOT({whole}))", "#,##0.00##"


def live_pattern_of(number: float) -> str | None:
    """The number format that one of these conditions gives a number, None where none of them holds.

    >>> live_pattern_of(10_500), live_pattern_of(1180.25), live_pattern_of(2022), live_pattern_of(12)
    ('#,##0', '#,##0.00##', None, None)
    """
    is_whole, is_year = number == int(number), YEARS[0] <= number <= YEARS[1]
    if not LEAST <= abs(number) < (MOST_WHOLE if is_whole else MOST) or (is_whole and is_year):
        return None
    return "#,##0" if is_whole else "#,##0.00##"
