"""What the site needs beyond its pages: each page speaks to its reader in its own language."""

from __future__ import annotations

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

LANGUAGES = ("zh", "en")
CHINESE = r"[\u2018-\u201d\u3000-\u9fff\uff00-\uffef]"
BROKEN_LINE = re.compile(rf"(?<={CHINESE})\n(?={CHINESE})")
VERBATIM = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Join lines that break between two Chinese characters: a browser would show a space there."""
    parts = VERBATIM.split(html)
    return "".join(part if number % 2 else BROKEN_LINE.sub("", part) for number, part in enumerate(parts))


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation) -> dict:
    """Let the theme's own words (search, contents, next page) be in the language of the page."""
    language = page.file.src_uri.partition("/")[0]
    config.theme["language"] = language if language in LANGUAGES else LANGUAGES[0]
    return context
