"""Checks of the rows of one table that the formula language cannot make: names, reasons, phrases, totals.

    - code: AB301                      # a rule of a form.yaml
      check: repeated_text             # a key of CHECKS in `rule_checks`
      parameters: {table: indicators, field: source, share: 0.5}

Words and limits are parameters of the rule, so that a notice can change them. Columns go by the standard terms (actual,
deviation, reason). A blank operand keeps a check silent. What the language can say is said there (`forms.live`), so that the
checks sheet tells it while people type; here it is put into findings.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal

from xlperf.checking.rule_inputs import Facts, Failure, blocks_of, name_column, needed, rows_failing, rows_used
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.live.checks import MISSED, OPEN, REACHED
from xlperf.forms.model import Rule
from xlperf.forms.repeats import blank_copies
from xlperf.text import letters_of
from xlperf.values.numbers import number_of


def check_duplicates(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no two rows of a block bear one name, however it is spaced and punctuated; AA and AA+ are two things."""
    name = name_column(form, rule)
    for key in blocks_of(form, rule):
        places: dict[object, list[int]] = {}
        for index, row in rows_failing(form, rows, rule, key):
            places.setdefault(row.get(f"_{rule.code}_name"), []).append(index)
        for indexes in (indexes for indexes in places.values() if len(indexes) > 1):
            facts = {**rows[key][indexes[0]], "block": form.blocks[key].label, "count": len(indexes)}
            yield Failure(tuple(Spot(key, index, name) for index in indexes), facts)


def check_empty_blocks(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: every block of a table has a row; a category without an indicator was forgotten."""
    name, blank = name_column(form, rule), blank_copies(form, rows)
    for key in blocks_of(form, rule):
        if form.blocks[key].copy not in blank and not any(rows_used(form, rows, key)):
            yield Failure((Spot(key, 0, name),), {"block": form.blocks[key].label})


def check_repeated_text(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no stock phrase stands in more than a `share` of all rows, for it names no evidence.

    Real reports have one phrase in a quarter of their rows, which is not yet too many. With `least` it is asked of the rows that
    have a text, those that do not apply to the unit apart, once there are so many of them.
    """
    field, least = needed(form, rule, "field"), rule.parameters.get("least")
    places: dict[str, list[Spot]] = {}
    total = 0
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            letters = letters_of(row.get(field) or "")
            if least is None or (letters and not row.get("applies")):
                total += 1
                places.setdefault(letters, []).append(Spot(key, index, field))
    places.pop("", None)
    most: list[Spot] = max(places.values(), key=len, default=[])
    if len(most) > total * rule.parameters.get("share", 1) and len(most) >= (least or 1):
        text = rows[most[0].block][most[0].index][field]
        yield Failure(tuple(most), {field: text, "count": len(most), "total": total})


def check_blank_column(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a column that may stay blank here and there is not blank in more than a `share` of the rows in use."""
    field = needed(form, rule, "field")
    used = [
        (Spot(key, index, field), row.get(field))
        for key in blocks_of(form, rule)
        for index, row in rows_used(form, rows, key)
        if row.get("actual") is not None and not row.get("applies")
    ]
    blank = tuple(spot for spot, value in used if value is None)
    if len(blank) > len(used) * rule.parameters.get("share", 1):
        yield Failure(blank, {"count": len(blank), "total": len(used)})


def check_no_deviation(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: not every indicator is exactly at its target; that is possible and rare."""
    told = [
        (Spot(key, index, "deviation_text"), row.get(f"_{rule.code}", OPEN if row.get("deviation_text") is None else None))
        for key in blocks_of(form, rule)
        for index, row in rows_used(form, rows, key)
    ]
    spots = tuple(spot for spot, says in told if says == REACHED)
    if spots and all(says not in (OPEN, MISSED) for _, says in told):
        yield Failure(spots, {"count": len(spots)})


def check_total_rows(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no row is a total or a part of another row, which would be counted twice.

    It is told by words that stand alone but for the punctuation, digits and words `before` and `after` them; by words that `end`
    a name; and by words that `begin` it and say "of which".
    """
    name = name_column(form, rule)
    for key in rule.words("blocks"):
        for index, row in rows_failing(form, rows, rule, key):
            yield Failure((Spot(key, index, name),), row)


Amounts = tuple[Decimal, ...]
Line = tuple[int, Amounts]  # the index of a row, its amounts
EXACT = Context(prec=1_000)  # no amount is too large or too small to be added up


def check_sums_of_rows(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no row is the sum of the rows above or below it, whatever it is called: it would be counted twice.

    A sum of a few round figures may be chance, see `_is_no_chance`; `digits` is how many digits make a figure that is not round.
    """
    columns, digits, name = rule.words("columns"), rule.parameters.get("digits", 3), name_column(form, rule)
    for key in rule.words("blocks"):
        used = [(index, _amounts(row, columns)) for index, row in rows_used(form, rows, key) if row.get(name)]
        filled = [line for line in used if any(line[1])]
        sums = _Sums(filled)
        for at, (index, _) in enumerate(filled):
            if parts := sums.parts_of(at, digits):
                facts = {"first": min(parts) + 1, "last": max(parts) + 1, "row": index + 1}
                yield Failure((Spot(key, index, name),), {**rows[key][index], **facts})


def _amounts(row: Facts, columns: Iterable[str]) -> Amounts:
    return tuple(number_of(row.get(column)) or Decimal(0) for column in columns)


class _Sums:
    """The sums of all runs of rows: each is the difference of two sums from the first row on."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.from_first: list[Amounts] = [tuple(Decimal(0) for _ in lines[0][1])] if lines else []
        for _, amounts in lines:
            self.from_first.append(_added(self.from_first[-1], amounts))
        self.places: dict[Amounts, list[int]] = {}
        for at, amounts in enumerate(self.from_first):
            self.places.setdefault(amounts, []).append(at)

    def parts_of(self, at: int, digits: int) -> list[int]:
        """The indexes of the first and last of the neighbouring rows that add up to a row; none where that may be chance."""
        total = self.lines[at][1]
        begins = self.places.get(_added(self.from_first[at], [-amount for amount in total]), [])
        for number in reversed(range(bisect_left(begins, at - 1))):
            count = at - begins[number]
            if _is_no_chance(total, count, digits):
                return [self.lines[at - 1][0], self.lines[begins[number]][0]]
            if count > 2:
                break  # nor is a longer run
        ends = self.places.get(_added(self.from_first[at + 1], total), [])
        for number in range(bisect_right(ends, at + 2), len(ends)):
            count = ends[number] - at - 1
            if _is_no_chance(total, count, digits):
                return [self.lines[at + 1][0], self.lines[ends[number] - 1][0]]
            if count > 2:
                break
        return []


def _added(one: Iterable[Decimal], other: Iterable[Decimal]) -> Amounts:
    return tuple(map(EXACT.add, one, other))


def _is_no_chance(total: Amounts, count: int, digits: int) -> bool:
    """Whether figures cannot be a sum by chance: not round, or many at once.

    A figure of one digit less is enough where three rows or two different columns add up.
    """
    amounts = {abs(amount) for amount in total if amount}
    longest = max(len(amount.normalize().as_tuple().digits) for amount in amounts)
    return longest >= (digits - 1 if count > 2 or len(amounts) > 1 else digits)
