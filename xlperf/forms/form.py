"""A form, ready to use: its sheets, blocks, tables, rules and formulas, and what each of its cells is.

form = load_form(find_form("my-form", year=2023))
form.is_input(form.blocks["items"], 0, form.blocks["items"].fields["spent"])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlperf.forms.model import RULES, TYPES, Block, Field, Rule, Sheet, Step, Table, Target, find_target
from xlperf.forms.summary import Summary
from xlperf.formula.nodes import Node


@dataclass(frozen=True, eq=False, repr=False)
class Form:
    """A form definition, ready to use; equal to itself alone, for it is the key of many caches and large to compare."""

    key: str
    revision: str
    first_year: int
    digest: str
    directory: Path
    definition: Mapping[str, object]
    sheets: tuple[Sheet, ...]
    blocks: Mapping[str, Block]
    tables: Mapping[str, Table]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, float | list]  # a list is steps, for LOOKUP
    formulas: Mapping[Step, Node]
    steps: tuple[Step, ...]
    summary: Summary

    def __getattr__(self, name: str) -> object:
        """The texts of the form: title, words, guide, style, spellings …"""
        try:
            return self.definition[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"<Form {self.key} {self.revision}>"

    def formula(self, block: Block, index: int, key: str) -> Node | None:
        """The formula of one cell, None where people type."""
        row = block.row(index)
        return self.formulas.get(Step(block.key, row.key if row else None, key))

    def is_input(self, block: Block, index: int, field: Field) -> bool:
        """Whether people type into that cell."""
        return field.key in self.inputs(block, index)

    def inputs(self, block: Block, index: int) -> frozenset[str]:
        """The fields of a row that people type into."""
        return self._inputs[block.key][min(index, len(block.rows))]

    @cached_property
    def _inputs(self) -> dict[str, list[frozenset[str]]]:
        """The fields people type into, by block and kind of row (the last are free rows): asked for every cell of every file."""
        return {
            key: [
                frozenset(field.key for field in block.fields.values() if self._typed_into(block, index, field))
                for index in range(len(block.rows) + 1)
            ]
            for key, block in self.blocks.items()
        }

    @cached_property
    def typed_somewhere(self) -> dict[str, frozenset[str]]:
        """The fields into which people type in one row at least, by block."""
        return {key: frozenset().union(*kinds) for key, kinds in self._inputs.items()}

    def _typed_into(self, block: Block, index: int, field: Field) -> bool:
        row = block.row(index)
        if not TYPES[field.type].json or field.given or field.key in block.constants or field.key.startswith("_"):
            return False
        if (row and field.key == block.row_name) or (field.only and block.key not in field.only):
            return False
        if block.key == RULES:
            return field.key == "explanation" and row is not None and self.rules[row.key].severity == "warning"
        return self.formula(block, index, field.key) is None

    def required(self, block: Block, index: int, field: Field) -> Node | bool:
        """The condition under which a blank cell is an error, once its row is used."""
        if not self.is_input(block, index, field):
            return False
        return field.key in block.require if block.require is not None else field.required

    def target(self, block: str | None, name: str) -> Target | None:
        """What a name means to a formula of that block."""
        return find_target(self.blocks, self.tables, self.parameters, block, name)
