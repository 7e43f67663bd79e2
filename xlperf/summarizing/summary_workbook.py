"""The summary workbook: the overview with its charts, and a sheet per table.

    write_summary(survey, tables, counts, path=Path("summary.xlsx"), date="2023-03-01")

Every sum and count is a formula with its cached value, so that anyone can check it: the counts of the overview refer to the
other sheets. Rows are streamed to the file; the overview is written last but comes first.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xlperf.forms.layout import MARK
from xlperf.messages import clauses, sentence
from xlperf.summarizing.audit.chain import Chain
from xlperf.summarizing.board.rows import SPARED, STATES
from xlperf.summarizing.outcome import SurveyedSubmission
from xlperf.summarizing.overview import Counted, Part, write_parts
from xlperf.summarizing.submissions import ASIDE, COUNTS, owner_of
from xlperf.summarizing.survey import Edition, Survey
from xlperf.summarizing.table_sheet import WrittenTable, free_title, write_table
from xlperf.summarizing.tables.findings import FindingCounts
from xlperf.summarizing.tables.table import SummaryTable
from xlperf.summarizing.tables.units import ROLES
from xlperf.workbook.announcement import NOTHING, Announcement
from xlperf.workbook.book import Book
from xlperf.workbook.styles import Palette

STATUS_COLOURS = ("#6FA287", "#D9C36B", "#E0A458", "#B5524A", "#9AA5B1", "#7FA8C9", "#C9C9C9")
MOST_COMMON = 10  # findings in the chart

Sheets = Mapping[str, WrittenTable]  # by key of the table; the first of several with one key


def write_summary(
    survey: Survey,
    tables: Iterable[SummaryTable],
    counts: FindingCounts,
    *,
    path: Path,
    date: str,
    announcement: Announcement = NOTHING,
    chain: Chain | None = None,
) -> tuple[Part, ...]:
    """Write the workbook; return the parts of its overview. The lines of every table are iterated once.

    Args:
        counts: how often each finding was found; complete once the tables have been gone through.
        date: the ISO date shown in the workbook.
        announcement: what is announced of the round, shown below the title.
        chain: the audit, whose last hash is shown below that.
    """
    book = Book(path, streamed=True)
    title = sentence("title_overview", {})
    book.set_properties({"title": title, "author": MARK, "created": datetime.datetime.fromisoformat(date)})
    palette = Palette(book, sentence("font", {}), sentence("heading_font", {}), 11)
    overview = book.add_sheet(sentence("sheet_overview", {}))
    sheets: dict[str, WrittenTable] = {}
    titles = {sentence("sheet_overview", {}).casefold()}
    for table in tables:
        written = write_table(book, palette, table, free_title(table.title, titles))
        sheets.setdefault(table.key, written)
    parts = tuple(overview_parts(survey, sheets, counts))
    facts = {"date": sentence("note_date", {"date": date}), "document": announcement.document, "office": announcement.office}
    due = sentence("note_due", {"date": announcement.long_deadline}) if announcement.deadline else ""
    note = clauses(filter(None, (*facts.values(), due)))
    head = sentence("note_chain", {"count": chain.count, "head": chain.head}) if chain and chain.head else ""
    write_parts(book, palette, overview, parts, title=announcement.title or title, note=note, head=head)
    overview.activate()
    book.close()
    return parts


def overview_parts(survey: Survey, sheets: Sheets, counts: FindingCounts) -> Iterator[Part]:
    """Yield the small tables of the overview."""
    yield _by_status(survey, sheets)
    yield _received(survey, sheets)
    for edition in survey.editions():
        if edition.form.summary.ranked_by and edition.form.summary.classes:
            yield _by_class(survey, edition, sheets["units"])
    if counts.files:
        yield _commonest(counts, sheets["findings"])


def _by_status(survey: Survey, sheets: Sheets) -> Part:
    """How many units passed, have to explain or correct something, sent what cannot be read, sent nothing."""
    area, rows = sheets["board"].area("state_of_unit"), []
    listed = STATES if survey.roster is not None else STATES[:-1]
    says_more = any(row.papers or row.imported for row in survey.board)
    for state in (*listed, *(state for state in SPARED if any(row.state == state for row in survey.board))):
        word = sentence(f"unit_{state}", {})
        count = sum(row.state == state for row in survey.board)
        wanted = f"{word}*" if says_more else word  # of which papers, by what kind of report
        rows.append((word, Counted(count, f"COUNTIF({area},{_literal(wanted)})")))
    return Part(
        title=sentence("part_status", {}),
        headings=_headings("state_of_unit", "units", "share"),
        rows=tuple(rows),
        chart="column",
        colours=STATUS_COLOURS,
        total=True,
    )


def _received(survey: Survey, sheets: Sheets) -> Part:
    """How many files came in, and how many of them count."""
    units = sheets["units"]
    rows = [(sentence("count_files", {}), Counted(len(survey.submissions), f"COUNTA({units.area('file')})"))]
    for kind in ROLES:
        formula = f"COUNTIF({units.area('role')},{_literal(sentence(f'submission_{kind}', {}))})"
        count = sum(role.kind == kind for role in survey.roles.values())
        if count or kind != ASIDE:  # of which most rounds know nothing
            rows.append((sentence(f"count_{kind}", {}), Counted(count, formula)))
    nobodys = sum(not s.unit and not s.unit_code and survey.roles[s.path].kind == COUNTS for s in survey.submissions)
    rows.append((sentence("count_nobodys", {}), Counted(nobodys)))
    if survey.roster is not None:
        rows.append((sentence("count_roster", {}), Counted(len(survey.roster))))
        listed = {path for row in survey.board for path in row.paths}
        others = sum(bool(s.unit) and s.path not in listed and survey.roles[s.path].kind == COUNTS for s in survey.submissions)
        rows.append((sentence("count_not_on_roster", {}), Counted(others)))
    return Part(title=sentence("part_received", {}), headings=_headings("item", "count"), rows=tuple(rows))


def _by_class(survey: Survey, edition: Edition, units: WrittenTable) -> Part:
    """How many of those that passed are in each class of the ranked figure."""
    summary = edition.form.summary
    key, bounds = summary.ranked_by or "", summary.classes
    figure = next(figure for figure in summary.figures if figure.key == key)
    passed = list(survey.passed(edition.form.key, edition.year))
    values = [value for submission in passed if (value := submission.figures.get(key)) is not None]
    conditions = _conditions(units, edition)
    rows = []
    for low, high in zip((None, *bounds), (*bounds, None), strict=True):
        tests = [(key, f'">={low}"')] if low is not None else []
        tests += [(key, f'"<{high}"')] if high is not None else []
        asked = ",".join(f"{units.area(column)},{wanted}" for column, wanted in (*conditions, *tests))
        count = sum((low is None or value >= low) and (high is None or value < high) for value in values)
        rows.append((_class_name(figure.type, low, high), Counted(count, f"COUNTIFS({asked})")))
    title = sentence("head_class", {"label": figure.label})
    if edition.name:
        title = sentence("of_form", {"title": title, "form": edition.name})
    headings = (figure.label, *_headings(_unit_of_count(survey, passed), "share"))
    return Part(title=title, headings=headings, rows=tuple(rows), chart="column", total=True)


def _conditions(units: WrittenTable, edition: Edition) -> list[tuple[str, str]]:
    """COUNTIFS criteria for the submissions of an edition that passed and count: column of the table of units, criterion."""
    conditions = [
        ("role", _literal(sentence("submission_counts", {}))),
        ("status", _literal(sentence("status_passed", {}))),
    ]
    if edition.name:
        conditions += [("form", _literal(f"{edition.form.key} *")), ("year", str(edition.year) if edition.year else '""')]
    return conditions


def _class_name(type_: str, low: float | None, high: float | None) -> str:
    words = {"low": _printed(type_, low), "high": _printed(type_, high)}
    if low is None:
        return sentence("class_below", words)
    return sentence("class_above" if high is None else "class_between", words)


def _printed(type_: str, bound: float | None) -> str:
    if bound is None:
        return ""
    return f"{bound * 100:.10g}%" if type_ == "ratio" else f"{bound:.10g}"


def _commonest(counts: FindingCounts, findings: WrittenTable) -> Part:
    """The findings in the most files, without those of severity info."""
    codes, severities = findings.area("code"), findings.area("severity")
    not_info = f'{severities},"<>{sentence("info", {})}"'
    rows = [
        (
            f"{common.code} {common.message}",
            Counted(common.files),
            Counted(common.lines, f'COUNTIFS({codes},"{common.code}",{not_info})'),
        )
        for common in counts.commonest(MOST_COMMON)
    ]
    headings = _headings("message", "files", "places")
    return Part(title=sentence("part_commonest", {}), headings=headings, rows=tuple(rows), chart="bar")


def _headings(*keys: str) -> tuple[str, ...]:
    return tuple(sentence(f"head_{key}", {}) for key in keys)


def _unit_of_count(survey: Survey, listed: Sequence[SurveyedSubmission]) -> str:
    """The heading over numbers of submissions: units, unless a unit has several (projects, years, forms) or some have none."""
    owners = {owner_of(submission, survey.naming) for submission in listed if submission.unit or submission.unit_code}
    return "units" if len(owners) == len(listed) else "submissions"


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
