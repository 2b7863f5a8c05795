"""Files in the form in which scrapers and data sets are published are read without an option, or with one."""

import bz2
import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.benchmarks.warc.archives import conversion, metadata, record, request, response

from corestory.reading.article import Article
from corestory.reading.fields import ReadingOptions
from corestory.reading.sources import read_articles

STORY = ["The lock at Ämterhafen opened again on Monday.", "Eleven barges had waited since Friday.", "Share this"]
TEXT = "\n\n".join(STORY)
URL = "https://courier.example/2024/03/lock"
TITLE = "Lock opens again"
PAGE = f"<html><head><title>{TITLE}</title></head><body>{''.join(f'<p>{line}</p>' for line in STORY)}</body></html>"

NEWS_PLEASE = {
    "authors": ["Mara Lind"], "date_download": "2024-03-12 09:15:02", "date_modify": "None",
    "date_publish": "2024-03-12 06:00:00", "description": "The lock is open.", "filename": "lock.json",
    "image_url": "https://courier.example/lock.jpg", "language": "en", "localpath": None, "maintext": TEXT,
    "source_domain": "courier.example", "title": TITLE, "title_page": None, "title_rss": None, "url": URL,
}  # fmt: skip
NEWSPAPER4K = {
    "url": URL, "read_more_link": "", "language": "en", "title": TITLE, "top_image": "", "meta_img": "", "images": [],
    "movies": [], "keywords": [], "meta_keywords": [""], "tags": None, "authors": ["Mara Lind"], "publish_date": None,
    "summary": "", "meta_description": "", "meta_lang": "en", "meta_favicon": "", "meta_site_name": "Courier",
    "canonical_link": None, "text": TEXT,
}  # fmt: skip
TRAFILATURA = {
    "title": TITLE, "author": "Mara Lind", "hostname": "courier.example", "date": "2024-03-12",
    "fingerprint": "c04b45f29268196", "id": None, "license": None, "comments": "", "raw_text": " ".join(STORY),
    "text": "\n".join(STORY), "language": None, "image": None, "pagetype": None, "filedate": "2024-03-13",
    "source": URL, "source-hostname": "Courier", "excerpt": None, "categories": "", "tags": "",
}  # fmt: skip
APIFY = {
    "url": URL, "crawl": {"loadedUrl": URL, "loadedTime": "2024-03-12T09:15:02.000Z", "depth": 1,
    "referrerUrl": "https://courier.example/"}, "metadata": {"canonicalUrl": URL, "title": TITLE, "languageCode": "en"},
    "screenshotUrl": None, "text": TEXT, "html": None, "markdown": f"# {TITLE}\n\n{TEXT}",
}  # fmt: skip


def scrapy_feed(records: list[dict[str, object]]) -> bytes:
    """The feed export of Scrapy: a list with one item a line."""
    return ("[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]").encode()


def packed(data: bytes, ending: str) -> bytes:
    if ending != ".zst":
        return (gzip if ending == ".gz" else bz2).compress(data)
    stream = pa.BufferOutputStream()
    with pa.CompressedOutputStream(stream, "zstd") as file:
        file.write(data)
    return stream.getvalue().to_pybytes()


def table(rows: list[dict[str, object]], *, delimiter: str = ",", end: str = "\r\n") -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def shard(columns: dict[str, object]) -> bytes:
    """A shard of a data set on the Hugging Face Hub, with the metadata that its library writes."""
    arrays = pa.table(columns)
    features = {name: {"dtype": "string", "_type": "Value"} for name in columns}
    arrays = arrays.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    stream = io.BytesIO()
    pq.write_table(arrays, stream, row_group_size=1)
    return stream.getvalue()


INFO = record(
    "warcinfo", b"isPartOf: CC-MAIN-2024-10\r\nsoftware: Apache Nutch 1.19\r\n", content_type="application/warc-fields"
)
# Common Crawl decodes the page and renames the headers that say how it was sent.
CRAWL = [
    INFO, request(7),
    response(PAGE, url=URL, headers=["X-Crawler-Content-Encoding: gzip", f"Content-Length: {len(PAGE.encode())}"]),
    metadata(7),
]  # fmt: skip
EXCEL = table(
    [{"Nr": 1, "Größe": "groß", "Link": URL, "Content": TEXT}], delimiter=";"
)  # fmt: skip
MEDIA_CLOUD = table(
    [{"id": "a1b2", "indexed_date": "2024-03-12 10:00:00", "language": "en", "media_name": "courier.example",
      "media_url": "courier.example", "publish_date": "2024-03-12", "title": TITLE, "url": URL, "text": TEXT}],
    end="\n",
).encode()  # fmt: skip
PIPES = table([{"Titel": "Schleuse", "Text": TEXT, "URL": URL}], delimiter="|")
# As Apify exports the data set to CSV.
APIFY_TABLE = table([{"crawl/depth": 1, "metadata/title": TITLE, "text": TEXT, "url": URL}])
NESTED = [{"url": URL, "article": {"title": TITLE, "text": TEXT, "author": {"name": "Mara Lind"}}}]
NOTE_LINK = "reads the url from the field 'link'"
NOTE_MAINTEXT, NOTE_CONTENT = "reads the text from the field 'maintext'", "reads the text from the field 'content'"

# The file; whether it tells title and address; the notes.
FILES: dict[str, tuple[bytes, str, str, list[str]]] = {
    "news-please.json": (json.dumps(NEWS_PLEASE, indent=2).encode(), TITLE, URL, [NOTE_MAINTEXT]),
    "newspaper4k.json": (json.dumps(NEWSPAPER4K, indent=4).encode(), TITLE, URL, []),
    "trafilatura.json": (json.dumps(TRAFILATURA).encode(), TITLE, URL, ["reads the url from the field 'source'"]),
    "scrapy-feed.json": (
        scrapy_feed([{"headline": TITLE, "link": URL, "published": "2024-03-12", "body": STORY}]), TITLE, URL,
        ["reads the text from the field 'body'", "reads the url from the field 'link'",
         "reads the title from the field 'headline'"],
    ),
    "scrapy-items.jl": (
        (json.dumps({"url": URL, "title": TITLE, "raw_html": PAGE}) + "\n").encode(), TITLE, URL,
        ["reads the html from the field 'raw_html'"],
    ),
    "cc-news-shard.parquet": (
        shard({"title": [TITLE], "text": [TEXT], "domain": ["courier.example"], "date": ["2024"], "url": [URL]}),
        TITLE, URL, [],
    ),
    "cnn-shard.parquet": (
        shard({"article": [TEXT], "highlights": ["Open again."], "id": ["f3"]}), "", "",
        ["reads the text from the field 'article'"],
    ),
    "bytes.parquet": (shard({"url": [URL], "html": [PAGE.encode()]}), TITLE, URL, []),
    "lists.parquet": (
        shard({"url": [URL], "title": [TITLE], "lines": [STORY], "authors": [["Mara Lind"]], "tags": [["ports"]]}),
        TITLE, URL, ["reads the paragraphs from the field 'lines'"],
    ),
    "excel-utf-8.csv": (EXCEL.encode("utf-8-sig"), "", URL, [NOTE_CONTENT, NOTE_LINK]),
    "excel-windows.csv": (EXCEL.encode("cp1252"), "", URL, [NOTE_CONTENT, NOTE_LINK]),
    "excel-unicode.csv": (EXCEL.replace(";", "\t").encode("utf-16"), "", URL, [NOTE_CONTENT, NOTE_LINK]),
    "excel-empty-rows.csv": ((EXCEL + ";;;\r\n" * 3).encode("utf-8-sig"), "", URL, [NOTE_CONTENT, NOTE_LINK]),
    "bars.csv": (PIPES.encode(), "", URL, []),
    "excel-separator.csv": (f"sep=;\r\n{EXCEL}".encode("utf-8-sig"), "", URL, [NOTE_CONTENT, NOTE_LINK]),
    "media-cloud.csv": (MEDIA_CLOUD, TITLE, URL, []),
    "apify.json": (
        json.dumps([APIFY], indent=2).encode(), TITLE, URL, ["reads the title from the field 'metadata.title'"]
    ),
    "apify.csv": (APIFY_TABLE.encode("utf-8-sig"), TITLE, URL, ["reads the title from the field 'metadata/title'"]),
    "nested.json": (
        json.dumps(NESTED).encode(), TITLE, URL,
        ["reads the text from the field 'article.text'", "reads the title from the field 'article.title'"],
    ),
    "CC-MAIN-20240312-00001.warc": (b"".join(CRAWL), TITLE, URL, []),
    "CC-MAIN-20240312-00001.warc.wet": (b"".join([INFO, conversion("\n".join(STORY), url=URL)]), "", URL, []),
}  # fmt: skip

RECORD: dict[str, object] = {"title": TITLE, "url": URL, "content": TEXT}
HTML = "".join(f"<p>{line}</p>" for line in STORY)
WORDPRESS = {
    "id": 7, "guid": {"rendered": f"{URL}?p=7"}, "link": URL, "title": {"rendered": TITLE},
    "content": {"rendered": HTML, "protected": False}, "excerpt": {"rendered": "<p>Open.</p>", "protected": False},
}  # fmt: skip
ELASTIC = {"_index": "news", "_id": "a1", "_score": 1.0, "_source": {"title": TITLE, "url": URL, "body": TEXT}}
# Answers of programming interfaces and dumps of databases, whose articles are in an object.
ANSWERS: dict[str, tuple[object, str]] = {
    "newsapi.json": ({"status": "ok", "totalResults": 1, "articles": [RECORD]}, "newsapi.json:1:1"),
    "event-registry.json": ({"articles": {"page": 1, "results": [{"uri": "8", **RECORD}]}}, "event-registry.json:1:1"),
    "wordpress.json": ([WORDPRESS], "7"),
    "elasticdump.jsonl": (ELASTIC, "a1"),
    "elastic-search.json": ({"took": 1, "hits": {"total": {"value": 1}, "hits": [ELASTIC]}}, "a1"),
    "solr.json": ({"response": {"numFound": 1, "docs": [{"id": "s", **RECORD, "content": [TEXT]}]}}, "s"),
    "mongoexport.jsonl": ({"_id": {"$oid": "5f"}, **RECORD, "date": {"$date": "2024-03-12T06:00:00Z"}}, "5f"),
    "diffbot.json": ({"request": {"pageUrl": URL}, "objects": [{"type": "article", "title": TITLE, "pageUrl": URL,
                      "text": TEXT, "html": HTML}]}, "diffbot.json:1:1"),
    "zyte.jsonl": ({"url": URL, "statusCode": 200, "article": {"url": URL, "headline": TITLE, "articleBody": TEXT,
                    "articleBodyHtml": HTML}}, "zyte.jsonl:1"),
    "json-feed.json": ({"version": "https://jsonfeed.org/version/1.1", "title": "Courier", "items": [
                        {"id": "f", "url": URL, "title": TITLE, "content_html": HTML}]}, "f"),
    "feedly.json": ({"id": "feed/x", "items": [{"id": "y", "title": TITLE, "canonicalUrl": URL, "content":
                     {"content": HTML, "direction": "ltr"}, "summary": {"content": "Open."}}]}, "y"),
    "feedparser.json": ({"entries": [{"title": TITLE, "link": URL, "summary": "Open.", "content": [
                         {"type": "text/html", "value": HTML}]}]}, "feedparser.json:1:1"),
    "blocks.jsonl": ({**RECORD, "content": [{"type": "image"}, *({"type": "p", "text": line} for line in STORY)]},
                     "blocks.jsonl:1"),
    "oscar.jsonl": ({"content": TEXT, "warc_headers": {"warc-target-uri": URL}, "metadata": {"title": TITLE}},
                    "oscar.jsonl:1"),
    "pandas.json": ({"schema": {"fields": [{"name": "index"}]}, "data": [{"index": 0, **RECORD}]}, "pandas.json:1:1"),
}  # fmt: skip


def read(path: Path, options: ReadingOptions | None = None) -> tuple[list[Article], list[str], list[str]]:
    refused: list[str] = []
    notes: list[str] = []
    found = read_articles(
        [str(path)], refuse=lambda error: refused.append(str(error)), note=notes.append, options=options
    )
    return list(found), refused, notes


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_scraper_is_read_without_an_option(tmp_path: Path, name: str) -> None:
    data, title, url, expected = FILES[name]
    (tmp_path / name).write_bytes(data)
    (article,), refused, notes = read(tmp_path / name)
    assert list(article.texts) == STORY
    assert (article.title, article.url) == (title, url)
    assert (refused, notes) == ([], expected)


@pytest.mark.parametrize("name", ANSWERS)
def test_articles_are_found_in_the_answers_of_interfaces_and_in_dumps(tmp_path: Path, name: str) -> None:
    data, article_id = ANSWERS[name]
    (tmp_path / name).write_text(json.dumps(data))
    (article,), refused, notes = read(tmp_path / name)
    assert (list(article.texts), article.title, article.url, refused) == (STORY, TITLE, URL, [])
    assert article.article_id.removeprefix(f"{tmp_path}/") == article_id
    assert notes or name == "diffbot.json"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"title": TITLE, "content": None, "articles": [RECORD]}, "no text"),  # related articles of an empty one
        ({"title": TITLE, "comments": [RECORD]}, "no text; the fields are: title, comments;"),
        ({"author": {"text": TEXT}}, "no text; the fields are: author, author.text;"),
        ({"results": [RECORD], "articles": [RECORD]}, "no text; the fields are: results, articles;"),
        (
            {"fields": {"body": HTML, "bodyText": TEXT}},
            "Give --text-column fields.body or --text-column fields.bodytext.",
        ),
        ({"articles": [{"title": TITLE}]}, "line 1, articles 1: no text; the fields are: title;"),
        ({}, "there are no fields"),
    ],
)
def test_what_is_in_an_object_is_not_guessed(tmp_path: Path, record: object, said: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(record))
    articles, (refused,), _ = read(tmp_path / "a.jsonl")
    assert not articles
    assert said in refused or (said == "no text" and "without paragraphs" in refused)


def test_objects_of_parquet_are_read_like_those_of_json(tmp_path: Path) -> None:
    article, meta = {"title": TITLE, "paragraphs": STORY}, {"url": URL, "score": 0.5}
    pq.write_table(pa.table({"article": [article] * 3, "meta": [meta] * 3}), tmp_path / "a.parquet", row_group_size=1)
    articles, refused, _ = read(tmp_path / "a.parquet")
    assert [list(article.texts) for article in articles] == [STORY] * 3
    assert {(article.title, article.url) for article in articles} == {(TITLE, URL)}
    assert refused == []
    pq.write_table(pa.table({"ours": [{"words": TEXT}], "n": [1]}), tmp_path / "b.parquet")
    _, (refusal,), _ = read(tmp_path / "b.parquet")
    assert "the columns are: ours, ours.words, n;" in refusal
    (only,), refused, _ = read(tmp_path / "b.parquet", ReadingOptions(text="ours.words"))
    assert (list(only.texts), refused) == (STORY, [])


def test_a_table_that_excel_saved_as_text_is_told_and_an_option_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(EXCEL.replace(";", "\t").encode("utf-16"))
    _, refused, (note,) = read(tmp_path / "a.txt")
    assert (
        note
        == f"{tmp_path}/a.txt: is read as text, but looks like a table; to read it as a table, give --input-format csv"
    )
    (article,), refused, _ = read(tmp_path / "a.txt", ReadingOptions(kind="csv"))
    assert (list(article.texts), article.url, refused) == (STORY, URL, [])


def test_a_table_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,Text\n1,One.,Two.\n")
    articles, refused, _ = read(tmp_path / "a.csv")
    assert (articles, refused) == (
        [],
        [f"{tmp_path}/a.csv: 2 columns are named 'text'; expected one. Rename the others."],
    )
    (tmp_path / "a.csv").write_text("id,text,tag,tag\n1,One.,a,b\n")
    assert len(read(tmp_path / "a.csv")[0]) == 1


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".zst"])
@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".parquet")])
def test_compressed_it_is_read_too(tmp_path: Path, name: str, ending: str) -> None:
    (tmp_path / (name + ending)).write_bytes(packed(FILES[name][0], ending))
    (article,), refused, _ = read(tmp_path / (name + ending))
    assert (list(article.texts), refused) == (STORY, [])


def test_an_option_names_a_field_in_an_object(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"request": {"url": URL}, "ours": {"teaser": "Open.", "Body": TEXT}}))
    _, (refused,), _ = read(tmp_path / "a.jsonl")
    assert "the fields are: request, ours, request.url, ours.teaser, ours.body" in refused
    (article,), refused, _ = read(tmp_path / "a.jsonl", ReadingOptions(text="ours.body", url="request.url"))
    assert (list(article.texts), article.url, refused) == (STORY, URL, [])


def test_a_field_in_an_object_is_read_only_where_no_other_has_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"body": TEXT, "article": {"text": "A teaser."}}))
    (article,), refused, notes = read(tmp_path / "a.jsonl")
    assert (list(article.texts), refused, notes) == (STORY, [], ["reads the text from the field 'body'"])


def test_a_note_is_made_once_for_all_files(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_text(json.dumps(NEWS_PLEASE))
    articles, refused, notes = read(tmp_path)
    assert (len(articles), refused, notes) == (3, [], [NOTE_MAINTEXT])
