"""Generated documents: valid in shape, hard in their figures and texts."""

from __future__ import annotations

from random import Random

from xlperf.forms.document import Spot, document_of, inputs_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field, PresetRow
from xlperf.values.rows import is_numeric

HARD_TEXTS = (
    "=1+1", "+86 512", "-3", "@SUM(A1)", "https://example.invalid/a?b=c", "a@example.invalid", "'quoted", '"双引号"', "{=A1}",
    "第一行\n第二行\n\n第四行", "\n以换行开头", "以换行结尾\n", "  前后有空格  ", "\u3000全角空格", "a\u00a0b", "tab\there", "😀👍🏽", "㐂𠮷野家",
    "_x000D_", "_x0041_ 字面", "&amp; <b>", "<![CDATA[x]]>", "]]>", "100%", "1e5", "0012", "TRUE", "2023-03-01", "１２３", "#N/A 不是错误",
    "{name}", "%s %d", "\\n", "…… 等", "„“”‘’", "عربي", "e\u0301", "\u200b零宽", "A" * 300, "长" * 400,
)  # fmt: skip
UNITS = ("家", "项", "场", "人", "台套", "亿元", "万元", "%")
MONEY = (0, 0.8, 0.82, 545.57, 29, 1748.4493, 9265.353442, 0.000001, 9999999.999999, 1234567.89, 4.68, 16.81, 0.1, 0.2, 0.3)
SMALL_TABLES = {"goals": 4, "items": 4, "tasks": 4, "benefits": 3, "duties": 5}


def random_document(form: Form, seed: int) -> dict:
    """A document whose figures land on ties, zero bases, blanks, negatives, the large and the small."""
    random = Random(seed)
    document: dict = {
        "form": form.key, "revision": form.revision, "fiscal_year": random.choice([2022, 2023, 2030]),
        "cover": _blanks(random, {key: _text(random, 100) for key in ("unit", "supervisor")}
                         | {"unit_code": random.choice(["0012", "320500", "A-1"]), "prepared_by": _text(random, 50),
                            "phone": "0512-6500 0000", "prepared_on": random.choice(["2023-03-01", "2023-12-31"])}),
        "narrative": _blanks(random, {key: _text(random, 20000) for key in
                                      ("duties", "profile", "overview", "problems", "measures", "application")}),
        "goals": [_blanks(random, {"expected": _text(random, 5000), "actual": _text(random, 5000)}) for _ in range(random.randint(0, 6))],
        "budget": {"basic": _budget(random), "items": [_blanks(random, {"name": _text(random, 100)}) | _budget(random)
                                                       for _ in range(random.randint(0, 6))]},
        "tasks": [_blanks(random, {key: _text(random, 1000) for key in ("duty", "task", "content", "completion")})
                  for _ in range(random.randint(0, 6))],
        "indicators": list(_indicators(form, random)),
        "base_data": {row.key: _blanks(random, {"part": abs(_money(random)), "base": random.choice([0, abs(_money(random))])}, 0.4)
                      for row in form.blocks["base_data"].rows},
        "explanations": {code: _text(random, 2000) for code, rule in form.rules.items()
                         if rule.severity == "warning" and random.random() < 0.3},
    }  # fmt: skip
    return _without_empty(document)


NOTHING = "无"  # a word for nothing: alone in a spare row it makes none
WEIGHTS = (6, 10, 20, 2.5, 0.01, 33.33, 0, 100, 12.35)
SHARES = (1, 0.8, 0.6, 0.5, 0.7999, 0.59, 0, 1.01)  # of a weight: the bounds of grades, and beside them


def any_document(form: Form, seed: int) -> dict:
    """A document of any form, from what the form says of its fields: ties, zero bases, blanks, negatives, the large and the small."""
    random = Random(seed)
    rows = {}
    for block in form.blocks.values():
        free = random.randint(0, 6) if block.shape == "list" and block.spare else 0
        count = len(block.rows) + free if block.table else 1
        rows[block.key] = (
            [_any_row(form, block, index, random) for index in range(count or 1)] if block.key not in (GUIDE, RULES) else []
        )
    document = document_of(form, rows) | {"fiscal_year": random.choice([2022, 2023, 2030])}
    warnings = [code for code, rule in form.rules.items() if rule.severity == "warning" and random.random() < 0.3]
    return _without_empty(document) | {"explanations": {code: _text(random, 2000) for code in warnings}}


def _any_row(form: Form, block: Block, index: int, random: Random) -> dict:
    """A row whose choices agree with one another and whose target and actual lie where formulas go wrong."""
    preset = block.row(index)
    row: dict = {**block.constants, **(preset.values if preset else {})}
    known = form.spellings["numbers"].get("columns", {"target": "target", "actual": "actual", "unit": None})
    pair = dict(zip((known["target"], known["actual"]), _pair(random), strict=True))
    fields = [field for field in block.fields.values() if form.is_input(block, index, field)]
    for field in sorted(fields, key=lambda field: not field.choices):
        lists = [by.get(row.get(other), field.choices) for other, by in field.choices_by.items()]
        choices = lists[0] if lists else field.choices
        if random.random() < 0.05:
            continue
        if field.type == "value":
            row[field.key] = (
                pair.get(field.key, pair[known["actual"]])
                if is_numeric(field, row, None)
                else random.choice(["健全", "有序推进", "Good", "完成"])
            )
        elif field.key == known["unit"]:
            row[field.key] = random.choice(UNITS)
        elif field.type == "points":
            weight = row.get("weight")
            row[field.key] = round(weight * random.choice(SHARES), 2) if weight is not None else random.choice(WEIGHTS)
        else:
            row[field.key] = random.choice(choices) if choices else ANY[field.type](random, field.max_length)
        if (
            type(row.get(field.key)) in (int, float) and known["unit"] is None
        ):  # of no form of ours, whose documents stay as they were
            row[field.key] = _within(field, row[field.key], random)
    if any(ord(letter) > 0xFFFF for letter in row.get("reason") or ""):
        row["reason"] = "年中政策调整"  # its length counts, and LibreOffice counts an emoji in LEN as one
    return {key: value for key, value in row.items() if key in block.fields}


ANY = {
    "text": lambda random, limit: _text(random, min(limit or 2000, 2000)),
    "code": lambda random, limit: random.choice(["0012", "320500", "A-1"]),
    "date": lambda random, limit: random.choice(["2023-03-01", "2023-12-31"]),
    "money": lambda random, limit: abs(_money(random)),
    "count": lambda random, limit: random.choice([0, 3, 120]),
    "ratio": lambda random, limit: random.choice([0, 1, 0.5, 0.0001, 0.9999, round(random.random(), 4)]),
    "percentage": lambda random, limit: random.choice([0, 100, 50, 0.01, round(random.uniform(0, 100), 2)]),
    "year": lambda random, limit: random.choice([2022, 2023, 2030]),
}


def _within(field: Field, number: float, random: Random) -> float:
    """The number, or often the bound of its field that it lies beyond; no more decimals than the field takes."""
    if random.random() < 0.9:
        number = max(number, number if field.minimum is None else field.minimum)
        number = min(number, number if field.maximum is None else field.maximum)
    return round(number, field.decimals or 0) if field.decimals else round(number)


def inputs(form: Form, document: dict) -> dict[Spot, object]:
    """What of a document people type, by spot."""
    rows, strays = rows_of(form, document)
    assert not strays, strays
    return dict(inputs_of(form, rows)) | {Spot("identity", 0, "fiscal_year"): document.get("fiscal_year")}


def _indicators(form: Form, random: Random):
    for key in ("decision", "process", "benefits", "satisfaction", "duties"):
        block = form.blocks[key]
        for row in block.rows:
            values = {k: v for k, v in row.values.items() if k in block.fields}
            yield _indicator(random, block.constants["category"], values, preset=True)
        free = 0 if block.rows else 1 if block.fixed else random.randint(0, 6)
        for number in range(free):
            yield _indicator(random, block.constants["category"], {"name": f"指标{number}" + _text(random, 30)}, preset=False)


def _indicator(random: Random, category: str, values: dict, preset: bool) -> dict:
    kind = values.get("kind") or random.choice(["定量", "定量", "定量", "定性"])
    row = {"category": category, "name": values["name"], "kind": kind, "source": _text(random, 200)}
    if random.random() < 0.5:
        row["reason"] = random.choice(
            ["年中政策调整", "原因：" + _text(random, 497)]
        )  # LibreOffice counts an emoji in LEN as one
    if kind == "定性":
        target = random.choice(
            ["健全", "有序推进", "Good", _text(random, 100).replace("\u200b", "")]
        )  # unseen characters are normalised
        row["target"] = target
        row["actual"] = random.choice([target, target, f" {target}\u3000", target.upper(), "基本健全"])
    else:
        row |= {"operator": random.choice(["=", ">=", "<=", ">", "<"]), "unit": random.choice(UNITS)}
        row["target"], row["actual"] = _pair(random)
    if preset and random.random() < 0.1:
        row["applies"] = "不适用"
    return _blanks(random, row, 0.04, keep=("category", "name"))


def _pair(random: Random) -> tuple[float, float]:
    """A target and an actual: plain, zero based, negative, on a tie of the printed decimals, far apart."""
    case = random.randrange(7)
    if case == 0:
        return 0, random.choice([0, 14.96, -3, 0.0001])
    if case == 1:
        target = random.choice([8000, 20000, 4000, 1600, 32000])  # 1/20000 = 0.005%: a tie of two decimals
        return target, target + random.choice([1, -1, 3, 5, -7, 0])
    if case == 2:
        return -round(random.uniform(1, 100), 2), round(random.uniform(-100, 100), 2)
    if case == 3:
        return round(random.uniform(1e9, 9e10), 4), round(random.uniform(1e9, 9e10), 4)
    if case == 4:
        return round(random.uniform(0.0001, 0.01), 4), round(random.uniform(0.0001, 0.01), 4)
    if case == 5:
        target = round(random.uniform(1, 1000), random.randrange(5))
        return target, target
    return random.choice([100, 10500, 58000, 660, 5]), round(random.uniform(0, 60000), random.randrange(5))


def _budget(random: Random) -> dict:
    return _blanks(random, {"initial": abs(_money(random)), "adjustment": _money(random), "spent": abs(_money(random))}, 0.15)


def _money(random: Random) -> float:
    if random.random() < 0.4:
        return random.choice(MONEY)
    sign = random.choice([1, 1, -1])
    return sign * round(random.choice([random.uniform(0, 100), random.uniform(0, 9_000_000)]), random.randrange(7))


def _text(random: Random, limit: int) -> str:
    if random.random() < 0.35:
        return random.choice(HARD_TEXTS)[:limit] or "x"
    if random.random() < 0.02:
        return "字" * limit
    return (
        "".join(
            random.choice("全年完成各类工作任务，服务企业数量稳步提升。ABC 123\n") for _ in range(random.randint(1, 60))
        ).strip()
        or NOTHING
    )


def _blanks(random: Random, row: dict, chance: float = 0.08, keep: tuple[str, ...] = ()) -> dict:
    return {key: value for key, value in row.items() if key in keep or random.random() >= chance}


def _without_empty(document: dict) -> dict:
    """The document without rows that are none to a reader: in which nothing stands, or only a word for nothing."""
    return {
        key: [item for item in value if any(each != NOTHING for each in item.values())] if isinstance(value, list) else value
        for key, value in document.items()
    }


# --- documents without an error ------------------------------------------------------------------------------


def valid_document(form: Form, seed: int) -> dict:
    """A document that finalizes: everything required is there, money adds up, every indicator has its reason; texts stay hard."""
    random = Random(seed)
    year = random.choice([2022, 2023, 2030])
    document = {
        "form": form.key, "revision": form.revision, "fiscal_year": year,
        "cover": {"unit": _line(random, 40), "unit_code": "0012", "supervisor": _line(random, 40), "prepared_on": f"{year + 1}-03-01"},
        "narrative": {key: _words(random, 2000) for key in ("duties", "profile", "overview", "problems", "measures", "application")},
        "goals": [{"expected": _words(random, 500), "actual": _words(random, 500)} for _ in range(random.randint(0, 6))],
        "budget": {"basic": _spent(random), "items": [{"name": f"{_line(random, 30)}{n}"} | _spent(random) for n in range(random.randint(0, 6))]},
        "tasks": [_task(random) for _ in range(random.randint(0, 6))],
        "indicators": [_sound(random, row) for row in _indicators(form, random)],
        "explanations": {"SZ107": "预算总额与批复文件一致，已核对", "XL216": "各项金额按决算报表填列，单位为万元"},
    }  # fmt: skip
    issued = {row.values["name"]: row for key in ("decision", "process") for row in form.blocks[key].rows}
    for row in document["indicators"]:
        if row["name"] in issued:
            _as_issued(random, row, issued[row["name"]])
    return _without_empty(document)


def _as_issued(random: Random, row: dict, preset: PresetRow) -> None:
    """Put into a row what the template says of it, and an actual that goes with it."""
    for key in ("kind", "operator", "target", "unit"):
        row.pop(key, None)
        row |= {key: preset.values[key]} if key in preset.values else {}
    if "actual" in preset.formulas:
        row.pop("actual", None)
        row.pop("applies", None)
    elif "actual" in row:
        of_number = row["kind"] == "定量"
        row["actual"] = (
            random.choice([row["target"], 0, 66.22, 99.9]) if of_number else random.choice([row["target"], "基本健全"])
        )


def _line(random: Random, limit: int) -> str:
    return " ".join(_words(random, limit).split())[:limit]


def _words(random: Random, limit: int) -> str:
    """A text that says something: more than signs, and none of the ways to say nothing."""
    text = _text(random, limit)
    return text if sum(letter.isalpha() for letter in text) > 1 and text not in ("TRUE", "1e5") else f"全年{text}工作"[:limit]


def _spent(random: Random) -> dict:
    initial, adjustment = abs(_money(random)), abs(_money(random))
    row = {"initial": initial, "spent": round(initial * random.choice([0, 0.5, 0.96025, 1]), 6)}
    return row | ({"adjustment": adjustment} if random.random() < 0.6 and initial + adjustment < 9_000_000 else {})


def _task(random: Random) -> dict:
    row = {"task": _words(random, 500), "completion": _words(random, 500)}
    return (
        row
        | ({"duty": _words(random, 300)} if random.random() < 0.7 else {})
        | ({"content": _words(random, 300)} if random.random() < 0.5 else {})
    )


def _sound(random: Random, row: dict) -> dict:
    """An indicator with everything it must have."""
    row = {"kind": "定量", "source": "年度统计", **row, "reason": f"年中政策调整，{_words(random, 200)}"}
    row["source"] = _words(random, 200) if row["source"] == NOTHING or random.random() < 0.5 else row["source"]
    if row["kind"] == "定性":
        row["target"] = random.choice(["健全", "有序推进", "Good", f"达到{_line(random, 30)}要求".replace("\u200b", "")])
        row["actual"] = row["target"] if random.random() < 0.6 else "基本健全"
        row = {key: value for key, value in row.items() if key not in ("operator", "unit")}
    else:
        row["target"], row["actual"] = _pair(random)
        row |= {"operator": random.choice(["=", ">=", "<=", ">", "<"]), "unit": random.choice(UNITS)}
        if row["unit"] == "%" and min(abs(row["target"]), abs(row["actual"])) < 2:  # as if a ratio had been typed
            row["unit"] = "项"
    return {key: value for key, value in row.items() if key != "actual" or "applies" not in row}  # no paper shows it then


def complete_document(form: Form) -> dict:
    """A small document without any error."""
    rows = [{**row.values, "category": key, "actual": row.values["target"], "reason": "因年中政策调整所致"}
            for block, key in (("decision", "决策"), ("process", "过程")) for row in form.blocks[block].rows]  # fmt: skip
    narrative = dict.fromkeys(("duties", "profile", "overview", "problems", "measures", "application"), "正文\n第二段")
    return {
        "form": form.key, "revision": form.revision, "fiscal_year": 2022, "narrative": narrative,
        "cover": {"unit": "测试：单位/一处", "unit_code": "001", "supervisor": "主管", "prepared_by": "张", "phone": "1", "prepared_on": "2023-03-01"},
        "goals": [{"expected": "4场", "actual": "6场"}],
        "budget": {"basic": {"initial": 100, "spent": 90.25}, "items": [{"name": "甲", "initial": 10, "adjustment": -1, "spent": 9}]},
        "tasks": [{"duty": "职责", "task": "任务", "content": "内容", "completion": "完成"}],
        "indicators": [{k: v for k, v in row.items() if k not in ("formulas", "key")} for row in rows]
        + [{"category": "履职", "name": "活动", "kind": "定量", "operator": ">=", "target": 4, "unit": "场", "actual": 6, "reason": "超额完成年度任务"}],
    }  # fmt: skip
