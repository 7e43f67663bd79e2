"""Results as people and programs want them: tables in a terminal, JSON, JSON lines, CSV for Excel, a page to print.

>>> sorted(FORMATS)
['csv', 'html', 'json', 'jsonl', 'text']
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xlperf.files import write_csv
from xlperf.messages import clause_by_clause, sentence
from xlperf.reporting.finding import SEVERITIES, Result
from xlperf.reporting.html_page import as_html

NARROWEST, WIDEST = 80, 160

if TYPE_CHECKING:
    pass

MOST_CELLS = 6  # places of a finding that a terminal names
MOST_SHOWN = 30  # findings of one severity that a terminal shows; the other formats hold all of them
LONGEST_SHOWN = 240  # characters of what was found
CSV_COLUMNS = ("file", "unit", "severity", "code", "cells", "message", "found", "expected", "fix", "explanation")


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


def _csv_rows(results: Sequence[Result]) -> Iterator[list]:
    yield [sentence(f"column_{column}", {}) for column in CSV_COLUMNS]
    for result in results:
        for finding in result.findings:
            known = {**finding, "file": result.file, "unit": result.unit, "severity": sentence(finding["severity"], {})}
            for cell in finding["cells"] or [""]:
                yield [{**known, "cells": cell}.get(column) for column in CSV_COLUMNS]


def as_page(results: Sequence[Result]) -> str:
    """One page to print or send."""
    return as_html(results, [headline(result, count(result)) for result in results])


def as_text(results: Sequence[Result]) -> str:
    """Per file a headline, a table per severity (errors first) and the totals."""
    return "\n".join("\n".join(_one(result)) for result in results)


def _one(result: Result) -> Iterator[str]:
    counts = count(result)
    yield headline(result, counts)
    for severity in SEVERITIES:
        findings = [finding for finding in result.findings if finding["severity"] == severity]
        if not findings:
            continue
        shown = findings[:MOST_SHOWN]
        words = {"severity": sentence(severity, {}), "count": len(findings), "shown": len(shown)}
        yield "\n" + sentence("group" if len(shown) == len(findings) else "group_shown", words)
        headings = [sentence(f"column_{column}", {}) for column in WIDTHS]
        yield table(headings, [_row(finding) for finding in shown], list(WIDTHS.values()), lines=True)
    if result.findings:
        yield "\n" + sentence("totals", {"errors": counts["error"], "warnings": counts["warning"], "infos": counts["info"]})


def _row(finding: dict) -> tuple[str, ...]:
    lines = [finding["message"]]
    lines += [sentence(f"says_{part}", {"text": short(finding[part], finding["cells"])}) for part in ("found", "expected")]
    if "explanation" in finding:
        lines.append(sentence("explained", {"text": finding["explanation"]}))
    return finding["code"], cells(finding), "\n".join(lines), finding["fix"]


def short(value: object, cells: Sequence[str]) -> str:
    """So much of a text as a terminal shows; what is said of several cells stands on a line each."""
    text = str(value) if len(str(value)) <= LONGEST_SHOWN else f"{str(value)[: LONGEST_SHOWN - 1]}…"
    return clause_by_clause(text) if len(cells) > 1 else text


WIDTHS: dict[str, int | None] = {"code": None, "cells": 4, "message": 8, "fix": 5}


def count(result: Result) -> dict[str, int]:
    return {severity: sum(finding["severity"] == severity for finding in result.findings) for severity in SEVERITIES}


def headline(result: Result, counts: dict[str, int]) -> str:
    key = {"unreadable": "unreadable", "returned": "returned"}.get(result.status)
    if key is None:
        key = "passed_with" if counts["warning"] else "passed"
    return sentence(key, {"file": result.file, "errors": counts["error"], "warnings": counts["warning"]})


def cells(finding: dict) -> str:
    """The places of a finding, the first few by name, a line per sheet."""
    places = finding["cells"]
    if not places:
        return finding["field"] or "—"
    text, sheet = "", None
    for place in places[:MOST_CELLS]:
        title, _, cell = place.rpartition("!")
        text += f" {cell}" if title == sheet else f"\n{place}"
        sheet = title
    text = text.strip()
    return text if len(places) <= MOST_CELLS else sentence("more_cells", {"cells": text, "count": len(places)})


FORMATS = {"text": as_text, "json": as_json, "jsonl": as_jsonl, "csv": as_csv, "html": as_page}


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], ratios: Sequence[int | None] = (), lines: bool = False) -> str:
    """Return the table; a column with a ratio shares the room that those without one leave, and folds its texts.

    Args:
        lines: whether there is room between two rows.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=lines, expand=any(ratios))
    for number, heading in enumerate(headings):
        ratio = ratios[number] if ratios else None
        made.add_column(heading, overflow="fold", ratio=ratio, no_wrap=bool(ratios) and ratio is None)
    for row in rows:
        made.add_row(*(Text(part) for part in row))
    console = Console(width=width(), color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(made)
    return "\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines())


def width() -> int:
    """The terminal's columns, within reason; 120 where the output is no terminal."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((120, 24)).columns))
