"""The features of stage 2, computed from a batch's paragraphs and their scores so far.

The neighbourhood of a paragraph is described here: the paragraphs before and after it, its position in the article, and
its comparison with the whole. Other modules compute the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.characters import pieces
from corestory.features.elements import Elements, Forest
from corestory.features.layout import Layout
from corestory.features.shapes import LONGEST, NAMES, forms_of, shape_of, unmarked
from corestory.features.tokens import JoinedTokens, end_to_end, hash_token, tokenise, words_of
from corestory.features.topic import SURE, SURE_WORDS, Entries, TopicVectors, number_words, title_features
from corestory.types import Bool, Float, Float32, Int, UInt64

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
"""The feature groups and their meanings, in the order in which reports show them. Plain text has no `MARKUP`."""


class Columns:
    """Feature columns in order, each with its group.

    Examples
    --------
    >>> columns = Columns()
    >>> columns.add(SHAPE, np.array([1.0, 2.0]))
    >>> columns.add([BEFORE, AFTER], np.array([[3.0, 4.0], [5.0, 6.0]]))
    >>> columns.groups
    ['shape', 'neighbours before', 'neighbours after']
    >>> columns.matrix().tolist()
    [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]
    """

    def __init__(self) -> None:
        self.groups: list[str] = []
        self._blocks: list[npt.NDArray[np.floating | np.bool_]] = []

    def add(self, groups: str | Sequence[str], *blocks: npt.NDArray[np.floating | np.bool_]) -> None:
        """Add columns.

        Parameters
        ----------
        groups
            The group of all these columns, or a group for each column of each block.
        blocks
            Single columns, shape (paragraphs,), or several, shape (paragraphs, columns).
        """
        for block in blocks:
            two_dimensional = block if block.ndim > 1 else block[:, None]
            width = two_dimensional.shape[1]
            self.groups += [groups] * width if isinstance(groups, str) else groups
            self._blocks.append(two_dimensional)

    def extend(self, other: Columns, *, group: str | None = None) -> None:
        """Add the columns of another, all as of one group if it is given."""
        self.groups += other.groups if group is None else [group] * len(other.groups)
        self._blocks += other._blocks

    def matrix(self) -> Float32:
        """Put the columns side by side; shape (paragraphs, features)."""
        # Each column lies in one piece in memory, so that it is written at one go.
        columns = np.empty((len(self.groups), len(self._blocks[0])), np.float32)
        np.concatenate([block.T for block in self._blocks], out=columns, casting="unsafe")
        return columns.T


STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
NEAR_STEPS = (-2, -1, 1, 2)
WIDTHS = (3, 8, 20, 1000)
RUN_LEVELS = (0.25, 0.5)


class LogOdds(NamedTuple):
    """Log-odds of core, shape (paragraphs,), and the group of features from which they come."""

    group: str
    values: Float


def context_features(scores: Sequence[LogOdds], shape: Float, words: Float, layout: Layout) -> Columns:
    """Describe each paragraph by its neighbourhood.

    Parameters
    ----------
    scores
        Log-odds of core so far: of markup words, where there are any, then of words.
    shape
        Shape features of the paragraphs themselves.
    words
        Paragraph lengths in words.
    layout
        Which paragraphs make an article.
    """
    position = layout.position.astype(float)
    size = (layout.end - layout.start).astype(float)
    left = size - 1 - position
    total_words = layout.total(words)
    words_before = layout.before(words)
    log_words = _column(shape, "words")
    columns, blocks = Columns(), Columns()
    columns.add(
        POSITION,
        np.log1p(position), np.log1p(left), position / size, np.log1p(size), np.log1p(total_words),
        words_before / np.maximum(total_words, 1), words / np.maximum(layout.maximum(words), 1),
    )  # fmt: skip
    for score in scores:
        single, around = _of_scores(score, words, log_words, layout)
        # Evidence that only a page has is markup, whichever paragraph it is about.
        group = MARKUP if score.group == MARKUP else None
        columns.extend(single, group=group)
        blocks.extend(around, group=group)
    ends, capitalised = _column(shape, "ends as a sentence"), _column(shape, "capitalised words")
    add_neighbours(blocks, log_words, layout, STEPS)
    for values in (ends, capitalised, _column(shape, "ends with a colon"), _column(shape, "ends in a word")):
        add_neighbours(blocks, values, layout, NEAR_STEPS)
    add_means(blocks, layout.means(log_words, WIDTHS))
    add_means(blocks, layout.means(ends, WIDTHS))
    near = WIDTHS[:2]
    spread = layout.means(log_words**2, near) - layout.means(log_words, near) ** 2
    add_means(blocks, np.sqrt(np.maximum(spread, 0)))
    columns.extend(blocks)
    return columns


def _of_scores(scores: LogOdds, words: Float, log_words: Float, layout: Layout) -> tuple[Columns, Columns]:
    """Describe the scores of a paragraph and of its article, then those of its neighbours."""
    columns, blocks = Columns(), Columns()
    size = (layout.end - layout.start).astype(float)
    clipped = np.clip(scores.values, -8, 8)
    core = 1 / (1 + np.exp(-clipped))
    mass = core * words
    all_mass, before = layout.total(mass), layout.before(mass)
    best = layout.maximum(core)
    columns.add(scores.group, clipped / 4, core, layout.ranks(clipped))
    columns.add(POSITION, best)
    columns.add(scores.group, core / best)
    columns.add(
        POSITION,
        layout.total(core) / size, all_mass / np.maximum(layout.total(words), 1), before / np.maximum(all_mass, 1e-9),
        layout.before(core) / np.maximum(layout.total(core), 1e-9), np.log1p(all_mass),
    )  # fmt: skip
    columns.add(BEFORE, np.log1p(before))
    columns.add(AFTER, np.log1p(np.maximum(all_mass - before - mass, 0)))
    since, until = layout.gaps((core > SURE) & (words >= SURE_WORDS))
    columns.add(BEFORE, since)
    columns.add(AFTER, until)
    rows = np.arange(len(core))
    for level in RUN_LEVELS:
        begin, end = layout.best_run((core - level) * log_words)
        inside = (rows >= begin) & (rows < end)
        columns.add(
            POSITION,
            inside.astype(float), np.sign(rows - begin) * np.log1p(np.abs(rows - begin)),
            np.sign(end - 1 - rows) * np.log1p(np.abs(end - 1 - rows)), (end - begin) / size,
        )  # fmt: skip
    add_neighbours(blocks, clipped / 4, layout, STEPS, outside=-2.0)
    add_means(blocks, layout.means(core, WIDTHS))
    weighted = layout.means(core * log_words, WIDTHS) / np.maximum(layout.means(log_words, WIDTHS), 1e-9)
    add_means(blocks, weighted)
    return columns, blocks


def add_neighbours(
    columns: Columns, values: Float, layout: Layout, steps: Sequence[int], *, outside: float = 0.0
) -> None:
    """Add the values of the paragraphs some steps before (negative) or after each."""
    groups = [BEFORE if step < 0 else AFTER for step in steps]
    columns.add(groups, layout.neighbours(values, steps, outside=outside))


def add_means(columns: Columns, means: Float) -> None:
    """Add the means that `Layout.means` makes: before and after, for each width."""
    columns.add([BEFORE, AFTER] * (means.shape[1] // 2), means)


def _column(shape: Float, name: str) -> Float:
    return shape[:, NAMES.index(name)]


LIMIT = 8.0
"""The greatest log-odds that count, a few thousand to one; greater ones are cut."""


class TextFeatures:
    """The features of paragraphs without their markup; only the scores change from round to round.

    Parameters
    ----------
    layout
        Which paragraphs make an article.
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
        """Features of words and their neighbourhood.

        Parameters
        ----------
        scores
            Log-odds of core so far, the best first.
        """
        layout, columns = self.layout, Columns()
        columns.add(SHAPE, self.shape, self.marks)
        columns.extend(context_features(scores, self.shape, self.words, layout))
        # How close the neighbours are to the story depends on the whole story's words, so it is topic too.
        columns.add(TOPIC, *self.topics(_probability(scores[0])))
        return columns

    def topics(self, core: Float) -> list[Float]:
        """Return how close each paragraph is to the story, and then how close its neighbours are; blocks of features.

        Parameters
        ----------
        core
            Probability of core of each paragraph.
        """
        blocks = [self.topic.features(core, self.words)]
        for column in (blocks[0][:, 0], blocks[0][:, 3]):
            blocks += [self.layout.neighbours(column, (-2, -1, 1, 2)), self.layout.means(column, (3, 8))]
        return blocks


class BatchFeatures(TextFeatures):
    """The features of a batch's paragraphs, and what they are computed from.

    Parameters
    ----------
    batch
        The articles.
    idf_of
        Gives words' inverse document frequencies by their hashes.

    Attributes
    ----------
    tokens, forms
        The paragraphs' words (`corestory.features.tokens.tokenise`) and word shapes
        (`corestory.features.shapes.form_tokens`).
    plain
        The paragraphs without the marks of their rendering; words, word shapes and shape are of the plain paragraphs.
    terms, titles
        The words of the paragraphs and of the titles, numbered alike.
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
        """Return the features of stage 2, with those of the markup or without, by the log-odds of stage 1."""
        return self.of_html(scores) if html else self.of_text(scores)

    def of_html(self, scores: Sequence[LogOdds]) -> Columns:
        """Features of words, their neighbourhood, the enclosing elements, links, headings and the title."""
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
        """Tokens of the distinct markup words, and for each paragraph the number of its markup words among them."""
        words = self._markup.words
        return JoinedTokens(tokenise(words.parts), words.row, words.part, words.count), words.number

    @cached_property
    def headings(self) -> Float:
        """Headings, list items and paragraphs by their tags, and the title among them; shape (paragraphs, features)."""
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
        """The words that the paragraphs share with the title; shape (paragraphs, features)."""
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
    """Return the features of a made-up paragraph with markup, to count columns; they are computed once."""
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
        Whether with markup.

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
