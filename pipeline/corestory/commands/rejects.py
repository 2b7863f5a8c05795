"""What was refused of a batch: to a file with its reason, or listed and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from corestory.atomic import atomic_path
from corestory.commands.screen import say
from corestory.errors import InputError
from corestory.reading.text import storable
from corestory.remote import AnyPath

LISTED = 20


class Rejects:
    """Counts what is refused, and passes it on at once: nothing but the number is kept.

    Parameters
    ----------
    file
        Gets a line of JSON each, with ``where`` and ``reason``; None says the first `LISTED` on the standard error.
    """

    def __init__(self, file: TextIO | None) -> None:
        self.count = 0
        self._file = file

    def refuse(self, error: InputError) -> None:
        """Take note of what cannot be read, and why."""
        self.count += 1
        if self._file is not None:
            reason = str(type(error)(error.found, expected=error.expected, mend=error.mend))
            row = {"where": storable(error.where), "reason": storable(reason)}
            self._file.write(f"{json.dumps(row, ensure_ascii=False)}\n")
        elif self.count <= LISTED:
            say(f"refused: {error}")


@contextmanager
def open_rejects(path: AnyPath | None, *, force: bool) -> Iterator[Rejects]:
    """Give what takes note of refusals; at the end, what was not listed is counted on the standard error.

    Parameters
    ----------
    path
        A file for them, which is there afterwards even if nothing was refused.
    force
        Whether it may be replaced.
    """
    if path is None:
        rejects = Rejects(None)
        yield rejects
        if rejects.count > LISTED:
            say(f"refused: {rejects.count - LISTED:,} more; --rejects FILE lists them all.")
        return
    with atomic_path(path, force=force) as temporary, temporary.open("w", encoding="utf-8") as file:
        rejects = Rejects(file)
        yield rejects
    if rejects.count:
        say(f"refused: {rejects.count:,}; the reasons are in {path}")
