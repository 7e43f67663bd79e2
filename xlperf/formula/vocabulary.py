"""The words of the language: which functions there are, what is said of those that are not, and why a formula is refused.

>>> "SUMIFS" in KNOWN, CURES["POWER"], "POWER" in KNOWN
(True, 'power', False)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from xlperf.errors import FormulaError
from xlperf.formula.functions import FUNCTIONS
from xlperf.formula.nodes import Literal, Node
from xlperf.formula.sugar import SUGARS
from xlperf.messages import sentence

ADDRESS = re.compile(r"\$?[A-Z]{1,3}\$?[1-9][0-9]*")  # of a cell, which the form alone gives
DEFAULTS: Mapping[tuple[str, int], tuple[Node, ...]] = {  # what a function is given that people leave out
    ("IF", 2): (Literal(""),),
    **{(name, 1): (Literal(Decimal(1)),) for name in ("LEFT", "RIGHT")},
}
LOOKUP = "LOOKUP"  # goes down the steps of a parameter
OTHERS = ("INDEX", "COUNTIF")  # that are written otherwise than they are kept
KNOWN = {*FUNCTIONS, *SUGARS, *OTHERS, LOOKUP}
CURES = {  # functions that people look for here, by what is said of them instead
    **dict.fromkeys(("TODAY", "NOW", "RAND", "RANDBETWEEN", "OFFSET", "INDIRECT"), "changing"),
    **dict.fromkeys(("POWER", "SQRT", "EXP", "LN", "LOG", "PRODUCT"), "power"),
    **dict.fromkeys(("UPPER", "LOWER", "PROPER", "FIND", "SEARCH", "SUBSTITUTE", "REPLACE", "EXACT"), "words"),
    **dict.fromkeys(("TEXTJOIN", "CONCAT", "REPT"), "joining"),
    **dict.fromkeys(("RANK", "MEDIAN", "MODE", "PERCENTILE", "QUARTILE", "STDEV"), "ranking"),
    **dict.fromkeys(("DATEDIF", "DATEVALUE", "EDATE", "EOMONTH", "DAYS", "WEEKDAY", "NETWORKDAYS", "YEARFRAC"), "dates"),
    **dict.fromkeys(("HLOOKUP", "XLOOKUP", "MATCH"), "place"),
    **dict.fromkeys(("ISERROR", "IFNA", "ISNA", "ISERR"), "errors"),
    **dict.fromkeys(("AVERAGEIF", "AVERAGEIFS", "MAXIFS", "MINIFS"), "averages"),
    "MOD": "remainder",
}


def refusal(reason: str, source: str, **facts: object) -> FormulaError:
    """Why a formula is refused, in the language of the reader, with the formula."""
    told = sentence(f"formula_{reason}", facts)
    return FormulaError(sentence("formula_in", {"reason": told, "source": source}))
