"""A review counts in place of the very submission that it is of, and nothing else of a later stage counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.outcomes import outcome, unit
from xlperf.summarizing.board.decisions import decided
from xlperf.summarizing.board.reviews import to_correct
from xlperf.summarizing.outcome import REVIEWS, Later, Outcome, revision_of
from xlperf.summarizing.submissions import find_roles
from xlperf.summarizing.survey import take_survey
from xlperf.summarizing.tables.findings import findings_table
from xlperf.summarizing.tables.units import board_table, units_table

pytestmark = pytest.mark.usefixtures("in_english")


def sent(path: str, digit: str, unit: str = "甲局", **facts: object) -> Outcome:
    """What a department sent; its SHA-256 is that digit all over."""
    made = replace(outcome(path, unit), form="sichuan-project", revision="2023", document=None, sha256=digit * 64)
    return replace(made, **facts)


def later(path: str, digit: str, of: str, stage: str = "review", **facts: object) -> Outcome:
    """What came back of a later stage, of the submission of that digit."""
    number = 1 if stage == "review" else 2
    return sent(path, digit, **{"revision": revision_of("2023", Later(stage, number, of * 64)), **facts})


FIRST, SECOND = sent("1.xlsx", "1"), sent("2.xlsx", "2", received="2023-03-09T09:00:00+08:00")
BACK = sent("3.xlsx", "3", status="returned", received="2023-03-20T09:00:00+08:00")
REVIEW = later(f"{REVIEWS}a.xlsx", "a", "1")
APPROVAL = later(f"{REVIEWS}b.xlsx", "b", "1", "approval")

ROUNDS = {  # what came in: the role of each file, and what is told of it
    "a review of what counts": ([FIRST, REVIEW], {"1.xlsx": "superseded", REVIEW.path: "counts"}, {}),
    "an approval after it": (
        [FIRST, REVIEW, APPROVAL],
        {"1.xlsx": "superseded", REVIEW.path: "aside", APPROVAL.path: "counts"}, {},
    ),
    "an approval that came in before the review": (
        [FIRST, replace(REVIEW, received="2024-03-20T09:00:00+08:00"), APPROVAL],
        {"1.xlsx": "superseded", REVIEW.path: "aside", APPROVAL.path: "counts"}, {},
    ),
    "two reviews, the newer counts": (
        [FIRST, REVIEW, later(f"{REVIEWS}c.xlsx", "c", "1", received="2024-01-01T09:00:00+08:00")],
        {"1.xlsx": "superseded", REVIEW.path: "aside", f"{REVIEWS}c.xlsx": "counts"}, {},
    ),
    "a review of an older version": (
        [FIRST, SECOND, REVIEW],
        {"1.xlsx": "superseded", "2.xlsx": "counts", REVIEW.path: "aside"}, {REVIEW.path: "XL560"},
    ),
    "a newer version that goes back": (
        [FIRST, BACK, REVIEW],
        {"1.xlsx": "superseded", "3.xlsx": "superseded", REVIEW.path: "counts"}, {},
    ),
    "a review that goes back itself": (
        [FIRST, replace(REVIEW, status="returned")],
        {"1.xlsx": "counts", REVIEW.path: "aside"}, {},
    ),
    "a review that a unit sent": (
        [FIRST, replace(REVIEW, path="mine.xlsx")],
        {"1.xlsx": "counts", "mine.xlsx": "aside"}, {"mine.xlsx": "XL561"},
    ),
    "a review alone": ([REVIEW], {REVIEW.path: "aside"}, {REVIEW.path: "XL560"}),
    "a review of another unit": (
        [FIRST, replace(REVIEW, unit="乙局")],
        {"1.xlsx": "counts", REVIEW.path: "aside"}, {REVIEW.path: "XL560"},
    ),
    "a copy of the submission": (
        [FIRST, replace(FIRST, path="0.xlsx", received="2024-03-01T09:00:00+08:00"), REVIEW],
        {"0.xlsx": "duplicate", "1.xlsx": "superseded", REVIEW.path: "counts"}, {},
    ),
    "a review and its copy": (
        [FIRST, REVIEW, replace(REVIEW, path=f"{REVIEWS}z.xlsx")],
        {"1.xlsx": "superseded", REVIEW.path: "counts", f"{REVIEWS}z.xlsx": "duplicate"}, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUNDS)
@pytest.mark.parametrize("turned", [False, True])
def test_which_counts_and_what_is_told(name: str, turned: bool) -> None:
    outcomes, roles, told = ROUNDS[name]
    outcomes = outcomes[::-1] if turned else outcomes
    assert {path: role.kind for path, role in find_roles(outcomes).items()} == roles
    survey = take_survey(outcomes)
    assert {path: role.kind for path, role in survey.roles.items()} == roles
    assert {path: [finding["code"] for finding in survey.comparisons.get(path, ())] for path in roles} == {
        path: [told[path]] if path in told else [] for path in roles
    }


def test_what_it_counts_in_place_of_is_named() -> None:
    roles = find_roles([FIRST, SECOND, later(f"{REVIEWS}a.xlsx", "a", "2")])
    assert {path: role.by for path, role in roles.items()} == dict.fromkeys(roles, f"{REVIEWS}a.xlsx")


def test_a_unit_of_which_only_a_review_is_there_has_sent_nothing() -> None:
    survey = take_survey([REVIEW, SECOND], roster=(unit("甲局"), unit("乙局")))
    assert [(row.name, row.state, row.versions) for row in survey.board] == [("甲局", "passed", 1), ("乙局", "missing", 0)]
    assert [(row.name, row.state) for row in take_survey([REVIEW], roster=(unit("甲局"),)).board] == [("甲局", "missing")]


WORKED = replace(FIRST, sha256="9" * 64, path="9.xlsx", unit="乙局")
REVIEWS_OF = {  # what came in of one unit: how its stages stand, on 2 June, with a last day for each
    "nothing back": ([FIRST], "Review" , "复核 not back (until 2024-06-30)"),
    "nothing back in time": ([FIRST], "late", "复核 overdue since 2024-05-31"),
    "the submission went back itself": ([replace(FIRST, status="returned")], "late", ""),
    "a review that goes back": ([FIRST, replace(REVIEW, status="returned")], "late", "复核 to be corrected, overdue since 2024-05-31"),
    "a review that nobody has worked in": (
        [FIRST, replace(REVIEW, status="returned", saved="2024-05-01T00:00:00Z")], "late", "复核 handed out, overdue since 2024-05-31",
    ),
    "one of these, and one that goes back": (
        [FIRST, replace(REVIEW, status="returned", saved="2024-05-01T00:00:00Z"),
         replace(REVIEW, status="returned", path=f"{REVIEWS}d.xlsx", sha256="d" * 64)],
        "late", "复核 to be corrected, overdue since 2024-05-31",
    ),
    "a review of an older version": ([FIRST, SECOND, REVIEW], "late", "复核 overdue since 2024-05-31"),
    "a review that a unit sent": ([FIRST, replace(REVIEW, path="mine.xlsx")], "late", "复核 overdue since 2024-05-31"),
    "a review that passed": ([FIRST, REVIEW], "late", "复核 done; 审定 not back (until 2024-06-15)"),
    "an approval that goes back": (
        [FIRST, REVIEW, replace(APPROVAL, status="returned")], "late", "复核 done; 审定 to be corrected (until 2024-06-15)",
    ),
    "an approval": ([FIRST, REVIEW, APPROVAL], "late", "复核 done; 审定 done"),
    "of two projects one": (
        [replace(FIRST, subject="一"), replace(REVIEW, subject="一"), replace(SECOND, subject="二")],
        "late", "复核 overdue since 2024-05-31 (1 of 2 done); 审定 not back (until 2024-06-15)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REVIEWS_OF)
def test_how_the_stages_of_a_unit_stand(name: str) -> None:
    outcomes, last, told = REVIEWS_OF[name]
    deadlines = {"review": "2024-05-31" if last == "late" else "2024-06-30", "approval": "2024-06-15"}
    survey = take_survey([*outcomes, WORKED], roster=(unit("甲局"), unit("丙局")), review_deadlines=deadlines, day="2024-06-02")
    assert [row.reviews_in_words for row in survey.board] == [told, ""]
    assert [row.reviews_in_words for row in decided(survey.board, (), survey.naming, day="2024-06-02")] == [told, ""]
    table = board_table(survey)
    at = [column.key for column in table.columns].index("contact") - 1
    columns = [(column.key, row[at]) for column, row in ((table.columns[at], next(iter(table.rows()))),)]
    assert columns == ([("reviews", told)] if told else [("queries", 0)])


WRONG = replace(REVIEW, status="returned")
AGAIN = replace(WRONG, path=f"{REVIEWS}d.xlsx", sha256="d" * 64, received="2024-05-01T09:00:00+08:00")


@pytest.mark.parametrize(("outcomes", "paths"), [
    ([FIRST, WRONG], {WRONG.path}), ([FIRST, WRONG, AGAIN], {AGAIN.path}), ([FIRST, SECOND, WRONG], set()),
    ([FIRST, WRONG, replace(AGAIN, status="passed")], set()), ([FIRST, replace(WRONG, saved="2024-05-01T00:00:00Z")], set()),
    ([FIRST, REVIEW, replace(APPROVAL, status="returned")], {APPROVAL.path}), ([FIRST, replace(WRONG, path="own.xlsx")], set()),
    ([replace(FIRST, status="returned"), WRONG], set()),
])  # fmt: skip
def test_what_goes_back_to_a_reviewer(outcomes: list[Outcome], paths: set[str]) -> None:
    survey = take_survey(outcomes)
    assert to_correct(survey.submissions, survey.roles, survey.naming) == paths


def test_a_round_of_a_form_without_stages_has_no_such_column() -> None:
    survey = take_survey([outcome("1.xlsx", "甲局")], review_deadlines={"review": "2024-05-31"}, day="2024-06-02")
    assert "reviews" not in [column.key for column in board_table(survey).columns]


def test_the_summary_says_of_which_stage_a_file_is_and_what_is_wrong_with_a_review() -> None:
    outcomes = [FIRST, SECOND, REVIEW]
    survey = take_survey(outcomes)
    table = units_table(survey)
    at = [column.key for column in table.columns].index("form")
    assert [(row[3], row[at]) for row in table.rows()] == [
        ("2.xlsx", "sichuan-project 2023"), ("1.xlsx", "sichuan-project 2023"), (REVIEW.path, "sichuan-project 2023@review"),
    ]  # fmt: skip
    assert [(row[2], row[4]) for row in findings_table(survey, outcomes).rows()] == [(REVIEW.path, "XL560")]
