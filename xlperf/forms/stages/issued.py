"""What earlier stages filled in, as a workbook of a later one carries it on its hidden sheet.

    >>> text = dump_issued({"indicators": [{"name": "Courses", "score": 9.5}]})
    >>> load_issued(text), load_issued(text[:-9]), load_issued("")
    ({'indicators': [{'name': 'Courses', 'score': 9.5}]}, None, None)

A reviewer may type over what is locked: with this it is known what stood there.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

from xlperf.forms.document import Document

LARGEST = 8 * 2**20  # bytes of a document; one of 2,000 rows has a tenth of it


def dump_issued(document: Document) -> str:
    """A document as a text that a hidden cell can hold."""
    return b64encode(zlib.compress(json.dumps(document, ensure_ascii=False, sort_keys=True).encode(), 9)).decode("ascii")


def load_issued(text: str) -> dict[str, Any] | None:
    """The document in such a text, None where there is none: somebody has changed it, or it unpacks to far too much."""
    try:
        unpacked = zlib.decompressobj().decompress(b64decode(text, validate=True), LARGEST)
        document = json.loads(unpacked)
    except (ValueError, zlib.error, RecursionError):
        return None
    return document if isinstance(document, dict) else None
