"""The page as a file: what stands in it, and that what stands in it is all there is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from support.browser import found_assets
from support.command_line import xlperf
from xlperf import UsageError, new_form, write_page
from xlperf.messages import LANGUAGES, catalogue, use_language
from xlperf.page import page_file
from xlperf.page.page_file import MODULES, STATIC, known_forms, page_text, program_text, words_in

PARTS = {"bundle.zip": b"python", "pyodide.asm.wasm": bytes(range(256))}
PROSE = r"[\u2e80-\u9fff\uff00-\uffef]"


@pytest.fixture(scope="module")
def text() -> str:
    return page_text(PARTS, known_forms(()))


def scripts(text: str) -> list[tuple[str, str]]:
    return re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)


def test_the_policy_allows_the_scripts_and_the_style_that_stand_there_and_no_connection(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split("; ")}

    def digest(code: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"

    code = {digest(content) for attributes, content in scripts(text) if attributes in ("", ' type="module"')}
    assert len(code) == 2 and rules["script-src"] == code | {"blob:", "'wasm-unsafe-eval'"}
    assert rules["style-src"] == {digest(re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1])}
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == {"'none'"}
    assert text.index("Content-Security-Policy") < text.index("<script") and text.splitlines()[4].startswith("<meta http-equiv=")


def test_no_element_of_the_page_names_another_file(text: str) -> None:
    outside = re.sub(r"<script[^>]*>.*?</script>|<style>.*?</style>", "", text, flags=re.DOTALL)
    assert re.findall(r"(?:src|href|action|srcset|poster)=\"([^\"]*)\"", outside) == ["data:,"]
    assert re.findall(r"\bstyle=|\bon\w+=", outside) == []  # which the policy would refuse
    assert "url(" not in (STATIC / "page.css").read_text("utf-8") and "@import" not in (STATIC / "page.css").read_text("utf-8")


def test_the_parts_are_packed_as_they_were_given(text: str) -> None:
    packed = dict(re.findall(r'<script type="text/plain" data-part="([^"]+)">([^<]*)</script>', text))
    assert {name: gzip.decompress(base64.b64decode(content)) for name, content in packed.items()} == PARTS


def test_the_modules_are_one_program_and_import_only_from_those_before(text: str) -> None:
    program = program_text()
    assert not re.search(r"^\s*(import|export)\b", program, re.MULTILINE)
    for number, name in enumerate(MODULES):
        module = (STATIC / name).read_text("utf-8")
        assert set(re.findall(r'from "\./([\w.]+)"', module)) <= set(MODULES[:number])
    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", program, re.MULTILINE)
    assert len(names) == len(set(names)) > 40
    assert {path.name for path in STATIC.iterdir()} == {*MODULES, "worker.js", "support.js", "page.css", "page.html"}


def test_every_sentence_of_the_page_stands_in_the_catalogues_and_is_used() -> None:
    sources = "\n".join((STATIC / name).read_text("utf-8") for name in (*MODULES, "page.html"))
    used = set(re.findall(r'data-(?:say|label)="(\w+)"', sources)) | set(re.findall(r'(?<![\w-])"(\w+)"', sources))
    used |= {f"in_{language}" for language in LANGUAGES} | set(re.findall(r"\{\{(\w+)\}\}", sources))
    asked = set(re.findall(r'\bsay\(\s*"(\w+)"', sources)) | set(re.findall(r'data-(?:say|label)="(\w+)"', sources))
    for language in LANGUAGES:
        assert asked <= words_in(language).keys()
        assert catalogue(language)["page"].keys() <= used
    assert re.findall(PROSE, sources) == []


def test_the_page_begins_in_the_language_of_the_messages() -> None:
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        use_language(language)
        try:
            text = page_text({}, [])
        finally:
            use_language(None)
        assert f'<html lang="{tag}">' in text and f"<title>{words_in(language)['title']}</title>" in text
        words = json.loads(re.search(r'id="words">(.*?)</script>', text, re.DOTALL)[1])
        assert list(words) == [language, *(other for other in LANGUAGES if other != language)]


def test_a_page_from_a_disk_leads_nowhere() -> None:
    assert "to-round" not in page_text({}, []) and "{{" not in page_text({}, [])


def test_words_cannot_end_the_script_they_stand_in() -> None:
    text = page_text({}, [{"form": "</script><script>alert(1)</script><!--", "revision": "1"}])
    facts = re.search(r'id="facts-of-page">(.*?)</script>', text, re.DOTALL)[1]
    assert json.loads(facts)["forms"][0]["form"] == "</script><script>alert(1)</script><!--"


def test_a_page_knows_the_forms_it_was_made_for(tmp_path: Path) -> None:
    new_form(tmp_path / "own" / "training" / "2024")
    known = known_forms(["training"], tmp_path / "own")
    assert [form["revision"] for form in known] == ["2024"] and len(known_forms((), tmp_path / "own")) == len(known_forms(())) + 1


def test_what_is_wrong_is_told_before_anything_is_fetched_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_file, "fetch_assets", lambda folder, tell: pytest.fail("fetched"))
    target = tmp_path / "page.html"
    with pytest.raises(UsageError) as caught:
        write_page(output=target, assets=tmp_path)
    assert caught.value.key == "no_assets" and not target.exists()
    with pytest.raises(UsageError) as caught:
        write_page(["nothing"], output=target)
    assert caught.value.key == "no_such_form" and not target.exists()


def test_the_same_input_gives_the_same_page() -> None:
    assert page_text(PARTS, known_forms(())) == page_text(PARTS, known_forms(()))


@pytest.mark.slow
def test_the_command_writes_the_page_of_a_form(tmp_path: Path) -> None:
    found_assets()
    done = xlperf("page", "national-project", "-o", tmp_path / "a.html")
    assert done.returncode == 0 and "a.html" in done.stderr and done.stdout == ""
    facts = re.search(r'id="facts-of-page">(.*?)</script>', (tmp_path / "a.html").read_text("utf-8"), re.DOTALL)[1]
    assert json.loads(facts)["forms"] == known_forms(["national-project"])


def test_a_page_that_is_there_is_replaced_only_where_it_was_named(tmp_path: Path) -> None:
    (tmp_path / catalogue("zh")["talk"]["page_name"]).write_text("mine")
    done = xlperf("page", cwd=tmp_path)
    assert done.returncode == 2 and "mine" in (tmp_path / catalogue("zh")["talk"]["page_name"]).read_text()
