"""The official forms of one page: what is found of one fault at a time, and LibreOffice's figures in the workbooks of all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.libreoffice import convert
from support.official import ALWAYS, FAULTS, HOMES, HUNDREDTHS, STEPS, document
from support.scored import put
from support.sweeps import every
from xlperf import fill_workbook, finalize, import_document, validate, write_report, write_template
from xlperf.addresses import cell_name
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, row_counts
from xlperf.forms.loader import find_form, load_form
from xlperf.proving.recalculation import shown_cells

FAULTY = [(key, name) for key, faults in FAULTS.items() for name in faults]


def form_of(key: str) -> Form:
    return load_form(find_form(key))


def at(form: Form, filled: dict, places: tuple[str, ...]) -> tuple[str, ...]:
    """The cells at which fields stand: block, number of the row, field."""
    rows, _ = rows_of(form, filled)
    spots = make_layout(form, row_counts(form, {}, rows)).spots
    found = (place.split() for place in places)
    return tuple(f"{title}!{cell_name(row, column)}" for block, index, field in found
                 for title, row, column in [spots[Spot(block, int(index), field)]])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("key", "name"), every(1, FAULTY, usual=4))
def test_one_fault_has_its_codes_and_cells(key: str, name: str, tmp_path: Path) -> None:
    form, filled = form_of(key), document(key)
    change, expected = FAULTS[key][name]
    change(filled)
    assert fill_workbook(filled, output=tmp_path / "a.xlsx").outputs
    found = {(finding["code"], tuple(finding["cells"])) for finding in validate(tmp_path / "a.xlsx").findings}
    always, new = ({(code, at(form, filled, places)) for code, places in those} for those in (ALWAYS[key], expected))
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
    books = []
    for key, home in HOMES.items():
        blank, filled = tmp_path / f"{key}-blank.xlsx", tmp_path / f"{key}-filled.xlsx"
        write_template(key, year=form_of(key).first_year, output=blank)
        shutil.copy(home / "filled.xlsx", filled)
        (final,) = (path for path in finalize(filled, output=tmp_path / key).outputs if path.suffix == ".xlsx")
        books += [blank, filled, shutil.copy(final, tmp_path / f"{key}-final.xlsx")]
    doubtful = document("hunan-department")
    put("extra.assets_in_use", -1)(doubtful)  # of a rule that looks at no table
    assert fill_workbook(doubtful, output=tmp_path / "doubtful.xlsx").outputs
    books.append(tmp_path / "doubtful.xlsx")
    for ours, theirs in zip(books, convert(books, tmp_path / "computed"), strict=True):
        written = shown_cells(ours)
        assert len(written) > 100 and shown_cells(theirs) == written, ours.name
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
