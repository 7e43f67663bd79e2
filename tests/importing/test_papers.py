"""Published papers, rebuilt: what is read, what is left over, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from support.paths import TEMPLATES
from support.published_papers import PublishedPaper, cells_of, flat, published_papers
from xlperf.errors import UnreadableError
from xlperf.forms.loader import load_form
from xlperf.importing import importer
from xlperf.importing.labels import labels_of
from xlperf.importing.page import APART
from xlperf.importing.printed_names import aliases_of, printed_words
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


@pytest.mark.parametrize("paper", REFUSED, ids=by_name)
def test_a_paper_of_no_form_is_refused(paper: PublishedPaper, tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        importer.import_document(paper.write(tmp_path))
    assert refusal.value.code == paper.said["refused"]


def test_the_papers_are_many():
    assert len(READ) >= 12
    assert sum(len(paper.cells) for paper in READ) >= 560


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
