"""Seeded fuzz of the reader and the tagger: whatever a file holds, it is tagged or refused in words."""

import base64
import gzip
import io
import json
import os
import random
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.benchmarks.warc.archives import conversion, metadata, request, response
from tests.benchmarks.warc.archives import record as warc_record

from corestory.errors import CorestoryError
from corestory.output.formats import RowChoice
from corestory.output.rows import open_rows
from corestory.reading.sources import read_articles

INPUTS = int(os.environ.get("CORESTORY_FUZZ_INPUTS", "250"))
SEED = int(os.environ.get("CORESTORY_FUZZ_SEED", "20240501"))
# Inputs of a test: a longer run has more tests, for one that is not done in some minutes is taken to hang.
AT_ONCE = 500
# One input; the longest seen takes a tenth of it on an idle machine.
SECONDS = 20.0

WORDS = [
    "The", "ferry", "left", "quay", "村", "الرصيف", "é\u0301", "\u202e", "\u200b", "=1+1", "&amp;", "<b>", "</p>", "",
    "-", "7",
]  # fmt: skip
PIECES = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", b"PAR1", b"\r\n", b"\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80",
    b"<p>", b"</div>", b"<!--", b"<![CDATA[", b"<script>", b"<table><tr><td>", b"<meta charset=utf-7>", b"&#x110000;",
    b"{", b"}", b"[[[[", b'"', b'""', b"\\u0000", b"\\ud800", b": 1e999", b"NaN", b"-Infinity", b",,,", b";", b"\t",
]  # fmt: skip
KINDS = (
    "txt", "html", "jsonl", "json", "csv", "tsv", "parquet", "labelled.txt", "bin", "warc", "warc.gz", "zip", "mhtml",
)  # fmt: skip
HTML = "<!doctype html><title>{0}</title><body><nav>{1}</nav><article><p>{2}</p><p>{3}</p></article></body>"


def sentence(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 14)))


def record(rng):
    found = {"id": rng.choice(["a", "b", 7, None, 1.5, True, [], ""]), "text": sentence(rng), "url": sentence(rng)}
    if rng.random() < 0.3:
        found["paragraphs"] = rng.choice([[sentence(rng)], "x", [1], [], None, {"a": 1}])
    if rng.random() < 0.3:
        found["position"] = rng.choice([0, 1, -1, 1e400, "2", None, 2**70])
    if rng.random() < 0.2:
        found["html"] = HTML.format(*(sentence(rng) for _ in range(4)))
    return found


def parquet(rng):
    count = rng.randrange(4)
    kinds = [pa.timestamp("us"), pa.duration("s"), pa.date32(), pa.date64(), pa.int64()]
    kind = rng.choice(kinds)
    width = 31 if kind == pa.date32() else 62
    numbers = [rng.randrange(-(2**width), 2**width) for _ in range(count)]
    at = pa.array(numbers, pa.int32() if kind == pa.date32() else pa.int64()).view(kind)
    stream = io.BytesIO()
    texts = [sentence(rng) for _ in range(count)]
    table = {
        "id": pa.array([f"a{number}" for number in range(count)], pa.string()),
        "text": pa.array(texts, pa.string()),
    }
    pq.write_table(pa.table({**table, "at": at}), stream, row_group_size=2)
    return stream.getvalue()


def crawl(rng, *, packed):
    """A WARC file of pages as servers send them, and of records that are none."""
    made = []
    for number in range(rng.randrange(5)):
        html = HTML.format(*(sentence(rng) for _ in range(4))).encode("utf-8", "surrogatepass")
        content_type = rng.choice(
            ["text/html", "text/html; charset=utf-8", "text/html;charset=koi8-r", "", "image/png"]
        )
        body = rng.choice([html, gzip.compress(html, mtime=0), b"%x\r\n%s\r\n0\r\n\r\n" % (len(html), html)])
        headers = rng.sample(
            ["Content-Encoding: gzip", "Transfer-Encoding: chunked", "Content-Encoding: br"], k=rng.randrange(3)
        )
        made += rng.sample(
            [
                request(number),
                response(body, number=number, content_type=content_type, headers=headers),
                metadata(number),
                conversion(sentence(rng), number=number),
                warc_record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", number=number),
            ],
            k=4,
        )
    return b"".join(gzip.compress(one, mtime=0) if packed else one for one in made)


def archive(rng):
    """A ZIP archive of small files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])) as made:
        for number in range(rng.randrange(4)):
            name = rng.choice(
                ["{}.txt", "in/{}.html", "{}.jsonl", "../{}.txt", "{}.zip", "{}.png", "{}.warc", "{}.txt.gz"]
            )
            made.writestr(
                name.format(number), rng.choice([sentence(rng), HTML, "", json.dumps(record(rng), default=str)])
            )
    return stream.getvalue()


def saved_page(rng):
    """A page as browsers save it, whole or in parts that are encoded otherwise."""
    html = HTML.format(*(sentence(rng) for _ in range(4))).encode("utf-8", "surrogatepass")
    encoding = rng.choice([b"quoted-printable", b"base64", b"8bit", b"x-uuencode"])
    head = b"Subject: Quay\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    part = b"Content-Type: %s\nContent-Transfer-Encoding: %s\n\n" % (
        rng.choice([b"text/html", b"text/html; charset*=a'b'c", b"multipart/mixed; boundary=x"]), encoding
    )  # fmt: skip
    return head + part + (base64.encodebytes(html) if encoding == b"base64" else html) + b"\n--x--\n"


def document(rng):
    """A file's name and content: sound at first, and in most cases damaged somewhere."""
    kind = rng.choice(KINDS)
    if kind in ("txt", "labelled.txt"):
        front = [rng.choice(["core: ", "filler: ", "x: ", ""]) if kind != "txt" else "" for _ in range(9)]
        data = "\n".join(part + sentence(rng) for part in front).encode("utf-8", "surrogatepass")
    elif kind == "html":
        data = HTML.format(*(sentence(rng) for _ in range(4))).encode("utf-8", "surrogatepass")
    elif kind == "mhtml":
        data = saved_page(rng)
    elif kind == "jsonl":
        data = "\n".join(json.dumps(record(rng)) for _ in range(rng.randrange(4))).encode()
    elif kind == "json":
        data = json.dumps([record(rng) for _ in range(rng.randrange(4))]).encode()
    elif kind in ("csv", "tsv"):
        delimiter = "," if kind == "csv" else "\t"
        header = rng.sample(["id", "text", "position", "url", "html", "desk", "text"], k=rng.randrange(1, 6))
        lines = [delimiter.join(header), *(delimiter.join(sentence(rng) for _ in header) for _ in range(3))]
        data = "\n".join(lines).encode("utf-8", "surrogatepass")
    elif kind == "parquet":
        data = parquet(rng)
    elif kind in ("warc", "warc.gz"):
        data = crawl(rng, packed=kind == "warc.gz")
    elif kind == "zip":
        data = archive(rng)
    else:
        data = rng.randbytes(rng.randrange(200))
    for _ in range(rng.choice([0, 1, 1, 2, 8])):
        at = rng.randrange(len(data) + 1)
        change = rng.randrange(4)
        if change == 0:
            data = data[:at] + rng.choice(PIECES) * rng.choice([1, 1, 50]) + data[at:]
        elif change == 1:
            data = data[:at]
        elif change == 2:
            data = data[:at] + rng.randbytes(3) + data[at + 3 :]
        else:
            data = data[:at] + data[at // 2 :]
    if kind not in ("parquet", "warc.gz", "zip") and rng.random() < 0.1:
        data, kind = gzip.compress(data, mtime=0), f"{kind}.gz"
        if rng.random() < 0.5:
            data = data[: rng.randrange(len(data))]
    return f"f.{kind}", data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def tag(path: Path, tagger, keep):
    """Read a file, tag it and write it in every format; return the refusals."""
    refused: list[CorestoryError] = []
    tagged = list(tagger.tag_stream(read_articles([str(path)], refuse=refused.append, keep=keep)))
    for form in ("text", "jsonl", "csv", "parquet"):
        stream = io.BytesIO()
        writer = open_rows(stream, form=form, choice=RowChoice(keep=() if form == "text" else keep))
        for article in tagged:
            writer.write(article)
        writer.close()
        if form == "jsonl":
            for line in stream.getvalue().splitlines():
                json.loads(line, parse_constant=pytest.fail)
    return tagged, refused


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, INPUTS, AT_ONCE))
def test_whatever_a_file_holds_it_is_tagged_or_refused(folder, seeded_tagger, first):
    outcomes = {"tagged": 0, "refused": 0}
    numbers = range(first, min(first + AT_ONCE, INPUTS))
    for number in numbers:
        rng = random.Random(f"{SEED}-{number}")
        name, data = document(rng)
        path = folder / name
        path.write_bytes(data)
        began = time.process_time()
        try:
            tagged, refused = tag(path, seeded_tagger, ("at",) if name == "f.parquet" else ())
        except Exception as error:
            error.add_note(f"input {number} of seed {SEED}, {name}: {data[:200]!r}")
            raise
        assert time.process_time() - began < SECONDS, f"input {number} of seed {SEED}, {name}"
        assert tagged or refused, f"input {number} of seed {SEED}, {name}: {data[:200]!r}"
        for error in refused:
            assert error.where, f"input {number} of seed {SEED}: {error}"
        outcomes["tagged"] += bool(tagged)
        outcomes["refused"] += bool(refused)
    # The inputs are neither all sound nor all broken: else the fuzz would test nothing.
    assert min(outcomes.values()) > len(numbers) / 10
