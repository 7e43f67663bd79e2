"""Which of several submissions counts, and who has sent nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from support.outcomes import FORM, outcome, prose, unit, unreadable
from support.surveys import found
from xlperf.distributing.naming import Naming, make_naming, places_of
from xlperf.distributing.roster import Unit
from xlperf.summarizing.submissions import find_roles
from xlperf.summarizing.survey import take_survey
from xlperf.summarizing.tables.rankings import ranking_table
from xlperf.summarizing.tables.table import supervisor_of
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


# --- units that only the code before their names tells apart ------------------------------------------------------

CODED = ("101001-办公室", "102001-办公室")
SENT = (outcome("a.xlsx", "101001-办公室"), outcome("b.xlsx", "102001—办公室", received="2023-03-02T09:00:00+08:00"))


@pytest.mark.parametrize("roster", [[unit(name) for name in CODED], None], ids=["on a roster", "without one"])
def test_units_told_apart_by_the_code_before_their_names_are_two(roster: list[Unit] | None) -> None:
    survey = take_survey(SENT, roster=roster)
    assert {path: role.kind for path, role in survey.roles.items()} == {"a.xlsx": "counts", "b.xlsx": "counts"}
    assert [(row.state, row.versions, row.paths) for row in survey.board] == [
        ("passed", 1, ("a.xlsx",)), ("passed", 1, ("b.xlsx",))]  # fmt: skip
    assert survey.missing == []
    assert [finding["code"] for told in survey.comparisons.values() for finding in told] == []


@pytest.mark.parametrize(("name", "code", "place"), [
    ("101001-办公室", None, 0), ("办公室", "102001", 1), ("102001-办公室", "91320500", 1), ("办公室", None, None), ("103001-办公室", None, None),
    ("市办公室", "101001", 0), ("改名科", "102001", 1), ("102001-改名科", None, 1),
])  # fmt: skip
def test_where_a_unit_stands_among_those_that_codes_before_names_tell_apart(
    name: str, code: str | None, place: int | None
) -> None:
    roster = [unit(each) for each in CODED]
    survey = take_survey([outcome("a.xlsx", name, code)], roster=roster)
    assert [row.number - 1 for row in survey.board if row.paths] == ([] if place is None else [place])
    assert places_of(roster, make_naming(("市",), roster)).of(name, code) == place
    codes = [finding["code"] for told in survey.comparisons.values() for finding in told]
    told = ["XL557"] if place is None or (name, code) == ("改名科", "102001") else []  # whose it is, nobody knows; or not quite
    assert codes == told


@pytest.mark.parametrize(("name", "place"), [
    ("101 苏州市甲局", 0), ("[101]甲局", 0), ("101苏州市甲局", 0), ("甲局（101）", 0), ("１０１　市甲局", 0),
    ("102 苏州市甲局", None), ("101 乙局", None), ("甲局（65000000）", None),  # a code, but of another; a telephone number
    ("110 指挥中心", 1), ("110指挥中心", 1), ("指挥中心", None),
    ("丙局", 2), ("[301]丙局", 2), ("301丙局", 2), ("302 丙局", None),
    ("办公室", None), ("401办公室", 3), ("办公室（402）", 4), ("［４０２］办公室", 4), ("403 办公室", None),
])  # fmt: skip
def test_a_number_is_a_code_where_the_list_has_it_as_that_of_just_that_name(name: str, place: int | None) -> None:
    roster = [
        unit("苏州市甲局", "101"),
        unit("110 指挥中心", "201"),
        unit("[301]丙局", "301"),
        unit("办公室", "401"),
        unit("办公室", "402"),
    ]
    naming = make_naming(("苏州市", "市"), roster)
    assert places_of(roster, naming).of(name, None) == place
    survey = take_survey([outcome("a.xlsx", name)], roster=roster)
    assert [row.number - 1 for row in survey.board if row.paths] == ([] if place is None else [place])
    told = {finding["code"] for found in survey.comparisons.values() for finding in found}
    assert told == (set() if place is not None else {"XL557"} if name == "办公室" else {"XL556"})
    assert make_naming(("苏州市", "市"), None).key("101 苏州市甲局", None) == "101苏州市甲局"  # without a list nobody knows


def test_a_code_that_stands_before_a_name_now_and_then_makes_no_second_unit() -> None:
    second = outcome("b.xlsx", "甲局", received="2023-03-02T09:00:00+08:00")
    written = ("219001-甲局", "219001 甲局", "［219001］甲局", "甲局（219001）")
    rosters = (None, [unit("甲局")], *([unit(name)] for name in written), [unit("甲局", "219001")])
    for name, roster in product(written, rosters):
        first = outcome("a.xlsx", name)
        survey = take_survey([first, second], roster=roster)
        assert [(row.state, row.versions) for row in survey.board] == [("passed", 2)]
        assert {path: role.kind for path, role in survey.roles.items()} == {"a.xlsx": "superseded", "b.xlsx": "counts"}


def test_who_copied_from_whom_is_told_of_units_and_not_of_ways_to_write_a_name() -> None:
    text = prose("shared", 200)
    same = [outcome(f"{n}.xlsx", name, narrative={"problems": text}) for n, name in enumerate(("219001-甲局", "甲局"))]
    other = [outcome(f"{n}.xlsx", name, narrative={"problems": text}) for n, name in enumerate(CODED)]
    assert "XL550" not in {code for _, code, _ in found(same)}
    assert {path for path, code, _ in found(other) if code == "XL550"} == {"0.xlsx", "1.xlsx"}


# --- what the roster says of a unit -------------------------------------------------------------------------------


def test_the_department_of_a_unit_is_its_own_and_not_that_of_its_namesake() -> None:
    roster = (unit("办公室", "101001", "教育局"), unit("办公室", "201001", "卫健局"), unit("新名科", "301", "民政局"))
    came = [outcome("1.xlsx", "办公室", "101001"), outcome("2.xlsx", "办公室", "201001"), outcome("3.xlsx", "旧名科", "301"), outcome("4.xlsx", "外局")]  # fmt: skip
    survey = take_survey(came, roster=roster)
    assert {s.path: supervisor_of(survey, s) for s in survey.submissions} == {
        "1.xlsx": "教育局", "2.xlsx": "卫健局", "3.xlsx": "民政局", "4.xlsx": "市科技局"}  # fmt: skip
    (edition,) = survey.editions()
    for table in (units_table(survey), ranking_table(survey, edition)):
        at = [column.key for column in table.columns]
        rows = {row[at.index("file")]: row[at.index("supervisor")] for row in table.rows()}
        assert rows["1.xlsx"] == "教育局" and rows["2.xlsx"] == "卫健局" and rows["3.xlsx"] == "民政局"
