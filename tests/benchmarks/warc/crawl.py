"""A WARC file like that of a crawl, made from the pages of corpora."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corestory.errors import DataError

from .archives import metadata, page, record, request, response

SEED = 14
# The number of pages for each record of another sort; crawls have such records, too.
_PICTURES, _REDIRECTIONS, _REVISITS, _MISSING, _DAMAGED = 4, 15, 20, 25, 1_000


@dataclass(frozen=True, slots=True)
class Crawl:
    """A WARC file and its content.

    Attributes
    ----------
    pages
        The number of intact HTML responses.
    different
        The number of pages from which they were made; each is repeated with another address and one more word.
    damaged
        The number of damaged records.
    records
        The number of all records.
    bytes, unpacked
        The size of the file, and of its records before compression.
    """

    path: Path
    pages: int
    different: int
    damaged: int
    records: int
    bytes: int
    unpacked: int


def page_files(corpora: Sequence[Path]) -> list[Path]:
    """Return the pages in some folders and their subfolders, in random order.

    Raises
    ------
    DataError
        There are no pages.
    """
    found = sorted(
        path for folder in corpora for path in folder.rglob("*") if path.name.endswith((".html", ".html.gz"))
    )
    if not found:
        raise DataError("no pages", where=", ".join(map(str, corpora)), expected="files that end in .html or .html.gz")
    random.Random(SEED).shuffle(found)
    return found


def write_crawl(path: Path, files: Sequence[Path], pages: int) -> Crawl:
    """Write a crawl of `pages` pages, made by repeating the files with one more word; without files, invented pages."""
    rng = random.Random(SEED)
    counts = {"damaged": 0, "records": 0, "unpacked": 0}
    with path.open("wb") as file:
        for number in range(pages):
            for made in _of_one_page(number, files, rng):
                packed = gzip.compress(made, compresslevel=4, mtime=0)
                counts["records"] += 1
                counts["unpacked"] += len(made)
                file.write(packed)
            if number % _DAMAGED == _DAMAGED // 2:
                packed = bytearray(gzip.compress(response(_page(number, files), number=number), mtime=0))
                packed[len(packed) // 2] ^= 0xFF
                counts["damaged"] += 1
                counts["records"] += 1
                file.write(packed)
    different = min(len(files) or pages, pages)
    return Crawl(path, pages, different, counts["damaged"], counts["records"], path.stat().st_size, counts["unpacked"])


def _of_one_page(number: int, files: Sequence[Path], rng: random.Random) -> Iterator[bytes]:
    headers = ["Server: nginx", "Cache-Control: max-age=60", f'ETag: "{number:x}"', "Vary: Accept-Encoding"]
    yield request(number)
    # Without a charset, because most corpora do not have the header of the server.
    yield response(_page(number, files), number=number, content_type="text/html", headers=headers)
    yield metadata(number)
    if not number % _PICTURES:
        yield response(rng.randbytes(20_000), number=number, content_type="image/jpeg", headers=headers)
    if not number % _REDIRECTIONS:
        moved = "<html><body><p>The document has moved.</p></body></html>"
        yield response(
            moved, number=number, status="301 Moved Permanently", headers=["Location: https://courier.example/"]
        )
    if not number % _REVISITS:
        yield record("revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", number=number)
    if not number % _MISSING:
        yield response("<html><body><p>Nothing here.</p></body></html>", number=number, status="404 Not Found")


def _page(number: int, files: Sequence[Path]) -> bytes:
    if not files:
        return page(number).encode()
    data = files[number % len(files)].read_bytes()
    data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    times = number // len(files)
    return data.replace(b"</p>", b" again%d</p>" % times, 1) if times else data
