"""A paper becomes a document: last year's report, in Word or as text, or a workbook of an earlier revision.

    result = import_document("report-2022.docx")
    result.document             # takes its way into a workbook by fill_workbook
    result.document["leftovers"]   # what the form has no field for: [{"place": "paragraph 12", "text": "…"}]

What the form computes is not imported: the paper's figure is compared with ours, and a difference is told. Nothing is dropped
silently: what has no field is left over, with its place, in the document (where `fill` passes it by) and as a finding.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

from xlperf.addresses import cell_name
from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.forms.compute import compute
from xlperf.forms.document import LEFTOVERS, Spot, document_of, is_required, named, path_namer, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import RULES, Field, Table
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.importing.assembly import Assembly, assemble
from xlperf.importing.labels import LONGEST as LABEL
from xlperf.importing.labels import Labels, labels_of
from xlperf.importing.page import Flow, Grid
from xlperf.importing.source_file import OldPaper, read_paper
from xlperf.importing.tables import Left
from xlperf.messages import listing, sentence
from xlperf.reading.alterations import as_asked
from xlperf.reading.preflight import preflight
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reading.zip_file import MOST_AREA
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding, gather
from xlperf.reporting.result import Result, status_of
from xlperf.text import letters_of
from xlperf.values.notation import Spellings, spellings_of
from xlperf.values.numbers import meanings
from xlperf.values.printing import typed_text
from xlperf.values.units import convert, label_unit, unit_of

MOST = 1000  # cells of one sheet

LEAST = 3  # labels by which a form is recognised
FIRST = 40  # texts among which the year stands
LONGEST_SHOWN = 200
SHORTEST_TITLE = 4  # letters: a title may go over two lines


def import_document(
    path: StrPath, *, form: str | None = None, year: int | None = None, templates: StrPath | None = None
) -> Result:
    """Return the document that a paper holds: its findings, and in the document under `leftovers` what has no field.

    Args:
        path: a report (.docx), its text, or a workbook of this or an earlier revision; it is never changed.
        form: which form it is; by default the one whose labels it has.
        year: the fiscal year, where the paper does not say it.

    Raises:
        UsageError: no such file, form or year.
        UnreadableError: there is nothing to read in it, or it is no form we know (XL443).
    """
    path = Path(path)
    paper = read_paper(path)
    return _of_workbook(path, form, year, templates) if paper.flow is None else import_paper(path, paper, form, year, templates)


def import_paper(path: Path, paper: OldPaper, form: str | None, year: int | None, templates: Path | None) -> Result:
    """Return the document that a paper holds which is read already and no workbook; as `import_document` does."""
    labels = labels_of(_recognised(paper.flow, form, year, templates))
    done, said = assemble(labels, paper.flow), _year_of(labels, paper.flow)
    done.rows["identity"][0]["fiscal_year"] = said or year
    compared = list(_compare(done))
    done.left = [piece for piece in done.left if not _says_nothing(labels, done, piece)]
    findings = gather([*paper.findings, *compared, *_findings(labels, done, paper.flow, said, year)], labels.form)
    return _result(path, paper.sha256, done, findings, said or year)


def _says_nothing(labels: Labels, done: Assembly, piece: Left) -> bool:
    """Whether a piece is part of the printed form (its title, its year line), or repeats what stands on the cover."""
    words, form = letters_of(piece.text), labels.form
    titles = [letters_of(text) for text in (form.title, *(sheet.heading or "" for sheet in form.sheets))]
    cover = [letters_of(value) for value in done.rows[unit_spot(form).block][0].values()]
    return (
        labels.is_frame(piece.text)
        or (words and words in cover)
        or bool(labels.years.fullmatch(words))
        or (len(words) >= SHORTEST_TITLE and any(words in title for title in titles))
    )


def _of_workbook(path: Path, form: str | None, year: int | None, templates: Path | None) -> Result:
    """What people typed into a workbook, of whatever revision it is."""
    reading = read_cells(path, templates=templates)
    findings = gather([*as_asked(reading, form, year), *reading.findings], reading.form)
    done = Assembly(reading.form, reading.rows, places=reading.places, left=list(strangers(reading)))
    return _result(path, reading.sha256, done, findings, reading.fiscal_year)


def _result(path: Path, sha256: str, done: Assembly, findings: list[Finding], year: int | None) -> Result:
    form, namer = done.form, path_namer(done.form, done.rows)
    document = _without_empty(document_of(form, done.rows))
    if done.left:
        document[LEFTOVERS] = [{"place": str(piece.place), "text": piece.text} for piece in done.left]
    return Result(
        file=str(path),
        status=status_of(findings),
        findings=[describe(finding, form, places=done.places, path_of=namer) for finding in findings],
        sha256=sha256,
        form=form.key,
        revision=form.revision,
        year=year,
        unit=named(done.rows, unit_spot(form)) or None,
        document=document,
    )


def _without_empty(value: object) -> object:
    """A document without the objects in which there is nothing."""
    if not isinstance(value, dict):
        return value
    return {key: inner for key, item in value.items() if (inner := _without_empty(item)) not in ({}, [])}


# --- which form, which year ----------------------------------------------------------------------------------


def _recognised(flow: Flow, key: str | None, year: int | None, templates: Path | None) -> Form:
    """The form that a paper is, of the revision that serves its year: the one most of whose labels it has.

    Raises:
        UnreadableError: it has the labels of none, or none of the form that was asked for (XL443).
    """
    if key is not None and not _score(labels_of(asked := load_form(find_form(key, templates=templates))), flow):
        raise UnreadableError("XL443", known=asked.title)
    if key is None:
        known = [load_form(folder) for folder in form_directories(templates)]
        scores = [(_score(labels_of(form), flow), form.key) for form in known]
        best, key = max(scores, default=(0, ""), key=lambda pair: pair[0])
        if best < LEAST:
            raise UnreadableError("XL443", known=listing(dict.fromkeys(form.title for form in known)))
    said = _year_of(labels_of(load_form(find_form(key, templates=templates))), flow)
    return load_form(find_form(key, year=said or year, templates=templates))


def _texts(flow: Flow) -> Iterator[str]:
    for item in flow.items:
        yield from (cell.text for row in item.rows for cell in row) if isinstance(item, Grid) else (item.words,)


def _score(labels: Labels, flow: Flow) -> int:
    """How many different labels of a form stand on a paper."""
    known = {*labels.singles, *labels.headings, *labels.frames, *(name for table in labels.columns.values() for name in table)}
    found = {name for text in _texts(flow) if len(text) <= LABEL for name in labels.loosely(text.partition("\uff1a")[0]) & known}
    return len(found)


def _year_of(labels: Labels, flow: Flow) -> int | None:
    """The fiscal year that a paper says it is of: the year line, else the first words like it above the first label."""
    texts = [text for text in _texts(flow) if 0 < len(text.strip()) <= LABEL][:FIRST]
    above = takewhile(lambda text: labels.cut(text) is None, texts)
    found = [
        *filter(None, (labels.years.fullmatch(letters_of(text)) for text in texts)),
        *filter(None, (labels.years.search(letters_of(text)) for text in above)),
    ]
    return int(found[0][1]) if found else None


# --- what there is to tell -----------------------------------------------------------------------------------


def _findings(labels: Labels, done: Assembly, flow: Flow, said: int | None, asked: int | None) -> Iterator[Finding]:
    """Yield what was found on the way, and what of the form is not on the paper."""
    yield from done.findings
    if flow.residues:
        yield Finding("XL420", "info", (), {"found": len(flow.residues)}, cells=tuple(map(str, flow.residues)))
    if flow.changes:
        yield Finding("XL425", "info", (), {"found": flow.changes})
    if flow.unnumbered:
        yield Finding("XL426", "info", (), {"found": len(flow.unnumbered)}, cells=tuple(map(str, flow.unnumbered)))
    if said is None and asked is None:
        yield Finding("XL424", "warning")
    elif said is not None and asked is not None and said != asked:
        yield Finding("XL111", "error", (), {"found": said, "expected": asked})
    yield from (Finding("XL423", "warning", (), {"found": label}) for label in _missing(labels, done))
    yield from _without_choice(done)
    yield from (Finding("XL421", "warning", (), {"found": _short(piece.text)}, cells=(str(piece.place),)) for piece in done.left)


def _without_choice(done: Assembly) -> Iterator[Finding]:
    """Yield the choices that a row must have and the paper does not write before its value, with the row's name and place."""
    form = done.form
    for key, host in form.definition.get("paper", {}).get("leading", {}).items():
        for name, index in sorted(done.taken, key=lambda taken: (list(form.blocks).index(taken[0]), taken[1])):
            block, row = form.blocks[name], done.rows[name][index]
            known = block.fields.get(key)
            if known and row.get(key) is None and is_required(form, block, index, known, row):
                place = done.places.get(Spot(name, index, host)) or done.places.get(Spot(name, index, block.row_name))
                found = {"label": known.label, "found": row.get(block.row_name)}
                yield Finding("XL427", "warning", (), found, cells=(place,) if place else ())


def _missing(labels: Labels, done: Assembly) -> Iterator[str]:
    """The long texts and the tables of the form that are not on the paper, and preset rows that are not in a table."""
    form = done.form
    used = {form.blocks[block].table for block, _ in done.taken}
    for single in dict.fromkeys(labels.singles.values()):
        if labels.is_long(single) and single not in done.found and not done.rows[single[0]][0].get(single[1]):
            yield form.blocks[single[0]].fields[single[1]].label
    for sheet in form.sheets:
        for table in (section for section in sheet.sections if isinstance(section, Table) and section.key != RULES):
            blocks = [form.blocks[key] for key in table.blocks]
            if table.key not in used | done.present and any(block.shape != "keyed" for block in blocks):
                yield sheet.heading or sheet.title
            elif table.key in used:
                yield from (
                    f"{table.label}: {row.values[table.row_name]}"
                    for block in blocks
                    if block.shape == "list"
                    for index, row in enumerate(block.rows)
                    if (block.key, index) not in done.taken
                )


def _compare(done: Assembly) -> Iterator[Finding]:
    """Yield every figure of the paper that is not what we compute; it is left over."""
    form, rows = done.form, compute(done.form, done.rows)
    for spot, words in done.shown.items():
        block, value = form.blocks[spot.block], rows[spot.block][spot.index].get(spot.field)
        known = block.fields[spot.field]
        if not _agrees(spellings_of(form), known, label_unit(spellings_of(form), block, spot.index, known), words.text, value):
            ours = _printed(known, value)
            done.left.append(Left(f"{known.label}: {words.text}", words.place))
            yield Finding("XL422", "warning", (spot,), {"found": words.text, "expected": ours})


def _printed(known: Field, value: object) -> str | None:
    if known.type == "ratio" and isinstance(value, int | float):
        return f"{as_text(round_half_up(as_decimal(value) * 100, Decimal(2)))}%"
    return None if value is None else as_text(as_decimal(value))


def _agrees(spellings: Spellings, known: Field, unit: str, text: str, value: object) -> bool:
    """Whether a printed figure is ours, in as many decimals as are printed."""
    if value is None or normal_text(text) == normal_text(str(value)):
        return value is not None
    own = unit_of(spellings, unit) if unit else None
    numbers = [number for meaning in meanings(spellings, text, own) for number in convert(meaning.number, meaning.unit, to=own)]
    ours = [as_decimal(value)] if not isinstance(value, str) else [meaning.number for meaning in meanings(spellings, value)]
    ours += [number * 100 for number in ours] if known.type == "ratio" else []
    return any(round_half_up(one, Decimal(max(0, -number.as_tuple().exponent))) == number for number in numbers for one in ours)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}\u2026"


def strangers(reading: Reading) -> Iterator[Left]:
    """Yield every cell that holds something and is none of the form's, with its place."""
    told = {cell for finding in reading.findings if finding.code == "XL236" for cell in finding.cells}
    for title, grid in reading.sheets.values() if told else ():
        for row, line in enumerate(grid):
            places = (f"{title}!{cell_name(row, column)}" for column in range(len(line)))
            yield from (Left(typed_text(value), place) for place, value in zip(places, line, strict=True) if place in told)
    if reading.strangers:
        yield from _of_sheets(reading)


def _of_sheets(reading: Reading) -> Iterator[Left]:
    """The cells of the sheets that are not ours, so many of each."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(preflight(reading.path).content))
    for title in reading.strangers:
        seen, sheet = 0, book.get_sheet_by_name(title)
        rows = MOST_AREA // (sheet.total_width + 1)
        for row, line in enumerate(sheet.to_python(skip_empty_area=False, nrows=rows)):
            for column, value in enumerate(line):
                if str(value).strip():
                    seen += 1
                    yield from [Left(typed_text(value), f"{title}!{cell_name(row, column)}")] if seen <= MOST else ()
        if seen > MOST:
            yield Left(sentence("cells_not_listed", {"count": seen - MOST}), title)
