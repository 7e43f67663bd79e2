"""Exports of some outcomes of all kinds, and what is read back from them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from support.outcomes import finding, indicator, outcome, unit, unreadable
from xlperf.distributing.roster import Unit
from xlperf.files import ZIP_TIME
from xlperf.summarizing.audit.archive import OpenInput
from xlperf.summarizing.exports import write_exports
from xlperf.summarizing.outcome import Outcome

HOSTILE = '=HYPERLINK("http://x.invalid","丙")/..\\CON:*?'
DATE = "2023-03-20"
ROSTER = (unit("苏州市甲局", "001"), unit("市乙局", "002"), unit("丁局", "004", "市丁委"))
OVER, MISSED = indicator("服务企业", 100, 150), indicator("培训人数", 200, 150, reason="疫情影响")


def outcomes() -> list[Outcome]:
    """Six inputs: passed; returned and later passed; returned with hostile texts; the bytes of another; unreadable."""
    empty = finding("SZ201", cells=["自评表!K12", "自评表!K13"], message="原因分析没有填写", fix="补写原因。")
    warned = finding(
        "SZ305", "warning", cells=["绩效目标!C5"], found="=cmd|' /C calc'!A0", message="完成数少于预期数", explanation="已说明"
    )
    first = outcome("a/甲.xlsx", "苏州市甲局", "001", basic=(100, 0, 90), indicators=[OVER], findings=[warned], content=b"one")
    return [
        first,
        outcome("a/乙.xlsx", "苏州市乙局", "002", "returned", basic=(200, 50, 100), findings=[empty]),
        outcome("b/丙.xlsx", HOSTILE, "003", "returned", basic=(300.5, -0.5, 120), indicators=[MISSED], findings=[empty, warned]),
        outcome("b/乙-新.xlsx", "苏州市乙局", "002", basic=(200, 50, 250), received="2023-03-05T09:00:00+08:00"),
        replace(first, path="c/甲的副本.xlsx"),
        unreadable("d/坏.xlsx"),
    ]


def contents(item: Outcome) -> io.BytesIO:
    return io.BytesIO(b"one" if "甲" in item.path else item.path.encode())


def export(listed: Iterable[Outcome], roster: Sequence[Unit] | None, directory: Path, open_input: OpenInput = contents,
           templates: Path | None = None) -> dict[str, str]:  # fmt: skip
    return write_exports(listed, templates=templates, directory=directory, date=DATE, roster=roster, open_input=open_input).beside


def lines(sheet) -> list[tuple]:
    """What stands below the headings of a sheet."""
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=4)]


def headings(sheet) -> list[str]:
    return [cell.value for cell in sheet[3]]


def column(sheet, heading: str) -> list[object]:
    at = headings(sheet).index(heading)
    return [line[at] for line in lines(sheet)]


def read_csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def with_files(directory: Path, listed: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with files as a worker leaves them: a finalized workbook and its document, or a marked workbook."""
    made = []
    for number, item in enumerate(listed):
        names = {
            "passed": (f"{number}/某单位-2022-定稿.xlsx", f"{number}/某单位-2022-定稿.json"),
            "returned": (f"{number}/自评表-问题.xlsx",),
        }.get(item.status, ())
        for name in names:
            path = directory / "made" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path, "w") as package:
                package.writestr(zipfile.ZipInfo("part", ZIP_TIME), item.path)
            if name.endswith(".json"):
                path.write_text(json.dumps({"path": item.path}), "utf-8")
        made.append(replace(item, outputs=tuple(f"made/{name}" for name in names)))
    return made


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def every_byte(directory: Path) -> dict[str, bytes]:
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}
