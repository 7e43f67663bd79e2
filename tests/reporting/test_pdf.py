"""PDF by LibreOffice: several files a call, a time limit, and what is said when it is not there."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docx import Document

from support.paths import EXAMPLE, REPOSITORY
from xlperf import write_report
from xlperf.errors import UsageError
from xlperf.reporting import pdf
from xlperf.reporting.pdf import find_libreoffice, write_pdfs

pytestmark = pytest.mark.slow

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for LibreOffice")


def word(path: Path, text: str = "一份报告") -> Path:
    document = Document()
    document.add_paragraph(text)
    document.save(path)
    return path


def pages(path: Path) -> int:
    return int(
        next(
            line.split()[1]
            for line in subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout.splitlines()
            if line.startswith("Pages:")
        )
    )


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a shell script in LibreOffice's place."""

    def put(script: str) -> None:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n" + script, "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.mark.libreoffice
def test_the_report_as_pdf_has_its_pages(tmp_path: Path) -> None:
    result = write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "报告 一.docx", pdf=True)
    assert [path.name for path in result.outputs] == ["报告 一.docx", "报告 一.pdf"]
    assert (tmp_path / "报告 一.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["报告 一.docx", "报告 一.pdf"]
    if shutil.which("pdftotext"):
        assert 12 <= pages(tmp_path / "报告 一.pdf") <= 22
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "报告 一.pdf", "-"], capture_output=True, text=True, check=True
        ).stdout
        found = [
            text.index(heading)
            for heading in ("一、预算部门名称", "四、部门（单位）整体", "七、预算信息", "九、部门整体自评表", "附：提醒")
        ]
        assert found == sorted(found)
        assert re.search(r"—\s*1\s*—", text) and "545.57" in text and "33.78%" in text


CONVERTS = 'while [ "$1" != --outdir ]; do shift; done; echo "%PDF-" > "$2/1.pdf"\n'


@POSIX
def test_the_pdf_may_be_asked_for_by_name(tmp_path: Path, stand_in) -> None:
    stand_in(CONVERTS)
    for name in ("a.pdf", "b.docx"):
        outputs = write_report(EXAMPLE / "filled.xlsx", output=tmp_path / name, pdf=True).outputs
        assert [path.name for path in outputs] == [f"{name[0]}.docx", f"{name[0]}.pdf"]
        assert Document(outputs[0]).paragraphs and outputs[1].read_bytes().startswith(b"%PDF-")
    outputs[0].write_bytes(b"edited by hand")
    with pytest.raises(UsageError, match="已经存在"):  # a document nobody named
        write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "b.pdf", pdf=True)
    assert outputs[0].read_bytes() == b"edited by hand"
    with pytest.raises(UsageError, match="结尾"):
        write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "b.xlsx", pdf=True)


@POSIX
def test_a_pdf_that_is_there_is_never_replaced_by_a_name_of_ours(tmp_path: Path, stand_in) -> None:
    stand_in(CONVERTS)
    shutil.copyfile(EXAMPLE / "filled.xlsx", tmp_path / "a.xlsx")
    paper, made = write_report(tmp_path / "a.xlsx", pdf=True).outputs
    paper.unlink()
    made.write_bytes(b"signed and scanned")
    with pytest.raises(UsageError, match="已经存在"):
        write_report(tmp_path / "a.xlsx", pdf=True)
    assert made.read_bytes() == b"signed and scanned" and not paper.exists()


@pytest.mark.libreoffice
def test_files_of_one_name_from_two_folders_in_one_call(tmp_path: Path) -> None:
    files = []
    for name, text in (("甲", "第一份"), ("乙", "第二份")):
        (tmp_path / name).mkdir()
        files.append(word(tmp_path / name / "报告.docx", text))
    made = write_pdfs(files)
    assert made == [file.with_suffix(".pdf") for file in files]
    if shutil.which("pdftotext"):
        texts = [
            subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.strip() for path in made
        ]
        assert [text.split()[0] for text in texts] == ["第一份", "第二份"]


@pytest.mark.libreoffice
def test_a_file_that_is_no_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match=r"坏\.docx"):
        write_pdfs([tmp_path / "坏.docx"])
    assert [path.name for path in tmp_path.iterdir()] == ["坏.docx"]


def test_without_libreoffice_nothing_is_written_and_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "PLACES", {})
    with pytest.raises(UsageError, match="LibreOffice"):
        write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "a.docx", pdf=True)
    assert list(tmp_path.iterdir()) == []


def test_on_windows_it_is_found_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "soffice.com"
    place.write_bytes(b"")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pdf, "PLACES", {sys.platform: [str(tmp_path / "elsewhere"), str(place)]})
    assert find_libreoffice() == str(place)


@POSIX
def test_it_is_ended_with_its_children_when_time_is_over(tmp_path: Path, stand_in, monkeypatch: pytest.MonkeyPatch) -> None:
    alive = tmp_path / "alive"
    stand_in(f"(sleep 3; touch '{alive}') & sleep 60\n")
    monkeypatch.setattr(pdf, "SECONDS", 0.5)
    monkeypatch.setattr(pdf, "SECONDS_PER_FILE", 0)
    start = time.monotonic()
    with pytest.raises(UsageError, match="LibreOffice"):
        write_pdfs([word(tmp_path / "a.docx")])
    assert time.monotonic() - start < 30  # it sleeps for 60
    time.sleep(3.5)
    assert not alive.exists() and not (tmp_path / "a.pdf").exists()


@POSIX
def test_what_it_says_when_it_fails_is_passed_on(tmp_path: Path, stand_in) -> None:
    stand_in("echo 'source file could not be loaded'\nexit 1\n")
    with pytest.raises(UsageError, match="could not be loaded"):
        write_pdfs([word(tmp_path / "a.docx")])


@POSIX
def test_every_call_has_a_profile_of_its_own(tmp_path: Path, stand_in) -> None:
    said = tmp_path / "said"
    stand_in(f"echo \"$@\" >> '{said}'\n")
    for _ in range(2):
        with pytest.raises(UsageError):
            write_pdfs([word(tmp_path / "a.docx")])
    calls = said.read_text("utf-8").splitlines()
    profiles = {argument for call in calls for argument in call.split() if argument.startswith("-env:UserInstallation=file:///")}
    assert len(calls) == len(profiles) == 2
    assert all("--headless" in call and "--convert-to pdf" in call for call in calls)


def test_the_command_says_it_too(tmp_path: Path) -> None:
    outcome = subprocess.run([sys.executable, "-m", "xlperf", "report", EXAMPLE / "document.json", "-o", tmp_path / "a.docx", "--pdf"],
                             capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY,
                             env={**os.environ, "PATH": "", "ProgramFiles": "", "XLPERF_LANG": "en"})  # fmt: skip
    assert outcome.returncode == 2 and "No LibreOffice was found" in outcome.stderr
