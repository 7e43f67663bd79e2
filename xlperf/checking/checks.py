"""Check computed rows: the JSON Schema and the form's rules.

    findings = list(check(form, compute(form, rows)))

A blank or ill-typed operand silences the rules that need it (their helper cell is blank), so a cause is reported
once. Row rules are not evaluated here a second time: their helper columns, computed like any other cell, already say
which rows fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from xlperf.checking.cross_table import CHECKS
from xlperf.checking.rule_inputs import TEXTS
from xlperf.checking.schema_errors import schema_findings, told_blank
from xlperf.forms.compute import by_column, follows, index_of
from xlperf.forms.document import Rows, Spot, inputs_of, is_empty, is_required, is_wanted
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Rule, Step
from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Kind, Node, names_in
from xlperf.formula.operands import as_decimal, as_text, normal_text, round_half_up
from xlperf.messages import sentence
from xlperf.reporting.finding import HINT, Finding
from xlperf.text import CONTROL, slip
from xlperf.values.blanks import explanation_of, is_filler
from xlperf.values.printing import as_printed

LATEST = 2  # years after the fiscal year in which a paper about it may be dated
SHORT = 200  # characters of a name, a department, a unit: what takes more is a narrative, in which nothing may be said
Columns = Mapping[tuple[str, str], Collection[int]]  # cells by block and field


def check(form: Form, rows: Rows, unread: Iterable[Spot] = ()) -> Iterator[Finding]:
    """Yield the findings of computed rows: their values, then the form's rules.

    Args:
        unread: cells that are blank here because what stands in them could not be read, as has been told.
    """
    wrong: set[Spot] = set(unread)
    blank: set[Spot] = set()  # missing figures: a formula may have counted them as nothing
    inputs = tuple(inputs_of(form, rows))
    for finding in (*check_characters(inputs), *schema_findings(form, rows), *_limits(form, inputs)):
        if finding.code not in ("XL201", "XL208") and not wrong.isdisjoint(finding.spots):
            continue  # that cell has been reported already
        if finding.code != "XL201":
            wrong.update(finding.spots)
        else:
            blank.update(spot for spot in finding.spots if form.blocks[spot.block].fields[spot.field].kind is Kind.NUMBER)
        yield finding
    yield from _wanted(form, rows)
    typed = [(spot, value) for spot, value in inputs if isinstance(value, str) and spot not in wrong]
    yield from _untimely(form, rows, typed)
    yield from _fillers(form, rows, typed)
    yield from _rules(form, rows, wrong | blank)


def check_characters(inputs: Iterable[tuple[Spot, object]]) -> Iterator[Finding]:
    """Yield the texts a workbook cannot hold: control characters, unpaired surrogates."""
    for spot, value in inputs:
        if isinstance(value, str) and (match := CONTROL.search(value)):
            yield Finding("XL208", "error", (spot,), {"found": f"U+{ord(match[0]):04X}"})


# --- the schema ----------------------------------------------------------------------------------------------


# --- explanations --------------------------------------------------------------------------------------------


def explain(form: Form, rows: Rows, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, each warning with what the checks sheet says to explain its code, if that says anything."""
    explanations = {row.key: rows[RULES][index].get("explanation") for index, row in enumerate(form.blocks[RULES].rows)}
    for finding in findings:
        text = explanation_of(form, explanations.get(finding.code))
        yield replace(finding, explanation=text) if text and finding.severity == "warning" else finding


# --- limits that JSON Schema cannot say ----------------------------------------------------------------------


def _limits(form: Form, inputs: Iterable[tuple[Spot, object]]) -> Iterator[Finding]:
    """Lengths as Excel counts them (UTF-16 units), and decimals on 15 digits."""
    for spot, value in inputs:
        known = form.blocks[spot.block].fields[spot.field]
        if isinstance(value, str):
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            limit = known.max_length or 32_767
            if length > limit:
                yield Finding("XL205", "error", (spot,), {"found": length, "expected": limit})
        elif known.digits is not None and isinstance(value, float):
            number = as_decimal(value)
            if round_half_up(number, known.digits) != number:
                yield Finding("XL206", "error", (spot,), {"found": as_text(number), "expected": known.digits})


def _wanted(form: Form, rows: Rows) -> Iterator[Finding]:
    """One finding with every cell that is advised and blank."""
    spots = []
    for block in form.blocks.values():
        if block.key == GUIDE:
            continue
        for index, row in enumerate(rows[block.key]):
            for known in block.fields.values():
                if known.wanted is False or not form.is_input(block, index, known) or row.get(known.key) is not None:
                    continue
                if is_empty(form, block, index, row) or (known.wanted is not True and not evaluate(known.wanted, row.get)):
                    continue
                spots.append(Spot(block.key, index, known.key))
    if spots:
        yield Finding("XL207", "warning", tuple(spots), told_blank())


def _fillers(form: Form, rows: Rows, typed: Iterable[tuple[Spot, str]]) -> Iterator[Finding]:
    """Texts that are asked for and only point elsewhere; a word for nothing where a name or the like is required."""
    for spot, value in typed:
        block = form.blocks[spot.block]
        known, row = block.fields[spot.field], rows[spot.block][spot.index]
        if known.type not in TEXTS or not is_filler(form, value, short=True):
            continue
        required = is_required(form, block, spot.index, known, row)
        short = required and known.type == "text" and known.rows == 1 and (known.max_length or SHORT + 1) <= SHORT
        if (required or is_wanted(known, row)) and is_filler(form, value, short=short):
            yield Finding("XL219", "warning", (spot,), {"found": value.strip()})


def _untimely(form: Form, rows: Rows, typed: Iterable[tuple[Spot, str]]) -> Iterator[Finding]:
    """Dates that the form wants near its fiscal year and that lie before its last quarter or more than two years after it."""
    year = rows["identity"][0].get("fiscal_year")
    for spot, value in typed if isinstance(year, int) else ():
        low, high = f"{year:04}-10-01", f"{year + LATEST:04}-12-31"
        if form.blocks[spot.block].fields[spot.field].timely and not low <= value <= high:
            yield Finding("XL243", "warning", (spot,), {"found": value, "low": low, "high": high, "year": year})


# --- rules ---------------------------------------------------------------------------------------------------


def _rules(form: Form, rows: Rows, wrong: set[Spot]) -> Iterator[Finding]:
    """One finding per failing rule, with every failing row; a row that fails for a wrong input is not reported twice.

    A check does not see wrong inputs, nor the cells at which an error was found by a rule before it.
    """
    columns = by_column(wrong)
    sound = _without(rows, {*wrong, *_following(form, rows, columns)})
    for rule in form.rules.values():
        for finding in CHECKS[rule.check](form, sound, rule) if rule.check else _test_rows(form, rows, rule, columns):
            sound = _without(sound, finding.spots if finding.severity == "error" else ())
            yield finding


def _test_rows(form: Form, rows: Rows, rule: Rule, wrong: Columns) -> Iterator[Finding]:
    """The rows that fail a test; a builtin rule has none."""
    spots, facts = [], []
    for key in form.tables[rule.table].blocks if rule.test else ():
        block = form.blocks[key]
        for index, row in enumerate(rows[key]):
            if row.get(f"_{rule.code}") == 1 and not follows(form, block, Spot(key, index, f"_{rule.code}"), wrong):
                spots += [Spot(key, index, cell) for cell in rule.cells]
                printed = {name: as_printed(block.fields.get(name), value) for name, value in row.items()}
                kind = block.row(index)
                tree = form.formulas[Step(key, kind.key if kind else None, f"_{rule.code}")]
                facts.append(printed | _named_in(form, rows, key, tree) | _slip_in(rule, row))
    if spots:
        yield Finding(rule.code, rule.severity, tuple(spots), {"rows": tuple(facts)})


def _named_in(form: Form, rows: Rows, block: str, tree: Node) -> dict[str, object]:
    """What stands in the single cells elsewhere that a test names, `total.rate` as `total_rate`."""
    found = {}
    for name in {name for name in names_in(tree) if "." in name}:
        target = form.target(block, name)
        if target.scope == "cell":
            key = target.blocks[0]
            value = rows[key][index_of(form, target)].get(target.field)
            found[name.replace(".", "_")] = as_printed(form.blocks[key].fields[target.field], value)
    return found


def _slip_in(rule: Rule, row: Mapping) -> dict[str, str]:
    """What a text of a failing row was probably meant for: it differs by one character from the text beside it."""
    if not rule.misspelt:
        return {}
    text, meant = (row.get(rule.misspelt[name]) for name in ("text", "meant"))
    alike = isinstance(text, str) and isinstance(meant, str) and normal_text(text) != normal_text(meant)
    near = slip(text, [meant], rule.misspelt.get("opposites", ())) if alike else None
    return {HINT: sentence("slip", {"found": text, "near": near})} if near else {}


def _following(form: Form, rows: Rows, wrong: Columns) -> Iterator[Spot]:
    """The computed cells that follow from wrong ones: a sum without one of its items is no sum."""
    for key, listed in rows.items() if wrong else ():
        block = form.blocks[key]
        for index, row in enumerate(listed):
            spots = (Spot(key, index, name) for name in row if form.formula(block, index, name) is not None)
            yield from (spot for spot in spots if follows(form, block, spot, wrong))


def _without(rows: Rows, wrong: Collection[Spot]) -> Rows:
    """The rows with those cells blank."""
    if not wrong:
        return rows
    sound = {key: [dict(row) for row in listed] for key, listed in rows.items()}
    for spot in wrong:
        sound[spot.block][spot.index].pop(spot.field, None)
    return sound
