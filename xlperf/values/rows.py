"""One row of typed cells, read together: operator, target, unit and actual of an indicator say what each other mean.

    >>> typed = {"unit": "%", "target": 96.0, "actual": 0.98}
    >>> row, remarks = read_row(form, form.blocks["duties"], 0, given={}, typed=typed)
    >>> row["actual"], [(key, remark.code, remark.expected) for key, remark in remarks]
    (0.98, [('actual', 'XL215', '0.98 % / 98 %')])

A target that was typed with its operator and unit is taken apart. A ratio where a percent is wanted, 0.96 for 96%, is
computed as it stands and asked about (XL215, a warning: it may be true).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlperf.forms.document import Row, is_required, is_wanted
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import sentence
from xlperf.values.blanks import is_dash
from xlperf.values.cells import Value, read_unit, read_value
from xlperf.values.notation import PERCENT, Patterns, Spellings, choice_patterns, spellings_of
from xlperf.values.numbers import HUNDRED, Figure, FigureCell, number_of, read_figure
from xlperf.values.printing import typed_text, visible
from xlperf.values.remarks import SILENT, CellError, Remark, StruckText, normalised, question
from xlperf.values.units import label_unit, unit_of

FIGURES = ("target", "actual")
BESIDE = ("operator", "unit")  # what may be typed into the cell of a figure
MOST_RATIO = 100  # no cell is looked up for a percent format that would show 10000% and more
RATIO = Decimal("1.5")  # up to here a bare number may be a ratio where a percent of TEN or more is wanted
TEN, SHARE = Decimal(10), Decimal("0.5")
NEAR = 2  # times the target, or the target so many times: a percent that may well be meant


@dataclass(frozen=True)
class TypedRow:
    """A row while it is read: its place in the form, what it has so far, and how its cells show their numbers."""

    form: Form
    spellings: Spellings
    block: Block
    index: int
    columns: Mapping[str, str]  # operator, target, unit, actual: the columns that make up a figure
    values: Row
    shows_percent: Callable[[str], bool]

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns of the target and of the actual."""
        return tuple(self.columns[name] for name in FIGURES if name in self.columns)

    def of(self, name: str) -> object:
        """What the row has so far in its column of that name."""
        return self.values.get(self.columns[name]) if name in self.columns else None

    def is_percent(self, key: str, raw: object) -> bool:
        """Whether the cell of a field holds a number and shows it as a percent."""
        return isinstance(raw, float) and abs(raw) < MOST_RATIO and self.shows_percent(key)


def read_row(
    form: Form,
    block: Block,
    index: int,
    *,
    given: Mapping[str, object],
    typed: Mapping[str, object],
    shows_percent: Callable[[str], bool] = lambda key: False,
) -> tuple[Row, list[tuple[str, Remark]]]:
    """Return the values of a row by field, and the remarks on its cells, each with its field.

    A target typed with its operator and unit is taken apart where their own cells are blank or agree.

    Args:
        given: what the row has without anybody typing it.
        typed: the raw values of its input cells.
        shows_percent: whether the cell of a field shows its number as a percent.
    """
    spellings = spellings_of(form)
    row = TypedRow(
        form=form,
        spellings=spellings,
        block=block,
        index=index,
        columns=spellings.columns_of(block),
        values=dict(given),
        shows_percent=shows_percent,
    )
    remarks: list[tuple[str, Remark]] = []
    read: dict[str, Figure] = {}
    cells = [(key, raw) for key, raw in typed.items() if raw not in ("", None)]
    for key, raw in sorted(cells, key=lambda cell: _reading_order(block.fields[cell[0]])):
        figure = read[key] = _told_what_is_struck(_read_cell(row, key, raw), raw)
        for column, word in _filled_beside(row, figure):
            row.values[column] = word
            remarks.append((column, SILENT))
        if figure.value is not None:
            row.values[key] = figure.value
        if figure.remark:
            remarks.append((key, figure.remark))
    remarks += _ratios_for_percents(row, {key for key in row.figures if key in read and read[key].bare})
    return row.values, remarks


def _reading_order(field: Field) -> tuple[bool, bool]:
    """When a field is read: after those that say what it holds and whether it is to be filled."""
    return field.number_when is not None, not (isinstance(field.required, bool) and isinstance(field.wanted, bool))


def is_numeric(field: Field, row: Mapping[str, object], raw: object) -> bool:
    """Whether a `value` field holds a number in its row; while the row does not say, what was typed decides."""
    if field.number_when is None:
        return False
    if any(row.get(name) is None for name in field.number_when.names):
        return isinstance(raw, float) and not isinstance(raw, bool)
    return field.number_when.holds(row)


# --- one cell of the row -------------------------------------------------------------------------------------


def _read_cell(row: TypedRow, key: str, raw: object) -> Figure:
    """Read one cell by what the row has so far."""
    field = row.block.fields[key]
    if isinstance(raw, CellError):
        return Figure(*read_value(row.form, field, raw))
    holds_number = is_numeric(field, row.values, raw)
    if not holds_number and _is_dash_for_words(row, field, raw):
        return Figure(value=None, remark=normalised(raw, row.spellings.blank))
    if not holds_number and field.type == "value" and isinstance(raw, float) and row.is_percent(key, raw):
        return _percent_in_words(raw)
    if holds_number and key in row.figures:
        return _read_figure(row, key, raw)
    if key == row.columns.get("unit"):
        return Figure(*read_unit(row.spellings, raw))
    return Figure(*_read_alone(row, field, raw, holds_number=holds_number))


def _told_what_is_struck(figure: Figure, raw: object) -> Figure:
    """The figure; where nothing worse is reported of its cell, that a part of it is struck out."""
    if not isinstance(raw, StruckText) or (figure.remark and figure.remark.code not in ("", "XL210")):
        return figure
    found = sentence("partly_struck_out", {"found": visible(str(raw)), "struck": visible(raw.struck)})
    return figure._replace(remark=normalised(found, typed_text(figure.value)))


def _is_dash_for_words(row: TypedRow, field: Field, raw: object) -> bool:
    """Whether a dash or the like stands where words are needed or wanted; a word for nothing may be meant."""
    if field.type not in ("text", "value") or not isinstance(raw, str) or not is_dash(row.spellings, raw):
        return False
    return is_required(row.form, row.block, row.index, field, row.values) or is_wanted(field, row.values)


def _percent_in_words(raw: float) -> Figure:
    """A percent among words, as it is shown."""
    shown = as_text(as_decimal(raw) * HUNDRED) + PERCENT
    return Figure(value=shown, remark=normalised(raw, shown))


def _read_figure(row: TypedRow, key: str, raw: object) -> Figure:
    """Read the target or the actual of a row; an actual takes no operator but the equality sign."""
    unit, is_target = row.of("unit"), key == row.columns["target"]
    cell = FigureCell(
        row.block.fields[key],
        unit=unit_of(row.spellings, str(unit)) if unit else None,
        shows_percent=row.is_percent(key, raw),
        operators=_operators(row) if is_target else tuple(pattern for pattern in _operators(row) if pattern.says == "="),
        operator=str(row.of("operator") or "") if is_target else "",
        fills_unit=True,
    )
    figure = read_figure(row.spellings, cell, raw)
    return figure if is_target else figure._replace(operator="")


def _operators(row: TypedRow) -> Patterns:
    """The spellings of the operators that the row may have, none where it has no column for one."""
    if "operator" not in row.columns:
        return ()
    column = row.block.fields[row.columns["operator"]]
    return choice_patterns(row.form, column.spellings, column.choices)


def _read_alone(row: TypedRow, field: Field, raw: object, *, holds_number: bool) -> Value:
    """Read a cell that is no part of a figure; a number counts in what its label says."""
    unit = label_unit(row.spellings, row.block, row.index, field) if field.kind is Kind.NUMBER else ""
    if holds_number and field.percent_when:
        counts_percent = field.percent_when.holds(row.values)
    else:
        counts_percent = unit == PERCENT
    shows_percent = counts_percent and row.is_percent(field.key, raw)
    return read_value(row.form, field, raw, is_number=holds_number, shows_percent=shows_percent, unit=unit)


def _filled_beside(row: TypedRow, figure: Figure) -> Iterator[tuple[str, str]]:
    """Yield the operator and the unit that were typed with a figure, by the blank cells they fill."""
    for name, word in zip(BESIDE, (figure.operator, figure.unit), strict=True):
        if word and name in row.columns and row.of(name) is None:
            yield row.columns[name], word


# --- a ratio where a percent is wanted -----------------------------------------------------------------------


def _ratios_for_percents(row: TypedRow, bare: set[str]) -> Iterator[tuple[str, Remark]]:
    """0.96 of unit % where the target is 100: 0.96% or 96%? Asked of bare numbers only, by column.

    Asked of the actual wherever the other reading comes near the target. Asked of both where both look like a share to be
    reached: a target of half a percent is rare, but for what grows or falls by that.
    """
    if not row.columns or row.of("unit") != PERCENT or row.columns["actual"] not in bare:
        return
    target, actual = number_of(row.of("target")), number_of(row.of("actual"))
    if target is None or actual is None:
        return
    is_ceiling = str(row.of("operator") or "").startswith("<")
    is_change = row.spellings.is_change(str(row.values.get(row.block.row_name or "") or ""))
    shares = min(target, actual) >= SHARE and max(target, actual) <= 1
    if shares and len(bare) == len(FIGURES) and not is_ceiling and not is_change:
        yield row.columns["target"], _percent_or_ratio(target)
        yield row.columns["actual"], _percent_or_ratio(actual)
    elif 0 < actual <= RATIO and _may_be_ratio(target, actual, is_ceiling):
        yield row.columns["actual"], _percent_or_ratio(actual)


def _may_be_ratio(target: Decimal, actual: Decimal, is_ceiling: bool) -> bool:
    """Whether a hundred times the actual comes near the target.

    Far from it only below a target of TEN or more, and of a ceiling only where the other reading keeps it.
    """
    percent = actual * HUNDRED
    if target <= percent * NEAR and percent <= target * NEAR:
        return True
    return target >= TEN and not (is_ceiling and percent > target * RATIO)


def _percent_or_ratio(number: Decimal) -> Remark:
    """The question whether a number is a percent or a ratio."""
    readings = (f"{as_text(reading)} {PERCENT}" for reading in (number, number * HUNDRED))
    return question(as_text(number), readings, code="XL215", severity="warning")
