"""What a finding is, how findings of one cause become one entry, and how they sort.

    Finding("AB201", "error", (Spot("duties", 0, "reason"),), {"name": "Training"})

A finding knows its code, its severity, its places and the facts; the words come from the catalogue (codes `XL…`) or
from the form's own rule, and the cells from wherever the workbook that was read had them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from .document import Spot
from .form import Form
from .messages import clauses, fill, finding_texts, sentence
from .parts import Rule

SEVERITIES = ("error", "warning", "info")
Places = Mapping[Spot, str]
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


def describe(finding: Finding, form: Form | None, places: Places, path_of: Callable[[Spot], str] = str) -> dict:
    """The finding as people and programs get it (a JSON object): cells, field, label and the four sentences."""
    texts = finding_texts(finding.code)
    rule = form.rules.get(finding.code) if form else None
    spot = finding.spots[0] if finding.spots else None
    label = form.blocks[spot.block].fields[spot.field].label if form and spot else None
    arguments = {"label": label, "hint": "", **finding.arguments}
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
