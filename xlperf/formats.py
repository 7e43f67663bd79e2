"""Results as people and programs want them: a table in a terminal, or JSON.

    >>> sorted(FORMATS)
    ['json', 'text']
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from .messages import sentence
from .result import Result

MOST_CELLS = 6


def as_json(results: Sequence[Result]) -> str:
    """An array with one object per file, findings included."""
    return json.dumps([result.as_object() for result in results], ensure_ascii=False, indent=2)


def as_text(results: Sequence[Result]) -> str:
    """Per file a headline, a table of findings (errors first) and the totals."""
    return "\n".join(_one(result) for result in results)


def _one(result: Result) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    counts = {severity: sum(f["severity"] == severity for f in result.findings) for severity in ("error", "warning", "info")}
    lines = [headline(result, counts)]
    if result.findings:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=True)
        for column in ("severity", "code", "cells", "message", "fix"):
            table.add_column(sentence(f"column_{column}", {}), overflow="fold", ratio=WIDTHS[column],
                             no_wrap=column in ("severity", "code"))  # fmt: skip
        for finding in result.findings:
            message = f"{finding['message']}\n{finding['found']} → {finding['expected']}"
            if "explanation" in finding:
                message += "\n" + sentence("explained", {"text": finding["explanation"]})
            parts = (sentence(finding["severity"], {}), finding["code"], cells(finding), message, finding["fix"])
            table.add_row(*(Text(str(part)) for part in parts))
        console = Console(width=_width(), file=None, color_system=None, legacy_windows=False)
        with console.capture() as captured:
            console.print(table)
        lines.append("\n".join(line.rstrip() for line in captured.get().splitlines()))
        lines.append(sentence("totals", {"errors": counts["error"], "warnings": counts["warning"], "infos": counts["info"]}))
    return "\n".join(lines)


WIDTHS: dict[str, int | None] = {"severity": None, "code": None, "cells": 4, "message": 7, "fix": 6}


def _width() -> int:
    import shutil

    return max(80, min(160, shutil.get_terminal_size((120, 24)).columns))


def headline(result: Result, counts: dict[str, int]) -> str:
    key = {"unreadable": "unreadable", "returned": "returned"}.get(result.status)
    if key is None:
        key = "passed_with" if counts["warning"] else "passed"
    return sentence(key, {"file": result.file, "errors": counts["error"], "warnings": counts["warning"]})


def cells(finding: dict) -> str:
    """The places of a finding, the first few by name, the sheet named once."""
    places = finding["cells"]
    if not places:
        return finding["field"] or "—"
    shown, sheet = [], None
    for place in places[:MOST_CELLS]:
        title, _, cell = place.rpartition("!")
        shown.append(cell if title == sheet else place)
        sheet = title
    text = "、".join(shown)
    return text if len(places) <= MOST_CELLS else sentence("more_cells", {"cells": text, "count": len(places)})


FORMATS = {"text": as_text, "json": as_json}


def forms_as_text(forms: Sequence[dict]) -> str:
    """A table of the forms: name, revision, years, title."""
    rows = []
    for form in forms:
        key = "years_from" if form["last_year"] is None else "years_range"
        years = sentence(key, {"first": form["first_year"], "last": form["last_year"]})
        rows.append((form["form"], form["revision"], years, form["title"]))
    return _table([sentence(f"forms_{name}", {}) for name in ("form", "revision", "years", "title")], rows)


def explained_as_text(facts: dict) -> str:
    """Two columns: what is known about a field, in the reader's words."""
    limits = [str(facts[name]) for name in ("minimum", "maximum", "max_length") if facts[name] is not None]
    shown = {
        "label": facts["label"], "meaning": facts["meaning"], "cell": facts["cell"], "type": facts["type"],
        "required": sentence(facts["required"], {}), "choices": "、".join(facts["choices"] or ()) or None,
        "limits": " … ".join(limits) or None, "formula": facts["formula"], "excel": facts["excel"], "example": facts["example"],
    }  # fmt: skip
    return "\n".join(f"{sentence(key, {})}: {value}" for key, value in shown.items() if value)


def schema_as_text(schema: dict) -> str:
    """A schema as the files in schemas/ hold it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(part) for part in row))
    console = Console(width=_width(), color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines())
