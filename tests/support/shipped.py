"""The forms that travel with xlperf, and which tests take which of them.

    of_each_form = pytest.mark.parametrize("form", forms_for("computed by others"), ids=lambda form: form.key)

A soak takes every form everywhere. In `make test` a form more costs six seconds at most: what is cheap takes it, and so does what
proves it whole; what lets other programs compute hundreds of documents takes three forms that differ in all that is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.sweeps import SOAK
from xlperf.forms.form import Form
from xlperf.forms.loader import form_directories, load_form

FOLDERS: tuple[Path, ...] = tuple(form_directories())
FORMS: tuple[Form, ...] = tuple(map(load_form, FOLDERS))
EVERY = None
# The department's, with base data and explanations; a project's, scored by weights; one of three stages.
THREE = ("suzhou-department", "national-project", "sichuan-project")
TAKEN: Mapping[str, tuple[str, ...] | None] = {
    "proved": EVERY,  # proving/test_prove_form.py: every command on documents made up from it, every rule reached
    "drawn and saved": EVERY,  # drawing/test_round_trip.py: its drawing, saved by openpyxl, is read as the form itself
    "drawn and looked at": THREE,  # the same: drawn again it looks the same; saved by LibreOffice
    "doubted": EVERY,  # forms/test_doubts.py, test_judged_cells.py: what the checks sheet may call right
    "golden": EVERY,  # workbook/test_writer.py: its template, part by part
    "remedies": EVERY,  # end_to_end/test_remedies.py: no rule asks for what cannot be done
    "computed by others": THREE,  # end_to_end/test_referee.py: LibreOffice, Gnumeric, IronCalc, plain doubles
    "odd operands": THREE,  # end_to_end/test_odd_operands.py
    "live verdicts": THREE,  # end_to_end/test_live_verdicts.py: edited in LibreOffice
    "fast validator": THREE,  # checking/test_schema_gate.py: against jsonschema
}


def forms_for(test: str) -> tuple[Form, ...]:
    """The forms that a test takes, by its name in the table."""
    taken = TAKEN[test]
    return tuple(form for form in FORMS if SOAK or taken is EVERY or form.key in taken)


def folders_for(test: str) -> tuple[Path, ...]:
    """The folders of those forms."""
    return tuple(form.directory for form in forms_for(test))
