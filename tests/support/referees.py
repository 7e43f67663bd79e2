"""Workbooks computed anew by other programs, held against what we wrote into them; what each reads or shows in its own way.

differences(ours, theirs)                    # {("Sheet", 3, 2): (5, 6)}: the cells that differ, none of them if all is well
differences(with_counts(ours), theirs, as_gnumeric_shows)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, Decimal
from pathlib import Path

from python_calamine import CalamineWorkbook

from support.gnumeric import without_escapes
from support.surgery import rewrite
from xlperf.forms.compute import compute
from xlperf.forms.form import Form
from xlperf.formula.functions import DECIMALS
from xlperf.formula.operands import DIGITS_15, WIDE, plain_text
from xlperf.values.box_notes import is_note
from xlperf.workflow.documents import take_document_of


def cells(path: Path) -> dict[tuple[str, int, int], object]:
    """Every cell that shows something; numbers on 15 digits."""
    book = CalamineWorkbook.from_path(str(path))
    found = {}
    for name in book.sheet_names:
        for row, values in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
            for column, value in enumerate(values):
                if value != "":
                    found[name, row, column] = on_15_digits(value)
    return found


def on_15_digits(value: object) -> object:
    """A whole number of more digits than that is an int in ours, which no double equals."""
    return float(format(value, ".15g")) if isinstance(value, int | float) and not isinstance(value, bool) else value


def rounded(rows: dict) -> dict:
    return {key: [{k: on_15_digits(v) for k, v in row.items()} for row in listed] for key, listed in rows.items()}


def differences(ours: Path, theirs: Path, as_shown: Callable[[object], object] = lambda value: value) -> dict:
    """The cells that differ, those of both files as the other program shows them."""
    a, b = cells(ours), cells(theirs)
    return {key: (a.get(key), b.get(key)) for key in a.keys() | b.keys() if as_shown(a.get(key)) != as_shown(b.get(key))}


COUNT = re.compile(rb"<f>[^<]*ISFORMULA[^<]*</f>")


def with_counts(path: Path) -> Path:
    """The workbook with the number of rows without formulas as a figure: no other program asks a range for its formulas."""
    target = path.with_name(f"counted-{path.name}")
    return rewrite(path, target, lambda name, part: COUNT.sub(b"", part) if "worksheets/" in name else part)


def as_others_count(form: Form, document: dict) -> Callable[[object], object]:
    """What is shown, without the figures of notes where a letter counts as two: it does so in Excel alone."""
    if all(ord(letter) <= 0xFFFF for letter in json.dumps(document, ensure_ascii=False)):
        return lambda value: value
    return lambda value: re.sub("[0-9]+", "#", value) if isinstance(value, str) and is_note(form, value) else value


def half_down(number: Decimal, digits: Decimal) -> Decimal:
    return DIGITS_15.plus(number).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_DOWN, WIDE)


HALF_DOWN = DECIMALS._replace(compute={**DECIMALS.compute, "ROUND": half_down})


def ties(form: Form, document: dict) -> set[tuple[object, object]]:
    """What cells show that are ties, and what they would show if rounded down; Excel forgives the last bit of a quotient."""
    rows = take_document_of(form, document).rows
    up, down = compute(form, rows), compute(form, rows, numbers=HALF_DOWN)
    pairs = (
        (row.get(key), other.get(key))
        for block, listed in up.items()
        for row, other in zip(listed, down[block], strict=True)
        for key in row.keys() | other.keys()
    )
    return {(on_15_digits(one), on_15_digits(other)) for one, other in pairs if one != other}


LIKE_A_NUMBER = re.compile(r"[-+\d.,%/:e]+|true|false")


def as_gnumeric_reads(document: dict) -> dict:
    """Without what it reads otherwise than it is written; nor a unit called 3, +86: in a list of texts it takes that for a number."""
    cover = document.get("cover", {})
    if LIKE_A_NUMBER.fullmatch(plain_text(str(cover.get("unit", "")))):
        document = {**document, "cover": {**cover, "unit": "三号单位"}}
    return dict(without_escapes(document))
