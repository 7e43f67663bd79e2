"""Make the Word template of the notice that goes back with a workbook: its words stand here.

    python docs/make_notice.py templates/notice.docx

A bureau that wants other words edits a copy in Word (see docs/collections.md); the shipped file is what this makes. Layout and
fonts are those of the report (see make_report.py): an official paper on A4, the findings in tables.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from make_report import CENTRED, TEXT, add_table, add_texts, new_letter, save

HEADER = ("序号", "位置", "问题", "修改方法")
WIDTHS = (12, 36, 58, 50)  # mm
LISTS = (  # the findings, their heading, the lists that stand before
    ("errors", "须改正的错误", ()),
    ("queries", "须改正或说明的事项", ("errors",)),
    ("warnings", "请核对或说明的提醒", ("errors", "queries")),
    ("explained", "已作说明、不必再改的事项", ("errors", "queries", "warnings")),
)


def notice():
    document = new_letter("{{ unit }}预算绩效自评材料退回通知", "关于退回", "通知", "{{ unit or '报送单位' }}")
    add_texts(
        document,
        "{%p if readable %}",
        "你单位报送的{% if title %}{{ title }}材料{% else %}《{{ form }}》{% endif %}（文件：{{ file }}）已收到。经校验，"
        "{% if misfit %}不是要求报送的表样或年度，现予退回。请换用要求的表样和年度的模板填报后重新报送。{% else %}"
        "{% if errors %}有 {{ errors|length }} 项错误须改正{% endif %}{% if errors and queries %}，{% endif %}"
        "{% if queries %}有 {{ queries|length }} 项须改正或说明{% endif %}"
        "{% if warnings %}，另有 {{ warnings|length }} 项提醒请核对或说明{% endif %}，现予退回。"
        "请按所附清单逐项改正或说明后重新报送。{% endif %}",
        "{%p if annotated %}",
        "随附的“{{ annotated }}”已将有问题的单元格标色并加批注，首页列有全部问题。请直接在该文件中修改，改完发回即可。",
        "{%p endif %}",
        "{%p else %}",
        "你单位报送的文件“{{ file }}”无法读取，现予退回。请按所附清单的办法处理后重新报送。",
        "{%p endif %}",
    )
    add_texts(
        document,
        "{%p if deadline or hand_in or contact %}",
        "{% if document %}按照{{ document }}的要求，{% endif %}"
        "{% if overdue %}截止日期（{{ deadline }}）已过，请立即{% elif deadline %}请于{{ deadline }}前{% else %}请{% endif %}"
        "重新报送"
        "{% if hand_in %}，报送方式：{{ hand_in }}{% endif %}。{% if contact %}联系咨询：{{ contact }}。{% endif %}",
        "{%p endif %}",
    )
    for text in ("{{ office }}", "{{ date }}"):
        document.add_paragraph(text).alignment = ALIGN.RIGHT
    title = document.add_paragraph("附件：问题清单", TEXT)
    title.paragraph_format.page_break_before = True
    add_texts(document, "收到的文件：{{ path }}", "收到日期：{{ received }}", "SHA-256：{{ sha256 }}", style=TEXT)
    add_texts(document, "{%p if queries or warnings %}", style=TEXT)
    said = "属实的，在自评表的“校验”表“说明”栏写明原因，不必改动；须说明而没有说明的，不能定稿。"
    add_texts(document, said, "{%p endif %}", style=TEXT)
    for name, heading, before in LISTS:
        number = "+".join(["0", *(f"({earlier}|length > 0)|int" for earlier in before)])
        add_texts(document, f"{{%p if {name} %}}", style=TEXT)
        add_findings(document, f"{{{{ '一二三四'[{number}] }}}}、{heading}", name)
        add_texts(document, "{%p endif %}", style=TEXT)
    number = "+".join(["0", *(f"({name}|length > 0)|int" for name, *_ in LISTS)])
    add_texts(document, "{%p if reasons %}", style=TEXT)
    document.add_paragraph(f"{{{{ '一二三四五'[{number}] }}}}、与以前年度相比，请核对的提醒", "Heading 1")
    add_texts(document, "{%p for reason in reasons %}", "{{ loop.index }}. {{ reason }}", "{%p endfor %}", style=TEXT)
    add_texts(document, "{%p if more_reasons %}", "另有 {{ more_reasons }} 项类似的提醒。", "{%p endif %}", style=TEXT)
    add_texts(document, "以上不必逐项答复；目标偏低、多年不变的，请在编制下年目标时调整。", "{%p endif %}", style=TEXT)
    return document


def add_findings(document, heading: str, name: str) -> None:
    document.add_paragraph(heading, "Heading 1")
    rows: list[Sequence[str]] = [
        (f"{{%tr for row in {name} %}}",),
        ("{{ row.number }}", "{{ row.cells }}", "{{ row.what }}", "{{ row.fix }}"),
        ("{%tr endfor %}",),
    ]
    add_table(document, WIDTHS, HEADER, rows, (CENTRED, TEXT, TEXT, TEXT))


if __name__ == "__main__":
    save(notice(), Path(sys.argv[1]))
