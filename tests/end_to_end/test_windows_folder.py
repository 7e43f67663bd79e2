"""The folder for an office PC without Python and without a network: what is in it, its .bat files, and what they start."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pip._vendor.packaging.tags import cpython_tags
from pip._vendor.packaging.utils import canonicalize_name, parse_wheel_filename

from support import wine
from support.browser import found_assets
from support.paths import DOCS, EXAMPLE, FILLED, REPOSITORY
from xlperf import __version__, fill_workbook, load_document

WINDOWS = REPOSITORY / "windows"
WORDS = tomllib.loads((WINDOWS / "words.toml").read_text("utf-8"))
BATS = WORDS["bat"]
FILES = WORDS["files"]
CODES = WORDS["codes"]
NAMES = [
    "甲&marker.bat",
    "a^b.xlsx",
    "100%PATH%.xlsx",
    "e(1).xlsx",
    "f, g;h=i.xlsx",
    "甲,乙.xlsx",
    "丙\u3000丁.xlsx",
]  # for "!" see support.wine
needs_wine = pytest.mark.skipif(not wine.AVAILABLE, reason="there is no Wine, or no compiler for Windows")
needs_index = pytest.mark.skipif("CI" not in os.environ, reason="building a wheel and fetching others needs the package index")


def loaded(path: Path) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_folder = loaded(WINDOWS / "make_folder.py")
run_task = loaded(WINDOWS / "run_task.py")
PYTHONS = make_folder.read_pythons()
LOCKED = make_folder.read_lock()


# --- the lock file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_has_one_wheel_of_each_package_that_suits_it_on_windows(python: str) -> None:
    wheels = make_folder.wheels_for(python)
    assert len({canonicalize_name(wheel.name) for wheel in wheels}) == len(wheels) >= 30
    tags = {*cpython_tags(make_folder.version_key(python), platforms=["win_amd64"])}
    suited = {str(tag) for tag in tags} | {"py3-none-any", "py2.py3-none-any"}
    for wheel in wheels:
        name, version, _, offered = parse_wheel_filename(wheel.file)
        assert (name, str(version)) == (canonicalize_name(wheel.name), wheel.version)
        assert {str(tag) for tag in offered} & suited, wheel.file
        assert re.fullmatch("[0-9a-f]{64}", wheel.sha256)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_wheels_are_of_the_versions_that_we_ask_for(python: str) -> None:
    versions = {canonicalize_name(wheel.name): wheel.version for wheel in make_folder.wheels_for(python)}
    asked = make_folder.own_requirements()
    assert len(asked) >= 18
    assert [str(each) for each in asked if not each.specifier.contains(versions[canonicalize_name(each.name)])] == []


def test_the_lock_file_names_no_place_and_every_python_that_we_support() -> None:
    assert "://" not in make_folder.LOCK.read_text("utf-8")
    assert {"3.11", "3.12", "3.13"} <= {*PYTHONS}
    assert len({wheel.file for wheel in LOCKED}) == len(LOCKED)
    assert {python for wheel in LOCKED for python in wheel.pythons} == {*PYTHONS}


def test_chinese_is_data_here_too() -> None:
    scripts = [*WINDOWS.glob("*.py"), *WINDOWS.glob("*.bat")]
    assert (
        len(scripts) == 3
        and [path.name for path in scripts if re.search("[\u2e80-\u9fff\uff00-\uffef]", path.read_text("utf-8"))] == []
    )


def test_markers_are_asked_as_windows_answers() -> None:
    lines = ["a; sys_platform == 'win32'", "b; os_name == 'posix'", "c; python_version < '3.12'", "d; extra == 'x'", "e"]
    assert [each.name for each in make_folder.needed(lines, "3.11")] == ["a", "c", "e"]
    assert [each.name for each in make_folder.needed(lines, "3.12")] == ["a", "e"]


# --- .bat files as text ----------------------------------------------------------------------------------------


def test_every_task_has_a_batch_file() -> None:
    assert set(BATS) == {"install", *run_task.TASKS}
    assert len({*BATS.values()}) == len(BATS) and all(name.endswith(".bat") for name in BATS.values())


@pytest.mark.parametrize("task", BATS)
def test_the_batch_files_suit_cmd(task: str) -> None:
    raw = make_folder.batch_file(task)
    assert raw.isascii() and raw.endswith(b"\r\n")  # whatever the code page is; no mark at the beginning
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")  # cmd loses labels in files without CRLF
    assert b"\t" not in raw and b"{" not in raw
    lines = raw.decode("ascii").split("\r\n")
    assert lines[0] == "@echo off" and f'set "XLPERF_TASK={task}"' in lines
    labels = [line[1:] for line in lines if line.startswith(":")]
    assert len({*labels}) == len(labels)
    assert set(re.findall(r"goto (\w+)|call :(\w+)", raw.decode())) <= {(name, "") for name in labels} | {
        ("", name) for name in labels
    }
    for line in lines:
        assert len(line) < 1000 and not line.startswith(" ")
        if line.startswith("rem "):
            assert not set(line) & set("&|<>^%!()"), line
            continue
        if line.startswith("set "):
            assert re.fullmatch(r'set "\w+=.*"', line), line
        # Names of folders stand in quotes, with nothing but what %~dp0 ends with between them: a backslash.
        quoted = "".join(re.findall(r'"[^"]*"', line))
        assert line.count("%~dp0") == quoted.count("%~dp0") and line.count("%~f0") == quoted.count("%~f0"), line
        assert re.findall(r"%~dp0(?!program\\|python\\)", line) == [], line
        assert line.count('"') % 2 == 0
    # What was dropped is passed on whole, in the last place, outside of blocks; no other argument is ever looked at.
    assert all(line.endswith('run_task.py" %*') for line in lines if "%*" in line) and sum("%*" in line for line in lines) == 3
    assert [line for line in lines if re.search(r"%~?\w*[1-9]", line) and "%1" not in line] == []
    assert {line.split()[0] for line in lines if "%1" in line} == {"py", "if"}  # the version, in the subroutine
    assert "(" not in re.sub(r'"[^"]*"', "", "".join(line for line in lines if not line.startswith("for ")))  # no blocks
    # Delayed expansion, which eats "!", is on for two lines alone.
    on = [number for number, line in enumerate(lines) if line == "setlocal EnableDelayedExpansion"]
    assert [lines[number + 1] for number in on] == ['set "XLPERF_LINE=!CMDCMDLINE!"', lines[on[1] + 1]]
    assert lines[on[0] + 2] == "setlocal DisableDelayedExpansion" and lines[on[1] + 1].startswith('if "!XLPERF_LINE:/c=!"')
    assert {line for line in lines if "!" in line} == {lines[number + 1] for number in on}
    assert lines.index("pause") < lines.index("exit %XLPERF_CODE%")


# --- names that were dropped -----------------------------------------------------------------------------------

BAT = r"D:\自评 (1)\校验.bat"


@pytest.mark.parametrize(("line", "files"), [
    (rf'C:\WINDOWS\system32\cmd.exe /c ""{BAT}" "', []),  # a double click
    (rf'C:\WINDOWS\system32\cmd.exe /c ""{BAT}""', []),
    (rf'C:\WINDOWS\system32\cmd.exe /c ""{BAT}" D:\甲&乙.xlsx"', [r"D:\甲&乙.xlsx"]),
    (rf'C:\WINDOWS\system32\cmd.exe /c ""{BAT}" D:\a^b.xlsx "D:\c & d.xlsx" D:\100%.xlsx"', [r"D:\a^b.xlsx", r"D:\c & d.xlsx", r"D:\100%.xlsx"]),
    (rf'C:\WINDOWS\system32\cmd.exe /C ""{BAT.lower()}" "\\局\共享 a\x!y.xlsx" D:\甲,乙;丙=丁.xlsx"', [r"\\局\共享 a\x!y.xlsx", r"D:\甲,乙;丙=丁.xlsx"]),
    (rf'cmd.exe /c "{BAT}" D:\甲.xlsx', [r"D:\甲.xlsx"]),  # other programs
    (rf'cmd.exe /c "{BAT}" "D:\甲 乙.xlsx"', [r"D:\甲 乙.xlsx"]),
    (rf'cmd.exe /c "{BAT} D:\甲.xlsx"', [r"D:\甲.xlsx"]),
    (rf'cmd.exe /c ""{BAT}" "D:\甲 乙.xlsx""', [r"D:\甲 乙.xlsx"]),
    (rf'cmd.exe /c ""{BAT}" "{BAT}""', [BAT]),
    (f'cmd.exe /c ""{BAT}" D:\\甲\u3000乙.xlsx D:\\丙\u00a0丁.xlsx"', ["D:\\甲\u3000乙.xlsx", "D:\\丙\u00a0丁.xlsx"]),  # blanks that are not " "
    (r'"C:\Windows\System32\cmd.exe" ', None),  # a window in which somebody types
    (rf'"C:\Windows\System32\cmd.exe" /k "{BAT}" D:\甲.xlsx', None),
    (r'cmd.exe /c ""D:\other.bat" D:\甲.xlsx"', None),  # a .bat file that calls ours
    ("", None),
])  # fmt: skip
def test_dropped_names_are_read_off_the_command_line(line: str, files: list[str] | None) -> None:
    assert run_task.dropped_files(line, BAT) == files


ANY_NAME = st.text(st.characters(exclude_characters='<>:"/\\|?*', exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).map(
    lambda name: rf"D:\x\{name}.xlsx"
)


@given(st.lists(ANY_NAME, max_size=5), ANY_NAME.map(lambda name: name[:-5] + ".bat"))
def test_any_name_that_windows_takes_comes_through(files: list[str], bat: str) -> None:
    words = " ".join(f'"{file}"' if " " in file else file for file in files)
    assert run_task.dropped_files(f'{wine.CMD} /c ""{bat}" {words}"', bat) == files


# --- .bat files in cmd.exe -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wine")


def office(work: Path, name: str, *, installed: str = "", beside: bool = False) -> Path:
    """A folder with the .bat files and empty files where they look for some."""
    folder = work / name
    (folder / "program").mkdir(parents=True)
    (folder / "program" / "run_task.py").write_text("")
    (folder / "program" / "python-wanted.txt").write_text("WANTED")
    for task, bat in BATS.items():
        (folder / bat).write_bytes(make_folder.batch_file(task))
    if installed:
        (folder / "program" / f"lib-{installed}").mkdir()
    if beside:
        (folder / "python").mkdir()
        shutil.copyfile(wine.stand_in(work), folder / "python" / "python.exe")
    return folder


def programs(work: Path, *names: str) -> Path:
    """A folder on the search path with these programs."""
    folder = work / f"path-{len(names)}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in names:
        shutil.copyfile(wine.stand_in(work), folder / name)
    return folder


@needs_wine
@pytest.mark.slow
def test_dropped_names_reach_the_program_whole(work: Path) -> None:
    (work / "marker.bat").write_bytes(b"@echo ran> ran.txt\r\n")  # what cmd takes for a second command: the rest of a name
    folder = office(work, "自评 F(1) a^b&c", beside=True)
    files = [*(rf"Z:\t\{name}" for name in NAMES), r"\\服务器\共享 夹\丁.xlsx"]
    outcome = wine.drop(work, folder / BATS["validate"], files, code=3, fits="python")
    assert run_task.dropped_files(outcome.told["XLPERF_LINE"], outcome.told["XLPERF_BAT"]) == files
    assert outcome.code == 3 and b"Press any key" in outcome.printed
    assert not (work / "ran.txt").exists()
    assert outcome.told["COMMAND"].startswith(
        rf'"{wine.as_windows(folder)}\python\python.exe" "{wine.as_windows(folder)}\program\run_task.py"'
    )
    variables = {"XLPERF_TASK": "validate", "XLPERF_LANG": "zh", "PYTHONUTF8": "1", "PYTHONPATH": ""}
    assert variables.items() <= outcome.told.items()


@needs_wine
@pytest.mark.slow
@pytest.mark.parametrize(("found", "installed", "fits", "started"), [
    (("py.exe",), "", "3.12 3.11", "py -3.12"),  # the first that suits
    (("py.exe",), "3.11", "3.12 3.11", "py -3.11"),  # the one for which it was installed
    (("py.exe",), "3.13", "3.11", "py -3.11"),  # which is there no more
    (("py.exe", "python.exe"), "", "path-2", "python "),  # the launcher knows none
    (("python.exe",), "", "path-1", "python "),
])  # fmt: skip
def test_the_python_of_the_pc_is_found(work: Path, found: tuple, installed: str, fits: str, started: str, request) -> None:
    folder = office(work, f"found {request.node.callspec.id}", installed=installed)
    outcome = wine.drop(work, folder / BATS["install"], [], fits=fits, path=programs(work, *found))
    assert outcome.told["COMMAND"].startswith(started)
    assert (outcome.told["XLPERF_TASK"], outcome.code) == ("install", 0)


@needs_wine
@pytest.mark.slow
@pytest.mark.parametrize("beside", [True, False], ids=["beside", "none"])
def test_a_python_that_does_not_suit_is_not_used(work: Path, beside: bool) -> None:
    folder = office(work, f"wanted {beside}", beside=beside)
    outcome = wine.drop(work, folder / BATS["install"], [], path=programs(work, "py.exe", "python.exe"))
    assert (outcome.told, outcome.code, outcome.printed[:6]) == ({}, 2, b"WANTED")


@needs_wine
@pytest.mark.slow
def test_a_zip_that_was_not_extracted_is_told(work: Path) -> None:
    folder = office(work, "packed")
    shutil.rmtree(folder / "program")
    outcome = wine.drop(work, folder / BATS["validate"], [])
    assert outcome.code == 2 and b"extract the whole zip" in outcome.printed


# --- what they start -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it is after it was installed, with what this environment has as the library."""
    folder = tmp_path_factory.mktemp("office") / "自评 100% & (1)"
    program = folder / "program"
    library = program / f"lib-{run_task.PYTHON}"
    library.mkdir(parents=True)
    shutil.copyfile(WINDOWS / "run_task.py", program / "run_task.py")
    (program / "words.toml").write_text((WINDOWS / "words.toml").read_text("utf-8") + 'served = "3.11"\n', "utf-8")
    for package in (
        REPOSITORY / "xlperf",
        REPOSITORY / "templates",
        REPOSITORY / "schemas",
        *Path(pytest.__file__).parents[1].iterdir(),
    ):
        if not (library / package.name).exists():
            (library / package.name).symlink_to(package)
    (program / "assets").symlink_to(next(iter(found_assets().values())).parent)
    return folder


def start(folder: Path, task: str, files: list, *, typed: str = "", bat: str = r"D:\x.bat") -> subprocess.CompletedProcess:
    """Start a task as its .bat file does, with a Python that is like an embeddable one: it sees no packages and no variables."""
    line = f'{wine.CMD} /c ""{bat}" ' + " ".join(f'"{file}"' if " " in str(file) else str(file) for file in files) + '"'
    environment = {
        **os.environ,
        "XLPERF_TASK": task,
        "XLPERF_LINE": line,
        "XLPERF_BAT": bat,
        "XLPERF_LANG": "zh",
        "BROWSER": "echo shown %s",
    }
    command = [sys._base_executable, "-I", "-S", str(folder / "program" / "run_task.py"), "half a name"]
    return subprocess.run(
        command, env=environment, cwd="/", input=typed, capture_output=True, encoding="utf-8", timeout=300, check=False
    )


@pytest.fixture
def books(tmp_path: Path) -> tuple[Path, Path]:
    """A workbook without errors and one with an error, under names that Explorer puts no quotes around."""
    folder = tmp_path / "收到&转交"
    folder.mkdir()
    good, bad = folder / "甲&乙(1).xlsx", folder / "丙^丁,100%.xlsx"
    shutil.copyfile(FILLED, good)
    document = load_document(EXAMPLE / "document.json")
    document["budget"]["basic"]["spent"] = None
    fill_workbook(document, output=bad)
    return good, bad


@pytest.mark.slow
def test_findings_are_shown_and_saved_beside_each_workbook(installed: Path, books: tuple[Path, Path]) -> None:
    done = start(installed, "validate", list(books))
    assert done.returncode == 1 and done.stdout.splitlines()[-1] == CODES["1"] and done.stderr == ""
    saved = [book.with_name(FILES["findings"].format(name=book.stem)).read_text("utf-8-sig") for book in books]
    assert all(text.strip() in done.stdout for text in saved)
    assert "XL101" not in saved[0] and "自评表!" in saved[1]
    done = start(installed, "validate", [books[0]])
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, CODES["0"])


@pytest.mark.slow
def test_what_has_no_error_is_finalized_and_folders_are_taken_too(installed: Path, books: tuple[Path, Path]) -> None:
    done = start(installed, "finalize", [books[0].parent])
    assert done.returncode == 1
    assert {path.suffix for path in (books[0].parent / FILES["finalized"]).iterdir()} == {".xlsx", ".json", ".docx"}


@pytest.mark.slow
def test_what_came_back_is_collected_with_the_list_of_units(installed: Path, books: tuple[Path, Path], tmp_path: Path) -> None:
    roster = tmp_path / "单位名单.csv"
    roster.write_text("单位名称\n苏州市生产力促进中心\n苏州市甲中心\n", "utf-8-sig")
    done = start(installed, "collect", [roster, books[0].parent])
    assert done.returncode == 1, done.stderr
    collected = tmp_path / FILES["collected"]
    assert (collected / "汇总.xlsx").is_file()
    assert "苏州市甲中心" in "".join(path.read_text("utf-8-sig") for path in collected.rglob("*.csv"))


@pytest.mark.slow
def test_blank_workbooks_are_made_of_what_is_chosen(installed: Path, tmp_path: Path) -> None:
    done = start(installed, "template", [], typed="9\n3\n\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(WORDS["says"]["form"]) == 2 and "苏州市市级预算部门" in done.stdout
    assert [path.suffix for path in (installed / FILES["blank"]).iterdir()] == [".xlsx"]
    roster = tmp_path / "单位名单.csv"
    roster.write_text("单位名称\n苏州市生产力促进中心\n苏州市甲中心\n", "utf-8-sig")
    done = start(installed, "template", [roster], typed="3\n2024\n")
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.suffix for path in (tmp_path / FILES["workbooks"].format(name="单位名单")).rglob("*") if path.is_file()}
    assert {".xlsx", ".csv"} <= made


@pytest.mark.slow
def test_files_may_be_dragged_into_the_window(installed: Path, books: tuple[Path, Path]) -> None:
    done = start(installed, "validate", [], typed=f'"{books[0]}"\n')
    assert done.returncode == 0 and WORDS["says"]["drop"] in done.stdout
    done = start(installed, "finalize", [])
    assert done.returncode == 2 and WORDS["says"]["nothing"] in done.stdout


@pytest.mark.slow
def test_a_file_that_is_none_of_ours_is_told_without_a_traceback(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("no workbook")
    codes = {name: start(installed, "validate", [tmp_path / name]) for name in ("x.xlsx", "nothing.xlsx")}
    assert {name: done.returncode for name, done in codes.items()} == {"x.xlsx": 3, "nothing.xlsx": 2}
    assert all("Traceback" not in done.stdout + done.stderr for done in codes.values())


@pytest.mark.slow
def test_the_page_is_made_from_what_lies_in_the_folder_and_opened(installed: Path) -> None:
    done = start(installed, "page", [])
    assert done.returncode == 0, done.stdout + done.stderr
    page = installed / FILES["page"]
    assert page.stat().st_size > 5_000_000 and f"shown {page}" in done.stdout


@pytest.mark.slow
def test_the_server_is_opened_in_the_browser_and_ends_with_its_window(installed: Path) -> None:
    environment = {**os.environ, "XLPERF_TASK": "serve", "XLPERF_LANG": "zh", "BROWSER": "true %s"}
    command = [sys._base_executable, "-I", "-S", "-u", str(installed / "program" / "run_task.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            with urllib.request.urlopen(address, timeout=60) as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and rest.splitlines()[-1] == CODES["0"]


def test_what_is_not_installed_for_this_python_is_told(tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    for name in ("run_task.py", "words.toml"):
        shutil.copyfile(WINDOWS / name, tmp_path / "program" / name)
    done = start(tmp_path, "validate", [])
    assert (done.returncode, done.stdout.splitlines()[-1]) == (2, CODES["2"])
    assert BATS["install"] in done.stdout and run_task.PYTHON in done.stdout


def test_what_cannot_be_written_and_ctrl_c_are_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def denied(task: str, words: dict) -> int:
        raise PermissionError(13, "Permission denied", "D:\\x")

    def stopped(task: str, words: dict) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_task, "PROGRAM", WINDOWS)
    monkeypatch.setenv("XLPERF_TASK", "finalize")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    for do, code in ((denied, 2), (stopped, 130)):
        monkeypatch.setattr(run_task, "do", do)
        assert run_task.main() == code
        sys.stdout.seek(0)
        assert sys.stdout.read().rstrip().endswith(CODES[str(code)])
    sys.stdout.seek(0)
    assert "D:\\x" in sys.stdout.read()


def test_a_folder_without_its_wheels_says_so(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    shutil.copyfile(WINDOWS / "run_task.py", program / "run_task.py")
    (program / f"requirements-{run_task.PYTHON}.txt").touch()
    module = loaded(program / "run_task.py")
    said: list[str] = []
    module.say = lambda words, key, **values: said.append(key)
    assert module.install({**WORDS, "pythons": {"served": ""}}, platform="win-amd64") == module.USAGE
    assert said == ["installing", "install_failed"]


def test_a_python_for_another_system_is_refused(capsys: pytest.CaptureFixture) -> None:
    words = {**WORDS, "pythons": {"served": "3.11"}}
    assert run_task.install(words, platform="win-arm64") == run_task.USAGE
    assert "win-arm64" in capsys.readouterr().out


def test_every_exit_code_is_explained() -> None:
    from xlperf import ExitCode

    assert {int(code) for code in CODES} == {*map(int, ExitCode)}
    manual = (WINDOWS / "manual.html").read_text("utf-8")
    assert all(f"<td>{words[1:].partition('】')[0]}" in manual.replace("【", "").replace("】", "") for words in CODES.values())
    for language in ("en", "zh"):
        told = (DOCS / language / "office-pc.md").read_text("utf-8")
        assert all(f"| {words[: words.index('】') + 1]} | {code} |" in told for code, words in CODES.items())
        assert all(
            f"`{name}`" in told
            for name in [*BATS.values(), *(FILES[key] for key in ("manual", "page", "finalized", "collected", "own_forms"))]
        )
        assert all(python in told for python in PYTHONS) and f"`dist/{make_folder.NAME}.zip`" in told
    assert all(
        name in manual
        for name in [*BATS.values(), *(FILES[key] for key in ("blank", "finalized", "collected", "own_forms", "page"))]
    )


# --- the folder as a zip ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The zip, made twice."""
    place = tmp_path_factory.mktemp("zips")
    command = [sys.executable, str(WINDOWS / "make_folder.py")]
    for name in ("one", "two"):
        subprocess.run(
            [*command, str(place / name)], check=True, timeout=600, env={**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}
        )
    return place / "one" / f"{make_folder.NAME}.zip", place / "two" / f"{make_folder.NAME}.zip"


@pytest.fixture(scope="module")
def extracted(zips: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("extracted")
    with zipfile.ZipFile(zips[0]) as package:
        package.extractall(place)
    return place / make_folder.NAME


@needs_index
@pytest.mark.slow
def test_the_zip_is_the_same_each_time_and_suits_explorer(zips: tuple[Path, Path]) -> None:
    assert zips[0].read_bytes() == zips[1].read_bytes()
    with zipfile.ZipFile(zips[0]) as package:
        entries = package.infolist()
        assert package.testzip() is None
    assert {*BATS.values(), FILES["manual"], FILES["page"]} <= {entry.filename.partition("/")[2] for entry in entries}
    for entry in entries:
        assert entry.filename.isascii() or entry.flag_bits & 0x800, entry.filename  # marked as UTF-8
        assert entry.filename.startswith(f"{make_folder.NAME}/") and len(entry.filename) < 180
        assert not re.search(r'[<>:"\\|?*]|\.\.|[. ](/|$)', entry.filename)
        assert entry.date_time == make_folder.WHEN
    assert sum(entry.file_size for entry in entries) < 100_000_000


@needs_index
@pytest.mark.slow
def test_the_folder_holds_what_the_lock_file_names_and_nothing_else(extracted: Path) -> None:
    wheels = {path.name: make_folder.digest(path) for path in (extracted / "program" / "wheels").iterdir()}
    own = f"xlperf-{__version__}-py3-none-any.whl"
    assert {name: digest for name, digest in wheels.items() if name != own} == {wheel.file: wheel.sha256 for wheel in LOCKED}
    assert own in wheels
    assert (extracted / "program" / "python-wanted.txt").read_bytes().decode("utf-16").count(
        "\r\n"
    ) == 7  # with its mark, for `type`
    assert "{" not in (extracted / FILES["manual"]).read_text("utf-8").partition("<body>")[2]
    assert list(extracted.rglob("*.pyc")) == []


@needs_index
@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
def test_pip_finds_everything_in_the_folder_for_each_python(extracted: Path, python: str, tmp_path: Path) -> None:
    program = extracted / "program"
    options = ["--dry-run", "--quiet", "--ignore-installed", "--no-index", "--require-hashes", f"--find-links={program / 'wheels'}",
               f"--target={tmp_path / 'x'}", "--report", "-", *make_folder.target_options(python)]  # fmt: skip
    command = [*make_folder.PIP, "--isolated", "install", *options, "-r", str(program / f"requirements-{python}.txt")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    items = {canonicalize_name(item["metadata"]["name"]): item["metadata"] for item in json.loads(done.stdout)["install"]}
    assert {*items, "pip"} == {canonicalize_name(wheel.name) for wheel in make_folder.wheels_for(python)} | {"xlperf"}
    # pip has asked the markers as this system answers them; Windows may want more.
    wanted = {
        canonicalize_name(each.name)
        for item in items.values()
        for each in make_folder.needed(item.get("requires_dist", ()), python)
    }
    assert wanted <= set(items)


@needs_index
@pytest.mark.slow
def test_the_folder_installs_itself(extracted: Path) -> None:
    """For Windows, from its own pip, in a Python that is like an embeddable one, over what an older folder has left."""
    code = (
        "import sys, runpy; module = runpy.run_path(sys.argv[1]); words = module['read_words']();"
        "sys.exit(module['install'](words, more=sys.argv[2:], platform='win-amd64'))"
    )
    program = extracted / "program"
    options = make_folder.target_options(run_task.PYTHON)[1:]
    command = [sys._base_executable, "-I", "-S", "-c", code, str(program / "run_task.py"), "--no-compile", *options]
    library = program / f"lib-{run_task.PYTHON}"
    for left in (library, program / f"{library.name}.new"):
        left.mkdir()
        (left / "left.py").touch()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert WORDS["says"]["installed"].format(version=__version__) in done.stdout and not (library / "left.py").exists()
    assert (library / "xlperf" / "templates").is_dir() and (library / "uvicorn").is_dir() and (library / "jsonschema_rs").is_dir()
    compiled = {path.name for path in library.rglob("*.pyd")}
    assert len(compiled) >= 8 and not list(library.rglob("*.so"))
    assert not list(program.glob("*.new"))
    broken = next((program / "wheels").glob("lxml*" + run_task.PYTHON.replace(".", "") + "*"))
    broken.write_bytes(broken.read_bytes()[:-1] + b"x")
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 2 and WORDS["says"]["install_failed"] in done.stdout
    assert (library / "xlperf").is_dir() and not list(program.glob("*.new"))  # what was there still is
