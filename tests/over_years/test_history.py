"""Several years of the same units: what is planted is found, and nothing else; every figure is where it was reported."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from support.collection_runs import outcomes_of
from support.command_line import xlperf
from support.histories import write_collections
from support.outcomes import FORM
from support.sweeps import examples, seeds
from xlperf.distributing.history_file import KINDS
from xlperf.distributing.naming import PLAIN
from xlperf.errors import UsageError
from xlperf.forms.summary import OverYears
from xlperf.over_years.flags import flags_among_likes, flags_of_figure, flags_of_series
from xlperf.over_years.history import write_history
from xlperf.over_years.papers import Filed, Papers, Reported, Value
from xlperf.over_years.series import Followed, Series, follow
from xlperf.over_years.units import History, gather

YEARS = 5


def counted(target: Value, actual: Value, operator: str = ">=", unit: str = "家", is_issued: bool = False) -> Reported:
    numbers = [float(value) if isinstance(value, int) else value for value in (target, actual)]
    return Reported(
        block="duties", name="服务企业数量", operator=operator, target=numbers[0], actual=numbers[1], unit=unit,
        deviation=None, state="met", is_issued=is_issued,
    )  # fmt: skip


def flags_of(history: History) -> set[tuple[str, str, str]]:
    return {(flag.kind, unit.latest.unit, flag.indicator) for unit in history.units for flag in unit.flags}


def renamed_in(history: History) -> set[tuple[str, str, int]]:
    return {
        (unit.latest.unit, series.name, history.years.index(year))
        for unit in history.units
        for series in unit.series
        for year, followed in series.years.items()
        if followed.likeness < 1
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(2, usual=1))
def test_what_is_planted_is_found_and_nothing_else_in_a_minute(tmp_path: Path, seed: int) -> None:
    folders, truth = write_collections(tmp_path, units=examples(500, usual=40), first=2022, years=YEARS, seed=seed)
    begin = time.process_time()
    history = write_history(folders, output=tmp_path / "years.xlsx", with_json=True, date="2027-03-01")
    assert time.process_time() - begin < 60
    assert flags_of(history) == truth.flags
    assert {kind for kind, *_ in truth.flags} == {"easier", "unmoved", "exact", "over", "apart", "falling"}
    assert renamed_in(history) == truth.renamed and truth.renamed
    own = [[series for series in unit.series if series.latest.unit == "家"] for unit in history.units]
    assert all(len(series) == 8 and all(len(one.years) == YEARS for one in series) for series in own)
    assert all(set(unit.papers) == set(range(2022, 2027)) for unit in history.units)


def test_the_workbook_and_the_json_hold_every_figure(tmp_path: Path) -> None:
    folders, _ = write_collections(tmp_path, units=3, first=2023, years=3, seed=2)
    history = write_history(folders, output=tmp_path / "years.xlsx", with_json=True, date="2026-03-01")
    book = openpyxl.load_workbook(tmp_path / "years.xlsx", data_only=True)
    assert book.sheetnames == ["总览", "提请关注", "单位历年", "指标历年"]
    lines = [[cell.value for cell in row] for row in book["指标历年"].iter_rows(min_row=3)]
    said = json.loads((tmp_path / "years.json").read_text("utf-8"))
    assert said["years"] == [2023, 2024, 2025] and len(said["units"]) == 3
    headings = [f"{year} 年{label}" for year in said["years"] for label in ("目标值", "完成值", "偏差")]
    at = lines[0].index(headings[0])
    assert lines[0][at : at + 9] == headings
    indicators = [(unit, one) for unit in said["units"] for one in unit["indicators"]]
    for line, (unit, one) in zip(lines[1:], indicators, strict=True):
        years = [one["years"][str(year)] for year in said["years"]]
        assert line[0] == unit["unit"] and line[at - 2] == one["name"] and line[at - 1] == one["unit"]
        assert line[at : at + 9] == [year.get(key, 0) for year in years for key in ("target", "actual", "deviation")]
    units = [[cell.value for cell in row] for row in book["单位历年"].iter_rows(min_row=3)]
    rates = [units[0].index(f"{year} 年预算执行率") for year in said["years"]]
    for line, unit in zip(units[1:], said["units"], strict=True):
        assert [line[place] for place in rates] == [unit["figures"][str(year)]["execution_rate"] for year in said["years"]]
        assert line[units[0].index("关注事项数")] == len(unit["flags"])
    flags = [[cell.value for cell in row] for row in book["提请关注"].iter_rows(min_row=4)]
    assert [(line[-2], line[-1]) for line in flags] == [
        (flag.indicator, flag.reason)
        for flag in sorted((f for unit in history.units for f in unit.flags), key=lambda f: KINDS.index(f.kind))
    ]


def test_a_flag_says_the_figures_that_raise_it() -> None:
    bounds = OverYears()
    series = Series({year: Followed(counted(target, actual), 1) for year, target, actual in ((2023, 5, 8), (2024, 6, 6))})
    (flag,) = flags_of_series(series, year=2024, bounds=bounds)
    assert (flag.kind, flag.reason) == ("easier", "2024 年目标 6家，低于 2023 年完成值 8家。")
    rates = {2022: 0.95, 2023: 0.93, 2024: 0.9}
    (flag,) = flags_of_figure(rates, label="预算执行率", year=2024, bounds=bounds)
    assert flag.reason == "2022—2024 年预算执行率依次为 95.00%、93.00%、90.00%。"
    assert not list(flags_of_figure({**rates, 2023: None}, label="", year=2024, bounds=bounds))
    assert not list(flags_of_figure({**rates, 2024: 0.901}, label="", year=2024, bounds=bounds))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (counted(5, 8), counted(8, 8)),  # not below
        (counted(5, 8, operator="<="), counted(6, 6, operator="<=")),  # a ceiling
        (counted(0, 2, operator="="), counted(0, 0, operator="=")),  # none at all: no complaint
        (counted(5, 8), counted(6, 6, unit="万家")),  # counted otherwise
        (counted(5, 8), counted(6, 6, is_issued=True)),  # not the unit's own
        (counted(5, "很多"), counted(6, 6)),
    ],
)
def test_what_gives_no_reason_raises_no_flag(before: Reported, now: Reported) -> None:
    series = Series({2023: Followed(before, 1), 2024: Followed(now, 1)})
    assert list(flags_of_series(series, year=2024, bounds=OverYears())) == []


def test_targets_far_from_like_units_are_told_only_where_there_are_enough() -> None:
    def kinds(targets: list[float]) -> list[int]:
        listed = [(number, counted(target, target)) for number, target in enumerate(targets)]
        return [number for number, _ in flags_among_likes(listed, year=2024, bounds=OverYears())]

    assert kinds([10, 11, 12, 11, 110]) == [4]
    assert kinds([10, 10, 10, 10, 4]) == [4]
    assert kinds([10, 10, 10, 10, 6]) == []  # no half of it
    assert kinds([10, 11, 12, 110]) == []  # too few
    assert kinds([1, 10, 100, 1000, 10_000]) == []  # no middle to speak of


def test_an_indicator_is_followed_by_name_and_by_a_name_much_like_it() -> None:
    def named(*names: str) -> list[Reported]:
        return [replace(counted(1, 1), name=name) for name in names]

    series = follow(
        {
            2022: named("服务企业数量", "2022年培训场次", "第1期工程"),
            2023: named("2023年培训场次", "服务企业的数量", "第2期工程"),
        },
        alike=0.7,
    )
    found = [{year: followed.reported.name for year, followed in one.years.items()} for one in series]
    assert found == [
        {2022: "服务企业数量", 2023: "服务企业的数量"},
        {2022: "2022年培训场次", 2023: "2023年培训场次"},
        {2022: "第1期工程"},
        {2023: "第2期工程"},
    ]
    assert series[0].years[2023].likeness == pytest.approx(12 / 13) and series[1].years[2023].likeness == 1


def test_a_unit_is_known_by_its_code_whatever_it_is_called_and_two_of_one_name_stay_two(tmp_path: Path) -> None:
    def filed(year: int, unit: str, code: str) -> Filed:
        return Filed(
            path=f"{unit}{year}", form=FORM, year=year, unit=unit, code=code, supervisor="", subject="", figures={}, indicators=()
        )

    papers = [filed(2022, "市旧名局", "001"), filed(2023, "市新名局", "001"), filed(2022, "市服务中心", "002")]
    papers += [filed(2023, "市服务中心", "002"), filed(2023, "市服务中心", "003"), filed(2022, "市无代码局", "")]
    papers += [filed(2023, "市无代码局", "004"), filed(2023, "市新名局", "001")]
    history = gather(Papers(filed=tuple(papers), remarks=()), naming=PLAIN)
    found = [(unit.latest.unit, unit.latest.code, sorted(unit.papers)) for unit in history.units]
    assert sorted(found) == [
        ("市新名局", "001", [2022, 2023]),
        ("市无代码局", "004", [2022, 2023]),
        ("市服务中心", "002", [2022, 2023]),
        ("市服务中心", "003", [2023]),
    ]
    assert history.remarks == ("市新名局 2023 年有两份自评表，未用：市新名局2023",)


def test_a_folder_without_papers_and_a_single_year_are_told(tmp_path: Path) -> None:
    folders, _ = write_collections(tmp_path, units=1, first=2023, years=1, seed=2)
    with pytest.raises(UsageError, match="只有 2023 年"):
        write_history(folders, output=tmp_path / "years.xlsx")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="没有已通过的自评表"):
        write_history([*folders, tmp_path / "none"], output=tmp_path / "years.xlsx")
    assert not (tmp_path / "years.xlsx").exists()


def test_the_command_says_what_it_found_and_reads_folders_of_finalized_documents_alike(tmp_path: Path) -> None:
    folders, truth = write_collections(tmp_path / "in", units=6, first=2023, years=3, seed=1)
    done = xlperf("history", *folders, "-o", tmp_path / "a.xlsx", "--json")
    assert (done.returncode, done.stdout) == (0, "") and f"6 个单位 3 年，提请关注 {len(truth.flags)} 项。" in done.stderr
    for folder in folders:
        finalized = tmp_path / "out" / folder.name / "定稿"
        finalized.mkdir(parents=True)
        for outcome in outcomes_of(folder):
            (finalized / f"{outcome.unit}.json").write_text(json.dumps(dict(outcome.document), ensure_ascii=False), "utf-8")
    (finalized / "别的.json").write_text("{}", "utf-8")
    done = xlperf("history", *(tmp_path / "out" / folder.name for folder in folders), "-o", tmp_path / "b.xlsx", "--json")  # fmt: skip
    assert done.returncode == 0 and "别的.json" in done.stderr
    assert (tmp_path / "a.json").read_text("utf-8") == (tmp_path / "b.json").read_text("utf-8")


def test_units_told_apart_by_the_code_before_their_names_have_years_of_their_own() -> None:
    filed = [
        Filed(
            path=f"{name}-{year}", form=FORM, year=year, unit=name, code="", supervisor="", subject="", figures={}, indicators=()
        )
        for year in (2022, 2023)
        for name in ("101001-办公室", "102001-办公室")
    ]
    history = gather(Papers(filed=tuple(filed), remarks=()), naming=PLAIN)
    assert history.remarks == ()
    assert [sorted(paper.path for paper in unit.papers.values()) for unit in history.units] == [
        ["101001-办公室-2022", "101001-办公室-2023"], ["102001-办公室-2022", "102001-办公室-2023"]]  # fmt: skip
