"""The decisions of a person and their file, to which each is appended and flushed to the disk."""

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
    """A person's label of one paragraph, or none yet.

    Attributes
    ----------
    article_id, position, text
        The paragraph.
    label
        The label; None if there is none yet.
    decided
        The time of the decision, in UTC as ISO 8601 writes it.
    tagged
        The label that the person was first shown; None where there was none.
    score
        The probability of core that the person was first shown, 0 to 1; None where there was none.
    seconds
        How long the person looked at the article until accepting it; None before.
    reviewer
        The person's name, empty where not given.
    check
        `corestory.labelling.corrections.text_check` of the text, where `text` may be cut short; else empty.
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
        """The paragraph that the decision is about."""
        return self.article_id, self.position


def decision_line(decision: Decision, article: Article | None = None, markup: Markup | None = None) -> bytes:
    r"""Write a decision as a line of JSON.

    Parameters
    ----------
    decision
        The decision.
    article
        Gives the columns ``url``, ``site``, ``title`` and ``language``, where known.
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
        It is no decision.
    """
    try:
        return msgspec.json.decode(line, type=Decision)
    except (ValueError, RecursionError):
        raise no_decision(where) from None


def no_decision(where: str) -> InputError:
    """Return the error for a line that is no decision."""
    return InputError(
        "not a decision of `corestory review`",
        where=where,
        expected="article_id, position, text, label (core, filler or null) and decided",
        hint="Give another name to --labels.",
    )


_Write = list[tuple[Decision, bytes]]
"""Decisions about one article that were written together, each with its line."""


@dataclass(frozen=True, slots=True)
class Change:
    """Decisions that a person made at once about an article, and the decisions that they replaced."""

    made: tuple[Decision, ...]
    before: tuple[Decision, ...]


class LabelsFile:
    """A file of decisions that this process alone writes to.

    Opening drops a last line that was cut off by a kill or a power cut: it was never reported as saved. Lines that
    later ones have replaced are dropped when the file is opened and closed, but for those of the last changes.

    Parameters
    ----------
    path
        The file, made if it is missing.

    Attributes
    ----------
    decisions
        The decision that holds for each paragraph, by article and position, in the order of the first ones.
    changes
        The last changes of earlier runs, and those of this one, the oldest first.

    Raises
    ------
    InputError
        The file holds something else.
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
        # The decisions that the present one of each paragraph has replaced, the latest last.
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

        Decisions that were replaced before, and those without a label, take changes back.

        Raises
        ------
        OutputError
            They cannot be written, or another program has replaced or deleted the file. Then none of them holds.
        """
        decisions = list(decisions)
        end = self._file.seek(0, os.SEEK_END)
        try:
            if not os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                raise OutputError("was replaced by another program", where=str(self.path), hint="Start again.")
            _write_all(self._file, b"".join(line for _, line in decisions))
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):  # if not even this is possible, the next start drops the line that was cut off
                self._file.truncate(end)
            raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.path)) from error
        self._keep(decisions)

    def close(self) -> None:
        """Drop the lines that later ones have replaced, and let other processes write; leave no empty file."""
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
                # Another process may have put a compacted file in its place before the lock was taken.
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
        # The decisions of a change have one time.
        for _, write in groupby(found, key=lambda line: (line[0].article_id, line[0].decided)):
            self._keep(list(write))
        # Of older changes, the lines that they have replaced may be gone.
        undoable = sum(is_change for _, is_change in self._recent)
        self.changes = self.changes[len(self.changes) - undoable :]
        if rest:
            # A line that was cut off begins as all lines do; of other files nothing is dropped.
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
        # On a full disk the file stays as it is, and holds all that was decided.
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
    # An unbuffered file may take a part of what it is given.
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _lock(file: IO[bytes], path: Path) -> None:
    hint = "End it, or give another name to --labels."
    lock_file(file, OutputError("another review writes to this file", where=str(path), hint=hint))
