"""XlsxWriter's workbook and worksheet, with everything they refuse made an error: the one home of that library.

    book = Book(Path("form.xlsx"))
    sheet = book.add_sheet("Budget")
    sheet.write_string(0, 0, "=1+1")  # a text stays a text, never a formula, a link or a number
    book.close()

XlsxWriter refuses silently: a warning, a return code, and something is missing from the file. Every method of theirs that has
a return code and is called by us is made strict here. It writes control characters in texts as Excel does, but not in what a
formula shows, where they make XML that nobody opens; and it takes a text like "<r>&</r>" for XML that stands already. Both
are made good here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format as Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook as SilentWorkbook
from xlsxwriter.worksheet import Worksheet as SilentWorksheet

from xlperf.addresses import cell_name

Method = TypeVar("Method", bound=Callable[..., Any])
Attributes = list[tuple[str, Any]]  # of an XML element, as XlsxWriter has them

UNWRITABLE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # as it stands, in the XML of a workbook
FONT, COLUMN_PIXELS = {"font_name": "Arial", "font_size": 11}, 72  # the standard font, and how wide a column is with it
TEXT_AS_IT_IS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def strict(method: Method) -> Method:
    """The same method, failing where XlsxWriter's return code says that it did nothing."""

    @wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        code = method(*arguments, **options)
        assert code in (0, None), f"XlsxWriter refused {method.__name__}{arguments[1:]}: {code}"
        return code

    return cast(Method, call)  # it takes and returns what the method does


def escaped(text: str) -> str:
    r"""A text as Excel writes it into XML.

    >>> escaped("a\x0bb"), escaped("_x000B_")
    ('a_x000B_b', '_x005F_x000B_')
    """
    return UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


_set_row = strict(SilentWorksheet.set_row)
NO_FORMULA = "0"  # what stands in for a formula while XlsxWriter takes it in


def fewest_digits(number: float) -> str:
    """A number in as few digits as say it."""
    return repr(float(number)).removesuffix(".0")


class FewestDigits(float):
    """A number that is printed in as few digits as say it, whatever format is asked for."""

    def __format__(self, spec: str) -> str:
        return fewest_digits(self)


class SharedFormula(str):
    """A formula that stands in several cells below one another, for the first of them; the others say only which one it is.

    So do Excel and WPS when they save. XlsxWriter, which does not, takes it for a formula like any other.
    """

    number: int  # of all that are shared on the sheet
    cells: str  # the range it stands in, "" of all cells but the first

    def tag(self, text: str) -> str:
        """The element of the formula in a cell; `text` is its text, escaped."""
        if self.cells:
            return f'<f t="shared" ref="{self.cells}" si="{self.number}">{text}</f>'
        return f'<f t="shared" si="{self.number}"/>'


class Worksheet(SilentWorksheet):
    """A worksheet that leaves nothing out silently; rows and columns are zero-based."""

    write_string = strict(SilentWorksheet.write_string)
    write_number = strict(SilentWorksheet.write_number)
    write_datetime = strict(SilentWorksheet.write_datetime)
    write_blank = strict(SilentWorksheet.write_blank)
    write_formula = strict(SilentWorksheet.write_formula)
    write_comment = strict(SilentWorksheet.write_comment)
    merge_range = strict(SilentWorksheet.merge_range)
    conditional_format = strict(SilentWorksheet.conditional_format)
    data_validation = strict(SilentWorksheet.data_validation)
    set_column = strict(SilentWorksheet.set_column)
    autofilter = strict(SilentWorksheet.autofilter)
    print_area = strict(SilentWorksheet.print_area)
    insert_chart = strict(SilentWorksheet.insert_chart)

    def __init__(self) -> None:
        super().__init__()
        self._growing: set[int] = set()
        self._heights: dict[int, float] = {}  # of rows that are shown, as far as somebody chose them

    @property
    def title(self) -> str:
        """Its name on the tab."""
        return str(self.name)

    def set_row(
        self, row: int, height: float | None = None, cell_format: Format | None = None, options: dict[str, Any] | None = None
    ) -> Literal[0, -1]:
        """Give a row its height in points; it is kept for whoever asks."""
        self._heights[row] = 0 if (options or {}).get("hidden") else height or 0
        return _set_row(self, row, height, cell_format, options)

    def height_of(self, row: int) -> float:
        """The points of a row, 0 of one that is hidden or whose height Excel decides."""
        return self._heights.get(row, 0)

    def raise_row(self, row: int, height: float) -> None:
        """Give a row that is shown another height; one that grows still does."""
        self.set_row(row, height)

    def grow_row(self, row: int, height: float, *, hidden: bool = False) -> None:
        """Give a row the height that it needs now, and let it grow with what people type into it."""
        self.set_row(row, height, None, {"hidden": hidden})
        self._growing.add(row)

    def _xml_start_tag_unencoded(self, tag: Any, attributes: Any = ()) -> None:
        """Write the height of a row that grows as Excel's own, not as one that somebody chose."""
        super()._xml_start_tag_unencoded(tag, self._grown(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag: Any, attributes: Any = ()) -> None:
        super()._xml_empty_tag_unencoded(tag, self._grown(tag, attributes))

    def _grown(self, tag: str, attributes: Attributes) -> Attributes:
        if tag != "row" or dict(attributes)["r"] - 1 not in self._growing:
            return attributes
        return [(name, value) for name, value in attributes if name != "customHeight"]

    def _write_formula(self, row: int, col: int, formula: str, cell_format: Format | None = None, value: Any = 0) -> Any:
        """Write what a formula shows as every other text is written.

        XlsxWriter searches every formula for functions newer than Excel 2007, which are written otherwise; ours has none of them
        (but ISFORMULA, written as it has to be) and takes the place of a short one.
        """
        shown = escaped(value) if isinstance(value, str) else value
        code = super()._write_formula(row, col, formula and NO_FORMULA, cell_format, shown)
        if code == 0:
            self.table[row][col] = self.table[row][col]._replace(formula=self._prepare_formula(formula))
        return code

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        """Write a number in as few digits as say it: XlsxWriter writes 89.9 as 89.90000000000001."""
        super()._xml_number_element(FewestDigits(number), attributes)

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        """Escape what a text holds; at once if that is nothing, as in nearly all of them."""
        return data if not isinstance(data, str) or (data.isprintable() and "_x" not in data) else escaped(data)

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        """Write a text that looks like the XML of one with several fonts: nobody here writes such."""
        self._xml_inline_string(string, False, attributes)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Take a formula as it is.

        XlsxWriter searches every formula for forty functions newer than Excel 2007, half the time of writing a template; the
        formula language has none of them.
        """
        return formula if isinstance(formula, SharedFormula) else formula.removeprefix("=")

    def _xml_formula_element(self, formula: str, result: object, attributes: Sequence[tuple[str, object]] = ()) -> None:
        """Write a cell with its formula; one that is shared by reference."""
        if not isinstance(formula, SharedFormula):
            super()._xml_formula_element(formula, result, attributes)
            return
        writer: Any = self  # XlsxWriter does not say what these take
        of_cell = "".join(f' {key}="{writer._escape_attributes(value)}"' for key, value in attributes)
        writer.fh.write(f"<c{of_cell}>{formula.tag(writer._escape_data(formula))}<v>{writer._escape_data(result)}</v></c>")

    def write_shared(self, cells: Sequence[int], column: int, formula: str, style: Format, value: object, row: int) -> None:
        """Write the formula of a cell in that row, one of those rows of its column that share it; it is that of the first.

        The text of the others is not kept: a large workbook has 60 MiB of them.
        """
        first, last = cells[0], cells[-1]
        shared = SharedFormula(formula if row == first else NO_FORMULA)
        shared.number = self._shared.setdefault((first, column), len(self._shared))
        shared.cells = f"{cell_name(first, column)}:{cell_name(last, column)}" if row == first else ""
        self.write_formula(row, column, shared, style, value)

    @cached_property
    def _shared(self) -> dict[tuple[int, int], int]:
        """The numbers of the shared formulas, by the first cell of each."""
        return {}


class _Texts(SharedStrings):
    """The texts of a workbook that is not streamed, each as it is."""

    _escape_control_characters = staticmethod(Worksheet._escape_control_characters)

    def _xml_rich_si_element(self, string: str) -> None:
        self._xml_si_element(string, [])


class _Package(Packager):
    """The parts of a workbook."""

    def _write_shared_strings_file(self) -> None:
        package: Any = self  # XlsxWriter does not say what is in it
        texts: Any = _Texts()
        texts.string_table = package.workbook.str_table
        if texts.string_table.count:
            texts._set_xml_writer(package._filename("xl/sharedStrings.xml"))
            texts._assemble_xml_file()


class Book(SilentWorkbook):
    """A workbook in which a text is a text; a streamed one takes its rows in order and keeps none in memory."""

    define_name = strict(SilentWorkbook.define_name)

    def __init__(self, path: Path, *, streamed: bool = False) -> None:
        # Widths count in digits of the standard font: of one that is as wide on every system, or has a double that is. It is a
        # copy, for XlsxWriter adds to it.
        standard = {"default_format_properties": dict(FONT), "default_column_width": COLUMN_PIXELS}
        super().__init__(str(path), {**TEXT_AS_IT_IS, **standard, "constant_memory": streamed})

    def add_sheet(self, title: str, kind: type[Worksheet] = Worksheet) -> Worksheet:
        """Add a worksheet behind the others."""
        sheet = self.add_worksheet(title, kind)
        assert isinstance(sheet, Worksheet)
        return sheet

    def _get_packager(self) -> Packager:
        return _Package()

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: that cannot be; it says why, as for any file.
        """
        try:
            super().close()
        except FileCreateError as error:
            reason = error.args[0]
        else:
            return
        raise OSError(reason.errno, reason.strerror)
