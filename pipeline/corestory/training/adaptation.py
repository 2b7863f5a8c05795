"""Adaptation: a model learns from a few labelled articles, and keeps what it knew.

The correction (`corestory.model.correction`) is fitted with the model's log-odds as offset, so that an article on which
the model is right teaches it little. It first learns the lines around the stories, which come again on other pages, and
by them where stories begin and end. Other paragraphs change only if no left-out article gets worse by it or, with many
articles, if they get better by more than chance: each change is fitted several times, each time without some of the
articles, and measured on those that were left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from corestory.errors import DataError
from corestory.features.batch import batch_of_frame, has_markup
from corestory.features.layout import sums
from corestory.features.shapes import shape_features
from corestory.installation import version
from corestory.labelling.labelled import OWN_VIEWS
from corestory.line_rules.filler_rules import NO_RULE, filler_rules
from corestory.line_rules.headlines import own_headlines
from corestory.model.correction import AddedLogOdds
from corestory.model.decided_batch import decided_batch
from corestory.model.manifest import AdaptedTo, Manifest, now
from corestory.model.overlap import joined_hashes, seen_articles
from corestory.model.scoring import score_batch, with_correction
from corestory.model.stored_weights import weights_sha256
from corestory.training.correction_fit import LIMIT, FittedCorrection, Residuals, paragraph_weights
from corestory.types import Bool, Float

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.correction import Correction
    from corestory.model.tagger import Tagger

Progress = Callable[[str, int, int], None]
"""Called with the name of the task, the number of finished steps, and the number of all steps."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """An adapted model and its measured gain.

    Attributes
    ----------
    tagger
        The adapted model; the model that was given if nothing helped.
    forms
        What was reached for articles with markup, if there were any, and without.
    articles, seen
        How many articles it learned from, and how many of them the model that was given had learned from already.
    """

    tagger: Tagger
    forms: tuple[FormResult, ...]
    articles: int
    seen: int

    @property
    def helps(self) -> bool:
        """Whether anything was kept."""
        return any(form.method != NOTHING for form in self.forms)

    @property
    def gain(self) -> float | None:
        """The gain in word F1 in the form in which the articles came; None where it could not be measured."""
        return self.forms[0].gain

    @property
    def method(self) -> str:
        """The change that was kept for that form."""
        return self.forms[0].method

    @property
    def message(self) -> str:
        """A sentence for each form, and the caution."""
        return " ".join([*(form.message for form in self.forms), self.caution]).rstrip()

    @property
    def caution(self) -> str:
        """Say that the gain is not one on unseen articles; empty if it is."""
        if not self.seen:
            return ""
        return (
            f"The model had learned from {self.seen:,} of these {self.articles:,} articles before, so the gain says "
            "little about new ones."
        )


def adapt(
    tagger: Tagger, labelled: pd.DataFrame, *, progress: Progress | None = None, force: bool = False
) -> Adaptation:
    """Adapt a model to labelled articles of a few sites.

    Parameters
    ----------
    tagger
        The model. An adapted one can be adapted again.
    labelled
        A labelled table (`corestory.labelling.table.table_schema`) of whole pages or texts; columns `article_id`,
        `position`, `text` and `label` are enough. With markup, the model adapts to pages and to their text.
    progress
        Called during the fits.
    force
        Keep the best correction also where it is not better on articles that were left out.

    Returns
    -------
    Adaptation

    Raises
    ------
    DataError
        No paragraph is labelled, or all labels are of one class.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory import load_model
    >>> rows = [(name, position, text, "core" if position == 1 else "filler")
    ...         for name, story in (("a", "The ferry sailed."), ("b", "It rained in the harbour."))
    ...         for position, text in enumerate(["Quayside letters", story, "Write to the harbour master"])]
    >>> frame = pd.DataFrame(rows, columns=["article_id", "position", "text", "label"])
    >>> adaptation = adapt(load_model(), frame)
    >>> adaptation.forms[0].articles
    2
    """
    frame = _usable(labelled)
    seen = len(seen_articles(frame, tagger.manifest.training)) if tagger.manifest is not None else 0
    ruled = _with_own_labels(tagger, frame)
    forms = [FormAdaptation(ruled, rows, html=html) for html, rows in _by_form(tagger, frame)]
    steps, done = sum(form.folds + 1 for form in forms), 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress("adapting", done, steps)

    found = [form.adapted(step, force=force) for form in forms]
    results = tuple(result for _, result in found)
    corrections = tuple(correction for correction, _ in found if correction is not None)
    # Other rules hold for all sites, so they need a measured gain on this one.
    if force or any(result.gain is None or result.gain >= MEASURABLE for result in results):
        tagger = ruled
    if corrections:
        tagger = _with(tagger, corrections, frame, results)
    return Adaptation(tagger, results, frame["article_id"].nunique(), seen)


def _with_own_labels(tagger: Tagger, frame: pd.DataFrame) -> Tagger:
    """Let headlines, or captions and the like, be core if there are half as many labelled so as articles."""
    batch, rows = batch_of_frame(frame, markup=bool(has_markup(frame).all()))
    core = (frame["label"] == "core").to_numpy()[rows]
    words, _ = shape_features(batch.texts)
    labelled_core = {
        "drop_headlines": own_headlines(batch, words, core),
        "drop_sure_filler": filler_rules(batch, words, core) != NO_RULE,
    }
    kept = {name: False for name, found in labelled_core.items() if 2 * found.sum() >= len(batch.titles)}
    return replace(tagger, settings=msgspec.structs.replace(tagger.settings, **kept)) if kept else tagger


def _usable(labelled: pd.DataFrame) -> pd.DataFrame:
    """Leave out the articles without labels, and other views than whole pages."""
    frame = labelled[labelled["view"].isin(OWN_VIEWS)] if "view" in labelled else labelled
    some = frame["label"].notna().groupby(frame["article_id"]).transform("any")
    frame = frame[some.to_numpy(bool)].reset_index(drop=True)
    if not len(frame):
        raise DataError(
            f"{len(labelled):,} paragraphs, none of them labelled", expected="paragraphs labelled core or filler"
        )
    found = set(frame["label"].dropna())
    if len(found) < 2:
        raise DataError(f"all labels are {min(found)}", expected="paragraphs of both labels, core and filler")
    return frame


def _by_form(tagger: Tagger, frame: pd.DataFrame) -> Iterator[tuple[bool, pd.DataFrame]]:
    """Return the articles with markup, if the model reads markup, and then all articles as texts."""
    with_markup = frame[has_markup(frame)]
    if tagger.weights.html is not None and with_markup["label"].nunique() > 1:
        yield True, with_markup
    yield False, frame


def _with(
    tagger: Tagger, corrections: tuple[Correction, ...], frame: pd.DataFrame, results: tuple[FormResult, ...]
) -> Tagger:
    manifest = tagger.manifest or Manifest()
    adapted = AdaptedTo(
        corestory=version(),
        created=now(),
        base_sha256=weights_sha256(tagger.weights).hex(),
        sites=int(frame["site"].replace("", None).nunique()) if "site" in frame else 0,
        articles=int(frame["article_id"].nunique()),
        paragraphs=int(frame["label"].notna().sum()),
        core=int((frame["label"] == "core").sum()),
        gains={result.form: round(result.gain, 6) for result in results if result.gain is not None},
        methods={result.form: result.method for result in results},
    )
    return replace(
        tagger,
        weights=replace(tagger.weights, corrections=(*tagger.weights.corrections, *corrections)),
        manifest=msgspec.structs.replace(
            manifest, adapted=(*manifest.adapted, adapted), training=joined_hashes(manifest.training, frame)
        ),
    )


LEFT_OUT_ALONE = 20
"""Up to this number of articles, leave one out per fit; for more, use `FOLDS` groups."""
FOLDS = 10

NOTHING, LINES, CORRECTION = "nothing", "lines", "correction"
LINES_PENALTY = 5.0
"""L2 penalty of the correction of the lines that stand on learned pages: the first choice, because it rarely harms."""
PENALTIES = 1.0, 0.2
"""L2 penalties of the corrections of all paragraphs, which are compared with it; the least change first."""
MEASURABLE, CLOSER = 0.001, 0.01
"""Smaller changes of the word F1, and of the log-loss, count as none."""
ONE_WORSE = 10
"""Of this many left-out articles, one may get worse by a correction of all paragraphs; of fewer, none."""
TESTABLE, ONE_SIDED_95 = 8, 1.645
"""From `TESTABLE` left-out articles on, more may get worse if the mean log-loss falls by more than chance: by
`ONE_SIDED_95` standard errors, the one-sided 95 % bound of a paired test."""


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of adaptation for articles in one form.

    Attributes
    ----------
    html
        Whether with markup.
    articles
        How many articles it learned from.
    method
        What was kept: `CORRECTION` (of all paragraphs), `LINES` (a correction of the lines that stand on learned pages,
        too, and of what stands outside of the story's bounds), or `NOTHING`.
    before, after
        Word F1 of each article with a story, by the original model, and by a model adapted to other articles; shape
        (articles,), empty where there was only one article.
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
        """The mean gain in word F1, from -1 to 1; None where it could not be measured."""
        return float(np.mean(self.after - self.before)) if len(self.before) else None

    @property
    def message(self) -> str:
        """One sentence for a person."""
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
            what = "learned the lines around the story alone" if lines else "only scores come closer to the labels"
            return f"{form}: no measurable gain from {articles}; {what}."
        how = ", by lines that pages share" if self.method == LINES else ""
        change = f"word F1 {self.before.mean():.3f} → {self.after.mean():.3f} ({self.gain:+.3f})"
        return f"{form}: {change}, measured on {articles}, each left out of the fit{how}."


class FormAdaptation:
    """Articles in one form, and the model's log-odds of them."""

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
        """Choose a change and learn it from all articles; `step` is called after each fold and at the end."""
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

    def _chosen(self, reached: Sequence[Float], losses: Sequence[Float]) -> int:
        """Choose among no change (0), the lines alone (1), and the corrections of all paragraphs.

        Parameters
        ----------
        reached, losses
            By each change, of each left-out article: the word F1, of those with a story, and the log-loss.
        """
        # Few articles say little by their decisions, and more by how close all scores are to the labels.
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
        """Learn each change that may be chosen from some of the articles."""
        fits = self._residuals.fits(learned, (LINES_PENALTY, *PENALTIES))
        yield next(fits).of_known_lines()
        yield from fits

    def _out_of_fold(self, step: Callable[[], None]) -> list[AddedLogOdds]:
        """Return the out-of-fold log-odds that each change adds."""
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
        """Return the word F1 of each article that has a story, with some log-odds added."""
        kept = decided_batch(with_correction(self._scored, added), self._tagger.weights, self._tagger.settings).core
        words = self._scored.features.words * (self._labels >= 0)
        story = self._total(words * (self._labels == 1))
        reached = (
            2 * self._total(words * ((self._labels == 1) & kept)) / np.maximum(self._total(words * kept) + story, 1)
        )
        return reached[story > 0]

    def _log_loss(self, added: AddedLogOdds) -> Float:
        """Return the mean log-loss of the labelled paragraphs of each article, with some log-odds added."""
        scaling = self._tagger.settings.platt_scaling(html=self._html)
        log_odds = with_correction(self._scored, added).log_odds
        margin = np.where(self._labels == 1, 1, -1) * (scaling.slope * log_odds + scaling.offset)
        weight = paragraph_weights(self._scored) * (self._labels >= 0)
        losses = self._total(weight * np.logaddexp(0, -np.clip(margin, -LIMIT, LIMIT)))
        return losses / np.maximum(self._total(weight), 1e-9)

    def _total(self, words: Float) -> Float:
        return sums(self._layout.article, words, len(self._layout.sizes))


def _beyond_chance(falls: Float) -> bool:
    """Return whether the mean of paired differences is above 0, by a one-sided test of at least `TESTABLE` of them."""
    error = np.std(falls, ddof=1) / np.sqrt(len(falls)) if len(falls) >= TESTABLE else np.inf
    return bool(np.mean(falls) > ONE_SIDED_95 * error)
