"""Findings as one page to read, print or send: everything in one file, no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from xlperf.messages import clause_by_clause, current_language, listing, sentence
from xlperf.reporting.finding import SEVERITIES, Result

MOST_CELLS = 60  # places named per finding; the rest is counted
COLUMNS = ("code", "cells", "message", "fix")
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


def as_html(results: Sequence[Result], headlines: Sequence[str]) -> str:
    """The page: per file its headline, what is known about it, and a table per severity."""
    title = sentence("page_title", {})
    parts = [part for result, headline in zip(results, headlines, strict=True) for part in _file(result, headline)]
    language = {"zh": "zh-CN"}.get(current_language(), current_language())
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
            *parts,
            "</body>",
            "</html>",
        ]
    )


def _file(result: Result, headline: str) -> Iterator[str]:
    facts = [
        result.unit,
        result.year,
        result.form and f"{result.form} {result.revision}",
        result.sha256 and f"SHA-256 {result.sha256}",
    ]
    yield f"<h2>{escape(headline)}</h2>"
    yield f'<p class="facts">{escape(" · ".join(str(fact) for fact in facts if fact))}</p>'
    if result.findings:
        counts = {f"{severity}s": sum(f["severity"] == severity for f in result.findings) for severity in SEVERITIES}
        yield f"<p>{escape(sentence('totals', counts))}</p>"
    for severity in SEVERITIES:
        findings = [finding for finding in result.findings if finding["severity"] == severity]
        if findings:
            yield f"<h3>{escape(sentence('group', {'severity': sentence(severity, {}), 'count': len(findings)}))}</h3>"
            heads = "".join(f'<th class="{key}">{escape(sentence(f"column_{key}", {}))}</th>' for key in COLUMNS)
            yield f'<table class="{severity}"><thead><tr>{heads}</tr></thead><tbody>'
            yield from (f"<tr>{''.join(_cells(finding))}</tr>" for finding in findings)
            yield "</tbody></table>"


def _cells(finding: Mapping) -> Iterable[str]:
    places = finding["cells"] or ["—"]
    shown = listing(places[:MOST_CELLS])
    if len(places) > MOST_CELLS:
        shown = sentence("more_cells", {"cells": shown, "count": len(places)})
    what = [f'<p class="what">{escape(finding["message"])}</p>']
    for part in ("found", "expected"):
        word, _, _ = sentence(f"says_{part}", {"text": "\0"}).partition("\0")
        text = clause_by_clause(str(finding[part])) if len(places) > 1 else str(finding[part])
        what.append(f'<p><span class="word">{escape(word)}</span>{escape(text)}</p>')
    if "explanation" in finding:
        what.append(f"<p>{escape(sentence('explained', {'text': finding['explanation']}))}</p>")
    yield f"<td>{escape(finding['code'])}</td>"
    yield f"<td>{escape(shown)}</td>"
    yield f"<td>{''.join(what)}</td>"
    yield f"<td><p>{escape(finding['fix'])}</p></td>"
