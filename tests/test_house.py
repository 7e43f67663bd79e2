"""The rules of the house: one home per foreign library, short files in small folders, Chinese and form names only as data.

Which package may import which is declared in pyproject.toml and checked by `lint-imports`, in `make lint`.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlperf
from support.paths import EXAMPLE, REPOSITORY
from xlperf.forms.form import Form

PACKAGE = REPOSITORY / "xlperf"
SOURCES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in sorted(PACKAGE.rglob("*.py"))}
FORMS = sorted({path.parent.parent.name for path in (PACKAGE.parent / "templates").glob("*/*/form.yaml")})
HOMES = {
    "xlsxwriter": {"workbook.book"},
    "openpyxl": {"distributing.roster_file", "drawing.recognition.cells", "drawing.recognition.appearance.cell_looks"},
    "python_calamine": {"reading.grids"},
    "jsonschema": {"checking.schema_errors", "forms.written.shape"},
    "jsonschema_rs": {"checking.schema_gate"},
    "click": {
        "cli.addin",
        "cli.check_form",
        "cli.collecting",
        "cli.decisions",
        "cli.drawing",
        "cli.forms",
        "cli.options",
        "cli.root",
        "cli.rounds",
        "cli.serve",
        "cli.templates",
        "cli.workbooks",
        "cli.years",
        "__main__",
    },
    "yaml": {"forms.written.yaml_file", "forms.written.yaml_text"},
    "rich": {"reporting.text_table", "progress"},
    "pdfminer": {"importing.papers.pdf_reader"},
    "docx": {"importing.papers.word_reader"},
    "sqlalchemy": {
        f"collecting.store.{part}" for part in ("arrivals", "audit_log", "opening", "outcomes", "ownership", "tables")
    },
    "filelock": {"collecting.housekeeping"},
    "distributed": {"workers.pool"},
    "docxtpl": {"reporting.word_template"},
    "lxml": {f"reporting.word_{part}" for part in ("package", "paragraphs", "template", "xml")},
    "jinja2": {"reporting.word_template", "reporting.word_tags"},
    "markupsafe": {"reporting.word_template"},
    "starlette": {"server.application", "server.round.routes", "server.serving", "server.trips"},
    "uvicorn": {"server.serving"},
    "pathvalidate": {"file_names"},
    "rapidfuzz": {"revisions.compare_papers", "summarizing.similarity", "text"},
}
LONGEST = 600  # lines of a module
MOST_FILES, MOST_MODULES = 12, 17  # at the root of xlperf, in a folder below it
LETTERS = r"\u2e80-\u2fff\u3005-\u3007\u3021-\u303b\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CHINESE = re.compile(
    rf"[{LETTERS}\u3000-\u303f\u31c0-\u33ff\ufe30-\ufe4f\uff00-\uffef]"
)  # letters, punctuation, full-width forms
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{(CJK[^}]*)\})")  # punctuation may be told so, letters not


def libraries_of(path: Path) -> Iterator[str]:
    """Yield the foreign libraries that a module imports, at the top or late."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"xlperf"}


def chinese_in(source: str) -> list[str]:
    """The lines of a source, docstrings and comments too, that hold Chinese: as such, or a letter of it in an escape."""

    def is_letter(escape: re.Match) -> bool:
        return bool(escape[3]) or re.fullmatch(f"[{LETTERS}]", chr(int(escape[1] or escape[2], 16))) is not None

    return [line for line in source.splitlines() if CHINESE.search(line) or any(map(is_letter, ESCAPED.finditer(line)))]


def forms_in(source: str) -> list[str]:
    """The lines of a source, docstrings and comments too, that name a form of ours, or the place it is of."""
    names = {*FORMS, *(form.split("-")[0] for form in FORMS)}
    return [line for line in source.splitlines() if any(name in line.lower() for name in names)]


def test_a_foreign_library_has_one_home() -> None:
    found = {(library, module) for module, path in SOURCES.items() for library in libraries_of(path)}
    assert sorted((library, module) for library, module in found if module not in HOMES.get(library, ())) == []


def test_chinese_is_data() -> None:
    assert {module: lines for module, path in SOURCES.items() if (lines := chinese_in(path.read_text("utf-8")))} == {}


def test_the_program_knows_no_form() -> None:
    assert {"national-project", "sichuan-project", "suzhou-department"} <= set(FORMS)
    assert {module: lines for module, path in SOURCES.items() if (lines := forms_in(path.read_text("utf-8")))} == {}


def test_english_messages_have_english_punctuation() -> None:
    assert re.findall(r".*[\u3000-\u303f\uff00-\uffef].*", (PACKAGE / "catalogues" / "en.toml").read_text("utf-8")) == []


def test_modules_are_short() -> None:
    lengths = {module: len(path.read_text("utf-8").splitlines()) for module, path in SOURCES.items()}
    assert {module: length for module, length in lengths.items() if length > LONGEST} == {}


def test_folders_are_small_and_say_what_they_are_for() -> None:
    folders = [PACKAGE, *sorted({path.parent for path in SOURCES.values()} - {PACKAGE})]
    modules = {folder.relative_to(PACKAGE).as_posix(): len(list(folder.glob("*.py"))) for folder in folders}
    assert len([path for path in PACKAGE.iterdir() if path.is_file()]) <= MOST_FILES
    assert {name: count for name, count in modules.items() if count > MOST_MODULES} == {}
    told = {
        folder.relative_to(PACKAGE).as_posix(): ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
        for folder in folders[1:]
    }
    assert {
        name for name, words in told.items() if "In: " not in words or "Out: " not in words or " never " not in words.lower()
    } == set()
    listed = re.findall(r"^\| `([\w/]+)` \|", (REPOSITORY / "docs" / "zh" / "architecture.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(name for name in told if name != "catalogues")


def test_the_examples_of_every_module_are_exact(form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They know the form, all public names, and files in the folder where they run: a workbook, its document, a list of units."""
    shown = [module for module, path in SOURCES.items() if ">>> " in path.read_text("utf-8")]
    assert len(shown) >= 40
    public = {name: getattr(xlperf, name) for name in xlperf.__all__}
    runs = {}
    for name in shown:
        folder = tmp_path / name
        folder.mkdir()
        for file in ("filled.xlsx", "document.json"):
            shutil.copyfile(EXAMPLE / file, folder / file)
        (folder / "units.csv").write_text("unit,code\nBureau A,101\nBureau B,102\n", "utf-8")
        monkeypatch.chdir(folder)
        module = importlib.import_module(f"xlperf.{name}".removesuffix(".__init__"))
        runs[name] = doctest.testmod(module, globs={**public, "form": form, **vars(module)})
    assert {name: run for name, run in runs.items() if run.failed or not run.attempted} == {}


@pytest.mark.parametrize("planted", [
    '"""Money is 万元."""', "x = 1  # 分", 'known = "、".join(names)', 'f"{name}（{cell}）"', 'x = "１"', 'x = "〇"', "预算 = 1",
    r'x = "\u4e07"', r'x = r"[\u4E00-\u9fff]"', r'x = "\U00020000"', r'x = "\N{CJK UNIFIED IDEOGRAPH-4E07}"',
])  # fmt: skip
def test_chinese_that_is_planted_is_found(planted: str) -> None:
    assert chinese_in(f"import re\n\n{planted}\n") == [planted]


def test_escaped_punctuation_and_spaces_are_no_chinese() -> None:
    assert chinese_in(r'GAP = re.compile("[ \u3000\u00a0]{2,}|\uff1a|\u2460|\U0001f600")' + "\n# … — “quoted” ≥ ‰ →\n") == []


@pytest.mark.parametrize(
    "planted", ['    >>> form = load_form(find_form("{}"))', "x = 1  # as {} has it", 'KEY = "{}"', "# {} wants it"]
)
def test_a_form_that_is_planted_is_found(planted: str) -> None:
    for key in FORMS:
        for name in (key, key.upper(), key.split("-")[0].title()):
            assert forms_in(f'"""Text."""\n{planted.format(name)}\n') == [planted.format(name)]
