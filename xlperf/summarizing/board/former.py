"""What former years give reason to ask a unit, as notices of a round say it; `over_years` finds it.

former = read_former_years(["collection-2021", "collection-2022"])      # of `over_years`, which knows how
reasons_of(former, outcomes, counting, naming=naming, year=2023)        # {"a/first.xlsx": ["Visits: target of 2023 80, …"]}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlperf.distributing.naming import Naming
from xlperf.summarizing.outcome import Outcome

Reasons = Mapping[str, Sequence[str]]  # by the path of a submission, in sentences
NO_REASONS: Reasons = {}


@dataclass(frozen=True, kw_only=True)
class FormerYears:
    """The former years of the units of a round, as `collect` takes them.

    Example:
        >>> from xlperf import FormerYears
        >>> FormerYears(digest="", reasons=lambda outcomes, counting, naming, year: {}).digest
        ''
    """

    digest: str  # of all that was read: other figures give other notices
    reasons: Callable[[Iterable[Outcome], Collection[str], Naming, int | None], Reasons]  # see `reasons_of`


def reasons_of(
    former: FormerYears | None,
    outcomes: Iterable[Outcome],
    counting: Collection[str],
    *,
    naming: Naming,
    year: int | None,
) -> Reasons:
    """What there is reason to ask of each submission that counts.

    Args:
        former: the former years, None where none were given.
        outcomes: all of the round, with their documents.
        counting: the paths of those that count.
        naming: how units are recognized.
        year: the fiscal year of the round; None: the latest that came in.
    """
    return former.reasons(outcomes, counting, naming, year) if former else NO_REASONS
