"""What is made of the forms before the first request: the page that asks the server, and the list of forms."""

from __future__ import annotations

import html
import json
from importlib.metadata import metadata
from pathlib import Path

from xlperf import __version__
from xlperf.forms.catalog import list_forms
from xlperf.messages import LANGUAGES, catalogue, current_language, use_language
from xlperf.page.in_browser import warm_up
from xlperf.page.page_file import filled_page, known_forms, words_in
from xlperf.server.job import Prepared
from xlperf.server.uploads import MOST_UPLOAD

NEEDS = ("Promise", "fetch", "WeakRef")  # of a browser; the last one came with what the page uses of JavaScript
SOFTWARE = ("starlette", "uvicorn")


def make_ready(templates: Path | None, language: str) -> Prepared:
    """The page and the list of forms; the forms stay loaded."""
    use_language(language)
    warm_up(templates)
    return Prepared(page_html(templates), json.dumps(list_forms(templates=templates), ensure_ascii=False))


def page_html(templates: Path | None) -> str:
    """The page, whose files come from beside it and whose answers from the server it came from."""
    words = catalogue(current_language())["page_of_server"]
    software = [{"name": name, "version": metadata(name)["Version"], "license": _license(name)} for name in SOFTWARE]
    facts = {
        "version": __version__,
        "forms": known_forms([], templates),
        "software": software,
        "server": {"most": MOST_UPLOAD},
        "report": True,
    }
    return filled_page(
        {each: {**words_in(each), **catalogue(each)["page_of_server"]} for each in LANGUAGES},
        facts,
        needs=" ".join(NEEDS),
        policy="",  # a header says it
        style='<link rel="stylesheet" href="static/page.css">',
        support='<script src="static/support.js"></script>',
        to_round=f'<p id="to-round"><a href="round" data-say="to_round">{html.escape(words["to_round"])}</a></p>',
        worker="",
        program='<script type="module" src="static/main.js"></script>',
        parts="",
    )


def _license(name: str) -> str:
    told = metadata(name)
    return next((told[key] for key in ("License-Expression", "License") if key in told), "—")
