"""A round of five units, small and soon collected, and questions about it to the server, with a worker or through HTTP.

desk = make_round(folder)
desk.collect()
status, text = desk.asked("board")                              # as the bureau
status, text = desk.asked("unit", of="101002", unit=desk.key("101001"))
"""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.crowd import Base, plain_document
from support.filled import lay_filled
from support.matrix import MATRIX
from support.rosters import written
from xlperf import collect
from xlperf.collecting.run_board import board_of
from xlperf.collecting.run_log import read_run
from xlperf.server.answers import answer_to
from xlperf.server.job import Job
from xlperf.server.round.standing import key_of
from xlperf.server.round.visits import FINANCE, UNIT, Ask, ServedRound, Visitor
from xlperf.server.serving import _opened_round
from xlperf.workers.process import Limits

FORM, YEAR = "suzhou-department", 2023
UNITS = (
    ("苏州市甲子局", "101001", "市甲委"),  # passed
    ("苏州市乙丑局", "101002", "市乙委"),  # returned
    ("苏州市丙寅局", "101003", "市甲委"),  # sent a scan
    ("苏州市丁卯局", "101004", "市乙委"),  # sent nothing
    ("苏州市戊辰局", "101005", "市丙委"),  # corrected
)
NAMES = {code: name for name, code, _ in UNITS}
BUREAU = Visitor("wang", FINANCE)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
ROW = re.compile(r'<tr role="row"><td.*?</tr>', re.DOTALL)


@dataclass
class RoundDesk:
    """A round in a folder of its own."""

    folder: Path
    bases: dict[str, Base] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inbox, self.out, self.file = self.folder / "收到", self.folder / "汇集", self.folder / "round.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "round.actions.jsonl"

    @property
    def served(self) -> ServedRound:
        return _opened_round(self.file, None)

    def collect(self, **more: object) -> None:
        collect([self.inbox], output=self.out, roster=self.folder / "units.csv", form=FORM, year=YEAR, jobs=2, **more)  # type: ignore[arg-type]

    def book(self, code: str, *, fault: str = "", like: int = 0, unit: str | None = None) -> bytes:
        """A workbook of that unit."""
        path = self.folder / "made.xlsx"
        self.bases[fault].write(path, int(code[-2:]) + 100 * like, unit=unit or NAMES.get(code, f"苏州市{code}局"), code=code)
        content = path.read_bytes()
        path.unlink()
        return content

    def send(self, name: str, content: bytes) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def key(self, code: str) -> str:
        """What a unit is called in addresses."""
        run = read_run(self.out)
        assert run is not None
        return next(key_of(row) for row in board_of(run) if row.code == code)

    def asked(
        self, verb: str, *, of: str | None = None, language: str = "zh", served: ServedRound | None = None, **more: object
    ) -> tuple[int, str]:
        """What a worker answers, as the bureau or as the unit of that code: status and text."""
        status, content = self.asked_for_bytes(verb, of=of, language=language, served=served, **more)
        return status, content.decode("utf-8", "replace")

    def asked_for_bytes(
        self,
        verb: str,
        *,
        of: str | None = None,
        language: str = "zh",
        served: ServedRound | None = None,
        body: bytes = b"",
        **more: object,
    ) -> tuple[int, bytes]:
        visitor = Visitor(f"u{of}", UNIT, of) if of is not None else BUREAU
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "upload").write_bytes(body)
            ask = Ask(verb, served or self.served, visitor, **more)  # type: ignore[arg-type]
            answer = answer_to(Job("round", Path(folder), language=language, ask=ask), Limits())
            return answer.status, answer.path.read_bytes()

    def lines(self) -> list[dict[str, object]]:
        """The log of actions."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []


def make_round(folder: Path) -> RoundDesk:
    """The round before anything is collected."""
    desk = RoundDesk(folder)
    for fault, spoil in {"": lambda document: None, "error": MATRIX["basic spending blank"][0]}.items():
        document = plain_document()
        document["fiscal_year"] = YEAR
        document["cover"]["prepared_on"] = f"{YEAR + 1}-02-20"
        spoil(document)
        lay_filled(document, folder / "base.xlsx", date="2024-03-01")
        desk.bases[fault] = Base(folder / "base.xlsx")
        (folder / "base.xlsx").unlink()
    lines = [f"{name},{code},{supervisor},{name[3:5]}科,0512-{code}" for name, code, supervisor in UNITS]
    written(folder / "units.csv", "单位名称,单位代码,主管部门,联系人,电话\n" + "\n".join(lines) + "\n")
    said = f"form: {FORM}\nyear: {YEAR}\ntitle: 2023年度自评\ndeadline: 2024-03-31\n"
    desk.file.write_text(f"{said}roster: units.csv\ninboxes: [收到]\noutput: 汇集\n", "utf-8")
    desk.send("苏州市甲子局.xlsx", desk.book("101001"))
    desk.send("苏州市乙丑局.xlsx", desk.book("101002", fault="error"))
    desk.send("苏州市丙寅局.pdf", b"%PDF-1.7 a scan")
    desk.send("说明.txt", b"a letter of nobody")
    desk.send("a/苏州市戊辰局.xlsx", desk.book("101005", fault="error"))
    desk.send("b/苏州市戊辰局-改.xlsx", desk.book("101005", like=1))
    return desk


def rows_of(page: str) -> Iterator[list[str]]:
    """The rows of the first table of a page, as a person reads them."""
    for row in ROW.findall(page.partition("</table>")[0]):
        yield [html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in CELL.findall(row)]


def form_of(token: str, name: str, content: bytes, *, boundary: str = "xYz") -> bytes:
    """The body of a form with a file, as a browser sends it."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token}\r\n--{boundary}\r\n'
    head += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
