"""The output under the commands of a page, made anew by running them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from generator.pages import FENCE, Block, Page, Paste, Snippet, Step, actions_in, prepare, run

PARAGRAPHS = 2  # of a long output: what stands before that blank line is shown, and its last line


def with_outputs(page: Page) -> str:
    """The page with the output of its commands made anew.

    Raises:
        SystemExit: a command ends with another exit code than the page says.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)

        def renew(match) -> str:
            indent, kind, body = match.groups()
            block = Block(kind, "\n".join(line.removeprefix(indent) for line in body.split("\n")))
            lines = [line for action in actions_in(block) for line in taken(action, folder, page)]
            if kind != "console":
                return match[0]
            return "\n".join([f"{indent}```{kind}", *((indent + line).rstrip() for line in lines), f"{indent}```"])

        return FENCE.sub(renew, page.text())


def taken(action: Step | Paste | Snippet, folder: Path, page: Page) -> Iterator[str]:
    """Do it, and yield what the page shows of it."""
    match action:
        case Paste():
            action.apply(folder)
        case Snippet():
            action.run(folder)
        case Step(command, output, exit_code):
            code, lines = run(command, folder, page.language)
            if code != exit_code:
                raise SystemExit(f"{page.path}: {command}: exit code {code}, the page says {exit_code}; nothing was written")
            yield f"$ {command}"
            if output:
                yield from shortened(lines)
            if code:
                yield f"# exit code {code}"


def shortened(lines: list[str]) -> list[str]:
    blank = [number for number, line in enumerate(lines) if not line][PARAGRAPHS - 1 :]
    return [*lines[: blank[0] + 1], "…", lines[-1]] if blank else lines
