"""What can go wrong that is nobody's data: exit codes, and errors that carry their remedy.

Bad *data* is never an error, it is a finding. An error is a missing file, a broken form definition or a wrong
argument; its text names the place, the fact and the remedy, and its class owns the exit code.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import partial

REASONS = {
    errno.ENOENT: "no_such_file",
    errno.EISDIR: "is_a_folder",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.EROFS: "not_permitted",
    errno.ENOSPC: "disk_full",
    errno.EEXIST: "is_a_file",
    errno.ENOTDIR: "is_a_file",
    errno.EADDRINUSE: "address_in_use",
    errno.EADDRNOTAVAIL: "no_such_address",
}


NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class ExitCode(IntEnum):
    """What a command tells its caller.

    Example:
        >>> [(code.name, int(code)) for code in ExitCode][:4]
        [('OK', 0), ('ERRORS_FOUND', 1), ('USAGE', 2), ('UNREADABLE', 3)]
    """

    OK = 0  # warnings at most
    ERRORS_FOUND = 1  # in a workbook
    USAGE = 2  # a wrong argument, a missing file, a form that cannot be right
    UNREADABLE = 3  # a file is no workbook of ours
    BUG = 70  # an internal error
    INTERRUPTED = 130


class XlperfError(Exception):
    """The base of all our errors: a message key of the catalogue with its arguments, and an exit code.

    Example:
        >>> try:
        ...     load_document("nothing.json")
        ... except XlperfError as error:
        ...     error.key, error.arguments["path"], error.exit_code
        ('cannot_open', 'nothing.json', <ExitCode.USAGE: 2>)
    """

    exit_code = ExitCode.USAGE

    def __init__(self, key: str, **arguments: object) -> None:
        super().__init__(key, arguments)
        self.key = key
        self.arguments = arguments

    def __reduce__(self) -> tuple[Callable[[], XlperfError], tuple[()]]:
        """So that a worker process can raise it in the one that asked."""
        return partial(type(self), self.key, **self.arguments), ()

    def __str__(self) -> str:
        from xlperf.messages import sentence

        return sentence(self.key, self.arguments)


class UsageError(XlperfError):
    """A wrong argument, a missing file, or one that cannot be written: the person at the keyboard can fix it.

    Example:
        >>> try:
        ...     find_form("nothing")
        ... except UsageError as error:
        ...     error.key
        'no_such_form'
    """


class FormError(XlperfError):
    """A form definition that cannot be right: its author can fix it. It is never reported as bad data.

    The text names the file, the place in it and what is wrong.

    Example:
        >>> path = new_form("forms/wrong/2026")
        >>> _ = path.write_text("form: wrong", "utf-8")
        >>> try:
        ...     check_form(path.parent)
        ... except FormError as error:
        ...     error.key, error.arguments["path"] == path
        ('form_shape', True)
    """


class FormulaError(Exception):
    """A formula that does not parse or cannot be typed; `form` adds the file and the path and makes it a FormError."""


class UnreadableError(XlperfError):
    """A file in which there is no workbook of ours to read; it carries the code of the finding that says so.

    `validate`, `finalize` and `write_report` return it as a result with the status `unreadable`.

    Example:
        >>> try:
        ...     read_workbook("document.json")
        ... except UnreadableError as error:
        ...     error.code, error.exit_code
        ('XL101', <ExitCode.UNREADABLE: 3>)
    """

    exit_code = ExitCode.UNREADABLE

    @property
    def code(self) -> str:
        """The code of the finding: XL101 and so on."""
        return self.key

    def __str__(self) -> str:
        from xlperf.messages import fill, finding_texts, sentence

        texts = finding_texts(self.key) or {}
        message, found, fix = (fill(texts[part], self.arguments) for part in ("message", "found", "fix"))
        return sentence("unreadable_because", {"code": self.key, "message": message, "found": found, "fix": fix})


def is_disk_full(error: BaseException) -> bool:
    """Whether the system had no room for what was written: that is nobody's data and no fault of ours."""
    return isinstance(error, OSError) and error.errno in NO_SPACE


def tell_full_disk_once() -> None:
    """Keep Python from adding what files say that are thrown away on a full disk: their error was told already."""
    usual = sys.unraisablehook

    def hook(thrown: sys.UnraisableHookArgs) -> None:
        if thrown.exc_value is None or not is_disk_full(thrown.exc_value):
            usual(thrown)

    sys.unraisablehook = hook


def reason_of(error: Exception) -> str:
    """Why the system refused a file: in the language of the messages where we have the words, else in the system's."""
    from xlperf.messages import sentence

    number = getattr(error, "errno", None)
    return sentence(REASONS[number], {}) if number in REASONS else getattr(error, "strerror", None) or str(error)
