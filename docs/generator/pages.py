"""The pages of README and docs/, and what a reader does with them: run a command, paste lines, run a snippet.

    for action in actions_of(page):
        action.take(folder, "en")

The blocks of a page are taken one after another in a folder that `prepare` fills. Under a command may stand its output,
in which a line `…` stands for any number of lines, and `# exit code N` where N is not 0. A `console` block is run, a
`python` block is run, a `yaml` block that begins with `# FILE, under "LINE"` or `# FILE, in place of "LINE"` is pasted;
the lines of an `sh` block are run in a shell, but for those that test_docs.py lists with the reason; `bat` is for Windows.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from support.paths import DOCS, EXAMPLE, EXAMPLES, REPOSITORY, TEMPLATES, TESTS
from xlperf import fill_workbook, load_document
from xlperf.__main__ import main
from xlperf.messages import use_language

READ_AT = "1678845600"  # 15 March 2023: days that the pages name lie ahead
READMES = {"en": REPOSITORY / "README.md", "zh": REPOSITORY / "README.zh-CN.md"}
BESIDE = (
    *(REPOSITORY / name for name in ("CONTRIBUTING.md", "SECURITY.md")),
    *sorted(EXAMPLES.glob("*/README.md")),
)  # in one file
WRITTEN_BY_PROGRAM = ("findings.md", "form-reference.md")  # from the first line to the last
FENCE = re.compile(r"^( *)```([\w+-]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PASTED = re.compile(r'# (\S+), (under|in place of) "(.*)"\n')
ROSTER = """单位名称,单位代码,主管部门,基本支出 年初预算数,预算执行率 目标值
苏州市生产力促进中心,032018,苏州市科学技术局,516.57,≥95%
苏州市甲中心,032019,苏州市科学技术局,230,
"""


class Page(NamedTuple):
    """One Markdown file; `name` is the same in both languages."""

    language: str
    name: str
    path: Path

    def text(self) -> str:
        return self.path.read_text("utf-8")


class Block(NamedTuple):
    """A fenced block; lines without the indentation of the list it may stand in."""

    language: str
    text: str


class Step(NamedTuple):
    """A command of a console block, what it prints and its exit code."""

    command: str
    output: tuple[str, ...]  # what stands under it; empty: whatever comes
    exit_code: int


class Paste(NamedTuple):
    """Lines for a file: under a line of it, or in its place."""

    file: str
    place: str
    instead: bool
    text: str

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        lines = path.read_text("utf-8").splitlines()
        at = lines.index(self.place)
        lines[at : at + 1] = [*([] if self.instead else [self.place]), *self.text.splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")


class Snippet(NamedTuple):
    """Python code."""

    code: str

    def run(self, folder: Path) -> str:
        """Return what it prints."""
        with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(self.code, "<snippet>", "exec"), {"__name__": "__main__"})
        return printed.getvalue()


Action = Step | Paste | Snippet


# --- pages, blocks, steps ------------------------------------------------------------------------------------


def all_pages() -> list[Page]:
    """README and the pages of docs/, in both languages."""
    readmes = [Page(language, "README.md", path) for language, path in READMES.items()]
    return readmes + [Page(language, path.name, path) for language in READMES for path in sorted((DOCS / language).glob("*.md"))]


def page_of(language: str, name: str) -> Page:
    return next(page for page in all_pages() if (page.language, page.name) == (language, name))


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown text."""
    for indent, language, body in FENCE.findall(text):
        yield Block(language, re.sub(rf"^{indent}", "", body, flags=re.MULTILINE))


def steps_of(text: str) -> Iterator[Step]:
    """Yield the steps of a console block."""
    command, output, code = "", [], 0
    for line in [*text.splitlines(), "$ "]:
        if line.startswith("$ "):
            if command:
                yield Step(command, tuple(output), code)
            command, output, code = line[2:], [], 0
        elif line.startswith("# exit code "):
            code = int(line.rpartition(" ")[2])
        elif not line.startswith("#"):
            output.append(line)


def actions_in(block: Block) -> Iterator[Action]:
    """Yield what a reader does with a block."""
    if block.language == "console":
        yield from steps_of(block.text)
    elif block.language == "python":
        yield Snippet(block.text)
    elif match := PASTED.match(block.text):
        yield Paste(match[1], match[3], match[2] != "under", block.text[match.end() :])


def actions_of(page: Page) -> Iterator[Action]:
    """Yield all that a reader of the page does, from top to bottom."""
    return (action for block in blocks_of(page.text()) for action in actions_in(block))


def console_steps(page: Page) -> list[Step]:
    return [action for action in actions_of(page) if isinstance(action, Step)]


# --- a command, run here -------------------------------------------------------------------------------------


def run(command: str, folder: Path, language: str) -> tuple[int, list[str]]:
    """Run `xlperf …` in this process; return its exit code and the lines of its standard output, without blank ones around.

    Of the shell only what the pages use is understood: quotes, `*` in names, `> FILE` at the end.
    """
    words = shlex.split(command)
    target = words.pop() if words[-2:-1] == [">"] else None
    words = words[:-1] if target else words
    if words[0] != "xlperf":
        raise ValueError(f"a page shows a command that is not ours: {command}")
    with contextlib.chdir(folder):
        arguments = ["xlperf", *(name for word in words[1:] for name in expanded(word))]
        code, text = run_here(arguments, language)
        if target:
            Path(target).write_text(text, "utf-8")
            text = ""
    return code, text.strip("\n").splitlines()


def expanded(word: str) -> list[str]:
    """The files that a word with `*` names, as a shell would put them there; else the word."""
    return sorted(glob(word)) or [word]


def run_here(arguments: list[str], language: str) -> tuple[int, str]:
    """The exit code and the standard output of a command line."""
    environment = {"XLPERF_LANG": language, "COLUMNS": "100", "SOURCE_DATE_EPOCH": READ_AT}
    printed = io.StringIO()
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.dict(os.environ, environment),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            code = main()
        finally:
            use_language(None)
    return int(code), printed.getvalue()


def agrees(wanted: tuple[str, ...], lines: list[str]) -> bool:
    """Whether lines are the wanted ones, `…` standing for any number of lines."""
    pattern = "\n".join(".*" if line == "…" else re.escape(line) for line in wanted)
    return re.fullmatch(pattern, "\n".join(lines), re.DOTALL) is not None


# --- the folder in which they run ----------------------------------------------------------------------------


def prepare(folder: Path) -> None:
    """What readers are supposed to have: two submissions, papers of two years, a list of units, forms of their own."""
    document = load_document(EXAMPLE / "document.json")
    received = folder / "收到"
    received.mkdir(parents=True)
    fill_workbook(document, output=received / "甲单位.xlsx", date="2023-03-01")
    fill_workbook(spoilt(document), output=received / "乙单位.xlsx", date="2023-03-01")
    for year in (2022, 2023):
        (folder / f"汇集{year}").mkdir()
        (folder / f"汇集{year}" / "甲单位.json").write_text(
            json.dumps({**document, "fiscal_year": year}, ensure_ascii=False), "utf-8"
        )
    shutil.copyfile(EXAMPLES / "sichuan-project-2023" / "filled.xlsx", folder / "项目自评表.xlsx")
    (folder / "单位名单.csv").write_text(ROSTER, "utf-8-sig")
    make_revision(folder / "my-forms" / "suzhou-department" / "2024", *snippets(page_of("zh", "forms.md").text()))
    (training,) = (block.text for block in blocks_of(page_of("zh", "new-form.md").text()) if block.language == "json")
    (folder / "training.json").write_text(training, "utf-8")
    shutil.copytree(TESTS / "repeated" / "unit-projects", folder / "my-forms" / "unit-projects")


def spoilt(document: dict) -> dict:
    """The example with an amount that lost its decimal point and a reason that is missing."""
    document = json.loads(json.dumps(document))
    basic = document["budget"]["basic"]
    basic["spent"] = round(basic["spent"] * 10)
    del next(row for row in document["indicators"] if row["name"] == "培育技术经纪人")["reason"]
    return document


def make_revision(target: Path, rule: str, revision: str) -> None:
    """Copy the form's folder and make exactly the changes that the page shows.

    Args:
        rule: the rule that is to be pasted under `rules:`.
        revision: the two lines that are to be changed.
    """
    shutil.copytree(TEMPLATES / "suzhou-department" / "2022", target)
    path = target / "form.yaml"
    text = path.read_text("utf-8")
    for line in revision.splitlines():
        key = line.partition(":")[0]
        text, count = re.subn(rf"^{key}:.*$", line, text, flags=re.MULTILINE)
        assert count == 1, f"{key} stands {count} times in form.yaml"
    text, count = re.subn(r"^rules:\n", lambda match: match[0] + rule, text, flags=re.MULTILINE)
    assert count == 1, "there is no line `rules:` in form.yaml"
    path.write_text(text, "utf-8")


def snippets(text: str) -> tuple[str, str]:
    """The rule and the revision that a page shows as YAML."""
    shown = [block.text for block in blocks_of(text) if block.language == "yaml"]
    (revision,) = (text for text in shown if text.startswith("revision:"))
    (rule,) = (text for text in shown if text.startswith("  - code:"))
    return rule, revision
