"""Scores of one page, and their means over pages with intervals and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.evaluation.bootstrap import interval

from .extraction import Output
from .overlap import shingle_f1, word_f1, word_tokens

Float = npt.NDArray[np.float64]

RESAMPLES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One contestant's scores, page by page; each array is of shape (pages,).

    Attributes
    ----------
    word_f1
        F1 of the multisets of lower-cased words.
    shingle_f1
        F1 of the runs of four words.
    seconds
        Processor time.
    empty
        Whether nothing came out: the contestant failed, or found no story. Such a page scores 0.
    confidence
        NaN for contestants that tell none.
    """

    word_f1: Float
    shingle_f1: Float
    seconds: Float
    empty: npt.NDArray[np.bool_]
    confidence: Float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over pages and its 95 % interval."""

    value: float
    low: float
    high: float


def score_outputs(outputs: Sequence[Output], gold: Sequence[str]) -> Scores:
    """Compare each page's output with its gold text.

    Examples
    --------
    >>> found = score_outputs([Output("The quay opened.", 0.1), Output("", 0.1)], ["The quay opened!", "It rained."])
    >>> found.word_f1.tolist(), found.empty.tolist()
    ([1.0, 0.0], [False, True])
    """
    tokens = [(word_tokens(output.text), word_tokens(text)) for output, text in zip(outputs, gold, strict=True)]
    return Scores(
        word_f1=np.array([word_f1(*pair) for pair in tokens]),
        shingle_f1=np.array([shingle_f1(*pair) for pair in tokens]),
        seconds=np.array([output.seconds for output in outputs]),
        empty=np.array([not words for words, _ in tokens]),
        confidence=np.array([output.confidence for output in outputs], float),  # NaN for None
    )


def page_draws(pages: int, *, resamples: int = RESAMPLES, seed: int = 0) -> Float:
    """How often each resample draws each page, of shape (resamples, pages).

    The same draws for all contestants make every difference a paired one.
    """
    generator = np.random.default_rng(seed)
    drawn = [np.bincount(generator.integers(pages, size=pages), minlength=pages) for _ in range(resamples)]
    return np.array(drawn, dtype=np.float64)


def estimates(columns: Mapping[str, Float], draws: Float) -> dict[str, Estimate]:
    """Mean of each column over the pages, with its bootstrap interval.

    Parameters
    ----------
    columns
        By name, a value a page: a score, or the difference of two.
    draws
        As of `page_draws`.

    Examples
    --------
    >>> found = estimates({"gain": np.array([0.1, 0.1, 0.1])}, page_draws(3))
    >>> round(found["gain"].value, 3), round(found["gain"].low, 3)
    (0.1, 0.1)
    """
    if not columns:
        return {}
    matrix = np.column_stack(list(columns.values()))
    low, high = interval(draws @ matrix / draws.shape[1])
    means = matrix.mean(axis=0)
    return {
        name: Estimate(float(mean), float(bottom), float(top))
        for name, mean, bottom, top in zip(columns, means, low, high, strict=True)
    }
