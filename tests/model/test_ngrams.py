import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from corestory.features.tokens import TOKEN_PATTERN, hash_token, normalise, tokenise
from corestory.model import ngrams as module
from corestory.model.ngrams import Lookup, NgramScorer, fit_ngrams, known_ngrams

WORDS = ["the", "quay", "read", "more", "00", "東", "京", "i", "straße", "οδος", "a_b"]
TERMS = [*WORDS, "read more", "the quay", "東 京", "quay quay", "00 the"]
# Known words as people write them, unknown ones, case that changes the length, digits of other scripts, no word at all.
WRITTEN = st.sampled_from(
    [*WORDS, "READ", "More", "QUAY", "İ", "ΟΔΟΣ", "37", "٣٤", "ferry", "...", "\x00", "\ud800", "กข"]
)
TEXTS = st.lists(st.one_of(st.lists(WRITTEN, max_size=9).map(" ".join), st.text(st.characters())), max_size=6)


def vectorizer_of(terms):
    vocabulary = {term: number for number, term in enumerate(sorted(terms, key=hash_token))}
    return TfidfVectorizer(
        token_pattern=TOKEN_PATTERN,
        preprocessor=normalise,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=True,
        vocabulary=vocabulary,
    )


@pytest.fixture(scope="module")
def scorer():
    hashes = np.sort(np.array([hash_token(term) for term in TERMS], np.uint64))
    rng = np.random.default_rng(5)
    idf, weights = rng.uniform(1, 6, len(TERMS)), rng.normal(0, 3, len(TERMS))
    return NgramScorer(
        hashes, idf.astype(np.float32), weights.astype(np.float32), np.array(-0.3, np.float32), np.array(7, np.float32)
    )


@pytest.fixture(scope="module")
def reference(scorer):
    """The same numbers as scikit-learn's own objects."""
    vectorizer, model = vectorizer_of(TERMS), LogisticRegression()
    vectorizer.idf_ = scorer.idf.astype(float)
    model.classes_ = np.array([False, True])
    model.coef_ = scorer.weights[None].astype(float)
    model.intercept_ = np.array([float(scorer.intercept)])
    return vectorizer, model


@given(texts=TEXTS)
def test_log_odds_are_those_of_scikit_learns_tfidf_and_logistic_regression(scorer, reference, texts):
    found = scorer.log_odds(tokenise(texts))

    if texts:
        vectorizer, model = reference
        expected = model.decision_function(vectorizer.transform(texts))
        assert np.abs(found - expected).max() < 1e-6
        assert (found > 0).tolist() == model.predict(vectorizer.transform(texts)).tolist()
    assert found.shape == (len(texts),)


@given(texts=TEXTS)
def test_entries_count_each_known_ngram_of_each_text(scorer, reference, texts):
    row, term, count = scorer.entries(tokenise(texts))

    if texts:
        vectorizer, _ = reference
        counts = super(TfidfVectorizer, vectorizer).transform(texts).tocoo()
        expected = {(r, c): n for r, c, n in zip(counts.row, counts.col, counts.data, strict=True)}
        assert dict(zip(zip(row.tolist(), term.tolist(), strict=True), count.tolist(), strict=True)) == expected


def test_ngrams_whose_numbers_are_65536_apart_are_counted_apart():
    first, second = sorted(hash_token(word) for word in ("quay", "read"))
    others = np.uint64(first) + np.arange(1, 1 << 16, dtype=np.uint64)
    hashes = np.concatenate([np.array([first], np.uint64), others, np.array([second], np.uint64)])
    ones = np.ones(len(hashes), np.float32)
    scorer = NgramScorer(hashes, ones, ones, ones[0], ones[0])
    row, term, count = scorer.entries(tokenise(["Quay, read, quay, read", "read read", "quay"]))

    assert row.tolist() == [0, 0, 1, 2]
    assert count.tolist() == [2, 2, 2, 1]
    assert sorted(set(term.tolist())) == [0, 1 << 16]
    assert term[2] != term[3]


@given(texts=TEXTS)
def test_a_word_has_the_idf_that_was_learned_or_that_of_the_unknown(scorer, texts):
    tokens = tokenise(texts)
    learned = dict(zip(scorer.hashes.tolist(), scorer.idf.tolist(), strict=True))

    assert scorer.idf_of(tokens.hashes).tolist() == [learned.get(word, 7.0) for word in tokens.hashes.tolist()]


def test_who_knows_no_ngram_says_the_intercept_of_every_text():
    nothing = np.zeros(0, np.float32)
    scorer = NgramScorer(np.zeros(0, np.uint64), nothing, nothing, np.array(0.5, np.float32), np.array(2, np.float32))
    tokens = tokenise(["The quay", ""])

    assert scorer.log_odds(tokens).tolist() == [0.5, 0.5]
    assert scorer.idf_of(tokens.hashes).tolist() == [2, 2]


@given(TEXTS, st.integers(1, 3), st.data())
def test_an_ngram_is_known_if_it_occurs_on_so_many_pages(texts, min_groups, data):
    groups = data.draw(st.lists(st.integers(0, 3), min_size=len(texts), max_size=len(texts)))
    pages = {}
    for text, group in zip(texts, groups, strict=True):
        tokens = tokenise([text])
        for ngram in [*tokens.hashes.tolist(), *tokens.pairs().hashes.tolist()]:
            pages.setdefault(ngram, set()).add(group)

    found = known_ngrams(tokenise(texts), np.array(groups, np.int64), min_groups=min_groups)

    assert found.tolist() == sorted(ngram for ngram, on in pages.items() if len(on) >= min_groups)


@pytest.fixture(scope="module")
def labelled(sample_frame):
    rows = sample_frame[sample_frame["label"].notna()]
    pages = rows["page"].factorize()[0].astype(np.int64)
    rows, pages = rows[pages % 2 == 0], pages[pages % 2 == 0]
    weights = np.random.default_rng(1).uniform(0.5, 2, len(rows))
    return rows["text"].tolist(), (rows["label"] == "core").to_numpy(), pages, weights


def test_the_fit_is_scikit_learns_on_the_same_vocabulary(labelled):
    texts, core, pages, weights = labelled
    scorer = fit_ngrams(texts, core, groups=pages, weights=weights, inverse_regularisation=2.0)

    # An n-gram of three pages is in three texts.
    everything = TfidfVectorizer(
        token_pattern=TOKEN_PATTERN, preprocessor=normalise, lowercase=False, ngram_range=(1, 2), min_df=3
    )
    known = set(scorer.hashes.tolist())
    vectorizer = vectorizer_of([term for term in everything.fit(texts).vocabulary_ if hash_token(term) in known])
    matrix = vectorizer.fit_transform(texts)
    model = LogisticRegression(C=2.0, max_iter=60, tol=1e-3).fit(matrix, core, sample_weight=weights)

    assert len(vectorizer.vocabulary_) == len(known) > 1000
    assert scorer.idf == pytest.approx(vectorizer.idf_, rel=1e-6)
    found, expected = scorer.log_odds(tokenise(texts)), model.decision_function(matrix)
    assert (found > 0).tolist() == model.predict(matrix).tolist()
    # Both stop when they are good enough, so the last bit of a 32-bit entry shows a little sooner than it would.
    assert np.abs(found - expected).max() < 1e-4


def test_what_the_fit_learned_tells_the_classes_apart(labelled):
    texts, core, pages, weights = labelled
    scorer = fit_ngrams(texts, core, groups=pages, weights=weights)

    # A ranking: many languages of the sample have one page, whose n-grams stay unknown and so all score alike.
    assert roc_auc_score(core, scorer.log_odds(tokenise(texts))) > 0.9
    assert (np.diff(scorer.hashes) > 0).all()
    assert float(scorer.unknown_idf) == pytest.approx(np.log(1 + len(texts)) + 1)
    assert {array.dtype for array in (scorer.idf, scorer.weights, scorer.intercept)} == {np.dtype(np.float32)}


def test_a_text_weighs_as_much_as_it_is_told_to():
    texts = ["read more"] * 6
    core = np.array([True] * 3 + [False] * 3)

    def says(*weights):
        return fit_ngrams(texts, core, groups=np.arange(6), weights=np.repeat(weights, 3).astype(float)).log_odds(
            tokenise(["read more"])
        )[0]

    assert says(5, 1) > 0 > says(1, 5)


def test_texts_of_which_nothing_occurs_twice_still_give_a_scorer():
    texts = ["one", "two", "three", "four"]
    scorer = fit_ngrams(texts, np.array([True, True, True, False]), groups=np.arange(4), weights=np.ones(4))

    assert len(scorer.hashes) == 0
    assert scorer.log_odds(tokenise(["five"]))[0] > 0


# Some far apart, some in one bucket, the least and the largest.
HASHES = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 9), st.integers(2**64 - 9, 2**64 - 1))


def array(values):
    return np.array(values, np.uint64)


@pytest.fixture(params=["searched", "table"], autouse=True)
def way(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "table":
            patch.setattr(module, "FEW", 0)
        yield


@given(st.sets(HASHES, max_size=40), st.lists(HASHES, max_size=40), st.data())
def test_a_hash_is_found_where_it_stands_among_the_known(known, hashes, data):
    known = sorted(known)
    chosen = data.draw(st.none() | st.lists(st.booleans(), min_size=len(hashes), max_size=len(hashes)))

    at, place = Lookup(array(known)).find(array(hashes), chosen if chosen is None else np.array(chosen, bool))

    expected = [
        (number, known.index(one))
        for number, one in enumerate(hashes)
        if one in known and (chosen is None or chosen[number])
    ]
    assert list(zip(at.tolist(), place.tolist(), strict=True)) == expected


@pytest.mark.parametrize("step", [1, 2**40, 2**48])
def test_hashes_that_are_not_spread_evenly_are_found_too(step):
    known = array(range(0, 1000 * step, step))
    order = np.random.default_rng(0).permutation(1000)

    at, place = Lookup(known).find(known[order])

    assert (at.tolist(), place.tolist()) == (list(range(1000)), order.tolist())
    assert len(Lookup(known).find(known + np.uint64(step * 1000))[0]) == 0


def test_whether_a_table_was_made_yet_does_not_matter(monkeypatch):
    known = np.sort(np.random.default_rng(1).integers(0, 2**64, 500, dtype=np.uint64))
    asked = np.concatenate([known[::7], known[::3] ^ np.uint64(1)])
    monkeypatch.setattr(module, "FEW", 2 * len(asked))
    lookup = Lookup(known)

    (first, *others) = [tuple(map(np.ndarray.tolist, lookup.find(asked))) for _ in range(4)]

    assert others == [first] * 3
