"""The rules of the house: who imports whom, one foreign library per module, Chinese and form names only as data."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlperf.form import Form

PACKAGE = Path(__file__).parent.parent / "xlperf"
PATHS = {path.stem: path for path in sorted(PACKAGE.glob("*.py"))}
SOURCES = sorted(PACKAGE.glob("**/*.py"))
FORMS = sorted({path.parent.parent.name for path in (PACKAGE.parent / "templates").glob("*/*/form.yaml")})
# Each module imports only from those above it.
ORDER = (
    "nearest", "errors", "messages", "tree", "rendering", "evaluation", "expression", "definition", "references", "consistency",
    "parts", "formulas", "summary", "form", "document", "finding", "result", "outcome", "store", "files", "journal", "progress",
    "compute", "layout", "schema", "package", "canonical", "package_xml", "preflight", "spelling", "remark", "dates", "figures",
    "values", "amounts", "markup", "numberformat", "entries", "structure", "reader", "quantity", "promise", "evidence", "residue",
    "crosscheck", "checks", "witness", "catalog", "grid", "roster", "submission", "kinship", "collection", "allotment", "position",
    "tables", "webpage", "formats", "style", "links", "annotation", "canvas", "live", "lines", "problems", "workbook", "ledger",
    "sheet", "overview", "audit", "change", "placeholders", "paragraphs", "word", "notice", "report", "placed", "exports", "template",
    "process", "pathname", "inbox", "worker", "crew", "cluster", "flow", "dump", "elements", "numbering", "manuscript", "paper", "labels",
    "captions", "records", "outline", "composed", "assembly", "strangers", "importer", "pdf", "publication", "source",
    "migration", "carryover", "standing", "intake", "dispatch", "difference", "amendment", "options", "starter", "cli",
    "__main__",
)  # fmt: skip
EXCEPTIONS = {
    ("formats", "difference"): "typing",  # changes are shown, not made
    ("structure", "reader"): "typing",  # a reading is annotated, not made
    ("form", "report"): "late",  # a form of one's own is checked with the Word template beside it
    ("errors", "messages"): "late",  # an error finds its sentence when it is shown
}
LIBRARIES = {
    "xlsxwriter": {"workbook"},
    "openpyxl": {"grid", "numberformat"},
    "python_calamine": {"reader", "strangers"},
    "jsonschema": {"checks", "definition"},
    "click": {"cli", "options", "__main__"},
    "yaml": {"definition", "position"},
    "rich": {"tables", "progress"},
    "docx": {"manuscript"},
    "sqlalchemy": {"store"},
    "distributed": {"cluster"},
    "docxtpl": {"word"},
    "lxml": {"word", "paragraphs"},
    "jinja2": {"word", "placeholders"},
    "markupsafe": {"word"},
    "rapidfuzz": {"difference", "kinship", "nearest"},
}
LONG, TOO_LONG = 350, 600
LONGER = {"form": 650}  # what a form is and how it is loaded
LETTERS = r"\u2e80-\u2fff\u3005-\u3007\u3021-\u303b\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CHINESE = re.compile(rf"[{LETTERS}\u3000-\u303f\u31c0-\u33ff\ufe30-\ufe4f\uff00-\uffef]")  # letters, punctuation, full-width forms
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{(CJK[^}]*)\})")  # punctuation may be told so, letters not


def tree_of(module: str) -> ast.Module:
    return ast.parse(PATHS[module].read_text("utf-8"))


def imports_of(module: str) -> Iterator[tuple[str, bool, str]]:
    """Yield what a module imports: the name, whether it is one of ours, and how: at the top, late or for typing."""
    tree = tree_of(module)
    typing = {id(node) for branch in ast.walk(tree) if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
              for node in ast.walk(branch)}  # fmt: skip
    for node in ast.walk(tree):
        how = "typing" if id(node) in typing else "top" if node in tree.body else "late"
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [node.module] if node.module else [alias.name for alias in node.names if alias.name in PATHS]
            yield from ((name, True, how) for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0], node.module.startswith("xlperf"), how
        elif isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], alias.name.startswith("xlperf"), how) for alias in node.names)


def chinese_in(source: str) -> list[str]:
    """The lines of a source, docstrings and comments too, that hold Chinese: as such, or a letter of it in an escape."""
    def is_letter(escape: re.Match) -> bool:
        return bool(escape[3]) or re.fullmatch(f"[{LETTERS}]", chr(int(escape[1] or escape[2], 16))) is not None

    return [line for line in source.splitlines() if CHINESE.search(line) or any(map(is_letter, ESCAPED.finditer(line)))]


def forms_in(source: str) -> list[str]:
    """The lines of a source, docstrings and comments too, that name a form of ours, or the place it is of."""
    names = {*FORMS, *(form.split("-")[0] for form in FORMS)}
    return [line for line in source.splitlines() if any(name in line.lower() for name in names)]


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(PATHS.keys() - {"__init__"})
    assert sorted(PATHS.values()) == SOURCES  # flat


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_from_those_above_it(module: str) -> None:
    above = ORDER[: ORDER.index(module)]
    ours = {(name, how) for name, own, how in imports_of(module) if own}
    assert [(name, how) for name, how in sorted(ours) if name not in above and EXCEPTIONS.get((module, name)) != how] == []


@pytest.mark.parametrize("module", PATHS)
def test_a_foreign_library_has_one_home(module: str) -> None:
    foreign = {name for name, own, _ in imports_of(module) if not own and name not in sys.stdlib_module_names}
    assert foreign <= LIBRARIES.keys()
    assert {name for name in foreign if module not in LIBRARIES[name]} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_chinese_is_data(path: Path) -> None:
    assert chinese_in(path.read_text("utf-8")) == []


def test_english_messages_have_english_punctuation() -> None:
    assert re.findall(r".*[\u3000-\u303f\uff00-\uffef].*", (PACKAGE / "catalogues" / "en.toml").read_text("utf-8")) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_program_knows_no_form(path: Path) -> None:
    assert forms_in(path.read_text("utf-8")) == []


@pytest.mark.parametrize("planted", [
    '"""Money is 万元."""', "x = 1  # 分", 'known = "、".join(names)', 'f"{name}（{cell}）"', 'x = "１"', 'x = "〇"', "预算 = 1",
    r'x = "\u4e07"', r'x = r"[\u4E00-\u9fff]"', r'x = "\U00020000"', r'x = "\N{CJK UNIFIED IDEOGRAPH-4E07}"',
])  # fmt: skip
def test_chinese_that_is_planted_is_found(planted: str) -> None:
    assert chinese_in(f"import re\n\n{planted}\n") == [planted]


def test_escaped_punctuation_and_spaces_are_no_chinese() -> None:
    assert chinese_in(r'GAP = re.compile("[ \u3000\u00a0]{2,}|\uff1a|\u2460|\U0001f600")' + "\n# … — “quoted” ≥ ‰ →\n") == []


@pytest.mark.parametrize("key", FORMS)
@pytest.mark.parametrize("planted", ['    >>> form = load_form(find_form("{}"))', "x = 1  # as {} has it", 'KEY = "{}"', "# {} wants it"])
def test_a_form_that_is_planted_is_found(key: str, planted: str) -> None:
    for name in (key, key.upper(), key.split("-")[0].title()):
        assert forms_in(f'"""Text."""\n{planted.format(name)}\n') == [planted.format(name)]


def test_the_forms_are_those_of_the_folder() -> None:
    assert {"national-project", "sichuan-project", "suzhou-department"} <= set(FORMS)


@pytest.mark.parametrize("module", [module for module, path in PATHS.items() if ">>> " in path.read_text("utf-8")])
def test_the_examples_of_a_module_are_exact(module: str, form: Form) -> None:
    examples = doctest.testmod(importlib.import_module(f"xlperf.{module}"), extraglobs={"form": form})
    assert examples.attempted and not examples.failed


@pytest.mark.parametrize("module", PATHS)
def test_a_module_is_short(module: str) -> None:
    lines = len(PATHS[module].read_text("utf-8").splitlines())
    if lines > LONG:
        warnings.warn(f"{module} has {lines} lines", stacklevel=1)
    assert lines <= LONGER.get(module, TOO_LONG)
