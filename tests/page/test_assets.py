"""Files of others: found, fetched and never taken for what they are not."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from xlperf import UsageError
from xlperf.page import assets
from xlperf.page.assets import Asset, fetch_assets, find_assets, read_lock

CONTENT = b"what was published"
ONE = Asset(
    name="one",
    version="1.0",
    source="pypi",
    license="MIT",
    file="one-1.0-py3-none-any.whl",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)
OTHER = replace(ONE, name="other", source="npm", file="other-1.0.tgz")


@pytest.fixture(autouse=True)
def lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "read_lock", lambda lock: (ONE, OTHER))


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What the package managers are asked; they give `CONTENT` for everything."""
    asked: list[tuple[str, list[str]]] = []

    def run(command: list[str], asset: Asset) -> None:
        asked.append((asset.name, command))
        folder = command[command.index("-d" if asset.source == "pypi" else "--pack-destination") + 1]
        (Path(folder) / asset.file).write_bytes(CONTENT)

    monkeypatch.setattr(assets, "_run", run)
    monkeypatch.setattr(assets.shutil, "which", lambda name: f"/bin/{name}")
    return asked


def test_the_lock_file_names_every_file_once_with_its_digest() -> None:
    locked = read_lock()
    assert len({asset.name for asset in locked}) == len({asset.file for asset in locked}) == len(locked) >= 10
    assert all(len(asset.sha256) == 64 and asset.version in asset.file and asset.license for asset in locked)
    assert {asset.source for asset in locked} == {"npm", "pypi"}
    assert "://" not in assets.LOCK.read_text("utf-8")  # from which host is for pip and npm to say


def test_what_is_there_is_not_fetched_again(tmp_path: Path, registry: list) -> None:
    (tmp_path / ONE.file).write_bytes(CONTENT)
    told: list[str] = []
    assert fetch_assets(tmp_path, tell=told.append) == {"one": tmp_path / ONE.file, "other": tmp_path / OTHER.file}
    assert [name for name, _ in registry] == ["other"] and told == [OTHER.file]
    assert fetch_assets(tmp_path) == find_assets(tmp_path) and len(registry) == 1


def test_pip_is_asked_for_the_wheel_with_that_digest(tmp_path: Path, registry: list) -> None:
    fetch_assets(tmp_path / "new")
    (_, pip), (_, npm) = registry
    assert pip[:4] == [sys.executable, "-m", "pip", "download"] and "--require-hashes" in pip and "--no-deps" in pip
    assert npm[:2] == ["/bin/npm", "pack"] and npm[-1] == "other@1.0"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / ONE.file).write_bytes(CONTENT)
    with pytest.raises(UsageError) as caught:
        find_assets(tmp_path)
    assert caught.value.key == "no_assets" and OTHER.file in str(caught.value) and ONE.file not in str(caught.value)
    assert "xlperf[page]" in str(caught.value)


@pytest.mark.parametrize("content", [b"", CONTENT + b" and more"])
def test_another_file_of_that_name_is_refused(tmp_path: Path, registry: list, content: bytes) -> None:
    for asset in (ONE, OTHER):
        (tmp_path / asset.file).write_bytes(content)
    for find in (find_assets, fetch_assets):
        with pytest.raises(UsageError) as caught:
            find(tmp_path)
        assert caught.value.key == "wrong_asset" and caught.value.arguments["expected"] == ONE.sha256
    assert (tmp_path / ONE.file).read_bytes() == content  # it may be somebody's


def test_what_a_registry_gives_wrong_is_not_kept(tmp_path: Path, registry: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "read_lock", lambda lock: (replace(ONE, sha256="0" * 64),))
    with pytest.raises(UsageError) as caught:
        fetch_assets(tmp_path)
    assert caught.value.key == "wrong_asset" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("npm", "key"), [(None, "no_npm"), ("/nonexistent/npm", "not_fetched")])
def test_without_npm_or_a_registry_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, npm: str | None, key: str
) -> None:
    monkeypatch.setattr(assets, "read_lock", lambda lock: (OTHER,))
    monkeypatch.setattr(assets.shutil, "which", lambda name: npm)
    monkeypatch.setattr(assets, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        fetch_assets(tmp_path)
    assert caught.value.key == key and "--assets" in str(caught.value)


def test_what_a_package_manager_says_last_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; print('first', file=sys.stderr); print('no such host', file=sys.stderr); sys.exit(1)"
    with pytest.raises(UsageError) as caught:
        assets._run([sys.executable, "-c", script], ONE)
    assert caught.value.arguments == {"file": ONE.file, "reason": "no such host"}


def test_npm_of_the_extra_is_used_where_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(assets, "find_spec", lambda name: name)
    assert assets._npm()[0] == sys.executable


@pytest.mark.parametrize(("variable", "folder"), [("LOCALAPPDATA", "local"), ("XDG_CACHE_HOME", "cache")])
def test_files_are_kept_where_the_system_keeps_such_things(monkeypatch: pytest.MonkeyPatch, variable: str, folder: str) -> None:
    for name in ("LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert assets.default_folder() == Path.home() / ".cache" / "xlperf" / "page"
    monkeypatch.setenv(variable, folder)
    assert assets.default_folder() == Path(folder) / "xlperf" / "page"
