"""Write what is generated: `python -m generator [findings | forms | sections | outputs …]`, all of it by default."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from generator import api, commands, findings, form_reference, peers, rooms
from generator.outputs import with_outputs
from generator.pages import READMES, WRITTEN_BY_PROGRAM, all_pages
from support.paths import DOCS

SECTION = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(?=<!-- /generated -->)", re.DOTALL)
SECTIONS: Mapping[str, Callable[[str], str]] = {
    "command table": commands.command_table,
    "help": commands.help_texts,
    "twins": commands.twin_table,
    "api": lambda language: api.reference(),
    "rooms": lambda language: rooms.rooms(),
    "peers": peers.table,
    "directions": lambda language: rooms.directions(),
}


def with_sections(text: str, language: str) -> str:
    """The page with what stands between its marks made anew."""
    return SECTION.sub(lambda match: f"{match[1]}\n{SECTIONS[match[2]](language)}\n\n", text)


def write_findings() -> None:
    for language in READMES:
        write(DOCS / language / "findings.md", findings.page(language))


def write_forms() -> None:
    for language in READMES:
        write(DOCS / language / "form-reference.md", form_reference.page(language))


def write_sections() -> None:
    for page in all_pages():
        write(page.path, with_sections(page.text(), page.language))


def write_outputs() -> None:
    for page in all_pages():
        if page.name not in WRITTEN_BY_PROGRAM:
            write(page.path, with_outputs(page))


PARTS: Mapping[str, Callable[[], None]] = {
    "findings": write_findings,
    "forms": write_forms,
    "sections": write_sections,
    "outputs": write_outputs,
}


def write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
