"""The warnings about a submission as a file, which a finalized workbook carries in its hidden sheet.

    text = dump_warnings(findings)          # into the identity of the finalized workbook
    list(load_warnings(form, text))         # when that is read again, which no longer shows them itself

The hidden sheet is one where anybody may write: what is not as we wrote it is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import SEVERITIES
from xlperf.messages import finding_texts
from xlperf.reporting.finding import Finding


def dump_warnings(findings: Iterable[Finding]) -> str:
    """Return the findings as a text."""
    objects = [
        {
            "code": finding.code,
            "severity": finding.severity,
            "spots": finding.spots,
            "arguments": dict(finding.arguments),
            "explanation": finding.explanation,
            "cells": finding.cells,
        }
        for finding in findings
    ]
    return json.dumps(objects, ensure_ascii=False, default=str)  # an argument may be a date that was typed


def load_warnings(form: Form, text: str) -> Iterator[Finding]:
    """Yield the findings in a text, those that there can be."""
    try:
        objects = json.loads(text or "[]")
        findings = [
            Finding(
                item["code"],
                item["severity"],
                tuple(Spot(*spot) for spot in item["spots"]),
                item["arguments"],
                explanation=item["explanation"],
                cells=tuple(item.get("cells", ())),
            )
            for item in objects
        ]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):  # no program of ours wrote that
        return
    yield from (finding for finding in findings if _can_be(form, finding))


def _can_be(form: Form, finding: Finding) -> bool:
    """Whether a finding is one that xlperf could have made: of a code, a severity and fields that there are."""
    is_known = isinstance(finding.code, str) and (finding.code in form.rules or finding_texts(finding.code))
    has_places = all(
        list(map(type, spot)) == [str, int, str] and spot.block in form.blocks and spot.field in form.blocks[spot.block].fields
        for spot in finding.spots
    )
    return bool(is_known) and finding.severity in SEVERITIES and has_places and isinstance(finding.arguments, dict)
