"""The features of stage 2, computed from a batch's paragraphs and their scores so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property

import numpy as np

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.characters import pieces
from corestory.features.context import LIMIT, MARKUP, OWN_WORDS, SHAPE, TOPIC, Columns, LogOdds, context_features
from corestory.features.elements import Elements, Forest
from corestory.features.layout import Layout
from corestory.features.shapes import LONGEST, NAMES, forms_of, shape_of, unmarked
from corestory.features.tokens import JoinedTokens, end_to_end, hash_token, tokenise, words_of
from corestory.features.topic import Entries, TopicVectors, number_words, title_features
from corestory.types import Bool, Float, Int, UInt64


class TextFeatures:
    """The features of paragraphs without their markup.

    Parameters
    ----------
    layout
        Which paragraphs belong to which article.
    words, shape
        Their lengths in words and their shape (`corestory.features.shapes.shape_features`).
    marks
        The marks of their rendering (`corestory.features.shapes.unmarked`).
    entries
        The counts of their words.
    """

    def __init__(self, layout: Layout, words: Float, shape: Float, marks: Float, entries: Entries) -> None:
        self.layout, self.words, self.shape, self.marks, self.entries = layout, words, shape, marks, entries

    def of_rows(self, kept: Bool) -> TextFeatures:
        """Return the features of some paragraphs, as if their articles had no others."""
        layout = self.layout.of_rows(kept)
        return TextFeatures(
            layout, self.words[kept], self.shape[kept], self.marks[kept], self.entries.of_rows(kept, layout)
        )

    @cached_property
    def topic(self) -> TopicVectors:
        """The paragraphs' TF-IDF vectors."""
        return TopicVectors(self.entries, self.layout)

    def of_text(self, scores: Sequence[LogOdds]) -> Columns:
        """Return the features of words and their neighbourhood.

        Parameters
        ----------
        scores
            Log-odds of core so far, the best first.
        """
        layout, columns = self.layout, Columns()
        columns.add(SHAPE, self.shape, self.marks)
        columns.extend(context_features(scores, self.shape, self.words, layout))
        # The closeness of neighbours to the story depends on the whole story's words, so it belongs to the topic.
        columns.add(TOPIC, *self.topics(_probability(scores[0])))
        return columns

    def topics(self, core: Float) -> list[Float]:
        """Return how close each paragraph and its neighbours are to the story, as blocks of features.

        Parameters
        ----------
        core
            The probability of core of each paragraph.
        """
        blocks = [self.topic.features(core, self.words)]
        for column in (blocks[0][:, 0], blocks[0][:, 3]):
            blocks += [self.layout.neighbours(column, (-2, -1, 1, 2)), self.layout.means(column, (3, 8))]
        return blocks


class BatchFeatures(TextFeatures):
    """The features of a batch's paragraphs, and the data from which they are computed.

    Parameters
    ----------
    batch
        The articles.
    idf_of
        Returns the inverse document frequencies of words by their hashes.

    Attributes
    ----------
    tokens, forms
        The paragraphs' words (`corestory.features.tokens.tokenise`) and word shapes
        (`corestory.features.shapes.form_tokens`).
    plain
        The paragraphs without the marks of their rendering; their words, word shapes and shape are read.
    terms, titles
        The words of the paragraphs and of the titles, with the same numbers for the same words.
    """

    def __init__(self, batch: Batch, idf_of: Callable[[UInt64], Float]) -> None:
        self.batch = batch
        self.plain, marks = unmarked(batch.texts)
        # The characters are read once for words, word shapes and shape.
        found = [(words_of(piece), forms_of(piece), *shape_of(piece)) for piece in pieces(self.plain)]
        self.tokens = end_to_end([tokens for tokens, *_ in found])
        self.forms = end_to_end([forms for _, forms, *_ in found], longest=LONGEST)
        words = np.concatenate([np.zeros(0), *(words for *_, words, _ in found)])
        shape = np.concatenate([np.zeros((0, len(NAMES))), *(shape for *_, shape in found)])
        self.terms, self.titles = number_words((self.tokens, tokenise(batch.titles)), idf_of)
        super().__init__(batch.layout, words, shape, marks, Entries.of(self.terms, batch.layout))

    def columns(self, scores: Sequence[LogOdds], *, html: bool) -> Columns:
        """Return the features of stage 2, with or without those of the markup, from the log-odds of stage 1."""
        return self.of_html(scores) if html else self.of_text(scores)

    def of_html(self, scores: Sequence[LogOdds]) -> Columns:
        """Return the features of words, their neighbourhood, the enclosing elements, links, headings and the title."""
        markup, layout = self._markup, self.layout
        link = markup.link_density
        columns = self.of_text(scores)
        columns.add(
            MARKUP,
            self.elements.features(_probability(scores[0]), self.words, link), markup.declared,
            layout.neighbours(link, (-2, -1, 1, 2)), self.headings,
        )  # fmt: skip
        return columns

    @cached_property
    def elements(self) -> Elements:
        """The enclosing elements."""
        return Elements(self._markup.forest, self.layout)

    @cached_property
    def markup_tokens(self) -> tuple[JoinedTokens, Int]:
        """The tokens of the distinct markup words, and the index among these of each paragraph's markup words."""
        words = self._markup.words
        return JoinedTokens(tokenise(words.parts), words.row, words.part, words.count), words.number

    @cached_property
    def headings(self) -> Float:
        """Features of headings, list items and paragraphs by their tags, and of the title; (paragraphs, features)."""
        layout, has = self.layout, self._having
        first = self.main_headings.astype(float)
        other = has("own_h_two", "own_h_three", "own_h_four", "own_h_five", "own_h_six")
        plain, item = has("own_p"), has("own_li", "up_li", "upup_li")
        return np.column_stack(
            [
                self.title, first, other, plain, item, np.log1p(layout.before(first)), *layout.gaps(first > 0),
                *layout.gaps(other > 0), layout.means(plain, (3, 8)), layout.neighbours(other, (-2, -1, 1, 2)),
                layout.means(self.title[:, 0] * self.words / 20, (8, 20)),
            ]
        )  # fmt: skip

    @cached_property
    def title(self) -> Float:
        """Features of the words that paragraphs share with the title; shape (paragraphs, features)."""
        return title_features(self.entries, self.titles, self.layout)

    @cached_property
    def main_headings(self) -> Bool:
        """Whether each paragraph is a heading of the first level, shape (paragraphs,)."""
        return self._having("own_h_one", "up_h_one") > 0

    def _having(self, *words: str) -> Float:
        tags, number = self.markup_tokens
        return tags.having(np.array([hash_token(word) for word in words], np.uint64)).astype(float)[number]

    @property
    def _markup(self) -> MarkupColumns:
        if self.batch.markup is None:
            raise ValueError("the batch has no markup")
        return self.batch.markup


@cache
def features_of_a_paragraph() -> BatchFeatures:
    """Return the features of an invented paragraph with markup, to count columns; they are computed once."""
    from corestory.reading.html.markup_words import MarkupWords  # imported here, because texts need no HTML code

    forest = Forest(np.array([-1]), np.array([1]), np.array([0]))
    markup = MarkupColumns(MarkupWords.of_texts(["p"]), forest, np.zeros(1), np.full(1, -1.0))
    return BatchFeatures(Batch(["Story."], Layout.of([1]), [""], markup), lambda hashes: np.ones(len(hashes)))


@cache
def column_groups(*, html: bool) -> tuple[str, ...]:
    """Name the group of each feature, read from the features of one paragraph.

    Parameters
    ----------
    html
        Whether to include markup.

    Returns
    -------
    tuple of str
        A name of `GROUPS` for each feature.

    Examples
    --------
    >>> groups = column_groups(html=False)
    >>> groups[:2], MARKUP in groups
    (('shape', 'shape'), False)
    """
    scores = [LogOdds(name, np.zeros(1)) for name in ([MARKUP, OWN_WORDS] if html else [OWN_WORDS])]
    return tuple(features_of_a_paragraph().columns(scores, html=html).groups)


def _probability(log_odds: LogOdds) -> Float:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds.values, -LIMIT, LIMIT))))
