"""What a computed cell follows from is found anew for every formula, whatever stood in memory before."""

from __future__ import annotations

from support.paths import TEMPLATES
from xlperf import load_form
from xlperf.forms.live.needs import Needs
from xlperf.forms.model import Cells
from xlperf.formula.nodes import Kind
from xlperf.formula.parsing.parser import parse

COLUMNS = ("initial", "budget", "executed")


def test_a_formula_that_is_gone_leaves_nothing_to_the_next_one() -> None:
    """Python gives the place of what it has thrown away to the next thing: each formula here is gone before the next comes."""
    form = load_form(TEMPLATES / "national-project" / "2020")
    needs, home = Needs(form, {}), Cells("fiscal", None, "rate")
    for number in range(300):
        column = COLUMNS[number % len(COLUMNS)]
        assert needs.inputs_of_tree(home, parse(f"{column} + 1", lambda _: Kind.NUMBER)) == {Cells("fiscal", None, column)}
