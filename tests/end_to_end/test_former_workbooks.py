"""Workbooks that an earlier version wrote are read as it read them: a template, a filled and a finalized one of each form.

The files in tests/former were written before the checks sheet told most rules, before signs were printed as ≤ and ≥, and with
other numbers of spare rows. Beside each lies what was read and found in it then.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.paths import TESTS
from xlperf import finalize, validate

FORMER = sorted((TESTS / "former").glob("*.xlsx"))
SIGNS = str.maketrans({"≥": ">=", "≤": "<="})  # computed texts show the signs of print now, on purpose


def as_then(document: dict) -> dict:
    for row in document.get("indicators", ()):
        if "target_text" in row:
            row["target_text"] = row["target_text"].translate(SIGNS)
    return document


def test_they_are_all_there() -> None:
    assert len(FORMER) == 9


@pytest.mark.parametrize("path", FORMER, ids=lambda path: path.stem)
def test_every_value_is_read_and_what_was_found_is_found(path: Path) -> None:
    then, now = json.loads(path.with_suffix(".json").read_text("utf-8")), validate(path)
    assert now.document is not None
    assert as_then(dict(now.document)) == then["document"]
    assert sorted([f["code"], f["severity"], list(f["cells"])] for f in now.findings) == sorted(then["findings"])


@pytest.mark.parametrize("path", [path for path in FORMER if path.stem.endswith("filled")], ids=lambda path: path.stem)
def test_what_was_filled_in_is_finalized_and_says_the_same(tmp_path: Path, path: Path) -> None:
    made, *_ = finalize(path, output=tmp_path, report=False).outputs
    before, after = validate(path), validate(made)
    assert before.document == after.document and before.document is not None
    assert {f["code"] for f in after.findings} == {f["code"] for f in before.findings}
