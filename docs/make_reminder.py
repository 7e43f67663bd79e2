"""Make the Word template of the letter that reminds a unit, once; from then on people edit it in Word.

    python docs/make_reminder.py templates/reminder.docx

Layout and fonts are those of the report (see make_report.py): an official paper on A4, one page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from make_report import add_texts, new_letter, save

OF_THE_ROUND = "{{ title or ((fiscal_year ~ '年度') if fiscal_year else '') ~ '预算绩效自评' }}材料"
STANDS = (  # by the state of the unit
    (
        "missing",
        "截至{{ date }}，尚未收到你单位{% if papers_missing %}以下项目{% endif %}的材料"
        "{% if papers_missing %}：{{ papers_missing }}{% endif %}。"
        "{% if papers_returned %}已退回的{{ papers_returned }}，至今没有收到改正后的材料。{% endif %}",
    ),
    (
        "returned",
        "你单位最近报送的材料（{{ received }}收到）有 {{ errors }} 项错误须改正，已予退回，至今没有收到改正后的材料。"
        "{% if unexplained %}另有 {{ unexplained }} 项须说明。{% endif %}",
    ),
    ("query", "你单位最近报送的材料（{{ received }}收到）有 {{ unexplained }} 项须改正或说明，已予退回，至今没有收到说明。"),
    ("unreadable", "你单位报送的文件（{{ received }}收到）无法读取，请报送可以打开的 Excel 工作簿（.xlsx）。"),
)


def reminder():
    document = new_letter("{{ unit }}预算绩效自评材料催报函", "关于催报", "函", "{{ unit }}")
    add_texts(
        document,
        f"{{% if document %}}按照{{{{ document }}}}的要求，{{% endif %}}你单位应报送{OF_THE_ROUND}"
        "{% if deadline %}，截止日期为{{ deadline }}{% endif %}。",
    )
    for state, text in STANDS:
        add_texts(document, f"{{%p if state == '{state}' %}}", text, "{%p endif %}")
    add_texts(
        document,
        "请{% if overdue %}立即{% elif deadline %}于截止日期前{% else %}尽快{% endif %}报送"
        "{% if hand_in %}，报送方式：{{ hand_in }}{% endif %}。已经报送的，请与我们联系。",
        "{%p if contact %}",
        "联系咨询：{{ contact }}。",
        "{%p endif %}",
    )
    document.add_paragraph("")
    for text in ("{{ office }}", "{{ date }}"):
        document.add_paragraph(text).alignment = ALIGN.RIGHT
    return document


if __name__ == "__main__":
    save(reminder(), Path(sys.argv[1]))
