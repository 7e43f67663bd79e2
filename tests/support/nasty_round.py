"""A nasty round: what units really send in, in three rounds of corrections, and the board that each time has to give.

    desk = Desk(folder)
    for number in range(ROUNDS):
        desk.send(number)                   # what arrives then is put into the inbox
        collect([desk.inbox], output=desk.out, roster=desk.roster, form=FORM, year=YEAR, reports=["word"])
        assert lines_of_board() == board_of(number)
        desk.decide(number)                 # what is decided before the next

The boards stand in `nasty_round.tsv`, cell by cell, and were written down before the program was asked. Every kind is a unit of its own, so that each line of the board stands or falls with one kind. Units are named after the sixty
pairs of stems and branches, which nobody takes for one another.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import docx
import openpyxl

from support.crowd import CODE, MARK, Base, plain_document
from support.filled import lay_filled
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import EXAMPLES
from support.rosters import written
from support.surgery import rewrite, type_into
from xlperf import collect, decide, finalize, package_collection, write_template

FORM, YEAR, ROUNDS = "suzhou-department", 2023, 4  # what was handed in, and three rounds of corrections
DAYS = ("2024-03-01", "2024-03-11", "2024-03-21", "2024-03-31")  # on which it is collected
BETWEEN = ("2024-03-05", "2024-03-15", "2024-03-25")  # on which the bureau decides
BOARDS = Path(__file__).with_name("nasty_round.tsv")
COUNTED = ("序号", "报送次数", "错误", "未说明")  # columns of numbers
SUPERVISORS = ("市甲委", "市乙委", "市丙委")
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
OWING = ("须说明", "退回", "无法读取")

Make = Callable[["Desk", "Kind"], bytes]


class Kind(NamedTuple):
    """One kind of submission, and the unit that hands it in."""

    number: int
    odd: str  # what is odd about it
    sent: tuple[Mapping[str, Make], ...]  # what arrives in each round, by the path in the inbox
    gone: tuple[tuple[str, ...], ...] = ()  # what the unit takes back in each round

    @property
    def pair(self) -> str:
        return f"{STEMS[self.number % 10]}{BRANCHES[self.number % 12]}"

    @property
    def unit(self) -> str:
        return f"苏州市{self.pair}局"

    @property
    def code(self) -> str:
        return f"{101_001 + self.number}"

    @property
    def supervisor(self) -> str:
        return SUPERVISORS[self.number % 3]

    @property
    def contact(self) -> str:
        return f"{self.pair}科 0512-6800{self.number:04}"


class Desk:
    """The folder of the bureau: roster, inbox, collection."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inbox, self.out = folder, folder / "收到", folder / "汇集"
        self.inbox.mkdir()
        lines = [f"{kind.unit},{kind.code},{kind.supervisor},{kind.pair}科,0512-6800{kind.number:04}" for kind in KINDS]
        self.roster, self.district = (
            written(folder / name, "单位名称,预算编码,主管部门,联系人,电话\n" + "\n".join(listed) + "\n")
            for name, listed in (("单位名单.csv", lines), ("区单位名单.csv", lines[57:60]))
        )
        self._bases: dict[str, Base] = {}

    def base(self, fault: str) -> Base:
        """A workbook with one fault of those below, of which those of units are made."""
        if fault not in self._bases:
            path = self.folder / "base.xlsx"
            document = plain_document()
            document["fiscal_year"] = YEAR
            document["cover"]["prepared_on"] = f"{YEAR + 1}-02-20"
            FAULTS[fault](document)
            lay_filled(document, path, date=DAYS[0])
            self._bases[fault] = Base(path)
            path.unlink()
        return self._bases[fault]

    def send(self, at: int) -> None:
        """Put into the inbox what arrives in that round; take away what was taken back."""
        for name, make in STRANGERS.items() if at == 0 else ():
            path = self.inbox / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make(self, KINDS[0]))
        for kind in KINDS:
            for name in kind.gone[at] if at < len(kind.gone) else ():
                (self.inbox / name.format(unit=kind.unit, pair=kind.pair)).unlink()
            for name, make in kind.sent[at].items() if at < len(kind.sent) else ():
                path = self.inbox / name.format(unit=kind.unit, pair=kind.pair, code=kind.code)
                assert not path.exists(), path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(make(self, kind))

        if OF_DISTRICT[at]:
            self._pack(at)

    def _pack(self, at: int) -> None:
        """Collect in the district what arrives there, and put its package into the inbox in place of the last one."""
        inbox, out = self.folder / "区收到", self.folder / "区汇集"
        inbox.mkdir(exist_ok=True)
        for name, make in OF_DISTRICT[at].items():
            kind = next((kind for kind in IN_DISTRICT if name.startswith(str(kind.number))), IN_DISTRICT[-1])
            (inbox / name.format(unit=kind.unit)).write_bytes(make(self, kind))
        asked = {"form": FORM, "year": YEAR, "reports": ["word"], "jobs": 1, "date": DAYS[0]}
        collect([inbox], output=out, roster=self.district, **asked)  # type: ignore[arg-type]
        if at == 0:
            decide(out, unit=IN_DISTRICT[1].code, kind="note", reason="电话催过", by="区财政局")
        package_collection(out, output=self.inbox / "区县.zip")

    def decide(self, at: int) -> None:
        """Take the decisions that the bureau takes after that round."""
        for decision in DECIDED[at]:
            decide(self.out, by=BY, **decision)

    @cached_property
    def report(self) -> Path:
        """The report in Word of a workbook of nobody."""
        document = plain_document()
        document["fiscal_year"] = YEAR
        document["cover"]["prepared_on"] = f"{YEAR + 1}-02-20"
        lay_filled(document, self.folder / "plain.xlsx", date=DAYS[0])
        made = finalize(self.folder / "plain.xlsx", output=self.folder / "plain", date=DAYS[0]).outputs
        return next(path for path in made if path.suffix == ".docx")

    def returned(self, kind: Kind) -> Path:
        """The annotated workbook that went back to a unit."""
        (path,) = (self.out / "退回").glob(f"{kind.unit}-*-问题.xlsx")
        return path


# --- workbooks ---------------------------------------------------------------------------------------------------

FAULTS: Mapping[str, Callable[[dict], object]] = {
    "": lambda d: None,
    "error": MATRIX["basic spending blank"][0],
    "errors": lambda d: (MATRIX["basic spending blank"][0](d), MATRIX["operator unknown"][0](d)),
    "query": lambda d: d["indicators"][-1].update(name=d["indicators"][-2]["name"]),
    "no unit": lambda d: (d["cover"].pop("unit"), d["cover"].pop("unit_code")),
    "last year": lambda d: d.update(fiscal_year=YEAR - 1),
}


def workbook(fault: str = "", *, like: int = 0, unit: str = "", code: str = "") -> Make:
    """A filled workbook; `like` makes other figures of it, `unit` and `code` those of somebody else."""

    def make(desk: Desk, kind: Kind) -> bytes:
        path = desk.folder / "made.xlsx"
        said = {"unit": (unit or kind.unit).format(pair=kind.pair), "code": code or kind.code}
        desk.base(fault).write(path, kind.number + 100 * like, **said)
        return path.read_bytes()

    return make


def oddly(name: str) -> Make:
    """One of the files of `hostile`."""

    def make(desk: Desk, kind: Kind) -> bytes:
        path = desk.folder / "made.bin"
        BUILDERS[name](path)
        return path.read_bytes()

    return make


def raw(content: bytes) -> Make:
    return lambda desk, kind: content


def typed(cells: Mapping[str, object]) -> Make:
    """A workbook with something typed over its cells."""

    def made(desk: Desk, kind: Kind) -> bytes:
        path, target = desk.folder / "made.xlsx", desk.folder / "typed.xlsx"
        path.write_bytes(workbook()(desk, kind))
        return type_into(path, target, cells).read_bytes()

    return made


def cut(desk: Desk, kind: Kind) -> bytes:
    return workbook()(desk, kind)[:30_000]


def blank_template(desk: Desk, kind: Kind) -> bytes:
    path = desk.folder / "blank.xlsx"
    if not path.exists():
        write_template(FORM, year=YEAR, output=path, date=DAYS[0])
    return path.read_bytes()


def own_table(desk: Desk, kind: Kind) -> bytes:
    """A workbook of the unit's own making."""
    book = openpyxl.Workbook()
    book.active.append(["单位", kind.unit])
    return saved(book.save)


def with_macro(desk: Desk, kind: Kind) -> bytes:
    path, target = desk.folder / "made.xlsx", desk.folder / "macro.xlsm"
    path.write_bytes(workbook()(desk, kind))
    plain, macro = (b"spreadsheetml.sheet.main+xml", b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    rewrite(path, target, lambda name, content: content.replace(b"application/vnd.openxmlformats-officedocument." + plain, macro))
    with zipfile.ZipFile(target, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return target.read_bytes()


def word_report(desk: Desk, kind: Kind) -> bytes:
    document = docx.Document()
    document.add_paragraph(f"{kind.unit}{YEAR}年度部门整体支出绩效自评报告")
    return saved(document.save)


def mail(attached: Make) -> Make:
    """An e-mail as it was saved, with the workbook in it."""

    def make(desk: Desk, kind: Kind) -> bytes:
        message = EmailMessage()
        message["Subject"], message["From"] = f"{kind.unit}自评表", "a@example.cn"
        message.set_content("请查收。")
        message.add_attachment(attached(desk, kind), maintype="application", subtype="octet-stream", filename="自评表.xlsx")
        return message.as_bytes()

    return make


class Entry(zipfile.ZipInfo):
    """An entry whose name is written as Windows in China does, without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), 0


def packed(files: Mapping[str, Make], *, entry: type[zipfile.ZipInfo] = zipfile.ZipInfo) -> Make:
    """An archive of those files."""

    def make(desk: Desk, kind: Kind) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for name, make_file in files.items():
                archive.writestr(entry(name.format(unit=kind.unit, pair=kind.pair)), make_file(desk, kind))
        return held.getvalue()

    return make


def with_password(desk: Desk, kind: Kind) -> bytes:
    """An archive whose one entry says that it is encrypted."""
    content = bytearray(packed({"自评表.xlsx": workbook()})(desk, kind))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(mark) + at if mark == b"PK\x01\x02" else at] |= 1
    return bytes(content)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    held = io.BytesIO()
    save(held)
    return held.getvalue()


# --- what comes back -----------------------------------------------------------------------------------------------


def annotated(cells: Mapping[str, object]) -> Make:
    """What went back to the unit, corrected in these cells."""

    def make(desk: Desk, kind: Kind) -> bytes:
        target = desk.folder / "typed.xlsx"
        return type_into(desk.returned(kind), target, cells).read_bytes()

    return make


def finalized(desk: Desk, kind: Kind) -> bytes:
    """The finalized workbook of the collection, handed back in."""
    (path,) = (desk.out / "定稿").glob(f"{kind.unit}*.xlsx")
    return path.read_bytes()


def explained(desk: Desk, kind: Kind) -> bytes:
    """What went back, with a reason beside every rule that asks for one."""
    path = desk.returned(kind)
    sheet = openpyxl.load_workbook(path)["校验"]
    codes = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "SZ205")
    return type_into(
        path, desk.folder / "typed.xlsx", {f"校验!H{codes.row}": "两项服务分属上下半年，口径不同，确非重复"}
    ).read_bytes()


def spent(desk: Desk, kind: Kind) -> float:
    """What the blank cell of "error" held, as `Base.write` scales it."""
    return round(plain_document()["budget"]["basic"]["spent"] * (1 + kind.number / 100), 4)


def mended(desk: Desk, kind: Kind) -> bytes:
    """What went back, with the amount that was missing."""
    return annotated({"预算信息!F5": spent(desk, kind)})(desk, kind)


def project(desk: Desk, kind: Kind) -> bytes:
    """A workbook of another form."""
    target = desk.folder / "project.xlsx"
    name = "江州市中小企业服务中心".encode()
    example = EXAMPLES / "national-project-2022" / "filled.xlsx"
    return rewrite(example, target, lambda part, content: content.replace(name, kind.unit.encode())).read_bytes()


def report(desk: Desk, kind: Kind) -> bytes:
    """The report of a workbook without errors, in Word."""
    target = desk.folder / "report.docx"
    words = {MARK: kind.unit, CODE: kind.code}
    rewrite(desk.report, target, lambda part, content: replaced(content, words) if part.endswith(".xml") else content)
    return target.read_bytes()


def replaced(content: bytes, words: Mapping[str, str]) -> bytes:
    for old, new in words.items():
        content = content.replace(old.encode(), new.encode())
    return content


def once(odd: str, name: str, make: Make) -> tuple:
    """A kind that the unit mends in the second round by sending the workbook."""
    return odd, ({name: make}, {"{unit}补报.xlsx": workbook()})


def late(odd: str, name: str, make: Make) -> tuple:
    """A kind that the unit mends at last."""
    return odd, ({name: make}, *SAME, {"{unit}补报.xlsx": workbook()})


def never(odd: str, name: str, make: Make) -> tuple:
    """A kind that cannot be read, and nothing else comes."""
    return odd, ({name: make},)


SAME = ({}, {})  # nothing more arrives
RAR, PHOTO, SCAN = (
    b"Rar!\x1a\x07\x01\x00" + bytes(64),
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64),
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
)
ROWS: tuple[tuple, ...] = (
    ("nothing is odd", ({"{unit}.xlsx": workbook()}, *SAME)),
    ("the annotated workbook corrected", ({"a/{unit}.xlsx": workbook("error")}, {"a/{unit}改.xlsx": mended}, {})),
    ("the annotated workbook, not corrected", ({"b/{unit}.xlsx": workbook("error")}, {"b/{unit}-2.xlsx": annotated({"基本信息!C9": "0512-1"})},
     {"b/{unit}-3.xlsx": mended})),
    ("the finalized workbook handed back in", ({"{unit}.xlsx": workbook()}, {"{unit}定稿.xlsx": finalized}, {})),
    ("what had to be explained is", ({"{unit}.xlsx": workbook("query")}, {"{unit}说明.xlsx": explained}, {})),
    ("one error mended at a time", ({"{unit}.xlsx": workbook("errors")}, {"{unit}-2.xlsx": mended},
     {"{unit}-3.xlsx": annotated({"自评表!E61": "="})})),
    once("a photo", "{unit}自评表.jpg", raw(PHOTO)),
    once("a report of WPS", "{unit}.wps", oddly("legacy_word")),
    late("a table of WPS", "{unit}.et", oddly("legacy_et")),
    once("an OFD of the signed paper", "{unit}盖章.ofd", packed({"OFD.xml": raw(b"<OFD/>")})),
    late("a password", "{unit}.xlsx", oddly("encrypted")),
    ("a renamed .xls, twice", ({"{unit}.xlsx": oddly("legacy_xls")},
     {"{unit}又.xlsx": lambda desk, kind: oddly("legacy_xls")(desk, kind) + bytes(2)},
     {"{unit}补报.xlsx": workbook()})),
    ("a lock file of Excel alone, then beside its workbook", ({"c/~${unit}.xlsx": raw(b"x" * 165)}, {"c/{unit}.xlsx": workbook()}, {})),
    once("the blank template", "{unit}.xlsx", blank_template),
    once("last year's workbook", "d/{pair}.xlsx", workbook("last year")),
    once("the workbook of the next unit in its own folder", "{unit}/自评表.xlsx", workbook(like=1, unit="苏州市庚辰局", code="101017")),
    ("its workbook lies in another's folder too", ({"{unit}.xlsx": workbook()}, *SAME)),
    ("two workbooks with different figures", ({"{unit}/自评表.xlsx": workbook(), "{unit}/自评表最终.xlsx": workbook(like=1)}, *SAME)),
    ("an archive in an archive", ({"e.zip": packed({"里层.zip": packed({"自评表.xlsx": workbook()})})}, *SAME)),
    once("an archive with names in GBK", "f.zip", packed({"{unit}（盖章）.xlsx": cut}, entry=Entry)),
    once("a name that is read from right to left", "{unit}\u202excod.xlsx", workbook("error")),
    ("a unit renamed since the roster", ({"g/自评表.xlsx": workbook(unit="苏州市新{pair}委员会")}, *SAME)),
    ("nothing to the end", ({}, *SAME)),
    ("macros", ({"{unit}.xlsm": with_macro}, *SAME)),
    late("a CSV export", "{unit}.csv", oddly("csv_gbk")),
    never("a table of LibreOffice", "{unit}.ods", oddly("ods")),
    once("an e-mail with the workbook in it", "{unit}.eml", mail(workbook())),
    never("an empty file", "{unit}.xlsx", raw(b"")),
    once("a workbook that was cut off", "{unit}.xlsx", cut),
    once("a report in Word", "{unit}自评报告.docx", word_report),
    ("a PDF beside the workbook", ({"h/自评表.xlsx": workbook(), "h/{unit}盖章.pdf": raw(SCAN)}, *SAME)),
    never("a binary workbook", "{unit}.xlsb", oddly("xlsb")),
    never("a web page called .xls", "{unit}.xls", oddly("html")),
    ("values pasted over formulas", ({"{unit}.xlsx": typed({"预算信息!E5": 1.5, "预算信息!G5": 0.5})}, *SAME)),
    ("a damaged workbook beside the good one", ({"{unit}/旧.xlsx": cut, "{unit}/新.xlsx": workbook()}, *SAME)),
    never("a table of its own making", "{unit}.xlsx", own_table),
    once("a workbook of another form", "{unit}/项目.xlsx", project),
    ("the same file twice", ({"{unit}.xlsx": workbook(), "又/{unit}.xlsx": workbook()}, *SAME)),
    late("an archive that is no zip", "{unit}.rar", raw(RAR)),
    ("a shortcut", ({"{unit}.lnk": raw(b"L\x00\x00\x00" + bytes(72))}, *SAME)),
    ("passed, then sent again with a mistake", ({"{unit}.xlsx": workbook()}, {"{unit}-2.xlsx": workbook("error")}, {"{unit}-3.xlsx": workbook(like=1)})),
    ("the name in other letters", ({"i/自评表.xlsx": workbook(unit="　{pair} 局 ")}, *SAME)),
    once("unit and code left blank, known by the folder", "{code}/自评表.xlsx", workbook("no unit")),
    ("taken back", ({"{unit}.xlsx": workbook()}, *SAME), ((), ("{unit}.xlsx",), ())),
    ("the first one again after the corrected one", ({"{unit}.xlsx": workbook("error")}, {"{unit}-2.xlsx": mended}, {"{unit}旧.xlsx": workbook("error")})),
    ("two units in one archive", ({"两家.zip": packed({"1.xlsx": workbook(), "2.xlsx": workbook(unit="苏州市庚戌局", code="101047")})}, *SAME)),
    ("in the archive of another", ({}, *SAME)),
    never("an archive with a password", "{unit}.zip", with_password),
    ("what a Mac leaves behind", ({"j/._{unit}.xlsx": raw(b"\x00\x05\x16\x07"), "j/.DS_Store": raw(b"\x00\x00\x00\x01Bud1")}, *SAME)),
    ("a scan called after the code", ({"{code}.pdf": raw(SCAN)}, *SAME, {"{unit}补报.xlsx": workbook()})),
    ("returned, then accepted with its error", ({"{unit}.xlsx": workbook("error")}, *SAME)),
    ("accepted, then sent again with mistakes", ({"{unit}.xlsx": workbook("error")}, {}, {"{unit}-2.xlsx": workbook("errors", like=1)}, {"{unit}-3.xlsx": workbook(like=2)})),
    ("has more time and does not keep it", (*SAME, {}, {"{unit}.xlsx": workbook()})),
    ("let off and no longer", (*SAME, {}, {"{unit}.xlsx": workbook("error")})),
    ("returned and let off", ({"{unit}.xlsx": workbook("error")}, *SAME)),
    ("a report in Word that the round takes, and a remark", ({"{unit}自评.docx": report}, *SAME)),
    ("a report in Word, then the workbook", ({"k/自评报告.docx": report}, {"{unit}.xlsx": workbook(like=1)}, {})),
    ("passed in a district", ()),
    ("returned in a district, mended in its next package", ()),
    ("a scan in a district, then the workbook", ()),
)  # fmt: skip
KINDS: tuple[Kind, ...] = tuple(Kind(number, *row) for number, row in enumerate(ROWS))
ACCEPTED, ACCEPTED_ONCE, LATE, LET_OFF, LET_OFF_RETURNED, REMARKED = (kind.code for kind in KINDS[50:56])
BY = "张三"
DECIDED: tuple[tuple[Mapping[str, Any], ...], ...] = (  # by the bureau after each round
    (
        *({"unit": code, "kind": "accept", "codes": ["XL201"], "reason": "决算未批复"} for code in (ACCEPTED, ACCEPTED_ONCE)),
        {"unit": LATE, "kind": "extend", "until": "2024-03-15", "reason": "搬迁"},
        *({"unit": code, "kind": "exempt", "reason": "已撤并"} for code in (LET_OFF, LET_OFF_RETURNED)),
    ),
    ({"unit": LET_OFF, "kind": "exempt", "undo": True}, {"unit": REMARKED, "kind": "note", "reason": "已电话核实"}),
    (),
    (),
)
IN_DISTRICT = KINDS[57:60]  # that hand in to a district, which packs what it has for the bureau
OF_DISTRICT: tuple[Mapping[str, Make], ...] = (  # what arrives there, by the path in its inbox
    {"57.xlsx": workbook(), "58.xlsx": workbook("error")}, {"58.xlsx": workbook(), "{unit}盖章.pdf": raw(SCAN)}, {"59.xlsx": workbook()}, {},
)  # fmt: skip
STRANGERS: Mapping[str, Make] = {  # of no unit of the roster
    "名单外.xlsx": workbook(like=2, unit="苏州市外来中心", code="999001"), "新建文件夹/Book1.xlsx": raw(b"PK\x03\x04" + bytes(40)),
}  # fmt: skip
MORE_NOTICES = {(40, 1), (51, 2)}  # kind and round: what came in last goes back although the unit has passed


def board_of(at: int | str) -> list[tuple[object, ...]]:
    """The board as it was written down, after that round."""
    with BOARDS.open(encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text, delimiter="\t"))
    return [tuple(_cell(*cell) for cell in list(line.items())[1:]) for line in lines if line["轮次"] == str(at)]


def _cell(heading: str, text: str) -> object:
    return int(text) if text and heading in COUNTED else text or None


def state_of(row: tuple[object, ...]) -> str:
    """The state of a unit, without by what kind of report."""
    return str(row[4]).partition("（")[0]


def notices_of(at: int) -> Iterator[str]:
    """The units that get a notice after that round."""
    for kind, row in zip(KINDS, board_of(at), strict=True):
        if state_of(row) in OWING or (kind.number, at) in MORE_NOTICES:
            yield kind.unit
