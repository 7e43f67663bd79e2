"""A rule needs a code, a title, a table and a test; what else it says has defaults, in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.base_form import base_form
from xlperf.checking.checks import check
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form
from xlperf.messages import use_language

RULE = {"code": "AB102", "title": "不超支 {每项}", "table": "budget", "test": "支出数 <= planned"}


@pytest.fixture(autouse=True)
def in_the_usual_language() -> Iterator[None]:
    yield
    use_language(None)


def loaded(folder: Path, rule: dict[str, Any]) -> Form:
    definition = base_form()
    definition["rules"].append(rule)
    folder = folder / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return load_form(folder)


def test_a_rule_of_a_title_and_a_test_is_whole(tmp_path: Path) -> None:
    use_language("zh")
    rule = loaded(tmp_path, RULE).rules["AB102"]
    assert (rule.severity, rule.cells, rule.found) == ("error", ("spent", "planned"), "支出数 {spent}；预算数 {planned}")
    assert (rule.expected, rule.why) == ("不超支 {{每项}}", "“不超支 {每项}”是本表的要求。")
    assert rule.fix == "请核对所列单元格，改正其中有误的内容。"


def test_it_finds_what_fails_it(tmp_path: Path) -> None:
    form = loaded(tmp_path, RULE)
    items = [{"name": "A", "planned": 1, "spent": 2}, {"name": "B", "planned": 2, "spent": 1}]
    rows, _ = rows_of(form, {"form": "mini", "revision": "2022", "budget": {"items": items}})
    found = [finding for finding in check(form, compute(form, rows)) if finding.code == "AB102"]
    assert [(spot.block, spot.index, spot.field) for spot in found[0].spots if spot.block == "items"] == [
        ("items", 0, "spent"),
        ("items", 0, "planned"),
    ]


def test_what_a_rule_says_itself_stays(tmp_path: Path) -> None:
    own = {"severity": "warning", "why": "w", "cells": ["planned"], "fix": "f"}
    rule = loaded(tmp_path, RULE | own).rules["AB102"]
    assert (rule.severity, rule.why, rule.cells, rule.found, rule.fix) == ("warning", "w", ("planned",), "预算数 {planned}", "f")


def test_uniqueness_is_a_rule_of_a_title_and_a_test(tmp_path: Path) -> None:
    form = loaded(tmp_path, RULE | {"title": "名称不重复", "test": 'OR(name = "", COUNTIF(items.name, name) <= 1)'})
    items = [{"name": "甲"}, {"name": " 甲"}, {"name": "乙"}, {"spent": 1}]
    rows, _ = rows_of(form, {"form": "mini", "revision": "2022", "budget": {"items": items}})
    (found,) = [finding for finding in check(form, compute(form, rows)) if finding.code == "AB102"]
    assert [(spot.index, spot.field) for spot in found.spots] == [(0, "name"), (1, "name")]


@pytest.mark.parametrize("missing", ["code", "title", "table"])
def test_what_a_rule_cannot_do_without_is_asked_for(missing: str, tmp_path: Path) -> None:
    with pytest.raises(FormError, match=missing):
        loaded(tmp_path, {key: value for key, value in RULE.items() if key != missing})


def test_a_rule_by_a_check_says_its_texts_itself(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"severity|why|found"):
        loaded(tmp_path, {"code": "AB102", "title": "x", "check": "duplicates", "parameters": {"table": "budget"}})
