"""run.json: what a run of a collection did, with which versions, to which files; and what changed since the run before.

changes = changes_since(read_run(directory), files)
write_run(directory, {"files": files, "changes": changes, …})
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

from xlperf.files import write_atomically
from xlperf.messages import listing, sentence
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import COUNTS, MOST_LISTED, Naming, behind, matter, stand

KINDS = ("new", "mended", "broken", "resent", "behind", "gone")

FILE_NAME = "run.json"
CHANGES = ("new", "replaced", "gone", "status")  # the lists of `changes`
ENTRY = (
    "path",
    "sha256",
    "size",
    "received",
    "saved",
    "status",
    "unit",
    "unit_code",
    "subject",
    "form",
    "revision",
    "year",
    "rows",
    "seconds",
)
NEEDED = (
    {"seconds", "skipped", "missing", "changes"},
    {"path", "sha256", "received", "status", "unit", "form", "year", "errors"},
)  # of a run, and of its files
LIBRARIES = ("openpyxl", "python-calamine", "XlsxWriter", "SQLAlchemy")  # that have a say in what is read, written and kept


def versions() -> dict[str, str]:
    """What a result may depend on besides forms and files."""
    from xlperf import __version__

    return {
        "xlperf": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        **{name: found for name in LIBRARIES if (found := _version(name))},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:  # packed into one executable
        return None


def list_files(outcomes: Iterable[Outcome]) -> list[dict]:
    """The entries of `files`: one per input path."""
    return [
        {
            **{name: getattr(outcome, name) for name in ENTRY},
            "errors": _count(outcome, "error"),
            "warnings": _count(outcome, "warning"),
            "outputs": list(outcome.outputs),
        }
        for outcome in outcomes
    ]


def _count(outcome: Outcome, severity: str) -> int:
    return sum(finding["severity"] == severity for finding in outcome.findings)


def changes_since(last: Mapping, files: Sequence[Mapping]) -> dict:
    """The paths that are new, gone, of other content or of another status than in the last run."""
    before, now = ({entry["path"]: entry for entry in listed} for listed in (last["files"], files))
    both = [path for path in now if path in before]
    return {
        "since": last["finished"],
        "new": [path for path in now if path not in before],
        "gone": [path for path in before if path not in now],
        "replaced": [path for path in both if now[path]["sha256"] != before[path]["sha256"]],
        "status": [
            {"path": path, "was": before[path]["status"], "is": now[path]["status"]}
            for path in both
            if now[path]["status"] != before[path]["status"]
        ],
    }


def read_run(directory: Path) -> dict | None:
    """The last run that was finished; None if there was none, or its file is not as we wrote it."""
    try:
        run = json.loads((directory / FILE_NAME).read_text("utf-8"))
        datetime.datetime.fromisoformat(run["finished"])
        return run if run.keys() >= NEEDED[0] and all(entry.keys() >= NEEDED[1] for entry in run["files"]) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write_run(directory: Path, run: Mapping) -> None:
    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as text:  # never the whole text in memory
            json.dump(run, text, ensure_ascii=False, indent=1)
            text.write("\n")

    write_atomically(directory / FILE_NAME, write)


def changes(before: Iterable[Mapping], now: Iterable[Mapping], naming: Naming = Naming()) -> Iterator[str]:  # noqa: B008
    """Yield a sentence per kind of change, one that says so where there is none."""
    before, now = _known(before), _known(now)
    (last, late), (this, later) = _counting(before, naming), _counting(now, naming)
    kinds: dict[str, list[str]] = {}
    for who in {**last, **this}:
        if kind := _kind(last.get(who), this.get(who)):
            kinds.setdefault(kind, []).append(_named(kind, last.get(who), this.get(who)))
    for who, entry in later.items():
        if who not in late or late[who].sha256 != entry.sha256:
            kinds.setdefault("behind", []).append(_named("behind", entry, this[who]))
    for kind in KINDS:
        if names := kinds.get(kind):
            more = "…" if len(names) > MOST_LISTED else ""
            yield sentence(f"change_{kind}", {"count": len(names), "names": listing(names[:MOST_LISTED]) + more})
    if not kinds:
        files, had = ({(entry.path, entry.sha256) for entry in entries} for entries in (now, before))
        yield sentence("change_none" if files == had else "change_none_counting", {})


def _known(entries: Iterable[Mapping]) -> list[SimpleNamespace]:
    return [SimpleNamespace(**{"unit_code": None, "subject": None, "saved": None, **entry}) for entry in entries]


def _counting(known: Sequence[SimpleNamespace], naming: Naming) -> tuple[dict[tuple, SimpleNamespace], ...]:
    """The entries that count, by what they count for, and those behind a valid one that have to go back."""
    standings, by_path = stand(known, naming), {entry.path: entry for entry in known}
    counting = {matter(entry, naming): entry for entry in known if standings[entry.path].kind == COUNTS}
    late = behind(known, standings)
    return counting, {who: by_path[late[entry.path]] for who, entry in counting.items() if entry.path in late}


def _kind(before: SimpleNamespace | None, now: SimpleNamespace | None) -> str | None:
    if before is None or now is None:
        return "new" if before is None else "gone"
    if (before.status == "passed") != (now.status == "passed"):
        return "mended" if now.status == "passed" else "broken"
    return "resent" if before.sha256 != now.sha256 else None


def _named(kind: str, before: SimpleNamespace | None, now: SimpleNamespace | None) -> str:
    known = now or before
    if kind == "behind":
        return sentence("change_behind_name", {"name": known.unit or known.path, "file": known.path})
    if kind == "resent":
        return sentence("change_errors", {"name": known.unit or known.path, "before": before.errors, "now": now.errors})
    return known.unit or known.path
