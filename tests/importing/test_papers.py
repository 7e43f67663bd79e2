"""Published papers, rebuilt: what is read, what is left over, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.paths import TEMPLATES
from support.published_papers import PublishedPaper, cells_of, published_papers
from xlperf.errors import UnreadableError
from xlperf.forms.loader import load_form
from xlperf.importing import importer
from xlperf.importing.labels import labels_of
from xlperf.importing.printed_names import printed_words
from xlperf.reporting.result import Result

PAPERS = published_papers()
NOT_YET = ("sichuan-piped",)  # no table is seen in a text whose cells are divided by " | "
READ = [paper for paper in PAPERS if paper.is_read]
ALL_READ = ("municipal-clipboard", "transfer-region")  # of which every cell is read, and nothing else
LEAST_READ = 390  # cells of all papers; what is read is to grow
NO_FORM = ("narrative",)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """What was made of each paper that is read, by name."""
    folder = tmp_path_factory.mktemp("papers")
    return {
        paper.name: importer.import_document(paper.write(folder), **paper.asked) for paper in READ if paper.name not in NOT_YET
    }


def by_name(paper: PublishedPaper) -> str:
    return paper.name


@pytest.mark.parametrize("paper", [paper for paper in READ if paper.name in ALL_READ], ids=by_name)
def test_a_published_paper_gives_what_was_written_down(paper: PublishedPaper, results: Mapping[str, Result]):
    result = results[paper.name]
    assert [result.form, result.year] == paper.said["read_as"]
    assert dict(cells_of(result.document)) == paper.cells


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper.name in NO_FORM], ids=by_name)
def test_a_paper_of_no_form_is_refused(paper: PublishedPaper, tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        importer.import_document(paper.write(tmp_path))
    assert refusal.value.code == paper.said["refused"]


def test_of_all_papers_so_many_cells_are_read(results: Mapping[str, Result]):
    expected = {(paper.name, path): value for paper in READ for path, value in paper.cells.items()}
    found = {(name, path): value for name, result in results.items() for path, value in cells_of(result.document)}
    right = sum(found.get(key) == value for key, value in expected.items())
    others = sum(expected.get(key) != value for key, value in found.items())
    print(f"{len(results)} papers: {right} of {len(expected)} cells read, {others} others filled")
    assert right >= LEAST_READ


@pytest.mark.parametrize("form_folder", sorted(TEMPLATES.glob("*/*/form.yaml")), ids=lambda path: path.parent.parent.name)
def test_every_printed_name_is_that_of_the_form(form_folder: Path):
    labels = labels_of(load_form(form_folder.parent))
    for name, printed in printed_words().aliases.items():
        for text in printed:
            assert labels.is_called(text, name), (name, text)
            assert labels.is_called(f"（1） {text}：", name), (name, text)
            assert labels.is_called(f"其中：{text}（50分）", name), (name, text)
