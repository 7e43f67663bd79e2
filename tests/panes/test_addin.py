"""The folder for administrators: what stands in its XML, that what it names is there, and which addresses are taken."""

from __future__ import annotations

import re
import struct
import uuid
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from xlperf import UsageError, write_addin
from xlperf.messages import LANGUAGES, catalogue, use_language
from xlperf.page.page_file import STATIC as OF_PAGE
from xlperf.page.page_file import known_forms
from xlperf.panes.addin import addin_files, checked_address, checked_server
from xlperf.panes.manifests import BUTTONS
from xlperf.panes.pane_page import SHARED, STATIC, program_text

PLACES = ("file:///C:/xlperf/", "http://intranet.example:8080/xlperf/", "https://intranet.example/xlperf/")
OFFICE = {
    "o": "http://schemas.microsoft.com/office/appforoffice/1.1",
    "v": "http://schemas.microsoft.com/office/taskpaneappversionoverrides",
    "b": "http://schemas.microsoft.com/office/officeappbasictypes/1.0",
}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
RIBBON = {"r": "http://schemas.microsoft.com/office/2006/01/customui"}


def written(address: str, server: str | None = None) -> dict[str, bytes]:
    return dict(addin_files({}, known_forms(()), address, checked_server(server, address)))


@pytest.mark.parametrize("address", PLACES)
def test_everything_that_a_list_or_manifest_names_is_in_the_folder(address: str) -> None:
    files = written(address)
    (plugin,) = ElementTree.fromstring(files["jsplugins.xml"])
    assert plugin.tag == "jspluginonline" and plugin.attrib == {"name": "xlperf", "type": "et", "url": f"{address}wps/"}
    assert {"wps/index.html", "wps/main.js", "wps/ribbon.xml", "wps/pane.html", "publish.html"} <= files.keys()
    assert re.findall(r'src="([^"]+)"', files["wps/index.html"].decode()) == ["main.js"]
    assert ("excel/manifest.xml" in files) == address.startswith("https:")
    assert f'"url": "{address}wps/"' in files["publish.html"].decode() and '"addonType": "et"' in files["publish.html"].decode()


def test_the_manifest_of_excel_has_https_an_identity_and_icons_of_their_sizes() -> None:
    files = written(PLACES[2])
    root = ElementTree.fromstring(files["excel/manifest.xml"])
    order = [element.tag.partition("}")[2] for element in root]
    assert order == ["Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl", "HighResolutionIconUrl",
                     "SupportUrl", "Hosts", "Requirements", "DefaultSettings", "Permissions", "VersionOverrides"]  # fmt: skip
    assert uuid.UUID(root.findtext("o:Id", namespaces=OFFICE)).version == 5
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", root.findtext("o:Version", namespaces=OFFICE))
    named = [element.get("DefaultValue") for element in root.iter() if (element.get("DefaultValue") or "").startswith("http")]
    assert len(named) == 11 and all(urlsplit(url).scheme == "https" for url in named)
    assert {url.removeprefix(PLACES[2]).partition("?")[0] for url in named} <= files.keys()
    for name, size in [(name, int(re.search(r"\d+", name)[0])) for name in files if name.startswith("excel/icon")]:
        assert struct.unpack(">II", files[name][16:24]) == (size, size), name
    other = ElementTree.fromstring(written("https://other.example/")["excel/manifest.xml"])
    assert other.findtext("o:Id", namespaces=OFFICE) != root.findtext("o:Id", namespaces=OFFICE)
    assert written(PLACES[2]) == files


def in_order(element: ElementTree.Element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


def test_the_ribbon_of_excel_has_both_buttons_and_everything_that_they_name() -> None:
    """Ids, orders and lengths are those that Microsoft's reference of the manifest states."""
    files = written(PLACES[2])
    more = ElementTree.fromstring(files["excel/manifest.xml"]).find("v:VersionOverrides", OFFICE)
    assert more.get(TYPE) == "VersionOverridesV1_0" and in_order(more) == ["Hosts", "Resources"]
    (host,) = more.find("v:Hosts", OFFICE)
    (desktop,) = host
    assert (host.get(TYPE), desktop.tag.rpartition("}")[2]) == ("Workbook", "DesktopFormFactor")
    assert in_order(desktop) == ["FunctionFile", "ExtensionPoint"]
    assert desktop.find("v:ExtensionPoint", OFFICE).get(TYPE) == "PrimaryCommandSurface"
    group = desktop.find("v:ExtensionPoint/v:OfficeTab[@id='TabHome']/v:Group", OFFICE)
    assert in_order(group) == ["Label", "Icon", "Control", "Control"]

    kinds = {"Images": 4, "Urls": 3, "ShortStrings": 3, "LongStrings": 2}
    assert {kind: len(more.find(f"v:Resources/b:{kind}", OFFICE)) for kind in kinds} == kinds
    assert in_order(more.find("v:Resources", OFFICE)) == list(kinds)
    values = {each.get("id"): each.get("DefaultValue") for each in more.find("v:Resources", OFFICE).iter() if each.get("id")}
    asked = {element.get("resid") for element in more.iter() if element.get("resid")}
    assert asked <= values.keys() and values.keys() - asked <= {"icon.64"} and all(len(key) <= 32 for key in values)
    longest = {"ShortStrings": 125, "LongStrings": 250}
    for kind, most in longest.items():
        assert all(0 < len(each.get("DefaultValue")) <= most for each in more.find(f"v:Resources/b:{kind}", OFFICE))

    words = catalogue("zh")["pane"]
    for button, verb in zip(group.findall("v:Control", OFFICE), ("check", "finalize"), strict=True):
        assert button.get(TYPE) == "Button" and in_order(button) == ["Label", "Supertip", "Icon", "Action"]
        assert values[button.find("v:Label", OFFICE).get("resid")] == words[f"{verb}_open"]
        assert in_order(button.find("v:Supertip", OFFICE)) == ["Title", "Description"]
        action = button.find("v:Action", OFFICE)
        assert action.get(TYPE) == "ShowTaskpane" and in_order(action) == ["TaskpaneId", "SourceLocation"]
        assert action.findtext("v:TaskpaneId", namespaces=OFFICE) == "xlperf"
        assert values[action.find("v:SourceLocation", OFFICE).get("resid")] == f"{PLACES[2]}excel/pane.html?ask={verb}"
    for icon in more.iter(f"{{{OFFICE['v']}}}Icon"):
        assert [image.get("size") for image in icon] == ["16", "32", "80"]  # Excel wants these three
        for image in icon:
            name = values[image.get("resid")].removeprefix(PLACES[2])
            assert struct.unpack(">II", files[name][16:24]) == (int(image.get("size")),) * 2
    ids = [element.get("id") for element in more.iter() if element.get("id") and element.get("DefaultValue") is None]
    assert len(ids) == len(set(ids)) == 4  # the tab of Excel, the group, the buttons
    sources = re.findall(r'src="([^"]+)"', files["excel/commands.html"].decode())
    assert [urlsplit(source).hostname for source in sources] == ["appsforoffice.microsoft.com"]


def test_every_callback_of_the_ribbon_is_a_function_and_ids_are_unique() -> None:
    files = written(PLACES[0])
    assert files["wps/ribbon.xml"].startswith(b"<customUI ")  # the publishing page of WPS takes nothing else for a ribbon
    root = ElementTree.fromstring(files["wps/ribbon.xml"])
    called = {value for element in root.iter() for name, value in element.attrib.items() if name.startswith(("on", "get"))}
    assert len(called) == 3 and called <= set(re.findall(r"^function (\w+)", files["wps/main.js"].decode(), re.MULTILINE))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 4
    labels = [button.get("label") for button in root.iter(f"{{{RIBBON['r']}}}button")]
    assert labels == [catalogue("zh")["pane"][key] for key in ("check_open", "finalize_open")]


SERVER = "https://check.example.org:8750/xlperf/"
ALLOWED = [
    (PLACES[0], None, "'none'"),
    (PLACES[0], "http://127.0.0.1:8750", "http://127.0.0.1:8750"),
    (PLACES[1], None, "'self'"),
    (PLACES[1], SERVER, "https://check.example.org:8750"),
    (PLACES[2], None, "'self'"),
    (PLACES[2], SERVER, "https://check.example.org:8750"),
    (PLACES[2], "http://localhost:8750/", "http://localhost:8750"),
]


@pytest.mark.parametrize(("address", "server", "allowed"), ALLOWED)
def test_a_pane_may_ask_one_server_at_most(address: str, server: str | None, allowed: str) -> None:
    files = written(address, server)
    for name in [name for name in files if name.endswith("pane.html")]:
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', files[name].decode())[1]
        rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
        assert rules["connect-src"] == [allowed]
        assert any("microsoft" in source for source in rules["script-src"]) == name.startswith("excel/")


@pytest.mark.parametrize(
    ("address", "server"),
    [
        *((PLACES[0], server) for server in ("", "check.example.org", "file:///C:/", "ftp://a.example/", "http://", "https://a.example/?x=1", "https://u@a.example/")),
        (PLACES[2], "http://check.example.org/"),  # which a browser would not let a page with HTTPS ask
    ],
)  # fmt: skip
def test_a_server_that_no_pane_could_ask_is_refused(tmp_path: Path, address: str, server: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_addin(tmp_path / "out", url=address, server=server, assets=tmp_path)
    assert caught.value.key == "bad_server" and not (tmp_path / "out").exists()


WRONG = ("", "xlperf", "ftp://a.example/x", "http://", "https:///x", "file:///", "https://a.example/?x=1", "https://a.example/#x",
         "https://a.example:port/", "https://a b.example/", "javascript:alert(1)", "http://[::1/")  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_no_program_takes_is_refused_before_anything_is_written(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_addin(tmp_path / "out", url=url, assets=tmp_path)
    assert caught.value.key == "bad_address" and not (tmp_path / "out").exists()


@pytest.mark.parametrize("url", PLACES)
def test_a_slash_at_the_end_makes_no_difference(url: str) -> None:
    assert checked_address(url) == checked_address(url.rstrip("/")) == url


@pytest.mark.parametrize("program", ["wps", "excel"])
def test_the_modules_are_one_program_whose_names_are_unique(program: str) -> None:
    text = program_text(program)
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names)) > 30


def test_every_sentence_of_the_pane_stands_in_the_catalogues_and_is_used() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in [*STATIC.iterdir(), *(OF_PAGE / name for name in SHARED)])
    python = "\n".join((STATIC.parent / name).read_text("utf-8") for name in ("addin.py", "manifests.py"))
    asked = set(re.findall(r'\bsay\(\s*"(\w+)"', sources)) | set(re.findall(r'data-(?:say|label)="(\w+)"', sources))
    used = (
        asked
        | set(re.findall(r'"(\w+)"', python + sources))
        | {f"{verb}_{end}" for verb in BUTTONS.values() for end in ("open", "why")}
    )
    for language in LANGUAGES:
        pane = catalogue(language)["pane"]
        assert pane.keys() <= used
        assert asked <= pane.keys() | catalogue(language)["page"].keys() | catalogue(language)["talk"].keys()
    assert re.findall(r"[\u2e80-\u9fff]", sources) == []


def test_what_all_faces_are_made_of_stays_small() -> None:
    """Scripts, styles and pages alike: what there is of our own in a browser is read in an hour."""
    files = [path for folder in (OF_PAGE, STATIC) for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".js", ".css", ".html"}
    assert sum(path.stat().st_size for path in files) < 60_000


def test_the_folder_speaks_the_language_of_the_messages() -> None:
    use_language("en")
    try:
        files = written(PLACES[2])
    finally:
        use_language(None)
    assert b'label="Finalize"' in files["wps/ribbon.xml"] and b"<DefaultLocale>en-US<" in files["excel/manifest.xml"]
