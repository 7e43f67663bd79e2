"""Where the process starts: UTF-8 streams, the language asked for, one place that turns errors into exit codes."""

from __future__ import annotations

import sys
import warnings


def main() -> int:
    """Run the command line and return its exit code."""
    from xlperf.messages import sentence, use_language

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries warn programmers of
    use_language(asked_language(sys.argv))
    import click

    from xlperf.cli.commands import cli
    from xlperf.cli.options import explain_mistake, speak_our_language
    from xlperf.errors import ExitCode, XlperfError

    speak_our_language()
    try:
        return cli.main(standalone_mode=False, prog_name="xlperf") or ExitCode.OK
    except XlperfError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(explain_mistake(error), err=True)
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo(sentence("interrupted", {}), err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.OK
    except Exception:
        import traceback

        from xlperf import __version__

        trace = f"xlperf {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{traceback.format_exc()}"
        click.echo(sentence("bug", {"trace": trace}), err=True)
        return ExitCode.BUG


def asked_language(arguments: list[str]) -> str | None:
    """The value of --lang, read before click so that help texts are in that language too."""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith("--lang="):
            return argument.split("=", 1)[1]
    return None


if __name__ == "__main__":
    sys.exit(main())
