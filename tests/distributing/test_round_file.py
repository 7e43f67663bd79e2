"""round.yaml: written with comments, read back, every mistake told by its place; what it announces is printed and travels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from support.command_line import xlperf
from support.paths import EXAMPLE
from support.rosters import written
from xlperf import Announcement, annotate, fill_workbook, finalize, load_document, new_round, read_round, validate, write_template
from xlperf.errors import ExitCode, FormError, UsageError
from xlperf.forms.form import Form
from xlperf.workbook.announcement import announced_form, announced_lines, dump_lines, load_lines

SAID = Announcement(
    title="自评{2022}",
    document="苏财绩〔2023〕1号",
    office="绩效处",
    deadline="2023-03-31",
    hand_in="邮箱",
    contact="王老师 0512",
)


def guide_of(path: Path) -> dict[str, str]:
    """Label and text of the lines that the guide page opens with."""
    sheet = openpyxl.load_workbook(path)["填报说明"]
    return {row[1].value: row[3].value for row in sheet.iter_rows(max_row=16) if row[1].value and row[3].value}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = new_round(tmp_path / "一轮" / "round.yaml")
    found = read_round(path)
    assert (found.form, found.year, found.unexplained) == ("suzhou-department", 2022, None)
    assert (found.roster, found.inboxes, found.output) == (
        path.parent / "units.xlsx", (path.parent / "inbox",), path.parent / "collection")  # fmt: skip
    assert found.announcement.deadline == "2023-03-31" and found.announcement.long_deadline == "2023年3月31日"
    with pytest.raises(UsageError) as caught:
        new_round(path)
    assert caught.value.key == "round_is_there"


def test_where_reviews_lie_and_until_when_they_are_done(tmp_path: Path) -> None:
    found = read_round(written(tmp_path / "round.yaml", "reviews: {inboxes: [复核], deadlines: {review: 2024-05-31}}\n"))
    assert (found.reviews, found.review_deadlines) == ((tmp_path / "复核",), {"review": "2024-05-31"})


@pytest.mark.parametrize(("text", "told"), [
    ("yaer: 2022\n", "yaer: there is no such key; did you mean 'year'?"),
    ("year: 二二\n", "year: '二二' is a text; what stands here is a whole number"),
    ("deadline: 3月31日\n", "deadline: '3月31日' is wrong here. The last day, as 2023-03-31"),
    ("deadline: '2023-02-30'\n", "deadline: '2023-02-30'; 2023-03-31"),
    ("inboxes: 收到\n", "inboxes: '收到' is a text; what stands here is a list (items in [ ], or each on a line with a - before it)"),
    ("reviews: {deadlines: {review: 2024-05-31}}\n", "reviews: 'inboxes' is a required key; add it"),
    ("reviews: {inboxes: [r], deadlines: {review: '2024-02-30'}}\n", "reviews.deadlines.review: '2024-02-30'; 2023-03-31"),
    ("unexplained: maybe\n", "unexplained: 'maybe' is not one of pass, return"),
    ("- form\n", "round.yaml: '[\"form\"]' is a list (items in [ ], or each on a line with a - before it); what stands here is keys with values (key: value)"),
])  # fmt: skip
def test_a_mistake_is_told_by_its_place(tmp_path: Path, text: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPERF_LANG", "en")
    with pytest.raises(UsageError) as caught:
        read_round(written(tmp_path / "round.yaml", text))
    assert caught.value.key == "bad_round" and told in str(caught.value).splitlines()


def test_what_is_blank_or_no_yaml(tmp_path: Path) -> None:
    assert read_round(written(tmp_path / "round.yaml", "title:\n# nothing\n")).announcement.is_blank
    assert read_round(written(tmp_path / "round.yaml", "")).form is None
    with pytest.raises(FormError):
        read_round(written(tmp_path / "round.yaml", "form: [\n"))


def test_a_date_need_not_be_quoted(tmp_path: Path) -> None:
    assert read_round(written(tmp_path / "round.yaml", "deadline: 2023-04-01\n")).announcement.deadline == "2023-04-01"


def test_what_is_announced_is_printed_and_travels(tmp_path: Path) -> None:
    """In the template, in the annotated workbook and in the finalized one; nobody is told that it is a stray text."""
    path = write_template("suzhou-department", year=2022, output=tmp_path / "t.xlsx", announcement=SAID)
    wanted = {"本次报送": "自评{2022}", "通知文号": "苏财绩〔2023〕1号", "组织单位": "绩效处", "截止日期": "2023年3月31日", "报送方式": "邮箱",
              "联系咨询": "王老师 0512"}  # fmt: skip
    assert wanted.items() <= guide_of(path).items()
    plain = validate(write_template("suzhou-department", year=2022, output=tmp_path / "plain.xlsx"))
    result = validate(path)
    assert [finding["code"] for finding in result.findings] == [finding["code"] for finding in plain.findings]
    marked = annotate(path, output=tmp_path / "marked")
    assert wanted.items() <= guide_of(marked).items()


def test_a_finalized_workbook_opens_with_what_was_announced(tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlperf.workflow import fill

    issue = fill.Issued
    monkeypatch.setattr(fill, "Issued", lambda **facts: issue(**facts, announced=dump_lines(announced_lines(SAID))))
    fill_workbook(load_document(EXAMPLE / "document.json"), output=tmp_path / "filled.xlsx")
    done = finalize(tmp_path / "filled.xlsx", output=tmp_path / "out", report=False)
    assert done.status == "passed" and not [f for f in done.findings if "填报说明" in "".join(f["cells"])]
    assert guide_of(done.outputs[0])["联系咨询"] == "王老师 0512"


@pytest.mark.parametrize(
    "text", ["", "no json", "{}", "[1]", '[["a"]]', '[["a", 1]]', '[["", "b"]]', "[" * 2000, '[["a", "%s"]]' % ("b" * 501)]
)
def test_what_the_hidden_sheet_cannot_have_said_is_passed_over(form: Form, text: str) -> None:
    assert load_lines(text) == [] and announced_form(form, text) is form


def test_what_is_said_on_the_command_line_counts_more(tmp_path: Path) -> None:
    """One file for template, collect and status; today's calls are as they were."""
    new_round(tmp_path / "round.yaml")
    written(tmp_path / "units.csv", "单位名称,预算编码,联系人,归口处室\n甲局,01,张三,教科文处\n乙局,02,,\n")
    (tmp_path / "inbox").mkdir()
    text = (tmp_path / "round.yaml").read_text("utf-8").replace("units.xlsx", "units.csv")
    written(tmp_path / "round.yaml", text)
    done = xlperf("template", "--round", "round.yaml", "--contact", "李老师", "-o", "下发", "--jobs", 1, cwd=tmp_path)
    assert done.returncode == 0 and "名单中的“联系人、归口处室”不是表样的栏目，作为联系信息保留，不写入工作簿。" in done.stderr
    assert guide_of(tmp_path / "下发" / "甲局-2022-自评表.xlsx")["联系咨询"] == "李老师"
    done = xlperf("collect", "--round", "round.yaml", "--jobs", 1, cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "collection" / "run.json").exists()
    assert xlperf("status", "--round", "round.yaml", cwd=tmp_path).returncode == 0
    done = xlperf("collect", "inbox", cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE and "-o" in done.stderr
    assert xlperf("template", cwd=tmp_path).returncode == ExitCode.USAGE
    assert xlperf("new-round", "round.yaml", cwd=tmp_path).returncode == ExitCode.USAGE


def test_lines_are_those_that_are_said() -> None:
    assert announced_lines(replace(SAID, title="", hand_in="", contact="")) == [
        ("通知文号", "苏财绩〔2023〕1号", "document"), ("组织单位", "绩效处", "office"), ("截止日期", "2023年3月31日", "deadline")]  # fmt: skip


def test_what_a_round_announces_the_form_does_not_say_again(form: Form, tmp_path: Path) -> None:
    """By when and whom to ask stand in one place each: the round's line, or where it says nothing the form's."""

    def labels(announcement: Announcement) -> list[str]:
        return [line.label for line in announced_form(form, dump_lines(announced_lines(announcement))).opening]

    assert labels(Announcement()) == ["做什么", "何时交", "问谁"]
    assert labels(Announcement(title="自评")) == ["做什么", "本次报送", "何时交", "问谁"]
    assert labels(Announcement(deadline="2023-03-31")) == ["做什么", "截止日期", "问谁"]
    assert labels(SAID) == ["做什么", "本次报送", "通知文号", "组织单位", "截止日期", "报送方式", "联系咨询"]
    older = '[["截止日期", "2023年3月31日"]]'  # of a workbook of an earlier version
    assert [line.label for line in announced_form(form, older).opening] == ["做什么", "截止日期", "何时交", "问谁"]
    path = write_template("suzhou-department", year=2022, output=tmp_path / "t.xlsx", announcement=SAID)
    assert not {"何时交", "问谁"} & guide_of(path).keys()
    assert not {"何时交", "问谁"} & guide_of(annotate(path, output=tmp_path / "marked")).keys()
