"""Names and codes of units, compared with one another and with the roster.

for path, finding in check_names(submissions, roles, roster, naming):
    …                                   # ("a/first.xlsx", {"code": "XL553", …})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from xlperf.distributing.naming import Naming, places_of
from xlperf.distributing.roster import DASH, Unit
from xlperf.messages import clauses, listing, sentence
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.board.assignment import Owner
from xlperf.summarizing.outcome import SurveyedSubmission
from xlperf.summarizing.submissions import COUNTS, MOST_LISTED, Role, comparison_finding
from xlperf.text import letters_of, most_like

Item = TypeVar("Item")
TextOf = Callable[[SurveyedSubmission], str]


class Difference(NamedTuple):
    """A difference that submissions should not have, and how a finding shows it."""

    code: str  # of the finding
    compared: TextOf
    shown: TextOf
    cell: TextOf


def check_names(
    submissions: Sequence[SurveyedSubmission], roles: Mapping[str, Role], roster: Sequence[Unit] | None, naming: Naming
) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding: two units with one code, one unit under two names or codes, what is not on the roster.

    Codes of different units are compared only if the submissions count: a code that has been corrected is not held against them.
    """
    one_code = Difference("XL553", lambda s: naming.name_key(s.unit), _name, lambda s: s.code_cell)
    two_names = Difference("XL554", lambda s: _name(s).strip(), _name, lambda s: s.unit_cell)
    two_codes = Difference("XL555", _code, lambda s: s.unit_code or "", lambda s: s.code_cell)
    named = [submission for submission in submissions if submission.unit]
    counting = [submission for submission in named if roles[submission.path].kind == COUNTS]
    for group in _grouped(counting, _code).values():
        yield from _differing(group, one_code)
    for group in _grouped(named, lambda s: naming.key(s.unit, s.unit_code)).values():
        yield from _differing(group, two_names)
        yield from _differing([submission for submission in group if submission.unit_code], two_codes)
    if roster is not None:
        yield from _against_roster(counting, roster, naming)


def check_places(
    submissions: Iterable[SurveyedSubmission], roles: Mapping[str, Role], elsewhere: Mapping[str, Owner]
) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding: a workbook of one unit that lies under the name of another, see `find_elsewhere`.

    It is told at the workbook that counts, so that it is read even if that is another one.
    """
    for submission in submissions:
        if owner := elsewhere.get(submission.path):
            facts = {"found": submission.unit, "other": owner.name, "path": submission.path}
            yield roles[submission.path].by, comparison_finding("XL558", "warning", (submission.unit_cell,), **facts)


def _name(submission: SurveyedSubmission) -> str:
    return submission.unit or ""


def _code(submission: SurveyedSubmission) -> str:
    return (submission.unit_code or "").strip()


def _grouped(items: Iterable[Item], key_of: Callable[[Item], str]) -> Mapping[str, list[Item]]:
    """Group submissions, or units of a roster, by a key; those without one are left out."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        if key := key_of(item):
            groups.setdefault(key, []).append(item)
    return groups


def _differing(group: Sequence[SurveyedSubmission], difference: Difference) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield a finding for every file of a group, if they differ, with the places of the others."""
    kinds: dict[str, list[SurveyedSubmission]] = {}
    for submission in group:
        kinds.setdefault(difference.compared(submission), []).append(submission)
    for kind, alike in kinds.items():
        others = [listed[0] for other, listed in kinds.items() if other != kind]
        if not others:
            return
        places = [
            sentence("name_at", {"name": difference.shown(other), "file": other.path, "cell": difference.cell(other)})
            for other in others[:MOST_LISTED]
        ]
        for submission in alike:
            facts = {
                "found": difference.shown(submission),
                "others": clauses(places),
                "count": len(others),
                "code": submission.unit_code or "",
            }
            yield submission.path, comparison_finding(difference.code, "warning", (difference.cell(submission),), **facts)


def _against_roster(
    submissions: Iterable[SurveyedSubmission], roster: Sequence[Unit], naming: Naming
) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding: a unit that is not on the roster, a name and a code that are on it, but not of one unit."""
    by_name = _grouped(roster, lambda unit: naming.name_key(unit.name))
    by_code = _grouped(roster, lambda unit: naming.code_of(unit.name, unit.code))
    places = places_of(roster, naming)
    for submission in submissions:
        code = _code(submission)
        same_name, same_code = (
            by_name.get(naming.name_key(submission.unit), ()),
            by_code.get(naming.code_of(submission.unit, code), ()),
        )
        if not same_name and not same_code:
            yield submission.path, comparison_finding("XL556", "warning", (submission.unit_cell,), found=submission.unit)
        elif (code and not any(unit in same_code or not unit.code.strip() for unit in same_name)) or (
            places.of(submission.unit, code) is None  # its name is that of several units, and it says of none which
        ):
            listed = clauses(sentence("roster_says", {"name": unit.name, "code": unit.code}) for unit in (*same_name, *same_code))
            facts = {"name": submission.unit, "code": code or DASH, "listed": listed}
            cells = (submission.unit_cell, submission.code_cell)
            yield submission.path, comparison_finding("XL557", "warning", cells, **facts)
        yield from _subject_against_roster(
            submission, [unit for unit in same_name if unit in same_code] or same_name or same_code
        )


def _subject_against_roster(submission: SurveyedSubmission, units: Sequence[Unit]) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding: the paper is about what the roster does not have for its unit, with what that has instead."""
    listed = {letters_of(subject): subject for unit in units for subject in unit.papers}
    if submission.subject and listed and letters_of(submission.subject) not in listed:
        (near,) = most_like(submission.subject, listed.values(), 1)
        facts = {"found": submission.subject, "unit": submission.unit, "near": near, "listed": listing(listed.values())}
        yield submission.path, comparison_finding("XL559", "warning", (), **facts)
