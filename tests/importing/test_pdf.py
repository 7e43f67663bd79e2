"""PDFs with a text layer, as LibreOffice writes them: what Word documents give, PDFs give too; a scan is refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path

import pytest

from support.browser import chromium
from support.foreign_papers import blank_pdf
from support.libreoffice import convert
from support.papers import beside_evidence
from support.paths import EXAMPLES
from support.published_papers import PublishedPaper, cells_of, flat, published_papers
from support.sweeps import every
from xlperf import UnreadableError, UsageError, finalize, import_document
from xlperf.importing.importer import import_report
from xlperf.importing.papers import pdf_reader, source_file
from xlperf.importing.papers.page import APART
from xlperf.importing.papers.pdf_lines import Char, PrintedPage, Stroke
from xlperf.importing.papers.pdf_reader import read_pdf
from xlperf.importing.papers.source_file import SourceFile
from xlperf.reporting.result import Result
from xlperf.text import letters_of
from xlperf.workers.process import Limits

PAPERS = [paper for paper in published_papers() if paper.is_read and "page" in paper.said]
OURS = {"shengchanli-2022": 460, "national-project-2022": 200, "sichuan-project-2023": 200}  # at least so many values


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every paper and a report of ours of every form, as Word and as PDF."""
    folder = tmp_path_factory.mktemp("pdf")
    for paper in PAPERS:
        paper.write(folder)
    for key in OURS:
        outputs = finalize(EXAMPLES / key / "filled.xlsx", output=folder / key, date="2023-03-01").outputs
        next(path for path in outputs if path.suffix == ".docx").rename(folder / f"{key}.docx")
    convert(sorted(folder.glob("*.docx")), folder, "pdf")
    return folder


def imported(path: Path, **asked: object) -> Result:
    """A PDF that is imported in this process."""
    source = SourceFile(path, "", read_pdf(path.read_bytes()))
    return import_report(source, **{"form": None, "year": None, "templates": None, **asked})


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.parametrize("paper", every(1, PAPERS, usual=2), ids=lambda paper: paper.name)
def test_a_published_paper_as_pdf_gives_what_was_written_down_and_nothing_else(paper: PublishedPaper, documents: Path) -> None:
    result = imported(documents / f"{paper.name}.pdf", **paper.asked)
    assert [result.form, result.year] == paper.said["read_as"]
    assert dict(cells_of(result.document)) == paper.cells
    left = [flat(part) for piece in result.document.get("leftovers", []) for part in piece["text"].split(APART)]
    assert sorted(left) == sorted(flat(part) for text in paper.said["leftovers"] for part in text.split(APART))


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.parametrize("key", OURS)
def test_a_report_of_ours_as_pdf_gives_what_it_gives_as_word(key: str, documents: Path) -> None:
    """Texts by their letters: LibreOffice leaves punctuation out of a PDF that hangs into the margin."""
    word, pdf = import_document(documents / f"{key}.docx"), imported(documents / f"{key}.pdf")
    wanted, found = dict(cells_of(word.document)), dict(cells_of(pdf.document))
    assert len(wanted) >= OURS[key]
    assert (word.form, word.year, word.unit) == (pdf.form, pdf.year, pdf.unit)
    assert {path: by_letters(value) for path, value in found.items()} == {path: by_letters(wanted[path]) for path in wanted}
    assert sum(found[path] != value for path, value in wanted.items()) <= 2


def by_letters(value: object) -> object:
    return letters_of(value) if isinstance(value, str) else value


@pytest.mark.slow
def test_a_paper_that_a_browser_printed_gives_what_was_written_down_and_nothing_else(tmp_path: Path) -> None:
    """A browser rules every cell by itself, leaves a table open at the edge of a page, and has radicals in place of letters."""
    with chromium() as browser:
        page = browser.new_page()
        for paper in PAPERS:
            page.set_content(as_web_page(paper))
            page.pdf(path=tmp_path / f"{paper.name}.pdf", format="A4")
    for paper in PAPERS:
        result = imported(tmp_path / f"{paper.name}.pdf", **paper.asked)
        assert dict(cells_of(result.document)) == paper.cells, paper.name


def as_web_page(paper: PublishedPaper) -> str:
    style = "<meta charset=utf-8><style>table { border-collapse: collapse; width: 100% } td { border: 1px solid } td, p { white-space: pre-wrap }</style>"
    return style + "".join(f"<p>{escape(item)}</p>" if isinstance(item, str) else as_table(item) for item in paper.said["page"])


def as_table(item: Mapping) -> str:
    def cell(said: object) -> str:
        text, width, height = [*(said if isinstance(said, list) else [said]), 1, 1][:3]
        return f"<td colspan={width} rowspan={height}>{escape(str(text))}</td>"

    return "<table>" + "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in item["rows"]) + "</table><p></p>"


@pytest.mark.parametrize(
    ("radical", "letter"), [("⽬", "目"), ("⺠", "民"), ("⻓", "长"), ("⿕", "龠"), ("目", "目"), ("A", "A"), ("ﬁ", "ﬁ")]
)
def test_a_radical_is_the_letter_it_looks_like(radical: str, letter: str) -> None:
    assert pdf_reader.letter_of(radical) == letter


@pytest.mark.libreoffice
@pytest.mark.slow
def test_a_pdf_is_imported_from_the_command_line_whatever_it_is_called(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "旧 报告.docx"
    path.write_bytes((documents / "anhui-town.pdf").read_bytes())
    result = import_document(path)
    assert (result.form, result.year, len(result.document["indicators"])) == ("national-project", 2022, 6)
    assert "（第 1 页第 1 段）" in result.findings[0]["found"]
    assert {"XL421"} <= {finding["code"] for finding in beside_evidence(result)}
    monkeypatch.setattr(source_file, "PDF_LIMITS", Limits(seconds=0.01))
    with pytest.raises(UnreadableError) as error:
        import_document(path)
    assert (error.value.code, error.value.arguments["expected"]) == ("XL502", "0.01 s")


@pytest.mark.libreoffice
@pytest.mark.slow
def test_a_pdf_that_is_cut_off_or_altered_is_unreadable_and_never_a_bug(documents: Path) -> None:
    content = (documents / "three-projects.pdf").read_bytes()
    codes = set()
    for at in range(10, len(content), len(content) // 23):
        for damaged in (content[:at], content[:at] + b"\0\xff" * 20 + content[at + 40 :]):
            try:
                read_pdf(damaged)
            except UnreadableError as error:
                codes.add(error.code)
    assert "XL447" in codes
    assert codes <= {"XL446", "XL447"}


# --- what is refused -----------------------------------------------------------------------------------------


def refused(content: bytes) -> tuple[str, object]:
    with pytest.raises(UnreadableError) as error:
        read_pdf(content)
    return error.value.code, error.value.arguments.get("found")


def test_a_scan_is_refused_with_the_reason() -> None:
    assert refused(blank_pdf(3)) == ("XL446", "3 页，都没有文字")


def test_a_pdf_with_a_password_is_refused() -> None:
    locked = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
    assert refused(blank_pdf().replace(b"/Root", locked + b"/Root"))[0] == "XL442"


def test_what_is_no_pdf_behind_its_first_bytes_is_refused() -> None:
    assert refused(b"%PDF-1.7\n")[0] == "XL447"


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfminer.converter", None)
    with pytest.raises(UsageError) as error:
        read_pdf(blank_pdf())
    assert error.value.key == "no_pdfminer"


# --- what is printed where -----------------------------------------------------------------------------------

SIZE = 10.0
WIDTH, HEIGHT = 300.0, 400.0


def typed(text: str, x: float, y: float) -> list[Char]:
    return [Char(letter, x + at * SIZE, y, x + (at + 1) * SIZE, y + SIZE) for at, letter in enumerate(text)]


def ruled(xs: list[float], ys: list[float]) -> list[Stroke]:
    return [*(Stroke(xs[0], y, xs[-1], y) for y in ys), *(Stroke(x, ys[-1], x, ys[0]) for x in xs)]


def page_of(monkeypatch: pytest.MonkeyPatch, *pages: Mapping) -> pdf_reader.Page:
    printed = [
        PrintedPage(page.get("chars", []), page.get("strokes", []), page.get("pictures", 0), WIDTH, HEIGHT) for page in pages
    ]
    monkeypatch.setattr(pdf_reader, "_printed_pages", lambda content: iter(printed))
    return read_pdf(b"")


def test_page_numbers_are_dropped_headers_told_once_and_pages_that_are_pictures_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(number: int, text: str) -> dict:
        return {"chars": [*typed("内部资料", 120, 380), *typed(text, 50, 300), *typed(f"-{number}-", 140, 20)]}

    found = page_of(monkeypatch, page(1, "甲乙丙。"), page(2, "丁戊己。"), {"pictures": 1})
    assert [(item.text, str(item.place)) for item in found.items] == [
        ("甲乙丙。", "第 1 页第 1 段"),
        ("丁戊己。", "第 2 页第 1 段"),
    ]
    assert [(line.text, str(line.place)) for line in found.asides] == [("［图片］", "第 3 页"), ("内部资料", "页眉页脚第 1 段")]


def test_a_paragraph_goes_on_where_its_line_was_full_over_the_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    full = "一" * 20  # between the margins of 50 and 250
    first = [*typed(full, 50, 300), *typed("乙。", 50, 285), *typed("丙。", 50, 270), *typed(full, 50, 110)]
    found = page_of(monkeypatch, {"chars": first}, {"chars": typed("丁。", 50, 300)})
    assert [item.text for item in found.items] == [f"{full}乙。", "丙。", f"{full}丁。"]


def test_a_table_goes_on_over_the_page_and_a_row_that_was_cut_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    xs = [50.0, 130.0, 250.0]
    top = [*typed("名称", 56, 345), *typed("说明", 136, 345), *typed("甲", 56, 325), *typed("一二三四五六七八九十", 136, 325)]
    rest = [*typed("又一行", 136, 345), *typed("乙", 56, 325), *typed("完", 136, 325)]
    pages = (
        {"chars": top, "strokes": ruled(xs, [360.0, 340.0, 320.0])},
        {"chars": rest, "strokes": ruled(xs, [360.0, 340.0, 320.0])},
    )
    (grid,) = page_of(monkeypatch, *pages).items
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["名称", "说明"],
        ["甲", "一二三四五六七八九十又一行"],
        ["乙", "完"],
    ]


def test_a_table_of_another_paper_at_the_top_of_the_next_page_is_another_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(name: str) -> dict:
        chars = [*typed("名称", 56, 345), *typed(name, 136, 345), *typed("说明", 56, 325), *typed("无", 136, 325)]
        return {"chars": chars, "strokes": ruled([50.0, 130.0, 250.0], [360.0, 340.0, 320.0])}

    assert len(page_of(monkeypatch, page("甲"), page("乙")).items) == 2


def test_cells_without_a_line_between_them_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    strokes = [
        *ruled([50.0, 250.0], [360.0, 300.0]),
        Stroke(130, 300, 130, 360),
        Stroke(130, 330, 250, 330),
        Stroke(190, 300, 190, 330),
    ]
    chars = [*typed("左", 60, 345), *typed("右上", 136, 340), *typed("甲", 140, 310), *typed("乙", 200, 310)]
    (grid,) = page_of(monkeypatch, {"chars": chars, "strokes": strokes}).items
    shown = [[(cell.text, cell.column, cell.width, cell.continued) for cell in row] for row in grid.rows]
    assert shown == [[("左", 0, 1, False), ("右上", 1, 2, False)], [("左", 0, 1, True), ("甲", 1, 1, False), ("乙", 2, 1, False)]]
    assert grid.rows[1][0].place == grid.rows[0][0].place
