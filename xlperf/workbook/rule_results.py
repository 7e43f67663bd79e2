"""What the checks sheet shows of a rule while people type, as Excel expressions around the formulas of the form.

    live_state(layout, rule, 'IF(D3>0,"failed","passed")')
    # IFERROR(IF(SUM(uncomputed_items)>0,"to be checked",IF(D3>0,"failed","passed")),"to be checked")
    uncomputed(["items"])               # SUM(uncomputed_items): how many rows are without their formulas
    first_uncomputed(layout, "items")   # the first of them

The form's own formulas tell how many cells fail. What they cannot tell is put around them: cells that show an error, the unit
that the workbook was issued to, and rows without their formulas. A blank row that was inserted has none, one that was pasted over
has figures in their place, one that was copied from elsewhere or sorted stands among others than it seems. While a table has one
of those, no rule that goes by it can be told. A cell per table and block on the hidden sheet counts them.

ISFORMULA is newer than Excel 2010. Where it is not known, nobody can tell a figure from what its formula gives: the rules of
every table wait then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlperf.addresses import cell_name, quoted, range_name
from xlperf.forms.document import Spot, unit_spot
from xlperf.forms.layout import Layout, Range, copy_spots
from xlperf.forms.live.states import is_live, tables_of_rule
from xlperf.forms.model import RULES, Block, Cells, Rule, Table
from xlperf.formula.excel import LONGEST_LITERAL, to_excel
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name
from xlperf.formula.operands import plain_text, single_spaced
from xlperf.text import unit_key
from xlperf.workbook.book import UNWRITABLE, Book, Worksheet

NAME = "uncomputed"  # what the defined names begin with


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
    unit = Name("unit", Kind.TEXT)
    is_blank = to_excel(IsBlank(unit, wanted=True), lambda name: cell)
    told = passed
    if issued:
        plain = to_excel(Call("PLAIN", (unit,), Kind.TEXT), lambda name: cell)
        same = ",".join(map(_literal, _same_names(layout, issued)))
        told = f"IF(SUMPRODUCT(--({plain}={{{same}}}))>0,{passed},{doubtful})" if same else doubtful
        if core := _certain_part(layout, issued):
            told = f"IF(ISERROR(FIND({_literal(core)},{plain})),{failed},{told})"
    return f"IFERROR(IF({is_blank},{waiting},{told}),{doubtful})"


def issued_unit_value(layout: Layout, issued: str, unit: object) -> str:
    """What that expression gives."""
    words, plain = layout.form.words, plain_text(str(unit or ""))
    if not single_spaced(str(unit or "")):
        return words["waiting"]
    if not issued:
        return words["passed"]
    if _certain_part(layout, issued) not in plain:
        return words["failed"]
    return words["passed" if plain in _same_names(layout, issued) else "doubtful"]


def _same_names(layout: Layout, issued: str) -> list[str]:
    """The names under which a unit is surely the same, as far as a formula can name them."""
    prefixes = layout.form.summary.unit_prefixes
    core = unit_key(issued, prefixes)
    names = dict.fromkeys([plain_text(issued), core, *(plain_text(prefix) + core for prefix in prefixes)])
    return list(filter(_is_quotable, names))


def _certain_part(layout: Layout, issued: str) -> str:
    """What the name of the same unit has in it for certain; "" where signs of the name may be written or not."""
    core = unit_key(issued, layout.form.summary.unit_prefixes)
    return core if core in plain_text(issued) and _is_quotable(core) else ""


def _is_quotable(text: str) -> bool:
    """Whether a formula can hold the text: Excel takes no long ones, XML no control characters."""
    return len(text) <= LONGEST_LITERAL and not UNWRITABLE.search(text)


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# --- rows without their formulas ----------------------------------------------------------------------------


def uncomputed(tables: Iterable[str]) -> str:
    """The Excel expression for how many rows of those tables are without their formulas."""
    return f"SUM({','.join(f'{NAME}_{table}' for table in tables)})"


def write_uncomputed(book: Book, sheet: Worksheet, layout: Layout, column: int) -> None:
    """Write the counts of every table into that column of the hidden sheet, and define the names that lead there."""
    row = 1 + len(copy_spots(layout.form))
    for table in layout.form.tables.values():
        if table.key == RULES:
            continue
        first = row
        for expression in _counts(layout, table):
            sheet.write_formula(row, column, f"={expression}", None, 0)
            row += 1
        book.define_name(f"{NAME}_{table.key}", f"={range_name(sheet.title, column, first, row - 1)}")


def first_uncomputed(layout: Layout, table: str) -> str:
    """The Excel expression for the first cell of the first row without formulas; of the table where no such row is found."""
    fields = _typed(layout, layout.form.tables[table])
    shown, helper = _range(layout, table, fields[0]), _range(layout, table, "_used")
    rows = f"INDEX({_is_used(layout, table, fields)}*(1-{_is_formula(helper)}),0)"
    return f"IFERROR(INDEX({range_name(*shown)},MATCH(1,{rows},0)),INDEX({range_name(*shown)},2))"


def _counts(layout: Layout, table: Table) -> Iterator[str]:
    """Yield the expressions that together count the rows of a table that are not as they were issued."""
    fields, helper = _typed(layout, table), _range(layout, table.key, "_used")
    used = _is_used(layout, table.key, fields)
    newer = f"SUMPRODUCT({used}*(1-{_is_formula(helper)}))"
    older = f"SUMPRODUCT({used}*(1-ISNUMBER({range_name(*helper)})))"
    outside = f"SUM({range_name(*_range(layout, table.key, '_used'))})-{_sum_of_blocks(layout, table)}"
    yield f"IFERROR({newer},{older})+ABS({outside})"
    for key in table.blocks:
        block = layout.form.blocks[key]
        yield "+".join([_replaced(layout, block, fields), *_copied(layout, block), *_misplaced(layout, block)])


def _typed(layout: Layout, table: Table) -> list[str]:
    """The columns of a table that people type into."""
    typed = frozenset().union(*(layout.form.typed_somewhere[key] for key in table.blocks))
    fields = [column.key for column in table.columns if column.key in typed and (table.key, column.key) in layout.ranges]
    return fields or [next(column.key for column in table.columns if (table.key, column.key) in layout.ranges)]


def _range(layout: Layout, table: str, field: str) -> Range:
    """A column of a table from the last line of its header, so that a row that is inserted under it is in the range."""
    title, column, first, last = layout.ranges[table, field]
    return title, column, first - 1, last


def _is_used(layout: Layout, table: str, fields: Iterable[str]) -> str:
    """For every row of a table 1 where something stands in it; 0 in the header and in the line at the end."""
    title, column, first, last = _range(layout, table, "_used")
    lengths = "+".join(f"LEN({range_name(*_range(layout, table, field))})" for field in fields)
    header, rows = f"{quoted(title)}!{cell_name(first, column, True)}", f"ROW({range_name(title, column, first, last)})"
    return f"({lengths}>0)*({rows}>ROW({header}))*{_above_end(layout, table, (title, column, first, last))}"


def _above_end(layout: Layout, table: str, cells: Range) -> str:
    """For every row of a range 1 where it stands above the line at the end of the table."""
    title, column, _, last = layout.ranges[table, "_used"]
    return f"(ROW({range_name(*cells)})<ROW({quoted(title)}!{cell_name(last, column, True)}))"


def _is_formula(cells: Range) -> str:
    return f"_xlfn.ISFORMULA({range_name(*cells)})"


def _sum_of_blocks(layout: Layout, table: Table) -> str:
    return f"SUM({','.join(range_name(*layout.ranges[key, '_used']) for key in table.blocks)})"


# --- what was done to the rows of a block --------------------------------------------------------------------


def _replaced(layout: Layout, block: Block, fields: Iterable[str]) -> str:
    """How many rows of a block have a figure where one of their formulas stood."""
    always, sometimes = _computed(layout, block)
    formulas = "+".join(_is_formula(layout.ranges[block.key, field]) for field in always)
    used = _is_formula(layout.ranges[block.key, "_used"])
    lengths = "+".join(f"LEN({range_name(*layout.ranges[block.key, field])})" for field in fields)
    rows = f"SUMPRODUCT(({lengths}>0)*{used}*(({formulas})<{len(always)}))"
    single = "".join(f"+1-_xlfn.ISFORMULA({layout.absolute(spot)})" for spot in sometimes)
    title, column, first, _ = layout.ranges[block.key, "_used"]
    unknown = f"ISERROR({_is_formula((title, column, first, first))})"  # the function; an error that was typed counts elsewhere
    return f"IFERROR({rows}{single},IF({unknown},1,0))"


def _computed(layout: Layout, block: Block) -> tuple[list[str], list[Spot]]:
    """The columns of a block that are computed in every row, and the single cells of others."""
    rows = block.row_keys()
    kinds = {
        key: [row for row in rows if layout.form.formulas.get(Cells(block.key, row, key), Literal("")) != Literal("")]
        for key in block.fields
        if (block.key, key) in layout.ranges
    }
    always = [key for key, having in kinds.items() if len(having) == len(rows)]
    presets = [row.key for row in block.rows]
    single = [
        Spot(block.key, presets.index(row), key)
        for key, having in kinds.items()
        if key not in always
        for row in having
        if row is not None
    ]
    return always, [spot for spot in single if spot in layout.spots]


def _copied(layout: Layout, block: Block) -> Iterator[str]:
    """How many rows a block has more than it can have, where it has but fixed ones."""
    if block.rows or block.shape == "object":
        yield f"ABS(COUNT({range_name(*layout.ranges[block.key, '_used'])})-{layout.counts[block.key]})"


def _misplaced(layout: Layout, block: Block) -> Iterator[str]:
    """How many rows say that they are others: fixed contents of another block, another name than that of the fixed row."""
    for key, value in block.constants.items():
        if (block.key, key) in layout.ranges and isinstance(value, str):
            cells = range_name(*layout.ranges[block.key, key])
            above = _above_end(layout, block.table or "", layout.ranges[block.key, key])
            yield f'SUMPRODUCT((LEN({cells})>0)*({cells}<>"{_quoted(value)}")*{above})'
    for index, row in enumerate(block.rows):
        spot = Spot(block.key, index, block.row_name or "")
        name = row.values.get(spot.field)
        if spot in layout.spots and isinstance(name, str):
            yield f'({layout.absolute(spot)}<>"{_quoted(name)}")'


def _quoted(text: str) -> str:
    return text.replace('"', '""')
