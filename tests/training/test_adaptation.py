"""Adaptation to a site whose filler looks like a story to the model."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save

import corestory
from corestory.errors import DataError, ModelError
from corestory.features.batch import Batch, batch_of_frame
from corestory.features.layout import Layout
from corestory.labelling.labelled import markup_rows
from corestory.model.correction import AddedLogOdds, KnownLines
from corestory.model.decided_batch import decided_batch
from corestory.model.explaining import ADAPTED, explain_articles
from corestory.model.scoring import score_batch, with_correction
from corestory.model.storage import load_model, save_model
from corestory.model.stored_weights import read_weights, weights_bytes
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.training.adaptation import adapt
from corestory.training.correction_choice import CORRECTION, LINES, NOTHING, FormResult
from corestory.training.correction_fit import Residuals

MENU = ("Harbour", "Weather", "Tide tables", "Letters", "Archive")
FOOT = ("Write to the harbour master", "All rights reserved", "Printed on the quay")


def site_frame(articles: int, *, first: int = 0) -> pd.DataFrame:
    """Articles of a site that puts a paragraph about itself, in whole sentences, before each story."""
    rows = []
    for number in range(first, first + articles):
        lines = [
            *((line, "filler") for line in MENU),
            (f"The Quay Post has told its {number + 70} readers the truth about the harbour since it was built, and "
             f"it will go on doing so, says editor number {number}, who has lived here for years.", "filler"),
            (f"A ferry with {number + 20} passengers ran aground off the north mole on Monday, the coastguard said.",
             "core"),
            (f"Nobody was hurt, but the {number + 3} cars on board could not be driven off before the tide came in.",
             "core"),
            *((line, "filler") for line in FOOT),
        ]  # fmt: skip
        rows += [(f"quay/{number}", "quay.example", place, text, label) for place, (text, label) in enumerate(lines)]
    return pd.DataFrame(rows, columns=["article_id", "site", "position", "text", "label"])


def right(tagger: Tagger, frame: pd.DataFrame) -> float:
    return float((tagger.score_frame(frame)["tagged"] == frame["label"]).mean())


@pytest.fixture(scope="module")
def sample_pages() -> pd.DataFrame:
    """Five articles of the site as pages, in the order of their rows."""
    pages = []
    for article_id, rows in site_frame(5).groupby("article_id"):
        lines = [
            f'<p class="{"story" if label == "core" else "about"}">{text}</p>'
            for text, label in rows[["text", "label"]].itertuples(index=False)
        ]
        page = read_page(f"<body><main>{''.join(lines)}</main></body>")
        found = markup_rows(page)
        assert page.texts == rows["text"].tolist()
        pages.append(
            rows.assign(
                article_id=article_id,
                markup=[markup.words for markup in found],
                elements=[markup.elements for markup in found],
                repeats=[markup.repeats for markup in found],
                link_density=[markup.link_density for markup in found],
                declared=[markup.declared for markup in found],
            )
        )
    return pd.concat(pages, ignore_index=True)


@pytest.fixture(scope="module")
def adapted(default_tagger: Tagger) -> Tagger:
    return adapt(default_tagger, site_frame(3)).tagger


def test_articles_of_the_site_are_tagged_better_and_others_as_before(default_tagger: Tagger, adapted: Tagger) -> None:
    others = site_frame(4, first=10)
    assert right(default_tagger, others) < 1.0
    assert right(adapted, others) == 1.0
    assert right(adapted, site_frame(3)) == 1.0  # what it learned from
    elsewhere = others.assign(text=[f"{text} ({place})" for place, text in enumerate(others["text"])])
    assert adapted.score_frame(elsewhere)["score"].equals(default_tagger.score_frame(elsewhere)["score"])


def test_the_gain_is_that_of_articles_that_were_left_out(default_tagger: Tagger) -> None:
    found = adapt(default_tagger, site_frame(3))
    (form,) = found.forms
    assert form.method == CORRECTION
    assert form.gain is not None
    assert form.gain > 0.05
    assert "measured on 3 articles, each left out of the fit" in found.message


def test_the_first_words_of_a_long_paragraph_tell_that_it_is_filler(default_tagger: Tagger) -> None:
    summaries = [
        "Fishermen want the old lighthouse to stay, though its lamp was sold to a museum in the spring.",
        "A bakery that has fed three villages since the war will close, because nobody took over the ovens.",
        "Two schools share one bus from September on, and parents fear that the youngest must stand.",
        "The orchestra plays in the market hall again after its roof was repaired with money from a raffle.",
        "Rain kept most visitors away from the cattle fair, where a heifer named Dot won everything.",
        "Doctors in the county say that waiting rooms were never as full as in the first week of May.",
    ]

    def articles(numbers: range, opening: str) -> pd.DataFrame:
        rows = []
        for number in numbers:
            story = site_frame(1, first=number)["text"].tolist()[6:8]
            summary = f"{opening}{summaries[number]}"
            body = [story[0], summary, story[1]] if number % 2 else [summary, *story]
            rows += [
                (f"quay/{number}", place, text, "core" if text in story else "filler")
                for place, text in enumerate([*MENU, *body, *FOOT])
            ]
        return pd.DataFrame(rows, columns=["article_id", "position", "text", "label"])

    def score(tagger: Tagger, opening: str) -> float:
        scored = tagger.score_frame(articles(range(4, 6), opening))
        return float(scored["score"][scored["text"].str.endswith(tuple(summaries))].mean())

    adapted = adapt(default_tagger, articles(range(4), "In short: ")).tagger
    base_drop, adapted_drop = (score(one, "") - score(one, "In short: ") for one in (default_tagger, adapted))
    assert base_drop < 0.05
    assert adapted_drop > 0.12  # by n-grams anywhere in the paragraph alone: 0.08


@pytest.mark.parametrize("html", [False, True])
def test_a_correction_adds_to_other_pages_what_it_was_measured_by(
    default_tagger: Tagger, sample_pages: pd.DataFrame, html: bool
) -> None:
    batch, _ = batch_of_frame(sample_pages, markup=html)
    scored = score_batch(batch, default_tagger.weights)
    labels = (sample_pages["label"] == "core").to_numpy(int)
    learned = np.arange(len(batch.layout.sizes)) < 3
    others = ~learned[batch.layout.article]
    scaling = default_tagger.settings.platt_scaling(html=html)
    fits = list(Residuals(scored, labels, scaling).fits(learned, [0.5, 0.1]))
    for fitted in (*fits, fits[-1].of_known_lines()):
        added = fitted.correction.added(scored.features, KnownLines(scored.features), scored.uncorrected).total
        assert np.abs(added[others]).max() > 0.01
        np.testing.assert_allclose(added[others], fitted.added.total[others], atol=1e-5)


def test_what_stands_outside_of_the_bounds_of_the_story_is_filler_on_other_pages(default_tagger: Tagger) -> None:
    teasers = [
        "A bakery that has fed three villages since the war will close in May, because nobody took over the ovens.",
        "Doctors in the county said on Monday that waiting rooms were never as full as in the first week of May.",
    ]

    def frame(number: int, below: list[str]) -> pd.DataFrame:
        rows = site_frame(1, first=number)[["text", "label"]]
        rows = rows[~rows["text"].str.startswith("The Quay Post")]
        heading = ["More from the harbour", "Most read", "From our partners"]
        more = pd.DataFrame({"text": [*heading, *below], "label": "filler"})
        found = pd.concat([rows[: len(MENU) + 2], more, rows[len(MENU) + 2 :]], ignore_index=True)
        return found.assign(article_id=f"quay/{number}", position=range(len(found)))

    adapted = adapt(default_tagger, frame(0, [])).tagger
    other = frame(1, teasers)
    before, after = (tagger.score_frame(other).set_index("text")["score"] for tagger in (default_tagger, adapted))
    assert before[teasers].min() > 0.2
    assert after[teasers].max() < 0.05
    story = other["text"][other["label"] == "core"]
    assert after[story].tolist() == before[story].tolist()


def test_a_gold_text_that_leaves_most_of_a_story_out_hardly_lowers_other_stories(default_tagger: Tagger) -> None:
    def page(first: int) -> pd.DataFrame:
        """A story of five paragraphs, of which gold text has the first."""
        days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
        story = [
            f"The harbour master said on {day} that ferry number {first + row} would sail to the islands again in May."
            for row, day in enumerate(days)
        ]
        texts = [*MENU, *story, *FOOT]
        labels = np.where(np.array(texts) == story[0], "core", "filler")
        return pd.DataFrame({"article_id": f"a{first}", "position": range(len(texts)), "text": texts, "label": labels})

    frame = pd.concat([page(10), page(30)], ignore_index=True)
    batch, _ = batch_of_frame(frame, markup=False)
    scored = score_batch(batch, default_tagger.weights)
    labels = (frame["label"] == "core").to_numpy(int)
    (fitted,) = Residuals(scored, labels, default_tagger.settings.platt_scaling(html=False)).fits(
        np.array([True, False]), [0.2]
    )
    added = fitted.added.total[len(page(10)) :][len(MENU) : len(MENU) + 5]
    assert -2.5 < added.mean() < 0


def test_known_lines_that_are_scored_lower_make_no_other_line_core(default_tagger: Tagger) -> None:
    story = site_frame(1)["text"].tolist()[6:8]
    batch = Batch([*story, *(f"Quay news {number}" for number in "abcdefghijklmnop")], Layout.of([18]), [""], None)
    known = np.arange(18) % 2 * (np.arange(18) >= 2)
    wanted = np.where(np.arange(18) < 2, 1.0, -0.4)  # a menu of doubtful lines behind the story
    scaling = default_tagger.settings.platt_scaling(html=False)
    log_odds = (wanted - scaling.offset) / scaling.slope
    scored = replace(score_batch(batch, default_tagger.weights), log_odds=log_odds)

    def kept(added: AddedLogOdds) -> int:
        corrected = with_correction(scored, added)
        return int(decided_batch(corrected, default_tagger.weights, default_tagger.settings).core.sum())

    lowered, nothing = -3.0 * known, np.zeros(18)
    assert kept(AddedLogOdds(nothing, nothing)) == 2
    assert kept(AddedLogOdds(lowered, nothing)) > 2  # what is left of the menu is no menu
    assert kept(AddedLogOdds(lowered, lowered)) == 2


def test_known_lines_that_are_scored_lower_leave_the_cutoff_as_it_was(default_tagger: Tagger) -> None:
    batch = Batch([*site_frame(1)["text"].tolist()[6:8], *"abcd"], Layout.of([6]), [""], None)
    scaling = default_tagger.settings.platt_scaling(html=False)
    wanted = np.array([2.0, 1.0, -0.5, -0.5, -0.5, -0.5])
    scored = replace(score_batch(batch, default_tagger.weights), log_odds=(wanted - scaling.offset) / scaling.slope)
    lowered, nothing = np.where(wanted < 0, -3.0, 0.0), np.zeros(6)
    before, others, known = (
        decided_batch(with_correction(scored, added), default_tagger.weights, default_tagger.settings).cutoffs[0]
        for added in (AddedLogOdds(nothing, nothing), AddedLogOdds(lowered, nothing), AddedLogOdds(lowered, lowered))
    )
    assert others > before  # the rest of the article is surer
    assert known == before


def test_one_article_teaches_the_lines_that_stand_around_its_story_and_nothing_else(default_tagger: Tagger) -> None:
    found = adapt(default_tagger, site_frame(1))
    assert (found.forms[0].method, found.forms[0].gain) == (LINES, None)
    other = site_frame(1, first=7)
    batch, _ = batch_of_frame(other, markup=False)
    before, after = (score_batch(batch, tagger.weights).log_odds for tagger in (default_tagger, found.tagger))
    repeated = other["text"].isin([*MENU, *FOOT]).to_numpy()
    assert (after[repeated] < before[repeated]).all()
    assert (after[~repeated] == before[~repeated]).all()


def test_a_correction_that_makes_an_article_worse_is_kept_from_all_but_the_known_lines(default_tagger: Tagger) -> None:
    frame = site_frame(4)
    about = frame["text"].str.startswith("The Quay Post")
    assert adapt(default_tagger, frame).forms[0].method == CORRECTION
    frame.loc[about & (frame["article_id"] == "quay/2"), "label"] = "core"
    found = adapt(default_tagger, frame)
    assert found.forms[0].method in (LINES, NOTHING)
    assert right(found.tagger, frame[~about]) >= right(default_tagger, frame[~about])


def test_one_of_many_articles_may_get_worse_if_the_others_get_better(default_tagger: Tagger) -> None:
    frame = site_frame(9)
    about = frame["text"].str.startswith("The Quay Post")
    frame.loc[about & (frame["article_id"] == "quay/2"), "label"] = "core"
    found = adapt(default_tagger, frame)
    (form,) = found.forms
    assert (form.after < form.before).sum() == 1
    assert found.forms[0].method == CORRECTION


def test_what_changed_no_label_of_the_left_out_articles_is_no_gain() -> None:
    def message(after: float, method: str = LINES) -> str:
        return FormResult(False, 2, method, np.array([0.9, 0.9]), np.array([after, after])).message

    assert message(0.9) == "Text: no measurable gain from 2 articles; learned only the lines around the story."
    assert message(0.95).endswith("each left out of the fit, with lines that the pages share.")
    assert message(0.9004, CORRECTION) == (
        "Text: no measurable gain from 2 articles; only the scores come closer to the labels."
    )
    assert "0.900 → 0.880 (-0.020)" in message(0.88, CORRECTION)


def test_nothing_changes_where_the_model_is_right_already(adapted: Tagger) -> None:
    found = adapt(adapted, site_frame(3, first=20))
    assert found.forms[0].method == NOTHING
    assert not found.helps
    assert found.tagger is adapted


def test_a_gain_on_articles_that_the_model_has_learned_from_comes_with_a_caution(adapted: Tagger) -> None:
    assert adapt(adapted, site_frame(2, first=20)).caution == ""
    assert adapt(adapted, site_frame(4)).caution == (
        "The model had learned from 3 of these 4 articles before, so the gain may not hold for new articles."
    )


def test_the_manifest_tells_the_chain_of_adaptations(adapted: Tagger) -> None:
    again = adapt(adapted, site_frame(3, first=20), force=True).tagger
    assert again.manifest is not None
    first, second = again.manifest.adapted
    assert (first.articles, first.sites, first.paragraphs, first.core) == (3, 1, 33, 6)
    assert first.gains["text"] > 0.05
    assert first.base_sha256 != second.base_sha256


def test_an_adapted_model_is_saved_and_loaded(adapted: Tagger, tmp_path: Path) -> None:
    save_model(adapted, tmp_path / "mine", card="# Mine")
    loaded = load_model(tmp_path / "mine")
    assert loaded == adapted
    frame = site_frame(1, first=30)
    assert loaded.score_frame(frame).equals(adapted.score_frame(frame))


def test_a_model_that_was_adapted_before_bounds_were_learned_is_read(adapted: Tagger) -> None:
    arrays = load(weights_bytes(adapted.weights))
    del arrays["adapted.0.before"], arrays["adapted.0.after"]
    (correction,) = read_weights(save(arrays), where="").corrections
    assert [len(side) for side in correction.bounds] == [0, 0]
    assert np.array_equal(correction.lines, adapted.weights.corrections[0].lines)


def test_an_adapted_model_tags_without_the_libraries_that_fitted_it(adapted: Tagger, tmp_path: Path) -> None:
    save_model(adapted, tmp_path / "mine", card="# Mine")
    texts = site_frame(1, first=30)["text"].tolist()
    code = (
        "import sys\n"
        "for name in ('sklearn', 'scipy', 'pandas'): sys.modules[name] = None\n"
        "from corestory.model.storage import load_model\n"
        f"print(load_model({str(tmp_path / 'mine')!r}).core({chr(10).join(texts)!r}))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(corestory.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == texts[6:8]


def test_a_damaged_correction_is_refused(adapted: Tagger, tmp_path: Path) -> None:
    (correction,) = adapted.weights.corrections
    for reason, spoilt in {
        "is not strictly ascending": replace(correction, lines=correction.lines[::-1].copy()),
        "has shape": replace(correction, words=replace(correction.words, weights=correction.words.weights[1:])),
        "not finite": replace(correction, intercept=np.array(np.nan, np.float32)),
        "beyond": replace(correction, places=replace(correction.places, weights=correction.places.weights * 1e9)),
    }.items():
        tagger = replace(adapted, weights=replace(adapted.weights, corrections=(spoilt,)))
        with pytest.raises(ModelError, match=reason):
            save_model(tagger, tmp_path / "spoilt", card="")


def test_an_explanation_names_what_was_learned_and_adds_up(adapted: Tagger) -> None:
    frame = site_frame(1, first=40)
    (explained,) = explain_articles(adapted, [Article("a", frame["text"].tolist())])
    for paragraph in explained.paragraphs:
        effects = {effect.name: effect.log_odds for effect in paragraph.context.effects}
        assert effects[ADAPTED] != 0
        score = paragraph.score if paragraph.first_score is None else paragraph.first_score
        assert 1 / (1 + np.exp(-paragraph.context.log_odds)) == pytest.approx(score, abs=1e-6)


def test_labels_of_one_class_or_none_are_refused(default_tagger: Tagger) -> None:
    frame = site_frame(2)
    with pytest.raises(DataError, match="all labels are core; expected paragraphs of both labels"):
        adapt(default_tagger, frame[frame["label"] == "core"])
    with pytest.raises(DataError, match="none of them labelled"):
        adapt(default_tagger, frame.assign(label=None))
