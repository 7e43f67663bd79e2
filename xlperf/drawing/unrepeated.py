"""A form that repeats parts of itself, with each of them once, as it is drawn.

    drawn_once(form)      # the same form where it repeats nothing

What is repeated, and for what, the drawing says among what it cannot show, where it is put back from.
"""

from __future__ import annotations

from typing import Any

from xlperf.errors import FormError, UsageError
from xlperf.forms.definition import Raw
from xlperf.forms.form import Form
from xlperf.forms.loader import build_form


def drawn_once(form: Form) -> Form:
    """The form with one copy of everything, under the keys that form.yaml has.

    Raises:
        UsageError: its formulas are none without the copies.
    """
    if not form.repeats:
        return form
    definition = {key: value for key, value in form.definition.items() if key != "repeats"}
    definition["sheets"] = [_once(sheet, "sections", False) for sheet in form.definition["sheets"]]
    try:
        return build_form(definition, form.directory / "form.yaml", digest=form.digest, trusted=True)
    except FormError as error:
        raise UsageError("cannot_draw_repeats", form=form.key, reason=error) from None


def _once(part: Raw, inner: str, is_repeated: bool) -> dict[str, Any]:
    """A sheet or a section without its repeat; what stood in a copy has a place of its own at the top of the document."""
    is_repeated = is_repeated or "repeat" in part
    found = {key: value for key, value in part.items() if key != "repeat"}
    if inner in found:
        found[inner] = [_once(each, "blocks", is_repeated) for each in found[inner]]
    if is_repeated and "sections" not in part and "table" not in part:
        key = part.get("fields") or part.get("key")
        if key:
            found["path"] = f"of_copy_{key}"
    return found
