"""What registers the pane in each program: XML files that name the address at which it lies.

excel_manifest("https://intranet.example/xlperf/")
ribbon(), plugin_list("http://intranet.example/xlperf/")

They are written as the makers of the programs write theirs: without prefixes for what is theirs, and in their order.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from xlperf import __version__
from xlperf.messages import catalogue, current_language
from xlperf.panes.icons import OF_BUTTONS, SIZES

NAME = "xlperf"  # of the add-in; it is never shown
OFFICE = "http://schemas.microsoft.com/office/appforoffice/1.1"
OVERRIDES = "http://schemas.microsoft.com/office/taskpaneappversionoverrides"
BASIC = "http://schemas.microsoft.com/office/officeappbasictypes/1.0"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
RIBBON = "http://schemas.microsoft.com/office/2006/01/customui"
LEAST_API = "1.9"  # ExcelApi; the first one that tells of edits in all sheets
LOCALES = {"zh": "zh-CN", "en": "en-US"}
BUTTONS = {"xlperfCheck": "check", "xlperfFinalize": "finalize"}  # what each asks of the pane


def excel_manifest(address: str) -> bytes:
    """The manifest for Excel; the same address gives the same identity.

    Args:
        address: where the folder `excel` lies, with HTTPS and a slash at the end.
    """
    words = catalogue(current_language())["pane"]
    root = Element("OfficeApp", {"xmlns": OFFICE, "xmlns:xsi": INSTANCE, "xmlns:bt": BASIC, "xsi:type": "TaskPaneApp"})
    _add(root, "Id").text = str(uuid.uuid5(uuid.NAMESPACE_URL, address))
    _add(root, "Version").text = f"{__version__}.0"
    _add(root, "ProviderName").text = NAME
    _add(root, "DefaultLocale").text = LOCALES[current_language()]
    _add(root, "DisplayName", DefaultValue=words["addin_name"])
    _add(root, "Description", DefaultValue=words["addin_description"])
    _add(root, "IconUrl", DefaultValue=f"{address}icon-32.png")
    _add(root, "HighResolutionIconUrl", DefaultValue=f"{address}icon-64.png")
    _add(root, "SupportUrl", DefaultValue=f"{address}pane.html")
    _add(_add(root, "Hosts"), "Host", Name="Workbook")
    sets = _add(_add(root, "Requirements"), "Sets", DefaultMinVersion="1.1")
    _add(sets, "Set", Name="ExcelApi", MinVersion=LEAST_API)
    _add(sets, "Set", Name="CompressedFile", MinVersion="1.1")
    _add(_add(root, "DefaultSettings"), "SourceLocation", DefaultValue=f"{address}pane.html")
    _add(root, "Permissions").text = "ReadWriteDocument"
    _add_buttons(root, address, words)
    return _written(root, declared=True)


def _add_buttons(root: Element, address: str, words: Mapping[str, str]) -> None:
    """A group on the tab Home with one button for each thing that the pane does; what they name stands below them."""
    more = _add(root, "VersionOverrides", **{"xmlns": OVERRIDES, "xsi:type": "VersionOverridesV1_0"})
    desktop = _add(_add(_add(more, "Hosts"), "Host", **{"xsi:type": "Workbook"}), "DesktopFormFactor")
    _add(desktop, "FunctionFile", resid="commands.url")
    place = _add(desktop, "ExtensionPoint", **{"xsi:type": "PrimaryCommandSurface"})
    group = _add(_add(place, "OfficeTab", id="TabHome"), "Group", id="xlperfGroup")
    _add(group, "Label", resid="addin.label")
    _add_icon(group)
    for name, verb in BUTTONS.items():
        button = _add(group, "Control", **{"xsi:type": "Button", "id": name})
        _add(button, "Label", resid=f"{verb}.label")
        tip = _add(button, "Supertip")
        _add(tip, "Title", resid=f"{verb}.label")
        _add(tip, "Description", resid=f"{verb}.why")
        _add_icon(button)
        action = _add(button, "Action", **{"xsi:type": "ShowTaskpane"})
        _add(action, "TaskpaneId").text = NAME  # one pane for both
        _add(action, "SourceLocation", resid=f"{verb}.url")
    asked = {f"{verb}.url": f"{address}pane.html?ask={verb}" for verb in BUTTONS.values()}
    labels = {f"{verb}.label": words[f"{verb}_open"] for verb in BUTTONS.values()}
    named = {
        "Image": {f"icon.{size}": f"{address}icon-{size}.png" for size in SIZES},
        "Url": {"commands.url": f"{address}commands.html", **asked},
        "ShortString": {"addin.label": words["addin_name"], **labels},
        "LongString": {f"{verb}.why": words[f"{verb}_why"] for verb in BUTTONS.values()},
    }
    resources = _add(more, "Resources")
    for kind, values in named.items():
        table = _add(resources, f"bt:{kind}s")
        for key, value in values.items():
            _add(table, "bt:String" if kind.endswith("String") else f"bt:{kind}", id=key, DefaultValue=value)


def _add_icon(parent: Element) -> None:
    icon = _add(parent, "Icon")
    for size in OF_BUTTONS:
        _add(icon, "bt:Image", size=str(size), resid=f"icon.{size}")


def ribbon() -> bytes:
    """The ribbon of WPS: one tab with the two buttons. The tool of WPS looks for `<customUI` at its very beginning."""
    words = catalogue(current_language())["pane"]
    root = Element("customUI", {"xmlns": RIBBON, "onLoad": "OnAddinLoad"})
    tabs = _add(_add(root, "ribbon", startFromScratch="false"), "tabs")
    group = _add(
        _add(tabs, "tab", id="xlperfTab", label=words["addin_name"]), "group", id="xlperfGroup", label=words["addin_name"]
    )
    for name, verb in BUTTONS.items():
        _add(group, "button", id=name, label=words[f"{verb}_open"], onAction="OnAction", getImage="GetImage", size="large")
    return _written(root, declared=False)


def plugin_list(address: str) -> bytes:
    """The list of add-ins for WPS, which its setting JSPluginsServer names.

    Args:
        address: where the folder `wps` lies, with a slash at the end.
    """
    root = Element("jsplugins")
    _add(root, "jspluginonline", name=NAME, type="et", url=address)
    return _written(root, declared=True)


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    return SubElement(parent, tag, attributes)


def _written(root: Element, *, declared: bool) -> bytes:
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=declared)) + b"\n"
