"""What the workbooks of the units of a roster are called: names that Windows takes, each unit's its own.

file_names(form, 2023, units)       # "Unit A-2023-self-evaluation.xlsx", the last part as the form says
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from xlperf.distributing.roster import Unit
from xlperf.file_names import joined_name, safe_name
from xlperf.forms.form import Form

DIGITS = 8  # of a digest in a name


def file_names(form: Form, year: int, units: Sequence[Unit]) -> list[str]:
    """The file name of each unit's workbook, the same whatever the order of the units.

    Where several names are one, all of these have their units' codes too, and where that does not help, a digest.
    """
    plain = [_stem(unit.name, unit.subject) for unit in units]
    coded = [_stem(unit.name, unit.code, unit.subject) for unit in units]
    digested = [f"{stem}-{_digest(unit.name, unit.code, unit.subject)}" for stem, unit in zip(coded, units, strict=True)]
    stems = _told_apart(_told_apart(plain, coded), digested)
    return [joined_name(stem, str(year), form.file_name) + ".xlsx" for stem in stems]


def _told_apart(stems: Sequence[str], longer: Sequence[str]) -> list[str]:
    """The longer of two names wherever the shorter is another one's too."""
    count = Counter(map(str.casefold, stems))
    return [more if count[stem.casefold()] > 1 else stem for stem, more in zip(stems, longer, strict=True)]


def _stem(*parts: str) -> str:
    return "-".join(map(safe_name, filter(None, parts)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:DIGITS]
