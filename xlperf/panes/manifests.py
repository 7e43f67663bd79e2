"""What registers the pane in each program: XML files that name the address at which it lies.

excel_manifest("https://intranet.example/xlperf/")
ribbon(), plugin_list("http://intranet.example/xlperf/")
"""

from __future__ import annotations

import uuid
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from xlperf import __version__
from xlperf.messages import catalogue, current_language

NAME = "xlperf"  # of the add-in; it is never shown
OFFICE = "http://schemas.microsoft.com/office/appforoffice/1.1"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
RIBBON = "http://schemas.microsoft.com/office/2006/01/customui"
LEAST_API = "1.9"  # ExcelApi; the first one that tells of edits in all sheets
LOCALES = {"zh": "zh-CN", "en": "en-US"}
BUTTONS = {"xlperfCheck": "check_open", "xlperfFinalize": "finalize_open"}


def excel_manifest(address: str) -> bytes:
    """The manifest for Excel; the same address gives the same identity.

    Args:
        address: where the folder `excel` lies, with HTTPS and a slash at the end.
    """
    ElementTree.register_namespace("", OFFICE)
    ElementTree.register_namespace("xsi", INSTANCE)
    words = catalogue(current_language())["pane"]
    root = Element(f"{{{OFFICE}}}OfficeApp", {f"{{{INSTANCE}}}type": "TaskPaneApp"})
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
    return _written(root)


def ribbon() -> bytes:
    """The ribbon of WPS: one tab with the two buttons."""
    ElementTree.register_namespace("", RIBBON)
    words = catalogue(current_language())["pane"]
    root = Element(f"{{{RIBBON}}}customUI", {"onLoad": "OnAddinLoad"})
    tabs = SubElement(SubElement(root, f"{{{RIBBON}}}ribbon", {"startFromScratch": "false"}), f"{{{RIBBON}}}tabs")
    tab = SubElement(tabs, f"{{{RIBBON}}}tab", {"id": "xlperfTab", "label": words["addin_name"]})
    group = SubElement(tab, f"{{{RIBBON}}}group", {"id": "xlperfGroup", "label": words["addin_name"]})
    for name, label in BUTTONS.items():
        shown = {"id": name, "label": words[label], "onAction": "OnAction", "getImage": "GetImage", "size": "large"}
        SubElement(group, f"{{{RIBBON}}}button", shown)
    return _written(root)


def plugin_list(address: str) -> bytes:
    """The list of add-ins for WPS, which its setting JSPluginsServer names.

    Args:
        address: where the folder `wps` lies, with a slash at the end.
    """
    root = Element("jsplugins")
    SubElement(root, "jspluginonline", {"name": NAME, "type": "et", "url": address})
    return _written(root)


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{OFFICE}}}{name}", attributes)


def _written(root: Element) -> bytes:
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
