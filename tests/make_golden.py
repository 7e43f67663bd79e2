"""Regenerate what tests compare with, after a change that was meant: `make golden`, then read the difference in git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["XLPERF_LANG"] = "zh"
sys.path.insert(0, str(Path(__file__).parent))

from packages import parts

from xlperf import write_template
from xlperf.form import find_form, load_form
from xlperf.formats import schema_as_text
from xlperf.schema import build_schema

REPOSITORY = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "template-2022"
SPARE = {"goals": 2, "items": 2, "tasks": 2, "benefits": 2, "duties": 2}  # every kind of row, few of each


def golden_template(path: Path) -> dict[str, bytes]:
    """The parts of a template with few spare rows: every kind of cell, in files that can be read."""
    write_template("suzhou-department", 2022, path, rows=SPARE, date="2023-01-05")
    return parts(path)


def main() -> None:
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in golden_template(Path(folder) / "template.xlsx").items():
            target = GOLDEN / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    form = load_form(find_form("suzhou-department", 2022))
    schema = REPOSITORY / "schemas" / f"{form.key}-{form.revision}.schema.json"
    schema.write_text(schema_as_text(build_schema(form)), "utf-8")
    subprocess.run([sys.executable, REPOSITORY / "docs" / "make_findings.py"], check=True)


if __name__ == "__main__":
    main()
