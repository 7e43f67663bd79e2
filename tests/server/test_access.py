"""Who is let in: every proof, every refusal, and that each check alone is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from xlperf.server.access import CHECKS, Access, Seen, cookie_value, foreign_origin, refusal, user_of
from xlperf.server.problems import STATUS

TOKEN = "x" * 43
ACCESS = Access(hosts=frozenset({"127.0.0.1:8750", "localhost:8750"}), token=TOKEN)
PANE = "https://pane.example.org"
OPEN_TO_PANE = replace(ACCESS, origins=frozenset({PANE, "null"}))
BEHIND = Access(
    hosts=frozenset({"check.example.org", "10.0.0.7:8750"}),
    user_header="x-remote-user",
    proxies=(ip_network("10.0.0.5"), ip_network("fd00::/64")),
)
BEARER = {"authorization": f"Bearer {TOKEN}"}
OWN = {"x-xlperf": "1"}


def seen(
    method: str = "GET", path: str = "/api/forms", host: str | None = "127.0.0.1:8750", cookies: Mapping[str, str] | None = None,
    peer: str = "127.0.0.1", token: str | None = None, **headers: str | list[str],
) -> Seen:  # fmt: skip
    told = {name.replace("_", "-"): [value] if isinstance(value, str) else value for name, value in headers.items()}
    told |= {"host": [host]} if host is not None else {}
    return Seen(method=method, path=path, peer=peer, headers=told, cookies=cookies or {}, token=token)


COOKIE = {"xlperf": cookie_value(TOKEN)}


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        # the token, in three ways
        (seen(**BEARER), None),
        (seen(authorization=f"bearer  {TOKEN}"), None),
        (seen(cookies=COOKIE), None),
        (seen(path="/", token=TOKEN), None),
        (seen(path="/static/main.js"), None),
        (seen(), "no_token"),
        (seen(path="/"), "no_token"),
        (seen(token=TOKEN), "no_token"),  # in the address of the page only: other addresses are passed on
        (seen("POST", "/", token=TOKEN, **OWN), "no_token"),
        (seen(path="/", token=""), "no_token"),
        (seen(path="/", token="é"), "no_token"),
        (seen(path="/", token=TOKEN[:-1]), "no_token"),
        (seen(path="/", token=TOKEN[:-1], cookies=COOKIE), "no_token"),  # a wrong proof is worse than none
        (seen(cookies={"xlperf": TOKEN}), "no_token"),
        (seen(authorization=f"Bearer {TOKEN}x", cookies=COOKIE), "no_token"),
        (seen(authorization=f"Basic {TOKEN}"), "no_token"),
        (seen(authorization=[f"Bearer {TOKEN}"] * 2), "no_token"),
        # Host
        (seen(host="localhost:8750", **BEARER), None),
        (seen(host="LOCALHOST:8750", **BEARER), None),
        (seen(host="evil.example.org", **BEARER), "wrong_host"),
        (seen(host="127.0.0.1", **BEARER), "wrong_host"),
        (seen(host="127.0.0.1:8751", **BEARER), "wrong_host"),
        (seen(host=None, **BEARER), "wrong_host"),
        (replace(seen(**BEARER), headers={"host": ["127.0.0.1:8750"] * 2}), "wrong_host"),
        (seen(path="/static/main.js", host="evil.example.org"), "wrong_host"),
        # other pages
        (seen("POST", cookies=COOKIE, **OWN), None),
        (seen("POST", cookies=COOKIE, origin="http://127.0.0.1:8750", **OWN), None),
        (seen("POST", cookies=COOKIE), "no_own_header"),
        (seen("DELETE", cookies=COOKIE), "no_own_header"),
        (seen("POST", **BEARER), None),
        (seen("POST", cookies=COOKIE, origin="http://127.0.0.1:9999", **OWN), "foreign_origin"),
        (seen("POST", cookies=COOKIE, origin="null", **OWN), "foreign_origin"),
        (seen("POST", cookies=COOKIE, origin="http://[", **OWN), "foreign_origin"),
        (seen("POST", origin=PANE, **BEARER), "foreign_origin"),
        (seen("OPTIONS", origin=PANE), "foreign_origin"),
        (seen(cookies=COOKIE, sec_fetch_site="same-origin"), None),
        (seen(cookies=COOKIE, sec_fetch_site="none"), None),
        (seen(cookies=COOKIE, sec_fetch_site="cross-site"), "foreign_origin"),
        (seen(cookies=COOKIE, sec_fetch_site="same-site", sec_fetch_mode="no-cors"), "foreign_origin"),
        (seen(cookies=COOKIE, sec_fetch_site="cross-site", sec_fetch_mode="navigate"), "foreign_origin"),
        (seen(path="/", token=TOKEN, sec_fetch_site="cross-site", sec_fetch_mode="navigate"), None),  # a link in a mail
    ],
)  # fmt: skip
def test_who_is_let_in(request_: Seen, key: str | None) -> None:
    assert refusal(ACCESS, request_) == key


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (seen("OPTIONS", origin=PANE), None),
        (seen("POST", origin=PANE, **BEARER), None),
        (seen("POST", origin="null", **BEARER), None),
        (seen("POST", origin=PANE, cookies=COOKIE, **OWN), "no_token"),  # such a page has nothing but the token
        (seen(origin=PANE, cookies=COOKIE), "no_token"),
        (seen("POST", origin=f"{PANE}.evil.org", **BEARER), "foreign_origin"),
        (seen("POST", origin=[PANE, PANE], **BEARER), "foreign_origin"),
    ],
)
def test_pages_from_elsewhere_may_ask_where_that_is_allowed_and_with_the_token_alone(request_: Seen, key: str | None) -> None:
    assert refusal(OPEN_TO_PANE, request_) == key


def behind(peer: str = "10.0.0.5", host: str = "check.example.org", **more: Any) -> Seen:
    return seen(peer=peer, host=host, **more)


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (behind(x_remote_user="li"), None),
        (behind(method="POST", x_remote_user="li", **OWN), None),
        (behind(peer="fd00::1", x_remote_user="li"), None),
        (behind(peer="::ffff:10.0.0.5", x_remote_user="li"), None),
        (behind(), "no_token"),
        (behind(x_remote_user=""), "no_token"),
        (behind(x_remote_user=" "), "no_token"),
        (behind(x_remote_user=["li", "wang"]), "no_token"),  # whose header is it?
        (behind(peer="10.0.0.6", x_remote_user="li"), "not_from_proxy"),
        (behind(peer="127.0.0.1", x_remote_user="li"), "not_from_proxy"),
        (behind(peer="", x_remote_user="li"), "not_from_proxy"),
        (behind(peer="10.0.0.6", path="/static/main.js"), "not_from_proxy"),
        (behind(host="other.example.org", x_remote_user="li"), "wrong_host"),
        (behind(method="POST", x_remote_user="li"), "no_own_header"),
        (behind(method="POST", x_remote_user="li", origin="https://check.example.org", **OWN), None),
        (behind(x_remote_user="li", **BEARER), "no_token"),  # there is no token
        (behind(cookies={"xlperf": cookie_value("")}), "no_token"),
    ],
)  # fmt: skip
def test_behind_a_proxy_its_word_counts_and_nobody_elses(request_: Seen, key: str | None) -> None:
    assert refusal(BEHIND, request_) == key


def test_a_header_that_names_a_user_is_nothing_without_a_proxy() -> None:
    assert refusal(ACCESS, seen(x_remote_user="li")) == "no_token"
    assert user_of(ACCESS, seen(x_remote_user="li")) is None
    assert user_of(BEHIND, behind(x_remote_user="li")) == "li"


def test_programs_behind_a_proxy_may_show_the_token() -> None:
    both = replace(BEHIND, token=TOKEN, origins=frozenset({PANE}))
    assert refusal(both, behind(**BEARER)) is None
    assert refusal(both, behind(method="POST", origin=PANE, **BEARER)) is None
    assert (
        refusal(both, behind(method="POST", origin=PANE, x_remote_user="li", **OWN)) == "no_token"
    )  # the proxy knows him, not what he opened
    assert refusal(both, behind(peer="10.0.0.6", **BEARER)) == "not_from_proxy"


def test_our_own_origin_is_not_foreign() -> None:
    assert foreign_origin(OPEN_TO_PANE, seen(origin="http://localhost:8750")) is None
    assert foreign_origin(OPEN_TO_PANE, seen(origin=PANE)) == PANE
    assert foreign_origin(ACCESS, seen(origin=PANE)) is None


def test_every_check_names_a_problem() -> None:
    assert {key for key, _ in CHECKS} <= set(STATUS)
