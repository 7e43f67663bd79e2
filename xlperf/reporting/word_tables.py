"""Tables of a Word document that go over several pages: their last rows stay together, and with what is signed below them.

    keep_last_rows(root)      # in place

How many rows a table gets is known only when it is filled in, so no template can say it. A page with a single row, or with
nothing but signatures, is no page to sign.
"""

from __future__ import annotations

from xlperf.reporting.word_xml import Element, W

KEPT = 3  # rows
BEFORE_KEEP = ("pStyle",)  # what stands before `keepNext` among the properties of a paragraph


def keep_last_rows(root: Element) -> None:
    """Keep the last rows of every table together."""
    for table in root.iter(f"{W}tbl"):
        rows = list(table.iterchildren(f"{W}tr"))
        if len(rows) > KEPT:
            for paragraph in (paragraph for row in rows[-KEPT:] for paragraph in row.iter(f"{W}p")):
                _keep_with_next(paragraph)


def _keep_with_next(paragraph: Element) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = paragraph.makeelement(f"{W}pPr")
        paragraph.insert(0, properties)
    if properties.find(f"{W}keepNext") is None:
        before = sum(child.tag.removeprefix(W) in BEFORE_KEEP for child in properties)
        properties.insert(before, properties.makeelement(f"{W}keepNext"))
