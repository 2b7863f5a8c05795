"""The command line: its commands, and what becomes of an error, an interruption and a closed pipe."""

import sys

import typer

from pipeline.commands.evaluate import evaluate
from pipeline.commands.predict import predict
from pipeline.commands.prepare import prepare
from pipeline.errors import CorestoryError

app = typer.Typer(
    name="corestory",
    help="Tells the story from the noise around it: tags every paragraph of a news article as core or filler.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
# A command's module imports what it needs inside its function, so that --help answers at once.
app.command()(prepare)
app.command()(predict)
app.command()(evaluate)


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
        sys.stderr.write(f"corestory: {error}\n")
        sys.exit(2)
    except SystemExit as ending:
        # Typer itself makes of a closed pipe a silent exit with 1, which here would mean that something was refused.
        if isinstance(ending.__context__, BrokenPipeError):
            sys.exit(0)
        raise
