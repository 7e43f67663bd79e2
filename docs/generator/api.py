"""The reference of the Python functions, from their signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator

import xlperf

SECTIONS = ("Args", "Returns", "Yields", "Raises", "Example", "Examples")
SECTION = re.compile(rf"^({'|'.join(SECTIONS)}):$")
ENTRY = re.compile(r"^    (\S[^:]*): ", re.MULTILINE)
WIDEST = 100  # of a signature in one line


def reference() -> str:
    """All that `xlperf` exports: functions, classes, exceptions."""
    things = {name: getattr(xlperf, name) for name in xlperf.__all__}
    exceptions = {name: thing for name, thing in things.items() if inspect.isclass(thing) and issubclass(thing, Exception)}
    classes = {name: thing for name, thing in things.items() if inspect.isclass(thing) and name not in exceptions}
    functions = {name: thing for name, thing in things.items() if name not in exceptions and name not in classes}
    parts = (
        *(section(name, signature_of(name, function), function) for name, function in functions.items()),
        *(section(name, members_of(kind), kind) for name, kind in classes.items()),
        *(section(name, f"class {name}({kind.__base__.__name__})", kind) for name, kind in exceptions.items()),
    )
    return "\n\n".join(parts)


def section(name: str, code: str, thing: object) -> str:
    text = "\n".join(as_markdown(inspect.getdoc(thing) or ""))
    return f"### {name}\n\n```text\n{code}\n```\n\n{text}".rstrip()


# --- signatures ----------------------------------------------------------------------------------------------


def signature_of(name: str, function: Callable) -> str:
    """`validate(path: StrPath, *, form: str | None = None) -> Result`, on several lines where it is long."""
    signature = inspect.signature(function)
    parts, starred = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        parts.append(parameter_of(parameter))
    result = f" -> {signature.return_annotation}" if signature.return_annotation is not inspect.Signature.empty else ""
    line = f"{name}({', '.join(parts)}){result}"
    return line if len(line) <= WIDEST else f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){result}"


def parameter_of(parameter: inspect.Parameter) -> str:
    text = parameter.name
    if parameter.annotation is not parameter.empty:
        text += f": {parameter.annotation}"
    if parameter.default is not parameter.empty:
        text += f" = {literal(parameter.default)}"
    return text


def literal(value: object) -> str:
    """A default as it is written; `...` for what is no literal."""
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return "..."
    return repr(value)


def members_of(kind: type) -> str:
    """The fields of a class of data, or the names and values of an enumeration."""
    if hasattr(kind, "__members__"):
        members = [f"{name} = {int(value)}" for name, value in kind.__members__.items()]
    else:
        members = [parameter_of(parameter) for parameter in inspect.signature(kind).parameters.values()]
    return "\n".join([f"class {kind.__name__}", *(f"    {member}" for member in members)])


# --- docstrings ----------------------------------------------------------------------------------------------


def as_markdown(docstring: str) -> Iterator[str]:
    """A docstring in Google's style as Markdown: sections become lists, examples become blocks."""
    heading, body = None, []
    for line in [*docstring.splitlines(), "Args:"]:
        match = SECTION.match(line)
        if match:
            yield from told(heading, "\n".join(body).strip("\n"))
            heading, body = match[1], []
        else:
            body.append(line)


def told(heading: str | None, body: str) -> Iterator[str]:
    """One section of a docstring."""
    if not body:
        return
    if heading in (None, "Example", "Examples"):
        yield from with_examples(inspect.cleandoc(body) if heading else body)
    elif heading in ("Returns", "Yields"):
        yield from (f"{heading}: {' '.join(body.split())}", "")
    else:
        yield from (f"{heading}:", "")
        entries = ENTRY.split(body)[1:]
        for name, text in zip(entries[::2], entries[1::2], strict=True):
            yield f"- `{name}`: {' '.join(text.split())}"
        yield ""


def with_examples(text: str) -> Iterator[str]:
    """Paragraphs; what is indented or a dialogue with Python stands in a block."""
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.startswith(">>>"):
            yield from ("```pycon", paragraph, "```", "")
        elif paragraph.startswith("    "):
            yield from ("```text", inspect.cleandoc(paragraph), "```", "")
        else:
            yield from (paragraph, "")
