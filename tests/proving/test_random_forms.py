"""Random forms in the hands of an officer and of thousands: drawn, read, proved, filled in, reviewed and collected, ten at a time.

Whatever form is accepted, no command fails on it, no workbook that nobody has changed is accused of a change, and what is read
from its drawing is the form itself. A form that contradicts itself is refused before any of this; those are few.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.drawings import parts_of, written
from support.random_forms import random_form
from support.sweeps import seeds
from xlperf import (
    FormError,
    collect,
    draw_form,
    fill_workbook,
    finalize,
    load_form,
    prove_form,
    read_form,
    validate,
    write_review,
    write_template,
)  # fmt: skip
from xlperf.forms.form import Form
from xlperf.proving.documents import drawn_documents

TOGETHER = 10  # forms of one collection
SENT = ("smallest", "full", "faulty")  # the documents that are sent in of each form
DATE = "2024-03-01"


def batches() -> list[range]:
    drawn = seeds(500, usual=3)
    return [drawn[at : at + TOGETHER] for at in range(0, len(drawn), TOGETHER)]


@pytest.mark.slow
@pytest.mark.parametrize("batch", batches(), ids=lambda batch: f"{batch[0]}-{batch[-1]}")
def test_what_is_accepted_survives_every_command(batch: range, tmp_path: Path) -> None:
    forms, inbox, reviews = (tmp_path / name for name in ("forms", "received", "reviews"))
    for folder in (inbox, reviews):
        folder.mkdir()
    accepted = list(_accepted(batch, tmp_path))
    assert len(accepted) >= 0.7 * len(batch)
    sent: dict[str, str] = {}
    for seed, typed in accepted:
        assert _told(seed, _drawn_and_read(typed, forms, tmp_path / f"drawn{seed}")) == []
        assert _told(seed, prove_form(forms / typed.key / typed.revision).faults) == []
        sent |= _sent(seed, load_form(forms / typed.key / typed.revision), inbox, reviews)
    status = collect([inbox], reviews=[reviews], templates=forms, output=tmp_path / "OUT", date=DATE, jobs=1)
    assert status.waiting == 0 and sum(status.counts.values()) == len(sent)
    assert status.counts == {kind: [*sent.values()].count(kind) for kind in sent.values()}, accepted
    for name in ("汇总.xlsx", "CSV/单位一览.csv", "CSV/问题清单.csv"):
        assert (tmp_path / "OUT" / name).stat().st_size > 100


def _accepted(batch: Sequence[int], folder: Path) -> Iterator[tuple[int, Form]]:
    """Yield the forms that are no contradiction in themselves."""
    for seed in batch:
        definition = random_form(seed) | {"form": f"mini-{seed}"}
        try:
            yield seed, load_form(written(definition, folder / "typed"))
        except FormError:
            continue


def _drawn_and_read(form: Form, forms: Path, folder: Path) -> list[str]:
    """What is not the same once a form was drawn, read, and drawn again."""
    drawn = draw_form(form.key, templates=form.directory.parent.parent, output=folder / "drawn.xlsx")
    read_form(drawn, output=forms / form.key / form.revision)
    again = draw_form(form.key, templates=forms, output=folder / "again.xlsx")
    read = load_form(forms / form.key / form.revision)
    differing = {
        "definition": read.whole != form.whole,
        "looks": parts_of(drawn) != parts_of(again) or len(parts_of(drawn)) < 4,
    }
    return [what for what, differs in differing.items() if differs]


def _sent(seed: int, form: Form, inbox: Path, reviews: Path) -> dict[str, str]:
    """Documents filled in as units send them, and reviews of those that pass; the statuses of all by file."""
    places: dict[str, Any] = {"templates": form.directory.parent.parent}
    blank = write_template(form.key, year=form.first_year, output=inbox / f"{seed}-blank.xlsx", date=DATE, **places)
    statuses = {blank.name: validate(blank, **places).status}
    for drawn in drawn_documents(form):
        if drawn.name in SENT:
            path = inbox / f"{seed}-{drawn.name}.xlsx"
            fill_workbook(drawn.document, path, date=DATE, **places)
            statuses[path.name] = validate(path, **places).status
    passed = [name for name, status in statuses.items() if status == "passed"]
    for name in passed[-1:]:
        out = reviews / f"{seed}"
        workbook = next(
            path for path in finalize(inbox / name, output=out, date=DATE, **places).outputs if path.suffix == ".xlsx"
        )
        assert validate(workbook, **places).status == "passed", seed
        if form.stages:
            (review,) = write_review(workbook, output=out / "made", date=DATE, **places).outputs
            statuses[str(review)] = validate(review, **places).status
            review.rename(reviews / f"{seed}.xlsx")
        shutil.rmtree(out)
    return statuses


def _told(seed: int, faults: Sequence[object]) -> list[str]:
    return [f"{seed}: {fault}" for fault in faults]
