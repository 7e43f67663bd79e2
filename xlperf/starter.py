"""A small commented form to start from, in a folder of one's own.

    new_form(Path("my-forms/training/2024"))     # my-forms/training/2024/form.yaml, its form and revision named after the folders

What stands in it is data, templates/new-form.yaml; only the three lines that name it are written anew.
"""

from __future__ import annotations

import re
from pathlib import Path

from xlperf.definition import shipped
from xlperf.errors import UsageError
from xlperf.files import make_folder, write_atomically

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
YEAR = re.compile(r"(?:19|20|21)\d\d")


def new_form(directory: Path | str) -> Path:
    """Write a form.yaml into DIRECTORY, which is called KEY/YEAR, and return its path.

    Raises:
        UsageError: the folder is called otherwise, or has a form.yaml already.
    """
    folder = Path(directory).absolute()
    key, year, path = folder.parent.name, folder.name, Path(directory) / "form.yaml"
    if not KEY.fullmatch(key) or not YEAR.fullmatch(year):
        raise UsageError("bad_form_folder", path=directory)
    if path.exists():
        raise UsageError("form_is_there", path=path)
    text = (shipped("templates") / "new-form.yaml").read_text("utf-8")
    for name, value in (("form", key), ("revision", f'"{year}"'), ("first_year", year)):
        text = re.sub(rf"^({name}:) \S+", rf"\1 {value}", text, count=1, flags=re.MULTILINE)
    make_folder(path.parent)
    write_atomically(path, lambda target: target.write_text(text, "utf-8", newline="\n"))
    return path
