"""Of a WARC file the HTML responses are articles, of a WET file the texts; whatever else is in it is passed over."""

import gzip
import io
import os
import subprocess
import sys
import zlib
from itertools import pairwise

import pytest
from tests.benchmarks.warc.archives import address, conversion, metadata, packed, page, record, request, response

from corestory.labelling.labelled import markup_rows
from corestory.reading import warc, warc_records
from corestory.reading.parts import part_cuts, read_part
from corestory.reading.sources import read_articles, read_file
from corestory.remote import RemotePath

pytest.importorskip("fastwarc", reason="fastwarc is not installed")

INFO = record(
    "warcinfo", b"isPartOf: CC-MAIN-2024-10\r\nsoftware: Apache Nutch\r\n", content_type="application/warc-fields"
)


def read(path, **options):
    refused = []
    articles = list(read_articles([str(path)], refuse=lambda error: refused.append(str(error)), **options))
    return articles, refused


def crawl(count=6):
    return [INFO, *(made for n in range(count) for made in (request(n), response(page(n), number=n), metadata(n)))]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "crawl", "-"])
def test_the_pages_of_a_crawl_are_articles_with_address_and_id(tmp_path, monkeypatch, name):
    data = packed(crawl()) if name != "a.warc" else b"".join(crawl())
    path = name if name == "-" else tmp_path / name
    if name == "-":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    else:
        path.write_bytes(data)
    articles, refused = read(path)
    assert refused == []
    assert [article.article_id for article in articles] == [
        f"urn:uuid:00000000-0000-0000-0000-{number:012x}" for number in range(6)
    ]
    assert [article.url for article in articles] == [address(number) for number in range(6)]
    assert [article.title for article in articles] == [f"Lock {number}" for number in range(6)]
    assert all(article.markup is not None and len(article.texts) == 4 for article in articles)


def test_headers_of_the_record_and_of_the_response_can_be_kept(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(
        packed([response(page(7), number=7, headers=["Last-Modified: Tue, 12 Mar 2024 06:00:00 GMT"])])
    )
    keep = ["WARC-Date", "warc-record-id", "Last-Modified"]
    (article,), refused = read(tmp_path / "a.warc.gz", keep=keep)
    assert refused == []
    assert set(article.kept) == {
        ("2024-03-12T09:00:07Z", "<urn:uuid:00000000-0000-0000-0000-000000000007>", "Tue, 12 Mar 2024 06:00:00 GMT")
    }
    _, refused = read(tmp_path / "a.warc.gz", keep=["desk"])
    assert "no column 'desk' to keep in any row; the columns are: " in refused[0]


def test_a_wet_file_has_texts(tmp_path):
    texts = ["Lock opens again\nEleven barges had waited.", "Der Hafen öffnet\nElf Kähne warteten."]
    made = [INFO, *(conversion(text, number=number) for number, text in enumerate(texts))]
    (tmp_path / "CC-MAIN-20240301-00001.warc.wet.gz").write_bytes(packed(made))
    articles, refused = read(tmp_path / "CC-MAIN-20240301-00001.warc.wet.gz")
    assert refused == []
    assert ["\n".join(article.texts) for article in articles] == texts
    assert [article.url for article in articles] == [address(0), address(1)]


OTHERS = {
    "picture": response(b"\x89PNG\r\n\x1a\n", content_type="image/png"),
    "JSON": response('{"a": 1}', content_type="application/json"),
    "redirection": response(page(1), status="301 Moved Permanently"),
    "error page": response(page(1), status="404 Not Found"),
    "revisit": record("revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
    "resource": record("resource", page(1).encode(), content_type="text/html"),
    "name server": record("response", b"20240312 1.2.3.4", content_type="text/dns"),
    "unnamed picture": response(b"\x89PNG\r\n\x1a\n" + b"<p>" * 9, content_type=""),
    "links of a WAT file": record("conversion", b'{"Links": []}', content_type="application/json"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_other_records_are_passed_over_in_silence(tmp_path, other):
    (tmp_path / "a.warc.gz").write_bytes(packed([OTHERS[other], response(page(2), number=2), OTHERS[other]]))
    articles, refused = read(tmp_path / "a.warc.gz")
    assert ([article.url for article in articles], refused) == ([address(2)], [])


def test_a_file_without_pages_is_refused(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(packed([INFO, OTHERS["picture"]]))
    assert read(tmp_path / "a.warc.gz") == ([], [f"{tmp_path}/a.warc.gz: no articles; expected at least one"])


def test_a_page_without_a_content_type_is_one_if_it_begins_as_one(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(packed([response(page(1), content_type="")]))
    articles, refused = read(tmp_path / "a.warc.gz")
    assert (len(articles), refused) == (1, [])


ENCODED = {
    "windows-1251": "Шлюз в Янтарном снова открыт с понедельника. Одиннадцать барж ждали с пятницы.",
    "shift_jis": "水門は月曜日に再び開いた。十一隻の船が金曜日から待っていた。",
    "iso-8859-1": "L'écluse d'Ambérac a rouvert lundi. Onze péniches attendaient depuis vendredi.",
    "UTF-8": "Die Schleuse öffnete am Montag wieder. Elf Kähne hatten seit Freitag gewartet.",
}


@pytest.mark.parametrize("charset", ENCODED)
def test_the_http_header_tells_the_encoding_before_the_page_does(tmp_path, charset):
    text = ENCODED[charset]
    html = f"<html><head><meta charset=windows-1252></head><p>{text}</p></html>".encode(charset)
    for quoted in (charset, f'"{charset}"'):
        made = response(html, content_type=f"text/html; charset={quoted}")
        (tmp_path / "a.warc.gz").write_bytes(packed([made]))
        (article,), refused = read(tmp_path / "a.warc.gz")
        assert (list(article.texts), refused) == ([text], [])


BODY = page(3).encode()
CHUNKED = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (50, BODY[:50], len(BODY) - 50, BODY[50:])
STORED = {
    "gzip": (["Content-Encoding: gzip"], gzip.compress(BODY)),
    "deflate": (["Content-Encoding: deflate"], zlib.compress(BODY)),
    "deflate without zlib's header": (["Content-Encoding: deflate"], zlib.compress(BODY)[2:-4]),
    "gzip by its old name": (["Content-Encoding: x-gzip"], gzip.compress(BODY)),
    "chunks": (["Transfer-Encoding: chunked"], CHUNKED),
    "decompressed, with the old header": (["Content-Encoding: gzip"], BODY),
    "in one piece, with the old header": (["Transfer-Encoding: chunked"], BODY),
    "chunks of a decompressed page": (["Transfer-Encoding: chunked", "Content-Encoding: br"], CHUNKED),
    "no encoding": (["Content-Encoding: none"], BODY),
    "cut off": (["WARC-Truncated: length", f"Content-Length: {9 * len(BODY)}"], BODY),
}


@pytest.mark.parametrize("stored", STORED)
def test_a_page_is_read_as_the_crawler_stored_it(tmp_path, stored):
    headers, body = STORED[stored]
    (tmp_path / "a.warc.gz").write_bytes(packed([response(body, number=3, headers=headers)]))
    (article,), refused = read(tmp_path / "a.warc.gz")
    assert (article.title, len(article.texts), refused) == ("Lock 3", 4, [])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-gzip"])
def test_of_a_page_cut_off_within_its_compression_the_beginning_is_read(tmp_path, coding):
    lines = [f"Lock {number} opened at {number * 7919 % 24} o'clock, {number**3} boats later." for number in range(500)]
    html = "".join(f"<p>{line}</p>" for line in lines).encode()
    whole = zlib.compress(html) if coding == "deflate" else gzip.compress(html)
    made = response(whole[: len(whole) // 2], headers=[f"Content-Encoding: {coding}", "WARC-Truncated: length"])
    (tmp_path / "a.warc.gz").write_bytes(packed([made]))
    notes = []
    (article,), refused = read(tmp_path / "a.warc.gz", note=notes.append)
    assert refused == []
    assert notes == [f"{tmp_path}/a.warc.gz: 1 page is cut off; the part of it that the file contains is read"]
    assert 100 < len(article.texts) < len(lines)
    assert list(article.texts[:-1]) == lines[: len(article.texts) - 1]


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_pages_whose_gzip_data_has_no_end_are_counted_in_a_note(tmp_path, coding):
    ends = [None, -8, -20, None]
    made = [
        response(gzip.compress(page(n).encode() * 9)[:end], number=n, headers=[f"Content-Encoding: {coding}"])
        for n, end in enumerate(ends)
    ]
    for old in ([], ["Transfer-Encoding: chunked"]):
        made.append(response(BODY, number=8 + len(old), headers=[f"Content-Encoding: {coding}", *old]))
    (tmp_path / "a.warc.gz").write_bytes(packed(made))
    notes = []
    articles, refused = read(tmp_path / "a.warc.gz", note=notes.append)
    assert (len(articles), refused) == (6, [])
    assert notes == [f"{tmp_path}/a.warc.gz: 2 pages are cut off; the part of them that the file contains is read"]


def test_lines_of_headers_may_end_without_a_carriage_return(tmp_path):
    block = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + BODY
    header = b"WARC/1.0\nWARC-Type: response\nContent-Type: application/http\nContent-Length: %d\n\n" % len(block)
    (tmp_path / "a.warc").write_bytes((header + block + b"\n\n") * 2)
    articles, refused = read(tmp_path / "a.warc")
    assert refused == []
    assert [article.article_id for article in articles] == [
        f"{tmp_path}/a.warc:0", f"{tmp_path}/a.warc:{len(header + block) + 2}"
    ]  # fmt: skip
    assert [article.title for article in articles] == ["Lock 3", "Lock 3"]


BROKEN = {
    "compressed and damaged": (
        response(gzip.compress(BODY)[:60] + b"?" * 60, headers=["Content-Encoding: gzip"]),
        "a damaged record: its page cannot be decompressed",
    ),
    "no HTTP": (record("response", b"<p>The lock opened.</p>"), "a response without HTTP headers"),
    "no text": (response("<html><script>load()</script></html>"), "a page without paragraphs"),
    "nested": (response("<div>" * 6_000 + "a"), "nested more than 5,000 levels deep"),
    "binary": (response(bytes(range(256)) * 30), "binary data"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_record_that_cannot_be_read_is_refused_alone(tmp_path, broken):
    made, reason = BROKEN[broken]
    first = packed([response(page(1), number=1)])
    (tmp_path / "a.warc.gz").write_bytes(first + packed([made, response(page(2), number=2)]))
    articles, refused = read(tmp_path / "a.warc.gz")
    assert [article.url for article in articles] == [address(1), address(2)]
    assert len(refused) == 1
    assert refused[0].startswith(f"{tmp_path}/a.warc.gz, record at byte {len(first)}: ")
    assert reason in refused[0]


def test_a_page_that_becomes_far_too_long_is_refused_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(warc, "MAX_DOCUMENT_BYTES", 2**22)
    bomb = response(gzip.compress(b"<p>" + b"a" * 2**24), headers=["Content-Encoding: gzip"])
    (tmp_path / "a.warc.gz").write_bytes(packed([bomb, response(page(2), number=2)]))
    articles, refused = read(tmp_path / "a.warc.gz")
    assert len(articles) == 1
    assert "more than 4,194,304 bytes in one document" in refused[0]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
@pytest.mark.parametrize("part_bytes", [9_000, 30_000])
def test_the_parts_of_a_file_are_the_file(tmp_path, name, part_bytes):
    made = crawl(120)
    made[20] = made[20].replace(b"Content-Length: ", b"Content-Length: 9", 1)
    members = [gzip.compress(one, mtime=0) if name.endswith("gz") else one for one in made]
    members[26] = members[26][:-40] + members[26][-20:]
    path = tmp_path / name
    path.write_bytes(b"".join(members))
    found, refused, expected = [], [], []
    whole = list(read_file(path, refuse=expected.append))
    cuts = part_cuts(path, part_bytes=part_bytes)
    assert (cuts[0], cuts[-1], len(cuts) > 2) == (0, path.stat().st_size, True)
    for first, last in pairwise(cuts):
        found += read_part(path, first, last, refuse=refused.append)
    assert found == whole
    assert list(map(markup_rows, found)) == list(map(markup_rows, whole))
    assert list(map(str, refused)) == list(map(str, expected))
    assert (len(whole), len(refused)) == (118, 2)


def test_a_file_elsewhere_is_cut_at_the_same_places(tmp_path):
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    path = RemotePath("memory://crawl/a.warc.gz")
    path.write_bytes(packed(crawl(12)))
    (tmp_path / "a.warc.gz").write_bytes(packed(crawl(12)))
    cuts = part_cuts(path, part_bytes=700)
    assert cuts == part_cuts(tmp_path / "a.warc.gz", part_bytes=700)
    found = [article for ends in pairwise(cuts) for article in read_part(path, *ends, refuse=pytest.fail)]
    assert found == list(read_file(path, refuse=pytest.fail))
    assert len(found) == 12


def test_what_has_no_members_of_its_own_is_not_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(warc_records, "_MOST_PROVEN", 1_000)
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(b"".join(crawl(60))))
    (tmp_path / "two.warc.gz").write_bytes(b"")
    for name in ("one.warc.gz", "two.warc.gz", "none.warc.gz"):
        assert part_cuts(tmp_path / name, part_bytes=700) == ()
    articles, refused = read(tmp_path / "one.warc.gz")
    assert (len(articles), refused) == (60, [])


def test_without_fastwarc_the_message_says_what_to_install(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(packed(crawl(1)))
    program = (
        "import sys; sys.modules['fastwarc'] = None; from corestory.reading.sources import read_articles as r;"
        "list(r(['a.warc.gz'], refuse=print))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == (
        "a.warc.gz: reading a WARC file needs the package fastwarc. Run pip install 'corestory[warc]'\n"
    )
