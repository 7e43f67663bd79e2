"""Where the process starts: UTF-8 streams, the language asked for, one place that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
import warnings


def main() -> int:
    """Run the command line and return its exit code."""
    if getattr(sys, "frozen", False):  # in a program made by PyInstaller a worker process begins here too, and ends here
        import multiprocessing

        multiprocessing.freeze_support()
    from xlperf.errors import tell_full_disk_once
    from xlperf.messages import sentence, use_language

    speak_utf8()
    tell_full_disk_once()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries warn programmers of
    use_language(asked_language(sys.argv))
    import click

    from xlperf.cli.options import explain_mistake, speak_our_language
    from xlperf.cli.root import cli
    from xlperf.errors import ExitCode, XlperfError, is_disk_full

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
    except Exception as error:
        if is_disk_full(error):
            return tell_disk_full(error)
        import traceback

        from xlperf import __version__

        trace = f"xlperf {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{traceback.format_exc()}"
        click.echo(sentence("bug", {"trace": trace}), err=True)
        return ExitCode.BUG


def tell_disk_full(error: Exception) -> int:
    """Say that there is no room, for a temporary file or for what is printed; what could not be printed is not tried again."""
    import click

    from xlperf.errors import ExitCode, reason_of
    from xlperf.messages import sentence

    named = getattr(error, "filename", None)
    click.echo(sentence("no_room", {"path": named, "reason": reason_of(error)}), err=True)
    if named is None and hasattr(sys.stdout, "fileno"):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.USAGE


def speak_utf8() -> None:
    """Begin anew in UTF-8 where the locale names files in something less: in ASCII no Chinese name can be written."""
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})


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
