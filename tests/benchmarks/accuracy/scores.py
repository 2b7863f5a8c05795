"""Scores of a page, by the words that two texts have in common, and their means over pages with intervals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.evaluation.bootstrap import interval

from .extraction import Output

_WORD = re.compile(r"\w+")


def word_tokens(text: str) -> list[str]:
    r"""Return the lower-cased runs of ``\w``, the words by which extracted texts are compared.

    Examples
    --------
    >>> word_tokens("Don't stop, Łódź!")
    ['don', 't', 'stop', 'łódź']
    """
    return _WORD.findall(text.lower())


def word_f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    """Return the F1 of the multisets of two texts' words.

    This is the measure of WCXB, the Web Content eXtraction Benchmark. For two empty texts it is 1.

    Examples
    --------
    >>> word_f1(word_tokens("The quay opened. Share"), word_tokens("The quay opened."))
    0.8571428571428571
    """
    if not predicted and not gold:
        return 1.0
    common = (Counter(predicted) & Counter(gold)).total()
    return 2 * common / (len(predicted) + len(gold))


def shingle_f1(predicted: Sequence[str], gold: Sequence[str], *, size: int = 4) -> float:
    """Return the F1 of two texts' shingles (runs of `size` words), so that order counts too.

    The shingles are those of Zyte's article-extraction-benchmark: a text shorter than `size` words is one shingle.
    That benchmark keeps the case of words and averages precision and recall over pages before it computes F1. This is
    the F1 of one page.

    Examples
    --------
    >>> shingle_f1("the quay opened on monday again".split(), "the quay opened on monday".split())
    0.8
    """
    return word_f1(_shingles(predicted, size), _shingles(gold, size))


def _shingles(tokens: Sequence[str], size: int) -> list[str]:
    if not tokens:
        return []
    # Tokens contain no spaces, so different shingles stay different when they are joined.
    return [" ".join(tokens[start : start + size]) for start in range(max(1, len(tokens) - size + 1))]


Float = npt.NDArray[np.float64]

RESAMPLES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of one contestant on each page; arrays of shape (pages,).

    Attributes
    ----------
    word_f1
        F1 of the multisets of lower-cased words.
    shingle_f1
        F1 of the runs of four words.
    seconds
        Processor time.
    empty
        Whether the output is empty, because the contestant failed or found no story. Such a page has the score 0.
    confidence
        The confidence; NaN for contestants that give none.
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
    """Return the number of times that each resample draws each page; shape (resamples, pages).

    All contestants have the same draws, so that differences are paired.
    """
    generator = np.random.default_rng(seed)
    drawn = [np.bincount(generator.integers(pages, size=pages), minlength=pages) for _ in range(resamples)]
    return np.array(drawn, dtype=np.float64)


def estimates(columns: Mapping[str, Float], draws: Float) -> dict[str, Estimate]:
    """Return the mean of each column over the pages, with its bootstrap interval.

    Parameters
    ----------
    columns
        The columns by name, with one value per page: a score, or the difference of two scores.
    draws
        The result of `page_draws`.

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
