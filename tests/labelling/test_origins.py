import json

import pytest

from corestory.errors import InputError
from corestory.labelling.origins import find_origins

HTML = "<p>The ferry sailed.</p>"
KINDS = {
    "wcxb": {"metadata.json": '{"files": {}}', "dev/html/a.html": HTML, "dev/ground-truth/a.json": "{}"},
    "newspaper4k": {"articles.json": "{}", "html/a.html": HTML},
    "pairs": {"a.html": HTML, "a.txt": "The ferry sailed.", "b.html.gz": b""},
    "sample": {"herald.example/a.labelled.txt": "core: The ferry sailed.", "README.md": "A sample"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_recognised_by_its_files_and_named_by_its_name(write, kind):
    root = write({f"mine/{name}": content for name, content in KINDS[kind].items()})
    (origin,) = find_origins([root / "mine"])
    assert (origin.kind, origin.name, origin.size) == (kind, "mine", 2 if kind == "pairs" else 1)
    assert origin.has_pages == (kind != "sample")


@pytest.mark.parametrize("name", ["labels.csv", "labels.tsv.gz", "labels.jsonl", "labels.ndjson", "labels.PARQUET"])
def test_a_table_is_recognised_by_its_suffix(write, name):
    (origin,) = find_origins([write({name: "text,label\n"}) / name])
    assert (origin.kind, origin.name, origin.size) == ("table", "labels", 1)


def test_one_labelled_file_is_a_source(write):
    root = write({"ferry.labelled.txt": "core: It sailed."})
    (origin,) = find_origins([root / "ferry.labelled.txt"])
    refused = []
    articles = list(origin.articles(names=None, refuse=refused.append))
    assert [article.page for article in articles] == ["ferry/ferry"]
    assert not refused


def test_sources_of_one_name_are_told_apart(write):
    root = write({"a/news.csv": "text,label\n", "b/news.csv": "text,label\n", "news-2.csv": "text,label\n"})
    paths = [root / "a/news.csv", root / "b/news.csv", root / "news-2.csv"]
    names = [origin.name for origin in find_origins(paths)]
    assert len(set(names)) == 3
    assert names[:2] == ["news", "news-2"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("nowhere", "no such file or folder"),
        ("empty", "folder with nothing to read"),
        ("texts", "folder with nothing to read"),
        ("pages", "2 pages, none with its gold text"),
        ("notes.docx", "neither a folder nor a table"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(write, name, found):
    root = write({"texts/a.txt": "Text", "notes.docx": b"PK\x03\x04", "pages/a.html": HTML, "pages/b.html.gz": b""})
    (root / "empty").mkdir()
    with pytest.raises(InputError, match=found) as caught:
        find_origins([root / name])
    assert caught.value.where == str(root / name)
    assert "NAME.html + NAME.txt" in str(caught.value)


def test_each_kind_reads_its_pages(write):
    record = json.dumps({"url": "https://h.example/a", "ground_truth": {"main_content": "The ferry sailed."}})
    files = {f"{kind}/{name}": content for kind, contents in KINDS.items() for name, content in contents.items()}
    files |= {
        "wcxb/dev/ground-truth/a.json": record,
        "newspaper4k/articles.json": json.dumps({"a": {"articleBody": "The ferry sailed."}}),
        "pairs/b.html.gz": HTML,
        "pairs/b.txt": "The ferry sailed.",
    }
    root = write(files)
    refused = []
    pages = [
        page.page
        for origin in find_origins([root / kind for kind in ("wcxb", "newspaper4k", "pairs")])
        for page in origin.pages(refuse=refused.append, drop=refused.append)
    ]
    assert pages == ["wcxb/dev/a", "newspaper4k/a", "pairs/a", "pairs/b"]
    assert not refused
