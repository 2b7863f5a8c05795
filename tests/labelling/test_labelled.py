import pytest

from corestory.labelling.labelled import LabelledArticle


@pytest.mark.parametrize(
    ("view", "article_id"), [("page", "own/1"), ("text", "own/1"), ("lines", "own/1@lines"), ("p", "own/1@p")]
)
def test_the_page_itself_has_the_pages_name_and_each_other_view_its_own(view, article_id):
    assert LabelledArticle(page="own/1", view=view, source="own", paragraphs=()).article_id == article_id
