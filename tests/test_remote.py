import io
import pickle
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import CorestoryError
from corestory.remote import RemotePath, is_url, open_to_read, path_of
from loaded import modules_after

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'corestory[remote]'")

from fsspec.registry import known_implementations  # noqa: E402

NAMES = st.text("ab .[*?#%é-_", min_size=1, max_size=8).filter(lambda name: name.strip(". "))


@pytest.fixture(params=["memory", "file"])
def folder(request, tmp_path):
    """A folder that is not there yet."""
    return RemotePath(f"memory://{uuid.uuid4()}/in" if request.param == "memory" else f"file://{tmp_path}/new/in")


def test_what_is_written_is_read(folder, tmp_path):
    (folder / "deep" / "a.txt").write_bytes(b"The quay opened.")
    (tmp_path / "b").write_bytes(b"Ships came.")
    (folder / "deep" / "b.txt").upload(tmp_path / "b")
    assert (folder / "deep" / "a.txt").read_bytes() == b"The quay opened."
    with open_to_read(folder / "deep" / "b.txt") as stream:
        assert (stream.read(5), stream.seek(-5, io.SEEK_END), stream.read()) == (b"Ships", 6, b"came.")
    with (folder / "deep" / "b.txt").open(at_random=True) as stream:
        assert stream.seek(6) == stream.tell() == 6
        assert stream.read() == b"came."
    assert (folder / "deep" / "b.txt").state()[0] == 11


def test_files_and_folders_are_told_apart(folder):
    (folder / "deep" / "a.txt").write_bytes(b"")
    assert [(path.is_file(), path.is_dir(), path.exists()) for path in (folder / "deep" / "a.txt", folder)] == [
        (True, False, True),
        (False, True, True),
    ]
    assert not (folder / "none").exists()


def test_a_folder_lists_what_is_in_it_by_name_and_a_pattern_what_fits(folder):
    for name in ("b.txt", "a.txt", "deep/c.txt", "deep/d.csv"):
        (folder / name).write_bytes(b"x")
    assert [entry[:2] for entry in folder.entries()] == [
        (folder / "a.txt", False),
        (folder / "b.txt", False),
        (folder / "deep", True),
    ]
    assert folder.matches("*.txt") == [folder / "a.txt", folder / "b.txt"]
    assert folder.matches("*/*.txt") == [folder / "deep" / "c.txt"]
    assert set(folder.matches("**/*.txt")) >= {folder / "deep" / "c.txt"}


def test_other_content_is_another_state(folder):
    path = folder / "a.txt"
    path.write_bytes(b"One.")
    before = path.state()
    assert path.state() == before
    path.write_bytes(b"Two.")
    assert path.state() != before


def test_deleting_what_is_missing_is_an_error_unless_it_may_be(folder):
    (folder / "a.txt").write_bytes(b"x")
    (folder / "a.txt").unlink()
    assert not (folder / "a.txt").exists()
    (folder / "a.txt").unlink(missing_ok=True)
    for work in ((folder / "a.txt").unlink, (folder / "a.txt").open, (folder / "a.txt").state):
        with pytest.raises(FileNotFoundError):
            work()


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_name_is_taken_as_it_is(parts):
    folder = RemotePath("s3://bucket")
    path = folder
    for part in parts:
        path = path / part
        assert (path.name, path.parent) == (part, folder)
        assert path.with_name("x").url == f"{folder.url}/x"
        assert path.suffix == Path(part).suffix
        folder = path
    assert pickle.loads(pickle.dumps(path)) == path == path.resolve()
    assert str(path) == path.as_posix() == path.url


@pytest.mark.parametrize("name", ["a", "/a", "C://a", "a:b//c", "./s3://a", "://a", ""])
def test_everything_else_is_a_file_of_this_machine(name):
    assert not is_url(name)
    assert path_of(name) == Path(name)


def test_a_slash_at_the_end_says_nothing_but_the_root_keeps_its_own():
    assert path_of("memory://in//") == RemotePath("memory://in")
    root = path_of("memory://")
    assert (root.url, (root / "in").url, (root / "in").parent.url) == ("memory://", "memory://in", "memory://")


@pytest.mark.parametrize("protocol", ["file", "local", "FILE"])
def test_a_url_of_this_machine_is_a_path(tmp_path, monkeypatch, protocol):
    assert path_of(f"{protocol}://{tmp_path}/a b%20.txt") == tmp_path / "a b%20.txt"
    monkeypatch.chdir(tmp_path)
    assert [path_of(f"{protocol}://{rest}") for rest in ("in/", "/", "///")] == [tmp_path / "in", Path("/"), Path("/")]


def test_protocols_have_no_case():
    assert path_of("MEMORY://In/A.txt") == RemotePath("memory://In/A.txt")


def test_a_slash_at_the_end_of_a_page_is_a_part_of_its_name(monkeypatch):
    monkeypatch.setattr("fsspec.core.get_filesystem_class", lambda _: None)  # what reads HTTP need not be installed
    page = path_of("https://harbour.example/quay/")
    assert (page.url, page.name) == ("https://harbour.example/quay/", "quay")
    assert (page.parent.url, (page / "a").url) == ("https://harbour.example", "https://harbour.example/quay/a")


@pytest.mark.parametrize(
    "name",
    ["zip://a.txt::s3://bucket/a.zip", "zip::memory://a.zip", "simplecache::zip::memory://a", "s3://bucket/a::b"],
)
def test_chains_are_told(name):
    with pytest.raises(CorestoryError, match=r"two colons, as in a chain of URLs; expected one URL$"):
        path_of(name)


def test_a_file_of_this_machine_may_have_two_colons_and_one_found_elsewhere_cannot_be_read(folder):
    assert path_of("in/a::b.txt") == Path("in/a::b.txt")
    with pytest.raises(OSError, match="two colons"):
        (folder / "a::b.txt").exists()


def test_a_protocol_that_nobody_knows_or_whose_package_is_missing_is_told(monkeypatch):
    with pytest.raises(
        CorestoryError, match=r"nowhere://a/b: fsspec does not know this kind of URL \(Protocol not known: nowhere"
    ):
        path_of("nowhere://a/b")
    monkeypatch.setitem(known_implementations, "far", {"class": "farfs.FarFS", "err": "Install farfs"})
    with pytest.raises(
        CorestoryError, match=r"far://a/b: the package for its protocol is not installed \(Install farfs\)"
    ):
        path_of("far://a/b")


def test_without_fsspec_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(CorestoryError, match=r"pip install 'corestory\[remote\]'"):
        path_of("s3://bucket/a")
    assert path_of("a") == Path("a")


@pytest.mark.parametrize("missing", ["fsspec", "what reads https"])
def test_for_a_page_it_is_said_how_to_pipe_it(monkeypatch, missing):
    if missing == "fsspec":
        monkeypatch.setitem(sys.modules, "fsspec.core", None)
    else:
        monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "https", raising=False)
        monkeypatch.setitem(known_implementations, "https", {"class": "farfs.FarFS", "err": "Install farfs"})
    with pytest.raises(CorestoryError) as caught:
        path_of("https://courier.example/lock?a=1&b=2")
    assert str(caught.value) == (
        "https://courier.example/lock?a=1&b=2: corestory does not fetch pages by itself. "
        "Run: curl -sL 'https://courier.example/lock?a=1&b=2' | corestory predict -"
    )


def test_whatever_a_file_system_raises_is_an_os_error(monkeypatch):
    class OddError(Exception):
        pass

    def fail(*_, **__):
        raise OddError("no credentials")

    path = RemotePath("memory://odd")
    path.write_bytes(b"x")
    with path.open() as stream:
        monkeypatch.setattr(fsspec.implementations.memory.MemoryFile, "read", fail)
        with pytest.raises(OSError, match="OddError: no credentials"):
            stream.read()
    monkeypatch.setattr(fsspec.implementations.memory.MemoryFileSystem, "info", fail)
    with pytest.raises(OSError, match="OddError: no credentials"):
        path.exists()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("zip://h/x.html", "Is a directory"),
        ("github://x/y.html", "the URL has no org or repo"),
        ("dir://x", "AttributeError"),
        ("ftp://127.0.0.1:1/x.html", "Connection refused"),
    ],
)
def test_a_file_system_that_cannot_be_opened_is_an_os_error_that_names_the_url(url, reason):
    path = path_of(url)
    with pytest.raises(OSError, match=reason) as caught:
        path.exists()
    assert caught.value.filename == url


def test_no_bucket_is_made_for_a_mistyped_name(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError("The specified bucket does not exist")

    system = fsspec.implementations.memory.MemoryFileSystem
    monkeypatch.setattr(system, "pipe_file", missing)
    monkeypatch.setattr(system, "makedirs", lambda *_, **__: pytest.fail("a bucket was made"))
    with pytest.raises(FileNotFoundError, match="no such bucket"):
        RemotePath(f"memory://{uuid.uuid4()}/a.txt").write_bytes(b"x")


def test_names_of_this_machine_do_not_load_fsspec():
    assert "fsspec" not in modules_after("from corestory.remote import path_of; path_of('a')")
