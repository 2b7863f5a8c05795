from dataclasses import replace

import numpy as np
import pytest

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import MARKUP, OWN_WORDS, LogOdds
from corestory.features.elements import Forest
from corestory.features.layout import Layout
from corestory.features.shapes import unmarked
from corestory.features.tokens import tokenise
from corestory.model.ngrams import fit_ngrams
from corestory.reading.html.markup_words import MarkupWords
from corestory.training import fitting
from corestory.training.estimator import ParagraphClassifier
from corestory.training.fitting import LinearFit, fit_count, fit_stage1, fit_stage2, fit_stages
from corestory.training.network_fit import fit_network
from corestory.training.training_rows import TrainingPath, TrainingRows, make_folds, training_rows, trusted_labels

pytestmark = pytest.mark.slow

# Of the recipe that the estimator makes, so that a stage more does not need a word here.
RECIPE = ParagraphClassifier(
    min_pages=2,
    text_hidden=(4, 3),
    html_hidden=(3, 2),
    text_blocks=2,
    members=2,
    steps=30,
    text_epochs=3,
    html_epochs=3,
    markup_c=3.0,
    random_state=5,
)._recipe()
FOLDS = 3


def silent(_):
    return None


def laid_out(frame, *, markup=False):
    labels = frame["label"].fillna("").to_numpy(object)
    return training_rows(frame, labels, make_folds(frame, folds=FOLDS, seed=0).of_row, markup=markup)[0]


@pytest.fixture(scope="module")
def rows(sample_frame):
    frame = sample_frame[sample_frame["language"] == "en"].reset_index(drop=True)
    # The stages read texts without marks; so the tests need not take them off.
    return laid_out(frame.assign(text=unmarked(frame["text"].tolist())[0]))


@pytest.fixture(scope="module")
def html_rows(rows):
    # Markup that tells a little: what looks like a plug is in a list.
    tags = ["own_li li" if text.startswith(("READ", "Read")) else "own_p p" for text in rows.batch.texts]
    count = len(tags)
    articles = len(rows.batch.layout.sizes)
    forest = Forest(np.full(articles, -1), np.ones(articles, np.int64), rows.batch.layout.article)
    markup = MarkupColumns(MarkupWords.of_texts(tags), forest, np.zeros(count), np.full(count, -1.0))
    return replace(rows, batch=replace(rows.batch, markup=markup))


def stage1_of(texts, rows, chosen, *, progress=silent):
    return fit_stage1(texts, rows, chosen, LinearFit(tokenise, 3.0, 2), RECIPE, progress=progress)


def path_of(rows, numbers=None, *, html=False):
    numbers = np.arange(len(rows.core)) if numbers is None else numbers
    return TrainingPath(rows, numbers, numbers, html)


@pytest.fixture(scope="module")
def stage1(rows):
    return stage1_of(rows.batch.texts, rows, rows.first_view)


def fit_words(rows, inside):
    texts = [text for text, chosen in zip(rows.batch.texts, inside, strict=True) if chosen]
    return fit_ngrams(texts, rows.core[inside], groups=rows.page[inside], weights=rows.weight[inside], min_groups=2)


@pytest.mark.parametrize("fold", range(FOLDS))
def test_stage_1_scores_each_fold_by_the_labelled_rows_of_the_others(rows, stage1, fold):
    inside = rows.fold == fold
    other = fit_words(rows, rows.labelled & ~inside)
    texts = [text for text, chosen in zip(rows.batch.texts, inside, strict=True) if chosen]

    assert stage1[1][inside].tolist() == other.log_odds(tokenise(texts)).tolist()


def test_stage_1_itself_learns_from_all_of_them(rows, stage1):
    expected = fit_words(rows, rows.labelled)

    assert stage1[0].hashes.tolist() == expected.hashes.tolist()
    assert stage1[0].weights.tolist() == expected.weights.tolist()


def test_stage_1_learns_from_chosen_rows_only(rows):
    chosen = rows.page % 2 == 0
    scorer, scores = stage1_of(rows.batch.texts, rows, chosen)

    assert scorer.hashes.tolist() == fit_words(rows, rows.labelled & chosen).hashes.tolist()
    assert np.isfinite(scores).all()


def features_of(rows, stage1, words):
    return BatchFeatures(rows.batch, words.idf_of).of_text([LogOdds(OWN_WORDS, stage1)]).matrix()


def held_out(rows, features, learned, *, epochs, seed):
    found = np.zeros(len(rows.core))
    layout = rows.batch.layout
    for fold in range(FOLDS):
        # Every article of the other folds has a labelled paragraph; what is not learned from is context.
        others = rows.fold != fold
        network = fit_network(
            features[others], rows.core[others], Layout.of(layout.sizes[others[layout.first]]),
            weights=(rows.weight * learned)[others], shape=RECIPE.text_shape, epochs=epochs, penalty=RECIPE.penalty,
            seed=seed, steps=RECIPE.steps,
        )  # fmt: skip
        inside = Layout.of(layout.sizes[~others[layout.first]])
        found[~others] = network.log_odds(features[~others], inside)
    return found


@pytest.mark.parametrize("least", [0.0, 0.3])
def test_stage_2_scores_each_fold_by_the_trusted_rows_of_the_others(rows, stage1, least):
    words, by_words = stage1
    fitted = fit_stage2(
        path_of(rows), [LogOdds(OWN_WORDS, by_words)], words, replace(RECIPE, least_trust=least), progress=silent
    )

    features = features_of(rows, by_words, words)
    first = held_out(rows, features, rows.labelled, epochs=1, seed=5)
    learned = trusted_labels(first, rows, least=least)
    assert (learned.sum() < rows.labelled.sum()) == (least > 0)
    expected = held_out(rows, features, learned, epochs=3, seed=5)
    assert fitted.out_of_fold == pytest.approx(expected, abs=1e-6)
    assert len(fitted.network.members) == RECIPE.members


def test_features_do_not_depend_on_how_many_articles_are_computed_at_once(rows, stage1, monkeypatch):
    words, by_words = stage1
    scores = [LogOdds(OWN_WORDS, by_words)]
    at_once = fitting._features(rows.batch, scores, words, html=False)
    monkeypatch.setattr(fitting, "CHUNK", 3)

    assert fitting._features(rows.batch, scores, words, html=False) == pytest.approx(at_once, abs=1e-5)


@pytest.mark.parametrize("html", [False, True])
def test_progress_is_told_of_every_fit_and_counted_beforehand(rows, html_rows, html):
    told = []
    paths = [path_of(rows), path_of(html_rows, html=True)][: 1 + html]
    fitted = fit_stages(paths, RECIPE, progress=told.append)

    assert len(told) == fit_count(RECIPE, FOLDS, html=html)
    assert set(told) == {"stage 1", "stage 2"}
    assert (len(fitted.paths) == 2) == (fitted.weights.markup is not None) == (fitted.weights.html is not None) == html


def test_rows_with_markup_are_fitted_on_what_all_rows_say_of_their_words(rows, stage1, html_rows):
    begin = int(rows.batch.layout.first[3])
    # All but the first three articles have markup.
    batch, markup = html_rows.batch, html_rows.batch.markup.rows(slice(begin, None))
    some = Batch(batch.texts[begin:], Layout.of(batch.layout.sizes[3:]), batch.titles[3:], markup)
    columns = [column[begin:] for column in (rows.core, rows.labelled, rows.fold, rows.page, rows.weight)]
    chosen = TrainingRows(some, *columns, rows.first_view[begin:])
    places = np.arange(begin, len(rows.core))
    path = path_of(chosen, places, html=True)
    fitted = fit_stages([path_of(rows), path], RECIPE, progress=silent)

    scorer, by_markup = stage1_of(markup.words.spelt(), chosen, chosen.labelled)
    scores = [LogOdds(MARKUP, by_markup), LogOdds(OWN_WORDS, fitted.by_words[places])]
    expected = fit_stage2(path, scores, stage1[0], RECIPE, progress=silent)
    assert fitted.paths[1].out_of_fold.tolist() == expected.out_of_fold.tolist()
    assert fitted.weights.markup.weights.tolist() == scorer.weights.tolist()
    assert fitted.weights.words.weights.tolist() == stage1[0].weights.tolist()


def test_text_is_fitted_the_same_whether_or_not_there_is_markup(rows, html_rows):
    paths = [path_of(rows), path_of(html_rows, html=True)]
    one, other = (fit_stages(some, RECIPE, progress=silent) for some in (paths, paths[:1]))

    assert one.paths[0].out_of_fold.tolist() == other.paths[0].out_of_fold.tolist()
