"""The pane as one HTML file: the page's own worker and findings, with the file of one program instead of a place to drop files.

    text = pane_text(parts, forms, program="wps", has_server=True)

Like the page it loads nothing else, office.js excepted, which only Microsoft may hand out and without which Excel tells nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlperf import __version__
from xlperf.messages import LANGUAGES, catalogue, current_language
from xlperf.page.page_file import EXPORT, IMPORT, POLICY, TAGS, as_data, digest, packed, words_in
from xlperf.page.page_file import STATIC as OF_PAGE
from xlperf.reading.limits import MOST_FILE

STATIC = Path(__file__).parent / "static"
SHARED = ("words.js", "engine.js", "findings.js")  # of the page
OFFICE_ORIGIN = "https://appsforoffice.microsoft.com"
OFFICE_JS = f'\n<script src="{OFFICE_ORIGIN}/lib/1/hosted/office.js"></script>'
FOREIGN = {"wps": "", "excel": OFFICE_JS}  # by program


def pane_text(parts: Mapping[str, bytes], forms: Sequence[Mapping[str, str]], *, program: str, has_server: bool) -> str:
    """The HTML of the pane.

    Args:
        parts: what the worker starts Python from, by name.
        program: wps or excel.
        has_server: whether the place it is from may be asked instead.
    """
    languages = sorted(LANGUAGES, key=lambda language: language != current_language())
    words = {language: pane_words(language) for language in languages}
    facts = {"version": __version__, "most": MOST_FILE, "forms": list(forms), "server": has_server}
    script, style = program_text(program), _of_page("page.css") + _ours("pane.css")
    first = words[languages[0]]
    values = {
        "policy": policy_of(script, style, program=program, has_server=has_server),
        "version": __version__,
        "language": TAGS.get(languages[0], languages[0]),
        "title": html.escape(first["title"]),
        "no_script": html.escape(" / ".join(words[language]["no_script"] for language in languages)),
        "style": style,
        "foreign": FOREIGN[program],
        "words": as_data(words),
        "facts": as_data(facts),
        "worker": _of_page("worker.js"),
        "program": script,
        "parts": "\n".join(packed(name, content) for name, content in parts.items()),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], _ours("pane.html"))


def policy_of(script: str, style: str, *, program: str, has_server: bool) -> str:
    """What the pane may load and whom it may ask: its own place at most, and Microsoft's for office.js."""
    scripts = [digest(script), *([OFFICE_ORIGIN] if FOREIGN[program] else [])]
    policy = POLICY.format(scripts=" ".join(scripts), style=digest(style))
    return policy.replace("connect-src 'none'", "connect-src 'self'") if has_server else policy


def program_text(program: str) -> str:
    """The modules as one: what is opened from a disk cannot load modules."""
    modules = [*map(_of_page, SHARED), *map(_ours, (f"{program}.js", "server.js", "pane.js"))]
    return "\n".join(EXPORT.sub("", IMPORT.sub("", module)) for module in modules)


def pane_words(language: str) -> dict[str, str]:
    """What the pane says in a language."""
    return {**words_in(language), **catalogue(language)["pane"]}


def _of_page(name: str) -> str:
    return (OF_PAGE / name).read_text("utf-8")


def _ours(name: str) -> str:
    return (STATIC / name).read_text("utf-8")
