import gzip
import json

import pytest

from corestory.errors import InputError
from corestory.labelling.gold_pages import (
    find_pages,
    is_newspaper4k,
    is_pairs,
    is_wcxb,
    read_newspaper4k,
    read_pairs,
    read_wcxb,
)

HTML = "<title>Ferry</title><nav>News</nav><p>The ferry sailed.</p>"


def wcxb_gold(url="https://herald.example/a", text="The ferry sailed."):
    return json.dumps({"url": url, "ground_truth": {"title": "Ferry", "main_content": text}})


def wcxb_metadata(**types):
    return json.dumps({"files": {name: {"page_type": kind} for name, kind in types.items()}})


def wcxb(folder):
    refused, dropped = [], []
    pages = list(read_wcxb(folder, source="wcxb", refuse=refused.append, drop=dropped.append))
    return pages, refused, dropped


def newspaper(folder):
    refused = []
    return list(read_newspaper4k(folder, source="n4k", refuse=refused.append)), refused


def test_wcxb_is_read_from_both_parts_plain_and_gzipped(write):
    folder = write(
        {
            "metadata.json": wcxb_metadata(a="article", b="article"),
            "dev/html/a.html": HTML,
            "dev/ground-truth/a.json": wcxb_gold(),
            "test/html/b.html.gz": gzip.compress(HTML.encode()),
            "test/ground-truth/b.json": wcxb_gold("https://herald.example/b"),
        }
    )
    assert is_wcxb(folder)
    pages, refused, dropped = wcxb(folder)
    assert [(page.page, page.url, page.title, page.gold) for page in pages] == [
        ("wcxb/dev/a", "https://herald.example/a", "Ferry", "The ferry sailed."),
        ("wcxb/test/b", "https://herald.example/b", "Ferry", "The ferry sailed."),
    ]
    assert pages[1].html == HTML
    assert not refused
    assert not dropped


def test_pages_of_other_types_are_dropped_and_said(write):
    folder = write(
        {
            "metadata.json": wcxb_metadata(a="forum", c="product"),
            "dev/html/a.html": HTML,
            "dev/ground-truth/a.json": wcxb_gold(),
            "dev/ground-truth/c.json": wcxb_gold(),
        }
    )
    assert wcxb(folder) == ([], [], ["a page that is not an article"])


BROKEN = {
    "gold malformed": ({"dev/ground-truth/b.json": '{"url": '}, "malformed JSON"),
    "gold no object": ({"dev/ground-truth/b.json": "[1]"}, "empty gold text"),
    "gold empty": ({"dev/ground-truth/b.json": wcxb_gold(text=" \n")}, "empty gold text"),
    "gold not text": ({"dev/ground-truth/b.json": '{"ground_truth": {"main_content": 7}}'}, "empty gold text"),
    "gold missing": ({"dev/ground-truth/b.json": None}, "b.json"),
    "page missing": ({"dev/html/b.html": None}, "without its page"),
    "page empty": ({"dev/html/b.html": " \n"}, "empty"),
    "page binary": ({"dev/html/b.html": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"}, "b.html"),
    "page truncated": (
        {"dev/html/b.html": None, "dev/html/b.html.gz": gzip.compress(HTML.encode() * 50)[:-9]},
        "b.html.gz",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_page_of_wcxb_is_refused_with_its_file_and_the_rest_read(write, case):
    changes, message = BROKEN[case]
    files = {
        "metadata.json": wcxb_metadata(a="article", b="article", c="article"),
        **{f"dev/html/{name}.html": HTML for name in "abc"},
        **{f"dev/ground-truth/{name}.json": wcxb_gold() for name in "abc"},
        **changes,
    }
    pages, refused, _ = wcxb(write({name: content for name, content in files.items() if content is not None}))
    assert [page.page for page in pages] == ["wcxb/dev/a", "wcxb/dev/c"]
    assert len(refused) == 1
    assert message in str(refused[0])
    assert "b." in refused[0].where


def test_a_wcxb_folder_whose_metadata_is_broken_cannot_be_read(write):
    folder = write({"metadata.json": "{", "dev/html/a.html": HTML, "dev/ground-truth/a.json": wcxb_gold()})
    with pytest.raises(InputError, match="malformed JSON"):
        wcxb(folder)


def test_newspaper4k_is_read_in_the_order_of_its_articles(write):
    articles = {
        "z": {"title": "Ferry", "articleBody": "The ferry sailed.", "url": "https://herald.example/z"},
        "a": {"articleBody": "It came back."},
    }
    folder = write(
        {
            "articles.json": json.dumps(articles),
            "html/a.html": HTML,
            "html/z.html.gz": gzip.compress(HTML.encode()),
        }
    )
    assert is_newspaper4k(folder)
    pages, refused = newspaper(folder)
    assert [(page.page, page.url, page.title, page.gold) for page in pages] == [
        ("n4k/z", "https://herald.example/z", "Ferry", "The ferry sailed."),
        ("n4k/a", "", "", "It came back."),
    ]
    assert not refused


def test_broken_pages_of_newspaper4k_are_refused_and_the_rest_read(write):
    articles = {"a": {"articleBody": ""}, "b": {"articleBody": "Text"}, "c": 7, "d": {"articleBody": "It sailed."}}
    folder = write({"articles.json": json.dumps(articles), **{f"html/{name}.html": HTML for name in "acd"}})
    pages, refused = newspaper(folder)
    assert [page.page for page in pages] == ["n4k/d"]
    assert ["article 'a'" in refused[0].where, "without its page" in str(refused[1]), "'c'" in refused[2].where] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("content", ["[]", "nothing", ""])
def test_a_newspaper4k_folder_without_an_object_of_articles_cannot_be_read(write, content):
    folder = write({"articles.json": content, "html/a.html": HTML})
    with pytest.raises(InputError, match=r"articles\.json"):
        newspaper(folder)


def test_of_a_page_both_plain_and_gzipped_one_is_read(write):
    folder = write({"a.html": HTML, "a.html.gz": b"", "b.htm": HTML, "c.json": "{}", "d.html/e.html": HTML})
    assert {name: path.name for name, path in find_pages(folder).items()} == {"a": "a.html", "b": "b.htm"}


def test_another_folder_is_neither_layout(write):
    folder = write({"metadata.json": "{}", "html/a.html": HTML})
    assert not is_wcxb(folder)
    assert not is_newspaper4k(folder)


PAIR_HTML = "<nav>News</nav><p>The ferry sailed.</p>"


def pairs(folder):
    refused = []
    return list(read_pairs(folder, source="own", refuse=refused.append)), refused


def test_pairs_are_read_by_name_with_the_address_where_there_is_one(write):
    folder = write(
        {
            "b.html": PAIR_HTML,
            "b.txt": "The ferry sailed.",
            "a.html.gz": gzip.compress(PAIR_HTML.encode()),
            "a.txt": "\ufeffThe ferry sailed.".encode("utf-16"),
            "a.url": "https://herald.example/a\n",
        }
    )
    assert is_pairs(folder)
    pages, refused = pairs(folder)
    assert [(page.page, page.url, page.html) for page in pages] == [
        ("own/a", "https://herald.example/a", PAIR_HTML),
        ("own/b", "", PAIR_HTML),
    ]
    assert "The ferry sailed." in pages[0].gold
    assert not refused


def test_names_may_hold_dots(write):
    folder = write({"de.herald.example_1.html": PAIR_HTML, "de.herald.example_1.txt": "The ferry sailed."})
    assert [page.page for page in pairs(folder)[0]] == ["own/de.herald.example_1"]


def test_what_has_no_counterpart_or_cannot_be_read_is_refused_and_the_rest_read(write):
    folder = write(
        {
            "alone.html": PAIR_HTML,
            "lost.txt": "A story without its page.",
            "empty.html": PAIR_HTML,
            "empty.txt": " \n",
            "torn.html.gz": gzip.compress(PAIR_HTML.encode() * 99)[:-12],
            "torn.txt": "The ferry sailed.",
            "good.html": PAIR_HTML,
            "good.txt": "The ferry sailed.",
            "good.url": "",
        }
    )
    pages, refused = pairs(folder)
    assert [page.page for page in pages] == ["own/good"]
    reasons = "\n".join(map(str, refused))
    assert len(refused) == 4
    for name in ("alone.html", "lost.txt", "empty.txt", "torn.html.gz"):
        assert name in reasons
