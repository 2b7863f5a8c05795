"""One progress bar for all commands, on the standard error of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import rich.progress

    from corestory.model.tagger import Tagger


class ProgressBar:
    """A bar that shows nothing, for standard errors that are not a terminal.

    Attributes
    ----------
    shown
        Whether there is anybody to see it, so that a caller need not count for nothing.
    """

    shown = False

    def update(self, text: str, done: float, total: float | None = None) -> None:
        """Show so much of a total done, with a text in front; without a total, show the text and the time."""


class TerminalBar(ProgressBar):
    """A bar on a terminal, from its first update on.

    Parameters
    ----------
    progress
        The display of rich.
    """

    shown = True

    def __init__(self, progress: rich.progress.Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def update(self, text: str, done: float, total: float | None = None) -> None:
        """Show so much of a total done, with a text in front; without a total, show the text and the time."""
        from corestory.printing import printable

        self._progress.start()
        self._progress.update(self._task, description=printable(text), completed=done, total=total)


@contextmanager
def progress_bar(*, beside_output: bool = False) -> Iterator[ProgressBar]:
    """Open a progress bar, which disappears at the end.

    Parameters
    ----------
    beside_output
        Whether the command writes its output meanwhile: then a terminal that shows the output shows no bar.
    """
    if sys.stderr is None or not sys.stderr.isatty() or (beside_output and sys.stdout and sys.stdout.isatty()):
        yield ProgressBar()
        return

    import rich.progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
    )
    progress = bars.Progress(*columns, console=Console(stderr=True), transient=True)
    try:
        yield TerminalBar(progress)
    finally:
        progress.stop()


def score_with_progress(tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None) -> pd.DataFrame:
    """Score a frame as `corestory.evaluation.scored_rows.score_in_pieces` does, with a progress bar."""
    from corestory.evaluation.scored_rows import score_in_pieces

    done = 0
    with progress_bar() as bar:

        def advance(rows: int) -> None:
            nonlocal done
            done += rows
            bar.update("scoring paragraphs", done, len(frame))

        return score_in_pieces(tagger, frame, threshold=threshold, advance=advance)
