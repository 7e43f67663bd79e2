"""What forms there are and how large each is, what one field or rule of a form means, and how a new form begins.

>>> list(list_forms()[0])
['form', 'revision', 'first_year', 'last_year', 'title']
>>> names = dict(field_names(form))
>>> [name for name in names if name.endswith("basic.spent")], "budget.spent" in names, "fiscal_year" in names
(['basic.spent', 'budget.basic.spent'], True, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlperf.errors import UsageError
from xlperf.files import StrPath, make_folder, shipped, write_atomically
from xlperf.forms.definition import path_in_words
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import template_layout
from xlperf.forms.live.unanswered import own_formulas
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import GUIDE, RULES, Basis, Block, Field
from xlperf.formula.excel import to_excel
from xlperf.messages import clauses, finding_texts, listing, sentence
from xlperf.text import most_like

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE = re.compile(r"[A-Z]{2}\d{3}")  # of a rule
YEAR = re.compile(r"(?:19|20|21)\d\d")
SUGGESTED = 5  # names that are told where one is misspelt
EXAMPLES = {
    "money": "516.57",
    "percentage": "96.03",
    "points": "9.6",
    "ratio": "0.9603",
    "date": "2023-03-01",
    "year": "2022",
    "value": "10500",
}

# --- all forms -----------------------------------------------------------------------------------------------


def list_forms(*, templates: StrPath | None = None) -> list[dict[str, Any]]:
    """Return the revisions of every form, each an object with `form`, `revision`, `first_year`, `last_year` and `title`.

    `last_year` is None of the newest revision, which serves all years from its first on.

    Args:
        templates: the folder of a bureau's own forms, which come beside those that travel with xlperf.

    Raises:
        UsageError: the folder of the bureau's own forms is not there.
        FormError: a form in it cannot be right.

    Example:
        >>> forms = list_forms()
        >>> [(item["revision"], item["first_year"], item["last_year"]) for item in forms if item["form"] == form.key]
        [('2022', 2022, None)]
    """
    forms = sorted((load_form(folder) for folder in form_directories(templates)), key=lambda form: (form.key, form.first_year))
    return [
        {
            "form": form.key,
            "revision": form.revision,
            "first_year": form.first_year,
            "last_year": next((later.first_year - 1 for later in forms[number:] if later.key == form.key), None),
            "title": form.title,
        }
        for number, form in enumerate(forms, 1)
    ]


def count_parts(form: Form) -> dict[str, Any]:
    """How much there is of a form: sheets, tables, fields, formulas (the form's own) and rules."""
    fields = [field for block in form.blocks.values() for field in block.fields.values() if field.in_document]
    own = [step for step in form.formulas if not step.field.startswith("_") and step.block not in (GUIDE, RULES)]
    return {
        "form": form.key,
        "revision": form.revision,
        "title": form.title,
        "sheets": len(form.sheets),
        "tables": len(form.tables),
        "fields": len(fields),
        "formulas": len(own),
        "rules": len(form.rules),
    }


# --- one field -----------------------------------------------------------------------------------------------


def explain_field(form: str, field: str, *, year: int | None = None, templates: StrPath | None = None) -> dict[str, Any]:
    """Return what there is to know of one field, an object with its `label`, `type`, `cell`, limits and formulas.

    Args:
        form: the key of the form, see `list_forms`.
        field: block, table or preset row and key, for example `items.rate` or `cover.unit`, or the path in the document.
        year: the fiscal year, which says the revision; by default the newest.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: no such form or field; the nearest names are given.

    Example:
        >>> explain_field(form.key, "items.rate")["formula"]
        'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))'
    """
    loaded = load_form(find_form(form, year=year, templates=templates))
    names = dict(field_names(loaded))
    if field not in names:
        near = listing(most_like(field, names, SUGGESTED))
        raise UsageError("no_such_field", form=form, field=field, near=near)
    return _facts(loaded, *names[field])


def field_names(form: Form) -> Iterator[tuple[str, tuple[Block, int, Field]]]:
    """Yield every way to name a field, and where it stands: by block, table, preset row or path in the document."""
    for block in form.blocks.values():
        if block.key == GUIDE:
            continue
        free = len(block.rows) if block.shape == "list" and block.spare else 0
        owners = [block.key, *([block.table] if block.table else [])]
        if block.copy and block.copy.number == 1:  # what form.yaml calls them
            owners += [block.written, *(table.written for table in form.tables.values() if block.key in table.blocks)]
        for field in block.fields.values():
            if field.key.startswith("_"):
                continue
            yield from ((f"{owner}.{field.key}", (block, free, field)) for owner in owners)
            yield path_in_words((*block.path, field.key)), (block, free, field)
            for index, row in enumerate(block.rows):
                yield from ((f"{owner}.{row.key}.{field.key}", (block, index, field)) for owner in owners)


def _facts(form: Form, block: Block, index: int, field: Field) -> dict[str, Any]:
    layout, spot = template_layout(form, {}), Spot(block.key, index, field.key)
    tree, required = form.formula(block, index, field.key), form.required(block, index, field)
    formula = own_formulas(block, block.row(index)).get(field.key) if tree is not None else None
    shown = tree if formula else None
    return {
        "label": field.label,
        "meaning": field.help or None,
        "cell": layout.address(spot) if spot in layout.spots else None,
        "type": field.type,
        **({"money": field.money} if field.money else {}),
        "required": ("yes" if required else "no") if isinstance(required, bool) else "conditional",
        "choices": list(field.choices) or None,
        "choices_from": field.choices_from or None,
        "shown": dict(field.shown) or None,
        "minimum": field.minimum if tree is None else None,
        "maximum": field.maximum if tree is None else None,
        "max_length": field.max_length if tree is None else None,
        "digits": field.digits,
        "formula": formula or None,
        "excel": "=" + to_excel(shown, lambda name: layout.reference(spot, name)) if shown is not None else None,
        "example": field.choices[0] if field.choices else EXAMPLES.get(field.type),
    }


# --- one rule ------------------------------------------------------------------------------------------------


def explain_rule(form: str, code: str, *, year: int | None = None, templates: StrPath | None = None) -> dict[str, Any]:
    """Return what there is to know of one rule, an object with its `title`, `why`, `basis`, `severity` and how to fix a failure.

    Args:
        form: the key of the form, see `list_forms`.
        code: the code of the rule, as findings have it.
        year: the fiscal year, which says the revision; by default the newest.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: no such form or rule; the nearest codes are given.

    Example:
        >>> explain_rule(form.key, "XL207")["severity"]
        'warning'
    """
    loaded = load_form(find_form(form, year=year, templates=templates))
    rule = loaded.rules.get(code)
    if rule is None:
        raise UsageError("no_such_rule", form=form, code=code, near=listing(most_like(code, loaded.rules, SUGGESTED)))
    texts = finding_texts(code)
    return {
        "code": code,
        "title": rule.title,
        "severity": rule.severity,
        "why": rule.why,
        "basis": told_basis(rule.basis) if rule.basis else None,
        "expected": rule.expected or None,
        "fix": rule.fix or (texts["fix"] if texts else None),
        "test": rule.test,
        "check": rule.check,
    }


def told_basis(basis: Basis) -> str:
    """What a rule rests on, in words; a clause that nobody has read says so."""
    text = sentence("basis_clause", {"document": basis.text, "clause": basis.clause}) if basis.clause else basis.text
    told = sentence(f"basis_{basis.kind}", {"text": text})
    told = told if basis.verified else sentence("basis_unverified", {"basis": told})
    return clauses((told, basis.note)) if basis.note else told


# --- a new form ----------------------------------------------------------------------------------------------


def new_form(directory: StrPath) -> Path:
    """Write a small form.yaml to start from, with comments, and return its path.

    Args:
        directory: the folder to write into; it is called KEY/YEAR, the key of the form and its first fiscal year.

    Raises:
        UsageError: the folder is called otherwise, has a form.yaml already, or cannot be written.

    Example:
        >>> path = new_form("forms/travel/2026")
        >>> path.as_posix(), [item["form"] for item in list_forms(templates="forms") if item["form"] == "travel"]
        ('forms/travel/2026/form.yaml', ['travel'])
    """
    folder = Path(directory).absolute()
    key, year, path = folder.parent.name, folder.name, Path(directory) / "form.yaml"
    if not KEY.fullmatch(key) or not YEAR.fullmatch(year):
        raise UsageError("bad_form_folder", path=directory)
    if path.exists():
        raise UsageError("form_is_there", path=path)
    text = (shipped("templates") / "new-form.yaml").read_text("utf-8")
    for name, value in (("form", key), ("revision", f'"{year}"'), ("first_year", year)):
        text = re.sub(rf"^({name}:) \S+", rf"\1 {value}", text, count=1, flags=re.MULTILINE)
    make_folder(path.parent)
    write_atomically(path, lambda target: target.write_text(text, "utf-8", newline="\n"))
    return path
