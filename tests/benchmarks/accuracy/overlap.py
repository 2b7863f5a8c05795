"""How much of a text is in another: F1 of their words, and of runs of their words."""

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def word_tokens(text: str) -> list[str]:
    r"""Lower-cased runs of ``\w``, the words by which extracted texts are compared.

    Examples
    --------
    >>> word_tokens("Don't stop, Łódź!")
    ['don', 't', 'stop', 'łódź']
    """
    return _WORD.findall(text.lower())


def word_f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    """F1 of two texts' words, each counted as often as it occurs, in any order.

    This is the measure of WCXB, the Web Content eXtraction Benchmark. Two empty texts agree.

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
    """F1 of two texts' shingles, that is runs of `size` words, so that order counts too.

    The shingles are those of Zyte's article-extraction-benchmark: a text shorter than `size` words is one shingle.
    That benchmark keeps the case of its words and averages precision and recall over pages before it takes F1; this is
    one page's F1.

    Examples
    --------
    >>> shingle_f1("the quay opened on monday again".split(), "the quay opened on monday".split())
    0.8
    """
    return word_f1(_shingles(predicted, size), _shingles(gold, size))


def _shingles(tokens: Sequence[str], size: int) -> list[str]:
    if not tokens:
        return []
    # A space cannot be part of a token, so joined shingles differ where their tokens do.
    return [" ".join(tokens[start : start + size]) for start in range(max(1, len(tokens) - size + 1))]
