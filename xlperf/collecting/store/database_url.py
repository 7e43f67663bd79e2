"""The URL of a database as it may be told: whatever its shape, nothing in it that may be a password is in any message.

>>> shown("postgresql+psycopg://tax:secret@db.example:5432/year?sslmode=require")
'postgresql+psycopg://***@db.example:5432/year'
>>> shown("postgresql+psycopg://tax:sec@ret@db.example/year"), shown("tax:secret@db.example")
('postgresql+psycopg://***', '***')

Where @, / or ? in a password are not written as %40, %2F and %3F, nobody can say where the password ends. So such a URL is
refused before any library sees it, whose message would name a part of the password as the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

HIDDEN = "***"
SCHEME = re.compile(r"[a-z][\w+]*://", re.IGNORECASE)
FILE = re.compile(r"(?P<place>sqlite(?:\+\w+)?:///[^?]*)(?:\?(?P<query>.*))?", re.IGNORECASE | re.DOTALL)
SERVER = re.compile(
    r"(?P<scheme>[a-z][\w+]*://)"
    r"(?P<login>[^:/?@]*(?::(?P<password>[^/?@]*))?@)?"
    r"(?P<place>(?:[\w.-]*|\[[\da-f:.]+\])(?::\d{1,5})?(?:/[^?@]*)?)"
    r"(?:\?(?P<query>[^@]*))?",
    re.IGNORECASE,
)


def is_understood(url: str) -> bool:
    """Whether it is clear where in a URL the password ends."""
    return bool(FILE.fullmatch(url) or SERVER.fullmatch(url))


def shown(url: str) -> str:
    """As much of a URL as may be told: how it begins, the server and the name of the database."""
    if file := FILE.fullmatch(url):
        return file["place"]
    if server := SERVER.fullmatch(url):
        return f"{server['scheme']}{HIDDEN if server['login'] else ''}{'@' if server['login'] else ''}{server['place']}"
    begins = SCHEME.match(url)
    return f"{begins[0] if begins else ''}{HIDDEN}"


def without_secrets(text: str, url: str) -> str:
    """What a library says of a database, the password and every value behind the `?` of its URL hidden."""
    for secret in sorted(set(_secrets(url)), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return text


def _secrets(url: str) -> Iterator[str]:
    """Yield what may be a password in a URL, as it is written and as it is meant."""
    found = FILE.fullmatch(url) or SERVER.fullmatch(url)
    parts = found.groupdict() if found else {}
    values = [parts.get("password") or "", *(value for _, value in parse_qsl(parts.get("query") or ""))]
    values += re.findall(r"=([^&]*)", parts.get("query") or "")
    for value in values:
        yield from filter(None, (value, unquote(value), unquote_plus(value), quote(value), quote(value, safe="")))
