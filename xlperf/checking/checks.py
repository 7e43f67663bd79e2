"""Check computed rows: the JSON Schema and the form's rules.

    findings = list(check(form, compute(form, rows)))

A blank or ill-typed operand silences the rules that need it (their helper cell is blank), so a cause is reported
once. Row rules are not evaluated here a second time: their helper columns, computed like any other cell, already say
which rows fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlperf.checking.rule_checks import CHECKS, WITH_ISSUED, WITH_READINGS
from xlperf.checking.rule_inputs import TEXTS, Facts, Failure, finding_of
from xlperf.checking.schema_errors import found_blank, schema_errors
from xlperf.checking.sentences.readings import Readings
from xlperf.forms.compute import Followers
from xlperf.forms.document import (
    Rows,
    Spot,
    as_compared,
    inputs_of,
    is_empty,
    is_required,
    is_wanted,
    rows_of,
    source_in_words,
    texts_in_column,
)
from xlperf.forms.form import Form
from xlperf.forms.live.form_tests import home_of, is_of_form
from xlperf.forms.model import GUIDE, RULES, TEN_THOUSANDTH, USED, Block, Cells, Condition, Field, Rule
from xlperf.forms.repeats import without_blank_copies
from xlperf.forms.scope import is_sayable
from xlperf.formula.nodes import Kind, Node, names_in
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import HINT, Finding
from xlperf.text import CONTROL, slip
from xlperf.values.blanks import is_filler
from xlperf.values.printing import as_printed, briefly

LATEST = 2  # years after the fiscal year in which a paper about it may be dated
MOST_SOURCES = 12  # texts of another column that are told
SHORT = 200  # characters of a name, a department, a unit: what takes more is a narrative, in which nothing may be said
LONGEST = 32_767  # UTF-16 units in a cell of Excel
ANYWAY = ("XL201", "XL208")  # codes that are reported at a cell whatever else is wrong with it


def check(form: Form, rows: Rows, *, unreadable: Iterable[Spot] = (), issued: Rows | None = None) -> Iterator[Finding]:
    """Yield the findings of computed rows: their values, then the form's rules.

    Args:
        unreadable: cells that are blank here because what stands in them could not be read, which is reported already.
        issued: the preset rows as they were handed out; by default as the form has them.
    """
    rows = without_blank_copies(form, rows)
    wrong: set[Spot] = set(unreadable)
    missing: set[Spot] = set()  # blank figures: a formula may have counted them as nothing
    inputs = tuple(inputs_of(form, rows))
    for finding in (
        *check_characters(inputs),
        *schema_errors(form, rows),
        *_asked_by_figures(form, rows),
        *_limits(form, inputs),
    ):
        if finding.code not in ANYWAY and not wrong.isdisjoint(finding.spots):
            continue  # that cell has been reported already
        if finding.code == "XL201":
            missing.update(spot for spot in finding.spots if _field(form, spot).kind is Kind.NUMBER)
        else:
            wrong.update(finding.spots)
        yield finding
    for finding in _not_in_source(form, rows, inputs, wrong):
        wrong.update(finding.spots)
        yield finding
    yield from _wanted(form, rows)
    typed = [(spot, value) for spot, value in inputs if isinstance(value, str) and spot not in wrong]
    yield from _untimely(form, rows, typed)
    yield from _fillers(form, rows, typed)
    yield from _rules(form, rows, wrong | missing, issued if issued is not None else rows_of(form, {})[0])


def check_characters(inputs: Iterable[tuple[Spot, object]]) -> Iterator[Finding]:
    """Yield the texts a workbook cannot hold: control characters, unpaired surrogates."""
    for spot, value in inputs:
        if isinstance(value, str) and (match := CONTROL.search(value)):
            yield Finding("XL208", "error", (spot,), {"found": f"U+{ord(match[0]):04X}"})


def _field(form: Form, spot: Spot) -> Field:
    return form.blocks[spot.block].fields[spot.field]


# --- limits that JSON Schema cannot say ----------------------------------------------------------------------


def _asked_by_figures(form: Form, rows: Rows) -> Iterator[Finding]:
    """Yield the blank cells that are required under a condition that JSON Schema cannot say: it compares figures."""
    for key, block in form.blocks.items():
        asked = [
            field
            for field in block.fields.values()
            if isinstance(field.required, Condition) and not is_sayable(field.required.tree)
        ]
        for index, row in enumerate(rows[key] if asked else ()):
            if is_empty(form, block, index, row):
                continue
            for field in asked:
                blank = row.get(field.key) is None and form.is_input(block, index, field)
                if blank and is_required(form, block, index, field, row):
                    yield Finding("XL201", "error", (Spot(key, index, field.key),), found_blank())


def _limits(form: Form, inputs: Iterable[tuple[Spot, object]]) -> Iterator[Finding]:
    """Yield texts longer than Excel or the field takes (in UTF-16 units), and numbers of too many decimals (on 15 digits)."""
    for spot, value in inputs:
        field = _field(form, spot)
        if isinstance(value, str):
            length, limit = len(value.encode("utf-16-le", "surrogatepass")) // 2, field.max_length or LONGEST
            if length > limit:
                yield Finding("XL205", "error", (spot,), {"found": length, "expected": limit})
        elif field.digits is not None and isinstance(value, float):
            number = as_decimal(value)
            if round_half_up(number, as_decimal(field.digits)) != number:
                yield Finding("XL206", "error", (spot,), {"found": as_text(number), "expected": field.digits})


def _not_in_source(form: Form, rows: Rows, inputs: Iterable[tuple[Spot, object]], wrong: set[Spot]) -> Iterator[Finding]:
    """Yield texts that do not stand in the column they are to be taken from; of a column with a wrong cell nothing is said."""
    sources: dict[tuple[str, str], dict[str, str] | None] = {}
    for spot, value in inputs:
        field = _field(form, spot)
        if not field.choices_from or spot in wrong or not isinstance(value, str):
            continue
        key = (spot.block, field.choices_from)
        if key not in sources:
            target = form.target(*key)
            is_wrong = any(other.block in target.blocks and other.field == target.field for other in wrong)
            sources[key] = None if is_wrong else texts_in_column(form, rows, *key)
        known = sources[key]
        if known is not None and as_compared(value) not in known:
            yield Finding("XL245", "error", (spot,), _facts_of_source(form, key, value, [*known.values()]))


def _facts_of_source(form: Form, source: tuple[str, str], value: str, known: Sequence[str]) -> dict[str, object]:
    """What is told of a text that stands nowhere in the column of that name, as seen from that block."""
    near, words = slip(value, known), source_in_words(form, *source)
    told = listing(map(briefly, known[:MOST_SOURCES])) + ("\u2026" if len(known) > MOST_SOURCES else "")
    return {
        "found": briefly(value),
        "expected": told or sentence("source_blank", words),
        "hint": sentence("perhaps", {"found": briefly(value), "near": briefly(near)}) if near else "",
        **words,
    }


# --- advice --------------------------------------------------------------------------------------------------


def _wanted(form: Form, rows: Rows) -> Iterator[Finding]:
    """One finding with every cell that is advised and blank."""
    spots = tuple(spot for key, block in form.blocks.items() if key != GUIDE for spot in _wanted_in(form, block, rows))
    if spots:
        yield Finding("XL207", "warning", spots, found_blank())


def _wanted_in(form: Form, block: Block, rows: Rows) -> Iterator[Spot]:
    """Yield the cells of a block that are advised and blank."""
    advised = [field for field in block.fields.values() if field.wanted is not False]
    for index, row in enumerate(rows[block.key] if advised else ()):
        if is_empty(form, block, index, row):
            continue
        for field in advised:
            if row.get(field.key) is None and form.is_input(block, index, field) and is_wanted(field, row):
                yield Spot(block.key, index, field.key)


def _untimely(form: Form, rows: Rows, typed: Iterable[tuple[Spot, str]]) -> Iterator[Finding]:
    """Dates of a paper about a whole year that lie before the end of it, or more than two years after it."""
    year = rows["identity"][0].get("fiscal_year")
    if not isinstance(year, int):
        return
    low, high = f"{year:04}-12-31", f"{year + LATEST:04}-12-31"
    for spot, value in typed:
        if _field(form, spot).timely and not low <= value <= high:
            yield Finding("XL243", "warning", (spot,), {"found": value, "low": low, "high": high, "year": year})


def _fillers(form: Form, rows: Rows, typed: Iterable[tuple[Spot, str]]) -> Iterator[Finding]:
    """Texts that are asked for and only point elsewhere; a word for nothing where a name or the like is required."""
    for spot, value in typed:
        block, row = form.blocks[spot.block], rows[spot.block][spot.index]
        field = block.fields[spot.field]
        if field.type not in TEXTS or not is_filler(form, value, short=True):
            continue
        required = is_required(form, block, spot.index, field, row)
        if (required or is_wanted(field, row)) and is_filler(form, value, short=required and _is_short(field)):
            yield Finding("XL219", "warning", (spot,), {"found": value.strip()})


def _is_short(field: Field) -> bool:
    """Whether a field holds a name or the like, no narrative."""
    return field.type == "text" and field.rows == 1 and field.max_length is not None and field.max_length <= SHORT


# --- rules ---------------------------------------------------------------------------------------------------


def _rules(form: Form, rows: Rows, wrong: set[Spot], issued: Rows) -> Iterator[Finding]:
    """One finding per failing rule, with every failing row; a row that fails for a wrong input is not reported twice.

    A check does not see wrong inputs, nor the cells at which an error was found by a rule before it.
    """
    affected, readings = Followers(form, wrong), Readings()
    sound = _blanked(rows, {*wrong, *_computed_in(form, rows, affected)}) if wrong else rows
    for rule in form.rules.values():
        if rule.check in WITH_ISSUED:
            failures = WITH_ISSUED[rule.check](form, sound, rule, issued)
        elif rule.check in WITH_READINGS:
            failures = WITH_READINGS[rule.check](form, sound, rule, readings)
        else:
            failures = CHECKS[rule.check](form, sound, rule) if rule.check else _failing_rows(form, rows, rule, affected)
        if finding := finding_of(rule, (_with_what_stands(form, failure, rows) for failure in failures)):
            sound = _blanked(sound, finding.spots if finding.severity == "error" else ())
            yield finding


def _with_what_stands(form: Form, failure: Failure, rows: Rows) -> Failure:
    """A failure whose facts name what stands in its row as cells show it, also in cells that the check was not shown."""
    spot = failure.spots[0]
    listed = rows.get(spot.block, [])
    row = listed[spot.index] if spot.index < len(listed) else {}
    told = {name: value for name, value in failure.facts.items() if value is not None}
    fields = form.blocks[spot.block].fields if spot.block in form.blocks else {}
    facts = {**row, **told}
    return failure._replace(facts=facts | {name: fields[name].as_shown(facts[name]) for name in fields.keys() & facts.keys()})


def _failing_rows(form: Form, rows: Rows, rule: Rule, affected: Followers) -> Iterator[Failure]:
    """Yield the rows that fail a test; a builtin rule has none."""
    if is_of_form(rule):
        yield from _failing_form(form, rows, rule, affected)
    if rule.test is None or rule.table is None:
        return
    helper = f"_{rule.code}"
    for key in form.blocks_in(rule.table):
        block = form.blocks[key]
        for index, row in enumerate(rows[key]):
            if row.get(helper) == 1 and Spot(key, index, helper) not in affected:
                preset = block.row(index)
                test = form.formulas[Cells(key, preset.key if preset else None, helper)]
                printed = {name: as_printed(block.fields.get(name), value) for name, value in row.items()}
                facts = (
                    printed | _ten_thousandths(block, row) | _named_in(form, rows, key, test, index) | _probable_slip(rule, row)
                )
                yield Failure(tuple(Spot(key, index, cell) for cell in rule.cells), facts)


def _failing_form(form: Form, rows: Rows, rule: Rule, affected: Followers) -> Iterator[Failure]:
    """Yield the one failure of a rule that tests single fields or the whole form, if it fails."""
    home = home_of(rule)
    index = form.blocks[RULES].rows_by_key[rule.code]
    if rows[RULES][index].get(home.field) == 1 and Spot(RULES, index, home.field) not in affected:
        targets = [form.target(RULES, cell) for cell in rule.cells]
        spots = tuple(Spot(target.blocks[0], form.index(target), target.field) for target in targets)
        yield Failure(spots, _named_in(form, rows, RULES, form.formulas[home]))


def _ten_thousandths(block: Block, row: Facts) -> dict[str, object]:
    """What the amounts of a row are if they were typed in yuan, as `spent_ten_thousandth`."""
    money = {name: value for name, value in row.items() if (field := block.fields.get(name)) and field.type == "money"}
    numbers = {name: value for name, value in money.items() if isinstance(value, int | float)}
    return {f"{name}{TEN_THOUSANDTH}": as_text(as_decimal(value) / 10_000) for name, value in numbers.items()}


def _named_in(form: Form, rows: Rows, block: str, test: Node, index: int = 0) -> dict[str, object]:
    """What stands in the single cells elsewhere and in the row above that a test of a row names, `total.rate` as `total_rate`."""
    found = {}
    for name in {name for name in names_in(test) if "." in name}:
        target = form.target(block, name)
        if target and target.reach == "cell":
            key = target.blocks[0]
            value = rows[key][form.index(target)].get(target.field)
            found[name.replace(".", "_")] = as_printed(form.blocks[key].fields[target.field], value)
        elif target and target.reach == "above":
            row = next((row for row in reversed(rows[block][:index]) if row.get(USED) == 1), {})
            value = row.get(target.field)
            found[name.replace(".", "_")] = as_printed(form.blocks[block].fields[target.field], value)
    return found


def _probable_slip(rule: Rule, row: Facts) -> dict[str, object]:
    """What a text of a failing row was probably meant for: it differs by one character from the text beside it."""
    if not rule.misspelt:
        return {}
    text, meant = (row.get(rule.misspelt[name]) for name in ("text", "meant"))
    if not isinstance(text, str) or not isinstance(meant, str) or normal_text(text) == normal_text(meant):
        return {}
    near = slip(text, [meant], rule.misspelt.get("opposites", ()))
    return {HINT: sentence("slip", {"found": text, "near": near})} if near else {}


def _computed_in(form: Form, rows: Rows, affected: Followers) -> Iterator[Spot]:
    """Yield the computed cells among those that follow from wrong ones: a sum without one of its items is no sum."""
    for key, listed in rows.items():
        block = form.blocks[key]
        for index, row in enumerate(listed):
            spots = (Spot(key, index, name) for name in row.keys() & form.computed(block, index))
            yield from (spot for spot in spots if spot in affected)


def _blanked(rows: Rows, spots: Iterable[Spot]) -> Rows:
    """The rows with those cells blank."""
    fields: dict[tuple[str, int], set[str]] = {}
    for spot in spots:
        fields.setdefault((spot.block, spot.index), set()).add(spot.field)
    blanked = {**rows, **{key: list(rows[key]) for key, _ in fields}}
    for (key, index), names in fields.items():
        if index < len(blanked[key]):  # a block without a row is told of at its first one
            blanked[key][index] = {name: value for name, value in rows[key][index].items() if name not in names}
    return blanked
