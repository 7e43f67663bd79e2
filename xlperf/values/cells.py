"""What people type, as values: dates and choices in their many spellings, the figures of a row with their operator and unit.

    >>> money = form.blocks["items"].fields["spent"]
    >>> value, remark = read_value(form, money, "1,234.50", False, False)
    >>> value, remark.code, remark.expected
    (1234.5, 'XL210', '1234.5')

Three things can be said of a cell. What is safe to normalise is normalised, with an info that shows before and after
(XL210). What may mean two things is asked about with both readings and stays as it was typed, so that nothing is computed
from a guess (XL209, an error). What is not understood stays as it was typed too: the schema says what was expected. A
ratio where a percent is wanted, 0.96 for 96%, is computed as it stands and asked about (XL215, a warning: it may be true).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from xlperf.forms.document import is_required, is_wanted
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Kind, names_in
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import INVISIBLE, fold, letters_of
from xlperf.values.dates import dates_of
from xlperf.values.notation import GAP, PERCENT, Patterns, Spellings, bare, choice_patterns, spellings_of, unit_of
from xlperf.values.numbers import HUNDRED, Figure, read_figure
from xlperf.values.remarks import SILENT, CellError, Remark, normalised, question, typed_text, visible

UNIT_IN_LABEL = re.compile(r"\(([^()]+)\)$")
LINE_ENDS = re.compile("\r\n|\r")
SOFT_BREAK = re.compile("[\x0b\x0c]")  # a line break of Word's, pasted
AROUND = 8  # characters that are shown around it
RATIO = Decimal("1.5")  # up to here a bare number may be a ratio where a percent of TEN or more is wanted
MOST_RATIO = 100  # no cell is looked up for a percent format that would show 10000% and more
ISO_LENGTH = 10
TEN, SHARE = Decimal(10), Decimal("0.5")
FIGURES = ("target", "actual")
NEAR = 2  # times the target, or the target so many times: a percent that may well be meant


# --- one cell ------------------------------------------------------------------------------------------------


def read_value(
    form: Form, field: Field, raw: object, numeric: bool, percent_format: bool, unit: str = ""
) -> tuple[object, Remark | None]:
    """Return the value of a cell and, where it was normalised or is ambiguous, the remark that says so.

    Args:
        form: for the spellings it declares.
        field: the field the cell belongs to.
        raw: what the reader found: text, float, bool, date or None.
        numeric: for a `value` field, whether its row is a quantitative one.
        percent_format: whether the cell shows a percent, so that 0.9603 means 96.03 of unit %.
        unit: what the numbers of the cell count in, as its row or its label says.
    """
    if isinstance(raw, CellError):
        return None, Remark(raw.code, "error", visible(raw))
    if isinstance(raw, str):
        raw = LINE_ENDS.sub("\n", raw)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None, None
    known = spellings_of(form)
    if isinstance(raw, str) and not seen(raw).strip():
        return None, normalised(raw, known.blank)
    if field.kind is Kind.NUMBER or numeric:
        figure = read_figure(known, field, raw, unit_of(known, unit) if unit else None, percent_format)
        return figure.value, figure.remark
    if field.type in ("date", "choice", "code") and isinstance(raw, str) and known.is_blank(raw):
        return None, normalised(raw, known.blank)
    if field.type == "date":
        return _date(known, raw)
    text = typed_text(raw)
    if field.type == "choice":
        return _noted(raw, _choice(form, field, text))
    if field.type == "code":
        return _noted(raw, fold(text))  # the zeros in front of a code stay
    if field.type == "value":
        return _noted(raw, seen(text))
    return (SOFT_BREAK.sub("\n", text), _softly_broken(text)) if SOFT_BREAK.search(text) else (text, None)


def _softly_broken(text: str) -> Remark:
    """The words around the first line break that Word left."""
    at = SOFT_BREAK.search(text).start()
    shown = text[max(0, at - AROUND) : at + AROUND + 1]
    return normalised(shown, visible(SOFT_BREAK.sub("\n", shown)))


def seen(text: object) -> object:
    """A text without the characters nobody sees: what it is compared by."""
    return INVISIBLE.sub("", text) if isinstance(text, str) else text


def read_unit(known: Spellings, raw: object) -> tuple[str | None, Remark | None]:
    """Return a unit under its own name; one that is not known only loses its spaces."""
    text = typed_text(raw)
    if known.is_blank(text):
        return None, normalised(raw, known.blank) if text.strip() else None
    folded = bare(text)
    named = folded in known.names or folded in known.known
    return _noted(raw, known.names.get(folded, folded) if named else re.sub(r"\s", "", INVISIBLE.sub("", text)))


def _noted(raw: object, value: str) -> tuple[str, Remark | None]:
    return value, normalised(raw, value) if isinstance(raw, str) and raw != value else None


def _choice(form: Form, field: Field, text: str) -> str:
    folded = bare(text).replace(GAP, "")
    patterns = choice_patterns(form, field.spellings, field.choices)
    return next((pattern.says for pattern in patterns if pattern.head + pattern.tail == folded), text)


def _date(known: Spellings, raw: object) -> tuple[str, Remark | None]:
    """The ISO date; one whose parts may be read in two ways, or that lacks the day, is asked about."""
    if isinstance(raw, datetime.date):
        return (raw.date() if isinstance(raw, datetime.datetime) else raw).isoformat(), None
    text = typed_text(raw)
    dates = dates_of(known, text) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ()
    if len(dates) == 1 and len(dates[0]) == ISO_LENGTH:
        return dates[0], normalised(raw, dates[0]) if dates[0] != raw else None
    return text, question(raw, dates) if dates else None


# --- one row -------------------------------------------------------------------------------------------------


def read_row(
    form: Form,
    block: Block,
    index: int,
    given: Mapping[str, object],
    typed: Mapping[str, object],
    is_percent: Callable[[str], bool],
) -> tuple[dict, list[tuple[str, Remark]]]:
    """Return the values of a row and what is to be told of its cells.

    A target typed with its operator and unit is taken apart where their own cells are blank or agree.

    Args:
        given: what the row has without anybody typing it.
        typed: the raw values of its input cells.
        is_percent: whether the cell of a field shows its number as a percent.
    """
    row, remarks, known = dict(given), [], spellings_of(form)
    columns = known.columns if all(name in block.fields for name in known.columns.values()) else {}
    figures = tuple(map(columns.get, FIGURES))
    read: dict[str, Figure] = {}
    cells = [(key, raw) for key, raw in typed.items() if raw not in ("", None)]
    for key, raw in sorted(cells, key=lambda item: _when(block.fields[item[0]])):
        field, ratio = block.fields[key], isinstance(raw, float) and abs(raw) < MOST_RATIO
        numeric = is_numeric(field, row, raw)
        if isinstance(raw, CellError):
            value, remark = read_value(form, field, raw, numeric, False)
        elif field.type in ("text", "value") and not numeric and _is_dash(form, block, index, field, row, raw):
            value, remark = None, normalised(raw, known.blank)
        elif field.type == "value" and not numeric and ratio and is_percent(key):
            value = as_text(as_decimal(raw) * HUNDRED) + PERCENT
            remark = normalised(raw, value)
        elif numeric and key in figures:
            read[key] = _part(form, block, row, key, raw, ratio and is_percent(key))
            value, remark = read[key].value, read[key].remark
            for name in ("operator", "unit"):
                column, said = columns.get(name), getattr(read[key], name)
                if said and column and row.get(column) is None:
                    row[column] = said
                    remarks.append((column, SILENT))
        elif key == columns.get("unit"):
            value, remark = read_unit(known, raw)
        else:
            unit = label_unit(known, block, index, field) if field.kind is Kind.NUMBER else ""
            wanted = evaluate(field.percent_when, row.get) is True if numeric and field.percent_when else unit == PERCENT
            value, remark = read_value(form, field, raw, numeric, ratio and wanted and is_percent(key), unit)
        if value is not None:
            row[key] = value
        if remark:
            remarks.append((key, remark))
    if columns:
        remarks += _ratio_for_percent(row, read, columns, known.is_change(str(row.get(block.row_name) or "")))
    return row, remarks


def _when(field: Field) -> tuple[bool, bool]:
    """When a field is read: after those that say what it holds and whether it is to be filled."""
    return field.number_when is not None, not (isinstance(field.required, bool) and isinstance(field.wanted, bool))


def _is_dash(form: Form, block: Block, index: int, field: Field, row: Mapping[str, object], raw: object) -> bool:
    """Whether a dash or the like stands where words are needed or wanted; a word for nothing may be meant."""
    if not isinstance(raw, str) or letters_of(raw) or not spellings_of(form).is_blank(raw):
        return False
    return is_required(form, block, index, field, row) or is_wanted(field, row)


def _part(form: Form, block: Block, row: Mapping, key: str, raw: object, percent_format: bool) -> Figure:
    """The target or the actual of a row; an actual takes no operator but the equality sign."""
    known = spellings_of(form)
    unit, column = row.get(known.columns["unit"]), known.columns.get("operator")
    operators: Patterns = ()
    if column:
        chosen = block.fields[column]
        operators = choice_patterns(form, chosen.spellings, chosen.choices)
        if key != known.columns["target"]:
            operators = tuple(pattern for pattern in operators if pattern.says == "=")
    operator = row.get(column, "") if column and key == known.columns["target"] else ""
    own = unit_of(known, unit) if unit else None
    figure = read_figure(known, block.fields[key], raw, own, percent_format, operators, operator, fills=True)
    return figure if key == known.columns["target"] else figure._replace(operator="")


def is_numeric(field: Field, row: Mapping[str, object], raw: object) -> bool:
    """Whether a `value` field holds a number in its row; while the row does not say, what was typed decides."""
    if field.number_when is None:
        return False
    if any(row.get(name) is None for name in names_in(field.number_when)):
        return isinstance(raw, float) and not isinstance(raw, bool)
    return evaluate(field.number_when, row.get) is True


def label_unit(known: Spellings, block: Block, index: int, field: Field) -> str:
    """The unit in brackets at the end of a field's label, else of the label that stands left of it in its row."""
    preset, texts = block.row(index), [field.label]
    before = next((one for one, other in pairwise(block.fields.values()) if other is field), None)
    if preset and before and before.type == "label":
        texts.append(str(preset.values.get(before.key, "")))
    return next(filter(None, (headed_unit(known, text) for text in texts)), "")


def headed_unit(known: Spellings, label: str) -> str:
    """The unit in brackets at the end of a label, "" where there is none."""
    match = UNIT_IN_LABEL.search(fold(label))
    return match[1] if match and unit_of(known, match[1]).base in known.known else ""


def _ratio_for_percent(
    row: Mapping, read: Mapping[str, Figure], columns: Mapping[str, str], changes: bool
) -> Iterator[tuple[str, Remark]]:
    """0.96 of unit % where the target is 100: 0.96% or 96%?

    Asked wherever the other reading comes near the target; far from it only below a target of TEN or more, and of a ceiling
    only where the other reading keeps it. Of both cells where both look like a SHARE to be reached: a target of half a
    percent is rare, but for what `changes`, which grows by that.
    """
    target, actual = (as_decimal(row.get(columns[name])) for name in FIGURES)
    asked = [columns[name] for name in FIGURES if (figure := read.get(columns[name])) and figure.bare]
    numbers = isinstance(target, Decimal) and isinstance(actual, Decimal)
    if row.get(columns["unit"]) != PERCENT or columns["actual"] not in asked or not numbers:
        return
    ceiling, other = str(row.get(columns.get("operator"), "")).startswith("<"), actual * HUNDRED
    near = target <= other * NEAR and other <= target * NEAR
    if len(asked) == len(FIGURES) and min(target, actual) >= SHARE and max(target, actual) <= 1 and not ceiling and not changes:
        yield from ((key, _percent_or_ratio(as_decimal(row[key]))) for key in asked)
    elif 0 < actual <= RATIO and (near or (target >= TEN and not (ceiling and other > target * RATIO))):
        yield columns["actual"], _percent_or_ratio(actual)


def _percent_or_ratio(number: Decimal) -> Remark:
    readings = (f"{as_text(reading)} {PERCENT}" for reading in (number, number * HUNDRED))
    return question(as_text(number), readings, "warning", "XL215")
