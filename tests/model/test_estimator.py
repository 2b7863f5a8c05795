import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate

from pipeline.errors import DataError
from pipeline.features.tokens import hash_token
from pipeline.model.estimator import LEAST, ParagraphClassifier

QUICK = {"members": 1, "hidden": (8,), "text_epochs": 12, "html_epochs": 12, "folds": 3}
NAMES = ("ferry", "steamer", "lugger", "barge", "tug")
LINES = (
    ("The {name} left the quay at noon on Monday with {n} passengers, she said.", "core"),
    ("Read more: {name} sold", "filler"),
    ("It will come back on Friday if the {name} is mended by then.", "core"),
    ("Share this", "filler"),
)


def frame_of(sites=6, articles=4):
    return pd.DataFrame(
        [
            (
                f"{site}/{number}",
                f"site-{site}.example",
                place,
                text.format(name=NAMES[number % 5], n=number + 7),
                label,
            )
            for site in range(sites)
            for number in range(articles)
            for place, (text, label) in enumerate(LINES)
        ],
        columns=["article_id", "site", "position", "text", "label"],
    )


def with_markup(frame):
    tags = frame["label"].map({"core": "n0p p n1article article", "filler": "n0li li n1ul ul"}).astype(object)
    chains = [[0, 1] if label == "core" else [0, 2] for label in frame["label"]]
    return frame.assign(markup=tags, elements=chains, repeats=[[1, 1]] * len(frame), link_density=0.0, declared=np.nan)


def scattered(frame, seed=0):
    """The rows in disorder, the articles still in the order in which each is first met."""
    shuffled = frame.sample(frac=1, random_state=seed)
    first = shuffled[~shuffled["article_id"].duplicated()]
    order = {name: place for place, name in enumerate(frame["article_id"].unique())}
    first = first.sort_values("article_id", key=lambda names: names.map(order))
    return pd.concat([first, shuffled.drop(first.index)])


@pytest.fixture(scope="module")
def fitted():
    return ParagraphClassifier(**QUICK).fit(frame_of())


def test_parameters_come_back_as_they_were_given_and_survive_a_clone():
    given = {
        "min_pages": 2, "words_c": 1.0, "markup_c": 2.0, "hidden": (4, 3), "members": 2, "text_epochs": 3,
        "html_epochs": 4, "penalty": 0.1, "rounds": 2, "folds": 4, "use_markup": False, "random_state": 9, "n_jobs": 2,
    }  # fmt: skip
    classifier = ParagraphClassifier(**given)

    assert classifier.get_params() == given
    assert clone(classifier).get_params() == given
    assert ParagraphClassifier().set_params(**given).get_params() == given
    assert vars(classifier) == given


def test_a_clone_of_a_fitted_estimator_is_not_fitted(fitted):
    with pytest.raises(NotFittedError):
        clone(fitted).predict(frame_of())
    with pytest.raises(NotFittedError):
        clone(fitted).predict_proba(frame_of())


def test_fit_gives_itself_back_and_learns():
    classifier = ParagraphClassifier(**QUICK)
    frame = frame_of()

    assert classifier.fit(frame) is classifier
    assert classifier.predict(frame).tolist() == frame["label"].tolist()
    assert classifier.score(frame, frame["label"]) == 1
    assert classifier.n_features_in_ == frame.shape[1]


def test_the_columns_of_the_probabilities_follow_the_classes(fitted):
    frame = frame_of()
    found = fitted.predict_proba(frame)

    assert fitted.classes_.tolist() == ["core", "filler"]
    assert found.shape == (len(frame), 2)
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found.argmax(axis=1) == (frame["label"] == "filler")).all()


def test_labels_may_come_beside_the_frame(fitted):
    frame = frame_of()
    apart = ParagraphClassifier(**QUICK).fit(frame.drop(columns="label"), frame["label"].tolist())

    assert apart.predict_proba(frame).tolist() == fitted.predict_proba(frame).tolist()


def test_rows_of_an_article_need_not_stand_together_or_in_order_to_be_learned_from(fitted):
    frame = scattered(frame_of())
    found = ParagraphClassifier(**QUICK).fit(frame)

    assert found.predict_proba(frame_of()).tolist() == fitted.predict_proba(frame_of()).tolist()
    together = fitted.out_of_fold_.set_axis(frame_of().index).loc[frame.index]
    assert found.out_of_fold_["score"].tolist() == together["score"].tolist()
    assert found.out_of_fold_["tagged"].tolist() == together["tagged"].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_rows_in_any_order_get_the_same_scores(sample_classifier, sample_frame, seed):
    shuffled = sample_frame.sample(frac=1, random_state=seed)
    expected = sample_classifier.predict_proba(sample_frame)

    assert sample_classifier.predict_proba(shuffled) == pytest.approx(expected[shuffled.index], abs=1e-5)


def test_an_index_of_rows_does_not_matter(fitted):
    frame = frame_of()

    assert fitted.predict(frame.set_axis([0] * len(frame))).tolist() == fitted.predict(frame).tolist()


@pytest.mark.parametrize("unknown", [None, np.nan, ""])
def test_an_unlabelled_row_is_context_and_nothing_to_learn_from(unknown):
    frame = frame_of()
    frame["label"] = frame["label"].astype(object)
    share = frame["text"] == "Share this"
    frame.loc[share, ["text", "label"]] = ["Ahoy", unknown]
    found = ParagraphClassifier(**QUICK).fit(frame)
    known = set(found.tagger_.parts.words.hashes.tolist())

    assert hash_token("ahoy") not in known
    assert hash_token("more") in known
    assert found.out_of_fold_["score"].notna().all()
    # But what it says of itself moves its neighbours.
    other = frame.assign(text=frame["text"].where(~share, "Read more: barge sold, and the ferry left the quay."))
    moved = found.predict_proba(frame)[~share] - found.predict_proba(other)[~share]
    assert np.abs(moved).max() > 1e-4


def test_the_seed_decides_to_the_last_digit_however_many_fits_run_at_once():
    frame = with_markup(frame_of())
    brief = QUICK | {"text_epochs": 2, "html_epochs": 2, "members": 2}
    one, two, other = (
        ParagraphClassifier(**brief, random_state=seed, n_jobs=jobs).fit(frame)
        for seed, jobs in ((0, 1), (0, 2), (1, 1))
    )

    assert one.predict_proba(frame).tolist() == two.predict_proba(frame).tolist()
    assert one.out_of_fold_.equals(two.out_of_fold_)
    assert one.tagger_.settings == two.tagger_.settings
    assert one.predict_proba(frame).tolist() != other.predict_proba(frame).tolist()


def test_a_site_that_calls_everything_otherwise_is_scored_by_those_that_did_not_see_it():
    frame = frame_of()
    odd = (frame["site"] == "site-0.example").to_numpy()
    turned = frame["label"].map({"core": "filler", "filler": "core"})
    # Words of its own, by which a model that saw the site would know its labels.
    own = turned.map({"core": "alpha alpha alpha", "filler": "omega omega omega"})
    frame.loc[odd, "text"] += " " + own[odd] + " " + own[odd]
    frame["label"] = turned.where(odd, frame["label"])
    classifier = ParagraphClassifier(**QUICK).fit(frame)

    core = (frame["label"] == "core").to_numpy()
    unseen = classifier.out_of_fold_
    seen = classifier.tagger_.score_frame(frame)
    assert ((seen["stage1"] > 0.5) == core)[odd].all()
    assert not ((unseen["stage1"] > 0.5) == core)[odd].any()
    assert ((unseen["score"] > 0.5) == core)[odd].mean() < 0.2
    assert ((unseen["score"] > 0.5) == core)[~odd].mean() > 0.9


def test_a_sites_labels_do_not_reach_the_words_stage_that_scores_it():
    frame = frame_of()
    inside = (frame["site"] == "site-2.example").to_numpy()
    turned = frame.assign(label=frame["label"].where(~inside, "core"))
    brief = QUICK | {"text_epochs": 1}
    one, other = (ParagraphClassifier(**brief).fit(table) for table in (frame, turned))

    same_fold = one.folds_.of_row == one.folds_.of_row[inside][0]
    assert one.folds_.of_row.tolist() == other.folds_.of_row.tolist()
    assert one.out_of_fold_["stage1"][same_fold].tolist() == other.out_of_fold_["stage1"][same_fold].tolist()
    assert one.out_of_fold_["stage1"][~same_fold].tolist() != other.out_of_fold_["stage1"][~same_fold].tolist()


def test_it_cross_validates_by_site(sample_frame):
    rows = sample_frame[sample_frame["label"].notna()]
    scores = cross_validate(
        ParagraphClassifier(members=1), rows, rows["label"], groups=rows["site"], cv=GroupKFold(3),
        scoring=["accuracy", "f1_macro", "neg_log_loss", "roc_auc"],
    )  # fmt: skip

    assert (scores["test_f1_macro"] > 0.7).all()
    assert (scores["test_roc_auc"] > 0.85).all()
    assert (scores["test_neg_log_loss"] > -0.6).all()


def test_it_grid_searches_by_site():
    frame = frame_of()
    search = GridSearchCV(
        ParagraphClassifier(**QUICK), {"text_epochs": [1, 12], "words_c": [3.0]}, cv=GroupKFold(2),
        scoring="neg_log_loss", error_score="raise",
    )  # fmt: skip
    search.fit(frame, frame["label"], groups=frame["site"])

    assert search.best_params_ == {"text_epochs": 12, "words_c": 3.0}
    assert search.predict(frame).tolist() == frame["label"].tolist()


@pytest.mark.parametrize("use_markup", [False, True])
@pytest.mark.parametrize("markup", [False, True])
def test_progress_is_told_of_every_fit(markup, use_markup):
    frame = with_markup(frame_of()) if markup else frame_of()
    classifier, told = ParagraphClassifier(**QUICK | {"text_epochs": 1}, use_markup=use_markup), []
    classifier.fit(frame, progress=told.append)

    assert len(told) == classifier.fits(frame)
    assert bool(classifier.tagger_.parts.html) == (markup and use_markup)


def test_articles_with_markup_are_learned_from_both_ways_and_the_others_as_text():
    frame = with_markup(frame_of())
    plain = frame["article_id"].str.endswith("/3").to_numpy()
    for name in ("markup", "elements", "repeats"):
        frame[name] = frame[name].where(~plain)
    classifier = ParagraphClassifier(**QUICK).fit(frame)
    unseen = classifier.out_of_fold_

    assert classifier.predict(frame).tolist() == frame["label"].tolist()
    assert ((unseen["score"] > 0.5) == (frame["label"] == "core")).all()
    # The scores of pages come from the path with markup, those of the rest from the path without.
    as_text = ParagraphClassifier(**QUICK, use_markup=False).fit(frame).out_of_fold_
    assert (unseen["stage1"] == as_text["stage1"]).all()
    assert (unseen["score"] == as_text["score"])[plain].all()
    assert (unseen["score"] != as_text["score"])[~plain].all()


@pytest.mark.parametrize("only", ["site", "label"])
def test_markup_of_one_site_or_of_one_label_is_too_little_to_learn_from(only):
    frame = with_markup(frame_of())
    frame["label"] = frame["label"].astype(object)
    inside = frame["site"] == "site-0.example" if only == "site" else frame["article_id"].str.endswith(("/0", "/1"))
    if only == "label":
        frame.loc[inside & (frame["label"] == "filler"), "label"] = None
    frame["markup"] = frame["markup"].where(inside)
    classifier = ParagraphClassifier(**QUICK).fit(frame)

    assert classifier.tagger_.parts.html == ()
    assert classifier.predict(frame)[frame["label"] == "core"].tolist() == ["core"] * (frame["label"] == "core").sum()


REFUSED = {
    "no column": (lambda frame: frame.drop(columns=["text", "position"]), "expected also position, text"),
    "no labels": (lambda frame: frame.drop(columns="label"), "no labels; expected a column `label`, or y"),
    "an unknown label": (lambda frame: frame.replace({"label": {"filler": "maybe"}}), "label 'maybe'; expected core"),
    "one class": (lambda frame: frame.assign(label="core"), "every label is core; expected both core and filler"),
    "no label": (lambda frame: frame.assign(label=None), "no row is labelled; expected both"),
    "no row": (lambda frame: frame.iloc[:0], "no row is labelled; expected both"),
    "one article": (lambda frame: frame[frame["article_id"] == "0/0"], "all rows are of one article"),
    "no text": (lambda frame: frame.assign(text=frame["text"].where(frame.index != 5)), "row 6: no text"),
    "no article": (
        lambda frame: frame.assign(article_id=frame["article_id"].where(frame.index != 0)),
        "row 1: no article_id",
    ),
    "filler of one site": (
        lambda frame: frame[(frame["label"] == "core") | (frame["site"] == "site-3.example")],
        "filler is only in sites of one fold: site-3.example; expected each label in several",
    ),
    "core of one article": (
        lambda frame: frame[(frame["label"] == "filler") | (frame["article_id"] == "1/1")].drop(columns="site"),
        "core is only in sites of one fold: 1/1; expected each label in several",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_learned_from_is_refused_and_named(case):
    change, message = REFUSED[case]

    with pytest.raises(DataError) as caught:
        ParagraphClassifier(**QUICK).fit(change(frame_of()))
    assert message in str(caught.value)


def test_what_cannot_be_scored_is_refused_and_named(fitted):
    with pytest.raises(DataError, match="expected also text"):
        fitted.predict(frame_of().drop(columns="text"))
    with pytest.raises(DataError, match="row 2: no position"):
        fitted.predict_proba(frame_of().assign(position=[0, None, *range(2, 96)]))


def test_no_row_has_no_score(fitted):
    assert fitted.predict_proba(frame_of().iloc[:0]).shape == (0, 2)
    assert fitted.predict(frame_of().iloc[:0]).shape == (0,)


@pytest.mark.parametrize("name", LEAST)
def test_a_parameter_that_counts_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}={LEAST[name] - 1}; expected at least {LEAST[name]}"):
        ParagraphClassifier(**{name: LEAST[name] - 1}).fit(frame_of())


def test_there_must_be_a_label_a_row():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ParagraphClassifier(**QUICK).fit(frame_of(), ["core", "filler"])


def test_two_articles_are_enough_to_learn_something():
    frame = frame_of(sites=1, articles=2)
    classifier = ParagraphClassifier(**QUICK).fit(frame)

    assert (classifier.folds_.count, classifier.folds_.by) == (2, "article")
    assert classifier.out_of_fold_["score"].between(0, 1).all()


def test_a_label_that_is_rare_is_learned_all_the_same():
    frame = frame_of(sites=4, articles=12)
    rare = (frame["text"] == "Share this") & frame["article_id"].str.endswith("/0")
    frame = frame[(frame["label"] == "core") | rare]
    classifier = ParagraphClassifier(**QUICK | {"text_epochs": 60}).fit(frame)

    score = classifier.out_of_fold_["score"].to_numpy()
    assert score[frame["label"] == "filler"].max() < score[frame["label"] == "core"].min()
