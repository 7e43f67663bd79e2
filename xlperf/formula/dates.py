"""Dates in formulas: whole days as Excel counts them, what may be done with them, and how Excel is asked whether one is there.

>>> day_of("2024-03-01"), iso_of(45352), day_of("2024-02-30"), day_of("1900-02-28")
(45352, '2024-03-01', None, None)
>>> day_of_parts(2023, 14, 1) == day_of("2024-02-01")
True

Excel takes 1900 for a leap year and other programs do not: before March 1900 they count days differently, so that a date begins
there. A date that stands in its cell as a text is none to the sheet; reading makes one of it. The time of day is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import MAXYEAR, date
from decimal import ROUND_FLOOR, Decimal

from xlperf.errors import FormulaError
from xlperf.formula.nodes import COMPARISON_SIGNS, DATED, Call, Kind, Literal, Name, Node, Operation

FIRST, BEYOND = 61, 2_958_466  # the days of 1 March 1900, and after 31 December 9999
DAY_0 = date(1899, 12, 30).toordinal()
LEAST_YEAR = 1900  # to which Excel adds nothing
MOST_PART = 32_767  # of the months and days that DATE takes
MONTHS = 12
CYCLE, DAYS_OF_CYCLE = 400, 146_097  # years after which the calendar repeats itself
WHOLE_CALLS = ("INT", "COUNT", "COUNTA", "COUNTIFS", "LEN", "SIGN", "YEAR", "MONTH", "DAY")
PARTS = {"YEAR": "year", "MONTH": "month", "DAY": "day"}  # functions that tell a part of a date


# --- days ----------------------------------------------------------------------------------------------------


def day_of(value: object) -> int | None:
    """The day of an ISO date or of a number in a cell of dates; None for what is no date to a formula."""
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            return None
        day = found.toordinal() - DAY_0 if found.isoformat() == value else 0
    elif isinstance(value, Decimal | float | int):
        day = int(value) if -BEYOND < value < BEYOND else 0  # infinity has no whole number
    else:
        return None
    return day if FIRST <= day < BEYOND else None


def iso_of(day: Decimal | float) -> str:
    """The ISO date of a day."""
    return _date_of(day).isoformat()


def _date_of(day: Decimal | float) -> date:
    return date.fromordinal(DAY_0 + int(day))


def part_of(part: str) -> Callable[[Decimal | float], int]:
    """The function that gives the year, month or day of a date."""
    return lambda day: int(getattr(_date_of(day), part))


def day_of_parts(year: Decimal | float, month: Decimal | float, day: Decimal | float) -> int | None:
    """The day that Excel's DATE gives: months and days run over into the next year and month, backwards too."""
    if not LEAST_YEAR <= year <= MAXYEAR or not all(-MOST_PART <= part <= MOST_PART for part in (month, day)):
        return None
    years, months = divmod(int(month) - 1, MONTHS)
    cycles, years = divmod(int(year) + years - LEAST_YEAR, CYCLE)  # the calendar of Python ends where a day before may be meant
    first = date(LEAST_YEAR + years, months + 1, 1).toordinal() + cycles * DAYS_OF_CYCLE
    return in_calendar(first - DAY_0 + int(day) - 1)


def in_calendar(day: int) -> int | None:
    """The day, None where all programs know none of that number."""
    return day if FIRST <= day < BEYOND else None


# --- kinds ---------------------------------------------------------------------------------------------------

Wrong = Callable[..., FormulaError]


def of_dates(operator: str, left: Node, right: Node, wrong: Wrong) -> Operation:
    """The node of two operands, one of which is a date: dates are compared and subtracted, days are added."""
    both = left.kind is right.kind
    if operator == "&":
        if isinstance(left, Literal) and left.value in COMPARISON_SIGNS:  # a condition, which takes it apart
            return Operation(operator, left, right, kind=Kind.TEXT, operands=Kind.TEXT)
        raise wrong("date_joined")
    if operator in COMPARISON_SIGNS:
        if not both:
            raise wrong("date_compared")
        return Operation(operator, left, right, kind=Kind.BOOLEAN, operands=Kind.NUMBER)
    if operator == "-" and both:
        return Operation(operator, left, right, kind=Kind.NUMBER, operands=Kind.NUMBER)
    days = right if left.kind is Kind.DATE else left
    if operator not in "+-" or both or days.kind not in (Kind.NUMBER, Kind.VALUE) or (operator == "-" and days is left):
        raise wrong("date_operand", operator=operator)
    one, other = (side if side.kind is Kind.DATE else whole(side) for side in (left, right))
    return Operation(operator, one, other, kind=Kind.DATE, operands=Kind.NUMBER)


def is_joined(node: Node) -> bool:
    """Whether a date is joined to a text, which no condition has taken apart."""
    return isinstance(node, Operation) and node.operator == "&" and node.right.kind is Kind.DATE


def whole(number: Node) -> Node:
    """A number as whole days, months or years: what may have decimals is cut to the whole number below it."""
    return number if is_whole(number) else Call("INT", (number,), Kind.NUMBER)


def is_whole(number: Node) -> bool:
    """Whether a number has no decimals, whatever stands in its cells."""
    match number:
        case Literal(value=Decimal() as value):
            return value == value.to_integral_value(ROUND_FLOOR)
        case Operation(operator="+" | "-" | "*", left=left, right=right):
            return is_whole(left) and is_whole(right)
        case Call(function=name):
            return name in WHOLE_CALLS
    return False


def dated(arguments: Sequence[Node], wrong: Wrong) -> bool:
    """Whether all of them are dates or columns of dates; a mixture is refused."""
    are_dates = {argument.kind in DATED for argument in arguments if argument != Literal("")}
    if len(are_dates) > 1:
        raise wrong("date_compared")
    return are_dates == {True}


def date_literal(text: str) -> Node | None:
    """The date that stands as an ISO date in a condition, >=2024-01-01; None where it is none."""
    if day_of(text) is None:
        return None
    return Call("DATE", tuple(Literal(Decimal(part)) for part in text.split("-")), Kind.DATE)


# --- in Excel ------------------------------------------------------------------------------------------------


def no_date_in(cell: str) -> Iterator[str]:
    """Yield the Excel conditions under which a cell holds no date: SUM takes no text, and no blank for a mistake."""
    yield f"SUM({cell})<{FIRST}"
    yield f"SUM({cell})>={BEYOND}"


def outside(expression: str) -> Iterator[str]:
    """Yield the Excel conditions under which a computed day is in no calendar."""
    yield f"IFERROR({expression},0)<{FIRST}"
    yield f"IFERROR({expression},0)>={BEYOND}"


def wrong_days_in(cells: str) -> str:
    """The Excel condition under which something stands among dates that people type that is none."""
    return f'SUMPRODUCT(({cells}<>"")*(1-({cells}>={FIRST})*({cells}<{BEYOND})))>0'


def days_that(cells: str, operator: str, day: str) -> str:
    """The rows of a column of dates that compare so with a whole day, as an array of Excel; of a day all hours count."""
    test = {
        "=": f"({cells}>={day})*({cells}<{day}+1)",
        "<>": f"(({cells}<{day})+({cells}>={day}+1))",
        "<": f"({cells}<{day})",
        ">=": f"({cells}>={day})",
        ">": f"({cells}>={day}+1)",
        "<=": f"({cells}<{day}+1)",
    }[operator]
    return f"({cells}>={FIRST})*({cells}<{BEYOND})*{test}"


def is_day_already(node: Node) -> bool:
    """Whether a date has no time of day: it was computed of whole days."""
    return isinstance(node, Operation) or (isinstance(node, Call) and node.function == "DATE")


def is_constant(node: Node) -> bool:
    """Whether a DATE names a day by its figures, and a day that there is."""
    match node:
        case Call("DATE", (Literal(value=Decimal() as y), Literal(value=Decimal() as m), Literal(value=Decimal() as d))):
            return day_of_parts(y, m, d) is not None
    return False


def typed_dates(arguments: Sequence[Node]) -> Iterator[str]:
    """Yield the names of dates that people type."""
    return (each.key for each in arguments if isinstance(each, Name) and each.kind in DATED and each.typed)
