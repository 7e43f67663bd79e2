"""What a workbook knows about itself and writes on its hidden sheet: for whom it is, and what it was finalized from.

    Identity(fiscal_year=2026, date="2027-01-05", unit="Bureau")

Programs read it when the workbook comes back; people never see the sheet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xlperf import __version__
from xlperf.forms.form import Form
from xlperf.forms.layout import MARK
from xlperf.workbook.book import Worksheet

PIECE = 16_000  # characters of one cell; Excel allows 32,767 UTF-16 units


@dataclass(frozen=True, kw_only=True)
class Identity:
    """For whom and on which day this copy of the form is written."""

    fiscal_year: int
    date: str  # ISO date; the properties of the file have it too
    unit: str = ""  # its name
    presets: str = ""  # JSON: what stood in preset rows when it was handed out, where that is not what the form has
    announced: str = ""  # JSON: what was announced of the round
    reviewed: str = ""  # the SHA-256 of the submission, at a stage after the department
    issued: str = ""  # what earlier stages filled in, as `forms.stages.issued` wrote it
    intake: str = ""  # JSON: the warnings about the submission as a file, which this copy would no longer show


class RuleResult(NamedTuple):
    """How a rule stood: the word of its state, and the number of rows that failed."""

    state: str
    failing: int


@dataclass(frozen=True, kw_only=True)
class Finalized:
    """What makes a workbook a finalized one."""

    submission: str  # the SHA-256 of the submitted file
    results: Mapping[str, RuleResult]  # by the code of the rule, frozen
    waived: str = ""  # the findings that the bureau let stand, and why
    imported: str = ""  # in words, from what kind of report it was filled in


def write_identity(sheet: Worksheet, form: Form, identity: Identity, finalized: Finalized | None) -> None:
    """Write name and value into columns A and B; what is longer than a cell takes several rows."""
    facts = {
        "form": form.key,
        "revision": form.revision,
        "digest": form.digest,
        "fiscal_year": str(identity.fiscal_year),
        "unit": identity.unit,
        "date": identity.date,
        "version": __version__,
        "submission": finalized.submission if finalized else "",
        "presets": identity.presets,
        "intake": identity.intake,
        **({"copies": json.dumps(form.counts)} if form.counts else {}),
        **({"announced": identity.announced} if identity.announced else {}),
        **({"reviewed": identity.reviewed, "issued": identity.issued} if identity.reviewed else {}),
        **({"waived": finalized.waived} if finalized and finalized.waived else {}),
        **({"imported": finalized.imported} if finalized and finalized.imported else {}),
    }
    sheet.write_string(0, 0, f"{MARK} {form.key} {form.edition} identity")
    pieces = ((name, value[at : at + PIECE]) for name, value in facts.items() for at in range(0, len(value) or 1, PIECE))
    for row, (name, piece) in enumerate(pieces, 1):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, piece)
