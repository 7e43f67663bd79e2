"""Files written together or not at all; names that every file system takes, alike on every run."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.paths import EXAMPLE, REPOSITORY, TEMPLATES
from support.sweeps import seeds
from xlperf import collect, fill_workbook, load_document, validate
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.distributing.workbook_names import file_names
from xlperf.errors import ExitCode, FormError, UsageError
from xlperf.file_names import MOST_BYTES, UNSAFE, joined_name, safe_name
from xlperf.files import as_written, holds, move_folder, write_atomically, written_together
from xlperf.forms.form import Form
from xlperf.reporting.word_package import parts_of
from xlperf.workflow.template import default_name

UNIT = "苏州市吴中区农业农村局下属农业技术推广服务中心"
PROJECT = "2022年度中央及省级财政农业生产发展专项资金支持高标准农田建设和耕地地力保护与质量提升以及农业面源污染防治综合治理示范项目（第二批追加）"
LONGEST = "很" * 80
DEVICES = ["CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_are_written_together_folders_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with written_together(out) as new:
        (new / "a.txt").write_bytes(b"a")
        (new / "below" / "deep").mkdir(parents=True)
        (new / "below" / "deep" / "b.txt").write_bytes(b"b")
        assert new.is_relative_to(out)
    assert files_in(out) == {"a.txt": b"a", "below/deep/b.txt": b"b"}
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "below"]


@pytest.fixture(params=[0o002, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def permissions(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_who_may_read_what_is_written_is_for_the_umask_to_say(umask: int, tmp_path: Path) -> None:
    (inbox := tmp_path / "inbox").mkdir()
    shutil.copyfile(EXAMPLE / "filled.xlsx", inbox / "a.xlsx")
    collect([inbox], output=tmp_path / "OUT", jobs=1)
    validate(EXAMPLE / "filled.xlsx", annotated=tmp_path / "OUT" / "back")
    with written_together(tmp_path / "OUT") as new:
        (new / "deep" / "deeper").mkdir(parents=True)
        write_atomically(new / "deep" / "deeper" / "b.txt", lambda path: path.write_bytes(b"b"))
    found = permissions(tmp_path / "OUT")
    assert {
        "audit.zip",
        "run.json",
        "collection.sqlite",
        "collection.lock",
        os.path.join("deep", "deeper", "b.txt"),
    } <= found.keys()
    wrong = {name: oct(mode) for name, mode in found.items() if mode not in (0o666 & ~umask, 0o777 & ~umask)}
    assert wrong == {}


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A folder with two files, to be moved."""
    folder = tmp_path / "left"
    folder.mkdir()
    for name in "ab":
        (folder / name).write_text(f"new {name}")
    return folder


def test_a_folder_moves_as_a_whole(left: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    number = left.stat().st_ino
    move_folder(left, tmp_path / "made" / "one")
    assert files_in(tmp_path) == {"made/one/a": b"new a", "made/one/b": b"new b"}
    assert (tmp_path / "made" / "one").stat().st_ino == number and not left.exists()


@pytest.mark.parametrize("there", [{}, {"a": b"old"}, {"a": b"old", "c": b"of others"}])
def test_a_folder_moves_into_one_that_is_there(left: Path, tmp_path: Path, there: dict[str, bytes]) -> None:
    for name, content in there.items():
        (tmp_path / "made").mkdir(exist_ok=True)
        (tmp_path / "made" / name).write_bytes(content)
    move_folder(left, tmp_path / "made")
    assert files_in(tmp_path / "made") == {**there, "a": b"new a", "b": b"new b"} and not left.exists()


def test_a_folder_moves_to_another_drive(left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", rename)
    move_folder(left, tmp_path / "made" / "one")
    assert files_in(tmp_path) == {"made/one/a": b"new a", "made/one/b": b"new b"} and not left.exists()


def test_a_folder_that_cannot_move_is_told_by_its_place(left: Path, tmp_path: Path) -> None:
    (tmp_path / "made" / "a" / "deep").mkdir(parents=True)
    with pytest.raises(UsageError) as caught:
        move_folder(left, tmp_path / "made")
    assert caught.value.key == "cannot_write" and caught.value.arguments["path"] == tmp_path / "made" / "a"
    assert files_in(left) == {"a": b"new a", "b": b"new b"}


def test_an_error_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"older")
    with pytest.raises(ZeroDivisionError), written_together(tmp_path) as new:
        (new / "a.txt").write_bytes(b"newer")
        1 / 0  # noqa: B018
    assert files_in(tmp_path) == {"a.txt": b"older"} and len(list(tmp_path.iterdir())) == 1


def test_older_files_come_back_where_links_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(b"older")

    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    def replace(source: Path, target: Path, replaced: list[Path] = []) -> None:  # noqa: B006
        if replaced:
            raise OSError(errno.ENOSPC, "No space left on device")
        replaced.append(target)
        Path(source).rename(target)

    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(UsageError) as caught, written_together(tmp_path) as new:
        (new / "a.txt").write_bytes(b"newer")
        (new / "below").mkdir()
        (new / "below" / "b.txt").write_bytes(b"newer")
    assert caught.value.arguments["path"] == tmp_path / "below" / "b.txt"
    assert files_in(tmp_path) == {"a.txt": b"older"} and len(list(tmp_path.iterdir())) == 1


def test_an_older_file_that_cannot_come_back_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a drive is gone in the middle."""
    (tmp_path / "a.txt").write_bytes(b"older")

    def gone(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError), written_together(tmp_path) as new:
        (new / "a.txt").write_bytes(b"newer")
        (new / "c.txt").write_bytes(b"newer")
        replace = os.replace
        monkeypatch.setattr(os, "replace", lambda *paths: gone() if paths[1].name == "c.txt" else replace(*paths))
        monkeypatch.setattr(Path, "rename", gone)
    assert b"older" in files_in(tmp_path).values()


def test_no_name_turns_the_line_round_or_steers_a_terminal(tmp_path: Path) -> None:
    assert safe_name("a\u202egnp.xlsx\x1b[2J\x9b") == "a_gnp.xlsx_[2J_"
    assert "a<U+001B>b" in str(UsageError("cannot_write", path=Path("a\x1bb"), reason=""))


@given(st.text(max_size=120) | st.text("CONPRNAUXL1. /", max_size=8))
def test_only_names_of_devices_are_not_as_they_were(text: str) -> None:
    name = UNSAFE.sub("_", text).strip(" .")[:80] or "_"
    stem = name.partition(".")[0].rstrip().upper()
    if stem in (*DEVICES, "COM0", "LPT0", "CLOCK$", *(f"{port}{number}" for port in ("COM", "LPT") for number in "¹²³")):
        assert safe_name(text).partition(".")[0].upper() == f"{stem}_"
    else:
        assert safe_name(text) == name


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["{}", "{}.txt", "{}.tar.gz", " {} .x", "{}. "])
def test_no_name_is_one_that_windows_keeps_for_a_device(device: str, name: str) -> None:
    for text in (name.format(device), name.format(device.lower())):
        assert safe_name(text).partition(".")[0] == text.strip(" .").partition(".")[0].rstrip() + "_"


def test_a_short_name_is_as_it_is() -> None:
    assert joined_name("某局", "2022", "定稿") == "某局-2022-定稿"
    assert joined_name("a" * MOST_BYTES) == "a" * MOST_BYTES


@pytest.mark.parametrize("parts", [
    (UNIT, PROJECT, "2022", "定稿"), (LONGEST, LONGEST, "2022", "自评报告", "草稿"), ("𠮷" * 80,), ("a" * 199, "b"), ("a" * 66, "b" * 66, "c" * 67),
    ("a" * 99, "b" * 100, "c"),
])  # fmt: skip
def test_a_long_name_is_cut_where_it_is_longest(parts: tuple[str, ...]) -> None:
    name = joined_name(*parts)
    assert MOST_BYTES - 4 <= len(name.encode()) <= MOST_BYTES
    assert name == joined_name(*parts)
    assert [cut.partition("~")[0] for cut in name.split("-")] == [
        part[: len(cut.partition("~")[0])] for cut, part in zip(name.split("-"), parts, strict=True)
    ]


def test_names_that_begin_alike_stay_apart() -> None:
    assert joined_name(LONGEST, "一") != joined_name(LONGEST[:-1], "一") and joined_name(LONGEST, "一").endswith("-一")


def test_a_project_whose_name_is_long_is_finalized(tmp_path: Path) -> None:
    document = load_document(REPOSITORY / "examples" / "national-project-2022" / "document.json")
    document["project"] |= {"unit": UNIT, "name": PROJECT}
    fill_workbook(document, output=tmp_path / "in.xlsx", date="2023-03-01")
    out = tmp_path / "OUT"
    assert dict(collect([tmp_path / "in.xlsx"], output=out, jobs=1).counts) == {"passed": 1}
    (book,) = (out / "定稿").glob("*.xlsx")
    assert book.name.startswith(f"{UNIT}-2022年度") and book.name.endswith("-2022-定稿.xlsx")
    assert validate(book).exit_code == ExitCode.OK


def test_a_file_whose_name_is_long_is_annotated(tmp_path: Path) -> None:
    path = tmp_path / f"{'很' * 82}.xlsx"
    shutil.copyfile(EXAMPLE / "filled.xlsx", path)
    (made,) = validate(path, annotated=tmp_path / "back").outputs
    assert made.exists() and made.name.endswith("-问题.xlsx")


def test_templates_of_units_whose_names_are_long(form: Form) -> None:
    units = [Unit(LONGEST[:-1] + last, code, "", Line("", 1, {})) for last, code in zip("甲乙乙", "123", strict=True)]
    names = [*file_names(form, 2022, units), str(default_name(form.key, year=2022, unit=LONGEST))]
    assert len(set(names)) == 4
    assert all(name.endswith(f"-2022-{form.file_name}.xlsx") and len(name.encode()) <= MOST_BYTES + 5 for name in names)


# --- zips that somebody damaged ------------------------------------------------------------------------------


def damaged(content: bytes, random: Random) -> bytes:
    """Bytes of which a few are others, half of the time those of the directory at the end, or of which the end is gone."""
    if random.random() < 0.2:
        return content[: random.randrange(len(content))]
    altered = bytearray(content)
    first = max(0, len(content) - 4000) if random.random() < 0.5 else 0
    for _ in range(random.randint(1, 4)):
        altered[random.randrange(first, len(content))] = random.randrange(256)
    return bytes(altered)


def test_a_workbook_of_any_damage_is_asked_about_in_peace(tmp_path: Path) -> None:
    whole, path = (EXAMPLE / "filled.xlsx").read_bytes(), tmp_path / "a.xlsx"
    for seed in seeds(3000, usual=150):
        path.write_bytes(damaged(whole, Random(seed)))
        assert (as_written(path), holds(path, "no part has these words")) in {(True, False), (False, False)}, seed


def test_a_word_template_of_any_damage_is_read_or_refused(tmp_path: Path) -> None:
    whole, refused = (TEMPLATES / "notice.docx").read_bytes(), 0
    for seed in seeds(3000, usual=150):
        try:
            assert dict(parts_of(damaged(whole, Random(seed)), tmp_path))
        except FormError as error:
            assert error.key == "not_word", seed
            refused += 1
    assert refused > len(seeds(3000, usual=150)) // 3
