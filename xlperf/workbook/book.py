"""XlsxWriter's workbook and worksheet, with everything they refuse made an error: the one home of that library.

    book = Book(Path("form.xlsx"))
    sheet = book.add_sheet("Budget")
    sheet.write_string(0, 0, "=1+1")  # a text stays a text, never a formula, a link or a number
    book.close()

XlsxWriter refuses silently: a warning, a return code, and something is missing from the file. Every method of theirs that has
a return code and is called by us is made strict here. It writes control characters in texts as Excel does, but not in what a
formula shows, where they make XML that nobody opens: that is made good here as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format as Format
from xlsxwriter.workbook import Workbook as SilentWorkbook
from xlsxwriter.worksheet import Worksheet as SilentWorksheet

Method = TypeVar("Method", bound=Callable[..., Any])

UNWRITABLE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # as it stands, in the XML of a workbook
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


class FewestDigits(float):
    """A number that is printed in as few digits as say it, whatever format is asked for."""

    def __format__(self, spec: str) -> str:
        return repr(float(self)).removesuffix(".0")


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
    set_row = strict(SilentWorksheet.set_row)
    set_column = strict(SilentWorksheet.set_column)
    autofilter = strict(SilentWorksheet.autofilter)
    print_area = strict(SilentWorksheet.print_area)
    insert_chart = strict(SilentWorksheet.insert_chart)

    @property
    def title(self) -> str:
        """Its name on the tab."""
        return str(self.name)

    def _write_formula(self, row: int, col: int, formula: str, cell_format: Format | None = None, value: Any = 0) -> Any:
        """Write what a formula shows as every other text is written."""
        return super()._write_formula(row, col, formula, cell_format, escaped(value) if isinstance(value, str) else value)

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        """Write a number in as few digits as say it: XlsxWriter writes 89.9 as 89.90000000000001."""
        super()._xml_number_element(FewestDigits(number), attributes)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Take a formula as it is.

        XlsxWriter searches every formula for forty functions newer than Excel 2007, half the time of writing a template; the
        formula language has none of them.
        """
        return formula.removeprefix("=")


class Book(SilentWorkbook):
    """A workbook in which a text is a text; a streamed one takes its rows in order and keeps none in memory."""

    define_name = strict(SilentWorkbook.define_name)

    def __init__(self, path: Path, *, streamed: bool = False) -> None:
        super().__init__(str(path), {**TEXT_AS_IT_IS, "constant_memory": streamed})

    def add_sheet(self, title: str) -> Worksheet:
        """Add a worksheet behind the others."""
        sheet = self.add_worksheet(title, Worksheet)
        assert isinstance(sheet, Worksheet)
        return sheet

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
