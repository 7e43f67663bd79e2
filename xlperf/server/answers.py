"""What a worker makes of a question: the file that answers it.

    answer = answer_to(Job("finalize", folder, name="filled.xlsx"), Limits())

Every verb is a row of ANSWERS. What cannot be done is an answer too: a problem, or for whoever asks what is wrong with a file,
the finding that says so.
"""

from __future__ import annotations

import base64
import json
import traceback
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from xlperf.errors import UnreadableError, XlperfError, is_disk_full
from xlperf.file_names import short_name
from xlperf.files import zip_entry
from xlperf.messages import use_language
from xlperf.page import in_browser
from xlperf.reporting.result import Result, unreadable
from xlperf.server.job import UPLOAD, Answer, Job
from xlperf.server.problems import PROBLEM_JSON, Problem, problem, problem_of
from xlperf.workers.process import Limits, watched
from xlperf.workflow.annotate import annotate
from xlperf.workflow.finalize import finalize
from xlperf.workflow.template import default_name, write_template
from xlperf.workflow.validate import validate

RECEIVED, MADE, ANSWER = "received", "made", "answer"  # in the folder of a job
JSON = "application/json"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROUND = "round"  # the verb of every question about a round
OF_PAGE = "page/"  # how the verbs begin that the page asks


def answer_to(job: Job, limits: Limits) -> Answer:
    """Answer a question within the limits of time and memory."""
    use_language(job.language)
    try:
        if job.lost:
            raise UnreadableError(job.lost, found=job.name, expected=f"{limits.seconds:g} s")
        with watched(limits.seconds):
            return ANSWERS[job.verb](job)
    except UnreadableError as error:
        return _unread(job, error)
    except XlperfError as error:
        return _refused(job, problem_of(error))
    except MemoryError:
        return _unread(job, UnreadableError("XL503", found=job.name, expected=f"{limits.memory >> 20} MiB"))
    except Exception as bug:
        if is_disk_full(bug):
            return _refused(job, problem("no_room"))
        last = traceback.extract_tb(bug.__traceback__)[-1]
        found = f"{type(bug).__name__}: {bug} ({Path(last.filename).name}:{last.lineno})"
        return _unread(job, UnreadableError("XL507", found=found))


# --- the verbs of programs -----------------------------------------------------------------------------------


def _validate(job: Job) -> Answer:
    return _written(job, _named(job, validate(_received(job), templates=job.templates)).as_object())


def _annotate(job: Job) -> Answer:
    made = annotate(_received(job), output=job.folder / MADE, templates=job.templates)
    return Answer(made, XLSX, name=made.name)


def _finalize(job: Job) -> Answer:
    """The finalized workbook, its document and its report in one zip; or why there is none."""
    result = finalize(_received(job), output=job.folder / MADE, templates=job.templates)
    if not result.outputs:
        key = "unreadable" if result.status == "unreadable" else "not_final"
        return _refused(job, problem(key), result=_named(job, result).as_object())
    return Answer(_zipped(job, result.outputs), ZIP, name=f"{result.outputs[0].stem}.zip")


def _template(job: Job) -> Answer:
    assert job.year is not None, "a template is of a year"
    name = default_name(job.form, year=job.year, unit=job.unit, templates=job.templates).name
    made = job.folder / ANSWER
    write_template(job.form, year=job.year, unit=job.unit, output=made, templates=job.templates)
    return Answer(made, XLSX, name=name)


def _of_round(job: Job) -> Answer:
    """A page of a round, or a file of it."""
    from xlperf.server.round.answers import answer_to as answer_about_round

    return answer_about_round(job)


def _zipped(job: Job, files: Sequence[Path]) -> Path:
    path = job.folder / ANSWER
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for file in files:
            package.writestr(zip_entry(file.name), file.read_bytes())
    return path


# --- what the page asks --------------------------------------------------------------------------------------


def _of_page(verb: str, job: Job) -> Answer:
    """What the page is told by Python in the browser, with the files in it."""
    path = str(_received(job))
    told = json.loads(in_browser.answer(verb, path, job.language, name=job.name, templates=job.templates, report=True))
    return _written(job, told | {"files": [_packed(Path(file)) for file in told.get("files", ())]})


def _packed(file: Path) -> dict[str, str]:
    return {"name": file.name, "content": base64.b64encode(file.read_bytes()).decode()}


# --- files ---------------------------------------------------------------------------------------------------


def _received(job: Job) -> Path:
    """The upload under a name that every system takes; findings look at its ending."""
    path = job.folder / RECEIVED / short_name(job.name)
    if not path.exists():  # it does where a worker tried before
        path.parent.mkdir(exist_ok=True)
        (job.folder / UPLOAD).rename(path)
    return path


def _named(job: Job, result: Result) -> Result:
    return Result(**{**vars(result), "file": job.name})


def _written(job: Job, told: Mapping[str, object]) -> Answer:
    """An object as JSON, in ASCII: whatever stands in a cell gets over to who asks."""
    path = job.folder / ANSWER
    path.write_text(json.dumps(told), "utf-8")
    return Answer(path, JSON)


def _refused(job: Job, refusal: Problem, **more: object) -> Answer:
    """A problem as JSON, with what else there is to say."""
    return _written(job, {**refusal, **more})._replace(media_type=PROBLEM_JSON, status=refusal["status"])


def _unread(job: Job, error: UnreadableError) -> Answer:
    """The answer where there is no workbook to read: the finding, or a problem for who wanted a file."""
    if job.verb == ROUND:
        from xlperf.server.round.answers import answer_of_lost

        return answer_of_lost(job, error)
    result = unreadable(job.name, error)
    if job.verb == "validate":
        return _written(job, result.as_object())
    if job.verb == f"{OF_PAGE}check":
        return _written(job, {**in_browser.told_of(result), "files": []})
    if job.verb.startswith(OF_PAGE):
        return _written(job, {"refused": str(error)})
    return _refused(job, problem("unreadable"), result=result.as_object())


ANSWERS: Mapping[str, Callable[[Job], Answer]] = {
    "validate": _validate,
    "annotate": _annotate,
    "finalize": _finalize,
    "template": _template,
    ROUND: _of_round,
    **{f"{OF_PAGE}{verb}": partial(_of_page, verb) for verb in in_browser.VERBS},
}
