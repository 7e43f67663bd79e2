"""What the checks sheet of a workbook tells of every rule, and what we say of it."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineWorkbook

from xlperf import validate
from xlperf.forms.form import Form
from xlperf.forms.model import RULES

FORMAT = ("XL202", "XL203", "XL204", "XL205", "XL206", "XL208", "XL209", "XL217", "XL218")  # all told under the first


def told(form: Form, path: Path) -> dict[str, tuple[str, object]]:
    """State and count of every rule, by its code, as the sheet shows them."""
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if str(grid[0][0]).endswith(" checks"):
            columns = {str(key): column for column, key in enumerate(grid[0])}
            keys = {f"{RULES}.{code}": code for code in form.rules}
            return {keys[row[0]]: (row[columns["state"]], row[columns["count"]]) for row in grid if row[0] in keys}
    raise AssertionError(f"{path.name}: no checks sheet")


def ours(form: Form, path: Path) -> dict[str, tuple[str, ...]]:
    """What the sheet may show of every rule if it shows a verdict: what we find, in its words."""
    result = validate(path)
    assert result.status != "unreadable", result.findings
    found = {finding["code"] for finding in result.findings}
    words = form.words
    failed = {code: bool(found & (set(FORMAT) if code == FORMAT[0] else {code})) for code in form.rules}
    verdicts = {}
    for code, rule in form.rules.items():
        if failed[code]:
            verdicts[code] = (words["waiting" if rule.builtin in ("missing", "wanted") else "failed"],)
        else:
            verdicts[code] = (
                (words["passed"], words["waiting"]) if rule.builtin not in ("missing", "wanted") else (words["passed"],)
            )
    return verdicts
