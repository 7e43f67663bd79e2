"""What is signed: how blank, filled and finalized workbooks and their reports come out on paper, printed by LibreOffice."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from support.libreoffice import NEVER, convert
from support.official import HOMES
from support.paths import EXAMPLES_OF
from support.printing import A4_LONG, Page, pages
from xlperf import fill_workbook, finalize, write_report, write_template
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.model import Table

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice, pytest.mark.skipif(not shutil.which("pdftotext"), reason="no poppler")]

MOST_PAGES = 12  # of a blank form
LEAST_POINTS = 7.0  # of letters in tables
SMALL = 8.0  # points in the workbook: what programs know it by, notes beside texts; the rest is larger
FIGURE = re.compile(r"\d+|第|页|共")  # serial numbers, and the footer


@pytest.fixture(scope="module", params=sorted(EXAMPLES_OF))
def form(request: pytest.FixtureRequest) -> Form:
    key, year, _ = request.param
    return load_form(find_form(key, year=year))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, list[Page]]]:
    """Of each form the blank workbook, the finalized one and its report; of one the filled one too; page by page."""
    folder = tmp_path_factory.mktemp("paper")
    files: dict[tuple[str, str], Path] = {}
    for key, year, example in EXAMPLES_OF:
        files[key, "blank"] = write_template(key, year=year, output=folder / f"{key}-blank.xlsx")
        files[key, "filled"] = folder / f"{key}-filled.xlsx"
        fill_workbook(json.loads((example / "document.json").read_text("utf-8")), output=files[key, "filled"])
        outputs = finalize(files[key, "filled"], output=folder / key).outputs
        for kind, path in (("finalized", outputs[0]), ("report", outputs[2])):
            files[key, kind] = path.rename(folder / f"{key}-{kind}{path.suffix}")
    del files["national-project", "filled"], files["sichuan-project", "filled"]
    pdfs = convert(files.values(), folder / "pdf", to="pdf", recalculate=NEVER)
    found: dict[str, dict[str, list[Page]]] = {}
    for (key, kind), pdf in zip(files, pdfs, strict=True):
        found.setdefault(key, {})[kind] = pages(pdf)
    return found


def tables_of(form: Form) -> list[Table]:
    return [section for sheet in form.sheets for section in sheet.sections if isinstance(section, Table)]


def test_a_blank_form_takes_few_pages_and_none_of_blank_rows_only(form: Form, printed: Mapping) -> None:
    """Beside headings, serial numbers and what stands in every row of a block, each page says something."""
    blank = printed[form.key]["blank"]
    assert len(blank) <= MOST_PAGES
    repeated = {re.sub(r"\s", "", text) for table in tables_of(form) for c in table.columns for text in (c.label, c.group)}
    repeated |= {str(value) for block in form.blocks.values() for value in block.constants.values()}
    repeated |= {form.words["end"]}
    for number, page in enumerate(blank, 1):
        said = [word for word in page.words if not FIGURE.fullmatch(word) and not any(word in text for text in repeated)]
        assert said, f"page {number}: {page.text}"


def test_the_specimen_leaves_a_third_of_the_rows_free() -> None:
    for key, year, example in EXAMPLES_OF:
        form = load_form(find_form(key, year=year))
        rows, _ = rows_of(form, json.loads((example / "document.json").read_text("utf-8")))
        for block in form.blocks.values():
            used = len(rows.get(block.key, ())) - len(block.rows)
            if block.spare and not block.fixed:
                assert used * 3 <= block.spare * 2, (key, block.key, used, block.spare)


@pytest.mark.parametrize("kind", ["blank", "finalized"])
def test_letters_in_tables_can_be_read(form: Form, printed: Mapping, kind: str) -> None:
    least = min(form.style.size, *(min(page.sizes) for page in printed[form.key][kind][2:] if page.sizes))
    assert least >= LEAST_POINTS * SMALL / form.style.size
    for page in filter(lambda page: page.sizes, printed[form.key][kind]):
        usual = sorted(page.sizes)[len(page.sizes) // 2]
        assert usual >= LEAST_POINTS, page.text[:100]
        assert page.longer_side <= A4_LONG


@pytest.mark.parametrize("kind", ["blank", "finalized"])
def test_helper_columns_stay_on_the_screen(form: Form, printed: Mapping, kind: str) -> None:
    helpers = [column for table in tables_of(form) for column in table.columns if not column.printed]
    assert helpers or form.key in HOMES  # whose helper columns are hidden
    text = "".join(word for page in printed[form.key][kind][2:] for word in page.words)
    assert not [column.group for column in helpers if column.group in text]


def test_signs_and_thousands_are_those_of_paper(printed: Mapping) -> None:
    words = [word for page in printed["suzhou-department"]["filled"] for word in page.words]
    assert {"≥", "≤", "10,500", "58,200", "868.78", "545.57", "29.00", "-3.25", "0.00"} <= set(words)
    assert not {">=", "<=", "10500", "58200"} & set(words)


def test_the_report_says_in_one_line_what_nobody_explained(printed: Mapping) -> None:
    report = printed["suzhou-department"]["report"]
    text = "".join(page.text for page in report)
    assert text.count("没有写明原因的提醒") == 1 and "（未说明）" not in text
    assert all(code in text for code in ("XL207", "SZ202", "SZ308"))


def test_no_report_ends_in_a_page_with_one_row(form: Form, printed: Mapping) -> None:
    *_, before, last = printed[form.key]["report"]
    rows = [code for code in form.rules if code in last.words]
    assert len(last.words) >= 8, last.text
    assert "（签字）：" in before.text + last.text
    assert len(rows) != 1 or "（盖章）：" in last.text  # an appendix of one row stands below the signatures


def test_the_indicators_end_on_a_page_with_three_rows_at_least(printed: Mapping) -> None:
    signed = next(page for page in printed["suzhou-department"]["report"] if "单位（盖章）：" in page.text)
    assert all(name in signed.text for name in ("科技镇长团宣传、管理", "科技合作交流活动", "高新技术企业的受理"))


def test_a_public_report_says_nothing_of_explanations(tmp_path: Path) -> None:
    filled = next(example for key, _, example in EXAMPLES_OF if key == "suzhou-department") / "filled.xlsx"
    result = write_report(filled, output=tmp_path / "r.docx", public=True)
    (pdf,) = convert(result.outputs, tmp_path / "pdf", to="pdf", recalculate=NEVER)
    text = "".join(page.text for page in pages(pdf))
    assert "提醒" not in text and "SZ202" not in text


def test_the_guide_says_what_to_do_first_and_what_programs_need_last(form: Form, printed: Mapping, tmp_path: Path) -> None:
    first, second = ("".join(page.words) for page in printed[form.key]["blank"][:2])
    labels = [label for label, *_ in form.opening]
    where = [
        first.index(text) for text in (*labels, form.words["unit"], form.words["how"], form.words["legend"], form.words["asks"])
    ]
    assert where == sorted(where) and where[0] < first.index(form.words["missing"])
    guide = openpyxl.load_workbook(write_template(form.key, year=form.first_year, output=tmp_path / "blank.xlsx"))
    sheet = guide.worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows(min_row=2, min_col=2) for cell in row if cell.value is not None]
    assert form.digest[:12] in texts[-1] and form.digest[:12] in second
