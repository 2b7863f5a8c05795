import gzip
import io
import quopri
import sys
import tarfile
import zipfile

import pytest

from corestory.reading.file_kinds import kind_by_content, unread_kind
from corestory.reading.sources import read_articles

MAIL = b"Return-Path: <a@b.example>\r\nMessage-ID: <1@b.c>\r\nSubject: Quay\r\nMIME-Version: 1.0\r\n\r\nThe quay.\r\n"
RECORD = b"WARC/1.0\r\nWARC-Type: %s\r\nContent-Length: 9\r\n\r\nThe quay.\r\n\r\n"


def book(kind, *names):
    """A document that is a ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        if kind:
            made.writestr("mimetype", kind, zipfile.ZIP_STORED)
        for name in names:
            made.writestr(name, "<p>The quay.</p>")
    return stream.getvalue()


def tarred(name):
    """A tar archive of one page."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        made.addfile(tarfile.TarInfo(name))
    return stream.getvalue()


ITEM = b"<item><description>The quay.</description></item>"
RSS = b'<?xml version="1.0"?>\n<rss version="2.0"><channel>%s</channel></rss>' % ITEM
UNPACK, FETCH = "Unpack it into a folder, or make a ZIP archive of it.", "Fetch the pages that it lists."
CONVERT = "Convert it to plain text or HTML."
FILES = {
    "a.eml": (MAIL, "an e-mail", CONVERT),
    "mbox": (b"From a@b.example Tue Mar 12 09:12:00 2024\n" + MAIL, "an e-mail", CONVERT),
    "a.epub": (book("application/epub+zip", "one.xhtml"), "an EPUB book", CONVERT),
    "a.odt": (book("application/vnd.oasis.opendocument.text", "content.xml"), "an OpenDocument file", CONVERT),
    "a.docx": (book("", "[Content_Types].xml", "word/document.xml"), "an Office document", CONVERT),
    "a.xlsx": (book("", "_rels/.rels", "xl/workbook.xml"), "an Office document", CONVERT),
    "old.arc": (b"filedesc://a.arc 0.0.0.0 2001\n", "an ARC file of a web archive", "Convert it to WARC."),
    "pages.tar": (tarred("a.html"), "a tar archive", UNPACK),
    "pages.tgz": (gzip.compress(tarred("a.html")), "a tar archive", UNPACK),
    "feed.xml": (RSS, "a feed or a site map", FETCH),
    "items.xml": (
        b"<?xml version='1.0'?>\n<items>\n<item><text>One</text></item></items>", "a list of items in XML",
        "Export the items as JSON Lines (in Scrapy, with -o items.jl).",
    ),
    "atom.html": (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>', "a feed or a site map", FETCH),
    "a.pdf": (b"%PDF-1.7\n", "a PDF", CONVERT),
    "a": (b"PAR1" + b"\x15" * 90, "a Parquet file", "Rename it to end in .parquet."),
    "story.txt": (RECORD % b"response", "a WARC or WET file of a web archive", "Rename it to end in .warc."),
    "story.txt.gz": (
        gzip.compress(RECORD % b"response"), "a WARC or WET file of a web archive", "Rename it to end in .warc."
    ),
    "story.csv": (book("", "a.html"), "a ZIP archive", "Rename it to end in .zip."),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_is_recognised_and_not_read_is_refused_in_words_under_any_name(tmp_path, name):
    data, kind, hint = FILES[name]
    (tmp_path / name).write_bytes(data)
    refused = []
    assert list(read_articles([str(tmp_path / name)], refuse=refused.append)) == []
    assert [str(error) for error in refused] == [f"{tmp_path / name}: looks like {kind}; expected text. {hint}"]


@pytest.mark.parametrize(
    "text",
    [
        b"From: desk@courier.example\nSubject: Boil notice\nDate: Tue, 12 Mar 2024\n\n> The quay opened.\n",
        b"Q: Why?\nA: Because.\nQ: Really?\nA: Really.\n",
        b"WARC/1 is a format.\n",
    ],
)
def test_a_text_that_begins_like_one_of_them_is_a_text(text):
    assert unread_kind(text) == ""


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'article_id,text\n7,"The quay, at last, opened."\n', "csv"),
        (b"id;title;text\n7;Quay;The quay opened.\n", "csv"),
        (b"id\ttext\n7\tThe quay opened.\n", "csv"),
        (b"a,b,c\n1,2,3\n4,5,6\n", "csv"),
        (b"Text, and more text,\nof the same, kind, here\n", "text"),
        (b"The quay, the sea\nThe gulls, the boats\n", "text"),
        (b"text\nThe quay opened.\n", "text"),
        (b"Harbour\n\nThe quay opened.\n", "text"),
    ],
)
def test_a_table_without_a_name_is_told_by_its_header_and_rows(data, kind):
    assert kind_by_content(data, where="standard input") == kind


def test_a_table_on_the_standard_input_is_read_as_one(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(b"id,text\n7,The quay opened.\n8,Ships came.\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    articles = list(read_articles(["-"], refuse=pytest.fail))
    assert [(article.article_id, list(article.texts)) for article in articles] == [
        ("7", ["The quay opened."]), ("8", ["Ships came."]),
    ]  # fmt: skip


def test_a_folder_says_what_it_passes_over(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.pdf", "c.docx", ".hidden", "in/d.png"):
        (tmp_path / name).write_text("The quay.")
    notes = []
    assert len(list(read_articles([str(tmp_path)], refuse=pytest.fail, note=notes.append))) == 1
    assert notes == [f"{tmp_path}: ignored 3 files of another kind: b.pdf, c.docx, d.png"]


def test_a_set_of_frames_without_text_is_refused_with_their_addresses(tmp_path):
    (tmp_path / "a.html").write_text("<frameset><frame src=menu.html><frame src=story.html></frameset>")
    refused = []
    assert list(read_articles([str(tmp_path / "a.html")], refuse=refused.append)) == []
    assert (
        "a page of frames without text of its own; expected the page in one of its frames. "
        "Fetch menu.html or story.html." in str(refused[0])
    )


def test_a_text_that_is_one_long_paragraph_is_read_and_that_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("the ferry left the quay " * 60)
    notes = []
    assert len(list(read_articles([str(tmp_path / "a.txt")], refuse=pytest.fail, note=notes.append))) == 1
    assert notes == [f"{tmp_path / 'a.txt'}: looks like one paragraph of 300 words, so all of it gets the same label"]


def test_that_most_of_a_page_is_one_long_paragraph_is_said_too(tmp_path):
    (tmp_path / "a.html").write_text(f"<p>Home<p>{'the ferry left the quay ' * 60}<p>Privacy")
    (tmp_path / "b.html").write_text(f"<p>{'the ferry left the quay ' * 60}" * 2)
    notes = []
    assert len(list(read_articles([str(tmp_path)], refuse=pytest.fail, note=notes.append))) == 2
    assert notes == [f"{tmp_path / 'a.html'}: looks like one paragraph of 300 words, so all of it gets the same label"]


def test_a_page_that_begins_with_many_comments_is_told_from_a_feed_at_once() -> None:
    comments = b"<!-- wire --> " * 2_000
    assert unread_kind(comments + b"<html>") == ""
    assert unread_kind(b"<?xml version='1.0'?>" + comments + b"<rss >") == "a feed or a site map"


STORY = "The ferry left the café on the quay at nine on Monday, said the harbour master, for the first time since May."
PAGE = f'<html><head><meta charset="{{}}"></head><body><p class="story">{STORY}</p></body></html>'
HEAD = (
    b"From: <Saved by Blink>\r\nSubject: Quay\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="x"\r\n\r\n'
)


def _part(kind: bytes, body: bytes) -> bytes:
    head = b"--x\r\nContent-Type: %s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" % kind
    return head + quopri.encodestring(body).replace(b"\n", b"\r\n") + b"\r\n"


def _read(path):
    refused = []
    return [article.texts for article in read_articles([str(path)], refuse=refused.append)], list(map(str, refused))


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.html", "a.txt", "a"])
def test_a_saved_page_is_read_under_any_name(tmp_path, name):
    parts = _part(b"text/css", b"p { margin: 0 }") + _part(b"text/html", PAGE.format("utf-8").encode()) + b"--x--\r\n"
    (tmp_path / name).write_bytes(HEAD + parts)
    assert _read(tmp_path / name) == ([[STORY]], [])


def test_the_saved_pages_of_a_folder_are_read(tmp_path):
    (tmp_path / "a.mhtml").write_bytes(HEAD + _part(b"text/html", PAGE.format("utf-8").encode()))
    assert _read(tmp_path) == ([[STORY]], [])


def test_the_file_or_the_page_declares_the_encoding(tmp_path):
    for name, kind, declared in (("a", b"text/html; charset=cp1252", "utf-8"), ("b", b"text/html", "cp1252")):
        (tmp_path / name).write_bytes(HEAD + _part(kind, PAGE.format(declared).encode("cp1252")) + b"--x--\r\n")
        assert _read(tmp_path / name) == ([[STORY]], [])


def test_only_the_first_page_is_read_for_others_are_in_its_frames(tmp_path):
    frame = _part(b"text/html", b"<p>Buy a boat.</p>")
    (tmp_path / "a").write_bytes(HEAD + _part(b"text/html", PAGE.format("utf-8").encode()) + frame + b"--x--\r\n")
    assert _read(tmp_path / "a") == ([[STORY]], [])


@pytest.mark.parametrize(
    "parts", [b"", _part(b"image/png", b"x"), b"--x\r\nContent-Type: multipart/mixed\r\n\r\n" * 999]
)
def test_a_saved_page_without_a_page_is_refused_in_words(tmp_path, parts):
    (tmp_path / "a.mhtml").write_bytes(HEAD + parts)
    articles, refused = _read(tmp_path / "a.mhtml")
    assert articles == []
    assert refused == [f"{tmp_path / 'a.mhtml'}: an MHTML file without a page; expected a part of the type text/html"]
