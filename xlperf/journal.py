"""run.json: what a run of a collection did, with which versions, to which files; and what changed since the run before.

    changes = changes_since(read_run(directory), files)
    write_run(directory, {"files": files, "changes": changes, …})
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from xlperf.files import write_atomically
from xlperf.summarizing.outcome import Outcome

FILE_NAME = "run.json"
CHANGES = ("new", "replaced", "gone", "status")  # the lists of `changes`
ENTRY = ("path", "sha256", "size", "received", "saved", "status", "unit", "unit_code", "subject", "form", "revision", "year",
         "rows", "seconds")  # fmt: skip
NEEDED = ({"seconds", "skipped", "missing", "changes"},
          {"path", "sha256", "received", "status", "unit", "form", "year", "errors"})  # of a run, and of its files
LIBRARIES = ("openpyxl", "python-calamine", "XlsxWriter", "SQLAlchemy")  # that have a say in what is read, written and kept


def versions() -> dict[str, str]:
    """What a result may depend on besides forms and files."""
    from xlperf import __version__

    return {"xlperf": __version__, "python": platform.python_version(), "system": platform.platform(),
            **{name: found for name in LIBRARIES if (found := _version(name))}}  # fmt: skip


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
            "errors": _count(outcome, "error"), "warnings": _count(outcome, "warning"), "outputs": list(outcome.outputs),
        }
        for outcome in outcomes
    ]  # fmt: skip


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
        "status": [{"path": path, "was": before[path]["status"], "is": now[path]["status"]} for path in both
                   if now[path]["status"] != before[path]["status"]],
    }  # fmt: skip


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
