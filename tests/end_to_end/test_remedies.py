"""Every remedy that we name can be done in the workbook that is open, protected as we hand it out.

Rows, columns and locked cells cannot be deleted there; rows can be inserted, hidden ones shown, yellow cells cleared and typed into.
"""

from __future__ import annotations

import re
import tomllib

import openpyxl
import pytest

from support.make_golden import FORMS
from support.paths import REPOSITORY
from xlperf import write_template
from xlperf.forms.form import Form

# What people are told to do, and that cannot be done: a row, a column or an item is deleted, or put back.
IMPOSSIBLE = {
    "zh": re.compile(
        "删[去除掉](?:该|这|那|此|多余的?|其中)?[一]?[行列栏格项]|(?:重复|误粘贴|没有内容)[^，；。]{0,6}删|恢复该[行列栏]|可删除行|删行"
    ),
    "en": re.compile(
        r"[Dd]elet\w* (?:the |one |a |that |this )?(?:row|column|line)|[Rr]estore the (?:row|column)|rows and delete one",
        re.ASCII,
    ),
}
# What can be done: each remedy says at least one of these, or that there is nothing to do.
POSSIBLE = re.compile(
    "填|写|选|核对|改|清空|说明|说清|插入|移到|复制|恢复|取消隐藏|换用|升级|另存|保存|打开|重新|解压|补|统一|转|看|四舍五入|精简|"
    "删去提示文字|删去粘贴|删去表格以外|没用的删去|删去多余的一张|删去同一文件夹|无须处理|不必处理|以计算结果为准|为准|检查|发给|合并|指定|再运行|调整|请等"
)
ELSEWHERE = ("收件", "名单", "导入", "文件夹", "Word")  # remedies outside the workbook


def remedies(language: str) -> dict[str, str]:
    """The remedy of every finding."""
    messages = tomllib.loads((REPOSITORY / "xlperf" / "catalogues" / f"{language}.toml").read_text("utf-8"))
    return {code: finding["fix"] for code, finding in messages["findings"].items() if finding.get("fix")}


@pytest.mark.parametrize("language", IMPOSSIBLE)
def test_no_remedy_of_a_finding_is_impossible(language: str) -> None:
    told = remedies(language)
    assert len(told) > 60
    assert {code: text for code, text in told.items() if IMPOSSIBLE[language].search(text)} == {}


def test_every_remedy_says_something_that_can_be_done() -> None:
    texts = remedies("zh") | {f"{form.key} {code}": rule.fix for form in FORMS for code, rule in form.rules.items() if rule.fix}
    assert {code: text for code, text in texts.items() if not POSSIBLE.search(text)} == {}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_no_rule_and_no_help_of_a_form_asks_for_the_impossible(form: Form) -> None:
    helps = {f"{key}.{name}": field.help for key, block in form.blocks.items() for name, field in block.fields.items()}
    texts = {**{code: f"{rule.fix} {rule.why}" for code, rule in form.rules.items()}, **helps, **form.words}
    texts |= {f"guide {number}": text for number, text in enumerate(form.guide)}
    assert {place: text for place, text in texts.items() if IMPOSSIBLE["zh"].search(text)} == {}


@pytest.mark.parametrize(
    "planted", ["没有这项预算的删去该行；漏填的补上。", "重复的删去一行；", "删去多余的一行，或改名。", "从原模板中恢复该栏。"]
)
def test_an_impossible_remedy_is_found(planted: str) -> None:
    assert IMPOSSIBLE["zh"].search(planted)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_what_is_told_is_allowed_and_what_is_not_told_is_not(form: Form, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = write_template(form.key, year=max(2023, form.first_year), output=tmp_path / "t.xlsx")
    for sheet in openpyxl.load_workbook(path).worksheets[:-1]:
        protection = sheet.protection  # True of an action means that it is locked
        assert protection.sheet and protection.deleteRows and protection.deleteColumns and protection.insertColumns
        assert not (protection.insertRows or protection.formatRows or protection.formatColumns or protection.sort)
