"""The workbook a bureau hands out: the blank template of a year, or one filled from a document.

write_template("my-form", 2023, Path("form.xlsx"), unit="Bureau")
fill_workbook(document, Path("filled.xlsx"))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlperf.checking.checks import check_characters
from xlperf.errors import UsageError, reason_of
from xlperf.files import StrPath, joined_name, make_folder, safe_name, stamp, unused, write_atomically
from xlperf.forms.compute import compute, plain
from xlperf.forms.document import Document, Rows, Spot, document_of, inputs_of, path_namer, row_namer, rows_of, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, row_counts, with_blank_rows
from xlperf.forms.loader import find_form, load_form
from xlperf.formula.operands import as_decimal
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding, gather, has_errors
from xlperf.reporting.result import Result, status_of
from xlperf.text import nearest
from xlperf.values.cells import read_value

LONGEST_TEXT = 32_767  # UTF-16 units in one cell, Excel's limit
SURE = 75  # per cent that a misspelt key has of a known one


def write_template(
    form: str,
    *,
    year: int,
    templates: StrPath | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    unit: str = "",
    rows: Mapping[str, int] | None = None,
    password: str = "",
) -> Path:
    """Write the blank official workbook of a form for a fiscal year.

    Args:
        output: the workbook to write; by default `default_name` in the current folder, which must not be there yet.
        rows: spare rows per block where the form's own number is not enough, for example {"goals": 50}.
        password: protects the sheets; a deterrent, never security.

    Raises:
        UsageError: no such form or year, or the file cannot be written.
    """
    known = load_form(find_form(form, year=year, templates=templates))
    path = Path(output) if output else unused(default_name(form, year=year, unit=unit, templates=templates))
    filled, spot = rows_of(known, {"fiscal_year": year})[0], unit_spot(known)
    filled[spot.block][0][spot.field] = unit or None
    write_rows(known, filled, path, Issued(year, unit, rows, date, password))
    return path


def default_name(form: str, *, year: int, templates: StrPath | None = None, unit: str = "") -> Path:
    """The file name of a template: `<unit>-<year>-<name>.xlsx`, in the words of the form."""
    known = load_form(find_form(form, year=year, templates=templates))
    return Path(joined_name(*([safe_name(unit)] if unit else []), str(year), known.file_name) + ".xlsx")


def load_document(path: StrPath) -> dict[str, Any]:
    """Return the document in a JSON file.

    Raises:
        UsageError: it cannot be opened, is no JSON object or names no form.
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


def fill_workbook(
    document: Document,
    *,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    rows: Mapping[str, int] | None = None,
    password: str = "",
) -> Result:
    """Write a workbook filled from a document; what it cannot hold is a finding, and then nothing is written.

    Raises:
        UsageError: the document names no form or one that is not known; the file cannot be written.
    """
    path = Path(output)
    if not document.get("form"):
        raise UsageError("no_form_key", path=path)
    form, known, computed, findings = take_document(document, templates)
    year, _ = read_value(form, form.blocks["identity"].fields["fiscal_year"], document.get("fiscal_year"))
    findings = gather(findings, form)
    described = describe_placed(form, computed, findings, rows)
    outputs: tuple[Path, ...] = ()
    if not has_errors(findings):
        unit = text_at(computed, unit_spot(form))
        issued = Issued(year if isinstance(year, int) else form.first_year, unit, rows, date, password)
        write_rows(form, known, path, issued)
        outputs = (path,)
    return Result(
        file=str(path),
        status=status_of(findings),
        findings=described,
        form=form.key,
        revision=form.revision,
        year=year if isinstance(year, int) else None,
        document=document_of(form, computed),
        outputs=outputs,
    )


@dataclass(frozen=True)
class Issued:
    """How a workbook is handed out: for which year, to whom, with how many spare rows, from which day."""

    year: int
    unit: str = ""
    spare: Mapping[str, int] | None = None  # rows per block where the form's own number is not enough
    date: str | None = None
    password: str = ""


def rows_of_document(document: Document, templates: StrPath | None = None) -> tuple[Form, Rows, list[Finding]]:
    """Return the form and the rows of a document, and what of it a workbook cannot hold.

    Raises:
        UsageError: it names no form that is known.
    """
    revision, year = document.get("revision"), document.get("fiscal_year")
    form = load_form(find_form(str(document["form"]), year=None if revision else year, revision=revision, templates=templates))
    rows, strays = rows_of(form, document)
    rows, notes = _normal_rows(form, rows)
    return form, rows, [*notes, *_misfits(form, rows), *_strays(form, strays)]


def take_document(document: Document, templates: StrPath | None = None) -> tuple[Form, Rows, Rows, list[Finding]]:
    """Return the form of a document, its rows as cells can hold them, those computed, and what a workbook cannot hold of it.

    Raises:
        UsageError: it names a form or revision that is not known.
    """
    form, known, findings = rows_of_document(document, templates)
    computed = compute(form, known)
    return form, known, computed, [*findings, *_given(form, known, computed)]


def describe_placed(
    form: Form, rows: Rows, findings: Iterable[Finding], spare: Mapping[str, int] | None = None
) -> list[DescribedFinding]:
    """The findings in words, their cells those of the workbook that holds those rows."""
    layout = make_layout(form, row_counts(form, spare, rows))
    places = {spot: layout.address(spot) for finding in findings for spot in finding.spots if spot in layout.spots}
    path_of, row_of = path_namer(form, rows), row_namer(form, rows)
    return [describe(finding, form, places=places, path_of=path_of, row_of=row_of) for finding in findings]


def write_rows(form: Form, rows: Rows, path: Path, issued: Issued) -> None:
    """Write the workbook of those rows, computed, with its spare rows.

    Raises:
        UsageError: it cannot be written.
    """
    from xlperf.workbook.identity import Identity
    from xlperf.workbook.writer import write_workbook

    identity = Identity(fiscal_year=issued.year, date=stamp(issued.date), unit=issued.unit)
    counts = row_counts(form, issued.spare, rows)
    computed = compute(form, with_blank_rows(form, rows, counts))
    make_folder(path.parent)

    def write(target: Path) -> None:
        write_workbook(form, computed, target, identity=identity, counts=counts, password=issued.password)

    write_atomically(path, write)


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


def _misfits(form: Form, rows: Rows) -> Iterator[Finding]:
    """What a cell cannot hold at all."""
    inputs = tuple(inputs_of(form, rows))
    yield from check_characters(inputs)
    for spot, value in inputs:
        if isinstance(value, str):
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > LONGEST_TEXT:
                yield Finding("XL205", "error", (spot,), {"found": length, "expected": LONGEST_TEXT})
        elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
            label = form.blocks[spot.block].fields[spot.field].label
            yield Finding("XL202", "error", (spot,), {"found": str(value)[:60], "expected": label})


def _strays(form: Form, strays: list[tuple[str, object]]) -> Iterator[Finding]:
    known = {key for block in form.blocks.values() for key in block.fields if not key.startswith("_")}
    for path, value in strays:
        name, whole = path.rpartition(".")[2], isinstance(value, Mapping | list)
        near = nearest(name, known, SURE)
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
