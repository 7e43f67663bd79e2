"""HTML as text, with whatever people wrote escaped; elements, and the frame around every page of a round.

    >>> tag("p", "a < b", class_="calm")
    '<p class="calm">a &lt; b</p>'
    >>> tag("img", src="a.svg", alt=""), tag("td", None, hidden=True, colspan=None)
    ('<img src="a.svg" alt="">', '<td hidden></td>')

No element has a style of its own: the policy of the server allows none. What differs from page to page, such as the colours of
a cell, is said by attributes of HTML and SVG.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlencode

from xlperf.messages import LANGUAGES, catalogue, current_language, fill, plain
from xlperf.server.round.visits import Ask

TAGS = {"zh": "zh-CN"}
VOID = {"br", "col", "img", "input", "link", "meta"}
ROOT = "/round"

Child = object  # a text, markup, None, or several of them


class Markup(str):
    """A text that is HTML already."""


class Place(NamedTuple):
    """A page that the frame leads to."""

    path: str
    key: str  # of its name


PLACES = (Place(ROOT, "board"), Place(f"{ROOT}/changes", "changes"), Place(f"{ROOT}/exports", "exports"))
OF_BUREAU = (f"{ROOT}/exports",)  # that only the bureau is led to


def tag(element: str, *children: Child, **attributes: object) -> Markup:
    """An element; an attribute that is None or False is left out, a word of Python may end in an underscore."""
    said = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return Markup(f"<{element}{said}>" if element in VOID else f"<{element}{said}>{joined(children)}</{element}>")


def joined(children: Iterable[Child]) -> Markup:
    """Several things one after the other."""
    return Markup("".join(map(_as_markup, children)))


def _as_markup(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    return joined(child) if isinstance(child, list | tuple) else html.escape(plain(child), quote=False)


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(plain(value))}"'


def say(key: str, **facts: object) -> str:
    """A sentence of the pages of a round."""
    return fill(catalogue(current_language())["round"][key], facts)


def address(path: str, **query: object) -> str:
    """An address with what stands behind its "?"; what is None or "" is left out."""
    asked = urlencode({name: value for name, value in query.items() if value not in (None, "")})
    return f"{path}?{asked}" if asked else path


def own_address(ask: Ask, **more: object) -> str:
    """Where what is asked for can be looked at once more; of a file that was handed in, the page of its unit."""
    unit, name = f"{ROOT}/units/{quote(ask.unit)}", quote(ask.name)
    places: dict[str, tuple[str, dict[str, object]]] = {
        "board": (ROOT, {"state": ask.state}),
        "changes": (f"{ROOT}/changes", {"since": ask.since}),
        "exports": (f"{ROOT}/exports", {}),
        "export": (f"{ROOT}/exports/{name}", {}),
        "unit": (unit, {"version": ask.version, "sheet": ask.sheet}),
        "file": (f"{unit}/files/{name}", {}),
        "upload": (unit, {}),
    }
    path, query = places[ask.verb]
    return address(path, **query, **more)


def page(ask: Ask, title: str, *parts: Child, here: str = "") -> str:
    """A whole page.

    Args:
        here: the path of the place that this page is.
    """
    round_, visitor = ask.served, ask.visitor
    name = round_.title or say("title")
    links = [place for place in PLACES if not (visitor.is_unit and place.path in OF_BUREAU)]
    who = [visitor.user or None, say(f"role_{visitor.role}")]
    body = tag(
        "body",
        tag("a", say("skip"), class_="skip", href="#main"),
        tag(
            "header",
            tag("p", name, class_="name"),
            tag("p", " · ".join(filter(None, who)), class_="who"),
            tag("nav", [_language(ask, each) for each in LANGUAGES], aria_label=say("language"), class_="languages"),
            class_="band",
        ),
        tag(
            "nav",
            [tag("a", say(p.key), href=p.path, aria_current="page" if p.path == here else None) for p in links],
            tag("a", say("page_of_checks"), href="/"),
            aria_label=say("places"),
            class_="places",
        ),
        tag("main", tag("h1", title), *parts, id="main", tabindex="-1"),
        tag("footer", say("footer"), class_="calm"),
        class_="round",
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="same-origin"),  # else a form of ours would not say where it was sent from
        tag("link", rel="icon", href="data:,"),
        tag("title", f"{title} · {name}"),
        tag("link", rel="stylesheet", href="/static/page.css"),
        tag("link", rel="stylesheet", href=f"{ROOT}/style.css"),
    )
    language = current_language()
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=TAGS.get(language, language))}\n"


def _language(ask: Ask, language: str) -> Markup:
    current = "true" if language == current_language() else None
    name = catalogue(language)["page"][f"in_{language}"]
    return tag("a", name, href=own_address(ask, lang=language), lang=TAGS.get(language, language), aria_current=current)


def table(caption: str, headings: Iterable[str], rows: Iterable[Iterable[Child]], *, class_: str = "") -> Markup:
    """A table that becomes a list of cards where there is no room; roles are said because a browser forgets them then.

    The first cell of each row that is markup of a heading is taken as it is; all other cells are told by their column.
    """
    names = list(headings)
    head = tag("tr", [tag("th", name, role="columnheader", scope="col") for name in names], role="row")
    lines = [
        tag("tr", [tag("td", cell, role="cell", data_label=name) for name, cell in zip(names, row, strict=True)], role="row")
        for row in rows
    ]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen"),
            tag("thead", head, role="rowgroup"),
            tag("tbody", lines, role="rowgroup"),
            role="table",
            class_=f"cards {class_}".strip(),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=caption,
    )
