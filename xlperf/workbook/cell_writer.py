"""One workbook being written: what every cell of it needs, whichever line of whichever sheet it stands in.

    canvas = Canvas(form, rows, book, issue, counts)
    canvas.write_cell(sheet, Spot("total", 0, "rate"), form.blocks["total"], field)

What XlsxWriter refuses it refuses silently (a warning and a return code): every return code passes through `checked`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlperf.addresses import cell_name, quoted
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout, Line, Reference, make_layout, references_of, row_counts
from xlperf.forms.model import RULES, TYPES, Block, Field, Table
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Literal, Node
from xlperf.values.dates import as_date
from xlperf.workbook.problem_notes import Annotation
from xlperf.workbook.styles import ALIGN, COLOURS, LONGEST_ROW, SHORT, Palette

MOST_NESTED = 40  # Excel nests at most 64 levels
COUNTED = {"missing": ("_missing", "required"), "wanted": ("_wanted", "wanted")}  # builtin: helper column, field attribute


@dataclass(frozen=True)
class Issue:
    """What is known about this copy of the form, besides the figures."""

    fiscal_year: int
    date: str  # ISO date, written into the file's properties
    version: str
    unit: str = ""
    password: str = ""
    submission: str = ""  # SHA-256 of the workbook that was finalized
    results: Mapping[str, tuple[str, int]] | None = None  # finalized: state and count per rule, frozen
    intake: str = ""  # finalized: JSON of the warnings about the submission as a file
    annotation: Annotation | None = None  # sent back: what is wrong with which cell

    @property
    def finalized(self) -> bool:
        return bool(self.submission)


class Canvas:
    """One workbook being written; holds what every cell needs: the layout, the rows, the formats made so far."""

    def __init__(self, form: Form, rows: Rows, book, issue: Issue, counts: Mapping[str, int] | None) -> None:
        self.form, self.rows, self.issue = form, rows, issue
        sizes = tuple((counts or row_counts(form)).items())
        self.layout, self.templates = _prepared(form, sizes, references_of(form, rows))
        self.book = book
        self.palette = Palette(book, form.style["font"], form.style["heading_font"], form.style["size"])
        self.live: dict[str, object] = {}
        self.widths = dict(self.column_widths())

    def column_widths(self) -> Iterator[tuple[tuple[str, str], float]]:
        """Yield the width of each table column, by block and field."""
        for page in self.layout.pages:
            for section in page.sheet.sections:
                if isinstance(section, Table):
                    for column in page.columns:
                        keys = () if column.hidden else column.keys
                        yield from (((block, key), column.width) for block in section.blocks for key in keys)

    # --- formats ---------------------------------------------------------------------------------------------

    def format(self, style: str, **more: object):
        return self.palette.format(style, **more)

    def cell_format(self, block: Block, index: int, field: Field):
        form, type_ = self.form, TYPES[field.type]
        if field.hidden:
            return self.format("helper", num_format=type_.number_format)
        if field.type == "link":
            return self.format("link")
        if form.is_input(block, index, field):
            style = "final" if self.issue.finalized else "input"
        else:
            style = "reference" if field.last else "computed" if form.formula(block, index, field.key) is not None else "locked"
        number_format = type_.number_format
        if number_format == "@" and style == "computed":
            number_format = "General"  # Excel shows the formula itself in a cell formatted as text
        width = self.widths.get((block.key, field.key), LONGEST_ROW)
        align = ALIGN.get(field.type) or ("center" if width <= SHORT or style == "computed" else "left")
        more = {
            "num_format": number_format,
            "align": align,
            "indent": int(align != "center"),
            "valign": "top" if field.rows > 1 else "vcenter",
        }
        note = self.issue.annotation.notes.get(Spot(block.key, index, field.key)) if self.issue.annotation else None
        return self.format(style, **more, **({"bg_color": COLOURS[note.severity]} if note else {}))

    # --- values ----------------------------------------------------------------------------------------------

    def value(self, spot: Spot) -> object:
        rows = self.rows.get(spot.block, ())
        return rows[spot.index].get(spot.field) if spot.index < len(rows) else None

    def formula(self, spot: Spot, tree: Node, if_blank: str = '""') -> str:
        """The Excel formula of that cell; rows of one kind share a rendering, only the row number differs."""
        _, row, _ = self.layout.spots[spot]
        key = (id(tree), spot.block, if_blank)
        if key not in self.templates:

            def address(name: str) -> str:
                target = self.form.target(spot.block, name)
                if target.scope != "row" or not self.form.blocks[spot.block].table:  # single fields stand below one another
                    return self.layout.reference(spot, name)
                _, _, column = self.layout.spots[Spot(spot.block, spot.index, target.field)]
                return cell_name(0, column)[:-1] + "\0"

            # The tree is kept beside its rendering: an id may be given anew once its object is gone.
            self.templates[key] = (tree, to_excel(tree, address, if_blank))
        return self.templates[key][1].replace("\0", str(row + 1))

    def write_cell(self, sheet, spot: Spot, block: Block, field: Field, last: tuple[int, int] | None = None) -> None:
        """Write one cell, merged to `last` where that is given."""
        _, row, column = self.layout.spots[spot]
        style = self.cell_format(block, spot.index, field)
        if last:
            checked(sheet.merge_range(row, column, *last, "", style))
        tree, value = self.form.formula(block, spot.index, field.key), self.value(spot)
        if field.type == "serial":
            checked(sheet.write_number(row, column, spot.index + 1, style))
        elif field.type == "label":
            checked(sheet.write_string(row, column, self.label(block, spot), style))
        elif field.type == "link":
            self.write_link(sheet, row, column, block.rows[spot.index].key, style)
        elif block.key == RULES and self.issue.results is not None and tree is not None:
            state, count = self.issue.results.get(block.rows[spot.index].key, ("", 0))
            text = state if field.key == "state" else count
            write_value(sheet, row, column, text, field, style)
        elif tree is not None and tree != Literal(""):
            checked(sheet.write_formula(row, column, "=" + self.formula(spot, tree), style, cached_value(value)))
        else:
            write_value(sheet, row, column, value, field, style)

    def label(self, block: Block, spot: Spot) -> str:
        row = block.rows[spot.index]
        if block.key == RULES and spot.field == "severity":
            return self.form.words[self.form.rules[row.key].severity]
        return str(row.values.get(spot.field, ""))

    def write_link(self, sheet, row: int, column: int, code: str, style) -> None:
        """A link to the first failing cell, through a defined name that finds it anew whenever it is followed."""
        first = first_failing(self.layout, code)
        if first is None or self.issue.results is not None:
            checked(sheet.write_blank(row, column, None, style))
            return
        words = self.form.words
        checked(self.book.define_name(f"first_{code}", f"={first}"))
        index = next(i for i, preset in enumerate(self.form.blocks[RULES].rows) if preset.key == code)
        _, count_row, count_column = self.layout.spots[Spot(RULES, index, "count")]
        failing = self.value(Spot(RULES, index, "count"))
        formula = f'=IF(N({cell_name(count_row, count_column)})>0,HYPERLINK("#first_{code}","{words["go"]}"),"")'
        checked(sheet.write_formula(row, column, formula, style, words["go"] if failing else ""))

    def rectangle(self, first: Spot, last: Spot) -> tuple[int, int, int, int]:
        _, top, column = self.layout.spots[first]
        return top, column, self.layout.spots[last][1], column

    def book_format(self, colour: str):
        if colour not in self.live:
            self.live[colour] = self.book.add_format({"bg_color": COLOURS[colour]})
        return self.live[colour]


@lru_cache(maxsize=4)
def _prepared(form: Form, counts: tuple[tuple[str, int], ...], references: frozenset[Reference]) -> tuple[Layout, dict]:
    """Layout and rendered formulas, which workbooks of one shape share: half the time of writing a template."""
    return make_layout(form, dict(counts), references), {}


def write_value(sheet, row: int, column: int, value: object, field: Field, style) -> None:
    """Write what people typed: a number as a number, a date as a date, everything else as text, never as a formula."""
    if value is None or value == "":
        checked(sheet.write_blank(row, column, None, style))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        checked(sheet.write_number(row, column, value, style))
    elif field.type == "date" and (date := as_date(value)):
        checked(sheet.write_datetime(row, column, date, style))
    else:
        checked(sheet.write_string(row, column, str(value), style))


def cached_value(value: object) -> object:
    """What stands in a formula cell: "" where nothing shows; text escaped as Excel does, which XlsxWriter leaves to us."""
    if isinstance(value, str):
        return re.sub(r"_(?=x[0-9a-fA-F]{4}_)", "_x005F_", value)
    return "" if value is None else value


def write_key(sheet, line: Line) -> None:
    checked(sheet.write_string(line.row, 0, line.key))


def checked(outcome: object) -> None:
    """XlsxWriter refuses silently: every return code passes here."""
    assert outcome in (0, None), f"XlsxWriter refused a cell or setting: {outcome}"


def first_row(home: tuple[str, int, int, int], helper: tuple[str, int, int, int]) -> str:
    """The cell of column `home` in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    return f"INDEX({area(home)},MATCH(TRUE,INDEX({area(helper)}>0,0),0))"


def area(where: tuple[str, int, int, int]) -> str:
    title, column, first, last = where
    return f"{quoted(title)}!{cell_name(first, column, True)}:{cell_name(last, column, True)}"


def first_failing(layout: Layout, code: str) -> str | None:
    """The Excel expression for the first cell that fails a rule, None for what is checked on intake only."""
    rule = layout.form.rules[code]
    if rule.test:
        return first_row(layout.ranges[(rule.table, rule.cells[0])], layout.ranges[(rule.table, f"_{code}")])
    if rule.builtin not in COUNTED:
        return None
    helper, condition = COUNTED[rule.builtin]
    singles, tables = [], []
    for block in layout.form.blocks.values():
        if not block.table:
            cells = [layout.absolute(Spot(block.key, 0, f.key)) for f in block.fields.values() if getattr(f, condition)]
            singles += [(f'TRIM({cell})=""', cell) for cell in cells]
    for table in layout.form.tables.values():
        asked = [f.key for f in table.columns if getattr(f, condition) and (table.key, f.key) in layout.ranges]
        where = layout.ranges.get((table.key, helper))
        if where:
            home = layout.ranges[(table.key, asked[0] if asked else table.columns[0].key)]
            tables.append((f"SUM({area(where)})>0", first_row(home, where)))
    candidates = singles[:MOST_NESTED] + tables
    target = candidates[-1][1] if candidates else None
    for test, cell in reversed(candidates[:-1]):
        target = f"IF({test},{cell},{target})"
    return target
