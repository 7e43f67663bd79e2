"""The blank workbook that a bureau hands out, and how any workbook of a form is written from its rows.

write_template("my-form", year=2023, output="form.xlsx", unit="Bureau")
write_rows(form, rows, Path("form.xlsx"), Issued(year=2023, unit="Bureau"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.file_names import joined_name, safe_name
from xlperf.files import StrPath, make_folder, stamp, unused, write_atomically
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot, rows_of, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import LAST_ROW, make_layout, row_counts, with_blank_rows
from xlperf.forms.loader import find_form, load_form, with_copies
from xlperf.forms.repeats import checked_counts
from xlperf.workbook.announcement import Announcement, announced_lines, dump_lines
from xlperf.workflow.presets import dump_presets


def write_template(
    form: str,
    *,
    year: int,
    templates: StrPath | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    unit: str = "",
    rows: Mapping[str, int] | None = None,
    password: str = "",
    announcement: Announcement | None = None,
    copies: Mapping[str, int] | None = None,
) -> Path:
    """Write the blank official workbook of a form for a fiscal year and return its path.

    Args:
        form: the key of the form, see `list_forms`.
        year: the fiscal year, which says the revision.
        templates: the folder of a bureau's own forms.
        output: the workbook to write; by default one named after year and form in the current folder, which must not be there
            yet.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.
        unit: the name of the unit that will fill it in.
        rows: spare rows per block where the form's own number is not enough, for example {"goals": 50}.
        password: protects the sheets; a deterrent, never security.
        announcement: what is announced of the round, printed on the guide page.
        copies: how many copies there are of what the form repeats, for example {"goal": 3}; by default the usual number.

    Raises:
        UsageError: no such form or year, no such repeat or not so many copies, or the file cannot be written.

    Example:
        >>> write_template(form.key, year=2022, output="blank.xlsx", unit="Bureau").name
        'blank.xlsx'
        >>> validate("blank.xlsx").unit
        'Bureau'
    """
    usual = load_form(find_form(form, year=year, templates=templates))
    loaded = with_copies(usual, checked_counts(usual, copies or {}))
    path = Path(output) if output else unused(default_name(form, year=year, unit=unit, templates=templates))
    filled, spot = rows_of(loaded, {"fiscal_year": year})[0], unit_spot(loaded)
    filled[spot.block][0][spot.field] = unit or None
    lines = dump_lines(announced_lines(announcement)) if announcement else ""
    issued = Issued(year=year, unit=unit, spare=rows, date=date, password=password, announced=lines)
    write_rows(loaded, filled, path, issued)
    return path


def default_name(form: str, *, year: int, templates: StrPath | None = None, unit: str = "") -> Path:
    """The file name of a template: `<unit>-<year>-<name>.xlsx`, in the words of the form."""
    loaded = load_form(find_form(form, year=year, templates=templates))
    return Path(joined_name(*([safe_name(unit)] if unit else []), str(year), loaded.file_name) + ".xlsx")


@dataclass(frozen=True, kw_only=True)
class Issued:
    """How a workbook is handed out: for which year, to whom, with how many spare rows, from which day."""

    year: int
    unit: str = ""
    spare: Mapping[str, int] | None = None  # rows per block where the form's own number is not enough
    date: str | None = None
    password: str = ""
    announced: str = ""  # JSON: what is announced of the round, see `workbook.announcement`
    remarks: Mapping[Spot, str] = field(default_factory=dict)  # advice at cells that are to be filled in
    is_blank: bool = False  # whether it is handed out to be filled in: what stands in preset rows is what they are issued with


def refuse_unreadable(form: Form, counts: Mapping[str, int]) -> None:
    """Refuse a workbook with more rows on a sheet than are read when it comes back.

    Raises:
        UsageError: there are too many; the text names the sheet and how many there may be.
    """
    for page in make_layout(form, counts).pages:
        last = page.lines[-1].row + page.lines[-1].rows if page.lines else 0
        if last > LAST_ROW:
            raise UsageError("too_many_rows", sheet=page.sheet.title, found=last, expected=LAST_ROW)


def write_rows(form: Form, rows: Rows, path: Path, issued: Issued) -> None:
    """Write the workbook of those rows, computed, with its spare rows.

    Raises:
        UsageError: it cannot be written.
    """
    from xlperf.workbook.identity import Identity
    from xlperf.workbook.writer import write_workbook

    presets = dump_presets(form, rows) if issued.is_blank else ""
    identity = Identity(
        fiscal_year=issued.year, date=stamp(issued.date), unit=issued.unit, presets=presets, announced=issued.announced
    )
    counts = row_counts(form, issued.spare, rows)
    refuse_unreadable(form, counts)
    computed = compute(form, with_blank_rows(form, rows, counts))
    make_folder(path.parent)

    def write(target: Path) -> None:
        write_workbook(form, computed, target, identity=identity, counts=counts, password=issued.password, remarks=issued.remarks)

    write_atomically(path, write)
