"""Wrong forms without end: a definition that is right, with something in it left out, misspelt, doubled or put elsewhere.

    for definition in wrong_definitions(7): …
    for name, text in WRONG_TEXTS.items(): …      # files that are no YAML, or have signs that YAML does not know

Nothing says what is wrong with them: what every complaint has in common is tested (whose language it is, that it names a line).
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import yaml

from support.base_form import BASE, base_form
from support.extended_form import own_form
from support.form_mistakes import FORMULAS, NAMES, SHAPES
from support.paths import TEMPLATES
from xlperf.forms.definition import Raw

Change = Callable[[Random, Any], Any]  # a value in place of another
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**9, "", " ", "x", "甲", "a：b", "a，b", "“a”", [], {}, ["x"], [["x"]], {"x": 1}, {"key：name": None},
    datetime.date(2023, 1, 2), "x" * 40_000, "=1+", "SUM(", "{", "{x:.2f}", "rules", "XL101", "../x", "a" * 31 + "/",
)  # fmt: skip


def misspelt(random: Random, text: str) -> str:
    """A text with two letters swapped, one left out, or one too many."""
    if len(text) < 2:
        return text + "x"
    at = random.randrange(len(text) - 1)
    return random.choice((text[:at] + text[at + 1] + text[at] + text[at + 2 :], text[:at] + text[at + 1 :], text + "x"))


def wrong_definition(seed: int) -> Raw:
    """The definition of one of our forms with one to three mistakes; the same for a seed each time."""
    random = Random(seed)
    shipped = sorted(TEMPLATES.glob("*/*/form.yaml"))
    whole = base_form() if random.random() < 0.6 else yaml.safe_load(random.choice(shipped).read_text("utf-8"))
    if Random(f"{seed} with the standard").random() < 0.25:
        whole = own_form()
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        owner, key = random.choice(list(_places(whole)))
        _spoil(random, owner, key)
    return whole


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a definition: what holds it, and its key or number there."""
    for key in list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ():
        yield part, key
        yield from _places(part[key])


def _spoil(random: Random, owner: Any, key: Any) -> None:
    kind, value = random.randrange(6), owner[key]
    if kind == 0:
        del owner[key]
    elif kind == 1 and isinstance(key, str):
        owner[misspelt(random, key)] = owner.pop(key)
    elif kind == 2 and isinstance(value, str):
        owner[key] = misspelt(random, value)
    elif kind == 3 and isinstance(owner, list):
        owner.append(copy.deepcopy(value))
    elif kind == 4 and isinstance(owner, dict):
        owner[random.choice((*owner, "x", "Köy", "键", "a：b", "required", "max_length", "formula"))] = copy.deepcopy(value)
    else:
        owner[key] = copy.deepcopy(random.choice(ODD_VALUES))


def _in(before: str, after: str) -> str:
    assert before in BASE, before
    return BASE.replace(before, after, 1)


WRONG_TEXTS: dict[str, tuple[str | bytes, str, str]] = {
    # what is wrong: the file, the line of the base form that it is about, and what is said of it in English
    "a full-width colon": (_in("title: 小表\n", "title：小表\n"), "title：小表", "'：' is a full-width sign"),
    "a full-width colon in the first line": (_in("form: mini", "form：mini"), "form：mini", "'：' is a full-width sign"),
    "a full-width colon with a blank": (_in("title: 小表\n", "title： 小表\n"), "title： 小表", "'：' is a full-width sign"),
    "a full-width colon in braces": (_in("{key: name", "{key：name"), "{key：name", "'：' in it is a full-width sign"),
    "a full-width colon of a whole sheet": (_in("sheets:\n", "sheets：\n"), "sheets：", "'：' is a full-width sign"),
    "a full-width comma between keys": (_in("{key: name, label", "{key: name，label"), "{key: name，label", "'，' is a full-width sign"),
    "full-width commas between names": (_in("cells: [spent]", "cells: [spent，planned]"), "cells: [spent，planned]", "'，' in 'spent，planned' is a full-width sign"),
    "full-width commas between choices": (_in("choices: [定量, 定性], required: true", "choices: [定量，定性], required: true"), "choices: [定量，定性]", "a full-width '，' in it"),
    "a full-width brace": (_in("{operators: {", "｛operators: {"), "｛operators", "'｛' is a full-width sign"),
    "a key in smart quotes": (_in("title: 小表\n", "“title”: 小表\n"), "“title”: 小表", "'“”' in it is a full-width sign"),
    "a type in smart quotes": (_in("type: money", "type: “money”"), "type: “money”", "'“”' in it is a full-width sign"),
    "a tab": (_in("  - key: cover\n", "  - key: cover\n\theading: x\n"), "\theading: x", "there is a tab before the text"),
    "a tab first": (_in("  - key: cover\n", "\t- key: cover\n"), "\t- key: cover", "there is a tab before the text"),
    "no blank behind a colon": (_in("title: 小表\n", "title:小表\n"), "title:小表", "behind a key stand a colon and a blank"),
    "a colon in a text": (_in("title: 小表\n", "title: 小表: 一\n"), "title: 小表: 一", "a colon too many"),
    "an indentation": (_in("title: 小表\n", " title: 小表\n"), " title: 小表", "a colon too many"),
    "a bracket left open": (_in("cells: [spent]", "cells: [spent"), "cells: [spent", "a bracket is left open"),
    "a quotation mark left open": (_in("title: 小表\n", "title: '小表\n"), "title: '小表", "quotation mark"),
    "a percent sign first": (_in("title: 小表\n", "title: %小表\n"), "title: %小表", "no text begins with '%'"),
    "an at sign first": (_in("title: 小表\n", "title: @小表\n"), "title: @小表", "no text begins with '@'"),
    "a star first": (_in("title: 小表\n", "title: *小表\n"), "title: *小表", "& and * name a part"),
    "an exclamation mark first": (_in("title: 小表\n", "title: !小表 x\n"), "title: !小表 x", "! has a meaning of its own"),
    "a text behind a quotation mark": (_in("title: 小表\n", "title: '小表' x\n"), "title: '小表' x", "behind a quotation mark"),
    "two contents": (BASE + "---\nform: x\n", "---", "one content only"),
    "GBK": (BASE.encode("gbk"), "title: ", "the file is encoded as GBK"),
    "no text at all": (b"form: \xff\xff\xff\xff\xff\x00", "form", "no text in UTF-8"),
    "a control character": (_in("title: 小表\n", "title: 小\x01表\n"), "title: 小\x01表", "a control character, U+0001"),
    "a day that is none": (_in("title: 小表\n", "title: 2023-02-31\n"), "title: 2023-02-31", "there is no day '2023-02-31'"),
    "a key twice": (_in("title: 小表\n", "title: 小表\ntitle: 大表\n"), "title: 大表", "'title' stands here twice"),
}  # fmt: skip
RIGHT_TEXTS: dict[str, str | bytes] = {  # signs that do no harm
    "a mark of the byte order": b"\xef\xbb\xbf" + BASE.encode(),
    "UTF-16": BASE.encode("utf-16"),
    "full-width signs in a text": _in("title: 小表\n", "title: 小表：甲，乙（“丙”）\n"),
    "lines of Windows": BASE.replace("\n", "\r\n"),
}
MISTAKES = {**SHAPES, **NAMES, **FORMULAS}
