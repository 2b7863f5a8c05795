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
"""The number of example paragraphs for changes to the better, and for changes to the worse."""

STAGE_1_THRESHOLD = 0.5
# The two conditions of the length rule were fixed beforehand and not tuned.
LENGTH_RULE_WORDS = 10
_SENTENCE_ENDS = tuple(".!?…‽。．！？｡؟۔।॥։።")
# The characters that may follow the end of a sentence: quotes, brackets, spaces.
_CLOSING = "\"'”’»›«‹“‘)]}」』）】 \t\n\r\u00a0\u202f\u3000"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One tagger's predictions: a score and a decision for each row.

    Attributes
    ----------
    key
        The tagger's name in ``metrics.json``.
    name
        Its name in reports.
    description
        Its method, in a few words.
    score
        The probability of core of each paragraph; 0 or 1 for a rule.
    core
        Whether it makes each paragraph core.
    """

    key: str
    name: str
    description: str
    score: Float
    core: Bool


def everything_core(count: int) -> Predictions:
    """Keep all paragraphs: the recall of core is perfect, and no filler is removed.

    Examples
    --------
    >>> everything_core(2).core.tolist()
    [True, True]
    """
    return Predictions(
        "everything_core", "everything core", "keeps every paragraph", np.ones(count), np.ones(count, dtype=bool)
    )


def length_rule(texts: Sequence[str]) -> Predictions:
    """Keep paragraphs that look like prose: they have enough words and end as a sentence.

    Quotes and brackets may follow the end of the sentence.

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
        The probability of core by stage 1 of the tagger.

    Examples
    --------
    >>> stage_one([0.5, 0.2]).core.tolist()
    [True, False]
    """
    score = np.asarray(scores, dtype=np.float64)
    described = f"keeps paragraphs whose words alone have a score of at least {STAGE_1_THRESHOLD:g}"
    return Predictions("stage_1", "stage 1 alone", described, score, score >= STAGE_1_THRESHOLD)


@dataclass(frozen=True, slots=True)
class Changed:
    """The amount that one model tagged right and the other wrong.

    Attributes
    ----------
    paragraphs, words, articles
        The number of paragraphs, of their words, and of articles with such a paragraph.
    """

    paragraphs: int
    words: int
    articles: int


@dataclass(frozen=True, slots=True)
class ChangedParagraph:
    """A paragraph that the two models tag differently; a long `text` is cut."""

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
        The names of the models.
    core_gained, core_lost
        Story that only the second model keeps, and story that only the first keeps.
    filler_gained, filler_lost
        Filler that only the second model removes, and filler that only the first removes.
    better, worse
        Examples of both sorts of changes; those whose scores differ most come first.
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
    """Take another model's predictions from a tagged frame.

    Parameters
    ----------
    tagged
        The rows of the first model in the same order, tagged by the other model.
    name
        The other model's name.
    """
    labelled = tagged[tagged["label"].notna().to_numpy()]
    score, core = labelled["score"].to_numpy(np.float64), (labelled["tagged"] == "core").to_numpy(bool)
    return Predictions(f"model {name}", name, "another model", score, core)


def compare(rows: LabelledRows, rival: Predictions, *, name: str) -> Comparison:
    """Find the paragraphs that two models tag differently; an article or a text gives at most one example of a sort.

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
    # Each article and each text comes once, because otherwise all examples might be of one unusual page.
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
