"""The names that WPS and Excel give a page, read off the published type files and kept as data.

    python -m support.host_names DIR        # DIR has the unpacked packages; writes tests/panes/host_names.json

The fakes of the tests know these names and no others: whoever calls another one gets an error, as in the program itself.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from support.paths import REPOSITORY

NAMES = REPOSITORY / "tests" / "panes" / "host_names.json"
WPS = ("wps-jsapi 1.0.5", "wps-jsapi-1.0.5/package/src/lib.et.d.ts")
DECLARED = ("wps-jsapi-declare 2.2.0", "wps-jsapi-declare-2.2.0/package/index.d.ts")
OFFICE = ("@types/office-js 1.0.612", "types-office-js-1.0.612/office-js/index.d.ts")
ADDON = ("wps-jsapi-declare 2.2.0", "wps-jsapi-declare-2.2.0/package/addon.wps.d.ts")
EVENTS = ("wps-jsapi 1.0.5", "wps-jsapi-1.0.5/package/src/index.d.ts")
# The objects that a pane meets: the name here, the name there, and where that stands.
MET = [
    ("Application", "EtApplication", WPS), ("Application", "AddonRoot", DECLARED), ("Application", "WpsAddonRoot", ADDON), ("Workbook", "EtWorkbook", WPS),
    ("Sheets", "EtSheets", WPS), ("Worksheet", "EtWorksheet", WPS), ("Range", "EtRange", WPS), ("Env", "Env", DECLARED),
    ("FileSystem", "FileSystem", DECLARED), ("PluginStorage", "PluginStorage", DECLARED), ("TaskPane", "CustomTaskpane", DECLARED),
    ("ApiEvent", "ApiEvent", EVENTS), ("Office.File", "File", OFFICE), ("Office.Slice", "Slice", OFFICE), ("Office.Document", "Document", OFFICE),
    ("Excel.Workbook", "Workbook", OFFICE), ("Excel.WorksheetCollection", "WorksheetCollection", OFFICE),
    ("Excel.Worksheet", "Worksheet", OFFICE), ("Excel.Range", "Range", OFFICE), ("Excel.RequestContext", "RequestContext", OFFICE),
    ("Excel.RequestContext", "ClientRequestContext", OFFICE),
]  # fmt: skip
MEMBER = re.compile(r"^\s*(?:export function |readonly |get )?([A-Za-z_$][\w$]*)\??\s*(?=[(:<])", re.MULTILINE)


def members(text: str, name: str) -> set[str]:
    """The names of the members of an interface, class or namespace, of every declaration of it."""
    found: set[str] = set()
    for match in re.finditer(
        rf"^(\s*)(?:export )?(?:declare )?(?:interface|class|namespace) {name}\b[^{{]*\{{", text, re.MULTILINE
    ):
        indent = match[1].strip("\n")
        end = text.find(f"\n{indent}}}", match.end())
        body = re.sub(r"/\*.*?\*/|//[^\n]*", "", text[match.end() : end], flags=re.DOTALL)
        found.update(MEMBER.findall(body))
    return found


def in_namespace(text: str, name: str) -> str:
    """What a namespace declares; others have classes of the same names."""
    return "".join(re.findall(rf"^declare namespace {name} \{{.*?^\}}", text, re.MULTILINE | re.DOTALL))


def main(folder: Path) -> None:
    told: dict[str, dict[str, object]] = {}
    for ours, theirs, (source, path) in MET:
        entry = told.setdefault(ours, {"sources": [], "names": []})
        text = (folder / path).read_text("utf-8", errors="replace")
        names = members(in_namespace(text, ours.partition(".")[0]) if ours == f"Excel.{theirs}" else text, theirs)
        assert names, f"{source} declares no {theirs}"
        entry["sources"] = [*entry["sources"], f"{source}: {theirs}"]
        entry["names"] = sorted({*entry["names"], *names})
    NAMES.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
