"""Whether a form is right: its definition, and the Word template of its report beside it.

form = check_form(Path("my-forms/budget/2026"))     # or FormError, with the file, the place in it and what is wrong
"""

from __future__ import annotations

from pathlib import Path

from xlperf.forms.form import Form
from xlperf.forms.loader import load_strictly
from xlperf.reporting.word_report import check_template


def check_form(directory: Path) -> Form:
    """Return the form defined in that folder, checked whole wherever it comes from.

    Raises:
        FormError: the definition or the Word template cannot be right.
    """
    form = load_strictly(directory)
    check_template(form)
    return form
