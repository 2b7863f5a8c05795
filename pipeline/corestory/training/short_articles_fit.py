"""The fit of the scores of short articles.

Labelled pages are seldom short. So examples are made: a few paragraphs of a story in a row, with filler lines from
around the story and lines from templates planted between them. Labelled articles that are short, including pages
without a story, are examples as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.batch import Batch, batch_of_articles, batch_of_rows
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LogOdds
from corestory.features.shapes import shape_features
from corestory.model.calibration import PlattScaling
from corestory.model.scoring import SHORT_ARTICLE, Weights, is_short, short_article_features, stage1_log_odds
from corestory.reading.article import Article
from corestory.training.fitting import FittedPath, held_out_log_odds, scored_chunks, scores_of
from corestory.training.planting import row_languages
from corestory.training.plug_templates import TemplateLine, template_lines
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Int

EXAMPLES, EXAMPLES_A_STORY = 3000, 10
"""The most articles that are made, in all and from each story."""
STORY_SIZES, LINE_COUNTS = (1, 1, 2, 2, 3, 4), (0, 0, 1, 1, 2, 3)
"""The numbers of story paragraphs and of planted lines of an article; one of each is drawn."""
LEAST_STORY = 6
"""The fewest words of the first story paragraph; shorter ones are subheads."""
MOST_LINE = 40
"""The most words of a filler line from around the story."""
FROM_START = 0.7
"""The share of the articles that begin with the beginning of the story; the others begin within it."""
FROM_TEMPLATES = 0.5
"""The share of the planted lines that are made from templates, if the language has any."""
LEAST_STORIES = 50
"""The smallest number of stories for a fit."""


@dataclass(frozen=True, slots=True)
class ShortArticle:
    """One example; `rows` holds the training row of each paragraph, or -1 for a line made from a template."""

    texts: tuple[str, ...]
    core: tuple[bool, ...]
    rows: tuple[int, ...]
    fold: int


def short_articles_of(rows: TrainingRows, languages: Sequence[object], *, seed: int) -> list[ShortArticle]:
    """Make short articles from labelled ones.

    Parameters
    ----------
    rows
        The training rows.
    languages
        The language of each row where known.
    seed
        The seed of the choice of paragraphs and lines.

    Returns
    -------
    list of ShortArticle
        Empty if there are fewer than `LEAST_STORIES` stories.
    """
    generator = np.random.default_rng(seed)
    layout, texts = rows.batch.layout, rows.batch.texts
    words, _ = shape_features(texts)
    story, filler = rows.core & rows.labelled, ~rows.core & rows.labelled & (words <= MOST_LINE)
    known = row_languages(rows, languages)
    lines = _template_lines(known, generator)
    source = np.flatnonzero(
        rows.first_view[layout.first]
        & (np.add.reduceat((story & (words >= LEAST_STORY)).astype(int), layout.first) > 0)
    )
    if len(source) < LEAST_STORIES:
        return []
    made = []
    for article in np.resize(generator.permutation(source), min(EXAMPLES, EXAMPLES_A_STORY * len(source))).tolist():
        first, end = int(layout.first[article]), int(layout.first[article] + layout.sizes[article])
        own = first + np.flatnonzero(story[first:end])
        around = first + np.flatnonzero(filler[first:end])
        starts = np.flatnonzero(words[own] >= LEAST_STORY)
        start = starts[0] if generator.random() < FROM_START else generator.choice(starts)
        chosen = [(texts[row], True, row) for row in own[start : start + generator.choice(STORY_SIZES)].tolist()]
        for _ in range(generator.choice(LINE_COUNTS)):
            templates = lines.get(known[first], ())
            if templates and (not len(around) or generator.random() < FROM_TEMPLATES):
                line = templates[generator.integers(len(templates))]
                added = (line.text, line.core, -1)
            elif len(around):
                row = int(generator.choice(around))
                added = (texts[row], False, row)
            else:
                break
            chosen.insert(int(generator.integers(len(chosen) + 1)), added)
        own_texts, cores, own_rows = zip(*chosen, strict=True)
        made.append(ShortArticle(own_texts, cores, own_rows, int(rows.fold[first])))
    return made


def _template_lines(languages: Sequence[str], generator: np.random.Generator) -> dict[str, list[TemplateLine]]:
    lines: dict[str, list[TemplateLine]] = {}
    for line in template_lines(dict.fromkeys(set(languages), ()), generator):
        lines.setdefault(line.language, []).append(line)
    return lines


def fit_short_articles(
    path: FittedPath, weights: Weights, scaling: PlattScaling, languages: Sequence[object], *, seed: int
) -> tuple[float, ...]:
    """Fit the scores of short articles.

    Parameters
    ----------
    path
        The path of all rows as texts.
    weights
        The weights of the model.
    scaling
        Platt scaling of the path.
    languages
        The language of each row where known.
    seed
        As in `short_articles_of`.

    Returns
    -------
    tuple of float
        The intercept and the weights of `short_article_features`; empty if there are fewer than `LEAST_STORIES`
        stories.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    made = short_articles_of(path.rows, languages, seed=seed)
    if not made:
        return ()
    columns, core = [], []
    for batch, of_batch, fold, stage1 in (_whole(path), _made(made, path, weights)):
        for features, scores, inside in scored_chunks(batch, stage1, weights.words):
            log_odds = held_out_log_odds(features, scores, fold[inside], path)
            found = short_article_features(scaling.slope * log_odds + scaling.offset, scores[-1].values, features)
            short = is_short(features)[features.layout.article]
            columns.append(found[short])
            core.append(of_batch[inside][short])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(np.concatenate(columns), np.concatenate(core))
    scaler, regression = model[0], model[1]
    slopes = regression.coef_[0] / scaler.scale_
    return (float(regression.intercept_[0] - slopes @ scaler.mean_), *slopes.tolist())


def _whole(path: FittedPath) -> tuple[Batch, Bool, Int, Sequence[LogOdds]]:
    """Return the training articles that are short and have a label on every paragraph."""
    rows, layout = path.rows, path.rows.batch.layout
    words, _ = shape_features(rows.batch.texts)
    short = (layout.total(words) <= SHORT_ARTICLE) & (
        layout.total(rows.labelled.astype(float)) == layout.sizes[layout.article]
    )
    inside = np.flatnonzero(short & rows.first_view)
    return batch_of_rows(rows.batch, inside), rows.core[inside], rows.fold[inside], scores_of(path.stage1, inside)


def _made(
    made: Sequence[ShortArticle], path: FittedPath, weights: Weights
) -> tuple[Batch, Bool, Int, Sequence[LogOdds]]:
    """Return the made articles as a batch; paragraphs that are training rows have their out-of-fold log-odds."""
    batch = batch_of_articles([Article("", example.texts) for example in made])
    row = np.array([row for example in made for row in example.rows], np.int64)
    features = BatchFeatures(batch, weights.words.idf_of)
    (by_words,) = stage1_log_odds(features, weights)
    known = row >= 0
    by_words.values[known] = path.stage1[-1].values[row[known]]
    return (
        batch, np.array([core for example in made for core in example.core], bool),
        np.repeat([example.fold for example in made], batch.layout.sizes), [by_words],
    )  # fmt: skip
