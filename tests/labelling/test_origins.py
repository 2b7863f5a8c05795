import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.labelling.labelled import KINDS, ROLES
from corestory.labelling.origins import find_origins, read_sample, read_samples

HTML = "<p>The ferry sailed.</p>"
FILES_OF_KIND = {
    "wcxb": {"metadata.json": '{"files": {}}', "dev/html/a.html": HTML, "dev/ground-truth/a.json": "{}"},
    "newspaper4k": {"articles.json": "{}", "html/a.html": HTML},
    "pairs": {"a.html": HTML, "a.txt": "The ferry sailed.", "b.html.gz": b""},
    "sample": {"herald.example/a.labelled.txt": "core: The ferry sailed.", "README.md": "A sample"},
}


@pytest.mark.parametrize("kind", FILES_OF_KIND)
def test_a_folder_is_recognised_by_its_files_and_named_by_its_name(write, kind):
    root = write({f"mine/{name}": content for name, content in FILES_OF_KIND[kind].items()})
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
        ("pages", "2 pages, but none has its gold text"),
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
    files = {
        f"{kind}/{name}": content for kind, contents in FILES_OF_KIND.items() for name, content in contents.items()
    }
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


GOOD = "site: herald.example\nurl: https://www.herald.example/a\ntitle: Ferry: late again\nlanguage: en\nbeat: local\n"


def sample(text):
    return read_sample(text, where="a.labelled.txt", page="own/a", source="own")


def test_header_and_labels_are_read():
    article = sample(GOOD + "\nskip: Ferry: late again\nfiller: By Mara Illing\n\ncore: It sailed at ten: late.\n")
    assert (article.site, article.url) == ("herald.example", "https://www.herald.example/a")
    assert (article.title, article.language, article.view) == ("Ferry: late again", "en", "text")
    assert article.article_id == article.page == "own/a"
    assert [(paragraph.label, paragraph.text) for paragraph in article.paragraphs] == [
        (None, "Ferry: late again"),
        ("filler", "By Mara Illing"),
        ("core", "It sailed at ten: late."),
    ]


@given(st.lists(st.tuples(st.sampled_from(["core", "filler"]), st.text(min_size=1)), min_size=1))
def test_what_is_written_in_the_format_is_read_back(rows):
    rows = [(label, clean) for label, text in rows if (clean := text.replace("\n", "").replace("\r", "").strip())]
    if rows:
        read = sample("\n".join(f"{label}: {text}" for label, text in rows))
        assert [(paragraph.label, paragraph.text) for paragraph in read.paragraphs] == rows


@given(st.lists(st.sampled_from(KINDS), min_size=1), st.lists(st.sampled_from(ROLES)))
def test_kinds_and_roles_are_read(kinds, roles):
    text = "".join(f"filler/{kind}: Read more\n" for kind in kinds) + "".join(f"core/{r}: It sailed.\n" for r in roles)
    paragraphs = sample(text).paragraphs
    assert [(paragraph.label, paragraph.kind, paragraph.role) for paragraph in paragraphs] == [
        *(("filler", kind, None) for kind in kinds),
        *(("core", None, role) for role in roles),
    ]


def test_plain_labels_stay_valid_and_a_plain_story_line_is_body_text():
    text = "skip: Ferry\nskip/title: Ferry late\nfiller: Read more\ncore: It sailed.\n"
    assert [(paragraph.label, paragraph.kind, paragraph.role) for paragraph in sample(text).paragraphs] == [
        (None, None, None),
        (None, None, "title"),
        ("filler", None, None),
        ("core", None, "body"),
    ]


def test_a_text_may_hold_what_looks_like_a_kind():
    (paragraph,) = sample("core: filler/related: is how a label is written").paragraphs
    assert (paragraph.label, paragraph.text) == ("core", "filler/related: is how a label is written")


def test_a_file_may_begin_with_a_kind():
    assert sample("filler/date: 12 May\ncore: It sailed.").paragraphs[0].kind == "date"


def test_files_of_other_systems_read_the_same():
    text = GOOD + "\ncore: It sailed.\nfiller: Read more\n"
    assert sample(text.replace("\n", "\r\n")) == sample(text.replace("\n", "\r")) == sample(text)


def test_the_site_is_that_of_the_address_if_none_is_given():
    assert sample("url: https://www.herald.example/a\n\ncore: It sailed.").site == "herald.example"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (GOOD + "\ncore: It sailed.\nfillr: Read more\n", 8, "'fillr'"),
        (GOOD + "\ncore: It sailed.\nand more\n", 8, "'and more'"),
        (GOOD + "\ncore: It sailed.\nfiller:   \n", 8, "no text after filler"),
        (GOOD + "core: It sailed.\n", 6, "'core'"),
        (GOOD + "\nfiller/relatd: Read more\n", 7, "kind 'relatd'; expected navigation related newsletter"),
        (GOOD + "\nfiller/: Read more\n", 7, "kind ''"),
        (GOOD + "\nfiller/subhead: Read more\n", 7, "kind 'subhead'"),
        (GOOD + "\ncore/related: It sailed.\n", 7, "role 'related'; expected title subhead standfirst body"),
        (GOOD + "\nskip/headline: Ferry\n", 7, "role 'headline'"),
        (GOOD + "\nfillr/related: Read more\n", 7, "'fillr/related'"),
        (GOOD + "\nfiller/related:  \n", 7, "no text after filler/related"),
        ("site: a.example\nauthor: Mara\n\ncore: It sailed.", 2, "'author'"),
        ("site: a.example\nsite: b.example\n\ncore: It sailed.", 2, "second 'site'"),
    ],
)
def test_an_error_names_file_and_line(text, line, found):
    with pytest.raises(InputError) as caught:
        sample(text)
    assert str(caught.value).startswith(f"a.labelled.txt, line {line}: ")
    assert found in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", GOOD, GOOD + "\n"])
def test_a_file_without_a_paragraph_is_refused(text):
    with pytest.raises(InputError, match="no paragraph"):
        sample(text)


def test_a_wrong_file_is_refused_and_the_rest_read_in_order(write):
    folder = write(
        {
            "b.example/one.labelled.txt": "core: One",
            "a.example/two.labelled.txt": "core: Two",
            "a.example/wrong.labelled.txt": "cor: Wrong",
            "a.example/broken.labelled.txt": b"\x89PNG\r\n\x1a\n\x00\x00",
            "a.example/notes.txt": "not an article",
        }
    )
    refused = []
    read = list(read_samples(folder, source="own", refuse=refused.append))
    assert [article.page for article in read] == ["own/a.example/two", "own/b.example/one"]
    assert len(refused) == 2
    assert any("wrong.labelled.txt, line 1" in str(error) for error in refused)
