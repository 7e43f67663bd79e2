"""finalize, report and annotate write all of their files or none: what goes wrong leaves the folder as it was."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from support.paths import EXAMPLES
from xlperf import UsageError, annotate, finalize, validate, write_report
from xlperf.reporting import word_template
from xlperf.workflow import report

pytestmark = pytest.mark.slow

DATE = "2023-03-01"
FILLED = EXAMPLES / "national-project-2022" / "filled.xlsx"  # whose files are made fastest
FAULTY = "问题"  # in the name of the annotated workbook
VERBS: dict[str, Callable[[Path], object]] = {
    "finalize": lambda out: finalize(FILLED, output=out, date=DATE),
    "report": lambda out: write_report(FILLED, output=out / "报告.docx", date=DATE),
    "report with PDF": lambda out: write_report(FILLED, output=out / "报告.pdf", date=DATE, pdf=True),
    "annotate": lambda out: annotate(FILLED, output=out, date=DATE),
    "validate and annotate": lambda out: validate(FILLED, annotated=out),
}
MADE = {"finalize": 3, "report": 1, "report with PDF": 2, "annotate": 1, "validate and annotate": 1}
LIBRARIES = [
    ("finalize", "docxtpl"),
    ("finalize", "xlsxwriter"),
    ("report", "docxtpl"),
    ("report with PDF", "docxtpl"),
    ("annotate", "xlsxwriter"),
]

every_verb = pytest.mark.parametrize("verb", VERBS)


@pytest.fixture(autouse=True)
def instead_of_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_pdfs(files: Sequence[Path]) -> list[Path]:
        pdfs = [file.with_suffix(".pdf") for file in files]
        for pdf in pdfs:
            pdf.write_bytes(b"%PDF-")
        return pdfs

    monkeypatch.setattr(report, "find_libreoffice", lambda: "soffice")
    monkeypatch.setattr(report, "write_pdfs", write_pdfs)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "交 付"
    folder.mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    """What lies below a folder, that is not there too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@cache
def made_by(verb: str) -> dict[str, bytes | None]:
    """What a verb makes in an empty folder: the same each time."""
    with tempfile.TemporaryDirectory() as folder:
        VERBS[verb](Path(folder))
        return contents(Path(folder))


def with_older_files(verb: str, out: Path) -> dict[str, bytes | None]:
    """The folder after an earlier run, its files of other contents; workbooks count as ours by the times in their zip."""
    for name, content in made_by(verb).items():
        assert content
        (out / name).write_bytes(content)
    for path in out.iterdir():
        if FAULTY not in path.name and not (verb == "report with PDF" and path.suffix == ".docx"):
            path.write_bytes(b"older")
    if verb == "report with PDF":
        (out / "报告.docx").unlink()  # it is only written under a name that is free
    return contents(out)


def fill_disk(patch: pytest.MonkeyPatch, name: str, *, after: int) -> None:
    """Let a function of `os` fail after so many calls, as on a full disk."""
    real, calls = getattr(os, name), count(1)

    def call(*arguments: object) -> object:
        if next(calls) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments)

    patch.setattr(os, name, call)


@every_verb
def test_all_is_written_and_nothing_else(verb: str, out: Path) -> None:
    VERBS[verb](out)
    assert len(contents(out)) == MADE[verb] and all(contents(out).values())


def forget(patch: pytest.MonkeyPatch, library: str) -> None:
    """Make a library one that is not installed, also for our modules that have imported it already."""
    for name in list(sys.modules):
        if name.startswith((f"{library}.", "xlperf.workbook.", "xlperf.reporting.word_")):
            patch.delitem(sys.modules, name)
    patch.setitem(sys.modules, library, None)


@pytest.mark.parametrize("verb, library", LIBRARIES)
@pytest.mark.parametrize("older", [False, True])
def test_a_missing_library_leaves_nothing(
    verb: str, library: str, older: bool, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = with_older_files(verb, out) if older else {}
    word_template._compiled_parts.cache_clear()
    forget(monkeypatch, library)
    with pytest.raises(ImportError):
        VERBS[verb](out)
    assert contents(out) == before


@every_verb
@pytest.mark.parametrize("name", ["replace", "fsync"])
@pytest.mark.parametrize("older", [False, True])
def test_a_full_disk_leaves_everything_as_it_was(
    verb: str, name: str, older: bool, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = with_older_files(verb, out) if older else {}
    for after in range(MADE[verb]):
        with monkeypatch.context() as patch, pytest.raises(UsageError) as caught:
            fill_disk(patch, name, after=after)
            VERBS[verb](out)
        assert caught.value.key == "cannot_write" and "磁盘已满" in str(caught.value)
        assert ".xlperf-" not in str(caught.value) and str(out) in str(caught.value)
        assert contents(out) == before


@every_verb
def test_a_target_that_is_open_elsewhere_leaves_everything_as_it_was(
    verb: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a file that Excel has open cannot be replaced."""
    before = with_older_files(verb, out)
    replace = os.replace
    for name in before:

        def locked(source: Path, target: Path, name: str = name) -> None:
            if Path(target) == out / name:
                raise PermissionError(errno.EACCES, "Permission denied", str(source), None, str(target))
            replace(source, target)

        with monkeypatch.context() as patch, pytest.raises(UsageError) as caught:
            patch.setattr(os, "replace", locked)
            VERBS[verb](out)
        assert caught.value.arguments["path"] == out / name
        assert contents(out) == before


@pytest.mark.parametrize("verb", ["finalize", "report"])
def test_a_target_that_is_a_folder_leaves_everything_as_it_was(verb: str, out: Path) -> None:
    with_older_files(verb, out)
    (report_,) = out.glob("*.docx")
    report_.unlink()
    report_.mkdir()
    before = contents(out)
    with pytest.raises(UsageError) as caught:
        VERBS[verb](out)
    assert (caught.value.key, caught.value.arguments["path"]) == ("cannot_write", report_)
    assert contents(out) == before


@every_verb
def test_a_folder_that_was_made_for_the_files_goes_with_them(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(UsageError):
        fill_disk(patch, "fsync", after=0)
        VERBS[verb](tmp_path / "新" / "的")
    assert contents(tmp_path) == {}


def test_a_pdf_that_cannot_be_made_leaves_no_word_document(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Sequence[Path]) -> list[Path]:
        raise UsageError("libreoffice_slow", seconds=90)

    monkeypatch.setattr(report, "write_pdfs", slow)
    with pytest.raises(UsageError, match="没有写出任何文件"):
        VERBS["report with PDF"](out)
    assert contents(out) == {}


def test_ctrl_c_leaves_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        VERBS["finalize"](out)
    assert contents(out) == {}


def test_the_report_can_be_left_out(out: Path) -> None:
    without = finalize(FILLED, output=out / "a", date=DATE, report=False)
    whole = finalize(FILLED, output=out / "b", date=DATE)
    assert [path.suffix for path in without.outputs] == [".xlsx", ".json"]
    assert [path.suffix for path in whole.outputs] == [".xlsx", ".json", ".docx"]
    assert [path.read_bytes() for path in without.outputs] == [path.read_bytes() for path in whole.outputs[:2]]
    assert json.loads(without.outputs[1].read_text("utf-8"))["form"]


def test_without_a_report_no_library_for_it_is_needed(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    word_template._compiled_parts.cache_clear()
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    assert len(finalize(FILLED, output=out, report=False).outputs) == 2
