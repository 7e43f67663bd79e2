"""Which form a report is, and of which fiscal year.

form = recognise(page, form=None, year=None, templates=None)     # the form most of whose labels stand on the page
year_on_page(labels_of(form), page)                              # 2022, None where the report does not say it
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.importing.labels import LONGEST, Labels, labels_of
from xlperf.importing.page import Grid, Line, Page
from xlperf.messages import listing
from xlperf.text import letters_of

LEAST = 3  # labels by which a form is recognised
FIRST = 40  # texts among which year and title stand
FIRST_LINES = 5  # among which another title stands
SHORTEST_TITLE = 6  # letters


def recognise(page: Page, *, form: str | None, year: int | None, templates: StrPath | None) -> Form:
    """Return the form that a report is, of the revision that serves its year: the one most of whose labels it has.

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
    return load_form(find_form(key, year=said or year, templates=templates))


def year_on_page(labels: Labels, page: Page) -> int | None:
    """The fiscal year that a report says it is of: the year line, else the first words like it above the first label."""
    texts = [text for text in _texts(page) if 0 < len(text.strip()) <= LONGEST][:FIRST]
    above = takewhile(lambda text: labels.split(text) is None, texts)
    lines = (labels.year_line.fullmatch(letters_of(text)) for text in texts)
    words = (labels.year_line.search(letters_of(text)) for text in above)
    found = next(filter(None, (*lines, *words)), None)
    return int(found[1]) if found else None


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
    texts = [letters_of(text) for text in _texts(page) if 0 < len(text.strip()) <= LONGEST][:FIRST]
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
    texts = (text.partition("\uff1a")[0] for text in _texts(page) if len(text) <= LONGEST)
    return len({name for text in texts for name in labels.loose_names(text) & ours})


def _texts(page: Page) -> Iterator[str]:
    for item in page.items:
        if isinstance(item, Grid):
            yield from (cell.text for row in item.rows for cell in row)
        else:
            yield item.words
