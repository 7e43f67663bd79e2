"""For every code an example that is really run: a small fault, made by the builders of the tests where they have one.

    example("XL201", "en")["fix"]

Of several candidates for a code the first that gives it is shown.
"""

from __future__ import annotations

import copy
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import docx

from support import chosen_form, cross_rules, local_forms, odd_files, official, reviewer_rules, reviews, scored
from support.example import document
from support.fates import work_fatefully
from support.foreign_papers import REFUSED, blank_pdf
from support.hostile import BUILDERS
from support.make_golden import SPARE
from support.matrix import MATRIX
from support.outcomes import indicator, items, outcome, unit
from support.papers import FINALIZED, Typing, add_list, number, wrap, write_paper
from support.second_revision import second_revision
from support.surgery import part_of, rewrite, type_into
from support.unreadable import foreign, newer_revision, outdated, unknown_revision
from xlperf import (
    UnreadableError,
    collect,
    fill_workbook,
    import_document,
    migrate_workbook,
    package_collection,
    validate,
    write_next_template,
    write_report,
)
from xlperf.collecting import processing
from xlperf.collecting.inbox.archives import MOST_MEMBERS
from xlperf.collecting.inbox.inputs import Input
from xlperf.collecting.inbox.reading import read_input
from xlperf.collecting.store.opening import open_store
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.worker import Task, WorkOptions, work_on
from xlperf.distributing.roster import Unit
from xlperf.importing.papers import source_file
from xlperf.importing.papers.source_file import read_source_file
from xlperf.messages import current_language, use_language
from xlperf.reporting.result import unreadable
from xlperf.summarizing.outcome import REVIEWS, Later, Outcome, revision_of
from xlperf.summarizing.survey import take_survey
from xlperf.workers.process import Limits

Findings = list[dict]
Build = Callable[[Path], Findings]
Change = Callable[[dict], object]


# --- ways to make a fault ------------------------------------------------------------------------------------


def from_document(change: Change, example: Callable[[], dict] = document) -> Build:
    """A fault in the document of an example."""

    def build(folder: Path) -> Findings:
        doc = example()
        change(doc)
        result = fill_workbook(doc, output=folder / "t.xlsx")
        return validate(folder / "t.xlsx").findings if result.outputs else result.findings

    return build


def from_fill(change: Change) -> Build:
    """A fault of a document that `fill` itself tells."""

    def build(folder: Path) -> Findings:
        doc = document()
        change(doc)
        return fill_workbook(doc, output=folder / "t.xlsx").findings

    return build


def from_hands(cells: Mapping[str, object], change: Change = lambda doc: None) -> Build:
    """A fault typed into cells of the filled example."""

    def build(folder: Path) -> Findings:
        doc = document()
        change(doc)
        fill_workbook(doc, output=folder / "t.xlsx")
        return validate(type_into(folder / "t.xlsx", folder / "typed.xlsx", cells)).findings

    return build


def from_parts(title: str, old: str, new: str) -> Build:
    """A fault in the XML of a sheet."""

    def build(folder: Path) -> Findings:
        fill_workbook(document(), output=folder / "t.xlsx", rows=SPARE)
        part = part_of(folder / "t.xlsx", title)
        change = lambda name, content: content.replace(old.encode(), new.encode(), 1) if name == part else content  # noqa: E731
        return validate(rewrite(folder / "t.xlsx", folder / "changed.xlsx", change)).findings

    return build


def from_bytes(write: Callable[[Path], object]) -> Build:
    """A file that is written whole."""

    def build(folder: Path) -> Findings:
        write(folder / "自评表.xlsx")
        return validate(folder / "自评表.xlsx").findings

    return build


def from_openpyxl(change: Callable) -> Build:
    """What another program or a hand does to the file as a whole."""

    def build(folder: Path) -> Findings:
        import openpyxl

        fill_workbook(document(), output=folder / "t.xlsx")
        book = openpyxl.load_workbook(folder / "t.xlsx")
        change(book)
        book.save(folder / "saved.xlsx")
        return validate(folder / "saved.xlsx").findings

    return build


def left_open(folder: Path) -> Findings:
    fill_workbook(document(), output=folder / "自评表.xlsx")
    (folder / "~$自评表.xlsx").write_bytes(b"")
    return validate(folder / "自评表.xlsx").findings


def while_read(folder: Path) -> Findings:
    """The file grows while it is read."""
    fill_workbook(document(), output=folder / "自评表.xlsx")
    read = Path.read_bytes

    def meanwhile(self: Path) -> bytes:
        content = read(self)
        with self.open("ab") as file:
            file.write(b"more")
        return content

    with mock.patch.object(Path, "read_bytes", meanwhile):
        return validate(folder / "自评表.xlsx").findings


def another_year(folder: Path) -> Findings:
    fill_workbook(document(), output=folder / "t.xlsx")
    return validate(folder / "t.xlsx", year=2024).findings


def issued_to_another(folder: Path) -> Findings:
    fill_workbook(document(), output=folder / "t.xlsx")
    return validate(type_into(folder / "t.xlsx", folder / "typed.xlsx", {"基本信息!C5": "苏州市某某中心"})).findings


def not_in_the_other_table(folder: Path) -> Findings:
    """A contract that names an item which the budget does not have."""
    templates = chosen_form.written(chosen_form.chosen_form(), folder / "forms").parent.parent
    fill_workbook(chosen_form.document({"item": "道路养护"}), folder / "t.xlsx", templates=templates)
    return validate(folder / "t.xlsx", templates=templates).findings


def with_sheet(folder: Path) -> Findings:
    import openpyxl

    fill_workbook(document(), output=folder / "t.xlsx")
    book = openpyxl.load_workbook(folder / "t.xlsx")
    book.create_sheet("草稿")["A1"] = "备注"
    book.save(folder / "saved.xlsx")
    return validate(folder / "saved.xlsx").findings


def collected(write: Callable[[Path], object], reports: Sequence[str] = ()) -> Build:
    """What a collection says of its inbox; files called by a fate meet it (tests/support/fates.py)."""

    def build(folder: Path) -> Findings:
        (folder / "收到").mkdir()
        write(folder / "收到")
        with mock.patch.object(processing, "work_on", work_fatefully):
            collect(
                [folder / "收到"],
                output=folder / "OUT",
                jobs=1,
                finalize=False,
                limits=Limits(seconds=20 if reports else 2),
                reports=reports,
            )
        with closing(open_store(folder / "OUT")) as store:
            return [finding for outcome in Outcomes(store) for finding in outcome.findings]

    return build


def from_paper(change: Callable[[docx.document.Document], object] = lambda paper: None, typing: Typing | None = None) -> Build:
    """A fault of a report typed in Word, told when it is imported."""

    def build(folder: Path) -> Findings:
        paper = docx.Document(write_paper(FINALIZED, folder / "报告.docx", typing or Typing()))
        change(paper)
        paper.save(folder / "报告.docx")
        return import_document(folder / "报告.docx").findings

    return build


def reported(alter: Callable[[docx.document.Document], object] = lambda paper: None) -> tuple[Build, ...]:
    """What a collection that takes Word says of a report."""

    def write(inbox: Path) -> None:
        paper = docx.Document(write_paper(FINALIZED, inbox / "报告.docx", Typing()))
        alter(paper)
        paper.save(inbox / "报告.docx")

    return (collected(write, ("word",)),)


def met(fate: str) -> tuple[Build, ...]:
    return (collected(lambda inbox: (inbox / f"{fate}.xlsx").write_bytes(b"x")),)


def gone_meanwhile(folder: Path) -> Findings:
    """What is said of a file that was listed and cannot be read any more; whoever makes this page may read every file."""
    try:
        read_input(Input("自评表.xlsx", folder / "自评表.xlsx"))
    except UnreadableError as error:
        return unreadable("自评表.xlsx", error).findings
    return []


def altered_package(folder: Path) -> Findings:
    """A package of another collection in which somebody has changed a result."""
    (below := folder / "区").mkdir()
    (below / "说明.pdf").write_bytes(b"%PDF-1.7")
    collect([below], output=folder / "区汇集", jobs=1)
    package_collection(folder / "区汇集", output=folder / "区.zip")
    with zipfile.ZipFile(folder / "区.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def put(inbox: Path) -> None:
        with zipfile.ZipFile(inbox / "区.zip", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content.replace(b'"unreadable"', b'"passed"'))

    return collected(put)(folder)


def crowded_archive(inbox: Path) -> None:
    with zipfile.ZipFile(inbox / "收到.zip", "w") as archive:
        for number in range(2 * MOST_MEMBERS + 1):
            archive.writestr(f"{number}.xlsx", b"")


def among(outcomes: Callable[[], list[Outcome]], roster: Sequence[Unit] | None = None) -> tuple[Build, ...]:
    """What a comparison of several workbooks tells of the first one of which it tells something."""
    return (lambda folder: next(iter(take_survey(outcomes(), roster=roster).comparisons.values()), []),)


def written(name: str, narrative: Mapping[str, str]) -> Outcome:
    return outcome(f"{name}.xlsx", name, narrative=narrative)


def served(name: str, actual: float) -> Outcome:
    return outcome(f"{name}.xlsx", name, indicators=[indicator("服务企业", 100, actual)])


COPIED = (
    "本年度围绕平台建设、人才培养和成果转化开展工作，组织各科室逐项对照年初目标落实任务，对进度偏慢的事项专题研究，"
    "明确责任人和完成时限，年底前各项任务基本完成，服务对象反映良好。"
)


def from_foreign(kind: str) -> Build:
    """A file that is no paper."""

    def build(folder: Path) -> Findings:
        (folder / "报告.docx").write_bytes(REFUSED[kind][0])
        try:
            return import_document(folder / "报告.docx").findings
        except UnreadableError as error:
            return unreadable(folder / "报告.docx", error).findings

    return build


def printed_and_taken(folder: Path) -> Findings:
    """A report as PDF, read without the program that writes PDFs: the page of the Word document stands for it."""
    write_paper(FINALIZED, folder / "报告.docx", Typing())
    page = read_source_file(folder / "报告.docx").page
    task = Task(key="", path="报告.pdf", name="报告.pdf", sha256="", content=blank_pdf())
    with mock.patch.object(source_file, "_page_of_pdf", lambda *of_file: page):
        options = WorkOptions(language=current_language(), date="2023-03-01", finalize=False, reports=("pdf",))
        return list(work_on(task, options, Limits()).outcome.findings)


def scanned(folder: Path) -> Findings:
    (folder / "报告.pdf").write_bytes(blank_pdf())
    try:
        return import_document(folder / "报告.pdf").findings
    except UnreadableError as error:
        return unreadable(folder / "报告.pdf", error).findings


def migrated(folder: Path) -> Findings:
    """A choice and a column that the newer revision does not have."""
    doc = document()
    doc["tasks"][0]["content"] = "组织对接活动"
    next(row for row in doc["indicators"] if row["name"] == "培育技术经纪人")["operator"] = "<"
    fill_workbook(doc, output=folder / "t.xlsx")
    return migrate_workbook(folder / "t.xlsx", output=folder / "new.xlsx", year=2023, templates=second_revision(folder)).findings


def of_long_ago(folder: Path) -> Findings:
    fill_workbook(document(), output=folder / "t.xlsx")
    return write_next_template("suzhou-department", year=2025, last=folder / "t.xlsx", output=folder / "next.xlsx").findings


def one_source(doc: dict) -> None:
    for row in doc["indicators"]:
        row["source"] = "年终总结"


def all_on_target(doc: dict) -> None:
    doc["goals"] = []
    for row in doc["indicators"]:
        if "actual" in row:
            row["actual"] = row["target"]
    doc["indicators"] = [row for row in doc["indicators"] if row["category"] != "履职" or row["kind"] == "定性"]
    doc["budget"] = {"basic": {"initial": 100, "spent": 100}}


def ungraded(folder: Path) -> Findings:
    """A paper on which one quality has no grade."""
    filled = scored.EXAMPLES["national-project"] / "filled.xlsx"
    (path,) = write_report(filled, output=folder / "自评表.docx", date="2023-03-01").outputs
    paper = docx.Document(path)
    cell = next(cell for row in paper.tables[3].rows for cell in row.cells if cell.text.startswith("达成年度指标"))
    cell.text = cell.text.partition("：")[2]
    paper.save(path)
    return import_document(path).findings


def untroubled(doc: dict) -> None:
    doc["narrative"]["problems"] = "暂无问题"
    doc["budget"]["basic"]["spent"] = 400


def duty(**values: object) -> Change:
    row = {"category": "履职", "name": "服务企业", "kind": "定量", "operator": ">=", "target": 100, "unit": "家", "actual": 100}
    return lambda doc: doc["indicators"].append({**row, "source": "台账", "reason": "按实际办理数量统计", **values})


def of_review(cells: reviews.Cells, change: Callable[[Any], object] = lambda book: None) -> Build:
    """A review that came back with those cells."""
    return lambda folder: validate(reviews.reviewed(folder, cells, change)).findings


def of_approval(cells: reviews.Cells) -> Build:
    """An approval that came back with those cells."""
    return lambda folder: validate(reviews.approved(folder, cells)).findings


def forget_what_was_locked(book: Any) -> None:
    next(sheet for sheet in book if str(sheet.cell(1, 1).value).endswith("identity")).delete_rows(2, 40)


def delete_a_row(book: Any) -> None:
    sheet, row, _ = reviews.find(book, "indicators.7.name")
    sheet.delete_rows(row)


def reviews_of(folder_of: str, reviewed: str) -> tuple[Build, ...]:
    """A round with a submission and a review of what has that SHA-256."""
    sent = replace(outcome("甲局.xlsx", "甲局"), form="sichuan-project", revision="2023", document=None, sha256="1" * 64)
    later = revision_of(sent.revision, Later("review", 1, reviewed * 64))
    return among(lambda: [sent, replace(sent, path=f"{folder_of}甲局-复核表.xlsx", sha256="2" * 64, revision=later)])


# What none of the tables of the tests has, or shows less well; the first that gives its code is the example.
OWN: dict[str, tuple[Build, ...]] = {
    "XL110": (from_bytes(foreign),),
    "XL111": (another_year,),
    "XL112": (from_bytes(unknown_revision),),
    "XL130": (from_bytes(newer_revision),),
    "XL132": (of_review({}, forget_what_was_locked),),
    "XL131": (lambda folder: outdated(folder).findings,),
    "XL113": (from_openpyxl(lambda book: book.copy_worksheet(book["重点任务"])),),
    "XL114": (from_openpyxl(lambda book: book.remove(book["重点任务"])),),
    "XL125": (left_open,),
    "XL126": (while_read,),
    "XL207": (from_document(lambda doc: doc["cover"].pop("phone")),),
    "XL208": (from_fill(lambda doc: doc["goals"][0].update(actual="第一\x0b季度")),),
    "XL209": (from_hands({"自评表!H61": "5万"}), from_hands({"自评表!H61": "1,23"})),
    "XL210": (from_hands({"自评表!H61": "４"}),),
    "XL211": (from_hands({"自评表!C24": "在职人员控制情况"}),),
    "XL212": (from_fill(lambda doc: doc["cover"].update(fax="1")),),
    "XL213": (from_fill(lambda doc: doc["indicators"].append({"category": "产出", "name": "无处可放"})),),
    "XL214": (from_openpyxl(lambda book: _copy_row(book["预算信息"], 5)),),
    "XL215": (from_document(duty(name="满意率", target=100, unit="%", actual=0.96)),),
    "XL216": (from_document(lambda doc: doc["budget"]["items"][0].update(spent=26400)),),
    "XL217": (from_openpyxl(lambda book: book["自评表"].__setitem__("H52", "#DIV/0!")),),
    "XL218": (from_openpyxl(lambda book: book["预算信息"].__setitem__("F7", "=2+0.63")),),
    "XL219": (from_hands({"重点任务!E5": "见附件"}),),
    "XL220": (from_hands({"基本信息!C6": 115109230084380000}),),
    "XL231": (from_openpyxl(lambda book: book["自评表"].delete_rows(24)),),
    "XL232": (from_parts("自评表", "source", "sourcf"), from_openpyxl(lambda book: book["自评表"].delete_cols(10))),
    "XL233": (from_hands({"预算信息!B3": "项目名称"}),),
    "XL234": (from_openpyxl(lambda book: book["重点任务"].merge_cells("B4:B5")),),
    "XL235": (from_openpyxl(lambda book: setattr(book["预算信息"].row_dimensions[8], "hidden", True)),),
    "XL236": (from_openpyxl(lambda book: book["重点任务"].__setitem__("AZ6", "备注：数据待核")),),
    "XL237": (from_hands({"预算信息!G4": 0.9603}),),
    "XL238": (from_openpyxl(lambda book: setattr(book["预算信息"].protection, "sheet", False)),),
    "XL239": (from_openpyxl(lambda book: setattr(book["自评表"].data_validations, "dataValidation", [])),),
    "XL240": (issued_to_another,),
    "XL241": (with_sheet,),
    "XL242": (from_hands({"基本信息!C3": 2023}),),
    "XL243": (from_hands({"基本信息!C10": "2013.3.1"}),),
    "XL244": (from_document(lambda doc: doc.update(explanations={"SZ202": "情况属实"})),),
    "XL245": (not_in_the_other_table,),
    "XL246": (of_review({"indicators.2.actual": 8000}),),
    "XL247": (of_review({}, delete_a_row),),
    "XL301": (from_hands({"预算信息!G4": 0.97}),),
    "XL302": (from_hands({"预算信息!G4": None}),),
    "XL303": (from_fill(lambda doc: doc["budget"].update(total={"adjusted": 600})),),
    "XL501": met("dies"),
    "XL502": met("hangs"),
    "XL503": met("outgrows"),
    "XL504": (collected(lambda inbox: (inbox / "收到.zip").write_bytes(b"PK")),),
    "XL505": (collected(crowded_archive),),
    "XL506": (gone_meanwhile,),
    "XL507": met("has_a_bug"),
    "XL508": (altered_package,),
    "XL509": reported(),
    "XL510": (printed_and_taken,),
    "XL511": reported(lambda paper: setattr(paper.paragraphs[1], "text", "")),
    "XL512": (collected(lambda inbox: (inbox / "报告.pdf").write_bytes(blank_pdf()), ("pdf",)),),
    "XL550": among(lambda: [written("甲局", {"problems": COPIED}), written("乙局", {"measures": COPIED})]),
    "XL551": among(lambda: [outcome(f"{name}.xlsx", name, **items(2.64, 15.81, 1.87)) for name in ("甲局", "乙局")]),
    "XL552": among(lambda: [served("甲局", 9000), *(served(f"第{n}局", 103 + n % 9) for n in range(30))]),
    "XL553": among(lambda: [outcome("甲局.xlsx", "甲局", "001"), outcome("乙局.xlsx", "乙局", "001")]),
    "XL554": among(lambda: [outcome("1.xlsx", "苏州市甲局（本级）"), outcome("2.xlsx", "市甲局(本级)")]),
    "XL555": among(lambda: [outcome("1.xlsx", "甲局", "001"), outcome("2.xlsx", "甲局", "0O1")]),
    "XL556": among(lambda: [outcome("甲局.xlsx", "甲局", "001")], (unit("乙局", "002"),)),
    "XL557": among(lambda: [outcome("甲局.xlsx", "甲局", "1")], (unit("甲局", "001"),)),
    "XL558": among(lambda: [outcome("甲局/自评表.xlsx", "乙局", "002")], (unit("甲局", "001"), unit("乙局", "002"))),
    "XL559": among(
        lambda: [replace(outcome("甲局.xlsx", "甲局", "001"), subject="平台一期项目")],
        (replace(unit("甲局", "001"), papers=("平台一期", "平台二期")),),
    ),
    "XL560": reviews_of(REVIEWS, "0"),
    "XL561": reviews_of("", "1"),
    "XL420": (from_paper(lambda paper: paper.paragraphs[3].add_run("[bookmark: _GoBack]")),),
    "XL421": (from_paper(typing=Typing(extra=("附件2",))),),
    "XL422": (from_paper(lambda paper: setattr(paper.tables[0].cell(1, 5), "text", "95%")),),
    "XL423": (from_paper(typing=Typing(omitted=("tasks",))),),
    "XL424": (from_paper(lambda paper: setattr(paper.paragraphs[1], "text", "")),),
    "XL425": (from_paper(lambda paper: wrap(paper.paragraphs[3].add_run("。")._r, "w:ins")),),
    "XL426": (from_paper(lambda paper: number(paper.paragraphs[3], add_list(paper, ("hebrew1", "%1.")))),),
    "XL427": (ungraded,),
    "XL428": (from_paper(),),
    "XL440": (from_foreign("RTF"),),
    "XL441": (from_foreign("Word 97"),),
    "XL442": (from_foreign("encrypted"),),
    "XL443": (from_foreign("no text we know"),),
    "XL444": (from_foreign("half a zip"),),
    "XL445": (from_foreign("cells on lines"),),
    "XL446": (scanned,),
    "XL447": (from_foreign("PDF"),),
    "XL450": (migrated,),
    "XL451": (migrated,),
    "XL452": (migrated,),
    "XL453": (of_long_ago,),
    "SZ102": (from_document(lambda doc: doc["budget"]["basic"].update(spent=400)),),
    "SZ103": (from_document(lambda doc: doc["budget"]["basic"].update(adjustment=300)),),
    "SZ202": (from_document(lambda doc: None),),
    "SZ203": (from_document(lambda doc: doc.update(base_data={"staff_control": {"part": 51, "base": 55}})),),
    "SZ207": (from_document(one_source),),
    "SZ309": (from_document(untroubled),),
    "SC601": (of_review({"indicators.2.remark": None}),),
    "SC602": (of_review({"indicators.2.remark": "见附件"}),),
    "SC603": (of_review({"indicators.1.rescore": 10.5, "indicators.1.remark": "有额外成果佐证。"}),),
    "SC604": (of_review({"indicators.4.rescore": 5}),),
    "SC605": (of_review({"indicators.2.remark": "缺证"}),),
    "SC606": (of_review({"indicators.1.rechecked": 121}),),
    "SC611": (of_approval({"verdict.approval_remark": None}),),
    "SC612": (of_approval({"verdict.approval_remark": "略"}),),
    "SZ310": (from_document(all_on_target),),
}


def _copy_row(sheet, number: int) -> None:
    sheet.insert_rows(number + 1)
    for cell in sheet[number]:
        sheet.cell(number + 1, cell.column, cell.value)


CAPPED = {"CQ303": "chongqing-department", "HB305": "hubei-project-goals"}  # rules that are silent until a notice asks for caps


def capped(code: str) -> Build:
    """A total that is capped, in the form as a bureau whose notice asks for it has it."""

    def build(folder: Path) -> Findings:
        key = CAPPED[code]
        templates = local_forms.with_caps(key, folder / "forms")
        change, _ = local_forms.CAPPED[key][0]
        doc = local_forms.document(key)
        change(doc)
        fill_workbook(doc, output=folder / "t.xlsx", templates=templates)
        return validate(folder / "t.xlsx", templates=templates).findings

    return build


def candidates(code: str) -> Iterator[Build]:
    """The faults that may give a code: our own, then what the tables of the tests expect."""
    yield from OWN.get(code, ())
    for change, expected in MATRIX.values():
        if any(code == found for found, _ in expected):
            yield from_document(change)
    for kind, found in odd_files.REFUSED.items():
        if found == code:
            yield from_bytes(BUILDERS[kind])
    for kind, found in odd_files.READ.items():
        if found and found[0] == code:
            yield from_bytes(BUILDERS[kind])
    for key, matrix in scored.MATRICES.items():
        fitting = (change for change, expected in matrix.faults.values() if any(code == found for found, _ in expected))
        yield from (from_document(change, partial(scored.document, key)) for change in fitting)
        if any(code == found for found, _ in matrix.always):
            yield from_document(lambda doc: None, partial(scored.document, key))
    for key, faults in official.FAULTS.items():
        fitting = (change for change, expected in faults.values() if any(code == found for found, _ in expected))
        yield from (from_document(change, partial(official.document, key)) for change in fitting)
        if any(code == found for found, _ in official.ALWAYS[key]):
            yield from_document(lambda doc: None, partial(official.document, key))
    for key, faults in local_forms.FAULTS.items():
        fitting = (change for change, expected in faults.values() if any(code == found for found, _ in expected))
        yield from (from_document(change, partial(local_forms.document, key)) for change in fitting)
    if code in CAPPED:
        yield capped(code)
    for change, expected in (*cross_rules.RULES.values(), *reviewer_rules.REVIEWED.values()):
        if any(code == found for found, _ in expected):
            yield from_document(change)


def example(code: str, language: str) -> dict | None:
    """The finding of that code that the first fitting fault gives, in the words of the language."""
    use_language(language)
    try:
        for build in candidates(code):
            with tempfile.TemporaryDirectory() as folder:
                fitting = [finding for finding in found_by(build, Path(folder)) if finding["code"] == code]
            if fitting:
                return copy.deepcopy(min(fitting, key=lambda finding: len(finding["cells"]) or 99))
    finally:
        use_language(None)
    return None


def found_by(build: Build, folder: Path) -> Findings:
    """What is found in the fault; nothing, where it was made for another document."""
    try:
        return build(folder)
    except (KeyError, StopIteration, ValueError, TypeError, AttributeError, IndexError):
        return []
