"""What the checks sheet shows of a rule while people type, as Excel expressions around the formulas of the form.

    live_state(layout, rule, 'IF(D3>0,"failed","passed")', words)
    # IFERROR(IF(SUM(uncomputed_items)>0,"to be checked",IF(D3>0,"failed","passed")),"to be checked")

The form's own formulas tell how many cells fail. What they cannot tell is put around them: rows without formulas, cells that show
an error, and the unit that the workbook was issued to.
"""

from __future__ import annotations

from xlperf.forms.document import unit_spot
from xlperf.forms.layout import Layout
from xlperf.forms.live.states import is_live, tables_of_rule
from xlperf.forms.model import RULES, Rule
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Call, Kind, Name
from xlperf.formula.operands import plain_text
from xlperf.text import unit_key
from xlperf.workbook.uncomputed import uncomputed


def live_count(layout: Layout, rule: Rule, formula: str) -> str:
    """The Excel expression for how many cells fail a rule, "" where nothing is counted."""
    if rule.builtin == "formulas":
        return f'IFERROR({uncomputed(tables_of_rule(layout.form, rule.code))},"")'
    return f'IFERROR({formula},"")' if formula not in ("", '""') else ""


def live_state(layout: Layout, rule: Rule, formula: str) -> str:
    """The Excel expression for the state of a rule: doubtful while what it goes by has no formulas, or is an error."""
    tables = tables_of_rule(layout.form, rule.code)
    if not is_live(layout.form, rule) or not tables:
        return formula
    doubtful = f'"{layout.form.words["doubtful"]}"'
    return f"IFERROR(IF({uncomputed(tables)}>0,{doubtful},{formula}),{doubtful})"


def missing_count(layout: Layout, formula: str) -> str:
    """The Excel expression for how many required cells are blank, of which rows without formulas say nothing."""
    tables = [table for table in layout.form.tables if table != RULES]
    doubtful = f'"{layout.form.words["doubtful"]}"'
    return f"IFERROR(IF({uncomputed(tables)}>0,{doubtful},{formula}),{doubtful})" if tables else formula


# --- the unit it was issued to -------------------------------------------------------------------------------


def issued_unit_state(layout: Layout, issued: str) -> str:
    """The Excel expression for whether the unit is the one the workbook was issued to: surely, surely not, or not to be told.

    The words before a unit's name that may be left out are left out in every way; a unit whose name has not that of the other in
    it is another. A workbook that was issued to nobody in particular is of whoever fills it in.
    """
    words, cell = layout.form.words, layout.absolute(unit_spot(layout.form))
    waiting, passed, failed, doubtful = (_literal(words[state]) for state in ("waiting", "passed", "failed", "doubtful"))
    told = passed
    if issued:
        plain = to_excel(Call("PLAIN", (Name("unit", Kind.TEXT),), Kind.TEXT), lambda name: cell)
        same = ",".join(map(_literal, _same_names(layout, issued)))
        told = f"IF(SUMPRODUCT(--({plain}={{{same}}}))>0,{passed},{doubtful})"
        if core := _certain_part(layout, issued):
            told = f"IF(ISERROR(FIND({_literal(core)},{plain})),{failed},{told})"
    return f'IFERROR(IF(TRIM({cell})="",{waiting},{told}),{doubtful})'


def issued_unit_value(layout: Layout, issued: str, unit: object) -> str:
    """What that expression gives."""
    words, plain = layout.form.words, plain_text(str(unit or ""))
    if not plain:
        return words["waiting"]
    if not issued:
        return words["passed"]
    if _certain_part(layout, issued) not in plain:
        return words["failed"]
    return words["passed" if plain in _same_names(layout, issued) else "doubtful"]


def _same_names(layout: Layout, issued: str) -> list[str]:
    """The names under which a unit is surely the same."""
    prefixes = layout.form.summary.unit_prefixes
    core = unit_key(issued, prefixes)
    return list(dict.fromkeys([plain_text(issued), core, *(plain_text(prefix) + core for prefix in prefixes)]))


def _certain_part(layout: Layout, issued: str) -> str:
    """What the name of the same unit has in it for certain; "" where signs of the name may be written or not."""
    core = unit_key(issued, layout.form.summary.unit_prefixes)
    return core if core in plain_text(issued) else ""


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
