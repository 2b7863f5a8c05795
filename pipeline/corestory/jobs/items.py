"""The files of a folder run, the names of their outputs, and the fingerprints of both.

The output of a file may be a folder with a document for each article.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corestory.errors import CorestoryError, InputError, Note, OutputError, Refuse, no_note, reason_of
from corestory.output.formats import STORIES, SUFFIXES
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.sources import STANDARD_INPUT, before_pattern, files_of
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath, path_of

# The longest name of one file in most file systems.
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Item:
    """One input file of a job.

    Attributes
    ----------
    source
        The path of the file, as messages name it.
    name
        The path of its output, relative to the output folder, with ``/`` as the separator.
    folder
        Whether the output is a folder with a document for each article.
    """

    source: AnyPath
    name: str
    folder: bool = False

    @property
    def where(self) -> str:
        """The name of the file in messages."""
        return storable(self.source.as_posix())


def check_sources(sources: Sequence[str], folder: AnyPath) -> None:
    """Check sources and output folder for faults that would affect every file.

    Raises
    ------
    OutputError
        The output folder is a file or is a source folder, or the standard input is among the sources.
    CorestoryError
        A remote source or the remote output folder cannot be reached.
    """
    for path in (folder, *map(path_of, sources)):
        if isinstance(path, RemotePath):
            _reach(path)
    if folder.exists() and not folder.is_dir():
        raise OutputError("is a file", where=str(folder), expected="the name of a folder")
    for source in sources:
        if source == STANDARD_INPUT:
            raise OutputError(
                "the standard input has no name, so its output cannot be in a folder",
                where=str(folder),
                hint="Give --output the name of a file.",
            )
        if source and path_of(source).is_dir() and path_of(source).resolve() == folder.resolve():
            raise OutputError("is also a folder of the input", where=str(folder), hint="Give another output folder.")


def _reach(path: RemotePath) -> None:
    try:
        path.forget()
        path.exists()
    except (OSError, ValueError) as error:
        raise CorestoryError(f"cannot be reached ({reason_of(error)})", where=storable(str(path))) from error


def items_of(
    sources: Sequence[str], folder: AnyPath, *, form: str, refuse: Refuse, note: Note = no_note
) -> Iterator[Item]:
    """Yield the files of the sources, each with the name of its output.

    An output has the name of its file, with the ending of the format added unless the name has it already. In a format
    of documents, the output of a file that may hold several articles is a folder named after the format. Its folder
    within the output folder is the file's folder within the source folder, or within the part of a pattern before the
    first ``*``, ``?`` or ``[``. Files within the output folder are not read.

    Parameters
    ----------
    sources
        Files, folders and patterns.
    folder
        The output folder.
    form
        The format, a key of `SUFFIXES`.
    refuse
        Called with an error for each missing source, and for each file whose output would replace another output or
        the file itself.
    note
        Called with the files of each folder that are not read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("a.txt", "b.jsonl"):
    ...         _ = Path(folder, name).write_text("The quay opened.")
    ...     [item.name for item in items_of([folder], Path(folder, "out"), form="jsonl", refuse=print)]
    ['a.txt.jsonl', 'b.jsonl']
    """
    output = folder.resolve()
    taken: dict[str, AnyPath] = {}
    for source in sources:
        base = _base(source)
        # In a source folder that contains the output folder, the next run would read the outputs of this run.
        inside = source != "" and path_of(source).is_dir() and _relative(output, base.resolve()) is not None
        for path in files_of(source, refuse=refuse, note=note):
            relative = _relative(path, base) or path.name
            if inside and _relative(base.resolve() / relative, output) is not None:
                continue
            documents = form in STORIES and kind_by_name(path) not in ("text", "html")
            suffix = f".{form}" if documents else SUFFIXES[form]
            name = relative if relative.lower().endswith(suffix) else relative + suffix
            if name in taken and taken[name] == path:
                continue
            other = taken.get(name) or _twin(path, suffix)
            reason = ""
            if other is not None:
                reason = f"its output would have the same name as the output of {storable(other.as_posix())}"
            elif output / name == path.resolve():
                reason = "its output would replace the input file"
            elif len(name.rpartition("/")[2].encode(errors="surrogateescape")) > MAX_NAME_BYTES:
                reason = "the name of its output would be too long"
            if reason:
                refuse(
                    InputError(
                        reason, where=storable(path.as_posix()), hint="Rename the file, or give another --output."
                    )
                )
                continue
            if len(sources) > 1:  # within one source, `_twin` finds every collision
                taken[name] = path
            yield Item(path, name, documents)


def _base(source: str) -> AnyPath:
    path = path_of(source)
    if path.is_dir():
        return path
    return path.parent if path.exists() else before_pattern(path.parent)


def _relative(path: AnyPath, folder: AnyPath) -> str | None:
    """Return a path relative to a folder, with ``/`` as the separator; None if it lies elsewhere."""
    if isinstance(path, RemotePath) or isinstance(folder, RemotePath):
        inner, outer = str(path), str(folder).rstrip("/")
        return inner[len(outer) + 1 :].rstrip("/") if f"{inner}/".startswith(f"{outer}/") else None
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else None


def _twin(path: AnyPath, suffix: str) -> AnyPath | None:
    """Return the file in the same folder whose output would have this file's name."""
    if not path.name.lower().endswith(suffix) or len(path.name) == len(suffix):
        return None
    other = path.with_name(path.name[: -len(suffix)])
    return other if kind_by_name(other) and other.is_file() else None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The state of a file, by which a later run sees whether the file has changed.

    Attributes
    ----------
    bytes
        The size of the file.
    modified
        The time of the last change in nanoseconds; 0 for a remote file.
    sha256
        The hash of the content in hexadecimal; empty for a remote file, which would have to be downloaded.
    mark
        `corestory.remote.RemotePath.state` of a remote file. If the remote file system reports none, the mark is empty
        and never matches.
    """

    bytes: int
    modified: int
    sha256: str
    mark: str = ""

    def matches(self, path: AnyPath) -> bool:
        """Return whether a file still has the same content.

        A local file is read only if its size is the same and its time differs, for example after a copy.

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
    """Take the fingerprint of a file.

    Take it before reading the file, so that the next run notices a change during the reading.

    Raises
    ------
    OSError
        The file is missing or cannot be read.
    """
    if isinstance(path, RemotePath):
        path.forget()
        return state_of(path)
    return replace(state_of(path), sha256=_sha256(path))


def state_of(path: AnyPath) -> Fingerprint:
    """Return the fingerprint of a file without its hash, so that the file need not be read.

    Raises
    ------
    OSError
        The file is missing, or its state is unknown.
    """
    if isinstance(path, RemotePath):
        size, mark = path.state()
        return Fingerprint(size, 0, "", mark)
    found = path.stat()
    return Fingerprint(found.st_size, found.st_mtime_ns, "")


def size_of(path: AnyPath) -> int:
    """Return the size of a file in bytes; 0 if it is unknown."""
    try:
        return state_of(path).bytes
    except OSError:
        return 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Names of documents, as in `corestory.output.documents.DocumentForm.name_end`. All other files in such a folder belong
# to the user.
_DOCUMENT = re.compile(r"\d{6,}(?:-.*)?\.(?:md|tei\.xml)")


def documents_in(folder: AnyPath) -> dict[str, tuple[int, str]]:
    """Return the size and a mark of the state of each document in a folder, by name; empty without the folder."""
    try:
        if isinstance(folder, RemotePath):
            folder.forget()
            states = {path.name: state for path, is_folder, state in folder.entries() if not is_folder}
        else:
            files = ((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.is_file())
            states = {name: (found.st_size, str(found.st_mtime_ns)) for name, found in files}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {name: states[name] for name in sorted(states) if _DOCUMENT.fullmatch(name)}


def documents_fingerprint(folder: AnyPath) -> Fingerprint:
    """Return the fingerprint of the documents in a folder."""
    states = documents_in(folder)
    sha256 = "" if isinstance(folder, RemotePath) else _documents_sha256(folder, states)
    return Fingerprint(_size(states), 0, sha256, _mark(states))


def documents_match(known: Fingerprint | None, folder: AnyPath) -> bool:
    """Return whether a folder still has the documents of its record; None means a record without documents.

    Local documents are read only if their sizes are the same and a time differs, for example after a copy.
    """
    states = documents_in(folder)
    if known is None or not states:
        return known is None and not states
    if _size(states) != known.bytes:
        return False
    if known.mark and _mark(states) == known.mark:
        return True
    return not isinstance(folder, RemotePath) and _documents_sha256(folder, states) == known.sha256


def _size(states: dict[str, tuple[int, str]]) -> int:
    return sum(size for size, _ in states.values())


def _mark(states: dict[str, tuple[int, str]]) -> str:
    if not all(mark for _, mark in states.values()):
        return ""
    return hashlib.sha256(json.dumps(list(states.items())).encode()).hexdigest()


def _documents_sha256(folder: Path, names: dict[str, tuple[int, str]]) -> str:
    whole = hashlib.sha256()
    for name in names:
        whole.update(json.dumps([os.fsencode(name).decode(errors="replace"), _sha256(folder / name)]).encode())
    return whole.hexdigest()
