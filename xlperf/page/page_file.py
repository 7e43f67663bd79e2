"""The page as one file: our own files and the parts of others, packed into HTML that loads nothing.

    write_page(["my-form"], output="check.html", assets="assets")

The order of things in the file is fixed, and nothing in it depends on the clock: the same input gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xlperf import __version__
from xlperf.files import StrPath, write_atomically
from xlperf.forms.loader import load_form
from xlperf.messages import LANGUAGES, catalogue, current_language
from xlperf.page.assets import LOCK, default_folder, fetch_assets, find_assets, read_lock
from xlperf.page.bundle import bundle, form_folders, read_runtime
from xlperf.reading.limits import MOST_FILE

STATIC = LOCK.parent / "static"
MODULES = ("words.js", "engine.js", "server.js", "findings.js", "sheet.js", "main.js")  # each imports only from those before it
BUNDLE = "bundle.zip"
PACKING = 6  # 9 takes twice the time for one per cent
# What the page says that commands say too.
SHARED = ("error", "query", "warning", "info", "says_found", "says_expected", "says_fix", "explained", "between_things")
# Nothing may be loaded but what stands in the page: scripts and style by their digests, and what the worker makes of its parts.
POLICY = (
    "default-src 'none'; script-src {scripts} blob: 'wasm-unsafe-eval'; style-src {style}; worker-src blob:; img-src data:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'"
)
NEEDS = ("WebAssembly", "DecompressionStream", "Worker", "Promise", "BigInt64Array")  # of a browser
TAGS = {"zh": "zh-CN"}
IMPORT, EXPORT = (
    re.compile(r"^import [^;]*;\n", re.MULTILINE),
    re.compile(r"^export (?=(?:async )?(?:function|const|let|class) )", re.MULTILINE),
)


def write_page(
    forms: Sequence[str] = (),
    *,
    templates: StrPath | None = None,
    output: StrPath,
    assets: StrPath | None = None,
    tell: Callable[[str], object] = lambda words: None,
) -> Path:
    """Write one HTML file that validates workbooks in a browser, and return its path.

    It opens no connection and needs none: everything stands in the file, Python included. It speaks the language of the
    messages first and offers the others.

    Args:
        forms: the keys of the forms it knows, all revisions of each; by default all forms.
        templates: the folder of a bureau's own forms.
        output: the file to write; one that is there is replaced.
        assets: the folder that holds the files of others; by default they are fetched once by pip and npm, and kept.
        tell: is called with the name of each file that is fetched.

    Raises:
        UsageError: no such form, a file of others cannot be had, or the page cannot be written.
        FormError: the definition of a bureau's own form cannot be right.

    Example:
        >>> try:
        ...     write_page(output="check.html", assets="nowhere")
        ... except UsageError as error:
        ...     error.key
        'no_assets'
    """
    known = known_forms(forms, templates)  # what is wrong with them is told before anything is fetched
    found = find_assets(assets) if assets else fetch_assets(default_folder(), tell=tell)
    parts = {**read_runtime(found), BUNDLE: bundle(found, forms, templates=templates)}
    text = page_text(parts, known)
    write_atomically(Path(output), lambda path: path.write_text(text, "utf-8", newline="\n"))
    return Path(output)


def known_forms(keys: Sequence[str], templates: StrPath | None = None) -> list[dict[str, str]]:
    """The titles and revisions of the forms, for people to read."""
    return [{"form": form.title, "revision": form.revision} for form in map(load_form, form_folders(keys, templates))]


def page_text(parts: Mapping[str, bytes], forms: Sequence[Mapping[str, str]]) -> str:
    """The HTML of the page.

    Args:
        parts: what the worker starts Python from, by name.
    """
    software = [{"name": each.name, "version": each.version, "license": each.license} for each in read_lock()]
    facts = {"version": __version__, "most": MOST_FILE, "forms": list(forms), "software": software}
    style, support, program = _read("page.css"), _read("support.js"), program_text()
    policy = POLICY.format(scripts=f"{digest(program)} {digest(support)}", style=digest(style))
    return filled_page(
        {language: words_in(language) for language in LANGUAGES},
        facts,
        needs=" ".join(NEEDS),
        policy=f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        style=f"<style>{style}</style>",
        support=f"<script>{support}</script>",
        to_round="",
        worker=f'<script type="text/plain" id="worker">{_read("worker.js")}</script>',
        program=f'<script type="module">{program}</script>',
        parts="\n".join(packed(name, content) for name, content in parts.items()),
    )


def filled_page(words: Mapping[str, Mapping[str, str]], facts: Mapping[str, object], **elements: str) -> str:
    """The page with its words, facts and elements put in; the language of the messages comes first.

    Args:
        words: what the page says, by language.
        elements: what else `page.html` has to be given, as HTML.
    """
    first, *others = sorted(words, key=lambda language: language != current_language())
    both = {key: " / ".join(words[language][key] for language in (first, *others)) for key in ("no_script", "too_old")}
    values = {
        "version": __version__,
        "language": TAGS.get(first, first),
        "title": html.escape(words[first]["title"]),
        **{key: html.escape(text) for key, text in both.items()},
        "words": as_data({language: words[language] for language in (first, *others)}),
        "facts": as_data(facts),
        **elements,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], _read("page.html"))


def program_text() -> str:
    """The modules of the page as one: a page that is opened from a disk cannot load modules."""
    return "\n".join(EXPORT.sub("", IMPORT.sub("", _read(name))) for name in MODULES)


def words_in(language: str) -> dict[str, str]:
    """What the page says in a language."""
    tables = catalogue(language)
    return {**tables["page"], **{key: tables["talk"][key] for key in SHARED}}


def digest(text: str) -> str:
    """A script or style as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def as_data(value: object) -> str:
    """JSON that may stand in HTML."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\u0021--")


def packed(name: str, content: bytes) -> str:
    packed = base64.b64encode(gzip.compress(content, PACKING, mtime=0)).decode()
    return f'<script type="text/plain" data-part="{name}">{packed}</script>'
