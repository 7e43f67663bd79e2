"""Other programs, computing every formula anew, agree with us on every cell; and re-saving a file loses nothing.

LibreOffice is as kind as Excel: numbers are compared on 15 digits or so. Gnumeric and plain doubles forgive nothing, so what
agrees with them does not depend on anybody's kindness. IronCalc is a third engine that shares no code with the others.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ironcalc
import pytest
from python_calamine import CalamineWorkbook

from support.documents import SMALL_TABLES, any_document, inputs, random_document
from support.gnumeric import as_gnumeric_shows, recalculate
from support.libreoffice import ALWAYS, NEVER, convert
from support.paths import EXAMPLE
from support.referees import as_gnumeric_reads, as_others_count, cells, differences, on_15_digits, rounded, ties, with_counts
from support.shipped import forms_for
from support.sweeps import seeds
from xlperf import fill_workbook, finalize, read_workbook
from xlperf.forms.compute import compute
from xlperf.forms.form import Form
from xlperf.formula.doubles import DOUBLES
from xlperf.workflow.documents import take_document

pytestmark = pytest.mark.slow
of_each_form = pytest.mark.parametrize("form", forms_for("computed by others"), ids=lambda form: form.key)
BEYOND_15 = re.compile(r"(?<!\d)([1-9]\d{14})(\d+)")  # of a whole number as a text
BATCHES = 2


def formula_count(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(package.read(name).count(b"<f") for name in package.namelist() if "worksheets/sheet" in name)


def falsify(path: Path, target: Path) -> int:
    """Write every cached number of a formula one too high; return how many were changed."""
    changed = 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if "worksheets/sheet" in name:
                content, count = re.subn(
                    rb"(</f>|/>)<v>([0-9.]+)</v>", lambda m: b"%s<v>%d</v>" % (m[1], float(m[2]) + 1), content
                )
                changed += count
            copy.writestr(name, content)
    return changed


@pytest.mark.libreoffice
def test_a_false_cached_value_is_kept_by_default_and_caught_when_recalculating(form: Form, tmp_path: Path) -> None:
    honest, false = tmp_path / "honest.xlsx", tmp_path / "false.xlsx"
    fill_workbook(random_document(form, 7), output=honest, rows=SMALL_TABLES)
    assert falsify(honest, false) > 100
    (kept,) = convert([false], tmp_path / "never", recalculate=NEVER)
    assert len(differences(honest, kept)) > 100
    (computed,) = convert([false], tmp_path / "always", recalculate=ALWAYS)
    assert differences(honest, computed) == {}


WRITERS = {"suzhou-department": (random_document, 500)}  # a writer of its own, and how many formulas a workbook has at least


def filled(
    form: Form, numbers: Iterable[int], folder: Path, as_read: Callable[[Any], Any] = lambda value: value
) -> dict[Path, dict]:
    """Workbooks of generated documents, and the documents, as another program reads them."""
    write, _ = WRITERS.get(form.key, (any_document, 200))
    documents = {folder / f"{seed}.xlsx": as_read(write(form, seed)) for seed in numbers}
    small = {key: SMALL_TABLES.get(key, 3) for key, block in form.blocks.items() if block.spare and not block.fixed}
    for path, document in documents.items():
        assert fill_workbook(document, output=path, rows=small).outputs
    return documents


@pytest.mark.libreoffice
@pytest.mark.parametrize("batch", range(BATCHES))
@of_each_form
def test_every_computed_and_rule_cell_agrees(form: Form, tmp_path: Path, batch: int) -> None:
    """No difference in any cell of generated documents, hundreds of each form in a soak, and each is read back as it was."""
    _, least = WRITERS.get(form.key, (any_document, 200))
    documents = filled(form, seeds(300, usual=12)[batch::BATCHES], tmp_path)
    formulas = 0
    for path, saved in zip(documents, convert(documents, tmp_path / "saved"), strict=True):
        formulas += formula_count(path)
        assert differences(path, saved, as_others_count(form, documents[path])) == {}, path.name
        assert inputs(form, read_workbook(saved)) == inputs(form, documents[path]), path.name
    assert formulas > least * len(documents)


@of_each_form
def test_plain_doubles_agree(form: Form) -> None:
    """Every computed and every helper cell, on the 15 digits that a double keeps."""
    write, least = WRITERS.get(form.key, (any_document, 200))
    compared, numbers = 0, seeds(300, usual=20)
    for seed in numbers:
        rows = take_document(write(form, seed)).rows
        ours, doubles = compute(form, rows), compute(form, rows, numbers=DOUBLES)
        assert rounded(ours) == rounded(doubles), seed
        compared += sum(len(row) for listed in doubles.values() for row in listed)
    assert compared > least * len(numbers)


@pytest.mark.gnumeric
@of_each_form
def test_gnumeric_agrees(form: Form, tmp_path: Path) -> None:
    """No difference but for how it reads and writes texts (`as_gnumeric_shows`), and for ties, which it takes to the last bit."""
    documents = filled(form, seeds(300, usual=4), tmp_path, as_read=as_gnumeric_reads)
    sources = [with_counts(path) for path in documents]
    made = recalculate(sources, tmp_path / "saved")
    for path, saved, document in zip(sources, made, documents.values(), strict=True):
        found = differences(path, saved, as_gnumeric_shows)
        counted, allowed = as_others_count(form, document), ties(form, document)
        differing = {key: pair for key, pair in found.items() if counted(pair[0]) != counted(pair[1])}
        assert {key: pair for key, pair in differing.items() if pair not in allowed} == {}, path.name


@of_each_form
def test_ironcalc_agrees(form: Form, tmp_path: Path) -> None:
    """No difference but for the minus sign, which its TEXT forgets, and digits after the 15th, which it does not forget."""
    for source, document in filled(form, seeds(300, usual=4), tmp_path).items():
        path, counted = with_counts(source), as_others_count(form, document)
        model, titles = ironcalc.load_from_xlsx(str(path)), CalamineWorkbook.from_path(str(path)).sheet_names
        model.evaluate()
        shown = {key: value for key, value in cells(path).items() if isinstance(value, str | float | bool)}
        theirs = {key: model.get_cell_value(titles.index(key[0]), key[1] + 1, key[2] + 1) for key in shown}
        differing = {key for key, value in shown.items() if unsigned(counted(theirs[key])) != unsigned(counted(value))}
        assert {key: (shown[key], theirs[key]) for key in differing} == {}, path.name


def unsigned(value: object) -> object:
    """A text without minus signs and without digits after the 15th before its point; a number on 15 digits."""
    if isinstance(value, str):
        return BEYOND_15.sub(lambda found: found[1] + "0" * len(found[2]), value.replace("-", ""))
    return on_15_digits(value)


@pytest.mark.libreoffice
def test_finalized_workbooks_agree_too(tmp_path: Path) -> None:
    """Spare rows included, whose formulas keep their cached values."""
    finalized, *_ = finalize(EXAMPLE / "filled.xlsx", output=tmp_path / "out").outputs
    (saved,) = convert([finalized], tmp_path / "saved")
    assert differences(finalized, saved) == {}
