"""How the benchmarks speak to a terminal: talk on stderr, and an error of ours is one line and exit code 2."""

import sys
from collections.abc import Callable

import typer

from corestory.errors import CorestoryError


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def run_command(command: Callable[..., None]) -> None:
    """Run a function as a command line; its parameters are the arguments and options."""
    try:
        typer.run(command)
    except CorestoryError as error:
        say(str(error))
        sys.exit(2)
