"""Why a paragraph got its label: the contributions of its n-grams to stage 1, and of feature groups to its score.

A feature group's contribution is its Shapley value. Each coalition of groups is scored: the network sees the features
of its groups, and the training mean of all others. Nothing is sampled, and the contributions add up to the score.

Features hidden behind their means, and Shapley values of a model's output: Štrumbelj and Kononenko, "Explaining
prediction models and individual predictions with feature contributions" (Knowledge and Information Systems 41, 2014);
Lundberg and Lee, "A unified approach to interpreting model predictions" (NeurIPS 2017). Groups as the players: Jullum,
Redelmeier and Aas, "groupShapley" (arXiv:2106.12228, 2021).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from corestory.features.batch import batches
from corestory.features.batch_features import GROUPS, MARKUP
from corestory.features.tokens import TOKEN_PATTERN, Tokens, normalise, tokenise
from corestory.line_rules.filler_rules import FILLER_RULES, NO_RULE, FillerRule
from corestory.model.ngrams import NgramScorer
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
    "words: TF-IDF value times linear weight; context: Shapley values of groups of features over all coalitions, "
    "absent groups at their training mean (Štrumbelj and Kononenko 2014; Lundberg and Lee 2017; "
    "Jullum, Redelmeier and Aas 2021), in calibrated log-odds"
)


@dataclass(frozen=True, slots=True)
class ParagraphExplanation:
    """One paragraph's tag, and the reasons.

    Attributes
    ----------
    position
        In its article, from 0.
    label, score
        The decision, and the probability of core.
    words
        Log-odds of the paragraph's words alone, by n-gram.
    markup
        Log-odds of its markup words alone; None without markup.
    sighting
        On how many other pages of the site it stands, and of how many; None without a memory of the site. Its effects
        are called `SITE`.
    context
        Log-odds of the score before the second look, by group of `corestory.features.batch_features.GROUPS`, in their
        order; the base is the model's log-odds for a paragraph whose features are all the training mean.
    first_score
        The score before the decisions on headlines, sure filler, new languages and short articles and before the
        second look; None where these left it as it was.
    changed_by
        What lowered or raised it, where something did.
    rule
        The rule that found it, where it was changed as sure filler.
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
    """One tagged article, and why each of its paragraphs got its label.

    Attributes
    ----------
    tagged
        The tagged article.
    cutoff
        The least score of core in this article.
    cutoff_is_fixed
        Whether the cutoff is a threshold that holds for every article.
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
        Articles with at least one paragraph each. All coalitions of groups are scored, so this takes ten times as long
        as tagging.
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
    """The score before the first decision was changed, what changed it, and the rule if it was one for filler."""

    first_score: float | None = None
    changed_by: Change | None = None
    rule: FillerRule | None = None


def _changes(decided: DecidedBatch, scores: Float) -> list[_Changed]:
    """Say what changed each paragraph's score; of several things the first counts."""
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
    """Explain the paragraphs of an article, which begins at the row `first` of its batch."""
    sightings = tagged.sightings
    shift = None if sightings is None else sightings.shift.tolist()
    columns = zip(tagged.texts, tagged.labels, tagged.scores.tolist(), changes, strict=True)
    for position, (text, label, score, changed) in enumerate(columns):
        breakdowns = reasons.of(first + position, None if shift is None else shift[position])
        sighting = None if sightings is None else sightings.of(position)
        yield ParagraphExplanation(position, text, label, score, *breakdowns, sighting, *changed)


FORM = "(word shapes)"
"""The name of the word shapes' effect: capitals, digits, punctuation and lengths of words."""
SITE = "other pages of its site"
"""The name of the effects of a site memory."""
HEADLINE, OTHER_STORY, SURE_FILLER = "headline", "other story", "sure filler"
SECOND_LOOK, NEW_LANGUAGE, SHORT_ARTICLE = "second look", "new language", "short article"
Change: TypeAlias = Literal["headline", "other story", "sure filler", "second look", "new language", "short article"]
"""What changes a score after the first decision, as in `corestory.model.decided_batch`."""
ADAPTED = "adaptation"
"""The name of the effect of what an adapted model learned beyond its training."""
MEANINGS = {
    **GROUPS,
    SITE: "on how many other pages of its site it stands",
    ADAPTED: "what the model learned from articles like this one when it was adapted",
}
"""The meanings of all effects on the score."""


class _Reasons:
    """The breakdowns of all rows of a scored batch."""

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
        """Make stage 2 a game whose players are the feature groups: the network sees only those that take part."""
        columns, network = scored.features.columns(scored.stage1, html=scored.html), weights.network(html=scored.html)
        features, player = columns.matrix(), [self._names.index(group) for group in columns.groups]

        def play(present: Bool) -> Float:
            return network.log_odds(np.where(present[player], features, network.mean), scored.features.layout)

        return play

    def of(self, row: int, shift: float | None) -> tuple[Breakdown, Breakdown | None, Breakdown]:
        """Return a row's breakdowns: by words, by markup words, by feature groups.

        `shift` is what the site memory added; None without one.
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


_TOKEN = re.compile(TOKEN_PATTERN)


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much something moved the log-odds: up for core, down for filler."""

    name: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Log-odds of core as a sum.

    Attributes
    ----------
    base
        The log-odds before anything particular to the paragraph is known.
    effects
        What moved them from there.

    Examples
    --------
    >>> Breakdown(0.5, (Effect("read more", -2.0), Effect("more", -0.5))).log_odds
    -2.0
    """

    base: float
    effects: tuple[Effect, ...]

    @property
    def log_odds(self) -> float:
        """The sum: above 0 speaks for core, below for filler."""
        return self.base + sum(effect.log_odds for effect in self.effects)

    def strongest(self, count: int) -> tuple[Effect, ...]:
        """Return the effects that moved most, up or down."""
        return tuple(sorted(self.effects, key=lambda effect: -abs(effect.log_odds))[:count])


def ngram_breakdowns(texts: Sequence[str], scorer: NgramScorer) -> tuple[Breakdown, ...]:
    """Take a linear stage's log-odds apart by n-gram.

    The stage is linear in TF-IDF, so an n-gram's effect is its value times its weight: nothing is estimated. Words that
    the model does not know have no effect, and are left out.

    Parameters
    ----------
    texts
        The paragraphs, or their markup words.
    scorer
        The linear stage.

    Returns
    -------
    tuple of Breakdown
        One a text; its effects are words, then pairs of words, in the text's order and as they are written there.

    Examples
    --------
    >>> from corestory.features.tokens import hash_token
    >>> one = np.ones(1, np.float32)
    >>> known = NgramScorer(np.array([hash_token("read more")], np.uint64), one, -2 * one, one[0], one[0])
    >>> ngram_breakdowns(["Read MORE: Ferry sold"], known)
    (Breakdown(base=1.0, effects=(Effect(name='Read MORE', log_odds=-2.0),)),)
    """
    tokens = tokenise(texts)
    row, term, count = scorer.entries(tokens)
    value = (1.0 + np.log(count)) * scorer.idf[term].astype(np.float64)
    size = np.sqrt(np.bincount(row, value**2, len(texts)))
    moved = value / np.where(size > 0, size, 1.0)[row] * scorer.weights[term].astype(np.float64)
    ends = np.searchsorted(row, np.arange(len(texts) + 1))
    token_ends = np.searchsorted(tokens.row, np.arange(len(texts) + 1))
    hashes = scorer.hashes[term] if len(term) else np.zeros(0, np.uint64)
    found = []
    for number, text in enumerate(texts):
        inside = slice(ends[number], ends[number + 1])
        own = tokens.hashes[token_ends[number] : token_ends[number + 1]]
        effects = dict(zip(hashes[inside].tolist(), moved[inside].tolist(), strict=True))
        named = {key: name for key, name in _named(text, own) if key in effects}
        found.append(
            Breakdown(float(scorer.intercept), tuple(Effect(name, effects[key]) for key, name in named.items()))
        )
    return tuple(found)


def _named(text: str, hashes: np.ndarray) -> list[tuple[int, str]]:
    """Hashes of a text's n-grams with their names, where one comes twice as it is first written."""
    words = _words(text, len(hashes))
    single = Tokens(np.zeros(len(hashes), np.int64), hashes, 1)
    pairs = zip(single.pairs().hashes.tolist(), [f"{one} {two}" for one, two in pairwise(words)], strict=True)
    first: dict[int, str] = {}
    for key, name in [*zip(hashes.tolist(), words, strict=True), *pairs]:
        first.setdefault(key, name)
    return list(first.items())


def _words(text: str, count: int) -> list[str]:
    written, normal = _TOKEN.findall(text), _TOKEN.findall(normalise(text))
    if [normalise(word) for word in written] == normal and len(normal) == count:
        return written
    # A few letters fall apart when they are lowered, as the Turkish İ: then words are named as the model reads them.
    return normal if len(normal) == count else ["(?)"] * count


MAX_PLAYERS = 12
"""More players than this have too many coalitions for all of them to be played."""


def shapley_values(value: Callable[[Bool], Float], players: int) -> tuple[Float, Float]:
    """Divide a result among players, exactly: over all their coalitions, not a sample of them.

    The base and the shares add up to the result of all players together. Two players that always add the same have the
    same share, and one that never adds anything has none.

    Parameters
    ----------
    value
        Gets which players take part, shape (players,), and gives the results of so many games at once, shape (games,).
        It is called once for each of the ``2 ** players`` coalitions.
    players
        How many there are, at most `MAX_PLAYERS`.

    Returns
    -------
    base : numpy.ndarray
        The results without any player, shape (games,).
    shares : numpy.ndarray
        What each player adds, shape (players, games).

    Examples
    --------
    >>> def value(present):
    ...     return np.array([10.0 + 2.0 * present[0] + 4.0 * (present[0] and present[1])])
    >>> base, shares = shapley_values(value, 2)
    >>> base.tolist(), shares.tolist()
    ([10.0], [[4.0], [2.0]])
    """
    if not 0 <= players <= MAX_PLAYERS:
        raise ValueError(f"{players} players; expected 0 to {MAX_PLAYERS}")
    base = np.asarray(value(np.zeros(players, bool)), np.float64)
    shares = np.zeros((players, len(base)))
    orders = factorial(players)
    for number in range(2**players):
        present = (number >> np.arange(players)) % 2 == 1
        size = int(present.sum())
        result = value(present) if size else base
        # The share of the orders of joining in which a present player completes this coalition, or an absent is next.
        if size:
            shares[present] += factorial(size - 1) * factorial(players - size) / orders * result
        if size < players:
            shares[~present] -= factorial(size) * factorial(players - size - 1) / orders * result
    return base, shares
