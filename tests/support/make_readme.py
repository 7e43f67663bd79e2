"""What is generated in README.md and README.zh-CN.md: the command table and the output of commands.

    make golden        write it anew into both files, with all else that is generated

The steps of the console blocks run one after another in a folder that `prepare` fills. Under a command may stand its
output, in which a line `…` stands for any number of lines, and `# exit code N` where N is not 0.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from support.paths import EXAMPLE, REPOSITORY
from xlperf import fill_workbook, load_document
from xlperf.cli.commands import cli
from xlperf.messages import catalogue

READMES = {"en": REPOSITORY / "README.md", "zh": REPOSITORY / "README.zh-CN.md"}
FENCE = re.compile(r"^( *)```([\w+-]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PASTED = re.compile(r'# (\S+), (under|in place of) "(.*)"\n')
TABLE = re.compile(r"(?<=<!-- commands -->\n).*?(?=<!-- /commands -->)", re.DOTALL)

HEADINGS = {"en": ("Command", "What it does", "Exit codes"), "zh": ("命令", "作用", "退出码")}
EVERY = {"en": "Every command: also 2, 70, 130.", "zh": "每条命令另有 2、70、130。"}
# Exit codes besides 2, 70 and 130; test_readme.py makes every one of them happen.
EXIT_CODES = {
    "forms": (0,), "template": (0, 1, 3), "fill": (0, 1), "import": (0, 1, 3), "read": (0, 3), "validate": (0, 1, 3), "finalize": (0, 1, 3), "report": (0, 1, 3),
    "migrate": (0, 1, 3), "diff": (0, 3), "new-form": (0,), "check-form": (0,), "collect": (0, 1, 3), "status": (0,),
    "schema": (0,), "explain": (0,),
}  # fmt: skip
ORDER = tuple(EXIT_CODES)


ROSTER = """单位名称,单位代码,主管部门,基本支出 年初预算数,预算执行率 目标值
苏州市生产力促进中心,032018,苏州市科学技术局,516.57,≥95%
苏州市甲中心,032019,苏州市科学技术局,230,
"""


class Block(NamedTuple):
    """A fenced block; lines without the indentation of the list it may stand in."""

    language: str
    text: str


class Step(NamedTuple):
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


# --- the command table ---------------------------------------------------------------------------------------


def command_table(language: str) -> str:
    """The Markdown table of all commands: with arguments, what each does, its exit codes."""
    rows = [HEADINGS[language], ("---",) * 3]
    for name in sorted(cli.commands, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)):
        does = catalogue(language)["help"][name.replace("-", "_")]
        codes = ", ".join(map(str, EXIT_CODES.get(name, ())))
        rows.append((f"`{usage(name, cli.commands[name])}`".replace("|", "\\|"), does, codes))
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", EVERY[language], ""])


def usage(name: str, command: click.Command) -> str:
    """`xlperf validate FILES… [--form FORM]`."""
    return " ".join(["xlperf", name, *(text for parameter in command.params if (text := shown(parameter)))])


def shown(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.name.upper() + "…" * (parameter.nargs == -1)
    kind, value = parameter.type, parameter.metavar or parameter.name.upper()
    if isinstance(kind, click.Choice):
        value = "|".join(kind.choices)
    elif isinstance(kind, click.Path):
        value = "PATH"
    text = min(parameter.opts, key=len) + ("" if parameter.is_flag else f" {value}")
    return text if parameter.required else f"[{text}]" + "…" * parameter.multiple


# --- blocks and steps ----------------------------------------------------------------------------------------


def blocks(text: str) -> Iterator[Block]:
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


def actions_of(block: Block) -> Iterator[Step | Paste]:
    """Yield what a reader does with a block: runs its commands, or pastes it."""
    if block.language == "console":
        yield from steps_of(block.text)
    elif match := PASTED.match(block.text):
        yield Paste(match[1], match[3], match[2] != "under", block.text[match.end() :])


def run(step: Step, folder: Path, language: str) -> tuple[int, list[str]]:
    """Run a step; return its exit code and the lines of its standard output, without blank ones around."""
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "XLPERF_LANG": language, "COLUMNS": "100", "PATH": scripts + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(step.command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    return done.returncode, done.stdout.strip("\n").splitlines()


def agrees(wanted: tuple[str, ...], lines: list[str]) -> bool:
    """Whether lines are the wanted ones, `…` standing for any number of lines."""
    pattern = "\n".join(".*" if line == "…" else re.escape(line) for line in wanted)
    return re.fullmatch(pattern, "\n".join(lines), re.DOTALL) is not None


# --- the folder in which they run ----------------------------------------------------------------------------


def prepare(folder: Path, rule: str, revision: str) -> None:
    """What the reader of the README is supposed to have: two submissions, and forms of their own.

    Args:
        rule: the rule that is to be pasted under `rules:`.
        revision: the two lines that are to be changed.
    """
    document = load_document(EXAMPLE / "document.json")
    received = folder / "收到"
    received.mkdir(parents=True)
    fill_workbook(document, output=received / "甲单位.xlsx", date="2023-03-01")
    fill_workbook(spoilt(document), output=received / "乙单位.xlsx", date="2023-03-01")
    (folder / "单位名单.csv").write_text(ROSTER, "utf-8-sig")
    make_revision(folder / "my-forms" / "suzhou-department" / "2024", rule, revision)
    (document,) = (block.text for block in blocks(READMES["zh"].read_text("utf-8")) if block.language == "json")
    (folder / "training.json").write_text(document, "utf-8")


def spoilt(document: dict) -> dict:
    """The example with an amount that lost its decimal point and a reason that is missing."""
    document = json.loads(json.dumps(document))
    basic = document["budget"]["basic"]
    basic["spent"] = round(basic["spent"] * 10)
    del next(row for row in document["indicators"] if row["name"] == "培育技术经纪人")["reason"]
    return document


def make_revision(target: Path, rule: str, revision: str) -> None:
    """Copy the form's folder and make exactly the changes that the README shows."""
    shutil.copytree(REPOSITORY / "templates" / "suzhou-department" / "2022", target)
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
    """The rule and the revision that a README shows as YAML."""
    shown = [block.text for block in blocks(text) if block.language == "yaml"]
    (revision,) = (text for text in shown if text.startswith("revision:"))
    (rule,) = (text for text in shown if text.startswith("  - code:"))
    return rule, revision


# --- writing it anew -----------------------------------------------------------------------------------------

PARAGRAPHS = 2  # of a long output: what stands before that blank line is shown, and its last line


def renewed(text: str, language: str) -> str:
    """The README with everything generated in it made anew."""
    text = TABLE.sub(lambda _: command_table(language), text)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, *snippets(text))

        def renew(match: re.Match) -> str:
            indent, kind, body = match.groups()
            if kind != "console":
                for paste in actions_of(Block(kind, body)):
                    paste.apply(folder)
                return match[0]
            lines = console([*steps_of(re.sub(rf"^{indent}", "", body, flags=re.MULTILINE))], folder, language)
            return "\n".join([f"{indent}```{kind}", *((indent + line).rstrip() for line in lines), f"{indent}```"])

        return FENCE.sub(renew, text)


def console(steps: list[Step], folder: Path, language: str) -> Iterator[str]:
    for step in steps:
        code, lines = run(step, folder, language)
        if code != step.exit_code:
            raise SystemExit(f"{step.command}: exit code {code}, the README says {step.exit_code}; nothing was written")
        yield f"$ {step.command}"
        if step.output:
            blank = [number for number, line in enumerate(lines) if not line][PARAGRAPHS - 1 :]
            yield from [*lines[: blank[0] + 1], "…", lines[-1]] if blank else lines
        if code:
            yield f"# exit code {code}"


if __name__ == "__main__":
    made = {path: renewed(path.read_text("utf-8"), language) for language, path in READMES.items()}
    for path, text in made.items():
        path.write_text(text, "utf-8", newline="\n")
