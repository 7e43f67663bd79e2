"""The pages of a round through HTTP: who is believed, forms of other pages, uploads that break off, and while a run collects."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import pytest

from support.command_line import ENVIRONMENT
from support.small_round import NAMES, RoundDesk, form_of, make_round, rows_of
from support.sweeps import SOAK, every
from support.web import Served, served
from xlperf import UsageError, serve
from xlperf.messages import LANGUAGES, catalogue
from xlperf.server.access import Access, Seen, refusal, roles, visitor_of
from xlperf.server.round.visits import FINANCE, UNIT, Visitor

pytestmark = pytest.mark.slow
PROXY = ("--user-header", "X-User", "--proxy", "127.0.0.1", "--role-header", "X-Role", "--unit-header", "X-Unit")
BEHIND = Access(
    hosts=frozenset({"h"}), user_header="x-user", role_header="x-role", unit_header="x-unit", proxies=(ip_network("10.0.0.5"),)
)
TOKEN = "t" * 43
BEARER = f"Bearer {TOKEN}"
MULTIPART = "multipart/form-data; boundary=xYz"
FILES = 500 if SOAK else 5  # that a run collects while it is looked at


def headers(role: str | None = "finance", unit: str | None = None, user: str = "li", **more: str | None) -> dict[str, str | None]:
    return {"authorization": None, "x_user": user, "x_role": role, "x_unit": unit, "accept": "text/html", **more}


@pytest.fixture(scope="module")
def behind(collected: RoundDesk) -> Iterator[Served]:
    with served("--round", collected.file, "--jobs", "1", *PROXY) as server:
        yield server


# --- who is believed -----------------------------------------------------------------------------------------


def seen(path: str = "/round", method: str = "GET", peer: str = "10.0.0.5", **told: str | list[str]) -> Seen:
    named = {
        name.replace("_", "-"): [value] if isinstance(value, str) else value for name, value in {"host": "h", **told}.items()
    }
    return Seen(method=method, path=path, peer=peer, headers=named, cookies={})


@pytest.mark.parametrize(("request_", "key", "visitor"), [
    (seen(x_user="li", x_role="finance"), None, Visitor("li", FINANCE, "")),
    (seen(x_user="li", x_role="Finance"), None, Visitor("li", FINANCE, "")),
    (seen(x_user="li", x_role="财政".encode().decode("latin-1")), None, Visitor("li", FINANCE, "")),
    (seen(x_user="li", x_role=quote("单位"), x_unit=quote("苏州市甲局")), None, Visitor("li", UNIT, "苏州市甲局")),
    (seen(x_user="li", x_role="unit", x_unit="101"), None, Visitor("li", UNIT, "101")),
    (seen(x_user="li", x_role="unit"), None, Visitor("li", UNIT, "")),  # it will come to no unit
    (seen(x_user="li"), "no_role", None),
    (seen(x_user="li", x_role=""), "no_role", None),
    (seen(x_user="li", x_role="admin"), "no_role", None),
    (seen(x_user="li", x_role=["unit", "finance"]), "no_role", None),  # a second one that a browser slipped in
    (seen(x_role="finance"), "no_token", None),
    (seen(x_user=["li", "wang"], x_role="finance"), "no_token", None),
    (seen(x_user="li", x_role="finance", peer="10.0.0.6"), "not_from_proxy", None),
    (seen("/api/forms", x_user="li"), None, None),  # what is of no round needs no role
    (seen("/round/units/1/upload", "POST", x_user="li", x_role="finance"), "no_own_header", None),
    (seen("/round/units/1/upload", "POST", x_user="li", x_role="finance", origin="https://h"), None, Visitor("li", FINANCE, "")),
    (seen("/round/units/1/upload", "POST", x_user="li", x_role="finance", origin="https://evil"), "foreign_origin", None),
    (seen("/round/units/1/upload", "POST", x_user="li", x_role="finance", origin="null"), "foreign_origin", None),
    (seen("/api/validate", "POST", x_user="li", x_role="finance", origin="https://h"), "no_own_header", None),
    (seen("/round/units/1", x_user="li", x_role="unit", x_unit="101", sec_fetch_site="cross-site", sec_fetch_mode="navigate"), "foreign_origin", None),
    (seen(x_user="li", x_role="unit", x_unit="101", sec_fetch_site="cross-site", sec_fetch_mode="navigate"), None, Visitor("li", UNIT, "101")),
])  # fmt: skip
def test_a_role_is_what_the_proxy_says_once_and_nothing_else(request_: Seen, key: str | None, visitor: Visitor | None) -> None:
    assert refusal(BEHIND, request_) == key
    if visitor:
        assert visitor_of(BEHIND, request_) == visitor


@pytest.mark.parametrize(("request_", "key", "visitor"), [
    (seen(authorization=BEARER), "no_role", None),  # a program: the token is not for pages of a round
    (seen(authorization=BEARER, x_role="finance"), "no_role", None),
    (seen(authorization=BEARER, x_user="", x_role="finance"), "no_role", None),
    (seen(authorization=BEARER, x_user=["li", "wang"], x_role="finance"), "no_role", None),
    (seen("/round/units/1/upload", "POST", authorization=BEARER, x_role="finance"), "no_role", None),
    (seen(authorization=BEARER, x_user="li", x_role="unit", x_unit="101"), None, Visitor("li", UNIT, "101")),
    (seen("/api/forms", authorization=BEARER), None, None),
    (seen(authorization="Basic bGk6eA==", x_user="li", x_role="finance"), None, Visitor("li", FINANCE, "")),  # as nginx passes it on
    (seen(authorization="Negotiate YII=", x_user="li", x_role="unit", x_unit="101"), None, Visitor("li", UNIT, "101")),
    (seen(authorization=["Basic bGk6eA==", BEARER], x_user="li", x_role="finance"), "no_token", Visitor("li", FINANCE, "")),
    (seen(authorization="Basic bGk6eA=="), "no_token", None),
    (seen(authorization="bearer x", x_user="li", x_role="finance"), "no_token", Visitor("li", FINANCE, "")),
])  # fmt: skip
def test_behind_a_proxy_the_token_opens_nothing_of_the_round_and_the_proxys_own_proof_is_no_wrong_one(
    request_: Seen, key: str | None, visitor: Visitor | None
) -> None:
    both = replace(BEHIND, token=TOKEN)
    assert refusal(both, request_) == key
    assert visitor_of(both, request_) == visitor


def test_without_a_header_of_units_the_user_is_called_by_the_code() -> None:
    access = Access(hosts=frozenset({"h"}), user_header="x-user", role_header="x-role", proxies=(ip_network("10.0.0.5"),))
    assert visitor_of(access, seen(x_user="101", x_role="unit", x_unit="102")) == Visitor("101", UNIT, "101")


def test_whoever_has_the_token_of_this_pc_is_of_the_bureau() -> None:
    assert visitor_of(Access(hosts=frozenset({"h"}), token="t" * 43), seen()) == Visitor("", FINANCE)
    assert set(roles().values()) == {FINANCE, UNIT} and all(
        catalogue(each)["round"]["role_unit"] in roles() for each in LANGUAGES
    )


@pytest.mark.parametrize(("arguments", "key"), [
    ({"round_file": "round.yaml", "user_header": "X-User", "proxies": ["127.0.0.1"]}, "needs_role"),
    ({"role_header": "X-Role"}, "role_alone"),
    ({"unit_header": "X-Unit", "round_file": "round.yaml"}, "role_alone"),
    ({"role_header": "X-Role", "user_header": "X-User", "proxies": ["127.0.0.1"]}, "role_alone"),
    ({"round_file": "round.yaml", "user_header": "X-User", "proxies": ["127.0.0.1"], "role_header": "X Role"}, "bad_header"),
    ({"round_file": "nothing.yaml"}, "cannot_open"),
    ({"round_file": "without.yaml"}, "served_round_lacks"),
    ({"round_file": "wrong.yaml"}, "bad_round"),
])  # fmt: skip
def test_a_round_that_anybody_could_see_is_not_served(
    arguments: dict, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "round.yaml").write_text("output: out\n")
    (tmp_path / "without.yaml").write_text("year: 2023\n")
    (tmp_path / "wrong.yaml").write_text("yaer: 2023\n")
    with pytest.raises(UsageError) as refused:
        serve(**arguments)
    assert refused.value.key == key and "{" not in str(refused.value)


# --- pages ---------------------------------------------------------------------------------------------------


def test_each_role_gets_its_pages_and_no_other(behind: Served, collected: RoundDesk) -> None:
    own, other = (f"/round/units/{collected.key(code)}" for code in ("101002", "101001"))
    unit = headers("unit", "101002")
    assert behind.ask("GET", own, **unit).status == behind.ask("GET", "/round", **unit).status == 200
    assert behind.ask("GET", other, **unit).status == 404
    for path in ("/round/exports", f"/round/exports/{quote('汇总.xlsx')}", "/round/exports/audit.zip"):
        assert behind.ask("GET", path, **unit).status == 403
        assert behind.ask("GET", path, **headers()).status == 200
    assert len(list(rows_of(behind.ask("GET", "/round", **headers()).body.decode()))) == len(NAMES)
    refused = behind.ask("GET", "/round", **headers(None))
    assert (refused.status, refused.kind) == (403, "text/html") and "--role-header" in refused.body.decode()
    assert behind.ask("GET", "/round", **headers(None, accept="application/json")).json()["code"] == "no_role"
    for path in ("/round/units/x/y", "/round/none", "/round/exports/%2e%2e/round.yaml", "/round/exports/..%2fround.yaml"):
        assert behind.ask("GET", path, **headers()).status == 404
    assert (
        behind.ask("POST", "/round", b"", **headers(origin=behind.url, host=f"127.0.0.1:{behind.port}", x_xlperf="1")).status
        == 405
    )


def test_the_page_that_validates_leads_to_the_round(behind: Served) -> None:
    text = behind.ask("GET", "/", **headers()).body.decode()
    assert '<p id="to-round"><a href="round" data-say="to_round">查看报送进度</a></p>' in text
    assert json.loads(re.search(r'id="words">(.*?)</script>', text, re.DOTALL)[1])["en"]["to_round"].startswith("The round")  # type: ignore[index]


def test_a_page_says_what_browsers_are_to_hold_to(behind: Served) -> None:
    for path in ("/round", "/round/changes", "/round/exports", "/round/style.css"):
        got = behind.ask("GET", path, **headers())
        policy = dict(each.strip().split(" ", 1) for each in got.headers["content-security-policy"].split(";"))
        assert (
            policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'" and policy["default-src"] == "'none'"
        )
        assert got.headers["cache-control"] == "no-store" and got.headers["x-frame-options"] == "DENY"


def test_a_language_that_was_chosen_stays(behind: Served) -> None:
    got = behind.ask("GET", "/round?lang=en", **headers(accept_language="zh"))
    cookie = got.headers["set-cookie"]
    assert 'lang="en"' in got.body.decode() and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    again = behind.ask("GET", "/round", **headers(accept_language="zh", cookie=cookie.partition(";")[0]))
    assert 'lang="en"' in again.body.decode()
    assert 'lang="zh-CN"' in behind.ask("GET", "/round?lang=xx", **headers(accept_language="zh")).body.decode()


def test_the_token_leaves_the_address_of_the_round_too(collected: RoundDesk) -> None:
    with served("--round", collected.file, "--jobs", "1") as server:
        assert "/round?token=" in server.address
        got = server.ask("GET", f"/round?token={server.token}", authorization=None, accept="text/html")
        cookie = got.headers["set-cookie"].partition(";")[0]
        assert (got.status, got.headers["location"]) == (303, "/round") and server.token not in cookie
        assert server.ask("GET", "/round", authorization=None, cookie=cookie).status == 200
        assert server.ask("GET", "/", authorization=None, cookie=cookie).status == 200
        assert server.ask("GET", "/round", authorization=None, accept="text/html").status == 401
        assert server.ask("GET", "/round?token=x", authorization=None, cookie=cookie).status == 401
        assert server.memory() < 150


def test_the_set_up_for_nginx_that_is_documented_lets_its_users_in(collected: RoundDesk, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text(TOKEN)
    with served("--round", collected.file, "--jobs", "1", *PROXY, "--token-file", tmp_path / "token.txt") as server:
        basic = "Basic bGk6c2VjcmV0"  # nginx passes on what it asked the browser for
        assert server.ask("GET", "/round", **headers(authorization=basic)).status == 200
        assert server.ask("GET", "/", **headers(authorization=basic)).status == 200
        assert server.ask("GET", "/round", authorization=basic, accept="text/html").status == 401
        for path in ("/round", f"/round/units/{collected.key('101002')}", "/round/exports/audit.zip"):
            got = server.ask("GET", path, authorization=BEARER, accept="text/html")
            assert got.status == 403 and "苏州市" not in got.body.decode("utf-8", "replace"), path
        assert server.ask("GET", "/api/forms", authorization=BEARER).status == 200


# --- handing in ----------------------------------------------------------------------------------------------


def token_in(server: Served, path: str, who: dict[str, str | None]) -> str:
    found = re.search(r'name="form_token" value="(\w{64})"', server.ask("GET", path, **who).body.decode())
    assert found
    return found[1]


def there(desk: RoundDesk) -> set[str]:
    return {path.relative_to(desk.inbox).as_posix() for path in desk.inbox.rglob("*") if path.is_file()}


def test_a_form_is_taken_from_our_page_of_that_unit_and_user_alone(behind: Served, collected: RoundDesk) -> None:
    own, other = (f"/round/units/{collected.key(code)}" for code in ("101003", "101004"))
    unit, bureau = headers("unit", "101003", user="a"), headers(user="b")
    token = token_in(behind, own, unit)
    tokens = {
        token,
        token_in(behind, own, bureau),
        token_in(behind, other, bureau),
        token_in(behind, own, headers("unit", "101003", user="c")),
    }
    assert len(tokens) == 4
    before, good = there(collected), {"content_type": MULTIPART, "origin": behind.url.rstrip("/")}

    def send(path: str, token: str, who: dict[str, str | None], **more: str | None) -> int:
        return behind.ask(
            "POST", f"{path}/upload", form_of(token, "扫描.pdf", b"%PDF of a test"), **{**who, **good, **more}
        ).status

    assert send(own, token, unit, origin=None) == 403
    assert send(own, token, unit, origin="https://evil.example.org") == 403
    assert send(own, token, unit, origin="null") == 403
    assert send(own, token, unit, host="evil.example.org") == 421
    assert send(own, "0" * 64, unit) == send(own, token, bureau) == send(own, token_in(behind, other, bureau), bureau) == 403
    assert send(other, token, unit) == 404
    assert send(own, token, unit, content_type="application/x-www-form-urlencoded") == 403
    assert send(own, token, headers(None, "101003", user="a")) == 403
    assert there(collected) == before
    assert send(own, token, unit) == 200
    assert there(collected) - before == {"苏州市丙寅局/扫描.pdf"}
    (collected.inbox / "苏州市丙寅局" / "扫描.pdf").unlink()


def test_an_upload_that_breaks_off_leaves_nothing(behind: Served, collected: RoundDesk) -> None:
    own, who = f"/round/units/{collected.key('101003')}", headers()
    token, before = token_in(behind, own, who), there(collected)
    body = form_of(token, "扫描.pdf", b"%PDF" + b"x" * 3_000_000)
    for part in (0, 100, len(body) // 2, len(body) - 3):
        with socket.create_connection(("127.0.0.1", behind.port)) as line:
            head = (f"POST {own}/upload HTTP/1.1\r\nHost: 127.0.0.1:{behind.port}\r\nOrigin: {behind.url.rstrip('/')}\r\nX-User: li\r\n"
                    f"X-Role: finance\r\nContent-Type: {MULTIPART}\r\nContent-Length: {len(body)}\r\n\r\n")  # fmt: skip
            line.sendall(head.encode() + body[:part])
    seen, deadline = time.monotonic(), time.monotonic() + 30
    while time.monotonic() < min(seen + 1, deadline):  # the last of them may come to the server only now
        if list(behind.folder.rglob("upload")):
            seen = time.monotonic()
        time.sleep(0.05)
    assert there(collected) == before and not list(behind.folder.rglob("upload"))
    large = behind.ask("POST", f"{own}/upload", form_of(token, "a.pdf", bytes(21 * 2**20)), content_type=MULTIPART, **{**who, "origin": behind.url.rstrip("/")})  # fmt: skip
    assert large.status == 413 and there(collected) == before


# --- while a run collects ------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", every(1, ["sqlite", "postgresql"], usual=2), indirect=True)
def test_pages_are_whole_while_a_run_collects(collected: RoundDesk, tmp_path: Path, url: str | None) -> None:
    """Every page answers, and shows the run before or the new one, never a part of it."""
    shutil.copytree(collected.folder, tmp_path / "r", ignore=shutil.ignore_patterns("汇集", "*.jsonl"))
    desk = RoundDesk(tmp_path / "r", collected.bases)
    kept = ("--database", url) if url else ()
    desk.collect(database=url)
    for number in range(FILES):
        desk.send(f"new/{number}.xlsx", desk.book(f"{200_000 + number}", like=number % 90))
    roster = desk.folder / "units.csv"
    more = [f"苏州市{200_000 + number}局,{200_000 + number},市丁委,x,0512" for number in range(FILES)]
    roster.write_text(roster.read_text("utf-8") + "\n".join(more) + "\n", "utf-8")
    with served("--round", desk.file, "--jobs", "1", *kept) as server:
        paths = [
            "/round",
            f"/round/units/{desk.key('101002')}",
            "/round/changes",
            "/round/exports",
            f"/round/exports/{quote('汇总.xlsx')}",
        ]
        command = [sys.executable, "-m", "xlperf", "collect", "--round", str(desk.file), "--jobs", "1", "--quiet", *kept]
        shown, worked = [], False
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**ENVIRONMENT, "LC_ALL": "zh"}) as run:
            while run.poll() is None:
                for path in paths:
                    got = server.ask("GET", path)
                    assert got.status == 200, (path, got.body.decode())
                    if path == "/round":
                        shown.append(tuple(tuple(row) for row in rows_of(got.body.decode())))
                        worked |= 'role="status"' in got.body.decode()
        last = tuple(tuple(row) for row in rows_of(server.ask("GET", "/round").body.decode()))
    assert run.returncode == 3 and worked  # there is a scan
    assert set(shown) <= {shown[0], last} and len(shown[0]) == len(NAMES) and len(last) == len(NAMES) + FILES
    assert {row[4] for row in last[len(NAMES) :]} == {"✓ 通过"}


def test_the_first_run_of_a_round_can_be_watched_too(tmp_path: Path) -> None:
    desk = make_round(tmp_path)
    with served("--round", desk.file, "--jobs", "1") as server:
        assert server.ask("GET", "/round").status == 200
        desk.collect()
        assert [row[4] for row in rows_of(server.ask("GET", "/round").body.decode())] == [
            "✓ 通过",
            "✕ 退回",
            "✕ 无法读取",
            "○ 未报送",
            "✓ 通过",
        ]
