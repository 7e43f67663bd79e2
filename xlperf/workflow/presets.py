"""What stood in the preset rows of a workbook when it was handed out: what its form presets, or what the bureau made of that.

    text = dump_presets(form, rows)        # into the identity of a workbook that is handed out; "" where nothing is changed
    presets_with(form, text)               # the rows as they were handed out

>>> from xlperf.forms.document import rows_of
>>> dump_presets(form, rows_of(form, {})[0]), presets_with(form, "no JSON") == rows_of(form, {})[0]
('', True)
"""

from __future__ import annotations

import json

from xlperf.forms.document import Rows, rows_of
from xlperf.forms.form import Form


def dump_presets(form: Form, rows: Rows) -> str:
    """What of the preset rows is another thing than in the form, as JSON: `{"process.3.target": 95}`; "" where nothing is."""
    changed = {
        f"{key}.{index}.{name}": rows[key][index].get(name)
        for key, block in form.blocks.items()
        for index, preset in enumerate(block.rows if key in rows else ())
        for name, value in preset.values.items()
        if name in block.fields and block.fields[name].in_document and rows[key][index].get(name) != value
    }
    return json.dumps(changed, ensure_ascii=False, sort_keys=True) if changed else ""


def presets_with(form: Form, text: str) -> Rows:
    """The preset rows of a form with what `dump_presets` wrote; what cannot be that is passed over."""
    rows, _ = rows_of(form, {})
    try:
        changed = json.loads(text) if text else {}
    except ValueError:
        changed = {}
    for place, value in changed.items() if isinstance(changed, dict) else ():
        key, _, rest = place.partition(".")
        index, _, name = rest.partition(".")
        presets = len(form.blocks[key].rows) if key in form.blocks else 0
        is_known = index.isdecimal() and int(index) < presets and name in form.blocks[key].fields
        if is_known and isinstance(value, str | int | float):
            rows[key][int(index)][name] = value
    return rows
