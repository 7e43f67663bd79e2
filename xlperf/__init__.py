"""xlperf: the official self-evaluation workbook of a budget unit, generated, read back, checked and finalized.

    import xlperf

    xlperf.write_template("my-form", year=2023, output="form.xlsx")
    result = xlperf.validate("filled.xlsx")
    result.status, [(finding["code"], finding["cells"], finding["fix"]) for finding in result.findings]

Every command has a function of the same meaning here: the subject first, everything else by keyword. A name is imported
when it is first used, so that a command pays only for what it needs.
"""

__version__ = "0.1.0"

_HOMES = {
    "write_report": "workflow.report",
    "validate": "workflow.validate",
    "annotate": "workflow.annotate",
    "finalize": "workflow.finalize",
    "write_review": "reviewing.review",
    "read_workbook": "workflow.process",
    "write_template": "workflow.template",
    "fill_workbook": "workflow.fill",
    "load_document": "workflow.documents",
    "import_document": "importing.importer",
    "collect": "collecting.collect",
    "find_status": "collecting.status",
    "remind": "collecting.remind",
    "decide": "deciding.decide",
    "Decided": "deciding.decide",
    "verify": "deciding.verify",
    "Verification": "deciding.verify",
    "package_collection": "collecting.packages.packing",
    "Packed": "collecting.packages.packing",
    "write_history": "over_years.history",
    "read_former_years": "over_years.former_years",
    "FormerYears": "summarizing.board.former",
    "CollectionStatus": "collecting.status",
    "Result": "reporting.result",
    "write_page": "page.page_file",
    "serve": "server.serving",
    "write_addin": "panes.addin",
    "build_schema": "forms.schema",
    "list_forms": "forms.catalog",
    "explain_field": "forms.catalog",
    "explain_rule": "forms.catalog",
    "write_next_template": "revisions.next_year",
    "read_roster": "distributing.roster",
    "Unit": "distributing.roster",
    "Announcement": "workbook.announcement",
    "Round": "distributing.round_file",
    "read_round": "distributing.round_file",
    "new_round": "distributing.round_file",
    "write_templates": "distributing.distribute",
    "migrate_workbook": "revisions.migrate",
    "compare_papers": "revisions.compare_papers",
    "Change": "revisions.change",
    "compare_forms": "revisions.compare_forms",
    "new_form": "forms.catalog",
    "draw_form": "drawing.draw",
    "read_form": "drawing.read",
    "DrawingError": "drawing.faults",
    "find_form": "forms.loader",
    "load_form": "forms.loader",
    "check_form": "workflow.check_form",
    "prove_form": "proving.prove_form",
    "Proof": "proving.prove_form",
    "XlperfError": "errors",
    "UsageError": "errors",
    "FormError": "errors",
    "UnreadableError": "errors",
    "ExitCode": "errors",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(name)
