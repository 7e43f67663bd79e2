"""Which of several submissions counts, and who has sent nothing."""

from __future__ import annotations

from dataclasses import replace

from support.outcomes import FORM, outcome, prose, unit, unreadable
from support.surveys import found
from xlperf.summarizing.submissions import Naming, find_roles
from xlperf.summarizing.survey import take_survey
from xlperf.summarizing.tables.units import units_table


def test_what_may_be_left_out_before_a_name_is_one_question_whatever_forms_came_in() -> None:
    plain = outcome("a.xlsx", "甲局")
    of_another_form = replace(plain, form="national-project", document=None, revision=None)
    roster = (unit("苏州市甲局", "", "市甲委"),)
    for only in (plain, of_another_form):
        survey = take_survey([only], roster=roster)
        assert (list(survey.missing), survey.comparisons) == ([], {})
        assert [row[1:3] for row in units_table(survey).rows()] == [("甲局", "市甲委")]  # the roster's first


def test_the_latest_valid_submission_counts() -> None:
    first = outcome("1.xlsx", "苏州市甲局", received="2023-03-01T09:00:00+08:00")
    second = outcome("2.xlsx", "甲局", received="2023-03-02T09:00:00+08:00")
    third = outcome("3.xlsx", "甲局", status="returned", received="2023-03-03T09:00:00+08:00")
    copy = replace(second, path="copy of 2.xlsx")
    roles = find_roles([third, copy, first, second], Naming(FORM.summary.unit_prefixes))
    assert {path: (role.kind, role.by) for path, role in roles.items()} == {
        "1.xlsx": ("superseded", "2.xlsx"), "2.xlsx": ("counts", "2.xlsx"), "3.xlsx": ("superseded", "2.xlsx"),
        "copy of 2.xlsx": ("duplicate", "2.xlsx"),
    }  # fmt: skip


def test_where_none_is_valid_the_latest_counts_and_other_years_and_units_are_others() -> None:
    first = outcome("1.xlsx", "甲局", status="returned")
    later = outcome("2.xlsx", "甲局", status="returned", received="2023-03-02T09:00:00+08:00")
    other_year = replace(outcome("3.xlsx", "甲局"), year=2023)
    nameless = replace(outcome("4.xlsx", ""), unit=None, unit_code="001")
    kinds = {path: role.kind for path, role in find_roles([first, later, other_year, nameless]).items()}
    assert kinds == {"1.xlsx": "superseded", "2.xlsx": "counts", "3.xlsx": "counts", "4.xlsx": "counts"}


def test_a_wrong_code_does_not_make_another_unit_of_the_roster_present() -> None:
    roster = (unit("甲局", "001"), unit("乙局", "002"))
    assert [missing.name for missing in take_survey([outcome("a.xlsx", "甲局", "002")], roster=roster).missing] == ["乙局"]


def test_a_unit_that_files_for_several_projects_has_one_that_counts_for_each_and_copies_from_nobody() -> None:
    text = prose("project")
    one, two, again = (replace(outcome(f"{n}.xlsx", "甲局", narrative={"problems": text}), subject=subject)
                       for n, subject in enumerate(("项目甲", "项目乙", "项目 甲")))  # fmt: skip
    assert [role.kind for _, role in sorted(find_roles([one, two, again]).items())] == ["superseded", "counts", "counts"]
    assert found([one, two, again]) == []


def test_of_equal_files_the_one_that_came_first_is_the_original_whatever_its_name() -> None:
    late = replace(
        outcome("a.xlsx", "甲局", received="2023-03-02T01:00:00+00:00"), sha256="e3b0"
    )  # an hour after, by the clock of a server
    first = replace(outcome("m.xlsx", "甲局", received="2023-03-02T08:00:00+08:00"), sha256="e3b0")
    together = replace(first, path="n.xlsx")
    roles = find_roles([late, first, together])
    assert {path: tuple(role) for path, role in roles.items()} == {
        "a.xlsx": ("duplicate", "m.xlsx"), "m.xlsx": ("counts", "m.xlsx"), "n.xlsx": ("duplicate", "m.xlsx")}  # fmt: skip


def test_equal_bytes_of_two_units_are_two_submissions() -> None:
    """A blank template or an empty file: each of them has to send its own. What nobody owns is a copy of any."""
    blank = [
        replace(unreadable(path), sha256="e3b0", unit=name)
        for path, name in (("甲.xlsx", "甲局"), ("甲又.xlsx", "甲局"), ("乙.xlsx", "乙局"))
    ]
    roles = find_roles([*blank, replace(unreadable("0.xlsx"), sha256="e3b0")])
    assert [(path, role.kind, role.by) for path, role in sorted(roles.items())] == [
        ("0.xlsx", "duplicate", "乙.xlsx"), ("乙.xlsx", "counts", "乙.xlsx"), ("甲.xlsx", "counts", "甲.xlsx"), ("甲又.xlsx", "duplicate", "甲.xlsx")]  # fmt: skip
