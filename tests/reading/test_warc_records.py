"""Records are found wherever reading begins, and a damaged one costs no other."""

import gzip
import io
import random
import time
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.warc.archives import metadata, packed, page, request, response

from corestory.reading import streams, warc_records
from corestory.reading.warc_records import record_start
from corestory.reading.warc_records import warc_records as records_of


def records(count=12):
    return [made for n in range(count) for made in (request(n), response(page(n, size=n % 5), number=n), metadata(n))]


class Pipe(io.RawIOBase):
    """A stream that cannot seek."""

    def __init__(self, data):
        self.data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.data.readinto(buffer)


def read(data, *, pipe=False, **options):
    stream = io.BufferedReader(Pipe(data)) if pipe else io.BytesIO(data)
    refused = []
    found = records_of(stream, refuse=lambda *given: refused.append(given), wants=bool, **options)
    return [record.data for record in found], refused


def contents(made):
    return [one.removesuffix(b"\r\n\r\n") for one in made]


@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize("pack", [packed, b"".join, lambda made: gzip.compress(b"".join(made))])
def test_all_records_are_found_in_a_file_of_members_of_one_member_and_of_none(pack, pipe):
    made = records()
    assert read(pack(made), pipe=pipe) == (contents(made), [])


def test_records_are_named_by_their_position():
    made = records(2)
    for pack in (packed, b"".join):
        data = pack(made)
        found = list(records_of(io.BytesIO(data), refuse=pytest.fail, wants=bool))
        ends = [len(pack(made[:number])) for number in range(len(made))]
        assert [(one.start, one.name) for one in found] == [(end, str(end)) for end in ends]
    found = list(records_of(io.BytesIO(gzip.compress(b"".join(made))), refuse=pytest.fail, wants=bool))
    assert [one.name for one in found[:2]] == ["0", f"0+{len(made[0])}"]


def test_what_is_not_wanted_is_passed_over():
    made = records()
    seen = []
    found = records_of(
        io.BytesIO(packed(made)), refuse=pytest.fail, wants=lambda head: seen.append(head) or b"response" in head
    )
    assert [one.data for one in found if one.data] == contents(made)[1::3]
    assert seen == contents(made)


DAMAGES = {
    "bytes changed": lambda one: one[:200] + bytes([one[200] ^ 0xFF, one[201] ^ 0xFF]) + one[202:],
    "bytes missing": lambda one: one[:150] + one[170:],
    "checksum": lambda one: one[:-6] + bytes([one[-6] ^ 0xFF]) + one[-5:],
    "magic number": lambda one: b"\x1f\x8c" + one[2:],
    "cut off": lambda one: one[:-30],
}
HEADER_DAMAGES = {
    "too short": lambda one: one.replace(b"Content-Length: ", b"Content-Length: 1", 1),
    "far too short": lambda one: one.replace(b"Content-Length: ", b"Content-Length: 9999999", 1),
    "too long": lambda one: one.replace(b"</html>", b"</html>more", 1),
    "no length": lambda one: one.replace(b"Content-Length: ", b"Content-Lungth: ", 1),
    "no number": lambda one: one.replace(b"Content-Length: ", b"Content-Length: -", 1),
    "no version": lambda one: one.replace(b"WARC/1.0", b"WARX/1.0", 1),
    "endless header": lambda one: one.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", 1),
}


@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize("damaged", [0, 1, 16, 34])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_member_is_refused_alone(damage, damaged, pipe):
    made = records()
    members = [packed([one]) for one in made]
    members[damaged] = DAMAGES[damage](members[damaged])
    found, refused = read(b"".join(members), pipe=pipe)
    assert found == contents(made[:damaged] + made[damaged + 1 :])
    start = len(b"".join(members[:damaged]))
    assert [place for place, _ in refused] == [str(start)]
    assert refused[0][1].startswith("a damaged record: ")


@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize("pack", [packed, b"".join])
@pytest.mark.parametrize("damaged", [1, 16, 34])
@pytest.mark.parametrize("damage", HEADER_DAMAGES)
def test_a_record_with_a_wrong_header_is_refused_alone(damage, damaged, pack, pipe):
    made = records()
    broken = HEADER_DAMAGES[damage](made[damaged])
    found, refused = read(pack([*made[:damaged], broken, *made[damaged + 1 :]]), pipe=pipe)
    assert found == contents(made[:damaged] + made[damaged + 1 :])
    assert [place for place, _ in refused] == [str(len(pack(made[:damaged])))]


@pytest.mark.parametrize("pack", [packed, b"".join])
def test_a_file_that_is_cut_off_loses_its_last_record(pack):
    made = records()
    found, refused = read(pack(made)[:-20])
    assert found == contents(made[:-1])
    assert "the file ends before the record does" in refused[0][1]


def test_garbage_between_members_is_refused_and_padding_is_not():
    made = records()
    garbage = b"\x00\x1f\x8b\x08 no member \xff" * 9
    data = packed(made[:9]) + garbage + packed(made[9:]) + b"\x00" * 512
    found, refused = read(data)
    assert found == contents(made)
    assert len(refused) == 1


def test_the_first_record_is_found_behind_any_number_of_other_bytes():
    picture = response(random.Random(3).randbytes(300_000), content_type="image/jpeg")
    members = [packed([one]) for one in (request(1), picture, metadata(1), picture, *records(200))]
    starts = [len(b"".join(members[:number])) for number in range(len(members))]
    file = b"".join(members)
    for offset in range(1, starts[5], 20_011):
        assert record_start(io.BytesIO(file), offset) == next(start for start in starts if start >= offset)


@given(st.data())
def test_parts_that_begin_at_any_position_have_each_record_once(data):
    made = records(8)
    members = [packed([one]) for one in made]
    for damaged in data.draw(st.lists(st.integers(0, len(members) - 1), max_size=2, unique=True)):
        members[damaged] = DAMAGES[data.draw(st.sampled_from(sorted(DAMAGES)))](members[damaged])
    file = b"".join(members)
    inner = data.draw(st.lists(st.integers(1, len(file)), max_size=5, unique=True))
    cuts = [0, *sorted(record_start(io.BytesIO(file), offset) for offset in inner), len(file)]
    parts = [read(file, start=start, stop=stop) for start, stop in pairwise(cuts)]
    assert tuple([one for part in parts for one in part[of]] for of in (0, 1)) == read(file)


def test_a_warc_file_within_a_page_is_no_boundary():
    # The inner members lie uncompressed in the outer one, in blocks of deflate of at most 65,535 bytes.
    inner = packed(response(bytes(range(256)) * 9, number=number) for number in range(900))
    outer = response(inner, content_type="application/gzip", number=7)
    squeezed = zlib.compressobj(0, zlib.DEFLATED, 31)
    member = squeezed.compress(outer) + squeezed.flush()
    file = packed(records(4)) + member + packed(records(300))
    begin = len(packed(records(4)))
    assert len(inner) > 150_000
    for offset in range(begin + 1, begin + len(member), 39_973):
        assert record_start(io.BytesIO(file), offset) == begin + len(member)


def test_a_file_in_one_member_has_no_boundary():
    file = gzip.compress(b"".join(records(60)))
    assert record_start(io.BytesIO(file), 1) == len(file)
    blocks = b"".join(records(60))
    file = b"".join(gzip.compress(blocks[at : at + 999]) for at in range(0, len(blocks), 999))
    assert read(file) == (contents(records(60)), [])


def test_memory_is_constant_for_a_record_of_any_size(monkeypatch):
    monkeypatch.setattr(streams, "_KEPT_BYTES", 2**18)
    kept = []
    original = streams.RawBytes.read

    def read_piece(self):
        piece = original(self)
        kept.append(len(self._kept))
        return piece

    monkeypatch.setattr(streams.RawBytes, "read", read_piece)
    film = response(bytes(range(256)) * 40_000, content_type="video/mp4")
    stream = io.BufferedReader(Pipe(film * 3))
    found = list(records_of(stream, refuse=pytest.fail, wants=lambda _: False))
    assert [one.data for one in found] == [b""] * 3
    assert max(kept) < 2**21


def test_a_page_that_is_too_long_is_refused_alone(monkeypatch):
    monkeypatch.setattr(warc_records, "MAX_DOCUMENT_BYTES", 100_000)
    long = response("<p>" + "a" * 300_000)
    found, refused = read(packed([request(1), long, request(2)]))
    assert found == [contents([request(1)])[0], b"", contents([request(2)])[0]]
    assert refused == [(str(len(packed([request(1)]))), "more than 100,000 bytes in one document")]


def test_a_file_of_records_that_swallow_each_other_is_read_in_bounded_time(monkeypatch):
    monkeypatch.setattr(warc_records, "_MOST_AGAIN", 2**22)
    made = response("<p>", number=1).replace(b"Content-Length: ", b"Content-Length: 90", 1)
    began = time.process_time()
    _, refused = read(made * 2_000 + response(page(2), number=2))
    assert time.process_time() - began < 10
    assert refused


def test_a_file_of_nothing_but_beginnings_of_members_is_read_in_bounded_time():
    began = time.process_time()
    assert record_start(io.BytesIO(b"\x1f\x8b\x08" * 30_000), 0) == 90_000
    assert time.process_time() - began < 10
