"""The example is the specimen of 2022: what we compute is what is printed there, and its files are up to date."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path

import pytest

from support.make_example import DATE, FILES, FOLDERS, make_example
from support.paths import EXAMPLE, SPECIMEN
from support.specimen import BUDGET, INDICATORS
from xlperf import fill_workbook, finalize, load_document, read_workbook, validate

pytestmark = pytest.mark.slow

PERCENT = re.compile(r"-?[0-9]+(\.[0-9]+)?%")
CATEGORIES = ("决策", "过程", "效益", "满意度", "履职")


WARNINGS = [
    ("SZ202", "warning", ["自评表!H52", "自评表!H54", "自评表!H56", "自评表!H57", "自评表!H59"]),
    ("SZ301", "warning", ["自评表!H30"]),
    ("SZ302", "warning", ["自评表!H28"]),
    ("SZ303", "warning", ["自评表!H29", "预算信息!F8"]),
    ("SZ304", "warning", ["绩效目标!D13", "自评表!H57"]),
    ("SZ305", "warning", ["绩效目标!D17"]),
    ("SZ306", "warning", ["绩效目标!D17"]),
    ("SZ307", "warning", ["自评表!C54", "自评表!C61"]),
    ("SZ308", "warning", ["绩效目标!D18", "重点任务!E12"]),
    ("XL207", "warning", [f"重点任务!D{row}" for row in range(4, 14)]),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "filled.xlsx"
    assert fill_workbook(load_document(EXAMPLE / "document.json"), output=path, date=DATE).findings == []
    return path


def found(path: Path) -> list[tuple[str, str, list[str]]]:
    return [(finding["code"], finding["severity"], finding["cells"]) for finding in validate(path).findings]


def test_the_document_holds_nothing_that_is_computed() -> None:
    document = load_document(EXAMPLE / "document.json")
    assert sorted(document["budget"]) == ["basic", "items"]
    assert not [row for row in document["budget"]["items"] if {"adjusted", "rate"} & set(row)]
    computed = [row["name"] for row in document["indicators"] if "actual" not in row]
    assert computed == ["预算调整率", "预算执行率"]
    assert not [row for row in document["indicators"] if {"deviation", "deviation_text", "target_text", "actual_text"} & set(row)]


def test_the_budget_comes_out_as_printed(filled: Path) -> None:
    budget = read_workbook(filled)["budget"]
    rows = [budget["total"], budget["basic"], budget["project"], *budget["items"]]
    names = [name for name, _, _ in BUDGET]
    assert [row["name"] for row in budget["items"]] == names[3:]
    assert [Decimal(str(row["adjusted"])) for row in rows] == [Decimal(adjusted) for _, adjusted, _ in BUDGET]
    assert [f"{Decimal(str(row['rate'])):.2%}" for row in rows] == [rate for _, _, rate in BUDGET]


@pytest.mark.parametrize("source", ["read", "committed"])
def test_every_indicator_comes_out_as_printed(filled: Path, source: str) -> None:
    document = read_workbook(filled) if source == "read" else load_document(EXAMPLE / "finalized.json")
    keys = ("name", "target_text", "actual_text", "deviation_text")
    assert len(INDICATORS) == 54
    printed = [(name, target.replace(">=", "≥").replace("<=", "≤"), *rest) for name, target, *rest in INDICATORS]
    assert [tuple(row[key] for key in keys) for row in document["indicators"]] == printed


@pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not beside the repository")
def test_the_tables_above_are_the_specimen() -> None:
    text = SPECIMEN.read_text("utf-8")
    assert printed_budget(text) == list(BUDGET)
    assert printed_indicators(text.replace("<=", "≤").replace(">=", "≥")) == list(INDICATORS)


def printed_budget(text: str) -> list[tuple[str, str, str]]:
    """The rows of section 7: cells begin with a line end and a tab, rows with an empty line."""
    part = text[text.index("执行率（%)") : text.index("8、 年度重点任务")]
    rows = [[cell.strip() for cell in row.strip("\n\t").split("\n\t")] for row in part.split("\n\n")[1:]]
    return [(row[0], row[3], row[5]) for row in rows if len(row) == 6]


def printed_indicators(text: str) -> list[tuple[str, str, str, str]]:
    """The rows of section 9; what follows a deviation is its reason, unless it begins a row with a deviation of its own."""
    part = text[text.index("原因分析", text.index("9、 部门整体自评表")) :]
    cells = [line.strip() for line in part.splitlines()[1:]]
    cells = [cell for cell in cells if cell and cell != "分解目标" and cell not in CATEGORIES]
    rows = []
    while cells:
        name, target, actual, _, deviation = cells[:5]
        rows.append((name, target, actual, deviation))
        has_reason = len(cells) == 6 or (len(cells) > 6 and not PERCENT.fullmatch(cells[9]))
        cells = cells[6 if has_reason else 5 :]
    return rows


def test_there_are_ten_warnings_and_no_error(filled: Path) -> None:
    assert validate(filled).status == "passed"
    assert found(filled) == WARNINGS


def test_finalizing_keeps_the_warnings_and_the_submission(filled: Path, tmp_path: Path) -> None:
    before = filled.read_bytes()
    result = finalize(filled, output=tmp_path, date=DATE)
    assert (result.status, result.exit_code) == ("passed", 0)
    assert result.sha256 == hashlib.sha256(before).hexdigest()
    assert sorted(path.suffix for path in result.outputs) == [".docx", ".json", ".xlsx"]
    assert sorted(result.outputs) == sorted(tmp_path.iterdir())
    assert filled.read_bytes() == before
    (book,) = (path for path in result.outputs if path.suffix == ".xlsx")
    assert [finding for finding in found(book) if finding[1] != "info"] == WARNINGS
    assert read_workbook(book) == result.document == read_workbook(filled)


@pytest.mark.parametrize("example", FOLDERS, ids=lambda example: example.name)
def test_the_committed_files_are_up_to_date(example: Path, tmp_path: Path) -> None:
    make_example(example, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    stale = [name for name in FILES if (tmp_path / name).read_bytes() != (example / name).read_bytes()]
    assert stale == [], "run: make golden"


def test_two_units_of_one_name_are_finalized_into_one_folder(tmp_path: Path) -> None:
    """The first has the name, the second its code too, each again the same; no file is replaced by another unit's."""
    document = load_document(EXAMPLE / "document.json")
    names = {"001": "", "002": "-002", "0/3": "-0_3"}
    for code, more in [*names.items(), *reversed(names.items())]:
        document["cover"]["unit_code"] = code
        fill_workbook(document, output=tmp_path / "filled.xlsx")
        outputs = finalize(tmp_path / "filled.xlsx", output=tmp_path / "out", date=DATE).outputs
        stem = "苏州市生产力促进中心-2022"
        assert [path.name for path in outputs] == [
            f"{stem}-定稿{more}.xlsx",
            f"{stem}-定稿{more}.json",
            f"{stem}-自评报告{more}.docx",
        ]
        for path in outputs[:2]:
            read = load_document if path.suffix == ".json" else read_workbook
            assert read(path)["cover"]["unit_code"] == code
    assert len(list((tmp_path / "out").iterdir())) == 9
    (tmp_path / "out" / f"{stem}-定稿.json").write_text("no document", "utf-8")
    assert finalize(tmp_path / "filled.xlsx", output=tmp_path / "out", date=DATE).outputs[0].name == f"{stem}-定稿.xlsx"
