"""The folder that an administrator hands out: the pane for WPS and for Excel, and what registers it there.

write_addin("addin", url="https://intranet.example/xlperf/")
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from xlperf import __version__
from xlperf.errors import UsageError
from xlperf.files import StrPath, written_together
from xlperf.messages import catalogue, current_language
from xlperf.page.assets import default_folder, fetch_assets, find_assets
from xlperf.page.bundle import bundle, read_runtime
from xlperf.page.page_file import BUNDLE, TAGS, as_data, known_forms
from xlperf.panes.icons import SIZES, icon
from xlperf.panes.manifests import NAME, excel_manifest, plugin_list, ribbon
from xlperf.panes.pane_page import STATIC, pane_text

SCHEMES = {"file": ("wps",), "http": ("wps",), "https": ("wps", "excel")}  # which programs take a pane from there
ENTRY = '<!DOCTYPE html>\n<meta charset="utf-8">\n<script src="main.js"></script>\n'  # what WPS opens first
Files = Iterator[tuple[str, bytes]]


def write_addin(
    directory: StrPath,
    *,
    url: str | None = None,
    forms: Sequence[str] = (),
    templates: StrPath | None = None,
    assets: StrPath | None = None,
    tell: Callable[[str], object] = lambda words: None,
) -> tuple[Path, ...]:
    """Write the task pane for WPS, and for Excel if the address has HTTPS; return the paths of what was written.

    Args:
        directory: the folder for it; files of the same names are replaced, all or none.
        url: where people's PCs will find the folder, by file, http or https; by default the folder itself, from this PC.
        forms: the keys of the forms it knows, all revisions of each; by default all forms.
        templates: the folder of a bureau's own forms.
        assets: the folder that holds the files of others; by default they are fetched once by pip and npm, and kept.
        tell: is called with the name of each file that is fetched.

    Raises:
        UsageError: the address is none, no such form, a file of others cannot be had, or the folder cannot be written.
        FormError: the definition of a bureau's own form cannot be right.

    Example:
        >>> try:
        ...     write_addin("addin", url="ftp://intranet.example")
        ... except UsageError as error:
        ...     error.key
        'bad_address'
    """
    address = checked_address(url if url is not None else Path(directory).absolute().as_uri())
    known = known_forms(forms, templates)
    found = find_assets(assets) if assets else fetch_assets(default_folder(), tell=tell)
    parts = {**read_runtime(found), BUNDLE: bundle(found, forms, templates=templates)}
    files = dict(addin_files(parts, known, address))
    with written_together(Path(directory)) as new:
        for name, content in files.items():
            (new / name).parent.mkdir(exist_ok=True)
            (new / name).write_bytes(content)
    return tuple(Path(directory) / name for name in files)


def checked_address(url: str) -> str:
    """The address with a slash at its end.

    Raises:
        UsageError: it is none that a program takes a pane from.
    """
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in SCHEMES and not parts.query and not parts.fragment
        is_right = is_right and bool(parts.path.strip("/") if parts.scheme == "file" else parts.hostname)
        is_right = is_right and (parts.port is None or parts.port > 0) and url.isprintable() and " " not in url
    except ValueError:
        is_right = False
    if not is_right:
        raise UsageError("bad_address", url=url)
    return url.rstrip("/") + "/"


def addin_files(parts: Mapping[str, bytes], forms: Sequence[Mapping[str, str]], address: str) -> Files:
    """Yield the files of the folder by their names.

    Args:
        parts: what the worker starts Python from, by name.
        address: where the folder will lie, with a slash at the end.
    """
    scheme = urlsplit(address).scheme
    for program in SCHEMES[scheme]:
        yield f"{program}/pane.html", pane_text(parts, forms, program=program, has_server=scheme != "file").encode()
    yield "wps/index.html", ENTRY.encode()
    yield "wps/main.js", (STATIC / "ribbon.js").read_bytes()
    yield "wps/ribbon.xml", ribbon()
    yield "wps/icon.png", icon(32)
    yield "jsplugins.xml", plugin_list(f"{address}wps/")
    yield "publish.html", publish_page(f"{address}wps/").encode()
    if "excel" in SCHEMES[scheme]:
        yield "excel/manifest.xml", excel_manifest(f"{address}excel/")
        for size in SIZES:
            yield f"excel/icon-{size}.png", icon(size)


def publish_page(address: str) -> str:
    """The page with which a person registers the pane in WPS on their own PC, through the service that WPS runs there."""
    words = catalogue(current_language())["pane"]
    addin = {"name": NAME, "addonType": "et", "online": "true", "version": __version__, "url": address}
    told = {key: words[key] for key in ("publish_done", "publish_failed", "publish_no_wps")}
    values = {
        "language": TAGS.get(current_language(), current_language()),
        **{key: html.escape(words[key]) for key in ("addin_name", "publish_why", "publish_install", "publish_remove")},
        "addin": as_data(addin),
        "words": as_data(told),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], (STATIC / "publish.html").read_text("utf-8"))
