from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from corestory.errors import DataError, ModelError
from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.labelling.kinds import with_kinds
from corestory.labelling.labelled import KINDS, ROLES, markup_rows
from corestory.model.kinds import CLASSES, KindHead, chosen_kinds
from corestory.model.storage import load_model, save_model
from corestory.model.stored_weights import read_weights, weights_bytes
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.training.kinds_fit import fit_kinds

TEXTS = [
    "By Mara Illing, local reporter",
    "12 March 2026",
    "The fish stalls on the north quay opened again on Wednesday, after two years of repairs.",
    "The council paid for the work, she said, and the traders will pay it back.",
    "READ MORE: Ferry company drops winter timetable",
    "Sign up for our newsletter, every morning in your inbox",
    "© 2026 Harbour Herald. All rights reserved.",
]
PAGES = [
    '<nav><ul><li>News<li>Sport</ul></nav><h1>Quay opens</h1><p class="byline">By Mara</p><p>It opened, she said.</p>',
    '<div class="ad">Advertisement</div><p>The ferry sailed on Monday.</p><footer>© Herald</footer>',
]


Fit = Callable[..., KindHead | None]


def head_of(tagger: Tagger) -> KindHead:
    assert tagger.weights.kinds is not None
    return tagger.weights.kinds


def core_of(frame: pd.DataFrame) -> np.ndarray:
    return (frame["label"] == "core").to_numpy()


def names(tagger: Tagger, article: Article) -> tuple[str, ...]:
    (tagged,) = tagger.tag_articles([article], kinds=True)
    assert tagged.kinds is not None
    return tagged.kinds.names


def test_words_tell_kinds_of_lines_that_no_article_of_training_has(kinds_tagger: Tagger) -> None:
    features = BatchFeatures(batch_of_articles([Article("a", TEXTS)]), kinds_tagger.weights.words.idf_of)
    core = np.array([False, False, True, True, False, False, False])
    found = chosen_kinds(head_of(kinds_tagger).probabilities(features, core), core)
    assert found.names == ("byline", "date", "body", "body", "related", "newsletter", "legal")
    assert (found.scores > 0.4).all()


def test_kinds_suit_the_labels_and_scores_are_probabilities(kinds_tagger: Tagger) -> None:
    (tagged,) = kinds_tagger.tag_articles([Article("a", TEXTS)], kinds=True)
    assert tagged.kinds is not None
    for name, core in zip(tagged.kinds.names, tagged.core.tolist(), strict=True):
        assert name in (ROLES if core else (*KINDS, "title"))
    assert ((tagged.kinds.scores > 0) & (tagged.kinds.scores <= 1)).all()


def test_kinds_are_told_only_if_asked_for_and_labels_stay(kinds_tagger: Tagger, seeded_tagger: Tagger) -> None:
    article = Article("a", TEXTS)
    ((plain,), (told,)) = (kinds_tagger.tag_articles([article], kinds=asked) for asked in (False, True))
    assert plain.kinds is None
    assert np.array_equal(plain.scores, told.scores)
    assert plain.labels == told.labels
    (without,) = seeded_tagger.tag_articles([article], kinds=True)
    assert without.kinds is None
    assert np.array_equal(without.scores, told.scores)


@given(st.lists(st.lists(st.sampled_from([*TEXTS, "", "x"]), min_size=1, max_size=9), min_size=1, max_size=5))
def test_scores_do_not_depend_on_the_batch(kinds_tagger: Tagger, articles: list[list[str]]) -> None:
    head, idf_of = head_of(kinds_tagger), kinds_tagger.weights.words.idf_of
    read = [Article(str(number), texts) for number, texts in enumerate(articles)]

    def probabilities(*some: Article) -> np.ndarray:
        core = np.array(["she said" in text for article in some for text in article.texts])
        return head.probabilities(BatchFeatures(batch_of_articles(some), idf_of), core)

    together, alone = probabilities(*read), [probabilities(one) for one in read]
    assert np.allclose(together, np.concatenate(alone), rtol=0, atol=1e-9)


def test_a_loaded_head_is_the_saved_one(kinds_tagger: Tagger, tmp_path: Path) -> None:
    save_model(kinds_tagger, tmp_path / "model", card="# A card")
    loaded = load_model(tmp_path / "model")
    assert loaded == kinds_tagger
    article = Article("a", TEXTS)
    assert names(loaded, article) == names(kinds_tagger, article)


@pytest.mark.parametrize(
    ("begin", "change", "reason"),
    [
        ("kinds.words.hashes", lambda array: array[::-1].copy(), "'kinds.words.hashes' is not strictly ascending"),
        ("kinds.text.intercept", None, "has no array 'kinds.text.intercept'"),
        ("kinds.forms.weights", lambda array: array[:, 1:].copy(), "one for each kind and role"),
        ("kinds.text.mean", lambda array: array[1:].copy(), "one for each feature"),
        ("kinds.text.weights", lambda array: array[1:].copy(), "one for each hidden unit"),
        ("kinds.words.weights", lambda array: array.astype(np.float32), "expected float16"),
        ("kinds.words.weights", lambda array: array * np.float16("nan"), "not finite"),
        ("kinds.text.scale", lambda array: array * np.float32(0), "values below"),
        ("kinds.text.", None, "belongs to no part"),
    ],
)
def test_spoilt_arrays_are_refused(
    kinds_tagger: Tagger, begin: str, change: Callable[[np.ndarray], np.ndarray] | None, reason: str
) -> None:
    arrays = {name: array.copy() for name, array in load(weights_bytes(kinds_tagger.weights)).items()}
    for name in [name for name in arrays if name.startswith(begin)]:
        array = arrays.pop(name)
        if change is not None:
            arrays[name] = change(array)
    with pytest.raises(ModelError, match=reason):
        read_weights(save(arrays), where="weights.safetensors")


@pytest.fixture
def fit(seeded_tagger: Tagger) -> Fit:
    return partial(fit_kinds, idf_of=seeded_tagger.weights.words.idf_of, seed=0)


def test_a_table_without_kinds_gives_no_head(fit: Fit, sample_frame: pd.DataFrame) -> None:
    fold = np.arange(len(sample_frame)) % 2
    core = core_of(sample_frame)
    assert fit(sample_frame.drop(columns=["kind"]), core, fold) is None
    assert fit(sample_frame.assign(kind=None), core, fold) is None
    one = sample_frame["kind"].where(sample_frame["kind"] == "date")
    assert fit(sample_frame.assign(kind=one), core, fold) is None


@pytest.mark.parametrize("with_markup", [False, True])
def test_articles_of_a_single_site_give_no_head(fit: Fit, sample_frame: pd.DataFrame, with_markup: bool) -> None:
    frame = page_frame() if with_markup else sample_frame
    articles = frame["article_id"].drop_duplicates().sample(8, random_state=0)
    of_one = frame[frame["article_id"].isin(articles)].reset_index(drop=True).assign(site="herald.example")
    assert fit(of_one, core_of(of_one), pd.factorize(of_one["article_id"])[0] % 2) is None


def test_an_unknown_kind_is_refused(fit: Fit, sample_frame: pd.DataFrame) -> None:
    frame = sample_frame.assign(kind=["plug", *sample_frame["kind"][1:]])
    with pytest.raises(DataError, match="kind 'plug'; expected navigation"):
        fit(frame, core_of(frame), np.arange(len(frame)) % 2)


def page_frame() -> pd.DataFrame:
    rows = []
    for site in range(8):
        for number in range(3):
            page = read_page(PAGES[number % 2].replace("Monday", f"day {number}"))
            for position, (text, markup) in enumerate(zip(page.texts, markup_rows(page), strict=True)):
                assert markup is not None
                core = "she said" in text or "sailed" in text
                rows.append(
                    {
                        "article_id": f"{site}/{number}", "page": f"{site}/{number}", "site": f"s{site}.example",
                        "view": "page", "position": position, "text": text, "markup": markup.words,
                        "label": "core" if core else "filler", "kind": None, "role": None,
                    }
                )  # fmt: skip
    return with_kinds(pd.DataFrame(rows))


def test_markup_tells_kinds_where_words_do_not(fit: Fit, seeded_tagger: Tagger) -> None:
    frame = page_frame()
    head = fit(frame, core_of(frame), pd.factorize(frame["site"])[0] % 4)
    assert head is not None
    assert head.html is not None
    found = []
    for name in ("byline", "ad"):
        page = read_page(f'<div class="{name}"><p>Zwq Vbn</p></div><p>The ferry sailed on Friday.</p>')
        batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
        features = BatchFeatures(batch, seeded_tagger.weights.words.idf_of)
        found.append(head.probabilities(features, np.array([False, True]))[0])
    byline, advertisement = (found[0] - found[1])[[CLASSES.index("byline"), CLASSES.index("advertisement")]]
    assert byline > 0.01
    assert advertisement < -0.01


@pytest.mark.slow
def test_the_same_rows_give_the_same_head(fit: Fit, sample_frame: pd.DataFrame, kinds_tagger: Tagger) -> None:
    head = fit(sample_frame, core_of(sample_frame), pd.factorize(sample_frame["site"])[0] % 5)
    again = replace(kinds_tagger.weights, kinds=head)
    assert weights_bytes(again) == weights_bytes(kinds_tagger.weights)
