"""What XlsxWriter refuses stops the program: no cell, colour or name is missing from a file without a word."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from support.paths import REPOSITORY
from xlperf.workbook.book import Book
from xlperf.workbook.book import Worksheet as OurWorksheet

FAILING = re.compile(r"return -\d|return self\._?(write|set)_\w+\(")  # its own return code, or that of another method


def can_refuse(theirs: type) -> set[str]:
    """The methods of XlsxWriter that have a return code."""
    methods = ((name, method) for name, method in vars(theirs).items() if inspect.isfunction(method) and not name.startswith("_"))
    return {name for name, method in methods if FAILING.search(inspect.getsource(method))}


def called(folder: Path) -> Iterator[str]:
    """The names of all methods that are called in the modules of a folder."""
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr


def test_every_method_with_a_return_code_that_we_call_is_strict() -> None:
    ours = {name for folder in ("workbook", "summarizing") for name in called(REPOSITORY / "xlperf" / folder)}
    assert {"write_string", "merge_range", "set_row", "define_name"} <= ours
    assert ours & can_refuse(Worksheet) - vars(OurWorksheet).keys() == set()
    assert ours & can_refuse(Workbook) - vars(Book).keys() == set()


REFUSED = {
    "a text longer than a cell": lambda book, sheet: sheet.write_string(0, 0, "x" * 32_768),
    "a row below the last": lambda book, sheet: sheet.set_row(1_048_576, 20),
    "a column behind the last": lambda book, sheet: sheet.set_column(16_384, 16_384, 8),
    "a cell below the last": lambda book, sheet: sheet.write_number(1_048_576, 0, 1),
    "a range of one merged cell": lambda book, sheet: sheet.merge_range(0, 0, 0, 0, "x"),
    "a comment longer than one": lambda book, sheet: sheet.write_comment(0, 0, "x" * 32_768, {}),
    "a message longer than 255": lambda book, sheet: sheet.data_validation(
        0, 0, 0, 0, {"validate": "any", "input_message": "x" * 256}
    ),
    "a colour of no kind": lambda book, sheet: sheet.conditional_format(0, 0, 0, 0, {"type": "mood"}),
    "a name with a space": lambda book, sheet: book.define_name("two words", "=A1"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_what_xlsxwriter_refuses_is_a_bug_of_ours(tmp_path: Path, case: str) -> None:
    book = Book(tmp_path / "a.xlsx")
    sheet = book.add_sheet("A")
    with pytest.raises(AssertionError, match="XlsxWriter refused"):
        REFUSED[case](book, sheet)
    book.close()


def test_a_file_that_cannot_be_written_says_why_as_any_file_does(tmp_path: Path) -> None:
    book = Book(tmp_path / "no folder" / "a.xlsx")
    book.add_sheet("A")
    with pytest.raises(FileNotFoundError):
        book.close()


# What XlsxWriter escapes, or takes for something else than a text.
TRICKY = [
    "<r>&</r>",
    "<r><t>x</t></r>",
    " <r></r>",
    "a\x0bb",
    "_x000B_",
    "_x",
    "\x00",
    "tab\tline\nend ",
    "=1+1",
    "&<>\"'",
    "\u202e",
]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_text_is_a_text(tmp_path: Path, streamed: bool) -> None:
    book = Book(path := tmp_path / "texts.xlsx", streamed=streamed)
    sheet = book.add_sheet("A")
    for row, text in enumerate(TRICKY):
        sheet.write_string(row, 0, text)
    book.close()
    read = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [row[0] for row in read] == TRICKY


@given(text=st.text(min_size=1, max_size=20))
def test_any_text_is_escaped_as_xlsxwriter_does_it(text: str) -> None:
    assert OurWorksheet._escape_control_characters(text) == Worksheet._escape_control_characters(text)
