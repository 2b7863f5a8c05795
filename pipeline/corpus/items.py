"""Which file of a corpus becomes which output."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError, OutputError
from pipeline.reading.rows import Refuse
from pipeline.reading.sources import STANDARD_INPUT, files_of, kind_by_name
from pipeline.reading.text import storable

SUFFIXES = {"text": ".txt", "jsonl": ".jsonl", "csv": ".csv", "parquet": ".parquet"}

# What most file systems take for one part of a path.
MAX_NAME_BYTES = 255

_PATTERN_PART = re.compile(r"[*?\[]")


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

    source: Path
    name: str


def check_sources(sources: Sequence[str], folder: Path) -> None:
    """Raise what would be wrong with every file of a corpus.

    Raises
    ------
    OutputError
        The output's folder is a file or the folder that is read, or the standard input is among the sources.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError("is a file", where=str(folder), expected="the name of a folder")
    for source in sources:
        if source == STANDARD_INPUT:
            raise OutputError(
                "the standard input has no name for a file in it",
                where=str(folder),
                mend="Give --output a file's name.",
            )
        if source and Path(source).is_dir() and Path(source).resolve() == folder.resolve():
            raise OutputError("is the folder that is read", where=str(folder), mend="Give another folder.")


def items_of(sources: Sequence[str], folder: Path, *, form: str, refuse: Refuse) -> Iterator[Item]:
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
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("a.txt", "b.jsonl"):
    ...         _ = Path(folder, name).write_text("The quay opened.")
    ...     [item.name for item in items_of([folder], Path(folder, "out"), form="jsonl", refuse=print)]
    ['a.txt.jsonl', 'b.jsonl']
    """
    output = folder.resolve()
    taken: dict[str, Path] = {}
    for source in sources:
        base = _base(source)
        # A folder that holds the output's would feed its own results back to the next run.
        inside = source != "" and Path(source).is_dir() and output.is_relative_to(base.resolve())
        for path in files_of(source, refuse=refuse):
            relative = path.relative_to(base)
            if inside and (base.resolve() / relative).is_relative_to(output):
                continue
            name = _output_name(relative.as_posix(), SUFFIXES[form])
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


def _base(source: str) -> Path:
    path = Path(source)
    if path.is_dir():
        return path
    if path.exists() or not _PATTERN_PART.search(source):
        return path.parent
    parts = path.parts
    first = next(number for number, part in enumerate(parts) if _PATTERN_PART.search(part))
    return Path(*parts[:first])


def _output_name(name: str, suffix: str) -> str:
    return name if name.lower().endswith(suffix) else name + suffix


def _twin(path: Path, suffix: str) -> Path | None:
    """Return the file beside it of the same name but for the ending, whose output it would take."""
    if not path.name.lower().endswith(suffix) or len(path.name) == len(suffix):
        return None
    other = path.with_name(path.name[: -len(suffix)])
    return other if kind_by_name(other) and other.is_file() else None
