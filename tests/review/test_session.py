import json
from threading import Thread

import pandas as pd
import pytest

from corestory.errors import InputError
from corestory.labelling.labelled import markup_rows
from corestory.labelling.table_files import LabelNames, read_table
from corestory.model.overlap import training_hashes
from corestory.reading.one_article import page_article
from corestory.review.server import held_out_accuracy
from corestory.review.session import StaleError
from corestory.review.shown_articles import most_instructive_first

from .conftest import TEXTS, shown


def labels(state):
    return [paragraph.label for paragraph in state.paragraphs]


def read(path):
    refused = []
    articles = list(read_table(path, source="own", names=LabelNames(), refuse=refused.append))
    assert not refused
    return {article.page: [(one.text, one.label) for one in article.paragraphs] for article in articles}


def test_an_accepted_article_is_a_labelled_article_of_prepare(review, path):
    session = review()
    session.label(0, [1, 2], "filler")
    session.accept(0, session.article(0).revision, 12.5)
    assert read(path) == {"own/a": list(zip(TEXTS, ("core", "filler", "filler", "filler"), strict=True))}
    overview = session.overview()
    assert (overview.left, overview.done) == ((1,), (0,))
    assert (overview.entries[0].changes, overview.entries[0].seconds) == (1, 12.5)


def test_the_first_label_of_an_article_brings_its_other_paragraphs_without_a_label(review, path):
    review().label(0, [2], "filler")
    assert read(path)["own/a"] == list(zip(TEXTS, (None, None, "filler", None), strict=True))


def test_a_review_goes_on_where_it_stopped(review):
    session = review(reviewer="Ada")
    session.label(0, [2], "filler")
    session.accept(1, 0, 3)
    again = review()
    assert labels(again.article(0)) == ["core", "filler", "filler", "filler"]
    assert [one.changed for one in again.article(0).paragraphs] == [False, False, True, False]
    assert again.overview().left == (0,)
    assert {one.reviewer for one in again.decisions()} == {"Ada"}


def test_undo_takes_back_a_label_then_an_acceptance(review, path):
    session = review()
    first, _ = session.label(0, [0], "filler")
    second, state = session.accept(0, session.article(0).revision, 5)
    assert state.done
    state = session.undo(second)
    assert not state.done
    assert labels(state) == ["filler", "filler", "core", "filler"]
    assert labels(session.undo(first)) == ["core", "filler", "core", "filler"]
    assert {label for _, label in read(path)["own/a"]} == {None}
    with pytest.raises(StaleError, match="nothing to undo"):
        session.undo(first)


def test_after_a_restart_undo_takes_back_the_changes_of_earlier_runs_the_last_first(review):
    session = review()
    session.label(0, [0], "filler")
    session.label(0, [2], "filler")
    session.accept(0, session.article(0).revision, 5)
    session.label(1, [0], "filler")
    session = review()
    assert labels(session.undo()) == ["core", "filler", "core", "filler"]
    assert session.overview().done == (0,)
    session = review()
    assert labels(session.undo()) == ["filler", "filler", "filler", "filler"]
    assert session.overview().done == ()
    session.label(1, [1], "core")  # a change of this run, which only its own tab takes back
    assert labels(session.undo()) == ["filler", "filler", "core", "filler"]
    assert labels(session.undo()) == ["core", "filler", "core", "filler"]
    with pytest.raises(StaleError, match="nothing to undo"):
        session.undo()
    assert labels(session.article(1)) == ["core", "core", "core", "filler"]


def test_undo_leaves_alone_what_another_tab_has_changed_since(review):
    session = review()
    mine, _ = session.label(0, [0, 1], "filler")
    session.label(0, [1], "core")
    assert labels(session.undo(mine)) == ["core", "core", "core", "filler"]


def test_an_article_that_another_tab_has_changed_is_not_accepted_unseen(review):
    session = review()
    seen = session.article(0)
    session.label(0, [0], "filler")
    with pytest.raises(StaleError, match="changed in another tab"):
        session.accept(0, seen.revision, 1)
    assert session.overview().left == (0, 1)


def test_tabs_that_label_at_once_lose_nothing(review, path):
    articles = [shown(f"a{number}") for number in range(4)]
    session = review(*articles)

    def work(label):
        for _ in range(20):
            for number in range(4):
                session.label(number, [number], label)

    threads = [Thread(target=work, args=(label,)) for label in ("core", "filler")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [session.article(number).paragraphs[number].label for number in range(4)]
    assert len(path.read_bytes().splitlines()) == 4 * (len(TEXTS) + 39)
    assert [read(path)[f"own/a{number}"][number][1] for number in range(4)] == held


def test_another_model_shows_what_nobody_has_touched_anew(review):
    session = review(shown("a"), shown("b"), shown("c"), shown("d"))
    session.article(0)
    session.label(1, [0], "core")
    assert set(session.untouched()) == {2, 3}
    retagged = {number: shown("abcd"[number], scores=(0.1, 0.1, 0.1, 0.1), confidence=0.5) for number in range(4)}
    session.show_retagged(retagged, "adapted")
    assert [labels(session.article(number))[0] for number in range(4)] == ["core", "core", "filler", "filler"]
    assert session.overview().news == "adapted"


def test_each_sites_least_confident_article_comes_first():
    given = [("a", 0.3), ("a", 0.1), ("a", 0.2), ("b", 0.9), ("c", 0.5), ("", 0.95), ("", 0.99)]
    articles = [
        shown(str(n), site=f"{site}.example" if site else "", confidence=c) for n, (site, c) in enumerate(given)
    ]
    assert most_instructive_first(articles) == [1, 4, 3, 5, 6, 2, 0]


def test_the_order_given_can_be_asked_for(review):
    articles = [shown("a", confidence=0.9), shown("b", confidence=0.1)]
    assert review(*articles).overview().left == (1, 0)
    assert review(*articles, in_given_order=True).overview().left == (0, 1)


def test_labels_of_other_articles_are_refused(review):
    review(shown("x")).label(0, [0], "core")
    with pytest.raises(InputError, match=r"labels\.jsonl: has labels of other articles, such as 'x'"):
        review(shown("a"))


def test_labels_of_some_other_articles_are_kept(review, path):
    review(shown("x")).label(0, [0], "core")
    review(shown("x"), shown("y")).label(1, [0], "core")
    review(shown("y"))
    assert set(read(path)) == {"own/x", "own/y"}


@pytest.mark.parametrize("texts", [("Another text.", *TEXTS[1:]), TEXTS[:0] + TEXTS[1:]])
def test_a_label_of_a_paragraph_that_has_changed_is_refused(review, texts):
    review().label(0, [0, 1, 2, 3], "core")
    with pytest.raises(InputError, match=r"has a label of paragraph 0 of 'a', whose text has changed"):
        review(shown("a", texts=texts, scores=[0.5] * len(texts)))


def test_two_articles_of_one_id_are_refused(review):
    with pytest.raises(InputError, match="a: two articles have this id"):
        review(shown("a"), shown("a"))


def test_the_markup_of_a_page_comes_back_from_its_labels(review, path):
    one = shown("a", texts=TEXTS[:1], scores=[0.9])
    page = page_article(f"<ul><li class=own>{TEXTS[0]}</ul>", article_id="a", where="a")
    (markup,) = markup_rows(page)
    session = review(type(one)(page, one.paragraphs, 0.5))
    session.accept(0, 0, 1)
    (article,) = read_table(path, source="own", names=LabelNames(), refuse=print)
    assert (article.view, article.paragraphs[0].markup) == ("page", markup)
    assert session.labelled()[0].paragraphs == article.paragraphs


@pytest.mark.parametrize("positions", [[], [4], [0, -1]])
def test_a_label_of_no_paragraph_is_refused_and_nothing_is_written(review, path, positions):
    with pytest.raises(InputError, match="no paragraph"):
        review().label(0, positions, "core")
    assert path.read_bytes() == b""


@pytest.mark.parametrize("seconds", [float("nan"), -1.0, float("inf"), 1e300])
def test_no_time_is_strange(review, path, seconds):
    review().accept(0, 0, seconds)
    assert all(0 <= json.loads(line).get("seconds", 0) <= 86400 for line in path.read_bytes().splitlines())


def test_articles_that_the_model_had_learned_from_before_are_left_out_of_its_accuracy(review):
    session = review(shown("a"), shown("b", texts=[f"{text} Again." for text in TEXTS]))
    for number in range(2):
        session.accept(number, session.article(number).revision, 1.0)
    session.label(1, [0], "filler")
    decisions = session.decisions()
    learned = pd.DataFrame([(one.article_id, one.text) for one in decisions], columns=["article_id", "text"])
    found = held_out_accuracy(decisions, training_hashes(learned[learned["article_id"] == "a"]))
    assert (found.articles, found.paragraphs, found.seen, found.right) == (1, 4, 1, 0.75)
    found = held_out_accuracy(decisions, training_hashes(learned))
    assert (found.articles, found.seen, found.right) == (0, 2, None)
