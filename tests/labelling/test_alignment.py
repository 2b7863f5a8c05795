import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.alignment import aligned_share, alignment_words

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


@given(texts)
def test_nothing_aligns_with_an_empty_gold_text(paragraphs):
    assert np.nansum(aligned_share(paragraphs, "")) == 0


@given(texts, st.integers(0, 12))
def test_white_space_of_the_gold_text_does_not_matter(paragraphs, cut):
    gold = paragraphs[:cut]
    plain = aligned_share(paragraphs, "\n\n".join(gold))
    assert np.array_equal(plain, aligned_share(paragraphs, "   \t ".join(gold)), equal_nan=True)


def test_case_quotes_and_dashes_do_not_matter():
    assert aligned_share(["“It’s late” – she said"], '"IT\'S LATE" - She Said').tolist() == [1.0]


def test_a_word_of_the_gold_text_is_used_once():
    assert aligned_share(["tides", "tides"], "tides").sum() == 1


def test_words_align_only_in_order():
    shares = aligned_share(["gulls over the harbour", "boats"], "boats, and then gulls over the harbour")
    assert shares.tolist() == [1.0, 0.0]


def test_scripts_without_spaces_align_by_their_characters():
    assert aligned_share(["港が開いた", "広告"], "港が開いた。").tolist() == [1.0, 0.0]


@pytest.mark.parametrize("paragraphs", [[], [""], ["—", " "]])
def test_a_page_without_words_has_no_shares(paragraphs):
    assert np.isnan(aligned_share(paragraphs, "gulls")).all()
