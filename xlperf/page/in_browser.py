"""What the page asks of Python, each answer one JSON text.

    answer("check", "/desk/1/filled.xlsx", "en")
    # {"result": …, "verdict": …, "groups": …, "book": …}
    answer("finalize", "/desk/1/filled.xlsx", "en")           # {"files": ["/desk/1/out/unit-2022.xlsx", …]}

It runs in the browser, and imports nothing that cannot. The result is what `validate --format json` prints for the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from xlperf.errors import UnreadableError, XlperfError
from xlperf.files import write_atomically
from xlperf.forms.loader import form_directories, load_form
from xlperf.forms.model import SEVERITIES
from xlperf.messages import use_language
from xlperf.page.sheet_picture import draw_book
from xlperf.reporting.description import count_findings, severity_line
from xlperf.reporting.html_page import as_page
from xlperf.reporting.result import Result, headline, unreadable
from xlperf.workflow.annotate import annotate
from xlperf.workflow.finalize import finalize
from xlperf.workflow.process import Processed, process
from xlperf.workflow.results import result_of
from xlperf.workflow.validate import validate

Answer = dict[str, object]
OUTPUT = "out"  # the folder beside the workbook into which files go


def answer(verb: str, path: str, language: str) -> str:
    """Return what came of one question; what cannot be done is told in a sentence, with the key `refused`."""
    use_language(language)
    try:
        told = VERBS[verb](Path(path))
    except XlperfError as error:
        told = {"refused": str(error)}
    return json.dumps(told)  # in ASCII: whatever stands in a cell gets over to the page


def warm_up() -> None:
    """Load what the first workbook would wait for."""
    for folder in form_directories():
        load_form(folder)


def _check(path: Path) -> Answer:
    processed: Processed | None = None
    try:
        processed = process(path)
        result = result_of(processed)
    except UnreadableError as error:
        result = unreadable(path, error)
    shown = Result(**{**vars(result), "file": path.name})
    counts = count_findings(result.findings)
    marked = [cell for finding in result.findings for cell in finding["cells"]]
    return {
        "result": shown.as_object(),
        "verdict": headline(shown),
        "groups": [[severity, severity_line(severity, counts[severity])] for severity in SEVERITIES if counts[severity].all],
        "form": processed.reading.form.title if processed else None,
        "book": draw_book(processed.reading, marked) if processed else None,
    }


def _annotate(path: Path) -> Answer:
    return {"files": [str(annotate(path, output=path.parent / OUTPUT))]}


def _finalize(path: Path) -> Answer:
    """The Word report is left out: lxml, which writes it, cannot be had for browsers."""
    return {"files": [str(file) for file in finalize(path, output=path.parent / OUTPUT, report=False).outputs]}


def _list(path: Path) -> Answer:
    """The findings as a page to print, as `validate --format html` gives it."""
    page = path.parent / OUTPUT / f"{path.stem}.html"
    page.parent.mkdir(exist_ok=True)
    result = Result(**{**vars(validate(path)), "file": path.name})
    write_atomically(page, lambda file: file.write_text(as_page([result]), "utf-8", newline="\n"))
    return {"files": [str(page)]}


VERBS: Mapping[str, Callable[[Path], Answer]] = {"check": _check, "annotate": _annotate, "finalize": _finalize, "list": _list}
