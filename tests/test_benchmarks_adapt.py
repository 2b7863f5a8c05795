"""The learning curve of adapting, measured on the invented pages of the tutorial."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.adapt.curve import Point, learning_curve, unseen_sites
from benchmarks.adapt.document import curve_markdown
from corestory import load_model
from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger

PAGES = Path(__file__).parents[1] / "data" / "own-site"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return prepare_table([PAGES / "labelled", PAGES / "new"], views=("page",)).frame


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_model()


def test_a_site_that_the_model_has_not_seen_gains_in_both_forms(tagger: Tagger, frame: pd.DataFrame) -> None:
    sites = unseen_sites(frame, tagger)
    points = list(learning_curve(tagger, frame, sites, draws=1, seed=0, say=lambda _: None, learned=[3]))
    assert [(point.form, point.learned, point.measured) for point in points] == [("html", 3, 9), ("text", 3, 9)]
    assert min(point.gain for point in points) > 0.1
    document = curve_markdown(points, base="The default model.", draws=1)
    assert f"| 3 | html | 1 | {points[0].before:.3f} | {points[0].after:.3f} |" in document


def test_sites_that_the_model_learned_from_are_left_out(tagger: Tagger, frame: pd.DataFrame) -> None:
    sample = prepare_table([PAGES.parent / "sample" / "harbour-herald.example"], views=("page",)).frame
    assert unseen_sites(pd.concat([frame, sample]), tagger) == ["saltmarsh-courier.example"]


def test_the_gain_is_the_mean_over_sites_of_the_mean_over_draws() -> None:
    def point(site: str, after: float) -> Point:
        return Point("own", False, site, "text", 3, 5, "correction", 0.5, after, 0.0, float("nan"))

    points = [point("a", 0.9), point("a", 0.7), point("b", 0.4)]
    assert "| 3 | text | 2 | 0.500 | 0.600 | +0.100 (-0.100 to +0.300) | 50% |" in curve_markdown(
        points, base="A model.", draws=2
    )
