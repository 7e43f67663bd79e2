"""Who comes to the pages of a round, and what is asked of a worker; contents lie in files.

    Ask("unit", served, Visitor("li", FINANCE), unit="3f9a0c7d12ab")

The web process imports this module and the routes only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlperf.workers.process import Limits

if TYPE_CHECKING:
    from xlperf.forms.model import Unexplained

FINANCE, UNIT = "finance", "unit"
ROLES = (FINANCE, UNIT)


class Visitor(NamedTuple):
    """Who comes: the bureau sees all units, a unit sees itself."""

    user: str  # as the proxy names it; "" for who has the token of this PC
    role: str  # one of ROLES
    unit: str = ""  # code or name, of a unit

    @property
    def is_unit(self) -> bool:
        return self.role == UNIT


class ServedRound(NamedTuple):
    """One round as it is served: what its file says, as far as the pages need it."""

    directory: Path  # of the collection
    log: Path  # of actions
    inbox: Path | None  # the folder into which uploads go; None: there is none
    roster: Path | None = None
    database: str | None = None
    templates: Path | None = None
    form: str | None = None
    year: int | None = None
    unexplained: Unexplained | None = None
    reports: tuple[str, ...] = ()
    title: str = ""
    office: str = ""
    deadline: str = ""  # ISO


class Ask(NamedTuple):
    """One question about a round."""

    verb: str
    served: ServedRound
    visitor: Visitor
    unit: str = ""  # the key of a unit, see `standing.key_of`
    name: str = ""  # of a file: its folder and its name
    version: str = ""  # the key of a file that was received
    sheet: int | None = None  # from 0
    state: str = ""  # of units, that alone are wanted
    since: str = ""  # ISO time
    form_token: str = ""  # what a form of ours holds
    boundary: str = ""  # of the upload
    limits: Limits = Limits()
