"""Files that are no paper, each with its code."""

from __future__ import annotations

import io
import zipfile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


REFUSED = {
    "empty": (b"", "XL124"),
    "Word 97": (OLE + "WordDocument\0".encode("utf-16-le"), "XL441"),
    "encrypted": (OLE + "EncryptedPackage\0".encode("utf-16-le"), "XL442"),
    "Excel 97": (OLE + "Workbook\0".encode("utf-16-le"), "XL105"),
    "another OLE file": (OLE, "XL440"),
    "PDF": (b"%PDF-1.7\n", "XL447"),
    "RTF": (rb"{\rtf1\ansi}", "XL440"),
    "web page": (b"<html><body>x</body></html>", "XL440"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "XL440"),
    "LibreOffice text": (zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}), "XL440"),
    "any zip": (zipped({"a.txt": b"x"}), "XL440"),
    "presentation": (zipped({"ppt/presentation.xml": b"<x/>"}), "XL440"),
    "half a zip": (zipped({"word/document.xml": b"<x/>"})[:60], "XL444"),
    "no Word document": (zipped({"word/document.xml": b"<x/>"}), "XL444"),
    "cells on lines": ("项目名称 |\n某项目 |\n主管部门 |\n某局 |\n实施单位 |\n某校 |\n".encode(), "XL445"),
    "no text we know": ("某局的一封信，没有表。".encode(), "XL443"),
}


def blank_pdf(pages: int = 2) -> bytes:
    """A PDF with pages on which there is no text, as of a scan."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    content = b"%PDF-1.4\n"
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(content))
        content += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return content + end.encode() + f"startxref\n{len(content)}\n%%EOF\n".encode()
