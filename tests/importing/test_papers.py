"""Published papers, rebuilt: what is read, what is left over, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from support.paths import EXAMPLE, TEMPLATES
from support.published_papers import PublishedPaper, cells_of, flat, published_papers
from xlperf.errors import UnreadableError
from xlperf.forms.loader import find_form, load_form
from xlperf.importing import importer
from xlperf.importing.labels import labels_of
from xlperf.importing.papers.page import APART
from xlperf.importing.printed_names import aliases_of, printed_words
from xlperf.messages import use_language
from xlperf.reporting.result import Result

PAPERS = published_papers()
READ = [paper for paper in PAPERS if paper.is_read]
REFUSED = [paper for paper in PAPERS if not paper.is_read]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """What was made of each paper that is read, by name."""
    folder = tmp_path_factory.mktemp("papers")
    return {paper.name: importer.import_document(paper.write(folder), **paper.asked) for paper in READ}


def parts(texts: Iterable[str]) -> list[str]:
    """The cells that texts were put together of."""
    return sorted(flat(part) for text in texts for part in text.split(APART))


def by_name(paper: PublishedPaper) -> str:
    return paper.name


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_a_published_paper_gives_what_was_written_down_and_nothing_else(paper: PublishedPaper, results: Mapping[str, Result]):
    result = results[paper.name]
    assert [result.form, result.year] == paper.said["read_as"]
    assert dict(cells_of(result.document)) == paper.cells


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_the_rest_of_a_paper_is_left_over(paper: PublishedPaper, results: Mapping[str, Result]):
    """Compared part by part: whether cells that stand side by side are left over together is not written down."""
    found = [flat(piece["text"]) for piece in results[paper.name].document.get("leftovers", [])]
    assert parts(found) == parts(paper.said["leftovers"])


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_the_rest_is_told_by_table_and_by_text_and_every_piece_has_its_place_there(
    paper: PublishedPaper, results: Mapping[str, Result]
):
    result = results[paper.name]
    told = [finding for finding in result.findings if finding["code"] == "XL421"]
    cells = [cell for finding in told for cell in finding["cells"]]
    assert sorted(cells) == sorted({piece["place"] for piece in result.document.get("leftovers", [])})
    assert len(told) <= 2 * len(paper.tables) + 1  # a table, the text before it, the text behind the last
    assert len({finding["message"] for finding in told}) == len(told)
    for finding in told:
        first = next(flat(piece["text"]) for piece in result.document["leftovers"] if piece["place"] in finding["cells"])
        assert finding["found"].startswith(first[:50])


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_as_what_it_was_read_is_told_first(paper: PublishedPaper, results: Mapping[str, Result]):
    result = results[paper.name]
    first, document = result.findings[0], result.document
    assert (first["code"], first["severity"]) == ("XL428", "info")
    assert [finding["code"] for finding in result.findings].count("XL428") == 1
    title = load_form(find_form(result.form, year=result.year)).title
    assert first["message"].startswith(f"按“{title}”（{result.year}年度）读：{len(document['indicators'])} 个指标")
    assert ("、1 张资金表" in first["message"]) == ("funds" in document)
    unused, leftovers = paper.said.get("unused", 0), len(document.get("leftovers", []))
    assert (f"；另有 {unused} 张表未用" in first["message"]) == (unused > 0)
    assert first["message"].endswith(f"；没有对应栏目的 {leftovers} 处")
    assert ("按 --form 指定" in first["found"], "按 --year 指定" in first["found"]) == (
        "form" in paper.asked,
        "year" in paper.asked,
    )
    unit = next((block["unit"] for block in document.values() if isinstance(block, dict) and "unit" in block), None)
    assert (f"单位“{unit}”（" if unit else "没有写明单位") in first["found"]


def test_the_cells_of_a_table_that_is_not_used_are_told_together(results: Mapping[str, Result]):
    """Every cell of it, none of which has a field."""
    told = {f["message"]: f["found"] for f in results["three-projects"].findings if f["code"] == "XL421"}
    assert told["表 3：22 格没有对应的栏目，已单独列出，没有填入"].startswith(
        "项目名称 | 管网清淤；主管部门 | 西城县住建局 | 实施单位 | 西城县排水站；"
    )


def test_form_and_year_that_are_asked_for_win_and_are_told_so(tmp_path: Path):
    paper = next(paper for paper in READ if paper.name == "anhui-town")
    path = paper.write(tmp_path)
    result = importer.import_document(path, form="national-project", year=2023)
    assert (result.status, result.year, result.document["fiscal_year"]) == ("passed", 2023, 2023)
    assert "表样按 --form 指定；" in result.findings[0]["found"]
    assert "年度按 --year 指定，原件写的是 2022 年" in result.findings[0]["found"]
    other = [(f["severity"], f["cells"], f["found"], f["expected"]) for f in result.findings if f["code"] == "XL111"]
    assert other == [("warning", ["第 2 段"], "2022", "2023")]
    same = importer.import_document(path, year=2022)
    assert "年度按 --year 指定；" in same.findings[0]["found"]
    assert "XL111" not in {f["code"] for f in same.findings}


def test_nothing_is_assumed_where_a_paper_says_neither_year_nor_unit(tmp_path: Path):
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    row = ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60"]
    page = ["项目支出绩效自评表", {"columns": len(header), "rows": [header, row]}]
    result = importer.import_document(PublishedPaper("silent", {"page": page}).write(tmp_path))
    assert result.findings[0]["message"].startswith("按“项目支出绩效自评表”（年度不明）读：1 个指标")
    assert result.findings[0]["found"].endswith("；没有写明年度；没有写明单位")
    assert (result.year, result.unit, "fiscal_year" in result.document) == (None, None, False)
    assert "XL424" in {f["code"] for f in result.findings}


def test_as_what_it_was_read_is_told_in_english_too(tmp_path: Path):
    path = next(paper for paper in READ if paper.name == "three-projects").write(tmp_path)
    use_language("en")
    try:
        first, *others = importer.import_document(path, year=2022).findings
    finally:
        use_language(None)
    assert first["message"] == (
        "Read as “项目支出绩效自评表” (fiscal year 2022): "
        "indicators: 3, tables of funds: 1, other entries: 3; tables not used: 2; passages without a field: 12"
    )
    assert first["found"].startswith(
        "title “某某局2022年度项目支出绩效自评表” (paragraph 1); labels of the form: 22; the year as --year says; unit "
    )
    told = [finding["message"].partition(":")[0] for finding in others if finding["code"] == "XL421"]
    assert told == ["paragraph 1", "table 1", "table 3"]


def test_a_workbook_says_itself_what_it_is(tmp_path: Path):
    result = importer.import_document(EXAMPLE / "filled.xlsx")
    first = result.findings[0]
    assert (first["code"], first["found"]) == ("XL428", "工作簿自己的标识")
    count = len(result.document["indicators"])
    assert first["message"].startswith(
        f"按“苏州市市级预算部门（单位）整体支出预算绩效自评”（2022年度）读：{count} 个指标、1 张资金表、"
    )


@pytest.mark.parametrize("paper", REFUSED, ids=by_name)
def test_a_paper_of_no_form_is_refused(paper: PublishedPaper, tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        importer.import_document(paper.write(tmp_path))
    assert refusal.value.code == paper.said["refused"]


def test_the_papers_are_many():
    assert len(READ) >= 19
    assert sum(len(paper.cells) for paper in READ) >= 1080


@pytest.mark.parametrize("form_folder", sorted(TEMPLATES.glob("*/*/form.yaml")), ids=lambda path: path.parent.parent.name)
def test_every_printed_name_is_that_of_the_form(form_folder: Path):
    form = load_form(form_folder.parent)
    labels, own = labels_of(form), aliases_of(form)
    for name, printed in printed_words().aliases.items():
        kept = [text for text in printed if text in own[name]]
        assert len(kept) >= len(printed) // 3, name  # a form may call something else so
        for text in kept:
            assert labels.is_called(text, name), (name, text)
            assert labels.is_called(f"（1） {text}：", name), (name, text)
            assert labels.is_called(f"其中：{text}（50分）", name), (name, text)


def test_a_line_that_nobody_filled_in_says_what_stands_below_it_and_loses_no_note(tmp_path: Path):
    """Its levels hold for the rows below that leave them blank; what stands beside it, in no column of the form, is left over."""
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "备注"]
    rows = [
        ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60", ""],
        ["效益指标", "社会效益指标", "", "", "", "", "", "见附件三"],
        ["", "", "亮灯率", "≥98%", "99%", "30", "30", ""],
    ]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("levels", {"page": page}).write(tmp_path))
    levels = [(row["level1"], row["level2"], row["name"]) for row in result.document["indicators"]]
    assert levels == [("产出指标", "数量指标", "维护路灯"), ("效益指标", "社会效益指标", "亮灯率")]
    assert "备注: 见附件三" in [piece["text"] for piece in result.document["leftovers"]]


def test_a_level_that_is_none_of_the_forms_holds_for_the_rows_below_it_and_gives_none_of_them_another(tmp_path: Path):
    """Not merged: its rows leave the level blank. They are left over whole, and none becomes an indicator of the level before."""
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows = [
        ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60"],
        ["项目管理", "财务管理", "制度健全性", "健全", "健全", "20", "20"],
        ["", "", "审批合规性", "合规", "合规", "10", "10"],
        ["效益指标", "社会效益指标", "亮灯率", "≥98%", "99%", "10", "10"],
    ]
    page = ["项目支出绩效自评表", "（2022年）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("other-levels", {"page": page}).write(tmp_path))
    levels = [(row["level1"], row["level2"], row["name"]) for row in result.document["indicators"]]
    assert levels == [("产出指标", "数量指标", "维护路灯"), ("效益指标", "社会效益指标", "亮灯率")]
    assert [piece["text"] for piece in result.document["leftovers"]] == [
        "项目管理 | 财务管理 | 制度健全性 | 健全 | 健全 | 20 | 20",
        "审批合规性 | 合规 | 合规 | 10 | 10",
    ]
    assert result.year == 2022


def test_a_text_below_the_headings_of_levels_that_is_no_level_is_left_over(tmp_path: Path):
    """A note below the indicators whose cells begin in the columns of levels; a level itself is no such text."""
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows: list[list] = [
        ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60"],
        ["效益指标", "", "", "", "", "", ""],
        ["审核意见", ["同意上报", 6]],
    ]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("note", {"page": page}).write(tmp_path))
    assert parts(piece["text"] for piece in result.document["leftovers"]) == ["同意上报", "审核意见"]


@pytest.mark.parametrize(
    ("level1", "level2", "read"),
    [
        ("效益指标", "服务对象满意度指标", "满意度指标"),  # merged over it by whoever drew the table
        ("效益指标", "社会效益指标", "效益指标"),
    ],
)
def test_a_merged_level_says_nothing_of_a_row_whose_own_level_stands_under_another(
    level1: str, level2: str, read: str, tmp_path: Path
):
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows: list[list] = [
        [[level1, 1, 2], "经济效益指标", "节约电费", "≥6万元", "7万元", "60", "60"],
        [level2, "居民认可度", "≥95%", "96%", "40", "40"],
    ]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("merged", {"page": page}).write(tmp_path))
    assert [(row["level1"], row["level2"]) for row in result.document["indicators"]] == [
        ("效益指标", "经济效益指标"),
        (read, level2),
    ]


def test_a_level_that_a_row_says_itself_is_never_changed(tmp_path: Path):
    """Two levels that do not go together, each in a cell of the row: a mistake of whoever filled it in, for validate to tell."""
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows = [["产出指标", "服务对象满意度指标", "居民满意度", "≥95%", "96%", "40", "40"]]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("typed", {"page": page}).write(tmp_path))
    assert [row["level1"] for row in result.document["indicators"]] == ["产出指标"]


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("0起", ("定量", 0, "起")),
        ("3起", ("定量", 3, "起")),
        ("3月起", ("定性", "3月起", None)),
        ("11月底前", ("定性", "11月底前", None)),
    ],
)
def test_a_word_that_ends_a_time_may_count_too(target: str, read: tuple, tmp_path: Path):
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows = [["产出指标", "数量指标", "安全事故", target, target, "40", "40"]]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": [header, *rows]}]
    result = importer.import_document(PublishedPaper("times", {"page": page}).write(tmp_path))
    row = result.document["indicators"][0]
    assert (row["kind"], row["target"], row.get("unit")) == read


def test_a_pair_beside_another_whose_label_is_none_of_the_forms_is_read_and_the_other_left_over(tmp_path: Path):
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows: list[list] = [
        ["项目名称", ["路灯维护", 2], "项目代码", ["XM-07", 3]],
        header,
        ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60"],
    ]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": rows}]
    result = importer.import_document(PublishedPaper("pairs", {"page": page}).write(tmp_path))
    assert result.document["project"] == {"name": "路灯维护"}
    assert [piece["text"] for piece in result.document["leftovers"]] == ["项目代码", "XM-07"]


@pytest.mark.parametrize(("text", "date"), [("45000", None), ("2023年3月15日", "2023-03-15")])
def test_a_number_that_is_left_over_is_no_date(text: str, date: str | None, tmp_path: Path):
    """45000 is 15 March 2023 in a cell of a workbook, on paper it is a number."""
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    rows: list[list] = [
        ["项目名称", ["路灯维护", 2], "项目代码", [text, 3]],
        header,
        ["产出指标", "数量指标", "维护路灯", "≥600盏", "640盏", "60", "60"],
    ]
    page = ["项目支出绩效自评表", "（2022年度）", {"columns": len(header), "rows": rows}]
    result = importer.import_document(PublishedPaper("number", {"page": page}).write(tmp_path))
    assert result.document["project"].get("prepared_on") == date
    assert (text in [piece["text"] for piece in result.document["leftovers"]]) == (date is None)
