import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.duplicates import Duplicates, page_address


def test_the_first_of_two_articles_at_one_address_counts():
    seen = Duplicates()
    assert not seen.reason(url="https://herald.example/a", text="The ferry sailed.")
    assert "address" in seen.reason(url="https://herald.example/a", text="The ferry sailed late.")


def test_the_same_words_are_the_same_article_wherever_they_stand():
    seen = Duplicates()
    assert not seen.reason(url="https://herald.example/a", text="“The ferry” sailed.\n\nLate.")
    assert "text" in seen.reason(url="https://tribune.example/b", text='"The ferry" sailed. Late')


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
