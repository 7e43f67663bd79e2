"""The log of actions: who did what on the pages of a round, one JSON object a line, in a file beside the file of the round.

    write_line(path, {"time": "2023-03-31T17:02:11+08:00", "user": "li", "action": "upload", …})

It is no part of the audit of the collection, which only `collect` and `decide` write; what came in by an upload stands there too,
as soon as it is collected. A line is written with one call, at the end of the file, so lines of several processes do not mix.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from xlperf.files import moment
from xlperf.server.problems import Refused
from xlperf.server.round.visits import Ask

KEPT = 0o640  # who may read a new log, as far as the umask lets them


def write_line(path: Path, facts: Mapping[str, object], *, is_kept: bool = False) -> None:
    """Add a line.

    Args:
        is_kept: it is on the disk when this returns.

    Raises:
        Refused: it cannot be written; then what it tells of is not to happen.
    """
    line = (json.dumps(facts, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), KEPT)
        try:
            if os.write(file, line) != len(line):
                raise Refused("no_log")
            if is_kept:
                os.fsync(file)
        finally:
            os.close(file)
    except OSError:
        raise Refused("no_log") from None


def line_of(ask: Ask, **facts: object) -> dict[str, object]:
    """A line about what is asked: who, in which role, what, and what else there is to say."""
    who = {"time": moment(), "user": ask.visitor.user, "role": ask.visitor.role}
    said = {"claims": ask.visitor.unit if ask.visitor.is_unit else "", "action": ask.verb, **facts}
    return {**who, **{name: value for name, value in said.items() if value not in (None, "")}}
