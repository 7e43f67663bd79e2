"""The gist of a workbook says all that the summary and the comparisons need of it, through the store and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from support.outcomes import FORM, indicator, items, outcome, prose, unreadable
from xlperf.summarizing.gist import gist_of
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.survey import Survey, take_survey


class Unopened(Mapping[str, Any]):
    """A document into which nobody may look."""

    def __getitem__(self, key: str) -> object:
        raise AssertionError(f"somebody asked for {key}")

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("somebody went through it")

    def __len__(self) -> int:
        raise AssertionError("somebody asked how long it is")


def with_gist(found: Outcome) -> Outcome:
    """The outcome as a store hands it out."""
    return replace(found, gist=json.loads(json.dumps(gist_of(FORM, found)))) if found.document else found


def told(survey: Survey) -> list[object]:
    return [survey.submissions, survey.roles, survey.comparisons, survey.board, list(survey.off_target(FORM.key, 2022))]


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    copied = prose("copied")
    ordinary = [
        outcome(
            f"{n:02d}.xlsx",
            f"第{n}局",
            f"00{n}",
            narrative={"problems": prose(n)},
            basic=(100 + n, 0, 90),
            indicators=[indicator("服务企业", 100, 103 + n % 9), indicator("会议", 10, 4)],
        )
        for n in range(24)
    ]
    far = outcome("far.xlsx", "远局", indicators=[indicator("服务企业", 100, 108), indicator("培训人数", 10, 900)])
    one = outcome("a.xlsx", "甲局", narrative={"problems": f"{prose('a')}\n{copied}"}, **items(2.64, 15.81, 1.87))
    two = outcome("b.xlsx", "乙局", narrative={"measures": copied}, **items(2.64, 15.81, 1.87))
    return sorted((*ordinary, far, one, two, unreadable("c.xlsx")), key=lambda found: found.path)


def test_a_survey_of_gists_is_that_of_the_documents(outcomes: list[Outcome]) -> None:
    plain = take_survey(outcomes)
    assert {finding["code"] for found in plain.comparisons.values() for finding in found} >= {"XL550", "XL551", "XL552"}
    assert told(take_survey([with_gist(found) for found in outcomes])) == told(plain)


def test_nobody_opens_the_document_of_a_workbook(outcomes: list[Outcome]) -> None:
    stored = [with_gist(found) for found in outcomes]
    closed = [replace(found, document=Unopened()) if found.document else found for found in stored]
    assert told(take_survey(closed)) == told(take_survey(stored))
    with pytest.raises(AssertionError, match="somebody"):
        take_survey([replace(found, gist=None) for found in closed])


def test_a_gist_that_an_earlier_version_took_is_taken_again(outcomes: list[Outcome]) -> None:
    stored = [with_gist(found) for found in outcomes]
    earlier = [replace(found, gist={"sketches": [], "figures": {}}) if found.gist else found for found in stored]
    assert told(take_survey(earlier)) == told(take_survey(stored))


def test_a_gist_names_the_cells_of_the_unit_where_the_submission_had_them() -> None:
    moved = replace(outcome("a.xlsx", "甲局", "001"), places={"cover.unit": "封面!C9"})
    found = gist_of(FORM, moved)
    assert (found["unit_cell"], found["supervisor"]) == ("封面!C9", "市科技局")
    assert found["code_cell"] == gist_of(FORM, replace(moved, places={}))["code_cell"]
