"""The server as a process: its first line, what it refuses to begin with, what it imports, and how it ends."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from support.command_line import xlperf
from support.paths import FILLED
from support.web import PATIENCE, Got, served
from xlperf import FormError, UnreadableError, UsageError, list_forms, new_form, serve, write_template
from xlperf.cli import serve as serve_command
from xlperf.forms import field_types
from xlperf.server import application, serving

BOOK = FILLED.read_bytes()
posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"host": "0.0.0.0"}, "needs_proxy"),
        ({"host": "::"}, "needs_proxy"),
        ({"host": "check.example.org"}, "needs_proxy"),
        ({"host": "0.0.0.0", "user_header": "X-Remote-User"}, "proxy_alone"),
        ({"proxies": ["10.0.0.5"]}, "proxy_alone"),
        ({"user_header": "X Remote", "proxies": ["10.0.0.5"]}, "bad_header"),
        ({"user_header": "X-Remote-User", "proxies": ["proxy.example.org"]}, "bad_proxy"),
        ({"user_header": "X-Remote-User", "proxies": ["10.0.0.5/8"]}, "bad_proxy"),
        ({"origins": ["pane.example.org"]}, "bad_origin"),
        ({"origins": ["https://pane.example.org/pane.html"]}, "bad_origin"),
        ({"origins": ["*"]}, "bad_origin"),
        ({"origins": ["file:///C:/pane.html"]}, "bad_origin"),
        ({"token_file": "nothing"}, "cannot_open"),
        ({"token_file": "short"}, "bad_token"),
        ({"token_file": "odd"}, "bad_token"),
    ],
)
def test_a_house_that_is_open_to_all_is_refused(
    arguments: dict, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "short").write_text("secret")
    (tmp_path / "odd").write_text("x" * 40 + "\n" + "y" * 40)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        serve(**arguments)
    assert refused.value.key == key and "{" not in str(refused.value)


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = xlperf("serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(port) in done.stderr and "--port" in done.stderr


@pytest.mark.slow
def test_a_form_that_is_wrong_is_told_before_anybody_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "2026"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text("form: wrong", "utf-8")
    done = xlperf("serve", "--port", "0", "--templates", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "form.yaml" in done.stderr and "Traceback" not in done.stderr


# --- how it ends ---------------------------------------------------------------------------------------------


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # it was closed between the call and the answer
        return False
    return False


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_taken_in_is_answered_before_it_ends(number: int) -> None:
    with served("--jobs", "1") as server:
        answers: list[Got] = []
        threads = [threading.Thread(target=lambda: answers.append(server.post("validate", BOOK, x_job="last"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        while server.ask("GET", "/api/queue/last").status != 200:
            time.sleep(0.01)
        time.sleep(0.3)  # until the others are in too
        server.process.send_signal(number)
        deadline = time.monotonic() + PATIENCE
        while not refuses(server.port):
            assert time.monotonic() < deadline
        for thread in threads:
            thread.join()
        assert [answer.json()["status"] for answer in answers] == ["passed"] * 4
        assert server.process.wait(PATIENCE) == 0
        assert server.process.stdout.read() == ""


# --- what the web process is made of -------------------------------------------------------------------------

WATCHED = """
import json, sys
from xlperf.__main__ import main
if __name__ == "__main__":
    code = main()
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules} | {name for name in sys.modules if name.startswith("xlperf.")})))
    sys.exit(code)
"""
ROOMS = {"__main__", "cli", "server", "workers", "errors", "files", "interrupts", "messages"}
LIBRARIES = {"anyio", "click", "h11", "idna", "starlette", "uvicorn", "typing_extensions", "pathvalidate"}
EVERYWHERE = {"xlperf", "sitecustomize", "usercustomize", "mpmain", "coverage", "$coverage"}


@pytest.mark.slow
def test_the_web_process_opens_no_workbook_and_could_not(tmp_path: Path) -> None:
    """Nothing that reads a file of others is imported there, however many files were answered."""
    (program := tmp_path / "watched.py").write_text(WATCHED)
    with served(command=(str(program),)) as server:
        for verb in ("validate", "annotate", "finalize", "page/check", "page/list"):
            assert server.post(verb, BOOK).status == 200
        assert server.ask("GET", "/").status == server.ask("GET", "/api/forms").status == 200
        server.process.send_signal(signal.SIGTERM)
        told = set(json.loads(server.process.stdout.read()))
    ours = {name.split(".")[1] for name in told if name.startswith("xlperf.")}
    foreign = {name for name in told if "." not in name} - sys.stdlib_module_names
    assert ours <= ROOMS
    assert {name for name in foreign if not name.startswith(("_", "__"))} <= LIBRARIES | EVERYWHERE
    assert {"xlperf.server.answers", "xlperf.server.preparation"} & told == set()


# --- a proxy, a token of one's own, pages from elsewhere -----------------------------------------------------


@pytest.mark.slow
def test_behind_a_proxy_only_its_users_are_answered() -> None:
    proxy = ("--user-header", "X-Remote-User", "--proxy", "127.0.0.1", "--name", "check.example.org")
    with served(*proxy) as server:
        assert "token" not in server.address
        user = {"authorization": None, "host": "check.example.org", "x_remote_user": "li"}
        assert server.ask("GET", "/", **user).status == 200
        assert server.post("validate", BOOK, x_xlperf="1", **user).json()["status"] == "passed"
        assert server.post("validate", BOOK, **user).json()["code"] == "no_own_header"
        assert server.ask("GET", "/", **{**user, "x_remote_user": None}).json()["code"] == "no_token"
        assert server.ask("GET", "/", **{**user, "host": "evil.example.org"}).json()["code"] == "wrong_host"
    with served("--user-header", "X-Remote-User", "--proxy", "10.0.0.5") as server:
        for forged in ({}, {"x_forwarded_for": "10.0.0.5"}, {"forwarded": "for=10.0.0.5"}, {"x_real_ip": "10.0.0.5"}):
            refused = server.ask("GET", "/", authorization=None, x_remote_user="li", **forged)
            assert (refused.status, refused.json()["code"]) == (403, "not_from_proxy")


def cors(got: Got) -> dict[str, str]:
    return {name: value for name, value in got.headers.items() if name.startswith("access-control")}


@pytest.mark.slow
def test_a_page_from_elsewhere_that_is_allowed_asks_with_the_token_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("k" * 40 + "\n")
    pane = "https://pane.example.org"
    with served("--token-file", tmp_path / "token", "--allow-origin", pane, "--allow-origin", "null") as server:
        assert "token" not in server.address
        bearer = {"authorization": f"Bearer {'k' * 40}"}
        for origin in (pane, "null"):
            asked = {"access_control_request_method": "POST", "access_control_request_headers": "authorization, x-file-name"}
            allowed = server.ask("OPTIONS", "/api/validate", authorization=None, origin=origin, **asked)
            assert (allowed.status, allowed.headers["vary"]) == (204, "Origin")
            assert cors(allowed)["access-control-allow-origin"] == origin
            assert {"authorization", "x-file-name"} <= set(cors(allowed)["access-control-allow-headers"].split(", "))
            assert "access-control-allow-credentials" not in cors(allowed)
            answer = server.post("validate", BOOK, origin=origin, **bearer)
            assert answer.json()["status"] == "passed" and cors(answer)["access-control-allow-origin"] == origin
            refused = server.post("validate", BOOK, origin=origin, authorization=None, x_xlperf="1")
            assert (refused.status, cors(refused)["access-control-allow-origin"]) == (401, origin)  # so that it can be read there
        for method in ("OPTIONS", "POST"):
            foreign = server.ask(method, "/api/validate", origin="https://evil.example.org", **bearer)
            assert (foreign.status, cors(foreign)) == (403, {})


@pytest.mark.slow
def test_own_forms_are_served_too(tmp_path: Path) -> None:
    new_form(tmp_path / "training" / "2024")
    with served("--templates", tmp_path) as server:
        assert "training" in {form["form"] for form in server.ask("GET", "/api/forms").json()}
        answer = server.ask("GET", "/api/forms/training/template?year=2024")
        made = write_template("training", year=2024, templates=tmp_path, output=tmp_path / "t.xlsx")
        assert answer.body == made.read_bytes()
        told = server.post("validate", answer.body).json()
        assert (told["form"], told["status"]) == ("training", "returned")
        title = next(form["title"] for form in list_forms(templates=tmp_path) if form["form"] == "training")
        assert title in server.ask("GET", "/").body.decode()


# --- what is said twice --------------------------------------------------------------------------------------


def test_what_is_written_down_again_so_that_it_need_not_be_imported_is_the_same() -> None:
    assert application.YEARS == field_types.YEARS
    assert serve_command.PORT == serving.PORT


def test_an_error_of_ours_comes_through_from_another_process() -> None:
    """A form that is wrong is found by a worker, and told by the process at the keyboard."""
    for error in (
        UsageError("no_such_form", form="x", known="y"),
        FormError("form_shape", path=Path("a"), reason="b"),
        UnreadableError("XL101", found="c"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.key, again.arguments, str(again)) == (type(error), error.key, error.arguments, str(error))
