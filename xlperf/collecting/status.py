"""Where a collection stands, on one screen.

print(standing_as_text(find_status(Path("OUT"))))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sys import intern
from typing import NamedTuple

from xlperf.collecting.run_log import CHANGES, read_run
from xlperf.collecting.store import FILE_NAME, Outcomes, Store, count_inputs, opened_store
from xlperf.errors import ExitCode, UsageError
from xlperf.files import StrPath
from xlperf.messages import listing, of_any_field, sentence
from xlperf.reporting.result import EXIT_CODES
from xlperf.reporting.text_table import table
from xlperf.summarizing.submissions import COUNTS, Naming, stand
from xlperf.summarizing.survey import installed_prefixes

SAME = ("received", "status", "form")  # of most outcomes: held once
COMMONEST = 8  # findings, and files of somebody's, that are named


class Known(NamedTuple):
    """As much of an outcome as tells whether it counts, and the codes of its errors."""

    path: str
    sha256: str
    received: str
    saved: str | None
    status: str
    unit: str | None
    unit_code: str | None
    form: str | None
    year: int | None
    subject: str | None
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What is known of a collection at this moment."""

    directory: Path
    counts: Mapping[str, int]  # inputs by status
    counting: Mapping[str, int]  # those of them that count: the latest valid one of each unit
    waiting: int  # inputs that are still to be worked on
    units: int  # that sent something
    findings: tuple[tuple[str, str, int], ...]  # the commonest errors of those that count: code, message, inputs
    run: Mapping | None  # the last run that was finished

    @property
    def exit_code(self) -> ExitCode:
        return max((EXIT_CODES[status] for status in self.counts), default=ExitCode.OK)


def find_status(directory: StrPath, *, database: str | None = None) -> Standing:
    """Return where the collection in that folder stands.

    Raises:
        UsageError: there is no collection, or its database does not answer.
    """
    directory = Path(directory)
    if not database and not (directory / FILE_NAME).exists():
        raise UsageError("no_collection", path=directory)
    with opened_store(directory, database) as store:
        run = read_run(directory)
        naming = Naming(installed_prefixes(None), frozenset((run or {}).get("namesakes", ())))
        return read_standing(directory, store, run, naming)


def read_standing(directory: Path, store: Store, run: Mapping | None, naming: Naming) -> Standing:
    """Return where a collection stands whose store is open and whose last run that was."""
    counts, messages, known = count_inputs(store), {}, []
    for outcome in Outcomes(store, documents=False):
        errors = {finding["code"]: finding["message"] for finding in outcome.findings if finding["severity"] == "error"}
        messages |= errors
        texts = {name: intern(text) for name in SAME if (text := getattr(outcome, name))}
        own = {name: texts.get(name, getattr(outcome, name)) for name in Known._fields[:-1]}
        known.append(Known(**own, errors=tuple(map(intern, errors))))
    standings = stand(known, naming)
    listed = [one for one in known if standings[one.path].kind == COUNTS]
    findings = Counter(code for one in listed for code in one.errors)
    units = {naming.key(one.unit, one.unit_code) for one in known}
    commonest = sorted(findings.items(), key=lambda item: (-item[1], item[0]))[:COMMONEST]
    told = tuple((code, of_any_field(code, messages[code]), count) for code, count in commonest)
    return Standing(
        directory,
        {status: count for status, count in counts.items() if status},
        Counter(one.status for one in listed),
        counts.get(None, 0),
        len(units - {""}),
        told,
        run,
    )


def standing_as_text(standing: Standing) -> str:
    """The screen: how many of what, the last run and what it changed, the commonest errors."""
    run, total = standing.run, sum(standing.counts.values()) + standing.waiting
    counts = {status: standing.counts.get(status, 0) for status in EXIT_CODES}
    lines = [
        sentence("standing", {"path": standing.directory, "units": standing.units, "total": total}),
        sentence("standing_counts", {**counts, "waiting": standing.waiting}),
    ]
    if sum(standing.counting.values()) < sum(standing.counts.values()):
        lines.append(sentence("standing_counting", {status: standing.counting.get(status, 0) for status in EXIT_CODES}))
    if run is None:
        lines.append(sentence("standing_no_run", {}))
    else:
        shown = {"finished": _here(run["finished"]), "files": len(run["files"]), "skipped": len(run["skipped"])}
        lines.append(sentence("standing_run", {**run, **shown}))
    folders = [path for path in run["skipped"] if path.endswith("/")] if run else []
    if folders:
        shown = listing(folders[:COMMONEST]) + "…" * (len(folders) > COMMONEST)
        lines.append(sentence("standing_skipped", {"folders": shown}))
    if run and run["missing"] is not None:
        lines.append(sentence("standing_missing", {"count": len(run["missing"])}))
    if run and run["changes"]:
        changes = run["changes"]
        moved = {kind: len(changes[kind]) for kind in CHANGES}
        lines.append(sentence("standing_changes", {"since": _here(changes["since"]), **moved}))
        lines += changes["words"]
    for theirs, ours in list(((run and run.get("beside")) or {}).items())[:COMMONEST]:
        lines.append(sentence("standing_beside", {"file": theirs, "beside": ours}))
    if standing.findings:
        headings = [sentence(f"column_{name}", {}) for name in ("code", "message", "files")]
        rows = [(code, message, str(count)) for code, message, count in standing.findings]
        lines.append("\n" + table(headings, rows, ratios=(None, 1, None)).lstrip("\n"))
    return "\n".join(lines)


def _here(moment: str) -> str:
    """A moment as the clock on the wall shows it."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
