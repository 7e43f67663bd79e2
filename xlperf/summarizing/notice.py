"""What goes back with a workbook: a notice in Word, in the words of its findings.

    write_notice(outcome, "name-problems.xlsx", Path("out/notice.docx"), "2023-03-01", templates)

The template is `templates/notice.docx`, or a bureau's own of that name in its folder of forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xlperf.forms.model import SEVERITIES
from xlperf.forms.yaml_file import shipped
from xlperf.messages import sentence
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.survey import form_of
from xlperf.summarizing.tables import cells_of

TEMPLATE = "notice.docx"


def write_notice(outcome: Outcome, marked: str, target: Path, date: str, templates: Path | None = None) -> None:
    """Write the notice that tells a unit what to mend; `marked` is the name of the workbook that goes with it, if there is one.

    Raises:
        FormError: the bureau's own template cannot be filled in.
        UsageError: the notice cannot be written.
    """
    from xlperf.reporting.word_template import render_word

    own = templates / TEMPLATE if templates else None
    template = own if own and own.exists() else shipped("templates") / TEMPLATE
    render_word(template, notice_context(outcome, marked, date, templates), target, date)


def notice_context(outcome: Outcome, marked: str, date: str, templates: Path | None = None) -> dict:
    """What a template can say: the unit, its file, and its findings by severity.

    What only a comparison with other units shows is for the bureau: their names and files are nobody else's business.
    """
    form = form_of(outcome, templates)
    listed = {f"{severity}s": [] for severity in SEVERITIES}
    for finding in sorted(outcome.findings, key=lambda finding: SEVERITIES.index(finding["severity"])):
        kind = listed[f"{finding['severity']}s"]
        kind.append(_entry(finding, len(kind) + 1))
    year, month, day = date.split("-")
    return {
        "unit": outcome.unit or "",
        "unit_code": outcome.unit_code or "",
        "file": outcome.path,
        "sha256": outcome.sha256,
        "received": outcome.received[:10],
        "readable": outcome.status != "unreadable",
        "form": form.title if form else "",
        "fiscal_year": outcome.year or "",
        "annotated": marked,
        **listed,
        "date": sentence("long_date", {"year": year, "month": int(month), "day": int(day)}),
    }


def _entry(finding: Mapping, number: int) -> dict[str, object]:
    parts = {part: str(finding.get(part) or "") for part in ("code", "message", "found", "expected", "fix", "explanation")}
    said = [sentence(f"says_{part}", {"text": parts[part]}) for part in ("found", "expected")]
    explained = [sentence("explained", {"text": parts["explanation"]})] if parts["explanation"] else []
    what = "\n".join([sentence("message_code", parts), *said, *explained])
    return {"number": number, "cells": cells_of(finding) or "—", "what": what, **parts}
