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

from jinja2 import Environment, TemplateSyntaxError, nodes

from xlperf.messages import listing, sentence
from xlperf.reporting.word_xml import Element, W, around, own_text, own_texts, parent_of, whole_text

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
SCOPE = re.compile(r"^(\{\{|\{%|\{#)(tr|tc|p|r)\s")
WORD = re.compile(r"^\{%-?\s*(\w*)")
HALF = re.compile("\\{[{%#]|[}%#]\\}|\uff5b[\uff5b%\uff05]|[\uff5d%\uff05]\uff5d")  # without its partner, or full-width
QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})  # as Word likes to set them
WHOLE = ("tr", "tc", "p")  # the element that a tag with that letter replaces, and all that stands in it
OPENS = ("for", "if")
CLOSES = {"endfor": ("for",), "endif": ("if",)}
INNER = {"else": ("for", "if"), "elif": ("if",)}
AROUND = {  # what makes a statement whole, so that it can be parsed alone
    "for": ("", "{% endfor %}"),
    "if": ("", "{% endif %}"),
    "elif": ("{% if 1 %}", "{% endif %}"),
    "else": ("{% if 1 %}", "{% endif %}"),
}
SWITCHES = {"first": ("word/document.xml", "titlePg"), "even": ("word/settings.xml", "evenAndOddHeaders")}  # of headers
OWN = re.compile(r"^\{%\s*(vm|hm|cellbg|colspan)\b")  # docxtpl's own, for cells
JINJA = (  # what Jinja says of a tag, and the sentence without its `jinja_`
    (r"unexpected end|unclosed|End of file", "ends"),
    (r"expected token '(?P<expected>[^']+)', got '(?P<found>.+)'", "expected"),
    (r"unknown tag '(?P<found>[^']+)'", "no_word"),
    (r"No (?:filter|test) named '(?P<found>[^']+)'", "no_filter"),
    (r"[Uu]nexpected (?:char )?'(?P<found>.+?)'", "unexpected"),
)
ENDS = {"end of print statement": "}}", "end of statement block": "%}", "name": "\u2026", "string": "\u2026", "integer": "\u2026"}
ANYTHING = object()  # a value of which nothing is known
LONGEST, MOST_NAMES = 40, 12  # characters of a text, and names, that a complaint shows


class Complaint(NamedTuple):
    """One thing that is wrong with a template."""

    place: str
    reason: str


class Opened(NamedTuple):
    """A statement that is open: its word, where it stands, the names it brings."""

    word: str
    place: str
    names: dict[str, object]


class TagError(Exception):
    """What is wrong with a tag: a key of the catalogue and its arguments."""

    def __init__(self, key: str, **arguments: object) -> None:
        super().__init__(key)
        self.key, self.arguments = key, arguments


def complaints(root: Element, environment: Environment, sample: Mapping[str, object], part: str) -> Iterator[Complaint]:
    """Yield whatever is wrong in one part of a template."""
    opened = [Opened("", "", {})]
    for paragraph in root.iter(f"{W}p"):
        text = own_text(paragraph)
        place = _place(paragraph, text, part)
        for half in HALF.finditer(TAG.sub("", text)):
            yield Complaint(place, sentence("tag_half", {"text": half[0]}))
        for tag in _broken(paragraph):
            yield Complaint(place, sentence("tag_broken", {"tag": tag}))
        for tag in TAG.findall(text):
            try:
                yield from (Complaint(place, reason) for reason in _misplaced(paragraph, tag))
                _check(tag.translate(QUOTES), environment, sample, opened, place)
            except TagError as error:
                yield Complaint(place, sentence(error.key, {"tag": tag, **error.arguments}))
    for statement in opened[1:]:
        yield Complaint(statement.place, sentence("tag_open", {"word": statement.word}))


def missing_in_headers(parts: Mapping[str, Element], name: str) -> Iterator[Complaint]:
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
    lacking = [part for part, root in headers.items() if not any(tag.search(own_text(p)) for p in root.iter(f"{W}p"))]
    for part in [*sorted(needed - kinds), *lacking]:
        yield Complaint(_part(part), sentence("tag_missing", {"name": name}))


# --- where a tag stands --------------------------------------------------------------------------------------


def _place(paragraph: Element, text: str, part: str) -> str:
    """Where a paragraph stands: the part of the document, the table cell, the beginning of its text."""
    words = {"part": _part(part), "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026"}
    cell = around(paragraph, "tc")
    if cell is None:
        return sentence("tag_place_paragraph", words)
    row = parent_of(cell)
    table = parent_of(row)
    numbers = {
        "table": 1 + list(table.getroottree().iter(f"{W}tbl")).index(table),
        "row": 1 + sum(1 for _ in row.itersiblings(row.tag, preceding=True)),
        "cell": 1 + sum(1 for _ in cell.itersiblings(cell.tag, preceding=True)),
    }
    return sentence("tag_place_cell", {**words, **numbers})


def _part(name: str) -> str:
    """A part of the document in words."""
    kind = re.sub(r"^word/|\d*\.xml$", "", name)
    return sentence(f"part_{kind}", {"name": name.removeprefix("word/")})


def _broken(paragraph: Element) -> Iterator[str]:
    """The tags that begin inside of a tracked change or a link and end outside, or the other way, or have deleted text within."""
    characters = [text for text in own_texts(paragraph) for _ in text.text or ""]  # the element of each
    order = {element: at for at, element in enumerate(paragraph.iter())}
    deleted = [order[element] for name in ("del", "moveFrom") for element in paragraph.iter(f"{W}{name}")]
    for tag in TAG.finditer(own_text(paragraph)):
        first, last = characters[tag.start()], characters[tag.end() - 1]
        together = parent_of(parent_of(first)) is parent_of(parent_of(last))
        if not together or any(order[first] < at < order[last] for at in deleted):
            yield tag[0]


def _misplaced(paragraph: Element, tag: str) -> Iterator[str]:
    """Why a tag for a whole row (cell, paragraph) may not stand there: outside of one, or not alone in it."""
    scope = SCOPE.match(tag)
    if not scope or scope[2] not in WHOLE:
        return
    whole = paragraph if scope[2] == "p" else around(paragraph, scope[2])
    if whole is None:
        yield sentence("tag_outside", {"tag": tag, "scope": scope[2]})
    elif beside := whole_text(whole).replace(tag, "", 1).strip():  # would be lost
        yield sentence("tag_beside", {"tag": tag, "scope": scope[2], "text": beside[:LONGEST]})


# --- what a tag says -----------------------------------------------------------------------------------------


def _check(tag: str, environment: Environment, sample: Mapping[str, object], opened: list[Opened], place: str) -> None:
    """Check one tag where those of `opened` are open, and open or close what it opens or closes.

    Raises:
        TagError: something is wrong with it.
    """
    if tag.startswith("{#") or OWN.match(tag):
        return
    tag = SCOPE.sub(r"\1 ", tag)
    statement = WORD.match(tag)
    word = statement[1] if statement else ""
    belongs_to = (CLOSES | INNER).get(word)
    if belongs_to and opened[-1].word not in belongs_to:
        raise TagError("tag_shut", word=word)
    if word in CLOSES:
        opened.pop()
        return
    if word in OPENS:
        opened.append(Opened(word, place, {}))
    parsed = _parse(tag, word, environment)
    names = {**sample, **{name: value for outer in opened for name, value in outer.names.items()}}
    opened[-1].names.update(_loop_names(parsed, names, environment))
    home = next(outer for outer in reversed(opened) if outer.word != "if")  # what is set under a condition stays known
    for name, value in _set_names(parsed, names, environment):
        home.names[name] = names[name] = value
    _value(parsed, {**names, **opened[-1].names}, environment)


def _parse(tag: str, word: str, environment: Environment) -> nodes.Template:
    before, after = AROUND.get(word, ("", ""))
    try:
        return environment.parse(before + tag + after)
    except TemplateSyntaxError as error:
        raise TagError("tag_syntax", reason=why_no_tag(error)) from None


def why_no_tag(error: TemplateSyntaxError) -> str:
    """Why Jinja cannot read a tag, in the reader's language."""
    said = error.message or ""
    for pattern, key in JINJA:
        if match := re.search(pattern, said):
            return sentence(f"jinja_{key}", {name: ENDS.get(text, text) for name, text in match.groupdict().items()})
    return sentence("jinja_other", {})


def _loop_names(parsed: nodes.Template, names: Mapping[str, object], environment: Environment) -> dict[str, object]:
    """The names that a loop brings, with the item of the sample where that is known."""
    found: dict[str, object] = {}
    for loop in parsed.find_all(nodes.For):
        items, target = _value(loop.iter, names, environment), loop.target
        found["loop"] = ANYTHING
        if isinstance(target, nodes.Name):
            found[target.name] = items[0] if isinstance(items, list) and items else ANYTHING
        else:
            found.update({name.name: ANYTHING for name in target.find_all(nodes.Name)})
    return found


def _set_names(parsed: nodes.Template, names: Mapping[str, object], environment: Environment) -> Iterator[tuple[str, object]]:
    """Yield the names that are set, with their values."""
    for assignment in parsed.find_all(nodes.Assign):
        if isinstance(assignment.target, nodes.Name):
            yield assignment.target.name, _value(assignment.node, names, environment)


def _value(node: nodes.Node, names: Mapping[str, object], environment: Environment) -> object:
    """What an expression stands for in the sample, as far as that is known.

    Raises:
        TagError: there is a name in it that nothing fills.
    """
    match node:
        case nodes.Name(name=name):
            if name not in names and name not in environment.globals:
                raise _unknown("", name, names)
            return names.get(name, ANYTHING)
        case nodes.Getattr(node=owner, attr=key) | nodes.Getitem(node=owner, arg=nodes.Const(value=str() as key)):
            return _member(owner, key, names, environment)
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


def _member(owner: nodes.Node, key: str, names: Mapping[str, object], environment: Environment) -> object:
    """What `owner.key` stands for in the sample."""
    value = _value(owner, names, environment)
    if isinstance(value, Mapping):
        if key not in value:
            raise _unknown(f"{_dotted(owner)}.", key, value)
        return value[key]
    if value is not ANYTHING and not hasattr(value, key):
        raise _unknown(f"{_dotted(owner)}.", key, ())
    return ANYTHING


def _unknown(before: str, name: str, existing: Iterable[str]) -> TagError:
    near = get_close_matches(name, list(existing), 3, 0.5) or sorted(existing)[:MOST_NAMES]
    return TagError("tag_unknown", name=before + name, near=listing(before + other for other in near) or None)


def _dotted(node: nodes.Node) -> str:
    """An expression as the template writes it, if it is a path of names."""
    match node:
        case nodes.Name(name=name):
            return name
        case nodes.Getattr(node=owner, attr=key):
            return f"{_dotted(owner)}.{key}"
    return "(\u2026)"
