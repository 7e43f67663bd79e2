"""What units have in common: copied paragraphs, equal figures, figures far out, names and codes; and honest data raise no alarm."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
import rapidfuzz.distance
from hypothesis import given, settings
from hypothesis import strategies as st

from support.outcomes import FORM, LETTERS, STANDARD, indicator, items, outcome, prose, unit
from xlperf import messages
from xlperf.distributing.roster import Unit
from xlperf.forms.document import Spot
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.fingerprints import SKETCH, ComparedWorkbook, Fingerprints, find_shared
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.similarity import LEADERS, compare
from xlperf.summarizing.submissions import Naming, find_roles
from xlperf.summarizing.survey import take_survey
from xlperf.summarizing.tables import units_table
from xlperf.text import unit_key

PROBLEMS, MEASURES = "基本信息!B31", "基本信息!B37"


def found(outcomes: Iterable[Outcome], roster: Sequence[Unit] | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    """Path, code and cells of everything that the comparison tells."""
    comparisons = take_survey(list(outcomes), roster=roster).comparisons
    return sorted((path, finding["code"], tuple(finding["cells"])) for path, listed in comparisons.items() for finding in listed)


def told(outcomes: Iterable[Outcome], path: str, code: str) -> DescribedFinding:
    return next(finding for finding in take_survey(list(outcomes)).comparisons[path] if finding["code"] == code)


def book(number: int, *texts: str, name: str = "") -> ComparedWorkbook:
    """A workbook of nothing but texts."""
    typed = [(Spot("narrative", n, "problems"), text) for n, text in enumerate(texts)]
    return ComparedWorkbook(form=FORM, owner=number, path=f"{number:04d}.xlsx", unit=name or f"单位{number}", rows={}, typed=typed, judged=(),
                            cell=lambda spot: f"!{spot.index}")  # fmt: skip


def alike(books: Sequence[ComparedWorkbook]) -> list[tuple[str, list[str]]]:
    fingerprints = Fingerprints()
    for workbook in books:
        fingerprints.add(workbook)
    return sorted((path, finding["cells"]) for path, finding in compare(find_shared(fingerprints), books))


# --- copied text -----------------------------------------------------------------------------------------------


def test_a_deviation_that_has_no_logarithm_is_passed_over() -> None:
    least = [book(n)._replace(judged=[("duties", 0, {"deviation": deviation}, "over")]) for n, deviation in enumerate((-1, -1.0, -2.5, 0.5))]
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
    assert alike([book(n, "本单位预算绩效管理工作有待加强，培训不够系统，指标设置不够细化，数据收集不够及时。") for n in range(2)]) == []


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
    usual = [outcome(f"{n:02d}.xlsx", f"第{n}局", indicators=[indicator("服务企业", 100, 103 + n % 9)], basic=(100 + n, 0, 90)) for n in range(30)]
    far = outcome("x.xlsx", "远局", indicators=[indicator("服务企业", 100, 108), indicator("培训人数", 10, 900)])
    assert found([*usual, far]) == [("x.xlsx", "XL552", ("自评表!H68",))]
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
        books = [book(n)._replace(judged=[("duties", 0, {"deviation": value}, "over")]) for n, value in enumerate(deviations)]
        told_of.append(len(alike(books)))
        assert "0000.xlsx" in dict(alike([books[0]._replace(judged=[("duties", 0, {"deviation": 50.0}, "over")]), *books[1:]]))
    assert sum(told_of) <= 40 * 200 * 0.02  # the logarithms are a little skew
    assert max(told_of) <= 200 * 0.05


# --- names and codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [
    "苏州市科技发展中心（本级）", "苏州市科技发展中心(本级)", " 苏州市　科技发展中心（本级） ", "市科技发展中心（本级）", "科技发展中心（本级）",
    "苏州科技发展中心【本级】", "江苏省苏州市科技发展中心（本级）",
])  # fmt: skip
def test_one_name_however_it_is_written(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) == "科技发展中心本级"


@pytest.mark.parametrize("name", ["吴中区科技发展中心（本级）", "科技发展中心", "市", "苏州市"])
def test_other_names_stay_others(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) != "科技发展中心本级"
    assert unit_key(name, FORM.summary.unit_prefixes) != ""


def test_two_units_with_one_code() -> None:
    one, two, other = outcome("a.xlsx", "甲局", "001"), outcome("b.xlsx", "乙局", "001"), outcome("c.xlsx", "丙局", "002")
    assert found([one, two, other]) == [("a.xlsx", "XL553", ("基本信息!C6",)), ("b.xlsx", "XL553", ("基本信息!C6",))]
    assert told([one, two], "a.xlsx", "XL553")["found"] == "“甲局”填 001，乙局（b.xlsx 基本信息!C6） 也填（另 1 家）"


def test_in_english_other_places_are_listed_as_english_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_chosen", ["en"])
    three = [outcome(f"{n}.xlsx", f"Bureau {n}", "001", narrative={"problems": prose(n)}) for n in (1, 2, 3)]
    assert "Bureau 2 (2.xlsx 基本信息!C6); Bureau 3 (3.xlsx 基本信息!C6)" in told(three, "1.xlsx", "XL553")["found"]


def test_one_unit_under_two_names_and_two_codes() -> None:
    one, two = outcome("a.xlsx", "苏州市甲局（本级）", "001"), outcome("b.xlsx", "市甲局(本级)", "0O1")
    assert found([one, two]) == [(path, code, (cell,)) for path in ("a.xlsx", "b.xlsx") for code, cell in (("XL554", "基本信息!C5"), ("XL555", "基本信息!C6"))]


def test_a_unit_that_is_not_on_the_roster() -> None:
    roster = (unit("苏州市甲局", "001"), unit("乙局", "002"))
    outcomes = [outcome("a.xlsx", "市甲局"), outcome("b.xlsx", "更名后的乙局", "002"), outcome("c.xlsx", "丙局", "003")]
    assert found(outcomes, roster) == [("b.xlsx", "XL557", ("基本信息!C5", "基本信息!C6")), ("c.xlsx", "XL556", ("基本信息!C5",))]
    assert take_survey(outcomes, roster=roster).missing == []


def test_name_and_code_go_together_as_on_the_roster() -> None:
    roster = (unit("甲局", "010001"), unit("乙局", "010002"), unit("丙局"), unit("小学", "1"), unit("小学", "2"))
    outcomes = [outcome("a.xlsx", "甲局", "10001"), outcome("b.xlsx", "乙局", "010001"), outcome("c.xlsx", "丙局", "7"), outcome("d.xlsx", "小学", "2"),
                outcome("e.xlsx", "甲局（本级）", "010002")]  # fmt: skip
    comparisons = take_survey(outcomes, roster=roster).comparisons
    told = {path: next(finding for finding in listed if finding["code"] == "XL557") for path, listed in comparisons.items()}
    assert {path: (finding["found"], finding["expected"]) for path, finding in told.items()} == {
        "a.xlsx": ("“甲局”，代码 10001", "名单中的“甲局”，代码 010001"),
        "b.xlsx": ("“乙局”，代码 010001", "名单中的“乙局”，代码 010002；“甲局”，代码 010001"),
        "e.xlsx": ("“甲局（本级）”，代码 010002", "名单中的“乙局”，代码 010002"),
    }  # fmt: skip


def test_units_of_one_name_are_told_apart_by_the_codes_of_the_roster() -> None:
    roster = (unit("实验小学", "001"), unit("实验小学", "002"), unit("实验小学", "003"), unit("甲局", "004"))
    outcomes = [outcome("1.xlsx", "实验小学", "001"), outcome("2.xlsx", "市实验小学", "002"),
                outcome("3.xlsx", "实验小学", "002", received="2023-03-05T09:00:00+08:00"), outcome("4.xlsx", "实验小学", "9")]  # fmt: skip
    survey = take_survey(outcomes, roster=roster)
    assert {path: role.kind for path, role in survey.roles.items()} == {
        "1.xlsx": "counts", "2.xlsx": "superseded", "3.xlsx": "counts", "4.xlsx": "counts"}  # fmt: skip
    assert [listed.code for listed in survey.missing] == ["003", "004"]
    assert {path: sorted(finding["code"] for finding in told) for path, told in survey.comparisons.items()} == {
        "2.xlsx": ["XL554"], "3.xlsx": ["XL554"], "4.xlsx": ["XL557"]}  # fmt: skip
    assert len({role.by for role in take_survey(outcomes).roles.values()}) == 1  # without the roster they are one


@pytest.mark.parametrize("name", ["市场监督管理局", "市市场监督管理局", "苏州市市场监督管理局", "苏州市 市场监督管理局"])
def test_a_name_that_begins_like_a_city_is_one_with_and_without_its_city(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) == unit_key("市场监督管理局", FORM.summary.unit_prefixes)
    assert found([outcome("a.xlsx", name)], (unit("市场监督管理局"), unit("监督管理局"))) == []


# --- which counts ------------------------------------------------------------------------------------------------


def test_a_code_that_was_put_right_accuses_nobody() -> None:
    wrong = outcome("1/甲.xlsx", "甲局", "002", received="2023-03-01T09:00:00+08:00")
    right = outcome("2/甲.xlsx", "甲局", "001", received="2023-03-05T09:00:00+08:00")
    other = outcome("1/乙.xlsx", "乙局", "002")
    assert found([wrong, right, other], (unit("甲局", "001"), unit("乙局", "002"))) == [
        (path, "XL555", ("基本信息!C6",)) for path in ("1/甲.xlsx", "2/甲.xlsx")]  # that it has two is told, at its own files
    assert ("1/乙.xlsx", "XL553", ("基本信息!C6",)) in found([wrong, replace(right, status="returned"), other])  # it still counts


def test_what_may_be_left_out_before_a_name_is_one_question_whatever_forms_came_in() -> None:
    plain = outcome("a.xlsx", "甲局")
    of_another_form = replace(plain, form="national-project", document=None, revision=None)
    roster = (unit("苏州市甲局", "", "市甲委"),)
    for only in (plain, of_another_form):
        survey = take_survey([only], roster=roster)
        assert (list(survey.missing), survey.comparisons) == ([], {})
        assert [row[1:4] for row in units_table(survey).rows()] == [("甲局", None, "市科技局" if only is plain else "市甲委")]


def test_the_latest_valid_submission_counts() -> None:
    first = outcome("1.xlsx", "苏州市甲局", received="2023-03-01T09:00:00+08:00")
    second = outcome("2.xlsx", "甲局", received="2023-03-02T09:00:00+08:00")
    third = outcome("3.xlsx", "甲局", status="returned", received="2023-03-03T09:00:00+08:00")
    copy = replace(second, path="copy of 2.xlsx")
    roles = find_roles([third, copy, first, second], Naming(FORM.summary.unit_prefixes))
    assert {path: (role.kind, role.by) for path, role in roles.items()} == {
        "1.xlsx": ("superseded", "2.xlsx"), "2.xlsx": ("counts", "2.xlsx"), "3.xlsx": ("superseded", "2.xlsx"),
        "copy of 2.xlsx": ("duplicate", "2.xlsx"),
    }  # fmt: skip


def test_where_none_is_valid_the_latest_counts_and_other_years_and_units_are_others() -> None:
    first = outcome("1.xlsx", "甲局", status="returned")
    later = outcome("2.xlsx", "甲局", status="returned", received="2023-03-02T09:00:00+08:00")
    other_year = replace(outcome("3.xlsx", "甲局"), year=2023)
    nameless = replace(outcome("4.xlsx", ""), unit=None, unit_code="001")
    kinds = {path: role.kind for path, role in find_roles([first, later, other_year, nameless]).items()}
    assert kinds == {"1.xlsx": "superseded", "2.xlsx": "counts", "3.xlsx": "counts", "4.xlsx": "counts"}


def test_a_wrong_code_does_not_make_another_unit_of_the_roster_present() -> None:
    roster = (unit("甲局", "001"), unit("乙局", "002"))
    assert [missing.name for missing in take_survey([outcome("a.xlsx", "甲局", "002")], roster=roster).missing] == ["乙局"]


def test_a_unit_that_files_for_several_projects_has_one_that_counts_for_each_and_copies_from_nobody() -> None:
    text = prose("project")
    one, two, again = (replace(outcome(f"{n}.xlsx", "甲局", narrative={"problems": text}), subject=subject)
                       for n, subject in enumerate(("项目甲", "项目乙", "项目 甲")))  # fmt: skip
    assert [role.kind for _, role in sorted(find_roles([one, two, again]).items())] == ["superseded", "counts", "counts"]
    assert found([one, two, again]) == []
