"""What the sheet cannot compute with: of such a cell it shows what we compute, or nothing; never another figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from support.documents import SMALL_TABLES, any_document
from support.libreoffice import convert
from support.shipped import forms_for
from support.surgery import type_into
from support.sweeps import seeds
from xlperf import fill_workbook
from xlperf.checking.shown_values import compare_shown
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.formulas import cells_of_name
from xlperf.forms.model import RULES, Cells
from xlperf.formula.nodes import Call, IsBlank, Kind, Node, Operation, names_in
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]

ODD_NUMBERS = ("１２", "12万元", "1,200.5", " 12 ", "12。5", "约12", "abc", "无", "—", "#N/A", "1e3", True)
ODD_CHOICES = ("{} ", "\u3000{}", "{}。", "{}{}", "x{}", "abc", "无", 5, True)
EDITS = 8  # of one workbook


def odd_cells(reading: Reading, random: Random) -> dict[str, object]:
    """Some of the cells that hold a number or a choice, and something else to stand in each of them."""
    found, typed = {}, reading.typed()
    for spot, place in reading.places.items():
        block = reading.form.blocks[spot.block]
        field = block.fields[spot.field]
        if block.key == RULES or not reading.form.is_input(block, spot.index, field) or typed.get(spot) in (None, ""):
            continue
        if field.kind is Kind.CHOICE:
            odd = random.choice(ODD_CHOICES)
            choice = random.choice(field.choices)
            found[place] = odd.format(choice, choice) if isinstance(odd, str) else odd
        elif field.kind is Kind.NUMBER and field.type != "year":
            found[place] = random.choice(ODD_NUMBERS)
    return dict(random.sample(sorted(found.items()), min(EDITS, len(found))))


def key_of(form: Form, spot: Spot) -> str | None:
    preset = form.blocks[spot.block].row(spot.index)
    return preset.key if preset else None


def adds_up_rows(form: Form, cells: Cells) -> bool:
    """Whether a computed cell follows from a sum of computed cells, or of those beside a choice: one that shows nothing adds nothing."""
    tree = form.formulas.get(cells)
    if tree is None:
        return False
    sums = [call for call in calls_in(tree) if call.function in ("SUM", "SUMIF", "MIN", "MAX", "COUNT")]
    columns = [argument for call in sums for argument in call.arguments if argument.kind is Kind.NUMBERS and not argument.typed]
    if columns or any(call.function == "SUMIF" for call in sums):
        return True
    return any(adds_up_rows(form, other) for name in names_in(tree) for other in cells_of_name(form, cells, name))


def calls_in(tree: Node) -> Iterator[Call]:
    match tree:
        case Operation(left=left, right=right):
            yield from (*calls_in(left), *calls_in(right))
        case IsBlank(operand=operand):
            yield from calls_in(operand)
        case Call(arguments=arguments):
            yield tree
            yield from (call for argument in arguments for call in calls_in(argument))


@pytest.mark.parametrize("form", forms_for("odd operands"), ids=lambda form: form.key)
def test_the_sheet_shows_what_we_compute_or_nothing(form: Form, tmp_path: Path) -> None:
    small = {key: SMALL_TABLES.get(key, 3) for key, block in form.blocks.items() if block.spare and not block.fixed}
    edited = []
    for seed in seeds(100, usual=2):
        filled = tmp_path / f"{seed}.xlsx"
        assert fill_workbook(any_document(form, seed), output=filled, rows=small).outputs
        edited.append(type_into(filled, tmp_path / f"{seed}-odd.xlsx", odd_cells(read_cells(filled), Random(seed))))
    blank = Counter()
    for saved in convert(edited, tmp_path / "saved"):
        reading = read_cells(saved)
        rows = compute(form, reading.rows)
        found = compare_shown(form, rows, reading.shown_results, with_formula=reading.with_formula)
        told = [
            (finding.code, reading.places[spot], finding.arguments)
            for finding in found
            for spot in finding.spots
            if not adds_up_rows(form, Cells(spot.block, key_of(form, spot), spot.field))
        ]
        assert [one for one in told if one[0] != "XL302"] == [], saved.name
        blank.update(code for code, *_ in told)
    assert blank["XL302"]
