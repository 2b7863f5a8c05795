"""The readable files of a ZIP archive are read; what is dangerous or unreadable in it is refused in words."""

import io
import json
import stat
import struct
import sys
import zipfile
import zlib
from itertools import pairwise

import pytest
from tests.benchmarks.warc.archives import packed, page, response

from corestory.reading import zip_members
from corestory.reading.parts import part_cuts, read_part
from corestory.reading.sources import read_articles, read_file

TEXT = "The lock at Amberhaven opened again on Monday.\nEleven barges had waited since Friday."


def archive(members, *, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return stream.getvalue()


def read(path, **options):
    refused = []
    articles = list(read_articles([str(path)], refuse=lambda error: refused.append(str(error)), **options))
    return articles, refused


MEMBERS = [
    ("site/a.html", page(1)),
    ("site/b.txt", TEXT),
    ("feed.jsonl", "\n".join(json.dumps({"id": name, "text": TEXT}) for name in "xy")),
    ("table.csv", 'id,text\nz,"The lock opened.\nBarges waited."\n'),
    ("deep/c.html.gz", zlib.compress(page(2).encode(), wbits=31)),
]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["pages.zip", "pages", "-"])
def test_members_of_every_kind_are_read(tmp_path, monkeypatch, name, method):
    data = archive(MEMBERS, method=method)
    path = name if name == "-" else tmp_path / name
    if name == "-":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    else:
        path.write_bytes(data)
    articles, refused = read(path)
    assert refused == []
    assert [article.article_id for article in articles] == [
        f"{path}/site/a.html", f"{path}/site/b.txt", "x", "y", "z", f"{path}/deep/c.html.gz"
    ]  # fmt: skip
    assert [len(article.texts) for article in articles] == [4, 2, 2, 2, 2, 4]


def test_a_warc_file_in_an_archive_is_read(tmp_path):
    pytest.importorskip("fastwarc", reason="fastwarc is not installed")
    (tmp_path / "a.zip").write_bytes(archive([("crawl.warc.gz", packed([response(page(3), number=3)]))]))
    articles, refused = read(tmp_path / "a.zip")
    assert ([article.title for article in articles], refused) == (["Lock 3"], [])


def test_hidden_and_other_files_are_passed_over(tmp_path):
    others = [("__MACOSX/._a.txt", "x"), (".git/a.txt", "x"), ("logo.png", "x"), ("style.css", "x"), ("folder/", "")]
    (tmp_path / "a.zip").write_bytes(archive([*others, ("a.txt", TEXT)]))
    notes = []
    articles, refused = read(tmp_path / "a.zip", note=notes.append)
    assert (len(articles), refused) == (1, [])
    assert notes == [f"{tmp_path}/a.zip: ignored 2 files of another kind: logo.png, style.css"]
    (tmp_path / "a.zip").write_bytes(archive(others))
    articles, refused = read(tmp_path / "a.zip")
    assert articles == []
    assert refused[0].startswith(f"{tmp_path}/a.zip: an archive with nothing to read; expected files that end in .txt")


def link():
    member = zipfile.ZipInfo("link.txt")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def encrypted(data):
    """Set the flag of encryption in both headers of the member that is named bad.txt."""
    data = bytearray(data)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = data.rindex(magic, 0, data.index(b"bad.txt", data.index(magic)))
        data[begin + at] |= 1
    return bytes(data)


REFUSED = {
    "way out": ([("../../etc/bad.txt", TEXT)], "../../etc/bad.txt: a name that leads out of the archive"),
    "root": ([("/etc/bad.txt", TEXT)], "/etc/bad.txt: a name that leads out of the archive"),
    "drive": ([("C:\\bad.txt", TEXT)], "a name that leads out of the archive"),
    "link": ([(link(), "/etc/passwd")], "link.txt: a link; expected a file"),
    "archive": ([("inner.zip", archive(MEMBERS))], "inner.zip: an archive in an archive. Unzip the outer one."),
    "archive by another name": ([("inner.txt", archive(MEMBERS))], "inner.txt: looks like a ZIP archive"),
    "Parquet": (
        [("t.parquet", "PAR1")],
        "t.parquet: Parquet in an archive; expected a Parquet file outside an archive",
    ),
    "bomb": ([("bomb.txt", "a" * 2**25)], "33,554,432, as in a zip bomb; expected at most 200 times as many"),
    "empty": ([("empty.txt", "")], "empty.txt: an article without paragraphs"),
    "nothing in it": ([("none.jsonl", "")], "none.jsonl: no articles"),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_a_member_that_is_not_read_is_refused_alone(tmp_path, refused):
    members, reason = REFUSED[refused]
    (tmp_path / "a.zip").write_bytes(archive([("a.txt", TEXT), *members, ("z.txt", TEXT)]))
    articles, refusals = read(tmp_path / "a.zip")
    assert [article.article_id.rpartition("/")[2] for article in articles] == ["a.txt", "z.txt"]
    assert len(refusals) == 1
    assert refusals[0].startswith(f"{tmp_path}/a.zip/")
    assert reason in refusals[0]


def test_an_encrypted_member_is_refused_alone(tmp_path):
    (tmp_path / "a.zip").write_bytes(encrypted(archive([("a.txt", TEXT), ("bad.txt", TEXT), ("z.txt", TEXT)])))
    articles, refusals = read(tmp_path / "a.zip")
    assert len(articles) == 2
    assert "bad.txt: encrypted; expected a member without a password. Unzip the archive." in refusals[0]


def test_of_two_members_of_one_name_the_later_counts(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        (tmp_path / "a.zip").write_bytes(archive([("a.txt", "Old.\nOlder."), ("a.txt", TEXT)]))
    articles, refusals = read(tmp_path / "a.zip")
    assert ["\n".join(article.texts) for article in articles] == [TEXT]
    assert "replaced by a later member of the same name" in refusals[0]


def test_a_damaged_member_is_refused_alone(tmp_path):
    data = bytearray(archive([(f"{n}.txt", f"{TEXT} {n}" * 9) for n in range(3)]))
    data[data.index(b"1.txt") + 12] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)
    articles, refusals = read(tmp_path / "a.zip")
    assert len(articles) == 2
    assert f"{tmp_path}/a.zip/1.txt: " in refusals[0]


def overlapping(count=4_000):
    """An archive whose members are all the same bytes, as in the bombs that do not nest."""
    body = archive([("a.txt", "a" * 40_000)])
    begin, end = body.index(b"PK\x01\x02"), body.index(b"PK\x05\x06")
    directory = body[begin:end] * count
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), begin, 0)
    return body[:begin] + directory + tail


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + b"?" * 90, "not a ZIP archive, or a damaged or truncated one"),
        (archive(MEMBERS)[:-30], "not a ZIP archive, or a damaged or truncated one"),
        (b"", "not a ZIP archive, or a damaged or truncated one"),
        (archive([]), "an archive with nothing to read"),
        (overlapping(), "members that overlap, as in a zip bomb"),
    ],
)
def test_what_is_no_sound_archive_is_refused(tmp_path, data, reason):
    (tmp_path / "a.zip").write_bytes(data)
    articles, refusals = read(tmp_path / "a.zip")
    assert articles == []
    assert len(refusals) == 1
    assert refusals[0].startswith(f"{tmp_path}/a.zip: {reason}")


def test_a_list_of_far_too_many_members_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_members, "_DIRECTORY_BYTES", 1_000)
    (tmp_path / "a.zip").write_bytes(archive([(f"{number}.txt", "") for number in range(100)]))
    assert "its list of members has " in read(tmp_path / "a.zip")[1][0]


@pytest.mark.parametrize("part_bytes", [1, 700])
def test_the_parts_of_an_archive_are_the_archive(tmp_path, part_bytes):
    members = [(f"{number}.html", page(number)) for number in range(20)]
    members[7:7] = [("inner.zip", "x"), ("logo.png", "x")]
    path = tmp_path / "a.zip"
    path.write_bytes(archive(members))
    expected, refused, found = [], [], []
    whole = list(read_file(path, refuse=expected.append))
    cuts = part_cuts(path, part_bytes=part_bytes)
    assert (cuts[0], cuts[-1], len(cuts) > 2) == (0, 22, True)
    for first, last in pairwise(cuts):
        found += read_part(path, first, last, refuse=refused.append)
    assert found == whole
    assert list(map(str, refused)) == list(map(str, expected))
    assert len(whole) == 20
