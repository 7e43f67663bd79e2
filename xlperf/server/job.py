"""What the web process asks of a worker, and what comes back; contents lie in files, so neither process holds the other's.

    answer = work_on(Job("validate", folder, name="filled.xlsx", language="en"), Limits())
    answer.status, answer.path.read_bytes()

The web process imports this module only; what the work needs is imported in the worker.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from xlperf.server.round.visits import Ask
from xlperf.workers.process import Limits

UPLOAD = "upload"  # the name of what came in, in the folder of its job
DEFAULT_NAME = "workbook.xlsx"


class Job(NamedTuple):
    """One question, with a folder of its own for what came in and what is made."""

    verb: str
    folder: Path
    name: str = DEFAULT_NAME  # of the upload, as its sender calls it
    language: str = "zh"
    templates: Path | None = None  # a bureau's own forms
    form: str = ""  # of which a template is wanted
    year: int | None = None
    unit: str = ""
    ask: Ask | None = None  # what is wanted of a round
    lost: str | None = None  # the code of what became of a worker that tried this; it only has to be told


class Answer(NamedTuple):
    """The file that is the answer, and how it is sent."""

    path: Path
    media_type: str
    status: int = 200
    name: str | None = None  # under which it is saved; None: it is not for saving


class Prepared(NamedTuple):
    """What follows from the forms alone: the page in the languages, the first one first, and the list of forms as JSON."""

    page: str
    forms: str


def work_on(job: Job, limits: Limits) -> Answer:
    """Answer a question; called in a worker."""
    from xlperf.server.answers import answer_to

    return answer_to(job, limits)


def prepare(templates: Path | None, language: str) -> Prepared:
    """Load the forms, which every question needs, and make what follows from them; called in every worker, first of all.

    Raises:
        FormError: the definition of a bureau's own form cannot be right.
        UsageError: the folder of the bureau's own forms is not there.
    """
    from xlperf.server.preparation import make_ready

    return make_ready(templates, language)
