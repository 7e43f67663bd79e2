"""What a computed cell shows, compared with what its inputs give."""

from __future__ import annotations

import pytest

from xlperf.checking.shown_values import compare_shown
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, rows_of
from xlperf.forms.form import Form
from xlperf.messages import sentence


def test_a_truth_value_in_a_computed_cell_is_told_as_excel_shows_it(form: Form) -> None:
    rows = compute(form, rows_of(form, {"budget": {"basic": {"initial": 100, "spent": 90}}})[0])
    (finding,) = compare_shown(form, rows, {Spot("basic", 0, "rate"): True})
    assert (finding.code, finding.arguments) == ("XL301", {"found": "TRUE", "expected": "90.00%"})


@pytest.mark.parametrize("count", [3, 4, 40])
@pytest.mark.parametrize("is_kept", [True, False])
def test_many_wrong_results_have_one_cause(form: Form, count: int, is_kept: bool) -> None:
    items = [{"name": f"项目{number}", "initial": 100, "spent": 90} for number in range(count)]
    rows = compute(form, rows_of(form, {"budget": {"items": items}})[0])
    shown = {Spot("items", number, "rate"): 0.78 for number in range(count)}
    findings = list(compare_shown(form, rows, shown, with_formula=shown if is_kept else ()))
    assert [(finding.code, finding.severity) for finding in findings] == [("XL301", "warning")] * (count if count <= 3 else 1)
    assert [spot for finding in findings for spot in finding.spots] == list(shown)
    if count > 3:
        assert findings[0].arguments == {
            "label": f"{count} 个自动计算的单元格",
            "found": "78.00%、78.00%、78.00%、…",
            "expected": "90.00%、90.00%、90.00%、…",
            "hint": sentence("not_recalculated" if is_kept else "typed_over", {}),
        }


def test_what_was_typed_over_is_told_apart_from_what_was_not_recalculated(form: Form) -> None:
    items = [{"name": f"项目{number}", "initial": 100, "spent": 90} for number in range(9)]
    rows = compute(form, rows_of(form, {"budget": {"items": items}})[0])
    spots = [Spot("items", number, "rate") for number in range(9)]
    findings = list(compare_shown(form, rows, dict.fromkeys(spots, 0.78), with_formula=spots[1:]))
    assert [finding.spots for finding in findings] == [tuple(spots[1:]), (spots[0],)]
