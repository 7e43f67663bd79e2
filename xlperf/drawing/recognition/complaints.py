"""What the loader would say of a definition that was read from a drawing, told by cell and as much of it at once as can be.

    complaints_of(read, Path("my-forms/training/2024/form.yaml"))    # [Fault("Budget!D4", ...), ...]

The loader stops at the first formula that is wrong; that one is left out, and the next is asked for.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.recognition.definition import ReadDefinition
from xlperf.drawing.residue import BETWEEN
from xlperf.drawing.telling.wording import DOTTED, in_words_of_drawings, with_cells
from xlperf.drawing.tokens import Token, joined, tokens_of
from xlperf.errors import FormError
from xlperf.forms.consistency.all_checks import contradictions_of
from xlperf.forms.definition import Complaint, quoted
from xlperf.forms.loader import build_form
from xlperf.forms.stages.definition import at_stage, stage_keys
from xlperf.forms.stages.faults import stage_faults
from xlperf.forms.written.labels import with_keys
from xlperf.forms.written.rule_texts import with_texts
from xlperf.forms.written.shape import violations_of

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
INDEX = re.compile(r"\[\d+\]$")  # of a part of a list
MOST = 40  # complaints of one kind
FORMULAS = ("formula", "test", "required", "wanted", "number_when", "percent_when", "over", "missed")


def complaints_of(read: ReadDefinition, path: Path) -> list[Fault]:
    """What is wrong with the definition as form.yaml at that path, [] where it can be loaded."""
    shape = _told(read, lambda: violations_of("form", read.definition))
    if shape:
        return shape
    try:
        whole = with_texts(with_keys(read.definition, path))
    except FormError:  # a title of several fields, which the loader tells
        return _wrong_formulas(read, path)
    wrong_stages = _told(read, lambda: stage_faults(whole))
    if wrong_stages:
        return wrong_stages
    last = next(iter(stage_keys(whole)[::-1]), "")  # which has every part
    return _told(read, lambda: _safely(contradictions_of(at_stage(whole, last)))) or _wrong_formulas(read, path)


def _told(read: ReadDefinition, complaints: Callable[[], Iterable[Complaint]]) -> list[Fault]:
    """What is said of places: of a cell in the words of drawings, of the settings that stand as in form.yaml in those."""
    with in_words_of_drawings():
        drawn = [*islice(complaints(), MOST)]
    written = [*islice(complaints(), MOST)] if drawn else []
    pairs = zip(drawn, written, strict=True)
    return [
        _fault(read, place, as_written if _is_among_others(read, place) else reason) for (place, reason), (_, as_written) in pairs
    ]


def _is_among_others(read: ReadDefinition, place: str) -> bool:
    """Whether a place stands on the sheet of what has no place in a drawing."""
    cell = cell_of(read, place)
    return any(name.startswith("others ") and other == cell for name, other in read.context.names.items())


def _safely(complaints: Iterator[Complaint]) -> Iterator[Complaint]:
    """The complaints as far as they go: a check may stumble over what one before it found wrong."""
    found = False
    try:
        for complaint in complaints:
            found = True
            yield complaint
    except (AttributeError, KeyError, TypeError, ValueError):
        if not found:
            raise


def _wrong_formulas(read: ReadDefinition, path: Path) -> list[Fault]:
    """What the loader finds, formula after formula."""
    faults: list[Fault] = []
    definition = read.definition
    while len(faults) < MOST:
        try:
            with in_words_of_drawings():
                build_form(definition, path)
            break
        except FormError as error:
            reason = str(error.arguments.get("reason", ""))
            place, _, told = reason.partition(": ")
            if not told:  # of a circle, which is told with its cells
                place, told = next((name for name in DOTTED.findall(reason) if name in read.context.names), place), reason
            faults.append(_fault(read, place, _with_drawn_formulas(read, place, told)))
            without = _without(definition, place, reason)
            if without is None:
                break
            definition = without
    return faults


def _with_drawn_formulas(read: ReadDefinition, place: str, told: str) -> str:
    """What is said of a formula, with the formula as it is drawn and cells for the fields that it names."""
    drawn = read.context.formulas.get(home := cell_of(read, place))
    if drawn is None:
        return told
    names, sheet = read.context.names, f"{home.rpartition('!')[0]}!"
    block = place.partition(".")[0]
    rule = next((each for each in read.definition["rules"] if f"{each.get('code')}.test" == place), None)
    if rule is not None:
        blocks = rule.get("blocks") or [key for key, (*_, table) in read.context.blocks.items() if table == rule.get("table")]
        block = next(iter(blocks), "")

    def cell(token: Token) -> str:
        found = names.get(f"{block}.{token.text}") or names.get(token.text) if token.kind == "name" else None
        return found.removeprefix(sheet) if found else token.text

    def shown(match: re.Match[str]) -> str:
        return match[0].replace(match[1], joined(token._replace(text=cell(token)) for token in tokens_of(match[1])))

    quotes = re.escape(quoted("\0")).replace(re.escape("\0"), "(.+?)")
    whole = read.context.written.get(home)
    if whole and whole in told:
        return told.replace(whole, drawn)
    return re.sub(quotes, shown, told)


def _without(definition: dict[str, Any], place: str, reason: str) -> dict[str, Any] | None:
    """The definition without the formulas that a complaint quotes; None where it quotes none."""
    changed = copy.deepcopy(definition)
    quoted = [(holder, key, text) for holder, key, text in _formulas(changed) if text and text in reason]
    longest = max((len(text) for *_, text in quoted), default=0)
    if not longest:
        return None
    for holder, key, text in quoted:
        if len(text) == longest:
            if key == "test":
                holder[key] = "TRUE"
            elif key in ("required", "wanted"):
                holder[key] = True
            elif key in ("number_when", "percent_when", "over", "missed"):
                return None
            else:
                holder[key] = ""
    return changed


def _formulas(part: Any) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield every formula below a part: what holds it, its key and its text."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "formulas" and isinstance(value, dict):
                yield from ((value, name, text) for name, text in value.items() if isinstance(text, str))
            elif key in FORMULAS and isinstance(value, str):
                yield part, key, value
            else:
                yield from _formulas(value)
    elif isinstance(part, list):
        for each in part:
            yield from _formulas(each)


# --- cells ---------------------------------------------------------------------------------------------------


def _fault(read: ReadDefinition, place: str, reason: str) -> Fault:
    cell = cell_of(read, place)
    home = cell.rpartition("!")[0]
    return fault(cell, "plain", text=with_cells(reason, lambda other: cell_of(read, other), read.context.names, home))


def cell_of(read: ReadDefinition, place: str) -> str:
    """The cell that a place of the definition was read from: a path in form.yaml, or the name of a field or rule."""
    names, parts = read.context.names, place.split(".")
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        if (cell := names.get(name) or names.get(INDEX.sub("", name))) is not None:
            return cell
    steps = [number or name for number, name in STEP.findall(place)]
    part: Any = read.definition
    found = None
    for step in steps:
        found = read.context.origin(part, step) or found
        if isinstance(part, list) and step.isdecimal() and int(step) < len(part):
            part = part[int(step)]
        elif isinstance(part, dict) and step in part:
            part = part[step]
        else:
            break
        found = read.context.origin(part) or found
    if found is None:
        way = f"others {BETWEEN.join(steps)}"
        found = next((cell for name, cell in names.items() if name.startswith(way)), None)
    if found is None and steps:
        found = next((cell for name, cell in names.items() if name.startswith(f"others {steps[0]}")), None)
    return found or next(
        (names[f"sheet {step}"] for step in steps[:1] if f"sheet {step}" in names), next(iter(read.context.book.sheets), "")
    )
