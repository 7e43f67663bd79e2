"""What the checks sheet shows of the unit: the formula in a spreadsheet engine gives what we give, whatever the unit is called."""

from __future__ import annotations

from pathlib import Path

import ironcalc
import pytest
import python_calamine

from support.outcomes import FORM
from xlperf.forms.document import rows_of, unit_spot
from xlperf.workflow.template import Issued, write_rows

UNITS = (
    "。",
    "……",
    "\u00a0",
    "\u3000",
    "\t",
    "-",
    "-3",
    "+86 512",
    "市 科技局",
    "苏州市科技局",
    "科技局",
    "市科技局（本级）",
    "市教育局",
    "a.B",
    "A b",
)
ISSUED = ("", "市科技局", "。", "A·B")
STATES = ("waiting", "passed", "failed", "doubtful")
STATE = 4  # column of the checks sheet, from 0


@pytest.mark.parametrize("issued", ISSUED)
def test_the_state_of_the_unit_is_the_same_in_a_spreadsheet(tmp_path: Path, issued: str) -> None:
    spot, states = unit_spot(FORM), {}
    for number, unit in enumerate(UNITS):
        rows, _ = rows_of(FORM, {"fiscal_year": 2022})
        rows[spot.block][0][spot.field] = unit
        path = tmp_path / f"{number}.xlsx"
        write_rows(FORM, rows, path, Issued(year=2022, unit=issued, date="2023-03-01"))
        book = python_calamine.CalamineWorkbook.from_path(path)
        lines = book.get_sheet_by_name("校验").to_python(skip_empty_area=False)
        ((number, line),) = ((number, line) for number, line in enumerate(lines, 1) if line[1] == "XL240")
        model = ironcalc.load_from_xlsx(str(path))
        model.evaluate()
        shown = model.get_cell_value(book.sheet_names.index("校验"), number, STATE + 1)
        states[unit] = (line[STATE], shown)
    assert {unit: pair for unit, pair in states.items() if pair[0] != pair[1]} == {}
    words = {FORM.words[state]: state for state in STATES}
    found = {unit: words[ours] for unit, (ours, _) in states.items()}
    assert found["\u3000"] == "waiting" and found["。"] != "waiting"
    assert found["市教育局"] == ("passed" if not issued else "failed" if issued == "市科技局" else found["市教育局"])
    if issued == "市科技局":
        assert {found[unit] for unit in ("市 科技局", "苏州市科技局", "科技局")} == {"passed"} and found[
            "市科技局（本级）"
        ] == "doubtful"
