"""The title of a field stands for its key in formulas where it is the title of one field; else the formula is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.base_form import BUDGET, INDICATORS, base_form, put
from xlperf.errors import FormError
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form
from xlperf.messages import use_language

RATE, TEST = f"{BUDGET}.columns[3].formula", "rules[1].test"


def loaded(folder: Path, **changes: object) -> Form:
    definition = base_form()
    for place, value in changes.items():
        put(definition, place, value)
    folder = folder / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return load_form(folder)


MEANS = [
    (RATE, "ROUND(支出数/预算数, 4)", "ROUND(spent/planned, 4)"),
    (RATE, "ROUND（支出数 ÷ 预算数，4）", "ROUND（spent ÷ planned，4）"),
    (RATE, "支出数 / planned", "spent / planned"),
    (RATE, "spent / N(人数)", "spent / N(cover.staff)"),
    (RATE, "spent / N(基本.人数)", "spent / N(cover.staff)"),
    (RATE, "SUM(预算.支出数) / planned", "SUM(budget.spent) / planned"),
    (RATE, "total.支出数 / total.planned", "total.spent / total.planned"),
    (RATE, "推算.覆盖率.推算值 + 支出数", "base.coverage.ratio + spent"),
    (RATE, 'IF(项目 = "支出数", 1, 0)', 'IF(name = "支出数", 1, 0)'),
    (TEST, "支出数 <= 预算数", "spent <= planned"),
    (f"{INDICATORS}.columns[4].number_when", 'T(性质) = "定量"', 'T(kind) = "定量"'),
    (f"{BUDGET}.blocks[0].formulas.spent", "ROUND(SUM(items.支出数), 6)", "ROUND(SUM(items.spent), 6)"),
    (f"{INDICATORS}.blocks[0].rows[0].formulas.actual", "推算.覆盖率.推算值", "base.coverage.ratio"),
]


@pytest.mark.parametrize(("place", "written", "means"), MEANS, ids=[case[1] for case in MEANS])
def test_a_title_stands_for_its_key(place: str, written: str, means: str, tmp_path: Path) -> None:
    changes = {place: written, "sheets[1].sections[1].heading": "基本"}
    by_title, by_key = loaded(tmp_path / "a", **changes), loaded(tmp_path / "b", **{**changes, place: means})
    assert by_title.formulas == by_key.formulas
    assert by_title.definition == by_key.definition


def test_a_title_with_its_unit_in_brackets_is_written_with_it_or_without(tmp_path: Path) -> None:
    for at, written in enumerate(("支出数（万元） * 2", "支出数 * 2", "total.支出数（万元） + 0", "SUM(items.支出数（万元）)")):
        changes = {f"{BUDGET}.columns[2].label": "支出数（万元）", RATE: f"MIN({written}, 1)"}
        form = loaded(tmp_path / str(at), **changes)
        assert "spent" in form.blocks["items"].fields["rate"].formula
        assert "支出" not in form.blocks["items"].fields["rate"].formula


def test_a_column_of_the_row_goes_before_a_single_field(tmp_path: Path) -> None:
    form = loaded(tmp_path, **{"sheets[1].sections[1].items[1].label": "预算数", RATE: "MIN(支出数 / 预算数, 1)"})
    assert form.blocks["items"].fields["rate"].formula == "MIN(spent / planned, 1)"


def test_a_title_of_several_fields_is_refused_with_their_keys(tmp_path: Path) -> None:
    told = {
        "en": "the title '预算数' is that of several fields: planned, spent; write the key of one",
        "zh": "标题“预算数”不止一个字段使用：planned、spent；请写其中一个的键",
    }
    for language, words in told.items():
        use_language(language)
        try:
            with pytest.raises(FormError) as caught:
                loaded(tmp_path / language, **{f"{BUDGET}.columns[2].label": "预算数", RATE: "spent / 预算数"})
        finally:
            use_language(None)
        assert words in str(caught.value) and "sheets[2].sections[0].columns[3].formula" in str(caught.value)


def test_a_name_that_is_neither_key_nor_title_is_refused_as_it_was_written(tmp_path: Path) -> None:
    use_language("en")
    try:
        with pytest.raises(FormError, match="no field named '支出额'; write the key or the title of a field"):
            loaded(tmp_path, **{RATE: "支出额 / 预算数"})
    finally:
        use_language(None)


def test_a_form_without_titles_in_formulas_is_the_same_object(tmp_path: Path) -> None:
    form = loaded(tmp_path)
    assert form.definition == base_form()
