"""WARC files like those that crawlers write, with invented pages, for tests and benchmarks."""

import gzip
import uuid
from collections.abc import Iterable

SENTENCE = "The lock at Amberhaven opened again on Monday after eleven barges had waited since Friday evening."


def page(number: int, *, size: int = 3) -> str:
    """Return an invented page that differs for each number."""
    words = SENTENCE.split()
    story = "".join(f"<p>{' '.join(words[place:] + words[:place])} {number}.</p>" for place in range(size))
    return f"<html><head><title>Lock {number}</title></head><body><nav>Home</nav>{story}</body></html>"


def address(number: int) -> str:
    return f"https://courier.example/{number}"


def record(
    kind: str,
    block: bytes,
    *,
    number: int = 0,
    url: str = "",
    content_type: str = "application/http; msgtype=response",
    headers: Iterable[str] = (),
) -> bytes:
    """Return a record of a WARC file; `number` determines its id, and its address if none is given."""
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{uuid.UUID(int=number)}>",
        f"WARC-Date: 2024-03-12T09:{number // 60 % 60:02}:{number % 60:02}Z",
        f"WARC-Target-URI: {url or address(number)}",
        f"Content-Type: {content_type}",
        *headers,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(
    html: str | bytes,
    *,
    number: int = 0,
    url: str = "",
    status: str = "200 OK",
    content_type: str = "text/html; charset=utf-8",
    headers: Iterable[str] = (),
) -> bytes:
    """Return the record of a response."""
    body = html if isinstance(html, bytes) else html.encode()
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {content_type}"] if content_type else []), *headers]
    return record("response", "\r\n".join(lines).encode() + b"\r\n\r\n" + body, number=number, url=url)


def request(number: int) -> bytes:
    block = f"GET /{number} HTTP/1.1\r\nHost: courier.example\r\nUser-Agent: CCBot/2.0\r\n\r\n".encode()
    return record("request", block, number=number, content_type="application/http; msgtype=request")


def metadata(number: int) -> bytes:
    block = b'fetchTimeMs: 211\r\ncharset-detected: UTF-8\r\nlanguages-cld2: {"reliable":true}\r\n\r\n'
    return record("metadata", block, number=number, content_type="application/warc-fields")


def conversion(text: str, *, number: int = 0, url: str = "") -> bytes:
    """Return a record of a WET file."""
    return record("conversion", text.encode(), number=number, url=url, content_type="text/plain")


def packed(records: Iterable[bytes]) -> bytes:
    """Return a .warc.gz file with one gzip member for each record."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)
