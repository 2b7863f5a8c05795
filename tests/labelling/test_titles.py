import pytest

from corestory.labelling.alignment import alignment_words
from corestory.labelling.titles import titled


@pytest.mark.parametrize(
    "paragraph",
    [
        "Half-term ferries – what you need to know",
        "HALF TERM FERRIES: what you need to know!",
        "Half-term ferries – what you need to know | Quay News",
    ],
)
def test_the_title_is_known_with_and_without_the_site_whatever_its_punctuation(paragraph):
    assert tuple(alignment_words(paragraph)) in titled("Half-term ferries – what you need to know | Quay News")


@pytest.mark.parametrize("paragraph", ["Quay News", "Half-term ferries", "What you need to know", ""])
def test_the_site_alone_and_a_part_of_the_title_are_not_the_title(paragraph):
    assert tuple(alignment_words(paragraph)) not in titled("Half-term ferries: what you need to know | Quay News")


def test_a_hyphen_inside_a_word_parts_no_title_from_a_site():
    assert titled("Half-term ferries") == {("half", "term", "ferries")}


@pytest.mark.parametrize("title", ["", " | ", "—"])
def test_a_title_without_words_is_repeated_by_nothing(title):
    assert titled(title) == frozenset()
