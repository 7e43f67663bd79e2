"""No document gives a traceback: whatever stands wherever in it, there is a workbook, findings that say why not, or one of our errors."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.documents import HARD_TEXTS
from support.example import document
from support.make_golden import SPARE
from support.sweeps import examples
from xlperf import fill_workbook, load_document, read_workbook
from xlperf.errors import XlperfError

pytestmark = pytest.mark.slow

Place = tuple[str | int, ...]


def small() -> dict:
    """The example with a few rows of every table."""
    doc = document()
    rows = {"goals": doc["goals"][:2], "tasks": doc["tasks"][:2], "indicators": [*doc["indicators"][:3], *doc["indicators"][-3:]],
            "base_data": {"staff_control": {"part": 51, "base": 55}}, "explanations": {"SZ202": "目标按上年数确定"}}  # fmt: skip
    return doc | rows | {"budget": doc["budget"] | {"items": doc["budget"]["items"][:2]}}


def paths_of(value: object, so_far: Place = ()) -> Iterator[Place]:
    yield so_far
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_of(item, (*so_far, key))


SMALL = small()
PATHS = list(paths_of(SMALL))
KEYS = sorted({str(key) for path in PATHS for key in path})
SCALARS = (st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(HARD_TEXTS)
           | st.sampled_from([*KEYS, "定量", "定性", "不适用", "2022", "2023-02-30", 10**400, -0.0, 1e-320]))  # fmt: skip
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=3), max_leaves=6)  # fmt: skip


def put(doc: dict, path: Place, value: object) -> object:
    if not path:
        return value
    target = doc
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return doc


@given(st.lists(st.tuples(st.sampled_from(PATHS), ANYTHING), min_size=1, max_size=3))
@settings(max_examples=examples(250, usual=40))
def test_whatever_stands_in_a_document(tmp_path_factory, changes: list[tuple[Place, object]]) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    doc: object = copy.deepcopy(SMALL)
    for path, value in changes:
        try:
            doc = put(doc, path, value)
        except (KeyError, IndexError, TypeError):  # an earlier change took that place away
            continue
    (folder / "d.json").write_text(json.dumps(doc), "utf-8")
    try:
        result = fill_workbook(load_document(folder / "d.json"), output=folder / "d.xlsx", rows=SPARE)
    except XlperfError as error:
        assert str(error)
        return
    assert bool(result.outputs) == all(finding["severity"] != "error" for finding in result.findings)
    assert all(finding[part] for finding in result.findings for part in ("message", "found", "expected", "fix"))
    assert json.dumps(result.document)
    if result.outputs:
        assert read_workbook(folder / "d.xlsx")["form"] == "suzhou-department"
