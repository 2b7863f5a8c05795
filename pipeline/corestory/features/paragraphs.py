"""Paragraphs as all stages see them: their words, their form and their shape, from one reading of their characters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.characters import pieces
from corestory.features.paragraph_shape import NAMES, Float, shape_of
from corestory.features.tokens import Tokens, end_to_end, words_of
from corestory.features.word_shapes import LONGEST, forms_of


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """What some paragraphs are made of.

    Attributes
    ----------
    tokens
        Their words, as of `corestory.features.tokens.tokenise`.
    forms
        Their form, as of `corestory.features.word_shapes.form_tokens`.
    words, shape
        Their lengths in words and their shape, as of `corestory.features.paragraph_shape.shape_features`.
    """

    tokens: Tokens
    forms: Tokens
    words: Float
    shape: Float


def read_paragraphs(texts: Sequence[str]) -> Paragraphs:
    """Read a batch of paragraphs.

    Examples
    --------
    >>> read = read_paragraphs(["The quay opened.", "Share"])
    >>> read.words.tolist(), read.tokens.row.tolist(), read.shape.shape == (2, len(NAMES))
    ([3.0, 1.0], [0, 0, 0, 1], True)
    """
    found = [(words_of(piece), forms_of(piece), *shape_of(piece)) for piece in pieces(texts)]
    return Paragraphs(
        end_to_end([tokens for tokens, *_ in found]),
        end_to_end([forms for _, forms, *_ in found], longest=LONGEST),
        np.concatenate([np.zeros(0), *(words for *_, words, _ in found)]),
        np.concatenate([np.zeros((0, len(NAMES))), *(shape for *_, shape in found)]),
    )
