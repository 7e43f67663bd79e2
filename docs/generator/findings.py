"""The page of all codes: what each means, in the words of the catalogues and forms, with an example that was really run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import Formatter

from xlperf.forms.catalog import told_basis
from xlperf.forms.loader import form_directories, load_form
from xlperf.forms.model import Basis
from xlperf.messages import catalogue, use_language
from xlperf.proving.prove_form import stages_of

WHOLE = ([*stages_of(load_form(folder))][-1] for folder in form_directories())  # each at its last stage, which has all its rules
FORMS = sorted(WHOLE, key=lambda form: form.key != "suzhou-department")
LONGEST = 200  # characters of a text in a table
MOST_CELLS = 4
WORDS = {
    "zh": {
        "head": """# 校验编号

[English](../en/findings.md)

本页由消息目录和表样生成，示例均为实际运行的结果；请勿手改。

编号的头两个字母是 XL 的属于程序，其余为各表样自己的校验项。

| 类别 | 怎么办 |
|---|---|
| 错误 | 须改正，不改正不能定稿 |
| 须说明 | 改正，或在“校验”表的“说明”栏写明原因；没有说明的退回，不能定稿 |
| 提醒 | 改正，或在“校验”表的“说明”栏写明原因；没有说明的也通过，除非财政局要求说明（`--unexplained return`） |
| 提示 | 无须处理 |
""",
        "XL1": "XL1：文件",
        "XL2": "XL2：内容和结构",
        "XL3": "XL3：计算格",
        "XL4": "XL4：报告、旧材料、改版",
        "XL5": "XL5：批量收表",
        "form": "{code}：{title}",
        "error": "错误",
        "query": "须说明",
        "warning": "提醒",
        "info": "提示",
        "title": "- 校验项：{}",
        "why": "- 含义：{}",
        "basis": "- 依据：{}",
        "message": "- 问题：{}",
        "remedy": "- 修改方法：{}",
        "table": "| 示例 | |\n|---|---|",
        "parts": ("位置", "问题", "填报内容", "填报要求", "修改方法"),
        "between": "、",
        "more": " 等 {} 处",
        "whole": "整个文件",
        "missing": "## 尚无示例",
    },
    "en": {
        "head": """# Findings

[中文](../zh/findings.md)

This page is generated from the catalogues and the forms; every example was really run. Do not edit it by hand.

Codes that begin with XL are the program's own; all others are rules of a form, in the form's own words.

| Severity | What to do |
|---|---|
| error (错误) | correct it: with an error nothing is finalized |
| query (须说明) | correct it, or explain it in the sheet 校验, column 说明; unexplained it sends the workbook back |
| warning (提醒) | the same; unexplained it passes, unless the bureau asks for more (`--unexplained return`) |
| notice (提示) | nothing |
""",
        "XL1": "XL1: the file",
        "XL2": "XL2: values and structure",
        "XL3": "XL3: computed cells",
        "XL4": "XL4: reports, old papers, revisions",
        "XL5": "XL5: collections",
        "form": "{code}: rules of {key}",
        "error": "error",
        "query": "query",
        "warning": "warning",
        "info": "notice",
        "title": "- Rule: {}",
        "why": "- Meaning: {}",
        "basis": "- Basis: {}",
        "message": "- Problem: {}",
        "remedy": "- Fix: {}",
        "table": "| Example | |\n|---|---|",
        "parts": ("Cells", "Problem", "Found", "Expected", "Fix"),
        "between": ", ",
        "more": " and others, {} in all",
        "whole": "the whole file",
        "missing": "## Without an example",
    },
}


def page(language: str) -> str:
    """The whole page; the examples are run, which takes a minute."""
    from generator.finding_examples import example

    return page_with(lambda code: example(code, language), language)


def page_with(example: Callable[[str], dict | None], language: str) -> str:
    """The page with the examples that a function gives."""
    words = WORDS[language]
    lines, missing, group = [words["head"]], [], None
    for code in codes():
        key = code[:3] if code.startswith("XL") else code[:2]
        if key != group:
            group = key
            lines.append(f"## {heading(key, language)}\n")
        shown = example(code)
        if shown is None:
            missing.append(code)
        lines += entry(code, shown, language)
    if missing:
        lines += [f"{words['missing']}\n", words["between"].join(missing) + "\n"]
    return "\n".join(lines)


def codes() -> list[str]:
    """Every code there is: of the program and of the forms, the first form first."""
    own = catalogue("zh")["findings"]
    of_forms = (code for form in FORMS for code, rule in sorted(form.rules.items()) if not rule.builtin)
    return [*sorted(own), *of_forms]


def heading(key: str, language: str) -> str:
    """What a group of codes is called."""
    words = WORDS[language]
    if key in words:
        return words[key]
    form = next(form for form in FORMS if any(code.startswith(key) for code in form.rules))
    return words["form"].format(code=key, title=form.title, key=form.key)


def entry(code: str, shown: dict | None, language: str) -> Iterator[str]:
    """One code: its severity, what it means, what to do, an example."""
    words = WORDS[language]
    rule = next((form.rules[code] for form in FORMS if code in form.rules), None)
    texts = catalogue(language)["findings"].get(code)
    severity = rule.severity if rule else shown["severity"] if shown else None
    yield f"### {code}" + (f" · {words[severity]}" if severity else "") + "\n"
    if rule:
        yield words["title"].format(rule.title)
        yield words["why"].format(rule.why)
        if rule.basis:
            yield words["basis"].format(basis_in(language, rule.basis))
    message, remedy = (texts["message"], texts["fix"]) if texts else (rule.message or rule.title, rule.fix)
    yield words["message"].format(escaped(plain(message)))
    yield words["remedy"].format(escaped(plain(remedy)))
    if shown:
        yield f"\n{words['table']}"
        values = (places(shown, language), shown["message"], shown["found"], shown["expected"], shown["fix"])
        for name, text in zip(words["parts"], values, strict=True):
            yield f"| {name} | {cell(text)} |"
    yield ""


def basis_in(language: str, basis: Basis) -> str:
    """What a rule rests on, in the words of a language."""
    use_language(language)
    try:
        return told_basis(basis)
    finally:
        use_language(None)


def places(shown: dict, language: str) -> str:
    """The first cells of a finding, or what it is about."""
    words, cells = WORDS[language], shown["cells"]
    more = words["more"].format(len(cells)) if len(cells) > MOST_CELLS else ""
    return words["between"].join(cells[:MOST_CELLS]) + more or shown["field"] or words["whole"]


def plain(text: str) -> str:
    """A sentence with dots where its arguments go."""
    return "".join(part + ("…" if name is not None else "") for part, name, *_ in Formatter().parse(text))


def escaped(text: str) -> str:
    """A text in which nothing is Markdown."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("*", "\\*")


def cell(text: object) -> str:
    """A text as it may stand in a table."""
    short = str(text) if len(str(text)) <= LONGEST else f"{str(text)[: LONGEST - 1]}…"
    return escaped(short)
