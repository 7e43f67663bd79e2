"""How deaf and how shrill the rules about texts are: labelled pairs of sentences, and figures of the tables retold wrongly."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from support.paths import EXAMPLES
from support.sentences import Pair, figures, read_pairs
from xlperf.checking.checks import check
from xlperf.checking.rule_checks import CHECKS
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form

ASKING = ("SZ305", "SZ306")  # a promise that is missed, a promise of which nothing is said
PRECISION, RECALL = 0.95, 0.8
LEAST_PAIRS = 150


def is_told(form: Form, pair: Pair) -> bool:
    """Whether the rules say anything of a goal with those two sentences."""
    document = {"form": form.key, "fiscal_year": 2022, "goals": [{"expected": pair.expected, "actual": pair.reported}]}
    rows = compute(form, rows_of(form, document)[0])
    return any(list(CHECKS[form.rules[code].check or ""](form, rows, form.rules[code])) for code in ASKING)


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(find_form("suzhou-department", year=2022))


def test_the_pairs_are_many_and_of_both_verdicts() -> None:
    tuned, aside = read_pairs("tuned"), read_pairs("aside")
    assert len(tuned) + len(aside) >= LEAST_PAIRS and len(aside) >= LEAST_PAIRS / 2
    assert len({(pair.expected, pair.reported) for pair in (*tuned, *aside)}) == len(tuned) + len(aside)
    for half in (tuned, aside):
        told = sum(pair.verdict == "told" for pair in half)
        assert {pair.verdict for pair in half} == {"told", "fine"} and len(half) / 3 < told < len(half) * 2 / 3


@pytest.mark.parametrize("half", ["tuned", "aside"])
def test_what_the_rules_say_is_what_a_reviewer_would_say(form: Form, half: str) -> None:
    """Only the figures are asserted: who looks at single pairs of the half put aside, tunes the rules to it."""
    pairs = read_pairs(half)
    precision, recall = figures(pairs, [is_told(form, pair) for pair in pairs])
    assert precision >= PRECISION and recall >= RECALL


# --- figures of the tables, retold ---------------------------------------------------------------------------

FOLDERS = {
    "suzhou-department": "shengchanli-2022",
    "national-project": "national-project-2022",
    "sichuan-project": "sichuan-project-2023",
}
TEXTS = ("narrative", "goals", "tasks", "objective", "conclusion")
PLANS = ("profile", "measures", "application", "expected")  # texts that tell no results
RETOLD = {
    "suzhou-department": 0.5,
    "national-project": 0.75,
    "sichuan-project": 0.75,
}  # share of wrong figures that is told at least


def texts_in(node: object, path: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """Every text of a document, with the way to it."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield from [((*path, key), value)] if isinstance(value, str) else texts_in(value, (*path, key))


def retold_wrongly(document: dict) -> Iterator[dict]:
    """The document with one figure of an indicator, which a text tells, three tenths larger in that text; a share smaller."""
    counted = {(f"{row['actual']:g}", row["unit"]) for row in document["indicators"] if row["kind"] == "定量" and "actual" in row}
    for path, text in texts_in(document):
        if path[0] not in TEXTS or path[-1] in PLANS:
            continue
        for match in re.finditer(r"(?<![\d.])\d+(?:\.\d+)?", text):
            unit = next((unit for number, unit in counted if number == match[0] and text.startswith(unit, match.end())), None)
            if unit:
                wrong = Decimal(match[0]) * (Decimal("0.9") if unit == "%" else Decimal("1.3"))
                shown = f"{wrong.quantize(Decimal(1)) if '.' not in match[0] and unit != '%' else wrong.normalize():f}"
                changed = copy.deepcopy(document)
                place: dict = changed
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = text[: match.start()] + shown + text[match.end() :]
                yield changed


def told(form: Form, document: dict) -> set[tuple[str, Spot]]:
    return {(finding.code, spot) for finding in check(form, compute(form, rows_of(form, document)[0])) for spot in finding.spots}


@pytest.mark.slow
@pytest.mark.parametrize("key", FOLDERS)
def test_a_figure_that_a_text_retells_wrongly_is_told(key: str) -> None:
    """Half of them where ten tasks and a long narrative tell them in words of their own; in a sentence beside its table most."""
    document = json.loads((EXAMPLES / FOLDERS[key] / "document.json").read_text("utf-8"))
    form = load_form(find_form(key, year=document["fiscal_year"]))
    before, changed = told(form, document), list(retold_wrongly(document))
    heard = sum(bool(told(form, wrong) - before) for wrong in changed)
    assert heard >= len(changed) * RETOLD[key]
