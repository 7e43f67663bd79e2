"""Names of files that Windows takes and Linux has room for, made of texts that people wrote."""

from __future__ import annotations

import re
from hashlib import sha256

MOST_BYTES = 200  # of a name in UTF-8: file systems of Linux take 255, and endings follow
LONGEST_NAME = 80  # characters of a text that becomes part of a name
SHORT, LONGEST_ENDING = 60, 10  # characters of the name of a file that only has to be told from others for a while
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:"/\\|?*]')


def safe_name(text: str) -> str:
    """A text as a file name that Windows takes.

    >>> safe_name("a/b: c."), safe_name("con"), safe_name("COM1.txt")
    ('a_b_ c', 'con_', 'COM1_.txt')
    """
    name = UNSAFE.sub("_", text).strip(" .")[:LONGEST_NAME] or "_"
    stem, dot, rest = name.partition(".")
    return f"{stem.rstrip()}_{dot}{rest}" if _is_reserved(stem.rstrip()) else name


def short_name(text: str) -> str:
    """The same in at most 60 characters, its ending kept, for a file in a temporary folder.

    >>> short_name("a/b.xlsx"), short_name(f"{'long' * 40}.xlsx")
    ('a_b.xlsx', 'longlonglonglonglonglonglonglonglonglonglonglonglo.xlsx')
    """
    stem, dot, ending = text.rpartition(".")
    if len(text) <= SHORT or not dot or len(ending) >= LONGEST_ENDING:
        return safe_name(text[:SHORT])
    return safe_name(f"{stem[: SHORT - LONGEST_ENDING]}.{ending}")


def _is_reserved(stem: str) -> bool:
    """Whether Windows means a device by that word, whatever stands behind a dot: CON, NUL, COM1."""
    from pathvalidate import ReservedNameError, validate_filename

    try:
        validate_filename(stem, platform="windows")
    except ReservedNameError:
        return True
    except ValueError:  # too long for a word, or not to be encoded
        pass
    return False


def joined_name(*parts: str) -> str:
    """Parts of a file name with hyphens between them; where they take more bytes than Linux allows, the longest is cut.

    What is cut ends in a digest of the whole, so that two that begin alike stay apart, and is the same on every run.
    """
    names, share = list(parts), (MOST_BYTES - len(parts)) // len(parts)
    while (excess := _bytes_of("-".join(names)) - MOST_BYTES) > 0:
        longest = max(names, key=_bytes_of)
        names[names.index(longest)] = _cut(longest, max(_bytes_of(longest) - excess, share))
    return "-".join(names)


def _bytes_of(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _cut(name: str, size: int) -> str:
    whole = name.encode("utf-8", "surrogatepass")
    digest = f"~{sha256(whole).hexdigest()[:6]}"
    return whole[: size - len(digest)].decode("utf-8", "ignore").rstrip(" .") + digest
