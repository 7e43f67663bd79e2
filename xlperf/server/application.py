"""What the server answers: the table of its routes.

    app = make_application(Desk(queue=queue, prepared=prepared, folder=folder), access)

The pages of a round are one more table of routes, in `round/routes`; `request.state.visitor` is whom the proxy names.
"""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xlperf import __version__
from xlperf.server.access import Access
from xlperf.server.guard import REFUSAL, App, Guard, wants_page
from xlperf.server.job import DEFAULT_NAME, UPLOAD, Job
from xlperf.server.job_queue import Gone
from xlperf.server.problems import PROBLEM_JSON, STATUS, Refused, problem
from xlperf.server.round.routes import round_routes
from xlperf.server.trips import Desk, answered, new_folder
from xlperf.server.uploads import take_upload

HERE = Path(__file__).parent
STATIC = HERE.parent / "page" / "static"
VERBS = ("validate", "annotate", "finalize", "page/check", "page/annotate", "page/finalize", "page/list")
YEARS = (1950, 2200)  # those of forms.model, which the web process need not import
MISSED = {404: "no_such_place", 405: "wrong_method"}
LATER = {"Retry-After": "10"}  # seconds
TO_ROUND = re.compile('<p id="to-round">.*?</p>')  # on the page, the way to the pages of a round


def make_application(desk: Desk, access: Access) -> App:
    """The ASGI application, guarded."""
    app = Starlette(
        routes=[
            *(Route(place, partial(answer, desk), methods=["GET"]) for place, answer in PLACES.items()),
            *(Route(f"/api/{verb}", partial(_work, desk, verb), methods=["POST"]) for verb in VERBS),
            Mount("/static", StaticFiles(directory=STATIC)),
            *(round_routes(desk, desk.served) if desk.served else ()),
        ],
        exception_handlers=TOLD,
    )
    return Guard(app, access)


# --- what is there already -----------------------------------------------------------------------------------


async def _page(desk: Desk, request: Request) -> Response:
    return HTMLResponse(desk.prepared.page if desk.served else TO_ROUND.sub("", desk.prepared.page))


async def _forms(desk: Desk, request: Request) -> Response:
    return Response(desk.prepared.forms, media_type="application/json")


async def _openapi(desk: Desk, request: Request) -> Response:
    return Response((HERE / "openapi.json").read_text("utf-8").replace("{version}", __version__), media_type="application/json")


async def _queue(desk: Desk, request: Request) -> Response:
    place = desk.queue.place(request.path_params["number"])
    if place is None:
        raise Refused("no_such_job")
    return JSONResponse({"place": place})


# --- what a worker does --------------------------------------------------------------------------------------


async def _template(desk: Desk, request: Request) -> Response:
    year = request.query_params.get("year", "")
    if not (year.isascii() and year.isdecimal() and YEARS[0] <= int(year) <= YEARS[1]):
        raise Refused("bad_year", first=YEARS[0], last=YEARS[1])
    with desk.queue.entered(), new_folder(desk) as folder:
        job = Job("template", folder, language=request.state.language, templates=desk.templates)
        named = job._replace(form=request.path_params["form"], year=int(year), unit=request.query_params.get("unit", ""))
        return await answered(desk, named, request)


async def _work(desk: Desk, verb: str, request: Request) -> Response:
    """Take a file in and have the question about it answered."""
    if request.headers.get("content-type", "").startswith("multipart/") or "content-encoding" in request.headers:
        raise Refused("not_raw")
    length = request.headers.get("content-length", "")
    with desk.queue.entered(), new_folder(desk) as folder:
        await take_upload(request.stream(), folder / UPLOAD, announced=int(length) if length.isdecimal() else None)
        job = Job(verb, folder, name=_file_name(request), language=request.state.language, templates=desk.templates)
        return await answered(desk, job, request)


def _file_name(request: Request) -> str:
    """What the sender calls the file, without the folders it may lie in."""
    name = unquote(request.headers.get("x-file-name", ""), errors="replace").replace("\\", "/").rpartition("/")[2]
    return name or DEFAULT_NAME


PLACES: Mapping[str, Callable[[Desk, Request], Awaitable[Response]]] = {
    "/": _page,
    "/openapi.json": _openapi,
    "/api/forms": _forms,
    "/api/forms/{form}/template": _template,
    "/api/queue/{number}": _queue,
}

# --- what goes wrong -----------------------------------------------------------------------------------------


def _told(request: Request, key: str, headers: Mapping[str, str] | None = None, **arguments: object) -> Response:
    body = problem(key, request.state.language, **arguments)
    if wants_page(request.url.path, request.headers.get("accept")):
        shown = REFUSAL.format(language=request.state.language, detail=html.escape(body["detail"]))
        return HTMLResponse(shown, status_code=STATUS[key], headers=headers)
    return JSONResponse(body, status_code=STATUS[key], media_type=PROBLEM_JSON, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused), "Starlette calls this for no other"
    return _told(request, error.key, LATER if STATUS[error.key] == HTTPStatus.SERVICE_UNAVAILABLE else None, **error.arguments)


async def _missed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "Starlette calls this for no other"
    return _told(request, MISSED.get(error.status_code, "no_such_place"), error.headers)


async def _without_worker(request: Request, error: Exception) -> Response:
    return _told(request, "no_worker", LATER)


async def _at_fault(request: Request, error: Exception) -> Response:
    return _told(request, "fault")


async def _unheard(request: Request, error: Exception) -> Response:
    """Nobody is there to read it."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


TOLD: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    Refused: _refused,
    HTTPException: _missed,
    BrokenExecutor: _without_worker,
    Gone: _unheard,
    ClientDisconnect: _unheard,
    Exception: _at_fault,
}
