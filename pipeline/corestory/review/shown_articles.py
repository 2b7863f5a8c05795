"""The articles of a review: their paragraphs with the first labels, their order, and their state on the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, markup_rows
from corestory.reading.article import site_of

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle
    from corestory.reading.article import Article
    from corestory.review.decisions import Decision
    from corestory.types import Label

DOUBTFUL = 0.2
"""A label is doubtful if it is wrong with at least this probability."""


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph before the person decides.

    Attributes
    ----------
    label
        The label that is shown first; None where there is none.
    score
        Probability of core, 0 to 1; None if the paragraph has no score.
    position
        In its article; that of the paragraph's row in a file of decisions.
    asked
        Whether the person is asked for its label; the others are shown for their context.
    note
        What else the person should know of it.
    check
        As in `corestory.review.decisions.Decision`.
    """

    text: str
    label: Label | None
    score: float | None
    position: int
    asked: bool = True
    note: str = ""
    check: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether the label is wrong with a probability of at least `DOUBTFUL`, by the score."""
        if self.score is None or not self.asked:
            return False
        return (1 - self.score if self.label == "core" else self.score) >= DOUBTFUL


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article before the person decides.

    Attributes
    ----------
    article
        The article as it was read; its paragraphs are those of `paragraphs`.
    confidence
        The model's confidence in the article, 0 to 1; None without a model.
    """

    article: Article
    paragraphs: tuple[ShownParagraph, ...]
    confidence: float | None = None

    @property
    def article_id(self) -> str:
        """The article's identifier."""
        return self.article.article_id

    @property
    def site(self) -> str:
        """The article's site, empty where unknown."""
        return site_of(self.article)

    @classmethod
    def of(cls, tagged: TaggedArticle) -> ShownArticle:
        """Show an article as a model has tagged it."""
        rows = zip(tagged.texts, tagged.labels, tagged.scores.tolist(), strict=True)
        paragraphs = tuple(ShownParagraph(text, label, score, n) for n, (text, label, score) in enumerate(rows))
        return cls(tagged.article, paragraphs, tagged.confidence)

    def labelled(self, labels: Sequence[Label | None]) -> LabelledArticle:
        """Return the article with a person's labels, with the markup that it has."""
        rows = zip(self.article.texts, labels, markup_rows(self.article), strict=True)
        return LabelledArticle(
            page=self.article_id,
            view="page" if self.article.markup is not None else "text",
            source="review",
            paragraphs=tuple(LabelledParagraph(text, label, markup) for text, label, markup in rows),
            site=self.site,
            url=self.article.url,
            title=self.article.title,
            language=self.article.language,
        )


def most_instructive_first(articles: Sequence[ShownArticle]) -> list[int]:
    """Order articles so that an early label teaches much: the least confident first, site after site.

    The least confident article of each site comes first, these by their confidence; then the second of each site, and
    so on. A site's articles have much in common, so that the next one of the same site teaches less.

    Returns
    -------
    list of int
        The numbers of the articles.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> def shown(site, confidence):
    ...     return ShownArticle(Article("a", (), site=site), (), confidence)
    >>> most_instructive_first([shown("a.example", 0.9), shown("a.example", 0.1), shown("a.example", 0.2),
    ...                         shown("b.example", 0.5)])
    [1, 3, 2, 0]
    """
    by_confidence = sorted(range(len(articles)), key=lambda number: _confidence(articles[number]))
    earlier: dict[str, int] = defaultdict(int)
    rounds: list[int] = [0] * len(articles)
    for number in by_confidence:
        site = articles[number].site
        rounds[number] = earlier[site]
        # Articles without a site are no site together.
        earlier[site] += bool(site)
    return sorted(by_confidence, key=lambda number: rounds[number])


def _confidence(article: ShownArticle) -> float:
    return 1.0 if article.confidence is None else article.confidence


def distinct(articles: Sequence[ShownArticle]) -> tuple[ShownArticle, ...]:
    """Return the articles if their ids differ.

    Raises
    ------
    InputError
        Two have the same id.
    """
    ((article_id, count),) = Counter(article.article_id for article in articles).most_common(1) or [("", 0)]
    if count > 1:
        hint = "Give each article once; --id-column NAME gives another column of ids."
        raise InputError("two articles have this id", where=article_id, expected="an id for each", hint=hint)
    return tuple(articles)


@dataclass(frozen=True, slots=True)
class ParagraphState:
    """A paragraph as the page shows it; `label` is the person's, else the first label."""

    position: int
    text: str
    label: Label | None
    score: float | None
    decided: bool
    changed: bool
    asked: bool
    doubtful: bool
    note: str

    @classmethod
    def of(cls, shown: ShownParagraph, held: Decision | None) -> ParagraphState:
        """Return the state of a paragraph, given the decision that the file has of it."""
        label = None if held is None else held.label
        return cls(
            shown.position,
            shown.text,
            label or shown.label,
            shown.score,
            label is not None,
            held is not None and label is not None and label != held.tagged,
            shown.asked,
            shown.doubtful,
            shown.note,
        )


@dataclass(frozen=True, slots=True)
class ArticleState:
    """An article as the page shows it; `revision` grows with every change."""

    number: int
    revision: int
    name: str
    title: str
    url: str
    site: str
    confidence: float | None
    done: bool
    paragraphs: tuple[ParagraphState, ...]


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in the list of all.

    Attributes
    ----------
    done
        Whether each of its paragraphs that the person is asked for has a label.
    changes
        How many of the labels the person has changed.
    seconds
        How long the person looked at it; None before it is accepted.
    """

    number: int
    revision: int
    name: str
    title: str
    site: str
    confidence: float | None
    done: bool
    changes: int
    paragraphs: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the review: the articles, those left in their order, those done in the order of their labels.

    `version` grows with every change, `labels` is the name of the file of decisions, and `news` is a sentence about the
    review as a whole.
    """

    version: int
    labels: str
    reviewer: str
    entries: tuple[ArticleEntry, ...]
    left: tuple[int, ...]
    done: tuple[int, ...]
    news: str
