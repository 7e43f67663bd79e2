"""What one workbook adds to the summary of its form: its figures, and whether its indicators were met.

    >>> from xlperf.forms.compute import compute
    >>> from xlperf.forms.document import rows_of
    >>> total = {"initial": 100, "adjustment": 20, "spent": 90}
    >>> rows = compute(form, rows_of(form, {"budget": {"basic": total}})[0])
    >>> figures_of(form, rows)["adjusted"], figures_of(form, rows)["execution_rate"]
    (120.0, 0.75)

Figures are in the units of the form's fields: money in units of 10,000 yuan, a `ratio` as a ratio (0.75).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from xlperf.forms.document import Row, Rows
from xlperf.forms.form import Form
from xlperf.forms.summary import MET
from xlperf.formula.operands import as_decimal


class Achievement(NamedTuple):
    """An indicator that can be judged: where it stands, and whether it is `over`, `missed` or `met`."""

    block: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    row: Row
    state: str


def figures_of(form: Form, rows: Rows) -> dict[str, float | None]:
    """The figures of a workbook by key, None where one is blank."""
    values: dict[str, object] = {}
    for figure in form.summary.figures:
        if figure.target is not None:
            listed = rows.get(figure.target.blocks[0])
            values[figure.key] = as_decimal(listed[form.index(figure.target)].get(figure.target.field)) if listed else None
        elif figure.compiled is not None:
            values[figure.key] = figure.compiled(values.get, {})
    return _numbers(values)


def figures_of_sums(form: Form, sums: Mapping[str, object]) -> dict[str, float | None]:
    """The figures that are cells as they are given, and those that are formulas computed from them."""
    values = {key: as_decimal(value) for key, value in sums.items()}
    for figure in form.summary.figures:
        if figure.compiled is not None:
            values[figure.key] = figure.compiled(values.get, {})
    return _numbers(values)


def _numbers(values: Mapping[str, object]) -> dict[str, float | None]:
    return {key: float(value) if isinstance(value, Decimal) else None for key, value in values.items()}


def achievements(form: Form, rows: Rows) -> Iterator[Achievement]:
    """Yield every indicator that can be judged; one whose deviation is 0 is met whatever its tests say."""
    asked = form.summary.indicators
    if asked is None:
        return
    for block in form.blocks_in(asked.table):
        for index, row in enumerate(rows.get(block, ())):
            deviation = row.get(asked.deviation)
            passed = (state for state, test in asked.compiled.items() if test(row.get, {}))
            state = MET if deviation == 0 else next(passed, None)
            if state or deviation is not None:
                yield Achievement(block, index, row, state or MET)
