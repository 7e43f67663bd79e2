"""The board: one row per unit, in the order of the roster, with what was received of it and how it stands.

    for row in board_rows(submissions, roles, roster, naming, asked):
        row.name, row.state, row.versions           # ("Bureau A", "returned", 2)

Where the roster has a line for each paper of a unit, the unit stands as its worst paper does, and the row says which that is.
Without a roster these are the units that sent something, by name. A unit that the roster does not have is no unit of the
round: its files are listed with the others, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlperf.distributing.naming import Naming, places_of
from xlperf.distributing.roster import Unit, contact_of
from xlperf.distributing.roster_sheets import Line
from xlperf.messages import clauses, listing, sentence
from xlperf.summarizing.outcome import SurveyedSubmission, held_once
from xlperf.summarizing.submissions import ASIDE, ATTACHED, COUNTS, Asked, Role, arrival_of, content_key
from xlperf.text import letters_of, unit_key

STATES = ("passed", "query", "returned", "unreadable", "missing")  # of a unit; the later, the more is to be done
SPARED = ("extended", "exempt")  # what the bureau decides: not yet, not at all
WHOLE_MINUTE = 16  # characters of an ISO time


class StageState(NamedTuple):
    """How a stage after the department stands for a unit."""

    label: str  # of the stage
    state: str  # done, out: it lies there as it was handed out, due: it is not there, open: what is back has to be corrected
    deadline: str  # the last day, ISO; "" where none is set
    done: int  # papers of the unit of which it is done
    papers: int  # papers of the unit that have come so far
    is_late: bool = False  # on the day on which the board is looked at

    def on(self, day: str) -> StageState:
        """The same on that ISO day."""
        return self._replace(is_late=bool(day and self.deadline) and self.state != "done" and self.deadline < day)

    @property
    def in_words(self) -> str:
        """What the board says of it."""
        known = "_late" if self.is_late else "_by" if self.deadline and self.state != "done" else ""
        said = sentence(f"stage_{self.state}{known}", {"stage": self.label, "date": self.deadline})
        return sentence("stage_of_papers", {"said": said, "done": self.done, "count": self.papers}) if self.papers > 1 else said


class BoardRow(NamedTuple):
    """How one unit stands; None where nothing is received or said."""

    number: int
    name: str
    code: str
    supervisor: str
    state: str  # one of STATES or SPARED
    versions: int  # files received, equal ones once, attachments aside
    received: str | None  # the last of them, to the minute
    errors: int | None
    unexplained: int | None
    contact: str
    mail: str = ""
    office: str = ""  # who is in charge of the unit at the bureau
    decision: str | None = None
    found: str = ""  # the state by its files alone, one of STATES; "" before anything was decided
    until: str | None = None  # the ISO date of an extension that lasts
    paths: tuple[str, ...] = ()  # of the files received
    imported: str = ""  # the kind of report, of outcome.IMPORTED, by which it stands; "" of a workbook
    papers: tuple[tuple[str, str], ...] = ()  # state and subject of each, the worst first, where not all stand the same
    attached: tuple[str, ...] = ()  # the paths of what came with its files and is none

    reviews: tuple[StageState, ...] = ()  # how each stage after the department stands that has begun for it

    @property
    def reviews_in_words(self) -> str:
        """How the stages after the department stand; "" where none has begun."""
        return clauses(stage.in_words for stage in self.reviews)

    @property
    def owes(self) -> bool:
        """Whether the unit has still to do something."""
        return self.state != "passed" and self.state not in SPARED

    @property
    def state_in_words(self) -> str:
        """How the unit stands, by what kind of report if by none of ours; of several papers which, those that passed left out."""
        papers = [paper for paper in self.papers if paper[0] != "passed"]
        if not papers or self.state in SPARED:
            return in_words(f"unit_{self.state}", self.imported)
        by_state: dict[str, list[str]] = {}
        for state, subject in papers:
            by_state.setdefault(state, []).append(subject)
        return clauses(
            sentence(
                "unit_papers" if any(subjects) else f"unit_{state}",
                {"state": sentence(f"unit_{state}", {}), "subjects": listing(list(filter(None, subjects)))},
            )
            for state, subjects in by_state.items()
        )

    def papers_of(self, *states: str) -> tuple[str, ...]:
        """The subjects of the papers that stand so, where not all stand the same."""
        return tuple(subject for state, subject in self.papers if state in states and subject)


def in_words(state: str, imported: str) -> str:
    """The sentence of a state, with the kind of report that was imported, "" for none."""
    said = sentence(state, {})
    return sentence("unit_imported", {"state": said, "imported": sentence(f"imported_{imported}", {})}) if imported else said


def board_rows(
    submissions: Sequence[SurveyedSubmission],
    roles: Mapping[str, Role],
    roster: Sequence[Unit] | None,
    naming: Naming,
    asked: Asked,
) -> tuple[BoardRow, ...]:
    """Return the row of every unit."""
    owned = [s for s in submissions if (s.unit or s.unit_code) and roles[s.path].kind != ASIDE]
    sent = [s for s in owned if roles[s.path].kind != ATTACHED]
    units = list(_units_that_sent(sent, naming, asked)) if roster is None else roster
    places = places_of(units, naming)
    files: dict[int, list[SurveyedSubmission]] = {}
    attached: dict[int, list[str]] = {}
    for submission in owned:
        if (place := places.of(submission.unit, submission.unit_code)) is None:
            continue
        if roles[submission.path].kind == ATTACHED:
            attached.setdefault(place, []).append(submission.path)
        else:
            files.setdefault(place, []).append(submission)
    rows = (_row(place, unit, files.get(place, []), roles, asked) for place, unit in enumerate(units))
    return tuple(row._replace(attached=tuple(attached.get(place, ()))) for place, row in enumerate(rows))


def _units_that_sent(submissions: Iterable[SurveyedSubmission], naming: Naming, asked: Asked) -> Iterator[Unit]:
    """Yield the units that sent something, by name, as a roster would have them; by what was asked for, if they sent that."""
    found: dict[str, SurveyedSubmission] = {}
    for submission in submissions:
        key = naming.key(submission.unit, submission.unit_code) or f"#{submission.unit_code}"
        found[key] = max(found.get(key, submission), submission, key=lambda s: (bool(s.form), asked.is_met_by(s), arrival_of(s)))
    for submission in sorted(found.values(), key=lambda s: (unit_key(s.unit), s.unit_code or "")):
        code = (submission.unit_code or "").strip()
        supervisor = submission.supervisor if asked.is_met_by(submission) else None
        yield Unit(submission.unit or code, code, supervisor or "", Line("", 0, {}))


def _row(place: int, unit: Unit, files: Sequence[SurveyedSubmission], roles: Mapping[str, Role], asked: Asked) -> BoardRow:
    counting = _deciding(files, roles, asked)
    latest, whom = max(files, key=arrival_of, default=None), contact_of(unit)
    papers = _papers(unit, counting)
    return BoardRow(
        number=place + 1,
        name=unit.name,
        code=unit.code,
        supervisor=unit.supervisor or next((s.supervisor for s in counting if s.supervisor and asked.is_met_by(s)), ""),
        state=papers[0][0] if papers else max(map(_state, counting), key=STATES.index, default="missing"),
        versions=len({content_key(submission) for submission in files if not submission.later}),
        received=held_once(latest.received[:WHOLE_MINUTE].replace("T", " ")) if latest else None,
        errors=sum(submission.errors for submission in counting) if files else None,
        unexplained=sum(submission.queries for submission in counting) if files else None,
        contact=whom.caller,
        mail=whom.mail,
        office=whom.office,
        paths=tuple(submission.path for submission in files),
        imported=next((submission.imported for submission in counting if submission.imported), ""),
        papers=papers if len({state for state, _ in papers}) > 1 else (),
    )


def _papers(unit: Unit, counting: Sequence[SurveyedSubmission]) -> tuple[tuple[str, str], ...]:
    """State and subject of every paper that is asked of a unit or has come, the worst first.

    What does not say what it is about (a scan) is the only paper that is still missing, where there is only one.
    """
    if not unit.papers:
        return ()
    came: dict[str, list[SurveyedSubmission]] = {}
    for submission in counting:
        came.setdefault(letters_of(submission.subject or ""), []).append(submission)
    papers = []
    for subject in unit.papers:
        mine = came.pop(letters_of(subject), [])
        papers.append((max(map(_state, mine), key=STATES.index, default="missing"), subject))
    lacking = [at for at, (state, _) in enumerate(papers) if state == "missing"]
    if len(lacking) == 1 and (mute := came.pop("", None)):
        papers[lacking[0]] = (max(map(_state, mute), key=STATES.index), papers[lacking[0]][1])
    papers += [(_state(submission), submission.subject or "") for others in came.values() for submission in others]
    return tuple(sorted(papers, key=lambda paper: -STATES.index(paper[0])))


def _deciding(files: Sequence[SurveyedSubmission], roles: Mapping[str, Role], asked: Asked) -> list[SurveyedSubmission]:
    """The files by which a unit stands: what counts and was asked for, else what could be read, else all that counts."""
    counting = [submission for submission in files if roles[submission.path].kind == COUNTS] or list(files[:1])
    readable = [submission for submission in counting if submission.status != "unreadable"]
    if not readable:
        return counting
    of_own_subject = [submission for submission in counting if submission.form is None and submission.subject]
    return [*([submission for submission in readable if asked.is_met_by(submission)] or readable), *of_own_subject]


def _state(submission: SurveyedSubmission) -> str:
    """How a unit stands by one file: what only has to be explained is no error."""
    return "query" if submission.status == "returned" and not submission.errors else submission.status
