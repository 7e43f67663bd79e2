"""What forms there are, and what one field of a form means.

>>> list(list_forms()[0])
['form', 'revision', 'first_year', 'last_year', 'title']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath, make_folder, write_atomically
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import GUIDE, RULES, Block, Field
from xlperf.forms.yaml_file import shipped
from xlperf.formula.excel import to_excel
from xlperf.messages import listing
from xlperf.text import most_like

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
YEAR = re.compile(r"(?:19|20|21)\d\d")


def list_forms(*, templates: StrPath | None = None) -> list[dict]:
    """Return form, revision, first and last year (None while it is the newest) and title of every form."""
    forms = sorted((load_form(folder) for folder in form_directories(templates)), key=lambda f: (f.key, f.first_year))
    listed = []
    for number, form in enumerate(forms):
        later = next((f.first_year - 1 for f in forms[number + 1 :] if f.key == form.key), None)
        listed.append(
            {"form": form.key, "revision": form.revision, "first_year": form.first_year, "last_year": later, "title": form.title}
        )
    return listed


def explain_field(form: str, field: str, *, year: int | None = None, templates: StrPath | None = None) -> dict:
    """Return label, meaning, cell, limits and formulas of one field, for example `items.rate` or `cover.unit`.

    Raises:
        UsageError: no such form or field; the nearest names are given.
    """
    known = load_form(find_form(form, year=year, templates=templates))
    names = dict(field_names(known))
    if field not in names:
        raise UsageError("no_such_field", form=form, field=field, near=listing(most_like(field, names, 5)))
    return _explained(known, *names[field])


def field_names(form: Form) -> Iterator[tuple[str, tuple[Block, int, Field]]]:
    """Yield every way to name a field: by block, by preset row, by its path in the document."""
    for block in form.blocks.values():
        if block.key == GUIDE:
            continue
        for field in block.fields.values():
            if field.key.startswith("_"):
                continue
            free = len(block.rows) if block.shape == "list" and block.spare else 0
            path = ".".join(block.path)
            for name in (f"{block.key}.{field.key}", f"{block.table}.{field.key}", f"{path}.{field.key}".lstrip(".")):
                yield name, (block, free, field)
            for index, row in enumerate(block.rows):
                yield f"{block.key}.{row.key}.{field.key}", (block, index, field)
                yield f"{block.table}.{row.key}.{field.key}", (block, index, field)


def _explained(form: Form, block: Block, index: int, field: Field) -> dict:
    layout = make_layout(form)
    spot = Spot(block.key, index, field.key)
    tree = form.formula(block, index, field.key)
    row = block.row(index)
    own = (row.formulas if row else {}).get(field.key) or block.formulas.get(field.key) or field.source
    required = form.required(block, index, field)
    cell = layout.address(spot) if spot in layout.spots else None
    excel = "=" + to_excel(tree, lambda name: layout.reference(spot, name)) if tree is not None and own else None
    return {
        "label": field.label,
        "meaning": field.help or None,
        "cell": cell,
        "type": field.type,
        "required": "yes" if required is True else "no" if required is False else "conditional",
        "choices": list(field.choices) or None,
        "minimum": field.minimum if tree is None else None,
        "maximum": field.maximum if tree is None else None,
        "max_length": field.max_length if tree is None else None,
        "digits": field.digits,
        "formula": own if tree is not None and own else None,
        "excel": excel,
        "example": _example(field, tree is not None),
    }


EXAMPLES = {
    "money": "516.57",
    "percentage": "96.03",
    "points": "9.6",
    "ratio": "0.9603",
    "date": "2023-03-01",
    "year": "2022",
    "value": "10500",
}


def _example(field: Field, computed: bool) -> str | None:
    return field.choices[0] if field.choices else EXAMPLES.get(field.type)


def count_parts(form: Form) -> dict[str, object]:
    """How much there is of a form: sheets, tables, fields, formulas (the form's own) and rules."""
    fields = [known for block in form.blocks.values() for known in block.fields.values() if known.in_document]
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


def new_form(directory: Path | str) -> Path:
    """Write a form.yaml into DIRECTORY, which is called KEY/YEAR, and return its path.

    Raises:
        UsageError: the folder is called otherwise, or has a form.yaml already.
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
