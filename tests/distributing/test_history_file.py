"""What former years hand down: comments at the targets of next year's template, and nothing else in it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from support.command_line import xlperf
from support.histories import write_collections
from xlperf.distributing.distribute import write_templates
from xlperf.distributing.history_file import read_history, remarks_on_targets
from xlperf.errors import UsageError
from xlperf.forms.document import Spot
from xlperf.forms.loader import form_directories, load_form
from xlperf.over_years.history import write_history
from xlperf.values.notation import spellings_of
from xlperf.workflow.validate import validate

DATE = "2027-01-05"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of six units, what they hand down, their papers of the last year, and a roster with a unit more."""
    folder = tmp_path_factory.mktemp("years")
    folders, _ = write_collections(folder, units=6, first=2024, years=3, seed=1)
    write_history(folders, output=folder / "years.xlsx", with_json=True, date=DATE)
    said = json.loads((folder / "years.json").read_text("utf-8"))
    lines = [f"{unit['unit']},{unit.get('unit_code', '')}" for unit in said["units"]]
    (folder / "units.csv").write_text("\n".join(["单位名称,单位代码", *lines, "市新设局,999"]) + "\n", "utf-8-sig")
    (folder / "last").mkdir()
    from support.collection_runs import outcomes_of

    for outcome in outcomes_of(folders[-1]):
        (folder / "last" / f"{outcome.unit}.json").write_text(json.dumps(dict(outcome.document), ensure_ascii=False), "utf-8")
    return folder


def comments_in(path: Path) -> dict[str, str]:
    """By cell of the sheet of indicators; and no other sheet has any."""
    book = openpyxl.load_workbook(path)
    found = {sheet.title: {c.coordinate: c.comment.text for row in sheet for c in row if c.comment} for sheet in book}
    assert [title for title, cells in found.items() if cells] in ([], ["自评表"])
    return found["自评表"]


def test_every_target_that_is_carried_over_says_what_was_reached(years: Path, tmp_path: Path) -> None:
    asked = {"year": 2027, "roster": years / "units.csv", "last": years / "last", "jobs": 1, "date": DATE}
    plain = write_templates("suzhou-department", output=tmp_path / "plain", **asked)
    handed = write_templates("suzhou-department", output=tmp_path / "handed", history=years / "years.json", **asked)
    assert plain.written == handed.written == 7
    said = {unit["unit"]: unit for unit in json.loads((years / "years.json").read_text("utf-8"))["units"]}
    for path in sorted((tmp_path / "handed").glob("*.xlsx")):
        result, twin = validate(path), validate(tmp_path / "plain" / path.name)
        assert result.findings == twin.findings and result.document == twin.document
        comments = comments_in(path)
        if result.unit == "市新设局":
            assert not comments
            continue
        sheet = openpyxl.load_workbook(path)["自评表"]
        own = [one for one in said[result.unit]["indicators"] if one["unit"] == "家"]
        names = {cell.value: cell.row for cell in sheet["C"] if cell.value} | {
            cell.value: cell.row for cell in sheet["D"] if cell.value
        }
        for one in own:
            (cell,) = (cell for cell in comments if sheet[cell].row == names[one["name"]])
            last, before = one["years"]["2026"], one["years"]["2025"]
            low, high = sorted((last["actual"], before["actual"]))
            lines = comments[cell].splitlines()
            assert lines[0] == f"2026 年目标 {last['target']:.0f}家，完成 {last['actual']:.0f}家。"
            assert lines[1] == f"2025 年目标 {before['target']:.0f}家，完成 {before['actual']:.0f}家。"
            assert lines[2].startswith(f"建议目标：{low:.0f}家—{high:.0f}家" if low < high else f"建议目标：不低于 {low:.0f}家")
            flags = [flag["reason"] for flag in said[result.unit]["flags"] if flag["indicator"] == one["name"]]
            assert [line.partition("：")[2] for line in lines[3:]] == flags


def test_a_file_is_made_anew_when_what_is_handed_down_changes(years: Path, tmp_path: Path) -> None:
    asked = {
        "year": 2027,
        "roster": years / "units.csv",
        "last": years / "last",
        "jobs": 1,
        "date": DATE,
        "output": tmp_path / "out",
    }
    write_templates("suzhou-department", history=years / "years.json", **asked)
    said = json.loads((years / "years.json").read_text("utf-8"))
    said["units"][0]["indicators"][0]["years"]["2026"]["actual"] += 1
    (tmp_path / "changed.json").write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    done = write_templates("suzhou-department", history=tmp_path / "changed.json", **asked)
    assert (done.written, done.kept) == (1, 6)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2, "units": []}', '{"format": 1, "units": [{}]}', '{"format": 1, "units": [{"form": "x", "indicators": [{}], "flags": []}]}',
     '{"format": 1, "units": [{"form": "x", "indicators": [{"name": "a", "block": "b", "unit": "", "years": {"x": {}}}], "flags": []}]}',
     '{"format": 1, "units": [{"form": "x", "indicators": [], "flags": [{"kind": "other", "indicator": "a", "reason": ""}]}]}'],
)  # fmt: skip
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "years.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="--json"):
        read_history(tmp_path / "years.json")
    with pytest.raises(UsageError, match=r"none\.json"):
        read_history(tmp_path / "none.json")


def test_the_command_needs_a_roster(years: Path, tmp_path: Path) -> None:
    done = xlperf("template", "suzhou-department", "--year", "2027", "--history", years / "years.json", "-o", tmp_path / "a.xlsx")
    assert done.returncode == 2 and "--roster" in done.stderr and not (tmp_path / "a.xlsx").exists()


OPERATORS = {"": False, "=": False, "<=": False, "<": False, ">=": True, ">": True}  # and whether a range is suggested


@pytest.mark.parametrize(
    "folder",
    [folder for folder in form_directories() if load_form(folder).summary.indicators],
    ids=lambda folder: folder.parent.name,
)
def test_a_range_is_suggested_for_floors_that_units_choose_and_for_no_other_row_of_a_form(folder: Path) -> None:
    form = load_form(folder)
    rows, expected, said, flags = {}, {}, [], []
    assert form.summary.indicators
    for block in form.tables[form.summary.indicators.table].blocks:
        name, columns = form.blocks[block].row_name, spellings_of(form).columns_of(form.blocks[block])
        preset = [dict(row.values) for row in form.blocks[block].rows]
        free = [{name: f"{block} 自选 {number}", columns["operator"]: key} for number, key in enumerate(OPERATORS)]
        rows[block] = preset + free
        for index, row in enumerate(rows[block]):
            years = {"2025": {"target": 0, "actual": 14.8}, "2026": {"target": 0, "actual": 15.08}}
            said.append({"name": row[name], "block": block, "unit": "%", "years": years})
            flags.append({"kind": "unmoved", "indicator": row[name], "reason": "多年未变"})
            lines = ["2026 年目标 0%，完成 15.08%。", "2025 年目标 0%，完成 14.8%。"]
            if index >= len(preset):
                suggested = ["建议目标：14.8%—15.08%（前两年完成值之间）。"] if OPERATORS[row[columns["operator"]]] else []
                lines += [*suggested, "目标多年未变：多年未变"]
            expected[Spot(block, index, columns["target"])] = "\n".join(lines)
    assert remarks_on_targets(form, rows, {"indicators": said, "flags": flags}, year=2027) == expected
