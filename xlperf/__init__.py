"""xlperf: the official self-evaluation workbook of a budget unit, generated, read back, checked and finalized.

    import xlperf
    xlperf.write_template("my-form", 2023, Path("form.xlsx"))
    result = xlperf.validate("filled.xlsx")
    result.findings[0]["cells"], result.findings[0]["fix"]

Every command has its twin here; names are imported when first used, so that a command pays only for what it needs.
"""

__version__ = "0.1.0"

_EXPORTS = {
    "publication": ("write_report",),
    "process": ("validate", "annotate", "finalize", "read_workbook"),
    "template": ("write_template", "fill_workbook", "load_document"),
    "importer": ("import_document",),
    "intake": ("collect",),
    "standing": ("find_standing",),
    "result": ("Result",),
    "schema": ("build_schema",),
    "catalog": ("list_forms", "explain_field"),
    "carryover": ("write_next_template",),
    "roster": ("read_roster", "Unit"),
    "dispatch": ("write_templates",),
    "migration": ("migrate_workbook",),
    "difference": ("compare_papers", "Change"),
    "amendment": ("compare_forms",),
    "starter": ("new_form",),
    "form": ("find_form", "load_form", "check_form"),
    "errors": ("XlperfError", "UsageError", "FormError", "UnreadableError", "ExitCode"),
}
_HOMES = {name: module for module, names in _EXPORTS.items() for name in names}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(name)
