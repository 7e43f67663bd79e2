"""The columns of the summary's table of findings, by what must be done first, and how often each was found.

table = findings_table(survey, outcomes)
counts = FindingCounts()
list(counts.counted(table.rows()))
counts.commonest(10)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from xlperf.forms.model import SEVERITIES, Severity
from xlperf.messages import listing, of_any_field, sentence
from xlperf.reporting.description import DescribedFinding, in_order
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.spool import SpooledSet
from xlperf.summarizing.submissions import ASIDE, COUNTS
from xlperf.summarizing.survey import Survey
from xlperf.summarizing.tables.table import Row, SummaryTable, column, make_table

MOST_CELLS = 30  # cells of a finding that a line names; the others are counted
URGENCY = ("error", "query", "warning", "explained", "info")
URGENT_FIRST = "SELECT cells FROM finding_rows ORDER BY urgency, place, number"
FOUND = (
    ("unit", "text", 26),
    ("unit_code", "text", 13),
    ("file", "text", 26),
    ("severity", "text", 8),
    ("code", "text", 9),
    ("cells", "text", 22),
    ("message", "text", 32),
    ("found", "text", 40),
    ("expected", "text", 30),
    ("fix", "text", 42),
    ("explanation", "text", 26),
)


def findings_table(survey: Survey, outcomes: Iterable[Outcome]) -> SummaryTable:
    """Every finding in a file that counts, and in reviews that do not, what must be done first before all advice."""

    def rows() -> Iterator[Row]:
        if not survey.database.execute("SELECT 1 FROM finding_rows LIMIT 1").fetchone():
            survey.database.executemany("INSERT INTO finding_rows VALUES (?, ?, ?, NULL)", _finding_rows(survey, outcomes))
        for (cells,) in survey.database.execute(URGENT_FIRST):
            yield json.loads(cells)

    return make_table("findings", (column(*spec) for spec in FOUND), rows)


def _finding_rows(survey: Survey, outcomes: Iterable[Outcome]) -> Iterator[tuple[int, int, str]]:
    """Yield the lines of that table with what they are sorted by: urgency, then the place of the unit on the board."""
    places = {path: row.number for row in survey.board for path in row.paths}
    words = {severity: sentence(severity, {}) for severity in SEVERITIES}
    for outcome in map(survey.owned, outcomes):
        if survey.roles[outcome.path].kind in (COUNTS, ASIDE):
            for finding in findings_of(survey, outcome):
                cells = json.dumps(_finding_row(outcome, finding, words), ensure_ascii=False)
                yield _urgency(finding), places.get(outcome.path, len(survey.board) + 1), cells


def _urgency(finding: DescribedFinding) -> int:
    """What must be done comes first, then what may be, what is explained, what needs nothing done."""
    severity = finding["severity"]
    if "waived" in finding:
        return URGENCY.index("explained")
    return URGENCY.index("explained" if "explanation" in finding and severity not in ("error", "info") else severity)


def _finding_row(outcome: Outcome, finding: DescribedFinding, words: Mapping[Severity, str]) -> Row:
    return (
        outcome.unit,
        outcome.unit_code,
        outcome.path,
        words[finding["severity"]],
        finding["code"],
        cells_of(finding),
        finding["message"],
        finding["found"],
        finding["expected"],
        finding["fix"],
        "\n".join(filter(None, (finding.get("explanation"), finding.get("waived")))) or None,
    )


def findings_of(survey: Survey, outcome: Outcome) -> list[DescribedFinding]:
    """All findings of a workbook, those from comparisons included, by what is to be done first."""
    found = chain(outcome.findings, survey.comparisons.get(outcome.path, ()))
    return in_order(found)


def cells_of(finding: DescribedFinding) -> str:
    """The cells of a finding in one line."""
    places = finding["cells"]
    shown = listing(places[:MOST_CELLS]) or finding.get("field") or ""
    return shown if len(places) <= MOST_CELLS else sentence("more_cells", {"cells": shown, "count": len(places)})


class CommonFinding(NamedTuple):
    """How often a code was found."""

    code: str
    message: str  # without the name of a field
    files: int
    lines: int  # in the table of findings


class FindingCounts:
    """Counts how often each code was found, and in how many files, while the table of findings is written."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.messages: dict[str, str] = {}

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass the lines on unchanged."""
        keys = [key for key, *_ in FOUND]
        path_at, code_at, message_at, severity_at = (keys.index(key) for key in ("file", "code", "message", "severity"))
        info = sentence("info", {})  # nothing to fix
        seen = SpooledSet()  # codes, each with a file in which it was found
        for row in rows:
            if row[severity_at] != info:
                code, path = str(row[code_at]), str(row[path_at])
                if (there := f"{code} {path}") not in seen:
                    seen.add(there)
                    self.files[code] += 1
                self.lines[code] += 1
                self.messages.setdefault(code, str(row[message_at]))
            yield row

    def commonest(self, most: int) -> list[CommonFinding]:
        """The codes found in the most files, at most that many."""
        order = sorted(self.files, key=lambda code: (-self.files[code], code))
        return [
            CommonFinding(code, of_any_field(code, self.messages[code]), self.files[code], self.lines[code])
            for code in order[:most]
        ]
