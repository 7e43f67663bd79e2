"""The official forms of one page: what is found of one fault at a time, and LibreOffice's figures in the workbooks of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import local_forms
from support.example_forms import cells_at, differing, three_workbooks
from support.official import ALWAYS, FAULTS, HOMES, HUNDREDTHS, STEPS, document
from support.scored import put
from support.sweeps import every
from xlperf import fill_workbook, import_document, validate, write_report
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.proving.recalculation import shown_cells

FAULTY = [(key, name) for key, faults in FAULTS.items() for name in faults]


def form_of(key: str) -> Form:
    return load_form(find_form(key))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "name"), every(1, FAULTY, usual=4))
def test_one_fault_has_its_codes_and_cells(key: str, name: str, tmp_path: Path) -> None:
    filled = document(key)
    change, expected = FAULTS[key][name]
    change(filled)
    assert fill_workbook(filled, output=tmp_path / "a.xlsx").outputs
    found = {(finding["code"], tuple(finding["cells"])) for finding in validate(tmp_path / "a.xlsx").findings}
    always, new = ({(code, cells_at(key, filled, places)) for code, places in those} for those in (ALWAYS[key], expected))
    assert found - always == new


@pytest.mark.parametrize("key", HOMES)
def test_the_figures_of_the_example_are_those_that_its_readme_has_by_hand(key: str, tmp_path: Path) -> None:
    computed = validate(HOMES[key] / "filled.xlsx").document
    for place, figure in HUNDREDTHS[key].items():
        value = computed
        for step in place.split("."):
            value = value[int(step) if isinstance(value, list) else step]
        assert value == figure, place


@pytest.mark.parametrize(("row", "cells", "measured", "score"), STEPS)
def test_the_steps_of_hunan_belong_to_their_bounds(
    row: str, cells: dict[str, object], measured: float | None, score: float
) -> None:
    """Computed by hand: full points at a bound, and what each point or step beyond it costs."""
    form, filled = form_of("hunan-department"), document("hunan-department")
    for place, value in cells.items():
        put(place, value)(filled)
    rows, strays = rows_of(form, filled)
    assert not strays
    computed = document_of(form, compute(form, rows))["scores"][row]
    assert (computed.get("measured"), computed["score"]) == (measured, score)


@pytest.mark.libreoffice
@pytest.mark.slow
def test_blank_filled_and_finalized_workbooks_computed_by_another_program_show_the_same(tmp_path: Path) -> None:
    homes = {**HOMES, **local_forms.HOMES}
    books = [book for key, home in homes.items() for book in three_workbooks(key, home, tmp_path)]
    doubtful = document("hunan-department")
    put("extra.assets_in_use", -1)(doubtful)  # of a rule that looks at no table
    assert fill_workbook(doubtful, output=tmp_path / "doubtful.xlsx").outputs
    books.append(tmp_path / "doubtful.xlsx")
    assert differing(books, tmp_path / "computed") == []
    written = shown_cells(books[-1])
    row = next(row for (title, row, _), value in written.items() if (title, value) == ("校验", "HN106"))
    assert [value for (title, at, _), value in sorted(written.items()) if (title, at) == ("校验", row)][-3:] == [
        "待核",
        0,
        "查看",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("key", HOMES)
def test_the_report_is_read_back_as_it_was_filled_in(key: str, tmp_path: Path) -> None:
    (report,) = write_report(HOMES[key] / "filled.xlsx", output=tmp_path / "自评表.docx").outputs
    result, written = import_document(report, form=key), document(key)
    for part in READ_BACK[key]:
        assert result.document.get(part) == written[part], part


READ_BACK = {"national-transfer": ("transfer", "indicators"), "hunan-department": ("spending",)}
