"""Adaptation: a model learns from a few labelled articles and keeps what it learned before.

The correction (`corestory.model.correction`) is fitted with the model's log-odds as offset, so it learns little from an
article on which the model is right. It first learns the lines around the stories, which appear on other pages too, and
from them where stories begin and end. It changes other paragraphs only if no left-out article gets worse or, with many
articles, if the left-out articles get better by more than chance (`corestory.training.correction_choice`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from corestory.errors import DataError
from corestory.features.batch import batch_of_frame, has_markup
from corestory.features.shapes import shape_features
from corestory.installation import version
from corestory.labelling.labelled import OWN_VIEWS
from corestory.line_rules.filler_rules import NO_RULE, filler_rules
from corestory.line_rules.headlines import own_headlines
from corestory.model.manifest import AdaptedTo, Manifest, now
from corestory.model.overlap import joined_hashes, seen_articles
from corestory.model.stored_weights import weights_sha256
from corestory.training.correction_choice import MEASURABLE, NOTHING, FormAdaptation, FormResult

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.correction import Correction
    from corestory.model.tagger import Tagger

Progress = Callable[[str, int, int], None]
"""Called with the name of the task, the number of finished steps, and the number of all steps."""

RULES = {"drop_headlines": "headlines", "drop_sure_filler": "captions, bylines and the like"}
"""The settings of rules that drop lines whatever their score, and what they drop."""
AGREEING = 2
"""The fewest articles whose labels, and whose word F1, must speak against a rule before it is switched off."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """An adapted model and its measured gain.

    Attributes
    ----------
    tagger
        The adapted model; the model given if nothing helped.
    forms
        The result for articles with markup, if there are any, and the result for articles without.
    articles, seen
        The number of articles it learned from, and the number of these that the model given had learned from before.
    kept
        What the model now keeps because the labels contradict a rule that dropped it: values of `RULES`.
    """

    tagger: Tagger
    forms: tuple[FormResult, ...]
    articles: int
    seen: int
    kept: tuple[str, ...]

    @property
    def helps(self) -> bool:
        """Whether any change was kept."""
        return bool(self.kept) or any(form.method != NOTHING for form in self.forms)

    @property
    def message(self) -> str:
        """One sentence for each form, one for each kind of line that is now kept, then the caution."""
        kept = (f"No rule drops {name} any more, because they are labelled core." for name in self.kept)
        return " ".join([*(form.message for form in self.forms), *kept, self.caution]).rstrip()

    @property
    def caution(self) -> str:
        """A warning that the gain was not measured on unseen articles; empty if it was."""
        if not self.seen:
            return ""
        return (
            f"The model had learned from {self.seen:,} of these {self.articles:,} articles before, so the gain may "
            "not hold for new articles."
        )


def adapt(
    tagger: Tagger, labelled: pd.DataFrame, *, progress: Progress | None = None, force: bool = False
) -> Adaptation:
    """Adapt a model to labelled articles of a few sites.

    Parameters
    ----------
    tagger
        The model. An adapted model can be adapted again.
    labelled
        A labelled table (`corestory.labelling.table.table_schema`) of whole pages or texts; columns `article_id`,
        `position`, `text` and `label` are enough. With markup, the model adapts to pages and to their text.
    progress
        Called during the fits.
    force
        Keep the best correction even if it is not better on articles that were left out.

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
    tagger, kept = _with_own_labels(tagger, frame, force=force)
    forms = [FormAdaptation(tagger, rows, html=html) for html, rows in _by_form(tagger, frame)]
    steps, done = sum(form.folds + 1 for form in forms), 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress("adapting", done, steps)

    found = [form.adapted(step, force=force) for form in forms]
    results = tuple(result for _, result in found)
    corrections = tuple(correction for correction, _ in found if correction is not None)
    if corrections or kept:
        tagger = _with(tagger, corrections, frame, results)
    return Adaptation(tagger, results, frame["article_id"].nunique(), seen, kept)


def _with_own_labels(tagger: Tagger, frame: pd.DataFrame, *, force: bool) -> tuple[Tagger, tuple[str, ...]]:
    """Switch off the rules that drop what half of the articles have as core, and return what is kept by this.

    A rule holds for all sites. So without `force`, word F1 must rise in some articles and fall in none.
    """
    batch, rows = batch_of_frame(frame, markup=bool(has_markup(frame).all()))
    core = (frame["label"] == "core").to_numpy()[rows]
    words, _ = shape_features(batch.texts)
    dropped = {
        "drop_headlines": own_headlines(batch, words, core),
        "drop_sure_filler": filler_rules(batch, words, core) != NO_RULE,
    }
    least = max(AGREEING, len(batch.titles) / 2)
    off = [
        name
        for name, found in dropped.items()
        if getattr(tagger.settings, name) and len(np.unique(batch.layout.article[found])) >= least
    ]
    if not off:
        return tagger, ()
    without = replace(tagger, settings=msgspec.structs.replace(tagger.settings, **dict.fromkeys(off, False)))
    for html, labelled in () if force else _by_form(tagger, frame):
        before, after = (FormAdaptation(model, labelled, html=html).word_f1() for model in (tagger, without))
        gains = after - before
        if gains.min(initial=0.0) < -MEASURABLE or np.sum(gains >= MEASURABLE) < AGREEING:
            return tagger, ()
    return without, tuple(RULES[name] for name in off)


def _usable(labelled: pd.DataFrame) -> pd.DataFrame:
    """Leave out articles without labels, and all views but whole pages and texts."""
    frame = labelled[labelled["view"].isin(OWN_VIEWS)] if "view" in labelled else labelled
    has_labels = frame["label"].notna().groupby(frame["article_id"]).transform("any")
    frame = frame[has_labels.to_numpy(bool)].reset_index(drop=True)
    if not len(frame):
        raise DataError(
            f"{len(labelled):,} paragraphs, none of them labelled", expected="paragraphs labelled core or filler"
        )
    found = set(frame["label"].dropna())
    if len(found) < 2:
        raise DataError(f"all labels are {min(found)}", expected="paragraphs of both labels, core and filler")
    return frame


def _by_form(tagger: Tagger, frame: pd.DataFrame) -> Iterator[tuple[bool, pd.DataFrame]]:
    """Yield the articles with markup, if the model reads markup, and then all articles as texts."""
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
