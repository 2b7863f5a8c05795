"""Calibration of log-odds, and the settings: the numbers that training chooses in addition to the weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np

from corestory.types import Bool, Float


@dataclass(frozen=True, slots=True)
class PlattScaling:
    """Calibrated log-odds ``slope * log_odds + offset`` (Platt, 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def probabilities(self, log_odds: Float) -> Float:
        """Turn log-odds into calibrated probabilities."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * log_odds + self.offset, -30, 30))))


def fit_platt(log_odds: Float, core: Bool) -> PlattScaling:
    """Fit Platt scaling on labelled paragraphs.

    Parameters
    ----------
    log_odds
        Out-of-fold log-odds of core, shape (paragraphs,).
    core
        Whether each paragraph is core; both classes must occur.

    Returns
    -------
    PlattScaling
        The identity if the fitted slope is not positive: it would reverse the ranking.

    Examples
    --------
    >>> fit_platt(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([True, True, False, False]))
    PlattScaling(slope=1.0, offset=0.0)
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(log_odds[:, None], core)
    slope = float(model.coef_[0, 0])
    return PlattScaling(slope, float(model.intercept_[0])) if slope > 0 else PlattScaling()


_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
# A slope of zero or less would reverse the ranking.
_Slope = Annotated[float, msgspec.Meta(ge=1e-6, le=1e3)]
_Bonus = Annotated[float, msgspec.Meta(ge=0, le=1e3)]
_Half = Annotated[float, msgspec.Meta(ge=0, le=0.5)]
_Offset = Annotated[float, msgspec.Meta(ge=-1e3, le=1e3)]
_Weight = Annotated[float, msgspec.Meta(ge=-1e3, le=1e3)]
_Curve = Annotated[tuple[_Share, ...], msgspec.Meta(min_length=1)]

SHORT_ARTICLE_FEATURES = 12
"""The number of features of `corestory.model.scoring.short_article_features`."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers that training chooses on out-of-fold scores.

    Attributes
    ----------
    cutoff_share
        The share of an article's expected word F1 that is its cutoff.
    clean_cutoff_share
        The same for clean articles (`corestory.model.decision.is_clean`).
    threshold
        A fixed cutoff for all articles; None if the cutoff is chosen for each article.
    text_slope, text_offset, html_slope, html_offset
        Platt scaling of the stage-2 log-odds, without and with markup.
    text_article_cutoff, html_article_cutoff
        A page whose probability of being an article is smaller has no story, without and with markup.
    confidence_expected, confidence_measured
        The points of the confidence curve: values of expected word F1, ascending, and the word F1 that out-of-fold
        articles with these values reached.
    drop_headlines
        Whether the headline of an article is filler (`corestory.line_rules.headlines.own_headlines`).
    drop_sure_filler
        Whether the line rules make captions, dates and other lines filler whatever their score
        (`corestory.line_rules.filler_rules`).
    second_look_slope, second_look_offset
        Platt scaling of the second look's log-odds.
    second_look_prose_bonus
        Added to the log-odds of prose, which is filler only if it belongs to another story.
    second_look_text_cutoff, second_look_html_cutoff
        A kept paragraph with a smaller score of the second look is dropped, without and with markup. With 0 no
        paragraph is dropped.
    short_article
        The intercept and the weights of `corestory.model.scoring.short_article_features`; empty if short
        articles are scored like all others.
    second_look_restoring
        In a text, a short line between kept paragraphs is restored if its score of the second look is greater. With 1
        no line is restored.
    """

    cutoff_share: _Share = 0.5
    clean_cutoff_share: _Share = 0.5
    threshold: _Share | None = None
    text_slope: _Slope = 1.0
    text_offset: _Offset = 0.0
    html_slope: _Slope = 1.0
    html_offset: _Offset = 0.0
    text_article_cutoff: _Half = 0.0
    html_article_cutoff: _Half = 0.0
    confidence_expected: _Curve = (0.0, 1.0)
    confidence_measured: _Curve = (0.0, 1.0)
    drop_headlines: bool = False
    drop_sure_filler: bool = False
    second_look_slope: _Slope = 1.0
    second_look_offset: _Offset = 0.0
    second_look_prose_bonus: _Bonus = 0.0
    second_look_text_cutoff: _Share = 0.0
    second_look_html_cutoff: _Share = 0.0
    second_look_restoring: _Share = 1.0
    short_article: tuple[_Weight, ...] = ()

    def __post_init__(self) -> None:
        if len(self.confidence_expected) != len(self.confidence_measured):
            raise ValueError("the confidence curve has more values of one kind than of the other")
        if any(after < before for before, after in pairwise(self.confidence_expected)):
            raise ValueError("confidence_expected is not ascending")
        if len(self.short_article) not in (0, 1 + SHORT_ARTICLE_FEATURES):
            raise ValueError(
                f"short_article has {len(self.short_article)} numbers; expected {1 + SHORT_ARTICLE_FEATURES}"
            )

    def platt_scaling(self, *, html: bool) -> PlattScaling:
        """Return the Platt scaling, with or without markup."""
        if html:
            return PlattScaling(self.html_slope, self.html_offset)
        return PlattScaling(self.text_slope, self.text_offset)

    def article_cutoff(self, *, html: bool) -> float:
        """Return the cutoff of the probability of being an article, with or without markup."""
        return self.html_article_cutoff if html else self.text_article_cutoff

    def second_look_probabilities(self, log_odds: Float, prose: Bool) -> Float:
        """Calibrate the log-odds of the second look.

        Parameters
        ----------
        log_odds
            The log-odds of paragraphs, shape (paragraphs,).
        prose
            Which of them are prose (`corestory.model.second_look.is_prose`).
        """
        scaling = PlattScaling(self.second_look_slope, self.second_look_offset)
        return scaling.probabilities(log_odds + self.second_look_prose_bonus * prose)

    def second_look_cutoff(self, *, html: bool) -> float:
        """Return the score of the second look below which kept paragraphs are dropped, with or without markup."""
        return self.second_look_html_cutoff if html else self.second_look_text_cutoff
