"""A document, the JSON value people exchange, taken into the rows of its form; what a workbook cannot hold of it is a finding.

taken = take_document(load_document("unit-2022.json"))
taken.form, taken.rows, taken.computed, taken.findings
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.checking.checks import check_characters
from xlperf.errors import UsageError, reason_of
from xlperf.files import StrPath
from xlperf.forms.compute import compute, plain
from xlperf.forms.document import STAGE, Document, Rows, Spot, inputs_of, path_namer, row_namer, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, row_counts
from xlperf.forms.loader import find_form, form_for, load_form
from xlperf.formula.operands import as_decimal
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding
from xlperf.text import nearest

LONGEST_TEXT = 32_767  # UTF-16 units in one cell, Excel's limit
LARGEST = 1e15  # from here on Excel drops digits
SURE = 75  # per cent of its letters that a misspelt key shares with the right one


class DocumentRows(NamedTuple):
    """A document as rows of its form."""

    form: Form
    rows: Rows  # as cells can hold them
    findings: list[Finding]  # what of it a workbook cannot hold


@dataclass(frozen=True)
class TakenDocument:
    """A document as rows of its form, computed."""

    form: Form
    rows: Rows  # as cells can hold them
    computed: Rows
    findings: list[Finding]  # what of it a workbook cannot hold, and computed figures in it that differ from ours


def load_document(path: StrPath) -> dict[str, Any]:
    """Return the document in a JSON file: an object in the shape that `build_schema` tells, which is not checked here.

    Raises:
        UsageError: the file cannot be opened, holds no JSON object, or the object names no form.

    Example:
        >>> document = load_document("document.json")
        >>> document["fiscal_year"], document["form"] == form.key
        (2022, True)
    """
    try:
        document = json.loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    except (ValueError, RecursionError) as error:
        raise UsageError("not_json", path=path, reason=error) from None
    if not isinstance(document, dict) or not document.get("form"):
        raise UsageError("no_form_key", path=path)
    return document


def rows_of_document(document: Document, *, templates: StrPath | None = None) -> DocumentRows:
    """Return the form and the rows of a document, and what of it a workbook cannot hold.

    Raises:
        UsageError: there is no form or stage of the name in it.
    """
    revision, year = document.get("revision"), document.get("fiscal_year")
    folder = find_form(str(document["form"]), year=None if revision else year, revision=revision, templates=templates)
    usual = load_form(folder, stage=str(document.get(STAGE) or ""))
    return _rows_of_document(form_for(usual, document), document)


def _rows_of_document(form: Form, document: Document) -> DocumentRows:
    rows, strays = rows_of(form, document)
    rows, notes = _normal_rows(form, rows)
    return DocumentRows(form, rows, [*notes, *_unholdable(form, rows), *_without_field(form, strays)])


def take_document(document: Document, *, templates: StrPath | None = None) -> TakenDocument:
    """Return the form of a document, its rows as cells can hold them, those computed, and what a workbook cannot hold of it.

    Raises:
        UsageError: there is no form or revision of the name in it.
    """
    return _computed(rows_of_document(document, templates=templates))


def take_document_of(form: Form, document: Document) -> TakenDocument:
    """The same for a document of a form that is at hand, whatever form it names."""
    return _computed(_rows_of_document(form, document))


def _computed(taken: DocumentRows) -> TakenDocument:
    form, rows, findings = taken
    computed = compute(form, rows)
    return TakenDocument(form=form, rows=rows, computed=computed, findings=[*findings, *_given(form, rows, computed)])


def describe_placed(
    form: Form, rows: Rows, findings: Iterable[Finding], spare: Mapping[str, int] | None = None
) -> list[DescribedFinding]:
    """The findings in words, their cells those of the workbook that holds those rows."""
    layout = make_layout(form, row_counts(form, spare, rows))
    places = {spot: layout.address(spot) for finding in findings for spot in finding.spots if spot in layout.spots}
    path_of, row_of = path_namer(form, rows), row_namer(form, rows)
    return [describe(finding, form, places=places, path_of=path_of, row_of=row_of) for finding in findings]


def _normal_rows(form: Form, rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows with line ends `\\n`, numbers of 15 digits and blank texts absent, as a cell can hold them."""
    notes = []
    result = {key: [dict(row) for row in listed] for key, listed in rows.items()}
    for spot, value in inputs_of(form, rows):
        row = result[spot.block][spot.index]
        if isinstance(value, str):
            text = value.replace("\r\n", "\n").replace("\r", "\n")
            row[spot.field] = text if text.strip() else None
        elif isinstance(value, float) and value == value and abs(value) != float("inf"):
            row[spot.field] = plain(as_decimal(value))
            if row[spot.field] != value:
                notes.append(Finding("XL210", "info", (spot,), {"found": repr(value), "expected": row[spot.field]}))
    return result, notes


def _unholdable(form: Form, rows: Rows) -> Iterator[Finding]:
    """What a cell cannot hold at all."""
    inputs = tuple(inputs_of(form, rows))
    yield from check_characters(inputs)
    for spot, value in inputs:
        if isinstance(value, str):
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > LONGEST_TEXT:
                yield Finding("XL205", "error", (spot,), {"found": length, "expected": LONGEST_TEXT})
        elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
            label = form.blocks[spot.block].fields[spot.field].label
            yield Finding("XL202", "error", (spot,), {"found": str(value)[:60], "expected": label})


def _without_field(form: Form, strays: list[tuple[str, object]]) -> Iterator[Finding]:
    keys = {key for block in form.blocks.values() for key in block.fields if not key.startswith("_")}
    for path, value in strays:
        name, whole = path.rpartition(".")[2], isinstance(value, Mapping | list)
        near = nearest(name, keys, SURE)
        hint = sentence("perhaps", {"found": name, "near": near}) if near else ""
        yield Finding("XL213" if whole else "XL212", "error" if whole else "warning", (), {"found": path, "hint": hint})


def _given(form: Form, rows: Rows, computed: Rows) -> Iterator[Finding]:
    """Computed figures that the document brings along and that differ."""
    for key, listed in rows.items():
        block = form.blocks[key]
        for index, row in enumerate(listed):
            for name, value in row.items():
                if value is None or form.formula(block, index, name) is None:
                    continue
                mine = computed[key][index].get(name)
                if as_decimal(mine) != as_decimal(value):
                    yield Finding("XL303", "info", (Spot(key, index, name),), {"found": value, "expected": mine})
