"""The commands that write the page as a file, and that serve it with an API; they import what they need when called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlperf.cli.options import FILE, Command, database_option, output_option, templates_option, words
from xlperf.cli.rounds import round_option
from xlperf.errors import ExitCode
from xlperf.messages import sentence

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8750  # that of server.serving, which --help need not import


@click.command(cls=Command, help=words("page"))
@click.argument("forms", metavar="[FORM]...", nargs=-1)
@output_option
@click.option("--assets", type=FILE, metavar="DIR", help=words("assets"))
@templates_option
def page(forms: tuple[str, ...], output: Path | None, assets: Path | None, templates: Path | None) -> ExitCode:
    from pathlib import Path

    from xlperf.files import unused
    from xlperf.page.page_file import write_page

    def tell(file: str) -> None:
        click.echo(sentence("fetching", {"file": file}), err=True)

    path = output or unused(Path(words("page_name")))
    click.echo(
        sentence("written", {"path": write_page(forms, output=path, templates=templates, assets=assets, tell=tell)}), err=True
    )
    return ExitCode.OK


@click.command(cls=Command, help=words("serve"))
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help=words("host"))
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", default=PORT, show_default=True, help=words("port"))
@click.option("--name", "names", multiple=True, metavar="NAME", help=words("server_name"))
@click.option("--token-file", type=FILE, metavar="FILE", help=words("token_file"))
@click.option("--user-header", metavar="HEADER", help=words("user_header"))
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help=words("proxy"))
@click.option("--allow-origin", "origins", multiple=True, metavar="ORIGIN", help=words("allow_origin"))
@round_option
@click.option("--role-header", metavar="HEADER", help=words("role_header"))
@click.option("--unit-header", metavar="HEADER", help=words("unit_header"))
@database_option
@click.option("--jobs", type=click.IntRange(1), metavar="N", help=words("jobs"))
@templates_option
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    token_file: Path | None,
    user_header: str | None,
    proxies: tuple[str, ...],
    origins: tuple[str, ...],
    round_file: Path | None,
    role_header: str | None,
    unit_header: str | None,
    database: str | None,
    jobs: int | None,
    templates: Path | None,
) -> ExitCode:
    from xlperf.server.serving import serve as serve_page

    serve_page(
        host=host,
        port=port,
        names=names,
        token_file=token_file,
        user_header=user_header,
        proxies=proxies,
        origins=origins,
        round_file=round_file,
        role_header=role_header,
        unit_header=unit_header,
        database=database,
        templates=templates,
        jobs=jobs,
        tell=click.echo,
    )
    return ExitCode.OK
