"""All that is known of a batch's paragraphs but the model's opinion; with it, the context stage's features."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.context import context_features
from corestory.features.elements import Elements
from corestory.features.joined import JoinedTokens
from corestory.features.layout import Float, side_by_side
from corestory.features.paragraphs import Paragraphs
from corestory.features.terms import Entries, Terms
from corestory.features.title import title_features
from corestory.features.tokens import Int64, Tokens, hash_token
from corestory.features.topic import TopicVectors

Float32 = npt.NDArray[np.float32]
# Log-odds are taken for no surer than this, a few thousand to one.
LIMIT = 8.0


def probability(log_odds: Float) -> Float:
    """Turn log-odds, cut off at `LIMIT` either way, into probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -LIMIT, LIMIT))))


class Evidence:
    """What the context stage asks of a batch, computed once; only the scores change from round to round.

    Parameters
    ----------
    batch
        The articles.
    read
        Their paragraphs, read.
    terms, titles
        The words of their paragraphs and of their titles, numbered alike.
    """

    def __init__(self, batch: Batch, read: Paragraphs, terms: Terms, titles: Terms) -> None:
        self.batch = batch
        self.layout = batch.layout
        self.tokens, self.forms, self.words, self.shape = read.tokens, read.forms, read.words, read.shape
        self.terms, self.titles = terms, titles
        self.entries = Entries(terms, batch.layout)
        self.topic = TopicVectors(self.entries, batch.layout)

    def text_features(self, scores: Sequence[Float]) -> Float32:
        """Features of words and their neighbourhood alone; `scores` are log-odds, the best opinion first."""
        layout = self.layout
        topic = self.topic.features(probability(scores[0]), self.words)
        columns = [self.shape, *context_features(list(scores), self.shape, self.words, layout), topic]
        for column in (topic[:, 0], topic[:, 3]):
            columns += [layout.neighbours(column, (-2, -1, 1, 2)), layout.means(column, (3, 8))]
        return side_by_side(columns)

    def html_features(self, scores: Sequence[Float]) -> Float32:
        """Add the enclosing elements, links, headings and the title to `text_features`."""
        markup, layout = self._markup, self.layout
        link = markup.link_density
        elements = self.elements.features(probability(scores[0]), self.words, link)
        columns: list[npt.NDArray[np.floating]] = [
            self.text_features(scores), elements, markup.declared[:, None], layout.neighbours(link, (-2, -1, 1, 2)),
            self.headings,
        ]  # fmt: skip
        return side_by_side(columns)

    @cached_property
    def elements(self) -> Elements:
        """The enclosing elements."""
        return Elements(self._markup.forest, self.layout)

    @cached_property
    def markup_tokens(self) -> tuple[Tokens | JoinedTokens, Int64]:
        """Tokens of the distinct markup words, and each paragraph's place among them: siblings share theirs."""
        from corestory.features.markup_words import distinct_tokens  # what reads a text needs nothing of pages

        return distinct_tokens(self._markup.words)

    @cached_property
    def headings(self) -> Float:
        """Headings, list items and paragraphs by their tags, and the title among them."""
        layout = self.layout
        tags, place = self.markup_tokens

        def has(*words: str) -> Float:
            return tags.having(np.array([hash_token(word) for word in words], np.uint64)).astype(float)[place]

        first = has("own_h_one", "up_h_one")
        other = has("own_h_two", "own_h_three", "own_h_four", "own_h_five", "own_h_six")
        plain, item = has("own_p"), has("own_li", "up_li", "upup_li")
        title = title_features(self.entries, self.titles, layout)
        return np.column_stack(
            [
                title, first, other, plain, item, np.log1p(layout.before(first)), *layout.gaps(first > 0),
                *layout.gaps(other > 0), layout.means(plain, (3, 8)), layout.neighbours(other, (-2, -1, 1, 2)),
                layout.means(title[:, 0] * self.words / 20, (8, 20)),
            ]
        )  # fmt: skip

    @property
    def _markup(self) -> MarkupColumns:
        if self.batch.markup is None:
            raise ValueError("the batch has no markup")
        return self.batch.markup
