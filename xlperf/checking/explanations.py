"""What a unit says in the checks sheet to what was found, and whether it says anything.

    findings = list(explain(form, rows, findings, unexplained="return"))

A query or a warning may stand if the unit explains it. An explanation counts if it has content: it is no dash, no filler, no
bare confirmation, and not one sentence pasted over several rules. One that does not count is told (XL244), so that nobody
believes to have answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from string import digits

from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import EXPLAINED, RULES, Unexplained
from xlperf.messages import sentence
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of
from xlperf.values.blanks import explanation_of

PASTED = 3  # rules with one and the same explanation: two may have one cause
LONGEST_SHOWN = 40  # characters


def explain(form: Form, rows: Rows, findings: Iterable[Finding], *, unexplained: Unexplained | None = None) -> Iterator[Finding]:
    """Yield the findings, queries and warnings with what the unit says to them.

    Args:
        unexplained: whether a workbook with unexplained warnings goes back; by default as the form says. If so, the warnings
            that the checks sheet has a row for are queries.
    """
    found = list(findings)
    typed = _typed(form, rows)
    codes = {finding.code for finding in found if finding.severity in EXPLAINED}
    empty = _without_content(form, {code: text for code, text in typed.items() if code in codes})
    asked = (unexplained or form.unexplained) == "return"
    for finding in found:
        if finding.severity not in EXPLAINED:
            yield finding
            continue
        severity = "query" if asked and finding.code in form.rules else finding.severity
        text = "" if finding.code in empty else typed.get(finding.code, "")
        yield replace(finding, severity=severity, explanation=text)
    for code, reason in empty.items():
        spot = Spot(RULES, _row_of(form, code), "explanation")
        yield Finding("XL244", "warning", (spot,), {"found": _shortened(typed[code]), "code": code, "hint": sentence(reason, {})})


def _typed(form: Form, rows: Rows) -> dict[str, str]:
    """What the unit typed in the checks sheet, by code."""
    listed = zip(form.blocks[RULES].rows, rows[RULES], strict=False)
    texts = ((preset.key, row.get("explanation")) for preset, row in listed)
    return {code: text for code, text in texts if isinstance(text, str) and text.strip()}


def _without_content(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """The codes whose explanation does not count, each with the sentence that says why."""
    uses = Counter(map(_wording, typed.values()))
    empty = {}
    for code, text in typed.items():
        if not explanation_of(form, text):
            empty[code] = "explanation_empty"
        elif uses[_wording(text)] >= PASTED:
            empty[code] = "explanation_pasted"
    return empty


def _wording(text: str) -> str:
    """An explanation without signs, and without a number before or behind it."""
    return letters_of(text).strip(digits)


def _row_of(form: Form, code: str) -> int:
    """The row of the checks sheet that stands for a code."""
    return next(index for index, row in enumerate(form.blocks[RULES].rows) if row.key == code)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
