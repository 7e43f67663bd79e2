"""What changed between two papers of a unit: exactly the fields that were changed, rows matched by what they hold."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from unittest import mock

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.command_line import xlperf
from support.documents import random_document
from support.example import document, indicator
from support.papers import Typing, write_paper
from support.paths import EXAMPLE, EXAMPLES
from support.second_revision import second_revision
from support.surgery import type_into
from xlperf import (
    Change,
    UnreadableError,
    UsageError,
    compare_papers,
    fill_workbook,
    finalize,
    import_document,
    load_document,
    migrate_workbook,
    write_next_template,
)
from xlperf.__main__ import main
from xlperf.forms.document import inputs_of, rows_of
from xlperf.forms.form import Form

pytestmark = pytest.mark.slow

FILLED = EXAMPLE / "filled.xlsx"


def saved(path: Path, value: dict) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


def differences(folder: Path, after: dict, before: dict | None = None) -> list[Change]:
    return compare_papers(saved(folder / "a.json", before or document()), saved(folder / "b.json", after))


def told(changes: list[Change]) -> list[tuple]:
    return [(c.kind, c.field, c.before, c.after) for c in changes]


def test_papers_that_say_the_same_do_not_differ(tmp_path: Path) -> None:
    """The document, the workbook, the finalized workbook and its document."""
    papers = [EXAMPLE / "document.json", FILLED, *finalize(FILLED, output=tmp_path, date="2023-03-01").outputs[:2]]
    assert [path.suffix for path in papers] == [".json", ".xlsx", ".xlsx", ".json"]
    assert [compare_papers(papers[0], paper) for paper in papers] == [[]] * 4


def test_a_blank_duty_says_the_same_as_the_one_above(tmp_path: Path) -> None:
    """On paper the duty of several tasks is one merged cell; in the workbook its other cells stay blank."""
    book, _, paper = finalize(FILLED, output=tmp_path, date="2023-03-01").outputs
    assert compare_papers(book, paper) == []
    after = document()
    assert after["tasks"][0]["duty"] == "负责产学研合作" and "duty" not in after["tasks"][1]
    after["tasks"][1]["duty"] = "负责产学研合作"
    assert differences(tmp_path, after) == []
    after["tasks"][1]["duty"] = "负责成果转化"
    assert told(differences(tmp_path, after)) == [("added", "tasks[1].duty", None, "负责成果转化")]


def test_a_change_is_told_in_the_forms_words_with_both_cells(tmp_path: Path) -> None:
    typed = type_into(FILLED, tmp_path / "typed.xlsx", {"自评表!H61": 5, "基本信息!C9": None, "基本信息!C10": "2023-04-01"})
    assert compare_papers(FILLED, typed) == [
        Change(
            kind="removed",
            place="联系电话",
            field="cover.phone",
            before="0512-65000000",
            after=None,
            cells=("基本信息!C9", "基本信息!C9"),
        ),
        Change(
            kind="changed",
            place="填报日期",
            field="cover.prepared_on",
            before="2023-03-01",
            after="2023-04-01",
            cells=("基本信息!C10", "基本信息!C10"),
        ),
        Change(
            kind="changed",
            place="自评表 › 履职 › 科技合作交流活动 › 完成值",
            field="indicators[52].actual",
            before=4,
            after=5,
            cells=("自评表!H61", "自评表!H61"),
        ),
    ]


def test_rows_are_matched_by_name_not_by_place(tmp_path: Path) -> None:
    after = document()
    after["tasks"].reverse()
    after["goals"].insert(0, {"expected": "全新的一项工作", "actual": "已完成"})
    gone = after["tasks"].pop(2)
    after["tasks"][0]["completion"] = "改过的完成情况"
    indicators = [row for row in after["indicators"] if row["category"] == "履职"]
    after["indicators"] = [row for row in after["indicators"] if row["category"] != "履职"] + indicators[::-1]
    assert told(differences(tmp_path, after)) == [
        ("added", "goals[0]", None, {"预期目标": "全新的一项工作", "完成情况": "已完成"}),
        ("removed", "tasks[7]", {label: gone[key] for key, label in (("duty", "对应部门主要职责"), ("task", "任务名称"), ("completion", "完成情况"))
                                 if key in gone}, None),
        ("changed", "tasks[0].completion", document()["tasks"][-1]["completion"], "改过的完成情况"),
    ]  # fmt: skip


def test_a_row_with_another_name_is_one_row_that_was_renamed(tmp_path: Path) -> None:
    after = document()
    after["tasks"][3]["task"] = "另一个叫法"
    after["goals"][1]["expected"] += "（调整后）"
    assert told(differences(tmp_path, after)) == [
        ("changed", "goals[1].expected", document()["goals"][1]["expected"], after["goals"][1]["expected"]),
        ("changed", "tasks[3].task", document()["tasks"][3]["task"], "另一个叫法"),
    ]


def test_what_is_computed_is_not_told(tmp_path: Path) -> None:
    after = document()
    after["budget"]["items"][0]["spent"] = 1.5
    after["budget"]["total"] = {"spent": 1}
    assert told(differences(tmp_path, after)) == [
        ("changed", "budget.items[0].spent", document()["budget"]["items"][0]["spent"], 1.5)
    ]


@pytest.mark.parametrize("example", ["shengchanli-2022", "national-project-2022", "sichuan-project-2023"])
def test_a_document_and_what_it_was_finalized_to_do_not_differ(example: str) -> None:
    """Preset rows hold what the form gives and, in the finalized one, what it computes."""
    assert compare_papers(EXAMPLES / example / "document.json", EXAMPLES / example / "finalized.json") == []


def test_papers_of_two_revisions_are_compared_in_the_newer(tmp_path: Path) -> None:
    templates, old = second_revision(tmp_path), document()
    old["tasks"][0]["content"] = "组织对接活动"
    fill_workbook(old, output=tmp_path / "old.xlsx")
    migrate_workbook(tmp_path / "old.xlsx", output=tmp_path / "new.xlsx", year=2023, templates=templates)
    changes = compare_papers(tmp_path / "old.xlsx", tmp_path / "new.xlsx", templates=templates)
    assert changes == [
        Change(
            kind="changed", place="预算年度", field="fiscal_year", before=2022, after=2023, cells=("基本信息!C3", "基本信息!C3")
        ),
        Change(
            kind="removed",
            place="重点任务 › 做好科技镇长团工作 › 主要内容",
            field="tasks[0].content",
            before="组织对接活动",
            after=None,
            cells=("重点任务!D4", ""),
        ),
    ]
    back = compare_papers(tmp_path / "new.xlsx", tmp_path / "old.xlsx", templates=templates)
    assert [(c.kind, c.field, c.cells) for c in back] == [
        ("changed", "fiscal_year", ("基本信息!C3",) * 2),
        ("added", "tasks[0].content", ("", "重点任务!D4")),
    ]


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        compare_papers(FILLED, tmp_path / "none.xlsx")
    assert caught.value.key == "cannot_open"


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.data())
def test_exactly_the_changed_fields_are_told(
    form: Form, tmp_path_factory: pytest.TempPathFactory, seed: int, data: st.DataObject
) -> None:
    """A few fields of a generated document are set anew: each is told once, at its place; what is equal is not."""
    from xlperf.forms.document import path_namer
    from xlperf.revisions.compare_papers import name_field

    before = random_document(form, seed)
    for key in ("goals", "tasks"):  # rows that can be told apart
        name = name_field(form.blocks[key])
        before[key] = [{**row, name: f"{'零一二三四五六七八九'[n] * 9}"} for n, row in enumerate(before.get(key, []))]
    items = before["budget"].get("items", [])
    before["budget"]["items"] = [{**row, "name": "甲乙丙丁戊己庚辛"[n] * 9} for n, row in enumerate(items)]
    rows, _ = rows_of(form, before)
    names = {block.key: name_field(block) for block in form.blocks.values() if block.document_fields}
    spots = [spot for spot, value in inputs_of(form, rows) if isinstance(value, str) and spot.field != names[spot.block] and spot.block != "rules"
             and not form.blocks[spot.block].fields[spot.field].choices]  # fmt: skip
    chosen = data.draw(st.lists(st.sampled_from(spots), min_size=0, max_size=5, unique=True))
    changed = copy.deepcopy(rows)
    for spot in chosen:
        changed[spot.block][spot.index][spot.field] += "（改）"
    from xlperf.forms.document import document_of

    folder = tmp_path_factory.mktemp("difference")
    changes = differences(folder, document_of(form, changed), document_of(form, rows))
    path_of = path_namer(form, changed)
    assert {(c.kind, c.field, c.before, c.after) for c in changes} == {
        ("changed", path_of(s), _read(rows, s), _read(changed, s)) for s in chosen}  # fmt: skip
    assert len(changes) == len(chosen)
    assert compare_papers(folder / "a.json", folder / "a.json") == []


# --- reports -------------------------------------------------------------------------------------------------


def report(path: Path, *before: str) -> Path:
    """The example as a typed report, with sentences in front that have no field."""
    return write_paper(load_document(EXAMPLE / "finalized.json"), path, Typing(extra=before))


def test_a_sentence_that_has_no_field_is_a_change(tmp_path: Path) -> None:
    one, other = report(tmp_path / "a.docx", "附件2"), report(tmp_path / "b.docx", "附件2", "本稿尚未审定，数字以决算为准。")
    assert compare_papers(one, one) == []
    draft = "本稿尚未审定，数字以决算为准。"
    changes = compare_papers(one, other)
    assert [(c.kind, c.place, c.field, c.before, c.after) for c in changes] == [
        ("added", "第 2 段", "leftovers", None, draft), ("added", "第 68 段", "leftovers", None, draft)]  # fmt: skip
    assert [(c.kind, c.before, c.after) for c in compare_papers(other, one)] == [("removed", draft, None)] * 2
    document = import_document(other).document
    assert compare_papers(other, saved(tmp_path / "b.json", document)) == []


def test_a_figure_that_differs_from_the_computed_one_is_a_change(tmp_path: Path) -> None:
    one, other = report(tmp_path / "a.docx"), docx.Document(report(tmp_path / "b.docx"))
    other.tables[0].cell(1, 5).text = "50.00%"
    other.save(tmp_path / "b.docx")
    assert [(c.kind, c.place, c.after) for c in compare_papers(one, tmp_path / "b.docx")] == [
        ("added", "表 1 第 2 行第 6 格", "执行率（%）: 50.00%")
    ]


def test_what_was_not_understood_of_a_report_is_told_beside_the_changes(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    report(tmp_path / "a.docx", "附件2")
    with mock.patch.object(sys, "argv", ["xlperf", "diff", str(FILLED), str(tmp_path / "a.docx"), "--format", "json"]):
        assert int(main()) == 0
    out, err = capfd.readouterr()
    assert [change["after"] for change in json.loads(out) if change["field"] == "leftovers"] == ["附件2", "附件2"]
    assert "XL421" in err and "附件2" in err and "a.docx" in err and "filled.xlsx" not in err


@pytest.mark.parametrize("name", ["a.md", "a", "a.text", "a.docm", "A.DOCX", "b.xlsx"])
def test_a_report_is_known_by_what_it_holds_not_by_its_name(tmp_path: Path, name: str) -> None:
    path = report(tmp_path / "0.docx")
    if name in ("a.md", "a", "a.text"):
        lines = "六、绩效自评结果拟应用和公开情况\n在门户网站公开。\n一、预算部门名称：某局\n三、部门（单位）概况\n概况。\n五（一）、整体支出绩效中存在的问题\n无"
        (tmp_path / "0.txt").write_text(f"（2022年度）\n{lines}", "utf-8")
        path = tmp_path / "0.txt"
    same = tmp_path / name
    same.write_bytes(path.read_bytes())
    assert compare_papers(path, same) == []
    assert write_next_template("suzhou-department", year=2023, last=same, output=tmp_path / "next.xlsx").outputs


def test_a_file_that_is_no_paper_is_told_as_before(tmp_path: Path) -> None:
    for name, content, code in (
        ("a.xlsx", b"name,value", "XL108"),
        ("a.docx", b"%PDF-1.4", "XL447"),
        ("a.pdf", b"%PDF-1.4", "XL447"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError) as caught:
            compare_papers(FILLED, tmp_path / name)
        assert caught.value.code == code


def _read(rows: dict, spot) -> object:
    return rows[spot.block][spot.index][spot.field].replace("\r\n", "\n")


def test_on_the_command_line(tmp_path: Path) -> None:
    after = document()
    indicator(after, "培育技术经纪人")["actual"] = 850
    path = saved(tmp_path / "b.json", after)

    shown = xlperf("diff", FILLED, path, COLUMNS="100")
    assert shown.returncode == 0 and shown.stdout.splitlines()[-1] == "增加 0 处，删除 0 处，修改 1 处。"
    assert "843" in shown.stdout and "850" in shown.stdout and "自评表!H54" in shown.stdout
    assert json.loads(xlperf("diff", FILLED, path, "--format", "json").stdout) == [
        {"kind": "changed", "place": "自评表 › 履职 › 培育技术经纪人 › 完成值", "field": "indicators[45].actual", "before": 843, "after": 850,
         "cells": ["自评表!H54", ""]}]  # fmt: skip
    assert xlperf("diff", FILLED, EXAMPLE / "document.json").stdout == "没有变化。\n"
