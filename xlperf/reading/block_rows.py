"""The rows of one block, from the rows of its sheet: preset rows at their places, the others in the order they stand.

read = read_block(form, form.blocks["items"], sheet_rows, NumberFormats(package))
read.rows, read.origins, read.findings
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from xlperf.forms.document import Spot, is_empty, preset_index
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block
from xlperf.reading.cell_formats import NumberFormats
from xlperf.reading.sheet_rows import Cell, SheetRow, typed_of
from xlperf.reporting.finding import Finding
from xlperf.values.blanks import is_blank
from xlperf.values.cells import without_invisible
from xlperf.values.codes import code_left
from xlperf.values.notation import spellings_of
from xlperf.values.remarks import CellError, Remark, StruckOut, Uncomputed
from xlperf.values.rows import read_row


@dataclass(frozen=True)
class BlockRow:
    """One row of a block as it was read; everything by field."""

    index: int
    values: Mapping[str, object]  # what is fixed included
    shown_results: Mapping[str, object]  # what the cells show that the template computes
    remarks: tuple[tuple[str, Remark], ...]  # what is to be reported of its cells
    origins: tuple[SheetRow, ...]  # one row of a sheet; several where the fields stand alone
    is_blank: bool = False  # it is a free row in which nobody typed anything


@dataclass(frozen=True)
class BlockRows:
    """The rows of a block as they were read."""

    block: Block
    read: Mapping[int, BlockRow]  # by index, in the order they stand; after the last row the first blank one
    count: int  # of rows, without that blank one and with those that are missing
    findings: tuple[Finding, ...]

    def shown_results(self) -> Iterator[tuple[Spot, object]]:
        """Yield what the cells show that the template computes."""
        for row in self.read.values():
            for key, result in row.shown_results.items():
                yield Spot(self.block.key, row.index, key), result

    def computed_still(self, formulas: Mapping[str, Set[tuple[int, int]]]) -> Iterator[Spot]:
        """Yield which of those cells are computed still; all of a sheet of which nothing tells.

        Args:
            formulas: the cells with a formula, by the title of their sheet.
        """
        for row in self.read.values():
            for origin in row.origins:
                known = formulas.get(origin.title)
                for key in origin.values.keys() & row.shown_results.keys():
                    if known is None or (origin.number, origin.columns[key]) in known:
                        yield Spot(self.block.key, row.index, key)

    def remarks(self) -> Iterator[tuple[Spot, Remark]]:
        """Yield what is to be reported of the cells."""
        for row in self.read.values():
            for key, remark in row.remarks:
                yield Spot(self.block.key, row.index, key), remark

    def origins(self) -> Iterator[tuple[int, SheetRow]]:
        """Yield by index the row of a sheet from which each row of a table was read."""
        for row in self.read.values():
            if not row.is_blank and not row.origins[0].single:
                yield row.index, row.origins[0]

    @property
    def rows(self) -> list[dict[str, object]]:
        """The values of the rows; of a row that is missing what is fixed of it."""
        return [dict(self.read[index].values) if index in self.read else _fixed(self.block, index) for index in range(self.count)]

    @property
    def missing(self) -> Set[int]:
        """The preset rows that are not in the file."""
        return {index for index in range(self.count) if index not in self.read}


class FieldCells(Mapping[Spot, Cell]):
    """Where each field stands, looked up when it is asked for: a file has thousands of fields, and few are asked for."""

    def __init__(self, blocks: Iterable[BlockRows]) -> None:
        self._origins = {(read.block.key, row.index): row.origins for read in blocks for row in read.read.values()}

    def __getitem__(self, spot: Spot) -> Cell:
        return self._origin(spot).cell(spot.field)

    def __iter__(self) -> Iterator[Spot]:
        for (block, index), origins in self._origins.items():
            yield from (Spot(block, index, key) for key in dict.fromkeys(key for origin in origins for key in origin.values))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def shown(self, spot: Spot) -> object:
        """What the cell of a field shows, before anything was made of it."""
        return self._origin(spot).values[spot.field]

    def rows(self) -> Iterator[tuple[str, int, SheetRow]]:
        """Yield every row of a sheet that was read, after the block it belongs to and its index there."""
        for (block, index), origins in self._origins.items():
            yield from ((block, index, origin) for origin in origins if origin.values)

    def _origin(self, spot: Spot) -> SheetRow:
        """The row of a sheet where a field stands; where it stands in two pieces of one row, the last."""
        for origin in reversed(self._origins.get((spot.block, spot.index), ())):
            if spot.field in origin.values:
                return origin
        raise KeyError(spot)


def read_block(form: Form, block: Block, sheet_rows: Iterable[SheetRow], formats: NumberFormats) -> BlockRows:
    """Read the rows of a block; its findings are in the order of the sheet."""
    read: dict[int, BlockRow] = {}
    findings: list[Finding] = []
    count = len(block.rows) or int(block.shape == "object")
    for sheet_row in sheet_rows:
        index = _preset_place(block, sheet_row, taken=read.keys())
        if index is None:
            row = _read_row(form, block, count, sheet_row, formats)
            if row.is_blank:
                read.setdefault(count, row)
                continue
            read[count], index = row, count
            count += 1
        elif sheet_row.single:
            row = _read_row(form, block, index, sheet_row, formats)
            read[index] = _joined(read[index], row) if index in read else row
        elif index in read:
            if typed_of(form, block, sheet_row.key, sheet_row.values):
                findings.append(_standing_twice(block, index, sheet_row))
            continue
        else:
            row = read[index] = _read_row(form, block, index, sheet_row, formats)
        findings += [*_retyped(block, index, sheet_row), *_findings(block, row)]
    return BlockRows(block=block, read=read, count=count, findings=tuple(findings))


def _preset_place(block: Block, sheet_row: SheetRow, taken: Set[int]) -> int | None:
    """Which preset row of its block that is; None of a free row. Where hidden key and name disagree, the name wins."""
    if block.shape == "object":
        return 0
    by_key = block.rows_by_key.get(sheet_row.key or "")
    if block.key == RULES or block.shape != "list":
        return by_key
    by_name = preset_index(block, _name_in(block, sheet_row))
    return next((index for index in (by_name, by_key) if index is not None and index not in taken), None)


def _name_in(block: Block, sheet_row: SheetRow) -> object:
    """What stands in the row where its block has the names of its rows."""
    name = sheet_row.values.get(block.row_name or "")
    return without_invisible(name) if isinstance(name, str) else name


def _retyped(block: Block, index: int, sheet_row: SheetRow) -> list[Finding]:
    """The finding that the name of a preset row, known by its key, is not the official one."""
    row, name = block.row(index), _name_in(block, sheet_row)
    if (
        row is None
        or block.shape != "list"
        or block.key == RULES
        or not str(name).strip()
        or preset_index(block, name) is not None
    ):
        return []
    spot = Spot(block.key, index, block.row_name or "")
    return [Finding("XL211", "warning", (spot,), {"found": name, "expected": row.values[spot.field]})]


def _standing_twice(block: Block, index: int, sheet_row: SheetRow) -> Finding:
    spot = Spot(block.key, index, next(iter(sheet_row.values)))
    return Finding("XL214", "warning", (spot,), {"found": f"{sheet_row.title}!{sheet_row.number + 1}"})


def _findings(block: Block, row: BlockRow) -> list[Finding]:
    return [
        Finding(remark.code, remark.severity, (Spot(block.key, row.index, key),), remark.arguments)
        for key, remark in row.remarks
        if remark.code
    ]


# --- one row -------------------------------------------------------------------------------------------------


def _read_row(form: Form, block: Block, index: int, sheet_row: SheetRow, formats: NumberFormats) -> BlockRow:
    """Convert one row; what a computed cell shows is kept apart."""
    given, results, typed = _fixed(block, index), {}, {}
    computed, inputs, fields = form.computed(block, index), form.inputs(block, index), block.fields
    for key, raw in sheet_row.values.items():
        field, is_uncomputed = fields[key], isinstance(raw, Uncomputed)
        if key in computed:
            results[key] = None if is_uncomputed else raw.value if isinstance(raw, StruckOut) else raw
        elif field.last and raw not in (None, "") and not is_uncomputed:
            given[key] = raw
        elif key in inputs or (field.given and key not in block.constants):
            typed[key] = code_left(raw, formats.at(*sheet_row.cell(key))) if field.type == "code" else raw
    values, remarks = read_row(
        form, block, index, given=given, typed=typed, shows_percent=lambda key: formats.is_percent(*sheet_row.cell(key))
    )
    blank = _is_blank(form, block, index, values, sheet_row)
    return BlockRow(
        index=index,
        values=values,
        shown_results=results,
        remarks=() if blank else tuple(remarks),
        origins=(sheet_row,),
        is_blank=blank,
    )


def _fixed(block: Block, index: int) -> dict[str, object]:
    """What a row has without anybody typing it."""
    row, field = block.row(index), block.fields.get(block.row_name or "")
    name, is_read = block.row_name, field is not None and (field.given or not field.in_document)  # from its cell, or never
    official = row.values.get(name) if row and name and field and (block.shape == "list" or not is_read) else None
    return {**block.constants, **({name: official} if name and official else {})}


def _is_blank(form: Form, block: Block, index: int, row: Mapping[str, object], sheet_row: SheetRow) -> bool:
    """Whether a free row holds nothing: no value, or dashes all along."""
    if block.row(index) or block.shape == "object":
        return False
    typed = [raw for key, raw in sheet_row.values.items() if form.is_input(block, index, block.fields[key])]
    if is_empty(form, block, index, row):
        return not any(isinstance(raw, CellError) for raw in typed)
    return all(isinstance(raw, str) and is_blank(spellings_of(form), raw) for raw in typed)


def _joined(first: BlockRow, second: BlockRow) -> BlockRow:
    """Two pieces of one row, each with a field that stands alone."""
    return replace(
        first,
        values={**first.values, **second.values},
        shown_results={**first.shown_results, **second.shown_results},
        remarks=first.remarks + second.remarks,
        origins=first.origins + second.origins,
    )
