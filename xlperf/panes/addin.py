"""The folder that an administrator hands out: the pane for WPS and for Excel, and what registers it there.

write_addin("addin", url="https://intranet.example/xlperf/")
write_addin("addin", url="file:///C:/xlperf/", server="http://127.0.0.1:8750/")
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from xlperf.errors import UsageError
from xlperf.files import StrPath, written_together
from xlperf.messages import catalogue, current_language
from xlperf.page.assets import default_folder, fetch_assets, find_assets
from xlperf.page.bundle import bundle, read_runtime
from xlperf.page.page_file import BUNDLE, TAGS, as_data, known_forms, packed
from xlperf.panes.icons import SIZES, icon
from xlperf.panes.manifests import NAME, excel_manifest, plugin_list, ribbon
from xlperf.panes.pane_page import OFFICE_JS, STATIC, pane_text

SCHEMES = {"file": ("wps",), "http": ("wps",), "https": ("wps", "excel")}  # which programs take a pane from there
ENTRY = '<!DOCTYPE html>\n<meta charset="utf-8">\n<script src="main.js"></script>\n'  # what WPS opens first
COMMANDS = f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{NAME}</title>\n{OFFICE_JS}\n<script>Office.onReady();</script>\n'
OF_SERVERS = ("http", "https")
THIS_PC = ("127.0.0.1", "localhost", "::1")  # which a page with HTTPS may ask without it
ROOT = "/"  # of the place that the pane is from
Files = Iterator[tuple[str, bytes]]


def write_addin(
    directory: StrPath,
    *,
    url: str | None = None,
    server: str | None = None,
    forms: Sequence[str] = (),
    templates: StrPath | None = None,
    assets: StrPath | None = None,
    tell: Callable[[str], object] = lambda words: None,
) -> tuple[Path, ...]:
    """Write the task pane for WPS, and for Excel if the address has HTTPS; return the paths of what was written.

    Args:
        directory: the folder for it; files of the same names are replaced, all or none.
        url: where people's PCs will find the folder, by file, http or https; by default the folder itself, from this PC.
        server: where `xlperf serve` answers panes whose program cannot run Python, by http or https; by default the root of the
            place that the pane is from, if that is a server.
        forms: the keys of the forms it knows, all revisions of each; by default all forms.
        templates: the folder of a bureau's own forms.
        assets: the folder that holds the files of others; by default they are fetched once by pip and npm, and kept.
        tell: is called with the name of each file that is fetched.

    Raises:
        UsageError: an address is none, no such form, a file of others cannot be had, or the folder cannot be written.
        FormError: the definition of a bureau's own form cannot be right.

    Example:
        >>> try:
        ...     write_addin("addin", url="ftp://intranet.example")
        ... except UsageError as error:
        ...     error.key
        'bad_address'
    """
    address = checked_address(url if url is not None else Path(directory).absolute().as_uri())
    asked = checked_server(server, address)
    known = known_forms(forms, templates)
    found = find_assets(assets) if assets else fetch_assets(default_folder(), tell=tell)
    parts = {**read_runtime(found), BUNDLE: bundle(found, forms, templates=templates)}
    files = dict(addin_files(parts, known, address, asked))
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
    if not _is_address(url, SCHEMES):
        raise UsageError("bad_address", url=url)
    return url.rstrip("/") + "/"


def checked_server(server: str | None, address: str) -> str | None:
    """The address of the server that a pane asks, with a slash at its end; None where there is none to ask.

    Args:
        address: where the pane lies.

    Raises:
        UsageError: it is none, or browsers would not let the pane ask there.
    """
    scheme = urlsplit(address).scheme
    if server is None:
        return ROOT if scheme in OF_SERVERS else None
    if not _is_address(server, OF_SERVERS) or (
        (scheme, urlsplit(server).scheme) == ("https", "http") and urlsplit(server).hostname not in THIS_PC
    ):
        raise UsageError("bad_server", url=server)
    return server.rstrip("/") + "/"


def _is_address(url: str, schemes: Container[str]) -> bool:
    """Whether that is an address, by one of these schemes, below which there may be files."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in schemes and not parts.query and not parts.fragment and "@" not in parts.netloc
        is_right = is_right and bool(parts.path.strip("/") if parts.scheme == "file" else parts.hostname)
        return is_right and (parts.port is None or parts.port > 0) and url.isprintable() and " " not in url
    except ValueError:
        return False


def addin_files(parts: Mapping[str, bytes], forms: Sequence[Mapping[str, str]], address: str, server: str | None = None) -> Files:
    """Yield the files of the folder by their names.

    Args:
        parts: what the worker starts Python from, by name.
        address: where the folder will lie, with a slash at the end.
        server: whom the pane asks where Python does not start, if anybody.
    """
    packages = "\n".join(packed(name, content) for name, content in parts.items())
    scheme = urlsplit(address).scheme
    for program in SCHEMES[scheme]:
        yield f"{program}/pane.html", pane_text(packages, forms, program=program, server=server).encode()
    yield "wps/index.html", ENTRY.encode()
    yield "wps/main.js", (STATIC / "ribbon.js").read_bytes()
    yield "wps/ribbon.xml", ribbon()
    yield "wps/icon.png", icon(32)
    yield "jsplugins.xml", plugin_list(f"{address}wps/")
    yield "publish.html", publish_page(f"{address}wps/").encode()
    if "excel" in SCHEMES[scheme]:
        yield "excel/manifest.xml", excel_manifest(f"{address}excel/")
        yield "excel/commands.html", COMMANDS.encode()
        for size in SIZES:
            yield f"excel/icon-{size}.png", icon(size)


def publish_page(address: str) -> str:
    """The page with which a person registers the pane in WPS on their own PC, through the service that WPS runs there."""
    words = catalogue(current_language())["pane"]
    addin = {"name": NAME, "addonType": "et", "online": "true", "url": address}
    told = {key: words[key] for key in ("publish_done", "publish_failed", "publish_no_wps")}
    values = {
        "language": TAGS.get(current_language(), current_language()),
        **{key: html.escape(words[key]) for key in ("addin_name", "publish_why", "publish_install", "publish_remove")},
        "addin": as_data(addin),
        "words": as_data(told),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], (STATIC / "publish.html").read_text("utf-8"))
