"""Tagged articles: an article with the scores and labels of its paragraphs, and counts of such articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corestory.installation import left_out
from corestory.model.kinds import Kinds
from corestory.model.site_memory import Sightings
from corestory.reading.article import Article
from corestory.reading.text import storable
from corestory.types import Label

if TYPE_CHECKING:
    import pandas as pd

_LABELS: tuple[Label, Label] = ("filler", "core")


class Doubt(StrEnum):
    """The reasons why the model may be wrong about an article; messages write them after the article's name."""

    LANGUAGE = "the model knows few of its words; its language may be new to the model"
    NO_STORY = "may not be an article: hardly any paragraph looks like story"
    ALL_STORY = "may not be an article: nearly every paragraph looks like story, but few of them surely"
    UNCLEAR = "may not be an article: many paragraphs are ambiguous"


class NoStory(StrEnum):
    """The sorts of pages without a story, by simple evidence; messages write them before a number of pages."""

    LINKS = "lists of links"
    SHORT = "probably consent, login or error pages"
    OTHER = "other pages, such as policies or forms"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TaggedArticle:
    """An article with the score and the label of each paragraph; notebooks show it in colours.

    Attributes
    ----------
    article
        The article as it was read.
    scores
        The probability of core of each paragraph, 0 to 1; shape (paragraphs,).
    core
        Whether each paragraph is core; shape (paragraphs,). The cutoff may differ between articles.
    confidence
        The tagger's confidence in the article as a whole, 0 to 1.
    doubt
        The reason why the tagger may be wrong about this article; None if there is none.
    sightings
        The numbers of other pages of the site on which the paragraphs appear; None without a memory of the site.
    is_article
        The probability that this is an article and not a page without a story, 0 to 1; None if the model does not
        compute it.
    no_story
        The sort of page, if it has no story: then no paragraph is core, and `confidence` is the probability that it has
        no story. None for an article.
    kinds
        The kinds of filler and the roles of core paragraphs; None unless they were asked for and the model predicts
        them.

    Examples
    --------
    >>> article = Article("a", ["Story.", "Share"])
    >>> tagged = TaggedArticle(article, np.array([0.9, 0.1]), np.array([True, False]), 0.8)
    >>> tagged, tagged.labels
    (<TaggedArticle 'a': 1 of 2 paragraphs core, confidence 0.80>, ('core', 'filler'))
    """

    article: Article
    scores: NDArray[np.floating]
    core: NDArray[np.bool_]
    confidence: float
    doubt: Doubt | None = None
    sightings: Sightings | None = None
    is_article: float | None = None
    no_story: NoStory | None = None
    kinds: Kinds | None = None

    def __post_init__(self) -> None:
        expected = (len(self.article.texts),)
        if self.scores.shape != expected or self.core.shape != expected:
            raise ValueError(
                f"{self.article_id}: {expected[0]} paragraphs, but scores of shape {self.scores.shape} "
                f"and decisions of shape {self.core.shape}"
            )

    def __repr__(self) -> str:
        core = f"{self.core.sum()} of {len(self.core)} paragraphs core"
        return f"<TaggedArticle {self.article_id!r}: {core}, confidence {self.confidence:.2f}>"

    def _repr_html_(self) -> str:
        from corestory.rendering import link_to, notebook_frame, render

        paragraphs = zip(
            range(len(self.texts)), self.labels, self.scores.tolist(), map(storable, self.texts), strict=True
        )
        values = {
            "title": storable(self.title or self.article_id) or "Article",
            "url": storable(self.url),
            "link": link_to(storable(self.url)),
            "article": self,
            "runs": [(label, list(run)) for label, run in groupby(paragraphs, key=itemgetter(1))],
        }
        return notebook_frame(render("tagged.html.j2", style="article.css", script="", values=values))

    @property
    def article_id(self) -> str:
        """The article's identifier."""
        return self.article.article_id

    @property
    def url(self) -> str:
        """The article's address, empty where unknown."""
        return self.article.url

    @property
    def title(self) -> str:
        """The article's title, empty where unknown."""
        return self.article.title

    @property
    def texts(self) -> Sequence[str]:
        """The paragraphs' texts."""
        return self.article.texts

    @property
    def core_text(self) -> str:
        """The story: the core paragraphs, one per line."""
        return "\n".join(text for text, core in zip(self.texts, self.core.tolist(), strict=True) if core)

    @property
    def kept(self) -> Sequence[tuple[object, ...]]:
        """The values of further columns of the source, one row per paragraph; empty if none were asked for."""
        return self.article.kept

    @property
    def labels(self) -> tuple[Label, ...]:
        """The label of each paragraph."""
        return tuple(map(_LABELS.__getitem__, self.core.tolist()))

    def to_frame(self) -> pd.DataFrame:
        """Return the paragraphs as a frame, one per row: `position` from 0, `text`, `label` and `score`.

        Raises
        ------
        CorestoryError
            pandas is not installed.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise left_out(error) or error from error

        return pd.DataFrame(
            {
                "position": np.arange(len(self.texts)),
                "text": pd.Series(list(self.texts), dtype=str),
                "label": pd.Series(self.labels, dtype=str),
                "score": self.scores,
            }
        )


def article_without_paragraphs(article: Article) -> TaggedArticle:
    """Return the tagged article of an article without paragraphs."""
    return TaggedArticle(article, np.zeros(0), np.zeros(0, bool), confidence=0.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of tagged articles, of one file or of many.

    Attributes
    ----------
    articles, paragraphs
        Tagged articles and paragraphs.
    doubtful
        Articles with a `Doubt`.
    refused
        Articles, rows or whole files that could not be read.
    unremembered
        Articles of sites that have no other page in the memory.
    link_lists, short_pages, other_pages
        Pages without a story, by `NoStory`.
    """

    articles: int = 0
    paragraphs: int = 0
    doubtful: int = 0
    refused: int = 0
    unremembered: int = 0
    link_lists: int = 0
    short_pages: int = 0
    other_pages: int = 0

    def __add__(self, other: Counts) -> Counts:
        # `astuple` copies each number and takes four times as long.
        return Counts(*(getattr(self, name) + getattr(other, name) for name in Counts.__slots__))

    @classmethod
    def of(cls, article: TaggedArticle, *, with_memory: bool) -> Counts:
        """Count one article that was tagged with or without a site memory."""
        return cls(
            articles=1,
            paragraphs=len(article.texts),
            doubtful=int(article.doubt is not None),
            unremembered=int(with_memory and article.sightings is None),
            link_lists=int(article.no_story is NoStory.LINKS),
            short_pages=int(article.no_story is NoStory.SHORT),
            other_pages=int(article.no_story is NoStory.OTHER),
        )

    @property
    def without_story(self) -> dict[NoStory, int]:
        """The numbers of pages without a story, by sort."""
        return {
            NoStory.SHORT: self.short_pages,
            NoStory.LINKS: self.link_lists,
            NoStory.OTHER: self.other_pages,
        }
