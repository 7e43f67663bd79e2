"""The change notice: what a newer revision of a form says otherwise, in words a bureau can send out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.paths import REPOSITORY
from support.second_revision import second_revision
from xlperf import Change, UsageError, compare_forms, compare_papers

FORM = REPOSITORY / "templates" / "suzhou-department" / "2022"


def edited(folder: Path, *edits: tuple[str, str]) -> list[Change]:
    """The changes of a copy of the form in which those texts are replaced."""
    target = folder / "suzhou-department" / "2022"
    target.mkdir(parents=True)
    text = (FORM / "form.yaml").read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (target / "form.yaml").write_text(text, "utf-8")
    return compare_forms(FORM, target)


def test_a_form_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert compare_forms(FORM, FORM / "form.yaml") == [] == edited(tmp_path)
    assert compare_forms("suzhou-department@2022", FORM) == []


def test_a_limit_a_threshold_a_choice_a_wording(tmp_path: Path) -> None:
    changes = edited(
        tmp_path,
        ("low_rate: 0.9 ", "low_rate: 0.8 "),
        (
            "label: 填报人, type: text, carry: true, wanted: true, max_length: 50",
            "label: 填表人, type: text, carry: true, required: true, max_length: 40",
        ),
        ("    填报人: [填表人, 经办人]\n", "    填表人: [填报人, 经办人]\n"),
        ("choices: [定量, 定性]", "choices: [定量, 定性, 其他]"),
        ("      longest: 30\n", "      longest: 40\n"),
        ("    title: 超额完成幅度小于30%\n", "    title: 超额完成幅度小于三成\n"),
        ("  footer: 第 &P 页　共 &N 页", "  footer: 第 &P 页"),
    )
    place = "基本信息 › 一、预算部门名称 › 填表人"
    assert changes == [
        Change(kind="changed", place=f"{place} › 名称", field="field.cover.prepared_by.label", before="填报人", after="填表人"),
        Change(kind="removed", place=f"{place} › 建议填", field="field.cover.prepared_by.wanted", before="是", after=None),
        Change(kind="changed", place=f"{place} › 最多字数", field="field.cover.prepared_by.max_length", before=50, after=40),
        Change(kind="added", place=f"{place} › 必填", field="field.cover.prepared_by.required", before=None, after="是"),
        Change(
            kind="changed",
            place="自评表 › 分解目标 › 性质 › 选项",
            field="field.indicators.kind.choices",
            before="定量、定性",
            after="定量、定性、其他",
        ),
        Change(
            kind="changed",
            place="规则 SZ202 › 名称",
            field="rules.SZ202.title",
            before="超额完成幅度小于30%",
            after="超额完成幅度小于三成",
        ),
        Change(
            kind="changed", place="规则 SZ309 › parameters.longest", field="rules.SZ309.parameters.longest", before=30, after=40
        ),
        Change(kind="changed", place="参数 low_rate", field="parameters.low_rate", before=0.9, after=0.8),
        Change(kind="changed", place="用语 footer", field="words.footer", before="第 &P 页　共 &N 页", after="第 &P 页"),
    ]


def test_what_came_and_what_went(tmp_path: Path) -> None:
    rule = "  - code: SZ104\n"
    text = (FORM / "form.yaml").read_text("utf-8")
    whole = text[text.index(rule) : text.index("  - code: ", text.index(rule) + len(rule))]
    changes = edited(
        tmp_path,
        (whole, ""),
        (
            "          - {key: phone, ",
            "          - {key: email, label: 电子邮箱, type: text, required: true}\n          - {key: phone, ",
        ),
        ("              - {key: staff_control, name: 在职人员控制率,", "              - {key: staff_limit, name: 编制控制率,"),
    )
    assert [(c.kind, c.place, c.before, c.after) for c in changes] == [
        ("added", "基本信息 › 一、预算部门名称 › 电子邮箱", None, {"名称": "电子邮箱", "类型": "text", "必填": "是"}),
        ("added", "自评表 › 过程 › 编制控制率", None, {"名称": "编制控制率"}),
        ("removed", "自评表 › 过程 › 在职人员控制率", {"名称": "在职人员控制率"}, None),
        (
            "removed",
            "规则 SZ104",
            {"名称": "预算各行金额不得全为 0", "类别": "info", "检查条件": re.search(r"test: (.*)\n", whole)[1]},
            None,
        ),
    ]


def test_a_column_that_moved_is_told_once(tmp_path: Path) -> None:
    text = (FORM / "form.yaml").read_text("utf-8")
    task, content = (re.search(rf"          - {{key: {key}, label.*\n", text)[0] for key in ("task", "content"))
    changes = edited(tmp_path, (task + content, content + task))
    assert [(c.kind, c.place, c.before, c.after) for c in changes] == [
        ("changed", "重点任务 › 年度重点任务 › 顺序", "对应部门主要职责、任务名称、主要内容、完成情况", "对应部门主要职责、主要内容、任务名称、完成情况")]  # fmt: skip


def test_two_revisions_renames_and_all(tmp_path: Path) -> None:
    templates = second_revision(tmp_path)
    changes = compare_forms("suzhou-department@2022", "suzhou-department@2023", templates=templates)
    said = [(c.kind, c.place, c.before, c.after) for c in changes]
    assert ("changed", "自评表 › 分解目标 › 佐证材料 › 名称", "完成值来源", "佐证材料") in said
    assert ("changed", "自评表 › 过程 › 学习与培训完成率 › 目标值", 100, 95) in said
    assert ("changed", "自评表 › 分解目标 › 不适用 › 选项", "不适用", "不涉及") in said
    assert ("changed", "起始年度", 2022, 2023) in said
    assert [c[:2] for c in said if "主要内容" in c[1]] == [("removed", "重点任务 › 年度重点任务 › 主要内容")]
    assert {c.place for c in changes if c.kind == "added"} >= {"基本信息 › 一、预算部门名称 › 电子邮箱"}
    assert not [c for c in said if "完成值来源" in c[1] or "业务学习" in c[1]]  # renamed, neither removed nor added


def test_what_names_no_form(tmp_path: Path) -> None:
    for one, key in (
        ("suzhou-department@1999", "no_such_revision"),
        ("nothing@2022", "no_such_form"),
        ("nothing", "names_no_form"),
    ):
        with pytest.raises(UsageError) as caught:
            compare_forms(one, FORM)
        assert caught.value.key == key
    (tmp_path / "a@b.json").write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="form"):
        compare_papers(tmp_path / "a@b.json", tmp_path / "a@b.json")
