"""The decisions of a reviewer and the labels file, to which each decision is appended and flushed to the disk."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from corestory.atomic import atomic_path, lock_file, reporting_errors
from corestory.errors import InputError, OutputError, reason_of
from corestory.labelling.labelled import Markup, markup_columns
from corestory.reading.article import Article, site_of
from corestory.reading.text import storable
from corestory.types import Label

UNDOABLE = 100
"""The number of last changes that can be undone after a restart; the lines that they replaced stay in the file."""

_BEGINNING = b'{"article_id": '


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's label of one paragraph, or a paragraph that has no label yet.

    Attributes
    ----------
    article_id, position, text
        The paragraph.
    label
        The label; None if there is none yet.
    decided
        The time of the decision in UTC, in the format of ISO 8601.
    tagged
        The label that the reviewer was first shown; None if there was none.
    score
        The probability of core that the reviewer was first shown, 0 to 1; None if there was none.
    seconds
        The seconds that the reviewer looked at the article before accepting it; None before that.
    reviewer
        The reviewer's name; empty if not given.
    check
        `corestory.labelling.corrections.text_check` of the whole text, if `text` may be cut; otherwise empty.
    """

    article_id: str
    position: int
    text: str
    label: Label | None
    decided: str
    tagged: Label | None = None
    score: float | None = None
    seconds: float | None = None
    reviewer: str = ""
    check: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """The article and the position of the paragraph."""
        return self.article_id, self.position


def decision_line(decision: Decision, article: Article | None = None, markup: Markup | None = None) -> bytes:
    r"""Write a decision as a line of JSON.

    Parameters
    ----------
    decision
        The decision.
    article
        Gives the columns ``url``, ``site``, ``title`` and ``language`` where known.
    markup
        The paragraph's markup, which training needs.

    Examples
    --------
    >>> decision_line(Decision("a", 0, "It rained.", "core", "2026-11-26T06:00:00+00:00", reviewer="Ada"))
    b'{"article_id": "a", "position": 0, "text": "It rained.", "label": "core", "reviewer": "Ada", "decided": ...}\n'
    """
    row: dict[str, object] = {
        "article_id": decision.article_id,
        "position": decision.position,
        "text": decision.text,
        "label": decision.label,
    }
    more: dict[str, object] = {
        "tagged": decision.tagged,
        "score": None if decision.score is None else round(decision.score, 4),
        "seconds": None if decision.seconds is None else round(decision.seconds, 1),
        "reviewer": decision.reviewer,
        "decided": decision.decided,
        "check": decision.check,
    }
    if article is not None:
        more |= {"url": article.url, "site": site_of(article), "title": article.title, "language": article.language}
    row |= {name: value for name, value in more.items() if value is not None and value != ""}
    row |= markup_columns(markup)
    return storable(f"{json.dumps(row, ensure_ascii=False)}\n").encode()


def read_decision(line: bytes, *, where: str) -> Decision:
    """Read a decision from its line.

    Raises
    ------
    InputError
        The line is not a decision.
    """
    try:
        return msgspec.json.decode(line, type=Decision)
    except (ValueError, RecursionError):
        raise no_decision(where) from None


def no_decision(where: str) -> InputError:
    """Return the error for a line that is not a decision."""
    return InputError(
        "not a decision of `corestory review`",
        where=where,
        expected="article_id, position, text, label (core, filler or null) and decided",
        hint="Give another file to --labels.",
    )


_Write = list[tuple[Decision, bytes]]
"""Decisions about one article that were written together, each with its line."""


@dataclass(frozen=True, slots=True)
class Change:
    """Decisions that a reviewer made at the same time about an article, and the decisions that they replaced."""

    made: tuple[Decision, ...]
    before: tuple[Decision, ...]


class LabelsFile:
    """A file of decisions to which only this process writes.

    Opening the file drops an incomplete last line after a kill or a power cut; such a line was never reported as saved.
    Opening and closing the file drop lines that later lines have replaced, except for the lines of the last changes.

    Parameters
    ----------
    path
        The file, which is created if it is missing.

    Attributes
    ----------
    decisions
        The current decision about each paragraph, by article and position, in the order of the first decisions.
    changes
        The last changes of earlier runs and all changes of this run, the oldest first.

    Raises
    ------
    InputError
        The file contains something else.
    OutputError
        Another process writes to the file, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> decision = Decision("a", 0, "It rained.", "core", "2026-11-26T06:00:00+00:00")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.jsonl")
    ...     with LabelsFile(path) as labels:
    ...         labels.append([(decision, decision_line(decision))])
    ...     with LabelsFile(path) as labels:
    ...         labels.decisions["a", 0].label
    'core'
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.decisions: dict[tuple[str, int], Decision] = {}
        self.changes: list[Change] = []
        # The decisions about each paragraph that the current one has replaced, the latest last.
        self._earlier: dict[tuple[str, int], list[Decision]] = {}
        self._lines: dict[tuple[str, int], bytes] = {}
        # The last writes, and whether each was a change.
        self._recent: deque[tuple[_Write, bool]] = deque()
        self._replaced = False
        self._is_new = not path.exists()
        self._file = self._opened()
        try:
            self._read()
            self._compact()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> LabelsFile:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def append(self, decisions: Iterable[tuple[Decision, bytes]]) -> None:
        """Write decisions about an article, each with its line, and return when they are on the disk.

        A decision that was replaced before, or that has no label, undoes a change.

        Raises
        ------
        OutputError
            The decisions cannot be written, or another program has replaced or deleted the file. Then none of the
            decisions is saved.
        """
        decisions = list(decisions)
        end = self._file.seek(0, os.SEEK_END)
        try:
            if not os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                raise OutputError(
                    "was replaced by another program", where=str(self.path), hint="Start the review again."
                )
            _write_all(self._file, b"".join(line for _, line in decisions))
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):  # if this also fails, the next start drops the incomplete line
                self._file.truncate(end)
            raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.path)) from error
        self._keep(decisions)

    def close(self) -> None:
        """Drop replaced lines, and let other processes write; delete a new file without decisions."""
        try:
            self._compact()
            if self._is_new and not self.decisions:
                self.path.unlink(missing_ok=True)
        finally:
            self._file.close()

    def _opened(self) -> IO[bytes]:
        with reporting_errors(self.path, whole=False):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            while True:
                file = self.path.open("a+b", buffering=0)
                _lock(file, self.path)
                # Before the lock was taken, another process may have replaced the file by a compacted one.
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file.fileno()), self.path.stat()):
                        return file
                file.close()

    def _read(self) -> None:
        self._file.seek(0)
        data = self._file.read()
        whole, _, rest = data.rpartition(b"\n")
        found: _Write = []
        for number, line in enumerate(whole.split(b"\n") if whole else (), start=1):
            found.append((read_decision(line, where=f"{self.path}, line {number}"), line + b"\n"))
        # All decisions of a change have the same time.
        for _, write in groupby(found, key=lambda line: (line[0].article_id, line[0].decided)):
            self._keep(list(write))
        # Older changes cannot be undone, because the lines that they replaced may be gone.
        undoable = sum(is_change for _, is_change in self._recent)
        self.changes = self.changes[len(self.changes) - undoable :]
        if rest:
            # An incomplete line has the beginning of all lines. Any other text belongs to another file and stays.
            if not _BEGINNING.startswith(rest[: len(_BEGINNING)]):
                raise no_decision(str(self.path))
            self._file.truncate(len(data) - len(rest))

    def _keep(self, write: _Write) -> None:
        made, before = [], []
        for decision, _ in write:
            held, earlier = self.decisions.get(decision.key), self._earlier.setdefault(decision.key, [])
            if decision.label is None or decision in earlier[-1:]:
                del earlier[-1:]
            else:
                old = held or replace(decision, label=None, seconds=None, reviewer="")
                earlier.append(old)
                made.append(decision)
                before.append(old)
            self.decisions[decision.key] = decision
        if made:
            self.changes.append(Change(tuple(made), tuple(before)))
        self._recent.append((write, bool(made)))
        if len(self._recent) > UNDOABLE:
            for decision, line in self._recent.popleft()[0]:
                self._replaced = self._replaced or decision.key in self._lines
                self._lines[decision.key] = line

    def _compact(self) -> None:
        # On a full disk the file stays as it is; it contains all decisions.
        with suppress(OutputError):
            if self._replaced:
                self._write_again()

    def _write_again(self) -> None:
        with atomic_path(self.path, force=True) as temporary:
            file = temporary.open("a+b", buffering=0)
            try:
                _lock(file, self.path)
                recent = [line for write, _ in self._recent for _, line in write]
                _write_all(file, b"".join([*self._lines.values(), *recent]))
            except BaseException:
                file.close()
                raise
        self._file.close()
        self._file, self._replaced = file, False


def _write_all(file: IO[bytes], data: bytes) -> None:
    # An unbuffered file may write only a part of the data.
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _lock(file: IO[bytes], path: Path) -> None:
    hint = "Stop that review, or give another file to --labels."
    lock_file(file, OutputError("another review writes to this file", where=str(path), hint=hint))
