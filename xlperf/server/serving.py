"""The server as a process: its address, its workers, and how it ends.

    serve(port=0)       # http://127.0.0.1:49152/?token=…

SIGTERM and Ctrl+C let it finish what it has taken in, then it ends.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import signal
import socket
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from xlperf.errors import UsageError, reason_of
from xlperf.files import StrPath
from xlperf.messages import current_language
from xlperf.server.access import ROUND, Access
from xlperf.server.round.visits import ServedRound
from xlperf.workers.process import Limits

PORT = 8750
LIMITS = Limits()
SHORTEST_TOKEN = 16
USUAL_PORTS = (80, 443)  # which browsers leave out
HEADER = re.compile(r"[A-Za-z0-9-]+")
NOBODY = "null"  # the origin of a page that was opened from a disk
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    names: Sequence[str] = (),
    token_file: StrPath | None = None,
    user_header: str | None = None,
    proxies: Sequence[str] = (),
    origins: Sequence[str] = (),
    round_file: StrPath | None = None,
    role_header: str | None = None,
    unit_header: str | None = None,
    database: str | None = None,
    templates: StrPath | None = None,
    jobs: int | None = None,
    limits: Limits = LIMITS,
    tell: Callable[[str], object] = print,
) -> None:
    """Serve the page and an API until the process is told to end; then finish what was taken in.

    Only this PC can reach it, and only who knows the address: a random token is part of it. On a network it is reached through
    a proxy that knows its users and names them in a header.

    Args:
        host: the address to listen on; one that others can reach needs a proxy.
        port: 0 takes a free one.
        names: how it is called from outside, like "check.example.org", if a proxy passes that on.
        token_file: a file that holds the token, for programs that have to know it; by default a new one each time.
        user_header: the header in which a proxy names the user.
        proxies: the addresses or networks from which that header is believed, and any request is answered.
        origins: pages from elsewhere that may ask, with the token: "https://pane.example.org", or "null" for pages from a disk.
        round_file: the round.yaml of a round whose pages are served too, for the bureau and for each unit its own.
        role_header: the header in which the proxy names the user's role in the round, "finance" or "unit".
        unit_header: the header in which it names the user's unit, by code or name; by default the user is called by its code.
        database: the URL of the store of that round, where its collection was made with one.
        templates: the folder of a bureau's own forms; by default that of the round.
        jobs: how many worker processes, by default one per processor.
        limits: what one workbook may take.
        tell: is called once, with the address, when it can be opened.

    Raises:
        UsageError: Starlette and uvicorn are not installed, the address cannot be had, or would be open to everybody; the file
            of the round cannot be right.
        FormError: the definition of a bureau's own form cannot be right, or the file of the round is not YAML.

    Example:
        >>> try:
        ...     serve(host="0.0.0.0")
        ... except UsageError as error:
        ...     error.key
        'needs_proxy'
    """
    _refuse_open_house(host, user_header, proxies)
    _refuse_round_without_roles(round_file, user_header, role_header, unit_header)
    for option, header in (("--user-header", user_header), ("--role-header", role_header), ("--unit-header", unit_header)):
        if header and not HEADER.fullmatch(header):
            raise UsageError("bad_header", option=option, value=header)
    served = _opened_round(round_file, database) if round_file else None
    networks = tuple(map(_network, proxies))
    pages = frozenset(map(_origin, origins))
    token = _read_token(token_file) if token_file else None if user_header else token_urlsafe(32)
    _require_libraries()
    with _listening(host, port) as listener, tempfile.TemporaryDirectory(prefix="xlperf-serve-") as folder:
        port = listener.getsockname()[1]
        access = Access(
            hosts=_hosts(host, port, names),
            token=token,
            cookie=f"xlperf-{port}",  # browsers send a cookie to every port
            user_header=user_header.lower() if user_header else None,
            role_header=role_header.lower() if role_header else None,
            unit_header=unit_header.lower() if unit_header else None,
            proxies=networks,
            origins=pages,
        )
        place = f"http://{_in_url(host)}:{port}{ROUND if served else '/'}"
        address = place + ("" if token_file or not token else f"?token={token}")
        own = Path(templates) if templates else served.templates if served else None
        house = _House(listener, access, Path(folder), templates=own, served=served, jobs=jobs, limits=limits)
        asyncio.run(_serve(house, tell=lambda: tell(address)))


@dataclass(frozen=True)
class _House:
    """All that a server is started with."""

    listener: socket.socket
    access: Access
    folder: Path
    templates: Path | None
    served: ServedRound | None
    jobs: int | None
    limits: Limits


async def _serve(house: _House, *, tell: Callable[[], object]) -> None:
    import uvicorn

    from xlperf.server.application import make_application
    from xlperf.server.job_queue import opened_queue
    from xlperf.server.trips import Desk

    limits, folder, templates = house.limits, house.folder, house.templates
    opened = partial(opened_queue, limits=limits, folder=folder, templates=templates, language=current_language())
    async with AsyncExitStack() as workers:
        queue, prepared = await workers.enter_async_context(opened(lanes=house.jobs or os.cpu_count() or 1))
        # The board does not wait behind workbooks: it has a worker of its own.
        pages, _ = await workers.enter_async_context(opened(lanes=1)) if house.served else (queue, prepared)
        desk = Desk(queue=queue, pages=pages, prepared=prepared, folder=folder, templates=templates, served=house.served)
        app = make_application(desk, house.access)
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            access_log=False,  # addresses may hold the token
            log_config=None,
            log_level="error",
            proxy_headers=False,  # a proxy is known by its own address
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=round(2 * limits.seconds),
        )
        for number in SIGNALS:
            signal.signal(number, _nothing)  # uvicorn hears it first, and raises it again when it is done
        tell()
        await uvicorn.Server(config).serve(sockets=[house.listener])


def _nothing(number: int, frame: object) -> None:
    """What a signal does that was heard already."""


# --- what was asked for --------------------------------------------------------------------------------------


def _refuse_open_house(host: str, user_header: str | None, proxies: Sequence[str]) -> None:
    if bool(user_header) != bool(proxies):
        raise UsageError("proxy_alone")
    if not proxies and not _is_loopback(host):
        raise UsageError("needs_proxy", host=host)


def _refuse_round_without_roles(
    round_file: StrPath | None, user_header: str | None, role_header: str | None, unit_header: str | None
) -> None:
    """Behind a proxy nobody comes to a round whose role is not known; and no header is believed from nowhere."""
    if (role_header or unit_header) and not (round_file and user_header):
        raise UsageError("role_alone")
    if round_file and user_header and not role_header:
        raise UsageError("needs_role")


def _opened_round(path: StrPath, database: str | None) -> ServedRound:
    """The round as it is served.

    Raises:
        UsageError: the file cannot be right, or does not say where the collection lies.
        FormError: it is not YAML.
    """
    from xlperf.distributing.round_file import read_round

    said = read_round(path)
    if said.output is None:
        raise UsageError("served_round_lacks", path=path)
    return ServedRound(
        directory=said.output.absolute(),
        log=Path(path).absolute().with_suffix(".actions.jsonl"),
        inbox=next((inbox.absolute() for inbox in said.inboxes if inbox.is_dir() or not inbox.exists()), None),
        roster=said.roster.absolute() if said.roster else None,
        database=database,
        templates=said.templates.absolute() if said.templates else None,
        form=said.form,
        year=said.year,
        unexplained=said.unexplained,
        reports=said.reports,
        title=said.announcement.title or "",
        office=said.announcement.office or "",
        deadline=said.announcement.deadline or "",
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise UsageError("bad_proxy", value=text) from None


def _origin(text: str) -> str:
    """An origin as browsers write it."""
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if text != NOBODY and (parts.scheme not in ("http", "https") or not parts.netloc or text.lower().rstrip("/") != origin):
        raise UsageError("bad_origin", value=text)
    return text if text == NOBODY else origin


def _read_token(path: StrPath) -> str:
    try:
        token = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("cannot_open", path=Path(path), reason=reason_of(error)) from None
    if len(token) < SHORTEST_TOKEN or not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", token):
        raise UsageError("bad_token", path=Path(path), most=SHORTEST_TOKEN)
    return token


def _hosts(host: str, port: int, names: Sequence[str]) -> frozenset[str]:
    """What a browser may call this server."""
    called = [_in_url(host), *(["localhost", "127.0.0.1"] if _is_loopback(host) else [])]
    short = called if port in USUAL_PORTS else []
    return frozenset(name.lower() for name in (*names, *(f"{each}:{port}" for each in called), *short))


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _require_libraries() -> None:
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise UsageError("no_server") from None


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise UsageError("cannot_listen", host=host, port=port, reason=reason_of(error)) from None
