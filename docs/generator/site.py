"""What the site needs beyond its pages: each page speaks to its reader in its own language."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

LANGUAGES = ("zh", "en")


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation) -> dict:
    """Let the theme's own words (search, contents, next page) be in the language of the page."""
    language = page.file.src_uri.partition("/")[0]
    config.theme["language"] = language if language in LANGUAGES else LANGUAGES[0]
    return context
