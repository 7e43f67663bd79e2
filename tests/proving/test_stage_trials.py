"""The stages of a form are tried too: every workbook of a reviewer is written, read back and finalized."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xlperf.forms.loader import find_form, load_form
from xlperf.proving import stage_trials
from xlperf.proving.reach import Reached
from xlperf.proving.stage_trials import try_stages
from xlperf.proving.trials import Bench

SICHUAN = find_form("sichuan-project")
pytestmark = pytest.mark.slow


def bench_in(folder: Path) -> Bench:
    bench = Bench(templates=folder / "forms", folder=folder / "made")
    shutil.copytree(SICHUAN, bench.templates / "sichuan-project" / "2023")
    bench.folder.mkdir()
    return bench


def test_each_stage_is_tried_and_nothing_is_found(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    assert list(try_stages(load_form(SICHUAN), bench, Reached())) == []
    assert {path.name for path in bench.written} == {
        f"{stage}-{name}.xlsx" for stage in ("review", "approval") for name in ("smallest", "full")
    }


def test_what_stumbles_at_a_stage_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_trials, "process", lambda *_, **__: 1 / 0)
    faults = list(try_stages(load_form(SICHUAN), bench_in(tmp_path), Reached()))
    assert [fault.key for fault in faults] == ["proof_crashed"] * 4
    assert {str(fault.arguments["command"]) for fault in faults} == {"validate"}


def test_a_form_of_the_department_alone_has_none_to_try(tmp_path: Path) -> None:
    assert list(try_stages(load_form(find_form("national-project")), bench_in(tmp_path), Reached())) == []
