"""What is chosen on out-of-fold scores: calibration, the cut of the decision, and what confidence means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Float
from corestory.features.paragraph_shape import shape_features
from corestory.model.decision import decide, is_clean
from corestory.model.fitting import Fitted
from corestory.model.platt import platt
from corestory.model.scoring import Calibration
from corestory.model.settings import Settings
from corestory.model.training_rows import Rows

CUTS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
DEFAULT_CUT = 0.5
LEAST_ARTICLES = 50
CONFIDENCE_STEPS = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings, and the out-of-fold rows as these settings see them."""

    settings: Settings
    text_scores: Float
    text_core: npt.NDArray[np.bool_]
    html_scores: Float | None
    html_core: npt.NDArray[np.bool_] | None


def choose_settings(rows: Rows, text: Fitted, html_rows: Rows | None, html: Fitted | None) -> Chosen:
    """Calibrate on out-of-fold scores, then choose the cut that serves the articles best, each counting once.

    Parameters
    ----------
    rows, text
        All rows without their markup, and the path fitted on them.
    html_rows, html
        Those with markup and their path, or None.

    Returns
    -------
    Chosen
    """
    by_text = platt(text.out_of_fold, rows)
    paths = [(rows, by_text.apply(text.out_of_fold))]
    by_html = Calibration()
    if html_rows is not None and html is not None:
        by_html = platt(html.out_of_fold, html_rows)
        paths.append((html_rows, by_html.apply(html.out_of_fold)))
    words = [shape_features(path.batch.texts)[0] for path, _ in paths]
    cut, clean_cut = choose_cuts(paths, words)
    expected, measured, cores = [], [], []
    for (path, scores), length in zip(paths, words, strict=True):
        core, hope = decide(scores, length, path.batch.layout, cut=cut, clean_cut=clean_cut)
        cores.append(core)
        expected.append(hope)
        measured.append(measured_f1(core, length, path))
    knots, values = confidence_curve(np.concatenate(expected), np.concatenate(measured))
    settings = Settings(
        cut=cut, clean_cut=clean_cut,
        text_slope=by_text.slope, text_offset=by_text.offset, html_slope=by_html.slope, html_offset=by_html.offset,
        sure_expected=knots, sure_measured=values,
    )  # fmt: skip
    return Chosen(
        settings, paths[0][1], cores[0], paths[1][1] if len(paths) > 1 else None, cores[1] if len(paths) > 1 else None
    )


def choose_cuts(paths: Sequence[tuple[Rows, Float]], words: Sequence[Float]) -> tuple[float, float]:
    """Choose the cut of articles that are not clean, and of those that are.

    Parameters
    ----------
    paths
        Rows and their calibrated out-of-fold scores, without and with markup. Every article counts once: of pages with
        markup few are clean, and their mean would be chance.
    words
        Paragraph lengths in words, for each path.
    """
    chosen = []
    for clean in (False, True):
        reached, articles = np.zeros(len(CUTS)), 0
        for (rows, scores), length in zip(paths, words, strict=True):
            inside = is_clean(scores, rows.batch.layout) == clean
            articles += int(inside.sum())
            if inside.any():
                reached += [
                    measured_f1(decide(scores, length, rows.batch.layout, cut=cut)[0], length, rows)[inside].sum()
                    for cut in CUTS
                ]
        # A choice from few articles is chance; then theory decides.
        chosen.append(CUTS[int(np.argmax(reached))] if articles >= LEAST_ARTICLES else DEFAULT_CUT)
    return chosen[0], chosen[1]


def measured_f1(core: npt.NDArray[np.bool_], words: Float, rows: Rows) -> Float:
    """Word F1 of each article's decision by its labels; unlabelled paragraphs left out, both empty being 1."""
    mass = words * rows.labelled
    count = len(rows.batch.layout.sizes)
    article = rows.batch.layout.article
    hits = np.bincount(article, mass * core * rows.core, count)
    total = np.bincount(article, mass * core, count) + np.bincount(article, mass * rows.core, count)
    return np.where(total > 0, 2 * hits / np.maximum(total, 1e-9), 1.0)


def confidence_curve(expected: Float, measured: Float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Say what an expected word F1 was worth out of fold, as the points of a rising curve.

    Isotonic regression (Zadrozny and Elkan, 2002), read off at quantiles of what was expected; below the least of it,
    a line down to zero.

    Parameters
    ----------
    expected, measured
        Word F1 of each article, as its scores let expect and as its labels measured.

    Returns
    -------
    tuple of two tuples
        The points' places and heights, both ascending, from 0 to 1.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(expected, measured)
    knots = np.unique(np.quantile(expected, np.linspace(0, 1, CONFIDENCE_STEPS)))
    knots = np.unique(np.concatenate([[0.0], knots, [1.0]]))
    values = fitted.predict(knots)
    # Of an article of which less is expected than of any of these, nothing was measured.
    values[0] = 0.0
    return tuple(round(float(knot), 6) for knot in knots), tuple(round(float(value), 6) for value in values)
