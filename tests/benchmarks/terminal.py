"""The output of benchmarks: messages on stderr, files written whole, and errors as one line and exit code 2."""

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from corestory.atomic import atomic_path
from corestory.errors import CorestoryError


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def write(path: Path, text: str) -> None:
    """Write a file whole, and replace an older one."""
    with atomic_path(path, force=True) as temporary:
        temporary.write_text(text, encoding="utf-8")


def run_command(command: Callable[..., None]) -> None:
    """Run a function as a command line; its parameters are the arguments and options."""
    try:
        typer.run(command)
    except CorestoryError as error:
        say(str(error))
        sys.exit(2)
