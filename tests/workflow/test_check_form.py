"""A form is refused if a spreadsheet would compute otherwise than we do, with the operands on which it would."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.base_form import base_form, put
from xlperf import check_form
from xlperf.errors import FormError

AGREE = ("planned - spent = spent", "planned * 3 = spent", "ABS(planned - spent) / planned < 0.3", "ROUND(planned * rate, 6) = spent",
         "planned * rate >= spent", "spent / planned - 1 < 0.3", "SUM(items.spent) - total.spent = 0", "planned - spent - planned + spent = 0")  # fmt: skip
DIFFER = (
    "spent / planned * spent = spent * spent / planned",
    "spent * spent * spent / planned = spent * (spent / planned * spent)",
)


pytestmark = pytest.mark.usefixtures("in_english")


def form_with(test: str, folder: Path) -> Path:
    definition = base_form()
    put(definition, "rules[1].test", test)
    put(definition, "rules[1].found", "{name}")
    folder = folder / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


@pytest.mark.parametrize("test", AGREE)
def test_a_rule_on_which_doubles_agree_is_accepted(test: str, tmp_path: Path) -> None:
    assert check_form(form_with(test, tmp_path)).rules["AB101"].test == test


@pytest.mark.parametrize("test", DIFFER)
def test_a_rule_that_needs_more_digits_than_a_double_keeps_is_refused(test: str, tmp_path: Path) -> None:
    folder = form_with(test, tmp_path)
    with pytest.raises(
        FormError, match=r"items\._AB101: with .*planned = \d.* a spreadsheet computes .*, and .* is right; .*ROUND\("
    ) as caught:
        check_form(folder)
    assert str(folder / "form.yaml") in str(caught.value)
