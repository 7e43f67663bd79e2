"""Whatever is wrong with a form is told wholly in the reader's language, by line, with what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from support.base_form import base_form, put
from support.paths import REPOSITORY
from support.sweeps import every, seeds
from support.wrong_forms import MISTAKES, RIGHT_TEXTS, WRONG_TEXTS, wrong_definition
from xlperf.errors import FormError
from xlperf.forms.definition import wrong
from xlperf.forms.loader import load_form
from xlperf.forms.written.shape import REASONS, read_schema
from xlperf.forms.written.yaml_file import located
from xlperf.messages import LANGUAGES, catalogue, use_language
from xlperf.workflow.check_form import check_form

KEPT = ("UTF-8", "GBK", "ANSI", "YAML", "Tab", "Excel", "xlperf", "AND", "OR", "NOT", "IF", "TRUE", "FALSE", "XL", "PATH")
QUOTED = {"zh": re.compile("“.*?”(?=[^”]|$)", re.DOTALL), "en": re.compile(r"'.*?'(?=\W|$)", re.DOTALL)}
WORDS = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+")  # two words one after the other: a sentence, not a name
PLACE = re.compile(r"(?<=(?:invalid|ndition): )\S+(?=: )")  # the way to a key, of whatever letters it is
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@pytest.fixture(autouse=True)
def in_the_usual_language() -> Iterator[None]:
    yield
    use_language(None)


def written(folder: Path, content: str | bytes | dict[str, Any], key: str = "mini", revision: str = "2022") -> Path:
    home = folder / key / revision
    home.mkdir(parents=True)
    if isinstance(content, dict):
        content = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000)
    (home / "form.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    return home


def complaint(folder: Path, language: str) -> str | None:
    """What is said of that form, without the name of its file; None if nothing is."""
    use_language(language)
    try:
        check_form(folder)
    except FormError as error:
        return located(error).replace(str(folder / "form.yaml"), "")
    return None


def foreign(text: str, language: str) -> list[str]:
    """What of a complaint is in the other language, quotations, keys and names apart."""
    own = QUOTED[language].sub("", PLACE.sub("", text))
    if language == "en":
        return CHINESE.findall(own)
    return [words for words in WORDS.findall(own) if any(word not in KEPT for word in words.split())]


def test_what_is_foreign_is_found() -> None:
    """The measure itself: English in Chinese, Chinese in English, and neither in quotations and keys."""
    assert foreign("rules[1].cells: 没有“no such key”；可以写：name、spent。", "zh") == []
    assert foreign("rules[1].cells: there is no such key", "zh") == ["there is no such key"]
    assert foreign("title: '小表' is wrong", "en") == [] and foreign("title: 没有 x", "en") == ["没", "有"]


@pytest.mark.parametrize("name", every(1, list(MISTAKES), usual=2))
def test_a_mistake_is_told_in_the_language_of_the_reader(tmp_path: Path, name: str) -> None:
    place, value, _ = MISTAKES[name]
    definition = base_form()
    put(definition, place, value)
    folder = written(tmp_path, definition)
    told = {language: complaint(folder, language) for language in LANGUAGES}
    for language, text in told.items():
        assert text is not None and foreign(text, language) == [], text
        assert re.match(r"(?: 第 \d+ 行：|, line \d+: )", text), text
        assert "—" not in text, text  # a fact that is missing
    assert CHINESE.search(QUOTED["zh"].sub("", str(told["zh"])).partition("：")[2].partition("：")[2])


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(600, usual=25))
def test_any_wrong_form_is_told_in_the_language_of_the_reader(seed: int, tmp_path: Path) -> None:
    """A definition with something left out, misspelt, doubled or put elsewhere: refused in words, or right; never a traceback."""
    definition = wrong_definition(seed)
    key, revision = (str(definition.get(part) or "x").replace("/", "_")[:60] for part in ("form", "revision"))
    folder = written(tmp_path, definition, key.strip(". ") or "x", revision.strip(". ") or "x")
    for language in LANGUAGES:
        text = complaint(folder, language)
        if text is not None:
            assert foreign(text, language) == [], text
            assert "Traceback" not in text and "—：" not in text


@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_a_file_that_cannot_be_read_is_told_with_line_and_cure(tmp_path: Path, name: str) -> None:
    content, beginning, said = WRONG_TEXTS[name]
    folder = written(tmp_path, content)
    english, chinese = complaint(folder, "en"), complaint(folder, "zh")
    assert english is not None and said in english, english
    assert chinese is not None and foreign(chinese, "zh") == [], chinese
    line = re.search(r"第 (\d+) 行", chinese)
    assert line is not None and re.search(rf"line {line[1]}\b", english), english
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    assert beginning in text.splitlines()[int(line[1]) - 1]


def test_what_is_full_width_is_said_in_chinese(tmp_path: Path) -> None:
    told = complaint(written(tmp_path, WRONG_TEXTS["a full-width colon"][0]), "zh")
    assert told is not None and "“：”是全角；冒号、逗号、括号应为半角" in told


@pytest.mark.parametrize("name", RIGHT_TEXTS)
def test_signs_that_do_no_harm_are_taken(tmp_path: Path, name: str) -> None:
    assert load_form(written(tmp_path, RIGHT_TEXTS[name])).key == "mini"


# --- every sentence there is ---------------------------------------------------------------------------------


def test_every_keyword_of_the_schemas_has_a_sentence() -> None:
    """None is told in the words of jsonschema."""
    keywords = {word for name in ("form", "checks", "round", "official") for word in keywords_of(read_schema(name))}
    told = {*REASONS, "additionalProperties", "enum", "pattern", "not", "contains"}
    structure = {"properties", "items", "allOf", "if", "then", "else", "propertyNames", "dependentSchemas", "$ref", "$defs"}
    remarks = {"$schema", "$id", "title", "description", "names", "columns", "comment"}
    assert keywords - told - structure - remarks == set()


def keywords_of(schema: Any) -> Iterator[str]:
    known = set(jsonschema.Draft202012Validator.VALIDATORS)
    if isinstance(schema, dict):
        yield from (key for key in schema if key in known)
        yield from (word for part in schema.values() for word in keywords_of(part))
    elif isinstance(schema, list):
        yield from (word for part in schema for word in keywords_of(part))


def test_every_pattern_of_the_schemas_is_described_in_both_languages() -> None:
    chinese = tomllib.loads((REPOSITORY / "schemas" / "form.schema.zh.toml").read_text("utf-8"))
    for name in ("form", "checks", "round", "official"):
        lacking = [part for part in described_parts(read_schema(name)) if part.get("description") not in chinese]
        assert lacking == [], name


def described_parts(schema: Any, is_condition: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the parts of a schema whose violation is told by their description."""
    if isinstance(schema, dict):
        of_keys = list(schema) == ["not"] and "enum" in schema["not"]
        if not is_condition and {"pattern", "not", "contains"} & schema.keys() and not of_keys:
            yield schema
        for key, part in schema.items():
            yield from described_parts(part, is_condition=key in ("not", "if", "contains"))
    elif isinstance(schema, list):
        yield from (part for each in schema for part in described_parts(each))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_its_language(language: str) -> None:
    """Braces apart, which quote; so a complaint that no test provokes is in it too."""
    for key, text in catalogue(language)["definitions"].items():
        assert foreign(re.sub(r"\{\{.*?\}\}|\{\w+\}", "“x”" if language == "zh" else "'x'", text), language) == [], key


def test_every_sentence_is_used() -> None:
    source = "\n".join(path.read_text("utf-8") for path in sorted((REPOSITORY / "xlperf").rglob("*.py")))
    prefixes = (
        "wrong_",
        "yaml_",
        "json_",
        "kind_",
        "takes_",
        "word_",
        "jinja_",
        "drawn_lost_",
        "drawn_note_of_",
        "drawn_note_",
        "drawn_refers_",
        "drawn_",
    )
    for key in catalogue("en")["definitions"]:
        name = next((key.removeprefix(prefix) for prefix in prefixes if key.startswith(prefix)), key)
        assert f'"{key}"' in source or f'"{name}"' in source or name in {word.lower() for word in REASONS}, key


def test_a_complaint_is_a_place_and_a_sentence() -> None:
    use_language("en")
    assert wrong("rules[1].cells", "choice", found="'x'", known="a, b", rather="") == ("rules[1].cells", "'x' is not one of a, b")
