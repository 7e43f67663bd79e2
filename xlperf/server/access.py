"""Who is let in: every request passes the checks below, in their order; the first that objects names the problem.

    access = Access(hosts=frozenset({"127.0.0.1:8750"}), token="…")
    refusal(access, seen)           # None, or a key of `problems.STATUS`

A page of another site can make a browser send requests to this PC. It cannot know the token, name our host, set our own header
or have the cookie sent along (SameSite), and each of these alone would do. Nothing here knows a web framework.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

from xlperf.messages import LANGUAGES, catalogue
from xlperf.server.round.visits import FINANCE, ROLES, Visitor

OWN_HEADER = "x-xlperf"  # whatever it says: no form and no link of another page can set it
READING = ("GET", "HEAD", "OPTIONS")
OPEN = ("/static/", "/openapi.json")  # what is no secret: it is in every copy of xlperf
ROUND = "/round"  # the pages of a round
STARTS = ("/", ROUND)  # where the token may stand in the address
FORMS = f"{ROUND}/"  # where forms of our own pages are sent to, which cannot set a header; each holds a token of its own
BEARER = "bearer "
ELSEWHERE = ("cross-site", "same-site")  # what a browser says of where a request was made


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a server lets in."""

    hosts: frozenset[str]  # as browsers write them, with the port where it is not the usual one
    token: str | None = None
    cookie: str = "xlperf"  # its name
    user_header: str | None = None  # in which a proxy names the user
    role_header: str | None = None  # the same, the user's role in a round
    unit_header: str | None = None  # the same, the user's unit, by code or name
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    origins: frozenset[str] = frozenset()  # of pages from elsewhere that may ask, with the token


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What of a request decides; the names of headers are in small letters."""

    method: str
    path: str
    peer: str | None
    headers: Mapping[str, Sequence[str]]
    cookies: Mapping[str, str]
    token: str | None = None  # in the address

    def header(self, name: str) -> str | None:
        """A header that stands there once."""
        values = self.headers.get(name, ())
        return values[0].strip() if len(values) == 1 else None


def refusal(access: Access, seen: Seen) -> str | None:
    """Why a request is refused, or None."""
    return next((key for key, is_right in CHECKS if not is_right(access, seen)), None)


def foreign_origin(access: Access, seen: Seen) -> str | None:
    """The origin of a page from elsewhere that may ask; None of our own page."""
    origin = seen.header("origin")
    return origin if origin in access.origins and not _is_own(access, origin) else None


def user_of(access: Access, seen: Seen) -> str | None:
    """Whom the proxy names."""
    return _told(seen, access.user_header) or None


def visitor_of(access: Access, seen: Seen) -> Visitor | None:
    """Who comes to the pages of a round, None where the proxy names no role that there is.

    Where no proxy names users, whoever has the token of this PC is of the bureau. Behind a proxy the token is for programs, and
    opens nothing of the round.
    """
    if access.user_header is None:
        return Visitor("", FINANCE)
    user = user_of(access, seen)
    if user is None:
        return None
    role = roles().get(_told(seen, access.role_header).casefold())
    if role is None:
        return None
    return Visitor(user, role, _told(seen, access.unit_header) if access.unit_header else user)


@lru_cache
def roles() -> Mapping[str, str]:
    """What a proxy may call the roles: their keys, and their names in every language."""
    names = {role: role for role in ROLES}
    return names | {catalogue(language)["round"][f"role_{role}"].casefold(): role for language in LANGUAGES for role in ROLES}


def _told(seen: Seen, name: str | None) -> str:
    """What a header says, in UTF-8 or percent-encoded; "" where it does not stand there once."""
    text = seen.header(name) if name else None
    try:
        return unquote((text or "").encode("latin-1").decode()).strip()
    except UnicodeError:
        return unquote(text or "").strip()


def cookie_value(token: str) -> str:
    """What the cookie holds: it opens the same door, and does not tell the token."""
    return hmac.digest(token.encode(), b"xlperf: cookie", hashlib.sha256).hex()


# --- the checks ----------------------------------------------------------------------------------------------


def _names_our_host(access: Access, seen: Seen) -> bool:
    return (seen.header("host") or "").lower() in access.hosts


def _comes_from_proxy(access: Access, seen: Seen) -> bool:
    if not access.proxies:
        return True
    try:
        peer = ip_address(seen.peer or "")
    except ValueError:
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in network for network in access.proxies)


def _is_asked_by_our_page(access: Access, seen: Seen) -> bool:
    """Or by no page at all, by a link that opens ours, or by a page that may."""
    if "origin" in seen.headers:
        origin = seen.header("origin")
        return origin is not None and (_is_own(access, origin) or origin in access.origins)
    is_opened = seen.header("sec-fetch-mode") == "navigate" and seen.path in STARTS and seen.method in READING
    return is_opened or seen.header("sec-fetch-site") not in ELSEWHERE


def _is_known(access: Access, seen: Seen) -> bool:
    """Whether it shows the token, in one of three ways, or the proxy names its user; a wrong proof is worse than none."""
    if seen.path.startswith(OPEN) or seen.method == "OPTIONS":
        return True
    if foreign_origin(access, seen) or _claims_token(access, seen):
        return _has_bearer(access, seen)
    if access.user_header:
        return user_of(access, seen) is not None
    if seen.token is not None and seen.path in STARTS and seen.method in READING:
        return _same(seen.token, access.token)
    return access.token is not None and _same(seen.cookies.get(access.cookie), cookie_value(access.token))


def _is_meant(access: Access, seen: Seen) -> bool:
    """Whether a request that does something carries what no other page can make a browser send."""
    if seen.method in READING or _has_bearer(access, seen) or seen.header(OWN_HEADER) is not None:
        return True
    return seen.path.startswith(FORMS) and _is_own(access, seen.header("origin") or "")


def _has_role(access: Access, seen: Seen) -> bool:
    """Whether the proxy names a role to whoever comes to the pages of a round."""
    is_of_round = seen.path == ROUND or seen.path.startswith(FORMS)
    return not is_of_round or visitor_of(access, seen) is not None


def _claims_token(access: Access, seen: Seen) -> bool:
    """Whether it has an Authorization that is meant for us: behind a proxy any other may be what that knows its users by."""
    told = seen.headers.get("authorization", ())
    return any(each.lstrip()[: len(BEARER)].lower() == BEARER for each in told) if access.user_header else bool(told)


def _has_bearer(access: Access, seen: Seen) -> bool:
    told = seen.header("authorization") or ""
    return told[: len(BEARER)].lower() == BEARER and _same(told[len(BEARER) :].strip(), access.token)


def _same(told: str | None, wanted: str | None) -> bool:
    return bool(told and wanted) and hmac.compare_digest(str(told).encode(), str(wanted).encode())


def _is_own(access: Access, origin: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() in access.hosts
    except ValueError:
        return False


CHECKS: tuple[tuple[str, Callable[[Access, Seen], bool]], ...] = (
    ("not_from_proxy", _comes_from_proxy),
    ("wrong_host", _names_our_host),
    ("foreign_origin", _is_asked_by_our_page),
    ("no_token", _is_known),
    ("no_own_header", _is_meant),
    ("no_role", _has_role),
)
