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
is what its own field says, else what is written with its name: what is surely a code wherever it stands, and any number that the
list has as the code of just that name. Of namesakes none is found by the name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from xlperf.text import Coded, code_in, code_of, perhaps_coded, unit_key


class Named(Protocol):
    """Whatever has the name and the code of a unit: a unit of a roster, a row of the board."""

    @property
    def name(self) -> str: ...

    @property
    def code(self) -> str: ...


class Naming(NamedTuple):
    """How units are recognized: words that may be left out before a name, names that several units have, codes of a list."""

    prefixes: tuple[str, ...] = ()
    namesakes: frozenset[str] = frozenset()
    listed: Mapping[str, str] = {}  # by code, the name of the unit of a list, as it is compared

    def key(self, name: str | None, code: str | None) -> str:
        """The key of a unit of that name and code, "" without a name."""
        key = self.name_key(name)
        return f"{key}#{found}" if key in self.namesakes and (found := self.code_of(name, code)) else key

    def name_key(self, name: str | None) -> str:
        """The name as it is compared, "" without one."""
        found = self._of_list(name)
        return unit_key(found.name if found else name, self.prefixes)

    def code_of(self, name: str | None, code: str | None) -> str:
        """The code of a unit: that of its own field, else the one that is written with its name; "" where there is none."""
        if (code or "").strip() or not (found := self._of_list(name)):
            return code_of(name, code)
        return found.code

    def _of_list(self, name: str | None) -> Coded | None:
        """Name and code, where a unit of the list has both: then the number is no part of the name."""
        ways = perhaps_coded(name) if name and self.listed else ()
        return next((way for way in ways if self.listed.get(way.code) == unit_key(way.name, self.prefixes)), None)


PLAIN = Naming()  # by name alone, without words to leave out


def make_naming(prefixes: Iterable[str], units: Iterable[Named] | None, written: Iterable[str | None] = ()) -> Naming:
    """Return how those units are recognized; without any by name alone.

    Args:
        prefixes: the words that may be left out before a name.
        units: those of the roster, None where there is none.
        written: the names as they were filled in; without a roster, one with which several codes are written is of several units.
    """
    words, of_list = tuple(prefixes), list(units or ())
    naming = Naming(words, listed=codes_of_list(words, of_list))
    codes: dict[str, set[str]] = {}
    for unit in of_list:
        codes.setdefault(naming.name_key(unit.name), set()).add(naming.code_of(unit.name, unit.code))
    for name in written if units is None else ():
        if code := code_in(name):
            codes.setdefault(unit_key(name, words), set()).add(code)
    return naming._replace(namesakes=frozenset(key for key, found in codes.items() if len(found) > 1))


def codes_of_list(prefixes: tuple[str, ...], units: Iterable[Named]) -> dict[str, str]:
    """By the code of each unit of a list its name as it is compared, without the code if the list has that with the name too."""
    found: dict[str, str] = {}
    for unit in units:
        if code := code_of(unit.name, unit.code):
            name = next((way.name for way in perhaps_coded(unit.name) if way.code == code), unit.name)
            found.setdefault(code, unit_key(name, prefixes))
    return found


class Places(NamedTuple):
    """Where units stand in a list, by the keys of their names and by their codes."""

    naming: Naming = PLAIN
    names: Mapping[str, int] = {}
    codes: Mapping[str, int] = {}

    def of(self, name: str | None, code: str | None) -> int | None:
        """The place of a unit from 0: by name first, else by code; None if it is not in the list."""
        found = self.names.get(self.naming.key(name, code))
        for each in (self.naming.code_of(name, code), code_in(name)) if found is None else ():
            found = self.codes.get(each) if found is None else found
        return found


def places_of(units: Iterable[Named], naming: Naming) -> Places:
    """Return where those units stand; of several with one key or one code the first counts."""
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    for place, unit in enumerate(units):
        names.setdefault(naming.key(unit.name, unit.code), place)
        codes.setdefault(naming.code_of(unit.name, unit.code), place)
    names.pop("", None)
    codes.pop("", None)
    return Places(naming, names, codes)
