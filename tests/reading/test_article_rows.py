import json
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.reading import article_rows as records
from corestory.reading.article import Article
from corestory.reading.article_rows import article_of_row, articles_of_rows, articles_of_table
from corestory.reading.tables import SourceRow, SourceTable
from corestory.reading.text import is_blank


def row(number: int = 1, /, **values: object) -> SourceRow:
    return SourceRow(values, f"a.csv, line {number}", f"a.csv:{number}")


def texts(article: Article) -> list[str]:
    return list(article.texts)


def read(*values: Mapping[str, object]) -> tuple[list[Article], list[str]]:
    refused: list[InputError] = []
    rows = [row(number, **value) for number, value in enumerate(values, start=1)]
    return list(articles_of_rows(rows, refuse=refused.append)), [str(error) for error in refused]


def line(article_id: object, position: object, text: object = "Text.", **more: object) -> dict[str, object]:
    return {"article_id": article_id, "position": position, "text": text, **more}


def test_text_is_split_paragraphs_are_not_and_html_is_cut() -> None:
    assert texts(article_of_row(row(text="One.\nTwo."))) == ["One.", "Two."]
    assert texts(article_of_row(row(paragraphs=[" One.\nTwo. ", "", "Three."]))) == ["One.\nTwo.", "Three."]
    article = article_of_row(row(html="<title>T</title><p>One.<p>Two."))
    assert texts(article) == ["One.", "Two."]
    assert article.markup is not None
    assert article.title == "T"


def test_what_was_cut_by_somebody_comes_first() -> None:
    assert texts(article_of_row(row(html="<p>h", text="t", paragraphs=["p"]))) == ["p"]
    assert texts(article_of_row(row(html="<p>h", text="t"))) == ["t"]
    assert texts(article_of_row(row(html="<p>h", text="", paragraphs=None))) == ["h"]


def test_a_list_in_a_tables_field_is_json() -> None:
    assert texts(article_of_row(row(paragraphs=json.dumps(["One.", "Two, “three”"])))) == ["One.", "Two, “three”"]


@pytest.mark.parametrize(
    ("values", "article_id"),
    [
        ({"id": "a/b"}, "a/b"),
        ({"id": 7}, "7"),
        ({"id": 7.0}, "7"),
        ({"article_id": "a", "id": "b"}, "a"),
        ({"id": None}, "a.csv:1"),
        ({"id": float("nan")}, "a.csv:1"),
        ({"id": ""}, "a.csv:1"),
        ({}, "a.csv:1"),
        ({"id": "\ud800"}, "\ufffd"),
    ],
)
def test_an_article_is_named_by_its_id_else_by_its_place(values: dict[str, object], article_id: str) -> None:
    assert article_of_row(row(text="One.", **values)).article_id == article_id


def test_what_the_record_says_goes_before_what_the_page_says() -> None:
    page = '<html lang="de"><title>Page</title><link rel="canonical" href="https://page.example/"><p>One.'
    article = article_of_row(row(html=page, title=" Record "))
    assert (article.title, article.url, article.language) == ("Record", "https://page.example/", "de")
    article = article_of_row(row(text="One.", url="https://a.example/", title=None, language=3))
    assert (article.title, article.url, article.language) == ("", "https://a.example/", "")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"teaser": "One."}, "no text; the fields are: teaser; expected text, paragraphs or html. Name the field"),
        ({"text": ""}, "an article without paragraphs"),
        ({"text": " \n\u200b\n"}, "an article without paragraphs"),
        ({"paragraphs": []}, "an article without paragraphs"),
        ({"html": "<script>x</script>"}, "a page without paragraphs"),
        ({"text": 5}, "text is a number; expected a string"),
        ({"html": ["<p>"]}, "html is a list; expected a string"),
        ({"paragraphs": ["a", 3]}, "paragraph 2 is a number; expected a string"),
        ({"paragraphs": "One."}, "paragraphs is a string; expected a list of strings"),
        ({"paragraphs": {"a": 1}}, "paragraphs is an object; expected a list of strings"),
        ({"id": [1], "text": "One."}, "an id that is a list; expected a string or a number"),
        ({"id": True, "text": "One."}, "an id that is true or false; expected a string or a number"),
    ],
)
def test_a_record_that_is_no_article_is_refused_and_the_next_is_read(values: dict[str, object], message: str) -> None:
    articles, refused = read(values, {"text": "Next."})
    assert [article.article_id for article in articles] == ["a.csv:2"]
    assert len(refused) == 1
    assert refused[0].startswith(f"a.csv, line 1: {message}")


@given(st.lists(st.text(st.characters()).filter(lambda text: not is_blank(text)), min_size=1))
def test_every_paragraph_comes_out_in_order_and_unchanged_but_for_outer_space_and_surrogates(given: list[str]) -> None:
    expected = [re.sub("[\ud800-\udfff]", "\ufffd", text.strip()) for text in given]
    assert texts(article_of_row(row(paragraphs=given))) == expected


def test_the_rows_of_an_article_are_ordered_by_position() -> None:
    articles, refused = read(line("a", 2, "c"), line("a", "0", "a"), line("a", 1.0, "b"), line("b", 5, "d"))
    assert [(article.article_id, texts(article)) for article in articles] == [("a", ["a", "b", "c"]), ("b", ["d"])]
    assert refused == []


def test_a_paragraphs_text_is_one_paragraph_whatever_lines_it_has() -> None:
    articles, _ = read(line("a", 0, "One.\n\nTwo."))
    assert texts(articles[0]) == ["One.\n\nTwo."]


def test_facts_are_taken_from_the_first_row_that_has_them() -> None:
    articles, _ = read(
        line("a", 0, url=""), line("a", 1, url="https://a.example/"), line("a", 2, url="https://b.example/")
    )
    assert articles[0].url == "https://a.example/"


def test_an_article_with_a_position_twice_is_refused_whole_and_the_others_are_read() -> None:
    articles, refused = read(line("a", 0), line("b", 1), line("b", 1), line("c", 0))
    assert [article.article_id for article in articles] == ["a", "c"]
    assert refused == [
        "a.csv, line 3: article 'b' has two paragraphs at position 1; expected each position once per article"
    ]


def test_rows_of_an_article_after_those_of_another_are_refused_once_with_the_way_out() -> None:
    articles, refused = read(line("a", 0), line("b", 0), line("a", 1), line("a", 2), line("c", 0))
    assert [article.article_id for article in articles] == ["a", "b", "c"]
    assert len(refused) == 1
    assert refused[0].startswith("a.csv, line 3: the rows of article 'a' are interrupted")
    assert refused[0].endswith("Sort the table by article_id.")


def test_memory_for_what_was_read_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "REMEMBERED", 2)
    articles, refused = read(*(line(name, 0) for name in "abcdca"))
    assert [article.article_id for article in articles] == ["a", "b", "c", "d", "a"]
    assert [error[:13] for error in refused] == ["a.csv, line 5"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (line("", 0), "a paragraph without article_id"),
        (line("a", ""), "position ''; expected a whole number from 0"),
        (line("a", None), "position 'None'"),
        (line("a", -1), "position '-1'"),
        (line("a", 1.5), "position '1.5'"),
        (line("a", "first"), "position 'first'"),
        (line("a", True), "position 'True'"),
        (line("a", float("nan")), "position 'nan'"),
        (line("a", "1e999"), "position '1e999'"),
        (line("a", 0, 5), "text is a number"),
    ],
)
def test_a_row_that_is_no_paragraph_is_refused_and_the_others_are_read(values: dict[str, object], message: str) -> None:
    articles, refused = read(line("z", 0, "One."), values, line("z", 1, "Two."))
    assert [texts(article) for article in articles] == [["One.", "Two."]]
    assert len(refused) == 1
    assert refused[0].startswith(f"a.csv, line 2: {message}")


def test_an_article_of_blank_rows_is_refused_and_blank_rows_of_another_are_dropped() -> None:
    articles, refused = read(line("a", 0, " "), line("a", 1, None), line("b", 0, ""), line("b", 1, "One."))
    assert [texts(article) for article in articles] == [["One."]]
    assert [error[:44] for error in refused] == ["a.csv, line 1: an article without paragraphs"]


def test_paragraphs_and_whole_articles_may_follow_each_other_in_json_lines() -> None:
    articles, refused = read(line("a", 0), line("a", 1), {"id": "b", "text": "One."}, line("c", 0))
    assert [(article.article_id, len(article.texts)) for article in articles] == [("a", 2), ("b", 1), ("c", 1)]
    assert refused == []


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        (("id", "teaser"), "no column 'text'; the columns are: id, teaser"),
        (("position", "text"), "no column 'article_id'"),
        (("article_id", "position"), "no column 'text'"),
        (("", "label"), r"no column 'text'; the columns are: \(no name\), label"),
    ],
)
def test_a_table_without_a_column_is_refused_and_says_which_it_has(columns: tuple[str, ...], missing: str) -> None:
    with pytest.raises(InputError, match=f"^t.csv: {missing}"):
        list(articles_of_table(SourceTable(columns, iter(())), where="t.csv", refuse=pytest.fail))


@pytest.mark.parametrize(
    "columns",
    [("Text",), ("id", "paragraphs"), ("HTML ", "x"), ("ID", "Position", "Text"), ("article_id", "html", "position")],
)
def test_a_table_needs_no_more_than_its_text(columns: tuple[str, ...]) -> None:
    assert list(articles_of_table(SourceTable(columns, iter(())), where="t.csv", refuse=pytest.fail)) == []


def test_tens_of_thousands_of_paragraphs_are_one_article() -> None:
    articles, _ = read(*(line("a", position) for position in range(30_000)))
    assert [len(article.texts) for article in articles] == [30_000]
