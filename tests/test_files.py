"""Names of files: what every file system takes, alike on every run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.paths import EXAMPLE, REPOSITORY
from xlperf import collect, fill_workbook, load_document, validate
from xlperf.distributing.distribute import file_names
from xlperf.distributing.roster import Line, Unit
from xlperf.errors import ExitCode
from xlperf.files import MOST_BYTES, joined_name
from xlperf.forms.form import Form
from xlperf.workflow.template import default_name

UNIT = "苏州市吴中区农业农村局下属农业技术推广服务中心"
PROJECT = "2022年度中央及省级财政农业生产发展专项资金支持高标准农田建设和耕地地力保护与质量提升以及农业面源污染防治综合治理示范项目（第二批追加）"
LONGEST = "很" * 80


def test_a_short_name_is_as_it_is() -> None:
    assert joined_name("某局", "2022", "定稿") == "某局-2022-定稿"
    assert joined_name("a" * MOST_BYTES) == "a" * MOST_BYTES


@pytest.mark.parametrize("parts", [
    (UNIT, PROJECT, "2022", "定稿"), (LONGEST, LONGEST, "2022", "自评报告", "草稿"), ("𠮷" * 80,), ("a" * 199, "b"), ("a" * 66, "b" * 66, "c" * 67),
    ("a" * 99, "b" * 100, "c"),
])  # fmt: skip
def test_a_long_name_is_cut_where_it_is_longest(parts: tuple[str, ...]) -> None:
    name = joined_name(*parts)
    assert MOST_BYTES - 4 <= len(name.encode()) <= MOST_BYTES
    assert name == joined_name(*parts)
    assert [cut.partition("~")[0] for cut in name.split("-")] == [part[: len(cut.partition("~")[0])] for cut, part in zip(name.split("-"), parts, strict=True)]


def test_names_that_begin_alike_stay_apart() -> None:
    assert joined_name(LONGEST, "一") != joined_name(LONGEST[:-1], "一") and joined_name(LONGEST, "一").endswith("-一")


def test_a_project_whose_name_is_long_is_finalized(tmp_path: Path) -> None:
    document = load_document(REPOSITORY / "examples" / "national-project-2022" / "document.json")
    document["project"] |= {"unit": UNIT, "name": PROJECT}
    fill_workbook(document, output=tmp_path / "in.xlsx", date="2023-03-01")
    out = tmp_path / "OUT"
    assert dict(collect([tmp_path / "in.xlsx"], output=out, jobs=1).counts) == {"passed": 1}
    (book,) = (out / "定稿").glob("*.xlsx")
    assert book.name.startswith(f"{UNIT}-2022年度") and book.name.endswith("-2022-定稿.xlsx")
    assert validate(book).exit_code == ExitCode.OK


def test_a_file_whose_name_is_long_is_annotated(tmp_path: Path) -> None:
    path = tmp_path / f"{'很' * 82}.xlsx"
    shutil.copyfile(EXAMPLE / "filled.xlsx", path)
    (made,) = validate(path, annotated=tmp_path / "back").outputs
    assert made.exists() and made.name.endswith("-问题.xlsx")


def test_templates_of_units_whose_names_are_long(form: Form) -> None:
    units = [Unit(LONGEST[:-1] + last, code, "", Line("", 1, {})) for last, code in zip("甲乙乙", "123", strict=True)]
    names = [*file_names(form, 2022, units), str(default_name(form.key, year=2022, unit=LONGEST))]
    assert len(set(names)) == 4
    assert all(name.endswith(f"-2022-{form.file_name}.xlsx") and len(name.encode()) <= MOST_BYTES + 5 for name in names)
