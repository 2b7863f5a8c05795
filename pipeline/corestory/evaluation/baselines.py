"""What a tagger must beat for its numbers to mean something."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corestory.evaluation.metrics import word_counts

# The length rule's two conditions, fixed beforehand and tuned on nothing.
LENGTH_RULE_WORDS = 10
_SENTENCE_ENDS = tuple(".!?…‽。．！？｡؟۔।॥։።")
# What may stand after the end of a sentence: quotes, brackets, spaces.
_CLOSING = "\"'”’»›«‹“‘)]}」』）】 \t\n\r\u00a0\u202f\u3000"


@dataclass(frozen=True, slots=True, eq=False)
class Tagging:
    """One tagger's answers on the rows: a score and a decision each.

    Attributes
    ----------
    key
        Its name in ``metrics.json``.
    name
        Its name for people.
    description
        How it decides, in a few words.
    score
        Probability of core of each paragraph; a rule's is 0 or 1.
    core
        Whether it calls the paragraph core.
    """

    key: str
    name: str
    description: str
    score: NDArray[np.float64]
    core: NDArray[np.bool_]


def everything_core(count: int) -> Tagging:
    """Keep all of the page: the recall of core is perfect, and nothing is removed.

    Examples
    --------
    >>> everything_core(2).core.tolist()
    [True, True]
    """
    return Tagging("everything_core", "everything core", "keeps all", np.ones(count), np.ones(count, dtype=bool))


def length_rule(texts: Sequence[str]) -> Tagging:
    """Keep what looks like prose: enough words, and the end of a sentence.

    Quotes and brackets may stand after the sentence's end.

    Examples
    --------
    >>> prose = "He said: “We shall open the quay again before the summer ends.”"
    >>> length_rule([prose, "READ MORE", "Yes."]).core.tolist()
    [True, False, False]
    """
    ended = np.array([text.rstrip(_CLOSING).endswith(_SENTENCE_ENDS) for text in texts], dtype=bool)
    core = ended & (word_counts(texts) >= LENGTH_RULE_WORDS)
    described = f"keeps paragraphs of {LENGTH_RULE_WORDS} words or more that end like a sentence"
    return Tagging("length_rule", "length rule", described, core.astype(np.float64), core)


def stage_one(scores: ArrayLike, *, threshold: float = 0.5) -> Tagging:
    """Keep what its words alone speak for, without its neighbours.

    Parameters
    ----------
    scores
        Probability of core by the tagger's first stage.
    threshold
        The least score that is core.

    Examples
    --------
    >>> stage_one([0.5, 0.2]).core.tolist()
    [True, False]
    """
    score = np.asarray(scores, dtype=np.float64)
    described = f"the paragraph's words alone, core from {threshold:g}"
    return Tagging("stage_1", "stage 1 alone", described, score, score >= threshold)
