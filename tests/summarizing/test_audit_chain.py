"""The chain of the audit: each entry holds the hash of the one before, whatever is done to it is found, and told where."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sweeps import examples
from xlperf.summarizing.audit.chain import (
    DECIDED,
    FINALIZED,
    GONE,
    JUDGED,
    RECEIVED,
    UNDONE,
    WITHDRAWN,
    Entry,
    Fact,
    broken_at,
    followed,
    kept_by,
)

FACTS = [
    Fact("2023-03-01T09:00:00+08:00", RECEIVED, {"path": "甲.xlsx", "key": "9f86", "size": 7}),
    Fact("2023-03-01T09:00:00+08:00", RECEIVED, {"path": "乙.xlsx", "key": "6030", "size": 8}),
    Fact("2023-03-01", JUDGED, {"key": "9f86", "status": "passed", "proof": "aa"}),
    Fact("2023-03-01", FINALIZED, {"from": "9f86", "files": {"定稿/甲.xlsx": "11", "定稿/甲.json": "22"}}),
    Fact("2023-03-02T10:00:00+08:00", DECIDED, {"unit": "丙局", "decision": "note", "reason": '"\n'}),
    Fact("2023-03-03T10:00:00+08:00", GONE, {"path": "甲.xlsx", "key": "9f86"}),
    Fact("2023-03-03", WITHDRAWN, {"files": ["定稿/甲.xlsx"]}),
    Fact("2023-03-04T10:00:00+08:00", UNDONE, {"number": 5, "by": "张三"}),
]
CHAIN = list(followed(None, FACTS))


def test_a_hash_can_be_done_again_by_hand_from_what_is_printed() -> None:
    before = ""
    for number, entry in enumerate(CHAIN, 1):
        array = [number, entry.time, entry.kind, entry.facts, before]
        text = json.dumps(array, ensure_ascii=False, separators=(",", ":"))
        assert entry.hash == hashlib.sha256(text.encode()).hexdigest() and entry.previous == before
        assert entry.told == FACTS[number - 1].facts
        before = entry.hash
    assert broken_at(CHAIN) is None and broken_at([]) is None


def test_what_is_so_at_the_end_follows_from_the_entries() -> None:
    kept = kept_by(CHAIN)
    assert kept.inputs == {"乙.xlsx": "6030"}
    assert kept.judged == {"9f86": "aa"}
    assert kept.finalized == {"定稿/甲.json": "22"}


@pytest.mark.parametrize("at", range(len(CHAIN)))
@pytest.mark.parametrize("field", Entry._fields)
def test_an_entry_in_which_anything_is_changed_is_found(at: int, field: str) -> None:
    value = getattr(CHAIN[at], field)
    changed = CHAIN[at]._replace(**{field: value + 1 if field == "number" else f"{value}x"})
    assert broken_at([*CHAIN[:at], changed, *CHAIN[at + 1 :]]) == at + 1


@pytest.mark.parametrize("at", range(len(CHAIN) - 1))
def test_an_entry_that_is_left_out_doubled_or_moved_is_found(at: int) -> None:
    assert broken_at(CHAIN[:at] + CHAIN[at + 1 :]) == at + 1
    assert broken_at(CHAIN[: at + 1] + CHAIN[at:]) == at + 2
    assert broken_at([*CHAIN[:at], CHAIN[at + 1], CHAIN[at], *CHAIN[at + 2 :]]) == at + 1


def test_an_entry_that_is_hashed_anew_breaks_the_next_one() -> None:
    (forged,) = followed(CHAIN[1], [Fact("2023-03-01", JUDGED, {"key": "9f86", "status": "returned", "proof": "aa"})])
    assert broken_at([*CHAIN[:2], forged, *CHAIN[3:]]) == 4


TEXTS = st.text(st.characters(), max_size=20)


@settings(max_examples=examples(500, usual=50))
@given(
    st.lists(st.tuples(TEXTS, st.dictionaries(TEXTS, st.none() | st.integers() | TEXTS, max_size=3)), min_size=2, max_size=6),
    st.data(),
)
def test_any_letter_of_any_entry_that_is_another_breaks_the_chain_there(facts: list, data: st.DataObject) -> None:
    chain = list(followed(None, (Fact(time, RECEIVED, told) for time, told in facts)))
    assert broken_at(chain) is None
    at = data.draw(st.integers(0, len(chain) - 1))
    field = data.draw(st.sampled_from(["time", "kind", "facts", "previous", "hash"]))
    text = getattr(chain[at], field)
    place = data.draw(st.integers(0, len(text)))
    other = text[:place] + data.draw(st.characters().filter(lambda sign: sign != text[place : place + 1])) + text[place + 1 :]
    assert broken_at([*chain[:at], chain[at]._replace(**{field: other}), *chain[at + 1 :]]) == at + 1
