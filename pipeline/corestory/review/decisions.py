"""The decisions of a person: as rows of JSON that `corestory prepare` reads, and as a measure of the first labels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from corestory.errors import InputError
from corestory.labelling.labelled import markup_columns
from corestory.reading.text import storable
from corestory.types import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corestory.labelling.labelled import Markup
    from corestory.model.overlap import TrainingHashes
    from corestory.reading.article import Article


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's label of one paragraph, or none yet.

    Attributes
    ----------
    article_id, position, text
        The paragraph.
    label
        The label; None if there is none yet.
    decided
        The time of the decision, in UTC as ISO 8601 writes it.
    tagged
        The label that the person was first shown; None where there was none.
    score
        The probability of core that the person was first shown, 0 to 1; None where there was none.
    seconds
        How long the person looked at the article until accepting it; None before.
    reviewer
        The person's name, empty where not given.
    check
        `corestory.labelling.corrections.text_check` of the text, where `text` may be cut short; else empty.
    """

    article_id: str
    position: int
    text: str
    label: Label | None
    decided: str
    tagged: Label | None = None
    score: float | None = None
    seconds: float | None = None
    reviewer: str = ""
    check: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """The paragraph that the decision is about."""
        return self.article_id, self.position


def decision_line(decision: Decision, article: Article | None = None, markup: Markup | None = None) -> bytes:
    r"""Write a decision as a line of JSON.

    Parameters
    ----------
    decision
        The decision.
    article
        Gives the columns ``url``, ``site``, ``title`` and ``language``, where known.
    markup
        The paragraph's markup, which training needs.

    Examples
    --------
    >>> decision_line(Decision("a", 0, "It rained.", "core", "2026-11-26T06:00:00+00:00", reviewer="Ada"))
    b'{"article_id": "a", "position": 0, "text": "It rained.", "label": "core", "reviewer": "Ada", "decided": ...}\n'
    """
    from corestory.reading.article import site_of

    row: dict[str, object] = {
        "article_id": decision.article_id,
        "position": decision.position,
        "text": decision.text,
        "label": decision.label,
    }
    more: dict[str, object] = {
        "tagged": decision.tagged,
        "score": None if decision.score is None else round(decision.score, 4),
        "seconds": None if decision.seconds is None else round(decision.seconds, 1),
        "reviewer": decision.reviewer,
        "decided": decision.decided,
        "check": decision.check,
    }
    if article is not None:
        more |= {"url": article.url, "site": site_of(article), "title": article.title, "language": article.language}
    row |= {name: value for name, value in more.items() if value is not None and value != ""}
    row |= markup_columns(markup)
    return storable(f"{json.dumps(row, ensure_ascii=False)}\n").encode()


def read_decision(line: bytes, *, where: str) -> Decision:
    """Read a decision from its line.

    Raises
    ------
    InputError
        It is no decision.
    """
    try:
        return msgspec.json.decode(line, type=Decision)
    except (msgspec.MsgspecError, RecursionError):
        raise no_decision(where) from None


def no_decision(where: str) -> InputError:
    """Return the error for a line that is no decision."""
    return InputError(
        "not a decision of `corestory review`",
        where=where,
        expected="article_id, position, text, label (core, filler or null) and decided",
        hint="Give another name to --labels.",
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of the first labels.

    Attributes
    ----------
    articles, paragraphs
        Sizes of the measured data.
    seen
        How many articles were left out because the model had learned from them before the review.
    right
        The share of the paragraphs whose label the person kept; None if no article is measured.
    word_f1, low, high
        The F1 of core, counted in words, and its 95 % interval by bootstrap over articles; None where there is no core.
    """

    articles: int
    paragraphs: int
    seen: int
    right: float | None
    word_f1: float | None
    low: float | None
    high: float | None


def held_out_accuracy(decisions: Sequence[Decision], training: TrainingHashes | None = None) -> Accuracy | None:
    """Measure the labels that a model gave before it could learn from the person's.

    Each article was tagged by a model that had not seen its labels, the adapted models too: they learn from the
    articles that are done, and tag the others. This is the prequential evaluation of Dawid ("Present position and
    potential developments: some personal views, statistical theory, the prequential approach", 1984). A person who sees
    the model's labels follows them in doubt, so that the result is rather too high.

    Parameters
    ----------
    decisions
        Those of the articles that are done.
    training
        Of the articles from which the model has learned. They are left out.

    Returns
    -------
    Accuracy or None
        None if nothing was decided that a model had tagged.

    Examples
    --------
    >>> from corestory.review.decisions import Decision
    >>> decided = [Decision("a", n, "It rained.", "core", "2026-11-26", tagged, 0.7)
    ...            for n, tagged in enumerate(["core", "core", "core", "filler"])]
    >>> accuracy = held_out_accuracy(decided)
    >>> accuracy.right, round(accuracy.word_f1, 3)
    (0.75, 0.857)
    """
    import pandas as pd

    from corestory.evaluation.bootstrap import measured_rates
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.evaluation.results import EvaluationSettings
    from corestory.model.overlap import seen_articles

    known = [one for one in decisions if one.label and one.tagged and one.score is not None]
    if not known:
        return None
    columns = ("article_id", "text", "label", "score", "tagged")
    frame = pd.DataFrame({name: [getattr(one, name) for one in known] for name in columns})
    seen = set() if training is None else seen_articles(frame, training)
    frame = frame[~frame["article_id"].isin(seen)]
    if frame.empty:
        return Accuracy(0, 0, len(seen), None, None, None, None)
    rows = labelled_rows(frame)
    _, words = measured_rates(rows, EvaluationSettings(None))
    numbers = (words.value.core_f1, words.low.core_f1, words.high.core_f1)
    word_f1, low, high = (None if number != number else number for number in numbers)
    right = 1 - float(rows.wrong.mean())
    return Accuracy(frame["article_id"].nunique(), len(frame), len(seen), right, word_f1, low, high)
