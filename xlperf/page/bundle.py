"""What runs in the browser, as it is unpacked there: our packages, the forms, and the Python files of others.

    python = bundle(assets, ["my-form"])        # a zip; `find_assets` gives the assets
    runtime = read_runtime(assets)               # CPython for the browser: its files by name

Nothing in the zip is packed by itself: the page packs all of it at once, which takes half the room.
"""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath, shipped, zip_entry
from xlperf.forms.loader import form_directories, load_form, shared_files
from xlperf.messages import listing
from xlperf.page.assets import LOCK

PACKAGE = LOCK.parent.parent
STAND_IN = LOCK.parent / "rpds_stand_in.py"
# The rooms that a browser needs; what `validate` imports is a promise, which a test holds.
ROOMS = ("catalogues", "checking", "comparing", "forms", "formula", "reading", "reporting", "values", "workbook", "workflow")
OF_THIS_ROOM = ("__init__.py", "in_browser.py", "sheet_picture.py", "cell_looks.py", "shown_numbers.py")
ENDINGS = (".py", ".toml")
SHAPES = ("form.schema.json", "checks.schema.json")  # what a form.yaml may say, and what its checks take
STDLIB, PACKAGES = "python_stdlib.zip", "pyodide-lock.json"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", STDLIB, PACKAGES)
FOR_BROWSERS = "wasm32"  # in the name of a wheel whose compiled files run there
DATA = {"jsonschema_specifications": "schemas/"}  # files of a package that are no Python and that it reads
UNUSED = ("/tests/", "/benchmarks/", "/test_", "/__pyinstaller/")


def bundle(assets: Mapping[str, Path], forms: Sequence[str], *, templates: StrPath | None = None) -> bytes:
    """Return the zip of everything that Python imports or opens there, standard library excepted.

    Args:
        forms: the keys of the forms, all revisions of each; without any, all forms.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: there is no such form.
        FormError: the definition of a bureau's own form cannot be right.
    """
    wheels = (entry for path in assets.values() if path.suffix == ".whl" for entry in _of_wheel(path))
    return _stored([*wheels, *_ours(), *_forms(forms, templates), ("rpds/__init__.py", STAND_IN.read_bytes())])


def read_runtime(assets: Mapping[str, Path]) -> dict[str, bytes]:
    """Return the files of CPython for the browser by their names."""
    files = {}
    with tarfile.open(assets["pyodide"]) as package:
        for name in RUNTIME:
            opened = package.extractfile(f"package/{name}")
            assert opened is not None, f"{name} is no file"
            files[name] = opened.read()
    with zipfile.ZipFile(io.BytesIO(files[STDLIB])) as library:
        files[STDLIB] = _stored((name, library.read(name)) for name in library.namelist() if not name.endswith("/"))
    files[PACKAGES] = json.dumps({**json.loads(files[PACKAGES]), "packages": {}}).encode()  # it would offer to load them
    return files


def _stored(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip whose bytes depend on nothing but its entries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as package:
        for name, data in sorted(dict(entries).items()):
            package.writestr(zip_entry(name), data)
    return content.getvalue()


def _of_wheel(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what is needed of a wheel: Python, what is compiled for a browser, the data it reads, its licence."""
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            package = name.partition("/")[0]
            is_code = name.endswith(".py") or (name.endswith(".so") and FOR_BROWSERS in path.name)
            is_data = package in DATA and name.startswith(f"{package}/{DATA[package]}")
            if (is_code and not any(part in name for part in UNUSED)) or is_data or ".dist-info/licenses/" in name:
                yield name, wheel.read(name)


def _ours() -> Iterator[tuple[str, bytes]]:
    rooms = (path for room in ROOMS for path in (PACKAGE / room).rglob("*"))
    files = [*PACKAGE.glob("*.py"), *rooms, *(PACKAGE / "page" / name for name in OF_THIS_ROOM)]
    for path in files:
        if path.suffix in ENDINGS:
            yield f"xlperf/{path.relative_to(PACKAGE).as_posix()}", path.read_bytes()
    yield from ((f"xlperf/schemas/{name}", (shipped("schemas") / name).read_bytes()) for name in SHAPES)


def form_folders(keys: Sequence[str], templates: StrPath | None = None) -> list[Path]:
    """Return the folders of those forms, of all without any; of two with the same revision the first, as everywhere.

    Raises:
        UsageError: there is no such form.
    """
    folders = {(folder.parent.name, folder.name): folder for folder in reversed(list(form_directories(templates)))}
    known = sorted({key for key, _ in folders})
    for key in keys:
        if key not in known:
            raise UsageError("no_such_form", form=key, known=listing(known))
    return [folders[place] for place in sorted(folders) if not keys or place[0] in keys]


def _forms(keys: Sequence[str], templates: StrPath | None) -> Iterator[tuple[str, bytes]]:
    """Yield the definitions of those forms, which are right, and what they extend and refer to."""
    shared: dict[Path, None] = {}
    for folder in form_folders(keys, templates):
        load_form(folder)
        yield f"xlperf/templates/{folder.parent.name}/{folder.name}/form.yaml", (folder / "form.yaml").read_bytes()
        shared |= dict.fromkeys(shared_files(folder))
    yield from ((f"xlperf/templates/{path.name}", path.read_bytes()) for path in shared)
