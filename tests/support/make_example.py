"""Write the examples anew from their documents: the filled workbook, its findings, the finalized document.

make golden
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from support.paths import EXAMPLES

os.environ["XLPERF_LANG"] = "zh"

from xlperf import Result, fill_workbook, finalize, load_document, validate
from xlperf.reporting.formats import as_json

FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/document.json"))
DATE = "2023-03-01"
FILES = ("filled.xlsx", "findings.json", "finalized.json")


def make_example(example: Path, directory: Path) -> None:
    """Write the three files of an example into a directory.

    Raises:
        ValueError: the document cannot be filled in, or its workbook not finalized.
    """
    filled, findings, finalized = (directory / name for name in FILES)
    demand(fill_workbook(load_document(example / "document.json"), output=filled, date=DATE))
    write(findings, as_json([replace(validate(filled), file=filled.name)]))
    with tempfile.TemporaryDirectory() as scratch:
        result = demand(finalize(filled, output=Path(scratch), date=DATE))
    write(finalized, json.dumps(result.document, ensure_ascii=False, indent=2))


def demand(result: Result) -> Result:
    """The result of a step that wrote something."""
    if not result.outputs:
        raise ValueError(as_json([result]))
    return result


def write(path: Path, text: str) -> None:
    path.write_text(text + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    for example in FOLDERS:
        make_example(example, example)
