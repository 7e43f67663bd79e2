"""The rows that a report holds, each at its place among the rows of a form.

    assembly = assemble(labels, page)
    assembly.rows, assembly.leftovers, assembly.shown     # what has a field, what has none, figures where the form computes

A preset row is found by its name, any other row is added where it stands. What a cell means, and what is asked about, `values`
says as it does of a workbook; a column that the report counts in another unit (yuan) is read in that unit. A single field that
the report says twice, differently, and a second row of a kind that stands once are left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlperf.forms.document import Rows, Spot, code_spot, is_empty, is_required, rows_of, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block, Field
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_text, with_thousands
from xlperf.importing.combined_cells import take_apart
from xlperf.importing.copies import in_their_copies
from xlperf.importing.labels import Labels, Target
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import Leftover, Page, Passage
from xlperf.importing.sections import first_paper, read_sections
from xlperf.importing.tables.found import FoundRow, FoundTable
from xlperf.importing.tables.unit_captions import Units
from xlperf.reporting.finding import Finding
from xlperf.text import code_in, fold, without_code
from xlperf.values.blanks import is_blank, is_dash
from xlperf.values.cells import read_value
from xlperf.values.notation import Spellings, spellings_of
from xlperf.values.numbers import meanings
from xlperf.values.remarks import Remark
from xlperf.values.rows import read_row
from xlperf.values.units import label_unit, unit_of

NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)

Passages = Mapping[str, Passage]  # by the fields of a row


@dataclass
class Assembly:
    """What was made of a report so far."""

    form: Form
    rows: Rows
    labels: set[Target] = field(default_factory=set)  # that were found
    tables: set[str] = field(default_factory=set)  # that the report has, with rows or without
    filled: set[tuple[str, int]] = field(default_factory=set)  # rows, by block and index
    places: dict[Spot, str] = field(default_factory=dict)
    shown: dict[Spot, Passage] = field(default_factory=dict)  # what the report says where the form computes
    leftovers: list[Leftover] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    code_with_name: str = ""  # the unit's code, where it stood in one cell with its name and the form has a field for it


def assemble(labels: Labels, page: Page) -> Assembly:
    """Put every row that a page holds at its place among the rows of the form."""
    assembly = Assembly(labels.form, rows_of(labels.form, {})[0])
    page, others = first_paper(labels, page)
    for piece in in_their_copies(labels.form, read_sections(labels, page)):
        if isinstance(piece, FoundRow):
            _put(labels, assembly, piece)
        elif isinstance(piece, FoundTable):
            assembly.tables.add(piece.table)
        elif isinstance(piece, Leftover):
            assembly.leftovers.append(piece)
        else:
            assembly.labels.add(piece)
    _take_date(assembly)
    _take_code(assembly)
    assembly.leftovers += others + [Leftover(line.text, line.place) for line in page.asides]
    return assembly


def _take_date(assembly: Assembly) -> None:
    """Take a date that stands alone, as below a signature, as the date that the form asks for; a number alone is none."""
    form, rows = assembly.form, assembly.rows
    for block in form.blocks.values():
        for column in block.fields.values() if block.table is None else ():
            if column.type != "date" or rows[block.key][0].get(column.key) is not None:
                continue
            for piece in (piece for piece in assembly.leftovers if not NUMBER.fullmatch(fold(piece.text).strip())):
                value, remark = read_value(form, column, piece.text)
                if value != piece.text and (remark is None or remark.severity == "info"):
                    rows[block.key][0][column.key] = value
                    assembly.places[Spot(block.key, 0, column.key)] = str(piece.place)
                    assembly.leftovers = [other for other in assembly.leftovers if other is not piece]
                    return


def _take_code(assembly: Assembly) -> None:
    """Part the unit's code from its name, where both stand in one cell and the form asks for each; a second code stays."""
    form, name = assembly.form, unit_spot(assembly.form)
    code = code_spot(form)
    row = assembly.rows[name.block][0]
    found = code_in(text_at(assembly.rows, name))
    if found and code.field in form.blocks[code.block].fields and text_at(assembly.rows, code) in ("", found):
        row |= {name.field: without_code(text_at(assembly.rows, name)), code.field: found}
        assembly.code_with_name = found
        assembly.filled.add((name.block, 0))
        if name in assembly.places:
            assembly.places.setdefault(code, assembly.places[name])


# --- one row -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sorted:
    """What a report says of a row, by what becomes of it."""

    typed: Passages  # fields that people fill in
    computed: Passages  # fields that the form computes
    leftovers: list[Leftover]  # fields that nobody fills in


def _put(labels: Labels, assembly: Assembly, found: FoundRow) -> None:
    """Put a row at its place; what of it has no place is left over."""
    form, block = assembly.form, assembly.form.blocks[found.block]
    index = _index(labels, assembly, block, found)
    if index is None:
        assembly.leftovers.append(found.leftover())
        return
    passages = _sorted(labels, block, index, found)
    taken = set(assembly.places.values())  # a cell merged over several rows was read with the first of them
    assembly.leftovers += [passage for passage in passages.leftovers if str(passage.place) not in taken]
    typed = {key: passage.text for key, passage in passages.typed.items()}
    row, remarks = read_row(form, block, index, given=_preset(block, index), typed=typed)
    if block.table is None:
        row = _without_repeated(assembly, block, row, passages.typed)
    if block.shape == "list" and is_empty(form, block, index, row):
        assembly.leftovers += [Leftover(*passage) for passage in passages.computed.values()]
        return
    assembly.filled.add((block.key, index))
    assembly.findings += _findings(block, index, remarks)
    for key, passage in {**found.cells, **passages.typed, **passages.computed}.items():
        assembly.places[Spot(block.key, index, key)] = str(passage.place)
    if block.key != RULES:
        assembly.shown |= {Spot(block.key, index, key): passage for key, passage in passages.computed.items()}
    listed = assembly.rows[block.key]
    if index == len(listed):
        listed.append(row)
    else:
        listed[index] = row if block.shape == "list" else {**listed[index], **row}


def _index(labels: Labels, assembly: Assembly, block: Block, found: FoundRow) -> int | None:
    """Where a row goes: the one row of single fields, a preset row of its name, a new row; None where there is no place."""
    name = found.cells.get(block.row_name or "")
    preset = 0 if block.shape == "object" else labels.preset_index(block, name.text if name else "")
    if preset is not None and not (block.table and (block.key, preset) in assembly.filled):
        return preset
    return len(assembly.rows[block.key]) if block.shape == "list" else None


def _preset(block: Block, index: int) -> dict[str, object]:
    """What a row holds before anything is read: the constants of its block, and its name if it is a preset one."""
    preset, row = block.row(index), dict(block.constants)
    if preset and block.row_name and block.shape == "list":
        row[block.row_name] = preset.values[block.row_name]
    return row


def _without_repeated(assembly: Assembly, block: Block, row: Mapping[str, object], typed: Passages) -> dict[str, object]:
    """The values of single fields; one that was said before is not said again, and otherwise is left over."""
    before = assembly.rows[block.key][0]
    repeated = [key for key in row if before.get(key) is not None]
    assembly.leftovers += [Leftover(*typed[key]) for key in repeated if before[key] != row[key]]
    return {key: value for key, value in row.items() if key not in repeated}


def _is_print_of(found: str, expected: str) -> bool:
    """Whether a text is what a report prints of that value: a number with its thousands apart and two decimals."""
    if found == expected or not NUMBER.fullmatch(expected):
        return found == expected
    return found in (with_thousands(Decimal(expected)), as_text(Decimal(expected), "0.00"))


def _findings(block: Block, index: int, remarks: Iterable[tuple[str, Remark]]) -> list[Finding]:
    return [
        Finding(remark.code, remark.severity, (Spot(block.key, index, key),), remark.arguments)
        for key, remark in remarks
        if remark.code and not _is_print_of(remark.found.lstrip("'"), remark.expected)
    ]


# --- the cells of a row --------------------------------------------------------------------------------------


def _sorted(labels: Labels, block: Block, index: int, found: FoundRow) -> _Sorted:
    """The words of a row by what becomes of them."""
    form = labels.form
    typed: dict[str, Passage] = {}
    computed: dict[str, Passage] = {}
    leftovers: list[Leftover] = []
    for key, text in take_apart(form, block, index, _texts(labels, block, index, found)).items():
        passage = Passage(text, _source(form, found, key).place)
        if form.formula(block, index, key) is not None:
            computed[key] = passage
        elif form.is_input(block, index, block.fields[key]):
            typed[key] = passage
        elif key in found.cells and not _is_printed(labels, block, index, key=key, text=text):
            leftovers.append(_left_over(block.fields[key], passage))
    for key, shown in paper_form_of(form).shown.items():
        column, row = block.fields.get(key), {name: passage.text for name, passage in typed.items()}
        if shown in computed and key not in typed and column and is_required(form, block, index, column, row):
            typed[key] = computed[shown]
    return _Sorted(typed, computed, leftovers)


def _texts(labels: Labels, block: Block, index: int, found: FoundRow) -> dict[str, str]:
    """The texts of a row's cells, those apart that say that there is nothing; bare numbers with the unit of their column."""
    form = labels.form
    spellings, combined = spellings_of(form), paper_form_of(form).combined.values()
    texts: dict[str, str] = {}
    for key, passage in found.cells.items():
        column = block.fields[key]
        is_single_text = block.table is None and column.type == "text"
        holds_words = (
            column.type == "value" or key in combined or is_single_text
        )  # a word for nothing may be meant (accidents: none)
        says_nothing = is_dash if holds_words else is_blank
        if says_nothing(spellings, passage.text):
            continue
        texts[key] = passage.text
        if key in found.units and column.kind is Kind.NUMBER:
            own = label_unit(spellings, block, index, column)
            texts[key] = _with_unit(spellings, passage.text, own=own, said=found.units[key])
    return _with_choices(labels, block, texts)


def _with_choices(labels: Labels, block: Block, texts: dict[str, str]) -> dict[str, str]:
    """The texts with the choices that they print, in whatever way names are printed."""
    found = dict(texts)
    columns = sorted(block.fields.values(), key=lambda column: bool(column.choices_by))
    for column in columns:
        text = found.get(column.key)
        choices = _choices(column, found)
        which = labels.which(text, choices) if text and choices else None
        if which is not None:
            found[column.key] = choices[which]
    return found


def _choices(column: Field, texts: Mapping[str, str]) -> Sequence[str]:
    """The choices of a column, those that the level above it allows first."""
    lists = [choices for other, by in column.choices_by.items() for choices in (by.get(texts.get(other, ""), ()), *by.values())]
    return tuple(dict.fromkeys((*(choice for choices in lists for choice in choices), *column.choices)))


def _source(form: Form, found: FoundRow, key: str) -> Passage:
    """The cell from which the text of a field was taken."""
    paper = paper_form_of(form)
    value_column = paper.leading.get(key, key)
    part = "actual" if value_column == spellings_of(form).columns.get("actual") else "target"
    cells = (found.cells.get(name) for name in (key, paper.combined.get(part, ""), value_column))
    return next(filter(None, cells), next(iter(found.cells.values())))


def _is_printed(labels: Labels, block: Block, index: int, *, key: str, text: str) -> bool:
    """Whether the words of a cell nobody fills in are those the form prints there."""
    column, preset = block.fields[key], block.row(index)
    printed = block.constants.get(column.key) or (preset.values.get(column.key) if preset else None)
    if printed:
        return labels.is_called(text, printed)
    return column.type in ("serial", "link") or (column.given and not meanings(spellings_of(labels.form), text))


def _left_over(column: Field, passage: Passage) -> Leftover:
    """What stands in a cell nobody fills in; a figure with the label of its column."""
    text = f"{column.label}: {passage.text}" if column.given else passage.text
    return Leftover(text, passage.place)


def _with_unit(spellings: Spellings, text: str, *, own: str, said: Units) -> str:
    """A bare number with the unit that the report says its column counts in, where that is another than the form's own."""
    unit = unit_of(spellings, own)
    other = next((word for word in said if unit_of(spellings, word).base == unit.base), "")
    if not other or unit_of(spellings, other) == unit:
        return text
    is_bare = all(meaning.unit is None for meaning in meanings(spellings, text))
    return f"{text}{other}" if is_bare else text
