"""The file before any library opens it: one code for every kind, every odd file read as if it were not odd, all of it cheap."""

from __future__ import annotations

import json
import os
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import xlperf.reading.preflight
from support.hostile import BUILDERS, GOALS, add_rows, row_of
from support.meter import Cost, meter
from support.odd_files import CHEAP, READ, REFUSED
from support.paths import EXAMPLE
from support.sweeps import SEED, SOAK, every, examples
from xlperf.errors import UsageError, XlperfError
from xlperf.messages import finding_texts
from xlperf.reading.preflight import preflight
from xlperf.reporting.result import Result
from xlperf.workflow.annotate import annotate
from xlperf.workflow.finalize import finalize
from xlperf.workflow.process import read_workbook
from xlperf.workflow.validate import validate

pytestmark = pytest.mark.slow

FILLED = EXAMPLE / "filled.xlsx"
MOST_SECONDS, MOST_MIB = 4.5, 300
HEAVIEST = {
    "every_cell_wrong",
    "crowded_table",
    "crowded_alike",
    "many_names",
    "many_texts",
    "many_styles",
}  # in `make test` they are only read


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Every odd file, built once for all processes: some are large."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "异常 文件"
    folder.mkdir(exist_ok=True)

    def build(kind: str) -> Path:
        path = folder / f"{kind}.xlsx"
        if not path.exists():
            part = folder / f"{kind}.{os.getpid()}.part"
            BUILDERS[kind](part)
            part.replace(path)  # another process may be at it, and makes the same
        return path

    return build


@pytest.fixture(scope="session")
def clean() -> Result:
    return validate(FILLED)


def key(finding: dict) -> tuple[str, str, tuple[str, ...]]:
    return finding["code"], finding["severity"], tuple(finding["cells"])


def test_every_builder_is_used() -> None:
    assert sorted([*REFUSED, *READ, *CHEAP]) == sorted(BUILDERS)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_says_why(built, kind: str) -> None:
    path = built(kind)
    before = path.read_bytes()
    result = validate(path)
    assert [key(finding) for finding in result.findings] == [(REFUSED[kind], "error", ())]
    assert result.exit_code == 3 and path.read_bytes() == before
    assert all(
        result.findings[0][part] and "—" not in result.findings[0][part][:1] for part in ("message", "found", "expected", "fix")
    )


@pytest.mark.parametrize("kind", every(1, list(READ), usual=2))
def test_what_is_odd_is_read_as_if_it_were_not(built, clean: Result, kind: str) -> None:
    odd = validate(built(kind))
    assert odd.document == clean.document
    assert {key(f) for f in odd.findings} - {key(f) for f in clean.findings} == {*([READ[kind]] if READ[kind] else [])}
    assert {key(f) for f in clean.findings} <= {key(f) for f in odd.findings}


@pytest.mark.parametrize(
    "kind", every(1, [kind for kind in BUILDERS if kind not in REFUSED and (SOAK or kind not in HEAVIEST)], usual=2)
)
def test_what_is_odd_is_finalized_or_sent_back_and_its_warnings_stay(built, tmp_path: Path, kind: str) -> None:
    odd = finalize(built(kind), output=tmp_path)
    if odd.status == "returned":
        assert annotate(built(kind), output=tmp_path).exists()
        return
    again = validate(odd.outputs[0])
    warnings = [key(finding) for finding in odd.findings if finding["severity"] == "warning"]
    assert [key(finding) for finding in again.findings if finding["severity"] != "info"] == warnings
    assert warnings


@pytest.fixture(scope="session")
def cost_of() -> Iterator[Callable[[Path], Cost]]:
    with meter() as measure:
        yield measure


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no getrusage")
@pytest.mark.parametrize("kind", BUILDERS)
def test_no_file_costs_much(built, cost_of: Callable[[Path], Cost], kind: str) -> None:
    """At most 5 s and 300 MiB, half a second of it for the start, which is not measured here.

    On a machine that is busy with other things the time of the processor counts.
    """
    for _ in range(3):
        cost = cost_of(built(kind))
        if cost.wall <= MOST_SECONDS:
            break
    assert cost.code in (0, 1, 3) and "Traceback" not in cost.stderr
    assert cost.mebibytes <= MOST_MIB
    assert cost.wall <= MOST_SECONDS or (cost.processor <= MOST_SECONDS and os.getloadavg()[0] > (os.cpu_count() or 1))


# --- the file itself -----------------------------------------------------------------------------------------


def test_a_file_of_which_nothing_is_cut_is_handed_on_as_it_is() -> None:
    intake = preflight(FILLED)
    assert intake.content == FILLED.read_bytes() and intake.findings == ()


def test_the_checksum_is_that_of_the_file_received(built) -> None:
    import hashlib

    path = built("stray_cell")
    intake = preflight(path)
    assert intake.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == validate(path).sha256
    assert intake.content != path.read_bytes()
    with pytest.raises(AttributeError):
        intake.sha256 = ""  # type: ignore[misc]


@pytest.mark.parametrize("kind", every(1, [kind for kind in READ if SOAK or kind not in HEAVIEST], usual=2))
def test_what_is_handed_on_is_safe_to_open_for_openpyxl(built, kind: str) -> None:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(preflight(built(kind)).content))
    assert book.sheetnames == openpyxl.load_workbook(FILLED, read_only=True).sheetnames
    assert all(sheet.max_row < 2_000 and sheet.max_column <= 52 for sheet in book)


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "没有.xlsx", tmp_path, tmp_path / "a\0b.xlsx", Path("x" * 5000)):
        with pytest.raises(UsageError) as error:
            validate(path)
        assert error.value.exit_code == 2 and error.value.key == "cannot_open"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.xlsx")
    with pytest.raises(UsageError):
        validate(tmp_path / "管道.xlsx")


def test_no_permission_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError, match="无法打开"):
        validate(FILLED)


@pytest.mark.parametrize("name", ["~$自评表.xlsx", ".~自评表.xlsx", ".~lock.自评表.xlsx#"])
def test_a_file_still_open_elsewhere_is_a_warning(tmp_path: Path, name: str) -> None:
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(FILLED.read_bytes())
    (tmp_path / name).write_bytes(b"")
    (finding,) = [f for f in validate(path).findings if f["code"] == "XL125"]
    assert (finding["severity"], finding["found"]) == ("warning", name)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(FILLED.read_bytes())
    read = Path.read_bytes

    def meanwhile(self: Path) -> bytes:
        content = read(self)
        with self.open("ab") as file:
            file.write(b"more")
        return content

    monkeypatch.setattr(Path, "read_bytes", meanwhile)
    result = validate(path)
    assert [f["code"] for f in result.findings] == ["XL126"] and result.exit_code == 3


def test_a_file_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlperf.reading.limits, "MOST_FILE", 1_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read"))
    assert [f["code"] for f in validate(FILLED).findings] == ["XL128"]


def test_dates_of_1904_are_converted(built) -> None:
    assert read_workbook(built("dates_of_1904"))["cover"]["prepared_on"] == read_workbook(FILLED)["cover"]["prepared_on"]


def test_the_last_cell_of_the_region_is_read_and_the_next_is_not(tmp_path: Path) -> None:
    add_rows(tmp_path / "a.xlsx", GOALS, [row_of(1999, ["BZ"])])
    add_rows(tmp_path / "b.xlsx", GOALS, [row_of(1999, ["CA"])])
    add_rows(tmp_path / "c.xlsx", GOALS, [row_of(2000, ["B"])])
    codes = [[f["code"] for f in validate(tmp_path / name).findings if f["cells"][:1] == [f"绩效目标!{cell}"]]
             for name, cell in (("a.xlsx", "BZ1999"), ("b.xlsx", "CA1999"), ("c.xlsx", "B2000"))]  # fmt: skip
    assert codes == [["XL236"], ["XL123"], ["XL123"]]


def test_every_code_has_its_words_in_both_languages() -> None:
    for code in {*REFUSED.values(), *(told[0] for told in READ.values() if told), "XL125", "XL126"}:
        zh, en = finding_texts(code, "zh"), finding_texts(code, "en")
        assert set(zh) == set(en) >= {"group", "message", "found", "expected", "fix"}
        for part in zh:
            assert sorted(re.findall(r"\{\w+\}", zh[part])) == sorted(re.findall(r"\{\w+\}", en[part])), (code, part)


# --- chance --------------------------------------------------------------------------------------------------


def survives(path: Path) -> None:
    """Whatever is in the file, it gives a result, or one of our errors."""
    try:
        result = validate(path)
    except XlperfError as error:
        assert str(error)
    else:
        assert isinstance(result, Result) and json.dumps(result.as_object()) and json.dumps(result.document)


def flipped(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def shortened(chance: random.Random, content: bytes) -> bytes:
    begin, length = chance.randrange(len(content)), chance.choice((1, 10, 1_000, 100_000))
    return chance.choice((content[:begin], content[begin:], content[:begin] + content[begin + length :]))


def test_no_damage_to_the_bytes_gives_a_traceback(tmp_path: Path) -> None:
    chance, content = random.Random(20220101 + SEED), FILLED.read_bytes()
    path = tmp_path / "f.xlsx"
    for number in range(examples(1_600, usual=150)):
        path.write_bytes((flipped, shortened)[number % 2](chance, content))
        survives(path)


def dropped(chance: random.Random, parts: dict[str, bytes]) -> None:
    del parts[chance.choice(list(parts))]


def swapped(chance: random.Random, parts: dict[str, bytes]) -> None:
    first, second = chance.sample(list(parts), 2)
    parts[first], parts[second] = parts[second], parts[first]


def copied(chance: random.Random, parts: dict[str, bytes]) -> None:
    first, second = chance.sample(list(parts), 2)
    parts[first] = parts[second]


def noisy(chance: random.Random, parts: dict[str, bytes]) -> None:
    name = chance.choice(list(parts))
    parts[name] = flipped(chance, parts[name])


def cut_short(chance: random.Random, parts: dict[str, bytes]) -> None:
    name = chance.choice(list(parts))
    parts[name] = shortened(chance, parts[name])


VALUES = (b"", b"NaN", b"inf", b"-1", b"1e300", b"-1e-300", b"99999999999999999999", b"2958466", b"0.5", b"x", b"#REF!", b"2023-02-30", b"\xe9\x95\xbf",
          b"&amp;", b"&#10;", b"_x0000_", b"TRUE", b"0", b"60", b"-0", b"1E5", b"&#xD83D;")  # fmt: skip
KINDS = (b' t="s"', b' t="str"', b' t="b"', b' t="e"', b' t="d"', b' t="n"', b' t="inlineStr"', b' t="zz"', b"")


def other_values(chance: random.Random, parts: dict[str, bytes]) -> None:
    """Cells of any kind with any value in any style."""
    name = chance.choice([name for name in parts if "worksheets/" in name])
    often = chance.choice((0.02, 0.3))

    def other(match: re.Match) -> bytes:
        if chance.random() > often:
            return match[0]
        style, kind, value = chance.randrange(90), chance.choice(KINDS), chance.choice(VALUES)
        return b'<c r="%b" s="%d"%b><v>%b</v></c>' % (match[1], style, kind, value)

    parts[name] = re.sub(rb'<c r="([A-Z]+[0-9]+)"[^<>]*?(?:/>|>.*?</c>)', other, parts[name])


def other_attributes(chance: random.Random, parts: dict[str, bytes]) -> None:
    """Attributes with the value of another, or none at all."""
    name = chance.choice(list(parts))
    values = re.findall(rb'="([^"]*)"', parts[name])
    if values:
        often = chance.choice((0.005, 0.1))
        other = lambda m: b'="%b"' % chance.choice((*values[:50], *VALUES)) if chance.random() < often else m[0]  # noqa: E731
        parts[name] = re.sub(rb'="([^"]*)"', other, parts[name])


def other_rows(chance: random.Random, parts: dict[str, bytes]) -> None:
    """Rows dropped, repeated and exchanged."""
    name = chance.choice([name for name in parts if "worksheets/" in name])
    rows = re.findall(rb"<row .*?</row>|<row [^>]*/>", parts[name])
    if len(rows) > 2:
        first, second = chance.sample(rows, 2)
        new = chance.choice((b"", second, first + first, first.replace(b"<c ", b"<c  "), re.sub(rb' r="[A-Z]*\d+"', b"", first)))
        parts[name] = parts[name].replace(first, new, 1)


SURGERY = (dropped, swapped, copied, noisy, cut_short, other_values, other_attributes, other_rows)


@pytest.mark.parametrize("operate", SURGERY, ids=lambda operate: operate.__name__)
def test_no_surgery_gives_a_traceback(tmp_path: Path, operate: Callable) -> None:
    with zipfile.ZipFile(FILLED) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    chance, path = random.Random(f"{operate.__name__}{SEED or ''}"), tmp_path / "f.xlsx"
    for _ in range(examples(50, usual=12)):
        changed = dict(parts)
        operate(chance, changed)
        with zipfile.ZipFile(path, "w") as package:
            for name, content in changed.items():
                package.writestr(name, content)
        survives(path)
