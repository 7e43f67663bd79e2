"""What a computed cell shows, compared with what its inputs give."""

from __future__ import annotations

from xlperf.checking.shown_values import compare_shown
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, rows_of
from xlperf.forms.form import Form


def test_a_truth_value_in_a_computed_cell_is_told_as_excel_shows_it(form: Form) -> None:
    rows = compute(form, rows_of(form, {"budget": {"basic": {"initial": 100, "spent": 90}}})[0])
    (finding,) = compare_shown(form, rows, {Spot("basic", 0, "rate"): True})
    assert (finding.code, finding.arguments) == ("XL301", {"found": "TRUE", "expected": "90.00%"})
