"""How a unit is recognized, wherever one is looked for: by its name, of namesakes by name and code, else by its code alone.

    >>> from typing import NamedTuple
    >>> class Office(NamedTuple):
    ...     name: str
    ...     code: str
    >>> offices = [Office("101001-Office", ""), Office("Office", "102001"), Office("City Bureau of Works", "103")]
    >>> naming = make_naming(("City",), offices)
    >>> places = places_of(offices, naming)
    >>> [places.of(*who) for who in (("office", "101001"), ("102001-Office", ""), ("bureau of works", None), ("Works", "103"))]
    [0, 1, 2, 2]
    >>> places.of("office", None) is None
    True

A name is compared without spaces, punctuation, full-width forms and the words that may be left out before it. The code of a unit
is what its own field says, else what is written before its name. Of namesakes none is found by the name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from xlperf.text import code_of, leading_code, unit_key


class Named(Protocol):
    """Whatever has the name and the code of a unit: a unit of a roster, a row of the board."""

    @property
    def name(self) -> str: ...

    @property
    def code(self) -> str: ...


class Naming(NamedTuple):
    """How units are recognized: words that may be left out before a name, and names that several units have."""

    prefixes: tuple[str, ...] = ()
    namesakes: frozenset[str] = frozenset()

    def key(self, name: str | None, code: str | None) -> str:
        """The key of a unit of that name and code, "" without a name."""
        key = unit_key(name, self.prefixes)
        return f"{key}#{found}" if key in self.namesakes and (found := code_of(name, code)) else key


PLAIN = Naming()  # by name alone, without words to leave out


def make_naming(prefixes: Iterable[str], units: Iterable[Named] | None, written: Iterable[str | None] = ()) -> Naming:
    """Return how those units are recognized; without any by name alone.

    Args:
        prefixes: the words that may be left out before a name.
        units: those of the roster, None where there is none.
        written: the names as they were filled in; without a roster, those before which several codes stand are of several units.
    """
    words = tuple(prefixes)
    codes: dict[str, set[str]] = {}
    for unit in units or ():
        codes.setdefault(unit_key(unit.name, words), set()).add(code_of(unit.name, unit.code))
    for name in written if units is None else ():
        if code := leading_code(name):
            codes.setdefault(unit_key(name, words), set()).add(code)
    return Naming(words, frozenset(key for key, listed in codes.items() if len(listed) > 1))


class Places(NamedTuple):
    """Where units stand in a list, by the keys of their names and by their codes."""

    naming: Naming = PLAIN
    names: Mapping[str, int] = {}
    codes: Mapping[str, int] = {}

    def of(self, name: str | None, code: str | None) -> int | None:
        """The place of a unit from 0: by name first, else by code; None if it is not in the list."""
        found = self.names.get(self.naming.key(name, code))
        for each in (code_of(name, code), leading_code(name)) if found is None else ():
            found = self.codes.get(each) if found is None else found
        return found


def places_of(units: Iterable[Named], naming: Naming) -> Places:
    """Return where those units stand; of several with one key or one code the first counts."""
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    for place, unit in enumerate(units):
        names.setdefault(naming.key(unit.name, unit.code), place)
        codes.setdefault(code_of(unit.name, unit.code), place)
    names.pop("", None)
    codes.pop("", None)
    return Places(naming, names, codes)
