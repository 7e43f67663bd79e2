"""The summary workbook: the overview with its charts, and a sheet per table.

    write_summary(collection, ledgers, Path("summary.xlsx"), "2023-03-01")

Whatever is a sum or a count is a formula with its cached value, so that it can be done again by hand: the counts of the
overview look into the other sheets. Rows are streamed to the file; the overview is written last and stands first.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlperf.addresses import cell_name
from xlperf.forms.form import Form
from xlperf.forms.layout import MARK
from xlperf.messages import sentence
from xlperf.summarizing.submissions import COUNTS, DUPLICATE, SUPERSEDED, Submission, owner
from xlperf.summarizing.survey import Collection
from xlperf.summarizing.table_sheet import Sheet, cell_format, free_title, set_up, write_ledger
from xlperf.summarizing.tables import Ledger, Tally
from xlperf.workbook.cell_writer import checked
from xlperf.workbook.styles import Palette
from xlperf.workbook.writer import new_book

STATUSES = ("passed", "returned", "unreadable")
STATUS_COLOURS = ("#6FA287", "#E0A458", "#B5524A", "#9AA5B1")
BAR, GRID = "#4F7CAC", "#E3E8EE"
MOST_COMMON = 10  # findings in the chart
CHART_WIDTH, CHART_HEIGHT, CHART_ROWS, CHART_COLUMN = 620, 310, 16, 4
OVERVIEW_WIDTHS = (52, 11, 11, 3)  # item, two figures, a gap


@dataclass(frozen=True)
class Part:
    """A small table of the overview, and the chart beside it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple, ...]  # a text, or a pair of formula and value
    chart: str | None = None  # column, bar: of the second column by the first
    colours: tuple[str, ...] = ()  # of the columns of the chart
    total: bool = False


def write_summary(collection: Collection, ledgers: Iterable[Ledger], tally: Tally, path: Path, date: str) -> tuple[Part, ...]:
    """Write the workbook, return the tables of its overview; the lines of every other table are gone through once."""
    book = new_book(path, streamed=True)
    title = sentence("title_overview", {})
    book.set_properties({"title": title, "author": MARK, "created": datetime.datetime.fromisoformat(date)})
    palette = Palette(book, sentence("font", {}), sentence("heading_font", {}), 11)
    first = book.add_worksheet(sentence("sheet_overview", {}))
    sheets: dict[str, Sheet] = {}
    titles = {sentence("sheet_overview", {}).casefold()}
    for ledger in ledgers:
        name = free_title(ledger.title, titles)
        sheets.setdefault(ledger.key, write_ledger(book, palette, ledger, name))
    listed = tuple(parts(collection, sheets, tally))
    write_parts(book, palette, first, listed, (title, sentence("note_date", {"date": date})))
    first.activate()
    book.close()
    return listed


# --- the overview --------------------------------------------------------------------------------------------------


def parts(collection: Collection, sheets: Mapping[str, Sheet], tally: Tally) -> Iterator[Part]:
    """Yield the small tables of the overview."""
    yield _of_status(collection, sheets)
    yield _of_files(collection, sheets)
    for form, year, edition in collection.editions():
        if form.summary.ranked_by and form.summary.classes:
            yield _of_classes(collection, form, year, edition, sheets["units"])
    if common := tally.commonest(MOST_COMMON):
        codes, severities = (sheets["findings"].area(key) for key in ("code", "severity"))
        told = f'{severities},"<>{sentence("info", {})}"'
        rows = [(f"{code} {said}", files, (f'COUNTIFS({codes},"{code}",{told})', places)) for code, said, files, places in common]
        yield Part(sentence("part_commonest", {}), _heads("message", "files", "places"), tuple(rows), "bar")


def _heads(*keys: str) -> tuple[str, ...]:
    return tuple(sentence(f"head_{key}", {}) for key in keys)


def _counted(collection: Collection, listed: Sequence[Submission]) -> str:
    """What a number of submissions counts: units, unless one has sent several (projects, years, forms) or some are nobody's."""
    owners = {owner(s, collection.naming) for s in listed if s.unit or s.unit_code}
    return "units" if len(owners) == len(listed) else "submissions"


def _of_status(collection: Collection, sheets: Mapping[str, Sheet]) -> Part:
    units, counting = sheets["units"], list(collection.counting())
    yes = _literal(sentence("submission_counts", {}))
    rows = []
    for status in STATUSES:
        word = sentence(f"status_{status}", {})
        formula = f"COUNTIFS({units.area('status')},{_literal(word)},{units.area('standing')},{yes})"
        rows.append((word, (formula, sum(s.status == status for s in counting))))
    if "missing" in sheets:
        rows.append((sentence("status_missing", {}), (f"COUNT({sheets['missing'].area('number')})", len(collection.missing))))
    heads = _heads("status", _counted(collection, counting), "share")
    return Part(sentence("part_status", {}), heads, tuple(rows), "column", STATUS_COLOURS, total=True)


def _of_files(collection: Collection, sheets: Mapping[str, Sheet]) -> Part:
    units, rows = sheets["units"], []
    rows.append((sentence("count_files", {}), (f"COUNTA({units.area('file')})", len(collection.submissions))))
    for kind in (COUNTS, SUPERSEDED, DUPLICATE):
        formula = f"COUNTIF({units.area('standing')},{_literal(sentence(f'submission_{kind}', {}))})"
        count = sum(standing.kind == kind for standing in collection.standings.values())
        rows.append((sentence(f"count_{kind}", {}), (formula, count)))
    if collection.roster is not None:
        rows.append((sentence("count_roster", {}), len(collection.roster)))
    return Part(sentence("part_received", {}), _heads("item", "count"), tuple(rows))


def _of_classes(collection: Collection, form: Form, year: int | None, edition: str | None, units: Sheet) -> Part:
    """How many of those that passed have the figure ranked by in each class."""
    key, bounds = form.summary.ranked_by, form.summary.classes
    figure = next(figure for figure in form.summary.figures if figure.key == key)
    listed = list(collection.passed(form.key, year))
    values = [s.figures.get(key) for s in listed]
    asked = ",".join(
        f"{units.area(column)},{wanted}"
        for column, wanted in (
            ("standing", _literal(sentence("submission_counts", {}))),
            ("status", _literal(sentence("status_passed", {}))),
            *((("form", _literal(form.key + " *")), ("year", year or '""')) if edition else ()),
        )
    )
    rows = []
    for low, high in zip((None, *bounds), (*bounds, None), strict=True):
        words = {"low": _printed(figure.type, low), "high": _printed(figure.type, high)}
        name = sentence("class_below" if low is None else "class_above" if high is None else "class_between", words)
        tests = [*([f'">={low}"'] if low is not None else []), *([f'"<{high}"'] if high is not None else [])]
        formula = f"COUNTIFS({asked},{','.join(f'{units.area(key)},{test}' for test in tests)})"
        count = sum(v is not None and (low is None or v >= low) and (high is None or v < high) for v in values)
        rows.append((name, (formula, count)))
    title = sentence("head_class", {"label": figure.label})
    title = sentence("of_form", {"title": title, "form": edition}) if edition else title
    return Part(title, (figure.label, *_heads(_counted(collection, listed), "share")), tuple(rows), "column", total=True)


def _printed(type_: str, bound: float | None) -> str:
    return "" if bound is None else f"{bound * 100:.10g}%" if type_ == "ratio" else f"{bound:.10g}"


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def write_parts(book, palette: Palette, sheet, listed: Sequence[Part], titles: tuple[str, str]) -> None:
    """Write the overview from top to bottom, each chart beside its table."""
    set_up(sheet, OVERVIEW_WIDTHS)
    sheet.set_row(0, 36)
    checked(sheet.write_string(0, 0, titles[0], palette.format("title", align="left")))
    checked(sheet.write_string(1, 0, titles[1], palette.format("note")))
    row = 3
    for part in listed:
        end = write_part(book, palette, sheet, part, row)
        row = max(end, row + CHART_ROWS if part.chart else 0) + 1
    sheet.print_area(0, 0, row, CHART_COLUMN + 9)
    sheet.fit_to_pages(1, 1)


def write_part(book, palette: Palette, sheet, part: Part, top: int) -> int:
    """Write one small table with its chart, return the row below it."""
    sheet.set_row(top, 26)
    checked(sheet.write_string(top, 0, part.title, palette.format("heading")))
    for at in range(1, len(part.headings)):
        checked(sheet.write_blank(top, at, None, palette.format("heading")))
    for at, heading in enumerate(part.headings):
        checked(sheet.write_string(top + 1, at, heading, palette.format("header")))
    first, last = top + 2, top + 1 + len(part.rows)
    total = sum(value_of(line[1]) for line in part.rows) if part.total else 0
    for row, line in enumerate(part.rows, first):
        share = (
            f"IF({cell_name(last + 1, 1, True)}=0,0,{cell_name(row, 1)}/{cell_name(last + 1, 1, True)})",
            value_of(line[1]) / total if total else 0,
        )
        for column, cell in enumerate((*line, share) if part.total else line):
            _write_cell(sheet, palette, row, column, cell, "ratio" if column == len(line) else "count")
    if part.total:
        sums = (f"SUM({cell_name(first, 1)}:{cell_name(last, 1)})", total)
        for column, cell in enumerate((sentence("total", {}), sums)):
            _write_cell(sheet, palette, last + 1, column, cell, "count", bold=True)
    if part.chart:
        add_chart(book, sheet, part, top, first, last)
    return last + 2


def lines_of(part: Part) -> Iterator[Sequence[object]]:
    """What the lines of a table show, shares and the sum included."""
    total = sum(value_of(line[1]) for line in part.rows) if part.total else 0
    for line in part.rows:
        shown = [value_of(cell) for cell in line]
        yield [*shown, round(shown[1] / total, 4) if total else 0] if part.total else shown
    if part.total:
        yield [sentence("total", {}), total]


def value_of(cell: object) -> object:
    """What a cell of the overview shows, a formula's value."""
    return cell[1] if isinstance(cell, tuple) else cell


def _write_cell(sheet, palette: Palette, row: int, column: int, cell: object, type_: str, **more: object) -> None:
    if isinstance(cell, tuple):
        checked(sheet.write_formula(row, column, f"={cell[0]}", cell_format(palette, type_, **more), cell[1]))
    elif isinstance(cell, str):
        style = cell_format(palette, "text", **more)
        checked(sheet.write_string(row, column, cell, style) if cell else sheet.write_blank(row, column, None, style))
    else:
        checked(sheet.write_number(row, column, cell, cell_format(palette, type_, **more)))


def add_chart(book, sheet, part: Part, top: int, first: int, last: int) -> None:
    """Put the chart of a table beside it; its data stand in it too, for programs that do not look into the cells."""
    chart = book.add_chart({"type": part.chart})
    title = sheet.get_name()
    font = {"name": sentence("font", {}), "size": 10}
    series = {
        "name": part.title,
        "categories": [title, first, 0, last, 0],
        "values": [title, first, 1, last, 1],
        "categories_data": [line[0] for line in part.rows],
        "values_data": [value_of(line[1]) for line in part.rows],
        "data_labels": {"value": True, "font": font},
        "fill": {"color": BAR},
        "gap": 60,
        "points": [{"fill": {"color": colour}} for colour in part.colours[: len(part.rows)]] or None,
    }
    values = {"num_font": font, "major_gridlines": {"visible": True, "line": {"color": GRID}}, "min": 0, "num_format": "0"}
    items = {"num_font": font, "major_gridlines": {"visible": False}, "reverse": part.chart == "bar"}  # the first item on top
    chart.set_x_axis(values if part.chart == "bar" else items)
    chart.set_y_axis(items if part.chart == "bar" else values)
    chart.set_legend({"none": True})
    chart.add_series(series)
    chart.set_title({"name": part.title, "name_font": {"name": sentence("heading_font", {}), "size": 13}, "overlay": False})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    checked(sheet.insert_chart(top, CHART_COLUMN, chart, {"object_position": 1, "description": part.title}))
