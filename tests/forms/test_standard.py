"""Forms that extend the standard: the same form as one that writes everything, and mistakes told where they stand."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest
import yaml

from support.extended_form import OWN, STANDARD, own_form, shortened, written_form
from support.paths import TEMPLATES
from xlperf import compare_forms, fill_workbook, prove_form, validate
from xlperf.errors import FormError
from xlperf.forms.loader import load_form, load_strictly
from xlperf.forms.standard import extending
from xlperf.forms.written.yaml_file import located

FORMS = sorted(path.parent for path in TEMPLATES.glob("*/*/form.yaml") if "\nextends:" not in path.read_text("utf-8"))  # whole
ISSUED = "8e163aa72af28282"  # of the standard as it was issued: who changes it makes another


@pytest.mark.parametrize("folder", FORMS, ids=lambda folder: folder.parent.name)
def test_a_shipped_form_written_with_the_standard_is_the_same_form(folder: Path, tmp_path: Path) -> None:
    whole = yaml.safe_load((folder / "form.yaml").read_text("utf-8"))
    own = shortened(whole)
    text = yaml.safe_dump(own, allow_unicode=True, sort_keys=False)
    form = load_strictly(written_form(text, tmp_path, key=folder.parent.name, revision=folder.name))
    other = load_strictly(folder)
    assert form.whole == whole and form.digest != other.digest
    assert (form.sheets, form.blocks, form.tables, form.rules) == (other.sheets, other.blocks, other.tables, other.rules)
    assert (form.words, form.guide, form.opening, form.formulas) == (other.words, other.guide, other.opening, other.formulas)
    assert len(own["words"]) <= 3 and "style" not in own and "year_line" not in own  # what is left out is worth it


def test_a_form_of_forty_lines_has_all_that_it_does_not_write(tmp_path: Path) -> None:
    assert len(OWN.splitlines()) <= 42
    form = load_form(written_form(OWN, tmp_path))
    assert [sheet.key for sheet in form.sheets] == ["guide", "cover", "items", "checks"]
    assert list(form.rules) == ["XL201", "XL207", "XL304", "AA101", "AA102", "AA103", "XL202", "XL215", "XL240", "XL301"]
    assert form.rules["XL207"].why == "填报人缺少时须说明。" and form.rules["XL207"].title == "填报信息宜填写齐全"
    assert form.words["end"] == "（完）" and form.words["passed"] == "通过"
    assert form.guide[1] == "2. 执行率 = 支出数 ÷ 预算数。"
    assert form.guide[0] == f"1. {STANDARD['guide']['fill_in']}" and form.guide[2] == f"3. {STANDARD['guide']['hand_in']}"
    assert not form.report and form.file_name == "自评表" and form.spellings["numbers"]["blank"] == "空白"


def test_any_single_text_may_be_put_otherwise(tmp_path: Path) -> None:
    own = own_form() | {
        "file_name": "汇总表",
        "style": {"size": 12},
        "guide": {"fill_in": "填黄色格。", "paragraphs": ["a", "b"]},
        "opening": [{"label": "问谁", "text": "市财政局。"}, {"label": "交给谁", "text": "主管部门。"}],
        "report": {"file_name": "报告"},
        "spellings": {"numbers": {"blank": "（空）"}},
    }
    columns = [{"key": "count", "label": "处数"}]
    own["sheets"] += [{"key": "checks", "title": "审核", "sections": [{"checks": True, "columns": columns}]}]
    own["sheets"].insert(0, {"key": "guide", "title": "说明"})
    form = load_form(written_form(yaml.safe_dump(own, allow_unicode=True), tmp_path))
    assert form.file_name == "汇总表" and tuple(form.style) == ("宋体", "黑体", 12)
    assert form.guide == ("1. 填黄色格。", "2. a", "3. b", f"4. {STANDARD['guide']['hand_in']}")
    assert [(line.label, line.unless) for line in form.opening] == [
        ("做什么", ""),
        ("何时交", "deadline"),
        ("问谁", "contact"),
        ("交给谁", ""),
    ]
    assert form.opening[2].text == "市财政局。"
    assert form.report["file_name"] == "报告" and form.report["draft"] == "草稿"
    assert form.spellings["numbers"]["blank"] == "（空）" and "万" in form.spellings["numbers"]["powers"]
    assert [sheet.title for sheet in form.sheets] == ["说明", "基本信息", "项目", "审核"]
    assert [column.label for column in form.tables["rules"].columns][:5] == ["编号", "校验项", "类别", "结果", "处数"]


MISTAKES = {
    # what is wrong: what to write in place of what, what the complaint must say, and what stands in the line that it names
    "an unknown standard": ("extends: standard", "extends: standart", r"extends: 'standart' .*'standard'", "standart"),
    "a check that is none": ("XL216: false", "XL261: false", r"checks.XL261: there is no 'XL261'; did you mean 'XL", "XL261"),
    "a check put at true": ("XL216: false", "XL216: true", r"checks.XL216: 'true' is wrong here; .*false", "XL216"),
    "a misspelt key of a check": ("{why: 填", "{wy: 填", r"checks.XL207.wy: there is no such key; did you mean 'why'", "wy: "),
    "an unknown severity of a check": ("{why: 填报人缺少时须说明。}", "{severity: warn}", r"checks.XL207.severity: 'warn' .*'warning'", "warn"),
    "a list of checks": ("checks: {XL216: false, XL207: {why: 填报人缺少时须说明。}}", "checks: [XL216]", r"checks: .*XL201, XL207", "[XL216]"),
    "a misspelt word": ("words: {end", "words: {footr", r"words.footr: there is no such key; did you mean 'footer'", "footr"),
    "a text of the guide that is none": ("guide: [执行率 = 支出数 ÷ 预算数。]", "guide: {fil_in: x}", r"guide.fil_in: .*'fill_in'", "fil_in"),
    "a paragraph that is blank": ("guide: [执行率 = 支出数 ÷ 预算数。]", 'guide:\n  - a\n  - ""', r"guide\[1\]: must not be empty", '- ""'),
    "a number in the guide": ("guide: [执行率 = 支出数 ÷ 预算数。]", "guide:\n  paragraphs:\n    - a\n    - 5", r"guide.paragraphs\[1\]: 5 is a whole number", "- 5"),
    "a sheet without widths": ("    widths: [24, 26, 24]\n", "", r"sheets\[0\]: 'widths' is a required key", "key: cover"),
    "a title of the standard's": ("title: 项目\n", "title: 校验\n", r"sheets\[1\].title: '校验' is already at sheets\[1\].title; give", "title: 校验"),
    "a field twice": ("key: prepared_by", "key: unit", r"sheets\[0\].sections\[1\].items\[1\].key: 'unit' is already at sheets\[0\].sections\[1\].items\[0\]", "填报人"),
    "a rule twice": ("AA102", "AA101", r"rules\[1\].code: 'AA101' is already at rules\[0\].code", "reason_if_below"),
    "a formula of a column": ("ROUND(spent / planned, 4)", "ROUND(spendt / planned, 4)", r"items.rate: .*spendt", "spendt"),
    "a filler of a word": ("words: {end: （完）}", "words: {length_error: 'x {mots}'}", r"words.length_error: nothing fills {mots}", "mots"),
    "a missing title of the form": ("title: 项目支出自评表\nparameters", "parameters", r"'title' is a required key", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_by_line_in_the_file_where_it_stands(name: str, tmp_path: Path, in_english: None) -> None:
    before, after, said, stands = MISTAKES[name]
    assert OWN.count(before) == 1
    folder = written_form(OWN.replace(before, after), tmp_path)
    with pytest.raises(FormError) as caught:
        load_form(folder)
    told = located(caught.value)
    assert re.search(said, told), told
    if stands:
        line = re.search(r"^(.*?), line (\d+): ", told)
        assert line is not None and stands in Path(line[1]).read_text("utf-8").splitlines()[int(line[2]) - 1], told


def test_the_digest_of_a_form_covers_what_it_extends_and_refers_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written_form(OWN, tmp_path)
    before = load_strictly(folder)
    assert before.digest != hashlib.sha256((folder / "form.yaml").read_bytes()).hexdigest()
    changed = tmp_path / "standard.yaml"
    shutil.copyfile(TEMPLATES / "standard.yaml", changed)
    monkeypatch.setattr(extending, "standard_file", lambda name: changed)
    assert load_strictly(folder).digest == before.digest  # the same bytes elsewhere
    extending.read_standard.cache_clear()
    changed.write_text(changed.read_text("utf-8").replace("待核", "待查"), "utf-8")
    after = load_strictly(folder)
    extending.read_standard.cache_clear()
    assert after.digest != before.digest and after.words["doubtful"] == "待查"


def test_a_form_without_a_standard_has_the_digest_of_its_file() -> None:
    for folder in FORMS:
        assert load_form(folder).digest == hashlib.sha256((folder / "form.yaml").read_bytes()).hexdigest()


def test_the_standard_is_as_it_was_issued() -> None:
    """Workbooks that were handed out with a form that extends it carry its digest: who wants it otherwise makes another."""
    assert extending.read_standard(extending.standard_file("standard"))[1].startswith(ISSUED)


@pytest.mark.slow
def test_every_command_survives_a_form_with_a_standard(tmp_path: Path) -> None:
    folder = written_form(OWN, tmp_path / "forms")
    proof = prove_form(folder)
    assert [*map(str, proof.faults)] == []
    rows = [
        {"name": "甲", "planned": 5, "spent": 4},
        {"name": "乙", "planned": 5, "spent": 6},
        {"name": "甲", "planned": 5, "spent": 5},
    ]
    document = {
        "form": "mini",
        "revision": "2024",
        "fiscal_year": 2024,
        "cover": {"unit": "甲单位", "prepared_by": "张三"},
        "items": rows,
    }
    fill_workbook(document, tmp_path / "a.xlsx", templates=folder.parent.parent)
    told = {
        finding["code"]: finding["cells"] for finding in validate(tmp_path / "a.xlsx", templates=folder.parent.parent).findings
    }
    assert told == {"AA101": ["项目!D4"], "AA102": ["项目!F3"], "AA103": ["项目!B3", "项目!B5"]}


def test_what_another_revision_changes_is_told_of_the_whole(tmp_path: Path) -> None:
    later = OWN.replace('revision: "2024"', 'revision: "2025"').replace("first_year: 2024", "first_year: 2025")
    one = written_form(OWN, tmp_path)
    other = written_form(later.replace("（完）", "完").replace("XL216: false, ", ""), tmp_path, revision="2025")
    changes = {change.field: (change.kind, change.before, change.after) for change in compare_forms(one, other)}
    assert changes.keys() == {"form.first_year", "rules.XL216", "words.end"}
    assert changes["words.end"] == ("changed", "（完）", "完") and changes["rules.XL216"][0] == "added"
    assert "extends" not in load_form(one).definition and "checks" not in load_form(other).definition
