"""The command line: its commands, and the exit codes after errors, interruptions and closed pipes."""

import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from threading import current_thread, main_thread
from typing import Annotated, Any, NoReturn

import typer

from corestory.commands.messages import say
from corestory.commands.options import with_reading_options
from corestory.errors import CorestoryError, InputError, OutputError, reason_of
from corestory.installation import check_alone, left_out, version
from corestory.remote import is_url

# The module of each command, which has a function of the same name. The function imports libraries inside, so that
# --help is fast.
COMMANDS = {
    "prepare": "training",
    "train": "training",
    "adapt": "own_site",
    "predict": "predict",
    "remember": "own_site",
    "explain": "predict",
    "evaluate": "measuring",
    "threshold": "measuring",
    "audit": "measuring",
    "review": "servers",
    "agreement": "labelling",
    "export": "labelling",
    "serve": "servers",
}

_WITHIN_SENTENCE = re.compile(r"(?<![.:\n])\n(?=[^\n])")


class _Command(typer.core.TyperCommand):
    """A command that refuses a URL for an option that takes only files of this machine."""

    def invoke(self, ctx: Any) -> Any:
        of_paths = {parameter.name for parameter in self.params if parameter.type.name == "path"}
        for name, value in ctx.params.items():
            for path in value if isinstance(value, list | tuple) else [value]:
                if name in of_paths and is_url(str(path)):
                    raise InputError("is a URL", where=path, expected="a file or a folder on this machine")
        return super().invoke(ctx)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"corestory {version()}")
        raise typer.Exit


def _commands(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version  # the callback of the option has printed it


def command_line(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """Make a command line with some commands, and import only their modules."""
    made = typer.Typer(
        name="corestory",
        help="Tag every paragraph of a news article as core story or filler.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=_commands,
    )
    for name in commands:
        command: Callable[..., None] = getattr(import_module(f"corestory.commands.{COMMANDS[name]}"), name)
        # Typer breaks the lines of a help text where the docstring does, also within a sentence.
        text = _WITHIN_SENTENCE.sub(" ", cleandoc(command.__doc__ or ""))
        made.command(cls=_Command, help=text)(with_reading_options(command))
    return made


def main(given: typer.Typer | None = None) -> None:
    """Run a command line, by default that of corestory.

    The exit code is the command's own, 2 after a `CorestoryError`, 130 after Ctrl-C or SIGTERM, and 0 if the reader of
    the output has closed the pipe, as ``head`` does.
    """
    _occupy_closed_streams()
    with _interrupted_by_sigterm():
        _run(given)


def _run(given: typer.Typer | None) -> None:
    try:
        check_alone()
        # Importing the other commands and reading their options takes longer than tagging an article.
        asked = [command for command in COMMANDS if sys.argv[1:2] == [command]]
        (given or command_line(asked or COMMANDS))(prog_name="corestory")
    except CorestoryError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        found = left_out(error)
        if found is None:
            raise
        _fail(found)
    except KeyboardInterrupt:
        # Typer catches most interruptions, but not those that come while it is ending.
        sys.exit(128 + signal.SIGINT)
    except OSError as error:
        if error.errno == errno.ENOENT and not _has_current_folder():
            _fail(CorestoryError("the current folder has been deleted", hint="Change to another folder."))
        if isinstance(error.filename, str):
            _fail(CorestoryError(f"cannot be read or written ({reason_of(error)})", where=error.filename))
        # Code that writes files reports such errors itself, so this error is from the standard output.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _fail(OutputError(f"cannot be written ({error.strerror})", where="standard output"))
    except SystemExit as ending:
        # After a closed pipe, Typer exits with 1, but here 1 means that something was refused.
        if isinstance(ending.__context__, BrokenPipeError):
            sys.exit(0)
        raise


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let SIGTERM interrupt the command as Ctrl-C does, so that it deletes its temporary files."""
    if current_thread() is not main_thread():  # only the main thread may set a signal handler
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is signal.default_int_handler:  # `serve` ignores SIGTERM after its stop
            signal.signal(signal.SIGTERM, before)


def _occupy_closed_streams() -> None:
    """Open the null device on each standard stream that the caller has closed.

    Otherwise the next file that is opened would get the stream's number, and printed text would go to that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _has_current_folder() -> bool:
    try:
        return bool(Path.cwd())
    except FileNotFoundError:
        return False


def _fail(error: CorestoryError) -> NoReturn:
    say(f"corestory: {error}")
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        # Without this, Python would flush again at its end, print an error, and exit with its own code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)
