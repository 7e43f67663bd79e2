"""Documents whose checks sheets have something to tell: what they hold is as a careful person types it."""

from __future__ import annotations

from random import Random

from support.documents import any_document, random_document
from xlperf.forms.form import Form

FIRST = "suzhou-department"
NAMES = (
    "调研经费",
    "调研 经费",
    "合计",
    "支出小计",
    "课题费",
    "培训费A",
    "培训费a",
    "信息化",
    "满意度",
    "办结率",
    "增长率",
    "活动场次",
)
REASONS = (
    "年中政策调整，工作量增加",
    "同上",
    "无原因说明",
    "略",
    "见附件1",
    "……",
    "aaaa",
    "受天气影响推迟",
    "已完成目标任务",
    "偏差",
)
QUALITIES = ("健全", "健全", "Good", "有序推进")
WORDS = ("全年完成各项任务。", "按计划推进", "组织实施", "Good")


def document_for(form: Form, seed: int) -> dict:
    """A generated document with plain words in its texts."""
    random = Random(seed)
    document = (random_document if form.key == FIRST else any_document)(form, seed)
    fixed = {row.values.get(block.row_name or "") for block in form.blocks.values() for row in block.rows}
    _plainly(document, random, fixed)
    return document


def _plainly(part: object, random: Random, fixed: set[object]) -> None:
    """Texts that say something in the place of texts that are hard to write."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        if isinstance(value, dict | list):
            _plainly(value, random, fixed)
        elif key == "unit" and part.keys().isdisjoint(("name", "target")):  # that of the cover, and no unit of measure
            part[key] = "科学技术局"
        elif key == "judged" and isinstance(value, int | float):
            part[key] = min(value, 100)
        elif key in ("target", "actual") and isinstance(value, str):
            part[key] = random.choice(QUALITIES)
        elif key in WORDED and value not in fixed:
            part[key] = random.choice(WORDED[key])


WORDED = {"name": NAMES, "reason": REASONS, **dict.fromkeys(
    ("source", "expected", "actual_words", "task", "duty", "content", "completion", "duties", "profile", "overview", "problems", "measures",
     "application", "notes", "unit_name", "supervisor", "prepared_by", "assessment"), WORDS)}  # fmt: skip
