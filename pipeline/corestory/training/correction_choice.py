"""The choice of a correction, for articles with markup or for articles without.

Each candidate is fitted several times, each time without some of the articles, and measured on the left-out ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch import batch_of_frame
from corestory.features.layout import sums
from corestory.model.correction import AddedLogOdds
from corestory.model.decided_batch import decided_batch
from corestory.model.scoring import score_batch, with_correction
from corestory.training.correction_fit import LIMIT, FittedCorrection, Residuals, paragraph_weights
from corestory.types import Bool, Float

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.correction import Correction
    from corestory.model.tagger import Tagger

LEFT_OUT_ALONE = 20
"""Up to this number of articles, each fit leaves out one article; for more, there are `FOLDS` folds."""
FOLDS = 10

NOTHING, LINES, CORRECTION = "nothing", "lines", "correction"
LINES_PENALTY = 5.0
"""L2 penalty of the correction that applies to landmarks only. It is the first choice, because it rarely harms."""
PENALTIES = 1.0, 0.2
"""L2 penalties of the corrections of all paragraphs, which are compared with the first choice; smallest change first.
"""
MEASURABLE, CLOSER = 0.001, 0.01
"""The smallest changes of the word F1 and of the log-loss that count."""
ONE_WORSE = 10
"""For each ten left-out articles, one may get worse by a correction of all paragraphs; of fewer than ten, none."""
TESTABLE, ONE_SIDED_95 = 8, 1.645
"""With at least `TESTABLE` left-out articles, more may get worse if the mean log-loss falls by more than chance: by
`ONE_SIDED_95` standard errors, the one-sided 95 % bound of a paired test."""


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of adaptation for articles in one form.

    Attributes
    ----------
    html
        Whether the articles have markup.
    articles
        The number of articles it learned from.
    method
        The change that was kept: `CORRECTION` (of all paragraphs), `LINES` (of landmarks and of lines outside of the
        story bounds), or `NOTHING`.
    before, after
        The word F1 of each article with a story, by the original model and by a model adapted to other articles; shape
        (articles,), empty if there was only one article.
    """

    html: bool
    articles: int
    method: str
    before: Float
    after: Float

    @property
    def form(self) -> str:
        """``"html"`` or ``"text"``."""
        return "html" if self.html else "text"

    @property
    def gain(self) -> float | None:
        """The mean gain in word F1, from -1 to 1; None if it could not be measured."""
        return float(np.mean(self.after - self.before)) if len(self.before) else None

    @property
    def message(self) -> str:
        """The result as one sentence for the user."""
        form = "HTML" if self.html else "Text"
        articles = f"{self.articles:,} article" + ("" if self.articles == 1 else "s")
        if self.gain is None:
            return (
                f"{form}: learned the lines around the story from {articles}; label a second one, so that the gain can "
                "be measured."
            )
        if self.method == NOTHING:
            return f"{form}: no measurable gain from {articles}, so nothing changes."
        if abs(self.gain) < MEASURABLE:
            lines = self.method == LINES
            learned = (
                "learned only the lines around the story" if lines else "only the scores come closer to the labels"
            )
            return f"{form}: no measurable gain from {articles}; {learned}."
        how = ", with lines that the pages share" if self.method == LINES else ""
        change = f"word F1 {self.before.mean():.3f} → {self.after.mean():.3f} ({self.gain:+.3f})"
        return f"{form}: {change}, measured on {articles}, each left out of the fit{how}."


class FormAdaptation:
    """Labelled articles in one form, scored by the model, to which it is adapted."""

    def __init__(self, tagger: Tagger, frame: pd.DataFrame, *, html: bool) -> None:
        batch, rows = batch_of_frame(frame, markup=html)
        label = frame["label"].to_numpy(object)[rows]
        self._tagger, self._html, self._layout = tagger, html, batch.layout
        self._labels = np.where(label == "core", 1, np.where(label == "filler", 0, -1))
        self._scored = score_batch(batch, tagger.weights)
        self._residuals = Residuals(self._scored, self._labels, tagger.settings.platt_scaling(html=html))
        count = len(batch.layout.sizes)
        self.folds = 0 if count == 1 else count if count <= LEFT_OUT_ALONE else FOLDS

    def adapted(self, step: Callable[[], None], *, force: bool) -> tuple[Correction | None, FormResult]:
        """Choose a correction and fit it on all articles; `step` is called after each fold and at the end."""
        count = len(self._layout.sizes)
        before = after = np.zeros(0)
        chosen = 0
        if self.folds:
            nothing = AddedLogOdds.nothing(len(self._labels))
            before = self._word_f1(nothing)
            out_of_fold = self._out_of_fold(step)
            tried = [self._word_f1(added) for added in out_of_fold]
            losses = [self._log_loss(added) for added in (nothing, *out_of_fold)]
            chosen = self._chosen([before, *tried], losses) - 1
            if chosen < 0 and force:
                chosen = int(np.argmax([after.mean() for after in tried]))
            after = before if chosen < 0 else tried[chosen]
        correction = None
        if chosen >= 0:
            correction = next(islice(self._fits(np.ones(count, bool)), chosen, None)).correction
        step()
        method = NOTHING if chosen < 0 else LINES if chosen == 0 else CORRECTION
        return correction, FormResult(self._html, count, method, before, after)

    def word_f1(self) -> Float:
        """Return the word F1 of each article that has a story, by the model as it is."""
        return self._word_f1(AddedLogOdds.nothing(len(self._labels)))

    def _chosen(self, reached: Sequence[Float], losses: Sequence[Float]) -> int:
        """Choose among no change (0), a correction of landmarks only (1), and the corrections of all paragraphs.

        Parameters
        ----------
        reached, losses
            For each choice, the word F1 of each left-out article with a story, and the log-loss of each left-out
            article.
        """
        # The decisions on a few articles are little evidence; the log-loss of their scores is more.
        gains = [after - reached[0] for after in reached]
        falls = [losses[0] - after for after in losses]
        is_right = np.mean(reached[0]) >= 1 - MEASURABLE
        first = best = int(np.mean(gains[1]) >= 0 and np.mean(falls[1]) > (CLOSER if is_right else 0))
        if is_right:
            return first
        for number in range(2, len(reached)):
            worse = max(np.sum(gains[number] < -MEASURABLE), np.sum(falls[number] < 0))
            gain = np.mean(gains[number] - gains[first])
            fall = np.mean(falls[number] - falls[first])
            better = gain >= 0 and fall > 0 and (gain >= MEASURABLE or fall >= CLOSER)
            safe = worse <= len(falls[0]) // ONE_WORSE or _beyond_chance(falls[number] - falls[first])
            if better and safe and np.mean(falls[number]) > np.mean(falls[best]):
                best = number
        return best

    def _fits(self, learned: Bool) -> Iterator[FittedCorrection]:
        """Fit each candidate on some of the articles."""
        fits = self._residuals.fits(learned, (LINES_PENALTY, *PENALTIES))
        yield next(fits).of_known_lines()
        yield from fits

    def _out_of_fold(self, step: Callable[[], None]) -> list[AddedLogOdds]:
        """Return the out-of-fold log-odds that each candidate adds."""
        fold = np.arange(len(self._layout.sizes)) % self.folds
        added = [AddedLogOdds.nothing(len(self._labels)) for _ in range(1 + len(PENALTIES))]
        for number in range(self.folds):
            learned = fold != number
            inside = learned[self._layout.article]
            if len(set(self._labels[inside]) - {-1}) > 1:
                for values, fitted in zip(added, self._fits(learned), strict=True):
                    values.total[~inside] = fitted.added.total[~inside]
                    values.of_lines[~inside] = fitted.added.of_lines[~inside]
            step()
        return added

    def _word_f1(self, added: AddedLogOdds) -> Float:
        """Return the word F1 of each article that has a story, with the given log-odds added."""
        kept = decided_batch(with_correction(self._scored, added), self._tagger.weights, self._tagger.settings).core
        words = self._scored.features.words * (self._labels >= 0)
        story = self._total(words * (self._labels == 1))
        reached = (
            2 * self._total(words * ((self._labels == 1) & kept)) / np.maximum(self._total(words * kept) + story, 1)
        )
        return reached[story > 0]

    def _log_loss(self, added: AddedLogOdds) -> Float:
        """Return the mean log-loss of the labelled paragraphs of each article, with the given log-odds added."""
        scaling = self._tagger.settings.platt_scaling(html=self._html)
        log_odds = with_correction(self._scored, added).log_odds
        margin = np.where(self._labels == 1, 1, -1) * (scaling.slope * log_odds + scaling.offset)
        weight = paragraph_weights(self._scored) * (self._labels >= 0)
        losses = self._total(weight * np.logaddexp(0, -np.clip(margin, -LIMIT, LIMIT)))
        return losses / np.maximum(self._total(weight), 1e-9)

    def _total(self, words: Float) -> Float:
        return sums(self._layout.article, words, len(self._layout.sizes))


def _beyond_chance(falls: Float) -> bool:
    """Return whether the mean of paired differences is above 0 by a one-sided test; False for fewer than `TESTABLE`."""
    error = np.std(falls, ddof=1) / np.sqrt(len(falls)) if len(falls) >= TESTABLE else np.inf
    return bool(np.mean(falls) > ONE_SIDED_95 * error)
