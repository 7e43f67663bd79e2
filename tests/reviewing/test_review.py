"""What the department filled in goes to a reviewer locked, comes back with both, and whatever else comes back is told by cell."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from support.libreoffice import convert
from support.paths import EXAMPLES
from support.reviews import (
    APPROVAL,
    DOCUMENT,
    FILLED,
    LOWERED,
    REASON,
    REVIEW,
    SCORES,
    address,
    approved,
    blank_review,
    fill_in,
    find,
    reviewed,
)
from support.sweeps import SOAK
from xlperf import (
    UsageError,
    annotate,
    compare_papers,
    fill_workbook,
    finalize,
    migrate_workbook,
    read_workbook,
    validate,
    write_next_template,
    write_report,
    write_review,
    write_template,
)
from xlperf.forms.loader import find_form, load_form
from xlperf.reading.reader import read_cells
from xlperf.workflow.process import process

FOLDER = find_form("sichuan-project")
NATIONAL = EXAMPLES / "national-project-2022" / "filled.xlsx"
REVIEWERS = ("rechecked", "rescore", "difference", "remark", "verdict", "reviewer", "approver", "approved")
ALWAYS = {"SC207", "XL302"}  # of the example itself, and of a workbook that openpyxl saved without results

pytestmark = pytest.mark.usefixtures("in_english")


def found_in(path: Path) -> list[tuple[str, list[str]]]:
    return [(finding["code"], finding["cells"]) for finding in validate(path).findings if finding["code"] not in ALWAYS]


# --- what is the reviewer's is not the department's -----------------------------------------------------------


def test_a_workbook_of_the_department_shows_nothing_of_a_reviewer(tmp_path: Path) -> None:
    path = write_template("sichuan-project", year=2023, output=tmp_path / "blank.xlsx", date="2024-01-05")
    book = openpyxl.load_workbook(path)
    keys = {
        key for sheet in book for row in sheet.iter_rows(max_row=1, values_only=True) for key in " ".join(map(str, row)).split()
    }
    rows = {str(sheet.cell(row, 1).value).partition(".")[0] for sheet in book for row in range(2, sheet.max_row + 1)}
    assert not (keys | rows) & set(REVIEWERS)
    texts = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)]
    assert [text for text in texts if "复核" in text or "审定" in text] == []


def test_a_document_of_the_department_takes_nothing_of_a_reviewer(tmp_path: Path) -> None:
    rows = [{**row, "rescore": 1} for row in DOCUMENT["indicators"][:2]]
    result = fill_workbook({**DOCUMENT, "indicators": rows, "reviewer": {"name": "张三"}}, output=tmp_path / "one.xlsx")
    assert sorted((f["code"], f["found"]) for f in result.findings if f["code"] in ("XL212", "XL213")) == [
        ("XL212", "indicators[0].rescore"), ("XL212", "indicators[1].rescore"), ("XL213", "reviewer"),
    ]  # fmt: skip


def test_what_a_department_types_beside_its_table_is_read_by_nobody(tmp_path: Path) -> None:
    def type_beside(book: Workbook) -> None:
        sheet, row, column = find(book, "indicators.2.reason")
        sheet.cell(1, column + 2).value, sheet.cell(row, column + 2).value = "rescore", 10

    path = fill_in(FILLED, tmp_path / "a.xlsx", {}, type_beside)
    assert "rescore" not in json.dumps(read_workbook(path))


def test_no_document_fills_in_a_later_stage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="xlperf review"):
        fill_workbook({**DOCUMENT, "stage": "review"}, output=tmp_path / "one.xlsx")
    with pytest.raises(UsageError, match="no stage 'audit'"):
        fill_workbook({**DOCUMENT, "stage": "audit"}, output=tmp_path / "one.xlsx")


# --- the workbook of a review ---------------------------------------------------------------------------------


def test_what_is_filled_in_is_locked_and_only_the_cells_of_the_stage_are_open() -> None:
    reading, book = read_cells(blank_review()), openpyxl.load_workbook(blank_review())
    form = reading.form
    assert (form.stage, reading.rows["indicators"][1]["reason"]) == ("review", DOCUMENT["indicators"][1]["reason"])
    opened = {
        (spot.block, spot.field)
        for spot in reading.cells
        if spot.block != "rules" and not _cell(book, str(reading.cells[spot])).protection.locked
    }
    assert opened == {
        *(("indicators", name) for name in ("rechecked", "rescore", "remark")), ("verdict", "overall"),
        *(("reviewer", name) for name in ("organization", "name", "day")),
    }  # fmt: skip
    assert all(sheet.protection.sheet and sheet.protection.insertRows for sheet in book if sheet.sheet_state == "visible")
    codes = [row.key for row in form.blocks["rules"].rows]
    explained = [
        code for code in codes if not _cell(book, address(blank_review(), f"rules.{code}.explanation")).protection.locked
    ]
    assert explained == ["XL207", "SC604", "SC605", "SC606", "XL215", "XL216", "XL240", "XL301"]  # SC604…: of the review


def test_the_scores_of_both_stand_beside_one_another_as_live_formulas() -> None:
    book = openpyxl.load_workbook(blank_review())
    for name in ("indicators.1.score", "indicators.1.difference", "subtotals.quantity.rescore", "subtotals.all.score",
                 "subtotals.all.rescore", "verdict.self_total", "verdict.review_total", "verdict.total_difference"):  # fmt: skip
        sheet, row, column = find(book, name)
        assert str(sheet.cell(row, column).value).startswith("="), name
    sheet, row, score = find(book, "indicators.1.score")
    assert find(book, "indicators.1.rescore") == (sheet, row, score + 3)


def _cell(book: Workbook, place: str):
    title, _, cell = place.rpartition("!")
    return book[title][cell]


def test_it_knows_which_submission_it_is_of(tmp_path: Path) -> None:
    sha256 = validate(FILLED).sha256
    assert read_cells(blank_review()).reviewed == sha256
    (workbook, *_) = finalize(FILLED, output=tmp_path / "final", date="2024-03-01").outputs
    (of_finalized,) = write_review(workbook, output=tmp_path, date="2024-08-01").outputs
    assert read_cells(of_finalized).reviewed == sha256
    assert read_cells(approved(tmp_path)).reviewed == sha256


def test_a_submission_that_would_go_back_is_not_reviewed(tmp_path: Path) -> None:
    path = fill_in(FILLED, tmp_path / "a.xlsx", {"indicators.2.reason": None})
    result = write_review(path, output=tmp_path / "out")
    assert (result.status, result.outputs, (tmp_path / "out").exists()) == ("returned", (), False)
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    assert write_review(tmp_path / "b.xlsx").status == "unreadable"


def test_after_the_last_stage_comes_none_and_a_form_may_have_none(tmp_path: Path) -> None:
    for path, said in ((approved(tmp_path), "审定"), (NATIONAL, "自评表")):
        with pytest.raises(UsageError, match=said):
            write_review(path, output=tmp_path)


@pytest.mark.parametrize("codes", [("001", "002"), ("001", None), (None, "002")])
def test_a_unit_of_the_same_name_has_a_review_of_its_own(tmp_path: Path, codes: tuple[str | None, str | None]) -> None:
    forms, text = tmp_path / "forms", (FOLDER / "form.yaml").read_text("utf-8")
    line = next(line for line in text.splitlines() if "{key: unit," in line)
    with_code = f"{line}\n{line[: line.index('{')]}{{key: unit_code, label: 单位代码, type: code}}"
    shutil.copytree(FOLDER, forms / "sichuan-project" / "2023")
    (forms / "sichuan-project" / "2023" / "form.yaml").write_text(text.replace(line, with_code), "utf-8")
    written: list[Path] = []
    for code in codes:
        document = {**DOCUMENT, "project": {**DOCUMENT["project"], "unit_code": code}}
        (filled,) = fill_workbook(document, output=tmp_path / f"{code}.xlsx", templates=forms).outputs
        before = [path.read_bytes() for path in written]
        (review,) = write_review(filled, output=tmp_path / "out", templates=forms, date="2024-08-01").outputs
        assert [path.read_bytes() for path in written] == before
        assert review not in written
        assert write_review(filled, output=tmp_path / "out", templates=forms, date="2024-08-01").outputs == (review,)
        written.append(review)


def test_a_review_in_which_somebody_worked_is_not_replaced(tmp_path: Path) -> None:
    (first,) = write_review(FILLED, output=tmp_path, date="2024-08-01").outputs
    assert write_review(FILLED, output=tmp_path, date="2024-08-01").outputs == (first,)
    assert first.read_bytes() == blank_review().read_bytes()  # the same input gives the same bytes
    shutil.copy(reviewed(tmp_path), first)
    with pytest.raises(UsageError, match=re.escape(first.name)):
        write_review(FILLED, output=tmp_path, date="2024-08-01")


# --- what comes back ------------------------------------------------------------------------------------------


def test_a_review_is_finalized_with_both(tmp_path: Path) -> None:
    result = finalize(reviewed(tmp_path), output=tmp_path / "final", date="2024-08-02")
    assert (result.status, [path.suffix for path in result.outputs]) == ("passed", [".xlsx", ".json", ".docx"])
    document = json.loads(result.outputs[1].read_text("utf-8"))
    assert (document["stage"], document["reviewed"]) == ("review", validate(FILLED).sha256)
    assert [row["score"] for row in document["indicators"]] == SCORES
    assert [row["rescore"] for row in document["indicators"]] == [REVIEW[f"indicators.{n}.rescore"] for n in range(1, 21)]
    second = document["indicators"][1]
    assert (second["actual"], second["rechecked"], second["difference"], second["remark"]) == (7600, 7000, 0.1316, REASON)
    verdict = document["verdict"]
    assert [verdict[name] for name in ("self_total", "review_total", "total_difference", "review_grade")] == [
        79.22,
        77.22,
        0.0252,
        "中",
    ]
    ours = {key: value for key, value in document.items() if key in DOCUMENT and key not in ("indicators", "subtotals")}
    assert ours == {key: value for key, value in DOCUMENT.items() if key not in ("indicators", "subtotals")}
    with zipfile.ZipFile(result.outputs[2]) as package:
        text = re.sub("<[^>]+>", "|", package.read("word/document.xml").decode())
    assert all(
        f"|{said}|" in text for said in ("7.60", "6.60", "13.16%", REASON, "79.22", "77.22", "两项指标佐证不足，其余属实。")
    )
    assert found_in(result.outputs[0]) == []


def test_the_report_of_its_document_is_that_of_its_workbook(tmp_path: Path) -> None:
    _, document, word = finalize(reviewed(tmp_path), output=tmp_path / "final", date="2024-08-02").outputs
    (again,) = write_report(document, output=tmp_path / "again.docx", date="2024-08-02").outputs
    assert again.read_bytes() == word.read_bytes()


def test_an_approval_stands_beside_the_review_that_is_locked_in_it(tmp_path: Path) -> None:
    result = finalize(approved(tmp_path), output=tmp_path / "final", date="2024-09-02")
    verdict = json.loads(result.outputs[1].read_text("utf-8"))["verdict"]
    assert [verdict[name] for name in ("self_total", "review_total", "approved", "approved_grade")] == [79.22, 77.22, 76, "中"]
    assert found_in(approved(tmp_path, {"verdict.approval_remark": "略"})) == [("SC612", ["得分汇总!J28"])]
    assert found_in(approved(tmp_path, {"verdict.approval_remark": None})) == [("SC611", ["得分汇总!J28"])]
    assert found_in(approved(tmp_path, {"verdict.approved": 77.22, "verdict.approval_remark": None})) == []
    assert found_in(approved(tmp_path, {"indicators.1.rescore": 9})) == [("XL246", ["绩效指标!P5"])]


FAULTS = {  # what is filled in otherwise: the codes and cells that tell of it
    "lowered without a word": ({"indicators.2.remark": None}, [("SC601", "indicators.2.remark")]),
    "lowered with a word for nothing": ({"indicators.2.remark": "无"}, [("SC601", "indicators.2.remark")]),
    "junk": ({"indicators.2.remark": "见附件"}, [("SC602", "indicators.2.remark")]),
    "dashes": ({"indicators.3.remark": "————"}, [("SC602", "indicators.3.remark")]),
    "numbers": ({"indicators.3.remark": "123"}, [("SC602", "indicators.3.remark")]),
    "short": ({"indicators.2.remark": "缺证"}, [("SC605", "indicators.2.remark")]),
    "above the weight": (
        {"indicators.1.rescore": 10.5, "indicators.1.remark": "有额外成果佐证。"},
        [("SC603", "indicators.1.rescore")],
    ),
    "raised without a word": ({"indicators.4.rescore": 5}, [("SC604", "indicators.4.remark")]),
    "another value, the same score": ({"indicators.1.rechecked": 121}, [("SC606", "indicators.1.rescore")]),
    "not reviewed": ({"indicators.5.rescore": None}, [("XL201", "indicators.5.rescore")]),
    "no number": ({"indicators.5.rescore": "八分半吧"}, [("XL202", "indicators.5.rescore")]),
    "nobody": ({"reviewer.name": None}, [("XL201", "reviewer.name")]),
    "a locked number changed": ({"indicators.2.actual": 8000}, [("XL246", "indicators.2.actual")]),
    "a locked text changed": ({"conclusion.problems": "没有"}, [("XL246", "conclusion.problems")]),
    "a locked cell cleared": ({"indicators.2.reason": None}, [("XL246", "indicators.2.reason")]),
    "a locked cell no longer blank": ({"indicators.1.reason": "超额完成任务"}, [("XL246", "indicators.1.reason")]),
    "a locked cell of junk": ({"indicators.2.target": "八千左右"}, [("XL246", "indicators.2.target")]),
    "a locked amount": ({"fiscal.executed": 30}, [("XL246", "fiscal.executed")]),
    "a locked unit": ({"project.unit": "乙单位"}, [("XL246", "project.unit"), ("XL240", None)]),
    "an explanation": ({"rules.SC207.explanation": "已核实，同意。"}, [("XL246", "rules.SC207.explanation")]),
    "an explanation of one's own": ({"rules.XL207.explanation": "联系人调离，电话待补。"}, []),
}  # fmt: skip


def together(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Faults that one workbook may have at once, as each is told by a finding of its own rows."""
    groups: list[list[str]] = []
    for name in names:
        fitting = [group for group in groups if all(rows_of(name).isdisjoint(rows_of(one)) for one in group)]
        if not fitting:
            groups.append([])
        (fitting or groups[-1:])[0].append(name)
    return list(map(tuple, groups))


def rows_of(name: str) -> set[str]:
    return {cell.rpartition(".")[0] for cell in FAULTS[name][0]}


@pytest.mark.parametrize("names", [(name,) for name in FAULTS] if SOAK else together(FAULTS), ids=lambda names: names[0])
def test_whatever_is_wrong_in_a_review_is_told_by_cell(tmp_path: Path, names: tuple[str, ...]) -> None:
    """In a soak each alone."""
    cells = {cell: value for name in names for cell, value in FAULTS[name][0].items()}
    expected = [told for name in names for told in FAULTS[name][1]]
    path = reviewed(tmp_path, cells)
    found = [(code, places[0]) for code, places in found_in(path)]
    assert sorted(code for code, _ in found) == sorted(code for code, _ in expected)
    assert {(code, address(blank_review(), cell)) for code, cell in expected if cell} <= set(found)


def test_a_changed_cell_says_what_stood_there(tmp_path: Path) -> None:
    path = reviewed(tmp_path, {"indicators.2.actual": 8000, "indicators.1.reason": "超额完成任务"})
    told = {f["field"]: (f["found"], f["expected"]) for f in validate(path).findings if f["code"] == "XL246"}
    assert told == {"indicators[0].reason": ("超额完成任务", "blank"), "indicators[1].actual": ("8000", "7600")}


def _delete(name: str) -> Callable[[Workbook], None]:
    def delete(book: Workbook) -> None:
        sheet, row, _ = find(book, name)
        sheet.delete_rows(row)

    return delete


def _insert(book: Workbook) -> None:
    sheet, row, column = find(book, "indicators.3.name")
    sheet.insert_rows(row)
    sheet.cell(row, column).value = "临时增加的指标"


def _swap(book: Workbook) -> None:
    """Sort two rows as Excel does: what people see moves, the hidden keys stay."""
    sheet, row, _ = find(book, "indicators.5.name")
    for column in range(2, 19):
        one, other = sheet.cell(row, column), sheet.cell(row + 1, column)
        one.value, other.value = other.value, one.value


def _without_identity(book: Workbook) -> None:
    book.remove(next(sheet for sheet in book if str(sheet.cell(1, 1).value).endswith("identity")))


def _say(name: str, text: str) -> Callable[[Workbook], None]:
    def say(book: Workbook) -> None:
        sheet = next(sheet for sheet in book if str(sheet.cell(1, 1).value).endswith("identity"))
        for row in range(2, sheet.max_row + 1):
            if sheet.cell(row, 1).value == name:
                sheet.cell(row, 2).value = text

    return say


MESSES: dict[str, tuple[Callable[[Workbook], None], set[str]]] = {
    "a row deleted": (_delete("indicators.7.name"), {"XL247"}),
    "a row inserted": (_insert, {"XL247"}),
    "rows sorted": (_swap, {"XL246"}),
    "no identity": (_without_identity, {"XL132"}),
    "identity of nothing": (_say("issued", ""), {"XL132"}),
    "identity of junk": (_say("issued", "%%%"), {"XL132"}),
    "identity of another kind": (_say("issued", "eJxTAgAAIwAj"), {"XL132"}),
    "a digest of junk": (_say("reviewed", "abc"), {"XL132"}),
    "a sheet deleted": (lambda book: book.remove(book["绩效指标"]), {"XL114", "XL247"}),
    "every mark of a stage that is not": (
        lambda book: [setattr(sheet.cell(1, 1), "value", str(sheet.cell(1, 1).value).replace("@review", "@audit")) for sheet in book],
        {"XL112"},
    ),
    "every mark of the department": (
        lambda book: [setattr(sheet.cell(1, 1), "value", str(sheet.cell(1, 1).value).replace("@review", "")) for sheet in book],
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSES)
def test_a_review_that_somebody_took_apart_is_told_and_never_a_crash(tmp_path: Path, name: str) -> None:
    change, codes = MESSES[name]
    path = reviewed(tmp_path, change=change)
    result = validate(path)
    assert codes <= {finding["code"] for finding in result.findings}
    if codes:
        assert result.status != "passed" and finalize(path, output=tmp_path / "final").outputs == ()
    else:
        assert "rescore" not in json.dumps(read_workbook(path))  # of the department it is, and the reviewer's cells are nobody's
    if result.status != "unreadable":
        annotate(path, output=tmp_path / "returned", date="2024-08-02")


def test_a_review_that_goes_back_knows_still_what_was_locked(tmp_path: Path) -> None:
    path = reviewed(tmp_path, {"indicators.2.remark": None, "indicators.2.actual": 1})
    back = annotate(path, output=tmp_path / "returned", date="2024-08-02")
    mended = fill_in(back, tmp_path / "mended.xlsx", {"indicators.2.remark": REASON})
    assert found_in(mended) == [("XL246", ["绩效指标!I6"])]
    assert found_in(fill_in(mended, tmp_path / "whole.xlsx", {"indicators.2.actual": 7600})) == []


def test_the_next_year_takes_what_the_department_filled_in_and_tells_the_rest(tmp_path: Path) -> None:
    path = reviewed(tmp_path)
    result = migrate_workbook(path, year=2024, output=tmp_path / "new.xlsx")
    assert {finding["field"].rpartition(".")[2] for finding in result.findings if finding["code"] == "XL450"} >= {
        "rescore",
        "remark",
    }
    assert "rescore" not in json.dumps(read_workbook(tmp_path / "new.xlsx"))
    following = write_next_template("sichuan-project", year=2024, last=path, output=tmp_path / "next.xlsx")
    rows = read_workbook(following.outputs[0])["indicators"]
    assert [row["name"] for row in rows] == [row["name"] for row in DOCUMENT["indicators"]]


def test_a_submission_and_its_review_differ_in_what_the_reviewer_filled_in(tmp_path: Path) -> None:
    changes = compare_papers(FILLED, reviewed(tmp_path))
    assert {change.kind for change in changes} == {"added"}
    assert len([change for change in changes if "复核得分" in change.place]) == 20


def test_what_the_department_was_asked_waits_for_nothing_that_the_reviewer_fills_in() -> None:
    """A blank review tells of the department's rules what its own workbook told: a score is missing, but none of theirs."""
    told = {}
    for path in (FILLED, blank_review()):
        processed = process(path)
        told[path] = {
            (key, name): value
            for key in ("subtotals", "indicators", "funds")
            for row in processed.rows.get(key, ())
            for name, value in row.items()
            if name.startswith("_SC") and name < "_SC6"
        }
    assert told[FILLED] == told[blank_review()] and ("subtotals", "_SC212") in told[FILLED]


# --- whoever else computes it ---------------------------------------------------------------------------------


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_computes_both_totals_as_we_do(tmp_path: Path) -> None:
    """Every computed cell of a blank, a filled and an approved review."""
    paths = [shutil.copy(blank_review(), tmp_path / "blank.xlsx"), reviewed(tmp_path), approved(tmp_path)]
    computed = convert(paths, tmp_path / "computed")
    for path, again in zip(map(Path, paths), computed, strict=True):
        ours, shown = read_cells(path), read_cells(again).shown_results
        result = validate(again)
        assert "XL301" not in {finding["code"] for finding in result.findings}, path
        assert len([spot for spot, value in shown.items() if value not in (None, "")]) > 400
        assert ours.form.stage == read_cells(again).form.stage
    assert load_form(FOLDER, stage="approval").next_stage is None and set(APPROVAL) and LOWERED
