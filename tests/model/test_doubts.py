from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.model.decision import LEAST_WORDS, LOW_CONFIDENCE, doubts, known_words, prose_of_new_languages
from corestory.model.estimator import ParagraphClassifier
from corestory.model.tagged_article import Doubt
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.one_article import page_article
from fits import shorten_article_network

pytestmark = pytest.mark.slow

DEMO = Path(__file__).parents[2] / "data" / "demo" / "article.txt"
GOODS = ("Oak bench", "Rain jacket", "Brass lamp", "Wool rug", "Copper kettle", "Garden hose", "Tin bucket", "Door mat")
SHOP = [
    "Home", "New in", "Sale", "Delivery and returns", "Basket (0)", "Sort by: price", "8 of 214 results",
    *(
        line
        for number, name in enumerate(GOODS * 3)
        for line in (f"{name} {number}", f"€ {number * 7 + 12}.90", "4.5 (31 reviews)", "In stock", "Add to basket")
    ),
    "Next page", "Newsletter: 10 % off your first order", "Payment", "Privacy", "Imprint",
]  # fmt: skip
GEORGIAN = [
    "სოფელში ძველი წისქვილი ოცდაათი წლის შემდეგ კვლავ ამუშავდა.", "ქვები იმავე მდინარიდან ამოიტანეს და შეაკეთეს.",
    "წისქვილი მეწისქვილის შვილიშვილმა აღადგინა, რომელიც სოფელში დაბრუნდა.",
    "მუნიციპალიტეტმა გზის მოასფალტება გაზაფხულისთვის დააპირა.",
]  # fmt: skip


def article(*texts):
    return Article("a", texts)


def articles_of(frame):
    return [article(*part.sort_values("position")["text"]) for _, part in frame.groupby("article_id")]


@pytest.fixture(scope="module")
def english(sample_frame: pd.DataFrame, once: Callable[[str, Callable[[], Tagger]], Tagger]) -> Tagger:
    """Knows the sample's English articles but for those of two papers."""
    seen = (sample_frame["language"] == "en") & ~sample_frame["site"].isin(
        ["harbour-herald.example", "pitchline.example"]
    )

    def fitted() -> Tagger:
        with pytest.MonkeyPatch.context() as patch:
            shorten_article_network(patch)
            return ParagraphClassifier(members=1, folds=2, steps=200, least_trust=0).fit(sample_frame[seen]).tagger_

    return once("English tagger", fitted)


def reasons(tagger, articles):
    return [tagged.doubt for tagged in tagger.tag_articles(articles)]


@pytest.mark.parametrize(
    "language", ["cs", "da", "de", "el", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "tr", "zh"]
)
def test_real_articles_in_a_language_it_was_not_trained_on_are_doubted_for_that(english, sample_frame, language):
    articles = articles_of(sample_frame[sample_frame["language"] == language])

    assert articles
    assert set(reasons(english, articles)) == {Doubt.LANGUAGE}


def test_articles_of_unseen_papers_in_a_known_language_are_not_doubted_for_their_language(english, sample_frame):
    unseen = sample_frame["site"].isin(["harbour-herald.example", "pitchline.example"])
    articles = articles_of(sample_frame[unseen])

    assert len(articles) >= 5
    assert Doubt.LANGUAGE not in reasons(english, articles)


def test_an_article_of_which_it_is_sure_is_not_doubted(english):
    assert reasons(english, [article(*DEMO.read_text(encoding="utf-8").splitlines())]) == [None]


@pytest.mark.parametrize("text", ["مرحبا بالعالم " * 30, "東京都の人口" * 20, "ስላም ለዓለም " * 30])
def test_scripts_that_it_never_saw_are_doubted(english, text):
    assert reasons(english, [article(text)]) == [Doubt.LANGUAGE]


def test_a_few_strange_words_tell_nothing_of_a_language(english):
    assert Doubt.LANGUAGE not in reasons(english, [article("🙂🙂"), article(" ".join(["zzyzx"] * (LEAST_WORDS - 1)))])


def test_a_shop_is_doubted_as_an_article_whether_as_text_or_as_a_page(english):
    items = "".join(f"<li><a href=/p>{line}</a></li>" for line in SHOP)
    page = page_article(f"<title>Shop</title><ul>{items}</ul>", article_id="p", where="p")

    found = english.tag_articles([article(*SHOP), page])
    assert all(tagged.confidence < LOW_CONFIDENCE for tagged in found)
    assert all(tagged.doubt in (Doubt.UNCLEAR, Doubt.NO_STORY, Doubt.ALL_STORY) for tagged in found)


@pytest.mark.parametrize(
    ("scores", "confidence", "reason"),
    [
        ([0.9, 0.1, 0.1, 0.1], 0.95, None),
        ([0.9, 0.1, 0.1, 0.1], LOW_CONFIDENCE, None),
        ([0.1, 0.1, 0.2, 0.4], 0.3, Doubt.NO_STORY),
        ([0.6, 0.5, 0.6, 0.7], 0.7, Doubt.ALL_STORY),
        ([0.6, 0.4, 0.6, 0.4], 0.6, Doubt.UNCLEAR),
    ],
)
def test_low_confidence_has_a_reason_by_what_share_looks_like_story(english, scores, confidence, reason):
    features = BatchFeatures(batch_of_articles([article(*["The ferry was sold."] * 4)]), english.weights.words.idf_of)

    known = known_words(features, english.weights.words)
    assert doubts(np.array(scores), np.array([confidence]), features, known) == [reason]


def test_the_share_of_known_words_is_counted_article_by_article(english):
    known = ["The council said on Monday that it would"] * 4
    strange = ["Xqv zkrw pflt brzn qwx vvtr nnpq lkjh"] * 4
    batch = batch_of_articles([article(*known), article(*strange), article(*known, *strange), article("Xqv")])
    features = BatchFeatures(batch, english.weights.words.idf_of)

    assert known_words(features, english.weights.words) == pytest.approx([1, 0, 0.5, 1])


def test_prose_in_a_language_that_it_never_saw_is_core_unless_it_scores_far_less_than_the_best(english):
    menu = ["მთავარი", "სპორტი", "ახალი ამბები"]
    frames = [article(*menu, *GEORGIAN, *menu), article(*["The quay opened on Monday after a long delay."] * 4)]
    features = BatchFeatures(batch_of_articles(frames), english.weights.words.idf_of)
    scores = np.array([0.01] * 3 + [0.3, 0.05, 0.04, 0.02] + [0.2] * 3 + [0.9, 0.1, 0.1, 0.1])

    found = prose_of_new_languages(scores, features, known_words(features, english.weights.words))

    assert [row for row, is_prose in enumerate(found) if is_prose] == [3, 4, 5]
