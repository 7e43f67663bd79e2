"""Every command tried on one document of a form: what it stumbles over, and what it finds that is not in the document.

    faults = list(try_document(form, drawn, Bench(templates, folder)))

A workbook that the program has filled itself holds what the document holds, and whoever reads it finds what is wrong with the
document, and nothing else. What more is found there is the program's own making.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.checking.checks import check
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.errors import XlperfError
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, inputs_of
from xlperf.forms.form import Form
from xlperf.forms.loader import form_for
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.operands import as_decimal
from xlperf.messages import listing, sentence
from xlperf.proving.documents import Drawn
from xlperf.proving.reach import Reached
from xlperf.reporting.finding import Finding, is_returned
from xlperf.reporting.result import Result
from xlperf.reporting.word_report import Report, has_report, write_word_report
from xlperf.workflow.annotate import write_annotated
from xlperf.workflow.documents import TakenDocument, take_document_of
from xlperf.workflow.fill import fill_workbook
from xlperf.workflow.finalize import write_finalized
from xlperf.workflow.process import Processed, process
from xlperf.workflow.results import result_of
from xlperf.workflow.template import write_template

DATE = "2024-03-01"  # that stands in what is written
OWN = ("XL1", "XL23", "XL30")  # what is found in a file as a file: nothing of it can be in a document
FAULTY = "faulty"
RETURNED, REPORTED = ("empty", "full", FAULTY), ("empty", "full", "extreme")  # the documents that show most of these
MOST_TOLD = 3  # places of one fault
LONGEST_TOLD = 200  # characters of an error that is quoted


class Fault(NamedTuple):
    """What is wrong with a form, or with the program on it: a key of the catalogue and its arguments."""

    key: str
    arguments: Mapping[str, object]

    def __str__(self) -> str:
        return sentence(self.key, self.arguments)


@dataclass(frozen=True)
class Bench:
    """Where documents are tried: the folder of forms, and one to write into."""

    templates: Path
    folder: Path
    written: list[Path] = field(default_factory=list)  # the workbooks, for whoever computes them again

    @property
    def places(self) -> dict[str, Any]:
        """What every command is told."""
        return {"templates": self.templates}

    def apart(self, form: Form) -> Bench:
        """A folder of its own for a form with so many copies."""
        folder = self.folder / "-".join(map(str, form.counts.values()))
        folder.mkdir(exist_ok=True)
        return replace(self, folder=folder)


class Stumble(Exception):
    """A command did not come to its end."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def try_template(form: Form, bench: Bench) -> Iterator[Fault]:
    """Yield what goes wrong with the blank workbook."""
    path = bench.folder / "blank.xlsx"
    blank = Drawn("empty", {"form": form.key, "revision": form.revision, "fiscal_year": form.first_year})
    try:
        step(
            "template",
            blank,
            partial(
                write_template,
                form.key,
                year=form.first_year,
                output=path,
                date=DATE,
                templates=bench.templates,
                copies=form.counts,
            ),
        )
        bench.written.append(path)
        seen = step("check", blank, partial(seen_in, form, blank))
        yield from own_findings(form, seen, step("validate", blank, partial(process, path, templates=bench.templates)))
    except Stumble as stumble:
        yield stumble.fault


def try_document(form: Form, drawn: Drawn, bench: Bench, reached: Reached) -> Iterator[Fault]:
    """Yield what goes wrong with a document from its filling to its report; its workbook is read once for all of them."""
    path, places = bench.folder / f"{drawn.name}.xlsx", bench.places
    form = form_for(form, drawn.document)
    try:
        seen: Seen = step("check", drawn, partial(seen_in, form, drawn))
        reached.see(form, seen.taken.computed, {finding.code for finding in seen.findings})
        yield from step("compute", drawn, partial(_both_readings, form, seen))
        result: Result = step("fill", drawn, partial(fill_workbook, drawn.document, path, date=DATE, **places))
        if not result.outputs:
            return
        bench.written.append(path)
        processed: Processed = step("validate", drawn, partial(process, path, **places))
        step("validate", drawn, partial(result_of, processed))
        yield from own_findings(form, seen, processed)
        if drawn.name != FAULTY:
            yield from lost_values(form, seen, processed)
        if drawn.name in RETURNED:
            step("annotate", drawn, partial(write_annotated, processed, bench.folder, date=DATE))
        made: tuple[Path, ...] = ()
        if not is_returned(processed.findings):
            made = step("finalize", drawn, partial(write_finalized, processed, bench.folder / "final", date=DATE))
        for finalized in (file for file in made if file.suffix == ".xlsx"):
            bench.written.append(finalized)
            yield from own_findings(form, seen, step("validate", drawn, partial(process, finalized, **places)))
        if has_report(form) and drawn.name in REPORTED and not any(file.suffix == ".docx" for file in made):
            report = Report(form=processed.reading.form, rows=processed.rows, findings=processed.findings)
            step("report", drawn, partial(write_word_report, report, bench.folder / f"{drawn.name}.docx", DATE))
    except Stumble as stumble:
        yield stumble.fault


def step(command: str, drawn: Drawn, run: Callable[[], Any]) -> Any:
    """What a command gives.

    Raises:
        Stumble: it was refused, or the program failed.
    """
    try:
        return run()
    except XlperfError as error:
        raise Stumble(Fault("proof_refused", _told(command, drawn, error))) from None
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:LONGEST_TOLD]
        raise Stumble(Fault("proof_crashed", _told(command, drawn, reason))) from error


def _told(command: str, drawn: Drawn, reason: object) -> dict[str, object]:
    return {"command": command, "document": sentence(f"drawn_{drawn.name}", {}), "reason": str(reason)}


class Seen(NamedTuple):
    """A document that was made up, its rows computed, and what is wrong with the document itself."""

    drawn: Drawn
    taken: TakenDocument
    findings: Sequence[Finding]

    @property
    def kind(self) -> str:
        """What the document is called."""
        return sentence(f"drawn_{self.drawn.name}", {})


def seen_in(form: Form, drawn: Drawn) -> Seen:
    taken = take_document_of(form, drawn.document)
    return Seen(drawn, taken, [*taken.findings, *unlikely_amounts(form, taken.rows), *check(form, taken.computed)])


# --- what is held against what -------------------------------------------------------------------------------


def _both_readings(form: Form, seen: Seen) -> list[Fault]:
    """The computed cells that differ in plain doubles, on the 15 digits that these keep."""
    ours, doubles = seen.taken.computed, compute(form, seen.taken.rows, numbers=DOUBLES)
    found = [
        {"cell": f"{key}[{index}].{name}", "ours": row.get(name), "doubles": other.get(name)}
        for key, listed in ours.items()
        for index, (row, other) in enumerate(zip(listed, doubles[key], strict=True))
        for name in row.keys() | other.keys()
        if _on_15_digits(row.get(name)) != _on_15_digits(other.get(name))
    ]
    return [Fault("proof_differs", {**facts, "document": seen.kind}) for facts in found[:MOST_TOLD]]


def _on_15_digits(value: object) -> object:
    """Of a number; a whole one of more digits is an int in ours, which no double equals.

    >>> _on_15_digits(99_999_999_999_980_000_000_000_000) == _on_15_digits(9.999999999998e25)
    True
    """
    return as_decimal(value) if isinstance(value, int | float) else value


def own_findings(form: Form, seen: Seen, processed: Processed) -> Iterator[Fault]:
    """The findings that the document does not give cause for."""
    if seen.drawn.name == FAULTY:  # what was typed wrongly is read in its own way
        own = [found for found in processed.findings if found.code.startswith(OWN)]
    else:
        known = {cause for found in seen.findings for cause in _causes(found)}
        tested = {code for code, rule in form.rules.items() if rule.test}  # tell what the form says, of whatever was read
        own = [found for found in processed.findings if found.code not in tested and not known.issuperset(_causes(found))]
    for found in own:
        cells = [processed.reading.places.get(spot, ".".join(map(str, spot))) for spot in found.spots]
        told = listing([*cells, *found.cells][:MOST_TOLD])
        yield Fault("proof_own", {"code": found.code, "cells": told, "document": seen.kind})


def _causes(finding: Finding) -> set[tuple[str, Spot | None]]:
    return {(finding.code, spot) for spot in finding.spots} or {(finding.code, None)}


def lost_values(form: Form, seen: Seen, processed: Processed) -> Iterator[Fault]:
    """What stands in the document and was read otherwise out of its workbook."""
    ours, read = dict(inputs_of(form, seen.taken.rows)), dict(inputs_of(form, processed.reading.rows))
    for spot in [spot for spot in ours if ours[spot] != read.get(spot)][:MOST_TOLD]:
        facts = {
            "cell": processed.reading.places.get(spot, ".".join(map(str, spot))),
            "filled": ours[spot],
            "read": read.get(spot),
        }
        yield Fault("proof_lost", {**facts, "document": seen.kind})
