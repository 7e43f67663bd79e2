"""Workbooks of an older revision become ones of the newer; nothing that was filled in is lost without being said."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.documents import random_document
from support.paths import EXAMPLE
from support.second_revision import second_revision
from xlperf import (
    ExitCode,
    FormError,
    UsageError,
    fill_workbook,
    find_form,
    load_document,
    load_form,
    migrate_workbook,
    read_workbook,
    validate,
)
from xlperf.forms import loader
from xlperf.forms.document import Spot, inputs_of, rows_of
from xlperf.forms.form import Form
from xlperf.revisions.migrate import migrate, revisions

pytestmark = pytest.mark.slow


def filled(path: Path, **more: object) -> Path:
    """The example with contents the newer revision has no place for, and two choices it does not offer."""
    document = load_document(EXAMPLE / "document.json")
    document["tasks"][0]["content"], document["tasks"][3]["content"] = "组织对接活动", "=受理登记"
    row = next(row for row in document["indicators"] if row["name"] == "培育技术经纪人")
    row |= {"operator": "<", "target": 900}
    next(row for row in document["indicators"] if row["name"] == "固定资产利用率")["applies"] = "不适用"
    assert fill_workbook({**document, **more}, output=path, date="2023-03-01").outputs
    return path


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return second_revision(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="module")
def new(templates: Path) -> Form:
    return load_form(find_form("suzhou-department", year=2023, templates=templates))


@pytest.fixture(scope="module")
def migrated(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict, list[dict], tuple[Path, ...]]:
    """The document before, the one after, the findings and the files of one migration."""
    folder = tmp_path_factory.mktemp("migrated")
    old = filled(folder / "旧版.xlsx")
    result = migrate_workbook(old, year=2023, date="2024-03-01", templates=templates)
    assert (result.status, result.exit_code, result.year, result.revision) == ("passed", ExitCode.OK, 2023, "2023")
    return read_workbook(old), read_workbook(folder / "旧版-2023.xlsx", templates=templates), result.findings, result.outputs


def indicator(document: dict, name: str) -> dict:
    return next(row for row in document["indicators"] if row["name"] == name)


def test_everything_with_a_place_is_there(migrated: tuple) -> None:
    before, after, _, _ = migrated
    assert (after["revision"], after["fiscal_year"], after["cover"]) == ("2023", 2023, before["cover"])
    assert (after["goals"], after["budget"]) == (before["goals"], before["budget"])
    assert after["publicity"]["application"] == before["narrative"]["application"]
    assert after["narrative"] == {key: text for key, text in before["narrative"].items() if key != "application"}
    assert after["plan"]["tasks"] == [{k: v for k, v in task.items() if k != "content"} for task in before["tasks"]]
    assert [row.get("evidence") for row in after["indicators"]] == [row.get("source") for row in before["indicators"]]
    assert "source" not in after["indicators"][0] and "tasks" not in after
    training = indicator(before, "业务学习与培训及时完成率")
    assert {key: indicator(after, "学习与培训完成率")[key] for key in ("target", "actual", "unit")} == {
        key: training[key] for key in ("target", "actual", "unit")}  # fmt: skip
    assert indicator(after, "固定资产利用率")["applies"] == "不涉及"
    assert len(after["indicators"]) == len(before["indicators"]) == 54


def test_what_has_no_place_is_told_with_its_cell(migrated: tuple) -> None:
    _, after, findings, _ = migrated
    assert [(f["code"], f["severity"], f["cells"], f["found"], f["field"]) for f in findings] == [
        ("XL450", "warning", ["重点任务!D4"], "组织对接活动", "tasks[0].content"),
        ("XL450", "warning", ["重点任务!D7"], "=受理登记", "tasks[3].content"),
        ("XL451", "warning", ["自评表!E54"], "<", "indicators[45].operator"),
        ("XL452", "info", [], "电子邮箱", None),
    ]
    assert findings[2]["expected"] == "=、≥、≤、>"  # as cells show them
    assert indicator(after, "培育技术经纪人")["operator"] == "<"  # kept, so that validate asks for another


def test_it_is_listed_in_a_file_too(migrated: tuple) -> None:
    *_, outputs = migrated
    assert [path.name for path in outputs] == ["旧版-2023.xlsx", "旧版-2023-迁移清单.csv"]
    lines = list(csv.DictReader(io.StringIO(outputs[1].read_text("utf-8-sig"))))
    assert [(line["编号"], line["位置"], line["填报内容"]) for line in lines] == [
        ("XL450", "重点任务!D4", "组织对接活动"), ("XL450", "重点任务!D7", "'=受理登记"), ("XL451", "自评表!E54", "<"), ("XL452", "", "电子邮箱")]  # fmt: skip


def test_the_new_workbook_asks_for_what_is_new(migrated: tuple, templates: Path) -> None:
    *_, outputs = migrated
    errors = [(f["code"], f["field"]) for f in validate(outputs[0], templates=templates).findings if f["severity"] == "error"]
    assert ("XL201", "cover.email") in errors and ("XL203", "indicators[45].operator") in errors


def test_without_a_year_it_is_the_revision_in_force(tmp_path: Path, templates: Path) -> None:
    path = filled(tmp_path / "old.xlsx", fiscal_year=2024)
    assert "XL131" in [f["code"] for f in validate(path, templates=templates).findings]
    result = migrate_workbook(path, output=tmp_path / "new.xlsx", templates=templates)
    assert (result.revision, result.year) == ("2023", 2024) and "XL131" not in [f["code"] for f in result.findings]
    document = load_document(EXAMPLE / "document.json")
    migrate_workbook(EXAMPLE / "document.json", output=tmp_path / "document.xlsx", year=2023, templates=templates)
    assert read_workbook(tmp_path / "document.xlsx", templates=templates)["goals"] == document["goals"]


def test_to_the_same_revision_nothing_changes(tmp_path: Path) -> None:
    path = filled(tmp_path / "old.xlsx")
    result = migrate_workbook(path, output=tmp_path / "new.xlsx", date="2023-03-01")
    assert result.findings == [] and read_workbook(tmp_path / "new.xlsx") == read_workbook(path)
    assert (tmp_path / "new-迁移清单.csv").read_text("utf-8-sig").count("\n") == 1  # the headings


def test_what_is_refused(tmp_path: Path, templates: Path) -> None:
    path = filled(tmp_path / "old.xlsx")
    migrate_workbook(path, output=tmp_path / "new.xlsx", year=2023, templates=templates)
    for (source, asked), key in (((tmp_path / "new.xlsx", {"year": 2022}), "older_revision"),
                           ((path, {"output": path, "year": 2023}), "would_overwrite"), ((tmp_path / "none.xlsx", {}), "cannot_open")):  # fmt: skip
        before = path.read_bytes()
        with pytest.raises(UsageError) as caught:
            migrate_workbook(source, **asked, templates=templates)
        assert caught.value.key == key and path.read_bytes() == before
    (tmp_path / "old-2023.xlsx").write_bytes(b"somebody's")
    with pytest.raises(UsageError) as caught:
        migrate_workbook(path, year=2023, templates=templates)
    assert caught.value.key == "already_there"


def test_the_workbook_and_its_list_are_written_together(tmp_path: Path, templates: Path) -> None:
    path = filled(tmp_path / "old.xlsx")
    (tmp_path / "new-迁移清单.csv").mkdir()
    with pytest.raises(UsageError):
        migrate_workbook(path, output=tmp_path / "new.xlsx", year=2023, templates=templates)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["new-迁移清单.csv", "old.xlsx"]


def test_renaming_what_was_never_there_is_a_mistake_of_the_form(
    templates: Path, new: Form, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLPERF_LANG", "en")
    wrong = tmp_path / "suzhou-department" / "2023"
    wrong.mkdir(parents=True)
    text = (new.directory / "form.yaml").read_text("utf-8")
    (wrong / "form.yaml").write_text(text.replace("indicators.source:", "indicators.sources:"), "utf-8")
    with pytest.raises(FormError, match=r"renamed\.indicators\.sources: revision 2022 has nothing of that name"):
        migrate([form, load_form(wrong)], rows_of(form, {})[0])
    (wrong / "form.yaml").write_text(text.replace(": indicators.evidence", ": indicators.evidences"), "utf-8")
    loader._loaded.cache_clear()
    with pytest.raises(
        FormError, match=r"renamed\.indicators\.source: there is no 'indicators.evidences'; did you mean 'indicators.evidence'"
    ):
        load_form(wrong)


def test_over_three_revisions_one_step_after_the_other(templates: Path, new: Form, form: Form, tmp_path: Path) -> None:
    folder = tmp_path / "suzhou-department"
    for revision, renames in (("2023", ""), ("2024", "renamed:\n  indicators.evidence: indicators.proof\n")):
        (folder / revision).mkdir(parents=True)
        text = (new.directory / "form.yaml").read_text("utf-8")
        if renames:
            text = text.replace("evidence", "proof").replace('"2023"', '"2024"').replace("first_year: 2023", "first_year: 2024")
            start, end = text.index("renamed:\n"), text.index("\ntitle:")
            text = text[:start] + renames.rstrip() + text[end:]
        (folder / revision / "form.yaml").write_text(text, "utf-8")
    newest = load_form(folder / "2024")
    steps = revisions(form, newest, tmp_path)
    assert [step.revision for step in steps] == ["2022", "2023", "2024"]
    document = load_document(EXAMPLE / "document.json")
    rows, _ = rows_of(form, {**document, "indicators": [*document["indicators"][:3], *document["indicators"][-2:]]})
    result = migrate(steps, rows)
    assert [row.get("proof") for row in result.rows["duties"]] == [row.get("source") for row in rows["duties"]]
    assert result.origins[Spot("duties", 0, "proof")] == Spot("duties", 0, "source")
    assert result.rows["process"][14]["target"] == 100  # as filled in under 2022, not the newer revision's 95


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_nothing_is_lost(templates: Path, new: Form, form: Form, seed: int) -> None:
    """Every filled cell of the older revision is where the migration says, with its value, or among the strays."""
    rows, _ = rows_of(form, random_document(form, seed))
    before = copy.deepcopy(rows)
    result = migrate([form, new], rows)
    assert rows == before
    homes = {origin: spot for spot, origin in result.origins.items()}
    for spot, value in inputs_of(form, rows):
        if spot in result.strays:
            assert result.strays[spot] == value and spot.field == "content"
        else:
            there = homes[spot]
            now = result.rows[there.block][there.index][there.field]
            assert now == value or (there.field, value, now) == ("applies", "不适用", "不涉及")
    assert set(homes) - {spot for spot, _ in inputs_of(form, rows)} <= {Spot("identity", 0, "fiscal_year")}
