"""What stands beside a long text: how many characters it has, and how many of them its box prints.

    >>> is_note(form, note_words(form)[0].format(typed=1500)), is_note(form, "1500")
    (True, False)

The words are the form's, else those of the program; they are known again whatever the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from xlperf.forms.form import Form
from xlperf.messages import LANGUAGES, sentence

OPEN = {"typed": "{typed}", "printed": "{printed}"}  # fills a sentence with its own placeholders


def note_words(form: Form, language: str | None = None) -> tuple[str, str]:
    """What is said of a text that is printed whole, and of one that is too long for its box: the rest is in the report."""
    beyond = "typed_beyond" if form.report else "typed_cut"
    whole, part = (form.words.get(key) for key in ("typed", "typed_beyond"))
    return whole or sentence("typed", OPEN, language), part or sentence(beyond, OPEN, language)


def is_note(form: Form, text: str) -> bool:
    """Whether a text is such a note of ours."""
    return any(pattern.fullmatch(text) for pattern in _patterns(form))


@lru_cache(maxsize=16)
def _patterns(form: Form) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _notes(form)))


def _notes(form: Form) -> Iterator[str]:
    """Yield the notes in every language as patterns, a number in every place."""
    for language in LANGUAGES:
        for words in note_words(form, language):
            yield re.sub(r"\\\{(?:typed|printed)\\\}", "[0-9]{1,6}", re.escape(words.strip()))
