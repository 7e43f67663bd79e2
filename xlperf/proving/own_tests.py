"""The tests that a form brings itself: what is filled in, and which of its rules are to find fault with that.

    tests:
      - {title: …, cells: {"budget.items[0].name": A, "budget.items[0].spent": 2}, codes: [AB101]}
      - {title: …, document: {budget: {items: [{name: A, planned: 2, spent: 1}]}}, codes: []}
      - {title: …, stage: review, cells: {"budget.items[0].spent": 2, "budget.items[0].reviewed": 1}, codes: [AB601]}

They stand in form.yaml, or in a tests.yaml beside it: a form that was issued keeps its form.yaml, for workbooks say from which
one they are written, and gets more tests all the same.

A test names every rule that is to fire. No other of the form's own may that is silent in an empty form; those of the program
count where they are named. One that names a stage is filled in and tested in the workbook of that stage, by its rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from xlperf.forms.definition import Raw, refuse, wrong
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import form_for, load_form
from xlperf.forms.model import Block
from xlperf.forms.stages.faults import check_stages
from xlperf.forms.written.shape import check_shape
from xlperf.forms.written.yaml_file import read_definition
from xlperf.messages import listing, sentence
from xlperf.proving.reach import Reached, own_rules
from xlperf.proving.trials import Fault

BESIDE = "tests.yaml"
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def run_own_tests(form: Form, reached: Reached) -> Iterator[Fault]:
    """Yield the tests of a form that do not come out as it says."""
    stages: dict[str, _Stage] = {}
    for place, test in tests_of(form):
        key = test.get("stage", form.stage)
        if key not in stages:
            stages[key] = _at_stage(form, key, reached)
        at_stage, own, anyway = stages[key]
        document = document_of_test(form, test)
        if stray := next((path for path in paths_of(document) if not is_place(at_stage, path)), None):
            yield Fault("proof_no_place", {"place": place, "path": ".".join(stray)})
            continue
        of_test = form_for(at_stage, document)
        rows, _ = rows_of(of_test, document)
        wanted = set(test["codes"])
        if unknown := sorted(code for code in wanted if code not in at_stage.rules and not code.startswith("XL")):
            yield Fault("proof_no_rule", {"place": place, "codes": listing(unknown)})
            continue
        found = {code for code in reached.look(of_test, rows) if code in wanted or code in own - anyway}
        if found != wanted:
            yield Fault(
                "proof_test_fails",
                {"place": place, "title": test["title"], "expected": _codes(wanted), "found": _codes(found)},
            )


class _Stage(NamedTuple):
    """The form of a stage, the codes of its own rules, and those of them that fire in an empty one."""

    form: Form
    own: set[str]
    anyway: set[str]


def _at_stage(form: Form, stage: str, reached: Reached) -> _Stage:
    at_stage = form if stage == form.stage else load_form(form.directory, stage=stage)
    own = {rule.code for rule in own_rules(at_stage)}
    return _Stage(at_stage, own, reached.look(at_stage, rows_of(at_stage, {"fiscal_year": form.first_year})[0]))


def tests_of(form: Form) -> Iterator[tuple[str, Raw]]:
    """Yield place and test of a form, those of its form.yaml first.

    Raises:
        FormError: its tests.yaml is not written as one.
    """
    yield from ((f"tests[{number}]", test) for number, test in enumerate(form.definition.get("tests", ())))
    path = form.directory / BESIDE
    if path.is_file():
        beside, _ = read_definition(path)
        if not isinstance(beside, Mapping) or [*beside] != ["tests"]:
            refuse(path, *wrong("", "tests_alone"))
        whole = {**form.whole, **beside}
        check_shape(whole, path)
        check_stages(whole, path)
        yield from ((f"{BESIDE} tests[{number}]", test) for number, test in enumerate(beside["tests"]))


def document_of_test(form: Form, test: Raw) -> dict[str, Any]:
    """What is filled in for a test: a document, and in it single cells."""
    document: dict[str, Any] = {"fiscal_year": form.first_year, **deepcopy(dict(test.get("document", {})))}
    for path, value in test.get("cells", {}).items():
        put_at(document, path, value)
    return document


def paths_of(part: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the way to everything in a document that is filled in, rows without their numbers."""
    if isinstance(part, Mapping):
        yield from (path for key, below in part.items() for path in paths_of(below, (*above, str(key))))
    elif isinstance(part, list):
        yield from (path for below in part for path in paths_of(below, above))
    else:
        yield above


def is_place(form: Form, path: tuple[str, ...]) -> bool:
    """Whether a way leads to a field of the form."""
    return path in (("form",), ("revision",)) or any(_leads_into(block, path) for block in form.blocks.values())


def _leads_into(block: Block, path: tuple[str, ...]) -> bool:
    way = tuple(part for part in block.path if isinstance(part, str))
    depth = len(way)
    if path[:depth] != way:
        return False
    match block.shape, path[depth:]:
        case "keyed", (row, field):
            return row in block.rows_by_key and field in block.fields
        case "mapping", (row,):
            return row in block.rows_by_key
        case "object" | "list", (field,):
            return field in block.fields
    return False


def put_at(document: dict[str, Any], path: str, value: object) -> None:
    """Put a value where a path leads, with the objects and rows on the way.

    >>> document = {}
    >>> put_at(document, "budget.items[1].spent", 2)
    >>> document
    {'budget': {'items': [{}, {'spent': 2}]}}
    """
    steps = [int(number) if number else name for number, name in STEP.findall(path)]
    here: Any = document
    for step, below in zip(steps, [*steps[1:], None], strict=True):
        content = value if below is None else [] if isinstance(below, int) else {}
        here = _down(here, step, content, is_last=below is None)
        if here is None:
            return


def _down(here: Any, step: int | str, content: object, *, is_last: bool) -> Any:
    """The part of an object or list at that step, made if it is not there; None where there is no such step."""
    if isinstance(here, list) and isinstance(step, int):
        here.extend({} for _ in range(step + 1 - len(here)))
        if is_last:
            here[step] = content
        return here[step]
    if not isinstance(here, dict) or not isinstance(step, str):
        return None
    if is_last:
        here[step] = content
    return here.setdefault(step, content)


def _codes(codes: set[str]) -> str:
    return listing(sorted(codes)) or sentence("proof_nothing", {})
