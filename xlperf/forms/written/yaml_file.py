"""form.yaml as a file: read, and the line that a complaint is about.

    definition, digest = read_definition(Path("templates/my-form/2022/form.yaml"))
    located(error)  # "form.yaml:12: rules[3].cells: there is no 'raeson'; did you mean 'reason'?"

Lines are looked up in the text only once something is wrong.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.forms.definition import quoted
from xlperf.forms.model import CONDITIONS
from xlperf.forms.written.yaml_faults import Fault, encoding_fault, fault_in
from xlperf.messages import sentence

if TYPE_CHECKING:
    from yaml import SafeLoader as FastLoader
else:
    FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one written in C, where there is one

PATH_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
CIRCLE = re.compile(r"^[^:]*: ([\w.]+) \u2192 ")
MOST_NODES = 200_000  # keys and values of a form; the largest of ours has some 6,000
LONGEST_NUMBER = 40  # characters; 15 digits count
BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# --- the file ------------------------------------------------------------------------------------------------


class _Refusal(yaml.MarkedYAMLError):
    """What we refuse of what YAML allows: the sentence of that key, without its `yaml_`."""

    def __init__(self, key: str, mark: yaml.Mark, **facts: object) -> None:
        super().__init__(problem_mark=mark)
        self.fault = Fault(int(mark.line) + 1, sentence(f"yaml_{key}", facts))


class _Loader(FastLoader):
    """YAML in which every key is a text and stands once; of two equal keys YAML itself silently takes the last.

    12:30 is a text: as YAML 1.1 has it, it would be a number to the base 60, which a long one takes minutes to become.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, _ in node.value:
                if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                    raise _Refusal("key", key.start_mark)
                if key.value in seen:
                    raise _Refusal("twice", key.start_mark, found=quoted(key.value))
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> object:
        """A number of digits; anything with a colon in it as it is written."""
        if ":" in node.value:
            return node.value
        if len(node.value) > LONGEST_NUMBER:
            raise _Refusal("number", node.start_mark, count=len(node.value), most=LONGEST_NUMBER)
        of_type = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        try:
            return of_type(node)
        except ValueError:  # 0b
            return node.value

    def construct_date(self, node: yaml.ScalarNode) -> object:
        """A date that is one: 2023-02-31 is none."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            raise _Refusal("date", node.start_mark, found=quoted(node.value)) from None


for kind, construct in {
    "int": _Loader.construct_number,
    "float": _Loader.construct_number,
    "timestamp": _Loader.construct_date,
}.items():
    _Loader.add_constructor(f"tag:yaml.org,2002:{kind}", construct)


def read_definition(path: Path) -> tuple[Any, str]:
    """Return what a form.yaml says, of whatever shape, and the SHA-256 of the file.

    Raises:
        UsageError: it cannot be opened.
        FormError: it is not YAML, or too large once every alias is written out.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    text = ""
    try:
        text = _text_of(content)
        return parsed(text), hashlib.sha256(content).hexdigest()
    except UnicodeDecodeError as error:
        fault = Fault(1 + content[: error.start].count(b"\n"), encoding_fault(content))
    except _Refusal as error:
        fault = error.fault
    except yaml.YAMLError as error:
        fault = fault_in(error, text)
    except (ValueError, RecursionError) as error:
        fault = Fault(None, sentence("yaml_deep" if isinstance(error, RecursionError) else "yaml_other", {}))
    reason = fault.reason if fault.line is None else sentence("yaml_at", fault._asdict())
    raise FormError("form_syntax", path=path, reason=reason, line=fault.line) from None


def read_part(path: Path, name: str) -> Any:
    """What one part of a form.yaml says that is known to be right and in which no part refers to another; None without it."""
    text = _text_of(path.read_bytes())
    found = re.search(rf"^{name}:.*?(?=^[^\s#]|\Z)", text, re.DOTALL | re.MULTILINE)
    return parsed(found[0])[name] if found else None


def _text_of(content: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 as its mark says; a mark is no part of it.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    return content.decode("utf-16" if content.startswith(BOMS) else "utf-8-sig")


def parsed(content: str) -> Any:
    """What a text in YAML says.

    Raises:
        YAMLError, ValueError, RecursionError: it is none, or a few aliases of aliases would make gigabytes of it.
    """
    loader = _Loader(content)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _written_out(node, {}) > MOST_NODES:
            raise _Refusal("nodes", node.start_mark, most=MOST_NODES)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _written_out(node: yaml.Node, counted: dict[int, int]) -> int:
    """How many values there are below a node with every alias written out; a node that is within itself has no end."""
    if id(node) not in counted:
        counted[id(node)] = MOST_NODES + 1  # until it is counted
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        below = [part for pair in pairs for part in pair] or (node.value if isinstance(node, yaml.SequenceNode) else ())
        counted[id(node)] = min(MOST_NODES + 1, 1 + sum(_written_out(part, counted) for part in below))
    return counted[id(node)]


# --- the line ------------------------------------------------------------------------------------------------


def located(error: FormError) -> str:
    """The sentence of the error, after file and line."""
    path = error.arguments["path"]
    assert isinstance(path, Path)
    line = error.arguments.get("line") or line_of(path.read_text("utf-8", "replace"), str(error.arguments.get("reason", "")))
    return sentence("at_line", {"path": path, "line": line, "text": error}) if line else str(error)


def line_of(text: str, reason: str) -> int | None:
    """The line of a form.yaml that the reason of a complaint is about, None where it names no place."""
    try:
        root = yaml.compose(text, FastLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if root is None:
        return None
    circle = CIRCLE.search(reason)
    place = circle[1] if circle else reason.partition(": ")[0]
    return _line_of_path(root, place) or _line_of_formula(root, place.split("."), reason)


def _line_of_path(root: yaml.Node, place: str) -> int | None:
    """The line of the deepest part of a path that exists; None if not even its first does."""
    node, line = root, None
    for number, name in PATH_PART.findall(place):
        found = _child(node, int(number) if number else name)
        if found is None:
            break
        head, node = found
        line = _line(head)
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """A part of a node with what stands first of it: its key in a mapping, itself in a list."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == step), None)


def _line_of_formula(root: yaml.Node, parts: Sequence[str], reason: str) -> int | None:
    """The line of a formula or condition named by block, row and field, or by rule; rather one whose text is quoted."""
    found = [node for mapping in _mappings(root) for node in _named(mapping, parts)]
    quoted = [node for node in found if node.value and str(node.value) in reason]
    best = next(iter(quoted or found), None)
    return _line(best) if best else None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _named(mapping: yaml.MappingNode, parts: Sequence[str]) -> Iterator[yaml.Node]:
    """Yield the formulas and conditions of a mapping that has the name of the field, row or rule."""
    values = {key.value: value for key, value in mapping.value if isinstance(key.value, str)}
    name = getattr(values.get("key") or values.get("code"), "value", None)
    if name is None:
        return
    *owners, last = parts
    if name in owners and isinstance(values.get("formulas"), yaml.MappingNode):
        yield from (value for key, value in values["formulas"].value if key.value == last)
    if name == last and "formula" in values:
        yield values["formula"]
    if owners and name == owners[-1] and last in (*CONDITIONS, "test") and last in values:
        yield values[last]
    elif owners and name == owners[-1] and last == "test" and "use" in values:  # the test is that of a ready check
        yield values["use"]
    elif name == last and "code" in values:  # a rule in one kind of row
        yield from (values[part] for part in ("test", "use") if part in values)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for below in child if isinstance(child, tuple) else (child,):
            yield from _mappings(below)
