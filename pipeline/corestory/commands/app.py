"""The command line: its commands, and what becomes of an error, an interruption and a closed pipe."""

import errno
import os
import signal
import sys
from typing import NoReturn

import typer

from corestory.commands.audit import audit
from corestory.commands.evaluate import evaluate
from corestory.commands.explain import explain
from corestory.commands.predict import predict
from corestory.commands.prepare import prepare
from corestory.commands.threshold import threshold
from corestory.commands.train import train
from corestory.errors import CorestoryError, OutputError

app = typer.Typer(
    name="corestory",
    help="Tells the story from the noise around it: tags every paragraph of a news article as core or filler.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
# A command's module imports what it needs inside its function, so that --help answers at once.
app.command()(prepare)
app.command()(train)
app.command()(predict)
app.command()(explain)
app.command()(evaluate)
app.command()(threshold)
app.command()(audit)


@app.callback()
def _commands() -> None:
    # With a callback, Typer keeps the command's name even while there is only one command.
    pass


def main() -> None:
    """Run the command line.

    Exits with what the command says; with 2 after an error that a person can mend, with 130 after Ctrl-C, and with 0
    where the reader of the output has closed the pipe, as ``head`` does.
    """
    try:
        app(prog_name="corestory")
    except CorestoryError as error:
        _fail(error)
    except KeyboardInterrupt:
        # Typer catches most, but the signal may come while it is at the end itself.
        sys.exit(128 + signal.SIGINT)
    except OSError as error:
        # Files are written where such errors are told; what remains is the standard output.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _fail(OutputError(f"cannot be written: {error.strerror}", where="output"))
    except SystemExit as ending:
        # Typer itself makes of a closed pipe a silent exit with 1, which here would mean that something was refused.
        if isinstance(ending.__context__, BrokenPipeError):
            sys.exit(0)
        raise


def _fail(error: CorestoryError) -> NoReturn:
    sys.stderr.write(f"corestory: {error}\n")
    try:
        sys.stdout.flush()
    except OSError:
        # Python would try once more when it ends, complain, and exit with a code of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)
