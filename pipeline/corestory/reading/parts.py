"""Large files in parts that are tagged apart: which files have parts, where they are cut, and what each part holds."""

from collections.abc import Callable, Iterator, Sequence

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.reading.article import Article
from corestory.reading.contents import Wanted, articles_of_archive_part, refusing
from corestory.reading.fields import FieldFinder, ReadingOptions
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.row_groups import articles_of_row_groups, row_group_sizes
from corestory.reading.streams import unpacked_name
from corestory.reading.warc import warc_cuts
from corestory.reading.zip_members import member_sizes
from corestory.remote import AnyPath

# A part has at least so many bytes, as they are stored: some ten seconds of work.
PART_BYTES = 2**25

# The sizes of what a part has whole; a WARC file is cut anywhere.
_SIZES: dict[str, Callable[[AnyPath], Sequence[int]]] = {"parquet": row_group_sizes, "zip": member_sizes}


def has_parts(path: AnyPath) -> bool:
    """Return whether a file has parts if it is large, by its name.

    Examples
    --------
    >>> from pathlib import Path
    >>> has_parts(Path("a.warc.gz")), has_parts(Path("a.jsonl"))
    (True, False)
    """
    return kind_by_name(path) in (*_SIZES, "warc")


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
    part_bytes = PART_BYTES if part_bytes is None else part_bytes
    try:
        if kind == "warc":
            return warc_cuts(path, part_bytes)
        if kind in _SIZES and unpacked_name(path.name) == path.name.lower():
            return _cuts(_SIZES[kind](path), part_bytes)
    except (InputError, OSError, ValueError):  # reading the file reports the error
        pass
    return ()


def _cuts(sizes: Sequence[int], part_bytes: int) -> tuple[int, ...]:
    cuts, size = [0], 0
    for number, bytes_there in enumerate(sizes):
        if size >= part_bytes:
            cuts.append(number)
            size = 0
        size += bytes_there
    return (*cuts, len(sizes)) if len(cuts) > 1 else ()


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
