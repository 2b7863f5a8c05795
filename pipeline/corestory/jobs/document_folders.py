"""Outputs that are a folder with a document for each article: made of their lines, and compared with their record.

While a file is tagged, its documents are lines of one file, as the rows of other formats are. So the documents of the
parts of a large file are joined as rows are, and get their numbers when all are there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.atomic import Target
from corestory.jobs.job import Fingerprint
from corestory.output.documents import document_form
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle
    from corestory.output.documents import StoryFormat
    from corestory.output.story import KindChoice

# As `corestory.output.documents.DocumentForm.name_end` names them. Other files in such a folder are the user's own.
_DOCUMENT = re.compile(r"\d{6,}(?:-.*)?\.(?:md|tei\.xml)")


class DocumentLines:
    """A writer of documents as lines of JSON, each with the end of its file's name.

    Parameters
    ----------
    target
        The file, which is created or replaced.
    form, kinds
        As of `corestory.output.documents.document_form`.
    """

    def __init__(self, target: Path, form: StoryFormat, kinds: KindChoice | None) -> None:
        self._form = document_form(form, kinds)
        self._target = Target(target)

    def write(self, article: TaggedArticle) -> None:
        """Write the line of an article."""
        line = [self._form.name_end(article.title), self._form.render(article)]
        self._target.write(f"{json.dumps(line)}\n".encode())

    def close(self) -> None:
        """Finish the file."""
        self._target.close()


def unpack_documents(lines: Path, folder: Path) -> None:
    """Write each document of a file of `DocumentLines` to its own file in a new folder."""
    folder.mkdir()
    with lines.open("rb") as file:
        for number, line in enumerate(file, start=1):
            name_end, document = json.loads(line)
            (folder / f"{number:06d}{name_end}").write_bytes(document.encode())


def documents_in(folder: AnyPath) -> dict[str, tuple[int, str]]:
    """Return the size of each document in a folder and a mark of its state, by name; none if there is no folder."""
    try:
        if isinstance(folder, RemotePath):
            folder.forget()
            states = {path.name: state for path, state in folder.files()}
        else:
            states = {entry.name: _state(entry.stat()) for entry in os.scandir(folder) if entry.is_file()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {name: states[name] for name in sorted(states) if _DOCUMENT.fullmatch(name)}


def _state(found: os.stat_result) -> tuple[int, str]:
    return found.st_size, str(found.st_mtime_ns)


def documents_fingerprint(folder: AnyPath) -> Fingerprint:
    """Take the fingerprint of the documents in a folder."""
    states = documents_in(folder)
    sha256 = "" if isinstance(folder, RemotePath) else _sha256(folder, states)
    return Fingerprint(_size(states), 0, sha256, _mark(states))


def documents_match(known: Fingerprint | None, folder: AnyPath) -> bool:
    """Return whether a folder still has the documents that its record knows; None knows of none.

    Local documents are read only if their sizes are the same and a time differs, as after a copy.
    """
    states = documents_in(folder)
    if known is None or not states:
        return known is None and not states
    if _size(states) != known.bytes:
        return False
    if known.mark and _mark(states) == known.mark:
        return True
    return not isinstance(folder, RemotePath) and _sha256(folder, states) == known.sha256


def _size(states: dict[str, tuple[int, str]]) -> int:
    return sum(size for size, _ in states.values())


def _mark(states: dict[str, tuple[int, str]]) -> str:
    if not all(mark for _, mark in states.values()):
        return ""
    return hashlib.sha256(json.dumps(list(states.items())).encode()).hexdigest()


def _sha256(folder: Path, names: dict[str, tuple[int, str]]) -> str:
    whole = hashlib.sha256()
    for name in names:
        with (folder / name).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(json.dumps([os.fsencode(name).decode(errors="replace"), content]).encode())
    return whole.hexdigest()
