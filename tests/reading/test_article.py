from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.reading import article as article_module
from corestory.reading.article import Article, keeping, language_of, registered_domain, site_of
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


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.harbour-post.com/news/1", "harbour-post.com"),
        ("http://user:pass@News.Harbour-Post.COM.:8080?x=1", "harbour-post.com"),
        ("//cdn.harbour-post.co.uk/a", "harbour-post.co.uk"),
        ("www.harbour-post.co.uk", "harbour-post.co.uk"),
        ("harbour-post.com/a", "harbour-post.com"),
        ("HTTPS://harbour-post.example/a", "harbour-post.example"),
        ("sport.harbour-post.example", "harbour-post.example"),
        ("https://paper.harbour.unlisted-suffix/", "harbour.unlisted-suffix"),
    ],
)
def test_a_site_is_what_somebody_registered(url: str, site: str) -> None:
    assert registered_domain(url) == site


def test_two_blogs_at_one_host_are_two_sites_and_the_host_is_a_third() -> None:
    hosts = ["https://one.blogspot.com", "https://two.blogspot.com/x", "https://blogspot.com"]
    assert [registered_domain(host) for host in hosts] == ["one.blogspot.com", "two.blogspot.com", "blogspot.com"]


def test_an_internationalised_name_is_one_site_in_both_its_forms() -> None:
    assert registered_domain("https://www.münchen.de/") == registered_domain("xn--mnchen-3ya.de") != ""


def test_an_address_is_its_own_site() -> None:
    assert registered_domain("http://192.0.2.7:80/a") == "192.0.2.7"
    assert registered_domain("http://[2001:DB8::1]:80/a") == "2001:db8::1"


@pytest.mark.parametrize(
    "junk",
    ["", " ", "http://", "http://..", "co.uk", "https://co.uk/a", "story.txt", "two words.com", "localhost", "\ud800",
     "javascript:void(0)", "C:\\pages\\a.html", "file:///pages/a.html", "http://1.2.3.4.5/", "%00.com"],
)  # fmt: skip
def test_what_names_no_site_gives_none(junk: str) -> None:
    assert registered_domain(junk) == ""


@given(st.text())
def test_no_text_breaks_it_and_a_site_is_its_own_site(text: str) -> None:
    site = registered_domain(text)
    assert registered_domain(f"https://{site}/") == site or ":" in site


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("crawl/p.zip/in/0.html", ""),
        ("herald.example.zip/a.html", "herald.example"),
        ("p.zip/bbc.co.uk/a", "bbc.co.uk"),
    ],
)
def test_the_name_of_an_archive_is_no_site_for_its_ending(name: str, site: str) -> None:
    assert site_of(Article(name, ())) == site


STORIES = {
    "en": "The quay opened again on Monday after a long delay, the harbour council said.",
    "de": "Der Kai wurde am Montag nach langer Verzögerung wieder geöffnet, teilte der Rat mit.",
    "fr": "Le quai a rouvert lundi après un long retard, a annoncé le conseil du port.",
    "es": "El muelle volvió a abrir el lunes tras un largo retraso, según el consejo del puerto.",
    "pl": "Nabrzeże otwarto ponownie w poniedziałek po długim opóźnieniu, podała rada portu.",
    "no": "Kaien åpnet igjen på mandag etter en lang forsinkelse, opplyste havnerådet.",
    "ru": "Причал снова открылся в понедельник после долгой задержки, сообщил совет порта.",
    "zh": "港口委员会表示，经过长时间的延误，码头于周一重新开放，市民可以再次使用旧桥。",
}
detecting = pytest.mark.skipif(find_spec("py3langid") is None, reason="py3langid (extra language) is missing")


@detecting
@pytest.mark.parametrize(("code", "text"), STORIES.items())
def test_the_text_tells_its_language_whatever_the_source_declares(code, text):
    assert language_of(text, declared="en") == code


@detecting
def test_a_text_too_short_to_tell_has_the_declared_language():
    assert language_of("Quai ouvert", declared="nb-NO") == "no"


@pytest.mark.parametrize(
    ("declared", "code"), [("EN_us", "en"), ("zh-Hant", "zh"), ("eng", ""), ("nn", "no"), ("", "")]
)
def test_without_a_detector_the_declared_language_counts(monkeypatch, declared, code):
    monkeypatch.setattr(article_module, "_detects_languages", lambda: False)
    assert language_of(STORIES["fr"], declared=declared) == code
