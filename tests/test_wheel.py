"""What travels: the wheel holds the forms, the schemas and the catalogues, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.paths import REPOSITORY


@pytest.mark.skipif("CI" not in os.environ, reason="building a wheel needs the package index")
def test_the_wheel_works_on_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), str(REPOSITORY)]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        package.extractall(tmp_path / "site")
    assert {"xlperf/templates/suzhou-department/2022/form.yaml", "xlperf/schemas/form.schema.json", "xlperf/catalogues/zh.toml",
            "xlperf/schemas/suzhou-department-2022.schema.json"} <= names  # fmt: skip
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import xlperf; "
        f"print(xlperf.__file__); xlperf.write_template('suzhou-department', year=2022, output={str(tmp_path / 't.xlsx')!r})"
    )
    outcome = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert str(tmp_path / "site") in outcome.stdout and (tmp_path / "t.xlsx").exists()
