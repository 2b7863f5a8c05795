import io

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from corestory.errors import OutputError
from corestory.explained import explain
from corestory.output.article_files import INDEX, OnePage, PageFolder


@pytest.fixture(scope="module")
def articles(seeded_tagger):
    return [explain(text, seeded_tagger) for text in ("The ferry was sold.\nShare", "It had nine decks.")]


def test_a_folder_gets_a_page_an_article_and_an_index_that_links_them(articles, tmp_path):
    pages = PageFolder(tmp_path)
    for article in articles:
        pages.write(article)
    pages.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.html", "000002.html", INDEX]
    index = HTMLParser((tmp_path / INDEX).read_text(encoding="utf-8"))
    for link in index.css("tbody a"):
        page = HTMLParser((tmp_path / link.attributes["href"]).read_text(encoding="utf-8"))
        assert page.css_first(".brand a").attributes["href"] == INDEX


def test_one_page_takes_one_article_and_says_how_to_write_more(articles, tmp_path):
    page = OnePage(tmp_path / "a.html")
    page.write(articles[0])
    with pytest.raises(OutputError, match="--output FOLDER"):
        page.write(articles[1])
    assert not (tmp_path / "a.html").exists()


def test_one_page_goes_to_a_file_or_a_stream_which_stays_open(articles, tmp_path):
    stream = io.BytesIO()
    for target in (tmp_path / "a.html", stream):
        page = OnePage(target)
        page.write(articles[0])
        page.close()
    assert (tmp_path / "a.html").read_bytes() == stream.getvalue()
    assert "The ferry was sold." in stream.getvalue().decode()


def test_without_an_article_no_page_is_written(tmp_path):
    OnePage(tmp_path / "a.html").close()
    assert not (tmp_path / "a.html").exists()


def test_a_folder_that_is_gone_is_told(articles, tmp_path):
    with pytest.raises(OutputError):
        PageFolder(tmp_path / "none").write(articles[0])
