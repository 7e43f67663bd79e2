"""What units have in common: copied paragraphs, equal figures, figures far out; and honest data raise no alarm."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest
import rapidfuzz.distance
from hypothesis import given, settings
from hypothesis import strategies as st

from support.outcomes import FORM, LETTERS, STANDARD, indicator, items, outcome, prose
from support.surveys import found, told
from xlperf.forms.document import Spot
from xlperf.summarizing.figures import Achievement
from xlperf.summarizing.fingerprints import SKETCH, FilledWorkbook, Fingerprints, find_shared, prints_of
from xlperf.summarizing.similarity import LEADERS, ComparedWorkbook, compare

PROBLEMS, MEASURES = "基本信息!B31", "基本信息!B37"


class Book(NamedTuple):
    """A workbook of one owner."""

    owner: int
    filled: FilledWorkbook

    def judged(self, deviation: float) -> Book:
        """The same with one indicator that is over-fulfilled so much."""
        return self._replace(filled=self.filled._replace(judged=[Achievement("duties", 0, {"deviation": deviation}, "over")]))


def book(number: int, *texts: str, name: str = "") -> Book:
    """A workbook of nothing but texts."""
    typed = [(Spot("narrative", n, "problems"), text) for n, text in enumerate(texts)]
    unit = name or f"单位{number}"
    return Book(number, FilledWorkbook(form=FORM, unit=unit, rows={}, typed=typed, judged=(), cell=lambda spot: f"!{spot.index}"))


def alike(books: Sequence[Book]) -> list[tuple[str, list[str]]]:
    fingerprints, compared = Fingerprints(), []
    for number, filled in books:
        prints = prints_of(filled)
        fingerprints.add(FORM, number, prints)
        compared.append(ComparedWorkbook(form=FORM, owner=number, path=f"{number:04d}.xlsx", unit=filled.unit, prints=prints))
    return sorted((path, finding["cells"]) for path, finding in compare(find_shared(fingerprints), compared))


# --- copied text -----------------------------------------------------------------------------------------------


def test_a_deviation_that_has_no_logarithm_is_passed_over() -> None:
    least = [book(n).judged(deviation) for n, deviation in enumerate((-1, -1.0, -2.5, 0.5))]
    assert alike(least) == []


def test_a_copied_paragraph_is_told_at_both_files_with_the_place_of_the_other() -> None:
    copied = prose("copied")
    others = [outcome(f"{n}.xlsx", f"第{n}局", narrative={"problems": prose(n)}) for n in range(6)]
    one = outcome("a.xlsx", "甲局", narrative={"problems": f"{prose('a')}\n{copied}", "measures": prose("ma")})
    two = outcome("b.xlsx", "乙局", narrative={"problems": prose("b"), "measures": copied})
    assert found([*others, one, two]) == [("a.xlsx", "XL550", (PROBLEMS,)), ("b.xlsx", "XL550", (MEASURES,))]
    finding = told([*others, one, two], "a.xlsx", "XL550")
    assert finding["found"] == f"“{copied[:30]}…”；“乙局”的 b.xlsx {MEASURES} 也有（与 1 家单位相同）"
    assert finding["severity"] == "warning"


def test_the_same_text_twice_in_one_workbook_or_in_two_submissions_of_one_unit_is_nobodys_copy() -> None:
    text = prose("own")
    one = outcome("a.xlsx", "苏州市甲局", narrative={"problems": text, "measures": text})
    again = outcome("b.xlsx", "苏州市甲局", narrative={"problems": text}, received="2023-03-02T09:00:00+08:00")
    assert found([one, again]) == []


def test_a_replaced_submission_is_not_compared() -> None:
    text = prose("shared")
    old = outcome("a.xlsx", "甲局", narrative={"problems": text})
    new = outcome("b.xlsx", "甲局", narrative={"problems": prose("mended")}, received="2023-03-02T09:00:00+08:00")
    other = outcome("c.xlsx", "乙局", narrative={"problems": text})
    assert found([old, new, other]) == []


def test_cells_that_moved_are_named_where_they_are() -> None:
    text = prose("moved")
    one = replace(outcome("a.xlsx", "甲局", narrative={"problems": text}), places={"narrative.problems": "第一页!B40"})
    two = outcome("b.xlsx", "乙局", narrative={"problems": text})
    assert found([one, two]) == [("a.xlsx", "XL550", ("第一页!B40",)), ("b.xlsx", "XL550", (PROBLEMS,))]
    assert "a.xlsx 第一页!B40" in told([one, two], "b.xlsx", "XL550")["found"]


def test_what_many_units_write_is_common_and_so_is_the_form_itself() -> None:
    legal = STANDARD * 3
    helps = "".join(known.help for known in FORM.blocks["narrative"].fields.values()) + "。".join(FORM.guide)
    assert len(helps) > 100
    assert alike([book(n, legal, prose(n)) for n in range(6)]) == []  # more than `few` units
    assert alike([book(n, helps.replace("；", "。")) for n in range(2)]) == []  # the form's own words
    assert len(alike([book(n, legal) for n in range(5)])) == 5


def test_common_sentences_around_it_neither_make_nor_hide_a_copy() -> None:
    copied = prose("hidden", 90)
    honest = [book(n, STANDARD * 2 + prose(n, 90) + STANDARD) for n in range(20)]
    assert alike(honest) == []
    planted = [book(20, STANDARD + copied), book(21, STANDARD * 3 + copied)]
    assert alike([*honest, *planted]) == [("0020.xlsx", ["!0"]), ("0021.xlsx", ["!0"])]


def test_short_texts_may_be_equal() -> None:
    assert (
        alike([book(n, "本单位预算绩效管理工作有待加强，培训不够系统，指标设置不够细化，数据收集不够及时。") for n in range(2)])
        == []
    )


def test_figures_punctuation_and_the_units_own_name_do_not_make_a_text_ones_own() -> None:
    text = "{unit}{year}年共服务企业{n}家，" + prose("body", 150)
    one = book(0, text.format(unit="苏州市甲中心", year=2022, n=120), name="苏州市甲中心")
    two = book(1, text.format(unit="苏州市乙研究院", year=2021, n=77).replace("，", "、 "), name="苏州市乙研究院")
    assert alike([one, two]) == [("0000.xlsx", ["!0"]), ("0001.xlsx", ["!0"])]


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), edits=st.integers(0, 4), length=st.integers(90, 600))
def test_a_paragraph_with_a_few_letters_changed_is_found(seed: int, edits: int, length: int) -> None:
    random = Random(seed)
    text = prose(("planted", seed), length)
    changed = list(text)
    for at in random.sample(range(len(text)), edits):
        changed[at] = random.choice(LETTERS)
    books = [book(n, prose((seed, n))) for n in range(8)] + [book(8, text), book(9, "".join(changed))]
    assert alike(books) == [("0008.xlsx", ["!0"]), ("0009.xlsx", ["!0"])]


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), units=st.integers(2, 30), standard=st.integers(0, 4))
def test_honest_texts_raise_no_alarm(seed: int, units: int, standard: int) -> None:
    phrases = [prose(("standard", seed, n), 25) for n in range(standard)]
    random = Random(seed)
    books = [book(n, "".join(random.sample(phrases, standard)) + prose((seed, n), 100) + "".join(phrases)) for n in range(units)]
    shared = sum(map(len, phrases)) >= FORM.summary.copies["shortest"] * 2
    assert alike(books) == [] or (shared and units <= FORM.summary.copies["few"])


def test_comparisons_grow_with_the_units_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among n units that share phrases below what is common: so many comparisons per paragraph and no more."""
    compared = Counter()
    similarity = rapidfuzz.distance.Indel.normalized_similarity

    def counted(*arguments: object, **options: object) -> float:
        compared["n"] += 1
        return similarity(*arguments, **options)

    monkeypatch.setattr(rapidfuzz.distance.Indel, "normalized_similarity", counted)
    numbers = {}
    for units in (400, 1600):
        compared.clear()
        phrase = [prose(("phrase", n), 40) for n in range(20)]
        assert alike([book(n, phrase[n % 20] + prose(n, 80)) for n in range(units)]) == []
        numbers[units] = compared["n"]
    assert 0 < numbers[400] <= 400 * SKETCH * LEADERS
    assert numbers[1600] <= 5 * numbers[400]


# --- figures -----------------------------------------------------------------------------------------------------


def test_a_table_of_figures_equal_to_another_units_is_told() -> None:
    one, two = (outcome(f"{name}.xlsx", f"{name}局", **items(2.64, 15.81, 1.87)) for name in "甲乙")
    other = outcome("丙.xlsx", "丙局", **items(2.64, 15.81, 1.88))
    assert found([one, two, other]) == [("乙.xlsx", "XL551", ("预算信息!C5",)), ("甲.xlsx", "XL551", ("预算信息!C5",))]
    assert told([one, two], "甲.xlsx", "XL551")["found"] == "与“乙局”的 乙.xlsx（预算信息!C5 起）各数相同（与 1 家单位相同）"


def test_figures_that_all_units_have_in_common_are_told_too() -> None:
    """Unlike a sentence, which many may write because somebody gave it to them."""
    many = [outcome(f"{n:02d}.xlsx", f"第{n}局", **items(2.64, 15.81, 1.87)) for n in range(12)]
    assert [(path, code) for path, code, _ in found(many)] == [(f"{n:02d}.xlsx", "XL551") for n in range(12)]


def test_round_and_few_figures_may_be_equal() -> None:
    plain = [indicator(name, 100, 100) for name in ("覆盖率", "完成率", "到位率", "合格率", "及时率")]
    assert found(outcome(f"{name}.xlsx", f"{name}局", basic=(100, 0, 90), indicators=plain) for name in "甲乙") == []


def test_an_indicator_far_over_its_target_is_told_with_what_is_usual() -> None:
    usual = [
        outcome(f"{n:02d}.xlsx", f"第{n}局", indicators=[indicator("服务企业", 100, 103 + n % 9)], basic=(100 + n, 0, 90))
        for n in range(30)
    ]
    far = outcome("x.xlsx", "远局", indicators=[indicator("服务企业", 100, 108), indicator("培训人数", 10, 900)])
    assert found([*usual, far]) == [("x.xlsx", "XL552", ("自评表!H50",))]
    finding = told([*usual, far], "x.xlsx", "XL552")
    assert finding["severity"] == "info"
    assert finding["found"] == "培训人数 8900.00%（本单位 1 个指标）"
    assert finding["expected"] == "各单位超额完成的幅度，中位数为 7.00%"


def test_few_figures_tell_nothing_usual() -> None:
    usual = [outcome(f"{n:02d}.xlsx", f"第{n}局", indicators=[indicator("服务企业", 100, 103 + n)]) for n in range(10)]
    assert found([*usual, outcome("x.xlsx", "远局", indicators=[indicator("培训人数", 10, 900)])]) == []


def test_over_fulfilment_as_it_is_spread_by_chance_is_not_far_out() -> None:
    """Chance is drawn from fixed seeds: a bound on chance itself fails, rarely, with no defect to mend."""
    told_of = []
    for seed in range(40):
        random = Random(seed)
        deviations = [math.exp(random.gauss(-2, 0.4)) for _ in range(200)]
        books = [book(n).judged(value) for n, value in enumerate(deviations)]
        told_of.append(len(alike(books)))
        assert "0000.xlsx" in dict(alike([books[0].judged(50.0), *books[1:]]))
    assert sum(told_of) <= 40 * 200 * 0.02  # the logarithms are a little skew
    assert max(told_of) <= 200 * 0.05
