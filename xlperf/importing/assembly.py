"""The records of a paper at their places among the rows of a form.

    done = assemble(labels, flow)
    done.rows, done.left, done.shown     # rows as `document` knows them, what has no field, figures where the form computes

A preset row is known by its name, any other row is added where it stands. What a cell means, and what is asked about, `values`
says as it does of a workbook; a column that the paper counts in another unit (yuan) is read in that unit. A single field that
the paper says twice, differently, and a second row of a kind that stands once are left over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlperf.forms.document import Rows, Spot, is_empty, is_required, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block, Field
from xlperf.formula.nodes import Kind
from xlperf.importing.combined_cells import take_apart
from xlperf.importing.labels import Labels
from xlperf.importing.page import Flow
from xlperf.importing.sections import Target, read_outline
from xlperf.importing.tables import Left, Present, Record, Words, place_of
from xlperf.reporting.finding import Finding
from xlperf.values.blanks import is_blank, is_dash
from xlperf.values.cells import read_value
from xlperf.values.notation import spellings_of
from xlperf.values.numbers import meanings
from xlperf.values.rows import read_row
from xlperf.values.units import label_unit, unit_of

APART = " | "


@dataclass
class Assembly:
    """What was made of a paper so far."""

    form: Form
    rows: Rows
    found: set[Target] = field(default_factory=set)  # labels
    present: set[str] = field(default_factory=set)  # tables
    taken: set[tuple[str, int]] = field(default_factory=set)  # rows
    places: dict[Spot, str] = field(default_factory=dict)
    shown: dict[Spot, Words] = field(default_factory=dict)  # what the paper says where the form computes
    left: list[Left] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def assemble(labels: Labels, flow: Flow) -> Assembly:
    """Put every record at its place among the rows of the form."""
    done = Assembly(labels.form, rows_of(labels.form, {})[0])
    for piece in read_outline(labels, flow):
        if isinstance(piece, Record):
            _put(labels, done, piece)
        elif isinstance(piece, Left):
            done.left.append(piece)
        elif isinstance(piece, Present):
            done.present.add(piece.table)
        else:
            done.found.add(piece)
    done.left = _dated(done, done.left) + [Left(line.text, line.place) for line in flow.asides]
    return done


def _dated(done: Assembly, left: list[Left]) -> list[Left]:
    """What is left when a date that stands alone, as below a signature, is the date that the form asks for."""
    for block in done.form.blocks.values():
        for known in block.fields.values() if block.table is None else ():
            if known.type != "date" or done.rows[block.key][0].get(known.key) is not None:
                continue
            for piece in left:
                value, remark = read_value(done.form, known, piece.text)
                if value != piece.text and (remark is None or remark.severity == "info"):
                    done.rows[block.key][0][known.key] = value
                    done.places[Spot(block.key, 0, known.key)] = str(piece.place)
                    return [other for other in left if other is not piece]
    return left


def _put(labels: Labels, done: Assembly, record: Record) -> None:
    form, block = done.form, done.form.blocks[record.block]
    name = record.cells[block.row_name].text if block.row_name in record.cells else ""
    index = 0 if block.shape == "object" else place_of(labels, block, name)
    if block.table and (block.key, index) in done.taken:
        index = None if block.shape == "list" else -1
    if index is None and block.shape == "list":
        index = len(done.rows[block.key])
    if index is None or index < 0:
        done.left.append(Left(APART.join(words.text for words in record.cells.values()), next(iter(record.cells.values())).place))
        return
    preset = block.row(index)
    row = dict(block.constants) | ({block.row_name: preset.values[block.row_name]} if preset and block.shape == "list" else {})
    typed, computed = _typed(labels, done, block, index, record)
    row, remarks = read_row(form, block, index, given=row, typed={key: words.text for key, words in typed.items()})
    if block.table is None:
        row = _single(done, block, row, typed)
    if block.shape == "list" and is_empty(form, block, index, row):
        done.left += [Left(*words) for words in computed.values()]
        return
    done.shown |= {Spot(block.key, index, key): words for key, words in computed.items() if block.key != RULES}
    done.taken.add((block.key, index))
    done.places |= {Spot(block.key, index, key): str(words.place) for key, words in {**record.cells, **typed, **computed}.items()}
    done.findings += [
        Finding(remark.code, remark.severity, (Spot(block.key, index, key),), remark.arguments)
        for key, remark in remarks
        if remark.code and remark.found.lstrip("'") != remark.expected
    ]
    listed = done.rows[block.key]
    if index < len(listed):
        listed[index] = row if block.shape == "list" else {**listed[index], **row}
    else:
        listed.append(row)


def _single(done: Assembly, block: Block, row: Mapping, typed: Mapping[str, Words]) -> dict:
    """The values of single fields; one that was said before and otherwise is left over."""
    before = done.rows[block.key][0]
    again = {key for key in row if before.get(key) is not None}
    done.left += [Left(typed[key].text, typed[key].place) for key in again if before[key] != row[key]]
    return {key: value for key, value in row.items() if key not in again}


def _typed(labels: Labels, done: Assembly, block: Block, index: int, record: Record) -> tuple[dict[str, Words], dict[str, Words]]:
    """The words of a record by the fields people type into, and those of the fields that the form computes."""
    form, paper = done.form, done.form.definition.get("paper", {})
    composed, leading = paper.get("composed", {}), paper.get("leading", {})
    texts = {
        key: _with_unit(form, block, index, key, words.text, record.units)
        for key, words in record.cells.items()
        if not _is_blank(form, block.fields[key].type == "value" or key in composed.values(), words.text)
    }
    typed: dict[str, Words] = {}
    computed: dict[str, Words] = {}
    for key, text in take_apart(form, block, index, texts).items():
        known, host = block.fields[key], leading.get(key, key)
        part = composed.get("actual" if host == spellings_of(form).columns.get("actual") else "target")
        source = record.cells.get(key) or record.cells.get(part) or record.cells.get(host) or next(iter(record.cells.values()))
        words = Words(text, source.place)
        if form.formula(block, index, key) is not None:
            computed[key] = words
        elif form.is_input(block, index, known):
            typed[key] = words
        elif key in record.cells and not _is_printed(labels, block, index, known, text):
            done.left.append(Left(*words))
    for key, shown in paper.get("shown", {}).items():
        row, known = {name: words.text for name, words in typed.items()}, block.fields.get(key)
        if shown in computed and key not in typed and known and is_required(form, block, index, known, row):
            typed[key] = computed[shown]
    return typed, computed


def _is_blank(form: Form, valued: bool, text: str) -> bool:
    """Whether a cell says that there is nothing; where a value stands a word may be the value (accidents: none)."""
    return (is_dash if valued else is_blank)(spellings_of(form), text)


def _is_printed(labels: Labels, block: Block, index: int, known: Field, text: str) -> bool:
    """Whether the words of a cell nobody fills in are those the form prints there."""
    preset = block.row(index)
    printed = block.constants.get(known.key) or (preset.values.get(known.key) if preset else None)
    return labels.same(text, printed) if printed else known.type in ("serial", "link") or known.given


def _with_unit(form: Form, block: Block, index: int, key: str, text: str, said: Mapping[str, tuple[str, ...]]) -> str:
    """A bare number with the unit that the paper says its column counts in, where that is another than the form's."""
    known, spellings = block.fields[key], spellings_of(form)
    if known.kind is not Kind.NUMBER:
        return text
    own = unit_of(spellings, label_unit(spellings, block, index, known))
    its = next((word for word in said.get(key, ()) if unit_of(spellings, word).base == own.base), "")
    bare = its and unit_of(spellings, its) != own and all(meaning.unit is None for meaning in meanings(spellings, text))
    return f"{text}{its}" if bare else text
