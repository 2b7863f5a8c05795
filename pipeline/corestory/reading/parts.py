"""Large files in parts that are tagged apart: which files have parts, where they are cut, and what is in a part."""

from collections.abc import Callable, Iterator, Sequence

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.reading.article import Article
from corestory.reading.contents import Wanted, articles_of_archive_part, refusing
from corestory.reading.fields import FieldFinder, ReadingOptions
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.row_groups import articles_of_row_groups, row_group_cuts
from corestory.reading.streams import unpacked_name
from corestory.reading.warc import warc_cuts
from corestory.reading.zip_members import member_cuts
from corestory.remote import AnyPath

# A part has at least so many bytes, as they are stored: some ten seconds of work.
PART_BYTES = 2**25

_CUTS: dict[str, Callable[[AnyPath, int], tuple[int, ...]]] = {
    "parquet": row_group_cuts,
    "warc": warc_cuts,
    "zip": member_cuts,
}


def has_parts(path: AnyPath) -> bool:
    """Return whether a file has parts if it is large, by its name.

    Examples
    --------
    >>> from pathlib import Path
    >>> has_parts(Path("a.warc.gz")), has_parts(Path("a.jsonl"))
    (True, False)
    """
    return kind_by_name(path) in _CUTS


def part_cuts(path: AnyPath, *, part_bytes: int | None = None) -> tuple[int, ...]:
    """Say where to cut a file.

    Parameters
    ----------
    path
        A file; if it has no parts, or cannot be read, it is not cut.
    part_bytes
        What a part has at least, as it is stored; None is `PART_BYTES`.

    Returns
    -------
    tuple of int
        The beginning of each part and the end of the last: numbers of row groups or of an archive's members, positions
        in a WARC file. Empty if there would be one part.
    """
    kind = kind_by_name(path)
    if kind not in _CUTS or (kind != "warc" and unpacked_name(path.name) != path.name.lower()):
        return ()
    try:
        return _CUTS[kind](path, PART_BYTES if part_bytes is None else part_bytes)
    except (InputError, OSError, ValueError):
        return ()  # reading it says what is wrong


def read_part(
    path: AnyPath,
    first: int,
    last: int,
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    """Read the articles that begin in a part of a file.

    All parts together are the file, each article in one of them.

    Parameters
    ----------
    path
        The file.
    first, last
        Two cuts of `part_cuts`, one after the other.
    refuse, keep, note, options
        As of `corestory.reading.sources.read_file`.
    """
    wanted = Wanted(keep, note, FieldFinder(options, note))
    read = articles_of_row_groups if kind_by_name(path) == "parquet" else articles_of_archive_part
    yield from refusing(read(path, first, last, refuse, wanted), refuse)
