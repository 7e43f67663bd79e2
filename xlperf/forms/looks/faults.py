"""Looks that cannot be right: of a place that the sheet does not have, or in the colour that means something else.

    check_looks(definition, path)

It is asked of the definition of all stages: a stage lacks what later ones fill in, and its looks lie idle there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlperf.forms.definition import Complaint, Raw, quoted, refuse, wrong
from xlperf.forms.looks.look import NONE, is_yellow
from xlperf.forms.looks.places import names_on
from xlperf.messages import listing
from xlperf.text import nearest

MOST = 8  # of the names that there are


def check_looks(definition: Raw, path: Path) -> None:
    """Check that every look is said of a place that its sheet has, and that nothing is yellow but what people fill in.

    Raises:
        FormError: one is not.
    """
    for place, reason in wrong_looks(definition):
        refuse(path, place, reason)


def wrong_looks(definition: Raw) -> Iterator[Complaint]:
    """Yield the places of looks that are none of their sheets, and the fills that mean something else."""
    for number, sheet in enumerate(definition["sheets"]):
        names = names_on(sheet) if "looks" in sheet else {}
        for at, look in enumerate(sheet.get("looks", ())):
            fill = look.get("fill", NONE)
            if fill != NONE and is_yellow(fill[-6:]):
                yield wrong(f"sheets[{number}].looks[{at}].fill", "look_fill", found=quoted(fill))
            for below, name in enumerate(look["at"]):
                if name not in names:
                    known = [each for each in names if each.partition(" ")[0] == name.partition(" ")[0]] or [*names]
                    near = nearest(name, known) or known[0]
                    facts = {"found": quoted(name), "expected": quoted(near), "known": listing(map(quoted, known[:MOST]))}
                    yield wrong(f"sheets[{number}].looks[{at}].at[{below}]", "look_place", **facts)
