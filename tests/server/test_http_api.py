"""The API through real HTTP: the command's JSON and files for every workbook, and a sentence for whatever is refused."""

from __future__ import annotations

import io
import json
import re
import socket
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from support.example import document
from support.faults import faulty_books
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import EXAMPLES_OF, FILLED
from support.scored import EXAMPLES, MATRICES
from support.scored import document as scored_document
from support.sweeps import every
from support.web import Got, Served, served
from xlperf import annotate, finalize, list_forms, validate, write_template
from xlperf.reporting.formats import FORMATS
from xlperf.server.application import PLACES, VERBS
from xlperf.server.problems import PROBLEM_JSON, STATUS
from xlperf.server.uploads import MOST_UPLOAD

pytestmark = pytest.mark.slow
BOOK = FILLED.read_bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served("--jobs", "2") as server:
        yield server
        assert server.memory() <= 150
        assert server.end() == 0


def by_library(path: Path) -> dict[str, Any]:
    """What the command prints of a file."""
    (told,) = json.loads(FORMATS["json"]([validate(path)]))
    return {**told, "file": path.name}


def problem_in(got: Got) -> tuple[int, str]:
    """The status and code of a problem that is told as one."""
    told = got.json()
    assert got.kind == PROBLEM_JSON and told["status"] == got.status and told["detail"] and "{" not in told["detail"]
    return got.status, told["code"]


def name_in(got: Got) -> str:
    """The name under which a file is to be saved."""
    disposition = got.headers["content-disposition"]
    match = re.search(r"filename\*=utf-8''(\S+)|filename=\"([^\"]+)\"", disposition)
    assert match, disposition
    return unquote(match[1] or match[2])


# --- the same verdict ----------------------------------------------------------------------------------------


def differing(server: Served, paths: list[Path]) -> list[str]:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda path: server.post("validate", path.read_bytes(), name=path.name), paths))
    assert {answer.status for answer in answers} == {200}
    return [path.name for path, answer in zip(paths, answers, strict=True) if answer.json() != by_library(path)]


def test_workbooks_with_one_fault_have_the_verdict_of_the_command(server: Served, tmp_path: Path) -> None:
    names = every(1, list(MATRIX), usual=40)
    paths = faulty_books(tmp_path, document(), {name: MATRIX[name][0] for name in names})
    assert len(names) >= 6 and differing(server, list(paths.values())) == []


@pytest.mark.parametrize("form", EXAMPLES)
def test_project_workbooks_with_one_fault_have_it_too(server: Served, tmp_path: Path, form: str) -> None:
    faults = MATRICES[form].faults
    names = every(1, list(faults), usual=15)
    paths = faulty_books(tmp_path, scored_document(form), {name: faults[name][0] for name in names})
    assert len(names) >= 2 and differing(server, list(paths.values())) == []


def test_hostile_files_have_it_and_never_a_fault(server: Served, tmp_path: Path) -> None:
    paths = [tmp_path / f"{kind}.xlsx" for kind in every(1, sorted(BUILDERS), usual=16)]
    for path in paths:
        BUILDERS[path.stem](path)
    paths = [path for path in paths if path.stat().st_size <= MOST_UPLOAD]
    assert len(paths) >= 5 and differing(server, paths) == []


def test_hostile_files_are_no_fault_of_ours_whatever_is_asked(server: Served, tmp_path: Path) -> None:
    for kind in every(4, sorted(BUILDERS), usual=30):
        BUILDERS[kind](path := tmp_path / f"{kind}.xlsx")
        for verb in VERBS:
            answer = server.post(verb, path.read_bytes(), name=path.name)
            assert answer.status in (200, 413, 422), (kind, verb, answer)


def test_the_language_is_that_of_who_asks(server: Served) -> None:
    told = {language: server.post("validate", BOOK, accept_language=f"{language};q=0.9, fr").json() for language in ("zh", "en")}
    usual = server.post("validate", BOOK, accept_language="fr").json()
    assert usual == told["zh"] != told["en"]
    assert [finding["cells"] for finding in told["en"]["findings"]] == [finding["cells"] for finding in told["zh"]["findings"]]
    assert server.ask("GET", "/nowhere", accept_language="en").json()["detail"].startswith("There is nothing")


NAMES = ("甲单位 & 本级.xlsx", "C:\\temp\\甲.xlsx", "../../甲.xlsx", "<b>甲</b>.xlsx", "很长的名称" * 60 + ".xlsx", "甲\x00\n.xlsx", "CON.xlsx", "upload", "received")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_it_is_checked_and_nothing_lies_elsewhere(server: Served, name: str) -> None:
    told = server.post("validate", BOOK, name=name).json()
    assert (told["status"], told["file"]) == ("passed", name.replace("\\", "/").rpartition("/")[2])


@pytest.mark.parametrize("name", ["", "%", "%E7%94", "%FF%FE", "a/"])
def test_a_name_that_is_none_does_no_harm(server: Served, name: str) -> None:
    answer = server.ask("POST", "/api/validate", BOOK, x_file_name=name)
    assert (answer.status, answer.json()["status"]) == (200, "passed")


# --- files ---------------------------------------------------------------------------------------------------


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_finalize_gives_the_files_of_the_command(server: Served, tmp_path: Path) -> None:
    answer = server.post("finalize", BOOK)
    made = finalize(FILLED, output=tmp_path).outputs
    assert (answer.status, answer.kind, name_in(answer)) == (200, "application/zip", f"{made[0].stem}.zip")
    assert members(answer.body) == {path.name: path.read_bytes() for path in made}
    assert [path.suffix for path in made] == [".xlsx", ".json", ".docx"]


def test_annotate_gives_the_file_of_the_command(server: Served, tmp_path: Path) -> None:
    answer = server.post("annotate", BOOK, name="甲.xlsx")
    (source := tmp_path / "甲.xlsx").write_bytes(BOOK)
    made = annotate(source, output=tmp_path / "made")
    assert (answer.status, name_in(answer), answer.body) == (200, made.name, made.read_bytes())


def test_what_cannot_be_finalized_is_told_with_its_findings(server: Served, tmp_path: Path) -> None:
    (path,) = faulty_books(tmp_path, document(), {"unit blank": MATRIX["unit blank"][0]}).values()
    answer = server.post("finalize", path.read_bytes(), name=path.name)
    assert problem_in(answer) == (422, "not_final") and answer.json()["result"] == by_library(path)
    for verb in ("finalize", "annotate"):
        answer = server.post(verb, b"no workbook")
        assert problem_in(answer) == (422, "unreadable")
        assert answer.json()["result"]["status"] == "unreadable" and answer.json()["result"]["findings"]


def test_the_forms_and_their_templates(server: Served, tmp_path: Path) -> None:
    assert server.ask("GET", "/api/forms").json() == list_forms()
    for form, year, _ in EXAMPLES_OF:
        answer = server.ask("GET", f"/api/forms/{form}/template?year={year}&unit={quote('甲局')}")
        made = write_template(form, year=year, unit="甲局", output=tmp_path / "t.xlsx")
        assert (answer.status, answer.body) == (200, made.read_bytes())
        assert name_in(answer).startswith(f"甲局-{year}-")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/forms/nothing/template?year=2022", (404, "no_such_form")),
        ("/api/forms/..%2f..%2fetc/template?year=2022", (404, "no_such_place")),
        ("/api/forms/suzhou-department/template?year=1999", (404, "no_such_revision")),
        ("/api/forms/suzhou-department/template", (400, "bad_year")),
        ("/api/forms/suzhou-department/template?year=2o22", (400, "bad_year")),
        ("/api/forms/suzhou-department/template?year=²⁰²²", (400, "bad_year")),
        ("/api/forms/suzhou-department/template?year=9999", (400, "bad_year")),
        ("/api/nothing", (404, "no_such_place")),
        ("/static/../serving.py", (404, "no_such_place")),
        ("/static/%2e%2e/page_file.py", (404, "no_such_place")),
        ("/api/validate", (405, "wrong_method")),
        ("/api/queue/nobody", (404, "no_such_job")),
    ],
)
def test_what_is_not_there_is_told_so(server: Served, path: str, expected: tuple[int, str]) -> None:
    assert problem_in(server.ask("GET", quote(path, safe="/?=&%"))) == expected


# --- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"authorization": None}, (401, "no_token")),
        ({"authorization": "Bearer nonsense"}, (401, "no_token")),
        ({"host": "evil.example.org"}, (421, "wrong_host")),
        ({"origin": "https://evil.example.org"}, (403, "foreign_origin")),
        ({"sec_fetch_site": "cross-site"}, (403, "foreign_origin")),
        ({"content_type": "multipart/form-data; boundary=x"}, (415, "not_raw")),
        ({"content_encoding": "gzip"}, (415, "not_raw")),
    ],
)
def test_a_request_that_may_not_in_is_refused(server: Served, headers: dict[str, str | None], expected: tuple[int, str]) -> None:
    answer = server.post("validate", b"x", **headers)
    assert problem_in(answer) == expected
    assert not {name for name in answer.headers if name.startswith("access-control")}
    assert answer.headers.get("www-authenticate") == ("Bearer" if answer.status == 401 else None)


def test_who_is_refused_hears_why_however_much_there_was_to_send(server: Served) -> None:
    """A program that sends all of it first would else find the connection broken, and a browser keeps the reason from its page."""
    for headers, expected in (({"authorization": None}, (401, "no_token")), ({"host": "evil.example.org"}, (421, "wrong_host"))):
        assert problem_in(server.post("validate", bytes(MOST_UPLOAD), **headers)) == expected
    assert server.memory() <= 150


def test_a_file_that_is_too_large_is_refused(server: Served) -> None:
    assert problem_in(server.post("validate", bytes(MOST_UPLOAD + 1))) == (413, "too_large")
    assert problem_in(server.post("validate", iter([bytes(2**20)] * 21))) == (413, "too_large")  # type: ignore[arg-type]  # in chunks
    assert server.post("validate", bytes(MOST_UPLOAD)).json()["status"] == "unreadable"


def test_who_leaves_in_the_middle_leaves_nothing_behind(server: Served) -> None:
    for sent in (b"", BOOK[:1000]):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = f"POST /api/validate HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\nContent-Length: {len(BOOK)}\r\n\r\n"
            connection.sendall(head.encode() + sent)
    assert server.post("validate", BOOK).json()["status"] == "passed"  # and that nothing is left `served` asserts at the end


@pytest.mark.parametrize(
    "request_", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", b"\x16\x03\x01\x02"]
)
def test_what_is_no_http_is_survived(server: Served, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b" 50" not in answer.partition(b"\r\n")[0]
    assert server.ask("GET", "/api/forms").status == 200


def test_every_answer_tells_browsers_what_the_page_may_do(server: Served) -> None:
    for path in ("/", "/static/main.js", "/api/forms", "/api/nothing", "/openapi.json"):
        headers = server.ask("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer" and "server" not in headers


def test_who_opens_the_page_without_the_token_reads_why_not(server: Served) -> None:
    answer = server.ask("GET", "/", authorization=None, accept="text/html,*/*", accept_language="en")
    assert (answer.status, answer.kind) == (401, "text/html")
    assert "the whole address" in answer.body.decode()


# --- many at once --------------------------------------------------------------------------------------------


def test_fifty_uploads_at_once_are_answered(server: Served) -> None:
    contents = [BOOK, bytes(MOST_UPLOAD), b"no workbook", bytes(2**20), BOOK[: len(BOOK) // 2]]
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda number: server.post("validate", contents[number % 5]), range(50)))
    assert [(answer.status, answer.json()["status"] == "passed") for answer in answers] == [
        (200, number % 5 == 0) for number in range(50)
    ]
    assert server.memory() <= 150


def test_a_job_has_a_place_in_the_line(server: Served) -> None:
    def place(number: int) -> object:
        answer = server.ask("GET", f"/api/queue/job-{number}")
        return answer.json()["place"] if answer.status == 200 else problem_in(answer)

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(server.post, "validate", BOOK, x_job=f"job-{number}") for number in range(8)]
        seen: set[object] = set()
        while not all(each.done() for each in asked):
            seen |= {place(number) for number in range(8)}
    assert {0, 1, 2} <= seen <= {*range(9), (404, "no_such_job")}
    assert {place(number) for number in range(8)} == {(404, "no_such_job")}


# --- the description -----------------------------------------------------------------------------------------


def test_openapi_names_every_address_and_every_problem_that_is_met(server: Served) -> None:
    told = server.ask("GET", "/openapi.json", authorization=None).json()
    assert told["openapi"].startswith("3.1") and re.fullmatch(r"\d+\.\d+\.\d+\S*", told["info"]["version"])
    assert set(told["paths"]) == {*PLACES, *(f"/api/{verb}" for verb in VERBS)}
    methods = {path: set(operations) for path, operations in told["paths"].items()}
    assert methods == {path: {"post" if path.removeprefix("/api/") in VERBS else "get"} for path in methods}
    statuses = {
        int(status) for each in told["paths"].values() for operation in each.values() for status in operation["responses"]
    }
    of_a_round = {int(HTTPStatus.CONFLICT)}  # its pages alone refuse so
    assert statuses - {200} == {int(status) for status in STATUS.values()} - {405, 500} - of_a_round
    assert set(told["components"]["schemas"]["Result"]["required"]) == set(by_library(FILLED))


def test_openapi_refers_to_nothing_that_is_not_there(server: Served) -> None:
    told = server.ask("GET", "/openapi.json").json()
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(told)):
        place: Any = told
        for key in reference.split("/"):
            place = place[key]
        assert place
