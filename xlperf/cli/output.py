"""What commands print that is no finding: forms, a field explained, changes, a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xlperf.messages import listing, sentence
from xlperf.reporting.text_table import shortened, table
from xlperf.revisions.change import Change


def forms_as_text(forms: Sequence[Mapping[str, Any]]) -> str:
    """A table of the forms: name, revision, years, title."""
    rows = []
    for form in forms:
        key = "years_from" if form["last_year"] is None else "years_range"
        years = sentence(key, {"first": form["first_year"], "last": form["last_year"]})
        rows.append((form["form"], form["revision"], years, form["title"]))
    return table([sentence(f"forms_{name}", {}) for name in ("form", "revision", "years", "title")], rows)


def explained_as_text(facts: Mapping[str, Any]) -> str:
    """Two columns: what is known about a field, in the reader's words."""
    signs = facts["shown"] or {}
    limits = [f"{sign} {facts[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if facts[name] is not None]
    if facts["max_length"] is not None:
        limits.append(sentence("most_characters", {"count": facts["max_length"]}))
    shown = {
        "label": facts["label"],
        "meaning": facts["meaning"],
        "cell": facts["cell"],
        "type": sentence("type_money_in", {"unit": facts["money"]})
        if "money" in facts
        else sentence(f"type_{facts['type']}", {}),
        "required": sentence(facts["required"], {}),
        "choices": listing(signs.get(choice, choice) for choice in facts["choices"] or ()) or None,
        "choices_from": facts["choices_from"],
        "limits": "; ".join(limits) or None,
        "formula": facts["formula"],
        "excel": facts["excel"],
        "example": signs.get(facts["example"], facts["example"]),
    }
    return "\n".join(f"{sentence(key, {})}: {value}" for key, value in shown.items() if value)


def rule_as_text(facts: Mapping[str, Any]) -> str:
    """Two columns: what is known about a rule, in the reader's words."""
    shown = {
        "column_code": facts["code"],
        "rule_title": facts["title"],
        "column_severity": sentence(facts["severity"], {}),
        "meaning": facts["why"],
        "basis": facts["basis"],
        "column_expected": facts["expected"],
        "column_fix": facts["fix"],
        "formula": facts["test"],
    }
    return "\n".join(f"{sentence(key, {})}: {value}" for key, value in shown.items() if value)


def changes_as_text(changes: Sequence[Change]) -> str:
    """A table of changes: where, what it was, what it is."""
    if not changes:
        return sentence("no_change", {})
    headings = [sentence(f"column_{name}", {}) for name in ("change", "place", "before", "after")]
    rows = [(sentence(change.kind, {}), _change_place(change), _value(change.before), _value(change.after)) for change in changes]
    totals = {kind: sum(change.kind == kind for change in changes) for kind in ("added", "removed", "changed")}
    return table(headings, rows, ratios=(None, 4, 5, 5), spaced=True) + "\n\n" + sentence("change_totals", totals)


def _change_place(change: Change) -> str:
    cells = dict.fromkeys(filter(None, change.cells))
    return f"{change.place}\n{' → '.join(cells)}" if cells else change.place


def _value(value: object) -> str:
    """A value as far as a terminal shows it; of a row a line per column."""
    if isinstance(value, Mapping):
        return "\n".join(shortened(f"{label}: {part}") for label, part in value.items())
    return "—" if value is None else shortened(value)


def changes_as_json(changes: Sequence[Change]) -> str:
    """An array with one object per change."""
    return json.dumps([change.as_object() for change in changes], ensure_ascii=False, indent=2)


CHANGES = {"text": changes_as_text, "json": changes_as_json}


def schema_as_text(schema: Mapping[str, Any]) -> str:
    """A schema as the files in schemas/ hold it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
