"""Whether a form holds in every command: its definition, and what becomes of documents that are made up from it.

proof = prove_form(Path("my-forms/budget/2026"))
proof.faults, proof.warnings
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlperf.errors import FormError
from xlperf.files import StrPath
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form, with_copies
from xlperf.proving.documents import Drawn, drawn_documents
from xlperf.proving.migrations import try_next_year, try_revision_before
from xlperf.proving.own_tests import run_own_tests
from xlperf.proving.reach import Reached, search
from xlperf.proving.recalculation import recalculate
from xlperf.proving.stage_trials import try_stages
from xlperf.proving.trials import Bench, Fault, try_document, try_template
from xlperf.workflow.check_form import check_form

FILES = ("form.yaml", "report.docx", "official.yaml")  # of a revision
OF_STAGES = ("report-*.docx", "official-*.yaml")
WITH_OTHER_COUNTS = ("full", "faulty")  # the documents that are tried with the least and the most copies too


@dataclass(frozen=True)
class Proof:
    """A form, what is wrong with it, and the rules that no document has reached; both are sentences as texts.

    Example:
        >>> from xlperf import new_form
        >>> form = load_form(new_form("forms/proof/2026").parent)
        >>> Proof(form=form, faults=(), warnings=()).form.revision
        '2026'
    """

    form: Form
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def prove_form(directory: StrPath, *, full: bool = False) -> Proof:
    """Try every command on documents made up from a form, and say what goes wrong.

    A blank workbook is written, and documents that are empty, smallest, full, extreme and faulty are filled in, validated, sent
    back, finalized, reported on and taken to the next year and from the revision before. Every formula is computed in decimals
    and in the doubles of a spreadsheet. Every rule is to fire at least once and to stay silent at least once, on these documents,
    on others that are drawn, or on the form's own `tests`, in form.yaml or in a tests.yaml beside it; a rule that none of them
    reaches is a warning.

    Args:
        directory: the folder of one revision, with a form.yaml and perhaps a Word template report.docx in it; nothing is written
            there.
        full: let LibreOffice compute all the workbooks as well, which takes longer.

    Raises:
        UsageError: there is no form.yaml, or no LibreOffice where one is asked for.
        FormError: the definition or the Word template cannot be right; the text names the file and the place in it.

    Example:
        >>> from xlperf import new_form
        >>> proof = prove_form(new_form("forms/proved/2026").parent)
        >>> proof.form.revision, proof.faults, proof.warnings
        ('2026', (), ())
    """
    form = check_form(directory)
    with tempfile.TemporaryDirectory(prefix="xlperf-proof-", ignore_cleanup_errors=True) as scratch:
        bench = Bench(templates=Path(scratch, "forms"), folder=Path(scratch, "made"))
        bench.folder.mkdir()
        _copy(form.directory, bench.templates / form.key / form.revision)
        before = _revision_before(form)
        if before is not None:
            _copy(before.directory, bench.templates / form.key / before.revision)
        reached = Reached()
        faults = {str(fault): fault for fault in _faults(form, before, bench, reached, full=full)}
    return Proof(form=form, faults=tuple(faults.values()), warnings=tuple(_unreached(form, reached)))


def _faults(form: Form, before: Form | None, bench: Bench, reached: Reached, *, full: bool) -> Iterator[Fault]:
    documents = tuple(drawn_documents(form))
    yield from try_template(form, bench)
    for drawn in documents:
        yield from try_document(form, drawn, bench, reached)
    for other in other_counts(form):
        yield from try_template(other, bench.apart(other))
        for drawn in drawn_documents(other):
            if drawn.name in WITH_OTHER_COUNTS:
                yield from try_document(other, drawn, bench.apart(other), reached)
    yield from try_stages(form, bench, reached)
    yield from run_own_tests(form, reached)
    for at_stage in stages_of(form):
        search(at_stage, reached)
    filled: Drawn = next(drawn for drawn in documents if drawn.name == "full")
    yield from try_next_year(form, filled, bench)
    if before is not None:
        yield from try_revision_before(before, form, bench)
    if full:
        yield from recalculate(bench.written)


def stages_of(form: Form) -> Iterator[Form]:
    """Yield the form as the department fills it in, then as each later stage does, which has more rules."""
    yield form
    yield from (load_form(form.directory, stage=stage.key) for stage in form.stages)


def other_counts(form: Form) -> Iterator[Form]:
    """Yield the form with the least and with the most copies of all that it repeats, where these are not the usual numbers."""
    for limit in ("least", "most"):
        counts = {key: getattr(repeat, limit) for key, repeat in form.repeats.items()}
        if counts != form.counts:
            yield with_copies(form, counts)


def _unreached(form: Form, reached: Reached) -> Iterator[Fault]:
    *_, form = stages_of(form)  # the last one has the rules of all
    for key, codes in {"proof_never_fired": reached.never_fired(form), "proof_never_silent": reached.never_silent(form)}.items():
        yield from (Fault(key, {"code": code, "title": form.rules[code].title}) for code in codes)


def _copy(directory: Path, target: Path) -> None:
    """Copy a revision to where nobody edits it."""
    target.mkdir(parents=True)
    for name in (*FILES, *(path.name for pattern in OF_STAGES for path in directory.glob(pattern))):
        if (directory / name).exists():
            shutil.copyfile(directory / name, target / name)


def _revision_before(form: Form) -> Form | None:
    """The newest revision older than a form that stands beside it and can be read."""
    older = []
    for path in form.directory.absolute().parent.glob("*/form.yaml"):
        if path.parent.name != form.revision:
            try:
                other = load_form(path.parent)
            except FormError:
                continue
            if other.first_year < form.first_year:
                older.append(other)
    return max(older, key=lambda other: other.first_year, default=None)
