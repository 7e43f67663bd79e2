"""Every remedy that we name can be done, in the workbook that is open, protected as we hand it out, or elsewhere as the list says.

`support/remedies.tsv` holds them all: those of the findings, what may stand within them, those of the rules of the shipped forms. Each
bears the ways by which it is done, of the few in WAYS, and where: the cells of the form (`table.field`, `block.field`) or the options
of the command. A remedy that is new or worded otherwise has to be gone through with the workbook open, and put into the list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from support.paths import REPOSITORY, SUPPORT
from support.shipped import forms_for
from xlperf import write_template
from xlperf.cli.commands import cli
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout, make_layout, row_counts
from xlperf.forms.model import EXPLAINED, RULES, Block, Field

LIST = SUPPORT / "remedies.tsv"
LANGUAGES = ("zh", "en")
# What people are told to do, and that cannot be done: a row, a column or an item is deleted, or put back; a sheet is unprotected, or
# cells unmerged, which protection forbids.
IMPOSSIBLE = {
    "zh": re.compile(
        "删[去除掉](?:该|这|那|此|多余的?|其中)?[一]?[行列栏格项]|(?:重复|误粘贴|没有内容)[^，；。]{0,6}删|恢复该[行列栏表]|可删除行|删行|"
        "(?:取消|撤销|解除|去掉)[^，；。]{0,6}保护|取消合并"
    ),
    "en": re.compile(
        r"[Dd]elet\w* (?:the |one |a |that |this )?(?:row|column|line)|[Rr]estore the (?:row|column|sheet)|rows and delete one|"
        r"[Uu]nprotect|[Rr]emove the protection|[Uu]nmerge (?:the|them|it)\b",
        re.ASCII,
    ),
}
# The sentences that stand within the remedies of findings.
PARTS = (
    "failed_formula_fix", "picture_fix", "struck_out_fix", "zeros_lost_fix", "digits_lost_fix", "power_lost_fix", "date_lost_fix",
    "nothing_chosen", "nothing_blank", "merged_reads", "merged_lost", "not_recalculated", "typed_over", "nought",
)  # fmt: skip
QUOTED = {"平均", "暂无问题"}  # what a rule tells to write, which is in no form


class Remedy(NamedTuple):
    """A line of the list."""

    of: str  # the finding, the part, or the form and its rule
    ways: tuple[str, ...]
    where: tuple[str, ...]  # cells of the form; the command and its options
    zh: str
    en: str

    @property
    def words(self) -> dict[str, str]:
        """What it says in each language that it has: rules speak the language of their form."""
        return {language: text for language, text in zip(LANGUAGES, (self.zh, self.en), strict=True) if text}


class Held(NamedTuple):
    """A form, and its workbook as a unit holds it."""

    form: Form
    layout: Layout
    book: Workbook

    def is_open(self, spot: Spot) -> bool:
        """Whether people can type into a cell of the protected sheet."""
        title, row, column = self.layout.spots[spot]
        return not self.book[title].cell(row + 1, column + 1).protection.locked

    def has_dropdown(self, spot: Spot) -> bool:
        title, row, column = self.layout.spots[spot]
        name = self.book[title].cell(row + 1, column + 1).coordinate
        return any(name in each.sqref for each in self.book[title].data_validations.dataValidation if each.type == "list")

    def blocks(self, owner: str) -> list[Block]:
        """The blocks of a table, or the block of that name."""
        keys = self.form.tables[owner].blocks if owner in self.form.tables else (owner,)
        return [self.form.blocks[key] for key in keys]

    def places(self, remedy: Remedy) -> Iterator[tuple[Block, Field]]:
        for owner, name in (place.split(".") for place in remedy.where):
            for block in self.blocks(owner):
                yield block, block.fields[name]

    def spots(self, block: Block, field: Field) -> list[Spot]:
        return [Spot(block.key, index, field.key) for index in range(self.layout.counts[block.key])]


@cache
def held(form: Form, folder: str) -> Held:
    spare = {key: 2 for key, block in form.blocks.items() if block.spare}  # few of each kind of row
    path = write_template(form.key, year=max(2023, form.first_year), rows=spare, output=f"{folder}/{form.key}.xlsx")
    return Held(form, make_layout(form, row_counts(form, spare)), openpyxl.load_workbook(path))


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Held]:
    folder = tmp_path_factory.mktemp("held")
    return [held(form, str(folder)) for form in forms_for("remedies")]


# --- what can be asserted of a way ---------------------------------------------------------------------------


def cells_are_open(remedy: Remedy, workbook: Held) -> bool:
    """Each column named can be typed into in every row that the rule is about, but where the program computes it."""
    rule = workbook.form.rules[remedy.of.split()[1]]
    for block, field in workbook.places(remedy):
        rows = [index for index, row in enumerate(block.rows) if row.key in rule.rows] if rule.rows else []
        spots = workbook.spots(block, field)
        typed = [spots[index] for index in rows or range(len(spots)) if field.key not in workbook.form.computed(block, index)]
        if not (typed and all(map(workbook.is_open, typed))):
            return False
    return bool(remedy.where)


def there_is_a_dropdown(remedy: Remedy, workbook: Held) -> bool:
    """The choices named have a dropdown in every cell that is not locked."""
    fields = [(block, field) for block, field in workbook.places(remedy) if field.choices]
    spots = [spot for block, field in fields for spot in workbook.spots(block, field) if workbook.is_open(spot)]
    return bool(spots) and all(map(workbook.has_dropdown, spots))


def the_explanation_is_open(remedy: Remedy, workbook: Held) -> bool:
    """The rule has a row in the sheet of checks with a cell for the reason, and its reason is heard."""
    code = remedy.of.split()[-1]
    rules = list(workbook.form.rules)
    rows = [Spot(RULES, rules.index(code), "explanation")] if code in rules else workbook.spots(*explanations(workbook.form))
    heard = code not in rules or workbook.form.rules[code].severity in EXPLAINED
    return heard and any(map(workbook.is_open, rows)) and (code in rules or code in {"XL244"})


def explanations(form: Form) -> tuple[Block, Field]:
    return form.blocks[RULES], form.blocks[RULES].fields["explanation"]


def the_command_is_there(remedy: Remedy, workbook: Held) -> bool:
    """The command has the options, and the words name no other."""
    name, *options = remedy.where
    known = {option for parameter in cli.commands[name].params for option in parameter.opts}
    named = {option for text in remedy.words.values() for option in re.findall(r"--[a-z]+", text)}
    commands = {command for text in remedy.words.values() for command in re.findall(r"xlperf ([a-z][a-z-]+)", text, re.ASCII)}
    return named == set(options) and set(options) <= known and commands - {"and"} <= {name}


def protection_allows(action: str) -> Callable[[Remedy, Held], bool]:
    """Whether every sheet that people see allows what is told (of openpyxl's words, True means locked)."""
    return lambda _, workbook: all(
        not getattr(sheet.protection, action) for sheet in workbook.book.worksheets if sheet.sheet_state == "visible"
    )


def sheets_can_be_deleted(_: Remedy, workbook: Held) -> bool:
    return not (workbook.book.security and workbook.book.security.lockStructure)


class Way(NamedTuple):
    """A way by which a remedy is done: its words, and what must be so in the workbook."""

    zh: str
    en: str
    is_possible: Callable[[Remedy, Held], bool] | None = None  # None: it is done elsewhere
    is_only_way: bool = True  # its words mean nothing else: who says them names the way


WAYS = {
    # In the workbook that the unit holds.
    "type": Way("[填写补改]|调整|统一|精简|四舍五入|贴回|逐|例如|移到|以等号|核对", "", cells_are_open, is_only_way=False),
    "choose": Way("列表(?:中|另)选|列表中选择|改选|补选|栏选“|改为“定量”", r"\b[Cc]hoose\b", there_is_a_dropdown),
    "clear": Way("清空(?!密码)", r"\b[Cc]lear(?:ed)?\b(?! the password)", cells_are_open),
    "explain": Way("“校验”表", "校验", the_explanation_is_open),
    "insert-row": Way("插入行", "insert rows", protection_allows("insertRows")),
    "unhide-row": Way("取消隐藏", "Unhide", protection_allows("formatRows")),
    "delete-picture": Way("删去粘贴进来的图片", "delete pictures", protection_allows("objects")),
    "delete-sheet": Way("删去多余的一张", "delete one", sheets_can_be_deleted),
    "recalculate": Way("重新计算后保存", "recalculate", is_only_way=False),
    "fresh-template": Way("新模板|下发的模板|正确的模板|新版", r"template|right one", is_only_way=False),
    "nothing": Way("无须处理|不必处理|不用改", r"[Nn]othing|needs? nothing|leave it", is_only_way=False),
    "finalize": Way("定稿时", "finaliz"  , is_only_way=False),
    "look": Way("核对|核实|请看|检查", r"[Cc]heck|[Cc]ompare|[Ll]ook|Ask|See|Name", is_only_way=False),
    # With the file, in Excel, WPS, Word or the mail.
    "save-as": Way("另存", r"\bsave (?:it|this)(?: again| anew| as(?! \.docx))"),
    "close": Way("保存并关闭|关闭它", "close it"),
    "password": Way("清空密码", "clear the password"),
    "again": Way("重新[复导发]|请等|再校验", "again"  , is_only_way=False),
    "lock-file": Way("删去同一文件夹", "delete {found} in the same folder"),
    "hand-in": Way("再交|改交|交新|报送|报来|另报|改报|发来", r"\b[Ss]end\b|hand in|hand it in", is_only_way=False),
    "evidence": Way("另附", "sent along"),
    "original": Way("原件|标题", r"document|heading|title|below the title", is_only_way=False),
    "other-file": Way("改用|换用原来|导入|用原来的", r"use last year's|original", is_only_way=False),
    # At the bureau, which runs the program.
    "command": Way("--[a-z]|xlperf [a-z]+", r"--[a-z]|xlperf (?:migrate|package|review)", the_command_is_there),
    "upgrade": Way("升级", r"[Uu]pgrade"),
    "run-again": Way("再运行", "run again"),
    "document": Way("字段名称|固定内容", "field|fixed contents", is_only_way=False),
    "roster": Way("名单|代码表", "roster|list of codes", is_only_way=False),
    "unpack": Way("解压", r"[Uu]npack"),
    "inbox": Way("放回原处|收件文件夹", "put it back|into the inbox", is_only_way=False),
    "maintainer": Way("维护 xlperf", "whoever maintains"),
}  # fmt: skip


def the_list() -> list[Remedy]:
    """The list as it stands in the file."""
    _, *lines = LIST.read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    return [Remedy(of, tuple(ways.split()), tuple(where.split()), zh, en) for of, ways, where, zh, en in cells]


LISTED = the_list()


def of_rule(remedy: Remedy) -> bool:
    return " " in remedy.of


def catalogue(language: str) -> dict:
    return tomllib.loads((REPOSITORY / "xlperf" / "catalogues" / f"{language}.toml").read_text("utf-8"))


def remedies(language: str) -> dict[str, str]:
    """The remedy of every finding, and the sentences that stand within them."""
    messages = catalogue(language)
    findings = {code: finding["fix"] for code, finding in messages["findings"].items() if finding.get("fix")}
    return findings | {key: messages["talk"][key] for key in PARTS}


def of_forms() -> dict[str, str]:
    """The remedy of every rule of the shipped forms that has one of its own."""
    return {f"{form.key} {code}": rule.fix for form in forms_for("remedies") for code, rule in form.rules.items() if rule.fix}


# --- the list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_holds_every_remedy_as_it_is_told(language: str) -> None:
    """What differs here is new: go through it with the workbook open, then put it into the list with its ways."""
    told = remedies(language) | (of_forms() if language == "zh" else {})
    listed = {remedy.of: remedy.words[language] for remedy in LISTED if language in remedy.words}
    assert len(listed) > 100 and len(LISTED) == len({remedy.of for remedy in LISTED})
    assert listed == told


def test_no_sentence_within_a_remedy_is_forgotten() -> None:
    """Those that the program puts in for {fix} are of the list; those for {hint} say what was meant, or are of it too."""
    keys = {key for key in catalogue("zh")["talk"] if key.endswith("_fix") and not key.startswith(("says_", "head_", "column_"))}
    assert keys == {key for key in PARTS if key.endswith("_fix")}


def test_every_remedy_has_ways_and_all_ways_are_used() -> None:
    assert {way for remedy in LISTED for way in remedy.ways} == set(WAYS)
    assert [remedy.of for remedy in LISTED if not remedy.ways] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_remedy_are_those_of_its_ways(language: str) -> None:
    """It says what its ways are, and where its words can mean one way only, it has that way."""
    wrong = []
    for remedy in LISTED:
        text = remedy.words.get(language)
        for name, way in WAYS.items() if text else ():
            pattern = getattr(way, language)
            says = bool(re.search(pattern, text))
            if (name in remedy.ways and not says) or (says and way.is_only_way and name not in remedy.ways):
                wrong.append((remedy.of, name, says, text))
    assert wrong == []


def test_every_way_of_a_rule_is_open_in_its_workbook(workbooks: Sequence[Held]) -> None:
    checked, closed = 0, []
    for workbook in workbooks:
        for remedy in (remedy for remedy in LISTED if remedy.of.startswith(f"{workbook.form.key} ")):
            for way in remedy.ways:
                is_possible = WAYS[way].is_possible
                checked += is_possible is not None
                if is_possible and not is_possible(remedy, workbook):
                    closed.append((remedy.of, way, remedy.where))
    assert closed == []
    assert checked > 180


ANYWHERE = {"type", "clear", "choose"}  # in the cells that the finding names, which are of no form here


def may_be_found(remedy: Remedy, workbook: Held) -> bool:
    """Whether a form has the check: one whose amounts are in yuan does not ask for a larger unit."""
    return remedy.of != "XL216" or remedy.of in workbook.form.rules


def test_every_way_of_a_finding_is_open_in_every_workbook(workbooks: Sequence[Held]) -> None:
    ways = [(remedy, way) for remedy in LISTED if not of_rule(remedy) for way in remedy.ways if way not in ANYWHERE]
    checks = [(remedy, way, WAYS[way].is_possible) for remedy, way in ways]
    closed = [
        (remedy.of, way, workbook.form.key)
        for workbook in workbooks
        for remedy, way, is_possible in checks
        if is_possible and may_be_found(remedy, workbook) and not is_possible(remedy, workbook)
    ]
    assert closed == []


def test_what_people_type_into_is_open_and_all_else_is_locked(workbooks: Sequence[Held]) -> None:
    """So that a remedy which names the cells of a finding can be done: what is read from people are cells they can type into."""
    for workbook in workbooks:
        spots = [spot for spot in workbook.layout.spots if workbook.form.blocks[spot.block].fields[spot.field].in_document]
        inputs = {
            spot
            for spot in spots
            if workbook.form.is_input(workbook.form.blocks[spot.block], spot.index, field_of(workbook, spot))
        }
        assert {spot for spot in spots if workbook.is_open(spot)} == inputs
        assert len(inputs) > 40


def field_of(workbook: Held, spot: Spot) -> Field:
    return workbook.form.blocks[spot.block].fields[spot.field]


def test_what_a_rule_names_is_in_its_form() -> None:
    """Sheets, columns and choices in quotation marks; of a column to fill in, one of the cells that the list names."""
    lost = []
    for form in forms_for("remedies"):
        sheets = {sheet.title for sheet in form.sheets}
        fields = [field for block in form.blocks.values() for field in block.fields.values()]
        known = sheets | {choice for field in fields for choice in field.choices} | QUOTED
        for remedy in (remedy for remedy in LISTED if remedy.of.startswith(f"{form.key} ")):
            labels = [form.blocks[block].fields[name].label for block, name in named_fields(form, remedy)]
            labels += [field.label for field in (explanations(form)[1],) if "explain" in remedy.ways]
            for name, kind in re.findall("“([^”]*)”(表|栏)?", remedy.zh):
                is_there = name in sheets if kind == "表" else any(name in label for label in labels)
                if not is_there and (kind or name not in known):
                    lost.append((remedy.of, name))
    assert lost == []


def named_fields(form: Form, remedy: Remedy) -> Iterator[tuple[str, str]]:
    for owner, name in (place.split(".") for place in remedy.where):
        yield from ((key, name) for key in (form.tables[owner].blocks if owner in form.tables else (owner,)))


def test_the_row_that_a_unit_has_nothing_of_can_be_said_so(workbooks: Sequence[Held]) -> None:
    """What is told of a row that was deleted: the only word of a column is chosen, and the reason typed into the same row."""
    (workbook,) = (
        workbook for workbook in workbooks if "applies" in workbook.form.blocks.get("process", workbook.form.blocks[RULES]).fields
    )
    for key in ("decision", "process"):
        block = workbook.form.blocks[key]
        choices = workbook.spots(block, block.fields["applies"])
        assert all(workbook.is_open(spot) and workbook.has_dropdown(spot) for spot in choices)
        assert all(workbook.is_open(spot) for spot in workbook.spots(block, block.fields["reason"]))


# --- what cannot be done -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", IMPOSSIBLE)
def test_no_remedy_of_a_finding_is_impossible(language: str) -> None:
    told = remedies(language)
    assert len(told) > 60
    assert {code: text for code, text in told.items() if IMPOSSIBLE[language].search(text)} == {}


@pytest.mark.parametrize("form", forms_for("remedies"), ids=lambda form: form.key)
def test_no_rule_and_no_help_of_a_form_asks_for_the_impossible(form: Form) -> None:
    helps = {f"{key}.{name}": field.help for key, block in form.blocks.items() for name, field in block.fields.items()}
    texts = {**{code: f"{rule.fix} {rule.why}" for code, rule in form.rules.items()}, **helps, **form.words}
    texts |= {f"guide {number}": text for number, text in enumerate(form.guide)}
    assert {place: text for place, text in texts.items() if IMPOSSIBLE["zh"].search(text)} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "没有这项预算的删去该行；漏填的补上。", "重复的删去一行；", "删去多余的一行，或改名。", "从原模板中恢复该栏。",
        "请先取消工作表保护。", "撤销保护后改正。", "请取消合并，逐格补填；", "从原模板中恢复该表。",
    ],
)  # fmt: skip
def test_an_impossible_remedy_is_found(planted: str) -> None:
    assert IMPOSSIBLE["zh"].search(planted)


@pytest.mark.parametrize(
    ("of", "way", "where"),
    [
        ("suzhou-department SZ201", "type", "process.name"),  # preset, locked
        ("suzhou-department SZ301", "type", "process.deviation_text"),  # computed
        ("suzhou-department SZ214", "choose", "items.spent"),  # no choice
        ("suzhou-department SZ101", "explain", ""),  # an error cannot be explained
        ("national-project NP101", "type", "total.executed"),  # a sum
        ("XL424", "command", "import --months"),
        ("XL101", "explain", ""),  # has no row in the sheet of checks
    ],
)
def test_a_way_that_is_closed_is_found(of: str, way: str, where: str, workbooks: Sequence[Held]) -> None:
    remedy = Remedy(of, (way,), tuple(where.split()), "", "")
    workbook = next((one for one in workbooks if of.startswith(one.form.key)), workbooks[0])
    is_possible = WAYS[way].is_possible
    assert is_possible and not is_possible(remedy, workbook)


@pytest.mark.parametrize("form", forms_for("remedies"), ids=lambda form: form.key)
def test_what_is_told_is_allowed_and_what_is_not_told_is_not(form: Form, workbooks: Sequence[Held]) -> None:
    (workbook,) = (one for one in workbooks if one.form is form)
    for sheet in workbook.book.worksheets[:-1]:
        protection = sheet.protection  # True of an action means that it is locked
        assert protection.sheet and protection.deleteRows and protection.deleteColumns and protection.insertColumns
        assert not (protection.insertRows or protection.formatRows or protection.formatColumns or protection.sort)
