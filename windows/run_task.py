"""What a .bat file of the folder for an office PC starts: it installs the program, or runs it on what was dropped.

    python program/run_task.py FILE…

XLPERF_TASK names the task, XLPERF_BAT the .bat file, XLPERF_LINE the command line of cmd.exe. From that line the names of dropped
files are taken: what reaches a .bat file as %1 is cut at & , ; = and has lost its ^. The program is found in the folder lib-3.12
beside this file, one for each Python; nothing else has to be set up, also in an embeddable Python, which has neither pip nor venv
and looks at no environment variables.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import sysconfig
import tomllib
import webbrowser
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

PROGRAM = Path(os.path.abspath(__file__)).parent
FOLDER = PROGRAM.parent
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
LIBRARY = PROGRAM / f"lib-{PYTHON}"
PLATFORM = "win-amd64"  # for which the wheels are
OPTIONS = (
    "--isolated", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-index", "--require-hashes",
    "--only-binary=:all:", "--no-warn-script-location",
)  # fmt: skip
DONE, USAGE, INTERRUPTED = 0, 2, 130  # exit codes of xlperf, which may not be there yet
WORD = re.compile(r'(?:"[^"]*"?|[^" \t])+')  # of a command line: only blanks and tabs part words, and not in quotes

Words = dict[str, dict[str, str]]
Task = Callable[[list[str], Words], int]


def main() -> int:
    """Do the task that the environment names, say in Chinese what came of it, and return the exit code."""
    words = read_words()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = do(os.environ["XLPERF_TASK"], words)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OSError as error:  # of this script: the program words its own
        say(words, "no_access", path=error.filename, reason=error.strerror)
        code = USAGE
    print(f"\n{words['codes'].get(str(code), code)}")
    return code


def do(task: str, words: Words) -> int:
    """Do a task on what was dropped and return the exit code."""
    if task == "install":
        return install(words)
    if not (LIBRARY / "xlperf").is_dir():
        say(words, "not_installed", python=PYTHON)
        return USAGE
    sys.path.insert(0, str(LIBRARY))
    files = dropped_files(os.environ.get("XLPERF_LINE", ""), os.environ.get("XLPERF_BAT", ""))
    return TASKS[task](sys.argv[1:] if files is None else files, words)


def read_words() -> Words:
    """The Chinese of the folder, and the versions of Python that it serves."""
    words: dict[str, Any] = tomllib.loads((PROGRAM / "words.toml").read_text("utf-8"))
    return words


def say(words: Words, key: str, **values: object) -> None:
    print(words["says"][key].format(**values))


# --- what was dropped ------------------------------------------------------------------------------------------


def dropped_files(line: str, bat: str) -> list[str] | None:
    """The files on the command line with which cmd.exe was started for a .bat file; None if it was started for something else.

    Explorer writes `cmd.exe /c ""D:\\a b\\x.bat" D:\\c&d.xlsx "D:\\e f.xlsx""`: a name without a blank has no quotes, whatever
    else is in it, and one more pair of quotes stands around it all. Other programs leave that pair out.
    """
    start = re.search(rf'\s/c\s+("*){re.escape(bat)}("?)', line, re.IGNORECASE) if bat else None
    if start is None:
        return None
    rest = line[start.end() :].rstrip()
    if len(start[1]) > len(start[2]) and rest.endswith('"'):
        rest = rest[:-1]
    return words_of(rest)


def words_of(line: str) -> list[str]:
    """The words of a command line, without their quotes."""
    return [word.replace('"', "") for word in WORD.findall(line)]


def wanted(files: list[str], words: Words) -> list[str]:
    """The files; if there are none, those that are dragged into the window now."""
    return files or words_of(ask(words["says"]["drop"]))


def ask(question: str) -> str:
    """What is typed; nothing if nobody can type."""
    try:
        return input(question).strip()
    except EOFError:
        return ""


def workbooks_in(files: Sequence[str]) -> list[Path]:
    """The files, and the workbooks of the folders among them, without the locks that Excel leaves there."""
    found: list[Path] = []
    for path in map(Path, files):
        inside = sorted(path.glob("*.xlsx")) if path.is_dir() else [path]
        found += [book for book in inside if not book.name.startswith("~$")]
    return found


# --- installing ------------------------------------------------------------------------------------------------


def install(words: Words, *, more: Sequence[str] = (), platform: str | None = None) -> int:
    """Install the program and what it needs, from the folder `wheels` alone, for the Python that runs this.

    pip comes from its own wheel; every file has to have its SHA-256. What was installed before stays until the new one is whole.

    Args:
        more: further options of pip.
        platform: that of the Python that runs this.
    """
    requirements = PROGRAM / f"requirements-{PYTHON}.txt"
    pythons = words["pythons"]["served"]
    if (found := platform or sysconfig.get_platform()) != PLATFORM:
        say(words, "wrong_platform", found=found, pythons=pythons)
        return USAGE
    if not requirements.is_file():  # the .bat file has asked for the version already
        say(words, "python_wanted", pythons=pythons)
        return USAGE
    say(words, "installing", path=LIBRARY, python=PYTHON)
    fresh = LIBRARY.with_name(f"{LIBRARY.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    options = (*OPTIONS, f"--find-links={PROGRAM / 'wheels'}", f"--target={fresh}", *more)
    if run_pip(["install", *options, "-r", str(requirements)]):
        shutil.rmtree(fresh, ignore_errors=True)
        say(words, "install_failed")
        return USAGE
    try:
        if LIBRARY.exists():
            shutil.rmtree(LIBRARY)
        fresh.rename(LIBRARY)
    except OSError as error:  # a window of the program is open
        print(error)
        say(words, "install_failed")
        return USAGE
    (own,) = LIBRARY.glob("xlperf-*.dist-info")
    say(words, "installed", version=own.stem.partition("-")[2])
    return DONE


def run_pip(arguments: list[str]) -> int:
    """Run the pip of the folder; without it that is a failure of pip's, too."""
    wheels = [*(PROGRAM / "wheels").glob("pip-*.whl")]
    if not wheels:
        return USAGE
    sys.path.insert(0, str(wheels[0]))
    from pip._internal.cli.main import main as pip

    return int(pip(arguments))


# --- the other tasks -------------------------------------------------------------------------------------------


def xlperf(*arguments: object) -> int:
    """Run a command of the program in this process and return its exit code."""
    from xlperf.__main__ import main as command

    sys.argv = ["xlperf", *map(str, arguments)]
    return int(command())


def own_forms(words: Words) -> list[str]:
    """The option for the bureau's own forms, if the folder for them is there."""
    folder = FOLDER / words["files"]["own_forms"]
    return ["--templates", str(folder)] if folder.is_dir() else []


def validate(files: list[str], words: Words) -> int:
    """Show the findings of each workbook, and save them as text beside it."""
    books = workbooks_in(wanted(files, words))
    codes = []
    for book in books:
        say(words, "file", path=book)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            codes.append(xlperf("validate", book, *own_forms(words)))
        print(printed.getvalue())
        saved = book.with_name(words["files"]["findings"].format(name=book.stem))
        try:
            saved.write_text(printed.getvalue(), "utf-8-sig")
        except OSError as error:
            say(words, "not_saved", path=saved, reason=error.strerror)
        else:
            say(words, "saved", path=saved)
    return together(codes, words)


def finalize(files: list[str], words: Words) -> int:
    """Finalize each workbook into a folder beside it."""
    codes = []
    for book in workbooks_in(wanted(files, words)):
        say(words, "file", path=book)
        codes.append(xlperf("finalize", book, "-o", book.with_name(words["files"]["finalized"]), *own_forms(words)))
    return together(codes, words)


def together(codes: Sequence[int], words: Words) -> int:
    """The exit code of several: the gravest."""
    if not codes:
        say(words, "nothing")
    return max(codes, default=USAGE)


def collect(files: list[str], words: Words) -> int:
    """Take in what was dropped, a list of units among it, into a folder beside the first."""
    given = [Path(file) for file in wanted(files, words)]
    rosters = [path for path in given if is_roster(path, words)]
    inboxes = [path for path in given if path not in rosters[:1]]
    if not inboxes:
        return together([], words)
    target = inboxes[0].with_name(words["files"]["collected"])
    return xlperf("collect", *inboxes, "-o", target, *(["--roster", rosters[0]] if rosters else []), *own_forms(words))


def is_roster(path: Path, words: Words) -> bool:
    return path.suffix.lower() in (".csv", ".xlsx") and words["files"]["roster"] in path.stem


def template(files: list[str], words: Words) -> int:
    """Make the blank workbook of a form and year; for each list of units that was dropped, one workbook per unit."""
    from xlperf.errors import XlperfError
    from xlperf.forms.catalog import list_forms

    own = own_forms(words)
    try:
        forms = {item["form"]: item["title"] for item in list_forms(templates=own[1] if own else None)}
    except XlperfError as error:
        print(error)
        return int(error.exit_code)
    for number, (key, title) in enumerate(forms.items(), 1):
        print(f"  {number}  {title}  ({key})")
    number = choose(words, "form", usual=1, choices=range(1, len(forms) + 1))
    year = choose(words, "year", usual=date.today().year - 1, choices=range(1950, 2201))
    asked = [list(forms)[number - 1], "--year", year, *own]
    if not files:
        folder = FOLDER / words["files"]["blank"]
        folder.mkdir(exist_ok=True)
        with contextlib.chdir(folder):
            return xlperf("template", *asked)
    lists = [Path(file) for file in files]
    targets = [path.with_name(words["files"]["workbooks"].format(name=path.stem)) for path in lists]
    return together(
        [xlperf("template", *asked, "--roster", path, "-o", target) for path, target in zip(lists, targets, strict=True)], words
    )


def choose(words: Words, key: str, *, usual: int, choices: range) -> int:
    """A number that is asked for, until it is one of the choices."""
    while answer := ask(words["says"][key] + words["says"]["usual"].format(usual=usual)):
        if answer.isdecimal() and int(answer) in choices:
            return int(answer)
        say(words, "not_a_choice", choices=f"{choices[0]}—{choices[-1]}")
    return usual


def page(files: list[str], words: Words) -> int:
    """Make the page anew, with the bureau's own forms, and open it."""
    target = FOLDER / words["files"]["page"]
    code = xlperf("page", "-o", target, "--assets", PROGRAM / "assets", *own_forms(words))
    if code == DONE:
        show(str(target))
    return code


def serve(files: list[str], words: Words) -> int:
    """Serve the page until Ctrl+C, and open it in the browser."""
    from xlperf.errors import XlperfError
    from xlperf.server.serving import serve as serve_page

    def tell(address: str) -> None:
        print(address)
        say(words, "opened")
        show(address)

    own = own_forms(words)
    try:
        serve_page(port=0, templates=own[1] if own else None, tell=tell)
    except XlperfError as error:
        print(error)
        return int(error.exit_code)
    return DONE


def show(target: str) -> None:
    """Open a file or an address in the browser, if there is one."""
    if hasattr(os, "startfile"):
        with contextlib.suppress(OSError):
            os.startfile(target)
    else:
        webbrowser.open(target)


TASKS: dict[str, Task] = {
    "template": template,
    "collect": collect,
    "validate": validate,
    "finalize": finalize,
    "page": page,
    "serve": serve,
}

if __name__ == "__main__":
    sys.exit(main())
