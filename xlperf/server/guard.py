"""Before and after every request: whoever may not in is refused, and every answer carries what it tells browsers.

app = Guard(application, access)
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from xlperf.messages import LANGUAGES, current_language
from xlperf.server.access import FORMS, STARTS, Access, Seen, cookie_value, foreign_origin, refusal, visitor_of
from xlperf.server.problems import PROBLEM_JSON, problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS: tuple[Header, ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
# What a person reads in place of a page.
REFUSAL = '<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><title>xlperf</title><p>{detail}</p></html>'
# A browser hears a refusal only once it has sent what it wanted to send; of that no more than this is let in, and thrown away.
THROWN_AWAY = 32 * 2**20  # bytes
HEARD_OUT = 10.0  # seconds
# What a page from elsewhere that may ask is told it may do; cookies are not among it.
ALLOWED: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, accept-language, x-file-name, x-job, x-xlperf"),
    (b"access-control-max-age", b"600"),
    (b"access-control-allow-private-network", b"true"),
)


class Guard:
    """An ASGI application in front of another."""

    def __init__(self, app: App, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        seen = seen_in(scope)
        more = [*ALWAYS, *self._told_to(seen)]

        async def send_more(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        scope["state"] = {"language": language_of(seen), "visitor": visitor_of(self.access, seen)}
        if key := refusal(self.access, seen):
            await _hear_out(receive)
            await _refuse(key, seen, send_more)
        elif seen.method == "OPTIONS":
            await _answer(send_more, 204, [], b"")
        else:
            await self.app(scope, receive, send_more)

    def _told_to(self, seen: Seen) -> Iterator[Header]:
        """Yield what depends on who asks: the cookie for who came with the token, what a page from elsewhere may do."""
        if seen.path in STARTS and seen.token and self.access.token and not refusal(self.access, seen):
            value = f"{self.access.cookie}={cookie_value(self.access.token)}; Path=/; HttpOnly; SameSite=Strict"
            yield b"set-cookie", value.encode()
        yield b"vary", b"Origin"
        if origin := foreign_origin(self.access, seen):
            yield b"access-control-allow-origin", origin.encode("latin-1")
            yield b"access-control-expose-headers", b"content-disposition"
            if seen.method == "OPTIONS":
                yield from ALLOWED


def seen_in(scope: Scope) -> Seen:
    """What of a request decides."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
    peer = scope.get("client")
    return Seen(
        method=scope["method"],
        path=scope["path"],
        peer=peer[0] if peer else None,
        headers=headers,
        cookies=_cookies("; ".join(headers.get("cookie", ()))),
        token=tokens[0] if tokens else None,
    )


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    except CookieError:
        return {}


def language_of(seen: Seen) -> str:
    """The first language that is asked for and that we speak, else that of the server."""
    asked = (each.split(";")[0].strip()[:2].lower() for each in (seen.header("accept-language") or "").split(","))
    return next((language for language in asked if language in LANGUAGES), current_language())


async def _hear_out(receive: Receive) -> None:
    """Throw away what else there is of a request that is refused, if it comes soon and is not too much."""
    left = THROWN_AWAY
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HEARD_OUT):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


async def _refuse(key: str, seen: Seen, send: Send) -> None:
    """Say why; to a person who opened the page as a page."""
    language = language_of(seen)
    told = problem(key, language)
    status = told["status"]
    headers = [(b"www-authenticate", b"Bearer")] if status == 401 else []
    headers.append((b"connection", b"close"))  # there may be more of the request than was read
    if wants_page(seen.path, seen.header("accept")):
        shown = REFUSAL.format(language=language, detail=html.escape(told["detail"]))
        await _answer(send, status, [*headers, (b"content-type", b"text/html; charset=utf-8")], shown.encode())
        return
    await _answer(send, status, [*headers, (b"content-type", PROBLEM_JSON.encode())], json.dumps(told).encode())


def wants_page(path: str, accept: str | None) -> bool:
    """Whether a person opened an address as a page, and is to read why there is none."""
    return (path in STARTS or path.startswith(FORMS)) and "text/html" in (accept or "")


async def _answer(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
