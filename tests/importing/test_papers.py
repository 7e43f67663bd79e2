"""Published papers, rebuilt: what is read, what is left over, what is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support.published_papers import PublishedPaper, cells_of, flat, published_papers
from xlperf.errors import UnreadableError
from xlperf.importing import importer
from xlperf.reporting.result import Result

PAPERS = published_papers()
READ = [paper for paper in PAPERS if paper.is_read]
REFUSED = [paper for paper in PAPERS if not paper.is_read]
LEAST_SHARE = 0.95


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """What was made of each paper that is read, by name."""
    folder = tmp_path_factory.mktemp("papers")
    return {paper.name: importer.import_document(paper.write(folder), **paper.asked) for paper in READ}


def by_name(paper: PublishedPaper) -> str:
    return paper.name


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_a_published_paper_gives_what_was_written_down(paper: PublishedPaper, results: Mapping[str, Result]):
    result = results[paper.name]
    assert [result.form, result.year] == paper.said["read_as"]
    assert dict(cells_of(result.document)) == paper.cells


@pytest.mark.parametrize("paper", READ, ids=by_name)
def test_what_a_paper_says_beside_is_left_over(paper: PublishedPaper, results: Mapping[str, Result]):
    left = [flat(piece["text"]) for piece in results[paper.name].document.get("leftovers", ())]
    assert sorted(left) == sorted(map(flat, paper.said.get("leftovers", ())))


@pytest.mark.parametrize("paper", REFUSED, ids=by_name)
def test_a_paper_of_no_form_is_refused(paper: PublishedPaper, tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        importer.import_document(paper.write(tmp_path))
    assert refusal.value.code == paper.said["refused"]


def test_of_all_papers_95_percent_of_the_cells_are_read_and_none_is_invented(results: Mapping[str, Result]):
    expected = {(paper.name, path): value for paper in READ for path, value in paper.cells.items()}
    found = {(name, path): value for name, result in results.items() for path, value in cells_of(result.document)}
    right = sum(found.get(key) == value for key, value in expected.items())
    invented = {key: value for key, value in found.items() if expected.get(key) != value}
    left = sum(len(result.document.get("leftovers", ())) for result in results.values())
    print(f"{len(READ)} papers: {right} of {len(expected)} cells read, {len(invented)} invented, {left} left over")
    assert invented == {}
    assert right >= LEAST_SHARE * len(expected)
