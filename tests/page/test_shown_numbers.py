"""Numbers as a sheet shows them, with LibreOffice as the referee."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest
import xlsxwriter

from support.libreoffice import NEVER, convert
from xlperf.page.shown_numbers import show_number

CODES = (
    "0", "0.0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "#,##0.00####", "0.00##", "#.##", "00000", "0.00E+00", "#,##0;(#,##0)",
    '0.00;-0.00;"-"', '0"x"', "[Red]0.00", "yyyy-mm-dd", "yyyy/m/d", "yyyy-mm-dd hh:mm", "h:mm", "m/d/yy", "General", "0,", '"no. "0',
)  # fmt: skip
VALUES = (0, 1, -1, 0.5, 0.005, 2.675, 96.03, 0.9603, 1234.5, 1234567.891, -1234.567, 44927, 44927.75, 100000000, 3.0000001)


@pytest.mark.libreoffice
@pytest.mark.slow
def test_numbers_are_shown_as_libreoffice_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "numbers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, len(CODES), 40)
        for column, code in enumerate(CODES):
            style = book.add_format({"num_format": code})
            for row, value in enumerate(VALUES):
                sheet.write_number(row, column, value, style)
    (page,) = convert([path], tmp_path / "shown", to="html", recalculate=NEVER)
    table = lxml.html.fromstring(page.read_bytes()).find(".//table")
    rows = [[cell.text_content().strip() for cell in row.iter("td")] for row in table.iter("tr")]
    apart = {
        (code, value): (show_number(value, code), shown)
        for value, row in zip(VALUES, rows, strict=True)
        for code, shown in zip(CODES, row, strict=True)
        if show_number(value, code) != shown and not (set(code) & set("yh") and not 0 <= value < 2_958_466)  # no dates
    }
    assert apart == {}


@pytest.mark.parametrize(("value", "code", "shown"), [
    (44927, 'yyyy"年"m"月"d"日"', "2023年1月1日"), (0.1, "General", "0.1"), (1e20, "General", "1E+20"), (1 / 3, "General", "0.3333333333"),
    (12.5, '"￥"#,##0.00', "￥12.50"), (12.5, "[$¥-804]#,##0.00", "¥12.50"), (5, "@", "5"), (0.75, "h:mm AM/PM", "6:00 PM"),
    (-1, "yyyy-mm-dd", "-1"), (3e6, "yyyy-mm-dd", "3000000"), (7, "", "7"), (7, ";;;", "7"), (1.5, "# ?/?", "1.5"),
    (1e300, "0.00%", "1E+300"),
])  # fmt: skip
def test_a_format_that_is_not_understood_shows_the_number(value: float, code: str, shown: str) -> None:
    assert show_number(value, code) == shown


def test_dates_of_1904() -> None:
    assert show_number(43465, "yyyy-mm-dd", since_1904=True) == "2023-01-01"
