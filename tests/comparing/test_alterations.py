"""What a department does to the workbook itself is understood, and told with the cell."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from support.example import ALWAYS, document, found
from support.faults import pairs
from support.libreoffice import edit
from support.paths import EXAMPLES, FILLED
from support.surgery import part_of, rewrite, type_into
from support.sweeps import every
from xlperf import fill_workbook, finalize, read_workbook, validate

pytestmark = pytest.mark.slow

Book = openpyxl.Workbook


def delete_row(book: Book) -> None:
    book["自评表"].delete_rows(24)


def delete_column_key(book: Book) -> None:
    sheet = book["自评表"]
    next(cell for cell in sheet[1] if cell.value == "source").value = None


def retype_heading(book: Book) -> None:
    book["预算信息"]["C3"] = "年初"


def merge_duty(book: Book) -> None:
    book["重点任务"].merge_cells("B4:B5")


def merge_indicator(book: Book) -> None:
    """One indicator over two rows, every column merged for itself."""
    sheet = book["自评表"]
    for column, value in zip("CDEFGHIK", ("走访企业", "定量", ">=", 10, "家", 10, "台账", None), strict=True):
        sheet[f"{column}63"] = value
        sheet.merge_cells(f"{column}63:{column}64")


def hide_row(book: Book) -> None:
    book["自评表"].row_dimensions[20].hidden = True


def type_below(book: Book) -> None:
    book["重点任务"]["C60"] = "表外"


def type_beside(book: Book) -> None:
    book["重点任务"]["J3"] = "旁边"


def type_beside_lines(book: Book) -> None:
    for place, text in BESIDE_LINES.items():
        title, _, cell = place.partition("!")
        book[title][cell] = text


def type_into_cells_that_stay_blank(book: Book) -> None:
    """Pasted over the lock: of duties nothing is asked there, an error needs no explanation."""
    book["自评表"]["L51"], book["自评表"]["L52"] = "不适用", 0
    book["校验"]["H6"] = "属实"


def type_numbers_outside(book: Book) -> None:
    book["重点任务"]["C60"], book["重点任务"]["J3"] = 400, 12.5


def sign(book: Book) -> None:
    book["基本信息"]["E12"] = book["基本信息"]["E14"] = "张三"


def unprotect(book: Book) -> None:
    book["自评表"].protection.sheet = False


def wipe_dropdowns(book: Book) -> None:
    rules = book["自评表"].data_validations
    rules.dataValidation = [rule for rule in rules.dataValidation if rule.formula1 != "list_indicators_applies"]


def add_sheet(book: Book) -> None:
    book.create_sheet("我的表")["A1"] = "草稿"


def copy_sheet(book: Book) -> None:
    book.copy_worksheet(book["重点任务"])


def copy_sheet_and_change_it(book: Book) -> None:
    copy = book.copy_worksheet(book["预算信息"])
    copy["F7"] = 1
    book.move_sheet(copy, -8)


def copy_sheet_and_add_to_it(book: Book) -> None:
    book.copy_worksheet(book["重点任务"])["C16"] = "补报任务"


def copy_sheet_and_retype_a_result(book: Book) -> None:
    copy = book.copy_worksheet(book["自评表"])
    copy["M52"], copy["M24"], copy["P20"] = "+1", "+2", "备注"


def rename_and_reorder(book: Book) -> None:
    book["预算信息"].title = "2022预算"
    book.move_sheet("自评表", -3)


def repeat_row(book: Book) -> None:
    sheet = book["预算信息"]
    sheet["A20"] = "basic"
    sheet["B20"] = "基本支出"
    sheet["C20"] = 5


# Beside the title, a heading, a line to sign and the last line of a table: rows that hold a fixed text of ours.
BESIDE_LINES = {"基本信息!G2": "单位：元", "基本信息!F13": "代签", "基本信息!F16": "见附件1，其中第三项未完成", "绩效目标!H2": "注：目标3已批准调整为5000项",
                "预算信息!J2": "填报口径：全口径", "重点任务!H2": 400}  # fmt: skip

# openpyxl drops every cached value, so XL302 (never calculated) comes with each of them and is left out.
CASES: dict[Callable[[Book], None], dict[str, list[str | None]]] = {
    delete_row: {"XL231": [None]},
    delete_column_key: {"XL232": [None], "XL236": ...},
    retype_heading: {"XL233": ["预算信息!C3"]},
    merge_duty: {"XL234": ["重点任务!B4:B5"]},
    merge_indicator: {"XL234": ...},
    hide_row: {"XL235": ["自评表!B20"]},
    type_below: {"XL236": ["重点任务!C60"]},
    type_beside: {"XL236": ["重点任务!J3"]},
    type_beside_lines: {"XL236": [*BESIDE_LINES]},
    type_into_cells_that_stay_blank: {"XL236": ["自评表!L51", "自评表!L52", "校验!H6"]},
    type_numbers_outside: {"XL236": ["重点任务!J3", "重点任务!C60"]},
    sign: {},
    unprotect: {"XL238": [None]},
    wipe_dropdowns: {"XL239": [f"自评表!L{row}" for row in range(5, 36)]},
    add_sheet: {"XL241": [None]},
    copy_sheet: {"XL113": [None]},
    copy_sheet_and_retype_a_result: {"XL113": [None]},
    copy_sheet_and_change_it: {"XL113": [None], "XL238": [None]},
    copy_sheet_and_add_to_it: {"XL113": [None]},
    rename_and_reorder: {},
}


@pytest.mark.parametrize("change", every(1, list(CASES), usual=2), ids=lambda change: change.__name__)
def test_a_change_of_the_workbook_is_told_where_it_is(tmp_path: Path, change: Callable[[Book], None]) -> None:
    book = openpyxl.load_workbook(FILLED)
    change(book)
    path = tmp_path / "changed.xlsx"
    book.save(path)
    cells: dict[str, list] = {}
    for finding in validate(path).findings:
        cells.setdefault(finding["code"], []).extend(finding["cells"] or [None])
    for code, expected in CASES[change].items():
        assert code in cells and (expected is ... or cells[code] == expected), cells
    others = {code for code in cells if code.startswith("XL2")} - set(CASES[change]) - {"XL207"}
    assert others == set()


@pytest.mark.parametrize(("title", "row", "told"), [
    ("自评表", 24, "换用一份新模板，把已填的内容复制过去。本单位没有此项业务的，在“不适用”栏选“不适用”并写明理由。"),
    ("预算信息", 5, "换用一份新模板，把已填的内容复制过去。本单位没有此项的，留空或填 0。"),
])  # fmt: skip
def test_what_to_do_for_a_fixed_row_that_is_gone(tmp_path: Path, title: str, row: int, told: str) -> None:
    book = openpyxl.load_workbook(FILLED)
    book[title].delete_rows(row)
    book.save(tmp_path / "gone.xlsx")
    (finding,) = (finding for finding in validate(tmp_path / "gone.xlsx").findings if finding["code"] == "XL231")
    assert finding["fix"] == told


def test_an_indicator_merged_over_two_rows_is_one(tmp_path: Path) -> None:
    """What is merged is spread only into rows that hold something themselves."""
    book = openpyxl.load_workbook(FILLED)
    merge_indicator(book)
    book.save(tmp_path / "t.xlsx")
    result = validate(tmp_path / "t.xlsx")
    assert [f["code"] for f in result.findings if f["severity"] == "error"] == []
    assert [row["name"] for row in result.document["indicators"]].count("走访企业") == 1


@pytest.mark.parametrize(("example", "area"), [
    ("national-project-2022", "绩效指标!C5:C8"), ("sichuan-project-2023", "绩效指标!B5:B13")])  # fmt: skip
def test_a_choice_merged_downwards_counts_for_every_row(tmp_path: Path, example: str, area: str) -> None:
    clean = EXAMPLES / example / "filled.xlsx"
    book = openpyxl.load_workbook(clean)
    title, cells = area.split("!")
    values = {cell.value for (cell,) in book[title][cells]}
    book[title].merge_cells(cells)
    book.save(tmp_path / "t.xlsx")
    known, result = validate(clean), validate(tmp_path / "t.xlsx")
    assert len(values) == 1 and result.document == known.document
    codes = {f["code"] for f in known.findings} | {"XL302"}
    (new,) = [f for f in result.findings if f["code"] not in codes]
    assert (new["code"], new["severity"], new["cells"], new["fix"][:4]) == ("XL234", "info", [area], "无须处理")


@pytest.mark.parametrize(("area", "lost"), [("B7:C7", True), ("F7:F8", True), ("F11:F12", False), ("B7:B8", False)])
def test_what_a_merge_hides_is_asked_for(tmp_path: Path, area: str, lost: bool) -> None:
    """Amounts beside a name and below one another; not where nothing can have stood."""
    book = openpyxl.load_workbook(FILLED)
    book["预算信息"].merge_cells(area)
    book.save(tmp_path / "t.xlsx")
    (told,) = [f for f in validate(tmp_path / "t.xlsx").findings if f["code"] == "XL234"]
    assert (told["severity"], told["cells"]) == ("warning" if lost else "info", [f"预算信息!{area}"])
    assert ("逐格补填" in told["fix"], "无须处理" in told["fix"]) == (lost, not lost)


def test_numbers_outside_are_shown_as_they_were_typed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILLED)
    type_numbers_outside(book)
    book.save(tmp_path / "t.xlsx")
    assert {f["found"] for f in validate(tmp_path / "t.xlsx").findings if f["code"] == "XL236"} == {"12.5", "400"}


@pytest.mark.parametrize(("change", "severity"), [
    (copy_sheet, "warning"), (copy_sheet_and_retype_a_result, "warning"), (copy_sheet_and_change_it, "error"), (copy_sheet_and_add_to_it, "error"),
])  # fmt: skip
def test_two_copies_of_a_sheet_are_an_error_if_they_are_filled_differently(
    tmp_path: Path, change: Callable[[Book], None], severity: str
) -> None:
    book = openpyxl.load_workbook(FILLED)
    change(book)
    book.save(tmp_path / "t.xlsx")
    (finding,) = (f for f in validate(tmp_path / "t.xlsx").findings if f["code"] == "XL113")
    assert finding["severity"] == severity
    assert finding["found"].endswith("（所填内容不同）") == (severity == "error")


def test_a_repeated_row_is_read_once(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILLED)
    repeat_row(book)
    book.save(tmp_path / "t.xlsx")
    assert "XL214" in {f["code"] for f in validate(tmp_path / "t.xlsx").findings}
    assert read_workbook(tmp_path / "t.xlsx")["budget"]["basic"] == read_workbook(FILLED)["budget"]["basic"]


def test_the_wrong_template_is_noticed(tmp_path: Path) -> None:
    """XL240: the workbook was issued to one unit, the cover names another."""
    path = type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C5": "另一个单位"})
    assert ("XL240", "基本信息!C5") in found(path)
    unit = read_workbook(FILLED)["cover"]["unit"].removeprefix("苏州市")
    for name in (unit, f"市{unit}", f"江苏省苏州市{unit}"):
        assert ("XL240", "基本信息!C5") not in found(type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C5": name}))


def test_another_year_than_the_template_was_issued_for_is_noticed(tmp_path: Path) -> None:
    """XL242: and of what is made of the workbook too, sent back or finalized."""
    path = type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C3": 2023})
    warned = lambda result: [(f["severity"], f["found"], f["expected"]) for f in result.findings if f["code"] == "XL242"]  # noqa: E731
    result = validate(path, annotated=tmp_path)
    assert "XL243" not in {f["code"] for f in result.findings}  # the date does fit the year of the template
    assert ("XL242", "基本信息!C3") in found(path) and warned(result) == [("warning", "2023", "2022")]
    assert warned(validate(result.outputs[0])) == warned(result)
    assert warned(validate(finalize(path, output=tmp_path).outputs[0])) == warned(result)


@pytest.mark.parametrize("year", [2022, 2023, 2024.0, "2024", "2023年"])
def test_a_year_that_a_document_says_is_that_of_its_workbook(tmp_path: Path, year: object) -> None:
    fill_workbook({**document(), "fiscal_year": year}, output=tmp_path / "t.xlsx")
    assert "XL242" not in {f["code"] for f in validate(tmp_path / "t.xlsx").findings}


def test_dropdowns_that_excel_saved_in_its_extension_are_not_lost(tmp_path: Path) -> None:
    """Excel moves them there (x14) when it saves what was pasted from another sheet; one it does not hold is told still."""
    lists = re.compile(rb'<dataValidation type="list"[^>]*? sqref="([^"]+)"><formula1>([^<]+)</formula1></dataValidation>')

    def extended(content: bytes) -> bytes:
        moved = b"".join(
            b'<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>%b</xm:f></x14:formula1><xm:sqref>%b</xm:sqref></x14:dataValidation>'
            % (formula, area) for area, formula in lists.findall(content)[1:])  # fmt: skip
        block = (b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}">'
                 b'<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="9">%b</x14:dataValidations></ext></extLst>' % moved)  # fmt: skip
        left = re.sub(rb'<dataValidations count="\d+">', b"<dataValidations>", lists.sub(b"", content))
        return left.replace(b"</worksheet>", block + b"</worksheet>")

    part = part_of(FILLED, "自评表")
    path = rewrite(FILLED, tmp_path / "t.xlsx", lambda name, content: extended(content) if name == part else content)
    assert found(path) == pairs({("XL239", tuple(f"自评表!D{row}" for row in range(5, 11)))})


def test_a_large_adjustment_is_a_warning(tmp_path: Path) -> None:
    """SZ103: 30 per cent of the initial budget and more."""
    doc = document()
    doc["budget"]["basic"]["adjustment"] = 160
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    assert ("SZ103", "预算信息!D5") in found(tmp_path / "t.xlsx")


# --- done in LibreOffice, formulas and all moved along -------------------------------------------------------

Move = Callable[[str, int], tuple[str, int]]


def rows_from(first: int, by: int) -> Move:
    return lambda column, row: (column, row + by if row >= first else row)


def columns_from(first: str, by: int) -> Move:
    return lambda column, row: (chr(ord(column) + by) if column >= first else column, row)


@dataclass(frozen=True)
class Hand:
    """What an edit of uno_edit.py brings: new findings, the sheet on which cells moved, and the codes and cells that fall silent."""

    new: frozenset = frozenset()
    sheet: str = ""
    move: Move = lambda column, row: (column, row)
    silent: tuple[str, ...] = ()
    differs: str = ""  # the part of the document that is another then


EDITS = {
    "nothing": Hand(),
    "delete_preset_row": Hand(frozenset({("XL231", None)}), "自评表", rows_from(24, -1), differs="indicators"),
    "insert_blank_column": Hand(sheet="自评表", move=columns_from("F", 1)),
    "insert_filled_column": Hand(
        frozenset({("XL236", "预算信息!C3"), ("XL236", "预算信息!C8")}), "预算信息", columns_from("C", 1)
    ),
    "delete_source_column": Hand(frozenset({("XL232", None)}), "自评表", columns_from("K", -1), differs="indicators"),
    "delete_tasks": Hand(frozenset({("XL114", None)}), silent=("XL207", "SZ308!重点任务!E12"), differs="tasks"),
    "copy_tasks": Hand(frozenset({("XL113", None)})),
    "repeat_preset_row": Hand(
        frozenset({("SZ205", "自评表!C19"), ("SZ205", "自评表!C20")}), "自评表", rows_from(20, 1), differs="indicators"
    ),
    "paste_values": Hand(frozenset(("XL239", f"自评表!D{row}") for row in range(5, 11))),
}
EDITED = every(1, list(EDITS), usual=2)


def moved(hand: Hand, cell: str | None) -> str | None:
    title, _, address = (cell or "").rpartition("!")
    if title != hand.sheet or not title:
        return cell
    column, row = hand.move(address.rstrip("0123456789"), int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
    return f"{title}!{column}{row}"


@pytest.fixture(scope="session")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edited")
    source = shutil.copy(FILLED, folder / "source.xlsx")  # LibreOffice puts a lock beside what it opens
    edit((name, source, folder / f"{name}.xlsx") for name in (*EDITED, "sort_indicators"))
    return folder


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", EDITED)
def test_rows_columns_and_sheets_moved_by_hand(edited: Path, name: str) -> None:
    """Everything is found where it stands now, and what is said is exactly what was done."""
    hand = EDITS[name]
    kept = {(code, moved(hand, cell)) for code, cell in pairs(ALWAYS) if not {code, f"{code}!{cell}"} & set(hand.silent)}
    said = pairs({(f["code"], tuple(f["cells"])) for f in validate(edited / f"{name}.xlsx").findings})
    assert said == kept | hand.new | {("XL238", None)}
    here, there = read_workbook(edited / f"{name}.xlsx"), read_workbook(FILLED)
    assert {key for key in there if here.get(key) != there[key]} == ({hand.differs} if hand.differs else set())


@pytest.mark.libreoffice
def test_a_sorted_table_is_put_in_order_again(edited: Path) -> None:
    """Preset rows come back to their places, free ones in the order they stand; nothing is lost, the same is warned of."""
    here, there = (read_workbook(path)["indicators"] for path in (edited / "sort_indicators.xlsx", FILLED))
    assert here[:31] == there[:31] and here != there
    assert sorted(map(str, here)) == sorted(map(str, there))
    codes = Counter(
        code for code, _ in pairs({(f["code"], tuple(f["cells"])) for f in validate(edited / "sort_indicators.xlsx").findings})
    )
    assert codes == Counter(code for code, _ in pairs(ALWAYS)) + Counter(["XL238"])


def test_a_heading_of_an_earlier_workbook_is_no_change(tmp_path: Path) -> None:
    """Workbooks that were handed out before a column was called otherwise are read without a word."""
    book = openpyxl.load_workbook(FILLED)
    former = {"未通过数": "未过处数", "定位": "第一处"}
    cells = {cell.value: cell for row in book["校验"].iter_rows() for cell in row if cell.value in former}
    assert cells.keys() == former.keys()
    for label, cell in cells.items():
        cell.value = former[label]
    book.save(tmp_path / "earlier.xlsx")
    assert "XL233" not in {finding["code"] for finding in validate(tmp_path / "earlier.xlsx").findings}
    cells["定位"].value = "别的"
    book.save(tmp_path / "retyped.xlsx")
    assert [f["found"] for f in validate(tmp_path / "retyped.xlsx").findings if f["code"] == "XL233"] == ["别的"]
