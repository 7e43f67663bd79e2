"""Every test that takes `url` runs in each database; the round is collected once for all tests that only look at it."""

import pytest

from support.databases import url
from support.small_round import RoundDesk, make_round
from xlperf import decide
from xlperf.deciding import decide as decide_module

__all__ = ["url"]


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> RoundDesk:
    """A round that was collected, with decisions about two units since."""
    desk = make_round(tmp_path_factory.mktemp("round"))
    desk.collect()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide_module, "moment", lambda: "2098-03-01T09:00:00+08:00")
        _decide(desk)
    return desk


def _decide(desk: RoundDesk) -> None:
    decide(desk.out, unit="101004", kind="extend", until="2099-04-15", reason="搬迁", by="王")
    decide(desk.out, unit="101002", kind="note", reason="电话没人接", by="王")
    decide(desk.out, unit="101002", kind="extend", until="2099-05-01", reason="系统升级", by="王")
