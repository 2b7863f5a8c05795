"""The learning curve of adapting, measured on the invented pages of the tutorial."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.adapt.__main__ import main
from benchmarks.adapt.curve import MEASURED_ONLY, Point, learning_curve, unseen_sites
from benchmarks.adapt.document import curve_markdown
from benchmarks.adapt.reduced import reduced_models
from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger

pytestmark = pytest.mark.slow

PAGES = Path(__file__).parents[1] / "data" / "own-site"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return prepare_table([PAGES / "labelled", PAGES / "new"], views=("page",)).frame


def test_a_site_that_the_model_has_not_seen_gains_in_both_forms(default_tagger: Tagger, frame: pd.DataFrame) -> None:
    sites = unseen_sites(frame, default_tagger)
    points = list(learning_curve(default_tagger, frame, sites, draws=1, seed=0, say=lambda _: None, learned=[3]))
    assert [(point.form, point.learned, point.measured) for point in points] == [("html", 3, 9), ("text", 3, 9)]
    assert min(point.gain for point in points) > 0.1
    document = curve_markdown(points, base="The default model.", draws=1)
    assert f"| 3 | html | 1 | {points[0].before:.3f} | {points[0].after:.3f} |" in document


def test_the_command_measures_pages_with_their_gold_text(tmp_path: Path) -> None:
    for number in ("01", "02", "03", "04"):
        for ending in ("html", "txt"):
            shutil.copy(PAGES / "labelled" / f"{number}.{ending}", tmp_path)
    main([tmp_path], output=tmp_path / "curve.md", draws=1)
    document = (tmp_path / "curve.md").read_text()
    assert "was measured on 1 sites" in document
    assert "| 3 | text | 1 |" in document


def test_sites_that_the_model_learned_from_are_left_out(default_tagger: Tagger, frame: pd.DataFrame) -> None:
    sample = prepare_table([PAGES.parent / "sample" / "harbour-herald.example"], views=("page",)).frame
    assert unseen_sites(pd.concat([frame, sample]), default_tagger) == ["saltmarsh-courier.example"]


def test_each_reduced_model_is_trained_once_and_has_not_seen_the_sites_that_it_leaves_out(tmp_path: Path) -> None:
    lines = [(f"The {{}} left the quay on Monday with {number} aboard.", "core") for number in range(7, 11)]
    rows = [
        (source, view, "train", f"{site}.test", f"{site}-{page}", f"{site}-{page}{view}", row, text.format(site), label)
        for source, sites in (("ours", ("ferry", "barge", "lugger", "tug")), (MEASURED_ONLY, ("yawl",)))
        for site in sites for page in range(4) for view in ("page", "text")
        for row, (text, label) in enumerate([*lines[page:], ("Share this {}", "filler"), ("Read more", "filler")])
    ]  # fmt: skip
    columns = ["source", "view", "split", "site", "page", "article_id", "position", "text", "label"]
    harbour = pd.DataFrame(rows, columns=columns)
    said: list[str] = []

    def unseen() -> list[tuple[list[str], list[str]]]:
        models = reduced_models(
            harbour, ["tug.test", "barge.test", "ferry.test"], count=2, work=tmp_path, say=said.append,
            parameters={"members": 1, "folds": 2, "steps": 20, "text_hidden": (4, 2), "text_epochs": 1},
        )  # fmt: skip
        return [(left_out, unseen_sites(harbour, tagger)) for tagger, left_out in models]

    found = [["barge.test", "tug.test"], ["ferry.test"]]
    assert unseen() == [(left_out, [*left_out, "yawl.test"]) for left_out in found]
    assert said == ["Training model 1 of 2, without 2 sites", "Training model 2 of 2, without 1 sites"]
    unseen()
    assert len(said) == 2  # trained on the same rows before
    harbour.loc[0, "label"] = "filler"  # of the ferry's site, which the second model leaves out
    unseen()
    assert len(said) == 3


def test_the_gain_is_the_mean_over_sites_of_the_mean_over_draws() -> None:
    def point(site: str, after: float) -> Point:
        return Point("own", False, site, "text", 3, 5, "correction", 0.5, after, 0.0, float("nan"))

    points = [point("a", 0.9), point("a", 0.7), point("b", 0.4)]
    assert "| 3 | text | 2 | 0.500 | 0.600 | +0.100 (-0.100 to +0.300) | 50% |" in curve_markdown(
        points, base="A model.", draws=2
    )
