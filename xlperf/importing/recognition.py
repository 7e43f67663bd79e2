"""Which form a report is, and of which fiscal year, and what on its pages says so.

recognised = recognise(page, form=None, year=None, templates=None)     # the form most of whose labels stand on the page
recognised.form, recognised.title, recognised.labels                   # and its title, the number of its labels that were found
year_on_page(labels_of(recognised.form), page)                         # SaidYear(2022, …), None where the report does not say it
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.importing.labels import LONGEST, Labels, labels_of
from xlperf.importing.papers.page import Grid, Line, Page, Passage
from xlperf.messages import listing
from xlperf.text import letters_of

LEAST = 3  # labels by which a form is recognised
FIRST = 40  # texts among which year and title stand
FIRST_LINES = 5  # among which another title stands
SHORTEST_TITLE = 6  # letters


class Recognised(NamedTuple):
    """A form, and what on the page speaks for it."""

    form: Form
    title: Passage | None  # where its title stands
    labels: int  # how many different labels of it stand there


class SaidYear(NamedTuple):
    """The fiscal year that a report says it is of, and where it does."""

    year: int
    passage: Passage


def recognise(page: Page, *, form: str | None, year: int | None, templates: StrPath | None) -> Recognised:
    """Return the form that a report is, of the revision that serves its year: the one most of whose labels it has.

    Args:
        form: its key, where somebody knows better.
        year: the fiscal year, where somebody knows better.

    Raises:
        UnreadableError: it has the labels of none, or none of the form that was asked for (XL443).
    """
    if form is None:
        key = _most_like(page, templates)
    else:
        key, asked = form, load_form(find_form(form, templates=templates))
        if not _score(labels_of(asked), page):
            raise UnreadableError("XL443", known=asked.title)
    said = year_on_page(labels_of(load_form(find_form(key, templates=templates))), page)
    found = load_form(find_form(key, year=year or (said.year if said else None), templates=templates))
    return Recognised(found, _title_on_page(labels_of(found), page), _score(labels_of(found), page))


def year_on_page(labels: Labels, page: Page) -> SaidYear | None:
    """The fiscal year that a report says it is of: the year line, else the first words like it above the first label."""
    passages = _first_passages(page)
    above = takewhile(lambda passage: labels.split(passage.text) is None, passages)
    lines = ((labels.only_year.fullmatch(letters_of(passage.text)), passage) for passage in passages)
    words = ((labels.year_line.search(letters_of(passage.text)), passage) for passage in above)
    found = next(((match, passage) for match, passage in (*lines, *words) if match), None)
    return SaidYear(int(next(filter(None, found[0].groups()))), found[1]) if found else None


def _title_on_page(labels: Labels, page: Page) -> Passage | None:
    """Where the title of a form stands on a page: the whole, another name of it, or its end alone, with the year or without."""
    titles = [letters_of(title) for title in (labels.form.title, *labels.aliases.get(labels.form.title, ()))]

    def is_title(passage: Passage) -> bool:
        text = letters_of(passage.text)
        short = labels.year_line.sub("", text)
        is_end = len(short) >= SHORTEST_TITLE and any(title.endswith(short) for title in titles)
        return is_end or any(title in text for title in titles)

    return next(filter(is_title, _first_passages(page)), None)


def _first_passages(page: Page) -> list[Passage]:
    """The short texts among which year and title stand."""
    return [passage for passage in _passages(page) if 0 < len(passage.text.strip()) <= LONGEST][:FIRST]


def _most_like(page: Page, templates: StrPath | None) -> str:
    """The key of the form most of whose labels stand on a page."""
    forms = [load_form(folder) for folder in form_directories(templates)]
    scores = [(_score(labels_of(form), page) if _may_be(labels_of(form), page) else 0, form.key) for form in forms]
    best, key = max(scores, default=(0, ""), key=lambda scored: scored[0])
    if best < LEAST:
        raise UnreadableError("XL443", known=listing(dict.fromkeys(form.title for form in forms)))
    return key


def _may_be(labels: Labels, page: Page) -> bool:
    """Whether a page bears the title of the form, or no title at all, or under another one the headings of its sections."""
    texts = [letters_of(passage.text) for passage in _first_passages(page)]
    own = [letters_of(title) for title in (labels.form.title, *labels.aliases.get(labels.form.title, ()))]
    if any(title in text or (len(text) >= SHORTEST_TITLE and text in title) for text in texts for title in own):
        return True
    lines = [item.words for item in page.items if isinstance(item, Line)]
    above = [*lines[:FIRST_LINES], *texts[:1]]
    has_other = any(letters_of(line).endswith(labels.naming.words.titles) for line in above if len(line) <= LONGEST)
    headings = {
        labels.headings[name] for line in lines if len(line) <= LONGEST for name in labels.names(line) & labels.headings.keys()
    }
    return not has_other or len(headings) >= LEAST


def _score(labels: Labels, page: Page) -> int:
    """How many different labels of a form stand on a page."""
    columns = (name for table in labels.columns.values() for name in table)
    ours = {*labels.singles, *labels.headings, *labels.printed, *columns}
    texts = (passage.text.partition("\uff1a")[0] for passage in _passages(page) if len(passage.text) <= LONGEST)
    return len({name for text in texts for name in labels.loose_names(text) & ours})


def _passages(page: Page) -> Iterator[Passage]:
    for item in page.items:
        if isinstance(item, Grid):
            yield from (Passage(cell.text, cell.place) for row in item.rows for cell in row)
        else:
            yield Passage(item.words, item.place)
