"""A code that Excel took for a number or a date, as far as it is left: a cell may still show its zeros, and digits may be gone.

    >>> code_left(1001.0, "000000"), code_left(1001.0, "00-0000"), code_left("001001", "@")
    ('001001', '00-1001', '001001')
    >>> left = code_left(1.1510923008438e17, "General")
    >>> left, left.lost, left.severity
    ('115109230084380000', 'digits_lost', 'error')

What a person typed as 1232E5, 2023-3 or with 18 digits cannot be told from the number; it is read as it stands and asked about.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from xlperf.values.printing import typed_text
from xlperf.values.remarks import MistakenCode

EXACT = 1e15  # from here on Excel drops digits
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a number format: what is only shown, and what is left blank for
PIECE = re.compile(r'"([^"]*)"|\\(.)|(?:_.|\*.|\[[^\]]*\])|(.)')  # the same, with what it shows, and any other character
SHOWN_AS_THEY_ARE = "0- ()"  # characters of a number format that need no quotes


def code_left(raw: object, number_format: str) -> object:
    """What is left of a code in a cell; what is no number and no date is returned as it is.

    Args:
        number_format: how the cell shows its number.
    """
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta):
        return MistakenCode(typed_text(raw), lost="date_lost", severity="error")
    if not isinstance(raw, float):
        return raw
    text = typed_text(raw)
    if abs(raw) >= EXACT:
        return MistakenCode(text, lost="digits_lost", severity="error")
    if "E" in LITERAL.sub("", number_format.replace("General", "")):
        return MistakenCode(text, lost="power_lost", severity="error")
    if raw.is_integer() and raw >= 0 and (shown := _with_zeros(text, number_format)):
        return shown
    return MistakenCode(text, lost="zeros_lost", severity="info")


def _with_zeros(digits: str, number_format: str) -> str:
    """The digits as a format of zeros shows them, "" where it is no such format."""
    pieces = PIECE.findall(number_format.partition(";")[0])
    others = [other for _, _, other in pieces]
    count = others.count("0")
    if count < 2 or any(other not in SHOWN_AS_THEY_ARE for other in others):
        return ""
    return _filled(pieces, digits.zfill(count), count)


def _filled(pieces: Sequence[tuple[str, str, str]], digits: str, count: int) -> str:
    """The pieces of a format with digits for its zeros; those that have no zero of their own stand before the first."""
    shown, left = [], digits
    for quoted, escaped, other in pieces:
        if other != "0":
            shown.append(quoted or escaped or other)
            continue
        width = len(left) - count + 1
        shown.append(left[:width])
        left, count = left[width:], count - 1
    return "".join(shown)
