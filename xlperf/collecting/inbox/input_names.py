"""Names of inputs: readable, short enough and unique, whatever the names in folders and archives are.

    >>> names = Names()
    >>> names.unique("late.zip!a.xlsx"), names.unique("late.zip!a.xlsx")
    ('late.zip!a.xlsx', 'late.zip!a (2).xlsx')

`printable` decodes names that Windows in China wrote in GBK and Linux returns as bytes.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from xlperf.reading.package.zip_file import UTF8
from xlperf.summarizing.outcome import INSIDE

NAMELESS = "_"  # for an entry without a name, and for a character that nobody sees
WIDE = "\uff01"  # replaces INSIDE in names
LONGEST_PATH, KEPT = 400, 150  # characters of a path; of each end of a longer one
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # or that turns what follows
LONG = "\\\\?\\"  # prefix of a Windows path that may be longer than 260 characters


@dataclass
class Names:
    """The names in use, each with its highest number; a repeated name gets the next number."""

    given: dict[str, int] = field(default_factory=dict)

    def unique(self, name: str) -> str:
        free = name
        if name in self.given:
            at = max(name.rfind("/"), name.rfind(INSIDE)) + 1  # a point before that belongs to a folder
            stem, dot, suffix = name[at:].rpartition(".")
            for number in count(self.given[name] + 1):
                free = f"{name[:at]}{stem or suffix} ({number}){dot}{suffix if stem else ''}"
                if free not in self.given:
                    break
            self.given[name] = number
        self.given[free] = 1
        return free


def shown(path: str) -> str:
    """The path, its middle replaced by a digest if it is longer than databases and archives accept."""
    if len(path) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{path[:KEPT]}…{digest[:16]}…{path[-KEPT:]}"


def printable(name: str) -> str:
    """A file name as readable text: a zip from China unpacked on Linux leaves names in GBK.

    The separator between an archive and its contents becomes a full-width character, what turns the direction of reading, or is
    not seen at all, an underscore.
    """
    return UNSEEN.sub(NAMELESS, _decoded(name).replace(INSIDE, WIDE))


def _decoded(name: str) -> str:
    for errors, encoding in (("strict", "utf-8"), ("surrogateescape", "gb18030")):
        with suppress(UnicodeError):
            return name.encode("utf-8", errors).decode(encoding)
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as it was meant: unless the entry is flagged as UTF-8, zipfile decodes its name as code page 437."""
    name = entry.orig_filename
    if not entry.flag_bits & UTF8:
        name_bytes = name.encode("cp437")
        for encoding in ("gb18030", "utf-8"):  # the last that fits wins: GBK is hardly ever valid UTF-8
            with suppress(UnicodeDecodeError):
                name = name_bytes.decode(encoding)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return printable("/".join(parts).replace("\0", "")) or NAMELESS


def extended(path: str) -> str:
    """An absolute Windows path in its long form; a mapped drive has already become `\\\\server\\share`."""
    if path.startswith(LONG):
        return path
    return f"{LONG}UNC{path[1:]}" if path.startswith("\\\\") else LONG + path
