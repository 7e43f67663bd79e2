"""A drawn table as form.yaml has it: its blocks of rows, its columns, and which formula is whose.

    read_table(context, sheet, table)      # {"table": "items", "label": ..., "blocks": [...], "columns": [...]}

A row that says so begins a block; in a table where none does, rows that are alike make one. What all rows of a column compute
is the column's formula, what one block or row computes otherwise is its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from xlperf.addresses import column_name
from xlperf.drawing.faults import fault
from xlperf.drawing.recognition.appearance.measures import header_heights_of, height_of
from xlperf.drawing.recognition.cells import Area, DrawnSheet
from xlperf.drawing.recognition.column_formulas import share_out
from xlperf.drawing.recognition.context import CONDITIONS, Context, describe_field, side_of
from xlperf.drawing.recognition.places import Home, Spot
from xlperf.drawing.recognition.rows import BlockRead, RowRead
from xlperf.drawing.recognition.sections import ColumnDrawn, SheetDrawn, TableDrawn
from xlperf.drawing.words import ATTRIBUTES

UNNAMED = ("serial", "reference")  # types whose cells say nothing of a row
COMPUTED_CHECKS = ("state", "count")  # columns of the checks that the program computes
USUAL_HEIGHT = 22  # points of a row, where a table asks for no other


class TableRead:
    """A table while it is read: first its parts get their names, then its formulas are read."""

    def __init__(self, context: Context, drawn: SheetDrawn, table: TableDrawn, key: str) -> None:
        self.context, self.drawn, self.table, self.key = context, drawn, table, key
        self.sheet: DrawnSheet = drawn.sheet
        self.covered = {
            (row, column): area
            for area in self.sheet.places.values()
            if area.rows > 1
            for row in range(area.row, area.row + area.rows)
            for column in range(area.column, area.column + area.columns)
        }
        self.notes = {row: self._said_in(row) for row in table.rows}
        self.keys = self._column_keys()
        self.raw_columns = [self._column(column) for column in table.columns]
        self.blocks = [*self._blocks()] if "table_checks" not in table.said else []
        self._name_labels()
        self._name_places()

    # --- names -----------------------------------------------------------------------------------------------

    def _said_in(self, row: int) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for area in self.sheet.areas.get(row, ()):
            found = self.context.notes.get((self.sheet.title, row, area.column), {})
            said |= {key: value for key, value in found.items() if ATTRIBUTES[key].level in ("block", "row")}
        return said

    def _column_keys(self) -> list[str]:
        keys: list[str] = []
        for column in self.table.columns:
            key = str(column.said.get("field_key") or column_name(column.header.column).lower())
            if key in keys:
                other = self.table.columns[keys.index(key)].header.name
                self.context.faults.append(fault(column.header.name, "key_twice", found=key, other=other))
            keys.append(key)
        return keys

    def at(self, row: int, column: int) -> Area:
        """What stands in a cell, of a merged one in all its rows."""
        return self.covered.get((row, column)) or self.sheet.at(row, column)

    def _text(self, row: int, column: ColumnDrawn, raw: dict[str, Any]) -> Any:
        """What a row says in a column: a text or a number, None where people type or a formula stands."""
        area = self.at(row, column.header.column)
        return None if area.formula is not None or raw["type"] in UNNAMED else area.value

    def texts(self, row: int) -> dict[str, Any]:
        pairs = zip(self.keys, self.table.columns, self.raw_columns, strict=True)
        return {key: text for key, column, raw in pairs if (text := self._text(row, column, raw)) is not None}

    def _column(self, column: ColumnDrawn) -> dict[str, Any]:
        key = self.keys[self.table.columns.index(column)]
        raw: dict[str, Any] = {"key": key, "label": column.header.text}
        if column.group:
            raw["group"] = column.group
        if column.header.columns > 1:
            raw["span"] = column.header.columns
            self._look_under(column)
        areas = [self.at(row, column.header.column) for row in self.table.rows]
        sample = next((a for a in areas if a.is_typed), None) or next((a for a in areas if a.formula), None)
        sample = sample or (areas[0] if areas else column.header)
        describe_field(self.context, raw, self.sheet, sample, column.header, column.said)
        if "table_checks" in self.table.said and key in COMPUTED_CHECKS:
            raw["formula"] = ""
        if column.header.column in self.sheet.hidden:
            raw["hidden"] = True
        if raw["type"] == "reference":
            raw["width"] = self.sheet.widths.get(column.header.column, 8.5)
        self.context.remember(raw, column.header.name)
        return raw

    def _look_under(self, column: ColumnDrawn) -> None:
        """Under a title over several columns the cells are merged alike: what stands beside one of them belongs to nothing."""
        first = column.header.column
        for row in self.table.rows:
            for at in range(first + 1, first + column.header.columns):
                area = self.sheet.places.get((row, at))
                if area is not None and (area.is_typed or area.formula or area.text):
                    lines = self.table.rows[0], self.table.rows[-1]
                    self.context.faults.append(fault(area.name, "under_heading", found=column.header.text, lines=lines))
                    return

    # --- blocks ----------------------------------------------------------------------------------------------

    def _blocks(self) -> Iterator[BlockRead]:
        for number, (said, rows) in enumerate(self._runs(), 1):
            single = len(self.table.rows) == len(rows)
            key = str(said.get("block_key") or (self.key if single else f"{self.key}_{number}"))
            block = BlockRead(key, said)
            block.constants = self._constants(said, rows)
            for row in rows:
                own = self.notes[row]
                named = own.get("row_key")
                texts = {name: text for name, text in self.texts(row).items() if name not in block.constants}
                if named is None and texts and (len(rows) > 1 or said.get("block_spare")):
                    named = f"row_{row + 1}"
                block.rows.append(RowRead(row, named, own))
            if len(block.rows) == 1 and block.rows[0].key is None and not said.get("block_spare"):
                block.said = {name: value for name, value in said.items() if name != "block_fixed"}  # one row, and no other
            if len(block.rows) > 1 and not said.get("block_spare") and not any(row.key for row in block.rows):
                block.said = {**said, "block_spare": True}
            yield block

    def _runs(self) -> Iterator[tuple[dict[str, Any], list[int]]]:
        """Yield the rows of each block with what its first row says."""
        is_marked = any(key.startswith("block_") for said in self.notes.values() for key in said)
        run: list[int] = []
        said: dict[str, Any] = {}
        before: object = None
        for row in self.table.rows:
            kind = self._kind(row)
            begins = (
                any(key.startswith("block_") for key in self.notes[row])
                if is_marked
                else kind in ("total", *([kind] if kind != before else []))
            )
            if run and begins:
                yield said, run
                run = []
            if not run:
                said = {key: value for key, value in self.notes[row].items() if key.startswith("block_")}
                if not is_marked:
                    said |= {"spare": {"block_spare": True}, "named": {"block_keyed": True}}.get(str(kind), {})
            run.append(row)
            before = kind
        if run:
            yield said, run

    def _kind(self, row: int) -> str:
        """What an unmarked row looks like: one of many blank ones, one with a name, a total of others."""
        if not self.texts(row):
            return "spare"
        typed = any(self.at(row, column.header.column).is_typed for column in self.table.columns)
        return "named" if typed else "total"

    def _constants(self, said: dict[str, Any], rows: list[int]) -> dict[str, Any]:
        """The texts that stand in every row of a block."""
        texts = [self.texts(row) for row in rows]
        first = texts[0] if texts else {}
        if (named := said.get("block_constants")) is not None:
            return {key: first[key] for key in self._keys_of(named) if key in first}
        if any("row_key" in self.notes[row] for row in rows):
            return {}
        labels = {raw["key"] for raw in self.raw_columns if raw["type"] == "label"}
        same = {key: text for key, text in first.items() if all(each.get(key) == text for each in texts) and key not in labels}
        if len(rows) == 1 and not said.get("block_spare"):  # numbers there are formulas
            same = {key: text for key, text in same.items() if self._number_in(rows[0], key) is None}
        return same if len(rows) > 1 or not said.get("block_keyed") else {}

    def _number_in(self, row: int, key: str) -> str | None:
        """A number that stands in a cell into which nobody types: the program computes it, as it would `=10`."""
        number = self.keys.index(key)
        area = self.at(row, self.table.columns[number].header.column)
        is_number = isinstance(area.value, int | float) and not isinstance(area.value, bool)
        is_number = is_number and self.raw_columns[number]["type"] not in UNNAMED
        return f"{Decimal(repr(area.value)):f}" if is_number and not area.is_typed and area.formula is None else None

    def _keys_of(self, names: list[str]) -> list[str]:
        """Columns by their keys, where they are named by their titles."""
        titles = {raw["label"]: raw["key"] for raw in self.raw_columns}
        return [name if name in self.keys else titles.get(name, name) for name in names]

    def _name_labels(self) -> None:
        """A column of nothing but texts in preset rows is one of fixed texts, but for the one that names the rows."""
        presets = [row for block in self.blocks for row in block.rows if row.key is not None]
        constants = {key for block in self.blocks for key in block.constants}
        named = self._row_name()
        for column, raw in zip(self.table.columns, self.raw_columns, strict=True):
            areas = [self.at(row, column.header.column) for row in self.table.rows]
            is_fixed = bool(presets) and not any(a.is_typed or a.formula for a in areas) and any(a.text for a in areas)
            if is_fixed and raw["type"] == "text" and "field_type" not in column.said and raw["key"] not in {named, *constants}:
                raw["type"] = "label"

    def _row_name(self) -> str | None:
        """The column by whose text a row is known: the one that is said, or the first text where rows are preset."""
        said = self.table.said.get("table_row_name")
        if said is not None:
            return self._keys_of([said])[0]
        is_preset = any(row.key is not None for block in self.blocks for row in block.rows)
        return next((raw["key"] for raw in self.raw_columns if raw["type"] == "text"), None) if is_preset else None

    def _name_places(self) -> None:
        """Say what each cell of the table is in formulas."""
        places, title = self.context.places, self.sheet.title
        for column, key in zip(self.table.columns, self.keys, strict=True):
            at = column.header.column
            places.labels.add((title, column.header.row, at))
            for block in self.blocks:
                for row in block.rows:
                    spot = Spot(block.key, key, row.row, row.key, block.is_single, len(block.rows) == 1)
                    places.cells[title, row.row, at] = spot
                if not block.is_single and block.rows:
                    places.columns[title, at, block.rows[0].row, block.rows[-1].row] = f"{block.key}.{key}"
            if len(self.blocks) > 1:
                places.columns[title, at, self.table.rows[0], self.table.rows[-1]] = f"{self.key}.{key}"
        for block in self.blocks:
            self.context.blocks[block.key] = (title, block.rows[0].row, self.key)

    # --- the definition --------------------------------------------------------------------------------------

    def _home_of(self, address: str) -> Home:
        """Where a condition stands that names a cell: in the row of that cell, if it is one of the table's."""
        number = int("".join(filter(str.isdigit, address.rpartition("!")[2].partition(":")[0])) or 0) - 1
        blocks = {row.row: block.key for block in self.blocks for row in block.rows}
        row = number if number in blocks else next(iter(blocks))
        return Home(self.sheet.title, blocks[row], row)

    def sample_of(self, block: str, column: ColumnDrawn) -> str:
        """The first cell of a column in a block."""
        row = next(each.rows[0].row for each in self.blocks if each.key == block)
        return self.at(row, column.header.column).name

    def raw(self) -> dict[str, Any]:
        """The table as form.yaml has it."""
        said = self.table.said
        label = self.table.label.text if self.table.label else said.get("table_label")
        if "table_checks" in said:
            return self._finished({"checks": True, **({"label": label} if label else {})})
        raw: dict[str, Any] = {
            "table": self.key,
            "label": label or self._other_label(),
        }
        if (name := self._row_name()) is not None:
            raw["row_name"] = name
        raw["blocks"] = [self._block(block) for block in self.blocks]
        for column, column_raw in zip(self.table.columns, self.raw_columns, strict=True):
            self.context.read_conditions(column_raw, column.said, column.header.name, self._home_of)
        formulas = {block.key: [self._formulas_of(block, row) for row in block.rows] for block in self.blocks}
        for column, columns_raw in zip(self.table.columns, self.raw_columns, strict=True):
            share_out(self, column, columns_raw, raw["blocks"], formulas)
        if self.table.label is None and self.drawn.sections[0] is not self.table:
            raw["bare"] = True
        if self.table.side is not None:
            raw["side"] = side_of(self.table.side)
        if self.table.is_touched:
            raw["touching"] = True
        if self.table.label is not None:
            raw |= height_of(self.sheet, self.table.label.row, "heading_height", usual=26)
        header = self.table.columns[0].header
        raw |= header_heights_of(self.sheet, header.row + header.rows - self.table.depth, self.table.depth)
        return self._finished(raw)

    def _other_label(self) -> str:
        """What a table is called that has no heading of its own: as the label on its left, else as its sheet."""
        if self.table.side is not None:
            return str(side_of(self.table.side)["label"])
        return self.drawn.heading.text if self.drawn.heading else self.sheet.title

    def _finished(self, raw: dict[str, Any]) -> dict[str, Any]:
        frozen = self.sheet.frozen - min(column.header.column for column in self.table.columns)
        if frozen > 0 or "table_freeze" in self.table.said:
            raw["freeze"] = self.table.said.get("table_freeze", frozen)
        heights = [self.sheet.heights.get(row) for row in self.table.rows]
        least = min((height for height in heights if height), default=None)
        if least is not None and round(least) != USUAL_HEIGHT and "checks" not in raw:
            raw["row_height"] = round(least)
        raw["columns"] = self.raw_columns
        first = self.table.columns[0].header
        self.context.remember(raw, first.name)
        if self.table.label is not None:
            self.context.remember(raw, self.table.label.name, "label")
        for key in self.table.said:
            cell = self.context.note_of(key, *(column.header for column in reversed(self.table.columns)))
            self.context.remember(raw, cell, ATTRIBUTES[key].name if key != "table_key" else "table")
        return raw

    def _block(self, block: BlockRead) -> dict[str, Any]:
        raw: dict[str, Any] = {"key": block.key}
        for key, value in block.said.items():
            attribute = ATTRIBUTES[key]
            context_cells = [area for row in block.rows for area in self.sheet.areas.get(row.row, ())]
            self.context.remember(raw, self.context.note_of(key, *reversed(context_cells)), attribute.name)
            if attribute.name == "fixed" and not block.said.get("block_spare"):
                continue  # without blank rows there is nothing to add to
            if attribute.name not in ("key", "spare", "constants"):
                raw[attribute.name] = self._keys_of(value) if attribute.name == "require" else value
        if block.said.get("block_spare"):
            said, drawn = block.said["block_spare"], sum(row.key is None for row in block.rows)
            if drawn:
                raw["spare"] = drawn if said is True else max(said, drawn)
        if block.constants:
            raw["constants"] = dict(block.constants)
            for column, key in zip(self.table.columns, self.keys, strict=True):
                self.context.remember(raw["constants"], self.at(block.rows[0].row, column.header.column).name, key)
        rows = []
        for row in block.rows:
            if row.key is not None:
                own = {name: text for name, text in self.texts(row.row).items() if name not in block.constants}
                rows.append({"key": row.key, **own})
                self.context.remember(rows[-1], self.at(row.row, self.table.columns[0].header.column).name)
                for column, key in zip(self.table.columns, self.keys, strict=True):
                    at = self.at(row.row, column.header.column).name
                    self.context.names[f"{block.key}.{row.key}.{key}"] = at
                    self.context.remember(rows[-1], at, key)
        if rows:
            raw["rows"] = rows
        first = Area(self.sheet.title, block.rows[0].row, self.table.columns[0].header.column)
        self.context.remember(raw, first.name)
        for column, key in zip(self.table.columns, self.keys, strict=True):
            sample = Area(self.sheet.title, block.rows[0].row, column.header.column)
            in_note = "field_formula" in column.said
            self.context.names[f"{block.key}.{key}"] = column.header.name if in_note else sample.name
            for said in CONDITIONS:
                self.context.names[f"{block.key}.{key}.{said}"] = column.header.name
        return raw

    def _formulas_of(self, block: BlockRead, row: RowRead) -> dict[str, str | None]:
        """The formula of each cell of a row, None where none stands."""
        home = Home(self.sheet.title, block.key, row.row)
        found: dict[str, str | None] = {}
        for column, key in zip(self.table.columns, self.keys, strict=True):
            area = self.at(row.row, column.header.column)
            said = self.context.notes.get((self.sheet.title, area.row, area.column), {}).get("cell_formula")
            found[key] = said if said is not None else self.context.formula(area, home)
            if found[key] is None and block.is_single:
                found[key] = self._number_in(row.row, key)
        return found
