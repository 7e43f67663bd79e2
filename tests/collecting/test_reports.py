"""Reports in Word and PDF that a round takes beside workbooks: filled in, checked, finalized, and marked everywhere."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import docx
import openpyxl
import pytest

from support.collection_runs import outcomes_of, run_of, table_of
from support.command_line import xlperf
from support.foreign_papers import blank_pdf
from support.libreoffice import convert
from support.paths import EXAMPLES
from support.published_papers import PublishedPaper, published_papers
from support.rosters import written
from xlperf import UsageError, collect, finalize, find_status, read_round, validate, verify
from xlperf.collecting import worker
from xlperf.collecting.status import status_as_text
from xlperf.errors import ExitCode

pytestmark = pytest.mark.slow

DATE = "2023-03-20"
PAPERS = {paper.name: paper for paper in published_papers()}
TOWN, NUTRITION, FISHERY, JUSTICE = "林口镇人民政府", "南坪县第一小学", "东湖区农业农村局", "石桥县司法局"
CENTRE = "江州市中小企业服务中心"
ROSTER = (
    f"单位名称,预算编码\n219001-{TOWN},1\n{NUTRITION},2\n{FISHERY},3\n{JUSTICE},4\n{CENTRE},5\n北山县文化馆,6\n南山县文化馆,7\n"
)


def altered(name: str, path: Path, old: str, new: str) -> None:
    """A published paper in which that text stands instead, wherever it stood."""
    text = json.dumps(PAPERS[name].said, ensure_ascii=False, default=str)
    assert old in text
    PublishedPaper(path.stem, json.loads(text.replace(old, new))).write(path.parent)


def fill_inbox(folder: Path) -> None:
    """A good report, one of another form, one without a year, one without a unit, a workbook with its report, a letter, a scan."""
    folder.mkdir(parents=True)
    PAPERS["anhui-town"].write(folder)
    PAPERS["sichuan-justice"].write(folder)
    altered("yunnan-nutrition", folder / "没有年度.docx", "（2022年度）", "自评")
    altered("anhui-town", folder / "北山县文化馆.docx", "219001-林口镇人民政府", "")
    altered("anhui-town", folder / "上年的.docx", "2022年度", "2021年度")
    example = EXAMPLES / "national-project-2022" / "filled.xlsx"
    (folder / "自评表.xlsx").write_bytes(example.read_bytes())
    report = next(path for path in finalize(example, output=folder.parent / "定", date=DATE).outputs if path.suffix == ".docx")
    (folder / "自评报告.docx").write_bytes(report.read_bytes())
    letter = docx.Document()
    letter.add_paragraph("关于报送自评材料的函")
    letter.save(folder / f"{CENTRE}的函.docx")
    (folder / "南山县文化馆.pdf").write_bytes(blank_pdf())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    fill_inbox(folder / "收到")
    written(folder / "单位名单.csv", ROSTER)
    said = "form: national-project\nyear: 2022\nroster: 单位名单.csv\ninboxes: [收到]\noutput: 汇集\nreports: [word, pdf]\n"
    written(folder / "round.yaml", said)
    done = xlperf("collect", "--round", "round.yaml", "--jobs", "1", "--date", DATE, "--quiet", cwd=folder)
    assert done.returncode == ExitCode.UNREADABLE, done.stderr
    return folder


def by_path(folder: Path) -> Mapping[str, object]:
    return {outcome.path: outcome for outcome in outcomes_of(folder / "汇集")}


def codes_of(outcome) -> set[str]:
    return {finding["code"] for finding in outcome.findings}


def test_a_report_is_filled_in_checked_and_finalized_like_a_workbook(desk: Path, tmp_path: Path) -> None:
    outcome = by_path(desk)["anhui-town.docx"]
    assert (outcome.status, outcome.form, outcome.year, outcome.unit) == ("passed", "national-project", 2022, f"219001-{TOWN}")
    names = sorted(Path(path).name for path in outcome.outputs)
    assert [name.rpartition("-")[2] for name in names] == ["定稿.json", "定稿.xlsx", "项目支出绩效自评表.docx"]
    workbook = next(path for path in (desk / "汇集" / "定稿").glob("*林口镇*.xlsx"))
    assert [f for f in validate(workbook).findings if f["severity"] == "error"] == []
    found = json.loads(workbook.with_suffix(".json").read_text("utf-8"))
    assert [row["name"] for row in found["indicators"]] == [row[2] for row in PAPERS["anhui-town"].said["document"]["indicators"]]
    assert "leftovers" not in found
    assert {"XL421", "XL509"} <= codes_of(outcome) and "XL428" not in codes_of(outcome)


def test_it_is_marked_on_the_board_in_the_list_of_problems_and_in_what_is_finalized(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = {row["单位名称"]: row["状态"] for row in table_of(desk / "汇集", "报送进度")}
    assert board == {
        f"219001-{TOWN}": "通过（由 Word 导入）",
        NUTRITION: "无法读取",  # named by what was read, though its year is not
        FISHERY: "未报送",
        JUSTICE: "退回（由 Word 导入）",
        CENTRE: "通过",  # its workbook counts before its report
        "北山县文化馆": "无法读取",
        "南山县文化馆": "无法读取",
    }
    files = {row["文件"]: row["结果"] for row in table_of(desk / "汇集", "单位一览")}
    assert (files["anhui-town.docx"], files["自评表.xlsx"]) == ("通过（由 Word 导入）", "通过")
    told = [
        row["问题"] for row in table_of(desk / "汇集", "问题清单") if row["文件"] == "anhui-town.docx" and row["编号"] == "XL509"
    ]
    assert told == ["由 Word 导入：按“项目支出绩效自评表”（2022年度）读：6 个指标、1 张资金表、5 项其他内容；没有对应栏目的 1 处"]
    workbook = next(path for path in (desk / "汇集" / "定稿").glob("*林口镇*.xlsx"))
    texts = [
        str(cell.value) for sheet in openpyxl.load_workbook(workbook) for row in sheet.iter_rows() for cell in row if cell.value
    ]
    digest = sha256((desk / "收到" / "anhui-town.docx").read_bytes()).hexdigest()
    assert [text for text in texts if digest in text and "\n由 Word 导入" in text] != []
    assert json.loads(workbook.with_suffix(".json").read_text("utf-8"))["imported"] == "word"
    monkeypatch.setenv("COLUMNS", "120")  # else the column is broken within the words
    assert "由 Word 导入" in status_as_text(find_status(desk / "汇集"))
    assert {unit["name"]: unit["imported"] for unit in run_of(desk / "汇集")["units"]}[JUSTICE] == "word"


def test_neither_form_nor_year_nor_unit_is_assumed(desk: Path) -> None:
    """Though the round names form and year."""
    found = by_path(desk)
    assert (found["sichuan-justice.docx"].status, "XL111" in codes_of(found["sichuan-justice.docx"])) == ("returned", True)
    assert (found["上年的.docx"].status, "XL111" in codes_of(found["上年的.docx"])) == ("returned", True)
    for name, lacks, unit in (("没有年度.docx", "年度", NUTRITION), ("北山县文化馆.docx", "单位名称", None)):
        (finding,) = found[name].findings
        assert (found[name].status, found[name].unit, finding["code"]) == ("unreadable", unit, "XL511")
        assert finding["message"] == f"这份报告没有写明{lacks}，没有收下" and "再交一次" in finding["fix"]
    returned = sorted(path.name for path in (desk / "汇集" / "退回").iterdir())
    assert any(name.startswith(NUTRITION) and name.endswith(".docx") for name in returned)
    assert any(name.startswith("北山县文化馆") for name in returned) and any(name.startswith("南山县文化馆") for name in returned)


def test_a_report_that_goes_back_goes_back_as_a_workbook_with_its_problems_marked(desk: Path) -> None:
    outcome = by_path(desk)["sichuan-justice.docx"]
    (annotated,) = outcome.outputs
    assert annotated.endswith(".xlsx")
    assert any(JUSTICE in path.name and path.suffix == ".xlsx" for path in (desk / "汇集" / "退回").iterdir())


def test_a_letter_is_an_attachment_and_a_scan_stands_for_its_unit(desk: Path) -> None:
    found = by_path(desk)
    assert (codes_of(found[f"{CENTRE}的函.docx"]), codes_of(found["南山县文化馆.pdf"])) == ({"XL512"}, {"XL512"})
    assert found["南山县文化馆.pdf"].findings[0]["found"] == "这个 PDF 没有可用的文字层（扫描件或图片），无法读出文字"
    kinds = {row["文件"]: row["是否计入"] for row in table_of(desk / "汇集", "单位一览")}
    assert kinds[f"{CENTRE}的函.docx"] == kinds[f"{CENTRE}的函.docx"] != kinds["南山县文化馆.pdf"]
    assert not any(CENTRE in path.name for path in (desk / "汇集" / "退回").iterdir())


def test_nothing_is_done_twice_and_nothing_was_altered(desk: Path) -> None:
    assert verify(desk / "汇集").differences == ()
    before, again = outcomes_of(desk / "汇集"), read_round(desk / "round.yaml")
    asked = {"form": again.form, "year": again.year, "roster": again.roster, "reports": again.reports}
    status = collect(again.inboxes, output=again.output, date=DATE, jobs=1, **asked)
    assert (status.waiting, outcomes_of(desk / "汇集")) == (0, before)  # with the seconds that each took
    with zipfile.ZipFile(desk / "汇集" / "audit.zip") as archive:
        assert any(name.endswith("anhui-town.docx") for name in archive.namelist())


def test_by_default_a_round_takes_workbooks_alone(tmp_path: Path) -> None:
    PAPERS["anhui-town"].write(tmp_path)
    status = collect([tmp_path / "anhui-town.docx"], output=tmp_path / "OUT", jobs=1, date=DATE)
    assert status.counts == {"unreadable": 1}
    (outcome,) = outcomes_of(tmp_path / "OUT")
    assert codes_of(outcome) == {"XL101"}
    assert run_of(tmp_path / "OUT")["options"]["reports"] == []
    command = ("collect", "anhui-town.docx", "-o", "OUT", "--jobs", "1", "--date", DATE, "--quiet")
    assert xlperf(*command, "--reports", "word", cwd=tmp_path).returncode == ExitCode.OK  # it is another question now
    assert xlperf(*command, "--reports", "odt", cwd=tmp_path).returncode == ExitCode.USAGE
    assert [outcome.status for outcome in outcomes_of(tmp_path / "OUT")] == ["passed"]


def test_what_is_no_kind_of_report_and_what_reads_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as error:
        collect([tmp_path], output=tmp_path / "OUT", reports=["odt"])
    assert error.value.key == "no_such_report"
    monkeypatch.setattr(worker, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as error:
        collect([tmp_path], output=tmp_path / "OUT", reports=["pdf"])
    assert error.value.key == "no_pdfminer"
    written(tmp_path / "round.yaml", "reports: [scan]\n")
    with pytest.raises(UsageError) as error:
        read_round(tmp_path / "round.yaml")
    assert error.value.key == "bad_round" and "reports" in str(error.value)


@pytest.mark.libreoffice
def test_a_pdf_is_marked_as_such_and_not_taken_where_word_alone_is(tmp_path: Path) -> None:
    (pdf,) = convert([PAPERS["yunnan-nutrition"].write(tmp_path)], tmp_path / "收到", "pdf")
    only_word = collect([pdf.parent], output=tmp_path / "A", jobs=1, date=DATE, reports=["word"])
    assert only_word.counts == {"unreadable": 1}
    assert collect([pdf.parent], output=tmp_path / "B", jobs=1, date=DATE, reports=["pdf"]).counts == {"passed": 1}
    (outcome,) = outcomes_of(tmp_path / "B")
    assert "XL510" in codes_of(outcome)
    assert [row["状态"] for row in table_of(tmp_path / "B", "报送进度")] == ["通过（由 PDF 导入）"]
