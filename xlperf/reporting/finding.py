"""What a finding is, how findings of one cause become one entry, and how they sort.

    Finding("AB201", "error", (Spot("duties", 0, "reason"),), {"name": "Training"})

A finding knows its code, its severity, its places and the facts; the words come from the catalogue (codes `XL…`) or
from the form's own rule, and the cells from wherever the workbook that was read had them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlperf.errors import ExitCode
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.messages import clauses, fill, finding_texts, listing, sentence

EXIT_CODES = {"passed": ExitCode.OK, "returned": ExitCode.ERRORS_FOUND, "unreadable": ExitCode.UNREADABLE}

SEVERITIES = ("error", "warning", "info")
Places = Mapping[Spot, str]
MOST_ROWS, LONGEST_ROW = 3, 24  # names of rows that a message gives, their characters; the cells are all there
HINT = "_hint"  # among the facts of a rule: what was probably meant (no column is called so)


@dataclass(frozen=True)
class Finding:
    """One thing to tell: `spots` are its places, `arguments` the facts its sentences need."""

    code: str
    severity: str
    spots: tuple[Spot, ...] = ()
    arguments: Mapping[str, object] = field(default_factory=dict)
    explanation: str = ""
    cells: tuple[str, ...] = ()  # places that are no field of the form: data beside a table, a whole sheet


def gather(findings: Iterable[Finding], form: Form | None) -> list[Finding]:
    """Return the findings sorted by severity and code, those of one cause merged into one with all its places."""
    merged: dict[tuple, Finding] = {}
    for finding in findings:
        key = _cause(finding, form)
        known = merged.get(key)
        merged[key] = replace(known, spots=known.spots + finding.spots, cells=known.cells + finding.cells) if known else finding
    order = sorted(merged.values(), key=lambda f: (SEVERITIES.index(f.severity), f.code))
    return [replace(f, spots=tuple(dict.fromkeys(f.spots))) for f in order]


def _cause(finding: Finding, form: Form | None) -> tuple:
    """What findings have in common when they are one: the code, and what its catalogue entry groups by."""
    texts = finding_texts(finding.code)
    group = texts["group"] if texts else "all"
    if group == "all" or not finding.spots:
        return (finding.code, finding.severity, "" if finding.spots else str(sorted(finding.arguments.items(), key=str)))
    spot = finding.spots[0]
    if group == "field":
        table = form.blocks[spot.block].table or spot.block if form else spot.block
        return (finding.code, finding.severity, table, spot.field, str(finding.arguments.get("found")))
    return (finding.code, finding.severity, spot, str(finding.arguments.get("found")))


def describe(
    finding: Finding,
    form: Form | None,
    places: Places,
    path_of: Callable[[Spot], str] = str,
    row_of: Callable[[Spot], str] | None = None,
) -> dict:
    """The finding as people and programs get it (a JSON object): cells, field, label and the four sentences.

    Args:
        path_of: names a place by its path in the document.
        row_of: names the row it is in, for whoever has a printed list before him; "" where the row has no name.
    """
    texts = finding_texts(finding.code)
    rule = form.rules.get(finding.code) if form else None
    spot = finding.spots[0] if finding.spots else None
    label = form.blocks[spot.block].fields[spot.field].label if form and spot else None
    rows = dict.fromkeys(filter(None, map(row_of, finding.spots))) if row_of and label else ()
    arguments = {"label": _label_of(label, list(rows)) if rows else label, "hint": "", **finding.arguments}
    if texts and not (rule and rule.test):
        parts = {name: fill(texts[name], arguments) for name in ("found", "expected", "message", "fix")}
    else:
        parts = _rule_parts(rule, finding, arguments)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "cells": [*(places[s] for s in finding.spots if s in places), *finding.cells],
        "field": path_of(spot) if spot else None,
        "label": label,
        **parts,
        **({"explanation": finding.explanation} if finding.explanation else {}),
    }


def _label_of(label: str, rows: Sequence[str]) -> str:
    """The label of a column with the names of the rows, the first of them."""
    names = (name if len(name) <= LONGEST_ROW else name[: LONGEST_ROW - 1] + "…" for name in rows[:MOST_ROWS])
    key = "label_of" if len(rows) <= MOST_ROWS else "label_of_more"
    told = listing(sentence("row_name", {"name": name}) for name in names)
    return sentence(key, {"label": label, "rows": told, "count": len(rows)})


def _rule_parts(rule: Rule, finding: Finding, arguments: Mapping) -> dict[str, str]:
    rows = finding.arguments.get("rows", (arguments,))
    blank = sentence("blank", {})
    said = (_with_hint(fill(rule.found, row, blank), row.get(HINT)) for row in rows)
    found = clauses(dict.fromkeys(said))
    return {"found": found, "expected": fill(rule.expected, arguments), "message": rule.message or rule.title, "fix": rule.fix}


def _with_hint(found: str, hint: str | None) -> str:
    return sentence("found_hint", {"found": found, "hint": hint}) if found and hint else found or hint or ""


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


@dataclass(frozen=True)
class Result:
    """What became of one file; `findings` and `document` are plain JSON values."""

    file: str
    status: str  # passed, returned (it has errors), unreadable
    findings: list[dict]
    sha256: str | None = None
    form: str | None = None
    revision: str | None = None
    year: int | None = None
    unit: str | None = None
    document: dict | None = None
    outputs: tuple[Path, ...] = field(default=())
    subject: str | None = None  # what it is about, where a unit files several
    unit_code: str | None = None  # where the form asks for it
    places: Mapping[str, str] = field(default_factory=dict)  # cells that are not where the template has them

    @property
    def exit_code(self) -> ExitCode:
        return EXIT_CODES[self.status]

    def as_object(self) -> dict:
        """The object that `validate --format json` prints for this file."""
        keys = ("file", "sha256", "form", "revision", "year", "unit", "status", "findings")
        return {key: getattr(self, key) for key in keys}
