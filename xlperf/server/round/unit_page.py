"""The page of one unit: how it stands, what it sent and can take home, what is to be done first, its sheets, decisions.

unit_page(ask, standing)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from xlperf.collecting.run_log import FileEntry
from xlperf.errors import UsageError
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding, count_findings, in_order, severity_line
from xlperf.reporting.result import Result, headline
from xlperf.server.round.board_page import address_of, notices, state_mark
from xlperf.server.round.downloads import HandedFile, handed_out
from xlperf.server.round.markup import Child, Markup, address, page, say, table, tag
from xlperf.server.round.receiving import ENDINGS
from xlperf.server.round.sheets import Stored, draw_submission, first_cell, severity_sign, sheet_as_table, stored_files
from xlperf.server.round.standing import Standing, as_written, outcomes_of, version_of
from xlperf.server.round.visits import Ask
from xlperf.summarizing.board.decisions import Taken, decision_as_text
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import INSIDE, Outcome
from xlperf.summarizing.submissions import COUNTS
from xlperf.summarizing.tables.units import board_table_of

MOST_CELLS = 40  # of a finding that are links
OF_ITSELF = ("XL556", "XL559")  # what comparing found that speaks of no other unit


def unit_page(ask: Ask, standing: Standing) -> str:
    """The page.

    Raises:
        Refused: whoever asks sees no such unit.
    """
    row = standing.row(ask.unit)
    files = standing.files_of(row)
    outcomes, trouble = _outcomes(ask, files)
    stored = stored_files(ask.served)
    chosen = _chosen(ask, files, stored)
    return page(
        ask,
        row.name,
        list(notices(standing)),
        tag("p", say("trouble", reason=trouble), class_="notice", role="alert") if trouble and not standing.trouble else None,
        _facts(row),
        _decisions(standing.decisions_about(row)),
        _upload(ask, row),
        _downloads(row, handed_out(ask.served, standing, row, outcomes)),
        _versions(ask, row, files, stored, chosen) if files else None,
        _attached(ask, standing.attached_to(row)),
        _version(ask, standing, row, chosen, outcomes.get(chosen["path"]), stored) if chosen else None,
    )


def _outcomes(ask: Ask, files: Sequence[FileEntry]) -> tuple[dict[str, Outcome], str]:
    """What became of the files, and why nobody can tell."""
    try:
        return outcomes_of(ask.served, files), ""
    except UsageError as error:
        return {}, " " if ask.visitor.is_unit else str(error)


def _chosen(ask: Ask, files: Sequence[FileEntry], stored: Mapping[tuple[str, str], Stored]) -> FileEntry | None:
    """The version that is shown: the one that is asked for, else the one that counts, else the latest."""
    asked = next((entry for entry in files if version_of(entry) == ask.version), None)
    counting = (entry for entry in files if (at := stored.get((entry["path"], entry["sha256"]))) and at.role == COUNTS)
    return asked or next(counting, None) or (files[0] if files else None)


def _facts(row: BoardRow) -> Markup:
    """The row of the board, one thing a line."""
    exported = board_table_of([row])
    cells = zip(exported.columns, next(iter(exported.rows())), strict=True)
    lines = [(column.heading, state_mark(row) if column.key == "state_of_unit" else value) for column, value in cells
             if column.key not in ("number", "unit_name", "decision") and value not in (None, "")]  # fmt: skip
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in lines], class_="facts")


def _decisions(taken: Sequence[Taken]) -> Markup | None:
    if not taken:
        return None
    return _section("decisions", tag("ul", [tag("li", _decision(each)) for each in taken]))


def _decision(taken: Taken) -> Child:
    text = decision_as_text(taken.decision)
    if not taken.undone:
        return text
    return [tag("s", text), " ", say("taken_back", by=taken.undone_by or "—", day=taken.undone[:10])]


def _upload(ask: Ask, row: BoardRow) -> Markup:
    if ask.served.inbox is None:
        return _section("upload", tag("p", say("no_inbox_here"), class_="calm"))
    form = tag(
        "form",
        tag("input", type="hidden", name="form_token", value=ask.form_token),
        tag("label", say("choose_file"), for_="file"),
        tag("input", type="file", id="file", name="file", accept=",".join(ENDINGS), required=True),
        tag("button", say("send"), type="submit"),
        tag("p", say("upload_note"), class_="calm"),
        method="post",
        action=f"{address_of(row)}/upload",
        enctype="multipart/form-data",
    )
    return _section("upload", form)


def _downloads(row: BoardRow, files: Sequence[HandedFile]) -> Markup:
    if not files:
        return _section("downloads", tag("p", say("nothing_handed_out"), class_="calm"))
    items = [tag("li", tag("a", say(f"take_{file.kind}"), href=f"{address_of(row)}/files/{quote(file.name)}"), " ",
                 tag("span", file.name, class_="calm")) for file in files]  # fmt: skip
    return _section("downloads", tag("ul", items, class_="files"))


def _versions(
    ask: Ask, row: BoardRow, files: Sequence[FileEntry], stored: Mapping[tuple[str, str], Stored], chosen: FileEntry | None
) -> Markup:
    headings = [sentence(f"head_{key}", {}) for key in ("file", "received", "status", "role", "errors", "queries")]
    rows = []
    for entry in files:
        at = stored.get((entry["path"], entry["sha256"]))
        link = tag("a", _name(ask, entry["path"]), href=address(address_of(row), version=version_of(entry)) + "#version",
                   aria_current="true" if entry is chosen else None)  # fmt: skip
        role = sentence(f"submission_{at.role}", {}) if at and at.role else ""
        status = sentence(f"status_{entry['status']}", {})
        rows.append([link, as_written(entry["received"]), status, role, entry["errors"], entry["queries"]])
    return _section("versions", table(say("versions"), headings, rows))


def _attached(ask: Ask, files: Sequence[FileEntry]) -> Markup | None:
    """What came with the versions; nobody has to do anything about it."""
    if not files:
        return None
    headings = [sentence(f"head_{key}", {}) for key in ("file", "received")]
    rows = ([_name(ask, entry["path"]), as_written(entry["received"])] for entry in files)
    note = tag("p", say("attachments_note"), class_="calm")
    return _section("attachments", note, table(say("attachments"), headings, rows))


def _name(ask: Ask, path: str) -> str:
    """What a file is called: by a unit without the bureau's folders."""
    return path.rpartition("/")[2].rpartition(INSIDE)[2] if ask.visitor.is_unit else path


def _version(
    ask: Ask,
    standing: Standing,
    row: BoardRow,
    entry: FileEntry,
    outcome: Outcome | None,
    stored: Mapping[tuple[str, str], Stored],
) -> Markup:
    """What became of one version, and its picture."""
    name = _name(ask, entry["path"])
    heading = tag("h2", say("version_of", file=name), id="version-name")
    if outcome is None:
        return tag(
            "section", heading, tag("p", say("not_known_now"), class_="notice"), id="version", aria_labelledby="version-name"
        )
    compared = (found for found in standing.compared(entry["path"]) if not ask.visitor.is_unit or found["code"] in OF_ITSELF)
    findings = in_order([*outcome.findings, *compared])
    is_drawn = outcome.status != "unreadable"  # what a worker died of or hung over must not be tried again
    at_ = stored.get((entry["path"], entry["sha256"])) if is_drawn else None
    book = draw_submission(ask.served, entry, at_, findings)
    at = _sheet_at(ask, book, findings)
    result = Result(file=name, status=outcome.status, findings=findings)
    verdict = tag("p", headline(result), class_=f"verdict {outcome.status}")
    parts = [_findings(ask, row, entry, findings, book), _picture(ask, row, entry, findings, book, at)]
    return tag("section", heading, verdict, tag("div", parts, class_="both"), id="version", aria_labelledby="version-name")


def _sheet_at(ask: Ask, book: Mapping[str, Any] | None, findings: Sequence[DescribedFinding]) -> int:
    """The sheet that is shown: the one that is asked for, else the one of what must be done first."""
    titles = [sheet["title"] for sheet in book["sheets"]] if book else []
    if ask.sheet is not None and 0 <= ask.sheet < len(titles):
        return ask.sheet
    marked = (first_cell(cell)[0] for finding in findings for cell in finding["cells"])
    return next((titles.index(title) for title in marked if title in titles), 0)


def _findings(
    ask: Ask, row: BoardRow, entry: FileEntry, findings: Sequence[DescribedFinding], book: Mapping[str, Any] | None
) -> Markup:
    """What was found, by what must be done first; every place is a link to the cell in the picture."""
    counts = count_findings(findings)
    titles = [sheet["title"] for sheet in book["sheets"]] if book else []
    parts: list[Child] = []
    for severity in counts:
        own = [(number, finding) for number, finding in enumerate(findings) if finding["severity"] == severity]
        if own:
            items = [_finding(number, finding, _places(row, entry, finding, titles)) for number, finding in own]
            heading = tag("h3", severity_sign(severity), severity_line(severity, counts[severity]), class_=severity)
            parts += [heading, tag("ol", items)]
    title = tag("h2", say("findings"), id="findings-name")
    told = parts or tag("p", say("nothing_found"), class_="calm")
    return tag("section", title, told, class_="found", aria_labelledby="findings-name")


def _finding(number: int, finding: DescribedFinding, places: Child) -> Markup:
    parts = {"found": finding["found"], "expected": finding["expected"], "fix": finding["fix"]}
    said = [tag("p", sentence(f"says_{part}", {"text": text})) for part, text in parts.items() if text]
    answers = (finding.get("explanation"), finding.get("waived"))
    explained = [tag("p", sentence("explained", {"text": text})) for text in answers if text]
    message = tag("p", finding["message"], " ", tag("span", finding["code"], class_="code"), class_="message")
    return tag("li", message, said, explained, places, id=f"finding-{number}", class_=finding["severity"], tabindex="-1")


def _places(row: BoardRow, entry: FileEntry, finding: DescribedFinding, titles: Sequence[str]) -> Child:
    if not finding["cells"]:
        return None
    links = []
    for place in finding["cells"][:MOST_CELLS]:
        title, cell = first_cell(place)
        if title in titles and cell:
            there = address(address_of(row), version=version_of(entry), sheet=titles.index(title))
            links.append(tag("a", place, href=f"{there}#cell-{cell}"))
        else:
            links.append(tag("span", place))
    more = len(finding["cells"]) - MOST_CELLS
    return tag("p", links, tag("span", say("more_cells", count=more)) if more > 0 else None, class_="cells")


def _picture(
    ask: Ask, row: BoardRow, entry: FileEntry, findings: Sequence[DescribedFinding], book: Mapping[str, Any] | None, at: int
) -> Markup:
    """The sheet that is looked at, with links to the others."""
    heading = tag("h2", say("sheets"), id="sheets-name")
    if not book or not book["sheets"]:
        return tag("section", heading, tag("p", say("no_picture"), class_="calm"), class_="book", aria_labelledby="sheets-name")
    tabs = [
        tag("a", sheet["title"], href=address(address_of(row), version=version_of(entry), sheet=number) + "#sheets-name",
            aria_current="true" if number == at else None)
        for number, sheet in enumerate(book["sheets"])
    ]  # fmt: skip
    tabs_named = tag("nav", tabs, class_="tabs", aria_label=say("sheets"))
    return tag("section", heading, tabs_named, sheet_as_table(book, at, findings), class_="book", aria_labelledby="sheets-name")


def _section(key: str, *parts: Child) -> Markup:
    return tag("section", tag("h2", say(key)), *parts, class_=key)
