"""Regenerate what tests compare with, after a change that was meant: `make golden`, then read the difference in git."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from support.paths import GOLDEN, REPOSITORY
from support.shipped import FORMS

os.environ["XLPERF_LANG"] = "zh"

from support.xml_parts import parts
from xlperf import write_template
from xlperf.cli.output import schema_as_text
from xlperf.forms.form import Form
from xlperf.forms.schema import build_schema

SPARE = {"goals": 2, "items": 2, "tasks": 2, "benefits": 2, "duties": 2}  # every kind of row, few of each
FIRST = "suzhou-department"  # its folder was named before there were others


def golden_folder(form: Form) -> Path:
    return GOLDEN / f"{'template' if form.key == FIRST else form.key}-{form.revision}"


def golden_template(form: Form, path: Path) -> dict[str, bytes]:
    """The parts of a template with few spare rows: every kind of cell, in files that can be read."""
    spare = SPARE if form.key == FIRST else {key: 2 for key, block in form.blocks.items() if block.spare}
    write_template(form.key, year=max(2022, form.first_year), output=path, rows=spare, date="2023-01-05")
    return parts(path)


def main() -> None:
    for form in FORMS:
        shutil.rmtree(golden_folder(form), ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            for name, content in golden_template(form, Path(folder) / "template.xlsx").items():
                target = golden_folder(form) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        schema = REPOSITORY / "schemas" / f"{form.key}-{form.revision}.schema.json"
        schema.write_text(schema_as_text(build_schema(form)), "utf-8")


if __name__ == "__main__":
    main()
