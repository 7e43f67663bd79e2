"""The one workbook writer: blank template, filled, findings and finalized workbooks are this writer with more or less.

    write_workbook(form, rows, Path("自评表.xlsx"), issue=Issue(fiscal_year=2022, unit="…", date="2023-01-05"))

Every formula is written with its cached value, every text as text, every dropdown through a defined name. What
XlsxWriter refuses it refuses silently (a warning and a return code), so every return code is checked. The same input
gives the same bytes: dates come from the issue, never from the clock.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .document import Rows, Spot
from .expression import Call, IsBlank, Kind, Literal, Name, Node, Operation, to_excel
from .form import RULES, TYPES, Block, Field, Form, Table
from .layout import MARK, Layout, Line, Page, cell_name, make_layout, quoted, sheet_mark

HIDDEN_SHEET = MARK  # identity and dropdown lists; only programs read it
LONGEST_ROW = 409.0  # points; Excel's limit of a row's height
POINTS_PER_LINE = 15.0


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

    @property
    def finalized(self) -> bool:
        return bool(self.submission)


BORDER = {"border": 1, "border_color": "#A6B1BD"}
COLOURS = {"input": "#FFFBE6", "computed": "#EFF1F3", "required": "#FCE0C8", "error": "#F4B6B0", "warning": "#FBE3A0",
           "locked": "#E9EFF6", "final": "#FFFFFF", "passed": "#DCEFD8"}  # fmt: skip
STYLES: dict[str, dict] = {
    "title": {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter", "heading": True},
    "year": {"font_size": 13, "align": "center", "valign": "vcenter"},
    "heading": {"bold": True, "font_size": 12, "valign": "vcenter", "heading": True, "bottom": 1, "bottom_color": "#5B7083"},
    "header": {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#D5E0EC", **BORDER},
    "label": {"valign": "vcenter", "text_wrap": True, "indent": 1, "bg_color": COLOURS["locked"], **BORDER},
    "input": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["input"], "locked": False, **BORDER},
    "computed": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["computed"], **BORDER},
    "locked": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["locked"], **BORDER},
    "final": {"valign": "vcenter", "text_wrap": True, **BORDER},
    "required": {"bg_color": COLOURS["required"], "align": "center", "valign": "vcenter", **BORDER},
    "error": {"bg_color": COLOURS["error"], **BORDER},
    "plain": {"valign": "vcenter", "text_wrap": True},
    "signature": {"valign": "vcenter", "align": "right"},
    "note": {"valign": "vcenter", "font_color": "#7A8794", "font_size": 9, "italic": False},
    "link": {"valign": "vcenter", "align": "center", "font_color": "#1F5FA8", "underline": 1, "bg_color": COLOURS["computed"], **BORDER},
    "helper": {"font_color": "#999999"},
}  # fmt: skip
ALIGN = {"money": "right", "percentage": "right", "ratio": "right", "value": "center", "choice": "center",
         "serial": "center", "count": "center"}  # fmt: skip
SHORT = 10.0  # columns up to this width hold a word and are centred; wider ones hold text and are indented


class Writer:
    """One workbook being written; holds what every cell needs: the layout, the rows, the formats made so far."""

    def __init__(self, form: Form, rows: Rows, path: Path, issue: Issue, counts: Mapping[str, int] | None) -> None:
        import xlsxwriter

        self.form, self.rows, self.issue = form, rows, issue
        self.layout: Layout = make_layout(form, counts)
        self.book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False,
                                                    "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})  # fmt: skip
        self.formats: dict[tuple, object] = {}
        self.widths = dict(self.column_widths())
        self.templates: dict[tuple, tuple[Node, str]] = {}

    def column_widths(self) -> Iterator[tuple[tuple[str, str], float]]:
        """Yield the width of each table column, by block and field."""
        for page in self.layout.pages:
            for section in page.sheet.sections:
                if isinstance(section, Table):
                    shown = [column.key for column in section.columns if not column.hidden]
                    for key, width in zip(shown, page.sheet.widths, strict=False):
                        yield from (((block, key), width) for block in section.blocks)

    # --- formats ---------------------------------------------------------------------------------------------

    def format(self, style: str, **more: object):
        key = (style, *sorted(more.items()))
        if key not in self.formats:
            properties = {"font_name": self.form.style["font"], "font_size": self.form.style["size"], **STYLES[style], **more}
            if properties.pop("heading", False):
                properties["font_name"] = self.form.style["heading_font"]
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def cell_format(self, block: Block, index: int, field: Field):
        form, type_ = self.form, TYPES[field.type]
        if field.hidden:
            return self.format("helper", num_format=type_.number_format)
        if field.type == "link":
            return self.format("link")
        if form.is_input(block, index, field):
            style = "final" if self.issue.finalized else "input"
        else:
            style = "computed" if form.formula(block, index, field.key) is not None else "locked"
        number_format = type_.number_format
        if number_format == "@" and style == "computed":
            number_format = "General"  # Excel shows the formula itself in a cell formatted as text
        width = self.widths.get((block.key, field.key), LONGEST_ROW)
        align = ALIGN.get(field.type) or ("center" if width <= SHORT or style == "computed" else "left")
        more = {"num_format": number_format, "align": align, "indent": int(align != "center"),
                "valign": "top" if field.rows > 1 else "vcenter"}  # fmt: skip
        return self.format(style, **more)

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
                if target.scope != "row":
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
        first = self.first_failing(code)
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

    def first_failing(self, code: str) -> str | None:
        """The Excel expression for the first cell that fails a rule, None for what is checked on intake only."""
        rule = self.form.rules[code]
        if rule.test:
            return first_row(self.layout.ranges[(rule.table, rule.cells[0])], self.layout.ranges[(rule.table, f"_{code}")])
        if rule.builtin not in COUNTED:
            return None
        helper, condition = COUNTED[rule.builtin]
        singles, tables = [], []
        for block in self.form.blocks.values():
            if not block.table:
                cells = [self.layout.absolute(Spot(block.key, 0, f.key)) for f in block.fields.values() if getattr(f, condition)]
                singles += [(f'TRIM({cell})=""', cell) for cell in cells]
        for table in self.form.tables.values():
            asked = [f.key for f in table.columns if getattr(f, condition) and (table.key, f.key) in self.layout.ranges]
            where = self.layout.ranges.get((table.key, helper))
            if where:
                home = self.layout.ranges[(table.key, asked[0] if asked else table.columns[0].key)]
                tables.append((f"SUM({area(where)})>0", first_row(home, where)))
        *others, (_, last) = singles + tables
        for test, cell in reversed(others):
            last = f"IF({test},{cell},{last})"
        return last

    # --- sheets ----------------------------------------------------------------------------------------------

    def write(self) -> None:
        issue, words = self.issue, self.form.words
        created = datetime.datetime.fromisoformat(issue.date)
        self.book.set_properties({"title": self.form.title, "author": MARK, "created": created,
                                  "comments": f"{self.form.key} {self.form.revision} {issue.version}"})  # fmt: skip
        self.book.set_calc_mode("auto")
        plain = plain_worksheet()
        sheets = [(page, self.book.add_worksheet(page.sheet.title, plain)) for page in self.layout.pages]
        hidden = self.book.add_worksheet(HIDDEN_SHEET)
        hidden.very_hidden()
        self.write_hidden(hidden)
        for page, sheet in sheets:
            self.set_up(page, sheet, words)
            for line in page.lines:
                LINES[line.kind](self, sheet, page, line)
            for section in page.sheet.sections:
                if isinstance(section, Table):
                    self.live(page, sheet, section)
        sheets[0][1].activate()
        self.book.close()

    def set_up(self, page: Page, sheet, words: Mapping[str, str]) -> None:
        """Keys, widths, print set-up, frozen panes and protection of one sheet."""
        helper = self.format("helper")
        for number, column in enumerate(page.columns):
            checked(sheet.set_column(number, number, column.width, None, {"hidden": column.hidden}))
            if column.keys:
                checked(sheet.write_string(0, number, " ".join(column.keys), helper))
        checked(sheet.write_string(0, 0, sheet_mark(self.form, page.sheet), helper))
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        if page.sheet.landscape:
            sheet.set_landscape()
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C&9{words['footer']}")
        last = page.lines[-1]
        sheet.print_area(1, 1, last.row + last.rows - 1, page.last_visible)
        header = next((line for line in page.lines if line.kind == "header"), None)
        if header:
            below = header.row + header.rows
            frozen = max((s.freeze for s in page.sheet.sections if isinstance(s, Table)), default=0)
            sheet.repeat_rows(header.row, below - 1)
            if not any(line.kind == "narrative" for line in page.lines):  # a frozen narrative would fill the screen
                sheet.freeze_panes(below, frozen + 1 if frozen else 0)
        allowed = () if self.issue.finalized else ("format_cells", "format_columns", "format_rows", "insert_rows", "sort", "autofilter")
        checked(sheet.protect(self.issue.password, {"objects": True, "scenarios": True, **dict.fromkeys(allowed, True)}))

    def write_hidden(self, sheet) -> None:
        """Identity in columns A and B, one dropdown list per column from D on."""
        identity = {"form": self.form.key, "revision": self.form.revision, "digest": self.form.digest,
                    "fiscal_year": str(self.issue.fiscal_year), "unit": self.issue.unit, "date": self.issue.date,
                    "version": self.issue.version, "submission": self.issue.submission,
                    "intake": self.issue.intake}  # fmt: skip
        checked(sheet.write_string(0, 0, f"{MARK} {self.form.key} {self.form.revision} identity"))
        for number, (key, value) in enumerate(identity.items(), 1):
            checked(sheet.write_string(number, 0, key))
            checked(sheet.write_string(number, 1, value))
        column = 3
        for table in self.form.tables.values():
            for field in table.columns:
                if field.choices:
                    for number, choice in enumerate(field.choices):
                        checked(sheet.write_string(number, column, choice))
                    where = (HIDDEN_SHEET, column, 0, len(field.choices) - 1)
                    checked(self.book.define_name(f"list_{table.key}_{field.key}", "=" + area(where)))
                    column += 1

    def live(self, page: Page, sheet, table: Table) -> None:
        """Dropdowns, limits and live colours of one table, a range per block and column."""
        for key in table.blocks:
            block = self.form.blocks[key]
            count = self.layout.counts[key]
            for field in (f for f in block.fields.values() if not f.hidden):
                kinds = {self.form.is_input(block, index, field): index for index in reversed(range(count))}
                if True not in kinds or not self.layout.spots.get(Spot(key, 0, field.key)):
                    continue
                first, last = Spot(key, kinds[True], field.key), Spot(key, count - 1, field.key)
                self.colour(sheet, block, field, first, last)
                if not self.issue.finalized:
                    self.restrict(sheet, f"list_{table.key}_{field.key}", block, field, first, last)
            self.colour_rules(sheet, block, table, count)
        if table.key == RULES:
            self.colour_states(sheet)

    def rectangle(self, first: Spot, last: Spot) -> tuple[int, int, int, int]:
        _, top, column = self.layout.spots[first]
        return top, column, self.layout.spots[last][1], column

    def colour(self, sheet, block: Block, field: Field, first: Spot, last: Spot) -> None:
        """Blank cells that are required turn orange as soon as their row is used."""
        required = self.form.required(block, first.index, field)
        if required is False:
            return
        tests: list[Node] = [Operation("=", Name("_used", Kind.NUMBER), Literal(1), Kind.BOOLEAN, Kind.NUMBER)]
        tests += [required] if not isinstance(required, bool) else []
        tests.append(IsBlank(Name(field.key, field.kind), True))
        formula = "=" + self.formula(first, Call("AND", tuple(tests), Kind.BOOLEAN), "FALSE")
        checked(sheet.conditional_format(*self.rectangle(first, last), {
            "type": "formula", "criteria": formula, "format": self.book_format("required")}))  # fmt: skip

    def colour_rules(self, sheet, block: Block, table: Table, count: int) -> None:
        for rule in self.form.rules.values():
            if rule.table != table.key or f"_{rule.code}" not in block.fields:
                continue
            if rule.blocks and block.key not in rule.blocks:
                continue
            for key in rule.cells:
                first, last = Spot(block.key, 0, key), Spot(block.key, count - 1, key)
                _, row, column = self.layout.spots[first._replace(field=f"_{rule.code}")]
                checked(sheet.conditional_format(*self.rectangle(first, last), {
                    "type": "formula", "criteria": f"={cell_name(row, column)}=1",
                    "format": self.book_format("error" if rule.severity == "error" else "warning")}))  # fmt: skip

    def colour_states(self, sheet) -> None:
        words, count = self.form.words, self.layout.counts[RULES]
        first, last = Spot(RULES, 0, "state"), Spot(RULES, count - 1, "state")
        _, row, severity = self.layout.spots[first._replace(field="severity")]
        state = self.layout.spots[first][2]
        failed = f'=AND({cell_name(row, state)}="{words["failed"]}",{cell_name(row, severity)}="{words["warning"]}")'
        checked(sheet.conditional_format(*self.rectangle(first, last), {
            "type": "formula", "criteria": failed, "format": self.book_format("warning"), "stop_if_true": True}))  # fmt: skip
        for word, colour in ((words["failed"], "error"), (words["waiting"], "required"), (words["passed"], "passed")):
            checked(sheet.conditional_format(*self.rectangle(first, last), {
                "type": "cell", "criteria": "==", "value": f'"{word}"', "format": self.book_format(colour)}))  # fmt: skip

    def book_format(self, colour: str):
        key = ("live", colour)
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"bg_color": COLOURS[colour]})
        return self.formats[key]

    def restrict(self, sheet, list_name: str, block: Block, field: Field, first: Spot, last: Spot) -> None:
        """The data validation of a column: help, never assurance (pasting wipes it)."""
        words = self.form.words
        options = {"input_title": shortened(field.label, 32), "input_message": shortened(field.help, 255),
                   "error_title": words["input_error"], "ignore_blank": True}  # fmt: skip
        _, row, column = self.layout.spots[first]
        cell = cell_name(row, column)
        rule = RESTRICTIONS.get(field.type, lambda *_: {"validate": "any"})(self, cell, first, field, list_name)
        if rule["validate"] == "any" and not field.help:
            return
        if not field.help:
            del options["input_title"], options["input_message"]
        checked(sheet.data_validation(*self.rectangle(first, last), {**options, **rule}))


# --- the lines of a sheet, by kind ---------------------------------------------------------------------------


def write_title(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, writer.format("title")))


def write_heading(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, writer.format("heading")))


def write_year(writer: Writer, sheet, page: Page, line: Line) -> None:
    text = writer.form.year_line.format(year=writer.issue.fiscal_year)
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, text, writer.format("year")))


def write_gap(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)


def write_signature(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    middle = page.last_visible - 1
    checked(sheet.merge_range(line.row, 1, line.row, middle, line.text, writer.format("signature")))
    checked(sheet.write_blank(line.row, page.last_visible, None, writer.format("plain", bottom=1)))


def write_paragraph(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, writer.format("plain")))


def write_field(writer: Writer, sheet, page: Page, line: Line) -> None:
    """A label and, merged over the other columns, its value."""
    block = writer.form.blocks[line.block]
    field, spot = block.fields[line.field], Spot(line.block, 0, line.field)
    sheet.set_row(line.row, line.height)
    write_key(sheet, line)
    checked(sheet.write_string(line.row, 1, line.text, writer.format("label")))
    last = (line.row, page.last_visible) if page.last_visible > 2 else None
    writer.write_cell(sheet, spot, block, field, last)
    finish_single(writer, sheet, block, field, spot)


def write_narrative(writer: Writer, sheet, page: Page, line: Line) -> None:
    """A long text over several merged rows, high enough for what stands in it."""
    block = writer.form.blocks[line.block]
    field, spot = block.fields[line.field], Spot(line.block, 0, line.field)
    needed = lines_needed(writer.value(spot), sum(page.sheet.widths)) * POINTS_PER_LINE + 6
    height = min(LONGEST_ROW, max(line.height, needed / line.rows))
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, round(height, 1))
    write_key(sheet, line)
    writer.write_cell(sheet, spot, block, field, (line.row + line.rows - 1, page.last_visible))
    finish_single(writer, sheet, block, field, spot)


def finish_single(writer: Writer, sheet, block: Block, field: Field, spot: Spot) -> None:
    if not writer.form.is_input(block, 0, field):
        return
    if field.required:
        blank = "=" + writer.formula(spot, IsBlank(Name(field.key, field.kind), True), "FALSE")
        checked(sheet.conditional_format(*writer.rectangle(spot, spot), {
            "type": "formula", "criteria": blank, "format": writer.book_format("required")}))  # fmt: skip
    if not writer.issue.finalized:
        writer.restrict(sheet, "", block, field, spot, spot)


def write_header(writer: Writer, sheet, page: Page, line: Line) -> None:
    """The official header; neighbours of one group share a merged cell above them."""
    write_key(sheet, line)
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, line.height)
    style = writer.format("header")
    columns = [column for column in writer.form.tables[line.table].columns if not column.hidden]
    number = 0
    while number < len(columns):
        group, first = columns[number].group, number
        while number + 1 < len(columns) and group and columns[number + 1].group == group:
            number += 1
        if line.rows == 1:
            checked(sheet.write_string(line.row, first + 1, columns[first].label, style))
        elif not group:
            checked(sheet.merge_range(line.row, first + 1, line.row + 1, first + 1, columns[first].label, style))
        else:
            checked(sheet.merge_range(line.row, first + 1, line.row, number + 1, group, style))
            for below in range(first, number + 1):
                checked(sheet.write_string(line.row + 1, below + 1, columns[below].label, style))
        number += 1


def write_row(writer: Writer, sheet, page: Page, line: Line) -> None:
    """One row of a table: every cell of it, helpers included, and height for its longest text."""
    write_key(sheet, line)
    block = writer.form.blocks[line.block]
    table = writer.form.tables[line.table]
    blank = line.index >= len(writer.rows.get(block.key, ())) or not any(
        writer.value(Spot(block.key, line.index, f.key)) not in (None, "") for f in block.fields.values() if f.in_document)
    hidden = writer.issue.finalized and blank and block.shape == "list" and not block.row(line.index)
    shown = [f for f in table.columns if not f.hidden]
    pairs = zip(shown, page.sheet.widths, strict=False)
    needed = max(lines_needed(writer.value(Spot(block.key, line.index, f.key)), width) for f, width in pairs)
    height = min(LONGEST_ROW, max(line.height, needed * POINTS_PER_LINE + 4))
    sheet.set_row(line.row, round(height, 1), None, {"hidden": hidden})
    for field in block.fields.values():
        spot = Spot(block.key, line.index, field.key)
        if spot in writer.layout.spots:
            writer.write_cell(sheet, spot, block, field)


def write_end(writer: Writer, sheet, page: Page, line: Line) -> None:
    write_key(sheet, line)
    block = writer.form.blocks[writer.form.tables[line.table].blocks[-1]]
    open_ended = block.shape == "list" and not writer.issue.finalized
    sheet.set_row(line.row, line.height)
    text = writer.form.words["end"] if open_ended else ""
    checked(sheet.write_string(line.row, 1, text, writer.format("note"))) if text else None


def write_guide_unit(writer: Writer, sheet, page: Page, line: Line) -> None:
    cell = writer.layout.absolute(Spot("cover", 0, "unit"))
    value = writer.value(Spot("cover", 0, "unit")) or ""
    write_pair(writer, sheet, page, line)
    style = writer.format("computed")
    checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, "", style))
    checked(sheet.write_formula(line.row, 3, f'=IF(TRIM({cell})="","",{cell})', style, cached_value(value)))


def write_guide_year(writer: Writer, sheet, page: Page, line: Line) -> None:
    write_pair(writer, sheet, page, line, str(writer.issue.fiscal_year))


def write_guide_identity(writer: Writer, sheet, page: Page, line: Line) -> None:
    form = writer.form
    write_pair(writer, sheet, page, line, f"{form.key} {form.revision} · {form.digest[:12]} · {MARK} {writer.issue.version}")


def write_guide_missing(writer: Writer, sheet, page: Page, line: Line) -> None:
    write_key(sheet, line)
    write_pair(writer, sheet, page, line)
    spot = Spot(line.block, 0, line.field)
    block, style = writer.form.blocks[line.block], writer.format("required", bold=True)
    tree = writer.form.formula(block, 0, line.field)
    value = writer.value(spot)
    checked(sheet.write_formula(line.row, 3, "=" + writer.formula(spot, tree), style, 0 if value is None else value))
    checked(sheet.write_string(line.row, 4, writer.form.words["missing_unit"], writer.format("plain")))
    rectangle = (line.row, 3, line.row, 3)
    checked(sheet.conditional_format(*rectangle, {"type": "cell", "criteria": "==", "value": 0,
                                                  "format": writer.book_format("passed")}))  # fmt: skip


def write_guide_submission(writer: Writer, sheet, page: Page, line: Line) -> None:
    if not writer.issue.finalized:
        sheet.set_row(line.row, 6)
        return
    write_pair(writer, sheet, page, line, f"{writer.issue.submission} · {writer.form.words['finalized_on']} {writer.issue.date}")


def write_pair(writer: Writer, sheet, page: Page, line: Line, text: str = "") -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, 2, line.text, writer.format("label")))
    if text:
        checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, text, writer.format("computed")))


def write_legend(writer: Writer, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    colour = COLOURS[line.field]
    checked(sheet.write_blank(line.row, 1, None, writer.format("plain", bg_color=colour, **BORDER)))
    checked(sheet.write_string(line.row, 2, line.text, writer.format("plain")))


def write_ask(writer: Writer, sheet, page: Page, line: Line) -> None:
    """What one rule asks of the department."""
    rule = writer.form.rules[line.text]
    sheet.set_row(line.row, line.height)
    checked(sheet.write_string(line.row, 1, writer.form.words[rule.severity], writer.format("label", align="center")))
    checked(sheet.write_string(line.row, 2, rule.title, writer.format("plain", **BORDER)))
    checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, rule.why, writer.format("plain", **BORDER)))


LINES = {
    "title": write_title, "heading": write_heading, "year": write_year, "gap": write_gap, "signature": write_signature,
    "paragraph": write_paragraph, "field": write_field, "narrative": write_narrative, "header": write_header,
    "row": write_row, "end": write_end, "guide_unit": write_guide_unit, "guide_year": write_guide_year,
    "guide_identity": write_guide_identity, "guide_missing": write_guide_missing,
    "guide_submission": write_guide_submission, "legend": write_legend, "ask": write_ask,
}  # fmt: skip


# --- data validations, by field type -------------------------------------------------------------------------


def _choice(writer: Writer, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {"validate": "list", "source": f"={list_name}", "error_message": writer.form.words["choose"]}


def _money(writer: Writer, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {"validate": "decimal", "criteria": "between", "minimum": field.minimum, "maximum": field.maximum,
            "error_message": writer.form.words["number_error"]}  # fmt: skip


def _value(writer: Writer, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    test = writer.formula(spot, field.number_when, "FALSE")
    return {"validate": "custom", "value": f"=IF({test},ISNUMBER({cell}),TRUE)",
            "error_message": writer.form.words["number_error"]}  # fmt: skip


def _text(writer: Writer, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    if not field.max_length:
        return {"validate": "any"}
    return {"validate": "length", "criteria": "<=", "value": field.max_length,
            "error_message": writer.form.words["length_error"]}  # fmt: skip


def _date(writer: Writer, cell: str, spot: Spot, field: Field, list_name: str) -> dict:
    return {"validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1),
            "error_message": writer.form.words["date_error"]}  # fmt: skip


RESTRICTIONS = {"choice": _choice, "money": _money, "value": _value, "text": _text, "code": _text, "date": _date}


def plain_worksheet() -> type:
    """A worksheet class that takes formulas as they are.

    XlsxWriter searches every formula for forty functions newer than ours, half the time of writing a template; the
    formula language has none of them.
    """
    from xlsxwriter.worksheet import Worksheet

    class PlainWorksheet(Worksheet):
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return PlainWorksheet


# --- small facts ---------------------------------------------------------------------------------------------


def write_workbook(form: Form, rows: Rows, path: Path, issue: Issue, counts: Mapping[str, int] | None = None) -> None:
    """Write the workbook of those computed rows; `counts` are rows per block (default: preset plus spare)."""
    Writer(form, rows, path, issue, counts).write()


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


def as_date(value: object) -> datetime.date | None:
    """An ISO date that Excel can hold, None for anything else."""
    try:
        date = datetime.date.fromisoformat(str(value))
    except ValueError:
        return None
    return date if date.year >= 1900 and date.isoformat() == value else None


def write_key(sheet, line: Line) -> None:
    checked(sheet.write_string(line.row, 0, line.key))


def checked(outcome: object) -> None:
    """XlsxWriter refuses silently: every return code passes here."""
    assert outcome in (0, None), f"XlsxWriter refused a cell or setting: {outcome}"


COUNTED = {"missing": ("_missing", "required"), "wanted": ("_wanted", "wanted")}  # builtin: helper column, field attribute


def first_row(home: tuple[str, int, int, int], helper: tuple[str, int, int, int]) -> str:
    """The cell of column `home` in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    return f"INDEX({area(home)},MATCH(TRUE,INDEX({area(helper)}>0,0),0))"


def area(where: tuple[str, int, int, int]) -> str:
    title, column, first, last = where
    return f"{quoted(title)}!{cell_name(first, column, True)}:{cell_name(last, column, True)}"


def lines_needed(value: object, width: float) -> int:
    """How many printed lines a text takes in a column of that width (a Chinese character is two units wide)."""
    if not isinstance(value, str):
        return 1
    per_line = max(2, int(width) - 1)
    return sum(max(1, -(-text_width(part) // per_line)) for part in value.split("\n"))


def text_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def shortened(text: str, limit: int) -> str:
    """At most that many UTF-16 units, as Excel counts."""
    while len(text.encode("utf-16-le")) // 2 > limit:
        text = text[:-1]
    return text
