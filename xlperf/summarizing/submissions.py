"""What came in, unit by unit: whose a workbook is, which of several counts, who has sent nothing.

    naming = make_naming(prefixes, roster)
    standings = stand(outcomes, naming)
    standings["b/second.xlsx"]              # Standing("superseded", "c/third.xlsx")
    missing(roster, submissions, naming)

A unit is known by its name: without spaces, brackets, full-width forms and the words that may be left out before it; where the
roster has several units of one name, by its code too. Of
its submissions of one form and year (and of one project, where it files several) the latest that passed counts, if none
passed the latest; the same bytes count once.
Only this much of an outcome is held in memory, whatever its workbook holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import NamedTuple

from xlperf.distributing.roster import Unit
from xlperf.files import safe_name
from xlperf.forms.model import Severity
from xlperf.messages import clauses, sentence
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding
from xlperf.summarizing.outcome import INSIDE, instant
from xlperf.text import letters_of, unit_key

COUNTS, SUPERSEDED, DUPLICATE = "counts", "superseded", "duplicate"
TABLES = (".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".et", ".ett", ".ods", ".csv", ".zip", ".rar", ".7z")  # might be one
LONGEST_NAME = 40  # characters of a unit's name in a file name: 255 bytes must hold it and what follows
MOST_LISTED = 5  # files that a finding names; the rest is counted


@dataclass(frozen=True, slots=True)
class Submission:
    """An outcome without its findings and its document."""

    path: str
    sha256: str
    received: str
    saved: str | None
    status: str
    form: str | None
    revision: str | None
    year: int | None
    unit: str | None
    unit_code: str | None
    subject: str | None
    supervisor: str | None
    cell: str  # where the unit's name stands
    code_cell: str
    errors: int
    warnings: int
    figures: Mapping[str, float | None]
    over: int
    met: int
    missed: int


class Standing(NamedTuple):
    kind: str  # counts, superseded, duplicate
    by: str  # the path that counts in its place, its own where it counts


class Naming(NamedTuple):
    """How units are told apart: what may be left out before a name, and the names that several units of the roster bear."""

    prefixes: tuple[str, ...] = ()
    namesakes: frozenset[str] = frozenset()

    def key(self, name: str | None, code: str | None) -> str:
        """What stands for a unit of that name."""
        key, code = unit_key(name, self.prefixes), (code or "").strip()
        return f"{key}#{code}" if code and key in self.namesakes else key


def make_naming(prefixes: tuple[str, ...], roster: Iterable[Unit] | None) -> Naming:
    """Return how the units of that roster are told apart; without one their names do."""
    codes: dict[str, set[str]] = {}
    for unit in roster or ():
        codes.setdefault(unit_key(unit.name, prefixes), set()).add(unit.code.strip())
    return Naming(prefixes, frozenset(key for key, listed in codes.items() if len(listed) > 1))


def content_of(outcome) -> str:
    """What tells the content of an input from others: its SHA-256; of what could not even be opened its path."""
    return outcome.sha256 or outcome.path


def owner(outcome, naming: Naming) -> str:
    """Whose workbook it is: by the name, else the code; what names neither is its own."""
    name, code = naming.key(outcome.unit, outcome.unit_code), outcome.unit_code
    return name or (code and f"#{code}") or f"\0{content_of(outcome)}"


def matter(outcome, naming: Naming) -> tuple:
    """What only one submission counts for: a unit's workbook of one form and year, about one thing."""
    return owner(outcome, naming), outcome.form, outcome.year, letters_of(outcome.subject or "")


def came_in(outcome) -> tuple[datetime, datetime]:
    """What says which of two came later: when it was received, then when it was saved."""
    return instant(outcome.received), instant(outcome.saved)


def stand(outcomes: Iterable, naming: Naming = Naming()) -> dict[str, Standing]:  # noqa: B008
    """Return by path which submissions count: the latest valid one of each unit, of equal files the first path.

    The latest is the one received last; of those received together, the one that was saved last.
    """
    first: dict[str, str] = {}
    best: dict[tuple, tuple] = {}
    matters: dict[str, tuple] = {}
    duplicates: dict[str, str] = {}
    for outcome in sorted(outcomes, key=lambda o: o.path):
        if (one := first.setdefault(content_of(outcome), outcome.path)) != outcome.path:
            duplicates[outcome.path] = one
            continue
        matters[outcome.path] = what = matter(outcome, naming)
        rank = (outcome.status == "passed", outcome.status == "returned", *came_in(outcome), outcome.path)
        best[what] = max(best.get(what, rank), rank)
    counted = {path: best[what][-1] for path, what in matters.items()}
    found = {path: Standing(COUNTS if by == path else SUPERSEDED, by) for path, by in counted.items()}
    return found | {path: Standing(DUPLICATE, original) for path, original in duplicates.items()}


def behind(submissions: Iterable, standings: Mapping[str, Standing]) -> dict[str, str]:
    """By the path of the valid submission that counts, the last that came in after it: that has to go back all the same."""
    came = {s.path: (*came_in(s), s.path) for s in submissions}
    last: dict[str, str] = {}
    for path, standing in standings.items():
        if standing.kind == SUPERSEDED and came[path][:2] > came[standing.by][:2]:
            last[standing.by] = max(last.get(standing.by, path), path, key=came.__getitem__)
    return last


def missing(roster: Sequence[Unit], submissions: Iterable[Submission], naming: Naming) -> list[Unit]:
    """The units of the roster of which nothing readable came in, in its order; who is on it by name is not taken for a code."""
    names = {naming.key(unit.name, unit.code) for unit in roster}
    met_names, met_codes = set(), set()
    for submission in submissions:
        key = naming.key(submission.unit, submission.unit_code)
        met_names.add(key)
        if key not in names:
            met_codes.add((submission.unit_code or "").strip())
    lacking = (unit for unit in roster if naming.key(unit.name, unit.code) not in met_names)
    return [unit for unit in lacking if not (unit.code and unit.code.strip() in met_codes)]


def is_attachment(outcome) -> bool:
    """Whether a file is no table of any kind, by what it holds and by its name: a scan, a letter, a report in Word."""
    return {finding["code"] for finding in outcome.findings} == {"XL101"} and not outcome.path.lower().endswith(TABLES)


def file_stem(outcome) -> str:
    """How the files about a submission that goes back begin: `<unit>-<first digits of its SHA-256>`, alike on every run."""
    name = outcome.unit or PurePosixPath(outcome.path.replace(INSIDE, "/")).stem
    digits = outcome.sha256 or sha256(outcome.path.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe_name(name)[:LONGEST_NAME].rstrip(' .')}-{digits[:8]}"


# --- what is odd about the names ---------------------------------------------------------------------------------


def odd_names(
    submissions: Sequence[Submission], standings: Mapping[str, Standing], roster: Sequence[Unit] | None, naming: Naming
) -> Iterator[tuple[str, dict]]:
    """Yield path and finding: two units with one code, one unit under two names or codes, a unit that is not on the roster.

    A code is held against other units only where it counts: one that has been put right says nothing of them.
    """
    named = [s for s in submissions if s.unit]
    by_code = _grouped((s for s in named if standings[s.path].kind == COUNTS), lambda s: (s.unit_code or "").strip())
    by_name = _grouped(named, lambda s: naming.key(s.unit, s.unit_code))
    for group in by_code.values():
        yield from _told("XL553", group, lambda s: unit_key(s.unit, naming.prefixes), lambda s: s.unit, lambda s: s.code_cell)
    for group in by_name.values():
        yield from _told("XL554", group, lambda s: s.unit.strip(), lambda s: s.unit, lambda s: s.cell)
        coded = [s for s in group if s.unit_code]
        yield from _told("XL555", coded, lambda s: s.unit_code.strip(), lambda s: s.unit_code, lambda s: s.code_cell)
    if roster is not None:
        counted = [s for s in named if standings[s.path].kind == COUNTS]
        yield from _against_roster(counted, roster, naming.prefixes)


def _against_roster(
    submissions: Iterable[Submission], roster: Sequence[Unit], prefixes: Sequence[str]
) -> Iterator[tuple[str, dict]]:
    """Yield path and finding: a unit that is not on the roster, a name and a code that are there, but not with one another."""
    by_name = _grouped(roster, lambda unit: unit_key(unit.name, prefixes))
    by_code = _grouped(roster, lambda unit: unit.code.strip())
    for submission in submissions:
        code = (submission.unit_code or "").strip()
        same_name, same_code = by_name.get(unit_key(submission.unit, prefixes), ()), by_code.get(code, ())
        if not same_name and not same_code:
            yield submission.path, across("XL556", "warning", (submission.cell,), found=submission.unit)
        elif code and not any(unit in same_code or not unit.code.strip() for unit in same_name):
            listed = clauses(sentence("roster_says", {"name": unit.name, "code": unit.code}) for unit in (*same_name, *same_code))
            facts = {"name": submission.unit, "code": code, "listed": listed}
            yield submission.path, across("XL557", "warning", (submission.cell, submission.code_cell), **facts)


def _grouped(things: Iterable, key_of) -> Mapping[str, list]:
    """Submissions, or units of a roster, by what they have in common."""
    groups: dict[str, list] = {}
    for thing in things:
        if key := key_of(thing):
            groups.setdefault(key, []).append(thing)
    return groups


def _told(code: str, group: Sequence[Submission], differ_by, shown, cell) -> Iterator[tuple[str, dict]]:
    """The finding at every file of a group that differs from another of it, with the place of the others."""
    kinds: dict[str, list[Submission]] = {}
    for submission in group:
        kinds.setdefault(differ_by(submission), []).append(submission)
    if len(kinds) < 2:
        return
    firsts = {kind: listed[0] for kind, listed in kinds.items()}
    for kind, listed in kinds.items():
        others = [first for other, first in firsts.items() if other != kind]
        places = clauses(sentence("name_at", {"name": shown(s), "file": s.path, "cell": cell(s)}) for s in others[:MOST_LISTED])
        for submission in listed:
            yield (
                submission.path,
                across(
                    code,
                    "warning",
                    (cell(submission),),
                    found=shown(submission),
                    others=places,
                    count=len(others),
                    code=submission.unit_code or "",
                ),
            )


def across(code: str, severity: Severity, cells: Sequence[str], /, **facts: object) -> DescribedFinding:
    """A finding that only a comparison of several workbooks gives, in words."""
    return describe(Finding(code, severity, arguments=facts, cells=tuple(cells)), None)
