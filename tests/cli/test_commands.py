"""The command line as people meet it: exit codes, streams, files; nothing lost, no traceback."""

from __future__ import annotations

import errno
import gettext
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from support.command_line import ENVIRONMENT, xlperf
from support.paths import EXAMPLE, REPOSITORY
from support.surgery import type_into
from xlperf.cli.commands import cli
from xlperf.cli.root import NAMES, WIDEST, help_of
from xlperf.cli.root import columns as usual_columns
from xlperf.forms.field_types import YEARS

FILLED = EXAMPLE / "filled.xlsx"


@pytest.mark.slow
def test_template_fill_validate_finalize(tmp_path: Path) -> None:
    """The straight line, in a folder with Chinese and spaces in its name."""
    folder = tmp_path / "绩效 自评"
    folder.mkdir()
    made = xlperf("template", "suzhou-department", "--year", 2023, "--unit", "某局", cwd=folder)
    assert (made.returncode, made.stdout) == (0, "") and "某局-2023-自评表.xlsx" in made.stderr
    assert (folder / "某局-2023-自评表.xlsx").exists()
    assert xlperf("fill", EXAMPLE / "document.json", "-o", "已填.xlsx", cwd=folder).returncode == 0
    validated = xlperf("validate", "已填.xlsx", cwd=folder)
    assert validated.returncode == 0 and "SZ202" in validated.stdout and validated.stderr == ""
    finalized = xlperf("finalize", "已填.xlsx", "-o", "定稿", cwd=folder)
    assert finalized.returncode == 0
    assert sorted(path.name for path in (folder / "定稿").iterdir()) == [
        "苏州市生产力促进中心-2022-定稿.json",
        "苏州市生产力促进中心-2022-定稿.xlsx",
        "苏州市生产力促进中心-2022-自评报告.docx",
    ]


def test_finalize_with_errors_writes_nothing(tmp_path: Path) -> None:
    path = type_into(FILLED, tmp_path / "错.xlsx", {"基本信息!C5": None})
    before = path.read_bytes()
    outcome = xlperf("finalize", path)
    assert outcome.returncode == 1 and "XL201" in outcome.stdout and "未生成定稿" in outcome.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["错.xlsx"] and path.read_bytes() == before


def test_finalizing_a_finalized_file_never_overwrites_it(tmp_path: Path) -> None:
    xlperf("finalize", FILLED, "-o", tmp_path)
    path = tmp_path / "苏州市生产力促进中心-2022-定稿.xlsx"
    before = path.read_bytes()
    outcome = xlperf("finalize", path)
    assert outcome.returncode == 2 and "-o" in outcome.stderr and path.read_bytes() == before


def test_validate_json_is_one_object_per_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"not a workbook")
    outcome = xlperf("validate", FILLED, bad, "--format", "json")
    first, second = json.loads(outcome.stdout)
    assert outcome.returncode == 3
    assert list(first) == ["file", "sha256", "form", "revision", "year", "unit", "status", "findings"]
    assert (first["status"], first["unit"], first["year"], first["form"]) == (
        "passed",
        "苏州市生产力促进中心",
        2022,
        "suzhou-department",
    )
    assert set(first["findings"][0]) == {"code", "severity", "cells", "field", "label", "found", "expected", "message", "fix"}
    assert (second["status"], second["findings"][0]["code"]) == ("unreadable", "XL101")
    assert second["findings"][0]["found"] == "以“not a workbook”开头的文件，只是后缀为 .xlsx"


def test_read_prints_the_document_and_fill_takes_it_back(tmp_path: Path) -> None:
    printed = xlperf("read", FILLED).stdout
    (tmp_path / "d.json").write_text(printed, "utf-8")
    assert xlperf("fill", tmp_path / "d.json").returncode == 0
    assert xlperf("read", tmp_path / "d.xlsx").stdout == printed


def test_schema_and_explain_and_forms() -> None:
    shipped = REPOSITORY / "schemas" / "suzhou-department-2022.schema.json"
    assert xlperf("schema", "suzhou-department").stdout == shipped.read_text("utf-8")
    explained = xlperf("explain", "suzhou-department", "items.rate").stdout
    assert "预算信息!G7" in explained and "ROUND(spent / adjusted, 4)" in explained
    assert "范围: ≥ 0; ≤ 100\n" in xlperf("explain", "sichuan-project", "indicators.weight").stdout
    assert "可选: =、≥、≤、>、<\n" in xlperf("explain", "sichuan-project", "indicators.operator").stdout
    assert "范围: 最多 100 字\n" in xlperf("explain", "sichuan-project", "project.unit").stdout
    assert "suzhou-department" in xlperf("forms").stdout


@pytest.mark.parametrize(("arguments", "words"), [
    (("validate", "甲单位.xlsx"), "无法打开 甲单位.xlsx：没有这个文件或文件夹。"),
    (("validate", "."), "无法打开 .：这是文件夹，不是文件。"),
    (("template", "suzhou-department", "--year", "2022", "-o", "."), "无法写入 .：这是文件夹，不是文件。"),
    (("validate", "formless.json", "--form", "suzhou"), "suzhou-department"),
    (("collect", ".", "-o", "汇集", "--form", "suzhou"), "suzhou-department"),
    (("template", "suzhou-department"), "没有写明预算年度：请在 --round 的文件中写上，或在命令中用 --year 指定。"),
    (("template",), "没有写明表样：请在 --round 的文件中写上，或在命令中用 FORM 指定。"),
    (("validate", "a.xlsx", "--from", "x"), "没有选项 --from (--form / --format?)。写法见 xlperf validate -h。"),
    (("validate", "a.xlsx", "--format", "pdf"), "'--format' 有误：“pdf”不在可选的"),
    (("template", "suzhou-department", "--year", "22"), "'--year' 有误：22 "),
    (("template", "nosuchform", "--year", "2022"), "suzhou-department"),
    (("template", "suzhou-department", "--year", "2001"), "2001"),
    (("template", "suzhou-department", "--year", "2022", "--rows", "goals=many"), "goals=50"),
    (("template", "suzhou-department", "--year", "2022", "--date", "today"), "2023-03-01"),
    (("explain", "suzhou-department", "items.ratte"), "items.rate"),
    (("fill", "broken.json"), "JSON"),
    (("fill", "formless.json"), "form"),
    (("forms", "--templates", "my-forms"), "无法打开 my-forms：没有这个文件或文件夹。"),
    (("finalize", EXAMPLE / "filled.xlsx", "-o", "broken.json"), "无法写入 broken.json：路径中有一级是文件，不是文件夹。"),
    (("validate", EXAMPLE / "filled.xlsx", "--annotate", "broken.json/退回"), "无法写入 broken.json/退回：路径中有一级是文件"),
    (("report", EXAMPLE / "filled.xlsx", "-o", "broken.json/报告.docx"), "无法写入 broken.json：路径中有一级是文件"),
    (("template", "suzhou-department", "--year", "2022", "-o", "broken.json/表.xlsx"), "无法写入 broken.json：路径中有一级是文件"),
    (("collect", EXAMPLE, "-o", "broken.json"), "无法写入 broken.json：路径中有一级是文件"),
    (("nonsense",), "命令有误：没有命令 nonsense"),
])  # fmt: skip
def test_a_usage_error_is_one_sentence_with_its_remedy(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "broken.json").write_text("{", "utf-8")
    (tmp_path / "formless.json").write_text("{}", "utf-8")
    outcome = xlperf(*arguments, cwd=tmp_path)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert words in outcome.stderr and "Traceback" not in outcome.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.json", "formless.json"]


def test_an_output_that_cannot_be_written_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    outcome = xlperf("template", "suzhou-department", "--year", "2022", "-o", tmp_path / "folder.xlsx")
    assert outcome.returncode == 2 and "请先在 Excel 中关闭" in outcome.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]


@pytest.mark.parametrize("number, reason", [(errno.ENOSPC, "磁盘已满"), (errno.ENOENT, "没有这个文件或文件夹")])
def test_a_full_disk_is_told_and_no_bug_of_ours(
    number: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    from xlperf import __main__

    def full(self: zipfile.ZipFile, *arguments: object) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    path = tmp_path / "a.xlsx"
    monkeypatch.setattr(sys, "argv", ["xlperf", "template", "suzhou-department", "--year", "2022", "-o", str(path)])
    assert __main__.main() == 2
    assert capsys.readouterr().err == f"无法写入 {path}：{reason}。请先在 Excel 中关闭该文件，或换一个文件夹。\n"
    assert list(tmp_path.iterdir()) == []


def test_a_bug_says_what_to_send_us(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from xlperf import __main__
    from xlperf.forms import catalog

    monkeypatch.setattr(catalog, "list_forms", lambda templates: 1 / 0)
    monkeypatch.setattr(sys, "argv", ["xlperf", "forms"])
    assert __main__.main() == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_name_of_our_own_choosing_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text((EXAMPLE / "document.json").read_text("utf-8"), "utf-8")
    (tmp_path / "d.xlsx").write_text("precious")
    outcome = xlperf("fill", "d.json", cwd=tmp_path)
    assert outcome.returncode == 2 and "-o" in outcome.stderr and (tmp_path / "d.xlsx").read_text() == "precious"
    assert xlperf("fill", "d.json", "-o", "d.xlsx", cwd=tmp_path).returncode == 0


def test_an_old_report_is_not_imported_over_itself(tmp_path: Path) -> None:
    assert xlperf("report", EXAMPLE / "document.json", "-o", "a.docx", cwd=tmp_path).returncode == 0
    before = (tmp_path / "a.docx").read_bytes()
    outcome = xlperf("import", "a.docx", "-o", "a.docx", cwd=tmp_path)
    assert (outcome.returncode, outcome.stdout) == (2, "") and outcome.stderr.startswith("这样会覆盖原文件 a.docx，没有写入。")
    assert (tmp_path / "a.docx").read_bytes() == before


def test_an_unreadable_file_is_exit_3_for_read_too(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"name,value\n1,2\n")
    outcome = xlperf("read", tmp_path / "x.xlsx")
    assert (outcome.returncode, outcome.stdout) == (3, "") and "另存为" in outcome.stderr


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_messages_are_in_the_language_asked_for(language: str) -> None:
    words = {"zh": "没有错误", "en": "no error"}
    assert words[language] in xlperf("--lang", language, "validate", FILLED).stdout
    assert words[language] in xlperf("validate", FILLED, XLPERF_LANG="", LC_ALL=f"{language}_XX.UTF-8").stdout


def test_both_catalogues_have_the_same_keys_and_arguments() -> None:
    import string
    import tomllib

    from xlperf.messages import LANGUAGES, catalogue

    whole = {
        language: tomllib.loads((REPOSITORY / "xlperf" / "catalogues" / f"{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }
    for language, tables in whole.items():
        assert {name: catalogue(language)[name] for name in tables} == tables  # they are parsed one by one

    def arguments(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    zh, en = whole.values()
    assert set(zh) == set(en)
    searched = Counter(key for table in ("errors", "talk", "definitions", "help", "summary") for key in zh[table])
    assert [key for key, count in searched.items() if count > 1] == []  # a sentence is found by its key alone
    for table, entries in zh.items():
        assert set(entries) == set(en[table])
        for key, text in entries.items():
            pairs = text.items() if isinstance(text, dict) else [(None, text)]
            for part, words in pairs:
                other = en[table][key][part] if part else en[table][key]
                assert arguments(words) == arguments(other), (table, key, part)


def test_years_that_may_be_asked_for_are_those_that_may_be_typed() -> None:
    """They are named apart, because what help prints must not import what a form is made of."""
    ranges = {
        (option.type.min, option.type.max)
        for command in cli.commands.values()
        for option in command.params
        if option.name == "year"
    }
    assert ranges == {YEARS}


OF_COMMANDS = {
    f"xlperf.cli.{name}"
    for name in (
        "addin",
        "check_form",
        "collecting",
        "commands",
        "decisions",
        "drawing",
        "forms",
        "rounds",
        "serve",
        "templates",
        "workbooks",
        "years",
    )
}  # what defines them


@pytest.mark.parametrize("argument", ["--help", "no-such-command", "validate"])
def test_help_and_mistakes_import_nothing_but_click_and_our_texts(argument: str) -> None:
    """`xlperf --help` must feel instant."""
    script = (
        f"import click, sys; before = set(sys.modules); sys.argv = ['xlperf', {argument!r}]; "
        "from xlperf.__main__ import main; main(); print(*sorted(sys.modules.keys() - before))"
    )
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=ENVIRONMENT)
    imported = set(outcome.stdout.splitlines()[-1].split())
    ours = {name for name in imported if name.partition(".")[0] == "xlperf"}
    assert ours == {
        "xlperf",
        "xlperf.__main__",
        "xlperf.messages",
        "xlperf.errors",
        "xlperf.cli",
        "xlperf.cli.options",
        "xlperf.cli.root",
    } | (OF_COMMANDS if argument == "validate" else set())
    others = {name.partition(".")[0] for name in imported - ours}
    assert others <= {*sys.stdlib_module_names, "click"} - {"pathlib", "tomllib", "json", "zipfile", "tempfile"}


def test_the_list_of_commands_names_every_one_with_what_it_is_for() -> None:
    assert tuple(cli.commands) == NAMES
    assert {name: help_of(name) for name in NAMES} == {name: command.help for name, command in cli.commands.items()}


@pytest.mark.parametrize("columns", ["", "0", "30", "72", "100", "300", "wide"])
def test_a_help_text_is_as_wide_as_click_has_it(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    context = click.Context(cli, max_content_width=WIDEST)
    assert usual_columns() == context.make_formatter().width


def test_validate_does_not_import_openpyxl() -> None:
    """It costs as much as everything else together."""
    script = f"import sys, xlperf; xlperf.validate({str(FILLED)!r}); print('openpyxl' in sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=ENVIRONMENT)
    assert outcome.stdout.strip() == "False"


def test_the_library_has_a_twin_for_every_command(form) -> None:
    import xlperf as library
    from xlperf.cli.commands import cli

    twins = {"forms": "list_forms", "template": "write_template", "fill": "fill_workbook", "read": "read_workbook", "validate": "validate",
             "finalize": "finalize", "review": "write_review", "page": "write_page", "addin": "write_addin", "schema": "build_schema", "explain": "explain_field", "check-form": "check_form", "migrate": "migrate_workbook",
             "diff": "compare_papers", "new-form": "new_form", "draw-form": "draw_form", "read-form": "read_form", "report": "write_report", "import": "import_document",
             "collect": "collect", "status": "find_status", "remind": "remind", "decide": "decide", "verify": "verify", "package": "package_collection", "history": "write_history", "new-round": "new_round", "serve": "serve"}  # fmt: skip
    assert set(cli.commands) == set(twins)
    modules = {path.stem for path in (REPOSITORY / "xlperf").glob("*.py")}
    for name in library.__all__:
        assert getattr(library, name) is not None and name not in modules
    assert set(twins.values()) <= set(library.__all__)


# --- click's own sentences -----------------------------------------------------------------------------------

MISTAKES = (
    ([], 0), (["-h"], 0), (["validate"], 2), (["validat"], 2), (["validate", "--fromat", "x"], 2), (["validate", "x", "--format"], 2),
    (["template", "x", "--year", "abc"], 2), (["template", "x", "--year", "1"], 2), (["template", "x"], 2), (["forms", "extra"], 2),
    (["validate", "x", "--format", "yaml"], 2), (["report", "x", "--pdf=1"], 2), *(([name, "-h"], 0) for name in sorted(cli.commands)),
)  # fmt: skip
CLICKS_OWN = re.compile(
    r"(?i)\b(usage|options|show this|no such|missing|invalid|not a valid|not one of|range\b|required|unexpected|does not|requires)\b"
)


SAY_ALL = """
import contextlib, io, json, sys
from xlperf.__main__ import main
said = []
for arguments in json.load(sys.stdin):
    sys.argv, told = ["xlperf", *arguments], io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = main()
    said.append((code, told.getvalue()))
json.dump(said, sys.stdout)
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_click_says_is_in_the_chosen_language(language: str) -> None:
    """In a process per language: help texts are made when the commands are."""
    asked = json.dumps([["--lang", language, *arguments] for arguments, _ in MISTAKES])
    environment = {**ENVIRONMENT, "XLPERF_LANG": language}
    ran = subprocess.run(
        [sys.executable, "-c", SAY_ALL], input=asked, capture_output=True, text=True, env=environment, check=True
    )
    for (arguments, code), (returned, said) in zip(MISTAKES, json.loads(ran.stdout), strict=True):
        assert returned == code, arguments
        in_english, in_chinese = CLICKS_OWN.search(said), re.search("[\u4e00-\u9fff]", said)
        assert (in_chinese and not in_english) if language == "zh" else not in_chinese, (arguments, said)


def test_the_compiled_chinese_of_click_is_that_of_its_source() -> None:
    folder = REPOSITORY / "xlperf" / "catalogues" / "zh" / "LC_MESSAGES"
    with (folder / "click.mo").open("rb") as compiled, (folder / "click.po").open("rb") as source:
        translations, messages = gettext.GNUTranslations(compiled), [message for message in read_po(source) if message.id]
    assert len(messages) >= 20
    for message in messages:
        if message.pluralizable:
            assert translations.ngettext(*message.id, 1) == message.string[0] not in message.id
        else:
            assert translations.gettext(message.id) == message.string != message.id


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="/dev/full is of Linux, Windows names files in UTF-16")
def test_a_full_disk_behind_standard_output_is_one_sentence() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xlperf", "forms"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
    assert done.returncode == 2 and "磁盘已满" in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows names files in UTF-16")
def test_an_ascii_locale_is_no_hindrance(tmp_path: Path) -> None:
    ascii_only = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = xlperf("template", "suzhou-department", "--year", 2023, "--unit", "某局", cwd=tmp_path, **ascii_only)
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (0, ["某局-2023-自评表.xlsx"])
    assert "某局-2023-自评表.xlsx" in done.stderr


FROZEN = """
import multiprocessing, sys
sys.frozen, sys.argv = True, ["xlperf", "--multiprocessing-fork", "parent_pid=1"]
multiprocessing.freeze_support = lambda: sys.exit("a worker")
from xlperf.__main__ import main
sys.exit(main())
"""


def test_a_frozen_program_lets_its_workers_work_before_it_reads_the_command_line() -> None:
    done = subprocess.run([sys.executable, "-c", FROZEN], env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", "a worker")
