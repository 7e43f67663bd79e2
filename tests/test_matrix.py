"""The matrix: one-fault workbooks made from the example by small named mutations, each with the exact codes and cells.

Every second one is opened and saved by LibreOffice before it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from libreoffice import NEVER, convert
from test_findings import FAULTS, FILLED, document, found, indicator, pairs

from xlperf import fill_workbook, validate

pytestmark = pytest.mark.libreoffice
ROWS = {row["name"]: 5 + index for index, row in enumerate(document()["indicators"][:31])}  # preset rows, as they stand
COMPUTED = ("预算调整率", "预算执行率")
FREE = {"优化营商环境": 36, "企业研发周期": 38, "企业技术进步": 39, "服务企业满意度": 66}
CROSS = {"支付进度符合率": "SZ302", "结转结余率": "SZ301", "“三公经费”变动率": "SZ303"}  # their example warnings fall silent when blank


def blank_actual(name: str) -> Callable[[dict], None]:
    return lambda d: indicator(d, name).pop("actual")


def blank(table: str, number: int, key: str) -> Callable[[dict], None]:
    return lambda d: d[table][number].pop(key)


def set_in(row: str, **values: object) -> Callable[[dict], None]:
    return lambda d: indicator(d, row).update(values)


MATRIX: dict[str, tuple[Callable, set]] = dict(FAULTS)
MATRIX |= {f"blank actual of {name}": (blank_actual(name), {("XL201", (f"自评表!H{row}",))})
           for name, row in (ROWS | FREE).items() if name not in COMPUTED}  # fmt: skip
MATRIX |= {f"blank source and target of {name}": (set_in(name, target=None), {("XL201", (f"自评表!F{row}",))})
           for name, row in list(ROWS.items())[:6]}  # fmt: skip
MATRIX |= {f"reason of {name} missing": (set_in(name, reason=None), {("SZ201", (f"自评表!L{row}",))})
           for name, row in (("预算调整率", 31), ("预算执行率", 32), ("非税收入预算完成率", 35), ("技术经纪人培训", 70), ("培育技术经纪人", 72),
                             ("全市技术合同成交额", 74), ("受理成果转化项目", 75), ("组织形式多样的产学研活动", 76),
                             ("科技镇长团各类会议", 77), ("高新技术企业的受理", 80))}  # fmt: skip
MATRIX |= {f"reason is {junk!r}": (set_in("集聚仪器资源", reason=junk), {("SZ201", ("自评表!L71",))})
           for junk in ("——", "0", "无", "同上", "略", "/", "－", "0%", "无。")}  # fmt: skip
MATRIX |= {f"goal {number + 1} without {key}": (blank("goals", number, key), {("XL201", (f"绩效目标!{column}{10 + number}",))})
           for number in (0, 2, 8, 9) for key, column in (("actual", "D"),)}  # fmt: skip
MATRIX |= {f"task {number + 1} without a name": (blank("tasks", number, "task"), {("XL201", (f"重点任务!C{4 + number}",))})
           for number in range(0, 10, 2)}  # fmt: skip
MATRIX |= {f"cover without {key}": (lambda d, key=key: d["cover"].pop(key), {("XL207", (f"基本信息!C{row}",))})
           for row, key in enumerate(("unit_code", "supervisor", "prepared_by", "phone", "prepared_on"), 6)}  # fmt: skip
MATRIX |= {
    f"operator {typed!r} of {name}": (set_in(name, operator=typed), {("XL203", (f"自评表!E{row}",))})
    for typed, name, row in (("~", "政府采购执行率", 34), ("≈", "固定资产利用率", 19), ("左右", "在职人员控制率", 24))
}
MATRIX |= {
    f"unit of {name} blank": (set_in(name, unit=None), {("XL201", (f"自评表!G{row}",))})
    for name, row in (("绩效管理覆盖率", 14), ("固定资产利用率", 19), ("在职人员控制率", 24), ("政府采购执行率", 34))
}
MATRIX |= {
    f"item {number + 1} spends more than it has": (
        lambda d, number=number, spent=spent: d["budget"]["items"][number].update(spent=spent), {("SZ101", (f"预算信息!F{7 + number}",))})
    for number, spent in ((0, 2.65), (2, 16.82), (3, 0.83))
}  # fmt: skip
MATRIX |= {
    "two indicators of one name": (set_in("科技合作交流活动", name="科技镇长团各类会议"), {("SZ205", ("自评表!C77", "自评表!C79"))}),
    "a placeholder as a name": (set_in("企业技术进步", name="指标1"), {("SZ402", ("自评表!C39",))}),
    "XX in a goal": (lambda d: d["goals"][9].update(expected="平台建设与运行XX"), {("SZ402", ("绩效目标!C19",))}),
    "dots in a task": (lambda d: d["tasks"][9].update(completion="平台建设与运行……"), {("SZ402", ("重点任务!E13",))}),
    "a bookmark in the text": (lambda d: d["narrative"].update(application="[bookmark: _GoBack]结果用于改进管理，按要求公开。"),
                               {("SZ402", ("基本信息!B44",))}),
    "last year's year": (lambda d: d["narrative"].update(application="2021年度自评结果用于改进管理，按要求公开。"),
                         {("SZ403", ("基本信息!B44",))}),
    "a category without a row": (lambda d: d.update(indicators=[r for r in d["indicators"] if r["category"] != "满意度"]),
                                 {("SZ206", ("自评表!C66",))}),
    "not applicable, reason is a dash": (set_in("政府采购执行率", applies="不适用", actual=None, reason="—"), {("SZ201", ("自评表!L34",))}),
}  # fmt: skip


@pytest.fixture(scope="session")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All faulty workbooks; every second one saved by LibreOffice."""
    folder = tmp_path_factory.mktemp("matrix")
    paths = {}
    for number, (name, (change, _)) in enumerate(MATRIX.items()):
        doc = document()
        change(doc)
        paths[name] = folder / f"{number}.xlsx"
        assert fill_workbook(doc, paths[name]).outputs, name
    resaved = list(paths)[::2]
    for name, saved in zip(resaved, convert([paths[n] for n in resaved], folder / "resaved", recalculate=NEVER), strict=True):
        paths[name] = saved
    return paths


def test_the_matrix_is_large() -> None:
    assert len(MATRIX) >= 120


@pytest.mark.xdist_group("matrix")
@pytest.mark.parametrize("name", MATRIX)
def test_exactly_the_codes_and_cells_of_the_fault(workbooks: dict[str, Path], name: str) -> None:
    assert found(workbooks[name]) == pairs(MATRIX[name][1])


@pytest.mark.xdist_group("matrix")
def test_the_clean_example_saved_by_libreoffice_has_no_new_finding(tmp_path: Path) -> None:
    (saved,) = convert([FILLED], tmp_path, recalculate=NEVER)
    assert found(saved) == set() and validate(saved).status == "passed"
