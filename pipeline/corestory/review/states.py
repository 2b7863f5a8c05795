"""The state of a review as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corestory.review.decisions import Decision
    from corestory.review.material import ShownParagraph
    from corestory.types import Label


@dataclass(frozen=True, slots=True)
class ParagraphState:
    """A paragraph as the page shows it; `label` is the person's, else the one that was shown first."""

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
