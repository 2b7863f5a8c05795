"""What a tagger gives back for one article."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Label = Literal["core", "filler"]


class Doubt(StrEnum):
    """Why a tagger is out of its depth with an article, in words that follow the article's name and its confidence."""

    LANGUAGE = "few of its words occur in what the model was trained on, as in a language that is new to it"
    NO_STORY = "perhaps no article, for hardly anything in it looks like a story"
    ALL_STORY = "perhaps no article, for nearly all in it might be story and little is sure"
    UNCLEAR = "perhaps no article, for much in it could be story or not"


@dataclass(frozen=True, slots=True, eq=False)
class TaggedArticle:
    """One article's paragraphs in order, each with its score and label.

    Attributes
    ----------
    article_id
        The article's name in its batch.
    url
        Its address where known, else empty.
    texts
        The paragraphs, of shape (paragraphs,).
    scores
        Probability of core of each, 0 to 1.
    core
        Whether the tagger calls it core; not always `scores` against one threshold, for a tagger may decide by article.
    confidence
        How sure the tagger is of the article as a whole, 0 to 1.
    kept
        What `corestory.reading.article.Paragraph.kept` has, a row a paragraph; empty where nothing was to be kept.
    doubt
        Why the tagger is out of its depth with this article; None if it is not.

    Examples
    --------
    >>> tagged = TaggedArticle("a", "", ("Story.", "Share"), np.array([0.9, 0.1]), np.array([True, False]), 0.8)
    >>> tagged.labels
    ('core', 'filler')
    """

    article_id: str
    url: str
    texts: tuple[str, ...]
    scores: NDArray[np.floating]
    core: NDArray[np.bool_]
    confidence: float
    kept: tuple[tuple[object, ...], ...] = ()
    doubt: Doubt | None = None

    def __post_init__(self) -> None:
        expected = (len(self.texts),)
        if self.kept and len(self.kept) != len(self.texts):
            raise ValueError(
                f"{self.article_id}: {len(self.texts)} paragraphs, but {len(self.kept)} rows of kept values"
            )
        if self.scores.shape != expected or self.core.shape != expected:
            raise ValueError(
                f"{self.article_id}: {len(self.texts)} paragraphs, but scores of shape {self.scores.shape} "
                f"and decisions of shape {self.core.shape}"
            )

    @property
    def labels(self) -> tuple[Label, ...]:
        """The decision on each paragraph, in words."""
        return tuple("core" if core else "filler" for core in self.core.tolist())
