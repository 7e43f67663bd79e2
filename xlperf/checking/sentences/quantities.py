"""Quantities as texts have them, and what two of them say of one another: the same, comparable, reached, true of a count.

    >>> planned = Quantity(value=Decimal(5), low=Decimal(3), step=Decimal(1), unit="sets", text="3 to 5 sets")
    >>> [reaches(planned._replace(value=Decimal(count), low=Decimal(count)), planned) for count in (2, 3, 7)]
    [False, True, True]

How a text is read into quantities, and which words belong to them, is `grammar`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from xlperf.values.notation import PERCENT

RANK = "#"  # the unit of a place in a ranking, where less is better
ROUGHEST = Decimal("0.1")  # of a figure: so much rounding may change, and no more
ABOUT = Decimal("0.1")  # of a figure: what lies no further away is about as much

Bound = Literal["", "least", "most", "near", "about"]  # near: just below
Move = Literal["", "rise", "fall"]  # a change by so much is no amount of its own
Scope = Literal["", "new", "total", "part", "due", "asked", "past", "span"]  # of what a figure tells; see `preferred`


class Quantity(NamedTuple):
    """A number with its unit as one text has it; values of compatible units compare as they are (58k yuan is 58000 yuan)."""

    value: Decimal
    low: Decimal  # the smaller end of a range, else the value
    step: Decimal  # what one more in the last printed digit is worth
    unit: str
    text: str
    bound: Bound = ""
    move: Move = ""
    scope: Scope = ""
    clause: str = ""  # the words around it, up to the next comma or number
    sentence: str = ""  # the words before it, from the last full stop

    @property
    def is_ceiling(self) -> bool:
        """Whether it is a limit that is not to be passed: at most so many, none at all, a place in a ranking."""
        return self.bound == "most" or self.unit == RANK or self.value == 0

    @property
    def floor(self) -> Decimal:
        """The least that still keeps a promise of this quantity."""
        return self.value * (1 - ABOUT) if self.bound in ("about", "near") else self.low

    @property
    def is_plain(self) -> bool:
        """Whether it is an amount, neither a change nor a place in a ranking."""
        return not self.move and self.unit != RANK


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities are equal up to the rounding they are printed with (58k and 58200)."""
    return _rounded(one, other.value) or _rounded(other, one.value)


def reaches(reported: Quantity, planned: Quantity) -> bool:
    """Whether a reported quantity is not below the planned one but for its own rounding: 5200 is no 10k, 10k may be 10200."""
    return reported.value >= planned.floor or _rounded(reported, planned.floor)


def passes(reported: Quantity, ceiling: Quantity) -> bool:
    """Whether a reported quantity is above a ceiling, but for the rounding of both."""
    return reported.low > ceiling.value and not same(reported, ceiling)


def _rounded(printed: Quantity, value: Decimal) -> bool:
    """Whether a value may be printed so; a rounding by more than a tenth tells another figure."""
    return abs(printed.value - value) <= min(printed.step / 2, max(printed.value, value) * ROUGHEST)


def agrees(said: Quantity, counted: Quantity) -> bool:
    """Whether a figure in a sentence is true of what was counted: "over 400" of 412, "about" within a tenth, 4 of "3 to 5"."""
    if same(said, counted) or said.low <= counted.value <= said.value:
        return True
    if said.bound == "about":
        return abs(said.value - counted.value) <= counted.value * ABOUT
    return {
        "least": counted.value > said.value,
        "most": counted.value < said.value,
        "near": said.value * (1 - ABOUT) <= counted.value < said.value,
    }.get(said.bound, False)


def is_of_one_kind(planned: Quantity, reported: Quantity) -> bool:
    """Whether one may answer the other, units apart: an amount an amount, a rise a rise; not one of a year one of many."""
    is_yearly = planned.scope != "span" or reported.scope in ("span", "total")
    return planned.move == reported.move and is_yearly and {planned.scope, reported.scope} != {"new", "total"}


def preferred(planned: Quantity, reported: Sequence[Quantity]) -> list[Quantity]:
    """Those of the quantities that answer the planned one best.

    What was due or asked for, other years, parts and totals of several years do so only where nothing else does, unless just that
    was planned.
    """
    left = list(reported)
    for scope in ("past", "due", "asked", "span", "part", "total"):
        others = [quantity for quantity in left if quantity.scope != scope]
        left = others if others and planned.scope != scope else left
    return left


def is_share(quantity: Quantity, points: frozenset[str]) -> bool:
    """Whether it is a share or a change of one: such figures have no sum."""
    return quantity.unit == PERCENT or quantity.unit in points
