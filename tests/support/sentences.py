"""Pairs of sentences, what a goal expects and what is reported, each with what a reviewer would say: `told` or `fine`.

Half of them (`tuned`) was looked at while the rules were written; the other half was put `aside` and is only counted. Wordings are
our own; no pair is of a published paper.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from support.paths import SUPPORT

SENTENCES = SUPPORT / "sentences.tsv"


class Pair(NamedTuple):
    """A goal, and whether something is to be told of it."""

    half: str
    verdict: str
    kind: str
    expected: str
    reported: str


class Figures(NamedTuple):
    """How the verdicts of a program compare with those of a reviewer."""

    precision: float  # of what it tells, so much is to be told
    recall: float  # of what is to be told, it tells so much


def read_pairs(half: str, path: Path = SENTENCES) -> list[Pair]:
    """The pairs of a half."""
    _, *lines = path.read_text("utf-8").splitlines()
    return [pair for pair in (Pair(*line.split("\t")) for line in lines) if pair.half == half]


def figures(pairs: list[Pair], told: list[bool]) -> Figures:
    """The figures of what a program told, pair by pair."""
    right = sum(says and pair.verdict == "told" for pair, says in zip(pairs, told, strict=True))
    return Figures(precision=right / max(sum(told), 1), recall=right / sum(pair.verdict == "told" for pair in pairs))
