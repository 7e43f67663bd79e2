"""The sentences of a form definition: their braces name what will be there to fill them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import NamedTuple

from xlperf.forms.definition import Complaint, Raw, blocks_of, is_list, keys_of, named, or_rather, quoted, tables_of, wrong
from xlperf.forms.model import TEN_THOUSANDTH
from xlperf.messages import sentence

BESIDE = re.compile(r"\b[a-z]\w*\.[a-z]\w*")  # a cell elsewhere, as a test names it


class _Sentence(NamedTuple):
    """A text with braces, and what there will be to fill them."""

    place: str
    text: str
    fillers: Sequence[str] | None  # None: whatever the check in Python knows, which is a plain name


def wrong_braces(definition: Raw) -> Iterator[Complaint]:
    """The braces of a sentence name what will be there to fill them."""
    for place, text, fillers in _sentences(definition):
        try:
            parts = [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]
        except ValueError:
            yield wrong(place, "brace", found=quoted(text))
            continue
        for name, form, conversion in parts:
            if not name.isidentifier() if fillers is None else name not in fillers:
                rather = or_rather(name, fillers or ())
                known = sentence("wrong_filler_known", {"known": named(fillers)}) if fillers and not rather else ""
                yield wrong(place, "filler", name=name, rather=rather or known)
            elif form or conversion:
                yield wrong(place, "filler_format", name=name)


def _sentences(definition: Raw) -> Iterator[_Sentence]:
    yield _Sentence("year_line", definition["year_line"], ["year"])
    for number, line in enumerate(definition.get("opening", ())):
        yield _Sentence(f"opening[{number}].text", line["text"], ["year", "next"])
    for word, fillers in {"typed": ["typed"], "typed_beyond": ["typed", "printed"], "length_error": ["most"]}.items():
        yield _Sentence(f"words.{word}", definition["words"].get(word, ""), fillers)
    if "report" in definition:
        yield _Sentence("report.date", definition["report"]["date"], ["year", "month", "day"])
    tables = tables_of(definition)
    several = {"parameters", *tables, *(block["key"] for _, _, block in blocks_of(definition) if is_list(block))}
    for number, rule in enumerate(definition["rules"]):
        if "test" in rule and "table" not in rule:
            beside = [name.replace(".", "_") for name in BESIDE.findall(rule["test"]) if name.partition(".")[0] not in several]
            yield _Sentence(f"rules[{number}].found", rule["found"], beside)
            yield _Sentence(f"rules[{number}].expected", rule["expected"], ["label"])
        elif "test" in rule:
            _, table = tables[rule["table"]]
            beside = [name.replace(".", "_") for name in BESIDE.findall(rule["test"]) if name.partition(".")[0] not in several]
            money = [f"{column['key']}{TEN_THOUSANDTH}" for column in table["columns"] if column["type"] == "money"]
            yield _Sentence(f"rules[{number}].found", rule["found"], [*keys_of(table["columns"]), *money, *beside])
            yield _Sentence(f"rules[{number}].expected", rule["expected"], ["label"])
        if "check" in rule:
            yield from (_Sentence(f"rules[{number}].{part}", rule[part], None) for part in ("found", "expected"))
    for block, beginnings in definition.get("paper", {}).get("entries", {}).items():
        yield from (_Sentence(f"paper.entries.{block}", text, ["number"]) for text in beginnings)
