"""The seven forms that people wrote, as they are drawn in Excel and read: whoever computes their workbooks shows what we do.

LibreOffice, Gnumeric and plain doubles, on blank, filled and finalized workbooks; each is read back as it was filled in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.documents import any_document, inputs
from support.drawings import name_of
from support.gnumeric import as_gnumeric_shows, recalculate
from support.libreoffice import convert
from support.referees import as_gnumeric_reads, as_others_count, differences, rounded, ties, with_counts
from support.sweeps import every, seeds
from support.written_forms import WRITTEN, document_of, drawn_and_read
from xlperf import fill_workbook, finalize, load_form, read_workbook, write_review, write_template
from xlperf.forms.compute import compute
from xlperf.forms.form import Form
from xlperf.formula.doubles import DOUBLES
from xlperf.workflow.documents import take_document_of

pytestmark = pytest.mark.slow
DATE = "2025-03-01"
of_each_form = pytest.mark.parametrize("folder", every(1, WRITTEN, usual=len(WRITTEN)), ids=name_of)


def read_from_a_drawing(folder: Path, place: Path) -> Form:
    return load_form(drawn_and_read(folder, place) / folder.parent.name / folder.name)


def workbooks_of(form: Form, place: Path, documents: dict[str, dict[str, Any]]) -> dict[Path, dict[str, Any]]:
    """A blank one, one of each document, the finalized one of the document that is right, its review; what each holds."""
    templates = form.directory.parent.parent
    blank = write_template(form.key, year=form.first_year, templates=templates, output=place / "blank.xlsx", date=DATE)
    made: dict[Path, dict[str, Any]] = {blank: {}}
    for name, document in {"right": document_of(form.key), **documents}.items():
        made[place / f"{name}.xlsx"] = document
        fill_workbook(document, place / f"{name}.xlsx", templates=templates, date=DATE)
    workbook, *_ = finalize(place / "right.xlsx", templates=templates, output=place / "final", date=DATE).outputs
    made[workbook] = document_of(form.key)
    if form.stages:  # the workbook in which it is to be reviewed
        made[write_review(workbook, templates=templates, output=place, date=DATE).outputs[0]] = document_of(form.key)
    return made


@pytest.mark.libreoffice
@of_each_form
def test_libreoffice_computes_every_cell_the_same(folder: Path, tmp_path: Path) -> None:
    form = read_from_a_drawing(folder, tmp_path)
    made = workbooks_of(form, tmp_path, {str(seed): any_document(form, seed) for seed in seeds(50, usual=3)})
    for path, saved in zip(made, convert(made, tmp_path / "saved"), strict=True):
        assert differences(path, saved, as_others_count(form, made[path])) == {}, path.name
        if path.stem.isdecimal():
            read = inputs(form, read_workbook(saved, templates=form.directory.parent.parent))
            assert read == inputs(form, made[path]), path.name


@pytest.mark.gnumeric
@of_each_form
def test_gnumeric_computes_every_cell_the_same(folder: Path, tmp_path: Path) -> None:
    """But for ties, which it takes to the last bit, and texts, which it shows in its own way."""
    form = read_from_a_drawing(folder, tmp_path)
    made = workbooks_of(form, tmp_path, {str(seed): as_gnumeric_reads(any_document(form, seed)) for seed in seeds(50, usual=2)})
    for path, saved in zip(made, recalculate([with_counts(path) for path in made], tmp_path / "saved"), strict=True):
        counted, allowed = as_others_count(form, made[path]), ties(form, made[path]) if made[path] else set()
        found = differences(with_counts(path), saved, as_gnumeric_shows).items()
        assert {cell: pair for cell, pair in found if counted(pair[0]) != counted(pair[1]) and pair not in allowed} == {}, (
            path.name
        )


@of_each_form
def test_plain_doubles_compute_the_same(folder: Path, tmp_path: Path) -> None:
    form = read_from_a_drawing(folder, tmp_path)
    compared = 0
    for seed in seeds(300, usual=20):
        rows = take_document_of(form, any_document(form, seed)).rows
        ours, doubles = compute(form, rows), compute(form, rows, numbers=DOUBLES)
        assert rounded(ours) == rounded(doubles), seed
        compared += sum(len(row) for listed in doubles.values() for row in listed)
    assert compared > 1000
