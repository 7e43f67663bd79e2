"""What is new since the last run of a collection, in words.

    list(changes(last_run["files"], this_run["files"]))

Both are the entries of run.json. What counts is compared, unit by unit: a unit is the same whatever its file is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace

from xlperf.messages import listing, sentence
from xlperf.summarizing.submissions import COUNTS, MOST_LISTED, Naming, behind, matter, stand

KINDS = ("new", "mended", "broken", "resent", "behind", "gone")


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
