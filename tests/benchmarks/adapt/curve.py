"""The learning curve: word F1 on the other pages of a site, before and after adapting to some of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.metrics import word_counts
from corestory.model.adaptation import adapt
from corestory.model.overlap import find_overlap

from ..accuracy.material import Say

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

LEARNED = (1, 2, 3, 5, 10)
"""Numbers of pages adapted to."""
LEAST_PAGES = 4
FORMS = ("html", "text")
ELSEWHERE_PAGES = 60
"""Pages of other sites on which it is measured what was forgotten."""
ELSEWHERE_LEARNED = (3, 10)

_MARKUP = ["markup", "elements", "repeats", "link_density", "declared"]


@dataclass(frozen=True, slots=True)
class Point:
    """One site, adapted to some of its pages.

    Attributes
    ----------
    source
        The corpus of the site, or of most of its pages.
    form
        ``"html"`` or ``"text"``.
    learned, measured
        How many pages the model adapted to, and on how many others it was measured.
    method
        What adaptation kept (`corestory.model.adaptation.FormResult.method`).
    before, after
        Mean word F1 on these others.
    expected
        The gain that adaptation itself measured; NaN where it could not.
    elsewhere
        The change in mean word F1 on pages of other sites; NaN where it was not measured.
    """

    source: str
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


def unseen_sites(frame: pd.DataFrame, tagger: Tagger) -> list[str]:
    """Name the sites with at least `LEAST_PAGES` pages from which the model has learned nothing."""
    pages = frame.loc[frame["site"] != "", ["site", "page"]].drop_duplicates().groupby("site").size()
    found = []
    for site in sorted(pages[pages >= LEAST_PAGES].index):
        rows = frame[frame["site"] == site]
        if tagger.manifest is None or not find_overlap(rows, tagger.manifest.training):
            found.append(site)
    return found


def learning_curve(
    tagger: Tagger, frame: pd.DataFrame, *, draws: int, seed: int, say: Say, learned: Sequence[int] = LEARNED
) -> Iterator[Point]:
    """Adapt to pages of each unseen site, drawn anew for each number of pages.

    Parameters
    ----------
    tagger
        The model to adapt.
    frame
        Labelled whole pages of many sites (the view ``page``).
    draws
        How often pages are drawn for each number.
    seed
        Of the draws.
    say
        Told each site.
    learned
        Numbers of pages to adapt to; of every site at least one other page is measured.
    """
    sites = unseen_sites(frame, tagger)
    others = _elsewhere(frame, sites, tagger, seed)
    others_before = {form: word_f1(tagger, others, form) for form in FORMS}
    for site in sites:
        rows = frame[frame["site"] == site]
        source = str(rows["source"].mode()[0])
        pages = rows["page"].unique()
        say(f"{site}: {len(pages)} pages")
        for count in learned:
            if len(pages) <= count:
                continue
            for draw in range(draws):
                chosen = np.random.default_rng([seed, draw, count]).permutation(pages)[:count]
                inside = rows["page"].isin(chosen)
                if rows.loc[inside, "label"].nunique() < 2:
                    continue
                adaptation = adapt(tagger, rows[inside])
                for result in adaptation.forms:
                    before, after = (word_f1(one, rows[~inside], result.form) for one in (tagger, adaptation.tagger))
                    elsewhere = float("nan")
                    if len(others) and count in ELSEWHERE_LEARNED and draw == 0:
                        others_after = word_f1(adaptation.tagger, others, result.form)
                        elsewhere = float(np.mean(others_after - others_before[result.form]))
                    yield Point(
                        source, site, result.form, count, len(pages) - count, result.method,
                        float(before.mean()), float(after.mean()),
                        float("nan") if result.gain is None else result.gain, elsewhere,
                    )  # fmt: skip


def word_f1(tagger: Tagger, rows: pd.DataFrame, form: str) -> np.ndarray:
    """Give the word F1 of each article with a story, in the order of their names.

    Parameters
    ----------
    tagger
        The model.
    rows
        Labelled whole pages.
    form
        ``"html"``, or ``"text"`` for the same paragraphs without their markup.
    """
    scored = tagger.score_frame(rows.reset_index(drop=True) if form == "html" else _as_text(rows))
    scored = scored[scored["label"].notna()]
    core, kept = (scored["label"] == "core").to_numpy(), (scored["tagged"] == "core").to_numpy()
    words = word_counts(scored["text"])
    articles = scored["article_id"].to_numpy()
    number = np.unique(articles, return_inverse=True)[1]
    hits, found, story = (np.bincount(number, words * chosen) for chosen in (core & kept, kept, core))
    return 2 * hits[story > 0] / (found + story)[story > 0]


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns=_MARKUP).reset_index(drop=True)


def _elsewhere(frame: pd.DataFrame, sites: Sequence[str], tagger: Tagger, seed: int) -> pd.DataFrame:
    """Draw pages of further unseen sites, one a site."""
    rows = frame[~frame["site"].isin(sites) & (frame["site"] != "")]
    firsts = rows.drop_duplicates("site")["page"].to_numpy()
    chosen: list[str] = []
    for page in np.random.default_rng(seed).permutation(firsts):
        if len(chosen) == ELSEWHERE_PAGES:
            break
        one = rows[rows["page"] == page]
        if tagger.manifest is None or not find_overlap(one, tagger.manifest.training):
            chosen.append(page)
    return rows[rows["page"].isin(chosen)]
