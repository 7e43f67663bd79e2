"""The papers of several years as units: each with its papers by year, its series and its flags.

    history = gather(papers, naming=naming)
    history.years, history.units[0].papers[2022], history.units[0].series, history.units[0].flags

A unit is known again by its code, else by its name; a unit that files several papers of one form is several entries, one for
each subject. The name and the supervising department are those of its latest paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlperf.distributing.history_file import KINDS
from xlperf.distributing.naming import Naming
from xlperf.forms.form import Form
from xlperf.messages import sentence
from xlperf.over_years.flags import Flag, flags_among_likes, flags_of_figure, flags_of_series
from xlperf.over_years.papers import Filed, Papers, Reported
from xlperf.over_years.series import Series, follow
from xlperf.text import code_of, letters_of


@dataclass(frozen=True, kw_only=True)
class UnitOverYears:
    """One unit (one of its subjects) over the years."""

    papers: Mapping[int, Filed]  # by year, the earliest first
    series: tuple[Series, ...]
    flags: tuple[Flag, ...]

    @property
    def latest(self) -> Filed:
        return self.papers[max(self.papers)]


@dataclass(frozen=True, kw_only=True)
class History:
    """All units over the years, by form and then in the order of their names."""

    years: tuple[int, ...]
    forms: tuple[Form, ...]  # each in its newest revision
    units: tuple[UnitOverYears, ...]
    remarks: tuple[str, ...]  # what was skipped, in words

    def of(self, form: Form) -> tuple[UnitOverYears, ...]:
        """The units that file that form."""
        return tuple(unit for unit in self.units if unit.latest.form.key == form.key)


Owner = tuple[str, int, str]  # form, number of the unit, subject


def gather(papers: Papers, *, naming: Naming) -> History:
    """Return the papers by unit, with what they give reason to ask."""
    years = tuple(sorted({paper.year for paper in papers.filed}))
    remarks = list(papers.remarks)
    by_owner: dict[Owner, dict[int, Filed]] = defaultdict(dict)
    for owner, paper in _owned(papers.filed, naming):
        if by_owner[owner].setdefault(paper.year, paper) is not paper:
            remarks.append(sentence("years_twice", {"unit": paper.unit, "year": paper.year, "path": paper.path}))
    forms = {paper.form.key: paper.form for paper in sorted(papers.filed, key=lambda paper: paper.form.first_year)}
    entries = [dict(sorted(filed.items())) for filed in by_owner.values()]
    entries.sort(key=lambda filed: (list(forms).index(_last(filed).form.key), _last(filed).unit, _last(filed).subject))
    followed = [_followed(filed, forms) for filed in entries]
    apart = _apart(entries, forms, year=years[-1]) if years else {}
    units = tuple(
        UnitOverYears(
            papers=filed,
            series=series,
            flags=_in_order((*_own_flags(filed, series, forms, year=years[-1]), *apart.get(number, ()))),
        )
        for number, (filed, series) in enumerate(zip(entries, followed, strict=True))
    )
    return History(years=years, forms=tuple(forms.values()), units=units, remarks=tuple(remarks))


def _owned(filed: Sequence[Filed], naming: Naming) -> Iterator[tuple[Owner, Filed]]:
    """Yield every paper with its owner, the papers of later years first: names change, codes stay."""
    codes: dict[str, int] = {}
    names: dict[str, int] = {}
    coded: dict[tuple[int, int], str] = {}  # the code of a unit in a year
    for paper in sorted(filed, key=lambda paper: -paper.year):
        name, code = naming.key(paper.unit, paper.code), code_of(paper.unit, paper.code)
        number = codes.get(code) if code else None
        if number is None:
            number = names.get(name)
            if number is not None and code and coded.get((number, paper.year), code) != code:
                number = None  # two units of one name in one year
        if number is None:
            number = len(codes) + len(names)
        names.setdefault(name, number)
        if code:
            codes.setdefault(code, number)
            coded[number, paper.year] = code
        yield (paper.form.key, number, letters_of(paper.subject)), paper


def _last(filed: Mapping[int, Filed]) -> Filed:
    return filed[max(filed)]


def _followed(filed: Mapping[int, Filed], forms: Mapping[str, Form]) -> tuple[Series, ...]:
    alike = forms[_last(filed).form.key].summary.over_years.alike
    return tuple(follow({year: paper.indicators for year, paper in filed.items()}, alike=alike))


def _own_flags(filed: Mapping[int, Filed], series: Iterable[Series], forms: Mapping[str, Form], *, year: int) -> Iterator[Flag]:
    """Yield what the figures of a unit give reason to ask by themselves."""
    summary = forms[_last(filed).form.key].summary
    for one in series:
        yield from flags_of_series(one, year=year, bounds=summary.over_years)
    figure = next((figure for figure in summary.figures if figure.key == summary.ranked_by), None)
    if figure is not None:
        values = {y: paper.figures.get(figure.key) for y, paper in filed.items()}
        yield from flags_of_figure(values, label=figure.label, year=year, bounds=summary.over_years)


def _apart(entries: list[dict[int, Filed]], forms: Mapping[str, Form], *, year: int) -> dict[int, list[Flag]]:
    """The targets that are far off those of like units, by the number of the entry."""
    likes: dict[tuple[str, str], list[tuple[int, Reported]]] = defaultdict(list)
    for number, filed in enumerate(entries):
        if (paper := filed.get(year)) and paper.supervisor:
            key = paper.form.key, letters_of(paper.supervisor)
            likes[key] += ((number, reported) for reported in paper.indicators)
    found: dict[int, list[Flag]] = defaultdict(list)
    for (form, _), reported in likes.items():
        for number, flag in flags_among_likes(reported, year=year, bounds=forms[form].summary.over_years):
            found[number].append(flag)
    return found


def _in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(flags, key=lambda flag: (KINDS.index(flag.kind), flag.indicator)))
