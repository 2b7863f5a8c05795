import io
import pickle
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from corestory.errors import ModelError
from corestory.model import arrays as arrays_module
from corestory.model.arrays import ArrayKind, arrays_bytes, read_arrays

ONES = np.ones(4, np.float32)


def floats(*limits: int) -> Callable[[str], ArrayKind | None]:
    return lambda name: ArrayKind("float32", limits or (100,)) if name in ("a", "b") else None


def archive(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as written:
        for name, content in members:
            written.writestr(name, content)
    return packed.getvalue()


def npy(array: npt.NDArray[np.generic], *, pickled: bool = False, version: tuple[int, int] = (1, 0)) -> bytes:
    member = io.BytesIO()
    np.lib.format.write_array(member, array, version=version, allow_pickle=pickled)
    return member.getvalue()


def npy_with(header: str, content: bytes = b"") -> bytes:
    padded = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + content


def refused(data: bytes, *limits: int) -> str:
    with pytest.raises(ModelError) as caught:
        read_arrays(data, floats(*limits), where="arrays.npz")
    assert str(caught.value).startswith("arrays.npz: ")
    return str(caught.value)


numbers = st.floats(width=32, allow_nan=True) | st.just(-0.0)


@settings(deadline=None)
@given(
    arrays(np.float32, array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=6), elements=numbers),
    arrays(np.uint64, st.integers(0, 9)),
)
def test_arrays_come_back_with_their_bytes_types_and_shapes(a: npt.NDArray[np.float32], b: npt.NDArray[np.uint64]):
    kinds = {"a": ArrayKind("float32", (6,) * a.ndim), "b": ArrayKind("uint64", (9,))}
    found = read_arrays(arrays_bytes({"a": a, "b": b}), kinds.get, where="")
    assert list(found) == ["a", "b"]
    for name, array in (("a", a), ("b", b)):
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


def test_arrays_that_were_read_cannot_be_written_to() -> None:
    found = read_arrays(arrays_bytes({"a": ONES}), floats(), where="")
    with pytest.raises(ValueError, match="read-only"):
        found["a"][0] = 2


def test_equal_arrays_give_equal_bytes_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    first = arrays_bytes({"a": ONES, "b": np.zeros((), np.float32)})
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert arrays_bytes({"a": ONES.copy(), "b": np.zeros((), np.float32)}) == first


def test_numpy_reads_what_is_written_here() -> None:
    with np.load(io.BytesIO(arrays_bytes({"a": ONES})), allow_pickle=False) as found:
        assert found["a"].tolist() == [1, 1, 1, 1]


def test_what_numpy_writes_is_read_here_deflated_or_not() -> None:
    for save in (np.savez, np.savez_compressed):
        packed = io.BytesIO()
        save(packed, a=ONES, b=np.arange(3, dtype=np.float32))
        assert read_arrays(packed.getvalue(), floats(), where="")["b"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip file at all", bytes(5_000), pickle.dumps({"a": [1, 2]})])
def test_what_is_no_zip_file_is_refused(data: bytes) -> None:
    assert "is no .npz file that can be read" in refused(data)


@settings(deadline=None)
@given(st.integers(0, len(arrays_bytes({"a": ONES, "b": ONES})) - 1))
def test_a_zip_file_cut_anywhere_is_refused(length: int) -> None:
    assert refused(arrays_bytes({"a": ONES, "b": ONES})[:length])


@settings(deadline=None)
@given(st.data())
def test_a_zip_file_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(arrays_bytes({"a": ONES, "b": ONES}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_arrays(bytes(whole), floats(), where="")
    except ModelError:
        return
    assert set(found) <= {"a", "b"}
    assert all(array.dtype == np.float32 and array.ndim == 1 for array in found.values())


def test_a_member_of_no_expected_name_is_refused() -> None:
    for name in ("c.npy", "a", "a.npy.npy", "../a.npy", "a.pkl", "x" * 500 + ".npy"):
        message = refused(archive(("a.npy", npy(ONES)), (name, npy(ONES))))
        assert "belongs to no model" in message
        assert len(message) < 200


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_member_that_is_there_twice_is_refused() -> None:
    assert "has 'a' twice" in refused(archive(("a.npy", npy(ONES)), ("a.npy", npy(ONES))))


def test_an_encrypted_or_oddly_compressed_member_is_refused() -> None:
    encrypted = bytearray(archive(("a.npy", npy(ONES))))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert "'a' is encrypted" in refused(bytes(encrypted))
    assert "compressed in an unknown way" in refused(archive(("a.npy", npy(ONES)), compression=zipfile.ZIP_LZMA))


def test_a_member_that_says_it_is_huge_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(archive(("a.npy", npy(ONES))))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("a member was opened"))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 2**32 - 2)
    assert "'a' would unpack to 4,294,967,294 bytes; expected at most 528" in refused(bytes(data))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(("a.npy", bytes(8 * 2**20)), compression=zipfile.ZIP_DEFLATED)
    many = archive(("a.npy", bytes(600)), ("b.npy", bytes(600)))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("a member was opened"))
    assert len(bomb) < 10_000
    assert "'a' would unpack to over 200 times its size" in refused(bomb, 10**8)
    monkeypatch.setattr(arrays_module, "MAX_BYTES", 1_000)
    assert "would unpack to 1,200 bytes; expected at most 1,000" in refused(many, 1_000)


def test_a_directory_of_very_many_members_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive(*((f"{number}.npy", b"") for number in range(2_001)))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the directory was read"))
    assert "more than 2,000 members" in refused(data)


def test_a_member_whose_checksum_is_wrong_is_refused() -> None:
    data = archive(("a.npy", npy(ONES)))
    spoilt = data.replace(ONES.tobytes(), np.full(4, 2, np.float32).tobytes())
    assert "Bad CRC-32" in refused(spoilt)


def test_a_pickle_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickle, "loads", lambda *_: pytest.fail("unpickled"))
    monkeypatch.setattr(pickle, "load", lambda *_: pytest.fail("unpickled"))
    objects = npy(np.array([{"a": 1}], object), pickled=True)
    assert "'a' holds pickled objects" in refused(archive(("a.npy", objects)))
    assert "no header of the .npy format" in refused(archive(("a.npy", pickle.dumps([1]))))


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (npy(np.ones(4)), "'a' is of type '<f8'; expected type '<f4', float32"),
        (npy(np.ones(4, ">f4")), "is of type '>f4'"),
        (npy(np.ones(4, "<u4")), "is of type '<u4'"),
        (npy(np.zeros(2, [("x", "<f4")])), "is of type \"[('x', '<f4')]\""),
        (npy(np.ones((2, 2), np.float32)), "'a' has shape (2, 2); expected 1 dimensions"),
        (npy(np.float32(1)), "'a' has shape (); expected 1 dimensions"),
        (npy(ONES, version=(2, 0)), "no header of the .npy format, version 1.0"),
        (npy(ONES) + b"more", "has 148 bytes; expected 144 by its shape (4,)"),
        (npy(ONES)[:-1], "has 143 bytes"),
        (npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }"), "'a' has shape (-4,)"),
        (npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (9" + "0" * 30 + ",), }"), "expected at most"),
        (npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2,), }"), "can be read"),
        (npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (99,), }"), "has 128 bytes; expected 524"),
        (npy_with("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }"), "no header"),
        (npy_with("(" * 100), "no header"),
        (npy(ONES)[:6], "no header"),
        (b"", "no header"),
    ],
)
def test_a_member_that_is_not_the_expected_array_is_refused(member: bytes, reason: str) -> None:
    assert reason in refused(archive(("a.npy", member)))


def test_an_array_in_fortran_order_is_refused() -> None:
    member = npy(np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)))
    assert "'a' is in Fortran order" in refused(archive(("a.npy", member)), 9, 9)


def test_objects_are_not_written() -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        arrays_bytes({"a": np.array([None])})
