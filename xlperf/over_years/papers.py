"""What each unit reported in each year, from the folders of collections.

    papers = read_papers([Path("collection-2021"), Path("collection-2022")])
    papers.filed[0].year, papers.filed[0].indicators[0].target, papers.remarks

Of a collection the submissions that passed and count are taken. A folder without a store (it is in another database, or was
moved) is read by the documents among its finalized files. Amounts are in the units of the form's fields, rates are ratios.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlperf.collecting.run_board import naming_of
from xlperf.collecting.run_log import read_run
from xlperf.collecting.store.opening import FILE_NAME, opened_store
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.distributing.history_file import sets_target
from xlperf.distributing.last_year import CODE
from xlperf.distributing.naming import Naming
from xlperf.errors import UsageError, XlperfError
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, rows_of, subject_spot, text_at, unit_spot, year_of
from xlperf.forms.form import Form
from xlperf.forms.loader import form_for
from xlperf.messages import sentence
from xlperf.revisions.source import read_source
from xlperf.summarizing.figures import Achievement, achievements, figures_of
from xlperf.summarizing.gist import form_of
from xlperf.summarizing.outcome import held_once
from xlperf.summarizing.submissions import COUNTS, find_roles
from xlperf.values.notation import spellings_of

Value = float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One indicator of one year; target and actual are numbers, or texts where it is not counted."""

    block: str
    name: str
    operator: str
    target: Value
    actual: Value
    unit: str
    deviation: float | None  # a ratio
    state: str  # over, met, missed
    is_issued: bool  # the form itself sets the target: it is no choice of the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What one unit reported in one year."""

    path: str
    form: Form
    year: int
    unit: str
    code: str
    supervisor: str
    subject: str
    figures: Mapping[str, float | None]  # by key in the form's summary
    indicators: tuple[Reported, ...]


@dataclass(frozen=True, kw_only=True)
class Papers:
    """All that was found, and what was skipped, in words."""

    filed: tuple[Filed, ...]
    remarks: tuple[str, ...]


def read_papers(folders: Iterable[Path], *, naming: Naming, templates: Path | None = None) -> Papers:
    """Read the papers of those folders.

    Raises:
        UsageError: a folder holds no collection and no finalized documents, or its database does not answer.
    """
    filed: list[Filed] = []
    remarks: list[str] = []
    for folder in folders:
        found = (
            _from_store(folder, naming, templates) if (folder / FILE_NAME).exists() else _from_files(folder, templates, remarks)
        )
        before = len(filed)
        filed += (paper for path, form, rows in found if (paper := filed_of(path, form, rows)))
        if len(filed) == before:
            raise UsageError("no_papers_of_years", path=folder)
    return Papers(filed=tuple(filed), remarks=tuple(remarks))


def _from_store(folder: Path, naming: Naming, templates: Path | None) -> Iterator[tuple[str, Form, Rows]]:
    """The computed rows of the submissions that passed and count, each with its path in the collection."""
    run = read_run(folder)
    naming = naming._replace(namesakes=naming_of(run).namesakes) if run else naming  # as its roster had them
    with opened_store(folder) as store:
        roles = find_roles(list(Outcomes(store, documents=False)), naming)
        for outcome in Outcomes(store):
            if outcome.status == "passed" and outcome.form and outcome.document and roles[outcome.path].kind == COUNTS:
                usual = form_of(outcome, templates)
                assert usual is not None, "it has a key"
                form = form_for(usual, outcome.document)
                yield outcome.path, form, rows_of(form, outcome.document)[0]


def _from_files(folder: Path, templates: Path | None, remarks: list[str]) -> Iterator[tuple[str, Form, Rows]]:
    """The computed rows of the documents among the finalized files of a folder."""
    finalized = folder / sentence("finalized_folder", {})
    for path in sorted((finalized if finalized.is_dir() else folder).glob("*.json")):
        try:
            source = read_source(path, templates=templates)
        except XlperfError as error:
            remarks.append(sentence("last_passed_over", {"path": path, "reason": str(error)}))
            continue
        yield path.name, source.form, compute(source.form, source.rows)


def filed_of(path: str, form: Form, rows: Rows) -> Filed | None:
    """What a paper reports; None if it names no year or no unit, which no paper that passed does."""
    year, unit, about = year_of(rows), unit_spot(form), subject_spot(form)
    beside = rows[unit.block][0]
    if year is None or not text_at(rows, unit):
        return None
    return Filed(
        path=path,
        form=form,
        year=year,
        unit=text_at(rows, unit),
        code=str(beside.get(CODE) or "").strip(),
        supervisor=held_once(str(beside.get("supervisor") or "").strip()),
        subject=text_at(rows, about) if about.block else "",
        figures=figures_of(form, rows),
        indicators=tuple(_reported(form, judged) for judged in achievements(form, rows)),
    )


def _reported(form: Form, judged: Achievement) -> Reported:
    block, row, asked = form.blocks[judged.block], judged.row, form.summary.indicators
    columns = spellings_of(form).columns_of(block)
    deviation = row.get(asked.deviation) if asked else None
    return Reported(
        block=judged.block,
        name=held_once(str(row.get(block.row_name or "") or "").strip()),
        operator=str(row.get(columns.get("operator", "")) or ""),
        target=_value(row.get(columns.get("target", ""))),
        actual=_value(row.get(columns.get("actual", ""))),
        unit=held_once(str(row.get(columns.get("unit", "")) or "").strip()),
        deviation=float(deviation) if isinstance(deviation, int | float) else None,
        state=judged.state,
        is_issued=sets_target(form, judged.block, judged.index),
    )


def _value(value: object) -> Value:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else (str(value) if value else None)
