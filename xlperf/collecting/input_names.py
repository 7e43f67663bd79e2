"""What inputs are called: as text, short enough, each by a name of its own, whatever folders and archives have in them.

    >>> names = Names()
    >>> names.unique("late.zip!a.xlsx"), names.unique("late.zip!a.xlsx")
    ('late.zip!a.xlsx', 'late.zip!a (2).xlsx')

`printable` reads what Windows in China wrote in GBK and Linux gives as bytes.
"""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from xlperf.reading.zip_file import UTF8
from xlperf.summarizing.outcome import INSIDE

NAMELESS = "_"  # what an entry without a name is called
WIDE = "\uff01"  # in names for INSIDE
LONGEST_PATH, KEPT = 400, 150  # characters of a path, and of its ends where it is longer
LONG = "\\\\?\\"  # how a path of Windows begins that may have more than 260 characters


@dataclass
class Names:
    """Names given out so far, each with how far it was numbered; a second one of the same gets a number."""

    given: dict[str, int] = field(default_factory=dict)

    def unique(self, name: str) -> str:
        free = name
        if name in self.given:
            at = max(name.rfind("/"), name.rfind(INSIDE)) + 1  # a point before that is not the name's own
            stem, dot, suffix = name[at:].rpartition(".")
            for number in count(self.given[name] + 1):
                free = f"{name[:at]}{stem or suffix} ({number}){dot}{suffix if stem else ''}"
                if free not in self.given:
                    break
            self.given[name] = number
        self.given[free] = 1
        return free


def shown(path: str) -> str:
    """A path with a digest in place of its middle where it is longer than databases and archives take."""
    if len(path) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{path[:KEPT]}…{digest[:16]}…{path[-KEPT:]}"


def printable(name: str) -> str:
    """A file name as text, whatever bytes Linux has in it: a zip from China unpacked there leaves names in GBK.

    What stands between an archive and its content is wide in it.
    """
    return _decoded(name).replace(INSIDE, WIDE)


def _decoded(name: str) -> str:
    for errors, encoding in (("strict", "utf-8"), ("surrogateescape", "gb18030")):
        with suppress(UnicodeError):
            return name.encode("utf-8", errors).decode(encoding)
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as it was meant: without the flag for UTF-8, zipfile reads any name as that of an American PC."""
    name = entry.orig_filename
    if not entry.flag_bits & UTF8:
        name_bytes = name.encode("cp437")
        for encoding in ("gb18030", "utf-8"):  # the last that fits: hardly any GBK is UTF-8 by accident
            with suppress(UnicodeDecodeError):
                name = name_bytes.decode(encoding)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return printable("/".join(parts)).replace("\0", "") or NAMELESS


def extended(path: str) -> str:
    """An absolute path of Windows in its long form; a mapped drive has become `\\\\server\\share` by then."""
    if path.startswith(LONG):
        return path
    return f"{LONG}UNC{path[1:]}" if path.startswith("\\\\") else LONG + path
