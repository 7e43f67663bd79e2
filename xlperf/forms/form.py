"""A form, ready to use: its parts, its formulas in order, its texts, and what each of its cells is.

form = load_form(find_form("my-form", year=2023))
>>> form.title, form.year_line.format(year=2023)  # doctest: +SKIP
("Self-evaluation", "(2023)")
>>> sorted(form.inputs(form.blocks["items"], 0))
['adjustment', 'initial', 'name', 'spent']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from xlperf.forms.definition import UNIT, Raw
from xlperf.forms.model import EXPLAINED, GUIDE, RULES, Block, Cells, Condition, Field, Rule, Severity, Sheet, Unexplained
from xlperf.forms.scope import Scope
from xlperf.forms.summary import Summary
from xlperf.formula.cells_and_columns import Formula
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import compile_formula
from xlperf.formula.functions import DECIMALS, Numbers
from xlperf.formula.nodes import Node
from xlperf.messages import sentence

AT = "@"  # between the revision and the stage, no character of either


class Style(NamedTuple):
    """The fonts of a workbook; the size is in points."""

    font: str
    heading_font: str
    size: float


class Stage(NamedTuple):
    """Who fills in after the department, and what that is called."""

    key: str
    label: str
    owner: str  # who fills in: the bureau


class OpeningLine(NamedTuple):
    """One line with which the guide page opens."""

    label: str
    text: str  # {year} is the fiscal year, {next} the one after it
    unless: str = ""  # the field of an announcement in place of which it stands


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Form(Scope):
    """A form definition, ready to use; equal to itself alone, for it is the key of many caches and large to compare."""

    key: str
    revision: str
    first_year: int  # the fiscal year from which on this revision serves
    digest: str  # the SHA-256 of its form.yaml
    directory: Path
    definition: Raw  # of this stage
    whole: Raw  # the definition of all stages; the same of a form that has none
    sheets: tuple[Sheet, ...]
    formulas: Mapping[Cells, Node]
    computed_cells: tuple[Cells, ...]  # each after what it needs
    summary: Summary

    title: str
    year_line: str  # {year} is the fiscal year
    file_name: str  # how the files of its workbooks end
    finalized_name: str
    annotated_name: str | None  # None: the program has a word for it
    style: Style
    words: Mapping[str, str]  # what the program writes into a workbook, in the form's words
    guide: tuple[str, ...]  # the paragraphs of the guide page
    opening: tuple[OpeningLine, ...]  # what it opens with: what to do, by when, whom to ask
    rule_groups: Mapping[str, Sequence[str]]  # the groups of its rules: heading to how their codes begin
    report: Mapping[str, str]  # the words of the Word report, none where the form has no report
    paper: Raw = field(default_factory=dict)  # how the form stands on paper
    renamed: Mapping[str, str] = field(default_factory=dict)  # what the revision before called otherwise: its name to ours
    unexplained: Unexplained = "pass"  # what becomes of a workbook with warnings to which the unit says nothing
    unit: str = UNIT  # the field that names the unit, as BLOCK.FIELD
    counts: Mapping[str, int] = field(default_factory=dict)  # how many copies there are of what is repeated, by key
    subject: str = ""  # the field that names what the workbook is about, where a unit files several
    stage: str = ""  # the key of the one that fills in this form of it, "" for the department
    stages: tuple[Stage, ...] = ()  # those who fill in after the department, in their order

    def __repr__(self) -> str:
        return f"<Form {self.key} {self.edition}>"

    @property
    def edition(self) -> str:
        """The revision, and the stage after the department: `2023`, `2023@review`; so sheets name it in their hidden cells."""
        return f"{self.revision}{AT}{self.stage}" if self.stage else self.revision

    @property
    def stage_number(self) -> int:
        """The number of the stage, 0 for the department."""
        return ["", *(stage.key for stage in self.stages)].index(self.stage)

    @property
    def next_stage(self) -> Stage | None:
        """The one who fills in after this stage, None after the last."""
        return next(iter(self.stages[self.stage_number :]), None)

    def is_locked(self, block: Block, index: int, field: Field) -> bool:
        """Whether an earlier stage filled in that cell, or might have."""
        row = block.row(index)
        if block.key != RULES or row is None:
            return field.locked
        return bool(self.stage) and self.rules[row.key].locked

    def formula(self, block: Block, index: int, key: str) -> Node | None:
        """The formula of one cell, None where people type."""
        row = block.row(index)
        return self.formulas.get(Cells(block.key, row.key if row else None, key))

    def compiled(self, cells: Cells, numbers: Numbers = DECIMALS) -> Formula:
        """The formula of those cells as a function."""
        tree = self.formulas[cells]
        key = (id(tree), numbers.type) if numbers is DECIMALS or numbers is DOUBLES else None
        if key is None:
            return compile_formula(tree, numbers)
        if key not in self._compiled:
            self._compiled[key] = compile_formula(tree, numbers)
        return self._compiled[key]

    @cached_property
    def _compiled(self) -> dict[tuple[int, type], Formula]:
        """The functions by their trees and what they compute in; the rows of a table share one."""
        return {}

    @cached_property
    def blocks_by_path(self) -> dict[tuple[str | int, ...], list[Block]]:
        """The blocks by their path in the document, but for the guide; those of one list share it."""
        found: dict[tuple[str | int, ...], list[Block]] = {}
        for block in self.blocks.values():
            if block.key != GUIDE:
                found.setdefault(block.path, []).append(block)
        return found

    def is_input(self, block: Block, index: int, field: Field) -> bool:
        """Whether people type into that cell."""
        return field.key in self.inputs(block, index)

    def computed(self, block: Block, index: int) -> frozenset[str]:
        """The fields of a row that have a formula."""
        return self._computed[block.key][min(index, len(block.rows))]

    @cached_property
    def _computed(self) -> dict[str, list[frozenset[str]]]:
        """The fields with a formula, by block and kind of row (the last are free rows): asked for every cell of every file."""
        return {
            key: [
                frozenset(name for name in block.fields if self.formula(block, index, name) is not None)
                for index in range(len(block.rows) + 1)
            ]
            for key, block in self.blocks.items()
        }

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
        if not block.takes_typing(row, field):
            return False
        if block.key == RULES:
            return field.key == "explanation" and row is not None and self.rules[row.key].severity in EXPLAINED
        return self.formula(block, index, field.key) is None

    def opening_in(self, year: int) -> list[tuple[str, str]]:
        """What the guide page opens with in a fiscal year: label and text."""
        return [(label, text.format(year=year, next=year + 1)) for label, text, _ in self.opening]

    def grouped_rules(self) -> Iterator[tuple[str, list[Rule]]]:
        """Yield the groups of the rules of a stage with their headings; what is in none comes last, without a heading."""
        left = {code: rule for code, rule in self.rules.items() if rule.builtin or not rule.locked}
        for heading, beginnings in self.rule_groups.items():
            codes = [code for code in left if code.startswith(tuple(beginnings))]
            if codes:
                yield heading, [left.pop(code) for code in codes]
        if left:
            yield "", list(left.values())

    def severity_of(self, rule: Rule) -> Severity:
        """How a rule is taken: a warning must be explained where the form says so."""
        return "query" if rule.severity == "warning" and self.unexplained == "return" else rule.severity

    def severity_word(self, rule: Rule) -> str:
        """The form's word for how a rule is taken, else the program's."""
        severity = self.severity_of(rule)
        return self.words.get(severity) or sentence(severity, {})

    def required(self, block: Block, index: int, field: Field) -> Condition | bool:
        """The condition under which a blank cell is an error, once its row is used."""
        if not self.is_input(block, index, field):
            return False
        return field.key in block.require if block.require is not None else field.required
