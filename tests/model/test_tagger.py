from dataclasses import replace
from html import unescape
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.model.rules import Rules
from corestory.model.tagged_article import NoStory, TaggedArticle
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from frames import frame_of

DEMO = Path(__file__).parents[2] / "data" / "demo"
PAGE = (
    "<title>Ferry sold</title><h1>Ferry sold</h1><article><p>The ferry was sold on Monday, she said.</p>"
    "<p>It had nine decks.</p></article><ul><li>Read more</li><li>Share</li></ul>"
)
STRANGE = ["\x00", "\ud800", "🙂🙂", "مرحبا بالعالم.", "...", "a" * 100_000, "\u200b", "word " * 5_000, "東京都"]


def text_article(name, *texts):
    return Article(name, texts, url=f"https://site.example/{name}")


def page_article(name, html=PAGE):
    page = read_page(html)
    return Article(name, page.texts, title=page.title, markup=page.markup)


@pytest.fixture(scope="module")
def tagger(make_weights, seeded_tagger):
    """What it says of a text means nothing, but it says something else of each."""
    return Tagger(make_weights(), seeded_tagger.settings)


@pytest.fixture(scope="module")
def mixed():
    return [
        text_article("one", "The ferry sailed.", "Share"),
        page_article("two"),
        text_article("three", "Alone."),
        page_article("four", "<p>Alone.</p>"),
        text_article("five", "The goat sailed too.", "", "Read more: Goat sold"),
    ]


@pytest.mark.slow  # the fit of the sample
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_the_demonstration_is_right_to_the_last_paragraph(sample_classifier, between):
    lines = (DEMO / "article.txt").read_text(encoding="utf-8").splitlines()
    labels = (DEMO / "article.labels.txt").read_text(encoding="utf-8").split()
    found = sample_classifier.tagger_.tag(between.join(lines))

    assert found["label"].tolist() == labels
    assert found["text"].tolist() == lines
    story = [line for line, label in zip(lines, labels, strict=True) if label == "core"]
    assert sample_classifier.tagger_.core(between.join(lines)) == "\n".join(story)


def test_a_text_is_a_frame_of_its_paragraphs(tagger):
    found = tagger.tag("The ferry sailed.\n\n  Share \n")

    assert list(found.columns) == ["position", "text", "label", "score"]
    assert found["position"].tolist() == [0, 1]
    assert found["text"].tolist() == ["The ferry sailed.", "Share"]
    assert found["score"].between(0, 1).all()
    assert set(found["label"]) <= {"core", "filler"}


def test_a_page_is_read_with_its_markup(tagger):
    (expected,) = tagger.tag_articles([page_article("")])
    found = tagger.tag(PAGE, html=True)

    assert found["text"].tolist() == list(expected.texts)
    assert found["score"].tolist() == expected.scores.tolist()
    kept = [text for text, label in zip(found["text"], found["label"], strict=True) if label == "core"]
    assert tagger.core(PAGE, html=True) == "\n".join(kept)


@pytest.mark.parametrize(
    ("text", "html"), [("", False), (" \n\u200b\n", False), ("", True), ("<script>x</script>", True)]
)
def test_where_there_is_no_paragraph_there_is_no_row_and_no_story(tagger, text, html):
    found = tagger.tag(text, html=html)

    assert (list(found.columns), len(found)) == (["position", "text", "label", "score"], 0)
    assert tagger.core(text, html=html) == ""


def test_articles_come_back_in_the_order_given_whether_text_or_page(tagger, mixed):
    found = tagger.tag_articles(mixed)

    assert [tagged.article_id for tagged in found] == [article.article_id for article in mixed]
    assert [tagged.url for tagged in found] == [article.url for article in mixed]
    texts = [tuple(article.texts) for article in mixed]
    assert [tuple(tagged.texts) for tagged in found] == texts
    assert tagger.tag_articles([]) == []


WORDS = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=3).map(" ".join)
MATES = st.lists(st.lists(WORDS, min_size=1, max_size=8), min_size=1, max_size=5)


@given(MATES, st.booleans())
def test_an_article_has_the_same_scores_among_any_mates(seeded_tagger, mates, html):
    # Short texts of few words are where different texts are taken for the same, if a batch's numbers decide it.
    def read(number, texts):
        if not html:
            return text_article(str(number), *texts)
        return page_article(str(number), "".join(f"<p>{text}</p>" for text in texts))

    articles = [read(number, texts) for number, texts in enumerate(mates)]
    for article, tagged in zip(articles, seeded_tagger.tag_articles(articles), strict=True):
        (alone,) = seeded_tagger.tag_articles([article])
        assert tagged.scores.tolist() == alone.scores.tolist()
        assert (tagged.core.tolist(), tagged.confidence) == (alone.core.tolist(), alone.confidence)


def test_a_threshold_and_rules_hold_for_a_single_text(tagger):
    text = "The ferry sailed.\nRead more: Goat sold\nShare"
    rules = Rules(core=("share",), filler=("ferry",))

    assert tagger.tag(text, threshold=0.0)["label"].tolist() == ["core"] * 3
    assert tagger.tag(text, threshold=1.0, rules=rules)["label"].tolist() == ["filler", "filler", "core"]
    assert tagger.core(text, threshold=1.0, rules=rules) == "Share"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "a value of type NoneType; expected one article's text as a string"),
        (b"The ferry sailed.", "a value of type bytes; expected one article's text as a string. Decode it first"),
        (["The ferry sailed.", "Share"], "a value of type list; .* use core_many, tag_many"),
        (7, "a value of type int"),
    ],
)
@pytest.mark.parametrize("method", ["core", "tag"])
def test_what_is_no_text_is_refused_in_words(tagger, value, message, method):
    with pytest.raises(InputError, match=message):
        getattr(tagger, method)(value)


def test_a_text_that_looks_like_html_is_tagged_with_a_warning(tagger):
    with pytest.warns(UserWarning, match="pass html=True") as caught:
        tagger.core("<p>The ferry sailed.</p>\n<p>Share</p>")
    assert caught[0].filename == __file__
    assert tagger.core("Is 1 < 2, and 3 > 2? Write <p> for a paragraph.") is not None


def test_a_tagger_shows_itself_in_a_line_and_is_equal_to_its_like(seeded_tagger, make_weights):
    same = Tagger(make_weights(), seeded_tagger.settings)
    other = replace(same, settings=msgspec.structs.replace(same.settings, threshold=0.5))

    assert len(repr(seeded_tagger)) < 200
    assert "trained on 22 articles on 2026-01-02 by corestory 0.1.0" in repr(seeded_tagger)
    assert repr(same).startswith("<Tagger: ")
    assert same == seeded_tagger
    assert hash(same) == hash(seeded_tagger)
    assert same != other
    assert same != "a tagger"
    assert len({same, seeded_tagger, other}) == 2


def test_the_sample_is_tagged_the_same_one_by_one_and_at_once(default_tagger, sample_frame):
    tagger = default_tagger
    at_once = tagger.score_frame(sample_frame)

    for article, rows in list(sample_frame.groupby("article_id"))[::3]:
        alone = tagger.score_frame(rows)
        assert alone["score"].tolist() == at_once.loc[rows.index, "score"].tolist(), article
        assert alone["tagged"].tolist() == at_once.loc[rows.index, "tagged"].tolist(), article


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_a_threshold_is_the_least_score_of_core_in_every_article(tagger, mixed, threshold):
    for tagged in tagger.tag_articles(mixed, threshold=threshold):
        assert tagged.core.tolist() == (tagged.scores >= threshold).tolist()
    frame = tagger.score_frame(frame_of(mixed), threshold=threshold)
    assert (frame["tagged"] == "core").tolist() == (frame["score"] >= threshold).tolist()


def test_a_models_own_threshold_holds_until_another_is_given(tagger, mixed):
    strict = replace(tagger, settings=msgspec.structs.replace(tagger.settings, threshold=1.0))

    assert not any(tagged.core.any() for tagged in strict.tag_articles(mixed))
    assert all(tagged.core.all() for tagged in strict.tag_articles(mixed, threshold=0.0))


def test_a_frame_says_what_the_articles_say(tagger, mixed):
    found = tagger.score_frame(frame_of(mixed))
    expected = tagger.tag_articles(mixed)

    assert found["score"].to_numpy() == pytest.approx(np.concatenate([tagged.scores for tagged in expected]), abs=1e-9)
    assert found["tagged"].tolist() == [label for tagged in expected for label in tagged.labels]
    assert found.groupby("article_id", sort=False)["confidence"].first().tolist() == pytest.approx(
        [tagged.confidence for tagged in expected]
    )


def test_a_frames_rows_keep_their_order_their_index_and_their_columns(tagger, mixed):
    frame = frame_of(mixed).assign(extra=1)
    shuffled = frame.sample(frac=1, random_state=3)
    found = tagger.score_frame(shuffled)

    assert found[frame.columns].equals(shuffled)
    assert list(found.columns) == [*frame.columns, "score", "tagged", "stage1", "confidence", "second_look"]
    expected = tagger.score_frame(frame).loc[shuffled.index]
    assert found["score"].tolist() == pytest.approx(expected["score"].tolist(), abs=1e-5)
    assert list(tagger.score_frame(frame.iloc[:0]).columns) == list(found.columns)


def test_a_page_whose_markup_says_nothing_is_decided_as_its_text(tagger):
    plain = page_article("a", PAGE.replace("article>", "div>"))
    (found,), (text,) = (tagger.tag_articles([one]) for one in (plain, replace(plain, markup=None)))

    assert found.scores.tolist() == text.scores.tolist() != tagger.tag_articles([page_article("a")])[0].scores.tolist()
    assert found.article is plain
    assert tagger.score_frame(frame_of([plain]))["score"].tolist() == text.scores.tolist()


def test_an_article_with_markup_in_some_rows_only_is_read_as_text(tagger):
    page = frame_of([page_article("a")])
    some = page.assign(markup=page["markup"].where(page.index != 1))
    as_text = page.drop(columns=["markup", "elements", "repeats", "link_density", "declared"])

    assert tagger.score_frame(some)["score"].tolist() == tagger.score_frame(as_text)["score"].tolist()
    assert tagger.score_frame(page)["score"].tolist() != tagger.score_frame(as_text)["score"].tolist()


def test_stage_1_is_the_probability_by_words_alone(tagger, mixed):
    found = tagger.score_frame(frame_of(mixed))
    same = found.assign(words=found["text"]).groupby("words")["stage1"].nunique()

    assert found["stage1"].between(0, 1).all()
    assert (same == 1).all()


def test_confidence_is_read_off_the_curve_and_is_one_for_an_article(tagger, mixed):
    settings = msgspec.structs.replace(tagger.settings, confidence_expected=(0.0, 1.0), confidence_measured=(0.4, 0.4))
    flat = replace(tagger, settings=settings)

    assert [tagged.confidence for tagged in flat.tag_articles(mixed)] == pytest.approx([0.4] * len(mixed))
    confidence = tagger.score_frame(frame_of(mixed)).groupby("article_id")["confidence"]
    assert (confidence.nunique() == 1).all()


@pytest.mark.parametrize("text", STRANGE)
def test_whatever_a_paragraph_holds_it_and_its_neighbours_get_a_score(default_tagger, text):
    article = text_article("a", "The ferry was sold on Monday, she said.", text, "Read more")
    (tagged,) = default_tagger.tag_articles([article])
    (alone,) = default_tagger.tag_articles([text_article("b", text)])

    assert tagged.texts[1] == text
    assert ((tagged.scores > 0) & (tagged.scores < 1)).all()
    # Always a core paragraph, unless the page has no story.
    assert (alone.labels == ("core",)) == (alone.no_story is None)


def test_an_article_of_thousands_of_paragraphs_is_tagged(default_tagger):
    lines = [f"The ferry made its {number}th crossing on Monday, she said." for number in range(5_000)]
    (tagged,) = default_tagger.tag_articles([text_article("a", *lines)])

    assert len(tagged.labels) == 5_000
    assert np.isfinite(tagged.scores).all()


def test_a_model_without_markup_reads_a_page_alone_as_it_does_among_texts(tagger, mixed):
    settings = msgspec.structs.replace(tagger.settings, html_slope=tagger.settings.text_slope / 2)
    by_words = replace(tagger, weights=replace(tagger.weights, markup=None, html=()), settings=settings)
    for article, tagged in zip(mixed, by_words.tag_articles(mixed), strict=True):
        (alone,) = by_words.tag_articles([article])
        assert tagged.scores.tolist() == alone.scores.tolist()


def test_labels_follow_the_decision_not_the_score():
    tagged = TaggedArticle(Article("a", ["One.", "Two."]), np.array([0.9, 0.4]), np.array([False, True]), 0.5)

    assert tagged.labels == ("filler", "core")


@pytest.mark.parametrize(
    ("scores", "core"), [([0.1], [True, False]), ([0.1, 0.2], [True]), ([[0.1, 0.2]], [True, False])]
)
def test_a_score_and_a_decision_a_paragraph_or_none_at_all(scores, core):
    with pytest.raises(ValueError, match="a: 2 paragraphs"):
        TaggedArticle(Article("a", ["One.", "Two."]), np.array(scores), np.array(core), 0.5)


def test_an_article_may_have_no_paragraphs():
    assert TaggedArticle(Article("a", []), np.empty(0), np.empty(0, dtype=bool), 0.5).labels == ()


def test_a_notebook_shows_the_story_of_an_article_and_folds_its_filler():
    article = Article("a", ["Menu", "<b>Home</b>", "It rained."], url="https://quay.example/a", title="Rain \ud800")
    tagged = TaggedArticle(article, np.array([0.1, 0.2, 0.9]), np.array([False, False, True]), 0.7)
    shown = unescape(tagged._repr_html_().partition('srcdoc="')[2].partition('"')[0])
    filler, story = shown.split("</details>")
    assert "2 paragraphs of filler" in filler
    assert "&lt;b&gt;Home&lt;/b&gt;" in filler
    assert "It rained." in story
    assert "1 of 3 paragraphs</b> are story. Confidence 0.70." in shown
    shown.encode()
    assert len(repr(tagged)) < 100
    assert "no story" in replace(tagged, is_article=0.1, no_story=NoStory.LINKS)._repr_html_()
