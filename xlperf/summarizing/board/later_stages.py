"""What came in of stages after the department and does not count: a review of another version, or one that a unit sent.

for path, finding in check_later(submissions, roles, naming):
    …                                   # ("reviews!a.xlsx", {"code": "XL560", …})

Which counts is for `submissions.find_roles` to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlperf.distributing.naming import Naming
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.outcome import Submission
from xlperf.summarizing.submissions import ASIDE, COUNTS, SUPERSEDED, Role, comparison_finding, purpose_of

SHORT = 12  # characters of a SHA-256 that are told


def check_later(
    submissions: Sequence[Submission], roles: Mapping[str, Role], naming: Naming
) -> Iterator[tuple[str, DescribedFinding]]:
    """Yield path and finding of what is of a later stage and aside: of another version of the submission, or sent by a unit."""
    by_path = {submission.path: submission for submission in submissions}
    current = {purpose_of(s, naming): s for s in submissions if stands(s, roles[s.path], by_path)}
    for submission in submissions:
        if submission.later is None or roles[submission.path].kind != ASIDE:
            continue
        if not submission.is_own_review:
            yield submission.path, comparison_finding("XL561", "error", (), found=submission.path)
            continue
        sent = current.get(purpose_of(submission, naming))
        if sent is None or sent.sha256 != submission.later.reviewed:
            told = f"{sent.path} ({sent.sha256[:SHORT]})" if sent else sentence("nothing_counts", {})
            yield (
                submission.path,
                comparison_finding("XL560", "error", (), found=submission.later.reviewed[:SHORT], expected=told),
            )


def stands(submission: Submission, role: Role, by_path: Mapping[str, Submission]) -> bool:
    """Whether a submission of the department is the one that counts, or that a later stage counts in place of."""
    if submission.later is not None:
        return False
    instead = by_path[role.by].later if role.kind == SUPERSEDED and role.by in by_path else None
    return role.kind == COUNTS or (instead is not None and instead.reviewed == submission.sha256)
