"""What is new since the last run of a collection, in words.

    before = snapshot(outcomes)             # a JSON value, kept with the run
    list(changes(before, snapshot(outcomes_now)))

What counts is compared, unit by unit: a unit is here whatever its file is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .messages import sentence
from .outcome import Outcome
from .submission import COUNTS, LISTED, owner, stand

Snapshot = Mapping[str, Mapping[str, object]]


def snapshot(outcomes: Iterable[Outcome], prefixes: Sequence[str] = ()) -> dict[str, dict[str, object]]:
    """What the next run needs to know of this one: by unit its file, its outcome and how many errors it has."""
    standings = stand(outcomes, prefixes)
    kept = {}
    for outcome in outcomes:
        if standings[outcome.path].kind == COUNTS:
            errors = sum(finding["severity"] == "error" for finding in outcome.findings)
            kept["|".join(map(str, owner(outcome, prefixes)))] = {
                "name": outcome.unit or outcome.path, "sha256": outcome.sha256, "status": outcome.status, "errors": errors,
            }  # fmt: skip
    return kept


def changes(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Yield a sentence per kind of change, one that says so where there is none."""
    kinds: dict[str, list[str]] = {}
    for key in {**before, **now}:
        kind = _kind(before.get(key), now.get(key))
        if kind:
            kinds.setdefault(kind, []).append(_named(kind, before.get(key), now.get(key)))
    for kind in KINDS:
        if names := kinds.get(kind):
            more = "…" if len(names) > LISTED else ""
            yield sentence(f"change_{kind}", {"count": len(names), "names": "、".join(names[:LISTED]) + more})
    if not kinds:
        yield sentence("change_none", {})


KINDS = ("new", "mended", "broken", "resent", "gone")


def _kind(before: Mapping | None, now: Mapping | None) -> str | None:
    if before is None or now is None:
        return "new" if before is None else "gone"
    if (before["status"] == "passed") != (now["status"] == "passed"):
        return "mended" if now["status"] == "passed" else "broken"
    return "resent" if before["sha256"] != now["sha256"] else None


def _named(kind: str, before: Mapping | None, now: Mapping | None) -> str:
    known = now or before
    if kind == "resent":
        return sentence("change_errors", {"name": known["name"], "before": before["errors"], "now": now["errors"]})
    return str(known["name"])
