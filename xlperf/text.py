"""What two names are compared by, and the word that a misspelt one was meant for.

>>> nearest("indicaters", ["indicators", "goals"])
'indicators'
>>> slip("Pass.", ["Pass", "Fail"]), slip("Pasx", ["Pass", "Fail"]), slip("Pile", ["Pale", "Pipe"])
('Pass', 'Pass', None)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
FOLDED = re.compile("[\ufe30-\ufe6f\uff00-\uffef]")  # small and full-width forms
SPACES = re.compile(r"\s+")
DIGIT, DASH = "[0-9\uff10-\uff19]", "[-_\u2010-\u2015\u2212\uff0d\uff3f]"
OPENED, CLOSED = "[\\[({\uff08\uff3b\u3010\u3014]", "[\\])}\uff09\uff3d\u3011\u3015]"
DASHED = re.compile(rf"\A\s*({DIGIT}{{3,}})\s*{DASH}+\s*(?=[^0-9\uff10-\uff19\s])")  # 101-Bureau
BEFORE = re.compile(rf"\A\s*{OPENED}?\s*({DIGIT}{{3,}})\s*{CLOSED}?\s*(?:{DASH}|[.:\uff0e\uff1a\u3001])*\s*(?=[^\W\d_])")
AFTER = re.compile(rf"(?<=\S)\s*{OPENED}\s*({DIGIT}{{3,}})\s*{CLOSED}\s*\Z")  # Bureau (101001)
ENCLOSED = re.compile(rf"\A\s*(?:{OPENED}\s*{DIGIT}+\s*{CLOSED}|{DIGIT}+\s)")  # [101001] Bureau, 101001 Bureau
BUDGET_CODE = re.compile(r"(?!20[0-3][0-9](?:0[1-9]|1[0-2])\Z)(?:[0-9]{3}){2,5}")  # three digits a level; a month is none

ALIKE = 60  # per cent of two words


def letters_of(text: object) -> str:
    """The letters and digits of a text, without case, spaces and punctuation."""
    letters = unicodedata.normalize("NFKC", str(text)).lower()
    return letters if letters.isalnum() else "".join(c for c in letters if c.isalnum())


def unit_key(name: str | None, prefixes: Sequence[str] = ()) -> str:
    """A unit's name as it is compared: letters and digits, without its code and any of those words before it.

    What is left after one may begin with another: a name that begins so by itself is the same with and without its city.
    """
    letters, words = letters_of(without_code(name or "")), _longest_first(tuple(prefixes))
    while word := next((word for word in words if letters.startswith(word) and len(letters) > len(word) + 1), ""):
        letters = letters.removeprefix(word)
    return letters


@lru_cache(16)
def _longest_first(prefixes: tuple[str, ...]) -> Sequence[str]:
    """The letters of those words that have any."""
    return sorted(filter(None, map(letters_of, prefixes)), key=len, reverse=True)


class Coded(NamedTuple):
    """A name and the code that was written with it, in plain digits."""

    name: str
    code: str


def coded(name: str) -> Coded | None:
    """Part a unit's name from the code that is surely written with it, as budget systems print it; None where there is none.

    >>> [coded(each) for each in ("101-Office", "[101001] Office", "Office (101001)")]  # doctest: +NORMALIZE_WHITESPACE
    [Coded(name='Office', code='101'), Coded(name='Office', code='101001'), Coded(name='Office', code='101001')]
    >>> [coded(each) for each in ("110 Centre", "Office (65000000)", "Office (202403)", "101")]  # a number to dial, a month
    [None, None, None, None]
    """
    if found := DASHED.match(name):
        return Coded(name[found.end() :], _plain_digits(found[1]))
    for code in perhaps_coded(name):
        if BUDGET_CODE.fullmatch(code.code) and (ENCLOSED.match(name) or AFTER.search(name)):
            return code
    return None


def perhaps_coded(name: str) -> Iterator[Coded]:
    """Yield every way in which a name may be parted from a code: only who knows the codes can tell whether it is one.

    >>> list(perhaps_coded("101Office (202)"))
    [Coded(name='Office (202)', code='101'), Coded(name='101Office', code='202')]
    """
    if found := BEFORE.match(name):
        yield Coded(name[found.end() :], _plain_digits(found[1]))
    if found := AFTER.search(name):
        yield Coded(name[: found.start()], _plain_digits(found[1]))


def _plain_digits(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def code_in(name: str | None) -> str:
    """The code that is written with a unit's name; "" where there is none."""
    found = coded(name) if name else None
    return found.code if found else ""


def without_code(name: str) -> str:
    """A unit's name without the code that is written with it."""
    found = coded(name)
    return found.name if found else name


def code_of(name: str | None, code: str | None) -> str:
    """The code of a unit: that of its own field, else the one that is written with its name; "" where there is none."""
    return _plain_digits((code or "").strip()) or code_in(name)


def nearest(word: object, words: Iterable[object], alike: int = ALIKE) -> str | None:
    """The word of those that is most like the given one; None where none is much like it."""
    from rapidfuzz.process import extractOne

    best = extractOne(str(word), [str(other) for other in words], score_cutoff=alike)
    return best[0] if best else None


def most_like(word: object, words: Iterable[object], most: int) -> list[str]:
    """So many of the words, those most like the given one first."""
    from rapidfuzz.process import extract

    return [match for match, *_ in extract(str(word), [str(other) for other in words], limit=most)]


def likeness(one: str, other: str, at_least: float = 0) -> float:
    """How alike two texts are, letter by letter in their order: 1 if they are the same, 0 if they are less alike than asked for.

    >>> likeness("indicator", "indicators") > 0.9, likeness("goal", "rule", at_least=0.5)
    (True, 0.0)
    """
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one, other, score_cutoff=at_least)


def slip(word: object, words: Iterable[object], opposites: Collection[str] = ()) -> str | None:
    """The one of the words that is the same but for spaces and punctuation, or for one character that is none of `opposites`."""
    typed, meant = letters_of(word), [str(other) for other in words]
    same = [other for other in meant if letters_of(other) == typed]
    close = [other for other in meant if _one_apart(typed, letters_of(other), opposites)]
    found = (same or close) if typed else []
    return found[0] if len(found) == 1 else None


def _one_apart(typed: str, meant: str, opposites: Collection[str]) -> bool:
    apart = [(one, other) for one, other in zip(typed, meant, strict=False) if one != other]
    return len(typed) == len(meant) > 1 and len(apart) == 1 and not set(apart[0]) & set(opposites)


def fold(text: str) -> str:
    """A text without invisible characters, full-width forms as plain ones, every run of spaces as one, none at the ends."""
    text = FOLDED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), INVISIBLE.sub("", text))
    return SPACES.sub(" ", text).strip()
