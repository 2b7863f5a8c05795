"""What each feature of the context stage speaks of, in words that explanations and reports use.

A change of columns in `features.evidence` or `features.context` needs the same change here; the tests
hold the two to the same length, and the neighbours' columns to what stands before or after.
"""

from __future__ import annotations

from collections.abc import Sequence

from corestory.features import paragraph_shape as shape
from corestory.features import topic
from corestory.features.context import NEAR_STEPS, RUN_LEVELS, STEPS, WIDTHS

OWN_WORDS = "own words"
BEFORE = "neighbours before"
AFTER = "neighbours after"
SHAPE = "shape"
POSITION = "position"
TOPIC = "topic"
MARKUP = "markup"

GROUPS = {
    OWN_WORDS: "what the paragraph's own words say",
    BEFORE: "what the paragraphs before it say, and how long they are",
    AFTER: "what the paragraphs after it say, and how long they are",
    SHAPE: "its length, punctuation, capitals and digits",
    POSITION: "where it stands in the article and in the story, and how it compares with the whole",
    TOPIC: "how close its words, and its neighbours', are to the rest of the story",
    MARKUP: "what the page's HTML says: links, headings, enclosing elements",
}
"""The groups, in the order in which people are shown them, and what each means. Text alone has no `MARKUP`."""

EARLIER_ROUND = "earlier round"
"""Not a group of `GROUPS`: the columns in which a later round reads the round before's score of the paragraph itself.

That score follows from all groups; who alters a group lets each round's scores follow into the next, and leaves these
columns alone.
"""


def column_groups(*, html: bool, later: bool) -> tuple[str, ...]:
    """Name the group of each column of `Evidence.text_features` or `Evidence.html_features`.

    Parameters
    ----------
    html
        Of the features with markup.
    later
        Of a round that sees the scores of one before it.

    Returns
    -------
    tuple of str
        One name of `GROUPS` a column, or `EARLIER_ROUND` where `later`.

    Examples
    --------
    >>> groups = column_groups(html=False, later=False)
    >>> groups[0], sorted(set(groups)) == sorted(set(GROUPS) - {MARKUP})
    ('shape', True)
    """
    opinions = [*([EARLIER_ROUND] if later else []), *([MARKUP] if html else []), OWN_WORDS]
    groups = [SHAPE] * len(shape.NAMES) + _context(opinions) + [TOPIC] * len(topic.NAMES)
    # How close the neighbours are to the story is known by the whole story's words, so it is topic, not neighbours.
    groups += 2 * [TOPIC] * len(_neighbours(NEAR_STEPS) + _means(2))
    if html:
        # All that only a page tells is markup, whichever paragraph it tells it of.
        groups += [MARKUP] * _markup_columns()
    return tuple(groups)


def _context(opinions: Sequence[str]) -> list[str]:
    columns = [POSITION] * 7
    blocks: list[str] = []
    for opinion in opinions:
        own = [opinion] * 3 + [POSITION, opinion] + [POSITION] * 5
        around = [BEFORE, AFTER, BEFORE, AFTER] + [POSITION] * 4 * len(RUN_LEVELS)
        block = _neighbours(STEPS) + 2 * _means(len(WIDTHS))
        columns += [MARKUP] * len(own + around) if opinion == MARKUP else own + around
        blocks += [MARKUP] * len(block) if opinion == MARKUP else block
    blocks += _neighbours(STEPS) + 4 * _neighbours(NEAR_STEPS) + 2 * _means(len(WIDTHS)) + _means(2)
    return columns + blocks


def _neighbours(steps: Sequence[int]) -> list[str]:
    return [BEFORE if step < 0 else AFTER for step in steps]


def _means(widths: int) -> list[str]:
    return [BEFORE, AFTER] * widths


def _markup_columns() -> int:
    # Counted on a page of two paragraphs: all its columns are one group, so their number is all there is to know.
    import numpy as np

    from corestory.features.batch import Batch, MarkupColumns
    from corestory.features.evidence import Evidence
    from corestory.features.forest import Forest
    from corestory.features.layout import Layout
    from corestory.features.paragraphs import read_paragraphs
    from corestory.features.terms import number_words
    from corestory.features.tokens import tokenise

    forest = Forest.of_chains([[0], [0]], [[1], [1]], np.zeros(2, np.int64))
    markup = MarkupColumns(["own_p", "own_p"], forest, np.zeros(2), np.zeros(2))
    read = read_paragraphs(["a", "b"])
    words = number_words((read.tokens, tokenise([""])), lambda hashes: np.ones(len(hashes)))
    batch = Batch(["a", "b"], Layout.of([2]), [""], markup)
    evidence = Evidence(batch, read, *words)
    scores = [np.zeros(2)]
    return int(evidence.html_features(scores).shape[1] - evidence.text_features(scores).shape[1])
