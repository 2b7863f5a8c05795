"""Articles from the sources that a user names: files, folders, patterns, the standard input."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from glob import iglob
from pathlib import Path

from corestory.errors import InputError, Note, Refuse, no_note, reason_of
from corestory.reading.article import Article
from corestory.reading.contents import Wanted, articles_of_file, articles_of_stream
from corestory.reading.fields import FieldFinder, ReadingOptions
from corestory.reading.file_kinds import KINDS, kind_by_name
from corestory.reading.streams import PACKED
from corestory.reading.tables import source_name
from corestory.reading.text import storable
from corestory.reading.zip_members import passed_over
from corestory.remote import AnyPath, RemotePath, is_url, path_of

STANDARD_INPUT = "-"

_PATTERN = re.compile(r"[*?\[]")


def read_articles(
    sources: Sequence[str],
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    r"""Read articles one at a time, in the order of the sources.

    Parameters
    ----------
    sources
        Each a file; a folder; a pattern with ``*``, ``?``, ``[]`` or ``**``; or ``-``, the standard input. In a folder
        and its subfolders, every file with an ending of `KINDS`, also compressed, is read in the order of names; hidden
        files are not. A URL that fsspec knows names a file, a folder or a pattern, too. The first bytes of the standard
        input, and of a file with another ending, show its kind: HTML, JSON (Lines), CSV, WARC, ZIP or text.
    refuse
        Called with the reason for each file or row that cannot be read; reading goes on after it.
    keep
        Further columns whose values are kept with the paragraphs, as `Article.kept`.
    note
        Called with the files passed over in a folder, with replacements and repairs in a text, and once for each field
        that is read under another name.
    options
        The fields with the text and so on, and the kind of files whose names do not show it.

    Yields
    ------
    Article
        Its id is that of the record, else ``FILE:LINE``; for text and HTML the file's path, ``-`` for the standard
        input; in a ZIP archive ``ARCHIVE/MEMBER``.

    Examples
    --------
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("The quay opened.\nShips came.")
    ...     articles = list(read_articles([folder, "none.txt"], refuse=print))
    none.txt: no such file or folder
    >>> articles[0].texts
    ['The quay opened.', 'Ships came.']
    """
    wanted = Wanted(keep, note, FieldFinder(options, note))
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _standard_input(refuse, wanted)
            continue
        for path in files_of(source, refuse=refuse, note=note):
            yield from articles_of_file(path, refuse, wanted)


def read_file(
    path: AnyPath,
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    """Read one file's articles, as `read_articles` does."""
    yield from articles_of_file(path, refuse, Wanted(keep, note, FieldFinder(options, note)))


def _standard_input(refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    if sys.stdin is None or sys.stdin.isatty():
        found = "is closed" if sys.stdin is None else "is a terminal"
        where = source_name(STANDARD_INPUT)
        refuse(InputError(found, where=where, expected="text", hint="Pipe an article into it."))
    else:
        yield from articles_of_stream(sys.stdin.buffer, "", STANDARD_INPUT, refuse, wanted)


def files_of(source: str, *, refuse: Refuse, note: Note = no_note) -> Iterator[AnyPath]:
    """Yield the files of one source, those of a folder by name; refuse a source that has none.

    Parameters
    ----------
    source
        A file, a folder or a pattern, as for `read_articles`.
    refuse
        Called with the reason for each file or folder that is missing or cannot be listed.
    note
        Called with the files of a folder that are passed over.
    """
    path = path_of(source)
    if not source:  # an empty path would be the current folder
        refuse(InputError("an empty name", expected="a file, a folder, a pattern or -"))
        return
    try:
        if path.is_dir():
            yield from _folder(path, refuse, note)
        elif path.exists() or not _PATTERN.search(source):
            yield path  # if it is missing, opening it reports that
        else:
            matches = _matches(source, path)
            if not matches:
                refuse(InputError("no file matches", where=storable(source)))
            for match in matches:
                yield from _folder(match, refuse, note) if match.is_dir() else [match]
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        refuse(InputError(f"cannot be read ({reason_of(error)})", where=storable(source)))


def before_pattern(path: AnyPath) -> AnyPath:
    """Return the folder in which a pattern starts: the path before its first part with ``*``, ``?`` or ``[``.

    Examples
    --------
    >>> before_pattern(Path("in/2024/*/a?.txt"))
    PosixPath('in/2024')
    """
    while _PATTERN.search(str(path)):
        path = path.parent
    return path


def _matches(source: str, path: AnyPath) -> Sequence[AnyPath]:
    if isinstance(path, RemotePath):
        base = before_pattern(path)
        assert isinstance(base, RemotePath)  # noqa: S101 -- the parent of a path is of its kind
        return base.matches(path.url[len(base.url) :].lstrip("/"))
    # Path.glob takes no absolute pattern.
    pattern = str(path) if is_url(source) else source
    return [Path(match) for match in sorted(iglob(pattern, recursive=True))]  # noqa: PTH207


def _folder(folder: AnyPath, refuse: Refuse, note: Note) -> Iterator[AnyPath]:
    found = unlisted = False
    others: list[str] = []

    def refuse_listing(error: InputError) -> None:
        nonlocal unlisted
        unlisted = True
        refuse(error)

    for path in _walk(folder, refuse_listing):
        if kind_by_name(path):
            found = True
            yield path
        else:
            others.append(path.name)
    if others and found:
        note(passed_over(others, where=storable(folder.as_posix())))
    if not found and not unlisted:
        refuse(
            InputError(
                "a folder with nothing to read",
                where=storable(folder.as_posix()),
                expected=f"files that end in {', '.join(KINDS)} ({' '.join(PACKED)})",
            )
        )


def _walk(folder: AnyPath, refuse: Refuse) -> Iterator[AnyPath]:
    try:
        entries: list[tuple[AnyPath, bool]]
        if isinstance(folder, RemotePath):
            entries = [(path, is_folder) for path, is_folder, _ in folder.entries()]
        else:
            entries = [*_entries(folder)]
    except (OSError, ValueError) as error:
        refuse(InputError(f"cannot be listed ({reason_of(error)})", where=storable(folder.as_posix())))
        return
    for path, is_folder in entries:
        if path.name.startswith("."):
            continue
        if is_folder:
            yield from _walk(path, refuse)
        else:
            yield path


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    with os.scandir(folder) as listing:
        for entry in sorted(listing, key=lambda entry: entry.name):
            path = folder / entry.name
            is_folder = entry.is_dir(follow_symlinks=False)  # a link may lead back up
            is_broken = entry.is_symlink() and not path.exists()  # opening it reports that
            if is_folder or is_broken or entry.is_file():
                yield path, is_folder
