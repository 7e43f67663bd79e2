"""The arithmetic of the form: golden vectors of the specimen, ties, zero bases, and what a notice may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form


def indicator(form: Form, **row: object) -> dict:
    rows, strays = rows_of(form, {"indicators": [{"category": "履职", "name": "x", **row}]})
    assert not strays
    return compute(form, rows)["duties"][0]


def quantitative(form: Form, operator: str, target: float, unit: str, actual: float) -> tuple[str, str, str]:
    row = indicator(form, kind="定量", operator=operator, target=target, unit=unit, actual=actual)
    return row["target_text"], row["actual_text"], row["deviation_text"]


@pytest.mark.parametrize(("given_", "printed"), [
    (("=", 0, "%", 14.96), ("=0%", "14.96%", "100%")),
    (("=", 0, "%", 0), ("=0%", "0%", "0%")),
    (("=", 0, "%", -5), ("=0%", "-5%", "-100%")),
    (("=", 100, "%", 100), ("=100%", "100%", "0.00%")),
    (("<=", 100, "%", 100), ("≤100%", "100%", "0.00%")),
    (("<=", 100, "%", 90), ("≤100%", "90%", "-10.00%")),
    ((">=", 58000, "台套", 58200), ("≥58000台套", "58200台套", "0.34%")),
    (("=", 5, "场", 7), ("=5场", "7场", "40.00%")),
    ((">=", 660, "亿元", 868.78), ("≥660亿元", "868.78亿元", "31.63%")),
    (("=", 100, "%", 96.03), ("=100%", "96.03%", "-3.97%")),
    (("=", -4, "%", -5), ("=-4%", "-5%", "-25.00%")),  # the base is the absolute target
    ((">=", 20000, "家", 20001), ("≥20000家", "20001家", "0.01%")),  # 0.005%: half away from zero
    ((">=", 20000, "家", 19999), ("≥20000家", "19999家", "-0.01%")),
    ((">=", 100000, "家", 99999.6), ("≥100000家", "99999.6家", "0.00%")),  # never -0.00%
    ((">=", 0.3, "项", 0.1), ("≥0.3项", "0.1项", "-66.67%")),
])  # fmt: skip
def test_deviation_of_quantitative_rows(form: Form, given_: tuple, printed: tuple[str, str, str]) -> None:
    assert quantitative(form, *given_) == printed


@pytest.mark.parametrize(("target", "actual", "printed"), [
    ("健全", "健全", "0%"), ("健全", " 健全\u3000", "0%"), ("Good", "GOOD", "0%"), ("健全", "基本健全", "未达预期"),
    ("a b", "a\u00a0 b", "0%"), ("健全", None, None), (None, "健全", None),
])  # fmt: skip
def test_deviation_of_qualitative_rows(form: Form, target: str | None, actual: str | None, printed: str | None) -> None:
    assert indicator(form, kind="定性", target=target, actual=actual).get("deviation_text") == printed


@pytest.mark.parametrize("blank", ["kind", "target", "actual"])
def test_a_blank_operand_leaves_the_deviation_blank(form: Form, blank: str) -> None:
    row = {"kind": "定量", "operator": "=", "target": 5, "unit": "场", "actual": 7} | {blank: None}
    assert indicator(form, **row).get("deviation_text") is None


def budget(form: Form, **document: object) -> dict:
    rows = compute(form, rows_of(form, {"budget": document})[0])
    return {"items": rows["items"], **{key: rows[key][0] for key in ("total", "basic", "project")}}


def test_totals_count_blanks_as_nothing(form: Form) -> None:
    rows = budget(
        form,
        basic={"initial": 0.1, "spent": 0.3},
        items=[{"name": "a", "initial": 0.2, "spent": 0}, {"name": "b", "adjustment": -3.25}],
    )
    assert rows["project"]["initial"] == 0.2 and rows["project"]["adjustment"] == -3.25 and rows["project"]["adjusted"] == -3.05
    assert rows["total"]["initial"] == 0.3 and rows["total"]["spent"] == 0.3
    assert rows["items"][1]["adjusted"] == -3.25


def test_a_zero_base_has_no_rate(form: Form) -> None:
    rows = budget(form, basic={"initial": 5, "adjustment": -5, "spent": 0}, items=[])
    assert rows["basic"]["adjusted"] == 0 and "rate" not in rows["basic"] and "rate" not in rows["project"]


@pytest.mark.parametrize(("spent", "adjusted", "rate"), [
    (602.24, 627.17, 0.9603), (1, 8, 0.125), (1, 32, 0.0313), (3, 32, 0.0938), (0, 0.8, 0), (2.00005, 20000, 0.0001), (1, 3, 0.3333),
])  # fmt: skip
def test_rates_round_half_away_from_zero(form: Form, spent: float, adjusted: float, rate: float) -> None:
    assert budget(form, basic={"initial": adjusted, "spent": spent})["basic"]["rate"] == rate


def test_the_computed_indicators_follow_from_the_budget(form: Form) -> None:
    document = {"budget": {"basic": {"initial": 545.57, "adjustment": 81.6, "spent": 602.24}}}
    rows = {row["name"]: row for row in compute(form, rows_of(form, document)[0])["process"]}
    assert (rows["预算执行率"]["actual_text"], rows["预算执行率"]["deviation_text"]) == ("96.03%", "-3.97%")
    assert (rows["预算调整率"]["actual_text"], rows["预算调整率"]["deviation_text"]) == ("14.96%", "100%")


@pytest.mark.parametrize(("key", "part", "base", "ratio"), [
    ("staff_control", 51, 55, 92.73), ("three_public_change", 24.86, 10.10, 146.14), ("public_funds_control", 51.8, 53, 97.74),
    ("carryover", 0, 10, 0), ("procurement", 1, 0, None),
])  # fmt: skip
def test_base_data_give_the_standard_ratios(form: Form, key: str, part: float, base: float, ratio: float | None) -> None:
    """Figures of published reports (domain 1.5), and the ratio beside the typed value of the indicator."""
    rows = compute(form, rows_of(form, {"base_data": {key: {"part": part, "base": base}}})[0])
    index = next(i for i, row in enumerate(form.blocks["process"].rows) if row.key == key)
    assert rows["process"][index].get("reference") == ratio


@pytest.fixture
def changed(form: Form, tmp_path: Path):
    """The form with parameters changed as a notice might."""

    def change(**parameters: object) -> Form:
        folder = tmp_path / "templates" / form.key / form.revision
        shutil.copytree(form.directory, folder)
        text = (folder / "form.yaml").read_text("utf-8")
        for name, value in parameters.items():
            before = f"  {name}: {form.parameters[name]} "
            assert before in text
            text = text.replace(before, f"  {name}: {value} ")
        (folder / "form.yaml").write_text(text, "utf-8")
        return load_form(folder)

    return change


def test_the_sign_for_ceilings_is_a_parameter(changed) -> None:
    form = changed(ceiling_sign=-1)
    assert quantitative(form, "<=", 100, "%", 90)[2] == "10.00%"
    assert quantitative(form, ">=", 100, "%", 90)[2] == "-10.00%"


def test_the_zero_base_convention_is_a_parameter(changed) -> None:
    assert quantitative(changed(zero_base=0), "=", 0, "%", 14.96)[2] == "0%"


def test_the_threshold_for_a_reason_is_a_parameter(changed) -> None:
    form = changed(reason_threshold=0.2)
    assert indicator(form, kind="定量", operator="=", target=100, unit="家", actual=120)["_SZ201"] == 0
    assert indicator(form, kind="定量", operator="=", target=100, unit="家", actual=120.01)["_SZ201"] == 1


MONEY = st.decimals(min_value=-9_999_999, max_value=9_999_999, places=6, allow_nan=False).map(float)


@given(initial=MONEY.map(abs), adjustment=st.none() | MONEY, spent=MONEY.map(abs))
def test_adjusted_and_rate_can_be_redone_by_hand(form: Form, initial: float, adjustment: float | None, spent: float) -> None:
    """With nothing but decimals and ROUND_HALF_UP."""
    from decimal import ROUND_HALF_UP, Decimal

    row = budget(form, basic={"initial": initial, "adjustment": adjustment, "spent": spent})["basic"]
    adjusted = Decimal(format(initial, ".15g")) + Decimal(format(adjustment or 0, ".15g"))
    assert Decimal(format(row["adjusted"], ".15g")) == adjusted
    if adjusted:
        by_hand = (Decimal(format(spent, ".15g")) / adjusted).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        assert row["rate"] == pytest.approx(float(by_hand), abs=1e-9)
    else:
        assert "rate" not in row
