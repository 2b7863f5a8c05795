"""An explained article as a page: coloured by score, filler folded, each paragraph's reasons at hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from corestory.evaluation.metrics import word_counts
from corestory.features.columns import GROUPS
from corestory.model.decision import LOW_CONFIDENCE
from corestory.model.explaining import METHOD
from corestory.numbers import counted
from corestory.output.explanation import NGRAMS, signed
from corestory.output.reasons import Reasons, reasons
from corestory.reading.text import storable
from corestory.templating import render

if TYPE_CHECKING:
    from corestory.model.breakdown import Effect
    from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
    from corestory.types import Label

PEEK_CHARACTERS = 70
"""How much of a folded paragraph shows."""

# A page's own address is made a link only if it can be nothing else: not javascript:, not a file.
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """An article in the index.

    Attributes
    ----------
    file
        Name of its page.
    name, title
        What it goes by, and its title where known.
    core, paragraphs, core_words, words
        How much of it is story.
    confidence
        How sure the model is of it, 0 to 1.
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
        """Whether the model is not sure of it."""
        return self.confidence < LOW_CONFIDENCE

    @classmethod
    def of(cls, article: ArticleExplanation, file: str) -> PageEntry:
        """Make an article's entry."""
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


def article_page(article: ArticleExplanation, *, only: Label | None = None, indexed: bool = False) -> str:
    """Write an article as a page that stands alone.

    Parameters
    ----------
    article
        The explained article.
    only
        Leave out the paragraphs of the other label; their positions stay.
    indexed
        Whether an index stands beside it.

    Returns
    -------
    str
        HTML, without a lone surrogate, so that it can be encoded.
    """
    widest = max((abs(effect.log_odds) for one in article.paragraphs for effect in one.context.effects), default=0.0)
    shown = [
        _Shown(paragraph, article, widest)
        for paragraph in article.paragraphs
        if only is None or paragraph.label == only
    ]
    entry = PageEntry.of(article, "")
    url = storable(article.tagged.url)
    values = {
        "title": entry.title or entry.name,
        "entry": entry,
        "url": url,
        "link": url if _ADDRESS.fullmatch(url) else "",
        "runs": _runs(shown, fold=only is None),
        "cutoff": article.cutoff,
        "cutoff_is_fixed": article.cutoff_is_fixed,
        "only": only,
        "method": METHOD,
        "index": _INDEX if indexed else "",
        "count": counted,
    }
    return render("article.html.j2", style="article.css", script="article.js", values=values)


def index_page(entries: Sequence[PageEntry]) -> str:
    """Write the index of the articles' pages.

    Parameters
    ----------
    entries
        In the order in which they are to stand.
    """
    values = {"entries": entries, "count": counted, "title": "Tagged articles"}
    return render("articles.html.j2", style="article.css", script="report.js", values=values)


@dataclass(frozen=True, slots=True)
class _Bar:
    """One group's effect: its name and meaning, the number, and how long its bar is, in percent of half the width."""

    name: str
    meaning: str
    number: str
    side: Label
    length: float


class _Shown:
    """A paragraph as the template shows it."""

    def __init__(self, paragraph: ParagraphExplanation, article: ArticleExplanation, widest: float) -> None:
        self.position = paragraph.position
        self.text = storable(paragraph.text)
        self.label = paragraph.label
        self.score = paragraph.score
        # How far from the line, of the way there is on that side: 0 at the line, 1 at the end.
        above = paragraph.score >= article.cutoff
        room = 1 - article.cutoff if above else article.cutoff
        self.strength = abs(paragraph.score - article.cutoff) / room if room > 0 else 0.0
        found: Reasons = reasons(paragraph, article)
        self.verdict = found.verdict
        self.sentences = [storable(sentence) for sentence in found.spoke]
        self.bars = [_bar(effect, widest) for effect in paragraph.context.effects]
        self.base = signed(paragraph.context.base)
        self.total = signed(paragraph.context.log_odds)
        self.words = _ngrams(paragraph.words.strongest(NGRAMS))
        self.words_total = signed(paragraph.words.log_odds)
        self.markup = _ngrams(paragraph.markup.strongest(NGRAMS)) if paragraph.markup is not None else []

    @property
    def peek(self) -> str:
        """The beginning of its text."""
        text = " ".join(self.text[: 4 * PEEK_CHARACTERS].split())
        return text if len(text) <= PEEK_CHARACTERS else f"{text[: PEEK_CHARACTERS - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class _Run:
    """Paragraphs of one label that follow each other."""

    label: Label
    folded: bool
    paragraphs: list[_Shown]
    words: int


def _runs(shown: Sequence[_Shown], *, fold: bool) -> list[_Run]:
    runs = []
    for label, group in groupby(shown, key=lambda one: one.label):
        paragraphs = list(group)
        words = int(word_counts(one.text for one in paragraphs).sum())
        runs.append(_Run(label, fold and label == "filler", paragraphs, words))
    return runs


def _bar(effect: Effect, widest: float) -> _Bar:
    side: Label = "core" if effect.log_odds > 0 else "filler"
    length = 100 * abs(effect.log_odds) / widest if widest > 0 else 0.0
    return _Bar(effect.name, GROUPS[effect.name], signed(effect.log_odds), side, length)


def _ngrams(effects: Sequence[Effect]) -> list[tuple[str, str, Label]]:
    return [
        (storable(effect.name), signed(effect.log_odds), "core" if effect.log_odds > 0 else "filler")
        for effect in effects
    ]
