"""How the stages after the department stand for each unit: what is still to be reviewed, what came back wrong, what is done.

    with_reviews(board, submissions, roles, stages={form.key: form.stages}, naming=naming, deadlines={"review": "2024-05-31"})

A stage of a unit begins when what it is of has passed: the submission that counts, then the stage before. A review of another
version is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlperf.distributing.naming import Naming
from xlperf.forms.form import Stage
from xlperf.summarizing.board.later_stages import stands
from xlperf.summarizing.board.rows import BoardRow, StageState
from xlperf.summarizing.outcome import Submission
from xlperf.summarizing.submissions import DUPLICATE, Purpose, Role, arrival_of, purpose_of

NO_DEADLINES: Mapping[str, str] = {}
STATES = ("done", "out", "due", "open")  # of a stage; of several papers the last of these that one has
UNTOUCHED = "T00:00:00Z"  # ends the time at which a workbook was saved that nobody has saved since it was written
Back = Mapping[tuple[str, Purpose], Sequence[Submission]]  # what came back of a submission, by its SHA-256 and purpose


def with_reviews(
    board: Iterable[BoardRow],
    submissions: Sequence[Submission],
    roles: Mapping[str, Role],
    *,
    stages: Mapping[str, Sequence[Stage]],
    naming: Naming,
    deadlines: Mapping[str, str],
) -> tuple[BoardRow, ...]:
    """The rows with how each stage stands for the unit.

    Args:
        stages: the stages after the department, by the key of the form; of forms that have some.
        deadlines: until when each stage is to be done, ISO dates by its key.
    """
    if not any(stages.values()):
        return tuple(board)
    by_path = {submission.path: submission for submission in submissions}
    back = _what_is_back(submissions, roles, naming)
    rows = []
    for row in board:
        found: dict[str, list[StageState]] = {}
        for submission in (by_path[path] for path in row.paths):
            if submission.status == "passed" and stands(submission, roles[submission.path], by_path):
                came = back.get((submission.sha256, purpose_of(submission, naming)), [])
                for key, state in _of_paper(came, stages.get(submission.form or "", ()), deadlines):
                    found.setdefault(key, []).append(state)
        rows.append(row._replace(reviews=tuple(map(_together, found.values()))))
    return tuple(rows)


def _of_paper(
    came: Sequence[Submission], stages: Sequence[Stage], deadlines: Mapping[str, str]
) -> Iterable[tuple[str, StageState]]:
    """Yield the key of each stage that has begun for one paper, and how it stands; a later one that passed holds those before."""
    passed = _passed(came)
    for number, stage in enumerate(stages[: passed + 1], 1):
        mine = [submission for submission in came if submission.later and submission.later.number == number]
        is_out = bool(mine) and all(map(_is_untouched, mine))
        state = "done" if number <= passed else "out" if is_out else "open" if mine else "due"
        yield stage.key, StageState(stage.label, state, deadlines.get(stage.key, ""), done=int(number <= passed), papers=1)


def to_correct(submissions: Sequence[Submission], roles: Mapping[str, Role], naming: Naming) -> frozenset[str]:
    """The paths of what reviewers have to correct: the last that is back of a stage that is not done, and that was worked in."""
    by_path = {submission.path: submission for submission in submissions}
    current = {
        (submission.sha256, purpose_of(submission, naming))
        for submission in submissions
        if submission.status == "passed" and stands(submission, roles[submission.path], by_path)
    }
    found = set()
    for key, came in _what_is_back(submissions, roles, naming).items():
        wrong = [each for each in came if each.status == "returned" and not _is_untouched(each)] if key in current else []
        wrong = [each for each in wrong if each.later and each.later.number == _passed(came) + 1]
        if wrong:
            found.add(max(wrong, key=arrival_of).path)
    return frozenset(found)


def _what_is_back(submissions: Iterable[Submission], roles: Mapping[str, Role], naming: Naming) -> Back:
    back: dict[tuple[str, Purpose], list[Submission]] = {}
    for submission in submissions:
        if submission.later and submission.is_own_review and roles[submission.path].kind != DUPLICATE:
            back.setdefault((submission.later.reviewed, purpose_of(submission, naming)), []).append(submission)
    return back


def _passed(came: Iterable[Submission]) -> int:
    """The number of the last stage that is done, 0 for none."""
    return max((each.later.number for each in came if each.later and each.status == "passed"), default=0)


def _is_untouched(submission: Submission) -> bool:
    """Whether a review is as it was handed out: nobody has saved it."""
    return submission.status == "returned" and (submission.saved or "").endswith(UNTOUCHED)


def _together(states: Sequence[StageState]) -> StageState:
    """How a stage stands for all papers of a unit: as the one of which most is to be done."""
    worst = max(states, key=lambda each: STATES.index(each.state))
    return worst._replace(done=sum(each.done for each in states), papers=len(states))
