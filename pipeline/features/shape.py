"""Shape of paragraphs, whatever their language: lengths, how they start and end, capitals, digits, punctuation."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.features import codepoints as cp

Float = npt.NDArray[np.float64]

NAMES = (
    "words", "characters", "word length", "ends as a sentence", "ends with a question", "ends with a colon",
    "ends with an ellipsis", "ends in a word", "sentence ends", "commas", "digits", "capitals", "capitalised words",
    "starts in lower case", "starts with a digit", "starts with a quote", "quotes", "symbols", "unspaced script",
)  # fmt: skip

# In scripts without spaces about so many characters make what is a word elsewhere.
CHARACTERS_A_WORD = 2.0


def shape_features(texts: Sequence[str]) -> tuple[Float, Float]:
    """Describe each paragraph by its form alone.

    Parameters
    ----------
    texts
        The paragraphs of a batch.

    Returns
    -------
    words : numpy.ndarray
        Length of each in words.
    features : numpy.ndarray
        One row a paragraph, one column for each of `NAMES`; lengths as logarithms, the rest as shares or flags.

    Examples
    --------
    >>> words, features = shape_features(["Read more: Quay reopens", "It reopened on Monday, she said."])
    >>> words.tolist(), features[:, NAMES.index("ends as a sentence")].tolist()
    ([4.0, 6.0], [0.0, 1.0])
    """
    if not texts:
        return np.zeros(0), np.zeros((0, len(NAMES)))
    codes = cp.join(texts, lower=False)
    flags = cp.flags(codes)
    starts = np.concatenate([[0], np.flatnonzero(codes == 0) + 1])
    ends = np.concatenate([starts[1:] - 1, [len(codes)]])
    length = (ends - starts).astype(float)

    def count(mask: npt.NDArray[np.bool_]) -> Float:
        running = np.concatenate([[0], np.cumsum(mask)])
        return np.asarray(running[ends] - running[starts], float)

    def has(flag: int) -> npt.NDArray[np.bool_]:
        return flags & flag > 0

    word = has(cp.WORD)
    alone = has(cp.ALONE)
    new = word.copy()
    new[1:] &= ~word[:-1] | alone[1:] | alone[:-1]
    unspaced = count(alone)
    words = count(new) - unspaced * (1 - 1 / CHARACTERS_A_WORD)
    letters = np.maximum(count(has(cp.UPPER)) + count(has(cp.LOWER)), 1)
    some = length > 0
    first = np.where(some, flags[np.minimum(starts, len(flags) - 1)] if len(flags) else 0, 0)
    last, before = _last_two(flags, starts, ends)
    final = np.where((last & cp.CLOSING > 0) & (before & cp.SENTENCE > 0), before, last)
    characters = np.maximum(length, 1)
    at_least_one = np.maximum(words, 1)
    columns = [
        np.log1p(words),
        np.log1p(length),
        np.minimum(count(word & ~alone) / at_least_one, 20) / 10,
        final & cp.SENTENCE > 0,
        final & cp.QUESTION > 0,
        final & cp.COLON > 0,
        final & cp.ELLIPSIS > 0,
        final & cp.WORD > 0,
        np.log1p(count(has(cp.SENTENCE))),
        count(has(cp.COMMA)) / at_least_one,
        count(has(cp.DIGIT)) / characters,
        count(has(cp.UPPER)) / letters,
        count(new & has(cp.UPPER)) / at_least_one,
        first & cp.LOWER > 0,
        first & cp.DIGIT > 0,
        first & cp.QUOTE > 0,
        np.minimum(count(has(cp.QUOTE)), 6) / 3,
        count(has(cp.SYMBOL)) / characters,
        unspaced / characters,
    ]
    return words, np.column_stack([np.asarray(column, float) for column in columns])


def _last_two(flags: cp.Flags, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> tuple[cp.Flags, cp.Flags]:
    padded = np.concatenate([np.zeros(2, flags.dtype), flags])
    last = np.where(ends - starts >= 1, padded[ends + 1], 0)
    before = np.where(ends - starts >= 2, padded[ends], 0)
    return last, before
