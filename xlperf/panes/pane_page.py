"""The pane as one HTML file: the page's own worker and findings, with the file of one program instead of a place to drop files.

    text = pane_text(parts, forms, program="wps", server="/")

Like the page it loads nothing else, office.js excepted, which only Microsoft may hand out and without which Excel tells nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from xlperf import __version__
from xlperf.messages import LANGUAGES, catalogue, current_language
from xlperf.page.page_file import EXPORT, IMPORT, POLICY, TAGS, as_data, digest, words_in
from xlperf.page.page_file import STATIC as OF_PAGE
from xlperf.reading.limits import MOST_FILE
from xlperf.server.uploads import MOST_UPLOAD

STATIC = Path(__file__).parent / "static"
SHARED = ("words.js", "engine.js", "server.js", "findings.js")  # of the page
OFFICE_ORIGIN = "https://appsforoffice.microsoft.com"
OFFICE_JS = f'<script src="{OFFICE_ORIGIN}/lib/1/hosted/office.js"></script>'
FOREIGN = {"wps": "", "excel": f"\n{OFFICE_JS}"}  # by program


def pane_text(packages: str, forms: Sequence[Mapping[str, str]], *, program: str, server: str | None) -> str:
    """The HTML of the pane.

    Args:
        packages: what the worker starts Python from, as HTML.
        program: wps or excel.
        server: the address of a server that answers where Python does not start; a path is one of where the pane is from.
    """
    languages = sorted(LANGUAGES, key=lambda language: language != current_language())
    words = {language: pane_words(language) for language in languages}
    facts: dict[str, object] = {"version": __version__, "most": MOST_FILE, "forms": list(forms)}
    facts["server"] = {"url": server, "most": MOST_UPLOAD} if server else None
    script, style = program_text(program), _of_page("page.css") + _ours("pane.css")
    first = words[languages[0]]
    values = {
        "policy": policy_of(script, style, program=program, server=server),
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
        "parts": packages,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], _ours("pane.html"))


def policy_of(script: str, style: str, *, program: str, server: str | None) -> str:
    """What the pane may load and whom it may ask: that server at most, and Microsoft's place for office.js."""
    scripts = [digest(script), *([OFFICE_ORIGIN] if FOREIGN[program] else [])]
    policy = POLICY.format(scripts=" ".join(scripts), style=digest(style))
    if not server:
        return policy
    place = urlsplit(server)
    return policy.replace(
        "connect-src 'none'", f"connect-src {place.scheme}://{place.netloc}" if place.netloc else "connect-src 'self'"
    )


def program_text(program: str) -> str:
    """The modules as one: what is opened from a disk cannot load modules."""
    modules = [*map(_of_page, SHARED), *map(_ours, (f"{program}.js", "pane.js"))]
    return "\n".join(EXPORT.sub("", IMPORT.sub("", module)) for module in modules)


def pane_words(language: str) -> dict[str, str]:
    """What the pane says in a language."""
    return {**words_in(language), **catalogue(language)["pane"]}


def _of_page(name: str) -> str:
    return (OF_PAGE / name).read_text("utf-8")


def _ours(name: str) -> str:
    return (STATIC / name).read_text("utf-8")
