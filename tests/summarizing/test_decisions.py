"""What a decision makes of a unit's row, case by case; which of several decisions stands."""

from __future__ import annotations

import pytest

from xlperf.distributing.naming import PLAIN, Naming, make_naming
from xlperf.summarizing.audit.chain import DECIDED, UNDONE, Entry, Fact, followed
from xlperf.summarizing.board.decisions import Decision, decided, decisions_by_place, in_force, taken_in, waivers_of
from xlperf.summarizing.board.rows import SPARED, STATES, BoardRow

DAY = "2023-04-03"


def row(name: str, code: str = "", state: str = "missing") -> BoardRow:
    return BoardRow(1, name, code, "", state, 0, None, None, None, "")


def entries(*facts: dict) -> list[Entry]:
    """Decisions and, of a number alone, what takes that one back."""
    told = [({"number": fact} if isinstance(fact, int) else fact) for fact in facts]
    return list(
        followed(
            None, [Fact(f"2023-04-{n:02}T10:00:00+08:00", UNDONE if "number" in f else DECIDED, f) for n, f in enumerate(told, 1)]
        )
    )


def about(kind: str, unit: str = "甲局", code: str = "101", **more: object) -> dict:
    return {"unit": unit, "unit_code": code, "decision": kind, "by": "张三", "reason": "理由", **more}


def standing(*facts: dict) -> list[Decision]:
    return in_force(taken_in(entries(*facts)))


EXTENDED, EXEMPT = about("extend", until="2023-04-15"), about("exempt")
CASES = [
    # the state by its files, decisions, the day: the state, the day until which, the text
    ("missing", [EXTENDED], "2023-04-03", "extended", "2023-04-15", "延期至 2023-04-15（张三，2023-04-01）：理由"),
    ("missing", [EXTENDED], "2023-04-15", "extended", "2023-04-15", "延期至 2023-04-15（张三，2023-04-01）：理由"),
    ("missing", [EXTENDED], "2023-04-16", "missing", None, "延期至 2023-04-15（张三，2023-04-01）：理由"),
    ("returned", [EXTENDED], DAY, "returned", "2023-04-15", "延期至 2023-04-15（张三，2023-04-01）：理由"),
    ("passed", [EXTENDED], DAY, "passed", "2023-04-15", "延期至 2023-04-15（张三，2023-04-01）：理由"),
    ("missing", [EXEMPT], DAY, "exempt", None, "免报（张三，2023-04-01）：理由"),
    ("returned", [EXEMPT], DAY, "exempt", None, "免报（张三，2023-04-01）：理由"),
    ("unreadable", [EXEMPT], DAY, "exempt", None, "免报（张三，2023-04-01）：理由"),
    ("passed", [EXEMPT], DAY, "passed", None, "免报（张三，2023-04-01）：理由"),
    ("missing", [about("note")], DAY, "missing", None, "备注（张三，2023-04-01）：理由"),
    ("passed", [about("accept", codes=["SZ201", "XL201"], sha256="9f")], DAY, "passed", None, "准予通过，保留 SZ201、XL201（张三，2023-04-01）：理由"),
    ("missing", [EXTENDED, EXEMPT], DAY, "exempt", None, "免报（张三，2023-04-02）：理由"),
    ("missing", [EXEMPT, EXTENDED], DAY, "extended", "2023-04-15", "延期至 2023-04-15（张三，2023-04-02）：理由"),
    ("missing", [EXTENDED, 1], DAY, "missing", None, None),
    ("missing", [EXTENDED, EXEMPT, 2], DAY, "missing", None, None),  # the later one took its place for good
    ("missing", [about("note"), about("note", reason="又"), 1], DAY, "missing", None, "备注（张三，2023-04-02）：又"),
    ("missing", [EXTENDED, about("note")], DAY, "extended", "2023-04-15", "延期至 2023-04-15（张三，2023-04-01）：理由；备注（张三，2023-04-02）：理由"),
    ("missing", [about("exempt", "乙局", "102")], DAY, "missing", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("found", "facts", "day", "state", "until", "text"), CASES)
def test_what_a_decision_makes_of_a_row(
    found: str, facts: list, day: str, state: str, until: str | None, text: str | None
) -> None:
    (made,) = decided([row("甲局", "101", found)], standing(*facts), PLAIN, day=day)
    assert (made.state, made.until, made.decision, made.found) == (state, until, text, found)
    assert made.owes == (state not in ("passed", *SPARED)) and state in (*STATES, *SPARED)
    (again,) = decided([made], standing(*facts), PLAIN, day=day)
    assert again == made


def test_a_unit_is_known_by_its_name_else_by_its_code_and_namesakes_by_both() -> None:
    listed = [row("苏州市甲局", "101"), row("改名局", "102"), row("同名所", "201"), row("同名所", "202"), row("无码局")]
    decisions = standing(about("exempt", "甲局", "101"), about("exempt", "原名局", "102"), about("exempt", "同名所", "202"))
    naming = Naming(("苏州市",), frozenset(["同名所"]))
    assert [one.state for one in decided(listed, decisions, naming, day=DAY)] == [
        "exempt",
        "exempt",
        "missing",
        "exempt",
        "missing",
    ]


def test_a_waiver_is_of_one_submission_and_the_latest_counts() -> None:
    first, later = (
        about("accept", codes=["SZ201"], sha256="9f"),
        about("accept", codes=["SZ201", "SZ202"], sha256="9f", reason="新"),
    )
    waivers = waivers_of(standing(first, later, about("accept", codes=["SZ1"], sha256="60"), about("exempt")))
    assert {sha256: (waiver.codes, waiver.reason, waiver.on) for sha256, waiver in waivers.items()} == {
        "9f": (("SZ201", "SZ202"), "新", "2023-04-02"), "60": (("SZ1",), "理由", "2023-04-03")}  # fmt: skip
    assert waivers_of(standing(first, 1)) == {}


def test_an_undo_of_nothing_and_damaged_facts_harm_nobody() -> None:
    damaged = Entry(1, "2023-04-01", DECIDED, "[1", "", "")
    assert taken_in([damaged]) and in_force(taken_in(entries(7))) == []


def test_a_decision_is_about_the_unit_that_a_submission_of_that_name_and_code_would_be_of() -> None:
    listed = [row("101001-办公室", ""), row("102001-办公室", ""), row("旧名局", "301"), row("乙局", "302")]
    decisions = standing(
        about("exempt", "102001-办公室", ""), about("note", "改名局", "301"), about("extend", "旧名局", "302", until="2099-01-01")
    )
    naming = make_naming((), listed)
    assert [one.state for one in decided(listed, decisions, naming, day=DAY)] == ["missing", "exempt", "extended", "missing"]
    by_place = decisions_by_place(decisions, listed, naming)
    assert {place: [decision.kind for decision in told] for place, told in by_place.items()} == {
        1: ["exempt"],
        2: ["note", "extend"],
    }
