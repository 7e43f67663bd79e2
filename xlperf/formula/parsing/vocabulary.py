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
from xlperf.formula.parsing.sugar import SUGARS
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
    **dict.fromkeys(("POWER", "PRODUCT"), "power"),
    **dict.fromkeys(("SQRT", "EXP", "LN", "LOG", "LOG10"), "root"),
    **dict.fromkeys(("UPPER", "LOWER", "PROPER", "FIND", "SEARCH", "SUBSTITUTE", "REPLACE", "EXACT"), "words"),
    **dict.fromkeys(("TEXTJOIN", "CONCAT"), "joining"),
    "REPT": "repeated",
    **dict.fromkeys(("RANK", "RANK.EQ"), "rank"),
    "MEDIAN": "median",
    **dict.fromkeys(("MODE", "PERCENTILE", "QUARTILE", "STDEV"), "ranking"),
    **dict.fromkeys(("DATEDIF", "DATEVALUE", "EDATE", "EOMONTH", "DAYS", "WEEKDAY", "NETWORKDAYS", "YEARFRAC"), "dates"),
    **dict.fromkeys(("HLOOKUP", "XLOOKUP", "MATCH"), "place"),
    **dict.fromkeys(("ISERROR", "IFNA", "ISNA", "ISERR"), "errors"),
    **dict.fromkeys(("AVERAGEIF", "AVERAGEIFS", "MAXIFS", "MINIFS"), "averages"),
    "MOD": "remainder",
}


WRITTEN = {  # how functions are written whose arguments people get wrong
    "IF": "IF(a > b, x, y)",
    "IFS": "IFS(a > 1, x, a > 0, y, TRUE, z)",
    "IFERROR": "IFERROR(x, 0)",
    "NOT": "NOT(a > b)",
    **{name: f"{name}(x, 2)" for name in ("ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC", "LEFT", "RIGHT")},
    **{name: f"{name}(table.x, 1)" for name in ("LARGE", "SMALL")},
    "MID": "MID(x, 1, 2)",
    "TEXT": 'TEXT(x, "0.00")',
    "SUMIF": "SUMIF(table.a, x, table.b)",
    "COUNTIF": "COUNTIF(table.a, x)",
    "SUMIFS": 'SUMIFS(table.x, table.a, y, table.b, ">0")',
    "COUNTIFS": 'COUNTIFS(table.a, y, table.b, ">0")',
    "VLOOKUP": "VLOOKUP(x, table.a, table.b)",
    "INDEX": "INDEX(table.b, MATCH(x, table.a, 0))",
    "DATE": "DATE(2024, 1, 31)",
    "SUMPRODUCT": "SUMPRODUCT(table.a, table.b)",
}


def how_written(name: str) -> str:
    """A function with arguments as it takes them."""
    return WRITTEN.get(name) or f"{name}({', '.join('xyz'[: len(FUNCTIONS[name].takes)]) if name in FUNCTIONS else 'x'})"


def refusal(reason: str, source: str, **facts: object) -> FormulaError:
    """Why a formula is refused, in the language of the reader, with the formula."""
    if reason == "arguments":
        facts["written"] = how_written(str(facts["name"]))
    told = sentence(f"formula_{reason}", facts)
    return FormulaError(sentence("formula_in", {"reason": told, "source": source}))
