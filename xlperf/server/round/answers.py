"""What a worker makes of a question about a round: a page or a file, and a line in the log of actions for each.

answer_to(Job("round", folder, ask=Ask("board", served, visitor)))

A line that cannot be written keeps the answer back: nobody sees anything of a round that the log does not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UnreadableError, UsageError
from xlperf.files import stamp
from xlperf.server.job import Answer, Job
from xlperf.server.problems import Problem, Refused, problem, problem_of
from xlperf.server.round.action_log import line_of, write_line
from xlperf.server.round.board_page import board_page
from xlperf.server.round.downloads import exports, of_unit, taken
from xlperf.server.round.other_pages import changes_page, exports_page, received_page, refusal_page
from xlperf.server.round.receiving import receive
from xlperf.server.round.standing import Standing, read_standing
from xlperf.server.round.unit_page import unit_page
from xlperf.server.round.visits import Ask

HTML = "text/html; charset=utf-8"
PAGE = "page.html"  # in the folder of a job
TAKEN = "taken"
UNAVAILABLE = 503


class Made(NamedTuple):
    """What was made of a question, and what the log says of it; None where the line stands there already."""

    answer: Answer
    facts: Mapping[str, object] | None


def answer_to(job: Job) -> Answer:
    """Answer a question about a round."""
    ask = job.ask
    assert ask is not None, "it is about a round"
    try:
        try:
            made = VERBS[ask.verb](ask, read_standing(ask.served, ask.visitor, day=stamp(None)), job)
        except Refused as refused:
            made = _refused(ask, problem(refused.key, None, **refused.arguments), job)
        except UsageError as error:
            made = _refused(ask, _unavailable(ask, error), job)
        if made.facts is not None:
            write_line(ask.served.log, line_of(ask, **made.facts, status=made.answer.status))
        return made.answer
    except Refused as refused:  # by the log
        return _refused(ask, problem(refused.key, None, **refused.arguments), job).answer


def answer_of_lost(job: Job, error: UnreadableError) -> Answer:
    """The answer to a question over which a worker died, took too long or failed: a page that says so, and a line in the log."""
    ask = job.ask
    assert ask is not None, "it is about a round"
    key = "unreadable_upload" if ask.verb == "upload" else "fault"
    try:
        made = _refused(ask, problem(key), job)
        write_line(ask.served.log, line_of(ask, **(made.facts or {}), found=error.code, status=made.answer.status))
        return made.answer
    except Refused as refused:  # by the log
        return _refused(ask, problem(refused.key), job).answer


def _unavailable(ask: Ask, error: UsageError) -> Problem:
    """What cannot be read now; where, is for the bureau to know."""
    told = problem_of(error)
    return {**told, "status": UNAVAILABLE, "detail": "" if ask.visitor.is_unit else told["detail"]}


def _refused(ask: Ask, told: Problem, job: Job) -> Made:
    page = _page(refusal_page(ask, told), job)
    return Made(page._replace(status=told["status"]), {"asked": ask.unit, "name": ask.name, "refused": told["code"]})


def _page(text: str, job: Job) -> Answer:
    path = job.folder / PAGE
    path.write_text(text, "utf-8", errors="replace", newline="\n")
    return Answer(path, HTML)


# --- the verbs -------------------------------------------------------------------------------------------------


def _board(ask: Ask, standing: Standing, job: Job) -> Made:
    return Made(_page(board_page(ask, standing), job), {})


def _changes(ask: Ask, standing: Standing, job: Job) -> Made:
    return Made(_page(changes_page(ask, standing), job), {"since": ask.since})


def _unit(ask: Ask, standing: Standing, job: Job) -> Made:
    row = standing.row(ask.unit)
    return Made(_page(unit_page(ask, standing), job), {"unit": row.name, "unit_code": row.code})


def _file(ask: Ask, standing: Standing, job: Job) -> Made:
    row = standing.row(ask.unit)
    file = of_unit(ask.served, standing, row, ask.name)
    return Made(_taken(file.path, job), {"unit": row.name, "unit_code": row.code, "name": file.name})


def _exports(ask: Ask, standing: Standing, job: Job) -> Made:
    _refuse_unit(ask)
    return Made(_page(exports_page(ask, standing), job), {})


def _export(ask: Ask, standing: Standing, job: Job) -> Made:
    _refuse_unit(ask)
    if ask.name not in exports(ask.served, standing):
        raise Refused("no_such_place")
    return Made(_taken(ask.served.directory / ask.name, job), {"name": ask.name})


def _upload(ask: Ask, standing: Standing, job: Job) -> Made:
    row = standing.row(ask.unit)
    received = receive(ask, standing, row, folder=job.folder, language=job.language)
    return Made(_page(received_page(ask, row, received), job), None)


def _refuse_unit(ask: Ask) -> None:
    if ask.visitor.is_unit:
        raise Refused("not_yours")


def _taken(path: Path, job: Job) -> Answer:
    kind = taken(path, place := job.folder / TAKEN)
    return Answer(place, kind, name=path.name)


VERBS: Mapping[str, Callable[[Ask, Standing, Job], Made]] = {
    "board": _board,
    "changes": _changes,
    "unit": _unit,
    "file": _file,
    "exports": _exports,
    "export": _export,
    "upload": _upload,
}
