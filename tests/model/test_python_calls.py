"""The calls of a tagger from Python: one article, or a stream in this process or in several."""

import threading
from itertools import count, islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import CorestoryError, InputError
from corestory.model.rules import Rules
from corestory.model.site_memory import SiteMemory
from corestory.model.tagger import Tagger
from corestory.reading.article import Article

STORY = "The lugger left the quay at 7 on Monday, she said."
PLUG = "READ MORE: lugger sold"
TEXT = f"{STORY}\n{PLUG}"
PAGE = f"<title>Lugger</title><article><p>{STORY}</p></article><ul><li>{PLUG}</li></ul>"
MIXED = [
    TEXT,
    "",
    {"id": "b", "maintext": TEXT, "authors": ["A. Nonym"]},
    {"id": 3, "paragraphs": (STORY, PLUG), "url": "https://herald.example/3"},
    {"paragraphs": np.array([STORY], object), "title": "Lugger"},
    {"html": PAGE},
    Article("own", [STORY, PLUG]),
]


@pytest.fixture(scope="module")
def tagger(make_weights, seeded_tagger):
    """What it says of a text means nothing, but it says something else of each."""
    return Tagger(make_weights(), seeded_tagger.settings)


def scores(found):
    return [(one.article_id, list(one.texts), one.scores.tolist(), one.labels) for one in found]


def test_strings_dictionaries_and_articles_are_tagged_in_the_order_given(tagger):
    found = list(tagger.tag_many(MIXED))

    assert [one.article_id for one in found] == ["", "", "b", "3", "", "", "own"]
    assert [len(one.texts) for one in found] == [2, 0, 2, 2, 1, 2, 2]
    assert found[3].url == "https://herald.example/3"
    assert found[0].scores.tolist() == found[2].scores.tolist()


@given(st.lists(st.sampled_from(MIXED), max_size=5))
def test_many_are_what_each_is_alone(tagger, articles):
    alone = [one for article in articles for one in tagger.tag_many([article])]

    assert scores(tagger.tag_many(iter(articles))) == scores(alone)
    assert list(tagger.core_many(articles)) == [one.core_text for one in alone]


def test_the_same_is_said_of_one_and_of_many(tagger):
    (tagged,) = tagger.tag_many([TEXT])
    pd.testing.assert_frame_equal(tagged.to_frame(), tagger.tag(TEXT))
    assert list(tagger.core_many([TEXT])) == [tagger.core(TEXT)]
    assert list(tagger.core_many([PAGE], html=True)) == [tagger.core(PAGE, html=True)]
    blank = tagger.tag(" \n")
    assert blank.dtypes.equals(tagger.tag(TEXT).dtypes)
    assert blank.empty
    assert tagger.core("") == ""


def test_threshold_rules_and_memory_hold_in_every_call(tagger):
    memory = SiteMemory()
    for boat in ("lugger", "ferry", "barge", "tug"):
        story = f"A {boat} " * 20
        memory.add(Article("", [story, PLUG], url=f"https://herald.example/{boat}"))
    page = {"text": f"{STORY}\n{PLUG}\nIt sank.", "url": "https://herald.example/10"}
    for options in ({"threshold": 0.8}, {"rules": Rules(filler=("read more",))}, {"memory": memory}):
        alone = tagger.tag(page["text"], url=page["url"], **options)
        (tagged,) = tagger.tag_many([page], **options)
        assert tagged.scores.tolist() == alone["score"].tolist()
        assert list(tagged.labels) == alone["label"].tolist()
        assert list(tagger.core_many([page], **options)) == [tagger.core(page["text"], url=page["url"], **options)]
        assert not alone.equals(tagger.tag(page["text"]))


def test_an_endless_stream_is_read_no_further_than_needed(tagger):
    read = []

    def endless():
        for number in count():
            read.append(number)
            yield {"id": number, "text": STORY}

    assert [one.article_id for one in islice(tagger.tag_many(endless()), 3)] == ["0", "1", "2"]
    assert len(read) < 1_000


@pytest.mark.slow
def test_processes_give_the_same_read_in_this_thread_and_end_early(tagger):
    articles = [{"id": number, "text": f"{STORY} {number}\n{PLUG}"} for number in range(150)] + MIXED
    assert scores(tagger.tag_many(articles, jobs=2)) == scores(tagger.tag_many(articles))

    threads = set()

    def endless():
        for number in count():
            threads.add(threading.current_thread())
            yield f"{STORY} {number}"

    stream = tagger.core_many(endless(), jobs=2)
    assert next(stream) == f"{STORY} 0"
    stream.close()
    assert threads == {threading.current_thread()}

    errors = []
    spoilt = [TEXT] * 70 + [None, TEXT]
    found = list(tagger.core_many(spoilt, jobs=2, refuse=errors.append))
    assert found == [tagger.core(TEXT)] * 70 + ["", tagger.core(TEXT)]
    assert [error.where for error in errors] == ["articles[70]"]

    def failing():
        yield TEXT
        raise LookupError("the source ended")

    with pytest.raises(LookupError, match="the source ended"):
        list(tagger.core_many(failing(), jobs=2))


@pytest.mark.parametrize(
    ("articles", "message"),
    [
        (TEXT, "one value of type str; expected an iterable of articles. Put it into a list, or use core"),
        ({"text": TEXT}, "one value of type dict"),
        (TEXT.encode(), "a value of type bytes; expected an iterable"),
        (7, "a value of type int; expected an iterable"),
        (pd.DataFrame({"text": [TEXT]}), "a data frame; .* corestory.tag_frame"),
    ],
)
def test_a_value_that_is_not_several_articles_is_refused_at_the_call(tagger, articles, message):
    for call in (tagger.core_many, tagger.tag_many):
        with pytest.raises(InputError, match=message.replace("core", "(core|tag)")):
            call(articles)


@pytest.mark.parametrize(
    ("article", "message"),
    [
        (None, r"articles\[1\]: a value of type NoneType; expected a string, a dictionary or an Article"),
        ({"title": "Lugger"}, r"articles\[1\]: no text; the fields are: title; expected text, paragraphs or html"),
        ({"text": 7}, r"articles\[1\]: text is a number; expected a string"),
        ({"text": TEXT, "id": 1, "position": 0}, r"articles\[1\]: one paragraph .* corestory.tag_frame"),
        ({"body": TEXT, "content": STORY}, r"articles\[1\]: two fields may contain the text"),
        ({"text": ""}, r"articles\[1\]: an article without paragraphs"),
    ],
)
def test_an_article_that_cannot_be_read_is_named_by_its_number(tagger, article, message):
    with pytest.raises(InputError, match=message):
        list(tagger.core_many([TEXT, article]))
    errors = []
    assert list(tagger.core_many([TEXT, article, TEXT], refuse=errors.append)) == [
        tagger.core(TEXT),
        "",
        tagger.core(TEXT),
    ]
    (error,) = errors
    assert error.where == "articles[1]"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("threshold", 2, "threshold=2; expected a number from 0 to 1"),
        ("threshold", "0.5", "threshold='0.5'"),
        ("threshold", True, "threshold=True"),
        ("rules", "rules.txt", r"rules='rules.txt'; expected rules such as corestory.Rules"),
        ("memory", "site.memory", "memory='site.memory'; expected a memory from corestory.load_memory"),
    ],
)
def test_an_option_of_the_wrong_kind_is_refused_in_words(tagger, option, value, message):
    for call in (tagger.core, tagger.tag):
        with pytest.raises(InputError, match=message):
            call(TEXT, **{option: value})
    for many in (tagger.core_many, tagger.tag_many):
        with pytest.raises(InputError, match=message):
            many([TEXT], **{option: value})


@pytest.mark.parametrize("jobs", [0, -2, None, 1.5, True])
def test_a_number_of_processes_that_is_none_is_refused(tagger, jobs):
    with pytest.raises(CorestoryError, match="expected 1 or more processes"):
        tagger.core_many([TEXT], jobs=jobs)
