"""Which file of a corpus becomes which output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corestory.errors import CorestoryError, InputError, OutputError, Refuse, reason_of
from corestory.reading.sources import STANDARD_INPUT, before_pattern, files_of, kind_by_name
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath, path_of

SUFFIXES = {"text": ".txt", "jsonl": ".jsonl", "csv": ".csv", "parquet": ".parquet"}

# What most file systems take for one part of a path.
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Item:
    """One file to tag.

    Attributes
    ----------
    source
        The file, as it is named to the user.
    name
        Its output, relative to the output's folder, with ``/`` between the parts.
    """

    source: AnyPath
    name: str


def check_sources(sources: Sequence[str], folder: AnyPath) -> None:
    """Raise what would be wrong with every file of a corpus.

    Raises
    ------
    OutputError
        The output's folder is a file or the folder that is read, or the standard input is among the sources.
    CorestoryError
        One of them is elsewhere and cannot be reached.
    """
    for place in (folder, *map(path_of, sources)):
        if isinstance(place, RemotePath):
            place.forget()
            _reach(place)
    if folder.exists() and not folder.is_dir():
        raise OutputError("is a file", where=str(folder), expected="the name of a folder")
    for source in sources:
        if source == STANDARD_INPUT:
            raise OutputError(
                "the standard input has no name for a file in it",
                where=str(folder),
                mend="Give --output a file's name.",
            )
        if source and path_of(source).is_dir() and path_of(source).resolve() == folder.resolve():
            raise OutputError("is the folder that is read", where=str(folder), mend="Give another folder.")


def _reach(place: RemotePath) -> None:
    try:
        place.exists()
    except (OSError, ValueError) as error:
        raise CorestoryError(f"cannot be reached ({reason_of(error)})", where=storable(str(place))) from error


def items_of(sources: Sequence[str], folder: AnyPath, *, form: str, refuse: Refuse) -> Iterator[Item]:
    """Yield the files of a corpus, each with its output's name.

    The output is named as the file, with the form's ending added unless the name ends so already. It stands in the
    output's folder where the file stands in the folder that is read, or in the part of a pattern before the first
    ``*``, ``?`` or ``[``. What lies in the output's folder is not read again.

    Parameters
    ----------
    sources
        Files, folders and patterns.
    folder
        Where the outputs go.
    form
        One of `SUFFIXES`.
    refuse
        Is given what is missing, and what would take the place of another's output or of itself.

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
        # A folder that holds the output's would feed its own results back to the next run.
        inside = source != "" and path_of(source).is_dir() and _relative(output, base.resolve()) is not None
        for path in files_of(source, refuse=refuse):
            relative = _relative(path, base) or path.name
            if inside and _relative(base.resolve() / relative, output) is not None:
                continue
            name = _output_name(relative, SUFFIXES[form])
            if name in taken and taken[name] == path:
                continue
            other = taken.get(name) or _twin(path, SUFFIXES[form])
            reason = ""
            if other is not None:
                reason = f"its output would be that of {storable(other.as_posix())}"
            elif output / name == path.resolve():
                reason = "its output would take its place"
            elif len(name.rpartition("/")[2].encode(errors="surrogateescape")) > MAX_NAME_BYTES:
                reason = "its output's name would be too long"
            if reason:
                refuse(InputError(reason, where=storable(path.as_posix()), mend="Give it another name or --output."))
                continue
            if len(sources) > 1:  # the files of one source cannot collide but as `_twin` says
                taken[name] = path
            yield Item(path, name)


def _base(source: str) -> AnyPath:
    path = path_of(source)
    if path.is_dir():
        return path
    return path.parent if path.exists() else before_pattern(path.parent)


def _relative(path: AnyPath, folder: AnyPath) -> str | None:
    """Return a path from a folder on, with ``/`` between the parts; None if it does not lie there."""
    if isinstance(path, RemotePath) or isinstance(folder, RemotePath):
        one, other = str(path), str(folder).rstrip("/")
        return one[len(other) + 1 :].rstrip("/") if f"{one}/".startswith(f"{other}/") else None
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else None


def _output_name(name: str, suffix: str) -> str:
    return name if name.lower().endswith(suffix) else name + suffix


def _twin(path: AnyPath, suffix: str) -> AnyPath | None:
    """Return the file beside it of the same name but for the ending, whose output it would take."""
    if not path.name.lower().endswith(suffix) or len(path.name) == len(suffix):
        return None
    other = path.with_name(path.name[: -len(suffix)])
    return other if kind_by_name(other) and other.is_file() else None
