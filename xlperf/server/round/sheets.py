"""The picture of the sheets of a submission as HTML: the cells as they are shown, marked where a finding is, without any script.

    picture = draw_submission(served, entry, findings)          # None where the file as it was received is not there any more
    sheet_as_table(picture, 0, findings)

The file is taken out of the archive for auditors, which the last run made, and compared with its hash before it is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.addresses import column_name
from xlperf.collecting.run_log import FileEntry
from xlperf.csv_file import as_meant
from xlperf.file_names import short_name
from xlperf.files import ZIP_FAULTS
from xlperf.messages import LANGUAGES, catalogue, current_language, fill, sentence
from xlperf.page.sheet_picture import draw_book
from xlperf.reading.markup import areas
from xlperf.reporting.description import DescribedFinding
from xlperf.server.round.markup import Markup, say, tag
from xlperf.server.round.visits import ServedRound
from xlperf.summarizing.audit.archive import COLUMNS, MANIFEST
from xlperf.summarizing.exports import AUDIT
from xlperf.summarizing.submissions import ASIDE, ATTACHED, COUNTS, DUPLICATE, SUPERSEDED
from xlperf.workflow.process import process

SIGNS = {"error": "✕", "query": "?", "warning": "!", "info": "i"}
ADDRESS = re.compile(r"[A-Z]{1,3}[0-9]{1,7}(:[A-Z]{1,3}[0-9]{1,7})?")
MOST_MARKED = 2_000  # cells of one range that are marked
ROLES = (COUNTS, SUPERSEDED, ASIDE, DUPLICATE, ATTACHED)


class Drawing(NamedTuple):
    """What all cells of a sheet are drawn by."""

    columns: Sequence[Mapping[str, Any]]
    looks: Sequence[Mapping[str, Any]]
    marks: Mapping[str, list[int]]  # the numbers of the findings at each cell
    severities: Sequence[str]  # of the findings


class Stored(NamedTuple):
    """A line of the list in the archive."""

    name: str  # in the archive
    role: str  # one of ROLES; "" of what is none


def stored_files(served: ServedRound) -> dict[tuple[str, str], Stored]:
    """What lies in the archive for auditors, by path and SHA-256; nothing where it cannot be read."""
    try:
        with zipfile.ZipFile(served.directory / AUDIT) as archive:
            rows = csv.reader(io.StringIO(archive.read(MANIFEST).decode("utf-8-sig")))
            next(rows, None)
            named = (dict(zip(COLUMNS, row, strict=False)) for row in rows)
            words = _role_words()
            return {
                (as_meant(row["file"]), row["sha256"]): Stored(as_meant(row["stored"]), words.get(row["role"], ""))
                for row in named
                if "role" in row
            }
    except (*ZIP_FAULTS, UnicodeError, csv.Error, KeyError):
        return {}


def _role_words() -> dict[str, str]:
    return {catalogue(language)["summary"][f"submission_{role}"]: role for language in LANGUAGES for role in ROLES}


def received_bytes(served: ServedRound, stored: Stored, entry: FileEntry) -> bytes | None:
    """A file as it was received; None where it is not there, or is another."""
    try:
        with zipfile.ZipFile(served.directory / AUDIT) as archive:
            content = archive.read(stored.name)
    except (*ZIP_FAULTS, KeyError):
        return None
    return content if hashlib.sha256(content).hexdigest() == entry["sha256"] else None


def draw_submission(
    served: ServedRound, entry: FileEntry, stored: Stored | None, findings: Sequence[DescribedFinding]
) -> Mapping[str, Any] | None:
    """The pictures of the sheets of a submission, None where there are none: it cannot be drawn, or is not there any more."""
    content = received_bytes(served, stored, entry) if stored else None
    if content is None:
        return None
    marked = [cell for finding in findings for cell in finding["cells"]]
    with tempfile.TemporaryDirectory(prefix="xlperf-") as folder:
        file = Path(folder, short_name(entry["path"].rpartition("/")[2]))
        file.write_bytes(content)
        try:
            return draw_book(process(file, templates=served.templates).reading, marked)
        except Exception:  # the page says what became of the file; a picture is what it can do without
            return None


# --- as HTML ---------------------------------------------------------------------------------------------------


def sheet_as_table(book: Mapping[str, Any], at: int, findings: Sequence[DescribedFinding]) -> Markup:
    """One sheet, its cells called `cell-E4`, with the findings that each is marked by."""
    sheet = book["sheets"][at]
    marks = _marks(sheet["title"], findings)
    columns = sheet["columns"]
    drawing = Drawing(columns, book["looks"], marks, [finding["severity"] for finding in findings])
    letters = [tag("td", column["name"], class_="hidden" if column["hidden"] else None) for column in columns]
    rows = [_line(row, drawing) for row in sheet["rows"]]
    widths = [tag("col", width=36), [tag("col", width=column["width"]) for column in columns]]
    table = tag(
        "table", tag("caption", sheet["title"], class_="unseen"), tag("colgroup", widths),
        tag("tbody", tag("tr", tag("td"), letters, class_="letters"), rows),
        width=36 + sum(column["width"] for column in columns),
    )  # fmt: skip
    return tag("div", table, class_="sheet", tabindex="0", role="region", aria_label=sheet["title"])


def _marks(title: str, findings: Sequence[DescribedFinding]) -> dict[str, list[int]]:
    """The numbers of the findings at each cell of a sheet, what must be done first first."""
    marks: dict[str, list[int]] = {}
    for number, finding in enumerate(findings):
        for place in finding["cells"]:
            sheet, _, reference = place.rpartition("!")
            for cell in _cells_in(reference) if sheet == title else ():
                marks.setdefault(cell, []).append(number)
    return marks


def _cells_in(reference: str) -> Iterator[str]:
    if not ADDRESS.fullmatch(reference):
        return
    room = MOST_MARKED
    for top, left, bottom, right in areas(reference.encode()):
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                room -= 1
                if room < 0:
                    return
                yield f"{column_name(column)}{row + 1}"


def first_cell(place: str) -> tuple[str, str]:
    """Sheet and first cell of a place; the cell is "" where a whole sheet is meant."""
    sheet, _, reference = place.rpartition("!")
    return sheet, reference.partition(":")[0] if ADDRESS.fullmatch(reference) else ""


def _line(row: Mapping[str, Any], drawing: Drawing) -> Markup:
    if "number" not in row:
        first, last = row.get("gap") or row["cut"]
        key = "blank_rows" if "gap" in row else "cut_rows"
        return tag("tr", tag("td", _page_says(key, first=first, last=last), colspan=len(drawing.columns) + 1), class_="gap")
    number = tag("th", row["number"], scope="row", class_="number hidden" if row["hidden"] else "number")
    cells = [_cell(row, each, drawing) for each in row["cells"]]
    return tag("tr", number, cells, class_="head" if row["head"] else None, height=row["height"])


def _page_says(key: str, **facts: object) -> str:
    return fill(catalogue(current_language())["page"][key], facts)


def _cell(row: Mapping[str, Any], cell: Sequence[Any], drawing: Drawing) -> Markup:
    at, text, look_number, deep, wide = (*cell, 1, 1) if len(cell) == 3 else cell
    name = f"{drawing.columns[at]['name']}{row['number']}"
    look = drawing.looks[look_number] if 0 <= look_number < len(drawing.looks) else {}
    shown: object = text
    if look.get("bold"):
        shown = tag("b", shown)
    if look.get("struck"):
        shown = tag("s", shown)
    if look.get("color"):
        shown = tag("font", shown, color=look["color"])
    found = drawing.marks.get(name, [])
    return tag(
        "th" if row["head"] else "td",
        _sign(found[0], name, drawing.severities[found[0]]) if found else None,
        shown,
        id=f"cell-{name}",
        scope="col" if row["head"] else None,
        rowspan=deep if deep > 1 else None,
        colspan=wide if wide > 1 else None,
        bgcolor=look.get("fill"),
        align=look.get("align"),
        valign=look.get("valign"),
        class_=f"marked {drawing.severities[found[0]]}" if found else None,
    )


def _sign(number: int, name: str, severity: str) -> Markup:
    """A mark that leads back to its finding."""
    label = say("to_finding", cell=name, number=number + 1)
    return tag("a", SIGNS[severity], href=f"#finding-{number}", class_="sign", aria_label=label)


def severity_sign(severity: str) -> Markup:
    """The sign of a severity, which the words beside it say too."""
    return tag("span", SIGNS[severity], class_="sign", aria_hidden="true", title=sentence(severity, {}))
