"""Explanations: the contributions of a paragraph's n-grams to stage 1, and of feature groups to its score.

A feature group's contribution is its Shapley value. Each coalition of groups is scored: the network sees the features
of its groups, and the training mean of all others. Nothing is sampled, and the contributions add up to the score.

Features replaced by their means, and Shapley values of a model's output: Štrumbelj and Kononenko, "Explaining
prediction models and individual predictions with feature contributions" (Knowledge and Information Systems 41, 2014);
Lundberg and Lee, "A unified approach to interpreting model predictions" (NeurIPS 2017). Groups as the players: Jullum,
Redelmeier and Aas, "groupShapley" (arXiv:2106.12228, 2021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from corestory.features.batch import batches
from corestory.features.context import GROUPS, MARKUP
from corestory.line_rules.filler_rules import FILLER_RULES, NO_RULE, FillerRule
from corestory.model.breakdown import Breakdown, Effect, ngram_breakdowns, shapley_values
from corestory.model.scoring import ScoredBatch, Weights
from corestory.model.site_memory import BEFORE_CONTEXT
from corestory.model.tagged_article import TaggedArticle
from corestory.types import Bool, Float, Label

if TYPE_CHECKING:
    from corestory.model.calibration import PlattScaling
    from corestory.model.decided_batch import DecidedBatch
    from corestory.model.site_memory import SiteMemory
    from corestory.model.tagger import Tagger
    from corestory.reading.article import Article

METHOD = (
    "words: the TF-IDF value of each n-gram times its weight; context: Shapley values of the feature groups over all "
    "coalitions, where absent groups have their training means (Štrumbelj and Kononenko 2014; Lundberg and Lee 2017; "
    "Jullum, Redelmeier and Aas 2021), in calibrated log-odds"
)


@dataclass(frozen=True, slots=True)
class ParagraphExplanation:
    """The label and the score of one paragraph, and the reasons for them.

    Attributes
    ----------
    position
        The position of the paragraph in its article, from 0.
    label, score
        The decision, and the probability of core.
    words
        Log-odds of the paragraph's words alone, by n-gram.
    markup
        Log-odds of its markup words alone; None without markup.
    context
        Log-odds of the score before the second look, by group of `corestory.features.context.GROUPS`, in their
        order; the base is the model's log-odds for a paragraph whose features are all the training mean.
    sighting
        The number of other pages of the site on which the paragraph appears, and the number of other pages; None
        without a memory of the site. The effects of the sightings are named `SITE`.
    first_score
        The calibrated score before short articles, new languages, line rules and the second look changed it; None if
        the score did not change.
    changed_by
        What changed the score; None if it did not change.
    rule
        The line rule that found the paragraph, if it was changed as sure filler.
    """

    position: int
    text: str
    label: Label
    score: float
    words: Breakdown
    markup: Breakdown | None
    context: Breakdown
    sighting: tuple[int, int] | None = None
    first_score: float | None = None
    changed_by: Change | None = None
    rule: FillerRule | None = None


@dataclass(frozen=True, slots=True)
class ArticleExplanation:
    """One tagged article, and the explanation of each of its paragraphs.

    Attributes
    ----------
    tagged
        The tagged article.
    cutoff
        The least score of core in this article.
    cutoff_is_fixed
        Whether the cutoff is a threshold for all articles.
    paragraphs
        The explanations, in the order of the article.
    """

    tagged: TaggedArticle
    cutoff: float
    cutoff_is_fixed: bool
    paragraphs: tuple[ParagraphExplanation, ...]


def explain_articles(
    tagger: Tagger,
    articles: Iterable[Article],
    *,
    threshold: float | None = None,
    memory: SiteMemory | None = None,
) -> Iterator[ArticleExplanation]:
    """Tag articles as they come and explain their labels.

    Parameters
    ----------
    tagger
        The model.
    articles
        Articles with at least one paragraph each. Explaining takes ten times as long as tagging, because all coalitions
        of groups are scored.
    threshold, memory
        As in `Tagger.tag_stream`.

    Yields
    ------
    ArticleExplanation
        In the order given.
    """
    fixed = threshold is not None or tagger.settings.threshold is not None
    for batch in batches(articles):
        explained: dict[int, ArticleExplanation] = {}
        for numbers, part in tagger.by_markup(batch):
            alike = [batch[number] for number in numbers]
            found, decided = tagger.tag_batch(alike, part, threshold=threshold, memory=memory, kinds=True)
            reasons = _Reasons(tagger.weights, decided.scored, tagger.settings.platt_scaling(html=decided.scored.html))
            rows = decided.scored.features.layout.slices()
            changes = _changes(decided, np.concatenate([tagged.scores for tagged in found]))
            for number, tagged, inside, cutoff in zip(numbers, found, rows, decided.cutoffs.tolist(), strict=True):
                paragraphs = tuple(_explained(tagged, inside.start, reasons, changes[inside]))
                explained[number] = ArticleExplanation(tagged, cutoff, fixed, paragraphs)
        yield from (explained[number] for number in range(len(batch)))


class _Changed(NamedTuple):
    """The score before it was changed, what changed it, and the line rule if it was changed as sure filler."""

    first_score: float | None = None
    changed_by: Change | None = None
    rule: FillerRule | None = None


def _changes(decided: DecidedBatch, scores: Float) -> list[_Changed]:
    """Return what changed each paragraph's score: the first of several causes."""
    headline, other_story, filler_rule = decided.found
    masks = [headline, other_story, filler_rule != NO_RULE]
    masks += [decided.new_language & (scores > decided.first_scores), decided.short_article]
    causes = np.select(masks, [HEADLINE, OTHER_STORY, SURE_FILLER, NEW_LANGUAGE, SHORT_ARTICLE], SECOND_LOOK).tolist()
    changes = [_Changed()] * len(scores)
    for row in np.flatnonzero(scores != decided.first_scores).tolist():
        rule = FILLER_RULES[filler_rule[row]] if causes[row] == SURE_FILLER else None
        changes[row] = _Changed(float(decided.first_scores[row]), causes[row], rule)
    return changes


def _explained(
    tagged: TaggedArticle, first: int, reasons: _Reasons, changes: Sequence[_Changed]
) -> Iterator[ParagraphExplanation]:
    """Explain the paragraphs of an article that begins at the row `first` of its batch."""
    sightings = tagged.sightings
    shift = None if sightings is None else sightings.shift.tolist()
    columns = zip(tagged.texts, tagged.labels, tagged.scores.tolist(), changes, strict=True)
    for position, (text, label, score, changed) in enumerate(columns):
        breakdowns = reasons.of(first + position, None if shift is None else shift[position])
        sighting = None if sightings is None else sightings.of(position)
        yield ParagraphExplanation(position, text, label, score, *breakdowns, sighting, *changed)


FORM = "(word shapes)"
"""The name of the effect of word shapes: capitals, digits, punctuation and lengths of words."""
SITE = "other pages of its site"
"""The name of the effects of a site memory."""
HEADLINE, OTHER_STORY, SURE_FILLER = "headline", "other story", "sure filler"
SECOND_LOOK, NEW_LANGUAGE, SHORT_ARTICLE = "second look", "new language", "short article"
Change: TypeAlias = Literal["headline", "other story", "sure filler", "second look", "new language", "short article"]
"""The causes of a changed score, as in `corestory.model.decided_batch`."""
ADAPTED = "adaptation"
"""The name of the effect of the corrections of an adapted model."""
MEANINGS = {
    **GROUPS,
    SITE: "the number of other pages of its site with the same paragraph",
    ADAPTED: "the result of adapting the model to articles like this one",
}
"""The meanings of all effects on the score."""


class _Reasons:
    """The breakdowns of all paragraphs of a scored batch."""

    def __init__(self, weights: Weights, scored: ScoredBatch, scaling: PlattScaling) -> None:
        features, batch = scored.features, scored.features.batch
        self._words = ngram_breakdowns(features.plain, weights.words)
        if weights.forms is not None:
            by_form = weights.forms.log_odds(features.forms).tolist()
            self._words = tuple(
                Breakdown(words.base, (*words.effects, Effect(FORM, form)))
                for words, form in zip(self._words, by_form, strict=True)
            )
        self._markup: Sequence[Breakdown | None] = [None] * len(batch.texts)
        if scored.html and batch.markup is not None and weights.markup is not None:
            self._markup = ngram_breakdowns(batch.markup.words.spelt(), weights.markup)
        self._names = tuple(name for name in GROUPS if scored.html or name != MARKUP)
        base, shares = shapley_values(self._game(weights, scored), len(self._names))
        self._base = scaling.slope * base + scaling.offset
        self._shares = scaling.slope * shares
        self._slope = scaling.slope
        self._correction = None if scored.correction is None else (scaling.slope * scored.correction.total).tolist()

    def _game(self, weights: Weights, scored: ScoredBatch) -> Callable[[Bool], Float]:
        """Make stage 2 a game whose players are the feature groups: absent groups have their training mean."""
        columns, network = scored.features.columns(scored.stage1, html=scored.html), weights.network(html=scored.html)
        features, player = columns.matrix(), [self._names.index(group) for group in columns.groups]

        def play(present: Bool) -> Float:
            return network.log_odds(np.where(present[player], features, network.mean), scored.features.layout)

        return play

    def of(self, row: int, shift: float | None) -> tuple[Breakdown, Breakdown | None, Breakdown]:
        """Return a row's breakdowns: by words, by markup words, by feature groups.

        `shift` is the part of the log-odds that the site memory added; None without one.
        """
        effects = zip(self._names, self._shares[:, row].tolist(), strict=True)
        context = Breakdown(float(self._base[row]), tuple(Effect(name, share) for name, share in effects))
        if self._correction is not None:
            context = _shifted(context, ADAPTED, self._correction[row])
        words, markup = self._words[row], self._markup[row]
        if shift is None:
            return words, markup, context
        before = BEFORE_CONTEXT * shift
        return (
            _shifted(words, SITE, before),
            markup and _shifted(markup, SITE, before),
            _shifted(context, SITE, self._slope * shift),
        )


def _shifted(breakdown: Breakdown, name: str, shift: float) -> Breakdown:
    return Breakdown(breakdown.base, (*breakdown.effects, Effect(name, shift)))
