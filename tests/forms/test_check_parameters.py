"""What a rule gives a check in Python is right before the check is run: a form that is accepted survives every command."""

from __future__ import annotations

import copy
import datetime
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from support.base_form import BASE, base_form
from support.paths import EXAMPLES, TEMPLATES
from support.sweeps import every, seeds
from xlperf import finalize, validate
from xlperf.checking.rule_checks import CHECKS, WITH_ISSUED
from xlperf.errors import FormError
from xlperf.files import shipped
from xlperf.forms.loader import load_form

SENTENCES = {"found": "{name}", "expected": "不重复", "fix": "改正"}
RULE = {"code": "AB301", "title": "不重复", "why": "重复", "severity": "error", **SENTENCES}
YEARS = {"block": "cover", "field": "staff", "range": "x", "year": "(20..)"}
GOALS = {"goals": ["items"], "indicators": ["process"]}
MISTAKES: dict[str, tuple[str, object, str]] = {
    # what is wrong: the check, its parameters, what the error must say
    "an unknown check": ("duplicate", {}, "rules[3].check: 'duplicate' is not one of .*did you mean 'duplicates'"),
    "no parameters": ("duplicates", None, "rules[3].parameters: 'table' is a required key"),
    "a misspelt parameter": ("duplicates", {"table": "budget", "tabel": "budget"}, "rules[3].parameters.tabel: there is no such key; .*'table'"),
    "a misspelt parameter of quantities": ("silences", {**GOALS, "ordinal": ["第"]}, "rules[3].parameters.ordinal: "),
    "a parameter of before": ("empty_reasons", {"rule": "AB101", "shortest": 4}, "rules[3].parameters.shortest: there is no such key any more; .* check: short_reasons"),
    "a parameter of quantities of before": ("silences", {**GOALS, "bases": ["应报"]}, r"rules[3].parameters.bases: there is no such key any more; .*due: \[…\]"),
    "no such table": ("duplicates", {"table": "budgte"}, "rules[3].parameters.table: there is no 'budgte' .*did you mean 'budget'"),
    "a block for a table": ("duplicates", {"table": "items"}, "rules[3].parameters.table: there is no 'items'"),
    "a list for a name": ("duplicates", {"table": ["budget"]}, "rules[3].parameters.table: .* is a list .*; what stands here is a text"),
    "a word for a list": ("prompts", {"phrases": "填写"}, "rules[3].parameters.phrases: '填写' is a text; what stands here is a list"),
    "a blank word": ("prompts", {"phrases": ["填写", " "]}, r"rules[3].parameters.phrases\[1\]: "),
    "a nothing for a word": ("prompts", {"phrases": [None]}, r"rules[3].parameters.phrases\[0\]: 'null' is nothing; what stands here is a text"),
    "no word at all": ("total_rows", {"table": "budget", "blocks": ["items"], "words": []}, "rules[3].parameters.words: "),
    "a block of another table": ("total_rows", {"table": "budget", "blocks": ["process"], "words": ["合计"]}, r"parameters.blocks\[0\]: there is no 'process'"),
    "a share above one": ("repeated_text", {"table": "budget", "field": "name", "share": 50}, "rules[3].parameters.share: 50 is greater"),
    "a column of another table": ("repeated_text", {"table": "budget", "field": "kind", "share": 0.5}, "rules[3].parameters.field: there is no 'kind'"),
    "a rule without a test": ("empty_reasons", {"rule": "XL201"}, "rules[3].parameters.rule: there is no 'XL201'"),
    "a column that no rule has": ("empty_reasons", {"rule": "AB101", "field": "actual"}, "rules[3].parameters.field: there is no 'actual'"),
    "no pattern": ("placeholders", {"whole": ["x", "("]}, r"rules[3].parameters.whole\[1\]: '\(' is no pattern"),
    "a flag in the middle": ("placeholders", {"whole": ["(?i)x"]}, r"rules[3].parameters.whole\[0\]: .* is no pattern"),
    "a year without brackets": ("years", {**YEARS, "year": "20.."}, "rules[3].parameters.year: what the pattern finds"),
    "a list for single fields": ("years", {**YEARS, "block": "items"}, "rules[3].parameters.block: there is no 'items'"),
    "a field of another block": ("years", {**YEARS, "field": "rate"}, "rules[3].parameters.field: there is no 'rate'"),
    "goals without sentences": ("silences", GOALS, r"rules[3].parameters.goals\[0\]: 'items' has no column 'expected', 'actual'"),
    "a multiplier in words": ("silences", {**GOALS, "multipliers": {"万": "10000"}}, "rules[3].parameters.multipliers.万: "),
    "no row of the block": ("changed_items", {"block": "process", "row": "coverege", "items": "items", "words": ["x"]}, "rules[3].parameters.row: .*'coverage'"),
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("in_english")


def written(folder: Path, definition: dict) -> Path:
    (home := folder / definition["form"] / str(definition["revision"])).mkdir(parents=True)
    (home / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return home


def with_rule(check: str, parameters: object) -> dict:
    definition = base_form()
    definition["rules"].append({**RULE, "check": check, **({} if parameters is None else {"parameters": parameters})})
    return definition


def test_the_schema_of_parameters_has_every_check_and_no_other() -> None:
    schema = json.loads((shipped("schemas") / "checks.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == {*CHECKS, *WITH_ISSUED}


@pytest.mark.parametrize(("check", "parameters", "named"), MISTAKES.values(), ids=MISTAKES)
def test_wrong_parameters_are_refused_with_their_place(tmp_path: Path, check: str, parameters: object, named: str) -> None:
    with pytest.raises(FormError, match=named.replace("rules[3]", r"rules\[3\]")):
        load_form(written(tmp_path, with_rule(check, parameters)))


@pytest.mark.parametrize("sentence", ["{name!r}", "{name.upper}", "{name:>9}", "{0}", "{", "{rows[0]}"])
def test_a_sentence_of_a_check_has_plain_names_in_its_braces(tmp_path: Path, sentence: str) -> None:
    definition = with_rule("duplicates", {"table": "budget"})
    definition["rules"][3]["found"] = sentence
    with pytest.raises(FormError, match=r"rules\[3\].found"):
        load_form(written(tmp_path, definition))


def test_right_parameters_are_accepted(tmp_path: Path) -> None:
    form = load_form(written(tmp_path, with_rule("duplicates", {"table": "budget"})))
    assert (form.rules["AB301"].check, form.rules["AB301"].parameters) == ("duplicates", {"table": "budget"})


# --- anything for a parameter --------------------------------------------------------------------------------

ODD = (
    None, "", " ", "x", "(", "[", "(?x)", "(x)", "a" * 2000, "empty_reasons" * 9, "cover.unit", "items", "SZ201", 0, -1, 2, 0.5, 1e300, float("nan"), 10**30,
    True, [], [[]], ["x"], [None], ["("], {}, {"a": {}}, {"a": 1}, {"least": ["x"]}, datetime.date(2022, 1, 1),
)  # fmt: skip
FILLED = {
    "suzhou-department/2022": "shengchanli-2022",
    "sichuan-project/2023": "sichuan-project-2023",
    "national-project/2020": "national-project-2022",
}


def places(value: object) -> Iterator[tuple[dict | list, object]]:
    """Every key and item below a value, with what it stands in."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(pairs):
        yield value, key  # type: ignore[misc]
        yield from places(below)


def mutated(seed: int, definition: dict) -> dict:
    """The definition with one to three odd things in its rules of checks."""
    chance, made = random.Random(seed), copy.deepcopy(definition)
    for _ in range(chance.randint(1, 3)):
        rule = chance.choice([rule for rule in made["rules"] if "check" in rule])
        owner, key = chance.choice(
            [(rule, "check"), *[(rule, part) for part in SENTENCES], *list(places(rule["parameters"])) * 2]
        )
        match chance.randrange(4):
            case 0 if owner is not rule:
                del owner[key]  # type: ignore[arg-type]
            case 1 if owner is not rule and isinstance(owner, dict):
                owner[chance.choice(["table", "field", "words", "odd"])] = owner.pop(key)  # type: ignore[arg-type]
            case _:
                owner[key] = chance.choice([*CHECKS] if key == "check" else ODD)  # type: ignore[index]
        rule["parameters"] = rule["parameters"] if isinstance(rule["parameters"], dict) else {}
    return made


@pytest.mark.slow
@pytest.mark.parametrize("home", every(1, list(FILLED), usual=3))
def test_a_form_that_is_accepted_survives_every_command(tmp_path: Path, home: str) -> None:
    definition = yaml.safe_load((TEMPLATES / home / "form.yaml").read_text("utf-8"))
    accepted = 0
    for seed in seeds(300, usual=9):
        folder = tmp_path / str(seed)
        made = written(folder, mutated(seed, definition))
        try:
            load_form(made)
        except FormError:
            continue
        accepted += 1
        shutil.copyfile(TEMPLATES / home / "report.docx", made / "report.docx")
        filled = EXAMPLES / FILLED[home] / "filled.xlsx"
        validate(filled, annotated=folder / "back", templates=folder)
        finalize(filled, output=folder / "final", templates=folder)
    assert accepted


def test_the_base_form_has_no_check_in_python() -> None:
    """`rules[3]` above is the one that is added."""
    assert "check:" not in BASE and len(base_form()["rules"]) == 3
