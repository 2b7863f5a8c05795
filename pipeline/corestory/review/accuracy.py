"""The accuracy of the first labels, against the person's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corestory.review.decisions import Decision

_RESAMPLES, _LEVEL = 1000, 0.95


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of the first labels.

    Attributes
    ----------
    articles, paragraphs
        Sizes of the measured data.
    right
        The share of the paragraphs whose label the person kept.
    word_f1, low, high
        The F1 of core, counted in words, and its 95 % interval by bootstrap over articles; None where there is no core.
    """

    articles: int
    paragraphs: int
    right: float
    word_f1: float | None
    low: float | None
    high: float | None


def held_out_accuracy(decisions: Sequence[Decision]) -> Accuracy | None:
    """Measure the labels that a model gave before it could learn from the person's.

    Each article was tagged by a model that had not seen its labels, the adapted models too: they learn from the
    articles that are done, and tag the others. This is the prequential evaluation of Dawid ("Present position and
    potential developments: some personal views, statistical theory, the prequential approach", 1984). A person who sees
    the model's labels follows them in doubt, so that the result is rather too high.

    Parameters
    ----------
    decisions
        Those of the articles that are done.

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

    known = [one for one in decisions if one.label and one.tagged and one.score is not None]
    if not known:
        return None
    columns = ("article_id", "text", "label", "score", "tagged")
    frame = pd.DataFrame({name: [getattr(one, name) for one in known] for name in columns})
    rows = labelled_rows(frame)
    _, words = measured_rates(rows, EvaluationSettings(None, _RESAMPLES, 0, _LEVEL))
    numbers = (words.value.core_f1, words.low.core_f1, words.high.core_f1)
    word_f1, low, high = (None if number != number else number for number in numbers)
    return Accuracy(frame["article_id"].nunique(), len(known), 1 - float(rows.wrong.mean()), word_f1, low, high)
