"""How time grows with size: the exponent of a power of the size, fitted through what was measured.

fitted_exponent({300: 0.4, 600: 0.8, 1200: 1.6})      # 1.0: twice as much takes twice as long
large_workbook(Path("large.xlsx"), rows=1_800)        # indicators, each of another name and of other figures
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from random import Random
from statistics import linear_regression

from support.crowd import CHARACTERS
from support.example import document, indicator
from xlperf import fill_workbook

FREE = "科技合作交流活动"  # an indicator of a number, in a free row


def fitted_exponent(seconds: Mapping[int, float]) -> float:
    """The slope of the logarithm of time over that of size."""
    return linear_regression([math.log(size) for size in seconds], [math.log(value) for value in seconds.values()]).slope


def large_workbook(path: Path, *, rows: int) -> Path:
    """The example with so many more indicators."""
    random, doc = Random(rows), document()
    pattern = indicator(doc, FREE)
    for number in range(rows):
        name, target = "".join(random.choices(CHARACTERS, k=8)), random.randint(1, 900)
        actual = target + random.choice([0, 0, 0, 1])
        doc["indicators"].append({**pattern, "name": f"{name}{number}", "target": target, "actual": actual, "reason": name})
    assert fill_workbook(doc, output=path).outputs
    return path
