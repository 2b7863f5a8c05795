"""Messages on the standard error: notes, refusals, doubtful articles and the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TextIO

from corestory.atomic import atomic_path
from corestory.errors import InputError, OutputError
from corestory.remote import AnyPath
from corestory.rendering import printable

if TYPE_CHECKING:
    import pandas as pd
    import rich.progress

    from corestory.model.tagged_article import NoStory, TaggedArticle
    from corestory.model.tagger import Tagger


REFUSALS_LISTED = 20
NOTES_LISTED = 20
DOUBTS_LISTED = 5


def say(line: str) -> None:
    """Write a line to the standard error."""
    if sys.stderr is not None:  # None: the caller has closed it
        sys.stderr.write(f"{printable(line)}\n")


def counted_as(count: int, unit: str) -> str:
    """Return a number with its unit as text.

    Examples
    --------
    >>> counted_as(1, "page"), counted_as(1200, "page")
    ('1 page', '1,200 pages')
    """
    return f"{count:,} {unit}{'s' * (count != 1)}"


def standard_output() -> TextIO:
    """Return the standard output.

    Raises
    ------
    OutputError
        The caller has closed it.
    """
    if sys.stdout is None:
        raise OutputError("is closed", where="standard output", hint="Give --output FILE.")
    return sys.stdout


class PrintableStream:
    r"""A binary stream that writes UTF-8 to a terminal, made printable; each write must have whole characters.

    Examples
    --------
    >>> import io
    >>> terminal = io.BytesIO()
    >>> PrintableStream(terminal).write(b"\x1b[2J")
    4
    >>> terminal.getvalue().decode() == "\ufffd[2J"
    True
    """

    def __init__(self, terminal: BinaryIO) -> None:
        self._terminal = terminal

    def write(self, data: bytes) -> int:
        """Write the text and return the number of bytes given."""
        self._terminal.write(printable(data.decode()).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the terminal."""
        self._terminal.flush()


class Refusals:
    """Counts refusals and writes each at once, so that memory does not grow with their number.

    Parameters
    ----------
    file
        A file for all refusals, as JSON Lines with ``where`` and ``reason``. None lists the first `REFUSALS_LISTED` on
        the standard error.

    Attributes
    ----------
    count
        The number of refusals.
    """

    def __init__(self, file: TextIO | None) -> None:
        self.count = 0
        self._file = file

    def refuse(self, error: InputError) -> None:
        """Add a refusal."""
        self.count += 1
        if self._file is not None:
            from corestory.jobs.job import refusal_line  # loads numpy, which --help does not need

            self._file.write(f"{refusal_line(error)}\n")
        elif self.count <= REFUSALS_LISTED:
            say(f"refused: {error}")

    def say_more(self, how: str = "; --rejects FILE lists them all") -> None:
        """Print how many refusals were not listed, and how to list them."""
        if self._file is None and self.count > REFUSALS_LISTED:
            say(f"refused: {self.count - REFUSALS_LISTED:,} more{how}.")


@contextmanager
def listed_refusals() -> Iterator[Refusals]:
    """List the refusals of a command without --rejects, and print at the end how many more there were."""
    refusals = Refusals(None)
    yield refusals
    refusals.say_more("")


@contextmanager
def open_refusals(path: AnyPath | None, *, force: bool) -> Iterator[Refusals]:
    """Open the refusals of a command with --rejects, and print at the end how many there were.

    Parameters
    ----------
    path
        A file for the refusals, which is written even if there are none; None lists the first on the standard error.
    force
        Whether the file may be replaced.
    """
    if path is None:
        refusals = Refusals(None)
        yield refusals
        refusals.say_more()
        return
    with atomic_path(path, force=force) as temporary, temporary.open("w", encoding="utf-8") as file:
        refusals = Refusals(file)
        yield refusals
    if refusals.count:
        say(f"refused: {refusals.count:,}; the reasons are in {path}")


class NothingTaggedError(Exception):
    """Ends the writing of an output that would be empty, so that it does not replace an older one."""


def say_without_story(pages: Mapping[NoStory, int], *, articles: int, names: Sequence[str] = ()) -> None:
    """Print how many pages have no story, by reason; print nothing if all pages have a story.

    Parameters
    ----------
    pages
        The number of pages by reason.
    articles
        The number of all articles.
    names
        The names of the first pages without a story.
    """
    count = sum(pages.values())
    if count:
        reasons = "; ".join(f"{reason}: {number:,}" for reason, number in pages.items() if number)
        listed = f": {', '.join(names)}{', …' if count > len(names) else ''}" if names else ""
        say(f"{count:,} of {articles:,} pages {'has' if count == 1 else 'have'} no story ({reasons}){listed}")


class DoubtfulArticles:
    """Counts articles, and lists at the end those without a story and those with a `Doubt`.

    Parameters
    ----------
    with_memory
        Whether to count articles of sites that have no other page in the memory.
    """

    def __init__(self, *, with_memory: bool = False) -> None:
        from corestory.model.tagged_article import Counts  # loads numpy, which --help does not need

        self.counts = Counts()
        self._with_memory = with_memory
        self._first_without_story: list[str] = []
        self._first: list[str] = []

    def add(self, article: TaggedArticle) -> None:
        """Add an article."""
        from corestory.model.decision import LOW_CONFIDENCE

        self.counts += self.counts.of(article, with_memory=self._with_memory)
        if article.no_story is not None and len(self._first_without_story) < DOUBTS_LISTED:
            self._first_without_story.append(article.article_id)
        if article.doubt is not None and len(self._first) < DOUBTS_LISTED:
            low = f"low confidence ({article.confidence:.2f}), " if article.confidence < LOW_CONFIDENCE else ""
            self._first.append(f"{article.article_id}: {low}{article.doubt}")

    def say(self) -> None:
        """Print the first pages without a story and the first doubtful articles, and the number of the others."""
        counts = self.counts
        say_without_story(counts.without_story, articles=counts.articles, names=self._first_without_story)
        for line in self._first:
            say(f"{line}. Check it before you rely on it.")
        if counts.doubtful > len(self._first):
            more = f"{counts.doubtful - len(self._first):,} more of {counts.articles:,} articles"
            say(f"low confidence, or a language new to the model: {more}.")
        say_unremembered(counts.unremembered, counts.articles)


def say_unremembered(unremembered: int, articles: int) -> None:
    """Print how many articles are of sites that have no other page in the memory, if there are any."""
    if unremembered:
        say(f"site unknown, or no other page of it in the site memory: {unremembered:,} of {articles:,} articles")


class ProgressBar:
    """A progress bar on a terminal; it appears with its first update.

    Parameters
    ----------
    progress
        The display of rich; None shows nothing, if standard error is not a terminal.

    Attributes
    ----------
    shown
        Whether the bar can be visible; if not, a caller need not count.
    """

    def __init__(self, progress: rich.progress.Progress | None = None) -> None:
        self.shown = progress is not None
        self._progress = progress

    def update(self, text: str, done: float, total: float | None = None) -> None:
        """Show a text and the finished share of the total; without a total, the text and the time."""
        if self._progress is not None:
            task, *_ = self._progress.task_ids or [self._progress.add_task("", total=None)]
            self._progress.start()
            self._progress.update(task, description=printable(text), completed=done, total=total)


@contextmanager
def progress_bar(*, beside_output: bool = False) -> Iterator[ProgressBar]:
    """Open a progress bar, which disappears at the end.

    Parameters
    ----------
    beside_output
        Whether the command writes its output at the same time; if so, no bar is shown on a terminal with the output.
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
        yield ProgressBar(progress)
    finally:
        progress.stop()


def score_with_progress(tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None) -> pd.DataFrame:
    """Score a frame as `corestory.evaluation.labelled_rows.score_in_pieces` does, with a progress bar."""
    from corestory.evaluation.labelled_rows import score_in_pieces

    with progress_bar() as bar:
        update = partial(bar.update, "scoring paragraphs", total=len(frame))
        return score_in_pieces(tagger, frame, threshold=threshold, progress=update)
