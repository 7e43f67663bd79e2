"""The pages of a round, asked of a worker directly: what the board shows, who sees what, what is taken home, the log."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command_line import ENVIRONMENT
from support.paths import TESTS
from support.small_round import NAMES, UNITS, RoundDesk, form_of, make_round, rows_of
from xlperf.collecting.audit_log import entries_of
from xlperf.collecting.run_log import read_run
from xlperf.collecting.store import store_to_read
from xlperf.distributing.roster import Line, Unit
from xlperf.messages import LANGUAGES, catalogue
from xlperf.server.round.receiving import _assigned_name, _folder_name, form_parts
from xlperf.server.round.standing import Standing, read_standing
from xlperf.server.round.visits import UNIT, Visitor
from xlperf.summarizing.audit.chain import DECIDED
from xlperf.summarizing.board.assignment import find_owners
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import Submission
from xlperf.summarizing.submissions import make_naming

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
    for wrong in ("", "yesterday", "2024-99-99", "9999999999999"):
        assert collected.asked("changes", since=wrong)[0] == 200


# --- handing in ------------------------------------------------------------------------------------------------


def hand_in(
    desk: RoundDesk, code: str, name: str, content: bytes, *, of: str | None = None, token: str = TOKEN
) -> tuple[int, str]:
    body = form_of(token, name, content)
    return desk.asked("upload", of=of, unit=desk.key(code), form_token=TOKEN, boundary="xYz", body=body)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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


def test_a_visitor_of_a_unit_gets_its_row_alone_from_the_standing(collected: RoundDesk) -> None:
    standing = read_standing(collected.served, Visitor("u", UNIT, "101002"), day="2024-03-01")
    assert [row.code for row in standing.board] == ["101002"] and {taken.decision.kind for taken in standing.taken} == {"extend"}
