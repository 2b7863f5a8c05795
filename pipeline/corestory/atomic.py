"""Outputs that are whole or missing: written under a hidden name, then renamed."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from corestory.errors import OutputError, reason_of
from corestory.remote import AnyPath, RemotePath

# The number of characters at the end of an output's name that its temporary name also ends in.
_KEPT = 60


@contextmanager
def atomic_path(path: AnyPath, *, force: bool = False) -> Iterator[Path]:
    """Open a temporary file in the output's folder, and rename it to the output when the block ends without an error.

    The file is flushed to the disk before it is renamed. After an error, also Ctrl-C, it is deleted. After a kill it
    stays under its hidden name, and the output is missing or unchanged.

    Parameters
    ----------
    path
        The output. Missing folders are created. A link is followed, and its target replaced. A `RemotePath` is uploaded
        whole at the end.
    force
        Whether an existing file may be replaced.

    Yields
    ------
    pathlib.Path
        An empty file with a hidden name that ends as the output's does.

    Raises
    ------
    OutputError
        The output exists and `force` is not given, is not a regular file, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_path(Path(folder, "new", "story.txt")) as temporary:
    ...         _ = temporary.write_text("The quay opened.")
    ...     Path(folder, "new", "story.txt").read_text()
    'The quay opened.'
    """
    if isinstance(path, RemotePath):
        with _uploaded(path, force=force) as temporary:
            yield temporary
        return
    _check_file(path, force=force)
    with reporting_errors(path):
        final = path.resolve()
        temporary = _beside(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.touch(exist_ok=False)  # reports a folder that cannot be written before the work
            yield temporary
            _sync(temporary)
            _check_file(path, force=force)
            temporary.replace(final)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(final.parent)


@contextmanager
def atomic_folder(path: Path, *, force: bool = False, marker: str = "") -> Iterator[Path]:
    """Open a temporary folder, and rename it to the output when the block ends without an error.

    With `force`, an old folder is moved away before the swap, comes back if the swap fails, and is deleted after it.

    Parameters
    ----------
    path
        The output. Missing folders are created.
    force
        Whether an existing folder may be replaced; an empty one always may.
    marker
        The name of a file that an old folder must contain to be replaced, so that a mistyped name deletes nothing.

    Yields
    ------
    pathlib.Path
        An empty folder beside the output.

    Raises
    ------
    OutputError
        The output exists and `force` is not given, is not a folder or not one to replace, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_folder(Path(folder, "model")) as temporary:
    ...         _ = Path(temporary, "card.md").write_text("A card.")
    ...     [file.name for file in Path(folder, "model").iterdir()]
    ['card.md']
    """
    with reporting_errors(path):
        check_folder(path, force=force, marker=marker)
        final = path.resolve()
        temporary, old = _beside(final), _beside(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        try:
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _sync(file)
            check_folder(path, force=force, marker=marker)
            _swap(temporary, final, old)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        _sync_folder(final.parent)
        shutil.rmtree(old, ignore_errors=True)


def _swap(temporary: Path, final: Path, old: Path) -> None:
    try:
        if final.exists():
            final.rename(old)
        temporary.rename(final)
    except BaseException:
        if old.exists() and not final.exists():
            old.rename(final)
        raise


@contextmanager
def _uploaded(path: RemotePath, *, force: bool) -> Iterator[Path]:
    with reporting_errors(path), tempfile.TemporaryDirectory(prefix="corestory-") as folder:
        _check_file(path, force=force)
        temporary = Path(folder, path.name[-_KEPT:])
        temporary.touch()
        yield temporary
        _check_file(path, force=force)
        path.upload(temporary)


def _check_file(path: AnyPath, *, force: bool) -> None:
    if isinstance(path, RemotePath):
        path.forget()
    if path.is_dir():
        raise OutputError("is a folder", where=str(path), expected="the name of a file")
    if isinstance(path, Path) and path.exists() and not path.is_file():
        # Renaming over a device or a pipe would put a file in its place.
        raise OutputError("is not a regular file", where=str(path), hint="Write to a file, or leave out --output.")
    if not force and path.exists():
        raise OutputError("exists already", where=str(path), hint="Give another name, or --force to replace it.")


def check_folder(path: Path, *, force: bool, marker: str) -> None:
    """Raise the OutputError that `atomic_folder` would raise, before long work begins."""
    where = str(path)
    with reporting_errors(path):
        _check_parent(path)
        if not path.exists():
            return
        if not path.is_dir():
            raise OutputError("is a file", where=where, expected="the name of a folder")
        if Path.cwd().is_relative_to(path.resolve()):
            raise OutputError("is the current folder, or a folder above it", where=where, hint="Give another name.")
        if not any(path.iterdir()):
            return
    if not force:
        raise OutputError("exists already", where=where, hint="Give another name, or --force to replace it.")
    if marker and not (path / marker).is_file():
        raise OutputError(
            f"has no {marker}, so it was not written by corestory", where=where, hint="Give another name."
        )


def _check_parent(path: Path) -> None:
    """Raise the OSError that creating something beside a path, and the folders above it, would raise."""
    nearest = next((parent for parent in path.resolve().parents if parent.exists()), Path("/"))
    if not nearest.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(nearest))


def _beside(final: Path) -> Path:
    # The end of the name is kept for writers that depend on it; a file name may have 255 bytes.
    return final.with_name(f".{os.urandom(4).hex()}.{final.name[-_KEPT:]}")


@contextmanager
def reporting_errors(name: AnyPath | str, *, whole: bool = True) -> Iterator[None]:
    """Convert an OSError to an `OutputError`; `whole` if the output is written whole or not at all."""
    try:
        yield
    except BrokenPipeError:  # the reader of this or of another output has closed it
        raise
    except OSError as error:
        reason = reason_of(error)
        other = error.filename if isinstance(error.filename, str) else ""
        if other.endswith(Path(str(name)).name[-_KEPT:]):  # the output itself, or its temporary file
            other = ""
        if whole and error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "Free some space, or give another folder; nothing was written under that name."
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            hint = "A part of the path is a file."
        else:
            hint = ""
        about = f"{reason}: {other}" if other and error.errno not in (errno.ENOSPC, errno.EDQUOT) else reason
        raise OutputError(f"cannot be written ({about})", where=str(name), hint=hint) from error
    except RuntimeError as error:
        if "Symlink loop" not in str(error):
            raise
        raise OutputError("cannot be written (its symbolic links form a loop)", where=str(name)) from error


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    # So that the new name survives a power cut; not every file system supports it.
    with suppress(OSError):
        _sync(folder)


def lock_file(file: IO[bytes], busy: OutputError) -> None:
    """Lock a file for this process until it ends; raise `busy` if another process has locked it."""
    with suppress(ImportError):  # without fcntl, the user must avoid two runs at once
        import fcntl

        try:
            # The system frees the lock when the process ends, however it ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise busy from None


class Target:
    """A file that is closed at the end, or a caller's stream that is only flushed.

    Parameters
    ----------
    target
        A path, which is created or replaced, or a binary stream.

    Raises
    ------
    OutputError
        The file cannot be created.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO()
    >>> target = Target(stream)
    >>> target.write(b"row")
    >>> target.close()
    >>> stream.getvalue()
    b'row'
    """

    def __init__(self, target: Path | BinaryIO) -> None:
        stream_name = "standard output" if getattr(target, "name", "") == "<stdout>" else "output"
        self.name = str(target) if isinstance(target, Path) else stream_name
        self.own = isinstance(target, Path)
        with self.reporting_errors():
            self.stream: BinaryIO = target.open("wb") if isinstance(target, Path) else target

    def write(self, data: bytes) -> None:
        """Write the data; raise `OutputError` on failure, `BrokenPipeError` if the reader has closed the pipe."""
        with self.reporting_errors():
            self.stream.write(data)

    def close(self) -> None:
        """Close the file, or flush the stream."""
        with self.reporting_errors():
            if self.own:
                self.stream.close()
            else:
                self.stream.flush()

    def reporting_errors(self) -> AbstractContextManager[None]:
        """Convert an OSError in the block to `OutputError`.

        A ``BrokenPipeError`` remains: the reader may close a pipe at any time, and the command line then ends quietly.
        """
        return reporting_errors(self.name, whole=False)
