"""The stand-in for rpds-py does what the real one does, as far as the libraries that use it ask."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import rpds
from hypothesis import given
from hypothesis import strategies as st

from support.paths import REPOSITORY
from xlperf.page import rpds_stand_in

KEYS = st.integers(0, 4)
MAP_STEPS = st.lists(st.tuples(st.sampled_from(["insert", "remove", "discard", "update"]), KEYS, KEYS), max_size=12)
SET_STEPS = st.lists(st.tuples(st.sampled_from(["insert", "remove", "discard", "update"]), KEYS), max_size=12)
ARGUMENTS = {"insert": lambda key, value: (key, value), "remove": lambda key, value: (key,), "discard": lambda key, value: (key,),
             "update": lambda key, value: ({key: value}, [(value, key)])}  # fmt: skip


@given(MAP_STEPS)
def test_maps(steps: list[tuple[str, int, int]]) -> None:
    ours, theirs = rpds_stand_in.HashTrieMap({9: 9}), rpds.HashTrieMap({9: 9})
    for step, key, value in steps:
        before = dict(ours)
        if step == "remove" and key not in theirs:
            for each in (ours, theirs):
                with pytest.raises(KeyError):
                    each.remove(key)
            continue
        after = getattr(ours, step)(*ARGUMENTS[step](key, value))
        theirs = getattr(theirs, step)(*ARGUMENTS[step](key, value))
        assert dict(ours) == before and dict(after) == dict(theirs) and len(after) == len(theirs)
        assert hash(after) == hash(rpds_stand_in.HashTrieMap(dict(theirs)))
        ours = after


@given(SET_STEPS)
def test_sets(steps: list[tuple[str, int]]) -> None:
    ours, theirs = rpds_stand_in.HashTrieSet([9]), rpds.HashTrieSet([9])
    for step, key in steps:
        if step == "remove" and key not in theirs:
            for each in (ours, theirs):
                with pytest.raises(KeyError):
                    each.remove(key)
            continue
        argument = [key, key + 1] if step == "update" else key
        ours, theirs = getattr(ours, step)(argument), getattr(theirs, step)(argument)
        assert set(ours) == set(theirs) and isinstance(ours, rpds_stand_in.HashTrieSet)


@given(st.lists(KEYS), KEYS)
def test_lists(items: list[int], item: int) -> None:
    for ours, theirs in (
        (rpds_stand_in.List(items), rpds.List(items)),
        (rpds_stand_in.List(*items, 1, 2), rpds.List(*items, 1, 2)),
    ):
        assert list(ours.push_front(item)) == list(theirs.push_front(item)) and len(ours) == len(list(theirs))
        assert ours.push_front(item) == rpds_stand_in.List([item, *ours]) != ours


def test_nothing_to_convert_is_handed_back() -> None:
    for kind in (rpds_stand_in.HashTrieMap, rpds.HashTrieMap):
        given_map = kind({1: 2})
        assert kind.convert(given_map) is given_map and dict(kind.convert({1: 2})) == {1: 2}


VALIDATE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("rpds", sys.argv[1])
sys.modules["rpds"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
import jsonschema
schema = {"$defs": {"n": {"type": "integer", "minimum": 3}}, "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"items": {"$ref": "#/$defs/n"}}}}
errors = jsonschema.Draft202012Validator(schema).iter_errors({"a": 1, "b": [2, "x", 5]})
print(json.dumps(sorted([list(error.absolute_path), error.validator, error.message] for error in errors)))
"""


def test_a_schema_with_references_is_followed_with_it() -> None:
    stand_in = Path(rpds_stand_in.__file__)
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE, str(stand_in)], capture_output=True, encoding="utf-8", check=True, cwd=REPOSITORY
    )
    assert json.loads(done.stdout) == [
        [["a"], "minimum", "1 is less than the minimum of 3"],
        [["b", 0], "minimum", "2 is less than the minimum of 3"],
        [["b", 1], "type", "'x' is not of type 'integer'"],
    ]
