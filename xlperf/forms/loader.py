"""Forms found by their keys and years, and loaded: form.yaml → checked → parts → formulas → a Form.

    form = load_form(find_form("my-form", year=2023))
    >>> form.blocks["items"].fields["rate"].formula
    'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))'

A definition that cannot be right raises FormError with the file and the path; it is never reported as bad data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlperf.errors import FormError, FormulaError, UsageError
from xlperf.files import StrPath, shipped
from xlperf.forms.consistency.all_checks import check_folder, check_names
from xlperf.forms.consistency.check_parameters import check_parameters
from xlperf.forms.definition import UNIT, Raw
from xlperf.forms.form import Form, OpeningLine, Stage, Style
from xlperf.forms.formulas import build_formulas, check_tests, in_order
from xlperf.forms.looks.faults import check_looks
from xlperf.forms.parts import read_parts
from xlperf.forms.repeats import Counts, counts_in, expanded, repeats_of, usual_counts
from xlperf.forms.stages.definition import at_stage, stage_keys
from xlperf.forms.stages.faults import check_stages
from xlperf.forms.standard.extending import with_standard
from xlperf.forms.standard.money_units import with_money_units
from xlperf.forms.standard.origins import Origins
from xlperf.forms.standard.ready_checks import digest_with_checks, library_file, uses_ready_checks, with_ready_checks
from xlperf.forms.summary import read_summary
from xlperf.forms.written.form_rules import with_form_rules
from xlperf.forms.written.labels import with_keys
from xlperf.forms.written.rule_texts import with_texts
from xlperf.forms.written.shape import check_shape
from xlperf.forms.written.yaml_file import read_definition, read_part
from xlperf.formula.parsing.parser import NESTING
from xlperf.messages import current_language, listing, sentence

DOUBTFUL = "doubtful"  # the one word of the checks sheet that a form need not have


def form_directories(extra: StrPath | None = None) -> Iterator[Path]:
    """Yield every folder that holds a form.yaml: a bureau's own first, then those that travel with xlperf.

    Raises:
        UsageError: the folder of the bureau's own is not there.
    """
    roots = [Path(extra), shipped("templates")] if extra else [shipped("templates")]
    if extra and not roots[0].is_dir():
        raise UsageError("cannot_open", path=roots[0], reason=sentence("no_such_file", {}))
    for root in roots:
        yield from sorted(path.parent for path in root.glob("*/*/form.yaml"))


def find_form(key: str, *, year: int | None = None, revision: str | None = None, templates: StrPath | None = None) -> Path:
    """Return the folder of the revision that serves that fiscal year.

    Args:
        key: the key of the form, see `list_forms`.
        year: the fiscal year; by default the newest revision is found.
        revision: that revision instead, whatever years it serves.
        templates: the folder of a bureau's own forms, which are found before those that travel with xlperf.

    Raises:
        UsageError: there is no such form, or no revision that old.

    Example:
        >>> folder = find_form(form.key, year=2023)
        >>> folder.name, (folder / "form.yaml").is_file()
        ('2022', True)
    """
    folders = list(form_directories(templates))
    revisions = [*{folder.name: folder for folder in reversed(folders) if folder.parent.name == key}.values()][::-1]
    if not revisions:
        raise UsageError("no_such_form", form=key, known=listing(sorted({f.parent.name for f in folders})))
    if revision is not None:
        fitting = [folder for folder in revisions if folder.name == revision]
    else:
        fitting = [folder for folder in revisions if year is None or load_form(folder).first_year <= year]
    if not fitting:
        wanted = revision if revision is not None else year
        raise UsageError("no_such_revision", form=key, wanted=wanted, known=listing(f.name for f in revisions))
    return max(fitting, key=lambda folder: load_form(folder).first_year)


def load_form(directory: StrPath, *, stage: str = "", copies: Counts | None = None) -> Form:
    """Return the form defined in that folder, as `find_form` gives it; of one folder the same object every time.

    The forms that travel with xlperf are right (a test calls `check_form`), so only others pay for jsonschema.

    Args:
        directory: the folder of one revision.
        stage: the key of a stage after the department, as the form declares it; by default the form that the department fills in.
        copies: how many copies there are of what the form repeats, by key, within what it allows; by default the usual number.

    Raises:
        UsageError: there is no form.yaml, or the form has no such stage.
        FormError: the definition cannot be right; the text names the file, the place in it and what is wrong.

    Example:
        >>> folder = find_form(form.key, year=2022)
        >>> load_form(folder).revision, load_form(folder) is load_form(folder)
        ('2022', True)
    """
    language = current_language()  # a form has words of the program's
    form = _loaded(Path(directory), language, stage, ())
    counts = usual_counts(form.repeats, copies)
    return form if counts == form.counts else _loaded(Path(directory), language, stage, tuple(counts.items()))


def with_copies(form: Form, copies: Counts) -> Form:
    """The form with so many copies of what it repeats, as far as it allows."""
    return load_form(form.directory, stage=form.stage, copies=copies) if form.repeats else form


def form_for(form: Form, document: Mapping[str, Any]) -> Form:
    """The form with as many copies as a document holds."""
    return with_copies(form, counts_in(form.repeats, document)) if form.repeats else form


@lru_cache(maxsize=64)
def _loaded(directory: Path, language: str, stage: str, counts: tuple[tuple[str, int], ...]) -> Form:
    return _load(directory, language=language, trusted=is_shipped(directory), stage=stage, counts=counts)


@lru_cache(maxsize=16)
def unit_prefixes_of(directory: Path) -> tuple[str, ...]:
    """The words that may be left out before a unit's name in that form; one that travels with xlperf is not built for that.

    Raises:
        FormError: as `load_form`.
    """
    if not is_shipped(directory):
        return load_form(directory).summary.unit_prefixes
    return tuple((read_part(directory / "form.yaml", "summary") or {}).get("unit_prefixes", ()))


def shared_files(directory: Path) -> list[Path]:
    """The files that travel with xlperf and without which the form in that folder cannot be read.

    Raises:
        FormError: it is not YAML, or extends what is not there.
    """
    path = directory / "form.yaml"
    written, digest = read_definition(path)
    whole = with_standard(written, path, digest=digest)
    standards = [whole.origins.standard] if whole.origins.standard else []
    return [*standards, *([library_file()] if uses_ready_checks(whole.definition) else [])]


def load_strictly(directory: Path) -> Form:
    """Return the form defined in that folder, its whole definition checked wherever it comes from.

    Raises:
        FormError: as `load_form`.
    """
    form = _load(directory, trusted=False)
    for limit in ("least", "most"):  # what is right for the usual number need not be so for others
        counts = {key: getattr(repeat, limit) for key, repeat in form.repeats.items()}
        if counts != form.counts:
            _load(directory, trusted=False, counts=tuple(counts.items()))
    return form


def is_shipped(directory: Path) -> bool:
    """Whether the form in that folder travels with xlperf."""
    return directory.resolve().is_relative_to(shipped("templates").resolve())


def _load(
    directory: Path, *, trusted: bool, language: str = "", stage: str = "", counts: tuple[tuple[str, int], ...] = ()
) -> Form:
    path = directory / "form.yaml"
    written, digest = read_definition(path)
    definition, origins, digest = with_standard(written, path, digest=digest)
    digest = digest_with_checks(definition, digest=digest)
    form = _built(_Written(digest, trusted, language or current_language(), stage, counts, path, definition, origins))
    if form.directory != directory:
        check_folder(definition, path)
        form = replace(form, directory=directory)
    return form


@dataclass(frozen=True)
class _Written:
    """What a form.yaml says, with what it extends; equal to another of the same bytes, wherever that lies."""

    digest: str
    trusted: bool
    language: str  # a form has words of the program's
    stage: str  # after the department, "" for it
    counts: tuple[tuple[str, int], ...]  # the copies of what it repeats, none for the usual number
    path: Path = field(compare=False)
    definition: Any = field(compare=False)
    origins: Origins = field(compare=False)


@lru_cache(maxsize=8)
def _built(written: _Written) -> Form:
    """The form of a definition: of a copy of its file nothing is checked again."""
    try:
        return build_form(
            written.definition,
            written.path,
            digest=written.digest,
            trusted=written.trusted,
            stage=written.stage,
            counts=dict(written.counts),
        )
    except FormError as error:
        if not written.trusted:
            raise written.origins.told(error) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        if not written.trusted:
            raise
    return _built(replace(written, trusted=False))  # one that was put beside ours, as into the page, with titles and defaults


def build_form(
    definition: Any,
    path: Path,
    *,
    digest: str = "",
    trusted: bool = False,
    stage: str = "",
    counts: Counts | None = None,
) -> Form:
    """Return the form of a definition that stands in that file, or is to stand there.

    Args:
        digest: the SHA-256 of the file.
        trusted: whether it is known to be right.
        stage: the key of a stage after the department, "" for the department.
        counts: how many copies there are of what the form repeats, by default the usual number.

    Raises:
        FormError: as `load_form`.
    """
    given = definition
    if not trusted:
        check_shape(definition, path)
        check_stages(definition, path)
    definition = with_ready_checks(with_money_units(definition, path), path)
    if not trusted:
        definition = with_texts(with_form_rules(with_keys(definition, path), path))
    stages = stage_keys(definition)
    if stage and stage not in stages:
        raise UsageError("no_such_stage", stage=stage, form=definition["form"], known=listing(stages))
    try:
        if not trusted and not stage:
            for key in reversed(stages):  # the last has every part, so that places in the file are right
                build_form(given, path, digest=digest, stage=key)
        whole, definition = definition, at_stage(definition, stage)
        check_names(definition, path)
        if not trusted:
            check_looks(whole, path)
            check_parameters(definition, path)
        return _form(definition, path.parent, digest, stage, whole, counts or {})
    except FormulaError as error:
        raise FormError("form_formula", path=path, reason=str(error)) from None
    except RecursionError:
        raise FormError("form_formula", path=path, reason=sentence("formula_nested", {"most": NESTING})) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        check_shape(definition, path)  # says where, if it is the form's fault
        raise


def _form(definition: Raw, directory: Path, digest: str, stage: str, whole: Raw, counts: Counts) -> Form:
    counts = usual_counts(repeats_of(definition), counts)
    sheets, scope = read_parts(expanded(definition, counts))
    check_tests(scope)
    words = {DOUBTFUL: sentence(DOUBTFUL, {}), **definition["words"]}
    formulas = build_formulas(scope, words)
    return Form(
        key=definition["form"],
        revision=str(definition["revision"]),
        first_year=definition["first_year"],
        digest=digest,
        directory=directory,
        definition=definition,
        whole=whole,
        sheets=sheets,
        blocks=scope.blocks,
        tables=scope.tables,
        rules=scope.rules,
        parameters=scope.parameters,
        repeats=scope.repeats,
        counts=counts,
        formulas=formulas,
        computed_cells=in_order(scope, formulas),
        summary=read_summary(definition.get("summary", {}), scope),
        title=definition["title"],
        year_line=definition["year_line"],
        file_name=definition["file_name"],
        finalized_name=definition["finalized_name"],
        annotated_name=definition.get("annotated_name"),
        style=Style(**definition["style"]),
        words=words,
        guide=tuple(definition["guide"]),
        opening=tuple(OpeningLine(line["label"], line["text"], line.get("unless", "")) for line in definition.get("opening", ())),
        rule_groups=definition.get("rule_groups", {}),
        report=definition.get("report", {}),
        spellings=definition.get("spellings", {}),
        paper=definition.get("paper", {}),
        renamed=definition.get("renamed", {}),
        unexplained=definition.get("unexplained", "pass"),
        unit=definition.get("unit", UNIT),
        subject=definition.get("subject", ""),
        stage=stage,
        stages=tuple(Stage(raw["key"], raw["label"], raw["owner"]) for raw in definition.get("stages", ())),
    )
