"""The public functions: each is explained, with an example that is run, and takes a path as text or as an object, alike."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import typing
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

import xlperf
from support.paths import EXAMPLES, TEMPLATES
from support.rosters import written
from xlperf.collecting.status import CollectionStatus
from xlperf.files import StrPath
from xlperf.forms.form import Form

FUNCTIONS = {name: thing for name in xlperf.__all__ if inspect.isfunction(thing := getattr(xlperf, name))}
KEY, YEAR, DATE = "national-project", 2022, "2023-03-01"  # the smallest of ours
FOLDER = f"forms/{KEY}/2020"
UNITS = "单位名称,单位代码\n甲局,101\n乙局,102\n"
OF_COLLECTIONS = ("find_status", "remind", "decide", "verify", "package_collection")
# What each function that takes a path is called with; paths are names in the folder that `desk` makes.
CALLS: dict[str, dict[str, Any]] = {
    "annotate": {"path": "filled.xlsx", "templates": "forms", "output": "out", "date": DATE},
    "check_form": {"directory": FOLDER},
    "collect": {"inboxes": ["inbox"], "reviews": ["inbox"], "templates": "forms", "output": "out", "roster": "units.csv", "date": DATE, "jobs": 1},
    "compare_forms": {"before": FOLDER, "after": FOLDER, "templates": "forms"},
    "compare_papers": {"before": "filled.xlsx", "after": "other.json", "templates": "forms"},
    "decide": {"directory": "collection", "unit": "101", "kind": "note", "reason": "called", "by": "Zhang"},
    "draw_form": {"form": KEY, "templates": "forms", "output": "drawn.xlsx"},
    "explain_field": {"form": KEY, "field": "project.unit", "templates": "forms"},
    "explain_rule": {"form": KEY, "code": "XL216", "templates": "forms"},
    "fill_workbook": {"document": {"form": KEY, "fiscal_year": YEAR}, "templates": "forms", "output": "out.xlsx", "date": DATE},
    "finalize": {"path": "filled.xlsx", "templates": "forms", "output": "out", "date": DATE},
    "find_form": {"key": KEY, "templates": "forms"},
    "find_status": {"directory": "collection"},
    "import_document": {"path": "filled.xlsx", "templates": "forms"},
    "list_forms": {"templates": "forms"},
    "load_document": {"path": "document.json"},
    "load_form": {"directory": FOLDER},
    "migrate_workbook": {"path": "filled.xlsx", "year": 2023, "templates": "forms", "output": "out/new.xlsx", "date": DATE},
    "new_form": {"directory": "own/budget/2026"},
    "new_round": {"path": "own/round.yaml"},
    "package_collection": {"directory": "collection", "output": "out.zip"},
    "prove_form": {"directory": "inbox"},
    "read_form": {"path": "drawn.xlsx", "output": FOLDER},
    "read_former_years": {"collections": ["inbox"], "templates": "forms"},
    "read_roster": {"path": "units.csv"},
    "read_round": {"path": "round.yaml"},
    "read_workbook": {"path": "filled.xlsx", "templates": "forms"},
    "remind": {"directory": "collection", "templates": "forms", "output": "out", "date": DATE},
    "serve": {"host": "0.0.0.0", "token_file": "document.json", "round_file": "round.yaml", "templates": "forms"},
    "verify": {"directory": "collection"},
    "validate": {"path": "filled.xlsx", "templates": "forms", "annotated": "out"},
    "write_history": {"collections": ["inbox", "inbox"], "templates": "forms", "output": "years.xlsx", "date": DATE},
    "write_next_template": {"form": KEY, "year": 2023, "last": "other.json", "templates": "forms", "output": "out.xlsx", "date": DATE},
    "write_addin": {"directory": "out", "templates": "forms", "assets": "inbox"},
    "write_page": {"templates": "forms", "output": "page.html", "assets": "inbox"},
    "write_report": {"path": "filled.xlsx", "templates": "forms", "output": "out.docx", "date": DATE},
    "write_review": {"path": "filled.xlsx", "templates": "forms", "output": "out", "date": DATE},
    "write_template": {"form": KEY, "year": YEAR, "templates": "forms", "output": "out.xlsx", "date": DATE},
    "write_templates": {"form": KEY, "year": YEAR, "templates": "forms", "output": "out", "roster": "units.csv", "last": "inbox", "history": "years.json", "jobs": 1, "date": DATE},
}  # fmt: skip
NEEDS_MORE = {
    "prove_form",
    "read_former_years",
    "serve",
    "write_addin",
    "write_history",
    "write_page",
    "write_review",
}  # a form, a proxy, papers, files of others
WITHOUT_ERRORS = {"build_schema"}  # functions that raise none of ours


class Elsewhere:
    """A path that is neither a text nor a Path."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return self.path


def paths_of(function: Callable[..., object]) -> set[str]:
    """The parameters of a function that are paths, by their types."""
    hints = typing.get_type_hints(function, vars(inspect.getmodule(function)))
    return {name for name, hint in hints.items() if name != "return" and "PathLike" in str(hint)}


def desk(folder: Path) -> None:
    """A folder with a workbook, documents, a list of units, an empty inbox, a form, and what some functions start from."""
    shutil.copytree(TEMPLATES / KEY, folder / "forms" / KEY)
    for name in ("filled.xlsx", "document.json"):
        shutil.copyfile(EXAMPLES / f"{KEY}-{YEAR}" / name, folder / name)
    document = json.loads((EXAMPLES / f"{KEY}-{YEAR}" / "document.json").read_text("utf-8"))
    document["project"]["unit"] = "乙局"
    (folder / "other.json").write_text(json.dumps(document), "utf-8")
    written(folder / "units.csv", UNITS)
    (folder / "round.yaml").write_text("year: 2022\n", "utf-8")
    (folder / "years.json").write_text('{"format": 1, "years": [], "units": []}', "utf-8")
    (folder / "inbox").mkdir()


@cache
def made(name: str) -> Path:
    """A drawn form, or a collection of nothing, made once; nobody changes it."""
    target = Path(mkdtemp(prefix="xlperf-desk-")) / name
    if name == "drawn.xlsx":
        return xlperf.draw_form(KEY, output=target)
    (target.parent / "inbox").mkdir()
    written(target.parent / "units.csv", UNITS)
    xlperf.collect([target.parent / "inbox"], output=target, roster=target.parent / "units.csv", jobs=1)
    return target


def outcome(name: str, spell: Callable[[str], StrPath]) -> tuple[object, set[str]]:
    """What a function returns whose paths are spelt so, in a form that can be compared, and the names of what it wrote."""
    arguments = dict(CALLS[name])
    for parameter in paths_of(FUNCTIONS[name]) & arguments.keys():
        value = arguments[parameter]
        arguments[parameter] = [spell(item) for item in value] if isinstance(value, list) else spell(value)
    positional = [
        key
        for key, parameter in inspect.signature(FUNCTIONS[name]).parameters.items()
        if parameter.kind is not parameter.KEYWORD_ONLY
    ]
    subject = [arguments.pop(key) for key in positional if key in arguments]
    try:
        result = FUNCTIONS[name](*subject, **arguments)
    except xlperf.UsageError as error:
        assert name in NEEDS_MORE
        result = str(error)
    if isinstance(result, Form):
        result = (result.key, result.revision, result.digest, result.directory)
    elif isinstance(result, CollectionStatus):
        result = (result.directory, result.counts, result.units)
    return result, {path.as_posix() for path in Path().rglob("*")}


def test_every_function_that_takes_a_path_is_called() -> None:
    assert {name for name, function in FUNCTIONS.items() if paths_of(function)} == set(CALLS)
    assert {
        name: paths_of(FUNCTIONS[name]) - call.keys()
        for name, call in CALLS.items()
        if not paths_of(FUNCTIONS[name]) <= call.keys()
    } == {}


@pytest.mark.parametrize("name", CALLS)
def test_a_path_may_be_a_text_or_an_object(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Path is what every other test gives them."""
    outcomes = []
    for spell in (str, Elsewhere):
        folder = tmp_path / "desk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        desk(folder)
        if name == "read_form":
            shutil.copyfile(made("drawn.xlsx"), folder / "drawn.xlsx")
        if name in OF_COLLECTIONS:
            shutil.copytree(made("collection"), folder / "collection")
        monkeypatch.chdir(folder)
        outcomes.append(outcome(name, spell))
        monkeypatch.chdir(tmp_path)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", xlperf.__all__)
def test_every_public_name_is_explained_with_an_example(name: str) -> None:
    thing = getattr(xlperf, name)
    text = inspect.getdoc(thing) or ""
    assert ">>> " in text and text[0].isupper()
    if name in FUNCTIONS:
        described = set(re.findall(r"^    (\w+): ", text.partition("Args:")[2].partition("Raises:")[0], re.MULTILINE))
        parameters = set(inspect.signature(thing).parameters)
        assert described in (parameters, set()) and (described or len(parameters) == 1)
        assert "Raises:" in text or name in WITHOUT_ERRORS
