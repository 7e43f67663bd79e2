"""What the checks sheet shows of the unit: the formula in a spreadsheet engine gives what we give, whatever the unit is called."""

from __future__ import annotations

from pathlib import Path

import ironcalc
import openpyxl
import pytest

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


@pytest.mark.parametrize("issued", ISSUED)
def test_the_state_of_the_unit_is_the_same_in_a_spreadsheet(tmp_path: Path, issued: str) -> None:
    spot, states = unit_spot(FORM), {}
    for number, unit in enumerate(UNITS):
        rows, _ = rows_of(FORM, {"fiscal_year": 2022})
        rows[spot.block][0][spot.field] = unit
        path = tmp_path / f"{number}.xlsx"
        write_rows(FORM, rows, path, Issued(year=2022, unit=issued, date="2023-03-01"))
        sheet = openpyxl.load_workbook(path, data_only=True)["校验"]
        (row,) = (row for row in sheet.iter_rows() if row[1].value == "XL240")
        model = ironcalc.load_from_xlsx(str(path))
        model.evaluate()
        titles = openpyxl.load_workbook(path, read_only=True).sheetnames
        shown = model.get_cell_value(titles.index("校验"), row[4].row, row[4].column)
        states[unit] = (row[4].value, shown)
    assert {unit: pair for unit, pair in states.items() if pair[0] != pair[1]} == {}
    words = {FORM.words[state]: state for state in STATES}
    found = {unit: words[ours] for unit, (ours, _) in states.items()}
    assert found["\u3000"] == "waiting" and found["。"] != "waiting"
    assert found["市教育局"] == ("passed" if not issued else "failed" if issued == "市科技局" else found["市教育局"])
    if issued == "市科技局":
        assert {found[unit] for unit in ("市 科技局", "苏州市科技局", "科技局")} == {"passed"} and found[
            "市科技局（本级）"
        ] == "doubtful"
