"""What the READMEs say is so: the command table, every command line, the outputs, the snippets, the walk-through."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from support.make_readme import (
    EXIT_CODES,
    READMES,
    TABLE,
    Paste,
    Step,
    actions_of,
    agrees,
    blocks,
    command_table,
    make_revision,
    prepare,
    run,
    snippets,
    steps_of,
)
from support.paths import EXAMPLE, REPOSITORY
from xlperf import ExitCode, __version__, fill_workbook, find_form, load_document, load_form, validate
from xlperf.cli.commands import cli

LANGUAGES = list(READMES)
GENERATE = "run: make golden"
WINDOWS = REPOSITORY / "examples" / "windows"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {language: path.read_text("utf-8") for language, path in READMES.items()}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def text(language: str, texts: dict[str, str]) -> str:
    return texts[language]


@pytest.fixture(scope="module")
def prepared(texts: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a reader would stand in: two submissions, and the forms changed as the README says."""
    folder = tmp_path_factory.mktemp("readme") / "prepared"
    prepare(folder, *snippets(texts["zh"]))
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "reader")


def console_steps(text: str) -> list[Step]:
    return [step for block in blocks(text) if block.language == "console" for step in steps_of(block.text)]


# --- the two languages ---------------------------------------------------------------------------------------


def test_both_languages_say_the_same(texts: dict[str, str]) -> None:
    headings, code, steps, tables = [], [], [], []
    for text in texts.values():
        prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
        headings.append([line.count("#") for line in re.findall(r"^#+ ", prose, re.MULTILINE)])
        code.append([(b.language, re.sub(r" +#.*", "", b.text)) for b in blocks(text) if b.language != "console"])
        steps.append([(step.command, step.exit_code, bool(step.output)) for step in console_steps(text)])
        tables.append(prose.count("\n|"))
    assert headings[0] == headings[1]
    assert code[0] == code[1]
    assert steps[0] == steps[1]
    assert tables[0] == tables[1]


def test_links_and_pictures_lead_somewhere(text: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert "docs/workbook.png" in targets
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def test_files_named_in_the_text_exist(text: str) -> None:
    named = re.findall(r"`((?:examples|templates|schemas|docs)[/\\][a-z0-9_/\\.-]+)`", text)
    assert named
    assert [name for name in named if not (REPOSITORY / name.replace("\\", "/")).exists()] == []


# --- the commands --------------------------------------------------------------------------------------------


def test_the_command_table_is_generated(language: str, text: str) -> None:
    assert TABLE.search(text)[0] == command_table(language), GENERATE


def test_every_command_is_documented(text: str) -> None:
    assert sorted(EXIT_CODES) == sorted(cli.commands)
    described = set(re.findall(r"^\| `xlperf ([\w-]+)", text, re.MULTILINE))
    shown = {step.command.split()[1] for step in console_steps(text)}
    assert described == set(cli.commands)
    assert set(cli.commands) - shown <= {"fill", "schema", "check-form"}  # for other programs and form authors: in the table and in one sentence
    assert all(f"`{name}`" in text for name in set(cli.commands) - shown)


def test_every_exit_code_is_documented(text: str) -> None:
    rows = [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert rows == [int(code) for code in ExitCode]


def test_every_command_line_does_what_is_shown(language: str, text: str, folder: Path) -> None:
    steps = console_steps(text)
    assert len(steps) > 10
    assert all(step.command.startswith("xlperf ") for step in steps)
    for action in (action for block in blocks(text) for action in actions_of(block)):
        if isinstance(action, Paste):
            action.apply(folder)
            continue
        code, lines = run(action, folder, language)
        assert code == action.exit_code, action.command
        if action.output:
            assert agrees(action.output, lines), "\n".join([action.command, *lines, GENERATE])
    assert sorted(path.name for path in (folder / "定稿").iterdir()) == [
        "苏州市生产力促进中心-2022-定稿.json", "苏州市生产力促进中心-2022-定稿.xlsx", "苏州市生产力促进中心-2022-自评报告.docx",
    ]  # fmt: skip


BROKEN = {
    1: {"collect": "收到 -o 汇集", "fill": "misfit.json", "import": "收到/甲单位.xlsx --year 2021", "validate": "收到/乙单位.xlsx", "finalize": "收到/乙单位.xlsx", "report": "收到/乙单位.xlsx",
        "template": "suzhou-department --year 2023 --from misfit.json", "migrate": "misfit.json --year 2023 -o 新.xlsx"},
    3: {"collect": "misfit.json -o 汇集", "import": "损坏.xlsx", "read": "misfit.json", "validate": "misfit.json", "finalize": "misfit.json", "report": "损坏.xlsx",
        "template": "suzhou-department --year 2023 --from 损坏.xlsx", "migrate": "损坏.xlsx", "diff": "损坏.xlsx 损坏.xlsx"},
}


@pytest.mark.parametrize("command", EXIT_CODES)
@pytest.mark.parametrize("code", [1, 3])
def test_the_exit_codes_in_the_table_happen(command: str, code: int, folder: Path) -> None:
    assert (code in EXIT_CODES[command]) == (command in BROKEN[code])
    if command in BROKEN[code]:
        misfit = '{"form": "suzhou-department", "fiscal_year": 2022, "cover": {"unit": "\\u0001"}}'
        (folder / "misfit.json").write_text(misfit, "utf-8")
        (folder / "损坏.xlsx").write_bytes(b"PK")
        assert run(Step(f"xlperf {command} {BROKEN[code][command]}", (), code), folder, "zh")[0] == code


# --- forms of one's own --------------------------------------------------------------------------------------


def test_the_walk_through_makes_a_revision_with_a_rule(text: str, tmp_path: Path) -> None:
    make_revision(tmp_path / "suzhou-department" / "2024", *snippets(text))
    served = {year: load_form(find_form("suzhou-department", year=year, templates=tmp_path)) for year in (2022, 2023, 2024, 2030)}
    assert [form.revision for form in served.values()] == ["2022", "2022", "2024", "2024"]
    assert ["SZ901" in form.rules for form in served.values()] == [False, False, True, True]

    document = {**load_document(EXAMPLE / "document.json"), "revision": "2024", "fiscal_year": 2024}
    book = tmp_path / "2024.xlsx"
    assert fill_workbook(document, output=book, templates=tmp_path).outputs == (book,)
    (finding,) = (f for f in validate(book, year=2024, templates=tmp_path).findings if f["code"] == "SZ901")
    assert finding["severity"] == "warning"
    assert finding["message"] == "项目执行率低于80%"
    assert finding["found"] == "公务出国（境）费：执行率 0.00%"
    assert len(finding["cells"]) == 1 and finding["cells"][0].startswith("预算信息!")
    assert validate(book).status == "unreadable"  # without --templates the revision is not known


def test_a_mistake_in_a_form_is_named(text: str, tmp_path: Path) -> None:
    rule, revision = snippets(text)
    make_revision(tmp_path / "my-forms" / "suzhou-department" / "2024", rule.replace("rate >=", "rat >="), revision)
    scripts = Path(sys.executable).parent
    command = [scripts / "xlperf", "template", "suzhou-department", "--year", "2024", "--templates", "my-forms"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert "form.yaml" in done.stderr and "SZ901" in done.stderr and "rat" in done.stderr


# --- the rest ------------------------------------------------------------------------------------------------


def test_the_python_snippet_runs(text: str, folder: Path) -> None:
    (snippet,) = (block.text for block in blocks(text) if block.language == "python")
    done = subprocess.run([sys.executable, "-c", snippet], cwd=folder, capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"})  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.startswith("passed [(")
    assert (folder / "2022-自评表.xlsx").exists()
    assert len(list((folder / "定稿").iterdir())) == 3


def test_make_has_the_targets_named(text: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = re.findall(r"^make (\w+)", text, re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_picture_is_small() -> None:
    raw = (REPOSITORY / "docs" / "workbook.png").read_bytes()
    width, _ = struct.unpack(">II", raw[16:24])
    assert width == 1200
    assert len(raw) < 200_000


@pytest.mark.parametrize(("name", "command"), [("校验.bat", "validate"), ("定稿.bat", "finalize")])
def test_the_batch_files_suit_cmd(name: str, command: str) -> None:
    raw = (WINDOWS / name).read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = raw.decode("utf-8").split("\r\n")  # no BOM: cmd would take it for a command
    assert lines[0] == "@echo off"
    assert "chcp 65001 >nul" in lines
    assert all(line.isascii() for line in lines[: lines.index("chcp 65001 >nul")])
    assert [line.split()[1] for line in lines if line.startswith("%XLPERF% ")] == [command]
    assert all('"%~1"' in line for line in lines if line.startswith("%XLPERF% "))
    assert [line for line in lines if line][-1] == "pause"


def test_the_changelog_knows_this_version() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in text
    assert __version__ in text
    assert [name for name in cli.commands if f"`xlperf {name}`" not in text] == []
