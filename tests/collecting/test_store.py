"""The store, in SQLite and in a real PostgreSQL: the same answers in the same order, kept once and never lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from urllib.parse import quote

import pytest
import sqlalchemy

from xlperf.collecting.store.arrivals import OPEN, Arrival, count_inputs, first_receipt, received_inputs, register, registered
from xlperf.collecting.store.database_url import is_understood, shown, without_secrets
from xlperf.collecting.store.opening import open_store, opened_store, store_to_read
from xlperf.collecting.store.outcomes import KeptOutcome, Outcomes, done_outputs, save_outcomes
from xlperf.collecting.store.ownership import refuse_other_owner, take_store
from xlperf.collecting.store.tables import Store
from xlperf.errors import ExitCode, UsageError
from xlperf.summarizing.outcome import Outcome

FIRST, LATER = "2023-03-01T09:00:00+00:00", "2023-03-08T16:30:00+00:00"
# Names whose order differs between code points, UTF-8 locales and upper and lower case.
NAMES = [
    "B.xlsx",
    "a.xlsx",
    "市局/甲.xlsx",
    "市局/乙.xlsx",
    "收到.zip!甲 单位.xlsx",
    "_x.xlsx",
    "a-b.xlsx",
    "a_b.xlsx",
    "ａ.xlsx",
    "𠮷.xlsx",
]


@pytest.fixture
def store(url: str | None, tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path, url)
    yield store
    store.close()


def outcome(path: str, key: str, **more: object) -> Outcome:
    return Outcome(**{"path": path, "sha256": key, "size": 7, "received": FIRST, "status": "passed", **more})


def arrivals(*pairs: tuple[str, str]) -> list[Arrival]:
    return [Arrival(path, key, 7) for path, key in pairs]


def test_outcomes_come_back_as_they_were_saved_by_path_of_code_points(store: Store) -> None:
    kept = [
        outcome(path, f"key{number}", status="returned", form="f", revision="2022", year=2022, unit="甲单位", unit_code="001",
                findings=({"code": "XL201", "cells": ["表!A1"], "found": "\u0000"},), document={"cover": {"unit": "甲"}, "n": 0.1 + 0.2},
                rows=3, seconds=0.25, outputs=("made/x.xlsx",))
        for number, path in enumerate(NAMES)
    ]  # fmt: skip
    register(store, arrivals(*((one.path, one.sha256) for one in kept)), digest="digest", now=FIRST)
    for one in reversed(kept):
        save_outcomes(store, [KeptOutcome(one.sha256, one, "digest")])
    assert list(Outcomes(store)) == sorted(kept, key=lambda one: one.path)
    assert list(Outcomes(store)) == list(Outcomes(store))


def test_a_nul_in_a_name_is_left_out(store: Store) -> None:
    register(store, arrivals(("a", "1")), digest="digest", now=FIRST)
    save_outcomes(
        store, [KeptOutcome("1", outcome("a", "1", unit="标记\0单位", subject="\0", document={"unit": "标记\0单位"}), "digest")]
    )
    (kept,) = Outcomes(store)
    assert (kept.unit, kept.subject, kept.document) == ("标记单位", "", {"unit": "标记\0单位"})


def test_somebody_else_may_have_the_file_for_a_while(tmp_path: Path) -> None:
    with (
        opened_store(tmp_path) as store,
        closing(sqlite3.connect(tmp_path / "collection.sqlite", check_same_thread=False)) as other,
    ):
        with store.engine.connect() as connection:
            assert connection.execute(sqlalchemy.text("PRAGMA busy_timeout")).scalar() == 60_000
        other.execute("BEGIN EXCLUSIVE")
        Timer(0.5, other.rollback).start()
        register(store, arrivals(("a", "1")), digest="digest", now=FIRST)
        assert count_inputs(store) == {None: 1}


def test_a_database_that_fails_meanwhile_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, opened_store(tmp_path) as store, store.engine.begin() as connection:
        connection.execute(sqlalchemy.text("PRAGMA max_page_count = 1"))  # as if the disk were full
        connection.execute(store.inputs.insert(), [{"path": str(number), "key": "k" * 99} for number in range(999)])
    assert caught.value.key == "store_lost" and "database or disk is full" in str(caught.value)
    assert str(tmp_path / "collection.sqlite") in str(caught.value)
    (tmp_path / "collection.sqlite").write_bytes(b"no database" * 999)
    with pytest.raises(UsageError) as caught:
        open_store(tmp_path)
    assert caught.value.key == "no_store" and str(tmp_path / "collection.sqlite") in str(caught.value)


def test_one_content_at_three_paths_is_one_outcome_listed_three_times(store: Store) -> None:
    register(store, arrivals(("a", "k"), ("b", "k"), ("c", "k"), ("d", "other")), digest="digest", now=FIRST)
    save_outcomes(store, [KeptOutcome("k", outcome("a", "k"), "digest")])
    assert [(one.path, one.sha256, one.received) for one in Outcomes(store)] == [
        ("a", "k", FIRST),
        ("b", "k", FIRST),
        ("c", "k", FIRST),
    ]
    assert count_inputs(store) == {"passed": 3, None: 1}
    assert done_outputs(store) == {"k": ()}


def test_a_receipt_is_stored_once_and_inputs_that_are_gone_are_not_listed(store: Store) -> None:
    register(store, arrivals(("a", "1"), ("b", "2")), digest="digest", now=FIRST)
    save_outcomes(store, [KeptOutcome("1", outcome("a", "1"), "digest")])
    register(store, arrivals(("moved", "1"), ("new", "3")), digest="digest", now=LATER)
    save_outcomes(store, [KeptOutcome("3", outcome("new", "3"), "digest")])
    assert [(one.path, one.received) for one in Outcomes(store)] == [("moved", FIRST), ("new", LATER)]
    assert first_receipt(store) == FIRST


def test_a_further_copy_comes_when_it_is_found_and_a_file_that_is_moved_takes_its_time_along(store: Store) -> None:
    def received(*pairs: tuple[str, str], now: str, **noted: str) -> dict[str, str]:
        register(store, arrivals(*pairs), digest="digest", now=now, received=noted)
        for key in {key for _, key in pairs}:
            save_outcomes(store, [KeptOutcome(key, outcome("-", key), "digest")])
        assert {item.path: item.received for item in received_inputs(store)} == {
            one.path: one.received for one in Outcomes(store)
        }
        return {one.path: one.received for one in Outcomes(store)}

    last, noted = "2023-03-15T08:00:00+00:00", "2023-02-01T08:00:00+00:00"
    assert received(("m", "1"), now=FIRST) == {"m": FIRST}
    assert received(("m", "1"), ("a", "1"), now=LATER) == {"m": FIRST, "a": LATER}
    assert received(("m", "1"), ("a", f"1{OPEN}"), now=last) == {"m": FIRST, "a": LATER}
    assert received(("z", "1"), ("y", "1"), now=last) == {
        "y": FIRST,
        "z": LATER,
    }  # both moved: the first path is the first received
    assert received(("z", "1"), ("y", "2"), now=last) == {"y": last, "z": LATER}  # another content under a name is received anew
    assert received(("y", "2"), now=last) == {"y": last}
    assert received(("y", "2"), ("z", "1"), now="2023-04-01T08:00:00+00:00")["z"] == FIRST  # back again: as it came first
    assert received(("p!a", "3"), ("p!b", "3"), now=last, **{"p!a": noted, "p!b": FIRST}) == {"p!a": noted, "p!b": FIRST}
    assert first_receipt(store) == noted


def test_that_somebody_has_a_file_open_does_not_change_when_it_came_in(store: Store) -> None:
    register(store, arrivals(("a", "1")), digest="digest", now=FIRST)
    register(store, arrivals(("a", f"1{OPEN}"), ("b", f"2{OPEN}")), digest="digest", now=LATER)
    for key in (f"1{OPEN}", f"2{OPEN}"):
        save_outcomes(store, [KeptOutcome(key, outcome("a", key), "digest")])
    assert [(one.path, one.received) for one in Outcomes(store)] == [("a", FIRST), ("b", LATER)]
    assert registered(store) == {"a": f"1{OPEN}", "b": f"2{OPEN}"}


def test_what_was_found_under_another_digest_is_forgotten(store: Store) -> None:
    register(store, arrivals(("a", "1"), ("b", "2")), digest="digest", now=FIRST)
    save_outcomes(store, [KeptOutcome("1", outcome("a", "1", outputs=("made/1.xlsx",)), "digest")])
    save_outcomes(store, [KeptOutcome("2", outcome("b", "2"), None)])  # kept, but not for good
    assert [one.path for one in Outcomes(store)] == ["a", "b"]
    register(store, arrivals(("a", "1"), ("b", "2")), digest="digest", now=LATER)
    assert done_outputs(store) == {"1": ("made/1.xlsx",)}
    register(store, arrivals(("a", "1"), ("b", "2")), digest="another digest", now=LATER)
    assert done_outputs(store) == {}
    assert list(Outcomes(store)) == []


def test_opened_again_everything_is_there(url: str | None, tmp_path: Path) -> None:
    store = open_store(tmp_path, url)
    register(store, arrivals(("a", "1")), digest="digest", now=FIRST)
    save_outcomes(store, [KeptOutcome("1", outcome("a", "1"), "digest")])
    store.close()
    again = open_store(tmp_path, url)
    assert list(Outcomes(again)) == [outcome("a", "1")]
    again.close()


def test_a_store_of_an_earlier_version_keeps_its_receipts(url: str | None, tmp_path: Path) -> None:
    store = open_store(tmp_path, url)
    register(store, arrivals(("a", "1")), digest="digest", now=FIRST)
    save_outcomes(store, [KeptOutcome("1", outcome("a", "1"), "digest")])
    with store.engine.begin() as connection:
        for column in ("saved", "places", "seconds"):
            connection.execute(sqlalchemy.text(f"ALTER TABLE outcomes DROP COLUMN {column}"))
        connection.execute(sqlalchemy.text("ALTER TABLE inputs DROP COLUMN received"))
    with store_to_read(tmp_path, url) as looked_at:
        assert looked_at is not None and [item.received for item in received_inputs(looked_at)] == [FIRST]
    store.close()
    again = open_store(tmp_path, url)
    assert [(one.path, one.received, one.saved) for one in Outcomes(again)] == [("a", FIRST, None)]
    register(again, arrivals(("a", "1")), digest="digest of the new version", now=LATER)
    save_outcomes(again, [KeptOutcome("1", outcome("a", "1", saved=LATER), "digest of the new version")])
    assert list(Outcomes(again)) == [outcome("a", "1", saved=LATER)]
    register(again, arrivals(("a", "1"), ("b", "1")), digest="digest of the new version", now=LATER)
    assert [(one.path, one.received) for one in Outcomes(again)] == [("a", FIRST), ("b", LATER)]
    again.close()


SECRETS = ("hunter", "tr/3?b#4", "12", "a b", "口令")


@pytest.mark.parametrize(
    ("wrong", "key", "told"),
    [
        ("nonsense", "bad_database", "***"),
        ("nodriver://host/name", "bad_database", "nodriver://host/name"),
        ("postgres://nobody:hunter@127.0.0.1:1/none", "bad_database", "postgres://***@127.0.0.1:1/none"),
        ("postgresql+psycopg//nobody:hunter@127.0.0.1:1/none", "bad_database", "***"),
        ("postgresql+psycopg://nobody:p@hunter@127.0.0.1:1/none", "bad_database", "postgresql+psycopg://***"),
        ("postgresql+psycopg://127.0.0.1:1/none?password=p@hunter", "bad_database", "postgresql+psycopg://***"),
        ("postgresql+psycopg://nobody:hunter@127.0.0.1:abc/none", "bad_database", "postgresql+psycopg://***"),
        ("postgresql+psycopg://nobody:hunter@127.0.0.1:1/none", "no_database", "postgresql+psycopg://***@127.0.0.1:1/none"),
        ("postgresql+psycopg://127.0.0.1:1/none?password=hunter", "no_database", "postgresql+psycopg://127.0.0.1:1/none"),
        ("postgresql+psycopg://127.0.0.1:1/none?pasword=hunter", "no_database", "postgresql+psycopg://127.0.0.1:1/none"),
        ("postgresql+psycopg://127.0.0.1:1/none?host=hunter", "no_database", "postgresql+psycopg://127.0.0.1:1/none"),
        ("sqlite:////no/such/folder/x.db", "no_database", "sqlite:////no/such/folder/x.db"),
        ("sqlite://nobody:hunter@host/x", "no_database", "sqlite://***@host/x"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_what_may_be_a_password(
    wrong: str, key: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        open_store(tmp_path, wrong)
    assert (caught.value.key, caught.value.arguments["url"], caught.value.exit_code) == (key, told, ExitCode.USAGE)
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "shape", ["{}://u:{}@h:1/d", "{}//u:{}@h/d", "{}://u:x@{}@h/d", "{}://h/d?password={}", "{}://u:{}@h:x/d", "u:{1}@h"]
)
@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg"])
def test_no_shape_of_a_url_shows_a_password(scheme: str, shape: str, secret: str) -> None:
    url = shape.format(scheme, secret)
    assert secret not in shown(url)
    told = without_secrets(f"cannot connect as {secret}: {quote(secret)}", url)
    assert not is_understood(url) or (secret not in told and quote(secret) not in told)


def test_a_database_keeps_one_collection(url: str | None, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    url = url or f"sqlite:///{tmp_path}/shared.db"
    with opened_store(first, url) as store:
        take_store(store, first)
        take_store(store, first)
    with opened_store(second, url) as store:
        for refuse in (take_store, refuse_other_owner):
            with pytest.raises(UsageError) as caught:
                refuse(store, second)
            assert (caught.value.key, caught.value.arguments["folder"]) == ("other_owner", str(first))
    assert list(second.iterdir()) == []
    moved = first.rename(tmp_path / "moved")
    with opened_store(moved, url) as store:
        take_store(store, moved)
    shutil.rmtree(moved)
    first.mkdir()
    with opened_store(first, url) as store:  # it was deleted, and its inputs come in again
        take_store(store, first)
        refuse_other_owner(store, first)
