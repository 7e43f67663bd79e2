"""The pages of a round, asked of a worker directly: what the board shows, who sees what, what is taken home, the log."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from support.collection_runs import run_of
from support.command_line import ENVIRONMENT
from support.paths import TESTS
from support.small_round import BUREAU, FORM, NAMES, UNITS, YEAR, RoundDesk, form_of, make_round, rows_of
from xlperf import collect, decide, find_status
from xlperf.collecting.run_board import board_now
from xlperf.collecting.run_log import read_run
from xlperf.collecting.store.audit_log import append, entries_of
from xlperf.collecting.store.opening import opened_store, store_to_read
from xlperf.distributing.naming import Naming, make_naming
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.errors import UnreadableError
from xlperf.messages import LANGUAGES, catalogue
from xlperf.server.answers import answer_to
from xlperf.server.job import Job
from xlperf.server.round import receiving, sheets
from xlperf.server.round.receiving import _assigned_name, _folder_name, form_parts
from xlperf.server.round.standing import Standing, key_of, read_standing
from xlperf.server.round.visits import UNIT, Ask, Visitor
from xlperf.summarizing.audit.chain import DECIDED, Fact
from xlperf.summarizing.board.assignment import find_owners
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import Submission
from xlperf.workers.process import Limits

pytestmark = pytest.mark.slow
TOKEN = "t" * 64
VERBS = ("board", "changes", "unit", "file", "exports", "export")


def copied(desk: RoundDesk, folder: Path) -> RoundDesk:
    """The same round elsewhere, to be changed."""
    shutil.copytree(desk.folder, folder / "round", ignore=shutil.ignore_patterns("*.jsonl"))
    return RoundDesk(folder / "round", desk.bases)


# --- the board -------------------------------------------------------------------------------------------------


def test_the_board_has_the_rows_of_the_exports_and_what_was_decided_since(collected: RoundDesk) -> None:
    with open(collected.out / "CSV" / "报送进度.csv", encoding="utf-8-sig", newline="") as text:
        expected = list(csv.reader(text))[1:]
    status, page = collected.asked("board")
    signs = re.compile("^[✓?✕○…–] ")
    shown = [[signs.sub("", cell) if at == 4 else cell for at, cell in enumerate(row)] for row in rows_of(page)]
    assert status == 200 and len(expected) == len(UNITS)
    decided = {"101004": "延期至 2099-04-15", "101002": "系统升级"}
    for row, exported in zip(shown, expected, strict=True):
        exported[4] = "延期" if exported[2] == "101004" else exported[4]
        assert row[:10] == exported[:10] and decided.get(row[2], "") in row[10] and bool(row[10]) == (row[2] in decided)
    assert [row[4] for row in shown] == ["通过", "退回", "无法读取", "延期", "通过"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_one_language_and_holds_no_script_and_no_style(collected: RoundDesk, language: str) -> None:
    for verb in ("board", "changes", "exports", "unit"):
        status, page = collected.asked(verb, language=language, unit=collected.key("101002"), since="2024-01-01T08:00")
        words = catalogue(language)["round"]
        assert status == 200 and words["footer"] in page and "{" not in re.sub(r"\{[a-z_]+\}", "", page)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page), verb
    assert catalogue("zh")["round"].keys() == catalogue("en")["round"].keys()


def test_a_board_of_thousands_of_units_is_made_in_a_moment(collected: RoundDesk, tmp_path: Path) -> None:
    desk, seconds = copied(collected, tmp_path), {}
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    unit, file = run["units"][1], next(entry for entry in run["files"] if entry["path"] in run["units"][1]["paths"])
    for many in (500, 4_000):
        run["units"] = [unit | {"name": f"第{n}局", "code": f"{200_000 + n}", "supervisor": f"市{n % 40}委", "paths": [f"{n}.xlsx"]}
                        for n in range(many)]  # fmt: skip
        run["files"] = [file | {"path": f"{n}.xlsx"} for n in range(many)]
        (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
        begin = time.process_time()
        status, page = desk.asked("board")
        seconds[many] = time.process_time() - begin
        assert status == 200 and len(list(rows_of(page))) == many and len(page) < 1_000 * many
        assert [row[2] for row in rows_of(desk.asked("board", of="200499")[1])] == ["200499"]
    assert seconds[4_000] < max(4 * 8 * seconds[500], 2)  # eight times as many


def test_one_state_alone_can_be_looked_at(collected: RoundDesk) -> None:
    _, page = collected.asked("board", state="returned")
    assert [row[1] for row in rows_of(page)] == ["苏州市乙丑局"]


def test_charts_say_their_figures_in_words(collected: RoundDesk) -> None:
    _, page = collected.asked("board")
    assert "市甲委: 通过 1、无法读取 1" in page and "市丙委: 通过 1" in page and page.count("<svg") >= 2


def test_before_anything_is_collected_the_roster_is_the_board(tmp_path: Path) -> None:
    desk = make_round(tmp_path)
    _, page = desk.asked("board")
    assert [row[1:5] for row in rows_of(page)] == [[name, code, over, "○ 未报送"] for name, code, over in UNITS]
    assert [row[2] for row in rows_of(desk.asked("board", of="101003")[1])] == ["101003"]
    assert desk.asked("exports")[0] == 200 and not desk.out.exists()  # nothing was made by looking


def test_what_a_person_wrote_is_never_markup(collected: RoundDesk, tmp_path: Path) -> None:
    desk = copied(collected, tmp_path)
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    run["units"][0] |= {"name": "<script>x</script>&", "contact": '"><img src=x>'}
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    status, page = desk.asked("board")
    assert status == 200 and "<script" not in page and "<img" not in page and "&lt;script&gt;x&lt;/script&gt;&amp;" in page


# --- one unit --------------------------------------------------------------------------------------------------


def test_the_page_of_a_unit_shows_what_must_be_done_first_first_and_marks_it_in_the_sheet(collected: RoundDesk) -> None:
    status, page = collected.asked("unit", unit=collected.key("101002"))
    severities = re.findall(r'<li id="finding-\d+" class="(\w+)"', page)
    assert (
        status == 200
        and severities[0] == "error"
        and severities == sorted(severities, key=["error", "query", "warning", "info"].index)
    )
    assert "XL201" in page and 'id="cell-F5"' in page
    link = re.search(r'href="([^"]*)#cell-F5"', page)
    marked = re.search(r'<td id="cell-F5"[^>]*class="marked error"[^>]*>(.*?)</td>', page)
    assert link and marked and 'href="#finding-0"' in marked[1]
    assert "延期至 2099-05-01" in page and "电话没人接" in page


def test_every_version_can_be_looked_at_and_the_one_that_counts_comes_first(collected: RoundDesk) -> None:
    key = collected.key("101005")
    _, page = collected.asked("unit", unit=key)
    table = page.partition('class="versions"')[2].partition("</table>")[0]
    rows = list(rows_of(table))
    assert 'data-label="收到时间"' in table and 'data-label="最近收到"' not in table  # a file comes once
    assert sorted((row[0], row[2], row[3]) for row in rows) == [
        ("a/苏州市戊辰局.xlsx", "退回", "否，以最近合格件为准"), ("b/苏州市戊辰局-改.xlsx", "通过", "是")]  # fmt: skip
    assert '<h2 id="version-name">b/苏州市戊辰局-改.xlsx' in page
    versions = {name: version for version, name in re.findall(r'version=(\w+)#version"[^>]*>([^<]*)</a>', table)}
    _, other = collected.asked("unit", unit=key, version=versions["a/苏州市戊辰局.xlsx"])
    assert '<h2 id="version-name">a/苏州市戊辰局.xlsx' in other and "XL201" in other
    for sheet, title in ((0, "填报说明"), (99, None)):
        _, page = collected.asked("unit", unit=key, version=versions["a/苏州市戊辰局.xlsx"], sheet=sheet)
        assert (f'<caption class="unseen">{title}</caption>' in page) == (title is not None) and "<table" in page


def test_what_comparing_with_the_list_and_with_others_found_stands_on_the_page_of_the_unit(
    collected: RoundDesk, tmp_path: Path
) -> None:
    """The bureau sees all of it, the unit what speaks of no other."""
    desk = copied(collected, tmp_path)
    roster = desk.folder / "units.csv"
    roster.write_text(roster.read_text("utf-8-sig").replace("101005", "101099"), "utf-8-sig")  # the workbook says 101005
    desk.collect()
    key, path = desk.key("101099"), "b/苏州市戊辰局-改.xlsx"
    _, page = desk.asked("unit", unit=key)
    assert (
        "XL557" in page and "单位名称与单位代码对不上名单" in page and "XL557" not in desk.asked("unit", of="101099", unit=key)[1]
    )
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    told = run["comparisons"][path][0]
    run["comparisons"][path] = [
        told | {"code": code, "message": f"说的是 {code}"} for code in (*(f"XL55{n}" for n in range(10)),)
    ]
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    shown = [set(re.findall("说的是 (XL55.)", desk.asked("unit", unit=key, of=of)[1])) for of in (None, "101099")]
    assert shown == [{f"XL55{number}" for number in range(10)}, {"XL556", "XL559"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_attachments_of_a_unit_are_listed_on_its_page_and_on_no_other(
    collected: RoundDesk, tmp_path: Path, language: str
) -> None:
    desk, words = copied(collected, tmp_path), catalogue(language)["round"]
    for name in ("苏州市甲子局/说明<1>.txt", "财政局 李/苏州市甲子局 附件.pdf", "a/苏州市戊辰局 盖章.pdf"):
        desk.send(name, b"%PDF-1.7 " + name.encode())
    desk.collect()

    def attached(code: str, of: str | None = None) -> list[list[str]]:
        _, page = desk.asked("unit", unit=desk.key(code), of=of, language=language)
        assert (words["attachments_note"] in page) == ('class="attachments"' in page)
        return sorted(rows_of(page.partition('class="attachments"')[2].partition("</section>")[0]))

    shown = attached("101001")
    assert [name for name, _ in shown] == ["苏州市甲子局/说明<1>.txt", "财政局 李/苏州市甲子局 附件.pdf"]
    received = {entry["path"]: entry["received"] for entry in run_of(desk.out)["files"]}
    assert [time for _, time in shown] == [received[name][:16].replace("T", " ") for name, _ in shown]
    assert [name for name, _ in attached("101001", of="101001")] == [
        "苏州市甲子局 附件.pdf",
        "说明<1>.txt",
    ]  # no folder of the bureau
    assert [name for name, _ in attached("101005", of="101005")] == ["苏州市戊辰局 盖章.pdf"]
    assert attached("101002") == [] and attached("101003") == []  # a scan that stands for the workbook is no attachment
    board = {row.code: row for row in board_now(desk.out, read_run(desk.out), day="2024-04-01")}
    assert (board["101001"].versions, len(board["101001"].paths), len(board["101001"].attached)) == (1, 1, 2)


def test_the_log_of_a_version_that_did_not_know_attachments_shows_none(collected: RoundDesk, tmp_path: Path) -> None:
    desk = copied(collected, tmp_path)
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    for unit in run["units"]:
        del unit["attached"]
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    status, page = desk.asked("unit", unit=desk.key("101001"))
    assert status == 200 and 'class="attachments"' not in page


def test_what_cannot_be_drawn_is_said(collected: RoundDesk) -> None:
    status, page = collected.asked("unit", unit=collected.key("101003"))
    assert status == 200 and catalogue("zh")["round"]["no_picture"] in page
    status, page = collected.asked("unit", unit=collected.key("101004"))
    assert status == 200 and catalogue("zh")["round"]["nothing_handed_out"] in page


def test_a_file_that_is_another_by_now_is_not_shown_as_the_old_one(collected: RoundDesk, tmp_path: Path) -> None:
    desk = copied(collected, tmp_path)
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    for entry in run["files"]:
        entry["sha256"] = "0" * 64
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    status, page = desk.asked("unit", unit=desk.key("101002"))
    assert status == 200 and catalogue("zh")["round"]["not_known_now"] in page and "XL201" not in page


JUDGED = {"status": "passed", "errors": 99, "queries": 99, "warnings": 99, "outputs": ["made/other.xlsx"]}


@pytest.mark.parametrize("key", JUDGED)
def test_what_became_of_a_file_in_a_run_that_has_not_ended_is_not_shown_beside_the_last_one(
    collected: RoundDesk, tmp_path: Path, key: str
) -> None:
    desk = copied(collected, tmp_path)
    before = desk.asked("unit", unit=desk.key("101002"))[1]
    assert "XL201" in before and catalogue("zh")["round"]["not_known_now"] not in before
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    for entry in run["files"]:
        entry[key] = JUDGED[key]
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    status, page = desk.asked("unit", unit=desk.key("101002"))
    assert status == 200 and catalogue("zh")["round"]["not_known_now"] in page and "XL201" not in page


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("x"), UnreadableError("XL103", found="x")], ids=repr)
def test_a_picture_that_fails_costs_the_picture_and_not_the_page(
    collected: RoundDesk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sheets, "process", fail)
    status, page = collected.asked("unit", unit=collected.key("101002"))
    assert status == 200 and "XL201" in page and catalogue("zh")["round"]["no_picture"] in page


def test_a_file_that_could_not_be_read_is_not_opened_again(collected: RoundDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(sheets, "process", lambda *asked, **_: opened.append(asked))
    status, page = collected.asked("unit", unit=collected.key("101003"))
    assert status == 200 and catalogue("zh")["round"]["no_picture"] in page and opened == []


@pytest.mark.parametrize(("verb", "lost", "status", "code"), [
    ("unit", "XL501", 500, "fault"), ("board", "XL502", 500, "fault"), ("upload", "XL501", 422, "unreadable_upload"),
])  # fmt: skip
def test_a_worker_that_is_lost_over_a_page_is_told_on_a_page_and_in_the_log(
    collected: RoundDesk, tmp_path: Path, verb: str, lost: str, status: int, code: str
) -> None:
    ask = Ask(verb, collected.served, BUREAU, unit=collected.key("101002"))
    answer = answer_to(Job("round", tmp_path, language="zh", ask=ask, lost=lost), Limits())
    text = answer.path.read_text("utf-8")
    assert (answer.status, answer.media_type) == (status, "text/html; charset=utf-8")
    assert text.startswith("<!DOCTYPE html>") and catalogue("zh")["server"][code] in text and 'role="alert"' in text
    line = collected.lines()[-1]
    assert (line["action"], line["refused"], line["found"], line["status"]) == (verb, code, lost, status)


def test_an_error_of_ours_on_a_page_is_a_page_too(collected: RoundDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlperf.server.round.answers.read_standing", lambda *_, **__: 1 / 0)
    status, page = collected.asked("board")
    assert status == 500 and page.startswith("<!DOCTYPE html>") and "ZeroDivisionError" not in page
    assert collected.lines()[-1]["found"] == "XL507"


# --- who sees what ---------------------------------------------------------------------------------------------


def test_a_unit_sees_nothing_of_any_other(collected: RoundDesk) -> None:
    exports = collected.asked("exports")[1]
    ready = {code: handed(collected, code) for code in NAMES}
    for code in NAMES:
        others = [name for other, name in NAMES.items() if other != code]
        for other in NAMES:
            for verb in VERBS:
                name = "汇总.xlsx" if verb == "export" else next(iter(ready[other]), "x")
                unit = collected.key(other)
                status, content = collected.asked_for_bytes(verb, of=code, unit=unit, name=name, since="2000-01-01")
                if verb in ("board", "changes"):
                    assert status == 200
                elif verb in ("exports", "export"):
                    assert status == 403
                elif other != code:
                    assert status == 404, (verb, code, other)
                text = content.decode("utf-8", "replace") if status != 200 or verb != "file" else ""
                assert [word for word in others if word in text] == [], (verb, code, other)
        assert [row[2] for row in rows_of(collected.asked("board", of=code)[1])] == [code]
    assert "汇总.xlsx" in exports


def test_remarks_of_the_bureau_are_for_the_bureau(collected: RoundDesk) -> None:
    for verb in ("board", "unit", "changes"):
        _, page = collected.asked(verb, of="101002", unit=collected.key("101002"), since="2000-01-01")
        assert "电话没人接" not in page and "系统升级" in page


@pytest.mark.parametrize("claim", ["", " ", "999", "10100", "1010011", "苏州市甲", "甲子局", "*", "101001,101002"])
def test_a_unit_that_is_not_named_exactly_comes_to_nothing(collected: RoundDesk, claim: str) -> None:
    for verb in VERBS:
        status, page = collected.asked(verb, of=claim, unit=collected.key("101001"), name="汇总.xlsx")
        assert status == 403 and not any(name in page for name in NAMES.values())


def test_a_unit_may_be_named_by_its_whole_name(collected: RoundDesk) -> None:
    assert [row[2] for row in rows_of(collected.asked("board", of="苏州市丙寅局")[1])] == ["101003"]


def test_a_unit_may_be_named_by_the_code_that_the_list_has_with_its_name(collected: RoundDesk, tmp_path: Path) -> None:
    """As `decide` takes it; where two units have one code, nobody is let in by it."""
    desk = copied(collected, tmp_path)
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    for unit, name in zip(
        run["units"], ("101001-办公室", "[102001]办公室", "110 指挥中心", "103001-甲", "乙（103001）"), strict=True
    ):
        unit |= {"name": name, "code": ""}
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    for code, name in {"101001": "101001-办公室", "102001": "[102001]办公室", "110 指挥中心": "110 指挥中心"}.items():
        assert [row[1] for row in rows_of(desk.asked("board", of=code)[1])] == [name]
    for code in ("103001", "110", "办公室"):
        assert desk.asked("board", of=code)[0] == 403


# --- what can be taken home --------------------------------------------------------------------------------------


def handed(desk: RoundDesk, code: str) -> list[str]:
    """The names of the files that the page of a unit leads to."""
    from urllib.parse import unquote

    _, page = desk.asked("unit", unit=desk.key(code))
    return [unquote(name) for name in re.findall(r'/files/([^"]+)"', page)]


def test_a_unit_takes_home_what_was_handed_out_to_it(collected: RoundDesk) -> None:
    for code, folder, endings in (("101001", "定稿", [".docx", ".json", ".xlsx"]), ("101002", "退回", [".docx", ".xlsx"]),
                                  ("101003", "退回", [".docx"]), ("101004", "", []), ("101005", "定稿", [".docx", ".json", ".xlsx"])):  # fmt: skip
        names = handed(collected, code)
        assert sorted(Path(name).suffix for name in names) == endings, code
        for name in names:
            status, content = collected.asked_for_bytes("file", of=code, unit=collected.key(code), name=name)
            assert (status, content) == (200, (collected.out / folder / name).read_bytes())


def test_the_bureau_takes_home_every_export(collected: RoundDesk) -> None:
    from urllib.parse import unquote

    _, page = collected.asked("exports")
    paths = [unquote(path) for path in re.findall(r'href="/round/exports/([^"]+)"', page)]
    assert {"汇总.xlsx", "audit.zip", "CSV/报送进度.csv", "主管部门/市甲委.xlsx"} <= set(paths)
    for path in paths:
        assert collected.asked_for_bytes("export", name=path) == (200, (collected.out / path).read_bytes())


@pytest.mark.parametrize("name", ["", "run.json", "collection.sqlite", "../round.yaml", "../units.csv", "CSV/../run.json", "/etc/passwd",
                                  "made", "CSV", "audit.zip/", "..\\round.yaml", "定稿"])  # fmt: skip
def test_no_other_file_is_taken_home(collected: RoundDesk, name: str) -> None:
    assert collected.asked("export", name=name)[0] == 404
    assert collected.asked("file", unit=collected.key("101001"), name=name)[0] == 404


def test_a_finalized_file_that_was_altered_is_not_handed_out(collected: RoundDesk, tmp_path: Path) -> None:
    desk = copied(collected, tmp_path)
    (name,) = (name for name in handed(desk, "101001") if name.endswith(".json"))
    (desk.out / "定稿" / name).write_text("{}")
    assert desk.asked("file", unit=desk.key("101001"), name=name)[0] == 404


# --- what changed ----------------------------------------------------------------------------------------------


def test_what_is_new_since_a_moment(collected: RoundDesk) -> None:
    run = read_run(collected.out)
    assert run is not None
    _, page = collected.asked("changes", since="2000-01-01T00:00")
    assert [row[0] for row in rows_of(page)] == list(NAMES.values())
    with store_to_read(collected.out) as store:
        assert store is not None
        decided = max(entry.time for entry in entries_of(store, (DECIDED,)))
    assert decided > max(entry["received"] for entry in run["files"])
    _, page = collected.asked("changes", since=decided)
    assert [row[0] for row in rows_of(page)] == ["苏州市乙丑局", "苏州市丁卯局"]  # what was decided since
    _, page = collected.asked("changes", since="2098-12-01")
    assert catalogue("zh")["round"]["nothing_changed"] in page
    for wrong in ("", "yesterday", "2024-99-99", "9999999999999", "9999-12-31T23:59-23:59"):
        status, page = collected.asked("changes", since=wrong)
        assert status == 200 and 'id="since" name="since" required' in page, wrong  # as if none had been said
    assert 'value="2000-01-01T00:00"' in collected.asked("changes", since="2000-01-01T00:00")[1]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the system cannot be changed")
@pytest.mark.parametrize(("zone", "since"), [("America/New_York", "9999-12-31T23:59"), ("Asia/Shanghai", "0001-01-01T00:00")])
def test_a_moment_that_no_clock_can_show_is_as_if_none_had_been_said(
    collected: RoundDesk, monkeypatch: pytest.MonkeyPatch, zone: str, since: str
) -> None:
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            status, page = collected.asked("changes", since=since)
    finally:
        time.tzset()
    assert status == 200 and 'id="since" name="since" required' in page


def test_what_changed_asks_once_of_every_unit_and_of_every_decision(
    collected: RoundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, many = copied(collected, tmp_path), 100
    run = json.loads((desk.out / "run.json").read_text("utf-8"))
    run["units"] += [run["units"][0] | {"name": f"苏州市{n}局", "code": f"{200_000 + n}", "paths": []} for n in range(many)]
    (desk.out / "run.json").write_text(json.dumps(run), "utf-8")
    with opened_store(desk.out) as store:
        facts = {"decision": "note", "by": "王", "reason": "来电"}
        append(store, [Fact("2098-04-01T09:00:00+08:00", DECIDED, {**facts, "unit": f"苏州市{n}局", "unit_code": f"{200_000 + n}"})
                       for n in range(many)])  # fmt: skip
    calls: list[object] = []
    key = Naming.key
    monkeypatch.setattr(Naming, "key", lambda *asked: calls.append(asked) or key(*asked))
    status, page = desk.asked("changes", since="2098-03-15")
    assert status == 200 and [row[0] for row in rows_of(page)] == [f"苏州市{n}局" for n in range(many)]
    assert 0 < len(calls) <= 4 * (len(run["units"]) + many + 3)


@pytest.mark.parametrize(("verb", "query", "place"), [
    ("board", {"state": "returned"}, "/round?state=returned&lang="), ("board", {}, "/round?lang="),
    ("changes", {"since": "2000-01-01T00:00"}, "/round/changes?since=2000-01-01T00%3A00&lang="), ("exports", {}, "/round/exports?lang="),
    ("unit", {"version": "abc", "sheet": 0}, "/round/units/{unit}?version=abc&sheet=0&lang="), ("upload", {}, "/round/units/{unit}?lang="),
    ("file", {"name": "甲 &.docx"}, "/round/units/{unit}/files/%E7%94%B2%20%26.docx?lang="),
])  # fmt: skip
def test_the_links_to_the_other_language_lead_to_the_same_page(collected: RoundDesk, verb: str, query: dict, place: str) -> None:
    unit = collected.key("101002")
    page = hand_in(collected, "101002", "x.exe", b"MZ")[1] if verb == "upload" else collected.asked(verb, unit=unit, **query)[1]
    links = [html.unescape(link) for link in re.findall(r'<a href="([^"]*)" lang=', page)]
    assert links == [place.format(unit=unit) + language for language in LANGUAGES]


# --- handing in ------------------------------------------------------------------------------------------------


def hand_in(
    desk: RoundDesk, code: str, name: str, content: bytes, *, of: str | None = None, token: str = TOKEN
) -> tuple[int, str]:
    body = form_of(token, name, content)
    return desk.asked("upload", of=of, unit=desk.key(code), form_token=TOKEN, boundary="xYz", body=body)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_form_that_is_sent_twice_at_once_is_one_file_and_the_log_says_so(
    collected: RoundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, together, compared = copied(collected, tmp_path), threading.Barrier(2), receiving._same_content

    def compared_together(place: Path, content: bytes) -> str | None:
        found = compared(place, content)
        with suppress(threading.BrokenBarrierError):  # the other one waits for its turn
            together.wait(1)
        return found

    monkeypatch.setattr(receiving, "_same_content", compared_together)
    key, body = desk.key("101003"), form_of(TOKEN, "扫描.pdf", b"%PDF twice")
    ask = Ask("upload", desk.served, BUREAU, unit=key, form_token=TOKEN, boundary="xYz")
    standing = read_standing(desk.served, BUREAU, day="2024-03-01")
    row = standing.row(key)
    folders = [tmp_path / "1", tmp_path / "2"]
    for folder in folders:
        folder.mkdir()
        (folder / "upload").write_bytes(body)
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda folder: receiving.receive(ask, standing, row, folder=folder, language="zh"), folders))
    place = "苏州市丙寅局/扫描.pdf"
    assert sorted((each.name, each.is_new) for each in done) == [(place, False), (place, True)]
    assert [path.name for path in (desk.inbox / "苏州市丙寅局").iterdir()] == ["扫描.pdf"]
    assert [line.get("put") for line in desk.lines()] == [place, None]


NAMESAKES = (("101001-办公室", ""), ("102001-办公室", ""), ("张三局", "103"), ("培训科", "201"), ("培训科", "202"))


@pytest.fixture(scope="module")
def namesakes(collected: RoundDesk, tmp_path_factory: pytest.TempPathFactory) -> RoundDesk:
    """A round, before its first run, of units that only codes tell apart."""
    folder = tmp_path_factory.mktemp("namesakes")
    shutil.copytree(collected.folder, folder / "r", ignore=shutil.ignore_patterns("汇集", "收到", "*.jsonl*"))
    desk = RoundDesk(folder / "r", collected.bases)
    desk.inbox.mkdir()
    (desk.folder / "units.csv").write_text(
        "单位名称,单位代码\n" + "".join(f"{name},{code}\n" for name, code in NAMESAKES), "utf-8"
    )
    return desk


def test_before_the_first_run_units_are_recognized_as_the_run_will(namesakes: RoundDesk, tmp_path: Path) -> None:
    desk = namesakes
    standing = read_standing(desk.served, BUREAU, day="2024-03-01")
    keys = [key_of(row) for row in standing.board]
    written = [
        ("101001-办公室", "101001"),
        ("办公室", "102001"),
        ("苏州市张三局", "103"),
        ("201—培训科", "201"),
        ("苏州市培训科", "202"),
    ]

    def send(at: int, book: bytes) -> int:
        body = form_of(TOKEN, "表.xlsx", book)
        return desk.asked("upload", unit=keys[at], form_token=TOKEN, boundary="xYz", body=body)[0]

    for of, (unit, code) in enumerate(written):
        book = desk.book(code, unit=unit)
        assert (send(of, book), send((of + 1) % len(keys), book)) == (200, 409), unit
    renamed = desk.book("103", unit="103-改名的局", like=3)
    assert (send(2, renamed), send(0, renamed)) == (200, 409)
    assert sorted(files_in(desk.inbox)) == sorted([
        "101001-办公室/表.xlsx", "102001-办公室/表.xlsx", "张三局/表.xlsx", "张三局/表 (2).xlsx", "培训科 201/表.xlsx", "培训科 202/表.xlsx"])  # fmt: skip
    desk.send("-先送/＋表.xlsx", desk.book("102001", unit="办公室", like=5))
    desk.send("=表.xlsx", desk.book("202", unit="培训科", fault="error", like=5))
    desk.collect(finalize=False)
    board = [(row[1], row[4], row[5]) for row in rows_of(desk.asked("board")[1])]
    assert board == [("101001-办公室", "✓ 通过", "1"), ("102001-办公室", "✓ 通过", "2"), ("张三局", "✓ 通过", "2"),
                     ("培训科", "✓ 通过", "1"), ("培训科", "✓ 通过", "2")]  # fmt: skip
    assert [key_of(row) for row in read_standing(desk.served, BUREAU, day="2024-03-01").board] == keys  # addresses stay
    assert sorted(run_of(desk.out)["namesakes"]) == ["办公室", "培训科"]
    for at, name in ((1, "-先送/＋表.xlsx"), (4, "=表.xlsx")):  # whatever a path begins with, it has its role and its picture
        page = desk.asked("unit", unit=keys[at])[1]
        table = page.partition('class="versions"')[2].partition("</table>")[0]
        roles = {row[0]: row[3] for row in rows_of(table)}
        assert sorted(filter(None, roles.values())) == ["否，以最近合格件为准", "是"] and roles[name] in roles.values(), roles
        (version,) = re.findall(rf'version=(\w+)#version"[^>]*>{re.escape(name)}<', table)
        page = desk.asked("unit", unit=keys[at], version=version)[1]
        assert f'<h2 id="version-name">{name}' in page and 'id="cell-' in page


def test_without_a_roster_units_are_told_apart_by_the_codes_before_their_names(namesakes: RoundDesk, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for code, name in (("101001", "101001-办公室"), ("102001", "102001-办公室"), ("103", "103-甲局"), ("104", "甲局")):
        (tmp_path / "in" / f"{code}.xlsx").write_bytes(namesakes.book(code, unit=name))
    status = collect([tmp_path / "in"], output=tmp_path / "out", form=FORM, year=YEAR, jobs=1, finalize=False)
    for found in (status, find_status(tmp_path / "out")):
        assert (found.units, found.counting["passed"]) == (3, 3)
        assert sorted((row.name, row.state, row.versions) for row in found.board)[:2] == [
            ("101001-办公室", "passed", 1), ("102001-办公室", "passed", 1)]  # fmt: skip
    assert run_of(tmp_path / "out")["namesakes"] == ["办公室"]
    decide(tmp_path / "out", unit="102001", kind="note", reason="来电", by="王")
    assert [bool(row.decision) for row in sorted(find_status(tmp_path / "out").board, key=lambda row: row.name)] == [
        False,
        True,
        False,
    ]


def test_a_file_is_put_into_the_folder_of_its_unit_as_it_is_and_collected_as_the_units(
    collected: RoundDesk, tmp_path: Path
) -> None:
    desk = copied(collected, tmp_path)
    before, store = files_in(desk.inbox), files_in(desk.out)
    better = desk.book("101002", like=1)
    status, page = hand_in(desk, "101002", "C:\\我的文档\\自评表.xlsx", better, of="101002")
    assert status == 200 and "苏州市乙丑局/自评表.xlsx" in page
    assert hand_in(desk, "101003", "苏州市甲子局.pdf", b"%PDF-1.7 another scan", of="101003")[0] == 200
    assert hand_in(desk, "101004", "101001 甲子局.xlsx", b"PK is no workbook", of="101004")[0] == 200
    new = {name: content for name, content in files_in(desk.inbox).items() if name not in before}
    assert new["苏州市乙丑局/自评表.xlsx"] == better and len(new) == 3
    assert files_in(desk.out) == store  # nobody but collect writes there
    desk.collect()
    rows = {row[2]: row for row in rows_of(desk.asked("board")[1])}
    assert {code: (row[4], row[5]) for code, row in rows.items()} == {
        "101001": ("✓ 通过", "1"), "101002": ("✓ 通过", "2"), "101003": ("✕ 无法读取", "2"), "101004": ("✕ 无法读取", "1"),
        "101005": ("✓ 通过", "2")}  # fmt: skip


def test_the_same_file_is_not_put_there_twice_and_another_of_its_name_takes_no_place(
    collected: RoundDesk, tmp_path: Path
) -> None:
    desk = copied(collected, tmp_path)
    for like in (1, 1, 2):
        assert hand_in(desk, "101002", "自评表.xlsx", desk.book("101002", like=like))[0] == 200
    assert {path.name: path.read_bytes() for path in (desk.inbox / "苏州市乙丑局").iterdir()} == {
        "自评表.xlsx": desk.book("101002", like=1), "自评表 (2).xlsx": desk.book("101002", like=2)}  # fmt: skip
    put = [line.get("put") for line in desk.lines() if line["action"] == "upload"]
    assert put == ["苏州市乙丑局/自评表.xlsx", None, "苏州市乙丑局/自评表 (2).xlsx"]


@pytest.mark.parametrize(("name", "content", "token", "status", "code"), [
    ("自评表.xlsx", b"book", "wrong", 403, "old_form"),
    ("自评表.xlsx", b"book", "", 403, "old_form"),
    ("", b"book", TOKEN, 400, "no_file_chosen"),
    ("自评表.xlsx", b"", TOKEN, 400, "no_file_chosen"),
    ("all.zip", b"PK", TOKEN, 415, "no_kind"),
    ("all.RAR", b"Rar!", TOKEN, 415, "no_kind"),
    ("run.exe", b"MZ", TOKEN, 415, "no_kind"),
    (".xlsx.", b"book", TOKEN, 415, "no_kind"),
    ("别人的.xlsx", None, TOKEN, 409, "other_unit"),
])  # fmt: skip
def test_what_is_not_taken_in_is_said_and_nothing_is_kept(
    collected: RoundDesk, tmp_path: Path, name: str, content: bytes | None, token: str, status: int, code: str
) -> None:
    before = files_in(collected.inbox)
    given = collected.book("101001", like=7) if content is None else content
    for of in (None, "101002"):
        assert hand_in(collected, "101002", name, given, of=of, token=token)[0] == status
        assert collected.lines()[-1] | {"time": ""} == collected.lines()[-1] | {
            "time": "",
            "action": "upload",
            "refused": code,
            "status": status,
        }
    assert files_in(collected.inbox) == before
    assert hand_in(collected, "101001", "自评表.xlsx", b"book", of="101002")[0] == 404
    assert files_in(collected.inbox) == before


NAMED = [
    ("苏州市乙局", "102", ""),
    ("苏州市教育局", "103", "苏州市教育局"),
    ("苏州市第一中学", "104", "苏州市教育局"),
    ("苏州市甲局", "101", ""),
    ("街道办事处", "201", "东区"),
    ("街道办事处", "202", "西区"),
    ("苏州市教育局培训中心", "105", "苏州市教育局"),
    ("甲/乙: 局?", "106", ""),
]


@pytest.mark.parametrize("name", ["自评表.xlsx", "苏州市甲局.xlsx", "101.xlsx", "苏州市乙局 苏州市甲局.pdf", "苏州市第一中学.xlsx", "教育局.xlsx", "街道办事处.xlsx",
                                  "202 街道办事处.pdf", "CON.xlsx", "~$自评表.xlsx", ".xlsx", "x" * 300 + ".xlsx", "长" * 200 + ".pdf"])  # fmt: skip
@pytest.mark.parametrize("number", range(len(NAMED)))
def test_whatever_a_file_is_called_it_is_assigned_to_the_unit_on_whose_page_it_was_handed_in(name: str, number: int) -> None:
    units = tuple(Unit(*each, Line("", 0, {})) for each in NAMED)
    naming = make_naming(("苏州市",), units)
    standing, unit = Standing(run=None, units=units, naming=naming), NAMED[number]
    row = BoardRow(number, *unit, "missing", 0, None, None, None, "")
    folder = _folder_name(standing, row)
    stem, ending = _assigned_name(standing, row, folder, name)
    path = f"{folder}/{stem}{ending}"
    owner = find_owners([Submission(path=path, sha256="", received="", status="unreadable")], units, naming)[path]
    assert (owner.name, owner.code) == unit[:2]
    assert len(f"{stem} (99){ending}".encode()) <= 255 and not stem.startswith((".", "~$")) and not set(stem) & set('/\\:*?"<>|')


def test_a_form_is_read_as_browsers_send_it() -> None:
    content = b"\r\n--xY\r\n\x00\xff--\r\n"
    parts = form_parts(form_of("abc", 'a%22b;"c.xlsx', content), "xYz")
    assert parts["form_token"].content == b"abc" and parts["file"].content == content and parts["file"].file_name == 'a"b;'
    assert form_parts(b"", "x") == form_parts(b"--x--", "x") == form_parts(b"--x\r\nname", "x") == form_parts(b"--x", "") == {}


KILLED = """
import os, sys
from pathlib import Path
from support.small_round import RoundDesk, form_of
from xlperf.server.round import receiving
folder, moment, key = sys.argv[1:]
def die(*_): os._exit(9)
if moment == "written": receiving._name_it = die
elif moment == "noted":
    receiving.os.fsync = die
else:
    link = os.link
    def named_and_dead(*names): link(*names); os._exit(9)
    receiving.os.link = named_and_dead
desk = RoundDesk(Path(folder))
desk.asked("upload", unit=key, form_token="t", boundary="xYz", body=form_of("t", "表.pdf", b"%PDF" + b"x" * 100_000))
os._exit(1)
"""


@pytest.mark.parametrize("moment", ["written", "noted", "named"])
def test_an_upload_that_is_killed_midway_is_there_whole_or_not_at_all(collected: RoundDesk, tmp_path: Path, moment: str) -> None:
    desk = copied(collected, tmp_path)
    before = files_in(desk.inbox)
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{ENVIRONMENT['PYTHONPATH']}:{TESTS}"}
    done = subprocess.run([sys.executable, "-c", KILLED, desk.folder, moment, desk.key("101003")], env=environment)
    assert done.returncode == 9
    new = {name: content for name, content in files_in(desk.inbox).items() if name not in before}
    seen = {name: content for name, content in new.items() if not Path(name).name.startswith(".")}
    whole = b"%PDF" + b"x" * 100_000
    assert seen == ({"苏州市丙寅局/表.pdf": whole} if moment == "named" else {})
    assert [line["put"] for line in desk.lines() if "put" in line] == ([] if moment == "noted" else ["苏州市丙寅局/表.pdf"])
    assert hand_in(desk, "101003", "表.pdf", whole)[0] == 200  # sent once more, it is there once
    assert [name for name in files_in(desk.inbox) if name not in before and not Path(name).name.startswith(".")] == [
        "苏州市丙寅局/表.pdf"
    ]


# --- the log ---------------------------------------------------------------------------------------------------


def test_every_action_is_a_line(collected: RoundDesk, tmp_path: Path) -> None:
    desk = copied(collected, tmp_path)
    key = desk.key("101001")
    for verb in VERBS:
        desk.asked(verb, of="101001", unit=key, name="汇总.xlsx")
    desk.asked("export", name="汇总.xlsx")
    hand_in(desk, "101001", "扫描.pdf", b"%PDF")
    lines = desk.lines()
    assert [(line["action"], line["user"], line["role"], line["status"]) for line in lines] == [
        ("board", "u101001", "unit", 200), ("changes", "u101001", "unit", 200), ("unit", "u101001", "unit", 200), ("file", "u101001", "unit", 404),
        ("exports", "u101001", "unit", 403), ("export", "u101001", "unit", 403), ("export", "wang", "finance", 200), ("upload", "wang", "finance", 200)]  # fmt: skip
    assert (
        lines[-1]["put"] == "苏州市甲子局/扫描.pdf"
        and len(str(lines[-1]["sha256"])) == 64
        and all(line["time"] for line in lines)
    )


def test_what_cannot_be_logged_is_not_done(collected: RoundDesk, tmp_path: Path) -> None:
    served = collected.served._replace(log=tmp_path / "there" / "is" / "no.jsonl")
    before = files_in(collected.inbox)
    for verb in VERBS:
        status, page = collected.asked(verb, served=served, unit=collected.key("101001"), name="汇总.xlsx")
        assert status in (503, 404) and "苏州市" not in page
    body = form_of(TOKEN, "表.pdf", b"%PDF more")
    status, _ = collected.asked(
        "upload", served=served, unit=collected.key("101001"), form_token=TOKEN, boundary="xYz", body=body
    )
    assert status == 503
    assert {name for name in files_in(collected.inbox) if name not in before} == set()


# --- the store -------------------------------------------------------------------------------------------------


def test_looking_changes_nothing(collected: RoundDesk) -> None:
    before = {path: path.stat().st_mtime_ns for path in collected.out.rglob("*")}
    for verb in VERBS:
        collected.asked(verb, unit=collected.key("101002"), name="汇总.xlsx")
    assert {path: path.stat().st_mtime_ns for path in collected.out.rglob("*")} == before
    with store_to_read(collected.out) as store, pytest.raises(Exception, match="readonly"):
        assert store is not None
        with store.engine.begin() as connection:
            connection.execute(store.inputs.delete())


def test_a_store_that_cannot_be_read_is_told_to_the_bureau_and_its_place_to_nobody_else(
    collected: RoundDesk, tmp_path: Path
) -> None:
    desk = copied(collected, tmp_path)
    (desk.out / "collection.sqlite").write_bytes(b"no database" * 1000)
    words = catalogue("zh")["round"]["trouble"].partition("{")[0]
    for of in (None, "101002"):
        for verb in ("board", "unit", "changes"):
            status, page = desk.asked(verb, of=of, unit=desk.key("101002"))
            assert status == 200 and words in page and ("collection.sqlite" in page) == (of is None), (of, verb)
    assert desk.asked("file", of="101001", unit=desk.key("101001"), name="x")[0] == 503


def test_a_store_that_is_elsewhere_and_not_named_leaves_the_board_as_the_last_run_had_it_and_says_so(
    collected: RoundDesk, tmp_path: Path
) -> None:
    desk = copied(collected, tmp_path)
    desk.collect()  # what was decided is in the log of this run
    (desk.out / "collection.sqlite").rename(tmp_path / "elsewhere.sqlite")
    words = catalogue("zh")["round"]
    told = words["trouble"].partition("{")[0]
    for of in (None, "101004", "101002"):
        for verb in ("board", "unit", "changes"):
            status, page = desk.asked(verb, of=of, unit=desk.key(of or "101004"))
            assert status == 200 and told in page, (of, verb)
            assert ("--database" in page, str(desk.out) in page) == (of is None, of is None)
            assert of is None or "电话没人接" not in page
    _, page = desk.asked("board")
    rows = {row[2]: row for row in rows_of(page)}
    assert rows["101004"][4] == "… 延期" and "延期至 2099-04-15" in rows["101004"][10]
    assert rows["101001"][4] == "✓ 通过"
    for day, state in (("2099-04-15", "extended"), ("2099-04-16", "missing")):
        standing = read_standing(desk.served, BUREAU, day=day)
        assert {row.code: row.state for row in standing.board}["101004"] == state
        assert [row.state for row in board_now(desk.out, standing.run, day=day)] == [row.state for row in standing.board]
    assert not (desk.out / "collection.sqlite").exists()


def test_a_visitor_of_a_unit_gets_its_row_alone_from_the_standing(collected: RoundDesk) -> None:
    standing = read_standing(collected.served, Visitor("u", UNIT, "101002"), day="2024-03-01")
    assert [row.code for row in standing.board] == ["101002"] and {taken.decision.kind for taken in standing.taken} == {"extend"}
