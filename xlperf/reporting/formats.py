"""Results in the five formats of `validate --format`: text for a terminal, JSON, JSON lines, CSV for Excel, a page to print.

>>> sorted(FORMATS)
['csv', 'html', 'json', 'jsonl', 'text']
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from xlperf.csv_file import write_csv
from xlperf.forms.model import SEVERITIES
from xlperf.messages import clause_by_clause, sentence
from xlperf.reporting.description import DescribedFinding, count_findings, counted, totals
from xlperf.reporting.html_page import as_page
from xlperf.reporting.result import Result, headline
from xlperf.reporting.text_table import shortened, table

MOST_CELLS = 6  # places of a finding that a terminal names
MOST_SHOWN = 30  # findings of one severity that a terminal shows; the other formats hold all of them
CSV_COLUMNS = ("file", "unit", "severity", "code", "cells", "message", "found", "expected", "fix", "explanation")
TEXT_COLUMNS: Mapping[str, int | None] = {"code": None, "cells": 4, "message": 8, "fix": 5}  # share of the width


def as_text(results: Sequence[Result]) -> str:
    """Per file a headline, a table per severity (what is to be done first) and the totals."""
    return "\n".join(part for result in results for part in _parts_of_text(result))


def as_json(results: Sequence[Result]) -> str:
    """An array with one object per file, findings included."""
    return json.dumps([result.as_object() for result in results], ensure_ascii=False, indent=2)


def as_jsonl(results: Sequence[Result]) -> str:
    """One finding a line, each with its file."""
    return "\n".join(
        json.dumps({"file": result.file, "unit": result.unit, **finding}, ensure_ascii=False)
        for result in results
        for finding in result.findings
    )


def as_csv(results: Sequence[Result]) -> str:
    """One row per finding and cell, for Excel: with a BOM, and no text that Excel would run as a formula."""
    text = io.StringIO()
    write_csv(text, _csv_rows(results))
    return text.getvalue().rstrip("\n")


FORMATS: Mapping[str, Callable[[Sequence[Result]], str]] = {
    "text": as_text,
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "html": as_page,
}


def _csv_rows(results: Sequence[Result]) -> Iterator[list[object]]:
    yield [sentence(f"column_{column}", {}) for column in CSV_COLUMNS]
    for result in results:
        for finding in result.findings:
            row = {**finding, "file": result.file, "unit": result.unit, "severity": sentence(finding["severity"], {})}
            for cell in finding["cells"] or [""]:
                yield [cell if column == "cells" else row.get(column) for column in CSV_COLUMNS]


def _parts_of_text(result: Result) -> Iterator[str]:
    yield headline(result)
    for severity in SEVERITIES:
        findings = [finding for finding in result.findings if finding["severity"] == severity]
        if not findings:
            continue
        shown = findings[:MOST_SHOWN]
        count = counted(severity, count_findings(findings)[severity])
        words = {"severity": sentence(severity, {}), "count": count, "shown": len(shown)}
        yield "\n" + sentence("group" if len(shown) == len(findings) else "group_shown", words)
        headings = [sentence(f"column_{column}", {}) for column in TEXT_COLUMNS]
        yield table(headings, [_text_row(finding) for finding in shown], ratios=list(TEXT_COLUMNS.values()), spaced=True)
    if result.findings:
        yield "\n" + totals(count_findings(result.findings))


def _text_row(finding: DescribedFinding) -> tuple[str, ...]:
    """The cells of TEXT_COLUMNS; what was found and expected stands below the message."""
    lines = [finding["message"]]
    for key, text in (("says_found", finding["found"]), ("says_expected", finding["expected"])):
        shown = shortened(text)
        lines.append(sentence(key, {"text": clause_by_clause(shown) if len(finding["cells"]) > 1 else shown}))
    if "explanation" in finding:
        lines.append(sentence("explained", {"text": finding["explanation"]}))
    if "waived" in finding:
        lines.append(finding["waived"])
    return finding["code"], _places(finding), "\n".join(lines), finding["fix"]


def _places(finding: DescribedFinding) -> str:
    """The places of a finding, the first few by name, a line per sheet."""
    cells = finding["cells"]
    if not cells:
        return finding["field"] or "—"
    lines = []
    for _, beside in groupby(cells[:MOST_CELLS], key=lambda cell: cell.rpartition("!")[0]):
        first, *others = beside
        lines.append(" ".join([first, *(cell.rpartition("!")[2] for cell in others)]))
    text = "\n".join(lines)
    return text if len(cells) <= MOST_CELLS else sentence("more_cells", {"cells": text, "count": len(cells)})
