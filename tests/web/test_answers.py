"""Answers to requests that share a batch: each as if it were alone, and an error tells its place, not the text."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from corestory.errors import InputError
from corestory.model.tagged_article import TaggedArticle
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.web.answers import REFUSALS_LISTED, TaggingRequest, answers, problem
from corestory.web.schemas import options_of


def request(text: str, **options: str) -> TaggingRequest:
    return TaggingRequest(text.encode(), "text", options_of(options.items()))


@dataclass(frozen=True, eq=False, repr=False)
class FailingTagger(Tagger):
    """A tagger in which some articles find an error."""

    def tag_stream(self, articles: Sequence[Article], **options: object) -> Iterator[TaggedArticle]:
        texts = [text for article in articles for text in article.texts]
        if "The crane fell." in texts:
            raise RuntimeError("The crane fell.")
        if "The crane is huge." in texts:
            raise MemoryError
        yield from super().tag_stream(articles, **options)


@pytest.fixture
def failing(seeded_tagger: Tagger) -> FailingTagger:
    return FailingTagger(seeded_tagger.weights, seeded_tagger.settings, seeded_tagger.manifest)


def test_requests_of_a_batch_are_answered_as_each_alone(seeded_tagger: Tagger) -> None:
    requests = [
        request("The quay opened.\nShips came.\nShare this"),
        request("The quay opened.", threshold="0.01", format="text", only="core"),
        request(""),
        request("The lugger sailed.\nRead more", format="csv"),
    ]
    together = answers(seeded_tagger, requests)
    assert together == [answer for one in requests for answer in answers(seeded_tagger, [one])]
    assert [answer.status for answer in together] == [200, 200, 422, 200]
    assert together[1].body == b"The quay opened.\n"


def test_an_error_harms_no_other_request_and_its_text_stays_inside(failing: FailingTagger) -> None:
    texts = ("The quay opened.", "The crane fell.", "The crane is huge.", "Ships came.")
    found = answers(failing, [request(text) for text in texts])
    assert [answer.status for answer in found] == [200, 500, 422, 200]
    assert found[1].fault.startswith("RuntimeError at test_answers.py:")
    assert b"crane" not in found[1].body + found[1].fault.encode()
    assert b"need more memory" in found[2].body


def test_a_problem_lists_each_of_several_refusals_up_to_a_number():
    refused = [InputError("no text", where=f"record {number}") for number in range(REFUSALS_LISTED + 1)]
    listed = json.loads(problem(422, "no article", refused=refused).body)["refused"]
    assert listed[:2] == [{"where": "record 0", "reason": "no text"}, {"where": "record 1", "reason": "no text"}]
    assert len(listed) == REFUSALS_LISTED
    assert "refused" not in json.loads(problem(422, "no text", refused=refused[:1]).body)
