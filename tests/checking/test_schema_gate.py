"""The fast validator and jsonschema agree on every document, so that what the one passes the other need not see."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from random import Random

import pytest

import support.example
from support import scored
from support.documents import any_document, random_document
from support.make_golden import FIRST
from support.matrix import MATRIX
from support.shipped import forms_for
from support.sweeps import every, seeds
from xlperf.checking import schema_errors, schema_gate
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import Block
from xlperf.forms.schema import build_schema

pytest.importorskip("jsonschema_rs")

ODD = (
    *(
        True,
        False,
        0,
        -1,
        1.0,
        1.5,
        1e308,
        -1e308,
        10**18,
        10**400,
        float("nan"),
        float("inf"),
        9_999_999.999999,
        9_999_999.9999991,
    ),
    *(
        "",
        " ",
        "x",
        "=",
        "2023-03-01",
        "2023-3-1",
        "2023-02-30",
        "0000-01-01",
        "10000-01-01",
        "2023-03-01\n",
        "20230301",
        "2023-W01-1",
    ),
    *("\uff12\uff10\uff12\uff13-03-01", "\ud800", "\0", "\U0001f600" * 60, "x" * 20_001, [], [1], {}, {"a": 1}, None),
)


def faulty(form: Form) -> Iterator[dict]:
    """Every document of the fault matrix of a form."""
    matrix = {FIRST: MATRIX, **{key: known.faults for key, known in scored.MATRICES.items()}}.get(form.key, {})
    for change, _ in matrix.values():
        document = copy.deepcopy(example_of(form))
        change(document)
        yield document


def example_of(form: Form) -> dict:
    if form.key == FIRST:
        return support.example.document()
    return scored.document(form.key) if form.key in scored.MATRICES else any_document(form, 0)


def with_odd_values(form: Form, seed: int) -> dict:
    """A generated document in which some values are of another kind, out of range, or gone."""
    random = Random(seed)
    document = (random_document if form.key == FIRST else any_document)(form, seed)
    homes = list(_objects(document))
    for _ in range(random.choice([0, 1, 1, 3, 20])):
        home = random.choice(homes)
        key = random.choice([*home]) if home else "x"
        home[key] = random.choice(ODD)
    return document


def _objects(part: object) -> Iterator[dict]:
    if isinstance(part, dict):
        yield part
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(value)


def documents(form: Form) -> Iterator[dict]:
    """Documents as they are checked: those of the matrix, and generated ones with odd values in them."""
    for document in every(1, list(faulty(form)), usual=3 if form.key == FIRST else 1):
        yield document_of(form, compute(form, rows_of(form, document)[0]))
    for seed in seeds(1_000, usual=30):
        yield document_of(form, rows_of(form, with_odd_values(form, seed))[0])


def as_told(error: schema_errors.SchemaError) -> tuple[object, ...]:
    """What findings are made of: of an object that lacks something its keys, of anything else the value; NaN is not equal to itself."""
    found = sorted(error.found) if isinstance(error.found, dict) else repr(error.found)
    return error.keyword, error.wanted, error.path, found


@pytest.mark.slow
@pytest.mark.parametrize("form", forms_for("fast validator"), ids=str)
def test_what_the_fast_validator_passes_has_no_errors_and_what_it_leaves_out_has_none_either(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = list(documents(form))
    fast = [list(schema_errors._errors(form, document)) for document in checked]
    doubts = [schema_gate.doubted(form, document) for document in checked]
    monkeypatch.setattr(schema_gate, "_gate", lambda form: None)
    for document, found, left in zip(checked, fast, doubts, strict=True):
        alone = list(schema_errors._errors(form, document))
        assert list(map(as_told, found)) == list(map(as_told, alone))
        assert left is not None or not alone
    assert sum(left is None for left in doubts) > 20 and sum(map(bool, fast)) > 20


@pytest.mark.slow
@pytest.mark.parametrize("form", forms_for("fast validator"), ids=str)
def test_they_agree_on_any_value_in_any_field(form: Form) -> None:
    judge = schema_errors._validator(form)
    rows, _ = rows_of(form, example_of(form))
    passed = set()
    for block in (block for block in form.blocks.values() if rows.get(block.key) and block.shape != "mapping"):
        schema = schema_of_row(form, block)
        fast, slow = schema_gate._fast(schema), judge.evolve(schema=schema)
        row = {field.key: value for field in block.document_fields if (value := rows[block.key][0].get(field.key)) is not None}
        for field in block.document_fields:
            for value in ODD:
                try:
                    is_passed = fast.is_valid(row | {field.key: value})
                except (TypeError, ValueError, OverflowError):
                    continue  # then jsonschema is asked
                assert not is_passed or slow.is_valid(row | {field.key: value}), (block.key, field.key, value)
                passed |= {(block.key, field.key)} if is_passed else set()
    assert len(passed) > 20


def schema_of_row(form: Form, block: Block) -> dict:
    schema = build_schema(form)
    for key in block.path:
        schema = schema["properties"][key]
    return {"list": lambda: schema["items"], "keyed": lambda: schema["properties"][block.rows[0].key]}.get(
        block.shape, lambda: schema
    )()


def test_a_path_leads_back_to_the_whole_document() -> None:
    left = schema_gate.Doubted({}, {("goals",): [2, 5], ("budget", "items"): []})
    assert left.path(("goals", 1, "actual")) == ("goals", 5, "actual")
    assert left.path(("budget", "total")) == ("budget", "total") and left.path(()) == ()


def test_nothing_is_needed_but_jsonschema(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"form": form.key, "goals": [{}, {"expected": 5}]}
    found = list(schema_errors._errors(form, document))
    schema_gate._gate.cache_clear()
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)  # as if it were not installed
    try:
        assert list(schema_errors._errors(form, document)) == found != []
        assert schema_gate.doubted(form, document) == (document, {})
    finally:
        schema_gate._gate.cache_clear()
