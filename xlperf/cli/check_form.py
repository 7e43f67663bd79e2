"""The command for whoever writes a form: what is wrong with it, by line, and whether every command survives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, words
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command("check-form", cls=Command, help=words("check_form"))
@click.argument("directory", type=FILE)
@click.option("--full", is_flag=True, help=words("check_form_full"))
def check_form(directory: Path, full: bool) -> ExitCode:
    from xlperf.errors import FormError
    from xlperf.forms.catalog import count_parts
    from xlperf.forms.written.yaml_file import located
    from xlperf.proving.prove_form import prove_form

    try:
        proof = prove_form(directory.parent if directory.name == "form.yaml" else directory, full=full)
    except FormError as error:
        click.echo(located(error), err=True)
        return error.exit_code
    for remark in (*proof.faults, *proof.warnings):
        click.echo(str(remark), err=True)
    if proof.faults:
        click.echo(sentence("proof_faults", {"count": len(proof.faults)}), err=True)
        return ExitCode.USAGE
    click.echo(sentence("form_is_right", count_parts(proof.form)))
    click.echo(sentence("form_is_proved", {}))
    return ExitCode.OK
