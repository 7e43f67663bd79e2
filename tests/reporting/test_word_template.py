"""The Word engine: what people typed is data, lines and joined cells come out right, mistakes are named by place."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from hypothesis import example, given
from hypothesis import strategies as st

from support.documents import HARD_TEXTS
from xlperf.errors import FormError, UsageError
from xlperf.reporting.word_template import check_word, render_word

CONTEXT = {"unit": "某局", "cover": {"unit": "某局", "items": "一格"}, "goals": [{"duty": "甲", "text": "4场"}], "none": ""}
NOT_XML = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def as_held(text: str) -> str:
    """What of a text a Word document can hold."""
    return NOT_XML.sub("", BREAKS.sub("\n", text))


def make(path: Path, *paragraphs: str, rows: Sequence[Sequence[str]] = ()) -> Path:
    """A template with those paragraphs and one table."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    document.save(path)
    return path


def rendered(template: Path, context: dict) -> Document:
    target = template.with_name("out.docx")
    render_word(template, context, target, "2023-01-05")
    return Document(target)


def texts(document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text between two marks, in a paragraph and in a cell."""
    return make(tmp_path_factory.mktemp("frame") / "t.docx", "〔{{ text }}〕", rows=[["〔{{ text }}〕", "{{ text }}"]])


# --- what people typed is data -------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.text(max_size=60))
@example("{{ cover.unit }} {% for x in y %} {# z #}")
@example("a & b < c > d \" ' &amp; ]]> <w:t>")
@example("{_{ x }_} {_% x %_}")
@example("a\r\nb\rc\n\nd\ve\ff\u2028g")
@example("\t前\t\t后\t\n\t")
@example("\x00\x01\x1f\ufffe")
@example("<?merged?>")
@example("  两端有空格  ")
def test_any_text_stands_in_paragraph_and_cell_as_typed(frame: Path, text: str) -> None:
    document = rendered(frame, {"text": text})
    cells = document.tables[0].rows[0].cells
    assert "\n".join(texts(document)) == f"〔{as_held(text)}〕"
    assert [cell.text for cell in cells] == [f"〔{as_held(text)}〕", as_held(text)]


@pytest.mark.slow
def test_hard_texts_and_long_ones(frame: Path) -> None:
    for text in (*HARD_TEXTS, "很长，" * 7000, "行\n" * 300):
        assert rendered(frame, {"text": text}).tables[0].rows[0].cells[0].text == f"〔{as_held(text)}〕"


def test_none_is_blank_and_a_number_is_itself(frame: Path) -> None:
    assert texts(rendered(frame, {"text": None})) == ["〔〕"]
    assert texts(rendered(frame, {"text": 4})) == ["〔4〕"]


def test_a_value_that_is_called_like_a_method_is_the_value(tmp_path: Path) -> None:
    assert texts(rendered(make(tmp_path / "t.docx", "{{ cover.items }}"), CONTEXT)) == ["一格"]


def test_a_template_cannot_reach_into_the_program(tmp_path: Path) -> None:
    template = make(tmp_path / "t.docx", "{{ unit.__class__.__mro__ }}")
    with pytest.raises(FormError):
        rendered(template, CONTEXT)


@pytest.mark.parametrize(
    "text", ["{{ 1 / 0 }}", "{{ unit + 1 }}", "{% include 'x' %}", "{{ unit|round }}", "{{ range(10000000)|list }}"]
)
def test_what_a_template_does_wrong_is_its_own_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormError, match=r"t\.docx"):
        rendered(make(tmp_path / "t.docx", text), CONTEXT)


def test_a_name_that_is_not_there_is_an_error_never_a_blank(tmp_path: Path) -> None:
    template = make(tmp_path / "t.docx", "{{ cover.untt }}")
    with pytest.raises(FormError, match="untt"):
        rendered(template, CONTEXT)
    assert not template.with_name("out.docx").exists()


# --- lines ---------------------------------------------------------------------------------------------------


def test_a_line_is_a_paragraph_of_the_same_form(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("前：")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.page_break_before = True
    paragraph.add_run("{{ text }}").font.size = Pt(20)
    paragraph.add_run("（后）").bold = True
    document.save(tmp_path / "t.docx")
    made = rendered(tmp_path / "t.docx", {"text": "一\n二\n三"}).paragraphs
    assert [p.text for p in made] == ["前：一", "二", "三（后）"]
    assert {p.alignment for p in made} == {WD_ALIGN_PARAGRAPH.RIGHT}
    assert [p.paragraph_format.page_break_before for p in made] == [True, None, None]
    assert [p.runs[0 if n else 1].font.size for n, p in enumerate(made)] == [Pt(20)] * 3
    assert made[2].runs[-1].text == "（后）" and made[2].runs[-1].bold


def test_a_section_ends_with_the_last_line(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("{{ text }}")
    document.add_section()
    document.add_paragraph("后")
    moved = document.element.body.findall(qn("w:p"))
    moved[0].get_or_add_pPr().append(moved[1].pPr.find(qn("w:sectPr")))  # as Word keeps it: in the text's own paragraph
    document.element.body.remove(moved[1])
    document.save(tmp_path / "t.docx")
    made = rendered(tmp_path / "t.docx", {"text": "一\n二"})
    ends = [p.text for p in made.paragraphs if p._p.pPr is not None and p._p.pPr.find(qn("w:sectPr")) is not None]
    assert len(made.sections) == 2 and ends == ["二"]


@pytest.mark.parametrize(("text", "indents"), [
    ("正文", [Pt(32)]), ("\u3000\u3000正文", [0]), ("    正文\n正文", [0, Pt(32)]), (" 正文", [Pt(32)]),
])  # fmt: skip
def test_typed_indentation_takes_the_place_of_the_forms(tmp_path: Path, text: str, indents: list[int]) -> None:
    document = Document()
    document.add_paragraph("{{ text }}").paragraph_format.first_line_indent = Pt(32)
    document.save(tmp_path / "t.docx")
    made = rendered(tmp_path / "t.docx", {"text": text}).paragraphs
    assert "\n".join(p.text for p in made) == text
    assert [p.paragraph_format.first_line_indent for p in made] == indents


# --- tables --------------------------------------------------------------------------------------------------


def merges(document) -> list[list[str | None]]:
    """Per row, what each cell says of joining: restart, continue, None."""
    cells = [
        [cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}") for cell in row._tr.findall(qn("w:tc"))] for row in document.tables[0].rows
    ]
    return [[None if merge is None else merge.get(qn("w:val")) for merge in row] for row in cells]


def looped(path: Path, *row: str) -> Path:
    blank = [""] * (len(row) - 1)
    return make(
        path,
        rows=[["{%tr for g in goals %}", *blank], row, ["{%tr else %}", *blank], ["（无）", *blank], ["{%tr endfor %}", *blank]],
    )


def test_cells_that_say_the_same_are_joined_from_left_to_right(tmp_path: Path) -> None:
    template = looped(tmp_path / "t.docx", "{{ g.a|merged }}", "{{ g.b|merged }}", "{{ g.b }}")
    rows = [("甲", "1"), ("甲", "1"), ("", "2"), ("乙", "2"), ("丙", "x"), ("丙", "")]
    document = rendered(template, {"goals": [{"a": a, "b": b} for a, b in rows]})
    assert merges(document) == [
        ["restart", "restart", None], ["continue", "continue", None], ["continue", None, None],
        [None, None, None], ["restart", "restart", None], ["continue", "continue", None],
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["甲", "1", "1"], ["甲", "1", "1"], ["甲", "2", "2"], ["乙", "2", "2"], ["丙", "x", "x"], ["丙", "x", ""],
    ]  # fmt: skip


def test_an_empty_list_gives_the_row_for_nothing(tmp_path: Path) -> None:
    document = rendered(looped(tmp_path / "t.docx", "{{ g.a }}", "{{ g.b }}"), {"goals": []})
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["（无）", ""]]


def test_two_hundred_rows(tmp_path: Path) -> None:
    rows = [{"a": str(number // 10), "b": f"第{number}行"} for number in range(200)]
    document = rendered(looped(tmp_path / "t.docx", "{{ g.a|merged }}", "{{ g.b }}"), {"goals": rows})
    assert [row.cells[1].text for row in document.tables[0].rows] == [row["b"] for row in rows]
    assert [merge for merge, _ in merges(document)] == (["restart"] + ["continue"] * 9) * 20


def test_a_tag_split_over_runs_is_one_tag(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ cov", "er.", "unit }", "}"):
        paragraph.add_run(piece).italic = True
    document.save(tmp_path / "t.docx")
    assert list(check_word(tmp_path / "t.docx", CONTEXT)) == []
    assert texts(rendered(tmp_path / "t.docx", CONTEXT)) == ["某局"]


# --- the file ------------------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    template = looped(tmp_path / "t.docx", "{{ g.duty|merged }}", "{{ g.text }}")
    render_word(template, CONTEXT, tmp_path / "a.docx", "2023-01-05")
    script = (f"from pathlib import Path; from xlperf.reporting.word_template import render_word; "
              f"render_word(Path({str(template)!r}), {CONTEXT!r}, Path({str(tmp_path / 'b.docx')!r}), '2023-01-05')")  # fmt: skip
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONHASHSEED": "7", "PATH": ""})
    first, second = ((tmp_path / name).read_bytes() for name in ("a.docx", "b.docx"))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        assert {item.date_time for item in package.infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_properties_tell_the_date_asked_for_and_nobody_s_name(tmp_path: Path) -> None:
    document = Document()
    document.core_properties.title = "{{ unit }} & 报告"
    document.core_properties.author = document.core_properties.last_modified_by = "王某"
    document.save(tmp_path / "t.docx")
    properties = rendered(tmp_path / "t.docx", CONTEXT).core_properties
    assert (properties.title, properties.author, properties.last_modified_by) == ("某局 & 报告", "xlperf", "")
    assert properties.created.date().isoformat() == properties.modified.date().isoformat() == "2023-01-05"


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_word_document_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.docx").write_bytes(content)
    with pytest.raises(FormError, match=r"t\.docx"):
        rendered(tmp_path / "t.docx", CONTEXT)
    with pytest.raises(FormError, match=r"t\.docx"):
        list(check_word(tmp_path / "t.docx", CONTEXT))


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"t\.docx"):
        rendered(tmp_path / "t.docx", CONTEXT)


# --- mistakes are named by place -----------------------------------------------------------------------------

MISTAKES = [  # paragraph, what is said
    ("{{ cover.untt }}", "cover.unit"),
    ("{{ covr.unit }}", "cover"),
    ("{{ cover.unit.name }}", "cover.unit.name"),
    ("{{ goals.duty }}", "goals.duty"),
    ("{{ cover.unit", "{{"),
    ("cover.unit }}", "}}"),
    ("{% if unit %}", "endif"),
    ("{% endif %}", "endif"),
    ("{% else %}", "else"),
    ("{% for g in goals %}{{ g.duty }}", "endfor"),
    ("{% for g in goal %}{% endfor %}", "goals"),
    ("{% for g in goals %}{{ g.dutty }}{% endfor %}", "g.duty"),
    ("{% for g in goals %}{% endfor %}{{ g.duty }}", "g"),
    ("{% for g in goals %}{% endfor %}{{ loop.index }}", "loop"),
    ("{{ unit unit }}", "unit unit"),
    ("{{ unit|uper }}", "|upper"),
    ("{% if unit is nonsense %}{% endif %}", "nonsense"),
    ("｛｛ unit ｝｝", "｛｛"),
    ("{%tr for g in goals %}", "tr"),
    ("{%p if unit %} 旁边", "旁边"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_named_with_its_paragraph(tmp_path: Path, text: str, said: str) -> None:
    found = list(check_word(make(tmp_path / "t.docx", "好的 {{ unit }}", text), CONTEXT))
    assert found and all(place.startswith("正文段落“") and "好的" not in place for place, _ in found)
    assert any(said in reason for _, reason in found)


@pytest.mark.parametrize(("text", "said"), [case for case in MISTAKES if "{%p" not in case[0] and "{%tr" not in case[0]])
def test_a_mistake_in_a_table_is_named_with_row_and_cell(tmp_path: Path, text: str, said: str) -> None:
    found = list(check_word(make(tmp_path / "t.docx", rows=[["a", "b"], ["c", text]]), CONTEXT))
    assert found and all(place.startswith("正文第 1 个表格第 2 行第 2 格“") for place, _ in found)
    assert any(said in reason for _, reason in found)


def test_a_text_beside_a_row_tag_would_be_lost(tmp_path: Path) -> None:
    rows = [["{%tr for g in goals %}", "会丢失"], ["{{ g.text }}", ""], ["{%tr endfor %}", ""]]
    ((place, reason),) = check_word(make(tmp_path / "t.docx", rows=rows), CONTEXT)
    assert place.startswith("正文第 1 个表格第 1 行第 1 格") and "会丢失" in reason


BROKEN = {
    "begins outside": "<w:r><w:t>{{{{ un</w:t></w:r><w:ins><w:r><w:t>it }}}}</w:t></w:r></w:ins>",
    "deleted within": "<w:r><w:t>{{{{ un</w:t></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:r><w:t>it }}}}</w:t></w:r>",
    "ends in a link": "<w:r><w:t>{{{{ un</w:t></w:r><w:hyperlink><w:r><w:t>it }}}}</w:t></w:r></w:hyperlink>",
    "from change to change": "<w:ins><w:r><w:t>{{{{ un</w:t></w:r></w:ins><w:ins><w:r><w:t>it }}}}</w:t></w:r></w:ins>",
}
WHOLE = {
    "inserted": "<w:ins><w:r><w:t>{{{{ un</w:t></w:r><w:r><w:t>it }}}}</w:t></w:r></w:ins>",
    "inserted within": "<w:r><w:t>{{{{ u</w:t></w:r><w:ins><w:r><w:t>ni</w:t></w:r></w:ins><w:r><w:t>t }}}}</w:t></w:r>",
    "deleted before": "<w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:r><w:t>{{{{ unit }}}}</w:t></w:r>",
}


def with_runs(path: Path, runs: str) -> Path:
    paper = Document()
    paper.add_paragraph()._p.getparent().insert(0, parse_xml(f"<w:p {nsdecls('w')}>{runs.format()}</w:p>"))
    paper.save(path)
    return path


@pytest.mark.parametrize("runs", BROKEN.values(), ids=BROKEN)
def test_a_tag_that_a_tracked_change_or_a_link_breaks_is_told_with_its_place(tmp_path: Path, runs: str) -> None:
    ((place, reason),) = check_word(with_runs(tmp_path / "t.docx", runs), CONTEXT)
    assert (place, reason) == (
        "正文段落“{{ unit }}”",
        "“{{ unit }}”被修订或链接从中间断开；请接受修订（或去掉链接），重新输入这个标签",
    )


@pytest.mark.parametrize("runs", WHOLE.values(), ids=WHOLE)
def test_a_tag_beside_a_tracked_change_is_right(tmp_path: Path, runs: str) -> None:
    assert list(check_word(with_runs(tmp_path / "t.docx", runs), CONTEXT)) == []


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    assert len(list(check_word(make(tmp_path / "t.docx", "{{ cover.untt }}"), CONTEXT))) == 1


def test_a_condition_around_half_a_table_is_found(tmp_path: Path) -> None:
    template = make(tmp_path / "t.docx", "{% if unit %}", rows=[["{% endif %}"]])
    ((place, _),) = check_word(template, {**CONTEXT, "unit": ""})
    assert place == "t.docx"


RIGHT = [
    "{{ unit }} {{ cover.unit|upper }} {{ goals[0].duty }} {{ goals|length }} {{ cover['unit'] }}",
    "{% for g in goals %}{{ loop.index }}{{ g.duty }}{% else %}{{ none }}{% endfor %}",
    "{% for a, b in cover|dictsort %}{{ a }}{{ b }}{% endfor %}{# 注 #}",
    "{% if unit and not none %}{% elif unit == “某局” %}{% else %}{% endif %}",
    "{% if unit %}{% set x = cover %}{% endif %}{{ x.unit }}{% for g in goals if g.duty %}{{ g.text }}{% endfor %}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_not_complained_of(tmp_path: Path, text: str) -> None:
    template = make(tmp_path / "t.docx", text)
    assert list(check_word(template, CONTEXT)) == []
    rendered(template, CONTEXT)


@pytest.mark.parametrize(("first", "even", "texts", "places"), [
    (False, False, {}, ["页眉"]),
    (False, False, {"header": "{{ unit }}"}, []),
    (False, False, {"header": "别的"}, ["页眉（header1.xml）"]),
    (True, False, {"header": "{{ unit }}"}, ["首页页眉"]),
    (False, True, {"header": "{{ unit }}"}, ["偶数页页眉"]),
    (True, True, {"header": "{{ unit }}", "first_page_header": "{{ unit }}", "even_page_header": "{{ unit }}"}, []),
])  # fmt: skip
def test_a_name_for_every_page_stands_in_every_header(tmp_path: Path, first: bool, even: bool, texts: dict, places: list) -> None:
    document = Document()
    section = document.sections[0]
    section.different_first_page_header_footer = first
    document.settings.odd_and_even_pages_header_footer = even
    for kind, text in texts.items():
        getattr(section, kind).paragraphs[0].text = text
    document.save(tmp_path / "t.docx")
    assert [place for place, _ in check_word(tmp_path / "t.docx", CONTEXT, "unit")] == places


@pytest.mark.parametrize("tags", [
    "{{ 9 ** 9 ** 9 }}",
    "{{ 'x' * 1000000000 }}",
    "{% for a in range(90000) %}{% for b in range(90000) %}{% set c = a %}{% endfor %}{% endfor %}",
    "{% for a in range(90000) %}{% for b in range(90000) %}{{ a }}{% endfor %}{% endfor %}",
    "{% set a = 'xxxxxxxxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 40 + "{{ a|length }}",
    "{{ 'x'|center(4000000000) }}",
])  # fmt: skip
def test_a_template_is_filled_within_bounds(tmp_path: Path, tags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlperf.reporting.word_template.MOST_SECONDS", 0.5)
    begin = time.monotonic()
    with pytest.raises(FormError) as caught:
        rendered(make(tmp_path / "t.docx", tags), CONTEXT)
    assert caught.value.key == "word_template" and time.monotonic() - begin < 10


def test_a_package_that_unpacks_to_too_much_is_no_template(tmp_path: Path) -> None:
    template = make(tmp_path / "t.docx", "x")
    with zipfile.ZipFile(template, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/a.bmp", bytes(80 * 2**20))
    with pytest.raises(FormError, match="64 MiB"):
        rendered(template, CONTEXT)
