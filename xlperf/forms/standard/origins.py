"""Where the parts of a whole definition were written: in form.yaml, maybe at another place, or in the standard that it extends.

    origins.told(error)   # of "sheets[0].title: …" FormError(path=standard.yaml), of "rules[3].test: …" form.yaml, rules[0].test

A complaint is about the whole definition; whoever reads it looks for its place in a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlperf.errors import FormError
from xlperf.forms.definition import Raw
from xlperf.messages import sentence

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
NUMBERED = re.compile(r"(?<![\w.])(?:sheets|rules|guide|opening)\[\d+\](?:\.\w+|\[\d+\])*")


@dataclass(frozen=True)
class Origins:
    """The places of a whole definition that stand elsewhere: by place, the one in form.yaml, else that in the standard.

    Without a standard every place is that of form.yaml.
    """

    own: Raw = field(default_factory=dict)  # what form.yaml writes
    standard: Path | None = None  # the file of the standard
    mine: Mapping[str, str] = field(default_factory=dict)  # of the items of lists: the place in form.yaml
    theirs: Mapping[str, str] = field(default_factory=dict)  # the same of the standard

    def told(self, error: FormError) -> FormError:
        """The error with the file and the places where its author finds them."""
        reason = error.arguments.get("reason")
        if self.standard is None or error.key != "form_shape" or not isinstance(reason, str):
            return error
        place, colon, text = reason.partition(": ")
        if not colon:
            return error
        here, at = self._found(place)
        text = NUMBERED.sub(lambda match: self._named(match[0]), text)
        path = error.arguments["path"] if here else self.standard
        return FormError(error.key, **{**error.arguments, "path": path, "reason": f"{at}: {text}"})

    def _named(self, place: str) -> str:
        here, at = self._found(place)
        return at if here else sentence("of_standard", {"place": at})

    def _found(self, place: str) -> tuple[bool, str]:
        """Whether a place of the whole definition stands in form.yaml, and where it is there, or in the standard."""
        mine, theirs = _moved(place, self.mine), _moved(place, self.theirs)
        if mine is not None:
            return True, mine
        if theirs is not None:
            return False, theirs
        return next(iter(_steps(place)), place) in self.own, place


def _moved(place: str, places: Mapping[str, str]) -> str | None:
    """The place with its longest beginning that has moved put where it is; None where nothing of it has."""
    beginnings = [begin for begin in places if place == begin or place.startswith((f"{begin}.", f"{begin}["))]
    best = max(beginnings, key=len, default=None)
    return None if best is None else places[best] + place[len(best) :]


def _steps(place: str) -> list[Any]:
    return [int(number) if number else name for number, name in STEP.findall(place)]
