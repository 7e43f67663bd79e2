"""When a file is called damaged (XL103), and where that is seen.

    raise damaged("xl/styles.xml", "CRC")

- `zip_file`: its zip cannot be opened or is cut short, a part is packed as no spreadsheet packs it, or its checksum is false.
- `plain_xml`, `sheet_xml`: a part is no well-formed XML.
- `workbook_parts`: a part that a workbook cannot do without is not there, or a sheet is listed that is not there.
- `grids`: calamine, which reads the cells, refuses it all the same.

What openpyxl and calamine both open is never called damaged.
"""

from __future__ import annotations

from xlperf.errors import UnreadableError


def damaged(place: str, reason: object) -> UnreadableError:
    """The error that a file is corrupted."""
    return UnreadableError("XL103", found=f"{place}: {reason}")
