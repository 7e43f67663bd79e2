"""Several years of the same units, in one workbook and, if asked for, one JSON file.

write_history(["collection-2021", "collection-2022"], output="years.xlsx")
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlperf.distributing.history_file import FORMAT
from xlperf.distributing.naming import Naming
from xlperf.errors import UsageError
from xlperf.files import StrPath, stamp, written_together
from xlperf.over_years.flags import Flag
from xlperf.over_years.history_workbook import write_history_workbook
from xlperf.over_years.papers import Filed, read_papers
from xlperf.over_years.series import Followed, Series
from xlperf.over_years.units import History, UnitOverYears, gather
from xlperf.summarizing.survey import installed_prefixes

FEWEST = 2  # years that are compared


def write_history(
    collections: Sequence[StrPath],
    *,
    templates: StrPath | None = None,
    output: StrPath,
    with_json: bool = False,
    date: str | None = None,
) -> History:
    """Write what the units of several collections reported over the years, and return it.

    Args:
        collections: the folders of collections, one or more for each year; of a unit's papers of one year the first counts.
        templates: the folder of a bureau's own forms.
        output: the workbook to write.
        with_json: also write the same facts beside it as a JSON file of that name, which `write_templates` takes as `history`;
            money and rates are in the units of the form's fields.
        date: the ISO date shown in the workbook; by default SOURCE_DATE_EPOCH, else today.

    Raises:
        UsageError: a folder holds no papers, all are of one year, or a file cannot be written.

    Example:
        >>> import json
        >>> from pathlib import Path
        >>> document = load_document("document.json")
        >>> for year in (2022, 2023):
        ...     Path(f"final-{year}").mkdir()
        ...     _ = Path(f"final-{year}/unit.json").write_text(json.dumps({**document, "fiscal_year": year}))
        >>> history = write_history(["final-2022", "final-2023"], output="years.xlsx")
        >>> history.years, len(history.units)
        ((2022, 2023), 1)
    """
    own = Path(templates) if templates else None
    naming = Naming(installed_prefixes(own))
    history = gather(read_papers([Path(folder) for folder in collections], naming=naming, templates=own), naming=naming)
    if len(history.years) < FEWEST:
        raise UsageError("one_year", year=history.years[0])
    shown = stamp(date)
    target = Path(output)
    with written_together(target.parent) as new:
        write_history_workbook(history, path=new / target.name, date=shown)
        if with_json:
            text = json.dumps(as_json(history), ensure_ascii=False, indent=1)
            (new / target.with_suffix(".json").name).write_text(text + "\n", "utf-8", newline="\n")
    return history


# --- as JSON ---------------------------------------------------------------------------------------------------


def as_json(history: History) -> dict[str, Any]:
    """The same facts as plain JSON values."""
    return {"format": FORMAT, "years": list(history.years), "units": [_unit_as_json(unit) for unit in history.units]}


def _unit_as_json(unit: UnitOverYears) -> dict[str, Any]:
    latest = unit.latest
    who = {"unit": latest.unit, "unit_code": latest.code, "supervisor": latest.supervisor, "subject": latest.subject}
    return {
        "form": latest.form.key,
        **{key: text for key, text in who.items() if text},
        "figures": {str(year): _figures(paper) for year, paper in unit.papers.items()},
        "indicators": [_series_as_json(series) for series in unit.series],
        "flags": [_flag_as_json(flag) for flag in unit.flags],
    }


def _figures(paper: Filed) -> dict[str, float]:
    return {key: value for key, value in paper.figures.items() if value is not None}


def _series_as_json(series: Series) -> dict[str, Any]:
    return {
        "name": series.name,
        "block": series.latest.block,
        "unit": series.latest.unit,
        "years": {str(year): _year_as_json(followed) for year, followed in series.years.items()},
    }


def _year_as_json(followed: Followed) -> dict[str, Any]:
    reported = followed.reported
    said = {name: getattr(reported, name) for name in ("name", "operator", "target", "actual", "deviation", "state")}
    return {key: value for key, value in said.items() if value not in (None, "")} | {"likeness": round(followed.likeness, 4)}


def _flag_as_json(flag: Flag) -> dict[str, Any]:
    return {"kind": flag.kind, "year": flag.year, "indicator": flag.indicator, "reason": flag.reason}
