"""The commands that decide about a unit of a collection, prove that nothing was altered, and pack it; they import late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlperf.cli.options import FILE, Command, database_option, words
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ["accept", "extend", "exempt", "note"]  # those of summarizing.board.decisions, which --help need not import


@click.command("decide", cls=Command, help=words("decide"))
@click.argument("collection", type=FILE)
@click.argument("unit")
@click.argument("kind", type=click.Choice(KINDS), metavar="accept|extend|exempt|note")
@click.option("--reason", metavar="TEXT", default="", help=words("decision_why"))
@click.option("--until", metavar="YYYY-MM-DD", help=words("decision_until_when"))
@click.option("--by", metavar="NAME", help=words("decision_by"))
@click.option("--code", "codes", multiple=True, metavar="CODE", help=words("decision_codes"))
@click.option("--file", metavar="FILE", help=words("decision_file"))
@click.option("--undo", is_flag=True, help=words("decision_undo"))
@database_option
def decide(collection: Path, undo: bool, **said: Any) -> ExitCode:
    from xlperf.deciding.decide import decide as take
    from xlperf.summarizing.board.decisions import decision_as_text

    decided = take(collection, undo=undo, **said)
    key = "decision_taken_back" if undo else "decision_taken" if decided.is_new else "decision_known"
    decision = decided.decision
    click.echo(sentence(key, {"unit": decision.unit, "text": decision_as_text(decision)}), err=True)
    if undo and decision.kind == "accept":
        click.echo(sentence("decision_undone_later", {}), err=True)
    if decision.path and not undo:
        click.echo(sentence("decision_of_file", {"path": decision.path, "sha256": decision.sha256}), err=True)
    return ExitCode.OK


@click.command("verify", cls=Command, help=words("verify"))
@click.argument("collection", type=FILE)
@click.option("--head", metavar="HASH", help=words("verify_head"))
@database_option
def verify(collection: Path, **asked: Any) -> ExitCode:
    from xlperf.deciding.verify import verify as compare

    found = compare(collection, **asked)
    for difference in found.differences:
        click.echo(difference.text)
    counts = {"differences": len(found.differences), "files": found.files, "entries": found.entries, "head": found.head}
    if not any(difference.kind == "before_chain" for difference in found.differences):
        click.echo(sentence("verified_not" if found.differences else "verified", counts))
    if found.before:
        click.echo(sentence("verified_before", {"count": found.before}))
    return found.exit_code


@click.command("package", cls=Command, help=words("package"))
@click.argument("collection", type=FILE)
@click.option("-o", "--output", type=FILE, metavar="FILE", required=True, help=words("output"))
@database_option
def package(collection: Path, output: Path, **asked: Any) -> ExitCode:
    from xlperf.collecting.packages.packing import package_collection

    packed = package_collection(collection, output=output, **asked)
    counts = {"files": packed.files, "results": packed.results, "entries": packed.entries}
    click.echo(sentence("packaged", {"path": packed.path, "head": packed.head, **counts}), err=True)
    return ExitCode.OK
