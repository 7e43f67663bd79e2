"""What the checks sheet shows of the unit: the formula in a spreadsheet engine gives what we give, whatever the unit is called."""

from __future__ import annotations

from pathlib import Path

import ironcalc
import pytest
import python_calamine

from support.libreoffice import ALWAYS, convert
from support.outcomes import FORM
from support.paths import FILLED
from support.surgery import rewrite
from support.sweeps import every
from xlperf.forms.document import rows_of, unit_spot
from xlperf.forms.live.states import is_live, tables_of_rule
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


@pytest.mark.parametrize("issued", every(1, ISSUED, usual=2))
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


@pytest.mark.libreoffice
@pytest.mark.slow
def test_where_isformula_is_not_known_no_rule_of_a_table_passes(tmp_path: Path) -> None:
    """As in Excel 2010: whether figures stand in the place of formulas nobody can tell there."""
    old = rewrite(FILLED, tmp_path / "old.xlsx", lambda name, part: part.replace(b"_xlfn.ISFORMULA(", b"NOTKNOWN("))
    states = {}
    for path in convert([FILLED, old], tmp_path / "saved", recalculate=ALWAYS):
        lines = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("校验").to_python(skip_empty_area=False)
        states[path.stem] = {line[1]: line[STATE] for line in lines if line[1] in FORM.rules}
    of_tables = {code for code, rule in FORM.rules.items() if is_live(FORM, rule) and tables_of_rule(FORM, code)}
    told = {code for code in of_tables if states["filled"][code] == FORM.words["passed"]}
    assert len(told) >= 15
    assert {states["old"][code] for code in of_tables} == {FORM.words["doubtful"]}
