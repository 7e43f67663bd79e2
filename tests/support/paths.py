"""Where things lie in the repository; no other file of the tests counts folders upwards."""

from __future__ import annotations

from pathlib import Path

SUPPORT = Path(__file__).parent
TESTS = SUPPORT.parent
REPOSITORY = TESTS.parent
GOLDEN = TESTS / "golden"
TEMPLATES = REPOSITORY / "templates"
DOCS = REPOSITORY / "docs"
EXAMPLES = REPOSITORY / "examples"
EXAMPLE = EXAMPLES / "shengchanli-2022"
FILLED = EXAMPLE / "filled.xlsx"
EXAMPLES_OF = (  # form, fiscal year, folder
    ("hunan-department", 2022, EXAMPLES / "hunan-department-2022"),
    ("national-project", 2022, EXAMPLES / "national-project-2022"),
    ("national-transfer", 2021, EXAMPLES / "national-transfer-2021"),
    ("sichuan-project", 2023, EXAMPLES / "sichuan-project-2023"),
    ("suzhou-department", 2022, EXAMPLE),
)
SPECIMEN = REPOSITORY.parent / "shared" / "seed_report_2022.txt"  # beside the repository, where it is
UNO_EDIT = SUPPORT / "uno_edit.py"
