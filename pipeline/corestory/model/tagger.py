"""The tagger: a trained model that is ready to tag articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch import (
    Batch,
    batch_of_articles,
    batch_of_frame,
    batch_of_rows,
    batches,
    has_informative_markup,
)
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.decided_batch import DecidedBatch, decided_batch
from corestory.model.decision import doubts
from corestory.model.kinds import chosen_kinds
from corestory.model.python_calls import PythonCalls
from corestory.model.scoring import Weights, score_batch
from corestory.model.site_memory import shifts
from corestory.model.tagged_article import TaggedArticle, article_without_paragraphs
from corestory.reading.article import Article
from corestory.types import Float

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.rules import Rules
    from corestory.model.site_memory import SiteMemory


@dataclass(frozen=True, eq=False, repr=False)
class Tagger(PythonCalls):
    r"""A trained model, ready to tag; `corestory.load_model` loads one.

    Taggers are equal if their weights and settings are.

    Attributes
    ----------
    weights
        The learned arrays.
    settings
        The numbers that training chose.
    manifest
        The training data, libraries and scores of the model; None before the model was saved.

    Examples
    --------
    >>> from corestory import load_model
    >>> load_model().core("The quay opened.\nREAD MORE: Ferry sold")
    'The quay opened.'
    """

    weights: Weights
    settings: Settings
    manifest: Manifest | None = None

    def __repr__(self) -> str:
        n_grams = sum(
            len(scorer.hashes) for scorer in (self.weights.words, self.weights.forms, self.weights.markup) if scorer
        )
        about = f"{n_grams:,} n-grams, {'text and HTML' if self.weights.html else 'text'}"
        if self.manifest is not None and self.manifest.corestory:
            articles = sum(source.articles for source in self.manifest.trained_on)
            about += f"; trained on {articles:,} articles on {self.manifest.created[:10]}"
            about += f" by corestory {self.manifest.corestory}"
        return f"<Tagger: {about}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagger) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @cached_property
    def _content(self) -> tuple[bytes, Settings]:
        from corestory.model.stored_weights import weights_sha256

        return weights_sha256(self.weights), self.settings

    def tag_stream(
        self,
        articles: Iterable[Article],
        *,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
        kinds: bool = False,
    ) -> Iterator[TaggedArticle]:
        """Tag articles as they come, a batch at a time; memory does not grow with their number.

        Parameters
        ----------
        articles
            The articles; no more are read than the next batch needs.
        threshold
            The least score of core. With None, the model uses its own threshold; a model without one chooses a cutoff
            for each article.
        rules
            The user's rules, which make paragraphs core or filler whatever the model predicts. The scores of the
            neighbours take account of them.
        memory
            Remembered pages of the articles' sites; a paragraph that appears on several of them is likely filler.
        kinds
            Whether to predict the kind of filler and the role of core, if the model can (`TaggedArticle.kinds`).

        Yields
        ------
        TaggedArticle
            In the order given.
        """
        for batch in batches(articles):
            tagged: dict[int, TaggedArticle] = {}
            for numbers, part in self.by_markup(batch):
                alike = [batch[number] for number in numbers]
                found, _ = self.tag_batch(alike, part, threshold=threshold, rules=rules, memory=memory, kinds=kinds)
                tagged.update(zip(numbers, found, strict=True))
            for number, article in enumerate(batch):
                yield tagged.get(number) or article_without_paragraphs(article)

    def tag_articles(
        self,
        articles: Iterable[Article],
        *,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
        kinds: bool = False,
    ) -> list[TaggedArticle]:
        """Tag articles and return them all; parameters as in `tag_stream`."""
        return list(self.tag_stream(articles, threshold=threshold, rules=rules, memory=memory, kinds=kinds))

    def score_frame(self, frame: pd.DataFrame, *, threshold: float | None = None) -> pd.DataFrame:
        """Tag a frame of paragraphs.

        Parameters
        ----------
        frame
            Columns `article_id`, `position` and `text`; the markup columns where known. Rows in any order.
        threshold
            As in `tag_stream`.

        Returns
        -------
        pandas.DataFrame
            The frame, in the order given, with the new columns `score`, `tagged`, `stage1`, `confidence` and
            `second_look` (the score of the second look, NaN for paragraphs that it did not read). A frame with labels
            and kinds also gets `predicted_kind`: the kind or role that the model predicts, given the label.
        """
        score, stage1, confidence, second = (np.zeros(len(frame)) for _ in range(4))
        core = np.zeros(len(frame), bool)
        head = self.weights.kinds if {"label", "kind"} <= set(frame) and frame["kind"].notna().any() else None
        predicted_kind = np.full(len(frame), None, object)
        with_markup = np.zeros(len(frame), bool)
        if "markup" in frame and self.weights.html is not None:
            known = frame["markup"].notna()
            marked = np.flatnonzero(known.groupby(frame["article_id"]).transform("all"))
            if len(marked):
                batch, rows = batch_of_frame(frame.iloc[marked], markup=True)
                with_markup[marked[rows]] = has_informative_markup(batch)[batch.layout.article]
        for html in (False, True):
            chosen = np.flatnonzero(with_markup == html)
            if not len(chosen):
                continue
            batch, rows = batch_of_frame(frame.iloc[chosen], markup=html)
            decided = self._decided(batch, threshold)
            rows = chosen[rows]
            score[rows], core[rows], second[rows] = decided.scores, decided.core, decided.second_look
            stage1[rows] = PlattScaling().probabilities(decided.scored.stage1[-1].values)
            confidence[rows] = decided.confidence[batch.layout.article]
            if head is not None:
                of_core = frame["label"].to_numpy(object)[rows] == "core"
                predicted_kind[rows] = chosen_kinds(head.probabilities(decided.scored.features, of_core), of_core).names
        tagged = np.where(core, "core", "filler")
        scored = frame.assign(score=score, tagged=tagged, stage1=stage1, confidence=confidence, second_look=second)
        return scored if head is None else scored.assign(predicted_kind=predicted_kind)

    def by_markup(self, articles: Sequence[Article]) -> Iterator[tuple[list[int], Batch]]:
        """Divide articles into those that are read without markup and those with markup, each with its own networks.

        Articles without paragraphs are in neither part.

        Yields
        ------
        numbers : list of int
            The articles' numbers.
        batch : Batch
            These articles as a batch: first those without markup, then those with markup.
        """
        several = [number for number, article in enumerate(articles) if article.texts]
        marked = [number for number in several if self.reads_markup(articles[number])]
        batch = batch_of_articles([articles[number] for number in marked])
        if not (informative := has_informative_markup(batch)).all():
            marked = list(compress(marked, informative.tolist()))
            batch = batch_of_rows(batch, np.flatnonzero(informative[batch.layout.article]))
        others = sorted(set(several).difference(marked))
        if others:
            yield others, batch_of_articles([replace(articles[number], markup=None) for number in others])
        if marked:
            yield marked, batch

    def tag_batch(
        self,
        articles: Sequence[Article],
        batch: Batch,
        *,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
        kinds: bool = False,
    ) -> tuple[list[TaggedArticle], DecidedBatch]:
        """Tag articles with their batch, as `by_markup` yields it; the other parameters as in `tag_stream`.

        Returns
        -------
        articles : list of TaggedArticle
        decided : DecidedBatch
            The features, log-odds, cutoffs and decisions of the batch.
        """
        sightings = [None if memory is None else memory.sightings(article) for article in articles]
        shift = shifts(sightings, articles) if any(sightings) else None
        decided = self._decided(batch, threshold, rules, shift)
        reasons = doubts(decided.scores, decided.confidence, decided.scored.features, decided.known_words)
        tagged = [
            TaggedArticle(article, decided.scores[rows], decided.core[rows], float(confidence), doubt, seen)
            for article, rows, confidence, doubt, seen in zip(
                articles, batch.layout.slices(), decided.confidence, reasons, sightings, strict=True)
        ]  # fmt: skip
        if decided.pages is not None:
            tagged = decided.pages.applied(tagged, decided.scored.features)
        head = self.weights.kinds if kinds else None
        if head is not None:
            classes = head.probabilities(decided.scored.features, np.concatenate([article.core for article in tagged]))
            tagged = [
                replace(article, kinds=chosen_kinds(classes[rows], article.core))
                for article, rows in zip(tagged, batch.layout.slices(), strict=True)
            ]
        return tagged, decided

    def reads_markup(self, article: Article) -> bool:
        """Return whether the article has markup and the model was trained with markup."""
        return self.weights.html is not None and article.markup is not None

    def _decided(
        self, batch: Batch, threshold: float | None, rules: Rules | None = None, shift: Float | None = None
    ) -> DecidedBatch:
        forced = rules.forced(batch.texts) if rules else None
        scored = score_batch(batch, self.weights, forced=forced, shift=shift)
        return decided_batch(scored, self.weights, self.settings, threshold=threshold, forced=forced)
