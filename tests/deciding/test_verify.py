"""Whatever is done to a finalized set or to its audit is found and named, and nothing else is."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import docx
import pytest

from support.collection_runs import run_of
from support.filled import lay_filled
from support.matrix import MATRIX
from support.paths import EXAMPLE
from support.rosters import written
from support.sweeps import SEED, examples
from xlperf import collect, load_document, verify
from xlperf.errors import ExitCode, UsageError
from xlperf.summarizing.audit.chain import Entry, hash_of

pytestmark = pytest.mark.slow
STORE = "collection.sqlite"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units that passed, and one that was returned."""
    folder = tmp_path_factory.mktemp("set")
    (folder / "收到").mkdir()
    document = load_document(EXAMPLE / "document.json")
    for name, code in (("甲局", "101"), ("乙局", "102")):
        cover = document["cover"] | {"unit": name, "unit_code": code}
        lay_filled(document | {"cover": cover}, folder / f"收到/{name}.xlsx", date="2023-03-01")
    (folder / "收到/丙.xlsx").write_bytes(b"PK")
    collect([folder / "收到"], output=folder / "汇集", jobs=1)
    assert verify(folder / "汇集").differences == ()
    return folder


@pytest.fixture(scope="module")
def desk(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units of one department, by a list: one whose workbook goes back, one whose file cannot be read."""
    folder = tmp_path_factory.mktemp("back")
    (folder / "收到").mkdir()
    document = load_document(EXAMPLE / "document.json")
    document["cover"] |= {"unit": "丁局", "unit_code": "104"}
    MATRIX["basic spending blank"][0](document)
    lay_filled(document, folder / "收到/丁局.xlsx", date="2023-03-01")
    (folder / "收到/丙局.xlsx").write_bytes(b"PK")
    written(folder / "units.csv", "单位名称,单位代码,主管部门\n丙局,103,市甲委\n丁局,104,市甲委\n")
    collect([folder / "收到"], output=folder / "汇集", roster=folder / "units.csv", jobs=1)
    return folder


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made / "汇集", tmp_path / "汇集")


def found(out: Path) -> list[tuple[str, str]]:
    return [(difference.file, difference.kind) for difference in verify(out).differences]


def the_set(out: Path) -> list[str]:
    """The files that are compared: what is finalized, goes back and to departments, where it was copied from, summary, tables, archive, log."""
    kinds = ("定稿/*", "退回/*", "主管部门/*", "made/*/*", "CSV/*", "汇总.xlsx", "audit.zip", "run.json")
    return sorted(path.relative_to(out).as_posix() for kind in kinds for path in out.glob(kind))


def test_all_of_the_set_is_compared(out: Path) -> None:
    listed = the_set(out)
    counted = {folder: sum(name.startswith(f"{folder}/") for name in listed) for folder in ("定稿", "made", "退回", "主管部门")}
    assert counted == {"定稿": 6, "made": 6, "退回": 1, "主管部门": 0}
    assert verify(out).files == len(listed) and verify(out).exit_code is ExitCode.OK
    for name in listed:
        kept = (out / name).read_bytes()
        (out / name).unlink()
        assert (name, "missing") in found(out), name
        (out / name).write_bytes(kept)
    assert found(out) == []


def test_any_byte_that_is_changed_in_any_file_is_found_and_the_file_is_named(out: Path) -> None:
    chosen = random.Random(SEED)
    for name in the_set(out):
        kept = (out / name).read_bytes()
        for _ in range(examples(40, usual=2)):
            at, mask = chosen.randrange(len(kept)), chosen.randrange(1, 256)
            changed = bytearray(kept)
            changed[at] ^= mask
            (out / name).write_bytes(changed)
            check = verify(out)
            assert check.exit_code is ExitCode.ERRORS_FOUND
            assert (name, "altered") in [(one.file, one.kind) for one in check.differences], (name, at, mask)
            assert any(one.text.startswith(f"{name}：") for one in check.differences)
        (out / name).write_bytes(kept + b"\0" if chosen.random() < 0.5 else kept[:-1])
        assert (name, "altered") in found(out), name
        (out / name).write_bytes(kept)
    assert found(out) == []


def test_what_goes_back_and_to_departments_is_compared_too(desk: Path) -> None:
    out, chosen = desk / "汇集", random.Random(SEED)
    listed = [name for name in the_set(out) if name.startswith(("退回/", "主管部门/"))]
    assert [sum(name.endswith(end) for name in listed) for end in ("问题.xlsx", "通知.docx", ".zip", ".txt")] == [1, 2, 1, 1]
    assert len(listed) == 6 and found(out) == []
    for name in listed:
        kept = (out / name).read_bytes()
        changed = bytearray(kept)
        changed[chosen.randrange(len(kept))] ^= chosen.randrange(1, 256)
        (out / name).write_bytes(changed)
        assert found(out) == [(name, "altered")]
        (out / name).unlink()
        assert found(out) == [(name, "missing")]
        (out / name).write_bytes(kept)
    assert found(out) == []


def test_a_notice_that_somebody_has_saved_is_told_as_altered_by_every_run(desk: Path, tmp_path: Path) -> None:
    """The next run leaves it as it is, and does not take it for its own."""
    folder = shutil.copytree(desk, tmp_path / "desk")
    out = folder / "汇集"
    (notice,) = (out / "退回").glob("丁局-*.docx")
    docx.Document(notice).save(notice)
    name = notice.relative_to(out).as_posix()
    assert found(out) == [(name, "altered")]
    (folder / "收到/说明.txt").write_bytes(b"x")
    collect([folder / "收到"], output=out, roster=folder / "units.csv", jobs=1)
    assert found(out) == [(name, "altered")]
    notice.unlink()
    collect([folder / "收到"], output=out, roster=folder / "units.csv", jobs=1)
    assert found(out) == [] and notice.exists()


def test_what_nobody_of_us_put_there_is_told(out: Path) -> None:
    (out / "定稿/我的.xlsx").write_bytes(b"PK")
    (out / "定稿/sub").mkdir()
    (out / "定稿/sub/x.json").write_bytes(b"{}")
    (out / "定稿/~$甲局.xlsx").touch()  # Excel's own
    (out / "finalized").mkdir()
    (out / "finalized/y.xlsx").write_bytes(b"PK")
    assert found(out) == [("finalized/y.xlsx", "extra"), ("定稿/我的.xlsx", "extra"), ("定稿/sub/x.json", "extra")]


# --- the store -----------------------------------------------------------------------------------------------


def change(out: Path, *statements: str) -> None:
    with closing(sqlite3.connect(out / STORE)) as store:
        for statement in statements:
            store.execute(statement)
        store.commit()


def entries(out: Path) -> list[Entry]:
    with closing(sqlite3.connect(out / STORE)) as store:
        return [Entry(*row) for row in store.execute(f"select {','.join(Entry._fields)} from audit order by number")]


def test_any_letter_of_the_audit_that_is_changed_breaks_it_at_its_entry(out: Path) -> None:
    chosen, chain = random.Random(SEED), entries(out)
    assert len(chain) == 8
    for entry in chain:
        for field in ("time", "kind", "facts", "previous", "hash"):
            text = getattr(entry, field)
            at = chosen.randrange(len(text)) if text else 0
            other = text[:at] + ("0" if text[at : at + 1] != "0" else "1") + text[at + 1 :]
            with closing(sqlite3.connect(out / STORE)) as store:
                store.execute(f"update audit set {field} = ? where number = ?", (other, entry.number))
                store.commit()
                check = verify(out)
                broken = [one.facts["number"] for one in check.differences if one.kind == "chain_broken"]
                assert broken == [entry.number] and check.exit_code is ExitCode.ERRORS_FOUND, (entry.number, field)
                assert f"审计记录在第 {entry.number} 条" in "".join(one.text for one in check.differences)
                store.execute(f"update audit set {field} = ? where number = ?", (text, entry.number))
                store.commit()
    assert found(out) == []


def test_a_chain_that_was_cut_is_told_by_what_the_log_and_the_summary_show(out: Path) -> None:
    change(out, "delete from audit where number = 8")
    assert (STORE, "chain_cut") in found(out) and (STORE, "head_unknown") in found(out)
    assert (STORE, "chain_broken") not in found(out)
    (out / "run.json").unlink()
    assert (STORE, "head_unknown") in found(out)  # the summary still shows it
    change(out, "delete from audit where number > 0")
    assert (STORE, "head_unknown") in found(out) and (STORE, "before_chain") not in found(out)


def test_a_collection_in_which_nothing_came_in_has_an_audit_without_entries(tmp_path: Path) -> None:
    (tmp_path / "收到").mkdir()
    collect([tmp_path / "收到"], output=tmp_path / "汇集")
    check = verify(tmp_path / "汇集")
    assert (check.differences, check.entries, check.head) == ((), 0, "")


def test_a_chain_that_was_made_anew_is_told_by_a_head_that_was_noted(out: Path) -> None:
    """Somebody who can write to the store makes another chain, and the log and its seal to go with it."""
    noted, chain = run_of(out)["chain"]["head"], entries(out)
    assert verify(out, head=noted.upper()).differences == () and verify(out, head=chain[2].hash).differences == ()
    forged, previous = [], ""
    for entry in chain:
        facts = entry.facts.replace("passed", "returned") if entry.number == 4 else entry.facts
        entry = entry._replace(
            facts=facts, previous=previous, hash=hash_of(entry.number, entry.time, entry.kind, facts, previous)
        )
        forged.append(entry)
        previous = entry.hash
    with closing(sqlite3.connect(out / STORE)) as store:
        store.executemany(
            "update audit set facts = ?, previous = ?, hash = ? where number = ?",
            [(e.facts, e.previous, e.hash, e.number) for e in forged],
        )
        store.commit()
    assert {kind for _, kind in found(out)} == {"chain_cut", "head_unknown"}
    assert [one.facts["shown_in"] for one in verify(out, head=noted).differences if one.kind == "head_unknown"] == [
        "汇总.xlsx",
        "--head",
    ]


CHANGES = [
    ("update outcomes set status = 'returned' where status = 'passed'", "outcome_altered"),
    ("update outcomes set findings = '[]' where status = 'unreadable'", "outcome_altered"),
    ("update outcomes set document = replace(document, '2022', '2021') where status = 'passed'", "outcome_altered"),
    ("update outcomes set proof = 'x', unit = '丁局' where status = 'passed'", "outcome_altered"),
    ("update outcomes set gist = replace(gist, '\"met\": ', '\"met\": 1') where status = 'passed'", "outcome_altered"),
    ("update outcomes set digests = '{' where status = 'passed'", "outcome_altered"),
    ("update outcomes set status = null where status = 'passed'", "outcome_missing"),
    ("delete from outcomes where status = 'passed'", "outcome_missing"),
    ("update inputs set path = '又.xlsx' where path = '甲局.xlsx'", "input_altered"),
    ("delete from inputs where path = '甲局.xlsx'", "input_altered"),
]


@pytest.mark.parametrize(("statement", "kind"), CHANGES)
def test_outcomes_and_inputs_in_the_store_are_held_against_the_audit(out: Path, statement: str, kind: str) -> None:
    change(out, statement)
    assert (STORE, kind) in found(out)


def test_a_log_that_was_forged_with_all_that_it_says_is_not_the_one_that_was_written(out: Path) -> None:
    run = run_of(out)
    run["files"][0]["errors"] = 99
    (out / "run.json").write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found(out) == [("run.json", "altered")]


# --- of earlier versions -------------------------------------------------------------------------------------


def test_a_collection_from_before_the_chain_opens_and_says_so_and_the_next_run_begins_one(made: Path, out: Path) -> None:
    change(
        out,
        "drop table audit",
        "drop table seals",
        "alter table outcomes drop column proof",
        "alter table outcomes drop column digests",
    )
    run = {key: value for key, value in run_of(out).items() if key not in ("chain", "digests")}
    for unit in run["units"]:
        for key in ("found", "until", "paths"):
            del unit[key]
    (out / "run.json").write_text(json.dumps(run, ensure_ascii=False), "utf-8")
    check = verify(out)
    assert check.exit_code is ExitCode.ERRORS_FOUND and "在有审计记录以前" in check.differences[0].text
    before = {path.name: path.read_bytes() for path in (out / "定稿").iterdir()}
    collect([made / "收到"], output=out, jobs=1)
    assert {path.name: path.read_bytes() for path in (out / "定稿").iterdir()} == before
    assert (entries(out)[0].kind, entries(out)[0].told) == ("begun", {"files": 3})
    check = verify(out)
    assert (check.differences, check.before) == ((), 3)
    (final,) = sorted(out.glob("定稿/甲局*.json"))
    final.write_bytes(final.read_bytes().replace(b"2022", b"2021"))
    assert (final.relative_to(out).as_posix(), "altered") in found(out)


def test_where_there_is_no_collection_there_is_nothing_to_compare(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError) as caught:
            verify(folder)
        assert caught.value.key == "no_collection"
    assert list(tmp_path.iterdir()) == []


def test_the_head_is_printed_in_the_summary(out: Path) -> None:
    import openpyxl

    shown = openpyxl.load_workbook(out / "汇总.xlsx")["总览"]["A3"].value
    count, head = re.fullmatch(r"审计记录 (\d+) 条，末条校验值 ([0-9a-f]{64})", shown).groups()
    assert (int(count), head) == (8, entries(out)[-1].hash) and run_of(out)["chain"] == {"entries": 8, "head": head}
