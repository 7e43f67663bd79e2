"""One workbook per unit: names, manifest, what a second run writes and what it leaves alone; several processes, the same bytes."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.paths import REPOSITORY
from support.rosters import written
from support.surgery import type_into
from xlperf import UsageError, fill_workbook, read_roster, read_workbook, write_template, write_templates
from xlperf.distributing import distribute as dispatch
from xlperf.distributing.manifest import MANIFEST
from xlperf.distributing.roster import take_roster
from xlperf.distributing.workbook_names import file_names
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.workflow.template import Issued, write_rows

pytestmark = pytest.mark.slow

DATE = "2023-03-01"
TEXT = "单位,单位代码,主管部门,基本支出 年初预算数\n甲局,0012,市政府,5.5\n乙:局,0013,,\n乙?局,0014,,7\n"
NAMES = ["甲局-2023-自评表.xlsx", "乙_局-0013-2023-自评表.xlsx", "乙_局-0014-2023-自评表.xlsx"]


def handed_out(folder: Path, text: str = TEXT, **more: object):
    roster = written(folder / "units.csv", text, "gb18030")
    return write_templates(
        "suzhou-department", year=2023, roster=roster, output=folder / "out", **{"jobs": 1, "date": DATE, **more}
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    done = handed_out(folder)
    assert (done.written, done.kept, done.changed, done.orphaned) == (3, 0, (), ())
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A folder in which the first run has been."""
    (tmp_path / "out").mkdir()
    for name, content in contents(first).items():
        (tmp_path / "out" / name).write_bytes(content)
    return tmp_path


def test_one_workbook_per_unit(first: Path) -> None:
    assert sorted(contents(first)) == sorted([*NAMES, MANIFEST])
    document = read_workbook(first / "out" / NAMES[0])
    assert document["cover"] == {"unit": "甲局", "unit_code": "0012", "supervisor": "市政府"}
    assert (document["fiscal_year"], document["budget"]["basic"]["initial"]) == (2023, 5.5)
    assert read_workbook(first / "out" / NAMES[2])["cover"] == {"unit": "乙?局", "unit_code": "0014"}


def test_a_unit_that_brings_nothing_gets_the_template_of_its_name(first: Path, tmp_path: Path) -> None:
    handed_out(tmp_path, "单位\n甲局\n")
    write_template("suzhou-department", year=2023, output=tmp_path / "one.xlsx", unit="甲局", date=DATE)
    assert (tmp_path / "out" / NAMES[0]).read_bytes() == (tmp_path / "one.xlsx").read_bytes()


def test_the_manifest_names_unit_code_file_and_digest(first: Path) -> None:
    text = (first / "out" / MANIFEST).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert [(line["unit"], line["code"], line["file"]) for line in lines] == [
        ("甲局", "0012", NAMES[0]), ("乙:局", "0013", NAMES[1]), ("乙?局", "0014", NAMES[2])]  # fmt: skip
    assert [line["sha256"] for line in lines] == [
        hashlib.sha256((first / "out" / name).read_bytes()).hexdigest() for name in NAMES
    ]


def test_run_again_nothing_is_written(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "out").iterdir() if path.suffix == ".xlsx"}
    done = handed_out(folder)
    assert (done.written, done.kept) == (0, 3)
    assert {path.name: path.stat().st_mtime_ns for path in (folder / "out").iterdir() if path.suffix == ".xlsx"} == before


def test_without_a_date_another_day_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_out(tmp_path, date=None)
    before = contents(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert handed_out(tmp_path, date=None).kept == 3 and contents(tmp_path) == before


def test_only_what_changed_is_written(folder: Path) -> None:
    before = contents(folder)
    done = handed_out(folder, TEXT.replace("0014,,7", "0014,,8").replace("甲局,", "丙局,"))
    assert (done.written, done.kept, done.changed) == (2, 1, ())
    assert done.orphaned == (folder / "out" / NAMES[0],)  # told, not deleted
    after = contents(folder)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"丙局-2023-自评表.xlsx", NAMES[2], MANIFEST}
    assert read_workbook(folder / "out" / NAMES[2])["budget"]["basic"]["initial"] == 8
    (folder / "out" / NAMES[1]).unlink()
    assert handed_out(folder, TEXT.replace("0014,,7", "0014,,8").replace("甲局,", "丙局,")).written == 1


def test_what_a_department_filled_in_is_never_overwritten(folder: Path) -> None:
    filled = folder / "out" / NAMES[0]
    type_into(filled, folder / "typed.xlsx", {"预算信息!F5": 5})
    filled.write_bytes((folder / "typed.xlsx").read_bytes())
    before, manifest = filled.read_bytes(), (folder / "out" / MANIFEST).read_bytes()
    for text in (TEXT, TEXT.replace("5.5", "6.5")):  # whether or not the roster changed
        done = handed_out(folder, text)
        assert (done.written, done.kept, done.changed) == (0, 2, (filled,))
        assert filled.read_bytes() == before and (folder / "out" / MANIFEST).read_bytes() == manifest


def test_a_strangers_file_is_left_alone_and_one_of_an_interrupted_run_is_known(folder: Path, form: Form) -> None:
    (folder / "out" / MANIFEST).unlink()
    fill_workbook({"form": form.key, "fiscal_year": 2023, "cover": {"unit": "甲局"}}, output=folder / "out" / NAMES[0])
    before = (folder / "out" / NAMES[0]).read_bytes()
    done = handed_out(folder)
    assert (done.written, done.changed) == (2, (folder / "out" / NAMES[0],))
    assert (folder / "out" / NAMES[0]).read_bytes() == before
    lines = list(csv.DictReader((folder / "out" / MANIFEST).read_text("utf-8-sig").splitlines()))
    assert [line["file"] for line in lines] == NAMES[1:]
    assert handed_out(folder).kept == 2


def test_a_file_of_ours_that_was_damaged_is_left_alone(folder: Path) -> None:
    """Its directory is whole and ours, the part that says of which day it is cannot be unpacked."""
    path = folder / "out" / NAMES[0]
    with zipfile.ZipFile(path) as package:
        part = package.getinfo("docProps/core.xml")
    content = bytearray(path.read_bytes())
    begin = part.header_offset + 30 + len(part.filename)
    content[begin : begin + part.compress_size] = b"\xff" * part.compress_size
    path.write_bytes(content)
    (folder / "out" / MANIFEST).unlink()
    assert handed_out(folder, date=None).changed == (path,)
    assert path.read_bytes() == content


def ended_at(name: str, how: BaseException, monkeypatch: pytest.MonkeyPatch, folder: Path, text: str, **more: object) -> None:
    """A run that ends badly at the file of that name."""
    with monkeypatch.context() as patch:

        def fail(form: Form, rows: dict, path: Path, issued: Issued) -> None:
            if path.name == name:
                raise how
            write_rows(form, rows, path, issued)

        patch.setattr(dispatch, "write_rows", fail)
        with pytest.raises(type(how)):
            handed_out(folder, text, **more)


CHANGED = TEXT.replace("5.5", "6.5").replace("0014,,7", "0014,,8")


@pytest.mark.parametrize(
    "how", [UsageError("cannot_write", path="x", reason="y"), KeyboardInterrupt()], ids=["fault", "interrupt"]
)
@pytest.mark.parametrize("name", NAMES[::2])
def test_files_of_ours_are_still_ours_after_a_run_that_ended_badly(
    name: str, how: BaseException, folder: Path, monkeypatch
) -> None:
    ended_at(name, how, monkeypatch, folder, CHANGED)
    lines = list(csv.DictReader((folder / "out" / MANIFEST).read_text("utf-8-sig").splitlines()))
    assert [line["file"] for line in lines] == NAMES
    done = handed_out(folder, CHANGED)
    assert done.changed == () and done.written + done.kept == 3
    assert read_workbook(folder / "out" / NAMES[0])["budget"]["basic"]["initial"] == 6.5
    assert read_workbook(folder / "out" / NAMES[2])["budget"]["basic"]["initial"] == 8
    assert handed_out(folder, CHANGED).kept == 3


@pytest.mark.parametrize("date", [DATE, None])
def test_files_of_ours_are_still_ours_after_a_run_that_was_killed(date: str | None, tmp_path: Path, monkeypatch) -> None:
    handed_out(tmp_path, date=date)
    before = (tmp_path / "out" / MANIFEST).read_bytes()
    assert handed_out(tmp_path, CHANGED, date=date).written == 2
    (tmp_path / "out" / MANIFEST).write_bytes(before)  # it could not be written any more
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # gone on with on another day
    done = handed_out(tmp_path, CHANGED, date=date)
    assert (done.written, done.kept, done.changed) == (2, 1, ())
    assert (tmp_path / "out" / MANIFEST).read_bytes() != before and handed_out(tmp_path, CHANGED, date=date).kept == 3


def test_what_a_department_filled_in_is_not_overwritten_after_a_run_that_ended_badly(folder: Path, monkeypatch) -> None:
    filled = folder / "out" / NAMES[0]
    type_into(filled, folder / "typed.xlsx", {"预算信息!F5": 5})
    filled.write_bytes(before := (folder / "typed.xlsx").read_bytes())
    ended_at(NAMES[2], KeyboardInterrupt(), monkeypatch, folder, CHANGED)
    for text in (CHANGED, TEXT):
        assert handed_out(folder, text).changed == (filled,) and filled.read_bytes() == before


def test_several_processes_write_the_same_bytes(tmp_path: Path) -> None:
    text = "单位,代码\n" + "".join(f"单位{number},{number:04d}\n" for number in range(20))
    told: list[tuple[int, int]] = []
    for name, jobs in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        handed_out(
            tmp_path / name, text, jobs=jobs, rows={"goals": 2, "tasks": 2}, tell=lambda done, total: told.append((done, total))
        )
    assert contents(tmp_path / "one") == contents(tmp_path / "two") and len(contents(tmp_path / "one")) == 21
    assert told == [(number, 20) for number in range(21)] * 2


def test_something_wrong_in_the_roster_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        handed_out(tmp_path, TEXT.replace("5.5", "很多"))
    assert caught.value.arguments["reasons"] == "第 2 行：“基本支出 年初预算数”填的是“很多”，应为：0 至 9999999.999999。"
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_does_not_stop_the_others(folder: Path) -> None:
    (folder / "out" / NAMES[0]).unlink()
    (folder / "out" / NAMES[0]).mkdir()  # as good as open in Excel
    (folder / "out" / MANIFEST).unlink()
    (folder / "out" / NAMES[2]).unlink()
    with pytest.raises(UsageError) as caught:
        handed_out(folder)
    assert (
        caught.value.key == "not_all_written"
        and caught.value.arguments["count"] == 1
        and NAMES[0] in caught.value.arguments["reasons"]
    )
    lines = list(csv.DictReader((folder / "out" / MANIFEST).read_text("utf-8-sig").splitlines()))
    assert [line["file"] for line in lines] == NAMES[1:] and (folder / "out" / NAMES[2]).exists()


def test_a_name_that_is_too_long_for_the_folder_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        dispatch,
        "file_names",
        lambda form, year, units: [("长" * 260 if unit.code == "0012" else unit.code) + ".xlsx" for unit in units],
    )
    with pytest.raises(UsageError) as caught:
        handed_out(tmp_path)
    assert (caught.value.key, caught.value.arguments["count"]) == ("not_all_written", 1)
    assert sorted(contents(tmp_path)) == ["0013.xlsx", "0014.xlsx", MANIFEST]


def test_a_manifest_that_is_none_is_refused(folder: Path) -> None:
    (folder / "out" / MANIFEST).write_text("a\nb,c\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        handed_out(folder)
    assert caught.value.key == "bad_manifest"


def test_names_that_look_like_formulas(tmp_path: Path) -> None:
    """They are quoted in the manifest, which Excel opens, and known again all the same."""
    text = "单位,代码\n=1+1,-5\n@甲,'6\n"
    assert handed_out(tmp_path, text).written == 2 and handed_out(tmp_path, text).kept == 2
    lines = (tmp_path / "out" / MANIFEST).read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["'=1+1", "'-5", "'=1+1-2023-自评表.xlsx"], ["'@甲", "'6", "'@甲-2023-自评表.xlsx"]]  # fmt: skip
    (tmp_path / "out" / "=1+1-2023-自评表.xlsx").write_bytes(b"filled in")
    assert handed_out(tmp_path, text).changed == (tmp_path / "out" / "=1+1-2023-自评表.xlsx",)


def test_names_are_safe_and_every_units_own(form: Form, tmp_path: Path) -> None:
    text = "单位,代码\na/b,1\nA:B,2\na*b,3\na|b,2-2\na_b-2,\n" + "长" * 120 + ",4\n" + "长" * 121 + ",5\n...,6\n甲:局,\n甲?局,\n"
    names = file_names(form, 2023, read_roster(written(tmp_path / "u.csv", text)))
    assert names == [f"{stem}-2023-自评表.xlsx" for stem in
                     ("a_b-1", "A_B-2-5514cca7", "a_b-3", "a_b-2-2", "a_b-2-6b4c18d6", "长" * 59 + "~d18b33", "长" * 59 + "~808538", "_",
                      "甲_局-3a680026", "甲_局-a06a4703")]  # fmt: skip
    assert len({name.casefold() for name in names}) == 10


def test_a_roster_sorted_otherwise_makes_the_same_files(folder: Path) -> None:
    before, (headings, *lines) = contents(folder), TEXT.splitlines()
    assert handed_out(folder, "\n".join([headings, *reversed(lines)])).kept == 3
    after = contents(folder)
    del before[MANIFEST], after[MANIFEST]
    assert after == before


PROJECTS = "实施单位,单位代码,项目名称\n甲局,01,培训\n甲局,01,改造\n乙局,02,培训\n"


def test_a_unit_with_several_papers_has_a_workbook_for_each(tmp_path: Path) -> None:
    roster = written(tmp_path / "units.csv", PROJECTS)

    def run() -> dispatch.Distribution:
        return write_templates("national-project", year=2023, roster=roster, output=tmp_path / "out", jobs=1, date=DATE)

    assert run().written == 3
    lines = list(csv.DictReader((tmp_path / "out" / MANIFEST).read_text("utf-8-sig").splitlines()))
    assert [(line["unit"], line["subject"], line["file"].split("-2023-")[0]) for line in lines] == [
        ("甲局", "培训", "甲局-培训"), ("甲局", "改造", "甲局-改造"), ("乙局", "培训", "乙局-培训")]  # fmt: skip
    for line in lines:
        project = read_workbook(tmp_path / "out" / line["file"])["project"]
        assert (project["unit"], project["name"]) == (line["unit"], line["subject"])
    assert run().kept == 3
    written(roster, PROJECTS.replace(",改造", ",培训").replace("02,", "01,"))
    with pytest.raises(UsageError) as caught:
        run()
    assert (
        "每份填不同的内容" in caught.value.arguments["reasons"]
        and "单位代码 01 与第 2 行重复" in caught.value.arguments["reasons"]
    )


def test_units_and_papers_of_one_name_have_their_codes(tmp_path: Path) -> None:
    units = take_roster(written(tmp_path / "u.csv", "单位,代码,项目\n甲,1,a\n甲,2,a\n甲,2,b\n"), subject=("项目",)).units
    names = file_names(load_form(find_form("national-project", year=2023)), 2023, units)
    assert [name.split("-2023-")[0] for name in names] == ["甲-1-a", "甲-2-a", "甲-b"]


def test_columns_nobody_reads_and_totals_stop_nothing(tmp_path: Path) -> None:
    text = "2023年名单\n序号,单位,基本支出 年初预算数,备注\n1,甲局,5,\n2,乙局,6,新设\n,合计,11,\n"
    done = handed_out(tmp_path, text)
    assert (done.written, done.remarks) == (2, ("第 5 行是合计或落款，不是单位，没有算作一个单位。",))
    assert handed_out(tmp_path, text.replace("1,甲局,5", "1,丙局,4\n2,甲局,5").replace("新设", "")).kept == 2


def test_on_the_command_line(tmp_path: Path) -> None:
    written(tmp_path / "units.csv", TEXT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "xlperf",
            "template",
            "suzhou-department",
            "--year",
            "2023",
            "--roster",
            "units.csv",
            *arguments,
        ]
        environment = {**os.environ, "XLPERF_LANG": "zh", "PYTHONPATH": str(REPOSITORY)}
        return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, env=environment)

    done = run("-o", "下发", "--jobs", "2")
    assert (done.returncode, done.stdout) == (0, "")
    *_, last, summed = done.stderr.splitlines()
    assert re.fullmatch(r"生成模板 3/3(  [0-9.]+ 个/秒)?  还需 (00:00:00|--:--:--)", last)
    assert summed == f"生成 3 份，0 份没有变化；清单：{Path('下发') / MANIFEST}"
    (tmp_path / "下发" / NAMES[0]).write_bytes(b"changed")
    again = run("-o", "下发")
    assert again.stderr.splitlines() == [f"{Path('下发') / NAMES[0]} 下发后已被填写或改动，没有覆盖。",
                                         f"生成 0 份，2 份没有变化；清单：{Path('下发') / MANIFEST}"]  # fmt: skip
    missing = run("-o", "下发", "--from", "x.json")  # each unit's own last year stands there
    assert missing.returncode == 2 and missing.stderr.startswith("无法打开 x.json")
    for arguments in ((), ("-o", "下发", "--unit", "甲")):
        refused = run(*arguments)
        assert refused.returncode == 2 and refused.stderr.startswith("--roster 要用 -o 指定文件夹")
