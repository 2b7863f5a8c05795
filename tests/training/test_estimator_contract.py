"""The estimator's contract with scikit-learn and with callers: parameters, searches, refused input."""

import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate

from corestory.errors import DataError
from corestory.training.estimator import LEAST, ParagraphClassifier

pytestmark = pytest.mark.slow


def test_parameters_come_back_as_they_were_given_and_survive_a_clone():
    given = {
        "min_pages": 2, "words_c": 1.0, "markup_c": 2.0, "text_hidden": (4, 3), "html_hidden": (5, 4),
        "text_blocks": 1, "html_blocks": 2, "steps": 3, "least_trust": 0.2, "members": 2, "text_epochs": 3,
        "html_epochs": 4, "penalty": 0.1, "folds": 4, "use_markup": False, "random_state": 9, "n_jobs": 2,
    }  # fmt: skip
    classifier = ParagraphClassifier(**given)
    expected = ParagraphClassifier().get_params() | given

    assert classifier.get_params() == expected
    assert clone(classifier).get_params() == expected
    assert ParagraphClassifier().set_params(**given).get_params() == expected
    assert vars(classifier) == expected


def test_a_clone_of_a_fitted_estimator_is_not_fitted(quick_classifier, make_frame):
    with pytest.raises(NotFittedError):
        clone(quick_classifier).predict(make_frame())
    with pytest.raises(NotFittedError):
        clone(quick_classifier).predict_proba(make_frame())


def test_labels_may_come_beside_the_frame(quick_classifier, make_frame, quick):
    frame = make_frame()
    apart = ParagraphClassifier(**quick).fit(frame.drop(columns="label"), frame["label"].tolist())

    assert apart.predict_proba(frame).tolist() == quick_classifier.predict_proba(frame).tolist()


def test_it_cross_validates_by_site(make_frame, quick):
    frame = make_frame()
    scores = cross_validate(
        ParagraphClassifier(**quick), frame, frame["label"], groups=frame["site"], cv=GroupKFold(2),
        scoring=["accuracy", "f1_macro", "neg_log_loss", "roc_auc"],
    )  # fmt: skip

    assert (scores["test_f1_macro"] > 0.9).all()
    assert (scores["test_roc_auc"] > 0.9).all()
    assert (scores["test_neg_log_loss"] > -0.4).all()


def test_rows_without_a_label_are_left_out_of_its_score(make_frame, quick):
    frame = make_frame()
    model = ParagraphClassifier(**quick).fit(frame)
    labels = frame["label"].where(frame.index % 3 > 0)
    right = model.predict(frame) == frame["label"]
    assert model.score(frame, labels) == right[labels.notna()].mean()
    weights = 1.0 * (frame.index > 5)
    assert model.score(frame, labels, weights) == right[labels.notna() & (frame.index > 5)].mean()


def test_it_grid_searches_by_site(make_frame, quick):
    frame = make_frame()
    search = GridSearchCV(
        ParagraphClassifier(**quick | {"text_epochs": 1}), {"steps": [1, 200], "words_c": [3.0]}, cv=GroupKFold(2),
        scoring="neg_log_loss", error_score="raise",
    )  # fmt: skip
    search.fit(frame, frame["label"], groups=frame["site"])

    assert search.best_params_ == {"steps": 200, "words_c": 3.0}
    assert search.predict(frame).tolist() == frame["label"].tolist()


REFUSED = {
    "no column": (lambda frame: frame.drop(columns=["text", "position"]), "expected also position, text"),
    "no labels": (lambda frame: frame.drop(columns="label"), "no labels; expected a column `label`, or y"),
    "an unknown label": (lambda frame: frame.replace({"label": {"filler": "maybe"}}), "label 'maybe'; expected core"),
    "one class": (lambda frame: frame.assign(label="core"), "every label is core; expected both core and filler"),
    "no label": (lambda frame: frame.assign(label=None), "no row is labelled; expected both"),
    "no row": (lambda frame: frame.iloc[:0], "no row is labelled; expected both"),
    "one article": (lambda frame: frame[frame["article_id"] == "0/0"], "all training rows are of one article"),
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
def test_what_cannot_be_learned_from_is_refused_and_named(case, make_frame, quick):
    change, message = REFUSED[case]

    with pytest.raises(DataError) as caught:
        ParagraphClassifier(**quick).fit(change(make_frame()))
    assert message in str(caught.value)


def test_what_cannot_be_scored_is_refused_and_named(quick_classifier, make_frame):
    with pytest.raises(DataError, match="expected also text"):
        quick_classifier.predict(make_frame().drop(columns="text"))
    with pytest.raises(DataError, match="row 2: no position"):
        quick_classifier.predict_proba(make_frame().assign(position=[0, None, *range(2, 96)]))


def test_no_row_has_no_score(quick_classifier, make_frame):
    assert quick_classifier.predict_proba(make_frame().iloc[:0]).shape == (0, 2)
    assert quick_classifier.predict(make_frame().iloc[:0]).shape == (0,)


@pytest.mark.parametrize("name", LEAST)
def test_a_parameter_that_counts_nothing_is_refused(name, make_frame):
    with pytest.raises(ValueError, match=f"{name}={LEAST[name] - 1}; expected at least {LEAST[name]}"):
        ParagraphClassifier(**{name: LEAST[name] - 1}).fit(make_frame())


def test_there_must_be_a_label_a_row(make_frame, quick):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ParagraphClassifier(**quick).fit(make_frame(), ["core", "filler"])
