"""The workbook of several years: an overview with charts, the flags, every unit and every indicator over the years.

write_history_workbook(history, path=Path("years.xlsx"), date="2025-03-01")
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from xlperf.distributing.history_file import KINDS
from xlperf.forms.form import Form
from xlperf.forms.layout import MARK
from xlperf.messages import clauses, sentence
from xlperf.over_years.series import Series
from xlperf.over_years.units import History, UnitOverYears
from xlperf.summarizing.overview import Counted, Part, write_parts
from xlperf.summarizing.table_sheet import WrittenTable, free_title, write_table
from xlperf.summarizing.tables.table import Column, Row, SummaryTable, column, who_columns
from xlperf.values.printing import as_percent
from xlperf.workbook.book import Book
from xlperf.workbook.styles import Palette

FLAGS = (("flag", "text", 18), ("indicator", "text", 34), ("reason", "text", 64))
MOST_PRINTED = 12  # columns on paper


def write_history_workbook(history: History, *, path: Path, date: str) -> None:
    """Write the workbook.

    Args:
        date: the ISO date shown in it.
    """
    book = Book(path, streamed=True)
    title = sentence("title_years", {"first": history.years[0], "last": history.years[-1]})
    book.set_properties({"title": title, "author": MARK, "created": datetime.datetime.fromisoformat(date)})
    palette = Palette(book, sentence("font", {}), sentence("heading_font", {}), 11)
    overview = book.add_sheet(sentence("sheet_overview", {}))
    titles = {sentence("sheet_overview", {}).casefold()}
    tables = {}
    for table in history_tables(history):
        tables[table.key] = write_table(book, palette, table, free_title(table.title, titles))
    note = clauses([sentence("note_date", {"date": date}), sentence("note_years", {})])
    write_parts(book, palette, overview, tuple(_parts(history, tables)), title=title, note=note)
    overview.activate()
    book.close()


def history_tables(history: History) -> Iterator[SummaryTable]:
    """Yield the tables: the flags, and of each form its units and its indicators over the years."""
    yield _flags_table(history)
    for form in history.forms:
        name = form.file_name if len(history.forms) > 1 else None
        yield _units_table(history, form, name)
        yield _indicators_table(history, form, name)


def _who(unit: UnitOverYears, columns: Sequence[Column]) -> tuple[str, ...]:
    latest = unit.latest
    return (latest.unit, latest.code, latest.supervisor, latest.subject)[: len(columns)]


def _table(
    key: str, form: Form | None, name: str | None, columns: Sequence[Column], lines: list[Row], **facts: object
) -> SummaryTable:
    title = sentence(f"sheet_{key}", {})
    if name:
        title = sentence("of_form", {"title": title, "form": name})
    return SummaryTable(
        key=f"{key} {form.key}" if form else key,
        title=title,
        note=sentence(f"note_{key}", facts),
        columns=tuple(columns),
        rows=lambda: lines,
        printed=min(MOST_PRINTED, len(columns)),
    )


def _flags_table(history: History) -> SummaryTable:
    """Every flag, by its kind and then by unit."""
    who = who_columns(history.forms)
    found = [(unit, flag) for unit in history.units for flag in unit.flags]
    found.sort(key=lambda pair: KINDS.index(pair[1].kind))
    lines: list[Row] = [
        (number, *_who(unit, who), sentence(f"flag_title_{flag.kind}", {}), flag.indicator, flag.reason)
        for number, (unit, flag) in enumerate(found, 1)
    ]
    columns = (column("number", "count", 7), *who, *(column(*spec) for spec in FLAGS))
    return _table("flags", None, None, columns, lines, year=history.years[-1])


def _units_table(history: History, form: Form, name: str | None) -> SummaryTable:
    """The figures of every unit, year by year; the one that units are ranked by comes first."""
    who, summary = who_columns([form]), form.summary
    figures = sorted(summary.figures, key=lambda figure: figure.key != summary.ranked_by)
    columns = [
        column("number", "count", 7),
        *who,
        column("flags", "count", 8),
        *(
            Column(f"{figure.key} {year}", sentence("of_year", {"label": figure.label, "year": year}), figure.type, 14)
            for figure in figures
            for year in history.years
        ),
    ]
    lines: list[Row] = [
        (
            number,
            *_who(unit, who),
            len(unit.flags),
            *(paper.figures.get(f.key) if (paper := unit.papers.get(y)) else None for f in figures for y in history.years),
        )
        for number, unit in enumerate(history.of(form), 1)
    ]
    return _table("units_over_years", form, name, columns, lines)


def _indicators_table(history: History, form: Form, name: str | None) -> SummaryTable:
    """Every indicator, its targets, actuals and deviations year by year."""
    who = who_columns([form])
    columns = [
        *who,
        column("indicator", "text", 34),
        column("unit_of_measure", "text", 8),
        *(
            Column(f"{key} {year}", sentence("of_year", {"label": sentence(f"head_{key}", {}), "year": year}), type_, 11)
            for year in history.years
            for key, type_ in (("target", "value"), ("actual", "value"), ("deviation", "ratio"))
        ),
        column("followed", "text", 40),
    ]
    lines = [_indicator_line(_who(unit, who), one, history.years) for unit in history.of(form) for one in unit.series]
    return _table("indicators_over_years", form, name, columns, lines)


def _indicator_line(who: Sequence[str], series: Series, years: Sequence[int]) -> Row:
    values: list[object] = []
    for year in years:
        followed = series.years.get(year)
        reported = followed.reported if followed else None
        values += [reported.target, reported.actual, reported.deviation] if reported else [None, None, None]
    return (*who, series.name, series.latest.unit, *values, _renamed(series))


def _renamed(series: Series) -> str:
    """The years in which it was called otherwise, and how sure it is that it is the same."""
    facts = (
        {"year": year, "name": followed.reported.name, "percent": as_percent(followed.likeness)}
        for year, followed in series.years.items()
        if followed.likeness < 1
    )
    return clauses([sentence("followed_in", fact) for fact in facts])


# --- the overview ----------------------------------------------------------------------------------------------


def _parts(history: History, tables: dict[str, WrittenTable]) -> Iterator[Part]:
    headings = (sentence("head_year", {}), sentence("head_units", {}))
    for form in history.forms:
        units = history.of(form)
        received = tuple((str(year), Counted(sum(year in unit.papers for unit in units))) for year in history.years)
        yield Part(title=_of_form(history, form, sentence("part_years", {})), headings=headings, rows=received, chart="column")
        figure = next((figure for figure in form.summary.figures if figure.key == form.summary.ranked_by), None)
        if figure is not None:
            table = tables[f"units_over_years {form.key}"]
            rows = []
            for year in history.years:
                values = [
                    v for unit in units if year in unit.papers and (v := unit.papers[year].figures.get(figure.key)) is not None
                ]
                area = table.area(f"{figure.key} {year}")
                if values:
                    rows.append((str(year), Counted(median(values), f"MEDIAN({area})")))
            title = _of_form(history, form, sentence("part_median", {"label": figure.label}))
            yield Part(title=title, headings=(headings[0], figure.label), rows=tuple(rows), chart="column", type=figure.type)
    counts = Counter(flag.kind for unit in history.units for flag in unit.flags)
    area = tables["flags"].area("flag")
    flagged = []
    for kind in KINDS:
        title = sentence(f"flag_title_{kind}", {})
        flagged.append((title, Counted(counts[kind], f'COUNTIF({area},"{title}")')))
    names = tuple(sentence(f"head_{key}", {}) for key in ("flag", "count", "share"))
    yield Part(title=sentence("sheet_flags", {}), headings=names, rows=tuple(flagged), chart="bar", total=True)


def _of_form(history: History, form: Form, title: str) -> str:
    return sentence("of_form", {"title": title, "form": form.file_name}) if len(history.forms) > 1 else title
