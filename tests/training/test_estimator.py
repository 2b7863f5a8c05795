import numpy as np
import pandas as pd
import pytest

from corestory.features.tokens import hash_token
from corestory.training.estimator import ParagraphClassifier
from corestory.training.second_look_fit import look_fit_count

pytestmark = pytest.mark.slow


def with_markup(frame):
    tags = frame["label"].map({"core": "own_p p up_article article", "filler": "own_li li up_ul ul"}).astype(object)
    chains = [[0, 1] if label == "core" else [0, 2] for label in frame["label"]]
    return frame.assign(markup=tags, elements=chains, repeats=[[1, 1]] * len(frame), link_density=0.0, declared=np.nan)


def scattered(frame, seed=0):
    """The rows in disorder, the articles still in the order in which each is first met."""
    shuffled = frame.sample(frac=1, random_state=seed)
    first = shuffled[~shuffled["article_id"].duplicated()]
    order = {name: place for place, name in enumerate(frame["article_id"].unique())}
    first = first.sort_values("article_id", key=lambda names: names.map(order))
    return pd.concat([first, shuffled.drop(first.index)])


def test_fit_gives_itself_back_and_learns(make_frame, quick):
    classifier = ParagraphClassifier(**quick)
    frame = make_frame()

    assert classifier.fit(frame) is classifier
    assert classifier.predict(frame).tolist() == frame["label"].tolist()
    assert classifier.score(frame, frame["label"]) == 1
    assert classifier.n_features_in_ == frame.shape[1]


def test_the_columns_of_the_probabilities_follow_the_classes(quick_classifier, make_frame):
    frame = make_frame()
    found = quick_classifier.predict_proba(frame)

    assert quick_classifier.classes_.tolist() == ["core", "filler"]
    assert found.shape == (len(frame), 2)
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found.argmax(axis=1) == (frame["label"] == "filler")).all()


@pytest.mark.parametrize("markup", [False, True])
def test_rows_of_an_article_need_not_stand_together_or_in_order_to_be_learned_from(markup, make_frame, quick):
    frame = with_markup(make_frame()) if markup else make_frame()
    if markup:
        frame["markup"] = frame["markup"].where(~frame["article_id"].str.endswith("/1"))
    brief = quick | {"steps": 20, "text_epochs": 1, "html_epochs": 1}
    one, other = ParagraphClassifier(**brief).fit(frame), ParagraphClassifier(**brief).fit(scattered(frame))

    assert (one.tagger_.weights.html is not None) == markup
    assert other.predict_proba(frame).tolist() == one.predict_proba(frame).tolist()
    together = one.out_of_fold_.loc[scattered(frame).index]
    assert other.out_of_fold_.equals(together.reset_index(drop=True))


def test_rows_in_any_order_get_the_same_scores(sample_classifier, sample_frame):
    shuffled = sample_frame.sample(frac=1, random_state=0)
    expected = sample_classifier.predict_proba(sample_frame)

    assert sample_classifier.predict_proba(shuffled) == pytest.approx(expected[shuffled.index], abs=1e-5)


def test_an_index_of_rows_does_not_matter(quick_classifier, make_frame):
    frame = make_frame()

    assert (
        quick_classifier.predict(frame.set_axis([0] * len(frame))).tolist() == quick_classifier.predict(frame).tolist()
    )


def test_an_unlabelled_row_is_context_and_nothing_to_learn_from(make_frame, quick):
    frame = make_frame()
    frame["label"] = frame["label"].astype(object)
    share = frame["text"] == "Share this"
    frame.loc[share, "text"] = "Ahoy"
    frame.loc[share, "label"] = pd.Series(
        np.resize(np.array([None, np.nan, ""], object), share.sum()), frame[share].index
    )
    found = ParagraphClassifier(**quick).fit(frame)
    known = set(found.tagger_.weights.words.hashes.tolist())

    assert hash_token("ahoy") not in known
    assert hash_token("more") in known
    assert found.out_of_fold_["score"].notna().all()
    # But what it says of itself moves its neighbours.
    other = frame.assign(text=frame["text"].where(~share, "Read more: barge sold, and the ferry left the quay."))
    moved = found.predict_proba(frame)[~share] - found.predict_proba(other)[~share]
    assert np.abs(moved).max() > 1e-4


def test_the_seed_decides_to_the_last_digit_however_many_fits_run_at_once(make_frame, quick):
    frame = with_markup(make_frame())
    brief = quick | {"steps": 20, "text_epochs": 1, "html_epochs": 1, "members": 2, "least_trust": 0.1}
    one, two, other = (
        ParagraphClassifier(**brief, random_state=seed, n_jobs=jobs).fit(frame)
        for seed, jobs in ((0, 1), (0, 2), (1, 1))
    )

    assert one.predict_proba(frame).tolist() == two.predict_proba(frame).tolist()
    assert one.out_of_fold_.equals(two.out_of_fold_)
    assert one.tagger_.settings == two.tagger_.settings
    assert one.predict_proba(frame).tolist() != other.predict_proba(frame).tolist()


def test_a_site_that_calls_everything_otherwise_is_scored_by_those_that_did_not_see_it(make_frame, quick):
    frame = make_frame()
    odd = (frame["site"] == "site-0.example").to_numpy()
    turned = frame["label"].map({"core": "filler", "filler": "core"})
    # Words of its own, by which a model that saw the site would know its labels.
    own = turned.map({"core": "alpha alpha alpha", "filler": "omega omega omega"})
    frame.loc[odd, "text"] += " " + own[odd] + " " + own[odd]
    frame["label"] = turned.where(odd, frame["label"])
    classifier = ParagraphClassifier(**quick).fit(frame)

    core = (frame["label"] == "core").to_numpy()
    unseen = classifier.out_of_fold_
    seen = classifier.tagger_.score_frame(frame)
    assert ((seen["stage1"] > 0.5) == core)[odd].all()
    assert not ((unseen["stage1"] > 0.5) == core)[odd].any()
    assert ((unseen["score"] > 0.5) == core)[odd].mean() < 0.5
    assert ((unseen["score"] > 0.5) == core)[~odd].mean() > 0.9


def test_a_sites_labels_do_not_reach_the_words_stage_that_scores_it(make_frame, quick):
    frame = make_frame()
    inside = (frame["site"] == "site-2.example").to_numpy()
    turned = frame.assign(label=frame["label"].where(~inside, "core"))
    brief = quick | {"steps": 1, "text_epochs": 1}
    one, other = (ParagraphClassifier(**brief).fit(table) for table in (frame, turned))

    same_fold = one.folds_.of_row == one.folds_.of_row[inside][0]
    assert one.folds_.of_row.tolist() == other.folds_.of_row.tolist()
    assert one.out_of_fold_["stage1"][same_fold].tolist() == other.out_of_fold_["stage1"][same_fold].tolist()
    assert one.out_of_fold_["stage1"][~same_fold].tolist() != other.out_of_fold_["stage1"][~same_fold].tolist()


@pytest.mark.parametrize("use_markup", [False, True])
@pytest.mark.parametrize("markup", [False, True])
def test_progress_is_told_of_every_fit(markup, use_markup, make_frame, quick):
    frame = with_markup(make_frame()) if markup else make_frame()
    classifier, told = ParagraphClassifier(**quick | {"steps": 1, "least_trust": 0.1}, use_markup=use_markup), []
    classifier.fit(frame, progress=told.append)

    # So few lines make no second look: its networks and its scorers of lines are not fitted.
    assert len(told) + look_fit_count(classifier.folds_.count) == classifier.fits(frame)
    assert (classifier.tagger_.weights.html is not None) == (markup and use_markup)


def test_articles_with_markup_are_learned_from_both_ways_and_the_others_as_text(make_frame, quick):
    frame = with_markup(make_frame())
    plain = frame["article_id"].str.endswith("/3").to_numpy()
    for name in ("markup", "elements", "repeats"):
        frame[name] = frame[name].where(~plain)
    classifier = ParagraphClassifier(**quick).fit(frame)
    unseen = classifier.out_of_fold_

    assert classifier.predict(frame).tolist() == frame["label"].tolist()
    assert ((unseen["score"] > 0.5) == (frame["label"] == "core")).all()
    # The scores of pages come from the path with markup, those of the rest from the path without.
    as_text = ParagraphClassifier(**quick, use_markup=False).fit(frame).out_of_fold_
    assert (unseen["stage1"] == as_text["stage1"]).all()
    assert (unseen["score"] == as_text["score"])[plain].all()
    assert (unseen["score"] != as_text["score"])[~plain].all()


@pytest.mark.parametrize("only", ["site", "label"])
def test_markup_of_one_site_or_of_one_label_is_too_little_to_learn_from(only, make_frame, quick):
    frame = with_markup(make_frame())
    frame["label"] = frame["label"].astype(object)
    inside = frame["site"] == "site-0.example" if only == "site" else frame["article_id"].str.endswith(("/0", "/1"))
    if only == "label":
        frame.loc[inside & (frame["label"] == "filler"), "label"] = None
    frame["markup"] = frame["markup"].where(inside)
    classifier = ParagraphClassifier(**quick).fit(frame)

    assert classifier.tagger_.weights.html is None
    assert classifier.predict(frame)[frame["label"] == "core"].tolist() == ["core"] * (frame["label"] == "core").sum()


def test_two_articles_are_enough_to_learn_something(make_frame, quick):
    frame = make_frame(sites=1, articles=2)
    classifier = ParagraphClassifier(**quick).fit(frame)

    assert (classifier.folds_.count, classifier.folds_.by) == (2, "article")
    assert classifier.out_of_fold_["score"].between(0, 1).all()


def test_a_label_that_is_rare_is_learned_all_the_same(make_frame, quick):
    frame = make_frame(sites=4, articles=12)
    rare = (frame["text"] == "Share this") & frame["article_id"].str.endswith("/0")
    frame = frame[(frame["label"] == "core") | rare]
    classifier = ParagraphClassifier(**quick | {"text_epochs": 60}).fit(frame)

    score = classifier.out_of_fold_["score"].to_numpy()
    assert score[frame["label"] == "filler"].max() < score[frame["label"] == "core"].min()
