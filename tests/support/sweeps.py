"""How much of a sweep runs: a fixed slice of it in `make test`, the whole of it in `make soak`.

    for seed in seeds(300, usual=30): ...                   # 0 to 29; in a soak 300 seeds from SEED on
    @settings(max_examples=examples(1500, usual=100))       # of Hypothesis
    for name in every(2, NAMES, usual=8): ...               # one in eight; in a soak one in two, SEED says which

A soak begins at a seed that is drawn anew each time and printed; `make soak SEED=5` begins there again. The slice of
`make test` is always the same, so that nothing fails there that did not fail before a change.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")
SOAK = "XLPERF_SOAK" in os.environ
SEED = int(os.environ.get("SEED") or 0)


def seeds(whole: int, *, usual: int) -> range:
    """The seeds of a sweep of generated cases."""
    return range(SEED, SEED + whole) if SOAK else range(usual)


def examples(whole: int, *, usual: int) -> int:
    """How many cases are drawn, by Hypothesis or by a loop that has its chance from SEED."""
    return whole if SOAK else usual


def every(whole: int, cases: Sequence[Case], *, usual: int) -> Sequence[Case]:
    """One in so many of the cases that are listed."""
    return cases[SEED % whole :: whole] if SOAK else cases[::usual]
