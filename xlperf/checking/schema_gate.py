"""What of a document a fast validator doubts, so that jsonschema need not look at the rest.

    left = doubted(form, document)
    left is None                       # nothing is wrong with it
    left.document, left.path(("goals", 0, "actual"))      # its wrong rows alone; where such a path leads in the document

jsonschema remains the judge and words every error; the fast validator only says where there is none. It need not be there
(the extra `fast`): without it everything is doubted. What it cannot take, a number that is none or half a character, is too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.schema import Schema, build_schema

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

Path = tuple[str | int, ...]


class Doubted(NamedTuple):
    """A document without the items of its lists in which nothing is wrong."""

    document: Mapping[str, Any]
    numbers: Mapping[Path, Sequence[int]]  # by the path of a list: which of its items were kept

    def path(self, path: Path) -> Path:
        """Where that path leads in the whole document."""
        for at, number in enumerate(path):
            if isinstance(number, int) and (kept := self.numbers.get(path[:at])):
                return (*path[:at], kept[number], *path[at + 1 :])
        return path


def doubted(form: Form, document: Mapping[str, Any]) -> Doubted | None:
    """What of a document jsonschema has to look at; None where that is nothing."""
    gate = _gate(form)
    if gate is None:
        return Doubted(document, {})
    try:
        if gate.is_valid(document):
            return None
        paths = [tuple(error.instance_path) for error in gate.iter_errors(document)]
    except (TypeError, ValueError, OverflowError):
        return Doubted(document, {})
    left, numbers = dict(document), dict[Path, Sequence[int]]()
    for home in {tuple(block.path) for block in form.blocks.values() if block.shape == "list" and not block.copy}:
        wrong = {path[len(home)] for path in paths if path[: len(home)] == home and len(path) > len(home)}
        numbers[home] = sorted(number for number in wrong if isinstance(number, int))
        _keep_items(left, home, numbers[home])
    return Doubted(left, numbers)


@lru_cache(maxsize=16)
def _gate(form: Form) -> Draft202012Validator | None:
    """The schema of a form in the fast validator, None where there is none."""
    try:
        return _fast(build_schema(form))
    except ImportError:
        return None


def _fast(schema: Schema) -> Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats={"date": _is_date})


def _is_date(text: str) -> bool:
    """Whether a date is one that Python knows; to others there is a year 0."""
    try:
        return len(text) == len(date.fromisoformat(text).isoformat())
    except ValueError:
        return False


def _keep_items(document: dict[str, Any], home: Path, numbers: Sequence[int]) -> None:
    """Leave those items alone in the list at that path, if there is one; what the document shares with another stays as it is."""
    part: Any = document
    *above, last = home
    for key in above:
        if not isinstance(part.get(key), dict):
            return
        part[key] = part = dict(part[key])
    if isinstance(items := part.get(last), list):
        part[last] = [items[number] for number in numbers]
