"""A finding: what is wrong, where, and the facts of it; findings of one cause become one entry.

    Finding("AB201", "error", (Spot("duties", 0, "reason"),), {"name": "Training"})

The sentences come later (`description`): from the catalogue for codes `XL…`, from the form's own rule for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import SEVERITIES, Severity
from xlperf.messages import finding_texts

HINT = "_hint"  # among the facts of a rule: what was probably meant (no column is called so)
PLACE = "_place"  # and the spot of the row that they tell of


@dataclass(frozen=True)
class Finding:
    """One thing to tell somebody: `spots` are its cells, `arguments` the facts that its sentences need."""

    code: str
    severity: Severity
    spots: tuple[Spot, ...] = ()
    arguments: Mapping[str, object] = field(default_factory=dict)
    explanation: str = field(default="", kw_only=True)  # what the unit says to a query or a warning
    waived: str = field(default="", kw_only=True)  # who lets it stand, and why; then it sends nothing back
    cells: tuple[str, ...] = field(default=(), kw_only=True)  # places that are no field: data beside a table, a whole sheet


def gather(findings: Iterable[Finding], form: Form | None) -> list[Finding]:
    """Return the findings by what is to be done first, those of one cause merged into one with all its places."""
    merged: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        cause = _cause(finding, form)
        earlier = merged.get(cause)
        merged[cause] = finding if earlier is None else _joined(earlier, finding)
    unique = (replace(finding, spots=tuple(dict.fromkeys(finding.spots))) for finding in merged.values())
    return sorted(unique, key=lambda finding: (urgency(finding.severity, finding.explanation), finding.code))


def urgency(severity: Severity, explanation: str | None) -> tuple[int, bool]:
    """The place of a finding in a list: by severity, and what the unit has explained after what it has not."""
    return SEVERITIES.index(severity), bool(explanation)


def _joined(first: Finding, second: Finding) -> Finding:
    return replace(first, spots=first.spots + second.spots, cells=first.cells + second.cells)


def _cause(finding: Finding, form: Form | None) -> tuple[object, ...]:
    """What findings have in common when they are one: the code, and what its catalogue entry groups by."""
    texts = finding_texts(finding.code)
    group = texts["group"] if texts else "all"
    if not finding.spots:
        return (finding.code, finding.severity, str(sorted(finding.arguments.items(), key=str)))
    if group == "all":
        return (finding.code, finding.severity)
    spot, found = finding.spots[0], str(finding.arguments.get("found"))
    if group == "field":
        table = form.blocks[spot.block].table if form else None
        return (finding.code, finding.severity, table or spot.block, spot.field, found)
    return (finding.code, finding.severity, spot, found)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings is an error, which no explanation excuses, and that nobody lets stand."""
    return any(finding.severity == "error" and not finding.waived for finding in findings)


def is_returned(findings: Iterable[Finding]) -> bool:
    """Whether a workbook goes back: it has an error, or a query to which the unit says nothing, and nobody lets it stand."""
    standing = (finding for finding in findings if not finding.waived)
    return any(finding.severity == "error" or (finding.severity == "query" and not finding.explanation) for finding in standing)
