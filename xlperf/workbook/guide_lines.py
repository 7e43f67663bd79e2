"""The lines of the program's own first page: for whom the workbook is, what is still missing, what the colours mean.

GUIDE_LINES["guide_year"](writer, sheet, page, line)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlperf import __version__
from xlperf.forms.document import Spot, unit_spot
from xlperf.forms.layout import MARK
from xlperf.forms.sheet_lines import Line, Page
from xlperf.formula.operands import IDEOGRAPHIC_SPACE
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter, cached_value, write_key
from xlperf.workbook.live_colours import colour_equal
from xlperf.workbook.rule_results import missing_count
from xlperf.workbook.styles import BORDER, COLOURS, POINTS_PER_LINE, lines_needed

NAMES, VALUES = 1, 3  # columns where the name of a fact and the fact begin


def _write_name(writer: CellWriter, sheet: Worksheet, line: Line) -> None:
    """The name of a fact, over two columns."""
    sheet.set_row(line.row, line.height)
    sheet.merge_range(line.row, NAMES, line.row, VALUES - 1, line.text, writer.format("label"))


def _fitting(page: Page, line: Line, text: str) -> float:
    """The height of a line that has a text from its third column on."""
    needed = lines_needed(text, page.width(VALUES, page.last_printed)) * POINTS_PER_LINE + 4
    return max(line.height or 0, needed)


def write_opening(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """What is to be done, by when, whom to ask."""
    _, text = writer.form.opening_in(writer.identity.fiscal_year)[line.index]
    _write_name(writer, sheet, line)
    sheet.set_row(line.row, _fitting(page, line, text))
    sheet.merge_range(line.row, VALUES, line.row, page.last_printed, text, writer.format("plain", bold=True, **BORDER))


def _write_small(writer: CellWriter, sheet: Worksheet, page: Page, line: Line, fact: str) -> None:
    """What programs know a workbook by: small, for people only when they are asked."""
    sheet.set_row(line.row, line.height)
    text = f"{line.text}{IDEOGRAPHIC_SPACE}{fact}"
    sheet.merge_range(line.row, NAMES, line.row, page.last_printed, text, writer.format("identity"))


def write_unit(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The name of the unit, as it stands on the cover."""
    _write_name(writer, sheet, line)
    spot, style = unit_spot(writer.form), writer.format("computed")
    cell = writer.layout.absolute(spot)
    sheet.merge_range(line.row, VALUES, line.row, page.last_printed, "", style)
    sheet.write_formula(line.row, VALUES, f'=IF(TRIM({cell})="","",{cell})', style, cached_value(writer.value(spot) or ""))


def write_fiscal_year(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The fiscal year that the workbook is for."""
    _write_name(writer, sheet, line)
    fact, style = str(writer.identity.fiscal_year), writer.format("computed")
    sheet.merge_range(line.row, VALUES, line.row, page.last_printed, fact, style)


def write_identity(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """Form, revision, the first digits of its digest, and the version of the program."""
    form = writer.form
    _write_small(writer, sheet, page, line, f"{form.key} {form.revision} · {form.digest[:12]} · {MARK} {__version__}")


def write_missing(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """How many required cells are still blank; none is a good colour."""
    write_key(sheet, line)
    _write_name(writer, sheet, line)
    spot, style = Spot(line.block, 0, line.field), writer.format("required", bold=True)
    tree, count = writer.form.formula(writer.form.blocks[line.block], 0, line.field), writer.value(spot)
    assert tree is not None, "the count of blanks is computed"
    formula = writer.formula(spot, tree)
    live = formula if writer.finalized else missing_count(writer.layout, formula)
    sheet.write_formula(line.row, VALUES, f"={live}", style, count or 0)
    sheet.write_string(line.row, VALUES + 1, writer.form.words["missing_unit"], writer.format("plain"))
    colour_equal(writer, sheet, (line.row, VALUES, line.row, VALUES), 0, "passed")


def write_submission(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """Of a finalized workbook: the submission that it was made of, when, and from what kind of report."""
    if writer.finalized:
        words = writer.form.words
        fact = f"{writer.finalized.submission} · {words['finalized_on']} {writer.identity.date}"
        notes = [note for note in (writer.finalized.imported, writer.finalized.waived) if note]
        text = "\n".join([fact, *notes])
        _write_small(writer, sheet, page, line, text)
        if notes:
            sheet.set_row(line.row, _fitting(page, line, text))
    else:
        sheet.set_row(line.row, 6)


def write_legend(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """A colour, and what it means."""
    sheet.set_row(line.row, line.height)
    sheet.write_blank(line.row, NAMES, None, writer.format("plain", bg_color=COLOURS[line.field], **BORDER))
    sheet.write_string(line.row, NAMES + 1, line.text, writer.format("plain"))


def write_rule(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """What one rule asks of the department, and why."""
    rule = writer.form.rules[line.text]
    title = lines_needed(rule.title, page.width(NAMES + 1, NAMES + 1)) * POINTS_PER_LINE + 4
    sheet.set_row(line.row, max(title, _fitting(page, line, rule.why)))
    sheet.write_string(line.row, NAMES, writer.form.severity_word(rule), writer.format("label", align="center"))
    sheet.write_string(line.row, NAMES + 1, rule.title, writer.format("plain", **BORDER))
    sheet.merge_range(line.row, VALUES, line.row, page.last_printed, rule.why, writer.format("plain", **BORDER))


GUIDE_LINES: Mapping[str, Callable[[CellWriter, Worksheet, Page, Line], None]] = {
    "guide_opening": write_opening,
    "guide_unit": write_unit,
    "guide_year": write_fiscal_year,
    "guide_identity": write_identity,
    "guide_missing": write_missing,
    "guide_submission": write_submission,
    "legend": write_legend,
    "ask": write_rule,
}
