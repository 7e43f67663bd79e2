"""What former years give reason to ask, in the notices of a round: the flags of `history`, with the figures of today."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from support.collection_runs import outcomes_of, run_of
from support.histories import write_collections
from support.libreoffice import convert
from support.outcomes import finding
from xlperf import FormerYears, collect, new_round, read_former_years, read_round
from xlperf.cli.rounds import asked_round, former_years
from xlperf.over_years.history import write_history
from xlperf.summarizing.exports import write_exports
from xlperf.summarizing.notice import MOST_REASONS, write_notice
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import Asked

UNITS, YEARS, FIRST = 30, 4, 2022
NOW = FIRST + YEARS - 1
ERROR = finding("SZ201")
HEADING = "与以前年度相比，请核对的提醒"


def texts_of(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(path).paragraphs]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Outcome]]:
    """Collections of former years, and what was returned of the year of the round."""
    folders, _ = write_collections(tmp_path_factory.mktemp("years"), units=UNITS, first=FIRST, years=YEARS, seed=7)
    return folders, [replace(one, status="returned", findings=(ERROR,)) for one in outcomes_of(folders[-1])]


@pytest.fixture(scope="module")
def out(years: tuple[list[Path], list[Outcome]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folders, now = years
    out = tmp_path_factory.mktemp("out")
    write_exports(now, directory=out, date="2026-03-20", asked=Asked("suzhou-department", NOW), former=read_former_years(folders[:-1]),
                  open_input=lambda outcome: io.BytesIO(b""))  # fmt: skip
    return out


def test_each_notice_has_the_flags_of_its_unit_and_no_other(
    years: tuple[list[Path], list[Outcome]], out: Path, tmp_path: Path
) -> None:
    """Those that `xlperf history` gives with the collection of the year of the round beside the former ones."""
    history = write_history(years[0], output=tmp_path / "years.xlsx")
    flags = {unit.latest.unit: [f"{flag.indicator}：{flag.reason}" for flag in unit.flags] for unit in history.units}
    assert sum(map(bool, flags.values())) >= UNITS // 2 and {kind for unit in history.units for kind in (f.kind for f in unit.flags)} >= {
        "easier", "unmoved", "exact", "over", "apart"}  # fmt: skip
    for unit, expected in flags.items():
        (notice,) = (out / "退回").glob(f"{unit}-*-退回通知.docx")
        texts = texts_of(notice)
        assert any(HEADING in text for text in texts) == bool(expected), unit
        told = [text.partition(". ")[2] for text in texts if ". " in text[:4] and text[0].isdigit()]
        assert told == expected[:MOST_REASONS], unit
        more = max(0, len(expected) - MOST_REASONS)
        assert (f"另有 {more} 项类似的提醒。" in texts) == bool(more)


def test_without_former_years_and_of_the_same_year_nothing_is_said(
    years: tuple[list[Path], list[Outcome]], tmp_path: Path
) -> None:
    folders, now = years
    asked, opened = Asked("suzhou-department", NOW), lambda outcome: io.BytesIO(b"")
    for name, former in (("none", None), ("same", read_former_years(folders[-1:]))):
        write_exports(now[:4], directory=tmp_path / name, date="2026-03-20", asked=asked, former=former, open_input=opened)
        for notice in (tmp_path / name / "退回").glob("*.docx"):
            assert not any(HEADING in text for text in texts_of(notice))


def test_the_digest_tells_other_figures(years: tuple[list[Path], list[Outcome]]) -> None:
    folders, _ = years
    assert (
        read_former_years(folders[:2]).digest
        == read_former_years([*folders[1::-1]]).digest
        != read_former_years(folders[:1]).digest
    )


def test_a_round_names_them_and_other_former_years_make_the_exports_anew(tmp_path: Path) -> None:
    new_round(tmp_path / "round.yaml")
    text = (
        (tmp_path / "round.yaml").read_text("utf-8").replace("# former: [2020汇集, 2021汇集] ", "former: [2020汇集, 2021汇集] ")
    )
    (tmp_path / "round.yaml").write_text(text, "utf-8")
    assert read_round(tmp_path / "round.yaml").former == (tmp_path / "2020汇集", tmp_path / "2021汇集")
    assert asked_round(tmp_path / "round.yaml", {"former": (tmp_path / "x",)}).former == (tmp_path / "x",)
    assert former_years(asked_round(None, {})) is None
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "x.xlsx").write_bytes(b"")
    states = []
    for digest in ("1", "1", "2"):
        former = FormerYears(digest=digest, reasons=lambda *_: {})
        collect([tmp_path / "收到"], output=tmp_path / "汇集", former=former, jobs=1)
        states.append(run_of(tmp_path / "汇集")["state"])
    assert states[0] == states[1] != states[2]


@pytest.mark.libreoffice
def test_a_notice_with_reasons_is_one_page_and_a_list(years: tuple[list[Path], list[Outcome]], tmp_path: Path) -> None:
    reason = "组织开展业务培训场次：2022—2025 年目标都是 1500场，完成值依次为 1498场、1499场、1500场。"
    returned = replace(years[1][0], findings=(ERROR,) * 3)
    write_notice(returned, tmp_path / "n.docx", annotated="a.xlsx", date="2026-03-20", reasons=[reason] * 9)
    (pdf,) = convert([tmp_path / "n.docx"], tmp_path, "pdf")
    pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, encoding="utf-8").stdout
    listed = pages.rstrip("\f").split("\f")
    assert (
        len(listed) == 2
        and HEADING not in listed[0].replace(" ", "")
        and "二、" in listed[1]
        and "另有4项" in listed[1].replace(" ", "")
    )
