"""Where in a form.yaml a mistake stands: the line of the place that a FormError names.

    line_of(text, "sheets[3].sections[0].columns[2].formula: there is no such key")   # a path in the file
    line_of(text, "SZ102.test: no field named 'spend' in 'spend > 0'")                # a part of a rule, a formula of a block
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from xlperf.errors import FormError
from xlperf.messages import sentence
from xlperf.parts import CONDITIONS

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
SYNTAX = re.compile(r"\bline (\d+), column \d+")
CIRCLE = re.compile(r"\bcircle: ([\w.]+)")


def located(error: FormError) -> str:
    """The sentence of the error, after file and line."""
    path = error.arguments["path"]
    line = line_of(path.read_text("utf-8", "replace"), str(error.arguments.get("reason", "")))
    return sentence("at_line", {"path": path, "line": line, "text": error}) if line else str(error)


def line_of(text: str, reason: str) -> int | None:
    """The line a complaint is about, None where it names no place."""
    if match := SYNTAX.search(reason):
        return int(match[1])
    try:
        root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return None
    circle = CIRCLE.search(reason)
    place = circle[1] if circle else reason.partition(": ")[0]
    return (_walk(root, place) or _formula(root, place.split("."), reason)) if root else None


def _walk(root: yaml.Node, place: str) -> int | None:
    """The line of the deepest part of a path that exists; None if not even its first does."""
    node, line = root, None
    for number, name in STEP.findall(place):
        key, node = _child(node, int(number) if number else name)
        if node is None:
            break
        line = (key or node).start_mark.line + 1
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Key and value of a part of a node."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == step), (None, None))


def _formula(root: yaml.Node, parts: list[str], reason: str) -> int | None:
    """The line of a formula or condition named by block, row and field, or by rule; rather one whose text is quoted."""
    found = [node for mapping in _mappings(root) for node in _named(mapping, parts)]
    quoted = [node for node in found if node.value and str(node.value) in reason]
    best = next(iter(quoted or found), None)
    return best.start_mark.line + 1 if best else None


def _named(mapping: yaml.MappingNode, parts: list[str]) -> Iterator[yaml.Node]:
    known = {key.value: value for key, value in mapping.value if isinstance(key.value, str)}
    name = getattr(known.get("key") or known.get("code"), "value", None)
    if name is None:
        return
    *owners, last = parts
    if name in owners and isinstance(known.get("formulas"), yaml.MappingNode):
        yield from (value for key, value in known["formulas"].value if key.value == last)
    if name == last and "formula" in known:
        yield known["formula"]
    if owners and name == owners[-1] and last in (*CONDITIONS, "test") and last in known:
        yield known[last]


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for below in child if isinstance(child, tuple) else (child,):
            yield from _mappings(below)
