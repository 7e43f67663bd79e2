"""The workbooks on which every face has to say what the command says: one fault each, of every form, and the hostile ones.

for path in books(tmp_path, usual=40): ...          # one in forty of them in `make test`, all of them in a soak
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.example import document
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.scored import MATRICES
from support.scored import document as scored_document
from support.sweeps import every
from xlperf import fill_workbook

HOSTILE = "hostile"
# By form the document that is right, and the changes that put a fault into it.
OF_FORMS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "department": (document, {name: change for name, (change, *_) in MATRIX.items()}),
    **{
        form: (lambda form=form: scored_document(form), {name: change for name, (change, *_) in matrix.faults.items()})
        for form, matrix in MATRICES.items()
    },
}
ALL = [
    *((form, name) for form, (_, faults) in OF_FORMS.items() for name in faults),
    *((HOSTILE, kind) for kind in sorted(BUILDERS)),
]


def books(folder: Path, *, usual: int, whole: int = 1) -> list[Path]:
    """Write the workbooks of this sweep."""
    chosen = every(whole, ALL, usual=usual)
    paths = []
    for form, (make, faults) in OF_FORMS.items():
        names = [name for kind, name in chosen if kind == form]
        (place := folder / form).mkdir()
        for number, name in enumerate(names):
            doc = copy.deepcopy(make())
            faults[name](doc)
            assert fill_workbook(doc, output=place / f"{number}.xlsx").outputs, name
            paths.append(place / f"{number}.xlsx")
    (place := folder / HOSTILE).mkdir()
    for kind in (kind for group, kind in chosen if group == HOSTILE):
        BUILDERS[kind](path := place / f"{kind}.xlsx")
        paths.append(path)
    assert len(paths) == len(chosen)
    return paths
