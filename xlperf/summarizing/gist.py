"""What the summary and the comparisons need of a workbook: its figures, its indicators off target, its fingerprints.

    gist = gist_of(form, outcome)
    gist["figures"]["spent"], gist["over"], gist["unit_cell"]

A worker takes it from the document that it has at hand and the store keeps it, so that who sums up a collection of thousands
opens no document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, TypedDict

from xlperf.forms.document import Rows, Spot, inputs_of, path_namer, rows_of, unit_spot
from xlperf.forms.form import AT, Form
from xlperf.forms.layout import template_layout
from xlperf.forms.loader import find_form, form_for, load_form
from xlperf.forms.summary import MET, MISSED, OVER
from xlperf.summarizing.figures import achievements, figures_of
from xlperf.summarizing.fingerprints import FilledWorkbook, Prints, prints_of
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
    sketches: list[int]  # see `fingerprints.Prints`, as all that follow
    paragraphs: list[list[str]]
    sentences: list[int]
    figure_sets: list[int]
    tables: list[list[str]]
    excess: list[float]
    over_fulfilled: list[list[str]]


def form_of(outcome: Outcome, templates: Path | None) -> Form | None:
    """The form of an outcome, None if it is unknown."""
    return _form(outcome.form, outcome.revision, templates) if outcome.form else None


@lru_cache(maxsize=64)
def _form(key: str, revision: str | None, templates: Path | None) -> Form:
    known, _, rest = (revision or "").partition(AT)
    return load_form(find_form(key, revision=known or None, templates=templates), stage=rest.partition(AT)[0])


def gist_of(form: Form, outcome: Outcome) -> Gist:
    """Return the gist of a workbook that could be read."""
    form = form_for(form, outcome.document or {})
    rows, _ = rows_of(form, outcome.document or {})
    workbook = FilledWorkbook(
        form=form,
        unit=outcome.unit or "",
        rows=rows,
        typed=tuple(inputs_of(form, rows)),
        judged=tuple(achievements(form, rows)),
        cell=cell_namer(outcome, form, rows),
    )
    states = Counter(state for *_, state in workbook.judged)
    unit_cell, code_cell = _unit_cells(workbook)
    return {
        "supervisor": rows[unit_spot(form).block][0].get("supervisor"),
        "unit_cell": unit_cell,
        "code_cell": code_cell,
        "figures": figures_of(form, rows),
        "over": states[OVER],
        "met": states[MET],
        "missed": states[MISSED],
        "off_target": list(_off_target(workbook)),
        **prints_of(workbook)._asdict(),  # type: ignore[typeddict-item]  # the names of both are the same
    }


def prints_in(gist: Mapping[str, Any]) -> Prints:
    """The fingerprints in a gist."""
    return Prints(**{name: gist[name] for name in Prints._fields})


def cell_namer(outcome: Outcome, form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names the cell of a spot: where the submission had it, if known, else where the form has it."""
    path_of, layout_of = cache(partial(path_namer, form, rows)), cache(partial(template_layout, form, rows))

    def cell(spot: Spot) -> str:
        if outcome.places and (place := outcome.places.get(path_of()(spot))):
            return place
        layout = layout_of()
        return layout.address(spot) if spot in layout.spots else form.blocks[spot.block].label

    return cell


def _unit_cells(workbook: FilledWorkbook) -> tuple[str, str]:
    """The cells of the unit's name and code; the name's cell twice if the form asks for no code."""
    spot = unit_spot(workbook.form)
    unit_cell = workbook.cell(spot)
    has_code = "unit_code" in workbook.form.blocks[spot.block].fields
    return unit_cell, workbook.cell(spot._replace(field="unit_code")) if has_code else unit_cell


def _off_target(workbook: FilledWorkbook) -> Iterator[OffTargetRow]:
    asked = workbook.form.summary.indicators
    if asked is None:
        return
    for _, _, row, state in workbook.judged:
        if state != MET:
            texts = "\0".join(str(row.get(name) or "").replace("\0", "") for name in asked.columns)
            deviation = row.get(asked.deviation)
            yield state, float(deviation) if isinstance(deviation, int | float) else None, texts
