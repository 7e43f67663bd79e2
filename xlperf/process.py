"""The whole program: one workbook from start to end, and the makers of blank and filled ones.

    file ─ read_cells ─▶ rows ─ compute ─▶ rows ─ check ─▶ findings ─ write_workbook ─▶ finalized workbook

Nothing is stopped by bad data: a file that cannot be read yields a result with one finding, a file with errors yields
all of them and nothing is written. The submitted file is only ever read.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .checks import check, check_characters, compare_shown
from .compute import compute, plain
from .document import Rows, Spot, document_of, inputs_of, prefixes, rows_of
from .errors import ExitCode, UnreadableError, UsageError
from .expression import as_decimal
from .finding import Finding, describe, gather, has_errors
from .form import Form, find_form, load_form
from .layout import make_layout, row_counts
from .reader import Reading, read_cells

LONGEST_TEXT = 32_767  # UTF-16 units in one cell, Excel's limit
UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


@dataclass(frozen=True)
class Result:
    """What became of one file; `findings` and `document` are plain JSON values."""

    file: str
    status: str  # passed, returned (it has errors), unreadable
    findings: list[dict]
    sha256: str | None = None
    form: str | None = None
    revision: str | None = None
    year: int | None = None
    unit: str | None = None
    document: dict | None = None
    outputs: tuple[Path, ...] = field(default=())

    @property
    def exit_code(self) -> ExitCode:
        return {"passed": ExitCode.OK, "returned": ExitCode.ERRORS_FOUND}.get(self.status, ExitCode.UNREADABLE)

    def as_object(self) -> dict:
        """The object that `validate --format json` prints for this file."""
        keys = ("file", "sha256", "form", "revision", "year", "unit", "status", "findings")
        return {key: getattr(self, key) for key in keys}


# --- one submission ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Processed:
    """A submission that was read: the reading, its computed rows and everything found."""

    reading: Reading
    rows: Rows
    findings: list[Finding]


def process(path: Path, form: str | None = None, year: int | None = None, templates: Path | None = None) -> Processed:
    """Read, compute and check one workbook.

    Raises:
        UsageError: no such file.
        UnreadableError: there is no workbook of ours in it.
    """
    reading = read_cells(path, templates)
    rows = compute(reading.form, reading.rows)
    findings = gather(_findings(reading, rows, form, year), reading.form)
    return Processed(reading, rows, findings)


def _findings(reading: Reading, rows: Rows, form: str | None, year: int | None) -> Iterator[Finding]:
    yield from _as_asked(reading, form, year)
    yield from reading.findings
    yield from check(reading.form, rows)
    yield from compare_shown(reading.form, rows, reading.shown, reading.normalised)
    yield from _remembered(reading)


def _as_asked(reading: Reading, form: str | None, year: int | None) -> Iterator[Finding]:
    found, asked = (reading.form.key, reading.fiscal_year), (form, year)
    if any(b is not None and a != b for a, b in zip(found, asked, strict=True)):
        texts = [" ".join(str(x) for x in pair if x is not None) for pair in (found, asked)]
        yield Finding("XL111", "error", (), {"found": texts[0], "expected": texts[1]})


def _remembered(reading: Reading) -> Iterator[Finding]:
    """The warnings about the submission itself that a finalized workbook carries."""
    for raw in json.loads(reading.identity.get("intake") or "[]"):
        spots = tuple(Spot(*spot) for spot in raw["spots"])
        yield Finding(raw["code"], raw["severity"], spots, raw["arguments"], raw["explanation"])


def validate(path: Path | str, form: str | None = None, year: int | None = None, templates: Path | None = None) -> Result:
    """Say what is wrong with a workbook, by cell. Writes nothing.

    Raises:
        UsageError: no such file.
    """
    try:
        return _result(process(Path(path), form, year, templates))
    except UnreadableError as error:
        return _unreadable(path, error)


def finalize(path: Path | str, directory: Path | None = None, date: str | None = None,
             form: str | None = None, year: int | None = None, templates: Path | None = None) -> Result:  # fmt: skip
    """Validate a workbook and, if it has no error, write the finalized workbook and its document beside it.

    Args:
        path: the submission; it is never changed.
        directory: where to write, by default the folder of the submission.
        date: the ISO date to stand in the finalized workbook; default see `stamp`.

    Raises:
        UsageError: no such file, or the output cannot be written (open in Excel, perhaps).
    """
    try:
        processed = process(Path(path), form, year, templates)
    except UnreadableError as error:
        return _unreadable(path, error)
    if has_errors(processed.findings):
        return _result(processed)
    return _result(processed, tuple(_write_finalized(processed, directory or Path(path).parent, stamp(date))))


def _write_finalized(processed: Processed, directory: Path, date: str) -> Iterator[Path]:
    from . import __version__
    from .canvas import Issue
    from .workbook import write_workbook

    reading, form = processed.reading, processed.reading.form
    unit = processed.rows["cover"][0].get("unit", "") if "cover" in form.blocks else ""
    issue = Issue(reading.fiscal_year, date, __version__, unit, submission=reading.sha256,
                  results=_frozen_results(processed), intake=_intake(processed))  # fmt: skip
    stem = f"{safe_name(unit)}-{reading.fiscal_year}-{form.finalized_name}"
    directory.mkdir(parents=True, exist_ok=True)
    book, document = directory / f"{stem}.xlsx", directory / f"{stem}.json"
    if book.exists() and book.samefile(reading.path):
        raise UsageError("would_overwrite", path=book)
    counts = row_counts(form, rows=processed.rows)
    rows = compute(form, padded(form, reading.rows, counts))
    write_atomically(book, lambda path: write_workbook(form, rows, path, issue, counts))
    text = json.dumps(document_of(form, processed.rows), ensure_ascii=False, indent=2) + "\n"
    write_atomically(document, lambda path: path.write_text(text, "utf-8", newline="\n"))
    yield from (book, document)


def _frozen_results(processed: Processed) -> dict[str, tuple[str, int]]:
    """State and count of every rule as they stand when the workbook is finalized."""
    form, words = processed.reading.form, processed.reading.form.words
    counts = {finding.code: len(finding.spots) for finding in processed.findings}
    computed = {preset.key: row for preset, row in zip(form.blocks["rules"].rows, processed.rows["rules"], strict=True)}
    results = {}
    for code, rule in form.rules.items():
        count = counts.get(code, 0)
        idle = rule.table and computed[code].get("state") == words["waiting"]
        results[code] = (words["failed"] if count else words["waiting"] if idle else words["passed"], count)
    return results


def _intake(processed: Processed) -> str:
    """The warnings about the submission as a file, which a clean rewritten workbook would no longer show."""
    own = [f for f in processed.findings if f.code.startswith("XL") and f.severity == "warning" and f.code != "XL207"]
    return json.dumps([{"code": f.code, "severity": f.severity, "spots": f.spots, "arguments": dict(f.arguments),
                        "explanation": f.explanation} for f in own], ensure_ascii=False)  # fmt: skip


def _result(processed: Processed, outputs: tuple[Path, ...] = ()) -> Result:
    reading, form = processed.reading, processed.reading.form
    path_of = path_namer(form, processed.rows)
    findings = [describe(finding, form, reading.places, path_of) for finding in processed.findings]
    cover = (processed.rows.get("cover") or [{}])[0]
    status = "returned" if has_errors(processed.findings) else "passed"
    return Result(str(reading.path), status, findings, reading.sha256, form.key, form.revision, reading.fiscal_year,
                  cover.get("unit"), document_of(form, processed.rows), outputs)  # fmt: skip


def _unreadable(path: Path | str, error: UnreadableError) -> Result:
    finding = Finding(error.code, "error", (), error.arguments)
    return Result(str(path), "unreadable", [describe(finding, None, {})])


def path_namer(form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names a spot by its path in the document: `indicators[3].target`."""
    names = {}
    for path, origin in prefixes(form, rows).items():
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        names[origin] = text.lstrip(".")
    return lambda spot: ".".join(filter(None, (names.get((spot.block, spot.index), spot.block), spot.field)))


# --- making workbooks ----------------------------------------------------------------------------------------


def write_template(form: str, year: int, path: Path, unit: str = "", rows: Mapping[str, int] | None = None,
                   date: str | None = None, password: str = "", templates: Path | None = None) -> Path:  # fmt: skip
    """Write the blank official workbook of a form for a fiscal year.

    Args:
        rows: spare rows per block where the form's own number is not enough, for example {"goals": 50}.
        password: protects the sheets; a deterrent, never security.

    Raises:
        UsageError: no such form or year, or the file cannot be written.
    """
    known = load_form(find_form(form, year, templates=templates))
    document = {"fiscal_year": year, "cover": {"unit": unit or None}}
    _write(known, rows_of(known, document)[0], path, year, unit, rows, date, password)
    return path


def default_name(form: str, year: int, unit: str = "", templates: Path | None = None) -> Path:
    """The file name of a template: `<unit>-<year>-自评表.xlsx`, in the words of the form."""
    known = load_form(find_form(form, year, templates=templates))
    return Path("-".join(filter(None, (safe_name(unit) if unit else "", str(year), known.file_name))) + ".xlsx")


def load_document(path: Path) -> dict:
    """Return the document in a JSON file.

    Raises:
        UsageError: it cannot be opened, is no JSON object or names no form.
    """
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=error.strerror) from None
    except (ValueError, RecursionError) as error:
        raise UsageError("not_json", path=path, reason=error) from None
    if not isinstance(document, dict) or not document.get("form"):
        raise UsageError("no_form_key", path=path)
    return document


def fill_workbook(document: Mapping, path: Path, rows: Mapping[str, int] | None = None, date: str | None = None,
                  password: str = "", templates: Path | None = None) -> Result:  # fmt: skip
    """Write a workbook filled from a document; what it cannot hold is a finding, and then nothing is written.

    Raises:
        UsageError: the document names no form or one that is not known; the file cannot be written.
    """
    if not document.get("form"):
        raise UsageError("no_form_key", path=path)
    revision, year = document.get("revision"), document.get("fiscal_year")
    form = load_form(find_form(str(document["form"]), None if revision else year, revision, templates))
    known, strays = rows_of(form, document)
    known, notes = _normal_rows(form, known)
    computed = compute(form, known)
    findings = [*notes, *_misfits(form, known), *_strays(strays), *_given(form, known, computed)]
    findings = gather(findings, form)
    layout = make_layout(form, row_counts(form, rows, computed))
    places = {spot: layout.address(spot) for finding in findings for spot in finding.spots if spot in layout.spots}
    described = [describe(finding, form, places, path_namer(form, computed)) for finding in findings]
    outputs: tuple[Path, ...] = ()
    if not has_errors(findings):
        unit = str(computed["cover"][0].get("unit", "")) if "cover" in computed else ""
        _write(form, known, path, year if isinstance(year, int) else form.first_year, unit, rows, date, password)
        outputs = (path,)
    status = "passed" if outputs else "returned"
    return Result(str(path), status, described, None, form.key, form.revision, year, None, document_of(form, computed), outputs)


def _write(form: Form, rows: Rows, path: Path, year: int, unit: str, spare: Mapping | None, date: str | None,
           password: str) -> None:  # fmt: skip
    from . import __version__
    from .canvas import Issue
    from .workbook import write_workbook

    issue = Issue(year, stamp(date), __version__, unit, password)
    counts = row_counts(form, spare, rows)
    computed = compute(form, padded(form, rows, counts))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda target: write_workbook(form, computed, target, issue, counts))


def padded(form: Form, rows: Rows, counts: Mapping[str, int]) -> Rows:
    """The rows with the spare ones of the layout behind them: their formulas have cached values too."""
    return {key: listed + [dict(form.blocks[key].constants) for _ in range(counts[key] - len(listed))]
            for key, listed in rows.items()}  # fmt: skip


def _normal_rows(form: Form, rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows with line ends `\\n`, numbers of 15 digits and blank texts absent, as a cell can hold them."""
    notes = []
    result = {key: [dict(row) for row in listed] for key, listed in rows.items()}
    for spot, value in inputs_of(form, rows):
        row = result[spot.block][spot.index]
        if isinstance(value, str):
            text = value.replace("\r\n", "\n").replace("\r", "\n")
            row[spot.field] = text if text.strip() else None
        elif isinstance(value, float) and value == value and abs(value) != float("inf"):
            row[spot.field] = plain(as_decimal(value))
            if row[spot.field] != value:
                notes.append(Finding("XL210", "info", (spot,), {"found": repr(value), "expected": row[spot.field]}))
    return result, notes


def _misfits(form: Form, rows: Rows) -> Iterator[Finding]:
    """What a cell cannot hold at all."""
    yield from check_characters(form, rows)
    for spot, value in inputs_of(form, rows):
        if isinstance(value, str):
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > LONGEST_TEXT:
                yield Finding("XL205", "error", (spot,), {"found": length, "expected": LONGEST_TEXT})
        elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
            label = form.blocks[spot.block].fields[spot.field].label
            yield Finding("XL202", "error", (spot,), {"found": str(value)[:60], "expected": label})


def _strays(strays: list[tuple[str, object]]) -> Iterator[Finding]:
    for path, value in strays:
        whole = isinstance(value, Mapping | list)
        yield Finding("XL213" if whole else "XL212", "error" if whole else "warning", (), {"found": path})


def _given(form: Form, rows: Rows, computed: Rows) -> Iterator[Finding]:
    """Computed figures that the document brings along and that differ."""
    for key, listed in rows.items():
        block = form.blocks[key]
        for index, row in enumerate(listed):
            for name, value in row.items():
                if value is None or form.formula(block, index, name) is None:
                    continue
                mine = computed[key][index].get(name)
                if as_decimal(mine) != as_decimal(value):
                    yield Finding("XL303", "info", (Spot(key, index, name),), {"found": value, "expected": mine})


def read_workbook(path: Path | str, templates: Path | None = None) -> dict:
    """Return the document of a workbook, its computed fields filled.

    Raises:
        UsageError, UnreadableError: as `process`.
    """
    reading = read_cells(Path(path), templates)
    return document_of(reading.form, compute(reading.form, reading.rows))


# --- files ---------------------------------------------------------------------------------------------------


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, beside a temporary name and renamed.

    Raises:
        UsageError: it cannot be written; an older file of that name is untouched.
    """
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=".xlperf-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError("cannot_write", path=path, reason=error.strerror or str(error)) from None
    finally:
        if temporary is not None and temporary.exists():
            temporary.unlink()


def safe_name(text: str) -> str:
    """A text as a file name that Windows takes."""
    name = UNSAFE.sub("_", text).strip(" .")[:80]
    return name or "_"


def stamp(date: str | None) -> str:
    """The ISO date to write into a file: the given one, else SOURCE_DATE_EPOCH, else today.

    Raises:
        UsageError: it is no date.
    """
    try:
        if date:
            return datetime.date.fromisoformat(date).isoformat()
        if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise UsageError("bad_date", value=date or epoch) from None
    return datetime.date.today().isoformat()
