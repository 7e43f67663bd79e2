"""Forms drawn at random from what schemas/form.schema.json allows: every property of a column, item and block may stand in one.

    definition = random_form(7)         # a definition as form.yaml has it; most are right, some contradict themselves

What a column may say is read from the schema, so that a new key is drawn as soon as there is a row for it in COLUMN_PARTS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

from support.base_form import base_form
from support.paths import REPOSITORY, TEMPLATES

SCHEMA = json.loads((REPOSITORY / "schemas" / "form.schema.json").read_text("utf-8"))["$defs"]
TYPES = [type_ for type_ in SCHEMA["column"]["properties"]["type"]["enum"] if type_ != "reference"]
ITEM_TYPES = SCHEMA["item"]["properties"]["type"]["enum"]
NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")
TEXTS = ("text", "code")
WORDS = ("优", "良", "中", "差", "Yes", "no", "100", "第一 类", "A/B", "‘引’", "a&b")
MONEY = SCHEMA["money"]["enum"]
LABELS = ("项目", "金额（万元）", "比率（%）", "说明", "Name", "数量", "日期", "备注：其他", "占比%")
OF_FORMULAS = (
    "{a} + {b}", "ROUND({a} / 3, 2)", 'IF({b} = 0, "", {a} / {b})', "N({a}) - N({b})", "MAX({a}, {b}, 0)", "ABS({a} - {b})",
    'IF({a} > {b}, {a}, "")', "SUM({a}, {b})", "{a} * 100", "MIN({a}, 1) * {b}", "SIGN({a})", "COUNT({a}, {b})", "IF(N({a}) > 0, 1, 0)",
    "LOOKUP({a}, parameters.bands)",
)  # fmt: skip
BANDS = ([[">10", 3], [">=10", 2], [1]], [["<0", 0], ["<=100", 1.5], [2]], [[90, 1], [60, 2], [3]])
OF_DATES = (  # of two dates and a number
    "{d} - {e}", "YEAR({d})", "DATE(YEAR({d}) + 1, MONTH({e}), DAY({d}))", "{d} + {a}", "MAX({d}, {e})", 'IF({d} > {e}, {d}, "")', "IF({d} < {e}, 1, 0)",
)  # fmt: skip
OF_DATE_TESTS = ("{d} <= {e}", "{d} >= DATE(2020, 1, 1)", "YEAR({d}) < 2030", "{d} - {e} < 400", 'OR({d} = "", {d} = {e})')
OF_TESTS = ("{a} <= {b}", "{a} = {b}", "N({a}) >= 0", "{a} + {b} < 1000", '{a} <> ""', "OR({a} > 1, {b} > 1)", "NOT({a} = 5)")
OF_COLUMNS = (
    "SUM({t}.{a})",
    "MAX({t}.{a})",
    "COUNT({t}.{a})",
    "MIN({t}.{a}) + 1",
    'IF(COUNT({t}.{a}) = 0, "", SUM({t}.{a}) / COUNT({t}.{a}))',
)

READY = {
    name: check
    for name, check in yaml.safe_load((TEMPLATES / "ready-checks.yaml").read_text("utf-8"))["checks"].items()
    if not {"amounts", "column_of_amounts", "answer"} & set(check["takes"].values())
}
TAKEN = {
    "amount": NUMBERS,
    "rate": ("ratio",),
    "words": ("text",),
    "column": (*NUMBERS, *TEXTS, "choice", "date"),
    "date": ("date",),
}
FIGURES = {"figure": (0, 5, 0.5, "parameters.low_rate"), "share": (0.3, 1, "parameters.low_rate")}
GIVES_A_DATE = ("DATE", "MAX", "{d} +", "IF({d} >")

Part = Callable[[Random, dict[str, Any]], Any]  # what a property holds in a column that is half drawn; None: it is left out


def of_types(types: tuple[str, ...], value: Callable[[Random], Any]) -> Part:
    return lambda random, column: value(random) if column["type"] in types else None


COLUMN_PARTS: dict[str, Part] = {
    "required": lambda random, column: True,
    "wanted": lambda random, column: True,
    "minimum": of_types(NUMBERS, lambda random: random.choice((0, -5, 1, 0.5, -1_000_000))),
    "maximum": of_types(NUMBERS, lambda random: random.choice((100, 1000, 99.99, 5_000_000))),
    "digits": of_types(("money", "percentage", "points", "ratio"), lambda random: random.randint(0, 6)),
    "money": of_types(("money",), lambda random: random.choice(MONEY)),
    "max_length": of_types((*TEXTS, "value"), lambda random: random.choice((1, 5, 100, 500, 32767))),
    "help": lambda random, column: "请按实际情况填写。" * random.choice((1, 20)),
    "given": lambda random, column: True,
    "printed": lambda random, column: None,  # those behind the others, drawn for the whole table
    "carry": lambda random, column: random.random() < 0.5,
    "private": lambda random, column: True,
    "merged": lambda random, column: True,
    "group": lambda random, column: random.choice(("甲组", "乙组")),
    "former_labels": lambda random, column: ["旧名"],
    "shown": lambda random, column: {column["choices"][0]: "≥"} if column.get("choices") else None,
    "only": lambda random, column: None,  # drawn for the whole table
    "span": lambda random, column: random.choice((1, 2, 3)),
    "percent_when": lambda random, column: 'T(kind) = "定量"' if column["type"] == "value" else None,
}
DRAWN_APART = {
    "key", "label", "type", "formula", "number_when", "choices", "choices_by", "choices_from", "spellings", "hidden", "last", "width",
    "stage",  # drawn for the whole form
}  # fmt: skip
assert set(COLUMN_PARTS) | DRAWN_APART == set(SCHEMA["column"]["properties"]), "a key of columns that no random form has"


def random_form(seed: int) -> dict[str, Any]:
    """A definition, the same for a seed each time."""
    random = Random(seed)
    definition = base_form()
    guide, cover, *_, checks = definition["sheets"]
    items = [_item(random, number) for number in range(random.randint(1, 4))]
    _place_items(random, items, len(cover["widths"]))
    cover["sections"].insert(2, {"fields": "more", "heading": "其他", "items": items})
    sheets = [_sheet(random, number) for number in range(random.randint(1, 3))]
    _choose_from_columns(random, sheets)
    definition["sheets"] = [guide, cover, *sheets, checks]
    definition["parameters"]["bands"] = random.choice(BANDS)
    definition["rules"] = [definition["rules"][0], *_rules(random, sheets)]
    _split_what_formulas_see(sheets, definition["rules"])
    _write_titles(random, sheets, definition["rules"])
    if random.random() < 0.5:
        definition["rules"].append({"code": "XL207", "builtin": "wanted", "title": "宜填", "why": "x", "severity": "warning"})
    if random.random() < 0.35:
        _repeat(random, definition, sheets)
    definition["unexplained"] = random.choice(("pass", "return"))
    definition["style"]["size"] = random.choice((9, 11, 14))
    shared = Random(f"{seed} shared")  # of its own, so that the rest of a form is drawn as before
    _use_ready_checks(shared, definition)
    _test_the_form(shared, definition)
    _hold_against_rows_above(shared, definition)
    staged = Random(f"{seed} stages")
    if staged.random() < 0.25:
        _add_stages(staged, definition)
    _split_what_formulas_see(sheets, definition["rules"])
    _label_sides(Random(f"{seed} sides"), definition)
    _measure(Random(f"{seed} measures"), definition)
    return _extended(shared, definition) if shared.random() < 0.3 else definition


def _use_ready_checks(random: Random, definition: dict[str, Any]) -> None:
    """Rules that refer to ready checks, of columns and figures that are what they take."""
    for table in _tables(definition["sheets"][2:-1]):
        columns = {
            kind: [column["key"] for column in table["columns"] if column["type"] in types] for kind, types in TAKEN.items()
        }
        for name in random.sample(list(READY), 3):
            takes = READY[name]["takes"]
            is_one_row = not {"spare", "rows", "keyed"} & table["blocks"][0].keys()
            if (
                all(columns.get(kind, ["x"]) for kind in takes.values())
                and not (is_one_row and name == "unique")
                and random.random() < 0.4
            ):
                given = {
                    parameter: random.choice(columns[kind]) if kind in columns else random.choice(FIGURES[kind])
                    for parameter, kind in takes.items()
                }
                rule = {"code": f"AC{len(definition['rules']) + 101}", "use": name, "table": table["table"], "with": given}
                definition["rules"].append(rule | ({"severity": "info"} if random.random() < 0.3 else {}))


def _test_the_form(random: Random, definition: dict[str, Any]) -> None:
    """Rules of single fields, and of the whole form: columns against a field of the cover."""
    fields = [item["key"] for item in definition["sheets"][1]["sections"][2]["items"] if item["type"] in NUMBERS]
    names = {"a": random.choice(fields), "b": random.choice(fields)} if fields else {"a": "staff", "b": "staff"}
    of_rule = {"fields": "more" if fields else "cover", "test": random.choice(OF_TESTS).format(**names)}
    columns = [f"{table['blocks'][0]['key']}.{column['key']}" for table in _tables(definition["sheets"][2:-1])
               if {"spare", "rows", "keyed"} & table["blocks"][0].keys() for column in table["columns"] if column["type"] in NUMBERS]  # fmt: skip
    drawn = [of_rule] + ([{"test": f"SUM({random.choice(columns)}) <= cover.staff"}] if columns else [])
    for rule in drawn:
        if random.random() < 0.3:
            number = len(definition["rules"]) + 101
            definition["rules"].append({"code": f"AD{number}", "title": f"全表{number}"} | rule)


def _hold_against_rows_above(random: Random, definition: dict[str, Any]) -> None:
    """Rules that hold a row against the one above, in tables of several rows."""
    for table in _tables(definition["sheets"][2:-1]):
        numbers = [column["key"] for column in table["columns"] if column["type"] in NUMBERS]
        if numbers and {"spare", "rows", "keyed"} & table["blocks"][0].keys() and random.random() < 0.3:
            test = random.choice(("{a} = above.{b}", "{a} >= N(above.{b})", 'IF(above.{b} = "", TRUE, {a} <> above.{b})'))
            test = test.format(a=random.choice(numbers), b=random.choice(numbers))
            number = len(definition["rules"]) + 101
            definition["rules"].append({"code": f"AE{number}", "title": f"上行{number}", "table": table["table"], "test": test})


STAGES = (
    {"key": "review", "label": "复核", "owner": "财政部门", "file_name": "复核表", "finalized_name": "复核定稿"},
    {"key": "approval", "label": "审定", "owner": "财政部门", "file_name": "审定表", "finalized_name": "审定定稿"},
)
OF_REVIEW = ("money", "count", "ratio", "text", "date", "choice")


def _add_stages(random: Random, definition: dict[str, Any]) -> None:
    """What a reviewer fills in: columns beside those of the department, what follows from both, who it was, a rule."""
    stages = [dict(stage) for stage in STAGES[: random.choice((1, 1, 2))]]
    if random.random() < 0.3:
        stages[0] |= {"title": "复核用表", "end": "（复核完）", "guide": ["只填复核的单元格。"]}
    definition["stages"] = stages
    last: str = stages[-1]["key"]
    for table in random.sample(_tables(definition["sheets"][2:-1]), 1):
        numbers = [column["key"] for column in table["columns"] if column["type"] in NUMBERS and not column.get("hidden")]
        added = {"key": "checked", "label": "复核数", "type": random.choice(OF_REVIEW), "stage": "review", "width": 11}
        if added["type"] == "choice":
            added["choices"] = ["属实", "不属实"]
        if random.random() < 0.4:
            added["required"] = True
        table["columns"].append(added)
        if added["type"] in NUMBERS and numbers:
            key = random.choice(numbers)
            formula = f'IF(checked = "", "", ROUND(checked - {key}, 4))'
            both = {"key": "apart", "label": "复核相差", "type": "ratio", "digits": 4, "formula": formula}
            table["columns"].append(both | {"stage": random.choice(("review", last)), "width": 9.5})
            rule = {"table": table["table"], "test": f"N(checked) <= N({key}) * 2 + 1", "stage": "review"}
            definition["rules"].append({"code": "AF101", "title": "复核数不大"} | rule)
    if random.random() < 0.6:
        items = [
            {"key": "by", "label": "复核人", "type": "text", "required": True},
            {"key": "day", "label": "日期", "type": "date"},
        ]
        fields = {"fields": "reviewer", "stage": last, "heading": "复核人填写", "items": items}
        definition["sheets"][1]["sections"].insert(3, fields)


def _extended(random: Random, definition: dict[str, Any]) -> dict[str, Any]:
    """A definition without what the standard says, some of it put otherwise."""
    own = {
        key: value for key, value in definition.items() if key not in ("words", "guide", "style", "year_line", "finalized_name")
    }
    own |= {"extends": "standard", "sheets": definition["sheets"][1:-1]}
    own["rules"] = [rule for rule in definition["rules"] if not rule["code"].startswith("XL")]
    drawn: dict[str, Any] = {
        "checks": {"XL207": False, "XL301": {"severity": "info"}},
        "words": {"end": "（完）", "doubtful": "存疑"},
        "guide": {"hand_in": "交表前看校验。", "paragraphs": ["看清再填。"]},
        "style": {"size": 9},
    }
    return own | {key: value for key, value in drawn.items() if random.random() < 0.5}


def _repeat(random: Random, definition: dict[str, Any], sheets: list[dict[str, Any]]) -> None:
    """Repeat a sheet, a table with fields above it, or the block of a table, and sum the copies up in a table of their own."""
    least = random.choice((1, 1, 2))
    most = least + random.randint(1, 3)
    repeat = {"title": "第{number}份", "label": "份数", "least": least, "most": most, "usual": random.randint(least, most)}
    definition["repeats"] = {"part": {**repeat, **random.choice(({}, {"path": "parts"}, {"path": "all.parts"}))}}
    sheet = random.choice(sheets)
    table = sheet["sections"][0]
    (block,) = table["blocks"]
    whole = random.choice(("sheet", "section", "block"))
    if whole == "block":
        block["repeat"] = "part"
        block["label"] = "{part}的内容"
        if "rows" not in block and "spare" not in block:
            block["constants"] = {"name": "{part}"}
    else:
        fields = {"fields": "head", "path": random.choice(("", "head")), "heading": "{part}", "items": [_item(random, 9)]}
        parts = [fields, table] if random.random() < 0.6 else [table]
        sheet["sections"][0:1] = [{**part, "repeat": "part"} if whole == "section" else part for part in parts]
        if whole == "sheet":
            sheet |= {"repeat": "part", "title": "{part}" + sheet["title"]}
    _choose_within_copies(sheets, whole)
    numbers = [column["key"] for column in table["columns"] if column["type"] in NUMBERS][:2]
    columns = [{"key": "copy", "label": "份", "type": "text", "given": True}, {"key": "used", "label": "行数", "type": "count"}]
    columns[1]["formula"] = f"SUM({block['key']}._used)"
    columns += [
        {"key": f"of_{key}", "label": f"{key}之和", "type": "ratio", "digits": 6, "formula": f"SUM({block['key']}.{key})"}
        for key in numbers
    ]
    sums = {column["key"]: f"{random.choice(('SUM', 'MAX', 'MIN'))}(one.{column['key']})" for column in columns[2:]}
    blocks = [
        {"key": "one", "repeat": "part", "path": "sums", "constants": {"copy": "{part}"}},
        {"key": "whole", "constants": {"copy": "合计"}, "formulas": {"used": "SUM(one.used)", **sums}},
    ]
    overview = {"table": "overview", "label": "各份合计", "row_name": "copy", "blocks": blocks, "columns": columns}
    widths = [12 for _ in columns]
    definition["sheets"].insert(-1, {"key": "overview", "title": "各份", "widths": widths, "sections": [overview]})


def _choose_within_copies(sheets: list[dict[str, Any]], whole: str) -> None:
    """Let no dropdown take the texts of a table that stands in copies, but one of the same copy: such a form is refused."""
    repeated = {table["table"]: table for sheet in sheets for table in _tables([sheet]) if "repeat" in {*sheet, *table}}
    owners = {**repeated, **{block["key"]: table for table in repeated.values() for block in table["blocks"]}}
    if whole == "block":
        of_block = [table for table in _tables(sheets) if "repeat" in table["blocks"][0]]
        owners = {key: table for table in of_block for key in (table["table"], table["blocks"][0]["key"])}
    for table in _tables(sheets):
        for column in table["columns"]:
            source = column.get("choices_from", "").partition(".")[0]
            if source in owners and (whole == "block" or table["table"] not in repeated):
                del column["choices_from"]


def _tables(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [section for sheet in sheets for section in sheet["sections"] if "table" in section]


def _choose_from_columns(random: Random, sheets: list[dict[str, Any]]) -> None:
    """Let some texts be chosen from another column, of the same table or of one before or behind it; in no circle."""
    sources, taken = [], set()
    for table in _tables(sheets):
        block = table["blocks"][0]
        if {"spare", "keyed", "rows"} & block.keys():
            texts = [column for column in table["columns"] if column["type"] in TEXTS and "formula" not in column]
            sources += [(f"{random.choice((block['key'], table['table']))}.{column['key']}", column) for column in texts]
    for table in _tables(sheets):
        for column in table["columns"]:
            of_types = TEXTS if column["type"] == "text" else ("code",)
            fitting = [
                each
                for each in sources
                if each[1] is not column and "choices_from" not in each[1] and each[1]["type"] in of_types
            ]
            is_free = column["type"] in TEXTS and not {"formula", "given"} & column.keys() and id(column) not in taken
            if is_free and column["key"] not in HEAD and fitting and random.random() < 0.5:
                name, source = random.choice(fitting)
                source["max_length"] = min(source.get("max_length", 100), 100)
                source.pop("merged", None)
                for key in ("max_length", "carry"):
                    column.pop(key, None)
                column["choices_from"] = name
                taken.add(id(source))


def _write_titles(random: Random, sheets: list[dict[str, Any]], rules: list[dict[str, Any]]) -> None:
    """Write titles in place of keys into some formulas and tests, where a title is that of one column of its table."""
    for table in _tables(sheets):
        plain = [(column["key"], re.sub(r"（.*）$", "", column["label"])) for column in table["columns"]]
        titles = {key: title for key, title in plain if [other for _, other in plain].count(title) == 1}
        holders = [(column, "formula") for column in table["columns"] if "formula" in column]
        holders += [(rule, "test") for rule in rules if rule.get("table") == table["table"] and "test" in rule]
        for holder, what in holders:
            if random.random() < 0.5:
                holder[what] = re.sub(
                    r"(?<![\w.\"])[a-z]\w*(?![\w(.])", lambda key, known=titles: known.get(key[0], key[0]), holder[what]
                )


def _split_what_formulas_see(sheets: list[dict[str, Any]], rules: list[dict[str, Any]]) -> None:
    """Merge no column that a formula looks at: of merged cells only the first holds a value, so such a form is refused."""
    tables = [section for sheet in sheets for section in sheet["sections"] if "table" in section]
    formulas = [column.get("formula", "") for table in tables for column in table["columns"]]
    texts = [str(rule.get("test", "")) + str(rule.get("with", "")) for rule in rules]
    seen = set(re.findall(r"\w+", " ".join([*formulas, *texts])))
    for column in (column for table in tables for column in table["columns"] if column["key"] in seen):
        column.pop("merged", None)


def _item(random: Random, number: int) -> dict[str, Any]:
    item = {"key": f"i{number}", "label": random.choice(LABELS), "type": random.choice(ITEM_TYPES)}
    _draw(random, item, set(SCHEMA["item"]["properties"]))
    if item["type"] == "text" and random.random() < 0.4:
        item |= {"rows": random.randint(2, 6), "height": random.choice((20, 60.5))}
    if item["type"] == "date" and random.random() < 0.5:
        item["timely"] = True
    return item


def _place_items(random: Random, items: list[dict[str, Any]], widths: int) -> None:
    """Put some single fields beside one another, over several widths, on higher lines."""
    left = widths
    for number, item in enumerate(items):
        if item.get("rows", 1) > 1:
            left = 0
            continue
        is_beside = number > 0 and left >= 2 and random.random() < 0.6
        left = left if is_beside else widths
        if random.random() < 0.6:
            label = random.randint(1, left - 1)
            item["spans"] = [label, random.randint(1, left - label)]
            left -= sum(item["spans"])
        else:
            left -= 2
        if is_beside:
            item["beside"] = True
        if random.random() < 0.3:
            item["height"] = random.choice((30, 75.5))


def _label_sides(random: Random, definition: dict[str, Any]) -> None:
    """Put labels on the left of the tables of some sheets, and of some single fields; tables that share columns begin alike.

    Some of these tables are touched by what follows.
    """
    for sheet in definition["sheets"][1:-1]:
        if random.random() < 0.7:
            continue
        span, before = random.randint(1, 2), len(sheet["widths"])
        for section in sheet["sections"]:
            is_table, is_fields = "table" in section, section.get("fields") in ("more", "head")
            has_box = any(item.get("rows", 1) > 1 for item in section.get("items", ()))
            if is_table and random.random() < 0.4:
                section["touching"] = True
            if is_table or (is_fields and not has_box and random.random() < 0.7):
                section["side"] = {"label": random.choice(("绩效指标", "项目资金（万元）", "基本情况"))}
                section["side"] |= {"upright": True} if random.random() < 0.5 else {}
                section["side"] |= {"span": span} if span > 1 else {}
                sheet["widths"] = [random.choice((4, 6.5)) for _ in range(span)] + sheet["widths"][-before:]


def _measure(random: Random, definition: dict[str, Any]) -> None:
    """Give some sheets a print set-up, and some titles, headings and headers a height."""
    for sheet in definition["sheets"][1:-1]:
        drawn = {
            "paper": random.choice(("A4", "A3")), "margins": [random.choice((0, 1, 1.27, 2.54)) for _ in range(4)],
            "centred": random.choice(("across", "down", "both", "no")), "repeat": random.choice(("header", "top", "nothing")),
            **random.choice(({"fit": [1, 1]}, {"fit": [0, 2]}, {"scale": 85})),
        }  # fmt: skip
        if random.random() < 0.3:
            sheet["print"] = {key: value for key, value in drawn.items() if random.random() < 0.5}
        for part in (sheet, *sheet["sections"]):
            for name, value in {"heading_height": 42, "header_heights": [30, 18], "height": 45}.items():
                fits = {"heading_height": "lines" not in part, "header_heights": "table" in part, "height": "lines" in part}
                if fits[name] and random.random() < 0.2:
                    part[name] = value


def _draw(random: Random, column: dict[str, Any], allowed: set[str]) -> None:
    for name, part in COLUMN_PARTS.items():
        if name in allowed and random.random() < 0.15:
            value = part(random, column)
            if value is not None:
                column[name] = value
    if column.get("money", "万元") != "万元":  # a label names no other unit than its field's
        column["label"] = column["label"].replace("（万元）", "")


def _sheet(random: Random, number: int) -> dict[str, Any]:
    tables = [_table(random, f"t{number}{letter}", number) for letter in "ab"[: random.choice((1, 1, 1, 2))]]
    if len(tables) == 2:  # one column of a name stands in one place
        tables[1]["columns"] = [
            {**column, "key": f"z{column['key']}"} if column["key"] not in HEAD else column for column in tables[1]["columns"]
        ]
        for column in tables[1]["columns"]:
            column.pop("formula", None)
        if random.random() < 0.5:
            tables[1]["bare"] = True
    for table in tables:
        for column in table["columns"]:
            if column.get("hidden") or column["key"] in HEAD:
                column.pop("span", None)
    widest = max(sum(c.get("span", 1) for c in table["columns"] if not c.get("hidden")) for table in tables)
    sections = [*tables, {"lines": ["审核人："]}] if random.random() < 0.2 and widest > 2 else tables
    sheet = {
        "key": f"s{number}",
        "title": f"表{number}",
        "widths": [random.choice((6, 12, 20.5)) for _ in range(max(widest, 2))],
        "sections": sections,
    }
    return sheet | ({"landscape": True} if random.random() < 0.5 else {}) | ({"heading": "标题"} if random.random() < 0.5 else {})


HEAD = ("name", "kind")


def _table(random: Random, key: str, number: int) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [{"key": "name", "label": "名称", "type": random.choice(TEXTS), "max_length": 100},
                                     {"key": "kind", "label": "性质", "type": "choice", "choices": ["定量", "定性"]}]  # fmt: skip
    for at in range(random.randint(1, 7)):
        columns.append(_column(random, f"c{at}", columns))
    if random.random() < 0.3:
        columns += _dates(random)
    shape = random.choice(("spare", "spare", "keyed", "rows", "object"))
    block = {"key": f"{key}_rows", "path": f"part{number}.{key}"} | _rows_of_block(random, shape)
    if shape != "keyed":
        columns = [column for column in columns if column["type"] != "label"]
    if shape == "object" and random.random() < 0.5:
        block["constants"] = {"name": "合计"}
    return {"table": key, "label": f"{key}表", "row_name": "name", "columns": columns, "blocks": [block]}


def _dates(random: Random) -> list[dict[str, Any]]:
    """Two dates, and what follows from them."""
    formula = random.choice(OF_DATES)
    type_ = "date" if formula.startswith(GIVES_A_DATE) else "count"
    return [
        {"key": "begun", "label": "开始日期", "type": "date"},
        {"key": "ended", "label": "完成日期", "type": "date"},
        {"key": "follows", "label": "推算", "type": type_, "formula": formula.format(d="begun", e="ended", a="30")},
    ]


def _rows_of_block(random: Random, shape: str) -> dict[str, Any]:
    rows = [{"key": f"r{at}", "name": f"第{at}行"} | ({"kind": random.choice(("定量", "定性"))} if random.random() < 0.5 else {})
            for at in range(random.randint(1, 4))]  # fmt: skip
    of_shape: dict[str, dict[str, Any]] = {
        "spare": {"spare": random.choice((1, 3, 12))} | ({"fixed": True} if random.random() < 0.2 else {}),
        "keyed": {"keyed": True, "rows": rows},
        "rows": {"rows": rows} | ({"spare": 3} if random.random() < 0.5 else {}),
        "object": {},
    }
    return of_shape[shape]


def _column(random: Random, key: str, before: list[dict[str, Any]]) -> dict[str, Any]:
    column: dict[str, Any] = {"key": key, "label": random.choice(LABELS), "type": random.choice(TYPES)}
    numbers = [other["key"] for other in before if other["type"] in NUMBERS]
    if column["type"] == "choice":
        column["choices"] = random.sample(WORDS, random.randint(1, 5))
    if column["type"] == "value":
        column["number_when"] = 'T(kind) = "定量"'
    if column["type"] in ("label", "serial"):
        return column
    if column["type"] in NUMBERS and numbers and random.random() < 0.4:
        column["formula"] = random.choice(OF_FORMULAS).format(a=random.choice(numbers), b=random.choice(numbers))
        return column
    dates = [other["key"] for other in before if other["type"] == "date"]
    if dates and column["type"] in ("date", "count") and random.random() < 0.4:
        of_type = [formula for formula in OF_DATES if formula.startswith(GIVES_A_DATE) is (column["type"] == "date")]
        usual = [key for key in numbers if key != column["key"]] or ["1"]
        column["formula"] = random.choice(of_type).format(d=random.choice(dates), e=random.choice(dates), a=random.choice(usual))
        return column
    _draw(random, column, set(SCHEMA["column"]["properties"]))
    return column


def _rules(random: Random, sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rules = []
    for table in [section for sheet in sheets for section in sheet["sections"] if "table" in section]:
        numbers = [column["key"] for column in table["columns"] if column["type"] in NUMBERS]
        names = {"a": random.choice(numbers), "b": random.choice(numbers)} if numbers else {}
        if names:
            test = random.choice(OF_TESTS).format(**names)
            rules.append(
                _rule(random, len(rules), {"table": table["table"], "test": test, "cells": [names["a"]], "found": "{name}"})
            )
        dates = [column["key"] for column in table["columns"] if column["type"] == "date"]
        if dates:
            test = random.choice(OF_DATE_TESTS).format(d=random.choice(dates), e=random.choice(dates))
            rules.append(
                _rule(random, len(rules), {"table": table["table"], "test": test, "cells": [dates[0]], "found": "{name}"})
            )
        if random.random() < 0.4:
            check = random.choice(("duplicates", "empty_blocks"))
            found = {"check": check, "parameters": {"table": table["table"]}, "found": "{block}"}
            rules.append(_rule(random, len(rules), found))
    return rules


def _rule(random: Random, number: int, parts: dict[str, Any]) -> dict[str, Any]:
    severity = random.choice(("error", "query", "warning", "info"))
    if "test" in parts and random.random() < 0.3:  # the texts have defaults
        return {"code": f"AB{101 + number}", "title": f"规则{number}", "table": parts["table"], "test": parts["test"]}
    return {
        "code": f"AB{101 + number}",
        "title": f"规则{number}",
        "why": "不成立",
        "severity": severity,
        "expected": "相符",
        "fix": "核对",
    } | parts
