"""The seven forms that people wrote in form.yaml, in tests/drawing/forms/, each with a document of it.

document_of("assets")                        # as it may be handed in; BROKEN says how some of them come first
drawn_and_read(WRITTEN[0], tmp_path)         # the folder of forms with the one that was read from its drawing
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.paths import TESTS
from xlperf import draw_form, read_form

FORMS = TESTS / "drawing" / "forms"
WRITTEN = sorted(path.parent for path in FORMS.glob("*/*/form.yaml"))


def once_only(document: dict[str, Any]) -> None:
    del document["register"][2]


def with_reasons(document: dict[str, Any]) -> None:
    document["conclusion"]["reasons"] = "汛期停航 60 天，巡护天数和成本受影响。"


# Documents that break rules of their forms: the codes of their errors, and what mends them.
BROKEN: dict[str, tuple[set[str], Callable[[dict[str, Any]], None]]] = {
    "assets": ({"ZC102"}, once_only),
    "hubei": ({"HB102"}, with_reasons),
}


def as_written(key: str) -> dict[str, Any]:
    """The document that lies beside a form."""
    (path,) = FORMS.glob(f"{key}/*/document.json")
    return dict(json.loads(path.read_text("utf-8")))


def document_of(key: str) -> dict[str, Any]:
    """The document of a form that breaks none of its rules."""
    document = as_written(key)
    if key in BROKEN:
        BROKEN[key][1](document)
    return document


def drawn_and_read(folder: Path, place: Path) -> Path:
    """The folder of forms with the one that was read from the drawing of another."""
    key, revision = folder.parent.name, folder.name
    drawn = draw_form(key, templates=FORMS, output=place / "drawn.xlsx")
    read_form(drawn, output=place / "forms" / key / revision)
    return place / "forms"
