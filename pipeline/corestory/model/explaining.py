"""Why a paragraph was tagged so: its n-grams' effects on stage 1, and what each kind of evidence did to the score.

The kinds of evidence are the groups of columns of `corestory.features.groups`. What each did is its Shapley value: each
coalition of groups is shown to the networks, the other groups' columns held at their mean over the training rows, in
every round of the context stage, so that what an earlier round made of a group is counted as that group's. Nothing is
sampled, and the effects add up to the score.

Features hidden behind their means, and Shapley values of a model's output: Štrumbelj and Kononenko, "Explaining
prediction models and individual predictions with feature contributions" (Knowledge and Information Systems 41, 2014);
Lundberg and Lee, "A unified approach to interpreting model predictions" (NeurIPS 2017). Groups as the players: Jullum,
Redelmeier and Aas, "groupShapley" (arXiv:2106.12228, 2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.batch import Batch, batch_of_articles
from corestory.features.groups import EARLIER_ROUND, GROUPS, MARKUP, column_groups
from corestory.features.layout import Float
from corestory.features.word_shapes import form_tokens
from corestory.model.batches import batches
from corestory.model.breakdown import Breakdown, Effect, ngram_breakdowns
from corestory.model.decision import article_lines
from corestory.model.scoring import gather, opinions_of
from corestory.model.shapley import shapley_values
from corestory.model.tagged_article import Label, TaggedArticle

if TYPE_CHECKING:
    from corestory.model.scoring import Parts
    from corestory.model.tagger import Tagger
    from corestory.reading.article import Article

METHOD = (
    "words: TF-IDF value times linear weight; context: Shapley values of groups of features over all coalitions, "
    "absent groups at their training mean in every round (Štrumbelj and Kononenko 2014; Lundberg and Lee 2017; "
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
    context
        Log-odds of `score`, by group of `corestory.features.groups.GROUPS` in their order; they start from what the
        model would say of a paragraph that is in all ways the mean of its training data.
    """

    position: int
    text: str
    label: Label
    score: float
    words: Breakdown
    markup: Breakdown | None
    context: Breakdown


@dataclass(frozen=True, slots=True)
class ArticleExplanation:
    """One tagged article, and why each of its paragraphs was tagged so.

    Attributes
    ----------
    tagged
        What the tagger gave back.
    line
        The least score of core: the model's choice for this article, or the threshold.
    fixed
        Whether `line` is a threshold that holds for every article.
    paragraphs
        The explanations, in the order of the article.
    """

    tagged: TaggedArticle
    line: float
    fixed: bool
    paragraphs: tuple[ParagraphExplanation, ...]


def explain_articles(
    tagger: Tagger, articles: Iterable[Article], *, threshold: float | None = None
) -> Iterator[ArticleExplanation]:
    """Tag articles as they come and say why.

    Parameters
    ----------
    tagger
        The model.
    articles
        Articles with at least one paragraph each. All coalitions of groups are scored, so this takes ten times as long
        as tagging, and with several rounds a hundred times.
    threshold
        As of `Tagger.tag_stream`.

    Yields
    ------
    ArticleExplanation
        In the order given.
    """
    for batch in batches(articles):
        yield from _explained(tagger, batch, tagger.settings.threshold if threshold is None else threshold)


def _explained(tagger: Tagger, articles: Sequence[Article], fixed: float | None) -> list[ArticleExplanation]:
    tagged = tagger.tag_articles(articles, threshold=fixed)
    explained: dict[int, ArticleExplanation] = {}
    for html in (False, True):
        chosen = [number for number, article in enumerate(articles) if tagger.reads_markup(article) is html]
        if not chosen:
            continue
        batch = batch_of_articles([articles[number] for number in chosen])
        reasons = _Reasons(tagger, batch, html=html)
        for place, number in enumerate(chosen):
            rows = range(batch.layout.first[place], batch.layout.first[place] + batch.layout.sizes[place])
            found = tagged[number]
            paragraphs = tuple(
                ParagraphExplanation(position, text, label, score, *reasons.of(row))
                for position, (row, text, label, score) in enumerate(
                    zip(rows, found.texts, found.labels, found.scores.tolist(), strict=True)
                )
            )
            line = float(reasons.lines[place]) if fixed is None else fixed
            explained[number] = ArticleExplanation(found, line, fixed is not None, paragraphs)
    return [explained[number] for number in range(len(articles))]


FORM = "(the form of its words)"
"""Name of the effect that is no n-gram of words: what capitals, digits, punctuation and lengths of words add."""


class _Reasons:
    """The reasons of all rows of a batch."""

    def __init__(self, tagger: Tagger, batch: Batch, *, html: bool) -> None:
        parts, settings = tagger.parts, tagger.settings
        self._words = ngram_breakdowns(batch.texts, parts.words)
        if parts.forms is not None:
            by_form = parts.forms.log_odds(form_tokens(batch.texts)).tolist()
            self._words = tuple(
                Breakdown(words.base, (*words.effects, Effect(FORM, form)))
                for words, form in zip(self._words, by_form, strict=True)
            )
        self._markup: Sequence[Breakdown | None] = [None] * len(batch.texts)
        if html and batch.markup is not None and parts.markup is not None:
            self._markup = ngram_breakdowns(batch.markup.words, parts.markup)
        self._names = tuple(name for name in GROUPS if html or name != MARKUP)
        game = _Game(parts, batch, self._names, html=html)
        base, shares = shapley_values(game.play, len(self._names))
        calibration = settings.calibration(html=html)
        self._base = calibration.slope * base + calibration.offset
        self._shares = calibration.slope * shares
        scores = calibration.apply(base + shares.sum(axis=0))
        self.lines, _ = article_lines(
            scores, game.evidence.words, batch.layout, cut=settings.cut, clean_cut=settings.clean_cut
        )

    def of(self, row: int) -> tuple[Breakdown, Breakdown | None, Breakdown]:
        """Return a row's reasons: by words, by markup words, by context."""
        effects = zip(self._names, self._shares[:, row].tolist(), strict=True)
        context = Breakdown(float(self._base[row]), tuple(Effect(name, share) for name, share in effects))
        return self._words[row], self._markup[row], context


class _Game:
    """Stage 2 as a game of groups of features, which shows the networks only the groups that take part."""

    def __init__(self, parts: Parts, batch: Batch, names: tuple[str, ...], *, html: bool) -> None:
        self.evidence = gather(batch, parts.words)
        self._networks = parts.html if html else parts.text
        self._opinions = opinions_of(self.evidence, parts)
        self._features = self.evidence.html_features if html else self.evidence.text_features
        self._first = self._features(self._opinions)
        # For each round, each column's player; what a round reads of the one before follows the players by itself.
        order = {name: number for number, name in enumerate(names)} | {EARLIER_ROUND: len(names)}
        self._player = [
            np.array([order[name] for name in column_groups(html=html, later=number > 0)])
            for number in range(len(self._networks))
        ]

    def play(self, present: npt.NDArray[np.bool_]) -> Float:
        """Log-odds of all rows, given the groups that take part."""
        # Where nobody takes part, nothing is left that a later round could follow but the order of equal scores.
        shown = np.append(present, present.any())
        features, scores = self._first, np.zeros(0)
        for number, (network, player) in enumerate(zip(self._networks, self._player, strict=True)):
            if number:
                features = self._features([scores, *self._opinions])
            scores = network.log_odds(np.where(shown[player], features, network.mean))
        return scores
