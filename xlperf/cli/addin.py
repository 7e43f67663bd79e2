"""The command that writes the task pane for WPS and Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, templates_option, words
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command, help=words("addin"))
@click.argument("directory", type=FILE)
@click.option("--url", metavar="URL", help=words("addin_url"))
@click.option("--server", metavar="URL", help=words("addin_server"))
@click.option("--form", "forms", metavar="FORM", multiple=True, help=words("addin_form"))
@click.option("--assets", type=FILE, metavar="DIR", help=words("assets"))
@templates_option
def addin(
    directory: Path, url: str | None, server: str | None, forms: tuple[str, ...], assets: Path | None, templates: Path | None
) -> ExitCode:
    from xlperf.panes.addin import write_addin

    def tell(file: str) -> None:
        click.echo(sentence("fetching", {"file": file}), err=True)

    for path in write_addin(directory, url=url, server=server, forms=forms, templates=templates, assets=assets, tell=tell):
        click.echo(sentence("written", {"path": path}), err=True)
    return ExitCode.OK
