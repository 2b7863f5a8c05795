"""Pages that a browser has saved as MHTML are read as the pages that they are; what holds no page is refused."""

import quopri

import pytest

from corestory.reading.sources import read_articles

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
    assert refused == [
        f"{tmp_path / 'a.mhtml'}: no page in a file saved as MHTML; expected a part of the type text/html"
    ]
