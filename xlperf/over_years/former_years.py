"""The former years of the units of a round: what they give reason to ask goes into the notices of the round.

    former = read_former_years(["collection-2021", "collection-2022"])
    collect(["received"], output="OUT", former=former)

The flags are those of `xlperf history` in the year of the round, with the figures that were handed in now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from xlperf.distributing.naming import Naming
from xlperf.files import StrPath
from xlperf.forms.document import rows_of
from xlperf.forms.loader import form_for
from xlperf.messages import sentence
from xlperf.over_years.flags import Flag
from xlperf.over_years.papers import Filed, Papers, filed_of, read_papers
from xlperf.over_years.units import gather
from xlperf.summarizing.board.former import FormerYears, Reasons
from xlperf.summarizing.gist import form_of
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.survey import installed_prefixes


def read_former_years(collections: Sequence[StrPath], *, templates: StrPath | None = None) -> FormerYears:
    """Return what the units of a round reported in former years, for `collect` to hold their submissions against.

    Args:
        collections: the folders of collections of former years.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: a folder holds no papers, or its database does not answer.
        FormError: one of the forms is wrong.

    Example:
        >>> from pathlib import Path
        >>> Path("final-2021").mkdir()
        >>> _ = Path("final-2021/unit.json").write_text(Path("document.json").read_text("utf-8"), "utf-8")
        >>> former = read_former_years(["final-2021"])
        >>> len(former.digest)
        64
    """
    own = Path(templates) if templates else None
    naming = Naming(installed_prefixes(own))
    papers = read_papers([Path(folder) for folder in collections], naming=naming, templates=own)
    told = "\n".join(sorted(_as_text(paper) for paper in papers.filed))
    return FormerYears(digest=hashlib.sha256(told.encode()).hexdigest(), reasons=partial(_reasons, papers.filed, own))


def _as_text(paper: Filed) -> str:
    """All that is known of a paper."""
    facts = (paper.form.key, paper.form.digest, paper.year, paper.unit, paper.code, paper.supervisor, paper.subject)
    return repr((*facts, sorted(paper.figures.items()), paper.indicators))


def _reasons(
    former: Sequence[Filed],
    templates: Path | None,
    outcomes: Iterable[Outcome],
    counting: Collection[str],
    naming: Naming,
    year: int | None,
) -> Reasons:
    """The flags of the submissions of that year, in sentences; see `reasons_of`."""
    now = [paper for outcome in outcomes if outcome.path in counting and (paper := _paper(outcome, templates))]
    latest = year or max((paper.year for paper in now), default=0)
    filed = [*(paper for paper in now if paper.year == latest), *(paper for paper in former if paper.year < latest)]
    history = gather(Papers(filed=tuple(filed), remarks=()), naming=naming)
    return {
        unit.papers[latest].path: list(_sentences(unit.flags))
        for unit in history.units
        if latest in unit.papers and len(unit.papers) > 1 and unit.flags
    }


def _paper(outcome: Outcome, templates: Path | None) -> Filed | None:
    form = form_of(outcome, templates)
    if form is None or not outcome.document:
        return None
    form = form_for(form, outcome.document)
    return filed_of(outcome.path, form, rows_of(form, outcome.document)[0])


def _sentences(flags: Iterable[Flag]) -> Iterator[str]:
    return (sentence("flag_in_notice", {"indicator": flag.indicator, "reason": flag.reason}) for flag in flags)
