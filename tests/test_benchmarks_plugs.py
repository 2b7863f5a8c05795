"""The benchmarks of plugs, and of adapting on the invented pages of the tutorial."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.adapt.__main__ import main
from benchmarks.adapt.curve import MEASURED_ONLY, Point, learning_curve, reduced_models, unseen_sites
from benchmarks.adapt.document import curve_markdown
from benchmarks.planting import DATA, LAYOUTS, WAYS, carriers, planted_lines, planted_page, planted_pages
from benchmarks.plugs.document import plugs_markdown
from benchmarks.plugs.in_story import held_out_frame, in_story_scores, macro_share, pooled_share
from benchmarks.plugs.kinds import line_hash, predicted_kinds, with_kinds_by_hand
from benchmarks.plugs.planted import line_share, plug_scores, tagged_plugs
from corestory.labelling.labelled import KINDS
from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger
from corestory.reading.html.page import read_page
from corestory.reading.text import split_text


@pytest.fixture(scope="module")
def tagged(default_tagger):
    return tagged_plugs(default_tagger, planted_lines()[::40])


def test_every_line_is_tagged_in_every_way_and_form(tagged):
    assert set(tagged["way"]) == set(WAYS)
    assert (tagged.groupby("line")["way"].nunique() == len(WAYS)).all()
    assert set(tagged.loc[tagged["form"] == "text", "way"]) == {"text"}


def test_a_cutoff_that_keeps_all_or_nothing_reaches_the_ends(default_tagger):
    lines = [next(line for line in planted_lines() if line.label == label) for label in ("filler", "core")]
    for threshold, share in ((0.0, 0.0), (1.1, 1.0)):
        scores = plug_scores(tagged_plugs(default_tagger, lines, threshold=threshold))
        assert {(one.filler_removed.value, one.story_lost.value) for one in scores.values()} == {(share, share)}


def test_kinds_count_alike_however_many_lines_they_have():
    rows = [
        {"kind": kind, "language": "en", "line": f"{kind} {number}", "kept": kind == "date"}
        for kind, count in (("related", 9), ("date", 1))
        for number in range(count)
    ]
    share = line_share(pd.DataFrame(rows), kept=False)
    assert share.value == 0.5
    assert share.low <= 0.5 <= share.high


def test_the_ways_of_a_line_are_drawn_together():
    # Ten rows of one line tell no more than one row of it.
    one = macro_share(np.array([0.0, 1.0, 1.0, 0.0]), ["date"] * 4)
    rows = [
        {"kind": "date", "language": "en", "line": str(line), "kept": line in (0, 3)}
        for line in range(4)
        for _ in range(10)
    ]
    assert line_share(pd.DataFrame(rows), kept=False) == one


def test_lines_of_pages_are_pooled():
    share = pooled_share(np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    assert share.value == 0.25
    assert (share.low, share.high) == (0, 1)


def test_the_tables_have_every_kind_and_language(tagged):
    document = plugs_markdown(tagged)
    for name in (*WAYS, *tagged["kind"], *tagged["language"], "html", "text"):
        assert f"| {name} |" in document
    widths = [
        {line.count("|") for line in table.splitlines()} for table in document.split("\n\n") if table.startswith("|")
    ]
    assert all(len(width) == 1 for width in widths)


def test_real_filler_is_counted_on_test_sites_as_html_and_as_text(default_tagger, tmp_path):
    story = [
        "The quay in {n} opened on Monday after a long delay, the town said.",
        "It rained {n}.",
        "Forty ships came.",
    ]
    for n in range(40):
        first, *rest = (line.format(n=n) for line in story)
        paragraphs = [first, f"READ MORE: Ferry {n} sold", *rest]
        (tmp_path / f"p{n}.html").write_text("".join(f"<p>{text}</p>" for text in paragraphs), encoding="utf-8")
        (tmp_path / f"p{n}.txt").write_text("\n".join((first, *rest)), encoding="utf-8")
    frame = held_out_frame([tmp_path], jobs=1, say=lambda _: None)
    pages = frame["page"].nunique()
    assert 0 < pages < 40
    scores = in_story_scores(default_tagger, frame)
    assert [(one.source, one.form) for one in scores] == [
        (tmp_path.name, "html"), ("all", "html"), (tmp_path.name, "text"), ("all", "text"),
    ]  # fmt: skip
    assert {(one.pages, one.filler, one.story) for one in scores} == {(pages, pages, pages)}
    removed = {one.form: one.filler_removed.value for one in scores}
    assert removed["text"] > 0.5


def test_kinds_that_a_person_read_are_measured_line_by_line(default_tagger, tmp_path):
    texts = ["Share", "© 2026 Harbour Herald", "The fish stalls opened again on Wednesday, she said.", "Share"]
    frame = pd.DataFrame({
        "article_id": "a", "page": "a", "view": "page", "position": range(4), "text": texts,
        "label": ["filler", "filler", "core", "filler"], "kind": "date", "role": "body",
    })  # fmt: skip
    table = tmp_path / "kinds.tsv"
    lines = [("Share", 1, "comment"), (texts[1], 0, "legal"), (texts[2], 0, "legal")]
    rows = [f"a\t{line_hash('a', text)}\t{copy}\t{kind}\n" for text, copy, kind in lines]
    table.write_text("page\thash\tcopy\tkind\n" + "".join(rows), encoding="utf-8")

    read = with_kinds_by_hand(pd.concat([frame, frame.assign(article_id="b", page="b")]), table)
    assert read["page"].unique().tolist() == ["a"]
    assert read["kind"].fillna("").tolist() == ["", "legal", "", "comment"]
    html, text = predicted_kinds(default_tagger, read)
    assert (html.form, text.form) == ("html", "text")
    assert [one.name for one in text.result.kinds] == ["comment", "legal"]
    assert text.accuracy == 0.5  # "Share" is no comment
    assert [one.f1 for one in text.result.kinds] == [0.0, 1.0]


PAGES = Path(__file__).parents[1] / "data" / "own-site"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return prepare_table([PAGES / "labelled", PAGES / "new"], views=("page",)).frame


@pytest.mark.slow
def test_a_site_that_the_model_has_not_seen_gains_in_both_forms(default_tagger: Tagger, frame: pd.DataFrame) -> None:
    sites = unseen_sites(frame, default_tagger)
    points = list(learning_curve(default_tagger, frame, sites, draws=1, seed=0, say=lambda _: None, learned=[3]))
    assert [(point.form, point.learned, point.measured) for point in points] == [("html", 3, 9), ("text", 3, 9)]
    assert min(point.gain for point in points) > 0.1
    document = curve_markdown(points, base="The default model.", draws=1)
    assert f"| 3 | html | 1 | {points[0].before:.3f} | {points[0].after:.3f} |" in document


@pytest.mark.slow
def test_the_command_measures_pages_with_their_gold_text(tmp_path: Path) -> None:
    for number in ("01", "02", "03", "04"):
        for ending in ("html", "txt"):
            shutil.copy(PAGES / "labelled" / f"{number}.{ending}", tmp_path)
    main([tmp_path], output=tmp_path / "curve.md", draws=1)
    document = (tmp_path / "curve.md").read_text()
    assert "was measured on 1 sites" in document
    assert "| 3 | text | 1 |" in document


@pytest.mark.slow
def test_sites_that_the_model_learned_from_are_left_out(default_tagger: Tagger, frame: pd.DataFrame) -> None:
    sample = prepare_table([PAGES.parent / "sample" / "harbour-herald.example"], views=("page",)).frame
    assert unseen_sites(pd.concat([frame, sample]), default_tagger) == ["saltmarsh-courier.example"]


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_gain_is_the_mean_over_sites_of_the_mean_over_draws() -> None:
    def point(site: str, after: float) -> Point:
        return Point("own", False, site, "text", 3, 5, "correction", 0.5, after, 0.0, float("nan"))

    points = [point("a", 0.9), point("a", 0.7), point("b", 0.4)]
    assert "| 3 | text | 2 | 0.500 | 0.600 | +0.100 (-0.100 to +0.300) | 50% |" in curve_markdown(
        points, base="A model.", draws=2
    )


SAMPLE = Path(__file__).parents[1] / "data" / "sample"
HARD_NEGATIVES = {"subhead", "quote", "short", "list", "date", "pluglike", "source", "address"}


def test_the_lines_are_many_of_every_kind_and_of_many_languages():
    lines = planted_lines()
    filler, story = ([line for line in lines if line.label == label] for label in ("filler", "core"))
    assert len(filler) + len(story) == len(lines)
    assert len(filler) >= 400
    assert len(story) >= 150
    assert {line.kind for line in filler} == set(KINDS)
    assert {line.kind for line in story} == HARD_NEGATIVES
    assert min(Counter(line.kind for line in filler).values()) >= 20
    for part in (filler, story):
        assert len({line.language for line in part}) >= 20


def test_every_row_is_one_line_of_four_columns_and_stands_once():
    text = (DATA / "planted_lines.tsv").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    for line in planted_lines():
        assert split_text(line.line) == [line.line]
    assert len({(line.language, line.line) for line in planted_lines()}) == len(planted_lines())


def test_no_longer_line_and_no_carrier_is_in_the_training_data():
    # Labels such as "Advertisement" are the same everywhere.
    held = {line.line for line in planted_lines() if len(line.line) > 30}
    held |= {text for carrier in carriers() for text in carrier.story}
    learned = {
        line.partition(": ")[2]
        for file in SAMPLE.rglob("*.txt")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert learned
    assert not learned & held


def test_every_language_has_a_story_of_eight_to_fifteen_paragraphs_with_all_furniture():
    assert {carrier.language for carrier in carriers()} == {line.language for line in planted_lines()}
    for carrier in carriers():
        assert 8 <= len(carrier.story) <= 15
        assert all(carrier.furniture[part] for part in ("menu", "byline", "date", "share", "heading", "footer"))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "text"])
def test_a_page_reads_as_the_paragraphs_it_was_made_of(way, layout):
    odd = next(line for line in planted_lines() if "&" in line.line)
    for carrier in carriers():
        page = planted_page(carrier, odd, at=3, way=way, layout=layout)
        read = read_page(page.source).texts
        assert read == [" ".join(text.split()) for text in page.texts]
        assert page.texts[page.place] == odd.line


def test_a_text_splits_into_the_paragraphs_it_was_made_of():
    for page in planted_pages(planted_lines(), ways=["text"], places_a_line=1):
        assert split_text(page.source) == list(page.texts)


def test_every_way_of_a_line_shares_its_place():
    line = next(line for line in planted_lines() if line.language == "ja")
    first, second = (list(planted_pages([line], places_a_line=2))[part] for part in (slice(0, 5), slice(5, 10)))
    for pages in (first, second):
        assert [page.way for page in pages] == list(WAYS)
        assert len({(page.carrier, page.place, page.labels) for page in pages}) == 1
    assert first[0].place != second[0].place, "there is one Japanese story"
    assert first[0].layout != second[0].layout
    text = first[-1]
    assert text.layout == ""
    assert text.labels[text.place] == line.label
    assert text.labels.count(None) == 1


def test_lines_go_between_paragraphs_of_stories_of_their_language_in_every_layout():
    pages = list(planted_pages(planted_lines(), ways=["paragraph"]))
    assert {page.layout for page in pages} == set(LAYOUTS)
    assert {page.carrier for page in pages} == {carrier.name for carrier in carriers()}
    for page in pages:
        assert page.carrier.partition("-")[0] == page.line.language
        assert page.labels[page.place - 1] == page.labels[page.place + 1] == "core"
