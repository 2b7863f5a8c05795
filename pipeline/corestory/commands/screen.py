"""What goes to a terminal: annotated articles, rows made harmless, and what is said beside them."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle

# An escape sequence in somebody's page must not steer the reader's terminal; tab and line feed may stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def harmless(text: str) -> str:
    r"""Replace control characters, so that text may go to a terminal.

    Examples
    --------
    >>> harmless("\x1b[31mRed\n") == "\ufffd[31mRed\n"
    True
    """
    return _CONTROL.sub("\ufffd", text)


def say(line: str) -> None:
    """Write a line to the standard error, for the person at the terminal."""
    sys.stderr.write(f"{harmless(line)}\n")


class HarmlessStream:
    r"""Passes UTF-8 on to a terminal without its control characters; each write holds whole characters.

    Examples
    --------
    >>> import io
    >>> terminal = io.BytesIO()
    >>> HarmlessStream(terminal).write(b"\x1b[2J")
    4
    >>> terminal.getvalue().decode() == "\ufffd[2J"
    True
    """

    def __init__(self, terminal: BinaryIO) -> None:
        self._terminal = terminal

    def write(self, data: bytes) -> int:
        """Write all of it, or raise what the terminal raises."""
        self._terminal.write(harmless(data.decode()).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the terminal."""
        self._terminal.flush()


class AnnotatedWriter:
    """A `corestory.output.rows.RowWriter` for a person: each article annotated, an empty line between two."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console()
        self._started = False

    def write(self, article: TaggedArticle) -> None:
        """Show an article."""
        from corestory.output.annotated import AnnotatedArticle

        if self._started:
            self._console.line()
        self._console.print(AnnotatedArticle(article))
        self._started = True

    def close(self) -> None:
        """Leave all as it is: what was written is shown."""
