"""Forms that repeat parts of themselves: Hubei's goals 1…n on one sheet, and a sheet for each project of a unit.

document("hubei-project")      # two goals with their indicators, as a unit fills them in
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.paths import TESTS
from xlperf.forms.form import Form
from xlperf.forms.loader import load_form

REPEATED = TESTS / "repeated"  # a folder of forms, as --templates takes it
KEYS = ("hubei-project", "unit-projects")


def form_of(key: str, **copies: int) -> Form:
    return load_form(REPEATED / key / "2024", copies=copies)


def document(key: str) -> dict[str, Any]:
    return json.loads((REPEATED / key / "2024" / "document.json").read_text("utf-8"))


def write_report_template(path: Path) -> None:
    """The Word template of the form of Hubei, as plain as can be: a list in a list."""
    from docx import Document

    word = Document()
    word.sections[0].header.paragraphs[0].text = "{{ form.draft }}"
    for text in (
        "{{ form.title }}{{ form.year_line }}",
        "项目：{{ project.name }}　总分：{{ conclusion.total }}",
        "{%p for goal in goals %}",
        "{{ goal.copy }}（{{ goal.points }}分）：{{ goal.goal }}",
        "{%p for row in goal.indicators %}",
        "{{ row.name }}：目标 {{ row.target }}{{ row.unit }}，完成 {{ row.actual }}{{ row.unit }}，得 {{ row.score }} 分",
        "{%p endfor %}",
        "小计 {{ goal.subtotal.score }} 分",
        "{%p endfor %}",
        "合计 {{ total.score }} 分",
    ):
        word.add_paragraph(text)
    word.save(str(path))
