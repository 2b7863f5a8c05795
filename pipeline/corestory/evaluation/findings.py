"""The findings of a report on a model: measures, thresholds, mistakes and their regions, and the learned features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.evaluation import evaluate_rows
from corestory.evaluation.groups import Histogram, by_length, by_region, histogram, with_languages
from corestory.evaluation.in_story import InStory, measure_in_story
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.learned import Importance, Vocabulary, group_importance, strongest_ngrams
from corestory.evaluation.mistakes import Mistake, confident_mistakes
from corestory.evaluation.results import Evaluation, Group, Json, groups_metrics, plain
from corestory.evaluation.rivals import Comparison, Predictions, compare, rival_predictions
from corestory.evaluation.thresholds import ThresholdRow, Tradeoff, measured_thresholds, tradeoff
from corestory.types import Bool, Float

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

CURVE_POINTS = 200
CHANGES = ("core_gained", "core_lost", "filler_gained", "filler_lost")


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Points of a precision-recall curve, recall descending, at most about `CURVE_POINTS`."""

    precision: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """The strongest n-grams and feature groups; `importance` is empty if all rows have the same label."""

    vocabulary: Vocabulary
    importance: tuple[Importance, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of a report, part by part.

    Attributes
    ----------
    evaluation
        The measures.
    tradeoff, stage1_tradeoff
        Core kept and filler removed at all thresholds, by the tagger and by stage 1 (None if unknown).
    thresholds
        The measures at some thresholds.
    lengths, regions
        The measures by length of the paragraph and by region of the article; ``metrics.json`` calls regions places.
    histogram
        The distribution of the scores.
    core_curve, filler_curve
        Precision and recall of each class; None if the class does not occur.
    mistakes
        The most confident mistakes, in their articles.
    in_story
        The measures of filler inside stories; None if there is none.
    learned
        The strongest n-grams and feature groups; None if the model was not given.
    comparisons
        The changes from the model to each other model.
    """

    evaluation: Evaluation
    tradeoff: Tradeoff
    stage1_tradeoff: Tradeoff | None
    thresholds: tuple[ThresholdRow, ...]
    lengths: tuple[Group, ...]
    regions: tuple[Group, ...]
    histogram: Histogram
    core_curve: PrecisionRecall | None
    filler_curve: PrecisionRecall | None
    mistakes: tuple[Mistake, ...]
    in_story: InStory | None = None
    learned: Learned | None = None
    comparisons: tuple[Comparison, ...] = ()

    def to_metrics(self) -> dict[str, Json]:
        """Return nested values for ``metrics.json``: the keys of the evaluation, and one key for each other part."""
        learned = self.learned
        in_story: Json = None
        if self.in_story is not None:
            curves = {curve.form: plain(curve) for curve in self.in_story.curves}
            in_story = {"groups": groups_metrics(self.in_story.groups), "second_look": curves}
        comparisons = {found.second: {name: getattr(found, name) for name in CHANGES} for found in self.comparisons}
        # The texts of the mistakes are in predictions.parquet and on the page.
        mistakes = [
            {"article_id": found.article_id, "position": found.position, "label": found.label, "score": found.score}
            for found in self.mistakes
        ]
        return {
            **self.evaluation.to_metrics(),
            "thresholds": plain(self.thresholds),
            "lengths": groups_metrics(self.lengths),
            "places": groups_metrics(self.regions),
            "in_story": in_story,
            "histogram": plain(self.histogram),
            "mistakes": plain(mistakes),
            "ngrams": plain(learned and learned.vocabulary),
            "importance": plain(learned and learned.importance),
            "comparisons": plain(comparisons),
        }


def report_findings(
    frame: pd.DataFrame,
    *,
    tagger: Tagger | None = None,
    others: Mapping[str, pd.DataFrame] | None = None,
    threshold: float | None = None,
    resamples: int = 1000,
    seed: int = 0,
    name: str = "corestory",
    cautions: Sequence[str] = (),
    where: str = "",
) -> Findings:
    """Compute the findings of a report on a model.

    Parameters
    ----------
    frame
        As in `labelled_rows`, with ``position`` to show paragraphs in their article.
    tagger
        The model that tagged the frame; without it, `Findings.learned` is None.
    others
        The same rows tagged by other models, by the models' names.
    threshold
        The threshold with which the frame was tagged; None for the model's own decision.
    resamples, seed
        The number of resamples of the bootstrap, and the seed of the bootstrap and of the shuffles.
    name, where
        The names of the model and of the data.
    cautions
        Sentences that say why the measures are too optimistic.

    Raises
    ------
    DataError
        As in `labelled_rows`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6], "tagged": ["core", "filler"] * 2})
    >>> found = report_findings(frame, resamples=0)
    >>> len(found.mistakes), [group.name for group in found.lengths]
    (0, ['0 to 4 words'])
    """
    rows = with_languages(labelled_rows(frame, threshold=threshold, where=where))
    if "tagged" not in frame.columns:
        frame = frame.assign(tagged=np.where(frame["score"] >= rows.threshold, "core", "filler"))
    rivals: Sequence[Predictions] = [
        rival_predictions(other, name=other_name) for other_name, other in (others or {}).items()
    ]
    evaluation = evaluate_rows(rows, rivals=rivals, resamples=resamples, seed=seed, name=name, cautions=cautions)
    settings, by_words, learned = evaluation.settings, rows.stage1, None
    if tagger is not None:
        learned = Learned(
            strongest_ngrams(tagger.weights.words, rows.frame["text"].tolist(), rows.articles),
            group_importance(tagger, frame, threshold=threshold, seed=seed),
        )
    return Findings(
        evaluation=evaluation,
        tradeoff=tradeoff(rows.core, rows.score, rows.words),
        stage1_tradeoff=None if by_words is None else tradeoff(rows.core, by_words, rows.words),
        thresholds=measured_thresholds(rows, settings=settings),
        lengths=by_length(rows, settings=settings),
        regions=by_region(rows, settings=settings),
        histogram=histogram(rows),
        core_curve=_curve(rows.core, rows.score),
        filler_curve=_curve(~rows.core, 1 - rows.score),
        mistakes=confident_mistakes(frame, rows),
        in_story=measure_in_story(rows, settings=settings),
        learned=learned,
        comparisons=tuple(compare(rows, rival, name=name) for rival in rivals),
    )


def _curve(positive: Bool, score: Float) -> PrecisionRecall | None:
    from sklearn.metrics import precision_recall_curve

    if not positive.any():
        return None
    precision, recall, _ = precision_recall_curve(positive, score, drop_intermediate=True)
    # Take points at even steps of recall, so that the whole curve keeps its form; both ends stay.
    wanted = np.searchsorted(-recall, -np.linspace(1, 0, CURVE_POINTS), side="left")
    kept = np.unique(np.clip(wanted, 0, len(recall) - 1))
    return PrecisionRecall(tuple(precision[kept].tolist()), tuple(recall[kept].tolist()))
