"""What other programs answered, kept outside the repository: an answer to the same bytes is the same.

It is kept by the SHA-256 of all that it depends on, the program's version among it, and asked for again only when one of these
has changed. XLPERF_TEST_CACHE names another folder; an empty one asks for everything.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

ANSWERS = Path(os.environ.get("XLPERF_TEST_CACHE") or Path.home() / ".cache" / "xlperf-tests")
DAYS_KEPT = 30


def answer_of(program: str, *parts: object, to: str = "xlsx") -> Path:
    """Where the answer of a program is kept, or will be; it depends on those parts."""
    sums = (hashlib.sha256(part if isinstance(part, bytes) else str(part).encode()).hexdigest() for part in parts)
    return ANSWERS / program / f"{hashlib.sha256(' '.join(sums).encode()).hexdigest()}.{to}"


def keep(saved: Path, answer: Path) -> None:
    assert saved.exists(), f"{answer.parent.name} did not write {saved.name}"
    answer.parent.mkdir(parents=True, exist_ok=True)
    part = answer.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(saved, part)
    part.replace(answer)  # another process may be at the same, and keeps the same


def take(answer: Path, target: Path) -> None:
    shutil.copyfile(answer, target)
    os.utime(answer)  # it is of use


def forget_old_answers() -> None:
    """Answers that nobody asked for in a month, of workbooks that we no longer write."""
    for answer in ANSWERS.glob("*/*.*"):
        if time.time() - answer.stat().st_mtime > DAYS_KEPT * 86_400:
            answer.unlink(missing_ok=True)
