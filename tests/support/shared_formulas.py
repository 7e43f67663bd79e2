"""openpyxl unfolds shared formulas cell by cell, the same ones of the same workbooks in hundreds of tests: each once is enough.

remember_unfolded()  # from then on, in this process
"""

from __future__ import annotations

from functools import cache

from openpyxl.formula.translate import Translator
from openpyxl.worksheet import _reader


class Remembered:
    """A shared formula as the reader of openpyxl asks for it: what it is in another cell."""

    def __init__(self, formula: str, origin: str) -> None:
        self.formula, self.origin = formula, origin

    def translate_formula(self, cell: str) -> str:
        return _unfolded(self.formula, self.origin, cell)


def remember_unfolded() -> None:
    _reader.Translator = Remembered


@cache
def _unfolded(formula: str, origin: str, cell: str) -> str:
    return _translator(formula, origin).translate_formula(cell)


@cache
def _translator(formula: str, origin: str) -> Translator:
    return Translator(formula, origin)
