"""What the checks sheet tells while people type is what we tell of the workbook when it comes back, whatever was done to it.

LibreOffice is the referee: it edits generated workbooks as people do, computes them anew and saves them. Every verdict that the
sheet shows then equals ours, or the rule waits; and it waits only where the edit calls something of its tables in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from string import ascii_uppercase

import pytest

from support.documents import complete_document
from support.libreoffice import edit
from support.live_documents import document_for
from support.live_edits import Drawn, draw, with_steps
from support.live_verdicts import FORMAT, ours, told
from support.shipped import forms_for
from support.sweeps import seeds
from xlperf import fill_workbook, validate, write_template
from xlperf.forms.document import rows_of, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, row_counts
from xlperf.forms.live.states import is_live, tables_of_rule
from xlperf.reading.reader import read_cells

pytestmark = pytest.mark.libreoffice
SPARE = 3  # rows of each block that are left free
LIVE_AT_LEAST = {
    "suzhou-department": 24,
    "hunan-department": 12,
    "national-project": 24,
    "national-transfer": 8,
    "sichuan-project": 24,
}
NAMED = ["SZ106", "SZ108", "SZ204", "SZ205", "SZ206", "SZ310", "XL202", "XL215", "XL216", "XL240"]


def filled(form: Form, seed: int, folder: Path) -> tuple[Path, Drawn]:
    """A workbook of a generated document, and an edit of it."""
    document = document_for(form, seed)
    spare = {key: SPARE for key, block in form.blocks.items() if block.spare and not block.fixed}
    path = folder / f"{form.key}-{seed}.xlsx"
    assert fill_workbook(document, output=path, rows=spare).outputs
    rows, _ = rows_of(form, document)
    free = {key: max(spare.get(key, block.spare), len(rows.get(key, ())) - len(block.rows)) for key, block in form.blocks.items()}
    return path, draw(form, make_layout(form, row_counts(form, free, rows)), rows, Random(seed))


def edited(jobs: list[tuple[Path, Drawn]]) -> Iterator[tuple[Path, Drawn]]:
    """The workbooks after their edits, made by one LibreOffice."""
    targets = [(with_steps(path, drawn), path, path.with_name(f"{path.stem}-edited.xlsx"), drawn) for path, drawn in jobs]
    edit((steps, path, target) for steps, path, target, _ in targets)
    yield from ((target, drawn) for _, _, target, drawn in targets)


def is_mistyped(drawn: Drawn, path: Path) -> bool:
    """Whether what was typed into a copied row does not go with it: a text where its kind asks for a number or the other way
    round, a word that says nothing."""
    if drawn.name != "copied row":
        return False
    _, title, _, row, _ = drawn.steps[0]
    told_of = [cell for f in validate(path).findings if f["code"] in {*FORMAT, "XL219"} for cell in f["cells"]]
    cells = (cell.partition("!") for cell in (*told_of, *_numbers_read_as_texts(path)))
    return any(sheet == title and cell.lstrip(ascii_uppercase) == str(row + 1) for sheet, _, cell in cells)


def _numbers_read_as_texts(path: Path) -> Iterator[str]:
    """The cells with a number of which the document has a text, as the target of a qualitative indicator."""
    reading = read_cells(path)
    grids = {found.title: found.grid for found in reading.sheets.values()}
    for spot, cell in reading.cells.items():
        listed = reading.rows[spot.block]
        read = listed[spot.index].get(spot.field) if spot.index < len(listed) else None
        shown = grids[cell.title][cell.row][cell.column] if isinstance(read, str) else None
        if isinstance(shown, int | float) and reading.form.blocks[spot.block].fields[spot.field].type == "value":
            yield str(cell)


@pytest.mark.slow
@pytest.mark.parametrize("form", forms_for("live verdicts"), ids=lambda form: form.key)
def test_every_live_verdict_is_ours_or_waits(form: Form, tmp_path: Path) -> None:
    words, lies, waits = form.words, [], []
    for path, drawn in edited([filled(form, seed, tmp_path) for seed in seeds(500, usual=8)]):
        mine = ours(form, path)
        for code, (state, _) in told(form, path).items():
            if state not in (*mine[code], words["doubtful"], words["after"]):
                lies.append((path.name, drawn.name, code, state, mine[code]))
            by_chance = code == "XL216"  # generated amounts lie far apart, and whether too far is not for the sheet to say
            if state == words["doubtful"] and not by_chance and drawn.doubtful.isdisjoint(tables_of_rule(form, code)):
                waits.append((path, drawn, code))
    assert not lies
    assert not [(path.name, drawn.name, code) for path, drawn, code in waits if not is_mistyped(drawn, path)]


@pytest.mark.parametrize("form", forms_for("live verdicts"), ids=lambda form: form.key)
def test_most_rules_are_live(form: Form) -> None:
    live = {code for code, rule in form.rules.items() if is_live(form, rule)}
    assert len(live - {"XL304"}) >= LIVE_AT_LEAST[form.key]
    assert live >= {code for code in NAMED if code in form.rules}


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workbooks after single edits, by name, all made by one LibreOffice."""
    folder = tmp_path_factory.mktemp("edited")
    jobs = []
    for form in forms_for("live verdicts"):
        path = write_template(form.key, year=max(2023, form.first_year), output=folder / f"{form.key}.xlsx")
        jobs.append((path, Drawn("untouched", ())))
    for name, steps in EDITS.items():
        path = folder / f"{name}.xlsx"
        assert fill_workbook(complete_document(FORM), output=path).outputs
        jobs.append((path, Drawn(name, steps)))
    for number, unit in enumerate(UNITS):
        path = write_template(FORM.key, year=2023, output=folder / f"unit {number}.xlsx", unit=ISSUED)
        title, row, column = make_layout(FORM).spots[unit_spot(FORM)]
        jobs.append((path, Drawn(unit, (("type_in", title, row, column, unit),))))
    return {path.stem.removesuffix("-edited"): path for path, _ in edited(jobs)}


def states(after: dict[str, Path], name: str, form: Form | None = None) -> dict[str, str]:
    """What the sheet shows of every rule after an edit; nothing of it is a lie."""
    form = form or FORM
    mine, live = ours(form, after[name]), {code: state for code, (state, _) in told(form, after[name]).items()}
    assert all(live[code] in (*mine[code], form.words["doubtful"], form.words["after"]) for code in live)
    return live


FORM = next(form for form in forms_for("live verdicts") if form.key == "suzhou-department")
WAITS, PASSED, FAILED, OPEN = (FORM.words[state] for state in ("doubtful", "passed", "failed", "waiting"))
BUDGET, TABLE = (page.title for page in FORM.sheets if page.key in ("budget", "indicators"))
ITEM, NAME, INITIAL, SPENT, RATE = 6, 1, 2, 5, 6  # the row of the first item, and columns of the budget
ODD = {"full width": "\uff11\uff12", "with a unit": "1,180.2\u4e07\u5143", "dash": "-", "no number": "abc"}
EDITS = {
    "untouched": (),
    "filled row": (("insert_row", BUDGET, 7), *(("type_in", BUDGET, 7, column, value) for column, value in ((NAME, "X"), (INITIAL, 1), (SPENT, 5)))),
    "blank row": (("insert_row", BUDGET, 7), ("insert_row", TABLE, 60)),
    "pasted over": (("paste_over", BUDGET, RATE, ITEM, RATE, ITEM), ("type_in", BUDGET, ITEM, SPENT, 100)),
    **{name: (("type_in", BUDGET, ITEM, SPENT, value),) for name, value in ODD.items()},
}  # fmt: skip
ISSUED = "\u82cf\u5dde\u5e02 (A)"
UNITS = (ISSUED, "\u82cf\u5dde\u5e02\uff08a\uff09", "B", "")


@pytest.mark.parametrize("form", forms_for("live verdicts"), ids=lambda form: form.key)
def test_a_blank_template_passes_nothing_that_it_has_nothing_for(after: dict[str, Path], form: Form) -> None:
    passed = {code for code, state in states(after, form.key, form).items() if state == form.words["passed"]}
    assert passed <= {"XL301", "XL304", "SZ205"}  # formulas are there, and the names of fixed rows


def test_a_filled_blank_row_makes_the_rules_of_its_table_wait_and_no_other(after: dict[str, Path]) -> None:
    """The row spends 5 of 1, and no formula sees it."""
    waiting = {code for code, state in states(after, "filled row").items() if state == WAITS}
    assert waiting >= {"SZ101", "SZ103", "SZ105", "SZ106", "SZ108", "XL201", "XL304"}
    assert not waiting & {"SZ205", "SZ206"}
    assert told(FORM, after["filled row"])["XL304"] == (WAITS, 1)


def test_an_inserted_row_that_stays_blank_changes_nothing(after: dict[str, Path]) -> None:
    assert states(after, "blank row") == states(after, "untouched")


@pytest.mark.parametrize("name", ODD)
def test_what_reading_would_make_something_else_of_waits(after: dict[str, Path], name: str) -> None:
    shown = states(after, name)
    assert shown["XL202"] == shown["SZ101"] == WAITS
    assert shown["SZ205"] == PASSED


def test_a_figure_in_place_of_a_formula_makes_the_rules_of_its_table_wait(after: dict[str, Path]) -> None:
    shown = states(after, "pasted over")
    assert shown["SZ102"] == shown["XL301"] == WAITS
    assert shown["SZ205"] == PASSED


def test_the_unit_is_held_against_the_one_it_was_issued_to(after: dict[str, Path]) -> None:
    assert [states(after, f"unit {number}")["XL240"] for number in range(len(UNITS))] == [PASSED, PASSED, FAILED, OPEN]
