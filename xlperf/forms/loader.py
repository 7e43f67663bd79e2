"""What a form is: sheets, tables, fields, rules, read from `templates/<form>/<revision>/form.yaml`.

    form = load_form(find_form("my-form", 2023))
    >>> form.blocks["items"].fields["rate"].source
    'IF(adjusted = 0, "", ROUND(spent / adjusted, 4))'

Loading adds the hidden helper columns `_used`, `_missing`, `_wanted`, and one `_CODE` per row rule; so every figure in
the workbook, ours or the form's, is a formula of the one language, computed in the one order `form.steps`.

A definition that cannot be right raises FormError with the file and the path; it is never reported as bad data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from xlperf.errors import FormError, FormulaError, UsageError
from xlperf.files import StrPath
from xlperf.forms.consistency import check_names
from xlperf.forms.form import Form
from xlperf.forms.formulas import build_formulas, in_order, parse_test, with_conditions
from xlperf.forms.model import (
    GUIDE,
    HELPERS,
    LIMITS,
    RULES,
    TYPES,
    Block,
    Field,
    Fields,
    Guide,
    Lines,
    Row,
    Rule,
    Sheet,
    Table,
)
from xlperf.forms.summary import read_summary
from xlperf.forms.yaml_file import check_shape, read_definition, shipped
from xlperf.messages import listing, sentence

# --- loading -------------------------------------------------------------------------------------------------


def form_directories(extra: StrPath | None = None) -> Iterator[Path]:
    """Yield every folder that holds a form.yaml: a bureau's own first, then those that travel with xlperf.

    Raises:
        UsageError: the folder of the bureau's own is not there.
    """
    extra = Path(extra) if extra else None
    if extra and not extra.is_dir():
        raise UsageError("cannot_open", path=extra, reason=sentence("no_such_file", {}))
    for root in ([extra] if extra else []) + [shipped("templates")]:
        yield from sorted(path.parent for path in root.glob("*/*/form.yaml"))


def find_form(key: str, *, year: int | None = None, revision: str | None = None, templates: StrPath | None = None) -> Path:
    """Return the folder of the revision that serves that fiscal year (the newest where none is named).

    Raises:
        UsageError: there is no such form, or no revision that old.
    """
    folders = list(form_directories(templates))
    known = [folder for folder in folders if folder.parent.name == key]
    if not known:
        raise UsageError("no_such_form", form=key, known=listing(sorted({f.parent.name for f in folders})))
    if revision is not None:
        fitting = [folder for folder in known if folder.name == revision]
    else:
        fitting = [folder for folder in known if year is None or load_form(folder).first_year <= year]
    if not fitting:
        wanted = revision if revision is not None else year
        raise UsageError("no_such_revision", form=key, wanted=wanted, known=listing(f.name for f in known))
    return max(fitting, key=lambda folder: load_form(folder).first_year)


@lru_cache(maxsize=16)
def load_form(directory: Path) -> Form:
    """Return the form defined in that folder.

    The forms that travel with xlperf are right (a test calls `check_form`), so only others pay for jsonschema.

    Raises:
        FormError: the definition cannot be right; the text names the file, the place in it and what is wrong.
    """
    return _load(directory, trusted=is_shipped(directory))


def load_strictly(directory: Path) -> Form:
    """Return the form defined in that folder, its whole definition checked wherever it comes from.

    Raises:
        FormError: as `load_form`.
    """
    return _load(directory, trusted=False)


def is_shipped(directory: Path) -> bool:
    """Whether the form in that folder travels with xlperf."""
    return directory.resolve().is_relative_to(shipped("templates").resolve())


def _load(directory: Path, trusted: bool) -> Form:
    path = directory / "form.yaml"
    definition, digest = read_definition(path)
    if not trusted:
        check_shape(definition, path)
    try:
        check_names(definition, path)
        form = _build(definition, directory, digest)
    except FormulaError as error:
        raise FormError("form_formula", path=path, reason=str(error)) from None
    except RecursionError:
        raise FormError("form_formula", path=path, reason="a formula is nested too deeply") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        check_shape(definition, path)  # says where, if it is the form's fault
        raise
    return form


def _build(definition: dict, directory: Path, digest: str) -> Form:
    blocks: dict[str, Block] = {}
    tables: dict[str, Table] = {}
    rules = {raw["code"]: _rule(raw) for raw in definition["rules"]}
    sheets = tuple(_sheet(raw, blocks, tables, rules) for raw in definition["sheets"])
    blocks[GUIDE] = Block(GUIDE, (GUIDE,), "object", "", {"missing": Field("missing", "", "count")})
    _add_helpers(blocks, tables, rules)
    parameters = definition.get("parameters", {})
    # Conditions and tests are parsed before the helper formulas made of them, so that a mistake is named by its own place.
    conditioned = {key: with_conditions(block, blocks, tables, parameters) for key, block in blocks.items()}
    for rule in rules.values():
        for key in tables[rule.table].blocks if rule.test else ():
            parse_test(rule.test, blocks[key], blocks, tables, parameters, f"{rule.code}.test")
    formulas = dict(build_formulas(definition, blocks, tables, rules, parameters))
    blocks = conditioned
    steps = in_order(formulas, blocks, tables, parameters)
    return Form(
        definition["form"],
        str(definition["revision"]),
        definition["first_year"],
        digest,
        directory,
        definition,
        sheets,
        blocks,
        tables,
        rules,
        parameters,
        formulas,
        steps,
        read_summary(definition, blocks, tables, parameters),
    )


def _rule(raw: dict) -> Rule:
    lists = {
        key: tuple(raw.get(name, ()))
        for key, name in (("blocks", "blocks"), ("exempt", "except"), ("rows", "rows"), ("cells", "cells"))
    }
    return Rule(**{key: value for key, value in raw.items() if key not in ("blocks", "except", "rows", "cells")}, **lists)


def _field(raw: dict) -> Field:
    known = dict(raw)
    known["source"] = known.pop("formula", None)
    offered = [choice for lists in known.get("choices_by", {}).values() for choices in lists.values() for choice in choices]
    known.setdefault("choices", dict.fromkeys(offered))
    for name in ("choices", "only"):
        known[name] = tuple(known.get(name, ()))
    low, high = LIMITS.get(known["type"], (None, None))
    known.setdefault("minimum", low)
    known.setdefault("maximum", high)
    known.setdefault("digits", TYPES[known["type"]].digits)
    return Field(**known)


def _sheet(raw: dict, blocks: dict, tables: dict, rules: dict) -> Sheet:
    sections = tuple(_section(section, blocks, tables, rules) for section in raw["sections"])
    widths = tuple(raw["widths"])
    landscape, private = raw.get("landscape", False), raw.get("private", False)
    return Sheet(raw["key"], raw["title"], raw.get("heading"), landscape, widths, private, sections)


def _section(raw: dict, blocks: dict, tables: dict, rules: dict) -> Table | Fields | Lines | Guide:
    if "guide" in raw:
        return Guide()
    if "lines" in raw:
        return Lines(tuple(raw["lines"]))
    if "fields" in raw:
        items = {item["key"]: _field(item) for item in raw["items"]}
        key, path = raw["fields"], tuple(filter(None, raw.get("path", raw["fields"]).split(".")))
        before = blocks[key].fields if key in blocks else {}
        blocks[key] = Block(key, path, "object", raw.get("heading") or "", {**before, **items})
        return Fields(key, raw.get("heading"), tuple(items))
    columns = tuple(_field(column) for column in raw["columns"])
    if "checks" in raw:
        raw = {"table": RULES, "row_name": "code", "row_height": 30, "blocks": [_rules_block(rules)]} | raw
    for block in raw["blocks"]:
        _block(block, raw, columns, blocks)
    keys = tuple(block["key"] for block in raw["blocks"])
    table = Table(
        raw["table"], raw.get("label", ""), keys, columns, raw.get("row_name"), raw.get("row_height"), raw.get("freeze", 0)
    )
    tables[table.key] = table
    return table


def _rules_block(rules: Mapping[str, Rule]) -> dict:
    rows = [{"key": rule.code, "code": rule.code, "title": rule.title} for rule in rules.values()]
    return {"key": RULES, "path": "explanations", "mapping": True, "rows": rows}


def _block(raw: dict, table: dict, columns: tuple[Field, ...], blocks: dict) -> None:
    rows = []
    for row in raw.get("rows", ()):
        values = {key: value for key, value in row.items() if key not in ("key", "formulas")}
        rows.append(Row(row["key"], values, row.get("formulas", {})))
    listed = bool(raw.get("spare")) or (rows and not raw.get("keyed") and not raw.get("mapping"))
    shape = "keyed" if raw.get("keyed") else "mapping" if raw.get("mapping") else "list" if listed else "object"
    blocks[raw["key"]] = Block(
        raw["key"],
        tuple(raw.get("path", raw["key"]).split(".")),
        shape,
        raw.get("label", ""),
        {column.key: column for column in columns},
        table["table"],
        tuple(rows),
        raw.get("spare", 0),
        raw.get("fixed", False),
        raw.get("constants", {}),
        raw.get("formulas", {}),
        tuple(raw["require"]) if "require" in raw else None,
        table.get("row_name"),
    )


def _add_helpers(blocks: dict[str, Block], tables: Mapping[str, Table], rules: Mapping[str, Rule]) -> None:
    for key, block in blocks.items():
        if block.table and block.table != RULES:
            own = [rule.code for rule in rules.values() if rule.test and rule.table == block.table]
            helpers = [*HELPERS, *(f"_{code}" for code in own)]
            blocks[key] = replace(block, fields={**block.fields, **{h: Field(h, h, "count", hidden=True) for h in helpers}})
