"""What a file held, to tell later whether it still does."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from corestory.remote import AnyPath, RemotePath


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's size, the time of its last change, and its hash; or what a remote file system tells in their place.

    Attributes
    ----------
    bytes
        Its size.
    modified
        In nanoseconds, as the file system tells it; 0 of a remote file.
    sha256
        Of its bytes, in hexadecimal; empty of a remote file, which would have to be fetched for it.
    mark
        Of a remote file, as of `corestory.remote.RemotePath.state`; empty where its file system tells nothing of it,
        so that it never matches.
    """

    bytes: int
    modified: int
    sha256: str
    mark: str = ""

    def matches(self, path: AnyPath) -> bool:
        """Say whether a file holds the same bytes; it is read only if its time alone is another, as after a copy.

        Examples
        --------
        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "a.txt")
        ...     _ = path.write_text("The quay opened.")
        ...     before = fingerprint(path)
        ...     os.utime(path, (0, 0))
        ...     touched = before.matches(path)
        ...     _ = path.write_text("The quay closed.")
        ...     touched, before.matches(path)
        (True, False)
        """
        try:
            if isinstance(path, RemotePath):
                return self.mark != "" and (self.bytes, self.mark) == path.state()
            found = path.stat()
            if found.st_size != self.bytes:
                return False
            return found.st_mtime_ns == self.modified or _sha256(path) == self.sha256
        except OSError:
            return False


def fingerprint(path: AnyPath) -> Fingerprint:
    """Take a file's fingerprint.

    Take it before the file is read: what changes meanwhile then shows the next time.

    Raises
    ------
    OSError
        The file is missing or cannot be read.
    """
    if isinstance(path, RemotePath):
        path.forget()
        size, mark = path.state()
        return Fingerprint(size, 0, "", mark)
    found = path.stat()
    return Fingerprint(found.st_size, found.st_mtime_ns, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
