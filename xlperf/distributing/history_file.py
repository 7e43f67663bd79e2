"""What the figures of former years hand down to a unit's next template: the JSON file of `xlperf history`, read back.

    handed = read_history(Path("years.json"))
    remarks = remarks_on_targets(form, rows, handed.of(form, unit, naming))     # {Spot("duties", 0, "target"): "…"}

A remark stands at the target of an indicator: what was reported in the two years before; of a floor the range these suggest;
and the reasons to ask about it. At a target that the form itself sets it says what was reported, no more. It is advice: nothing
that is read back looks at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlperf.distributing.naming import Naming
from xlperf.distributing.roster import Unit
from xlperf.errors import UsageError, reason_of
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import sentence
from xlperf.text import code_of, letters_of
from xlperf.values.notation import spellings_of

FORMAT = 1  # of the JSON file
KINDS = ("easier", "unmoved", "exact", "over", "falling", "apart")  # of flags, see `over_years.flags`
FORMER = 2  # years that a remark names
CEILINGS, FLOORS = ("<=", "<"), (">=", ">")

Entry = Mapping[str, Any]  # of one unit, as the file has it


@dataclass(frozen=True)
class HandedDown:
    """The entries of the units, by what they are asked for."""

    by_code: Mapping[tuple[str, str, str], Entry] = field(default_factory=dict)  # form, code, subject
    entries: tuple[Entry, ...] = ()

    def of(self, form: Form, unit: Unit, naming: Naming) -> Entry | None:
        """The entry of a unit, by its code, else by its name; of namesakes none has that of another."""
        subject, code = letters_of(unit.subject), naming.code_of(unit.name, unit.code)
        if code and (found := self.by_code.get((form.key, code, subject))):
            return found
        name = naming.key(unit.name, unit.code)
        same = (
            entry
            for entry in self.entries
            if entry["form"] == form.key
            and naming.key(entry.get("unit"), entry.get("unit_code")) == name
            and letters_of(entry.get("subject", "")) == subject
        )
        return next(same, None)


NOTHING = HandedDown()


def read_history(path: Path) -> HandedDown:
    """Return what the JSON file of a history says of its units.

    Raises:
        UsageError: it cannot be opened, or was not written by `xlperf history`.
    """
    try:
        said = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else sentence("no_history_json", {})
        raise UsageError("bad_history", path=path, reason=reason) from None
    if not _is_history(said):
        raise UsageError("bad_history", path=path, reason=sentence("no_history_json", {}))
    entries = tuple(said["units"])
    coded = ((code_of(entry.get("unit"), entry.get("unit_code")), entry) for entry in reversed(entries))
    by_code = {(entry["form"], code, letters_of(entry.get("subject", ""))): entry for code, entry in coded if code}
    return HandedDown(by_code, entries)


def _is_history(said: object) -> bool:
    """Whether the parts that are read here are what they should be."""
    return (
        isinstance(said, dict)
        and said.get("format") == FORMAT
        and isinstance(said.get("units"), list)
        and all(_is_entry(entry) for entry in said["units"])
    )


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("form"), str):
        return False
    texts = all(isinstance(entry.get(key, ""), str) for key in ("unit", "unit_code", "subject"))
    listed = isinstance(entry.get("indicators"), list) and isinstance(entry.get("flags"), list)
    return texts and listed and all(map(_is_indicator, entry["indicators"])) and all(map(_is_flag, entry["flags"]))


def _is_indicator(said: object) -> bool:
    if not isinstance(said, dict) or not isinstance(said.get("years"), dict):
        return False
    named = all(isinstance(said.get(key), str) for key in ("name", "block", "unit"))
    return named and all(year.isdecimal() and isinstance(of, dict) for year, of in said["years"].items())


def _is_flag(said: object) -> bool:
    return (
        isinstance(said, dict)
        and all(isinstance(said.get(key), str) for key in ("indicator", "reason"))
        and said.get("kind") in KINDS
    )


# --- remarks ---------------------------------------------------------------------------------------------------


def remarks_on_targets(form: Form, rows: Rows, entry: Entry | None, *, year: int) -> dict[Spot, str]:
    """What is remarked at the targets of a template of that year, by their places."""
    found: dict[Spot, str] = {}
    for block, index, row, said in _matched(form, rows, entry or {}):
        columns = spellings_of(form).columns_of(form.blocks[block])
        former = {before: of for before, of in _counted(said) if year - FORMER <= before < year} if columns else {}
        if former:
            lines = list(_former_lines(former, said))
            if not sets_target(form, block, index):
                lines += _suggestion(former, said, operator=str(row.get(columns["operator"]) or ""))
                lines += _flag_lines(entry or {}, said)
            found[Spot(block, index, columns["target"])] = "\n".join(lines)
    return found


def sets_target(form: Form, block: str, index: int) -> bool:
    """Whether the form itself sets the target of a row: it is no choice of the unit."""
    preset, target = form.blocks[block].row(index), spellings_of(form).columns_of(form.blocks[block]).get("target", "")
    return preset is not None and preset.values.get(target) is not None


def _matched(form: Form, rows: Rows, entry: Entry) -> Iterator[tuple[str, int, Mapping[str, Any], Entry]]:
    """Yield the rows of which the history knows the indicator, by name."""
    if form.summary.indicators is None:
        return
    known = {(said["block"], letters_of(said["name"])): said for said in entry.get("indicators", ())}
    for block in form.blocks_in(form.summary.indicators.table):
        for index, row in enumerate(rows.get(block, ())):
            name = row.get(form.blocks[block].row_name or "")
            if name and (said := known.get((block, letters_of(name)))):
                yield block, index, row, said


def _former_lines(former: Mapping[int, Entry], said: Entry) -> Iterator[str]:
    """Target and actual of each year, in a sentence each."""
    for before, of in former.items():
        facts = {"year": before, "target": _shown(of["target"], said), "actual": _shown(of["actual"], said)}
        yield sentence("handed_year", facts)


def _suggestion(former: Mapping[int, Entry], said: Entry, *, operator: str) -> Iterator[str]:
    """The range that the actuals suggest for a floor; more is not better where exactly so much, or at most, is aimed at."""
    if operator in FLOORS:
        reached = [of["actual"] for of in former.values()]
        low, high = min(reached), max(reached)
        yield sentence("handed_range" if low < high else "handed_least", {"low": _shown(low, said), "high": _shown(high, said)})


def _flag_lines(entry: Entry, said: Entry) -> Iterator[str]:
    """The reasons to ask about an indicator."""
    for flag in entry.get("flags", ()):
        if letters_of(flag["indicator"]) == letters_of(said["name"]):
            yield sentence("handed_flag", {"title": sentence(f"flag_title_{flag['kind']}", {}), "reason": flag["reason"]})


def _counted(said: Entry) -> Iterable[tuple[int, Entry]]:
    """The years in which target and actual are numbers, the latest first."""
    years = sorted(((int(year), of) for year, of in said["years"].items()), reverse=True)
    return [(year, of) for year, of in years if _is_number(of.get("target")) and _is_number(of.get("actual"))]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: float, said: Entry) -> str:
    return f"{as_text(as_decimal(value))}{said['unit']}"
