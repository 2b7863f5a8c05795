"""A job: the settings that every file of a folder run shares, and fingerprints of the files it reads and writes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.jobs.items import Item
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    from corestory.model.rules import Rules
    from corestory.output.kind_choice import KindChoice
    from corestory.output.rows import Format
    from corestory.types import Label


@dataclass(frozen=True, slots=True)
class Job:
    """The settings that every file of a folder run shares.

    Attributes
    ----------
    model
        The model's folder.
    model_sha256
        Hash of the model's manifest, which holds the hash of its arrays.
    version
        The version of corestory.
    folder
        The output folder.
    form
        The format of the outputs.
    only, threshold, keep
        The options of the command.
    rules
        The user's rules, which overrule the model.
    memory
        The file of the site memory; None for none.
    memory_sha256
        Its hash.
    kinds
        What the user wants of the kinds of paragraphs; None if nothing.
    """

    model: Path
    model_sha256: str
    version: str
    folder: AnyPath
    form: Format
    only: Label | None = None
    threshold: float | None = None
    keep: tuple[str, ...] = ()
    rules: Rules | None = None
    memory: AnyPath | None = None
    memory_sha256: str = ""
    kinds: KindChoice | None = None

    def made_by(self, item: Item) -> str:
        """Return a hash of everything that decides an output, except the content of its source.

        The name of the source is included, because it is the article's id in the output.
        """
        source = storable(str(item.source))
        rules = (self.rules.core, self.rules.filler) if self.rules else ()
        memory = (self.memory_sha256,) if self.memory else ()
        kinds = (self.kinds.shown, self.kinds.drop, self.kinds.keep) if self.kinds else ()
        settings = (
            self.model_sha256, self.version, self.form, self.only, self.threshold, self.keep, rules, kinds, source
        )  # fmt: skip
        return hashlib.sha256(json.dumps(settings + memory).encode()).hexdigest()


def model_sha256(folder: Path) -> str:
    """Return the hash that identifies a model: the hash of its manifest, which holds the hash of its arrays.

    Raises
    ------
    OSError
        There is no manifest. Loading the model gives the full message.
    """
    from corestory.model.storage import MANIFEST_NAME

    return hashlib.sha256((folder / MANIFEST_NAME).read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The state of a file, by which a later run sees whether the file has changed.

    Attributes
    ----------
    bytes
        The size of the file.
    modified
        Time of the last change in nanoseconds; 0 for a remote file.
    sha256
        Hash of the content in hexadecimal; empty for a remote file, which would have to be downloaded for it.
    mark
        `corestory.remote.RemotePath.state` of a remote file. Empty, and then equal to no other, where the remote file
        system reports none.
    """

    bytes: int
    modified: int
    sha256: str
    mark: str = ""

    def matches(self, path: AnyPath) -> bool:
        """Return whether a file still has the same content.

        A local file is read only if its size is the same and its time differs, as after a copy.

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
    """Return the fingerprint of a file without its hash, for which the file would have to be read.

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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
