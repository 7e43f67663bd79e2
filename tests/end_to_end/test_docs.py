"""What README and docs/ say is so: every command, output and snippet, both languages alike, what is generated up to date."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
import yaml

from generator import finding_examples, findings, form_reference
from generator.__main__ import with_sections
from generator.commands import EXIT_CODES, TWINS
from generator.pages import (
    BESIDE,
    READ_AT,
    READMES,
    Block,
    Page,
    Paste,
    Snippet,
    actions_of,
    agrees,
    all_pages,
    blocks_of,
    console_steps,
    make_revision,
    page_of,
    prepare,
    run,
    snippets,
)
from support.browser import IN_CI, found_assets
from support.paths import DOCS, EXAMPLE, REPOSITORY
from support.web import served
from xlperf import ExitCode, __version__, fill_workbook, find_form, load_document, load_form, validate
from xlperf import __all__ as exported
from xlperf.cli.commands import cli
from xlperf.collecting.inbox import archives
from xlperf.forms.form import Form
from xlperf.forms.written.shape import read_schema
from xlperf.reading import limits
from xlperf.server import job_queue, uploads
from xlperf.workers.process import Limits

LANGUAGES = list(READMES)
GENERATE = "run: make golden"
PAGES = all_pages()
OTHERS = [Page("en", str(path.relative_to(REPOSITORY)), path) for path in BESIDE]
NAMES = sorted({page.name for page in PAGES})
FINALIZED = [
    "苏州市生产力促进中心-2022-定稿.json",
    "苏州市生产力促进中心-2022-定稿.xlsx",
    "苏州市生产力促进中心-2022-自评报告.docx",
]
SLOW = {"year.md", "collections.md", "collect"}  # seconds each
RUN = [page for page in PAGES if next(actions_of(page), None)]
NOT_PAIRED = {"architecture.md", "changelog.md", "python.md"}  # short, or only the beginning, in Chinese
ELSEWHERE = {"text", "pycon"}  # blocks that only show something: printed help, examples that run as doctests


def slow(values: Iterable, name: Callable[[object], str]) -> list:
    """The values as parameters, those of SLOW with the mark."""
    return [pytest.param(value, marks=pytest.mark.slow if name(value) in SLOW else ()) for value in values]


def name_of(page: Page) -> str:
    return f"{page.language}/{page.name}"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a reader stands in: two submissions, a list of units, and forms changed as a page says."""
    folder = tmp_path_factory.mktemp("docs") / "prepared"
    prepare(folder)
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "reader")


# --- the pages -----------------------------------------------------------------------------------------------


def test_every_page_is_there_in_both_languages() -> None:
    assert [name for name in NAMES if {page.language for page in PAGES if page.name == name} != {*LANGUAGES}] == []
    titles = {"en": "[中文", "zh": "[English]("}
    headless = [name_of(page) for page in PAGES if page.name != "changelog.md" and titles[page.language] not in page.text()[:400]]
    assert headless == []


@pytest.mark.parametrize("path", READMES.values(), ids=READMES)
def test_a_readme_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_PAIRED])
def test_both_languages_say_the_same(name: str) -> None:
    headings, code, steps, tables = [], [], [], []
    for page in (page_of(language, name) for language in LANGUAGES):
        text = page.text()
        prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
        shown = [block for block in blocks_of(text) if block.language not in ("console", "text")]
        headings.append([line.count("#") for line in re.findall(r"^#+ ", prose, re.MULTILINE)])
        code.append([(block.language, re.sub(r" +#.*", "", block.text)) for block in shown])
        steps.append([(step.command, step.exit_code, bool(step.output)) for step in console_steps(page)])
        tables.append(prose.count("\n|"))
    assert headings[0] == headings[1]
    assert code[0] == code[1]
    assert steps[0] == steps[1]
    assert tables[0] == tables[1]


def anchors_in(path: Path) -> set[str]:
    """The anchors of its headings, as GitHub and the site name them."""
    text = re.sub(r"^ *```.*?^ *```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower().replace("`", "")).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_links_and_pictures_lead_somewhere(page: Page) -> None:
    prose = re.sub(r"`[^`\n]*`", "", page.text())
    lost = []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", prose):
        path = (page.path.parent / target).resolve() if target else page.path
        if "://" not in target and (not path.exists() or (anchor and anchor not in anchors_in(path))):
            lost.append(f"{target}#{anchor}")
    assert lost == []


def test_the_readme_shows_the_picture_and_the_doors(language: str) -> None:
    text = READMES[language].read_text("utf-8")
    assert "docs/workbook.png" in text
    linked = {Path(target).name for target in re.findall(rf"\]\(docs/{language}/([^)#]+)", text)}
    assert linked == set(NAMES) - {"README.md", "index.md", "changelog.md"}


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_files_named_in_the_text_exist(page: Page) -> None:
    named = re.findall(r"`((?:examples|templates|schemas|docs|tests)[/\\][a-z0-9_/\\.-]+)`", page.text())
    assert [name for name in named if not (REPOSITORY / name.replace("\\", "/")).exists()] == []


# --- what is generated ---------------------------------------------------------------------------------------


def test_what_stands_between_marks_is_up_to_date(language: str) -> None:
    """Tables of commands, their help, the reference of the functions, the packages and their directions."""
    marked = [page for page in PAGES if page.language == language and "<!-- generated:" in page.text()]
    assert {page.name for page in marked} >= {"commands.md", "python.md"}
    for page in marked:
        assert with_sections(page.text(), language) == page.text(), GENERATE


def test_the_reference_of_forms_is_up_to_date(language: str) -> None:
    assert page_of(language, "form-reference.md").text() == form_reference.page(language), GENERATE


def test_every_sentence_of_the_schema_has_its_chinese() -> None:
    shown = {
        *form_reference.sentences(),
        *(text for name in ("checks", "round", "official") for text in form_reference.sentences(read_schema(name))),
    }
    assert [sentence for sentence in form_reference.CHINESE if sentence not in shown] == []  # the others stop the page


def without_examples(text: str) -> list[str]:
    """What stands outside of tables, without severities: an example may tell them."""
    return [line.partition(" · ")[0] for line in text.splitlines() if line and not line.startswith("|")]


def test_the_findings_are_up_to_date(language: str) -> None:
    """All but the examples, which `make golden` runs."""
    made, _, _ = findings.page_with(lambda code: None, language).partition(findings.WORDS[language]["missing"])
    assert without_examples(page_of(language, "findings.md").text()) == without_examples(made), GENERATE


# One of every way to make a fault; `make golden` runs all of them.
SOME = ("XL101", "XL126", "XL209", "XL215", "XL231", "XL303", "XL420", "XL440", "XL450", "XL501", "XL550", "NP201")


@pytest.mark.parametrize("code", SOME)
def test_an_example_is_what_the_program_says(code: str) -> None:
    made = "\n".join(findings.entry(code, finding_examples.example(code, "en"), "en"))
    sections = page_of("en", "findings.md").text().split("\n### ")
    (shown,) = (f"### {section}" for section in sections if section.startswith(code))
    assert shown.partition("\n## ")[0].rstrip("\n") == made.rstrip("\n"), GENERATE


# --- the commands --------------------------------------------------------------------------------------------


def test_every_command_is_documented(language: str) -> None:
    assert sorted(EXIT_CODES) == sorted(TWINS) == sorted(cli.commands)
    text = page_of(language, "commands.md").text()
    assert set(re.findall(r"^\| `xlperf ([\w-]+)", text, re.MULTILINE)) == set(cli.commands)
    steps = [step for page in PAGES if page.language == language for step in console_steps(page)]
    assert len(steps) > 10
    assert {step.command.split()[1] for step in steps} == set(cli.commands)
    assert {name for names in TWINS.values() for name in names} <= set(exported)


def test_every_exit_code_is_documented(language: str) -> None:
    rows = [int(code) for code in re.findall(r"^\| (\d+) \|", page_of(language, "commands.md").text(), re.MULTILINE)]
    assert rows == [int(code) for code in ExitCode]


@pytest.mark.parametrize("page", slow(RUN, lambda page: page.name), ids=name_of)
def test_everything_shown_does_what_is_shown(page: Page, folder: Path) -> None:
    """Commands, lines to paste, snippets: one after another, from top to bottom, in one folder."""
    for action in actions_of(page):
        if isinstance(action, Paste):
            action.apply(folder)
        elif isinstance(action, Snippet):
            assert action.run(folder).startswith("passed [(")
        else:
            code, lines = run(action.command, folder, page.language)
            assert code == action.exit_code, action.command
            if action.output:
                assert agrees(action.output, lines), "\n".join([action.command, *lines, GENERATE])
    if page.name in ("README.md", "python.md", "year.md"):
        assert (folder / "2022-自评表.xlsx").exists()
        assert sorted(path.name for path in (folder / "定稿").iterdir()) == FINALIZED


@pytest.mark.parametrize("page", [page for page in OTHERS if console_steps(page)], ids=name_of)
def test_what_an_example_shows_makes_the_example(page: Page, tmp_path: Path) -> None:
    folder = shutil.copytree(page.path.parent, tmp_path / "example")
    for step in console_steps(page):
        assert run(step.command, folder, page.language)[0] == step.exit_code, step.command
    assert (folder / "filled.xlsx").read_bytes() == (page.path.parent / "filled.xlsx").read_bytes()


@pytest.mark.slow
def test_what_the_readme_shows_runs_in_a_shell(folder: Path) -> None:
    """As a person types it: the command that is installed, in a process of its own."""
    scripts = str(Path(sys.executable).parent)
    for step in console_steps(page_of("zh", "README.md")):
        done = subprocess.run(f"{scripts}/{step.command}", shell=True, cwd=folder, capture_output=True)
        assert done.returncode == step.exit_code, done.stderr.decode()


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_blocks_are_run_or_say_that_they_cannot_be(page: Page) -> None:
    for block in blocks_of(page.text()):
        match block.language:
            case "bat":
                assert [line for line in lines_of(block) if line not in NOT_RUN] == []
            case "sh":
                assert [line for line in lines_of(block) if line not in {*NOT_RUN, *SERVED, *MADE}] == []
            case "yaml":
                assert yaml.safe_load(block.text)
            case "json":
                assert json.loads(block.text)
            case "toml":
                assert tomllib.loads(block.text)
            case _:
                assert block.language in {"console", "python", *ELSEWHERE}
                assert block.language != "text" or not COMMAND.search(block.text)


# --- blocks for a shell --------------------------------------------------------------------------------------

# The lines of `sh` and `bat` blocks that no test runs, each with the reason. Every other line is run: a new one is put here or there.
INDEX = "asks the package index"
OTHER_PC = "stands on another machine of a cluster; test_cluster.py runs one on this"
ON_WINDOWS = "is of Windows, and asks for an administrator"
NOT_RUN = {
    "make test": "is what runs this test",
    "make check": "is what runs this test",
    "make windows": "fetches Python for Windows; test_windows_folder.py runs its script",
    'pip install "xlperf[cluster]"': INDEX,
    'pip install "xlperf[page]"': INDEX,
    'pip install "xlperf[serve]"': INDEX,
    "dask scheduler": OTHER_PC,
    "dask worker tcp://10.0.0.5:8786 --nthreads 1 --nworkers 8 --memory-limit 2GiB": OTHER_PC,
    "xlperf collect 收到 -o 汇集 --cluster tcp://10.0.0.5:8786": OTHER_PC,
    'py -c "import secrets; print(secrets.token_urlsafe(32))" > C:\\xlperf\\token.txt': ON_WINDOWS,
    'icacls C:\\xlperf\\token.txt /inheritance:r /grant "LOCAL SERVICE":R /grant Administrators:F': ON_WINDOWS,
    'schtasks /Create /TN xlperf /SC ONSTART /RU "NT AUTHORITY\\LOCAL SERVICE"'
    ' /TR "C:\\xlperf\\Scripts\\xlperf.exe serve --token-file C:\\xlperf\\token.txt"': ON_WINDOWS,
}
# Servers: what whoever may in sends along. They get a free port instead of the usual one, for tests run side by side.
SERVED: dict[str, dict[str, str]] = {
    "xlperf serve": {"Authorization": "Bearer {printed}"},
    "xlperf serve --user-header X-Remote-User --proxy 127.0.0.1 --name check.example.org": {
        "Host": "check.example.org",
        "X-Remote-User": "zhang",
    },
    "xlperf serve --round round.yaml": {"Authorization": "Bearer {printed}"},
    "xlperf serve --round round.yaml --user-header X-Remote-User --proxy 127.0.0.1"
    " --role-header X-Remote-Role --unit-header X-Remote-Unit": {"X-Remote-User": "zhang", "X-Remote-Role": "finance"},
    "xlperf serve --token-file token.txt --allow-origin https://pane.example.org": {
        "Authorization": f"Bearer {'t' * 43}",
        "Origin": "https://pane.example.org",
    },
}
USUAL = "127.0.0.1:8750"  # where a server listens that other lines speak to
COMMAND = re.compile(
    r"^(?:\$ |xlperf |make |pip |py |python3? |curl |sudo |schtasks |icacls |dask |apt |npm |git )", re.MULTILINE
)
PATIENCE = 120  # seconds


def has_assets() -> bool:
    """Whether the page can be written without a network; on a laptop perhaps not, in CI always."""
    try:
        return bool(found_assets())
    except pytest.skip.Exception:
        return False


def the_demo_is_made(folder: Path, printed: str) -> None:
    """Every step, its files, and last the page, with the line that says to open it; where its parts are out of reach, no such line."""
    assert re.findall(r"^\$ xlperf (\S+)", printed, re.MULTILINE) == ["template", "fill", "validate", "finalize", "page"]
    demo = folder / "demo"
    assert sorted(path.name for path in (demo / "3-定稿").iterdir()) == FINALIZED
    assert validate(demo / "2-已填.xlsx").status == "passed"
    assert validate(demo / "1-空白模板.xlsx").status == "returned"
    page = demo / "4-自评表校验.html"
    assert page.exists() == has_assets()
    if page.exists():
        *_, says, where = printed.splitlines()
        assert says.startswith("Open this file in a browser") and where == str(page.resolve())
        assert page.stat().st_size > 1_000_000 and page.read_bytes().startswith(b"<!DOCTYPE html>")
    else:
        assert "Open this file" not in printed


def the_page_is_made(folder: Path, printed: str) -> None:
    page = (folder / "自评表校验.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n") and len(page) > 1_000_000


def the_pane_is_made(folder: Path, printed: str) -> None:
    assert sorted(path.name for path in (folder / "窗格").iterdir()) == ["excel", "jsplugins.xml", "publish.html", "wps"]
    assert "https://intranet.example/xlperf/" in (folder / "窗格" / "jsplugins.xml").read_text("utf-8")


def the_answer_is_of_the_file(folder: Path, printed: str) -> None:
    answer = json.loads(printed)
    assert (answer["status"], answer["unit"]) == ("passed", "苏州市生产力促进中心")


# What is there after a line, and was printed.
MADE: dict[str, Callable[[Path, str], None]] = {
    "make demo": the_demo_is_made,
    "xlperf page suzhou-department -o 自评表校验.html": the_page_is_made,
    "xlperf addin 窗格 --url https://intranet.example/xlperf/": the_pane_is_made,
    'curl -H "Authorization: Bearer $TOKEN" -H "X-File-Name: %E7%94%B2.xlsx" --data-binary @甲.xlsx http://127.0.0.1:8750/api/validate': (
        the_answer_is_of_the_file
    ),
}
NEED_ASSETS = {name for name in MADE if name.startswith("xlperf ")}


def lines_of(block: Block) -> list[str]:
    """The commands of a block, without remarks."""
    return [line for line in (re.sub(r"\s+#.*", "", line) for line in block.text.splitlines()) if line]


def beginning(line: str) -> str:
    """What a test of a line is called."""
    return " ".join(line.split()[:2])


def lines_for_a_shell() -> dict[str, str]:
    """Every line of a `sh` or `bat` block once, whatever page and language it stands on, with the language of the block."""
    blocks = [block for page in (*PAGES, *OTHERS) for block in blocks_of(page.text()) if block.language in ("bat", "sh")]
    return {line: block.language for block in blocks for line in lines_of(block)}


SHELL = lines_for_a_shell()


@pytest.fixture(scope="module")
def checkout(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a reader of such a block stands in: a checkout that is set up, with this Python, and the submissions."""
    folder = shutil.copytree(prepared, tmp_path_factory.mktemp("shell") / "checkout")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy2(REPOSITORY / name, folder)
    shutil.copytree(REPOSITORY / "examples", folder / "examples")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (folder / ".venv" / "program").touch()
    shutil.copy2(folder / "收到" / "甲单位.xlsx", folder / "甲.xlsx")
    (folder / "token.txt").write_text("t" * 43 + "\n")
    (folder / "units.csv").write_text("单位名称\n苏州市生产力促进中心\n", "utf-8")
    asked = {"form": "suzhou-department", "year": 2022, "roster": "units.csv", "inboxes": ["收到"], "output": "汇集"}
    (folder / "round.yaml").write_text(json.dumps(asked, ensure_ascii=False), "utf-8")
    return folder


def environment(**more: str) -> dict[str, str]:
    """That of a shell in which `xlperf` is installed; what is not kept here is not fetched but in CI."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {} if has_assets() else {"PIP_NO_INDEX": "1", "npm_config_offline": "true"}
    made = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return {**made, **kept, "PATH": path, "XLPERF_LANG": "zh", "SOURCE_DATE_EPOCH": READ_AT, **more}


def in_a_shell(line: str, folder: Path, **more: str) -> str:
    """Run a line as a person types it, and return what it prints."""
    command = ["sh", "-e", "-c", line]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, (line, done.stdout, done.stderr)
    return done.stdout


def test_every_line_for_a_shell_is_run_or_listed_with_the_reason() -> None:
    assert {*NOT_RUN, *SERVED, *MADE} == set(SHELL)
    assert not {*NOT_RUN} & {*SERVED, *MADE}
    assert [line for line, language in SHELL.items() if language == "bat" and NOT_RUN[line] != ON_WINDOWS] == []


def test_what_is_not_run_names_what_there_is() -> None:
    """Extras of ours that are installed, and options that our commands have."""
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {name for line in NOT_RUN for name in re.findall(r"xlperf\[(\w+)\]", line)} <= set(extras)
    for line in NOT_RUN:
        if found := re.search(r"\bxlperf(?:\.exe)? ([a-z-]+)(.*)", line):
            known = {option for parameter in cli.commands[found[1]].params for option in parameter.opts}
            assert set(re.findall(r"(?<= )--?[a-z-]+", found[2])) <= known, line


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell of Linux")
@pytest.mark.parametrize("line", MADE, ids=beginning)
def test_a_line_for_a_shell_makes_what_it_says(line: str, checkout: Path) -> None:
    program = line.split()[0]
    if program != "xlperf" and shutil.which(program) is None and not IN_CI:
        pytest.skip(f"{program} is not installed")
    if line in NEED_ASSETS:
        found_assets()
    if USUAL in line:
        with served(XLPERF_LANG="zh") as server:
            printed = in_a_shell(line.replace(USUAL, f"127.0.0.1:{server.port}"), checkout, TOKEN=server.token)
    else:
        printed = in_a_shell(line, checkout)
    MADE[line](checkout, printed)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell of Linux")
@pytest.mark.parametrize("line", SERVED, ids=beginning)
def test_a_server_for_a_shell_lets_in_whom_it_says(line: str, checkout: Path) -> None:
    """It begins, lets in who sends that along and nobody else, and ends when it is told to."""
    command = ["sh", "-c", f"exec {line} --port 0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=checkout, env=environment(), stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        try:
            assert process.stdout and process.stderr
            address = urlsplit(process.stdout.readline().strip())
            assert address.port, process.stderr.read()
            token = address.query.partition("token=")[2]
            headers = {name: value.replace("{printed}", token) for name, value in SERVED[line].items()}
            statuses = []
            for sent in (headers, {"Host": headers.get("Host", f"127.0.0.1:{address.port}")}):
                connection = HTTPConnection("127.0.0.1", address.port, timeout=PATIENCE)
                connection.request("GET", "/api/forms", headers=sent)
                answer = connection.getresponse()
                statuses.append(answer.status)
                if "Origin" in sent:
                    assert answer.headers["Access-Control-Allow-Origin"] == sent["Origin"]
                assert answer.status != 200 or "suzhou-department" in answer.read().decode("utf-8")
                connection.close()
            assert statuses == [200, 401]
        finally:
            process.terminate()
        assert process.wait(PATIENCE) == 0


def loaded_demo() -> ModuleType:
    """`examples/demo.py` as a module."""
    spec = importlib.util.spec_from_file_location("demo", REPOSITORY / "examples" / "demo.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("broken", "code", "steps"),
    [("page", 0, 5), ("fill", 4, 2), ("finalize", 4, 4)],
)
def test_the_demo_goes_on_without_the_page_and_no_further_than_a_fault(
    broken: str, code: int, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    demo, taken = loaded_demo(), []

    def run_step(*step: object) -> int:
        taken.append(step[0])
        return 4 if step[0] == broken else 0

    monkeypatch.setattr(demo, "run", run_step)
    assert demo.main(tmp_path) == code
    assert len(taken) == steps and taken[-1] == broken
    printed = capsys.readouterr().out
    assert "Open this file" not in printed
    assert ("2-已填.xlsx" in printed) == (code == 0)


BROKEN = {
    1: {
        "collect": "收到 -o 汇集",
        "fill": "misfit.json",
        "import": "收到/甲单位.xlsx --year 2021",
        "validate": "收到/乙单位.xlsx",
        "finalize": "收到/乙单位.xlsx",
        "review": "缺项.xlsx -o 复核",
        "report": "收到/乙单位.xlsx",
        "template": "suzhou-department --year 2023 --from misfit.json",
        "migrate": "misfit.json --year 2023 -o 新.xlsx",
        "verify": "旧汇集",
    },
    3: {
        "collect": "misfit.json -o 汇集",
        "import": "损坏.xlsx",
        "read": "misfit.json",
        "read-form": "损坏.xlsx -o my-forms/x/2024",
        "validate": "misfit.json",
        "finalize": "misfit.json",
        "review": "misfit.json",
        "report": "损坏.xlsx",
        "template": "suzhou-department --year 2023 --from 损坏.xlsx",
        "migrate": "损坏.xlsx",
        "diff": "损坏.xlsx 损坏.xlsx",
    },
}


@pytest.mark.parametrize("command", slow(EXIT_CODES, str))
@pytest.mark.parametrize("code", [1, 3])
def test_the_exit_codes_in_the_table_happen(command: str, code: int, folder: Path) -> None:
    assert (code in EXIT_CODES[command]) == (command in BROKEN[code])
    if command in BROKEN[code]:
        misfit = '{"form": "suzhou-department", "fiscal_year": 2022, "cover": {"unit": "\\u0001"}}'
        (folder / "misfit.json").write_text(misfit, "utf-8")
        (folder / "损坏.xlsx").write_bytes(b"PK")
        fill_workbook({"form": "sichuan-project", "fiscal_year": 2023}, output=folder / "缺项.xlsx")
        (folder / "旧汇集").mkdir()
        (folder / "旧汇集/collection.sqlite").touch()  # a collection without an audit
        assert run(f"xlperf {command} {BROKEN[code][command]}", folder, "zh")[0] == code


# --- forms of one's own --------------------------------------------------------------------------------------


def test_the_walk_through_makes_a_revision_with_a_rule(language: str, tmp_path: Path) -> None:
    make_revision(tmp_path / "suzhou-department" / "2024", *snippets(page_of(language, "forms.md").text()))
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


def test_a_mistake_in_a_form_is_named(language: str, tmp_path: Path) -> None:
    rule, revision = snippets(page_of(language, "forms.md").text())
    make_revision(tmp_path / "my-forms" / "suzhou-department" / "2024", rule.replace("rate >=", "rat >="), revision)
    scripts = Path(sys.executable).parent
    command = [scripts / "xlperf", "template", "suzhou-department", "--year", "2024", "--templates", "my-forms"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert "form.yaml" in done.stderr and "SZ901" in done.stderr and "rat" in done.stderr


# --- the rest ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not (find_spec("mkdocs") or os.environ.get("CI")), reason="mkdocs is not installed")
def test_the_site_is_built_strictly_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    config = DOCS / "generator" / "site.yml"
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-f", config, "-d", tmp_path / "site"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    for page in PAGES:
        if page.name != "README.md":
            made = (tmp_path / "site" / page.language / page.name).with_suffix(".html").read_text("utf-8")
            assert f'<html lang="{page.language}"' in made
            assert re.findall(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//', made) == []


def fake_python(path: Path, version: str, modules: bool) -> Path:
    """A program that says it is that Python, with or without what makes environments."""
    path.write_text(f'#!/bin/sh\ncase "$2" in *version_info*) echo {version};; *) exit {0 if modules else 1};; esac\n')
    path.chmod(0o755)
    return path


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("version", "modules", "says"),
    [
        ("", True, "no Python there"),
        ("3.8", True, "too old"),
        ("3.10", True, "too old"),
        ("2.7", True, "too old"),
        ("3.11", False, "venv or pip"),
    ],
)
def test_make_says_in_one_sentence_what_to_install(version: str, modules: bool, says: str, tmp_path: Path) -> None:
    python = fake_python(tmp_path / "python", version, modules) if version else Path("/nonexistent")
    command = ["make", "-s", "demo", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8")
    sentence, _, rest = done.stderr.partition("\n")
    assert done.returncode != 0 and done.stdout == ""
    assert says in sentence and "install" in sentence and str(python) in sentence
    assert re.match(r"make(\[\d+\])?: \*\*\*", rest)  # in brackets: a make within a make
    assert not (tmp_path / "venv").exists()


def test_the_demo_needs_no_test_tools() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    assert re.search(r"^demo: \$\(VENV\)/program$", makefile, re.MULTILINE)
    assert re.search(r"^\$\(VENV\)/program:.*\n\t\$\(INSTALL\) -e \.\n", makefile, re.MULTILINE)


def test_make_has_the_targets_named(language: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    text = READMES[language].read_text("utf-8")
    assert re.findall(r"^make (\w+)", text, re.MULTILINE) == ["demo", "test"]
    named = {target for page in (*PAGES, *OTHERS) for target in re.findall(r"(?:^|`)make ([\w-]+)", page.text(), re.MULTILINE)}
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_words_of_the_workbook_are_those_of_the_form(language: str, form: Form) -> None:
    text = page_of(language, "filling-in.md").text()
    quoted = [form.words[key] for key in ("error", "warning", "info", "passed", "failed", "waiting", "after", "go")]
    assert [word for word in quoted if word not in text] == []


def test_the_bounds_are_those_of_the_program(language: str) -> None:
    text = page_of(language, "limits.md").text()
    bounds = {
        "128 MiB": limits.MOST_FILE, "5,000": limits.MOST_PARTS, "1,024 MiB": limits.MOST_UNPACKED, "1,000": limits.MOST_SHEETS,
        "3,000,000": limits.MOST_AREA, "20,000": archives.MOST_MEMBERS, "8,192 MiB": archives.MOST_UNPACKED, "3": archives.DEEPEST,
        "120": Limits().seconds, "2,048 MiB": Limits().memory,
    }  # fmt: skip
    shown = re.findall(r"^\| [^|]+ \| ([\d,]+(?: MiB)?)[^|]*\|$", text, re.MULTILINE)
    value = lambda word: int(re.sub(r"\D", "", word)) * (2**20 if "MiB" in word else 1)  # noqa: E731
    assert shown == list(bounds)
    assert [word for word, bound in bounds.items() if value(word) != bound] == []


def test_the_bounds_of_the_server_are_those_of_the_program(language: str) -> None:
    text = page_of(language, "server.md").text()
    shown = [int(re.sub(r"\D", "", row)) for row in re.findall(r"^\| [^|]+ \| (\d[^|;；]*)[^|]*\|$", text, re.MULTILINE)]
    mebibytes = [uploads.MOST_UPLOAD >> 20, Limits().memory >> 20]
    assert shown == [mebibytes[0], job_queue.MOST_WAITING, uploads.PATIENCE, Limits().seconds, mebibytes[1]]


def test_the_picture_is_small() -> None:
    raw = (REPOSITORY / "docs" / "workbook.png").read_bytes()
    width, _ = struct.unpack(">II", raw[16:24])
    assert width == 1200
    assert len(raw) < 200_000


def test_the_changelog_knows_this_version() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in text
    assert __version__ in text
    assert [name for name in cli.commands if f"`xlperf {name}`" not in text] == []
