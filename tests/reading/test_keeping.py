import pytest

from corestory.errors import InputError
from corestory.reading.article import Article, keeping
from corestory.reading.sources import read_articles
from corestory.reading.tables import folded


def fail(error):
    pytest.fail(str(error))


def kept(source, *keep, refuse=fail):
    return [list(article.kept) for article in read_articles([str(source)], refuse=refuse, keep=keep)]


def test_nothing_to_keep_leaves_the_article_as_it_is():
    article = Article("a", ["One."])
    assert keeping(article, [], ()) is article


def test_names_are_found_whatever_their_case_and_outer_white_space(tmp_path):
    (tmp_path / "a.csv").write_text("id, Desk ,text\n7,ports,One.\n", encoding="utf-8")
    assert kept(tmp_path / "a.csv", "DESK", "id") == [[("ports", "7")]]
    assert folded(" Desk ") == "desk"


def test_a_paragraph_keeps_its_own_row_though_rows_are_sorted_and_blank_ones_dropped(tmp_path):
    table = "article_id,position,text,mark\na,2,Three.,c\na,1, ,b\na,0,One.,a\nb,0,Four.,d\n"
    (tmp_path / "a.csv").write_text(table, encoding="utf-8")
    assert kept(tmp_path / "a.csv", "mark") == [[("a",), ("c",)], [("d",)]]


def test_an_article_gives_its_values_to_every_paragraph_and_none_where_it_has_none(tmp_path):
    lines = '{"text": "One.\\nTwo.", "tags": ["x"]}\n{"text": "Three."}\n'
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    assert kept(tmp_path / "a.jsonl", "tags") == [[(["x"],), (["x"],)], [(None,)]]


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_text_and_pages_have_no_columns(tmp_path, name):
    (tmp_path / name).write_text("<p>One.</p>", encoding="utf-8")
    assert kept(tmp_path / name, "tags") == [[(None,)]]


def test_a_table_that_lacks_the_column_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n7,One.\n", encoding="utf-8")
    refused: list[InputError] = []
    assert kept(tmp_path / "a.csv", "tags", refuse=refused.append) == []
    assert "no column 'tags' to keep; the columns are: id, text" in str(refused[0])
