"""What the units of a roster filled in the year before: their papers in a folder, each found by code, else by name.

    papers = find_papers(Path("collection-2022"), form=form, year=2023, units=units)
    papers.by_unit[units[0]], papers.remarks

A folder of a collection has them in its folder of finalized workbooks. Of a document and a workbook of one name the document
is read. Of several papers of one unit the one of the latest year counts, then the first by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlperf.distributing.naming import Naming, make_naming
from xlperf.distributing.roster import Unit
from xlperf.errors import UsageError, XlperfError, reason_of
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, subject_spot, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import spare_rows
from xlperf.messages import sentence
from xlperf.revisions.migrate import describe_migration, migrate, revisions
from xlperf.revisions.next_year import carry_over
from xlperf.revisions.source import Source, read_source
from xlperf.text import letters_of

SUFFIXES = (".json", ".xlsx")  # the document first: it is read faster
CODE = "unit_code"  # the field beside the unit's name


@dataclass(frozen=True)
class Papers:
    """The paper of each unit that has one, and what was skipped, in words."""

    by_unit: Mapping[tuple[str, str, str], Path]  # by name, code and subject
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Carried:
    """What a workbook begins with, and what of last year found no place in it, in words."""

    rows: Rows
    spare: Mapping[str, int]
    remarks: tuple[str, ...]


def unit_of(unit: Unit) -> tuple[str, str, str]:
    """What tells one paper of a roster from another."""
    return unit.name, unit.code, unit.subject


def find_papers(
    folder: Path, *, form: Form, year: int, units: Sequence[Unit], prefixes: Sequence[str] = (), templates: Path | None = None
) -> Papers:
    """Find the papers of the units of a roster below a folder; who has none is told.

    Args:
        year: the fiscal year of the new templates: papers of it and of later ones do not count.
        prefixes: the words that may be left out before a unit's name.

    Raises:
        UsageError: there is no such folder.
    """
    naming = make_naming(prefixes, units)
    remarks: list[str] = []
    best: dict[tuple[str, str], tuple[int, Path]] = {}  # by a key of the unit and the subject: the year and the file
    for path in _files(folder):
        try:
            source = read_source(path, form=form.key, year=year - 1, templates=templates)
        except XlperfError as error:
            remarks.append(sentence("last_passed_over", {"path": path, "reason": str(error)}))
            continue
        before = source.fiscal_year or 0
        if source.form.key != form.key or before >= year or source.is_unfit:
            remarks.append(sentence("last_other", {"path": path, "form": source.form.key, "year": source.fiscal_year}))
            continue
        for key in _keys_of(source, naming):
            if key not in best or best[key][0] < before:
                best[key] = before, path
    by_unit = {unit_of(unit): paper for unit in units if (paper := _paper_of(unit, best, naming))}
    without = [unit.name for unit in units if unit_of(unit) not in by_unit]
    remarks += [sentence("last_without", {"name": name}) for name in without]
    return Papers(by_unit, tuple(remarks))


def carried_over(path: Path, form: Form, *, year: int, templates: Path | None = None) -> Carried:
    """What the workbook of a year begins with after that paper."""
    source = read_source(path, form=form.key, year=year - 1, templates=templates)
    migrated = migrate(revisions(source.form, form, templates), source.rows)
    rows = carry_over(source, migrated)
    rows["identity"][0]["fiscal_year"] = year
    lost = [
        finding
        for finding in describe_migration(source.form, migrated)
        if any(source.form.blocks[spot.block].fields[spot.field].carry for spot in finding.spots)
    ]
    told = (f"{path.name}: {finding['message']} ({finding['found']})" for finding in source.described(lost))
    return Carried(rows, spare_rows(form, rows), tuple(told))


def _files(folder: Path) -> Iterator[Path]:
    """The papers in a folder, of a collection in its folder of finalized ones; of two with one name the document."""
    finalized = folder / sentence("finalized_folder", {})
    try:
        there = sorted((finalized if finalized.is_dir() else folder).iterdir())
    except OSError as error:
        raise UsageError("cannot_open", path=folder, reason=reason_of(error)) from None
    listed = [path for path in there if path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))]
    names = {path for path in listed if path.suffix.lower() == SUFFIXES[0]}
    yield from (path for path in listed if path in names or path.with_suffix(SUFFIXES[0]) not in names)


def _keys_of(source: Source, naming: Naming) -> Iterator[tuple[str, str]]:
    """What a paper may be asked for by: the code of its unit, and its name."""
    rows = compute(source.form, source.rows)
    spot, about = unit_spot(source.form), subject_spot(source.form)
    subject = letters_of(text_at(rows, about)) if about.block else ""
    code = naming.code_of(source.unit, str(rows[spot.block][0].get(CODE) or ""))
    if code:
        yield f"#{code}", subject
    if source.unit:
        yield naming.key(source.unit, code), subject


def _paper_of(unit: Unit, best: Mapping[tuple[str, str], tuple[int, Path]], naming: Naming) -> Path | None:
    """The paper of a unit, by its code, else by its name; of namesakes none has that of another."""
    subject = letters_of(unit.subject)
    keys = (f"#{naming.code_of(unit.name, unit.code)}", naming.key(unit.name, unit.code))
    found = next((best[key, subject] for key in keys if key not in ("#", "") and (key, subject) in best), None)
    return found[1] if found else None
