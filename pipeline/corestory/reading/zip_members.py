"""The files in a ZIP archive, read one after the other without unpacking them to the disk."""

import lzma
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import BinaryIO, cast

from corestory.errors import InputError, Note, Refuse, reason_of
from corestory.reading.article import Article
from corestory.reading.file_kinds import KINDS, kind_by_name
from corestory.reading.streams import open_stored
from corestory.reading.tables import source_name
from corestory.reading.text import storable
from corestory.remote import AnyPath

ReadMember = Callable[[BinaryIO, str, str, Refuse], Iterator[Article]]
"""Reads the articles of a member, from its bytes, its kind of `KINDS`, its name and the function for refusals."""

# Compressed text rarely has less than a tenth of its size, and a hundredth only if it repeats itself.
_MOST_EXPANSION = 200
_FREE_BYTES = 2**24
# The most bytes of the list of members, which is in memory: some hundred thousand members.
_DIRECTORY_BYTES = 2**25
_ENCRYPTED = 0x1
# The number of passed-over files of an archive or a folder that are named.
_NAMED = 5
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def zip_articles(
    stream: BinaryIO,
    *,
    name: str,
    refuse: Refuse,
    note: Note,
    read: ReadMember,
    first: int = 0,
    last: int | None = None,
) -> Iterator[Article]:
    """Read the articles of an archive's members, in the archive's order.

    Hidden members, and those whose names have no ending of `KINDS`, are passed over, as in a folder.

    Parameters
    ----------
    stream
        The archive; one that cannot seek is copied to a temporary file.
    name
        Its name, ``-`` for the standard input.
    refuse
        Called with the reason for each member that cannot be read: it is encrypted, an archive itself, a link or far
        too large for its compressed size, or its name leads out of the archive.
    note
        Called with the members that are passed over.
    read
        Reads one member.
    first, last
        The range of members, by their numbers.

    Raises
    ------
    InputError
        The file is not a ZIP archive or is damaged, its members overlap, or none is of a kind that is read.
    """
    where = source_name(name)
    with _opened(stream, where) as archive:
        members = archive.infolist()
        others: list[str] = []
        found = 0
        for member in members[first:last]:
            if member.is_dir() or _is_hidden(member):
                continue
            kind = kind_by_name(Path(member.filename))
            if not kind:
                others.append(member.filename)
                continue
            found += 1
            path = f"{name}/{storable(member.filename)}"
            try:
                _check(archive, member, kind, where=f"{where}/{storable(member.filename)}")
                yield from _member_articles(archive, member, kind, path, refuse, read)
            except InputError as error:
                refuse(error)
    if not found and last is None:
        raise InputError(
            "an archive with nothing to read", where=where, expected=f"files that end in {', '.join(KINDS)}"
        )
    if others:
        note(passed_over(others, where=where))


def passed_over(names: Sequence[str], *, where: str) -> str:
    """Return a note on the files of a folder or an archive that are not read.

    Examples
    --------
    >>> passed_over(["b.pdf"], where="in")
    'in: ignored 1 file of another kind: b.pdf'
    """
    listed = ", ".join(map(storable, names[:_NAMED])) + ", …" * (len(names) > _NAMED)
    return f"{where}: ignored {len(names):,} file{'s' * (len(names) > 1)} of another kind: {listed}"


def member_sizes(path: AnyPath) -> list[int]:
    """Return the compressed bytes of each member of an archive."""
    with open_stored(path) as stream, _opened(stream, str(path)) as archive:
        return [member.compress_size for member in archive.infolist()]


@contextmanager
def _opened(stream: BinaryIO, where: str) -> Iterator[zipfile.ZipFile]:
    with tempfile.TemporaryFile() as copy:
        if not stream.seekable():
            copyfileobj(stream, copy, 2**20)
            stream = cast("BinaryIO", copy)
        size = stream.seek(0, 2)
        try:
            archive = zipfile.ZipFile(cast("BinaryIO", _BoundedReads(stream)))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise InputError(
                "not a ZIP archive, or a damaged or truncated one", where=where, hint="Fetch or make it again."
            ) from error
        except OSError as error:
            raise InputError(f"cannot be read ({reason_of(error)})", where=where) from None
        with archive:
            if sum(member.compress_size for member in archive.infolist()) > size:
                raise InputError("members that overlap, as in a zip bomb", where=where, expected="separate members")
            yield archive


class _BoundedReads:
    """A file that refuses reads of large pieces, such as a list of far too many members."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY_BYTES:
            raise OSError(f"its list of members has {size:,} bytes; make several archives")
        return self._stream.read(size)


def _is_hidden(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return any(part.startswith(".") and part != ".." for part in parts) or parts[:1] == ("__MACOSX",)


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo, kind: str, *, where: str) -> None:
    """Refuse a member that is not an ordinary file in the archive."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(member.filename):
        raise InputError("a name that leads out of the archive", where=where, expected="a name inside it")
    if archive.getinfo(member.filename) is not member:
        raise InputError("replaced by a later member of the same name", where=where)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InputError("a link", where=where, expected="a file")
    if member.flag_bits & _ENCRYPTED:
        raise InputError("encrypted", where=where, expected="a member without a password", hint="Unzip the archive.")
    if kind == "zip":
        raise InputError("an archive in an archive", where=where, hint="Unzip the outer one.")
    if kind == "parquet":
        raise InputError(
            "Parquet in an archive",
            where=where,
            expected="a Parquet file outside an archive",
            hint="Unzip the archive.",
        )
    if member.file_size > _FREE_BYTES + _MOST_EXPANSION * member.compress_size:
        raise InputError(
            f"{member.compress_size:,} bytes that become {member.file_size:,}, as in a zip bomb",
            where=where,
            expected=f"at most {_MOST_EXPANSION} times as many",
        )


def _member_articles(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, kind: str, name: str, refuse: Refuse, read: ReadMember
) -> Iterator[Article]:
    where = source_name(name)
    try:
        with archive.open(member) as stream:
            yield from read(cast("BinaryIO", stream), kind, name, refuse)
    except NotImplementedError as error:  # how `zipfile` reports an unknown compression
        raise InputError(f"compressed by a method that corestory does not read ({error})", where=where) from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise InputError(
            f"a damaged member ({reason_of(error)})", where=where, hint="Make the archive again."
        ) from None
