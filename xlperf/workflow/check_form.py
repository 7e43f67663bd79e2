"""Whether a form is right: its definition, and the Word template of its report beside it.

form = check_form(Path("my-forms/budget/2026"))     # or FormError, with the file, the place in it and what is wrong
"""

from __future__ import annotations

from pathlib import Path

from xlperf.files import StrPath
from xlperf.forms.form import Form
from xlperf.forms.loader import load_strictly
from xlperf.reporting.word_report import check_template


def check_form(directory: StrPath) -> Form:
    """Return the form defined in that folder, checked whole wherever it comes from.

    Args:
        directory: the folder of one revision, with a form.yaml and perhaps a Word template report.docx in it.

    Raises:
        UsageError: there is no form.yaml.
        FormError: the definition or the Word template cannot be right; the text names the file and the place in it.

    Example:
        >>> from xlperf import new_form
        >>> form = check_form(new_form("forms/budget/2026").parent)
        >>> form.key, form.revision, form.first_year
        ('budget', '2026', 2026)
    """
    form = load_strictly(Path(directory))
    check_template(form)
    return form
