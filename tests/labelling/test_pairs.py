import gzip

from corestory.labelling.pairs import is_pairs, read_pairs

HTML = "<nav>News</nav><p>The ferry sailed.</p>"


def pairs(folder):
    refused = []
    return list(read_pairs(folder, source="own", refuse=refused.append)), refused


def test_pairs_are_read_by_name_with_the_address_where_there_is_one(write):
    folder = write(
        {
            "b.html": HTML,
            "b.txt": "The ferry sailed.",
            "a.html.gz": gzip.compress(HTML.encode()),
            "a.txt": "\ufeffThe ferry sailed.".encode("utf-16"),
            "a.url": "https://herald.example/a\n",
        }
    )
    assert is_pairs(folder)
    pages, refused = pairs(folder)
    assert [(page.page, page.url, page.html) for page in pages] == [
        ("own/a", "https://herald.example/a", HTML),
        ("own/b", "", HTML),
    ]
    assert "The ferry sailed." in pages[0].gold
    assert not refused


def test_names_may_hold_dots(write):
    folder = write({"de.herald.example_1.html": HTML, "de.herald.example_1.txt": "The ferry sailed."})
    assert [page.page for page in pairs(folder)[0]] == ["own/de.herald.example_1"]


def test_what_has_no_counterpart_or_cannot_be_read_is_refused_and_the_rest_read(write):
    folder = write(
        {
            "alone.html": HTML,
            "lost.txt": "A story without its page.",
            "empty.html": HTML,
            "empty.txt": " \n",
            "torn.html.gz": gzip.compress(HTML.encode() * 99)[:-12],
            "torn.txt": "The ferry sailed.",
            "good.html": HTML,
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


def test_pages_without_any_text_beside_them_are_no_pairs(write):
    assert not is_pairs(write({"a.html": HTML, "b.txt": "Text"}))
