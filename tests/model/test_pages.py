"""Pages without a story, from the fit to the tagged article."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.model import pages
from corestory.model.decision import SURE_ARTICLE, without_story
from corestory.model.network import Network
from corestory.model.pages import article_feature_count
from corestory.model.rules import read_rules
from corestory.model.tagged_article import NoStory
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.reading.one_article import page_article
from corestory.training.estimator import ParagraphClassifier
from corestory.training.network_fit import Shape, first_weights

CONSENT = (
    "Before you read on",
    "We and our partners use cookies to remember your settings and to show advertisements. Do you agree to that?",
    "Accept cookies",
    "Reject",
    "Privacy policy",
)
NOT_FOUND = (
    "Page not found",
    "The page that you asked for may have moved, or the address may have been mistyped.",
    "Go to the front page",
    "Search",
)
LINES = st.lists(st.sampled_from([*CONSENT, *NOT_FOUND, "The ferry left the quay at noon, she said."]), min_size=1)


def article_network(output_bias: float | None = None) -> Network:
    """A network with seeded weights that reads words; with a bias, it says the same of every page."""
    count = article_feature_count(words=True)
    member = first_weights(count, Shape(4, 0, 3), np.random.default_rng(3))
    if output_bias is not None:
        member = replace(
            member, output=np.zeros_like(member.output), output_bias=np.array([output_bias], member.output_bias.dtype)
        )
    return Network(np.zeros(count, np.float32), np.ones(count, np.float32), (member,))


def with_article_part(tagger: Tagger, *, cutoff: float, output_bias: float | None = None) -> Tagger:
    """The tagger with an article part."""
    weights = replace(tagger.weights, article=article_network(output_bias), article_words=tagger.weights.words)
    settings = msgspec.structs.replace(tagger.settings, text_article_cutoff=cutoff, html_article_cutoff=cutoff)
    return Tagger(weights, settings)


def page(*texts: str) -> Article:
    return page_article("".join(f"<p>{text}</p>" for text in texts), article_id="p", where="p")


@settings(max_examples=8)
@given(st.lists(LINES, min_size=2, max_size=6), st.booleans())
def test_a_page_is_judged_by_itself_whatever_is_tagged_with_it(seeded_tagger: Tagger, many, html) -> None:
    tagger = with_article_part(seeded_tagger, cutoff=0.3)
    articles = [page(*texts) if html else Article("a", texts) for texts in many]

    together = tagger.tag_articles(articles)
    for article, found in zip(articles, together, strict=True):
        (alone,) = tagger.tag_articles([article])
        assert (alone.is_article, alone.no_story, alone.confidence) == (
            found.is_article,
            found.no_story,
            found.confidence,
        )
        assert alone.scores.tolist() == found.scores.tolist()


def test_without_the_part_nothing_is_known_and_above_the_cutoff_no_label_changes(seeded_tagger: Tagger) -> None:
    articles = [Article("a", CONSENT), page(*NOT_FOUND)]
    without = seeded_tagger.tag_articles(articles)
    found = with_article_part(seeded_tagger, cutoff=0.0).tag_articles(articles)

    assert [(one.is_article, one.no_story) for one in without] == [(None, None)] * 2
    for one, other in zip(without, found, strict=True):
        assert one.core.tolist() == other.core.tolist()
        assert one.scores.tolist() == other.scores.tolist()
        assert other.is_article is not None


def test_a_page_below_the_cutoff_has_no_core_and_the_confidence_that_it_has_none(seeded_tagger: Tagger) -> None:
    tagger = with_article_part(seeded_tagger, cutoff=0.5, output_bias=-3.0)
    (found,) = tagger.tag_articles([Article("a", CONSENT)])

    assert found.is_article == pytest.approx(1 / (1 + np.exp(3)), abs=1e-4)
    assert not found.core.any()
    assert found.scores.max() <= found.is_article
    assert found.no_story is NoStory.SHORT
    curve = tagger.settings.confidence_expected, tagger.settings.confidence_measured
    assert found.confidence == pytest.approx(np.interp(1 - found.is_article, *curve))
    assert tagger.core("\n".join(CONSENT)) == ""


def test_a_threshold_and_a_rule_still_make_paragraphs_core(seeded_tagger: Tagger, tmp_path: Path) -> None:
    tagger = with_article_part(seeded_tagger, cutoff=0.5, output_bias=-3.0)
    (tmp_path / "core.txt").write_text("Accept cookies\n", encoding="utf-8")
    articles = [Article("a", CONSENT)]

    (all_core,) = tagger.tag_articles(articles, threshold=0.0)
    (ruled,) = tagger.tag_articles(articles, rules=read_rules(core=tmp_path / "core.txt", filler=None))
    assert all_core.core.all()
    assert ruled.core.tolist() == [False, False, True, False, False]
    assert all_core.no_story is None
    assert ruled.no_story is None


def test_a_page_in_a_language_new_to_the_model_is_never_said_to_have_no_story(seeded_tagger: Tagger) -> None:
    tagger = with_article_part(seeded_tagger, cutoff=0.5, output_bias=-3.0)
    (found,) = tagger.tag_articles([Article("a", ("Xqv zkrw pflt brzn qwx vvtr nnpq lkjh " * 5,))])

    assert found.no_story is None
    assert found.core.any()


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.floats(0, SURE_ARTICLE, exclude_max=True),
)
def test_no_score_of_a_page_without_a_story_reaches_its_cutoff(scores, is_article) -> None:
    layout = Layout.of([len(scores)])
    lowered, cutoffs, expected = without_story(
        np.array(scores), np.zeros(1), np.ones(1), layout, is_article=np.array([is_article]), without=np.array([True])
    )
    assert (lowered < cutoffs[0]).all()
    assert expected[0] == pytest.approx(1 - is_article)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (CONSENT, NoStory.SHORT),
        (tuple(f"Council raises fares for line {number}" for number in range(20)), NoStory.LINKS),
        (("We keep your address for as long as your account exists, and for two years afterwards. " * 4,) * 6,
         NoStory.OTHER),
    ],
)  # fmt: skip
def test_simple_evidence_says_what_a_page_without_a_story_may_be(
    seeded_tagger: Tagger, texts, kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "KNOWN_WORDS", 0.0)  # the seeded model knows no word
    tagger = with_article_part(seeded_tagger, cutoff=0.5, output_bias=-3.0)
    assert [one.no_story for one in tagger.tag_articles([Article("a", texts)])] == [kind]


@pytest.mark.slow
def test_the_sample_loses_no_article_out_of_fold_and_shows_pages_without_a_story(
    sample_frame: pd.DataFrame, sample_classifier: ParagraphClassifier
) -> None:
    frame = sample_frame.assign(tagged=sample_classifier.out_of_fold_["tagged"])
    by_article = frame.groupby("article_id")
    has_story = by_article["label"].agg(lambda labels: (labels == "core").any())
    has_core = by_article["tagged"].agg(lambda labels: (labels == "core").any())

    assert has_core[has_story].all()
    assert (~has_core[~has_story]).sum() >= 5


@pytest.mark.slow
@pytest.mark.parametrize("texts", [CONSENT, NOT_FOUND])
def test_a_model_of_the_sample_recognises_invented_pages(sample_classifier: ParagraphClassifier, texts) -> None:
    (found,) = sample_classifier.tagger_.tag_articles([Article("a", texts)])
    assert found.no_story is NoStory.SHORT
    assert not found.core.any()


def test_the_pages_that_are_measured_share_no_paragraph_with_those_that_are_learned() -> None:
    root = Path(__file__).parents[2]
    learned, measured = (
        {
            text
            for path in (root / folder).iterdir()
            if path.suffix in suffixes
            for text in paragraphs(path)
            if len(text.split()) > 4
        }
        for folder, suffixes in (("data/no-story", {".html"}), ("tests/data/nostory", {".html", ".txt"}))
    )
    assert len(learned) > 100
    assert len(measured) > 50
    with (root / "data/short-texts.tsv").open(encoding="utf-8") as rows:
        learned |= {row.rstrip("\n").split("\t")[3] for row in rows}
    assert not learned & measured


def paragraphs(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".txt":
        return text.splitlines()
    return read_page(text).texts


def test_a_model_of_pages_that_all_have_stories_has_no_article_part(make_frame: Callable[..., pd.DataFrame]) -> None:
    frame = make_frame()
    tagger = ParagraphClassifier(members=1, text_hidden=(4, 4), text_blocks=0, steps=20).fit(frame).tagger_
    assert tagger.weights.article is None
    assert tagger.tag_articles([Article("a", ["The ferry left."])])[0].is_article is None


def test_a_page_with_the_title_of_a_form_has_no_story_but_with_much_prose(seeded_tagger: Tagger) -> None:
    tagger = with_article_part(seeded_tagger, cutoff=0.5, output_bias=3.0)
    prose = (
        "The harbour master said on Monday that the ferry would sail twice a day until the autumn, and no more. " * 2
    )
    titled = [Article(title, CONSENT, title=title) for title in ("Sign in | The Bay", "Signs in the bay")]
    form, story, long = tagger.tag_articles([*titled, Article("a", [prose] * 5, title="Sign in")])
    assert form.no_story is NoStory.SHORT
    assert story.no_story is None
    assert long.no_story is None
