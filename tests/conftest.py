"""What every test shares: the form, Chinese messages, a fixed date; how much is run, and in which order."""

from __future__ import annotations

import os

os.environ["XLPERF_LANG"] = "zh"
os.environ["SOURCE_DATE_EPOCH"] = "1672876800"  # 2023-01-05

import shutil

import pytest
from hypothesis import settings

from support.libreoffice import forget_old_answers
from support.sweeps import SEED, SOAK
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form

settings.register_profile("usual", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("soak", deadline=None, max_examples=500, database=None, print_blob=True)
settings.load_profile("soak" if SOAK else "usual")


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form(find_form("suzhou-department", year=2022))


def pytest_report_header() -> str:
    return f"sweeps: whole, from seed {SEED} (SEED={SEED} repeats them)" if SOAK else "sweeps: the usual slice"


def pytest_sessionstart() -> None:
    forget_old_answers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker ends long after the others.

    Without LibreOffice its tests are skipped on a laptop; in CI they run and fail.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if shutil.which("soffice") or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.skip(reason="LibreOffice is not installed"))
