"""The notice that goes back with a workbook: its words are made by `docs/make_notice.py`, its findings are in the catalogues.

    write_notice(outcome, Path("out/notice.docx"), annotated="name-problems.xlsx", date="2023-03-01", templates=templates)

The template is `templates/notice.docx`, or a bureau's own of that name in its folder of forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from xlperf.files import shipped
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding, in_order
from xlperf.summarizing.gist import form_of
from xlperf.summarizing.outcome import INSIDE, Outcome
from xlperf.summarizing.tables.findings import cells_of
from xlperf.workbook.announcement import NOTHING, Announcement, long_date

TEMPLATE = "notice.docx"
LISTS = {"error": "errors", "query": "queries", "warning": "warnings", "info": "infos"}  # as the template calls them
MOST_REASONS = 5  # lines about former years
NOT_TO_BE_MENDED = {"XL111"}  # of another form or year: the workbook has to be another one
ANSWERED = "explained"  # of them those to which the unit has said something


def write_notice(
    outcome: Outcome,
    path: Path,
    *,
    annotated: str,
    date: str,
    templates: Path | None = None,
    announcement: Announcement = NOTHING,
    reasons: Sequence[str] = (),
    year: int | None = None,
) -> None:
    """Write the notice that tells a unit what to fix.

    Args:
        annotated: the name of the annotated workbook that goes with it, "" if there is none.
        date: the ISO date of the notice.
        templates: the folder of a bureau's own forms, which may contain its own notice template.
        announcement: what is announced of the round: until when it is to be sent again, whom to ask.
        reasons: what former years give reason to ask, in sentences; the first few of them are printed.
        year: the fiscal year that is asked for; by default the one that the file is of.

    Raises:
        FormError: the bureau's own template cannot be filled in.
        UsageError: the notice cannot be written.
    """
    from xlperf.reporting.word_template import render_word

    own = templates / TEMPLATE if templates else None
    template = own if own and own.exists() else shipped("templates") / TEMPLATE
    context = notice_context(
        outcome, annotated=annotated, date=date, templates=templates, announcement=announcement, reasons=reasons, year=year
    )
    render_word(template, context, path, date)


def notice_context(
    outcome: Outcome,
    *,
    annotated: str,
    date: str,
    templates: Path | None = None,
    announcement: Announcement = NOTHING,
    reasons: Sequence[str] = (),
    year: int | None = None,
) -> dict[str, object]:
    """What the template can show: the unit, its file, and its findings by severity, those it has explained apart.

    Findings from comparing units are left out: they name other units and their files, which is for the bureau only. Of a file
    of another form or year only that is told: what else is wrong with it nobody has to mend.
    """
    form = form_of(outcome, templates)
    misfits = [finding for finding in outcome.findings if finding["code"] in NOT_TO_BE_MENDED and finding["severity"] == "error"]
    listed: dict[str, list[dict[str, object]]] = {name: [] for name in (*LISTS.values(), ANSWERED)}
    for finding in in_order(misfits or outcome.findings):
        entries = listed[ANSWERED if "explanation" in finding or "waived" in finding else LISTS[finding["severity"]]]
        entries.append(_entry(finding, len(entries) + 1))
    return {
        **announced_facts(announcement, day=date),
        "unit": outcome.unit or "",
        "unit_code": outcome.unit_code or "",
        "file": said_name(outcome.path),
        "path": outcome.path,
        "sha256": outcome.sha256,
        "received": outcome.received[:10],
        "readable": outcome.status != "unreadable",
        "form": form.title if form else "",
        "fiscal_year": year or outcome.year or "",
        "misfit": bool(misfits),
        "annotated": "" if misfits else annotated,
        **listed,
        "reasons": [] if misfits else list(reasons[:MOST_REASONS]),
        "more_reasons": 0 if misfits else max(0, len(reasons) - MOST_REASONS),
        "date": long_date(date),
    }


def said_name(path: str) -> str:
    """A file as its unit knows it: without the folders in which the bureau keeps it, with the archive in which it came."""
    archive, inside, name = path.rpartition(INSIDE)
    last = (name or path).rpartition("/")[2]
    outer = archive.partition(INSIDE)[0].rpartition("/")[2]
    return sentence("file_in_archive", {"name": last, "archive": outer}) if inside else last


def announced_facts(announcement: Announcement, *, day: str) -> dict[str, object]:
    """What the templates of letters can show of a round, on an ISO date."""
    return {**asdict(announcement), "deadline": announcement.long_deadline, "overdue": announcement.is_over(day)}


def _entry(finding: DescribedFinding, number: int) -> dict[str, object]:
    parts = {part: str(finding.get(part) or "") for part in ("code", "message", "found", "expected", "fix", "explanation")}
    said = [sentence(f"says_{part}", {"text": parts[part]}) for part in ("found", "expected")]
    explained = [sentence("explained", {"text": parts["explanation"]})] if parts["explanation"] else []
    waived = [finding["waived"]] if "waived" in finding else []
    what = "\n".join([sentence("message_code", parts), *said, *explained, *waived])
    return {"number": number, "cells": cells_of(finding) or "—", "what": what, **parts}
