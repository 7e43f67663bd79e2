"""What a form is summed up by when many workbooks come in: its figures, its indicators, what counts as copied text.

    summary:
      figures:
        - {key: adjusted, field: total.adjusted}
        - {key: spent, field: total.spent}
        - {key: execution_rate, label: …, type: ratio, formula: 'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))'}
      ranked_by: execution_rate

A figure is one cell of the form, or a formula over the figures before it: so the summary workbook shows the same formula
in every row and, over the sums, in the last. A form that leaves a part out lacks the sheets made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.errors import FormulaError
from xlperf.forms.formulas import parse_test
from xlperf.forms.model import TYPES, Target, find_target
from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Kind, Node
from xlperf.formula.operands import as_decimal
from xlperf.formula.parser import parse

COPIES = {"shortest": 60, "alike": 0.9, "common": 0.1, "few": 5}  # what a form may say otherwise
OVER, MET, MISSED = "over", "met", "missed"


class Figure(NamedTuple):
    """One figure of a workbook: the cell it stands in, or the formula over other figures."""

    key: str
    label: str
    type: str
    target: Target | None
    formula: Node | None


@dataclass(frozen=True)
class Indicators:
    """The table whose rows are met, over-fulfilled or missed."""

    table: str
    columns: tuple[str, ...]  # shown in the ranking
    deviation: str
    actual: str  # the column to which a finding points
    tests: Mapping[str, Node]  # over, missed


@dataclass(frozen=True)
class Summary:
    figures: tuple[Figure, ...]
    ranked_by: str | None
    classes: tuple[float, ...]  # bounds of the classes of the figure ranked by
    indicators: Indicators | None
    copies: Mapping[str, float]
    unit_prefixes: tuple[str, ...]


def read_summary(definition: Mapping, blocks: Mapping, tables: Mapping, parameters: Mapping) -> Summary:
    """The summary that a form declares, an empty one where it declares none.

    Raises:
        FormulaError: a name in it names nothing, a formula does not parse.
    """
    raw = definition.get("summary", {})
    figures: list[Figure] = []
    for number, item in enumerate(raw.get("figures", ())):
        figures.append(_figure(item, figures, blocks, tables, f"summary.figures[{number}]"))
    ranked_by = raw.get("ranked_by")
    if ranked_by is not None and ranked_by not in (figure.key for figure in figures):
        raise FormulaError(f"summary.ranked_by: there is no figure {ranked_by!r}")
    classes = tuple(raw.get("classes", ()))
    if list(classes) != sorted(set(classes)):
        raise FormulaError("summary.classes: the bounds do not rise")
    indicators = _indicators(raw["indicators"], blocks, tables, parameters) if "indicators" in raw else None
    return Summary(
        tuple(figures), ranked_by, classes, indicators, {**COPIES, **raw.get("copies", {})}, tuple(raw.get("unit_prefixes", ()))
    )


def _figure(raw: Mapping, before: Sequence[Figure], blocks: Mapping, tables: Mapping, place: str) -> Figure:
    kinds = {figure.key: TYPES[figure.type].kind for figure in before}
    if raw["key"] in kinds:
        raise FormulaError(f"{place}.key: {raw['key']!r} stands there twice")
    if "formula" in raw:
        try:
            tree = parse(raw["formula"], kinds.get)
        except FormulaError as error:
            raise FormulaError(f"{place}.formula: {error}") from None
        return Figure(raw["key"], raw["label"], raw["type"], None, tree)
    target = find_target(blocks, tables, {}, None, raw["field"])
    known = blocks[target.blocks[0]].fields[target.field] if target and target.scope == "cell" else None
    if known is None or known.kind is not Kind.NUMBER:
        raise FormulaError(f"{place}.field: {raw['field']!r} is no single cell that holds a number")
    return Figure(raw["key"], raw.get("label", known.label), known.type, target, None)


def _indicators(raw: Mapping, blocks: Mapping, tables: Mapping, parameters: Mapping) -> Indicators:
    place = "summary.indicators"
    if raw["table"] not in tables:
        raise FormulaError(f"{place}.table: there is no table {raw['table']!r}")
    block = blocks[tables[raw["table"]].blocks[0]]
    for name in (*raw["columns"], raw["deviation"], raw["actual"]):
        if name not in block.fields or not block.fields[name].in_document:
            raise FormulaError(f"{place}: the table {raw['table']!r} has no column {name!r}")
    if block.fields[raw["deviation"]].kind is not Kind.NUMBER:
        raise FormulaError(f"{place}.deviation: {raw['deviation']!r} holds no number")
    tests = {name: parse_test(raw[name], block, blocks, tables, parameters, f"{place}.{name}") for name in (OVER, MISSED)}
    return Indicators(raw["table"], tuple(raw["columns"]), raw["deviation"], raw["actual"], tests)


# --- of one workbook -----------------------------------------------------------------------------------------


def figures_of(summary: Summary, blocks: Mapping, rows: Mapping) -> dict[str, float | None]:
    """The figures of a workbook by key, None where one is blank."""
    values: dict[str, object] = {}
    for figure in summary.figures:
        if figure.formula is not None:
            values[figure.key] = evaluate(figure.formula, values.get)
        else:
            block = blocks[figure.target.blocks[0]]
            index = next((i for i, row in enumerate(block.rows) if row.key == figure.target.row), 0)
            values[figure.key] = as_decimal(rows[block.key][index].get(figure.target.field)) if rows.get(block.key) else None
    return {key: _number(value) for key, value in values.items()}


def recomputed(summary: Summary, sums: Mapping[str, object]) -> dict[str, float | None]:
    """The figures that are formulas, over the sums of the others."""
    values = {key: as_decimal(value) for key, value in sums.items()}
    for figure in summary.figures:
        if figure.formula is not None:
            values[figure.key] = evaluate(figure.formula, values.get)
    return {key: _number(value) for key, value in values.items()}


def _number(value: object) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def achievements(summary: Summary, tables: Mapping, rows: Mapping) -> Iterator[tuple[str, int, Mapping, str]]:
    """Yield block, index, row and state (over, missed, or met) of every indicator that can be judged."""
    asked = summary.indicators
    for key in tables[asked.table].blocks if asked else ():
        for index, row in enumerate(rows.get(key, ())):
            deviation = row.get(asked.deviation)
            if deviation == 0:
                yield key, index, row, MET
                continue
            state = next((name for name, tree in asked.tests.items() if evaluate(tree, row.get)), None)
            if state or deviation is not None:
                yield key, index, row, state or MET
