"""A second revision of the form, made of the first by edits: a column renamed, one dropped, a field and a sheet moved, a
required field added, choices changed, a preset row renamed, a preset target changed. `second_revision(folder)` is the
folder to pass as `templates`."""

from __future__ import annotations

import re
from pathlib import Path

from support.paths import REPOSITORY

RENAMED = """
renamed:
  indicators.source: indicators.evidence
  narrative.application: publicity.application
  process.training: process.study
"""
# What is replaced, and how often it stands in the form.
EDITS = (
    (r'^revision: "2022"$', 'revision: "2023"', 1),
    (r"^first_year: 2022$", f"first_year: 2023{RENAMED.rstrip()}", 1),
    (r"\{key: source, label: 完成值来源", "{key: evidence, label: 佐证材料", 1),
    (r"field: source, share", "field: evidence, share", 2),
    (r"\{source\}", "{evidence}", 1),
    (r"^ +- \{key: content, label: 主要内容.*\n", "", 1),
    (r"tasks\.content, ", "", 1),
    (r"^( +)widths: \[28, 34, 40, 62\]", r"\1widths: [28, 34, 62]", 1),
    (r"path: tasks,", "path: plan.tasks,", 1),
    (r"^( +)- (\{key: application, .*\})\n", "", 1),
    (r"narrative\.application\]", "publicity.application]", 1),
    (r"^( +)- \{key: phone, (.*)\n", r"\1- {key: phone, \2\n\1- {key: email, label: 电子邮箱, type: text, required: true, max_length: 100}\n", 1),
    (r"\{key: training, name: 业务学习与培训及时完成率(.*)target: 100(.*)\}\n",
     r"{key: study, name: 学习与培训完成率\1target: 95\2}\n", 1),
    (r'T\(operator\) = "<"', 'T(operator) = "<="', None),
    (r'T\(operator\) <> "<"', 'T(operator) <> "<="', None),
    (r'operator = "<"\)', 'operator = "<=")', None),
    (r'choices: \["=", ">=", "<=", ">", "<"\]', 'choices: ["=", ">=", "<=", ">"]', 1),
    (r'^ +"<": \["＜".*\n', "", 1),
    (r"choices: \[不适用\]", "spellings: applicability, choices: [不涉及]", 1),
    (r'"不适用"', '"不涉及"', None),
    (r"^spellings:\n", "spellings:\n  applicability:\n    不涉及: [不适用]\n", 1),
)  # fmt: skip
PUBLICITY = """      - fields: publicity
        items:
          - {key: application, label: 六、绩效自评结果拟应用和公开情况, type: text, required: true, rows: 4, height: 60, max_length: 20000}
"""


def second_revision(folder: Path) -> Path:
    """Write the revision into a folder of forms, which is returned."""
    text = (REPOSITORY / "templates" / "suzhou-department" / "2022" / "form.yaml").read_text("utf-8")
    for pattern, replacement, times in EDITS:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count == times or (times is None and count), (pattern, count)
    goals = text.index("  - key: goals\n    title:")
    tasks, indicators = text.index("  - key: tasks\n    title:"), text.index("  - key: indicators\n    title:")
    moved = text[tasks:indicators]
    text = text[:goals] + PUBLICITY + moved + text[goals:tasks] + text[indicators:]
    target = folder / "forms" / "suzhou-department" / "2023"
    target.mkdir(parents=True)
    (target / "form.yaml").write_text(text, "utf-8")
    return folder / "forms"
