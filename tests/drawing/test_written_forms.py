"""Seven forms that people wrote in form.yaml, drawn and read: equal, and what comes of it goes through every command.

They lie in `forms/`, each with a document of it: assets with look-ups and dates, four provincial forms, a review, N projects.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.drawings import name_of
from support.sweeps import every
from xlperf import draw_form, fill_workbook, finalize, load_form, prove_form, read_form, validate, write_template

FORMS = Path(__file__).parent / "forms"
WRITTEN = sorted(path.parent for path in FORMS.glob("*/*/form.yaml"))
YEAR = 2024


def once_only(document: dict[str, Any]) -> None:
    del document["register"][2]


def with_reasons(document: dict[str, Any]) -> None:
    document["conclusion"]["reasons"] = "汛期停航 60 天，巡护天数和成本受影响。"


# Documents that break rules of their forms: the codes of their errors, and what mends them.
BROKEN: dict[str, tuple[set[str], Callable[[dict[str, Any]], None]]] = {
    "assets": ({"ZC102"}, once_only),
    "hubei": ({"HB102"}, with_reasons),
}


def drawn_and_read(folder: Path, place: Path) -> Path:
    """The folder of forms with the one that was read from the drawing of another."""
    key, revision = folder.parent.name, folder.name
    drawn = draw_form(key, templates=FORMS, output=place / "drawn.xlsx")
    read_form(drawn, output=place / "forms" / key / revision)
    return place / "forms"


def test_all_are_here() -> None:
    assert [folder.parent.name for folder in WRITTEN] == [
        "assets", "chongqing", "hubei", "hunan", "nprojects", "review", "transfer",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("folder", WRITTEN, ids=name_of)
def test_drawn_and_read_it_is_equal_and_every_command_takes_it(folder: Path, tmp_path: Path) -> None:
    key = folder.parent.name
    forms = drawn_and_read(folder, tmp_path)
    assert load_form(forms / key / folder.name).definition == load_form(folder).definition
    blank = validate(write_template(key, year=YEAR, templates=forms, output=tmp_path / "blank.xlsx"), templates=forms)
    assert "XL201" in {found["code"] for found in blank.findings}
    document = json.loads((folder / "document.json").read_text("utf-8"))
    if key in BROKEN:
        codes, mend = BROKEN[key]
        broken = tmp_path / "broken.xlsx"
        fill_workbook(copy.deepcopy(document), templates=forms, output=broken)
        result = validate(broken, templates=forms)
        assert result.status == "returned"
        assert {found["code"] for found in result.findings if found["severity"] == "error"} == codes
        mend(document)
    fill_workbook(document, templates=forms, output=tmp_path / "filled.xlsx")
    assert finalize(tmp_path / "filled.xlsx", templates=forms, output=tmp_path / "out").status == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("folder", every(1, WRITTEN, usual=4), ids=name_of)
def test_drawn_and_read_check_form_accepts_it(folder: Path, tmp_path: Path) -> None:
    proof = prove_form(drawn_and_read(folder, tmp_path) / folder.parent.name / folder.name)
    assert [str(fault) for fault in proof.faults] == []
