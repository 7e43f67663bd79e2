"""Make the folder for an office PC with Windows and no network: `make windows`.

    python windows/make_folder.py dist      # dist/xlperf-windows-0.1.0.zip
    python windows/make_folder.py --lock    # look for newer wheels and write wheels.toml anew

Which wheels go in stands in wheels.toml, with their SHA-256; from where is for pip to say. They are fetched once and kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

from xlperf import __version__
from xlperf.page.assets import default_folder, fetch_assets
from xlperf.page.page_file import write_page

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
LOCK = HERE / "wheels.toml"
PLATFORM = "win_amd64"
INSTALLER = "pip"  # which goes in as a wheel that installs the others: an embeddable Python has none
EXTRAS = ("fast", "serve")  # of xlperf; the others need a server, a cluster or a registry
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
TIMEOUT = 600  # seconds of one run of pip
WHEN = (2020, 1, 1, 0, 0, 0)  # of every file in the zip, so that the same input gives the same bytes
STORED = {".whl", ".tgz"}  # compressed already
NAME = f"xlperf-windows-{__version__}"
LICENSE = "LICENSE"


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """One wheel of others."""

    name: str
    version: str
    file: str
    sha256: str
    pythons: tuple[str, ...]  # that it is for


def read_pythons() -> tuple[str, ...]:
    """The versions of Python that the folder serves, the one to be taken first at the front."""
    return tuple(tomllib.loads(LOCK.read_text("utf-8"))["pythons"])


def read_lock() -> tuple[Wheel, ...]:
    """Which wheels go into the folder."""
    locked = tomllib.loads(LOCK.read_text("utf-8"))
    everywhere = {"pythons": locked["pythons"]}
    return tuple(Wheel(**{**each, "pythons": tuple((everywhere | each)["pythons"])}) for each in locked["wheel"])


def wheels_for(python: str) -> list[Wheel]:
    """The wheels for one version of Python."""
    return [wheel for wheel in read_lock() if python in wheel.pythons]


# --- the folder ------------------------------------------------------------------------------------------------


def make_zip(target: Path, *, cache: Path, assets: Path) -> Path:
    """Write the zip into a folder and return its path.

    Args:
        cache: where wheels are kept.
        assets: where the files of others for the page are kept.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xlperf-") as place:
        folder = Path(place) / NAME
        make_folder(folder, cache=cache, assets=assets)
        made = pack(folder, Path(place) / f"{NAME}.zip")
        return Path(shutil.move(made, target / made.name))


def make_folder(folder: Path, *, cache: Path, assets: Path) -> None:
    """Write the folder that the zip holds."""
    words = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
    program = folder / "program"
    (program / "wheels").mkdir(parents=True)
    fetch_wheels(cache)
    for wheel in read_lock():
        shutil.copyfile(cache / wheel.file, program / "wheels" / wheel.file)
    own = build_wheel(program / "wheels")
    for python in read_pythons():
        needed_there = [wheel for wheel in wheels_for(python) if wheel.name != INSTALLER]
        lines = [f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}" for wheel in needed_there]
        lines.append(f"xlperf[{','.join(EXTRAS)}]=={__version__} --hash=sha256:{digest(own)}")
        (program / f"requirements-{python}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    (program / "assets").mkdir()
    for path in fetch_assets(assets, tell=tell).values():
        shutil.copyfile(path, program / "assets" / path.name)
    shutil.copyfile(HERE / "run_task.py", program / "run_task.py")
    served = words["pythons"]["between"].join(sorted(read_pythons(), key=version_key))
    spoken = (HERE / "words.toml").read_text("utf-8") + f'served = "{served}"\n'
    (program / "words.toml").write_text(spoken, "utf-8")
    wanted = words["says"]["python_wanted"].format(pythons=served)
    (program / "python-wanted.txt").write_bytes(b"\xff\xfe" + wanted.replace("\n", "\r\n").encode("utf-16-le"))
    for task, name in words["bat"].items():
        (folder / name).write_bytes(batch_file(task))
    manual = (HERE / "manual.html").read_text("utf-8").replace("{version}", __version__).replace("{pythons}", served)
    (folder / words["files"]["manual"]).write_text(manual, "utf-8")
    shutil.copyfile(REPOSITORY / LICENSE, folder / f"{LICENSE}.txt")
    write_page(output=folder / words["files"]["page"], assets=assets)


def batch_file(task: str) -> bytes:
    """The .bat file of a task: ASCII, its lines ended as cmd.exe wants them."""
    text = (HERE / "task.bat").read_text("ascii")
    tuples = ", ".join(f"({python.replace('.', ', ')})" for python in read_pythons())
    for key, value in {"task": task, "versions": " ".join(read_pythons()), "tuples": tuples}.items():
        text = text.replace(f"{{{key}}}", value)
    return text.replace("\n", "\r\n").encode("ascii")


def version_key(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def pack(folder: Path, target: Path) -> Path:
    """Write a zip of a folder, the same bytes each time; names are marked as UTF-8, for Explorer."""
    with zipfile.ZipFile(target, "w") as package:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), WHEN)
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in STORED else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, so that Windows and Unix read names alike
            package.writestr(entry, path.read_bytes())
    return target


def build_wheel(folder: Path) -> Path:
    """Build the wheel of xlperf itself into a folder."""
    run([*PIP, "wheel", "--quiet", "--no-deps", "-w", str(folder), str(REPOSITORY)])
    return next(folder.glob("xlperf-*.whl"))


# --- wheels ----------------------------------------------------------------------------------------------------


def fetch_wheels(cache: Path) -> None:
    """Fetch the wheels that are not kept yet; nothing with another SHA-256 is ever used."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [wheel for wheel in read_lock() if not (cache / wheel.file).is_file()]
    with tempfile.TemporaryDirectory(prefix="xlperf-") as place:
        for python in read_pythons():
            wanted = [wheel for wheel in missing if python == wheel.pythons[0]]
            if wanted:
                tell(f"{len(wanted)} wheels for Python {python}")
                download(wanted, python, Path(place))
        for wheel in missing:
            shutil.move(Path(place) / wheel.file, cache / wheel.file)
    wrong = [wheel.file for wheel in read_lock() if digest(cache / wheel.file) != wheel.sha256]
    if wrong:
        sys.exit(f"{cache}: not the files that {LOCK.name} means: {', '.join(wrong)}; delete them and try again")


def download(wheels: Iterable[Wheel], python: str, place: Path) -> None:
    listed = place / "requirements.txt"
    listed.write_text("".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels), "utf-8")
    run(
        [
            *PIP,
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            *target_options(python),
            "-d",
            str(place),
            "-r",
            str(listed),
        ]
    )


def target_options(python: str) -> list[str]:
    """What tells pip for which Python wheels have to be."""
    return ["--only-binary=:all:", f"--platform={PLATFORM}", f"--python-version={python}", "--implementation=cp"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(command: Sequence[str]) -> str:
    """Run pip; what it says is told if it fails."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr or done.stdout}")
    return done.stdout


def tell(words: str) -> None:
    print(words, file=sys.stderr)


def wheels_folder() -> Path:
    """Where wheels are kept for the next time."""
    return default_folder().with_name("windows")


# --- the lock file ---------------------------------------------------------------------------------------------


def own_requirements() -> list[Requirement]:
    """What xlperf needs in the folder, itself left out; pip too, which installs it."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra]), INSTALLER]
    return [Requirement(line) for line in lines]


def windows_environment(python: str) -> dict[str, str]:
    """What markers of requirements ask, as that Python says it on Windows.

    Asked for another system, pip takes wheels for that one, but answers markers as the system says that it runs on.
    """
    return {
        "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64",
        "platform_python_implementation": "CPython", "implementation_name": "cpython", "platform_release": "10",
        "platform_version": "10.0", "python_version": python, "python_full_version": f"{python}.0",
        "implementation_version": f"{python}.0", "extra": "",
    }  # fmt: skip


def needed(requirements: Iterable[str], python: str) -> list[Requirement]:
    """Those of the requirements of a package that hold on Windows."""
    environment = windows_environment(python)
    parsed = map(Requirement, requirements)
    return [each for each in parsed if each.marker is None or each.marker.evaluate(environment)]


def resolve(python: str) -> dict[str, dict[str, Any]]:
    """What pip would install for that Python on Windows, by name; asked until nothing that Windows alone needs is missing."""
    asked = {str(requirement) for requirement in own_requirements()}
    while True:
        with tempfile.TemporaryDirectory(prefix="xlperf-") as place:
            options = ["--dry-run", "--quiet", "--ignore-installed", "--report", "-", "--target", place, *target_options(python)]
            report = json.loads(run([*PIP, "install", *options, *sorted(asked)]))
        found: dict[str, dict[str, Any]] = {canonicalize_name(item["metadata"]["name"]): item for item in report["install"]}
        wants = [each for item in found.values() for each in needed(item["metadata"].get("requires_dist", ()), python)]
        missing = {f"{each.name}{each.specifier}" for each in wants if canonicalize_name(each.name) not in found}
        if not missing:
            return found
        asked |= missing


def write_lock() -> None:
    """Look for the newest wheels that suit, and write the lock file anew."""
    pythons = read_pythons()
    entries: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for python in pythons:
        for name, item in resolve(python).items():
            file = item["download_info"]["url"].rpartition("/")[2]
            entries[name, item["metadata"]["version"], file, item["download_info"]["archive_info"]["hashes"]["sha256"]].append(
                python
            )
    head = LOCK.read_text("utf-8").partition("[[wheel]]")[0].rstrip()
    parts = []
    for (name, version, file, sha256), served in sorted(entries.items()):
        lines = ["[[wheel]]", f'name = "{name}"', f'version = "{version}"', f'file = "{file}"', f'sha256 = "{sha256}"']
        parts.append("\n".join([*lines, *([] if tuple(served) == pythons else [f"pythons = {json.dumps(served)}"])]))
    LOCK.write_text("\n\n".join([head, *parts]) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", default="dist", type=Path)
    parser.add_argument("--lock", action="store_true", help="write wheels.toml anew instead")
    parser.add_argument("--wheels", type=Path, default=wheels_folder(), help="where wheels are kept")
    parser.add_argument("--assets", type=Path, default=default_folder(), help="where the files of others for the page are kept")
    asked = parser.parse_args()
    if asked.lock:
        write_lock()
        return
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1577836800")  # as in the zip
    print(make_zip(asked.directory, cache=asked.wheels, assets=asked.assets))


if __name__ == "__main__":
    main()
