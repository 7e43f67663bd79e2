"""Whether the choices and limits of a field, and the steps of a parameter, make sense and fit into what Excel takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlperf.forms.definition import Complaint, Raw, choices_of, named, quoted, sections_of, tables_of, wrong
from xlperf.forms.field_types import MONEY_DIGITS, limits_of_type
from xlperf.formula.parsing.steps import bound_of, in_order

BETWEEN_CHOICES = re.compile("(?<=.)[\uff0c\u3001\uff1b](?=.)")  # signs with which people tell choices apart
LONGEST_VALIDATION = 255  # characters of a formula behind a dropdown, Excel's limit


def choices_in_one(definition: Raw) -> Iterator[Complaint]:
    """Choices are told apart by half-width commas: a full-width one leaves a single choice with all of them in it."""
    for place, section in sections_of(definition):
        for number, column in enumerate(section.get("columns", ())):
            match column.get("choices"):
                case [str() as only] if signs := "".join(dict.fromkeys(BETWEEN_CHOICES.findall(only))):
                    yield wrong(f"{place}.columns[{number}].choices", "one_choice", found=quoted(only), signs=signs)


def shown_as_others(definition: Raw) -> Iterator[Complaint]:
    """What a cell shows for a choice is no other choice of the column, and stands for one alone."""
    for place, table in tables_of(definition).values():
        for number, column in enumerate(table["columns"]):
            shown, choices = column.get("shown", {}), choices_of(column)
            here = f"{place}.columns[{number}].shown"
            yield from (wrong(f"{here}.{choice}", "shown", known=named(choices)) for choice in shown if choice not in choices)
            texts = [*shown.values(), *choices]
            if twice := next((text for text in shown.values() if texts.count(text) > 1), None):
                yield wrong(here, "shown_twice", found=quoted(twice))


def wrong_limits(definition: Raw) -> Iterator[Complaint]:
    """No smallest number is larger than the largest, and neither has more digits than a sum of amounts keeps."""
    for place, section in sections_of(definition):
        for part in ("items", "columns"):
            for number, field in enumerate(section.get(part, ())):
                if field.get("minimum", float("-inf")) > field.get("maximum", float("inf")):
                    limits = {"minimum": field["minimum"], "maximum": field["maximum"]}
                    yield wrong(f"{place}.{part}[{number}].minimum", "limits", **limits)
                yield from _large_amounts(f"{place}.{part}[{number}]", field)


def _large_amounts(place: str, field: Raw) -> Iterator[Complaint]:
    """The limits of an amount beyond what its digits leave before the point."""
    if field["type"] == "money":
        _, largest = limits_of_type("money", field.get("digits"))
        for bound in ("minimum", "maximum"):
            if abs(field.get(bound, 0)) > (largest or 0):
                yield wrong(f"{place}.{bound}", "large", found=field[bound], largest=largest, digits=MONEY_DIGITS)


def long_dropdowns(definition: Raw) -> Iterator[Complaint]:
    """The formula that picks a dropdown by another cell is one that Excel takes."""
    for place, table in tables_of(definition).values():
        for number, column in enumerate(table["columns"]):
            for lists in column.get("choices_by", {}).values():
                name = f"list_{table['table']}_{column['key']}_00"
                formula = "".join(f'IF(AA99999="{value}",{name},)' for value in lists) + name
                here = f"{place}.columns[{number}].choices_by"
                if quoting := next((value for value in lists if '"' in value), None):
                    yield wrong(here, "dropdown_quote", found=quoting)
                elif len(formula) > LONGEST_VALIDATION:
                    yield wrong(here, "dropdown_long", found=len(formula), most=LONGEST_VALIDATION)


def wrong_steps(definition: Raw) -> Iterator[Complaint]:
    """Steps go down or up, and all lead to a number or all to a text."""
    for key, steps in definition.get("parameters", {}).items():
        if not isinstance(steps, list):
            continue
        *upper, lowest = steps
        bounds = [bound_of(pair[0]) for pair in upper]
        if len(lowest) != 1 or any(len(pair) != 2 for pair in upper):
            yield wrong(f"parameters.{key}", "steps_pairs")
        elif None in bounds:
            yield wrong(f"parameters.{key}", "steps_bound", found=quoted(upper[bounds.index(None)][0]))
        elif not in_order([bound for bound in bounds if bound is not None]):
            yield wrong(f"parameters.{key}", "steps_order")
        elif len({isinstance(step[-1], str) for step in steps}) > 1:
            yield wrong(f"parameters.{key}", "steps_results")
