"""The command line in a process of its own, as people start it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.paths import REPOSITORY

ENVIRONMENT = {**os.environ, "XLPERF_LANG": "zh", "SOURCE_DATE_EPOCH": "1672876800", "PYTHONPATH": str(REPOSITORY)}


def xlperf(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xlperf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, env={**ENVIRONMENT, **environment}, timeout=60)
