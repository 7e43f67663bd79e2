"""xlperf: the official self-evaluation workbook of a budget unit, generated, read back, checked and finalized.

    import xlperf
    xlperf.write_template("suzhou-department", 2022, Path("自评表.xlsx"))
    result = xlperf.validate("自评表.xlsx")
    result.findings[0]["cells"], result.findings[0]["fix"]

Every command has its twin here; names are imported when first used, so that a command pays only for what it needs.
"""

__version__ = "0.1.0"

_HOMES = {
    "validate": "process", "finalize": "process", "write_template": "template", "fill_workbook": "template",
    "read_workbook": "process", "load_document": "template", "Result": "result", "build_schema": "schema", "list_forms": "catalog",
    "explain_field": "catalog", "find_form": "form", "load_form": "form", "XlperfError": "errors",
    "UsageError": "errors", "FormError": "errors", "UnreadableError": "errors", "ExitCode": "errors",
}  # fmt: skip
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(name)
