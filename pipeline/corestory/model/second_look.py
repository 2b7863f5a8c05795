"""The second look: the words of the kept story judged once more, without the page around it and without its markup.

A plug between two paragraphs of a story has the markup of its neighbours, and stands where only story stands. So the
first decision keeps it, though its words are those of a plug. After that decision a small network reads the kept
paragraphs alone, as an article of their own, and lowers the score of those that it takes for filler.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import LIMIT, BatchFeatures, TextFeatures
from corestory.features.context import OWN_WORDS, Columns, LogOdds
from corestory.features.layout import Layout
from corestory.features.tokens import Tokens, hash_token
from corestory.features.word_shapes import between_ends
from corestory.types import Bool, Float

if TYPE_CHECKING:
    from corestory.model.calibration import Settings
    from corestory.model.rules import Forced
    from corestory.model.scoring import ScoredBatch, SecondLook, Weights

WORDS_READ, FORMS_READ = 10, 13
"""So many words and word shapes of a paragraph the scorers of lines read; of the shapes one is its begin."""
WORDS_LONGEST = 3

_BEGIN, _END = hash_token("line begin"), hash_token("line end")


def scores_after_second_look(
    scored: ScoredBatch,
    scores: Float,
    cutoffs: Float,
    weights: Weights,
    settings: Settings,
    forced: Forced | None = None,
) -> tuple[Float, Float]:
    """Lower the scores of the kept paragraphs that the second look takes for filler.

    Parameters
    ----------
    scored
        The batch as stage 1 and stage 2 scored it.
    scores
        Its calibrated scores, shape (paragraphs,).
    cutoffs
        The cutoff of each article, shape (articles,).
    weights, settings
        Of the model. Without `Weights.second_look`, or with a cutoff of 0, nothing changes.
    forced
        Paragraphs that a rule decides; their scores stay.

    Returns
    -------
    scores : numpy.ndarray
        Shape (paragraphs,). Those of dropped paragraphs are below their article's cutoff.
    second : numpy.ndarray
        The calibrated scores of the second look, shape (paragraphs,); NaN where it did not look.
    """
    limit = settings.second_look_cutoff(html=scored.html)
    second = np.full(len(scores), np.nan)
    if weights.second_look is None or limit <= 0:
        return scores, second
    layout = scored.features.layout
    kept = scores >= cutoffs[layout.article]
    # Of a single paragraph there is nothing to drop.
    looked = kept & (np.add.reduceat(kept, layout.first, dtype=np.int64) > 1)[layout.article]
    if not looked.any():
        return scores, second
    log_odds = second_look_log_odds(scored, looked, weights.second_look)
    second[looked] = settings.second_look_scaling().probabilities(log_odds)
    if forced is not None:
        second[forced != 0] = np.nan
    return lowered_scores(scores, kept, second, cutoffs, limit, layout), second


def lowered_scores(scores: Float, kept: Bool, second: Float, cutoffs: Float, limit: float, layout: Layout) -> Float:
    """Lower the scores of kept paragraphs below their article's cutoff where the second score is below the limit.

    Parameters
    ----------
    scores
        Calibrated scores of the first decision, shape (paragraphs,).
    kept
        Whether each was kept.
    second
        Calibrated scores of the second look; NaN where it did not look.
    cutoffs
        The cutoff of each article, shape (articles,).
    limit
        The cutoff of the second look. An article of which it would leave no paragraph keeps its scores.
    layout
        Which paragraphs make an article.

    Examples
    --------
    >>> scores, second = np.array([0.9, 0.8, 0.1, 0.7]), np.array([0.9, 0.05, np.nan, 0.05])
    >>> lowered_scores(scores, scores > 0.4, second, np.array([0.4, 0.4]), 0.2, Layout.of([3, 1])).tolist()
    [0.9, 0.05, 0.1, 0.7]
    """
    cutoff = cutoffs[layout.article]
    dropped = kept & (second < limit)
    dropped &= np.logical_or.reduceat(kept & ~dropped, layout.first)[layout.article]
    return np.where(dropped, np.minimum(second, np.nextafter(cutoff, 0)), scores)


def second_look_log_odds(scored: ScoredBatch, kept: Bool, look: SecondLook) -> Float:
    """Read the kept paragraphs as articles of their own.

    What the batch's features say of single paragraphs holds for the kept ones alone, and is not computed anew.

    Parameters
    ----------
    scored
        The scored batch.
    kept
        Which paragraphs are kept, at least one.
    look
        The model's second look.

    Returns
    -------
    numpy.ndarray
        Log-odds of story of each kept paragraph.
    """
    features = scored.features
    words, forms = line_words(features.tokens.of_rows(kept)), line_forms(features.forms.of_rows(kept))
    lines = np.column_stack([look.words.log_odds(words), look.forms.log_odds(forms)])
    looked = features.of_rows(kept)
    columns = second_look_columns(looked, lines, scored.stage1[-1].values[kept])
    return look.network.log_odds(columns.matrix(), looked.layout)


def line_words(words: Tokens) -> Tokens:
    """Read the first words of paragraphs, with their ends marked; n-grams are of three words at most.

    A plug shows at its start, and the headline behind it must not outweigh that.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> line_words(tokenise(["Read more", ""])).row.tolist()
    [0, 0, 0, 0, 1, 1]
    """
    row, hashes = between_ends(words.hashes, words.sizes, most=WORDS_READ, begin=_BEGIN, end=_END)
    return Tokens(row, hashes, words.count, WORDS_LONGEST)


def line_forms(forms: Tokens) -> Tokens:
    """Read the first word shapes of paragraphs."""
    read = forms.positions < FORMS_READ
    return Tokens(forms.row[read], forms.hashes[read], forms.count, forms.longest)


def second_look_columns(features: TextFeatures, lines: Float, stage1: Float) -> Columns:
    """Give the features of the second look: those of stage 2 without markup, and what the scorers of lines say.

    Parameters
    ----------
    features
        Of kept paragraphs.
    lines
        Their log-odds by each of the second look's two scorers of lines, shape (paragraphs, 2).
    stage1
        Their log-odds of stage 1 by words, shape (paragraphs,).
    """
    columns = features.of_text([LogOdds(OWN_WORDS, stage1)])
    clipped = np.clip(np.column_stack([lines, lines.sum(axis=1)]), -LIMIT, LIMIT)
    columns.add(OWN_WORDS, clipped / 4, 1 / (1 + np.exp(-clipped)))
    return columns


@cache
def second_look_width() -> int:
    """Count the features of the second look."""
    features = BatchFeatures(Batch(["Story."], Layout.of([1]), [""], None), lambda hashes: np.ones(len(hashes)))
    return len(second_look_columns(features, np.zeros((1, 2)), np.zeros(1)).groups)
