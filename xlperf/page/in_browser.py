"""What the page asks of Python, each answer one JSON text.

    answer("check", "/desk/1/filled.xlsx", "en")
    # {"result": …, "verdict": …, "groups": …, "book": …}
    answer("finalize", "/desk/1/filled.xlsx", "en")           # {"files": ["/desk/1/out/unit-2022.xlsx", …]}

It runs in the browser, and imports nothing that cannot; a server that the page asks runs it too, and says what it has more
than a browser. The result is what `validate --format json` prints for the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

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


class Question(NamedTuple):
    """What is asked about, and what there is to answer it with."""

    path: Path  # a folder of its own holds it
    name: str  # as people know it
    templates: Path | None = None  # a bureau's own forms; in a browser they lie with the others
    report: bool = False  # whether the Word report can be written: lxml, which writes it, cannot be had for browsers


def answer(
    verb: str, path: str, language: str, *, name: str | None = None, templates: Path | None = None, report: bool = False
) -> str:
    """Return what came of one question; what cannot be done is told in a sentence, with the key `refused`.

    Args:
        name: what people call the file, by default the name it has.
        templates: see `Question`, as `report`.
    """
    use_language(language)
    try:
        told = VERBS[verb](Question(Path(path), name or Path(path).name, templates, report))
    except XlperfError as error:
        told = {"refused": str(error)}
    return json.dumps(told)  # in ASCII: whatever stands in a cell gets over to the page


def warm_up(templates: Path | None = None) -> None:
    """Load what the first workbook would wait for."""
    for folder in form_directories(templates):
        load_form(folder)


def _check(asked: Question) -> Answer:
    processed: Processed | None = None
    try:
        processed = process(asked.path, templates=asked.templates)
        result = result_of(processed)
    except UnreadableError as error:
        result = unreadable(asked.path, error)
    return told_of(Result(**{**vars(result), "file": asked.name}), processed)


def told_of(result: Result, processed: Processed | None = None) -> Answer:
    """What the page shows of a result, with the picture of what was processed."""
    counts = count_findings(result.findings)
    marked = [cell for finding in result.findings for cell in finding["cells"]]
    return {
        "result": result.as_object(),
        "verdict": headline(result),
        "groups": [[severity, severity_line(severity, counts[severity])] for severity in SEVERITIES if counts[severity].all],
        "form": processed.reading.form.title if processed else None,
        "book": draw_book(processed.reading, marked) if processed else None,
    }


def _annotate(asked: Question) -> Answer:
    return {"files": [str(annotate(asked.path, output=asked.path.parent / OUTPUT, templates=asked.templates))]}


def _finalize(asked: Question) -> Answer:
    made = finalize(asked.path, output=asked.path.parent / OUTPUT, templates=asked.templates, report=asked.report)
    return {"files": [str(file) for file in made.outputs]}


def _list(asked: Question) -> Answer:
    """The findings as a page to print, as `validate --format html` gives it."""
    page = asked.path.parent / OUTPUT / f"{asked.path.stem}.html"
    page.parent.mkdir(exist_ok=True)
    result = Result(**{**vars(validate(asked.path, templates=asked.templates)), "file": asked.name})
    write_atomically(page, lambda file: file.write_text(as_page([result]), "utf-8", newline="\n"))
    return {"files": [str(page)]}


VERBS: Mapping[str, Callable[[Question], Answer]] = {"check": _check, "annotate": _annotate, "finalize": _finalize, "list": _list}
