"""How far a long run is: by bytes, for files differ in size; with the rate and the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    import rich.progress


class Progress:
    """Shows nothing: what there is where nobody looks."""

    def count(self, articles: int) -> None:
        """Take note of so many more articles, of a file that is not done."""

    def done(self, source: AnyPath, articles: int) -> None:
        """Take note of a file that needs no more work, and of how many articles there were so far in all."""


class Bar(Progress):
    """Shows a bar on the terminal.

    Parameters
    ----------
    bar
        What draws it.
    task
        Its task there, with a field `rate`.
    """

    def __init__(self, bar: rich.progress.Progress, task: rich.progress.TaskID) -> None:
        self._bar, self._task = bar, task
        self._articles = 0
        self._began = time.monotonic()

    def count(self, articles: int) -> None:
        """Add so many articles."""
        self._articles += articles
        self._show()

    def done(self, source: AnyPath, articles: int) -> None:
        """Advance by the file's size."""
        self._articles = articles
        self._bar.advance(self._task, size_of(source))
        self._show()

    def _show(self) -> None:
        rate = self._articles / max(time.monotonic() - self._began, 1e-9)
        self._bar.update(self._task, rate=f"{self._articles:,} articles, {rate:,.0f} a second")


def size_of(path: AnyPath) -> int:
    """Return a file's size in bytes; 0 if it is missing.

    Examples
    --------
    >>> from pathlib import Path
    >>> size_of(Path("no/such/file"))
    0
    """
    try:
        return path.state()[0] if isinstance(path, RemotePath) else path.stat().st_size
    except OSError:
        return 0


@contextmanager
def progress_of(sources: Iterable[AnyPath]) -> Iterator[Progress]:
    """Show on a terminal's standard error how much of some files is done.

    Parameters
    ----------
    sources
        The files, which are listed only if somebody looks.
    """
    if not sys.stderr.isatty():
        yield Progress()
        return

    import rich.progress as shown
    from rich.console import Console

    columns = (
        shown.BarColumn(), shown.TaskProgressColumn(), shown.TextColumn("{task.fields[rate]}"),
        shown.TimeRemainingColumn(),
    )  # fmt: skip
    with shown.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        total = sum(map(size_of, sources))
        yield Bar(bar, bar.add_task("", total=total, rate=""))
