import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.labelled import LabelledArticle, storable


@pytest.mark.parametrize(
    ("view", "article_id"), [("page", "own/1"), ("text", "own/1"), ("lines", "own/1@lines"), ("p", "own/1@p")]
)
def test_the_page_itself_has_the_pages_name_and_each_other_view_its_own(view, article_id):
    assert LabelledArticle(page="own/1", view=view, source="own", paragraphs=()).article_id == article_id


@given(st.text(st.characters()))
def test_storable_text_can_be_written_and_is_the_same_but_for_white_space_and_surrogates(text):
    stored = storable(text)
    stored.encode("utf-8")
    assert stored == "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text).strip()
