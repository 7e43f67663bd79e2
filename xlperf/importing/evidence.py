"""By which form and year a paper was read, on what evidence, and what of it was not used: told before anything else.

    evidence_of_paper(recognised, page, assembly, said=said, asked_form=None, asked_year=None)     # the finding XL428

Whoever imports a paper sees at once whether it was taken for the right one; what was asked for counts, and is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from xlperf.forms.document import Spot, inputs_of, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Table
from xlperf.importing.assembly import Assembly
from xlperf.importing.papers.page import Grid, Leftover, Page
from xlperf.importing.recognition import Recognised, SaidYear
from xlperf.messages import clauses, listing, sentence
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding

CODE = "XL428"
INDICATOR, MONEY = "value", "money"  # the types of columns by which a table is one of indicators, one of funds
OWN = (RULES, "identity")  # blocks in which a paper says nothing but what it is
LONGEST_SHOWN = 60  # characters of what is quoted


class _Used(NamedTuple):
    """What was read of a paper."""

    indicators: int
    fund_tables: int
    others: int  # single fields, and rows of other tables


def evidence_of_paper(
    recognised: Recognised,
    page: Page,
    assembly: Assembly,
    *,
    said: SaidYear | None,
    asked_form: str | None,
    asked_year: int | None,
) -> Finding:
    """Return by which form, year and unit a report was read, on what evidence, and how much of it was used and was not."""
    form, unit = recognised.form, text_at(assembly.rows, unit_spot(recognised.form))
    places, unit_place = set(assembly.places.values()), assembly.places.get(unit_spot(form), "")
    evidence = [
        *_form_evidence(recognised, is_asked=asked_form is not None),
        _year_evidence(said, asked_year, taken=assembly.rows["identity"][0].get("fiscal_year")),
        _quoted("evidence_unit", unit, unit_place) if unit else sentence("evidence_no_unit", {}),
        *([_quoted("evidence_code", code, unit_place)] if (code := assembly.code_with_name) else []),
    ]
    return _finding(
        form,
        year=assembly.rows["identity"][0].get("fiscal_year"),
        used=_used(assembly, page),
        unused=sum(not _is_used(grid, places) for grid in _grids(page)),
        leftovers=assembly.leftovers,
        evidence=evidence,
    )


def evidence_of_workbook(reading: Reading, leftovers: Sequence[Leftover]) -> Finding:
    """Return the same of a workbook, which says itself what it is."""
    form = reading.form
    spots = [spot for spot, _ in inputs_of(form, reading.rows)]
    tables = {form.blocks[spot.block].table for spot in spots}
    funds = sum(_is_of(form.tables[key], MONEY) for key in tables if key)
    return _finding(
        form,
        year=reading.fiscal_year,
        used=_counted(form, spots, fund_tables=funds),
        unused=len(reading.foreign_sheets),
        leftovers=leftovers,
        evidence=[sentence("evidence_workbook", {})],
    )


def _finding(
    form: Form, *, year: object, used: _Used, unused: int, leftovers: Sequence[Leftover], evidence: Sequence[str]
) -> Finding:
    counts = [sentence(f"read_{key}", {"count": count}) for key, count in used._asdict().items() if count or key == "indicators"]
    missed = {"unused_tables": unused, "left_over": len(leftovers)}
    rest = [sentence(key, {"count": count}) for key, count in missed.items() if count]
    facts = {
        "form": form.title,
        "year": sentence("read_year", {"year": year}) if year else sentence("read_no_year", {}),
        "counts": clauses([listing(counts), *rest]),
        "found": clauses(evidence),
    }
    return Finding(CODE, "info", (), facts)


# --- what speaks for it --------------------------------------------------------------------------------------


def _form_evidence(recognised: Recognised, *, is_asked: bool) -> Iterator[str]:
    if is_asked:
        yield sentence("evidence_asked_form", {})
    title = recognised.title
    yield _quoted("evidence_title", title.text, str(title.place)) if title else sentence("evidence_no_title", {})
    yield sentence("evidence_labels", {"count": recognised.labels})


def _year_evidence(said: SaidYear | None, asked: int | None, *, taken: object) -> str:
    if asked is not None:
        is_other = said is not None and said.year != asked
        return sentence("evidence_other_year" if is_other else "evidence_asked_year", {"said": said.year if said else None})
    if said is None:
        return sentence("evidence_usual_year" if taken else "evidence_no_year", {"year": taken})
    return _quoted("evidence_year", said.passage.text, str(said.passage.place))


def _quoted(key: str, text: str, place: str) -> str:
    line = " ".join(text.split())
    shown = line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}\u2026"
    return sentence(key, {"text": shown, "place": place})


# --- what was used -------------------------------------------------------------------------------------------


def _used(assembly: Assembly, page: Page) -> _Used:
    form, spots = assembly.form, [spot for spot, _ in inputs_of(assembly.form, assembly.rows)]
    in_funds = (spot for spot in spots if (key := form.blocks[spot.block].table) and _is_of(form.tables[key], MONEY))
    places = {assembly.places[spot] for spot in in_funds if spot in assembly.places}
    return _counted(form, spots, fund_tables=sum(_is_used(grid, places) for grid in _grids(page)))


def _counted(form: Form, spots: Iterable[Spot], *, fund_tables: int) -> _Used:
    """The rows and single fields that hold something, by what they are; the rows of fund tables are not counted."""
    blocks = {key: block for key, block in form.blocks.items() if key not in OWN}
    rows = {(spot.block, spot.index) for spot in spots if spot.block in blocks and blocks[spot.block].table}
    singles = sum(spot.block in blocks and blocks[spot.block].table is None for spot in spots)
    tables = [form.tables[blocks[block].table or ""] for block, _ in rows]
    indicators, funds = (sum(_is_of(table, type_) for table in tables) for type_ in (INDICATOR, MONEY))
    return _Used(indicators, fund_tables, singles + len(tables) - indicators - funds)


def _is_of(table: Table, type_: str) -> bool:
    """Whether a table holds what that type of column says: one of indicators has no other column that would count."""
    types = {column.type for column in table.columns}
    return type_ in types and (type_ == INDICATOR or INDICATOR not in types)


def _grids(page: Page) -> Iterator[Grid]:
    """The tables of a page that hold anything."""
    for item in page.items:
        if isinstance(item, Grid) and any(cell.text.strip() for row in item.rows for cell in row):
            yield item


def _is_used(grid: Grid, places: Collection[str]) -> bool:
    return any(str(cell.place) in places for row in grid.rows for cell in row)
