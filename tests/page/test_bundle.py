"""What goes into the browser: that `validate` imports nothing which cannot, and that the bundle alone is enough."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import packaging.requirements
import pytest
import python_calamine
import typing_extensions

from support.browser import found_assets
from support.command_line import ENVIRONMENT
from support.paths import EXAMPLES_OF, FILLED, REPOSITORY, TEMPLATES
from support.surgery import type_into
from xlperf import FormError, UsageError, new_form, validate
from xlperf.page.assets import read_lock
from xlperf.page.bundle import bundle, read_runtime

NEEDED = {"attr", "attrs", "jsonschema", "jsonschema_specifications", "python_calamine", "referencing", "rpds", "xlperf", "yaml"}
IF_INSTALLED = {
    "jsonschema_rs",
    "typing_extensions",
    "rapidfuzz",
    "idna",
    "_cython_3_3_1",
    "cython_runtime",
}  # taken where they are, missed nowhere
TAKEN_HOME = {"xlsxwriter", "pathvalidate"}  # by what writes workbooks
NOT_THERE = {"multiprocessing", "sqlite3", "lxml", "docx", "docxtpl", "jinja2", "sqlalchemy", "click", "rich", "openpyxl", "ssl", "concurrent",
             "subprocess", "filelock", "distributed", "ctypes"}  # fmt: skip
IMPORTED = """
import json, sys
before = set(sys.modules)
from xlperf import annotate, finalize, validate
for path in sys.argv[2:]:
    validate(path)
told = [sorted({name.split(".")[0] for name in set(sys.modules) - before})]
for path in sys.argv[2:]:
    annotate(path, output=sys.argv[1]), finalize(path, output=sys.argv[1], report=False)
told.append(sorted({name.split(".")[0] for name in set(sys.modules) - before}))
print(json.dumps(told))
"""


def test_validate_imports_what_a_browser_has(tmp_path: Path) -> None:
    """So that it stays possible: a lazy import that becomes an eager one is seen here."""
    odd = type_into(
        FILLED,
        tmp_path / "odd.xlsx",
        {"自评表!E61": "约于", "自评表!D61": "定数", "预算信息!D5": "约八十", "基本信息!C10": "三月"},
    )
    paths = [folder / "filled.xlsx" for _, _, folder in EXAMPLES_OF]
    command = [sys.executable, "-c", IMPORTED, str(tmp_path / "out"), *map(str, [*paths, odd])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=ENVIRONMENT, check=True)
    by_validate, by_all = (set(names) for names in json.loads(done.stdout))
    foreign = {name for name in by_validate if name not in sys.stdlib_module_names}
    assert foreign >= NEEDED and foreign - NEEDED <= IF_INSTALLED
    assert by_all - by_validate - sys.stdlib_module_names <= TAKEN_HOME | IF_INSTALLED
    assert (by_validate | by_all) & (NOT_THERE - {"ssl"}) == set()  # urllib tries ssl, and does without


def test_the_versions_in_the_lock_file_are_those_that_pyproject_allows() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {(need := packaging.requirements.Requirement(line)).name.lower(): need.specifier for line in project["dependencies"]}
    locked = {asset.name.lower(): asset.version for asset in read_lock()}
    assert {name for name in locked if name in asked and locked[name] not in asked[name]} == set()
    assert {"python-calamine", "jsonschema", "pyyaml", "rapidfuzz", "xlsxwriter", "pathvalidate"} <= locked.keys() & asked.keys()
    assert all(asset.file.lower().replace("_", "-").startswith(f"{asset.name.lower()}-{asset.version}") for asset in read_lock())


ALONE = """
import sys
sys.path = [sys.argv[1], *[path for path in sys.path if "site-packages" not in path]]
from xlperf.page.in_browser import answer, warm_up
warm_up()
for path in sys.argv[2:]:
    for verb in ("check", "annotate", "finalize", "list"):
        print(answer(verb, path, "zh"))
import jsonschema, rapidfuzz.fuzz, rpds, yaml
assert not hasattr(yaml, "CLoader") and "fuzz_py" in rapidfuzz.fuzz.ratio.__module__ and rpds.__file__.startswith(sys.argv[1])
assert jsonschema.__file__.startswith(sys.argv[1])
"""


@pytest.mark.slow
def test_the_bundle_alone_is_enough(tmp_path: Path) -> None:
    """Unpacked and without any installed package; calamine is this machine's, for the one of the browser runs nowhere else."""
    site = tmp_path / "site"
    with zipfile.ZipFile(io.BytesIO(bundle(found_assets(), []))) as package:
        package.extractall(site)
    shutil.rmtree(site / "python_calamine")
    shutil.copytree(Path(python_calamine.__file__).parent, site / "python_calamine")
    if sys.version_info < (3, 13):  # what `typing` has in the browser
        shutil.copy(typing_extensions.__file__, site)
    for form, _, folder in EXAMPLES_OF:
        (tmp_path / form).mkdir()
        path = shutil.copyfile(folder / "filled.xlsx", tmp_path / form / "filled.xlsx")
        command = [sys.executable, "-I", "-c", ALONE, str(site), str(path)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        checked, *made = map(json.loads, done.stdout.splitlines())
        assert checked["result"] == {**validate(path).as_object(), "file": path.name}
        assert [[Path(file).suffix for file in each["files"]] for each in made] == [[".xlsx"], [".xlsx", ".json"], [".html"]]


def test_a_bundle_holds_the_forms_that_were_asked_for_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    assets = found_assets()
    own = tmp_path / "own" / "training" / "2024"
    new_form(own)
    (older := tmp_path / "own" / "sichuan-project" / "2023").mkdir(parents=True)
    changed = (TEMPLATES / "sichuan-project" / "2023" / "form.yaml").read_bytes() + b"# ours\n"
    (older / "form.yaml").write_bytes(changed)
    content = bundle(assets, ["training", "sichuan-project"], templates=tmp_path / "own")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        forms = sorted(name for name in package.namelist() if name.endswith("form.yaml"))
        assert package.read("xlperf/templates/sichuan-project/2023/form.yaml") == changed  # a bureau's own comes first
        shapes = {name for name in package.namelist() if name.startswith("xlperf/schemas/")}
        assert shapes == {
            f"xlperf/schemas/{name}.schema.json" for name in ("form", "checks")
        }  # what a bureau's own form is held against
        assert not [name for name in package.namelist() if "/tests/" in name or name.startswith("xlperf/collecting")]
    assert {name.split("/")[2] for name in forms} == {"training", "sichuan-project"}
    assert content == bundle(assets, ["training", "sichuan-project"], templates=tmp_path / "own")
    with pytest.raises(UsageError, match="nothing"):
        bundle(assets, ["nothing"])
    (wrong := tmp_path / "wrong" / "training" / "2024").mkdir(parents=True)
    (wrong / "form.yaml").write_text("form: wrong", "utf-8")
    with pytest.raises(FormError):
        bundle(assets, ["training"], templates=tmp_path / "wrong")


def test_the_runtime_offers_to_load_nothing_more() -> None:
    assert json.loads(read_runtime(found_assets())["pyodide-lock.json"])["packages"] == {}
