"""The learning curve: word F1 on other pages of a site, before and after adapting; and the reduced models to adapt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corestory.evaluation.metrics import word_counts
from corestory.features.batch import batch_of_frame
from corestory.features.layout import sums
from corestory.model.correction import correction_of
from corestory.model.decided_batch import decided_batch
from corestory.model.manifest import data_sha256, new_manifest
from corestory.model.overlap import find_overlap, training_hashes
from corestory.model.scoring import score_batch, with_correction
from corestory.model.storage import MANIFEST_NAME, load_model, save_model
from corestory.training.adaptation import adapt
from corestory.training.estimator import ParagraphClassifier

from ..accuracy.material import Say

if TYPE_CHECKING:
    from corestory.model.tagger import Tagger

LEARNED = (1, 2, 3, 5, 10)
"""The numbers of pages to which models are adapted."""
LEAST_PAGES = 4
FORMS = ("html", "text")
ELSEWHERE_PAGES = 40
"""The number of pages of other sites on which the loss is measured."""
ELSEWHERE_LEARNED = (3, 10)

CHOSEN_ON = "train"
"""The split on whose sites the settings of adaptation are chosen; `MEASURED_ONLY` is never used for this."""
MEASURED_ONLY = "sites-zh"
"""A corpus from which no model learns and on which no setting is chosen."""


@dataclass(frozen=True, slots=True)
class Point:
    """The result of adapting a model to some pages of one site.

    Attributes
    ----------
    source
        The corpus of the site, or of most of its pages.
    chosen_on
        Whether settings of adaptation were chosen on the site (`CHOSEN_ON`).
    form
        ``"html"`` or ``"text"``.
    learned, measured
        The number of pages to which the model was adapted, and the number of other pages on which it was measured.
    method
        The change that adaptation kept (`corestory.training.correction_choice.FormResult.method`).
    before, after
        The mean word F1 on the other pages.
    expected
        The gain that adaptation itself measured; NaN if it could not be measured.
    elsewhere
        The change in mean word F1 on pages of other sites; NaN if it was not measured.
    """

    source: str
    chosen_on: bool
    site: str
    form: str
    learned: int
    measured: int
    method: str
    before: float
    after: float
    expected: float
    elsewhere: float

    @property
    def gain(self) -> float:
        """The change in mean word F1."""
        return self.after - self.before


def sites_with_pages(frame: pd.DataFrame) -> list[str]:
    """Return the sites with at least `LEAST_PAGES` pages."""
    pages = frame.loc[frame["site"] != "", ["site", "page"]].drop_duplicates().groupby("site").size()
    return sorted(pages[pages >= LEAST_PAGES].index)


def unseen_sites(frame: pd.DataFrame, tagger: Tagger) -> list[str]:
    """Return the sites with enough pages from which the model has not learned."""
    return [site for site in sites_with_pages(frame) if not _seen(frame[frame["site"] == site], tagger)]


def learning_curve(
    tagger: Tagger,
    frame: pd.DataFrame,
    sites: Sequence[str],
    *,
    draws: int,
    seed: int,
    say: Say,
    learned: Sequence[int] = LEARNED,
) -> Iterator[Point]:
    """Adapt to pages of each site, with a new draw for each number of pages.

    Parameters
    ----------
    tagger
        The model to adapt.
    frame
        Labelled whole pages of many sites (the view ``page``).
    sites
        Sites from which the model has not learned.
    draws
        The number of draws of pages for each number of pages.
    seed
        The seed of the draws.
    say
        Called with a message about each site.
    learned
        The numbers of pages to adapt to; at least one other page of each site is measured.
    """
    others = {form: _Pages(tagger, _elsewhere(frame, tagger, seed), form) for form in FORMS}
    for site in sites:
        rows = frame[frame["site"] == site]
        source = str(rows["source"].mode()[0])
        chosen_on = source != MEASURED_ONLY and bool((rows["split"] == CHOSEN_ON).all())
        of_site = {form: _Pages(tagger, rows, form) for form in FORMS}
        names = rows["page"].unique()
        say(f"{site}: {len(names)} pages")
        for count in learned:
            if len(names) <= count:
                continue
            for draw in range(draws):
                chosen = np.random.default_rng([seed, draw, count]).permutation(names)[:count]
                inside = rows["page"].isin(chosen)
                if rows.loc[inside, "label"].nunique() < 2:
                    continue
                adaptation = adapt(tagger, rows[inside])
                for result in adaptation.forms:
                    pages, elsewhere = of_site[result.form], others[result.form]
                    before, after = (pages.word_f1(one, without=chosen) for one in (tagger, adaptation.tagger))
                    forgotten = float("nan")
                    if count in ELSEWHERE_LEARNED and draw == 0:
                        old, new = (elsewhere.word_f1(one, without=names) for one in (tagger, adaptation.tagger))
                        forgotten = new - old
                    yield Point(
                        source, chosen_on, site, result.form, count, len(names) - count, result.method, before, after,
                        float("nan") if result.gain is None else result.gain, forgotten,
                    )  # fmt: skip


class _Pages:
    """Labelled pages in one form, scored once, because adapted models only add their corrections.

    Parameters
    ----------
    tagger
        The model before it is adapted.
    rows
        Whole pages; may be none.
    form
        ``"html"``, or ``"text"`` for the same paragraphs without their markup.
    """

    def __init__(self, tagger: Tagger, rows: pd.DataFrame, form: str) -> None:
        batch, order = batch_of_frame(rows, markup=form == "html")
        self._scored, self._corrections = score_batch(batch, tagger.weights), len(tagger.weights.corrections)
        self._layout = batch.layout
        self._page = rows["page"].to_numpy(object)[order][batch.layout.first]
        labels = rows["label"].to_numpy(object)[order]
        words = word_counts(pd.Series(batch.texts))
        self._core, self._filler = words * (labels == "core"), words * (labels == "filler")

    def word_f1(self, tagger: Tagger, *, without: np.ndarray) -> float:
        """Return the mean word F1 of the pages with a story, by the model or by a model adapted from it."""
        scored = self._scored
        new = tagger.weights.corrections[self._corrections :]
        added = correction_of(new, scored.features, scored.uncorrected, html=scored.html)
        if added is not None:
            scored = with_correction(scored, added)
        kept = decided_batch(scored, tagger.weights, tagger.settings).core
        story, hits, more = (
            sums(self._layout.article, words, len(self._layout.sizes))
            for words in (self._core, self._core * kept, self._filler * kept)
        )
        chosen = (story > 0) & ~np.isin(self._page, without)
        return float(np.mean(2 * hits[chosen] / (hits + more + story)[chosen])) if chosen.any() else float("nan")


def _elsewhere(frame: pd.DataFrame, tagger: Tagger, seed: int) -> pd.DataFrame:
    """Draw one page of each of `ELSEWHERE_PAGES` sites from which the model has not learned."""
    rows = frame[frame["site"] != ""]
    firsts = rows.drop_duplicates("site")["page"].to_numpy()
    chosen: list[str] = []
    for page in np.random.default_rng(seed).permutation(firsts):
        if len(chosen) == ELSEWHERE_PAGES:
            break
        if not _seen(rows[rows["page"] == page], tagger):
            chosen.append(page)
    return rows[rows["page"].isin(chosen)]


def _seen(rows: pd.DataFrame, tagger: Tagger) -> bool:
    return tagger.manifest is not None and bool(find_overlap(rows, tagger.manifest.training))


if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

VIEWS = ("page", "text")
"""The views from which a reduced model learns: whole pages and texts."""
SMALL: Mapping[str, object] = {"members": 1, "folds": 2, "least_trust": 0.0, "text_epochs": 3, "html_epochs": 5}
"""Parameters of `ParagraphClassifier` with which training takes two minutes."""


def reduced_models(
    frame: pd.DataFrame,
    sites: Collection[str],
    *,
    count: int,
    work: Path,
    say: Say,
    parameters: Mapping[str, object] = SMALL,
) -> Iterator[tuple[Tagger, list[str]]]:
    """Train models, each without some of the sites, or load models that were trained on the same rows before.

    Parameters
    ----------
    frame
        Labelled pages.
    sites
        The sites, each of which one of the models must not have seen.
    count
        The number of models.
    work
        The folder in which they are kept.
    say
        Called with a message about each training.
    parameters
        The parameters of the classifier.

    Yields
    ------
    tagger : Tagger
    left_out : list of str
        The sites that the model has not seen.
    """
    rows = frame[frame["view"].isin(VIEWS) & (frame["source"] != MEASURED_ONLY)]
    rows = rows.drop(columns=["kind", "role"], errors="ignore")  # no kinds are measured
    for number in range(count):
        left_out = sorted(sites)[number::count]
        learned = rows[~rows["site"].isin(left_out)].reset_index(drop=True)
        digest = data_sha256(learned)
        folder = work / f"reduced-{digest[:12]}"
        if not (folder / MANIFEST_NAME).is_file():
            say(f"Training model {number + 1} of {count}, without {len(left_out)} sites")
            classifier = ParagraphClassifier(**parameters).fit(learned)
            manifest = new_manifest((), splits=(), data_sha256=digest, training=training_hashes(learned))
            save_model(replace(classifier.tagger_, manifest=manifest), folder, card="")
        yield load_model(folder), left_out
