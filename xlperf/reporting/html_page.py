"""Findings as one page to read, print or send: everything in one file, no scripts, nothing loaded from elsewhere.

Path("findings.html").write_text(as_page([validate("filled.xlsx")]), "utf-8")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from xlperf.forms.model import SEVERITIES, Severity
from xlperf.messages import clause_by_clause, current_language, listing, sentence
from xlperf.reporting.description import DescribedFinding, count_severities, totals
from xlperf.reporting.result import Result, headline

MOST_CELLS = 60  # places named per finding; the rest is counted
COLUMNS = ("code", "cells", "message", "fix")
LANGUAGE_TAGS = {"zh": "zh-CN"}
STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 14px/1.5 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif; color: #1d2733;
  max-width: 1180px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; }
h2 { font-size: 17px; margin: 28px 0 4px; border-bottom: 2px solid #5b7083; padding-bottom: 4px; }
h3 { font-size: 14px; margin: 16px 0 4px; }
p { margin: 2px 0; }
.facts, .word { color: #5b6774; }
.facts { font-size: 12px; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border: 1px solid #a6b1bd; padding: 5px 8px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #d5e0ec; }
td p { white-space: pre-line; }
.what { font-weight: bold; }
.code { width: 62px; }
.cells { width: 190px; }
.fix { width: 30%; }
.error td:first-child { background: #f4b6b0; }
.warning td:first-child { background: #fbe3a0; }
.info td:first-child { background: #cfe4f7; }
@media print {
  body { font-size: 9.5pt; margin: 0; max-width: none; padding: 0; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  td, th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def as_page(results: Sequence[Result]) -> str:
    """The page: per file its headline, what is known about it, and a table per severity."""
    title = sentence("page_title", {})
    language = LANGUAGE_TAGS.get(current_language(), current_language())
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f"<h1>{escape(title)}</h1>",
            *(part for result in results for part in _parts_of_file(result)),
            "</body>",
            "</html>",
        ]
    )


def _parts_of_file(result: Result) -> Iterator[str]:
    yield f"<h2>{escape(headline(result))}</h2>"
    yield f'<p class="facts">{escape(" · ".join(_facts(result)))}</p>'
    if result.findings:
        yield f"<p>{escape(totals(count_severities(result.findings)))}</p>"
    for severity in SEVERITIES:
        findings = [finding for finding in result.findings if finding["severity"] == severity]
        if findings:
            yield from _parts_of_severity(severity, findings)


def _facts(result: Result) -> Iterator[str]:
    """Whose file it is, of which year and form, and its digest, as far as that is known."""
    if result.unit:
        yield result.unit
    if result.year:
        yield str(result.year)
    if result.form:
        yield f"{result.form} {result.revision}"
    if result.sha256:
        yield f"SHA-256 {result.sha256}"


def _parts_of_severity(severity: Severity, findings: Sequence[DescribedFinding]) -> Iterator[str]:
    words = {"severity": sentence(severity, {}), "count": len(findings)}
    headings = "".join(f'<th class="{key}">{escape(sentence(f"column_{key}", {}))}</th>' for key in COLUMNS)
    yield f"<h3>{escape(sentence('group', words))}</h3>"
    yield f'<table class="{severity}"><thead><tr>{headings}</tr></thead><tbody>'
    yield from (_row(finding) for finding in findings)
    yield "</tbody></table>"


def _row(finding: DescribedFinding) -> str:
    """One finding, its parts in the order of COLUMNS."""
    parts = (escape(finding["code"]), escape(_places(finding)), "".join(_what(finding)), f"<p>{escape(finding['fix'])}</p>")
    return f"<tr>{''.join(f'<td>{part}</td>' for part in parts)}</tr>"


def _places(finding: DescribedFinding) -> str:
    cells = finding["cells"] or ["—"]
    shown = listing(cells[:MOST_CELLS])
    return shown if len(cells) <= MOST_CELLS else sentence("more_cells", {"cells": shown, "count": len(cells)})


def _what(finding: DescribedFinding) -> Iterator[str]:
    """The message, below it what was found and expected, and what the unit says about it."""
    yield f'<p class="what">{escape(finding["message"])}</p>'
    for key, text in (("says_found", finding["found"]), ("says_expected", finding["expected"])):
        word = sentence(key, {"text": ""})
        shown = clause_by_clause(text) if len(finding["cells"]) > 1 else text
        yield f'<p><span class="word">{escape(word)}</span>{escape(shown)}</p>'
    if "explanation" in finding:
        yield f"<p>{escape(sentence('explained', {'text': finding['explanation']}))}</p>"
