"""CSV files: nothing in them is run as a formula, turns a line round or steers a terminal."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from xlperf.csv_file import harmless, write_csv


def test_no_cell_turns_the_line_round_or_steers_a_terminal() -> None:
    text = io.StringIO()
    write_csv(text, [["\x1b[2J", "=1", "\u202egnp", "two\nlines"]])
    assert text.getvalue() == '\ufeff<U+001B>[2J,\'=1,<U+202E>gnp,"two\nlines"\n'


@given(st.lists(st.one_of(st.none(), st.text(), st.sampled_from(["=1", "＝1", "a\u202eb", "\t", "", "a\nb", "甲"])), max_size=6))
def test_every_cell_of_a_table_is_made_harmless(cells: list[str | None]) -> None:
    text = io.StringIO()
    write_csv(text, [["", *cells]])
    wanted = io.StringIO()
    csv.writer(wanted, lineterminator="\n").writerow(["", *map(harmless, cells)])
    assert text.getvalue() == "\ufeff" + wanted.getvalue()
