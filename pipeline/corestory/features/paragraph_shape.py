"""Shape of paragraphs, whatever their language: lengths, how they start and end, capitals, digits, punctuation."""

from collections.abc import Sequence

import numpy as np

from corestory.features import codepoints as cp
from corestory.features.characters import Characters, pieces
from corestory.types import Float, Int

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
    found = [shape_of(piece) for piece in pieces(texts)]
    return (
        np.concatenate([np.zeros(0), *(words for words, _ in found)]),
        np.concatenate([np.zeros((0, len(NAMES))), *(features for _, features in found)]),
    )


def shape_of(characters: Characters) -> tuple[Float, Float]:
    """Describe each of some texts, as `shape_features`."""
    at, begun, count = characters.at, characters.begun, characters.totals
    length = (characters.ends - characters.begins).astype(float)

    def starting(flag: int) -> Int:
        return count(at & flag > 0)

    # Marks stand by themselves, so to look at the first character of each word or mark is to see every mark.
    letters, digits, upper, lower = map(count, characters.lengths)
    unspaced = starting(cp.ALONE)
    symbols = starting(cp.SYMBOL)
    if "_" in characters:  # the one symbol within words
        underscores = np.flatnonzero(characters.codes == ord("_"))
        inside = np.searchsorted(underscores, characters.ends) - np.searchsorted(underscores, characters.begins)
        symbols += inside - count(characters.codes.take(characters.starts) == ord("_"))
    words = count(begun) - unspaced * (1 - 1 / CHARACTERS_A_WORD)
    first, last, before = _ends(characters)
    final = np.where((last & cp.CLOSING > 0) & (before & cp.SENTENCE > 0), before, last)
    at_least_one = np.maximum(words, 1)
    some = np.maximum(length, 1)
    columns = [
        np.log1p(words),
        np.log1p(length),
        np.minimum((letters - unspaced) / at_least_one, 20) / 10,
        final & cp.SENTENCE > 0,
        final & cp.QUESTION > 0,
        final & cp.COLON > 0,
        final & cp.ELLIPSIS > 0,
        final & cp.WORD > 0,
        np.log1p(starting(cp.SENTENCE)),
        starting(cp.COMMA) / at_least_one,
        digits / some,
        upper / np.maximum(upper + lower, 1),
        count(begun & (at & cp.UPPER > 0)) / at_least_one,
        first & cp.LOWER > 0,
        first & cp.DIGIT > 0,
        first & cp.QUOTE > 0,
        np.minimum(starting(cp.QUOTE), 6) / 3,
        symbols / some,
        unspaced / some,
    ]
    return words, np.array(columns, np.float64).T


def _ends(characters: Characters) -> tuple[cp.Flags, cp.Flags, cp.Flags]:
    """Say what the first, the last and the last but one character of a text is; 0 where none is."""
    padded = np.concatenate([np.zeros(2, np.uint16), characters.flags, np.zeros(1, np.uint16)])
    length = characters.ends - characters.begins
    first = padded[characters.begins + 2] * (length > 0)
    return first, padded[characters.ends + 1] * (length > 0), padded[characters.ends] * (length > 1)
