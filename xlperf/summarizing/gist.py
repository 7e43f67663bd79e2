"""What the summary and the comparisons need of a workbook: its figures, its indicators off target, its fingerprints.

    gist = gist_of(form, outcome)
    gist["figures"]["spent"], gist["over"], gist["unit_cell"]

A worker takes it from the document that it has at hand and the store keeps it, so that who sums up a collection of thousands goes
through a few numbers of each. Of a workbook that has something in common with others the document is looked at again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TypedDict

from xlperf.forms.document import Rows, Spot, inputs_of, path_namer, rows_of, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import template_layout
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.summary import MET, MISSED, OVER
from xlperf.summarizing.figures import achievements, figures_of
from xlperf.summarizing.fingerprints import ComparedWorkbook, prints_of
from xlperf.summarizing.outcome import Outcome

OffTargetRow = tuple[str, float | None, str]  # over or missed, how far, the texts of its columns with NUL between them


class Gist(TypedDict):
    """The gist of one workbook, as JSON can hold it."""

    supervisor: str | None  # that the workbook names beside the unit
    unit_cell: str
    code_cell: str  # the same as `unit_cell` if the form asks for no code
    figures: dict[str, float | None]  # by key in the form's summary
    over: int  # indicators that were over-fulfilled, met and missed
    met: int
    missed: int
    off_target: list[OffTargetRow]
    sketches: list[int]  # see `fingerprints.Prints`, as the next three
    sentences: list[int]
    figure_sets: list[int]
    excess: list[float]


def form_of(outcome: Outcome, templates: Path | None) -> Form | None:
    """The form of an outcome, None if it is unknown."""
    return _form(outcome.form, outcome.revision, templates) if outcome.form else None


@lru_cache(maxsize=64)
def _form(key: str, revision: str | None, templates: Path | None) -> Form:
    return load_form(find_form(key, revision=revision, templates=templates))


def gist_of(form: Form, outcome: Outcome) -> Gist:
    """Return the gist of a workbook that could be read."""
    workbook = compared_workbook(form, outcome)
    states = Counter(state for *_, state in workbook.judged)
    unit_cell, code_cell = _unit_cells(workbook)
    return {
        "supervisor": workbook.rows[unit_spot(form).block][0].get("supervisor"),
        "unit_cell": unit_cell,
        "code_cell": code_cell,
        "figures": figures_of(form, workbook.rows),
        "over": states[OVER],
        "met": states[MET],
        "missed": states[MISSED],
        "off_target": list(_off_target(workbook)),
        **prints_of(workbook)._asdict(),  # type: ignore[typeddict-item]  # the names of both are the same
    }


def compared_workbook(
    form: Form, outcome: Outcome, *, owner: int = 0, counts: bool = True, judge: bool = True
) -> ComparedWorkbook:
    """The workbook of an outcome that could be read, as it is compared and counted.

    Args:
        form: that of the outcome.
        outcome: with its document.
        owner: the number of the unit whose it is.
        counts: whether it counts among all submissions of its unit.
        judge: whether anybody asks about its indicators.
    """
    rows, _ = rows_of(form, outcome.document or {})
    return ComparedWorkbook(
        form=form,
        owner=owner,
        path=outcome.path,
        unit=outcome.unit or "",
        rows=rows,
        typed=tuple(inputs_of(form, rows)),
        judged=tuple(achievements(form, rows)) if judge else (),
        cell=cell_namer(outcome, form, rows),
        counts=counts,
    )


def cell_namer(outcome: Outcome, form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names the cell of a spot: where the submission had it, if known, else where the form has it."""
    path_of, layout_of = cache(partial(path_namer, form, rows)), cache(partial(template_layout, form, rows))

    def cell(spot: Spot) -> str:
        if outcome.places and (place := outcome.places.get(path_of()(spot))):
            return place
        layout = layout_of()
        return layout.address(spot) if spot in layout.spots else form.blocks[spot.block].label

    return cell


def _unit_cells(workbook: ComparedWorkbook) -> tuple[str, str]:
    """The cells of the unit's name and code; the name's cell twice if the form asks for no code."""
    spot = unit_spot(workbook.form)
    unit_cell = workbook.cell(spot)
    has_code = "unit_code" in workbook.form.blocks[spot.block].fields
    return unit_cell, workbook.cell(spot._replace(field="unit_code")) if has_code else unit_cell


def _off_target(workbook: ComparedWorkbook) -> Iterator[OffTargetRow]:
    asked = workbook.form.summary.indicators
    if asked is None:
        return
    for _, _, row, state in workbook.judged:
        if state != MET:
            texts = "\0".join(str(row.get(name) or "").replace("\0", "") for name in asked.columns)
            deviation = row.get(asked.deviation)
            yield state, float(deviation) if isinstance(deviation, int | float) else None, texts
