"""The reference of form.yaml, from its JSON Schema: every key, what it says, what may stand there.

The English sentences are the schema's own. The Chinese ones stand in schemas/form.schema.zh.toml under the English ones: who
changes a sentence of the schema is told by a test to change its Chinese.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from support.paths import REPOSITORY
from xlperf.checking.rule_checks import CHECKS
from xlperf.forms.loader import form_directories, load_form
from xlperf.forms.standard.ready_checks import ready_checks
from xlperf.formula.functions import FUNCTIONS
from xlperf.formula.nodes import PRECEDENCE
from xlperf.formula.parsing.vocabulary import LOOKUP
from xlperf.messages import catalogue

Schema = Mapping[str, object]
SCHEMA: Schema = json.loads((REPOSITORY / "schemas" / "form.schema.json").read_text("utf-8"))
DEFINITIONS: Mapping[str, Schema] = SCHEMA["$defs"]
CHINESE: Mapping[str, str] = tomllib.loads((REPOSITORY / "schemas" / "form.schema.zh.toml").read_text("utf-8"))
ROOT = "form.yaml"
NOT_SHOWN = ("by_type", "never_typed")  # conditions on others, shown where they hold
BOUNDS = {
    "minimum": "from",
    "maximum": "to",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "maxLength": "longest",
    "maxItems": "most",
    "maxProperties": "most",
}
WORDS = {
    "en": {
        "head": """# Reference of form.yaml

[中文](../zh/form-reference.md)

Generated from `schemas/form.schema.json`; do not edit it by hand. To learn how a form is made see
[Forms, years and rules](forms.md) and [Another form in ten minutes](new-form.md). `xlperf check-form` names what is wrong in a
form, with its line.

A key in **bold** is required.
""",
        "columns": ("Key", "What it says", "What may stand there"),
        "formulas": "Formulas",
        "language": """A formula is written in Excel's syntax, with keys in place of addresses: a column of the same row
(`spent`), a single field or a cell of a block (`cover.unit`, `total.rate`), a cell of a preset row (`BLOCK.ROW.FIELD`), a
whole column (`SUM(items.spent)`), a column of the row above (`above.spent`), a figure of the form (`parameters.low_rate`).
Where an operand is blank the formula shows nothing; `N(x)` takes a blank for 0, `T(x)` for no text. A text among numbers, or
in a cell of choices one that is no choice, makes it show nothing too.

Sums, products and quotients are rounded by themselves where they are compared, shown or printed: `a - b = c` on amounts means
`ROUND(a - b, 6) = c`, a quotient has 10 decimals, and the value of a column those of its type. See
[Accuracy](accuracy.md#doubles-and-decimals).

- Operators: {operators}
- Functions: {functions}
""",
        "checks": "Checks by name",
        "check_columns": ("`check`", "Used by"),
        "ready": "Ready checks",
        "ready_columns": ("`use`", "What it asks", "`with`", "Test"),
        "values": "Values",
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "object": "keys of your own",
        "array": "list",
        "list of": "list of: {}",
        "map of": "keys of your own, each with: {}",
        "see": "see {}",
        "or": " or ",
        "from": "from {}",
        "to": "to {}",
        "above": "above {}",
        "below": "below {}",
        "shortest": "at least {} characters",
        "longest": "at most {} characters",
        "fewest": "at least {}",
        "most": "at most {}",
        "unique": "no two alike",
        "one of": "Exactly one of {}.",
        "needs": "{} needs {}.",
        "only": "{} only where `{}` is {}.",
        "never": "{} not where `{}` is {}.",
        "then": "Where `{}` is {}, {} is required.",
        "with": "A field with `{}` has none of {}.",
        "without": "Without `{}`, {} are required.",
        "and": ", ",
        "clause": "; ",
        "other": "any other key",
    },
    "zh": {
        "head": """# form.yaml 写法一览

[English](../en/form-reference.md)

本页由 `schemas/form.schema.json` 生成，请勿手改。怎样做表样，见[表样、年度和校验项](forms.md)和[十分钟做一种新表](new-form.md)。
`xlperf check-form` 指出表样中的错误和行号。

**粗体**的键必须写。
""",
        "columns": ("键", "含义", "可以写什么"),
        "formulas": "公式",
        "language": """公式用 Excel 的写法，只是用键代替单元格地址：同一行的一列（`spent`）、单个字段或一块中的一格
（`cover.unit`、`total.rate`）、预设行的一格（`块.行.字段`）、整列（`SUM(items.spent)`）、上一行的一栏（`above.spent`）、表样的参数（`parameters.low_rate`）。要用到的格子空白时，公式不显示结果；
`N(x)` 把空白当作 0，`T(x)` 把空白当作空文字。该填数字的格子里是文字，或者选项格里的文字不是选项，结果也留空。

和、积、商在比较、显示或变成文字的地方自动舍入：金额的 `a - b = c` 就是 `ROUND(a - b, 6) = c`，
商取 10 位小数，一栏的结果取该类型的小数位数。见[准确性](accuracy.md#双精度与十进制)。

- 运算符：{operators}
- 函数：{functions}
""",
        "checks": "按名称的检查",
        "check_columns": ("`check`", "用到它的校验项"),
        "ready": "现成校验项",
        "ready_columns": ("`use`", "要求", "`with`", "检验"),
        "values": "各种值",
        "string": "文字",
        "integer": "整数",
        "number": "数字",
        "boolean": "true 或 false",
        "object": "自定的键",
        "array": "列表",
        "list of": "列表，每项为：{}",
        "map of": "自定的键，每个的内容为：{}",
        "see": "见 {}",
        "or": "或",
        "from": "不小于 {}",
        "to": "不大于 {}",
        "above": "大于 {}",
        "below": "小于 {}",
        "shortest": "至少 {} 字",
        "longest": "至多 {} 字",
        "fewest": "至少 {} 个",
        "most": "至多 {} 个",
        "unique": "不得重复",
        "one of": "{} 之中恰好写一个。",
        "needs": "写了 {} 的，必须写 {}。",
        "only": "{} 只用于 `{}` 为 {} 的。",
        "never": "{} 不用于 `{}` 为 {} 的。",
        "then": "`{}` 为 {} 的，必须写 {}。",
        "with": "写了 `{}` 的字段，不写 {}。",
        "without": "没有写 `{}` 的，必须写 {}。",
        "and": "、",
        "clause": "；",
        "other": "其他任何键",
    },
}


class Writer:
    """The page in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = WORDS[language]

    # --- texts

    def say(self, sentence: str) -> str:
        """A sentence of the schema in the language of the page.

        Raises:
            KeyError: it has no Chinese yet.
        """
        return escaped(sentence if self.language == "en" else CHINESE[sentence])

    def keys(self, names: object) -> str:
        return self.words["and"].join(f"`{name}`" for name in names)

    # --- objects: a table of their keys

    def section(self, name: str, schema: Schema, level: str = "##") -> Iterator[str]:
        """An object with its keys, then the objects that stand in it."""
        yield f"{level} {name}\n"
        yield from self.introduction(schema)
        rows = [*self.rows(name, schema)]
        yield from table(self.words["columns"], rows) if rows else ()
        yield from (f"- {text}" for text in self.conditions(schema))
        yield ""
        for key, value in schema.get("properties", {}).items():
            if inner := inline_object(value):
                yield from self.section(inner_name(name, key), inner, "###")

    def rows(self, name: str, schema: Schema) -> Iterator[tuple[str, ...]]:
        """A row for each key of an object, and one for keys of whatever name."""
        for key, value in schema.get("properties", {}).items():
            shown = f"**`{key}`**" if key in schema.get("required", ()) else f"`{key}`"
            yield shown, self.meaning(value), self.value(value, inner_name(name, key))
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield self.words["other"], "", self.value(schema["additionalProperties"], "")

    def introduction(self, schema: Schema) -> Iterator[str]:
        texts = [self.say(schema[part]).rstrip(".。") for part in ("title", "description") if part in schema]
        if texts:
            yield (": " if self.language == "en" else "：").join(texts) + (".\n" if self.language == "en" else "。\n")

    def meaning(self, schema: Schema) -> str:
        """What a key says: its own sentence, else that of what it refers to."""
        if "description" in schema:
            return self.say(schema["description"])
        target = definition_of(schema)
        return self.say(target["title"]) if target and "title" in target else ""

    # --- values: what may stand there

    def value(self, schema: Schema, name: str) -> str:
        """What may stand there; `name` is what the section of an object that is defined right there is called."""
        if target := reference_of(schema):
            return self.words["see"].format(link_to(heading_of(target)))
        if inline_object(schema):
            see = self.words["see"].format(link_to(name))
            return self.words["list of"].format(see) if schema.get("type") == "array" else see
        if "enum" in schema:
            return self.keys(schema["enum"])
        if "const" in schema:
            return f"`{json.dumps(schema['const'], ensure_ascii=False)}`"
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        bounds = [*self.bounds(schema)]
        return self.words["clause"].join(
            filter(None, [self.words["or"].join(self.kind(kind, schema) for kind in kinds), *bounds])
        )

    def kind(self, kind: str, schema: Schema) -> str:
        if kind == "array" and isinstance(schema.get("items"), Mapping):
            return self.words["list of"].format(self.value(schema["items"], ""))
        if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            return self.words["map of"].format(self.value(schema["additionalProperties"], ""))
        return self.words[kind]

    def bounds(self, schema: Schema) -> Iterator[str]:
        many = "array" in schema.get("type", ()) or "object" in schema.get("type", ())
        for key, word in BOUNDS.items():
            if key in schema:
                yield self.words[word].format(schema[key])
        if schema.get("minItems", 1) > 1:
            yield self.words["fewest"].format(schema["minItems"])
        if schema.get("uniqueItems") and many:
            yield self.words["unique"]

    # --- conditions: what goes with what

    def conditions(self, schema: Schema) -> Iterator[str]:
        if "oneOf" in schema:
            yield self.words["one of"].format(self.keys(name for choice in schema["oneOf"] for name in choice["required"]))
        for key, others in schema.get("dependentRequired", {}).items():
            yield self.words["needs"].format(f"`{key}`", self.keys(others))
        for key, other in schema.get("dependentSchemas", {}).items():
            if reference_of(other) == "never_typed":
                names = DEFINITIONS["never_typed"]["propertyNames"]["not"]["enum"]
                yield self.words["with"].format(key, self.keys(names))
        if "extends" in schema.get("if", {}).get("required", ()):
            yield self.words["without"].format("extends", self.keys(schema["else"]["required"]))
        for condition in schema.get("allOf", ()):
            if reference_of(condition) in NOT_SHOWN:
                yield from self.conditions(DEFINITIONS[reference_of(condition)])
            elif "if" in condition:
                yield from self.condition(condition)

    def condition(self, condition: Schema) -> Iterator[str]:
        """`if type is … then … else …`, as far as a sentence can say it."""
        ((key, wanted),) = condition["if"]["properties"].items()
        values = self.keys(wanted["enum"] if "enum" in wanted else [wanted["const"]])
        then, other = condition.get("then", {}), condition.get("else", {})
        if names := refused(other):
            yield self.words["only"].format(self.keys(names), key, values)
        if names := refused(then):
            yield self.words["never"].format(self.keys(names), key, values)
        if required := then.get("required"):
            yield self.words["then"].format(key, values, self.keys(required))

    # --- the page

    def page(self) -> Iterator[str]:
        yield self.words["head"]
        yield from self.section(ROOT, {key: value for key, value in SCHEMA.items() if key not in ("title", "description")})
        for name, schema in DEFINITIONS.items():
            if is_object(schema):
                yield from self.section(heading_of(name), schema)
        yield f"## {self.words['values']}\n"
        for name, schema in DEFINITIONS.items():
            if not is_object(schema) and name not in NOT_SHOWN:
                yield f"### {heading_of(name)}\n"
                yield from self.introduction(schema)
                if text := self.value(schema, name):
                    yield f"{text}\n"
        yield from self.formulas()
        yield from self.ready_checks()
        yield from self.checks()

    def formulas(self) -> Iterator[str]:
        yield f"## {self.words['formulas']}\n"
        yield self.words["language"].format(operators=self.keys(PRECEDENCE), functions=self.keys(sorted((*FUNCTIONS, LOOKUP))))

    def ready_checks(self) -> Iterator[str]:
        """The names that `use` may have, each with what it asks and what it takes."""
        yield f"## {self.words['ready']}\n"
        language = catalogue(self.language)["definitions"]
        rows = []
        for name, check in ready_checks().items():
            takes = (f"`{parameter}`: {language[f'takes_{kind}']}" for parameter, kind in check["takes"].items())
            rows.append(
                (f"`{name}`", escaped(check["says"][self.language]), self.words["clause"].join(takes), f"`{check['test']}`")
            )
        yield from table(self.words["ready_columns"], rows)

    def checks(self) -> Iterator[str]:
        """The names that `check` may have, each with the rules of our forms that show how it is used."""
        yield f"## {self.words['checks']}\n"
        rules = [rule for folder in form_directories() for rule in load_form(folder).rules.values()]
        users = {name: [f"{rule.code} {escaped(rule.title)}" for rule in rules if rule.check == name] for name in CHECKS}
        rows = [(f"`{name}`", self.words["clause"].join(titles)) for name, titles in users.items()]
        yield from table(self.words["check_columns"], rows)


# --- the schema ----------------------------------------------------------------------------------------------


def reference_of(schema: Schema) -> str | None:
    """The name of the definition that it refers to."""
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def heading_of(name: str) -> str:
    """What the section of a definition is called: as the definition, unless a key of the form is called so."""
    return f"{name}-value" if inline_object(SCHEMA["properties"].get(name, {})) else name


def inner_name(outer: str, key: str) -> str:
    """What the section of an object in another one is called."""
    return key if outer == ROOT else f"{outer}.{key}"


def link_to(heading: str) -> str:
    return f"[{heading}](#{heading.replace('.', '')})"


def definition_of(schema: Schema) -> Schema | None:
    name = reference_of(schema)
    return DEFINITIONS[name] if name else None


def is_object(schema: Schema) -> bool:
    return "properties" in schema or "oneOf" in schema


def inline_object(schema: Schema) -> Schema | None:
    """The object that is defined right there, by itself or as the items of a list."""
    for candidate in (schema, schema.get("items")):
        if isinstance(candidate, Mapping) and "properties" in candidate:
            return candidate
    return None


def refused(schema: Schema) -> list[str]:
    """The keys that must not stand there."""
    return schema.get("propertyNames", {}).get("not", {}).get("enum", [])


def sentences(schema: object = SCHEMA) -> Iterator[str]:
    """Yield every title and description of the schema."""
    if isinstance(schema, Mapping):
        yield from (schema[part] for part in ("title", "description") if isinstance(schema.get(part), str))
        for value in schema.values():
            yield from sentences(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from sentences(value)


# --- Markdown ------------------------------------------------------------------------------------------------


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
    yield ""


def escaped(text: str) -> str:
    """A sentence in which nothing is Markdown."""
    return re.sub(r"([\\|*_<{}\[\]])", r"\\\1", text)


def page(language: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(Writer(language).page())).rstrip("\n") + "\n"
