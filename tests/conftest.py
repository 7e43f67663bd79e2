"""What every test shares: the form, Chinese messages, a fixed date, and LibreOffice as a referee."""

from __future__ import annotations

import os

os.environ["XLPERF_LANG"] = "zh"
os.environ["SOURCE_DATE_EPOCH"] = "1672876800"  # 2023-01-05

import shutil

import pytest
from hypothesis import settings

from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form

settings.register_profile("default", deadline=None, derandomize=True)
settings.load_profile("default")


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form(find_form("suzhou-department", year=2022))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without LibreOffice its tests are skipped on a laptop; in CI they run and fail."""
    if shutil.which("soffice") or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.skip(reason="LibreOffice is not installed"))
