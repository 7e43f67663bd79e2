"""The notice that goes back with a workbook: findings filled into a Word template, whose words stand in `docs/make_notice.py`.

    write_notice(outcome, Path("out/notice.docx"), annotated="name-problems.xlsx", date="2023-03-01", templates=templates)

The template is `templates/notice.docx`, or a bureau's own of that name in its folder of forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from xlperf.files import shipped
from xlperf.messages import clauses, listing, sentence
from xlperf.reporting.description import DescribedFinding, in_order
from xlperf.summarizing.gist import form_of
from xlperf.summarizing.outcome import INSIDE, Outcome
from xlperf.workbook.announcement import NOTHING, Announcement, long_date

TEMPLATE = "notice.docx"
LISTS = {"error": "errors", "query": "queries", "warning": "warnings", "info": "infos"}  # as the template calls them
MOST_REASONS = 5  # lines about former years
NOT_TO_BE_MENDED = {"XL111"}  # of another form or year: the workbook has to be another one
MOST_RANGES = 12  # of cells that a finding names
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
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
        "path": said_name(outcome.path) if outcome.unit else outcome.path,  # of nobody's file the bureau looks for the sender
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
    return {"number": number, "cells": places_in_short(finding["cells"]) or finding.get("field") or "—", "what": what, **parts}


def places_in_short(places: Sequence[str]) -> str:
    """Cells in one line, each sheet once and cells below one another as one range; beyond the first few ranges they are counted.

    >>> places_in_short(["Budget!F5", "Budget!F6", "Budget!F7"])
    'Budget!F5:F7'
    """
    ranges = list(_ranges(places))
    shown = clauses(
        f"{sheet}!{listing(each.cells for each in beside)}" if sheet else listing(each.cells for each in beside)
        for sheet, beside in groupby(ranges[:MOST_RANGES], key=lambda each: each.sheet)
    )
    return shown if len(ranges) <= MOST_RANGES else sentence("more_cells", {"cells": shown, "count": len(places)})


class _Range(NamedTuple):
    """Cells below one another, or one place of another kind."""

    sheet: str
    cells: str


def _ranges(places: Sequence[str]) -> Iterator[_Range]:
    found = [(*place.rpartition("!")[::2], CELL.fullmatch(place.rpartition("!")[2])) for place in places]
    at = 0
    while at < len(found):
        sheet, first, cell = found[at]
        end = at + 1
        while cell and end < len(found) and _is_below(found[end], sheet, cell, end - at):
            end += 1
        yield _Range(sheet, first if end == at + 1 else f"{first}:{found[end - 1][1]}")
        at = end


def _is_below(place: tuple[str, str, re.Match[str] | None], sheet: str, cell: re.Match[str], rows: int) -> bool:
    """Whether a place is so many rows below a cell."""
    other = place[2]
    return other is not None and place[0] == sheet and other[1] == cell[1] and int(other[2]) == int(cell[2]) + rows
