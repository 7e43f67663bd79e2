"""What a form is summed up by, `summary` in form.yaml: its columns of figures, its indicators, what counts as copied text.

    summary:
      figures:
        - {key: adjusted, field: total.adjusted}
        - {key: spent, field: total.spent}
        - {key: execution_rate, label: …, type: ratio, formula: 'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))'}
      ranked_by: execution_rate

A figure is one cell of the form, or a formula over the figures before it: so the summary workbook shows the same formula
in every row and, over the sums, in the last. A form that leaves a part out lacks the sheets made of it.

    >>> form.summary.ranked_by, [figure.key for figure in form.summary.figures if figure.formula is not None]
    ('execution_rate', ['execution_rate', 'adjustment_rate'])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlperf.errors import FormulaError
from xlperf.forms.definition import Raw, or_rather, quoted, wrong
from xlperf.forms.field_types import TYPES, decimals_of_type
from xlperf.forms.scope import Scope, Target
from xlperf.formula.cells_and_columns import Formula
from xlperf.formula.evaluator import compile_formula
from xlperf.formula.nodes import Kind, Node
from xlperf.formula.parsing.parser import About, parse

COPIES = {"shortest": 60, "alike": 0.9, "common": 0.1, "few": 5}  # what a form may say otherwise
OVER, MET, MISSED = "over", "met", "missed"


@dataclass(frozen=True, kw_only=True)
class OverYears:
    """From when on figures over several years give reason to ask; a form may say otherwise."""

    years: int = 3  # running
    fall: float = 0.05  # of the ranked figure over these years, a ratio
    alike: float = 0.7  # how alike the names of a renamed indicator are at least, a ratio
    same: float = 0.85  # how alike the names of one indicator of several units are
    fewest: int = 5  # units of one supervising department that are compared
    times: float = 2.0  # a target is so many times the middle of its likes, or that part of it
    far: float = 3.5  # and so many deviations away, a modified z-score (Iglewicz and Hoaglin 1993)


@dataclass(frozen=True)
class Figure:
    """One figure of a workbook: the cell it stands in, or the formula over other figures."""

    key: str
    label: str
    type: str
    target: Target | None
    formula: Node | None

    @cached_property
    def compiled(self) -> Formula | None:
        """The formula as a function."""
        return None if self.formula is None else compile_formula(self.formula)


@dataclass(frozen=True)
class Indicators:
    """The table whose rows are met, over-fulfilled or missed."""

    table: str
    columns: tuple[str, ...]  # shown in the ranking
    deviation: str
    actual: str  # the column to which a finding points
    tests: Mapping[str, Node]  # over, missed

    @cached_property
    def compiled(self) -> Mapping[str, Formula]:
        """The tests as functions."""
        return {state: compile_formula(test) for state, test in self.tests.items()}


@dataclass(frozen=True)
class Summary:
    figures: tuple[Figure, ...]
    ranked_by: str | None
    classes: tuple[float, ...]  # bounds of the classes of the figure ranked by
    indicators: Indicators | None
    copies: Mapping[str, float]
    over_years: OverYears
    unit_prefixes: tuple[str, ...]


def read_summary(raw: Raw, scope: Scope) -> Summary:
    """The summary that a form declares, an empty one where it declares none.

    Raises:
        FormulaError: a name in it names nothing, a formula does not parse.
    """
    figures = _figures(raw.get("figures", ()), scope)
    ranked_by = raw.get("ranked_by")
    if ranked_by is not None and ranked_by not in (figure.key for figure in figures):
        raise _refusal(
            "summary.ranked_by", "figure", found=quoted(ranked_by), rather=or_rather(ranked_by, [f.key for f in figures])
        )
    classes = tuple(raw.get("classes", ()))
    if list(classes) != sorted(set(classes)):
        raise _refusal("summary.classes", "classes")
    return Summary(
        figures=figures,
        ranked_by=ranked_by,
        classes=classes,
        indicators=_indicators(raw["indicators"], scope) if "indicators" in raw else None,
        copies={**COPIES, **raw.get("copies", {})},
        over_years=OverYears(**raw.get("over_years", {})),
        unit_prefixes=tuple(raw.get("unit_prefixes", ())),
    )


def _figures(raws: Sequence[Raw], scope: Scope) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for number, raw in enumerate(raws):
        place, kinds = f"summary.figures[{number}]", {figure.key: TYPES[figure.type].kind for figure in figures}
        if raw["key"] in kinds:
            raise _refusal(f"{place}.key", "figure_twice", found=quoted(raw["key"]))
        about = {figure.key: About(decimals_of_type(figure.type)) for figure in figures}
        figures.append(_formula_figure(raw, kinds, about, place) if "formula" in raw else _cell_figure(raw, scope, place))
    return tuple(figures)


def _formula_figure(raw: Raw, kinds: Mapping[str, Kind], about: Mapping[str, About], place: str) -> Figure:
    """A figure that is a formula over those before it."""
    try:
        tree = parse(raw["formula"], kinds.get, about=about.__getitem__, digits=decimals_of_type(raw["type"]))
    except FormulaError as error:
        raise FormulaError(f"{place}.formula: {error}") from None
    return Figure(key=raw["key"], label=raw["label"], type=raw["type"], target=None, formula=tree)


def _cell_figure(raw: Raw, scope: Scope, place: str) -> Figure:
    """A figure that is one cell of the form."""
    target = scope.find_target(None, raw["field"])
    field = scope.field(target) if target and target.reach == "cell" else None
    if field is None or field.kind is not Kind.NUMBER:
        raise _refusal(f"{place}.field", "no_single_cell", found=quoted(raw["field"]))
    return Figure(key=raw["key"], label=raw.get("label", field.label), type=field.type, target=target, formula=None)


def _indicators(raw: Raw, scope: Scope) -> Indicators:
    place = "summary.indicators"
    blocks = scope.blocks_in(raw["table"])
    if not blocks:
        rather = or_rather(raw["table"], [table.written for table in scope.tables.values()])
        raise _refusal(f"{place}.table", "table", found=quoted(raw["table"]), rather=rather)
    block = scope.blocks[blocks[0]]
    for name in (*raw["columns"], raw["deviation"], raw["actual"]):
        if name not in block.fields or not block.fields[name].in_document:
            rather = or_rather(name, block.fields)
            raise _refusal(place, "table_column", table=quoted(raw["table"]), found=quoted(name), rather=rather)
    if block.fields[raw["deviation"]].kind is not Kind.NUMBER:
        raise _refusal(f"{place}.deviation", "no_number", found=quoted(raw["deviation"]))
    return Indicators(
        table=raw["table"],
        columns=tuple(raw["columns"]),
        deviation=raw["deviation"],
        actual=raw["actual"],
        tests={name: scope.parse_test(raw[name], block=block.key, place=f"{place}.{name}") for name in (OVER, MISSED)},
    )


def _refusal(place: str, key: str, /, **facts: object) -> FormulaError:
    return FormulaError(": ".join(wrong(place, key, **facts)))
