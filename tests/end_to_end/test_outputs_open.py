"""What we write always opens: whatever texts stand in an input, every part of every output is XML, and LibreOffice opens it."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from support.libreoffice import NEVER, convert
from support.paths import FILLED, TEMPLATES
from support.surgery import rewrite, set_cell
from support.sweeps import seeds
from support.xml_parts import MAIN, broken
from xlperf import finalize, migrate_workbook, validate, write_next_template, write_report
from xlperf.errors import XlperfError

pytestmark = pytest.mark.slow

SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# What Excel writes for characters that XML cannot hold, what looks like it, and what may not stand in XML as it is.
PIECES = (
    *(f"_x{number:04X}_" for number in range(0x20)), "_x000b_", "_xFFFF_", "_xFFFE_", "_xD800_", "_x005F_x000B_", "_x005F_", "_x0041_", "_x",
    "\u2028", "\u0085", "\ufffd", "\u202e", "\ue000", "𠮷", "&", "<", "]]>", '"', "'", "{{ form }}", "{% for %}", "=1+1", "\n", "\t", " ", "字",
)  # fmt: skip
MOST_CELLS = 25  # of a sheet


def with_texts(seed: int, target: Path, pieces: tuple[str, ...] = PIECES) -> Path:
    """The filled example with texts in any of its cells, what is computed, printed or hidden among them."""
    chance = random.Random(seed)

    def change(name: str, content: bytes) -> bytes:
        if not SHEET.fullmatch(name):
            return content
        cells = [cell.get("r") for cell in etree.fromstring(content).iter(f"{MAIN}c") if cell.get("r") != "A1"]
        for cell in chance.sample(cells, min(len(cells), MOST_CELLS)):
            content = set_cell(content, cell, "".join(chance.choices(pieces, k=chance.randint(1, 6))))
        return content

    return rewrite(FILLED, target, change)


def everything_made(source: Path, folder: Path) -> Iterator[Path]:
    """All that can be made of a workbook; a command may refuse it in words."""
    commands: tuple[Callable[[], object], ...] = (
        partial(validate, source, annotated=folder / "back"),
        partial(finalize, source, output=folder / "final"),
        partial(migrate_workbook, source, output=folder / "migrated.xlsx"),
        partial(write_next_template, "suzhou-department", year=2023, last=source, output=folder / "next.xlsx"),
        partial(write_report, source, output=folder / "report.docx"),
        partial(write_report, source, output=folder / "public.docx", public=True),
    )
    for command in commands:
        try:
            command()
        except XlperfError:
            continue
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix in (".xlsx", ".docx"))


def test_every_part_of_every_output_is_xml(tmp_path: Path) -> None:
    for seed in seeds(200, usual=2):
        made = list(everything_made(with_texts(seed, tmp_path / f"{seed}.xlsx"), tmp_path / str(seed)))
        assert made, seed
        assert {path.name: broken(path) for path in made if broken(path)} == {}, seed


def test_a_text_that_looks_like_xml_of_the_workbook_is_a_text(tmp_path: Path) -> None:
    """XlsxWriter takes such a text for one of several fonts and writes it as it stands."""
    made = list(everything_made(with_texts(1, tmp_path / "in.xlsx", ("<r>&</r>",)), tmp_path / "out"))
    assert made
    assert {path.name: broken(path) for path in made if broken(path)} == {}


@pytest.mark.parametrize("number", [0x00, 0x0B, 0x0C, 0x1B, 0x1F])
def test_a_control_character_in_what_a_formula_shows_is_written_as_excel_does(tmp_path: Path, number: int) -> None:
    """The cover's name of the unit is shown again by formulas on other sheets."""
    source = rewrite(
        FILLED, tmp_path / "in.xlsx", lambda _, part: part.replace("促进中心<".encode(), f"促进中心_x{number:04X}_<".encode())
    )
    (made,) = validate(source, annotated=tmp_path / "back").outputs
    assert broken(made) == []
    shown = f"促进中心_x{number:04X}_</v>".encode()
    with zipfile.ZipFile(made) as package:
        assert any(shown in package.read(name) for name in package.namelist() if SHEET.fullmatch(name))


@pytest.mark.libreoffice
def test_libreoffice_opens_what_is_made_of_them(tmp_path: Path) -> None:
    for seed in seeds(20, usual=1):
        made = list(everything_made(with_texts(seed, tmp_path / f"{seed}.xlsx"), tmp_path / str(seed)))
        saved = convert(made, tmp_path / f"{seed}-saved", to="pdf", recalculate=NEVER)
        assert [path.name for path in saved if not path.read_bytes().startswith(b"%PDF")] == [], seed


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.docx")), ids=lambda path: path.parent.parent.name)
def test_word_templates_say_what_the_schema_wants(template: Path) -> None:
    assert broken(template) == []
    with zipfile.ZipFile(template) as package:
        parts = {name: etree.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".xml")}
    (zoom,) = parts["word/settings.xml"].iter(f"{WORD}zoom")
    assert (zoom.get(f"{WORD}percent"), zoom.get(f"{WORD}val")) == ("100", None)
    listed = [font.get(f"{WORD}name") for font in parts["word/fontTable.xml"]]
    fonts = [font for part in parts.values() for font in part.iter(f"{WORD}rFonts")]
    used = {font.get(f"{WORD}{script}") for font in fonts for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    assert used - {None} == set(listed) and len(listed) == len(set(listed))
