"""The table of what other programs need for the same workbook, from the figures of the last `make bench-peers`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from benchmarks.bench_peers import FIGURES, PEERS

UNIT = "openpyxl"  # its time is 1
WORDS = Path(__file__).with_name("peers.toml")


def table(language: str) -> str:
    """The table in that language, the quickest program first."""
    figures, words = json.loads(FIGURES.read_text("utf-8")), tomllib.loads(WORDS.read_text("utf-8"))[language]
    whole = figures[UNIT]["ms"]
    lines = [words["introduction"].format(ms=whole), "", f"| {' | '.join(words['headings'])} |", "|---|---|---|---|"]
    for name in sorted(PEERS.keys() & figures.keys(), key=lambda name: figures[name]["ms"]):
        told, share = words["programs"][name], float(f"{figures[name]['ms'] / whole:.2g}")
        lines.append(f"| {name} {figures[name]['version']} | {share:g} | {told['does']} | {told['not']} |")
    return "\n".join(lines)
