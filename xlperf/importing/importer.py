"""A report becomes a document: last year's, in Word or as text, or a workbook of an earlier revision.

    result = import_document("report-2022.docx")
    result.document                # fill_workbook makes a workbook of it
    result.document["leftovers"]   # what the form has no field for: [{"place": "paragraph 12", "text": "…"}]
    result.findings[0]             # as which form and year it was read, and on what evidence

What the form computes is not imported: the report's figure is compared with ours, and a difference is a finding. Nothing is
dropped silently: what has no field is left over, with its place, in the document (where `fill` skips it) and as a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlperf.comparing.alterations import find_alterations
from xlperf.comparing.provenance import compare_with_issued
from xlperf.files import StrPath
from xlperf.forms.compute import compute
from xlperf.forms.document import LEFTOVERS, Spot, document_of, is_required, path_namer, text_at, unit_spot
from xlperf.forms.model import RULES, Block, Field, Table
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.importing.assembly import Assembly, assemble
from xlperf.importing.evidence import evidence_of_paper, evidence_of_workbook
from xlperf.importing.labels import Labels, labels_of
from xlperf.importing.leftovers import leftover_findings
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import Leftover, Page
from xlperf.importing.papers.source_file import SourceFile, read_source_file
from xlperf.importing.recognition import SaidYear, recognise, year_on_page
from xlperf.importing.unread_cells import unread_cells
from xlperf.reading.reader import read_cells
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding, gather
from xlperf.reporting.result import Result, status_of
from xlperf.text import letters_of
from xlperf.values.notation import Spellings, spellings_of
from xlperf.values.numbers import meanings
from xlperf.values.units import convert, label_unit, unit_of

SHORTEST_TITLE = 4  # letters: a title may go over two lines
RATIO = "ratio"  # printed as percent
HUNDRED, TWO = Decimal(100), Decimal(2)


def import_document(
    path: StrPath, *, form: str | None = None, year: int | None = None, templates: StrPath | None = None
) -> Result:
    """Return the document that a report holds: its findings, and in the document under `leftovers` what has no field.

    Args:
        path: a report (.docx or .pdf), its text, or a workbook of this or an earlier revision; it is never changed.
        form: which form it is; by default the one whose labels it has.
        year: the fiscal year of a report, whatever that says; by default the one that it says. That a workbook is to be of.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: no such file, form or year.
        UnreadableError: there is nothing to read in it, or it is no form we know (XL443).

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> label = form.blocks["narrative"].fields["profile"].label
        >>> with TemporaryDirectory() as folder:
        ...     report = Path(folder, "report.txt")
        ...     _ = report.write_text(f"{label}\\nfounded in 1984", "utf-8")
        ...     result = import_document(report, form=form.key, year=2022)
        >>> result.document["narrative"]
        {'profile': 'founded in 1984'}
    """
    source = read_source_file(path)
    if source.page is None:
        return _import_workbook(source.path, form=form, year=year, templates=templates)
    return import_report(source, form=form, year=year, templates=templates)


def import_report(
    source: SourceFile, *, form: str | None, year: int | None, templates: StrPath | None, unsaid_year: int | None = None
) -> Result:
    """Return the document that a report holds which was read already; as `import_document` does.

    Args:
        unsaid_year: the fiscal year of a report that does not say it.
    """
    page = source.page
    assert page is not None, "a workbook is no report"
    recognised = recognise(page, form=form, year=year, templates=templates)
    labels = labels_of(recognised.form)
    assembly, said = assemble(labels, page), year_on_page(labels, page)
    fiscal_year = year or (said.year if said else unsaid_year)
    assembly.rows["identity"][0]["fiscal_year"] = fiscal_year
    differences = list(_differences(assembly))
    leftovers = [*assembly.leftovers, *(difference.leftover for difference in differences)]
    assembly.leftovers = [piece for piece in leftovers if not _says_nothing(labels, assembly, piece)]
    findings = [
        *source.findings,
        *(difference.finding for difference in differences if difference.finding),
        *assembly.findings,
        *_page_findings(page),
        *_year_findings(said, fiscal_year),
        *_missing_parts(labels, assembly),
        *_missing_choices(assembly),
        *leftover_findings(assembly.leftovers, page),
    ]
    evidence = evidence_of_paper(recognised, page, assembly, said=said, asked_form=form, asked_year=year)
    found = [evidence, *gather(findings, labels.form)]
    return _result(source.path, assembly, sha256=source.sha256, findings=found, year=fiscal_year)


def _says_nothing(labels: Labels, assembly: Assembly, piece: Leftover) -> bool:
    """Whether a piece is part of the printed form (its title, its year line), or repeats what stands on the cover."""
    letters, form = letters_of(piece.text), labels.form
    headings = (sheet.heading or "" for sheet in form.sheets)
    titles = [letters_of(text) for text in (form.title, *labels.aliases.get(form.title, ()), *headings)]
    title = labels.year_line.sub("", letters)
    cover = [letters_of(value) for value in assembly.rows[unit_spot(form).block][0].values()]
    unexplained = assembly.form.report.get("unexplained", "")  # a line of our own reports
    return (
        labels.says_nothing(piece.text)
        or (unexplained != "" and piece.text.startswith(unexplained))
        or (letters != "" and letters in cover)
        or labels.only_year.fullmatch(letters) is not None
        or (len(title) >= SHORTEST_TITLE and any(title in own for own in titles))
    )


def _import_workbook(path: Path, *, form: str | None, year: int | None, templates: StrPath | None) -> Result:
    """What people typed into a workbook, of whatever revision it is."""
    reading = read_cells(path, templates=templates)
    alterations = list(find_alterations(reading))
    issued = compare_with_issued(reading, form=form, year=year, templates=templates)
    leftovers = list(unread_cells(reading, alterations))
    found = gather([*issued, *reading.findings, *alterations, *leftover_findings(leftovers)], reading.form)
    findings = [evidence_of_workbook(reading, leftovers), *found]
    assembly = Assembly(reading.form, reading.rows, places=dict(reading.places), leftovers=leftovers)
    return _result(path, assembly, sha256=reading.sha256, findings=findings, year=reading.fiscal_year)


def _result(path: Path, assembly: Assembly, *, sha256: str, findings: list[Finding], year: int | None) -> Result:
    form, path_of = assembly.form, path_namer(assembly.form, assembly.rows)
    document = _without_empty(document_of(form, assembly.rows))
    if assembly.leftovers:
        document[LEFTOVERS] = [{"place": str(piece.place), "text": piece.text} for piece in assembly.leftovers]
    return Result(
        file=str(path),
        status=status_of(findings),
        findings=[describe(finding, form, places=assembly.places, path_of=path_of) for finding in findings],
        sha256=sha256,
        form=form.key,
        revision=form.revision,
        year=year,
        unit=text_at(assembly.rows, unit_spot(form)) or None,
        document=document,
    )


def _without_empty(value: Mapping[str, object]) -> dict[str, object]:
    """An object without the objects in it that hold nothing, those of copies too, and without blank lists."""
    return {key: kept for key, item in value.items() if (kept := _kept(item)) not in ({}, [])}


def _kept(item: object) -> object:
    if isinstance(item, list):
        return [_kept(each) for each in item]
    return _without_empty(item) if isinstance(item, dict) else item


# --- figures that the form computes --------------------------------------------------------------------------


class _Difference(NamedTuple):
    """A figure of the report that is not what the form computes; without a finding where there is nothing to compare it with."""

    leftover: Leftover
    finding: Finding | None


def _differences(assembly: Assembly) -> Iterator[_Difference]:
    """Yield every figure of the report that is not what we compute; it is left over."""
    form, rows = assembly.form, compute(assembly.form, assembly.rows)
    for spot, passage in assembly.shown.items():
        block, value = form.blocks[spot.block], rows[spot.block][spot.index].get(spot.field)
        field = block.fields[spot.field]
        unit = label_unit(spellings_of(form), block, spot.index, field)
        leftover = Leftover(f"{field.label}: {passage.text}", passage.place)
        if value in (None, ""):  # it cannot be computed from what was read: nothing differs from it
            yield _Difference(leftover, None)
        elif not _agrees(spellings_of(form), passage.text, value, unit=unit, is_ratio=field.type == RATIO):
            yield _Difference(
                leftover,
                Finding("XL422", "warning", (spot,), {"found": passage.text, "expected": _printed(field, value)}),
            )


def _printed(field: Field, value: object) -> str | None:
    """A computed value as a report prints it: a ratio as percent with two decimals."""
    if not isinstance(value, int | float):
        return None if value is None else str(value)
    if field.type == RATIO:
        return f"{as_text(round_half_up(as_decimal(value) * HUNDRED, TWO))}%"
    return as_text(as_decimal(value))


def _agrees(spellings: Spellings, text: str, value: object, *, unit: str, is_ratio: bool) -> bool:
    """Whether a printed figure is ours, in as many decimals as are printed."""
    if value is None or normal_text(text) == normal_text(str(value)):
        return value is not None
    own = unit_of(spellings, unit) if unit else None
    printed = [number for meaning in meanings(spellings, text, own) for number in convert(meaning.number, meaning.unit, to=own)]
    computed = [meaning.number for meaning in meanings(spellings, value)] if isinstance(value, str) else []
    if isinstance(value, int | float):
        computed = [as_decimal(value)]
    if is_ratio:
        computed += [number * HUNDRED for number in computed]
    return any(round_half_up(ours, _decimals(number)) == number for number in printed for ours in computed)


def _decimals(number: Decimal) -> Decimal:
    """How many decimals a number has."""
    exponent = number.as_tuple().exponent
    return Decimal(max(0, -exponent)) if isinstance(exponent, int) else Decimal(0)


# --- findings ------------------------------------------------------------------------------------------------


def _page_findings(page: Page) -> Iterator[Finding]:
    """Yield what a converter left in the text, tracked changes, and numbers that cannot be shown."""
    if page.bookmarks:
        yield Finding("XL420", "info", (), {"found": len(page.bookmarks)}, cells=tuple(map(str, page.bookmarks)))
    if page.changes:
        yield Finding("XL425", "info", (), {"found": page.changes})
    if page.unnumbered:
        yield Finding("XL426", "info", (), {"found": len(page.unnumbered)}, cells=tuple(map(str, page.unnumbered)))


def _year_findings(said: SaidYear | None, taken: int | None) -> Iterator[Finding]:
    """Yield that the report does not say its year, or that another one was taken, as somebody asked for."""
    if taken is None:
        yield Finding("XL424", "warning")
    elif said is not None and said.year != taken:
        yield Finding("XL111", "warning", (), {"found": said.year, "expected": taken}, cells=(str(said.passage.place),))


def _missing_choices(assembly: Assembly) -> Iterator[Finding]:
    """Yield the choices that a row must have and the report does not write before its value, with the row's name and place."""
    form, order = assembly.form, list(assembly.form.blocks)
    filled = sorted(assembly.filled, key=lambda taken: (order.index(taken[0]), taken[1]))
    for key, value_column in paper_form_of(form).leading.items():
        for name, index in filled:
            block, row = form.blocks[name], assembly.rows[name][index]
            column = block.fields.get(key)
            if column and row.get(key) is None and is_required(form, block, index, column, row):
                row_name = block.row_name or ""
                spots = (Spot(name, index, value_column), Spot(name, index, row_name))
                cells = [assembly.places[spot] for spot in spots if spot in assembly.places][:1]
                yield Finding("XL427", "warning", (), {"label": column.label, "found": row.get(row_name)}, cells=tuple(cells))


def _missing_parts(labels: Labels, assembly: Assembly) -> Iterator[Finding]:
    for label in (*_missing_texts(labels, assembly), *_missing_tables(assembly)):
        yield Finding("XL423", "warning", (), {"found": label})


def _missing_texts(labels: Labels, assembly: Assembly) -> Iterator[str]:
    """The long texts of the form that are not in the report."""
    for spot in dict.fromkeys(labels.singles.values()):
        is_there = spot in assembly.labels or assembly.rows[spot.block][spot.index].get(spot.field)
        if labels.is_long(spot) and not is_there:
            yield assembly.form.blocks[spot.block].fields[spot.field].label


def _missing_tables(assembly: Assembly) -> Iterator[str]:
    """The tables of the form that are not in the report, and preset rows that are not in a table."""
    form = assembly.form
    used = {form.blocks[block].table for block, _ in assembly.filled}
    for sheet in form.sheets:
        for table in (section for section in sheet.sections if isinstance(section, Table) and section.key != RULES):
            blocks = [form.blocks[key] for key in table.blocks]
            if table.key in used:
                yield from (f"{table.label}: {name}" for name in _missing_rows(assembly, blocks, table.row_name))
            elif table.key not in assembly.tables and any(block.shape != "keyed" for block in blocks):
                yield sheet.heading or sheet.title


def _missing_rows(assembly: Assembly, blocks: Iterable[Block], row_name: str | None) -> Iterator[object]:
    """The names of the preset rows that are not in the report."""
    for block in blocks:
        for index, row in enumerate(block.rows if block.shape == "list" else ()):
            if (block.key, index) not in assembly.filled:
                yield row.values[row_name or ""]
