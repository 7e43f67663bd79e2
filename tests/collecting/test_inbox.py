"""Inboxes: everything is listed once, in one order, with the right bytes; what cannot be had is named and hurts nothing else."""

from __future__ import annotations

import hashlib
import io
import os
import random
import stat
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from xlperf.collecting.inbox import archives, listing
from xlperf.collecting.inbox import input_names as pathname
from xlperf.collecting.inbox.input_names import extended
from xlperf.collecting.inbox.inputs import Input, Skipped
from xlperf.collecting.inbox.listing import list_inbox
from xlperf.collecting.inbox.reading import close_archives, open_input, read_input
from xlperf.errors import UnreadableError, UsageError


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Unflagged(zipfile.ZipInfo):
    """An entry whose name is written in some encoding, without saying which."""

    encoding = "gbk"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(self.encoding), 0


def zipped(entries: dict[str, bytes], encoding: str | None = None) -> bytes:
    """An archive; its names are flagged as UTF-8 unless an encoding is given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = Unflagged(name) if encoding else zipfile.ZipInfo(name)
            if encoding:
                entry.encoding = encoding
            archive.writestr(entry, content)
    return target.getvalue()


def listed(*inboxes: Path, apart_from: Path | None = None) -> dict[str, Input | Skipped]:
    return {item.path: item for item in list_inbox(inboxes, apart_from)}


def contents(found: dict[str, Input | Skipped]) -> dict[str, bytes | str | None]:
    """What every listed file holds; the code of one that cannot be had; None for one that is no submission."""
    try:
        return {path: None if isinstance(item, Skipped) else item.error.code if item.error else read_input(item)
                for path, item in found.items()}  # fmt: skip
    finally:
        close_archives()


def test_folders_in_folders_in_one_order_whatever_the_order_on_disk(tmp_path: Path) -> None:
    names = ["b.xlsx", "B.xlsx", "区/甲.xlsx", "区/县/乙.xlsx", "区/县/丙 单位（新）.xlsx", "a/b/c/d/e.xlsx"]
    for name in random.Random(1).sample(names, len(names)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = list_inbox([tmp_path])
    assert [item.path for item in found] == sorted(names)
    assert [(item.size, item.sha256) for item in found] == [(len(name.encode()), sha(name.encode())) for name in sorted(names)]
    assert contents(listed(tmp_path)) == {name: name.encode() for name in names}


def test_what_is_no_submission_is_skipped_and_listed(tmp_path: Path) -> None:
    names = ["~$甲.xlsx", ".~甲.xlsx", ".~lock.甲.xlsx#", ".DS_Store", "Thumbs.db", "desktop.ini"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "甲.xlsx").write_bytes(b"workbook")
    (tmp_path / "notes.txt").write_bytes(b"text")  # no workbook, but somebody sent it: listed as an input
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "inside.xlsx").write_bytes(b"x")
    assert contents(listed(tmp_path)) == {**dict.fromkeys([*names, ".git/"]), "甲.xlsx": b"workbook", "notes.txt": b"text"}


def test_a_file_that_somebody_has_open_is_told_apart_from_the_same_bytes(tmp_path: Path) -> None:
    for name in ("甲.xlsx", "乙.xlsx", "丙.xlsx"):
        (tmp_path / name).write_bytes(b"same")
    (tmp_path / "~$甲.xlsx").touch()
    found = listed(tmp_path)
    assert found["甲.xlsx"].owner == "~$甲.xlsx" and found["甲.xlsx"].sha256 == found["乙.xlsx"].sha256
    assert found["甲.xlsx"].key != found["乙.xlsx"].key == found["丙.xlsx"].key


def test_the_folder_of_the_collection_is_not_its_own_input(tmp_path: Path) -> None:
    for name in ("a.xlsx", "OUT/b.xlsx", "区/OUT/c.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sorted(listed(tmp_path, apart_from=tmp_path / "OUT")) == ["a.xlsx", "区/OUT/c.xlsx"]


def test_a_folder_that_cannot_be_inbox_and_result_at_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError) as caught:
        list_inbox([tmp_path / "in", tmp_path], tmp_path / "in" / "..")
    assert (caught.value.key, caught.value.arguments) == ("output_is_inbox", {"path": tmp_path})


@pytest.mark.parametrize("sign", ["collection.lock", "collection.sqlite"])
def test_what_came_out_of_another_collection_is_skipped(tmp_path: Path, sign: str) -> None:
    for name in ("a.xlsx", "去年/made/0123456789abcdef/b.xlsx", f"去年/{sign}", "去年/汇总.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert contents(listed(tmp_path)) == {"a.xlsx": b"x", "去年/": None}


def test_many_files_of_one_name_take_no_longer_than_others(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: list[int] = []
    monkeypatch.setattr(pathname, "count", lambda first: (numbers.append(n) or n for n in count(first)))
    names = pathname.Names()
    assert [names.unique("a.xlsx") for _ in range(4)] == ["a.xlsx", "a (2).xlsx", "a (3).xlsx", "a (4).xlsx"]
    assert numbers == [2, 3, 4]  # one try each


def test_several_inboxes_and_one_name_twice(tmp_path: Path) -> None:
    for name in ("一/收到/a.xlsx", "二/收到/a.xlsx", "a.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = listed(tmp_path / "一" / "收到", tmp_path / "二" / "收到", tmp_path / "a.xlsx", tmp_path / "a.xlsx")
    assert contents(found) == {
        "收到/a.xlsx": "一/收到/a.xlsx".encode(), "收到 (2)/a.xlsx": "二/收到/a.xlsx".encode(),
        "a.xlsx": b"a.xlsx", "a (2).xlsx": b"a.xlsx",
    }  # fmt: skip


def test_an_inbox_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        list_inbox([tmp_path / "nowhere"])
    assert caught.value.key == "cannot_open" and caught.value.arguments["path"] == tmp_path / "nowhere"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other limits")
def test_long_paths_and_names_that_are_no_text(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["很长的文件夹名称" * 6] * 8)
    folder.mkdir(parents=True)
    assert len(bytes(folder)) > 1100
    (folder / "甲.xlsx").write_bytes(b"deep")
    (tmp_path / os.fsdecode("乙.xlsx".encode("gbk"))).write_bytes(b"gbk on disk")
    (tmp_path / os.fsdecode(b"\xff.xlsx")).write_bytes(b"neither")
    found = listed(tmp_path)
    assert sorted(contents(found).values()) == [b"deep", b"gbk on disk", b"neither"]
    assert {item.name for item in found.values()} == {"甲.xlsx", "乙.xlsx", r"\udcff.xlsx"}
    assert all(path.encode("utf-8") for path in found)


@pytest.mark.skipif(os.name == "nt", reason="pipes")
def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "away.xlsx").symlink_to(tmp_path / "gone")
    assert contents(listed(tmp_path)) == {"pipe.xlsx": None, "loop/": None, "away.xlsx": None}


@pytest.mark.skipif(os.name == "nt", reason="on Windows links need privileges")
def test_links_to_files_elsewhere_are_skipped_as_such(tmp_path: Path) -> None:
    (secret := tmp_path / "secret.xlsx").write_bytes(b"PK")
    (folder := tmp_path / "folder").mkdir()
    (folder / "a.xlsx").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    (folder / ".hidden").mkdir()
    entry = zipfile.ZipInfo("b.xlsx")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr(entry, str(secret))
        archive.writestr("d.xlsx", b"x")
    found = list_inbox([folder])
    assert {item.path: item.is_link for item in found if isinstance(item, Skipped)} == {
        "a.xlsx": True, "folder/": True, ".hidden/": False, "c.zip!b.xlsx": True}  # fmt: skip
    assert [item.path for item in found if isinstance(item, Input)] == ["c.zip!d.xlsx"]
    assert [item.path for item in list_inbox([folder / "a.xlsx"])] == ["a.xlsx"]  # which somebody named


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything: as long as this lasts we are nobody."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "shut").mkdir(mode=0)
        (folder / "shut.xlsx").touch(mode=0)
        (folder / "open.xlsx").write_bytes(b"x")
        with without_privileges():
            assert contents(listed(folder)) == {"shut/": "XL506", "shut.xlsx": "XL506", "open.xlsx": b"x"}


def test_a_folder_that_cannot_be_entered_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "open.xlsx").write_bytes(b"x")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert contents(listed(tmp_path)) == {"shut/": "XL506", "open.xlsx": b"x"}


# --- archives ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", [None, "utf-8", "gbk", "gb18030"])
def test_chinese_names_in_archives(tmp_path: Path, encoding: str | None) -> None:
    entries = {"区县/甲单位.xlsx": b"1", "区县/乙单位（盖章）.xlsx": b"2", "plain.xlsx": b"3", "区县/～订正.xlsx": b"4"}
    (tmp_path / "收到.zip").write_bytes(zipped(entries, encoding))
    assert contents(listed(tmp_path)) == {f"收到.zip!{name}": content for name, content in entries.items()}


def test_an_archive_that_is_the_inbox_and_archives_in_it(tmp_path: Path) -> None:
    inner = zipped({"乙.xlsx": b"in", "丙.xlsx": b"in"}, "gbk")
    (tmp_path / "外.zip").write_bytes(
        zipped({"甲.xlsx": b"out", "区/内.zip": inner, "~$甲.xlsx": b"", "__MACOSX/._甲.xlsx": b""})
    )
    found = listed(tmp_path / "外.zip")
    assert contents(found) == {
        "外.zip!甲.xlsx": b"out", "外.zip!区/内.zip!乙.xlsx": b"in", "外.zip!区/内.zip!丙.xlsx": b"in",
        "外.zip!~$甲.xlsx": None, "外.zip!__MACOSX/._甲.xlsx": None,
    }  # fmt: skip
    assert found["外.zip!甲.xlsx"].owner == "~$甲.xlsx"
    assert found["外.zip!区/内.zip!乙.xlsx"].name == "乙.xlsx"


def test_a_workbook_called_zip_is_a_workbook(tmp_path: Path) -> None:
    book = zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""})
    (tmp_path / "甲.ZIP").write_bytes(book)
    (tmp_path / "外.zip").write_bytes(zipped({"乙.zip": book}))
    assert contents(listed(tmp_path)) == {"甲.ZIP": book, "外.zip!乙.zip": book}


def test_the_directory_is_counted_and_not_what_is_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook is a zip too: stored as it is, its own directory lies in the archive."""
    monkeypatch.setattr(archives, "MOST_ENTRIES", 20)
    book = zipped({"[Content_Types].xml": b"", **{f"xl/{number}.xml": b"" for number in range(17)}})
    for name, entries in (("ten.zip", 10), ("more.zip", 21)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.comment = b"a comment"
            for number in range(entries):
                archive.writestr(f"{number}.xlsx", book)
    assert contents(listed(tmp_path)) == {**{f"ten.zip!{number}.xlsx": book for number in range(10)}, "more.zip": "XL505"}


def test_a_directory_that_is_too_long_is_refused_before_anything_is_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:  # so many that it is a zip64
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    monkeypatch.setattr(zipfile, "ZipInfo", None)
    assert contents(listed(tmp_path)) == {"many.zip": "XL505"}


def test_one_name_twice_and_names_that_lead_out(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, content in (
            ("甲.xlsx", b"1"),
            ("甲.xlsx", b"2"),
            ("../../up.xlsx", b"3"),
            ("/root.xlsx", b"4"),
            ("a\\b.xlsx", b"5"),
        ):
            archive.writestr(name, content)
    assert contents(listed(tmp_path)) == {
        "a.zip!甲.xlsx": b"1", "a.zip!甲 (2).xlsx": b"2", "a.zip!up.xlsx": b"3", "a.zip!root.xlsx": b"4", "a.zip!a/b.xlsx": b"5",
    }  # fmt: skip


def test_an_entry_without_a_name_is_taken_in_all_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("", ".."):
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            archive.writestr(entry, name.encode())
    assert contents(listed(tmp_path)) == {"a.zip!_": b"", "a.zip!_ (2)": b".."}


def damaged_member() -> bytes:
    content = bytearray(zipped({"a.xlsx": b"first" * 50, "b.xlsx": b"second" * 50}))
    at = content.index(b"b.xlsx") + len("b.xlsx")
    content[at : at + 8] = b"\xff" * 8
    return bytes(content)


def encrypted_member() -> bytes:
    content = bytearray(zipped({"a.xlsx": b"first" * 50, "b.xlsx": b"second" * 50}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize("make", [damaged_member, encrypted_member])
def test_a_member_that_cannot_be_unpacked_does_not_hurt_its_neighbours(tmp_path: Path, make: Callable[[], bytes]) -> None:
    (tmp_path / "z.zip").write_bytes(make())
    (tmp_path / "c.xlsx").write_bytes(b"third")
    assert contents(listed(tmp_path)) == {"z.zip!a.xlsx": b"first" * 50, "z.zip!b.xlsx": "XL504", "c.xlsx": b"third"}


def damaged_lzma() -> bytes:
    """Members packed in ways that hardly anybody uses; of the second the packed bytes are damaged."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xlsx", b"first" * 50, zipfile.ZIP_BZIP2)
        archive.writestr("b.xlsx", b"second" * 50)
    content = bytearray(target.getvalue())
    at = content.index(b"b.xlsx") + 20
    content[at : at + 9] = b"\xff" * 9
    return bytes(content)


def test_a_member_packed_by_lzma_is_named_and_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "z.zip").write_bytes(damaged_lzma())
    found = listed(tmp_path)
    assert contents(found) == {"z.zip!a.xlsx": b"first" * 50, "z.zip!b.xlsx": "XL504"}
    assert "14" in found["z.zip!b.xlsx"].error.arguments["found"]


def test_names_longer_than_databases_take_are_cut_and_stay_apart(tmp_path: Path) -> None:
    deep = "/".join(["很深的文件夹"] * 3000)
    (tmp_path / "z.zip").write_bytes(
        zipped({f"{deep[:20000]}/{number}/甲.xlsx": b"%d" % number for number in range(3)} | {"b.xlsx": b"b"})
    )
    found = contents(listed(tmp_path))
    assert sorted(found.values()) == [b"0", b"1", b"2", b"b"]
    assert all(len(path) < 400 and path.startswith("z.zip!") and path.endswith(".xlsx") for path in found)


def test_a_mark_of_ours_in_the_name_of_a_file_is_wide(tmp_path: Path) -> None:
    (tmp_path / "重要!").mkdir()
    (tmp_path / "重要!" / "急!甲局.xlsx").write_bytes(b"one")
    (tmp_path / "重要!" / "~$急!甲局.xlsx").touch()
    (tmp_path / "z.zip").write_bytes(zipped({"急!.xlsx": b"two"}))
    found = listed(tmp_path)
    wide = "重要\uff01/急\uff01甲局.xlsx"
    assert contents(found) == {wide: b"one", "重要\uff01/~$急\uff01甲局.xlsx": None, "z.zip!急\uff01.xlsx": b"two"}
    assert (found[wide].name, found[wide].owner) == ("急\uff01甲局.xlsx", "~$急\uff01甲局.xlsx")
    assert found["z.zip!急\uff01.xlsx"].name == "急\uff01.xlsx"


@pytest.mark.parametrize(("path", "long"), [
    (r"C:\收到", r"\\?\C:\收到"), (r"\\server\share\收到", r"\\?\UNC\server\share\收到"), (r"\\?\C:\收到", r"\\?\C:\收到"),
])  # fmt: skip
def test_paths_of_windows_in_their_long_form(path: str, long: str) -> None:
    assert extended(path) == long


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", zipped({"a.xlsx": b"x"})[:-9], b"Rar!\x1a\x07"])
def test_an_archive_that_cannot_be_opened_is_named_with_its_hash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "z.zip").write_bytes(content)
    (found,) = list_inbox([tmp_path])
    assert (found.path, found.error.code, found.sha256, found.size) == ("z.zip", "XL504", sha(content), len(content))
    assert found.key == f"path:z.zip:{found.sha256}"


def test_an_archive_of_too_many_is_taken_in_up_to_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        archives.Allowance, "__init__", lambda self: (setattr(self, "members", 4), setattr(self, "unpacked", 100))[0]
    )
    (tmp_path / "many.zip").write_bytes(zipped({f"{i}.xlsx": b"x" for i in range(6)}))
    (tmp_path / "large.zip").write_bytes(zipped({"0.xlsx": b"0" * 60, "1.xlsx": b"1" * 60, "2.xlsx": b"2"}))
    (tmp_path / "nested.zip").write_bytes(zipped({"in.zip": zipped({f"{i}.xlsx": b"x" for i in range(3)})[:]}))
    assert contents(listed(tmp_path)) == {
        "large.zip!0.xlsx": b"0" * 60, "large.zip": "XL505",
        **{f"many.zip!{i}.xlsx": b"x" for i in range(4)}, "many.zip": "XL505",
        "nested.zip": "XL505",
    }  # fmt: skip


def declaring(content: bytes, size: int) -> bytes:
    """The archive with another size declared for every entry."""
    target, at = bytearray(content), -1
    while (at := target.find(b"PK\x01\x02", at + 1)) >= 0:
        target[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(target)


def test_what_an_archive_declares_is_counted_before_anything_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(declaring(zipped({f"{i}.xlsx": b"0" for i in range(10)}), 3 * 2**30))
    assert contents(listed(tmp_path)) == {"bomb.zip!0.xlsx": b"0", "bomb.zip!1.xlsx": b"0", "bomb.zip": "XL505"}


def test_never_more_is_unpacked_than_was_declared(tmp_path: Path) -> None:
    packed = zipped({"big.xlsx": bytes(50 * 2**20), "big.zip": bytes(50 * 2**20)})
    (tmp_path / "liar.zip").write_bytes(declaring(packed, 1000))
    tracemalloc.start()
    assert contents(listed(tmp_path)) == {"liar.zip!big.xlsx": "XL504", "liar.zip!big.zip": "XL504"}
    assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    tracemalloc.stop()


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    content = zipped({"a.xlsx": b"core"})
    for level in range(8):
        content = zipped({f"{level}.zip": content})
    (tmp_path / "onion.zip").write_bytes(content)
    (found,) = list_inbox([tmp_path])
    assert found.path == "onion.zip!7.zip!6.zip!5.zip!4.zip"
    assert read_input(found).startswith(b"PK")


def test_a_file_too_large_to_read_is_named_and_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILE", 10)
    monkeypatch.setattr(listing, "MOST_FILE", 10)
    (tmp_path / "a.xlsx").write_bytes(b"x" * 11)
    (tmp_path / "b.xlsx").write_bytes(b"x" * 10)
    (large, small) = list_inbox([tmp_path])
    assert (large.error.code, large.sha256, small.error) == ("XL128", sha(b"x" * 11), None)
    with open_input(large) as stream:  # for the archive of what came in
        assert stream.read() == b"x" * 11


def test_bytes_that_are_others_by_now(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"before")
    (tmp_path / "b.zip").write_bytes(zipped({"c.xlsx": b"c"}))
    changed, packed = list_inbox([tmp_path])
    (tmp_path / "a.xlsx").write_bytes(b"after")
    (tmp_path / "b.zip").unlink()
    with pytest.raises(UnreadableError) as caught:
        read_input(changed)
    assert caught.value.code == "XL126"
    with pytest.raises(UnreadableError) as caught:
        read_input(packed)
    assert caught.value.code == "XL506"
