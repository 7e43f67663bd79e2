"""The commands as a page shows them: a table of all, what each prints of itself, and their functions in Python."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from xlperf.cli.commands import cli
from xlperf.messages import catalogue

HEADINGS = {"en": ("Command", "What it does", "Exit codes"), "zh": ("命令", "作用", "退出码")}
EVERY = {"en": "Every command: also 2, 70, 130.", "zh": "每条命令另有 2、70、130。"}
# Exit codes besides 2, 70 and 130; test_docs.py makes every one of them happen.
EXIT_CODES = {
    "forms": (0,),
    "template": (0, 1, 3),
    "fill": (0, 1),
    "import": (0, 1, 3),
    "read": (0, 3),
    "validate": (0, 1, 3),
    "finalize": (0, 1, 3),
    "review": (0, 1, 3),
    "report": (0, 1, 3),
    "migrate": (0, 1, 3),
    "diff": (0, 3),
    "new-round": (0,),
    "new-form": (0,),
    "check-form": (0,),
    "draw-form": (0,),
    "read-form": (0, 3),
    "collect": (0, 1, 3),
    "status": (0,),
    "page": (0,),
    "serve": (0,),
    "addin": (0,),
    "remind": (0,),
    "decide": (0,),
    "verify": (0, 1),
    "package": (0,),
    "history": (0,),
    "schema": (0,),
    "explain": (0,),
}
TWINS = {
    "forms": ("list_forms",),
    "template": ("write_template", "write_templates", "write_next_template"),
    "fill": ("load_document", "fill_workbook"),
    "import": ("import_document",),
    "read": ("read_workbook",),
    "validate": ("validate", "annotate"),
    "finalize": ("finalize",),
    "review": ("write_review",),
    "report": ("write_report",),
    "migrate": ("migrate_workbook",),
    "diff": ("compare_papers", "compare_forms"),
    "new-round": ("new_round", "read_round"),
    "new-form": ("new_form",),
    "check-form": ("check_form", "prove_form"),
    "draw-form": ("draw_form",),
    "read-form": ("read_form",),
    "collect": ("collect",),
    "status": ("find_status",),
    "page": ("write_page",),
    "serve": ("serve",),
    "addin": ("write_addin",),
    "remind": ("remind",),
    "decide": ("decide",),
    "verify": ("verify",),
    "package": ("package_collection",),
    "history": ("write_history",),
    "schema": ("build_schema",),
    "explain": ("explain_field", "explain_rule"),
}
TWIN_HEADINGS = {"en": ("Command", "Function", "What it does"), "zh": ("命令", "函数", "作用")}
BETWEEN = {"en": ", ", "zh": "、"}
WIDTH = "100"  # characters of a line of help


def command_table(language: str) -> str:
    """The table of all commands: what has to be said, what each does, its exit codes."""
    rows = [HEADINGS[language], ("---",) * 3]
    for name in in_order():
        codes = ", ".join(map(str, EXIT_CODES.get(name, ())))
        rows.append((f"`{usage(name, cli.commands[name])}`", purpose(name, language), codes))
    return "\n".join([*map(line_of, rows), "", EVERY[language]])


def twin_table(language: str) -> str:
    """The table of commands and the functions of the same meaning."""
    rows = [TWIN_HEADINGS[language], ("---",) * 3]
    for name in in_order():
        functions = BETWEEN[language].join(f"`{function}`" for function in TWINS.get(name, ()))
        rows.append((f"`xlperf {name}`", functions, purpose(name, language)))
    return "\n".join(map(line_of, rows))


def help_texts(language: str) -> str:
    """What every command prints with -h, as it stands on a terminal."""
    command = [sys.executable, "-m", "generator.commands", *in_order()]
    environment = {**os.environ, "XLPERF_LANG": language, "COLUMNS": WIDTH, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True)
    parts = done.stdout.split(SEPARATOR)
    shown = zip(in_order(), parts, strict=True)
    return "\n".join(f"### {name}\n\n```text\n{text.strip()}\n```\n" for name, text in shown).rstrip("\n")


def in_order() -> list[str]:
    """The commands in the order of EXIT_CODES; what is missing there comes last, and a test fails."""
    order = [*EXIT_CODES]
    return sorted(cli.commands, key=lambda name: (order.index(name) if name in order else len(order), name))


def purpose(name: str, language: str) -> str:
    return catalogue(language)["help"][name.replace("-", "_")]


def line_of(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def usage(name: str, command: click.Command) -> str:
    """`xlperf collect INBOX… -o PATH`: what has to be said."""
    return " ".join(["xlperf", name, *(shown(parameter) for parameter in command.params if parameter.required)])


def shown(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.name.upper() + "…" * (parameter.nargs == -1)
    value = "PATH" if isinstance(parameter.type, click.Path) else parameter.metavar or parameter.name.upper()
    return f"{min(parameter.opts, key=len)} {value}"


# --- run by `help_texts` in a process of its own: help is worded when the commands are imported --------------

SEPARATOR = "\f"


def print_help(names: list[str]) -> None:
    """Print the help of these commands, a form feed between two."""
    from xlperf.__main__ import main

    for number, name in enumerate(names):
        sys.argv = ["xlperf", name, "-h"]
        if number:
            print(SEPARATOR, end="")
        main()


if __name__ == "__main__":
    print_help(sys.argv[1:])
