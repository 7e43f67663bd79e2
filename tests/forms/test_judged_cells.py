"""What findings and documents follow from is computed; what only the checks sheet shows need not be, and changes neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.documents import any_document, random_document
from support.example import document
from support.matrix import MATRIX
from support.shipped import forms_for
from support.sweeps import seeds
from xlperf.checking.checks import check
from xlperf.forms.compute import compute, judged_cells
from xlperf.forms.document import Rows, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.reporting.finding import PLACE, Finding

FIRST = next(form for form in forms_for("doubted") if form.key == document()["form"])


def told(form: Form, rows: Rows) -> list[Finding]:
    """The findings, without what stands in hidden columns: facts that no sentence names."""
    found = []
    for finding in check(form, rows):
        facts = finding.arguments.get("rows", ())
        shown = tuple({k: v for k, v in row.items() if k == PLACE or not k.startswith("_")} for row in facts)
        found.append(replace(finding, arguments={**finding.arguments, "rows": shown}))
    return found


def assert_the_same_follows(form: Form, doc: dict) -> None:
    rows, _ = rows_of(form, doc)
    whole, judged = compute(form, rows), compute(form, rows, live=False)
    assert told(form, judged) == told(form, whole)
    assert document_of(form, judged) == document_of(form, whole)


@pytest.mark.parametrize("form", forms_for("doubted"), ids=lambda form: form.key)
def test_less_than_all_cells_are_judged_and_each_after_what_it_needs(form: Form) -> None:
    judged = judged_cells(form)
    assert set(judged) < set(form.computed_cells)
    assert list(judged) == [cells for cells in form.computed_cells if cells in set(judged)]


@pytest.mark.parametrize("fault", list(MATRIX)[::6])
def test_every_fault_is_found_without_the_checks_sheet(fault: str) -> None:
    doc = document()
    MATRIX[fault][0](doc)
    assert_the_same_follows(FIRST, doc)


@pytest.mark.parametrize("form", forms_for("doubted"), ids=lambda form: form.key)
@pytest.mark.parametrize("seed", seeds(200, usual=6))
def test_the_same_follows_from_any_document(form: Form, seed: int) -> None:
    assert_the_same_follows(form, (random_document if form is FIRST and seed % 2 else any_document)(form, seed))
