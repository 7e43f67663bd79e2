"""All exports at once: CSV, the same bytes each time, and all of them or none."""

from __future__ import annotations

import errno
import json
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from support.exports import HOSTILE, ROSTER, every_byte, export, headings, lines, outcomes, read_csv, with_files
from support.outcomes import unit
from xlperf import messages
from xlperf.errors import FormError, UsageError
from xlperf.summarizing.outcome import Outcome


def test_csv_holds_the_same_tables(out: Path, values: openpyxl.Workbook) -> None:
    assert {path.stem for path in (out / "CSV").iterdir()} == set(values.sheetnames)
    for name in values.sheetnames[1:]:
        rows = read_csv(out / "CSV" / f"{name}.csv")
        assert rows[0] == headings(values[name])
        for row, line in zip(rows[1:], lines(values[name]), strict=True):
            for text, value in zip(row, line, strict=True):
                if isinstance(value, int | float):
                    assert float(text or 0) == pytest.approx(value)
                else:
                    assert text.removeprefix("'") == (value or "")


def test_csv_has_no_formula_in_it(out: Path) -> None:
    for path in (out / "CSV").iterdir():
        for row in read_csv(path):
            assert not any(re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell) for cell in row)
    assert read_csv(out / "CSV" / "单位一览.csv")[1][1] == "'" + HOSTILE
    assert ["通过", "2"] in [row[:2] for row in read_csv(out / "CSV" / "总览.csv")]


def test_the_same_outcomes_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    export(Store(outcomes()), ROSTER, tmp_path)
    assert every_byte(tmp_path) == every_byte(out)
    export(outcomes(), ROSTER, tmp_path)  # over what is there
    assert every_byte(tmp_path) == every_byte(out)


def test_where_one_export_cannot_be_made_all_stay_as_they_were(tmp_path: Path) -> None:
    """A bureau's own template of the notice is no Word document: neither tables nor finalized workbooks of this run are there."""
    listed, forms = with_files(tmp_path, outcomes()), tmp_path / "forms"
    export(listed, ROSTER, tmp_path)
    forms.mkdir()
    (forms / "notice.docx").write_bytes(b"no Word document")
    before = every_byte(tmp_path)
    worse = replace(listed[3], status="returned", sha256="0" * 64)
    with pytest.raises(FormError):
        export([*listed[:3], worse, *listed[4:]], None, tmp_path, templates=forms)
    assert every_byte(tmp_path) == before


@pytest.mark.parametrize("open_elsewhere", ["汇总.xlsx", "audit.zip", "CSV/问题清单.csv", "定稿/某单位-2022-定稿.json"])
def test_where_one_export_is_open_elsewhere_all_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_elsewhere: str
) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    (tmp_path / "made/0/某单位-2022-定稿.json").write_text("{}")  # there is something new to hand out
    before, move = every_byte(tmp_path), os.replace

    def moved(source: Path, target: Path) -> None:
        if target == tmp_path / open_elsewhere:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        move(source, target)

    with monkeypatch.context() as patch, pytest.raises(UsageError) as caught:
        patch.setattr(os, "replace", moved)
        export(listed[:1], None, tmp_path)
    assert caught.value.key == "cannot_write" and caught.value.arguments["path"] == tmp_path / open_elsewhere
    assert {name: content for name, content in every_byte(tmp_path).items() if name != "collection.placed"} == {
        name: content for name, content in before.items() if name != "collection.placed"}  # fmt: skip
    export(listed[:1], None, tmp_path)
    assert len(list((tmp_path / "定稿").iterdir())) == 2


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file() and path.name != "collection.placed"}
    changed = [tmp_path / "定稿" / "某单位-2022-定稿.json", tmp_path / "CSV" / "单位一览.csv"]
    for path in changed:
        path.write_text("{}")
    export(listed, ROSTER, tmp_path)
    assert json.loads(changed[0].read_text("utf-8")) == {"path": "a/甲.xlsx"}
    assert len(times) > 15
    assert {path for path, time in times.items() if path.stat().st_mtime_ns != time} == set(changed)


class Store:
    """Outcomes as a store lists them: gone through as often as one likes, never held."""

    def __init__(self, listed: Sequence[Outcome]) -> None:
        self.listed = listed

    def __iter__(self) -> Iterator[Outcome]:
        return (replace(item) for item in self.listed)


def test_nothing_that_came_in_gives_all_the_same_files(tmp_path: Path) -> None:
    export([], (unit("甲局"),), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames == ["总览", "报送进度", "单位一览", "问题清单", "未报送单位"]
    assert lines(book["未报送单位"]) == [(1, "甲局", None, None)]
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == ["manifest.csv"]


def test_in_english_sheets_and_files_are_called_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_chosen", ["en"])
    export(outcomes(), ROSTER, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "summary.xlsx")
    assert book.sheetnames == ["Overview", "Progress", "Units", "Findings", "Budget execution", "Indicators", "Nothing received"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "CSV", "audit.zip", "collection.placed", "departments", "returned", "summary.xlsx"}  # fmt: skip


def test_a_summary_that_somebody_saved_is_kept_under_another_name(tmp_path: Path) -> None:
    export(outcomes(), ROSTER, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    book["单位一览"]["Z4"] = "已电话催报"
    for number in (1, 2):
        book.save(tmp_path / "汇总.xlsx")
        theirs = (tmp_path / "汇总.xlsx").read_bytes()
        export(outcomes(), ROSTER, tmp_path)
        assert (tmp_path / f"汇总-另存{number}.xlsx").read_bytes() == theirs
        export(outcomes(), ROSTER, tmp_path)
    assert len(list(tmp_path.glob("汇总*.xlsx"))) == 3


@pytest.mark.parametrize("open_elsewhere", ["退回/", "定稿/", "CSV/"])
def test_what_cannot_be_removed_because_it_is_open_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_elsewhere: str
) -> None:
    """As on Windows, where nobody else may remove what Excel or Word has open."""
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    unlink = Path.unlink

    def locked(path: Path, missing_ok: bool = False) -> None:
        if open_elsewhere in path.as_posix() and ".xlperf-" not in path.name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", locked)
    with pytest.raises(UsageError) as caught:
        export([], None, tmp_path)
    assert caught.value.key == "cannot_write" and open_elsewhere in str(caught.value)
