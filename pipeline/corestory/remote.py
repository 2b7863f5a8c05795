"""Files on other machines, named by a URL that fsspec knows and used like a `pathlib.Path`."""

from __future__ import annotations

import errno
import io
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

from corestory.errors import CorestoryError
from corestory.installation import install_command

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
# fsspec reads zip://a.txt::s3://bucket/a.zip as one file system inside another, wherever there are two colons.
_CHAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?:://.*::|::.*://)")
_HERE = ("file", "local")
# With these protocols, a slash at the end names another page, and there are no folders.
_PAGES = ("http", "https")
# Names of the mark of a file's content, then of its last change; the first that exists counts.
_MARKS = (
    *("ETag", "etag", "md5Hash", "md5", "content_md5", "Content-MD5", "checksum", "Digest", "sha", "generation"),
    *("mtime", "LastModified", "Last-Modified", "last_modified", "modified", "modificationTime", "modify"),
    *("updated", "created"),
)
# The bytes that are read ahead. The 50 MB of s3fs are more than a part of a WARC file, and each process reads its own.
_BLOCK_BYTES = 2**22

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class RemotePath:
    """A file or a folder that fsspec reaches, with the methods of `pathlib.Path` that corestory uses.

    Each error is an ``OSError``, as for local files; for a missing file it is a ``FileNotFoundError``.

    Attributes
    ----------
    url
        Its name as the user writes it. A slash at the end is dropped, except in HTTP, where it names another page.

    Examples
    --------
    >>> folder = RemotePath("memory://quay")
    >>> (folder / "new.txt").write_bytes(b"The quay opened.")
    >>> [(path.name, is_folder) for path, is_folder, _ in folder.entries()], (folder / "new.txt").read_bytes()
    ([('new.txt', False)], b'The quay opened.')
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> RemotePath:
        return RemotePath(f"{self.url.rstrip('/')}/{name}" if _root(self.url) != self.url else self.url + name)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.url[len(_root(self.url)) :].rstrip("/").rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The end of the name, from its last dot."""
        return Path(self.name).suffix

    @property
    def parent(self) -> RemotePath:
        """The folder that contains it."""
        root = _root(self.url)
        return RemotePath(root + self.url[len(root) :].rstrip("/").rpartition("/")[0])

    def with_name(self, name: str) -> RemotePath:
        """Return a file beside it."""
        return self.parent / name

    def as_posix(self) -> str:
        """Return the URL."""
        return self.url

    def resolve(self) -> RemotePath:
        """Return the path itself, because a URL has no links and no folder to start from."""
        return self

    def exists(self) -> bool:
        """Return whether there is a file or a folder."""
        return self._kind() != ""

    def is_file(self) -> bool:
        """Return whether there is a file."""
        return self._kind() == "file"

    def is_dir(self) -> bool:
        """Return whether there is a folder; in an object store, only a folder with something in it exists."""
        return self._kind() == "directory"

    def state(self) -> tuple[int, str]:
        """Return a file's size, and its file system's mark of its content, or else of its last change.

        If there is neither, the mark is empty, and a change does not show.
        """
        return _state(self._do(lambda system, path: system.info(path)))

    def forget(self) -> None:
        """Drop the file system's cache of it, because others may have changed it."""
        self._do(lambda system, path: system.invalidate_cache(path))

    def entries(self) -> Iterator[tuple[RemotePath, bool, tuple[int, str]]]:
        """Yield the entries of a folder by name: the path, whether it is a folder, and its `state`, in one request."""
        found = self._do(lambda system, path: [entry for entry in system.ls(path, detail=True) if _is_in(entry, path)])
        for entry in sorted(found, key=lambda entry: entry["name"].rstrip("/")):
            yield self / entry["name"].rstrip("/").rpartition("/")[2], entry["type"] == "directory", _state(entry)

    def matches(self, pattern: str) -> list[RemotePath]:
        """Return the files and folders in this folder and below that match a pattern, in order."""

        def glob(system: AbstractFileSystem, path: str) -> list[str]:
            base = path.rstrip("/") + "/"
            return [match[len(base) :] for match in system.glob(base + pattern) if match.startswith(base)]

        return [self / match.rstrip("/") for match in sorted(self._do(glob))]

    def open(self, *, at_random: bool = False) -> BinaryIO:
        """Open a file for reading; with `at_random`, nothing is read ahead."""
        options = {"cache_type": "none"} if at_random else {}
        opened = self._do(lambda system, path: system.open(path, "rb", block_size=_BLOCK_BYTES, **options))
        return cast("BinaryIO", io.BufferedReader(_Reading(opened, self.url), io.DEFAULT_BUFFER_SIZE * 8))

    def read_bytes(self) -> bytes:
        """Read a whole file."""
        return bytes(self._do(lambda system, path: system.cat_file(path)))

    def write_bytes(self, data: bytes) -> None:
        """Write a small file as a whole, with the folders above it."""
        self._make(lambda system, path: system.pipe_file(path, data))

    def upload(self, file: Path) -> None:
        """Copy a local file there, with the folders above it."""
        self._make(lambda system, path: system.put_file(str(file), path))

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Delete a file."""
        try:
            self._do(lambda system, path: system.rm_file(path))
        except FileNotFoundError:
            if not missing_ok:
                raise

    def _kind(self) -> str:
        with suppress(FileNotFoundError):
            return str(self._do(lambda system, path: system.info(path))["type"])
        return ""

    def _make(self, write: Callable[[AbstractFileSystem, str], object]) -> None:
        try:
            self._do(write)
        except FileNotFoundError:  # object stores need no folders, and asking one for them may be forbidden
            self.parent._do(_make_folders)
            self._do(write)

    def _do(self, work: Callable[[AbstractFileSystem, str], Result]) -> Result:
        with _as_os_error(self.url):
            return work(*_opened(self.url))


AnyPath = Path | RemotePath


def path_of(name: str) -> AnyPath:
    """Return the path of a file or a folder that a user names.

    Raises
    ------
    CorestoryError
        It is a URL whose protocol needs a package that is not installed, or it is a chain of URLs.

    Examples
    --------
    >>> path_of("in/a.txt"), path_of("file:///in/a.txt"), path_of("memory://in/")
    (PosixPath('in/a.txt'), PosixPath('/in/a.txt'), RemotePath(url='memory://in'))
    """
    if _CHAIN.match(name):
        raise CorestoryError("two colons, as in a chain of URLs", where=name, expected="one URL")
    found = _URL.match(name)
    if not found:
        return Path(name)
    protocol, rest = found[1].lower(), name[found.end() :]
    if protocol in _HERE:
        return Path(rest).absolute()
    with _naming(name):
        from fsspec.core import get_filesystem_class

        get_filesystem_class(protocol)
    return RemotePath(f"{protocol}://{rest if protocol in _PAGES else rest.rstrip('/')}")


def open_to_read(path: AnyPath) -> BinaryIO:
    """Open a local or remote file for reading."""
    return path.open() if isinstance(path, RemotePath) else cast("BinaryIO", path.open("rb"))


def is_url(name: str) -> bool:
    """Return whether a name is a URL.

    Examples
    --------
    >>> is_url("s3://bucket/in"), is_url("in"), is_url("C:/in")
    (True, False, False)
    """
    return _URL.match(name) is not None


def fetching_hint(name: str) -> str:
    """Return the command that fetches a page and tags it, or an empty string if the name is not a page's address.

    Examples
    --------
    >>> fetching_hint("https://herald.example/7"), fetching_hint("a.html")
    ('Run: curl -sL https://herald.example/7 | corestory predict -', '')
    """
    if not name.lower().startswith(tuple(f"{protocol}://" for protocol in _PAGES)):
        return ""
    return f"Run: curl -sL {shlex.quote(name)} | corestory predict -"


def _root(url: str) -> str:
    found = _URL.match(url)
    return found[0] if found else ""


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of a URL and the path in it."""
    if "::" in url:  # a file that was found in a folder
        raise OSError(errno.EINVAL, "its name contains two colons")
    with _naming(url), _as_os_error(url):
        from fsspec.core import get_filesystem_class, url_to_fs

        _check_complete(url, get_filesystem_class(_root(url).removesuffix("://")))
        system, path = url_to_fs(url)
    return system, path


def _check_complete(url: str, system: type[AbstractFileSystem]) -> None:
    """Refuse a URL without a part that its file system needs, such as the host of ftp://."""
    from inspect import signature

    from fsspec.config import conf

    _, *parameters = signature(system.__init__).parameters.values()
    needed = {one.name for one in parameters if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD}
    missing = needed - system._get_kwargs_from_urls(url).keys() - conf.get(url.partition(":")[0], {}).keys()
    if missing:
        raise OSError(errno.EINVAL, f"the URL has no {' or '.join(sorted(missing))}")


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name the URL in the errors for an unknown protocol, and for a protocol that needs a package."""
    try:
        import fsspec.core  # noqa: F401
    except ImportError:
        hint = f"Run {install_command('remote')}, and install the package of the protocol, such as s3fs."
        raise _unreachable("fsspec is not installed", name, hint) from None
    try:
        yield
    except ImportError as error:
        raise _unreachable(f"the package for its protocol is not installed ({error})", name) from None
    except ValueError as error:
        raise CorestoryError(f"fsspec does not know this kind of URL ({error})", where=name) from None


def _unreachable(found: str, name: str, hint: str = "") -> CorestoryError:
    """Return the error for a protocol that lacks a package; for a page, with the command that does without it."""
    pipe = fetching_hint(name)
    if not pipe:
        return CorestoryError(found, where=name, hint=hint)
    return CorestoryError("corestory does not fetch pages by itself", where=name, hint=pipe)


@contextmanager
def _as_os_error(url: str) -> Iterator[None]:
    """Convert backend-specific exceptions to an OSError that names the URL."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:  # else its text would change
            error.filename = url
        raise
    except (ImportError, ValueError, EOFError, MemoryError, CorestoryError):
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}", url) from error


def _make_folders(system: AbstractFileSystem, path: str) -> None:
    # In an object store the first part is the bucket. A mistyped name must not create one.
    top = next((part for part in path.split("/") if part), "")
    if not system.exists(f"/{top}" if path.startswith("/") else top):
        raise FileNotFoundError(errno.ENOENT, "no such bucket or folder", top)
    system.makedirs(path, exist_ok=True)


def _state(info: Mapping[str, object]) -> tuple[int, str]:
    mark = next((str(info[name]) for name in _MARKS if info.get(name) is not None), "")
    return int(cast("int", info.get("size")) or 0), mark


def _is_in(entry: dict[str, str], folder: str) -> bool:
    # Object stores may list an object with the folder's own name.
    return entry["name"].strip("/") != folder.strip("/")


class _Reading(io.RawIOBase):
    """A file of fsspec that converts the errors of its backend to OSErrors."""

    def __init__(self, file: BinaryIO, url: str) -> None:
        self._file, self._url = file, url

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with _as_os_error(self._url):
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _as_os_error(self._url):
            piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
