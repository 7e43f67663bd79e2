"""The rules of the house: who imports whom, one foreign library per module, Chinese and form names only as data."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "xlperf"
PATHS = {path.stem: path for path in sorted(PACKAGE.glob("*.py"))}
# Each module imports only from those above it.
ORDER = (
    "nearest", "errors", "messages", "tree", "rendering", "evaluation", "expression", "definition", "references", "consistency", "parts", "formulas",
    "summary", "form", "document", "finding", "result", "outcome", "store", "files", "journal", "progress", "compute", "layout",
    "schema", "package", "canonical", "package_xml", "preflight", "spelling", "remark", "dates", "values", "amounts", "markup",
    "numberformat", "entries", "structure", "reader", "quantity", "promise", "evidence", "residue", "crosscheck", "checks",
    "catalog", "roster", "submission", "kinship", "collection", "allotment", "position", "tables", "webpage", "formats",
    "style", "links", "annotation", "canvas", "live", "lines", "problems", "workbook", "ledger", "sheet", "overview", "audit",
    "change", "placeholders", "paragraphs", "word", "notice", "report", "exports", "template", "process", "inbox", "worker",
    "crew", "cluster", "flow", "dump", "manuscript", "paper", "labels", "records", "outline", "composed", "assembly",
    "importer", "pdf", "publication", "source", "migration", "carryover", "standing", "intake", "dispatch", "difference",
    "amendment", "options", "starter", "cli", "__main__",
)  # fmt: skip
EXCEPTIONS = {
    ("formats", "difference"): "typing",  # changes are shown, not made
    ("structure", "reader"): "typing",  # a reading is annotated, not made
    ("form", "report"): "late",  # a form of one's own is checked with the Word template beside it
    ("errors", "messages"): "late",  # an error finds its sentence when it is shown
}
LIBRARIES = {
    "xlsxwriter": {"workbook"},
    "openpyxl": {"numberformat", "roster"},
    "python_calamine": {"reader"},
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
CHINESE = re.compile(r"[\u2e80-\u2fff\u3005-\u3007\u3021-\u303b\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


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


def words_of(module: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module and its texts that are not docstrings, with their lines."""
    tree = tree_of(module)
    documented = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    docstrings = {id(node.body[0].value) for node in documented if ast.get_docstring(node, clean=False) is not None}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(PATHS[module].read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(PATHS.keys() - {"__init__"})
    assert list(PACKAGE.glob("*/**/*.py")) == []  # flat


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


@pytest.mark.parametrize("module", PATHS)
def test_chinese_is_data(module: str) -> None:
    assert [(line, text) for line, text in words_of(module) if CHINESE.search(text)] == []


@pytest.mark.parametrize("module", PATHS)
def test_the_program_knows_no_form(module: str) -> None:
    forms = {path.parent.parent.name.split("-")[0] for path in (PACKAGE.parent / "templates").glob("*/*/form.yaml")}
    assert forms
    assert [(line, text) for line, text in words_of(module) for form in forms if form in text.lower()] == []


@pytest.mark.parametrize("module", PATHS)
def test_a_module_is_short(module: str) -> None:
    lines = len(PATHS[module].read_text("utf-8").splitlines())
    if lines > LONG:
        warnings.warn(f"{module} has {lines} lines", stacklevel=1)
    assert lines <= LONGER.get(module, TOO_LONG)
