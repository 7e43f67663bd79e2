"""Chinese numerals, read and written; the letters themselves are data, of a form or of catalogues/numerals.toml.

>>> values = {"o": 0, "a": 1, "b": 2, "c": 3, "t": 10}      # letters that stand for numerals here
>>> read_numeral("boba", values), read_numeral("t", values), read_numeral("bta", values), read_numeral("tt", values)
('2021', '10', '21', 'tt')
>>> [write_numeral(number, digits="oabc", powers="th") for number in (3, 10, 12, 21, 101, 111)]
['c', 't', 'tb', 'bta', 'ahoa', 'ahata']
"""

from __future__ import annotations

from collections.abc import Mapping

TEN = 10


def read_numeral(word: str, values: Mapping[str, int]) -> str:
    """Return the digits of a numeral that is spelled digit by digit or counts to 99; any other word as it is.

    The library cn2an is no replacement: it refuses the circle that people type as a zero, and takes no letters from a form.
    """
    numbers = [values[letter] for letter in word]
    if TEN not in numbers:
        return "".join(map(str, numbers))
    at = numbers.index(TEN)
    tens, ones = numbers[:at], numbers[at + 1 :]
    if len(tens) > 1 or len(ones) > 1 or TEN in ones:
        return word
    return str(sum(tens or [1]) * TEN + sum(ones))


def write_numeral(number: int, *, digits: str, powers: str, one: bool = False) -> str:
    """Return a number up to 999 in words, a larger one and zero digit by digit.

    Args:
        digits: the letters of 0 to 9.
        powers: the letters of ten and of a hundred.
        one: whether ten is written as "one ten".
    """
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    if hundreds > 9 or not number:
        return "".join(digits[int(digit)] for digit in str(number))
    words = ""
    if hundreds:
        words += digits[hundreds] + powers[1]
    if tens:
        words += (digits[tens] if tens > 1 or hundreds or one else "") + powers[0]
    elif hundreds and ones:
        words += digits[0]
    return words + (digits[ones] if ones else "")
