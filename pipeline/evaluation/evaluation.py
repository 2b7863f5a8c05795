"""From tagged and labelled paragraphs to an evaluation: all measures, their intervals, baselines and groups."""

import math
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation.baselines import Tagging, everything_core, length_rule, stage_one
from pipeline.evaluation.bootstrap import interval, paired_interval, resampled_metrics, resampled_rates
from pipeline.evaluation.metrics import Metrics, Rates, calibration, confusion, measure, rates, word_counts
from pipeline.evaluation.results import Band, Counts, Evaluation, Group, Measured, Settings, TaggerResult

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("article_id", "text", "label", "score")
UNKNOWN = "(unknown)"
"""Name of the group of the rows that have no site, source or view."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The labelled rows, a number each."""

    core: NDArray[np.bool_]
    words: NDArray[np.float64]
    articles: NDArray[np.int64]

    def at(self, index: NDArray[np.int64]) -> "_Rows":
        return _Rows(self.core[index], self.words[index], self.articles[index])


def evaluate_frame(
    frame: "pd.DataFrame",
    *,
    threshold: float | None = None,
    stage1_threshold: float = 0.5,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    name: str = "corestory",
    where: str = "",
) -> Evaluation:
    """Measure a tagger on labelled paragraphs, beside what it must beat.

    Parameters
    ----------
    frame
        A paragraph a row: ``article_id``, ``text``, ``label`` (``core``, ``filler`` or missing) and ``score``
        (probability of core); where present also ``tagged`` (the tagger's ``core`` or ``filler``), ``stage1``
        (probability by words alone), ``page``, ``site``, ``source`` and ``view``.
    threshold
        The least score of core. Decides where there is no column ``tagged`` (then 0.5 by default), else it is only
        reported.
    stage1_threshold
        The same for ``stage1``.
    resamples, seed, level
        Of the bootstrap over articles. The views of one page are one article: by ``page``, else by ``article_id`` less
        its ``@view``.
    name
        The tagger's name in the report.
    where
        The data's name in error messages.

    Returns
    -------
    Evaluation
        Rows without a label are counted, and are in no other number.

    Raises
    ------
    DataError
        If a column is missing, holds what it should not, or no row has a label.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> found = evaluate_frame(frame, resamples=100)
    >>> found.tagger.paragraphs.value.core_recall, found.tagger.paragraphs.value.core_precision
    (1.0, 0.6666666666666666)
    """
    missing = [column for column in REQUIRED if column not in frame.columns]
    if missing:
        raise DataError(
            f"no column {', '.join(missing)}",
            where=where,
            expected=f"{', '.join(REQUIRED)} among {list(frame.columns)}",
        )
    labelled = frame[frame["label"].notna().to_numpy()]
    if not len(labelled):
        raise DataError(
            f"{len(frame)} paragraphs, none of them labelled",
            where=where,
            expected="paragraphs labelled core or filler",
        )
    texts = labelled["text"].tolist()
    rows = _Rows(_decisions(labelled, "label", where), word_counts(texts), _articles(labelled))
    score = _probabilities(labelled, "score", where)
    if "tagged" in labelled.columns:
        decided = _decisions(labelled, "tagged", where)
    else:
        threshold = 0.5 if threshold is None else threshold
        decided = score >= threshold
    taggings = [Tagging("tagger", name, "the tagger that is evaluated", score, decided)]
    if "stage1" in labelled.columns and labelled["stage1"].notna().any():
        taggings.append(stage_one(_probabilities(labelled, "stage1", where), threshold=stage1_threshold))
    taggings += [length_rule(texts), everything_core(len(texts))]
    settings = Settings(threshold, resamples, seed, level)
    tagger, *baselines = _results(rows, taggings, settings)
    by_source, by_view, by_site = (
        _groups(rows, decided, labelled, column, settings, intervals=column != "site")
        for column in ("source", "view", "site")
    )
    return Evaluation(
        settings=settings,
        counts=_counts(rows, labelled, unlabelled=len(frame) - len(labelled)),
        tagger=tagger,
        baselines=tuple(baselines),
        sources=by_source,
        views=by_view,
        sites=by_site,
        calibration=calibration(rows.core, score),
    )


def _decisions(frame: "pd.DataFrame", column: str, where: str) -> NDArray[np.bool_]:
    values = frame[column].astype(object).to_numpy()
    core, filler = values == "core", values == "filler"
    unknown = np.flatnonzero(~(core | filler))
    if len(unknown):
        row = int(unknown[0])
        raise DataError(
            f"{column} {values[row]!r} in article {frame['article_id'].iloc[row]!r}",
            where=where,
            expected="core or filler",
        )
    return np.asarray(core, dtype=bool)


def _probabilities(frame: "pd.DataFrame", column: str, where: str) -> NDArray[np.float64]:
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f"{column} {values[row]} in article {frame['article_id'].iloc[row]!r}",
            where=where,
            expected="a probability from 0 to 1 for every paragraph",
        )
    return values


def _articles(frame: "pd.DataFrame") -> NDArray[np.int64]:
    import pandas as pd

    if "page" in frame.columns:
        names = frame["page"].fillna(frame["article_id"])
    elif "view" in frame.columns:
        pairs = zip(frame["article_id"].astype(str), frame["view"].fillna("").astype(str), strict=True)
        names = pd.Series([article.removesuffix(f"@{view}") for article, view in pairs])
    else:
        names = frame["article_id"]
    return pd.factorize(names, sort=True)[0].astype(np.int64)  # sorted: no order of the rows changes the draws


def _counts(rows: _Rows, frame: "pd.DataFrame", *, unlabelled: int) -> Counts:
    sites = frame["site"].replace("", None).nunique() if "site" in frame.columns else 0
    return Counts(
        articles=len(np.unique(rows.articles)),
        inputs=int(frame["article_id"].nunique()),
        sites=int(sites),
        paragraphs=len(rows.core),
        core=int(rows.core.sum()),
        filler=int((~rows.core).sum()),
        unlabelled=unlabelled,
        words=int(rows.words.sum()),
        core_words=int(rows.words[rows.core].sum()),
        filler_words=int(rows.words[~rows.core].sum()),
    )


def _results(rows: _Rows, taggings: list[Tagging], settings: Settings) -> list[TaggerResult]:
    results: list[TaggerResult] = []
    evaluated: list[tuple[Metrics, NDArray[np.float64]]] = []
    for tagging in taggings:
        measured: list[Measured[Metrics]] = []
        leads: list[Band[Metrics]] = []
        for place, weights in enumerate((None, rows.words)):
            value = measure(rows.core, tagging.score, tagging.core, weights=weights)
            samples = _samples(rows, tagging, weights, settings)
            low, high = interval(samples, level=settings.level)
            cells = confusion(rows.core, tagging.core, weights=weights)
            measured.append(Measured(value, Metrics(*low.tolist()), Metrics(*high.tolist()), cells))
            if tagging is taggings[0]:
                evaluated.append((value, samples))
            else:
                best, best_samples = evaluated[place]
                lead = np.subtract(astuple(best), astuple(value))
                low, high = paired_interval(best_samples, samples, level=settings.level)
                leads.append(Band(*(Metrics(*numbers.tolist()) for numbers in (lead, low, high))))
        paragraphs, words = measured
        lead_paragraphs, lead_words = leads or (None, None)
        results.append(
            TaggerResult(tagging.key, tagging.name, tagging.description, paragraphs, words, lead_paragraphs, lead_words)
        )
    return results


def _samples(
    rows: _Rows, tagging: Tagging, weights: NDArray[np.float64] | None, settings: Settings
) -> NDArray[np.float64]:
    return resampled_metrics(
        rows.core,
        tagging.score,
        tagging.core,
        rows.articles,
        weights=weights,
        resamples=_resamples(rows, settings),
        seed=settings.seed,
    )


def _resamples(rows: _Rows, settings: Settings) -> int:
    # One article drawn again is itself: its interval would be a point, as though nothing could be surer.
    return settings.resamples if len(rows.articles) and np.ptp(rows.articles) > 0 else 0


def _groups(
    rows: _Rows,
    decided: NDArray[np.bool_],
    frame: "pd.DataFrame",
    column: str,
    settings: Settings,
    *,
    intervals: bool,
) -> tuple[Group, ...]:
    import pandas as pd

    if column not in frame.columns:
        return ()
    codes, names = pd.factorize(frame[column].astype(object).fillna("").replace("", UNKNOWN))
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(1, len(names)))
    groups = []
    for group_name, index in zip(names, np.split(order, starts), strict=True):
        part, kept = rows.at(index), decided[index]
        measured: list[Measured[Rates]] = []
        for weights in (None, part.words):
            cells = confusion(part.core, kept, weights=weights)
            resamples = _resamples(part, settings) if intervals else 0
            samples = resampled_rates(
                part.core, kept, part.articles, weights=weights, resamples=resamples, seed=settings.seed
            )
            numbers = (rates(astuple(cells)), *interval(samples, level=settings.level))
            value, low, high = (Rates(*found.tolist()) for found in numbers)
            measured.append(Measured(value, low, high, cells))
        paragraphs, words = measured
        groups.append(Group(str(group_name), len(np.unique(part.articles)), paragraphs, words))
    return tuple(sorted(groups, key=_worst_first))


def _worst_first(group: Group) -> tuple[float, float, str]:
    # F1 of core in words is how like the cleaned text is to the story; undefined where there is no story and none was
    # found, which is as it should be.
    quality = group.words.value.core_f1
    return (math.inf if math.isnan(quality) else quality, -group.words.confusion.total, group.name)
