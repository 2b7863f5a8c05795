import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.alignment import Duplicates, aligned_share, alignment_words, page_address, titled

texts = st.lists(st.text(alphabet="abc Äß漢字.,-", max_size=30), max_size=12)


@given(texts)
def test_every_word_of_a_gold_text_that_is_the_page_aligns(paragraphs):
    shares = aligned_share(paragraphs, "\n".join(paragraphs))
    for paragraph, share in zip(paragraphs, shares, strict=True):
        assert np.isnan(share) if not alignment_words(paragraph) else share == 1


@given(texts, texts)
def test_shares_are_between_nothing_and_all_and_missing_just_where_there_is_no_word(paragraphs, gold):
    shares = aligned_share(paragraphs, "\n".join(gold))
    assert len(shares) == len(paragraphs)
    for paragraph, share in zip(paragraphs, shares, strict=True):
        assert np.isnan(share) if not alignment_words(paragraph) else 0 <= share <= 1


@given(texts, texts)
def test_no_more_words_align_than_the_gold_text_has(paragraphs, gold):
    shares = np.nan_to_num(aligned_share(paragraphs, "\n".join(gold)))
    aligned = sum(share * len(alignment_words(text)) for share, text in zip(shares, paragraphs, strict=True))
    assert aligned <= len(alignment_words("\n".join(gold))) + 1e-6


@given(texts, st.integers(0, 12))
def test_white_space_of_the_gold_text_does_not_matter(paragraphs, cut):
    gold = paragraphs[:cut]
    plain = aligned_share(paragraphs, "\n\n".join(gold))
    assert np.array_equal(plain, aligned_share(paragraphs, "   \t ".join(gold)), equal_nan=True)


def test_case_quotes_and_dashes_do_not_matter():
    assert aligned_share(["“It’s late” – she said"], '"IT\'S LATE" - She Said').tolist() == [1.0]


def test_words_align_only_in_order():
    shares = aligned_share(["gulls over the harbour", "boats"], "boats, and then gulls over the harbour")
    assert shares.tolist() == [1.0, 0.0]


def test_scripts_without_spaces_align_by_their_characters():
    assert aligned_share(["港が開いた", "広告"], "港が開いた。").tolist() == [1.0, 0.0]


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


def test_articles_without_address_and_words_are_not_taken_for_each_other():
    seen = Duplicates()
    assert [seen.reason(url="", text="—") for _ in range(3)] == ["", "", ""]


def test_an_address_of_a_site_is_none_of_an_article():
    seen = Duplicates()
    assert not seen.reason(url="https://herald.example", text="One")
    assert not seen.reason(url="https://herald.example/", text="Two")


def test_a_duplicate_by_text_does_not_claim_its_address():
    seen = Duplicates()
    seen.reason(url="https://herald.example/a", text="One")
    assert seen.reason(url="https://herald.example/b", text="One")
    assert not seen.reason(url="https://herald.example/b", text="Two")


@pytest.mark.parametrize(
    "url",
    [
        "http://herald.example/a",
        "https://www.herald.example/a/",
        "https://HERALD.example/a#comments",
        "herald.example/a",
        "//herald.example/a",
        "  https://herald.example/a ",
    ],
)
def test_scheme_www_case_of_the_host_fragment_and_last_slash_do_not_tell_pages_apart(url):
    assert page_address(url) == "herald.example/a"


def test_path_case_and_query_tell_pages_apart():
    addresses = ["https://h.example/a", "https://h.example/A", "https://h.example/a?id=1", "https://h.example/a?id=2"]
    assert len({page_address(address) for address in addresses}) == 4


@given(st.text())
def test_an_address_of_any_form_is_taken(url):
    assert isinstance(page_address(url), str)


@given(st.lists(st.text(alphabet="ab \ud800", max_size=4), max_size=30))
def test_each_text_is_kept_once(texts):
    seen = Duplicates()
    kept = [text for text in texts if not seen.reason(url="", text=text)]
    again = [text for text in kept if not seen.reason(url="", text=text)]
    assert all("a" not in text and "b" not in text for text in again)
