"""Context: what stands before and after a paragraph, where in its article it stands, and how it compares."""

import numpy as np

from corestory.features.layout import Float, Layout
from corestory.features.paragraph_shape import NAMES

STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
NEAR_STEPS = (-2, -1, 1, 2)
WIDTHS = (3, 8, 20, 1000)
RUN_LEVELS = (0.25, 0.5)
# A paragraph as likely and as long as this is taken for story when the distance to the story is measured.
SURE = 0.5
SURE_WORDS = 8


def context_features(scores: list[Float], shape: Float, words: Float, layout: Layout) -> list[Float]:
    """Describe each paragraph by its neighbourhood.

    Parameters
    ----------
    scores
        Log-odds of core so far, one array for each opinion (words, markup …), the best first.
    shape
        Shape features of the paragraphs themselves.
    words
        Paragraph lengths in words.
    layout
        Which paragraphs make an article.

    Returns
    -------
    list of numpy.ndarray
        Features, of shape (paragraphs,) or in blocks of shape (paragraphs, features).
    """
    position = layout.position.astype(float)
    size = (layout.end - layout.start).astype(float)
    left = size - 1 - position
    total_words = layout.total(words)
    words_before = layout.before(words)
    columns: list[Float] = [
        np.log1p(position), np.log1p(left), position / size, np.log1p(size), np.log1p(total_words),
        words_before / np.maximum(total_words, 1), words / np.maximum(layout.maximum(words), 1),
    ]  # fmt: skip
    log_words = _column(shape, "words")
    blocks: list[Float] = []
    for score in scores:
        clipped = np.clip(score, -8, 8)
        core = 1 / (1 + np.exp(-clipped))
        mass = core * words
        all_mass = layout.total(mass)
        best = layout.maximum(core)
        columns += [
            clipped / 4, core, layout.ranks(clipped), best, core / best, layout.total(core) / size,
            all_mass / np.maximum(total_words, 1), layout.before(mass) / np.maximum(all_mass, 1e-9),
            layout.before(core) / np.maximum(layout.total(core), 1e-9), np.log1p(all_mass),
        ]  # fmt: skip
        blocks += [layout.neighbours(clipped / 4, STEPS, outside=-2.0), layout.means(core, WIDTHS)]
        weighted = layout.means(core * log_words, WIDTHS) / np.maximum(layout.means(log_words, WIDTHS), 1e-9)
        blocks.append(weighted)
        before = layout.before(mass)
        columns += [np.log1p(before), np.log1p(np.maximum(all_mass - before - mass, 0))]
        columns += layout.gaps((core > SURE) & (words >= SURE_WORDS))
        for level in RUN_LEVELS:
            begin, end = layout.best_run((core - level) * log_words)
            rows = np.arange(len(core))
            inside = (rows >= begin) & (rows < end)
            columns += [
                inside.astype(float), np.sign(rows - begin) * np.log1p(np.abs(rows - begin)),
                np.sign(end - 1 - rows) * np.log1p(np.abs(end - 1 - rows)), (end - begin) / size,
            ]  # fmt: skip
    ends, capitalised = _column(shape, "ends as a sentence"), _column(shape, "capitalised words")
    colon, open_end = _column(shape, "ends with a colon"), _column(shape, "ends in a word")
    blocks += [
        layout.neighbours(log_words, STEPS), layout.neighbours(ends, NEAR_STEPS),
        layout.neighbours(capitalised, NEAR_STEPS), layout.neighbours(colon, NEAR_STEPS),
        layout.neighbours(open_end, NEAR_STEPS),
        layout.means(log_words, WIDTHS), layout.means(ends, WIDTHS),
        np.sqrt(np.maximum(layout.means(log_words**2, WIDTHS[:2]) - layout.means(log_words, WIDTHS[:2]) ** 2, 0)),
    ]  # fmt: skip
    return [*columns, *blocks]


def _column(shape: Float, name: str) -> Float:
    return shape[:, NAMES.index(name)]
