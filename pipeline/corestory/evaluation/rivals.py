"""Predictions to compare a tagger with: simple baselines, and other models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.metrics import word_counts
from corestory.evaluation.mistakes import LONGEST_AROUND
from corestory.types import Bool, Float, Label

if TYPE_CHECKING:
    import pandas as pd

EACH = 10
"""The number of paragraphs shown of each kind of change."""

STAGE_1_THRESHOLD = 0.5
# The length rule's two conditions, fixed beforehand and tuned on nothing.
LENGTH_RULE_WORDS = 10
_SENTENCE_ENDS = tuple(".!?…‽。．！？｡؟۔।॥։።")
# Characters that may follow the end of a sentence: quotes, brackets, spaces.
_CLOSING = "\"'”’»›«‹“‘)]}」』）】 \t\n\r\u00a0\u202f\u3000"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One tagger's predictions on the rows: a score and a decision for each.

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
    score: Float
    core: Bool


def everything_core(count: int) -> Predictions:
    """Keep the whole page: the recall of core is perfect, and nothing is removed.

    Examples
    --------
    >>> everything_core(2).core.tolist()
    [True, True]
    """
    return Predictions("everything_core", "everything core", "keeps all", np.ones(count), np.ones(count, dtype=bool))


def length_rule(texts: Sequence[str]) -> Predictions:
    """Keep paragraphs that look like prose: enough words, and the end of a sentence.

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
    return Predictions("length_rule", "length rule", described, core.astype(np.float64), core)


def stage_one(scores: ArrayLike) -> Predictions:
    """Keep the paragraphs that stage 1 takes for core by their words alone.

    Parameters
    ----------
    scores
        Probability of core by the tagger's first stage.

    Examples
    --------
    >>> stage_one([0.5, 0.2]).core.tolist()
    [True, False]
    """
    score = np.asarray(scores, dtype=np.float64)
    described = f"the paragraph's words alone, core from {STAGE_1_THRESHOLD:g}"
    return Predictions("stage_1", "stage 1 alone", described, score, score >= STAGE_1_THRESHOLD)


@dataclass(frozen=True, slots=True)
class Changed:
    """How much one model got right that the other got wrong.

    Attributes
    ----------
    paragraphs, words, articles
        How many of each.
    """

    paragraphs: int
    words: int
    articles: int


@dataclass(frozen=True, slots=True)
class ChangedParagraph:
    """A paragraph that the two models tag differently; `text` is cut where it is long."""

    article_id: str
    position: int
    text: str
    label: Label
    first_score: float
    second_score: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes from the first model to the second.

    Attributes
    ----------
    first, second
        Their names.
    core_gained, core_lost
        Story that only the second keeps, and that only the first does.
    filler_gained, filler_lost
        Filler that only the second removes, and that only the first does.
    better, worse
        Examples, those first whose scores differ most.
    """

    first: str
    second: str
    core_gained: Changed
    core_lost: Changed
    filler_gained: Changed
    filler_lost: Changed
    better: tuple[ChangedParagraph, ...]
    worse: tuple[ChangedParagraph, ...]


def rival_predictions(tagged: pd.DataFrame, *, name: str) -> Predictions:
    """Read another model's predictions.

    Parameters
    ----------
    tagged
        The first model's rows in the same order, tagged by the other model.
    name
        The other model's name.
    """
    labelled = tagged[tagged["label"].notna().to_numpy()]
    score, core = labelled["score"].to_numpy(np.float64), (labelled["tagged"] == "core").to_numpy(bool)
    return Predictions(f"model {name}", name, "another model", score, core)


def compare(rows: LabelledRows, rival: Predictions, *, name: str) -> Comparison:
    """Find the paragraphs that two models tag differently; an article or a text gives one example of each kind.

    Parameters
    ----------
    rows
        The first model's labelled rows.
    rival
        The second model's predictions on them.
    name
        The first model's name.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Share"], "label": ["core", "filler"],
    ...                       "score": [0.9, 0.8]})
    >>> better = Predictions("b", "b", "another model", np.array([0.9, 0.1]), np.array([True, False]))
    >>> compare(labelled_rows(frame), better, name="a").filler_gained
    Changed(paragraphs=1, words=1, articles=1)
    """
    changed = rows.decided != rival.core
    gained = changed & (rival.core == rows.core)
    lost = changed & (rows.decided == rows.core)
    return Comparison(
        name,
        rival.name,
        _changed(rows, gained & rows.core),
        _changed(rows, lost & rows.core),
        _changed(rows, gained & ~rows.core),
        _changed(rows, lost & ~rows.core),
        _examples(rows, rival, gained),
        _examples(rows, rival, lost),
    )


def _changed(rows: LabelledRows, part: Bool) -> Changed:
    return Changed(int(part.sum()), int(rows.words[part].sum()), len(np.unique(rows.articles[part])))


def _examples(rows: LabelledRows, rival: Predictions, part: Bool) -> tuple[ChangedParagraph, ...]:
    chosen = np.flatnonzero(part)
    distance = np.abs(rival.score - rows.score)[chosen]
    ordered = chosen[np.argsort(-distance, kind="stable")]
    texts = rows.frame["text"].to_numpy()
    # An article or a text comes once, else one odd page would be all examples.
    for names in (rows.articles, texts):
        first = np.unique(names[ordered].astype(str), return_index=True)[1]
        ordered = ordered[np.sort(first)]
    chosen = ordered[:EACH]
    frame = rows.frame
    return tuple(
        ChangedParagraph(
            str(frame["article_id"].iloc[row]),
            int(rows.positions[row]),
            str(frame["text"].iloc[row])[:LONGEST_AROUND],
            "core" if rows.core[row] else "filler",
            float(rows.score[row]),
            float(rival.score[row]),
        )
        for row in chosen.tolist()
    )
