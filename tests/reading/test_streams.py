import bz2
import gzip
import io
from pathlib import Path

import pyarrow
import pytest

from corestory.errors import InputError
from corestory.reading.streams import HEAD_BYTES, open_bytes, peek_bytes, plain_bytes, read_document


def test_gzip_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "packed.txt").write_bytes(gzip.compress(b"The quay"))
    (tmp_path / "plain.txt.gz").write_bytes(b"The quay")
    for path in tmp_path.iterdir():
        with open_bytes(path) as stream:
            assert stream.read() == b"The quay"


def test_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"The ") + gzip.compress(b"quay"))
    with open_bytes(tmp_path / "a.gz") as stream:
        assert stream.read() == b"The quay"


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, 3 * HEAD_BYTES])
def test_looking_at_a_streams_beginning_takes_nothing_from_it(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    head, stream = peek_bytes(io.BytesIO(data), where="a")
    assert head == data[:HEAD_BYTES]
    assert stream.read() == data


class Drip(io.BytesIO):
    """A pipe that gives a byte at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(1, size if size is not None and size >= 0 else 1))


def test_a_pipe_that_gives_little_at_a_time_is_read_all_the_same() -> None:
    packed = gzip.compress(b"The quay opened.")
    with plain_bytes(Drip(packed), where="-") as stream:
        assert stream.read() == b"The quay opened."
    assert peek_bytes(Drip(b"The quay"), where="-")[0] == b"The quay"


def test_closing_closes_the_file_below_unless_it_is_to_stay_open() -> None:
    for data in (b"The quay", gzip.compress(b"The quay")):
        below = io.BytesIO(data)
        plain_bytes(below, where="-").close()
        assert below.closed
        below = io.BytesIO(data)
        plain_bytes(below, where="-", close=False).close()
        assert not below.closed


def test_truncated_gzip_is_told_while_reading_and_what_came_before_is_given(tmp_path: Path) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(200_000))
    (tmp_path / "a.gz").write_bytes(gzip.compress(lines)[:-2000])
    with open_bytes(tmp_path / "a.gz") as stream:
        assert stream.readline() == b"line 0\n"
        with pytest.raises(InputError, match=r"a\.gz: the gzip data ends too early"):
            stream.read()


def test_damaged_gzip_is_told(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"The quay opened." * 1000))
    data[20] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(data)
    with open_bytes(tmp_path / "a.gz") as stream, pytest.raises(InputError, match=r"a\.gz: cannot be read"):
        stream.read()


def test_what_is_no_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such file"):
        open_bytes(tmp_path / "none")
    with pytest.raises(InputError, match="is a folder; expected a file"):
        open_bytes(tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        open_bytes(tmp_path / "a\x00b")


def test_a_document_over_the_limit_is_refused_without_being_read_whole() -> None:
    stream = io.BytesIO(b"x" * 1000)
    with pytest.raises(InputError, match="more than 10 bytes"):
        read_document(stream, where="a", limit=10)
    assert stream.tell() == 11
    assert read_document(io.BytesIO(b"x" * 10), where="a", limit=10) == b"x" * 10


def zstd(data: bytes) -> bytes:
    stream = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(stream, "zstd") as file:
        file.write(data)
    return stream.getvalue().to_pybytes()


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (zstd, "Zstandard")])
def test_every_compression_is_read_in_several_members_and_its_faults_are_told(tmp_path: Path, pack, name) -> None:
    lines = "".join(f"line {number} {number * 7919 % 104729}\n" for number in range(60_000)).encode()
    (tmp_path / "a").write_bytes(pack(lines) + pack(b"The quay"))
    with open_bytes(tmp_path / "a") as stream:
        assert stream.read() == lines + b"The quay"
    (tmp_path / "b").write_bytes(pack(lines)[:-2000])
    with open_bytes(tmp_path / "b") as stream:
        assert stream.read(9) == lines[:9]
        with pytest.raises(InputError, match=f"b: (the {name} data ends too early|cannot be read)"):
            stream.read()
    (tmp_path / "c").write_bytes(pack(lines)[:500] + b"nonsense" * 99)
    with open_bytes(tmp_path / "c") as stream, pytest.raises(InputError, match="c: "):
        stream.read()


def test_a_text_that_begins_as_bzip2_does_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"BZh is no word.")
    with open_bytes(tmp_path / "a.txt") as stream:
        assert stream.read() == b"BZh is no word."
