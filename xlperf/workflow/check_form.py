"""Whether a form is right: its definition, what its formulas give in doubles, and the Word template of its report beside it.

form = check_form(Path("my-forms/budget/2026"))     # or FormError, with the file, the place in it and what is wrong
"""

from __future__ import annotations

from pathlib import Path

from xlperf.errors import FormError
from xlperf.files import StrPath
from xlperf.forms.definition import wrong
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form, load_strictly
from xlperf.forms.official.definition import official_sheet
from xlperf.formula.agreement import find_disagreement
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
    for at_stage in (form, *(load_form(directory, stage=stage.key) for stage in form.stages)):
        check_doubles(at_stage)
        check_template(at_stage)
        official_sheet(at_stage)
    return form


def check_doubles(form: Form) -> None:
    """Every formula gives in the doubles of a spreadsheet what it gives in decimals, as far as some hundred rows can tell.

    Raises:
        FormError: one does not; the text names the cell and the operands.
    """
    for tree, cells in {tree: cells for cells, tree in form.formulas.items()}.items():
        found = find_disagreement(tree)
        if found is not None:
            operands = ", ".join(f"{name} = {value}" for name, value in found.operands.items())
            facts = {"operands": operands, "doubles": found.doubles, "decimals": found.decimals}
            reason = ": ".join(wrong(".".join(filter(None, cells)), "doubles", **facts))
            raise FormError("form_formula", path=form.directory / "form.yaml", reason=reason)
