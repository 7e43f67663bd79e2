"""A number as a sheet shows it: by the number format of its cell.

    >>> show_number(0.9603, "0.00%"), show_number(1234567.5, "#,##0.00"), show_number(-3, "0;(0)")
    ('96.03%', '1,234,567.50', '(3)')
    >>> show_number(44927, "yyyy-mm-dd"), show_number(0.1, "General")
    ('2023-01-01', '0.1')

For a picture, not for a verdict: a format that is not understood here shows the number as it is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

GENERAL = "General"
SHORT_DATE = "yyyy/m/d"
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 47: "mm:ss", 48: "0.0E+00",
    **dict.fromkeys((*range(14, 18), *range(27, 37), *range(50, 59)), SHORT_DATE),
}  # fmt: skip
# What a format consists of: quoted and escaped text, brackets, room that is left or filled, digits, and letters of a date.
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_(?P<room>.)|\*(?P<filled>.)'
    r"|(?P<digits>[0#?][0#?,.]*(?:E[+-][0#?]+)?|\.[0#?]+)|(?P<half>AM/PM|A/P)|(?P<date>[yYmMdDhHsS]+)|(?P<other>.)"
)
SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|$)')
CURRENCY = re.compile(r"\$([^-]*)")
MOST_DIGITS = 11  # that a cell of usual width shows
EPOCHS = {False: datetime.datetime(1899, 12, 30), True: datetime.datetime(1904, 1, 1)}


def show_number(value: float, code: str, *, since_1904: bool = False) -> str:
    """Return what a cell of that format shows."""
    sections = [match[1] for match in SECTION.finditer(code)][:-1] or [code]
    section, shown = _section(value, sections)
    tokens = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in TOKEN.finditer(section)]
    kinds = {kind for kind, _ in tokens}
    if "digits" in kinds and ("other", "/") in tokens:  # a fraction
        return _general(value)
    if section.strip().lower() == GENERAL.lower() or "@" in section:
        return _general(value)
    if not kinds & {"digits", "date"}:  # a text instead of the number; one that is blank would hide what stands there
        return "".join(_literal(kind, text) for kind, text in tokens).strip() or _general(value)
    try:
        return _date(value, tokens, since_1904) if "digits" not in kinds else _number(shown, tokens)
    except (ValueError, OverflowError, InvalidOperation):
        return _general(value)


def _section(value: float, sections: Sequence[str]) -> tuple[str, float]:
    """The section of a format that goes for a number, and the number it is to show."""
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    return (sections[2] if value == 0 and len(sections) > 2 else sections[0]), value


def _general(value: float) -> str:
    text = f"{value:.{MOST_DIGITS - 1}g}"
    return text.replace("e", "E") if "e" in text else text


def _number(value: float, tokens: Sequence[tuple[str, str]]) -> str:
    pattern = next(text for kind, text in tokens if kind == "digits")
    percents = sum(text == "%" for kind, text in tokens if kind == "other")
    number = abs(Decimal(f"{value:.15g}")) * 100**percents
    text = _in_powers(number, pattern) if "E" in pattern else _in_digits(number, pattern)
    is_first, parts = True, []
    for kind, part in tokens:
        if kind == "digits":
            parts.append(text if is_first else "")
            is_first = False
        else:
            parts.append(_literal(kind, part))
    minus = "-" if value < 0 and any(digit in "123456789" for digit in text) else ""
    return minus + "".join(parts).strip()


def _in_digits(number: Decimal, pattern: str) -> str:
    whole, _, rest = pattern.partition(".")
    number /= 1000 ** (len(whole) - len(whole.rstrip(",")))
    rest = rest.rstrip(",")
    rounded = number.quantize(Decimal(1).scaleb(-len(rest)), ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    before = before.lstrip("0").rjust(sum(whole.count(digit) for digit in "0"), "0")
    if "," in whole.rstrip(","):
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    kept = max((at + 1 for at, digit in enumerate(rest) if digit == "0" or after[at] != "0"), default=0)
    kept = max(kept, len(after.rstrip("0")))
    return before + (f".{after[:kept]}" if kept else "")


def _in_powers(number: Decimal, pattern: str) -> str:
    digits, _, power = pattern.partition("E")
    with localcontext(rounding=ROUND_HALF_UP):
        text = f"{number or 0.0:.{len(digits.partition('.')[2])}E}"
    mantissa, _, exponent = text.partition("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:].rjust(len(power) - 1, '0')}"


def _literal(kind: str, text: str) -> str:
    if kind == "bracket":
        currency = CURRENCY.match(text)
        return currency[1] if currency else ""
    return {"room": " ", "filled": ""}.get(kind, text)


def _date(value: float, tokens: Sequence[tuple[str, str]], since_1904: bool) -> str:
    if not 0 <= value < 2_958_466:  # the end of the year 9999
        return _general(value)
    moment = EPOCHS[since_1904] + datetime.timedelta(seconds=round(value * 86_400))
    dated = [(number, text.lower()) for number, (kind, text) in enumerate(tokens) if kind == "date"]
    is_half = any(kind == "half" for kind, _ in tokens)
    names = [letters[0] for _, letters in dated]
    shown = {}
    for place, (number, letters) in enumerate(dated):
        is_minute = letters[0] == "m" and ("h" in names[max(place - 1, 0) : place] or "s" in names[place + 1 : place + 2])
        shown[number] = _date_part(moment, "n" * len(letters) if is_minute else letters, is_half)
    parts = []
    for number, (kind, text) in enumerate(tokens):
        half = moment.strftime("%p") if kind == "half" else None
        parts.append(shown.get(number) or half or _literal(kind, text))
    return "".join(parts).strip()


def _date_part(moment: datetime.datetime, letters: str, is_half: bool) -> str:
    hour = (moment.hour - 1) % 12 + 1 if is_half else moment.hour
    numbers = {"y": moment.year, "m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}
    number = numbers[letters[0]]
    if letters[0] == "y":
        return f"{number % 100:02}" if len(letters) < 3 else f"{number:04}"
    return f"{number:02}" if len(letters) > 1 else str(number)
