"""What came of a corpus so far, and what to say of it at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from corestory.commands.rejects import LISTED, Rejects
from corestory.commands.screen import say
from corestory.errors import InputError
from corestory.jobs.items import Item
from corestory.jobs.records import Counts, Record, Records
from corestory.jobs.refusals import refusal_of_line

if TYPE_CHECKING:
    from corestory.jobs.outcome import Outcome


class Tally:
    """Counts files, and lists what is refused as it comes.

    Parameters
    ----------
    listed
        What lists it; None if it goes to a file in the end.
    ledger
        Of the outputs.
    """

    def __init__(self, listed: Rejects | None, ledger: Records) -> None:
        self.listed = listed
        self.ledger = ledger
        self.counts = Counts()
        self.foreign: dict[str, InputError] = {}
        self.failed: dict[str, tuple[str, ...]] = {}
        self._skipped = Counts()
        self._files = self._skipped_files = 0
        self._began = time.monotonic()

    def refuse(self, error: InputError) -> None:
        """Take note of what has no outcome."""
        if self.listed is not None:
            self.listed.refuse(error)

    def skip(self, item: Item, record: Record) -> None:
        """Take note of a file that is done already; what was refused of it then is told again."""
        self._skipped_files += 1
        self._skipped += record.counts
        if record.counts.refused:
            self._list(list(islice(self.ledger.refused(item), LISTED)), record.counts.refused)

    def hear(self, outcome: Outcome) -> None:
        """Take note of what became of a file."""
        self.counts += outcome.counts
        if outcome.failure:
            self.failed[outcome.item.name] = outcome.refusals
        else:
            self._files += 1
        self._list(outcome.refusals, outcome.counts.refused)

    def _list(self, lines: Sequence[str], count: int) -> None:
        if self.listed is not None:
            for line in lines:
                self.listed.refuse(refusal_of_line(line))
            self.listed.count += count - len(lines)

    def tell(self) -> None:
        """Say what was done and what was skipped."""
        seconds, done = time.monotonic() - self._began, self.counts
        rate = f" ({done.articles / seconds:,.0f} articles a second)" if done.articles and seconds else ""
        say(
            f"tagged: {_files(self._files)}, {done.articles:,} articles, {done.paragraphs:,} paragraphs "
            f"in {seconds:,.1f} s{rate}"
        )
        if self._skipped_files:
            say(f"skipped: {_files(self._skipped_files)} done already, {self._skipped.articles:,} articles")
        every = done + self._skipped
        if every.doubtful:
            say(f"low confidence, or a language new to the model: {every.doubtful:,} of {every.articles:,} articles")
        if self.listed is not None and self.listed.count > LISTED:
            say(f"refused: {self.listed.count - LISTED:,} more; --rejects FILE lists them all.")


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"
