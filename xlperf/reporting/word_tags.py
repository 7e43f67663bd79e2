"""What is wrong with the tags of a Word template, and where they stand.

    {{ cover.untt }} in a cell  ->  ("text, table 1, row 2, cell 1 “{{ cover.untt }}”", "there is no “cover.untt”; …")

Every paragraph is looked at as people see it, its runs joined: Word splits a tag over several runs at will. A tag is
parsed alone, names are looked up in a sample of what will be filled in (lists hold one item), and tags that open and
close must match in the order of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from xlperf.messages import listing, sentence

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
SCOPE = re.compile(r"^(\{\{|\{%|\{#)(tr|tc|p|r)\s")
WORD = re.compile(r"^\{%-?\s*(\w*)")
HALF = re.compile("\\{[{%#]|[}%#]\\}|\uff5b[\uff5b%\uff05]|[\uff5d%\uff05]\uff5d")  # without its partner, or full-width
QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})  # as Word likes to set them
WHOLE = {"tr": f"{W}tr", "tc": f"{W}tc", "p": f"{W}p"}  # what such a tag replaces, and all that stands in it
CLOSES = {"endfor": ("for",), "endif": ("if",)}
INNER = {"else": ("for", "if"), "elif": ("if",)}
AROUND = {
    "for": ("", "{% endfor %}"),
    "if": ("", "{% endif %}"),
    "elif": ("{% if 1 %}", "{% endif %}"),
    "else": ("{% if 1 %}", "{% endif %}"),
}
SWITCHES = {"first": ("word/document.xml", "titlePg"), "even": ("word/settings.xml", "evenAndOddHeaders")}  # of headers
OWN = re.compile(r"^\{%\s*(vm|hm|cellbg|colspan)\b")  # docxtpl's own, for cells
ANYTHING = object()  # a value of which nothing is known
LONGEST, MOST = 40, 12  # characters of a text and names that a complaint shows
OPENS = ("for", "if")

Complaint = tuple[str, str]


class Opened(NamedTuple):
    """A statement that is open: its word, where it stands, the names it brings."""

    word: str
    place: str
    names: dict[str, object]


class _Wrong(Exception):
    """What is wrong with a tag: a key of the catalogue and its arguments."""


def complaints(root, environment, sample: Mapping, part: str) -> Iterator[Complaint]:
    """Yield place and reason of whatever is wrong in one part of a template; `environment` is Jinja's."""
    opened = [Opened("", "", {})]
    for paragraph in root.iter(f"{W}p"):
        text = paragraph_text(paragraph)
        place = _place(paragraph, text, part)
        for half in HALF.finditer(TAG.sub("", text)):
            yield place, sentence("tag_half", {"text": half[0]})
        for tag in _broken(paragraph):
            yield place, sentence("tag_broken", {"tag": tag})
        for tag in TAG.findall(text):
            try:
                yield from ((place, sentence(key, {"tag": tag, **about})) for key, about in _misplaced(paragraph, tag))
                _check(tag.translate(QUOTES), environment, sample, opened, place)
            except _Wrong as wrong:
                key, about = wrong.args
                yield place, sentence(key, {"tag": tag, **about})
    for scope in opened[1:]:
        yield scope.place, sentence("tag_open", {"word": scope.word})


def missing_in_headers(parts: Mapping[str, object], name: str) -> Iterator[Complaint]:
    """Yield a complaint for each kind of header that does not print that name, by the parts of the whole template."""
    section = next(parts["word/document.xml"].iter(f"{W}sectPr"), None)
    kinds = {reference.get(f"{W}type") for reference in section.iter(f"{W}headerReference")} if section is not None else set()
    needed = {"default"} | {
        kind
        for kind, (part, switch) in SWITCHES.items()
        if part in parts and next(parts[part].iter(f"{W}{switch}"), None) is not None
    }
    tag = re.compile(rf"\{{\{{\s*{re.escape(name)}\b")
    headers = {part: root for part, root in parts.items() if part.startswith("word/header")}
    lacking = [part for part, root in headers.items() if not any(tag.search(paragraph_text(p)) for p in root.iter(f"{W}p"))]
    for place in [*sorted(needed - kinds), *lacking]:
        yield _part(place), sentence("tag_missing", {"name": name})


def paragraph_text(paragraph) -> str:
    """The text of a paragraph, without that of paragraphs in a drawing inside it."""
    return "".join(text.text or "" for text in _texts(paragraph))


def _texts(paragraph) -> Iterator:
    return (text for text in paragraph.iter(f"{W}t") if next(text.iterancestors(f"{W}p")) is paragraph)


def _broken(paragraph) -> Iterator[str]:
    """The tags that begin inside of a tracked change or a link and end outside, or the other way, or have deleted text within."""
    signs = [text for text in _texts(paragraph) for _ in text.text or ""]
    order = {element: at for at, element in enumerate(paragraph.iter())}
    deleted = [order[element] for name in ("del", "moveFrom") for element in paragraph.iter(f"{W}{name}")]
    for tag in TAG.finditer(paragraph_text(paragraph)):
        first, last = signs[tag.start()], signs[tag.end() - 1]
        homes = [text.getparent().getparent() for text in (first, last)]
        if homes[0] is not homes[1] or any(order[first] < at < order[last] for at in deleted):
            yield tag[0]


def _part(name: str) -> str:
    kind = re.sub(r"^word/|\d*\.xml$", "", name)
    return sentence(f"part_{kind}", {"name": name.removeprefix("word/")})


def _place(paragraph, text: str, part: str) -> str:
    part = _part(part)
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026"
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    if cell is None:
        return sentence("tag_place_paragraph", {"part": part, "text": shown})
    row = cell.getparent()
    table = row.getparent()
    tables = list(table.getroottree().iter(f"{W}tbl"))
    numbers = {
        "table": tables.index(table) + 1,
        "row": 1 + sum(1 for _ in row.itersiblings(row.tag, preceding=True)),
        "cell": 1 + sum(1 for _ in cell.itersiblings(cell.tag, preceding=True)),
    }
    return sentence("tag_place_cell", {"part": part, "text": shown, **numbers})


def _misplaced(paragraph, tag: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A tag for a whole row (cell, paragraph) stands in one, and alone: what stands beside it would be lost."""
    scope = SCOPE.match(tag)
    if not scope or scope[2] not in WHOLE:
        return
    whole = paragraph if scope[2] == "p" else next(paragraph.iterancestors(WHOLE[scope[2]]), None)
    if whole is None:
        yield "tag_outside", {"scope": scope[2]}
    elif beside := "".join(text.text or "" for text in whole.iter(f"{W}t")).replace(tag, "", 1).strip():
        yield "tag_beside", {"scope": scope[2], "text": beside[:LONGEST]}


def _check(tag: str, environment, sample: Mapping, opened: list[Opened], place: str) -> None:
    """Check one tag where those of `opened` are open, and open or close what it opens or closes."""
    from jinja2 import TemplateSyntaxError, nodes

    if tag.startswith("{#") or OWN.match(tag):
        return
    tag = SCOPE.sub(r"\1 ", tag)
    word = WORD.match(tag)[1] if tag.startswith("{%") else ""
    belongs_to = (CLOSES | INNER).get(word)
    if belongs_to and opened[-1].word not in belongs_to:
        raise _Wrong("tag_shut", {"word": word})
    if word in CLOSES:
        opened.pop()
        return
    if word in OPENS:
        opened.append(Opened(word, place, {}))
    before, after = AROUND.get(word, ("", ""))
    try:
        statement = environment.parse(before + tag + after)
    except TemplateSyntaxError as error:
        raise _Wrong("tag_syntax", {"reason": error.message}) from None
    names = {**sample, **{name: value for scope in opened for name, value in scope.names.items()}}
    for loop in statement.find_all(nodes.For):
        item = _value(loop.iter, names, environment)
        single = isinstance(loop.target, nodes.Name) and isinstance(item, list) and len(item) > 0
        targets = [loop.target] if isinstance(loop.target, nodes.Name) else loop.target.find_all(nodes.Name)
        opened[-1].names.update({"loop": ANYTHING, **{target.name: item[0] if single else ANYTHING for target in targets}})
    home = next(scope for scope in reversed(opened) if scope.word != "if")  # what is set under a condition stays known
    for assignment in statement.find_all(nodes.Assign):
        if isinstance(assignment.target, nodes.Name):
            home.names[assignment.target.name] = names[assignment.target.name] = _value(assignment.node, names, environment)
    _value(statement, {**names, **opened[-1].names}, environment)


def _value(node, names: Mapping, environment) -> object:
    """What an expression stands for in the sample, as far as that is known; a name that nothing fills is wrong."""
    from jinja2 import nodes

    match node:
        case nodes.Name(name=name):
            if name not in names and name not in environment.globals:
                raise _unknown("", name, names)
            return names.get(name, ANYTHING)
        case nodes.Getattr(node=owner, attr=key) | nodes.Getitem(node=owner, arg=nodes.Const(value=str() as key)):
            value = _value(owner, names, environment)
            if isinstance(value, Mapping) and key in value:
                return value[key]
            if value is not ANYTHING and (isinstance(value, Mapping) or not hasattr(value, key)):
                raise _unknown(_dotted(owner) + ".", key, value if isinstance(value, Mapping) else ())
            return ANYTHING
        case nodes.Getitem(node=owner, arg=nodes.Const(value=int())):
            value = _value(owner, names, environment)
            return value[0] if isinstance(value, list) and value else ANYTHING
        case nodes.Filter(name=name) if name not in environment.filters:
            raise _unknown("|", name, environment.filters)
        case nodes.Test(name=name) if name not in environment.tests:
            raise _unknown("is ", name, environment.tests)
    for child in node.iter_child_nodes():
        _value(child, names, environment)
    return ANYTHING


def _unknown(before: str, name: str, known: Iterable[str]) -> _Wrong:
    near = get_close_matches(name, list(known), 3, 0.5) or sorted(known)[:MOST]
    return _Wrong("tag_unknown", {"name": before + name, "near": listing(before + n for n in near) or None})


def _dotted(node) -> str:
    from jinja2 import nodes

    match node:
        case nodes.Name(name=name):
            return name
        case nodes.Getattr(node=owner, attr=key):
            return f"{_dotted(owner)}.{key}"
    return "(\u2026)"
