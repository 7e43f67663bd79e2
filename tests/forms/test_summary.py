"""What a form declares for the summary: figures, classes, indicators; a mistake stops the form with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.paths import EXAMPLE, REPOSITORY
from xlperf import load_document
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.summarizing.figures import achievements, figures_of, figures_of_sums
from xlperf.workflow.check_form import check_form

SOURCE = (REPOSITORY / "templates" / "suzhou-department" / "2022" / "form.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def rows(form: Form) -> dict:
    return compute(form, rows_of(form, load_document(EXAMPLE / "document.json"))[0])


def test_the_figures_of_the_specimen(form: Form, rows: dict) -> None:
    assert figures_of(form, rows) == {
        "initial": 545.57, "adjustment": 81.6, "adjusted": 627.17, "spent": 602.24, "execution_rate": 0.9603, "adjustment_rate": 0.1496,
    }  # fmt: skip
    assert [(figure.label, figure.type) for figure in form.summary.figures][-2:] == [
        ("预算执行率", "ratio"),
        ("预算调整率", "ratio"),
    ]
    assert form.summary.figures[0].label == "年初预算数（万元）"  # the field's own


def test_blank_figures_stay_blank(form: Form) -> None:
    blank = figures_of(form, compute(form, rows_of(form, {})[0]))
    assert set(blank.values()) == {None} or blank["execution_rate"] is None
    assert figures_of_sums(form, {"initial": 0, "adjustment": 0, "adjusted": 0, "spent": 0})["execution_rate"] is None


def test_the_indicators_of_the_specimen(form: Form, rows: dict) -> None:
    states = {row["name"]: state for *_, row, state in achievements(form, rows)}
    assert sorted(name for name, state in states.items() if state == "missed") == ["非税收入预算完成率", "预算执行率"]
    assert [name for name, state in states.items() if state == "over"][:2] == ["高企年度发展情况报表统计", "技术经纪人培训"]
    assert states["预算调整率"] == "met"  # its target is 0: neither over-fulfilled nor missed
    assert len(states) == 54


@pytest.mark.parametrize(("operator", "target", "actual", "state"), [
    (">=", 100, 120, "over"), (">=", 100, 80, "missed"), ("=", 100, 120, "over"), ("<=", 100, 120, "missed"), ("<=", 100, 80, "met"),
    (">=", 100, 100, "met"), ("=", 0, 5, "met"), ("<", 3, 4, "missed"),
])  # fmt: skip
def test_the_operator_says_what_is_over_and_what_is_missed(
    form: Form, operator: str, target: int, actual: int, state: str
) -> None:
    row = {
        "category": "履职",
        "name": "服务",
        "kind": "定量",
        "operator": operator,
        "target": target,
        "unit": "家",
        "actual": actual,
    }
    computed = compute(form, rows_of(form, {"indicators": [row]})[0])
    assert [found for *_, item, found in achievements(form, computed) if item.get("name") == "服务"] == [state]


def test_a_quality_that_was_not_reached_is_missed(form: Form) -> None:
    row = {"category": "效益", "name": "影响力", "kind": "定性", "target": "提升", "actual": "有待提升"}
    computed = compute(form, rows_of(form, {"indicators": [row]})[0])
    assert [found for *_, item, found in achievements(form, computed) if item.get("name") == "影响力"] == ["missed"]


@pytest.mark.parametrize(("old", "new", "place"), [
    ("field: total.spent", "field: total.spend", "summary.figures[3].field"),
    ("field: total.spent", "field: items.spent", "summary.figures[3].field"),
    ("field: total.spent", "field: total.name", "summary.figures[3].field"),
    ("key: adjusted, field", "key: initial, field", "summary.figures[2].key"),
    ("ROUND(spent / adjusted, 4)", "ROUND(spend / adjusted, 4)", "summary.figures[4].formula"),
    ("ranked_by: execution_rate", "ranked_by: rate", "summary.ranked_by"),
    ("classes: [0.5, 0.6", "classes: [0.6, 0.5", "summary.classes"),
    ("    table: indicators\n    columns: [category", "    table: indicator\n    columns: [category", "summary.indicators.table"),
    ("columns: [category, name, target_text", "columns: [category, name, targets", "summary.indicators"),
    ("deviation: deviation\n", "deviation: deviation_text\n", "summary.indicators.deviation"),
    ("N(deviation) > 0, T(operator)", "N(deviations) > 0, T(operator)", "summary.indicators.over"),
    ("    shortest: 60", "    shortets: 60", "summary.copies.shortets"),
    ("    alike: 0.9 ", "    alike: 90 ", "summary.copies.alike"),
])  # fmt: skip
def test_a_mistake_is_named_by_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    folder = tmp_path / "suzhou-department" / "2022"
    folder.mkdir(parents=True)
    before, part = SOURCE.split("\nsummary:\n")
    assert part.count(old) >= 1
    (folder / "form.yaml").write_text(f"{before}\nsummary:\n{part.replace(old, new, 1)}", "utf-8")
    with pytest.raises(FormError, match=re.escape(place)):
        check_form(folder)
