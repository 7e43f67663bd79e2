"""The report of a form: its Word template `report.docx`, filled with what the finalized workbook prints.

    report = Report(form=form, rows=rows, findings=findings)
    write_word_report(report, Path("report.docx"), "2023-03-01")

A template names what it prints by its path in the document, as `xlperf explain` does: `{{ cover.unit }}`,
`{{ budget.total.rate }}`, `{% for row in indicators %} {{ row.target_text }}`. Besides there are `form.title`, `form.year_line`,
`form.lines` (the lines to sign), `form.none`, `form.draft` (the mark of a report with errors, else blank), `form.public`, and
`explanations`, a list of the warnings with what the unit says to them, and `unexplained`, a line that lists the others. Every
value is the text of the workbook's cell, money with its thousands apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlperf.errors import FormError, UsageError
from xlperf.file_names import joined_name, safe_name
from xlperf.forms.document import Rows, Spot, file_name_parts, is_empty, text_at
from xlperf.forms.field_types import TYPES
from xlperf.forms.form import Form
from xlperf.forms.loader import is_shipped
from xlperf.forms.model import EXPLAINED, GUIDE, RULES, Block, Copy, Field, Fields, Lines, Rule, Table
from xlperf.forms.repeats import COPY, path_in, places_of_copies, title_of
from xlperf.formula.operands import TEXT_FORMATS, as_decimal, as_text, with_thousands
from xlperf.messages import clauses
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding, is_returned
from xlperf.values.blanks import explanation_of
from xlperf.values.dates import as_date

TEMPLATE = "report.docx"
STAGE_TEMPLATE = "report-{stage}.docx"  # of a stage after the department, where it has one; else that of the stage before
SAMPLE = "x"  # the text of every value in a sample


Printed = dict[str, str]  # field: what the workbook prints of it, in one row


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one report is made of: computed rows, and what was found in them."""

    form: Form
    rows: Rows
    findings: Sequence[Finding]
    public: bool = False  # without what the form declares private

    @property
    def draft(self) -> bool:
        """Whether it would go back, and is marked as a draft."""
        return is_returned(self.findings)


def write_word_report(report: Report, target: Path, date: str) -> Path:
    """Write the report as a Word document and return its path; `date` (ISO) goes into its properties.

    Raises:
        UsageError: the form has no report, or the file cannot be written.
        FormError: a tag of its template cannot be filled.
    """
    from xlperf.reporting.word_template import render_word

    check_own_template(report.form)
    render_word(template_of(report.form), make_context(report), target, date)
    return target


def template_of(form: Form) -> Path:
    """The Word template of a form.

    Raises:
        UsageError: the form has no report.
    """
    template = _template(form)
    if not form.report or template is None:
        raise UsageError("no_report", form=form.key, path=form.directory / TEMPLATE)
    return template


def has_report(form: Form) -> bool:
    """Whether a form has the words and the template of a report."""
    return bool(form.report) and _template(form) is not None


def _template(form: Form) -> Path | None:
    """The Word template of a form at its stage, else of the nearest one before; None where there is none."""
    keys = [stage.key for stage in form.stages]
    passed = keys[: keys.index(form.stage) + 1] if form.stage else []
    names = [*(STAGE_TEMPLATE.format(stage=stage) for stage in reversed(passed)), TEMPLATE]
    return next((path for name in names if (path := form.directory / name).is_file()), None)


def report_name(report: Report, code: str = "") -> str:
    """The file name of a report: whose it is, the form's word, whether it is public or a draft; a code, where it needs one."""
    words = report.form.report
    marks = [words["public"] if report.public else "", words["draft"] if report.draft else ""]
    name = report.form.file_name if report.form.stage else words["file_name"]
    parts = [*file_name_parts(report.form, report.rows), name, *marks, code]
    return joined_name(*map(safe_name, filter(None, parts))) + ".docx"


@lru_cache(maxsize=16)
def check_own_template(form: Form) -> None:
    """Check the Word template of a bureau's own form, once; those that travel with xlperf are right.

    Raises:
        FormError: as `check_template`.
    """
    if not is_shipped(form.directory):
        check_template(form)


def check_template(form: Form) -> None:
    """Check the Word template of a form, if it has one: every tag and name in it, and that a draft is marked on each page.

    Raises:
        FormError: something is wrong with it; the text names all of it, with its places.
    """
    from xlperf.reporting.word_template import check_word

    template = _template(form)
    if template is None:
        return
    if not form.report:
        raise FormError("no_report_words", path=template)
    found = [f"{place}: {reason}" for place, reason in check_word(template, sample_context(form), "form.draft")]
    if found:
        raise FormError("word_template", path=template, reason="\n".join(["", *found]))


# --- what a template can name --------------------------------------------------------------------------------


def make_context(report: Report) -> dict[str, object]:
    """Return what the template of a form can name, every value a text."""
    context: dict[str, Any] = {"form": _form_texts(report)}
    private = _private_blocks(report.form) if report.public else set()
    places = places_of_copies(report.form, report.rows)
    for block in report.form.blocks.values():
        path = path_in(block, places)
        if block.key not in (GUIDE, RULES) and path is not None:
            rows = _blank_rows(block) if block.key in private else report.rows.get(block.key, ())
            _put(context, block, path, _printed_rows(report, block, rows))
    _put_titles(context, report.form, places)
    _put_explanations(context, report, () if RULES in private else list(_explanations(report)))
    if RULES not in private:
        context["explanations"] += _waivers(report)
    return context


def sample_context(form: Form) -> dict[str, object]:
    """The same with a text for every value and one row in every list: what a template can name at all."""
    rows = {
        block.key: [dict.fromkeys(block.fields, SAMPLE) for _ in block.rows or (None,)]
        for block in form.blocks.values()
        if block.key != GUIDE
    }
    context = make_context(Report(form=form, rows=rows, findings=()))
    context |= {"explanations": [dict.fromkeys(("code", "title", "text"), SAMPLE)], "unexplained": SAMPLE}
    return context


def _form_texts(report: Report) -> dict[str, object]:
    """What a template names as `form.…`."""
    form, words = report.form, report.form.report
    signed = (section for sheet in form.sheets for section in sheet.sections if isinstance(section, Lines))
    return {
        "title": form.title,
        "year_line": form.year_line.format(year=text_at(report.rows, Spot("identity", 0, "fiscal_year"))),
        "lines": [text for section in signed for text in section.texts],
        "none": words["none"],
        "draft": words["draft"] if report.draft else "",
        "public": report.public,
    }


def _explanations(report: Report) -> Iterator[tuple[Rule, str]]:
    """Yield the rules with a query or a warning, and what the unit says to it, "" for nothing."""
    found = {finding.code for finding in report.findings if finding.severity in EXPLAINED and not finding.waived}
    for row, preset in zip(report.rows.get(RULES, ()), report.form.blocks[RULES].rows, strict=False):
        if preset.key in found:
            yield report.form.rules[preset.key], explanation_of(report.form, row.get("explanation"))


def _waivers(report: Report) -> list[Printed]:
    """What the bureau lets stand of the findings, code by code."""
    waived = {finding.code: finding for finding in report.findings if finding.waived}
    described = (describe(finding, report.form) for finding in waived.values())
    return [{"code": one["code"], "title": one["message"], "text": one["waived"]} for one in described]


def _put_explanations(context: dict[str, Any], report: Report, explanations: Sequence[tuple[Rule, str]]) -> None:
    """Put in what the unit explains, rule by rule, and in one line what it does not."""
    silent = [f"{rule.code} {rule.title}" for rule, text in explanations if not text]
    context["explanations"] = [{"code": rule.code, "title": rule.title, "text": text} for rule, text in explanations if text]
    context["unexplained"] = report.form.report.get("unexplained", "") + clauses(silent) if silent else ""


def _private_blocks(form: Form) -> set[str]:
    """The blocks on the sheets that are left out of what is published."""
    sections = [section for sheet in form.sheets if sheet.private for section in sheet.sections]
    tables = {key for section in sections if isinstance(section, Table) for key in section.blocks}
    return tables | {section.block for section in sections if isinstance(section, Fields)}


def _blank_rows(block: Block) -> Sequence[Mapping[str, object]]:
    """The rows of a block in which nothing has been filled in."""
    return [] if block.shape == "list" else [{} for _ in block.rows or (None,)]


def _printed_rows(report: Report, block: Block, rows: Sequence[Mapping[str, object]]) -> list[Printed]:
    """Those of the rows in which something stands, every value as the workbook prints it."""
    filled = [(index, row) for index, row in enumerate(rows) if not is_empty(report.form, block, index, row)]
    shown = [field for field in block.fields.values() if not field.key.startswith("_")]
    return [
        {field.key: _printed(report, block, index, number, field, row.get(field.key)) for field in shown}
        for number, (index, row) in enumerate(filled, 1)
    ]


def _printed(report: Report, block: Block, index: int, number: int, field: Field, value: object) -> str:
    """What the workbook prints in a cell; a long text that is blank is the form's word for none."""
    if field.type == "serial":
        return str(number)
    if field.type == "label":
        return str(block.rows[index].values.get(field.key, ""))
    if report.public and field.private:
        return ""
    words = report.form.report
    if value is None or value == "":
        return words["none"] if field.rows > 1 else ""
    if field.type == "date" and (date := as_date(value)):
        return words["date"].format(year=date.year, month=date.month, day=date.day)
    if not isinstance(value, int | float):
        return str(field.as_shown(value))
    number_format = block.number_format(field)
    if number_format == TYPES["money"].number_format or field.money:
        return with_thousands(as_decimal(value))
    return as_text(as_decimal(value), number_format if number_format in TEXT_FORMATS else None)


def _put_titles(context: dict[str, Any], form: Form, places: Mapping[Copy, int]) -> None:
    """Put the title of every copy into it as `copy`."""
    for repeat in form.repeats.values():
        _list_at(context, repeat.path)
    for copy, place in places.items():
        repeat = form.repeats[copy.repeat]
        listed = _list_at(context, repeat.path)
        listed.extend({} for _ in range(len(listed), place + 1))
        listed[place].setdefault(COPY, title_of(repeat, copy.number))


def _list_at(context: dict[str, Any], path: Sequence[str]) -> list[dict[str, Any]]:
    *owners, last = path
    for key in owners:
        context = context.setdefault(key, {})
    listed: list[dict[str, Any]] = context.setdefault(last, [])
    return listed


def _put(context: dict[str, Any], block: Block, path: tuple[str | int, ...], rows: list[Printed]) -> None:
    """Put the rows of a block where its path leads."""
    way = path if path and isinstance(path[-1], int) else path[:-1]
    last = "".join(map(str, path[len(way) :]))
    here: Any = context
    for key, below in zip(way, (*path[1:], None), strict=False):
        if isinstance(key, int):
            here.extend({} for _ in range(len(here), key + 1))
            here = here[key]
        else:
            here = here.setdefault(key, [] if isinstance(below, int) else {})
    if block.shape == "list":
        here.setdefault(last, []).extend(rows)
    elif block.shape == "keyed":
        here.setdefault(last, {}).update(zip((row.key for row in block.rows), rows, strict=True))
    else:
        (here.setdefault(last, {}) if last else here).update(rows[0])
