"""A tagged article on a terminal: filler dimmed, each paragraph with its score."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from corestory.model.kinds import CLASSES
from corestory.model.tagged_article import TaggedArticle
from corestory.output.story import KindChoice, chosen_positions
from corestory.rendering import printable

# A longer paragraph is cut on a terminal; the other formats hold all of it.
SHOWN_CHARACTERS = 20_000
_KIND_WIDTH = max(map(len, CLASSES))

# Each of these ends a line in some reader.
_LINES = {ord("\t"): " ", ord("\r"): " ", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


class AnnotatedWriter:
    """A `corestory.output.rows.RowWriter` for a terminal: articles in its width, with an empty line between them.

    Core and filler differ in colour, and without colour in the mark and the bar in front.

    Parameters
    ----------
    kinds
        Whether to show the kinds, and which to leave out or to keep.
    console
        Where to print; None is the standard output.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.97, 0.1])
    >>> article = TaggedArticle(Article("a.txt", ["It rained.", "Share"]), scores, scores > 0.5, 0.9)
    >>> AnnotatedWriter(console=Console(width=60, color_system=None)).write(article)
    a.txt: 1 of 2 core, ✗ filler, confidence 0.90
      0.97 ┃ It rained.
    ✗ 0.10 ┊ Share
    """

    def __init__(self, kinds: KindChoice | None = None, console: Console | None = None) -> None:
        self._kinds = kinds
        self._console = Console() if console is None else console
        self._started = False

    def write(self, article: TaggedArticle) -> None:
        """Print an article."""
        if self._started:
            self._console.line()
        for line in self._lines(article):
            self._console.print(line)
        self._started = True

    def close(self) -> None:
        """Do nothing: every article has been printed."""

    def _lines(self, article: TaggedArticle) -> Iterator[Text]:
        console = self._console
        plain, encoding = console.options.ascii_only, console.encoding
        mark = "x" if plain else "✗"
        yield Text(
            f"{_shown(article.article_id, encoding)}: {int(article.core.sum())} of {len(article.texts)} core, "
            f"{mark} filler, confidence {article.confidence:.2f}",
            style="bold",
        )
        shown = article.kinds if self._kinds is not None and self._kinds.shown else None
        for position in chosen_positions(article, None, self._kinds):
            text, core, score = article.texts[position], bool(article.core[position]), float(article.scores[position])
            bar = "|" if plain else "┃" if core else "┊"
            kind = "" if shown is None else f"{shown.names[position]:<{_KIND_WIDTH}} "
            front = f"{' ' if core else mark} {score:.2f} {kind}"
            style = "" if core else "dim"
            width = max(1, console.width - len(front) - 2)
            for number, line in enumerate(Text(_shown(text, encoding), style=style).wrap(console, width)):
                line.rstrip()
                start = Text(front if number == 0 else " " * len(front), style="cyan" if core else "dim")
                yield Text.assemble(start, Text(f"{bar} ", style="cyan" if core else "dim"), line)


def _shown(text: str, encoding: str) -> str:
    cut = printable(text[:SHOWN_CHARACTERS].translate(_LINES))
    more = len(text) - SHOWN_CHARACTERS
    shown = f"{cut} … ({more:,} more characters)" if more > 0 else cut
    return shown.encode(encoding, "replace").decode(encoding)
