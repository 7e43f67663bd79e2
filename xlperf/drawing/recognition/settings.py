"""The sheets behind those of a drawn form, read: rules, parameters, what it is about, and what has no place in a drawing.

read_rules(context, sheet, definition)       # [{"code": "AA101", "title": ..., "test": ...}, ...]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlperf.addresses import cell_name
from xlperf.drawing.faults import fault
from xlperf.drawing.notes import BETWEEN
from xlperf.drawing.recognition.cells import Area, DrawnSheet
from xlperf.drawing.recognition.context import Context
from xlperf.drawing.recognition.places import Home
from xlperf.drawing.recognition.rule_names import with_keys_in
from xlperf.drawing.residue import NOTHING, Remain
from xlperf.drawing.settings import ABOUT, NEEDED_COLUMNS, RULE_COLUMNS, STYLE
from xlperf.drawing.tokens import tokens_of
from xlperf.drawing.words import meanings_of, word
from xlperf.forms.written.yaml_text import value_of
from xlperf.text import nearest

BASIS_PARTS = ("clause", "verified", "note")


def _rows(sheet: DrawnSheet) -> Iterator[int]:
    """Yield the rows below the header in which something stands."""
    for row, areas in sorted(sheet.areas.items()):
        if row and any(area.text or area.formula for area in areas):
            yield row


def _columns(context: Context, sheet: DrawnSheet, prefix: str) -> dict[str, int]:
    """The columns of such a sheet by what their headers mean."""
    words, columns = meanings_of(prefix), {}
    for area in sheet.areas.get(0, ()):
        meaning = words.get(area.text.casefold())
        if meaning is None and area.text:
            expected = nearest(area.text, [word(key) for key in words.values()]) or word(next(iter(words.values())))
            context.faults.append(fault(area.name, "header_unknown", found=area.text, expected=expected))
        elif meaning is not None:
            columns[meaning.removeprefix(prefix)] = area.column
    return columns


# --- rules ---------------------------------------------------------------------------------------------------


def read_rules(context: Context, sheet: DrawnSheet | None, definition: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules, a row each."""
    if sheet is None:
        return []
    context.names["sheet rules"] = sheet.title
    columns = _columns(context, sheet, "rule_")
    for name in NEEDED_COLUMNS:
        if name not in columns:
            context.faults.append(fault(sheet.title, "no_column", expected=word(f"rule_{name}")))
    if not columns:
        return []
    rules: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for row in _rows(sheet):
        cells = {name: sheet.at(row, column) for name, column in columns.items()}
        rule = _rule(context, sheet, cells, definition)
        code = str(rule.get("code", ""))
        first = cells["code"] if "code" in cells else next(iter(cells.values()))
        if "code" in columns and not code:
            context.faults.append(fault(first.name, "no_code"))
        if code in seen:
            context.faults.append(fault(first.name, "key_twice", found=code, other=seen[code]))
        seen[code] = first.name
        context.remember(rule, first.name)
        _remember_cells(context, rule, cells)
        context.names[f"{code}.test"] = cells["test"].name if "test" in cells else first.name
        rules.append(rule)
    return rules


def _remember_cells(context: Context, rule: dict[str, Any], cells: dict[str, Area]) -> None:
    """Keep which cell each part of a rule came from."""
    basis = rule.get("basis")
    for name, area in cells.items():
        context.remember(rule, area.name, name)
        if basis is not None and name.startswith("basis"):
            _, _, part = name.partition("_")
            context.remember(basis, area.name, part if part in BASIS_PARTS else next(iter(basis)) if part else "")


def _rule(context: Context, sheet: DrawnSheet, cells: dict[str, Area], definition: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, area in cells.items() if (value := _property(context, name, area)) is not None}
    basis = said.pop("basis", None)
    parts = {name: said.pop(f"basis_{name}", None) for name in ("text", *BASIS_PARTS)}
    if "test" in said and not {"table", "blocks"} & said.keys() and (blocks := _blocks_named(context, said["test"])):
        said["table"] = context.blocks[blocks[0]][2]
    with_keys_in(context, said, cells, definition)
    if "test" in said:
        said["test"] = _test(context, said, cells["test"], sheet)
        if said["test"] is None:
            said["test"] = "TRUE"
    if basis:
        told = {basis: parts["text"], **{name: parts[name] for name in BASIS_PARTS if parts[name] is not None}}
        said["basis"] = {name: value for name, value in told.items() if value is not None}
    return said


def _property(context: Context, name: str, area: Area) -> Any:
    """What a cell of a rule says, None for nothing."""
    kind = RULE_COLUMNS[name][0]
    if name == "test" and area.formula is not None:
        return area.formula
    if not area.text:
        return None
    text = str(area.value)
    if kind == "list":
        return [part for part in BETWEEN.split(text) if part]
    if kind in ("severity", "basis", "flag"):
        prefix = "" if kind == "flag" else f"{kind}_"
        words = {**meanings_of("yes"), **meanings_of("no")} if kind == "flag" else meanings_of(prefix)
        meaning = words.get(text.strip().casefold())
        if meaning is None:
            known = dict.fromkeys(word(key) for key in words.values())
            context.faults.append(fault(area.name, "word_unknown", found=text, expected=word("between").join(known)))
            return None
        return meaning == "yes" if kind == "flag" else meaning.removeprefix(prefix)
    if kind == "yaml":
        try:
            return value_of(text)
        except ValueError:
            context.faults.append(fault(area.name, "no_yaml", found=text[:40]))
            return None
    return text


def _test(context: Context, rule: dict[str, Any], area: Area, sheet: DrawnSheet) -> str | None:
    """The test of a rule; one in addresses is one of the first row that it tests."""
    if area.formula is None:
        return str(rule["test"]).strip()
    blocks = rule.get("blocks") or [key for key, (_, _, table) in context.blocks.items() if table == rule.get("table")]
    if not blocks or blocks[0] not in context.blocks:
        tables = [*dict.fromkeys(table for _, _, table in context.blocks.values())]
        reason = "rule_nowhere" if tables else "rule_of_nothing"
        found = str(rule.get("table") or area.formula)
        context.faults.append(fault(area.name, reason, found=found, known=word("between").join(tables)))
        return None
    title, row, _ = context.blocks[blocks[0]]
    return context.formula(area, Home(title, blocks[0], row, sheet.title))


def _blocks_named(context: Context, formula: str) -> list[str]:
    """The block of the first cell that a formula names."""
    for token in tokens_of(formula):
        if token.kind == "address" and "!" in token.text and ":" not in token.text:
            sheet, _, cell = token.text.rpartition("!")
            name = sheet.strip("'").replace("''", "'")
            for (there, row, column), spot in context.places.cells.items():
                if there == name and spot.row is not None and _is_at(cell, row, column):
                    return [spot.block]
    return []


def _is_at(cell: str, row: int, column: int) -> bool:
    return cell.replace("$", "").upper() == cell_name(row, column)


# --- parameters, about, others -------------------------------------------------------------------------------


def read_parameters(context: Context, sheet: DrawnSheet | None) -> dict[str, Any]:
    """Figures, and steps with their results."""
    parameters: dict[str, Any] = {}
    if sheet is None:
        return parameters
    context.names["sheet parameters"] = sheet.title
    columns = _columns(context, sheet, "parameter_")
    if not {"key", "value", "result"} <= columns.keys():
        missing = next(name for name in ("key", "value", "result") if name not in columns)
        context.faults.append(fault(sheet.title, "no_column", expected=word(f"parameter_{missing}")))
        return parameters
    key = ""
    rows: dict[str, list[list[Any]]] = {}
    stepped: set[str] = set()
    for row in _rows(sheet):
        name, bound, result = (sheet.at(row, columns[part]) for part in ("key", "value", "result"))
        if name.text:
            if name.text in rows:
                context.faults.append(fault(name.name, "key_twice", found=name.text, other=name.text))
            key = name.text
        elif not key:
            context.faults.append(fault(name.name, "no_parameter", found=bound.text or result.text))
            continue
        steps_of_key = rows.setdefault(key, [])
        steps_of_key.append([area.value for area in (bound, result) if area.value is not None])
        context.remember(steps_of_key[-1], bound.name)
        if name.text:
            context.remember(parameters, name.name, key)
        if result.value is not None:
            stepped.add(key)
        context.places.parameters[sheet.title, row] = key
    for name_, steps in rows.items():
        parameters[name_] = steps if name_ in stepped or len(steps) > 1 or not steps[0] else steps[0][0]
    return parameters


def read_about(context: Context, sheet: DrawnSheet | None) -> dict[str, Any]:
    """What the form is called, and the paragraphs of its guide."""
    about: dict[str, Any] = {"guide": [], "style": {}}
    words = meanings_of("about_")
    for row in _rows(sheet) if sheet is not None else ():
        assert sheet is not None
        what, value, more, unless = (sheet.at(row, column) for column in range(4))
        name = words.get(what.text.casefold(), "").removeprefix("about_")
        if name == "guide":
            context.remember(about["guide"], value.name, str(len(about["guide"])))
            about["guide"].append(value.text)
        elif name == "opening":
            line = {"label": value.text, "text": more.text, **({"unless": unless.text} if unless.text else {})}
            about.setdefault("opening", []).append(line)
            context.remember(line, value.name)
            for part, area in {"label": value, "text": more, "unless": unless}.items():
                context.remember(line, area.name, part)
        elif name in STYLE and value.value is not None:
            about["style"][name] = value.value
            context.remember(about["style"], value.name, name)
        elif name in ABOUT:
            if value.value is not None:
                about[name] = value.value if name == "first_year" else str(value.value)
                context.remember(about, what.name)
                context.names[name] = value.name
        else:
            expected = nearest(what.text, [word(f"about_{key}") for key in (*ABOUT, "guide", "opening")]) or word("about_guide")
            context.faults.append(fault(what.name, "header_unknown", found=what.text or value.text, expected=expected))
    return about


def read_remains(context: Context, sheet: DrawnSheet | None) -> list[Remain]:
    """What has no place in a drawing."""
    remains = []
    for row in _rows(sheet) if sheet is not None else ():
        assert sheet is not None
        path, value, drawn = (sheet.at(row, column) for column in range(3))
        values = []
        for area in (value, drawn):
            try:
                values.append(_yaml_in(area))
            except ValueError:
                context.faults.append(fault(area.name, "no_yaml", found=area.text[:40]))
        if len(values) == 2 and path.text:
            remains.append(Remain(path.text, *values))
            context.names[f"others {path.text}"] = value.name
    return remains


def _yaml_in(area: Area) -> Any:
    """What a cell of those settings says in YAML, NOTHING where it is blank."""
    if area.value is None:
        return NOTHING
    return value_of(area.value) if isinstance(area.value, str) else area.value
