"""What says nothing: the dashes and words that people type where they have nothing to say.

    >>> spellings = spellings_of(form)
    >>> [(is_blank(spellings, text), is_dash(spellings, text)) for text in (" — ", "N/A", "9")]
    [(True, True), (True, False), (False, False)]

A *blank* is one of the ways to type nothing that the form lists: a *dash*, which has no letter, or a word for nothing.
A *filler* stands where words are asked for and only points elsewhere. A blank always empties a number, a date or a
choice; among free words only a dash does, for a word for nothing may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category

from xlperf.forms.form import Form
from xlperf.text import fold, letters_of
from xlperf.values.notation import ENDS, Spellings, spellings_of

LONGEST_FILLER = 20  # characters: of a longer text nobody asks what it says
NEVER = r"(?!)"


def is_blank(spellings: Spellings, text: str) -> bool:
    """Whether a text is one of the ways to type nothing."""
    folded = fold(text)
    return not folded or folded in spellings.blanks or folded.rstrip(ENDS) in spellings.blanks


def is_dash(spellings: Spellings, text: str) -> bool:
    """Whether a text is a way to type nothing that has no letter, which cannot be meant as a word."""
    return is_blank(spellings, text) and not letters_of(text)


def says_nothing(spellings: Spellings, text: str) -> bool:
    """Whether a text is a way to type nothing, or nothing but punctuation and spaces."""
    return is_blank(spellings, text) or all(category(letter)[0] in "PZ" for letter in text)


def is_filler(form: Form, text: str, *, short: bool) -> bool:
    """Whether a text stands in place of the words that are asked for; a word for nothing does so where they are `short`."""
    if len(text) > LONGEST_FILLER:
        return False
    letters = letters_of(text)
    return _filler_pattern(form).fullmatch(letters) is not None or (short and letters in _words_for_nothing(form))


def explanation_of(form: Form, text: object) -> str:
    """An explanation, "" for one that says nothing: a dash, a word for nothing, a filler, a bare confirmation."""
    letters = letters_of(text or "")
    if not letters or letters in _empty_words(form) or is_filler(form, str(text), short=True):
        return ""
    return "" if _confirmation(form).fullmatch(letters) else str(text)


def empty_text_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """The letters of a text that consists of such words and digits alone."""
    letters = sorted(filter(None, map(letters_of, words)), key=len, reverse=True)
    return re.compile(rf"(?>{'|'.join(map(re.escape, letters))}|\d)++" if letters else r"\d+")  # never tried two ways


@lru_cache(maxsize=16)
def _filler_pattern(form: Form) -> re.Pattern[str]:
    """The letters of a filler, with the number of an annex, perhaps."""
    words = "|".join(sorted(filter(None, map(letters_of, spellings_of(form).fillers)), key=len, reverse=True))
    return re.compile(rf"(?:{words})\d{{0,3}}" if words else NEVER)


@lru_cache(maxsize=16)
def _confirmation(form: Form) -> re.Pattern[str]:
    """The letters of a text that only says that it is so."""
    return empty_text_pattern(spellings_of(form).confirmations)


@lru_cache(maxsize=16)
def _words_for_nothing(form: Form) -> frozenset[str]:
    """The letters of every blank that has any."""
    return frozenset(filter(None, map(letters_of, spellings_of(form).blanks)))


@lru_cache(maxsize=16)
def _empty_words(form: Form) -> frozenset[str]:
    """The letters of every word that says nothing: typed for a blank, in place of words, as a reason."""
    spellings = spellings_of(form)
    reasons = (rule.words("words") for rule in form.rules.values() if rule.check == "empty_reasons")
    return frozenset(letters_of(word) for words in (spellings.blanks, spellings.fillers, *reasons) for word in words)
