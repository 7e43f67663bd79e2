"""Findings that the bureau lets stand in one submission: they are told, but do not send it back.

waived = list(waive(findings, Waiver(("AB201",), by="Zhang", on="2023-04-03", reason="merged during the year")))
waived[0].waived                    # "accepted by Zhang on 2023-04-03: merged during the year"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from xlperf.forms.document import Rows
from xlperf.forms.form import Form
from xlperf.forms.model import RULES
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import Finding


class Waiver(NamedTuple):
    """Which findings may stand, and who says so."""

    codes: tuple[str, ...]
    by: str
    on: str  # ISO date
    reason: str

    @property
    def text(self) -> str:
        """What is printed beside each of the findings."""
        return sentence("waived_by", self._asdict())

    @property
    def summary(self) -> str:
        """The same with the codes."""
        return sentence("waived_codes", {"codes": listing(self.codes), "text": self.text})


def waive(findings: Iterable[Finding], waiver: Waiver | None) -> Iterator[Finding]:
    """Yield the findings, those that may stand with what lets them."""
    for finding in findings:
        named = waiver is not None and finding.code in waiver.codes and finding.severity in ("error", "query")
        yield replace(finding, waived=waiver.text) if waiver and named else finding


def with_waivers(form: Form, rows: Rows, findings: Sequence[Finding]) -> Rows:
    """The rows with what lets a rule stand as its explanation in the checks sheet, after what the unit says itself."""
    texts = {finding.code: finding.waived for finding in findings if finding.waived}
    if not texts:
        return rows
    listed = zip(form.blocks[RULES].rows, rows[RULES], strict=True)
    told = [{**row, "explanation": _joined(row.get("explanation"), texts.get(preset.key))} for preset, row in listed]
    return {**rows, RULES: told}


def _joined(said: object, waived: str | None) -> object:
    if not waived:
        return said
    return f"{said}\n{waived}" if said else waived
