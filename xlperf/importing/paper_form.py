"""How a form stands on paper, where its labels do not say it: the part `paper` of form.yaml.

paper = paper_form_of(form)
paper.combined["target"]      # "target_text", the computed column that shows operator, number and unit in one
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlperf.forms.document import Spot
from xlperf.forms.form import Form


@dataclass(frozen=True, kw_only=True)
class PaperForm:
    """What a form says of its printed reports; schemas/form.schema.json describes each part."""

    aliases: Mapping[str, tuple[str, ...]]  # other names of a label, a heading or a row
    printed: tuple[str, ...]  # words that are printed and say nothing
    headings: Mapping[str, Spot]  # headings above a text, with the field that takes it
    entries: Mapping[str, tuple[str, ...]]  # per block: how one of its rows begins in running text
    combined: Mapping[str, str]  # "target" and "actual" to the column that shows operator, number and unit in one
    leading: Mapping[str, str]  # choices that stand before the value of another column, to that column
    carried: frozenset[str]  # columns in which a blank cell says the same as the one above
    unit_captions: tuple[str, ...]  # words that begin a caption which says what amounts count in
    shown: Mapping[str, str]  # columns that are shown only as the computed column that repeats them


@lru_cache(maxsize=16)
def paper_form_of(form: Form) -> PaperForm:
    """Return what a form says of its printed reports."""
    raw = form.paper
    return PaperForm(
        aliases={label: tuple(others) for label, others in raw.get("aliases", {}).items()},
        printed=tuple(raw.get("printed", ())),
        headings={heading: _single(name) for heading, name in raw.get("headings", {}).items()},
        entries={block: tuple(beginnings) for block, beginnings in raw.get("entries", {}).items()},
        combined=raw.get("composed", {}),
        leading=raw.get("leading", {}),
        carried=frozenset(raw.get("carried", ())),
        unit_captions=tuple(raw.get("unit_captions", ())),
        shown=raw.get("shown", {}),
    )


def _single(name: str) -> Spot:
    block, _, field = name.partition(".")
    return Spot(block, 0, field)
