"""All that no schema can say about a form definition: that its parts agree, and that what must stand once does.

    check_names(definition, path)

Every check yields complaints in the order of the file, and the first one is raised. A new check is a row of `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from xlperf.forms.consistency.choices_and_limits import choices_in_one, long_dropdowns, shown_as_others, wrong_limits, wrong_steps
from xlperf.forms.consistency.contents import wrong_contents
from xlperf.forms.consistency.once import twice_given
from xlperf.forms.consistency.places import missing_needs, shared_paths
from xlperf.forms.consistency.references import unknown_names
from xlperf.forms.consistency.repeats import repeat_faults
from xlperf.forms.consistency.sentences import wrong_braces
from xlperf.forms.consistency.sheets import beside_nothing, narrow_sheets, side_of_box, unprinted_first
from xlperf.forms.consistency.source_columns import source_faults
from xlperf.forms.definition import Complaint, Raw, quoted, refuse, wrong


def check_names(definition: Raw, path: Path) -> None:
    """Check what no schema can say about a definition whose shape is right.

    Raises:
        FormError: a name names nothing, a key stands twice, or two parts contradict each other.
    """
    for place, reason in contradictions_of(definition):
        refuse(path, place, reason)
    check_folder(definition, path)


def contradictions_of(definition: Raw) -> Iterator[Complaint]:
    """Yield what no schema can say about a definition whose shape is right, check by check."""
    for check in CHECKS:
        yield from check(definition)


def check_folder(definition: Raw, path: Path) -> None:
    """The folders in which a definition lies are called like its form and its revision.

    Raises:
        FormError: one is not.
    """
    for key, folder in zip(("revision", "form"), path.absolute().parents, strict=False):
        if str(definition[key]) != folder.name:
            refuse(path, *wrong(key, "folder", found=quoted(str(definition[key])), folder=quoted(folder.name)))


CHECKS: tuple[Callable[[Raw], Iterator[Complaint]], ...] = (
    choices_in_one,
    repeat_faults,
    twice_given,
    unknown_names,
    wrong_braces,
    wrong_contents,
    shown_as_others,
    wrong_limits,
    long_dropdowns,
    source_faults,
    wrong_steps,
    beside_nothing,
    side_of_box,
    narrow_sheets,
    unprinted_first,
    shared_paths,
    missing_needs,
)
