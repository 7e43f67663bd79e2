"""`fill` then `read` gives the document back, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.documents import SMALL_TABLES, inputs, random_document
from support.libreoffice import edit
from support.sweeps import seeds
from xlperf import fill_workbook, read_workbook
from xlperf.forms.form import Form

pytestmark = pytest.mark.slow

BATCHES = 2


@pytest.mark.parametrize("batch", range(BATCHES))
def test_read_gives_back_what_fill_wrote(form: Form, tmp_path: Path, batch: int) -> None:
    for seed in seeds(120, usual=8)[batch::BATCHES]:
        document = random_document(form, seed)
        path = tmp_path / f"{seed}.xlsx"
        result = fill_workbook(document, output=path)
        assert result.outputs, result.findings
        assert inputs(form, read_workbook(path)) == inputs(form, document), seed
        assert read_workbook(path) == result.document, seed


@pytest.mark.libreoffice
def test_inserted_rows_and_renamed_moved_sheets_lose_nothing(form: Form, tmp_path: Path) -> None:
    """A row is inserted in every table, sheets are renamed and moved, the file is saved by LibreOffice."""
    documents = [random_document(form, 200 + seed) for seed in seeds(6, usual=2)]
    edits = []
    for number, document in enumerate(documents):
        source, target = tmp_path / f"{number}.xlsx", tmp_path / f"{number}-edited.xlsx"
        assert fill_workbook(document, output=source, rows=SMALL_TABLES).outputs
        edits.append(("insert_rename_move", source, target))
    edit(edits)
    for number, document in enumerate(documents):
        edited = read_workbook(tmp_path / f"{number}-edited.xlsx")
        assert {"expected": "插入的目标", "actual": "插入的完成情况"} in edited["goals"]
        (inserted,) = [item for item in edited["budget"]["items"] if item.get("name") == "插入的项目"]
        assert inserted == {"name": "插入的项目", "initial": 1.5, "adjusted": 1.5}
        assert {"duty": "插入的职责", "task": "插入的任务"} in edited["tasks"]
        edited["goals"] = [goal for goal in edited["goals"] if goal.get("expected") != "插入的目标"]
        edited["tasks"] = [task for task in edited["tasks"] if task.get("task") != "插入的任务"]
        edited["budget"]["items"] = [item for item in edited["budget"]["items"] if item.get("name") != "插入的项目"]
        assert inputs(form, edited) == inputs(form, document), number
