"""The cells of one workbook being written: what stands in each of them, as which type, in which format.

writer = CellWriter(book, form, rows, identity=identity)
writer.write_cell(sheet, Spot("total", 0, "rate"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from functools import lru_cache, partial

from xlperf.addresses import cell_name, column_name
from xlperf.forms.document import Rows, Spot, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout, filled_references, make_layout, row_counts
from xlperf.forms.live.states import ISSUED
from xlperf.forms.model import RULES, Block, Field, Table
from xlperf.forms.sheet_lines import Line, Reference
from xlperf.formula.dates import day_of
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Kind, Literal, Node
from xlperf.values.dates import as_date
from xlperf.workbook.book import Book, Format, Worksheet
from xlperf.workbook.identity import Finalized, Identity
from xlperf.workbook.problems.notes import Annotation
from xlperf.workbook.rule_links import links_of_rule
from xlperf.workbook.rule_results import issued_unit_state, issued_unit_value, live_count, live_state
from xlperf.workbook.styles import ALIGN, COLOURS, SHORT, Palette

Rectangle = tuple[int, int, int, int]  # top row, left column, bottom row, right column
Renderings = dict[tuple[int, str, str], tuple[Node, str]]
PLAIN = ("helper", "link")  # styles that look the same whatever stands in the cell
ROW_NUMBER = "\0"  # in a rendered formula, where the number of its row goes


class CellWriter:
    """What every cell of one workbook needs: layout, rows and formats, and what makes this copy of the form different."""

    def __init__(
        self,
        book: Book,
        form: Form,
        rows: Rows,
        *,
        identity: Identity,
        counts: Mapping[str, int] | None = None,
        annotation: Annotation | None = None,
        finalized: Finalized | None = None,
    ) -> None:
        self.book, self.form, self.rows = book, form, rows
        self.identity, self.annotation, self.finalized = identity, annotation, finalized
        sizes = tuple((counts or row_counts(form)).items())
        self.layout, self._renderings = _prepared(form, sizes, filled_references(form, rows))
        self.widths = dict(_column_widths(self.layout))
        self._sharing: dict[tuple[int, str, str], list[int]] = {}  # rows by formula: the trees are the form's, and stay
        self._cell_formats: dict[tuple[str, str, str, str | None], Format] = {}
        self.palette = Palette(book, form.style.font, form.style.heading_font, form.style.size)

    def block_and_field(self, spot: Spot) -> tuple[Block, Field]:
        """What the form says about a cell."""
        block = self.form.blocks[spot.block]
        return block, block.fields[spot.field]

    def value(self, spot: Spot) -> object:
        """What stands in a cell, None where its row is a spare one."""
        rows = self.rows.get(spot.block, ())
        return rows[spot.index].get(spot.field) if spot.index < len(rows) else None

    def format(self, style: str, **properties: object) -> Format:
        """The format of a style, with other properties where some are given."""
        return self.palette.format(style, **properties)

    def rectangle(self, first: Spot, last: Spot) -> Rectangle:
        """The cells of a column from a first one to a last one."""
        _, top, column = self.layout.spots[first]
        _, bottom, _ = self.layout.spots[last]
        return top, column, bottom, column

    def typed_cells(self, block: Block, field: Field) -> tuple[Spot, Spot] | None:
        """From the first to the last row of a block in which people type into that column, None where they do not."""
        count = self.layout.counts[block.key]
        first = next((index for index in range(count) if self.form.is_input(block, index, field)), None)
        if first is None or field.hidden or Spot(block.key, 0, field.key) not in self.layout.spots:
            return None
        return Spot(block.key, first, field.key), Spot(block.key, count - 1, field.key)

    # --- formulas --------------------------------------------------------------------------------------------

    def formula(self, spot: Spot, tree: Node, if_blank: str = '""') -> str:
        """The Excel formula of a cell, without "="; rows of one block share a rendering, only the row number differs.

        Renderings stay for the next workbook of the form: so a tree is to be one that stays too, and not made for one workbook.
        """
        key = (id(tree), spot.block, if_blank)
        if key not in self._renderings:
            # The tree is kept beside its rendering: an id may be given anew once its object is gone.
            self._renderings[key] = (tree, to_excel(tree, partial(self._address, spot), if_blank))
        _, row, _ = self.layout.spots[spot]
        return self._renderings[key][1].replace(ROW_NUMBER, str(row + 1))

    def rows_with(self, spot: Spot, tree: Node) -> list[int]:
        """The rows of a block that have that formula in the column of a cell, none where it stands there once."""
        block, key = self.form.blocks[spot.block], (id(tree), spot.block, spot.field)
        if block.key == RULES or not block.table:
            return []
        if key not in self._sharing:
            spots = (Spot(block.key, index, spot.field) for index in range(self.layout.counts[block.key]))
            same = [one for one in spots if self.form.formula(block, one.index, spot.field) is tree]
            self._sharing[key] = [self.layout.spots[one][1] for one in same]
        return self._sharing[key]

    def _address(self, home: Spot, name: str) -> str:
        """What a name in the formula of `home` is in Excel; in the same row of a table the row number is left open."""
        target = self.form.target(home.block, name)
        if target.reach == "above":
            return self.layout.above(home.block, target.field, ROW_NUMBER)
        if target.reach != "row" or not self.form.blocks[home.block].table:
            return self.layout.reference(home, name)  # single fields stand below one another
        _, _, column = self.layout.spots[home._replace(field=target.field)]
        return self.layout.meant(home.block, target.field, f"{column_name(column)}{ROW_NUMBER}")

    # --- cells -----------------------------------------------------------------------------------------------

    def write_cell(self, sheet: Worksheet, spot: Spot, *, merged_to: tuple[int, int] | None = None) -> None:
        """Write one cell, merged down to and right to that row and column where they are given."""
        _, row, column = self.layout.spots[spot]
        style = self.cell_format(spot)
        if merged_to:
            sheet.merge_range(row, column, *merged_to, "", style)
        _, field = self.block_and_field(spot)
        write = CONTENTS.get(field.type, _write_content)
        write(self, sheet, spot, style)

    def cell_format(self, spot: Spot) -> Format:
        """The format of a cell; one with a problem has the colour of its severity."""
        block, field = self.block_and_field(spot)
        style = self._style(block, spot.index, field)
        note = self.annotation.notes.get(spot) if self.annotation else None
        key = (block.key, field.key, style, note.severity if note else None)
        if key not in self._cell_formats:
            properties = self._properties(block, field, style)
            if note and style not in PLAIN:
                properties["bg_color"] = COLOURS[note.severity]
            self._cell_formats[key] = self.format(style, **properties)
        return self._cell_formats[key]

    def _style(self, block: Block, index: int, field: Field) -> str:
        if field.hidden:
            return "helper"
        if field.type == "link":
            return "link"
        if self.form.is_input(block, index, field):
            return "final" if self.finalized else "locked" if self._is_filled_in(block, index, field) else "input"
        if field.last:
            return "reference"
        return "locked" if self.form.formula(block, index, field.key) is None else "computed"

    def _is_filled_in(self, block: Block, index: int, field: Field) -> bool:
        """Whether an earlier stage filled in that cell; a rule of the program's own that it did not explain is open to others."""
        if not self.form.is_locked(block, index, field):
            return False
        if block.key != RULES or not self.form.rules[block.rows[index].key].builtin:
            return True
        return self.value(Spot(block.key, index, field.key)) is not None

    def _properties(self, block: Block, field: Field, style: str) -> dict[str, object]:
        """What the format of a cell has besides its style."""
        number_format = block.number_format(field)
        if style in PLAIN:
            return {"num_format": number_format} if style == "helper" else {}
        if style == "computed" and number_format == "@":
            number_format = "General"  # Excel shows the formula itself in a cell formatted as text
        align = self._alignment(block, field, style)
        return {
            "num_format": number_format,
            "align": align,
            "indent": int(align == "left"),  # LibreOffice forgets that of some cells aligned right
            "valign": "top" if field.rows > 1 else "vcenter",
            "text_wrap": field.kind is not Kind.NUMBER,
        }

    def _alignment(self, block: Block, field: Field, style: str) -> str:
        if field.type in ALIGN:
            return ALIGN[field.type]
        width = self.widths.get((block.key, field.key))
        return "center" if style == "computed" or (width is not None and width <= SHORT) else "left"


@lru_cache(maxsize=4)
def _prepared(form: Form, counts: tuple[tuple[str, int], ...], references: frozenset[Reference]) -> tuple[Layout, Renderings]:
    """Layout and rendered formulas, which workbooks of one shape share: half the time of writing a template."""
    return make_layout(form, dict(counts), references), {}


def _column_widths(layout: Layout) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield the width of each table column that is shown, by block and field."""
    for page in layout.pages:
        tables = [section for section in page.sheet.sections if isinstance(section, Table)]
        for number, column in enumerate(page.columns):
            if column.width is None or column.hidden:
                continue
            for table in tables:
                spans = {each.key: each.span for each in table.columns}
                for key in column.keys:
                    width = page.width(number, number + spans.get(key, 1) - 1)
                    yield from (((block, key), width) for block in table.blocks)


# --- what stands in a cell -----------------------------------------------------------------------------------


def _write_serial(writer: CellWriter, sheet: Worksheet, spot: Spot, style: Format) -> None:
    """The number of the row."""
    _, row, column = writer.layout.spots[spot]
    sheet.write_number(row, column, spot.index + 1, style)


def _write_label(writer: CellWriter, sheet: Worksheet, spot: Spot, style: Format) -> None:
    """What the form says in a preset row; of a rule, its severity in the form's word."""
    block, field = writer.block_and_field(spot)
    preset = block.rows[spot.index]
    text = str(preset.values.get(field.key, ""))
    if block.key == RULES and field.key == "severity":
        text = writer.form.severity_word(writer.form.rules[preset.key])
    _, row, column = writer.layout.spots[spot]
    sheet.write_string(row, column, text, style)


def _write_link(writer: CellWriter, sheet: Worksheet, spot: Spot, style: Format) -> None:
    """A link to what a rule is about; nothing while there is nothing to go to."""
    block, _ = writer.block_and_field(spot)
    _, row, column = writer.layout.spots[spot]
    rule, word, formula = writer.form.rules[block.rows[spot.index].key], writer.form.words["go"], '""'
    count = spot._replace(field="count")
    for link in reversed(links_of_rule(writer.layout, rule, cell_name(*writer.layout.spots[count][1:]))):
        formula = f'IF({link.test},HYPERLINK("#{link.name}","{word}"),{formula})'
    if writer.finalized or formula == '""':
        sheet.write_blank(row, column, None, style)
    else:
        leads = writer.value(count) or _result(writer, spot._replace(field="state"))[1] == writer.form.words["doubtful"]
        sheet.write_formula(row, column, f"={formula}", style, word if leads else "")


def _write_content(writer: CellWriter, sheet: Worksheet, spot: Spot, style: Format) -> None:
    """A formula with the value it has, or what people typed."""
    block, field = writer.block_and_field(spot)
    tree, value = writer.form.formula(block, spot.index, field.key), writer.value(spot)
    _, row, column = writer.layout.spots[spot]
    if tree is not None and block.key == RULES:
        formula, value = _result(writer, spot)
    else:
        formula = "" if tree is None or tree == Literal("") else writer.formula(spot, tree)
    if not formula:
        write_value(sheet, row, column, field.as_shown(value), field, style)
    elif tree is not None and "'!$" not in formula and len(rows := writer.rows_with(spot, tree)) > 1:  # none names another sheet
        sheet.write_shared(rows, column, formula, style, _shown(field, value), row)
    else:
        sheet.write_formula(row, column, f"={formula}", style, _shown(field, value))


def _result(writer: CellWriter, spot: Spot) -> tuple[str, object]:
    """The formula and the value of a rule's state or count; in a finalized workbook the value alone."""
    block = writer.form.blocks[RULES]
    rule, value = writer.form.rules[block.rows[spot.index].key], writer.value(spot)
    if writer.finalized:
        result = writer.finalized.results[rule.code]
        return "", result.state if spot.field == "state" else result.failing
    if rule.code == ISSUED:
        issued, unit = writer.identity.unit, writer.value(unit_spot(writer.form))
        state = issued_unit_value(writer.layout, issued, unit)
        return (issued_unit_state(writer.layout, issued), state) if spot.field == "state" else ("", value)
    tree = writer.form.formula(block, spot.index, spot.field)
    formula = writer.formula(spot, tree) if tree is not None else ""
    if spot.field == "state":
        return live_state(writer.layout, rule, formula), value
    return live_count(writer.layout, rule, formula), 0 if rule.builtin == "formulas" else value


ContentWriter = Callable[[CellWriter, Worksheet, Spot, Format], None]
CONTENTS: Mapping[str, ContentWriter] = {  # by the type of the field; of all other types _write_content
    "serial": _write_serial,
    "label": _write_label,
    "link": _write_link,
}


def write_value(sheet: Worksheet, row: int, column: int, value: object, field: Field, style: Format) -> None:
    """Write what people typed: a number as a number, a date as a date, everything else as text, never as a formula."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    elif field.type == "date" and (date := as_date(value)):
        sheet.write_datetime(row, column, datetime.combine(date, time()), style)
    else:
        sheet.write_string(row, column, str(value), style)


def _shown(field: Field, value: object) -> object:
    """What a formula cell of that field shows; a date is a number of days to it."""
    return cached_value(day_of(value) if field.kind is Kind.DATE else value)


def cached_value(value: object) -> object:
    """What a formula cell shows: "" where nothing does."""
    return "" if value is None else value


def write_key(sheet: Worksheet, line: Line) -> None:
    """Write the hidden key by which a line is found again, into column A; of fields beside one another the first has all."""
    if not line.is_beside:
        sheet.write_string(line.row, 0, line.key)
