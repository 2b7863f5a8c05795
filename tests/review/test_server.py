from threading import Event

import pytest

from corestory.reading.article import Article
from corestory.review import server
from corestory.review.server import BackgroundAdaptation
from corestory.review.shown_articles import ShownArticle
from corestory.training.adaptation import adapt

pytestmark = pytest.mark.slow

BOATS = ("ferry", "lugger", "barge", "tug", "steamer", "cutter", "yawl", "ketch")


def page(boat):
    """A page of a site whose last lines read like story, but are the same on each page."""
    return Article(
        boat,
        [
            f"The {boat} left the quay at seven on Monday with nine passengers, the harbour master said.",
            f"She expects the {boat} back on Friday, if the engine is mended and the weather holds.",
            "The council will vote on the new pier in March, and the mayor said that she expects a majority.",
            "Two presses ran through the night in the old net loft, the owner of the paper said on Tuesday.",
        ],
        url=f"https://quayside.example/{boat}",
    )


def accept_as_filler(session, number, positions):
    session.label(number, positions, "filler")
    session.label(number, [0, 1], "core")
    session.accept(number, session.article(number).revision, 1)


@pytest.fixture
def session(review, default_tagger):
    return review(*map(ShownArticle.of, default_tagger.tag_articles(map(page, BOATS))))


def test_after_some_articles_the_others_are_shown_as_the_adapted_model_tags_them(session, default_tagger):
    adaptation = BackgroundAdaptation(session, default_tagger, every=4)
    opened = session.article(7)
    assert [paragraph.label for paragraph in opened.paragraphs] == ["core"] * 4
    for number in range(3):
        accept_as_filler(session, number, [2, 3])
        adaptation.after_change()
    adaptation.wait()
    assert session.overview().news == ""
    accept_as_filler(session, 3, [2, 3])
    adaptation.after_change()
    adaptation.wait()
    assert "4 articles" in session.overview().news
    for number in (4, 5, 6):
        assert [paragraph.label for paragraph in session.article(number).paragraphs] == ["core"] * 2 + ["filler"] * 2
    assert session.article(7) == opened  # nothing changes under the person's hands


def test_labels_are_taken_while_it_adapts(session, default_tagger, monkeypatch):
    labelled = Event()

    def adapt_late(*arguments):
        assert labelled.wait(60)
        return adapt(*arguments)

    monkeypatch.setattr(server, "adapt", adapt_late)
    adaptation = BackgroundAdaptation(session, default_tagger, every=2)
    for number in range(2):
        accept_as_filler(session, number, [2, 3])
        adaptation.after_change()
    session.label(2, [0], "filler")
    adaptation.after_change()
    assert session.article(2).paragraphs[0].label == "filler"
    assert session.overview().news == ""
    labelled.set()
    adaptation.wait()
    assert "2 articles" in session.overview().news
    assert [paragraph.label for paragraph in session.article(2).paragraphs] == ["filler", "core", "core", "core"]


def test_labels_from_which_nothing_can_be_learned_are_told_and_the_review_goes_on(session, default_tagger):
    adaptation = BackgroundAdaptation(session, default_tagger, every=1)
    session.label(0, [0, 1, 2, 3], "core")
    adaptation.after_change()
    adaptation.wait()
    assert session.overview().news.startswith("The model was not adapted: all labels are core")
