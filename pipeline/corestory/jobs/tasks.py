"""What one process does at a time: some small files, one file, a part of a large one, or the joining of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corestory.jobs.fingerprint import Fingerprint
from corestory.jobs.items import Item
from corestory.reading.row_groups import PART_BYTES, row_group_cuts
from corestory.reading.sources import kind_by_name
from corestory.remote import AnyPath, RemotePath

# Files of one article that are taken together: enough to be fast, few enough to be lost with a process. Their sizes
# only keep the tasks about equal; what is in memory at a time, `tag_files` decides when it has read them.
TOGETHER = 128
TOGETHER_BYTES = 2**23


@dataclass(frozen=True, slots=True)
class Cut:
    """How a large file is cut.

    Attributes
    ----------
    groups
        As of `corestory.reading.row_groups.row_group_cuts`.
    state
        The file then, without its hash: no process reads all of it before the others begin.
    """

    groups: tuple[int, ...]
    state: Fingerprint

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.groups) - 1


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does at a time.

    Attributes
    ----------
    items
        The files; of several, each is small and has one article.
    cut
        How the file, then the only one, is cut; None if it is not.
    part
        Which part of it to tag, from 0; None to join them.
    """

    items: tuple[Item, ...]
    cut: Cut | None = None
    part: int | None = None

    def split(self) -> list[Task]:
        """Make a task of each of its files."""
        return [Task((item,)) for item in self.items] if len(self.items) > 1 else [self]


def tasks_of(items: Iterable[Item]) -> Iterator[Task]:
    """Make tasks of files: small ones together, large ones in parts, and what the parts become is joined later.

    Parameters
    ----------
    items
        Read as they are needed.

    Yields
    ------
    Task
        A file's parts one after the other. The first tasks have few files, so that there is one for every process.

    Examples
    --------
    >>> from pathlib import Path
    >>> items = [Item(Path("in", f"{number}.txt"), f"{number}.txt.jsonl") for number in range(9)]
    >>> [len(task.items) for task in tasks_of(items)]
    [1, 2, 4, 2]
    """
    together: list[Item] = []
    most, size = 1, 0
    for item in items:
        if kind_by_name(item.source) in ("text", "html"):
            # To ask for the size of each file elsewhere would take longer than it is worth.
            item_size = 0 if isinstance(item.source, RemotePath) else _size(item.source)
            if together and (len(together) >= most or size + item_size > TOGETHER_BYTES):
                yield Task(tuple(together))
                together, size, most = [], 0, min(2 * most, TOGETHER)
            together.append(item)
            size += item_size
        else:
            yield from _of_table(item)
    if together:
        yield Task(tuple(together))


def _of_table(item: Item) -> Iterator[Task]:
    cut = _cut(item.source)
    if cut is None:
        yield Task((item,))
        return
    for part in range(cut.parts):
        yield Task((item,), cut, part)


def _cut(path: AnyPath) -> Cut | None:
    if kind_by_name(path) != "parquet" or _size(path) <= PART_BYTES:
        return None
    try:
        state = state_of(path)
    except OSError:
        return None
    if isinstance(path, RemotePath) and not state.mark:
        return None  # nobody could tell whether its parts, or those of an earlier run, are of one content
    groups = row_group_cuts(path)
    return Cut(groups, state) if groups else None


def state_of(path: AnyPath) -> Fingerprint:
    """Return a file's fingerprint without its hash.

    Raises
    ------
    OSError
        It is missing, or what it is cannot be told.
    """
    if isinstance(path, RemotePath):
        size, mark = path.state()
        return Fingerprint(size, 0, "", mark)
    found = path.stat()
    return Fingerprint(found.st_size, found.st_mtime_ns, "")


def _size(path: AnyPath) -> int:
    try:
        return state_of(path).bytes
    except OSError:
        return 0
