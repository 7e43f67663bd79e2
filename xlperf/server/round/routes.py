"""The addresses of the pages of a round: whoever asks, what is asked, and the worker that answers.

    Starlette(routes=[*round_routes(desk, served)])

Whose page it is, is not decided here but by the worker, which knows the board.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from email.message import Message
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xlperf.messages import LANGUAGES
from xlperf.server.job import UPLOAD, Job
from xlperf.server.job_queue import Queue
from xlperf.server.problems import Refused
from xlperf.server.round.visits import Ask, ServedRound, Visitor
from xlperf.server.trips import Desk, answered, new_folder
from xlperf.server.uploads import take_upload

ROOT = "/round"
STYLE = Path(__file__).with_name("round.css")
LANGUAGE_COOKIE = "xlperf-language"
LONGEST = 40  # characters of what is asked for in an address, names of files aside

Answered = Callable[[Desk, ServedRound, Request], Awaitable[Response]]


def round_routes(desk: Desk, served: ServedRound) -> list[Route]:
    """The routes of a round."""
    unit = f"{ROOT}/units/{{unit}}"
    places: dict[str, Answered] = {
        ROOT: _start,
        f"{ROOT}/style.css": _style,
        f"{ROOT}/changes": partial(_page, "changes"),
        f"{ROOT}/exports": partial(_page, "exports"),
        f"{ROOT}/exports/{{name:path}}": partial(_page, "export"),
        unit: partial(_page, "unit"),
        f"{unit}/files/{{name}}": partial(_page, "file"),
    }
    return [
        *(Route(place, partial(answer, desk, served), methods=["GET"]) for place, answer in places.items()),
        Route(f"{unit}/upload", partial(_upload, desk, served), methods=["POST"]),
    ]


async def _start(desk: Desk, served: ServedRound, request: Request) -> Response:
    """The board; whoever comes with the token has a cookie from now on, and an address without it."""
    if "token" in request.query_params:
        return RedirectResponse(ROOT, status_code=303)
    return await _page("board", desk, served, request)


async def _style(desk: Desk, served: ServedRound, request: Request) -> Response:
    return Response(STYLE.read_text("utf-8"), media_type="text/css")


async def _page(verb: str, desk: Desk, served: ServedRound, request: Request) -> Response:
    """What a worker makes of a question; one that has to open a workbook waits with the other workbooks."""
    queue = desk.queue if verb == "unit" else desk.pages or desk.queue
    with queue.entered(), new_folder(desk) as folder:
        return await _told(desk, _job(desk, served, verb, request, folder), request, queue)


async def _upload(desk: Desk, served: ServedRound, request: Request) -> Response:
    kind = Message()
    kind["content-type"] = request.headers.get("content-type", "")
    boundary = kind.get_boundary("") or ""
    if kind.get_content_type() != "multipart/form-data" or not boundary:
        raise Refused("old_form")
    length = request.headers.get("content-length", "")
    with desk.queue.entered(), new_folder(desk) as folder:
        await take_upload(request.stream(), folder / UPLOAD, announced=int(length) if length.isdecimal() else None)
        job = _job(desk, served, "upload", request, folder, boundary=boundary)
        return await _told(desk, job, request, desk.queue)


async def _told(desk: Desk, job: Job, request: Request, queue: Queue) -> Response:
    answer = await answered(desk, job, request, queue=queue)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, job.language, path=ROOT, httponly=True, samesite="strict")
    return answer


def _job(desk: Desk, served: ServedRound, verb: str, request: Request, folder: Path, *, boundary: str = "") -> Job:
    query, path, visitor = request.query_params, request.path_params, request.state.visitor
    sheet, unit = query.get("sheet", ""), path.get("unit", "")[:LONGEST]
    ask = Ask(
        verb,
        served,
        visitor,
        unit=unit,
        name=path.get("name", ""),
        version=query.get("version", "")[:LONGEST],
        sheet=int(sheet) if sheet.isascii() and sheet.isdecimal() and len(sheet) <= 4 else None,
        state=query.get("state", "")[:LONGEST],
        since=query.get("since", "")[:LONGEST],
        form_token=_form_token(desk, visitor, unit),
        boundary=boundary,
    )
    return Job("round", folder, language=_language(request), templates=desk.templates, ask=ask)


def _form_token(desk: Desk, visitor: Visitor, unit: str) -> str:
    """What a form on the page of a unit holds: nobody else's page knows it, and it serves that user and unit alone."""
    said = "\0".join((visitor.user, visitor.role, visitor.unit, unit))
    return hmac.digest(desk.secret, said.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def _language(request: Request) -> str:
    """The language that was chosen on a page, else the one that the browser asks for."""
    chosen = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    asked: str = request.state.language
    return next((language for language in chosen if language in LANGUAGES), asked)
