"""A finding in words: the JSON object that commands, pages and collections show.

    describe(finding, form, places={Spot("duties", 0, "reason"): "Duties!E6"})
    # {"code": "AB201", "severity": "error", "cells": ["Duties!E6"], "field": …, "message": …, "fix": …}

A finding of the engine takes its sentences from the catalogue, one of a form's rule from the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, NotRequired, TypedDict

from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import EXPLAINED, SEVERITIES, Rule, Severity
from xlperf.messages import clauses, fill, finding_texts, listing, sentence
from xlperf.reporting.finding import HINT, Finding, urgency

MOST_ROW_NAMES = 3  # that a message gives; `cells` has all places
LONGEST_ROW_NAME = 24  # characters of a row's name in a message


class DescribedFinding(TypedDict):
    """A finding as people and programs get it: the contract of every command and page (a JSON object)."""

    code: str
    severity: Severity
    cells: list[str]  # as `Duties!E6`, all of them
    field: str | None  # the first cell's path in the document
    label: str | None
    found: str
    expected: str
    message: str
    fix: str
    explanation: NotRequired[str]  # what the unit says to a query or a warning
    waived: NotRequired[str]  # who lets it stand in a collection, and why


class Sentences(NamedTuple):
    """The four parts of what is said of a finding."""

    found: str
    expected: str
    message: str
    fix: str


def describe(
    finding: Finding,
    form: Form | None,
    *,
    places: Mapping[Spot, str] | None = None,
    path_of: Callable[[Spot], str] = str,
    row_of: Callable[[Spot], str] | None = None,
) -> DescribedFinding:
    """Return the finding in the chosen language, in the words of its form.

    Args:
        places: the cell of each spot, as `Duties!E6`.
        path_of: names a spot by its path in the document.
        row_of: names the row a spot is in, for a reader with a printed list before him; "" where the row has no name.
    """
    spot = finding.spots[0] if finding.spots else None
    label = form.blocks[spot.block].fields[spot.field].label if form and spot else None
    rows = [name for name in map(row_of, finding.spots) if name] if row_of else []
    named = _label_with_rows(label, list(dict.fromkeys(rows))) if label and rows else label
    said = _sentences(finding, form, {"label": named, "hint": "", **finding.arguments})
    described: DescribedFinding = {
        "code": finding.code,
        "severity": finding.severity,
        "cells": [*(places[place] for place in finding.spots if places is not None and place in places), *finding.cells],
        "field": path_of(spot) if spot else None,
        "label": label,
        "found": said.found,
        "expected": said.expected,
        "message": said.message,
        "fix": said.fix,
    }
    if finding.explanation:
        described["explanation"] = finding.explanation
    if finding.waived:
        described["waived"] = finding.waived
    return described


class Count(NamedTuple):
    """How many findings have a severity, and how many of them the unit has explained."""

    all: int
    explained: int

    @property
    def open(self) -> int:
        """How many the unit has not explained."""
        return self.all - self.explained


def count_findings(findings: Iterable[DescribedFinding]) -> dict[Severity, Count]:
    """How many of the findings have each severity, the worst first, and how many are explained."""
    return count_severities((finding["severity"], "explanation" in finding or "waived" in finding) for finding in findings)


def count_severities(found: Iterable[tuple[Severity, bool]]) -> dict[Severity, Count]:
    """The same of severities, each with whether it is explained."""
    counts = Counter(found)
    return {
        severity: Count(all=counts[severity, False] + counts[severity, True], explained=counts[severity, True])
        for severity in SEVERITIES
    }


def sends_back(finding: DescribedFinding) -> bool:
    """Whether a finding alone sends its workbook back: an error, a query that the unit has not explained, and nobody waived."""
    if "waived" in finding:
        return False
    return finding["severity"] == "error" or (finding["severity"] == "query" and "explanation" not in finding)


def totals(counts: Mapping[Severity, Count]) -> str:
    """One line: how many findings there are of each severity, and how many of them are explained."""
    return sentence("totals", {severity: counted(severity, count) for severity, count in counts.items()})


def counted(severity: Severity, count: Count) -> str:
    """So many, and of those that can be explained so many explained and not; no such clause where there is none."""
    key = "counted_explained" if severity in EXPLAINED and count.all else "counted"
    return sentence(key, {"count": count.all, "explained": count.explained, "open": count.open})


def severity_line(severity: Severity, count: Count) -> str:
    """The heading of the findings of a severity: its name, and how many there are."""
    return sentence("group", {"severity": sentence(severity, {}), "count": counted(severity, count)})


def in_order(findings: Iterable[DescribedFinding]) -> list[DescribedFinding]:
    """The findings by what is to be done first, those of one place in their own order."""
    return sorted(findings, key=lambda finding: urgency(finding["severity"], finding.get("explanation")))


def _label_with_rows(label: str, rows: Sequence[str]) -> str:
    """The label of a column with the names of the rows, the first of them."""
    listed = listing(sentence("row_name", {"name": _short_name(row)}) for row in rows[:MOST_ROW_NAMES])
    key = "label_of" if len(rows) <= MOST_ROW_NAMES else "label_of_more"
    return sentence(key, {"label": label, "rows": listed, "count": len(rows)})


def _short_name(name: str) -> str:
    return name if len(name) <= LONGEST_ROW_NAME else name[: LONGEST_ROW_NAME - 1] + "…"


def _sentences(finding: Finding, form: Form | None, arguments: Mapping[str, object]) -> Sentences:
    """What is said of a finding: a rule with a test of its own has the word before the catalogue."""
    rule = form.rules.get(finding.code) if form else None
    texts = finding_texts(finding.code)
    if rule and (rule.test or not texts):
        return _sentences_of_rule(rule, finding, arguments)
    assert texts, f"neither the form nor the catalogue has sentences for {finding.code}"
    return Sentences(*(fill(texts[part], arguments) for part in Sentences._fields))


def _sentences_of_rule(rule: Rule, finding: Finding, arguments: Mapping[str, object]) -> Sentences:
    """The rule's sentences; what was found is said once for each row that says something else."""
    rows = finding.arguments.get("rows")
    facts = rows if isinstance(rows, tuple | list) else (arguments,)
    found = clauses(dict.fromkeys(_found_in_row(rule, row) for row in facts))
    return Sentences(found, fill(rule.expected, arguments), rule.message or rule.title, rule.fix)


def _found_in_row(rule: Rule, row: Mapping[str, object]) -> str:
    """What was found in one row, with what was probably meant, if that is known."""
    found, hint = fill(rule.found, row, sentence("blank", {})), row.get(HINT)
    if not hint:
        return found
    return sentence("found_hint", {"found": found, "hint": hint}) if found else str(hint)
