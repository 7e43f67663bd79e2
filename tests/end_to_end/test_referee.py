"""LibreOffice, computing every formula anew, agrees with us on every cell; and re-saving a file loses nothing."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from support.documents import SMALL_TABLES, any_document, inputs, random_document
from support.libreoffice import ALWAYS, NEVER, convert
from support.make_golden import FORMS
from support.paths import EXAMPLE
from support.sweeps import seeds
from xlperf import fill_workbook, finalize, read_workbook
from xlperf.forms.form import Form

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]
BATCHES = 2


def cells(path: Path) -> dict[tuple[str, int, int], object]:
    """Every cell that shows something; numbers on 15 digits."""
    book = CalamineWorkbook.from_path(str(path))
    found = {}
    for name in book.sheet_names:
        for row, values in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
            for column, value in enumerate(values):
                if value != "":
                    found[name, row, column] = float(format(value, ".15g")) if isinstance(value, float) else value
    return found


def differences(ours: Path, theirs: Path) -> dict:
    a, b = cells(ours), cells(theirs)
    return {key: (a.get(key), b.get(key)) for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def formula_count(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(package.read(name).count(b"<f>") for name in package.namelist() if "worksheets/sheet" in name)


def falsify(path: Path, target: Path) -> int:
    """Write every cached number of a formula one too high; return how many were changed."""
    changed = 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if "worksheets/sheet" in name:
                content, count = re.subn(rb"</f><v>([0-9.]+)</v>", lambda m: b"</f><v>%d</v>" % (float(m[1]) + 1), content)
                changed += count
            copy.writestr(name, content)
    return changed


def test_a_false_cached_value_is_kept_by_default_and_caught_when_recalculating(form: Form, tmp_path: Path) -> None:
    honest, false = tmp_path / "honest.xlsx", tmp_path / "false.xlsx"
    fill_workbook(random_document(form, 7), output=honest, rows=SMALL_TABLES)
    assert falsify(honest, false) > 100
    (kept,) = convert([false], tmp_path / "never", recalculate=NEVER)
    assert len(differences(honest, kept)) > 100
    (computed,) = convert([false], tmp_path / "always", recalculate=ALWAYS)
    assert differences(honest, computed) == {}


WRITERS = {"suzhou-department": (random_document, 500)}  # a writer of its own, and how many formulas a workbook has at least


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_every_computed_and_rule_cell_agrees(form: Form, tmp_path: Path, batch: int) -> None:
    """No difference in any cell of generated documents, hundreds of each form in a soak, and each is read back as it was."""
    write, least = WRITERS.get(form.key, (any_document, 200))
    documents = {tmp_path / f"{seed}.xlsx": write(form, seed) for seed in seeds(300, usual=30)[batch::BATCHES]}
    small = {key: SMALL_TABLES.get(key, 3) for key, block in form.blocks.items() if block.spare and not block.fixed}
    for path, document in documents.items():
        assert fill_workbook(document, output=path, rows=small).outputs
    formulas = 0
    for path, saved in zip(documents, convert(documents, tmp_path / "saved"), strict=True):
        formulas += formula_count(path)
        assert differences(path, saved) == {}, path.name
        assert inputs(form, read_workbook(saved)) == inputs(form, documents[path]), path.name
    assert formulas > least * len(documents)


def test_finalized_workbooks_agree_too(tmp_path: Path) -> None:
    """Spare rows included, whose formulas keep their cached values."""
    finalized, *_ = finalize(EXAMPLE / "filled.xlsx", output=tmp_path / "out").outputs
    (saved,) = convert([finalized], tmp_path / "saved")
    assert differences(finalized, saved) == {}
