"""The evaluation of tagged and labelled paragraphs: all measures, their intervals, baselines and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.bootstrap import interval, resampled_metrics
from corestory.evaluation.groups import DETECTED, groups_by_column
from corestory.evaluation.labelled_rows import LabelledRows, labelled_rows, score_in_pieces, seen_splits
from corestory.evaluation.metrics import Metrics, calibration, confusion, kind_result, measure
from corestory.evaluation.results import (
    Band,
    Evaluation,
    EvaluationSettings,
    Measured,
    RowCounts,
    StoryCounts,
    TaggerResult,
)
from corestory.evaluation.rivals import Predictions, everything_core, length_rule, stage_one
from corestory.types import Float

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger


def evaluate_rows(
    rows: LabelledRows,
    *,
    rivals: Sequence[Predictions] = (),
    resamples: int = 1000,
    seed: int = 0,
    name: str = "corestory",
    cautions: Sequence[str] = (),
) -> Evaluation:
    """Measure a tagger on labelled paragraphs, and compare it with baselines.

    Parameters
    ----------
    rows
        The labelled rows.
    rivals
        Other taggers' predictions on the same rows.
    resamples, seed
        The number of resamples and the seed of the bootstrap over articles. The views of one page (rows with the same
        ``page``) count as one article.
    name
        The tagger's name in the report.
    cautions
        Sentences that say why the measures are too optimistic.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> found = evaluate_rows(labelled_rows(frame), resamples=100)
    >>> found.tagger.paragraphs.value.core_recall, found.tagger.paragraphs.value.core_precision
    (1.0, 0.6666666666666666)
    """
    labelled = rows.frame
    texts = labelled["text"].tolist()
    predictions = [Predictions("tagger", name, "the tagger that is evaluated", rows.score, rows.decided), *rivals]
    if (by_words := rows.stage1) is not None:
        predictions.append(stage_one(by_words))
    predictions += [length_rule(texts), everything_core(len(texts))]
    settings = EvaluationSettings(rows.threshold, resamples, seed)
    tagger, *others = _results(rows, predictions, settings)
    return Evaluation(
        settings=settings,
        counts=_counts(rows),
        tagger=tagger,
        rivals=tuple(others[: len(rivals)]),
        baselines=tuple(others[len(rivals) :]),
        sources=groups_by_column(rows, "source", settings=settings),
        views=groups_by_column(rows, "view", settings=settings),
        sites=groups_by_column(rows, "site", settings=settings, intervals=False),
        calibration=calibration(rows.core, rows.score),
        cautions=tuple(cautions),
        story=story_counts(rows),
        kinds=kind_result(labelled),
        languages=groups_by_column(rows, "language", settings=settings),
        detected_languages=len(np.unique(rows.articles[labelled[DETECTED]])) if DETECTED in labelled.columns else 0,
    )


def story_counts(rows: LabelledRows) -> StoryCounts | None:
    """Count the articles that lost their story and the pages without one that were recognised; None without such pages.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a", "b"], "text": ["It rained.", "Share", "Page not found"],
    ...                       "label": ["core", "filler", "filler"], "score": [0.9, 0.2, 0.3]})
    >>> story_counts(labelled_rows(frame))
    StoryCounts(articles=1, lost=0, without_story=1, recognised=1)
    """
    number = rows.frame["article_id"].factorize()[0]
    has_story = np.bincount(number, rows.core) > 0
    empty = np.bincount(number, rows.decided) == 0
    if has_story.all():
        return None
    return StoryCounts(
        articles=int(has_story.sum()),
        lost=int((has_story & empty).sum()),
        without_story=int((~has_story).sum()),
        recognised=int((~has_story & empty).sum()),
    )


def _counts(rows: LabelledRows) -> RowCounts:
    frame = rows.frame
    sites = frame["site"].replace("", None).nunique() if "site" in frame.columns else 0
    return RowCounts(
        articles=len(np.unique(rows.articles)),
        inputs=int(frame["article_id"].nunique()),
        sites=int(sites),
        paragraphs=len(rows.core),
        core=int(rows.core.sum()),
        filler=int((~rows.core).sum()),
        unlabelled=rows.unlabelled,
        words=int(rows.words.sum()),
        core_words=int(rows.words[rows.core].sum()),
        filler_words=int(rows.words[~rows.core].sum()),
    )


def _results(
    rows: LabelledRows, predictions: Sequence[Predictions], settings: EvaluationSettings
) -> list[TaggerResult]:
    """Measure all predictions, and the lead of the first, the evaluated tagger's, over each of the others."""
    results: list[TaggerResult] = []
    evaluated: list[tuple[Metrics, Float]] = []
    for predicted in predictions:
        own = replace(rows, score=predicted.score, decided=predicted.core)
        measured: list[Measured[Metrics]] = []
        leads: list[Band[Metrics]] = []
        for index, weights in enumerate((None, rows.words)):
            value = measure(rows.core, own.score, own.decided, weights=weights)
            samples = resampled_metrics(own, settings, words=weights is not None)
            low, high = interval(samples, level=settings.level)
            cells = confusion(rows.core, own.decided, weights=weights)
            measured.append(Measured(value, Metrics(*low.tolist()), Metrics(*high.tolist()), cells))
            if not results:
                evaluated.append((value, samples))
            else:
                best, best_samples = evaluated[index]
                lead = np.subtract(astuple(best), astuple(value))
                low, high = interval(best_samples - samples, level=settings.level)
                leads.append(Band(*(Metrics(*numbers.tolist()) for numbers in (lead, low, high))))
        results.append(TaggerResult(predicted.key, predicted.name, predicted.description, *measured, *leads))
    return results


def cautions(
    frame: pd.DataFrame, manifests: Mapping[str, Manifest], *, digest: str, by_article: bool
) -> tuple[str, ...]:
    """Return sentences that say why the measures on some rows are too optimistic.

    Parameters
    ----------
    frame
        The measured rows.
    manifests
        The manifests of the measured models, by the models' names.
    digest
        The hash of the rows' table, by `corestory.model.manifest.data_sha256`.
    by_article
        Whether the table is split by article (`corestory.labelling.table.is_split_by_article`).

    Examples
    --------
    >>> import pandas as pd
    >>> cautions(pd.DataFrame({"split": ["test"]}), {}, digest="", by_article=False)
    ()
    """
    from corestory.model.overlap import find_overlap

    found = []
    for name, manifest in manifests.items():
        seen = seen_splits(frame, manifest, digest=digest)
        overlap = find_overlap(frame, manifest.training)
        trained_on = f"these rows ({', '.join(seen)})" if seen else ""
        if overlap and not seen:
            trained_on = (
                f"{overlap.seen_articles:,} of these {overlap.articles:,} articles and on {overlap.seen_sites:,} of "
                f"their {overlap.sites:,} sites"
            )
        if trained_on:
            model = "The model" if len(manifests) == 1 else f"The model {name}"
            found.append(f"{model} was trained on {trained_on}, so its measures are too optimistic for other articles.")
    if by_article:
        found.append(
            "The table has fewer than three sites and is split by article: a model trained on its other splits has "
            "seen the measured sites, so the measures are too optimistic for other sites."
        )
    return tuple(found)


def beside_default(scored: pd.DataFrame, default: Tagger) -> str:
    """Return a sentence that compares the default model with a new model on the new model's training articles.

    Parameters
    ----------
    scored
        The training rows with the new model's out-of-fold scores, as `labelled_rows` takes them.
    default
        The default model.
    """
    from corestory.model.overlap import seen_articles

    seen = seen_articles(scored, default.manifest.training) if default.manifest is not None else set()
    unseen = scored[~scored["article_id"].isin(seen)].reset_index(drop=True)
    if not unseen["label"].notna().any():
        return "The default model has learned from all of these articles, so the two models cannot be compared on them."
    new = labelled_rows(unseen)
    old = labelled_rows(score_in_pieces(default, unseen, threshold=None, progress=lambda _: None))
    reached, alone = (measure(rows.core, rows.score, rows.decided, weights=rows.words).core_f1 for rows in (old, new))
    return (
        f"On {len(np.unique(new.articles)):,} articles from which neither model learned, the new model reaches a word "
        f"F1 of {alone:.3f}, the default model {reached:.3f}."
    )


def training_cautions(*, folds_by: str, by_article: bool) -> tuple[str, ...]:
    """Return sentences that say why out-of-fold measures are too optimistic.

    Parameters
    ----------
    folds_by
        ``"site"`` or ``"article"``, from `corestory.training.estimator.ParagraphClassifier.folds_`.
    by_article
        Whether the training table is split by article.
    """
    found = []
    if folds_by != "site":
        found.append(
            "All rows are of one site: each paragraph was scored by a model that saw other articles of its site, so "
            "the measures are too optimistic for other sites. Label articles of more sites."
        )
    if by_article:
        found.append(
            "The table has fewer than three sites and is split by article: the model has seen the sites of its "
            "validation and test rows, so measures on these are too optimistic for other sites."
        )
    return tuple(found)
