"""A form that extends a standard, made whole: what it does not say itself the standard says.

    definition, origins, digest = with_standard(written, path, digest=digest)

The form has its own sheets and rules and may put any single text, word or check of the standard otherwise. Sheets go by their
keys, checks by their codes, opening lines by their labels; what has a name of its own is merged, everything else replaced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.files import shipped
from xlperf.forms.definition import Raw, named, no_choice, no_key, or_rather, quoted, refuse, wrong
from xlperf.forms.standard.money_units import money_units
from xlperf.forms.standard.origins import Origins
from xlperf.forms.written.yaml_file import read_definition
from xlperf.messages import sentence

STANDARDS = ("standard",)  # what `extends` may name: files beside the forms
EXTENDS, CHECKS = "extends", "checks"  # keys of a form that extends: the standard, and how it puts the checks of the standard
IF_WRITTEN = ("report",)  # parts of the standard for forms that have them too
GUIDE_TEXTS = ("fill_in", "paragraphs", "hand_in")
NAMES = ("code", "key", "label")  # by which an item of a list is known
KINDS = ("guide", "checks")  # by which a section is
LARGER_UNIT = "XL216"  # the check that amounts are not typed in a smaller unit than they count in
SEPARATE = ("rules", "guide", "sheets")  # which are put together in ways of their own


class Whole(NamedTuple):
    """A definition with all that it extends, where its parts stand, and the digest of all files that say so."""

    definition: Any
    origins: Origins
    digest: str


def with_standard(written: Any, path: Path, *, digest: str) -> Whole:
    """The whole of a definition of whatever shape; the same one where it extends nothing.

    Args:
        path: its form.yaml.
        digest: the SHA-256 of that file.

    Raises:
        FormError: there is no such standard, or it has no such check or text.
    """
    if not isinstance(written, Mapping) or EXTENDS not in written:
        return Whole(written, Origins(), digest)
    if written[EXTENDS] not in STANDARDS:
        refuse(path, EXTENDS, no_choice(written[EXTENDS], STANDARDS))
    home = standard_file(written[EXTENDS])
    standard, of_standard = read_standard(home)
    own = {key: value for key, value in written.items() if key not in (EXTENDS, CHECKS)}
    places = _Places({}, {})
    whole = {key: value for key, value in standard.items() if key not in (*SEPARATE, *own) and key not in IF_WRITTEN}
    for key, value in own.items():
        if key not in SEPARATE:
            whole[key] = _merged(value, standard[key], key, key, key, places) if key in standard else value
    whole["sheets"] = _sheets(own.get("sheets"), standard["sheets"], places)
    whole["rules"] = _rules(own.get("rules", []), _changes(written), standard["rules"], path, places)
    whole["guide"] = _guide(own.get("guide", []), standard["guide"], path, places)
    origins = Origins(written, home, places.mine, places.theirs)
    return Whole(whole, origins, hashlib.sha256(f"{digest} {of_standard}".encode()).hexdigest())


def standard_file(name: str) -> Path:
    """The file of a standard."""
    return shipped("templates") / f"{name}.yaml"


@lru_cache(maxsize=4)
def read_standard(path: Path) -> tuple[Raw, str]:
    """What a standard says, and the SHA-256 of its file."""
    definition, digest = read_definition(path)
    return definition, digest


class _Places(NamedTuple):
    """By place in the whole definition: the place in form.yaml, or in the standard."""

    mine: dict[str, str]
    theirs: dict[str, str]


# --- what is merged by name ------------------------------------------------------------------------------------


def _merged(own: Any, theirs: Any, whole_at: str, own_at: str, their_at: str, places: _Places) -> Any:
    """What the form says, with what it leaves out as the standard says it."""
    if isinstance(own, Mapping) and isinstance(theirs, Mapping):
        merged = {key: value for key, value in theirs.items() if key not in own}
        for key, value in own.items():
            at = (f"{whole_at}.{key}", f"{own_at}.{key}", f"{their_at}.{key}", places)
            merged[key] = _merged(value, theirs[key], *at) if key in theirs else value
        return merged
    if _have_names(own) and _have_names(theirs):
        return [*_merged_items(own, theirs, whole_at, own_at, their_at, places)]
    return own


def _have_names(items: Any) -> bool:
    return isinstance(items, list) and all(isinstance(item, Mapping) and _name(item) is not None for item in items)


def _name(item: Raw) -> str | None:
    """The name by which an item of a list is known; None for one without."""
    known = [item[key] for key in NAMES if isinstance(item.get(key), str)]
    return next(iter([*known, *(kind for kind in KINDS if kind in item)]), None)


def _merged_items(own: list[Raw], theirs: list[Raw], whole_at: str, own_at: str, their_at: str, places: _Places) -> Iterator[Any]:
    """Yield the items of the standard, put as the form puts them, then those of the form alone."""
    mine = {_name(item): number for number, item in reversed([*enumerate(own)])}
    names = [_name(item) for item in theirs]
    left = [number for number, item in enumerate(own) if _name(item) not in names or mine[_name(item)] != number]
    for at, name in enumerate(names):
        here, there = f"{whole_at}[{at}]", f"{their_at}[{at}]"
        if name in mine:
            places.mine[here] = f"{own_at}[{mine[name]}]"
            yield _merged(own[mine[name]], theirs[at], here, places.mine[here], there, places)
        else:
            places.theirs[here] = there
            yield theirs[at]
    for at, number in enumerate(left, len(names)):
        places.mine[f"{whole_at}[{at}]"] = f"{own_at}[{number}]"
        yield own[number]


# --- what is put together in ways of its own -------------------------------------------------------------------


def _sheets(own: Any, theirs: list[Raw], places: _Places) -> Any:
    """The sheets of the form between the first and the last of the standard, unless it puts these elsewhere itself."""
    if not isinstance(own, list):
        return own
    known = {sheet["key"]: number for number, sheet in enumerate(theirs)}
    named_by_form = {sheet.get("key") for sheet in own if isinstance(sheet, Mapping) and isinstance(sheet.get("key"), str)}
    before, after = ([at] if theirs[at]["key"] not in named_by_form else [] for at in (0, len(theirs) - 1))
    whole: list[Any] = []
    for at in before:
        places.theirs[f"sheets[{len(whole)}]"] = f"sheets[{at}]"
        whole.append(theirs[at])
    for number, sheet in enumerate(own):
        here, mine = f"sheets[{len(whole)}]", f"sheets[{number}]"
        places.mine[here] = mine
        same = known.get(sheet.get("key")) if isinstance(sheet, Mapping) and isinstance(sheet.get("key"), str) else None
        whole.append(sheet if same is None else _merged(sheet, theirs[same], here, mine, f"sheets[{same}]", places))
    for at in after:
        places.theirs[f"sheets[{len(whole)}]"] = f"sheets[{at}]"
        whole.append(theirs[at])
    return whole


def _rules(own: Any, changes: Any, theirs: Raw, path: Path, places: _Places) -> Any:
    """The rules of the form between the checks of the standard; a check that the form puts at `false` is left out."""
    codes = [rule["code"] for part in ("before", "after") for rule in theirs[part]]
    if not isinstance(changes, Mapping):
        refuse(path, *wrong(CHECKS, "standard_checks", known=named(codes)))
    for code, change in changes.items():
        if code not in codes:
            among = sentence("wrong_name_among", {"known": named(codes)})
            refuse(path, *wrong(f"{CHECKS}.{code}", "name", found=quoted(code), rather=or_rather(code, codes) or among))
        if change is not False and not isinstance(change, Mapping):
            refuse(path, *wrong(f"{CHECKS}.{code}", "standard_check", found=quoted(change)))
    if not isinstance(own, list):
        return own
    whole: list[Any] = []
    for part in ("before", "own", "after"):
        for number, rule in enumerate(own if part == "own" else theirs[part]):
            here = f"rules[{len(whole)}]"
            if part == "own":
                places.mine[here] = f"rules[{number}]"
                whole.append(rule)
            elif (change := changes.get(rule["code"], {})) is not False:
                places.theirs[here] = f"rules.{part}[{number}]"
                if change:
                    places.mine[here] = f"{CHECKS}.{rule['code']}"
                whole.append({**rule, **change})
    return whole


def _changes(written: Raw) -> Any:
    """How the form puts the checks of the standard; one whose amounts count in the smallest unit has none for a larger one."""
    changes = written.get(CHECKS, {})
    is_smallest = written.get("money") == next(iter(money_units()["decimals"]))
    return {LARGER_UNIT: False, **changes} if is_smallest and isinstance(changes, Mapping) else changes


def _guide(own: Any, theirs: Raw, path: Path, places: _Places) -> Any:
    """The paragraphs of the form between the first and the last of the standard, numbered."""
    if isinstance(own, Mapping):
        for key in own:
            if key not in GUIDE_TEXTS:
                refuse(path, *no_key(f"guide.{key}", "guide", str(key), GUIDE_TEXTS))
    texts = own if isinstance(own, Mapping) else {"paragraphs": own}
    paragraphs = texts.get("paragraphs", [])
    if not isinstance(paragraphs, list):
        return paragraphs
    whole: list[Any] = []
    of_form = "guide.paragraphs" if isinstance(own, Mapping) else "guide"
    for key in GUIDE_TEXTS:
        if key == "paragraphs":
            parts = [(f"{of_form}[{number}]", paragraph) for number, paragraph in enumerate(paragraphs)]
        else:
            parts = [(f"guide.{key}", texts.get(key, theirs[key]))]
        for place, paragraph in parts:
            (places.mine if key == "paragraphs" or key in texts else places.theirs)[f"guide[{len(whole)}]"] = place
            whole.append(f"{len(whole) + 1}. {paragraph}" if isinstance(paragraph, str) and paragraph else paragraph)
    return whole
