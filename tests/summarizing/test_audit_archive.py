"""The archive for whoever audits gives back every input once and lists them all."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from support.exports import HOSTILE, contents, export, outcomes
from support.outcomes import unreadable
from xlperf.summarizing.outcome import Outcome


def test_the_archive_gives_back_every_input_once(out: Path) -> None:
    with zipfile.ZipFile(out / "audit.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [
            "inputs/a/甲.xlsx",
            "inputs/a/乙.xlsx",
            "inputs/b/丙.xlsx",
            "inputs/b/乙-新.xlsx",
            "inputs/d/坏.xlsx",
            "manifest.csv",
        ]
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert [row["文件"] for row in manifest] == [item.path for item in outcomes()]
        for row in manifest:
            assert hashlib.sha256(archive.read(row["存为"])).hexdigest() == row["SHA-256"]
        assert manifest[4]["存为"] == "inputs/a/甲.xlsx"
        assert (manifest[4]["是否计入"], manifest[4]["以此件为准"]) == ("否，内容重复", "a/甲.xlsx")
        assert manifest[2]["单位"] == "'" + HOSTILE
        assert [row["结果"] for row in manifest] == ["通过", "退回", "退回", "通过", "通过", "无法读取"]


def test_an_input_that_is_gone_or_changed_is_listed_and_says_so(tmp_path: Path) -> None:
    def opened(item: Outcome) -> io.BytesIO:
        if item.path == "a/乙.xlsx":
            raise FileNotFoundError(item.path)
        return io.BytesIO(b"changed") if item.path == "b/丙.xlsx" else contents(item)

    export(outcomes(), None, tmp_path, opened)
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert [row["存为"] for row in manifest[1:3]] == ["（原文件已不在，未存入）", "（原文件收到后已被改动，未存入）"]
        assert len(archive.namelist()) == 4


@pytest.mark.parametrize(("path", "name"), [
    ("../../etc/passwd", "inputs/etc/passwd"), ("a.zip!b/c.xlsx", "inputs/a.zip!/b/c.xlsx"), ("C:\\x\\y.xlsx", "inputs/C_/x/y.xlsx"),
    ("!", "inputs/!"), ("../..", "inputs/_"),
    ("a/" + "长" * 200 + ".xlsx", "inputs/a/" + "长" * 60 + ".xlsx"),
])  # fmt: skip
def test_names_in_the_archive_are_safe_to_unpack(tmp_path: Path, path: str, name: str) -> None:
    export([unreadable(path)], None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == [name, "manifest.csv"]


def test_an_archive_that_is_kept_and_what_was_got_out_of_it_can_be_unpacked_beside_one_another(tmp_path: Path) -> None:
    listed = [unreadable("z.zip!a.xlsx"), replace(unreadable("z.zip!b.xlsx"), sha256="")]
    export(listed, None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert sorted(path.relative_to(tmp_path / "unpacked").as_posix() for path in (tmp_path / "unpacked").rglob("*.*") if path.is_file()) == [
        "inputs/z.zip", "inputs/z.zip!/a.xlsx", "manifest.csv"]  # fmt: skip


def test_names_that_differ_in_case_only_stay_apart(tmp_path: Path) -> None:
    export([unreadable("A.xlsx"), unreadable("a.xlsx")], None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == ["inputs/A.xlsx", "inputs/a (2).xlsx", "manifest.csv"]
