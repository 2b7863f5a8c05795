"""Explained articles as HTML pages, with paragraphs coloured by score, filler folded, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from corestory.evaluation.metrics import word_counts
from corestory.model.breakdown import Effect
from corestory.model.decision import LOW_CONFIDENCE
from corestory.model.explaining import MEANINGS, METHOD, ArticleExplanation, ParagraphExplanation
from corestory.output.documents import DocumentForm
from corestory.output.explanation import NGRAMS, Reasons, in_words, reasons, signed
from corestory.output.story import KindChoice, chosen_positions
from corestory.reading.text import storable
from corestory.rendering import counted, link_to, render
from corestory.types import Label

PEEK_CHARACTERS = 70
"""The number of characters of a folded paragraph that are visible."""

INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """An article in the index.

    Attributes
    ----------
    file
        The file name of its page.
    name, title
        Its identifier, and its title; the title is empty if unknown.
    core, paragraphs, core_words, words
        The numbers of core paragraphs, of all paragraphs, of the words in core, and of all words.
    confidence
        The model's confidence in the article, 0 to 1.
    """

    file: str
    name: str
    title: str
    core: int
    paragraphs: int
    core_words: int
    words: int
    confidence: float

    @property
    def doubtful(self) -> bool:
        """Whether the confidence is low."""
        return self.confidence < LOW_CONFIDENCE

    @classmethod
    def of(cls, article: ArticleExplanation, file: str) -> PageEntry:
        """Make the index entry of an article."""
        tagged = article.tagged
        words = word_counts(tagged.texts)
        return cls(
            file,
            storable(tagged.article_id),
            storable(article.tagged.title),
            int(tagged.core.sum()),
            len(tagged.texts),
            int(words[tagged.core].sum()),
            int(words.sum()),
            tagged.confidence,
        )


def article_page(
    article: ArticleExplanation,
    *,
    only: Label | None = None,
    kinds: KindChoice | None = None,
    indexed: bool = False,
    before: str = "",
    after: str = "",
) -> str:
    """Return an article as one HTML page that loads no other file.

    Parameters
    ----------
    article
        The explained article.
    only
        Show only paragraphs with this label; positions still count all paragraphs.
    kinds
        Which paragraphs to leave out or to keep by their kinds. The page shows kinds if the model predicts them.
    indexed
        Whether the page links to an index in the same folder.
    before, after
        The file names of the previous and the next page; empty if there is none.

    Returns
    -------
    str
        HTML without lone surrogates, so that it can be encoded.
    """
    widest = max(
        (abs(effect.log_odds) for paragraph in article.paragraphs for effect in paragraph.context.effects), default=0.0
    )
    shown = [
        _Shown(article.paragraphs[position], article, widest)
        for position in chosen_positions(article.tagged, only, kinds)
    ]
    entry = PageEntry.of(article, "")
    url = storable(article.tagged.url)
    values = {
        "title": entry.title or entry.name,
        "article": article,
        "entry": entry,
        "url": url,
        "link": link_to(url),
        "runs": _runs(shown, fold=only is None),
        "only": only,
        "method": METHOD,
        "index": INDEX if indexed else "",
        "before": before,
        "after": after,
        "count": counted,
    }
    return render("article.html.j2", style="article.css", script="article.js", values=values)


def index_page(entries: Sequence[PageEntry]) -> str:
    """Return the index of the pages of articles as an HTML page.

    Parameters
    ----------
    entries
        The articles, in the order of the index.
    """
    values = {"entries": entries, "count": counted, "title": "Tagged articles"}
    return render("articles.html.j2", style="article.css", script="report.js", values=values)


class _Shown:
    """A paragraph with the values that the template shows."""

    def __init__(self, paragraph: ParagraphExplanation, article: ArticleExplanation, widest: float) -> None:
        self.position = paragraph.position
        self.text = storable(paragraph.text)
        self.label = paragraph.label
        self.score = paragraph.score
        kind = "" if article.tagged.kinds is None else article.tagged.kinds.names[self.position]
        self.kind = "" if kind == "body" else kind  # nearly all core is body text
        # The distance from the cutoff, from 0 at the cutoff to 1 at a score of 0 or 1.
        above = paragraph.score >= article.cutoff
        room = 1 - article.cutoff if above else article.cutoff
        self.strength = abs(paragraph.score - article.cutoff) / room if room > 0 else 0.0
        found: Reasons = reasons(paragraph, article)
        self.verdict = found.verdict
        self.sentences = [storable(sentence) for sentence in found.evidence]
        self.bars = [_bar(effect, widest) for effect in paragraph.context.effects]
        self.base = signed(paragraph.context.base)
        self.total = signed(paragraph.context.log_odds)
        self.words = _ngrams(paragraph.words.strongest(NGRAMS))
        self.words_total = signed(paragraph.words.log_odds)
        self.markup = _ngrams(paragraph.markup.strongest(NGRAMS)) if paragraph.markup is not None else []

    @property
    def peek(self) -> str:
        """The beginning of the text."""
        text = " ".join(self.text[: 4 * PEEK_CHARACTERS].split())
        return text if len(text) <= PEEK_CHARACTERS else f"{text[: PEEK_CHARACTERS - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive paragraphs with the same label."""

    label: Label
    folded: bool
    paragraphs: list[_Shown]
    words: int


def _runs(shown: Sequence[_Shown], *, fold: bool) -> list[_Run]:
    runs = []
    for label, group in groupby(shown, key=lambda paragraph: paragraph.label):
        paragraphs = list(group)
        words = int(word_counts(paragraph.text for paragraph in paragraphs).sum())
        runs.append(_Run(label, fold and label == "filler", paragraphs, words))
    return runs


def _bar(effect: Effect, widest: float) -> dict[str, object]:
    """Return the effect of a feature group; the length of its bar is in percent of half the width."""
    length = 100 * abs(effect.log_odds) / widest if widest > 0 else 0.0
    number = signed(effect.log_odds)
    meaning, side = MEANINGS[effect.name], _side(effect)
    return {"name": effect.name, "meaning": meaning, "number": number, "side": side, "length": length}


def _ngrams(effects: Sequence[Effect]) -> list[tuple[str, str, Label]]:
    return [(storable(in_words(effect.name)), signed(effect.log_odds), _side(effect)) for effect in effects]


def _side(effect: Effect) -> Label:
    return "core" if effect.log_odds > 0 else "filler"


def page_form(*, only: Label | None = None, kinds: KindChoice | None = None) -> DocumentForm:
    """Return the document format for the page of one article; the parameters are those of `article_page`."""
    return DocumentForm("html", ".html", partial(article_page, only=only, kinds=kinds))


class PageFolder:
    """A folder with one page per article and an index.

    Parameters
    ----------
    folder
        The folder, which exists and is empty.
    only, kinds
        As in `article_page`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     pages = PageFolder(Path(name))
    ...     pages.close()
    ...     [file.name for file in Path(name).iterdir()]
    ['index.html']
    """

    def __init__(self, folder: Path, *, only: Label | None = None, kinds: KindChoice | None = None) -> None:
        self._folder, self._only, self._kinds = folder, only, kinds
        self._entries: list[PageEntry] = []
        self._last: ArticleExplanation | None = None  # it is written when the name of the next page is known

    def write(self, article: ArticleExplanation) -> None:
        """Write the page of an article."""
        # File names are numbers, because an article's identifier may contain any character.
        entry = PageEntry.of(article, f"{len(self._entries) + 1:06d}.html")
        self._write_last(after=entry.file)
        self._entries.append(entry)
        self._last = article

    def close(self) -> None:
        """Write the last page and the index."""
        self._write_last(after="")
        (self._folder / INDEX).write_bytes(index_page(self._entries).encode())

    def _write_last(self, *, after: str) -> None:
        if self._last is not None:
            before = self._entries[-2].file if len(self._entries) > 1 else ""
            page = article_page(
                self._last, only=self._only, kinds=self._kinds, indexed=True, before=before, after=after
            )
            (self._folder / self._entries[-1].file).write_bytes(page.encode())
