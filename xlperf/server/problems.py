"""What the server refuses, as RFC 9457 has it: a status, and a sentence that says what was expected and what to do.

>>> told = problem("too_large", most=20)
>>> told["status"], told["code"]
(413, 'too_large')
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypedDict

from xlperf.errors import XlperfError
from xlperf.messages import catalogue, current_language, fill

PROBLEM_JSON = "application/problem+json"
STATUS: Mapping[str, HTTPStatus] = {
    "wrong_host": HTTPStatus.MISDIRECTED_REQUEST,
    "not_from_proxy": HTTPStatus.FORBIDDEN,
    "foreign_origin": HTTPStatus.FORBIDDEN,
    "no_own_header": HTTPStatus.FORBIDDEN,
    "no_token": HTTPStatus.UNAUTHORIZED,
    "no_role": HTTPStatus.FORBIDDEN,
    "no_unit_of_user": HTTPStatus.FORBIDDEN,
    "not_yours": HTTPStatus.FORBIDDEN,
    "old_form": HTTPStatus.FORBIDDEN,
    "no_file_chosen": HTTPStatus.BAD_REQUEST,
    "no_kind": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "other_unit": HTTPStatus.CONFLICT,
    "no_inbox": HTTPStatus.CONFLICT,
    "no_log": HTTPStatus.SERVICE_UNAVAILABLE,
    "no_such_place": HTTPStatus.NOT_FOUND,
    "no_such_job": HTTPStatus.NOT_FOUND,
    "wrong_method": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_raw": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "bad_year": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "unreadable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unreadable_upload": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not_final": HTTPStatus.UNPROCESSABLE_ENTITY,
    "queue_full": HTTPStatus.SERVICE_UNAVAILABLE,
    "no_worker": HTTPStatus.SERVICE_UNAVAILABLE,
    "no_room": HTTPStatus.INSUFFICIENT_STORAGE,
    "fault": HTTPStatus.INTERNAL_SERVER_ERROR,
}
OF_ERRORS: Mapping[str, HTTPStatus] = {"no_such_form": HTTPStatus.NOT_FOUND, "no_such_revision": HTTPStatus.NOT_FOUND}


class Problem(TypedDict):
    """The body of an answer that refuses."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class Refused(Exception):
    """A request that is refused, with the key of the problem."""

    def __init__(self, key: str, **arguments: object) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments


def problem(key: str, language: str | None = None, **arguments: object) -> Problem:
    """The body of an answer that refuses."""
    detail = fill(catalogue(language or current_language())["server"][key], arguments)
    return _body(key, STATUS[key], detail)


def problem_of(error: XlperfError) -> Problem:
    """The same of what a command would say."""
    return _body(error.key, OF_ERRORS.get(error.key, HTTPStatus.BAD_REQUEST), str(error))


def _body(code: str, status: HTTPStatus, detail: str) -> Problem:
    return {"type": "about:blank", "title": status.phrase, "status": int(status), "code": code, "detail": detail}
