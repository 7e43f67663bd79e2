"""Rows and blocks of a drawn table while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RowRead:
    """A row: where it stands, its key if it is a preset one, what the notes of its cells say."""

    row: int
    key: str | None
    said: dict[str, Any]


@dataclass
class BlockRead:
    """A run of rows."""

    key: str
    said: dict[str, Any]
    rows: list[RowRead] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)

    @property
    def is_single(self) -> bool:
        """Whether it is one row that nobody adds to."""
        return len(self.rows) == 1 and self.rows[0].key is None and not self.said.get("block_spare")
