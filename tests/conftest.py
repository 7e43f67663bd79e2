"""What every test shares: the form, Chinese messages, a fixed date; how much is run, and in which order."""

from __future__ import annotations

import os

os.environ["XLPERF_LANG"] = "zh"
os.environ["SOURCE_DATE_EPOCH"] = "1672876800"  # 2023-01-05

import gc
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from support.answers import forget_old_answers
from support.merged_borders import remember_borders
from support.shared_formulas import remember_unfolded
from support.sweeps import SEED, SOAK
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.messages import use_language

settings.register_profile("usual", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("soak", deadline=None, max_examples=500, database=None, print_blob=True)
settings.load_profile("soak" if SOAK else "usual")
# What takes longest begins first, so that no worker ends long after the others: the files of more than 10 seconds, in order.
LONGEST = (
    "test_collect.py", "test_matrix.py", "test_nasty_round.py", "test_preflight.py", "test_docs.py", "test_scored_forms.py", "test_packages.py",
    "test_windows_folder.py", "test_decide.py", "test_round.py", "test_importer.py", "test_cluster.py", "test_browser.py", "test_referee.py", "test_round_http.py",
    "test_pane_and_server.py", "test_laid_in.py", "test_cells.py", "test_annotate.py", "test_pool.py", "test_pdf.py", "test_prove_form.py", "test_alterations.py",
    "test_validate.py", "test_next_year.py", "test_word_reader.py", "test_review.py", "test_attachments.py", "test_repeated_workbooks.py", "test_round_trip.py", "test_random_forms.py", "test_http_api.py", "test_word_report.py", "test_last_run.py",
    "test_formats.py", "test_pane.py", "test_distribute.py", "test_page_of_server.py", "test_api.py", "test_memory.py", "test_house.py", "test_round_browser.py", "test_written_together.py",
)  # fmt: skip
REFEREES = {"libreoffice": "soffice", "gnumeric": "ssconvert"}  # the mark of a test that needs one: the program
PLACES = {name: place for place, name in enumerate(LONGEST)}


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form(find_form("suzhou-department", year=2022))


@pytest.fixture(autouse=True)
def language_of_the_environment() -> Iterator[None]:
    """What a test has chosen, or a command that it ran in this process, is no other test's language."""
    yield
    use_language(None)


@pytest.fixture
def in_english() -> None:
    """Messages in English, as long as the test takes."""
    use_language("en")


def pytest_report_header() -> str:
    return f"sweeps: whole, from seed {SEED} (SEED={SEED} repeats them)" if SOAK else "sweeps: the usual slice"


def pytest_sessionstart() -> None:
    forget_old_answers()
    remember_unfolded()
    remember_borders()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files in their order. Without a referee its tests are skipped on a laptop; in CI they run and fail."""
    items.sort(key=lambda item: PLACES.get(item.path.name, len(PLACES)))
    absent = [] if os.environ.get("CI") else [mark for mark, program in REFEREES.items() if not shutil.which(program)]
    for item in items:
        for mark in absent:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"there is no {REFEREES[mark]}"))


def pytest_collection_finish() -> None:
    """What is there by now stays till the end: it need not be searched for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
