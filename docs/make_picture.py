"""Make docs/workbook.png, the picture in the README: the lower half of the 自评表 sheet above the 校验 sheet.

    python docs/make_picture.py

The example is filled in without spare rows, LibreOffice (`soffice`) prints it to PDF, poppler (`pdftotext`, `pdftoppm`)
finds the two pages and draws them; cropping, stacking and the PNG itself are done here.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

from xlperf import fill_workbook, find_form, load_form

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "examples" / "shengchanli-2022" / "document.json"
PAGES = ("优化营商环境", "校验结果")  # what stands on a page that is shown, and on no earlier one
WIDTH, MARGIN, FOOTER = 1200, 12, 0.93  # pixels; the page number stands below that part of a page
TALLEST = 620  # pixels of one page; what is taller is cut below a row of its table

Picture = tuple[int, list[bytes]]  # width and rows of RGB


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdf = print_example(folder)
        texts = run("pdftotext", "-layout", pdf, "-").split("\f")
        numbers = [max(n for n, text in enumerate(texts, 1) if words in text) for words in PAGES]
        pictures = [cropped(draw(pdf, number, folder)) for number in numbers]
    (HERE / "workbook.png").write_bytes(png(stacked(pictures)))


def print_example(folder: Path) -> Path:
    """The example as a PDF, with no more rows than it needs: blank rows make a dull picture."""
    document = json.loads(DOCUMENT.read_text("utf-8"))
    form = load_form(find_form(document["form"], year=document["fiscal_year"]))
    few = {key: 1 for key, block in form.blocks.items() if block.spare and not block.fixed}
    book = folder / "workbook.xlsx"
    fill_workbook(document, output=book, rows=few, date="2023-03-01")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, book)
    return book.with_suffix(".pdf")


def draw(pdf: Path, number: int, folder: Path) -> Picture:
    """One page, drawn so that its table is WIDTH pixels wide once the white around it is gone."""
    scale = WIDTH
    for _ in range(3):
        run("pdftoppm", "-singlefile", "-f", number, "-l", number, "-scale-to-x", scale, "-scale-to-y", -1, pdf, folder / "page")
        picture = read_ppm((folder / "page.ppm").read_bytes())
        left, right, *_ = inked(picture)
        if abs(right - left - (WIDTH - 2 * MARGIN)) <= 1:
            break
        scale = round(scale * (WIDTH - 2 * MARGIN) / (right - left))
    return picture


def read_ppm(raw: bytes) -> Picture:
    _, size, _, pixels = raw.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, [pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height)]


def inked(picture: Picture) -> tuple[int, int, int, int]:
    """Left, right, top, bottom of what is not white, the footer left out."""
    width, rows = picture
    white = b"\xff" * (width * 3)
    ys = [y for y, row in enumerate(rows[: int(len(rows) * FOOTER)]) if row != white]
    xs = [x for x in range(width) if any(rows[y][x * 3 : x * 3 + 3] != b"\xff\xff\xff" for y in ys)]
    return xs[0], xs[-1] + 1, ys[0], ys[-1] + 1


def cropped(picture: Picture) -> Picture:
    left, right, top, bottom = inked(picture)
    right = min(right, left + WIDTH - 2 * MARGIN)
    lines = [y for y in range(top + 1, bottom) if is_line(picture[1][y][left * 3 : right * 3])]
    if bottom - top > TALLEST:
        bottom = max(y for y in lines if y - top < TALLEST) + 1
    side, rest = b"\xff" * (MARGIN * 3), b"\xff" * ((WIDTH - 2 * MARGIN - (right - left)) * 3)
    return WIDTH, [side + row[left * 3 : right * 3] + rest + side for row in picture[1][top:bottom]]


def is_line(row: bytes) -> bool:
    """Whether a row of pixels is a border of the table: nearly all of one colour, which no cell is filled with."""
    colour, count = Counter(row[x : x + 3] for x in range(0, len(row), 3)).most_common(1)[0]
    return count * 3 > 0.9 * len(row) and max(colour) < 220


def stacked(pictures: list[Picture]) -> Picture:
    """The pictures below one another, white around and between them."""
    gap = [b"\xff" * (WIDTH * 3)] * MARGIN
    rows = list(gap)
    for _, part in pictures:
        rows += part + gap
    return WIDTH, rows


def png(picture: Picture) -> bytes:
    """A PNG of 256 colours: of every shade the most frequent one, every other colour as the nearest of them."""
    width, rows = picture
    counts = Counter(row[x : x + 3] for row in rows for x in range(0, width * 3, 3))
    shades: dict[tuple, bytes] = {}
    for colour, _ in counts.most_common():
        shades.setdefault(tuple(part >> 4 for part in colour), colour)
    palette = list(shades.values())[:256]
    index = {colour: nearest(colour, palette) for colour in counts}
    lines = b"".join(b"\0" + bytes(index[row[x : x + 3]] for x in range(0, width * 3, 3)) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda n: sum((a - b) ** 2 for a, b in zip(colour, palette[n], strict=True)))


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, encoding="utf-8").stdout


if __name__ == "__main__":
    sys.exit(main())
